"""A settled draft becomes records: one incident for each precision that its places have."""

from __future__ import annotations

import hashlib
import re

from geomap.incidents.codes import codes_of
from geomap.incidents.places import Spot, to_place
from geomap.incidents.sites import country_of_story
from geomap.incidents.story import Draft, Story
from geomap.incidents.who import actors_of
from geomap.precision import coarsest, precision_of
from geomap.records import Attribution, Incident, IncidentPlace, SourceQuote

__all__ = ["quote_of", "records_of"]

_JOINT = re.compile(r"[\s,;]+(?:and|but|or|while|as)$")


def _precision(spots: list[Spot]) -> tuple[int | None, int | None, float | None]:
    return coarsest(
        precision_of(
            spot.role,
            known=spot.place is not None,
            feature_code=spot.place.feature_code if spot.place else None,
            is_area=spot.is_area,
            radius_km=spot.place.radius_km if spot.place else None,
            direction=spot.direction,
            distance_km=spot.distance_km,
        )
        for spot in spots
    )


def records_of(story: Story, draft: Draft) -> list[Incident]:
    """One incident for each precision that the draft's places have."""
    if not draft.spots:
        # Told of no place at all: somewhere in the country that the story is about, if it is about one.
        country = country_of_story(story)
        return [_record(story, draft, [country] if country is not None else [], [])]
    groups: dict[object, list[Spot]] = {}
    going = [s for s in draft.spots if s.role in ("from", "to")]
    sites = [s for s in draft.spots if s.role not in ("from", "to")]
    if not sites:
        sites = [s for s in going if s.place is not None and not s.is_area] or going
    for spot in sites:
        key = "along" if spot.role == "along" else _precision([spot])[0]
        groups.setdefault(key, []).append(spot)
    located = [key for key, spots in groups.items() if any(s.place is not None for s in spots)]
    lost = [key for key, spots in groups.items() if all(s.place is None for s in spots)]
    for unplaced in lost if located else ():
        # "in A, B and C" with an unknown C is one event, told of three places.
        groups[located[0]].extend(groups.pop(unplaced))
    out = []
    for spots in groups.values():
        extra = [s for s in going if s not in spots]
        out.append(_record(story, draft, spots, extra))
    return out


def _record(story: Story, draft: Draft, spots: list[Spot], going: list[Spot]) -> Incident:
    text = story.article.text
    places: list[IncidentPlace] = []
    seen: set[tuple[str | None, int]] = set()
    # "at X in Y" with an unknown X is drawn by Y; the name that the text gives is told all the same.
    unknown = [s for s in draft.named if s.place is None and s not in spots and s not in going]
    for spot in [*spots, *going, *unknown]:
        place = to_place(spot, text)
        if (place.place_id, place.start) not in seen:
            seen.add((place.place_id, place.start))
            places.append(place)
    judgement = draft.judgement
    certainty = judgement.certainty
    if draft.background and certainty in ("reported", "claimed", "attempted"):
        certainty = "historical"
    if certainty in ("reported", "claimed", "attempted", "planned") and story.is_old(draft.date_end):
        certainty = "historical"
    start, end = draft.quotes[0]
    precision, where, radius = _precision([s for s in spots if s.place is not None] or spots)
    sub, plover = codes_of(story, draft)
    scores = [s.resolution.score for s in spots] or [0.0]
    score = min(scores)
    if draft.borrowed:
        score -= 0.15
    if not draft.own_date:
        score -= 0.15
    if draft.weak:
        score -= 0.1
    key = "|".join(
        [
            story.article.doc_id,
            draft.type,
            str(start),
            ",".join(sorted(f"{p.place_id}:{p.role}:{p.start}" for p in places)),
            draft.date_start or "",
        ]
    )
    return Incident(
        incident_id=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        doc_id=story.article.doc_id,
        type=draft.type,
        acled_sub_event=sub,
        plover=plover,
        places=tuple(places),
        geo_precision=precision,
        where_prec=where,
        radius_km=radius,
        date_start=draft.date_start,
        date_end=draft.date_end,
        part_of_day=draft.part_of_day,
        time_expression=draft.time_expression,
        time_precision=draft.time_precision,
        date_reason=draft.date_reason,
        actors=actors_of(story, draft),
        deaths=draft.deaths,
        injured=draft.injured,
        crowd_size=draft.crowd,
        detained=draft.held,
        certainty=certainty,
        attribution=Attribution(source=judgement.source, level=judgement.level),
        quote=text[start:end],
        quote_start=start,
        quote_end=end,
        trigger=text[story.text.tokens[draft.main.a].start : story.text.tokens[draft.main.b - 1].end],
        score=round(max(0.05, min(1.0, score)), 3),
        sources=(
            SourceQuote(
                doc_id=story.article.doc_id,
                title=story.article.title,
                source=story.article.source,
                url=story.article.url,
                published=story.article.published,
                quote=text[start:end],
            ),
        ),
    )


def quote_of(story: Story, draft: Draft, siblings: list[Draft]) -> tuple[int, int]:
    """The characters that are quoted for a draft: its clauses where the sentence tells several, else the sentence."""
    tokens = story.text.tokens
    if len(siblings) > 1:
        a = min(c.a for c in draft.clauses)
        b = max(c.b for c in draft.clauses)
        for spot in draft.spots:
            if draft.sentence.a <= spot.a < a and not spot.anaphor:
                a = min(a, max(draft.sentence.a, min(spot.phrase_start if spot.phrase_start >= 0 else spot.a, spot.a)))
                if a > draft.sentence.a and tokens[a - 1].tag in ("IN", "TO"):
                    a -= 1
        if b - a >= 4:
            return _trim(story, tokens[a].start, tokens[b - 1].end)
    return _trim(story, draft.sentence.start, draft.sentence.end)


def _trim(story: Story, start: int, end: int) -> tuple[int, int]:
    text = story.article.text
    if start < story.story_start < end - 10:
        start = story.story_start
    while end > start and text[end - 1] in " \n\t,;:—–-":
        end -= 1
    # The quote of a clause does not end with the word that leads on to the next one.
    joint = _JOINT.search(text[max(start, end - 8) : end])
    if joint and end - start > 20:
        end -= len(joint.group())
    while start < end and text[start] in " \n\t,;:—–-":
        start += 1
    return start, end
