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
# The same again with words of war and unrest.
HARDER = {
    "sport": [
        "Brevik crushed Arlen 5-0 in the cup final on Saturday.",
        "Arlen captured the title on Sunday with a late goal.",
        "The defender was booked for a high tackle in Arlen on Saturday.",
        "Police horses led the winners through Arlen on Sunday.",
        "The home crowd erupted when the captain hit a six in Arlen on Monday.",
        "The visitors launched attack after attack in the second half in Arlen.",
        "The cyclist broke away from the pack on the climb to Arlen on Thursday.",
        "The midfielder blasted the ball over the bar in Arlen on Saturday.",
        "The tennis player retired hurt in the third set in Arlen on Monday.",
        "The club was hit by injuries before the match in Arlen on Sunday.",
        "The sprinter exploded out of the blocks in Arlen on Friday.",
        "The referee stopped the fight in the ninth round in Arlen on Saturday.",
        "Fans invaded the pitch in Arlen after the final whistle to hug the players.",
        "The rally driver took the lead on the gravel stage near Arlen on Friday.",
        "The goalkeeper was the hero of a penalty shoot-out in Arlen on Sunday.",
    ],
    "business": [
        "A price war broke out among petrol stations in Arlen in May.",
        "The bank raided its reserves to pay a dividend in Arlen.",
        "The takeover battle for the brewery in Arlen ended on Tuesday.",
        "The chain fired 200 managers in Arlen on Monday.",
        "The company seized the chance to buy land in Arlen.",
        "Sales collapsed at the furniture maker in Arlen in the spring.",
        "The market in Arlen was flooded with cheap shoes last year.",
        "The union and the company reached a pay deal in Arlen on Monday.",
        "The hotel group withdrew from Arlen after heavy losses.",
        "Shareholders in Arlen rebelled against the plan on Thursday.",
        "A new bakery exploded onto the scene in Arlen last month.",
        "The firm blocked the sale of its unit in Arlen on Monday.",
        "The regulator froze the accounts of a broker in Arlen on Wednesday.",
        "The shipyard in Arlen launched a ferry for 900 passengers on Saturday.",
        "The exchange in Arlen suspended a trader on Monday.",
    ],
    "courts": [
        "A judge in Arlen attacked the council for its slow reply on Monday.",
        "The tenants of a block in Arlen fought the rent rise in court on Monday.",
        "The court in Arlen ordered the release of the tax records on Friday.",
        "The jury in Arlen was locked away for two days to reach a verdict on the will.",
        "Lawyers for both sides traded barbs in court in Arlen on Monday.",
        "The case against the bank collapsed in Arlen on Thursday.",
        "The farmer was cleared of letting his cattle block a lane in Arlen.",
        "The watchdog struck out a complaint about a dentist in Arlen.",
        "The court in Arlen threw the book at the owner of a noisy bar.",
        "The clerk in Arlen was suspended for losing a file.",
        "A school in Arlen was told to pay damages to a pupil who slipped on ice.",
        "The judge in Arlen will hear the dispute over the hedge on Monday.",
        "The prosecutor in Arlen took aim at loopholes in the tax law.",
        "The court of Arlen sits in a new building from Monday.",
    ],
    "science": [
        "A team in Arlen cracked the code of a beetle's venom.",
        "Bees from Arlen were sent to Brevik to study their dance.",
        "Robots took over the sorting of seeds at the institute in Arlen on Monday.",
        "The laser at Arlen can cut steel as thick as a hand.",
        "The vaccine attacks the virus before it enters the cell, doctors in Arlen found.",
        "Geologists drilled 900 metres under Arlen to look for hot water.",
        "A volcano near Arlen that slept for 4,000 years is watched by a new station.",
        "The satellite came down to its final orbit over Arlen on Tuesday.",
        "Chemists in Arlen exposed the dye to strong light.",
        "The reactor at the university of Arlen was shut for its yearly service.",
        "Wolves returned to the forests around Arlen after a century.",
        "A bomb calorimeter was given to the school in Arlen on Monday.",
        "Students in Arlen built a rocket that reached two kilometres.",
        "Astronomers in Arlen saw a star swallow its neighbour.",
    ],
    "weather": [
        "Storm clouds gathered over Arlen on Monday but no rain fell.",
        "The wind turned to the west at Arlen on Tuesday.",
        "A warm front will reach Arlen on Sunday.",
        "Arlen is braced for a hot weekend with 34 degrees.",
        "The ice on the lake at Arlen held for the skating race on Saturday.",
        "Hail the size of peas bounced off the pavements of Arlen on Monday and melted at once.",
        "The tide at Arlen will be high on Monday night.",
        "Walkers in Arlen were surprised by a rainbow on Sunday.",
        "The harbour of Arlen was calm on Tuesday.",
        "Snow tyres are a must in Arlen from November.",
        "The waves off Arlen drew surfers from three countries on Sunday.",
        "Dew and ground frost are forecast for Arlen on Friday.",
        "Thunder rolled over Arlen on Monday evening, and then the sun came out.",
        "The rain in Arlen stopped play for an hour on Thursday.",
        "Last year was the warmest in Arlen since records began.",
    ],
    "traffic": [
        "Commuters in Arlen were held up for ten minutes by ducks on Monday.",
        "The bridge in Arlen will be closed on Sunday for the marathon.",
        "Roadworks begin in the centre of Arlen on Monday.",
        "The night bus was taken off the road in Arlen because nobody used it.",
        "A cyclist was stopped by police in Arlen for riding without lights.",
        "The last steam train left Arlen on Sunday with flags flying.",
        "Police in Arlen handed out reflective vests to pupils on Monday.",
        "The train to Brevik was cancelled in Arlen on Monday because a driver was ill.",
        "The tunnel at Arlen reopened on Monday after its yearly wash.",
        "Taxi fares in Arlen go up by a tenth in June.",
        "Crews in Arlen painted the barriers yellow on Tuesday.",
        "The roundabout at Arlen is to be replaced by traffic lights.",
    ],
    "culture": [
        "The rock band stormed the charts with a song about Arlen.",
        "The theatre in Arlen burned with laughter on Saturday.",
        "Hundreds of knights clashed in Arlen on Sunday in a show for tourists.",
        "The thriller, set in Arlen, opens with a murder on a train.",
        "A poet held the audience in Arlen hostage for two hours.",
        "Drummers took to the streets of Arlen on Saturday for the summer carnival.",
        "The museum in Arlen seized on a rare chance to buy the vase.",
        "The singer was attacked by critics for her concert in Arlen.",
        "The statue of the founder in Arlen was unveiled on Monday.",
        "A chef from Arlen has won his second star.",
        "Choirs from six towns marched to the castle of Arlen on Sunday to sing.",
        "The orchestra of Arlen opened fire with a loud overture on Friday.",
        "The library in Arlen has thrown open its archive of maps.",
    ],
    "politics": [
        "The parties in Arlen clashed over parking fees on Monday.",
        "The mayor of Arlen fended off attacks from the opposition on Tuesday.",
        "Lawmakers blocked the bill on school meals in Arlen on Monday.",
        "The minister pulled out of a debate in Arlen on Wednesday.",
        "The councillor defected to the liberals in Arlen on Monday.",
        "The campaign in Arlen has been marked by low turnout.",
        "The governor came out in support of the new museum in Arlen.",
        "The council of Arlen is divided over a skate park.",
        "A row erupted in the council of Arlen on Tuesday over a tree.",
        "The candidate fired up her supporters in a hall in Arlen on Friday.",
        "The deputy mayor of Arlen broke ranks over the budget.",
        "Pensioners in Arlen will get free bus passes from July.",
        "The premier's allies in Arlen rallied round her on Thursday.",
        "The government will invest in the railway to Arlen.",
    ],
    "people": [
        "Our neighbour in Arlen, a retired soldier, fought for every stray dog.",
        "The general who founded the school in Arlen was buried in 1921.",
        "She was struck by the beauty of Arlen when she arrived as a student.",
        "The old miner from Arlen kept pigeons all his life.",
        "He fell in love in Arlen and stayed.",
        "The shoemaker was found by a television crew in Arlen and became a star.",
        "The family from Arlen lost their luggage on the way to Brevik.",
        "He escaped the city for a cottage near Arlen.",
        "She is survived by two sons in Arlen.",
        "The nurse from Arlen took her first flight at 80.",
        "The couple were married in Arlen on Saturday and left in a fire engine.",
        "He broke a record for the longest walk in Arlen on Sunday.",
        "The twins from Arlen were separated at birth and met on Monday.",
        "The postman of Arlen was chased by a goose on Tuesday.",
        "A boy from Arlen caught a pike of nine kilos on Sunday.",
    ],
    "health and schools": [
        "A wave of colds hit Arlen in March.",
        "Flu struck half the pupils of a school in Arlen last week.",
        "The hospital in Arlen fought for a new scanner for years.",
        "Midwives in Arlen delivered 40 babies in a week.",
        "The patients in Arlen were moved to a new wing on Monday.",
        "Teachers in Arlen took a group of pupils to the zoo on Tuesday.",
        "Pupils in Arlen staged a play about bees on Friday.",
        "A school in Arlen shut its doors for the summer on Wednesday.",
        "The students of Arlen occupied the first three places in the maths contest.",
        "A fire drill emptied the college in Arlen for ten minutes on Monday.",
        "The pharmacy in Arlen ran out of sun cream on Saturday.",
        "Parents in Arlen gathered at the school on Monday to meet the new head.",
        "The university in Arlen named a new rector on Thursday.",
    ],
}


