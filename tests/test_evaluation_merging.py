"""Measuring merging: B³ and pairs over aligned tellings, counted by hand on a small story, and on our own gold."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geomap.errors import InputError
from geomap.evaluation.merging import COUNTS, figures, judge
from geomap.evaluation.merging_gold import merging_source

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

TEXTS = {
    "1a": "A bomb went off in the market of Aton on Monday. A mill burned down in Bton.",
    "1b": "The market of Aton was bombed on May 6. In Bton a mill was set on fire.",
    "1c": "On Tuesday a second bomb exploded in the market of Aton.",
}
ATON = {"name": "Aton", "lat": 10.0, "lon": 20.0, "tolerance_km": 5}
BTON = {"name": "Bton", "lat": 11.0, "lon": 20.0, "tolerance_km": 5}


def mention(doc: str, quote: str) -> dict[str, Any]:
    start = TEXTS[doc].index(quote)
    return {"doc_id": doc, "quote": quote, "start": start, "end": start + len(quote)}


A1, A2 = "A bomb went off in the market of Aton on Monday", "A mill burned down in Bton"
B1, B2 = "The market of Aton was bombed on May 6", "In Bton a mill was set on fire"
C1 = "On Tuesday a second bomb exploded in the market of Aton"
BOMB: dict[str, Any] = {"story": 1, "types": ["explosive"], "place": ATON}
MILL: dict[str, Any] = {"story": 1, "types": ["property_destruction"], "place": BTON}
CLUSTERS = [
    {**BOMB, "id": "1-0", "date_start": "2024-05-06", "mentions": [mention("1a", A1), mention("1b", B1)]},
    {**MILL, "id": "1-1", "mentions": [mention("1a", A2), mention("1b", B2)]},
    {**BOMB, "id": "1-2", "date_start": "2024-05-07", "mentions": [mention("1c", C1)]},
]


def corpus(folder: Path, clusters: list[dict[str, Any]] | None = None) -> Path:
    lines = [json.dumps({"doc_id": doc, "text": text, "published": "2024-05-08"}) for doc, text in TEXTS.items()]
    (folder / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "clusters.json").write_text(json.dumps({"clusters": clusters or CLUSTERS}), encoding="utf-8")
    return folder


def said(kind: str, place: dict[str, Any], *told: tuple[str, str], day: str | None = None) -> dict[str, Any]:
    return {
        "doc_id": told[0][0],
        "quote": told[0][1],
        "type": kind,
        "date_start": day,
        "places": [{"lat": place["lat"], "lon": place["lon"]}],
        "sources": [{"doc_id": doc, "quote": quote} for doc, quote in told],
    }


def measured(folder: Path, *predictions: dict[str, Any]) -> dict[str, float | None]:
    stories = list(merging_source(corpus(folder)).chosen())
    counts, _ = judge(stories, predictions)
    return figures([sum(column) for column in zip(*counts.values(), strict=True)])


def test_all_right(tmp_path: Path) -> None:
    result = measured(
        tmp_path,
        said("explosive", ATON, ("1a", A1), ("1b", B1)),
        said("property_destruction", BTON, ("1a", A2), ("1b", B2)),
        said("explosive", ATON, ("1c", C1)),
    )
    assert result["b3_f1"] == result["pair_f1"] == result["whole_b3_f1"] == result["aligned_share"] == 1.0
    assert (result["wrong_days"], result["wrong_towns"]) == (0, 0)
    # Alone, the four tellings of two have a recall of a half, the fifth of 1.
    assert result["unmerged_b3_f1"] == pytest.approx(2 * 0.6 / 1.6)


def test_a_merge_across_days_and_what_was_left_apart(tmp_path: Path) -> None:
    stories = list(merging_source(corpus(tmp_path)).chosen())
    counts, findings = judge(
        stories,
        [
            said("explosive", ATON, ("1a", A1), ("1c", C1)),
            said("explosive", ATON, ("1b", B1)),
            said("property_destruction", BTON, ("1a", A2), ("1b", B2)),
        ],
    )
    n = dict(zip(COUNTS, counts[1], strict=True))
    assert (n["wrong_days"], n["wrong_towns"]) == (1, 0)
    assert n["aligned"] == 5 and n["precision"] == 0.5 + 0.5 + 1 + 1 + 1 and n["recall"] == 0.5 + 1 + 0.5 + 1 + 1
    assert (n["pairs_told"], n["pairs_right"], n["pairs_gold"]) == (2, 1, 2)
    assert {(one.kind, one.gold) for one in findings} == {("merged", "1-0"), ("left apart", "1-0")}


def test_a_merge_across_towns(tmp_path: Path) -> None:
    result = measured(tmp_path, said("explosive", ATON, ("1a", A1), ("1b", B2)))
    # The mill is told where type and place of the bomb are said: nothing annotated, so it is not aligned ...
    assert result["wrong_towns"] == 0 and result["whole_b3_precision"] == 0.25
    # ... but where either is right, it is, and counts as what it is.
    assert measured(tmp_path, said("property_destruction", ATON, ("1a", A1), ("1b", B2)))["wrong_towns"] == 1


def test_missed_and_invented_ones_count_end_to_end(tmp_path: Path) -> None:
    result = measured(
        tmp_path, said("explosive", ATON, ("1a", A1), ("1b", B1)), said("riot", {"lat": 0, "lon": 0}, ("1c", C1))
    )
    assert result["b3_f1"] == 1.0
    assert result["aligned_share"] == pytest.approx(2 / 5)
    assert result["whole_b3_recall"] == pytest.approx(2 / 5) and result["whole_b3_precision"] == pytest.approx(2 / 3)


def test_nothing_said(tmp_path: Path) -> None:
    result = measured(tmp_path)
    assert result["b3_f1"] is None and result["whole_b3_recall"] == 0.0 and result["wrong_days"] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mentions": []}, "mentions"),
        ({"mentions": [{"doc_id": "9z", "quote": "x", "start": 0, "end": 1}]}, "9z"),
        ({"mentions": [{"doc_id": "1a", "quote": "A bomb", "start": 3, "end": 9}]}, "A bomb"),
        ({"mentions": [mention("1a", A1), mention("1a", A2)]}, "twice"),
        ({"types": []}, "types"),
        ({"place": {"lat": 1}}, "tolerance_km"),
        ({"story": "one"}, "story"),
        ({"story": 2}, "in the stories"),
    ],
)
def test_what_is_wrong_with_a_corpus_is_said(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        merging_source(corpus(tmp_path, [{**CLUSTERS[0], **change}, *CLUSTERS[1:]]))


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"articles\.jsonl"):
        merging_source(tmp_path)
    corpus(tmp_path)
    (tmp_path / "clusters.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="not JSON"):
        merging_source(tmp_path)
    (tmp_path / "clusters.json").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        merging_source(tmp_path)


# Floors of merging on our own gold, some .02 below what was measured; the bar of B³ is .85.
FLOORS = {
    "odd": {"b3_f1": 0.92, "b3_precision": 0.98, "pair_f1": 0.89, "whole_b3_f1": 0.76},
    "even": {"b3_f1": 0.91, "b3_precision": 0.98, "pair_f1": 0.88, "whole_b3_f1": 0.77},
}


@pytest.mark.model
def test_merging_of_our_own_stories(root: Path, cli: Cli, tmp_path: Path) -> None:
    folder, merged = root / "tests" / "data" / "merging", tmp_path / "merged.jsonl"
    done = cli("extract", folder / "articles.jsonl", "--merge", "--only-shipped", "-o", merged)
    assert done.returncode == 0, done.stderr
    for half, floors in FLOORS.items():
        done = cli("evaluate", "merging", folder, "--predictions", merged, "--half", half, "--json")
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)
        low = {name: (result[name], floor) for name, floor in floors.items() if result[name] < floor}
        assert not low, f"{half}: below the floor: {low}"
        assert (result["wrong_days"], result["wrong_towns"]) == (0, 0)
