"""The incident layer: one folium element that holds the incidents once, as data, and draws them.

Nothing an article, a gazetteer or a user wrote ever passes through a template. folium renders what an
element returns and compiles the result as Jinja *again*, so a quote with ``{{ ... }}`` in a popup would run
as Python here and as script in the browser. This layer therefore hands folium the data as base64, which has
no character that Jinja or HTML knows; :mod:`geomap.maps.page` puts it into the finished page as JSON
instead.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import shapely
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from geomap.errors import OutputError
from geomap.lexicons import load_json
from geomap.maps.basemap import base_parts, encode_arcs
from geomap.records import CERTAINTIES, Place
from geomap.views import DEFAULT_VIEW, load_view

__all__ = ["IncidentLayer", "Label", "RawElement", "asset", "data_json", "script", "style", "vendor"]

Label = Place | tuple[str, float, float, int]
"""A place name on the map: a gazetteer entry, or (name, lat, lon, rank). Rank 0 is a region, 1 a capital or
city of a million, 2 of 100,000, 3 a town of 20,000, 4 of 2,000, 5 anything smaller; it says from which zoom
on."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# What must not stand in a script block, or would turn text round in an editor: \uXXXX means the same in JSON.
_UNSAFE = re.compile("[<>&\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# A degree of latitude in kilometres (mean).
_KM_A_DEGREE = 111.2


class RawElement(Element):
    """Markup of ours that is put into a page as it is: rendering it compiles nothing."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__()
        self._name = name
        self._id = name
        self.text = text

    def render(self, **kwargs: Any) -> str:
        """The text, untouched."""
        return self.text


@cache
def asset(name: str) -> str:
    """A file of ``assets/``."""
    return resources.files("geomap.maps").joinpath("assets", name).read_text(encoding="utf-8")


# The parts of the page's script share one function scope, in this order: what a part uses while it is read stands
# before it.
_PARTS = ("words", "helpers", "rows", "signs", "base", "areas", "geometry", "describe", "main")


@cache
def script() -> str:
    """The page's own script: the parts of ``assets/js/`` as one function, so that nothing but ``geomapMount`` is
    seen by other scripts of the page."""
    return "(function () {\n'use strict';\n" + "\n".join(asset(f"js/{part}.js") for part in _PARTS) + "})();\n"


@cache
def style() -> str:
    """The page's own style sheet: the base map's, then the rest."""
    return asset("base.css") + asset("map.css")


@cache
def vendor(package: str, name: str) -> str:
    """A text file of an XStatic package, with its images as ``data:`` URIs and without its source map."""
    folder = resources.files(f"xstatic.pkg.{package}").joinpath("data")
    text = folder.joinpath(name).read_text(encoding="utf-8")
    text = re.sub(r"(?://|/\*)[#@] ?sourceMappingURL=.*?(?:\*/|$)", "", text, flags=re.MULTILINE)

    def inline(match: re.Match[str]) -> str:
        return f"url({image(match[1])})"

    return re.sub(r"url\(images/([\w-]+\.png)\)", inline, text).strip() + "\n"


@cache
def image(name: str) -> str:
    """One of Leaflet's images as a ``data:`` URI."""
    content = resources.files("xstatic.pkg.leaflet").joinpath("data", "images", name).read_bytes()
    return "data:image/png;base64," + base64.b64encode(content).decode("ascii")


def data_json(payload: Mapping[str, Any]) -> str:
    """``payload`` as JSON that may stand in a script block of an HTML page."""
    try:
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise OutputError(f"a number in the incidents is not finite and cannot be drawn: {error}") from error
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class IncidentLayer(MacroElement):
    """The incidents of a GeoDataFrame as one layer with its legend, filters, list and evidence panel.

    It can be added to any ``folium.Map``. ``gdf`` is what :func:`geomap.frames.incidents_to_gdf` returns,
    joined to boundaries or not. ``title`` heads the panel. ``labels`` are place names around the incidents;
    ``boundaries`` (from :func:`geomap.boundaries.load_boundaries_for`) gives detailed land and borders near
    them; ``basemap=False`` leaves out all land, for maps that have tiles. ``kosovo_label`` is how Kosovo is
    labelled, by default as the view has it. ``notes`` are further paragraphs for the
    method note. ``view`` is the boundary view that is
    drawn, one of :data:`geomap.views.VIEWS` and the one that ``boundaries`` were loaded for; ``view_note`` says
    in the method note, in full sentences, what that view is (by default the view's own statement). ``tiles`` is the
    payload of a :class:`geomap.maps.tiles.Tiles`, ``areas`` what :func:`geomap.maps.areas.areas_payload` gives.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            geomapMount({{ this._parent.get_name() }}, {{ this.data_id|tojson }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        gdf: Any,
        *,
        title: str = "Incidents",
        labels: Iterable[Label] = (),
        boundaries: Any = None,
        basemap: bool = True,
        kosovo_label: str | None = None,
        notes: Sequence[str] = (),
        view: str = DEFAULT_VIEW,
        view_note: str | None = None,
        tiles: Mapping[str, Any] | None = None,
        areas: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "IncidentLayer"
        self._id = "incidents"
        self.payload: dict[str, Any] = _payload(
            gdf,
            title=title,
            labels=labels,
            boundaries=boundaries,
            basemap=basemap,
            kosovo_label=kosovo_label,
            notes=notes,
            view=view,
            view_note=view_note,
        )
        if tiles is not None:
            self.payload["tiles"] = dict(tiles)
        if areas:
            self.payload["areas"] = dict(areas)

    @property
    def data_id(self) -> str:
        """The id of the page's element that holds the data."""
        return f"geomap-data-{self._id}"

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]  # as branca's own MacroElement
        """Put assets, data and the call that draws them into the figure."""
        figure = self.get_root()
        if not isinstance(figure, Figure):
            raise TypeError("add the layer to a folium.Map before rendering it")
        if not getattr(figure, "carries_assets", False):
            sheet = vendor("leaflet_markercluster", "MarkerCluster.css") + style()
            code = vendor("leaflet_markercluster", "leaflet.markercluster.js") + script()
            figure.header.add_child(RawElement(f"<style>{sheet}</style>", "geomap_style"))
            figure.header.add_child(RawElement(f"<script>{code}</script>", "geomap_code"))
            data = base64.b64encode(data_json(self.payload).encode("utf-8")).decode("ascii")
            block = f'<script type="text/plain" id="{self.data_id}">{data}</script>'
            figure.html.add_child(RawElement(block, f"geomap_data_{self._id}"))
        super().render(**kwargs)  # type: ignore[no-untyped-call]


