"""JSON Lines: one article a line. What the fields are called is seen in the first records, and in those that differ."""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from geomap.articles import limits
from geomap.articles.draft import Draft, OnError
from geomap.articles.tabular import FIELDS, SAMPLE, ArticleColumns, Note, Rows, article_columns, order_of
from geomap.decoding import lines_of, repair
from geomap.errors import GeomapError, InputError
from geomap.json_records import json_type, parse_json
from geomap.tables import Row
from geomap.tables.table import as_text
from geomap.text import visible

__all__ = ["json_lines"]

# What the documentation calls the fields: nobody need be told that they were understood.
_OWN_NAMES = frozenset((*FIELDS, "date", "doc_id"))

_Read = tuple[str, int, dict[str, Any] | GeomapError, int]
"""A line: what to call it in a message, its number, its record or what is wrong with it, its length in bytes."""


def json_lines(
    chunks: Iterator[bytes],
    name: str,
    stem: str,
    *,
    report: OnError,
    dated: bool,
    columns: Mapping[str, str] = MappingProxyType({}),
    note: Note | None = None,
    fetches: bool = False,
) -> Iterator[Draft]:
    """The articles of a JSON Lines file. A bad line goes to ``report`` and the others go on.

    The fields are understood as the columns of a table are (see :mod:`geomap.articles.tabular`, also for the
    parameters), but that the text is kept as it is, letter for letter. Raises InputError for a file without records.
    """
    lines = _lines(chunks, name)
    ahead = list(_first(lines))
    if not ahead:
        raise InputError(f"{name}: the file holds no records")
    records = _Records(name, ahead, columns, note)
    made = Rows(name, records.order, basis="the record's {}", report=report, dated=dated, fetches=fetches)
    for where, number, record, _ in itertools.chain(ahead, lines):
        if isinstance(record, GeomapError):
            report(record)
            continue
        try:
            layout = records.layout_of(record, where)
            cells = _cells(record, layout, where, made)
        except InputError as error:
            report(error)
            continue
        draft = made.draft(cells, layout, where, f"{stem}-{number}")
        if draft is not None:
            yield draft
    made.finish(note)


def _lines(chunks: Iterator[bytes], name: str) -> Iterator[_Read]:
    """The lines that are not blank."""
    for number, line, ended in lines_of(chunks):
        where = f"{name}, line {number}"
        if line is None:
            long = InputError(f"{where}: longer than {limits.MAX_LINE_BYTES // 2**20} MB; split the article")
            yield where, number, long, 0
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line.strip():
            continue
        try:
            record = parse_json(line, where, ended)
            if not isinstance(record, dict):
                raise InputError(f'{where}: a record is an object like {{"text": "..."}}, not {json_type(record)}')
        except InputError as error:
            record = error
        yield where, number, record, len(line)


def _first(lines: Iterator[_Read]) -> Iterator[_Read]:
    """The lines to look at before the first article is made: as many as of a table, and no more than a long one has."""
    size = 0
    for line in itertools.islice(lines, SAMPLE):
        yield line
        size += line[3]
        if size > limits.MAX_LINE_BYTES:
            return


class _Records:
    """Which field of a record is what: as in most records of the file, or by itself where it lacks one of those."""

    def __init__(self, name: str, ahead: list[_Read], columns: Mapping[str, str], note: Note | None) -> None:
        rows = [Row(number=n, cells=_as_cells(record)) for _, n, record, _ in ahead if isinstance(record, dict)]
        keys = tuple(dict.fromkeys(key for row in rows for key in row.cells))
        self._name = name
        self._said = [field for field in columns if field in FIELDS]
        self._note = note
        self._told = False
        self._layout = _layout(keys, rows, columns, name) if keys else ArticleColumns(mapping={})
        self.order, words = order_of(self._layout, columns, rows)
        if words or set(self._layout.mapping.values()) - _OWN_NAMES:
            self._tell(name, self._layout.told(words))

    def _tell(self, where: str, what: str) -> None:
        if self._note is not None:
            self._note(f"{where}: {what}; change it with --columns, such as --columns text=FIELD.")

    def layout_of(self, record: dict[str, Any], where: str) -> ArticleColumns:
        """The fields of a record. Raises InputError where it has nothing to read."""
        usual = {field: column for field, column in self._layout.mapping.items() if _holds(record, column)}
        layout = self._layout
        if len(usual) < len(layout.mapping) or "text" not in usual:
            row = Row(number=1, cells=_as_cells({key: value for key, value in record.items() if _holds(record, key)}))
            # What the user said of a field that is not here leaves it without a value.
            said = {field: usual.get(field, "none") for field in self._said}
            own = _layout(tuple(row.cells), [row], said, self._name)
            layout = own if "text" not in usual else replace(own, teaser=layout.teaser)
            layout = replace(layout, mapping=MappingProxyType({**own.mapping, **usual}))
        if "text" not in layout.mapping:
            # A title alone, among records with texts, is a record that lost its text.
            if not layout.is_list:
                raise _without_text(record, self._layout.mapping.get("text", "text"), where)
        elif "text" not in usual and layout.mapping["text"] not in _OWN_NAMES and not self._told:
            self._told = True
            self._tell(where, layout.told())
        return layout


def _layout(keys: tuple[str, ...], rows: list[Row], said: Mapping[str, str], name: str) -> ArticleColumns:
    """How records are understood. Our own names of the date mean it, whatever stands there: what is none is told."""
    dates = [key for key in ("published", "date") if any(row.cells.get(key) for row in rows)]
    return article_columns(keys, rows, {"published": dates[0], **said} if dates else said, name=name)


def _holds(record: dict[str, Any], key: str) -> bool:
    value = record.get(key)
    return value is not None and not (isinstance(value, str) and not value.strip())


def _as_cells(record: dict[str, Any]) -> dict[str, str]:
    return {str(key): as_text(value) for key, value in record.items()}


def _without_text(record: dict[str, Any], column: str, where: str) -> InputError:
    if column not in record:
        keys = ", ".join(visible(key)[:40] for key in itertools.islice(record, 8)) or "nothing"
        return InputError(f'{where}: the record has no "{column}" (it has: {keys})')
    if isinstance(record[column], str):
        return InputError(f'{where}: "{column}" is empty')
    return InputError(f'{where}: "{column}" must be a string, not {json_type(record[column])}')


def _cells(record: dict[str, Any], layout: ArticleColumns, where: str, made: Rows) -> dict[str, str]:
    """The values of the fields as cells. One of the wrong type is a doubt; of the text and the id, an InputError."""
    cells = {}
    for field, column in layout.mapping.items():
        value = record.get(column)
        if value is None:
            continue
        is_named = isinstance(value, dict) and isinstance(value.get("name"), str)
        if field == "text":
            if not isinstance(value, str):
                raise _without_text(record, column, where)
            cells[column] = repair(value)
        elif field == "id" and not isinstance(value, str) and type(value) is not int:
            raise InputError(f'{where}: "{column}" must be a string or a number, not {json_type(value)}')
        elif field in ("id", "published") or isinstance(value, str) or is_named:
            cells[column] = as_text(value)
        else:
            made.doubt(
                f'values of "{column}"',
                f'{where}: "{column}" must be a string, not {json_type(value)}; it was left out',
            )
    return cells
