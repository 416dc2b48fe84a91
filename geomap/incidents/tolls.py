"""Tolls by several sources, and sentences that only count: what widens the numbers of an incident told before.

Where two sources differ, the range spans both: "at least 11 were killed … a relief group put the dead at 15" is
(11, 15), "nine were killed; a hospital said seven" is (7, 9). "At least" stays open only where nobody gives a higher
figure. What comes on top ("one soldier also died", "two more died in hospital") is added.
"""

from __future__ import annotations

from geomap.incidents.counts import Count, Harm, casualties
from geomap.incidents.numbers import Number, numbers_in, total
from geomap.incidents.operators import NOT
from geomap.incidents.syntax import NOMINAL, VERBAL, Sentence, Text, Token, words
from geomap.incidents.triggers import verb_set

__all__ = ["accounts", "is_note", "notes", "passes_over", "widened"]

_PUT = words("put puts putting place places placed")
_TOLLS = words("dead toll deaths figure count tally casualties fatalities victims killed injured wounded total number")
_TELL = words(
    "said says say saying reported reports counted counts spoke speaks speak claimed claims told gave gives cited "
    "cites confirmed confirms listed recorded tallied documented registered reporting citing counting had has"
)
_FIGURE = words("count figure figures tally estimate balance")
_FILL = words(
    "of that there were was had have been has is only just it the a an toll death dead figure number us reporters me "
    "them agency newspaper at least more than about some around up to over nearly almost as many as provisional "
    "preliminary far"
)
_DEATHS = words("dead deaths death killed died dies bodies corpses fatalities victims slain perished killings lives")
_INJURED = words("injured wounded hurt injuries casualties")
_OTHER = words("separate another different earlier previous elsewhere similar since arrested detained displaced lost")
_ON_TOP = words("also too more further additional another later")
_HURTING = _DEATHS | _INJURED | words("treated taken rushed sent admitted brought carried flown ferried hospitalised")
_ONE = words("at another some about as more a up over nearly in")
_TOLL_OPENINGS = words("toll balance losses casualties")

MOST_WORDS = 40
"""A sentence that only counts is short; longer ones tell more."""


def widened(known: Count | None, other: Count, *, more: bool = False) -> Count:
    """Two figures for the same people as one range, or their sum where the second comes on top (``more``)."""
    if known is None or known == other:
        return other
    if more:
        return total([known, other])
    highs = [v[1] for v in (known, other) if v[1] is not None]
    low = min(known[0], other[0])
    if not highs:
        return low, None
    # "at least 11" and "15": nobody says more than 15, unless it is "at least 20" and "15"
    high = max(*highs, known[0], other[0])
    return low, (None if any(v[1] is None and v[0] > max(highs) for v in (known, other)) else high)


def accounts(text: Text, a: int, b: int) -> list[tuple[str, Count, bool]]:
    """Figures that sources give between tokens ``a`` and ``b``: kind (deaths, injured, or "" if not said), range, and
    whether it comes on top of others."""
    tokens = text.tokens
    out: list[tuple[str, Count, bool]] = []
    for number in numbers_in(tokens, a, b):
        lead = _lead(tokens, number, a)
        if lead is None:
            continue
        kind = _kind(tokens, number, b)
        around = tokens[number.b : min(b, number.b + 7)]
        if kind is None or any(t.low in _OTHER for t in around):
            continue
        if lead in _INJURED - {"casualties"}:
            kind = "injured"
        elif lead in _TOLLS and not kind:
            kind = "deaths"
        out.append((kind, number.value, any(t.low in _ON_TOP for t in around)))
    return out


