"""Which words report which incident: the 25 types and their ACLED and PLOVER codes, and the senses that are none."""

from __future__ import annotations

from typing import Any

import pytest
from incident_articles import Story

from geomap.dates import find_dates
from geomap.incidents import code_incidents, triggers
from geomap.incidents.triggers import check_lexicon
from geomap.lexicons import load_json
from geomap.records import Incident, Place

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def nlp() -> Any:
    from geomap.nlp import load_model

    return load_model()


def told(text: str, nlp: Any, *names: str) -> list[Incident]:
    """The incidents of a text that names the towns Arlen and Brevik (or ``names``)."""
    from geomap.nlp import parse

    places = tuple(
        Place(
            id=f"t:{name}", name=name, lat=10.0 + k, lon=20.0 + k, feature_class="P", feature_code="PPL",
            country_code="XX",
        )
        for k, name in enumerate(names or ("Arlen", "Brevik"))
    )  # fmt: skip
    story = Story(name="t", published="2024-05-15", text=text, places=places)
    article = story.article()
    return code_incidents(article, story.resolutions(), find_dates(article), parse(nlp, article.text))


# (sentence, type, ACLED sub-event or "" where it does not matter)
REPORTED = [
    ("Rebels ambushed an army patrol near Arlen on Tuesday, wounding two soldiers.", "armed_clash", "Armed clash"),
    ("Soldiers came under fire from militants outside Arlen on Monday.", "armed_clash", "Armed clash"),
    ("Troops traded fire with insurgents in Arlen for three hours on Monday.", "armed_clash", "Armed clash"),
    ("Fierce fighting raged in Arlen on Sunday between the army and the rebels.", "armed_clash", "Armed clash"),
    ("Militants carried out an attack on an army base in Arlen on Sunday.", "armed_clash", "Armed clash"),
    ("The army recaptured the town of Arlen from the rebels on Friday.", "territory_change",
     "Government regains territory"),
    ("Rebel fighters seized control of Arlen on Friday after the garrison fled.", "territory_change",
     "Non-state actor overtakes territory"),
    ("Arlen fell to the insurgents on Friday.", "territory_change", "Non-state actor overtakes territory"),
    ("Government troops withdrew from Arlen on Friday and the militia moved in without a shot.", "territory_change",
     "Non-violent transfer of territory"),
    ("The district of Arlen was handed over to the new administration on Friday under the deal.", "territory_change",
     "Non-violent transfer of territory"),
    ("Insurgents were driven out of Arlen by government forces on Friday.", "territory_change",
     "Government regains territory"),
    ("Warplanes carried out four air strikes on Arlen on Thursday.", "air_drone_strike", "Air/drone strike"),
    ("A drone struck a fuel depot in Arlen overnight.", "air_drone_strike", "Air/drone strike"),
    ("Fighter jets bombed rebel positions near Arlen on Thursday.", "air_drone_strike", "Air/drone strike"),
    ("Mortar rounds landed in a market in Arlen on Wednesday.", "shelling", "Shelling/artillery/missile attack"),
    ("Army gunners shelled Arlen for a third day on Wednesday.", "shelling", "Shelling/artillery/missile attack"),
    ("Three rockets were fired at Arlen on Wednesday.", "shelling", "Shelling/artillery/missile attack"),
    ("A roadside bomb went off near Arlen on Monday, killing a driver.", "explosive",
     "Remote explosive/landmine/IED"),
    ("Two shepherds were killed on Monday when they stepped on a landmine near Arlen.", "explosive",
     "Remote explosive/landmine/IED"),
    ("A man on a motorcycle hurled a hand grenade into a bar in Arlen on Monday.", "explosive", "Grenade"),
    ("A grenade attack wounded five people in Arlen on Monday.", "explosive", "Grenade"),
    ("A suicide bomber blew himself up at a checkpoint in Arlen on Sunday.", "suicide_bombing", "Suicide bomb"),
    ("An attacker detonated his explosive vest outside the barracks in Arlen on Sunday.", "suicide_bombing",
     "Suicide bomb"),
    ("Helicopters dropped barrels of chlorine on Arlen on Sunday.", "cbrn_attack", "Chemical weapon"),
    ("A nerve agent was used in an attack on Arlen on Sunday.", "cbrn_attack", "Chemical weapon"),
    ("Gunmen opened fire on worshippers in Arlen on Saturday.", "attack_civilians", "Attack"),
    ("Gunmen killed 23 people in Arlen on Saturday.", "attack_civilians", "Attack"),
    ("Armed men stormed the market in Arlen on Saturday, shooting dead seven traders.", "attack_civilians", "Attack"),
    ("A journalist was stabbed to death in Arlen on Saturday.", "attack_civilians", "Attack"),
    ("Four farmers were hacked to death near Arlen on Saturday.", "attack_civilians", "Attack"),
    ("Bandits kidnapped 30 pupils from a school in Arlen on Tuesday.", "abduction", "Abduction/forced disappearance"),
    ("Two engineers were taken hostage in Arlen on Tuesday.", "abduction", "Abduction/forced disappearance"),
    ("Six women were raped by soldiers in Arlen on Tuesday.", "sexual_violence", "Sexual violence"),
    ("Some 3,000 teachers marched through Arlen on Monday to demand higher pay.", "protest", "Peaceful protest"),
    ("Students staged a sit-in at the university of Arlen on Monday.", "protest", "Peaceful protest"),
    ("Dockers in Arlen walked off the job on Monday over wages.", "protest", "Peaceful protest"),
    ("Hundreds took to the streets of Arlen on Monday against the new tax.", "protest", "Peaceful protest"),
    ("Prisoners in Arlen went on hunger strike on Monday.", "protest", "Peaceful protest"),
    ("Police fired tear gas to disperse protesters in Arlen on Monday.", "protest_repressed",
     "Protest with intervention"),
    ("Police arrested 40 demonstrators at a protest in Arlen on Monday.", "protest_repressed",
     "Protest with intervention"),
    ("Soldiers opened fire on demonstrators in Arlen on Monday, killing six.", "protest_repressed",
     "Excessive force against protesters"),
    ("Two protesters were shot dead by police in Arlen on Monday.", "protest_repressed",
     "Excessive force against protesters"),
    ("Police used live rounds to break up a rally in Arlen on Monday.", "protest_repressed",
     "Excessive force against protesters"),
    ("Protesters hurled petrol bombs at police in Arlen on Monday.", "riot", "Violent demonstration"),
    ("Demonstrators clashed with riot police in Arlen on Monday.", "riot", "Violent demonstration"),
    ("Rioting broke out in Arlen on Monday.", "riot", "Violent demonstration"),
    ("An angry mob beat a suspected thief to death in Arlen on Monday.", "mob_violence", "Mob violence"),
    ("Villagers with sticks and machetes clashed over grazing land near Arlen on Monday.", "mob_violence",
     "Mob violence"),
    ("Farmers blocked the highway at Arlen with tractors on Monday.", "barricade_blockade", ""),
    ("Looters ransacked shops in Arlen on Monday night.", "property_destruction", "Looting/property destruction"),
    ("Arsonists set fire to a church in Arlen on Monday night.", "property_destruction",
     "Looting/property destruction"),
    ("Masked men vandalised graves in Arlen on Monday night.", "property_destruction",
     "Looting/property destruction"),
    ("Police arrested nine suspects in Arlen on Monday.", "arrest_raid", "Arrests"),
    ("Security agents raided the offices of a newspaper in Arlen on Monday.", "arrest_raid", "Arrests"),
    ("The governor imposed a night curfew on Arlen on Monday.", "movement_restriction", ""),
    ("The border crossing at Arlen was closed on Monday.", "movement_restriction", ""),
    ("The army sent 500 troops to Arlen on Monday.", "force_movement", "Change to group/activity"),
    ("The army set up a new base in Arlen on Monday.", "force_movement", "Headquarters or base established"),
    ("A hundred fighters defected to the government in Arlen on Monday.", "force_movement",
     "Change to group/activity"),
    ("Troops found a cache of rifles and grenades near Arlen on Monday.", "weapons_seizure",
     "Disrupted weapons use"),
    ("Sappers defused a bomb in Arlen on Monday.", "weapons_seizure", "Disrupted weapons use"),
    ("Customs officers seized 40 kg of heroin at Arlen on Monday.", "weapons_seizure", "Disrupted weapons use"),
    ("Air raid sirens sounded in Arlen on Monday.", "alert_alarm", ""),
    ("A bomb threat forced the evacuation of a school in Arlen on Monday.", "alert_alarm", ""),
    ("The two sides signed a ceasefire agreement in Arlen on Monday.", "agreement_ceasefire", "Agreement"),
    ("Forty rebels surrendered to the army in Arlen on Monday.", "agreement_ceasefire", "Agreement"),
    ("The militia threatened to attack Arlen on Monday.", "threat", ""),
    ("Foreign ministers held talks in Arlen on Monday.", "political_act", ""),
    ("The governor of Arlen resigned on Monday.", "political_act", ""),
    ("A strong earthquake shook Arlen on Monday.", "disaster_accident", ""),
    ("A bus plunged into a ravine near Arlen on Monday, killing 12.", "disaster_accident", ""),
    ("A fire broke out at a warehouse in Arlen on Monday.", "disaster_accident", ""),
    ("A gas explosion levelled a block of flats in Arlen on Monday.", "disaster_accident", ""),
    ("A cholera outbreak has killed 30 people in Arlen since Monday.", "disaster_accident", ""),
    # the same words, another sense
    ("Workers at the car factory in Arlen went on strike on Monday.", "protest", "Peaceful protest"),
    ("A missile strike on Arlen killed two people on Monday.", "shelling", "Shelling/artillery/missile attack"),
    ("Clashes between rival fans broke out in Arlen on Monday.", "mob_violence", "Mob violence"),
    ("The union protested in Arlen on Monday.", "protest", "Peaceful protest"),
    ("Rebels fired on a convoy near Arlen on Monday.", "armed_clash", "Armed clash"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "type_", "sub"), REPORTED, ids=[f"{n}-{r[1]}" for n, r in enumerate(REPORTED)])
