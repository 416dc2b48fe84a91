"""Coordinates as people paste them: numbers in many notations, ``geo:`` URIs, links to maps. Nothing is opened.

A text either says one point without doubt or is refused with an :class:`OverlayError` that says what to write
instead. Guessing would put a place into another country and nobody would see it: "43,2" may be one number with a
decimal comma or two numbers, "O" is east in German and west in French, "[20.7, 43.2]" has its longitude first in
GeoJSON and last elsewhere.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, unquote_plus, urlsplit

from geomap.errors import OverlayError
from geomap.text import visible

__all__ = ["ACCEPTED", "Coordinates", "format_coordinates", "parse_coordinates"]

ACCEPTED = (
    "decimal degrees (43.20028, 20.72056), degrees with minutes and seconds (43°12′01″N 20°43′14″E), a geo: URI, "
    "POINT(lon lat), or a link to a map (OpenStreetMap, Google, Apple, Bing, Yandex) that shows coordinates"
)
"""What :func:`parse_coordinates` accepts, in words for help texts and messages."""

# The longest links of map services seen have some 1,500 characters.
_LONGEST = 4096
# Length of a degree on the meridian of a sphere of the mean Earth radius.
_KM_PER_DEGREE = 111.195

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_PAIR = re.compile(rf"\s*({_NUMBER})\s*[,~]\s*({_NUMBER})(?![\d.eE])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """A point: ``lat`` and ``lon`` in WGS84 degrees.

    ``precision_km`` is one step of the last digit written, in km along a meridian, for the coarser of the two
    numbers ("43.2, 20.7": 11 km), or the uncertainty that a ``geo:`` URI states. ``notation`` says in words what
    the text was taken for. Unpacks as ``lat, lon``.
    """

    lat: float
    lon: float
    precision_km: float
    notation: str

    def __iter__(self) -> Iterator[float]:
        return iter((self.lat, self.lon))


def _shown(text: str) -> str:
    short = text if len(text) <= 80 else text[:77] + "…"
    return f"'{visible(short)}'"


def _refuse(text: str, why: str) -> OverlayError:
    return OverlayError(f"coordinates {_shown(text)}: {why}")


def _step_degrees(number: str) -> float:
    """What one step of the last digit written is worth, in degrees."""
    return 10.0 ** -min(300, len(number.partition(".")[2]))


def _point(text: str, lat: str, lon: str, notation: str, *, uncertainty_km: float | None = None) -> Coordinates:
    """The point of two plain decimal numbers."""
    step = max(_step_degrees(lat), _step_degrees(lon))
    return _checked(text, float(lat), float(lon), step, notation, uncertainty_km=uncertainty_km)


def _checked(
    text: str,
    lat: float,
    lon: float,
    step: float,
    notation: str,
    *,
    axes_told: bool = False,
    uncertainty_km: float | None = None,
) -> Coordinates:
    if not -90.0 <= lat <= 90.0:
        hint = ""
        if abs(lon) <= 90.0 and abs(lat) <= 180.0 and not axes_told:
            hint = f" Did you mean lat {lon:g}, lon {lat:g}?"
        raise _refuse(text, f"lat {lat:g} cannot be, latitudes lie between -90 and 90.{hint}")
    if not -180.0 <= lon <= 180.0:
        hint = f" Did you mean lon {lon - math.copysign(360.0, lon):g}?" if abs(lon) <= 540.0 else ""
        raise _refuse(text, f"lon {lon:g} cannot be, longitudes lie between -180 and 180.{hint}")
    precision = step * _KM_PER_DEGREE if uncertainty_km is None else uncertainty_km
    # Adding zero turns -0.0 into 0.0.
    return Coordinates(lat=lat + 0.0, lon=lon + 0.0, precision_km=precision, notation=notation)


# ---------------------------------------------------------------------------------------------------------------
# Characters: what a keyboard, a word processor or another script makes of signs, primes and digits.

_CHARACTERS = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-", "－": "-", "＋": "+",
        "′": "'", "’": "'", "‘": "'", "´": "'", "`": "'", "ʹ": "'", "‛": "'", "＇": "'", "ʼ": "'",
        "″": '"', "”": '"', "“": '"', "„": '"', "ʺ": '"', "‟": '"', "＂": '"', "〃": '"', "»": '"',
        "º": "°", "˚": "°", "∘": "°", "⁰": "°", "ᵒ": "°",
        "，": ",", "、": ",", "؛": ";", "；": ";", "：": ":", "．": ".", "٫": ".", "（": "(", "）": ")",
    }
)  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def _plain(text: str) -> str:
    """``text`` with ASCII digits, signs, primes and spaces."""
    if text.isascii():
        return text.strip()
    text = _INVISIBLE.sub("", text).translate(_CHARACTERS)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text).strip()


# ---------------------------------------------------------------------------------------------------------------
# Links

_SHORTENERS = (
    *("goo.gl", "maps.app.goo.gl", "g.co", "share.google", "bit.ly", "t.co", "tinyurl.com", "is.gd", "ow.ly"),
    *("vk.cc", "clck.ru", "cutt.ly", "osm.li"),
)
_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.\-]{0,20}:)?//", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9\-]{1,63}\.){1,5}[a-z]{2,10}(?=[/?#:]|$)", re.IGNORECASE)
_MAP_FRAGMENT = re.compile(rf"(?:map=)?(?:\d+(?:\.\d*)?)/({_NUMBER})/({_NUMBER})(?=[/&]|$)")
_AT = re.compile(rf"@({_NUMBER}),({_NUMBER})(?=[,/?&]|$)")
_PIN = re.compile(rf"!3d({_NUMBER})!4d({_NUMBER})(?![\d.])")
_EMBEDDED = re.compile(rf"!2d({_NUMBER})!3d({_NUMBER})(?![\d.])")
_BING_POINT = re.compile(rf"point\.({_NUMBER})_({_NUMBER})(?=_|~|$)")
_OSM_OBJECT = re.compile(r"/(node|way|relation|note|changeset)/\d+")
_OSM_SHORT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~"


def _is_host(host: str, *names: str) -> bool:
    """Whether ``host`` is one of ``names`` or below one; a name that ends in a dot stands for any top domain."""
    for name in names:
        if name.endswith("."):
            if re.fullmatch(rf"(?:.*\.)?{re.escape(name)}[a-z]{{2,3}}(?:\.[a-z]{{2}})?", host):
                return True
        elif host == name or host.endswith(f".{name}"):
            return True
    return False


def _of_link(text: str) -> Coordinates | None:
    """The point that a link shows; None where ``text`` is no link."""
    address = text
    if text.startswith("///"):
        return None
    if not _SCHEME.match(text):
        # "www.google.com/maps/…" copied without its scheme. "1.ab" alone must not count, so a letter is asked for.
        found = _HOST.match(text)
        if not found or not any(c.isalpha() for c in found.group().partition(".")[0]):
            return None
        address = "https://" + text
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
        query = {k.lower(): v[0] for k, v in parse_qs(parts.query, max_num_fields=200).items()}
        # Wikimapia and others keep their parameters behind the hash.
        behind = {k.lower(): v[0] for k, v in parse_qs(parts.fragment, max_num_fields=200).items()}
    except ValueError:
        raise _refuse(text, f"this link is malformed. Accepted: {ACCEPTED}.") from None
    if parts.scheme.lower() not in ("http", "https", ""):
        raise _refuse(text, f"links must begin with http or https. Accepted: {ACCEPTED}.")
    if _is_host(host, *_SHORTENERS):
        raise _refuse(
            text, "a short link cannot be opened without the network. Open it in a browser and paste the long link."
        )
    path, fragment = unquote(parts.path), unquote(parts.fragment)
    if _is_host(host, "google."):
        return _of_google(text, unquote(address), path, query)
    if _is_host(host, "openstreetmap.org", "osm.org", "openstreetmap.", "osm."):
        return _of_openstreetmap(text, path, fragment, query)
    if _is_host(host, "yandex.", "ya.ru"):
        for key in ("whatshere[point]", "poi[point]", "pt", "ll"):
            if pair := _PAIR.match(query.get(key, "")):
                what = "centre of the view" if key == "ll" else "pin"
                return _point(text, pair[2], pair[1], f"Yandex Maps link ({what})")
        raise _no_point(text, "Yandex Maps", "?ll=20.7,43.2")
    if _is_host(host, "2gis."):
        if pair := _PAIR.match(query.get("m", "")):
            return _point(text, pair[2], pair[1], "2GIS link (centre of the view)")
        raise _no_point(text, "2GIS", "?m=20.7,43.2/15")
    if _is_host(host, "apple.com"):
        for key in ("coordinate", "ll", "q", "center", "sll"):
            if pair := _PAIR.fullmatch(query.get(key, "")):
                what = "centre of the view" if key in ("center", "sll") else "pin"
                return _point(text, pair[1], pair[2], f"Apple Maps link ({what})")
        raise _no_point(text, "Apple Maps", "?ll=43.2,20.7")
    if _is_host(host, "bing.com"):
        if pin := _BING_POINT.match(query.get("sp", "")):
            return _point(text, pin[1], pin[2], "Bing Maps link (pin)")
        if pair := _PAIR.fullmatch(query.get("cp", "")):
            return _point(text, pair[1], pair[2], "Bing Maps link (centre of the view)")
        raise _no_point(text, "Bing Maps", "?cp=43.2~20.7")
    if _is_host(host, "waze.com"):
        for value in (query.get("ll", ""), query.get("latlng", ""), query.get("to", "").removeprefix("ll.")):
            if pair := _PAIR.fullmatch(value):
                return _point(text, pair[1], pair[2], "Waze link")
        raise _no_point(text, "Waze", "?ll=43.2,20.7")
    if params := query.get("params"):
        # Wikipedia's GeoHack: 43_12_01_N_20_43_14_E_region:XK_type:city
        words = [w for w in params.split("_") if ":" not in w]
        found_point = _of_numbers(text, " ".join(words).replace(";", ", "))
        return _renamed(found_point, "GeoHack (Wikipedia) link")
    return _of_any_map(text, host, unquote(address), fragment, query, behind)


def _renamed(point: Coordinates, notation: str) -> Coordinates:
    return Coordinates(lat=point.lat, lon=point.lon, precision_km=point.precision_km, notation=notation)


def _no_point(text: str, service: str, example: str) -> OverlayError:
    return _refuse(
        text,
        f"this {service} link holds no coordinates. Paste one that does ({example}), or the coordinates themselves.",
    )


def _of_google(text: str, address: str, path: str, query: dict[str, str]) -> Coordinates:
    pins = list(dict.fromkeys(match.groups() for match in _PIN.finditer(address)))
    if len(pins) > 1 or re.search(r"/maps/dir(?:/|$)", path):
        raise _refuse(
            text, "this Google Maps link shows several points or a route. Click the one place and paste its link."
        )
    if pins:
        return _point(text, pins[0][0], pins[0][1], "Google Maps link (pin)")
    named = re.search(r"/maps/(?:place|search)/([^/]{3,200})", path)
    for value in (query.get("q"), query.get("query"), query.get("ll"), named and unquote_plus(named[1])):
        value = (value or "").strip().removeprefix("loc:").strip()
        if not value or not any(c.isdigit() for c in value):
            continue
        if pair := _PAIR.fullmatch(value):
            return _point(text, pair[1], pair[2], "Google Maps link (pin)")
        try:
            return _renamed(_of_numbers(text, _plain(value)), "Google Maps link (pin)")
        except OverlayError:
            # It is a name or an address that has digits; the view may still tell.
            continue
    if at := _AT.search(address):
        return _point(text, at[1], at[2], "Google Maps link (centre of the view)")
    for key in ("center", "cbll", "viewpoint", "sll"):
        if pair := _PAIR.fullmatch(query.get(key, "")):
            return _point(text, pair[1], pair[2], "Google Maps link (centre of the view)")
    if embedded := _EMBEDDED.search(address):
        return _point(text, embedded[2], embedded[1], "Google Maps link (centre of the view)")
    raise _no_point(text, "Google Maps", "…/@43.2,20.7,15z")


def _of_openstreetmap(text: str, path: str, fragment: str, query: dict[str, str]) -> Coordinates:
    for lat, lon, what in (("mlat", "mlon", "pin"), ("lat", "lon", "centre of the view")):
        if pair := _PAIR.fullmatch(f"{query.get(lat, '')},{query.get(lon, '')}"):
            return _point(text, pair[1], pair[2], f"OpenStreetMap link ({what})")
    if view := _MAP_FRAGMENT.search(fragment):
        return _point(text, view[1], view[2], "OpenStreetMap link (centre of the view)")
    if named := _OSM_OBJECT.search(path):
        raise _refuse(
            text,
            f"a link to a {named[1]} holds its number, not its coordinates, and nothing is fetched. Right-click the "
            "place on the map, choose 'Centre map here', and paste the link with #map=.",
        )
    if short := re.match(r"/go/([A-Za-z0-9_~@]{1,16})-{0,2}", path):
        return _of_osm_short_link(text, short[1])
    raise _no_point(text, "OpenStreetMap", "…/#map=15/43.2/20.7")


def _of_osm_short_link(text: str, code: str) -> Coordinates:
    """OpenStreetMap's own short links are no look-up: each letter holds three bits of longitude and of latitude."""
    x = y = bits = 0
    for letter in code.replace("@", "~")[:10]:
        six = _OSM_SHORT.index(letter)
        for shift in (5, 3, 1):
            x = x << 1 | six >> shift & 1
            y = y << 1 | six >> shift - 1 & 1
        bits += 3
    step = 360.0 / 2**bits
    return _checked(
        text,
        (y + 0.5) * 180.0 / 2**bits - 90.0,
        (x + 0.5) * step - 180.0,
        step,
        "OpenStreetMap short link (centre of the view)",
    )


