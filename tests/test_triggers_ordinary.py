"""Ordinary news tells no incident: the words of war and unrest that sport, business, courts and weather use too."""

from __future__ import annotations

from typing import Any

import pytest
from test_triggers import told

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def nlp() -> Any:
    from geomap.nlp import load_model

    return load_model()


def _names(text: str) -> list[str]:
    return [name for name in ("Arlen", "Brevik") if name in text]


# Fifteen sentences of each desk, written before the lexicon was looked at for them.
ORDINARY = {
    "sport": [
        "Arlen fought back from two goals down to beat Brevik 3-2 on Saturday.",
        "The striker fired home from close range to give Arlen the lead on Sunday.",
        "The visitors were under siege for most of the second half in Arlen.",
        "The captain shot wide from the penalty spot in Arlen on Sunday.",
        "The home side's defence collapsed in the last ten minutes in Arlen.",
        "Arlen took control of the match after the interval on Saturday.",
        "The bowler struck twice in his first over in Arlen on Monday.",
        "Thousands of fans lined the streets of Arlen to greet the champions on Sunday.",
        "The club sacked its coach in Arlen after a run of seven defeats.",
        "The goalkeeper was sent off for holding back a forward in Arlen.",
        "Runners from forty countries stormed off the start line in Arlen on Sunday.",
        "The boxer dropped his opponent with a right hook in the fourth round in Arlen.",
        "The rider crashed out of the race in Arlen on Sunday and walked away unhurt.",
        "Supporters held up banners with the name of the retiring goalkeeper in Arlen.",
        "The team took off for Arlen on Tuesday with two players missing.",
    ],
    "business": [
        "Shares in the brewery tumbled 8 percent in Arlen on Monday.",
        "The carmaker will open a new plant in Arlen next spring.",
        "The two firms exchanged letters of intent in Arlen on Tuesday.",
        "The bank took over a rival lender in Arlen in March.",
        "The company launched a new drone for farmers in Arlen on Monday.",
        "Investors bombarded the board with questions in Arlen on Thursday.",
        "The retailer has closed its shop in Arlen after forty years.",
        "The airline cut its fares to Arlen by a third on Monday.",
        "The firm suspended trading in its shares in Arlen on Monday.",
        "The mine outside Arlen doubled its output of copper last year.",
        "Exporters in Arlen were hit by the strong currency in May.",
        "The start-up raised six million euros in Arlen to build batteries.",
        "The chief executive stepped down in Arlen on Friday after a row over bonuses.",
        "Farmers in Arlen brought in a record harvest of wheat this summer.",
        "The brewery recalled 20,000 bottles in Arlen because of glass splinters.",
    ],
    "courts": [
        "A court in Arlen found a contractor guilty of tax evasion on Monday.",
        "The judge in Arlen threw out the claim for damages on Tuesday.",
        "Lawyers for the singer fired back at her former agent in a court in Arlen.",
        "The jury in Arlen heard how the accountant moved money between four firms.",
        "A former mayor was ordered to repay his expenses by a court in Arlen.",
        "The tribunal in Arlen ruled that the dismissal of the nurse was unfair.",
        "The trial of a developer over forged permits opened in Arlen on Monday.",
        "A woman in Arlen won her battle with an insurer over a flooded cellar on Friday.",
        "Prosecutors in Arlen dropped the charge of perjury against the editor.",
        "The appeal court in Arlen upheld the will of the late painter on Tuesday.",
        "A baker from Arlen was fined for selling underweight loaves.",
        "The judge told the court in Arlen that the lease had been broken.",
        "The couple from Arlen fought over the custody of a parrot for two years.",
        "The law firm opened an office in Arlen to handle patents.",
        "The bar council in Arlen struck a lawyer off its list on Thursday.",
    ],
    "science": [
        "Researchers in Arlen have discovered a gene that helps barley resist drought.",
        "The telescope near Arlen captured a burst of radio waves from a distant galaxy.",
        "Archaeologists unearthed a Roman road under a square in Arlen on Monday.",
        "A rocket carrying two satellites lifted off from Arlen on Tuesday.",
        "Engineers in Arlen fired a laser at a mirror on the moon.",
        "The probe sent its first pictures to the control room in Arlen on Sunday.",
        "Biologists released forty beavers into a river near Arlen on Friday.",
        "The laboratory in Arlen tests how glue behaves in the cold.",
        "A swarm of jellyfish drifted into the bay off Arlen.",
        "Scientists in Arlen grew heart cells on a sheet of spinach.",
        "The university of Arlen opened its new institute of physics on Monday.",
        "Volunteers counted 900 herons in the marshes near Arlen on Saturday.",
        "Divers found the wreck of a merchant ship from 1781 off Arlen.",
        "The museum in Arlen received the skull of a cave bear on Tuesday.",
        "A meteor lit up the sky over Arlen on Sunday night.",
    ],
    "weather": [
        "Rain fell on Arlen all day on Monday.",
        "The sun returned to Arlen on Sunday after a week of cloud.",
        "Forecasters expect a mild winter in Arlen.",
        "A light breeze swept through Arlen on Sunday morning.",
        "The temperature in Arlen fell to four degrees on Monday night.",
        "Fog hung over the harbour in Arlen until noon on Tuesday.",
        "Spring came early to Arlen, where the cherry trees are in flower.",
        "The first snow of the winter fell in Arlen on Friday, to the delight of children.",
        "Clouds rolled into Arlen on Saturday and the regatta went ahead in the drizzle.",
        "The river at Arlen is at its usual level for the season.",
        "Skies over Arlen cleared on Sunday and beaches filled up.",
        "Meteorologists in Arlen set up a new radar on a hill.",
        "The dry spell in Arlen is good for the vines, growers say.",
        "Windmills near Arlen turned at full speed on Monday.",
        "Arlen enjoyed eleven hours of sunshine on Sunday.",
    ],
    "traffic": [
        "The new tram line in Arlen carries 20,000 passengers a day.",
        "The road through Arlen will get a cycle lane next year.",
        "Drivers in Arlen wait nine minutes on average at the level crossing.",
        "The bus from Brevik arrives in Arlen at seven.",
        "Trains to Arlen run every half hour from Monday.",
        "The council painted new lines on the bridge in Arlen on Sunday.",
        "A lorry broke down in Arlen on Monday and was towed away.",
        "The airport of Arlen handled two million travellers in May.",
        "A ferry from Arlen docks in Brevik twice a day.",
        "Parking in Arlen will cost two euros an hour from May.",
        "Engineers cut the ribbon on a tunnel under Arlen on Friday.",
        "The taxi drivers of Arlen have a new rank at the station.",
        "A driver in Arlen was fined for leaving his van on the pavement.",
        "Speed cameras caught 4,000 motorists in Arlen in April.",
        "The crossing near the school in Arlen has new lights.",
    ],
    "culture": [
        "The choir of Arlen sang in front of a full house on Saturday.",
        "A film about a kidnapping was shot in Arlen last summer.",
        "The band blew the crowd away in Arlen on Friday night.",
        "Crowds gathered in the square in Arlen on Sunday to watch the puppet show.",
        "The new opera in Arlen tells of a revolt of slaves.",
        "Fireworks exploded over the harbour of Arlen at midnight on Saturday.",
        "The gallery in Arlen has taken down the portraits for cleaning.",
        "Dancers marched through Arlen on Sunday in the carnival parade.",
        "The painter set the art world of Arlen on fire with his first show.",
        "Readers queued outside a bookshop in Arlen on Monday for the new novel.",
        "The actress was mobbed by fans in Arlen on Friday.",
        "A bomb of a play opened in Arlen on Thursday to empty seats.",
        "The museum of Arlen shows weapons and armour from three centuries.",
        "The festival in Arlen opened with a torchlight concert on Friday.",
        "The director attacked the critics in a speech in Arlen.",
    ],
    "politics": [
        "The mayor of Arlen opened a nursery on Monday.",
        "The council in Arlen debated the price of school meals on Tuesday.",
        "The candidate lost the seat of Arlen by forty votes in May.",
        "The minister defended the pension plan on television in Arlen.",
        "Voters in Arlen go to the polls on Sunday.",
        "The opposition took the government to task over housing in Arlen.",
        "The party holds its conference in Arlen in October.",
        "The governor kept his promise to plant a thousand trees in Arlen.",
        "A committee in Arlen will look at the rules for market stalls.",
        "The deputy came under fire for his travel expenses in Arlen.",
        "The budget of Arlen passed by three votes on Monday.",
        "The mayor left the door open for a third term in Arlen.",
        "The new law will cost the shops of Arlen dearly, traders say.",
        "The minister stormed out of a radio interview in Arlen on Friday.",
        "Two parties in Arlen are fighting for the votes of commuters.",
    ],
    "obituaries": [
        "The poet, who was born in Arlen, died at 91 on Monday.",
        "She lost her husband in Arlen in 1998 and never married again.",
        "He led the orchestra of Arlen for thirty years.",
        "The engineer who built the bridge in Arlen has died after a long illness.",
        "Friends in Arlen remember him as a man who held out his hand to all.",
        "He left Arlen at sixteen and took work on a trawler.",
        "The actress passed away at her home in Arlen on Sunday.",
        "She taught three generations of children in Arlen to swim.",
        "He was laid to rest in Arlen on Friday.",
        "The founder of the bakery in Arlen died peacefully on Tuesday.",
        "As a young man he played for Arlen and struck forty goals in a season.",
        "The botanist spent her life in the hills above Arlen.",
        "Hundreds of mourners filled the church in Arlen for the conductor on Monday.",
        "He ran the only cinema in Arlen until it closed in 1975.",
        "The cook lost a long battle with cancer in Arlen on Saturday.",
    ],
    "health": [
        "The hospital in Arlen opened a new ward for children on Monday.",
        "Doctors in Arlen fight obesity with cooking lessons.",
        "Nurses in Arlen vaccinated 3,000 pupils in April.",
        "A heart attack struck the singer on stage in Arlen in March.",
        "The clinic in Arlen cut its waiting list by half.",
        "Surgeons in Arlen removed a nail from the foot of a carpenter.",
        "The health board shut a kitchen in Arlen because of mice.",
        "Smoking claims fewer lives in Arlen than twenty years ago.",
        "A new drug was tested on eighty patients in Arlen.",
        "The surgery in Arlen is short of two doctors.",
        "Pharmacists in Arlen warn of a shortage of cough syrup.",
        "The ambulance service in Arlen received four new vehicles on Monday.",
        "Parents in Arlen were told to check the toys for small parts.",
        "The dentist from Arlen treats horses as well.",
        "Blood donors gathered in the town hall in Arlen on Thursday.",
    ],
}
SENTENCES = [(desk, text) for desk, texts in ORDINARY.items() for text in texts]


