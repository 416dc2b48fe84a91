"""Days in a column: the order of day and month is settled over the column, or left open and told.

"03/04/2022" says nothing by itself; beside "25/04/2022" it is 3 April.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from geomap.caldates import make_day, parse_day, parse_month
from geomap.errors import DateError, DateOrderError

__all__ = ["DAY_FIRST", "MONTH_FIRST", "Order", "Span", "read_span", "settle_order"]

Order = Literal["day first", "month first", "serial", "open"]
DAY_FIRST: Order = "day first"
MONTH_FIRST: Order = "month first"

_SLASHED = re.compile(
    r"(?P<a>[0-9]{1,2})(?P<sep>[/.-])(?P<b>[0-9]{1,2})(?P=sep)(?P<year>[0-9]{4}|[0-9]{2})(?P<rest>(?:[T ,].{0,30})?)"
)
_STAMP = re.compile(r"[0-9]{14}")
_UNIX = re.compile(r"(?P<s>1[0-9]{9})(?:[0-9]{3})?(?:\.[0-9]+)?")
_SERIAL = re.compile(r"(?P<day>[2-6][0-9]{4})(?:\.[0-9]{1,12})?")
_MONTH = re.compile(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})|(?P<month2>[0-9]{1,2})[-/.](?P<year2>[0-9]{4})")
_NAMED_MONTH = re.compile(
    r"(?P<month>[A-Za-z]{3,9})\.?[ ,-]{1,2}(?P<year>[0-9]{4})|(?P<year2>[0-9]{4})[ ,-]{1,2}(?P<month2>[A-Za-z]{3,9})\.?"
)
_YEAR = re.compile(r"(?P<year>[12][0-9]{3})")
_SHORT_YEAR = re.compile(r"(?P<d>[0-9]{1,2})[ -](?P<month>[A-Za-z]{3,9})\.?[ ,-]{1,2}(?P<year>[0-9]{2})")
_RANGE = re.compile(r"\s+(?:to|until|till|bis|through|-|–|—)\s+|\s*[–—]\s*|(?<=[0-9])/(?=[0-9]{4}-)|\s*;\s*")
_DAYS = re.compile(r"(?P<a>[0-9]{1,2})\s?(?:-|–|—|to|and)\s?(?P<b>[0-9]{1,2})(?P<rest>[ ./-].{3,30})")
# Excel's day 0, with its leap year 1900 that never was.
_EXCEL = date(1899, 12, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days that a cell names, both inclusive ISO days; ``precision`` as in ``Incident.time_precision``: 1 day, 2
    week, 3 month or longer."""

    start: str
    end: str
    precision: int


def settle_order(values: Iterable[str]) -> tuple[Order | None, str]:
    """The order of day and month in a column, and what it rests on, in words.

    None where no value needs it; ``"open"`` where it cannot be told, because nothing decides or values contradict each
    other; ``"serial"`` for a column of a spreadsheet's day numbers.
    """
    day = month = serial = other = 0
    doubtful = example_day = example_month = ""
    for value in values:
        text = " ".join(value.split())
        if not text:
            continue
        match = _SLASHED.fullmatch(text)
        if match is None:
            serial += _SERIAL.fullmatch(text) is not None
            other += 1
            continue
        first, second = int(match["a"]), int(match["b"])
        if first > 12 >= second:
            day, example_day = day + 1, example_day or text
        elif second > 12 >= first:
            month, example_month = month + 1, example_month or text
        elif first != second:
            doubtful = doubtful or text
    if day and not month:
        return "day first", f"as in {example_day}"
    if month and not day:
        return "month first", f"as in {example_month}"
    if day and month:
        return "open", f"{example_day} has the day first, {example_month} the month"
    if doubtful:
        # Dots are the continental habit, and it is the day first there.
        if "." in doubtful:
            return "day first", "dates with dots are written so"
        return "open", f"nothing tells whether {doubtful} has the day or the month first"
    if serial and serial == other:
        return "serial", "day numbers of a spreadsheet"
    return None, ""


