"""GeoPackage and FlatGeobuf, through GDAL: a row for each way in which an incident is drawn, for QGIS and its kin.

Rows and columns are those of GeoJSON; what is nested there is a text of JSON here, and counts are two columns. One
layer, ``incidents``, holds points, lines and rows without a geometry (areas, and incidents without a place); the
rows with ``drawing`` 1 are the incidents.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import GazetteerError, OutputError, UsageError
from geomap.formats.geojson import without_repeats
from geomap.formats.parquet import record_batch
from geomap.formats.schema import MARKS, SCHEMA_VERSION, exact_texts, fields_of
from geomap.formats.wkb import simple_wkb
from geomap.gazetteer.importing.gpkg import sound_layer
from geomap.outputs import atomic_file, check_writable, gdal_path, json_line
from geomap.records import Incident
from geomap.rows import COLUMNS, incident_rows

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["is_ours", "read", "write"]

LAYER = "incidents"
_BATCH = 1000
# GeoPackages hold the time of writing unless GDAL is told one; the day of the format's first version stands in.
_DATE = "2014-02-06T00:00:00.000Z"
_DRIVERS = {"gpkg": "GPKG", "fgb": "FlatGeobuf"}
# FlatGeobuf's index has no room for rows without a geometry, and would put the others into another order.
_OPTIONS: dict[str, dict[str, str]] = {"gpkg": {}, "fgb": {"SPATIAL_INDEX": "NO"}}
_FGB_MAGIC = b"fgb\x03fgb"

# What pyogrio lets out of a broken file: its own errors are RuntimeErrors, and some of its parts raise others.
_BROKEN = (RuntimeError, IndexError, OverflowError, MemoryError)

# The columns of a row that are no fields of the incident and no texts.
_OWN = {
    "drawing": "integer",
    "lat": "number",
    "lon": "number",
    "is_area": "flag",
    "radius_km": "number",
    "distance_km": "number",
    "place_score": "number",
    "incident_radius_km": "number",
    "place_index": "json",
}


def _columns() -> dict[str, str]:
    """Every column but the geometry: text, integer, number, flag, json, or range, which is two columns of integers."""
    fields = {field.name: field.kind for field in fields_of(Incident)}
    nested = {"record": "json", "records": "json", "texts": "json"}
    return {name: _OWN.get(name) or nested.get(kind := fields.get(name, "text"), kind) for name in COLUMNS}


# ---- writing ------------------------------------------------------------------------------------------------------


def _schema(columns: dict[str, str]) -> pa.Schema:
    import pyarrow as pa

    types = {"integer": pa.int64(), "number": pa.float64(), "flag": pa.bool_()}
    made: list[tuple[str, pa.DataType]] = []
    for name, kind in columns.items():
        if kind == "range":
            made += [(f"{name}_low", pa.int64()), (f"{name}_high", pa.int64())]
        else:
            made.append((name, types.get(kind, pa.string())))
    made += [("schema_version", pa.string()), ("exact_texts", pa.string()), ("geometry", pa.binary())]
    return pa.schema(made)


def _flat(values: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, kind in columns.items():
        value = values[name]
        if kind == "range":
            row[f"{name}_low"], row[f"{name}_high"] = value or (None, None)
        elif kind == "json":
            row[name] = None if value is None else json_line(value)
        else:
            row[name] = value
    row["exact_texts"] = exact_texts(row)
    row["schema_version"] = SCHEMA_VERSION
    return row


class _Rows:
    """The rows as batches for GDAL; an error of ours that ends them is kept, since GDAL would only say that one did."""

    def __init__(self, incidents: Iterable[Incident]) -> None:
        self.incidents = incidents
        self.count = self.rows = 0
        self.error: BaseException | None = None
        self.columns = _columns()
        self.schema = _schema(self.columns)

    def batches(self) -> Iterator[pa.RecordBatch]:
        rows: list[dict[str, Any]] = []
        try:
            for incident in self.incidents:
                for values, points in incident_rows(incident):
                    rows.append({**_flat(values, self.columns), "geometry": simple_wkb(points) if points else None})
                self.count += 1
                if len(rows) >= _BATCH:
                    self.rows += len(rows)
                    yield record_batch(rows, self.schema)
                    rows = []
            self.rows += len(rows)
            if rows:
                yield record_batch(rows, self.schema)
        except GeneratorExit:
            raise
        except BaseException as error:
            self.error = error
            raise


def write(incidents: Iterable[Incident], path: Path, key: str) -> int:
    """Write ``incidents`` to ``path`` as a GeoPackage (``gpkg``) or FlatGeobuf (``fgb``) and return how many.

    GDAL writes in place, and a full disk leaves it half a file: so it writes to a file of ours, which is then moved.
    Raises :class:`~geomap.errors.OutputError`; what was at ``path`` then stays.
    """
    # Before the heavy imports, and with our words for what is wrong.
    beside = gdal_path(path).parent
    check_writable(path)
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    rows = _Rows(incidents)
    try:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
        with tempfile.TemporaryDirectory(prefix=".geomap-", dir=beside) as folder:
            made = Path(folder) / f"made.{key}"
            _make(rows, made, key)
            with made.open("rb") as source, atomic_file(path) as file:
                shutil.copyfileobj(source, file, 1 << 20)
    except OSError as error:
        raise OutputError(
            f"{path}: could not be written, nothing was left behind ({error.strerror or error}). Is the disk full?"
            " Choose another folder with -o."
        ) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    return rows.count


def _make(rows: _Rows, made: Path, key: str) -> None:
    import pyarrow as pa
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(rows.schema, rows.batches()),
            made,
            layer=LAYER,
            driver=_DRIVERS[key],
            geometry_name="geometry",
            geometry_type="Unknown",
            crs="EPSG:4326",
            layer_options=_OPTIONS[key],
        )
        whole = pyogrio.read_info(made, layer=LAYER, force_feature_count=True)["features"] == rows.rows
        problem = "" if whole else "fewer rows are in it than were written"
    except (DataLayerError, DataSourceError, RuntimeError, OverflowError, pa.ArrowException) as error:
        problem = " ".join(str(error).split())[:200]
    if rows.error is not None:
        raise rows.error
    if problem:
        raise OSError(problem)


# ---- reading ------------------------------------------------------------------------------------------------------


def is_ours(path: Path, key: str) -> bool:
    """Whether the file is of that format and has a layer with the columns of incidents; False where unreadable."""
    try:
        source, layer = _sound(path, key)
        import pyogrio

        return set(pyogrio.read_info(source, layer=layer)["fields"]) >= MARKS
    except (OSError, ValueError, *_BROKEN):
        return False


def _sound(path: Path, key: str) -> tuple[Path, str | None]:
    """The path and the layer for GDAL: ours, or the only one, since other programs name a layer after the file.

    Everything is looked at before GDAL opens the file: that it is what its name says, and that no view runs for ever.
    Raises ValueError where it is not.
    """
    try:
        source = gdal_path(path)
        if key == "gpkg":
            return source, sound_layer(path, default=LAYER)
    except (GazetteerError, UsageError) as error:
        raise ValueError(str(error).removeprefix(f"{path}: ").removesuffix(".")) from error
    with path.open("rb") as file:
        if file.read(len(_FGB_MAGIC)) != _FGB_MAGIC:
            raise ValueError("is no FlatGeobuf file (its first bytes say otherwise)")
    return source, None


def read(path: Path, key: str) -> Iterator[tuple[str, Any]]:
    """The rows of the layer, one for each incident. Raises OSError; ValueError for no sound file of that format."""
    return without_repeats(_rows(path, key))


def _rows(path: Path, key: str) -> Iterator[tuple[str, Any]]:
    source, layer = _sound(path, key)
    import pyarrow as pa
    import pyogrio

    number = 0
    try:
        if pyogrio.read_info(source, layer=layer).get("driver") != _DRIVERS[key]:
            raise ValueError(f"it would not be opened as {_DRIVERS[key]}")
        with pyogrio.open_arrow(source, layer=layer, read_geometry=False, batch_size=_BATCH) as (_, stream):
            for batch in pa.RecordBatchReader.from_stream(stream):
                for row in batch.to_pylist():
                    number += 1
                    yield f"row {number}", row
    except (UnicodeDecodeError, pa.ArrowException, *_BROKEN) as error:
        problem = " ".join(str(error).split())[:200]
        raise ValueError(f"after row {number} it cannot be read ({problem}); is it whole?") from error
