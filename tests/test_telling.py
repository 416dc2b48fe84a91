"""One incident per event, not per sentence: what is told again is one, what differs in day or town stays apart."""

from __future__ import annotations

from typing import Any

import pytest
from incident_articles import Story
from parsing import parsed

from geomap.dates import find_dates
from geomap.incidents import code_incidents
from geomap.records import Incident, Place

PUBLISHED = "2024-05-15"  # a Wednesday


def place(name: str, lat: float, lon: float, code: str = "PPL", **more: Any) -> Place:
    area = code.startswith(("ADM", "PCL"))
    kind = {"feature_class": "A" if area else "P", "country_code": "XX", "radius_km": 200.0 if area else 4.0} | more
    return Place(id=f"t:{name}", name=name, lat=lat, lon=lon, feature_code=code, **kind)


PLACES = (
    place("Astrel", 14.1, -3.1, admin1="04"),
    place("Borvo", 14.4, -3.9, admin1="04"),
    place("Cerna", 13.2, -2.2, admin1="04"),
    place("Dorn", 12.8, -4.4, admin1="05"),
    place("Erlitz", 15.5, -2.0, admin1="06"),
    place("Lower Valley", 14.0, -3.4, "ADM1", admin1="04"),
    place("Sarvania", 14.0, -4.0, "PCLI"),
    place("Port Sarv", 12.6, -8.0, "PPLC", admin1="01"),
)


def told(text: str, published: str | None = PUBLISHED, *, parse: bool = True) -> list[Incident]:
    present = tuple(p for p in PLACES if p.name.lower() in text.lower())
    story = Story(name="t", published=published or "", text=text, places=present)
    article = story.article()
    return code_incidents(article, story.resolutions(), find_dates(article), parsed(text) if parse else None)


def facts(incidents: list[Incident]) -> list[tuple[str, str | None]]:
    return [(i.places[0].name or "" if i.places else "", i.date_start) for i in incidents]


ONE = [
    (
        "headline, lead and body",
        "Blast kills nine in Astrel\n\nA car bomb killed nine people in Astrel on Tuesday, the mayor "
        "said.\n\nThe explosion "
        "tore through the market shortly after noon.\n\nThe attack was the third in the town since January.",
        ("Astrel", "2024-05-14"),
    ),
    (
        "a headline that knows only the country",
        "Dozens killed in attack in Sarvania\n\nGunmen killed at least 24 villagers in Astrel on Monday, "
        "officials said.\n\n"
        "The attackers came on motorcycles and opened fire on people at the well, a witness said.",
        ("Astrel", "2024-05-13"),
    ),
    (
        "the day and the town come later",
        "Gunmen have abducted eleven students in Sarvania.\n\nThe abduction took place on Saturday in Astrel, "
        "the governor said.",
        ("Astrel", "2024-05-11"),
    ),
    (
        "the violence, the clashes",
        "At least six people were killed in clashes between herders and farmers in Borvo on Sunday, police "
        "said. The violence "
        "began when cattle strayed onto a field.\n\nThe clashes left fourteen people injured.",
        ("Borvo", "2024-05-12"),
    ),
    (
        "the worst attack, the massacre",
        "Gunmen killed 31 people in Astrel on Monday in the worst attack in the region this year.\n\nThe "
        "massacre drew "
        "condemnation from the government in Port Sarv.",
        ("Astrel", "2024-05-13"),
    ),
    (
        "two sides of one fight",
        "Soldiers killed twelve fighters in Astrel on Sunday, the army said. The rebels said that they had "
        "killed four "
        "soldiers in the fighting in Astrel.",
        ("Astrel", "2024-05-12"),
    ),
    (
        "a raid in three sentences",
        "Rebels attacked the village of Cerna on Friday. They burned forty houses and killed a woman. The "
        "fighters stormed "
        "the village before dawn, residents said.",
        ("Cerna", "2024-05-10"),
    ),
    (
        "a march and its marchers",
        "Thousands marched through Astrel on Sunday to demand elections.\n\nThe protesters gathered at the "
        "stadium and walked "
        "to the governor's office.\n\nThe march ended peacefully.",
        ("Astrel", "2024-05-12"),
    ),
    (
        "an earthquake felt elsewhere",
        "An earthquake shook Erlitz on Monday, killing forty people.\n\nThe quake struck at 3 a.m. and "
        "flattened houses, the "
        "governor said. The earthquake was felt in Dorn.",
        ("Erlitz", "2024-05-13"),
    ),
    (
        "two bombs, the first and the second",
        "Two bombs went off in Dorn on Tuesday evening, killing five people. The first device exploded outside "
        "a cinema. The "
        "second was detonated ten minutes later near a bus station.",
        ("Dorn", "2024-05-14"),
    ),
    (
        "the same number, told again",
        "Militants killed 17 soldiers in Astrel on Sunday, the army said.\n\nPort Sarv has sent "
        "reinforcements.\n\nSeventeen "
        "soldiers died in Sunday's ambush in Astrel, the worst loss this year.",
        ("Astrel", "2024-05-12"),
    ),
    (
        "fighting and its dead",
        "Fighting broke out in Cerna on Saturday between the army and militiamen.\n\nNine people were killed in "
        "the fighting, a "
        "doctor said. Twenty were wounded.\n\nThe clashes in Cerna lasted four hours.",
        ("Cerna", "2024-05-11"),
    ),
    (
        "a town taken, and entered",
        "Rebels captured Erlitz on Sunday, a spokesman said.\n\nResidents said the fighters entered Erlitz at "
        "dawn on Sunday. "
        "The fall of Erlitz is a blow to the army.",
        ("Erlitz", "2024-05-12"),
    ),
    (
        "a road blocked, and why",
        "Truck drivers blocked the road at Borvo on Monday.\n\nThe drivers had blocked the road to demand "
        "cheaper fuel.",
        ("Borvo", "2024-05-13"),
    ),
    (
        "the attack of the day before",
        "The government declared three days of mourning on Tuesday after Monday's attack in Astrel, in which 24 "
        "people were "
        "killed. Gunmen had opened fire on a market in Astrel on Monday.",
        ("Astrel", "2024-05-13"),
    ),
    (
        "strikes on several towns, and details",
        "Drones struck Astrel, Borvo and Cerna overnight. In Borvo a drone hit a school.",
        ("Astrel", "2024-05-14"),
    ),
]


