"""The same incident in several articles becomes one, with the quotes of all.

- ``facts``: what merging looks at of an incident, worked out once
- ``wording``: how alike two quotes are worded, and whether one is a copy of the other
- ``likeness``: what rules out that two incidents are one, and the points for what agrees, with the threshold
- ``joining``: which incidents are compared, and how groups form
- ``copies``: which sources repeat another's words
- ``telling``: the one incident that a group becomes, and what its sources disagree on

Two incidents are never made one that one article tells (the coder has told them apart), that are on different days or
at different places, of which one was announced or denied and the other happened, or that the texts tell apart by the
part of the day and the numbers. An announcement and the report of what was announced stay two incidents: they are two
facts, of two days' news.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from geomap.merging.facts import read_facts
from geomap.merging.joining import groups_of
from geomap.merging.telling import made_one
from geomap.records import Incident, SourceQuote

__all__ = ["merge_incidents"]


def merge_incidents(
    incidents: Iterable[Incident],
    *,
    together: Iterable[Sequence[int]] = (),
    apart: Iterable[tuple[int, int]] = (),
) -> list[Incident]:
    """The incidents with those of different articles that are the same made one, in the order first read.

    Incidents of one article are never merged: the coder has told them apart. ``sources`` of the result has one entry
    for each article's quote, first that of the telling that is shown, the others by day of publication; copies are
    marked. ``conflicts`` says what the sources disagree on. The same groups and the same incidents come out whatever
    the order of the input.

    ``together`` are groups of incidents (by their number in the input, each in one group at most) that are one whatever
    speaks against it, ``apart`` pairs that are not.
    """
    named = [
        one
        if one.sources
        else replace(one, sources=(SourceQuote(doc_id=one.doc_id, quote=one.quote, incident_id=one.incident_id),))
        for one in incidents
    ]
    first_of = {number: min(group) for group in together for number in group}
    if not first_of and len({one.doc_id for one in named}) < 2:
        return named
    units: dict[int, list[Incident]] = {}
    for number, one in enumerate(named):
        units.setdefault(first_of.get(number, number), []).append(one)
    facts = [
        read_facts(unit[0] if len(unit) == 1 else made_one([read_facts(one, n) for n, one in enumerate(unit)]), number)
        for number, unit in units.items()
    ]
    groups = groups_of(facts, [(first_of.get(one, one), first_of.get(two, two)) for one, two in apart])
    made = [(min(facts.number for facts in group), made_one(group)) for group in groups]
    return [incident for _, incident in sorted(made, key=lambda pair: pair[0])]
