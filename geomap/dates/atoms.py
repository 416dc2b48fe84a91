"""What the patterns of time phrases are made of: the phrase, its finder, and the words that several share.

Every pattern is bounded, so the time taken grows linearly with the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from geomap.caldates import parse_month

__all__ = [
    "ABOUT",
    "CLAUSE_END",
    "COUNTED",
    "DAY",
    "DAY_OPEN",
    "MONTH",
    "NAMED_DAYS",
    "NEWSPAPERS",
    "NUMBER",
    "ORDINAL",
    "ORDINALS",
    "PARTS",
    "PART_WORD",
    "SEASONS",
    "SHIFTS",
    "SHORT_YEAR",
    "TO",
    "UNIT",
    "WEEKDAY",
    "WEEKDAY_SHORT",
    "YEAR",
    "ZONE",
    "Atoms",
    "Finder",
    "Phrase",
    "S",
    "digits",
    "number_of",
    "short_year",
    "unit_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A time phrase before it is resolved.

    ``kind`` names the rule that resolves it; ``solo`` is false for what is a time only beside another. ``move`` and
    ``more`` are days: by how much the first day found is moved, and how many further days the phrase covers.
    """

    start: int
    end: int
    kind: str
    year: int | None = None
    year_end: int | None = None
    month: int | None = None
    day: int | None = None
    day_end: int | None = None
    weekday: int | None = None
    amount: int | None = None
    unit: str = ""
    modifier: str = ""
    year_shift: int | None = None
    week_shift: int | None = None
    part: str | None = None
    solo: bool = True
    approx: bool = False
    move: int = 0
    more: int = 0


S = r"[\s\u00a0]{1,4}"
MONTH = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?|aug(?:ust|\.)?"
    r"|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)(?![a-z])"
)
DAY = r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|d)?(?![0-9a-z]|[.,:][0-9])"
DAY_OPEN = r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|d)?(?![0-9])"
YEAR = r"(?:1[0-9]{3}|20[0-9]{2})(?![0-9]|[.,][0-9])"
SHORT_YEAR = r"(?:['’])?[0-9]{2}(?!:[0-9])(?=[\s\u00a0]{0,3}(?:--|[–—\-(),.;:\[\]]|$))"
_DASH = r"[\s\u00a0]?(?:-|–|—|/)[\s\u00a0]?"
TO = rf"(?:{_DASH}|{S}(?:to|and|or|through|until|till|&){S})"
WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day(?![a-z])"
WEEKDAY_SHORT = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)(?![a-z])\.?"
_NUMBER_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "hundred": 100,
    "several": 3,
    "few": 3,
    "couple": 2,
}
_VAGUE_NUMBERS = frozenset({"several", "few"})
ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "eleventh": 11,
    "twelfth": 12,
    "thirteenth": 13,
    "fourteenth": 14,
}
ORDINAL = r"(?:" + "|".join(ORDINALS) + r"|[0-9]{1,2}(?:st|nd|rd|th))"
NUMBER = (
    r"(?:a" + S + r"couple" + S + r"of|a" + S + r"few|a" + S + r"hundred|"
    r"[0-9]{1,3}|" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + r")"
)
UNIT = r"(?:minute|hour|day|night|week|fortnight|month|year|decade|centur(?:y|ie))s?"
ABOUT = (
    rf"(?:(?:about|around|nearly|almost|some|roughly|approximately|exactly|just|only|barely|more{S}than"
    rf"|less{S}than|at{S}least){S})?"
)
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
PARTS = {
    "morning": "morning",
    "forenoon": "morning",
    "dawn": "morning",
    "daybreak": "morning",
    "sunrise": "morning",
    "noon": "noon",
    "midday": "noon",
    "lunchtime": "noon",
    "afternoon": "afternoon",
    "evening": "evening",
    "dusk": "evening",
    "sunset": "evening",
    "nightfall": "evening",
    "night": "night",
    "small hours": "night",
    "early hours": "night",
    "pre-dawn": "night",
    "predawn": "night",
    "midnight": "midnight",
}
PART_WORD = (
    r"(?:morning|forenoon|dawn|daybreak|sunrise|noon|midday|lunchtime|afternoon|evening|dusk|sunset|nightfall"
    r"|midnight|night|small" + S + r"hours|early" + S + r"(?:morning" + S + r")?hours)(?![a-z])"
)
ZONE = (
    r"(?:[\s\u00a0]?(?:(?:GMT|UTC)(?:[+-][0-9]{1,2}(?::?[0-9]{2})?)?|[BECMPIJK]ST|[ECMPA]DT|CES?T|WES?T|EES?T|AES?T|AEDT|[EWC]AT|PKT"
    r"|WIB|MSK)(?![a-z])|[\s\u00a0](?-i:[A-Z][a-z]{2,12}|eastern|central|mountain|pacific)"
    + S
    + r"time(?![a-z])|[\s\u00a0]local(?:"
    + S
    + r"time)?(?![a-z]))?"
)
"""The name of a time zone after a clock time. The day stays as it is written: news gives it for the same zone."""

