"""The map: a folium layer of incidents, and the self-contained page that shows it."""

from __future__ import annotations

from geomap.maps.layer import IncidentLayer
from geomap.maps.page import IncidentMap, build_map, save_map

__all__ = ["IncidentLayer", "IncidentMap", "build_map", "save_map"]
