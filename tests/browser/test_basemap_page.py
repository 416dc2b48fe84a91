"""The map under the incidents, from the world to a village: drawn without a network, light and dark."""

from __future__ import annotations

import base64
import html
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from map_samples import incident, place, sample_incidents
from visiting import save_page, settle, shoot

from geomap.drawing import Drawing
from geomap.maps.picture import save_picture
from geomap.pipeline import RunSummary, write_map

MARCH = "About 300 people marched in Kosovska Mitrovica, an organiser said."
SPOTS = {
    "world": [(6.5, 3.4, "NG"), (35.7, 139.7, "JP"), (-12.0, -77.0, "PE"), (-33.9, 151.2, "AU")],
    "lakes": [(41.88, -87.63, "US"), (42.33, -83.05, "US")],
    "village": [(42.9667, 20.7833, "XK")],
    "antimeridian": [(-18.14, 178.44, "FJ"), (-13.83, -171.77, "WS")],
    "pole": [(78.22, 15.65, "SJ"), (69.65, 18.96, "NO")],
}


def page_of(folder: Path, spots: list[tuple[float, float, str]], **options: Any) -> Path:
    incidents = [
        incident(n, "protest", MARCH, [replace(place("Banjska"), lat=lat, lon=lon, country_code=code)])
        for n, (lat, lon, code) in enumerate(spots)
    ]
    return save_page(folder, incidents, **options)


def colours(visited: Any, pane: str) -> int:
    """How many colours the canvas of a pane has, counted coarsely."""
    return visited.page.evaluate(
        "(pane) => { const c = document.querySelector('.leaflet-' + pane + '-pane canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, seen = new Set();"
        " for (let i = 0; i < d.length; i += 4)"
        " if (d[i + 3]) seen.add((d[i] >> 3) + '/' + (d[i + 1] >> 3) + '/' + (d[i + 2] >> 3));"
        " return seen.size; }",
        pane,
    )


@pytest.mark.parametrize("name", sorted(SPOTS))
def test_there_is_land_to_see_from_the_world_to_a_village(name: str, visit: Any, tmp_path: Path) -> None:
    page = page_of(tmp_path, SPOTS[name], title=name)
    for scheme in ("light", "dark"):
        visited = visit(page, color_scheme=scheme)
        settle(visited.page, 300)
        assert colours(visited, "gmBase") >= (2 if name == "village" else 3)
        shoot(visited.page, tmp_path, f"basemap-{name}-{scheme}")


def test_close_up_arrows_say_where_the_next_towns_are(visit: Any, tmp_path: Path) -> None:
    labels = [("Northtown", 43.2, 20.78, 3), ("Easton", 42.97, 21.2, 3)]
    bare = visit(page_of(tmp_path, SPOTS["village"]))
    settle(bare.page, 300)
    few = colours(bare, "gmLetters")
    lettered = visit(page_of(tmp_path, SPOTS["village"], labels=labels))
    settle(lettered.page, 300)
    assert colours(lettered, "gmLetters") >= few
    shoot(lettered.page, tmp_path, "basemap-arrows")


def test_tiles_of_a_file_are_shown_and_credited_as_text(visit: Any, tmp_path: Path) -> None:
    from test_tiles import WORLD, archive

    packed = archive(tmp_path / "tiles.pmtiles", WORLD, metadata={"attribution": "x"})
    page = write_map(
        sample_incidents(),
        tmp_path / "map.html",
        drawing=Drawing(basemap=packed, tiles_attribution="<img src=x onerror=alert(1)> & co"),
    )
    visited = visit(page)
    visited.page.wait_for_selector(".leaflet-tile-loaded", state="attached")
    assert "<img src=x onerror=alert(1)> & co" in visited.page.locator(".leaflet-control-attribution").inner_text()
    assert visited.page.locator(".leaflet-control-attribution img").count() == 0


def test_a_notebooks_frame_shows_the_map(visit: Any, browser: Any, sample: Path, tmp_path: Path) -> None:
    shown = RunSummary(articles=1, incidents=1, located=1, unlocated=0, output=sample)._repr_html_()
    assert shown is not None
    assert html.escape(sample.read_text(encoding="utf-8")) in shown
    assert RunSummary(articles=0, incidents=0, located=0, unlocated=0)._repr_html_() is None
    outside = tmp_path / "notebook.html"
    outside.write_text(f"<!DOCTYPE html><meta charset=utf-8><title>n</title>{shown}", encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 800})
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(outside.as_uri())
    tab.frame_locator("iframe").locator(".gm-ready").wait_for(timeout=15_000)
    assert complaints == []
    context.close()


def test_the_command_lines_picture_is_the_drawn_page(sample: Path, tmp_path: Path) -> None:
    target = save_picture(sample, tmp_path / "map.png", width=1000, height=700)
    # An empty page packs to a few kilobytes.
    assert target.stat().st_size > 60_000
    assert base64.b64encode(target.read_bytes()[:8]) == b"iVBORw0KGgo="
