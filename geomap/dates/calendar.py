"""Dates that a calendar names: days, months, years, seasons and quarters."""

from __future__ import annotations

import re

from geomap.caldates import make_day
from geomap.dates.atoms import (
    CLAUSE_END,
    COUNTED,
    DAY,
    DAY_OPEN,
    MONTH,
    ORDINALS,
    SHIFTS,
    SHORT_YEAR,
    TO,
    YEAR,
    Atoms,
    Finder,
    Phrase,
    S,
    digits,
    short_year,
)

__all__ = ["atom"]

atom = Atoms()


@atom(
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


@atom(r"(?P<a>[0-9]{1,2})(?P<sep>[/.-])(?P<b>[0-9]{1,2})(?P=sep)(?P<year>[12][0-9]{3}|[0-9]{2})(?![0-9]|[-/.][0-9])")
def _numeric(finder: Finder, match: re.Match[str]) -> Phrase | None:
    a, b, long = int(match["a"]), int(match["b"]), len(match["year"]) == 4
    year = int(match["year"]) if long else short_year(match["year"], finder.published)
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


@atom(
    rf"(?:the{S})?(?P<d>{DAY_OPEN})(?:{TO}(?P<d2>{DAY_OPEN}))?(?:{S}of)?(?:[\s\u00a0]{{0,4}}|-)(?P<month>{MONTH})"
    rf"(?:(?:,?{S}|-)(?P<year>{YEAR})|(?:{S}|-)(?P<yy>{SHORT_YEAR}))?(?:,?{S}(?P<yrel>last|this|next){S}year)?"
)
def _day_month(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return _month_day_phrase(finder, match)


@atom(rf"the{S}(?P<nth>{'|'.join(ORDINALS)}){S}of{S}(?P<month>{MONTH})(?:,?{S}(?P<year>{YEAR}))?")
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
        day=ORDINALS[match["nth"].lower()],
    )


@atom(
    rf"(?P<month>{MONTH})(?:{S}|-)(?:the{S})?(?P<d>{DAY})(?:{TO}(?P<d2>{DAY})(?!{S}{MONTH})|(?P<list>(?:,{S}{DAY_OPEN}){{1,5}},?{S}and{S}(?P<d3>{DAY})))?"
    rf"(?:,?{S}(?P<year>{YEAR})|,{S}(?P<yy>['’][0-9]{{2}}(?![0-9])))?(?:,?{S}(?P<yrel>last|this|next){S}year)?"
)
def _month_day(finder: Finder, match: re.Match[str]) -> Phrase | None:
    counted = re.compile(rf"{S}{COUNTED}\b", re.IGNORECASE).match(finder.text, match.end())
    if counted and match["year"] is None:
        return None
    return _month_day_phrase(finder, match)


def _month_day_phrase(finder: Finder, match: re.Match[str]) -> Phrase | None:
    month = finder.month(match["month"])
    if month is None:
        return None
    day = digits(match["d"])
    day_end = digits(match["d2"]) if match["d2"] else None
    listed = match.groupdict().get("list")
    if listed:
        # "July 9, 10 and 11": days in a row; others are left at their first
        numbers = [day, *map(int, re.findall(r"[0-9]{1,2}", listed))]
        day_end = numbers[-1] if numbers == list(range(day, day + len(numbers))) else None
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
        year_shift=SHIFTS.get((match["yrel"] or "").lower()),
    )


_MONTH_PREPOSITIONS = re.compile(
    r"\b(?:in|since|by|until|till|of|from|to|through|during|before|after|late|early|mid|last|next|this|between|and|for)[\s\u00a0-]{1,4}$",
    re.IGNORECASE,
)