def test_type_and_sub_event(text: str, type_: str, sub: str, nlp: Any) -> None:
    incidents = told(text, nlp)
    assert [i.type for i in incidents] == [type_]
    if sub:
        assert incidents[0].acled_sub_event == sub
    assert incidents[0].trigger and incidents[0].trigger in text


NOTHING = [
    "The company struck a deal in Arlen on Monday.",
    "The manager was fired from his job in Arlen on Monday.",
    "The director shot a film in Arlen on Monday.",
    "His new musical bombed in Arlen on Monday.",
    "A clash of opinions marked the book fair in Arlen on Monday.",
    "The two teams wore white to avoid a clash of kits in Arlen on Monday.",
    "The children raided the fridge at home in Arlen on Monday.",
    "Her occupation is nursing, and she moved to Arlen on Monday.",
    "The carnival in Arlen on Monday was an explosion of colour.",
    "He suffered a heart attack in Arlen on Monday.",
    "The striker led the attack for United in Arlen on Monday.",
    "The festival opens in Arlen in March.",
    "The film about arrested development was shown in Arlen on Monday.",
    "White's blockade of the pawn decided the chess match in Arlen on Monday.",
    "The singer stormed the charts before her concert in Arlen on Monday.",
    "Shares rallied in Arlen on Monday.",
    "The minister came under fire from critics in Arlen on Monday.",
    "The bank captured 20 percent of the market in Arlen on Monday.",
    "The battle for the league title goes on in Arlen on Monday.",
    "The chef demonstrated how to cook rice in Arlen on Monday.",
    "The town of Arlen was flooded with tourists on Monday.",
    "The exhibition occupies three floors in Arlen from Monday.",
    "Prices exploded in Arlen on Monday.",
    "The gallery in Arlen was under fire for its prices on Monday.",
    "The goalkeeper was beaten twice in Arlen on Monday.",
    "The shooting of the new series began in Arlen on Monday.",
    "A photographer captured the sunset in Arlen on Monday.",
    "The team was eliminated in Arlen on Monday after a penalty shoot-out.",
]


