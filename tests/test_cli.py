from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geomap import __version__
from geomap.cli import main
from geomap.cli.reporting import plain
from geomap.cli.reporting import table as _table

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
ROOT = Path(__file__).resolve().parents[1]
ARTICLE = (
    "BERLIN, 4 May 2021 (Reuters) - On Monday a crowd of 300 people protested in Leipzig, police said.\n\n"
    "A bomb exploded in Dresden on Sunday evening.\n"
)


def test_version(cli: Cli) -> None:
    for arguments in (["--version"], ["map", "--version"], ["gazetteer", "search", "--version"]):
        done = cli(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"geomap {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mpa", "x"], "did you mean 'map'?"),
        (["gazetteer", "serach", "x"], "did you mean 'search'?"),
        (["map", "x", "--publishd", "2022-08-01"], "did you mean '--published'?"),
        (["map"], "INPUT"),
        ([], "COMMAND"),
        (["gazetteer"], "COMMAND"),
        (["map", "x", "--min-score", "2"], "2 is not between 0 and 1"),
        (["map", "x", "--min-score", "much"], "invalid number value"),
        (["gazetteer", "search", "x", "--limit", "0"], "0 is less than 1"),
        (["map", "x", "--recognizer", "magic"], "it is one of auto, gazetteer"),
        (["map", "x", "--published", "2022-02-30"], "--published"),
        (["map", "x", "--published", "yesterday"], "--published"),
        (["map", "x", "--quiet", "--verbose"], "contradict"),
        (["extract", "x", "-o", "x.docx"], "the name must end in .jsonl"),
        (["mp\x1b[31m"], "there is no 'mp\\x1b[31m' here"),
    ],
)
def test_wrong_usage_says_what_and_exits_2(arguments: list[str], said: str, cli: Cli, tmp_path: Path) -> None:
    done = cli(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert all(line.startswith(("geomap: ", "Try 'geomap")) for line in done.stderr.splitlines())
    assert "\x1b" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["map", "x.txt", "--corrections"],
        ["map", "x.txt", "--basemap"],
        ["extract", "x.txt", "-o"],
        ["convert", "x", "-o"],
    ],
)
def test_a_name_that_the_system_refuses_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments, "a" * 300]) in (1, 2)
    assert "aaa" in capsys.readouterr().err


def test_help_of_every_command(cli: Cli) -> None:
    for command in ([], ["map"], ["extract"], ["toponyms"], ["gazetteer"], ["gazetteer", "search"]):
        done = cli(*command, "--help")
        assert done.returncode == 0
        assert "--published" in done.stdout
        assert done.stderr == ""