def _of_any_map(
    text: str, host: str, address: str, fragment: str, query: dict[str, str], behind: dict[str, str]
) -> Coordinates:
    """Links of other maps (Wikimapia, Mapillary, uMap, HERE, …): lat and lon by name, or #zoom/lat/lon."""
    service = f"link to {host.removeprefix('www.')}"
    for values in (query, behind):
        lat = values.get("mlat") or values.get("lat") or values.get("latitude") or ""
        lon = values.get("mlon") or values.get("lon") or values.get("lng") or values.get("longitude") or ""
        if pair := _PAIR.fullmatch(f"{lat},{lon}"):
            return _point(text, pair[1], pair[2], service)
    if view := _MAP_FRAGMENT.match(fragment):
        return _point(text, view[1], view[2], f"{service} (centre of the view)")
    if _is_host(host, "here.com"):
        for place in (query.get("map", ""), (re.search(r"/l/([^/?]{3,60})", address) or ["", ""])[1]):
            if pair := _PAIR.match(place):
                return _point(text, pair[1], pair[2], service)
    if at := _AT.search(address):
        return _point(text, at[1], at[2], f"{service} (centre of the view)")
    raise _refuse(text, f"this link holds no coordinates that can be read. Accepted: {ACCEPTED}.")


# ---------------------------------------------------------------------------------------------------------------
# geo: URIs, well-known text, GeoJSON points

