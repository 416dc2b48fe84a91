"""The time phrases of a text, before anything is reckoned: which atoms belong together."""

from __future__ import annotations

import re
from dataclasses import replace

from geomap.caldates import make_day
from geomap.dates import calendar, clocks, holidays, relative
from geomap.dates.atoms import Finder, Phrase

__all__ = ["find_phrases"]

_ATOMS = (*calendar.atom.items, *holidays.atom.items, *relative.atom.items, *clocks.atom.items)


_DAYLIKE = ("day", "weekday", "deictic", "ago", "shift", "same", "dom")
_GAP = r"[\s\u00a0]{1,3}"
_PART_THEN_DAY = re.compile(
    rf",?[\s\u00a0]{{1,4}}(?:\[as received\]{_GAP})?(?:(?:on|of){_GAP})?(?:the{_GAP})?", re.IGNORECASE
)
_DAY_THEN_PART = re.compile(
    rf"(?:[\s\u00a0]{{1,4}}(?:(?:at|around|about|in|during|shortly before|shortly after){_GAP})?"
    rf"|,{_GAP}(?:at|around|about|in){_GAP})(?:about{_GAP})?(?:the{_GAP})?|,{_GAP}",
    re.IGNORECASE,
)
_WEEKDAY_THEN_DAY = re.compile(r",?[\s\u00a0]{1,4}(?:the[\s\u00a0]{1,3})?")
_WEEKDAY_THEN_WEEK = re.compile(r",?[\s\u00a0]{1,4}(?:of[\s\u00a0]{1,3})?", re.IGNORECASE)
_INTO = re.compile(rf"(?:{_GAP}(?:and{_GAP})?(?:to|into|until|through){_GAP}(?:early{_GAP})?|-|–)", re.IGNORECASE)
_BETWEEN = re.compile(rf"{_GAP}and{_GAP}", re.IGNORECASE)
_EVE_OF = re.compile(rf"\bthe{_GAP}eve{_GAP}of{_GAP}(?:the{_GAP})?$", re.IGNORECASE)
_WEEK_OF = re.compile(
    r"\bthe[\s\u00a0]{1,3}week[\s\u00a0]{1,3}(of|beginning|starting|commencing|ending)[\s\u00a0]{1,3}$", re.IGNORECASE
)


def _join(text: str, left: Phrase, right: Phrase) -> Phrase | None:
    """The two as one phrase, or None where they are two."""
    if right.start - left.end > 24:
        return None
    glue = text[left.end : right.start]
    start, end = left.start, right.end
    night = _join_night(text, left, right, glue)
    if night is not None:
        return night
    if left.kind == "ago" and right.kind in ("weekday", "deictic") and re.fullmatch(rf"{_GAP}(?:on{_GAP})?", glue):
        # "a week ago Friday", "a year ago today"
        if right.kind == "deictic" and right.amount == 0 and right.part is None:
            return replace(left, end=end, modifier="today")
        if right.kind == "weekday" and left.unit == "week" and left.amount and not right.modifier:
            return replace(right, start=start, kind="weekday_ago", amount=1 - left.amount)
        return None
    if (
        left.kind == "unit"
        and left.unit == "weekend"
        and right.kind == "day"
        and re.fullmatch(rf"{_GAP}of{_GAP}", glue)
    ):
        return replace(right, start=start, more=0 if right.day_end else 1)
    if left.kind in ("part", "clock") and right.kind in _DAYLIKE:
        if not _PART_THEN_DAY.fullmatch(glue) or (right.part is not None and left.kind == "part"):
            return None
        if left.kind == "part" and "," in glue:
            return None
        return replace(right, start=start, end=end, part=left.part, solo=True)
    if (left.kind == "part" and right.kind == "clock") or (left.kind == "clock" and right.kind == "part"):
        if re.fullmatch(
            r"[\s\u00a0]{1,3}(?:(?:in|at|about|around)[\s\u00a0]{1,3}){0,2}(?:the[\s\u00a0]{1,3})?",
            glue,
            re.IGNORECASE,
        ):
            clock = left if left.kind == "clock" else right
            return replace(clock, start=start, end=end)
        return None
    if left.kind in _DAYLIKE and right.kind in ("part", "clock"):
        # "late Sunday morning" is a morning; "Sunday evening, the night" is two times.
        led = re.match(r"early|late", text[left.start : left.start + 5], re.IGNORECASE)
        if left.part is not None and right.kind == "part" and not led:
            return None
        if not _DAY_THEN_PART.fullmatch(glue):
            return None
        if glue.strip() == "," and right.kind == "part":
            return None
        return replace(left, start=start, end=end, part=right.part, solo=True)
    if left.kind == "weekday" and right.kind == "day" and _WEEKDAY_THEN_DAY.fullmatch(glue):
        if right.weekday is None and not left.modifier:
            return replace(right, start=start, end=end, weekday=left.weekday, part=left.part or right.part)
        return None
    if (
        left.kind == "day"
        and right.kind == "weekday"
        and not right.modifier
        and re.fullmatch(r",[\s\u00a0]{1,3}", glue)
    ):
        if left.weekday is None and _fits_weekday(left, right.weekday):
            return replace(left, start=start, end=end, weekday=right.weekday)
        return None
    if left.kind == "weekday" and right.kind == "unit" and right.unit == "week" and _WEEKDAY_THEN_WEEK.fullmatch(glue):
        if "," in glue and left.solo:
            return None
        return replace(left, start=start, end=end, week_shift=right.amount, modifier="", solo=True)
    if (
        left.kind in ("day", "month")
        and left.year is None
        and right.kind == "unit"
        and right.unit == "year"
        and not right.modifier
        and re.fullmatch(rf",?{_GAP}(?:of{_GAP})?", glue, re.IGNORECASE)
    ):
        return replace(left, start=start, end=end, year_shift=right.amount)
    return None


