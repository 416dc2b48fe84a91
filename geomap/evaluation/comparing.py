"""Two results of one corpus side by side, with a paired bootstrap interval of each difference."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geomap.errors import InputError
from geomap.evaluation.measures import BOOTSTRAPPED, COUNTS, figures, percentiles, resampled

__all__ = ["Measure", "compare", "read_result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How figures are made of counts: ``columns`` name the counts of a document, ``figures`` makes the figures of their
    sums, ``bootstrapped`` are those that get an interval, ``gold`` the columns that no prediction changes, ``compared``
    further figures of a result, and ``options`` what else two results may differ in."""

    columns: tuple[str, ...]
    figures: Callable[[Sequence[float]], Mapping[str, float | None]]
    bootstrapped: tuple[str, ...]
    gold: tuple[str, ...]
    compared: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


TOPONYMS = Measure(
    columns=COUNTS,
    figures=figures,
    bootstrapped=BOOTSTRAPPED,
    gold=("gold", "gold_coords"),
    compared=("median_km", "auc", "auc_all", "candidates"),
    options=("gold_spans", "no_demonyms", "half", "min_score", "recognizer", "home", "learn_home"),
)
"""The measure of ``geomap evaluate toponyms``."""


def read_result(path: Path, what: str = "toponyms") -> dict[str, Any]:
    """An earlier ``--json`` result of ``geomap evaluate WHAT``, by corpus. Raises
    :class:`~geomap.errors.InputError`."""
    try:
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error}). Give what 'geomap evaluate {what} --json' wrote.") from error
    corpora = data.get("corpora", {data.get("corpus"): data}) if isinstance(data, dict) else None
    if not isinstance(corpora, dict) or not all(
        isinstance(one, dict) and one.get("what", "toponyms" if "acc161_all" in one else None) == what
        for one in corpora.values()
    ):
        raise InputError(f"{path}: no result of 'geomap evaluate {what} --json'; give a file that it wrote.")
    return corpora


def compare(
    new: Mapping[str, Any], old: Mapping[str, Any], *, resamples: int = 1000, measure: Measure = TOPONYMS
) -> dict[str, Any]:
    """What changed from ``old`` to ``new``, two results of one corpus.

    ``differences`` has for each figure old, new, their difference and, where both have the same documents with the same
    gold, the 95 % interval of the difference over resamples of the documents. ``notes`` say in what else they differ.
    """
    notes = [
        f"{key}: {old.get(key)!r} then, {new.get(key)!r} now"
        for key in ("corpus_sha256", *measure.options)
        if old.get(key) != new.get(key)
    ]
    paired = _paired(new, old, measure)
    if paired is None:
        notes.append("the documents are not the same, so there are no intervals")
    drawn: list[tuple[Mapping[str, float | None], Mapping[str, float | None]]] = []
    if paired is not None and len(paired) > 1:
        width = len(measure.columns)
        drawn = [
            (measure.figures(sums[:width]), measure.figures(sums[width:])) for sums in resampled(paired, resamples)
        ]
    differences: dict[str, Any] = {}
    for name in (*measure.bootstrapped, *measure.compared):
        before, now = old.get(name), new.get(name)
        if not isinstance(before, (int, float)) or not isinstance(now, (int, float)):
            continue
        differences[name] = {"old": before, "new": now, "difference": now - before}
        if drawn and name in measure.bootstrapped:
            differences[name]["interval"] = percentiles(_minus(a[name], b[name]) for a, b in drawn)
    return {"differences": differences, "notes": notes}


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _rows(result: Mapping[str, Any], columns: tuple[str, ...]) -> dict[str, list[float]] | None:
    """The counts by document, bins written out; None where the result has none or others."""
    kept = result.get("per_document")
    if not isinstance(kept, dict) or kept.get("columns") != list(columns) or not isinstance(kept.get("rows"), dict):
        return None
    rows: dict[str, list[float]] = kept["rows"]
    width = len(columns)
    sound = all(
        isinstance(row, list) and len(row) == width and all(isinstance(value, (int, float)) for value in row)
        for row in rows.values()
    )
    return rows if sound else None


def _paired(new: Mapping[str, Any], old: Mapping[str, Any], measure: Measure) -> list[list[float]] | None:
    """The counts of both side by side, a row a document."""
    now, before = _rows(new, measure.columns), _rows(old, measure.columns)
    if now is None or before is None or list(now) != list(before):
        return None
    gold = [measure.columns.index(name) for name in measure.gold]
    rows = []
    for doc_id, row in now.items():
        other = before[doc_id]
        if any(row[i] != other[i] for i in gold):
            return None
        rows.append([*row, *other])
    return rows
