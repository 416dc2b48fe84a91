"""Reading one calendar day as a person or a program writes it: shared by the stages that need it.

Nothing here looks at the clock or at the time zone of the machine: the day that is written is the day that is
returned, so "2009-03-20 23:24:52-05" is 20 March, not 21.
"""

from __future__ import annotations

import re
from datetime import date

from geomap.errors import DateError, DateOrderError

__all__ = ["HEADS_ENTRY", "LATEST_YEAR", "MONTHS", "OLDEST_YEAR", "WEEKDAYS", "make_day", "parse_day", "parse_month"]

OLDEST_YEAR = 1000
"""The first year accepted. Four digits, and room to reckon backwards without leaving the calendar."""

LATEST_YEAR = 2999
"""The last year accepted. 9999 is the usual filler for "never" and no publication date."""

HEADS_ENTRY = "it heads what follows it"
"""What the reason of a date ends in that heads an entry of a live blog or timeline; what it heads is of that day."""

_MONTH_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
MONTHS: dict[str, int] = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
MONTHS |= {name[:3]: number for number, name in enumerate(_MONTH_NAMES, 1)}
MONTHS |= {"sept": 9}
"""English month names and their abbreviations, in lower case and without a full stop, to 1-12."""

WEEKDAYS: dict[str, int] = {
    "monday": 0,
    "tuesday": 1,
    "wednesday": 2,
    "thursday": 3,
    "friday": 4,
    "saturday": 5,
    "sunday": 6,
    "mon": 0,
    "tue": 1,
    "tues": 1,
    "wed": 2,
    "thu": 3,
    "thur": 3,
    "thurs": 3,
    "fri": 4,
    "sat": 5,
    "sun": 6,
}
"""English weekday names and abbreviations, in lower case, to 0 (Monday) - 6 (Sunday)."""

_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_TIME = (
    r"(?:[T ,]{1,2}(?:at )?(?P<hour>[0-9]{1,2}):?(?P<minute>[0-9]{2})"
    r"(?::?(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"(?: ?(?:[AaPp]\.?[Mm]\.?))?"
    r"(?: ?(?:Z|UTC|GMT|[A-Z]{2,5}|[+-][0-9]{2}(?::?[0-9]{2})?)){0,2})?"
)
_WEEKDAY = r"(?:(?P<weekday>[A-Za-z]{3,9})\.?,? )?"
_FORMS = tuple(
    re.compile(rf"{form}{_TIME}")
    for form in (
        r"(?P<year>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})",
        r"(?P<year>[0-9]{4})/(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})",
        r"(?P<year>[0-9]{4})\.(?P<m>[0-9]{1,2})\.(?P<d>[0-9]{1,2})",
        r"(?P<year>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
        rf"{_WEEKDAY}(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[ -](?:of )?{_MONTH},?[ -](?P<year>[0-9]{{4}})",
        rf"{_WEEKDAY}{_MONTH} (?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<year>[0-9]{{4}})",
    )
)
_SLASHED = re.compile(rf"(?P<a>[0-9]{{1,2}})(?P<sep>[/.-])(?P<b>[0-9]{{1,2}})(?P=sep)(?P<year>[0-9]{{4}}){_TIME}")
_HINT = "write it like 2022-08-01"


def parse_month(name: str) -> int | None:
    """The number (1-12) of an English month name or abbreviation, in any case; None if it is not one."""
    return MONTHS.get(name.rstrip(".").lower())


def make_day(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has no such day or the year is out of range."""
    if not OLDEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_day(value: str) -> str:
    """The ISO day (``YYYY-MM-DD``) that *value* names.

    Accepts ISO dates with or without a time and an offset, "1 August 2022", "Aug. 1, 2022", "Mon, 01 Aug 2022
    10:00:00 GMT", "01.08.2022" (day first) and "31/07/2022" (where day and month cannot be confused). The day
    is taken as written; an offset does not move it.

    Raises DateError for anything else: no date, no such day, an impossible time, a year outside 1000-2999, or
    day and month that cannot be told apart.
    """
    if not isinstance(value, str):
        raise DateError(f"a date must be text, not {type(value).__name__}: {_HINT}")
    shown = repr(value if len(value) <= 60 else value[:57] + "...")
    text = " ".join(value[:200].split())
    if not text:
        raise DateError(f"the date is empty: {_HINT}")
    if len(value) > 100:
        raise DateError(f"{shown} is too long for a date: {_HINT}")
    year, month, day, match = _fields(text, shown)
    if not OLDEST_YEAR <= year <= LATEST_YEAR:
        raise DateError(f"{shown}: the year {year:04d} is outside {OLDEST_YEAR}-{LATEST_YEAR}")
    if not 1 <= month <= 12:
        raise DateError(f"{shown}: there is no month {month}; {_HINT}")
    found = make_day(year, month, day)
    if found is None:
        raise DateError(f"{shown}: {_MONTH_NAMES[month - 1].title()} {year} has no day {day}")
    _check_time(match, shown)
    weekday = match.groupdict().get("weekday")
    if weekday and weekday.lower() not in WEEKDAYS:
        raise DateError(f"{shown} is not a date: {weekday!r} is no weekday; {_HINT}")
    return found.isoformat()


def _fields(text: str, shown: str) -> tuple[int, int, int, re.Match[str]]:
    for form in _FORMS:
        if (match := form.fullmatch(text)) is None:
            continue
        parts = match.groupdict()
        if parts.get("month") is not None:
            month = parse_month(parts["month"])
            if month is None:
                raise DateError(f"{shown}: {parts['month']!r} is no month; {_HINT}")
        else:
            month = int(parts["m"])
        return int(parts["year"]), month, int(parts["d"]), match
    if (match := _SLASHED.fullmatch(text)) is not None:
        first, second = int(match["a"]), int(match["b"])
        # Dots are the continental, day-first habit; slashes and dashes are used both ways.
        if match["sep"] == "." or first > 12 or first == second:
            return int(match["year"]), second, first, match
        if second > 12:
            return int(match["year"]), first, second, match
        raise DateOrderError(f"{shown}: day and month cannot be told apart; {_HINT}")
    raise DateError(f"{shown} is not a date: {_HINT}")


def _check_time(match: re.Match[str], shown: str) -> None:
    if match["hour"] is None:
        return
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    # 24:00 and a leap second are legal in ISO 8601.
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise DateError(f"{shown}: there is no time {match['hour']}:{match['minute']}")
