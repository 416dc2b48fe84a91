"""The date that the first lines of an article state."""

from __future__ import annotations

import re

from geomap.caldates import parse_day
from geomap.errors import DateError
from geomap.text import visible

__all__ = ["date_of_head"]

_HEAD_CHARS = 600
_MONTH_WORD = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WRITTEN_DATE = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?[ ]{1,2})?(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?[ ]{{1,2}}{_MONTH_WORD},?[ ]{{1,2}}[0-9]{{4}}"
    rf"|{_MONTH_WORD}[ ]{{1,2}}[0-9]{{1,2}}(?:st|nd|rd|th)?,?[ ]{{1,2}}[0-9]{{4}}"
    r"|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4})(?![0-9])"
)
_LABELLED = re.compile(
    r"(?:^|\n)[ \t>*_#-]{0,6}(?:first[ ])?(?:published|posted|publication date|date published|date|filed)"
    rf"(?:[ ]on)?[ ]?[:*_]{{0,3}}[ \t]{{1,3}}[\"']?(?P<date>{_WRITTEN_DATE})",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"(?:^|\n)[ \t]{{0,6}}(?P<date>{_WRITTEN_DATE})[ \t]{{0,6}}(?:\n|\r|$)", re.IGNORECASE)
_DATELINE = re.compile(
    r"(?:^|\n|(?<=[0-9]) )[ \t]{0,6}(?:(?-i:[A-ZÀ-ÖØ-Þ])[\w'’.-]{1,24}[, ]{1,2}){1,6}(?:\([\w .'’-]{2,40}\),?[ ]{1,2})?"
    rf"(?:(?P<date>{_WRITTEN_DATE})"
    rf"|(?P<d>[0-9]{{1,2}})[ ]{{1,2}}(?P<m>{_MONTH_WORD})[ ]{{1,2}}(?P<yy>[0-9]{{2}}))"
    r"(?=[ ]{0,2}(?:--|[–—(\[-]))",
    re.IGNORECASE,
)


def date_of_head(text: str) -> tuple[str | None, str | None, str | None]:
    """Day, basis and problem: the date that the first lines of an article state for it.

    A dateline counts only with its year ("MOSCOW, July 31" alone leaves the year open). Two digits of a year
    are taken as 1950-2049.
    """
    head = text[:_HEAD_CHARS].lstrip("\ufeff").replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")
    problem = None
    patterns = (
        (_LABELLED, "the article's own head"),
        (_ALONE, "a line of its own at the article's head"),
        (_DATELINE, "the dateline"),
    )
    matches = [(match, basis) for pattern, basis in patterns if (match := pattern.search(head))]
    # What stands first dates the article; further down it is dates that the article tells of.
    for match, basis in sorted(matches, key=lambda found: found[0].end()):
        written = match["date"]
        if written is None:
            short = int(match["yy"])
            written = f"{match['d']} {match['m']} {short + (1900 if short >= 50 else 2000)}"
        try:
            return parse_day(written), f"{basis} ({visible(' '.join(match[0].split()))[:60]})", None
        except DateError as error:
            problem = problem or f"the date at its head, {error}"
    return None, None, problem
