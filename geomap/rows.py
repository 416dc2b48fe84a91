"""How an incident may honestly be drawn, and the rows of a table that follow from it.

One row is one incident drawn in one way. An incident at two villages has two rows, one between two towns has
one row with a line, one in a region has one row without a geometry (a region is never a point), and one without
any place has one row of kind ``none``. Nothing here needs geopandas; :mod:`geomap.frames` makes a GeoDataFrame of
the rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Any, get_type_hints

from geomap.errors import OutputError
from geomap.records import Incident, IncidentPlace

__all__ = [
    "COLUMNS",
    "KINDS",
    "MOST",
    "TABLE_MARK",
    "Depiction",
    "depictions",
    "incident_rows",
    "plain",
    "representative",
]

KINDS: tuple[str, ...] = ("pin", "near", "part_of", "along", "route", "area", "none")
"""How a row may be drawn: a named place, near one, a part of one, a line along places, a movement from one to
another, an area (never a point), or nothing."""

TABLE_MARK: tuple[str, ...] = ("event_id", "event_date", "event_date_end", "year", "time_precision")
"""The first columns of a table (CSV, TSV, XLSX) that geomap wrote, by which it is told from those of others."""

COLUMNS: dict[str, str] = {
    "incident_id": "stable id of the incident; repeated where an incident has several rows",
    "drawing": "1 for the first of the incident's rows, 2 for the second ...: take the rows with 1 to count incidents",
    "doc_id": "the article",
    "geometry_kind": "pin, near, part_of, along, route, area or none: how the row may honestly be drawn",
    "geometry_basis": "in words, what the geometry rests on",
    "type": "incident type, a key of lexicons/event_types.json, or a table's own",
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
    "incident_radius_km": "how far the incident as a whole may be from where it is drawn, kilometres, or None",
    "quote": "the sentence that it rests on, an exact slice of the article; of a table, the row in words",
    "quote_start": "character offset in the article",
    "quote_end": "character offset in the article",
    "sources": "list of dicts: doc_id, title, source, url, published, quote, copy_of, incident_id",
    "conflicts": "list of dicts: what (place, date, deaths ...), values (list of dicts: doc_id, value)",
    "corrections": "list of what the user put right, in words",
}
"""Every column but ``geometry``, with its meaning."""


# What stands in the type of a field that holds a number, and of one that holds records or a tuple.
_NUMBER, _NESTED = r"\b(int|float)\b", r"tuple\[|\brecords\."

MOST = 2**53
"""The greatest number of an incident, either way: up to it whole numbers are exact in every format and program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depiction:
    """One way in which an incident may be drawn.

    ``kind`` is one of :data:`KINDS` and ``basis`` says in words what it rests on. ``points`` are (lon, lat) in WGS84
    degrees: none (an area or nothing), one, or those of a line. ``index`` are the places that it draws.
    """

    kind: str
    basis: str
    points: tuple[tuple[float, float], ...] = ()
    index: tuple[int, ...] = ()


def depictions(incident: Incident) -> list[Depiction]:
    """Every way in which ``incident`` may be drawn, at least one.

    Raises :class:`~geomap.errors.OutputError` for a place whose coordinates are not finite or out of range, and for
    any other number of the incident that is not finite or beyond :data:`MOST`: whatever is written is drawn first.
    """
    resolved = [i for i, place in enumerate(incident.places) if _has_point(incident, place)]
    _check_numbers(incident)
    if not resolved:
        reason = "no place is named" if not incident.places else "the place is in no gazetteer at hand"
        return [Depiction(kind="none", basis=reason, index=tuple(range(len(incident.places))))]

    found: list[Depiction] = []
    along = [i for i in resolved if incident.places[i].role == "along"]
    ends = [i for i in resolved if incident.places[i].role in ("from", "to")]
    rest = [i for i in resolved if i not in along and i not in ends]
    for kind, line in (
        ("along", along),
        ("route", sorted(ends, key=lambda i: incident.places[i].role != "from")),
    ):
        roles = {incident.places[i].role for i in line}
        points = tuple(_xy(incident.places[i]) for i in line)
        complete = len(set(points)) >= 2 and (kind == "along" or roles == {"from", "to"})
        if complete and not any(incident.places[i].is_area for i in line):
            words = "straight line through the places named; the true course is not known"
            found.append(Depiction(kind=kind, basis=words, points=points, index=tuple(line)))
        else:
            rest += line
    found += [_single(incident, i) for i in sorted(rest)]
    if any(one.kind != "area" for one in found) and incident.geo_precision in (1, 2):
        # A country named beside a village says which village; it isn't a second place of the incident.
        found = [one for one in found if one.kind != "area"]
    return found


