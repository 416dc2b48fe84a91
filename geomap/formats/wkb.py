"""What is drawn of an incident as well-known binary (WKB): little-endian, longitude before latitude."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from geomap.rows import Depiction

__all__ = ["simple_wkb", "type_of", "wkb_of"]

_POINT, _LINE, _MULTIPOINT, _MULTILINE, _COLLECTION = 1, 2, 4, 5, 7
_TYPES = {
    _POINT: "Point",
    _LINE: "LineString",
    _MULTIPOINT: "MultiPoint",
    _MULTILINE: "MultiLineString",
    _COLLECTION: "GeometryCollection",
}


def simple_wkb(points: Sequence[tuple[float, float]]) -> bytes:
    """A point, or a line of several points, (lon, lat) in WGS84 degrees."""
    flat = [number for point in points for number in point]
    if len(points) == 1:
        return struct.pack("<BIdd", 1, _POINT, *flat)
    return struct.pack(f"<BII{len(flat)}d", 1, _LINE, len(points), *flat)


def wkb_of(drawn: Sequence[Depiction]) -> bytes | None:
    """All that is drawn of an incident as one geometry (little-endian WKB, lon before lat); None where nothing is."""
    parts = [one.points for one in drawn if one.points]
    if not parts:
        return None
    if len(parts) == 1:
        return simple_wkb(parts[0])
    lines = sum(len(part) > 1 for part in parts)
    kind = _MULTIPOINT if not lines else _MULTILINE if lines == len(parts) else _COLLECTION
    return struct.pack("<BII", 1, kind, len(parts)) + b"".join(map(simple_wkb, parts))


def type_of(wkb: bytes) -> str:
    """The name of a geometry's type, as GeoParquet and GeoJSON have it."""
    return _TYPES[struct.unpack_from("<I", wkb, 1)[0]]
