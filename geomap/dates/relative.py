"""Time phrases that count from another day: weekdays, "yesterday", "two days earlier", "last week"."""

from __future__ import annotations

import re

from geomap.caldates import WEEKDAYS, parse_month
from geomap.dates.atoms import (
    ABOUT,
    CLAUSE_END,
    MONTH,
    NAMED_DAYS,
    NEWSPAPERS,
    NUMBER,
    ORDINAL,
    ORDINALS,
    PARTS,
    SEASONS,
    SHIFTS,
    UNIT,
    WEEKDAY,
    WEEKDAY_SHORT,
    YEAR,
    Atoms,
    Finder,
    Phrase,
    S,
    digits,
    number_of,
    unit_of,
)
from geomap.dates.tense import PAST

__all__ = ["atom"]

atom = Atoms()


@atom(
    rf"(?:(?P<lead>early|late|earlier|later|mid){S}(?:on{S})?)?"
    rf"(?:(?P<mod>last|next|this|this{S}past|this{S}coming|this{S}last|the{S}following|the{S}next|the{S}previous|the{S}preceding|the{S}same|that|coming){S})?"
    rf"(?P<wd>{WEEKDAY})(?!['’]?s?{S}(?:and{S}\w{{3,9}}days|mornings|nights|evenings|afternoons))"
)
def _weekday(finder: Finder, match: re.Match[str]) -> Phrase | None:
    word = match["wd"]
    before = finder.before(match.start(), 30)
    previous = re.search(r"([A-Za-z]{1,20})[\s\u00a0]{1,3}$", before)
    if previous and previous[1].lower() in NAMED_DAYS:
        return None
    if previous and previous[1].lower() == "every":
        return None
    following = re.match(r"[\s\u00a0]{1,3}([A-Za-z][A-Za-z'’]{1,20})", finder.after(match.end(), 26))
    if following and following[1].lower() in NEWSPAPERS and finder.named(following[1]):
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
            and known not in PARTS
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


@atom(rf"(?P<wd>{WEEKDAY_SHORT})")
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


@atom(rf"the{S}day{S}(?P<side>before|after){S}(?P<what>yesterday|tomorrow)(?![a-z])")
def _day_beside(finder: Finder, match: re.Match[str]) -> Phrase | None:
    sides = {
        ("before", "yesterday"): -2,
        ("after", "tomorrow"): 2,
        ("after", "yesterday"): 0,
        ("before", "tomorrow"): 0,
    }
    amount = sides[match["side"].lower(), match["what"].lower()]
    return Phrase(start=match.start(), end=match.end(), kind="deictic", amount=amount)


@atom(
    rf"(?:(?P<lead>early|late|earlier|later){S})?"
    rf"(?P<word>today|yesterday|tomorrow|tonight|last{S}(?:night|evening)|(?:early{S}|late{S})?this{S}(?:morning|afternoon|evening|very{S}day|day))(?![a-z])"
)
def _deictic(finder: Finder, match: re.Match[str]) -> Phrase | None:
    word = " ".join(match["word"].lower().split())
    amount = {"yesterday": -1, "tomorrow": 1}.get(word, -1 if word.startswith("last") else 0)
    if word == "this day":
        return None
    part: str | None = {"tonight": "night"}.get(word) or PARTS.get(word.split()[-1])
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="deictic",
        amount=amount,
        part=part or _lead_part(match["lead"]),
    )


@atom(r"overnight(?![a-z])")
def _overnight(finder: Finder, match: re.Match[str]) -> Phrase | None:
    # "overnight stay", "overnight train": a kind of stay, not a time.
    if re.match(
        r"[\s\u00a0](?:stays?|trains?|bus|success|flights?|guests?|visits?|trips?|rates?|mail|delivery)\b",
        finder.after(match.end(), 12),
    ):
        return None
    return Phrase(start=match.start(), end=match.end(), kind="overnight", part="night")


@atom(
    rf"{ABOUT}(?P<n>{NUMBER})(?:{S}and{S}a{S}half)?[\s\u00a0-]{{1,3}}(?P<unit>{UNIT}){S}"
    rf"(?P<way>ago|earlier|later|previously|afterwards?|hence|from{S}now|before{CLAUSE_END}|after{CLAUSE_END}|before{S}that|after{S}that)(?![a-z])"
)
def _shift(finder: Finder, match: re.Match[str]) -> Phrase | None:
    amount, vague = number_of(match["n"])
    way = match["way"].lower().split()[0]
    back = way in ("ago", "earlier", "previously", "before")
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="ago" if way in ("ago", "hence", "from") else "shift",
        amount=-amount if back else amount,
        unit=unit_of(match["unit"]),
        approx=vague,
    )