_WKT = re.compile(r"(?:SRID\s*=\s*(\d{1,6})\s*;\s*)?(POINT|[A-Z]{5,20})\b\s*(?:ZM|Z|M)?\s*(\(.*|EMPTY)$", re.I | re.S)
_WKT_BODY = re.compile(rf"\(\s*({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER}){{0,2}}\s*\)")
_WKT_KINDS = ("POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION")
_GEOJSON = re.compile(
    rf'"type"\s*:\s*"Point".{{0,200}}?"coordinates"\s*:\s*\[\s*({_NUMBER})\s*,\s*({_NUMBER})\s*[,\]]'
    rf'|"coordinates"\s*:\s*\[\s*({_NUMBER})\s*,\s*({_NUMBER})\s*[,\]].{{0,200}}?"type"\s*:\s*"Point"',
    re.S,
)


def _of_geo_uri(text: str) -> Coordinates:
    body, _, asked = text[4:].partition("?")
    body = unquote(body)
    numbers, *parameters = body.split(";")
    told = {}
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        told[key.strip().lower()] = value.strip()
    crs = told.get("crs", "wgs84").lower()
    if crs not in ("wgs84", ""):
        raise _refuse(text, f"its reference system is {_shown(crs)}; only wgs84 is read. Convert the point first.")
    match = re.fullmatch(rf"({_NUMBER}),({_NUMBER})(?:,{_NUMBER})?", numbers.strip())
    if not match:
        raise _refuse(text, "a geo: URI is written geo:LAT,LON, for instance geo:43.20028,20.72056.")
    lat, lon = match[1], match[2]
    try:
        wanted = _PAIR.match(parse_qs(asked, max_num_fields=50).get("q", [""])[0])
    except ValueError:
        wanted = None
    if wanted and float(lat) == 0 and float(lon) == 0:
        # Android's way to name a pin: geo:0,0?q=43.2,20.7(Jarinje)
        lat, lon = wanted[1], wanted[2]
    uncertainty = None
    if "u" in told:
        if not re.fullmatch(r"\d{1,12}(?:\.\d{0,12})?", told["u"]):
            raise _refuse(text, f"its uncertainty u={_shown(told['u'])} is not a number of metres.")
        uncertainty = float(told["u"]) / 1000.0
    return _point(text, lat, lon, "geo URI", uncertainty_km=uncertainty)


