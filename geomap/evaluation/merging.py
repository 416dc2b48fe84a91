"""How right merging is: which incidents of several articles were made one.

What was said is a set of incidents with ``sources``; each (incident, source) is one telling. Tellings are aligned to
the gold passages of their article, one to one: the quotes must overlap by a quarter of the telling's (at least 20
characters), and type or place must be right, so that wrong merging cannot hide by not being aligned. Figures:

- ``b3_precision``, ``b3_recall``, ``b3_f1``: B³ over the aligned tellings. The precision of a telling is the share of
  its incident's tellings that are of its gold incident; its recall the share of the gold incident's that are in its own
- ``pair_precision``, ``pair_recall``, ``pair_f1``: the same by pairs of tellings
- ``whole_*``: B³ end to end. Passages that nothing was aligned to have recall 0, tellings that tell nothing annotated
  have precision 0; second tellings of an aligned passage, and optional ones, count for nothing
- ``unmerged_b3_f1``: what doing nothing would reach
- ``wrong_days``, ``wrong_towns``: pairs of aligned tellings in one incident although their gold incidents are on
  different days, or too far apart to be one place. They must be 0

Counts are those of a story (a group of articles about the same days), the unit that is resampled for intervals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from geomap.evaluation.matching import best_pairs
from geomap.evaluation.merging_gold import Cluster, Story
from geomap.geo import distance_km

__all__ = ["COUNTS", "Finding", "figures", "judge", "tellings_of"]

Prediction = Mapping[str, Any]

COUNTS = (
    "gold",
    "told",
    "aligned",
    "precision",
    "recall",
    "alone_recall",
    "pairs_right",
    "pairs_told",
    "pairs_gold",
    "whole_precision",
    "whole_recall",
    "wrong_days",
    "wrong_towns",
)
"""The columns of a story's counts. Of B³ they are sums over tellings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One error: ``kind`` ("merged", "left apart"), what was expected and what was said."""

    kind: str
    name: str
    doc_id: str
    text: str
    gold: str
    said: str


@dataclass(frozen=True, slots=True)
class _Telling:
    """One source of one said incident: where its quote stands in its article."""

    incident: int
    doc_id: str
    span: tuple[int, int]
    quote: str
    prediction: Prediction


def tellings_of(predictions: Iterable[Prediction], texts: Mapping[str, str]) -> list[_Telling]:
    """The tellings of what was said, those of articles that are not in ``texts`` left out."""
    found: list[_Telling] = []
    for number, one in enumerate(predictions):
        sources = one.get("sources") or [{"doc_id": one.get("doc_id"), "quote": one.get("quote")}]
        for source in sources:
            text, quote = texts.get(str(source.get("doc_id"))), source.get("quote")
            if text is None or not isinstance(quote, str) or not quote:
                continue
            start = one.get("quote_start") if source.get("doc_id") == one.get("doc_id") else None
            own = isinstance(start, int) and start >= 0 and text[start : start + len(quote)] == quote
            at = int(start or 0) if own else text.find(quote)
            if at >= 0:
                found.append(_Telling(number, str(source["doc_id"]), (at, at + len(quote)), quote, one))
    return found


def _fit(gold: tuple[int, int], span: tuple[int, int]) -> float:
    """0.0 where two passages do not tell the same, else from 0.2 to 1.0 for the very same passage."""
    shared = max(0, min(gold[1], span[1]) - max(gold[0], span[0]))
    length = span[1] - span[0]
    if shared < min(20, length) or shared < 0.25 * min(length, gold[1] - gold[0]):
        return 0.0
    return 0.2 + 0.8 * shared / (length + gold[1] - gold[0] - shared)


def _agreement(cluster: Cluster, prediction: Prediction) -> float:
    """How much type, place and day of a said incident agree with a gold one; 0.0 where neither type nor place does."""
    weight = 0.0
    if prediction.get("type") in cluster.types:
        weight += 1.0 if prediction.get("type") == cluster.types[0] else 0.8
    place = cluster.place
    sites = [
        one
        for one in prediction.get("places") or ()
        if isinstance(one.get("lat"), (int, float)) and isinstance(one.get("lon"), (int, float))
    ]
    if place is None:
        weight += 0.0 if sites else 0.5
    elif any(distance_km(place.lat, place.lon, one["lat"], one["lon"]) <= place.tolerance_km for one in sites):
        weight += 1.0
    if weight and cluster.date_start is not None and prediction.get("date_start") == cluster.date_start:
        weight += 0.3
    return weight


