"""Commands that take ``--workers``: they give what they give without, and tables stay where they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import batch_runs as runs
import pytest

from geomap.cli import main
from geomap.errors import StageError
from geomap.pipeline import ArticleResult, Session, mapping
from geomap.project import Project, init_project
from geomap.records import Article

pytestmark = pytest.mark.usefixtures("gazetteer")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """More than fit into one slice, and one that looks like none of the others."""
    path = runs.write_articles(tmp_path / "articles.jsonl", 9)
    with path.open("a") as file:
        file.write(json.dumps({"doc_id": "last", "text": "Nobody was hurt in Springfield on Monday."}) + "\n")
    return path


def run(*arguments: object) -> int:
    return main([*map(str, arguments), "--recognizer", "gazetteer", "--only-shipped"])


def test_a_map_is_that_of_one_process(
    articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("date,place,country,event\n2023-05-01,Zvecan,XK,protest\n2023-05-02,Nowhere,XK,riot\n")
    # Told by another article too: dropped by its id, the incident goes with both tellings, when all are there.
    with articles.open("a") as file:
        file.write(json.dumps(runs.article(0) | {"doc_id": "copy"}) + "\n")
    with Session(runs.SETTINGS) as session:
        told_twice = next(session.process([Article(**runs.article(0))])).incidents[0].incident_id
    rows = tmp_path / "c.csv"
    quote = "Leposavic saw 3 people injured on Monday when a bomb exploded near a market."
    said = (
        f"drop,,,,,,,{told_twice}",
        f"type,a001,,riot,{quote}",
        "drop,lost,,,Nobody ever said this.",
        "place,a001,Leposavic,,,42.9,20.8",
    )
    rows.write_text("\n".join(("kind,article,name,to,quote,lat,lon,incident", *said)))
    drawn: list[Any] = []
    monkeypatch.setattr(mapping, "write_map", lambda *given, **more: drawn.append((given, more)))
    told = []
    for options in ((), ("--workers", 2)):
        assert run("map", table, articles, "-o", tmp_path / "m.html", "--corrections", rows, *options) == 0
        told.append(capfd.readouterr().err)
    for _, more in drawn:
        del more["gazetteer"]
    assert drawn[0] == drawn[1] and told[0] == told[1]
    assert quote in {one.quote for one in drawn[0][0][0]} and not any("saw 2" in one.quote for one in drawn[0][0][0])
    assert len(drawn[0][0][0]) > 9 and "1 table of 2 rows" in told[0]
    assert told[0].count("no longer matches") == 1 and "riot" in {one.type for one in drawn[0][0][0]}


def elsewhere(session: Session, given: Iterable[Article], *, incidents: bool, on_error: Any) -> Iterator[ArticleResult]:
    """As workers do it: all of a slice is read before its first result, failures come first, texts stay behind."""
    slice_ = list(given)
    if failed := [article.doc_id for article in slice_ if article.doc_id == "a003"]:
        on_error(StageError("a003: the worker died", doc_id=failed[0], stage="process"))
    for article in slice_:
        if article.doc_id not in failed:
            result = session.process_one(article, incidents=incidents)
            yield replace(result, article=replace(article, text=""))


def test_a_map_of_one_article_has_its_headline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    article = tmp_path / "a.txt"
    article.write_text(f"What happened in a town of markets\n\n{runs.article(1)['text']}")
    titles: list[str | None] = []
    monkeypatch.setattr(mapping, "write_map", lambda *_, **more: titles.append(more["articles"][0].title))
    for processing in (None, elsewhere):
        mapping.map_articles(article, tmp_path / "m.html", settings=runs.SETTINGS, processing=processing)
    assert titles == ["What happened in a town of markets"] * 2


def test_toponyms_are_those_of_one_process(articles: Path, tmp_path: Path) -> None:
    for name, options in (("one", ()), ("two", ("--workers", 1))):
        assert run("toponyms", articles, "-o", tmp_path / f"{name}.jsonl", *options) == 0
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()
    assert len((tmp_path / "one.jsonl").read_bytes().splitlines()) == 10


def test_a_project_is_that_of_one_process(articles: Path, tmp_path: Path) -> None:
    kept = []
    for name, options in (("one", ()), ("two", ("--workers", 2))):
        root = init_project(tmp_path / name).root
        assert run("project", "add", articles, "--project", root, *options) == 0
        kept.append((root / ".geomap" / "coded.jsonl").read_bytes())
    assert kept[0] == kept[1] and kept[0].count(b"\n") == 10


def test_a_project_keeps_why_an_article_failed_in_a_worker(articles: Path, tmp_path: Path) -> None:
    root = init_project(tmp_path / "p").root
    with (root / "geomap-project.toml").open("a") as file:
        file.write('recognizer = "gazetteer"\n')
    project = Project.open(root)
    with project.folder.locked(), project.session(processing=elsewhere) as session:
        told = project.add(session.read([articles]), session, on_error=lambda _: None)
    assert (told.new, told.failed) == (10, 1) and project.pending() == []
    assert [(kept.doc_id, why) for kept, why in project.failed()] == [("a003", "a003: the worker died")]


@pytest.mark.parametrize("command", ["map", "toponyms", "project add", "project map"])
def test_workers_ask_no_server(command: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = init_project(tmp_path / "p").root
    (tmp_path / "a.txt").write_text("Nobody was hurt in Springfield on Monday.\n")
    inputs = () if command == "project map" else (tmp_path / "a.txt",)
    project = ("--project", root) if command.startswith("project") else ()
    assert run(*command.split(), *inputs, *project, "--workers", 2, "--online", "photon") == 2
    assert "--online asks one server at the pace that it allows" in capfd.readouterr().err
    assert not (root / "articles.jsonl").exists()
