"""Kinds of places in the words people use ("village", "checkpoint"), and what they are in GeoNames' scheme.

The words, labels and radii are in ``lexicons/place_kinds.json``. A radius is a convention, not a measurement: the half
width of a typical place of the kind, so that a circle of that size around the point covers it. Whoever knows better
states ``radius_km``.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from geomap.errors import OverlayError
from geomap.lexicons import load_json
from geomap.text import fold, visible

__all__ = ["Kind", "class_of_code", "kind_of", "kind_words", "label_of"]

_CODE = re.compile(r"(?:([A-Za-z])\s?[./ ]\s?)?([A-Za-z][A-Za-z0-9]{1,5})")
# More than any kind's words; what is longer is a pasted sentence.
_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of place: GeoNames' ``feature_class`` and ``feature_code``, a ``label`` for people, and ``radius_km``, how
    far such a place usually reaches from its point. ``words`` are what ``--type`` takes for it."""

    label: str
    feature_class: str
    feature_code: str
    radius_km: float
    words: tuple[str, ...] = ()


def _data() -> Any:
    return load_json("place_kinds.json")


@cache
def _kinds() -> tuple[Kind, ...]:
    return tuple(
        Kind(
            label=entry["label"],
            feature_class=entry["class"],
            feature_code=entry["code"],
            radius_km=float(entry["radius_km"]),
            words=tuple(entry["words"]),
        )
        for entry in _data()["kinds"]
    )


@cache
def _by_word() -> dict[str, Kind]:
    return {fold(word): kind for kind in reversed(_kinds()) for word in reversed(kind.words)}


@cache
def _classes_of_codes() -> dict[str, str]:
    return {code: letter for letter, codes in _data()["codes"].items() for code in codes}


def kind_words() -> tuple[str, ...]:
    """The first word of every kind, in the order of the list, for help texts and completion."""
    return tuple(kind.words[0] for kind in _kinds())


def class_of_code(feature_code: str) -> str | None:
    """GeoNames' class letter of a feature code ("BDG": "S"), None for a code that geomap has no label for."""
    return _classes_of_codes().get(feature_code)


def label_of(feature_class: str, feature_code: str) -> str:
    """What a place of this GeoNames class and code is, in a word or two ("bridge").

    A code without a label of its own is called by its class ("building or site"), an unknown class "place".
    """
    data = _data()
    label = data["codes"].get(feature_class, {}).get(feature_code) or data["classes"].get(feature_class)
    return str(label or "place")


def _of_code(feature_class: str, feature_code: str) -> Kind:
    for kind in _kinds():
        if (kind.feature_class, kind.feature_code) == (feature_class, feature_code):
            radius = kind.radius_km
            break
    else:
        radius = float(_data()["class_radius_km"][feature_class])
    return Kind(
        label=label_of(feature_class, feature_code),
        feature_class=feature_class,
        feature_code=feature_code,
        radius_km=radius,
    )


def kind_of(text: str) -> Kind:
    """The kind that ``text`` names: a word ("village", "border crossing"; case and hyphens do not matter), a GeoNames
    code ("PPL") or class and code ("P.PPL", "S/BDG").

    Raises :class:`~geomap.errors.OverlayError` for an unknown word, with the nearest known ones.
    """
    shown = visible(text.strip()[:_LONGEST])
    word = fold(text.strip()[: _LONGEST + 1])
    if len(word) <= _LONGEST and (kind := _by_word().get(word)):
        return kind
    data = _data()
    if code := _CODE.fullmatch(text.strip()):
        letter, name = (code[1] or "").upper(), code[2].upper()
        known = class_of_code(name)
        if letter and letter not in data["classes"]:
            raise OverlayError(
                f"type {shown!r}: there is no feature class {letter!r}; GeoNames' classes are "
                f"{', '.join(sorted(data['classes']))}."
            )
        if letter and known and letter != known:
            raise OverlayError(f"type {shown!r}: the code {name} belongs to class {known}; write {known}.{name}.")
        # geomap labels the common codes only: a class and a code that it has no label for are taken as told.
        if known or letter:
            return _of_code(known or letter, name)
    near = difflib.get_close_matches(word[:_LONGEST], list(_by_word()), n=3, cutoff=0.6)
    codes = difflib.get_close_matches(text.strip()[:8].upper(), list(_classes_of_codes()), n=2, cutoff=0.75)
    hints = [f"'{one}'" for one in near] + [f"{_classes_of_codes()[one]}.{one}" for one in codes if not near]
    hint = f"Did you mean {' or '.join(hints)}?" if hints else "Words like village, checkpoint, bridge are known."
    raise OverlayError(f"type {shown!r} is not known. {hint} A GeoNames class and code (P.PPL, S.BDG) will do as well.")