def read_span(value: str, order: Order | None = None) -> Span:
    """The days that a cell names: a day, a span of days, a month ("2022-08", "August 2022") or a year.

    Raises DateError for what is no date, does not exist, or depends on an order of day and month that is open.
    """
    text = " ".join(value[:200].split())
    if one := _one(text, order):
        return one
    if match := _DAYS.fullmatch(text):
        # "1-3 August 2022": the days before the month that they share.
        last = _one(f"{match['b']}{match['rest']}", order)
        first = _one(f"{match['a']}{match['rest']}", order)
        if first and last and first.start <= last.end:
            return _joined(first, last)
    parts = [part for part in _RANGE.split(text) if part]
    if len(parts) == 2:
        first, last = _one(parts[0], order), _one(parts[1], order)
        if first and last and first.start <= last.end:
            return _joined(first, last)
        if first and last:
            raise DateError(f"{text[:60]!r} ends before it begins")
    return _day(parse_day(text))


def _joined(first: Span, last: Span) -> Span:
    days = (date.fromisoformat(last.end) - date.fromisoformat(first.start)).days + 1
    precision = 1 if days <= 1 else 2 if days <= 7 else 3
    return Span(start=first.start, end=last.end, precision=max(precision, 1))


def _day(day: str) -> Span:
    return Span(start=day, end=day, precision=1)


def _one(text: str, order: Order | None) -> Span | None:
    """The day, month or year of a text; None for what is none of them as a whole."""
    if match := _SLASHED.fullmatch(text):
        return _day(_slashed(match, text, order))
    if _STAMP.fullmatch(text):
        text = text[:8]
    elif match := _UNIX.fullmatch(text):
        return _day(datetime.fromtimestamp(int(match["s"]), UTC).date().isoformat())
    elif order == "serial" and (match := _SERIAL.fullmatch(text)):
        return _day((_EXCEL + timedelta(days=int(match["day"]))).isoformat())
    elif match := _SHORT_YEAR.fullmatch(text):
        text = f"{match['d']} {match['month']} {_full_year(match['year'])}"
    elif match := _MONTH.fullmatch(text):
        return _month(int(match["year"] or match["year2"]), int(match["month"] or match["month2"]))
    elif match := _NAMED_MONTH.fullmatch(text):
        month = parse_month(match["month"] or match["month2"])
        if month is not None:
            return _month(int(match["year"] or match["year2"]), month)
    elif match := _YEAR.fullmatch(text):
        return Span(start=f"{match['year']}-01-01", end=f"{match['year']}-12-31", precision=3)
    try:
        return _day(parse_day(text))
    except DateError:
        return None


def _slashed(match: re.Match[str], text: str, order: Order | None) -> str:
    first, second, year = int(match["a"]), int(match["b"]), int(_full_year(match["year"]))
    if first > 12 or first == second:
        found = make_day(year, second, first)
    elif second > 12:
        found = make_day(year, first, second)
    elif order == "day first" or match["sep"] == ".":
        found = make_day(year, second, first)
    elif order == "month first":
        found = make_day(year, first, second)
    else:
        raise DateOrderError(
            f"{text[:40]!r}: day and month cannot be told apart; say --columns order=day-first or month-first"
        )
    if found is None:
        raise DateError(f"{text[:40]!r}: there is no such day")
    return found.isoformat()


def _full_year(year: str) -> str:
    # As in datelines: 50 to 99 are of the last century.
    return year if len(year) == 4 else f"{19 if int(year) >= 50 else 20}{year}"


def _month(year: int, month: int) -> Span | None:
    first = make_day(year, month, 1) if 1 <= month <= 12 else None
    if first is None:
        return None
    last = first.replace(day=calendar.monthrange(year, month)[1])
    return Span(start=first.isoformat(), end=last.isoformat(), precision=3)