@atom(
    rf"(?:the|that){S}(?:very{S}|same{S})?(?P<mod>next|following|previous|preceding|same|very){S}(?P<unit>day|night|morning|afternoon|evening|week|month|year)(?![a-z])"
)
def _neighbour(finder: Finder, match: re.Match[str]) -> Phrase | None:
    word = match["mod"].lower()
    amount = 1 if word in ("next", "following") else -1 if word in ("previous", "preceding") else 0
    return _neighbour_phrase(match, amount, match["unit"].lower())


@atom(
    rf"(?:(?:that|same|next){S}(?P<unit>night|evening|morning|afternoon|day)|that{S}(?P<long>week|month|year))(?![a-z])"
)
def _that_night(finder: Finder, match: re.Match[str]) -> Phrase | None:
    amount = 1 if match[0].lower().startswith("next") else 0
    return _neighbour_phrase(match, amount, (match["unit"] or match["long"]).lower())


@atom(rf"(?:earlier|later|early|late){S}(?:in|during){S}the{S}day(?![a-z])")
def _in_the_day(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return _neighbour_phrase(match, 0, "day")


@atom(rf"(?:minutes|hours){S}(?:later|earlier|afterwards|after{CLAUSE_END}|before{CLAUSE_END})(?![a-z])")
def _hours_later(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(start=match.start(), end=match.end(), kind="shift", amount=0, unit="hour")


@atom(rf"the{S}day{S}(?P<way>before|after){CLAUSE_END}")
def _day_before(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return _neighbour_phrase(match, -1 if match["way"].lower() == "before" else 1, "day")


def _neighbour_phrase(match: re.Match[str], amount: int, unit: str) -> Phrase:
    part = PARTS.get(unit)
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="shift" if amount else "same",
        amount=amount,
        unit="day" if part else unit,
        part=part,
    )


@atom(
    rf"(?:(?P<lead>earlier|later|early|late|mid)[\s\u00a0-]{{1,3}}(?:in{S})?)?(?P<mod>last|this|next|the{S}previous|the{S}current|the{S}coming|this{S}past|this{S}coming){S}"
    rf"(?P<unit>week(?:end)?|month|year|decade|century|spring|summer|autumn|fall|winter|quarter)(?![a-z])"
)
def _calendar(finder: Finder, match: re.Match[str]) -> Phrase | None:
    unit = match["unit"].lower()
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="season" if unit in SEASONS else "unit",
        amount=SHIFTS[match["mod"].lower().split()[-1]],
        unit=unit,
        modifier=(match["lead"] or "").lower(),
    )


@atom(rf"(?:(?:over|during|at|on|early|late|throughout){S})(?P<what>the{S}weekend)(?![a-z])")
def _weekend(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(start=match.start("what"), end=match.end("what"), kind="unit", amount=0, unit="weekend")


@atom(
    rf"(?:the|these|this){S}(?P<way>past|last|previous|coming|next){S}(?:(?P<n>{NUMBER})[\s\u00a0-]{{1,3}})?(?P<unit>hour|day|night|week|month|year|decade)s?(?![a-z])"
)
def _window(finder: Finder, match: re.Match[str]) -> Phrase | None:
    amount, vague = number_of(match["n"]) if match["n"] else (1, False)
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
        unit=unit_of(match["unit"]),
        approx=vague,
    )


@atom(rf"(?P<way>recent|coming){S}(?P<unit>days|weeks|months)(?![a-z])")
def _recent(finder: Finder, match: re.Match[str]) -> Phrase | None:
    sign = 1 if match["way"].lower() == "coming" else -1
    amount = {"days": 7, "weeks": 30, "months": 180}[match["unit"].lower()]
    return Phrase(start=match.start(), end=match.end(), kind="window", amount=sign * amount, unit="day", approx=True)


@atom(
    rf"(?:an?|the|its|their){S}(?P<n>{ORDINAL})(?:{S}(?:straight|consecutive|successive|running))?{S}(?P<unit>day|night|week|month|year)(?![a-z])"
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
        amount=ORDINALS.get(word) or digits(word),
        unit=match["unit"].lower(),
    )


@atom(
    rf"(?:the{S})?(?P<n>first|second|third|fourth|fifth|last){S}(?P<wd>{WEEKDAY}){S}(?:of|in){S}(?P<month>{MONTH})(?:,?{S}(?P<year>{YEAR}))?"
)
def _nth_weekday(finder: Finder, match: re.Match[str]) -> Phrase | None:
    month = finder.month(match["month"])
    if month is None:
        return None
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="nth_weekday",
        amount=ORDINALS.get(match["n"].lower(), -1),
        weekday=WEEKDAYS[match["wd"].lower()],
        month=month,
        year=finder.year(match),
    )


