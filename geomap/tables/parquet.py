"""Parquet, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from geomap.errors import InputError
from geomap.tables.columns import plain_name
from geomap.tables.table import MAX_CELL, MAX_COLUMNS, Report, Row, Table, as_text
from geomap.text import detail_of

__all__ = ["Parquet"]

# Rows held at once, and what one column of them may come to: a text that stands in a file once, and that all rows
# refer to, is held once a row. Of 20 columns, 20,000 rows take .12 s in batches of 256, .31 s in batches of 16 and
# 2.3 s one by one (measured).
_BATCH = 16
_HELD = 256 << 20
# One row group's column is unpacked as a whole. Writers make groups of 128 MB to 1 GB.
_LARGEST_GROUP = 4 << 30


class Parquet(Table):
    """A Parquet file. Geometries are left out: they are no text."""

    unit = "row"

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__(name)
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._errors = (pa.ArrowException, OSError, ValueError, UnicodeDecodeError)
        try:
            self._file = pq.ParquetFile(
                stream,
                memory_map=False,
                pre_buffer=False,
                thrift_string_size_limit=256 << 20,
                thrift_container_size_limit=16 << 20,
            )
            schema = self._file.schema_arrow
            groups = self._file.metadata.num_row_groups
            parts = [self._file.metadata.row_group(i) for i in range(groups)]
            largest = max((part.total_byte_size for part in parts), default=0)
            # No text is longer than its column's part of a row group.
            sizes = [part.column(i).total_uncompressed_size for part in parts for i in range(part.num_columns)]
            self._batch = max(1, min(_BATCH, _HELD // max([*sizes, 1])))
        except self._errors as error:
            raise InputError(f"{name}: not a whole Parquet file ({detail_of(error)}); write it anew") from error
        if largest > _LARGEST_GROUP:
            raise InputError(f"{name}: a row group of {largest >> 20} MB; write it with smaller row groups")
        wanted = [field.name for field in schema if not _is_binary(pa, field.type)]
        if len(set(wanted)) < len(wanted):
            raise InputError(f"{name}: two columns have one name; rename one")
        self.columns = tuple(wanted[:MAX_COLUMNS])
        if len(wanted) > MAX_COLUMNS:
            self.notes.append(f"only the first {MAX_COLUMNS:,} of {len(wanted):,} columns are read")
        nested = [field.name for field in schema if pa.types.is_nested(field.type) and plain_name(field.name)]
        if nested:
            self.notes.append(f"nested columns are read as text: {', '.join(nested[:5])}")

    def rows(self, report: Report | None = None) -> Iterator[Row]:
        """The rows in the order of the file."""
        number = 0
        try:
            for batch in self._file.iter_batches(batch_size=self._batch, columns=list(self.columns), use_threads=False):
                columns = [self._values(batch.column(i)) for i in range(batch.num_columns)]
                names = batch.schema.names
                for values in zip(*columns, strict=True):
                    number += 1
                    cells = {name: as_text(value) for name, value in zip(names, values, strict=True)}
                    if any(len(cell) > MAX_CELL for cell in cells.values()):
                        if report is not None:
                            report(
                                InputError(
                                    f"{self.where(number)}: a cell of more than {MAX_CELL >> 20} million characters"
                                )
                            )
                        continue
                    if any(cells.values()):
                        yield Row(number=number, cells={column: cells.get(column, "") for column in self.columns})
        except self._errors as error:
            raise InputError(f"{self.name}, after row {number}: broken ({detail_of(error)}); write it anew") from error

    def _values(self, column: Any) -> list[Any]:
        try:
            values: list[Any] = column.to_pylist()
            return values
        except (UnicodeDecodeError, ValueError, OverflowError):
            # One text that is no UTF-8, or a date beyond year 9999, spoils the list: cell by cell, then.
            return [self._value(cell) for cell in column]

    def _value(self, cell: Any) -> Any:
        try:
            return cell.as_py()
        except (ValueError, OverflowError):
            buffer = getattr(cell, "as_buffer", None)
            return buffer().to_pybytes() if buffer is not None else None


def _is_binary(pa: Any, kind: Any) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))
