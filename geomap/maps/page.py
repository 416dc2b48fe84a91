"""The page: a folium.Map that renders as one self-contained file which asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import folium
from branca.element import Figure
from folium.template import Template

from geomap.maps.layer import IncidentLayer, Label, image, script, style, vendor
from geomap.maps.payload import data_block
from geomap.maps.tiles import Tiles
from geomap.outputs import write_text
from geomap.views import DEFAULT_VIEW

__all__ = ["IncidentMap", "PageFigure", "build_map", "save_map"]

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


class PageFigure(Figure):
    """A figure that renders as a whole page with everything inlined and a Content-Security-Policy that lets
    only the page's own scripts and styles run.

    The page is put together here, after folium has rendered its part; title and data are never seen by a
    template. Whatever a user adds that loads from the network (tiles, plugins) is blocked by the policy
    unless its origin is in ``allow``, or, for pictures only, in ``images``.
    """

    carries_assets = True

    def __init__(self, *, title: str, allow: Sequence[str] = (), images: Sequence[str] = (), lang: str = "en") -> None:
        super().__init__(height="640px")
        self._id = "page"
        self.lang = lang
        self.page_title = title
        self.allow = tuple(allow)
        self.images = tuple(images)
        # Ours comes first in the head, where browsers look for it.
        self.header._children.pop("meta_http", None)

    def render(self, **kwargs: Any) -> str:
        """The finished page."""
        for child in self._children.values():
            child.render(**kwargs)
        head = self.header.render(**kwargs)
        body = self.html.render(**kwargs)
        drawn = self.script.render(**kwargs).strip()
        # Only whole-page code of folium's and the user's own additions: it can't close its own element.
        drawn = re.sub(r"</(?=script)", r"<\\/", drawn, flags=re.IGNORECASE)
        sheet = "".join(
            (
                vendor("leaflet", "leaflet.css"),
                style(),
                "html,body{height:100%;margin:0}\n",
            )
        )
        scripts = [
            vendor("leaflet", "leaflet.js"),
            _default_icon(),
            script(),
            drawn,
        ]
        styles = [sheet, *_STYLE.findall(head), *_STYLE.findall(body)]
        inline = [*scripts, *_SCRIPT.findall(head), *_SCRIPT.findall(body)]
        hosts = "".join(f" {origin}" for origin in self.allow)
        policy = "; ".join(
            (
                "default-src 'none'",
                f"script-src {' '.join(map(_hash, inline))}{hosts}",
                f"style-src {' '.join(map(_hash, styles))}{hosts}",
                f"img-src data:{hosts}" + "".join(f" {origin}" for origin in self.images),
                *((f"font-src{hosts}",) if hosts else ()),
                "base-uri 'none'",
                "form-action 'none'",
            )
        )
        data = "".join(
            f'<script type="application/json" id="{layer.data_id}">{data_block(layer.payload)}</script>\n'
            for layer in _layers(self)
        )
        return "".join(
            (
                "<!DOCTYPE html>\n",
                f'<html lang="{self.lang}">\n<head>\n<meta charset="utf-8">\n',
                f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">\n',
                '<meta name="generator" content="geomap">\n',
                '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
                '<meta name="referrer" content="no-referrer">\n',
                '<meta name="color-scheme" content="light dark">\n',
                f"<title>{html.escape(_one_line(self.page_title))}</title>\n",
                '<link rel="icon" href="data:,">\n',
                f"<style>{sheet}</style>\n",
                head.strip(),
                "\n</head>\n<body>\n",
                body.strip(),
                "\n<noscript><p>This map is drawn by a script inside this file; switch JavaScript on "
                "to see it. Nothing is loaded from the network.</p></noscript>\n",
                data,
                *(f"<script>{code}</script>\n" for code in scripts),
                "</body>\n</html>\n",
            )
        )


def _one_line(title: str) -> str:
    # A title bar shows no more; surrogates can't be written as UTF-8.
    return re.sub(r"[\x00-\x1f\ud800-\udfff]+", " ", title)[:300].strip()


def _default_icon() -> str:
    """Leaflet looks for its marker's images beside its style sheet; here they are in the page."""
    options = {
        "iconUrl": image("marker-icon.png"),
        "iconRetinaUrl": image("marker-icon-2x.png"),
        "shadowUrl": image("marker-shadow.png"),
    }
    return f"L.Icon.Default.imagePath='';L.Icon.Default.mergeOptions({json.dumps(options)});"