@atom(rf"(?P<n>{NUMBER}){S}(?P<wd>(?:mon|tues|wednes|thurs|fri|satur|sun)day)s{S}ago(?![a-z])")
def _weekdays_ago(finder: Finder, match: re.Match[str]) -> Phrase | None:
    amount, vague = number_of(match["n"])
    if vague:
        return None
    return Phrase(
        start=match.start(), end=match.end(), kind="weekday_ago", amount=amount, weekday=WEEKDAYS[match["wd"].lower()]
    )


@atom(rf"the{S}(?P<wd>{WEEKDAY}){S}before{S}last(?![a-z])")
def _before_last(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(
        start=match.start(), end=match.end(), kind="weekday_ago", amount=2, weekday=WEEKDAYS[match["wd"].lower()]
    )


@atom(rf"a{S}week{S}(?:from|on){S}(?P<wd>{WEEKDAY})")
def _week_from(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(
        start=match.start(), end=match.end(), kind="weekday_ago", amount=-2, weekday=WEEKDAYS[match["wd"].lower()]
    )


@atom(
    rf"(?:(?:just|only|barely|less{S}than){S})?(?:(?P<n>{NUMBER})[\s\u00a0-]{{1,3}}(?P<unit>{UNIT})|the{S}(?P<one>day|night|morning))"
    rf"{S}(?P<way>after|before|following){S}(?=(?:the|this|that|these|those|his|her|its|their|a|an){S})"
)
def _beside(finder: Finder, match: re.Match[str]) -> Phrase | None:
    """ "a day after the attack": counted from an event, whose day must have been told."""
    amount, vague = number_of(match["n"]) if match["n"] else (1, False)
    unit = unit_of(match["unit"]) if match["unit"] else "day"
    if unit in ("minute", "hour"):
        return None
    end = match.end("way")
    known = re.match(
        rf"{S}(?:the|this|that|these|those|his|her|its|their){S}", finder.text[end : end + 16], re.IGNORECASE
    )
    return Phrase(
        start=match.start(),
        end=end,
        kind="beside",
        amount=-amount if match["way"].lower() == "before" else amount,
        unit=unit,
        part=PARTS.get((match["one"] or "").lower()),
        approx=vague,
        modifier="known" if known else "",
    )


@atom(
    rf"(?:the{S}(?:end|start|beginning|middle){S}of{S}|(?:earlier|later|late|early){S}in{S})the{S}(?P<unit>year|month|week)(?![a-z])"
)
def _edge_of(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(start=match.start(), end=match.end(), kind="unit", amount=0, unit=match["unit"].lower())


@atom(rf"(?:on{S}this{S}day|(?:at{S})?this{S}time|(?:on{S})?this{S}date){S}(?:last{S}year|a{S}year{S}ago)(?![a-z])")
def _year_ago_today(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(start=match.start(), end=match.end(), kind="ago", amount=-1, unit="year", modifier="today")


@atom(
    rf"(?P<the>the{S})?(?:comparable{S}|same{S})?(?P<way>year[\s\u00a0-](?:ago|earlier)|latest|same|prior|previous){S}(?P<unit>quarter|fiscal{S}quarter|period)(?![a-z]|{S}of{S}an?{S})"
)
def _other_quarter(finder: Finder, match: re.Match[str]) -> Phrase | None:
    way = match["way"].lower()
    if match["unit"].lower() == "period" and not way.startswith("year"):
        return None
    shift = -4 if way.startswith("year") else -1 if way in ("prior", "previous") else 0
    return Phrase(start=match.start(), end=match.end(), kind="quarter_from", amount=shift)


@atom(
    rf"(?:in|for|during|over|throughout){S}(?P<what>(?:the|that){S}quarter)(?![a-z]|{S}(?:century|mile|hour|of|final|point))"
)
def _the_quarter(finder: Finder, match: re.Match[str]) -> Phrase | None:
    return Phrase(start=match.start("what"), end=match.end("what"), kind="quarter_from", amount=0)
