"""Days that have a name: fixed ones, those that hang on Easter, and feasts of other calendars.

Feasts that the sighting of the moon decides (Eid, Ramadan, Ashura) are reckoned by the tabular Islamic calendar, which
is within a day of what is kept, so they cover a day to either side. Diwali, the lunar new year and the Jewish feasts
are left alone, and so are dates that are written in another calendar.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from geomap.dates.atoms import CLAUSE_END, YEAR, Atoms, Finder, Phrase, S

__all__ = ["atom", "feast"]

atom = Atoms()

_FIXED = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "boxing day": (12, 26),
    "st stephen's day": (12, 26),
    "new year's eve": (12, 31),
    "new year's day": (1, 1),
    "epiphany": (1, 6),
    "orthodox christmas": (1, 7),
    "orthodox christmas eve": (1, 6),
    "orthodox christmas day": (1, 7),
    "may day": (5, 1),
    "valentine's day": (2, 14),
    "international women's day": (3, 8),
    "st patrick's day": (3, 17),
    "april fools' day": (4, 1),
    "anzac day": (4, 25),
    "bastille day": (7, 14),
    "assumption day": (8, 15),
    "halloween": (10, 31),
    "all saints' day": (11, 1),
    "all souls' day": (11, 2),
    "armistice day": (11, 11),
    "veterans day": (11, 11),
}
_EASTER = {
    "ash wednesday": (-46, -46),
    "palm sunday": (-7, -7),
    "holy week": (-7, 0),
    "maundy thursday": (-3, -3),
    "holy thursday": (-3, -3),
    "good friday": (-2, -2),
    "holy saturday": (-1, -1),
    "easter": (0, 0),
    "easter sunday": (0, 0),
    "easter weekend": (-1, 1),
    "easter monday": (1, 1),
    "ascension day": (39, 39),
    "pentecost": (49, 49),
    "whit sunday": (49, 49),
    "whit monday": (50, 50),
    "corpus christi": (60, 60),
}
_WEEKDAYS = {"thanksgiving": (11, 3, 4), "thanksgiving day": (11, 3, 4), "memorial day": (5, 0, -1)}
"""Month, weekday and which one of the month it is: feasts of the United States that news dates by."""

_MOON = {
    "ramadan": (9, 1, 29),
    "eid al-fitr": (10, 1, 1),
    "eid al-adha": (12, 10, 1),
    "ashura": (1, 10, 1),
    "mawlid": (3, 12, 1),
}
"""Month and day of the Islamic calendar, and for how many days."""

_MOON_NAMES = {
    "ramazan": "ramadan",
    "eid-al-fitr": "eid al-fitr",
    "eid ul-fitr": "eid al-fitr",
    "eid-ul-fitr": "eid al-fitr",
    "eid-al-adha": "eid al-adha",
    "eid ul-adha": "eid al-adha",
    "eid-ul-adha": "eid al-adha",
    "eid ul-azha": "eid al-adha",
}
_NAMES = sorted(
    (*_FIXED, *_EASTER, *_WEEKDAYS, *_MOON, *_MOON_NAMES, "nowruz", "orthodox easter"), key=len, reverse=True
)


def _pattern(name: str) -> str:
    words = name.replace("st ", r"st\.? ").replace("'", "['’]")
    return words.replace(" ", S)


_EVENT = re.compile(
    r"[\s\u00a0-]{1,2}(?:agreement|accords?|peace|deal|talks|rising|uprising|offensive|attacks?|bombings?|massacre|islands?|island"
    r"|eggs?|bunny|parades?|markets?|trees?|holidays?|break|season|shopping|cards?|gifts?|presents?|message|lights|party"
    r"|parties|truce|ceasefire|campaign|sales?|concert|dinner|bonus|tablet)\b",
    re.IGNORECASE,
)
_LED = re.compile(
    r"\b(?:at|by|before|until|till|on|since|after|around|during|over|throughout|of|from|this|last|next)[\s\u00a0]{1,3}"
    r"(?:the[\s\u00a0]{1,3})?$",
    re.IGNORECASE,
)
_LOOSE = frozenset({"christmas", "easter", "ramadan", "nowruz", "halloween", "pentecost", "epiphany", "thanksgiving"})


@atom(
    rf"(?P<name>{'|'.join(_pattern(n) for n in _NAMES)})(?![a-z])"
    rf"(?:,?{S}(?:of{S}|in{S})?(?P<year>{YEAR})|{S}(?P<yrel>last|this|next){S}year)?"
)
def _holiday(finder: Finder, match: re.Match[str]) -> Phrase | None:
    name = " ".join(match["name"].lower().replace("’", "'").replace("st.", "st").split())
    name = _MOON_NAMES.get(name, name)
    if not finder.named(match["name"]) or _EVENT.match(finder.after(match.end())):
        return None
    led = _LED.search(finder.before(match.start()))
    if name in _LOOSE and not led and match["year"] is None:
        return None
    # "the Christmas market" is no date, "before Christmas" is one.
    if name in _LOOSE and match["year"] is None and re.match(r"[\s\u00a0][A-Z]", finder.after(match.end())):
        return None
    if name == "christmas" and match["year"] is None and not re.match(CLAUSE_END, finder.after(match.end())):
        return None
    shift = {"last": -1, "this": 0, "next": 1}.get((match["yrel"] or "").lower())
    word = led.group().strip().lower() if led else ""
    if name in _FIXED:
        month, day = _FIXED[name]
        return Phrase(
            start=match.start(),
            end=match.end(),
            kind="day",
            month=month,
            day=day,
            year=finder.year(match),
            year_shift=shift,
        )
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="feast",
        unit=name,
        year=finder.year(match),
        year_shift=shift,
        modifier="next" if word == "next" else "",
    )


def feast(name: str, year: int) -> list[tuple[date, date, bool]]:
    """First and last days of a movable feast that begin in a year, and whether they are exact to the day.

    A list, because a feast of the moon may come twice in a year, or not at all.
    """
    if name == "nowruz":
        # the equinox: 20 March in most years, 21 March in the others, by longitude
        return [(date(year, 3, 20), date(year, 3, 21), False)]
    if name == "orthodox easter":
        day = _orthodox_easter(year)
        return [(day, day, True)]
    if name in _EASTER:
        first, last = _EASTER[name]
        easter = _easter(year)
        return [(easter + timedelta(days=first), easter + timedelta(days=last), True)]
    if name in _WEEKDAYS:
        month, weekday, number = _WEEKDAYS[name]
        found = nth_weekday(year, month, weekday, number)
        return [] if found is None else [(found, found, True)]
    month, start, length = _MOON[name]
    out: list[tuple[date, date, bool]] = []
    around = (year - 622) * 33 // 32
    for lunar in range(around - 1, around + 3):
        first_day = _islamic(lunar, month, start)
        if first_day is not None and first_day.year == year:
            out.append((first_day - timedelta(days=1), first_day + timedelta(days=length), False))
    return out


def nth_weekday(year: int, month: int, weekday: int, number: int) -> date | None:
    """The *number*-th weekday (0 Monday) of a month, -1 for the last; None where the month has no such day."""
    if number < 0:
        last = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    day = 1 + (weekday - first.weekday()) % 7 + 7 * (number - 1)
    return date(year, month, day) if day <= 28 or (first + timedelta(days=day - 1)).month == month else None


def _easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar, by the anonymous algorithm (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    r = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * r) // 433
    month = (h + r - 7 * m + 90) // 25
    return date(year, month, (h + r - 7 * m + 33 * month + 19) % 32)


def _orthodox_easter(year: int) -> date:
    """Easter Sunday by the Julian calendar, as a Gregorian day (Meeus)."""
    d = (19 * (year % 19) + 15) % 30
    e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    return date(year, month, day + 1) + timedelta(days=year // 100 - year // 400 - 2)


def _islamic(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a date in the tabular Islamic calendar (civil epoch, 19 July 622)."""
    passed = (year - 1) * 354 + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2 + day - 1
    try:
        return date(622, 7, 19) + timedelta(days=passed)
    except OverflowError:
        return None
