"""Types of event as tables name them, to the types that geomap has; what is none of them stays as it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from geomap.lexicons import load_json
from geomap.text import fold, visible

__all__ = ["UNSPECIFIED", "Kinds"]

UNSPECIFIED = "unspecified"
"""The type of an incident of which the table tells none."""

# A longer cell tells what happened; it names no type.
_LONGEST = 120
# A legend of more kinds than these, beside the 25 known ones, is no legend; what comes later is unspecified.
_MOST_OWN = 40
_LONGEST_OWN = 60


class Kinds:
    """Gives the type of each cell; remembers which types of the table's own it has let in."""

    def __init__(self) -> None:
        self._own: dict[str, str] = {}
        self.left_out: dict[str, None] = {}

    def of(self, *cells: str) -> tuple[str, str | None, str]:
        """Type, ACLED's sub-event type and the words they rest on, of a row's cells, the most special first."""
        first = ""
        for cell in cells:
            text = " ".join(cell.split())
            if not fold(text):
                continue
            known = _known(text) if len(text) <= _LONGEST else None
            if known is not None:
                return known[0], known[1], text
            first = first or text
        # A bare number is a code of a list that we don't have.
        if not first or len(first) > _LONGEST or not any(char.isalpha() for char in first):
            return UNSPECIFIED, None, first[:_LONGEST]
        return self._own_type(first), None, first

    @staticmethod
    def in_prose(text: str) -> tuple[str, str | None, str] | None:
        """Type, sub-event type and words of a remark in which a type is named ("Sirens in the north of the town")."""
        known = _known(text) if len(text) <= _LONGEST else None
        return (*known, text) if known is not None else None

    def _own_type(self, text: str) -> str:
        key = fold(text)
        if key not in self._own:
            if len(self._own) >= _MOST_OWN:
                self.left_out[text] = None
                return UNSPECIFIED
            shown = visible(text)[:_LONGEST_OWN]
            self._own[key] = shown[:1].upper() + shown[1:]
        return self._own[key]


@cache
def _exact() -> Mapping[str, tuple[str, str | None]]:
    """Folded names of types: ours, their labels, ACLED's sub-event types, PLOVER's modes."""
    found: dict[str, tuple[str, str | None]] = {}
    types: Mapping[str, Mapping[str, Any]] = load_json("event_types.json")["types"]
    for name, told in types.items():
        for word in (name.replace("_", " "), str(told["label"])):
            found.setdefault(fold(word), (name, None))
    for name, told in types.items():
        for sub in told["acled_sub_events"]:
            found[fold(sub)] = (name, sub)
        for mode in told["plover"]:
            if ":" in mode:
                found.setdefault(fold(mode), (name, None))
    for word, name in load_json("table_types.json")["exact"].items():
        found.setdefault(fold(word), (name, None))
    return found


@cache
def _phrases() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """What finds the first phrase of a folded cell, and the type of each phrase."""
    table: Mapping[str, list[str]] = load_json("table_types.json")["phrases"]
    of = {fold(phrase): name for name, phrases in table.items() for phrase in phrases}
    longest_first = sorted(of, key=lambda phrase: (-len(phrase), phrase))
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?:s|es)?(?!\w)")
    return pattern, of


@lru_cache(4096)
def _known(text: str) -> tuple[str, str | None] | None:
    key = fold(text)
    exact = _exact().get(key)
    if exact is not None:
        return exact
    pattern, of = _phrases()
    match = pattern.search(key)
    return (of[match[1]], None) if match else None
