"""Measuring geomap, or any geoparser, against annotated corpora.

:func:`read_corpus` reads a corpus, :func:`evaluate_toponyms` runs the pipeline on it (or takes predictions that are
there already) and gives one JSON-ready record of measures, :func:`compare` sets an earlier record beside it.
:mod:`geomap.evaluation.measures` defines every figure.
"""

from __future__ import annotations

from geomap.evaluation.comparing import compare
from geomap.evaluation.corpora import Corpus, Document, Gold, read_corpus
from geomap.evaluation.measures import Predicted, read_predictions
from geomap.evaluation.running import evaluate_toponyms

__all__ = [
    "Corpus",
    "Document",
    "Gold",
    "Predicted",
    "compare",
    "evaluate_toponyms",
    "read_corpus",
    "read_predictions",
]
