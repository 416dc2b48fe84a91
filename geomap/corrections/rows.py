"""The file of corrections: its rows, read with patience and only ever added to.

The file belongs to the user. geomap appends rows to it and changes nothing that stands in it; a row that cannot be
read is told with its line and its remedy, and the others count all the same.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from geomap.caldates import parse_day
from geomap.csv_records import next_record
from geomap.errors import DateError, InputDoubt, InputError
from geomap.lexicons import load_json
from geomap.outputs import atomic_file, locked_file
from geomap.records import CERTAINTIES, Article
from geomap.text import as_words, fold, searchable, spreadsheet_plain, spreadsheet_safe

__all__ = [
    "COLUMNS",
    "KINDS",
    "NO_PLACE",
    "UNKNOWN",
    "Correction",
    "Corrections",
    "append_corrections",
    "correction_row",
    "read_corrections",
]

CorrectionKind = Literal["place", "type", "certainty", "date", "drop", "merge", "split", "ok"]

KINDS: tuple[CorrectionKind, ...] = ("place", "type", "certainty", "date", "drop", "merge", "split", "ok")
"""place: this name is that place; type, certainty, date: of this incident; drop: this is no incident; merge: these two
are one; split: these two are not; ok: this was looked at and is right."""

COLUMNS: tuple[str, ...] = (
    "kind",
    "article",
    "name",
    "to",
    "lat",
    "lon",
    "incident",
    "quote",
    "trigger",
    "other",
    "other_article",
    "other_quote",
    "source",
    "note",
)
"""The columns of the file. A row may leave out any that its kind does not need."""

NO_PLACE = "none"
"""In ``to`` of a place: the name is none of a place here."""
UNKNOWN = "unknown"
"""In ``to`` of a place: it is a place, but nobody knows where; it is listed and not drawn."""

# More is no file that people edit: a correction has some 500 bytes, so this is 60,000 of them.
_LARGEST_FILE = 32 * 2**20
_LONGEST_CELL = 100_000
_QUOTED = re.compile('[",;\t\r\n\x85\u2028\u2029]|^[#\\s]|\\s$')
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:\.\d{0,15})?")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One row. ``to`` is what it shall be: a place's id, a type, a certainty, a day or ``day/day``; for a place also
    ``none`` (no place) or ``unknown``. ``lat`` and ``lon`` (WGS84 degrees) are a place without an entry.

    A place is meant in ``article``; without one, in all articles of ``source``; without either, everywhere. With a
    ``quote`` only the mentions in it are meant. All other kinds are about the incident with the id ``incident`` or,
    failing that, the one that ``article`` tells in the words ``quote``, at ``name``, by the words ``trigger``: with a
    ``quote`` that telling of it is meant, without one the incident with all its tellings; a split is of tellings.
    ``other``, ``other_article`` and ``other_quote`` name the second one in the same way. ``file`` and ``row`` (its
    line) say where the correction stands.
    """

    kind: CorrectionKind
    article: str = ""
    name: str = ""
    to: str = ""
    lat: float | None = None
    lon: float | None = None
    incident: str = ""
    quote: str = ""
    trigger: str = ""
    other: str = ""
    other_article: str = ""
    other_quote: str = ""
    source: str = ""
    note: str = ""
    file: str = ""
    row: int = 0

    @property
    def where(self) -> str:
        """ "corrections.csv, row 7": for a person."""
        return f"{Path(self.file).name or 'correction'}, row {self.row}" if self.row else "a correction"

    def says(self) -> str:
        """What the row says, in a few words."""
        about = f"{self.name!r}" if self.kind == "place" else _shortened(self.quote) or self.incident
        return " ".join(word for word in (self.kind, about, "→ " + self.aim if self.aim else "") if word)

    @property
    def aim(self) -> str:
        """What it shall be, in words; nothing where the kind says all."""
        return f"{self.lat}, {self.lon}" if self.lat is not None and not self.to else self.to

    @property
    def is_whole(self) -> bool:
        """Whether an incident is meant with all its tellings."""
        first, second = not self.quote, bool(self.other and not self.other_quote)
        return self.kind not in ("place", "split") and (first or second)

    @property
    def spot(self) -> tuple[str, int]:
        """Where the row stands: file and line."""
        return self.file, self.row

    def key(self) -> tuple[object, ...]:
        """What makes two rows the same: all but where they stand and the note."""
        return tuple(getattr(self, name) for name in COLUMNS if name != "note")

    def subject(self) -> tuple[object, ...]:
        """What the row decides: of two rows with one subject the later holds."""
        kind = "link" if self.kind in ("merge", "split") else self.kind
        return kind, *(getattr(self, name) for name in COLUMNS if name not in ("kind", "to", "lat", "lon", "note"))


