"""Corrections made in the map: what is clicked, the file that leaves the page, and the next map that has it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from map_samples import sample_incidents
from visiting import Visit, save_page, shoot

from geomap.cli import main
from geomap.corrections import COLUMNS, read_corrections
from geomap.formats import read_incidents
from geomap.project import init_project
from geomap.records import SourceQuote

pytestmark = pytest.mark.browser


def open_first(seen: Visit, words: str) -> Any:
    page = seen.page
    page.locator(".gm-item", has_text=words).first.click()
    box = page.locator(".gm-detail .gm-fix")
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    return page


def save(page: Any, tmp_path: Path) -> Path:
    with page.expect_download() as waiting:
        page.locator(".gm-fix-load").click()
    assert waiting.value.suggested_filename == "corrections.csv"
    target = tmp_path / "from-page.csv"
    waiting.value.save_as(target)
    return target


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_what_is_put_right_leaves_the_page_as_rows(visit: Any, sample: Path, tmp_path: Path) -> None:
    seen = visit(sample)
    page = open_first(seen, "Banjska")
    assert page.locator(".gm-fixes").is_hidden()
    page.locator(".gm-fix-type select").select_option("riot")
    assert page.locator(".gm-fix-said").inner_text() == "Kept in your list of corrections, beside the legend."
    page.locator(".gm-back").click()
    open_first(seen, "Zubin Potok").locator(".gm-fix-drop").click()
    # Said otherwise about the same incident: both rows stand, one of a kind each.
    page.locator(".gm-fix-ok").click()
    page.locator(".gm-fix-ok").click()
    assert page.locator(".gm-fixes h2").text_content() == "My corrections (3)"
    shoot(page, tmp_path, "corrections")
    page.locator(".gm-fixes .gm-fix-one", has_text="No incident").get_by_role("button").click()
    saved = save(page, tmp_path)
    assert saved.read_bytes().startswith(b"\xef\xbb\xbf" + ",".join(COLUMNS).encode())
    found = read_corrections(saved)
    assert found.problems == ()
    assert [(one.kind, one.to, one.article, one.incident) for one in found.rows] == [
        ("type", "riot", "sample", "sample-2"),
        ("ok", "", "sample", "sample-3"),
    ]
    assert found.rows[0].trigger == "piled" and found.rows[0].name == "Banjska"


def test_split_and_merge_name_both_tellings_by_their_quotes(visit: Any, tmp_path: Path) -> None:
    one, two, *_ = sample_incidents()
    both = (
        replace(one.sources[0], incident_id="sample-1"),
        SourceQuote(doc_id="echo", source="=Echo", quote="The convoy came in the morning.", incident_id="echo-1"),
    )
    page_file = save_page(tmp_path, [replace(one, sources=both), two], title="Two")
    seen = visit(page_file)
    page = open_first(seen, "from Pristina")
    page.locator(".gm-fix-split").click()
    if page.locator(".gm-detail .gm-fix").get_attribute("open") is None:
        page.locator(".gm-detail .gm-fix summary").click()
    page.locator(".gm-fix-merge").click()
    page.locator(".gm-back").click()
    open_first(seen, "Banjska").locator(".gm-fix-same").click()
    split, *merges = rows(save(page, tmp_path))
    assert (split["kind"], split["article"], split["other"], split["other_article"]) == (
        "split",
        "sample",
        "echo-1",
        "echo",
    )
    assert split["other_quote"] == "The convoy came in the morning." and split["quote"] == one.quote
    # Both of its tellings are merged, each named by the id that it had and by its quote.
    assert [(row["kind"], row["incident"], row["quote"]) for row in merges] == [
        ("merge", "sample-1", one.quote),
        ("merge", "echo-1", "The convoy came in the morning."),
    ]
    for merge in merges:
        assert (merge["other"], merge["other_article"], merge["other_quote"]) == ("sample-2", "sample", two.quote)


def test_two_incidents_of_one_sentence_are_put_right_each_by_itself(visit: Any, tmp_path: Path) -> None:
    one, two, *_ = sample_incidents()
    twin = replace(two, incident_id="twin", type="an_own_type", quote=one.quote, sources=one.sources)
    seen = visit(save_page(tmp_path, [one, twin], title="Twins"))
    page = open_first(seen, "Banjska")
    # A type that the list does not have is shown as what it is.
    assert page.locator(".gm-fix-type select").input_value() == "an_own_type"
    page.locator(".gm-fix-drop").click()
    page.locator(".gm-back").click()
    open_first(seen, "from Pristina").locator(".gm-fix-drop").click()
    assert [row["incident"] for row in rows(save(page, tmp_path))] == ["twin", "sample-1"]


def test_hostile_texts_stay_texts_in_the_list_and_the_file(visit: Any, tmp_path: Path) -> None:
    one = sample_incidents()[1]
    evil = "=cmd|' /C calc'!A0 \"<img src=x onerror=alert(1)>\"\nand {{7*7}} ${x} `y`"
    bad = replace(one, quote=evil, quote_end=one.quote_start + len(evil), trigger="<b>piled", sources=(
        SourceQuote(doc_id="@evil,doc", source="<script>alert(2)</script>", quote=evil),
    ))  # fmt: skip
    seen = visit(save_page(tmp_path, [bad], title="Evil"))
    page = open_first(seen, "Banjska")
    page.locator(".gm-fix-drop").click()
    assert page.locator(".gm-fixes img, .gm-fixes script").count() == 0
    saved = save(page, tmp_path)
    (raw,) = rows(saved)
    assert raw["article"] == "'@evil,doc" and raw["quote"].startswith("'=cmd|")
    (back,) = read_corrections(saved).rows
    assert back.article == "@evil,doc" and back.quote == evil.replace("\n", " ")


def test_an_embedded_map_takes_no_corrections(visit: Any, tmp_path: Path) -> None:
    seen = visit(save_page(tmp_path, sample_incidents()[:1], title="Embedded", embed=True))
    assert seen.page.locator(".gm-fixes, .gm-fix").count() == 0


# Written for this test; Krelovac is invented.
ARTICLE = """LEPOSAVIC, 4 May 2021 - Masked men set fire to two empty houses in Springfield on Sunday, the mayor said.

