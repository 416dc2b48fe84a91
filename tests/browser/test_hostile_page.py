"""Strings that attack a page, in every field that an article, a place, a source or a user's overlay has.

One page holds them all: each must be shown as it is written, wherever the page shows it and in every file that leaves
it. A dialog, a line in the console or a request fails the test that caused it (``visit``).
"""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from map_hostile import HOSTILE, hostile_incidents
from visiting import save_page, settle

from geomap.records import Actor, Attribution, Incident, Place, SourceQuote

pytestmark = pytest.mark.browser

MEGABYTE = "</title><script>alert(50)</script>{{7*7}}" + "<b>long</b> " * 90_000
HEADING = "</title><script>alert(40)</script>{{7*7}}\u202e"
KOSOVO = "<img src=x onerror=alert(41)>"


def marked() -> list[Incident]:
    """The hostile incidents with another ending in each field, so that every field can be told from the others."""
    made = []
    for text, one in zip(HOSTILE, hostile_incidents(), strict=True):
        place = replace(
            one.places[0],
            start=0,
            end=len(text) + 2,
            text=f"{text}§x",
            name=f"{text}§n",
            admin1=f"{text}§a1",
            place_id=f"{text}§id",
            rule=f"{text}§rule",
            reasons=(f"{text}§why", f"{text}§why2"),
            alternatives=(f"{text}§alt",),
        )
        made.append(
            replace(
                one,
                type=f"{text}§type",
                quote=f"{text}§quote",
                quote_end=len(text) + 6,
                places=(place,),
                attribution=Attribution(source=f"{text}§src", level="attributed"),
                actors=(Actor(start=0, end=len(text), text=f"{text}§actor", role="agent"),),
                trigger=f"{text}§trigger",
                time_expression=f"{text}§te",
                date_reason=f"{text}§dr",
                part_of_day=f"{text}§pod",
                acled_sub_event=f"{text}§acled",
                plover=f"{text}§plover",
                sources=(
                    SourceQuote(
                        doc_id=f"{text}§doc",
                        title=f"{text}§title",
                        source=f"{text}§paper",
                        url=one.sources[0].url,
                        published=f"{text}§published",
                        quote=f"{text}§other",
                    ),
                ),
            )
        )
    return made


SHOWN = (
    *("quote", "type", "n", "x", "a1", "id", "why", "why2", "alt", "src", "actor", "trigger", "te", "dr", "pod"),
    *("acled", "plover", "paper", "published", "other", "title"),
)
"""The fields that the evidence panel shows letter by letter; a rule's underscores are shown as blanks."""


def overlay() -> list[Place]:
    """What a user's own gazetteer may give the map to letter."""
    return [
        Place(
            id=text,
            name=text,
            lat=42.5 + number * 0.03,
            lon=20.8,
            feature_class="P",
            feature_code="PPL",
            population=2_000_000,
            names=(text,),
        )
        for number, text in enumerate(HOSTILE)
    ]


def counts_by_area(incidents: list[Incident]) -> dict[str, Any]:
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry import box

    from geomap.maps.areas import areas_payload

    outlines = gpd.GeoDataFrame(
        {
            "code": [f"C{n}" for n in range(len(HOSTILE))],
            "id": [f"{n}" for n in range(len(HOSTILE))],
            # As objects: a column of Arrow's strings takes no lone surrogate.
            "name": pd.Series([f"{text}§area" for text in HOSTILE], dtype=object),
            "km2": [100.0] * len(HOSTILE),
        },
        geometry=[box(20 + n * 0.05, 42, 20.04 + n * 0.05, 43) for n in range(len(HOSTILE))],
        crs="EPSG:4326",
    )
    of = {one.incident_id: ((f"C{n}", f"{n}"),) for n, one in enumerate(incidents)}
    return areas_payload({"admin1": of}, outlines)


@pytest.fixture(scope="module")
def page_of_them(tmp_path_factory: pytest.TempPathFactory) -> Path:
    incidents = marked()
    return save_page(
        tmp_path_factory.mktemp("hostile"),
        incidents,
        title=HEADING,
        labels=overlay(),
        kosovo_label=KOSOVO,
        view_note="{{7*7}}<script>alert(42)</script>",
        notes=HOSTILE,
        areas=counts_by_area(incidents),
    )


def plain(text: str) -> str:
    """Halves of characters do not survive the way from the browser to the test."""
    return "".join("\ufffd" if 0xD800 <= ord(letter) < 0xE000 else letter for letter in text)


def nothing_came_to_life(page: Any) -> None:
    alive = page.evaluate(
        "[document.querySelectorAll('iframe,object,embed,base,form,img,math,template,textarea:not(.gm-code,.gm-rows)').length,"
        " document.querySelectorAll('script').length,"
        " document.querySelectorAll('[onerror],[onload],[onfocus],[onmouseover]').length,"
        " [...document.querySelectorAll('a[href]')].filter(a => !/^https?:\\/\\//.test(a.href)).length]"
    )
    assert alive == [0, 5, 0, 0]


