"""Places that people keep: CSV files with Linked Places column names, read into memory and edited in place.

**Columns.** ``title``, ``lon``, ``lat`` are required; ``id``, ``variants``, ``feature_class``, ``feature_code``,
``ccodes``, ``admin1``, ``parent``, ``radius_km``, ``population``, ``source``, ``start``, ``end``, ``note`` may be left
out. Names of columns are read in any case and with blanks around them; those of Linked Places TSV mean ours:
``parent_name`` is parent, ``description`` note, ``approximation`` radius_km (km), ``title_source`` source, ``fclasses``
feature_class. Other columns are kept and not read. Cells are parted by commas, semicolons or tabs, whichever makes the
best header; the file is UTF-8 with or without a byte-order mark, its lines end in LF, CRLF or CR. Lines that begin with
``#`` are remarks.

**Variants** are ``name@language;name@language``. The language may be left out. It is what follows the last ``@``, where
that has the form of a language tag (two or three letters, then parts of up to eight after hyphens); any other ``@``
belongs to the name. A name that itself ends like a tag is written with one more: ``Shop@com@und``. A name cannot hold a
semicolon: it is refused, because Linked Places TSV has no way to write one.

**Formulas.** A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@``. Such a text is written with an
apostrophe before it and read without, so that every name comes back as it went in: one apostrophe is added to (taken
from) whatever is any number of apostrophes followed by one of those characters, a tab or a carriage return.

**Errors.** :class:`~geomap.errors.OverlayError` names file, row (the line in an editor), column, value and remedy.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import math
import os
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NoReturn, TypedDict, Unpack

from geomap.errors import GeomapError, OutputError, OverlayError
from geomap.folders import user_places_folder
from geomap.lexicons import load_table
from geomap.outputs import atomic_file, locked_file
from geomap.records import Place
from geomap.resources import data_path
from geomap.text import fold, spreadsheet_plain, spreadsheet_safe

__all__ = ["PlaceChanges", "PlaceEntry", "PlacesFile", "Problem", "places_files", "read_all", "read_places"]

_COLUMNS = (
    "id", "title", "lon", "lat", "variants", "feature_class", "feature_code", "ccodes", "admin1", "parent",
    "radius_km", "population", "source", "start", "end", "note",
)  # fmt: skip
_REQUIRED = ("title", "lon", "lat")
_NUMERIC = ("lon", "lat", "radius_km", "population")
# Names that Linked Places TSV uses for columns of ours; ours wins where a file has both.
_ALIASES = {
    "parent_name": "parent",
    "description": "note",
    "approximation": "radius_km",
    "title_source": "source",
    "fclasses": "feature_class",
}
# Columns of Linked Places TSV that are kept but not read: no misspellings of ours.
_KEPT = frozenset(
    {"title_uri", "matches", "types", "aat_types", "parent_id", "geowkt", "geo_source", "geo_id", "attestation_year"}
)
# What people call these columns elsewhere (GeoNames, QGIS, gpx tools): for "did you mean".
_MISNAMED = {
    "name": "title", "toponym": "title", "placename": "title", "place_name": "title", "label": "title",
    "longitude": "lon", "long": "lon", "lng": "lon", "x": "lon", "lon_dd": "lon",
    "latitude": "lat", "y": "lat", "lat_dd": "lat",
    "names": "variants", "aliases": "variants", "alias": "variants", "alternatenames": "variants",
    "alternate_names": "variants", "altnames": "variants", "variant": "variants",
    "country": "ccodes", "country_code": "ccodes", "countrycode": "ccodes", "cc": "ccodes", "ccode": "ccodes",
    "class": "feature_class", "fclass": "feature_class", "fcode": "feature_code",
    "radius": "radius_km", "pop": "population", "inhabitants": "population",
    "comment": "note", "comments": "note", "notes": "note", "remark": "note", "from": "start", "to": "end",
}  # fmt: skip
# A name longer than this is a pasted paragraph; the longest real one has 163 letters (Bangkok's full name).
_LONGEST_NAME = 300
# The longest cell of the shipped file has 300 characters; this holds a page of notes, or a thousand names.
_LONGEST_CELL = 20_000
# 100,000 rows of the shipped kind, which take 5 s to read; what is larger is a dump, which 'gazetteer import' streams.
_LARGEST_FILE = 20_000_000
_MOST_LINES = 1_000_000
# GeoNames' feature classes; X is geomap's own, for blocs of countries (EU, NATO).
_CLASSES = "AHLPRSTUVX"
_OTHER_CODES = {"UK": "GB", "EL": "GR", "EN": "GB", "KS": "XK", "XKX": "XK", "KV": "XK"}

_EOL = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)?")
_BLANKS = re.compile(r"(?:[ \t]*+(?:\r\n|\r|\n))++")
_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_PLAIN = {d: re.compile(f"[^{d}\r\n]*+") for d in ",;\t"}
_SEP = re.compile(r"sep=([,;\t])(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
# Whatever any common reader takes for a line end or trims is safe only inside quotes.
_NEEDS_QUOTES = re.compile('["\r\n\x0b\x0c\x1c-\x1f\x85\u2028\u2029]|^[#\\s]|\\s$')
_LANGUAGE = re.compile(r"@[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*+$")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_DATE = re.compile(r"([+-]?)([0-9]{1,4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_CODE = re.compile(r"[A-Z][A-Z0-9]{0,9}")
# No comma and no semicolon, so that a spreadsheet saves it as it is.
_REMARK = (
    "# Your own places: one a row with decimals like 20.85 (lon is west-east) and lines that begin with # are skipped"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong in a places file. ``row`` is the line in an editor (from 1; 0 for a place not yet written),
    ``column`` the column ("" where it is the row as a whole), ``value`` the cell (cut to 60 characters), ``message``
    says what is wrong and ``remedy`` how to mend it."""

    row: int
    column: str
    value: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        where = ", ".join([f"row {self.row}"] * bool(self.row) + [f"column {self.column}"] * bool(self.column))
        return " ".join(filter(None, (f"{where}:" if where else "", self.message, self.remedy)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceEntry:
    """One row of a places file. ``row`` is the line it begins in; ``languages`` are the variants as written, with their
    ``@language``; ``cells`` are the row's cells as stored (unquoted, not trimmed, formulas still behind their
    apostrophe), by column: ours by our name, others by the name in the file."""

    place: Place
    row: int
    source: str = ""
    start: str = ""
    end: str = ""
    note: str = ""
    languages: tuple[str, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)


class PlaceChanges(TypedDict, total=False):
    """What :meth:`PlacesFile.edit` may change; None or an empty value clears what may be empty."""

    id: str
    title: str
    lat: float
    lon: float
    variants: Sequence[str]
    feature_class: str
    feature_code: str
    ccodes: str | Sequence[str]
    admin1: str
    parent: str
    radius_km: float | None
    population: int | None
    source: str
    start: str
    end: str
    note: str


# -- the text of a file ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Record:
    """A stretch of the file: a row, the header, or what is passed over. ``end`` is behind its line end."""

    kind: str  # header, row, remark, blank, broken
    start: int
    body: int  # where its line end begins
    end: int
    raws: list[str]

    @property
    def values(self) -> list[str]:
        return [_unquoted(raw) if raw[:1] == '"' else raw for raw in self.raws]


def _unquoted(raw: str) -> str:
    return raw[1:-1].replace('""', '"')


def _line_end(text: str, at: int) -> int:
    """Where the line after the one that holds ``at`` begins."""
    found = _LINE.match(text, at)
    return found.end() if found else len(text)


class _Broken(Exception):
    """The cells of a record cannot be told apart. ``resume`` is where the next record may begin."""

    def __init__(self, problem: str, remedy: str, value: str, resume: int) -> None:
        super().__init__(problem)
        self.problem, self.remedy, self.value, self.resume = problem, remedy, value, resume


def _cut(text: str, at: int, delimiter: str) -> tuple[list[str], int, int]:
    """The raw cells of the record that begins at ``at``, where its line end begins, and where the next begins."""
    size = len(text)
    end = _line_end(text, at)
    line = text[at:end].rstrip("\r\n")
    if '"' not in line:
        return line.split(delimiter), at + len(line), end
    raws: list[str] = []
    while True:
        if text.startswith('"', at):
            found = _QUOTED.match(text, at)
            if found is None:
                raise _Broken(
                    "a quote is opened and never closed, so broken CSV.",
                    'Close it, or double it inside a quoted cell ("").',
                    text[at : at + 60],
                    size,
                )
            if found.end() < size and text[found.end()] not in (delimiter, "\r", "\n"):
                near = text[max(at, found.end() - 20) : found.end() + 20]
                raise _Broken(
                    f"broken CSV: text follows the closing quote in {near!r}.",
                    'Inside a quoted cell write each quote twice ("").',
                    text[at : at + 60],
                    _line_end(text, found.end()),
                )
        else:
            found = _PLAIN[delimiter].match(text, at)
            assert found is not None  # it matches the empty text
        raws.append(found.group())
        at = found.end()
        if not text.startswith(delimiter, at):
            break
        at += 1
    line_end = _EOL.match(text, at)
    return raws, at, line_end.end() if line_end else at


def _column(name: str) -> str:
    """The name of a header cell as compared: trimmed, without case."""
    return name.strip().casefold()


class _Document:
    """A places file taken apart, every character of it kept. Wrong rows are found by :meth:`read`, not here.

    Raises :class:`OverlayError` where the file as a whole cannot be read. With ``problems``, broken rows are added to
    it and passed over; without, the first one raises.
    """

    def __init__(self, path: Path, data: bytes, problems: list[Problem] | None = None) -> None:
        self.path = path
        self.problems = problems
        self.bom = "\ufeff" if data.startswith(codecs.BOM_UTF8) else ""
        try:
            self.text = data.decode("utf-8").removeprefix(self.bom)
        except UnicodeDecodeError as error:
            utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            kind = "but UTF-16" if utf16 else f"(byte {error.start}, {data[error.start]:#04x})"
            row = len(_EOL.findall(data[: error.start].decode("utf-8", "replace"))) + 1
            self._fail(
                Problem(row=row, column="", value="", message=f"not UTF-8 {kind}.", remedy="Save as 'CSV UTF-8'.")
            )
        if "\x00" in self.text:
            row = len(_EOL.findall(self.text[: self.text.index("\x00")])) + 1
            message = "holds NUL bytes; this is not a CSV file."
            self._fail(Problem(row=row, column="", value="", message=message, remedy="Save it again as 'CSV UTF-8'."))
        self._line_ends: list[int] = [m.end() for m in _EOL.finditer(self.text)]
        self.records: list[_Record] = []
        self.delimiter = ","
        self._split()
        header = [r for r in self.records if r.kind == "header"]
        self.header = header[0] if header else None
        self._name_columns()
        self.newline = "\n"
        if self.header is not None and self.header.end > self.header.body:
            self.newline = self.text[self.header.body : self.header.end]

    def _fail(self, problem: Problem) -> NoReturn:
        raise OverlayError(f"{self.path}, {problem}")

    def _report(self, problem: Problem) -> None:
        if self.problems is None:
            self._fail(problem)
        else:
            self.problems.append(problem)

    def line(self, at: int) -> int:
        """The number of the line that the character ``at`` stands in, as an editor counts."""
        return bisect_right(self._line_ends, at) + 1

    def _split(self) -> None:
        text, at, size = self.text, 0, len(self.text)
        declared = _SEP.match(text)
        if declared:
            at = declared.end()
            self.delimiter = declared.group(1)
            self.records.append(_Record("remark", 0, at, at, []))
        headed = False
        while at < size:
            # A spreadsheet quotes a remark that holds commas; above the header they may not be the separator yet known.
            if text.startswith("#", at) or (not headed and text.startswith('"#', at)):
                end = _line_end(text, at)
                self.records.append(_Record("remark", at, end, end, []))
                at = end
                continue
            if blank := _BLANKS.match(text, at):
                self.records.append(_Record("blank", at, blank.end(), blank.end(), []))
                at = blank.end()
                continue
            if not headed and not declared:
                self.delimiter = self._detect(at)
            try:
                raws, body, end = _cut(text, at, self.delimiter)
            except _Broken as broken:
                problem = Problem(
                    row=self.line(at), column="", value=broken.value, message=str(broken), remedy=broken.remedy
                )
                if headed:
                    self._report(problem)
                else:
                    self._fail(problem)
                self.records.append(_Record("broken", at, broken.resume, broken.resume, []))
                at = broken.resume
                continue
            kind = "row" if headed else "header"
            if not any(raw.strip() and raw != '""' for raw in raws) or not (headed or text[at:body].strip(",;\t ")):
                kind = "blank"
            elif raws[0].startswith('"#') and not any(raw.strip() for raw in raws[1:]):
                kind = "remark"  # a spreadsheet quotes a remark that holds commas
            headed = headed or kind == "header"
            self.records.append(_Record(kind, at, body, end, raws))
            at = end

    def _detect(self, at: int) -> str:
        """The delimiter under which the record at ``at`` names most columns; a comma where none is better."""
        best, most = ",", 0
        for delimiter in ",;\t":
            try:
                raws = _cut(self.text, at, delimiter)[0]
            except _Broken:
                continue
            names = {_column(raw.strip('"')) for raw in raws}
            known = len(names & ({*_COLUMNS, *_ALIASES} | _KEPT))
            if known > most:
                best, most = delimiter, known
        return best

    def _name_columns(self) -> None:
        """Fill ``columns``: for each cell of the header our name of it, or the file's own where it is not ours."""
        written = [value.strip() for value in self.header.values] if self.header else []
        names = [_column(value) for value in written]
        row = self.line(self.header.start) if self.header else 1
        for name in (*_COLUMNS, *_ALIASES):
            if names.count(name) > 1:
                message = f"the header names the column {name} twice."
                self._fail(Problem(row=row, column=name, value=name, message=message, remedy="Rename or drop one."))
        taken = set(names)
        ours = [
            name if name in _COLUMNS else _ALIASES[name] if name in _ALIASES and _ALIASES[name] not in taken else None
            for name in names
        ]
        self.columns = [mine or own for mine, own in zip(ours, written, strict=True)]
        self.index = {name: i for i, name in enumerate(ours) if name is not None}
        missing = [column for column in _REQUIRED if column not in self.index]
        if missing:
            likely = {column: own for own in written if (column := _meant(_column(own))) in missing}
            hint = " ".join(f"Did you mean {column} by {own[:40]!r}? Rename it." for column, own in likely.items())
            hint = hint or "The first line must name the columns (id,title,lon,lat,variants,feature_class,…)."
            raise OverlayError(f"{self.path}, row {row}: column {', '.join(missing)} is missing. {hint}")
        if self.problems is not None:
            for own, name, mine in zip(written, names, ours, strict=True):
                column = None if mine or name in _ALIASES or name in _KEPT else _meant(name)
                if column and column not in self.index:
                    self.problems.append(
                        Problem(
                            row=row, column=own, value=own, message="this column is not known and so not read.",
                            remedy=f"Did you mean {column}?",
                        )
                    )  # fmt: skip

    def rows(self) -> Iterator[tuple[_Record, list[str]]]:
        """The rows with their cells."""
        for record in self.records:
            if record.kind == "row":
                yield record, record.values

    def place_id(self, values: list[str]) -> str:
        """The id of a row, or the one that is made of its title where it has none."""
        return self._cell(values, "id") or _id_of_title(self._cell(values, "title"), "user")

    def _cell(self, values: list[str], column: str) -> str:
        i = self.index.get(column)
        return "" if i is None or i >= len(values) else spreadsheet_plain(values[i])

    def read(self, layer: str) -> list[PlaceEntry]:
        """The entries of all rows. A wrong row raises, or is added to ``problems`` and left out."""
        entries: list[PlaceEntry] = []
        seen: dict[str, int] = {}
        for record, values in self.rows():
            row = self.line(record.start)
            entry, problems = self.entry(row, values, layer)
            if entry is not None and entry.place.id in seen:
                message = f"{entry.place.id[:60]!r} was used in row {seen[entry.place.id]} already; ids must differ."
                problems.append(Problem(row=row, column="id", value=entry.place.id[:60], message=message))
            for problem in problems:
                self._report(problem)
            if entry is not None:
                seen.setdefault(entry.place.id, row)
                if not problems:
                    entries.append(entry)
        return entries

    def entry(self, row: int, values: list[str], layer: str) -> tuple[PlaceEntry | None, list[Problem]]:
        """The entry of one row and what is wrong with it; without an entry there is at least one problem."""
        width = len(self.columns)
        for i, value in enumerate(values):
            if len(value) > _LONGEST_CELL:
                message = f"a cell of {len(value):,} characters (at most {_LONGEST_CELL:,}): broken CSV?"
                column = self.columns[i] if i < width else ""
                remedy = "Shorten it; look for a quote that is not closed."
                return None, [Problem(row=row, column=column, value=value[:60], message=message, remedy=remedy)]
        if any(value.strip() for value in values[width:]):
            message = f"more cells than the {width} columns."
            remedy = "Quote names that hold a comma; write decimals with a point."
            if self.delimiter != ",":
                remedy = "Quote cells that hold the separator."
            return None, [Problem(row=row, column="", value=values[width][:60], message=message, remedy=remedy)]
        cells = {name: value for name, value in zip(self.columns, values, strict=False) if name}
        return _read_row(
            row, cells, layer, short=f"The row has {len(values)} of {width} cells." if len(values) < width else ""
        )


@cache
def _meant(name: str) -> str | None:
    """The column of ours that a misspelt name is meant to be, or None."""
    known = _MISNAMED.get(name.replace(" ", "_").replace("-", "_"))
    if known or len(name) < 3 or len(name) > 20:
        return known
    import difflib

    # 0.75: one letter wrong or two swapped in a name of six ("varients", "poplation"), not a word of its own.
    close = difflib.get_close_matches(name, _COLUMNS, 1, 0.75)
    return close[0] if close and close[0] != name else None


# -- the cells of a row ----------------------------------------------------------------------------------------


def _quoted(value: str, delimiter: str) -> str:
    """A cell as it stands in the file."""
    if delimiter in value or _NEEDS_QUOTES.search(value):
        return '"' + value.replace('"', '""') + '"'
    return value


def _id_of_title(title: str, layer: str) -> str:
    return f"{layer}:{title.casefold().replace(' ', '-')}"


def _variant_name(variant: str) -> str:
    """The name in ``name@language``."""
    return _LANGUAGE.sub("", variant).strip()


@cache
def _countries() -> frozenset[str]:
    return frozenset(row[0] for row in load_table("country_points.tsv"))


class _Checker:
    """Collects what is wrong with the cells of one row."""

    def __init__(self, row: int) -> None:
        self.row = row
        self.problems: list[Problem] = []

    def wrong(self, column: str, value: str, message: str, remedy: str = "") -> None:
        self.problems.append(Problem(row=self.row, column=column, value=value[:60], message=message, remedy=remedy))

    def name(self, column: str, value: str) -> None:
        """Complain of what no name, id or code may be."""
        if len(value) > _LONGEST_NAME:
            self.wrong(column, value, f"longer than {_LONGEST_NAME} letters.", "Shorten it, or put it into note.")
        elif found := _CONTROL.search(value):
            what = (
                "a line break"
                if found.group() in "\r\n\x85"
                else "a tab"
                if found.group() == "\t"
                else "a control character"
            )
            self.wrong(column, value, f"{value[:40]!r} holds {what}.", "Write it on one line, without it.")

    def number(self, column: str, value: str, low: float, high: float, extra: str = "") -> float | None:
        """The number in a cell, or None and a complaint."""
        if len(value) <= 400 and _NUMBER.fullmatch(value):
            number = float(value)
        elif _NOT_FINITE.fullmatch(value):
            number = math.nan
        else:
            remedy = "Write a plain number." if value else ""
            if "," in value:
                remedy = "Write decimals with a point."
            elif "\u2212" in value or "\u2013" in value:
                remedy = "Write the minus sign as a plain hyphen (-)."
            elif any(c in "°'′\"″" for c in value) or re.search(r"[0-9]\s*[NSEWnsew]$", value):
                remedy = "Write decimal degrees (43.2003); south and west are negative."
            self.wrong(column, value, f"{value[:40]!r} is not a number.", " ".join(filter(None, (remedy, extra))))
            return None
        if not low <= number <= high:
            degrees = " (WGS84 degrees)" if column in ("lat", "lon") else ""
            self.wrong(column, value, f"{value[:40]} is outside {low:g} to {high:g}{degrees}.", extra)
            return None
        return number


def _float(value: str) -> float:
    return float(value) if len(value) <= 400 and _NUMBER.fullmatch(value) else math.nan


def _read_row(
    row: int, cells: Mapping[str, str], layer: str, *, short: str = ""
) -> tuple[PlaceEntry | None, list[Problem]]:
    """The entry of a row's cells, or None; and everything that is wrong with them."""
    check = _Checker(row)
    text = {column: spreadsheet_plain(cells.get(column, "")) for column in _COLUMNS}
    title = text["title"]
    if not any(c.isalpha() for c in title):
        check.wrong("title", title, f"{title[:40]!r} has no letters; every place needs a name.", short)
    for column in ("title", "id", "admin1", "parent"):
        check.name(column, text[column])
    swapped = ""
    lat_text, lon_text = text["lat"], text["lon"]
    if 90 < abs(_float(lat_text)) <= 180:
        swapped = f"{lat_text[:20]} looks like a longitude"
        if abs(_float(lon_text)) <= 90:
            swapped += f" and {lon_text[:20]} like a latitude"
        swapped += ": are lat and lon swapped?"
    lat = check.number("lat", lat_text, -90.0, 90.0, swapped or ("" if lat_text else short))
    lon = check.number("lon", lon_text, -180.0, 180.0, "" if lon_text else short)
    codes = [code for part in re.split(r"[;,|\s]", text["ccodes"]) if (code := part.upper())]
    for code in codes:
        if code not in _countries():
            told = f"{code[:20]!r} is not a two-letter country code of ISO 3166-1 (XK, RS, …)."
            check.wrong("ccodes", code, told, f"Write {_OTHER_CODES[code]}." if code in _OTHER_CODES else "")
            break
    fclass = text["feature_class"].split(";")[0].strip().upper()
    if fclass and (len(fclass) > 1 or fclass not in _CLASSES):
        remedy = "Write P for towns and villages, S for buildings and crossings, A for districts, or leave it empty."
        message = f"{text['feature_class'][:20]!r} is not one of GeoNames' classes A, H, L, P, R, S, T, U, V."
        check.wrong("feature_class", fclass, message, remedy)
    fcode = text["feature_code"].upper()
    if fcode and not _CODE.fullmatch(fcode):
        message = f"{fcode[:20]!r} is not a GeoNames feature code (PPL, BDG, PSTB, …)."
        check.wrong("feature_code", fcode, message, "Leave it empty if in doubt.")
    radius, population = None, None
    if text["radius_km"]:
        radius = check.number("radius_km", text["radius_km"], 0.01, 10000.0, "Give kilometres, 0.3 for a bridge.")
    if text["population"]:
        population = check.number("population", text["population"], 0, 2e10)
    languages = tuple(dict.fromkeys(v for part in text["variants"].split(";") if (v := part.strip())))
    names = [_variant_name(variant) for variant in languages]
    for variant, name in zip(languages, names, strict=True):
        if not any(c.isalnum() for c in name):
            remedy = "Write name@language;name@language."
            check.wrong("variants", variant, f"{variant[:40]!r} has no letters before the language.", remedy)
        check.name("variants", name)
    if check.problems or lat is None or lon is None:
        return None, check.problems
    place = Place(
        id=text["id"] or _id_of_title(title, layer),
        name=title,
        lat=lat,
        lon=lon,
        feature_class=fclass or "P",
        # A populated place of unknown kind is GeoNames' PPL; the other classes have no such code.
        feature_code=fcode or ("PPL" if fclass in ("", "P") else ""),
        country_code=codes[0] if codes else "",
        admin1=text["admin1"],
        admin2=text["parent"],
        population=None if population is None else int(population),
        # 2 km: a village with its fields.
        radius_km=2.0 if radius is None else radius,
        names=tuple(name for name in dict.fromkeys(names) if name != title),
        layer=layer,
    )
    entry = PlaceEntry(
        place=place,
        row=row,
        source=text["source"],
        start=text["start"],
        end=text["end"],
        note=text["note"],
        languages=languages,
        cells=dict(cells),
    )
    return entry, []


# -- reading ---------------------------------------------------------------------------------------------------


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # Bounded, so that neither a dump nor an endless device fills the memory.
            data = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        raise OverlayError(f"{path}: no such file of places") from None
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the name.
        raise OverlayError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if len(data) > _LARGEST_FILE or data.count(b"\n") + data.count(b"\r") > _MOST_LINES:
        raise OverlayError(
            f"{path}: larger than {_LARGEST_FILE // 1_000_000} MB or {_MOST_LINES:,} lines, too large for a file that "
            "people edit. Import it: geomap gazetteer import FILE"
        )
    return data


def read_places(path: Path, layer: str) -> list[Place]:
    """The places of one CSV file. ``layer`` is "user" or "overlay" and becomes ``Place.layer``.

    Raises :class:`OverlayError` for an unreadable file or the first row that is wrong.
    """
    return [entry.place for entry in _Document(path, _read_bytes(path)).read(layer)]


def _is_shipped(path: Path) -> bool:
    """Whether a file is the overlay that geomap ships, or a copy of it."""
    try:
        shipped = data_path("gazetteer/places.csv")
    except GeomapError:
        return False
    try:
        if path.samefile(shipped):
            return True
        return path.stat().st_size == shipped.stat().st_size and path.read_bytes() == shipped.read_bytes()
    except OSError:
        return False  # reading it says what is wrong with it


def _csv_files(folder: Path) -> list[Path]:
    """The CSV files of a folder by name; empty where there is no folder, OverlayError where it cannot be read."""
    try:
        # A link that leads nowhere stays in the list: reading it fails, and says so.
        return [
            path
            for path in sorted(folder.iterdir(), key=lambda path: path.name)
            if path.suffix.lower() == ".csv"
            and not path.name.startswith((".", "~$"))
            and (path.is_file() or (path.is_symlink() and not path.exists()))
        ]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise OverlayError(f"{folder}: the folder of places cannot be read ({error.strerror})") from error


def places_files(
    explicit: Sequence[Path] = (), *, project: Path | None = None, user: Path | None = None
) -> list[tuple[Path, str]]:
    """The files of the user's own places in order of precedence, each with where it comes from.

    First the ``explicit`` ones as given ("given"), then ``gazetteer/*.csv`` of the ``project`` folder (default: the
    current one; "project"), then ``*.csv`` of the ``user`` folder (default: ``gazetteer`` in the user's config folder;
    "user"), both by name. Hidden files are passed over, so is a copy of the overlay that geomap ships unless it was
    given, and a file met before. Raises :class:`OverlayError` for an explicit file that is not there.
    """
    found: list[tuple[Path, str]] = []
    for path in map(Path, explicit):
        try:
            if path.is_dir():
                raise OverlayError(f"{path}: a folder; name the CSV file of places in it")
            if not path.exists():
                raise OverlayError(f"{path}: no such file of places")
        except OSError as error:
            raise OverlayError(f"{path}: cannot be read ({error.strerror})") from error
        found.append((path, "given"))
    for folder, origin in ((project or Path()) / "gazetteer", "project"), (user or user_places_folder(), "user"):
        found += [(path, origin) for path in _csv_files(folder) if not _is_shipped(path)]
    seen: set[str] = set()
    kept: list[tuple[Path, str]] = []
    for path, origin in found:
        if (real := os.path.realpath(path)) not in seen:
            seen.add(real)
            kept.append((path, origin))
    return kept


def read_all(files: Sequence[tuple[Path, str]]) -> list[Place]:
    """The places of the files that :func:`places_files` found, in order, as layer "user".

    Raises :class:`OverlayError` for the first that is wrong, with how to go on.
    """
    places: list[Place] = []
    for path, origin in files:
        try:
            places += read_places(path, "user")
        except OverlayError as error:
            why = {"project": " (read because it is in this folder)", "user": " (read as one of your own files)"}
            raise OverlayError(
                f"{error} 'geomap gazetteer check {path}' lists all that is wrong in it{why.get(origin, '')}."
            ) from error
    return places


# -- writing ---------------------------------------------------------------------------------------------------


class _Changed(Exception):
    """The file was changed by somebody who takes no lock (an editor) while a new one was being written."""


def _slug(title: str) -> str:
    """The ASCII part of a default id: the folded name; a hash of it where it has no Latin letters."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")[:60].strip("-")
    if any("a" <= c <= "z" for c in slug):
        return slug
    # 10 hex digits: a chance of 1 in 2 million that two of a thousand names share one; then -2 is added.
    return "place-" + hashlib.sha256(title.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _is_date(value: str) -> bool:
    """Whether a text is a year, a month or a day of ISO 8601 (1999, 1999-06, 1999-06-12, -0044)."""
    found = _DATE.fullmatch(value)
    if not found:
        return False
    year, month, day = (int(part) if part else None for part in found.group(2, 3, 4))
    leap = year is not None and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return (month is None or 1 <= month <= 12) and (day is None or 1 <= day <= lengths[(month or 1) - 1])


def _day(value: str, *, last: bool) -> tuple[int, int, int]:
    """The first or last day of a year, month or day of ISO 8601, to be compared."""
    found = _DATE.fullmatch(value)
    sign, year, month, day = found.groups() if found else ("", "0", None, None)
    return (
        -int(year) if sign == "-" else int(year),
        int(month or (12 if last else 1)),
        int(day or (31 if last else 1)),
    )


def _number_text(value: float) -> str:
    """A number in plain decimals, which reads back as the same float."""
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


class PlacesFile:
    """A CSV file of places, read and edited without disturbing what is not touched.

    Remarks, blank lines, unknown columns, the order of columns, quoting, byte-order mark, delimiter and line ends of
    other rows stay byte for byte. :meth:`add`, :meth:`edit` and :meth:`remove` hold a lock (a hidden file
    ``.<name>.lock`` beside the file, gone afterwards), read the file anew, and put the new one in its place at once, so
    several processes lose nothing of each other's and a reader never sees half a file. A link stays a link.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    def entries(self) -> list[PlaceEntry]:
        """All rows. Raises :class:`OverlayError` as :func:`read_places` does."""
        return _Document(self.path, _read_bytes(self.path)).read("user")

    def lenient(self) -> tuple[list[PlaceEntry], list[Problem]]:
        """The rows that are right, and everything that is wrong, in the order of the file.

        Also tells of columns that look misspelt. Raises :class:`OverlayError` only where the file cannot be opened or
        its header cannot be understood.
        """
        problems: list[Problem] = []
        entries = _Document(self.path, _read_bytes(self.path), problems).read("user")
        return entries, sorted(problems, key=lambda problem: problem.row)

    def add(
        self,
        *,
        title: str,
        lat: float,
        lon: float,
        variants: Sequence[str] = (),
        feature_class: str = "",
        feature_code: str = "",
        ccodes: str | Sequence[str] = (),
        admin1: str = "",
        parent: str = "",
        radius_km: float | None = None,
        population: int | None = None,
        source: str = "",
        start: str = "",
        end: str = "",
        note: str = "",
        id: str | None = None,
        taken: Collection[str] = (),
    ) -> PlaceEntry:
        """Append a place and return it as it reads back.

        ``variants`` are ``name`` or ``name@language``; ``start`` and ``end`` years or ISO days. Where ``id`` is None it
        becomes ``user:`` and the title in plain letters, made different from those in the file and in ``taken`` by
        -2, -3…. The file and its folder are made where missing (UTF-8 with a byte-order mark, without which Excel
        spoils the letters); a column that the file lacks and a value needs is added behind the others.

        Raises :class:`OverlayError` before anything is written: for a wrong value (the field is named), an id that
        is in the file, a file that cannot be read or written, or one that another process holds for 30 s.
        """
        changes: PlaceChanges = {
            "title": title, "lat": lat, "lon": lon, "variants": variants, "feature_class": feature_class,
            "feature_code": feature_code, "ccodes": ccodes, "admin1": admin1, "parent": parent,
            "radius_km": radius_km, "population": population, "source": source, "start": start, "end": end,
            "note": note,
        }  # fmt: skip
        cells = self._cells(changes)
        if id is not None:
            cells |= self._cells({"id": id})
            if not cells["id"]:
                self._refuse(Problem(row=0, column="id", value=id, message="the id is empty.", remedy="Leave it out."))
        self._check({"id": "user:new", **cells})
        with self._locked():
            return self._retrying(lambda: self._add(cells, taken))

    def edit(self, place_id: str, /, **changes: Unpack[PlaceChanges]) -> PlaceEntry:
        """Change cells of the place with this id and return it as it reads back; only its row is rewritten.

        None or an empty value clears a field that may be empty. A wrong row can be mended so. Nothing is
        written where nothing changes. Raises :class:`OverlayError` as :meth:`add` does, and where no row has the id.
        """
        cells = self._cells(changes)
        with self._locked(must_exist=True):
            return self._retrying(lambda: self._edit(place_id, cells))

    def remove(self, place_id: str) -> PlaceEntry:
        """Take the place with this id out of the file and return it. Raises :class:`OverlayError` as :meth:`edit`."""
        with self._locked(must_exist=True):
            return self._retrying(lambda: self._remove(place_id))

    # What the three do inside the lock: read, change the text, check that it reads back, write.

    def _add(self, cells: dict[str, str], taken: Collection[str]) -> PlaceEntry:
        data = _read_bytes(self.path) if self._real().exists() else None
        fresh = data is None or not data.removeprefix(codecs.BOM_UTF8).strip()
        start = ("\ufeff" + ",".join(_COLUMNS) + "\n" + _REMARK + "\n").encode()
        document = _Document(self.path, start if data is None or fresh else data)
        used = {document.place_id(values): document.line(record.start) for record, values in document.rows()}
        if "id" not in cells:
            stem, number = f"user:{_slug(cells['title'])}", 1
            place_id = stem
            while place_id in used or place_id in taken:
                number += 1
                place_id = f"{stem}-{number}"
            cells = {**cells, "id": place_id}
        elif cells["id"] in used:
            message = f"{cells['id'][:60]!r} is the id of row {used[cells['id']]} already."
            remedy = "Choose another, or edit that row."
            self._refuse(Problem(row=0, column="id", value=cells["id"][:60], message=message, remedy=remedy))
        text = self._with_columns(document, [column for column, value in cells.items() if value])
        width = len(document.columns)
        raws = [""] * width
        for column, value in cells.items():
            if value:
                raws[document.index[column]] = self._raw(document, column, value)
        row = document.delimiter.join(raws)
        if text and not text.endswith(("\n", "\r")):
            text += document.newline
        at = len(text)
        return self._finish(document, data, text + row + document.newline, at, cells["id"])

    def _edit(self, place_id: str, cells: dict[str, str]) -> PlaceEntry:
        data = _read_bytes(self.path)
        document = _Document(self.path, data)
        record, values = self._find(document, place_id)
        cells = dict(cells)
        if "title" in cells and not document._cell(values, "id") and "id" in document.index:
            # The id that was made of the old title is what others know the place by.
            cells.setdefault("id", place_id)
        new_id = cells.get("id") or place_id
        if "id" not in document.index and "id" not in cells and "title" in cells:
            new_id = _id_of_title(cells["title"], "user")
        if cells.get("id") == "":
            self._refuse(Problem(row=0, column="id", value="", message="the id is empty.", remedy="Give another."))
        if new_id != place_id:
            for other, theirs in document.rows():
                if other is not record and document.place_id(theirs) == new_id:
                    message = f"{new_id[:60]!r} is the id of row {document.line(other.start)} already."
                    self._refuse(Problem(row=0, column="id", value=new_id, message=message, remedy="Choose another."))
        changed = {c: v for c, v in cells.items() if document._cell(values, c) != v}
        self._check({**{c: document._cell(values, c) for c in _COLUMNS if c in document.index}, **cells}, changed)
        offset = 0
        text = document.text
        if changed:
            old = len(text)
            text = self._with_columns(document, [column for column, value in changed.items() if value])
            offset = len(text) - old
        raws = list(record.raws)
        for column, value in changed.items():
            i = document.index.get(column)
            if i is None:
                continue  # empty, in a column that the file does not have
            raws += [""] * (i + 1 - len(raws))
            raws[i] = self._raw(document, column, value)
        row = document.delimiter.join(raws)
        at = record.start + offset
        text = text[:at] + row + text[record.body + offset :]
        return self._finish(document, data, text, at, new_id)

    def _remove(self, place_id: str) -> PlaceEntry:
        data = _read_bytes(self.path)
        document = _Document(self.path, data)
        record, values = self._find(document, place_id)
        entry, problems = document.entry(document.line(record.start), values, "user")
        if entry is None:
            raise OverlayError(f"{self.path}, {problems[0]} The row is wrong: mend it first, or take it out by hand.")
        self._write(data, (document.bom + document.text[: record.start] + document.text[record.end :]).encode())
        return entry

    def _find(self, document: _Document, place_id: str) -> tuple[_Record, list[str]]:
        found = [(r, values) for r, values in document.rows() if document.place_id(values) == place_id]
        if len(found) == 1:
            return found[0]
        if found:
            rows = " and ".join(str(document.line(record.start)) for record, _ in found[:3])
            raise OverlayError(f"{self.path}: {place_id[:60]!r} is the id of rows {rows}. Give one another id by hand.")
        import difflib

        ids = {document.place_id(values): document._cell(values, "title") for _, values in document.rows()}
        meant = [known for known, title in ids.items() if fold(title) == fold(place_id)]
        meant = meant or difflib.get_close_matches(place_id[:100], list(ids)[:5000], 1)
        hint = f" Did you mean {meant[0][:60]!r}?" if meant else ""
        raise OverlayError(f"{self.path}: no place has the id {place_id[:60]!r}.{hint}")

    def _with_columns(self, document: _Document, needed: list[str]) -> str:
        """The text with a header that has the ``needed`` columns; rows stay short, which is no error."""
        header = document.header
        assert header is not None  # a document without the required columns is refused
        missing = [column for column in needed if column not in document.index]
        if not missing:
            return document.text
        width = len(document.columns)
        for record, values in document.rows():
            if any(value.strip() for value in values[width:]):
                raise OverlayError(
                    f"{self.path}, row {document.line(record.start)}: more cells than the {width} columns, so the "
                    f"column {missing[0]} cannot be added. Mend the row first."
                )
        for column in missing:
            document.index[column] = len(document.columns)
            document.columns.append(column)
        added = document.delimiter + document.delimiter.join(missing)
        return document.text[: header.body] + added + document.text[header.body :]

    def _finish(self, old: _Document, data: bytes | None, text: str, at: int, place_id: str) -> PlaceEntry:
        """Write ``text`` if the row at ``at`` reads back and the others are as many as they were to be."""
        encoded = (old.bom + text).encode("utf-8")
        new = _Document(self.path, encoded)
        for record, values in new.rows():
            if record.start == at:
                entry, problems = new.entry(new.line(at), values, "user")
                if entry is None:
                    raise OverlayError(f"{self.path}, {problems[0]} Nothing was written.")
                if entry.place.id == place_id:
                    if encoded != data:
                        self._write(data, encoded)
                    return entry
        raise OverlayError(f"{self.path}: the row would not read back; nothing was written. Please report this.")

    def _raw(self, document: _Document, column: str, value: str) -> str:
        return _quoted(value if column in _NUMERIC else spreadsheet_safe(value), document.delimiter)

    def _cells(self, changes: PlaceChanges) -> dict[str, str]:
        """The texts of the cells for values as a program gives them. Raises OverlayError for what no cell can hold."""
        cells: dict[str, str] = {}
        for column, value in changes.items():
            if column not in _COLUMNS:
                self._refuse(Problem(row=0, column=column, value="", message="there is no such column."))
            cells[column] = self._cell_text(column, value)
        return cells

    def _cell_text(self, column: str, value: object) -> str:
        if value is None:
            return ""
        if column in _NUMERIC:
            try:
                number = float(value)  # type: ignore[arg-type]
            except (TypeError, ValueError, OverflowError):
                # An int of more than 4,300 digits cannot even be shown.
                shown = "a huge number" if isinstance(value, int) else str(value)[:40]
                self._refuse(Problem(row=0, column=column, value=shown, message=f"{shown!r} is not a number."))
            if math.isfinite(number) and not (column == "population" and number != int(number)):
                return _number_text(number)
            if math.isfinite(number):
                self._refuse(Problem(row=0, column=column, value=str(value), message=f"{value} is no whole number."))
            return str(number)
        if column in ("variants", "ccodes") and not isinstance(value, str):
            parts = [str(part).strip() for part in value]  # type: ignore[attr-defined]
            for part in parts:
                if ";" in part:
                    message = f"{part[:40]!r} holds a semicolon, which parts the names of a cell."
                    remedy = "Give two names, or write it without the semicolon."
                    self._refuse(Problem(row=0, column=column, value=part[:60], message=message, remedy=remedy))
            value = ";".join(dict.fromkeys(filter(None, parts)))
        text = str(value).strip()
        if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
            message = f"{text[:40]!r} holds a character that no text file can hold."
            self._refuse(Problem(row=0, column=column, value=text[:60], message=message, remedy="Write it again."))
        if column == "id" and (text.startswith("#") or any(c.isspace() for c in text)):
            message = f"{text[:40]!r} begins with # or holds a blank."
            self._refuse(
                Problem(row=0, column=column, value=text[:60], message=message, remedy="Use a-z, 0-9, : and -.")
            )
        if column in ("ccodes", "feature_code") or (column == "feature_class" and len(text) == 1):
            text = text.upper()
        if len(text) + 1 > _LONGEST_CELL:
            message = f"{len(text):,} characters (at most {_LONGEST_CELL:,})."
            self._refuse(Problem(row=0, column=column, value=text[:60], message=message, remedy="Shorten it."))
        return text

    def _check(self, cells: Mapping[str, str], touched: Collection[str] | None = None) -> None:
        """Refuse a place whose cells are wrong. Reading is more lenient with days and ids than this."""
        touched = cells if touched is None else touched
        _, problems = _read_row(0, {c: v if c in _NUMERIC else spreadsheet_safe(v) for c, v in cells.items()}, "user")
        if problems:
            self._refuse(problems[0])
        for column in ("start", "end"):
            value = cells.get(column, "")
            if column in touched and value and not _is_date(value):
                message = f"{value[:40]!r} is no year, month or day."
                remedy = "Write 1999, 1999-06 or 1999-06-12."
                self._refuse(Problem(row=0, column=column, value=value[:60], message=message, remedy=remedy))
        start, end = cells.get("start", ""), cells.get("end", "")
        if (
            {"start", "end"} & set(touched)
            and _is_date(start)
            and _is_date(end)
            and _day(start, last=False) > _day(end, last=True)
        ):
            message = f"{end[:40]} is before the start, {start[:40]}."
            self._refuse(Problem(row=0, column="end", value=end[:60], message=message, remedy="Swap them?"))

    def _refuse(self, problem: Problem) -> NoReturn:
        raise OverlayError(f"{self.path}, {problem} Nothing was written.")

    def _real(self) -> Path:
        return Path(os.path.realpath(self.path))

    @contextlib.contextmanager
    def _locked(self, *, must_exist: bool = False) -> Iterator[None]:
        """Hold the file against other processes of geomap."""
        with contextlib.ExitStack() as stack:
            try:
                real = self._real()
                if must_exist and not real.exists():
                    raise OverlayError(f"{self.path}: no such file of places")
                if real.exists() and not real.is_file():
                    raise OverlayError(f"{self.path}: not a file; name a CSV file of places")
                stack.enter_context(locked_file(self.path))
            except OutputError as error:
                raise OverlayError(str(error)) from error.__cause__
            except (OSError, ValueError) as error:
                raise OverlayError(self._unwritable(error)) from error
            yield

    def _unwritable(self, error: BaseException) -> str:
        reason = getattr(error, "strerror", None) or str(error)
        return (
            f"{self.path}: cannot be written ({reason}); it is as it was. Choose a folder that you may write to, or "
            "free some space."
        )

    def _write(self, old: bytes | None, new: bytes) -> None:
        """Put ``new`` in the place of a file that held ``old`` (None: that was not there)."""
        try:
            with atomic_file(self.path) as file:
                file.write(new)
                file.flush()
                # An editor takes no lock. What it saved meanwhile must not be lost.
                real = self._real()
                if (real.read_bytes() if real.exists() else None) != old:
                    raise _Changed
        except OutputError as error:
            raise OverlayError(self._unwritable(error.__cause__ or error)) from error

    def _retrying(self, change: Callable[[], PlaceEntry]) -> PlaceEntry:
        for _ in range(5):
            with contextlib.suppress(_Changed):
                return change()
        raise OverlayError(f"{self.path}: another program keeps changing it; nothing was written. Close it, try again.")
