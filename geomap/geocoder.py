"""The gazetteer as a geopy geocoder: the same calls as with Nominatim, answered from this machine.

::

    from geomap.geocoder import Gazetteer

    with Gazetteer() as geocoder:
        geocoder.geocode("Bangor, Maine").point
        geocoder.reverse((42.9075, 20.84028)).address

Nothing is ever asked of a network: the class has no HTTP client, only :class:`NoNetworkAdapter`, which refuses every
request. What is wrong with a *query* is geopy's ``GeocoderQueryError``; what is wrong with the *gazetteer* (a wrong row
in a places file, a damaged store) stays a :class:`~geomap.errors.GazetteerError`, because ``RateLimiter`` and geopandas
turn geopy's own errors into "not found".
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeocoderQueryError, GeocoderServiceError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.point import Point

from geomap.gazetteer.ranking import COUNTRY_CODES, HISTORIC, inside, rank
from geomap.geo import distance_km
from geomap.records import Candidate, Place
from geomap.text import fold

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer as Store

__all__ = ["Gazetteer", "NoNetworkAdapter"]

_ATTRIBUTION = "GeoNames (CC BY 4.0), geomap's overlay, and the user's own places and imports"
# Nominatim answers with at most ten unless told otherwise; a habit to keep for those who come from there.
_DEFAULT_LIMIT = 10
_MOST = 500
# As many runners-up as a person reads.
_ALTERNATIVES = 5
# Nominatim refuses longer queries too; the longest real place name has 163 letters.
_LONGEST_QUERY = 1000
_LONGEST_POINT = 200
# As the store scores abbreviations.
_CODE_SCORE = 0.9
# reverse(): Nominatim's zoom -> (what is sought, km). 15 km: a walk of three hours from the nearest settlement; a town
# is told of within 50 km, and 250 km is about how far one may be from any settlement on land.
_ZOOM_COUNTRY, _ZOOM_STATE, _ZOOM_COUNTY, _ZOOM_CITY = 4, 7, 9, 12
_REACH_KM = {"country": 250.0, "state": 150.0, "county": 75.0, "city": 50.0, "place": 15.0}
# A "city" of reverse(zoom=10..12), as against a village.
_CITY_PEOPLE = 10_000
# Structured queries, the most specific first; "town", "village" and "hamlet" are Nominatim's words for "city".
_STRUCTURED = ("city", "county", "state", "country")
_CITY_WORDS = ("city", "town", "village", "hamlet")
_UNKNOWN_PARTS = ("amenity", "street", "postalcode")
_FEATURE_TYPES = ("country", "state", "city", "settlement")
_PAIR = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d{1,20})?)\s*[,; ]\s*([+-]?\d{1,4}(?:\.\d{1,20})?)\s*")
_POSTCODE = re.compile(r"\b[A-Za-z]{0,2}\d[\w-]*")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class NoNetworkAdapter(BaseSyncAdapter):  # type: ignore[misc]
    """An HTTP client that is none: every request raises geopy's ``GeocoderServiceError``. No socket is opened."""

    def __init__(self, *, proxies: Any = None, ssl_context: Any = None) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)

    def get_text(self, url: str, *, timeout: Any, headers: Any) -> Any:
        """Refuse; ``url`` is not asked."""
        raise GeocoderServiceError(f"the offline gazetteer makes no requests (asked for {url[:100]!r})")

    def get_json(self, url: str, *, timeout: Any, headers: Any) -> Any:
        """Refuse; ``url`` is not asked."""
        return self.get_text(url, timeout=timeout, headers=headers)


