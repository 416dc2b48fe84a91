"""What a person should know before a place is written down: who else is called so, and what goes without saying.

Nothing here writes; :class:`geomap.gazetteer.overlay.PlacesFile` does.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.errors import GazetteerError, OverlayError
from geomap.geo import distance_km
from geomap.lexicons import load_table
from geomap.records import Place
from geomap.text import fold

if TYPE_CHECKING:
    from geomap.gazetteer.overlay import PlaceEntry
    from geomap.gazetteer.store import Gazetteer

__all__ = [
    "Draft",
    "Namesake",
    "check_country",
    "check_name",
    "draft_place",
    "find_place",
    "nearest_town",
    "open_despite_faults",
    "read_despite_faults",
]

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
# Lat and lon are likely swapped where no town is this near to them and one is nearer than _SAME_TOWN_KM the other way
# round: on land that people live on, the nearest town of the world layer is closer than that nearly everywhere.
_FAR_KM = 30.0
_SAME_TOWN_KM = 10.0
# The longest name that a places file takes (see geomap.gazetteer.overlay).
_LONGEST_NAME = 300
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


def nearest_town(gazetteer: Gazetteer, lat: float, lon: float, *, but: str = "") -> tuple[Place, float] | None:
    """The populated place nearest to a point (WGS84 degrees) of those whose country is known, and its distance in km;
    None beyond 100 km. ``but`` is the id of a place that is passed over: one does not know one's country by oneself."""
    for radius in _NEIGHBOUR_KM:
        towns = [
            (distance_km(lat, lon, p.lat, p.lon), p)
            for p in gazetteer.near(lat, lon, radius, limit=5000)
            if p.country_code and p.id != but
        ]
        if towns:
            km, town = min(towns, key=lambda e: (e[0], e[1].id))
            return town, km
    return None


def check_name(name: str) -> str:
    """``name`` without blanks around it. Raises :class:`~geomap.errors.OverlayError` for what cannot be a name."""
    name = name.strip()
    if not name:
        raise OverlayError("the name is empty; every place needs one, as articles write it.")
    if len(name) > _LONGEST_NAME:
        raise OverlayError(
            f"the name {name[:40]!r}… has {len(name):,} letters, at most {_LONGEST_NAME} can be; put more into --note."
        )
    if not any(character.isalpha() for character in name):
        raise OverlayError(f"the name {name!r} has no letters; no article would be read as naming it.")
    if any(character < " " or "\x7f" <= character <= "\x9f" for character in name):
        raise OverlayError(f"the name {name!r} holds a line break or control character; write it without.")
    return name


@cache
def _codes() -> frozenset[str]:
    return frozenset(row[0] for row in load_table("country_points.tsv"))


@cache
def _country_names() -> dict[str, tuple[str, str]]:
    """Folded English name → code and name."""
    from babel import Locale

    return {fold(name): (code, name) for code, name in Locale("en").territories.items() if code in _codes()}


def check_country(text: str) -> str:
    """The ISO 3166-1 alpha-2 code that ``text`` means: the code in any case, or the country's name; "" for "".

    Raises :class:`~geomap.errors.OverlayError` for anything else, with the nearest country.
    """
    code = text.strip().upper()
    if not code or code in _codes():
        return code
    # Imported here: it knows the countries' names from babel, which a code does not need.
    from geomap.gazetteer.importing.features import country_code

    if known := country_code(text):
        return known
    names = _country_names()
    near = difflib.get_close_matches(fold(text[:60]), list(names), n=1, cutoff=0.6)
    hint = " Did you mean {} ({})?".format(*names[near[0]]) if near else ""
    raise OverlayError(
        f"country {text.strip()[:40]!r} is not known.{hint} Give the two letters of ISO 3166-1, such as DE or XK."
    )


def read_despite_faults(path: Path, on_fault: Callable[[GazetteerError], None]) -> list[PlaceEntry]:
    """The right rows of a places file; ``on_fault`` is told what is wrong with the rest, and how to go on."""
    from geomap.gazetteer.overlay import PlacesFile

    try:
        entries, problems = PlacesFile(path).lenient()
    except OverlayError as error:
        on_fault(OverlayError(f"{str(error).rstrip('.')}. It is left out here; a run stops at it until it is mended."))
        return []
    # A column that is not read is no fault: only 'check' tells of it.
    wrong = [problem for problem in problems if problem.message != "this column is not known and so not read."]
    if wrong:
        more = f" So with {len(wrong) - 1:,} more." if len(wrong) > 1 else ""
        on_fault(
            OverlayError(
                f"{path}, {wrong[0]} It is left out here; a run stops at it until it is mended.{more} "
                f"'geomap gazetteer check {path}' lists all that is wrong."
            )
        )
    return entries


