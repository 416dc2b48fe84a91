"""Corrections put on mentions, on incidents, and on what is merged."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from geomap.corrections.rows import NO_PLACE, UNKNOWN, Correction, Corrections
from geomap.lexicons import load_json
from geomap.precision import coarsest, precision_of
from geomap.records import UNLIKELY, Article, Candidate, Incident, IncidentPlace, Mention, Place, Resolution
from geomap.text import fold

__all__ = [
    "CHECKED",
    "RULE",
    "Applied",
    "Hit",
    "PlaceOf",
    "apply_corrections",
    "apply_to_mentions",
    "find_hits",
    "links_between",
    "put_on",
    "with_places",
]

RULE = "correction"
"""The ``rule`` of a place that a correction chose."""

CHECKED = "checked by you"
"""How the correction begins that says that an incident was looked at and is right."""

PlaceOf = Callable[[Correction], Place | None]
"""What looks up the place of a correction: by its id, or made from its position."""

# Quotes are matched by their words: a later rule may cut the sentence a little shorter or longer, a new version of the
# article may mend a word. A convention: of two sentences of ten words, six or seven of which are the same, a person
# would say that they are not the same one. Nor are two that differ in a name or number: rows of a table often do in
# nothing else.
_ALIKE = 80.0
# What tells of more incidents is a table, not an article of some tens; each of its rows would be compared.
_MOST_ALIKE = 1000
_NAME = re.compile(r"\b[^\W_a-z]\w*")


def _words(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _names(text: str) -> set[str]:
    """The numbers and the words with a capital."""
    return {word.casefold() for word in _NAME.findall(text) if word[0].isupper() or word[0].isdigit()}


def _reasons(correction: Correction) -> tuple[str, ...]:
    return (f"corrected by you ({correction.where})", *((correction.note,) if correction.note else ()))


# -- mentions ----------------------------------------------------------------------------------------------------------


# A name or quote that a text repeats more often is no longer read for itself.
_MOST_REPEATED = 1000


def _quoted(row: Correction, text: str) -> list[tuple[int, int]]:
    """Where the row's quote stands in the text; the whole text for a row without one."""
    if not row.quote:
        return [(0, len(text))]
    # The quote's words, with any white space between them: the file has them on one line.
    pattern = r"\s+".join(re.escape(word) for word in row.quote.split()[:200])
    return [match.span() for match in itertools.islice(re.finditer(pattern, text), _MOST_REPEATED)]


