"""Time phrases against TIMEX3 annotation: what every figure of ``geomap evaluate dates`` means.

Gold are the spans of type DATE and TIME whose value names days: a day, week, weekend, month, quarter, half-year, year
or decade. Values that name none (PRESENT_REF for "now", seasons, "XX" for unknown) and durations are marked too; a
phrase found there is neither right nor wrong. A value is right where geomap's first and last day are the gold's; for a
TIME with a part of the day or a clock time, where that is right too. A phrase read as lasting until the day of
publication ("since Friday") need have the first day only.

==================  ===============================================================================================
``value_accuracy``  values right on gold spans: each is given, so where nothing was found in the text the span is read
                    by itself; what that does not resolve is wrong
``day_accuracy``    the same for gold that is a single day, whatever hour: the day right
``value_of_found``  values right of the gold spans that a phrase found in the text overlaps
``time_accuracy``   of gold with a part of the day or a clock time: that right, on gold spans
``span_f1`` …       phrases found against gold spans, one to one, where they overlap; with ``span_precision`` and
                    ``span_recall``
``span_f1_exact``   the same where they have the same offsets
``span_value_f1``   the same where they overlap and the value is right
==================  ===============================================================================================
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geomap.caldates import MONTHS, WEEKDAYS
from geomap.errors import InputError
from geomap.evaluation.measures import match
from geomap.evaluation.muc import harmonic
from geomap.records import DateExpression

__all__ = ["COUNTS", "Timex", "count", "days_of", "figures", "judge", "kind_of", "read_timex", "time_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timex:
    """An annotated phrase. ``days`` are the first and last ISO day that its value names, None where it names none or
    the phrase is no DATE or TIME; ``time`` is its part of the day or clock time."""

    start: int
    end: int
    text: str
    value: str | None
    days: tuple[str, str] | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A gold phrase with what was found there, and what the span alone or in the text was resolved to."""

    gold: Timex
    found: DateExpression | None
    read: DateExpression | None
    days_right: bool
    value_right: bool
    found_right: bool


# -- gold ------------------------------------------------------------------------------------------------------------


def days_of(value: str) -> tuple[str, str] | None:
    """The first and last day of a TIMEX3 value that names days; None for any other."""
    value = value.split("T")[0]
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            day = date.fromisoformat(value).isoformat()
            return day, day
        if match_ := re.fullmatch(r"(\d{4})-W(\d\d)(-WE)?", value):
            monday = date.fromisocalendar(int(match_[1]), int(match_[2]), 1)
            return (monday + timedelta(days=5 if match_[3] else 0)).isoformat(), (
                monday + timedelta(days=6)
            ).isoformat()
        if match_ := re.fullmatch(r"(\d{4})-(?:(\d\d)|Q([1-4])|H([12]))", value):
            month, quarter, half = (int(one) if one else 0 for one in match_.groups()[1:])
            first, last = (month, month) if month else (3 * quarter - 2, 3 * quarter) if quarter else (1, 6)
            if half == 2:
                first, last = 7, 12
            year = int(match_[1])
            return f"{year}-{first:02d}-01", f"{year}-{last:02d}-{monthrange(year, last)[1]:02d}"
    except (ValueError, IndexError):
        return None
    if re.fullmatch(r"\d{3,4}", value):
        return f"{value:0<4}-01-01", f"{value:9<4}-12-31"
    return None


# TIMEX3's parts of the day in geomap's words.
_PARTS = {
    "MO": ("morning",), "MI": ("noon",), "AF": ("afternoon",), "EV": ("evening",), "NI": ("night", "midnight"),
    "DT": ("morning", "noon", "afternoon"),
}  # fmt: skip


def time_of(value: str) -> str | None:
    """The part of the day (``MO`` …) or clock time (``HH:MM``) of a TIMEX3 value; None where it has none."""
    _, _, time = value.partition("T")
    if time in _PARTS:
        return time
    found = re.fullmatch(r"([01]\d|2[0-4])(?::([0-5]\d))?(?::\d\d)?(?:Z|[+-]\d\d(?::?\d\d)?)?", time)
    return f"{found[1]}:{found[2] or '00'}" if found else None


def read_timex(record: object, text: str, where: str) -> Timex:
    """An annotated phrase; ``where`` names file, line and phrase. Raises :class:`~geomap.errors.InputError`."""
    if not isinstance(record, dict):
        raise InputError(f"{where}: a time phrase is an object.")
    start, end = record.get("start"), record.get("end")
    sound = all(isinstance(one, int) and not isinstance(one, bool) for one in (start, end))
    if not sound or not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        raise InputError(f'{where}: "start" and "end" must be offsets in the text, the end after the start.')
    if isinstance(record.get("text"), str) and record["text"] != text[start:end]:
        told = f'"text" is {record["text"]!r}, but {text[start:end]!r} stands at {start} to {end}'
        raise InputError(f"{where}: {told}. Mend the offsets.")
    if not isinstance(record.get("type"), str):
        raise InputError(f'{where}: "type" must be DATE, TIME, DURATION or SET.')
    value = record.get("value")
    if value is not None and not isinstance(value, str):
        raise InputError(f'{where}: "value" must be text as in TIMEX3, or null.')
    named = record["type"] in ("DATE", "TIME") and value is not None
    return Timex(
        start=start,
        end=end,
        text=text[start:end],
        value=value,
        days=days_of(value) if named and value is not None else None,
        time=time_of(value) if named and value is not None else None,
    )