@atom(
    rf"(?:(?:the{S}(?:beginning|start|middle|end){S}of|early|late|mid)[\s\u00a0-]{{1,4}})?"
    rf"(?:(?P<mod>last|next|this|that|this{S}past|this{S}coming){S})?(?P<month>{MONTH})"
    rf"(?:,?{S}(?:of{S})?(?:(?P<year>{YEAR})|(?P<yrel>last|this|next|the{S}following|the{S}previous){S}year))?"
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
        shift = SHIFTS.get(match["yrel"].lower().split()[-1])
    return Phrase(
        start=match.start(),
        end=match.start("month") + len(word) if match.end() == match.end("month") else match.end(),
        kind="month",
        year=finder.year(match),
        month=month,
        modifier=(match["mod"] or "").lower().split(" ")[-1],
        year_shift=shift,
    )


@atom(
    rf"(?:in{S})?(?:the{S})?(?P<lead>(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?P<decade>(?:1[0-9]|20)[0-9]0)['’]?s(?![a-z])"
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


@atom(r"['’](?P<decade>[2-9]0)s(?![a-z])")
def _short_decade(finder: Finder, match: re.Match[str]) -> Phrase | None:
    year = 1900 + int(match["decade"])
    return Phrase(start=match.start(), end=match.end(), kind="years", year=year, year_end=year + 9)


@atom(
    rf"(?:the{S})?(?:(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?P<n>[0-9]{{1,2}})(?:st|nd|rd|th)[\s\u00a0-]century(?![a-z])"
)
def _century(finder: Finder, match: re.Match[str]) -> Phrase | None:
    number = int(match["n"])
    if not 11 <= number <= 29:
        return None
    return Phrase(start=match.start(), end=match.end(), kind="years", year=number * 100 - 99, year_end=number * 100)


@atom(r"(?P<a>1[0-9]{3}|20[0-9]{2})(?:-|–|—|/)(?P<b>[0-9]{2}|1[0-9]{3}|20[0-9]{2})(?![0-9]|[-–—/.,][0-9])")
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


@atom(
    rf"(?P<lead>(?:early|late|mid)[\s\u00a0-]{{1,2}}|fiscal{S}(?:year{S})?|financial{S}year{S}|FY[\s\u00a0-]?|the{S}(?:end|beginning|start|middle){S}of{S}|the{S}year{S})?(?P<year>(?:1[4-9]|20)[0-9]{{2}})(?![0-9\w%]|[.,:][0-9]|[-/–][0-9]|{S}(?:AH|BH|BCE?|BE|B\.C\.|A\.H\.|Hijri)(?![a-z]))"
)
def _year_alone(finder: Finder, match: re.Match[str]) -> Phrase | None:
    year = int(match["year"])
    before = finder.before(match.start())
    after = finder.after(match.end(), 30)
    counted = re.match(rf"{S}{COUNTED}\b", after, re.IGNORECASE)
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


@atom(
    rf"(?:(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?:the{S})?(?P<season>spring|summer|autumn|fall|winter)(?:{S}of)?{S}(?:(?P<year>{YEAR})(?:[-/–](?:20)?[0-9]{{2}}(?![0-9]))?|(?P<yrel>last|this|next){S}year)"
)
def _season(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="season",
        unit=match["season"].lower(),
        year=finder.year(match),
        amount=SHIFTS.get((match["yrel"] or "").lower()),
        modifier="year" if match["yrel"] else "",
    )


@atom(
    rf"(?:(?P<ago>year[\s\u00a0-](?:ago|earlier)){S}|(?P<before>{YEAR}){S}|(?P<lead>last|this|next){S}(?:year['’]s{S})?)?"
    rf"(?:the{S})?(?:fiscal{S})?(?P<n>first|second|third|fourth|1st|2nd|3rd|4th)[\s\u00a0-]{{1,2}}quarter(?![a-z])"
    rf"(?:{S}(?:of{S})?(?:(?P<year>{YEAR})|(?P<yrel>last|this|next){S}year))?"
)
def _quarter(finder: Finder, match: re.Match[str]) -> Phrase | None:
    number = ORDINALS.get(match["n"].lower()) or digits(match["n"])
    relative = "last" if match["ago"] else (match["yrel"] or match["lead"] or "").lower()
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="quarter",
        amount=number,
        year=int(match["before"]) if match["before"] else finder.year(match),
        year_shift=SHIFTS.get(relative),
    )


@atom(
    rf"(?:over|during|in|since|until|by|throughout){S}(?P<what>(?:the{S})?(?:early{S}|late{S})?(?P<season>spring|summer|autumn|winter)){CLAUSE_END}"
)
def _season_alone(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(start=match.start("what"), end=match.end("what"), kind="season", unit=match["season"].lower())


@atom(rf"(?P<kind>[QH])(?P<n>[1-4]){S}?(?:of{S})?(?P<year>{YEAR})")
def _short_quarter(finder: Finder, match: re.Match[str]) -> Phrase | None:
    number = int(match["n"])
    if match["kind"] in "qQ":
        return Phrase(start=match.start(), end=match.end(), kind="quarter", amount=number, year=int(match["year"]))
    if number > 2:
        return None
    return Phrase(
        start=match.start(), end=match.end(), kind="piece", unit="half", amount=number, year=int(match["year"])
    )


@atom(
    rf"(?:the{S})?(?P<n>first|second|third|fourth|last|latter|final|1st|2nd|3rd|4th){S}(?:few{S})?(?P<unit>half|week|days){S}(?:of|in){S}"
    rf"(?:(?P<month>{MONTH})(?:,?{S}(?P<year>{YEAR}))?|(?P<whole>{YEAR})|(?P<rel>the|this|last|next){S}(?P<span>year|month))"
)
def _piece(finder: Finder, match: re.Match[str]) -> Phrase | None:
    """ "the first week of July", "the second half of 2022": a part of a month or year."""
    word, unit = match["n"].lower(), match["unit"].lower()
    number = -1 if word in ("last", "final") else 2 if word == "latter" else ORDINALS.get(word) or digits(word)
    month = finder.month(match["month"]) if match["month"] else None
    if match["month"] and month is None:
        return None
    if (unit == "half" and number > 2) or (unit == "days" and number > 1):
        return None
    relative = (match["rel"] or "").lower()
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="piece",
        unit=unit,
        amount=2 if unit == "half" and number < 0 else number,
        month=month,
        year=int(match["whole"]) if match["whole"] else finder.year(match),
        year_shift=SHIFTS.get(relative, 0) if match["span"] else None,
        modifier=(match["span"] or "").lower(),
    )


@atom(rf"(?:around{S}|(?:the{S})?calendar{S})?year[\s\u00a0-]end(?![a-z])")
def _year_end(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(start=match.start(), end=match.end(), kind="day", month=12, day=31)


_READ_YEAR_LEAD = re.compile(r"\b(?:in|since|year|until|by|of|to|from)[\s\u00a0]{1,3}$", re.IGNORECASE)
_DECADE_LEAD = re.compile(r"\b(?:in|since|during|of|from|until)[\s\u00a0]{1,3}$", re.IGNORECASE)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ONES = dict(zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], range(1, 10), strict=True))
_TEENS = dict(
    zip(
        ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
        range(10, 20),
        strict=True,
    )
)


