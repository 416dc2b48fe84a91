"""The time phrases of a text, before anything is reckoned: small patterns, and how neighbours join.

Every pattern is bounded, so the time taken grows linearly with the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from geomap.caldates import WEEKDAYS, make_day, parse_month
from geomap.dates.tense import PAST

__all__ = ["SEASONS", "Finder", "Phrase", "find_phrases"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
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
    rf"(?:(?:about|around|nearly|almost|some|roughly|approximately|exactly|just|only|barely|more{_S}than"
    rf"|less{_S}than|at{_S}least){_S})?"
)
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
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
            return _short_year(parts["yy"], self.published)
        return None


_Builder = Callable[[Finder, "re.Match[str]"], "Phrase | None"]
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
    r"(?:[T ](?P<clock>[0-2]?[0-9]:[0-5][0-9])(?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
def _iso(finder: Finder, match: re.Match[str]) -> Phrase | None:
    if match[2] != "-" and len(match["m"]) + len(match["d"]) < 4:
        return None
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="day",
        year=int(match["year"]),
        month=int(match["m"]),
        day=int(match["d"]),
        part=match["clock"].zfill(5) if match["clock"] else None,
    )


@_atom(r"(?P<a>[0-9]{1,2})(?P<sep>[/.-])(?P<b>[0-9]{1,2})(?P=sep)(?P<year>[12][0-9]{3}|[0-9]{2})(?![0-9]|[-/.][0-9])")
def _numeric(finder: Finder, match: re.Match[str]) -> Phrase | None:
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
        return Phrase(start=match.start(), end=match.end(), kind="ambiguous")
    month, day = orders.pop()
    return Phrase(start=match.start(), end=match.end(), kind="day", year=year, month=month, day=day)


@_atom(
    rf"(?:the{_S})?(?P<d>{_DAY_OPEN})(?:{_TO}(?P<d2>{_DAY_OPEN}))?(?:{_S}of)?(?:[\s\u00a0]{{0,4}}|-)(?P<month>{_MONTH})"
    rf"(?:(?:,?{_S}|-)(?P<year>{_YEAR})|(?:{_S}|-)(?P<yy>{_SHORT_YEAR}))?(?:,?{_S}(?P<yrel>last|this|next){_S}year)?"
)
def _day_month(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return _month_day_phrase(finder, match)


@_atom(rf"the{_S}(?P<nth>{'|'.join(_ORDINALS)}){_S}of{_S}(?P<month>{_MONTH})(?:,?{_S}(?P<year>{_YEAR}))?")
def _ordinal_of_month(finder: Finder, match: re.Match[str]) -> Phrase | None:
    month = finder.month(match["month"])
    if month is None:
        return None
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="day",
        year=finder.year(match),
        month=month,
        day=_ORDINALS[match["nth"].lower()],
    )


@_atom(
    rf"(?P<month>{_MONTH})(?:{_S}|-)(?:the{_S})?(?P<d>{_DAY})(?:{_TO}(?P<d2>{_DAY})(?!{_S}{_MONTH}))?"
    rf"(?:,?{_S}(?P<year>{_YEAR})|,{_S}(?P<yy>['’][0-9]{{2}}(?![0-9])))?(?:,?{_S}(?P<yrel>last|this|next){_S}year)?"
)
def _month_day(finder: Finder, match: re.Match[str]) -> Phrase | None:
    counted = re.compile(rf"{_S}{_COUNTED}\b", re.IGNORECASE).match(finder.text, match.end())
    if counted and match["year"] is None:
        return None
    return _month_day_phrase(finder, match)


def _month_day_phrase(finder: Finder, match: re.Match[str]) -> Phrase | None:
    month = finder.month(match["month"])
    if month is None:
        return None
    day = _digits(match["d"])
    day_end = _digits(match["d2"]) if match["d2"] else None
    if day_end is not None and day_end <= day:
        day_end = None
    return Phrase(
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
def _month_alone(finder: Finder, match: re.Match[str]) -> Phrase | None:
    word = match["month"].rstrip(".")
    month = finder.month(word)
    if month is None:
        return None
    qualified = bool(match["year"] or match["yrel"] or match["mod"])
    after = finder.after(match.end(), 12)
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
        if len(word) == 3 and word.lower() != "may":
            lead = led.group().strip(" -\u00a0").lower() if led else ""
            if lead not in ("in", "since", "until", "during", "by", "last", "next") or not finder.named(word):
                return None
    shift = None
    if match["yrel"]:
        shift = _SHIFTS.get(match["yrel"].lower().split()[-1])
    return Phrase(
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
def _weekday(finder: Finder, match: re.Match[str]) -> Phrase | None:
    word = match["wd"]
    before = finder.before(match.start(), 30)
    previous = re.search(r"([A-Za-z]{1,20})[\s\u00a0]{1,3}$", before)
    if previous and previous[1].lower() in _NAMED_DAYS:
        return None
    if previous and previous[1].lower() == "every":
        return None
    following = re.match(r"[\s\u00a0]{1,3}([A-Za-z][A-Za-z'’]{1,20})", finder.after(match.end(), 26))
    if following and following[1].lower() in _NEWSPAPERS and finder.named(following[1]):
        # "Sunday night" is a time, "Sunday Night Football" is not.
        show = re.match(r"[\s\u00a0]{1,3}Night[\s\u00a0]{1,3}(?:Football|Live|Fever)", finder.after(match.end()))
        if following[1].lower() != "night" or show:
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
            and not PAST.fullmatch(previous[1])
        ):
            return None
    modifier = (match["mod"] or "").lower().split()
    return Phrase(
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
def _weekday_short(finder: Finder, match: re.Match[str]) -> Phrase | None:
    # Only ever part of a longer phrase ("Sun, 31 Jul 2022"): on its own it is a word or a name.
    if not finder.named(match["wd"]):
        return None
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="weekday",
        weekday=WEEKDAYS[match["wd"].rstrip(".").lower()],
        solo=False,
    )


def _lead_part(word: str | None) -> str | None:
    return {"early": "morning", "late": "night"}.get((word or "").lower())


@_atom(rf"the{_S}day{_S}(?P<side>before|after){_S}(?P<what>yesterday|tomorrow)(?![a-z])")
def _day_beside(finder: Finder, match: re.Match[str]) -> Phrase | None:
    sides = {
        ("before", "yesterday"): -2,
        ("after", "tomorrow"): 2,
        ("after", "yesterday"): 0,
        ("before", "tomorrow"): 0,
    }
    amount = sides[match["side"].lower(), match["what"].lower()]
    return Phrase(start=match.start(), end=match.end(), kind="deictic", amount=amount)


@_atom(
    rf"(?:(?P<lead>early|late|earlier|later){_S})?"
    rf"(?P<word>today|yesterday|tomorrow|tonight|last{_S}(?:night|evening)|(?:early{_S}|late{_S})?this{_S}(?:morning|afternoon|evening|very{_S}day|day))(?![a-z])"
)
def _deictic(finder: Finder, match: re.Match[str]) -> Phrase | None:
    word = " ".join(match["word"].lower().split())
    amount = {"yesterday": -1, "tomorrow": 1}.get(word, -1 if word.startswith("last") else 0)
    if word == "this day":
        return None
    part: str | None = {"tonight": "night"}.get(word) or _PARTS.get(word.split()[-1])
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="deictic",
        amount=amount,
        part=part or _lead_part(match["lead"]),
    )


@_atom(r"overnight(?![a-z])")
def _overnight(finder: Finder, match: re.Match[str]) -> Phrase | None:
    # "overnight stay", "overnight train": a kind of stay, not a time.
    if re.match(
        r"[\s\u00a0](?:stays?|trains?|bus|success|flights?|guests?|visits?|trips?|rates?|mail|delivery)\b",
        finder.after(match.end(), 12),
    ):
        return None
    return Phrase(start=match.start(), end=match.end(), kind="overnight", part="night")


_CLAUSE_END = r"(?=[\s\u00a0]{0,3}(?:[.,;:)\]\"”'’–—]|$|-{2}))"


@_atom(
    rf"{_ABOUT}(?P<n>{_NUMBER})(?:{_S}and{_S}a{_S}half)?[\s\u00a0-]{{1,3}}(?P<unit>{_UNIT}){_S}"
    rf"(?P<way>ago|earlier|later|previously|afterwards?|hence|from{_S}now|before{_CLAUSE_END}|after{_CLAUSE_END}|before{_S}that|after{_S}that)(?![a-z])"
)
def _shift(finder: Finder, match: re.Match[str]) -> Phrase | None:
    amount, vague = _number(match["n"])
    way = match["way"].lower().split()[0]
    back = way in ("ago", "earlier", "previously", "before")
    return Phrase(
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
def _neighbour(finder: Finder, match: re.Match[str]) -> Phrase | None:
    word = match["mod"].lower()
    amount = 1 if word in ("next", "following") else -1 if word in ("previous", "preceding") else 0
    return _neighbour_phrase(match, amount, match["unit"].lower())


@_atom(
    rf"(?:(?:that|same|next){_S}(?P<unit>night|evening|morning|afternoon|day)|that{_S}(?P<long>week|month|year))(?![a-z])"
)
def _that_night(finder: Finder, match: re.Match[str]) -> Phrase | None:
    amount = 1 if match[0].lower().startswith("next") else 0
    return _neighbour_phrase(match, amount, (match["unit"] or match["long"]).lower())


@_atom(rf"(?:earlier|later|early|late){_S}(?:in|during){_S}the{_S}day(?![a-z])")
def _in_the_day(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return _neighbour_phrase(match, 0, "day")


@_atom(rf"(?:minutes|hours){_S}(?:later|earlier|afterwards|after{_CLAUSE_END}|before{_CLAUSE_END})(?![a-z])")
def _hours_later(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(start=match.start(), end=match.end(), kind="shift", amount=0, unit="hour")


@_atom(rf"the{_S}day{_S}(?P<way>before|after){_CLAUSE_END}")
def _day_before(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return _neighbour_phrase(match, -1 if match["way"].lower() == "before" else 1, "day")


def _neighbour_phrase(match: re.Match[str], amount: int, unit: str) -> Phrase:
    part = _PARTS.get(unit)
    return Phrase(
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
def _calendar(finder: Finder, match: re.Match[str]) -> Phrase | None:
    unit = match["unit"].lower()
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="season" if unit in SEASONS else "unit",
        amount=_SHIFTS[match["mod"].lower().split()[-1]],
        unit=unit,
        modifier=(match["lead"] or "").lower(),
    )


@_atom(rf"(?:(?:over|during|at|on|early|late|throughout){_S})(?P<what>the{_S}weekend)(?![a-z])")
def _weekend(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(start=match.start("what"), end=match.end("what"), kind="unit", amount=0, unit="weekend")


@_atom(
    rf"(?:the|these|this){_S}(?P<way>past|last|previous|coming|next){_S}(?:(?P<n>{_NUMBER})[\s\u00a0-]{{1,3}})?(?P<unit>hour|day|night|week|month|year|decade)s?(?![a-z])"
)
def _window(finder: Finder, match: re.Match[str]) -> Phrase | None:
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
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="window",
        amount=amount if ahead else -amount,
        unit=_unit(match["unit"]),
        approx=vague,
    )


@_atom(rf"(?P<way>recent|coming){_S}(?P<unit>days|weeks|months)(?![a-z])")
def _recent(finder: Finder, match: re.Match[str]) -> Phrase | None:
    sign = 1 if match["way"].lower() == "coming" else -1
    amount = {"days": 7, "weeks": 30, "months": 180}[match["unit"].lower()]
    return Phrase(start=match.start(), end=match.end(), kind="window", amount=sign * amount, unit="day", approx=True)


@_atom(
    rf"(?:an?|the|its|their){_S}(?P<n>{_ORDINAL})(?:{_S}(?:straight|consecutive|successive|running))?{_S}(?P<unit>day|night|week|month|year)(?![a-z])"
)
def _nth(finder: Finder, match: re.Match[str]) -> Phrase | None:
    if not re.search(
        r"\b(?:for|into|in|on|entered|enters)[\s\u00a0]{1,3}$", finder.before(match.start()), re.IGNORECASE
    ):
        return None
    word = match["n"].lower()
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="nth",
        amount=_ORDINALS.get(word) or _digits(word),
        unit=match["unit"].lower(),
    )


@_atom(
    rf"(?:in{_S})?(?:the{_S})?(?P<lead>(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?P<decade>(?:1[0-9]|20)[0-9]0)['’]?s(?![a-z])"
)
def _decade(finder: Finder, match: re.Match[str]) -> Phrase | None:
    year = int(match["decade"])
    return Phrase(
        start=match.start("lead" if match["lead"] else "decade"),
        end=match.end(),
        kind="years",
        year=year,
        year_end=year + 9,
    )


@_atom(r"['’](?P<decade>[2-9]0)s(?![a-z])")
def _short_decade(finder: Finder, match: re.Match[str]) -> Phrase | None:
    year = 1900 + int(match["decade"])
    return Phrase(start=match.start(), end=match.end(), kind="years", year=year, year_end=year + 9)


@_atom(
    rf"(?:the{_S})?(?:(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?P<n>[0-9]{{1,2}})(?:st|nd|rd|th)[\s\u00a0-]century(?![a-z])"
)
def _century(finder: Finder, match: re.Match[str]) -> Phrase | None:
    number = int(match["n"])
    if not 11 <= number <= 29:
        return None
    return Phrase(start=match.start(), end=match.end(), kind="years", year=number * 100 - 99, year_end=number * 100)


@_atom(r"(?P<a>1[0-9]{3}|20[0-9]{2})(?:-|–|—|/)(?P<b>[0-9]{2}|1[0-9]{3}|20[0-9]{2})(?![0-9]|[-–—/.,][0-9])")
def _year_range(finder: Finder, match: re.Match[str]) -> Phrase | None:
    first = int(match["a"])
    last = int(match["b"])
    if last < 100:
        last += first - first % 100
    if not first < last <= first + 60:
        return None
    return Phrase(start=match.start(), end=match.end(), kind="years", year=first, year_end=last)


_YEAR_LEAD = re.compile(
    r"(?:\b(?:in|since|during|until|till|by|from|of|to|and|before|after|between|through|for|early|late|mid|year"
    r"|fiscal|back in|circa|around|end|summer|winter|spring|autumn|fall)[\s\u00a0-]{1,3}"
    r"(?:the[\s\u00a0]{1,3}year[\s\u00a0]{1,3})?|\($|\bmid-)$",
    re.IGNORECASE,
)
_YEAR_DETERMINER = re.compile(
    r"\b(?:the|a|an|his|her|its|their|our|that|failed|bloody|abortive|s)[\s\u00a0]{1,3}$", re.IGNORECASE
)


@_atom(
    rf"(?P<lead>(?:early|late|mid)[\s\u00a0-]{{1,2}}|fiscal[\s\u00a0]{{1,2}}|the{_S}(?:end|beginning|start|middle){_S}of{_S}|the{_S}year{_S})?(?P<year>(?:1[4-9]|20)[0-9]{{2}})(?![0-9\w%]|[.,:][0-9]|[-/–][0-9])"
)
def _year_alone(finder: Finder, match: re.Match[str]) -> Phrase | None:
    year = int(match["year"])
    before = finder.before(match.start())
    after = finder.after(match.end(), 30)
    counted = re.match(rf"{_S}{_COUNTED}\b", after, re.IGNORECASE)
    if counted or before[-1:] in ("$", "£", "€", "#", "-", "/", "."):
        return None
    if not match["lead"]:
        led = _YEAR_LEAD.search(before)
        plausible = 1850 <= year <= (finder.published.year + 10 if finder.published else 2050)
        if led:
            word = led.group().strip().lower()
            # "of 2000 supporters": a plural noun after a round number is a count.
            if (word in ("of", "to", "from", "for", "and", "between", "around", "by") or not plausible) and re.match(
                r"[\s\u00a0]{1,3}[a-z]{3,20}(?<!wa)(?<!ha)(?<!thi)(?<!it)s\b", after
            ):
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
    return Phrase(start=match.start(), end=match.end(), kind="years", year=year, year_end=year)


@_atom(
    rf"(?:(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?:the{_S})?(?P<season>spring|summer|autumn|fall|winter)(?:{_S}of)?{_S}(?:(?P<year>{_YEAR})|(?P<yrel>last|this|next){_S}year)"
)
def _season(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(
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
def _quarter(finder: Finder, match: re.Match[str]) -> Phrase | None:
    number = _ORDINALS.get(match["n"].lower()) or _digits(match["n"])
    relative = (match["yrel"] or match["lead"] or "").lower()
    return Phrase(
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
def _holiday(finder: Finder, match: re.Match[str]) -> Phrase | None:
    name = " ".join(match["name"].lower().replace("’", "'").split())
    if name == "christmas":
        # "the Christmas market" is no date, "before Christmas" is one.
        led = re.search(
            r"\b(?:at|by|before|until|on|since|after|around)[\s\u00a0]{1,3}$",
            finder.before(match.start()),
            re.IGNORECASE,
        )
        if not led or re.match(r"[\s\u00a0][a-zA-Z]", finder.after(match.end(), 2)):
            return None
        name = "christmas day"
    month, day = _HOLIDAYS[name]
    return Phrase(start=match.start(), end=match.end(), kind="day", month=month, day=day)


_SOLO_PART = re.compile(
    r"\b(?:at|before|after|around|about|by|until|till|towards?|in|during|since|shortly|soon)[\s\u00a0]{1,3}(?:the[\s\u00a0]{1,3})?$",
    re.IGNORECASE,
)


@_atom(
    rf"(?P<lead>(?:(?:just|shortly|soon){_S})?before{_S}(?=dawn|sunrise|daybreak)|(?:around|about){_S}(?=noon|midnight|midday|dawn))?(?:the{_S})?(?P<mod>(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?P<word>{_PART_WORD}|pre-?dawn(?![a-z]))"
)
def _part_of_day(finder: Finder, match: re.Match[str]) -> Phrase | None:
    word = " ".join(match["word"].lower().split())
    if word.endswith("hours"):
        word = "early hours" if "early" in word else "small hours"
    before = finder.before(match.start())
    led = _SOLO_PART.search(before)
    article = match[0].lower().startswith("the") or before.lower().rstrip().endswith(" the")
    solo = bool(match["lead"]) or (bool(led) and (word != "night" or article))
    # "in Sunrise", "at Noon": a name, unless everything is in capitals.
    if match["word"][0].isupper() and not finder.upper and not match["mod"]:
        solo = False
    # "at night" is a habit, "the night" alone no time; "one afternoon" neither.
    if word == "night" and led and led.group().strip().lower() == "at":
        solo = False
    if (
        solo
        and re.match(r"[\s\u00a0][a-z]{4,12}\b", finder.after(match.end(), 14))
        and word in ("morning", "evening", "night", "afternoon")
        and not article
    ):
        solo = False
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="part",
        part="night" if match["lead"] and "before" in match["lead"].lower() else _PARTS[word],
        solo=solo,
    )


@_atom(
    rf"(?P<h>1[0-2]|0?[1-9])(?:[:.](?P<min>[0-5][0-9]))?[\s\u00a0]?(?P<half>[ap])\.?[\s\u00a0]?m(?:\.|(?![a-z]))(?P<zone>{_ZONE})(?:{_S}?\([0-9:.]{{4,5}}[\s\u00a0]?(?:GMT|UTC)\))?"
)
def _clock12(finder: Finder, match: re.Match[str]) -> Phrase | None:
    hour = int(match["h"]) % 12 + (12 if match["half"].lower() == "p" else 0)
    return Phrase(start=match.start(), end=match.end(), kind="clock", part=f"{hour:02d}:{match['min'] or '00'}")


@_atom(
    r"(?P<h>1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[\s\u00a0]{0,2}o['’]clock"
    rf"(?:{_S}(?:in{_S}the|at){_S}(?P<part>morning|afternoon|evening|night))?(?![a-z])"
)
def _o_clock(finder: Finder, match: re.Match[str]) -> Phrase | None:
    hour = _number(match["h"])[0] % 12
    part = (match["part"] or "").lower()
    if not part:
        # Without "morning" or "evening" the half of the day stays open, and so does the hour.
        return None
    if part in ("afternoon", "evening") or (part == "night" and hour >= 6):
        hour += 12
    return Phrase(start=match.start(), end=match.end(), kind="clock", part=f"{hour:02d}:00")


@_atom(
    rf"(?P<h>[01]?[0-9]|2[0-3])(?P<sep>[:.h]?)(?P<min>[0-5][0-9])(?![0-9])(?::[0-5][0-9])?(?P<zone>[\s\u00a0]?(?:GMT|UTC|EST|EDT|CET|CEST|EET|MSK|local{_S}time|hours|hrs)(?![a-z]))?"
    rf"(?P<other>[\s\u00a0]?\([0-9:.]{{4,5}}[\s\u00a0]?(?:GMT|UTC)\))?"
)
def _clock24(finder: Finder, match: re.Match[str]) -> Phrase | None:
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
    if re.match(r"[\s\u00a0]?(?:percent|per|%|million|billion|[-–][0-9])", finder.after(match.end(), 10)):
        return None
    return Phrase(start=match.start(), end=match.end(), kind="clock", part=f"{int(match['h']):02d}:{match['min']}")


# ------------------------------------------------------------------------------------------- joining

_DAYLIKE = ("day", "weekday", "deictic", "ago", "shift", "same")
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
_WEEKDAY_BEFORE_LAST = re.compile(r"[\s\u00a0]{1,4}before[\s\u00a0]{1,3}last\b", re.IGNORECASE)


def _join(text: str, left: Phrase, right: Phrase) -> Phrase | None:
    """The two as one phrase, or None where they are two."""
    if right.start - left.end > 24:
        return None
    glue = text[left.end : right.start]
    start, end = left.start, right.end
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
    return [phrase for phrase in joined if phrase.solo]
