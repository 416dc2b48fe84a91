"""A project: only what is new is read, corrections and places are kept, and nothing done is lost, whatever happens."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import geomap.project.working as working
from geomap.cli import main
from geomap.corrections import Correction, append_corrections
from geomap.errors import GeomapError, InputDoubt, OutputError, UsageError
from geomap.formats import read_incidents, write_incidents
from geomap.gazetteer.overlay import PlacesFile
from geomap.project import Project, doubts_of, find_project, init_project
from geomap.project.journal import Journal
from geomap.project.reviewing import doubt_of
from geomap.project.store import Kept, Store
from geomap.records import Incident
from geomap.text import fold

ROOT = Path(__file__).resolve().parents[1]

CODED = ".geomap/coded.jsonl"

# Written for these tests; Krelovac is invented.
FIRE = (
    "LEPOSAVIC, 4 May 2021 - Masked men set fire to two empty houses in Krelovac on Sunday evening, the mayor said.\n\n"
    "On Monday about 300 people protested in Zvecan against the attack, police said.\n"
)
MARCH = "ZVECAN, 11 May 2021 - Some 400 people protested in Zvecan on Monday, police said. Nobody was hurt.\n"
RAID = "MITROVICA, 12 May 2021 - Police arrested three men in Mitrovica on Tuesday after a raid on a warehouse.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project without the model, and three articles beside it."""
    root = init_project(tmp_path / "north", title="The north").root
    with (root / "geomap-project.toml").open("a") as file:
        file.write('recognizer = "gazetteer"\n')
    for name, text in (("fire", FIRE), ("march", MARCH), ("raid", RAID)):
        (tmp_path / f"{name}.txt").write_text(text)
    return root


def run(*arguments: object) -> int:
    return main([str(one) for one in arguments])


def add(root: Path, *inputs: object) -> int:
    return run("project", "add", *inputs, "--project", root)


def draw(root: Path, *more: object) -> list[Incident]:
    assert run("project", "map", "--project", root, *more) == 0
    return list(read_incidents(root / "incidents.parquet"))


def now(root: Path) -> list[Incident]:
    """The incidents as a map would draw them, without drawing it."""
    project = Project.open(root, on_doubt=_fail)
    with project.folder.locked(), project.session() as session:
        project.recode([*project.pending(), *project.stale()], session, on_error=_fail)
        return list(project.drawn(session.gazetteer).incidents)


def _fail(error: GeomapError) -> None:
    raise AssertionError(error)


def of(incidents: list[Incident], doc_id: str, type_: str) -> Incident:
    return next(one for one in incidents if one.doc_id == doc_id and one.type == type_)


def said(capsys: Any) -> str:
    return str(capsys.readouterr().err)


# -- init --


def test_init_makes_a_folder_that_tells_what_comes_next(tmp_path: Path, capfd: Any) -> None:
    assert run("project", "init", tmp_path / "new", "--title", 'A "quoted" title') == 0
    out, err = capfd.readouterr()
    assert out.strip() == str((tmp_path / "new").resolve())
    assert "geomap project add INPUT…" in err
    assert sorted(one.name for one in (tmp_path / "new").iterdir()) == [
        "corrections.csv",
        "gazetteer",
        "geomap-project.toml",
    ]
    assert Project.open(tmp_path / "new").folder.title == 'A "quoted" title'
    assert run("project", "init", tmp_path / "new") == 2
    assert "is a project already" in capfd.readouterr().err


@pytest.mark.parametrize("command", [("init",), ("add", "x.txt", "--project"), ("status", "--project")])
def test_a_name_that_no_folder_can_have_is_told(tmp_path: Path, capfd: Any, command: tuple[str, ...]) -> None:
    assert run("project", *command, tmp_path / ("a" * 300)) == 2
    assert "geomap: " in said(capfd)


