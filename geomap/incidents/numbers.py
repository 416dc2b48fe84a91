"""Quantities in words and figures, as ranges ``(low, high)``; high None means "at least".

Words that stand for a range keep to what editors use them for: "dozens" is two to eight of them (24, 96), "scores"
(40, 180), "hundreds" (200, 999), "thousands" (1000, 9999), "several" (3, 9), "a handful" (3, 7), "a few" (2, 5), "a
couple" (2, 2). "At least 12" and "12 or more" are (12, None), "up to 30" (1, 30), "fewer than 10" (1, 9), "between 20
and 30" (20, 30). "About 200" stays (200, 200): the figure is what the source gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from geomap.incidents.syntax import NOMINAL, Token, words

__all__ = ["ANIMALS_AND_THINGS", "Count", "Number", "numbers_in", "total", "word_number"]

Count = tuple[int, int | None]

_UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12, "lakh": 100_000, "score": 20}
_VAGUE: dict[str, Count] = {
    "dozens": (24, 96), "scores": (40, 180), "hundreds": (200, 999), "thousands": (1000, 9999), "several": (3, 9),
    "few": (2, 5), "couple": (2, 2), "handful": (3, 7), "many": (10, None), "numerous": (10, None), "tens": (20, 99),
}  # fmt: skip
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3}){1,4}|\d{1,8}")
_SHORT = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)(k|m|mn)")
MOST = 50_000_000
"""No incident kills or gathers more; larger figures are money or populations."""
_DATE_WORDS = words(
    "january february march april may june july august september october november december jan feb mar "
    "apr jun jul aug sept sep oct nov dec"
)
ANIMALS_AND_THINGS = words(
    "percent per cent km kilometres kilometers miles mile year years months month days day hours hour "
    "minutes seconds weeks week am pm a.m. p.m. o'clock metres meters houses homes vehicles cars shops buildings "
    "schools times rifles drones rockets shells missiles customers dollars euros tonnes tons villages bridges lorries "
    "trucks buses planes tanks animals cattle cows sheep goats camels chickens pigs horses dogs birds bullets rounds "
    "seats degrees feet acres hectares grenades weapons bombs guns flights points shots helicopters jets aircraft "
    "boats ships pistols magazines cartridges pieces bags boxes kilos kilograms kg grams litres liters barrels "
    "districts provinces towns cities municipalities countries states checkpoints positions posts "
    "motorcycles motorbikes tents huts stalls mines ieds mortars attacks incidents clashes protests rallies marches "
    "storeys stories floors rooms lanes bricks stones poles trees fields farms barns warehouses factories plants "
    "churches mosques clinics hospitals votes seats clubs occasions rupees pounds francs naira shillings "
    "nautical square cubic calibre caliber mm cm inch inches armoured armored tankers containers wagons carriages "
    " operations sorties raids strikes airstrikes explosions blasts shootings killings "
    "loudspeakers phones laptops warrants charges counts cases"
)
"""Nouns whose numbers count no people, with units of all kinds."""
_AT_LEAST = re.compile(
    r"(?:at least|more than|no fewer than|no less than|over|not less than|not fewer than|a minimum of|upwards of|"
    r"in excess of|above|exceeding|exceeded|surpassed|at the least)$"
)
_AT_MOST = re.compile(r"(?:up to|as many as|at most|no more than|not more than|a maximum of|a possible)$")
_BELOW = re.compile(r"(?:fewer than|less than|under|below)$")
_TOLL_NOUNS = words(
    "toll stands dead deaths stood killed injured wounded casualties fatalities victims figure count tally number "
    "total crowd attendance turnout"
)
"""What "at" and a figure may follow: "put the dead at 15"."""
_BEFORE_NO_COUNT = words(
    "no aged age highway route since $ € £ mh flight road motorway section article law resolution number nos phase "
    "chapter grade unit battery camp room bus line channel station block zone sector ward checkpoint gate pier"
)


@dataclass(slots=True)
class Number:
    """A quantity at tokens ``a`` to ``b`` (exclusive), with "at least", "up to" and the like taken into ``value``."""

    a: int
    b: int
    value: Count


def word_number(low: str) -> float | None:
    """The value of a number word or figure ("12", "1,200", "10k", "twenty-five"), or None."""
    if _DIGITS.fullmatch(low):
        return float(low.replace(",", ""))
    if re.fullmatch(r"\d{1,4}\.\d{1,2}", low):
        return float(low)
    if low in _UNITS:
        return float(_UNITS[low])
    first, dash, second = low.partition("-")
    if dash and first in _UNITS and second in _UNITS:
        return float(_UNITS[first] + _UNITS[second])
    short = _SHORT.fullmatch(low)
    return float(short[1]) * (1000 if short[2] == "k" else 1_000_000) if short else None


def total(values: list[Count]) -> Count:
    """The sum of several ranges."""
    low = sum(v[0] for v in values)
    high: int | None = 0
    for value in values:
        high = None if high is None or value[1] is None else high + value[1]
    return low, high


def _vague_at(tokens: list[Token], i: int, b: int) -> Number | None:
    """A quantity in a vague word: "dozens", "several hundred", "tens of thousands"."""
    low = tokens[i].low
    value = _VAGUE[low]
    j = i + 1
    after = tokens[j].low if j < b else ""
    if low in ("several", "few", "many", "couple") and after in ("hundred", "thousand", "dozen"):
        scale = _SCALES[after]
        return Number(i, j + 1, (2 * scale, scale * 10 - 1) if scale > 12 else (24, 96))
    for word, of_thousands in (("tens", (20_000, 99_999)), ("hundreds", (200_000, 999_999))):
        if low == word and after == "of" and j + 1 < b and tokens[j + 1].low == "thousands":
            return Number(i, j + 2, of_thousands)
    if low == "many" and i and tokens[i - 1].low in ("as", "so", "how", "too"):
        return None
    return Number(i, j, value)


def _scaled(tokens: list[Token], j: int, b: int, base: float) -> tuple[float, int]:
    """Take in "hundred", "thousand", "and fifty" behind a number."""
    if j + 1 < b and tokens[j].low == "-" and tokens[j + 1].low in _UNITS and base in range(20, 100, 10):
        base += _UNITS[tokens[j + 1].low]
        j += 2
    while j < b and tokens[j].low in _SCALES:
        base *= _SCALES[tokens[j].low]
        j += 1
        if j + 1 < b and tokens[j].low == "and" and base >= 100 and tokens[j + 1].low in _UNITS:
            base += word_number(tokens[j + 1].low) or 0
            j += 2
    return base, j


def _number_at(tokens: list[Token], i: int, b: int) -> Number | None:
    """A quantity that starts at token ``i``: figures, words, ranges, vague words."""
    low = tokens[i].low
    base = word_number(low)
    j = i + 1
    if base is None and low == "half" and j + 1 < b and tokens[j].low == "a" and tokens[j + 1].low in _SCALES:
        base, j = 0.5, j + 1
    elif base is None and low in ("a", "half") and j < b and tokens[j].low in _SCALES:
        base = 1.0 if low == "a" else 0.5
    elif base is None and low in _VAGUE:
        return _vague_at(tokens, i, b)
    if base is None and low in _SCALES and (not i or tokens[i - 1].low not in _UNITS) and low in ("hundred", "dozen"):
        base, j = 1.0, i
    if base is None:
        return None
    base, j = _scaled(tokens, j, b, base)
    # The bound first: scales in a row make infinity of any number.
    if base > MOST or base != int(base):
        return None
    high = int(base)
    joint = ("to", "-", "–", "or", "and") if i and tokens[i - 1].low == "between" else ("to", "-", "–", "or")
    if j + 1 < b and tokens[j].low in joint and word_number(tokens[j + 1].low) is not None:
        other, end = _scaled(tokens, j + 2, b, word_number(tokens[j + 1].low) or 0)
        if base < other <= MOST and other == int(other):
            high, j = int(other), end
    return Number(i, j, (int(base), high))


def _bounded(tokens: list[Token], number: Number) -> Count:
    """The range with "at least", "more than", "up to", "or more" around it taken in."""
    before = " ".join(t.low for t in tokens[max(0, number.a - 4) : number.a])
    after = [t.low for t in tokens[number.b : number.b + 4]]
    low, high = number.value
    if _AT_MOST.search(before):
        return 1, high
    if _AT_LEAST.search(before) or after[:2] == ["or", "more"] or after[:1] in (["+"], ["plus"]):
        return low, None
    if _BELOW.search(before):
        return 1, max(1, (high or low) - 1)
    return low, high


def _counts_no_people(tokens: list[Token], number: Number, a: int, b: int) -> bool:
    """Whether a number is an age, a date, a time, a distance, money, or counts things."""
    i = number.a
    before = tokens[i - 1].low if i > a else ""
    after = tokens[number.b].low if number.b < b else ""
    two = tokens[number.b + 1].low if number.b + 1 < b else ""
    if before in _DATE_WORDS and (number.b >= b or tokens[number.b].tag != "NNS"):
        return True
    if after in _DATE_WORDS or before in _BEFORE_NO_COUNT or after in ANIMALS_AND_THINGS:
        return True
    if after in (":", "%", "st", "th", "km", "-year") or after.startswith("-year"):
        return True
    if after == "-" and two in words("year month day hour mile km week storey story man seat metre meter mm ton tonne"):
        return True
    if two in ANIMALS_AND_THINGS and number.b < b and tokens[number.b].tag in ("JJ", "NN", "VBN", "VBG", "NNP"):
        return True
    digits = tokens[i].low.isdigit()
    if digits and 1500 <= number.value[0] <= 2100 and before in words("in of since , by until from during late early"):
        return True
    if before == "of" and i - 2 >= a and tokens[i - 2].tag == "NN" and number.value[0] < 110:
        # "a girl of nine", "a man of 23": an age
        return number.b >= b or tokens[number.b].tag not in (*NOMINAL, "JJ")
    if before == "," and after in (",", ".") and digits and i - 2 >= a and tokens[i - 2].tag in ("NN", "NNP"):
        # "Ana Petrov, 32, …"
        return number.value[0] < 110
    if before == "at" and after not in ("people",) and not (i - 2 >= a and tokens[i - 2].low in _TOLL_NOUNS):
        return number.b >= b or tokens[number.b].tag not in NOMINAL
    return after == "of" and two in ("the", "which") and number.value == (1, 1)


def numbers_in(tokens: list[Token], a: int, b: int) -> list[Number]:
    """The quantities between tokens ``a`` and ``b`` that may count people, in order."""
    out: list[Number] = []
    i = a
    while i < b:
        number = _number_at(tokens, i, b)
        if number is None:
            i += 1
            continue
        if not _counts_no_people(tokens, number, a, b):
            out.append(Number(number.a, number.b, _bounded(tokens, number)))
        i = max(number.b, i + 1)
    return out
