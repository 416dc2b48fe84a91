"""What every figure of ``geomap evaluate toponyms`` means.

**Matching.** Predicted and annotated (gold) spans are matched one to one where they share a character, the largest
overlap first; exact matching wants the same offsets. Recognition (``P``, ``R``, ``F1``; ``P_exact`` …) counts all gold
toponyms and all predicted ones, resolved or not.

**Resolution** counts gold toponyms that have coordinates. An answer is right

- *strictly* where its point lies within 161 km (100 miles, the field's convention) of the gold point;
- *by id* where it is so strictly or has the gold GeoNames id;
- *by containment* where it is so by id or its place is an area in which the gold point lies. A country's area is its
  outline (at sea the nearest outline within 50 km decides; farther out the country's ``radius_km``); that of a
  first-order division is the towns that the gazetteer counts to it: the gold point lies in it where the nearest town
  within 100 km does; any other area reaches ``radius_km`` from its point.

===================  ==============================================================================================
``acc161_all``       strictly right, of all gold with coordinates: what is not found or not resolved is wrong
``acc161_rec``       strictly right, of those found and resolved
``acc161_id``        right by id, of all gold with coordinates
``acc161_contained`` right by containment, of all gold with coordinates
``coverage``         found and resolved, of all gold with coordinates
``candidates``       gold with coordinates whose surface form names, in the gazetteer, a place that is right by id: the
                     most that resolution could reach
``median_km`` …      of the distances of those found and resolved; ``auc`` is the area under their sorted ln(km + 1) as
                     a share of that of the farthest error (20,039 km): lower is better. ``auc_all`` puts that farthest
                     error in for everything unresolved
``P161``             strictly right, of all emitted pins but those that match gold without coordinates
``P_contained``      the same by containment
``F1_161``           harmonic mean of P161 and acc161_all
``ece``              expected calibration error: the pins that P161 counts, in ten bins of equal width by score; the
                     mean distance of mean score and share right (by containment), weighed by pins. ``ece_strict``:
                     the same strictly
``right_at_80``      right by containment, of those pins with a score of at least .8 (``right_at_80_strict``: strictly);
                     ``pins_at_80`` is their share of all pins
===================  ==============================================================================================

A figure that is not defined (a share of nothing) is None. Intervals are 95 % percentile intervals of 1,000 resamples
of the documents (a seeded bootstrap); whole documents are drawn because the names of one document stand and fall
together.
"""

from __future__ import annotations

import bisect
import itertools
import json
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from geomap.errors import InputError
from geomap.evaluation.corpora import DEMONYM_TYPES, Document, Gold
from geomap.geo import distance_km
from geomap.records import Place

__all__ = [
    "BOOTSTRAPPED",
    "COUNTS",
    "Judged",
    "Predicted",
    "figures",
    "intervals",
    "judge",
    "match",
    "percentiles",
    "read_predictions",
    "reliability",
    "resampled",
    "summary",
]

NEAR_KM = 161.0
# Half the Earth's circumference: the largest error there is, as Gritta et al. (2018) have it in their AUC.
FARTHEST_KM = 20039.0
BINS = 10
SURE = 0.8

