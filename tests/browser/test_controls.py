"""Every control of the page, by mouse and by keyboard, and every one restored from the address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from map_samples import sample_incidents
from visiting import settle, shoot

from geomap.pipeline import write_map

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with its counts by area, as the command line writes it, and with scores that differ."""
    from dataclasses import replace

    made = [replace(one, score=0.3 + number * 0.05) for number, one in enumerate(sample_incidents())]
    return write_map(made, tmp_path_factory.mktemp("controls") / "map.html", title="Controls")


def by_mouse(page: Any, selector: str) -> None:
    page.locator(selector).first.click()


def by_keyboard(page: Any, selector: str) -> None:
    node = page.locator(selector).first
    node.focus()
    page.keyboard.press("Space" if node.get_attribute("type") in ("checkbox", "radio") else "Enter")


def zoom(page: Any) -> float:
    settle(page, 400)
    return float(page.evaluate("/at=[^&]*,([0-9.]+)(&|$)/.exec(location.hash)[1]"))


@pytest.mark.parametrize("use", [by_mouse, by_keyboard])
def test_every_control_does_what_it_says(visit: Any, page_of_all: Path, use: Callable[[Any, str], None]) -> None:
    seen = visit(page_of_all)
    page = seen.page

    # Tools.
    use(page, '.gm-tool[aria-label="Zoom in"]')
    near = zoom(page)
    use(page, '.gm-tool[aria-label="Zoom out"]')
    assert 0 < zoom(page) < near
    use(page, ".gm-tool-fit")
    use(page, ".gm-tool-table")
    assert page.locator(".gm-table-open tbody button").count() == 13
    use(page, ".gm-table-open tbody button")
    assert page.locator(".gm-detail .gm-quote").first.is_visible()
    use(page, ".gm-table-close")
    assert page.locator(".gm-table-open").count() == 0
    theme = page.locator("[data-theme]").get_attribute("data-theme")
    use(page, ".gm-tool-theme")
    assert page.locator("[data-theme]").get_attribute("data-theme") != theme
    use(page, ".gm-tool-theme")

    # The evidence: steps through the list, and back.
    position = page.locator(".gm-nav .gm-dim").first
    assert position.inner_text() == "1 / 13"
    use(page, ".gm-step >> nth=1")
    assert position.inner_text() == "2 / 13"
    use(page, ".gm-step >> nth=0")
    use(page, ".gm-step >> nth=0")
    assert position.inner_text() == "13 / 13"
    use(page, ".gm-why summary")
    assert page.locator(".gm-why").first.get_attribute("open") is None
    use(page, ".gm-copy-link")
    settle(page, 100)
    assert page.locator(".gm-link-box [role=status]").inner_text()
    use(page, ".gm-back")
    assert not page.locator(".gm-detail").is_visible()

    # The legend: one value, only one, none, all.
    use(page, 'input[data-value="protest"]')
    assert seen.count() == 12
    use(page, '.gm-row:has(input[data-value="arrest_raid"]) .gm-only')
    assert seen.count() == 2
    for facet in ("Type", "Certainty", "Who says so", "Place"):
        group = f'[role=group][aria-label="{facet}"]'
        use(page, f'{group} [aria-label="{facet}: none"]')
        assert seen.count() == 0
        use(page, f'{group} [aria-label="{facet}: all"]')
        assert seen.count() > 0
    use(page, 'input[data-value="historical"]')
    for value, left in (("claimed", 12), ("attributed", 12 - 5), ("near", 12 - 5 - 1)):
        use(page, f'input[data-value="{value}"]')
        assert seen.count() <= left, value
    use(page, '[role=group][aria-label="Place"] [aria-label="Place: none"]')
    use(page, ".gm-left .gm-nothing button")
    assert seen.count() == 13

    # Time: without a date, a span, the whole.
    use(page, '.gm-row:has-text("No date") input')
    assert seen.count() == 12
    page.get_by_label("To", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    assert seen.count() == 11
    use(page, ".gm-time .gm-mini")
    assert seen.count() == 12
    use(page, ".gm-play")
    assert page.locator(".gm-play").get_attribute("aria-pressed") == "true"
    use(page, ".gm-play")
    assert page.locator(".gm-play").get_attribute("aria-pressed") == "false"

    # Areas, the method note, files, a link, the way past the legend.
    use(page, ".gm-areas input[value=country]")
    use(page, ".gm-areas input[type=checkbox]")
    use(page, ".gm-areas-rows summary")
    # The browser tells of an opened <details> a moment later, and the rows are filled then.
    page.locator(".gm-areas-rows tbody tr").nth(1).wait_for()
    use(page, ".gm-areas-rows tbody button")
    use(page, ".gm-areas input[value='']")
    use(page, ".gm-method summary")
    assert page.locator(".gm-method p").first.is_visible()
    for words in ("GeoJSON", "CSV", "KML"):
        with page.expect_download() as waiting:
            use(page, f'.gm-export button:text-is("{words}")')
        assert waiting.value.suggested_filename == f"incidents.{words.lower()}"
    page.evaluate("window.print = () => { window.printed = true; }")
    use(page, '.gm-export button:text-is("Print")')
    assert page.evaluate("window.printed")
    use(page, '.gm-export button:text-is("Copy link")')
    settle(page, 100)
    assert page.locator(".gm-export [role=status]").inner_text()
    page.locator(".gm-skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "gm-item"


STATE = """() => ({
    boxes: [...document.querySelectorAll('.gm-left :is([type=checkbox],[type=radio])')].map(n => n.checked),
    ranges: [...document.querySelectorAll('.gm-left input[type=range]')].map(n => n.value),
    search: document.querySelector('.gm-search').value,
    theme: document.querySelector('[data-theme]').dataset.theme,
    table: document.querySelectorAll('.gm-table-open').length,
    chosen: (document.querySelector('.gm-detail .gm-quote') || {}).textContent,
    count: document.querySelector('.gm-count').textContent,
    view: /at=[^&]*/.exec(location.hash)[0],
})"""


def test_every_control_comes_back_from_the_address(visit: Any, page_of_all: Path, tmp_path: Path) -> None:
    page = visit(page_of_all).page
    for value in ("protest", "historical", "claimed", "rumoured", "near"):
        page.locator(f'input[data-value="{value}"]').click()
    for facet in ("o", "a"):
        boxes = page.locator(f'input[data-facet="{facet}"]')
        if boxes.count():
            boxes.last.click()
    page.locator('.gm-row:has-text("No date") input').click()
    for label, key, times in (("From", "ArrowRight", 3), ("To", "ArrowLeft", 1)):
        page.get_by_label(label, exact=True).focus()
        for _ in range(times):
            page.keyboard.press(key)
    page.get_by_role("slider", name="Confidence").focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    page.locator(".gm-search").first.fill("a")
    page.locator(".gm-areas input[value=country]").click()
    page.locator(".gm-areas input[type=checkbox]").click()
    page.locator(".gm-tool-theme").click()
    page.locator(".gm-tool-table").click()
    page.locator('.gm-tool[aria-label="Zoom out"]').click()
    page.locator(".gm-table-open tbody button").last.click()
    settle(page, 700)
    left = page.evaluate(STATE)
    assert left["chosen"] and left["table"] == 1 and False in left["boxes"]
    again = visit(page.url).page
    settle(again, 700)
    assert again.evaluate(STATE) == left
    shoot(again, tmp_path, "restored")
    # The same in the open page: the address of another state, and of none.
    page.evaluate("location.hash = ''")
    settle(page, 300)
    plain = page.evaluate("(state) => { location.hash = '#at=1,1,3'; return (" + STATE + ")(); }")
    assert (plain["table"], plain["theme"], plain["search"], plain["count"]) == (
        0,
        "light",
        "",
        "Showing 13 of 14 incidents",
    )
    assert page.locator(".gm-areas input[value='']").is_checked()
    page.evaluate(f"location.hash = {again.evaluate('location.hash')!r}")
    settle(page, 700)
    assert page.evaluate(STATE) == left