def test_map_prints_only_the_path(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(ARTICLE)
    done = cli("map", "news.txt", "--recognizer", "gazetteer")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"output{os.sep}news.html\n"
    assert "1 article" in done.stderr
    assert "</html>" in (tmp_path / "output" / "news.html").read_text("utf-8")
    assert sorted(path.name for path in (tmp_path / "output").iterdir()) == ["news.html"]


def test_options_may_stand_on_either_side(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(ARTICLE)
    before = cli("--quiet", "--published", "2021-05-04", "extract", "news.txt", "--recognizer", "gazetteer")
    after = cli("extract", "news.txt", "--recognizer", "gazetteer", "--published", "2021-05-04", "--quiet")
    assert before.returncode == after.returncode == 0
    assert before.stdout == after.stdout != ""
    assert before.stderr == after.stderr == ""


def test_extract_lines_are_incidents_with_exact_quotes(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(ARTICLE)
    done = cli("extract", "news.txt", "--recognizer", "gazetteer", "-o", "out.jsonl")
    assert (done.returncode, done.stdout) == (0, "out.jsonl\n"), done.stderr
    incidents = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert incidents
    text = ARTICLE.strip()
    for incident in incidents:
        assert text[incident["quote_start"] : incident["quote_end"]] == incident["quote"]
    done = cli("extract", "news.txt", "--recognizer", "gazetteer", "-o", "out.geojson")
    assert done.returncode == 0, done.stderr
    collection = json.loads((tmp_path / "out.geojson").read_text("utf-8"))
    assert collection["type"] == "FeatureCollection"
    assert collection["features"]


def test_toponyms_from_standard_input_to_standard_output(cli: Cli) -> None:
    done = cli("toponyms", "-", "--recognizer", "gazetteer", "--quiet", stdin=ARTICLE)
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    record = json.loads(line)
    found = {one["text"]: one for one in record["toponyms"]}
    for name, lat, lon in (("Leipzig", 51.34, 12.37), ("Dresden", 51.05, 13.74)):
        one = found[name]
        assert ARTICLE[one["start"] : one["end"]] == name
        assert one["lat"] == pytest.approx(lat, abs=0.1)
        assert one["lon"] == pytest.approx(lon, abs=0.1)
        assert one["place_id"] == f"gn:{one['geonameid']}"
        assert one["country_code"] == "DE"


def test_an_article_without_a_date_is_told_how_to_get_one(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text("A crowd protested in Leipzig on Sunday.\n")
    done = cli("extract", "news.txt", "--recognizer", "gazetteer")
    assert done.returncode == 0
    assert "relative dates" in done.stderr
    assert "--published YYYY-MM-DD" in done.stderr
    done = cli("extract", "news.txt", "--recognizer", "gazetteer", "--published", "2021-05-04")
    assert "relative dates" not in done.stderr
    assert all(json.loads(line)["date_start"] == "2021-05-02" for line in done.stdout.splitlines())


def test_the_rest_goes_on_and_exit_codes(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(ARTICLE)
    done = cli("toponyms", "missing.txt", "news.txt", "--recognizer", "gazetteer")
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 1
    assert "missing.txt" in done.stderr
    assert "1 problem, told above" in done.stderr
    done = cli("toponyms", "missing.txt", "--recognizer", "gazetteer", "-o", "t.jsonl")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "missing.txt" in done.stderr
    assert not (tmp_path / "t.jsonl").exists()


@pytest.mark.usefixtures("gazetteer")
def test_search_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gazetteer", "search", "Kosovska", "Mitrovica", "--limit", "3"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    header, first, *_ = out.splitlines()
    assert header.split() == [
        *("name", "country", "admin1", "class", "population", "lat", "lon", "id", "match"),
    ]
    assert "42.8" in first
    assert len(out.splitlines()) <= 4


@pytest.mark.usefixtures("gazetteer")
def test_search_as_json_by_country(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["gazetteer", "search", "Paris", "--country", "us", "--json", "--limit", "5"]) == 0
    rows = json.loads(capfdbinary.readouterr().out)
    assert 1 <= len(rows) <= 5
    assert {row["country_code"] for row in rows} == {"US"}
    assert all(abs(row["lat"]) <= 90 and abs(row["lon"]) <= 180 for row in rows)


@pytest.mark.usefixtures("gazetteer")
def test_search_without_a_hit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gazetteer", "search", "Qqqqzzzz"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "no place called 'Qqqqzzzz'" in err


@pytest.mark.usefixtures("gazetteer")
def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gazetteer", "info"]) == 0
    assert ".sqlite" in capsys.readouterr().out


def test_plain_shows_what_a_terminal_would_act_on() -> None:
    assert plain("a\x1b[2Jb\u202ec\x9bd\ne\u2066") == "a\\x1b[2Jb\\u202ec\\x9bd\\ne\\u2066"
    assert plain("Đakovica, Косово, 北京") == "Đakovica, Косово, 北京"


def test_table_columns_line_up() -> None:
    table = _table(("name", "n"), [("北京", "1"), ("Zvečan", "12")], right=frozenset({1}))
    assert table.splitlines() == ["name     n", "北京     1", "Zvečan  12"]


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"doc_id": str(n), "text": ARTICLE}) + "\n" for n in range(300))
    (tmp_path / "many.jsonl").write_text(lines)
    command = [sys.executable, "-m", "geomap", "toponyms", "many.jsonl", "--recognizer", "gazetteer", "-q"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read()
    assert process.returncode == 141
    assert error == b""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_so_and_leaves_nothing(tmp_path: Path, number: int, code: int) -> None:
    command = [
        sys.executable,
        "-m",
        "geomap",
        "toponyms",
        "-",
        "-o",
        "out.jsonl",
        "--recognizer",
        "gazetteer",
    ]
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell's background jobs ignore SIGINT, and what they start inherits that.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    ) as process:
        # It waits for standard input, which stays open.
        time.sleep(1.5)
        process.send_signal(number)
        try:
            returned = process.wait(timeout=30)
        finally:
            process.kill()
        assert process.stderr is not None
        error = process.stderr.read()
        assert returned == code
    assert b"Traceback" not in error
    assert list(tmp_path.iterdir()) == []
