"""What it saves to parse only the sentences that may report an incident, and what it changes.

    .venv/bin/python benchmarks/parsing.py [FILE ...]

The articles are those of benchmarks/incidents.py (dense ones, and ordinary ones in which every third sentence tells
an incident), and those of each FILE, JSON Lines with a "text". Plain is a loop of ``nlp(text)`` with the whole
pipeline and then our stages over that parse; ours is what ``geomap extract`` does. Both go through the articles in
turn, three times; the calmest pass is told, in processor time. Incidents are compared field by field.

Exit code 1 where a bar is missed: 1.5 times the articles a second of the plain loop over the ordinary articles, and
99 of 100 incidents the same.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from _measure import machine, table
from incidents import PASSES, texts
from toponyms import opened, seconds

TIMES_PLAIN, SAME = 1.5, 0.99


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
    from geomap.nlp import load_model

    nlp = load_model()
    kinds = texts(None)
    for file in files:
        kinds |= texts(file)
    ours(kinds["dense"][:3], nlp)
    rows, missed = [], False
    for kind, articles in kinds.items():
        best = {way: float("inf") for way in (plain, ours)}
        for _ in range(PASSES):
            for way in best:
                best[way] = min(best[way], seconds(partial(way, articles, nlp)))
        before, after = plain(articles, nlp), ours(articles, nlp)
        every = sum(map(len, before))
        kept = sum(incident in two for one, two in zip(before, after, strict=True) for incident in one)
        same = kept / max(every, sum(map(len, after)), 1)
        ratio = best[plain] / best[ours]
        missed |= same < SAME or (kind == "ordinary" and ratio < TIMES_PLAIN)
        rates = f"{len(articles) / best[plain]:.1f}", f"{len(articles) / best[ours]:.1f}", f"{ratio:.2f}"
        rows.append([kind, str(len(articles)), *rates, str(every), f"{same:.3f}"])
    print(f"{machine()}; processor time, best of {PASSES}\n")
    header = ["articles", "how many", "plain, articles a second", "ours", "ratio", "incidents", "the same"]
    print(table(header, rows))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
