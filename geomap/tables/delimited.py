"""CSV and its relatives: cells parted by commas, semicolons, tabs or bars; quotes; any common encoding."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from geomap.csv_records import next_record
from geomap.decoding import encoding_of, magic, wide_encoding
from geomap.errors import InputDoubt, InputError
from geomap.tables.columns import find_header
from geomap.tables.table import MAX_CELL, Report, Row, Table, as_text

__all__ = ["Delimited"]

_DELIMITERS = (",", ";", "\t", "|")
_FIRST_ROWS = 30
# The encoding is judged on so much of a file; what comes later and does not fit becomes U+FFFD, which is told.
_JUDGED = 64 << 20
_SAMPLE = 1 << 20
# After a broken quote the lines that it swallowed are read again one by one, up to so many characters a file: enough
# for any mistake, and no file can make the reading of it go on for ever.
_READ_AGAIN = 64 << 20
_SEP = re.compile(r"sep=(.)\s*", re.IGNORECASE)


class Delimited(Table):
    """A table of lines."""

    unit = "line"

    def __init__(self, stream: BinaryIO, name: str, *, tabs: bool = False) -> None:
        super().__init__(name)
        self._stream = stream
        self._encoding, doubt = _encoding(stream, name)
        self._doubts = [] if doubt is None else [doubt]
        lines = [text for _, text in self._lines_up_to(200)]
        if not any(line.strip() for line in lines):
            raise InputError(f"{name}: the file holds nothing but white space")
        self._first = 0
        declared = _SEP.fullmatch(lines[0])
        self._delimiter = declared[1] if declared else _sniff(lines, prefer_tabs=tabs)
        first = []
        for number, cells, _ in self._records(None):
            if declared and number == 1:
                continue
            first.append((number, cells))
            if len(first) == _FIRST_ROWS:
                break
        # A remark before the names ("# exported on …") names nothing.
        while len(first) > 1 and first[0][1] and first[0][1][0].startswith("#") and _is_remark(first[0][1], first):
            first.pop(0)
        header = find_header([cells for _, cells in first], self.unit)
        self.columns = header.names
        self.notes.extend(header.notes)
        self._first = first[header.skipped - 1][0] + 1 if header.skipped else first[0][0]
        if not self.columns:
            raise InputError(f"{name}: no row names the columns")

    def _lines_up_to(self, most: int) -> Iterator[tuple[int, str]]:
        lines = _Lines(self._stream, self._encoding)
        try:
            for _ in range(most):
                found = lines.take()
                if found is None:
                    return
                if found[1] is not None:
                    yield found[0], found[1]
        finally:
            lines.close()

    def rows(self, report: Report | None = None) -> Iterator[Row]:
        """The rows below the column names.

        A row with fewer cells than columns is taken to lack the last ones, which is told once; one with more is
        reported and left out, for nobody can tell which cell belongs where. A second row of column names, as in files
        put together, is passed over.
        """
        if report is not None:
            for doubt in self._doubts:
                report(doubt)
        width = len(self.columns)
        names = [column.casefold() for column in self.columns]
        short, first_short, longest = 0, 0, 0
        for number, cells, span in self._records(report):
            if number < self._first or not any(cells):
                continue
            if len(cells) > width and not any(cells[width:]):
                cells = cells[:width]
            if len(cells) > width:
                if report is not None:
                    upto = f" to {number + span - 1}" if span > 1 else ""
                    report(
                        InputError(
                            f"{self.where(number)}{upto}: {len(cells)} cells instead of {width}: {self._shown(cells)};"
                            " put quotes around cells that hold the delimiter or a line break"
                        )
                    )
                continue
            if [cell.casefold() for cell in cells] == names:
                continue
            if len(cells) < width:
                if not short:
                    first_short, longest = number, len(cells)
                short += 1
                cells += [""] * (width - len(cells))
            yield Row(number=number, cells=dict(zip(self.columns, cells, strict=True)))
        if short and report is not None:
            rows = "1 row has" if short == 1 else f"{short:,} rows have"
            report(
                InputDoubt(
                    f"{self.name}: {rows} fewer cells than columns (first line {first_short}: {longest} of {width});"
                    " the last ones were taken as empty"
                )
            )

    def _shown(self, cells: Sequence[str]) -> str:
        text = self._delimiter.join(cells)
        return repr(text if len(text) <= 60 else text[:57] + "...")

    def _records(self, report: Report | None) -> Iterator[tuple[int, list[str], int]]:
        """Line, cells and number of lines of each record."""
        lines = _Lines(self._stream, self._encoding)
        again = _READ_AGAIN
        width = len(self.columns)
        try:
            while (taken := lines.take()) is not None:
                number, line = taken
                if line is None:
                    if report is not None:
                        report(
                            InputError(
                                f"{self.where(number)}: longer than {MAX_CELL >> 20} MB; check quotes and line ends"
                            )
                        )
                    continue
                cells, more, problem = self._record(line, lines)
                # A quote that nothing closes, or that closes rows later, swallows what lies between: only its own
                # line is given up, and the others are read again.
                wrong = problem or (more and 0 < width != len(cells) and self._holds_rows(more))
                if wrong and more:
                    size = sum(map(len, more))
                    if size <= again:
                        again -= size
                        lines.give_back(more, number + 1)
                        more = []
                        problem = problem or "its quotes do not match"
                if problem:
                    if report is not None:
                        upto = f" to {number + len(more)}" if more else ""
                        shown = " ".join(line.split())[:60]
                        report(InputError(f"{self.where(number)}{upto}: {problem}: {shown!r}; correct its quotes"))
                    continue
                yield number, [as_text(cell) for cell in cells], 1 + len(more)
            if lines.damaged and report is not None:
                report(
                    InputDoubt(
                        f"{self.where(lines.damaged)}: bytes that are no {self._encoding.removesuffix('-sig').upper()};"
                        " unreadable characters became \ufffd"
                    )
                )
        finally:
            lines.close()

    def _record(self, line: str, lines: _Lines) -> tuple[list[str], list[str], str]:
        """Cells, the further lines that the record took, and what is wrong with it."""
        if '"' not in line:
            return line.rstrip("\r\n").split(self._delimiter), [], ""
        if self._delimiter == "\t" and '\t"' not in line and not line.startswith('"'):
            # Tables with tabs mostly know no quotes: one inside a cell is a letter like any other.
            return line.rstrip("\r\n").split("\t"), [], ""
        more: list[str] = []
        starved = False

        def feed() -> Iterator[str]:
            nonlocal starved
            yield line
            size = len(line)
            while True:
                taken = lines.take() if size <= MAX_CELL else None
                if taken is None or taken[1] is None:
                    starved = True
                    return
                more.append(taken[1])
                size += len(taken[1])
                yield taken[1]

        try:
            cells = next_record(csv.reader(feed(), delimiter=self._delimiter), MAX_CELL)
        except StopIteration:
            cells = []
        except csv.Error as error:
            return [], more, str(error)
        return cells, more, "a quote is opened and never closed" if starved else ""

    def _holds_rows(self, lines: Sequence[str]) -> bool:
        """Whether one of the lines is a row by itself."""
        return any(line.count(self._delimiter) == len(self.columns) - 1 for line in lines)


def _is_remark(cells: Sequence[str], first: Sequence[tuple[int, Sequence[str]]]) -> bool:
    return len(cells) < max(len(row) for _, row in first) or len(cells) == 1


class _Lines:
    """Lines of bounded length with their numbers; lines may be given back to be taken again."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        stream.seek(0)
        # Lone surrogates, which UTF-8 cannot hold, tell bytes that are none from a U+FFFD that the file holds.
        self._lost, errors = (
            ("[\ud800-\udfff]", "surrogateescape") if encoding == "utf-8-sig" else ("\ufffd", "replace")
        )
        self._text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
        self._back: deque[tuple[int, str]] = deque()
        self._number = 0
        self.damaged = 0

    def take(self) -> tuple[int, str | None] | None:
        """The next line and its number; None instead of the text of one that is too long; None at the end."""
        if self._back:
            return self._back.popleft()
        line = self._text.readline(MAX_CELL + 1)
        if not line:
            return None
        self._number += 1
        if not self.damaged and not line.isascii() and re.search(self._lost, line):
            self.damaged = self._number
        if len(line) > MAX_CELL:
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(1 << 20)
            return self._number, None
        return self._number, line

    def give_back(self, lines: Sequence[str], number: int) -> None:
        """Lines taken before, the first of which has ``number``, to be taken again."""
        self._back.extendleft(reversed([(number + i, line) for i, line in enumerate(lines)]))

    def close(self) -> None:
        """Let go of the stream, which stays open."""
        self._text.detach()


