"""Fit the weights by which resolution says how sure it is, and measure them on documents they were not fitted on.

    python scripts/train_confidence.py CORPUS.jsonl… [--write]

Documents of odd number (the first is 1) are fitted on, those of even number only measured. Each document is read twice,
with the language model and with the gazetteer alone, since both kinds of run use the weights. An answer is right where
its mention overlaps an annotated toponym and its place lies within 161 km of the annotated point, has the annotated
GeoNames id, or is an area whose radius covers that point. Toponyms annotated without coordinates say nothing and are
left out, and so are demonyms in corpora that do not annotate any.

The model is a logistic regression with an L2 penalty, fitted by Newton's method (iteratively reweighted least squares;
Bishop 2006, section 4.3.3): no randomness, a second or two. ``--write`` puts the weights, rounded to three digits, into
``geomap/lexicons/confidence.json``; only those ship, no text and no name of any corpus.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geomap.gazetteer import Gazetteer, open_gazetteer
from geomap.geo import distance_km
from geomap.nlp import load_model, parse
from geomap.recognition import find_mentions
from geomap.records import Article
from geomap.resolution.document import Answer, weigh_mentions

TARGET = Path(__file__).resolve().parents[1] / "geomap" / "lexicons" / "confidence.json"
NEAR_KM = 161.0
# The strength of the penalty: 1, 3 and 10 differ by less than .003 in calibration error on the even documents.
PENALTY = 3.0
# What a wrong answer weighs beside a right one: a wrong pin is worse than none, and documents of other kinds are
# harder. At 1.2 the answers scored .8 and more gain .005 of right ones on the even documents; at 1.3 the calibration
# error nears .05.
WRONG_WEIGHS = 1.2
# An answer is withheld, or a mention left out, below these: see the table that this script prints.
UNSURE_BELOW, UNLIKELY_BELOW = 0.2, 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A weighed answer. ``right`` is None where the annotation has no coordinates or there is no answer."""

    answer: Answer
    toponym: bool
    right: bool | None
    corpus: str
    number: int
    mode: str


def _overlaps(answer: Answer, toponyms: list[dict[str, Any]]) -> dict[str, Any] | None:
    start, end = answer.mention.start, answer.mention.end
    found = [
        (min(end, t["end"]) - max(start, t["start"]), -abs((end - start) - (t["end"] - t["start"])), n)
        for n, t in enumerate(toponyms)
        if t["start"] < end and start < t["end"]
    ]
    return toponyms[max(found)[2]] if found else None


def _right(answer: Answer, gold: dict[str, Any]) -> bool | None:
    if answer.candidate is None or gold.get("lat") is None:
        return None
    place = answer.candidate.place
    if gold.get("geonameid") is not None and place.id == f"gn:{gold['geonameid']}":
        return True
    reach = max(NEAR_KM, place.radius_km) if place.is_area else NEAR_KM
    return distance_km(place.lat, place.lon, gold["lat"], gold["lon"]) <= reach


def examples(
    documents: Iterable[tuple[int, dict[str, Any], Any]], gazetteer: Gazetteer, corpus: str, mode: str
) -> Iterator[Example]:
    """Every weighed answer of the documents, and whether it is right."""
    for number, gold, doc in documents:
        article = Article(doc_id=gold["doc_id"], text=gold["text"])
        for answer in weigh_mentions(article, find_mentions(article, gazetteer, doc), gazetteer):
            if answer is None:
                continue
            found = _overlaps(answer, gold["toponyms"])
            if found is None and answer.mention.kind == "demonym" and "geovirus" in corpus:
                continue
            right = _right(answer, found) if found else False if answer.candidate else None
            yield Example(
                answer=answer, toponym=found is not None, right=right, corpus=corpus, number=number, mode=mode
            )