def _shortened(text: str) -> str:
    text = _SPACES.sub(" ", text)
    return repr(text if len(text) <= 60 else text[:57] + "…") if text else ""


@dataclass(frozen=True, eq=False)
class Corrections:
    """The corrections of one or more files, and what was wrong in them. Later rows go before earlier ones."""

    rows: tuple[Correction, ...] = ()
    problems: tuple[InputDoubt, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows)

    def only_places(self) -> Corrections:
        """Those of places alone."""
        return Corrections(tuple(row for row in self.rows if row.kind == "place"))

    def only_incidents(self) -> Corrections:
        """Those of one incident each: of type, certainty and date, of none, and of what was checked."""
        return Corrections(tuple(row for row in self.rows if row.kind not in ("place", "merge", "split")))

    @cached_property
    def _by_article(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            if row.kind not in ("place", "merge", "split"):
                found.setdefault(row.article, []).append(number)
        return found

    def of_incidents(self, doc_id: str, ids: Collection[str]) -> Corrections:
        """Those of type, certainty, date and drop that are about the article ``doc_id`` or, naming no article, about
        one of the incidents ``ids`` or a quote."""
        numbers = list(self._by_article.get(doc_id, ()))
        numbers += [n for n in self._by_article.get("", ()) if self.rows[n].quote or self.rows[n].incident in ids]
        return Corrections(tuple(self.rows[n] for n in sorted(numbers)))

    @cached_property
    def _places(self) -> dict[tuple[str, str], list[Correction]]:
        """The corrections of places by where they hold: (article, ""), ("", source), ("", "")."""
        found: dict[tuple[str, str], list[Correction]] = {}
        for row in self.rows:
            if row.kind == "place":
                found.setdefault((row.article, "" if row.article else row.source.casefold()), []).append(row)
        return found

    def places_of(self, article: Article) -> list[Correction]:
        """The corrections of places that hold in ``article``, those that go before others first: of the article, of
        its source, of all; the later row first. A general one holds only where its name stands in the text."""
        if not self._places:
            return []
        general: list[Correction] = []
        if article.source:
            general += reversed(self._places.get(("", article.source.casefold()), ()))
        general += reversed(self._places.get(("", ""), ()))
        if general:
            text = searchable(article.text)
            general = [row for row in general if as_words(row.name) in text]
        return [*reversed(self._places.get((article.doc_id, ""), ())), *general]


# -- reading -----------------------------------------------------------------------------------------------------------


def _decoded(path: Path, data: bytes) -> str:
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start + 1}); save it as 'CSV UTF-8'") from error


