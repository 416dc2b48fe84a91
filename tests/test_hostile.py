"""Broken and hostile inputs, end to end through the command: a clear message, and the rest still done."""

from __future__ import annotations

import html.parser
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
ROOT = Path(__file__).resolve().parents[1]
FAST = ("--recognizer", "gazetteer")
GOOD = "BERLIN, 4 May 2021 - Police said a bomb exploded in Dresden on Monday and killed two people.\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.txt"
    path.write_text(GOOD, "utf-8")
    return path


def deep_html(_: Path) -> bytes:
    return b"<html><head><title></title></head><body><script>let a = 1;</script></body></html>"


BAD = {
    "empty.txt": b"",
    "blank.txt": b" \n\t\n",
    "binary.txt": bytes(range(256)) * 64,
    "picture.txt": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\xff" * 500,
    "notext.html": deep_html(Path()),
}


def only_our_lines(stderr: str) -> bool:
    return "Traceback" not in stderr and all(line.startswith("geomap: ") for line in stderr.splitlines())


@pytest.mark.parametrize("name", ["missing.txt", *BAD])
def test_a_bad_input_is_named_and_the_rest_is_done(name: str, cli: Cli, good: Path, tmp_path: Path) -> None:
    if name in BAD:
        (tmp_path / name).write_bytes(BAD[name])
    done = cli("toponyms", name, "good.txt", *FAST)
    assert done.returncode == 3, done.stderr
    assert only_our_lines(done.stderr)
    (complaint,) = [line for line in done.stderr.splitlines() if name in line]
    assert len(complaint) > len(f"geomap: {name}: ") + 10
    assert [json.loads(line)["doc_id"] for line in done.stdout.splitlines()] == ["good"]
    alone = cli("toponyms", name, *FAST)
    assert alone.returncode == 1
    assert name in alone.stderr
    assert alone.stdout == ""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252", "utf-8-sig"])
def test_another_encoding_is_read_right_or_refused(encoding: str, cli: Cli, good: Path, tmp_path: Path) -> None:
    text = "KÖLN, 4 May 2021 – Police said a bomb exploded in Düsseldorf on Monday.\n"
    (tmp_path / "other.txt").write_bytes(text.encode(encoding))
    done = cli("toponyms", "other.txt", "good.txt", *FAST)
    assert done.returncode == 0, done.stderr
    assert only_our_lines(done.stderr)
    read = {record["doc_id"]: record for record in map(json.loads, done.stdout.splitlines())}
    assert "good" in read
    if "other" in read:
        assert "Düsseldorf" in [one["text"] for one in read["other"]["toponyms"]]
    else:
        assert "other.txt" in done.stderr


def test_a_broken_line_is_named_with_its_file_and_number(cli: Cli, tmp_path: Path) -> None:
    lines = [
        json.dumps({"doc_id": "a", "text": GOOD}),
        '{"doc_id": "b", "text": "In Dres',
        json.dumps({"doc_id": "c", "text": 7}),
        "",
        json.dumps(["no", "object"]),
        json.dumps({"doc_id": "d", "text": GOOD}),
        '{"doc_id": "e", "text": "cut o',
    ]
    (tmp_path / "batch.jsonl").write_text("\n".join(lines), "utf-8")
    done = cli("toponyms", "batch.jsonl", *FAST)
    assert done.returncode == 3, done.stderr
    assert [json.loads(line)["doc_id"] for line in done.stdout.splitlines()] == ["a", "d"]
    assert only_our_lines(done.stderr)
    for number in (2, 3, 5, 7):
        assert [line for line in done.stderr.splitlines() if "batch.jsonl" in line and f"{number}" in line]


