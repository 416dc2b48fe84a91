from __future__ import annotations

import json
import resource
import signal
from pathlib import Path

import filelock
import pytest

from geomap.errors import OutputError
from geomap.outputs import (
    atomic_file,
    check_writable,
    json_line,
    json_lines_file,
    locked_file,
    write_bytes,
    write_text,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_writes_and_makes_the_folders(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "map.html"
    assert write_text(target, "čaj") == target
    assert target.read_bytes() == "čaj".encode()
    assert names(target.parent) == ["map.html"]
    assert target.stat().st_mode & 0o777 & ~0o666 == 0
    assert target.stat().st_mode & 0o600 == 0o600


def test_replaces_and_keeps_the_permissions(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_text("old")
    target.chmod(0o640)
    write_text(target, "new")
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_failure_inside_keeps_the_old_file_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "x.jsonl"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), json_lines_file(target) as writer:
        writer.write({"a": 1})
        writer.write({"a": 1 / 0})
    assert target.read_text() == "old"
    assert names(tmp_path) == ["x.jsonl"]


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), atomic_file(tmp_path / "x") as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_a_file_that_grows_too_large_leaves_the_old_one(tmp_path: Path) -> None:
    # The limit on file size fails in write() as a full disk does.
    target = tmp_path / "big.html"
    target.write_text("old")
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OutputError, match=r"big\.html.*nothing was left behind.*-o"):
            write_bytes(target, b"x" * 1_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert target.read_text() == "old"
    assert names(tmp_path) == ["big.html"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said() -> None:
    with pytest.raises(OutputError, match="disk is full"):
        write_bytes(Path("/dev/full"), b"x" * 100_000)


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_bytes(Path("/dev/null"), b"x")
    assert Path("/dev/null").is_char_device()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    write_text(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


@pytest.mark.parametrize("check", [check_writable, lambda path: write_text(path, "x")])
def test_impossible_targets_name_the_path_and_the_remedy(tmp_path: Path, check) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=r"is a folder.*-o"):
        check(tmp_path)
    with pytest.raises(OutputError, match=r"file/map\.html.*-o"):
        check(tmp_path / "file" / "map.html")
    with pytest.raises(OutputError, match="too long"):
        check(tmp_path / ("n" * 300))
    with pytest.raises(OutputError, match=r"-o"):
        check(Path("/proc/nowhere/map.html"))
    assert names(tmp_path) == ["file"]


def test_json_line_is_one_safe_strict_line() -> None:
    record = {"text": "a\nb\u2028c\x85d\x9be\x7f\ud800\x1b[31m", "n": None}
    line = json_line(record)
    assert json.loads(line) == record
    assert line.isprintable()
    assert line.encode("utf-8")
    with pytest.raises(ValueError):
        json_line({"lat": float("nan")})
    assert json_line({"name": "Zvečan"}) == '{"name":"Zvečan"}'


def test_json_lines_are_counted(tmp_path: Path) -> None:
    with json_lines_file(tmp_path / "x.jsonl") as writer:
        writer.write({"a": 1})
        writer.write({"a": "š"})
        assert not (tmp_path / "x.jsonl").exists()
    assert writer.count == 2
    assert (tmp_path / "x.jsonl").read_text("utf-8") == '{"a":1}\n{"a":"š"}\n'


def test_a_lone_surrogate_does_not_stop_the_text(tmp_path: Path) -> None:
    assert write_text(tmp_path / "x", "a\ud800b").read_text() == "a?b"


@pytest.mark.parametrize("kind", [filelock.FileLock, filelock.SoftFileLock])
def test_a_lock_file_is_removed_once_and_while_it_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[filelock.BaseFileLock]
) -> None:
    path, guard = tmp_path / "a.csv", tmp_path / ".a.csv.lock"
    release = kind.release
    before: list[bool] = []

    def released(self: filelock.BaseFileLock, force: bool = False) -> None:
        before.append(guard.exists())
        release(self, force)

    monkeypatch.setattr(kind, "release", released)
    monkeypatch.setattr(filelock, "FileLock", kind)
    with locked_file(path):
        assert guard.exists()
    assert not guard.exists()
    assert before[0] is (kind is filelock.SoftFileLock)