def _cells(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are no remarks, each with the number of its first line."""
    head = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    while True:
        try:
            cells = next_record(reader, _LONGEST_CELL)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader cannot tell where the next row begins: what follows the broken cell is not read.
            raise InputError(
                f"{path}, row {start}: a cell of more than {_LONGEST_CELL:,} characters ({error}): a quotation mark"
                " that is not closed? This row and those after it were not read"
            ) from error
        if any(cell.strip() for cell in cells) and not cells[0].lstrip("\ufeff").startswith("#"):
            yield start, cells
        start = reader.line_num + 1


class _Wrong(Exception):
    """A row that cannot be used: the column, what is wrong, and what to do."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def _near(value: str, known: Sequence[str]) -> str:
    import difflib

    close = difflib.get_close_matches(value.casefold().replace(" ", "_"), known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else f"; it is one of {', '.join(known)}"


def _degrees(cells: dict[str, str], column: str, most: float) -> float | None:
    value = cells[column]
    if not value:
        return None
    if re.fullmatch(r"[+-]?\d{1,3},\d{1,15}", value):
        value = value.replace(",", ".")
    if not _NUMBER.fullmatch(value):
        raise _Wrong(column, f"{value[:40]!r} is no number of degrees; write it like 42.8914")
    if abs(float(value)) > most:
        raise _Wrong(column, f"{value} is not between -{most:g} and {most:g}")
    return float(value)


def _days(text: str) -> str:
    parts = text.split("/")
    if len(parts) > 2:
        raise _Wrong("to", f"{text!r} is no day and no span of days; write 2022-07-31 or 2022-07-31/2022-08-02")
    try:
        days = [parse_day(part.strip()) for part in parts]
    except DateError as error:
        raise _Wrong("to", str(error)) from error
    if days != sorted(days):
        raise _Wrong("to", f"{text!r} ends before it begins")
    return "/".join(days)


def _checked(cells: dict[str, str], path: Path, row: int) -> Correction:
    kind = cells["kind"].casefold()
    if kind not in KINDS:
        raise _Wrong("kind", f"there is no kind {cells['kind'][:40]!r}{_near(kind, KINDS)}")
    to = cells["to"]
    lat, lon = _degrees(cells, "lat", 90.0), _degrees(cells, "lon", 180.0)
    if (lat is None) != (lon is None):
        raise _Wrong("lat" if lat is None else "lon", "a position has both lat and lon; give the other or neither")
    if kind == "place":
        if not cells["name"]:
            raise _Wrong("name", "say which name is meant, as the article writes it")
        if not to and lat is None:
            raise _Wrong("to", f"say which place it is: an id such as gn:784523, lat and lon, {NO_PLACE} or {UNKNOWN}")
        if to.casefold() in (NO_PLACE, UNKNOWN):
            to = to.casefold()
    else:
        if not (cells["incident"] or cells["quote"]):
            raise _Wrong("incident", "say which incident is meant: its id, or its article and quote")
        if kind in ("merge", "split") and not (cells["other"] or cells["other_article"] or cells["other_quote"]):
            raise _Wrong("other", "say which is the second one: its id in other, or other_article and other_quote")
        if kind == "type":
            types = tuple(load_json("event_types.json")["types"])
            to = to.casefold().replace(" ", "_")
            if to not in types:
                raise _Wrong("to", f"there is no type {cells['to'][:40]!r}{_near(to, types)}")
        elif kind == "certainty":
            to = to.casefold()
            if to not in CERTAINTIES:
                raise _Wrong("to", f"there is no certainty {cells['to'][:40]!r}{_near(to, CERTAINTIES)}")
        elif kind == "date":
            to = NO_PLACE if to.casefold() == NO_PLACE else _days(to)
    texts = {name: cells[name] for name in COLUMNS if name not in ("kind", "to", "lat", "lon")}
    return Correction(kind=kind, to=to, lat=lat, lon=lon, file=str(path), row=row, **texts)


_ALSO = {"doc_id": "article", "incident_id": "incident", "text": "name", "place_id": "to", "value": "to"}


def _header(path: Path, row: int, cells: Sequence[str], problems: list[InputDoubt]) -> list[str]:
    names = [fold(cell).replace(" ", "_") for cell in cells]
    names = [_ALSO.get(name, name) for name in names]
    if "kind" not in names:
        raise InputError(
            f"{path}, row {row}: the first row names no column 'kind'; its columns are {', '.join(COLUMNS)}"
        )
    import difflib

    problems += [
        InputDoubt(f"{path}, row {row}: there is no column {name!r}; did you mean {close[0]!r}?")
        for name in names
        if name and name not in COLUMNS and (close := difflib.get_close_matches(name, COLUMNS, 1, 0.8))
    ]
    return names


def read_corrections(paths: Iterable[Path] | Path) -> Corrections:
    """The corrections of one or more CSV files; what is wrong in them is told in ``problems``, never raised.

    A file that is not there has none. Comma, semicolon or tab; UTF-8 or UTF-16; lines that begin with ``#`` are
    remarks; unknown columns are left alone. The same row twice counts once.
    """
    problems: list[InputDoubt] = []
    rows: dict[tuple[object, ...], Correction] = {}
    for path in [paths] if isinstance(paths, Path) else paths:
        try:
            path = Path(path)
            for row in _rows(path, _decoded(path, _data(path)), problems):
                # The last one of two that are the same keeps its rank as the latest word.
                rows.pop(row.key(), None)
                rows[row.key()] = row
        except InputError as error:
            problems.append(InputDoubt(str(error)))
    return Corrections(tuple(rows.values()), tuple(problems))


def _data(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        return b""
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: the corrections cannot be read ({getattr(error, 'strerror', None) or error})"
        ) from error
    if len(data) > _LARGEST_FILE:
        raise InputError(f"{path}: larger than {_LARGEST_FILE // 2**20} MB, too large for a file of corrections")
    return data


def _rows(path: Path, text: str, problems: list[InputDoubt]) -> Iterator[Correction]:
    names: list[str] | None = None
    for number, cells in _cells(path, text):
        if names is None:
            names = _header(path, number, cells, problems)
            continue
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            problems.append(
                InputDoubt(
                    f"{path}, row {number}: {len(cells)} cells where the first row names {len(names)} columns; put text"
                    " with a comma in quotation marks. The row was left out"
                )
            )
            continue
        given = dict.fromkeys(COLUMNS, "")
        given |= {name: spreadsheet_plain(cell) for name, cell in zip(names, cells, strict=False) if name in given}
        try:
            yield _checked(given, path, number)
        except _Wrong as wrong:
            problems.append(
                InputDoubt(f"{path}, row {number}, column {wrong.column}: {wrong}; the correction was left out")
            )


# -- writing -----------------------------------------------------------------------------------------------------------


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    # One row, one line: breaks in a quote are spaces, and quotes are compared without regard to them.
    text = spreadsheet_safe(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", str(value)).strip())
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def correction_row(correction: Correction, columns: Sequence[str] = COLUMNS, delimiter: str = ",") -> str:
    """The row of the file that says ``correction``, without the line end; safe to open in a spreadsheet."""
    return delimiter.join(_cell(getattr(correction, name)) if name in COLUMNS else "" for name in columns)


ABOUT = (
    "# Your corrections. You may edit this file; geomap only adds rows to it. docs/project.md explains the columns.\n"
)


def append_corrections(path: Path, corrections: Sequence[Correction]) -> int:
    """Add rows to the file, which is made where there is none; returns how many were added.

    What is the file's last word on its subject already is not said again. All that stands in it stays as it is, byte
    for byte; the new file takes its place at once, so that a crash or a full disk loses nothing. Raises
    :class:`~geomap.errors.OutputError` where it cannot be written and :class:`~geomap.errors.InputError` where it
    cannot be read, or where rows added to it could not be: then nothing is added.
    """
    path = Path(path)
    with locked_file(path):
        old = _data(path)
        text = _decoded(path, old)
        before = list(_rows(path, text, [])) if old else []
        last = {row.subject(): row.key() for row in before}
        new: list[Correction] = []
        for row in corrections:
            if last.get(row.subject()) != row.key():
                last[row.subject()] = row.key()
                new.append(row)
        if new:
            data = _with_rows(path, old, text, new)
            _check_added(path, before, _decoded(path, data), len(new))
            with atomic_file(path) as file:
                file.write(data)
        return len(new)


def _check_added(path: Path, before: Sequence[Correction], text: str, added: int) -> None:
    """Raise where the file with its new rows would not be read as what it says now and those rows."""
    after = list(_rows(path, text, []))
    if [row.key() for row in after[:-added]] != [row.key() for row in before]:
        end = before[-1].row if before else 1
        raise InputError(
            f"{path}: in or after row {end} a quotation mark is not closed, so that rows added to the file could not be"
            " read; close it. Nothing was added"
        )


def _with_rows(path: Path, old: bytes, text: str, new: Sequence[Correction]) -> bytes:
    line_end = "\r\n" if "\r\n" in text else "\n"
    header = next(_cells(path, text), None) if text.strip() else None
    if header is None:
        # With the mark that tells spreadsheets that it is UTF-8.
        start = text if text.strip() else ABOUT
        lines = [",".join(COLUMNS), *(correction_row(row) for row in new)]
        start += "" if start.endswith("\n") else line_end
        return ("\ufeff" + start + line_end.join(lines) + line_end).encode("utf-8")
    number, cells = header
    names = _header(path, number, cells, [])
    at, head = 0, ""
    for line in text.splitlines(keepends=True):
        head = line.rstrip("\r\n")
        if line.strip() and not line.startswith("#"):
            break
        at += len(line)
    delimiter = max(",;\t", key=head.count)
    used = {name for row in new for name in COLUMNS if getattr(row, name) not in ("", None)}
    if missing := [name for name in COLUMNS if name in used - set(names)]:
        at += len(head)
        text = text[:at] + "".join(delimiter + name for name in missing) + text[at:]
        names += missing
    text += "" if text.endswith(("\n", "\r")) else line_end
    text += "".join(correction_row(row, names, delimiter) + line_end for row in new)
    if old.startswith((b"\xff\xfe", b"\xfe\xff")):
        return text.encode("utf-16")
    return (b"\xef\xbb\xbf" if old.startswith(b"\xef\xbb\xbf") else b"") + text.encode("utf-8", "replace")