@pytest.mark.parametrize("desk", ORDINARY)
def test_ordinary_news_tells_no_incident(desk: str, nlp: Any) -> None:
    told_of = [
        (text, i.type, i.trigger)
        for text in ORDINARY[desk]
        for i in told(text, nlp, *_names(text))
        if i.type != "political_act"
    ]
    assert not told_of


# Each was told as an incident of this type by a line that looked at the whole clause where the verb's own words were
# meant.
MISTAKEN = {
    "cbrn_attack": [
        "Prosecutors in Arlen exposed a double agent.",
    ],
    "air_drone_strike": [
        "Debris fell on the road near Arlen after heavy rain.",
    ],
    "shelling": [
        "Home batteries turned every house in Arlen into a power plant.",
        "Two rounds of talks came in Arlen.",
        "The rocket crashed into the sea near Arlen.",
    ],
    "explosive": [
        "He lost a leg in a gold mine accident in Arlen.",
        "The corruption charge derailed his campaign in Arlen.",
        "The corruption charge set off a debate in Arlen.",
        "Engineers brought down the old bridge in Arlen with explosives.",
    ],
    "armed_clash": [
        "The army took on 300 new soldiers in Arlen.",
        "Police in Arlen are probing several lines of inquiry.",
        "A court in Arlen heard how the shooting began.",
        "A burst of thunder woke residents of Arlen.",
        "They held out against Brevik for a draw in Arlen.",
        "Police grappled with a shortage of officers in Arlen.",
    ],
    "mob_violence": [
        "Members of parliament came to blows in Arlen.",
        "Locals beat the heat in Arlen.",
        "Residents burn wood in Arlen to stay warm.",
        "Families of people killed in a ferry accident are fighting for compensation in Arlen.",
    ],
    "territory_change": [
        "Soldiers raised the flag over the palace in Arlen to mark Independence Day.",
    ],
    "attack_civilians": [
        "Mourners lined up along the wall of the cathedral in Arlen.",
        "The photographer shot fishermen in Arlen for a magazine.",
        "The world football body found the club guilty in Arlen.",
        "The new tax has hurt workers in Arlen.",
        "A heart attack claimed his life in Arlen.",
        "The slaughter of sheep drew thousands to Arlen for Eid.",
    ],
    "abduction": [
        "Robbers took a watch at gunpoint in Arlen.",
    ],
    "protest": [
        "Hundreds waited outside a bank in Arlen after its closure.",
        "Thousands of tourists came out to the square in Arlen for the horse race.",
        "A peace line in Arlen was opened.",
        "Voters made their voices heard in Arlen.",
        "Workers stopped work on the bridge in Arlen in icy conditions.",
    ],
    "barricade_blockade": [
        "A driver left his van across from the station in Arlen.",
        "Cars clogged the roads into Arlen.",
    ],
    "property_destruction": [
        "Youths cleaned houses in Arlen after the floods.",
    ],
    "arrest_raid": [
        "The city police picked a woman as their chief in Arlen.",
    ],
    "movement_restriction": [
        "The council closed the bridge in Arlen for repairs.",
        "Nobody wanted to leave the camp at Arlen.",
        "The railway cancelled trains in Arlen because of staff shortages.",
        "A driver stopped the bus in Arlen to help a swan.",
    ],
    "force_movement": [
        "A group of women in Arlen received training in tailoring.",
        "A policeman arrived at the scene in Arlen within minutes.",
    ],
    "weapons_seizure": [
        "Engineers made the old tin mine safe in Arlen.",
    ],
    "alert_alarm": [
        "The hotel asked guests to leave by noon in Arlen.",
        "Burnt toast set off the fire alarm in a hotel in Arlen.",
    ],
    "agreement_ceasefire": [
        "Both sides agreed to stop shooting the series in Arlen.",
    ],
    "political_act": [
        "The mayor left his office in Arlen at noon to greet fans.",
    ],
    "disaster_accident": [
        "House prices fell in Arlen in May.",
        "Thieves carried off two cars in Arlen.",
        "The train left track 9 in Arlen on time.",
        "Workers took the roof off a stadium in Arlen.",
        "The team touched down in Arlen ahead of the storm.",
        "The Conservatives lost power in Arlen.",
        "A wave of layoffs swept through Arlen.",
        "It took her half a life to return to Arlen.",
        "The new tram runs into Arlen with a stop near the station.",
        "Firefighters took out the lights of the theatre in Arlen.",
    ],
}