def _of_wkt(text: str, match: re.Match[str]) -> Coordinates:
    if match[1] and match[1] != "4326":
        raise _refuse(text, f"SRID {match[1]} is not read; only 4326 (WGS84). Convert the point first.")
    if match[2].upper() != "POINT":
        raise _refuse(text, f"a {match[2].upper()} is not one point; write POINT(lon lat).")
    body = _WKT_BODY.fullmatch(match[3].strip())
    if not body:
        raise _refuse(text, "a point is written POINT(lon lat), for instance POINT(20.72056 43.20028).")
    return _point(text, body[2], body[1], "well-known text (lon first)")


# ---------------------------------------------------------------------------------------------------------------
# Codes that are refused

_PLUS_CODE = re.compile(r"[23456789CFGHJMPQRVWX]{2,8}0{0,6}\+[23456789CFGHJMPQRVWX]{0,7}(?:[\s,].*)?", re.I | re.S)
_MGRS = re.compile(r"\d{1,2}\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?\d{1,5}\s?\d{1,5}", re.I)
_UTM = re.compile(r"\d{1,2}\s?[C-HJ-NP-X]\s+\d{5,7}(?:\.\d{1,9})?\s*m?[EW]?[\s,]+\d{5,8}(?:\.\d{1,9})?\s*m?[NS]?", re.I)
_WORDS = re.compile(r"(?:///)?[^\W\d_]{2,30}\.[^\W\d_]{2,30}\.[^\W\d_]{2,30}")


