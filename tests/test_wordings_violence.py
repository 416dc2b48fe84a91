"""Differently worded reports of violence and disaster, and sentences that look like them and are none."""

from __future__ import annotations

import pytest
from telling import show, tell

pytestmark = pytest.mark.model

# (sentence, type)
TOLD = [
    ("Shooting broke out between rival militias in Aville on Tuesday evening.", "armed_clash"),
    ("Shots were exchanged between police and smugglers in Aville on Saturday.", "armed_clash"),
    ("Militiamen fell upon a column of soldiers near Aville on Tuesday.", "armed_clash"),
    ("Tribal fighters took on government troops in Aville on Tuesday.", "armed_clash"),
    ("A raid by insurgents on a barracks in Aville on Tuesday killed five soldiers.", "armed_clash"),
    ("Militants assailed a military camp near Aville on Friday.", "armed_clash"),
    ("Two soldiers were shot dead at a checkpoint in Aville on Monday.", "armed_clash"),
    ("A police patrol was the target of an armed attack in Aville on Tuesday night.", "armed_clash"),
    ("Three policemen were wounded as gunmen attacked a checkpoint in Aville on Tuesday.", "armed_clash"),
    ("Twelve miners were lined up and shot in Aville on Tuesday.", "attack_civilians"),
    ("Four people were hacked in a machete attack in Aville on Sunday.", "attack_civilians"),
    ("Traders seized at gunpoint near Aville", "abduction"),
    ("A vessel was boarded by pirates off Aville on Tuesday and its crew of 17 taken.", "abduction"),
    ("Government guns fired on Aville on Sunday.", "shelling"),
    ("Helicopters opened fire on a village near Aville on Tuesday.", "air_drone_strike"),
    ("A loitering munition hit a truck near Aville on Sunday.", "air_drone_strike"),
    ("The train was derailed by a bomb near Aville on Monday.", "explosive"),
    ("A shepherd lost a leg to a mine near Aville on Tuesday.", "explosive"),
    ("Homes were washed away in Aville on Sunday.", "disaster_accident"),
    ("The retreating unit demolished a bridge near Aville with dynamite on Monday.", "explosive"),
    ("Grenades were thrown at a bar in Aville on Monday.", "explosive"),
    ("Saboteurs brought down a railway bridge near Aville on Monday.", "property_destruction"),
    ("Shells reduced the mill of Aville to rubble on Monday.", "shelling"),
    ("Residents of Aville were shelled on Monday.", "shelling"),
    ("Residents of Aville heard shooting from the hills on Monday night.", "armed_clash"),
    ("Families in Aville were kept awake by gunshots on Monday night.", "armed_clash"),
    ("The gunmen holed themselves up in a mill near Aville on Monday.", "armed_clash"),
    ("An offensive was launched near Aville on Monday.", "armed_clash"),
    ("The fall of the brigade's headquarters in Aville to the rebels was confirmed on Monday.", "territory_change"),
    ("An armed band lay hidden in the forest above Aville on Monday.", "force_movement"),
    ("The raiders made off with six pupils in Aville on Monday.", "abduction"),
    ("Gunmen emptied their rifles into a bus near Aville on Monday.", "attack_civilians"),
    ("Aville was the scene of a massacre on Monday.", "attack_civilians"),
    ("Attackers set upon mourners in Aville on Monday.", "attack_civilians"),
    ("Aville passed into rebel hands on Monday.", "territory_change"),
    ("Militants struck an army post near Aville on Monday.", "armed_clash"),
    ("The guns pounded Aville on Monday.", "shelling"),
    ("A roadside charge tore a police truck apart near Aville on Monday.", "explosive"),
    ("Gangs burned the prison in Aville on Monday.", "property_destruction"),
    ("A shopkeeper was found with a bullet in his head in Aville on Monday.", "attack_civilians"),
    ("Machine guns were heard in Aville on Monday.", "armed_clash"),
    ("A missile came down in a park in Aville on Monday.", "shelling"),
    ("Gunmen burned a lorry on the road out of Aville on Monday.", "property_destruction"),
    ("Robbers emptied a bank in Aville on Monday.", "property_destruction"),
    ("A boat with 30 migrants went under off Aville on Monday.", "disaster_accident"),
    ("Two houses in Aville fell down on Monday.", "disaster_accident"),
    ("The ground shook in Aville on Monday.", "disaster_accident"),
    ("A lorry ran into a queue of cars in Aville on Monday.", "disaster_accident"),
    ("Half of Aville was without electricity on Monday.", "disaster_accident"),
    ("Flood water breached a dyke near Aville on Monday.", "disaster_accident"),
    ("Sirens sent the people of Aville into their cellars on Monday.", "alert_alarm"),
    ("A contingent of 100 policemen landed in Aville on Monday.", "force_movement"),
    ("Streets in Aville were under water on Monday.", "disaster_accident"),
    ("A funnel cloud touched down near Aville on Monday.", "disaster_accident"),
    ("On Monday Aville's sirens wailed for an hour.", "alert_alarm"),
    ("A coach carrying tourists left the road near Aville on Friday.", "disaster_accident"),
    ("Two men were exposed to novichok in Aville on Saturday.", "cbrn_attack"),
    ("Football hooligans fought in the streets of Aville on Saturday.", "mob_violence"),
    ("The strategic town of Aville slipped from the junta's grip on Thursday.", "territory_change"),
    ("Rebels lost Aville to the army on Tuesday.", "territory_change"),
    ("Six villagers had their throats slit in Aville on Thursday.", "attack_civilians"),
    ("Three bodies with gunshot wounds were discovered in Aville on Friday.", "attack_civilians"),
    ("Body of a councillor found shot in Aville on Tuesday.", "attack_civilians"),
    ("Worshippers were fired upon as they left a mosque in Aville on Friday.", "attack_civilians"),
    ("A pupil of 18 opened fire at a school in Aville on Wednesday, killing nine pupils.", "attack_civilians"),
    ("A local official survived an assassination attempt in Aville on Friday.", "attack_civilians"),
    ("A cleric escaped an attempt on his life in Aville on Tuesday.", "attack_civilians"),
    ("A hooded man drove a van into shoppers in Aville on Monday.", "attack_civilians"),
    ("Gunmen raked a minibus with fire near Aville on Thursday.", "attack_civilians"),
    ("Gunmen rampaged through villages around Aville on Sunday.", "attack_civilians"),
    ("Masked men bundled a journalist into a van in Aville on Friday.", "abduction"),
    ("The mayor of Aville was led away by soldiers with a bag over his head on Friday.", "abduction"),
    ("Men in plain clothes dragged a blogger from his home in Aville on Monday.", "abduction"),
    ("Abduction of a trader in Aville, 3 May", "abduction"),
    ("Indirect fire hit the compound in Aville on Sunday; no casualties.", "shelling"),
    ("Howitzers opened up on Aville at dawn on Wednesday.", "shelling"),
    ("Warships bombarded the port of Aville on Friday.", "shelling"),
    ("Shell lands on school in Aville; four pupils hurt", "shelling"),
    ("Helicopter gunships raked a village near Aville on Wednesday.", "air_drone_strike"),
    ("Barrel bombs were dropped on Aville on Sunday.", "air_drone_strike"),
    ("Glide bombs struck Aville on Tuesday afternoon.", "air_drone_strike"),
    ("A market in Aville was bombed from the air on Tuesday.", "air_drone_strike"),
    ("A drone was brought down near Aville on Saturday.", "air_drone_strike"),
    ("Unexploded ordnance killed three children in Aville on Tuesday.", "explosive"),
    ("A booby-trapped door killed two in Aville on Friday.", "explosive"),
    ("A vehicle ran over an explosive device near Aville on Monday, killing five soldiers.", "explosive"),
    ("An attacker wearing an explosive vest detonated it at a checkpoint in Aville on Tuesday.", "suicide_bombing"),
    ("A woman with explosives strapped to her body blew up at a market in Aville on Sunday.", "suicide_bombing"),
    ("An explosives-laden car was driven into a police station in Aville on Monday.", "suicide_bombing"),
    ("An SVBIED detonated near Aville on Monday.", "suicide_bombing"),
    ("Letters containing ricin were sent to the mayor in Aville on Tuesday.", "cbrn_attack"),
    ("White phosphorus shells were fired at Aville on Thursday.", "cbrn_attack"),
    ("A dirty bomb was set off in Aville on Monday.", "cbrn_attack"),
    ("Militiamen gang-raped three women near Aville on Thursday.", "sexual_violence"),
    ("A nurse was raped and killed in Aville on Friday.", "sexual_violence"),
    ("Fighters kept girls as sex slaves in Aville on Monday.", "sexual_violence"),
    ("A suspected thief was lynched in Aville on Monday.", "mob_violence"),
    ("Supporters of the two clubs came to blows in Aville on Saturday.", "mob_violence"),
    ("A pickpocket was beaten to a pulp by passers-by in Aville on Wednesday.", "mob_violence"),
    ("A land dispute between two clans in Aville turned deadly on Monday: five dead.", "mob_violence"),
    ("Aville changed hands on Saturday.", "territory_change"),
    ("The town of Aville is in rebel hands, residents said on Monday.", "territory_change"),
    ("The flag of the rebels now flies over Aville.", "territory_change"),
    ("The militia ceded Aville to the army on Monday.", "territory_change"),
    ("Troops entered Aville on Friday after the enemy withdrew.", "territory_change"),
    ("A building came down in Aville on Sunday, burying nine.", "disaster_accident"),
    ("A dam gave way in Aville on Sunday night.", "disaster_accident"),
    ("A helicopter went down in Aville on Sunday.", "disaster_accident"),
    ("Chlorine leaked from a plant in Aville on Monday.", "disaster_accident"),
    ("A gas cylinder blew up in a restaurant in Aville on Monday.", "disaster_accident"),
    ("Power went out across Aville on Friday.", "disaster_accident"),
]

