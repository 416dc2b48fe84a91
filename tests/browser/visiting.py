"""What the tests in a browser share: how a page is made, visited and photographed."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def save_page(folder: Path, incidents: list[Any], **options: Any) -> Path:
    from geomap.boundaries import join_boundaries, load_boundaries_for
    from geomap.frames import incidents_to_gdf
    from geomap.maps import build_map, save_map

    rows = incidents_to_gdf(incidents)
    near = load_boundaries_for(rows)
    drawn = build_map(join_boundaries(rows, near), boundaries=near, **options)
    return save_map(drawn, folder / "map.html")


class Visit:
    """One page, with what it asked for and what it complained about."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.dialogs: list[str] = []

    def count(self) -> int:
        found = re.search(r"Showing ([\d,]+) of", self.page.locator(".gm-count").inner_text())
        assert found
        return int(found[1].replace(",", ""))

    def signs(self) -> int:
        """How many incidents are drawn: single signs, and what the groups say that they hold."""
        page = self.page
        settle(page, 350)  # the clusters' animation
        grouped = sum(int(text) for text in page.locator(".gm-donut-n").all_text_contents())
        return int(page.locator(".gm-mark").count()) + grouped

    def calm(self) -> None:
        assert [url for url in self.requests if not url.startswith(("file:", "data:", "about:", "blob:"))] == []
        assert self.complaints == []
        assert self.dialogs == []


# The page's own view of itself: what changes while it is still at work.
_STATE = """() => [location.href, document.querySelectorAll('*').length,
    ...[...document.querySelectorAll('.gm-count')].map((node) => node.textContent),
    ...[...document.querySelectorAll('.leaflet-map-pane, .leaflet-proxy')].map((node) => node.style.transform)
].join()"""
_SETTLED = """async (least) => {
    const state = STATE, tick = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)));
    const begun = performance.now();
    let last = '', since = begun, frames = 0;
    while (performance.now() - begun < 20000) {
        await tick();
        const now = state() + (document.querySelector('.leaflet-zoom-anim') ? Math.random() : '');
        if (now !== last) { last = now; since = performance.now(); frames = 0; } else frames += 1;
        if (frames >= 6 && performance.now() - since >= least) return;
    }
}""".replace("STATE", _STATE)


def settle(page: Any, least: int = 300) -> None:
    """Wait until the page has stood still for ``least`` milliseconds and six frames, which last on a busy machine."""
    page.evaluate(_SETTLED, least)


def shoot(page: Any, tmp_path: Path, name: str) -> None:
    folder = Path(os.environ.get("GEOMAP_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.png"
    page.screenshot(path=str(target))
    assert target.stat().st_size > 10_000
