"""Many ways to tell of protest, unrest, arrests, closures, troops, finds, alarms, deals, threats and politics.

Headlines and bullets without a verb, passives, light verbs, and words of the same look that tell no such thing.
"""

from __future__ import annotations

from typing import Any

import pytest
from test_triggers import told

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def nlp() -> Any:
    from geomap.nlp import load_model

    return load_model()


TOLD = {
    "protest": [
        "Nurses in Arlen downed tools on Monday over unpaid wages.",
        "Arlen: hundreds rally for missing students, 3 May",
        "About 3,000 people turned out in Arlen on Saturday in support of the jailed mayor.",
        "Prisoners in Arlen jail refused food for a second day on Tuesday.",
        "Women banging pots and pans filled the main square of Arlen on Thursday night.",
        "Climate activists glued themselves to a road in Arlen on Monday.",
        "Shops in Arlen stayed shut on Monday after traders answered a call to strike.",
        "Shopkeepers in Arlen shut in solidarity with the strikers on Monday.",
        "Teachers' strike in Arlen enters second week, 14 May",
        "About 300 pensioners demonstrated on the square in Arlen on Monday.",
        "Families stood outside the clinic in Arlen on Monday to save its kitchen.",
        "Drivers in Arlen refused to work on Monday.",
    ],
    "protest_repressed": [
        "A student, 19, was hit by a gas canister at a demonstration in Arlen on Monday.",
        "Riot police broke up a sit-in in Arlen on Sunday, detaining 12.",
        "Dozens of demonstrators were bundled into vans in Arlen on Sunday.",
        "Police cleared the protest camp in Arlen at dawn on Tuesday.",
        "Gendarmes fired in the air to scatter protesting students in Arlen on Monday.",
        "Protest in Arlen ends in tear gas, 12 May",
        "Police kettled several hundred marchers in Arlen on Saturday.",
        "Stun grenades were thrown at protesters in Arlen on Sunday.",
        "Police in Arlen dragged away climate activists who had sat down in the road on Monday.",
    ],
    "riot": [
        "Supporters of the losing candidate ransacked the election office in Arlen on Monday.",
        "Football fans fought running battles with police in Arlen on Saturday.",
        "A police car was overturned and set on fire by a crowd in Arlen on Monday.",
        "Angry residents torched a police station in Arlen on Monday after a boy died in custody.",
        "Protesters scuffled with guards outside the embassy in Arlen on Tuesday.",
        "Riot at Arlen prison leaves four inmates dead, 12 May",
    ],
    "barricade_blockade": [
        "Barricades of burning tyres went up in Arlen on Sunday.",
        "The railway line at Arlen was occupied by villagers on Monday.",
        "Traffic was halted at Arlen on Monday by villagers sitting on the road.",
        "Students chained the gates of the university in Arlen on Monday.",
        "Indigenous groups closed the road to Arlen on Monday with felled trees.",
        "Trees were felled across the road to Arlen on Monday by protesters.",
        "Residents of Arlen dug up the road on Monday to keep mining trucks out.",
        "Road to Arlen blocked by protesting miners, 13 May",
    ],
    "property_destruction": [
        "Settlers uprooted 80 olive trees near Arlen on Saturday.",
        "Bulldozers tore down 30 homes in Arlen on Tuesday.",
        "Slogans were daubed on the walls of the synagogue in Arlen on Saturday.",
        "Power lines were cut down near Arlen on Monday by unknown men.",
        "Arson at primary school in Arlen, 12 May",
    ],
    "arrest_raid": [
        "Six held in Arlen over bank robbery on Monday",
        "A journalist was picked up by intelligence agents in Arlen on Monday.",
        "The fugitive turned himself in to police in Arlen on Monday.",
        "The fugitive was caught in Arlen on Monday after a three-week hunt.",
        "A mayor was led away in handcuffs in Arlen on Monday.",
        "Special forces seized a militia commander in Arlen on Monday.",
        "Arlen: house searches, 14 detained on Monday",
        "The union leader was being held in a barracks in Arlen on Monday.",
        "Agents seized a court clerk in Arlen on Monday on suspicion of spying.",
    ],
    "movement_restriction": [
        "A state of emergency was declared in Arlen on Monday.",
        "Curfew lifted in Arlen at dawn on Tuesday.",
        "Aid convoys were turned back at a checkpoint in Arlen on Monday.",
        "The authorities banned gatherings of more than five people in Arlen on Monday.",
        "Internet access was cut in Arlen on Monday.",
        "New checkpoints appeared in Arlen on Monday.",
        "The airport at Arlen closed on Monday after a drone was sighted.",
        "Residents of Arlen were ordered to stay indoors on Monday.",
        "Ferries between Arlen and Brevik stopped running on Monday.",
        "The crossing point in Arlen remained closed on Tuesday.",
        "Emergency rule was extended in Arlen on Monday.",
        "The ferry at Arlen was stopped on Monday by order of the police.",
        "The government prolonged emergency powers in Arlen on Monday.",
        "Nobody has been able to use the bridge at Arlen since Monday.",
        "Lorries have been unable to cross the bridge at Arlen since Monday.",
        "Passage over the bridge at Arlen was halted on Monday.",
    ],
    "force_movement": [
        "The last peacekeepers left Arlen on Monday.",
        "A contingent of 200 police officers was flown to Arlen on Monday.",
        "Two warships docked in Arlen on Monday.",
        "Troops on the move near Arlen, 13 May",
        "Around 300 mercenaries have taken up positions in Arlen since Monday.",
        "Pull-out of foreign troops from Arlen completed on Monday",
    ],
    "weapons_seizure": [
        "Arms cache found in Arlen, 13 May",
        "Customs officers in Arlen intercepted a lorry carrying 200 kg of cocaine on Monday.",
        "An improvised bomb was rendered safe in Arlen on Monday.",
        "Bomb disposal experts carried out a controlled explosion in Arlen on Monday.",
        "A raid in Arlen on Monday turned up 12 assault rifles.",
        "Detectives in Arlen dug grenades and 30 rifles up from under a barn floor on Monday.",
        "A lorry full of ammunition was stopped by customs officers in Arlen on Monday.",
        "A suspicious package was blown up by army engineers in Arlen on Monday.",
        "Police in Arlen said they had found a hidden armoury on Monday.",
    ],
    "alert_alarm": [
        "Residents of Arlen were told to take shelter on Monday.",
        "Villagers around Arlen were ordered to evacuate on Monday.",
        "Air alert in Arlen lifted after two hours on Monday",
        "The school in Arlen was emptied on Monday after an anonymous phone call about a bomb.",
        "The terminal in Arlen was cleared on Monday after a suspicious object was found.",
        "Shelters were opened in Arlen on Monday as missiles approached.",
        "An evacuation order was issued for Arlen on Monday.",
    ],
    "agreement_ceasefire": [
        "Guns fell silent in Arlen on Monday.",
        "Truce agreed in Arlen, 13 May",
        "A humanitarian pause came into force in Arlen on Monday.",
        "Hostilities ceased in Arlen on Monday.",
        "A pact ending the feud was sealed in Arlen on Monday.",
        "The two armies disengaged at Arlen on Monday under the accord.",
        "Elders brokered a truce in Arlen on Monday.",
    ],
    "threat": [
        "Militants gave residents of Arlen 48 hours to leave on Monday.",
        "Threatening leaflets were dropped on Arlen on Monday.",
        "The commander vowed on Monday to burn Arlen to the ground.",
        "Teachers in Arlen were threatened by armed men on Monday.",
        "Death threats to councillor in Arlen, 12 May",
        "The judge in Arlen got a letter with a bullet in it on Monday.",
        "The army warned civilians on Monday to leave Arlen or face bombardment.",
    ],
    "political_act": [
        "The consulate in Arlen was closed on Monday.",
        "The mayor of Arlen was removed from office on Monday.",
        "The government in Arlen fired its police chief on Monday.",
        "The new prime minister took the oath in Arlen on Monday.",
        "A by-election was held in Arlen on Sunday.",
        "The prime minister stepped down in Arlen on Monday.",
        "Election results were annulled in Arlen on Monday.",
    ],
}


