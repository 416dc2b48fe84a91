"""Counts of incidents by area, type and time: the table behind ``geomap summary`` and the map's layer of areas.

What is counted is incidents, not drawings: one at two villages of a province is one there, and one in each of two
provinces is one in both, so that columns may add up to more than the number of incidents. An incident of which only the
country is known counts to the country and to no division. An incident that is planned, threatened, hypothetical, denied
or from history has not happened as far as the article says: it is counted apart.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from geomap.lexicons import load_json
from geomap.text import spreadsheet_safe

__all__ = [
    "HAPPENED",
    "AreaCount",
    "AreaKey",
    "Level",
    "Timeline",
    "area_keys",
    "summarise",
    "summary_csv",
    "timeline",
    "types_in_order",
]

Level = Literal["country", "admin1"]
AreaKey = tuple[str, str]
"""ISO 3166-1 alpha-2 code and GeoNames id of the first-level division: ("XK", "gn:10097358"). The id is "" for the
country as a whole, both are "" where no place is known."""

HAPPENED: frozenset[str] = frozenset({"reported", "claimed", "attempted"})
"""The certainties of what an article reports as having happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCount:
    """The incidents of one area: ``counts`` by type of those that happened, ``total`` their sum, ``other`` those
    planned, threatened, hypothetical, denied or historical. ``km2`` and ``population`` are None where unknown. ``rest``
    is true for the incidents of a country of which no division is known, and for those without any place."""

    code: str
    id: str
    country: str
    name: str
    counts: Mapping[str, int]
    total: int
    other: int
    km2: float | None = None
    population: int | None = None
    rest: bool = False

    def per_area(self) -> float | None:
        """Incidents per 10,000 km²; None for a row that stands for no area."""
        return self.total / self.km2 * 10_000 if self.km2 and not self.rest else None

    def per_population(self) -> float | None:
        """Incidents per 100,000 people; None for a row that stands for no area."""
        return self.total / self.population * 100_000 if self.population and not self.rest else None


def area_keys(gdf: Any, *, by: Level) -> dict[str, tuple[AreaKey, ...]]:
    """Incident id → the areas that it counts to, for a frame from :func:`geomap.boundaries.join_boundaries`.

    The gazetteer's country goes before that of the polygon. By ``admin1`` an incident whose division is known in one
    drawing does not count to its country's rest for another.
    """
    found: dict[str, list[AreaKey]] = {}
    columns = [_column(gdf, name) for name in ("incident_id", "country_code", "boundary_country", "boundary_admin1_id")]
    for ident, own, joined, division in zip(*columns, strict=True):
        # Codes joined with ";" are of a line that crosses a border: it is in each.
        codes = [str(own)] if own else [code for code in str(joined or "").split(";") if code]
        if by == "admin1" and division:
            keys = [(codes[0] if codes else "", str(division))]
        else:
            keys = [(code, "") for code in codes]
        found.setdefault(str(ident), []).extend(keys)
    result: dict[str, tuple[AreaKey, ...]] = {}
    for ident, listed in found.items():
        exact = {code for code, division in listed if division}
        kept = dict.fromkeys(key for key in listed if key[1] or key[0] not in exact)
        result[ident] = tuple(kept) or (("", ""),)
    return result


def _column(gdf: Any, name: str) -> list[Any]:
    if name not in gdf.columns:
        return [None] * len(gdf)
    # pandas writes missing values as NaN once a column's type has changed.
    return [None if value is None or value != value else value for value in gdf[name]]


def summarise(
    gdf: Any,
    *,
    by: Level = "admin1",
    areas: Any = None,
    countries: Mapping[str, str] | None = None,
    populations: Mapping[AreaKey, int] | None = None,
) -> tuple[AreaCount, ...]:
    """The counts of each area that has incidents, most first, those without a place last.

    ``gdf`` comes from :func:`geomap.boundaries.join_boundaries`; ``areas`` (from :func:`geomap.boundaries.load_areas`)
    gives names and square kilometres, ``countries`` names by code, ``populations`` people by area.
    """
    keys = area_keys(gdf, by=by)
    kinds: dict[str, tuple[str, str]] = {}
    for ident, kind, certainty in zip(*(_column(gdf, n) for n in ("incident_id", "type", "certainty")), strict=True):
        kinds.setdefault(str(ident), (str(kind), str(certainty)))
    counts: dict[AreaKey, Counter[str]] = {}
    others: Counter[AreaKey] = Counter()
    for ident, listed in keys.items():
        kind, certainty = kinds[ident]
        for key in listed:
            counts.setdefault(key, Counter())
            if certainty in HAPPENED:
                counts[key][kind] += 1
            else:
                others[key] += 1
    known = {}
    if areas is not None:
        for code, area_id, name, km2 in zip(areas["code"], areas["id"], areas["name"], areas["km2"], strict=True):
            known[(str(code), str(area_id))] = (str(name), float(km2))
    rows = [
        _row(key, counts[key], others[key], by, known, countries or {}, (populations or {}).get(key)) for key in counts
    ]
    return tuple(sorted(rows, key=lambda row: (not row.code, -row.total, -row.other, row.country, row.rest, row.name)))


