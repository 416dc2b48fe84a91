"""Counts by area on the map: which incidents are in which region and country, and these areas' outlines.

The page counts anew with each filter; what it is given is only who is where.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geomap.arcs import encode_arcs
from geomap.maps.topology import rings_of, simplified

__all__ = ["areas_payload"]

# An area seldom fills more of a screen than this many pixels; finer than three metres a thousandth nobody sees.
_PIXELS = 700
_FINEST = 0.002


def areas_payload(
    keys: Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]], outlines: Any, *, left_out: int = 0
) -> dict[str, Any]:
    """The page's data for its layer of areas; empty where no area has an outline.

    ``keys`` has for each level ("admin1", "country") the areas of each incident, in the order of the incidents, as
    :func:`geomap.summary.area_keys` gives them; ``outlines`` comes from :func:`geomap.boundaries.load_areas`. For each
    level the result has ``areas``, of which ``n`` is the name, ``cc`` the country's code, ``km2`` the area, ``at`` a
    point inside [lat, lon], and arcs as :mod:`geomap.arcs` has them, and ``of``, for each incident the numbers of its
    areas. An incident of which only the country is known is in no area of the level "admin1". ``left_out`` is the
    number of regions with incidents that ``outlines`` leaves out for their number.
    """
    rows = {
        (str(code), str(ident)): (str(name), float(km2), geometry)
        for code, ident, name, km2, geometry in zip(
            *(outlines[column] for column in ("code", "id", "name", "km2")), outlines.geometry, strict=True
        )
        if geometry is not None and not geometry.is_empty
    }
    levels: dict[str, Any] = {}
    for level, of in keys.items():
        wanted = level == "admin1"
        used = [key for key in dict.fromkeys(key for listed in of.values() for key in listed) if key in rows]
        used = [key for key in used if bool(key[1]) == wanted]
        if not used:
            continue
        number = {key: i for i, key in enumerate(used)}
        levels[level] = {
            "areas": [_area(key, *rows[key]) for key in used],
            "of": [[number[key] for key in listed if key in number] for listed in of.values()],
        }
    if left_out and "admin1" in levels:
        levels["admin1"]["left"] = left_out
    return levels


def _area(key: tuple[str, str], name: str, km2: float, geometry: Any) -> dict[str, Any]:
    west, south, east, north = geometry.bounds
    size = max(east - west, north - south)
    inside = geometry.representative_point()
    simple = simplified(geometry, max(_FINEST, size / _PIXELS))
    rings = sorted(rings_of(simple), key=len, reverse=True)
    return {
        "n": name,
        "cc": key[0],
        "km2": round(km2, 1),
        "at": [round(inside.y, 3), round(inside.x, 3)],
        **encode_arcs(rings, decimals=3 if size < 20 else 2),
    }
