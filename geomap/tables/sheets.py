"""Spreadsheets (XLSX): the first sheet that holds anything, its cells' values as last calculated."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from geomap.errors import InputDoubt, InputError
from geomap.office import check_archive
from geomap.tables.columns import find_header
from geomap.tables.table import MAX_CELL, MAX_COLUMNS, Report, Row, Table, as_text
from geomap.text import detail_of

__all__ = ["Sheet"]

# All of a sheet's XML (it is streamed), and any other part, such as the table of texts, which openpyxl holds in memory.
_LARGEST = 4 << 30
_LARGEST_HELD = 256 << 20
_STREAMED = ("xl/worksheets/", "xl/pivotCache/")
# A million rows is what Excel has; a number beyond, in a broken or hostile file, would be counted up to.
_MOST_EMPTY = 100_000
_FIRST_ROWS = 30


class Sheet(Table):
    """One sheet of a workbook."""

    unit = "row"

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__(name)
        check_archive(stream, name, what="workbook", folder="xl/", largest=_LARGEST, largest_part=_largest_part)
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
            raise InputError(f"{self.name}: not a whole .xlsx workbook ({detail_of(error)}); save it anew") from error

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
                    f"{self.name}, after row {number}: the sheet is broken ({detail_of(error)}); save it anew"
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


def _largest_part(part: str) -> int:
    return _LARGEST if part.startswith(_STREAMED) else _LARGEST_HELD