NEWSPAPERS = frozenset(
    (
        *("times", "telegraph", "mirror", "mail", "express", "post", "herald", "age", "sun", "star", "world"),
        *(
            "world's",
            "tribune",
            "independent",
            "business",
            "night",
            "observer",
            "standard",
            "school",
            "schools",
        ),
        *("mass", "best", "league", "driver"),
    )
)
NAMED_DAYS = frozenset(
    (
        *(
            "black",
            "good",
            "ash",
            "bloody",
            "palm",
            "easter",
            "super",
            "cyber",
            "whit",
            "maundy",
            "shrove",
            "fat",
        ),
        *("man", "girl", "ruby", "casual", "freaky", "joe"),
    )
)
COUNTED = (
    r"(?:people|men|women|children|soldiers|troops|police|policemen|officers|houses|homes|civilians|villagers|protesters"
    r"|demonstrators|refugees|families|workers|students|residents|members|fighters|rebels|militants|guerrillas|cases|deaths"
    r"|dead|wounded|injured|others|percent|per"
    + S
    + r"cent|miles|kilomet(?:er|re)s|km|m|meters|metres|feet|tons|tonnes|acres"
    r"|hectares|points|shares|dollars|pounds|euros|barrels|troop|vehicles|cars|ballots|votes|schools|villages|jobs|employees)"
)


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w]){pattern}", re.IGNORECASE)


def number_of(text: str) -> tuple[int, bool]:
    """The number that words or digits name, and whether it is vague ("several")."""
    words = text.lower().split()
    if words[0].isdigit():
        return int(words[0]), False
    word = words[-2] if words[-1] == "of" else words[-1]
    return _NUMBER_WORDS.get(word, 1), word in _VAGUE_NUMBERS


def unit_of(text: str) -> str:
    """The unit of time that a word names, in the singular."""
    unit = text.lower()
    return "century" if unit.startswith("centur") else unit.removesuffix("s")


def short_year(text: str, published: date | None) -> int:
    """The year that two digits mean: the one nearest the publication year, at most ten years ahead of it."""
    digits = int(text.lstrip("'’"))
    base = published.year if published else 2000
    year = base - base % 100 + digits
    return year - 100 if year > base + 10 else year + 100 if year <= base - 90 else year


class Finder:
    """Finds the atoms of one text. ``upper`` is true for text that is written in capitals throughout."""

    def __init__(self, text: str, published: date | None) -> None:
        self.text = text
        self.published = published
        letters = [char for char in text[:20000] if char.isalpha()]
        self.upper = bool(letters) and sum(map(str.isupper, letters)) > 0.7 * len(letters)

    def named(self, word: str) -> bool:
        """Whether the word has a capital, like a name; in an all-capitals text every word may be one."""
        return self.upper or word[:1].isupper()

    def before(self, position: int, length: int = 24) -> str:
        """The *length* characters before a position."""
        return self.text[max(0, position - length) : position]

    def month(self, word: str) -> int | None:
        """The month a word names, unless it is written like the common word ("may", "march")."""
        if word.rstrip(".").lower() in ("may", "march", "mar", "dec", "jan", "sep") and not self.named(word):
            return None
        return parse_month(word)

    def after(self, position: int, length: int = 30) -> str:
        """The *length* characters after a position."""
        return self.text[position : position + length]

    def year(self, match: re.Match[str]) -> int | None:
        """The year that the groups ``year`` or ``yy`` of a match name."""
        parts = match.groupdict()
        if parts.get("year"):
            return int(parts["year"])
        if parts.get("yy"):
            return short_year(parts["yy"], self.published)
        return None


_Builder = Callable[[Finder, "re.Match[str]"], "Phrase | None"]


class Atoms:
    """Patterns, each with the function that makes a phrase of a match, or None where the match is no time."""

    def __init__(self) -> None:
        self.items: list[tuple[re.Pattern[str], _Builder]] = []

    def __call__(self, pattern: str) -> Callable[[_Builder], _Builder]:
        """Add a pattern: a decorator of the function that reads its matches."""

        def register(builder: _Builder) -> _Builder:
            self.items.append((_re(pattern), builder))
            return builder

        return register


def digits(text: str) -> int:
    """The number that the digits of a text make ("21st")."""
    return int(re.sub(r"[^0-9]", "", text))


SHIFTS = {
    "last": -1,
    "this": 0,
    "next": 1,
    "past": -1,
    "previous": -1,
    "coming": 1,
    "current": 0,
    "following": 1,
}
CLAUSE_END = r"(?=[\s\u00a0]{0,3}(?:[.,;:)\]\"”'’–—]|$|-{2}))"
