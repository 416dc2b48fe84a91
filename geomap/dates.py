"""Time phrases of an article and the days they mean.

``find_dates`` works in three steps. Small patterns find the atoms of time phrases (a date, a weekday, a part of the
day, "two days earlier"). Neighbouring atoms that belong together are joined ("9:40 p.m." + "Friday", "Tuesday" +
"last week"). Then each phrase is resolved in reading order, against the publication date and against the phrases
before it. Every pattern is bounded, so the time taken grows linearly with the text.

A phrase that names no day on its own ("Monday", "two days ago") in an article without a publication date is still
listed, with ``date_start`` None.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from geomap.caldates import LATEST_YEAR, OLDEST_YEAR, WEEKDAYS, make_day, parse_day, parse_month
from geomap.records import Article, DateExpression

__all__ = ["find_dates", "parse_day"]

PAST_REACH_DAYS = 305
"""A date without a year lies at most about ten months back, else it is the coming one: wire copy names the year
of anything older (a convention of AP style, not a measurement)."""

FUTURE_REACH_DAYS = 300
"""How far ahead a date without a year may lie when its clause speaks of the future."""

NEAR_CHARS = 600
"""How far back (characters, about a long paragraph) a bare clock time looks for the day it belongs to."""

CLAUSE_CHARS = 160
"""How much of the clause (characters to either side) is read to tell past from future."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    """A time phrase before it is resolved."""

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
    other: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Days:
    """What a phrase was resolved to. ``grain`` is day, week, month, quarter, year or longer."""

    first: date
    last: date
    grain: str
    reason: str
    part: str | None = None


# --------------------------------------------------------------------------------------------- atoms

_S = r"[\s\u00a0]{1,4}"
_MONTH = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?|aug(?:ust|\.)?"
    r"|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)(?![a-z])"
)
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|d)?(?![0-9a-z]|[.,:][0-9])"
_DAY_OPEN = r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|d)?(?![0-9])"
_YEAR = r"(?:1[0-9]{3}|20[0-9]{2})(?![0-9]|[.,][0-9])"
_SHORT_YEAR = r"(?:['’])?[0-9]{2}(?=[\s\u00a0]{0,3}(?:--|[–—\-(),.;:\[\]]|$))"
_DASH = r"[\s\u00a0]?(?:-|–|—|/)[\s\u00a0]?"
_TO = rf"(?:{_DASH}|{_S}(?:to|and|or|through|until|till){_S})"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day(?![a-z])"
_WEEKDAY_SHORT = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)(?![a-z])\.?"
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
_ORDINALS = {
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
_ORDINAL = r"(?:" + "|".join(_ORDINALS) + r"|[0-9]{1,2}(?:st|nd|rd|th))"
_NUMBER = (
    r"(?:a" + _S + r"couple" + _S + r"of|a" + _S + r"few|a" + _S + r"hundred|"
    r"[0-9]{1,3}|" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + r")"
)
_UNIT = r"(?:minute|hour|day|night|week|fortnight|month|year|decade|centur(?:y|ie))s?"
_ABOUT = (
    r"(?:(?:about|around|nearly|almost|some|roughly|approximately|exactly|just|only|barely|more" + _S + r"than|less"
    + _S + r"than|at" + _S + r"least)" + _S + r")?"
)  # fmt: skip
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_HOLIDAYS = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "boxing day": (12, 26),
    "new year's eve": (12, 31),
    "new year's day": (1, 1),
    "may day": (5, 1),
    "valentine's day": (2, 14),
}
_PARTS = {
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
_PART_WORD = (
    r"(?:morning|forenoon|dawn|daybreak|sunrise|noon|midday|lunchtime|afternoon|evening|dusk|sunset|nightfall"
    r"|midnight|night|small" + _S + r"hours|early" + _S + r"(?:morning" + _S + r")?hours)(?![a-z])"
)
_ZONE = r"(?:[\s\u00a0]?(?:GMT|UTC|EST|EDT|CST|CDT|PST|PDT|MST|MDT|CET|CEST|EET|MSK|local" + _S + r"time))?"

# Words that say a clause looks ahead or back. Order in the clause decides: the nearest one before the phrase.
_FUTURE = re.compile(
    r"\b(?:will|shall|won['’]t|would|is to|are to|to be|was to|were to|due|going to|set to|about to|scheduled"
    r"|planned|plans?|planning|expect(?:s|ed)?|unless|should|must|(?-i:may)|might|upcoming|coming|forthcoming|slated"
    r"|effective|(?:want|hop|intend|threaten|vow|promis|agree|prepar|pledg|seek|propos|call)(?:s|ed|d|e|es|ing)?"
    r" (?:to|for))\b|['’]ll\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|has|have|been|said|says|told|shot|fell|began|took|went|came|made|met|held|hit|struck|left"
    r"|burnt|flew|broke|saw|got|gave|found|lost|won|led|fought|blew|drove|ran|rose|sent|shook|spoke|stood|wrote"
    r"|brought|caught|fled|heard|kept|put|set|cut|shut|became|(?!indeed|speed)[a-z]{3,20}ed)\b",
    re.IGNORECASE,
)
_LED_IN = re.compile(
    r"(?:^|[,:–—-] )(?:(?:and|but|then|also|meanwhile|later),? )?"
    r"(?:(?:on|at|in|early|late|from|before|the|of|this|that|for|during|around) ){0,4}$",
    re.IGNORECASE,
)
_SPEECH_TAIL = re.compile(
    r"\b(?:said|says|told|announced|reported|warned|added|declared|stated|confirmed|insisted|claimed|denied|wrote|quoted"
    r"|acknowledged|disclosed|released|issued|published|in an? (?:statement|interview|speech|report))"
    r"(?: [\w'’]{1,20}){0,3},?(?: (?:on|late|early|in|here)){0,2} ?(?:on |late |early )?$",
    re.IGNORECASE,
)
_NEWSPAPERS = frozenset(
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
_NAMED_DAYS = frozenset(
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
_COUNTED = (
    r"(?:people|men|women|children|soldiers|troops|police|policemen|officers|houses|homes|civilians|villagers|protesters"
    r"|demonstrators|refugees|families|workers|students|residents|members|fighters|rebels|militants|guerrillas|cases|deaths"
    r"|dead|wounded|injured|others|percent|per"
    + _S
    + r"cent|miles|kilomet(?:er|re)s|km|m|meters|metres|feet|tons|tonnes|acres"
    r"|hectares|points|shares|dollars|pounds|euros|barrels|troop|vehicles|cars|ballots|votes|schools|villages|jobs|employees)"
)


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w]){pattern}", re.IGNORECASE)


def _number(text: str) -> tuple[int, bool]:
    """The number that words or digits name, and whether it is vague ("several")."""
    words = text.lower().split()
    if words[0].isdigit():
        return int(words[0]), False
    word = words[-2] if words[-1] == "of" else words[-1]
    return _NUMBER_WORDS.get(word, 1), word in _VAGUE_NUMBERS


def _unit(text: str) -> str:
    unit = text.lower()
    return "century" if unit.startswith("centur") else unit.removesuffix("s")


def _short_year(text: str, published: date | None) -> int:
    """The year that two digits mean: the one nearest the publication year, at most ten years ahead of it."""
    digits = int(text.lstrip("'’"))
    base = published.year if published else 2000
    year = base - base % 100 + digits
    return year - 100 if year > base + 10 else year + 100 if year <= base - 90 else year


class _Finder:
    """Finds the atoms of one text. ``upper`` is true for text that is written in capitals throughout."""

    def __init__(self, text: str, published: date | None) -> None:
        self.text = text
        self.published = published
        letters = [char for char in text[:20000] if char.isalpha()]
        self.upper = bool(letters) and sum(map(str.isupper, letters)) > 0.7 * len(letters)

    def named(self, word: str) -> bool:
        """Whether the word is written as a name: with a capital, which proves nothing in an all-capitals text."""
        return self.upper or word[:1].isupper()

    def before(self, position: int, length: int = 24) -> str:
        return self.text[max(0, position - length) : position]

    def month(self, word: str) -> int | None:
        """The month a word names, unless it is written like the common word ("may", "march")."""
        if word.rstrip(".").lower() in ("may", "march", "mar", "dec", "jan", "sep") and not self.named(word):
            return None
        return parse_month(word)

    def year(self, match: re.Match[str]) -> int | None:
        parts = match.groupdict()
        if parts.get("year"):
            return int(parts["year"])
        if parts.get("yy"):
            return _short_year(parts["yy"], self.published)
        return None


_Builder = Callable[[_Finder, "re.Match[str]"], "_Phrase | None"]
_ATOMS: list[tuple[re.Pattern[str], _Builder]] = []


def _atom(pattern: str) -> Callable[[_Builder], _Builder]:
    def register(builder: _Builder) -> _Builder:
        _ATOMS.append((_re(pattern), builder))
        return builder

    return register


def _digits(text: str) -> int:
    return int(re.sub(r"[^0-9]", "", text))


@_atom(
    r"(?P<year>[12][0-9]{3})([-/.])(?P<m>[01]?[0-9])\2(?P<d>[0-3]?[0-9])(?![0-9])"
    r"(?:[T ](?P<clock>[0-2]?[0-9]:[0-5][0-9])(?::[0-5][0-9](?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
def _iso(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    if match[2] != "-" and len(match["m"]) + len(match["d"]) < 4:
        return None
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="day",
        year=int(match["year"]),
        month=int(match["m"]),
        day=int(match["d"]),
        part=match["clock"].zfill(5) if match["clock"] else None,
    )


@_atom(
    r"(?P<a>[0-9]{1,2})(?P<sep>[/.-])(?P<b>[0-9]{1,2})(?P=sep)(?P<year>[12][0-9]{3}|[0-9]{2})(?![0-9]|[-/.][0-9])"
)
def _numeric(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    a, b, long = int(match["a"]), int(match["b"]), len(match["year"]) == 4
    year = int(match["year"]) if long else _short_year(match["year"], finder.published)
    orders = {(m, d) for m, d in ((b, a), (a, b)) if make_day(year, m, d)}
    if match["sep"] == "." and long and make_day(year, b, a):
        orders = {(b, a)}
    at_publication = {(m, d) for m, d in orders if finder.published == make_day(year, m, d)}
    orders = at_publication or orders
    if not orders or (not long and not at_publication and match["sep"] != "/"):
        return None
    if len(orders) > 1:
        return _Phrase(start=match.start(), end=match.end(), kind="ambiguous")
    month, day = orders.pop()
    return _Phrase(start=match.start(), end=match.end(), kind="day", year=year, month=month, day=day)


@_atom(
    rf"(?:the{_S})?(?P<d>{_DAY_OPEN})(?:{_TO}(?P<d2>{_DAY_OPEN}))?(?:{_S}of)?(?:[\s\u00a0]{{0,4}}|-)(?P<month>{_MONTH})"
    rf"(?:(?:,?{_S}|-)(?P<year>{_YEAR})|(?:{_S}|-)(?P<yy>{_SHORT_YEAR}))?(?:,?{_S}(?P<yrel>last|this|next){_S}year)?"
)
def _day_month(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    return _month_day_phrase(finder, match)


@_atom(
    rf"(?P<month>{_MONTH})(?:{_S}|-)(?:the{_S})?(?P<d>{_DAY})(?:{_TO}(?P<d2>{_DAY})(?!{_S}{_MONTH}))?"
    rf"(?:,?{_S}(?P<year>{_YEAR})|,{_S}(?P<yy>['’][0-9]{{2}}(?![0-9])))?(?:,?{_S}(?P<yrel>last|this|next){_S}year)?"
)
def _month_day(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    counted = re.compile(rf"{_S}{_COUNTED}\b", re.IGNORECASE).match(finder.text, match.end())
    if counted and match["year"] is None:
        return None
    return _month_day_phrase(finder, match)


def _month_day_phrase(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    month = finder.month(match["month"])
    if month is None:
        return None
    day = _digits(match["d"])
    day_end = _digits(match["d2"]) if match["d2"] else None
    if day_end is not None and day_end <= day:
        day_end = None
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="day",
        year=finder.year(match),
        month=month,
        day=day,
        day_end=day_end,
        year_shift=_SHIFTS.get((match["yrel"] or "").lower()),
    )


_SHIFTS = {
    "last": -1,
    "this": 0,
    "next": 1,
    "past": -1,
    "previous": -1,
    "coming": 1,
    "current": 0,
    "following": 1,
}
_MONTH_PREPOSITIONS = re.compile(
    r"\b(?:in|since|by|until|till|of|from|to|through|during|before|after|late|early|mid|last|next|this|between|and|for)[\s\u00a0-]{1,4}$",
    re.IGNORECASE,
)


@_atom(
    rf"(?:(?:the{_S}(?:beginning|start|middle|end){_S}of|early|late|mid)[\s\u00a0-]{{1,4}})?"
    rf"(?:(?P<mod>last|next|this|this{_S}past|this{_S}coming){_S})?(?P<month>{_MONTH})"
    rf"(?:,?{_S}(?:of{_S})?(?:(?P<year>{_YEAR})|(?P<yrel>last|this|next|the{_S}following|the{_S}previous){_S}year))?"
)
def _month_alone(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    word = match["month"].rstrip(".")
    month = finder.month(word)
    if month is None:
        return None
    qualified = bool(match["year"] or match["yrel"] or match["mod"])
    after = finder.text[match.end() : match.end() + 12]
    if not qualified:
        led = _MONTH_PREPOSITIONS.search(finder.before(match.start("month")))
        name_like = word.lower() in (
            "may",
            "march",
            "april",
            "june",
            "august",
            "mar",
            "jan",
            "dec",
            "sep",
            "sept",
            "oct",
            "nov",
            "feb",
            "apr",
            "jun",
            "jul",
            "aug",
        )
        if name_like and not led:
            return None
        # "by April Smith", "of May's government": a person, not a month.
        if word.lower() in ("may", "april", "june", "august", "jan", "march") and not finder.upper:
            if re.match(r"['’]s\b", after) and word.lower() == "may":
                return None
            if re.match(r"\s[A-Z][a-z]", after) and not re.match(r"\s(?:The|In|On|At|A)\b", after):
                lead = led.group().strip().lower() if led else ""
                if lead not in ("in", "since", "last", "next", "this", "until", "during"):
                    return None
        if len(word) == 3 and word.lower() != "may" and not (led and finder.named(word)):
            return None
    shift = None
    if match["yrel"]:
        shift = _SHIFTS.get(match["yrel"].lower().split()[-1])
    return _Phrase(
        start=match.start(),
        end=match.start("month") + len(word) if match.end() == match.end("month") else match.end(),
        kind="month",
        year=finder.year(match),
        month=month,
        modifier=(match["mod"] or "").lower().split(" ")[-1],
        year_shift=shift,
    )


@_atom(
    rf"(?:(?P<lead>early|late|earlier|later|mid){_S}(?:on{_S})?)?"
    rf"(?:(?P<mod>last|next|this|this{_S}past|this{_S}coming|this{_S}last|the{_S}following|the{_S}next|the{_S}previous|the{_S}preceding|the{_S}same|that|coming){_S})?"
    rf"(?P<wd>{_WEEKDAY})(?!['’]?s?{_S}(?:and{_S}\w{{3,9}}days|mornings|nights|evenings|afternoons))"
)
def _weekday(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    word = match["wd"]
    before = finder.before(match.start(), 30)
    previous = re.search(r"([A-Za-z]{1,20})[\s\u00a0]{1,3}$", before)
    if previous and previous[1].lower() in _NAMED_DAYS:
        return None
    if previous and previous[1].lower() == "every":
        return None
    following = re.match(
        r"[\s\u00a0]{1,3}([A-Za-z][A-Za-z'’]{1,20})", finder.text[match.end() : match.end() + 26]
    )
    if following and following[1].lower() in _NEWSPAPERS and finder.named(following[1]):
        # "Sunday night" is a time, "Sunday Night Football" is not.
        if following[1].lower() != "night" or re.match(
            r"[\s\u00a0]{1,3}Night[\s\u00a0]{1,3}(?:Football|Live|Fever|Lights)",
            finder.text[match.end() : match.end() + 26],
        ):
            return None
    if following and not finder.upper and word[:1].isupper():
        known = following[1].lower()
        if (
            following[1][0].isupper()
            and previous
            and previous[1].lower() not in _BEFORE_WEEKDAY
            and known not in _PARTS
            and parse_month(known) is None
            and match["mod"] is None
            and match["lead"] is None
            and previous[1][0].islower()
            and not _PAST.fullmatch(previous[1])
        ):
            return None
    modifier = (match["mod"] or "").lower().split()
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="weekday",
        weekday=WEEKDAYS[word.lower()],
        modifier=modifier[-1] if modifier else "",
        part=_lead_part(match["lead"]),
    )


_BEFORE_WEEKDAY = frozenset(
    (
        *(
            "on",
            "by",
            "until",
            "till",
            "since",
            "from",
            "of",
            "to",
            "and",
            "or",
            "for",
            "after",
            "before",
            "through",
        ),
        *("that", "when", "late", "early", "this", "last", "next", "between", "as", "around", "said", "told"),
    )
)


@_atom(rf"(?P<wd>{_WEEKDAY_SHORT})")
def _weekday_short(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    # Only ever part of a longer phrase ("Sun, 31 Jul 2022"): on its own it is a word or a name.
    if not finder.named(match["wd"]):
        return None
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="weekday",
        weekday=WEEKDAYS[match["wd"].rstrip(".").lower()],
        solo=False,
    )


def _lead_part(word: str | None) -> str | None:
    return {"early": "morning", "late": "night"}.get((word or "").lower())


@_atom(rf"the{_S}day{_S}(?P<side>before|after){_S}(?P<what>yesterday|tomorrow)(?![a-z])")
def _day_beside(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    sides = {
        ("before", "yesterday"): -2,
        ("after", "tomorrow"): 2,
        ("after", "yesterday"): 0,
        ("before", "tomorrow"): 0,
    }
    amount = sides[match["side"].lower(), match["what"].lower()]
    return _Phrase(start=match.start(), end=match.end(), kind="deictic", amount=amount)


@_atom(
    rf"(?:(?P<lead>early|late|earlier|later){_S})?"
    rf"(?P<word>today|yesterday|tomorrow|tonight|last{_S}(?:night|evening)|(?:early{_S}|late{_S})?this{_S}(?:morning|afternoon|evening|very{_S}day|day))(?![a-z])"
)
def _deictic(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    word = " ".join(match["word"].lower().split())
    amount = {"yesterday": -1, "tomorrow": 1}.get(word, -1 if word.startswith("last") else 0)
    if word == "this day":
        return None
    part: str | None = {"tonight": "night"}.get(word) or _PARTS.get(word.split()[-1])
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="deictic",
        amount=amount,
        part=part or _lead_part(match["lead"]),
    )


@_atom(r"overnight(?![a-z])")
def _overnight(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    # "overnight stay", "overnight train": a kind of stay, not a time.
    if re.match(
        r"[\s\u00a0](?:stays?|trains?|bus|success|flights?|guests?|visits?|trips?|rates?|mail|delivery)\b",
        finder.text[match.end() : match.end() + 12],
    ):
        return None
    return _Phrase(start=match.start(), end=match.end(), kind="overnight", part="night")


_CLAUSE_END = r"(?=[\s\u00a0]{0,3}(?:[.,;:)\]\"”'’–—]|$|-{2}))"


@_atom(
    rf"{_ABOUT}(?P<n>{_NUMBER})(?:{_S}and{_S}a{_S}half)?[\s\u00a0-]{{1,3}}(?P<unit>{_UNIT}){_S}"
    rf"(?P<way>ago|earlier|later|previously|afterwards?|hence|from{_S}now|before{_CLAUSE_END}|after{_CLAUSE_END}|before{_S}that|after{_S}that)(?![a-z])"
)
def _shift(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    amount, vague = _number(match["n"])
    way = match["way"].lower().split()[0]
    back = way in ("ago", "earlier", "previously", "before")
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="ago" if way in ("ago", "hence", "from") else "shift",
        amount=-amount if back else amount,
        unit=_unit(match["unit"]),
        approx=vague,
    )


@_atom(
    rf"(?:the|that){_S}(?:very{_S}|same{_S})?(?P<mod>next|following|previous|preceding|same|very){_S}(?P<unit>day|night|morning|afternoon|evening|week|month|year)(?![a-z])"
)
def _neighbour(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    word = match["mod"].lower()
    amount = 1 if word in ("next", "following") else -1 if word in ("previous", "preceding") else 0
    return _neighbour_phrase(match, amount, match["unit"].lower())


@_atom(rf"(?:that|same|next){_S}(?P<unit>night|evening|morning|afternoon|day)(?![a-z])")
def _that_night(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    amount = 1 if match[0].lower().startswith("next") else 0
    if match["unit"].lower() == "day" and amount == 0 and not match[0].lower().startswith("same"):
        after = finder.text[match.end() : match.end() + 2]
        if after[:1].isalpha():
            return None
    return _neighbour_phrase(match, amount, match["unit"].lower())


@_atom(rf"the{_S}day{_S}(?P<way>before|after){_CLAUSE_END}")
def _day_before(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    return _neighbour_phrase(match, -1 if match["way"].lower() == "before" else 1, "day")


def _neighbour_phrase(match: re.Match[str], amount: int, unit: str) -> _Phrase:
    part = _PARTS.get(unit)
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="shift" if amount else "same",
        amount=amount,
        unit="day" if part else unit,
        part=part,
    )


@_atom(
    rf"(?:(?P<lead>earlier|later|early|late|mid)[\s\u00a0-]{{1,3}}(?:in{_S})?)?(?P<mod>last|this|next|the{_S}previous|the{_S}current|the{_S}coming|this{_S}past|this{_S}coming){_S}"
    rf"(?P<unit>week(?:end)?|month|year|decade|century|spring|summer|autumn|fall|winter|quarter)(?![a-z])"
)
def _calendar(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    unit = match["unit"].lower()
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="season" if unit in _SEASONS else "unit",
        amount=_SHIFTS[match["mod"].lower().split()[-1]],
        unit=unit,
        modifier=(match["lead"] or "").lower(),
    )


@_atom(rf"(?:(?:over|during|at|on|early|late|throughout){_S})(?P<what>the{_S}weekend)(?![a-z])")
def _weekend(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    return _Phrase(start=match.start("what"), end=match.end("what"), kind="unit", amount=0, unit="weekend")


@_atom(
    rf"(?:the|these|this){_S}(?P<way>past|last|previous|coming|next){_S}(?:(?P<n>{_NUMBER})[\s\u00a0-]{{1,3}})?(?P<unit>hour|day|night|week|month|year|decade)s?(?![a-z])"
)
def _window(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    amount, vague = _number(match["n"]) if match["n"] else (1, False)
    if (
        match["n"] is None
        and match["way"].lower() in ("last", "next", "previous")
        and not match[0].lower().endswith("s")
    ):
        return None
    if match["n"] is None and match[0].lower().endswith("s"):
        amount, vague = 3, True
    ahead = match["way"].lower() in ("coming", "next")
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="window",
        amount=amount if ahead else -amount,
        unit=_unit(match["unit"]),
        approx=vague,
    )


@_atom(rf"(?P<way>recent|coming){_S}(?P<unit>days|weeks|months)(?![a-z])")
def _recent(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    sign = 1 if match["way"].lower() == "coming" else -1
    amount = {"days": 7, "weeks": 30, "months": 180}[match["unit"].lower()]
    return _Phrase(
        start=match.start(), end=match.end(), kind="window", amount=sign * amount, unit="day", approx=True
    )


@_atom(
    rf"(?:an?|the|its|their){_S}(?P<n>{_ORDINAL})(?:{_S}(?:straight|consecutive|successive|running))?{_S}(?P<unit>day|night|week|month|year)(?![a-z])"
)
def _nth(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    if not re.search(
        r"\b(?:for|into|in|on|entered|enters)[\s\u00a0]{1,3}$", finder.before(match.start()), re.IGNORECASE
    ):
        return None
    word = match["n"].lower()
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="nth",
        amount=_ORDINALS.get(word) or _digits(word),
        unit=match["unit"].lower(),
    )


@_atom(
    rf"(?:in{_S})?(?:the{_S})?(?P<lead>(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?P<decade>(?:1[0-9]|20)[0-9]0)['’]?s(?![a-z])"
)
def _decade(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    year = int(match["decade"])
    return _Phrase(
        start=match.start("lead" if match["lead"] else "decade"),
        end=match.end(),
        kind="years",
        year=year,
        year_end=year + 9,
    )


@_atom(r"['’](?P<decade>[2-9]0)s(?![a-z])")
def _short_decade(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    year = 1900 + int(match["decade"])
    return _Phrase(start=match.start(), end=match.end(), kind="years", year=year, year_end=year + 9)


@_atom(
    rf"(?:the{_S})?(?:(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?P<n>[0-9]{{1,2}})(?:st|nd|rd|th)[\s\u00a0-]century(?![a-z])"
)
def _century(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    number = int(match["n"])
    if not 11 <= number <= 29:
        return None
    return _Phrase(
        start=match.start(), end=match.end(), kind="years", year=number * 100 - 99, year_end=number * 100
    )


@_atom(r"(?P<a>1[0-9]{3}|20[0-9]{2})(?:-|–|—|/)(?P<b>[0-9]{2}|1[0-9]{3}|20[0-9]{2})(?![0-9]|[-–—/.,][0-9])")
def _year_range(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    first = int(match["a"])
    last = int(match["b"])
    if last < 100:
        last += first - first % 100
    if not first < last <= first + 60:
        return None
    return _Phrase(start=match.start(), end=match.end(), kind="years", year=first, year_end=last)


_YEAR_LEAD = re.compile(
    r"(?:\b(?:in|since|during|until|till|by|from|of|to|and|before|after|between|through|for|early|late|mid|year|fiscal|back in|circa|around|end|summer|winter|spring|autumn|fall)[\s\u00a0-]{1,3}(?:the[\s\u00a0]{1,3}year[\s\u00a0]{1,3})?|\($|\bmid-)$",
    re.IGNORECASE,
)
_YEAR_DETERMINER = re.compile(
    r"\b(?:the|a|an|his|her|its|their|our|that|failed|bloody|abortive|s)[\s\u00a0]{1,3}$", re.IGNORECASE
)


@_atom(
    rf"(?P<lead>(?:early|late|mid)[\s\u00a0-]{{1,2}}|fiscal[\s\u00a0]{{1,2}}|the{_S}(?:end|beginning|start|middle){_S}of{_S}|the{_S}year{_S})?(?P<year>(?:1[4-9]|20)[0-9]{{2}})(?![0-9\w%]|[.,:][0-9]|[-/–][0-9])"
)
def _year_alone(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    year = int(match["year"])
    before = finder.before(match.start())
    after = finder.text[match.end() : match.end() + 30]
    counted = re.match(rf"{_S}{_COUNTED}\b", after, re.IGNORECASE)
    if counted or before[-1:] in ("$", "£", "€", "#", "-", "/", "."):
        return None
    if not match["lead"]:
        led = _YEAR_LEAD.search(before)
        plausible = 1850 <= year <= (finder.published.year + 10 if finder.published else 2050)
        if led:
            word = led.group().strip().lower()
            # "of 2000 supporters": a plural noun after a round number is a count.
            if (
                word in ("of", "to", "from", "for", "and", "between", "around", "by") or not plausible
            ) and re.match(r"[\s\u00a0]{1,3}[a-z]{3,20}(?<!wa)(?<!ha)(?<!thi)(?<!it)s\b", after):
                return None
            if not plausible and word not in ("in", "since", "year", "(", "circa", "until"):
                return None
        elif not (
            plausible
            and year >= 1900
            and _YEAR_DETERMINER.search(before)
            and re.match(r"[\s\u00a0-]{1,3}[A-Za-z]{3}", after)
        ):
            return None
    return _Phrase(start=match.start(), end=match.end(), kind="years", year=year, year_end=year)


@_atom(
    rf"(?:(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?:the{_S})?(?P<season>spring|summer|autumn|fall|winter)(?:{_S}of)?{_S}(?:(?P<year>{_YEAR})|(?P<yrel>last|this|next){_S}year)"
)
def _season(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="season",
        unit=match["season"].lower(),
        year=finder.year(match),
        amount=_SHIFTS.get((match["yrel"] or "").lower()),
        modifier="year" if match["yrel"] else "",
    )


@_atom(
    rf"(?:(?P<lead>last|this|next){_S}(?:year['’]s{_S})?)?(?:the{_S})?(?:fiscal{_S})?(?P<n>first|second|third|fourth|1st|2nd|3rd|4th)[\s\u00a0-]{{1,2}}quarter(?![a-z])"
    rf"(?:{_S}(?:of{_S})?(?:(?P<year>{_YEAR})|(?P<yrel>last|this|next){_S}year))?"
)
def _quarter(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    number = _ORDINALS.get(match["n"].lower()) or _digits(match["n"])
    relative = (match["yrel"] or match["lead"] or "").lower()
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="quarter",
        amount=number,
        year=finder.year(match),
        year_shift=_SHIFTS.get(relative),
    )


@_atom(
    r"(?P<name>christmas"
    + _S
    + r"(?:eve|day)|boxing"
    + _S
    + r"day|new"
    + _S
    + r"year['’]s"
    + _S
    + r"(?:eve|day)|valentine['’]s"
    + _S
    + r"day|christmas(?=[.,;\s]))(?![a-z])"
)
def _holiday(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    name = " ".join(match["name"].lower().replace("’", "'").split())
    if name == "christmas":
        # "the Christmas market" is no date, "before Christmas" is one.
        led = re.search(
            r"\b(?:at|by|before|until|on|since|after|around)[\s\u00a0]{1,3}$",
            finder.before(match.start()),
            re.IGNORECASE,
        )
        if not led or re.match(r"[\s\u00a0][a-zA-Z]", finder.text[match.end() : match.end() + 2]):
            return None
        name = "christmas day"
    month, day = _HOLIDAYS[name]
    return _Phrase(start=match.start(), end=match.end(), kind="day", month=month, day=day)


_SOLO_PART = re.compile(
    r"\b(?:at|before|after|around|about|by|until|till|towards?|in|during|since|shortly|soon)[\s\u00a0]{1,3}(?:the[\s\u00a0]{1,3})?$",
    re.IGNORECASE,
)


@_atom(
    rf"(?P<lead>(?:(?:just|shortly|soon){_S})?before{_S}(?=dawn|sunrise|daybreak)|(?:around|about){_S}(?=noon|midnight|midday|dawn))?(?:the{_S})?(?P<mod>(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?P<word>{_PART_WORD}|pre-?dawn(?![a-z]))"
)
def _part_of_day(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    word = " ".join(match["word"].lower().split())
    if word.endswith("hours"):
        word = "early hours" if "early" in word else "small hours"
    before = finder.before(match.start())
    led = _SOLO_PART.search(before)
    article = match[0].lower().startswith("the") or before.lower().rstrip().endswith(" the")
    solo = bool(match["lead"]) or (bool(led) and (word != "night" or article))
    # "at night" is a habit, "the night" alone no time; "one afternoon" neither.
    if word == "night" and led and led.group().strip().lower() == "at":
        solo = False
    if (
        solo
        and re.match(r"[\s\u00a0][a-z]{4,12}\b", finder.text[match.end() : match.end() + 14])
        and word in ("morning", "evening", "night", "afternoon")
        and not article
    ):
        solo = False
    return _Phrase(
        start=match.start(),
        end=match.end(),
        kind="part",
        part="night" if match["lead"] and "before" in match["lead"].lower() else _PARTS[word],
        solo=solo,
    )


@_atom(
    rf"(?P<h>1[0-2]|0?[1-9])(?:[:.](?P<min>[0-5][0-9]))?[\s\u00a0]?(?P<half>[ap])\.?[\s\u00a0]?m(?:\.|(?![a-z]))(?P<zone>{_ZONE})(?:{_S}?\([0-9:.]{{4,5}}[\s\u00a0]?(?:GMT|UTC)\))?"
)
def _clock12(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    hour = int(match["h"]) % 12 + (12 if match["half"].lower() == "p" else 0)
    return _Phrase(
        start=match.start(), end=match.end(), kind="clock", part=f"{hour:02d}:{match['min'] or '00'}"
    )


@_atom(
    rf"(?P<h>[01]?[0-9]|2[0-3])(?P<sep>[:.h]?)(?P<min>[0-5][0-9])(?![0-9])(?::[0-5][0-9])?(?P<zone>[\s\u00a0]?(?:GMT|UTC|EST|EDT|CET|CEST|EET|MSK|local{_S}time|hours|hrs)(?![a-z]))?"
    rf"(?P<other>[\s\u00a0]?\([0-9:.]{{4,5}}[\s\u00a0]?(?:GMT|UTC)\))?"
)
def _clock24(finder: _Finder, match: re.Match[str]) -> _Phrase | None:
    led = re.search(
        r"\b(?:at|around|about|by|since|from|until|after|before)[\s\u00a0]{1,3}$",
        finder.before(match.start()),
        re.IGNORECASE,
    )
    separator = match["sep"]
    certain = bool(match["zone"] or match["other"])
    if separator == "" and (len(match["h"]) != 2 or not certain):
        return None
    if separator == "." and not (certain and led):
        return None
    if separator != "" and not certain and not led:
        return None
    if re.match(
        r"[\s\u00a0]?(?:percent|per|%|million|billion|[-–][0-9])", finder.text[match.end() : match.end() + 10]
    ):
        return None
    return _Phrase(
        start=match.start(), end=match.end(), kind="clock", part=f"{int(match['h']):02d}:{match['min']}"
    )


# ------------------------------------------------------------------------------------------- joining

_DAYLIKE = ("day", "weekday", "deictic", "ago", "shift", "same")
_PART_THEN_DAY = re.compile(
    r",?[\s\u00a0]{1,4}(?:(?:\[as received\])[\s\u00a0]{1,3})?(?:(?:on|of)[\s\u00a0]{1,3})?(?:the[\s\u00a0]{1,3})?",
    re.IGNORECASE,
)
_DAY_THEN_PART = re.compile(
    r"[\s\u00a0]{1,4}(?:(?:at|around|about|in|during|shortly before|shortly after)[\s\u00a0]{1,3})?(?:about[\s\u00a0]{1,3})?(?:the[\s\u00a0]{1,3})?"
    r"|,[\s\u00a0]{1,3}(?:at|around|about|in)[\s\u00a0]{1,3}(?:about[\s\u00a0]{1,3})?(?:the[\s\u00a0]{1,3})?|,[\s\u00a0]{1,3}",
    re.IGNORECASE,
)
_WEEKDAY_THEN_DAY = re.compile(r",?[\s\u00a0]{1,4}(?:the[\s\u00a0]{1,3})?")
_WEEKDAY_THEN_WEEK = re.compile(r",?[\s\u00a0]{1,4}(?:of[\s\u00a0]{1,3})?", re.IGNORECASE)
_WEEKDAY_BEFORE_LAST = re.compile(r"[\s\u00a0]{1,4}before[\s\u00a0]{1,3}last\b", re.IGNORECASE)


def _join(text: str, left: _Phrase, right: _Phrase) -> _Phrase | None:
    """The two as one phrase, or None where they are two."""
    if right.start - left.end > 24:
        return None
    glue = text[left.end : right.start]
    start, end = left.start, right.end
    if left.kind in ("part", "clock") and right.kind in _DAYLIKE:
        if not _PART_THEN_DAY.fullmatch(glue) or right.part is not None:
            return None
        if left.kind == "part" and "," in glue:
            return None
        return replace(right, start=start, end=end, part=left.part, solo=True)
    if left.kind == "part" and right.kind == "clock" or left.kind == "clock" and right.kind == "part":
        if re.fullmatch(
            r"[\s\u00a0]{1,3}(?:(?:in|at|about|around)[\s\u00a0]{1,3}){0,2}(?:the[\s\u00a0]{1,3})?",
            glue,
            re.IGNORECASE,
        ):
            clock = left if left.kind == "clock" else right
            return replace(clock, start=start, end=end)
        return None
    if left.kind in _DAYLIKE and right.kind in ("part", "clock"):
        if left.part is not None and right.kind == "part":
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
    if (
        left.kind == "weekday"
        and right.kind == "unit"
        and right.unit == "week"
        and _WEEKDAY_THEN_WEEK.fullmatch(glue)
    ):
        if "," in glue and left.solo:
            return None
        return replace(left, start=start, end=end, week_shift=right.amount, modifier="", solo=True)
    if left.kind in ("day", "month") and right.kind == "unit" and right.unit == "year":
        if (
            left.year is None
            and re.fullmatch(r",?[\s\u00a0]{1,3}(?:of[\s\u00a0]{1,3})?", glue, re.IGNORECASE)
            and not right.modifier
        ):
            return replace(left, start=start, end=end, year_shift=right.amount)
    return None


def _fits_weekday(phrase: _Phrase, weekday: int | None) -> bool:
    if phrase.year is None or phrase.month is None or phrase.day is None:
        return True
    found = make_day(phrase.year, phrase.month, phrase.day)
    return found is not None and found.weekday() == weekday


def _phrases(finder: _Finder) -> list[_Phrase]:
    """The phrases of a text in order, joined and without overlaps."""
    found: list[tuple[int, int, int, _Phrase]] = []
    for rank, (pattern, build) in enumerate(_ATOMS):
        for match in pattern.finditer(finder.text):
            phrase = build(finder, match)
            if phrase is not None:
                found.append((phrase.start, -phrase.end, rank, phrase))
    found.sort(key=lambda item: item[:3])
    atoms: list[_Phrase] = []
    for _, _, _, phrase in found:
        if not atoms or phrase.start >= atoms[-1].end:
            atoms.append(phrase)
        elif phrase.end > atoms[-1].end and phrase.end - phrase.start > atoms[-1].end - atoms[-1].start:
            atoms[-1] = phrase
    joined: list[_Phrase] = []
    for phrase in atoms:
        while joined and (both := _join(finder.text, joined[-1], phrase)) is not None:
            joined.pop()
            phrase = both
        joined.append(phrase)
    return [phrase for phrase in joined if phrase.solo]


# ----------------------------------------------------------------------------------------- resolving


def _clause(text: str, start: int, end: int) -> tuple[str, str]:
    """The words of the same clause before and after a phrase."""
    before = text[max(0, start - CLAUSE_CHARS) : start]
    cut = 0
    for match in re.finditer(r"[.!?][\"”’)]?[\s\u00a0]+(?=[\"“‘(A-Z0-9])|\n[\s\u00a0]*\n|;|[\"“”]", before):
        if not re.search(r"\b(?:[A-Z]|Mr|Mrs|Dr|St|Gen|Col|Lt|Sgt|Sen|Rep|Gov)$", before[: match.start()]):
            cut = match.end()
    after = text[end : end + CLAUSE_CHARS]
    stop = re.search(r"[.!?](?=[\"”’)]?[\s\u00a0]|$)|\n[\s\u00a0]*\n|;|[\"“”]", after)
    return " ".join(before[cut:].split()) + " ", " " + " ".join(
        after[: stop.start() if stop else None].split()
    )


def _looks_ahead(text: str, start: int, end: int) -> bool:
    """Whether the clause around a phrase speaks of the future."""
    before, after = _clause(text, start, end)
    tail = before.rstrip().lower()
    if _SPEECH_TAIL.search(before):
        return False
    if re.search(r"\b(?:by|until|till)$", tail):
        return not re.search(r"\b(?:had|lasted|continued|remained|stayed|held|was|were|did)\b", tail)
    if re.search(r"\b(?:since|last|past)$", tail):
        return False
    if after[1:].startswith(("'s ", "’s ")) or text[end : end + 3] in ("'s ", "’s "):
        return False
    ahead = max((match.start() for match in _FUTURE.finditer(before)), default=-1)
    if ahead > 0 and re.search(r"\bhad (?:been )?(?:\w+ly )?$", before[:ahead], re.IGNORECASE):
        ahead = -1
    back = max((match.start() for match in _PAST.finditer(before)), default=-1)
    if "called off" in after or "cancel" in after or "postponed" in after:
        return ahead >= 0 and "would" in after
    if ahead >= 0 or back >= 0:
        # "planned" and "scheduled" are both: the future marker wins where they meet.
        return ahead >= back
    if not _LED_IN.search(before):
        return False
    first_ahead = _FUTURE.search(after)
    first_back = _PAST.search(after)
    if first_ahead is None:
        return False
    return first_back is None or first_ahead.start() <= first_back.start()


_DATELINE = re.compile(
    r"\s{0,40}(?:date\s[0-9-]{10}\s)?(?:[A-Z][\w.'’/-]{1,20}[,.]?[\s\u00a0]{1,3}){1,6}$", re.UNICODE
)


_SINCE = re.compile(
    r"\bsince[\s\u00a0]{1,3}(?:(?:about|around|at least|early|late|the)[\s\u00a0]{1,3})?$", re.IGNORECASE
)
_SUPERLATIVE = re.compile(
    r"\b(?:first|(?!(?:west|rest|arrest|protest|interest|forest|east|northeast|southeast|northwest|southwest)\b)"
    r"[a-z]{2,12}est|worst|most|least|only)\b[^,;]{0,80}\bsince $",
    re.IGNORECASE,
)


class _Resolver:
    """Resolves the phrases of one article in reading order."""

    def __init__(self, finder: _Finder) -> None:
        self.finder = finder
        self.text = finder.text
        self.published = finder.published
        self.today = finder.published
        self.today_word = "publication"
        self.history: list[tuple[int, _Days]] = []

    def resolve(self, phrases: list[_Phrase]) -> Iterator[DateExpression]:
        for index, phrase in enumerate(phrases):
            following = phrases[index + 1] if index + 1 < len(phrases) else None
            days = self._days(phrase, following)
            if isinstance(days, str):
                yield self._expression(phrase, None, days)
                continue
            days = self._until_publication(phrase, days)
            self._note_dateline(phrase, days)
            self.history.append((phrase.start, days))
            yield self._expression(phrase, days, days.reason)

    def _expression(self, phrase: _Phrase, days: _Days | None, reason: str) -> DateExpression:
        precision = None
        if days is not None:
            length = (days.last - days.first).days + 1
            # Two days still count as a day: "overnight" and "the night of 21-22 February" are one event time.
            precision = 1 if length <= 2 and days.grain == "day" else 2 if length <= 14 else 3
        return DateExpression(
            start=phrase.start,
            end=phrase.end,
            text=self.text[phrase.start : phrase.end],
            date_start=days.first.isoformat() if days else None,
            date_end=days.last.isoformat() if days else None,
            part_of_day=phrase.part or (days.part if days else None),
            time_precision=precision,
            reason=reason,
        )

    def _note_dateline(self, phrase: _Phrase, days: _Days) -> None:
        """In a story with a dateline, "today" is the dateline's day."""
        if self.published is None or phrase.start > 200 or self.history or days.grain != "day":
            if not (
                self.published and phrase.start <= 200 and len(self.history) == 1 and days.grain == "day"
            ):
                return
        if not re.match(r"[\s\u00a0]{0,2}(?:[–—-]|\()", self.text[phrase.end : phrase.end + 4]):
            return
        if not _DATELINE.fullmatch(self.text[max(0, phrase.start - 100) : phrase.start].split("\n")[-1]):
            return
        if 0 < (self.published - days.first).days <= 3:
            self.today = days.first
            self.today_word = "the dateline"

    def _until_publication(self, phrase: _Phrase, days: _Days) -> _Days:
        """ "since Friday" reaches from Friday to the day of publication."""
        before = self.finder.before(phrase.start, 12)
        if self.published is None or phrase.kind in ("window", "nth"):
            return days
        if days.first > self.published or not _SINCE.search(before):
            return days
        # "the first killing since July 2011" names the last one; it is no stretch of time.
        if _SUPERLATIVE.search(_clause(self.text, phrase.start, phrase.end)[0]):
            return days
        reason = f"{days.reason}, lasting until publication"
        return replace(days, last=self.published, grain="span", reason=reason)

    # The day of an event that is told before this phrase.
    def _anchor(
        self, *, grains: tuple[str, ...] = ("day",), near: int | None = None, told: bool = False
    ) -> _Days | None:
        for position, days in reversed(self.history):
            if near is not None and position < near:
                return None
            if told and days.reason.startswith("counted from"):
                continue
            if days.grain in grains or (days.grain == "span" and "day" in grains):
                return days
        return None

    def _days(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        handler: Callable[[_Phrase, _Phrase | None], _Days | str] = getattr(self, f"_{phrase.kind}")
        try:
            return handler(phrase, following)
        except (OverflowError, ValueError):
            return "outside the calendar"

    def _ambiguous(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        return "day and month cannot be told apart"

    def _day(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        assert phrase.month is not None and phrase.day is not None
        year, why = self._year_of(phrase, phrase.month, phrase.day)
        if year is None:
            return why
        first = make_day(year, phrase.month, phrase.day)
        if first is None:
            return "no such day in the calendar"
        last = make_day(year, phrase.month, phrase.day_end) if phrase.day_end else first
        if last is None:
            return "no such day in the calendar"
        return _Days(first, last, "day", why)

    def _year_of(self, phrase: _Phrase, month: int, day: int) -> tuple[int | None, str]:
        """The year of a date, and why."""
        if phrase.year is not None:
            return phrase.year, "absolute date"
        if self.published is None:
            return None, "no year and no publication date"
        if phrase.year_shift is not None:
            return (
                self.published.year + phrase.year_shift,
                f"year relative to publication on {self.published}",
            )
        options = [
            found
            for year in range(self.published.year - 4, self.published.year + 5)
            if (found := make_day(year, month, day)) is not None
            and (phrase.weekday is None or found.weekday() == phrase.weekday)
        ]
        if not options:
            options = [
                found
                for year in range(self.published.year - 4, self.published.year + 5)
                if (found := make_day(year, month, day)) is not None
            ]
        if not options:
            return None, "no such day in the calendar"
        past = max((found for found in options if found <= self.published), default=None)
        ahead = min((found for found in options if found > self.published), default=None)
        future = _looks_ahead(self.text, phrase.start, phrase.end)
        chosen = past
        if ahead is not None:
            gap = (ahead - self.published).days
            back = (self.published - past).days if past else 10**6
            if future and gap <= FUTURE_REACH_DAYS and back > 0:
                chosen = ahead
            elif back > PAST_REACH_DAYS:
                chosen = ahead
        assert chosen is not None
        side = "after" if chosen > self.published else "before"
        if chosen == self.published:
            return chosen.year, f"the day of publication, {self.published}"
        return chosen.year, f"date without a year, {side} publication on {self.published}"

    def _month(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        assert phrase.month is not None
        month = phrase.month
        if phrase.year is not None:
            return _whole_month(phrase.year, month, "absolute month")
        if self.published is None:
            return "no year and no publication date"
        published = self.published
        if phrase.year_shift is not None:
            return _whole_month(
                published.year + phrase.year_shift, month, f"year relative to publication on {published}"
            )
        back = (published.month - month) % 12
        past = (published.year, month) if month <= published.month else (published.year - 1, month)
        ahead = (published.year, month) if month > published.month else (published.year + 1, month)
        why = f"month before publication on {published}"
        if phrase.modifier == "next" or phrase.modifier == "coming":
            return _whole_month(*ahead, f"month after publication on {published}")
        if phrase.modifier == "this":
            return _whole_month(published.year, month, f"month of the year of publication, {published.year}")
        if phrase.modifier in ("last", "past"):
            if back == 0:
                past = (published.year - 1, month)
            return _whole_month(*past, why)
        future = _looks_ahead(self.text, phrase.start, phrase.end)
        if (future and back != 0) or back > 9:
            return _whole_month(*ahead, f"month after publication on {published}")
        return _whole_month(*past, why)

    def _years(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        assert phrase.year is not None and phrase.year_end is not None
        if not OLDEST_YEAR <= phrase.year <= phrase.year_end <= LATEST_YEAR:
            return "outside the calendar"
        grain = "year" if phrase.year == phrase.year_end else "longer"
        return _Days(date(phrase.year, 1, 1), date(phrase.year_end, 12, 31), grain, "absolute year")

    def _weekday(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        assert phrase.weekday is not None
        if phrase.modifier in ("following", "next", "previous", "preceding", "same", "that"):
            near = self._anchor()
            if near is not None and phrase.modifier in ("following", "previous", "preceding"):
                step = (phrase.weekday - near.last.weekday()) % 7 or 7
                if phrase.modifier != "following":
                    step = -((near.first.weekday() - phrase.weekday) % 7 or 7)
                return _one(near.last + timedelta(days=step), f"weekday counted from {near.last}")
            if (
                near is not None
                and phrase.modifier in ("same", "that")
                and near.first.weekday() == phrase.weekday
            ):
                return _one(near.first, f"the day named before, {near.first}")
        if self.published is None:
            return "relative, and the article has no publication date"
        published = self.published
        if phrase.week_shift is not None:
            monday = published - timedelta(days=published.weekday()) + timedelta(weeks=phrase.week_shift)
            return _one(
                monday + timedelta(days=phrase.weekday),
                f"weekday of the week named, from publication on {published}",
            )
        back = (published.weekday() - phrase.weekday) % 7
        if phrase.modifier == "last":
            # "last Friday" is never the day of publication itself.
            return _one(published - timedelta(days=back or 7), f"weekday before publication on {published}")
        if phrase.modifier in ("next", "coming") or (
            back != 0
            and phrase.modifier not in ("past", "last")
            and _looks_ahead(self.text, phrase.start, phrase.end)
        ):
            return _one(published + timedelta(days=7 - back), f"weekday after publication on {published}")
        if back == 0:
            return _one(published, f"the weekday of publication, {published}")
        return _one(published - timedelta(days=back), f"weekday before publication on {published}")

    def _deictic(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        if self.today is None:
            return "relative, and the article has no publication date"
        assert phrase.amount is not None
        return _one(self.today + phrase.amount * _ONE_DAY, f"counted from {self.today_word} on {self.today}")

    def _overnight(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        if self.published is None:
            return "relative, and the article has no publication date"
        if _looks_ahead(self.text, phrase.start, phrase.end):
            return _Days(
                self.published,
                self.published + _ONE_DAY,
                "day",
                f"the night after publication on {self.published}",
                "night",
            )
        return _Days(
            self.published - _ONE_DAY,
            self.published,
            "day",
            f"the night before publication on {self.published}",
            "night",
        )

    def _ago(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        assert phrase.amount is not None
        if self.today is None:
            return "relative, and the article has no publication date"
        why = f"counted from {self.today_word} on {self.today}"
        unit, amount = phrase.unit, phrase.amount
        if unit in ("minute", "hour"):
            days = round(amount / 24) if unit == "hour" and abs(amount) >= 24 else 0
            return _one(self.today + days * _ONE_DAY, why)
        if unit in ("day", "night"):
            return _one(self.today + amount * _ONE_DAY, why, "week" if phrase.approx else "day")
        if unit in ("week", "fortnight"):
            day = self.today + timedelta(weeks=amount * (2 if unit == "fortnight" else 1))
            return _whole_week(day, why)
        return _calendar_step(self.today, unit, amount, why)

    def _shift(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        assert phrase.amount is not None
        unit, amount = phrase.unit, phrase.amount
        if unit in ("minute", "hour", "day", "night", "week", "fortnight"):
            return self._shift_days(phrase, unit, amount)
        # "a year earlier ... a year earlier" both look back from the event, not from one another.
        anchor = self._anchor(grains=("day", "week", "month", "quarter", "year"), told=amount < 0)
        if anchor is None or (amount < 0 and unit == "year" and anchor.grain == "day"):
            if self.published is None:
                return "relative, and nothing before it gives a day"
            base = anchor.first if anchor else self.published
            return _calendar_step(base, unit, amount, f"counted from {base}")
        why = f"counted from {anchor.first}"
        if unit == "year" and anchor.grain in ("month", "quarter"):
            return _Days(
                _add_months(anchor.first, 12 * amount),
                _add_months(anchor.last, 12 * amount),
                anchor.grain,
                why,
            )
        return _calendar_step(anchor.first, unit, amount, why)

    def _shift_days(self, phrase: _Phrase, unit: str, amount: int) -> _Days | str:
        length = {"week": 7, "fortnight": 14}.get(unit, 1)
        if unit in ("minute", "hour"):
            step = round(amount / 24) if unit == "hour" and abs(amount) >= 24 else 0
        else:
            step = amount * length
        options = [days for _, days in reversed(self.history) if days.grain == "day"][:4]
        if not options and self.published is not None:
            options = [_Days(self.published, self.published, "day", "")]
        if not options:
            return "relative, and nothing before it gives a day"
        chosen = options[0]
        if self.published is not None and step > 0 and not _looks_ahead(self.text, phrase.start, phrase.end):
            # What is told as past cannot lie after publication: then an earlier day of the text is meant.
            fitting = [days for days in options if days.first + step * _ONE_DAY <= self.published]
            chosen = fitting[0] if fitting else chosen
        base = chosen.first if step < 0 else chosen.last
        grain = "week" if phrase.approx else "day"
        return _one(base + step * _ONE_DAY, f"counted from {base}, the day named before", grain)

    def _same(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        if phrase.unit in ("week", "month", "year"):
            anchor = self._anchor(grains=("day", "week", "month", "year"))
            if anchor is None:
                return "relative, and nothing before it gives a day"
            if phrase.unit == "week":
                return _whole_week(anchor.first, f"the week of {anchor.first}")
            return _calendar_step(anchor.first, phrase.unit, 0, f"the {phrase.unit} of {anchor.first}")
        if phrase.part == "night":
            for _, days in reversed(self.history):
                if days.part == "night":
                    return replace(days, reason="the night named before")
        anchor = self._anchor()
        if anchor is None:
            if self.published is None:
                return "relative, and nothing before it gives a day"
            return _one(self.published, f"no day named before; publication on {self.published}")
        return _Days(anchor.first, anchor.last, "day", f"the day named before, {anchor.first}")

    def _unit(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        if self.published is None:
            return "relative, and the article has no publication date"
        assert phrase.amount is not None
        published, unit, amount = self.published, phrase.unit, phrase.amount
        why = f"{('last', 'this', 'next')[amount + 1]} {unit}, counted from publication on {published}"
        if unit == "weekend":
            return self._weekend_days(phrase, amount, why)
        if unit == "week":
            days = _whole_week(published + timedelta(weeks=amount), why)
        elif unit == "quarter":
            first = date(published.year, published.month - (published.month - 1) % 3, 1)
            days = _quarter_days(_add_months(first, 3 * amount), why)
        else:
            days = _calendar_step(published, unit, amount, why)
        if phrase.amount == 0 and phrase.modifier in ("earlier", "early"):
            days = replace(days, last=max(days.first, min(days.last, published)))
        if phrase.amount == 0 and phrase.modifier == "later":
            days = replace(days, first=min(days.last, max(days.first, published)))
        return days

    def _weekend_days(self, phrase: _Phrase, amount: int, why: str) -> _Days:
        assert self.published is not None
        monday = self.published - timedelta(days=self.published.weekday())
        saturday = monday + timedelta(days=5)
        if amount > 0 or (amount == 0 and _looks_ahead(self.text, phrase.start, phrase.end)):
            if self.published.weekday() >= 5 and amount > 0:
                saturday += timedelta(weeks=1)
        elif amount < 0 or self.published < saturday:
            saturday -= timedelta(weeks=1)
        return _Days(saturday, saturday + _ONE_DAY, "week", why)

    def _window(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        if self.published is None:
            return "relative, and the article has no publication date"
        assert phrase.amount is not None
        published, unit, amount = self.published, phrase.unit, phrase.amount
        if unit == "hour":
            amount, unit = (round(amount / 24) or (1 if amount > 0 else -1)), "day"
        if unit in ("day", "night", "week", "fortnight"):
            other = published + amount * {"week": 7, "fortnight": 14}.get(unit, 1) * _ONE_DAY
        else:
            other = _add_months(
                published, amount * {"month": 1, "year": 12, "decade": 120, "century": 1200}[unit]
            )
        first, last = sorted((other, published))
        return _Days(
            first, last, "span", f"the time {'up to' if amount < 0 else 'from'} publication on {published}"
        )

    def _nth(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        """ "for a third day on Sunday": from Friday to Sunday."""
        assert phrase.amount is not None
        anchor: _Days | None = None
        if following is not None and following.kind in ("day", "weekday", "deictic"):
            between = self.text[phrase.end : following.start]
            if len(between) <= 30 and not re.search(r"[.!?;]", between):
                found = self._days(following, None)
                anchor = found if isinstance(found, _Days) else None
        if anchor is None and self.history:
            position, days = self.history[-1]
            between = self.text[position : phrase.start]
            if days.grain == "day" and len(between) <= 240 and not re.search(r"[.!?][\s\u00a0]", between):
                anchor = days
        last = anchor.last if anchor else self.published
        if last is None:
            return "relative, and the article has no publication date"
        count = phrase.amount - 1
        why = f"{phrase.unit} {phrase.amount} of something that goes on, counted back from {last}"
        if phrase.unit in ("day", "night", "week"):
            first = last - count * (7 if phrase.unit == "week" else 1) * _ONE_DAY
        else:
            first = _add_months(last, -count * (12 if phrase.unit == "year" else 1))
        return _Days(first, last, "span" if first != last else "day", why)

    def _season(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        month = _SEASONS[phrase.unit]
        if phrase.year is not None:
            return _season_days(phrase.year, month, "absolute season, northern hemisphere")
        if self.published is None:
            return "relative, and the article has no publication date"
        why = f"season counted from publication on {self.published}, northern hemisphere"
        amount = phrase.amount or 0
        if phrase.modifier == "year":
            return _season_days(self.published.year + amount, month, why)
        this = _season_days(self.published.year, month, why)
        if month == 12 and self.published.month <= 2:
            this = _season_days(self.published.year - 1, month, why)
        if amount < 0 and this.last >= self.published:
            return _season_days(this.first.year - 1, month, why)
        if amount > 0 and this.first <= self.published:
            return _season_days(this.first.year + 1, month, why)
        return this

    def _quarter(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        assert phrase.amount is not None
        month = 3 * phrase.amount - 2
        if phrase.year is not None:
            return _quarter_days(date(phrase.year, month, 1), "absolute quarter")
        if self.published is None:
            return "relative, and the article has no publication date"
        why = f"quarter counted from publication on {self.published}"
        if phrase.year_shift is not None:
            return _quarter_days(date(self.published.year + phrase.year_shift, month, 1), why)
        this = _quarter_days(date(self.published.year, month, 1), why)
        if this.first > self.published and not _looks_ahead(self.text, phrase.start, phrase.end):
            return _quarter_days(date(self.published.year - 1, month, 1), why)
        return this

    def _part(self, phrase: _Phrase, following: _Phrase | None) -> _Days | str:
        anchor = self._anchor(near=phrase.start - NEAR_CHARS)
        if anchor is not None:
            # "until dawn" after "overnight" is the second of the two days.
            late = phrase.part is not None and (
                phrase.part in ("morning", "noon", "afternoon") or phrase.part < "12:00"
            )
            day = anchor.last if late or anchor.first == anchor.last else anchor.first
            return _one(day, f"the day named before, {day}")
        if self.published is None:
            return "relative, and the article has no publication date"
        return _one(self.published, f"no day named near; publication on {self.published}")

    _clock = _part


def _one(day: date, reason: str, grain: str = "day") -> _Days:
    return _Days(day, day, grain, reason)


def _whole_week(day: date, reason: str) -> _Days:
    monday = day - timedelta(days=day.weekday())
    return _Days(monday, monday + timedelta(days=6), "week", reason)


def _whole_month(year: int, month: int, reason: str) -> _Days:
    return _Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month", reason)


def _season_days(year: int, month: int, reason: str) -> _Days:
    first = date(year, month, 1)
    end = _add_months(first, 2)
    return _Days(first, date(end.year, end.month, monthrange(end.year, end.month)[1]), "season", reason)


def _quarter_days(first: date, reason: str) -> _Days:
    end = _add_months(first, 2)
    return _Days(first, date(end.year, end.month, monthrange(end.year, end.month)[1]), "quarter", reason)


def _add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = monthrange(year, month + 1)[1]
    # The end of a month stays its end: 30 September less three months is 30 June, 31 August less six 28 February.
    at_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if at_end else min(day.day, last))


def _calendar_step(base: date, unit: str, amount: int, reason: str) -> _Days:
    """The calendar month, year, decade or century that lies *amount* away from the one of *base*."""
    if unit == "month":
        there = _add_months(base.replace(day=1), amount)
        return _whole_month(there.year, there.month, reason)
    if unit == "year":
        year = base.year + amount
        return _Days(date(year, 1, 1), date(year, 12, 31), "year", reason)
    size = {"decade": 10, "century": 100}[unit]
    first = base.year - base.year % size + amount * size
    return _Days(date(first, 1, 1), date(first + size - 1, 12, 31), "longer", reason)


def find_dates(article: Article) -> list[DateExpression]:
    """The time phrases of an article, in reading order and without overlaps.

    Days are reckoned from ``article.published``; where it is None, relative phrases are listed with
    ``date_start`` None. Raises DateError if ``article.published`` is set and is no date.
    """
    published = date.fromisoformat(parse_day(article.published)) if article.published else None
    finder = _Finder(article.text, published)
    return list(_Resolver(finder).resolve(_phrases(finder)))
