"""Lines of the lexicon that ask what a verb takes: the incidents that they are there for."""

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
    "cbrn_attack": """
Dozens of villagers were exposed to mustard gas in Arlen on Monday.
""",
    "air_drone_strike": """
A loitering munition struck a lorry near Arlen on Monday.
Drones took out a radar station near Arlen on Monday.
Aircraft dropped bombs on Arlen on Monday.
Two drones crashed onto a roof in Arlen on Monday.
Air defences shot a drone out of the sky over Arlen on Monday.
""",
    "shelling": """
Artillery reduced the old quarter of Arlen to rubble on Monday.
Shells rained down on Arlen on Monday.
Three missiles came down in Arlen on Monday.
Shellfire hit a market in Arlen on Monday.
""",
    "explosive": """
A boy lost a leg to a landmine near Arlen on Monday.
Saboteurs derailed a goods train with a bomb near Arlen on Monday.
Rebels blew up a bridge with explosives near Arlen on Monday.
Attackers destroyed a shop in Arlen with dynamite on Monday.
Unknown men set off explosives at a pylon near Arlen on Monday.
An explosive charge killed two men in Arlen on Monday.
Militants booby-trapped a house in Arlen on Monday.
""",
    "armed_clash": """
Rebels took on the army near Arlen on Monday.
Police took on a gang of bandits in Arlen on Monday.
Insurgents probed the defences of the army near Arlen on Monday.
Residents heard shooting in Arlen on Monday.
Gunfire echoed through Arlen on Monday night.
Shots rang out in Arlen on Monday night.
Militants held out against the army in Arlen on Monday.
Soldiers skirmished with rebels near Arlen on Monday.
Gunmen stormed an army post in Arlen on Monday.
Soldiers and rebels were locked in fighting near Arlen on Monday.
An army patrol came into contact with rebels near Arlen on Monday.
Rebels resisted an army assault in Arlen on Monday.
The garrison put up fierce resistance in Arlen on Monday.
""",
    "territory_change": """
The army won back Arlen from the rebels on Monday.
Arlen slipped from the grip of the army on Monday.
The army confirmed the loss of Arlen to the rebels on Monday.
The army lost Arlen to the rebels on Monday.
The fall of Arlen to the rebels was confirmed on Monday.
Rebels raised their flag over Arlen on Monday.
Rebels took over the town of Arlen on Monday.
""",
    "attack_civilians": """
Gunmen lined up villagers in Arlen and shot them on Monday.
A gunman shot a trader in the head in Arlen on Monday.
A shooting in Arlen claimed two lives on Monday.
Raiders put the villagers to the sword in Arlen on Monday.
Attackers bayoneted villagers in Arlen on Monday.
Gunmen were blamed for the slaughter in Arlen on Monday.
A body was found with bullet wounds in Arlen on Monday.
Police found the body of a woman in a field near Arlen on Monday.
Two people were hurt in a knife attack in Arlen on Monday.
A shopkeeper was found stabbed in Arlen on Monday.
""",
    "abduction": """
Bandits seized two traders at gunpoint near Arlen on Monday.
Masked men dragged two teachers away in Arlen on Monday.
""",
    "protest": """
A stoppage by dockers began in Arlen on Monday.
Dozens stood outside the court in Arlen on Monday, demanding justice.
Thousands came out in Arlen on Monday to demand fresh elections.
A solidarity march was held in Arlen on Monday.
Teachers in Arlen stopped work over unpaid salaries on Monday.
Women carried candles through Arlen on Monday and demanded justice for the dead.
Dockers in Arlen refused to work on Monday.
Hundreds came together in Arlen on Monday to demand clean water.
""",
    "protest_repressed": """
Police baton-charged students in Arlen on Monday.
""",
    "mob_violence": """
Residents beat a suspected robber in Arlen on Monday.
Villagers fought with machetes near Arlen on Monday and two were killed.
Hooligans brawled in Arlen on Monday.
""",
    "barricade_blockade": """
Farmers parked tractors across the bridge in Arlen on Monday to block traffic.
Villagers obstructed the road to Arlen on Monday.
""",
    "property_destruction": """
Retreating soldiers blew up the bridge in Arlen on Monday.
Looters emptied the shops of Arlen on Monday.
""",
    "arrest_raid": """
Police held a journalist in Arlen on Monday.
The editor is being held in jail in Arlen.
A lawyer was placed under arrest in Arlen on Monday.
Agents snatched an engineer in Arlen on Monday.
""",
    "movement_restriction": """
The governor declared military rule in Arlen on Monday.
The closure of the border crossing at Arlen was announced on Monday.
Soldiers shut the bridge at Arlen on Monday.
The camp near Arlen was declared off limits on Monday.
Police halted traffic at the border near Arlen on Monday.
Nobody was allowed to leave the town of Arlen on Monday.
Guards turned back lorries at the border near Arlen on Monday.
The authorities suspended trains to Arlen on Monday.
The army has locked down the town of Arlen.
""",
    "force_movement": """
Rebels camped in the hills near Arlen on Monday.
Recruits trained at an army base in Arlen on Monday.
Fighters received combat training in Arlen on Monday.
The navy held exercises off Arlen on Monday.
Residents saw warships off Arlen on Monday.
Peacekeepers landed in Arlen on Monday.
""",
    "weapons_seizure": """
Rifles were found hidden in a barn in Arlen on Monday.
Sappers made a wartime bomb safe in Arlen on Monday.
Police found grenades in a cellar in Arlen on Monday.
""",
    "alert_alarm": """
Sirens wailed out across Arlen on Monday.
Air raid sirens were sounded in Arlen on Monday.
The mayor ordered residents to leave Arlen on Monday as the river rose.
An anonymous caller warned of a bomb in a school in Arlen on Monday.
""",
    "agreement_ceasefire": """
Both sides agreed to stop shelling in Arlen on Monday.
The rebels let go four hostages in Arlen on Monday.
The rebels and the army declared a cease-fire in Arlen on Monday.
""",
    "political_act": """
The governor resigned his post in Arlen on Monday.
""",
    "disaster_accident": """
Floods swept away two houses in Arlen on Monday.
A torrent carried off a bridge near Arlen on Monday.
A lorry jack-knifed near Arlen on Monday.
A small plane crash-landed near Arlen on Monday.
A bus left the road near Arlen on Monday.
A gale tore off roofs in Arlen on Monday.
A tornado touched down near Arlen on Monday.
The river burst its banks in Arlen on Monday.
A fire claimed three lives in Arlen on Monday.
Streets in Arlen were under water on Monday.
Thousands of homes in Arlen lost power in the storm on Monday.
A storm knocked out power in Arlen on Monday.
A fire swept through a market in Arlen on Monday.
A tower fell down in Arlen on Monday.
The roof of a school in Arlen fell in on Monday.
A tram ran into a bus in Arlen on Monday.
A lorry ploughed into a wall in Arlen on Monday.
The storm left thousands of homes in Arlen without power on Monday.
""",
}


@pytest.mark.parametrize("type_", TOLD)
def test_what_the_lines_are_for(type_: str, nlp: Any) -> None:
    coded = {text: told(text, nlp, "Arlen") for text in TOLD[type_].strip().splitlines()}
    assert not {t: [(i.type, i.trigger) for i in c] for t, c in coded.items() if type_ not in {i.type for i in c}}