# -----------------------------------------------------------------------------------------------------------
# The data: what the page's script reads. Keys are short where they repeat; absent means None.


def _payload(
    gdf: Any,
    *,
    title: str,
    labels: Iterable[Label],
    boundaries: Any,
    basemap: bool,
    kosovo_label: str | None,
    notes: Sequence[str],
    view: str,
    view_note: str | None,
) -> dict[str, Any]:
    chosen = load_view(view)
    columns = list(gdf.columns)
    incidents: dict[str, dict[str, Any]] = {}
    areas: dict[bytes, int] = {}
    outlines: list[dict[str, Any]] = []
    for values, geometry in zip(gdf.itertuples(index=False, name=None), gdf.geometry, strict=True):
        row = {name: _clean(value) for name, value in zip(columns, values, strict=True) if name != "geometry"}
        ident = str(row["incident_id"])
        if ident not in incidents:
            incidents[ident] = _incident(row)
        feature = _feature(row, geometry, areas, outlines)
        if feature is not None:
            incidents[ident].setdefault("f", []).append(feature)
    found = list(incidents.values())
    types = load_json("event_types.json")
    icons = json.loads(asset("icons.json"))
    used = sorted({incident["t"] for incident in found})
    payload: dict[str, Any] = {
        "v": 1,
        "title": title,
        "types": {
            name: {
                "label": types["types"].get(name, {}).get("label", name),
                "colour": types["types"].get(name, {}).get("colour", "#525252"),
                "icon": icons["paths"].get(name, icons["unknown"]),
            }
            # The lexicon's order: related types stand together in the legend.
            for name in [
                *(t for t in types["types"] if t in used),
                *(t for t in used if t not in types["types"]),
            ]
        },
        "certainties": [c for c in CERTAINTIES if any(i["c"] == c for i in found)],
        "incidents": found,
        "outlines": outlines,
        "labels": _labels(found, labels),
        "kosovo": chosen.label("kosovo", kosovo_label=kosovo_label),
        "view": view,
        "viewNote": chosen.statement if view_note is None else view_note,
        "notes": list(notes),
        "kinds": _kinds(),
    }
    if basemap:
        payload |= base_parts(boundaries, _extent(found), view=view, kosovo_label=kosovo_label)
    return payload


