"""Runs in worker processes for the tests: articles of our own, work that goes wrong, and a coordinator to kill.

A module of its own, since worker processes import what they are told to do by its name. As a program it is a
coordinator: ``python batch_runs.py ARTICLES FOLDER WORKERS``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from geomap.batch import Crew, PartsSummary, extract_to_parts, running
from geomap.batch.working import Setup, Work, Workshop, process, setup_for
from geomap.pipeline import ArticleResult, Session
from geomap.settings import Settings

SETTINGS = Settings(model="gazetteer", own_places=False)
_TOWNS = ("Zvecan", "Leposavic", "Pristina", "Prizren", "Gjakova", "Peja", "Mitrovica", "Ferizaj")


def article(number: int, more: str = "") -> dict[str, str]:
    town, other = _TOWNS[number % len(_TOWNS)], _TOWNS[(number * 3 + 1) % len(_TOWNS)]
    return {
        "doc_id": f"a{number:03d}",
        "published": f"2023-05-{number % 28 + 1:02d}",
        "text": f"{town} saw {number + 2} people injured on Monday when a bomb exploded near a market.\n\n"
        f"Protesters later blocked a road in {other}, police said. {more}",
    }


def write_articles(path: Path, count: int, more: dict[int, str] | None = None) -> Path:
    rows = [article(number, (more or {}).get(number, "")) for number in range(count)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def harmful(workshop: Workshop, one: Any, home: Any) -> ArticleResult:
    """Does what some articles say: dies, hangs, fails or gives what no file can hold; the others are done as usual."""
    if "KILLER" in one.text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "SLEEPER" in one.text:
        time.sleep(600)
    if "HOG" in one.text:
        raise MemoryError
    if "FAULTY" in one.text:
        raise KeyError("nobody foresaw this")
    result = process(workshop, one, home)
    if "UNWRITABLE" in one.text:
        return replace(result, incidents=tuple(replace(one, quote=object()) for one in result.incidents))
    if "UNSENDABLE" in one.text:
        return replace(result, note=lambda: None)  # type: ignore[arg-type]
    return result


def lingering(workshop: Workshop, one: Any, home: Any) -> ArticleResult:
    """Takes its time, so that somebody can come in between."""
    time.sleep(0.05)
    return process(workshop, one, home)


@contextmanager
def doing(work: Work) -> Iterator[None]:
    """Workers that are started in the block do ``work``."""

    def made(*values: Any, **more: Any) -> Setup:
        return replace(setup_for(*values, **more), work=work)

    with mock.patch.object(running, "setup_for", made):
        yield


def run(articles: Path, folder: Path, *, workers: int = 1, work: Work = process, **options: Any) -> PartsSummary:
    crew = options.pop("crew", None) or Crew(workers=workers, part_articles=4)
    with Session(options.pop("settings", SETTINGS)) as session, doing(work):
        kind = options.pop("kind", "jsonl")
        return extract_to_parts(session, [articles], folder, kind=kind, crew=crew, **options)


def content(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in sorted(folder.iterdir()) if not one.name.startswith(".")}


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), workers=int(sys.argv[3]))
