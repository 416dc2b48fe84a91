"""Blurring where incidents happened, for publication.

Each exact place becomes the middle of a square of a fixed grid and an area of at least that size, under the name of the
region that it lies in. What the text says of it goes too: an exact name left in a quote, a title or an address would
undo the blurring. The grid is the same for everybody and every run: it tells nothing of where in a square a place is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from geomap.errors import UsageError
from geomap.records import Incident, IncidentPlace, SourceQuote
from geomap.text import fold

__all__ = ["WITHHELD", "Coarsener", "square_of"]

WITHHELD = "[place withheld]"
"""What stands for a withheld name."""

# Kilometres a degree of latitude (mean), and the limits of a sensible square: a hundred metres to a large country.
_KM_A_DEGREE = 111.2
_LEAST_KM, _MOST_KM = 0.1, 1000.0
# A name of fewer letters is in too many words to be taken out with an ending of up to so many letters.
_SHORT, _ENDING = 4, 4


def square_of(lat: float, lon: float, km: float) -> tuple[float, float]:
    """The middle (WGS84 degrees, four decimals) of the grid's square of about ``km`` by ``km`` that holds a point.

    Rows run from the south pole, columns from the antimeridian; every row has a whole number of columns, so that no
    square is cut. Near the poles squares grow wider.
    """
    rows = max(1, math.floor(180.0 * _KM_A_DEGREE / km))
    tall = 180.0 / rows
    row = min(rows - 1, max(0, math.floor((lat + 90.0) / tall)))
    middle = -90.0 + (row + 0.5) * tall
    columns = max(1, math.floor(360.0 * _KM_A_DEGREE * math.cos(math.radians(middle)) / km))
    wide = 360.0 / columns
    column = math.floor((lon + 180.0) / wide) % columns
    return round(middle, 4), round(-180.0 + (column + 0.5) * wide, 4)


class Coarsener:
    """Blurs incidents to squares of ``km`` kilometres; ``quotes`` keeps the sentences of the articles, names included.

    ``country_name`` gives a country's name for its ISO code, for places of which no region is known. ``withheld`` are
    the ids and ``points`` the coordinates (lat, lon) of the places that :meth:`coarsen` blurred: what else goes into
    the same file must not show them. Raises :class:`~geomap.errors.UsageError` for a size that is no sensible one.
    """

    def __init__(
        self, km: float, *, quotes: bool = False, country_name: Callable[[str], str | None] | None = None
    ) -> None:
        if not _LEAST_KM <= km <= _MOST_KM:
            raise UsageError(f"--coarsen {km:g}: give kilometres from {_LEAST_KM:g} to {_MOST_KM:g}.")
        self.km = km
        self.quotes = quotes
        self.withheld: set[str] = set()
        self.points: set[tuple[float, float]] = set()
        self._country_name = country_name or (lambda code: code)
        self._names: set[str] = set()
        # Words of the longest name.
        self._longest = 0

    @property
    def note(self) -> str:
        """What the map must say of itself."""
        told = (
            f"Places are blurred for publication: each is shown as an area around the middle of a square of "
            f"{self.km:g} km, under the name of its region."
        )
        if self.quotes:
            return told + " Quotes are kept as they are and may name places."
        return told + " Quotes are left out, and names of places are withheld in titles and actors."

    def coarsen(self, incidents: Iterable[Incident]) -> list[Incident]:
        """The incidents with their exact places blurred; regions larger than a square and countries stay."""
        listed = list(incidents)
        for incident in listed:
            for place in incident.places:
                if self._is_exact(place):
                    self._withhold(place)
        self._longest = max((name.count(" ") + 1 for name in self._names), default=0)
        return [self._coarse(incident) for incident in listed]

    def _is_exact(self, place: IncidentPlace) -> bool:
        # A place without coordinates may be exact too, and its name leads to it.
        return not place.is_area or (place.radius_km is not None and place.radius_km < self.km)

    def _withhold(self, place: IncidentPlace) -> None:
        if place.place_id:
            self.withheld.add(place.place_id)
        if place.lat is not None and place.lon is not None:
            self.points.add((place.lat, place.lon))
        kept = {fold(name) for name in (place.admin1, self._region(place)) if name}
        named = [name for name in (place.text, place.name) if name and fold(name) not in kept]
        self._names |= {key for key in map(_key, named) if key}

    def _region(self, place: IncidentPlace) -> str:
        # A city that is its own region would name itself.
        own = {fold(name) for name in (place.name, place.text) if name}
        if place.admin1 and fold(place.admin1) not in own:
            return place.admin1
        return (self._country_name(place.country_code) if place.country_code else None) or WITHHELD

    def _coarse(self, incident: Incident) -> Incident:
        exact = any(self._is_exact(place) for place in incident.places)
        places = tuple(self._place(place) for place in incident.places)
        changed = replace(incident, places=places)
        if exact:
            placed = any(place.lat is not None for place in places)
            changed = replace(
                changed,
                geo_precision=3 if placed else incident.geo_precision,
                where_prec=max(incident.where_prec or 4, 4) if placed else incident.where_prec,
                radius_km=max(incident.radius_km or 0.0, self.km),
            )
        source = incident.attribution.source
        changed = replace(
            changed,
            doc_id=self.without_names(incident.doc_id),
            actors=tuple(replace(actor, text=self.without_names(actor.text)) for actor in incident.actors),
            attribution=replace(incident.attribution, source=self.without_names(source) if source else source),
            trigger=self.without_names(incident.trigger) if incident.trigger else incident.trigger,
            date_reason=self.without_names(incident.date_reason) if incident.date_reason else incident.date_reason,
            sources=tuple(self._source(one) for one in incident.sources),
            conflicts=tuple(
                replace(
                    one,
                    values=tuple(
                        replace(told, doc_id=self.without_names(told.doc_id), value=self.without_names(told.value))
                        for told in one.values
                    ),
                )
                for one in incident.conflicts
                # Where exactly the sources put it is what is withheld.
                if one.what != "place"
            ),
            # What was put right often names the place.
            corrections=(),
        )
        if not self.quotes:
            changed = replace(changed, quote="", quote_start=0, quote_end=0)
        return changed

    def _place(self, place: IncidentPlace) -> IncidentPlace:
        if not self._is_exact(place):
            # Why one reading was taken and which others there were may name exact places.
            return replace(
                place,
                reasons=tuple(map(self.without_names, place.reasons)),
                alternatives=tuple(map(self.without_names, place.alternatives)),
            )
        region = self._region(place)
        lat, lon = (
            square_of(place.lat, place.lon, self.km)
            if place.lat is not None and place.lon is not None
            else (None, None)
        )
        return replace(
            place,
            start=0,
            end=0,
            text=region,
            role="site",
            place_id=None,
            name=region,
            lat=lat,
            lon=lon,
            admin1=None if region == WITHHELD else place.admin1 if place.admin1 == region else None,
            feature_code=None,
            is_area=True,
            radius_km=max(place.radius_km or 0.0, self.km),
            direction=None,
            distance_km=None,
            rule="coarsened",
            reasons=(f"blurred to a square of {self.km:g} km",),
            alternatives=(),
        )

    def _source(self, source: SourceQuote) -> SourceQuote:
        url = source.url
        return replace(
            source,
            doc_id=self.without_names(source.doc_id),
            copy_of=self.without_names(source.copy_of) if source.copy_of else source.copy_of,
            title=self.without_names(source.title) if source.title else source.title,
            source=self.without_names(source.source) if source.source else source.source,
            # Addresses often hold the headline.
            url=url if url and self.without_names(_words(url)) == _words(url) else None,
            quote=source.quote if self.quotes else "",
        )

    def without_names(self, text: str) -> str:
        """``text`` with the withheld names, also with an ending ("in Leposaviću"), replaced by :data:`WITHHELD`; with
        ``quotes`` as it is."""
        if self.quotes or not self._longest:
            return text
        # Diacritics may be missing in the text or in the name: both are compared without, letter by letter.
        plain, where = _plain(text)
        words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(plain)]
        parts: list[str] = []
        last = i = 0
        while i < len(words):
            found = self._name_at(words, i)
            if found:
                start, end = where[words[i][1]], where[words[i + found - 1][2] - 1] + 1
                parts += [text[last:start], WITHHELD]
                last = end
            i += found or 1
        return "".join([*parts, text[last:]])

    def _name_at(self, words: Sequence[tuple[str, int, int]], i: int) -> int:
        """How many words from the i-th on are a withheld name; 0 for none."""
        for count in range(min(self._longest, len(words) - i), 0, -1):
            first = " ".join(word for word, _, _ in words[i : i + count - 1])
            final = words[i + count - 1][0]
            for cut in range(len(final), max(_SHORT - 1, len(final) - _ENDING - 1), -1):
                if f"{first} {final[:cut]}".strip() in self._names:
                    return count
            if len(final) < _SHORT and f"{first} {final}".strip() in self._names:
                return count
        return 0


_WORD = re.compile(r"\w+")


def _words(url: str) -> str:
    return re.sub(r"[-_/+.%]+", " ", url)


def _plain(text: str) -> tuple[str, list[int]]:
    """``text`` folded letter by letter, and for each letter of that the index of the one that it comes from."""
    letters: list[str] = []
    where: list[int] = []
    for index, letter in enumerate(text):
        for one in fold(letter) or (" " if not letter.isalnum() else ""):
            letters.append(one)
            where.append(index)
    return "".join(letters), where


def _key(name: str) -> str:
    return " ".join(_WORD.findall(_plain(name)[0]))
