"""Importing other gazetteers: GeoNames dumps, GeoJSON, KML, GPKG, Linked Places, tables; one SQLite file a source."""

from __future__ import annotations

from geomap.gazetteer.importing.core import (
    SourceFiles,
    SourceInfo,
    import_file,
    list_sources,
    read_source,
    remove_source,
    source_files,
)
from geomap.gazetteer.importing.rows import Filters, ImportReport, PlaceRow, Progress, Skipped, Skips

__all__ = [
    "Filters",
    "ImportReport",
    "PlaceRow",
    "Progress",
    "Skipped",
    "Skips",
    "SourceFiles",
    "SourceInfo",
    "import_file",
    "list_sources",
    "read_source",
    "remove_source",
    "source_files",
]