_MONTH = rf"(?:{'|'.join(MONTHS)})"
_NUMBERS = r"(?:\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|few|couple)"
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.I))
    for name, pattern in (
        ("clock time", r"\d{1,2}:\d\d|\b\d{1,2}(?::\d\d)? ?[ap]\.?m\b|o'clock"),
        ("full date", rf"{_MONTH}\.? \d{{1,2}}|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}\b|\d\d?[-/]\d\d?[-/]\d\d"),
        ("weekday", rf"\b(?:{'|'.join(WEEKDAYS)})"),
        ("quarter or fiscal", r"quarter|fiscal|\bhalf\b|semester"),
        ("so long ago or hence", rf"\b{_NUMBERS}\b.*\b(?:ago|earlier|later|before|after)\b"),
        ("yesterday, today, tomorrow", r"\b(?:today|yesterday|tomorrow)\b|morning|afternoon|evening|night"),
        ("last, this, next …", r"\b(?:last|this|next|past|previous|following|earlier|later|same|that|current)\b"),
        ("month", rf"\b{_MONTH}\b"),
        ("year or decade", r"\d{4}|\d0s|'\d\d|decade|century"),
    )
)  # fmt: skip


def kind_of(text: str) -> str:
    """What class a phrase belongs to, for the table of errors."""
    return next((name for name, pattern in _KINDS if pattern.search(text)), "other")


# -- judging ---------------------------------------------------------------------------------------------------------


def _days_right(gold: Timex, said: DateExpression | None) -> bool:
    if said is None or gold.days is None or said.date_start != gold.days[0]:
        return False
    return said.date_end == gold.days[1] or "lasting until" in said.reason


def _time_right(gold: Timex, said: DateExpression | None) -> bool:
    if gold.time is None:
        return True
    part = said.part_of_day if said is not None else None
    return part in _PARTS.get(gold.time, (gold.time,)) or (gold.time == "12:00" and part == "noon")


def judge(
    timexes: Sequence[Timex], found: Sequence[DateExpression], alone: Mapping[tuple[int, int], DateExpression | None]
) -> tuple[list[Judged], list[DateExpression]]:
    """Each gold phrase with what was found, and the phrases that should not have been found.

    ``alone`` has what a gold span is resolved to by itself, for those where nothing was found.
    """
    gold = [one for one in timexes if one.days is not None]
    pairs = dict(match(gold, found))
    judged = []
    for g, one in enumerate(gold):
        said = found[pairs[g]] if g in pairs else None
        read = said if said is not None else alone.get((one.start, one.end))
        days = _days_right(one, read)
        value = days and _time_right(one, read)
        judged.append(
            Judged(
                gold=one, found=said, read=read, days_right=days, value_right=value,
                found_right=value and said is not None,
            )
        )  # fmt: skip
    taken = set(pairs.values())
    invented = [
        one
        for p, one in enumerate(found)
        if p not in taken and not any(_overlap(one, other) for other in timexes if other.days is None)
    ]
    return judged, invented


def _overlap(one: DateExpression, other: Timex) -> bool:
    return one.start < other.end and other.start < one.end


COUNTS: tuple[str, ...] = (
    "gold", "pred", "found", "exact", "value", "value_found", "days", "day_right", "times", "time_right",
)  # fmt: skip
"""The counts of an article, in their order."""


def count(judged: Sequence[Judged], invented: Sequence[DateExpression]) -> tuple[float, ...]:
    """The counts of one article, in the order of :data:`COUNTS`."""
    n = dict.fromkeys(COUNTS, 0)
    n["gold"] = len(judged)
    for one in judged:
        found = one.found
        n["found"] += found is not None
        n["exact"] += found is not None and (found.start, found.end) == (one.gold.start, one.gold.end)
        n["value"] += one.value_right
        n["value_found"] += one.found_right
        if one.gold.days is not None and one.gold.days[0] == one.gold.days[1]:
            n["days"] += 1
            n["day_right"] += one.days_right
        if one.gold.time is not None:
            n["times"] += 1
            n["time_right"] += _time_right(one.gold, one.read)
    n["pred"] = n["found"] + len(invented)
    return tuple(float(n[name]) for name in COUNTS)


def figures(sums: Sequence[float]) -> dict[str, float | None]:
    """The figures that are made of the sums of counts, in the order of :data:`COUNTS`."""
    n = dict(zip(COUNTS, sums, strict=True))

    def share(part: str, whole: str) -> float | None:
        return n[part] / n[whole] if n[whole] else None

    return {
        "value_accuracy": share("value", "gold"),
        "day_accuracy": share("day_right", "days"),
        "value_of_found": share("value_found", "found"),
        "time_accuracy": share("time_right", "times"),
        "span_f1": harmonic(share("found", "pred"), share("found", "gold")),
        "span_precision": share("found", "pred"),
        "span_recall": share("found", "gold"),
        "span_f1_exact": harmonic(share("exact", "pred"), share("exact", "gold")),
        "span_value_f1": harmonic(share("value_found", "pred"), share("value_found", "gold")),
    }
