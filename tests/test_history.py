from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.gazetteer import history
from geomap.gazetteer.history import Effect, LastRun, effect_of, last_run, remember_run

MENTIONS = [
    ("a1", "Jarinje", None, None),
    ("a1", "JARINJE", None, None),
    ("a2", "Jarinje", "gn:1", "Jarinje (Bosnia)"),
    ("a2", "Zvečan", "gn:2", "Zvečan"),
    ("a3", "Zvecan", "gn:2", "Zvečan"),
]


def test_what_a_new_place_would_change(tmp_path: Path) -> None:
    assert remember_run(MENTIONS, tmp_path / "state") is True
    run = last_run(tmp_path / "state")
    assert run is not None and run.left_out == 0
    effect = effect_of(["Jarinje", "jarinje", "Jarinjë"], run)
    assert effect == Effect(total=3, unresolved=2, elsewhere=(("Jarinje (Bosnia)", 1),), documents=("a1", "a2"))
    assert effect_of(["Zvečan"], run).elsewhere == (("Zvečan", 2),)
    assert effect_of(["Zvečan"], run, place_id="gn:2") == Effect()
    assert effect_of(["Nowhere", ""], run) == Effect()


def test_a_run_replaces_the_one_before(tmp_path: Path) -> None:
    remember_run(MENTIONS, tmp_path)
    remember_run([("b", "Lešak", None, None)], tmp_path)
    run = last_run(tmp_path)
    assert run is not None and set(run.names) == {"lesak"}
    assert [path.name for path in tmp_path.iterdir()] == ["last-run.jsonl"]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    remember_run(MENTIONS, folder)
    file = folder / "last-run.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    file.chmod(0o644)
    remember_run(MENTIONS, folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert remember_run(MENTIONS, tmp_path / "file" / "state") is False
    assert last_run(tmp_path / "file" / "state") is None
    (tmp_path / "last-run.jsonl").mkdir()
    assert remember_run(MENTIONS, tmp_path) is False
    assert last_run(tmp_path) is None


def test_a_full_disk_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember_run(MENTIONS, tmp_path)
    before = (tmp_path / "last-run.jsonl").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert remember_run([("b", "Lešak", None, None)], tmp_path) is False
    assert (tmp_path / "last-run.jsonl").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("value", ["off", "OFF", "0", "no"])
def test_it_can_be_turned_off(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember_run(MENTIONS, tmp_path)
    monkeypatch.setenv("GEOMAP_HISTORY", value)
    assert remember_run(MENTIONS, tmp_path / "other") is False
    assert not (tmp_path / "other").exists()
    assert last_run(tmp_path) is None


def good_line(**changes: object) -> str:
    record = {"key": "a", "mentions": 1, "unresolved": 0, "places": [["gn:1", "A", 1]], "documents": ["d"]}
    return json.dumps(record | changes)


HEAD = '{"schema":1,"names":1,"left_out":0}\n'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "{",
        "[]",
        HEAD,
        HEAD + good_line()[:20],
        HEAD + good_line() + "\n" + good_line(),
        HEAD.replace("1,", "2,", 1) + good_line(),
        HEAD + good_line(mentions="1"),
        HEAD + good_line(mentions=-1),
        HEAD + good_line(key=None),
        HEAD + good_line(places=[["gn:1"]]),
        HEAD + good_line(places=3),
        HEAD + good_line(documents=[3]),
        HEAD + '{"key":"a","mentions":' + "9" * 5000 + "}",
        HEAD + "[" * 100_000,
        HEAD + good_line().replace('"mentions": 1', '"mentions": NaN'),
    ],
)
def test_a_damaged_file_is_no_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "last-run.jsonl").write_text(text, "utf-8")
    assert last_run(tmp_path) is None


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "last-run.jsonl").write_text(HEAD + good_line() + "\n", "utf-8")
    run = last_run(tmp_path)
    assert run is not None and run.names["a"].places == (("gn:1", "A", 1),)
    (tmp_path / "last-run.jsonl").write_bytes(b"\xff\xfe" + HEAD.encode())
    assert last_run(tmp_path) is None


def test_what_is_kept_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_MOST_NAMES", 2)
    mentions = [(f"d{i}" * 100, "often", f"p{i}", None) for i in range(100)]
    mentions += [("d", "twice", None, None)] * 2
    mentions += [("d", "once", None, None), ("d", "x" * 301, None, None), ("d", "", None, None)]
    assert remember_run(mentions, tmp_path)
    run = last_run(tmp_path)
    assert run is not None and list(run.names) == ["often", "twice"] and run.left_out == 1
    often = run.names["often"]
    assert (often.mentions, len(often.documents), len(often.places)) == (100, 20, 10)
    assert max(map(len, often.documents)) <= 200
    assert (tmp_path / "last-run.jsonl").stat().st_size < 10_000


def test_the_same_run_writes_the_same_bytes(tmp_path: Path) -> None:
    remember_run(MENTIONS, tmp_path / "a")
    remember_run(MENTIONS, tmp_path / "b")
    name = "last-run.jsonl"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


texts = st.text(st.characters(), max_size=20)
found = st.one_of(st.none(), texts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts, texts, found, found), max_size=20))
def test_whatever_is_met_reads_back(tmp_path_factory: pytest.TempPathFactory, mentions: list[tuple]) -> None:
    folder = tmp_path_factory.mktemp("state")
    assert remember_run(mentions, folder)
    run = last_run(folder)
    assert isinstance(run, LastRun)
    from geomap.text import fold

    keys = [fold(text) for _, text, _, _ in mentions if fold(text)]
    assert {key: met.mentions for key, met in run.names.items()} == {key: keys.count(key) for key in keys}
    effect = effect_of([text for _, text, _, _ in mentions], run)
    assert effect.total == len(keys)
    assert effect.unresolved + sum(number for _, number in effect.elsewhere) == effect.total