def _single(incident: Incident, i: int) -> Depiction:
    place = incident.places[i]
    if place.is_area or incident.geo_precision not in (1, 2):
        return Depiction(kind="area", basis="an area, not a point", index=(i,))
    if place.role == "part_of":
        kind, basis = "part_of", "the named place, of which a part is meant"
    elif place.role == "near":
        kind, basis = "near", "the named place, which the incident is near"
    elif place.role in ("along", "from", "to"):
        kind, basis = "near", f"the only resolved place of several (role {place.role})"
    elif incident.geo_precision == 1:
        kind, basis = "pin", "the named place"
    else:
        kind, basis = "near", "the named place, stated no more exactly"
    return Depiction(kind=kind, basis=basis, points=(_xy(place),), index=(i,))


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


def _check_numbers(incident: Incident) -> None:
    for record in (incident, *incident.places, *incident.actors):
        kind: type = type(record)
        for name in _fields(kind, _NUMBER):
            value = getattr(record, name)
            if value is not None and not _is_sound(value):
                told = value if isinstance(value, float) else "too large"
                raise OutputError(
                    f"incident {incident.incident_id}: {name} is {told}; what is not finite or beyond {MOST} (2^53)"
                    " cannot be written"
                )


def _is_sound(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_sound, value))
    return not isinstance(value, (int, float)) or -MOST <= value <= MOST


def _xy(place: IncidentPlace) -> tuple[float, float]:
    assert place.lat is not None and place.lon is not None
    return (place.lon, place.lat)


def incident_rows(incident: Incident) -> Iterator[tuple[dict[str, Any], tuple[tuple[float, float], ...]]]:
    """The rows of one incident: values by :data:`COLUMNS` (lists for tuples, dicts for records) and the points.

    The points are (lon, lat): none, one, or those of a line. The nested values of an incident's rows are shared.
    Raises :class:`~geomap.errors.OutputError` as :func:`depictions` does.
    """
    shared = {**_EMPTY, **_shared(incident)}
    for number, one in enumerate(depictions(incident), 1):
        yield {**shared, **_placed(incident, one), "drawing": number}, one.points


_EMPTY: dict[str, Any] = dict.fromkeys(COLUMNS)


@cache
def _fields(record: type, kind: str = "") -> tuple[str, ...]:
    """The names of the fields whose types, as Python writes them, have the pattern ``kind`` in them."""
    return tuple(name for name, hint in get_type_hints(record).items() if re.search(kind, str(hint)))


def plain(record: Any) -> dict[str, Any]:
    """A record as dicts and lists, as ``dataclasses.asdict`` gives it but in a fifth of its time."""
    kind: type = type(record)
    made = {name: getattr(record, name) for name in _fields(kind)}
    for name in _fields(kind, _NESTED):
        value = made[name]
        if type(value) is tuple:
            made[name] = [plain(one) for one in value] if value and is_dataclass(value[0]) else list(value)
        elif value is not None:
            made[name] = plain(value)
    return made


def _shared(incident: Incident) -> dict[str, Any]:
    values = plain(incident)
    # The shorter name is that of the radius of the place that a row draws.
    values["incident_radius_km"] = values.pop("radius_km")
    return values | {f"attribution_{name}": value for name, value in values.pop("attribution").items()}


def _placed(incident: Incident, one: Depiction) -> dict[str, Any]:
    places: Sequence[IncidentPlace] = [incident.places[i] for i in one.index]
    row: dict[str, Any] = {
        "geometry_kind": one.kind,
        "geometry_basis": one.basis,
        "place_index": list(one.index),
    }
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


def representative(incident: Incident, drawn: Sequence[Depiction]) -> dict[str, Any]:
    """The columns of the place where an incident has one row: of its first drawing that is a point, else of the first.

    ``geometry_kind`` joins the kinds of all with "+". lat and lon are of points only: an area has a name, but none.
    """
    first = next((one for one in drawn if len(one.points) == 1), drawn[0])
    lon, lat = first.points[0] if len(first.points) == 1 else (None, None)
    kinds = "+".join(dict.fromkeys(one.kind for one in drawn))
    return {**_EMPTY, **_placed(incident, first), "geometry_kind": kinds, "lat": lat, "lon": lon}
