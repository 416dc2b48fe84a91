"""From incidents to a GeoDataFrame, and from that to GeoJSON.

One row is one incident drawn in one way. An incident at two villages has two rows, one between two towns has
one row with a line, one in a region has one row whose geometry is empty (a region is never a point; see
:func:`geomap.boundaries.join_boundaries` for the outline of a country), and one without any place has one row
of kind ``none``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, mapping
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from geomap.errors import OutputError
from geomap.records import Actor, Incident, IncidentPlace, SourceQuote, Telling

__all__ = ["COLUMNS", "KINDS", "gdf_to_geojson", "incidents_to_gdf"]

KINDS: tuple[str, ...] = ("pin", "near", "part_of", "along", "route", "area", "none")
"""How a row may be drawn: a named place, near one, a part of one, a line along places, a movement from one to
another, an area (never a point), or nothing."""

COLUMNS: dict[str, str] = {
    "incident_id": "stable id of the incident; repeated where an incident has several rows",
    "doc_id": "the article",
    "geometry_kind": "pin, near, part_of, along, route, area or none: how the row may honestly be drawn",
    "geometry_basis": "in words, what the geometry rests on",
    "type": "incident type, a key of lexicons/event_types.json",
    "acled_sub_event": "ACLED's name of the sub-event type, or None",
    "plover": "PLOVER event:mode, or None",
    "certainty": "reported, claimed, planned, threatened, attempted, hypothetical, negated or historical",
    "attribution_level": "stated, attributed, rumoured or accused",
    "attribution_source": "who says so, as written, or None",
    "geo_precision": "ACLED: 1 named place, 2 near or part of one, 3 larger region, None country or unknown",
    "where_prec": "UCDP GED 1 to 7, or None",
    "date_start": "first day, ISO, or None",
    "date_end": "last day, ISO, or None",
    "part_of_day": "morning ... midnight or HH:MM, or None",
    "time_expression": "the time phrase as written, or None",
    "time_precision": "1 day, 2 week, 3 month or longer, or None",
    "date_reason": "what the date rests on, or None",
    "role": "part the row's place plays: site, near, part_of, along, from, to; None without a place",
    "place_text": "the place as written",
    "place_id": "gazetteer id, or None",
    "place_name": "gazetteer name; names joined with ' – ' for a line",
    "country_code": "the gazetteer's ISO 3166-1 alpha-2 country (XK for Kosovo), or None",
    "admin1": "the gazetteer's first-order division, or None",
    "lat": "degrees, WGS84; of the named place, None for lines and unresolved places",
    "lon": "degrees, WGS84",
    "is_area": "True for regions, countries, seas",
    "radius_km": "how far the place reaches from its point, kilometres, or None",
    "direction": "compass part or direction (N, NE, ... C), or None",
    "distance_km": "stated distance from the named place, kilometres, or None",
    "place_score": "confidence in the place, 0 to 1, or None",
    "place_index": "list: which of `places` this row draws",
    "places": "list of dicts: every place of the incident with its evidence (rule, reasons, alternatives)",
    "actors": "list of dicts: start, end, text, role",
    "deaths": "[low, high] (high None: at least), or None: not stated, which is not zero",
    "injured": "[low, high] or None",
    "crowd_size": "[low, high] or None",
    "detained": "[low, high] of those arrested, abducted or taken prisoner, or None",
    "trigger": "the words that made it this type",
    "score": "confidence in the incident, 0 to 1",
    "quote": "the sentence that it rests on, an exact slice of the article",
    "quote_start": "character offset in the article",
    "quote_end": "character offset in the article",
    "sources": "list of dicts: doc_id, title, source, url, published, quote, copy_of, incident_id",
    "conflicts": "list of dicts: what (place, date, deaths ...), values (list of dicts: doc_id, value)",
    "corrections": "list of what the user put right, in words",
}
"""Every column but ``geometry``, with its meaning."""

_Row = tuple[str, str, BaseGeometry | None, list[int]]


def incidents_to_gdf(incidents: Iterable[Incident]) -> gpd.GeoDataFrame:
    """The incidents as a GeoDataFrame in EPSG:4326, columns :data:`COLUMNS` and ``geometry``.

    Input order is kept. No incidents give an empty frame with the same columns. Raises
    :class:`~geomap.errors.OutputError` for a place whose coordinates are not finite or out of range.
    """
    rows: list[tuple[Any, ...]] = []
    geometries: list[BaseGeometry | None] = []
    in_order = itemgetter(*COLUMNS)
    empty = dict.fromkeys(COLUMNS)
    for incident in incidents:
        shared = {**empty, **_shared(incident)}
        for kind, basis, geometry, index in _drawings(incident):
            rows.append(in_order({**shared, **_placed(incident, kind, basis, index)}))
            geometries.append(geometry)
    # Objects keep None as None: pandas would turn geo_precision 1, None into 1.0, NaN.
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    frame = pd.DataFrame({name: _objects(values) for name, values in zip(COLUMNS, columns, strict=True)}, dtype=object)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(geometries, index=frame.index, crs="EPSG:4326"))


def _objects(values: Sequence[Any]) -> Any:
    """A column of Python objects, each as it is: lists stay lists."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _drawings(incident: Incident) -> list[_Row]:
    """How the incident may be drawn: (kind, basis, geometry, indices of its places)."""
    resolved = [i for i, place in enumerate(incident.places) if _has_point(incident, place)]
    if not resolved:
        reason = "no place is named" if not incident.places else "the place is in no gazetteer at hand"
        return [("none", reason, None, list(range(len(incident.places))))]

    rows: list[_Row] = []
    along = [i for i in resolved if incident.places[i].role == "along"]
    ends = [i for i in resolved if incident.places[i].role in ("from", "to")]
    rest = [i for i in resolved if i not in along and i not in ends]
    for kind, line in (
        ("along", along),
        ("route", sorted(ends, key=lambda i: incident.places[i].role != "from")),
    ):
        roles = {incident.places[i].role for i in line}
        points = [_xy(incident.places[i]) for i in line]
        complete = len(set(points)) >= 2 and (kind == "along" or roles == {"from", "to"})
        if complete and not any(incident.places[i].is_area for i in line):
            words = "straight line through the places named; the true course is not known"
            rows.append((kind, words, LineString(points), line))
        else:
            rest += line
    rows += [_single(incident, i) for i in sorted(rest)]
    if any(kind != "area" for kind, *_ in rows) and incident.geo_precision in (1, 2):
        # A country named beside a village says which village; it isn't a second place of the incident.
        rows = [row for row in rows if row[0] != "area"]
    return rows


