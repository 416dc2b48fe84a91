"""In which places an event happened: what every figure of ``geomap evaluate event-places`` means.

A row of the corpus is a sentence, one verb in it, and the spans (none, one or more) of the places where that verb's
event happened. Words (runs of letters and digits) inside the gold spans are compared with words inside the predicted
ones, all sentences together, as Halterman ("Geolocating political events in text", 2019) does:

=================  ================================================================================================
``token_f1``       of ``token_precision`` and ``token_recall``
``exact``          rows in which the very same words are named, none where the gold has none
``baseline``       the same figures for saying each time the place whose name is nearest to the verb
=================  ================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from geomap.evaluation.muc import harmonic

__all__ = ["COUNTS", "count", "figures", "nearest", "words_in"]

Span = tuple[int, int]
_WORD = re.compile(r"\w+")

COUNTS: tuple[str, ...] = ("rows", "gold", "pred", "both", "exact", "with_gold", "with_pred")
"""The counts of a row, in their order; ``gold``, ``pred`` and ``both`` count words."""


def words_in(text: str, spans: Iterable[Span]) -> frozenset[int]:
    """Where the words that lie in or reach into the spans begin."""
    found: set[int] = set()
    for start, end in spans:
        # A span may begin inside a word; none is that far in.
        at = start
        while at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_") and start - at < 60:
            at -= 1
        found.update(match.start() for match in _WORD.finditer(text, at, end))
    return frozenset(found)


def nearest(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """The span that has the fewest characters between it and ``start`` to ``end``; of equals the first."""
    return [min(spans, key=lambda one: (max(one[0] - end, start - one[1], 0), one))] if spans else []


def count(text: str, gold: Iterable[Span], predicted: Iterable[Span]) -> tuple[float, ...]:
    """The counts of one row, in the order of :data:`COUNTS`."""
    wanted, said = words_in(text, gold), words_in(text, predicted)
    counts = (1, len(wanted), len(said), len(wanted & said), wanted == said, bool(wanted), bool(said))
    return tuple(map(float, counts))


def figures(sums: Sequence[float]) -> dict[str, float | None]:
    """The figures that are made of the sums of counts, in the order of :data:`COUNTS`."""
    n = dict(zip(COUNTS, sums, strict=True))
    precision = n["both"] / n["pred"] if n["pred"] else None
    recall = n["both"] / n["gold"] if n["gold"] else None
    return {
        "token_f1": harmonic(precision, recall),
        "token_precision": precision,
        "token_recall": recall,
        "exact": n["exact"] / n["rows"] if n["rows"] else None,
    }
