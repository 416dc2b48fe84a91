"""What a person should know before a place is written down: who else is called so, and what goes without saying.

Nothing here writes; :class:`geomap.gazetteer.overlay.PlacesFile` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.errors import OverlayError
from geomap.geo import distance_km
from geomap.records import Place
from geomap.text import fold

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer

__all__ = ["Draft", "Namesake", "draft_place", "find_place", "nearest_town"]

# How far the nearest town may be for its country and division to be taken over: the world layer has a town within
# 100 km of nearly every inhabited spot, and nearer ones first.
_NEIGHBOUR_KM = (10.0, 30.0, 100.0)
# A stated country of which no town is within this distance is worth a question; borders are nearer than that to many
# places, so it is no error.
_COUNTRY_KM = 50.0
# Two entries of one name nearer than this are one place entered twice.
_SAME_KM = 1.0
# How far a place said to be "near" another may be before it is worth a question: a morning's drive.
_NEAR_KM = 50.0
# How far a place reaches of which is known only what it is near (see --near in docs/cli.md).
_APPROXIMATE_KM = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Namesake:
    """A place that bears a name already, and how far it is from the new one, in km."""

    place: Place
    name: str
    km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A place to be written, completed from its neighbours. ``lat``/``lon`` are WGS84 degrees.

    ``notes`` say what was taken from where and what looks odd; ``namesakes`` are the places that bear one of its names
    already, nearest first; ``double`` is the user's own entry of that name at that spot, if there is one.
    """

    title: str
    lat: float
    lon: float
    radius_km: float
    country: str = ""
    admin1: str = ""
    parent: str = ""
    note: str = ""
    notes: tuple[str, ...] = ()
    namesakes: tuple[Namesake, ...] = ()
    double: Place | None = None


def nearest_town(gazetteer: Gazetteer, lat: float, lon: float) -> tuple[Place, float] | None:
    """The populated place nearest to a point (WGS84 degrees) and its distance in km; None beyond 100 km."""
    for radius in _NEIGHBOUR_KM:
        towns = [(distance_km(lat, lon, p.lat, p.lon), p) for p in gazetteer.near(lat, lon, radius, limit=5000)]
        if towns:
            km, town = min(towns, key=lambda e: (e[0], e[1].id))
            return town, km
    return None


def find_place(gazetteer: Gazetteer, text: str, country: str = "") -> Place:
    """The place that ``text``, an id or a name, means to somebody who types it; the likeliest of that name.

    Raises :class:`~geomap.errors.OverlayError` where there is none, with the nearest spelling.
    """
    by_id = gazetteer.place(text)
    if by_id is not None:
        return by_id
    exact = [c for c in gazetteer.candidates(text) if c.match != "demonym" and country in ("", c.place.country_code)]
    if exact:
        return exact[0].place
    near = gazetteer.search(text, country=country or None, limit=1)
    hint = f" Did you mean {near[0].place.name!r} ({near[0].place.id})?" if near else ""
    raise OverlayError(f"the gazetteer has no place {text!r}{f' in {country}' if country else ''}.{hint}")


def _namesakes(gazetteer: Gazetteer, names: Sequence[str], lat: float, lon: float, itself: str) -> list[Namesake]:
    found: dict[str, Namesake] = {}
    for name in names:
        for candidate in gazetteer.candidates(name):
            place = candidate.place
            if candidate.match in ("demonym", "transliterated", "fuzzy") or place.id == itself or place.id in found:
                continue
            found[place.id] = Namesake(place=place, name=name, km=distance_km(lat, lon, place.lat, place.lon))
    return sorted(found.values(), key=lambda n: (n.km, n.place.id))


def draft_place(
    gazetteer: Gazetteer,
    *,
    title: str,
    lat: float | None = None,
    lon: float | None = None,
    aliases: Sequence[str] = (),
    radius_km: float | None = None,
    default_radius_km: float = 2.0,
    country: str = "",
    near: str = "",
    note: str = "",
    itself: str = "",
) -> Draft:
    """Complete what a person says of a new place, and say what it meets.

    ``near`` is the name or id of a place that it is near: its parent, and its position where ``lat`` and ``lon`` are
    missing. ``default_radius_km`` is what its type usually reaches; ``itself`` the id of the entry that is being
    corrected, which is no namesake. Raises :class:`~geomap.errors.OverlayError` where nothing says where it is.
    """
    notes: list[str] = []
    neighbour = find_place(gazetteer, near, country) if near else None
    if lat is None or lon is None:
        if neighbour is None:
            raise OverlayError(
                f"where is {title!r}? Give --lat and --lon, --at with coordinates or a map link, or --near PLACE."
            )
        lat, lon = neighbour.lat, neighbour.lon
        radius_km = radius_km if radius_km is not None else max(_APPROXIMATE_KM, neighbour.radius_km)
        note = note or f"position approximate: that of {neighbour.name}"
        notes.append(f"the position is that of {neighbour.name}, within {radius_km:g} km; give a better one with --at")
    elif neighbour is not None:
        km = distance_km(lat, lon, neighbour.lat, neighbour.lon)
        if km > _NEAR_KM + neighbour.radius_km:
            notes.append(f"it is {km:,.0f} km from {neighbour.name} ({neighbour.country_code}); are lat and lon right?")
    nearest = nearest_town(gazetteer, lat, lon)
    admin1 = ""
    if nearest is not None:
        town, km = nearest
        if not country and town.country_code:
            country = town.country_code
            notes.append(f"country {country}, as of {town.name}, {km:.0f} km away")
        elif country and country != town.country_code:
            close = gazetteer.near(lat, lon, _COUNTRY_KM, limit=5000)
            if close and all(p.country_code != country for p in close):
                notes.append(
                    f"no town of {country} is within {_COUNTRY_KM:.0f} km; {town.name} ({town.country_code}) is "
                    f"{km:.0f} km away. Is the country right, or are lat and lon swapped?"
                )
        if country == town.country_code:
            admin1 = town.admin1
    elif not country:
        notes.append("no town is within 100 km, so the country is left open; say it with --country")
    namesakes = _namesakes(gazetteer, (title, *aliases), lat, lon, itself)
    key = fold(title)
    double = next(
        (n.place for n in namesakes if n.place.layer == "user" and n.km <= _SAME_KM and fold(n.name) == key), None
    )
    return Draft(
        title=title,
        lat=lat,
        lon=lon,
        radius_km=radius_km if radius_km is not None else default_radius_km,
        country=country,
        admin1=admin1,
        parent=neighbour.name if neighbour else "",
        note=note,
        notes=tuple(notes),
        namesakes=tuple(namesakes),
        double=double,
    )
