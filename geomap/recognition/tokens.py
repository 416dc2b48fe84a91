"""Words of a text with their exact offsets, from spaCy's parse or by a regular expression; the dateline."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["Token", "capital", "dateline_span", "plain_tokens", "spacy_tokens"]

_WORD = re.compile(r"[^\W\d_]+(?:[’'](?!s\b)[^\W\d_]+)*\.?|\d+|[^\w\s]|_", re.UNICODE)
_SENTENCE_END = frozenset('.!?:\n"”“')
_DATELINE = re.compile(
    r"^\s*(?:date\s+\S+\s+)?(?P<place>[A-ZÀ-ÞČŠŽĐ][^\n–—]{0,80}?)\s*(?:--|[–—]|\s-\s|-\s)",
)
# A dateline stands in the head of an article: within its first 1,500 characters.
_HEAD = 1500
_UPPER_WORD = re.compile(r"^[A-ZÀ-ÞČŠŽĐ][A-ZÀ-ÞČŠŽĐ.'’\-]+$")


# What the model takes for a longer name is none (a list without commas); each of its words is judged by all of it.
_LONGEST_ENTITY = 40


class Token(NamedTuple):
    """A word or sign at ``text[start:end]``."""

    start: int
    end: int
    text: str
    label: str  # entity label, "" outside entities
    entity: int  # running number of the entity, -1 outside
    sentence_start: bool
    capital: bool  # whether it begins with a capital letter


def capital(word: str) -> bool:
    """Whether a word begins with a capital letter."""
    return word[:1].isupper()


def plain_tokens(text: str) -> list[Token]:
    """The tokens of a text without a model; none has a label."""
    out: list[Token] = []
    fresh = True
    last = 0
    for m in _WORD.finditer(text):
        start, end = m.span()
        word = m.group()
        fresh = fresh or (start > last and "\n" in text[last:start])
        # "Paris." at the end of a sentence is a word and a full stop; "Calif." is one token where a
        # lower-case word or a comma goes on.
        stopped = word[-1] == "." and len(word) > 2 and not text[end : end + 2].strip()[:1].islower()
        last = end
        if stopped:
            word, end = word[:-1], end - 1
        out.append(Token(start, end, word, "", -1, fresh, word[0].isupper()))
        fresh = stopped or word in _SENTENCE_END
    return out


def spacy_tokens(text: str, doc: Doc) -> list[Token]:
    """The tokens of spaCy's parse with the labels of its entities.

    Sentences are told by their signs, as without a model: what the parser makes of them changed no answer on the
    corpora, and a run without incidents needs no parser.
    """
    entity_of: dict[int, tuple[str, int]] = {}
    for number, ent in enumerate(doc.ents):
        if ent.end - ent.start > _LONGEST_ENTITY:
            continue
        for i in range(ent.start, ent.end):
            entity_of[i] = (ent.label_, number)
    nothing = ("", -1)
    out: list[Token] = []
    last, previous = 0, "\n"
    # One array for the whole text: asking each token for its attributes took a third of this stage's time.
    for i, (start, length) in enumerate(doc.to_array(["IDX", "LENGTH"]).tolist()):
        word = text[start : start + length]
        if word.isspace():
            continue
        label, number = entity_of.get(i, nothing)
        fresh = previous in _SENTENCE_END or (start > last and "\n" in text[last:start])
        out.append(Token(start, start + length, word, label, number, fresh, word[:1].isupper()))
        last, previous = start + length, word
    return out


def dateline_span(text: str) -> tuple[int, int]:
    """Where the dateline of an article starts and ends; (0, 0) where it has none.

    A dateline is one to a few words of which the first are in capitals ("MOSCOW, July 31 –", "PORT SUDAN (NVR) -",
    "PARIS, Texas —"), up to a dash, at the head of one of the first lines: a headline or a date may stand above it.
    """
    at = 0
    for line in text[:_HEAD].splitlines(keepends=True):
        m = _DATELINE.match(line[:300])
        if m:
            first = m.group("place").split(",")[0].split("(")[0].split()
            if first and len(first) <= 4 and all(_UPPER_WORD.match(w) for w in first):
                return at + m.start("place"), at + m.end()
        at += len(line)
    return 0, 0
