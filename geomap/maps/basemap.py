"""The map under the incidents: land, borders, divisions, lakes and rivers, from Natural Earth, without tiles.

Far out it is the committed coarse world; near the incidents it is cut from the 1:10m country polygons that
the caller passes in, the lines between first-level divisions and the committed lakes and rivers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
import shapely
import shapely.affinity
from shapely.geometry import box

from geomap.arcs import decode_arcs, encode_arcs
from geomap.divisions import inner_lines
from geomap.maps.topology import build_topology
from geomap.views import AREAS, DEFAULT_VIEW, load_view

__all__ = ["base_parts", "border_kind", "contested", "detail", "encode_arcs", "water", "world"]


@cache
def _world() -> Any:
    return json.loads(resources.files("geomap.maps").joinpath("data", "world.json").read_text(encoding="utf-8"))


@cache
def _water() -> Any:
    return json.loads(resources.files("geomap.maps").joinpath("data", "water.json").read_text(encoding="utf-8"))


_Window = tuple[float, float, float, float]


def base_parts(
    boundaries: Any, extent: _Window | None, *, view: str = DEFAULT_VIEW, kosovo_label: str | None = None
) -> dict[str, Any]:
    """The keys of the page's data that its base map is drawn from: ``world``, ``water`` and, around ``extent`` (west,
    south, east, north), ``detail``. Arguments and errors as for :func:`detail`."""
    lettered = world(view, kosovo_label=kosovo_label)
    parts: dict[str, Any] = {
        "world": {key: value for key, value in lettered.items() if key != "about"},
        "water": _water()["far"],
    }
    cut = detail(boundaries, extent, view=view, kosovo_label=kosovo_label)
    if cut is not None:
        parts["detail"] = cut
    return parts


# A window may reach over the antimeridian: the earth goes on there, a turn further.
_TURNS = (-360.0, 0.0, 360.0)


def _turned(window: _Window, shift: float) -> _Window:
    return (window[0] + shift, window[1], window[2] + shift, window[3])


def _moved(points: Any, degrees: float) -> Any:
    """Points (a numpy array, lon and lat) that many degrees further east."""
    return points + np.array([degrees, 0.0])


@cache
def _near(kind: str) -> tuple[Any, tuple[tuple[float, Any], ...]]:
    """The lakes or rivers of ``water.json``: a tree of their frames, and for each its zoom and points."""
    stored = _water()["near"][kind]
    found = tuple(
        (float(zoom), points)
        for zoom, points in zip(stored["zooms"], decode_arcs(stored["arcs"], stored["scale"]), strict=True)
    )
    lines = [shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0]) for _, points in found]
    return shapely.STRtree(lines), found


def water(window: _Window, *, tolerance: float = 0.0) -> dict[str, Any]:
    """Lakes (rings, whole, to be filled by the even-odd rule) and rivers (cut) that meet ``window``: for each kind its
    arcs and ``zooms``, from which zoom on each is drawn."""
    frame = box(*window)
    found: dict[str, Any] = {}
    for kind in ("lakes", "rivers"):
        tree, stored = _near(kind)
        drawn: list[tuple[float, list[tuple[float, float]]]] = []
        met = [(int(n), shift) for shift in _TURNS for n in tree.query(box(*_turned(window, -shift)))]
        for number, shift in sorted(met):
            zoom, points = stored[number]
            line = shapely.LineString(_moved(points, shift))
            if kind == "rivers":
                line = line.intersection(frame)
            drawn += [
                (zoom, list(part.coords))
                for part in shapely.get_parts(line.simplify(tolerance, preserve_topology=True))
                if part.geom_type == "LineString" and len(part.coords) > 1
            ]
        found[kind] = {**encode_arcs([points for _, points in drawn], decimals=3), "zooms": [zoom for zoom, _ in drawn]}
    return found


def _division_lines(code: str, land: Any, window: _Window, tolerance: float, shift: float) -> list[Any]:
    """The lines between the first-level divisions of a country, moved by ``shift`` degrees, as far as they lie on
    ``land``, its own."""
    found: list[Any] = []
    shapely.prepare(land)
    for points in inner_lines(code):
        line = shapely.clip_by_rect(shapely.LineString(_moved(points, shift)), *window)
        if line.is_empty:
            continue
        inside = line if land.contains(line) else line.intersection(land)
        merged = shapely.line_merge(inside) if inside.geom_type == "MultiLineString" else inside
        found += [
            list(part.simplify(tolerance, preserve_topology=False).coords)
            for part in shapely.get_parts(merged)
            if part.geom_type == "LineString" and part.length > tolerance
        ]
    return found


# From this zoom on a contested area is lettered that is no country to Natural Earth: it is about 50 km across.
_AREA_ZOOM = 5.0


@cache
def world(view: str | None = None, *, kosovo_label: str | None = None) -> Any:
    """The committed coarse world, lettered as a boundary view has it; without one as
    :mod:`geomap.maps.build_basemap` wrote it.

    Contested borders are broken lines in every view; ``kosovo_label`` goes before the view's own. The result is
    shared: don't change it. Raises :class:`~geomap.errors.UsageError` for an unknown view.
    """
    if view is None:
        return _world()
    chosen = load_view(view)
    whole = {area.base: area.id for area in AREAS.values() if area.shape == "whole"}
    labels = []
    for name, code, lon, lat, zoom in _world()["labels"]:
        text = chosen.label(whole[code], kosovo_label=kosovo_label) if code in whole else name
        if text:
            labels.append([text, code, lon, lat, zoom])
    labels += [
        [chosen.labels[area.id], "", area.lon, area.lat, _AREA_ZOOM]
        for area in AREAS.values()
        if area.shape != "whole" and chosen.labels[area.id]
    ]
    return {**_world(), "labels": sorted(labels, key=lambda label: (label[4], label[0]))}


def contested(one: str, other: str) -> bool:
    """True where Natural Earth has a point of view in which both polygons belong to the same country.

    ``one`` and ``other`` are their countries in each point of view, joined with ``|``. By this rule the lines
    Kosovo-Serbia, Israel-Palestine and Morocco-Western Sahara are contested, without a list of ours.
    """
    return any(a == b != "" for a, b in zip(one.split("|"), other.split("|"), strict=False))


def border_kind(views: Sequence[str], owners: Sequence[int]) -> str:
    """``"d"`` (dashed) for a border that is contested, or on whose one side lies land that this view gives
    to no country (``""`` in ``views``); else ``"b"``."""
    one, other = views[owners[0]], views[owners[1]]
    return "d" if not one or not other or contested(one, other) else "b"


# Wider than this the coarse world is all that can be seen of the detail (zoom 4 shows 40 degrees on a
# laptop).
_WIDEST = 40.0
# At least this much land around the incidents, so that panning stays on detailed ground.
_MARGIN = 2.5


def detail(
    boundaries: Any,
    bounds: tuple[float, float, float, float] | None,
    *,
    view: str = DEFAULT_VIEW,
    kosovo_label: str | None = None,
) -> dict[str, Any] | None:
    """The detailed land and borders around ``bounds`` (west, south, east, north), or None where there is
    nothing to cut or where ``bounds`` is too wide for detail to show.

    ``boundaries`` is a GeoDataFrame of country polygons as :func:`geomap.boundaries.load_boundaries_for` gives it for
    the same ``view`` (columns ``views``, ``name``, ``area``). ``kosovo_label`` goes before the view's own. In the
    result, ``names`` and ``contested`` (1 for a contested area, else 0) stand beside ``shapes``; ``divisions`` are the
    lines between first-level divisions, ``lakes`` and ``rivers`` as :func:`water` gives them. Raises
    :class:`~geomap.errors.UsageError` for an unknown view.
    """
    chosen = load_view(view)
    if boundaries is None or bounds is None or not len(boundaries):
        return None
    west, south, east, north = bounds
    if east - west > _WIDEST or north - south > _WIDEST:
        return None
    margin = max(_MARGIN, 0.5 * max(east - west, north - south))
    window = (west - margin * 1.4, max(south - margin, -85.0), east + margin * 1.4, min(north + margin, 85.0))
    parts = []
    for shift in _TURNS:
        cut = box(*_turned(window, -shift))
        there = boundaries[boundaries.geometry.intersects(cut)]
        shapes = [shape.intersection(cut) for shape in there.geometry]
        parts.append(there.assign(cut=[shapely.affinity.translate(shape, shift) for shape in shapes], shift=shift))
    frame = pd.concat([part for part in parts if len(part)]) if any(map(len, parts)) else boundaries[:0]
    if not len(frame):
        return None
    shapes = list(frame["cut"])
    views = list(frame["views"])
    areas = list(frame["area"]) if "area" in frame.columns else [""] * len(frame)
    names = [
        chosen.label(area, kosovo_label=kosovo_label) if area else str(name)
        for name, area in zip(frame["name"], areas, strict=True)
    ]
    whole = shapely.union_all(shapes)
    gaps = [
        shapely.Polygon(hole)
        for part in getattr(whole, "geoms", [whole])
        if part.geom_type == "Polygon"
        for hole in part.interiors
        if shapely.Polygon(hole).area < 1.0
    ]

    def inside(a: tuple[float, float], b: tuple[float, float]) -> bool:
        # A segment along the window's edge is where we cut, not a coast.
        on_side = a[0] == b[0] and a[0] in (window[0], window[2], -180.0, 180.0)
        return not (on_side or (a[1] == b[1] and a[1] in (window[1], window[3])))

    # A three-hundredth of a degree is a pixel at zoom 9; a wider window is first seen from further out.
    tolerance = max(0.0008, (window[2] - window[0]) / 6000)
    topology = build_topology([*shapes, *gaps], tolerance=tolerance, keep=inside)
    views += [""] * len(gaps)
    names += [""] * len(gaps)
    areas += [""] * len(gaps)
    kinds = []
    for owners in topology.owners:
        if not owners:
            kinds.append("x")
        elif len(owners) == 1:
            kinds.append("c")
        else:
            kinds.append(border_kind(views, owners))
    owners_of_land: dict[tuple[float, str], list[Any]] = {}
    for shape, code, shift in zip(shapes, frame["code"], frame["shift"], strict=True):
        if code:
            owners_of_land.setdefault((shift, str(code)), []).append(shape)
    lines = [
        line
        for (shift, code), land in sorted(owners_of_land.items(), key=lambda one: one[0])
        for line in _division_lines(code, shapely.union_all(land), window, tolerance, shift)
    ]
    return {
        **encode_arcs(topology.arcs, decimals=3),
        "kinds": "".join(kinds),
        "shapes": [rings for rings in topology.shapes if rings],
        "names": [name for name, rings in zip(names, topology.shapes, strict=True) if rings],
        "contested": [int(bool(area)) for area, rings in zip(areas, topology.shapes, strict=True) if rings],
        "window": [round(value, 3) for value in window],
        "divisions": encode_arcs(lines, decimals=3)["arcs"],
        **water(window, tolerance=tolerance),
    }