def _row(
    key: AreaKey,
    counted: Counter[str],
    other: int,
    by: Level,
    known: Mapping[AreaKey, tuple[str, float]],
    countries: Mapping[str, str],
    population: int | None,
) -> AreaCount:
    code, area_id = key
    name, km2 = known.get(key, ("", None))
    country = countries.get(code) or known.get((code, ""), (code, None))[0]
    rest = not code or (by == "admin1" and not area_id)
    if rest:
        name, km2, population = ("(no place)" if not code else "(region not known)"), None, None
    return AreaCount(
        code=code,
        id=area_id,
        country=country,
        name=name or area_id or country,
        counts=dict(sorted(counted.items())),
        total=counted.total(),
        other=other,
        km2=km2,
        population=population,
        rest=rest,
    )


def types_in_order(rows: Sequence[AreaCount]) -> list[str]:
    """The types that occur, in the lexicon's order."""
    used = {kind for row in rows for kind in row.counts}
    listed = [kind for kind in load_json("event_types.json")["types"] if kind in used]
    return listed + sorted(used - set(listed))


def summary_csv(rows: Sequence[AreaCount], *, types: Sequence[str] | None = None) -> str:
    """The table as CSV (RFC 4180): an area a line, a column a type, empty where a number is unknown. Text that a
    spreadsheet would run as a formula gets an apostrophe before it."""
    kinds = list(types if types is not None else types_in_order(rows))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(
        ["country_code", "country", "area_id", "area", *kinds, "total", "not_happened", "area_km2", "per_10000_km2",
         "population", "per_100000_people"]
    )  # fmt: skip
    for row in rows:
        area, people = row.per_area(), row.per_population()
        cells = [row.code, row.country, row.id, row.name]
        writer.writerow(
            [
                *map(spreadsheet_safe, cells),
                *(row.counts.get(kind, 0) for kind in kinds),
                row.total,
                row.other,
                "" if row.km2 is None else round(row.km2, 1),
                "" if area is None else round(area, 3),
                "" if row.population is None else row.population,
                "" if people is None else round(people, 3),
            ]
        )
    return file.getvalue()


# ---- time -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Incidents that happened, by day, week (from Monday), month or year (``unit``): ``starts`` are the first days of
    all the periods without a gap, ``counts`` has one list a type, ``undated`` those without a date."""

    unit: Literal["day", "week", "month", "year"]
    starts: tuple[date, ...]
    counts: Mapping[str, tuple[int, ...]]
    undated: int


# As many bars as are told apart in a chart of 900 pixels.
_MOST_BARS = 62


def timeline(gdf: Any) -> Timeline:
    """The incidents of a frame over time, each at its first day, in the finest unit that gives 62 bars or fewer."""
    days: dict[str, tuple[str, date | None]] = {}
    columns = [_column(gdf, name) for name in ("incident_id", "type", "certainty", "date_start")]
    for ident, kind, certainty, start in zip(*columns, strict=True):
        if certainty in HAPPENED:
            days.setdefault(str(ident), (str(kind), _day(start)))
    dated = [(kind, day) for kind, day in days.values() if day is not None]
    undated = len(days) - len(dated)
    if not dated:
        return Timeline(unit="day", starts=(), counts={}, undated=undated)
    first, last = min(day for _, day in dated), max(day for _, day in dated)
    units: tuple[Literal["day", "week", "month", "year"], ...] = ("day", "week", "month", "year")
    for unit in units:
        starts = _starts(unit, first, last)
        if len(starts) <= _MOST_BARS:
            break
    places = {start: i for i, start in enumerate(starts)}
    counts = {kind: [0] * len(starts) for kind in sorted({kind for kind, _ in dated})}
    for kind, day in dated:
        counts[kind][places[_start(unit, day)]] += 1
    listed = [kind for kind in load_json("event_types.json")["types"] if kind in counts]
    order = listed + [kind for kind in counts if kind not in listed]
    return Timeline(unit=unit, starts=starts, counts={kind: tuple(counts[kind]) for kind in order}, undated=undated)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def _start(unit: str, day: date) -> date:
    if unit == "week":
        return day - timedelta(days=min(day.weekday(), day.toordinal() - 1))
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _starts(unit: str, first: date, last: date) -> tuple[date, ...]:
    """The periods from ``first`` to ``last``; no more than it takes to see that there are too many."""
    most = 10_000 if unit == "year" else _MOST_BARS + 1
    starts = [_start(unit, first)]
    while len(starts) < most:
        after = _after(unit, starts[-1])
        if after is None or after > last:
            break
        starts.append(after)
    return tuple(starts)


def _after(unit: str, start: date) -> date | None:
    try:
        if unit == "month":
            return date(start.year + start.month // 12, start.month % 12 + 1, 1)
        if unit == "year":
            return start.replace(year=start.year + 1)
        return start + timedelta(days=7 if unit == "week" else 1)
    except (ValueError, OverflowError):
        return None