@pytest.mark.model
@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in ONE], ids=[row[0] for row in ONE])
def test_one_event_is_one_incident(text: str, expected: tuple[str, str]) -> None:
    assert facts(told(text)) == [expected]


APART = [
    (
        "two towns",
        "A bomb exploded in Astrel on Monday, killing two people. A second bomb exploded in Borvo on Monday, "
        "killing three.",
        [("Astrel", "2024-05-13"), ("Borvo", "2024-05-13")],
    ),
    (
        "two days",
        "Artillery shelled Astrel on Sunday. Artillery shelled Astrel again on Tuesday, wounding four.",
        [("Astrel", "2024-05-12"), ("Astrel", "2024-05-14")],
    ),
    (
        "a march, and one the next day",
        "Thousands marched through Astrel on Sunday. On Monday hundreds marched in Astrel again.",
        [("Astrel", "2024-05-12"), ("Astrel", "2024-05-13")],
    ),
    (
        "a separate attack",
        "Gunmen killed four farmers near Astrel on Monday.\n\nIn a separate attack on Monday, gunmen killed six "
        "farmers near Borvo.",
        [("Astrel", "2024-05-13"), ("Borvo", "2024-05-13")],
    ),
    (
        "another bomb in the same town",
        "A roadside bomb killed two soldiers in Astrel on Monday. Another roadside bomb killed a driver in "
        "Astrel later on Monday.",
        [("Astrel", "2024-05-13"), ("Astrel", "2024-05-13")],
    ),
    (
        "an arrest after a killing",
        "A grenade killed three people at a bar in Dorn on Saturday night.\n\nPolice arrested two men in Dorn "
        "on Sunday.\n\n"
        "No group has claimed the grenade attack.",
        [("Dorn", "2024-05-11"), ("Dorn", "2024-05-12")],
    ),
    (
        "entries of a live blog",
        "Live: the strikes on the north\n\nWednesday 15 May\n10:40 A drone hit a depot in Astrel.\n09:05 "
        "Explosions were heard "
        "in Borvo.\n\nTuesday 14 May\n22:10 A missile hit a school in Cerna.\n21:00 A missile struck a bridge "
        "in Dorn.",
        [("Astrel", "2024-05-15"), ("Borvo", "2024-05-15"), ("Cerna", "2024-05-14"), ("Dorn", "2024-05-14")],
    ),
    (
        "a timeline",
        "May 3 - Gunmen killed two farmers in Astrel.\nMay 9 - Gunmen killed a teacher in Astrel.\nMay 11 - A "
        "mine killed a "
        "driver in Borvo.",
        [("Astrel", "2024-05-03"), ("Astrel", "2024-05-09"), ("Borvo", "2024-05-11")],
    ),
    (
        "town by town",
        "Four towns saw bloodshed on Tuesday.\n\nIn Astrel, a mine killed two soldiers.\n\nIn Borvo, gunmen "
        "killed a teacher.\n\nIn "
        "Cerna, a mine killed three soldiers.\n\nIn Dorn, a mine killed one soldier.",
        [("Astrel", "2024-05-14"), ("Borvo", "2024-05-14"), ("Cerna", "2024-05-14"), ("Dorn", "2024-05-14")],
    ),
]


@pytest.mark.model
@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in APART], ids=[row[0] for row in APART])
def test_other_days_and_towns_stay_apart(text: str, expected: list[tuple[str, str]]) -> None:
    assert facts(told(text)) == expected


@pytest.mark.model
def test_a_later_toll_wins() -> None:
    (incident,) = told(
        "A car bomb exploded in Astrel on Tuesday. Police at first said that four people had been killed.\n\n"
        "The death toll from the blast in Astrel rose to seven on Wednesday, the hospital said."
    )
    assert (incident.date_start, incident.deaths) == ("2024-05-14", (7, 7))


