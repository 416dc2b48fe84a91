"""How alike two quotes are worded: shared content words, and shared runs of words.

Nothing here depends on the other articles of a batch: what two incidents share is the same today and next week.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from functools import cache, lru_cache

from geomap.lexicons import load_json
from geomap.text import fold

__all__ = ["COPY_SHARE", "Wording", "calendar_words", "content_words", "copied", "read_wording", "shared_words"]

COPY_SHARE = 0.9
"""From this share of the shorter quote's runs of words on, one quote is a copy of the other. Of our gold, edited copies
have 0.93 and more, the nearest retelling in own words 0.34 (tests/data/merging)."""

_RUN = 4
"""Words of a run. Four in a row that are the same are seldom chance, and one edited word spoils only four runs."""

_FEWEST = 6
"""Words that a quote must have to be called a copy: two outlets may both write "Seven people were arrested"."""

_LONGEST = 200
"""Words of a quote that are looked at. The longest sentence of our articles has 71; a "sentence" of a megabyte has
more, and says nothing more."""

_WORD = re.compile(r"[^\W_]+")
_ENDINGS = ("ings", "ing", "edly", "ers", "ies", "ed", "es", "er", "s", "e", "y")

_DOUBT = 1.0
"""Added below the line: one word shared by two quotes of one word is no sign, six of eight are."""

_COMMON_WEIGHT = 0.4
"""What a word of most incidents counts, against 1.0 for others: a convention, half or less of an ordinary word."""


@cache
def _words(name: str) -> frozenset[str]:
    """A list of lexicons/merging.json: words that say nothing of which incident it is, those of the calendar (days are
    compared as days), and the stems that most incidents share."""
    return frozenset(load_json("merging.json")[name].split())


def calendar_words() -> frozenset[str]:
    """The names of days and months, folded."""
    return _words("calendar")


class Wording:
    """The words of a quote: ``weights`` of its content words, ``runs`` of its words in a row."""

    __slots__ = ("_runs", "total", "weights", "words")

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.weights = {stem: _weight(stem) for word in words if (stem := _stem(word))}
        self.total = sum(self.weights.values())
        self._runs: frozenset[tuple[str, ...]] | None = None

    @property
    def runs(self) -> frozenset[tuple[str, ...]]:
        """Every four words in a row; worked out when first asked for, which most quotes never are."""
        if self._runs is None:
            words = self.words
            self._runs = frozenset(tuple(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1)))
        return self._runs

    def has(self, word: str) -> bool:
        """Whether ``word`` (folded) is one of the content words."""
        return _stem(word) in self.weights


@lru_cache(maxsize=50_000)
def _weight(stem: str) -> float:
    return _COMMON_WEIGHT if stem in _words("common") else 1.0


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """The word without its ending; nothing for a word that says nothing, or a number."""
    if len(word) < 3 or word.isdigit() or word in _words("empty") or word in _words("calendar"):
        return ""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def read_wording(quote: str) -> Wording:
    """The words of ``quote``, the first two hundred."""
    # A slice first: folding a quote of a megabyte would take longer than all else. Without fold's memory, which is for
    # names: 65,536 quotes would be some 20 MB, and long ones more.
    return Wording(_WORD.findall(fold.__wrapped__(quote[: _LONGEST * 20]))[:_LONGEST])


def shared_words(one: Wording, two: Wording, without: Collection[str] = ()) -> float:
    """How much of what two quotes say is said in the same words, 0 to below 1 (weighted cosine).

    ``without`` are words that are not counted, such as the names of places, which are compared as places.
    """
    if len(one.weights) > len(two.weights):
        one, two = two, one
    left = {_stem(word) for word in without}
    both = sum(weight for word, weight in one.weights.items() if word in two.weights and word not in left)
    if not both:
        return 0.0
    totals = [side.total - sum(side.weights[word] for word in left if word in side.weights) for side in (one, two)]
    return both / (math.sqrt(totals[0] * totals[1]) + _DOUBT)


def content_words(wording: Wording, most: int) -> list[str]:
    """The longest of the words that say most, at most ``most`` of them: the likeliest to be rare."""
    chosen = [word for word, weight in wording.weights.items() if weight == 1.0]
    return sorted(chosen, key=lambda word: (-len(word), word))[:most]


def copied(one: Wording, two: Wording) -> float:
    """The share of the shorter quote's runs of words that the other has too; 0.0 for quotes too short to tell."""
    fewer, more = sorted((one, two), key=lambda side: len(side.words))
    if len(fewer.words) < _FEWEST:
        return 0.0
    # Without most of the words there are not most of the runs.
    if sum(stem in more.weights for stem in fewer.weights) < COPY_SHARE / 2 * len(fewer.weights):
        return 0.0
    return len(fewer.runs & more.runs) / len(fewer.runs)
