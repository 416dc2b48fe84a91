"""One incident out of several tellings: which is shown, which numbers, how sure, and what they disagree on.

- The best told is shown: its quote, place, days and type (see :func:`_quality`). What a person put right (place, type,
  date, certainty) is taken from the telling that has it; the part of the day, where it is not told, from the next best.
- Numbers that can all be true give the narrowest of them ("at least 12" and "14": 14). Where they cannot, the range
  from the lowest to the highest is given, and the conflict is listed. Copies have no say where another tells.
- ``incident_id`` is that of the earliest published telling, so that articles read later change no id.
- The score grows with each independent source (see :func:`_score`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from geomap.corrections.applying import RULE
from geomap.merging.copies import independent, marked
from geomap.merging.facts import Facts
from geomap.merging.likeness import place_points
from geomap.records import Conflict, Incident, SourceQuote, Telling

__all__ = ["made_one"]

Count = tuple[int, "int | None"]

NUMBERS = ("deaths", "injured", "crowd_size", "detained")

AGREEMENT = 0.5
"""How much of its own score a further independent source adds to what is still doubted. A convention, below 1 because
all are read by the same program, which may be wrong about each in the same way."""

MOST = 0.99
"""No number of sources makes an incident certain."""


def _levels(incident: Incident) -> int:
    return {"stated": 0, "attributed": 1, "accused": 2, "rumoured": 3}[incident.attribution.level]


def _quality(facts: Facts) -> tuple[object, ...]:
    """Sorts the best telling first: a day, told by the quote itself, a place, told exactly, as fact, in the quote,
    firmly; the surest, the most numbers, the earliest."""
    one = facts.incident
    stated = sum(getattr(one, name) is not None for name in NUMBERS)
    return (
        not facts.exact,
        facts.first is None,
        not facts.own_day,
        all(site.lat is None for site in facts.sites),
        one.geo_precision or 9,
        one.certainty not in ("reported", "historical"),
        facts.lent is not None,
        _levels(one),
        # Differences of some hundredths say nothing; what the telling says does.
        -round(one.score, 1),
        -stated,
        _first(facts),
    )


def _first(facts: Facts) -> tuple[object, ...]:
    """Sorts the earliest published first."""
    return (facts.published is None, facts.published or 0, *facts.order[2:], *facts.order)


def _said_by_you(ordered: Sequence[Facts], what: str) -> Incident | None:
    """The best of the tellings of which a person put ``what`` right."""
    return next((facts.incident for facts in ordered if facts.incident.is_corrected(what)), None)


def _typed(ordered: Sequence[Facts]) -> Incident:
    """The telling whose type holds: what a person said, else what most say it is; of two as often said, what the
    better telling says."""
    counts = Counter(facts.incident.type for facts in ordered)
    common = max(counts, key=lambda name: counts[name])
    return _said_by_you(ordered, "type") or next(facts.incident for facts in ordered if facts.incident.type == common)


def _place_is_yours(facts: Facts) -> bool:
    return any(one.rule == RULE for one in facts.incident.places)


def made_one(group: Sequence[Facts]) -> Incident:
    """One incident of the tellings in ``group``; of one alone, itself with its source named."""
    if len(group) == 1:
        return group[0].incident
    # What a person put right is shown before what the rules took to be better told.
    ordered = sorted(
        group, key=lambda facts: (not (facts.incident.corrections or _place_is_yours(facts)), _quality(facts))
    )
    typed = _typed(ordered)
    # A place stands in its own article's words, and comes with them; type, date and certainty may be another's.
    showable = list(filter(_place_is_yours, ordered)) or ordered
    best = next((facts for facts in showable if facts.incident.type == typed.type), showable[0])
    ordered = [best, *(facts for facts in ordered if facts is not best)]
    others = sorted(ordered[1:], key=_first)
    sources = marked(
        tuple(dict.fromkeys(source for facts in (best, *others) for source in _sources(facts.incident))),
        {facts.incident.quote: facts.words for facts in group},
    )
    copies = {source.doc_id for source in sources if source.copy_of is not None}
    # Copies repeat what they copy, and its mistakes.
    heard = [facts for facts in ordered if not facts.docs <= copies] or ordered
    conflicts, numbers = _numbers(heard, ordered)
    conflicts = [*_places(heard), *_days(heard), *conflicts]
    shown = best.incident
    voice = _said_by_you(ordered, "certainty") or _voice(shown, heard)
    dated = _said_by_you(ordered, "date")
    return replace(
        shown,
        incident_id=min(group, key=_first).incident.incident_id,
        type=typed.type,
        acled_sub_event=typed.acled_sub_event,
        plover=typed.plover,
        date_start=(dated or shown).date_start,
        date_end=(dated or shown).date_end,
        time_precision=(dated or shown).time_precision,
        time_expression=(dated or shown).time_expression,
        date_reason=(dated or shown).date_reason,
        certainty=voice.certainty,
        attribution=voice.attribution,
        part_of_day=dated.part_of_day
        if dated
        else next((part for facts in ordered if (part := facts.incident.part_of_day)), None),
        score=_score(shown, sources, heard, disputed=any(one.what in ("place", "date") for one in conflicts)),
        sources=sources,
        conflicts=tuple(dict.fromkeys((*conflicts, *(one for facts in ordered for one in facts.incident.conflicts)))),
        deaths=numbers["deaths"],
        injured=numbers["injured"],
        crowd_size=numbers["crowd_size"],
        detained=numbers["detained"],
        corrections=tuple(dict.fromkeys(said for facts in ordered for said in facts.incident.corrections)),
    )


def _sources(incident: Incident) -> list[SourceQuote]:
    """Its sources, each with the id that the incident has in it."""
    return [
        replace(source, incident_id=incident.incident_id)
        if source.incident_id is None and source.doc_id == incident.doc_id
        else source
        for source in incident.sources
    ]


def _voice(shown: Incident, heard: Sequence[Facts]) -> Incident:
    """The telling whose certainty and attribution hold: one that states a claim as fact outweighs it; else the firmest
    of those that are as certain as the one shown."""
    told = [facts.incident for facts in heard]
    if shown.certainty == "claimed" and (sure := [one for one in told if one.certainty == "reported"]):
        return min(sure, key=_levels)
    return min((one for one in told if one.certainty == shown.certainty), key=_levels, default=shown)


def _score(shown: Incident, sources: Sequence[SourceQuote], heard: Sequence[Facts], *, disputed: bool) -> float:
    """The shown telling's score, raised by each further independent source: of the doubt that is left, each takes away
    half its own score. A place or day that is disputed is no surer for being told often."""
    if disputed:
        return shown.score
    score_of = {facts.incident.doc_id: facts.incident.score for facts in heard}
    doubt = 1.0 - shown.score
    own = next((source for source in sources if source.doc_id == shown.doc_id), None)
    outlet = ((own.source if own else None) or shown.doc_id).casefold()
    for source in independent(sources):
        if source.doc_id != shown.doc_id and (source.source or source.doc_id).casefold() != outlet:
            doubt *= 1.0 - AGREEMENT * score_of.get(source.doc_id, 0.0)
    return round(max(shown.score, min(MOST, 1.0 - doubt)), 3)


# -- what they disagree on -------------------------------------------------------------------------------------------


def _said(count: Count) -> str:
    low, high = count
    return f"{low}+" if high is None else str(low) if low == high else f"{low}–{high}"


def _agree(one: Count, two: Count) -> bool:
    return (two[1] is None or one[0] <= two[1]) and (one[1] is None or two[0] <= one[1])


def _told(tellings: Sequence[Facts], name: str) -> list[tuple[Incident, Count]]:
    return [(facts.incident, count) for facts in tellings if (count := getattr(facts.incident, name)) is not None]


def _numbers(heard: Sequence[Facts], everybody: Sequence[Facts]) -> tuple[list[Conflict], dict[str, Count | None]]:
    conflicts: list[Conflict] = []
    numbers: dict[str, Count | None] = {}
    for name in NUMBERS:
        # A copy may go on where the first report ended: what only copies tell is told all the same.
        said = _told(heard, name) or _told(everybody, name)
        counts = [count for _, count in said]
        if not counts:
            numbers[name] = None
        elif all(_agree(one, two) for one in counts for two in counts):
            numbers[name] = min(counts, key=lambda count: float("inf") if count[1] is None else count[1] - count[0])
        else:
            highs = [count[1] for count in counts]
            top = max(count[0] if count[1] is None else count[1] for count in counts)
            # "At least 12" against "9" is open above; against "20" the 20 is the highest that anybody says.
            open_above = any(high is None and low >= top for low, high in counts)
            numbers[name] = (min(count[0] for count in counts), None if open_above and None in highs else top)
            conflicts.append(_conflict(name, [(incident, _said(count)) for incident, count in said]))
    return conflicts, numbers


def _conflict(what: str, said: Sequence[tuple[Incident, str]]) -> Conflict:
    return Conflict(
        what=what,
        values=tuple(dict.fromkeys(Telling(doc_id=incident.doc_id, value=value) for incident, value in said)),
    )


def _places(heard: Sequence[Facts]) -> list[Conflict]:
    """Places of which it is not known that they are one: a name that no gazetteer has beside one that is known."""
    placed = [facts for facts in heard if facts.sites]
    if all(place_points(placed[0], facts) for facts in placed[1:]):
        return []
    return [
        _conflict(
            "place",
            [
                (facts.incident, ", ".join(dict.fromkeys(place.name or place.text for place in facts.incident.places)))
                for facts in placed
            ],
        )
    ]


def _days_said(incident: Incident) -> str:
    return " – ".join(dict.fromkeys(day for day in (incident.date_start, incident.date_end) if day))


def _days(heard: Sequence[Facts]) -> list[Conflict]:
    """Spans of which neither is within the other. A day that another sentence lent counts where none is told."""
    told = [facts for facts in heard if facts.own_day and facts.first is not None]
    dated = [facts for facts in told or heard if facts.first is not None and facts.last is not None]
    spans = [(facts.first or 0, facts.last or 0) for facts in dated]
    if all(a[0] <= b[0] <= b[1] <= a[1] or b[0] <= a[0] <= a[1] <= b[1] for a in spans for b in spans):
        return []
    return [
        _conflict(
            "date",
            [(facts.incident, _days_said(facts.incident)) for facts in dated],
        )
    ]
