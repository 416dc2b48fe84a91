"""The page's newer controls: facets with many values, the score, play, table, theme, files, paper and the address."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from map_samples import incident, place, sample_incidents
from visiting import save_page, settle, shoot

pytestmark = pytest.mark.browser

KML = "{http://www.opengis.net/kml/2.2}"


def saved(page: Any, words: str, folder: Path) -> bytes:
    with page.expect_download() as waiting:
        page.locator(".gm-export button", has_text=words).click()
    target = folder / waiting.value.suggested_filename
    waiting.value.save_as(target)
    return target.read_bytes()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample told by twelve sources in turn, with a formula for one's name."""
    made = []
    for number, one in enumerate(sample_incidents()):
        paper = "=HYPERLINK(1)" if number == 1 else f"Paper {number % 12}"
        made.append(
            replace(one, sources=tuple(replace(told, source=paper) for told in one.sources), score=0.3 + number * 0.05)
        )
    return save_page(tmp_path_factory.mktemp("many"), made, title="Many papers")


def test_a_facet_of_many_values_opens_and_is_searched(visit: Any, many: Path) -> None:
    seen = visit(many)
    page = seen.page
    facet = page.get_by_role("group", name="Source", exact=True)
    assert facet.locator("input[type=checkbox]").count() == 6
    facet.locator(".gm-more").click()
    assert facet.locator("input[type=checkbox]").count() == 13
    facet.locator(".gm-find").fill("paper 7")
    assert facet.locator("input[type=checkbox]").count() == 1
    facet.locator("input[type=checkbox]").uncheck()
    assert seen.count() == 12
    again = visit(page.url)
    assert again.count() == 12


def test_the_score_filters_and_stays_in_the_address(visit: Any, many: Path) -> None:
    seen = visit(many)
    slide = seen.page.get_by_role("slider", name="Confidence")
    slide.focus()
    for _ in range(12):
        seen.page.keyboard.press("ArrowRight")
    assert slide.get_attribute("aria-valuetext") == "At least 60 %"
    left = seen.count()
    assert 0 < left < 13
    settle(seen.page, 400)
    assert "score=60" in seen.page.url
    assert visit(seen.page.url).count() == left


def test_play_grows_through_time_and_stops_at_the_end(visit: Any, sample: Path) -> None:
    seen = visit(sample)
    play = seen.page.locator(".gm-play")
    play.focus()
    seen.page.keyboard.press("Enter")
    assert play.get_attribute("aria-pressed") == "true"
    first = seen.count()
    assert first < 13
    seen.page.locator('.gm-play[aria-pressed="false"]').wait_for(timeout=15_000)
    assert seen.count() == 13


def test_dragging_across_the_bars_chooses_days(visit: Any, sample: Path) -> None:
    seen = visit(sample)
    box = seen.page.locator(".gm-hist").bounding_box()
    seen.page.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + 20)
    seen.page.mouse.down()
    seen.page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 20, steps=4)
    seen.page.mouse.up()
    assert seen.page.locator(".gm-range").first.inner_text() == "13 May 2024 – 14 May 2024"
    assert 0 < seen.count() < 13
    seen.page.locator(".gm-time .gm-mini").click()
    assert seen.count() == 13


def test_the_whole_state_is_restored_from_the_address(visit: Any, sample: Path) -> None:
    state = "#t=protest&c=planned,historical&from=2024-05-10&to=2024-05-15&undated=0&table=1&theme=dark"
    seen = visit(sample.as_uri() + state + "&at=42.9000,20.8500,11&id=sample-2")
    page = seen.page
    assert not page.locator('input[data-value="protest"]').is_checked()
    assert not page.locator('input[data-value="planned"]').is_checked()
    # What is planned for the 16th is off: the bars end on the 14th.
    assert page.locator(".gm-range").first.inner_text() == "10 May 2024 – 14 May 2024"
    assert page.locator(".gm-table-open").count() == 1
    assert page.locator('.gm[data-theme="dark"]').count() == 1
    assert "Banjska" in page.locator(".gm-detail").inner_text()
    page.locator('input[data-value="near"]').uncheck()
    settle(page, 400)
    for part in (*state[1:].split("&"), "k=near", "at=42.9000,20.8500,11", "id=sample-2"):
        assert part in page.url, part


def test_an_incident_that_is_not_here_or_is_hidden_is_told(visit: Any, sample: Path) -> None:
    assert "not in this map" in visit(sample.as_uri() + "#id=nobody").page.locator(".gm-tell").inner_text()
    page = visit(sample.as_uri() + "#id=sample-12").page
    page.locator(".gm-tell button").click()
    assert "1999" in page.locator(".gm-detail").inner_text()


