"""Every look of the page that was judged by eye: taken again with each run, with what can be asserted cheaply.

GEOMAP_SCREENSHOTS names the folder in which the pictures are kept.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from map_samples import LABELS, incident, place, sample_incidents
from visiting import save_page, settle, shoot

from geomap.lexicons import load_json
from geomap.records import Incident

pytestmark = pytest.mark.browser

QUOTE = "About 300 people marched in Kosovska Mitrovica, an organiser said."
TYPES = list(load_json("event_types.json")["types"])
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


def pins(*spots: tuple[float, float]) -> list[Incident]:
    return [
        incident(n, TYPES[n % len(TYPES)], QUOTE, [place("Kosovska Mitrovica", lat=lat, lon=lon)])
        for n, (lat, lon) in enumerate(spots)
    ]


def sets() -> dict[str, list[Incident]]:
    sample = sample_incidents()
    around = [(42.6 + n * 7 % 25 * 0.03, 20.5 + n % 6 * 0.12) for n in range(max(25, len(TYPES)))]
    return {
        "one": sample[1:2],
        "none": [],
        "spot": [replace(sample[1], incident_id=f"s{n}", type=TYPES[n % 5]) for n in range(25)],
        "world": pins((6.5, 3.4), (35.7, 139.7), (-12.0, -77.0), (-33.9, 151.2), (40.7, -74.0), (64.1, -21.9)),
        "undated": [replace(one, date_start=None, date_end=None, time_precision=None) for one in sample[:8]],
        "one-type": [replace(one, type="protest") for one in sample],
        "types": pins(*around),
        "date-line": pins((-16.8, 179.9), (-17.5, -179.5), (-18.1, 178.4), (-13.8, -171.8)),
        "poles": pins((89.9, 0.0), (-89.9, 10.0), (78.2, 15.6), (-77.8, 166.7)),
    }


@pytest.mark.parametrize("name", sorted(sets()))
def test_a_set_looks_right_on_a_desktop_and_a_phone(visit: Any, tmp_path: Path, name: str) -> None:
    incidents = sets()[name]
    path = save_page(tmp_path, incidents, title=name, labels=LABELS)
    for device, options in (("desktop", {}), ("phone", PHONE)):
        seen = visit(path, **options)
        page = seen.page
        settle(page, 300)
        shown = [one for one in incidents if one.certainty != "historical"]
        assert seen.count() == len(shown)
        # What the map itself is in the middle of: no sign hides behind a panel or leaves the page.
        if device == "desktop":
            for node in page.locator(".gm-mark, .gm-cluster-box").all():
                box = node.bounding_box()
                assert 290 < box["x"] < 1040 and -45 < box["y"] < 900, (name, box)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        shoot(page, tmp_path, f"look-{name}-{device}")


@pytest.mark.parametrize(
    ("name", "where", "options"),
    [
        ("village", "#at=42.9667,20.7833,14&id=sample-2", {}),
        ("village-dark", "#at=42.9667,20.7833,14&id=sample-2", {"color_scheme": "dark"}),
        ("area", "#id=sample-10", {}),
        ("table", "#table=1", {}),
        ("nothing", "#q=zzzz", {}),
        ("tablet", "", {"width": 820, "height": 1180}),
        ("laptop", "", {"width": 1024, "height": 768}),
        ("phone-evidence", "#id=sample-4", PHONE),
    ],
)
def test_the_sample_looks_right(
    visit: Any, sample: Path, tmp_path: Path, name: str, where: str, options: dict[str, Any]
) -> None:
    page = visit(sample.as_uri() + where, **options).page
    settle(page, 300)
    credit = page.locator(".leaflet-control-attribution").bounding_box()
    # The sources of the map are told on a few lines that no panel covers.
    assert credit["height"] < 60
    for panel in (".gm-left", ".gm-right"):
        box = page.locator(panel).bounding_box()
        if box:
            beside = box["x"] >= credit["x"] + credit["width"] or credit["x"] >= box["x"] + box["width"]
            assert beside or credit["y"] + credit["height"] <= box["y"], panel
    shoot(page, tmp_path, f"look-{name}")


def test_paper_keeps_what_lies_under_the_names(visit: Any, sample: Path, tmp_path: Path) -> None:
    page = visit(sample).page
    printed = tmp_path / "printed.pdf"
    page.pdf(path=str(printed), format="A4")
    assert printed.read_bytes()[:5] == b"%PDF-"
    page.emulate_media(media="print")
    # On paper Chromium draws canvases anew, clearing what lies under each, unless an opacity makes it a layer.
    for canvas in page.locator(".leaflet-pane > canvas").all():
        assert canvas.evaluate("node => getComputedStyle(node).opacity") == "0.999"
