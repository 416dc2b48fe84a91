"""Importing other gazetteers: GeoNames dumps, GeoJSON, KML, GPKG, Linked Places, tables; one SQLite file a source."""
