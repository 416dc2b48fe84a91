"""Incidents back from the files that ``geomap extract`` writes: JSON Lines, or GeoJSON with one feature a drawing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from geomap.errors import InputError
from geomap.records import Actor, Attribution, Conflict, Incident, IncidentPlace, SourceQuote, Telling

__all__ = ["incident_from_dict", "is_incident_file", "read_incident_file"]

# What makes a record an incident and not an article.
_MARKS = {"incident_id", "places", "certainty"}


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    """A record of ``kind`` from those of ``values`` that it knows; lists become tuples."""
    known = {one.name: values[one.name] for one in fields(kind) if one.name in values}
    needed = [one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING]
    if missing := [name for name in needed if name not in known]:
        raise KeyError(missing[0])
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in known.items()})


def incident_from_dict(record: Mapping[str, Any]) -> Incident:
    """The incident of one line of JSON Lines, or of one feature's properties.

    Raises KeyError naming a field that is missing, TypeError or ValueError for one of the wrong kind.
    """
    values = dict(record)
    if "attribution" not in values and "attribution_level" in values:
        values["attribution"] = {"source": values.get("attribution_source"), "level": values["attribution_level"]}
    values["attribution"] = _made(Attribution, values["attribution"])
    values["places"] = [_made(IncidentPlace, one) for one in values["places"]]
    values["actors"] = [_made(Actor, one) for one in values.get("actors") or ()]
    values["sources"] = [_made(SourceQuote, one) for one in values.get("sources") or ()]
    values["conflicts"] = [_conflict(one) for one in values.get("conflicts") or ()]
    return _checked(_made(Incident, values))


def _conflict(record: Mapping[str, Any]) -> Conflict:
    made: Conflict = _made(Conflict, {**record, "values": [_made(Telling, one) for one in record["values"]]})
    return made


def _checked(incident: Incident) -> Incident:
    for name in ("incident_id", "doc_id", "type", "certainty", "quote"):
        if not isinstance(getattr(incident, name), str):
            raise TypeError(f"{name} is not text")
    for place in incident.places:
        for name in ("lat", "lon"):
            value = getattr(place, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
                raise TypeError(f"{name} of a place is not a number")
    return incident


def _records(path: Path) -> Iterator[tuple[int, Any]]:
    """The records of a file with the line or feature that each is from."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() in (".geojson", ".json"):
        data = json.loads(text)
        seen: set[str] = set()
        for number, feature in enumerate(data["features"], 1):
            properties = feature["properties"]
            # An incident at two places is two features.
            if properties["incident_id"] not in seen:
                seen.add(properties["incident_id"])
                yield number, properties
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                record = json.loads(line)
            except ValueError as error:
                raise ValueError(f"line {number} is no JSON ({error})") from error
            yield number, record


def is_incident_file(path: Path) -> bool:
    """Whether the first record of a JSON Lines or GeoJSON file is an incident; False for what cannot be read so."""
    if path.suffix.lower() not in (".jsonl", ".ndjson", ".geojson", ".json") or not path.is_file():
        return False
    try:
        _number, record = next(_records(path), (0, None))
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return isinstance(record, dict) and record.keys() >= _MARKS


def read_incident_file(path: Path) -> list[Incident]:
    """The incidents of a file that ``geomap extract`` wrote.

    Raises :class:`~geomap.errors.InputError` naming the file and the line or feature.
    """
    number = 0
    found: list[Incident] = []
    try:
        for place, record in _records(path):
            found.append(incident_from_dict(record))
            number = place
    except KeyError as error:
        raise InputError(
            f"{path}, after record {number}: no {error.args[0]!r}; is this what geomap extract wrote?"
        ) from error
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path}, after record {number}: {error}; write it anew with geomap extract") from error
    return found
