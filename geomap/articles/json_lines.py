"""JSON Lines: one article a line, each line judged by itself."""

from __future__ import annotations

import codecs
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from geomap.articles import limits
from geomap.articles.decoding import lines_of, repair
from geomap.articles.draft import Draft, OnError
from geomap.articles.names import clean
from geomap.articles.tabular import record_mapper
from geomap.caldates import parse_day
from geomap.errors import DateError, GeomapError, InputDoubt, InputError

__all__ = ["RecordReader", "json_lines"]


def json_lines(chunks: Iterator[bytes], name: str, stem: str, *, report: OnError, dated: bool) -> Iterator[Draft]:
    """The articles of a JSON Lines file. A bad line goes to ``report`` and the others go on.

    ``dated`` says that a publication date is given from outside, so that an impossible one is no doubt.
    """
    reader = RecordReader(name, report=report, dated=dated)
    mapped = record_mapper(name, report)
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
            record = _parse_json(line, where, ended)
            if isinstance(record, dict) and "text" not in record:
                record = mapped(record) or record
            draft = reader.draft(record, where, f"{stem}-{number}")
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
            raise InputError(f'{where}: a record is an object like {{"text": "..."}}, not {_json_type(record)}')
        text = record.get("text")
        if "text" not in record:
            keys = ", ".join(clean(key)[:40] for key in itertools.islice(record, 8)) or "nothing"
            raise InputError(f'{where}: the record has no "text" (it has: {keys})')
        if not isinstance(text, str):
            raise InputError(f'{where}: "text" must be a string, not {_json_type(text)}')
        text = repair(text)
        if not text.strip():
            raise InputError(f'{where}: "text" is empty')
        given = record.get("doc_id") if record.get("doc_id") is not None else record.get("id")
        if given is not None:
            if isinstance(given, bool) or not isinstance(given, (str, int)):
                raise InputError(f'{where}: "doc_id" must be a string or a number, not {_json_type(given)}')
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
            self.report(InputDoubt(f'{where}: "{key}" must be a string, not {_json_type(value)}; it was left out'))
            return None
        return repair(value).strip()[: limits.MAX_TITLE] or None


class _BadJson(ValueError):
    """A value that JSON forbids or that geomap does not take."""


def _parse_json(line: bytes, where: str, ended: bool) -> Any:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: not UTF-8 (byte 0x{line[error.start]:02x} at column {error.start + 1}); save the file as UTF-8"
        ) from None
    if _too_deep(text):
        raise InputError(f"{where}: nested deeper than {limits.MAX_JSON_DEPTH} levels; a record is flat")
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_int=_parse_integer)
    except json.JSONDecodeError as error:
        if not ended:
            raise InputError(
                f"{where}: the last line is cut off or is not JSON ({error.msg}, column {error.colno}); "
                "the file may be incomplete"
            ) from None
        raise InputError(
            f"{where}: not JSON ({error.msg}, column {error.colno}); each line must be one whole JSON object"
        ) from None
    except _BadJson as error:
        raise InputError(f"{where}: {error}") from None
    except RecursionError:
        raise InputError(f"{where}: nested too deep; a record is flat") from None


def _too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= limits.MAX_JSON_DEPTH:
        return False
    depth = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', text, re.DOTALL):
        mark = match[0]
        if mark in "[{":
            depth += 1
            if depth > limits.MAX_JSON_DEPTH:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise _BadJson(f'the key "{clean(twice)[:60]}" stands twice; keep one')
    return record


def _no_constant(name: str) -> NoReturn:
    raise _BadJson(f"{name} is not JSON; write null")


def _parse_integer(digits: str) -> int:
    if len(digits) > limits.MAX_JSON_DIGITS:
        raise _BadJson(f"a number of {len(digits):,} digits; put it in quotes or leave it out")
    return int(digits)


def _json_type(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "an object")
