"""What all kinds of tables have in common: named columns, numbered rows of text, limits."""

from __future__ import annotations

import datetime
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any

from geomap.decoding import MAX_LINE_BYTES, repair
from geomap.errors import GeomapError

__all__ = ["MAX_CELL", "MAX_COLUMNS", "Report", "Row", "Table", "as_text"]

Report = Callable[[GeomapError], None]

MAX_CELL = MAX_LINE_BYTES
"""The longest cell or line, in characters; a longer one spoils its row."""

MAX_COLUMNS = 2_000
"""The most columns. Excel has 16,384; tables of events have up to 140 (GTD), GDELT's have 61."""

# Values that a program writes for "nothing". "NA" is not among them: it is Namibia's code.
_MISSING = frozenset(
    {"", "nan", "null", "none", "n/a", "#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "nat"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its ``number`` in the file (the line it begins in, or the count of records, from 1) and its ``cells``
    by column, in the order of the columns; "" where there is nothing."""

    number: int
    cells: Mapping[str, str]


class Table(ABC):
    """A table open for reading. Use it in a ``with`` block.

    ``name`` is what it is called in messages, ``columns`` are the names of its columns, ``notes`` what a person should
    know of how it was understood. ``unit`` is what a row's number counts: line, row, record or feature.
    """

    unit = "row"

    def __init__(self, name: str) -> None:
        self.name = name
        self.columns: tuple[str, ...] = ()
        self.notes: list[str] = []
        self._closing = ExitStack()

    @abstractmethod
    def rows(self, report: Report | None = None) -> Iterator[Row]:
        """The rows from the first on; may be called again. What cannot be read goes to ``report`` as InputError, what
        is doubtful as InputDoubt; without ``report`` it is passed over in silence (as for a look at the values)."""

    def where(self, number: int) -> str:
        """How a message names a row."""
        return f"{self.name}, {self.unit} {number}"

    def close(self) -> None:
        """Close the file."""
        self._closing.close()

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def as_text(value: Any) -> str:
    """A value of a spreadsheet, of Parquet or of JSON as a cell's text; "" for what says "nothing".

    A date with no time of day is an ISO day; a whole number has no fraction; lists of plain values are joined with
    ``; ``, an object that has a name is its name (NewsAPI's ``source``), other nested values are JSON.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        text = repair(value).strip()
        return "" if len(text) <= 8 and text.casefold() in _MISSING else text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # str() of a number of more than 4,300 digits raises.
        return str(value) if value.bit_length() <= 4_000 else ""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Decimal):
        # 12.00 is a whole number, and the digits of others stay as they are.
        whole = value.is_finite() and abs(value) < 10**15 and value == int(value)
        return str(int(value)) if whole else str(value) if value.is_finite() else ""
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time(0) and value.microsecond == 0
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return repair(value.decode("utf-8", "replace")).strip()
    if isinstance(value, (list, tuple)) and all(item is None or isinstance(item, (str, int, float)) for item in value):
        return "; ".join(text for item in value if (text := as_text(item)))
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        return as_text(value["name"])
    if not isinstance(value, (list, tuple, Mapping)):
        return repair(str(value))
    try:
        return repair(json.dumps(value, ensure_ascii=False, default=str))
    except (ValueError, RecursionError):
        return ""
