"""What every reader of features shares: a geometry becomes a point and a radius, properties become a place's fields.

Nothing here knows a file format. A row that cannot become a place raises :class:`WrongRow`, which the reader counts
as skipped; nothing else is raised for what a file holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Protocol

from geomap.gazetteer.importing.rows import PlaceRow, Skipped
from geomap.gazetteer.kinds import class_of_code
from geomap.geo import distance_km
from geomap.lexicons import load_json, load_table
from geomap.text import fold

__all__ = [
    "Position",
    "ReaderOptions",
    "WrongRow",
    "check_position",
    "clean",
    "country_code",
    "feature_kind",
    "further_names",
    "name_of",
    "number",
    "place_row",
    "position_of_geojson",
    "position_of_shape",
    "skip_of",
]

# The longest real name has 163 letters (Bangkok's ceremonial one); the same bound as for the user's own places.
LONGEST_NAME = 300
# GeoNames' best-covered place (Jerusalem, with every language) has fewer than 400; more is not a list of names.
MOST_NAMES = 1000
# Text taken from one property: 1,000 names of 300 letters, and room.
_LONGEST_TEXT = 400_000
# GIS exports write 180.0000001 for 180 after a change of projection; 1e-6 degrees are 11 cm.
_SLACK = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderOptions:
    """How to read a file where it does not speak for itself.

    ``mapping`` (tables): our column → the file's column, see ``tables.COLUMNS``. ``name_property`` (GeoJSON, KML,
    GPKG): the property that holds the name. ``layer`` (GPKG): which layer. ``default_country``: ISO 3166-1 alpha-2
    code for rows that tell none. ``encoding`` (tables): overrides the detected one.
    """

    mapping: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    name_property: str = ""
    layer: str = ""
    default_country: str = ""
    encoding: str = ""


class WrongRow(ValueError):
    """A row that cannot become a place: why, in which column, with which value, and what to do."""

    def __init__(self, reason: str, *, column: str = "", value: object = "", remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column
        # str() of a number of more than 4,300 digits raises; what is shown is cut anyway.
        self.value = _shown(value)
        self.remedy = remedy


def _shown(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number of very many digits"
    if isinstance(value, (dict, list, tuple)):
        return f"a {'dictionary' if isinstance(value, dict) else 'list'} of {len(value)}"
    return str(value)[:60]


def skip_of(row: int, wrong: WrongRow) -> Skipped:
    """The record of a wrong row, ready for ``Skips.add``."""
    return Skipped(row=row, reason=wrong.reason, column=wrong.column[:60], value=wrong.value, remedy=wrong.remedy)


# ---------------------------------------------------------------------------------------------------- text

# Control characters (NUL, escapes, breaks) and lone surrogates, which no file or terminal can hold, become spaces.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff]+")


def clean(text: str) -> str:
    """``text`` without control characters and lone surrogates, white space as single spaces."""
    # Nearly every text: nothing in it can be a control character.
    if text.isprintable():
        return " ".join(text.split())
    return " ".join(_CONTROL.sub(" ", text).split())


def _text(value: object) -> str:
    """A property as text: text itself, a number as it would be written; "" for what is neither."""
    if isinstance(value, str):
        return clean(value[:_LONGEST_TEXT])
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 200 else ""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if hasattr(value, "as_tuple"):  # Decimal, which a JSON reader gives for fractions
        return _text(float(value))  # type: ignore[arg-type]
    return ""


def name_of(text: str, column: str) -> str:
    """The cleaned name of a place. Raises :class:`WrongRow` for one that is empty, has no letters or is too long."""
    if len(text) > _LONGEST_TEXT:
        raise WrongRow("name too long", column=column, value=text, remedy=f"names have up to {LONGEST_NAME} letters")
    name = clean(text)
    if not name:
        raise WrongRow("no name", column=column, remedy="give it a name, or say which column or property is the name")
    if not any(c.isalpha() for c in name):
        raise WrongRow("name without letters", column=column, value=name, remedy="give it a name with letters")
    if len(name) > LONGEST_NAME:
        raise WrongRow("name too long", column=column, value=name, remedy=f"names have up to {LONGEST_NAME} letters")
    return name


def further_names(name: str, texts: Iterable[str]) -> tuple[str, ...]:
    """Further names of a place, each once, without ``name`` itself and without what cannot be a name."""
    found: dict[str, None] = {}
    for text in texts:
        one = clean(text[:_LONGEST_TEXT])
        if one and one != name and len(one) <= LONGEST_NAME and any(c.isalpha() for c in one):
            found[one] = None
            if len(found) >= MOST_NAMES:
                break
    return tuple(found)


# A language tag after a name, as Linked Places and the user's own files write it: "Mitrovicë@sq", "Јариње@sr-Cyrl".
_LANGUAGE = re.compile(r"(?<=\S)@[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}$")


def split_names(text: str) -> list[str]:
    """ "Mitrovica@sr;Mitrovicë@sq" as names, without their language tags. Split at ``;``, ``|`` and line breaks."""
    return [_LANGUAGE.sub("", part.strip()[-LONGEST_NAME * 4 :]) for part in re.split(r"[;|\n]", text[:_LONGEST_TEXT])]


def number(
    value: object, column: str, *, low: float, high: float, reason: str, remedy: str = "", decimal_comma: bool = False
) -> float:
    """A finite number in a range. Raises :class:`WrongRow` with ``reason`` for any other."""
    if isinstance(value, str):
        text = value.strip()
        if decimal_comma and text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        # float() accepts "1_000", "nan" and digits of any script; a table of places means none of them.
        if len(text) > 40 or not _NUMBER.fullmatch(text):
            hint = "write decimals with a point" if "," in text else remedy or "write a plain number"
            raise WrongRow(f"{column} is not a number", column=column, value=value, remedy=hint)
        found = float(text)
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        if not hasattr(value, "as_tuple"):
            raise WrongRow(f"{column} is not a number", column=column, value=value, remedy="write a plain number")
        found = float(value)  # type: ignore[arg-type]
    else:
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
    if not math.isfinite(found) or not low <= found <= high:
        raise WrongRow(reason, column=column, value=value, remedy=remedy)
    return found


_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


# ---------------------------------------------------------------------------------------------------- positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a geometry is: a point in WGS84 degrees, how far it reaches from there in km (None for a point), and
    its dimension (0 points, 1 lines, 2 areas)."""

    lat: float
    lon: float
    radius_km: float | None = None
    dimension: int = 0