def _aligned(story: Story, tellings: Sequence[_Telling]) -> tuple[dict[int, int], set[int]]:
    """The gold cluster of each telling (by number), and the tellings that count for nothing."""
    of_doc: dict[str, list[int]] = {}
    for number, telling in enumerate(tellings):
        of_doc.setdefault(telling.doc_id, []).append(number)
    passages: dict[str, list[tuple[int, tuple[int, int]]]] = {}
    for number, cluster in enumerate(story.clusters):
        for mention in cluster.mentions:
            passages.setdefault(mention.doc_id, []).append((number, (mention.start, mention.end)))
    gold_of: dict[int, int] = {}
    nothing: set[int] = set()
    for doc_id, gold in passages.items():
        weights: dict[tuple[int, int], float] = {}
        for g, (number, span) in enumerate(gold):
            cluster = story.clusters[number]
            for t in of_doc.get(doc_id, ()):
                fit = _fit(span, tellings[t].span)
                agreement = _agreement(cluster, tellings[t].prediction)
                if fit > 0.0 and agreement > 0.0:
                    weights[g, t] = (fit + agreement) * (0.9 if cluster.optional else 1.0)
        for g, t in best_pairs(weights):
            gold_of[t] = gold[g][0]
        nothing |= {t for _, t in weights} - gold_of.keys()
    return gold_of, nothing


def _days_differ(one: Cluster, two: Cluster) -> bool:
    if one.date_start is None or two.date_start is None:
        return False
    return (one.date_end or one.date_start) < two.date_start or (two.date_end or two.date_start) < one.date_start


def _towns_differ(one: Cluster, two: Cluster) -> bool:
    if one.place is None or two.place is None:
        return False
    far = distance_km(one.place.lat, one.place.lon, two.place.lat, two.place.lon)
    return far > max(one.place.tolerance_km, two.place.tolerance_km)


def judge(stories: Sequence[Story], predictions: Sequence[Prediction]) -> tuple[dict[int, list[float]], list[Finding]]:
    """The counts of each story in the order of :data:`COUNTS`, by its number, and what is wrong."""
    texts = {one.doc_id: one.text for story in stories for one in story.articles}
    everything = tellings_of(predictions, texts)
    home = {one.doc_id: story.number for story in stories for one in story.articles}
    # (story, cluster) of each telling, over all stories: an incident may wrongly hold tellings of two.
    gold_of: dict[int, tuple[int, int]] = {}
    ignored: set[int] = set()
    for story in stories:
        own = [number for number, one in enumerate(everything) if home[one.doc_id] == story.number]
        found, nothing = _aligned(story, [everything[number] for number in own])
        gold_of.update({own[t]: (story.number, cluster) for t, cluster in found.items()})
        ignored |= {own[t] for t in nothing}
    by_number = {story.number: story for story in stories}
    optional = {t for t, (s, c) in gold_of.items() if by_number[s].clusters[c].optional}
    told: dict[int, list[int]] = {}
    for number, one in enumerate(everything):
        if number not in ignored and number not in optional:
            told.setdefault(one.incident, []).append(number)
    of_gold = Counter(gold for t, gold in gold_of.items() if t not in optional)
    counts = {story.number: dict.fromkeys(COUNTS, 0.0) for story in stories}
    for story in stories:
        n = counts[story.number]
        wanted = [cluster for cluster in story.clusters if not cluster.optional]
        n["gold"] = float(sum(len(cluster.mentions) for cluster in wanted))
        for c, cluster in enumerate(story.clusters):
            if not cluster.optional:
                size = of_gold[story.number, c]
                n["pairs_gold"] += size * (size - 1) / 2
    findings: list[Finding] = []
    for members in told.values():
        _judge_incident(members, everything, gold_of, of_gold, by_number, home, counts, findings)
    findings += _apart(everything, gold_of, optional, by_number)
    return {number: [n[name] for name in COUNTS] for number, n in counts.items()}, findings