def _refuse_codes(text: str) -> None:
    for pattern, name in ((_PLUS_CODE, "a plus code"), (_MGRS, "an MGRS reference"), (_UTM, "a UTM reference")):
        if pattern.fullmatch(text):
            raise _refuse(text, f"this is {name}, which is not read. Accepted: {ACCEPTED}.")
    if text.startswith("///") or _WORDS.fullmatch(text):
        raise _refuse(text, f"a three-word address cannot be read without the network. Accepted: {ACCEPTED}.")


# ---------------------------------------------------------------------------------------------------------------
# Numbers

_HEMISPHERES = {
    **dict.fromkeys(("n", "с", "north", "nord", "norte", "sever", "север", "veri", "сш"), "N"),
    **dict.fromkeys(("s", "ј", "ю", "south", "süd", "sud", "sur", "jug", "југ", "юг", "юш", "јш"), "S"),
    **dict.fromkeys(
        ("e", "е", "и", "в", "east", "ost", "est", "este", "istok", "исток", "восток", "lindje", "вд", "ид"), "E"
    ),
    **dict.fromkeys(
        ("w", "з", "west", "ouest", "oeste", "ovest", "zapad", "запад", "perëndim", "зд"), "W"
    ),
}  # fmt: skip
_LABELS = {
    **dict.fromkeys(("lat", "latitude", "breite", "φ"), "lat"),
    **dict.fromkeys(("lon", "lng", "long", "longitude", "länge", "λ"), "lon"),
}
_UNITS = {
    **dict.fromkeys(("°", "d", "deg", "degree", "degrees"), 0),
    **dict.fromkeys(("'", "m", "min", "minutes"), 1),
    **dict.fromkeys(('"', "''", "s", "sec", "seconds"), 2),
}
_UNIT_NAMES = ("degrees", "minutes", "seconds")
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<number>{_NUMBER})|(?P<mark>''|[°'\"])|(?P<colon>:)|(?P<equals>=)"
    r"|(?P<word>[^\W\d_]+(?:\.[^\W\d_]+)*\.?)|(?P<separator>[,;/|])|(?P<other>.)",
    re.S,
)
_COMMA = re.compile(r"(?<=\d),(?=\d)")
_COMMA_PAIR = re.compile(r"([+-]?\d+),(\d+)(?:\s*[;/|]\s*|\s*,\s+|\s+)([+-]?\d+),(\d+)")
_ISO_6709 = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)(?:[+-]\d+(?:\.\d+)?)?(?:CRSWGS_84)?/?")
_PACKED = re.compile(r"(\d\d)(\d\d)(\d\d(?:\.\d+)?)?\s*([NS])[\s,/]*(\d\d\d)(\d\d)(\d\d(?:\.\d+)?)?\s*([EW])", re.I)


