"""The same incident in several articles becomes one, with the quotes of all.

Two incidents are the same when all of these agree: type, the places that are its sites (their gazetteer entries
with role and direction), certainty class (told as fact, or the same other certainty), and at least one day. Nothing
is merged across towns or days, and nothing without a resolved place or a day. The first one read keeps its
place, quote and id; numbers that it lacks are taken from the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from geomap.records import Incident, SourceQuote

__all__ = ["merge_incidents"]

_FACT = frozenset({"reported", "claimed"})

_Key = tuple[str, tuple[tuple[str, str, str], ...], str]


def _key(incident: Incident) -> _Key | None:
    sites = sorted(
        {
            (place.place_id, place.role, place.direction or "")
            for place in incident.places
            if place.place_id is not None and place.role not in ("from", "to")
        }
    )
    if not sites or incident.date_start is None:
        return None
    certainty = "fact" if incident.certainty in _FACT else incident.certainty
    return incident.type, tuple(sites), certainty


def _overlap(one: Incident, two: Incident) -> bool:
    start, end = one.date_start or "", one.date_end or one.date_start or ""
    other_start, other_end = two.date_start or "", two.date_end or two.date_start or ""
    return start <= other_end and other_start <= end


def _join(first: Incident, second: Incident) -> Incident:
    sources: dict[SourceQuote, None] = dict.fromkeys(first.sources)
    sources.update(dict.fromkeys(second.sources))
    return replace(
        first,
        sources=tuple(sources),
        # The reported version wins over a claimed one: somebody states it as fact.
        certainty="reported" if "reported" in (first.certainty, second.certainty) else first.certainty,
        attribution=second.attribution
        if first.certainty != "reported" and second.certainty == "reported"
        else first.attribution,
        deaths=first.deaths if first.deaths is not None else second.deaths,
        injured=first.injured if first.injured is not None else second.injured,
        crowd_size=first.crowd_size if first.crowd_size is not None else second.crowd_size,
        detained=first.detained if first.detained is not None else second.detained,
        score=max(first.score, second.score),
    )


def merge_incidents(incidents: Iterable[Incident]) -> list[Incident]:
    """The incidents with those of different articles that are the same made one, in the order first read.

    Incidents of one article are never merged here: the coder has told them apart. ``sources`` of the result has one
    entry for each article's quote.
    """
    merged: list[Incident] = []
    articles: list[set[str]] = []
    by_key: dict[_Key, list[int]] = {}
    for incident in incidents:
        if not incident.sources:
            incident = replace(incident, sources=(SourceQuote(doc_id=incident.doc_id, quote=incident.quote),))
        key = _key(incident)
        if key is not None:
            # Widest first would depend on the rest of the batch; the first that fits keeps the order's meaning.
            for index in by_key.get(key, ()):
                if incident.doc_id not in articles[index] and _overlap(merged[index], incident):
                    merged[index] = _join(merged[index], incident)
                    articles[index].add(incident.doc_id)
                    break
            else:
                by_key.setdefault(key, []).append(len(merged))
                merged.append(incident)
                articles.append({incident.doc_id})
        else:
            merged.append(incident)
            articles.append({incident.doc_id})
    return merged
