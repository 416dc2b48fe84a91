"""GeoJSON: a feature for each way in which an incident is drawn, with all of its fields as properties.

An incident at two villages is two features; ``drawing`` counts them, so that the features with 1 are the incidents.
Written one feature a line as they come, and so read back; files of other programs are read as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from geomap.decoding import MAX_LINE_BYTES
from geomap.formats.jsonlines import parsed
from geomap.formats.schema import SCHEMA_VERSION
from geomap.outputs import json_line
from geomap.records import Incident
from geomap.rows import incident_rows

__all__ = ["geometry_of", "may_be_ours", "read", "without_repeats", "write"]

_HEAD = b'{"type":"FeatureCollection","features":['
# A file of another program is parsed as a whole, which takes some ten times its size.
_MAX_WHOLE_BYTES = 256 * 2**20
# The first feature of another program's file begins well within it.
_SNIFF_BYTES = 2**20


def geometry_of(points: tuple[tuple[float, float], ...]) -> dict[str, Any] | None:
    """A point or a line as GeoJSON has it; None for none."""
    if not points:
        return None
    if len(points) == 1:
        return {"type": "Point", "coordinates": list(points[0])}
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


def write(incidents: Iterable[Incident], file: BinaryIO) -> int:
    """Write ``incidents`` to ``file`` as they come and return how many."""
    file.write(_HEAD)
    count = features = 0
    for incident in incidents:
        for values, points in incident_rows(incident):
            values["schema_version"] = SCHEMA_VERSION
            feature = {"type": "Feature", "geometry": geometry_of(points), "properties": values}
            file.write((b",\n" if features else b"\n") + json_line(feature).encode("utf-8"))
            features += 1
        count += 1
    file.write(b"\n]}\n")
    return count


def without_repeats(rows: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """``rows`` with one for each incident: those left out draw an incident that was already there once more."""
    seen: set[Any] = set()
    for where, row in rows:
        ident = row.get("incident_id") if isinstance(row, dict) else None
        # Files of before version 1.0 have no "drawing". Two incidents of one id both have a first one.
        again = ident.__hash__ is not None and ident in seen and row.get("drawing") != 1
        if ident is not None and not again:
            seen.add(ident)
        if not again:
            yield where, row


def may_be_ours(path: Path) -> bool:
    """Whether the beginning of the file, of which the rest may be large, has the id of an incident in it."""
    with path.open("rb") as file:
        return b'"incident_id"' in file.read(_SNIFF_BYTES)


def read(path: Path) -> Iterator[tuple[str, Any]]:
    """The properties of the features, one for each incident; a ValueError for a feature that is none.

    Raises OSError; ValueError for no GeoJSON.
    """
    return without_repeats(_properties(path))


def _properties(path: Path) -> Iterator[tuple[str, Any]]:
    with path.open("rb") as file:
        ours = file.readline(len(_HEAD) + 1).rstrip() == _HEAD
    for number, feature in enumerate(_lines(path) if ours else _whole(path), 1):
        where = f"feature {number}"
        if isinstance(feature, ValueError):
            yield where, feature
        elif not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            yield where, ValueError("it has no properties")
        else:
            yield where, feature["properties"]


def _lines(path: Path) -> Iterator[Any]:
    """The features of a file as it was written here."""
    with path.open("rb") as file:
        file.readline()
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise ValueError(f"feature {number} is longer than {MAX_LINE_BYTES // 2**20} MB, which no incident is")
            if line.rstrip() == b"]}":
                return
            yield parsed(line.rstrip().removesuffix(b","))
    raise ValueError(f"it ends after feature {number}: it is not whole")


def _whole(path: Path) -> list[Any]:
    if path.stat().st_size > _MAX_WHOLE_BYTES:
        raise ValueError(
            f"it is larger than {_MAX_WHOLE_BYTES // 2**20} MB and not as geomap writes it: save it as GeoPackage"
        )
    data = parsed(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    if isinstance(data, ValueError):
        raise data
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise ValueError("it is no GeoJSON FeatureCollection")
    return features