@dataclass(slots=True)
class _Angle:
    """One of the two numbers while it is read: its parts (text and unit), letter and axis."""

    parts: list[str] = field(default_factory=list)
    units: list[int | None] = field(default_factory=list)
    hemisphere: str = ""
    axis: str = ""
    # The case of the letter that marked the minutes: decides whether an "s" is seconds or south.
    minutes_letter: str = ""


def _decimal_commas(text: str, plain: str) -> str:
    """``plain`` with decimal points where its commas are decimal signs without doubt."""
    commas = len(_COMMA.findall(plain))
    if not commas or re.search(r"\d\.\d", plain):
        return plain
    # With signs or letters in the text, two numbers are never joined by a bare comma: "43,2°N 20,7°E".
    if any(c in "°'\"" or c.isalpha() for c in plain):
        return _COMMA.sub(".", plain)
    if pair := _COMMA_PAIR.fullmatch(plain):
        return f"{pair[1]}.{pair[2]} {pair[3]}.{pair[4]}"
    raise _refuse(
        text,
        "a comma may be a decimal sign or stand between two numbers. Write decimals with a point and a space after "
        "the comma: 43.20028, 20.72056.",
    )


def _of_numbers(text: str, plain: str) -> Coordinates:
    """The point of two angles in decimal degrees or in degrees, minutes and seconds."""
    if not any(c.isdigit() for c in plain):
        raise _refuse(text, f"there are no numbers in it. Accepted: {ACCEPTED}.")
    if plain.startswith(("[", "([")):
        raise _refuse(
            text, "in square brackets some write the longitude first. Write lat, lon without them: 43.20028, 20.72056."
        )
    if plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1].strip()
    if iso := _ISO_6709.fullmatch(plain):
        return _point(text, iso[1], iso[2], "ISO 6709")
    if packed := _PACKED.fullmatch(plain):
        d1, m1, s1, n, d2, m2, s2, e = packed.groups()
        plain = f"{d1} {m1} {s1 or ''} {n} {d2} {m2} {s2 or ''} {e}"
    angles = _angles(text, _decimal_commas(text, plain))
    if len(angles) == 1 and not angles[0].hemisphere and not angles[0].axis:
        angles = _halved(text, angles[0])
    if len(angles) != 2:
        count = "one number" if len(angles) == 1 else f"{len(angles)} numbers"
        raise _refuse(text, f"{count} where a latitude and a longitude are needed. Accepted: {ACCEPTED}.")
    first, second = angles
    if (first.axis == "") != (second.axis == ""):
        raise _refuse(
            text, "only one of the two says what it is. Give both a letter (43.20028 N, 20.72056 E) or neither."
        )
    if first.axis and first.axis == second.axis:
        raise _refuse(text, f"both are a {'latitude' if first.axis == 'lat' else 'longitude'}; one must be the other.")
    if first.axis == "lon":
        first, second = second, first
    lat, lat_step, lat_parts = _value(text, first)
    lon, lon_step, lon_parts = _value(text, second)
    notation = ("decimal degrees", "degrees and minutes", "degrees, minutes and seconds")[max(lat_parts, lon_parts) - 1]
    return _checked(text, lat, lon, max(lat_step, lon_step), notation, axes_told=bool(angles[0].axis))


