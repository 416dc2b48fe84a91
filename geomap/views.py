"""Boundary views: to which country each contested area is counted, and how it is labelled.

A view is data (``geomap/lexicons/views.json``). ``neutral``, the default, gives an area without a country code of its
own to no country. What every view draws is the same land: contested areas have lines of their own, broken ones, and
only their country and their name change. The outlines are in ``geomap/maps/data/contested.json``, from Natural Earth
(public domain); an area of which no honest outline is known is only labelled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from geomap.errors import UsageError
from geomap.lexicons import load_json

__all__ = [
    "AREAS",
    "DEFAULT_VIEW",
    "VIEWS",
    "Area",
    "View",
    "area_outlines",
    "contested_outlines",
    "load_view",
    "polygons_of",
]

DEFAULT_VIEW = "neutral"
# Square degrees, some 5 km² in middle latitudes: less is an error of the outlines.
_CRUMB = 0.0005


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A contested area. ``base`` is the code of the country polygon that it is all (``shape`` "whole") or part ("cut")
    of; "extra" is land that the outlines give to nobody, "none" has no outline. ``lat`` and ``lon`` (WGS84 degrees) are
    where its label stands, ``claimed_by`` ISO 3166-1 alpha-2 codes."""

    id: str
    title: str
    base: str
    shape: str
    lat: float
    lon: float
    claimed_by: tuple[str, ...]
    controlled_by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One boundary view. ``country_of`` maps every contested area's id to the ISO code that it is counted to ("" for no
    country); ``labels`` to its label ("" for none). ``title`` and ``note`` are for the map's method note."""

    name: str
    title: str
    note: str
    country_of: Mapping[str, str]
    labels: Mapping[str, str]

    def label(self, area: str, *, kosovo_label: str | None = None) -> str:
        """The label of an area in this view; an explicit ``kosovo_label`` goes before the view's."""
        if area == "kosovo" and kosovo_label is not None:
            return kosovo_label
        return self.labels[area]

    def is_apart(self, area: str) -> bool:
        """Whether an area has an outline or a label of its own: not if it is part of its country and unlabelled."""
        return bool(self.labels[area]) or self.country_of[area] != AREAS[area].base

    @property
    def statement(self) -> str:
        """What a map says about the borders that it draws, in two or three sentences."""
        return f"Boundary view: {self.title}. {self.note}"


def _areas() -> Mapping[str, Area]:
    rows: dict[str, dict[str, Any]] = load_json("views.json")["areas"]
    return MappingProxyType(
        {key: Area(id=key, **{**row, "claimed_by": tuple(row["claimed_by"])}) for key, row in rows.items()}
    )


AREAS: Mapping[str, Area] = _areas()
"""Every contested area that geomap knows, by its id."""

VIEWS: tuple[str, ...] = tuple(load_json("views.json")["views"])
"""The names of the views; the first is the default."""


@cache
def load_view(name: str = DEFAULT_VIEW) -> View:
    """The view ``name`` (one of :data:`VIEWS`). Raises :class:`~geomap.errors.UsageError` for any other name."""
    if name not in VIEWS:
        raise UsageError(f"there is no boundary view {name!r}; choose one of: {', '.join(VIEWS)}")
    rows = load_json("views.json")["views"]
    row = rows[name]
    under = rows[row["like"]] if "like" in row else {"country_of": {}, "labels": {}}
    return View(
        name=name,
        title=row["title"],
        note=row["note"],
        country_of=MappingProxyType({**under["country_of"], **row["country_of"]}),
        labels=MappingProxyType({**under["labels"], **row["labels"]}),
    )


@cache
def area_outlines() -> Mapping[str, Any]:
    """The outlines (shapely, EPSG:4326) of the contested areas that are cut out of a country or are no country's. A cut
    reaches beyond the country's polygon."""
    from shapely.geometry import shape

    # Read beside the package rather than through it: geomap.maps need not be loaded for a spatial join.
    text = resources.files("geomap").joinpath("maps", "data", "contested.json").read_text(encoding="utf-8")
    return {feature["properties"]["id"]: shape(feature["geometry"]) for feature in json.loads(text)["features"]}


def contested_outlines(
    codes: Sequence[str], shapes: Sequence[Any], view: View | None = None
) -> list[tuple[int, str, Any]]:
    """Country polygons with the contested areas cut out of them: ``(index, area id, geometry)``.

    ``view`` (the default one if None) says which are drawn apart from their country at all.

    ``codes`` and ``shapes`` are the countries' ISO codes and shapely polygons. What stays of a country has the area id
    "", an area that is part of no country's polygon the index -1. Cut lines begin and end on points that the
    neighbouring polygons get too, so that shared borders stay shared.
    """
    import shapely

    outlines = area_outlines()
    view = view or load_view()
    whole = {area.base: area.id for area in AREAS.values() if area.shape == "whole"}
    cuts: dict[str, list[str]] = {}
    for area in AREAS.values():
        if area.shape == "cut" and view.is_apart(area.id):
            cuts.setdefault(area.base, []).append(area.id)
    pieces: list[tuple[int, str, Any]] = []
    fresh: set[tuple[float, ...]] = set()
    for index, (code, shape) in enumerate(zip(codes, shapes, strict=True)):
        if code not in cuts:
            pieces.append((index, whole.get(code, ""), shape))
            continue
        before = {tuple(point) for point in shapely.get_coordinates(shape).tolist()}
        rest = shape
        for area_id in cuts[code]:
            part = rest.intersection(outlines[area_id])
            if part.is_empty:
                continue
            remains = shapely.get_parts(rest.difference(outlines[area_id]))
            # Crumbs that the cut breaks off, where a coast is drawn otherwise in the two sources, stay with the area.
            crumbs = [p for p in remains if p.area < _CRUMB and p.touches(part)]
            part = polygons_of(shapely.union_all([part, *crumbs]))
            rest = polygons_of(shapely.multipolygons([p for p in remains if not any(p is c for c in crumbs)]))
            pieces.append((index, area_id, part))
            fresh |= {tuple(p) for p in shapely.get_coordinates(part).tolist()} - before
        pieces.append((index, "", rest))
    pieces += [(-1, area.id, outlines[area.id]) for area in AREAS.values() if area.shape == "extra"]
    points = shapely.points(sorted(fresh)) if fresh else []
    return [(index, area_id, _with_points(shape, points)) for index, area_id, shape in pieces]


def _with_points(shape: Any, points: Any) -> Any:
    """``shape`` with those of ``points`` as vertices that lie on its border without being one."""
    import numpy as np
    import shapely

    if not len(points):
        return shape
    west, south, east, north = shape.bounds
    x, y = shapely.get_x(points), shapely.get_y(points)
    points = points[(x >= west) & (x <= east) & (y >= south) & (y <= north)]
    if not len(points):
        return shape
    border = shape.boundary
    shapely.prepare(border)
    # A ten-millionth of a degree is 1 cm: far more than the arithmetic's error, far less than any detail.
    points = points[shapely.dwithin(border, points, 1e-7)]
    if not len(points):
        return shape
    corners = shapely.get_coordinates(border)
    known = {tuple(point) for point in corners[np.isin(corners[:, 0], shapely.get_x(points))].tolist()}
    missing = [point for point in points if (point.x, point.y) not in known]
    return shapely.snap(shape, shapely.multipoints(missing), 1e-7) if missing else shape


def polygons_of(shape: Any) -> Any:
    """Only the polygons of what an overlay gave: it may leave lines where two outlines touch."""
    import shapely

    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
