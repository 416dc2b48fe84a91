"""First-level divisions (states, provinces, oblasts): their outlines, and which one a point lies in.

They are Natural Earth's 1:10m admin-1 units (public domain), joined to the divisions of GeoNames by
``geomap/maps/build_divisions.py``. A division's *cell* is exact towards the other divisions of its country and
reaches some 13 km beyond its coasts and the country's borders, which come from the country's own polygon (see
:func:`geomap.boundaries.load_divisions`). In a country whose divisions are newer than Natural Earth's, some are
missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from geomap.arcs import decode_arcs
from geomap.text import fold

__all__ = [
    "Division",
    "cell_of_division",
    "division_at",
    "division_countries",
    "divisions_at",
    "divisions_of",
    "find_division",
    "inner_lines",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """A first-level division: GeoNames ``id`` (``gn:785756``), ISO 3166-1 alpha-2 ``code`` of its country, ``name``,
    ``rings`` of arc numbers, and ``land``: the ADM0_A3 codes of the country polygons that it lies in, empty where they
    are those of ``code``."""

    id: str
    code: str
    name: str
    rings: tuple[tuple[int, ...], ...]
    land: tuple[str, ...] = ()


@cache
def _data() -> Any:
    # Read beside the package rather than through it: geomap.maps need not be loaded for a spatial join.
    return json.loads(resources.files("geomap").joinpath("maps", "data", "admin1.json").read_text(encoding="utf-8"))


@cache
def division_countries() -> tuple[str, ...]:
    """The codes of the countries whose divisions have outlines."""
    return tuple(_data()["countries"])


@cache
def divisions_of(code: str) -> tuple[Division, ...]:
    """The divisions of a country that have an outline, by name; none for a country without any."""
    rows = _data()["countries"].get(code, {"divisions": ()})["divisions"]
    return tuple(
        Division(
            id=row[0],
            code=code,
            name=row[1],
            rings=tuple(tuple(ring) for ring in row[2]),
            land=tuple(row[3]) if len(row) > 3 else (),
        )
        for row in rows
    )


@cache
def _by_id() -> Mapping[str, Division]:
    return MappingProxyType({one.id: one for code in division_countries() for one in divisions_of(code)})


@cache
def _by_name(code: str) -> Mapping[str, Division | None]:
    found: dict[str, Division | None] = {}
    for one in divisions_of(code):
        key = fold(one.name)
        # Two of one name: neither is meant by it.
        found[key] = None if key in found else one
    return MappingProxyType(found)


def find_division(code: str | None, *, place_id: str | None = None, name: str | None = None) -> Division | None:
    """The division with this GeoNames id, else the one of this name in the country; None if there is none."""
    if place_id and (found := _by_id().get(place_id)) is not None:
        return found
    return _by_name(code).get(fold(name)) if code and name else None


@cache
def _arcs(code: str) -> tuple[Any, ...]:
    return tuple(decode_arcs(_data()["countries"][code]["arcs"], _data()["scale"]))


def inner_lines(code: str) -> tuple[Any, ...]:
    """The lines between the divisions of a country, each a numpy array of points (lon, lat). Where they meet a coast
    they reach into the sea, where they meet a border into the neighbour: cut them with the country's land."""
    country = _data()["countries"].get(code)
    return _arcs(code)[: country["lines"]] if country else ()


@cache
def cell_of_division(division: Division) -> Any:
    """The division's cell as a shapely geometry (EPSG:4326)."""
    import numpy as np
    import shapely

    arcs = _arcs(division.code)
    rings: list[Any] = []
    for ring in division.rings:
        pieces = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in ring]
        points = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
        if len(points) >= 4:
            rings.append(points)
    # A ring inside another is a hole, one apart an island.
    if len(rings) == 1:
        whole = shapely.polygons(rings[0])
    else:
        whole = shapely.build_area(shapely.multilinestrings([shapely.linestrings(ring) for ring in rings]))
    return whole if shapely.is_valid(whole) else shapely.make_valid(whole)


@cache
def _cells(code: str) -> list[Any]:
    return [cell_of_division(one) for one in divisions_of(code)]


def divisions_at(code: str, points: Sequence[tuple[float, float]]) -> list[Division | None]:
    """The division of the country ``code`` that each WGS84 point (lat, lon) lies in; the first by name on a line
    between two."""
    import shapely

    if code not in division_countries() or not points:
        return [None] * len(points)
    listed = divisions_of(code)
    spots = list(dict.fromkeys(points))
    asked = shapely.STRtree(shapely.points([lon for _, lon in spots], [lat for lat, _ in spots]))
    hits: dict[tuple[float, float], int] = {}
    # The cells are asked with: what is asked with is prepared, and polygons gain most by it.
    for division, number in zip(*asked.query(_cells(code), predicate="intersects"), strict=True):
        spot = spots[number]
        hits[spot] = min(int(division), hits.get(spot, len(listed)))
    return [listed[hits[spot]] if spot in hits else None for spot in points]


def division_at(code: str, lat: float, lon: float) -> Division | None:
    """The division of the country ``code`` that a WGS84 point lies in; the first by name on a line between two."""
    return divisions_at(code, [(lat, lon)])[0]