def test_init_refuses_a_folder_with_other_things(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("x")
    (tmp_path / ".git").mkdir()
    with pytest.raises(UsageError, match=r"is not empty \(thesis.docx\)"):
        init_project(tmp_path)
    (tmp_path / "thesis.docx").unlink()
    init_project(tmp_path)


def test_the_project_is_found_from_below(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = folder / "notes" / "may"
    below.mkdir(parents=True)
    assert find_project(below) == folder.resolve()
    monkeypatch.chdir(below)
    assert run("project", "status") == 0
    monkeypatch.chdir(folder.parent)
    assert run("project", "status") == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("schema = 99", "made by a newer geomap"),
        ("schema = 1\ntitle = 7", "quotation marks"),
        ("schema = 1\nhomme = 'x'", "did you mean 'home'"),
        ("schema = [", "not a TOML file"),
    ],
)
def test_a_settings_file_that_cannot_be_taken_is_told(folder: Path, text: str, told: str) -> None:
    (folder / "geomap-project.toml").write_text(text)
    with pytest.raises(UsageError, match=told):
        Project.open(folder)


# -- add --


def test_only_what_is_new_is_read(folder: Path, tmp_path: Path, capfd: Any) -> None:
    assert add(folder, tmp_path / "fire.txt") == 0
    assert "1 new article, 2 incidents." in said(capfd)
    (tmp_path / "copy.txt").write_text(FIRE.replace("\n\n", "\n \n"))
    assert add(folder, tmp_path) == 0
    # The project is in that folder too: what it keeps is no article.
    assert "2 new articles, 2 there already, 2 incidents." in said(capfd)
    before = (folder / "articles.jsonl").read_bytes()
    assert add(folder, tmp_path / "march.txt") == 0
    assert (folder / "articles.jsonl").read_bytes() == before


def test_a_name_that_is_taken_gets_a_number_and_a_new_version_takes_the_place(folder: Path, tmp_path: Path) -> None:
    add(folder, tmp_path / "fire.txt")
    other = tmp_path / "other"
    other.mkdir()
    (other / "fire.txt").write_text(RAID)
    add(folder, other / "fire.txt")
    assert list(Project.open(folder).store.articles) == ["fire", "fire-2"]
    # A paragraph more: the same article, told on. The text that it had is not news either.
    (tmp_path / "fire.txt").write_text(FIRE + "Nobody was hurt.\n")
    add(folder, tmp_path / "fire.txt")
    (tmp_path / "fire.txt").write_text(FIRE)
    add(folder, tmp_path / "fire.txt")
    store = Project.open(folder).store
    assert list(store.articles) == ["fire", "fire-2"]
    assert store.article(store.articles["fire"]).text.endswith("Nobody was hurt.\n")