NOTHING = [
    "The two clubs clash in Aville on Sunday.",
    "The firefighters fought the price war in Aville.",
    "Their skirmish over the budget continued in Aville on Monday.",
    "The team were slaughtered 6-0 in Aville on Saturday.",
    "Farmers shelled peas in Aville on Tuesday.",
    "The company shelled out 3 million in Aville on Monday.",
    "The minister was bombarded with letters in Aville on Monday.",
    "A blast of cold air reached Aville on Monday.",
    "It was a political suicide mission, an analyst said in Aville on Monday.",
    "A flood of visitors reached Aville on Saturday.",
    "The house changed hands in Aville for a million pounds on Monday.",
    "Drone show delights crowds in Aville on Saturday.",
    "She captured hearts in Aville on Saturday.",
    "The company demonstrated its robot in Aville on Monday.",
    "Funnel cake was sold in Aville on Monday.",
    "The cook reduced the sauce in Aville on Monday.",
    "He held out hope in Aville on Monday.",
    "The victory is theirs, fans in Aville said on Monday.",
    "A new record was set in Aville on Monday by the army's band.",
    "Killings in Aville are rare.",
    "Aville is without a mayor since Monday.",
    "The baker emptied his oven in Aville on Monday.",
    "The farm in Aville yielded ten tonnes of wheat on Monday.",
    "The player changed sides in Aville on Monday.",
    "The choir came together in Aville on Monday to sing.",
    "Prices came down in Aville on Monday.",
    "The stadium in Aville shook with song on Monday.",
    "Nobody could recall a bigger protest in Aville.",
    "It was more than any demonstration in Aville for years.",
]