def _kinds() -> list[list[Any]]:
    """What a reader may add to the map, by GeoNames class: [class, words for it, [[type as ``geomap gazetteer add
    --type`` takes it, feature code, radius in kilometres], ...]]."""
    lexicon = load_json("place_kinds.json")
    classes: dict[str, list[list[Any]]] = {}
    for kind in lexicon["kinds"]:
        classes.setdefault(kind["class"], []).append([kind["words"][0], kind["code"], kind["radius_km"]])
    return [[letter, lexicon["classes"][letter], kinds] for letter, kinds in classes.items()]


def _clean(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


_INCIDENT_KEYS = {
    "gp": "geo_precision",
    "wp": "where_prec",
    "ds": "date_start",
    "de": "date_end",
    "pod": "part_of_day",
    "te": "time_expression",
    "tp": "time_precision",
    "dr": "date_reason",
    "dead": "deaths",
    "hurt": "injured",
    "crowd": "crowd_size",
    "w": "trigger",
    "s": "score",
    "q": "quote",
    "acled": "acled_sub_event",
    "plover": "plover",
    "src": "attribution_source",
}


def _incident(row: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": str(row["incident_id"]),
        "t": str(row["type"]),
        "c": str(row["certainty"]),
        "l": str(row["attribution_level"]),
    }
    for short, name in _INCIDENT_KEYS.items():
        if row.get(name) is not None:
            out[short] = row[name]
    for key in ("ds", "de"):
        # The page counts days from these: a malformed one from a user's own frame is shown as no date.
        if key in out and not _DAY.fullmatch(str(out[key])):
            del out[key]
    if isinstance(out.get("s"), (int, float)):
        out["s"] = round(float(out["s"]), 3)
    out["p"] = [_place(place) for place in row.get("places") or ()]
    actors = [{"x": str(actor["text"]), "r": str(actor["role"])} for actor in row.get("actors") or ()]
    if actors:
        out["a"] = actors
    spans = _spans(row)
    if spans:
        out["h"] = spans
    sources = [
        {k: source[k] for k in ("doc_id", "title", "source", "url", "published", "quote") if source.get(k)}
        for source in row.get("sources") or ()
    ]
    for source in sources:
        if source.get("quote") == out.get("q"):
            del source["quote"]
    if sources:
        out["o"] = sources
    return out


_PLACE_KEYS = {
    "x": "text",
    "n": "name",
    "r": "role",
    "id": "place_id",
    "cc": "country_code",
    "a1": "admin1",
    "fc": "feature_code",
    "dir": "direction",
    "km": "distance_km",
    "rad": "radius_km",
    "rule": "rule",
    "s": "score",
    "why": "reasons",
    "alt": "alternatives",
}


def _place(place: Mapping[str, Any]) -> dict[str, Any]:
    out = {short: place[name] for short, name in _PLACE_KEYS.items() if place.get(name) not in (None, "", [], ())}
    if place.get("is_area"):
        out["area"] = 1
    if place.get("lat") is not None and place.get("lon") is not None:
        out["ll"] = [round(float(place["lat"]), 5), round(float(place["lon"]), 5)]
    return out


def _spans(row: Mapping[str, Any]) -> list[list[Any]]:
    """Where in the quote its places, actors, time and trigger stand: [start, end, kind] in UTF-16 units,
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
    spans: list[list[Any]] = []
    end = 0
    for first, last, kind in sorted(set(found)):
        if first >= end:
            spans.append([_utf16(quote[:first]), _utf16(quote[:last]), kind])
            end = last
    return spans


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _feature(
    row: Mapping[str, Any], geometry: Any, areas: dict[bytes, int], outlines: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """How one row is drawn: ``k`` kind, ``i`` its places, ``ll`` a point or line of [lat, lon], ``o`` an
    outline's number, ``r`` a radius in kilometres, ``b`` the basis. None where there is nothing to draw."""
    kind = str(row["geometry_kind"])
    feature: dict[str, Any] = {
        "k": kind,
        "b": row.get("geometry_basis") or "",
        "i": row.get("place_index") or [],
    }
    if row.get("radius_km") is not None:
        feature["r"] = round(float(row["radius_km"]), 2)
    if geometry is not None and not geometry.is_empty:
        if not all(math.isfinite(number) for number in geometry.bounds):
            raise OutputError(f"incident {row['incident_id']}: its geometry has coordinates that are not finite")
        if geometry.geom_type == "Point":
            feature["ll"] = _lat_lon(geometry.x, geometry.y)
            return feature
        if geometry.geom_type == "LineString":
            feature["ll"] = [_lat_lon(x, y) for x, y, *_ in geometry.coords]
            return feature
        if geometry.geom_type in ("Polygon", "MultiPolygon"):
            key = geometry.wkb
            if key not in areas:
                areas[key] = len(outlines)
                outlines.append(_outline(geometry))
            feature["o"] = areas[key]
            return feature
        raise OutputError(
            f"incident {row['incident_id']}: a {geometry.geom_type} cannot be drawn; give points, lines or polygons"
        )
    lat, lon = row.get("lat"), row.get("lon")
    if kind == "area" and lat is not None and lon is not None and feature.get("r"):
        feature["ll"] = _lat_lon(float(lon), float(lat))
        return feature
    return None


def _lat_lon(lon: float, lat: float) -> list[float]:
    # Five decimals are one metre.
    return [round(lat, 5), round(lon, 5)]


def _outline(geometry: Any) -> dict[str, Any]:
    west, south, east, north = geometry.bounds
    # A two-thousandth of its size is below a pixel when the area fills a screen.
    simple = geometry.simplify(max(east - west, north - south) / 2000, preserve_topology=True)
    rings = [
        [(x, y) for x, y, *_ in ring.coords]
        for part in getattr(simple, "geoms", [simple])
        for ring in (part.exterior, *part.interiors)
    ]
    inside = geometry.representative_point()
    return {
        **encode_arcs(rings, decimals=3),
        "at": _lat_lon(inside.x, inside.y),
        # An area's sign is a caption, not a spot: the page may put it wherever inside it covers least.
        "spots": [
            _lat_lon(x, y)
            for x, y in (
                (west + (east - west) * column / 9, south + (north - south) * row / 9)
                for row in range(1, 9)
                for column in range(1, 9)
            )
            if shapely.contains_xy(geometry, x, y)
        ],
    }


# Two gazetteer entries this close (about a kilometre) are one place under two names.
_SAME_PLACE = 0.012


def _labels(incidents: Iterable[Mapping[str, Any]], labels: Iterable[Label]) -> list[list[Any]]:
    """The names to letter: the incidents' own places first, then ``labels``, each place once."""
    wanted: list[list[Any]] = []
    for incident in incidents:
        wanted += [
            [str(place["n"]), round(place["ll"][0], 4), round(place["ll"][1], 4), 3]
            for place in incident["p"]
            if "ll" in place and "n" in place and not place.get("area")
        ]
    wanted += [label for label in map(_label, labels) if label is not None]
    cells: dict[tuple[int, int], list[list[Any]]] = {}
    kept: list[list[Any]] = []
    for label in wanted:
        row, column = math.floor(label[1] / _SAME_PLACE), math.floor(label[2] / _SAME_PLACE)
        near = [
            other
            for y in (row - 1, row, row + 1)
            for x in (column - 1, column, column + 1)
            for other in cells.get((y, x), ())
        ]
        near = [o for o in near if max(abs(o[1] - label[1]), abs(o[2] - label[2])) < _SAME_PLACE]
        if near:
            near[0][3] = min(near[0][3], label[3])
            continue
        cells.setdefault((row, column), []).append(label)
        kept.append(label)
    # Large places claim their space first.
    return sorted(kept, key=lambda label: label[3])


def _label(label: Label) -> list[Any] | None:
    if isinstance(label, Place):
        if label.is_area:
            return None
        people = label.population or 0
        limits = ((1_000_000, 1), (100_000, 2), (20_000, 3), (2_000, 4))
        rank = 1 if label.feature_code == "PPLC" else next((r for least, r in limits if people >= least), 5)
        name, lat, lon = label.name, label.lat, label.lon
    else:
        name, lat, lon, rank = label
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return None
    return [str(name), round(lat, 4), round(lon, 4), int(rank)]


def _extent(incidents: Sequence[Mapping[str, Any]]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the points and lines: of those shown at first, else of all."""
    for wanted in (True, False):
        points: list[Sequence[float]] = []
        for incident in incidents:
            if wanted and incident["c"] == "historical":
                continue
            for feature in incident.get("f", ()):
                if "ll" not in feature:
                    continue
                place = feature["ll"]
                if isinstance(place[0], list):
                    points += place
                else:
                    reach = min(feature.get("r", 0.0), 300.0) / _KM_A_DEGREE
                    points += [[place[0] - reach, place[1] - reach], [place[0] + reach, place[1] + reach]]
        if points:
            lats = [lat for lat, _ in points]
            lons = [lon for _, lon in points]
            return (min(lons), min(lats), max(lons), max(lats))
    return None
