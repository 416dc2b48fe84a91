"""Counts by region and country on the page: they follow the filters and say what they leave out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from map_samples import incident, place
from shapely.geometry import Point, Polygon, shape
from visiting import settle, shoot

from geomap.pipeline import write_map

MARCH = "About 300 people marched in Kosovska Mitrovica, an organiser said."
TALKS = "In 1999 a peace-keeping force was set up in Kosovo."


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    towns = ["Kosovska Mitrovica"] * 4 + ["Rudare", "Pristina", "Pristina"]
    incidents = [
        incident(n, "protest" if n % 2 else "riot", MARCH, [place(town)], date_start="2024-05-14", date_end=None)
        for n, town in enumerate(towns)
    ]
    incidents.append(incident(90, "protest", TALKS, [place("Kosovo")], geo_precision=None))
    return write_map(incidents, tmp_path_factory.mktemp("areas") / "map.html", title="Areas")


def legend(visited: Any) -> str:
    return visited.page.locator(".gm-areas").inner_text()


def table(visited: Any) -> dict[str, int]:
    details = visited.page.locator(".gm-areas-rows")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
        # The browser tells of an opened <details> a moment later, and the table is made then.
        details.locator("table").wait_for()
    rows = details.locator("tbody tr:not(.gm-areas-types)")
    found = {}
    for n in range(rows.count()):
        cells = rows.nth(n)
        found[cells.locator("th").inner_text().strip()] = int(cells.locator("td").first.inner_text())
    return found


def test_regions_are_counted_and_a_country_is_not_spread_over_them(page: Path, visit: Any, tmp_path: Path) -> None:
    visited = visit(page)
    assert visited.page.locator(".gm-areas-rows").is_hidden()
    visited.page.get_by_label("Regions", exact=True).check()
    assert table(visited) == {"Mitrovica": 5, "Pristina": 2}
    assert re.search(r"1 shown are? in no region", legend(visited))
    shoot(visited.page, tmp_path, "areas-regions")
    visited.page.get_by_label("Countries", exact=True).check()
    assert table(visited) == {"Kosovo*": 8}
    assert "in no country" not in legend(visited)


def test_counts_follow_the_filters(page: Path, visit: Any) -> None:
    visited = visit(page)
    visited.page.get_by_label("Regions", exact=True).check()
    visited.page.get_by_role("searchbox").first.fill("nothing has these words")
    settle(visited.page, 600)
    assert table(visited) == {}
    assert "No incident shown" in legend(visited)
    visited.page.get_by_role("searchbox").first.fill("")
    settle(visited.page, 600)
    assert table(visited) == {"Mitrovica": 5, "Pristina": 2}


def test_the_address_keeps_the_layer_and_the_keyboard_reaches_it(page: Path, visit: Any) -> None:
    visited = visit(page)
    off = visited.page.locator(".gm-areas input[type=radio]").first
    off.focus()
    visited.page.keyboard.press("ArrowRight")
    density = visited.page.locator(".gm-areas input[type=checkbox]")
    density.focus()
    visited.page.keyboard.press("Space")
    settle(visited.page, 400)
    assert "areas=admin1-km2" in visited.page.url
    again = visit(visited.page.url)
    assert again.page.locator(".gm-areas input[type=checkbox]").is_checked()
    assert again.page.get_by_label("Regions", exact=True).is_checked()
    assert "km²" in legend(again)


def test_the_areas_are_painted_under_the_signs_in_light_and_dark(page: Path, visit: Any, tmp_path: Path) -> None:
    for scheme in ("light", "dark"):
        visited = visit(page, color_scheme=scheme)
        before = visited.page.locator("canvas").count()
        visited.page.get_by_label("Regions", exact=True).check()
        settle(visited.page, 300)
        assert visited.page.locator("canvas").count() == before + 1
        painted = visited.page.evaluate(
            "() => { const c = document.querySelector('.leaflet-gmAreas-pane canvas');"
            " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
            " let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; }"
        )
        assert painted > 5_000
        shoot(visited.page, tmp_path, f"areas-{scheme}")


KML = "{http://www.opengis.net/kml/2.2}"


def saved(visited: Any, words: str, folder: Path) -> str:
    with visited.page.expect_download() as waiting:
        visited.page.locator(".gm-export button", has_text=words).click()
    waiting.value.save_as(folder / "saved")
    return (folder / "saved").read_text(encoding="utf-8")


def test_outlines_are_saved_as_polygons_with_their_holes(visit: Any, tmp_path: Path) -> None:
    # A country with another inside it, and islands.
    south = replace(
        place("Serbia"), name="South Africa", country_code="ZA", lat=-29.0, lon=24.0, place_id="t:south", admin1=None
    )
    made = [incident(1, "protest", TALKS, [south], geo_precision=None)]
    visited = visit(write_map(made, tmp_path / "map.html", title="Outlines"))
    (feature,) = json.loads(saved(visited, "GeoJSON", tmp_path))["features"]
    country = shape(feature["geometry"])
    assert country.geom_type == "MultiPolygon"
    assert country.is_valid
    assert country.contains(Point(24, -31))
    assert not country.contains(Point(28.3, -29.5))  # Lesotho
    largest = max(country.geoms, key=lambda part: part.area)
    assert len(largest.interiors) == 1
    assert largest.exterior.is_ccw
    assert not largest.interiors[0].is_ccw
    file = ElementTree.fromstring(saved(visited, "KML", tmp_path))
    parts = file.findall(f".//{KML}MultiGeometry/{KML}Polygon")
    assert len(parts) == len(country.geoms)
    assert len(file.findall(f".//{KML}innerBoundaryIs")) == 1
    ring = parts[0].find(f"{KML}outerBoundaryIs/{KML}LinearRing/{KML}coordinates")
    assert ring is not None
    points = [tuple(map(float, pair.split(","))) for pair in str(ring.text).split()]
    assert points[0] == points[-1]
    assert Polygon(points).is_valid
