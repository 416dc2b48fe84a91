"""The page in a real Chromium, from disk, with the network cut off and every request written down."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from map_samples import sample_incidents
from visiting import save_page, settle, shoot

pytestmark = pytest.mark.browser


def test_it_opens_from_disk_without_network_or_complaint(visit: Any, sample: Path, tmp_path: Path) -> None:
    seen = visit(sample)
    assert seen.count() == 13
    assert seen.page.title() == "A sample of the north"
    assert seen.signs() == 12  # one incident has no place
    assert [url for url in seen.requests if not url.startswith("data:")] == [sample.as_uri()]
    shoot(seen.page, tmp_path, "desktop")


def test_all_signs_shown_at_first_lie_between_the_panels(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    settle(page, 300)
    left = page.locator(".gm-left").bounding_box()
    right = page.locator(".gm-right").bounding_box()
    for node in page.locator(".gm-mark:not(.gm-mark-area)").all():
        spot = node.bounding_box()
        assert left["x"] + left["width"] <= spot["x"] and spot["x"] + spot["width"] <= right["x"]
        assert spot["y"] >= 0 and spot["y"] + spot["height"] <= 900


def test_a_click_on_a_sign_shows_the_evidence(visit: Any, sample: Path, tmp_path: Path) -> None:
    page = visit(sample).page
    page.locator('.gm-mark[data-incident="sample-2"]').click()
    evidence = page.locator(".gm-detail")
    assert "Residents piled gravel across the road at Banjska, the mayor said." in evidence.inner_text()
    text = evidence.inner_text()
    for part in (
        "Barricade or blockade",
        "14 May 2024",
        "the Tuesday before the day of publication",
        "Decided by: nearby places",
        "close to two other places of the article",
        "Banjska, Bosnia and Herzegovina, 241 km away",
        "the mayor",
        "A made-up day in the north",
        "78 %",
    ):
        assert part in text, part
    assert evidence.locator("mark.gm-h-p").inner_text() == "Banjska"
    link = evidence.locator("a")
    assert link.get_attribute("href") == "https://example.org/north"
    assert "noopener" in str(link.get_attribute("rel"))
    shoot(page, tmp_path, "evidence")


def test_what_did_not_happen_never_looks_like_a_fact(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    for number, word, fill in ((9, "Planned", "hollow"), (10, "Hypothetical", "hollow"), (11, "Denied", "crossed")):
        row = page.locator(f'.gm-item[data-incident="sample-{number}"]')
        assert word in row.inner_text()
        assert row.locator(f".gm-sign.gm-fill-{fill}").count() == 1
    page.locator('.gm-item[data-incident="sample-4"]').click()
    assert "Rumoured" in page.locator(".gm-banner").inner_text()
    assert "having happened" not in page.locator(".gm-banner").inner_text()
    page.keyboard.press("Escape")
    page.locator('.gm-item[data-incident="sample-9"]').click()
    assert "Not reported as having happened" in page.locator(".gm-banner").inner_text()
    assert page.locator('.gm-mark-pin[data-incident="sample-9"]').count() == 0
    assert "not a point" in page.locator(".gm-detail").inner_text()


def test_numbers_are_told_with_what_is_known_of_them(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    page.locator('.gm-item[data-incident="sample-8"]').click()
    text = page.locator(".gm-facts").inner_text()
    for part in ("Killed: 0", "Injured: at least 2", "Detained or taken: 1 to 3"):
        assert part in text, part


def test_background_is_off_until_it_is_asked_for(visit: Any, sample: Path) -> None:
    seen = visit(sample)
    page = seen.page
    assert page.locator('.gm-item[data-incident="sample-12"]').count() == 0
    page.locator('input[data-value="historical"]').check()
    assert seen.count() == 14
    assert "1999" in page.locator('.gm-item[data-incident="sample-12"]').inner_text()


def test_layers_filter_the_map_the_list_and_the_counts(visit: Any, sample: Path) -> None:
    seen = visit(sample)
    page = seen.page
    before = seen.signs()
    page.locator('input[data-value="arrest_raid"]').uncheck()
    assert seen.count() == 11
    assert seen.signs() == before - 2
    assert page.locator(".gm-item").count() == 11
    planned = page.locator('.gm-row:has(input[data-value="planned"]) .gm-n')
    assert planned.inner_text() == "0"  # the only planned incident is an arrest
    page.locator('input[data-value="arrest_raid"]').check()
    assert (seen.count(), seen.signs()) == (13, before)
    page.locator('.gm-row:has(input[data-value="near"]) .gm-only').click(force=True)
    assert {page.locator(".gm-item-where").nth(i).inner_text() for i in range(page.locator(".gm-item").count())} == {
        "6 km west of Vučitrn",
        "near Rudare",
    }


def test_search_folds_letters_and_says_when_nothing_matches(visit: Any, sample: Path) -> None:
    seen = visit(sample)
    page = seen.page
    page.locator(".gm-search").fill("vucitrn")
    assert seen.count() == 1
    page.locator(".gm-search").fill("no such thing")
    assert seen.count() == 0
    assert seen.signs() == 0
    assert page.locator(".gm-left .gm-nothing").is_visible()
    page.locator(".gm-left .gm-nothing button").click()
    assert seen.count() == 13
    assert not page.locator(".gm-left .gm-nothing").is_visible()


def test_the_date_range_filters_by_keyboard(visit: Any, sample: Path) -> None:
    seen = visit(sample)
    page = seen.page
    page.get_by_label("From", exact=True).focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert "13 May 2024" in page.locator(".gm-range").inner_text()
    assert page.locator('.gm-item[data-incident="sample-6"]').count() == 0
    assert seen.count() == 11
    page.locator('.gm-row:has-text("No date") input').uncheck()
    assert seen.count() == 10


def test_the_list_works_from_the_keyboard(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    page.locator(".gm-item").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".gm-detail .gm-quote").first.inner_text().startswith("Two stalls were burnt")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.incident") == "sample-6"


def test_a_sign_opens_from_the_keyboard(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    page.locator('.gm-mark[data-incident="sample-14"]').focus()
    page.keyboard.press("Enter")
    assert "Guards were posted at the crossing of Jarinje" in page.locator(".gm-detail").inner_text()


def test_incidents_without_a_place_are_listed_apart(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    assert page.locator('.gm-noplace .gm-item[data-incident="sample-13"]').count() == 1
    assert page.locator('.gm-mark[data-incident="sample-13"]').count() == 0


def test_a_group_opens_to_its_incidents(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    settle(page, 300)
    group = page.locator(".gm-cluster-box").first
    before = page.locator(".gm-mark").count()
    group.click()
    settle(page, 500)
    assert page.locator(".gm-mark").count() != before or page.locator(".gm-cluster-box").count() == 0


def test_the_address_keeps_filters_and_selection(visit: Any, sample: Path) -> None:
    seen = visit(sample)
    page = seen.page
    page.locator('input[data-value="protest"]').uncheck()
    page.locator('.gm-mark[data-incident="sample-2"]').click()
    again = visit(page.url)
    assert again.count() == 12
    assert "Residents piled gravel" in again.page.locator(".gm-detail").inner_text()
    odd = visit(sample.as_uri() + "#id=<img onerror=alert(1)>&t=%E0%A4%A&from=x&__proto__=1&q=%3Cb%3E")
    assert odd.count() == 0


def test_the_phone_has_one_sheet(visit: Any, sample: Path, tmp_path: Path) -> None:
    seen = visit(sample, width=390, height=844, has_touch=True, is_mobile=True)
    page = seen.page
    shoot(page, tmp_path, "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".gm-tab", has_text="Legend").tap()
    assert page.locator('input[data-value="protest"]').is_visible()
    shoot(page, tmp_path, "phone-legend")
    page.locator(".gm-tab-hide").tap()
    assert not page.locator('input[data-value="protest"]').is_visible()
    page.locator(".gm-tab", has_text="Incidents").tap()
    page.locator('.gm-item[data-incident="sample-2"]').tap()
    assert page.locator(".gm-detail .gm-quote").first.is_visible()
    shoot(page, tmp_path, "phone-evidence")


def test_dark_is_dark(visit: Any, sample: Path, tmp_path: Path) -> None:
    page = visit(sample, color_scheme="dark").page
    colour = page.locator(".gm-left").evaluate("node => getComputedStyle(node).backgroundColor")
    assert max(int(part) for part in re.findall(r"\d+", colour)[:3]) < 60
    shoot(page, tmp_path, "dark")


@pytest.mark.parametrize("which", ["none", "one", "background", "same-spot"])
def test_odd_sets_look_right(visit: Any, tmp_path: Path, which: str) -> None:
    from dataclasses import replace

    everything = sample_incidents()
    incidents = {
        "none": [],
        "one": everything[1:2],
        "background": [everything[11]],
        "same-spot": [replace(everything[1], incident_id=f"s{n}") for n in range(12)],
    }[which]
    seen = visit(save_page(tmp_path, incidents, title=which))
    assert seen.count() == len(incidents)
    if which == "none":
        assert "No incidents were found" in seen.page.locator(".gm-right").inner_text()
    if which == "same-spot":
        seen.page.locator(".gm-cluster-box").click()
        settle(seen.page, 400)
        assert seen.page.locator(".gm-mark").count() == 12
    shoot(seen.page, tmp_path, f"set-{which}")


def test_the_notebooks_view_works(visit: Any, browser: Any, tmp_path: Path) -> None:
    from geomap.frames import incidents_to_gdf
    from geomap.maps import build_map

    cell = build_map(incidents_to_gdf(sample_incidents()), title="In a notebook")._repr_html_()
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{cell}", encoding="utf-8")
    context = browser.new_context(viewport={"width": 1000, "height": 700}, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    inner = page.frame_locator("iframe")
    inner.locator(".gm-ready").wait_for(timeout=15_000)
    assert inner.locator(".gm-item").count() == 13
    shoot(page, tmp_path, "notebook")
    context.close()
    assert complaints == []


def test_the_layer_works_on_a_plain_folium_map(browser: Any, tmp_path: Path) -> None:
    import folium

    from geomap.frames import incidents_to_gdf
    from geomap.maps import IncidentLayer
    from geomap.maps.layer import vendor

    plain = folium.Map([42.9, 20.8], zoom_start=9, tiles=None)
    IncidentLayer(incidents_to_gdf(sample_incidents())).add_to(plain)
    path = tmp_path / "plain.html"
    plain.save(str(path))
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def local(route: Any) -> None:
        # folium's own links: Leaflet from the package, the rest empty; nothing goes to the network.
        name = "leaflet.js" if route.request.url.endswith("leaflet.js") else None
        kind = "text/css" if route.request.url.endswith(".css") else "text/javascript"
        if route.request.url.endswith("/leaflet.css"):
            name = "leaflet.css"
        route.fulfill(body=vendor("leaflet", name) if name else "", content_type=kind)

    page.route(lambda url: url.startswith("http"), local)
    page.goto(path.as_uri())
    page.wait_for_selector(".gm-ready", timeout=15_000)
    assert page.locator(".gm-item").count() == 13
    context.close()
    assert errors == []