@pytest.mark.parametrize("type_", MISTAKEN)
def test_whole_clauses_are_not_searched_for_what_a_verb_takes(type_: str, nlp: Any) -> None:
    coded = {text: [i.type for i in told(text, nlp, *_names(text))] for text in MISTAKEN[type_]}
    assert not {text: types for text, types in coded.items() if type_ in types}


# "Strike" in news of a war is an attack, whoever it hits and whoever tells of it; workers strike in such news too.
STRIKES = [
    (
        "A missile strike was reported at dawn in the war.\n\nA strike on a bus in Arlen killed seven.",
        "air_drone_strike",
    ),
    ("The war goes on.\n\nA strike hit a power plant in Arlen.", "air_drone_strike"),
    ("The war goes on.\n\nStrikes hit a factory in Arlen.", "air_drone_strike"),
    ("The war goes on.\n\nA strike killed a farmer near Arlen.", "air_drone_strike"),
    ("The war goes on.\n\nA strike hit the bus station in Arlen.", "air_drone_strike"),
    ("The war goes on.\n\nA doctor was killed in a strike on Arlen.", "air_drone_strike"),
    ("The war goes on.\n\nThe general announced a strike on a house in Arlen.", "air_drone_strike"),
    ("The war goes on.\n\nThe army called the strike on Arlen a success.", "air_drone_strike"),
    ("The war goes on.\n\nBus drivers in Arlen began a strike over pay on Monday.", "protest"),
    ("The war goes on.\n\nThe opposition called a general strike in Arlen on Monday.", "protest"),
    ("The war goes on.\n\nA strike by nurses closed the hospital in Arlen on Monday.", "protest"),
]


@pytest.mark.parametrize(("text", "type_"), STRIKES)
def test_strikes_of_war_and_of_work(text: str, type_: str, nlp: Any) -> None:
    assert {i.type for i in told(text, nlp, "Arlen")} == {type_}