@pytest.mark.parametrize(("type_", "text"), [(t, s) for t, lines in TOLD.items() for s in lines])
def test_told_once_with_its_type(type_: str, text: str, nlp: Any) -> None:
    names = ("Arlen", "Brevik") if "Brevik" in text else ("Arlen",)
    incidents = told(text, nlp, *names)
    found = [i for i in incidents if i.type == type_]
    assert found, [(i.type, i.quote) for i in incidents]
    assert found[0].certainty in ("reported", "claimed", "threatened")
    assert not found[0].places or found[0].places[0].name == "Arlen"


NONE = [
    "Shares rallied in Arlen on Monday.",
    "Arlen staged a late rally to win 3-2 on Sunday.",
    "The wedding march was played in Arlen on Sunday.",
    "Gold miners struck a rich vein near Arlen on Monday.",
    "The comedy was a riot in Arlen on Saturday.",
    "The garden in Arlen was a riot of colour on Sunday.",
    "Defenders formed a barricade in front of the goal in Arlen on Saturday.",
    "Snow blocked the road near Arlen on Monday.",
    "The bakery destroyed its rivals in a contest in Arlen on Monday.",
    "The festival captured hearts in Arlen on Sunday.",
    "The museum in Arlen is closed on Mondays.",
    "Trading closed higher in Arlen on Monday.",
    "Players were deployed in midfield in Arlen on Saturday.",
    "The band's secret weapon was found in Arlen on Sunday.",
    "The chef sounded the alarm about salt in Arlen on Monday.",
    "The companies reached an agreement on a merger in Arlen on Monday.",
    "Clouds threatened rain in Arlen on Monday.",
    "The coach of Arlen resigned on Monday.",
    "The chess club held its annual meeting in Arlen on Monday.",
    "A novel set in Arlen, published on Monday, tells of a coup.",
    "The protest singer performed in Arlen on Sunday.",
    "The choir stood outside the church in Arlen on Monday to sing.",
    "Guests took over the kitchen in Arlen on Monday.",
    "The shop in Arlen let nobody down on Monday.",
    "The mayor's mandate was extended in Arlen on Monday.",
    "Nobody could use the oven in Arlen on Monday.",
]