On Monday about 300 people protested in Zvecan against the attack, police said.
"""


def test_from_the_page_into_the_project_and_back(visit: Any, tmp_path: Path, capfd: Any) -> None:
    root = init_project(tmp_path / "north").root
    with (root / "geomap-project.toml").open("a") as file:
        file.write('recognizer = "gazetteer"\n')
    (tmp_path / "fire.txt").write_text(ARTICLE)
    assert main(["project", "add", str(tmp_path / "fire.txt"), "--project", str(root)]) == 0
    assert main(["project", "map", "--project", str(root)]) == 0
    seen = visit(root / "output" / "map.html")
    page = open_first(seen, "Zvečan")
    page.locator(".gm-fix-drop").click()
    page.locator(".gm-back").click()
    open_first(seen, "Springfield")
    page.locator(".gm-place-it").first.click()
    page.locator(".gm-add-type").click()
    page.locator(".gm-field-name input").fill("Springfield")
    page.locator(".gm-field-lat input").fill("43.1512")
    page.locator(".gm-field-lon input").fill("20.7413")
    page.locator(".gm-add-form .gm-main").click()
    page.locator(".gm-add-close").click()
    saved = save(page, tmp_path)
    assert [one["kind"] for one in rows(saved)] == ["drop", "place"]

    capfd.readouterr()
    assert main(["project", "review", "--project", str(root), "--take", str(saved)]) == 0
    assert "2 corrections added" in capfd.readouterr().err
    assert main(["project", "map", "--project", str(root)]) == 0
    assert "no longer matches" not in capfd.readouterr().err
    (left,) = read_incidents(root / "incidents.parquet")
    assert (left.places[0].lat, left.places[0].lon, left.places[0].rule) == (43.1512, 20.7413, "correction")
    seen = visit(root / "output" / "map.html")
    assert seen.count() == 1
    told = open_first(seen, "Springfield").locator(".gm-detail").inner_text()
    assert "corrected by you (corrections.csv, row 4)" in told