def _judge_incident(
    members: Sequence[int],
    everything: Sequence[_Telling],
    gold_of: Mapping[int, tuple[int, int]],
    of_gold: Mapping[tuple[int, int], int],
    stories: Mapping[int, Story],
    home: Mapping[str, int],
    counts: Mapping[int, dict[str, float]],
    findings: list[Finding],
) -> None:
    """Count one said incident."""
    aligned = [t for t in members if t in gold_of]
    kinds = Counter(gold_of[t] for t in aligned)
    for t in members:
        n = counts[home[everything[t].doc_id]]
        n["told"] += 1
        if t not in gold_of:
            continue
        story, cluster = gold_of[t]
        same = kinds[story, cluster]
        n["aligned"] += 1
        n["precision"] += same / len(aligned)
        n["recall"] += same / of_gold[story, cluster]
        n["alone_recall"] += 1 / of_gold[story, cluster]
        n["whole_precision"] += same / len(members)
        n["whole_recall"] += same / len(stories[story].clusters[cluster].mentions)
    for a, b in combinations(aligned, 2):
        (one_story, one), (two_story, two) = gold_of[a], gold_of[b]
        n = counts[min(one_story, two_story)]
        n["pairs_told"] += 1
        if (one_story, one) == (two_story, two):
            n["pairs_right"] += 1
            continue
        first, second = stories[one_story].clusters[one], stories[two_story].clusters[two]
        days, towns = _days_differ(first, second), _towns_differ(first, second)
        n["wrong_days"] += days
        n["wrong_towns"] += towns
        name = "of different days" if days else "of different towns" if towns else "of different incidents"
        findings.append(
            Finding(
                kind="merged",
                name=name,
                doc_id=everything[a].doc_id,
                text=everything[a].quote,
                gold=first.id,
                said=f"{second.id} of {everything[b].doc_id}: {everything[b].quote}",
            )
        )


def _apart(
    everything: Sequence[_Telling],
    gold_of: Mapping[int, tuple[int, int]],
    optional: set[int],
    stories: Mapping[int, Story],
) -> list[Finding]:
    """What belongs together and is not: each part that stands apart from a gold incident's largest."""
    of_cluster: dict[tuple[int, int], dict[int, list[int]]] = {}
    for t, key in sorted(gold_of.items()):
        if t not in optional:
            of_cluster.setdefault(key, {}).setdefault(everything[t].incident, []).append(t)
    findings: list[Finding] = []
    for (story, cluster), parts in of_cluster.items():
        largest, *others = sorted(parts.values(), key=lambda part: (-len(part), part))
        for part in others:
            one, two = everything[part[0]], everything[largest[0]]
            why = [
                key for key in ("type", "date_start", "certainty") if one.prediction.get(key) != two.prediction.get(key)
            ]
            findings.append(
                Finding(
                    kind="left apart",
                    name=" and ".join(why) + " differ" if why else "all but the place agrees",
                    doc_id=one.doc_id,
                    text=one.quote,
                    gold=stories[story].clusters[cluster].id,
                    said=f"{two.doc_id}: {two.quote}",
                )
            )
    return findings


def figures(sums: Sequence[float]) -> dict[str, float | None]:
    """The figures of summed counts; None where nothing was there to be counted."""
    n = dict(zip(COUNTS, sums, strict=True))

    def share(part: str, whole: str) -> float | None:
        return n[part] / n[whole] if n[whole] else None

    def f1(one: float | None, two: float | None) -> float | None:
        if one is None or two is None:
            return None
        return 2 * one * two / (one + two) if one + two else 0.0

    precision, recall = share("precision", "aligned"), share("recall", "aligned")
    pair_precision, pair_recall = share("pairs_right", "pairs_told"), share("pairs_right", "pairs_gold")
    whole_precision, whole_recall = share("whole_precision", "told"), share("whole_recall", "gold")
    return {
        "b3_f1": f1(precision, recall),
        "b3_precision": precision,
        "b3_recall": recall,
        "unmerged_b3_f1": f1(1.0 if n["aligned"] else None, share("alone_recall", "aligned")),
        "pair_f1": f1(pair_precision, pair_recall),
        "pair_precision": pair_precision,
        "pair_recall": pair_recall,
        "whole_b3_f1": f1(whole_precision, whole_recall),
        "whole_b3_precision": whole_precision,
        "whole_b3_recall": whole_recall,
        "aligned_share": share("aligned", "gold"),
        "wrong_days": n["wrong_days"],
        "wrong_towns": n["wrong_towns"],
    }
