"""Which language an article is in, and what that means for reading it.

Told offline, by the text before the tag: pages and feeds often carry their software's "en" whatever they are written
in. Plain English is told by a handful of words, so that it never waits for a detector to load.
"""

from __future__ import annotations

import functools
import re
from typing import Any

__all__ = ["ENGLISH_ONLY", "detect_language", "foreign_language", "language_name"]

ENGLISH_ONLY = "read with the gazetteer alone; incidents are found in English only"
"""What becomes of an article in another language, for those who are to be told."""

# The beginning says it; what follows is the same language.
_SAMPLE = 3000
_WORD = re.compile(r"[^\W\d_]+")
# Words of English that hardly any other language has ("in", "on", "a", "was", "had", "but" are words of several).
_ENGLISH = frozenset(("the", "and", "that", "with", "from", "were", "which", "has", "have", "they"))
_ENGLISH |= frozenset(("after", "this", "would", "their", "who"))
_ENGLISH_TAGS = ("en", "eng", "english")
# Of 2,435 English articles and reports of at least 80 words (LGL, GeoVirus, MUC-4, TimeBank, others) 2,434 have such
# words as one in twenty or more, median .17; eighteen texts of our own in as many other languages have none.
_ENGLISH_SHARE, _ENGLISH_HITS, _FEW_WORDS = 0.05, 2, 40
# Names say nothing of the language that they stand in, so the detector sees the other words: the uncapitalised ones. Of
# some thousands of pieces (8 to 50 words) of English texts that lack the words above it takes one for another language,
# a list of countries in capitals; of some 550 pieces of our eighteen texts in other languages it misses four
# (py3langid 0.4). Below 8 words it errs.
_FEWEST_WORDS = 8
_MOST_ENGLISH, _LEAST_OTHER, _SURE_NAME = 0.01, 0.6, 0.9
# Another script is not English, however little of it there is; so many letters (three words or so; Chinese and Thai
# leave no spaces) may be a name.
_FEWEST_LETTERS = 15
# One language by four names, told apart by little: their shares are added up. Nigerian Pidgin and Scots are how the
# detector takes English with many foreign names.
_KIN = {"sr": "sh", "hr": "sh", "bs": "sh", "cnr": "sh", "pcm": "en", "sco": "en", "jam": "en"}
_KIN |= {"nn": "no", "nb": "no", "ms": "id", "ary": "ar", "arz": "ar", "wuu": "zh", "yue": "zh"}
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


def detect_language(text: str, told: str | None = None) -> str | None:
    """The language of ``text`` as a tag such as ``"en"`` or ``"sr"``; ``told`` is what its source says.

    What is plainly English is "en" whatever is told, and what plainly is not does not become English by being told
    so. Where the text is too short or too mixed to tell, it is what is told, or None.
    """
    sample = text[:_SAMPLE]
    words = _WORD.findall(sample.lower())
    hits = sum(word in _ENGLISH for word in words)
    # A few lines of plain letters need one such word only, and no detector is loaded for them.
    enough = 1 if len(words) < _FEW_WORDS and sample.isascii() else _ENGLISH_HITS
    if hits >= enough and hits >= _ENGLISH_SHARE * len(words):
        return told if told is not None and _first(told) in _ENGLISH_TAGS else "en"
    if told is not None and foreign_language(told) is not None:
        return told
    if 2 * len(_LATIN.findall(sample)) < sum(map(len, words)):
        best, _english, _share = _judged(sample) if sum(map(len, words)) >= _FEWEST_LETTERS else ("en", 1.0, 0.0)
        return told if best == "en" else best
    plain = _without_names(sample)
    if len(plain) < _FEWEST_WORDS:
        return told
    best, english, share = _judged(" ".join(plain))
    return best if english <= _MOST_ENGLISH and share >= _LEAST_OTHER else told


def _without_names(text: str) -> list[str]:
    """The words that are not capitalised; of a text in capitals, all."""
    words = _WORD.findall(text)
    if 2 * sum(word.isupper() and len(word) > 1 for word in words) > len(words):
        return [word.lower() for word in words]
    return [word for word in words if word.islower()]


def foreign_language(tag: str | None) -> str | None:
    """The language of a tag ("sr-Latn" is "sr") where it is known and is not English; else None."""
    if tag is None:
        return None
    first = _first(tag)
    return None if first in _ENGLISH_TAGS or first in ("", "und", "mul", "zxx", "unknown") else first


def _first(tag: str) -> str:
    return re.split(r"[-_ (]", tag.strip().lower(), maxsplit=1)[0]


def language_name(tag: str) -> str:
    """A language by its English name and its tag, "Serbian (sr)"; the tag itself where it has no name."""
    from babel import Locale

    name = Locale("en").languages.get(tag)
    return f"{name} ({tag})" if name else tag


def _judged(text: str) -> tuple[str, float, float]:
    """The likeliest language, the share of English, and the share of that language with its kin."""
    shares: dict[str, float] = {}
    best, first = "", 0.0
    try:
        ranked = _detector().rank(text)
    except OSError:
        # It unpacks its model through a temporary file: on a full disk no language is told, and the article is read.
        return "en", 1.0, 0.0
    for tag, share in ranked:
        if not best:
            best, first = tag, share
        kin = _KIN.get(tag, tag)
        shares[kin] = shares.get(kin, 0.0) + share
    kin = _KIN.get(best, best)
    if kin == "en":
        return "en", shares["en"], shares["en"]
    # Serbian, Croatian and Bosnian in Latin letters are told apart by a word here or there: no name is better than the
    # wrong one of the three.
    named = kin if kin == "sh" and first < _SURE_NAME * shares[kin] else best
    return named, shares.get("en", 0.0), shares[kin]


@functools.cache
def _detector() -> Any:
    # .9 s with its model, once a process; only for texts that are not plainly English.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