@pytest.mark.model
def test_capitals_throughout() -> None:
    (incident,) = told(
        "PORT SARV, 4 JAN 90 -- A BOMB EXPLODED LAST NIGHT IN ASTREL. THE BOMB EXPLOSION KILLED TWO POLICEMEN. "
        "THE ATTACK WAS "
        "CLAIMED BY NOBODY.\n\nTHE BOMB WENT OFF NEXT TO A BANK IN ASTREL.",
        "1990-01-04",
    )
    assert (incident.date_start, incident.part_of_day, incident.deaths) == ("1990-01-03", "night", (2, 2))


# ------------------------------------------------------------------------------- which day it was


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "days"),
    [
        # the day that it happened, not the day that it was told
        (
            "A mine killed two men in Astrel on Sunday, the army said on Tuesday. The same day, gunmen burned a "
            "school in Borvo.",
            ["2024-05-12", "2024-05-12"],
        ),
        (
            "Gunmen killed a judge in Astrel on Sunday. Two days earlier, a bomb exploded in Borvo.",
            ["2024-05-12", "2024-05-10"],
        ),
        (
            "A bomb exploded in Astrel on Friday. The following morning soldiers raided Borvo.",
            ["2024-05-10", "2024-05-11"],
        ),
        ("Shelling hit Astrel from Friday to Sunday.", ["2024-05-10..2024-05-12"]),
        ("Shelling hit Astrel between 3 and 9 May.", ["2024-05-03..2024-05-09"]),
        ("Gunmen killed eleven people in Astrel earlier this week.", ["2024-05-13..2024-05-15"]),
        ("A depot in Astrel was shelled on the night of 8 to 9 May.", ["2024-05-08..2024-05-09"]),
        # no such day, or a day that counts from something untold: none, and not somebody else's
        ("A bomb exploded in Astrel on Monday. On 31 February a mine exploded in Borvo.", ["2024-05-13", None]),
        (
            "A bomb exploded in Astrel on Monday. Two days before the vote a mine exploded in Borvo.",
            ["2024-05-13", None],
        ),
        # a bare time is of the day that the story is at
        (
            "A bomb exploded in Astrel on Friday. After nightfall a mine exploded in Borvo.",
            ["2024-05-10", "2024-05-10"],
        ),
        # told on a day: then, or shortly before
        ("The rebels said on Monday that they had shelled Astrel.", ["2024-05-13"]),
    ],
)
def test_the_day_of_an_incident(text: str, days: list[str | None]) -> None:
    assert [i.date_start if i.date_start == i.date_end else f"{i.date_start}..{i.date_end}" for i in told(text)] == days


@pytest.mark.model
def test_an_anniversary_is_background() -> None:
    incidents = told(
        "On the tenth anniversary of the massacre in Astrel, thousands marched through Borvo on Tuesday. "
        "Soldiers killed 80 "
        "people in Astrel in May 2014."
    )
    assert [i.certainty for i in incidents if i.date_start == "2024-05-14"] == ["reported"]
    assert {i.certainty for i in incidents if (i.date_start or "").startswith("2014")} == {"historical"}


# ------------------------------------------------------------------------------------ corrections


@pytest.mark.model
def test_a_correction_adds_no_fact_of_the_earlier_version() -> None:
    (incident,) = told(
        "A bomb killed four people in Astrel on Sunday.\n\nCorrection: An earlier version of this article said "
        "the bomb "
        "exploded on Monday and killed nine people."
    )
    assert (incident.date_start, incident.deaths) == ("2024-05-12", (4, 4))


@pytest.mark.model
def test_a_report_that_was_wrong_is_withdrawn() -> None:
    incidents = told(
        "Our report on Monday that soldiers had shelled Astrel on Sunday was wrong. The shelling was in Borvo."
    )
    assert not [i for i in incidents if i.certainty == "reported" and "Astrel" in {p.name for p in i.places}]
    assert [i for i in incidents if i.certainty == "reported" and "Borvo" in {p.name for p in i.places}]


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "types"),
    [
        (
            "Shells hit a depot in Astrel on Sunday, killing two guards and setting off a fire that burned until noon.",
            ["shelling"],
        ),
        ("A drone strike sparked a fire at a refinery in Astrel on Sunday.", ["air_drone_strike"]),
        ("Lightning started a fire that burned 300 hectares near Astrel on Sunday.", ["disaster_accident"]),
    ],
)
def test_a_fire_that_an_attack_lit_is_part_of_it(text: str, types: list[str]) -> None:
    found = told(text)
    assert [i.type for i in found] == types
    assert found[0].certainty == "reported"


# ---------------------------------------------------------------------------------- many on a page


def test_two_hundred_incidents_stay_apart() -> None:
    names = ("Astrel", "Borvo", "Cerna", "Dorn", "Erlitz")
    lines = [f"On {1 + k % 14} May 2024 a bomb exploded in {names[k % 5]}, killing {k + 2} people." for k in range(200)]
    assert len(told("\n\n".join(lines), parse=False)) >= 195