def _single(incident: Incident, i: int) -> _Row:
    place = incident.places[i]
    if place.is_area or incident.geo_precision not in (1, 2):
        return ("area", "an area, not a point", None, [i])
    point = Point(_xy(place))
    if place.role == "part_of":
        return ("part_of", "the named place, of which a part is meant", point, [i])
    if place.role == "near":
        return ("near", "the named place, which the incident is near", point, [i])
    if place.role in ("along", "from", "to"):
        return ("near", f"the only resolved place of several (role {place.role})", point, [i])
    if incident.geo_precision == 1:
        return ("pin", "the named place", point, [i])
    return ("near", "the named place, stated no more exactly", point, [i])


def _has_point(incident: Incident, place: IncidentPlace) -> bool:
    if place.lat is None or place.lon is None:
        return False
    if not (math.isfinite(place.lat) and math.isfinite(place.lon)) or abs(place.lat) > 90 or abs(place.lon) > 180:
        raise OutputError(
            f"incident {incident.incident_id}: place {place.name or place.text!r} has the coordinates "
            f"lat {place.lat}, lon {place.lon}, which are not on Earth; correct the gazetteer row "
            f"{place.place_id or '(no id)'}"
        )
    return True


def _xy(place: IncidentPlace) -> tuple[float, float]:
    assert place.lat is not None and place.lon is not None
    return (place.lon, place.lat)


def _reader(record: type) -> Callable[[Any], dict[str, Any]]:
    """What makes a dict of a record, tuples as lists: ``dataclasses.asdict`` copies every text on its way."""
    names = tuple(field.name for field in fields(record))
    values = attrgetter(*names)

    def read(one: Any) -> dict[str, Any]:
        return {
            name: list(value) if type(value) is tuple else value for name, value in zip(names, values(one), strict=True)
        }

    return read


# Their fields are texts, numbers and tuples of texts.
_place_dict, _actor_dict = _reader(IncidentPlace), _reader(Actor)
_source_dict, _telling_dict = _reader(SourceQuote), _reader(Telling)


