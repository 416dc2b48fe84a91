"""Where, told by the layout: headings, stamps and bullets, and the one town of a local story. All articles are ours."""

from __future__ import annotations

import re

import pytest
from parsing import parsed

from geomap.dates import find_dates
from geomap.incidents import code_incidents
from geomap.incidents.headings import read_layout
from geomap.incidents.places import read_spots
from geomap.incidents.syntax import read_text
from geomap.records import Article, Incident, Mention, Place, Resolution

_TOWNS = ("Orvale", "Brenna", "Kestrin", "Dolmar", "Farnley")
_AREAS = ("Vestra", "Sandria")


def _place(name: str) -> Place:
    area = name in _AREAS
    number = sum(map(ord, name))
    return Place(
        id=f"t:{name}",
        name=name,
        lat=number % 40 + 0.5,
        lon=number % 60 + 0.5,
        country_code="XX",
        feature_class="A" if area else "P",
        feature_code="ADM1" if area else "PPL",
        radius_km=90.0 if area else 4.0,
        population=None if area else 40_000,
    )


def _resolutions(text: str) -> list[Resolution]:
    out = []
    for match in re.finditer("|".join((*_TOWNS, *_AREAS)), text, re.IGNORECASE):
        dateline = match.start() == 0 and match.group().isupper()
        mention = Mention(start=match.start(), end=match.end(), text=match.group(), dateline=dateline)
        place = _place(match.group().capitalize())
        out.append(Resolution(mention=mention, place=place, score=0.9, rule="test", reasons=("t",)))
    return out


def _told(text: str) -> list[Incident]:
    article = Article(doc_id="d", text=text, published="2024-05-15")
    return code_incidents(article, _resolutions(text), find_dates(article), parsed(text))


def _where(text: str) -> list[tuple[str, str | None, int | None]]:
    return [(i.type, i.places[0].name if i.places else None, i.geo_precision) for i in _told(text)]


def _stamps(text: str) -> list[tuple[str, str]]:
    """For each line the names of its section and of its stamp."""
    read = read_text(text, None)
    spots = read_spots(read, _resolutions(text))
    layout = read_layout(text, read, spots, frozenset())
    lines = [m.start() for m in re.finditer(r"^.", text, re.MULTILINE)]

    def names(found: list[object]) -> str:
        return " ".join(s.resolution.mention.text.capitalize() for s in found)  # type: ignore[attr-defined]

    return [(names(list(layout.item_of(a).section)), names(list(layout.item_of(a).stamp))) for a in lines]


def test_a_heading_holds_to_the_next() -> None:
    text = "VESTRA\n- One.\n- Orvale: two.\nBACKGROUND\nNothing else.\n\nSANDRIA PROVINCE. A thing was told.\n"
    assert _stamps(text) == [
        ("Vestra", ""), ("Vestra", ""), ("Vestra", "Orvale"), ("", ""), ("", ""), ("Sandria", ""),
    ]  # fmt: skip


def test_an_entry_holds_to_the_next_clock() -> None:
    text = (
        "LIVE: a day\n\n09:10 Brenna: shops shut.\nMore on this.\n\n"
        "0830H Mon — Orvale, Vestra. A fire.\n\n08:00 Hello.\n"
    )
    assert [stamp for _, stamp in _stamps(text)] == ["", "Brenna", "Brenna", "Orvale", ""]


def test_a_dateline_is_no_heading() -> None:
    text = "ORVALE — Two men met.\n\nThey met again.\n"
    assert _stamps(text) == [("", ""), ("", "")]


def test_two_areas_hold_for_nothing() -> None:
    assert _stamps("VESTRA AND SANDRIA\nSomething.\n")[1] == ("", "")


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Bulletin of the week\n\n- Orvale: a mine killed two farmers on Monday.\n"
            "- Brenna: a drone hit a bus on Tuesday.\n",
            [("explosive", "Orvale", 1), ("air_drone_strike", "Brenna", 1)],
        ),
        (
            "Bulletin of the week\n\nVESTRA\n- A mine killed two farmers on Monday.\n"
            "- Shells hit Kestrin on Tuesday.\n",
            [("explosive", "Vestra", 3), ("shelling", "Kestrin", 1)],
        ),
        (
            "LIVE: a day of marches\n\n14:20 Dolmar: police fired tear gas at marchers.\n\n12:05 Orvale: a bomb "
            "went off near the station.\n",
            [("protest_repressed", "Dolmar", 1), ("explosive", "Orvale", 1)],
        ),
    ],
    ids=["bullets", "area heading", "live blog"],
)
def test_what_stands_under_a_place(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert _where(text) == expected


@pytest.mark.model
def test_bullets_do_not_borrow() -> None:
    text = "Bulletin of the week\n\n- Shelling hit Kestrin on Tuesday.\n- A mine killed two farmers on Monday.\n"
    assert ("explosive", "Kestrin", 1) not in _where(text)


@pytest.mark.model
def test_a_local_story_is_in_its_town() -> None:
    text = (
        "ORVALE — A mill in the town burned down on Sunday, and police treat the fire as arson.\n\n"
        "A man from Farnley was arrested at the scene.\n\nBottles were thrown at officers on Monday.\n"
    )
    found = _told(text)
    assert {"arrest_raid", "riot"} <= {i.type for i in found}
    assert {p.name for i in found for p in i.places} == {"Orvale"}


@pytest.mark.model
def test_the_name_that_nobody_knows_is_told() -> None:
    incident = _told("On Monday gunmen attacked the village of Zumbrek in Vestra, killing four farmers.")[0]
    assert {p.text: p.name for p in incident.places} == {"Vestra": "Vestra", "Zumbrek": None}
    assert incident.geo_precision == 3


def test_a_byline_lends_no_place() -> None:
    text = (
        "Shells hit market in Brenna\n\nBy our correspondent in Dolmar\n\nShells killed two people in Brenna on Monday."
        "\n\nIt was the third attack on the city this month, doctors said."
    )
    assert {name for _, name, _ in _where(text)} == {"Brenna"}
