"""How large the map page is and how soon it answers, in a real Chromium with the network off.

    .venv/bin/python benchmarks/maps.py [--repeat N] [--sizes 5000,50000] [--load SECONDS]

Needs Chromium and ``pip install playwright``. The incidents are made up: random words for quotes, so that nothing is
easier to pack than news are. Compared, within the same run and in turn, with a bare folium page of the same points
under FastMarkerCluster, with folium's own scripts inlined. Exit code 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _measure import machine, table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))

from visiting import CHROMIUM, FLAGS

from geomap.boundaries import join_boundaries, load_boundaries_for
from geomap.divisions import cell_of_division, division_countries, divisions_of
from geomap.frames import incidents_to_gdf
from geomap.lexicons import load_json
from geomap.maps import build_map, save_map
from geomap.maps.layer import vendor
from geomap.pipeline import areas_of
from geomap.records import Actor, Attribution, Incident, IncidentPlace, SourceQuote
from geomap.views import DEFAULT_VIEW

# (incidents, file MB, seconds until interactive or None, filter change s or None). The ratio has its own bar.
BARS = {5_000: (3.0, None, 0.3), 50_000: (20.0, 5.0, 0.3)}
RATIO = 1.2
BUILD_A_10K = 2.0
SYLLABLES = (
    *("ka", "lo", "mi", "ran", "tes", "vo", "dri", "pel", "sun", "gor", "ha", "bei", "nal"),
    *("tro", "min", "sek", "da", "ur", "ven", "zi", "pol", "mer", "ast", "cho", "lin"),
)


def word(draw: random.Random) -> str:
    return "".join(draw.choices(SYLLABLES, k=draw.randint(1, 4)))


def made_up(number: int) -> list[Incident]:
    """``number`` incidents, each with a quote of its own of some 150 characters, from a vocabulary of 20,000 words."""
    draw = random.Random(7)
    vocabulary = sorted({word(draw) for _ in range(40_000)})[:20_000]
    draw.shuffle(vocabulary)
    # Words are as unevenly common as in any language.
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    bag = draw.choices(vocabulary, weights, k=24 * number)
    types = list(load_json("event_types.json")["types"])
    # Towns of made-up names all over the world, in countries and regions that there are.
    regions = [region for code in division_countries() for region in divisions_of(code)]
    towns = []
    for region in draw.sample(regions, 1500):
        spot = cell_of_division(region).representative_point()
        towns.append((word(draw).capitalize(), round(spot.y, 4), round(spot.x, 4), region))
    papers = [f"The {word(draw).capitalize()} {draw.choice(('Post', 'Times', 'Wire'))}" for _ in range(60)]
    return [_incident(draw, n, bag[24 * n : 24 * n + 24], types, towns, papers) for n in range(number)]


def _incident(
    draw: random.Random, n: int, words: list[str], types: list[str], towns: list[Any], papers: list[str]
) -> Incident:
    name, lat, lon, region = draw.choice(towns)
    near = draw.random() < 0.3
    quote = " ".join(words[:12]).capitalize() + f" in {name} " + " ".join(words[12:]) + "."
    at = quote.index(name)
    day = f"2024-{1 + n * 7 % 12:02d}-{1 + n * 11 % 28:02d}"
    place = IncidentPlace(
        start=at,
        end=at + len(name),
        text=name,
        role="near" if near else "site",
        place_id=f"gn:{hash_of(name)}",
        name=name,
        lat=round(lat + draw.gauss(0, 0.05), 4),
        lon=lon,
        country_code=region.code,
        admin1=region.name,
        feature_code="PPL",
        radius_km=4.0,
        rule="context",
        score=round(draw.uniform(0.4, 1), 2),
        reasons=(f"preferred to {draw.randint(1, 9)} other places of that name", "in the country the article is about"),
        alternatives=(f"{name}, {draw.choice(towns)[0]}, {draw.randint(20, 9000)} km away",),
    )
    paper = draw.choice(papers)
    return Incident(
        incident_id=f"article-{n // 3}#{n % 3}",
        doc_id=f"article-{n // 3}",
        type=draw.choice(types),
        places=(place,),
        quote=quote,
        quote_start=0,
        quote_end=len(quote),
        certainty=draw.choices(("reported", "claimed", "planned", "negated", "historical"), (80, 8, 5, 4, 3))[0],
        attribution=Attribution(
            source="police" if n % 4 == 0 else None, level="attributed" if n % 4 == 0 else "stated"
        ),
        geo_precision=2 if near else 1,
        where_prec=1,
        date_start=day,
        date_end=day,
        time_precision=1,
        date_reason="the day of publication",
        actors=(
            Actor(
                start=0, end=5, text=draw.choice(("police", "army", "residents", "students", words[0])), role="agent"
            ),
        ),
        trigger=words[3],
        score=round(draw.uniform(0.3, 1), 3),
        sources=(
            SourceQuote(
                doc_id=f"article-{n // 3}",
                title=" ".join(words[2:9]).capitalize() if n % 3 == 0 else f"On {paper} {n // 3}",
                source=paper,
                url=f"https://example.org/{hash_of(paper)}/{n // 3}",
                published=day,
                quote=quote,
            ),
        ),
    )


def hash_of(text: str) -> int:
    return sum(ord(letter) * 31**at for at, letter in enumerate(text)) % 10_000_000


def bare_page(incidents: list[Incident], path: Path) -> None:
    """folium's own FastMarkerCluster of the points: its scripts inlined, its other links left out."""
    import folium
    from folium.plugins import FastMarkerCluster

    points = [(place.lat, place.lon) for one in incidents for place in one.places]
    plain = folium.Map([20, 10], zoom_start=2, tiles=None)
    # folium's own callback wants AwesomeMarkers, which would need the network: plain markers are quicker.
    callback = "function (row) { return L.marker(new L.LatLng(row[0], row[1])); }"
    FastMarkerCluster(points, callback=callback).add_to(plain)
    text = plain.get_root().render()
    # Without tiles Leaflet.markercluster wants to be told where zooming ends.
    text = text.replace("center: [", "maxZoom: 18, center: [", 1)
    text = re.sub(r'<script src="[^"]*"></script>|<link rel="stylesheet" href="[^"]*"/>', "", text)
    head = "".join(
        (
            f"<style>{vendor('leaflet', 'leaflet.css')}</style>",
            f"<style>{cluster_file('MarkerCluster.css')}{cluster_file('MarkerCluster.Default.css')}</style>",
            f"<script>{vendor('leaflet', 'leaflet.js')}</script>",
            f"<script>{cluster_file('leaflet.markercluster.js')}</script>",
        )
    )
    path.write_text(text.replace("<head>", "<head>" + head, 1), encoding="utf-8")


