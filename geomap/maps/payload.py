"""What the page's script reads: the incidents as tables, each distinct text and place once.

A page of fifty thousand incidents holds the same sources, places, reasons and types over and over. So every text
stands once in ``strings`` (number 0 is no text), every distinct place once in ``sites``, every way a name was read
once in ``mentions``, every drawn shape once in ``drawings``; the incidents themselves are columns of numbers that
point there. ``assets/js/store.js`` is the other end: it makes one incident an object again when it is looked at.
Keys are short where they repeat.
"""

from __future__ import annotations

import base64
import json
import math
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from geomap.arcs import encode_arcs
from geomap.errors import OutputError
from geomap.maps.topology import simplified
from geomap.records import CERTAINTIES, LEVELS

__all__ = ["Tables", "data_block", "data_json"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# What must not stand in a script block, or would turn text round in an editor: \uXXXX means the same in JSON.
_UNSAFE = re.compile("[<>&\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Day 0 of the page is 1970-01-01, as JavaScript counts.
_EPOCH = date(1970, 1, 1).toordinal()
# From this many characters on the data are deflated: below it a file that an editor can read is worth more than
# the 200 kB that could be saved (the base map alone, 180 kB, stays readable).
_DEFLATE_FROM = 600_000
# zlib's level: 6 packs 8 % smaller and takes three times as long (0.44 s against 0.15 s for 10,000 incidents).
_LEVEL = 4


def data_json(payload: Mapping[str, Any]) -> str:
    """``payload`` as JSON that may stand in a script block of an HTML page."""
    try:
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise OutputError(f"a number in the incidents is not finite and cannot be drawn: {error}") from error
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def data_block(payload: Mapping[str, Any]) -> str:
    """What stands in the page's data block: JSON, or where that is long, base64 of the deflated (zlib) JSON."""
    text = data_json(payload)
    if len(text) < _DEFLATE_FROM:
        return text
    return base64.b64encode(zlib.compress(text.encode("utf-8"), _LEVEL)).decode("ascii")


# What is never one of numpy's or pandas' own: asking a text for what only they have takes longer than all else.
_PLAIN = frozenset({str, int, bool, list, tuple, type(None)})


def _clean(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _lat_lon(lon: float, lat: float) -> list[float]:
    # Five decimals are one metre.
    return [round(lat, 5), round(lon, 5)]


class _Table:
    """Distinct rows, numbered as they come."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self._numbers: dict[Any, int] = {}

    def __call__(self, *row: Any) -> int:
        return self._numbers.setdefault(row, len(self._numbers))

    def columns(self) -> dict[str, list[Any]]:
        # Rows hold tuples where an incident has lists: JSON writes both alike.
        columns = zip(*self._numbers, strict=True) if self._numbers else [()] * len(self.keys)
        return dict(zip(self.keys, map(list, columns), strict=True))


# Columns of an incident that are one text each, and those that are one number or None.
_TEXTS = {
    "pod": "part_of_day",
    "te": "time_expression",
    "dr": "date_reason",
    "w": "trigger",
    "q": "quote",
    "acled": "acled_sub_event",
    "plover": "plover",
    "src": "attribution_source",
}
_NUMBERS = {"gp": "geo_precision", "wp": "where_prec", "tp": "time_precision"}
# Few incidents have these: {number of the incident: [low, high]}.
_COUNTS = {"dead": "deaths", "hurt": "injured", "held": "detained", "crowd": "crowd_size"}
_READ = frozenset(
    {
        *("incident_id", "type", "certainty", "attribution_level", "date_start", "date_end", "score", "geometry_kind"),
        *("geometry_basis", "lat", "lon", "radius_km", "place_index", "places", "actors", "sources", "quote_start"),
        *("conflicts", "corrections"),
        *(*_TEXTS.values(), *_NUMBERS.values(), *_COUNTS.values()),
    }
)
"""The columns of the frame that the page is made of."""
_SPAN_KINDS = "padw"
"""The kinds of highlighted words, by number: place, actor, date, what made it this type."""


class Tables:
    """The tables of one map, filled row by row with :meth:`add`."""

    def __init__(self) -> None:
        self._strings: dict[str, int] = {}
        self._sites = _Table("n", "id", "cc", "a1", "fc", "rad", "area", "ll")
        self._mentions = _Table("site", "x", "r", "dir", "km", "rule", "s", "why", "alt")
        self._drawings = _Table("k", "b", "r", "dir", "km", "ll", "o")
        self._sources = _Table("doc_id", "title", "source", "url", "published", "copy_of")
        self._actors = _Table("x", "r")
        self._areas: dict[bytes, int] = {}
        self._seen: dict[int, tuple[int, Any]] = {}
        self._outlines: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}
        self._types: dict[str, int] = {}
        self._certainties: dict[str, int] = {}
        self._levels: dict[str, int] = {}
        self._ids: list[str] = []
        names = ("t", "c", "l", "ds", "de", "s", *_TEXTS, *_NUMBERS, "p", "f", "a", "h", "o")
        self._columns: dict[str, list[Any]] = {name: [] for name in names}
        self._counts: dict[str, dict[str, Any]] = {name: {} for name in _COUNTS}
        # {number of the incident: [[what, document, value, document, value, ...], ...]}: few have any.
        self._conflicts: dict[str, list[list[int]]] = {}
        # {number of the incident: the id that it has in each of its sources}: where there are several.
        self._told_ids: dict[str, tuple[int, ...]] = {}
        # {number of the incident: what the user put right}: few have any.
        self._corrections: dict[str, tuple[int, ...]] = {}

    def add_all(self, gdf: Any) -> None:
        """Every row of a GeoDataFrame of :func:`geomap.frames.incidents_to_gdf`."""
        names = [name for name in gdf.columns if name in _READ]
        columns = [[v if type(v) in _PLAIN else _clean(v) for v in gdf[name].tolist()] for name in names]
        for *values, geometry in zip(*columns, gdf.geometry.tolist(), strict=True):
            self.add(dict(zip(names, values, strict=True)), geometry)

    def add(self, row: Mapping[str, Any], geometry: Any) -> None:
        """One row: the first of an incident adds the incident, each adds a way to draw it."""
        ident = str(row["incident_id"])
        number = self._numbers.get(ident)
        if number is None:
            number = self._numbers[ident] = len(self._ids)
            self._ids.append(ident)
            self._incident(number, row)
        drawing = self._drawing(row, geometry)
        if drawing is not None:
            self._columns["f"][number].append([drawing, *(row.get("place_index") or ())])

    def _text(self, value: Any) -> int:
        """The number of a text; 0 for none."""
        if value is None or value == "":
            return 0
        if type(value) is not str:
            value = str(value)
        return self._strings.setdefault(value, len(self._strings) + 1)

    def _texts(self, values: Any) -> tuple[int, ...]:
        return tuple([self._text(value) for value in values]) if values else ()

    def _incident(self, number: int, row: Mapping[str, Any]) -> None:
        columns = self._columns
        columns["t"].append(self._types.setdefault(str(row["type"]), len(self._types)))
        columns["c"].append(self._certainties.setdefault(str(row["certainty"]), len(self._certainties)))
        columns["l"].append(self._levels.setdefault(str(row["attribution_level"]), len(self._levels)))
        columns["ds"].append(_day(row.get("date_start")))
        columns["de"].append(_day(row.get("date_end")))
        score = row.get("score")
        columns["s"].append(round(float(score), 3) if isinstance(score, (int, float)) else None)
        strings = self._strings
        for key, name in _TEXTS.items():
            value = row.get(name)
            # As in _text, without a call for each of a hundred thousand.
            columns[key].append(
                (strings.setdefault(value, len(strings) + 1) if type(value) is str else self._text(value))
                if value
                else 0
            )
        for key, name in _NUMBERS.items():
            columns[key].append(row.get(name))
        for key, name in _COUNTS.items():
            if row.get(name) is not None:
                self._counts[key][str(number)] = row[name]
        columns["p"].append([self._mention(place) for place in row.get("places") or ()])
        columns["f"].append([])
        columns["a"].append(
            [self._actors(self._text(actor["text"]), self._text(actor["role"])) for actor in row.get("actors") or ()]
        )
        columns["h"].append(_spans(row))
        columns["o"].append(self._told(row))
        if len(sources := row.get("sources") or ()) > 1:
            self._told_ids[str(number)] = self._texts([one.get("incident_id") for one in sources])
        if corrections := row.get("corrections"):
            self._corrections[str(number)] = self._texts(corrections)
        if conflicts := row.get("conflicts"):
            self._conflicts[str(number)] = [
                [
                    self._text(one["what"]),
                    *(self._text(told[key]) for told in one["values"] for key in ("doc_id", "value")),
                ]
                for one in conflicts
            ]

    def _mention(self, place: Mapping[str, Any]) -> int:
        lat, lon = place.get("lat"), place.get("lon")
        known = lat is not None and lon is not None
        site = self._sites(
            self._text(place.get("name")),
            self._text(place.get("place_id")),
            self._text(place.get("country_code")),
            self._text(place.get("admin1")),
            self._text(place.get("feature_code")),
            place.get("radius_km"),
            int(bool(place.get("is_area"))),
            tuple(_lat_lon(float(lon), float(lat))) if known and lat is not None and lon is not None else None,
        )
        return self._mentions(
            site,
            self._text(place.get("text")),
            self._text(place.get("role")),
            self._text(place.get("direction")),
            place.get("distance_km"),
            self._text(place.get("rule")),
            place.get("score"),
            self._texts(place.get("reasons")),
            self._texts(place.get("alternatives")),
        )

    def _told(self, row: Mapping[str, Any]) -> list[int]:
        """The sources: [source, its own quote or 0 where that is the incident's, ...]."""
        told: list[int] = []
        own = row.get("quote")
        for source in row.get("sources") or ():
            told.append(self._sources(*[self._text(source.get(key)) for key in self._sources.keys]))
            quote = source.get("quote")
            told.append(0 if quote == own else self._text(quote))
        return told

    def _drawing(self, row: Mapping[str, Any], geometry: Any) -> int | None:
        """How one row is drawn: ``k`` kind, ``b`` the basis, ``r`` a radius in kilometres, ``dir`` and ``km`` of its
        first place, ``ll`` a point or a line as lat, lon, lat, lon, ..., ``o`` an outline's number. None where
        there is nothing to draw."""
        kind = str(row["geometry_kind"])
        line: tuple[float, ...] | None = None
        outline: int | None = None
        radius = row.get("radius_km")
        if geometry is not None and not geometry.is_empty:
            points = geometry.geom_type == "Point"
            if not all(math.isfinite(number) for number in (geometry.coords[0] if points else geometry.bounds)):
                raise OutputError(f"incident {row['incident_id']}: its geometry has coordinates that are not finite")
            if points:
                line = tuple(_lat_lon(geometry.x, geometry.y))
            elif geometry.geom_type == "LineString":
                line = tuple(number for x, y, *_ in geometry.coords for number in _lat_lon(x, y))
            elif geometry.geom_type in ("Polygon", "MultiPolygon"):
                outline = self._outline(geometry)
            else:
                raise OutputError(
                    f"incident {row['incident_id']}: a {geometry.geom_type} cannot be drawn; "
                    "give points, lines or polygons"
                )
        else:
            lat, lon = row.get("lat"), row.get("lon")
            if kind != "area" or lat is None or lon is None or not radius:
                return None
            line = tuple(_lat_lon(float(lon), float(lat)))
        places, index = row.get("places") or (), row.get("place_index") or ()
        first: Mapping[str, Any] = places[index[0]] if index and index[0] < len(places) else {}
        return self._drawings(
            self._text(kind),
            self._text(row.get("geometry_basis")),
            round(float(radius), 2) if radius is not None else None,
            self._text(first.get("direction")),
            first.get("distance_km"),
            line,
            outline,
        )

    def _outline(self, geometry: Any) -> int:
        # The same object is the same outline, without asking for its thousands of points.
        known = self._seen.get(id(geometry))
        if known is not None:
            return known[0]
        key = geometry.wkb
        if key not in self._areas:
            self._areas[key] = len(self._outlines)
            self._outlines.append(_outline(geometry))
        # The object is kept with its number, so that no other can take its id.
        self._seen[id(geometry)] = (self._areas[key], geometry)
        return self._areas[key]

    @property
    def types(self) -> list[str]:
        """The incident types, as numbered in the column ``t``."""
        return list(self._types)

    def payload(self) -> dict[str, Any]:
        """The tables, ready for JSON."""
        return {
            "strings": [None, *self._strings],
            "sites": self._sites.columns(),
            "mentions": self._mentions.columns(),
            "drawings": self._drawings.columns(),
            "sources": self._sources.columns(),
            "actors": self._actors.columns(),
            "outlines": self._outlines,
            "certainties": _ordered(self._certainties, CERTAINTIES, self._columns["c"]),
            "levels": _ordered(self._levels, LEVELS, self._columns["l"]),
            "incidents": {
                "id": self._ids,
                **self._columns,
                **self._counts,
                "x": self._conflicts,
                "told": self._told_ids,
                "fix": self._corrections,
            },
        }

    def labels(self) -> list[list[Any]]:
        """The places of the incidents that are points, as labels of rank 3."""
        names = list(self._strings)
        sites = self._sites.columns()
        return [
            [names[name - 1], round(spot[0], 4), round(spot[1], 4), 3]
            for name, spot, area in zip(sites["n"], sites["ll"], sites["area"], strict=True)
            if name and spot and not area
        ]

    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of the points and lines: of those shown at first, else of all. East is beyond 180
        where they are closest together over the antimeridian."""
        drawn = self._drawings.columns()
        past = self._certainties.get("historical")
        certainties = self._columns["c"]
        for wanted in (True, False):
            used = {
                feature[0]
                for number, features in enumerate(self._columns["f"])
                if not (wanted and certainties[number] == past)
                for feature in features
            }
            boxes = [_reach(drawn["ll"][n], drawn["r"][n]) for n in sorted(used) if drawn["ll"][n] is not None]
            if boxes:
                west, south, east, north = zip(*boxes, strict=True)
                if max(east) - min(west) > 180.0:
                    # Seen over the antimeridian they may be closer together.
                    turned = [(a, b) if a >= 0 else (a + 360.0, b + 360.0) for a, b in zip(west, east, strict=True)]
                    if max(b for _, b in turned) - min(a for a, _ in turned) < max(east) - min(west):
                        west, east = zip(*turned, strict=True)
                return (min(west), min(south), max(east), max(north))
        return None


# A degree of latitude in kilometres (mean).
_KM_A_DEGREE = 111.2


def _reach(line: Sequence[float], radius: float | None) -> tuple[float, float, float, float]:
    lats, lons = line[::2], line[1::2]
    reach = min(radius or 0.0, 300.0) / _KM_A_DEGREE if len(line) == 2 else 0.0
    return (min(lons) - reach, min(lats) - reach, max(lons) + reach, max(lats) + reach)


def _ordered(found: dict[str, int], known: Iterable[str], column: list[int]) -> list[str]:
    """The values found in the order in which they are known, and the column's numbers made to follow it."""
    values = [*(value for value in known if value in found), *(value for value in found if value not in set(known))]
    place = {found[value]: number for number, value in enumerate(values)}
    column[:] = [place[number] for number in column]
    found.clear()
    found.update({value: number for number, value in enumerate(values)})
    return values


@lru_cache(maxsize=4096)
def _day(value: Any) -> int | None:
    """An ISO day as days since 1970; None for what is no day, such as 30 February in a user's own frame."""
    if value is None or not _DAY.fullmatch(str(value)):
        return None
    try:
        return date.fromisoformat(str(value)).toordinal() - _EPOCH
    except ValueError:
        return None


def _spans(row: Mapping[str, Any]) -> list[int]:
    """Where in the quote its places, actors, time and trigger stand: start, end, kind, ... in UTF-16 units,
    since that is how JavaScript counts."""
    quote: str = row.get("quote") or ""
    start = row.get("quote_start")
    if not quote or not isinstance(start, int):
        return []
    found: list[tuple[int, int, str]] = []
    marks = [(p, "p") for p in row.get("places") or ()] + [(a, "a") for a in row.get("actors") or ()]
    for mark, kind in marks:
        first, last = mark["start"] - start, mark["end"] - start
        if 0 <= first < last <= len(quote) and quote[first:last] == mark["text"]:
            found.append((first, last, kind))
    for column, kind in (("time_expression", "d"), ("trigger", "w")):
        words: str = row.get(column) or ""
        at = quote.find(words) if words else -1
        if at >= 0:
            found.append((at, at + len(words), kind))
    spans: list[int] = []
    end = 0
    narrow = quote.isascii()
    for first, last, kind in sorted(set(found)):
        if first >= end:
            ends = (first, last) if narrow else (_utf16(quote[:first]), _utf16(quote[:last]))
            spans += (*ends, _SPAN_KINDS.index(kind))
            end = last
    return spans


def _outline(geometry: Any) -> dict[str, Any]:
    west, south, east, north = geometry.bounds
    # A two-thousandth of its size is below a pixel when the area fills a screen.
    simple = simplified(geometry, max(east - west, north - south) / 2000)
    polygons = [part for part in getattr(simple, "geoms", [simple]) if not part.is_empty]
    rings = [shapely.get_coordinates(ring) for part in polygons for ring in (part.exterior, *part.interiors)]
    inside = geometry.representative_point()
    shapely.prepare(geometry)
    grid = np.arange(1, 9)
    xs = np.tile(west + (east - west) * grid / 9, 8)
    ys = np.repeat(south + (north - south) * grid / 9, 8)
    clear = shapely.contains_xy(geometry, xs, ys)
    return {
        **encode_arcs(rings, decimals=3),
        # Each polygon's first ring is its outside, the others are its holes.
        "parts": [1 + len(part.interiors) for part in polygons],
        "at": _lat_lon(inside.x, inside.y),
        # An area's sign is a caption, not a spot: the page may put it wherever inside it covers least.
        "spots": [_lat_lon(float(x), float(y)) for x, y in zip(xs[clear], ys[clear], strict=True)],
    }