def check_position(lat: float, lon: float, *, columns: tuple[str, str] = ("lat", "lon")) -> tuple[float, float]:
    """(lat, lon) within the globe. Raises :class:`WrongRow`, which names swapped axes where that would explain it."""
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise WrongRow(
            "coordinates are not finite", column=columns[0], value=f"{lat}, {lon}", remedy="correct the coordinates"
        )
    if abs(lat) > 90.0 + _SLACK:
        if abs(lon) <= 90.0 and abs(lat) <= 180.0:
            raise WrongRow(
                "lat and lon look swapped",
                column=columns[0],
                value=f"{lat}, {lon}",
                remedy="latitude reaches from -90 to 90: exchange the two, or say which column is which",
            )
        raise WrongRow(
            "lat out of range",
            column=columns[0],
            value=lat,
            remedy="latitude reaches from -90 to 90 (WGS84 degrees); metres must be converted first",
        )
    if abs(lon) > 180.0 + _SLACK:
        raise WrongRow(
            "lon out of range",
            column=columns[1],
            value=lon,
            remedy="longitude reaches from -180 to 180 (WGS84 degrees); metres must be converted first",
        )
    return max(-90.0, min(90.0, lat)), max(-180.0, min(180.0, lon))


class Projection(Protocol):
    """From a file's x, y to WGS84 (lon, lat)."""

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """(lon, lat) in degrees."""
        ...


def web_mercator(x: float, y: float) -> tuple[float, float]:
    """EPSG:3857 metres to WGS84 (lon, lat): the spherical formula that defines it, radius 6378137 m."""
    radius = 6378137.0
    lat = math.degrees(2 * math.atan(math.exp(min(50.0, max(-50.0, y / radius)))) - math.pi / 2)
    return math.degrees(x / radius), lat


# How many lists stand inside one another, by type.
_NESTING = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
# GeometryCollections inside one another: real ones have one level; RFC 7946 advises against any.
_DEEPEST_COLLECTION = 4


_FINITE = "write WGS84 degrees"


def _pair(value: Any, project: Projection | None) -> tuple[float, float]:
    """(x, y) of a GeoJSON position, in degrees and checked."""
    if not isinstance(value, list) or len(value) < 2:
        raise WrongRow("broken geometry", column="coordinates", value=value, remedy="a position is [lon, lat]")
    x = number(value[0], "lon", low=-math.inf, high=math.inf, reason="coordinates are not finite", remedy=_FINITE)
    y = number(value[1], "lat", low=-math.inf, high=math.inf, reason="coordinates are not finite", remedy=_FINITE)
    if isinstance(value[0], str) or isinstance(value[1], str):
        raise WrongRow(
            "broken geometry", column="coordinates", value=value[0], remedy="coordinates are numbers, not text"
        )
    if project is not None:
        x, y = project(x, y)
    lat, lon = check_position(y, x, columns=("coordinates", "coordinates"))
    return lon, lat