def saved(page: Any, words: str, folder: Path) -> bytes:
    with page.expect_download() as waiting:
        page.locator(".gm-export button", has_text=words).click()
    target = folder / words
    waiting.value.save_as(target)
    return target.read_bytes()


def test_there_are_enough_strings() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


def test_every_field_is_shown_literally(visit: Any, page_of_them: Path) -> None:
    seen = visit(page_of_them)
    page = seen.page
    assert seen.count() == len(HOSTILE)
    assert plain(page.locator(".gm-title").evaluate("node => node.textContent")) == HEADING
    # Each incident's panel, one after another.
    page.locator(".gm-table tbody tr").nth(len(HOSTILE) - 1).wait_for(state="attached")
    panels = page.evaluate(
        """() => {
            const shown = {}, wanted = document.querySelectorAll('.gm-table tbody tr').length;
            document.querySelector('.gm-item').click();
            for (let n = 0; n < wanted; n++) {
                const panel = document.querySelector('.gm-detail');
                const text = (name) => panel.querySelector(name).textContent;
                const id = new URLSearchParams(location.hash.slice(1)).get('id');
                shown[id.split('-')[0]] = [panel.textContent, text('.gm-quote'), text('.gm-source-title'),
                    [...panel.querySelectorAll('a')].map(a => a.href)];
                panel.querySelectorAll('.gm-step')[1].click();
            }
            return shown;
        }"""
    )
    assert len(panels) == len(HOSTILE)
    for number, text in enumerate(HOSTILE):
        panel, quoted, title, links = panels[f"h{number}"]
        assert plain(quoted) == plain(f"{text}§quote")
        assert plain(title) == plain(f"{text}§title")
        missing = [field for field in SHOWN if plain(f"{text}§{field}") not in plain(panel)]
        assert missing == [], text
        assert plain(f"{text}§rule").replace("_", " ") in plain(panel)
        assert all(link.startswith("https://example.org/ok") for link in links)
    # The method note, the legend, the table and what a search finds.
    page.locator(".gm-method summary").click()
    method = plain(page.locator(".gm-method").evaluate("node => node.textContent"))
    assert [text for text in (*HOSTILE, KOSOVO, "{{7*7}}<script>alert(42)</script>") if plain(text) not in method] == []
    page.locator(".gm-tool-table").click()
    table = plain(page.locator(".gm-table").evaluate("node => node.textContent"))
    assert [text for text in HOSTILE for end in ("type", "n", "paper") if plain(f"{text}§{end}") not in table] == []
    for more in page.locator(".gm-facet .gm-more").all():
        more.click()
    legend = plain(page.locator(".gm-left").evaluate("node => node.textContent"))
    short = [text for text in HOSTILE if len(text) < 80]
    assert [text for text in short for end in ("type", "paper", "actor") if plain(f"{text}§{end}") not in legend] == []
    page.locator(".gm-search").first.fill("{{7*7}}§title")
    settle(page, 300)
    assert seen.count() == 1
    nothing_came_to_life(page)


def test_tips_areas_and_paper_show_them_too(visit: Any, page_of_them: Path) -> None:
    page = visit(page_of_them).page
    mark = page.locator(".gm-mark").first
    number = int(str(mark.get_attribute("data-incident")).split("-")[0][1:])
    mark.hover(force=True)
    tip = plain(page.locator(".gm-tip").evaluate("node => node.textContent"))
    assert plain(f"{HOSTILE[number]}§type") in tip and plain(f"{HOSTILE[number]}§n") in tip
    page.get_by_label("Regions", exact=True).check()
    page.locator(".gm-areas-rows summary").click()
    page.locator(".gm-areas-rows table").wait_for()
    areas = plain(page.locator(".gm-areas-rows").evaluate("node => node.textContent"))
    listed = [text for text in HOSTILE if plain(f"{text}§area") in areas]
    assert len(listed) >= 60  # as many rows as the table has at once
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    paper = plain(page.locator(".gm-paper").evaluate("node => node.textContent"))
    assert [text for text in HOSTILE for end in ("type", "quote", "n") if plain(f"{text}§{end}") not in paper] == []
    nothing_came_to_life(page)


