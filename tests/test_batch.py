"""Many articles in worker processes: the same as in one, resumed where it stopped, and nobody's loss but one's own."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import batch_runs as runs
import pytest

from geomap.batch import Crew, Entry, Outcome, Parts, join_lines, process_in_workers
from geomap.batch import parts as parts_module
from geomap.batch import pool as pool_module
from geomap.batch.pool import LocalPool
from geomap.batch.tasks import Task, failure_of_input, slices
from geomap.batch.working import time_limit
from geomap.cli import main
from geomap.errors import GeomapError, InputDoubt, InputError, OutputError, UsageError
from geomap.formats import incident_line, read_incidents
from geomap.pipeline import Session
from geomap.records import Article

pytestmark = pytest.mark.usefixtures("gazetteer")


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return runs.write_articles(tmp_path_factory.mktemp("batch") / "articles.jsonl", 12)


@pytest.fixture(scope="module")
def serial(articles: Path) -> bytes:
    """What one process writes of them."""
    with Session(runs.SETTINGS) as session:
        found = [one for result in session.process(session.read([articles])) for one in result.incidents]
    assert len(found) >= 12
    return b"".join(incident_line(one).encode() + b"\n" for one in found)


@pytest.fixture(scope="module")
def whole(articles: Path) -> Path:
    folder = articles.parent / "whole"
    summary = runs.run(articles, folder)
    assert (summary.articles, summary.parts, summary.failed, summary.lost) == (12, 3, 0, 0)
    return folder


def joined(folder: Path) -> bytes:
    return b"".join(data for name, data in runs.content(folder).items() if name.startswith("part-"))


def test_two_workers_write_what_one_process_does(articles: Path, serial: bytes, whole: Path, tmp_path: Path) -> None:
    assert joined(whole) == serial
    runs.run(articles, tmp_path / "two", workers=2)
    assert runs.content(tmp_path / "two") == runs.content(whole)


def test_results_come_in_the_order_of_the_articles(articles: Path) -> None:
    with Session(runs.SETTINGS) as session:
        crew = Crew(workers=2, part_articles=1)
        found = list(process_in_workers(session, session.read([articles]), crew=crew))
        assert [one.article.doc_id for one in found] == [f"a{number:03d}" for number in range(12)]
        assert all(one.resolutions and one.incidents and not one.article.text for one in found)


def test_finished_parts_are_kept_and_others_made(articles: Path, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    runs.run(articles, folder)
    lost = sorted(folder.glob("part-*"))[1]
    lost.unlink()
    (folder / "part-000002-0123456789abcdef.jsonl").write_bytes(b"of another input\n")
    (folder / ".geomap-abc.part").write_bytes(b"half a part")
    told: list[tuple[int, int]] = []
    done: list[tuple[int, bool]] = []

    def on_part(entry: Entry, outcome: Any) -> None:
        done.append((entry.number, outcome is None))

    summary = runs.run(
        articles, folder, on_parts=lambda store: told.append((store.found, store.stale)), on_part=on_part
    )
    assert told == [(2, 1)]
    assert sorted(done) == [(0, True), (1, False), (2, True)]
    assert (summary.skipped, summary.skipped_articles, summary.articles) == (2, 8, 12)
    assert runs.content(folder) == runs.content(whole)


def test_a_damaged_part_or_another_input_is_done_anew(articles: Path, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    runs.run(articles, folder)
    first = sorted(folder.glob("part-*"))[0]
    first.write_bytes(first.read_bytes()[:-2] + b"]\n")
    # Of the same name: it is the source of articles that name none.
    longer = runs.write_articles(tmp_path / articles.name, 13)
    summary = runs.run(longer, folder)
    assert (summary.articles, summary.parts, summary.skipped) == (13, 4, 2)
    assert runs.content(folder)[first.name] == runs.content(whole)[first.name]


def test_a_manifest_that_broke_off_counts_as_far_as_it_goes(articles: Path, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    runs.run(articles, folder)
    manifest = folder / "manifest.jsonl"
    lines = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(b"".join(lines[:2]) + lines[2][: len(lines[2]) // 2])
    assert runs.run(articles, folder).skipped == 1
    assert runs.content(folder) == runs.content(whole)


def test_other_settings_use_no_part_of_before(articles: Path) -> None:
    from dataclasses import replace

    from geomap.batch.working import setup_for

    with Session(runs.SETTINGS) as session, Session(replace(runs.SETTINGS, min_score=0.5)) as other:
        signature = setup_for(session, "jsonl").signature
        assert signature == setup_for(session, "jsonl").signature
        assert signature != setup_for(session, "parquet").signature
        assert signature != setup_for(other, "jsonl").signature


def test_code_is_told_apart_wherever_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import geomap
    from geomap.batch.working import code_digest

    package = tmp_path / "maps" / "geomap"
    (package / "maps").mkdir(parents=True)
    found = []
    for file, text in (("a.py", "x = 1"), ("a.py", "x = 2"), ("maps/b.py", "y = 1")):
        (package / file).write_text(text)
        monkeypatch.setattr(geomap, "__file__", str(package / "__init__.py"))
        found.append(code_digest.__wrapped__())
    assert found[0] != found[1] == found[2]


def test_slices_end_at_their_limits_and_their_keys_tell_them_apart() -> None:
    items = [(Article(doc_id=f"d{n}", text="x" * 10, origin=f"a, line {n}"), None) for n in range(5)]
    made = list(slices(items, "s", articles=2))
    assert [len(one.items) for one in made] == [2, 2, 1]
    assert [len(one.items) for one in slices(items, "s", characters=25)] == [3, 2]
    assert len({one.key for one in made}) == 3
    moved = [(Article(doc_id=f"d{n}", text="x" * 10, origin="elsewhere"), None) for n in range(5)]
    assert [one.key for one in slices(moved, "s", articles=2)] == [one.key for one in made]
    assert not {one.key for one in slices(items, "t", articles=2)} & {one.key for one in made}


def test_what_is_lost_is_listed_with_its_position() -> None:
    found = failure_of_input(InputError('news/a, b.jsonl, line 7: "text" is empty'))
    assert (found.file, found.position, found.stage, found.error) == (
        "news/a, b.jsonl",
        "line 7",
        "reading",
        "InputError",
    )
    found = failure_of_input(InputError("gone.txt: no such file or folder"))
    assert (found.file, found.position) == ("gone.txt", None)


def test_articles_that_kill_or_fill_are_left_out_and_told(tmp_path: Path) -> None:
    source = runs.write_articles(tmp_path / "bad.jsonl", 12, {3: "FAULTY", 5: "KILLER", 9: "HOG", 11: "UNWRITABLE"})
    with source.open("a") as file:
        file.write('{"doc_id": "a5-twin", "text": ""}\n')
    told: list[GeomapError] = []
    summary = runs.run(source, tmp_path / "out", workers=2, work=runs.harmful, on_error=told.append)
    assert (summary.articles, summary.failed, summary.lost) == (12, 4, 1)
    assert [str(one) for one in told] == [f'{source}, line 13: "text" is empty']
    lines = [json.loads(line) for line in (tmp_path / "out" / "errors.jsonl").read_text().splitlines()]
    assert [(one["doc_id"], one["position"], one["stage"], one["error"]) for one in lines] == [
        ("a003", "line 4", "process", "KeyError"),
        ("a005", "line 6", "process", "WorkerDied"),
        ("a009", "line 10", "process", "MemoryError"),
        ("a011", "line 12", "writing", "TypeError"),
        (None, "line 13", "reading", "InputError"),
    ]
    assert "nobody foresaw this" in lines[0]["reason"]
    assert "the worker died (signal 9)" in lines[1]["reason"]
    assert {one["file"] for one in lines} == {str(source)}
    # The same articles elsewhere: nothing is done anew, and each failure is where it lies now.
    moved = tmp_path / "moved" / source.name
    moved.parent.mkdir()
    source.rename(moved)
    assert runs.run(moved, tmp_path / "out", work=runs.harmful).skipped == summary.parts
    lines = [json.loads(line) for line in (tmp_path / "out" / "errors.jsonl").read_text().splitlines()]
    assert {one["file"] for one in lines} == {str(moved)}


def test_what_cannot_be_sent_ends_the_run_and_says_why(tmp_path: Path) -> None:
    articles = [Article(**runs.article(0, "UNSENDABLE"))]
    with (
        Session(runs.SETTINGS) as session,
        runs.doing(runs.harmful),
        pytest.raises(GeomapError, match=r"a worker failed \((Attribute|Pickling)Error: .*What is finished is kept"),
    ):
        list(process_in_workers(session, articles, crew=Crew()))


def test_an_article_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A second for the one that sleeps alone: how busy the machine is shall not matter.
    monkeypatch.setattr(pool_module, "time_limit", lambda article, setup: 1.0 if "SLEEPER" in article.text else 600.0)
    source = runs.write_articles(tmp_path / "slow.jsonl", 3, {1: "SLEEPER"})
    summary = runs.run(source, tmp_path / "out", work=runs.harmful)
    assert (summary.articles, summary.failed) == (3, 1)
    (line,) = [json.loads(line) for line in (tmp_path / "out" / "errors.jsonl").read_text().splitlines()]
    assert (line["doc_id"], line["error"]) == ("a001", "TimeLimit")
    assert "it took longer than 1 seconds" in line["reason"]


def test_the_time_limit_grows_with_the_article_and_may_be_any(articles: Path) -> None:
    from types import SimpleNamespace
    from typing import cast

    long = Article(doc_id="long", text="x" * 10_000)
    limits = [time_limit(long, cast("Any", SimpleNamespace(time_limit_s=given))) for given in (None, 1.5, 3e6)]
    assert limits == [122.0, 3.5, 3_000_002.0]
    # The system cannot wait for so long at once.
    waiting = LocalPool(cast("Any", None), 1)
    waiting._hands = [cast("Any", SimpleNamespace(deadline=time.monotonic() + 3e6))]
    assert waiting._patience() == 3600.0
    for crew, said in (
        (Crew(time_limit_s=0), "--time-limit 0: it must be more than 0"),
        (Crew(workers=0), "at least one"),
        (Crew(part_articles=0), "at least one"),
    ):
        with Session(runs.SETTINGS) as session, pytest.raises(UsageError, match=said):
            list(process_in_workers(session, [long], crew=crew))


def test_a_worker_that_dies_over_a_slice_before_its_first_article_is_not_replaced_for_ever() -> None:
    from types import SimpleNamespace
    from typing import cast

    task = Task(number=0, key="k", items=((Article(doc_id="first", text="x"), None),))
    gone = LocalPool(cast("Any", None), 1)

    def bury(at: int | None) -> None:
        thing = SimpleNamespace(join=lambda: None, close=lambda: None)
        hand = cast("Any", SimpleNamespace(process=thing, connection=thing, ready=True, task=task, at=at))
        gone._hands.append(hand)
        gone._bury(hand, "the worker died (signal 11)", 1)

    for at in (None, 0, None, 0):
        bury(at)
    with pytest.raises(GeomapError, match=r"1 articles from first on: the worker died \(signal 11\) again and again"):
        bury(None)
    bury(0)
    assert list(gone._waiting[-1].skip) == [0]


def test_what_a_run_with_other_settings_has_done_stays_until_another_is_complete(tmp_path: Path) -> None:
    def kept(signature: str, *, keep: int, finish: int = 0, lost: int = 0) -> tuple[int, int, int]:
        """How many parts were found, how many of other settings, and how many of four tasks were there already."""
        tasks = list(slices(items, signature, articles=1))
        with Parts(tmp_path / "out", signature, suffix=".jsonl") as store:
            there = sum(store.has(task) is not None for task in tasks)
            for task in tasks[:keep]:
                if store.has(task) is None:
                    store.keep(task, Outcome(data=f"{signature} {task.number}\n".encode()))
            failures = [(0, failure_of_input(InputError("gone.txt: no such file")))] * lost
            if finish or lost:
                store.finish(finish, failures, {})
            return store.found, store.stale, there

    items = [(Article(doc_id=f"d{number}", text="x"), None) for number in range(4)]
    assert kept("mine", keep=3) == (0, 0, 0)
    # A slip, stopped early; and one of which nothing was left, once an input that could not be read is told.
    assert kept("slip", keep=1) == (0, 3, 0)
    assert kept("slip", keep=0, lost=1) == (1, 3, 1)
    assert len((tmp_path / "out" / "errors.jsonl").read_text().splitlines()) == 1
    assert kept("mine", keep=4) == (3, 1, 3)
    assert kept("mine", keep=4, finish=4) == (4, 1, 4)
    assert kept("mine", keep=4, finish=4) == (4, 0, 4)
    assert [path.read_text() for path in sorted((tmp_path / "out").glob("part-*"))] == [f"mine {n}\n" for n in range(4)]
    assert not (tmp_path / "out" / "errors.jsonl").read_text()


def test_a_full_disk_ends_the_run_and_the_next_goes_on(
    articles: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "full"
    real = parts_module.write_bytes
    written: list[Path] = []

    def write(path: Path, data: bytes) -> Path:
        if written:
            raise parts_module.output_error(path, OSError(errno.ENOSPC, "No space left on device"))
        written.append(path)
        return real(path, data)

    monkeypatch.setattr(parts_module, "write_bytes", write)
    with pytest.raises(OutputError, match="the disk is full"):
        runs.run(articles, folder)
    monkeypatch.undo()
    assert not (folder / "errors.jsonl").exists()
    assert runs.run(articles, folder).skipped == 1
    assert runs.content(folder) == runs.content(whole)


def test_parts_done_in_another_order_are_joined_in_that_of_the_articles(tmp_path: Path) -> None:
    tasks = [Task(number=number, key=f"{number:016x}", items=()) for number in range(4)]
    lines = [b'{"n": %d, "more": "%s"}\n' % (task.number, b"x" * task.number) for task in tasks]
    with Parts(tmp_path / "out", "s", suffix=".jsonl") as store:
        for task in reversed(tasks):
            store.keep(task, Outcome(data=lines[task.number]))
        store.finish(4, (), {})
        assert [entry.number for entry in store.entries(4)] == [0, 1, 2, 3]
        join_lines(store, 4, tmp_path / "all.jsonl")
    assert (tmp_path / "all.jsonl").read_bytes() == b"".join(lines)


def test_a_second_run_on_the_same_folder_says_so(tmp_path: Path) -> None:
    with (
        Parts(tmp_path / "out", "s", suffix=".jsonl"),
        pytest.raises(UsageError, match="another geomap is writing there"),
        Parts(tmp_path / "out", "s", suffix=".jsonl"),
    ):
        pass


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds other things \(thesis.txt\)"), Parts(tmp_path, "s", suffix=".jsonl"):
        pass
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]


def test_workers_that_cannot_start_end_the_run(articles: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    from geomap.batch.working import setup_for

    with Session(runs.SETTINGS) as session:
        setup = replace(setup_for(session, "jsonl"), gazetteer="of another machine")
        tasks = slices(session.at_home(session.read([articles])), setup.signature)
        with pytest.raises(GeomapError, match="the gazetteer is not the same here"), LocalPool(setup, 1) as pool:
            list(pool.run(tasks))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Twenty files that are broken, each in another way, beside twenty that are not."""
    folder = tmp_path / "news"
    folder.mkdir()
    good = [runs.article(number) for number in range(20)]
    for number, row in enumerate(good[:19]):
        (folder / f"good{number:02d}.txt").write_text(row["text"])
    lines: list[bytes] = [
        b'{"text": ""}',
        b'{"text": 7}',
        b'{"title": "no text"}',
        b'["a", "list"]',
        b'{"text": "cut',
        b'{"text": "a", "text": "b"}',
        b'{"text": "a", "n": NaN}',
        b'{"text": "a", "n": ' + b"9" * 400 + b"}",
        b'{"text": "a", "deep": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"doc_id": [], "text": "a"}',
        b"no JSON at all",
        b"\xff\xfe\x00\x01",
        b"null",
    ]
    (folder / "mixed.jsonl").write_bytes(b"\n".join([json.dumps(good[19]).encode(), *lines]) + b"\n")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "blank.txt").write_bytes(b" \n\n ")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(200)))
    (folder / "page.html").write_bytes(b"<html><head><title></title></head><body></body></html>")
    (folder / "none.jsonl").write_bytes(b"\n\n")
    (folder / "zip.txt").write_bytes(b"PK\x03\x04" + bytes(60))
    (folder / "dangling.txt").symlink_to(folder / "nowhere")
    return folder