@pytest.mark.parametrize("text", NOTHING)
def test_other_senses_are_no_incident(text: str, nlp: Any) -> None:
    assert told(text, nlp) == []


PLOVER = [
    ("Nurses in Arlen went on strike on Monday.", "PROTEST:strike"),
    ("Prisoners in Arlen began a hunger strike on Monday.", "PROTEST:hunger"),
    ("Traders in Arlen boycotted the market on Monday.", "PROTEST:boycott"),
    ("Thousands demonstrated in Arlen on Monday.", "PROTEST:demo"),
    ("Gunmen abducted a doctor in Arlen on Monday.", "ASSAULT:abduct"),
    ("Police arrested two men in Arlen on Monday.", "COERCE:arrest"),
    ("The mayor imposed a curfew in Arlen on Monday.", "COERCE:curfew"),
    ("Martial law was declared in Arlen on Monday.", "COERCE:martial-law"),
    ("The government expelled two diplomats from Arlen on Monday.", "SANCTION"),
    ("The two sides agreed on a truce in Arlen on Monday.", "RETREAT:ceasefire"),
    ("A drone attacked a depot in Arlen on Monday.", "ASSAULT:drone"),
    ("Jets bombed Arlen on Monday.", "ASSAULT:aerial"),
    ("Troops withdrew from Arlen on Monday.", "RETREAT:withdraw"),
    ("Police were deployed in Arlen on Monday.", "MOBILIZE:police"),
    ("Vandals smashed windows in Arlen on Monday.", "PROTEST:vandalize"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), PLOVER)