def _join_night(text: str, left: Phrase, right: Phrase, glue: str) -> Phrase | None:
    """ "overnight into Sunday", "the night of Friday to Saturday": one night, and so two days."""
    daylike = right.kind in ("weekday", "day") and not right.day_end and right.part in (None, "morning")
    if left.kind == "overnight" and daylike and right.solo:
        if re.fullmatch(rf"{_GAP}(?:(?:on|from){_GAP})?(?:the{_GAP})?", glue, re.IGNORECASE):
            return replace(right, start=left.start, part="night", more=1, modifier=right.modifier or "overnight")
        if _INTO.fullmatch(glue):
            return replace(right, start=left.start, part="night", move=-1, more=1)
        return None
    if (
        left.kind == "part"
        and left.part == "night"
        and daylike
        and re.fullmatch(rf"{_GAP}(?:from|between){_GAP}", glue, re.IGNORECASE)
    ):
        return replace(right, start=left.start, part="night", solo=True)
    if left.kind == right.kind and left.part == "night" and daylike:
        glued = _INTO.fullmatch(glue) or (
            _BETWEEN.fullmatch(glue) and " between " in text[left.start : left.end].lower()
        )
        if glued and left.kind == "weekday" and left.weekday is not None and right.weekday == (left.weekday + 1) % 7:
            modifier = "" if left.modifier == "overnight" else left.modifier
            return replace(left, end=right.end, more=1, modifier=modifier)
        if glued and left.kind == "day" and left.month and left.day and right.month and right.day:
            one, two = make_day(2001, left.month, left.day), make_day(2001, right.month, right.day)
            if one and two and (two - one).days % 365 == 1:
                return replace(left, end=right.end, year=left.year or right.year, more=1)
    return None


def _fits_weekday(phrase: Phrase, weekday: int | None) -> bool:
    if phrase.year is None or phrase.month is None or phrase.day is None:
        return True
    found = make_day(phrase.year, phrase.month, phrase.day)
    return found is not None and found.weekday() == weekday


def find_phrases(finder: Finder) -> list[Phrase]:
    """The phrases of a text in order, joined and without overlaps."""
    found: list[tuple[int, int, int, Phrase]] = []
    for rank, (pattern, build) in enumerate(_ATOMS):
        for match in pattern.finditer(finder.text):
            phrase = build(finder, match)
            if phrase is not None:
                found.append((phrase.start, -phrase.end, rank, phrase))
    found.sort(key=lambda item: item[:3])
    atoms: list[Phrase] = []
    for _, _, _, phrase in found:
        if not atoms or phrase.start >= atoms[-1].end:
            atoms.append(phrase)
        elif phrase.end > atoms[-1].end and phrase.end - phrase.start > atoms[-1].end - atoms[-1].start:
            atoms[-1] = phrase
    joined: list[Phrase] = []
    for phrase in atoms:
        while joined and (both := _join(finder.text, joined[-1], phrase)) is not None:
            joined.pop()
            phrase = both
        joined.append(phrase)
    return [_eve_of(finder, _week_of(finder, phrase)) for phrase in joined if phrase.solo]


def _eve_of(finder: Finder, phrase: Phrase) -> Phrase:
    """ "on the eve of 9 May": the day before."""
    if phrase.kind not in ("day", "weekday", "feast") or phrase.part:
        return phrase
    led = _EVE_OF.search(finder.before(phrase.start, 24))
    return replace(phrase, start=phrase.start - len(led.group()), modifier="eve") if led else phrase


def _week_of(finder: Finder, phrase: Phrase) -> Phrase:
    """ "the week of July 11": a week, not its day."""
    if phrase.kind != "day" or phrase.day_end or phrase.part:
        return phrase
    led = _WEEK_OF.search(finder.before(phrase.start, 30))
    if led is None:
        return phrase
    start = phrase.start - len(led.group())
    return replace(phrase, start=start, kind="week_of", modifier=led[1].lower())
