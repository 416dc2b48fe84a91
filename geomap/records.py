"""The records that flow from article to map: frozen, slotted, keyword-only dataclasses.

Offsets are character offsets into ``Article.text``; coordinates are WGS84 degrees; distances and
radii are kilometres; dates are ISO 8601 strings (``YYYY-MM-DD``). Field names are public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

__all__ = [
    "CERTAINTIES",
    "LEVELS",
    "ROLES",
    "UNLIKELY",
    "Actor",
    "Article",
    "Attribution",
    "Candidate",
    "Certainty",
    "Conflict",
    "DateExpression",
    "Incident",
    "IncidentPlace",
    "Level",
    "MatchKind",
    "Mention",
    "MentionKind",
    "Place",
    "Resolution",
    "Role",
    "SourceQuote",
    "Telling",
    "to_dict",
]

MentionKind = Literal["place", "demonym", "facility", "region"]
MatchKind = Literal["exact", "alternate", "folded", "transliterated", "fuzzy", "abbreviation", "demonym"]
Role = Literal["site", "near", "part_of", "along", "from", "to"]
Certainty = Literal[
    "reported", "claimed", "planned", "threatened", "attempted", "hypothetical", "negated", "historical"
]
Level = Literal["stated", "attributed", "rumoured", "accused"]

ROLES: tuple[Role, ...] = ("site", "near", "part_of", "along", "from", "to")
CERTAINTIES: tuple[Certainty, ...] = (
    "reported",
    "claimed",
    "planned",
    "threatened",
    "attempted",
    "hypothetical",
    "negated",
    "historical",
)
UNLIKELY = "unlikely"
"""The ``rule`` of a resolution that says of its mention that it is likely no toponym: such mentions are left out."""
LEVELS: tuple[Level, ...] = ("stated", "attributed", "rumoured", "accused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as read. ``published`` is an ISO date or None; ``published_basis`` says what it rests on.

    ``home`` is where its source is at home, in the words of the input: a place, "lat,lon" or a country code.
    ``origin`` names the input and the line or row it was read from, for messages.
    """

    doc_id: str
    text: str
    title: str | None = None
    published: str | None = None
    published_basis: str | None = None
    source: str | None = None
    url: str | None = None
    language: str | None = None
    home: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A toponym in an article: ``article.text[start:end] == text``.

    ``kind`` is place, demonym, facility or region. ``dateline`` marks the place an article was filed from,
    ``metonym`` a place that stands for its government ("Belgrade said"). ``direction`` is a compass part named
    directly before ("northern" gives ``"N"``; also NE, E, SE, S, SW, W, NW, C for central); the mention's own
    span does not include the direction word. ``inside`` is "organisation", "person" or "event" where the name is
    part of such a name ("Rapides Parish Fire District"): a toponym, but not by itself where something happened.
    ``recognizer`` says who found it.
    """

    start: int
    end: int
    text: str
    kind: MentionKind = "place"
    recognizer: str = ""
    dateline: bool = False
    metonym: bool = False
    direction: str | None = None
    inside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A gazetteer entry. ``feature_class`` and ``feature_code`` are GeoNames'; ``radius_km`` is how far the
    place reaches from its point (a country hundreds of km, a village one)."""

    id: str
    name: str
    lat: float
    lon: float
    feature_class: str
    feature_code: str
    country_code: str = ""
    admin1: str = ""
    admin2: str = ""
    population: int | None = None
    radius_km: float = 5.0
    names: tuple[str, ...] = ()
    layer: str = "world"

    @property
    def is_area(self) -> bool:
        """True for what is never a point: countries, regions, districts, seas, and mountains or islands of size."""
        # 10 km: below it a hill, cape or islet is a spot on any map that shows towns.
        return self.feature_class in ("A", "L", "H") or (self.feature_class == "T" and self.radius_km >= 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that a name may mean, how the name matched, and a match score in [0, 1]."""

    place: Place
    match: MatchKind
    score: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a mention means. ``place`` is None for NIL. ``rule`` is the pass that decided, ``reasons`` are short
    plain sentences, ``alternatives`` the runners-up (best first), ``score`` a confidence in [0, 1]."""

    mention: Mention
    place: Place | None
    score: float
    rule: str
    reasons: tuple[str, ...] = ()
    alternatives: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DateExpression:
    """A time phrase and the days it covers.

    ``date_start``/``date_end`` are inclusive ISO days, both None where the phrase cannot be resolved (a relative
    phrase without a publication date). ``part_of_day``: morning, noon, afternoon, evening, night, midnight or a
    clock time ``HH:MM``. ``time_precision``: 1 day, 2 week, 3 month or longer. ``reason`` says what it rests on.
    """

    start: int
    end: int
    text: str
    date_start: str | None
    date_end: str | None
    part_of_day: str | None = None
    time_precision: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPlace:
    """A place of an incident and the part it plays. lat/lon are None where nothing resolved (NIL).

    ``direction`` and ``distance_km`` qualify it: ``role="part_of", direction="N"`` is the northern part,
    ``role="near", direction="N", distance_km=15`` is 15 km to the north. ``is_area`` is true for regions and
    countries. ``rule``, ``score``, ``reasons`` and ``alternatives`` (names with country and distance) are the
    evidence copied from the resolution.
    """

    start: int
    end: int
    text: str
    role: Role
    place_id: str | None = None
    name: str | None = None
    lat: float | None = None
    lon: float | None = None
    country_code: str | None = None
    admin1: str | None = None
    feature_code: str | None = None
    is_area: bool = False
    radius_km: float | None = None
    direction: str | None = None
    distance_km: float | None = None
    rule: str | None = None
    score: float | None = None
    reasons: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts in or suffers an incident; ``role`` is agent, target or crowd."""

    start: int
    end: int
    text: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who says so (``source``: a phrase of the text, or None) and how firmly (``level``)."""

    source: str | None
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceQuote:
    """One article's report of an incident.

    ``copy_of`` is the ``doc_id`` of the source whose words this one repeats (a wire report printed again): it counts
    for nothing of its own. ``incident_id`` is the id that the incident had in this article before merging.
    """

    doc_id: str
    title: str | None = None
    source: str | None = None
    url: str | None = None
    published: str | None = None
    quote: str = ""
    copy_of: str | None = None
    incident_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What one article says of something that another says otherwise; ``value`` is in words that a person reads:
    an ISO day or span of days, a place's name, a number ("12", "12–14", "12+" for at least)."""

    doc_id: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """On what the sources of an incident disagree. ``what`` is place, date, type, deaths, injured, crowd_size or
    detained; ``values`` has what each source says, those that say nothing left out."""

    what: str
    values: tuple[Telling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident with its own place, time and certainty, and the sentence that it rests on.

    ``geo_precision`` follows ACLED (1 named place, 2 near or part of one, 3 larger region, None country or
    unknown); ``where_prec`` follows UCDP GED (1 exact, 2 within 25 km, 3 admin-2, 4 admin-1, 5 line or fuzzy,
    6 country, 7 sea or air). ``deaths``, ``injured``, ``crowd_size`` and ``detained`` are ``(low, high)`` with high
    None for "at least"; None means not stated, which is not zero. ``quote == article.text[quote_start:quote_end]``.
    ``trigger`` names the words that made it this type; ``date_reason`` what the date rests on. ``sources`` are the
    articles that tell it, ``conflicts`` on what they disagree. ``corrections`` say in words what the user put right.
    """

    incident_id: str
    doc_id: str
    type: str
    places: tuple[IncidentPlace, ...]
    quote: str
    quote_start: int
    quote_end: int
    certainty: Certainty
    attribution: Attribution
    geo_precision: int | None
    where_prec: int | None = None
    radius_km: float | None = None
    acled_sub_event: str | None = None
    plover: str | None = None
    date_start: str | None = None
    date_end: str | None = None
    part_of_day: str | None = None
    time_expression: str | None = None
    time_precision: int | None = None
    date_reason: str | None = None
    actors: tuple[Actor, ...] = ()
    deaths: tuple[int, int | None] | None = None
    injured: tuple[int, int | None] | None = None
    crowd_size: tuple[int, int | None] | None = None
    detained: tuple[int, int | None] | None = None
    trigger: str | None = None
    score: float = 0.0
    sources: tuple[SourceQuote, ...] = field(default=())
    conflicts: tuple[Conflict, ...] = field(default=())
    corrections: tuple[str, ...] = ()

    def is_corrected(self, what: str) -> bool:
        """Whether the user put ``what`` right: type, date, certainty or place."""
        # As geomap/corrections/applying.py words it; files of incidents hold nothing else of it.
        return any(said.startswith(f"{what}: ") for said in self.corrections)


def to_dict(record: Any) -> Mapping[str, Any]:
    """A record as plain dicts and tuples, ready for JSON."""
    return asdict(record)