def test_the_files_are_well_formed_and_no_formula(visit: Any, page_of_them: Path, tmp_path: Path) -> None:
    page = visit(page_of_them).page
    by_id = {f"h{number}": text for number, text in enumerate(HOSTILE)}

    def own(ident: str) -> str:
        return by_id[ident.lstrip("'").split("-")[0]]

    collection = json.loads(saved(page, "GeoJSON", tmp_path))
    assert len(collection["features"]) == len(HOSTILE)
    for feature in collection["features"]:
        facts = feature["properties"]
        text = plain(own(facts["incident_id"]))
        assert (facts["quote"], facts["source"], facts["type"]) == (f"{text}§quote", f"{text}§paper", f"{text}§type")
        assert str(facts.get("url", "https://")).startswith("https://")
    table = saved(page, "CSV", tmp_path).decode("utf-8-sig")
    csv.field_size_limit(2_000_000)
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert len(rows) == len(HOSTILE)
    for row in rows:
        assert None not in row, "a cell came apart"
        text = plain(own(row["incident_id"]))
        assert row["quote"] in (f"{text}§quote", f"'{text}§quote")
        for key, cell in row.items():
            assert key in ("lat", "lon") or cell[:1] not in tuple("=+-@\t\r"), (key, cell[:20])
    kml = "{http://www.opengis.net/kml/2.2}"
    document = ET.fromstring(saved(page, "KML", tmp_path))
    assert document.findtext(f"{kml}Document/{kml}name") == HEADING
    marks = list(document.iter(f"{kml}Placemark"))
    assert len(marks) == len(HOSTILE)
    for mark in marks:
        values = {one.get("name"): one.findtext(f"{kml}value") for one in mark.iter(f"{kml}Data")}
        text = own(str(values["incident_id"]))
        wanted = "".join("\ufffd" if not _xml(letter) else letter for letter in text).replace("\r\n", "\n")
        assert values["quote"] == f"{wanted}§quote"
        # Viewers take the description for HTML: no element but the breaks between its parts may come of it.
        parts = str(mark.findtext(f"{kml}description")).split("<br>")
        assert not any("<" in part or ">" in part for part in parts)


def _xml(letter: str) -> bool:
    code = ord(letter)
    return letter in "\t\n\r" or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF


def test_hostile_addresses_restore_nothing_and_real_ones_everything(visit: Any, page_of_them: Path) -> None:
    seen = visit(page_of_them)
    page = seen.page
    keys = ("t", "t.only", "c", "k", "o", "a.only", "from", "to", "undated", "score", "table", "theme", "areas")
    keys += ("at", "id", "q", "__proto__", "constructor.only")
    values = [quote(text[:500].encode("utf-8", "replace")) for text in HOSTILE] + ["%", "%E0%A4%A", "~99999999", "~-1"]
    page.evaluate(
        """async ([keys, values]) => {
            const set = async (hash) => {
                history.replaceState(null, '', hash);
                window.dispatchEvent(new HashChangeEvent('hashchange'));
            };
            for (const value of values) {
                await set('#' + keys.map((key) => key + '=' + value).join('&'));
            }
            await set('#');
        }""",
        [keys, values],
    )
    assert seen.count() == len(HOSTILE)
    assert page.locator("[data-theme]").get_attribute("data-theme") in ("light", "dark")
    nothing_came_to_life(page)
    # What the page itself writes into its address comes back, whatever it is made of.
    number = HOSTILE.index("{{7*7}}")
    for row in ('input[data-facet="o"] >> nth=2', 'input[data-facet="t"] >> nth=3'):
        page.locator(row).uncheck()
    page.locator(".gm-search").first.fill("<script>")
    settle(page, 500)
    again = visit(page.url)
    assert 0 < again.count() == seen.count() < len(HOSTILE)
    assert again.page.locator(".gm-search").first.input_value() == "<script>"
    page.evaluate("location.hash = '#id=' + encodeURIComponent('h" + f"{number}-" + "{{7*7}}')")
    settle(page, 300)
    assert page.locator(".gm-detail .gm-quote").first.inner_text() == "{{7*7}}§quote"


def test_the_embedded_page_is_as_safe(visit: Any, tmp_path: Path) -> None:
    incidents = hostile_incidents()
    long = replace(incidents[0], sources=(replace(incidents[0].sources[0], title=MEGABYTE),))
    path = save_page(tmp_path, [long, *incidents[1:]], title=MEGABYTE, labels=overlay(), embed=True)
    seen = visit(path, width=800, height=600)
    page = seen.page
    assert seen.count() == len(HOSTILE)
    assert page.locator(".gm-title").evaluate("node => node.textContent") == MEGABYTE
    # The same text stands in quote, places, actors and words that made the type: every one is highlighted.
    page.locator(".gm-tab", has_text="Incidents").click()
    quotes = page.evaluate(
        """() => [...document.querySelectorAll('.gm-item')].map(node => node.dataset.incident).map((id) => {
            [...document.querySelectorAll('.gm-item')].find(node => node.dataset.incident === id).click();
            const shown = document.querySelector('.gm-detail .gm-quote').textContent;
            document.querySelector('.gm-back').click();
            return [id, shown];
        })"""
    )
    texts = {f"h{number}": text for number, text in enumerate(HOSTILE)}
    assert len(quotes) >= 40
    for ident, shown in quotes:
        assert plain(shown) == plain(texts[ident.split("-")[0]])
    nothing_came_to_life(page)
