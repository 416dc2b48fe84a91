"""The word lists of recognition, read once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from geomap.lexicons import load_json, load_table
from geomap.text import fold

__all__ = ["Words", "words"]


@dataclass(frozen=True, slots=True)
class Words:
    """The lists of lexicons/recognition.json and stop_names.tsv; all are of lower-case words but ``designators``.

    ``stops`` gives the level of a folded name in stop_names.tsv, ``given`` the folded given names of persons.
    """

    connectors: frozenset[str]
    articles: frozenset[str]
    strong: frozenset[str]
    settlement: frozenset[str]
    designators: frozenset[str]
    organisation: frozenset[str]
    facility: frozenset[str]
    titles: frozenset[str]
    offices: frozenset[str]
    given: frozenset[str]
    locals: frozenset[str]
    ways: frozenset[str]
    heads: frozenset[str]
    kinds: frozenset[str]
    not_to: frozenset[str]
    streets: frozenset[str]
    strikes: frozenset[str]
    speech: frozenset[str]
    directions: dict[str, str]
    stops: dict[str, str]


@cache
def words() -> Words:
    """The word lists."""
    data = load_json("recognition.json")
    stops: dict[str, str] = {}
    given = {fold(name) for name in data["given_names"].split()}
    for name, level, *reason in load_table("stop_names.tsv"):
        stops[fold(name)] = level
        if level == "person" and reason and reason[0] == "given name":
            given.add(fold(name))
    # Where the file's key is not the field's name.
    keys = {
        "articles": "articles_start",
        "strong": "strong_locative",
        "settlement": "settlement_words",
        "organisation": "organisation_words",
        "facility": "facility_words",
        "titles": "person_titles",
        "speech": "speech_verbs",
    }
    lists: dict[str, Any] = {
        f.name: frozenset(data[keys.get(f.name, f.name)]) for f in fields(Words) if f.name in data or f.name in keys
    }
    lists |= {"given": frozenset(given), "directions": dict(data["directions"]), "stops": stops}
    return Words(**lists)
