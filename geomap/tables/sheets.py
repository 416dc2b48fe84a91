"""Spreadsheets (XLSX): the first sheet that holds anything, its cells' values as last calculated."""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from geomap.errors import InputDoubt, InputError
from geomap.tables.columns import find_header
from geomap.tables.table import MAX_CELL, MAX_COLUMNS, Report, Row, Table, as_text

__all__ = ["Sheet"]

# Deflate reaches 1,032:1 on one repeated byte; sheets of real tables have 5 to 30. Below the floor even a sheet of
# empty cells is small enough to read.
_RATIO = 200
_RATIO_FLOOR = 64 << 20
# All of a sheet's XML (it is streamed), and its table of texts, which openpyxl holds in memory.
_LARGEST = 4 << 30
_LARGEST_TEXTS = 256 << 20
# A million rows is what Excel has; a number beyond, in a broken or hostile file, would be counted up to.
_MOST_EMPTY = 100_000
_FIRST_ROWS = 30
# Where a document type would stand, with the entities that blow up: before the first element.
_PROLOGUE = 64 << 10
_ROOT = re.compile(rb"<[A-Za-z]")


class Sheet(Table):
    """One sheet of a workbook."""

    unit = "row"

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__(name)
        _check_archive(stream, name)
        self._stream = stream
        self._book = self._load(formulas=False)
        self._closing.callback(self._book.close)
        sheets = [sheet for sheet in self._book.worksheets if hasattr(sheet, "iter_rows")]
        self._sheet, first = self._first_filled(sheets)
        header = find_header([cells for _, cells in first], "row")
        self.columns = header.names
        self.notes.extend(header.notes)
        self._skipped = first[header.skipped - 1][0] if header.skipped else 0
        others = [sheet.title for sheet in sheets if sheet is not self._sheet]
        if others:
            shown = ", ".join(repr(str(title)[:40]) for title in others[:5])
            self.notes.append(f"sheet {self._sheet.title[:40]!r} is read, not {shown}")
        self._tell_formulas()

    def _load(self, *, formulas: bool) -> Any:
        import openpyxl

        self._stream.seek(0)
        try:
            return openpyxl.load_workbook(self._stream, read_only=True, data_only=not formulas, keep_links=False)
        except Exception as error:
            # openpyxl lets out whatever its parts raise (KeyError, ValueError, ParseError, BadZipFile …).
            raise InputError(f"{self.name}: not a whole .xlsx workbook ({_why(error)}); save it anew") from error

    def _first_filled(self, sheets: Sequence[Any]) -> tuple[Any, list[tuple[int, list[str]]]]:
        for sheet in sheets:
            # The extent that a sheet states may be a lie: a million rows by 16,384 columns of nothing.
            sheet.reset_dimensions()
            first = list(itertools.islice(self._cells(sheet), _FIRST_ROWS))
            if first:
                return sheet, first
        raise InputError(f"{self.name}: the workbook holds no table")

    def _cells(self, sheet: Any) -> Iterator[tuple[int, list[str]]]:
        """The rows that hold anything, with their numbers."""
        empty = 0
        rows = sheet.iter_rows(values_only=True)
        number = 0
        while True:
            try:
                values = next(rows, None)
            except Exception as error:
                raise InputError(
                    f"{self.name}, after row {number}: the sheet is broken ({_why(error)}); save it anew"
                ) from error
            if values is None:
                return
            number += 1
            cells = [as_text(value) for value in values[:MAX_COLUMNS]]
            if any(cells):
                empty = 0
                yield number, cells
            else:
                empty += 1
                if empty > _MOST_EMPTY:
                    return

    def _tell_formulas(self) -> None:
        """Note columns whose formulas have no saved value, as a program that is no spreadsheet writes them."""
        index = self._book.worksheets.index(self._sheet)
        book = self._load(formulas=True)
        try:
            sheet = book.worksheets[index]
            sheet.reset_dimensions()
            first = dict(itertools.islice(self._cells(sheet), _FIRST_ROWS))
        finally:
            book.close()
        values = dict(itertools.islice(self._cells(self._sheet), _FIRST_ROWS))
        lost: dict[str, None] = {}
        for number, cells in first.items():
            plain = values.get(number, [])
            for column, cell in enumerate(cells[: len(self.columns)]):
                if cell.startswith("=") and not (column < len(plain) and plain[column]):
                    lost[self.columns[column]] = None
        if lost:
            self.notes.append(
                f"formulas without a saved value in {', '.join(list(lost)[:5])}: save it in a spreadsheet program"
            )

    def rows(self, report: Report | None = None) -> Iterator[Row]:
        """The rows below the column names. Cells beyond the last named column are left out, which is told once."""
        width = len(self.columns)
        beyond = 0
        for number, cells in self._cells(self._sheet):
            if number <= self._skipped:
                continue
            if any(len(cell) > MAX_CELL for cell in cells):
                if report is not None:
                    report(InputError(f"{self.where(number)}: a cell of more than {MAX_CELL >> 20} million characters"))
                continue
            if any(cells[width:]):
                beyond = beyond or number
            if not any(cells[:width]):
                continue
            cells += [""] * (width - len(cells))
            yield Row(number=number, cells=dict(zip(self.columns, cells, strict=False)))
        if beyond and report is not None:
            report(InputDoubt(f"{self.where(beyond)}: there are cells beyond the last column name; they were left out"))


def _why(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:120]


def _check_archive(stream: BinaryIO, name: str) -> None:
    """Refuse a workbook that would fill the memory or the day, before it is read.

    Raises InputError for a broken archive, a zip bomb, and XML with a document type (no spreadsheet writes one; its
    entities may expand without end).
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            if not any(member.filename.startswith("xl/") for member in members):
                raise InputError(f"{name}: a zip archive or another Office document, not a workbook; unpack it first")
            unpacked = packed = 0
            for member in members:
                unpacked += member.file_size
                packed += member.compress_size
                if member.filename == "xl/sharedStrings.xml" and member.file_size > _LARGEST_TEXTS:
                    raise InputError(
                        f"{name}: {member.file_size >> 20} MB of text in one workbook; save it as CSV, which is read"
                        " row by row"
                    )
            if unpacked > _LARGEST or (unpacked > _RATIO_FLOOR and unpacked > _RATIO * max(packed, 1)):
                raise InputError(
                    f"{name}: unpacks to {unpacked >> 20} MB, more than {_RATIO} times its size or 4 GB, as only a zip"
                    " bomb does; save it as CSV"
                )
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _check_prologue(archive, member, name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise InputError(f"{name}: not a whole .xlsx workbook ({_why(error)}); save it anew") from error
    except RuntimeError as error:
        raise InputError(f"{name}: the workbook is encrypted; save it without a password") from error


def _check_prologue(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    import zlib

    try:
        with archive.open(member) as part:
            head = part.read(_PROLOGUE)
    except zlib.error as error:
        raise InputError(f"{name}: not a whole .xlsx workbook ({_why(error)}); save it anew") from error
    root = _ROOT.search(head)
    if (
        b"\x00" in head[:200]
        or (head.strip() and root is None)
        or b"<!DOCTYPE" in head[: root.start() if root else None]
    ):
        raise InputError(f"{name}: {member.filename[:60]!r} is no XML as spreadsheets write it; save the workbook anew")