class Gazetteer(Geocoder):  # type: ignore[misc]
    """A geopy geocoder over the offline gazetteer.

    ``places`` are CSV files of one's own places, which outrank all else. ``cache_dir`` is the folder of the built
    gazetteer (the default is the user's). ``gazetteer`` is an open :class:`geomap.gazetteer.Gazetteer` to use
    instead; it stays open when the geocoder is closed. ``timeout``, ``user_agent`` and ``adapter_factory`` are
    taken because all geopy geocoders take them; nothing is requested, so they change nothing.

    The gazetteer is opened by the first query. An object may be shared by threads, pickled (unless it was made with
    an open ``gazetteer``), and called: ``Gazetteer(...)()`` is the object itself, so that it serves as ``provider``
    of :func:`geopandas.tools.geocode`. Raises, at the first query, :class:`~geomap.errors.GazetteerError` where the
    gazetteer cannot be opened.
    """

    def __init__(
        self,
        *,
        places: Iterable[str | Path] = (),
        cache_dir: str | Path | None = None,
        gazetteer: Store | None = None,
        timeout: Any = DEFAULT_SENTINEL,
        user_agent: str | None = None,
        adapter_factory: Callable[..., Any] | None = None,
    ) -> None:
        # Given explicitly, so that the environment's proxies and certificates are not even looked at.
        super().__init__(
            timeout=timeout,
            proxies={},
            user_agent=user_agent,
            ssl_context=None,
            adapter_factory=adapter_factory or NoNetworkAdapter,
        )
        if isinstance(places, (str, Path)):
            places = (places,)
        self._places = tuple(Path(one) for one in places)
        self._cache_dir = None if cache_dir is None else Path(cache_dir)
        self._given = gazetteer
        self._options = {
            "places": self._places,
            "cache_dir": self._cache_dir,
            "gazetteer": gazetteer,
            "timeout": timeout,
            "user_agent": user_agent,
            "adapter_factory": adapter_factory,
        }
        self._start()

    def _start(self) -> None:
        self._store: Store | None = self._given
        # The store's own caches are plain dicts; one look-up takes microseconds, so threads may as well queue.
        self._lock = threading.RLock()
        self._countries: dict[str, str] = {}

    def __call__(self, **options: Any) -> Gazetteer:
        """The geocoder itself, or with options another that differs in them (for geopandas' ``provider=``)."""
        return Gazetteer(**{**self._options, **options}) if options else self

    def __getstate__(self) -> dict[str, Any]:
        if self._given is not None:
            raise TypeError("a geocoder made with an open gazetteer cannot be pickled; give it 'places' instead")
        return {key: value for key, value in self.__dict__.items() if key not in ("_store", "_lock", "_countries")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.close()

    def close(self) -> None:
        """Close the gazetteer (one that was given stays open). A later query opens it again."""
        with self._lock:
            if self._store is not None and self._given is None:
                self._store.close()
            self._store = self._given

    def _opened(self) -> Store:
        if self._store is None:
            from geomap.gazetteer import open_gazetteer

            self._store = open_gazetteer(cache_dir=self._cache_dir, places_files=self._places)
        return self._store

    # geocode

    def geocode(
        self,
        query: str | Mapping[str, str],
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
        addressdetails: bool = False,
        language: Any = False,
        geometry: str | None = None,
        extratags: bool = False,
        country_codes: str | Sequence[str] | None = None,
        viewbox: Any = None,
        bounded: bool = False,
        featuretype: str | None = None,
        namedetails: bool = False,
    ) -> Location | list[Location] | None:
        """Where a name is: a ``Location``, or a list of them with ``exactly_one=False``; None where nothing fits.

        ``query`` is a name, a name with what contains it ("Bangor, Maine", "Zvečan, Kosovo"), or a dict with
        ``city``, ``county``, ``state``, ``country``. Every part must be known and contain the first; a query whose
        parts contradict each other finds nothing. Postal codes after a comma are passed over; in a dict ``street``,
        ``amenity`` and ``postalcode`` are, and ``raw["ignored"]`` names them.

        ``limit``: at most so many (10 by default, 500 at most). ``country_codes``: ISO 3166-1 alpha-2, one or a list.
        ``viewbox``: two corners; what is inside comes first, and with ``bounded`` nothing else comes.
        ``featuretype``: country, state, city or settlement. ``addressdetails``, ``namedetails`` and ``extratags`` add
        ``address``, ``namedetails`` and ``extratags`` to ``raw``. ``timeout`` and ``language`` change nothing: there
        is no server to wait for, and names are in the form the gazetteer has.

        ``raw["score"]`` in [0, 1] says how well the name fits, not how likely the place is meant; ``raw["match"]``
        how it matched; ``raw["alternatives"]`` which other places bear the name. Order: good matches before
        variants of spelling, one's own places before others, countries, then population, in which areas and names
        other than the place's own weigh less.

        Raises ``GeocoderQueryError`` for a query that is empty, too long, no text, or holds control characters, for
        arguments out of range, and for ``geometry``: the gazetteer has points and radii, no outlines.
        """
        if geometry is not None:
            raise GeocoderQueryError("geometry: the gazetteer has no outlines; leave it out and see raw['radius_km']")
        most = 1 if exactly_one else self._limit(limit)
        countries = _country_codes(country_codes)
        box = _box(viewbox)
        if bounded and box is None:
            raise GeocoderQueryError("bounded: needs a viewbox")
        if featuretype is not None and featuretype not in _FEATURE_TYPES:
            raise GeocoderQueryError(f"featuretype: {featuretype!r} is none of {', '.join(_FEATURE_TYPES)}")
        ignored: tuple[str, ...] = ()
        with self._lock:
            if isinstance(query, Mapping):
                found, ignored = self._structured(query)
            else:
                found = self._free(_clean(query, "query"))
            found = [
                c
                for c in found
                if (not countries or c.place.country_code in countries)
                and (featuretype is None or _is_type(c.place, featuretype))
                and not (bounded and box is not None and not _in_box(c.place, box))
            ]
            if box is not None:
                found.sort(key=lambda c: not _in_box(c.place, box))
            if not found:
                return None
            made = [
                self._location(
                    one,
                    alternatives=[c for c in found if c is not one][:_ALTERNATIVES],
                    ignored=ignored,
                    addressdetails=addressdetails,
                    namedetails=namedetails,
                    extratags=extratags,
                )
                for one in found[:most]
            ]
        return made[0] if exactly_one else made

    def _limit(self, limit: int | None) -> int:
        if limit is None:
            return _DEFAULT_LIMIT
        try:
            number = int(limit)
        except (TypeError, ValueError, OverflowError):
            raise GeocoderQueryError(f"limit: {str(limit)[:40]!r} is not a whole number") from None
        if number < 1:
            raise GeocoderQueryError("limit: cannot be less than 1")
        return min(number, _MOST)

    def _free(self, query: str) -> list[Candidate]:
        """The candidates of a line of text, best first."""
        # "Washington, D.C." may be a name as it stands.
        parts = [part.strip() for part in query.split(",")]
        parts = [part for part in parts if fold(part)]
        if not parts:
            raise GeocoderQueryError(f"query: {query[:40]!r} holds no name")
        found = self._candidates(query)
        if len(parts) > 1:
            qualified = self._qualified(parts[0], parts[1:])
            found = [c for c in found if c.match == "exact"] or qualified or found
        elif not found:
            # "Bangor Maine": the longest beginning that is a name, and the rest contains it.
            words = query.split()
            for cut in range(min(len(words) - 1, 8), 0, -1):
                found = self._qualified(" ".join(words[:cut]), [" ".join(words[cut:])])
                if found:
                    break
        return found

    def _candidates(self, name: str) -> list[Candidate]:
        found = sorted(
            # A demonym ("Serbian") is no place, and a state that is no more has no point.
            (c for c in self._opened().candidates(name) if c.match != "demonym" and c.place.feature_code != HISTORIC),
            key=lambda c: rank(c, name),
        )
        if len(name) <= 3 and name.isascii() and name.isupper():
            # "US" is the United States before it is Us in France; "XK" is a code that no table of names has.
            country = self._opened().country(name) if len(name) == 2 else None
            if country is not None and all(c.place.id != country.id for c in found):
                found.append(Candidate(place=country, match="abbreviation", score=_CODE_SCORE))
            found.sort(key=lambda c: not (c.match == "abbreviation" and c.place.feature_code in COUNTRY_CODES))
        return found

    def _qualified(self, head: str, qualifiers: Sequence[str]) -> list[Candidate]:
        found = self._candidates(head)
        for qualifier in qualifiers:
            if not found:
                break
            name = _POSTCODE.sub("", qualifier).strip()
            if not fold(name):
                continue
            containers = [c.place for c in self._candidates(name)]
            code = self._opened().country(name.upper()) if len(name) == 2 else None
            if code is not None:
                containers.append(code)
            found = [c for c in found if any(inside(c.place, container) for container in containers)]
        return found

    def _structured(self, query: Mapping[str, str]) -> tuple[list[Candidate], tuple[str, ...]]:
        parts: dict[str, str] = {}
        for key in (*_CITY_WORDS, *_STRUCTURED[1:]):
            if query.get(key):
                parts.setdefault("city" if key in _CITY_WORDS else key, _clean(query[key], key))
        ignored = tuple(key for key in _UNKNOWN_PARTS if query.get(key))
        if not parts:
            raise GeocoderQueryError(f"query: a dict needs one of {', '.join(_STRUCTURED)}")
        names = [(key, parts[key]) for key in _STRUCTURED if key in parts]
        kind, head = names[0]
        if kind == "country" and len(head) == 2:
            # Nominatim takes codes in either case.
            head = head.upper()
        if not fold(head):
            raise GeocoderQueryError(f"{kind}: {head[:40]!r} holds no name")
        found = self._qualified(head, [name for _, name in names[1:]])
        return [c for c in found if _is_part(c.place, kind)], ignored

    # reverse

    def reverse(
        self,
        query: Any,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
        addressdetails: bool = False,
        language: Any = False,
        namedetails: bool = False,
        zoom: int | None = None,
    ) -> Location | list[Location] | None:
        """The gazetteer's settlement nearest to a point, or what contains it; None far from anything.

        ``query`` is a ``Point``, ``(lat, lon)`` in WGS84 degrees, or a string of both. ``zoom`` is Nominatim's: from
        13 (and by default) the nearest settlement within 15 km, 10 to 12 the nearest town of 10,000 within 50 km, 8
        and 9 the district of the nearest settlement within 75 km, 5 to 7 the state within 150 km, up to 4 the country
        within 250 km. ``raw["distance_km"]`` is the distance from the point to the place's point; for an area it is
        that to the settlement whose area it is (``raw["by"]`` names it): what decides is nearness, not a border.

        Raises ``GeocoderQueryError`` for coordinates that are none or are out of range.
        """
        lat, lon = _coordinates(query)
        most = 1 if exactly_one else self._limit(limit)
        kind = _zoom_kind(zoom)
        reach = _REACH_KM[kind]
        with self._lock:
            near = self._nearest(lat, lon, reach, _CITY_PEOPLE if kind == "city" else 0)
            made: list[Location] = []
            seen: set[str] = set()
            for km, place in near:
                answer = place if kind in ("city", "place") else self._area_of(place, kind)
                if answer is None or answer.id in seen:
                    continue
                seen.add(answer.id)
                location = self._location(
                    Candidate(place=answer, match="exact"),
                    alternatives=[],
                    addressdetails=addressdetails,
                    namedetails=namedetails,
                )
                del location.raw["alternatives"], location.raw["match"], location.raw["score"]
                location.raw["distance_km"] = round(km, 3)
                if answer is not place:
                    location.raw["by"] = place.name
                made.append(location)
                if len(made) == most:
                    break
        if not made:
            return None
        return made[0] if exactly_one else made

    def _nearest(self, lat: float, lon: float, reach: float, people: int) -> list[tuple[float, Place]]:
        """Settlements around a point, the nearest first; looked for in growing circles, which keeps towns quick."""
        store = self._opened()
        found: list[tuple[float, Place]] = []
        radius = min(reach, 15.0)
        while True:
            places = store.near(lat, lon, radius, limit=100_000)
            found = [(distance_km(lat, lon, p.lat, p.lon), p) for p in places if (p.population or 0) >= people]
            found.sort(key=lambda e: (e[0], -(e[1].population or 0), e[1].id))
            if found or radius >= reach:
                return found
            radius = min(reach, radius * 3)

    def _area_of(self, place: Place, kind: str) -> Place | None:
        store = self._opened()
        if kind == "country":
            return store.country(place.country_code) if place.country_code else None
        name, codes = (place.admin1, ("ADM1",)) if kind == "state" else (place.admin2, ("ADM2",))
        if not name:
            return None
        found = [
            c.place
            for c in store.candidates(name)
            if c.place.feature_code in codes
            and c.place.country_code == place.country_code
            and (kind == "state" or not place.admin1 or fold(c.place.admin1) == fold(place.admin1))
        ]
        return min(found, key=lambda p: (distance_km(place.lat, place.lon, p.lat, p.lon), p.id)) if found else None

    # answers

    def _country_name(self, code: str) -> str:
        if code and code not in self._countries:
            country = self._opened().country(code)
            self._countries[code] = country.name if country is not None else code
        return self._countries.get(code, "")

    def _location(
        self,
        candidate: Candidate,
        *,
        alternatives: Sequence[Candidate],
        ignored: tuple[str, ...] = (),
        addressdetails: bool = False,
        namedetails: bool = False,
        extratags: bool = False,
    ) -> Location:
        place = candidate.place
        country = self._country_name(place.country_code)
        lines = [place.name]
        if place.admin1 and place.feature_code not in ("ADM1", *COUNTRY_CODES):
            lines.append(place.admin1)
        if country and place.feature_code not in COUNTRY_CODES:
            lines.append(country)
        raw: dict[str, Any] = {
            "id": place.id,
            "name": place.name,
            "feature_class": place.feature_class,
            "feature_code": place.feature_code,
            "country_code": place.country_code,
            "admin1": place.admin1,
            "admin2": place.admin2,
            "lat": place.lat,
            "lon": place.lon,
            "radius_km": place.radius_km,
            "population": place.population,
            "layer": place.layer,
            "match": candidate.match,
            "score": candidate.score,
            "alternatives": [
                {
                    "id": c.place.id,
                    "name": c.place.name,
                    "country_code": c.place.country_code,
                    "admin1": c.place.admin1,
                    "lat": c.place.lat,
                    "lon": c.place.lon,
                    "score": c.score,
                }
                for c in alternatives
            ],
            "licence": _ATTRIBUTION,
        }
        if ignored:
            raw["ignored"] = list(ignored)
        if addressdetails:
            raw["address"] = _address(place, country)
        if namedetails:
            raw["namedetails"] = {"name": place.name, "alt_name": ";".join(place.names)}
        if extratags:
            raw["extratags"] = {} if place.population is None else {"population": str(place.population)}
        return Location(", ".join(lines), Point(place.lat, place.lon), raw)


def _clean(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise GeocoderQueryError(f"{what}: must be text, not {type(value).__name__}")
    if len(value) > _LONGEST_QUERY:
        raise GeocoderQueryError(f"{what}: {len(value)} characters; a name has at most {_LONGEST_QUERY}")
    if _CONTROL.search(value):
        raise GeocoderQueryError(f"{what}: holds control characters; remove them")
    if not value.strip():
        raise GeocoderQueryError(f"{what}: is empty")
    return value.strip()


def _country_codes(codes: Any) -> frozenset[str]:
    if not codes:
        return frozenset()
    listed = codes.split(",") if isinstance(codes, str) else list(codes)
    for code in listed:
        if not isinstance(code, str) or not re.fullmatch(r"[A-Za-z]{2}", code.strip()):
            raise GeocoderQueryError(f"country_codes: {str(code)[:40]!r} is no two-letter code (ISO 3166-1 alpha-2)")
    return frozenset(code.strip().upper() for code in listed)


def _coordinates(query: Any) -> tuple[float, float]:
    """Latitude and longitude of whatever geopy takes for a point."""
    if isinstance(query, str):
        if len(query) > _LONGEST_POINT:
            raise GeocoderQueryError(f"query: {len(query)} characters are no coordinates")
        pair = _PAIR.fullmatch(query)
        if pair:
            query = (pair[1], pair[2])
    try:
        if isinstance(query, (str, Point)):
            point = Point(query)
            lat, lon = float(point.latitude), float(point.longitude)
        else:
            # Not left to Point, which takes None for 0, 0 and quietly turns a longitude of 200 into -160.
            lat, lon = float(query[0]), float(query[1])
    except (TypeError, ValueError, LookupError, OverflowError) as error:
        raise GeocoderQueryError(f"query: {str(query)[:60]!r} is no pair of coordinates; give (lat, lon)") from error
    if not (math.isfinite(lat) and math.isfinite(lon)) or not -90 <= lat <= 90 or not -180 <= lon <= 180:
        hint = " Are lat and lon swapped?" if -90 <= lon <= 90 < abs(lat) <= 180 else ""
        raise GeocoderQueryError(f"query: ({lat:g}, {lon:g}) is outside -90..90, -180..180 degrees.{hint}")
    return lat, lon


def _box(viewbox: Any) -> tuple[float, float, float, float] | None:
    """South, west, north and east of two opposite corners."""
    if viewbox is None:
        return None
    try:
        (lat1, lon1), (lat2, lon2) = (_coordinates(corner) for corner in viewbox)
    except (TypeError, ValueError) as error:
        raise GeocoderQueryError(f"viewbox: give two corners such as [(45, 18), (41, 23)] ({error})") from error
    return min(lat1, lat2), min(lon1, lon2), max(lat1, lat2), max(lon1, lon2)


def _zoom_kind(zoom: int | None) -> str:
    if zoom is None:
        return "place"
    try:
        level = int(zoom)
    except (TypeError, ValueError, OverflowError):
        raise GeocoderQueryError(f"zoom: {str(zoom)[:40]!r} is not a whole number") from None
    if not 0 <= level <= 18:
        raise GeocoderQueryError(f"zoom: {level} is outside 0 (country) to 18 (building)")
    if level <= _ZOOM_COUNTRY:
        return "country"
    if level <= _ZOOM_STATE:
        return "state"
    if level <= _ZOOM_COUNTY:
        return "county"
    return "city" if level <= _ZOOM_CITY else "place"


def _in_box(place: Place, box: tuple[float, float, float, float]) -> bool:
    lat1, lon1, lat2, lon2 = box
    return lat1 <= place.lat <= lat2 and lon1 <= place.lon <= lon2


def _is_type(place: Place, featuretype: str) -> bool:
    if featuretype == "country":
        return place.feature_code in COUNTRY_CODES
    if featuretype == "state":
        return place.feature_code == "ADM1"
    if featuretype == "city":
        return place.feature_class == "P"
    return place.feature_class == "P" or (place.feature_class == "A" and place.feature_code not in COUNTRY_CODES)


def _is_part(place: Place, key: str) -> bool:
    """Whether a place may stand under a key of a structured query."""
    if key == "country":
        return place.feature_code in COUNTRY_CODES
    if key == "state":
        return place.feature_class in ("A", "L") and place.feature_code not in COUNTRY_CODES
    if key == "county":
        return place.feature_class in ("A", "L") and place.feature_code not in ("ADM1", *COUNTRY_CODES)
    return place.feature_code != "ADM1" and place.feature_code not in COUNTRY_CODES


def _address(place: Place, country: str) -> dict[str, str]:
    """The parts of the address under Nominatim's keys."""
    parts: dict[str, str] = {}
    if place.feature_class == "P":
        parts["city" if (place.population or 0) >= _CITY_PEOPLE else "village"] = place.name
    elif place.feature_class not in ("A", "L", "H"):
        parts["amenity"] = place.name
    if place.admin2:
        parts["county"] = place.admin2
    if place.admin1:
        parts["state"] = place.admin1
    if country:
        parts["country"] = country
    if place.country_code:
        parts["country_code"] = place.country_code.lower()
    return parts