@atom(
    rf"(?:(?P<century>eighteen|nineteen|twenty){S}(?:(?P<teen>{'|'.join(_TEENS)})|(?P<tens>{'|'.join(_TENS)})(?:[\s\u00a0-]{{1,2}}(?P<one>{'|'.join(_ONES)}))?)"
    rf"|two{S}thousand(?:{S}and{S}(?P<late>{'|'.join([*_ONES, *_TEENS])}))?)(?![a-z])"
)
def _spelled_year(finder: Finder, match: re.Match[str]) -> Phrase | None:
    """ "nineteen seventy-nine", "the year two thousand": years as they are read out."""
    led = re.search(
        r"\b(?:in|since|year|until|by|of|to|from)[\s\u00a0]{1,3}$", finder.before(match.start()), re.IGNORECASE
    )
    if led is None or (match["century"] is None and "year" not in led.group().lower()):
        return None
    if re.match(rf"{S}(?:{COUNTED}|hundred|thousand|million)", finder.after(match.end()), re.IGNORECASE):
        return None
    if match["century"] is None:
        late = (match["late"] or "").lower()
        year = 2000 + (_ONES.get(late) or _TEENS.get(late) or 0)
    else:
        year = {"eighteen": 1800, "nineteen": 1900, "twenty": 2000}[match["century"].lower()]
        if match["teen"]:
            year += _TEENS[match["teen"].lower()]
        else:
            year += _TENS[match["tens"].lower()] + _ONES.get((match["one"] or "").lower(), 0)
    return Phrase(start=match.start(), end=match.end(), kind="years", year=year, year_end=year)


@atom(
    rf"the{S}(?:(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?P<tens>twen|thir|for|fif|six|seven|eigh|nine)ties{CLAUSE_END}"
)
def _spelled_decade(finder: Finder, match: re.Match[str]) -> Phrase | None:
    if not re.search(
        r"\b(?:in|since|during|of|from|until)[\s\u00a0]{1,3}$", finder.before(match.start()), re.IGNORECASE
    ):
        return None
    tens = ("twen", "thir", "for", "fif", "six", "seven", "eigh", "nine").index(match["tens"].lower())
    year = 1920 + 10 * tens
    return Phrase(start=match.start(), end=match.end(), kind="years", year=year, year_end=year + 9)


@atom(rf"the{S}(?P<d>[12]?[0-9](?:st|nd|rd|th)|30th|31st)(?P<of>{S}of{S}(?P<rel>the|this|last){S}month)?(?![a-z])")
def _day_of_month(finder: Finder, match: re.Match[str]) -> Phrase | None:
    """ "on the 15th": a day of this month or the one before."""
    if match["of"] is None:
        led = re.search(
            r"\b(?:on|until|since|by|(?:night|morning|afternoon|evening|dawn|day)[\s\u00a0]of)[\s\u00a0]{1,3}$",
            finder.before(match.start()),
            re.IGNORECASE,
        )
        if not led or not re.match(CLAUSE_END, finder.after(match.end())):
            return None
    day = digits(match["d"])
    relative = -1 if (match["rel"] or "").lower() == "last" else None
    return Phrase(start=match.start(), end=match.end(), kind="dom", day=day, amount=relative)
