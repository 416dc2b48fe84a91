"""What it saves to parse only the sentences that may report an incident, and what it changes.

    .venv/bin/python benchmarks/parsing.py [FILE ...]

The articles are those of benchmarks/incidents.py (dense ones, and ordinary ones in which every third sentence tells
an incident), and those of each FILE, JSON Lines with a "text". Plain is a loop of ``nlp(text)`` with the whole
pipeline as ``spacy.load`` gives it, and then our stages over that parse; ours is what ``geomap extract`` does; whole is
the plain loop with the model that we use (its matrices multiplied by numpy), so that ours over whole is what it saves
to parse less. All go through the articles in turn, three times; the calmest pass is told, in processor time of one
thread. Incidents are compared field by field.

Exit code 1 where a bar is missed: 1.5 times the articles a second of the plain loop over the ordinary articles, and
99 of 100 incidents the same.
"""

from __future__ import annotations

import os
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from _measure import machine, table
from incidents import PASSES, texts
from toponyms import opened, seconds

TIMES_PLAIN, SAME = 1.5, 0.99
# Before numpy is imported: threads of its own would do some of one side's work.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def ours(articles: list[str], nlp: Any) -> list[list[Any]]:
    """The incidents of each article."""
    from geomap.pipeline import process_article
    from geomap.records import Article

    with opened() as gazetteer:
        return [
            list(
                process_article(
                    Article(doc_id=str(n), text=text, published="2024-06-20"), gazetteer=gazetteer, nlp=nlp
                ).incidents
            )
            for n, text in enumerate(articles)
        ]


def plain(articles: list[str], nlp: Any) -> list[list[Any]]:
    """The same stages over ``nlp(text)``."""
    from geomap.reading import running_text

    def whole(model: Any, text: str, *, gazetteer: Any = None, **_: Any) -> Any:
        return model(running_text(text, gazetteer))

    with (
        mock.patch("geomap.nlp.parse", whole),
        mock.patch("geomap.nlp.add_syntax", lambda model, doc, stretches: doc),
        mock.patch("geomap.incidents.to_parse", lambda text, resolutions: []),
    ):
        return ours(articles, nlp)


def main(files: list[Path]) -> int:
    """Measure, print the table and tell whether a bar was missed."""
    from spacy.util import load_model_from_path

    from geomap.nlp import load_model

    model = load_model()
    assert model is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        untouched = load_model_from_path(model.path)
    ways = {
        "plain": partial(plain, nlp=untouched),
        "whole": partial(plain, nlp=model),
        "ours": partial(ours, nlp=model),
    }
    kinds = texts(None)
    for file in files:
        kinds |= texts(file)
    for way in ways.values():
        way(kinds["dense"][:3])
    rows, missed = [], False
    for kind, articles in kinds.items():
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(PASSES):
            for name, way in ways.items():
                best[name] = min(best[name], seconds(partial(way, articles)))
        before, after = ways["plain"](articles), ways["ours"](articles)
        every = sum(map(len, before))
        kept = sum(incident in two for one, two in zip(before, after, strict=True) for incident in one)
        same = kept / max(every, sum(map(len, after)), 1)
        ratio = best["plain"] / best["ours"]
        missed |= same < SAME or (kind == "ordinary" and ratio < TIMES_PLAIN)
        rates = [f"{len(articles) / best[name]:.1f}" for name in ways]
        ratios = f"{ratio:.2f}", f"{best['whole'] / best['ours']:.2f}"
        rows.append([kind, str(len(articles)), *rates, *ratios, str(every), f"{same:.3f}"])
    print(f"{machine()}; articles a second of processor time, best of {PASSES}\n")
    header = ["articles", "how many", *ways, "ours / plain", "ours / whole", "incidents", "the same"]
    print(table(header, rows))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