def as_lines(path: Path, *records: dict[str, str]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def texts(root: Path) -> dict[str, str]:
    store = Project.open(root).store
    return {doc_id: store.article(kept).text for doc_id, kept in store.articles.items()}


def test_a_text_of_a_known_address_is_a_new_version_where_much_of_it_stayed(
    folder: Path, tmp_path: Path, capfd: Any
) -> None:
    first = {"id": "a", "text": FIRE, "url": "https://example.org/fire/#top"}
    add(folder, as_lines(tmp_path / "a.jsonl", first))
    later = (
        FIRE.replace("two empty houses", "three houses").replace("about 300", "more than 400") + "Nobody was hurt.\n"
    )
    add(
        folder, as_lines(tmp_path / "a.jsonl", first | {"id": "b", "text": later, "url": "http://www.example.org/fire"})
    )
    assert "0 new articles, 1 updated" in said(capfd)
    assert texts(folder) == {"a": later}
    # Another text, though of the same address: it takes nobody's place.
    add(folder, as_lines(tmp_path / "a.jsonl", first | {"text": RAID}))
    assert "1 new article, 1 incident" in said(capfd)
    assert texts(folder) == {"a": later, "a-2": RAID}


def test_posts_of_one_page_and_rows_of_one_address_are_each_an_article(
    folder: Path, tmp_path: Path, capfd: Any
) -> None:
    told = {"post-1": FIRE, "post-2": MARCH, "post-3": RAID}
    posts = [{"id": name, "text": text, "url": f"https://example.org/live#{name}"} for name, text in told.items()]
    add(folder, as_lines(tmp_path / "live.jsonl", *posts))
    assert "3 new articles" in said(capfd) and texts(folder) == told
    # Each post has its own next version.
    posts[2]["text"] += "Nobody was hurt.\n"
    add(folder, as_lines(tmp_path / "live.jsonl", *posts))
    assert texts(folder) == told | {"post-3": posts[2]["text"]}
    other = [{"id": f"row-{n}", "text": text, "url": "https://example.net"} for n, text in enumerate(told.values())]
    for one in other:
        one["text"] = one["text"].replace("Zvecan", "Leposavic").replace("Mitrovica", "Prizren").replace("two", "six")
    add(folder, as_lines(tmp_path / "rows.jsonl", *other))
    assert len(texts(folder)) == 6


def test_a_text_whose_place_another_took_can_be_added_again(folder: Path, tmp_path: Path, capfd: Any) -> None:
    # As projects have it that were kept when any text of an address was its new version.
    one = {"doc_id": "live", "url": "https://example.org/live"}
    as_lines(folder / "articles.jsonl", one | {"text": FIRE}, one | {"text": MARCH})
    given = as_lines(tmp_path / "live.jsonl", {"id": "live", "text": FIRE, "url": "https://example.org/live#1"})
    for told in ("1 new article, 1 left over", "0 new articles, 1 there already"):
        assert add(folder, given) == 0
        assert told in said(capfd)
    assert texts(folder) == {"live": MARCH, "live-2": FIRE}


def test_an_article_and_its_next_version_in_one_run_are_coded_once(folder: Path, tmp_path: Path, capfd: Any) -> None:
    with (folder / "geomap-project.toml").open("a") as file:
        file.write("learn_home = true\n")
    first = {"id": "a", "text": FIRE, "url": "https://example.org/fire"}
    assert add(folder, as_lines(tmp_path / "a.jsonl", first, first | {"text": FIRE + "Nobody was hurt.\n"})) == 0
    assert "1 new article, 1 updated, 2 incidents." in said(capfd)
    project = Project.open(folder)
    assert list(project.store.articles) == ["a"] and project.pending() == [] == project.stale()
    assert (folder / CODED).read_bytes().count(b"\n") == 1


def test_a_date_given_later_is_taken(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "undated.txt").write_text("Some 400 people protested in Zvecan on Monday, police said.\n")
    add(folder, tmp_path / "undated.txt")
    assert now(folder)[0].date_start is None
    add(folder, tmp_path / "undated.txt", "--published", "2021-05-11")
    assert now(folder)[0].date_start == "2021-05-10"


def test_what_cannot_be_read_costs_nothing_else(folder: Path, tmp_path: Path, capfd: Any) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\x00\x01\x02\x7fELF" * 400)
    assert add(folder, tmp_path / "bad.txt", tmp_path / "fire.txt") == 3
    assert "1 input gave no result" in said(capfd)
    assert add(folder, tmp_path / "none.txt") == 1
    assert len(now(folder)) == 2


def test_an_article_that_a_stage_fails_on_is_kept_with_the_reason(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    import geomap.incidents

    real = geomap.incidents.code_incidents

    def fails(article: Any, *rest: Any) -> Any:
        if "warehouse" in article.text:
            raise RuntimeError("no luck")
        return real(article, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(geomap.incidents, "code_incidents", fails)
        assert add(folder, tmp_path / "fire.txt", tmp_path / "raid.txt") == 3
    ((kept, reason),) = Project.open(folder).failed()
    assert kept.doc_id == "raid" and "no luck" in reason
    capfd.readouterr()
    assert run("project", "status", "--project", folder) == 0
    assert "failed: raid: raid: the incidents stage failed" in capfd.readouterr().out
    # It is not tried again by every map, but with --recode.
    assert {one.doc_id for one in draw(folder)} == {"fire"}
    assert {one.doc_id for one in draw(folder, "--recode")} == {"fire", "raid"}
    assert Project.open(folder).failed() == []


# -- corrections and places --


def corrected(root: Path, *rows: Correction) -> None:
    append_corrections(root / "corrections.csv", rows)


def test_corrections_outlive_adding_drawing_and_new_rules(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    add(folder, tmp_path / "fire.txt", tmp_path / "raid.txt")
    first = now(folder)
    protest = of(first, "fire", "protest")
    raid = of(first, "raid", "arrest_raid")
    corrected(
        folder,
        Correction(kind="place", article="fire", name="Krelovac", lat=43.15, lon=20.74, note="asked there"),
        Correction(
            kind="type", to="riot", article="fire", incident=protest.incident_id, quote=protest.quote, name="Zvecan"
        ),
        Correction(kind="drop", article="raid", incident=raid.incident_id, quote=raid.quote),
    )
    rows = (folder / "corrections.csv").read_bytes()

    def check() -> None:
        found = draw(folder)
        assert {(one.doc_id, one.type) for one in found} == {
            ("fire", "property_destruction"),
            ("fire", "riot"),
            *{("march", "protest") for one in found if one.doc_id == "march"},
        }
        place = of(found, "fire", "property_destruction").places[0]
        assert (place.lat, place.lon, place.rule, place.country_code) == (43.15, 20.74, "correction", "XK")
        assert place.reasons == ("corrected by you (corrections.csv, row 3)", "asked there")
        assert (folder / "corrections.csv").read_bytes() == rows

    capfd.readouterr()
    check()
    assert "1 article was coded before rules, settings, places or corrections changed: coding anew." in said(capfd)
    check()
    assert "coding anew" not in said(capfd)
    add(folder, tmp_path / "march.txt")
    check()
    # An upgrade: other rules, which give the incidents other ids.
    monkeypatch.setattr(working, "__version__", "99.0.0")
    real = working.Session.process

    def renamed(self: Any, articles: Any, **options: Any) -> Iterator[Any]:
        from dataclasses import replace

        for result in real(self, articles, **options):
            new = tuple(replace(one, incident_id="new-" + one.incident_id) for one in result.incidents)
            yield replace(result, incidents=new)

    monkeypatch.setattr(working.Session, "process", renamed)
    capfd.readouterr()
    check()
    told = said(capfd)
    assert "3 articles were coded before" in told and "no longer matches" not in told
    assert all(one.incident_id.startswith("new-") for one in draw(folder))


def test_a_correction_that_finds_nothing_is_told_with_its_row(folder: Path, tmp_path: Path, capfd: Any) -> None:
    add(folder, tmp_path / "fire.txt")
    corrected(
        folder,
        Correction(kind="drop", article="fire", incident="gone", quote="Somebody else did something else entirely."),
        Correction(kind="place", article="fire", name="Atlantis", to="unknown"),
        Correction(kind="place", article="lost", name="Zvecan", to="unknown"),
        Correction(kind="place", name="Zvecan", to="gn:999999999999"),
    )
    assert len(draw(folder)) == 2
    told = said(capfd)
    assert "corrections.csv, row 3: this correction no longer matches anything (drop" in told
    assert "row 4" in told and "fire has no 'Atlantis' any more" in told
    assert "row 5" in told and "there is no article lost" in told
    assert "row 6" in told and "no place with the id gn:999999999999" in told


def test_a_place_of_your_own_has_the_articles_read_anew_that_name_it(folder: Path, tmp_path: Path, capfd: Any) -> None:
    add(folder, tmp_path / "fire.txt", tmp_path / "march.txt")
    assert of(now(folder), "fire", "property_destruction").places[0].name == "Leposavić"
    PlacesFile(folder / "gazetteer" / "places.csv").add(title="Krelovac", lat=43.15, lon=20.74)
    capfd.readouterr()
    assert of(draw(folder), "fire", "property_destruction").places[0].place_id == "user:krelovac"
    assert "1 article was coded before" in said(capfd)
    assert draw(folder, "--as-is") == draw(folder)


def test_a_place_that_a_correction_points_at_may_be_moved(folder: Path, tmp_path: Path) -> None:
    add(folder, tmp_path / "fire.txt", tmp_path / "march.txt")
    own = PlacesFile(folder / "gazetteer" / "places.csv")
    own.add(title="Gate 3", lat=43.15, lon=20.74)
    corrected(folder, Correction(kind="place", article="fire", name="Krelovac", to="user:gate-3"))
    assert of(now(folder), "fire", "property_destruction").places[0].lat == 43.15
    own.edit("user:gate-3", lat=43.25)
    assert [kept.doc_id for kept in Project.open(folder).stale()] == ["fire"]
    assert of(now(folder), "fire", "property_destruction").places[0].lat == 43.25


def test_texts_are_looked_through_but_once_after_a_change_of_places(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(folder, tmp_path / "fire.txt", tmp_path / "march.txt", tmp_path / "raid.txt")
    PlacesFile(folder / "gazetteer" / "places.csv").add(title="Krelovac", lat=43.15, lon=20.74)
    corrected(folder, Correction(kind="place", name="Zvecan", lat=42.9, lon=20.85))
    read: list[str] = []
    real = Store.article

    def article(self: Store, kept: Kept) -> Any:
        read.append(kept.doc_id)
        return real(self, kept)

    monkeypatch.setattr(Store, "article", article)

    def stale(*, note: bool) -> list[str]:
        read.clear()
        project = Project.open(folder)
        with project.folder.locked():
            return [kept.doc_id for kept in project.stale(note=note)]

    for note in (False, True):
        assert stale(note=note) == ["fire", "march"] and read == ["fire", "march", "raid"]
    # Of what was found fresh nobody reads the text any more; what is stale is so until it is coded.
    assert stale(note=True) == ["fire", "march"] and read == ["fire", "march"]
    now(folder)
    assert stale(note=True) == [] == read
    # Results that were tidied away take what is known of the others along.
    project = Project.open(folder)
    project.store._superseded = 1000
    assert project.store.tidy()
    assert stale(note=False) == [] == read


def test_an_import_counts_by_what_was_imported(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from geomap.gazetteer.importing import core

    found = [core.SourceInfo(name="XK", path=tmp_path, digest="a", places=7, bytes=4096)]
    monkeypatch.setattr(core, "list_sources", lambda _: found)
    before = Project.open(folder)._base
    assert Project.open(folder)._base == before
    found[0] = core.SourceInfo(name="XK", path=tmp_path, digest="b", places=7, bytes=4096)
    assert Project.open(folder)._base != before


def test_general_corrections_cost_each_text_one_look(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(folder, tmp_path / "fire.txt", tmp_path / "march.txt", tmp_path / "raid.txt")
    names = ("Zvecan", "Atlantis", "Avalon")
    corrected(folder, *(Correction(kind="place", name=name, to="unknown") for name in names))
    project = Project.open(folder)
    read: list[str] = []
    real = Store.article
    monkeypatch.setattr(Store, "article", lambda self, kept: read.append(kept.doc_id) or real(self, kept))
    fold.cache_clear()
    with project.session() as session:
        lost = project.drawn(session.gazetteer).lost
    # Nor is any text or quote kept in memory, as names are.
    for text in (FIRE, MARCH, RAID, MARCH.partition(" - ")[2].partition(". ")[0] + "."):
        hits = fold.cache_info().hits
        fold(text)
        assert fold.cache_info().hits == hits
    assert read == ["fire", "march", "raid"]
    assert [str(one).partition("(")[2].partition(")")[0] for one in lost] == [
        "place 'Atlantis' → unknown",
        "place 'Avalon' → unknown",
    ]


def test_a_name_with_a_possessive_is_still_the_name(folder: Path, tmp_path: Path, capfd: Any) -> None:
    (tmp_path / "gate.txt").write_text("On 3 May 2021 police searched Krelovac's mill near Zvecan. Nobody was hurt.\n")
    add(folder, tmp_path / "gate.txt")
    PlacesFile(folder / "gazetteer" / "places.csv").add(title="Krelovac", lat=43.15, lon=20.74)
    corrected(folder, Correction(kind="place", article="gate", name="Krelovac", lat=43.2, lon=20.7))
    capfd.readouterr()
    draw(folder)
    told = said(capfd)
    assert "1 article was coded before" in told and "has no 'Krelovac' any more" not in told
    article = Project.open(folder).store.articles["gate"]
    assert Project.open(folder).made_with(Project.open(folder).store.article(article))["places"]


def test_merge_and_split_steer_what_is_one_incident(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "echo.txt").write_text(MARCH.replace("Nobody was hurt", "It was quiet"))
    (tmp_path / "late.txt").write_text(MARCH.replace("on Monday", "on Friday").replace("Nobody was hurt", "All calm"))
    add(folder, tmp_path / "march.txt", tmp_path / "echo.txt", tmp_path / "late.txt")
    found = [one for one in now(folder) if one.type == "protest"]
    # Each is near enough in words to be a version of the other only where the name is the same too.
    assert len(Project.open(folder).store.articles) == 3
    march = next(one for one in found if any(told.doc_id == "march" for told in one.sources))
    late = next(one for one in found if any(told.doc_id == "late" for told in one.sources))
    assert march is not late
    corrected(
        folder,
        Correction(kind="split", article="march", quote=march.quote, other_article="echo"),
        Correction(kind="merge", article="march", quote=march.quote, other_article="late", other_quote=late.quote),
    )
    groups = sorted(sorted(told.doc_id for told in one.sources) for one in now(folder) if one.type == "protest")
    assert groups == [["echo"], ["late", "march"]]


# -- review --


def test_review_shows_the_least_sure_first_and_takes_what_it_is_given(folder: Path, tmp_path: Path, capfd: Any) -> None:
    (tmp_path / "unsure.txt").write_text("Police arrested three men in Springfield on 12 May 2021.\n")
    add(folder, tmp_path / "march.txt", tmp_path / "unsure.txt")
    capfd.readouterr()
    assert run("project", "review", "--project", folder, "--json") == 0
    out, _ = capfd.readouterr()
    first = json.loads(out.splitlines()[0])
    assert first["article"] == "unsure" and "sure that it is Springfield; next: Springfield," in first["reasons"][0]
    assert run("project", "review", "--project", folder, "--limit", "1") == 0
    out, err = capfd.readouterr()
    row = next(line.removeprefix("     row: ") for line in out.splitlines() if "row: " in line)
    header = out.strip().splitlines()[-1]
    assert row.startswith("place,unsure,Springfield,gn:") and "unsure" in err
    there = row.split(",")[3]
    taken = tmp_path / "mine.csv"
    taken.write_text(f"{header}\n{row.replace(f'{there},,', ',43.15,20.74')}\ntype,fire,,ryot,,,x\n")
    assert run("project", "review", "--project", folder, "--take", taken) == 3
    told = said(capfd)
    assert "1 correction added; 1 row left out" in told and "did you mean 'riot'" in told
    assert run("project", "review", "--project", folder, "--take", taken) == 3
    assert "0 corrections added, 1 there already" in said(capfd)
    raid = of(now(folder), "unsure", "arrest_raid")
    assert (raid.places[0].lat, raid.places[0].rule) == (43.15, "correction")
    assert "unsure" not in [doubt.incident.doc_id for doubt in doubts_of(now(folder))]


def test_what_review_says_of_a_merged_incident_reaches_all_its_tellings(
    folder: Path, tmp_path: Path, capfd: Any
) -> None:
    (tmp_path / "echo.txt").write_text(MARCH.replace("Nobody was hurt", "It was quiet"))
    add(folder, tmp_path / "march.txt", tmp_path / "echo.txt")
    (protest,) = (one for one in now(folder) if one.type == "protest")
    assert len(protest.sources) == 2
    unsure = doubt_of(replace(protest, score=0.3))
    assert unsure is not None and [row.article for row in unsure.suggestions] == [one.doc_id for one in protest.sources]
    corrected(folder, *(replace(row, kind="drop", to="") for row in unsure.suggestions))
    capfd.readouterr()
    assert [one.type for one in draw(folder)] == []
    assert "no longer matches" not in said(capfd)


def test_review_takes_places_that_the_map_saved(folder: Path, tmp_path: Path, capfd: Any) -> None:
    add(folder, tmp_path / "fire.txt")
    saved = tmp_path / "places.csv"
    saved.write_text("\ufeffid,title,lon,lat,feature_class,feature_code\nuser:k,Krelovac,20.74,43.15,P,PPL\n")
    for told in ("1 place added.", "0 places added, 1 there already."):
        capfd.readouterr()
        assert run("project", "review", "--project", folder, "--take", saved) == 0
        assert told in said(capfd)
    assert of(now(folder), "fire", "property_destruction").places[0].lat == 43.15


def test_review_take_says_what_it_cannot_take(folder: Path, tmp_path: Path, capfd: Any) -> None:
    assert run("project", "review", "--project", folder) == 2
    assert "has no articles yet" in said(capfd)
    assert run("project", "review", "--project", folder, "--take", tmp_path / "none.csv") == 2
    assert run("project", "review", "--project", folder, "--take", folder / "corrections.csv") == 2
    (tmp_path / "empty.csv").write_text("kind,incident\n")
    assert run("project", "review", "--project", folder, "--take", tmp_path / "empty.csv") == 1


# -- what may happen to the files --


def test_a_line_that_was_cut_off_is_removed_and_done_again(folder: Path, tmp_path: Path, capfd: Any) -> None:
    add(folder, tmp_path / "fire.txt", tmp_path / "march.txt")
    whole = now(folder)
    for name in (CODED, "articles.jsonl"):
        path = folder / name
        kept = path.read_bytes()
        path.write_bytes(kept[:-40])
        capfd.readouterr()
        assert add(folder, tmp_path / "fire.txt", tmp_path / "march.txt") == 0
        assert "damaged" not in said(capfd)
        assert now(folder) == whole
        assert all(line.startswith(b"{") and line.endswith(b"}") for line in path.read_bytes().splitlines())


def test_a_damaged_line_is_told_and_costs_only_itself(folder: Path, tmp_path: Path, capfd: Any) -> None:
    add(folder, tmp_path / "fire.txt", tmp_path / "march.txt")
    path = folder / "articles.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0].replace(b'"text"', b'\x00\xfftex"', 1) + lines[1])
    capfd.readouterr()
    assert {one.doc_id for one in draw(folder)} == {"march"}
    assert "articles.jsonl, row 1: damaged, and left out." in said(capfd)
    assert add(folder, tmp_path / "fire.txt") == 0
    assert list(Project.open(folder).store.articles) == ["march", "fire"]


def test_results_may_be_deleted_and_are_made_again(folder: Path, tmp_path: Path) -> None:
    add(folder, tmp_path / "fire.txt", tmp_path / "march.txt")
    whole = draw(folder)
    (folder / CODED).unlink()
    (folder / "incidents.parquet").unlink()
    assert draw(folder) == whole


def test_results_that_were_replaced_are_tidied_away(folder: Path, tmp_path: Path) -> None:
    add(folder, many(tmp_path / "many.jsonl", 30))
    whole = now(folder)
    project = Project.open(folder)
    with project.folder.locked(), project.session() as session:
        for _ in range(4):
            project.recode(list(project.store.articles.values()), session, on_error=_fail)
        assert list(project.drawn(session.gazetteer).incidents) == whole
    assert len((folder / CODED).read_bytes().splitlines()) < 100
    assert now(folder) == whole


@pytest.mark.parametrize("name", ["articles.jsonl", CODED])
def test_a_full_disk_is_told_and_nothing_is_lost(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, capfd: Any
) -> None:
    add(folder, tmp_path / "fire.txt")
    before = (folder / name).read_bytes()
    real = Journal.append
    full = OSError(errno.ENOSPC, "No space left on device")

    def append(self: Journal, record: Any) -> Any:
        if self.path.name != Path(name).name:
            return real(self, record)
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(full))
            return real(self, record)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "append", append)
        assert add(folder, tmp_path / "march.txt") == 1
    told = said(capfd)
    assert f"{Path(name).name}: could not be written (the disk is full). All that was done before is kept" in told
    assert (folder / name).read_bytes() == before
    assert add(folder, tmp_path / "march.txt") == 0
    assert {one.doc_id for one in now(folder)} == {"fire", "march"}


def test_a_journal_adds_whole_lines_or_none(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    journal = Journal(path)
    assert journal.append({"n": 1}) == (0, 8) and journal.append({"n": 2}) == (8, 8)
    with path.open("ab") as file:
        file.write(b'{"n": 3')
    doubts: list[InputDoubt] = []
    assert [record["n"] for _, _, record in journal.lines(doubts.append)] == [1, 2]
    assert journal.append({"n": 4}) == (16, 8)
    assert [record["n"] for _, _, record in journal.lines(doubts.append)] == [1, 2, 4] and doubts == []
    assert journal.reader()(16, 8) == {"n": 4}


# -- other runs --


@pytest.mark.parametrize("closed", [".", ".geomap", ".geomap/lock"])
def test_a_project_that_cannot_be_written_to_is_still_drawn(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any, closed: str
) -> None:
    add(folder, tmp_path / "fire.txt")
    names = sorted(one.name for one in folder.iterdir())
    # Whoever runs the tests as root may write everywhere.
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: real(path, mode) and (mode != os.W_OK or Path(path) != folder / closed)
    )
    assert run("project", "map", "--project", folder, "-o", tmp_path / "m.html") == 0
    assert "cannot be written to" in said(capfd)
    assert run("project", "review", "--project", folder) == 0
    assert (tmp_path / "m.html").stat().st_size > 100_000
    assert sorted(one.name for one in folder.iterdir()) == names


def test_of_two_commands_at_once_the_second_waits_and_says_so(folder: Path, tmp_path: Path, capfd: Any) -> None:
    project = Project.open(folder)
    with project.folder.locked():
        assert run("project", "add", tmp_path / "fire.txt", "--project", folder, "--wait", "0.2") == 1
    told = said(capfd)
    assert "another geomap works on" in told and "Nothing was done" in told
    with pytest.raises(OutputError, match="still working"), project.folder.locked(), project.folder.locked(wait_s=0.01):
        pass
    assert add(folder, tmp_path / "fire.txt") == 0


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(folder: Path) -> Start:
    def begin(*arguments: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "geomap", *map(str, arguments), "--project", str(folder)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    return begin


def many(path: Path, number: int) -> Path:
    towns = ("Zvecan", "Leposavic", "Mitrovica", "Pristina", "Prizren")
    lines = [
        {
            "id": f"n{n}",
            "published": "2021-05-11",
            "text": f"Some {n + 200} people protested in {towns[n % 5]} on Monday.",
        }
        for n in range(number)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_two_runs_at_once_lose_nothing_of_each_other(folder: Path, tmp_path: Path, start: Start) -> None:
    one, two = many(tmp_path / "one.jsonl", 6), tmp_path / "two.jsonl"
    two.write_text(one.read_text().replace('"id": "n', '"id": "m').replace("protested", "marched"))
    runs = [start("project", "add", one), start("project", "add", two)]
    assert [each.wait(120) for each in runs] == [0, 0]
    project = Project.open(folder)
    assert len(project.store.articles) == 12 and project.pending() == []


def test_killed_at_any_moment_nothing_that_was_done_is_lost(folder: Path, tmp_path: Path, start: Start) -> None:
    source = many(tmp_path / "many.jsonl", 24)
    articles, coded = folder / "articles.jsonl", folder / CODED
    # Each run is killed some lines later than the one before, wherever it is then.
    chance = random.Random(7)
    for wanted in (1, 14):
        running = start("project", "add", source)
        deadline = time.monotonic() + 60
        while running.poll() is None and time.monotonic() < deadline:
            lines = coded.read_bytes().count(b"\n") if coded.exists() else 0
            if lines >= wanted:
                break
            time.sleep(0.002)
        time.sleep(chance.random() / 50)
        done = coded.read_bytes() if coded.exists() else b""
        running.send_signal(signal.SIGKILL)
        running.wait(60)
        assert coded.read_bytes().startswith(done[: done.rfind(b"\n") + 1])
    assert add(folder, source) == 0
    project = Project.open(folder, on_doubt=_fail)
    assert len(project.store.articles) == 24 and project.pending() == []
    # What was done was not done again.
    assert articles.read_bytes().count(b"\n") == coded.read_bytes().count(b"\n") == 24
    # And the result is that of a project that nothing happened to.
    calm = init_project(tmp_path / "calm").root
    (calm / "geomap-project.toml").write_text((folder / "geomap-project.toml").read_text())
    add(calm, source)
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    write_incidents(now(folder), one)
    write_incidents(now(calm), two)
    assert one.read_bytes() == two.read_bytes()