def _nested(value: Any, depth: int, project: Projection | None) -> Any:
    if depth == 0:
        return _pair(value, project)
    if not isinstance(value, list):
        raise WrongRow("broken geometry", column="coordinates", value=value, remedy="export the file anew")
    return [_nested(one, depth - 1, project) for one in value]


def _shapes(geometry: Any, project: Projection | None, level: int = 0) -> Iterator[Any]:
    """The shapely shapes of a GeoJSON geometry that is no single point."""
    import shapely

    if not isinstance(geometry, dict):
        raise WrongRow("no geometry", column="geometry", value=geometry, remedy="give it a point")
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or level >= _DEEPEST_COLLECTION:
            raise WrongRow("broken geometry", column="geometries", value=parts, remedy="export the file anew")
        for part in parts:
            yield from _shapes(part, project, level + 1)
        return
    if not isinstance(kind, str) or kind not in _NESTING:
        raise WrongRow("unknown geometry type", column="type", value=kind, remedy="use the types of RFC 7946")
    points = _nested(geometry.get("coordinates"), _NESTING[kind], project)
    if kind == "Point":
        yield shapely.Point(points)
    elif kind == "MultiPoint":
        yield shapely.MultiPoint(points)
    elif kind == "LineString":
        yield shapely.LineString(points)
    elif kind == "MultiLineString":
        yield shapely.MultiLineString(points)
    elif kind == "Polygon":
        yield shapely.Polygon(points[0], points[1:]) if points else shapely.Polygon()
    else:
        yield shapely.MultiPolygon([(rings[0], rings[1:]) for rings in points if rings])


def position_of_geojson(geometry: Any, project: Projection | None = None) -> Position:
    """Where a GeoJSON geometry is. ``project`` turns the file's x, y into WGS84 lon, lat first.

    Raises :class:`WrongRow` for a geometry that is missing, empty, broken or off the globe.
    """
    if not isinstance(geometry, dict):
        raise WrongRow("no geometry", column="geometry", value=geometry or "", remedy="give it a point")
    if geometry.get("type") == "Point":
        # By far the commonest; shapely need not even be loaded.
        if geometry.get("coordinates") == []:
            raise WrongRow("no geometry", column="geometry", value="an empty point", remedy="give it a point")
        lon, lat = _pair(geometry.get("coordinates"), project)
        return Position(lat=lat, lon=lon)
    import shapely

    try:
        shapes = [shape for shape in _shapes(geometry, project) if not shape.is_empty]
        return _position(shapes)
    except WrongRow:
        raise
    except (ValueError, TypeError, IndexError, shapely.errors.ShapelyError) as error:
        raise WrongRow(
            "broken geometry", column="geometry", value=error, remedy="repair it (QGIS: Fix geometries)"
        ) from None


def position_of_shape(shape: Any) -> Position:
    """Where a shapely geometry in WGS84 degrees (x = lon) is. Raises :class:`WrongRow` like the GeoJSON form."""
    import shapely

    if shape is None or shape.is_empty:
        raise WrongRow("no geometry", column="geometry", remedy="give it a point")
    try:
        if shape.geom_type == "Point":
            lat, lon = check_position(shape.y, shape.x, columns=("geometry", "geometry"))
            return Position(lat=lat, lon=lon)
        west, south, east, north = shape.bounds
        check_position(south, west, columns=("geometry", "geometry"))
        check_position(north, east, columns=("geometry", "geometry"))
        return _position([part for part in getattr(shape, "geoms", [shape]) if not part.is_empty])
    except WrongRow:
        raise
    except (ValueError, TypeError, IndexError, shapely.errors.ShapelyError) as error:
        raise WrongRow(
            "broken geometry", column="geometry", value=error, remedy="repair it (QGIS: Fix geometries)"
        ) from None


def _parts(shapes: Iterable[Any]) -> Iterator[Any]:
    """Simple shapes of possibly multi-part ones."""
    stack = list(shapes)
    while stack:
        shape = stack.pop()
        if hasattr(shape, "geoms"):
            stack.extend(shape.geoms)
        elif not shape.is_empty:
            yield shape


