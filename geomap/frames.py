"""From incidents to a GeoDataFrame.

One row is one incident drawn in one way, as :mod:`geomap.rows` has it; a region has no geometry, since it is never a
point (see :func:`geomap.boundaries.join_boundaries` for the outline of a country).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from geomap.records import Incident
from geomap.rows import COLUMNS, KINDS, incident_rows

__all__ = ["COLUMNS", "KINDS", "incidents_to_gdf"]


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