@pytest.mark.parametrize(("text", "type_"), TOLD)
def test_a_wording_tells_its_type(text: str, type_: str) -> None:
    incidents = tell(text)
    assert [i.type for i in incidents] == [type_], show(incidents)


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_like_violence_is_nothing(text: str) -> None:
    incidents = tell(text)
    assert not incidents, show(incidents)


def test_two_nouns_with_a_place_each_are_two_incidents() -> None:
    incidents = tell("The shelling of Aville followed the kidnapping of a mayor in Bville on Monday.")
    told = {i.type: [p.text for p in i.places] for i in incidents}
    assert told == {"shelling": ["Aville"], "abduction": ["Bville"]}, show(incidents)


def test_an_event_days_after_another_has_the_place_behind_it_to_itself() -> None:
    incidents = tell("The raid came two days after the seizure of the town of Bville by rebels on Saturday.")
    assert [(i.type, [p.text for p in i.places]) for i in incidents] == [("territory_change", ["Bville"])]


def test_a_relative_clause_does_not_swallow_the_verb_behind_it() -> None:
    incidents = tell("Soldiers who were leaving the hills blew up a bridge near Aville on Monday.")
    assert ("property_destruction", ["Aville"]) in [(i.type, [p.text for p in i.places]) for i in incidents]


def test_the_office_of_a_place_is_not_where_its_holder_was() -> None:
    incidents = tell("A bomb went off in Bville on Monday. The president of Aville was woken by gunfire.")
    assert all("Aville" not in [p.text for p in i.places] for i in incidents), show(incidents)


def test_a_threat_to_storm_a_town_is_a_threat() -> None:
    incidents = tell("The gunmen's threat to attack the town of Aville came on Monday.")
    assert [(i.type, i.certainty) for i in incidents] == [("threat", "threatened")], show(incidents)