def _layers(element: Any) -> list[IncidentLayer]:
    found: list[IncidentLayer] = []
    for child in element._children.values():
        if isinstance(child, IncidentLayer):
            found.append(child)
        found += _layers(child)
    return found


class IncidentMap(folium.Map):
    """A ``folium.Map`` without tiles and without folium's links to other hosts. Add to it what you like;
    ``save``, ``get_root().render()`` and the notebook's view all give the same self-contained page."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  # folium's own class attributes
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>#{{ this.get_name() }}{position:{{this.position}};
                width:{{this.width[0]}}{{this.width[1]}};height:{{this.height[0]}}{{this.height[1]}};
                left:{{this.left[0]}}{{this.left[1]}};top:{{this.top[0]}}{{this.top[1]}};}</style>
        {% endmacro %}

        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}

        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }},
                ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(
        self,
        *,
        title: str,
        allow: Sequence[str] = (),
        images: Sequence[str] = (),
        lang: str = "en",
        **options: Any,
    ) -> None:
        super().__init__(tiles=None, **options)
        self._id = "geomap"
        PageFigure(title=title, allow=allow, images=images, lang=lang).add_child(self)

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the page to ``outfile``, a path (whole or not at all) or an open binary file."""
        if isinstance(outfile, (str, Path)):
            save_map(self, Path(outfile))
        else:
            super().save(outfile, close_file=close_file, **kwargs)


def build_map(
    gdf: Any,
    *,
    title: str = "Incidents",
    labels: Iterable[Label] = (),
    boundaries: Any = None,
    kosovo_label: str | None = None,
    notes: Sequence[str] = (),
    allow: Sequence[str] = (),
    view: str = DEFAULT_VIEW,
    view_note: str | None = None,
    lang: str = "en",
    embed: bool = False,
    tiles: Tiles | None = None,
    areas: Mapping[str, Any] | None = None,
) -> IncidentMap:
    """A map of the incidents in ``gdf`` (from :func:`geomap.frames.incidents_to_gdf`), ready to add to or
    to save.

    ``labels``: place names to letter, gazetteer entries or (name, lat, lon, rank). ``boundaries``: country
    polygons around the incidents for detailed land and borders, from
    :func:`geomap.boundaries.load_boundaries_for`; without them the coarse world is drawn. ``kosovo_label``:
    how Kosovo is labelled, by default as the view has it. ``notes``: further paragraphs of the method note.
    ``allow``: origins, such as
    ``https://tile.example.org``, that something you add to the map may load from; by default there is none,
    and the page asks the network for nothing. ``tiles``: pictures under the incidents, from
    :func:`geomap.maps.tiles.online_tiles` or :func:`geomap.maps.tiles.packed_tiles`; the first adds its one host for
    pictures. ``areas``: counts by country and region, from :func:`geomap.maps.areas.areas_payload`.
    ``view``: the boundary view to draw, one of
    :data:`geomap.views.VIEWS` and the one that ``boundaries`` were loaded for; ``view_note``: what the method note
    says of it, by default the view's own statement. ``lang``: the language of the map's own words, one of
    :data:`geomap.maps.layer.LANGUAGES`. ``embed``: for a frame in another page, with the panels folded into one sheet
    and without adding of places. Raises :class:`~geomap.errors.UsageError` for an unknown view or language
    and :class:`~geomap.errors.OutputError` for what cannot be drawn. The same arguments give the same bytes.
    """
    images = (tiles.origin,) if tiles is not None and tiles.origin else ()
    drawn = IncidentMap(
        title=title,
        allow=allow,
        images=images,
        lang=lang,
        location=[20.0, 10.0],
        zoom_start=2,
        zoom_control=False,
    )
    IncidentLayer(
        gdf,
        title=title,
        labels=labels,
        boundaries=boundaries,
        kosovo_label=kosovo_label,
        notes=notes,
        view=view,
        view_note=view_note,
        lang=lang,
        embed=embed,
        tiles=None if tiles is None else tiles.payload,
        areas=areas,
    ).add_to(drawn)
    return drawn


def save_map(m: folium.Map, path: Path) -> Path:
    """Write ``m`` to ``path`` as one HTML file, whole or not at all, and return the path.

    Raises :class:`~geomap.errors.OutputError`; a previous file then stays as it was.
    """
    return write_text(Path(path), m.get_root().render())