def read(path: Path, nlp: Any) -> Iterator[tuple[int, dict[str, Any], Any]]:
    """The documents of a corpus, numbered from 1, parsed where there is a model."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            gold = json.loads(line)
            yield number, gold, parse(nlp, gold["text"]) if nlp is not None else None


def fit(rows: Sequence[tuple[dict[str, float], bool]], *, wrong_weighs: float = 1.0) -> dict[str, float]:
    """The weights, by name, of features that go with what is true; an untrue row counts ``wrong_weighs`` times."""
    names = sorted({name for made, _ in rows for name in made})
    at = {name: column for column, name in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    for row, (made, _) in enumerate(rows):
        for name, value in made.items():
            x[row, at[name]] = value
    y = np.array([true for _, true in rows], float)
    counts = np.where(y > 0, 1.0, wrong_weighs)
    penalty = np.eye(len(names)) * PENALTY
    penalty[at["always"], at["always"]] = 1e-3
    w = np.zeros(len(names))
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-x @ w))
        step = np.linalg.solve((x.T * (counts * p * (1 - p))) @ x + penalty, x.T @ (counts * (y - p)) - penalty @ w)
        w += step
        if float(np.abs(step).max()) < 1e-8:
            break
    return {name: round(float(w[at[name]]), 3) for name in names if abs(w[at[name]]) >= 0.0005}


def typical(rows: Sequence[dict[str, float]], weights: dict[str, float]) -> dict[str, float]:
    """The mean of each weighed feature, so that an explanation can say what is unusual about an answer."""
    means = {name: round(sum(made.get(name, 0.0) for made in rows) / len(rows), 3) for name in weights}
    return {name: mean for name, mean in means.items() if mean}


def probability(answer: Answer, weights: dict[str, float]) -> float:
    """As :func:`geomap.resolution.confidence.probability`, with weights that do not ship yet."""
    value = sum(weights.get(name, 0.0) * number for name, number in answer.features.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))


def report(rows: Sequence[Example], right: dict[str, float], toponym: dict[str, float], label: str) -> None:
    """Calibration error (ten bins of equal width) and what the thresholds cost and bring."""
    likely = [row for row in rows if probability(row.answer, toponym) >= UNLIKELY_BELOW]
    known = [row for row in likely if row.right is not None]
    if not known:
        return
    p = np.array([probability(row.answer, right) for row in known])
    y = np.array([row.right for row in known], float)
    bins = np.minimum((p * 10).astype(int), 9)
    kept = p >= UNSURE_BELOW
    ece = sum(
        (bins[kept] == b).mean() * abs(p[kept & (bins == b)].mean() - y[kept & (bins == b)].mean())
        for b in range(10)
        if (kept & (bins == b)).any()
    )
    sure = p >= 0.8
    before = sum(row.right or False for row in rows)
    toponyms = sum(row.toponym for row in rows)
    lost = toponyms - sum(row.toponym for row in likely)
    print(
        f"{label:30s} {len(rows):6d} {toponyms / len(rows):8.3f} {(toponyms - lost) / len(likely):8.3f}"
        f" {lost / toponyms:6.3f}"
        f" {y[kept].mean():7.3f} {1 - y[kept].sum() / before:6.3f} {ece:6.3f} {y[sure].mean():9.3f} {sure.mean():6.3f}"
    )


def main() -> int:
    """Fit, report and, if asked to, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS.jsonl")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    options = parser.parse_args()
    rows: list[Example] = []
    with open_gazetteer(own_places=False) as gazetteer:
        for mode in ("auto", "gazetteer"):
            nlp = load_model(mode)
            for path in options.corpora:
                rows += examples(read(path, nlp), gazetteer, path.stem, mode)
    odd = [row for row in rows if row.number % 2]
    toponym = fit([(row.answer.features, row.toponym) for row in odd])
    known = [(row.answer.features, row.right) for row in odd if row.right is not None]
    right = fit(known, wrong_weighs=WRONG_WEIGHS)
    print(
        f"{'':30s} {'n':>6s} {'toponyms':>8s} {'kept':>8s} {'lost':>6s} {'right':>7s} {'lost':>6s} {'ECE':>6s}"
        f" {'right ≥.8':>9s} {'share':>6s}"
    )
    for mode in ("auto", "gazetteer"):
        for path in options.corpora:
            for half, rest in (("fitted", 1), ("unseen", 0)):
                some = [r for r in rows if r.mode == mode and r.corpus == path.stem and r.number % 2 == rest]
                report(some, right, toponym, f"{path.stem}, {mode}, {half}")
    if options.write:
        data = {
            "_": (
                "Weights of geomap.resolution.confidence by scripts/train_confidence.py from the odd documents of "
                + " and ".join(path.stem for path in options.corpora)
                + "; docs/accuracy.md says what that means and has the figures for the even ones. No text and no name"
                " of a corpus is in here."
            ),
            "unsure_below": UNSURE_BELOW,
            "unlikely_below": UNLIKELY_BELOW,
            "right": right,
            "toponym": toponym,
            "typical": typical([row.answer.features for row in odd if row.right is not None], right),
        }
        TARGET.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
