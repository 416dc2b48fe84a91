"""Where a source is at home: a weak word in the context pass, for a local paper's "Springfield" is its own.

A home is given by the user (a place, a position, a country) or learnt from the source's other articles: the
countries, first-order divisions and neighbourhoods of the places that were surely resolved in them. Either way it votes
as one or two more names of the article would.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geomap.errors import UsageError
from geomap.geo import cell_of
from geomap.records import Article, Mention, Place, Resolution

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer

__all__ = ["GIVEN_WEIGHT", "LEARNT_WEIGHT", "Home", "Homes", "Learnt", "home_at", "learn", "read_home", "source_of"]

GIVEN_WEIGHT = 2.0
"""What a home that the user gives counts, in names of the article."""

LEARNT_WEIGHT = 2.0
"""What a learnt home counts at most, in names of the article (measured: see docs/accuracy.md)."""

# From so many places of other articles on a learnt home has its full weight; fewer weigh in proportion.
_ENOUGH = 6
# A place teaches where it is sure: nine in ten of those are right.
_SURE = 0.8
# Outside this many km no town says which country and division a position is in.
_REACH_KM = 60.0

_POSITION = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,12})?)\s{0,3}[,;]\s{0,3}([+-]?\d{1,3}(?:\.\d{1,12})?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A source's home region.

    ``countries`` (by two-letter code), ``admin1s`` (by country code and name of the division) and ``cells`` (one-degree
    cells, see :func:`geomap.geo.cell_of`) have shares of at most 1; ``weight`` is how many names of an article the home
    counts for. ``name`` says in words where it is, for reasons.
    """

    name: str
    countries: Mapping[str, float]
    admin1s: Mapping[tuple[str, str], float] = field(default_factory=dict)
    cells: Mapping[int, float] = field(default_factory=dict)
    weight: float = GIVEN_WEIGHT


def home_at(place: Place, *, weight: float = GIVEN_WEIGHT) -> Home:
    """A home in ``place``: its country, its division and, for a town, its surroundings."""
    return Home(
        name=place.name,
        countries={place.country_code: 1.0} if place.country_code else {},
        admin1s={(place.country_code, place.admin1): 1.0} if place.admin1 else {},
        cells={} if place.is_area else {cell_of(place.lat, place.lon): 1.0},
        weight=weight,
    )


def read_home(text: str, gazetteer: Gazetteer) -> Home:
    """The home that a user's words name: a country code, a place's id, "lat,lon" or a name such as "Springfield, Ohio".

    Raises :class:`~geomap.errors.UsageError` for words that name no place.
    """
    # Not at the top: what resolves knows homes.
    from geomap.resolution.document import resolve_mentions

    wanted = text.strip()
    if position := _POSITION.fullmatch(wanted):
        lat, lon = float(position[1]), float(position[2])
        if abs(lat) > 90.0 or abs(lon) > 180.0:
            raise UsageError(f"home {wanted!r}: no such position; give latitude and longitude, such as 39.92,-83.81.")
        towns = gazetteer.near(lat, lon, _REACH_KM, limit=1)
        if not towns:
            raise UsageError(f"home {wanted!r}: no town is within {_REACH_KM:.0f} km; name a place or a country code.")
        town = towns[0]
        return Home(
            name=f"{lat:g},{lon:g}",
            countries={town.country_code: 1.0},
            admin1s={(town.country_code, town.admin1): 1.0} if town.admin1 else {},
            cells={cell_of(lat, lon): 1.0},
        )
    place = gazetteer.country(wanted) if re.fullmatch("[A-Z]{2}", wanted) else None
    if place is None and ":" in wanted:
        place = gazetteer.place(wanted)
    if place is None and wanted:
        mentions = [
            Mention(start=part.start(), end=part.end(), text=part[0], recognizer="model")
            for part in re.finditer(r"[^\s,][^,]{0,200}", wanted[:400])
        ]
        # Without its spaces at the end a name is what the text says it is.
        mentions = [
            Mention(start=m.start, end=m.start + len(m.text.rstrip()), text=m.text.rstrip(), recognizer="model")
            for m in mentions
        ]
        answers = resolve_mentions(Article(doc_id="home", text=wanted), mentions, gazetteer) if mentions else []
        if answers:
            first = answers[0]
            place = first.place or (first.alternatives[0].place if first.alternatives else None)
    if place is None or not place.country_code:
        raise UsageError(
            f"home {wanted!r}: there is no such place; give a name (“Springfield, Ohio”), an id (gn:4525353),"
            " a position (39.92,-83.81) or a country's two letters (US)."
        )
    return home_at(place)


def source_of(article: Article) -> str | None:
    """What articles of one source have in common: the host of their address, else the source that they name."""
    if article.url:
        host = re.match(r"(?:[a-z][a-z0-9+.-]{0,20}:)?//(?:[^/?#@]{0,200}@)?([^/?#:]{1,253})", article.url.lower())
        if host:
            return host[1].removeprefix("www.")
    return article.source


Learnt = tuple[tuple[str, str, int], ...]
"""What one article teaches of its source: country code, division and cell of each place it surely names, each once."""


def learn(resolutions: Iterable[Resolution]) -> Learnt:
    """What an article's resolutions teach of the home of its source."""
    taught: dict[str, tuple[str, str, int]] = {}
    for resolution in resolutions:
        place = resolution.place
        if place is None or resolution.score < _SURE or not place.country_code:
            continue
        # A country is news from abroad as often as from home, and says nothing of the division.
        if place.feature_class in ("P", "S") or place.feature_code in ("ADM1", "ADM2"):
            cell = -1 if place.is_area else cell_of(place.lat, place.lon)
            taught[place.id] = (place.country_code, place.admin1, cell)
    return tuple(sorted(taught.values()))


class Homes:
    """What the articles of a batch teach of their sources, kept as counts; the order of the articles is no matter."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, Counter[tuple[str, str, int]]] = defaultdict(Counter)

    def add(self, source: str, taught: Learnt) -> None:
        """Count what one article of ``source`` teaches."""
        self._counts[source].update(taught)

    def home(self, source: str, own: Learnt) -> Home | None:
        """The home of ``source`` by its other articles; ``own`` is what the article itself taught, which counts not."""
        left = Counter(self._counts.get(source, Counter()))
        left.subtract(own)
        whole = sum(left.values())
        if whole <= 0:
            return None
        countries: defaultdict[str, float] = defaultdict(float)
        admin1s: defaultdict[tuple[str, str], float] = defaultdict(float)
        cells: defaultdict[int, float] = defaultdict(float)
        for (country, admin1, cell), number in sorted(left.items()):
            share = number / whole
            countries[country] += share
            if admin1:
                admin1s[(country, admin1)] += share
            if cell >= 0:
                cells[cell] += share
        if admin1s:
            name = max(sorted(admin1s), key=lambda one: admin1s[one])[1]
        else:
            name = max(sorted(countries), key=lambda one: countries[one])
        return Home(
            name=name,
            countries=dict(countries),
            admin1s=dict(admin1s),
            cells=dict(cells),
            weight=LEARNT_WEIGHT * min(1.0, whole / _ENOUGH),
        )
