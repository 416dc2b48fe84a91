"""JSON Lines: one article a line, each line judged by itself."""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from geomap.articles import limits
from geomap.articles.draft import Draft, OnError
from geomap.articles.names import clean
from geomap.articles.tabular import FIELDS, Note, record_mapper
from geomap.caldates import parse_day
from geomap.decoding import lines_of, repair
from geomap.errors import DateError, GeomapError, InputDoubt, InputError
from geomap.json_records import json_type, parse_json

__all__ = ["RecordReader", "json_lines"]


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

    ``dated`` says that a publication date is given from outside, so that an impossible one is no doubt. Records
    without ``text`` are understood as rows of a table are (see :mod:`geomap.articles.tabular`).
    """
    reader = RecordReader(name, report=report, dated=dated)
    mapped = record_mapper(name, report, columns=columns, note=note, fetches=fetches)
    empty = True
    for number, line, ended in lines_of(chunks):
        where = f"{name}, line {number}"
        if line is None:
            empty = False
            report(InputError(f"{where}: longer than {limits.MAX_LINE_BYTES // 2**20} MB; split the article"))
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line.strip():
            continue
        empty = False
        try:
            record = parse_json(line, where, ended)
            draft = None
            if isinstance(record, dict) and ("text" not in record or columns.keys() & set(FIELDS)):
                draft = mapped(record, where, f"{stem}-{number}")
            draft = draft or reader.draft(record, where, f"{stem}-{number}")
        except GeomapError as error:
            report(error)
            continue
        yield draft
    if empty:
        raise InputError(f"{name}: the file holds no records")


class RecordReader:
    """Records (of JSON Lines, of tables) to articles, by the names of their fields."""

    def __init__(self, name: str, *, report: OnError, dated: bool = False) -> None:
        self.name = name
        self.report = report
        self.dated = dated

    def draft(self, record: object, where: str, doc_id: str) -> Draft:
        """The article of a record with ``text``; ``doc_id`` is used where it has none.

        Raises InputError where it cannot be one. An optional field of the wrong type and an impossible date are
        left out and reported as InputDoubt.
        """
        if not isinstance(record, dict):
            raise InputError(f'{where}: a record is an object like {{"text": "..."}}, not {json_type(record)}')
        text = record.get("text")
        if "text" not in record:
            keys = ", ".join(clean(key)[:40] for key in itertools.islice(record, 8)) or "nothing"
            raise InputError(f'{where}: the record has no "text" (it has: {keys})')
        if not isinstance(text, str):
            raise InputError(f'{where}: "text" must be a string, not {json_type(text)}')
        text = repair(text)
        if not text.strip():
            raise InputError(f'{where}: "text" is empty')
        given = record.get("doc_id") if record.get("doc_id") is not None else record.get("id")
        if given is not None:
            if isinstance(given, bool) or not isinstance(given, (str, int)):
                raise InputError(f'{where}: "doc_id" must be a string or a number, not {json_type(given)}')
            doc_id = clean(str(given)).strip() or doc_id
        published, basis = self._date(record, where)
        return Draft(
            doc_id=doc_id,
            text=text,
            where=where,
            title=self._optional(record, "title", where),
            published=published,
            basis=basis,
            source=self._optional(record, "source", where) or self.name.rsplit("/", 1)[-1],
            url=self._optional(record, "url", where),
            language=self._optional(record, "language", where),
            home=self._optional(record, "home", where),
        )

    def _date(self, record: dict[str, Any], where: str) -> tuple[str | None, str | None]:
        for key in ("published", "date"):
            value = record.get(key)
            if value is None or value == "":
                continue
            try:
                return parse_day(value), f"the record's {key}"
            except DateError as error:
                if not self.dated:
                    self.report(InputDoubt(f'{where}: "{key}" {error}; the date was ignored'))
        return None, None

    def _optional(self, record: dict[str, Any], key: str, where: str) -> str | None:
        value = record.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.report(InputDoubt(f'{where}: "{key}" must be a string, not {json_type(value)}; it was left out'))
            return None
        return repair(value).strip()[: limits.MAX_TITLE] or None
