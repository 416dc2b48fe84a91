"""What merging looks at of an incident, worked out once: its days, sites, kind of certainty and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from geomap.merging.wording import Wording, calendar_words, read_wording
from geomap.records import Incident, IncidentPlace
from geomap.text import fold

__all__ = ["Facts", "Site", "read_facts"]

FACT, AHEAD, PAST, DENIED = "fact", "ahead", "past", "denied"
_KINDS = {
    "reported": FACT,
    "claimed": FACT,
    "attempted": FACT,
    "planned": AHEAD,
    "threatened": AHEAD,
    "hypothetical": AHEAD,
    "historical": PAST,
    "negated": DENIED,
}

# How the reason of a day begins that another sentence lent (geomap/incidents/when.py), but for the day that heads an
# entry of a timeline, which is as good as stated.
_LENT_DAY = ("no time phrase of its own", "no day of its own", "no day named near")
_HEADING = "heads its entry"
# Characters of a quote that are looked at: a "sentence" of a megabyte says nothing more.
_QUOTE = 4_000

_PARTS = {"morning": 1, "noon": 2, "afternoon": 2, "evening": 3, "night": 4, "midnight": 4}


@dataclass(frozen=True, slots=True)
class Site:
    """A place of an incident. ``names`` are folded; ``key`` is the gazetteer id, or the folded name where nobody knows
    it; ``part`` says that the incident is at a part of it or near it."""

    key: str
    names: frozenset[str]
    lat: float | None
    lon: float | None
    radius_km: float
    is_area: bool
    country: str
    admin1: str
    feature: str
    part: bool
    moved: bool


@dataclass(slots=True)
class Facts:
    """One incident as merging sees it.

    ``first`` and ``last`` are days as ordinals, None where not stated; ``exact`` says that they are a day and not a
    week or a month. ``part`` is the part of the day, 0 where not stated. ``lent`` is None where the quote names a place
    of the incident; else, the place being lent by an earlier sentence, it is the other names in the quote. ``own_day``
    says that no other sentence lent the day. ``order`` sorts incidents; ``shape`` is the same for those that differ in
    nothing by which two may be told apart.
    """

    incident: Incident
    number: int
    docs: frozenset[str]
    kind: str
    sites: tuple[Site, ...]
    first: int | None
    last: int | None
    exact: bool
    part: int
    published: int | None
    words: Wording
    names: frozenset[str]
    lent: frozenset[str] | None
    own_day: bool
    order: tuple[str, ...]
    shape: tuple[object, ...]


def _ordinal(value: str | None) -> int | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10]).toordinal()
    except ValueError:
        return None


def _part_of_day(value: str | None) -> int:
    if not value:
        return 0
    if value[:2].isdigit() and value[2:3] == ":":
        hour = int(value[:2])
        return 4 if hour < 5 or hour >= 22 else 1 if hour < 12 else 2 if hour < 18 else 3
    return _PARTS.get(value, 0)


def _site(place: IncidentPlace) -> Site:
    names = frozenset(name for name in (fold(place.text), fold(place.name or "")) if name)
    known = place.lat is not None and place.lon is not None
    return Site(
        key=place.place_id or "name:" + (min(names) if names else ""),
        names=names,
        lat=place.lat if known else None,
        lon=place.lon if known else None,
        radius_km=place.radius_km or 1.0,
        is_area=place.is_area,
        country=place.country_code or "",
        admin1=place.admin1 or "",
        feature=place.feature_code or "",
        part=place.role in ("near", "part_of"),
        moved=place.role in ("from", "to"),
    )


_NAME = re.compile(r"[^\W\d_]{4,}")


def _lent(incident: Incident, names: frozenset[str]) -> frozenset[str] | None:
    quote = incident.quote[:_QUOTE]
    if not incident.places or any(place.text and place.text in quote for place in incident.places):
        return None
    # A name within a sentence: a word with a capital that begins neither it nor a quotation.
    found = {
        fold(match.group())
        for match in _NAME.finditer(quote)
        if match.group()[0].isupper() and quote[max(0, match.start() - 2) : match.start()].rstrip(" ")[-1:].isalnum()
    }
    return frozenset(found - names) - calendar_words()


def read_facts(incident: Incident, number: int) -> Facts:
    """The facts of ``incident``, the ``number``-th of its batch."""
    first, last = _ordinal(incident.date_start), _ordinal(incident.date_end)
    if first is None or last is None or last < first:
        last = first
    sites = tuple(dict.fromkeys(map(_site, incident.places)))
    published = next((day for one in incident.sources if (day := _ordinal(one.published)) is not None), None)
    names = frozenset(word for site in sites for name in site.names for word in name.split())
    reason = incident.date_reason or ""
    own_day = not reason.startswith(_LENT_DAY) or _HEADING in reason
    kind, part = _KINDS[incident.certainty], _part_of_day(incident.part_of_day)
    numbers = (incident.deaths, incident.injured, incident.detained, incident.crowd_size)
    ahead = published is not None and first is not None and published < first
    return Facts(
        incident=incident,
        number=number,
        docs=frozenset(one.doc_id for one in incident.sources) | {incident.doc_id},
        kind=kind,
        sites=sites,
        first=first,
        last=last,
        # "Overnight" and "from Monday to Tuesday" are two days and still exact.
        exact=first is not None and last is not None and incident.time_precision in (None, 1) and last - first <= 1,
        part=part,
        published=published,
        words=read_wording(incident.quote),
        names=names,
        lent=_lent(incident, names),
        own_day=own_day,
        order=(incident.date_start or "", incident.type, incident.doc_id, incident.incident_id, incident.quote),
        shape=(first, last, own_day, kind, ahead, part, numbers, sites),
    )