def test_the_files_hold_what_is_shown_and_no_formula(visit: Any, many: Path, tmp_path: Path) -> None:
    seen = visit(many)
    page = seen.page
    page.locator('input[data-value="protest"]').uncheck()
    shown = seen.count()
    collection = json.loads(saved(page, "GeoJSON", tmp_path))
    idents = {feature["properties"]["incident_id"] for feature in collection["features"]}
    assert len(idents) == shown and "sample-7" not in idents
    kinds = {f["properties"]["geometry_kind"]: f["geometry"] for f in collection["features"]}
    assert kinds["none"] is None
    assert kinds["pin"]["type"] == "Point" and kinds["route"]["type"] == "LineString"
    rows = list(csv.DictReader(io.StringIO(saved(page, "CSV", tmp_path).decode("utf-8-sig"), newline="")))
    assert {row["incident_id"] for row in rows} == idents
    formula = next(row for row in rows if row["incident_id"] == "sample-2")
    assert formula["source"] == "'=HYPERLINK(1)"
    assert (formula["lat"], formula["lon"]) == ("42.9667", "20.7833")
    assert not any(cell[:1] in "=+@" for row in rows for cell in row.values() if cell)
    marks = list(ET.fromstring(saved(page, "KML", tmp_path)).iter(f"{KML}Placemark"))
    assert len(marks) == shown
    assert all(mark.find(f"{KML}name").text for mark in marks)


def test_paper_has_the_map_its_legend_and_numbered_incidents(visit: Any, sample: Path, tmp_path: Path) -> None:
    page = visit(sample).page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert not page.locator(".gm-left").is_visible()
    assert page.locator(".gm-paper-list > li").count() == 13
    assert page.locator(".gm-paper-legend .gm-row").count() > 10
    number = page.locator('.gm-mark[data-incident="sample-2"]').get_attribute("data-no")
    assert "Banjska" in page.locator(".gm-paper-list > li").nth(int(str(number)) - 1).inner_text()
    shoot(page, tmp_path, "printed")
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".gm-paper-list").count() == 0


def test_an_embedded_map_is_folded_and_adds_no_places(visit: Any, tmp_path: Path) -> None:
    page = visit(save_page(tmp_path, sample_incidents(), embed=True), width=800, height=500).page
    assert page.locator(".gm-tool-add").count() == 0
    assert not page.locator(".gm-right").is_visible()
    page.locator(".gm-tab", has_text="Incidents").click()
    page.locator('.gm-item[data-incident="sample-2"]').click()
    assert page.locator(".gm-detail .gm-quote").first.is_visible()
    assert page.locator(".gm-place-it").count() == 0


@pytest.mark.parametrize(("language", "words", "way"), [("fr", "Légende", "ltr"), ("ar", "المفتاح", "rtl")])
def test_the_interface_speaks(visit: Any, tmp_path: Path, language: str, words: str, way: str) -> None:
    page = visit(save_page(tmp_path, sample_incidents(), lang=language)).page
    assert words in str(page.locator(".gm-left").get_attribute("aria-label"))
    assert page.locator(".gm-left").get_attribute("dir") == way
    page.locator(".gm-item").first.click()
    assert page.locator(".gm-detail .gm-quote").first.get_attribute("dir") == "auto"


def test_marks_on_both_sides_of_the_date_line_are_shown_side_by_side(visit: Any, tmp_path: Path) -> None:
    quote = "About 300 people marched in Kosovska Mitrovica, an organiser said."
    made = [
        incident(n, "protest", quote, [place("Kosovska Mitrovica", lat=lat, lon=lon)])
        for n, (lat, lon) in enumerate([(-16.8, 179.9), (-17.5, -179.5), (-18.1, 178.4)])
    ]
    page = visit(save_page(tmp_path, made)).page
    boxes = [node.bounding_box() for node in page.locator(".gm-mark").all()]
    assert len(boxes) == 3
    assert all(300 < box["x"] < 1040 for box in boxes)


def test_a_large_page_is_packed_and_still_holds_every_quote(visit: Any, tmp_path: Path) -> None:
    from map_samples import read_back

    one = sample_incidents()[1]
    made = [replace(one, incident_id=f"m{n}", quote=f"{one.quote} {n * 7919:x} {n}") for n in range(3000)]
    path = save_page(tmp_path, made)
    block = path.read_text("utf-8").split('type="application/json" id="geomap-data-incidents">')[1].split("<")[0]
    assert not block.startswith("{")
    assert [row["q"] for row in read_back(block)["incidents"]] == [row.quote for row in made]
    seen = visit(path)
    assert seen.count() == 3000
    seen.page.locator(".gm-search").first.fill(f"{2999 * 7919:x} 2999")
    seen.page.locator(".gm-item").nth(1).wait_for(state="detached")
    assert seen.count() == 1
