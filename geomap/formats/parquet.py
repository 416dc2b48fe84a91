"""GeoParquet: one incident a row, nested fields nested, one geometry for all that is drawn of it.

A file is written as a stream, a group of rows at a time, and the same incidents give the same bytes. Many files in
one folder, the parts of a large job, are read as one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from geomap.errors import OutputError
from geomap.formats.schema import MARKS, SCHEMA_VERSION, Field, exact_texts, fields_of, flat_columns
from geomap.formats.wkb import type_of, wkb_of
from geomap.outputs import atomic_file
from geomap.records import Incident
from geomap.rows import Depiction, depictions, plain, representative

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["is_ours", "read", "record_batch", "write", "write_part"]

# Some 10 MB of typical incidents: few enough that a worker does not feel them, enough to compress well.
_GROUP = 4096
_BATCH = 1024
# Level 3 is zstd's own default; told, since pyarrow's is 1 and might change.
_LEVEL = 3

# What a table is looked at by; read back from the fields of the record, never from these.
_DERIVED: tuple[tuple[str, str], ...] = (
    ("geometry_kind", "text"),
    ("place_name", "text"),
    ("country_code", "text"),
    ("admin1", "text"),
    ("lat", "number"),
    ("lon", "number"),
    ("exact_texts", "text"),
)

_KINDS = {field.name: field.kind for field in fields_of(Incident)}

# ---- writing ------------------------------------------------------------------------------------------------------


def _arrow_type(field: Field) -> pa.DataType:
    import pyarrow as pa

    if field.kind == "records" or field.kind == "record":
        assert field.record is not None
        one = pa.struct([(inner.name, _arrow_type(inner)) for inner in fields_of(field.record)])
        return pa.list_(one) if field.kind == "records" else one
    return {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "texts": pa.list_(pa.string()),
        "range": pa.list_(pa.int64()),
    }[field.kind]


def arrow_schema() -> pa.Schema:
    """The columns of the file and their types."""
    import pyarrow as pa

    columns = [(name, _arrow_type(field)) for name, field in flat_columns()]
    columns += [(name, pa.string() if kind == "text" else pa.float64()) for name, kind in _DERIVED]
    columns.append(("geometry", pa.binary()))
    return pa.schema(columns, metadata={"geomap": json.dumps({"schema_version": SCHEMA_VERSION})})


def _row(incident: Incident) -> tuple[dict[str, Any], list[Depiction]]:
    row: dict[str, Any] = {}
    for name, value in plain(incident).items():
        kind = _KINDS[name]
        if kind == "record":
            row.update((f"{name}_{inner}", one) for inner, one in value.items())
        elif kind == "range":
            row[f"{name}_low"], row[f"{name}_high"] = (None, None) if value is None else value
        else:
            row[name] = value
    drawn = depictions(incident)
    shown = representative(incident, drawn)
    row |= {name: shown.get(name) for name, _ in _DERIVED}
    row["geometry"] = wkb_of(drawn)
    return row, drawn


class _Extent:
    """The bounding box and the geometry types of what was written, which the file says at its end."""

    def __init__(self) -> None:
        self.box: list[float] | None = None
        self.types: set[str] = set()

    def add(self, row: dict[str, Any], drawn: Iterable[Depiction]) -> None:
        geometry = row["geometry"]
        if geometry is None:
            return
        self.types.add(type_of(geometry))
        for x, y in (point for one in drawn for point in one.points):
            a = self.box or [x, y, x, y]
            self.box = [min(a[0], x), min(a[1], y), max(a[2], x), max(a[3], y)]

    def metadata(self) -> str:
        """GeoParquet 1.1. Without a crs the coordinates are in OGC:CRS84, longitude first."""
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(self.types), "edges": "planar"}
        if self.box is not None:
            column["bbox"] = self.box
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
        return json.dumps(geo, sort_keys=True)


def write(incidents: Iterable[Incident], file: BinaryIO) -> int:
    """Write ``incidents`` to ``file`` as they come, a group of rows at a time, and return how many.

    Raises :class:`~geomap.errors.OutputError` for coordinates that are not on Earth and for numbers that are no such.
    """
    import pyarrow.parquet as pq

    schema = arrow_schema()
    extent = _Extent()
    count = 0
    with pq.ParquetWriter(
        file, schema, compression="zstd", compression_level=_LEVEL, version="2.6", write_statistics=True
    ) as writer:
        rows: list[dict[str, Any]] = []
        for incident in incidents:
            row, drawn = _row(incident)
            extent.add(row, drawn)
            rows.append(row)
            count += 1
            if len(rows) == _GROUP:
                writer.write_batch(record_batch(rows, schema))
                rows = []
        if rows:
            writer.write_batch(record_batch(rows, schema))
        writer.add_key_value_metadata({"geo": extent.metadata()})
    return count


def record_batch(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    """The rows as Arrow has them. Raises :class:`~geomap.errors.OutputError` naming the incident of a wrong value."""
    import pyarrow as pa

    try:
        return pa.RecordBatch.from_pylist(rows, schema=schema)
    except UnicodeEncodeError:
        # Halves of characters are rare, and looking for them costs: only where Arrow met one.
        for row in rows:
            row["exact_texts"] = exact_texts(row)
        return record_batch(rows, schema)
    except (pa.ArrowException, OverflowError, TypeError) as error:
        ident = _culprit(rows, schema)
        raise OutputError(
            f"incident {ident}: one of its values does not fit the schema ({error}); correct it, nothing was written"
        ) from error


def _culprit(rows: Iterable[dict[str, Any]], schema: pa.Schema) -> str:
    import pyarrow as pa

    for row in rows:
        try:
            pa.RecordBatch.from_pylist([row], schema=schema)
        except (pa.ArrowException, OverflowError, TypeError):
            return str(row["incident_id"])[:80]
    return "unknown"


def write_part(incidents: Iterable[Incident], path: Path) -> int:
    """Write ``incidents`` to ``path`` as GeoParquet, whatever its ending, and return how many they were.

    The file is there whole or not at all; the same incidents give the same bytes. For the parts of a large job: a
    folder of them is read by :func:`geomap.formats.read_incidents` as one. Raises
    :class:`~geomap.errors.OutputError`.
    """
    with atomic_file(Path(path)) as file:
        return write(incidents, file)


# ---- reading ------------------------------------------------------------------------------------------------------


def is_ours(path: Path) -> bool:
    """Whether the file is Parquet and has the columns of incidents; False for what cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return set(pq.read_schema(path).names) >= MARKS
    except (OSError, ValueError, pa.ArrowException):
        return False


def read(path: Path) -> Iterator[tuple[str, Any]]:
    """The rows of the file, each with what to call it in a message. Raises OSError; ValueError for no Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            version = _version(file.metadata.metadata)
            names = [name for name in file.schema_arrow.names if name != "geometry"]
            for batch in file.iter_batches(batch_size=_BATCH, columns=names):
                for row in batch.to_pylist():
                    number += 1
                    yield f"row {number}", {**row, "schema_version": version} if version else row
    except pa.ArrowException as error:
        problem = " ".join(str(error).split())[:200]
        raise ValueError(f"after row {number} it cannot be read as Parquet ({problem}); is it whole?") from error


def _version(metadata: dict[bytes, bytes] | None) -> Any:
    """The version that the file says it is of; None where it says none, as after another program wrote it anew."""
    told = (metadata or {}).get(b"geomap")
    if told is None:
        return None
    try:
        stated = json.loads(told)
    except (ValueError, RecursionError):
        return None
    return stated.get("schema_version") if isinstance(stated, dict) else None