def cluster_file(name: str) -> str:
    return vendor("leaflet_markercluster", name)


# Interactive: the first frame painted after what says that all is drawn, and after the main thread was free again.
READY = """async (selector) => {
  while (!document.querySelector(selector)) {
    if (performance.now() > 60000) throw new Error("not drawn after a minute: " + selector);
    await new Promise(r => setTimeout(r, 4));
  }
  await new Promise(r => requestAnimationFrame(() => setTimeout(r)));
  return performance.now() / 1000;
}"""
# A filter's change: from the click until the frame that shows its effect.
CHANGE = """async (value) => {
  const box = document.querySelector(`input[data-value="${value}"]`), start = performance.now();
  box.click();
  await new Promise(r => requestAnimationFrame(() => setTimeout(r)));
  return (performance.now() - start) / 1000;
}"""


def visit(browser: Any, path: Path, selector: str, values: list[str]) -> tuple[float, list[float]]:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True)
    page = context.new_page()
    page.goto(path.as_uri(), wait_until="commit")
    ready = float(page.evaluate(READY, selector))
    page.wait_for_timeout(700 if values else 0)
    changes = [float(page.evaluate(CHANGE, value)) for value in values]
    context.close()
    return ready, changes


def measured(size: int, repeat: int, folder: Path) -> tuple[list[tuple[str, ...]], bool]:
    from playwright.sync_api import sync_playwright

    incidents = made_up(size)
    steps: list[tuple[str, float, float]] = []

    def timed(what: str, act: Callable[[], Any]) -> Any:
        wall, own = time.perf_counter(), time.process_time()
        result = act()
        steps.append((what, time.perf_counter() - wall, time.process_time() - own))
        return result

    frame = timed("frame", lambda: incidents_to_gdf(incidents))
    boundaries = timed("boundaries", lambda: load_boundaries_for(frame))
    rows = timed("join", lambda: join_boundaries(frame, boundaries))
    areas = timed("areas", lambda: areas_of(rows, DEFAULT_VIEW))
    title = f"{size} incidents"
    drawn = timed("page", lambda: build_map(rows, title=title, boundaries=boundaries, areas=areas))
    path = timed("save", lambda: save_map(drawn, folder / "map.html"))
    bare = folder / "bare.html"
    bare_page(incidents, bare)
    ours, theirs, changes = [], [], []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for round_ in range(repeat + 1):
            values = ["protest", "claimed", "near", "protest"]
            ready, changed = visit(browser, path, ".gm-ready", values)
            other, _ = visit(browser, bare, ".marker-cluster, .leaflet-marker-icon", [])
            if round_:
                ours.append(ready)
                theirs.append(other)
                changes += changed
        browser.close()
    megabytes = path.stat().st_size / 1e6
    packed = len(gzip.compress(path.read_bytes())) / 1e6
    ready, other, change = statistics.median(ours), statistics.median(theirs), max(changes)
    most_mb, most_s, most_change = BARS.get(size, (None, None, None))
    wall, own = (sum(step[n] for step in steps) / size * 10_000 for n in (1, 2))
    each = ", ".join(f"{what} {own_ / size * 10_000:.2f}" for what, _, own_ in steps)
    checks = [
        ("file, MB", f"{megabytes:.2f}", most_mb, megabytes),
        ("file, gzipped by a server, MB", f"{packed:.2f}", None, packed),
        ("until interactive, s", f"{ready:.2f}", most_s, ready),
        ("the same, bare FastMarkerCluster, s", f"{other:.2f}", None, other),
        ("ratio of the two", f"{ready / other:.2f}", RATIO if size == 5_000 else None, ready / other),
        ("filter change, slowest, s", f"{change:.3f}", most_change, change),
        ("whole build a 10,000, processor s", f"{own:.2f} ({each})", BUILD_A_10K, own),
        ("whole build a 10,000, s by the clock", f"{wall:.2f}", None, wall),
    ]
    missed = any(bar is not None and value > bar for _, _, bar, value in checks)
    lines = [
        (f"{size:,}", what, shown, "" if bar is None else f"≤ {bar}" + (" MISSED" if value > bar else ""))
        for what, shown, bar, value in checks
    ]
    return lines, missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sizes", default=",".join(map(str, BARS)))
    parser.add_argument("--json", help="also write the figures there")
    options = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("no Chromium on this machine; on Debian or Ubuntu: apt-get install chromium")
    lines: list[tuple[str, ...]] = []
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        for size in map(int, options.sizes.split(",")):
            found, over = measured(size, options.repeat, Path(folder))
            lines += found
            missed |= over
    print(f"{machine()}; Chromium, network off, 1400 x 900; median of {options.repeat}\n")
    print(table(("incidents", "what", "measured", "bar"), lines))
    if options.json:
        Path(options.json).write_text(json.dumps(lines), encoding="utf-8")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
