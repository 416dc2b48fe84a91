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

from branca.element import Element, Figure, MacroElement
from folium.template import Template

from geomap.errors import UsageError
from geomap.lexicons import load_json
from geomap.maps.basemap import base_parts
from geomap.maps.payload import Tables, data_block
from geomap.records import Place
from geomap.views import DEFAULT_VIEW, load_view

__all__ = ["LANGUAGES", "IncidentLayer", "Label", "RawElement", "asset", "interface_words", "script", "style", "vendor"]

LANGUAGES: tuple[str, ...] = ("en", "sr", "sq", "uk", "fr", "es", "ar")
"""The languages of the map's own words (``assets/words/``): what articles and gazetteers say stays as it is."""

Label = Place | tuple[str, float, float, int]
"""A place name on the map: a gazetteer entry, or (name, lat, lon, rank). Rank 0 is a region, 1 a capital or
city of a million, 2 of 100,000, 3 a town of 20,000, 4 of 2,000, 5 anything smaller; it says from which zoom
on."""


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


@cache
def interface_words(language: str) -> dict[str, Any]:
    """The map's own words in ``language``, one of :data:`LANGUAGES`; English where that language has none.

    Raises :class:`~geomap.errors.UsageError` for another language.
    """
    if language not in LANGUAGES:
        raise UsageError(f"the map has no words in {language!r}; choose one of {', '.join(LANGUAGES)}")
    english: dict[str, Any] = json.loads(asset("words/en.json"))
    if language == "en":
        return {**english, "lang": language, "methodLang": language}
    own: dict[str, Any] = json.loads(asset(f"words/{language}.json"))
    merged = {
        key: {**value, **own.get(key, {})} if isinstance(value, dict) else own.get(key, value)
        for key, value in english.items()
    }
    return {**merged, "lang": language, "methodLang": language if "method" in own else "en"}


# The parts of the page's script share one function scope, in this order: what a part uses while it is read stands
# before it. cluster.js is a small clustering of our own in place of Leaflet.markercluster, which takes seconds where a
# filter changes thousands of markers.
_PARTS = (
    *("words", "helpers", "rows", "signs", "base", "areas", "geometry", "describe", "store", "filters"),
    *(
        "cluster",
        "shapes",
        "frame",
        "marks",
        "legend",
        "dates",
        "list",
        "detail",
        "adding",
        "correcting",
        "exports",
        "address",
    ),
    "main",
)


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
    ``lang`` is the language of the map's own words, one of :data:`LANGUAGES`. ``embed`` is for a frame in another
    page: the panels are one sheet that is folded at first, and no places can be added.
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
        lang: str = "en",
        embed: bool = False,
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
            language=lang,
            embed=embed,
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
            figure.header.add_child(RawElement(f"<style>{style()}</style>", "geomap_style"))
            figure.header.add_child(RawElement(f"<script>{script()}</script>", "geomap_code"))
            data = data_block(self.payload)
            if data.startswith("{"):
                data = base64.b64encode(data.encode("utf-8")).decode("ascii")
            block = f'<script type="text/plain" id="{self.data_id}">{data}</script>'
            figure.html.add_child(RawElement(block, f"geomap_data_{self._id}"))
        super().render(**kwargs)  # type: ignore[no-untyped-call]


# -----------------------------------------------------------------------------------------------------------
# The data: what the page's script reads.


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
    language: str,
    embed: bool,
) -> dict[str, Any]:
    chosen = load_view(view)
    words = interface_words(language)
    tables = Tables()
    tables.add_all(gdf)
    payload: dict[str, Any] = {
        "v": 2,
        "title": title,
        "words": {key: value for key, value in words.items() if key != "types"},
        "types": _types(tables.types, words["types"]),
        # What an incident's type may be corrected to.
        "allTypes": [] if embed else [[name, one["label"]] for name, one in _types(_EVERY, words["types"]).items()],
        **tables.payload(),
        "labels": _labels(tables.labels(), labels),
        "kosovo": chosen.label("kosovo", kosovo_label=kosovo_label),
        "view": view,
        "viewNote": chosen.statement if view_note is None else view_note,
        "notes": list(notes),
        "embed": embed,
        "kinds": [] if embed else _kinds(),
    }
    if basemap:
        payload |= base_parts(boundaries, tables.extent(), view=view, kosovo_label=kosovo_label)
    return payload


_EVERY = tuple(load_json("event_types.json")["types"])


def _types(used: Sequence[str], words: dict[str, str]) -> dict[str, Any]:
    """What each type is called and looks like, numbered as the column ``t`` has them; ``order`` is the lexicon's,
    so that related types stand together in the legend."""
    known = load_json("event_types.json")["types"]
    icons = json.loads(asset("icons.json"))
    order = list(known)
    return {
        name: {
            "label": words.get(name) or known.get(name, {}).get("label", name),
            "colour": known.get(name, {}).get("colour", "#525252"),
            "icon": icons["paths"].get(name, icons["unknown"]),
            "order": order.index(name) if name in known else len(order),
        }
        for name in used
    }


def _kinds() -> list[list[Any]]:
    """What a reader may add to the map, by GeoNames class: [class, words for it, [[type as ``geomap gazetteer add
    --type`` takes it, feature code, radius in kilometres], ...]]."""
    lexicon = load_json("place_kinds.json")
    classes: dict[str, list[list[Any]]] = {}
    for kind in lexicon["kinds"]:
        classes.setdefault(kind["class"], []).append([kind["words"][0], kind["code"], kind["radius_km"]])
    return [[letter, lexicon["classes"][letter], kinds] for letter, kinds in classes.items()]


# Two gazetteer entries this close (about a kilometre) are one place under two names.
_SAME_PLACE = 0.012


def _labels(own: Iterable[list[Any]], labels: Iterable[Label]) -> list[list[Any]]:
    """The names to letter: the incidents' ``own`` places first, then ``labels``, each place once."""
    wanted: list[list[Any]] = list(own)
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