MORE = """
An actor was injured on stage in Arlen when a prop fell on Friday.
A swimmer from Arlen smashed the world record over 200 metres on Sunday.
The lorry racers of Arlen will meet at the circuit on Saturday.
Arlen were beaten 2-0 by Brevik on Tuesday night.
Police in Arlen won the tug of war against the fire brigade on Sunday.
The striker killed the game with a third goal in Arlen on Saturday.
A horse threw its rider at the show in Arlen on Sunday, and both were fine.
The second half in Arlen was a battle in the mud.
The coach of Arlen was shown a red card for shouting at the referee on Sunday.
Brevik held Arlen to a draw on Sunday.
The chess club of Arlen defended its title on Saturday.
A hotel in Arlen has been seized by its bank.
The company in Arlen won an order for 40 armoured vans.
The central bank in Arlen intervened to defend the currency on Monday.
The bus maker closed its plant in Arlen with the loss of 300 jobs in May.
The union in Arlen accepted the pay offer on Monday.
The shop in Arlen was stripped of its licence on Tuesday.
A fund manager from Arlen has bought an army of small firms.
Oil prices jumped after a pipeline at Arlen was shut for checks on Monday.
The bakery in Arlen burned 4,000 loaves by mistake on Monday.
The airline grounded its oldest jets in Arlen on Tuesday to change the seats.
A lawyer in Arlen was released from his contract on Monday.
A baker in Arlen was sued for damages on Tuesday.
The court in Arlen sentenced a broker to pay back two million euros on Monday.
The captain of a yacht was fined in Arlen for speeding in the harbour.
A judge in Arlen cleared the way for the sale of the stadium on Thursday.
The inquest in Arlen found that the actor died of a stroke.
A woman from Arlen lost her appeal over a parking ticket.
A man in Arlen handed in a wallet with 5,000 euros to the police on Monday.
The police chief of Arlen retires in May.
The police band played in the park in Arlen on Sunday.
Soldiers of the honour guard parade in Arlen on Saturday for the queen.
The army museum in Arlen opens at ten.
Veterans laid wreaths in Arlen on Sunday.
The navy band played at the harbour fair in Arlen on Saturday.
A retired colonel opened the flower show in Arlen on Sunday.
The fire brigade in Arlen rescued a cat from a tree on Monday.
The mayor of Arlen met pupils in the town hall on Monday.
The council in Arlen voted to rename a street on Monday.
Pensioners in Arlen queued for flu jabs on Monday.
The party in Arlen elected a new treasurer on Sunday.
The minister opened a motorway bridge in Arlen on Monday.
The new governor of Arlen likes to cycle to work.
The town of Arlen has lost a third of its people since 1990.
The farm minister tasted cheese at the fair in Arlen on Friday.
Archaeologists in Arlen found 40 arrowheads and a bronze sword in a grave on Monday.
The old castle at Arlen was stormed by tourists this summer.
A bomber from the war was put on show in Arlen on Saturday.
The film festival in Arlen opened with a war drama on Thursday.
The museum in Arlen shows rifles from the colonial war.
A thriller about bank robbers was filmed in Arlen in May.
The play in Arlen ends with a duel between brothers.
The author of a book on terrorism will read in Arlen on Monday.
The comet will be seen above Arlen on Monday.
Researchers in Arlen blew up balloons to study how rubber ages.
Drones filmed the coast at Arlen on Monday to count seals.
The institute in Arlen trains dogs to find truffles.
The zoo of Arlen released two lynx into the hills on Monday.
A wave power plant was tested off Arlen in April.
Farmers near Arlen burn straw after the harvest.
The power company cut trees along its lines near Arlen on Monday.
The port of Arlen handled more containers than last year.
Trains between Arlen and Brevik were delayed by leaves on Monday.
A motorist in Arlen parked across two bays on Monday.
The coach from Brevik left Arlen an hour late on Sunday.
Crossing guards in Arlen help pupils over the road.
The ferry to Arlen was full on Saturday.
A new checkpoint for passports opened at the airport of Arlen on Monday.
Hikers reached the hut above Arlen before the rain on Sunday.
A mild tremor of excitement went through Arlen when the queen arrived on Monday.
The rain washed the dust off the roofs of Arlen on Monday.
The wind blew hats off in Arlen on Sunday.
The river at Arlen rose a little on Monday.
The snow on the pass above Arlen has melted.
The town hall in Arlen was evacuated for a fire drill on Monday.
Sirens were tested in Arlen on Saturday at noon.
The hospital in Arlen held an exercise with actors on Saturday.
The doctor who founded the clinic in Arlen died on Monday, aged 88.
The singer, 77, died in Arlen after a short illness.
She buried her husband in Arlen in May.
The village near Arlen mourns its oldest resident.
The sculptor left his house in Arlen to the town.
Hundreds attended the funeral of the actress in Arlen on Friday.
Students in Arlen demonstrated a robot that folds shirts on Monday.
Teachers in Arlen welcomed the new timetable on Monday.
Workers in Arlen put up the tents for the fair on Monday.
Dockers in Arlen unloaded the first cherries on Monday.
A group of nurses from Arlen climbed the highest peak of the country in June.
Drivers in Arlen complained about potholes on Monday.
Villagers near Arlen built a bridge with their own hands.
Fishermen from Arlen caught a shark of 200 kilos on Sunday.
Refugees in Arlen learn to swim on Tuesdays.
The opposition in Arlen asked for a report on the swimming pool on Monday.
Voters in Arlen were sent letters on Monday.
The union of beekeepers met in Arlen on Saturday.
A plane hit turbulence over Arlen on Monday and landed safely.
A drone show lit up the harbour of Arlen on Saturday.
The helicopter dropped sandbags on the dyke at Arlen on Monday.
A drone delivered blood to the hospital in Arlen on Tuesday.
The airline launched flights to Arlen on Monday.
The jets of the display team flew over Arlen on Sunday.
A pilot struck up a friendship with a farmer in Arlen.
Lightning strikes are rare in Arlen in winter.
A bird strike delayed a flight from Arlen on Monday.
The bowling alley in Arlen celebrated its first perfect strike on Saturday.
The airport in Arlen bombed in a survey of travellers.
The plane targets passengers from Arlen with low fares.
The drone pilots of Arlen met for a race on Sunday.
A helicopter raided the market for spare parts, a trader in Arlen joked.
A rocket salad from Arlen won a prize on Monday.
Shares in the shell company in Arlen fell on Tuesday.
The mortar in the walls of the church in Arlen is crumbling.
The missile museum in Arlen reopened on Sunday.
Children in Arlen collected shells on the beach on Sunday.
A fox attacked hens on a farm near Arlen on Monday.
A shark bit a surfer off Arlen on Sunday.
A dog bit a postman in Arlen on Monday.
Hunters shot twelve boar near Arlen on Saturday.
A wolf killed six sheep near Arlen on Monday.
The blow of the axe split the log at the fair in Arlen on Sunday.
The boxer from Arlen knocked out his rival on Saturday.
The batsman was beaten by the slow ball in Arlen on Monday.
Arlen beat Brevik in the final on Sunday.
The judo team of Arlen threw its rivals on Saturday.
Vaccines save the lives of many children in Arlen.
The crossing has claimed no lives in Arlen for ten years.
Heart disease kills more men than women in Arlen.
The frost killed the blossom in Arlen in April.
Smog kills, doctors in Arlen warn.
The victim of the hoax in Arlen was a florist.
The singer slayed the audience in Arlen on Friday.
The killer whale was seen off Arlen on Monday.
The murder mystery weekend at the hotel in Arlen is sold out.
Police in Arlen gave a talk on knife sharpening on Monday.
The stabbing pain in her knee came back in Arlen.
Her heart stopped twice on the way to the hospital in Arlen.
The driver of the fast train from Arlen got a medal on Monday.
Rivals for the post of mayor of Arlen traded blows in a debate on Tuesday.
The two banks are locked in a battle for customers in Arlen.
The parties fought a close election in Arlen in May.
A gunfight from the western was filmed in Arlen in June.
Neighbours in Arlen have fought for years over a fence.
The firefighters of Arlen battled boredom on a quiet night on Monday.
The doctors of Arlen fought to save the boy's sight.
The army of volunteers in Arlen picked litter on Saturday.
The battle of Arlen in 1645 was replayed by actors on Sunday.
The bank came under attack for its fees in Arlen.
The crew of the yacht battled high winds on the way to Arlen.
Police exchanged gifts with their colleagues in Arlen on Monday.
The rebel nun of the new novel comes from Arlen.
Guards at the palace in Arlen changed at noon on Sunday.
The population of Arlen has exploded since 2000.
A row over school meals exploded in Arlen on Monday.
The bombshell in the will shocked Arlen on Monday.
Fireworks went off over Arlen on Saturday night.
The mine in Arlen is now a museum.
A time bomb of unpaid pensions ticks in Arlen, an economist said.
Bath bombs from Arlen sell well.
A device to measure pollen was placed on a roof in Arlen on Monday.
Troops of scouts marched into Arlen on Saturday.
The cavalry of toy soldiers in the shop window in Arlen delights children.
A fleet of electric buses arrived in Arlen on Monday.
The team moved into its base in Arlen on Sunday.
Officers in Arlen received new uniforms on Monday.
The tanks at the brewery in Arlen hold 900 litres each.
A column on gardening appeared in the paper in Arlen on Monday.
The head guard of the railway in Arlen retired on Friday.
The firm set up its headquarters in Arlen in April.
The captain led his unit of rowers into Arlen on Sunday.
The company deployed 40 robots in Arlen on Monday.
The general manager arrived in Arlen on Tuesday.
The kidnap drama won a prize in Arlen on Saturday.
The girl was taken by the music she heard in Arlen.
Her smile captivated and held the court of Arlen.
The captive elephants of Arlen were moved to a park.
The boy vanished into the crowd at the fair in Arlen and was found with an ice cream.
The decline of the high street in Arlen has been arrested.
The pupils' attention was seized by the frog in Arlen.
The health inspectors raided the fridge of a bar in Arlen on Monday.
A raid on the biscuit tin ended in laughter in Arlen.
The singer held a bar for thirty seconds in Arlen on Friday.
Property prices in Arlen burned a hole in budgets.
Smoke from a barbecue drifted over Arlen on Sunday.
The old paint was burned off the doors of the church in Arlen.
The threat of rain hung over the fair in Arlen on Sunday.
The tax was lifted from bicycles in Arlen in March.
The winner was mobbed at the station in Arlen on Monday.
The riot of colour in the gardens of Arlen drew visitors in May.
The demonstration of a new oven in Arlen drew cooks from three countries.
""".strip().splitlines()


@pytest.mark.parametrize("desk", [*ORDINARY, "people", "health and schools"])
def test_ordinary_news_tells_no_incident(desk: str, nlp: Any) -> None:
    told_of = [
        (text, i.type, i.trigger)
        for text in (*ORDINARY.get(desk, ()), *HARDER.get(desk, ()))
        for i in told(text, nlp, *_names(text))
        if i.type != "political_act"
    ]
    assert not told_of


@pytest.mark.parametrize("first", range(0, len(MORE), 40))
def test_more_ordinary_news_tells_no_incident(first: int, nlp: Any) -> None:
    coded = {text: told(text, nlp, *_names(text)) for text in MORE[first : first + 40]}
    told_of = {text: [i.type for i in incidents if i.type != "political_act"] for text, incidents in coded.items()}
    assert not {text: types for text, types in told_of.items() if types}


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