def _within(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def apply_to_mentions(
    article: Article,
    resolutions: Sequence[Resolution],
    corrections: Corrections,
    place_of: PlaceOf,
    used: set[tuple[str, int]] | None = None,
) -> list[Resolution]:
    """The resolutions with those changed that a correction of a place is about.

    Such a one has the rule ``correction`` and a score of 1; the place it had becomes the first of its alternatives.
    A name that was corrected to ``none`` is given back as likely no toponym, one corrected to ``unknown`` has no
    place. A correction whose place the gazetteer has no more changes nothing. ``used`` is given the ``spot`` of each
    row that changed something.
    """
    rows = [(row, _quoted(row, article.text)) for row in corrections.places_of(article)]
    if not rows:
        return list(resolutions)
    out = []
    for resolution in _with_missed(article, resolutions, rows, place_of):
        mention = resolution.mention
        row = next(
            (
                row
                for row, spans in rows
                if fold(row.name) == fold(mention.text) and _within(spans, mention.start, mention.end)
            ),
            None,
        )
        became = resolution if row is None else _corrected(resolution, row, place_of)
        if row is not None and used is not None and became is not resolution:
            used.add(row.spot)
        out.append(became)
    return out


def _with_missed(
    article: Article,
    resolutions: Sequence[Resolution],
    rows: Sequence[tuple[Correction, Sequence[tuple[int, int]]]],
    place_of: PlaceOf,
) -> list[Resolution]:
    """The resolutions, and one for each time the text has a corrected name that no recogniser took for a place.

    The name counts as it is written in the row, or in capitals; what was found inside of it gives way to it.
    """
    found = list(resolutions)
    for row, spans in rows:
        if row.to == NO_PLACE or not row.name.strip() or (row.to != UNKNOWN and place_of(row) is None):
            continue
        words = [re.escape(word) for word in row.name.split()]
        spellings = {r"\s+".join(words), r"\s+".join(re.escape(word) for word in row.name.upper().split())}
        pattern = rf"(?<!\w)(?:{'|'.join(sorted(spellings))})(?!\w)"
        for match in itertools.islice(re.finditer(pattern, article.text), _MOST_REPEATED):
            start, end = match.span()
            met = [one for one in found if one.mention.start < end and start < one.mention.end]
            if any(one.mention.start <= start and end <= one.mention.end for one in met):
                continue
            if not _within(spans, start, end):
                continue
            if all(start <= one.mention.start and one.mention.end <= end for one in met):
                found = [one for one in found if one not in met]
                mention = Mention(start=start, end=end, text=match[0], recognizer=RULE)
                found.append(Resolution(mention=mention, place=None, score=0.0, rule="nil"))
    if len(found) == len(resolutions) and all(a is b for a, b in zip(found, resolutions, strict=True)):
        return found
    return sorted(found, key=lambda one: (one.mention.start, one.mention.end))


def _corrected(resolution: Resolution, row: Correction, place_of: PlaceOf) -> Resolution:
    before = () if resolution.place is None else (Candidate(place=resolution.place, match="exact"),)
    others = tuple(one for one in resolution.alternatives if one.place != resolution.place)
    changed = replace(resolution, score=1.0, rule=RULE, reasons=_reasons(row), alternatives=(*before, *others))
    if row.to == NO_PLACE:
        return replace(changed, place=None, rule=UNLIKELY)
    if row.to == UNKNOWN:
        return replace(changed, place=None)
    place = place_of(row)
    if place is None:
        return resolution
    kept = tuple(one for one in changed.alternatives if one.place.id != place.id)
    return replace(changed, place=place, alternatives=kept)


# -- incidents ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Incidents with corrections put on them. ``lost`` are the corrections that found nothing to correct, each with
    what is wrong, in words."""

    incidents: tuple[Incident, ...]
    lost: tuple[tuple[Correction, str], ...] = ()


class _Finder:
    """Finds the incident that a correction is about. Of a ``part`` of a document's incidents, one that is named by its
    id may be in another part, and so none is likely instead of it."""

    def __init__(self, incidents: Sequence[Incident], *, part: bool = False) -> None:
        self.incidents = incidents
        self.part = part
        self.by_id: dict[str, int] = {}
        self.by_article: dict[str, list[int]] = {}
        self.by_quote: dict[str, list[int]] = {}
        for number, incident in enumerate(incidents):
            self.by_id.setdefault(incident.incident_id, number)
            told = {(incident.doc_id, incident.quote), *((one.doc_id, one.quote) for one in incident.sources)}
            for doc_id in sorted({doc_id for doc_id, _ in told}):
                self.by_article.setdefault(doc_id, []).append(number)
            for quote in sorted({_words(quote) for _, quote in told}):
                self.by_quote.setdefault(quote, []).append(number)
        # After the incidents' own: what was merged before is found by the id that it had.
        for number, incident in enumerate(incidents):
            for one in incident.sources:
                if one.incident_id:
                    self.by_id.setdefault(one.incident_id, number)

    def find(self, ident: str, article: str, quote: str, *, name: str = "", trigger: str = "") -> int | str:
        """The number of the incident, or in words why there is none."""
        number = self.by_id.get(ident) if ident else None
        if number is not None and (not article or number in self.by_article.get(article, ())):
            return number
        if ident and self.part:
            return number if number is not None else f"there is no incident {ident}"
        found = self._told(article, quote, name, trigger)
        # One that several articles tell has the id of one telling, and the row may name another's article.
        if isinstance(found, int) or number is None:
            return found if quote or not ident else f"there is no incident {ident}"
        return number

    def _told(self, article: str, quote: str, name: str, trigger: str) -> int | str:
        words = _words(quote)
        if not words:
            return "it names no incident"
        found = [n for n in self.by_quote.get(words, ()) if not article or n in self.by_article.get(article, ())]
        if not found and not self.part and 0 < len(self.by_article.get(article, ())) <= _MOST_ALIKE:
            found = self._alike(quote, self.by_article[article])
        if not found and article not in self.by_article:
            # The article goes by another name now; the same words told elsewhere are told apart by their number.
            found = list(self.by_quote.get(words, ()))
            if not found and article:
                return f"there is no incident of {article}"
        return self._one(found, article, name, trigger)

    def _alike(self, quote: str, numbers: Sequence[int]) -> list[int]:
        from rapidfuzz import fuzz

        words, names = _words(quote), _names(quote)

        def likeness(number: int) -> float:
            other = self.incidents[number].quote
            own = _words(other)
            if words in own or (own and own in words):
                return 100.0
            if not names <= set(own.split()) or not _names(other) <= set(words.split()):
                return 0.0
            return float(fuzz.token_sort_ratio(words, own))

        ranked = [(likeness(number), number) for number in numbers]
        best = max(score for score, _ in ranked)
        return [number for score, number in ranked if score == best] if best >= _ALIKE else []

    def _one(self, found: Sequence[int], article: str, name: str, trigger: str) -> int | str:
        if len(found) > 1 and trigger:
            found = [n for n in found if fold(self.incidents[n].trigger or "") == fold(trigger)] or found
        if len(found) > 1 and name:
            found = [
                n for n in found if any(fold(place.text) == fold(name) for place in self.incidents[n].places)
            ] or found
        if not found:
            return f"no incident{f' of {article}' if article else ''} has this quote any more"
        if len(found) > 1:
            ids = ", ".join(self.incidents[n].incident_id for n in found[:3])
            return f"{len(found)} incidents have this quote ({ids}); name one by its id"
        return found[0]


@dataclass(frozen=True, slots=True)
class Hit:
    """A row with the numbers of the incidents that it is about, first of the one that it names; ``twos`` are those of
    a merge's or split's second."""

    row: Correction
    ones: tuple[int, ...]
    twos: tuple[int, ...] = ()

    def reaching(self, told: Mapping[int, tuple[int, ...]]) -> Hit:
        """The hit with all tellings of an incident that is named by its id alone; ``told`` has those of each."""
        row = self.row
        if row.kind == "split":
            return self

        def all_of(numbers: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(dict.fromkeys((*numbers, *(n for number in numbers for n in told.get(number, ())))))

        return replace(
            self,
            ones=self.ones if row.quote else all_of(self.ones),
            twos=self.twos if row.other_quote or not row.other else all_of(self.twos),
        )


def find_hits(
    incidents: Sequence[Incident], rows: Iterable[Correction], *, part: bool = False
) -> tuple[list[Hit], list[tuple[Correction, str]]]:
    """What rows are about, those of places left out; and the rows that found nothing, each with the reason."""
    finder = _Finder(incidents, part=part)
    hits: list[Hit] = []
    lost: list[tuple[Correction, str]] = []
    for row in rows:
        if row.kind == "place":
            continue
        one = finder.find(row.incident, row.article, row.quote, name=row.name, trigger=row.trigger)
        if isinstance(one, str):
            lost.append((row, one))
        elif row.kind not in ("merge", "split"):
            hits.append(Hit(row, (one,)))
        else:
            two = finder.find(row.other, row.other_article, row.other_quote)
            if isinstance(two, str) and row.other_article and not row.other_quote:
                # "not the same as what that article tells", said of an incident that has it as a source.
                numbers = finder.by_article.get(row.other_article, [])
                two = numbers[0] if len(numbers) == 1 else two
            if isinstance(two, str):
                lost.append((row, f"the second one: {two}"))
            elif one == two:
                lost.append((row, "both are the same incident"))
            else:
                hits.append(Hit(row, (one,), (two,)))
    return hits, lost


def put_on(incidents: Sequence[Incident], hits: Iterable[Hit]) -> list[Incident | None]:
    """The incidents as the rows have them; None for those that are none."""
    changed: list[Incident | None] = list(incidents)
    for hit in hits:
        if hit.row.kind in ("merge", "split"):
            continue
        for number in hit.ones:
            now = changed[number]
            if now is not None:
                changed[number] = None if hit.row.kind == "drop" else _put_right(now, hit.row)
    return changed


def apply_corrections(
    incidents: Iterable[Incident],
    corrections: Corrections,
    place_of: PlaceOf | None = None,
    *,
    part: bool = False,
) -> Applied:
    """Put the corrections on incidents that are not merged yet; merge and split are for :func:`links_between`.

    Each incident says in ``corrections`` what was put right. Places that were corrected already when their article
    was read are left as they are; others are changed in the record (with ``place_of`` only). A ``drop`` takes the
    incident out. Order is kept. ``part`` says that the documents of the incidents have others.
    """
    given = list(incidents)
    rows = [row for row in corrections.rows if row.kind not in ("merge", "split")]
    hits, lost = find_hits(given, rows, part=part)
    changed = put_on(given, hits)
    kept = [incident for incident in changed if incident is not None]
    if place_of is not None:
        kept = with_places(kept, corrections, place_of)
    return Applied(incidents=tuple(kept), lost=tuple(lost))


def with_places(
    incidents: Iterable[Incident],
    corrections: Corrections,
    place_of: PlaceOf,
    used: set[tuple[str, int]] | None = None,
) -> list[Incident]:
    """Incidents that were coded without the corrections of places, with them; ``used`` is given the ``spot`` of each
    row that holds."""
    return [
        _places_put_right(incident, corrections, place_of, used if used is not None else set())
        for incident in incidents
    ]


def _put_right(incident: Incident, row: Correction) -> Incident:
    note = f" ({row.where}{'; ' + row.note if row.note else ''})"
    if row.kind == "ok":
        others = tuple(one for one in incident.corrections if not one.startswith(CHECKED))
        return replace(incident, corrections=(*others, CHECKED + note))
    if row.kind == "date":
        now = "/".join(dict.fromkeys(day for day in (incident.date_start, incident.date_end) if day)) or NO_PLACE
    else:
        now = incident.type if row.kind == "type" else incident.certainty
    if now == row.to and incident.is_corrected(row.kind):
        return incident
    # Said also where it was so: of several tellings, what a person said goes before what others tell.
    said = f"{row.kind}: {row.to}" + (f" instead of {now}" if now not in (row.to, NO_PLACE) else "") + note
    others = tuple(one for one in incident.corrections if not one.startswith(f"{row.kind}: "))
    incident = replace(incident, corrections=(*others, said))
    if row.kind == "certainty":
        # Checked when the row was read.
        certainty: object = row.to
        return replace(incident, certainty=certainty)  # type: ignore[arg-type]
    if row.kind == "type":
        if row.to == now:
            return incident
        codes = load_json("event_types.json")["types"][row.to]
        # The first of each is the type's most general.
        sub, plover = next(iter(codes["acled_sub_events"]), None), next(iter(codes["plover"]), None)
        return replace(incident, type=row.to, acled_sub_event=sub, plover=plover)
    start, _, end = row.to.partition("/")
    undated = row.to == NO_PLACE
    return replace(
        incident,
        date_start=None if undated else start,
        date_end=None if undated else end or start,
        time_precision=None if undated else 1 if end in ("", start) else 2 if _span(start, end) <= 7 else 3,
        # The hour may hold on another day; the words did not lead to it.
        part_of_day=None if undated else incident.part_of_day,
        time_expression=None,
        date_reason=_reasons(row)[0],
    )


def _span(start: str, end: str) -> int:
    from datetime import date

    return (date.fromisoformat(end) - date.fromisoformat(start)).days + 1


# The rule of such a place (geomap/incident_tables/coding.py).
_STAND_IN = "around"


def _places_put_right(
    incident: Incident, corrections: Corrections, place_of: PlaceOf, used: set[tuple[str, int]]
) -> Incident:
    """An incident that was coded without the corrections of places, with them."""
    source = incident.sources[0] if incident.sources else None
    article = Article(
        doc_id=incident.doc_id,
        text=" ".join([incident.quote, *(place.text for place in incident.places)]),
        source=source.source if source else None,
    )
    rows = corrections.places_of(article)
    if not rows:
        return incident
    places: list[IncidentPlace] = []
    told: list[str] = []
    for place in incident.places:
        row = next(
            (
                row
                for row in rows
                if fold(row.name) == fold(place.text) and (not row.quote or _words(row.quote) in _words(incident.quote))
            ),
            None,
        )
        if row is None:
            places.append(place)
            continue
        became = _place_put_right(place, row, place_of)
        if place.rule == RULE:
            # Put right when its article was read, likely by this row.
            if became is not None and became.place_id == place.place_id:
                used.add(row.spot)
            places.append(place)
            continue
        if became is not None:
            places.append(became)
        if became is None or became.rule == RULE:
            used.add(row.spot)
            told.append(f"place: {place.text}: {row.aim} ({row.where})")
    if not told:
        return incident
    if any(place.rule == RULE and place.lat is not None for place in places):
        # A table's region stood in for the place that nobody knew.
        places = [place for place in places if place.rule != _STAND_IN]
    geo, where, radius = _precision(places)
    return replace(
        incident,
        places=tuple(places),
        geo_precision=geo,
        where_prec=where,
        radius_km=radius,
        corrections=(*incident.corrections, *told),
    )


def _place_put_right(place: IncidentPlace, row: Correction, place_of: PlaceOf) -> IncidentPlace | None:
    """The place as the row has it; None where the name is none."""
    if row.to == NO_PLACE:
        return None
    blank = replace(
        place,
        place_id=None,
        name=None,
        lat=None,
        lon=None,
        country_code=None,
        admin1=None,
        feature_code=None,
        is_area=False,
        radius_km=None,
        rule=RULE,
        score=1.0,
        reasons=_reasons(row),
        alternatives=(*((place.name,) if place.name else ()), *place.alternatives),
    )
    if row.to == UNKNOWN:
        return blank
    found = place_of(row)
    if found is None:
        return place
    return replace(
        blank,
        place_id=found.id,
        name=found.name,
        lat=found.lat,
        lon=found.lon,
        country_code=found.country_code or None,
        admin1=found.admin1 or None,
        feature_code=found.feature_code,
        is_area=found.is_area,
        radius_km=found.radius_km,
    )


def _precision(places: Sequence[IncidentPlace]) -> tuple[int | None, int | None, float | None]:
    known = [place for place in places if place.lat is not None]
    sites = [place for place in known if place.role not in ("from", "to")]
    return coarsest(
        precision_of(
            place.role,
            known=place.lat is not None,
            feature_code=place.feature_code,
            is_area=place.is_area,
            radius_km=place.radius_km,
            direction=place.direction,
            distance_km=place.distance_km,
        )
        for place in sites or known or places
    )


# -- what is merged ----------------------------------------------------------------------------------------------------


def links_between(
    hits: Iterable[Hit],
) -> tuple[list[tuple[int, ...]], list[tuple[int, int]], list[tuple[Correction, str]]]:
    """Which incidents a person says are one, as groups of their numbers; which are not, as pairs; and the splits of two
    that other rows make one.

    A later word goes before an earlier one on the same two.
    """
    same: list[tuple[int, int]] = []
    said: dict[tuple[int, int], Correction] = {}
    for hit in hits:
        # Tellings of one incident stay one, whatever was put right about it.
        same += [(side[0], number) for side in (hit.ones, hit.twos) for number in side[1:]]
        if hit.twos:
            one, two = sorted((hit.ones[0], hit.twos[0]))
            said.pop((one, two), None)
            said[one, two] = hit.row
    group_of: dict[int, list[int]] = {}
    for one, two in [*same, *(pair for pair, row in said.items() if row.kind == "merge")]:
        first, second = group_of.setdefault(one, [one]), group_of.setdefault(two, [two])
        if first is not second:
            first, second = sorted((first, second), key=len, reverse=True)
            first += second
            group_of.update(dict.fromkeys(second, first))
    apart: list[tuple[int, int]] = []
    lost: list[tuple[Correction, str]] = []
    for (one, two), row in said.items():
        if row.kind == "merge":
            continue
        group = group_of.get(one, [one])
        if two in group:
            rows = [by.where for (n, _), by in said.items() if by.kind == "merge" and n in group]
            lost.append((row, f"these two are one by {' and '.join(rows[:3])}"))
        else:
            apart.append((one, two))
    groups = {id(group): tuple(sorted(group)) for group in group_of.values()}
    return sorted(groups.values()), apart, lost
