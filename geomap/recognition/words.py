"""The word lists of recognition, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

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
    return Words(
        connectors=frozenset(data["connectors"]),
        articles=frozenset(data["articles_start"]),
        strong=frozenset(data["strong_locative"]),
        settlement=frozenset(data["settlement_words"]),
        designators=frozenset(data["designators"]),
        organisation=frozenset(data["organisation_words"]),
        facility=frozenset(data["facility_words"]),
        titles=frozenset(data["person_titles"]),
        offices=frozenset(data["offices"]),
        given=frozenset(given),
        locals=frozenset(data["locals"]),
        ways=frozenset(data["ways"]),
        heads=frozenset(data["heads"]),
        kinds=frozenset(data["kinds"]),
        not_to=frozenset(data["not_to"]),
        streets=frozenset(data["streets"]),
        strikes=frozenset(data["strikes"]),
        speech=frozenset(data["speech_verbs"]),
        directions=dict(data["directions"]),
        stops=stops,
    )
