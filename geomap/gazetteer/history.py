"""What the last run met: which names, how often, and where each went. So ``gazetteer add`` can say what it changes.

One file in the state folder, replaced by every run, readable by its owner alone: names from articles that are not
published yet are nobody else's business. ``GEOMAP_HISTORY=off`` turns it off. Nothing rests on it: whatever is wrong
with the file, it is as if there were none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geomap.errors import OutputError
from geomap.outputs import atomic_file, json_line
from geomap.text import fold

__all__ = ["Effect", "LastRun", "MetName", "RunNames", "effect_of", "last_run", "remember_run"]

_FILE = "last-run.jsonl"
_SCHEMA = 1
# As many names as the file holds, the most frequent first: a hundred thousand articles have fewer, and a record of
# usual size (about 100 bytes) keeps the file under 10 MB, which is read in a tenth of a second.
_MOST_NAMES = 50_000
# Enough to look a few up; the count tells the rest.
_MOST_DOCUMENTS = 20
# Places that one name went to; beyond them only the number counts.
_MOST_PLACES = 10
# Twice as many are counted as are kept, so that a name which comes late may still be among the frequent ones; beyond
# that new names are not begun, nor new places of one name.
_MOST_COUNTED, _MOST_COUNTED_PLACES = 2 * _MOST_NAMES, 100
# A name longer than this is no name, a document id longer than that is cut: both bound the file.
_LONGEST_NAME = 300
_LONGEST_ID = 200
# What the caps above can come to at the very worst is far larger; such a file is not of a run's making.
_LARGEST_FILE = 64_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MetName:
    """One folded name: in how many mentions, ``unresolved`` of them without a place, the others at ``places`` (id, name
    and number, the most frequent first), and the first ``documents``."""

    mentions: int
    unresolved: int
    places: tuple[tuple[str, str, int], ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The names of the last run by their folded key; ``left_out`` names were one too many to remember."""

    names: Mapping[str, MetName] = field(default_factory=lambda: MappingProxyType({}))
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a new place would have changed in the last run: ``total`` mentions bear one of its names. ``unresolved`` of
    them had no place; ``elsewhere`` names the places that the others went to, with numbers, most first. ``documents``
    are some of the articles."""

    total: int = 0
    unresolved: int = 0
    elsewhere: tuple[tuple[str, int], ...] = ()
    documents: tuple[str, ...] = ()


def _enabled() -> bool:
    return os.environ.get("GEOMAP_HISTORY", "").strip().lower() not in ("off", "0", "no", "false")


class _Tally:
    """A name while it is counted."""

    __slots__ = ("documents", "mentions", "places", "unresolved")

    def __init__(self) -> None:
        self.mentions = self.unresolved = 0
        self.places: dict[str, list[Any]] = {}
        self.documents: dict[str, None] = {}


def remember_run(mentions: Iterable[tuple[str, str, str | None, str | None]], folder: Path) -> bool:
    """Write down what a run met, replacing what the run before wrote; True where that was done.

    ``mentions`` are document id, mention text, and id and name of the place it went to (None for none). ``folder`` is
    made where it is missing. Never raises for a folder that cannot be written, or a full disk: then, and where
    ``GEOMAP_HISTORY`` is off, the answer is False and the file of before stays.
    """
    if not _enabled():
        return False
    names = RunNames()
    names.add(mentions)
    return names.write(folder)


class RunNames:
    """The names that a run meets, counted as it goes; they take no more memory after a million articles than after ten
    thousand."""

    def __init__(self) -> None:
        self._names: dict[str, _Tally] = {}

    def add(self, mentions: Iterable[tuple[str, str, str | None, str | None]]) -> None:
        """Count mentions; see :func:`remember_run` for what one is."""
        if not _enabled():
            return
        names = self._names
        for document, text, place_id, place_name in mentions:
            key = fold(text) if len(text) <= _LONGEST_NAME else ""
            if not key or (len(names) >= _MOST_COUNTED and key not in names):
                continue
            tally = names.setdefault(key, _Tally())
            tally.mentions += 1
            if place_id is None:
                tally.unresolved += 1
            elif place_id in tally.places or len(tally.places) < _MOST_COUNTED_PLACES:
                tally.places.setdefault(place_id, [(place_name or place_id)[:_LONGEST_NAME], 0])[1] += 1
            if len(tally.documents) < _MOST_DOCUMENTS:
                tally.documents[document[:_LONGEST_ID]] = None

    def write(self, folder: Path) -> bool:
        """Write the names down as :func:`remember_run` does; True where that was done."""
        return _enabled() and _write(self._names, folder)


def _write(names: Mapping[str, _Tally], folder: Path) -> bool:
    kept = sorted(names.items(), key=lambda e: (-e[1].mentions, e[0]))[:_MOST_NAMES]
    path = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The new file takes the permissions of the one that it replaces, so it is private from its first byte on.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        path.chmod(0o600)
        with atomic_file(path) as file:
            head = {"schema": _SCHEMA, "names": len(kept), "left_out": len(names) - len(kept)}
            file.write(json_line(head).encode() + b"\n")
            for key, tally in kept:
                places = sorted(tally.places.items(), key=lambda e: (-e[1][1], e[0]))[:_MOST_PLACES]
                record = {
                    "key": key,
                    "mentions": tally.mentions,
                    "unresolved": tally.unresolved,
                    "places": [[place_id[:_LONGEST_ID], name, number] for place_id, (name, number) in places],
                    "documents": list(tally.documents),
                }
                file.write(json_line(record).encode() + b"\n")
    except (OSError, OutputError):
        return False
    return True


def last_run(folder: Path) -> LastRun | None:
    """What :func:`remember_run` wrote; None where there is nothing, where it is damaged or of another version, and
    where ``GEOMAP_HISTORY`` is off."""
    if not _enabled():
        return None
    try:
        with (folder / _FILE).open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
        if len(data) > _LARGEST_FILE:
            return None
        head_line, *lines = data.decode("utf-8").removesuffix("\n").split("\n")
        head = json.loads(head_line)
        if head["schema"] != _SCHEMA or head["names"] != len(lines):
            return None
        names = {}
        for line in lines:
            record = json.loads(line)
            names[_text(record["key"])] = MetName(
                mentions=_number(record["mentions"]),
                unresolved=_number(record["unresolved"]),
                places=tuple((_text(i), _text(name), _number(n)) for i, name, n in record["places"]),
                documents=tuple(_text(d) for d in record["documents"]),
            )
        return LastRun(names=MappingProxyType(names), left_out=_number(head["left_out"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("not a count")
    return value


def effect_of(names: Sequence[str], run: LastRun, *, place_id: str | None = None) -> Effect:
    """What a place of these names (title and variants, without language tags) would have changed in ``run``.

    Names are compared as the gazetteer compares them, folded. Mentions that went to ``place_id`` already, the place
    itself before it was edited, are not counted.
    """
    total = unresolved = 0
    elsewhere: dict[str, int] = {}
    documents: dict[str, None] = {}
    for key in dict.fromkeys(map(fold, names)):
        met = run.names.get(key)
        if met is None:
            continue
        stays = sum(number for known, _, number in met.places if known == place_id)
        if met.mentions <= stays:
            continue
        total += met.mentions - stays
        unresolved += met.unresolved
        for known, name, number in met.places:
            if known != place_id:
                elsewhere[name] = elsewhere.get(name, 0) + number
        documents.update(dict.fromkeys(met.documents))
    return Effect(
        total=total,
        unresolved=unresolved,
        elsewhere=tuple(sorted(elsewhere.items(), key=lambda e: (-e[1], e[0]))),
        documents=tuple(documents)[:_MOST_DOCUMENTS],
    )
