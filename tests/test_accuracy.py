"""Floors under the accuracy of toponym resolution, on corpora that are not part of the project.

The scorer is the corpora's own. By default every fourth document is used; GEOMAP_FULL_ACCURACY=1 uses all.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = [pytest.mark.corpus, pytest.mark.model]
FULL = os.environ.get("GEOMAP_FULL_ACCURACY") == "1"

# Corpus, its digest (other data would make the floors meaningless), and the floor under the share of all gold
# toponyms with coordinates that are found and placed within 161 km. Measured: .800 and .827 on all documents, .803 and
# .847 on every fourth; the floors are some .02 below the lower of the two.
CORPORA = [
    ("lgl", "ff6d6edd4e621e61a52fd454efce104996a40eb3eceeafa0dba92f7552a39eb1", 0.78),
    ("geovirus", "4ac44dd3c039a84770f5f826c6bd53db7511f967b9533f4874efd4d84be842a1", 0.81),
]


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("scorer", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("name", "digest", "floor"), CORPORA)
def test_toponyms_are_placed(name: str, digest: str, floor: float, shared: Path, cli: Cli, tmp_path: Path) -> None:
    path = shared / "corpora" / "toponyms" / f"{name}.jsonl"
    if not path.is_file():
        pytest.skip(f"the corpus {name} is not there")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        pytest.skip(f"the corpus {name} is another version than the floor was measured on")
    gold = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
    gold = gold if FULL else gold[::4]
    # Without their gold: the command must not see it.
    (tmp_path / "input.jsonl").write_text(
        "".join(
            json.dumps({key: doc[key] for key in ("doc_id", "text", "title", "date") if doc.get(key)}) + "\n"
            for doc in gold
        ),
        "utf-8",
    )
    done = cli("toponyms", "input.jsonl", "-o", "predictions.jsonl", "--quiet")
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "predictions.jsonl").read_text("utf-8").strip().split("\n")
    predictions = [json.loads(line) for line in lines]
    assert len(predictions) == len(gold)
    scores = load(shared / "corpora" / "score_toponyms.py").evaluate(gold, predictions)
    assert scores["bad_offsets"] == scores["stray_docs"] == 0
    assert scores["acc161_all"] >= floor, {key: round(value, 4) for key, value in scores.items()}
