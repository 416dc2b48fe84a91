"""How many were killed, hurt or gathered: sentences of our own with the range that each must give."""

from __future__ import annotations

import pytest
from telling import show, tell

pytestmark = pytest.mark.model

Range = tuple[int, int | None] | None

CASUALTIES: list[tuple[str, Range, Range]] = [
    ("A bomb killed at least 12 people in Aville on Monday.", (12, None), None),
    ("A bomb killed up to 30 people in Aville on Monday.", (1, 30), None),
    ("A bomb killed more than a dozen people in Aville on Monday.", (12, None), None),
    ("Scores of people were killed in an attack on Aville on Monday.", (40, 180), None),
    ("Hundreds of villagers were killed in an attack on Aville on Monday.", (200, 999), None),
    ("Several soldiers were killed in an attack on Aville on Monday.", (3, 9), None),
    ("A handful of people were wounded in an attack on Aville on Monday.", None, (3, 7)),
    ("A couple of people were wounded in an attack on Aville on Monday.", None, (2, 2)),
    ("Some 200 people were killed in an attack on Aville on Monday.", (200, 200), None),
    ("Between 20 and 30 people were killed in an attack on Aville on Monday.", (20, 30), None),
    ("An attack on Aville on Monday killed 20-30 people.", (20, 30), None),
    ("An attack on Aville on Monday killed 20 to 30 people.", (20, 30), None),
    ("Gunmen killed 12 people, including three children, in Aville on Monday.", (12, 12), None),
    ("Twelve people, among them three children, were killed when a bomb exploded in Aville on Monday.", (12, 12), None),
    ("Two soldiers and a civilian were killed in an ambush near Aville on Monday.", (3, 3), None),
    ("Two soldiers, a policeman and four civilians were killed in an ambush near Aville on Monday.", (7, 7), None),
    ("A bomb exploded in Aville on Monday, killing nine and wounding another 14.", (9, 9), (14, 14)),
    ("A bomb exploded in Aville on Monday, killing nine people and wounding at least 14 others.", (9, 9), (14, None)),
    ("One person was killed in shelling in Aville on Monday.", (1, 1), None),
    ("Shelling killed a man and his son in Aville on Monday.", (2, 2), None),
    ("A woman and her two daughters were killed by shelling in Aville on Monday.", (3, 3), None),
    ("A bomb exploded in Aville on Monday, but there were no casualties.", (0, 0), (0, 0)),
    ("A bomb exploded in Aville on Monday without causing casualties.", (0, 0), (0, 0)),
    ("A bomb exploded in Aville on Monday; no one was hurt.", None, (0, 0)),
    ("A bomb exploded in Aville on Monday. No injuries were reported.", None, (0, 0)),
    ("A bomb exploded in Aville on Monday, and nobody was killed.", (0, 0), None),
    ("A bomb exploded in Aville on Monday, killing five. The death toll rose to 31 on Tuesday.", (31, 31), None),
    ("A bomb exploded in Aville on Monday. Nine people died and 20 were injured.", (9, 9), (20, 20)),
    (
        "Gunmen killed 3 people in Aville on Monday. Since January more than 4,000 people have died in the conflict.",
        (3, 3),
        None,
    ),
    ("Floods hit Aville on Monday, killing 1,200 people.", (1200, 1200), None),
    ("Floods hit Aville on Monday, killing two thousand people.", (2000, 2000), None),
    ("An explosion in Aville on Monday left 34 people dead and more than 100 injured.", (34, 34), (100, None)),
    ("An explosion in Aville on Monday left one dead and dozens wounded.", (1, 1), (24, 96)),
    ("Gunmen shot dead a 45-year-old teacher in Aville on Monday.", (1, 1), None),
    ("A 19-year-old student was shot dead by police in Aville on Monday.", (1, 1), None),
    ("Police shot and killed a man, 32, in Aville on Monday.", (1, 1), None),
    ("Gunmen attacked Aville at 4 a.m. on 13 May, killing six.", (6, 6), None),
    ("A mine killed a farmer 15 km north of Aville on Monday.", (1, 1), None),
    ("Rebels fired 30 rockets at Aville on Monday, killing four.", (4, 4), None),
    ("Rebels with 200 fighters attacked Aville on Monday and killed four people.", (4, 4), None),
    ("The attack on Aville on Monday claimed 17 lives.", (17, 17), None),
    ("The bombing in Aville on Monday claimed the lives of 17 people.", (17, 17), None),
    ("Seventeen people lost their lives in a bombing in Aville on Monday.", (17, 17), None),
    ("The bombing in Aville on Monday cost 17 lives.", (17, 17), None),
    ("The death toll from Monday's bombing in Aville stands at 17.", (17, 17), None),
    ("Monday's bombing in Aville had a death toll of 17.", (17, 17), None),
    ("At least 17 bodies were recovered after shelling in Aville on Monday.", (17, None), None),
    ("Shelling in Aville on Monday wounded eight, three of them seriously.", None, (8, 8)),
    ("Shelling in Aville on Monday injured eight people, including two critically.", None, (8, 8)),
    ("Nine people were killed, five of them children, when shells hit Aville on Monday.", (9, 9), None),
    ("Fighting in Aville on Monday killed 12 soldiers and 30 rebels, the army said.", (42, 42), None),
    (
        "The army said it had killed 30 rebels in a battle in Aville on Monday; the rebels said three had died.",
        (3, 30),
        None,
    ),
    ("No fewer than 17 people were killed in an attack on Aville on Monday.", (17, None), None),
    ("As many as 40 people were injured in a stampede in Aville on Monday.", None, (1, 40)),
    ("Fewer than 10 people were injured in an attack on Aville on Monday.", None, (1, 9)),
    ("Nearly 100 people were killed in an attack on Aville on Monday.", (100, 100), None),
    ("About two dozen people were hurt in clashes in Aville on Monday.", None, (24, 24)),
    ("Five people died, two of them on the spot, in an attack in Aville on Monday.", (5, 5), None),
    ("Gunmen killed the mayor of Aville on Monday.", (1, 1), None),
    ("Gunmen killed the police chief and two of his bodyguards in Aville on Monday.", (3, 3), None),
    ("The attack on Aville on Monday killed four and left 12 others with burns.", (4, 4), None),
    ("Shelling in Aville on Monday wounded eleven people, two of whom later died.", (2, 2), (11, 11)),
    ("The bombing in Aville on Monday killed at least 12 and injured 30 or more.", (12, None), (30, None)),
    ("The quake in Aville on Monday killed over 1.5 million chickens.", None, None),
    ("A fire destroyed 40 houses in Aville on Monday.", None, None),
    ("Gunmen killed 60 cattle in Aville on Monday.", None, None),
]