def test_an_article_without_places_makes_a_map_and_is_told(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("date 2021-05-04 The committee met and then went home again.\n")
    done = cli("map", "plain.txt", *FAST)
    assert done.returncode == 0, done.stderr
    assert "no place was found in plain" in done.stderr
    assert "</html>" in (tmp_path / done.stdout.strip()).read_text("utf-8")


@pytest.mark.parametrize("day", ["2022-02-30", "0000-01-01", "9999-99-99", "soon", "", "2022-08-01; rm", "٢٠٢٢-٠٨"])
def test_an_impossible_publication_date_is_refused(day: str, cli: Cli, good: Path, tmp_path: Path) -> None:
    done = cli("map", "good.txt", "--published", day)
    assert done.returncode == 2
    assert "--published" in done.stderr
    assert only_our_lines(done.stderr)
    assert not (tmp_path / "output").exists()


def test_an_unwritable_output_is_told_at_once(cli: Cli, good: Path, tmp_path: Path) -> None:
    for target in (tmp_path, good / "map.html", Path("/proc/map.html"), tmp_path / ("n" * 300 + ".html")):
        done = cli("map", "good.txt", *FAST, "-o", target)
        assert done.returncode == 1
        assert "-o" in done.stderr
        assert only_our_lines(done.stderr)
    assert [path.name for path in tmp_path.iterdir()] == ["good.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(cli: Cli, good: Path, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    done = cli("map", "good.txt", *FAST, "-o", folder / "map.html")
    assert done.returncode == 1
    assert "permission denied" in done.stderr


@pytest.mark.usefixtures("gazetteer")
@pytest.mark.parametrize(("command", "name"), [("map", "map.html"), ("toponyms", "t.jsonl"), ("extract", "x.geojson")])
def test_a_full_disk_leaves_the_previous_result_and_nothing_else(
    command: str, name: str, cli: Cli, good: Path, tmp_path: Path
) -> None:
    # A limit on the size of files makes write() fail in the middle, as a full disk does.
    target = tmp_path / name
    target.write_text("the previous result")
    limit = 20_000 if command == "map" else 100
    done = cli(
        *(command, "good.txt", *FAST, "-o", name),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        env={"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 1, done.stderr
    assert name in done.stderr
    assert only_our_lines(done.stderr)
    assert target.read_text() == "the previous result"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["good.txt", name])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_device(cli: Cli, good: Path) -> None:
    done = cli("toponyms", "good.txt", *FAST, "-o", "/dev/full")
    assert done.returncode == 1
    assert "disk is full" in done.stderr
    assert Path("/dev/full").is_char_device()


def test_an_interrupted_build_of_the_gazetteer_recovers(cli: Cli, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    command = [sys.executable, "-m", "geomap", "gazetteer", "build", "--cache-dir", str(cache), "-q"]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (cache.is_dir() and any(cache.iterdir())):
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not list(cache.glob("*.sqlite"))
    done = cli("gazetteer", "search", "Dresden", "--cache-dir", cache, "--json", "--limit", "1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["country_code"] == "DE"
    # What the killed build left is cleared away by the next one.
    assert len(list(cache.glob("*.sqlite"))) == 1
    assert not list(cache.glob("*.part")) + list(cache.glob("*.tmp")) + list(cache.glob("*-journal"))


class Page(html.parser.HTMLParser):
    """The scripts, links and event handlers of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.suspicious: list[str] = []
        self.visible: list[str] = []
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self._in_script = True
            self.scripts.append("")
            self.suspicious += [f"script {key}" for key, _ in attrs if key == "src"]
        if tag in ("iframe", "object", "embed", "base"):
            self.suspicious.append(tag)
        for key, value in attrs:
            if key.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.suspicious.append(f"{tag} {key}={value}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data
        else:
            self.visible.append(data)


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 191919*919191 }}{% for x in y %}{# ${alert(3)} `"


def evil_map(cli: Cli, tmp_path: Path, *, evil: str) -> str:
    places = "id,title,lon,lat,variants,feature_class,feature_code,ccodes\n"
    places += f'user:1,"Querfurth{evil}",13.7,51.0,Querfurth@de,P,PPL,DE\n'
    (tmp_path / "places.csv").write_text(places, "utf-8")
    record = {
        "doc_id": f"a{evil}",
        "title": f"Title{evil}",
        "source": f"Source{evil}",
        "url": "javascript:alert(4)" if evil else "https://example.org/a",
        "published": "2021-05-04",
        "text": f"Police said a bomb exploded in Querfurth {evil} on Monday and killed two people.",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    done = cli("map", "a.jsonl", *FAST, "--places", "places.csv", "-o", "m.html", "--verbose")
    assert done.returncode == 0, done.stderr
    assert "1 article" in done.stderr
    return (tmp_path / "m.html").read_text("utf-8")


def test_markup_in_text_title_source_and_place_is_inert(cli: Cli, tmp_path: Path) -> None:
    benign, hostile = evil_map(cli, tmp_path, evil=""), evil_map(cli, tmp_path, evil=EVIL)
    ours, page = Page(benign), Page(hostile)
    assert len(page.scripts) == len(ours.scripts)
    assert page.suspicious == ours.suspicious == []
    assert "alert(1)</script>" not in hostile
    assert "javascript:alert(4)" not in hostile.replace("\\", "").split("<script", 1)[0]
    # No template was evaluated: the product would stand there.
    assert str(191919 * 919191) not in hostile
    assert "{{ 191919*919191 }}" in hostile
    assert "Querfurth" in hostile
    # The scripts that run are the same; what differs is data.
    assert [one for one in page.scripts if "function" in one] == [one for one in ours.scripts if "function" in one]
    assert "Content-Security-Policy" in hostile


def test_terminal_escapes_do_not_reach_the_terminal(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m.txt").write_text("x\x1b[2J In Dresden on Monday, a\u202eb protested.\n")
    (tmp_path / "places.csv").write_text("id,title,lon,lat\nuser:1,Quer\x1b[31mfurth,13.7,51.0\n")
    done = cli("map", tmp_path / "a\x1b[31m.txt", tmp_path / "no\x1b[31m.txt", *FAST, "-v", "-o", "m.html")
    assert done.returncode == 3, done.stderr
    assert "\x1b" not in done.stderr
    done = cli("gazetteer", "search", "Quer\x1b[31mfurth", "--places", "places.csv")
    assert "row 2, column title" in done.stderr and "control character" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    # A name may hold what reorders text: it is shown as it is written, not as it would be displayed.
    (tmp_path / "places.csv").write_text("id,title,lon,lat\nuser:1,Quer\u202efurth,13.7,51.0\n", "utf-8")
    done = cli("gazetteer", "search", "Querfurth", "--places", "places.csv")
    assert done.returncode == 0, done.stderr
    assert "user:1" in done.stdout and "\u202e" not in done.stdout


def test_the_same_input_gives_the_same_map(cli: Cli, good: Path, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        assert cli("map", "good.txt", *FAST, "-o", f"{seed}.html", env={"PYTHONHASHSEED": seed}).returncode == 0
    assert (tmp_path / "1.html").read_bytes() == (tmp_path / "2.html").read_bytes()
