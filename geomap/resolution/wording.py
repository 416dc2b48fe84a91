"""What decided, in plain words: the features of an answer, grouped by what they are about and told as facts.

What speaks for and against an answer is told from the weights of :mod:`geomap.resolution.confidence`: what a group of
features adds to the log-odds, compared with what it adds to a usual answer. The words only state what is so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from geomap.records import Candidate, Mention, Place, Resolution
from geomap.resolution.confidence import contributions

__all__ = [
    "Explanation",
    "Factor",
    "Facts",
    "Weighed",
    "found_by",
    "in_words",
    "number_word",
    "sentence_around",
    "weighed_factors",
]

# A quarter of a unit of log-odds moves a probability by at most six hundredths: less is not worth a line.
_TELLING = 0.25
_MOST_FACTORS = 4
# The longest sentence shown to either side of a mention, in characters.
_REACH = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """Something that speaks for an answer (``weight`` above 0) or against it, in units of log-odds."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A candidate and its share: how likely it is among the places of that name, 0 to 1."""

    candidate: Candidate
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a mention was resolved as it was.

    ``found_by`` says who recognised the mention, ``candidates`` are the likeliest of ``known`` places of that name,
    ``factors`` the strongest three or four for and against, strongest first. ``resolution.score`` is the probability
    that the answer is right and ``toponym`` that the mention is a toponym at all (None where nothing was weighed: the
    user's places, states that are no more).
    ``change`` says what would have to be otherwise for ``runner_up`` to win, or for a mention without a place to get
    one; None where the model knows of nothing.
    """

    resolution: Resolution
    sentence: str
    found_by: str
    candidates: tuple[Weighed, ...]
    known: int
    factors: tuple[Factor, ...]
    toponym: float | None
    runner_up: Candidate | None
    change: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is so of an answer: ``others`` places beside it in the article, some of them in its country or division."""

    mention: Mention
    place: Place | None
    rule: str
    note: str = ""
    match: str = ""
    country: str = ""
    others: int = 0
    in_country: int = 0
    in_division: int = 0
    near: str = ""
    near_km: float = 0.0
    namesakes: int = 0
    share: float = 0.0
    mentions: int = 1


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number_word(number: int) -> str:
    """Small numbers as words."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


def in_words(here: int, others: int, area: str) -> str:
    """How many of the article's other places are in an area."""
    if others == 1:
        return f"the article's other place is{'' if here else ' not'} in {area}"
    if here == 0:
        return f"none of the article's {number_word(others)} other places is in {area}"
    if here == others:
        return f"all of the article's {number_word(others)} other places are in {area}"
    verb = "is" if here == 1 else "are"
    return f"{number_word(here)} of the article's {number_word(others)} other places {verb} in {area}"


# What each feature is about; a feature that is not here is told by the beginning of its name below.
_ABOUT = {
    "others in its country": "others",
    "others in its division": "others",
    "names in its country (log)": "others",
    "names in its division (log)": "others",
    "fragile: others in its country": "others",
    "fragile: others in its division": "others",
    "town: one of several, others elsewhere": "others",
    "no other places": "others",
    "another place near": "near",
    "fragile: another place near": "near",
    "inhabitants (log10 - 4)": "size",
    "fragile: inhabitants (log10 - 4)": "size",
    "town: inhabitants (log10 - 4)": "size",
    "town: inhabitants, others elsewhere": "size",
    "town: inhabitants, others in its division": "size",
    "country": "kind",
    "ADM1": "kind",
    "ADM2": "kind",
    "share among namesakes (log-odds)": "rank",
    "namesakes (log)": "rank",
    "pass context": "rank",
    "pass only": "rank",
    "pass qualified": "qualifier",
    "pass spelling": "match",
    "short form only": "match",
    "two or three capitals": "form",
    "several words": "form",
    "a government that speaks": "government",
    "mentions (log)": "mentions",
}
_ABOUT_PREFIX = {"match": "match", "class": "kind", "found": "found", "inside": "found", "pass": "found"}

_FOUND = {
    "model": "the language model took it for a place",
    "model and cue": "the language model took it for a place, and so does a word beside it",
    "model only": "the language model took it for a place, though no place of size is called so",
    "dateline": "it stands in the dateline",
    "lexicon": "it is in the list of demonyms",
    "gazetteer, qualified": "the words around it are those around a place",
    "gazetteer and cue": "the words around it are those around a place",
    "gazetteer and what it is called": "the word beside it says what kind of place it is",
    "gazetteer in list": "it stands in a list of places",
    "gazetteer in organisation": "it stands in the name of an organisation",
    "gazetteer as organisation": "it was taken for an organisation",
    "gazetteer in facility": "it stands in the name of a building or street",
    "gazetteer after locative": "it follows a word such as “in” or “near”",
    "gazetteer over person": "it follows a word such as “in”, though it may be a person",
    "gazetteer, well known": "it is the name of a well-known place",
    "cue only": "only the words around it say that it is a place",
    "same name in the document": "the same name is a place elsewhere in the article",
}

_KINDS = {
    "PCLI": ("a country", "countries"),
    "TERR": ("a territory", "territories"),
    "ADM1": ("a first-order division", "divisions"),
    "ADM2": ("a second-order division", "districts"),
    "PPLC": ("a capital", "capitals"),
}
_CLASSES = {
    "A": ("a division", "divisions"),
    "H": ("a water", "waters"),
    "L": ("an area", "areas"),
    "P": ("a town", "towns"),
    "R": ("a road or railway", "roads"),
    "S": ("a spot or building", "buildings"),
    "T": ("a mountain, island or cape", "mountains and islands"),
    "U": ("an undersea feature", "undersea features"),
    "V": ("a forest or heath", "forests"),
}


def found_by(mention: Mention) -> str:
    """Who recognised a mention, in words."""
    return _FOUND.get(mention.recognizer, "it was given as a place")


def _kind(place: Place, value: float) -> str:
    kind, several = _KINDS.get(place.feature_code) or _CLASSES.get(place.feature_class, ("a place", "places"))
    if place.feature_class == "P" and place.feature_code != "PPLC":
        # 5,000 and 100,000: what settlements are called in everyday words, after the European Commission's typology.
        population = place.population or 0
        few, many = ("a city", "cities"), ("a village", "villages")
        kind, several = few if population >= 100_000 else (kind, several) if population >= 5_000 else many
    # Against the mean of all answers, of which countries are many.
    return f"{several} are mistaken more often than countries" if value < 0 else f"it is {kind}"


def _size(place: Place) -> str:
    if place.population:
        return f"it has {place.population:,} people"
    return "its number of people is unknown" if place.feature_class == "P" else ""


def _match(facts: Facts) -> str:
    name = facts.place.name if facts.place else ""
    return {
        "exact": "that is its own name",
        "folded": "that is its own name, written a little otherwise",
        "alternate": f"that is only another name of {name}",
        "abbreviation": f"it is an abbreviation of {name}",
        "transliterated": f"it is {name} spelled otherwise",
        "fuzzy": f"it is spelled nearly like {name}",
        "demonym": f"it means people or things of {name}",
    }.get(facts.match, "")


def _form(facts: Facts) -> str:
    text = facts.mention.text
    if " " in text:
        return "a name of several words is seldom anything else"
    return "so few capitals may abbreviate anything" if text.isupper() and len(text) <= 3 else ""


def _rank(facts: Facts) -> str:
    if facts.namesakes <= 1:
        return "no other place of that name is known"
    ahead = "far ahead of" if facts.share >= 0.95 else "ahead of" if facts.share >= 0.7 else "hardly ahead of"
    return f"it is {ahead} {number_word(facts.namesakes - 1)} other place{'s' if facts.namesakes > 2 else ''} so called"


def _others(facts: Facts) -> str:
    if facts.others < 1:
        return "the article names no other place to go by"
    place = facts.place
    if place is not None and place.admin1 and facts.in_division >= 2 and place.feature_code != "ADM1":
        return in_words(facts.in_division, facts.others, place.admin1)
    return in_words(facts.in_country, facts.others, facts.country) if facts.country else ""


def _near(facts: Facts) -> str:
    if facts.place is not None and facts.place.is_area:
        return ""
    if facts.near and facts.near_km <= 100:
        return f"it is {facts.near_km:.0f} km from {facts.near}, also in this article"
    return "no other town of the article is near" if facts.others else ""


def _about(facts: Facts, topic: str, value: float) -> str:
    """The fact of a topic in words; "" where there is nothing to say."""
    if topic == "found":
        if facts.mention.inside and "in organisation" not in facts.mention.recognizer:
            kind = facts.mention.inside
            return f"it stands in the name of {'an' if kind[:1] in 'aeiou' else 'a'} {kind}"
        return found_by(facts.mention)
    if topic == "form":
        return _form(facts)
    if topic == "government":
        return "it stands for its government" if facts.mention.metonym else ""
    if topic == "mentions":
        return f"it is named {number_word(facts.mentions)} times" if facts.mentions > 1 else ""
    if facts.place is None:
        return "no place of that name is known" if topic == "match" else ""
    if topic == "qualifier":
        return facts.note if facts.rule == "qualified" else ""
    if topic == "kind":
        return _kind(facts.place, value)
    if topic == "size":
        return _size(facts.place)
    say = {"others": _others, "near": _near, "rank": _rank, "match": _match}[topic]
    return say(facts)


def weighed_factors(found: Mapping[str, float], facts: Facts, *, right: bool = True) -> tuple[Factor, ...]:
    """The four strongest facts for and against an answer, strongest first; of features that say the same, one."""
    weights: defaultdict[str, float] = defaultdict(float)
    for name, value in contributions(found, right=right).items():
        if facts.rule == "qualified" and _ABOUT.get(name) in ("others", "near"):
            continue  # not weighed for these
        topic = _ABOUT.get(name) or _ABOUT_PREFIX.get(name.partition(" ")[0])
        if topic is not None:
            weights[topic] += value
    ranked = sorted(weights.items(), key=lambda one: (-abs(one[1]), one[0]))
    told = [
        (text, value) for topic, value in ranked if abs(value) >= _TELLING and (text := _about(facts, topic, value))
    ]
    return tuple(Factor(text=text, weight=round(value, 2)) for text, value in told[:_MOST_FACTORS])


# Where a sentence ends: at a full stop with a space and a capital, quote or digit after it, or at a line's end.
_END = re.compile(r"[.!?][\"'”’)]?\s+(?=[A-ZÀ-Þ“\"'(\d])|\n")
_SHORT = re.compile(r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Gen|Gov|Sen|Rep|Lt|Col|Sgt|No|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.\s+$")


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence that holds ``text[start:end]``, on one line; at most some 240 characters to either side."""
    low = max(0, start - _REACH)
    high = min(len(text), end + _REACH)
    left, right = low, high
    for match in _END.finditer(text, low, high):
        if _SHORT.search(text, max(low, match.end() - 12), match.end()):
            continue
        if match.end() <= start:
            left = match.end()
        elif match.start() >= end:
            right = match.start() + (0 if match[0] == "\n" else len(match[0].rstrip()))
            break
    said = " ".join(text[left:right].split())
    before = "… " if left == low and low > 0 else ""
    return f"{before}{said}{' …' if right == high and high < len(text) else ''}"