def test_plover_code(text: str, code: str, nlp: Any) -> None:
    assert [i.plover for i in told(text, nlp)] == [code]


def test_several_events_in_one_sentence(nlp: Any) -> None:
    text = "Rebels shelled Arlen on Monday, and police arrested four men in Brevik on Tuesday."
    assert {(i.type, i.places[0].name) for i in told(text, nlp)} == {("shelling", "Arlen"), ("arrest_raid", "Brevik")}


def test_nominal_events(nlp: Any) -> None:
    text = (
        "The shelling of Arlen went on all Monday, while the kidnapping of two doctors in Brevik on Sunday is being "
        "investigated."
    )
    assert {(i.type, i.places[0].name) for i in told(text, nlp)} == {("shelling", "Arlen"), ("abduction", "Brevik")}


def test_an_article_without_any_place_still_tells_its_incident(nlp: Any) -> None:
    incidents = told("Gunmen opened fire on a bus on Monday, killing four passengers.", nlp)
    assert [(i.type, i.places, i.geo_precision) for i in incidents] == [("attack_civilians", (), None)]


def test_the_lexicon_is_in_order() -> None:
    assert check_lexicon() == []
    types = set(load_json("event_types.json")["types"])
    covered = {row_type for row_type in types if any(r[1] == row_type for r in REPORTED)}
    assert covered == types


@pytest.mark.parametrize(
    ("pos", "pattern", "needs", "told_of"),
    [
        ("v", "jack-knife", "", "hyphen"),
        ("v", "turn back", "subj=police|any", "narrow nothing"),
        ("v", "tell", "any=there was a bomb", "two neighbours"),
        ("n", "siren", "any=air-raid-drill", "two neighbours"),
        ("n", "raid", "doc=air raid", "two neighbours"),
        ("n", "raid", "any=police||army", "condition"),
    ],
)
def test_a_condition_that_cannot_hold_is_told(
    pos: str, pattern: str, needs: str, told_of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triggers, "load_table", lambda _name: [["alert_alarm", pos, pattern, needs, "", "event"]])
    problems = check_lexicon()
    assert len(problems) == 1
    assert told_of in problems[0]


def test_a_hyphen_parts_no_pair_of_words(nlp: Any) -> None:
    assert not told("Soldiers lowered and raised the flag to half-mast over the town of Arlen on Monday.", nlp, "Arlen")
    assert [i.type for i in told("A gunman shot a trader in Arlen at point-blank range.", nlp, "Arlen")] == [
        "attack_civilians"
    ]
    assert "protest" not in {
        i.type for i in told("The company took over a rival in Arlen in March, its chief said.", nlp, "Arlen")
    }