def _rings_the_globe(part: Any) -> bool:
    """Whether one line or ring itself reaches from 180 W to 180 E, as Antarctica's outline does."""
    west, _, east, _ = part.bounds
    return bool(east - west >= 360.0 - 2 * _SLACK)


def _position(shapes: list[Any]) -> Position:
    """One point for shapes in degrees: inside an area, on a line, in the middle of points; and the reach from it."""
    import shapely

    parts = list(_parts(shapes))
    if not parts:
        raise WrongRow("no geometry", column="geometry", value="an empty geometry", remedy="give it a point")
    west = min(part.bounds[0] for part in parts)
    east = max(part.bounds[2] for part in parts)
    # What spans more than half the globe most probably lies across the antimeridian (RFC 7946, section 3.1.9, wants
    # it cut there): counted from 0 to 360 such a shape is in one piece. Unless it truly goes round the globe.
    if east - west > 180.0 and not any(_rings_the_globe(part) for part in parts):
        turned = [shapely.transform(part, _eastward) for part in parts]
        if max(p.bounds[2] for p in turned) - min(p.bounds[0] for p in turned) < east - west:
            parts = turned
    dimension = max(_dimension(part) for part in parts)
    # An area with its label point, or a road with its stops: the greatest dimension is the place.
    main = [part for part in parts if _dimension(part) == dimension]
    point = _middle(main, dimension)
    lon, lat = point.x, point.y
    hull = shapely.convex_hull(shapely.GeometryCollection(main))
    reach = max(distance_km(lat, lon, y, x) for x, y in shapely.get_coordinates(hull).tolist())
    lon = (lon + 180.0) % 360.0 - 180.0 if not -180.0 <= lon <= 180.0 else lon
    lat, lon = check_position(lat, lon)
    # Points that all lie on one spot are a point.
    return Position(lat=lat, lon=lon, radius_km=round(reach, 3) if reach >= 0.001 else None, dimension=dimension)


def _eastward(coordinates: Any) -> Any:
    turned = coordinates.copy()
    turned[turned[:, 0] < 0.0, 0] += 360.0
    return turned


def _dimension(part: Any) -> int:
    return {"Point": 0, "LineString": 1, "LinearRing": 1, "Polygon": 2}[part.geom_type]


def _middle(parts: list[Any], dimension: int) -> Any:
    import shapely

    if dimension == 0:
        return shapely.MultiPoint(parts).centroid
    if dimension == 1:
        # Half-way along the longest piece: on the river, not beside it.
        return max(parts, key=lambda part: part.length).interpolate(0.5, normalized=True)
    largest = max(parts, key=lambda part: part.area)
    whole = shapely.MultiPolygon(parts)
    for middle in (whole.centroid, largest.centroid):
        # A crescent's centroid is outside it; so is that of many islands.
        if not middle.is_empty and math.isfinite(middle.x) and _covers(largest, middle):
            return middle
    inside = largest.representative_point() if largest.is_valid else largest.convex_hull.centroid
    return inside if not inside.is_empty else shapely.Point(largest.exterior.coords[0])


def _covers(area: Any, point: Any) -> bool:
    import shapely

    try:
        return bool(area.covers(point))
    except shapely.errors.GEOSException:
        return False


# ---------------------------------------------------------------------------------------------------- what kind