@pytest.mark.parametrize("text", NONE)
def test_words_of_the_same_look(text: str, nlp: Any) -> None:
    assert not [(i.type, i.quote) for i in told(text, nlp, "Arlen")]


# (sentence, type, certainty): what is set for a day, put off, called off, or never was
SURE = [
    ("The union has announced a march in Arlen for Saturday.", "protest", "planned"),
    ("A strike has been called in Arlen from Monday.", "protest", "planned"),
    ("Protest of unpaid clerks announced in Arlen for Sunday 19 May.", "protest", "planned"),
    ("The march in Arlen has been put off for a week.", "protest", "planned"),
    ("A demonstration is to be held in Arlen on 20 May.", "protest", "planned"),
    ("Talks between the two ministers should open in Arlen next Tuesday.", "political_act", "planned"),
    ("A curfew will come into force in Arlen on 18 May.", "movement_restriction", "planned"),
    ("The peacekeepers are due to leave Arlen on 30 June.", "force_movement", "planned"),
    ("Sunday's rally in Arlen was called off.", "protest", "negated"),
    ("A rally that was to be held in Arlen on Sunday was scrapped.", "protest", "negated"),
    ("A vigil which should have been held in Arlen on Tuesday was cancelled.", "protest", "negated"),
    ("The strike planned in Arlen for Monday has been averted.", "protest", "negated"),
    ("No weapons were found in Arlen on Monday.", "weapons_seizure", "negated"),
    ("No curfew has been imposed in Arlen, the governor said on Monday.", "movement_restriction", "negated"),
    ("There was no rioting in Arlen on Monday, police said.", "riot", "negated"),
    ("The army denied that its troops had entered Arlen on Monday.", "force_movement", "negated"),
]


@pytest.mark.parametrize(("text", "type_", "certainty"), SURE)
def test_set_put_off_or_called_off(text: str, type_: str, certainty: str, nlp: Any) -> None:
    assert (type_, certainty) in [(i.type, i.certainty) for i in told(text, nlp, "Arlen")]
