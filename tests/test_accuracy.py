"""Floors under the accuracy of toponym recognition and resolution, on corpora that are not part of the project.

They are measured with ``geomap evaluate toponyms`` on the documents of even number, which no weight was fitted on;
GEOMAP_FULL_ACCURACY=1 takes all documents instead. docs/accuracy.md has the figures and what they rest on.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.corpus
FULL = os.environ.get("GEOMAP_FULL_ACCURACY") == "1"

# Corpus → its digest: with other data the floors mean nothing.
DIGESTS = {
    "lgl": "ff6d6edd4e621e61a52fd454efce104996a40eb3eceeafa0dba92f7552a39eb1",
    "geovirus": "4ac44dd3c039a84770f5f826c6bd53db7511f967b9533f4874efd4d84be842a1",
}
# GeoVirus annotates no demonyms.
OPTIONS = {"lgl": [], "geovirus": ["--no-demonyms"]}
# Figure → floor, some .01 below what was measured on either set of documents, and never below the bar that was set for
# the project. Errors of calibration are ceilings.
FLOORS = {
    "lgl": {"F1": 0.87, "acc161_all": 0.765, "acc161_contained": 0.77, "P161": 0.785, "right_at_80": 0.915},
    "geovirus": {"F1": 0.92, "acc161_all": 0.81, "acc161_contained": 0.90, "P161": 0.80, "right_at_80": 0.945},
}
CEILINGS = {"lgl": {"ece": 0.04, "ece_strict": 0.04}, "geovirus": {"ece": 0.045}}
GOLD_SPANS = {
    "lgl": {"acc161_all": 0.855, "acc161_contained": 0.86},
    "geovirus": {"acc161_all": 0.84, "acc161_contained": 0.935},
}


def corpus(shared: Path, name: str) -> Path:
    path = shared / "corpora" / "toponyms" / f"{name}.jsonl"
    if not path.is_file():
        pytest.skip(f"the corpus {name} is not there")
    if hashlib.sha256(path.read_bytes()).hexdigest() != DIGESTS[name]:
        pytest.skip(f"the corpus {name} is another version than the floors were measured on")
    return path


def evaluated(cli: Cli, *arguments: object) -> dict[str, Any]:
    done = cli("evaluate", "toponyms", *arguments, "--json", "--examples", "0", "--only-shipped", "--quiet")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def assert_above(result: dict[str, Any], floors: dict[str, float]) -> None:
    low = {name: (result[name], floor) for name, floor in floors.items() if result[name] < floor}
    assert not low, f"{result['corpus']}: below the floor: {low}"


@pytest.mark.model
@pytest.mark.parametrize("name", DIGESTS)
def test_toponyms_are_found_placed_and_scored(name: str, shared: Path, cli: Cli) -> None:
    half = [] if FULL else ["--half", "even"]
    result = evaluated(cli, corpus(shared, name), *OPTIONS[name], *half)
    assert result["bad_offsets"] == 0
    assert_above(result, FLOORS[name])
    high = {key: result[key] for key, ceiling in CEILINGS[name].items() if result[key] > ceiling}
    assert not high, f"{name}: calibration error too large: {high}"
    # Beating the largest place of each name is the least that context has to do.
    assert result["acc161_all"] > result["baseline"]["own_spans"]["acc161_all"] + (0.01 if name == "geovirus" else 0.1)


def test_annotated_names_are_placed(shared: Path, cli: Cli) -> None:
    paths = [corpus(shared, name) for name in DIGESTS]
    results = evaluated(cli, *paths, "--gold-spans")["corpora"]
    for name, floors in GOLD_SPANS.items():
        assert_above(results[name], floors)
