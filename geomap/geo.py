"""Distances and cells on the globe: the little geometry that light modules need without geopandas."""

from __future__ import annotations

import math

__all__ = ["cell_of", "cells_around", "distance_km"]


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in km between two WGS84 points (haversine on the mean Earth radius, 6371.0088 km)."""
    a, b = math.radians(lat1), math.radians(lat2)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(h)))


def cell_of(lat: float, lon: float) -> int:
    """The number of the one-degree cell that a WGS84 point is in (row by row from the south pole)."""
    return (min(89, math.floor(lat)) + 90) * 360 + (math.floor(lon) + 180) % 360


def cells_around(lat: float, lon: float, radius_km: float) -> list[int]:
    """The one-degree cells that a circle around a WGS84 point touches, in order."""
    dlat = radius_km / 111.0
    dlon = min(180.0, radius_km / (111.0 * max(0.05, math.cos(math.radians(min(89.0, abs(lat) + dlat))))))
    rows = range(max(-90, math.floor(lat - dlat)), min(89, math.floor(lat + dlat)) + 1)
    columns = range(math.floor(lon - dlon), math.floor(lon + dlon) + 1)
    return sorted({(a + 90) * 360 + (b + 180) % 360 for a in rows for b in columns})