def _lead(tokens: list[Token], number: Number, a: int) -> str | None:
    """The word by which a source gives the number: a verb of telling, or the noun of "put the toll at"."""
    k = number.a - 1
    if (k > a and tokens[k].low == "at") or (k > a and tokens[k].low in ("least", "to", "most")):
        at = k if tokens[k].low == "at" else k - 2
        for j in range(at - 1, max(a - 1, at - 9), -1):
            if tokens[j].low in _PUT and tokens[j].tag in VERBAL:
                nouns = [t.low for t in tokens[max(a, j - 8) : at] if t.low in _TOLLS]
                return nouns[-1] if nouns else None
    steps = 0
    while k >= a and steps < 9 and (tokens[k].low in _FILL):
        k -= 1
        steps += 1
    if k < a:
        return None
    token = tokens[k]
    fillers = {t.low for t in tokens[k + 1 : number.a]}
    told = token.low in _TELL and token.tag in VERBAL and token.low not in ("had", "has")
    if told and not any(t.low in NOT for t in tokens[max(a, k - 3) : k]):
        return token.low
    if token.low in _FIGURE and token.tag in NOMINAL and fillers & {"was", "is", "of"}:
        return token.low
    return None


def _kind(tokens: list[Token], number: Number, b: int) -> str | None:
    """What a figure counts: deaths, injured, "" where nothing is said behind it; None: something else."""
    rest = tokens[number.b : min(b, number.b + 6)]
    if not rest or rest[0].low in (".", ",", ";", ")", "!", '"', "”", "and", "but", "—", "–"):
        return ""
    if rest[0].low == "of":
        # "confirmed twelve of those deaths"; not "two of the dead were children"
        known = len(rest) > 2 and rest[1].low in ("those", "these", "the") and rest[2].low in ("deaths", "killings")
        return "deaths" if known else None
    for token in rest:
        if token.low in (",", ";", ".", "who", "which"):
            break
        if token.low in _DEATHS:
            return "deaths"
        if token.low in _INJURED:
            return "injured"
    return None


# ------------------------------------------------------------------------------------------ sentences that only count


def is_note(text: Text, sentence: Sentence) -> bool:
    """Whether a sentence only counts: "Nineteen others were hurt", "The provisional toll: 5 killed, 11 wounded"."""
    tokens = text.tokens
    if sentence.b - sentence.a > MOST_WORDS:
        return False
    first = [t.low for t in tokens[sentence.a : sentence.a + 4]]
    if not any(t.low in _HURTING for t in tokens[sentence.a : sentence.b]):
        return False
    if any(w in _TOLL_OPENINGS for w in first) and first[0] in ("the", "toll", "casualties", "losses", "provisional"):
        return bool(numbers_in(tokens, sentence.a, sentence.b))
    opens = numbers_in(tokens, sentence.a, min(sentence.b, sentence.a + 5))
    if not opens or not (opens[0].a == sentence.a or first[0] in _ONE):
        return False
    # "A boy of six was killed by a falling bullet" is told for itself
    own = opens[0].a != sentence.a and first[0] == "a" and any(t.low == "by" for t in tokens[sentence.a : sentence.b])
    return not own


def _of_others(text: Text, sentence: Sentence) -> bool:
    """Whether a note speaks of "others", and so goes on from a toll even after a sentence between."""
    return any(t.low in ("others", "other", "another", "more") for t in text.tokens[sentence.a : sentence.a + 4])


def passes_over(text: Text, sentence: Sentence) -> bool:
    """Whether a sentence between an incident and its numbers may be passed over: it denies or says, or is short."""
    speech = verb_set("report") | verb_set("deny") | verb_set("claim") | verb_set("accuse")
    span = text.tokens[sentence.a : sentence.b]
    return len(span) <= 12 or any(t.low in speech and t.tag in VERBAL for t in span)


def notes(text: Text, sentence: Sentence, passed: int) -> Harm | None:
    """What a sentence that only counts adds, or None if it is none; ``passed``: sentences lie between."""
    if not is_note(text, sentence) or (passed and not _of_others(text, sentence) and not _is_toll(text, sentence)):
        return None
    deaths, injured = casualties(text, list(text.clauses_of(sentence)))
    return Harm(deaths, injured)


def _is_toll(text: Text, sentence: Sentence) -> bool:
    return any(t.low in _TOLL_OPENINGS for t in text.tokens[sentence.a : sentence.a + 4])
