"""The entries of a live blog or timeline: lines and stamps that say which day what follows them is told on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geomap.dates.atoms import Phrase

__all__ = ["Heading", "find_headings", "is_byline"]

_BEFORE = re.compile(
    r"[\s\u00a0]*(?:[-*•#>|]{1,6}[\s\u00a0]*)?[\[(]?(?:(?:day|part)[\s\u00a0][0-9]{1,3}[:,.]?[\s\u00a0]{1,3})?",
    re.IGNORECASE,
)
_CLOSES = re.compile(r"[\])]?[\s\u00a0]{0,3}(?:[:|]|--|[-–—]|$)")
_CLOCK = (
    r"(?:[01]?[0-9]|2[0-3])[:.h][0-5][0-9](?:[\s\u00a0]?[ap]\.?m\.?)?"
    r"(?:[\s\u00a0]?(?:GMT|UTC|CET|CEST|local[\s\u00a0]time|local))?"
)
_CLOCK_AFTER = re.compile(rf"[,|]?[\s\u00a0]{{0,3}}(?:at[\s\u00a0])?{_CLOCK}", re.IGNORECASE)
_CLOCK_BEFORE = re.compile(
    rf"[\s\u00a0]*[\[(]?{_CLOCK}[\s\u00a0]?[,|–-]?[\s\u00a0]{{0,2}}(?:on[\s\u00a0])?$", re.IGNORECASE
)
_BYLINE = re.compile(
    r"\b(?:(?:last|first)[\s\u00a0])?(?:updated|published|posted|modified|filed|edited|reviewed|revised|issued)\b"
    r"[\s\u00a0]*(?:on|at)?[\s\u00a0]*[:|]?[\s\u00a0]*(?:[0-9:.]{1,5}[\s\u00a0]?[ap]?\.?m?\.?,?[\s\u00a0])?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A phrase that dates what follows it. ``alone`` is true where it has a line for itself."""

    start: int
    alone: bool


def find_headings(text: str, phrases: list[Phrase]) -> list[Heading]:
    """The days that head a line, in order; none where there is but one, which is then a dateline or a headline.

    A heading is a day ("Tuesday 3 May", "3 May, 10:30", "Day 2: March 4") that a line consists of, or that stands at
    its beginning before a dash or a colon.
    """
    found: list[Heading] = []
    for phrase in phrases:
        if phrase.kind not in ("day", "weekday") or phrase.day_end or phrase.more:
            continue
        a = text.rfind("\n", max(0, phrase.start - 60), phrase.start) + 1
        if a == 0 and phrase.start > 60:
            continue
        lead = text[a : phrase.start]
        if not (_BEFORE.fullmatch(lead) or _CLOCK_BEFORE.fullmatch(lead)):
            continue
        b = text.find("\n", phrase.end, phrase.end + 60)
        rest = text[phrase.end : phrase.end + 60 if b < 0 else b]
        clock = _CLOCK_AFTER.match(rest)
        if clock:
            rest = rest[clock.end() :]
        closed = _CLOSES.match(rest)
        if closed is None:
            continue
        found.append(Heading(start=phrase.start, alone=not rest[closed.end() :].strip()))
    return found if len(found) > 1 else []


def is_byline(text: str, start: int) -> bool:
    """Whether a phrase says when the article was written or changed ("Updated 5 May"), not when something happened."""
    line = text.rfind("\n", max(0, start - 60), start) + 1
    return _BYLINE.search(text[max(line, start - 40) : start]) is not None and start - line <= 40
