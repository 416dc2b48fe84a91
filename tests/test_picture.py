"""Pictures of a page through a browser of this machine."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

import pytest

from geomap.errors import OutputError
from geomap.maps import picture
from geomap.maps.picture import find_browser, save_picture

PAGE = "<!DOCTYPE html><style>html,body{margin:0;height:100%;background:#c00}</style><p>hello"


def size_of(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:24])


@pytest.fixture
def page(tmp_path: Path) -> Path:
    made = tmp_path / "a page # with odd %20 name.html"
    made.write_text(PAGE, encoding="utf-8")
    return made


def fake(tmp_path: Path, script: str) -> str:
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    browser.chmod(0o755)
    return str(browser)


def test_a_picture_has_the_size_asked_for(page: Path, tmp_path: Path) -> None:
    if find_browser() is None:
        pytest.skip("no Chromium on this machine")
    target = save_picture(page, tmp_path / "p.png", width=640, height=400)
    assert size_of(target) == (640, 400)


def test_without_a_browser_it_is_said_what_to_do(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "_installed", lambda: iter([tmp_path / "no-such-browser"]))
    assert find_browser() is None
    with pytest.raises(OutputError, match="GEOMAP_CHROMIUM"):
        save_picture(page, tmp_path / "p.png")
    assert not (tmp_path / "p.png").exists()


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_browser_that_fails_leaves_the_old_picture(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "p.png"
    old.write_bytes(b"old")
    monkeypatch.setenv("GEOMAP_CHROMIUM", fake(tmp_path, "echo 'cannot open display' >&2; exit 1"))
    with pytest.raises(OutputError, match="cannot open display"):
        save_picture(page, old)
    assert old.read_bytes() == b"old"


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_browser_that_hangs_is_ended_with_all_that_it_started(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "still-there"
    monkeypatch.setenv("GEOMAP_CHROMIUM", fake(tmp_path, f"(sleep 3; touch {mark}) & sleep 60"))
    started = time.monotonic()
    with pytest.raises(OutputError, match=r"within 0\.5 seconds"):
        save_picture(page, tmp_path / "p.png", timeout_s=0.5)
    assert time.monotonic() - started < 20
    time.sleep(3.2)
    assert not mark.exists()


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_the_network_is_off_unless_asked_for(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The flags come out as the picture.
    script = 'for a; do case "$a" in --screenshot=*) out="${a#--screenshot=}";; esac; done; echo "$@" > "$out"'
    monkeypatch.setenv("GEOMAP_CHROMIUM", fake(tmp_path, script))
    off = save_picture(page, tmp_path / "off.png").read_text()
    on = save_picture(page, tmp_path / "on.png", online=True).read_text()
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in off
    assert "host-resolver" not in on
    assert ("--no-sandbox" in off) == (os.geteuid() == 0)
    assert "a%20page%20%23%20with%20odd%20%2520%20name.html" in off


@pytest.mark.parametrize("side", [0, -1, 20_000])
def test_impossible_sizes_are_refused(page: Path, tmp_path: Path, side: int) -> None:
    with pytest.raises(OutputError, match="pixels"):
        save_picture(page, tmp_path / "p.png", width=side)
