"""Which parts of an article can matter to event coding: where nothing can be a trigger, nothing need be parsed.

The parser takes a third of the language model's time. A sentence whose words match no line of the trigger lexicon, in
whatever way they may be tagged, reports nothing. It is read all the same, for the places and days that later sentences
lean on, but by guessed tags: to parse the sentences that only name a place changed 2 of 840 incidents of six corpora.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

from geomap.incidents.syntax import plain_sentences
from geomap.incidents.triggers import may_trigger
from geomap.reading import line_wraps
from geomap.records import Resolution

__all__ = ["to_parse"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_HEAD = 2
"""The sentences with a word that are always parsed: a headline and a lead, by which the rest is understood."""


def to_parse(text: str, resolutions: Iterable[Resolution]) -> list[tuple[int, int]]:
    """The stretches of ``text`` (characters, in order) that :func:`~geomap.incidents.code_incidents` needs parsed.

    ``text`` is the text as it is parsed (running text), ``resolutions`` are those of all of it. A stretch is one or
    more whole sentences; what is left out holds no words that may report an incident.
    """
    sentences = plain_sentences(text, line_wraps(text))
    named = sorted(r.mention.start for r in resolutions if r.mention.kind != "demonym")
    words = [_words(text[start:end]) for start, end in sentences]
    everything = frozenset().union(*words)
    placed = [bisect_left(named, end) > bisect_left(named, start) for start, end in sentences]
    head = _HEAD
    wanted: list[bool] = []
    for sentence, place in zip(words, placed, strict=True):
        wanted.append(bool(sentence) and (head > 0 or may_trigger(sentence, place=place, document=everything)))
        head -= bool(sentence)
    return _joined(sentences, wanted)


def _joined(sentences: Sequence[tuple[int, int]], wanted: Sequence[bool]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for (start, end), want in zip(sentences, wanted, strict=True):
        if want and out and out[-1][1] == start:
            out[-1] = (out[-1][0], end)
        elif want:
            out.append((start, end))
    return out


def _words(sentence: str) -> frozenset[str]:
    """The words of a sentence in lower case, and each pair of neighbours: conditions may ask for two words."""
    low = [word.lower() for word in _WORD.findall(sentence)]
    bare = [word.replace("’", "'").partition("'")[0] for word in low]
    return frozenset((*low, *bare, *map(" ".join, pairwise(bare))))