def test_twenty_kinds_of_broken_input_cost_nobody_else(
    broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(
        ["extract", str(broken), "-o", f"{tmp_path}/out/", "--recognizer", "gazetteer", "--only-shipped", "--workers=1"]
    )
    assert code == 3
    out, err = capsys.readouterr()
    assert out.strip() == f"{tmp_path}/out"
    assert "40 inputs: 20 with incidents, 0 without, 20 failed" in err
    lines = [json.loads(line) for line in (tmp_path / "out" / "errors.jsonl").read_text().splitlines()]
    assert len(lines) == 20
    assert len({(one["file"], one["position"]) for one in lines}) == 20
    assert all(one["reason"] and one["file"] and one["stage"] == "reading" for one in lines)
    found = list(read_incidents(tmp_path / "out"))
    assert {one.doc_id for one in found} >= {"good00", "good18", "a019"}


def test_a_file_by_workers_is_the_file_by_one_process(
    articles: Path, serial: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "all.jsonl"
    options = ["--recognizer", "gazetteer", "--only-shipped", "--quiet"]
    assert main(["extract", str(articles), "-o", str(target), "--workers", "1", *options]) == 0
    assert capsys.readouterr() == (f"{target}\n", "")
    assert target.read_bytes() == serial
    assert [one.name for one in tmp_path.iterdir()] == ["all.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--workers", "2", "--online", "photon"], "--online asks one server"),
        (["--fresh"], "--fresh goes with --workers"),
        (["--merge", "-o", "parts/"], "--merge needs all incidents at once"),
        (["--workers", "0"], "0 is less than 1"),
        (["--dask", "gone.json"], "there is no such file"),
        (["--dask", "tcp://127.0.0.1:1", "--workers", "2"], "a Dask cluster has the workers that it has"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str],
    said: str,
    articles: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = main(["extract", str(articles), "--recognizer", "gazetteer", "-q", *arguments])
    except SystemExit as end:
        code = int(str(end.code))
    assert code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("output", ["out/", "out.jsonl"])
def test_input_of_which_nothing_comes_is_listed(
    output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ["-o", output, "--workers", "1", "--recognizer", "gazetteer", "--only-shipped", "--quiet"]
    (tmp_path / "bad.jsonl").write_text('{"text": ""}\n{"text": 7}\n')
    (tmp_path / "nothing").mkdir()
    assert main(["extract", "bad.jsonl", *options]) == 1
    errors = tmp_path / ("out/errors.jsonl" if output == "out/" else "out.jsonl.errors.jsonl")
    assert [json.loads(line)["position"] for line in errors.read_text().splitlines()] == ["line 1", "line 2"]
    assert main(["extract", "nothing", *options]) == 1
    assert [json.loads(line)["file"] for line in errors.read_text().splitlines()] == ["nothing"]
    assert not list(tmp_path.glob("*.parts"))
    assert capsys.readouterr().out == ""
    # Of what ended before anything was done no folder is left.
    with pytest.raises(UsageError), Parts(tmp_path / "new", "s", suffix=".jsonl"):
        raise UsageError("tables are nothing for workers")
    assert not (tmp_path / "new").exists()


def test_a_doubt_is_no_loss(tmp_path: Path) -> None:
    from geomap.batch import is_lost

    assert is_lost(InputError("x"))
    assert not is_lost(InputDoubt("x"))


@pytest.fixture(scope="module")
def dask_crew() -> Iterator[Crew]:
    pytest.importorskip("distributed", reason="the extra geomap[dask] is not installed")
    yield Crew(workers=1, dask="local", part_articles=2)


def test_dask_writes_the_same(dask_crew: Crew, tmp_path: Path) -> None:
    source = runs.write_articles(tmp_path / "good.jsonl", 4, {})
    for where, crew in (("dask", dask_crew), ("local", Crew(workers=1, part_articles=2))):
        summary = runs.run(source, tmp_path / where, work=runs.harmful, crew=crew)
        assert (summary.articles, summary.failed) == (4, 0)
    assert joined(tmp_path / "dask") == joined(tmp_path / "local")


def test_a_cluster_of_others_keeps_nothing_of_the_run(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra geomap[dask] is not installed")
    source = runs.write_articles(tmp_path / "good.jsonl", 2)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        (worker,) = cluster.workers.values()
        before = set(worker.plugins)
        summary = runs.run(source, tmp_path / "out", crew=Crew(dask=cluster.scheduler_address, part_articles=1))
        assert (summary.articles, summary.parts) == (2, 2)
        assert set(worker.plugins) == before


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Dask cluster without Dask: what a task's articles do to its workers is in their texts."""
    pytest.importorskip("distributed", reason="the extra geomap[dask] is not installed")
    from geomap.batch.cluster import DaskPool

    class Pretended(DaskPool):
        def __init__(self) -> None:
            super().__init__(setup=None, scheduler="tcp://x:1", workers=1)  # type: ignore[arg-type]
            self.most = self.trials = self.flying = 0

        def _threads(self) -> int:
            return 4

        def _submit(self, task: Task) -> Any:
            self.trials += 1
            self.flying += 1
            self.most = max(self.most, self.flying)
            return mock.Mock(task=task)

        def _first(self, futures: list[Any]) -> Any:
            return futures[0]

        def _outcome(self, future: Any) -> Outcome | None:
            skip = future.task.skip
            texts = [item[0].text for index, item in enumerate(future.task.items) if index not in skip]
            # What is under way together dies together.
            died = "killer" in texts or (self.flying > 1 and "beside a killer" in texts) or texts.count("heavy") > 1
            self.flying -= 1
            return None if died else Outcome(failures=tuple(skip.values()))

    yield Pretended


def of(*texts: str) -> Iterator[Task]:
    return slices([(Article(doc_id=f"d{n}", text=text), None) for n, text in enumerate(texts)], "s", articles=4)


def test_dask_leaves_out_only_what_kills_alone(pretended: Any) -> None:
    texts = ["fine"] * 16
    texts[3], texts[5], texts[6], texts[9] = "beside a killer", "killer", "killer", "beside a killer"
    pool = pretended()
    found = {task.number: outcome for task, outcome in pool.run(of(*texts))}
    assert {number: [one.doc_id for one in outcome.failures] for number, outcome in found.items()} == {
        0: [],
        1: ["d5", "d6"],
        2: [],
        3: [],
    }
    with pytest.raises(GeomapError, match="8 articles from d0 on, though no article of them does it alone"):
        list(pretended().run(slices([(Article(doc_id=f"d{n}", text="heavy"), None) for n in range(8)], "s")))


def test_dask_is_kept_busy_from_the_start_and_in_order(pretended: Any) -> None:
    pool = pretended()
    numbers = [task.number for task, _ in pool.run(of(*["fine"] * 400))]
    assert (numbers, pool.most) == (list(range(100)), 12)
    # The first is tried again when nothing else is on its way; so little may run ahead of it.
    texts = ["beside a killer"] * 4 + ["fine"] * 796
    numbers = [task.number for task, _ in pretended().run(of(*texts), ordered=True)]
    assert (sorted(numbers), numbers.index(0)) == (list(range(200)), 63)


def test_a_scheduler_that_dies_is_told(pretended: Any) -> None:
    from concurrent.futures import CancelledError

    from distributed.scheduler import KilledWorker

    for error, said in (
        (CancelledError("scheduler-connection-lost"), r"went away or failed \(CancelledError: sched.*the same command"),
        (ImportError("no module"), "a worker cannot load geomap"),
        (InputError("as it is"), "as it is"),
    ):
        with pytest.raises(GeomapError, match=said), pretended()._told():
            raise error
    with pytest.raises(KilledWorker), pretended()._told():
        raise KilledWorker("task", None, 1)


@pytest.mark.skipif(
    os.environ.get("GEOMAP_DASK_KILL") != "1",
    reason="it waits for Dask to start six workers one after another; GEOMAP_DASK_KILL=1 runs it",
)
def test_dask_leaves_out_what_kills(dask_crew: Crew, tmp_path: Path) -> None:
    source = runs.write_articles(tmp_path / "bad.jsonl", 4, {2: "KILLER"})
    summary = runs.run(source, tmp_path / "dask", work=runs.harmful, crew=dask_crew)
    assert (summary.articles, summary.failed) == (4, 1)
    local = runs.run(source, tmp_path / "local", work=runs.harmful, crew=Crew(workers=1, part_articles=2))
    assert (local.articles, local.failed) == (4, 1)
    assert joined(tmp_path / "dask") == joined(tmp_path / "local")
    (line,) = [json.loads(line) for line in (tmp_path / "dask" / "errors.jsonl").read_text().splitlines()]
    assert (line["doc_id"], line["error"], line["position"]) == ("a002", "WorkerDied", "line 3")