def _halved(text: str, angle: _Angle) -> list[_Angle]:
    """ "43.2 20.7" or "43 12 01 20 43 14": an even number of numbers with nothing between them."""
    count = len(angle.parts)
    if count not in (2, 4, 6) or any(unit is not None for unit in angle.units):
        if count == 1:
            return [angle]
        raise _refuse(text, f"it is not clear which numbers belong together. Accepted: {ACCEPTED}.")
    half = count // 2
    return [
        _Angle(parts=angle.parts[:half], units=angle.units[:half]),
        _Angle(parts=angle.parts[half:], units=angle.units[half:]),
    ]


def _is_unit(angle: _Angle, word: str) -> bool:
    """Whether a word behind a number is its unit: "s" is seconds only where "m" stood for the minutes."""
    if word.lower() != "s":
        return True
    return bool(angle.minutes_letter) and angle.minutes_letter.isupper() == word.isupper()


def _angles(text: str, plain: str) -> list[_Angle]:
    """The angles of a text, each with its numbers, units and letter."""
    if re.search(r"\d-\d", plain):
        if not any(c.isalpha() for c in plain):
            raise _refuse(text, "a hyphen may be a minus or stand between numbers. Write lat, lon with a comma.")
        plain = re.sub(r"(?<=\d)-(?=\d)", " ", plain)
    # "12mN" is a unit and a letter; "с. ш." is one abbreviation.
    plain = re.sub(r"(?<=\d)([dms])([nsew])(?![a-z])", r"\1 \2", plain, flags=re.IGNORECASE)
    plain = re.sub(r"([сюјвзи])\.\s?(?:г\.\s?)?([шд])\.?", r"\1\2", plain, flags=re.IGNORECASE)
    colons = re.search(r"\d:\d", plain) is not None
    angles: list[_Angle] = []
    current = _Angle()
    # "N 43.2 E 20.7" has its letters in front, "43.2 N 20.7 E" behind: the first letter decides for both.
    in_front: bool | None = None
    before = ""  # the kind of the token before, "" at the beginning
    touches = False  # whether the token touches the one before
    for token in _TOKEN.finditer(plain):
        kind, value = str(token.lastgroup), token.group()
        if kind == "space":
            touches = False
            continue
        word = value.replace(".", "").lower() if kind in ("word", "mark") else ""
        if kind == "number":
            if before == "number" and touches:
                raise _refuse(text, f"the number before {value} has two points or signs.")
            if current.parts and (value[0] in "+-" or (colons and before != "colon")):
                angles.append(current)
                current = _Angle()
            if len(current.parts) >= 6:
                raise _refuse(text, f"too many numbers. Accepted: {ACCEPTED}.")
            current.parts.append(value)
            current.units.append(None)
        elif kind == "mark" or (
            word in _UNITS and before == "number" and (touches or len(word) > 1) and _is_unit(current, value)
        ):
            if before != "number":
                raise _refuse(text, f"the sign {value} follows no number. Accepted: {ACCEPTED}.")
            unit = _UNITS[word]
            if unit == 0 and len(current.parts) > 1:
                # The degrees of the second angle, which only a blank parted from the first.
                number = current.parts.pop()
                current.units.pop()
                angles.append(current)
                current = _Angle(parts=[number], units=[None])
            current.units[-1] = unit
            if kind == "word" and unit == 1:
                current.minutes_letter = value[0]
        elif word in _HEMISPHERES:
            letter = _HEMISPHERES[word]
            if in_front is None:
                in_front = not current.parts
            if in_front and current.parts:
                angles.append(current)
                current = _Angle()
            if current.hemisphere or (not in_front and not current.parts):
                raise _refuse(text, f"the letter {value} belongs to no number. Accepted: {ACCEPTED}.")
            axis = "lat" if letter in "NS" else "lon"
            if current.axis not in ("", axis):
                raise _refuse(text, f"a {current.axis} cannot be {value}.")
            current.hemisphere, current.axis = letter, axis
            if not in_front:
                angles.append(current)
                current = _Angle()
        elif word in _LABELS:
            if current.parts:
                angles.append(current)
                current = _Angle()
            if current.axis:
                raise _refuse(text, f"{value} follows another word and no number.")
            current.axis = _LABELS[word]
        elif word == "o":
            raise _refuse(text, "O is east in German (Ost) and west in French, Spanish and Italian; write E or W.")
        elif kind == "separator":
            if not angles and not current.parts:
                raise _refuse(text, f"it begins with {value!r}. Accepted: {ACCEPTED}.")
            if current.parts or current.axis:
                angles.append(current)
                current = _Angle()
        elif not (
            (kind == "colon" and before == "number" and touches)
            or (kind in ("colon", "equals") and current.axis and not current.parts)
        ):
            raise _refuse(text, f"{_shown(value)} does not belong into coordinates. Accepted: {ACCEPTED}.")
        before, touches = kind, True
        if len(angles) > 2:
            raise _refuse(text, f"more than a latitude and a longitude. Accepted: {ACCEPTED}.")
    if current.parts or current.axis:
        angles.append(current)
    return angles