# Tags of OpenStreetMap that are places: key → value → GeoNames class and code. "*" is any other value.
_TAGS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "place": {
        "city": ("P", "PPL"), "town": ("P", "PPL"), "village": ("P", "PPL"), "hamlet": ("P", "PPL"),
        "isolated_dwelling": ("P", "PPL"), "suburb": ("P", "PPLX"), "quarter": ("P", "PPLX"),
        "neighbourhood": ("P", "PPLX"), "borough": ("P", "PPLX"), "city_block": ("P", "PPLX"),
        "locality": ("L", "LCTY"), "farm": ("S", "FRM"), "square": ("S", "SQR"), "island": ("T", "ISL"),
        "islet": ("T", "ISL"), "archipelago": ("T", "ISLS"), "country": ("A", "PCLI"), "state": ("A", "ADM1"),
        "province": ("A", "ADM1"), "region": ("L", "RGN"), "county": ("A", "ADM2"), "district": ("A", "ADM2"),
        "municipality": ("A", "ADM3"), "sea": ("H", "SEA"), "ocean": ("H", "OCN"),
    },
    "natural": {
        "peak": ("T", "PK"), "volcano": ("T", "VLC"), "ridge": ("T", "RDGE"), "valley": ("T", "VAL"),
        "saddle": ("T", "PASS"), "cape": ("T", "CAPE"), "cliff": ("T", "CLF"), "beach": ("T", "BCH"),
        "peninsula": ("T", "PEN"), "mountain_range": ("T", "MTS"), "plateau": ("T", "PLAT"), "bay": ("H", "BAY"),
        "strait": ("H", "STRT"), "water": ("H", "LK"), "spring": ("H", "SPNG"), "wetland": ("H", "WTLD"),
        "glacier": ("H", "GLCR"), "wood": ("V", "FRST"), "cave_entrance": ("S", "CAVE"),
    },
    "waterway": {
        "river": ("H", "STM"), "stream": ("H", "STM"), "canal": ("H", "CNL"), "waterfall": ("H", "FLLS"),
        "dam": ("S", "DAM"),
    },
    "barrier": {"border_control": ("S", "PSTB"), "checkpoint": ("S", "PSTB"), "toll_booth": ("S", "PSTP")},
    "amenity": {
        "hospital": ("S", "HSP"), "clinic": ("S", "HSPC"), "school": ("S", "SCH"), "college": ("S", "SCHC"),
        "university": ("S", "UNIV"), "prison": ("S", "PRN"), "police": ("S", "PP"), "courthouse": ("S", "CTHSE"),
        "place_of_worship": ("S", "CH"), "marketplace": ("S", "MKT"), "townhall": ("S", "BLDG"),
        "bus_station": ("S", "BUSTN"), "embassy": ("S", "DIP"),
    },
    "aeroway": {"aerodrome": ("S", "AIRP"), "airstrip": ("S", "AIRF"), "heliport": ("S", "AIRH")},
    "railway": {"station": ("S", "RSTN"), "halt": ("S", "RSTP"), "rail": ("R", "RR")},
    "man_made": {"bridge": ("S", "BDG"), "tower": ("S", "TOWR"), "mineshaft": ("S", "MN"), "pier": ("S", "PIER")},
    "military": {"*": ("S", "INSM"), "base": ("L", "MILB"), "checkpoint": ("S", "PSTB")},
    "landuse": {"military": ("L", "MILB"), "forest": ("V", "FRST"), "cemetery": ("S", "CMTY"),
                "reservoir": ("H", "RSV"), "quarry": ("S", "MN")},
    "historic": {"castle": ("S", "CSTL"), "ruins": ("S", "RUIN"), "monument": ("S", "MNMT"),
                 "archaeological_site": ("S", "ANS"), "monastery": ("S", "MSTY"), "fort": ("S", "FT")},
    "bridge": {"yes": ("S", "BDG"), "viaduct": ("S", "BDG")},
    "leisure": {"park": ("L", "PRK"), "nature_reserve": ("L", "RESN"), "stadium": ("S", "STDM")},
    "boundary": {"national_park": ("L", "PRK"), "protected_area": ("L", "RESN")},
    "highway": {"*": ("R", "RD")},
    "building": {"*": ("S", "BLDG")},
}  # fmt: skip
_ADMIN_LEVELS = {"2": "PCLI", "3": "ADM1", "4": "ADM1", "5": "ADM2", "6": "ADM2", "7": "ADM3", "8": "ADM3"}
# Words of gazetteers (Linked Places, Getty's types) beyond the values above and those of ``lexicons/place_kinds.json``.
_WORDS: Mapping[str, tuple[str, str]] = {
    "populated place": ("P", "PPL"), "inhabited place": ("P", "PPL"), "ruined village": ("P", "PPLW"),
    "section of populated place": ("P", "PPLX"), "check point": ("S", "PSTB"), "nation": ("A", "PCLI"),
    "administrative division": ("A", "ADMD"), "archaeological site": ("S", "ANS"),
}  # fmt: skip
_CLASSES = frozenset("AHLPRSTUV")
_DEFAULT_CODES = {
    "A": "ADMD", "H": "STM", "L": "RGN", "P": "PPL", "R": "RD", "S": "BLDG", "T": "MT", "U": "RDGU", "V": "FRST",
}  # fmt: skip


@cache
def _kind_words() -> Mapping[str, tuple[str, str]]:
    """Folded word → class and code. What ``gazetteer add --type`` takes means the same here."""
    words = {
        fold(word): (entry["class"], entry["code"])
        for entry in reversed(load_json("place_kinds.json")["kinds"])
        for word in entry["words"]
    }
    for values in (*_TAGS.values(), _WORDS):
        for value, kind in values.items():
            if value not in ("*", "yes"):
                words.setdefault(value.replace("_", " "), kind)
    return words