def _shared(incident: Incident) -> dict[str, Any]:
    def numbers(pair: tuple[int, int | None] | None) -> list[int | None] | None:
        return None if pair is None else list(pair)

    return {
        "incident_id": incident.incident_id,
        "doc_id": incident.doc_id,
        "type": incident.type,
        "acled_sub_event": incident.acled_sub_event,
        "plover": incident.plover,
        "certainty": incident.certainty,
        "attribution_level": incident.attribution.level,
        "attribution_source": incident.attribution.source,
        "geo_precision": incident.geo_precision,
        "where_prec": incident.where_prec,
        "date_start": incident.date_start,
        "date_end": incident.date_end,
        "part_of_day": incident.part_of_day,
        "time_expression": incident.time_expression,
        "time_precision": incident.time_precision,
        "date_reason": incident.date_reason,
        "places": [_place_dict(place) for place in incident.places],
        "actors": [_actor_dict(actor) for actor in incident.actors],
        "deaths": numbers(incident.deaths),
        "injured": numbers(incident.injured),
        "crowd_size": numbers(incident.crowd_size),
        "detained": numbers(incident.detained),
        "trigger": incident.trigger,
        "score": incident.score,
        "quote": incident.quote,
        "quote_start": incident.quote_start,
        "quote_end": incident.quote_end,
        "sources": [_source_dict(source) for source in incident.sources],
        "conflicts": [
            {"what": one.what, "values": [_telling_dict(told) for told in one.values]} for one in incident.conflicts
        ],
        "corrections": list(incident.corrections),
    }


def _placed(incident: Incident, kind: str, basis: str, index: Sequence[int]) -> dict[str, Any]:
    places = [incident.places[i] for i in index]
    row: dict[str, Any] = {"geometry_kind": kind, "geometry_basis": basis, "place_index": list(index)}
    if not places:
        return {**row, "is_area": False}
    first = places[0]
    row |= {
        "role": first.role,
        "place_text": " – ".join(place.text for place in places),
        "place_name": " – ".join(place.name or place.text for place in places),
        "country_code": first.country_code if len({place.country_code for place in places}) == 1 else None,
        "is_area": any(place.is_area for place in places),
    }
    if len(places) == 1:
        row |= {
            "place_id": first.place_id,
            "admin1": first.admin1,
            "lat": first.lat,
            "lon": first.lon,
            "radius_km": first.radius_km if first.radius_km is not None else incident.radius_km,
            "direction": first.direction,
            "distance_km": first.distance_km,
            "place_score": first.score,
        }
    return row


def _plain(value: Any) -> Any:
    """``value`` with tuples as lists, ready for JSON."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def gdf_to_geojson(gdf: gpd.GeoDataFrame) -> str:
    """``gdf`` as a GeoJSON FeatureCollection (RFC 7946), one feature a row, nested columns as nested JSON.

    Written here and not by ``GeoDataFrame.to_json``, which passes bare ``Infinity`` and drops nested values.
    The same frame gives the same bytes. Raises :class:`~geomap.errors.OutputError` for coordinates or numbers
    that are not finite, naming the incident.
    """
    names = [name for name in gdf.columns if name != gdf.geometry.name]
    features = []
    for values, geometry in zip(gdf[names].itertuples(index=False, name=None), gdf.geometry, strict=True):
        properties = {name: _json_value(value) for name, value in zip(names, values, strict=True)}
        ident = properties.get("incident_id")
        features.append(
            {
                "type": "Feature",
                "geometry": None if geometry is None or geometry.is_empty else _geometry(geometry, ident),
                "properties": properties,
            }
        )
    try:
        body = [json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in features]
    except ValueError as error:
        raise OutputError(f"a number in the incidents is not finite and cannot be written as JSON: {error}") from error
    return '{"type": "FeatureCollection", "features": [' + ("\n" + ",\n".join(body) + "\n" if body else "") + "]}\n"


def _geometry(geometry: BaseGeometry, ident: Any) -> dict[str, Any]:
    if not all(math.isfinite(number) for number in geometry.bounds):
        raise OutputError(f"incident {ident}: its geometry has coordinates that are not finite; check its places")
    if geometry.geom_type == "Polygon":
        geometry = orient(geometry)
    elif geometry.geom_type == "MultiPolygon":
        geometry = type(geometry)([orient(part) for part in geometry.geoms])
    return dict(_plain(mapping(geometry)))


def _json_value(value: Any) -> Any:
    if isinstance(value, (list, tuple, dict)):
        return _plain(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if hasattr(value, "item"):  # numpy scalars
        value = value.item()
    # pandas writes missing values as NaN once a user's own column operations changed a dtype.
    return None if isinstance(value, float) and math.isnan(value) else value