def _value(text: str, angle: _Angle) -> tuple[float, float, int]:
    """Degrees with their sign, one step of the last digit in degrees, and how many parts were given."""
    count = len(angle.parts)
    if not 1 <= count <= 3:
        raise _refuse(text, f"a latitude or longitude has one to three numbers, not {count}. Accepted: {ACCEPTED}.")
    for position, unit in enumerate(angle.units):
        if unit not in (None, position):
            raise _refuse(text, f"{_UNIT_NAMES[unit or 0]} stand where {_UNIT_NAMES[position]} should.")
        if position < count - 1 and "." in angle.parts[position]:
            raise _refuse(text, f"only the last of degrees, minutes and seconds may have decimals: {angle.parts[0]} …")
    sign = -1.0 if angle.parts[0].startswith("-") else 1.0
    if angle.hemisphere:
        if angle.parts[0][0] in "+-":
            raise _refuse(text, f"a sign and the letter {angle.hemisphere} at once; write one of them.")
        sign = -1.0 if angle.hemisphere in "SW" else 1.0
    degrees = 0.0
    for position, part in enumerate(angle.parts):
        number = abs(float(part))
        if position and number >= 60.0:
            raise _refuse(text, f"{part} {_UNIT_NAMES[position]} cannot be; they end at 59.99….")
        degrees += number / 60.0**position
    return sign * degrees, _step_degrees(angle.parts[-1]) / 60.0 ** (count - 1), count


# ---------------------------------------------------------------------------------------------------------------


def parse_coordinates(text: str) -> Coordinates:
    """The point that ``text`` says, in WGS84 degrees; see :data:`ACCEPTED`. Nothing is fetched.

    Two plain numbers are latitude, then longitude; letters (N, S, E, W and their Cyrillic, German, French and
    Serbian counterparts) or the words lat and lon turn them round. In links a pin goes before the centre of the
    view. Raises :class:`~geomap.errors.OverlayError` for everything else, saying what is wrong with it.
    """
    if len(text) > _LONGEST:
        raise _refuse(text, f"longer than {_LONGEST} characters. Accepted: {ACCEPTED}.")
    plain = _plain(text)
    if not plain:
        raise OverlayError(f"coordinates: empty. Accepted: {ACCEPTED}.")
    if plain[:4].lower() == "geo:":
        return _of_geo_uri(plain)
    wkt = _WKT.fullmatch(plain)
    if wkt and wkt[2].upper() in _WKT_KINDS:
        return _of_wkt(plain, wkt)
    _refuse_codes(plain)
    if (linked := _of_link(plain)) is not None:
        return linked
    if plain.startswith("{"):
        if point := _GEOJSON.search(plain):
            return _point(plain, point[2] or point[4], point[1] or point[3], "GeoJSON point (lon first)")
        # {"lat": 43.2, "lon": 20.7}
        return _of_numbers(plain, plain.translate(str.maketrans('{}"', "   ")).strip())
    return _of_numbers(plain, plain)


def format_coordinates(lat: float, lon: float) -> str:
    """A point for people: ``43.20028° N, 20.72056° E`` (five decimals are about a metre).

    ``lat`` and ``lon`` are WGS84 degrees; raises :class:`~geomap.errors.OverlayError` where they are not finite or
    out of range. :func:`parse_coordinates` reads the result back.
    """
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90.0 and abs(lon) <= 180.0):
        raise OverlayError(f"coordinates {lat!r}, {lon!r}: not a point on the globe (WGS84 degrees)")
    north, east = "S" if round(lat, 5) < 0 else "N", "W" if round(lon, 5) < 0 else "E"
    return f"{abs(lat):.5f}° {north}, {abs(lon):.5f}° {east}"