RightPlace = Callable[[Place, float, float], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """A predicted toponym: offsets, and where it was resolved coordinates (WGS84 degrees), score and place.

    ``place`` is the gazetteer's record, None where there is none: such a pin cannot be right by containment.
    """

    start: int
    end: int
    text: str | None = None
    lat: float | None = None
    lon: float | None = None
    geonameid: str | None = None
    score: float | None = None
    rule: str = ""
    kind: str = "place"
    inside: str | None = None
    place: Place | None = None

    @property
    def resolved(self) -> bool:
        """Whether it carries coordinates."""
        return self.lat is not None and self.lon is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A gold toponym, a predicted one, or both where they match; how far apart (km) and how right."""

    gold: Gold | None
    predicted: Predicted | None
    km: float | None = None
    strict: bool = False
    by_id: bool = False
    contained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of one document: its outcomes, its counts by name (:data:`COUNTS`) and its pins by score."""

    document: Document
    outcomes: tuple[Outcome, ...]
    counts: tuple[float, ...]


_TOTALS = (
    "gold", "gold_coords", "pred", "matched", "matched_exact", "pred_resolved", "matched_resolved", "resolved",
    "correct", "correct_id", "correct_contained", "candidates", "sum_km", "pins", "pins_right", "pins_contained",
    "pins_80", "right_80", "right_80_strict", "bad_offsets",
)  # fmt: skip
COUNTS: tuple[str, ...] = (
    *_TOTALS,
    *(f"{what}_{b}" for b in range(BINS) for what in ("bin", "score", "contained", "strict")),
)
"""The counts of a document, in their order; all figures but the medians and areas are made of their sums."""

BOOTSTRAPPED = (
    "P", "R", "F1", "P_exact", "R_exact", "F1_exact", "acc161_all", "acc161_rec", "acc161_id", "acc161_contained",
    "coverage", "mean_km", "P161", "P_contained", "F1_161", "ece", "ece_strict", "right_at_80", "right_at_80_strict",
    "pins_at_80",
)  # fmt: skip
"""The figures that get an interval."""


# -- predictions from a file -----------------------------------------------------------------------------------------


def read_predictions(path: Path, place: Callable[[str], Place | None]) -> dict[str, list[Predicted]]:
    """The toponyms of a file that ``geomap toponyms`` wrote, by document. ``place`` gives a gazetteer's record by id.

    Raises :class:`~geomap.errors.InputError` naming file, line and remedy.
    """
    found: dict[str, list[Predicted]] = {}
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip(b"\xef\xbb\xbf \t\r"):
            continue
        where = f"{path}, line {number}"
        try:
            record = json.loads(line.decode("utf-8-sig"))
            toponyms = found.setdefault(str(record["doc_id"]), [])
            toponyms += [_predicted(one, place) for one in record["toponyms"]]
        except (UnicodeDecodeError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise InputError(
                f'{where}: not a line of "geomap toponyms" ({type(error).__name__}: {error}). Wanted is'
                ' {"doc_id": ..., "toponyms": [{"start": 0, "end": 5, "lat": ..., "lon": ...}]}.'
            ) from error
    return found


def _predicted(record: Mapping[str, Any], place: Callable[[str], Place | None]) -> Predicted:
    start, end = record["start"], record["end"]
    if not isinstance(start, int) or not isinstance(end, int) or start < 0 or end < start:
        raise ValueError("start and end must be whole numbers, the end not before the start")
    lat, lon = record.get("lat"), record.get("lon")
    identity, known = record.get("geonameid"), record.get("place_id")
    if known is None and identity is not None:
        known = f"gn:{identity}"
    score = record.get("score")
    at = None if lat is None or lon is None else (float(lat), float(lon))
    if at is not None and not all(map(math.isfinite, at)):
        raise ValueError("lat and lon must be finite")
    return Predicted(
        start=start,
        end=end,
        text=record.get("text"),
        lat=at[0] if at else None,
        lon=at[1] if at else None,
        geonameid=None if identity is None else str(identity),
        score=None if score is None else float(score),
        rule=str(record.get("rule") or ""),
        kind=str(record.get("kind") or "place"),
        place=place(str(known)) if at is not None and known is not None else None,
    )


# -- one document ----------------------------------------------------------------------------------------------------


class _Spans:
    """Finds those of many spans that share a character with a given one, without looking at all."""

    def __init__(self, spans: Sequence[Spanned]) -> None:
        self._order = sorted(range(len(spans)), key=lambda i: spans[i].start)
        self._spans = spans
        self._starts = [spans[i].start for i in self._order]
        self._reach = list(itertools.accumulate((spans[i].end for i in self._order), max))

    def overlapping(self, start: int, end: int) -> Iterator[int]:
        """The indices of the spans that share a character with ``start`` to ``end``."""
        at = bisect.bisect_left(self._starts, end) - 1
        # Backwards over those that begin before the end, until none of the rest reaches the start.
        while at >= 0 and self._reach[at] > start:
            if self._spans[self._order[at]].end > start:
                yield self._order[at]
            at -= 1


class Spanned(Protocol):
    """Whatever has offsets."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends: the offset behind its last character."""


def match(gold: Sequence[Spanned], predicted: Sequence[Spanned], *, exact: bool = False) -> list[tuple[int, int]]:
    """Pairs of indices, one to one: the larger overlap first, then the smaller difference in length, then order."""
    spans = _Spans(gold)
    pairs: list[tuple[int, int, int, int]] = []
    for p, one in enumerate(predicted):
        for g in spans.overlapping(one.start, one.end):
            other = gold[g]
            if not exact or (other.start, other.end) == (one.start, one.end):
                overlap = min(other.end, one.end) - max(other.start, one.start)
                pairs.append((-overlap, abs((other.end - other.start) - (one.end - one.start)), g, p))
    pairs.sort()
    used_gold: set[int] = set()
    used_predicted: set[int] = set()
    result = []
    for _, _, g, p in pairs:
        if g not in used_gold and p not in used_predicted:
            used_gold.add(g)
            used_predicted.add(p)
            result.append((g, p))
    return result


def judge(
    document: Document,
    predicted: Sequence[Predicted],
    contains: RightPlace,
    *,
    no_demonyms: bool = False,
    reachable: Callable[[Gold], bool] | None = None,
) -> Judged:
    """Match one document's predictions to its gold and count.

    ``contains`` says whether a place is an area in which a point lies, ``reachable`` whether the gazetteer has a right
    candidate for a gold toponym. With ``no_demonyms``, predictions of kind demonym are left out, gold that the corpus
    marks as demonym too, and what was predicted on top of the latter is neither right nor wrong.
    """
    gold: Sequence[Gold] = document.toponyms
    if no_demonyms:
        marked = _Spans([one for one in gold if one.type in DEMONYM_TYPES])
        gold = [one for one in gold if one.type not in DEMONYM_TYPES]
        predicted = [
            one
            for one in predicted
            if one.kind != "demonym" and not any(True for _ in marked.overlapping(one.start, one.end))
        ]
    pairs = dict(match(gold, predicted))
    exact = match(gold, predicted, exact=True)
    outcomes = [_outcome(one, predicted[pairs[g]] if g in pairs else None, contains) for g, one in enumerate(gold)]
    taken = set(pairs.values())
    outcomes += [Outcome(gold=None, predicted=one) for p, one in enumerate(predicted) if p not in taken]

    n = dict.fromkeys(COUNTS, 0.0)
    n["gold"], n["pred"] = len(gold), len(predicted)
    n["matched"], n["matched_exact"] = len(pairs), len(exact)
    n["bad_offsets"] = sum(one.text is not None and document.text[one.start : one.end] != one.text for one in predicted)
    for outcome in outcomes:
        _count(n, outcome, reachable)
    return Judged(document=document, outcomes=tuple(outcomes), counts=tuple(n[name] for name in COUNTS))


def _outcome(gold: Gold, predicted: Predicted | None, contains: RightPlace) -> Outcome:
    if (
        predicted is None
        or predicted.lat is None
        or predicted.lon is None
        or gold.lat is None
        or gold.lon is None
    ):  # fmt: skip
        return Outcome(gold=gold, predicted=predicted)
    km = distance_km(gold.lat, gold.lon, predicted.lat, predicted.lon)
    strict = km <= NEAR_KM
    by_id = strict or (gold.geonameid is not None and gold.geonameid == predicted.geonameid)
    contained = by_id or (predicted.place is not None and contains(predicted.place, gold.lat, gold.lon))
    return Outcome(gold=gold, predicted=predicted, km=km, strict=strict, by_id=by_id, contained=contained)


def _count(n: dict[str, float], outcome: Outcome, reachable: Callable[[Gold], bool] | None) -> None:
    gold, predicted = outcome.gold, outcome.predicted
    if gold is not None and gold.lat is not None:
        n["gold_coords"] += 1
        n["candidates"] += outcome.by_id or (reachable is not None and reachable(gold))
    if predicted is None or not predicted.resolved:
        return
    n["pred_resolved"] += 1
    n["matched_resolved"] += gold is not None
    if outcome.km is not None:
        n["resolved"] += 1
        n["sum_km"] += outcome.km
        n["correct"] += outcome.strict
        n["correct_id"] += outcome.by_id
        n["correct_contained"] += outcome.contained
    if gold is not None and gold.lat is None:
        return  # a name rightly found, and no coordinates to judge its pin by
    n["pins"] += 1
    n["pins_right"] += outcome.strict
    n["pins_contained"] += outcome.contained
    if predicted.score is None:
        return
    b = min(int(predicted.score * BINS), BINS - 1)
    n[f"bin_{b}"] += 1
    n[f"score_{b}"] += predicted.score
    n[f"contained_{b}"] += outcome.contained
    n[f"strict_{b}"] += outcome.strict
    if predicted.score >= SURE:
        n["pins_80"] += 1
        n["right_80"] += outcome.contained
        n["right_80_strict"] += outcome.strict


# -- all documents ---------------------------------------------------------------------------------------------------


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _harmonic(a: float | None, b: float | None) -> float:
    # No predictions, no precision: nothing was gained, so the mean is 0.
    return 2 * a * b / (a + b) if a and b else 0.0


def _calibration_error(n: Mapping[str, float], what: str) -> float | None:
    pins = sum(n[f"bin_{b}"] for b in range(BINS))
    return _share(sum(abs(n[f"score_{b}"] - n[f"{what}_{b}"]) for b in range(BINS)), pins)


def figures(sums: Sequence[float]) -> dict[str, float | None]:
    """The figures that are made of sums of counts, given in the order of :data:`COUNTS`."""
    n = dict(zip(COUNTS, sums, strict=True))
    p, r = _share(n["matched"], n["pred"]), _share(n["matched"], n["gold"])
    p_exact, r_exact = _share(n["matched_exact"], n["pred"]), _share(n["matched_exact"], n["gold"])
    p_res, r_res = _share(n["matched_resolved"], n["pred_resolved"]), _share(n["matched_resolved"], n["gold"])
    every, p161 = _share(n["correct"], n["gold_coords"]), _share(n["pins_right"], n["pins"])
    scored = sum(n[f"bin_{b}"] for b in range(BINS))
    return {
        "P": p,
        "R": r,
        "F1": _harmonic(p, r),
        "P_exact": p_exact,
        "R_exact": r_exact,
        "F1_exact": _harmonic(p_exact, r_exact),
        "P_res": p_res,
        "F1_res": _harmonic(p_res, r_res),
        "acc161_all": every,
        "acc161_rec": _share(n["correct"], n["resolved"]),
        "acc161_id": _share(n["correct_id"], n["gold_coords"]),
        "acc161_contained": _share(n["correct_contained"], n["gold_coords"]),
        "coverage": _share(n["resolved"], n["gold_coords"]),
        "candidates": _share(n["candidates"], n["gold_coords"]),
        "mean_km": _share(n["sum_km"], n["resolved"]),
        "P161": p161,
        "P_contained": _share(n["pins_contained"], n["pins"]),
        "F1_161": _harmonic(p161, every),
        "ece": _calibration_error(n, "contained"),
        "ece_strict": _calibration_error(n, "strict"),
        "right_at_80": _share(n["right_80"], n["pins_80"]),
        "right_at_80_strict": _share(n["right_80_strict"], n["pins_80"]),
        "pins_at_80": _share(n["pins_80"], scored),
    }


def _totals(rows: Iterable[Sequence[float]]) -> list[float]:
    # fsum: the same whatever the order of the documents.
    return [math.fsum(column) for column in zip(*rows, strict=True)] or [0.0] * len(COUNTS)


def _area(errors: Sequence[float]) -> float | None:
    if len(errors) < 2:
        return None
    logs = [math.log(km + 1.0) for km in errors]
    whole = math.fsum((a + b) / 2.0 for a, b in itertools.pairwise(logs))
    return whole / (math.log(FARTHEST_KM) * (len(logs) - 1))


def summary(judged: Sequence[Judged]) -> dict[str, Any]:
    """All figures of some documents, under the names that the module's docstring explains."""
    sums = _totals(one.counts for one in judged)
    n = dict(zip(COUNTS, sums, strict=True))
    made = figures(sums)
    errors = sorted(o.km for one in judged for o in one.outcomes if o.km is not None)
    count = len(errors)
    unresolved = int(n["gold_coords"]) - count
    middle = (errors[(count - 1) // 2] + errors[count // 2]) / 2 if count else None
    return {
        "docs": len(judged),
        **{name: int(n[name]) for name in ("gold", "gold_coords", "pred", "matched")},
        **{name: made[name] for name in made if name != "mean_km"},
        "median_km": middle,
        "mean_km": made["mean_km"],
        "auc": _area(errors),
        "auc_all": _area([*errors, *[FARTHEST_KM] * unresolved]),
        "pins": int(n["pins"]),
        "bad_offsets": int(n["bad_offsets"]),
    }


def reliability(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """The reliability table: for each bin of scores, how many pins, their mean score and the shares right."""
    n = dict(zip(COUNTS, _totals(one.counts for one in judged), strict=True))
    return [
        {
            "from": b / BINS,
            "to": (b + 1) / BINS,
            "pins": int(n[f"bin_{b}"]),
            "mean_score": _share(n[f"score_{b}"], n[f"bin_{b}"]),
            "right": _share(n[f"contained_{b}"], n[f"bin_{b}"]),
            "right_strict": _share(n[f"strict_{b}"], n[f"bin_{b}"]),
        }
        for b in range(BINS)
    ]


# -- intervals -------------------------------------------------------------------------------------------------------


def resampled(rows: Sequence[Sequence[float]], resamples: int, seed: int = 161) -> Iterable[list[float]]:
    """The sums of the rows of ``len(rows)`` documents drawn with replacement, ``resamples`` times."""
    # The same draws for the same number of documents: two systems are compared on the same resamples.
    drawn = random.Random(seed)
    for _ in range(resamples):
        yield [sum(column) for column in zip(*drawn.choices(rows, k=len(rows)), strict=True)]


def percentiles(values: Iterable[float | None], share: float = 0.95) -> list[float] | None:
    """The interval that holds the middle ``share`` of the defined values; None where none is defined."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    cut = (1.0 - share) / 2.0
    return [known[math.floor(cut * (len(known) - 1))], known[math.ceil((1.0 - cut) * (len(known) - 1))]]


def intervals(judged: Sequence[Judged], resamples: int = 1000) -> dict[str, list[float] | None]:
    """The 95 % interval of each figure in :data:`BOOTSTRAPPED`; empty for fewer than two documents."""
    if len(judged) < 2 or resamples < 1:
        return {}
    made = [figures(sums) for sums in resampled([one.counts for one in judged], resamples)]
    return {name: percentiles(one[name] for one in made) for name in BOOTSTRAPPED}
