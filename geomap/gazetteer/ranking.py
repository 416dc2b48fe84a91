"""Which of several places of one name comes first when nothing but the name is known, and what lies in what."""

from __future__ import annotations

from geomap.geo import distance_km
from geomap.records import Candidate, Place
from geomap.text import fold

__all__ = ["COUNTRY_CODES", "HISTORIC", "inside", "rank", "weight"]

COUNTRY_CODES = frozenset({"PCLI", "PCLD", "PCL", "PCLF", "PCLS", "TERR"})
"""The feature codes of countries and territories."""

HISTORIC = "PCLH"
"""States that are no more, which have no point today."""

_LAYER_RANK = {"user": 0, "overlay": 0, "import": 1, "world": 1}
# Who says "New York" means the city before the state, who says "Maine" the state before the township: the people of an
# area count for a twentieth, because the world layer's figures for areas are sums that count some towns twice.
_AREA_SHARE = 0.05
# A place of which the asked name is only another name must have fifty times the people to come first: "Bombay" is
# Mumbai, but "Victoria" not Hong Kong. "New York" is New York City's own name. What matches worse (a variant of
# spelling, half a name) comes after all that. The world layer lists what has 500 people; no number means fewer.
_OTHER_NAME, _GOOD_SCORE, _LEAST_PEOPLE = 0.02, 0.8, 500.0
# How far a town reaches as the second part of "quarter, town": twice its radius, and 5 km for its outskirts.
_TOWN_REACH = (2.0, 5.0)


def weight(candidate: Candidate, name: str) -> float:
    """How much speaks for a place of the name, in people: fewer for areas and for what bears the name only besides."""
    place = candidate.place
    people = max(float(place.population or 0), _LEAST_PEOPLE)
    if place.feature_class in ("A", "L"):
        people *= _AREA_SHARE
    return people if _own(candidate, name) else people * _OTHER_NAME


def rank(candidate: Candidate, name: str) -> tuple[bool, int, bool, float, float, str]:
    """The key to sort the places of a name by, the likeliest first: good matches before poor ones, the user's places
    before others, countries, then :func:`weight`; ties are broken by id."""
    place = candidate.place
    poor = candidate.score < _GOOD_SCORE and not _own(candidate, name)
    no_country = place.feature_code not in COUNTRY_CODES
    layer = _LAYER_RANK.get(place.layer, 1)
    return poor, layer, no_country, -weight(candidate, name), -candidate.score, place.id


def _own(candidate: Candidate, name: str) -> bool:
    return candidate.match in ("exact", "folded") or fold(candidate.place.name) == f"{fold(name)} city"


def inside(place: Place, container: Place) -> bool:
    """Whether ``container`` holds ``place``: by codes and division names where both have them, else by distance."""
    if place.id == container.id:
        return False
    km = distance_km(place.lat, place.lon, container.lat, container.lon)
    code = container.feature_code
    if code in COUNTRY_CODES:
        return bool(place.country_code) and place.country_code == container.country_code and code != place.feature_code
    if container.feature_class == "A" and container.country_code:
        if place.country_code != container.country_code:
            return False
        names = {fold(name) for name in (container.name, *container.names)}
        own = place.admin1 if code == "ADM1" else place.admin2
        if own and code in ("ADM1", "ADM2"):
            same_state = code == "ADM1" or not place.admin1 or not container.admin1 or place.admin1 == container.admin1
            return fold(own) in names and same_state and place.feature_code != code
        return km <= container.radius_km
    if container.is_area:
        return km <= container.radius_km
    factor, more = _TOWN_REACH
    return place.feature_class != "A" and km <= factor * container.radius_km + more
