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

from geomap.geo import cell_of
from geomap.records import Article, Place, Resolution

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer

__all__ = [
    "ADDRESS_WEIGHT",
    "GIVEN_WEIGHT",
    "LEARNT_WEIGHT",
    "Home",
    "Homes",
    "Learnt",
    "home_at",
    "home_of_address",
    "learn",
    "source_of",
]

GIVEN_WEIGHT = 2.0
"""What a home that the user gives counts, in names of the article."""

LEARNT_WEIGHT = 2.0
"""What a learnt home counts at most, in names of the article. On LGL, of whose toponyms .789 are within 161 km without,
.812 are at 0.5, .832 at 1, .841 at 2, .844 at 3 and at 4: a weak word that an article itself can outvote does it."""

ADDRESS_WEIGHT = 1.0
"""What the country of the article's address counts: on LGL, of which 78 of 588 addresses end in a country, .002 more
are right at 1 and .003 at 2, but a paper of one country reports from others too."""

# Country endings that registries sell as if they were general; search engines treat them so.
_SOLD_TO_ANYBODY = frozenset(
    {"ac", "ad", "ai", "as", "bz", "cc", "cd", "co", "dj", "eu", "fm", "gg", "im", "io", "la", "ly", "me", "ms"}
    | {"nu", "sc", "sh", "sr", "st", "su", "tk", "to", "tv", "vc", "ws"}
)
# From so many places of other articles on a learnt home has its full weight; fewer weigh in proportion.
_ENOUGH = 6
# A place teaches where it is sure: nine in ten of those are right.
_SURE = 0.8


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


def home_of_address(article: Article, gazetteer: Gazetteer) -> Home | None:
    """The country that the address of an article ends in ("….co.uk"); None for ".com" and what is sold to anybody."""
    host = _host(article)
    ending = host.rpartition(".")[2] if host is not None else ""
    if len(ending) != 2 or ending in _SOLD_TO_ANYBODY:
        return None
    country = gazetteer.country("GB" if ending == "uk" else ending.upper())
    return home_at(country, weight=ADDRESS_WEIGHT) if country is not None else None


def _host(article: Article) -> str | None:
    if not article.url:
        return None
    host = re.match(r"(?:[a-z][a-z0-9+.-]{0,20}:)?//(?:[^/?#@]{0,200}@)?([^/?#:]{1,253})", article.url.lower())
    return host[1].removeprefix("www.") if host else None


def source_of(article: Article) -> str | None:
    """What articles of one source have in common: the host of their address, else the source that they name."""
    return _host(article) or article.source


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
        for (country, admin1, cell), number in sorted((+left).items()):
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
