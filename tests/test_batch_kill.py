"""Whoever is killed, whenever: the run that goes on afterwards ends with the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import batch_runs as runs
import pytest

from geomap.batch.pool import LocalPool

pytestmark = [
    pytest.mark.usefixtures("gazetteer"),
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's"),
]


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return runs.write_articles(tmp_path_factory.mktemp("kill") / "articles.jsonl", 40)


@pytest.fixture(scope="module")
def undisturbed(articles: Path) -> dict[str, bytes]:
    runs.run(articles, articles.parent / "undisturbed")
    found = runs.content(articles.parent / "undisturbed")
    assert len(found) == 12
    return found


def test_a_worker_is_killed_again_and_again(
    articles: Path, undisturbed: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    killed: list[int] = []
    pools: list[LocalPool] = []
    enter = LocalPool.__enter__

    def entered(self: LocalPool) -> LocalPool:
        pools.append(self)
        return enter(self)

    monkeypatch.setattr(LocalPool, "__enter__", entered)
    over = threading.Event()

    def kill() -> None:
        while not over.is_set() and len(killed) < 4:
            time.sleep(chance.uniform(0.2, 0.6))
            # Only those that are at work: the start of a worker is not the article's doing.
            for hand in list(pools[0]._hands) if pools else []:
                if hand.ready and hand.process.pid is not None:
                    os.kill(hand.process.pid, signal.SIGKILL)
                    killed.append(hand.process.pid)
                    break

    thread = threading.Thread(target=kill)
    thread.start()
    summary = runs.run(articles, tmp_path / "out", workers=2, work=runs.lingering)
    over.set()
    thread.join()
    assert killed
    assert (summary.articles, summary.failed) == (40, 0)
    parts = {name.rpartition("-")[0]: data for name, data in undisturbed.items() if name.startswith("part-")}
    found = runs.content(tmp_path / "out")
    assert {name.rpartition("-")[0]: data for name, data in found.items() if name.startswith("part-")} == parts


def test_the_coordinator_is_killed_again_and_again(
    articles: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    chance = random.Random(11)
    folder = tmp_path / "out"
    root = Path(runs.__file__).resolve().parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, runs.__file__, str(articles), str(folder), "1"]
    counts: list[int] = []
    for _ in range(3):
        with subprocess.Popen(command, env=environment) as process:
            # Until it has written something new, and then a moment that nobody chose.
            until = time.monotonic() + 60
            before = len(list(folder.glob("part-*")))
            while process.poll() is None and time.monotonic() < until:
                if len(list(folder.glob("part-*"))) > before:
                    break
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 0.1))
            process.kill()
        counts.append(len(list(folder.glob("part-*"))))
    assert counts[0] >= 1
    assert subprocess.run(command, env=environment, check=False, timeout=120).returncode == 0
    assert runs.content(folder) == undisturbed