@lru_cache(maxsize=4096)
def feature_kind(text: str) -> tuple[str, str] | None:
    """GeoNames' class and code that a text means, or None: "village", "Villages", "P", "PPL", "P.PPL"."""
    text = clean(text[:200])
    fclass, _, code = text.upper().partition(".")
    if code and fclass in _CLASSES and code.isalnum():
        return fclass, code[:10]
    upper = text.upper()
    if upper in _CLASSES:
        return upper, _DEFAULT_CODES[upper]
    # Codes are written in capitals: "ST" is one, "st" is not, nor is "Port" PRT.
    if text == upper and 2 <= len(text) <= 6 and (letter := class_of_code(text)):
        return letter, text
    words = _kind_words()
    word = fold(text.replace("_", " "))
    for form in (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"):
        if form in words:
            return words[form]
    return None


# ---------------------------------------------------------------------------------------------------- countries


@cache
def _countries() -> tuple[frozenset[str], Mapping[str, str]]:
    """The ISO 3166-1 alpha-2 codes (and XK), and the code of each English country name or three-letter code."""
    from babel import Locale
    from babel.core import get_global

    codes = {row[0] for row in load_table("country_points.tsv")} | {"XK"}
    names = {fold(name): code for code, name in Locale("en").territories.items() if code in codes}
    for code, aliases in ((row[0], row[1]) for row in load_table("country_extras.tsv") if len(row) > 1):
        for alias in aliases.split(";"):
            # "Congo" stands for two: the name alone tells nothing.
            key = fold(alias.strip())
            names[key] = code if names.get(key, code) == code else ""
    # CLDR lists the alpha-3 codes as aliases of the alpha-2 ones.
    for alias, targets in get_global("territory_aliases").items():
        if len(alias) == 3 and alias.isalpha() and len(targets) == 1 and targets[0] in codes:
            names.setdefault(alias.lower(), targets[0])
    names.setdefault("xkx", "XK")
    return frozenset(codes), names


@lru_cache(maxsize=4096)
def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code that "RS", "srb", "Serbia" or "RS;XK" (its first) means; "" for "", else None."""
    first = clean(re.split(r"[;,|]", text[:200].strip(), maxsplit=1)[0]) if text.strip() else ""
    if not first:
        return ""
    codes, names = _countries()
    if re.fullmatch(r"[A-Za-z]{2}-[A-Za-z0-9]{1,3}", first):
        first = first[:2]  # ISO 3166-2: a country and its part
    if first.upper() in codes:
        return first.upper()
    if first.upper() == "UK":
        return "GB"
    return names.get(fold(first)) or names.get(fold(text[:200])) or None


def default_country(options: ReaderOptions) -> str:
    """The checked default country of ``options``. Raises :class:`WrongRow` for one that is none."""
    if not options.default_country:
        return ""
    code = country_code(options.default_country)
    if not code:
        raise WrongRow(
            "unknown country", column="country", value=options.default_country, remedy="use a code such as XK or RS"
        )
    return code


# ---------------------------------------------------------------------------------------------------- properties

_NAME_KEYS = ("name", "title", "label", "toponym", "placename", "place_name", "name:en", "name_en", "asciiname")
_NAMES_KEYS = ("alt_name", "alt_names", "alternatenames", "alternate_names", "alternatename", "aliases", "alias",
               "variants", "old_name", "official_name", "short_name", "loc_name", "int_name", "nat_name", "reg_name",
               "names", "other_names")  # fmt: skip
_COUNTRY_KEYS = ("ccodes", "country_code", "countrycode", "ccode", "iso2", "iso_a2", "iso3166-1", "iso3166-1:alpha2",
                 "addr:country", "is_in:country_code", "country", "countryname", "country_name", "cc",
                 "iso")  # fmt: skip
_CLASS_KEYS = ("feature_class", "fclass", "featureclass", "fcl")
_CODE_KEYS = ("feature_code", "fcode", "featurecode", "fcod")
_TYPE_KEYS = ("type", "kind", "types", "category", "place_type", "featuretype", "feature_type", "class")
_ADMIN1_KEYS = ("admin1", "adm1", "admin1_name", "adm1_en", "state", "province", "is_in:state", "addr:state")
_ADMIN2_KEYS = ("admin2", "adm2", "admin2_name", "adm2_en", "parent", "parent_name", "municipality", "county",
                "district", "is_in:county")  # fmt: skip
_POPULATION_KEYS = ("population", "pop", "inhabitants", "pop_est", "pop_max")
_RADIUS_KEYS = ("radius_km", "radius", "approximation")
_GEONAMEID_KEYS = ("geonameid", "geonames_id", "geonamesid", "geoname_id", "geonames", "gn_id", "gn")
_KEY_KEYS = ("@id", "id", "osm_id", "osmid", "uid", "gid", "fid", "objectid")
_DIGITS = re.compile(r"[0-9]{1,10}")
_GEONAMES_LINK = re.compile(r"(?:gn:|geonames\.org/)\s*([0-9]{1,10})(?![0-9])")


def geonameid_of(text: str) -> int | None:
    """GeoNames' number in "gn:783770" or a link to geonames.org, or None."""
    found = _GEONAMES_LINK.search(text[:_LONGEST_TEXT])
    return int(found[1]) or None if found else None


def _first(properties: Mapping[str, Any], keys: Iterable[str]) -> tuple[str, str]:
    """The first of ``keys`` that has a text or number, and that text."""
    for key in keys:
        if key in properties and (text := _text(properties[key])):
            return key, text
    return "", ""


def _names_in(value: Any) -> Iterator[str]:
    """Names in a property: text with ``;``, a list of texts or of ``{"toponym": …}``."""
    if isinstance(value, str):
        yield from split_names(value)
    elif isinstance(value, list):
        for one in value[:MOST_NAMES]:
            if isinstance(one, str):
                yield from split_names(one)
            elif isinstance(one, dict):
                for key in ("toponym", "name", "label"):
                    if isinstance(one.get(key), str):
                        yield one[key]


def kind_of(properties: Mapping[str, Any], position: Position, hints: Iterable[str] = ()) -> tuple[str, str]:
    """GeoNames' class and code of a feature: as its properties tell, else a hint (a folder's name), else its shape.

    ``properties`` has its keys in lower case.
    """
    if properties and (kind := _told_kind(properties)):
        return kind
    for hint in hints:
        if kind := feature_kind(hint):
            return kind
    # A shape that says nothing: an area is a region, a line some way or water, which only names it; a point a place.
    return (("P", "PPL"), ("R", "RD"), ("L", "RGN"))[position.dimension]


def _told_kind(properties: Mapping[str, Any]) -> tuple[str, str] | None:
    fclass = _first(properties, _CLASS_KEYS)[1].upper()
    code = _first(properties, _CODE_KEYS)[1].upper()
    # GeoNames' letters; other files keep their own words under such a column, which are looked up below.
    if "." in code:
        fclass, code = code.split(".", 1)
    if fclass in _CLASSES and len(fclass) == 1:
        return fclass, code[:10] if code.isalnum() else _DEFAULT_CODES[fclass]
    if code and (kind := feature_kind(code)):
        return kind
    for key, values in _TAGS.items():
        if (value := properties.get(key)) and isinstance(value, str):
            if value in values:
                return values[value]
            if "*" in values and value != "no":
                return values["*"]
    for key in ("place", "natural", "waterway", "amenity", "man_made"):
        # Not OpenStreetMap's vocabulary: "place": "River".
        if isinstance(value := properties.get(key), str) and (kind := feature_kind(value)):
            return kind
    level = _text(properties.get("admin_level"))
    if level in _ADMIN_LEVELS:
        return "A", _ADMIN_LEVELS[level]
    for keys in (_TYPE_KEYS, _CLASS_KEYS):
        for key in keys:
            for text in _type_texts(properties[key]) if key in properties else ():
                if kind := feature_kind(text):
                    return kind
    return None


def _type_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from value[:1000].split(";")
    elif isinstance(value, list):
        for one in value[:50]:
            if isinstance(one, str):
                yield one
            elif isinstance(one, dict):
                for key in ("label", "sourceLabel", "identifier"):
                    if isinstance(one.get(key), str):
                        yield one[key].rsplit("/", 1)[-1].rsplit("#", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Which properties of a feature hold which field, in order of preference. Features of one file share it."""

    name: tuple[str, ...]
    names: tuple[str, ...]
    country: tuple[str, ...]
    admin1: tuple[str, ...]
    admin2: tuple[str, ...]
    population: tuple[str, ...]
    radius: tuple[str, ...]
    geonameid: tuple[str, ...]
    key: tuple[str, ...]
    kind: tuple[tuple[str, str], ...]


_KIND_KEYS = frozenset((*_TAGS, *_CLASS_KEYS, *_CODE_KEYS, *_TYPE_KEYS, "admin_level"))


@lru_cache(maxsize=256)
def _plan(keys: tuple[str, ...], name_property: str) -> _Plan:
    lower: dict[str, str] = {}
    for key in keys:
        lower.setdefault(key.strip().lower()[:100], key)

    def held(wanted: Iterable[str]) -> tuple[str, ...]:
        return tuple(lower[one] for one in wanted if one in lower)

    name = held((*_NAME_KEYS, *sorted(one for one in lower if one.startswith("name:"))))
    if name_property:
        name = (name_property,) if name_property in keys else held((name_property.strip().lower(),))
    return _Plan(
        name=name,
        names=tuple(
            key
            for one, key in lower.items()
            if one in _NAMES_KEYS or one in _NAME_KEYS or one.startswith(("name:", "alt_name:"))
        ),
        country=held(_COUNTRY_KEYS),
        admin1=held(_ADMIN1_KEYS),
        admin2=held(_ADMIN2_KEYS),
        population=held(_POPULATION_KEYS),
        radius=held(_RADIUS_KEYS),
        geonameid=held(_GEONAMEID_KEYS),
        key=held(_KEY_KEYS),
        kind=tuple((one, key) for one, key in lower.items() if one in _KIND_KEYS),
    )


def _planned(properties: Mapping[str, Any], name_property: str) -> _Plan:
    keys = tuple(properties)
    # A file that changes its keys with every feature, or has enormous ones, is not worth remembering.
    return (_plan if len(keys) <= 200 and max(map(len, keys), default=0) <= 100 else _plan.__wrapped__)(
        keys, name_property
    )


def place_row(
    *,
    row: int,
    position: Position,
    properties: Mapping[str, Any],
    options: ReaderOptions,
    key: str = "",
    names: Iterable[str] = (),
    hints: Iterable[str] = (),
    links: Iterable[str] = (),
) -> PlaceRow:
    """A feature as a row: ``properties`` under the names that OpenStreetMap, GeoNames, QGIS and uMap use.

    ``names`` are further names, ``hints`` words for its kind that rank after the properties, ``links`` addresses
    that may lead to GeoNames. Raises :class:`WrongRow`.
    """
    plan = _planned(properties, options.name_property)
    column, text = _first(properties, plan.name)
    column = column or options.name_property
    name = name_of(text, column or "name")
    told = _first(properties, plan.country)
    country = country_code(told[1])
    if country is None:
        # A column of that name with something else in it ("country": "road") is no reason to lose a place, but a
        # wrong country would be shown as fact.
        raise WrongRow(
            "unknown country", column=told[0], value=told[1], remedy="use a two-letter code (XK, RS) or English name"
        )
    more = list(names)
    for held in plan.names:
        more.extend(_names_in(properties[held]))
    population = _first(properties, plan.population)
    radius = _first(properties, plan.radius)
    fclass, code = kind_of({one: properties[held] for one, held in plan.kind}, position, hints)
    geonameid = _first(properties, plan.geonameid)[1].removeprefix("gn:")
    return PlaceRow(
        row=row,
        name=name,
        lat=position.lat,
        lon=position.lon,
        key=clean(key)[:200] or _first(properties, plan.key)[1][:200],
        geonameid=(int(geonameid) or None)
        if _DIGITS.fullmatch(geonameid)
        else next((n for n in map(geonameid_of, [geonameid, key, *links]) if n), None),
        names=further_names(name, more),
        feature_class=fclass,
        feature_code=code,
        country_code=country or default_country(options),
        admin1=_first(properties, plan.admin1)[1][:LONGEST_NAME],
        admin2=_first(properties, plan.admin2)[1][:LONGEST_NAME],
        population=_population(*population) if population[1] else None,
        radius_km=_radius(*radius) if radius[1] else position.radius_km,
    )


def _population(column: str, text: str) -> int:
    # "12,345" and "12 345" are how people write inhabitants; a decimal comma makes no sense there.
    plain = re.sub(r"(?<=[0-9])[ ,](?=[0-9]{3}(?![0-9]))", "", text[:40])
    # 2e10: twice what the Earth holds; more is a mistake.
    return int(number(plain, column, low=0, high=2e10, reason="population out of range", remedy="a whole number"))


def _radius(column: str, text: str) -> float:
    # A quarter of the way round the globe is 10,000 km: no place reaches further.
    return number(text, column, low=0.0, high=10000.0, reason="radius out of range", remedy="kilometres, 0 to 10000")
