"""Folding many names at once: the keys of :func:`geomap.text.fold`, several times as fast.

Ten thousand names are joined by line ends and taken through each step together; a call for each name would spend most
of its time on being called.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from geomap import text

__all__ = ["fold_many"]

# A million different names: the cache of fold() would only cost.
_fold = text.fold.__wrapped__
_SPACES = re.compile(" {2,}")
_LETTERS = {chr(code): letters or "" for code, letters in text._LETTERS.items()}
_DROPPED = re.compile("[" + re.escape("".join(c for c, letters in _LETTERS.items() if not letters)) + "]+")
_HIGH = re.compile("[\U00010000-\U0010ffff]")
_SPECIAL = re.compile("[" + "".join(c for c, letters in _LETTERS.items() if letters) + "]")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Every break but the plain space (which stays) and the line end (which stands between names); every mark.

    The marks above U+FFFF come apart: ``re`` searches for a set that holds any of them ten times slower.

    Made when first needed: looking through Unicode takes 15 ms. It has no combining mark above U+1FFFF.
    """
    breaks = "".join(c for c in map(chr, range(0x3001)) if c not in " \n" and text._BREAKS.fullmatch(c))
    ranges: list[tuple[int, int]] = []
    for code in range(0x300, 0x20000):
        if unicodedata.combining(chr(code)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1] = (ranges[-1][0], code)
            else:
                ranges.append((code, code))
    marks, high_marks = (
        "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges if (low > 0xFFFF) == above) for above in (False, True)
    )
    return re.compile(f"[{re.escape(breaks)}]"), re.compile(f"[{marks}]+"), re.compile(f"[{high_marks}]+")


def fold_many(names: Sequence[str]) -> list[str]:
    """``[fold(name) for name in names]``, with the same result for any text whatever."""
    if not names:
        return []
    joined = "\n".join(names)
    if joined.count("\n") != len(names) - 1:
        # A line end within a name, which would be taken for the end of the name.
        return [_fold(name) for name in names]
    breaks, marks, high_marks = _patterns()
    if not joined.isascii():
        joined = text._INVISIBLE.sub("", joined)
        joined = marks.sub("", unicodedata.normalize("NFKD", joined))
        if _HIGH.search(joined):
            joined = high_marks.sub("", joined)
    joined = _DROPPED.sub("", joined.casefold())
    if not joined.isascii():
        joined = _SPECIAL.sub(lambda match: _LETTERS[match.group()], joined)
    joined = breaks.sub(" ", joined)
    if "  " in joined:
        joined = _SPACES.sub(" ", joined)
    joined = f"\n{joined}\n".replace(" \n", "\n").replace("\n ", "\n")
    for short, long in text._ABBREVIATED.items():
        # Written out where another word follows, so never before the line end. Again, for "St St Paul": a match
        # takes the space that the next one begins with.
        joined = joined.replace(f"\n{short} ", f"\n{long} ")
        while (word := f" {short} ") in joined:
            joined = joined.replace(word, f" {long} ")
    return joined[1:-1].split("\n")
