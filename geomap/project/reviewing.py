"""What a person should look at first: the incidents that are least sure, with the reasons and a row to correct them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from geomap.corrections import Correction
from geomap.corrections.applying import CHECKED, RULE
from geomap.records import Incident, IncidentPlace, SourceQuote
from geomap.text import as_words, searchable

__all__ = ["Doubt", "doubts_of"]

# Of places with a probability of .8 or more 93 to 96 % are right (README, "How good it is"): below it, a look is
# worth the while.
_SURE = 0.8
# What each doubt adds to how unsure an incident is, on the scale of the place's probability: conventions. That two
# sources contradict each other is worth more than a missing day, which harms nobody.
_NO_PLACE, _CONFLICT, _HEARSAY, _NO_DATE, _COUNTRY = 0.35, 0.25, 0.15, 0.1, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An incident, how unsure it is (0 and more), the reasons in words, and the corrections to begin from: one for each
    article that tells it."""

    incident: Incident
    weight: float
    reasons: tuple[str, ...]
    suggestions: tuple[Correction, ...]


def _percent(score: float) -> str:
    return f"{round(score * 100)} %"


def _of_place(place: IncidentPlace) -> tuple[float, str] | None:
    if place.lat is None:
        if place.rule == RULE:
            return None
        return _NO_PLACE, f"{place.text}: no place of this name is known"
    if place.score is None or place.score >= _SURE or place.rule == RULE:
        return None
    rivals = f"; next: {place.alternatives[0]}" if place.alternatives else ""
    return 1.0 - place.score, f"{place.text}: {_percent(place.score)} sure that it is {place.name}{rivals}"


def doubt_of(incident: Incident) -> Doubt | None:
    """What is unsure about an incident; None for one that is sure, or that a person said is right."""
    if any(said.startswith(CHECKED) for said in incident.corrections):
        return None
    weights: list[float] = []
    reasons: list[str] = []

    def add(weight: float, reason: str) -> None:
        weights.append(weight)
        reasons.append(reason)

    located = [place for place in incident.places if place.lat is not None]
    worst: tuple[float, str, IncidentPlace] | None = None
    for place in incident.places:
        found = _of_place(place)
        if found is not None and (place.lat is not None or not located):
            worst = max(worst, (*found, place), key=lambda one: one[0]) if worst else (*found, place)
    if worst is not None:
        add(worst[0], worst[1])
    if not incident.places:
        add(_NO_PLACE, "no place is named")
    elif located and incident.geo_precision is None and worst is None:
        add(_COUNTRY, "only the country is known")
    for conflict in incident.conflicts:
        if not incident.is_corrected(conflict.what):
            values = " or ".join(dict.fromkeys(told.value for told in conflict.values))
            add(_CONFLICT, f"the sources disagree on {conflict.what.replace('_', ' ')}: {values}")
    if incident.attribution.level in ("rumoured", "accused"):
        add(_HEARSAY, incident.attribution.level)
    if incident.date_start is None and not incident.is_corrected("date"):
        add(_NO_DATE, "no date")
    if incident.score < _SURE and worst is None:
        # Whatever else lowered it: a day or place carried over from another sentence, a word of many senses.
        add((_SURE - incident.score) / 2, f"the coding is {_percent(incident.score)} sure")
    if not weights:
        return None
    return Doubt(
        incident=incident,
        weight=round(sum(weights), 4),
        reasons=tuple(reasons),
        suggestions=_suggestions(incident, worst[2] if worst is not None else None),
    )


def _suggestions(incident: Incident, place: IncidentPlace | None) -> tuple[Correction, ...]:
    """As they stand they say that it is right as it is; the reader puts something else in their stead."""
    # The first is the telling that is shown.
    sources = incident.sources or (SourceQuote(doc_id=incident.doc_id, quote=incident.quote),)
    if place is not None:
        named = as_words(place.text)
        others = (one.doc_id for one in sources if named in searchable(one.quote))
        return tuple(
            Correction(
                kind="place",
                article=article,
                name=place.text,
                to=place.place_id or "unknown",
                incident=incident.incident_id,
            )
            for article in dict.fromkeys([incident.doc_id, *others])
        )
    alone = incident.incident_id if len(sources) == 1 else ""
    # Name and trigger tell apart what one sentence tells; those of the other tellings are not known.
    name, trigger = incident.places[0].text if incident.places else "", incident.trigger or ""
    return tuple(
        Correction(
            kind="ok",
            article=one.doc_id,
            incident=one.incident_id or alone,
            quote=one.quote,
            name="" if n else name,
            trigger="" if n else trigger,
        )
        for n, one in enumerate(sources)
    )


def doubts_of(incidents: Iterable[Incident]) -> list[Doubt]:
    """What is unsure, the least sure first; ties in the order of the incidents' ids."""
    found = [doubt for incident in incidents if (doubt := doubt_of(incident)) is not None]
    return sorted(found, key=lambda one: (-one.weight, one.incident.incident_id))


def place_words(incident: Incident) -> str:
    """Where an incident was, in a few words."""
    named = [
        (place.name or place.text) + (f" ({place.country_code})" if place.country_code else "")
        for place in incident.places
    ]
    return re.sub(r"\s+", " ", ", ".join(dict.fromkeys(named))) or "no place"
