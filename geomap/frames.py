"""From incidents to a GeoDataFrame, and from that to GeoJSON.

One row is one incident drawn in one way, as :mod:`geomap.rows` has it; a region has no geometry, since it is never a
point (see :func:`geomap.boundaries.join_boundaries` for the outline of a country).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, mapping
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from geomap.errors import OutputError
from geomap.records import Incident
from geomap.rows import COLUMNS, KINDS, incident_rows

__all__ = ["COLUMNS", "KINDS", "gdf_to_geojson", "incidents_to_gdf"]


def incidents_to_gdf(incidents: Iterable[Incident]) -> gpd.GeoDataFrame:
    """The incidents as a GeoDataFrame in EPSG:4326, columns :data:`COLUMNS` and ``geometry``.

    Input order is kept. No incidents give an empty frame with the same columns. Raises
    :class:`~geomap.errors.OutputError` for a place whose coordinates are not finite or out of range.
    """
    rows: list[tuple[Any, ...]] = []
    geometries: list[BaseGeometry | None] = []
    in_order = itemgetter(*COLUMNS)
    for incident in incidents:
        for values, points in incident_rows(incident):
            rows.append(in_order(values))
            geometries.append(_geometry_of(points))
    # Objects keep None as None: pandas would turn geo_precision 1, None into 1.0, NaN.
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    frame = pd.DataFrame({name: _objects(values) for name, values in zip(COLUMNS, columns, strict=True)}, dtype=object)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(geometries, index=frame.index, crs="EPSG:4326"))


def _objects(values: Sequence[Any]) -> Any:
    """A column of Python objects, each as it is: lists stay lists."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _geometry_of(points: Sequence[tuple[float, float]]) -> BaseGeometry | None:
    if not points:
        return None
    return Point(points[0]) if len(points) == 1 else LineString(points)


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
