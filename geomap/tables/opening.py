"""Which reader reads which table, told by its first bytes before its name."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from geomap.errors import InputError
from geomap.tables.objects import LINES_SUFFIXES, Lines, Objects, list_in
from geomap.tables.table import Table

__all__ = ["TABLE_SUFFIXES", "open_table"]

TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".parquet", ".geoparquet")
"""The names of files that are tables and nothing else."""

_OTHER_SHEETS = {".xls": "an old Excel file", ".ods": "an OpenDocument sheet", ".xlsb": "a binary Excel file"}
_HEAD = 8192


def open_table(source: Path | BinaryIO, *, name: str | None = None, suffix: str | None = None) -> Table:
    """The table in a file or stream; close it, or use it in a ``with`` block.

    ``name`` is what messages call it (default: the path), ``suffix`` (``.csv``) says what it is where the content does
    not. A stream that cannot seek (a pipe) is copied to a temporary file first. Raises
    :class:`~geomap.errors.InputError` for what is no table, is broken or beyond the limits, and OSError where the file
    cannot be opened.
    """
    if isinstance(source, (str, Path)):
        path = Path(source)
        stream: BinaryIO = path.open("rb")
        try:
            table = _opened(stream, name or str(path), suffix or path.suffix.lower())
        except BaseException:
            stream.close()
            raise
        table._closing.callback(stream.close)
        return table
    if source.seekable():
        source.seek(0)
        return _opened(source, name or "the table", suffix or "")
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the table
    try:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.seek(0)
        table = _opened(copy, name or "the table", suffix or "")
    except BaseException:
        copy.close()
        raise
    table._closing.callback(copy.close)
    return table


def _opened(stream: BinaryIO, name: str, suffix: str) -> Table:
    head = stream.read(_HEAD)
    stream.seek(0)
    if not head:
        raise InputError(f"{name}: the file is empty")
    if suffix in _OTHER_SHEETS or head.startswith(b"\xd0\xcf\x11\xe0"):
        what = _OTHER_SHEETS.get(suffix, "an old Office file")
        raise InputError(f"{name}: this is {what}; save it as .xlsx or as CSV")
    if head.startswith(b"PK\x03\x04"):
        from geomap.tables.sheets import Sheet

        return Sheet(stream, name)
    if head.startswith(b"PAR1"):
        from geomap.tables.parquet import Parquet

        return Parquet(stream, name)
    if suffix in (".xlsx", ".xlsm", ".parquet", ".geoparquet"):
        raise InputError(f"{name}: this is no {suffix} file, whatever its name says; save it anew")
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    if start in (b"{", b"[") and (suffix in (".geojson", ".json") or list_in(head, suffix) is not None):
        return Objects(stream, name)
    if suffix in LINES_SUFFIXES or start == b"{":
        return Lines(stream, name)
    from geomap.tables.delimited import Delimited

    return Delimited(stream, name, tabs=suffix in (".tsv", ".tab"))