def _encoding(stream: BinaryIO, name: str) -> tuple[str, InputDoubt | None]:
    """The encoding by byte-order mark or its zeros, UTF-8 if it is that, else a guess that is to be told.

    Raises InputError for binary data and for an encoding that cannot be told.
    """
    stream.seek(0)
    head = stream.read(_SAMPLE)
    kind = magic(head)
    if kind is not None:
        raise InputError(f"{name}: this is {kind}, not a table; save it as CSV or XLSX")
    wide = wide_encoding(head[:8192])
    if wide is not None:
        return wide, None
    if head.count(0) * 300 > len(head) + 600:
        raise InputError(f"{name}: binary data, not a table; save it as CSV or XLSX")
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    chunk, read = head, 0
    while chunk and read < _JUDGED:
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            # The bytes around the first that do not fit tell more than the file's beginning.
            sample = chunk if read == 0 else head[:100_000] + chunk
            # Cut at a line, so that no character is halved.
            return encoding_of(sample[: sample.rfind(b"\n") + 1] or sample, name)
        read += len(chunk)
        chunk = stream.read(_SAMPLE)
    return "utf-8-sig", None


def _all(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    with suppress(StopIteration):
        while True:
            yield next_record(reader, MAX_CELL)


def _sniff(lines: Sequence[str], *, prefer_tabs: bool) -> str:
    """The delimiter under which most of the first rows have as many cells as the first, the more cells the better."""
    best: tuple[tuple[bool, float, int, bool], str] = ((False, 0.0, 0, False), ",")
    for delimiter in _DELIMITERS:
        try:
            # A quoted cell may go on over lines that are no longer among the first: the last record is left out.
            records = [cells for cells in _all(csv.reader(lines, delimiter=delimiter)) if any(cells)]
        except csv.Error:
            continue
        counts = Counter(map(len, records))
        usual, rows = max(counts.items(), key=lambda one: (one[1], one[0])) if counts else (0, 0)
        share = rows / len(records) if records else 0.0
        score = (usual > 1, round(share, 2), usual, prefer_tabs and delimiter == "\t")
        if score > best[0]:
            best = (score, delimiter)
    return best[1]
