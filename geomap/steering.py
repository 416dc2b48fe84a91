"""What the user put right, where it touches the stages: places looked up, incidents kept together or apart.

:mod:`geomap.corrections` knows rows and records only; here they meet the gazetteer and the merging.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.corrections import (
    Correction,
    Corrections,
    Hit,
    apply_corrections,
    apply_to_mentions,
    find_hits,
    links_between,
    put_on,
    with_places,
)
from geomap.corrections import read_corrections as _read
from geomap.errors import InputDoubt
from geomap.records import Article, Incident, Place, Resolution

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


def merge_as_said(
    incidents: Iterable[Incident],
    corrections: Corrections,
    place_of: Callable[[Correction], Place | None] | None = None,
) -> tuple[list[Incident], list[tuple[Correction, str]]]:
    """The incidents corrected and merged as a person said; and the rows that found nothing.

    A row that names a telling by its quote is put on it before anything is merged, so that what it says counts for
    what is one. A row that names an incident by its id alone is about all that is merged with it: first the groups are
    made without such rows, then again with them. Places are put right in the record with ``place_of`` only.
    """
    given = list(incidents)
    if place_of is not None:
        given = with_places(given, corrections, place_of)
    hits, lost = find_hits(given, corrections.rows)
    merged, unheard = _merged(given, [hit for hit in hits if not hit.row.is_whole])
    if any(hit.row.is_whole for hit in hits):
        told = _tellings(given, merged)
        merged, unheard = _merged(given, [hit.reaching(told) for hit in hits])
    return merged, [*lost, *unheard]


def _merged(given: Sequence[Incident], hits: Sequence[Hit]) -> tuple[list[Incident], list[tuple[Correction, str]]]:
    """The incidents as ``hits`` have them, merged; and the rows that others contradict."""
    from geomap.merging import merge_incidents

    changed = put_on(given, hits)
    together, apart, unheard = links_between(hits)
    by_hand = {number for hit in hits if hit.row.kind == "merge" for number in (*hit.ones, *hit.twos)}
    by_hand &= {number for group in together for number in group}
    number_of: dict[int, int] = {}
    kept: list[Incident] = []
    for number, one in enumerate(changed):
        if one is not None:
            number_of[number] = len(kept)
            said = ("merged by you",) if number in by_hand and "merged by you" not in one.corrections else ()
            kept.append(replace(one, corrections=(*one.corrections, *said)) if said else one)
    merged = merge_incidents(
        kept,
        together=[[number_of[n] for n in group if n in number_of] for group in together],
        apart=[(number_of[a], number_of[b]) for a, b in apart if a in number_of and b in number_of],
    )
    return merged, unheard


def _tellings(given: Sequence[Incident], merged: Iterable[Incident]) -> dict[int, tuple[int, ...]]:
    """The numbers of all that became one with each of the incidents given."""
    number_of: dict[str, int] = {}
    for number, one in enumerate(given):
        number_of.setdefault(one.incident_id, number)
    told: dict[int, tuple[int, ...]] = {}
    for one in merged:
        ids = {one.incident_id, *(source.incident_id for source in one.sources if source.incident_id)}
        numbers = tuple(sorted(number_of[ident] for ident in ids if ident in number_of))
        told.update(dict.fromkeys(numbers, numbers))
    return told


_WHY = dict.fromkeys(("merge", "split"), "incidents are not merged in this run")

Found = tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int, str], ...]]
"""The spots (file and row) of corrections that found something, and of those that did not with the reason."""


class Steering:
    """The corrections of one run, and which of them found something to correct.

    In a run that ends with :meth:`merge`, as ``merging`` says, those of incidents wait for it; else they are put on the
    incidents of each article.
    """

    def __init__(self, corrections: Corrections, *, merging: bool = False) -> None:
        self.corrections = corrections
        self.at_once = corrections.only_places() if merging else corrections
        """Those that are put on each article by itself."""
        self._used: set[tuple[str, int]] = set()
        self._why: dict[tuple[str, int], str] = {}

    def mentions(self, article: Article, resolutions: Sequence[Resolution], gazetteer: Gazetteer) -> list[Resolution]:
        """The resolutions of one article with its corrections of places."""
        return apply_to_mentions(article, resolutions, self.corrections, place_finder(gazetteer), self._used)

    def placed(self, incidents: Sequence[Incident], gazetteer: Gazetteer) -> list[Incident]:
        """Incidents of a table, or saved before, with the corrections of places."""
        if not self.corrections.only_places():
            return list(incidents)
        return with_places(incidents, self.corrections, place_finder(gazetteer), self._used)

    def incidents(self, doc_id: str, incidents: Sequence[Incident], *, part: bool = False) -> list[Incident]:
        """The incidents of one article with its corrections of type, certainty and date, less those that are none.

        ``part`` says that the document has others, which are given by themselves.
        """
        return self._put_on(incidents, self.at_once.of_incidents(doc_id, {one.incident_id for one in incidents}), part)

    def unmerged(self, incidents: Sequence[Incident]) -> list[Incident]:
        """Incidents that are to be left unmerged, with their corrections."""
        return self._put_on(incidents, self.corrections.only_incidents(), False)

    def _put_on(self, incidents: Sequence[Incident], rows: Corrections, part: bool) -> list[Incident]:
        if not rows:
            return list(incidents)
        applied = apply_corrections(incidents, rows, part=part)
        self._note(rows.rows, applied.lost)
        return list(applied.incidents)

    def _note(self, rows: Iterable[Correction], lost: Iterable[tuple[Correction, str]]) -> None:
        missed = {row.spot: why for row, why in lost}
        self._used |= {row.spot for row in rows} - missed.keys()
        self._why |= missed

    def merge(self, incidents: Sequence[Incident]) -> list[Incident]:
        """The incidents of all articles, corrected and merged as the user said."""
        merged, lost = merge_as_said(incidents, self.corrections)
        self._note([row for row in self.corrections.rows if row.kind != "place"], lost)
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
                lost_correction(row, self._why.get(row.spot) or _WHY.get(row.kind, "no article of this run has it"))
                for row in self.corrections.rows
                if row.spot not in self._used
            ),
        ]


def lost_correction(row: Correction, why: str) -> InputDoubt:
    """What to tell of a correction that found nothing."""
    return InputDoubt(f"{row.file}, row {row.row}: this correction no longer matches anything ({row.says()}): {why}.")


def read_steering(files: Sequence[Path], *, merging: bool = False) -> Steering:
    """The corrections of the files, for one run."""
    return Steering(_read(files), merging=merging)
