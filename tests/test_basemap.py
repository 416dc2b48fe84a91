"""The land, lakes, rivers and lines under the incidents, as data."""

from __future__ import annotations

import json
from importlib import resources
from itertools import pairwise

from shapely.geometry import LineString, Point, Polygon

from geomap.arcs import decode_arcs
from geomap.boundaries import load_boundaries
from geomap.maps.basemap import base_parts, detail, water, world


def data(name: str) -> str:
    return resources.files("geomap.maps").joinpath("data", name).read_text("utf-8")


def test_what_ships_is_small_and_says_where_it_is_from() -> None:
    sizes = {name: len(data(name).encode()) for name in ("world.json", "contested.json", "admin1.json", "water.json")}
    assert sum(sizes.values()) < 1_500_000, sizes
    for name in sizes:
        about = json.loads(data(name))["about"]
        assert "Natural Earth" in about
        assert "public domain" in about


def test_a_page_of_one_country_grows_little() -> None:
    bounds = (22.1, 44.4, 40.2, 52.4)
    parts = base_parts(load_boundaries(bounds=bounds), bounds)
    size = len(json.dumps(parts["detail"])) + len(json.dumps(parts["water"]))
    assert size < 260_000
    assert set(parts) == {"world", "water", "detail"}


def test_lakes_are_whole_and_rivers_are_cut_to_the_window() -> None:
    window = (-92.0, 37.0, -85.0, 44.0)
    found = water(window)
    lakes = [Polygon(points) for points in decode_arcs(found["lakes"]["arcs"], found["lakes"]["scale"])]
    assert any(lake.contains(Point(-87.0, 42.5)) for lake in lakes)
    rivers = [LineString(points) for points in decode_arcs(found["rivers"]["arcs"], found["rivers"]["scale"])]
    assert rivers
    assert all(river.bounds[0] >= -92.001 and river.bounds[2] <= -84.999 for river in rivers)
    assert len(found["lakes"]["zooms"]) == len(lakes)


def test_lines_between_divisions_stay_in_their_country() -> None:
    bounds = (20.6, 42.5, 21.2, 43.1)
    boundaries = load_boundaries(bounds=(18.0, 39.0, 25.0, 47.0))
    found = detail(boundaries, bounds)
    assert found is not None
    lines = [LineString(points) for points in decode_arcs(found["divisions"], found["scale"])]
    assert len(lines) > 20
    kosovo = boundaries[boundaries["own_code"] == "XK"].geometry.iloc[0]
    inside = [line for line in lines if kosovo.contains(line.interpolate(0.5, normalized=True))]
    # A line of Serbia's that ran on into Kosovo would end in the middle of nowhere.
    assert all(kosovo.buffer(0.02).contains(line) for line in inside)
    assert inside


def test_the_window_reaches_over_the_antimeridian() -> None:
    bounds = (178.0, -19.0, 188.5, -13.0)
    found = detail(load_boundaries(bounds=(-180.0, -30.0, 180.0, 0.0)), bounds)
    assert found is not None
    assert found["window"][2] > 188.5
    points = [p for arc in decode_arcs(found["arcs"], found["scale"]) for p in arc.tolist()]
    assert any(lon < 180 for lon, _ in points)
    # Samoa, a turn further east.
    assert any(187 < lon < 189 and -14.2 < lat < -13.3 for lon, lat in points)


def test_the_edge_of_the_world_is_no_coast() -> None:
    drawn = world()
    arcs = decode_arcs(drawn["arcs"], drawn["scale"])
    coasts = [points for points, kind in zip(arcs, drawn["kinds"], strict=True) if kind == "c"]
    pairs = [(a, b) for coast in coasts for a, b in pairwise(coast.tolist()) if a[0] == b[0] and abs(a[0]) == 180.0]
    # An inlet at the seam may be simplified onto it: two pixels at zoom 4.
    assert all(abs(a[1] - b[1]) < 0.15 for a, b in pairs)
