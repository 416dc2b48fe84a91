"""Tolls by several sources, sentences that only count, and words that tell of the dead: sentences of our own."""

from __future__ import annotations

import pytest
from telling import show, tell

from geomap.incidents.tolls import widened

pytestmark = pytest.mark.model

Range = tuple[int, int | None] | None

SEVERAL: list[tuple[str, Range, Range]] = [
    (
        "A jet bombed Aville on Monday, killing at least 11 people. An aid group put the dead at 15.",
        (11, 15),
        None,
    ),
    ("A bomb exploded in Aville on Monday; nine were killed, rescuers said; a hospital said seven.", (7, 9), None),
    (
        "Gunmen killed 13 miners near Aville on Monday, an officer said. A councillor put the toll at 17.",
        (13, 17),
        None,
    ),
    ("Shells hit Aville on Monday. Nurses counted 18 bodies; the mayor speaks of 23.", (18, 23), None),
    (
        "Shells hit Aville on Monday. Doctors reported 8 dead and a monitor said at least 12 were killed.",
        (8, None),
        None,
    ),
    ("Gunmen killed 40 villagers in Aville on Monday. A priest from Bville told us 53 had died.", (40, 53), None),
    ("A mob lynched 13 suspects in Aville on Monday. Police confirmed twelve of those deaths.", (12, 13), None),
    ("Shells hit Aville on Monday, killing six. The mayor said 19 people had been wounded.", (6, 6), (19, 19)),
    (
        "Shells hit Aville on Monday, killing six. The army denied that it had fired. Nineteen others were hurt.",
        (6, 6),
        (19, 19),
    ),
    ("Soldiers raided a camp near Aville on Monday and killed six rebels; one soldier also died.", (7, 7), None),
    (
        "Rebels attacked a base in Aville on Monday. The provisional toll: on our side, 5 killed and 11 wounded; on "
        "the enemy's side, 27 neutralised.",
        (5, 32),
        (11, 11),
    ),
    ("A bomb exploded in Aville on Monday, killing five. The death toll rose to 31 on Tuesday.", (31, 31), None),
    # not of this incident, or not of all of it
    ("Shells hit Aville on Monday, killing six. The mayor said two of the dead were children.", (6, 6), None),
    ("Shells hit Aville on Monday, killing six. In Bville, officials said nine people had died.", (6, 6), None),
    ("Gunmen killed six people in Aville on Monday. Police said 40 people had been arrested.", (6, 6), None),
    (
        "Gunmen killed six in Aville on Monday. The governor said 300 people had been killed since January.",
        (6, 6),
        None,
    ),
]

WORDS: list[tuple[str, Range, Range]] = [
    ('The army said that its helicopters had struck a camp near Aville on Monday and "neutralised" 30 fighters.',
     (30, 30), None),
    ("Villagers in Aville beat a suspected thief to death on Monday.", (1, 1), None),
    ("Three men were hacked to death in Aville on Monday.", (3, 3), None),
    ("A mob set alight 13 suspected gang members in Aville on Monday.", (13, 13), None),
    ("Goran Petrov, a councillor, was shot dead in Aville on Monday.", (1, 1), None),
    ("The journalist Ana Petrova was killed in a bombing in Aville on Monday.", (1, 1), None),
    ("A family was killed by shelling in Aville on Monday.", None, None),
    ("A landslide buried 40 people in Aville on Monday.", (40, 40), None),
    ("An explosion at a plant in Aville on Monday sent two firefighters to the hospital with burns.", None, (2, 2)),
    ("Rebels ambushed a convoy near Aville on Monday. Nobody was hurt.", None, (0, 0)),
    ("A mortar shell hit Aville on Monday, and some soldiers fired into the air.", None, None),
]  # fmt: skip

CROWDS: list[tuple[str, Range]] = [
    ("A march took place in Aville on Monday, with about 500 taking part.", (500, 500)),
    ("In Aville several thousand people besieged the parliament on Monday night, chanting slogans.", (2000, 9999)),
]


@pytest.mark.parametrize(("text", "deaths", "injured"), SEVERAL + WORDS)
def test_tolls(text: str, deaths: Range, injured: Range) -> None:
    incidents = [i for i in tell(text) if {p.text for p in i.places} & {"Aville"}]
    assert incidents, "nothing was found"
    assert (incidents[0].deaths, incidents[0].injured) == (deaths, injured), show(incidents)


@pytest.mark.parametrize(("text", "size"), CROWDS)
def test_crowds(text: str, size: Range) -> None:
    incidents = tell(text)
    assert incidents, "nothing was found"
    assert incidents[0].crowd_size == size, show(incidents)


@pytest.mark.parametrize(
    ("one", "two", "more", "both"),
    [
        (None, (5, 5), False, (5, 5)),
        ((11, None), (15, 15), False, (11, 15)),
        ((9, 9), (7, 7), False, (7, 9)),
        ((11, None), (20, None), False, (11, None)),
        ((20, None), (15, 15), False, (15, None)),
        ((6, 6), (1, 1), True, (7, 7)),
    ],
)
def test_two_figures_make_a_range(one: Range, two: tuple[int, int | None], more: bool, both: Range) -> None:
    assert widened(one, two, more=more) == both