def open_despite_faults(
    *,
    cache_dir: Path | None = None,
    places_files: Sequence[Path] = (),
    own_places: bool = True,
    progress: Callable[[str, float], None] | None = None,
    on_fault: Callable[[GazetteerError], None],
) -> Gazetteer:
    """The gazetteer as :func:`geomap.gazetteer.open_gazetteer` opens it, less what is wrong in places files.

    Who looks something up, or mends the very file, must not be stopped by it; a run that draws a map is, for what is
    left out would be missing there unseen. ``on_fault`` is told of each faulty file and of imports that cannot be used.
    """
    from geomap.folders import imports_folder
    from geomap.gazetteer import open_gazetteer, world_layer
    from geomap.gazetteer.importing.core import source_files
    from geomap.gazetteer.overlay import places_files as find_places_files
    from geomap.gazetteer.overlay import read_places
    from geomap.gazetteer.store import Gazetteer
    from geomap.resources import data_path

    try:
        return open_gazetteer(
            cache_dir=cache_dir,
            places_files=places_files,
            own_places=own_places,
            progress=progress,
            on_warning=on_fault,
        )
    except OverlayError:
        pass  # told below, file by file
    files = []
    for path in places_files:
        if path.is_file():
            files.append(path)
        else:
            on_fault(OverlayError(f"{path}: no such file of places. A run stops at it; mend --places or the settings."))
    if own_places:
        files = [path for path, _ in find_places_files(files)]
    overlay = [entry.place for path in files for entry in read_despite_faults(path, on_fault)]
    overlay += read_places(data_path("gazetteer/places.csv"), "overlay")
    imports: Sequence[Path] = ()
    if own_places:
        sources = source_files(imports_folder())
        imports = sources.usable
        for problem in sources.problems:
            on_fault(GazetteerError(problem))
    return Gazetteer(world_layer(cache_dir=cache_dir, progress=progress), overlay, imports)


def find_place(gazetteer: Gazetteer, text: str, country: str = "") -> Place:
    """The place that ``text``, an id or a name, means to somebody who types it; the likeliest of that name.

    Raises :class:`~geomap.errors.OverlayError` where there is none, with the nearest spelling.
    """
    by_id = gazetteer.place(text)
    if by_id is not None:
        return by_id
    exact = [c for c in gazetteer.candidates(text) if c.match != "demonym" and country in ("", c.place.country_code)]
    if exact:
        first = exact[0].place
        if first.feature_class == "A" and first.feature_code.startswith("ADM"):
            # Who types "Kyiv" means the city and not the division of that name, though more people live in that.
            towns = [
                c.place
                for c in exact
                if c.place.feature_class == "P"
                and c.place.layer == first.layer
                and distance_km(first.lat, first.lon, c.place.lat, c.place.lon) <= max(_NEAR_KM, first.radius_km)
            ]
            return towns[0] if towns else first
        return first
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


def _other_way(
    gazetteer: Gazetteer,
    lat: float,
    lon: float,
    nearest: tuple[Place, float] | None,
    country: str,
    neighbour: Place | None,
) -> str:
    """A question where the axes look swapped: far from everything as told, at home the other way round; else ""."""
    if abs(lon) > 90.0 or (nearest is not None and nearest[1] <= _FAR_KM):
        return ""
    if neighbour is not None:
        swapped, km = neighbour, distance_km(lon, lat, neighbour.lat, neighbour.lon)
        if km > _NEAR_KM + neighbour.radius_km:
            return ""
    else:
        town = nearest_town(gazetteer, lon, lat)
        if town is None or town[1] > _SAME_TOWN_KM or country not in ("", town[0].country_code):
            return ""
        swapped, km = town
    return (
        f"are lat and lon swapped? The other way round, {lon:g}, {lat:g}, is {km:.0f} km from {swapped.name} "
        f"({swapped.country_code})"
    )


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
    position_told = lat is not None and lon is not None
    if lat is None or lon is None:
        if neighbour is None:
            raise OverlayError(
                f"where is {title!r}? Give its coordinates or a map link behind the name, --lat and --lon, or --near "
                "PLACE where you know no better."
            )
        lat, lon = neighbour.lat, neighbour.lon
        radius_km = radius_km if radius_km is not None else max(_APPROXIMATE_KM, neighbour.radius_km)
        note = note or f"position approximate: that of {neighbour.name}"
        notes.append(f"the position is that of {neighbour.name}, within {radius_km:g} km; give a better one with --at")
    elif neighbour is not None:
        km = distance_km(lat, lon, neighbour.lat, neighbour.lon)
        if km > _NEAR_KM + neighbour.radius_km:
            notes.append(f"it is {km:,.0f} km from {neighbour.name} ({neighbour.country_code}); are lat and lon right?")
    nearest = nearest_town(gazetteer, lat, lon, but=itself)
    if position_told and (other := _other_way(gazetteer, lat, lon, nearest, country, neighbour)):
        notes.append(other)
    admin1 = ""
    if nearest is not None:
        town, km = nearest
        if not country:
            country = town.country_code
            notes.append(f"country {country}, as of {town.name}, {km:.0f} km away")
        elif country and country != town.country_code:
            close = [p for p in gazetteer.near(lat, lon, _COUNTRY_KM, limit=5000) if p.id != itself]
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
