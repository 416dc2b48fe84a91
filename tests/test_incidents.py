"""Event coding on articles of our own: what, where, when, how sure, how many; and what must not become an incident."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from incident_articles import (
    COLOMBIA,
    KASHMIR,
    MALI,
    NIGERIA,
    PHILIPPINES,
    STORIES,
    TURKEY,
    Story,
)

from geomap.dates import find_dates
from geomap.incidents import code_incidents
from geomap.lexicons import load_json, load_table
from geomap.records import CERTAINTIES, LEVELS, ROLES, Article, Incident, Place


@pytest.fixture(scope="module")
def nlp() -> Any:
    from geomap.nlp import load_model

    return load_model()


def code(story: Story, nlp: Any = None) -> list[Incident]:
    from geomap.nlp import parse

    article = story.article()
    doc = parse(nlp, article.text) if nlp is not None else None
    return code_incidents(article, story.resolutions(), find_dates(article), doc)


def one(incidents: list[Incident], type_: str, place: str | None = None) -> Incident:
    found = [i for i in incidents if i.type == type_ and (place is None or place in {p.name for p in i.places})]
    assert len(found) == 1, [(i.type, [p.name for p in i.places], i.quote) for i in incidents]
    return found[0]


def town(name: str, **more: Any) -> Place:
    kind = {"feature_class": "P", "feature_code": "PPL", "country_code": "XX", "lat": 10.0, "lon": 20.0} | more
    return Place(id=f"t:{name}", name=name, **kind)


def tell(text: str, *names: str, published: str = "2024-05-15", nlp: Any = None, **more: Any) -> list[Incident]:
    places = tuple(town(n, lat=10.0 + k, lon=20.0 + k, **more) for k, n in enumerate(names))
    return code(Story(name="t", published=published, text=text, places=places), nlp)


# ------------------------------------------------------------------------------------- the records


@pytest.mark.model
@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_every_record_keeps_the_contract(story: Story, nlp: Any) -> None:
    incidents = code(story, nlp)
    assert incidents
    types = load_json("event_types.json")["types"]
    for incident in incidents:
        assert incident.quote == story.text[incident.quote_start : incident.quote_end]
        assert incident.quote.strip() == incident.quote
        assert incident.type in types
        assert incident.certainty in CERTAINTIES
        assert incident.attribution.level in LEVELS
        assert incident.trigger and incident.trigger in story.text
        assert 0.0 <= incident.score <= 1.0
        assert len(incident.sources) == 1 and incident.sources[0].quote == incident.quote
        assert incident.geo_precision in (1, 2, 3, None)
        assert incident.where_prec in range(1, 8)
        assert incident.date_start is None or incident.date_start <= (incident.date_end or "")
        for place in incident.places:
            assert place.role in ROLES
            assert story.text[place.start : place.end] == place.text
        for actor in incident.actors:
            assert story.text[actor.start : actor.end] == actor.text
            assert actor.role in ("agent", "target", "crowd")
        for count in (incident.deaths, incident.injured, incident.crowd_size):
            assert count is None or (count[0] >= 0 and (count[1] is None or count[0] <= count[1]))
    assert len({i.incident_id for i in incidents}) == len(incidents)


@pytest.mark.model
@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_two_runs_give_the_same(story: Story, nlp: Any) -> None:
    assert code(story, nlp) == code(story, nlp)


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_without_a_model_most_is_still_found(story: Story) -> None:
    incidents = code(story)
    assert len(incidents) >= 2
    assert not {p.name for i in incidents for p in i.places} & {"Abuja", "Islamabad", "Washington", "Paris"}


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_upper_case_wire_is_read(story: Story) -> None:
    upper = replace(story, text=story.text.upper())
    assert code(upper)


def test_nothing_in_nothing_out() -> None:
    for text in ("", "   \n ", "\x00\x00", "." * 50, "Hello.", "شهر آرام بود"):
        assert code_incidents(Article(doc_id="e", text=text), [], [], None) == []


def test_another_texts_document_is_ignored(nlp: Any) -> None:
    article = NIGERIA.article()
    doc = nlp("Some other text.")
    assert code_incidents(article, NIGERIA.resolutions(), find_dates(article), doc) == code(NIGERIA)


def test_many_incidents_on_a_page() -> None:
    text = "\n\n".join(
        f"Police arrested {k + 2} men in Aville on Monday. Shelling hit Bville overnight." for k in range(100)
    )
    incidents = tell(text, "Aville", "Bville")
    assert len(incidents) >= 2
    assert {i.type for i in incidents} == {"arrest_raid", "shelling"}


# -------------------------------------------------------------------------------- whole articles


@pytest.mark.model
def test_raid_story(nlp: Any) -> None:
    incidents = code(NIGERIA, nlp)
    raid = one(incidents, "abduction")
    assert raid.deaths == (22, None)
    assert [(p.name, p.role) for p in raid.places] == [("Birnin Gwari", "near")]
    assert raid.geo_precision == 2 and raid.date_start == "2023-06-12" and raid.part_of_day == "night"
    assert raid.attribution.level == "attributed" and raid.attribution.source == "a community leader"
    road = one(incidents, "disaster_accident")
    assert {p.name for p in road.places} == {"Kaduna", "Zaria"} and road.where_prec == 5 and road.geo_precision != 1
    assert road.deaths == (4, 4)
    assert one(incidents, "attack_civilians", "Maiduguri").certainty == "negated"
    assert one(incidents, "protest").places[0].name == "Jos"
    assert one(incidents, "force_movement").certainty == "planned"
    assert "Abuja" not in {p.name for i in incidents for p in i.places}


@pytest.mark.model
def test_border_story(nlp: Any) -> None:
    incidents = code(KASHMIR, nlp)
    battle = one(incidents, "armed_clash", "Handwara")
    assert battle.deaths == (3, 3) and battle.date_start == "2019-03-03"
    shelling = [i for i in incidents if i.type == "shelling"]
    assert [i.certainty for i in shelling] == ["reported", "negated"]
    assert shelling[0].injured == (5, 5) and shelling[0].deaths is None
    assert one(incidents, "riot").places[0].name == "Sopore"
    assert one(incidents, "protest").certainty == "planned"
    assert one(incidents, "protest").date_start == "2019-03-08"
    closing = [i for i in incidents if i.type == "movement_restriction"]
    assert {(i.certainty, i.places[0].name) for i in closing} == {
        ("reported", "Kupwara"),
        ("hypothetical", "Poonch"),
    }
    war = [i for i in incidents if i.date_start == "1965-01-01"]
    assert all(i.certainty == "historical" for i in war)
    assert not {"Islamabad", "New Delhi", "Srinagar"} & {p.name for i in incidents for p in i.places}


@pytest.mark.model
def test_protest_story_and_words_of_other_senses(nlp: Any) -> None:
    incidents = code(COLOMBIA, nlp)
    clash = one(incidents, "riot", "Cali")
    assert clash.deaths == (2, 2) and clash.injured == (30, 30) and clash.crowd_size == (200, 999)
    assert (clash.places[0].role, clash.places[0].direction, clash.geo_precision) == ("part_of", "S", 2)
    block = one(incidents, "barricade_blockade")
    assert {p.role for p in block.places} == {"along"} and block.date_start == "2021-05-03"
    # demonstrators who burn a police station: ACLED's violent demonstration
    assert one(incidents, "riot", "Bogotá").date_start == "2021-05-04"
    assert one(incidents, "abduction").certainty == "claimed"
    assert one(incidents, "threat").certainty == "threatened"
    # "shares rallied", "was fired", "came under fire" report nothing
    assert len(incidents) == 5


@pytest.mark.model
def test_city_battle_story(nlp: Any) -> None:
    incidents = code(PHILIPPINES, nlp)
    strike = one(incidents, "air_drone_strike")
    assert strike.date_start == "2017-10-17" and strike.places[0].direction == "C"
    assert one(incidents, "explosive").injured == (6, 6)
    rumour = one(incidents, "attack_civilians", "Jolo")
    assert rumour.attribution.level == "rumoured"
    assert one(incidents, "force_movement").certainty == "planned"
    assert "Manila" not in {p.name for i in incidents for p in i.places}


@pytest.mark.model
def test_disaster_story(nlp: Any) -> None:
    incidents = code(TURKEY, nlp)
    quake = one(incidents, "disaster_accident", "Izmir")
    assert quake.deaths == (94, 94) and quake.date_start == "2020-10-30"
    assert one(incidents, "disaster_accident", "Samos").deaths == (2, 2)
    assert one(incidents, "arrest_raid").date_start == "2020-11-01"
    # a memorial of an old earthquake is no earthquake, and a plea deal no peace
    assert len(incidents) == 3


@pytest.mark.model
def test_war_story(nlp: Any) -> None:
    incidents = code(MALI, nlp)
    killing = one(incidents, "attack_civilians", "Moura")
    assert killing.certainty == "claimed" and killing.attribution.level == "accused"
    assert one(incidents, "armed_clash", "Moura").deaths == (203, 203)
    assert one(incidents, "shelling").places[0].role == "near"
    assert one(incidents, "protest").certainty == "negated"
    helicopter = one(incidents, "air_drone_strike")
    assert helicopter.certainty == "claimed" and helicopter.geo_precision != 1
    assert not {"Paris", "Gao"} & {p.name for i in incidents for p in i.places}


# ------------------------------------------------------------------------------------ certainty


CERTAIN = [
    ("Troops shelled Aville on Monday.", "reported"),
    ("The army denied that troops had shelled Aville on Monday.", "negated"),
    ("Troops did not shell Aville on Monday.", "negated"),
    ("The rebels claimed to have shelled Aville on Monday.", "claimed"),
    ("Troops will shell Aville on Friday.", "planned"),
    ("Troops are due to enter Aville on Friday.", "planned"),
    ("The general said that troops would enter Aville on Friday.", "planned"),
    ("Troops could shell Aville, analysts said.", "hypothetical"),
    ("If troops shell Aville, the talks are over.", "hypothetical"),
    ("The rebels threatened to shell Aville.", "threatened"),
    ("Gunmen tried to kidnap a judge in Aville on Monday.", "attempted"),
    ("Troops shelled Aville in 1999.", "historical"),
    ("A march planned for Friday in Aville was called off.", "negated"),
    ("Students plan to march through Aville on Friday.", "planned"),
]


@pytest.mark.model
@pytest.mark.parametrize(("text", "certainty"), CERTAIN)
def test_certainty(text: str, certainty: str, nlp: Any) -> None:
    incidents = tell(text, "Aville", nlp=nlp)
    assert [i.certainty for i in incidents] == [certainty]


ATTRIBUTED = [
    ("Troops shelled Aville on Monday.", "stated", None),
    ("Troops shelled Aville on Monday, the governor said.", "attributed", "the governor"),
    ("According to local radio, troops shelled Aville on Monday.", "attributed", "local radio"),
    ("Rumours that troops had shelled Aville spread on Monday.", "rumoured", None),
    ("Witnesses accused troops of shelling Aville on Monday.", "accused", "Witnesses"),
]


@pytest.mark.model
@pytest.mark.parametrize(("text", "level", "source"), ATTRIBUTED)
def test_attribution(text: str, level: str, source: str | None, nlp: Any) -> None:
    (incident,) = tell(text, "Aville", nlp=nlp)
    assert incident.attribution.level == level
    assert source is None or incident.attribution.source == source


# ---------------------------------------------------------------------------------------- places


PLACED = [
    ("A bomb exploded in Aville on Monday.", "site", 1),
    ("A bomb exploded near the village of Aville on Monday.", "near", 2),
    ("A bomb exploded in the northern part of Aville on Monday.", "part_of", 2),
    ("A bomb exploded 20 km south of Aville on Monday.", "near", 2),
    ("A bomb exploded on the outskirts of Aville on Monday.", "near", 2),
    ("A bomb exploded on the Aville-Bville highway on Monday.", "along", 3),
    ("A bomb exploded between Aville and Bville on Monday.", "along", 3),
]


@pytest.mark.model
@pytest.mark.parametrize(("text", "role", "precision"), PLACED)
def test_relation_and_precision(text: str, role: str, precision: int, nlp: Any) -> None:
    (incident,) = tell(text, "Aville", "Bville", nlp=nlp)
    assert {p.role for p in incident.places} == {role}
    assert incident.geo_precision == precision
    if role == "along":
        assert incident.where_prec == 5 and len(incident.places) == 2


@pytest.mark.model
def test_distance_and_direction_are_kept(nlp: Any) -> None:
    (incident,) = tell("A mine killed a farmer 15 km north of Aville on Monday.", "Aville", nlp=nlp)
    assert (incident.places[0].direction, incident.places[0].distance_km) == ("N", 15.0)
    assert incident.deaths == (1, 1)


@pytest.mark.model
def test_speakers_origins_and_governments_are_no_sites(nlp: Any) -> None:
    text = "Aville said on Monday that tourists from Bville had been robbed. A bomb exploded in Cville on Monday."
    incidents = tell(text, "Aville", "Bville", "Cville", nlp=nlp)
    assert {p.name for i in incidents for p in i.places if p.role not in ("from", "to")} == {"Cville"}


@pytest.mark.model
def test_country_is_never_a_point(nlp: Any) -> None:
    (incident,) = tell(
        "Floods killed 30 people in Aland on Monday.", "Aland", nlp=nlp, feature_class="A", feature_code="PCLI"
    )
    assert incident.geo_precision is None and incident.places[0].is_area


@pytest.mark.model
def test_unknown_place_is_listed_without_a_point(nlp: Any) -> None:
    story = Story(
        name="nil", published="2024-05-15", text="A bomb exploded in Qville on Monday.", places=(), nil=("Qville",)
    )
    (incident,) = code(story, nlp)
    assert incident.places[0].text == "Qville" and incident.places[0].lat is None
    assert incident.geo_precision is None


@pytest.mark.model
def test_the_town_is_the_town_before(nlp: Any) -> None:
    text = "Rebels seized the town of Aville on Sunday. Gunfire was heard in the town on Monday morning."
    incidents = tell(text, "Aville", nlp=nlp)
    assert {i.type for i in incidents} == {"territory_change", "armed_clash"}
    assert all(i.places[0].name == "Aville" for i in incidents)


# ------------------------------------------------------------------------------- one event, once


@pytest.mark.model
def test_an_event_told_again_is_one(nlp: Any) -> None:
    text = (
        "Artillery fire hit Aville on Monday, killing five people. The shelling lasted an hour.\n\n"
        "Monday's shelling in Aville was condemned by the governor."
    )
    (incident,) = tell(text, "Aville", nlp=nlp)
    assert incident.deaths == (5, 5)


@pytest.mark.model
def test_several_events_in_a_sentence(nlp: Any) -> None:
    text = "Police arrested six men in Aville on Monday, and a bomb exploded in Bville on Tuesday."
    incidents = tell(text, "Aville", "Bville", nlp=nlp)
    assert [(i.type, i.places[0].name, i.date_start) for i in incidents] == [
        ("arrest_raid", "Aville", "2024-05-13"),
        ("explosive", "Bville", "2024-05-14"),
    ]


OTHER_SENSES = [
    "The company struck a deal in Aville on Monday.",
    "The coach was fired in Aville on Monday after three defeats.",
    "Shares rallied in Aville on Monday.",
    "The ministry sent a protest note to Aville on Monday.",
    "The minister came under fire from critics in Aville.",
    "The film was shot in Aville last year.",
    "He closed the deal in Aville on Monday.",
]


@pytest.mark.model
@pytest.mark.parametrize("text", OTHER_SENSES)
def test_words_in_another_sense(text: str, nlp: Any) -> None:
    assert tell(text, "Aville", nlp=nlp) == []


# ---------------------------------------------------------------------------------------- numbers


COUNTED = [
    ("A bomb killed at least 12 people in Aville on Monday.", (12, None), None),
    ("A bomb killed dozens of people in Aville on Monday.", (24, 96), None),
    ("Three soldiers were killed and seven wounded by a bomb in Aville on Monday.", (3, 3), (7, 7)),
    ("A bomb in Aville on Monday left two people dead and 30 injured.", (2, 2), (30, 30)),
    ("A bomb exploded in Aville on Monday.", None, None),
    ("A bomb killed twenty-one people in Aville on Monday.", (21, 21), None),
]


@pytest.mark.model
@pytest.mark.parametrize(("text", "deaths", "injured"), COUNTED)
def test_casualties(text: str, deaths: Any, injured: Any, nlp: Any) -> None:
    (incident,) = tell(text, "Aville", nlp=nlp)
    assert (incident.deaths, incident.injured) == (deaths, injured)


# -------------------------------------------------------------------------------------- the data


def test_trigger_lexicon_covers_every_type() -> None:
    assert {row[0] for row in load_table("triggers.tsv")} == set(load_json("event_types.json")["types"])


def test_no_rule_names_a_place_of_the_tests() -> None:
    names = {p.name.lower() for s in STORIES for p in s.places}
    words = set(re.findall(r"[^\W\d_]+", " ".join(" ".join(r) for r in load_table("triggers.tsv")).lower()))
    assert not names & words


@pytest.mark.model
@pytest.mark.parametrize(
    ("when", "day"), [("yesterday", "2024-05-14"), ("Saturday", "2024-05-11"), ("Monday night", "2024-05-13")]
)
def test_a_day_behind_a_place_does_not_make_it_a_modifier(nlp: Any, when: str, day: str) -> None:
    incidents = tell(f"A bomb exploded in Arvenna {when}, killing four people.", "Arvenna", nlp=nlp)
    blast = one(incidents, "explosive", "Arvenna")
    assert (blast.date_start, blast.deaths, blast.geo_precision) == (day, (4, 4), 1)


@pytest.mark.model
def test_background_lends_no_place(nlp: Any) -> None:
    text = (
        "Rebels in Arvenna declared independence on March 3, 1996. This was preceded by an armed clash between "
        "two militias."
    )
    for incident in tell(text, "Arvenna", nlp=nlp):
        if incident.type == "armed_clash":
            assert all(place.place_id is None or place.role in ("from", "to") for place in incident.places)


@pytest.mark.model
def test_a_headline_that_the_lead_tells_again_is_one_incident(nlp: Any) -> None:
    from geomap.nlp import parse

    text = (
        "Traders killed by blast in Norvania\n\n"
        "A roadside bomb killed three traders on Monday near Arvenna, an official said."
    )
    area = town("Norvania", feature_class="A", feature_code="PCLI", radius_km=300.0)
    story = Story(name="t", published="2024-05-15", text=text, places=(area, town("Arvenna")))
    article = story.article()
    found = code_incidents(article, story.resolutions(), find_dates(article), parse(nlp, text))
    blast = one(found, "explosive")
    assert [p.name for p in blast.places] == ["Arvenna"]


@pytest.mark.model
def test_suspected_is_said_of_people_not_of_the_incident(nlp: Any) -> None:
    incidents = tell("Suspected rebels kidnapped two engineers in Arvenna on Friday.", "Arvenna", nlp=nlp)
    assert one(incidents, "abduction").certainty == "reported"


@pytest.mark.model
def test_a_destination_that_nobody_knows_is_not_the_town_of_the_sentence_before(nlp: Any) -> None:
    found = tell(
        "Gunmen killed two drivers in Umbrade on Monday. The army will send 300 soldiers to Kolvando next week.",
        "Umbrade",
        nlp=nlp,
    )
    (move,) = [i for i in found if i.type == "force_movement"]
    assert [(p.text, p.role, p.place_id) for p in move.places] == [("Kolvando", "to", None)]


@pytest.mark.model
def test_somebody_who_is_spoken_to_is_no_destination(nlp: Any) -> None:
    (clash,) = tell(
        "Rebels and soldiers clashed in Umbrade, a farmer told us and spoke to Kolvando.", "Umbrade", nlp=nlp
    )
    assert [p.text for p in clash.places] == ["Umbrade"]


def test_a_line_that_only_wraps_ends_no_sentence() -> None:
    text = (
        "Officials of the northern district said on Tuesday that a bomb had gone off in\n"
        "Astrel on Sunday evening, and that nine people who were waiting at a bus stop\n"
        "had been killed. The district's hospital said that it had admitted more than\n"
        "twenty people.\n\nIt asked for blood."
    )
    (incident,) = tell(text, "Astrel")
    assert (incident.type, incident.places[0].name, incident.date_start) == ("explosive", "Astrel", "2024-05-12")


def test_a_line_of_its_own_stays_a_sentence() -> None:
    text = "A blast in Astrel\nGunmen killed two in Borvo\nA mine exploded in Cerna\nPolice shut a road to Dorn"
    assert {i.places[0].name for i in tell(text, "Astrel", "Borvo", "Cerna", "Dorn")} >= {"Astrel", "Borvo", "Cerna"}


@pytest.mark.model
@pytest.mark.parametrize(
    "before",
    [
        "It was the second in the city in ten days",
        "There had been trouble in the town before",
        "The attack was the third such incident in the city this month",
    ],
)
def test_what_stands_before_a_colon_says_where(nlp: Any, before: str) -> None:
    text = (
        "A bomb went off outside the courthouse of Astrel on Monday evening, police said.\n\n"
        f"{before}: on Thursday a grenade was thrown at a guard post near the railway station, hurting two clerks."
    )
    first, second = tell(text, "Astrel", nlp=nlp)
    assert (second.type, second.places[0].name, second.date_start) == ("explosive", "Astrel", "2024-05-09")
    assert second.injured == (2, 2) and first.date_start == "2024-05-13"


@pytest.mark.model
def test_the_crowd_that_was_dispersed_is_the_crowd_that_gathered(nlp: Any) -> None:
    text = (
        "In Astrel, hundreds of residents blocked the main road on Monday over water cuts, burning tyres until police "
        "dispersed them with tear gas."
    )
    incidents = tell(text, "Astrel", nlp=nlp)
    assert one(incidents, "barricade_blockade").crowd_size == (200, 999)
    assert one(incidents, "protest_repressed").crowd_size == (200, 999)
    crowds = [a.text for a in one(incidents, "barricade_blockade").actors if a.role == "crowd"]
    assert crowds == ["hundreds of residents"]


@pytest.mark.model
def test_what_a_headline_tells_beside_another_event_does_not_share_its_place(nlp: Any) -> None:
    body = "\n\nTwo people died when a bomb went off in Astrel on Monday, police said.\n\nNobody claimed it."
    beside = tell("Bomb hits bus station in Astrel as protests over fuel spread" + body, "Astrel", nlp=nlp)
    assert {i.type for i in beside} == {"explosive"}
    placed = tell("Bomb hits bus station in Astrel as protesters march in Borvo" + body, "Astrel", "Borvo", nlp=nlp)
    assert one(placed, "protest").places[0].name == "Borvo"
