"""The two acceptance articles: the seed story beside the checkout, and the project's own example.

What the seed story must give is read from the table beside it (``seed/incidents.md``), so that neither its text
nor its answers are copied here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from geomap import Incident, IncidentPlace, extract_incidents

pytestmark = pytest.mark.model
ROOT = Path(__file__).resolve().parents[1]
SITES = {"site", "near", "part_of", "along"}


def km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    a, b, c, d = map(math.radians, (lat1, lon1, lat2, lon2))
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(h)))


def show(incidents: Sequence[Incident]) -> str:
    """What was found, for the message of a failing test."""
    lines = []
    for one in incidents:
        lines.append(
            f"{one.type} {one.certainty}/{one.attribution.level} {one.date_start}..{one.date_end}"
            f" {one.part_of_day} geo {one.geo_precision} where {one.where_prec}"
        )
        lines += [
            f"    {p.role} {p.direction or ''} {p.text} -> {p.name} {p.lat} {p.lon} area={p.is_area}"
            for p in one.places
        ]
    return "\n" + "\n".join(lines)


@dataclass(frozen=True)
class Row:
    """One row of the table of what the seed story must give."""

    number: int
    types: frozenset[str]
    where: str
    precision: str
    when: str
    certainty: str
    level: str

    @property
    def box(self) -> tuple[float, float, float, float, float] | None:
        """lat and lon from, lat and lon to, and a tolerance in km."""
        if found := re.search(r"([\d.]+)–([\d.]+) N ([\d.]+)–([\d.]+) E", self.where):
            south, north, west, east = map(float, found.groups())
            return south, west, north, east, 0.2
        if found := re.search(r"([\d.]+) N ([\d.]+) E ± ([\d.]+) km", self.where):
            lat, lon, tolerance = map(float, found.groups())
            return lat, lon, lat, lon, tolerance
        return None

    def is_at(self, place: IncidentPlace) -> bool:
        if self.box is None or place.lat is None or place.lon is None:
            return False
        south, west, north, east, tolerance = self.box
        lat, lon = min(max(place.lat, south), north), min(max(place.lon, west), east)
        return km(place.lat, place.lon, lat, lon) <= tolerance

    def fits(self, one: Incident) -> bool:
        """Type, certainty, level and date; the place is looked at apart."""
        return (
            one.type in self.types
            and one.certainty == self.certainty
            and one.attribution.level == self.level
            and self.dated(one)
        )

    def dated(self, one: Incident) -> bool:
        day = re.search(r"\d{4}-\d\d-\d\d", self.when)
        if day:
            return one.date_start == day[0] and (one.date_end or one.date_start) == day[0]
        if year := re.search(r"\b\d{4}\b", self.when):
            return (one.date_start or "").startswith(year[0]) and (one.date_end or "").startswith(year[0])
        return not (one.date_start or "").startswith("2022")


# How the table's last word on a place is said in the records.
ROLE = {"part of": "part_of", "in": "site", "at": "site", "along": "along", "near": "near"}


def rows_of(path: Path) -> list[Row]:
    from geomap.lexicons import load_json

    known = type_names(load_json("event_types.json"))
    rows = []
    for line in path.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 6 or not cells[0].isdigit():
            continue
        words = set(re.findall(r"[a-z_]+", cells[1].partition(":")[0]))
        # The table's loose words: a crowd is a protest, territory a change of it.
        words |= {"protest"} if "crowd" in words else set()
        words |= {"territory_change", "air_drone_strike"} if "territory" in words else set()
        words |= {"armed_clash"} if "hypothetical" in words else set()
        certainty, _, level = cells[5].partition("·")
        rows.append(
            Row(
                number=int(cells[0]),
                types=frozenset(words & known),
                where=cells[2],
                precision=cells[3],
                when=cells[4],
                certainty=certainty.strip(),
                level=level.split("(")[0].strip(),
            )
        )
    # A row without coordinates of its own is at the town that an earlier row gives them for.
    for at, row in enumerate(rows):
        for earlier in rows[:at]:
            town = re.search(r"part of (\w+ [A-Z]\w+)", earlier.where)
            if row.box is None and town and town[1] in row.where and earlier.box:
                rows[at] = replace(row, where=f"{row.where}; {earlier.where}")
    return rows


def type_names(lexicon: Any) -> set[str]:
    entries = lexicon.get("types", lexicon) if isinstance(lexicon, dict) else lexicon
    return set(entries) if isinstance(entries, dict) else {entry["id"] for entry in entries}


@pytest.fixture(scope="module")
def rows(shared: Path) -> dict[int, Row]:
    path = shared / "seed" / "incidents.md"
    if not path.is_file():
        pytest.skip("the seed story is not there")
    found = {row.number: row for row in rows_of(path)}
    assert sorted(found) == list(range(1, 11))
    return found


@pytest.fixture(scope="module")
def seed(shared: Path) -> list[Incident]:
    path = shared / "seed" / "article.txt"
    if not path.is_file():
        pytest.skip("the seed story is not there")
    text = path.read_text("utf-8")
    found = extract_incidents(path)
    for one in found:
        assert text[one.quote_start : one.quote_end] == one.quote
    return found


def matching(row: Row, incidents: Sequence[Incident]) -> list[Incident]:
    role = ROLE[row.precision.partition("·")[2].strip() or "in"]
    return [one for one in incidents if row.fits(one) and any(row.is_at(p) and p.role == role for p in one.places)]


@pytest.mark.corpus
@pytest.mark.parametrize("number", [1, 2, 4, 5, 6])
def test_rows_at_a_place(number: int, rows: dict[int, Row], seed: list[Incident]) -> None:
    row = rows[number]
    found = matching(row, seed)
    assert len(found) == 1, f"row {number}: {len(found)} of{show(seed)}"
    (one,) = found
    assert str(one.geo_precision) == row.precision.split()[0]
    if "evening" in row.when:
        assert one.part_of_day == "evening"
    for place in one.places:
        if place.role in SITES and place.lat is not None and row.is_at(place):
            assert not place.is_area
            assert place.reasons
            assert place.rule


@pytest.mark.corpus
def test_the_crowd_is_counted(rows: dict[int, Row], seed: list[Incident]) -> None:
    (one,) = matching(rows[5], seed)
    assert one.crowd_size is not None
    assert one.crowd_size[0] == 200


@pytest.mark.corpus
def test_the_road_is_a_line_and_no_pin(rows: dict[int, Row], seed: list[Incident]) -> None:
    row = rows[3]
    found = [one for one in seed if row.fits(one) and any(p.role == "along" for p in one.places)]
    assert len(found) == 1, show(seed)
    (one,) = found
    ends = [place for place in one.places if place.role == "along"]
    assert one.where_prec == 5
    assert one.geo_precision != 1
    assert len(ends) == 2
    assert all(place.lat is not None and place.lon is not None for place in ends)
    # Its two ends are named in the table.
    names = row.where.partition(" ")[0].split("–")
    assert [place.name for place in ends] == names


@pytest.mark.corpus
def test_the_announced_operation_is_planned_and_an_area(rows: dict[int, Row], seed: list[Incident]) -> None:
    row = rows[7]
    found = [one for one in seed if row.fits(one)]
    assert found, show(seed)
    for one in found:
        assert one.attribution.source
        assert one.geo_precision == 3
        assert one.part_of_day in ("midnight", "00:00")
        assert all(place.is_area for place in one.places if place.role in SITES), show([one])
        assert any(place.role == "part_of" and place.country_code == "XK" for place in one.places), show([one])
    same_day = [one for one in seed if (one.date_start or "") >= "2022-08-01"]
    assert all(one.certainty == "planned" for one in same_day), show(same_day)


@pytest.mark.corpus
def test_the_invasion_is_hypothetical_and_no_point(rows: dict[int, Row], seed: list[Incident]) -> None:
    row = rows[8]
    found = [one for one in seed if one.certainty == "hypothetical"]
    assert found, show(seed)
    assert any(row.fits(one) for one in found), show(found)
    for one in found:
        assert one.geo_precision is None
        assert all(place.is_area or place.lat is None for place in one.places), show([one])


@pytest.mark.corpus
def test_what_is_history_is_told_as_history(rows: dict[int, Row], seed: list[Incident]) -> None:
    declared = [one for one in seed if rows[9].fits(one) and any(place.name == "Pristina" for place in one.places)]
    assert len(declared) == 1, show(seed)
    bombed = [one for one in seed if rows[10].fits(one)]
    assert bombed, show(seed)
    for one in bombed:
        assert one.geo_precision is None
        assert all(place.is_area or place.lat is None for place in one.places), show([one])


@pytest.mark.corpus
def test_only_the_first_six_are_reported(rows: dict[int, Row], seed: list[Incident]) -> None:
    expected = {id(one) for number in (1, 2, 4, 5, 6) for one in matching(rows[number], seed)}
    expected |= {id(one) for one in seed if any(place.role == "along" for place in one.places)}
    reported = [one for one in seed if one.certainty in ("reported", "claimed")]
    others = [one for one in reported if id(one) not in expected]
    dated = [one for one in others if (one.date_start or "2022").startswith("2022")]
    assert not dated, show(dated)


@pytest.mark.corpus
def test_nothing_is_at_the_dateline(seed: list[Incident]) -> None:
    for one in seed:
        for place in one.places:
            assert place.name != "Moscow"
            if place.lat is not None and place.lon is not None and not place.is_area:
                assert km(place.lat, place.lon, 55.75, 37.62) > 100


@pytest.mark.corpus
def test_a_date_by_option_gives_the_same(shared: Path, seed: list[Incident]) -> None:
    from geomap import Settings

    given = extract_incidents(shared / "seed" / "article.txt", settings=Settings(published="2022-08-01"))
    assert given == seed


EXPECTED = json.loads((ROOT / "examples" / "expected-northern-kosovo.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def example() -> list[Incident]:
    return extract_incidents(ROOT / "examples" / EXPECTED["article"])


def place_fits(place: IncidentPlace, wanted: dict[str, Any]) -> bool:
    return (
        place.lat is not None
        and place.lon is not None
        and place.name in wanted["names"]
        and km(place.lat, place.lon, wanted["lat"], wanted["lon"]) <= wanted["tolerance_km"]
        and place.role in wanted["roles"]
        and place.direction in wanted.get("direction", [place.direction])
    )


def unmet(one: Incident, wanted: dict[str, Any]) -> list[str]:
    """Which of the wanted things ``one`` is not."""
    checks = {
        "quote": wanted["quote_has"] in one.quote,
        "type": one.type in wanted["types"],
        "geo_precision": one.geo_precision in wanted.get("geo_precision", [one.geo_precision]),
        "where_prec": one.where_prec in wanted.get("where_prec", [one.where_prec]),
        "part_of_day": one.part_of_day in wanted.get("part_of_day", [one.part_of_day]),
        "certainty": one.certainty in wanted.get("certainty", [one.certainty]),
        "level": one.attribution.level in wanted.get("level", [one.attribution.level]),
        "date_start": one.date_start == wanted.get("date_start", one.date_start),
        "date_start_prefix": (one.date_start or "").startswith(wanted.get("date_start_prefix", "")),
        "crowd_size": list(one.crowd_size or ()) == wanted.get("crowd_size", list(one.crowd_size or ())),
    }
    if "place" in wanted and wanted["place"] is None:
        checks["place"] = all(place.is_area or place.lat is None for place in one.places)
    elif "place" in wanted:
        checks["place"] = any(place_fits(place, wanted["place"]) for place in one.places)
    if "line" in wanted:
        ends = [place.name for place in one.places if place.role == "along"]
        checks["line"] = ends == [wanted["line"]["from"], wanted["line"]["to"]]
    return [name for name, met in checks.items() if not met]


@pytest.mark.parametrize("wanted", EXPECTED["incidents"], ids=lambda wanted: wanted["id"])
def test_the_example_gives(wanted: dict[str, Any], example: list[Incident]) -> None:
    met = [one for one in example if not unmet(one, wanted)]
    near = {one.type: unmet(one, wanted) for one in example if wanted["quote_has"] in one.quote}
    assert len(met) >= 1, f"not met: {near}{show(example)}"
    assert len([one for one in met if one.quote == met[0].quote and one.type == met[0].type]) == 1


@pytest.mark.parametrize("unwanted", EXPECTED["must_not"], ids=lambda unwanted: unwanted["why"])
def test_the_example_never_gives(unwanted: dict[str, Any], example: list[Incident]) -> None:
    """An incident that meets every condition of an entry is one too many."""
    assert set(unwanted) <= {"why", "near", "roles", "quote_has", "certainty", "date_from"}
    for one in example:
        if unwanted.get("quote_has", "") not in one.quote:
            continue
        if one.certainty not in unwanted.get("certainty", [one.certainty]):
            continue
        if "date_from" in unwanted and (one.date_start or "") < unwanted["date_from"]:
            continue
        if "near" in unwanted:
            where = unwanted["near"]
            there = [
                place
                for place in one.places
                if place.lat is not None
                and place.lon is not None
                and not place.is_area
                and place.role in unwanted.get("roles", [place.role])
                and km(place.lat, place.lon, where["lat"], where["lon"]) <= where["km"]
            ]
            if not there:
                continue
        pytest.fail(show([one]))
