"""What the user put right, where it touches the stages: places looked up, incidents kept together or apart.

:mod:`geomap.corrections` knows rows and records only; here they meet the gazetteer and the merging.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.corrections import Correction, Corrections, apply_corrections, apply_to_mentions, links_between
from geomap.corrections import read_corrections as _read
from geomap.errors import InputDoubt
from geomap.records import Article, Incident, Place, Resolution, SourceQuote

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer

__all__ = ["Steering", "lost_correction", "merge_as_said", "place_finder", "read_steering"]

# How far the nearest town may be from a position that was given, to take its country and division from it.
_TOWN_KM = 50.0
# A position that a person gives for a name is a spot: as exact as a village.
_SPOT_KM = 1.0


def place_finder(gazetteer: Gazetteer) -> Callable[[Correction], Place | None]:
    """What finds the place of a correction: the gazetteer's entry of its id, or one made from its position."""

    def find(row: Correction) -> Place | None:
        if row.lat is None or row.lon is None:
            return gazetteer.place(row.to)
        known = gazetteer.place(row.to) if row.to else None
        if known is not None:
            return replace(known, lat=row.lat, lon=row.lon)
        town = next(iter(gazetteer.near(row.lat, row.lon, _TOWN_KM, limit=1)), None)
        return Place(
            id=f"at:{row.lat:.5f},{row.lon:.5f}",
            name=row.to or row.name,
            lat=row.lat,
            lon=row.lon,
            feature_class="P",
            feature_code="PPL",
            country_code=town.country_code if town else "",
            admin1=town.admin1 if town else "",
            radius_km=_SPOT_KM,
            layer="user",
        )

    return find


def _joined(group: Sequence[Incident]) -> Incident:
    """Incidents that a person says are one, whatever speaks against it."""
    from geomap.merging.facts import read_facts
    from geomap.merging.telling import made_one

    told = [
        one
        if one.sources
        else replace(one, sources=(SourceQuote(doc_id=one.doc_id, quote=one.quote, incident_id=one.incident_id),))
        for one in group
    ]
    return made_one([read_facts(one, number) for number, one in enumerate(told)])


def merge_as_said(
    incidents: Sequence[Incident], corrections: Corrections
) -> tuple[list[Incident], list[tuple[Correction, str]]]:
    """The incidents merged, those kept together or apart of which a person said so; and the rows that found nothing."""
    from geomap.merging import merge_incidents

    together, apart, lost = links_between(incidents, corrections)
    if not together and not apart:
        return merge_incidents(incidents), lost
    groups = _groups(len(incidents), together)
    # What is said to be one is made one first; then as many rounds as keep apart what is said to be two.
    units = [_united([incidents[n] for n in group]) for group in groups]
    unit_of = {number: at for at, group in enumerate(groups) for number in group}
    kept_apart = {(unit_of[a], unit_of[b]) for a, b in apart if unit_of[a] != unit_of[b]}
    rounds: list[list[int]] = [[]]
    for unit in range(len(units)):
        for members in rounds:
            if not any((a, unit) in kept_apart or (unit, a) in kept_apart for a in members):
                members.append(unit)
                break
        else:
            rounds.append([unit])
    merged: list[Incident] = []
    for members in rounds:
        merged += merge_incidents(units[unit] for unit in members)
    order = {incident.incident_id: number for number, incident in reversed(list(enumerate(incidents)))}
    return sorted(merged, key=lambda one: order.get(one.incident_id, len(order))), lost


def _united(group: Sequence[Incident]) -> Incident:
    if len(group) == 1:
        return group[0]
    one = _joined(group)
    return replace(one, corrections=(*one.corrections, "merged by you"))


def _groups(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Numbers joined by pairs, each group in order, the groups in the order of their first."""
    parent = list(range(count))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for one, two in pairs:
        a, b = sorted((root(one), root(two)))
        parent[b] = a
    found: dict[int, list[int]] = {}
    for number in range(count):
        found.setdefault(root(number), []).append(number)
    return list(found.values())


Found = tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int, str], ...]]
"""The spots (file and row) of corrections that found something, and of those that did not with the reason."""


class Steering:
    """The corrections of one run, and which of them found something to correct."""

    def __init__(self, corrections: Corrections) -> None:
        self.corrections = corrections
        self._used: set[tuple[str, int]] = set()
        self._why: dict[tuple[str, int], str] = {}

    def mentions(self, article: Article, resolutions: Sequence[Resolution], gazetteer: Gazetteer) -> list[Resolution]:
        """The resolutions of one article with its corrections of places."""
        return apply_to_mentions(article, resolutions, self.corrections, place_finder(gazetteer), self._used)

    def incidents(self, doc_id: str, incidents: Sequence[Incident]) -> list[Incident]:
        """The incidents of one article with its corrections of type, certainty and date, less those that are none."""
        rows = self.corrections.of_incidents(doc_id, {one.incident_id for one in incidents})
        if not rows:
            return list(incidents)
        applied = apply_corrections(incidents, rows)
        lost = {row.spot: why for row, why in applied.lost}
        self._used |= {row.spot for row in rows.rows} - lost.keys()
        self._why |= lost
        return list(applied.incidents)

    def merge(self, incidents: Sequence[Incident]) -> list[Incident]:
        """The incidents of all articles, merged as the user said."""
        merged, lost = merge_as_said(incidents, self.corrections)
        missed = {row.spot: why for row, why in lost}
        self._why |= missed
        self._used |= {row.spot for row in self.corrections.rows if row.kind in ("merge", "split")} - missed.keys()
        return merged

    def taken(self) -> Found:
        """Which corrections found something since this was last asked, and why others did not: for another process."""
        found = (tuple(sorted(self._used)), tuple(sorted((*spot, why) for spot, why in self._why.items())))
        self._used.clear()
        self._why.clear()
        return found

    def heard(self, found: Found) -> None:
        """Note what another process has :meth:`taken`."""
        self._used.update((file, row) for file, row in found[0])
        self._why.update({(file, row): why for file, row, why in found[1]})

    def unused(self) -> list[InputDoubt]:
        """What was wrong in the files, and the corrections that found nothing to correct."""
        return [
            *self.corrections.problems,
            *(
                lost_correction(row, self._why.get(row.spot, "no article of this run has it"))
                for row in self.corrections.rows
                if row.spot not in self._used
            ),
        ]


def lost_correction(row: Correction, why: str) -> InputDoubt:
    """What to tell of a correction that found nothing."""
    return InputDoubt(f"{row.file}, row {row.row}: this correction no longer matches anything ({row.says()}): {why}.")


def read_steering(files: Sequence[Path]) -> Steering:
    """The corrections of the files, for one run."""
    return Steering(_read(files))
