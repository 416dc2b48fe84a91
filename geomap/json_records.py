"""One line of JSON as a record, within limits, with errors that say where and what to do."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn

from geomap.errors import InputError
from geomap.text import visible

__all__ = ["json_type", "parse_json"]

_MAX_DEPTH = 64
_MAX_DIGITS = 300


class _BadJson(ValueError):
    """A value that JSON forbids or that geomap does not take."""


def parse_json(line: bytes, where: str, ended: bool) -> Any:
    """The value of a line; ``ended`` says that a line end follows. Raises InputError, which begins with ``where``."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: not UTF-8 (byte 0x{line[error.start]:02x} at column {error.start + 1}); save the file as UTF-8"
        ) from None
    if _too_deep(text):
        raise InputError(f"{where}: nested deeper than {_MAX_DEPTH} levels; a record is flat")
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
    if text.count("[") + text.count("{") <= _MAX_DEPTH:
        return False
    depth = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', text, re.DOTALL):
        mark = match[0]
        if mark in "[{":
            depth += 1
            if depth > _MAX_DEPTH:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise _BadJson(f'the key "{visible(twice)[:60]}" stands twice; keep one')
    return record


def _no_constant(name: str) -> NoReturn:
    raise _BadJson(f"{name} is not JSON; write null")


def _parse_integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise _BadJson(f"a number of {len(digits):,} digits; put it in quotes or leave it out")
    return int(digits)


def json_type(value: object) -> str:
    """What a JSON value is, in words for a message."""
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "an object")
