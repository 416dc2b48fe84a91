"""The page under axe-core, the rules of accessibility checkers, in light and dark, on a desktop and a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


def violations(page: Any) -> list[str]:
    """What axe-core calls serious or critical, in one line each."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    # axe runs in the page without being one of its scripts: evaluate() is not bound by the page's policy.
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: " + "; ".join(node["html"][:160] for node in one["nodes"][:4])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_no_serious_violation_at_first_in_the_evidence_and_in_the_table(
    visit: Any, sample: Path, scheme: str, device: str
) -> None:
    page = visit(sample, color_scheme=scheme, **(PHONE if device == "phone" else {})).page
    assert violations(page) == []
    if device == "phone":
        page.locator(".gm-tab", has_text="Legend").tap()
        assert violations(page) == []
        page.locator(".gm-tab", has_text="Incidents").tap()
    page.locator('.gm-item[data-incident="sample-2"]').click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".gm-tool-table").click()
    assert violations(page) == []


@pytest.mark.parametrize("language", ["ar", "uk"])
def test_no_serious_violation_in_another_language(visit: Any, tmp_path: Path, language: str) -> None:
    from map_samples import sample_incidents
    from visiting import save_page

    page = visit(save_page(tmp_path, sample_incidents(), lang=language)).page
    assert page.evaluate("document.documentElement.lang") == language
    assert violations(page) == []


def test_nothing_matches_and_adding_a_place_are_accessible_too(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    page.locator(".gm-search").first.fill("no such thing")
    assert violations(page) == []
    page.locator(".gm-left .gm-nothing button").click()
    page.locator(".gm-tool-add").click()
    assert violations(page) == []
    page.mouse.click(640, 420)
    assert violations(page) == []


def test_the_table_is_in_step_with_the_map_also_unseen(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    page.locator(".gm-table tbody tr").nth(12).wait_for(state="attached")
    assert page.locator(".gm-table tbody tr").count() == 13
    page.locator('input[data-value="arrest_raid"]').uncheck()
    page.locator(".gm-table tbody tr").nth(11).wait_for(state="detached")
    assert page.locator(".gm-table tbody tr").count() == 11
    # Unseen it holds nothing that a keyboard could stray into.
    assert page.locator(".gm-table :is(button, [tabindex='0']):visible").count() == 0


def test_each_control_is_reached_by_tab_and_shows_it(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    page.locator("body").press("Tab")
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
            return [e.className || e.tagName, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2]; }"""
        )
        if "BODY" not in seen[0]:
            assert seen[1] or "leaflet-container" in seen[0], seen
        reached.update(seen[0].split())
    assert {"gm-search", "gm-item", "gm-tool", "gm-mark", "gm-play", "gm-mini"} <= reached
