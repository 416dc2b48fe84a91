"""The event JSON of TimeMap, the map with a time line of Forensic Architecture and Bellingcat.

TimeMap loads three files: events, the sources that they name, and the associations (categories and filters) that they
name. ``FILE.timemap.json`` gets the events; the others go beside it. All values are texts, as TimeMap checks them, and
dates are in its default order, month first. An area is no point: it has no coordinates. Written, not read back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from geomap.formats.tables import table_row
from geomap.lexicons import load_json, type_label
from geomap.outputs import atomic_file, json_line
from geomap.records import Incident, SourceQuote

__all__ = ["SUFFIX", "write"]

SUFFIX = ".timemap.json"
_TIME_PRECISIONS = {1: "day", 2: "week", 3: "month or longer"}


def companions(path: Path) -> tuple[Path, Path]:
    """The files of the sources and of the associations that go with the events in ``path``."""
    stem = path.name[: -len(SUFFIX)] if path.name.lower().endswith(SUFFIX) else path.stem
    return path.with_name(f"{stem}.timemap-sources.json"), path.with_name(f"{stem}.timemap-associations.json")


def _source_id(source: SourceQuote) -> str:
    """An id that a source keeps from file to file: of its address, else of its article."""
    key = f"{source.url or ''}\n{source.doc_id}\n{source.source or ''}".encode("utf-8", "backslashreplace")
    return "s" + hashlib.sha256(key).hexdigest()[:16]


def _source(source: SourceQuote, ident: str) -> dict[str, Any]:
    # TimeMap makes links of these: what a link may run stays out.
    url = source.url if source.url and source.url.lower().startswith(("http://", "https://")) else ""
    return {
        "id": ident,
        "title": source.title or source.doc_id,
        "type": "",
        "url": url,
        "description": source.source or "",
        "date": source.published or "",
        "paths": [url] if url else [],
    }


def _day(day: str | None) -> str:
    return f"{day[5:7]}/{day[8:10]}/{day[:4]}" if day else ""


def _categories(incident: Incident) -> list[dict[str, Any]]:
    """What the event may be chosen by: its type, how certain it is, who says so, and how exact its place."""
    spec = load_json("event_types.json")["types"].get(incident.type, {})
    label = type_label(incident.type)
    precision = {1: "named place", 2: "near or part of a place", 3: "region"}.get(
        incident.geo_precision or 0, "country or unknown"
    )
    category = {
        "id": f"type-{incident.type}",
        "title": label,
        "desc": "",
        "mode": "CATEGORY",
        "colour": spec.get("colour", "#525252"),
    }
    filters = [("Certainty", incident.certainty), ("Attribution", incident.attribution.level), ("Place", precision)]
    return [
        category,
        *(
            {
                "id": f"{group.lower()}-{value.replace(' ', '-')}",
                "title": value,
                "desc": "",
                "mode": "FILTER",
                "filter_paths": [group, value],
            }
            for group, value in filters
        ),
    ]


def _event(incident: Incident, associations: list[str], sources: list[str]) -> dict[str, Any]:
    row = table_row(incident)
    lat, lon = row["latitude"], row["longitude"]
    clock = incident.part_of_day if incident.part_of_day and ":" in incident.part_of_day else ""
    span = [day for day in (incident.date_start, incident.date_end) if day]
    shown = " – ".join(dict.fromkeys(span)) + (f", {incident.part_of_day}" if incident.part_of_day else "")
    return {
        "id": incident.incident_id,
        "description": incident.quote,
        "date": _day(incident.date_start),
        "time": clock,
        "time_precision": _TIME_PRECISIONS.get(incident.time_precision or 0, ""),
        "time_display": shown,
        "location": str(row["location"] or row["places"] or ""),
        "latitude": "" if lat is None else repr(lat),
        "longitude": "" if lon is None else repr(lon),
        "type": incident.type,
        "category": type_label(incident.type),
        "category_full": str(row["event_type"] or ""),
        "associations": associations,
        "sources": sources,
        "comments": (
            f"certainty: {incident.certainty}; attribution: {incident.attribution.level}"
            f"{' (' + incident.attribution.source + ')' if incident.attribution.source else ''};"
            f" drawn as: {row['geometry_kind']}; geo_precision: {incident.geo_precision or 'unknown'};"
            f" where_prec: {incident.where_prec or 'unknown'}"
        ),
    }


def _array(values: Iterable[str], file: BinaryIO, brackets: str = "[]") -> None:
    file.write(brackets[0].encode())
    for i, value in enumerate(values):
        file.write((",\n" if i else "\n").encode() + value.encode("utf-8"))
    file.write(f"\n{brackets[1]}\n".encode())


def write(incidents: Iterable[Incident], path: Path) -> int:
    """Write ``incidents`` to ``path`` and the two files beside it, and return how many.

    Each file is there whole or not at all; the events come last. Raises :class:`~geomap.errors.OutputError`.
    """
    sources: dict[str, dict[str, Any]] = {}
    associations: dict[str, dict[str, Any]] = {}
    count = 0

    def events() -> Iterable[str]:
        nonlocal count
        for incident in incidents:
            count += 1
            categories = _categories(incident)
            for one in categories:
                associations.setdefault(one["id"], one)
            named = {_source_id(one): one for one in incident.sources}
            for ident, source in named.items():
                sources.setdefault(ident, _source(source, ident))
            yield json_line(_event(incident, [one["id"] for one in categories], list(named)))

    beside = companions(path)
    with atomic_file(path) as file:
        _array(events(), file)
        # Within the block: the events take their name only once both others are written.
        with atomic_file(beside[0]) as other:
            _array((f"{json_line(key)}:{json_line(sources[key])}" for key in sorted(sources)), other, "{}")
        with atomic_file(beside[1]) as other:
            _array((json_line(associations[key]) for key in sorted(associations)), other)
    return count
