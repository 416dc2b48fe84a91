"""Incidents counted by area, type and time, as a table and as a chart."""

from __future__ import annotations

from geomap.summary.chart import CHART_HEIGHT, CHART_WIDTH, chart_svg
from geomap.summary.counting import (
    HAPPENED,
    AreaCount,
    AreaKey,
    Level,
    Timeline,
    area_keys,
    summarise,
    summary_csv,
    timeline,
    types_in_order,
)

__all__ = [
    "CHART_HEIGHT",
    "CHART_WIDTH",
    "HAPPENED",
    "AreaCount",
    "AreaKey",
    "Level",
    "Timeline",
    "area_keys",
    "chart_svg",
    "summarise",
    "summary_csv",
    "timeline",
    "types_in_order",
]
