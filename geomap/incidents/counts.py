"""How many: killed, injured, in the crowd, as ranges ``(low, high)``; high None means "at least".

Words that stand for a range keep to what editors use them for: "dozens" is two to eight of them (24, 96), "scores"
(40, 180), "hundreds" (200, 999), "thousands" (1000, 9999), "several" (3, 9), "a few" (2, 5), "a couple" (2, 2).
"about 200" stays (200, 200): the figure is what the source gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from geomap.incidents.syntax import BE, HAVE, NOMINAL, VERBAL, Clause, Text, Token, words
from geomap.incidents.triggers import classes_of

__all__ = ["Count", "casualties", "crowd", "word_number"]

Count = tuple[int, int | None]

_UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12}
_VAGUE: dict[str, Count] = {
    "dozens": (24, 96), "scores": (40, 180), "hundreds": (200, 999), "thousands": (1000, 9999), "several": (3, 9),
    "few": (2, 5), "couple": (2, 2), "both": (2, 2), "many": (10, None), "numerous": (10, None), "tens": (20, 99),
}  # fmt: skip
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,7}")
_KILL = words(
    "kill kills killed killing dead die dies died dying death deaths slain murdered massacred "
    "assassinated executed perished drowned slaughtered beheaded lynched martyred fatalities claimed"
)
_INJURE = words("injure injures injured injuring wound wounds wounded wounding hurt injuries hospitalised hospitalized")
_UNCOUNTED = words(
    "percent per cent km kilometres kilometers miles mile years year months month days day hours hour "
    "minutes weeks week am pm metres meters houses homes vehicles cars shops buildings schools times "
    "rifles drones rockets shells missiles customers dollars euros tonnes tons villages bridges lorries "
    "trucks buses planes tanks animals cattle bullets rounds seats degrees feet acres hectares grenades "
    "weapons bombs guns flights points shots"
)
_DATE_WORDS = words(
    "january february march april may june july august september october november december jan feb mar "
    "apr jun jul aug sept sep oct nov dec"
)


def word_number(low: str) -> float | None:
    """The value of a number word or figure ("12", "1,200", "twenty-five"), or None."""
    if _DIGITS.fullmatch(low):
        return float(low.replace(",", ""))
    if re.fullmatch(r"\d{1,4}\.\d{1,2}", low):
        return float(low)
    if low in _UNITS:
        return float(_UNITS[low])
    first, dash, second = low.partition("-")
    if dash and first in _UNITS and second in _UNITS:
        return float(_UNITS[first] + _UNITS[second])
    return None


@dataclass(slots=True)
class _Number:
    a: int
    b: int
    value: Count


def _number_at(tokens: list[Token], i: int, b: int) -> _Number | None:
    """A quantity that starts at token ``i``: figures, words, ranges, vague words."""
    low = tokens[i].low
    base = word_number(low)
    j = i + 1
    if base is None and low in ("a", "half") and j < b and tokens[j].low in _SCALES:
        base = 1.0 if low == "a" else 0.5
    elif base is None and low in _VAGUE and low not in ("both",):
        value = _VAGUE[low]
        if low in ("several", "few", "many") and j < b and tokens[j].low in ("hundred", "thousand", "dozen"):
            scale = _SCALES[tokens[j].low]
            value = (2 * scale, scale * 10 - 1) if scale > 12 else (24, 96)
            return _Number(i, j + 1, value)
        if low == "tens" and j + 1 < b and tokens[j].low == "of" and tokens[j + 1].low == "thousands":
            return _Number(i, j + 2, (20_000, 99_999))
        if low == "hundreds" and j + 1 < b and tokens[j].low == "of" and tokens[j + 1].low == "thousands":
            return _Number(i, j + 2, (200_000, 999_999))
        return _Number(i, j, value)
    if base is None and low in _SCALES and i > 0 and tokens[i - 1].low not in _UNITS and low != "million":
        base = 1.0
        j = i
    if base is None:
        return None
    if j + 1 < b and tokens[j].low == "-" and tokens[j + 1].low in _UNITS and base in (20, 30, 40, 50, 60, 70, 80, 90):
        base += _UNITS[tokens[j + 1].low]
        j += 2
    while j < b and tokens[j].low in _SCALES:
        base *= _SCALES[tokens[j].low]
        j += 1
        if (
            j < b
            and tokens[j].low == "and"
            and j + 1 < b
            and word_number(tokens[j + 1].low) is not None
            and base >= 100
        ):
            base += word_number(tokens[j + 1].low) or 0
            j += 2
    if base != int(base) or base > 50_000_000:
        return None
    high = int(base)
    if j + 1 < b and tokens[j].low in ("to", "-", "–", "or") and word_number(tokens[j + 1].low) is not None:
        other = word_number(tokens[j + 1].low) or 0
        if other > base:
            high = int(other)
            j += 2
    return _Number(i, j, (int(base), high))


def _bounded(tokens: list[Token], number: _Number, a: int) -> Count:
    """The range with "at least", "more than", "up to" before it taken in."""
    before = " ".join(t.low for t in tokens[max(a, number.a - 3) : number.a])
    low, high = number.value
    if re.search(
        r"(?:at least|more than|no fewer than|no less than|over|not less than|a minimum of|upwards of)$", before
    ):
        return low, None
    if re.search(r"(?:up to|as many as|at most|fewer than|less than|nearly|almost)$", before):
        return low, high
    return low, high


def _numbers(tokens: list[Token], a: int, b: int) -> list[_Number]:
    out: list[_Number] = []
    i = a
    while i < b:
        number = _number_at(tokens, i, b)
        if number is None:
            i += 1
            continue
        before = tokens[i - 1].low if i > a else ""
        after = tokens[number.b].low if number.b < b else ""
        two = tokens[number.b + 1].low if number.b + 1 < b else ""
        bad = (
            before in _DATE_WORDS
            or after in _DATE_WORDS
            or after in _UNCOUNTED
            or (two in _UNCOUNTED and tokens[number.b].tag in ("JJ", "NN", "VBN"))
            or before in ("no", "aged", "age", "highway", "route", "since", "$", "€", "£", "mh", "flight")
            or after in (":", "%", "st", "th", "km", "-year")
            or (after == "-" and two in ("year", "month", "day", "hour", "mile", "km", "week", "storey", "story"))
            or (
                1800 <= number.value[0] <= 2100
                and before in ("in", "of", "since", ",", "by", "until")
                and tokens[i].low.isdigit()
            )
        )
        if not bad:
            out.append(number)
        i = max(number.b, i + 1)
    return out


def casualties(text: Text, clauses: list[Clause]) -> tuple[Count | None, Count | None]:
    """Killed and injured that the clauses of one incident state, or None where they state none.

    Each verb or noun of dying or wounding takes the number that is nearest to it: its subject when it is passive or
    intransitive, its object otherwise. Numbers of
    several groups of dead ("two soldiers and six civilians") add up.
    """
    deaths: Count | None = None
    injured: Count | None = None
    tokens = text.tokens
    for clause in clauses:
        numbers = _numbers(tokens, clause.a, clause.b)
        for i in range(clause.a, clause.b):
            low = tokens[i].low
            killing = low in _KILL and tokens[i].tag not in ("NNP",)
            if not killing and low not in _INJURE:
                continue
            value = _nearest(text, clause, i, numbers)
            if value is None:
                value = _single(tokens, i, clause)
            if value is None:
                continue
            if killing and (deaths is None):
                deaths = value
            elif not killing and injured is None:
                injured = value
    return deaths, injured


def _passive(tokens: list[Token], i: int, a: int) -> bool:
    for j in range(i - 1, max(a - 1, i - 5), -1):
        if tokens[j].low in BE:
            return True
        if tokens[j].tag == "CC" and tokens[j - 1].tag in ("VBN", "VBD"):
            # "were shot and killed"
            continue
        if tokens[j].tag in NOMINAL or tokens[j].low in HAVE:
            return False
    return False


def _nearest(text: Text, clause: Clause, i: int, numbers: list[_Number]) -> Count | None:
    tokens = text.tokens
    low = tokens[i].low
    left = [n for n in numbers if n.b <= i]
    right = [n for n in numbers if n.a > i]
    backwards = low in (
        "dead",
        "died",
        "die",
        "dies",
        "drowned",
        "perished",
        "deaths",
        "fatalities",
        "dying",
        "injuries",
    ) or _passive(tokens, i, clause.a)
    if low in ("wounded", "injured", "hurt", "killed") and not backwards and i > clause.a:
        # "leaving 30 injured", "with two people killed"
        backwards = tokens[i - 1].tag == "CD" or (
            tokens[i - 1].tag == "NNS" and i - 2 >= clause.a and tokens[i - 2].tag == "CD" and not right
        )
    if low in ("death", "deaths") and right and not left:
        backwards = False
    if (
        low == "dead"
        and i > clause.a
        and tokens[i - 1].low in ("shot", "shooting")
        and not _passive(tokens, i - 1, clause.a)
    ):
        # "police shot dead two men"
        backwards = False
    if backwards:
        if not left:
            return None
        chosen = left[-1]
        if i - chosen.b > 14:
            return None
        between = tokens[chosen.b : i]
        if any(t.low in _INJURE | _KILL for t in between) and not any(t.low == "," or t.low == "and" for t in between):
            return None
        if len(left) > 1:
            gap = [t.low for t in tokens[left[-2].b : chosen.a]]
            if len(gap) <= 8 and ("including" in gap or "among" in gap):
                # "14 people, including seven children, were injured"
                chosen = left[-2]
                return _bounded(tokens, chosen, clause.a)
        group = [chosen]
        for earlier in reversed(left[:-1]):
            gap = [t.low for t in tokens[earlier.b : group[-1].a]]
            if len(gap) <= 4 and "and" in gap and not set(gap) & (_KILL | _INJURE):
                group.append(earlier)
            else:
                break
        value = _sum([_bounded(tokens, n, clause.a) for n in group])
        extra = _singles(tokens, chosen.b, i)
        return value[0] + extra, None if value[1] is None else value[1] + extra
    if not right:
        return None
    chosen = right[0]
    between = tokens[i + 1 : chosen.a]
    if chosen.a - i > 7 or any(
        t.low in (",", ";", "in", "on", "near") or t.tag in VERBAL for t in between if t.low != "at"
    ):
        return None
    group = [chosen]
    for later in right[1:]:
        gap = [t.low for t in tokens[group[-1].b : later.a]]
        verbal = any(t.tag in VERBAL for t in tokens[group[-1].b : later.a])
        if 1 < len(gap) <= 4 and "and" in gap and not verbal:
            group.append(later)
        else:
            break
    return _sum([_bounded(tokens, n, i) for n in group])


def _singles(tokens: list[Token], a: int, b: int) -> int:
    """How many more victims "and a policeman" adds between tokens ``a`` and ``b``."""
    people = classes_of("CIVILIAN") | classes_of("FORCE") | classes_of("ARMED")
    extra = 0
    for i in range(a, b - 1):
        if tokens[i].low in ("and", ",") and tokens[i + 1].low in ("a", "an", "another", "one"):
            extra += any(t.low in people for t in tokens[i + 2 : min(b, i + 5)])
    return extra


def _sum(values: list[Count]) -> Count:
    low = sum(v[0] for v in values)
    high: int | None = 0
    for value in values:
        high = None if high is None or value[1] is None else high + value[1]
    return low, high


def _single(tokens: list[Token], i: int, clause: Clause) -> Count | None:
    """One victim named by an indefinite noun: "killed a tractor driver", "a sergeant was shot dead"."""
    people = classes_of("CIVILIAN") | classes_of("FORCE") | classes_of("ARMED")
    low = tokens[i].low
    if low in ("death", "deaths", "fatalities", "injuries", "claimed", "dying"):
        return None
    if _passive(tokens, i, clause.a) or low in ("dead", "died", "dies", "die", "drowned", "perished"):
        span = range(i - 1, max(clause.a - 1, i - 14), -1)
    else:
        span = range(i + 1, min(clause.b, i + 6))
    last = ""
    for j in span:
        token = tokens[j]
        if token.low in ("a", "an", "another", "one"):
            forward = [t.low for t in tokens[j + 1 : min(clause.b, j + 6)]]
            if any(
                w in people and not w.endswith("men") for w in forward[:5] if not (w.endswith("s") and w[:-1] in people)
            ):
                return 1, 1
            return None
        if token.low in ("of", ",") and last:
            return None
        last = token.low
    return None


def crowd(text: Text, clause: Clause, trigger: int) -> Count | None:
    """The size of the crowd that a clause names: a number before a noun for people who gather."""
    tokens = text.tokens
    people = classes_of("CROWD")
    for number in _numbers(tokens, clause.a, clause.b):
        j = number.b
        steps = 0
        while (
            j < clause.b
            and steps < 4
            and (tokens[j].tag in ("JJ", "NNP", "NN", "VBG", "NNPS") or tokens[j].low in ("of", "the"))
            and tokens[j].low not in people
        ):
            j += 1
            steps += 1
        if j < clause.b and (
            tokens[j].low in people or (tokens[j].tag in ("NNPS", "NNP") and j <= number.b + 1) or j == trigger
        ):
            return _bounded(tokens, number, clause.a)
        if number.b < clause.b and tokens[number.b - 1].low in ("hundreds", "thousands", "dozens", "scores"):
            return _bounded(tokens, number, clause.a)
    # "drivers of several hundred lorries": the number of vehicles stands for that of people
    for number in _numbers(tokens, clause.a, clause.b):
        if number.a - 1 > clause.a and tokens[number.a - 1].low == "of" and tokens[number.a - 2].low in people:
            return _bounded(tokens, number, clause.a)
    return None