CROWDS: list[tuple[str, Range]] = [
    ("About 300 people marched in Aville on Monday.", (300, 300)),
    ("Some 2,000 protesters rallied in Aville on Monday.", (2000, 2000)),
    ("Thousands of people demonstrated in Aville on Monday.", (1000, 9999)),
    ("Tens of thousands marched through Aville on Monday.", (20_000, 99_999)),
    ("Between 200 and 300 teachers protested in Aville on Monday.", (200, 300)),
    ("A crowd of 500 gathered in Aville on Monday to protest against the mayor.", (500, 500)),
    ("A protest in Aville on Monday drew more than 10,000 people.", (10_000, None)),
    ("A protest in Aville on Monday was attended by 400 nurses.", (400, 400)),
    ("A protest by dozens of students took place in Aville on Monday.", (24, 96)),
    ("An estimated 1.5 million people marched in Aville on Monday.", (1_500_000, 1_500_000)),
    ("Around 10k people marched in Aville on Monday.", (10_000, 10_000)),
    ("A few hundred workers went on strike in Aville on Monday.", (200, 999)),
    ("Several thousand people rallied in Aville on Monday.", (2000, 9999)),
    ("Up to 5,000 people marched in Aville on Monday, police said.", (1, 5000)),
    ("Half a million people marched in Aville on Monday.", (500_000, 500_000)),
    ("Police fired tear gas at some 600 demonstrators in Aville on Monday.", (600, 600)),
    ("Students marched in Aville on Monday.", None),
    ("Students marched 12 km through Aville on Monday.", None),
    ("Twenty-five people marched in Aville on Monday in the 60th protest this year.", (25, 25)),
]

DETAINED: list[tuple[str, Range]] = [
    ("Police arrested 14 people in Aville on Monday.", (14, 14)),
    ("At least 14 people were detained in Aville on Monday.", (14, None)),
    ("A man was arrested in Aville on Monday.", (1, 1)),
    ("Gunmen kidnapped 17 bus passengers in Aville on Monday.", (17, 17)),
    ("Dozens of students were abducted from a school in Aville on Monday.", (24, 96)),
    ("Police arrested several demonstrators in Aville on Monday.", (3, 9)),
    ("Gunmen abducted a priest and two nuns in Aville on Monday.", (3, 3)),
    ("Police used tear gas against protesters in Aville on Monday and detained 30.", (30, 30)),
    ("Police searched houses in Aville on Monday and seized 14 rifles.", None),
    ("Gunmen abducted eleven women and killed two men in Aville on Monday.", (11, 11)),
    ("Two men were taken hostage in Aville on Monday.", (2, 2)),
    ("Rebels took 12 soldiers prisoner in Aville on Monday.", (12, 12)),
]


@pytest.mark.parametrize(("text", "deaths", "injured"), CASUALTIES)
def test_casualties(text: str, deaths: Range, injured: Range) -> None:
    incidents = tell(text)
    assert len(incidents) == 1, show(incidents)
    assert (incidents[0].deaths, incidents[0].injured) == (deaths, injured), show(incidents)


@pytest.mark.parametrize(("text", "size"), CROWDS)
def test_crowd(text: str, size: Range) -> None:
    incidents = tell(text)
    assert len(incidents) == 1, show(incidents)
    assert incidents[0].crowd_size == size, show(incidents)


@pytest.mark.parametrize(("text", "held"), DETAINED)
def test_detained(text: str, held: Range) -> None:
    incidents = tell(text)
    assert incidents, "nothing was found"
    assert incidents[0].detained == held, show(incidents)


NOTES: list[tuple[str, Range, Range]] = [
    ("Shells hit Aville on Monday, killing six people. Nineteen others were hurt.", (6, 6), (19, 19)),
    ("Shells hit Aville on Monday. At least 19 people were taken to hospital.", None, (19, None)),
    ("Shells hit Aville on Monday, killing six.\n\nAnother nine were treated for burns.", (6, 6), (9, 9)),
    ("Jets bombed Aville on Monday. Local radio put the toll at seven.", (7, 7), None),
    ("A car was stopped near Aville on Monday and its driver shot dead.", (1, 1), None),
    ("A mortar shell killed a girl of nine in Aville on Monday, where a sniper had wounded her uncle.", (1, 1), None),
    ("Shells hit Aville on Monday. In Bville, nine people were hurt by a mine.", None, None),
]


@pytest.mark.parametrize(("text", "deaths", "injured"), NOTES)
def test_a_sentence_that_only_counts(text: str, deaths: Range, injured: Range) -> None:
    incidents = tell(text)
    assert incidents, "nothing was found"
    assert (incidents[0].deaths, incidents[0].injured) == (deaths, injured), show(incidents)
