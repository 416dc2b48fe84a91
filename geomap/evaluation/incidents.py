"""Incidents against annotated articles: what every figure of ``geomap evaluate incidents`` means there.

**Places.** A resolved place is right within the gold place's tolerance of its point or line; an unresolved one where
the gold is an area of that name. Where the gold is vague (somewhere in the country), no resolved place is right too.
Places somebody came from or went to are no sites.

**Matching.** In each article predictions and gold incidents are matched one to one, for the largest sum of how well
quote, places and type agree (day and certainty decide between equals). A pair may match if the predicted quote lies
mostly in the sentences that tell the gold incident (20 characters and a quarter of it at least) and one place is right,
or both have none. Gold incidents of one ``group`` may share one prediction that has all their places; further
predictions of a gold incident at several places, each at another of them, are neither right nor wrong; and so is what
matches optional gold only. A second report of a matched incident is wrong.

==========================  =======================================================================================
``detection_f1`` …          ``detection_precision`` of the predictions, ``detection_recall`` of the gold is matched
``strict_f1`` …             the same, where also all places, first day, type and certainty must be right
``type_accuracy`` …         of matched incidents: ``type``, ``certainty`` and ``attribution`` one of those allowed;
                            ``place``: every gold place, no wrong site, no area given as a point; ``date``: the first
                            day, where the gold has one; ``count``: deaths, injured and crowd within bounds, each
``date_overlap``            of matched with a gold date: the days share one with the gold's
``geo_precision_accuracy``  of matched with gold places: equal (for a line: not 1)
``place_quoted``            of gold incidents whose sentences are quoted by some prediction, places aside: one right
``false_facts``             predictions given as reported that match gold which is not so (planned, denied, …), or
                            that stand at a name where no incident may be shown; of ``reported``
``false_points``            matched incidents of areas or lines given as points; of ``areas``
``spurious_counts``         numbers given where the gold has none
==========================  =======================================================================================
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geomap.evaluation.incident_gold import COUNTED, GoldArticle, GoldIncident, GoldPlace, Span
from geomap.evaluation.matching import best_pairs
from geomap.evaluation.muc import harmonic
from geomap.geo import distance_km
from geomap.text import fold

__all__ = ["COUNTS", "Finding", "figures", "judge"]

Prediction = Mapping[str, Any]
_SITES = frozenset({"site", "near", "part_of", "along"})
# One degree of latitude; a line in a gold article is short enough to be drawn on a plane.
_KM_A_DEGREE = 111.195
# A line that was annotated more closely than this is right only along it, not around its middle.
_LOOSE_LINE_KM = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to show: what went wrong, with which gold incident or prediction. ``detail`` says of what is wrong or
    a false fact in what way."""

    kind: str
    type: str
    quote: str
    detail: str = ""


_SHARES = ("type", "certainty", "attribution", "place", "geo_precision", "date", "overlap", "count", "quoted")
COUNTS: tuple[str, ...] = (
    "gold", "pred", "found", "right", "strict_found", "strict_right", "ignored", "quotes_not_found",
    *(f"{name}_{what}" for name in _SHARES for what in ("right", "of")),
    "spurious_counts", "false_facts", "reported", "false_points", "areas",
)  # fmt: skip
"""The counts of an article, in their order."""


# -- one place, one number -------------------------------------------------------------------------------------------


def _finite(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _resolved(place: Mapping[str, Any]) -> bool:
    return _finite(place.get("lat")) and _finite(place.get("lon"))


def _is_site(place: Mapping[str, Any]) -> bool:
    return (place.get("role") or "site") in _SITES


def _km_to_line(lat: float, lon: float, line: Sequence[tuple[float, float]]) -> float:
    """How far a point lies from a line, in km, on a plane around the point."""
    shrink = math.cos(math.radians(lat))
    points = [((x - lon) * _KM_A_DEGREE * shrink, (y - lat) * _KM_A_DEGREE) for y, x in line]
    nearest = min(math.hypot(x, y) for x, y in points)
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        length = (bx - ax) ** 2 + (by - ay) ** 2
        along = min(1.0, max(0.0, -(ax * (bx - ax) + ay * (by - ay)) / length)) if length else 0.0
        nearest = min(nearest, math.hypot(ax + along * (bx - ax), ay + along * (by - ay)))
    return nearest


def _place_right(gold: GoldPlace, place: Mapping[str, Any]) -> bool:
    if not _resolved(place):
        named = {fold(str(place.get(key) or "")) for key in ("text", "name")}
        return gold.area and not gold.line and bool(named & gold.names)
    lat, lon = float(place["lat"]), float(place["lon"])
    if gold.line and _km_to_line(lat, lon, gold.line) <= gold.tolerance_km:
        return True
    if gold.lat is None or gold.lon is None or (gold.line and gold.tolerance_km <= _LOOSE_LINE_KM):
        return False
    return distance_km(gold.lat, gold.lon, lat, lon) <= gold.tolerance_km


def _places(prediction: Prediction) -> list[Mapping[str, Any]]:
    return [place for place in prediction.get("places") or () if isinstance(place, Mapping)]


def _covered(gold: GoldIncident, places: Sequence[Mapping[str, Any]]) -> int:
    """How many of the gold places are among these."""
    return sum(any(_place_right(one, place) for place in places) for one in gold.places)


def _somewhere_right(gold: GoldIncident, places: Sequence[Mapping[str, Any]]) -> bool:
    if (not gold.places or gold.vague) and not any(map(_resolved, places)):
        return True
    return _covered(gold, places) > 0


def _false_point(gold: GoldIncident, prediction: Prediction, places: Sequence[Mapping[str, Any]]) -> bool:
    only_areas = bool(gold.places) and all(one.area for one in gold.places)
    as_point = prediction.get("geo_precision", 1) == 1
    return only_areas and as_point and any(_resolved(one) and _is_site(one) for one in places)


def _all_places_right(
    gold: GoldIncident, prediction: Prediction, places: Sequence[Mapping[str, Any]], group: Sequence[GoldIncident]
) -> bool:
    pins = [place for place in places if _resolved(place)]
    if not pins and (not gold.places or gold.vague):
        return True
    if _false_point(gold, prediction, places) or _covered(gold, places) < len(gold.places):
        return False
    allowed = [place for one in (gold, *group) for place in one.places]
    return all(any(_place_right(one, pin) for one in allowed) for pin in pins if _is_site(pin))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _first_day_right(gold: GoldIncident, prediction: Prediction) -> bool:
    day = _day(prediction.get("date_start"))
    return gold.date_start is None or (day is not None and day.isoformat() in gold.first_days)


def _days_overlap(gold: GoldIncident, prediction: Prediction) -> bool:
    if _first_day_right(gold, prediction):
        return True
    first = _day(prediction.get("date_start"))
    last = _day(prediction.get("date_end") or prediction.get("date_start"))
    if first is None or last is None or gold.date_start is None or gold.date_end is None:
        return False
    return first.isoformat() <= gold.date_end and last.isoformat() >= gold.date_start


def _level(prediction: Prediction) -> object:
    said = prediction.get("attribution")
    return said.get("level") if isinstance(said, Mapping) else said


def _range(value: object) -> tuple[float, float | None] | None:
    if isinstance(value, (list, tuple)):
        if len(value) != 2 or not _finite(value[0]):
            return None
        return float(value[0]), float(value[1]) if _finite(value[1]) else None
    return (float(value), float(value)) if isinstance(value, (int, float)) and _finite(value) else None


def _count_right(gold: tuple[float, float | None], value: object) -> bool:
    """A number stated exactly must be met within a tenth; a range must be overlapped and not stretched to double."""
    said = _range(value)
    if said is None:
        return False
    (low, high), (least, most) = gold, said
    if low == high:
        return all(abs(one - low) <= 0.1 * low for one in (least, most) if one is not None)
    top = math.inf if high is None else high
    if not 0.5 * low <= least <= top or (most is not None and not low <= most <= 2 * top):
        return False
    # "At least 12" is not met by 20.
    return high is not None or least <= 1.1 * low


# -- quotes ----------------------------------------------------------------------------------------------------------


def _quoted_at(text: str, prediction: Prediction) -> Span | None:
    """Where the predicted quote stands in the text: at its offsets where they fit, else where its words are."""
    quote, start, end = (prediction.get(key) for key in ("quote", "quote_start", "quote_end"))
    words = quote if isinstance(quote, str) else ""
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text):  # noqa: SIM102
        if not words or text[start:end] == words:
            return start, end
    if not words.strip():
        return None
    at = text.find(words)
    if at >= 0:
        return at, at + len(words)
    if match := re.search(r"\s+".join(map(re.escape, words.split())), text):
        return match.span()
    # A quote that was cut or changed further on: its first words place it.
    begins = words.strip()[:40]
    at = text.find(begins) if len(begins) == 40 else -1
    return (at, min(len(text), at + len(words))) if at >= 0 else None


def _shared(a: Span, b: Span) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def _quote_fit(gold: GoldIncident, span: Span | None) -> float:
    """0.0 where the quote does not report the incident, else from 0.2 to 1.0 for the very same passage."""
    best = 0.0
    if span is None:
        return best
    length = span[1] - span[0]
    for passage, sentences in gold.told:
        inside = _shared(span, sentences)
        if inside >= min(20, length) and inside >= 0.25 * length:
            same = _shared(span, passage)
            best = max(best, 0.2 + 0.8 * same / (length + passage[1] - passage[0] - same))
    return best


# -- one article -----------------------------------------------------------------------------------------------------


class _Article:
    """The incidents of one article, gold and predicted, and how each pair fits."""

    def __init__(self, article: GoldArticle, predictions: Sequence[Prediction]) -> None:
        self.article = article
        self.gold = article.incidents
        self.predictions = predictions
        self.places = [_places(one) for one in predictions]
        self.spans = [_quoted_at(article.text, one) for one in predictions]
        self.fit = [[_quote_fit(gold, span) for span in self.spans] for gold in self.gold]
        self.may = [
            [fit > 0.0 and _somewhere_right(gold, places) for fit, places in zip(row, self.places, strict=True)]
            for gold, row in zip(self.gold, self.fit, strict=True)
        ]
        weights = {
            (g, p): self._agreement(g, p)
            for g in range(len(self.gold))
            for p in range(len(predictions))
            if self.may[g][p]
        }
        pairs = best_pairs(weights)
        self.of_gold = dict(pairs)
        self.of_prediction = {p: g for g, p in pairs}
        self._share_in_groups(pairs)
        self.further: dict[int, list[int]] = {}
        self.ignored = self._ignored()

    def _agreement(self, g: int, p: int) -> float:
        gold, prediction, places = self.gold[g], self.predictions[p], self.places[p]
        weight = self.fit[g][p] + 0.5 * _somewhere_right(gold, places)
        weight += 0.5 * _covered(gold, places) / max(1, len(gold.places))
        if prediction.get("type") in gold.types:
            weight += 1.0 if prediction.get("type") == gold.types[0] else 0.8
        weight += 0.3 * (gold.date_start is not None and _first_day_right(gold, prediction))
        weight += 0.3 * (prediction.get("certainty") in gold.certainty)
        return weight * (0.9 if gold.optional else 1.0)

    def _share_in_groups(self, pairs: Sequence[tuple[int, int]]) -> None:
        """One prediction may stand for a whole group where it has more than one of the group's places."""
        for g, gold in enumerate(self.gold):
            if g in self.of_gold or gold.group is None:
                continue
            for other, p in pairs:
                if self.gold[other].group != gold.group or not self.may[g][p]:
                    continue
                mine = self._hits(gold, p)
                if mine and len(mine | self._hits(self.gold[other], p)) > 1:
                    self.of_gold[g] = p
                    break

    def _hits(self, gold: GoldIncident, p: int) -> set[int]:
        """Which of a prediction's places are right for a gold incident."""
        return {i for i, place in enumerate(self.places[p]) if any(_place_right(one, place) for one in gold.places)}

    def _sites(self, g: int, p: int) -> set[tuple[str, Any, Any]]:
        return {
            (fold(str(place.get("text") or place.get("name") or "")), place.get("lat"), place.get("lon"))
            for place in (self.places[p][i] for i in sorted(self._hits(self.gold[g], p)))
        }

    def _ignored(self) -> set[int]:
        """The predictions that are neither right nor wrong."""
        needed = {p for g, p in self.of_gold.items() if not self.gold[g].optional}
        ignored = {p for p, g in self.of_prediction.items() if self.gold[g].optional and p not in needed}
        seen = {g: self._sites(g, p) for g, p in self.of_gold.items()}
        for p in range(len(self.predictions)):
            if p in self.of_prediction:
                continue
            host = next((g for g in range(len(self.gold)) if self._is_further(g, p, seen)), None)
            if host is not None:
                seen[host] |= self._sites(host, p)
                self.further.setdefault(host, []).append(p)
                ignored.add(p)
            elif any(self._tells_optional(g, p) for g in range(len(self.gold))):
                ignored.add(p)
        return ignored

    def _is_further(self, g: int, p: int, seen: Mapping[int, set[tuple[str, Any, Any]]]) -> bool:
        """Whether a prediction left over is a matched gold incident at another of its places."""
        return (
            self.may[g][p]
            and g in self.of_gold
            and len(self.gold[g].places) > len(self.further.get(g, ())) + 1
            and self.predictions[p].get("type") in self.gold[g].types
            and bool(self._sites(g, p) - seen[g])
        )

    def _tells_optional(self, g: int, p: int) -> bool:
        gold = self.gold[g]
        if not gold.optional or self.fit[g][p] <= 0.0:
            return False
        return self.predictions[p].get("type") in gold.types or _covered(gold, self.places[p]) > 0


def judge(article: GoldArticle, predictions: Sequence[Prediction]) -> tuple[tuple[float, ...], list[Finding]]:
    """The counts of one article in the order of :data:`COUNTS`, and what is wrong in it."""
    pairing = _Article(article, predictions)
    gold = pairing.gold
    n = dict.fromkeys(COUNTS, 0)
    found: list[Finding] = []
    needed = [g for g, one in enumerate(gold) if not one.optional]
    matched = {pairing.of_gold[g] for g in needed if g in pairing.of_gold}
    n["gold"], n["found"] = len(needed), sum(g in pairing.of_gold for g in needed)
    n["pred"], n["ignored"] = len(predictions) - len(pairing.ignored), len(pairing.ignored)
    n["quotes_not_found"] = sum(span is None for span in pairing.spans)
    n["right"] = len(matched)
    wrong: set[int] = set()
    for g in needed:
        if g not in pairing.of_gold:
            found.append(Finding(kind="missed", type=gold[g].types[0], quote=gold[g].quote))
            continue
        failed = _judge_pair(pairing, g, n)
        if failed:
            wrong.add(pairing.of_gold[g])
            found.append(Finding(kind="wrong", type=gold[g].types[0], quote=gold[g].quote, detail=" and ".join(failed)))
        else:
            n["strict_found"] += 1
    n["strict_right"] = len(matched - wrong)
    _judge_quoted(pairing, n)
    found += _false_facts(pairing, n)
    found += [
        Finding(kind="false positive", type=str(one.get("type")), quote=str(one.get("quote") or ""))
        for p, one in enumerate(predictions)
        if p not in matched and p not in pairing.ignored
    ]
    return tuple(float(n[name]) for name in COUNTS), found


def _judge_pair(pairing: _Article, g: int, n: dict[str, int]) -> list[str]:
    """Count what is right of a matched gold incident; the names of those wrong that the strict measure asks for."""
    gold, p = pairing.gold[g], pairing.of_gold[g]
    prediction = pairing.predictions[p]
    group = [
        one
        for i, one in enumerate(pairing.gold)
        if i != g and gold.group is not None and one.group == gold.group
    ]  # fmt: skip
    places = [*pairing.places[p], *(place for i in pairing.further.get(g, ()) for place in pairing.places[i])]
    right = {
        "type": prediction.get("type") in gold.types,
        "certainty": prediction.get("certainty") in gold.certainty,
        "place": _all_places_right(gold, prediction, places, group),
        "date": _first_day_right(gold, prediction),
    }

    def tally(name: str, good: bool) -> None:
        n[f"{name}_of"] += 1
        n[f"{name}_right"] += good

    for name in ("type", "certainty", "place"):
        tally(name, right[name])
    tally("attribution", _level(prediction) in gold.levels)
    if gold.places:
        said = prediction.get("geo_precision")
        along = any(one.line for one in gold.places)
        tally("geo_precision", "geo_precision" in prediction and (said != 1 if along else said == gold.geo_precision))
        if all(one.area for one in gold.places):
            n["areas"] += 1
            n["false_points"] += _false_point(gold, prediction, pairing.places[p])
    if gold.date_start is not None:
        tally("date", right["date"])
        tally("overlap", _days_overlap(gold, prediction))
    for name in COUNTED:
        if name in gold.numbers:
            tally("count", _count_right(gold.numbers[name], prediction.get(name)))
        else:
            n["spurious_counts"] += _range(prediction.get(name)) is not None
    return [name for name, good in right.items() if not good]


def _judge_quoted(pairing: _Article, n: dict[str, int]) -> None:
    """Whether places are right wherever the sentence was quoted, whatever place was given."""
    weights = {}
    for g, gold in enumerate(pairing.gold):
        for p, prediction in enumerate(pairing.predictions):
            if pairing.fit[g][p] > 0.0:
                weight = pairing.fit[g][p] + (1.0 if prediction.get("type") in gold.types else 0.0)
                weights[g, p] = weight + 0.05 * _somewhere_right(gold, pairing.places[p])
    for g, p in best_pairs(weights):
        gold = pairing.gold[g]
        if not gold.optional and gold.places:
            n["quoted_of"] += 1
            n["quoted_right"] += _somewhere_right(gold, pairing.places[p])


def _false_facts(pairing: _Article, n: dict[str, int]) -> Iterable[Finding]:
    for p, prediction in enumerate(pairing.predictions):
        if prediction.get("certainty") != "reported":
            continue
        n["reported"] += 1
        why = None
        mine = [gold for g, gold in enumerate(pairing.gold) if pairing.of_gold.get(g) == p]
        if not mine:
            mine = [gold for g, gold in enumerate(pairing.gold) if pairing.may[g][p]]
        if mine and all("reported" not in gold.certainty for gold in mine) and not all(one.optional for one in mine):
            why = " or ".join(mine[0].certainty)
        for place in pairing.places[p]:
            name = str(place.get("text") or place.get("name") or "")
            if _resolved(place) and _is_site(place) and fold(name) in pairing.article.elsewhere:
                why = f"nothing happened in {name}"
        if why is not None:
            n["false_facts"] += 1
            yield Finding(
                kind="false fact",
                type=str(prediction.get("type")),
                quote=str(prediction.get("quote") or ""),
                detail=why,
            )


# -- all articles ----------------------------------------------------------------------------------------------------


def figures(sums: Sequence[float]) -> dict[str, float | None]:
    """The figures that are made of the sums of counts, in the order of :data:`COUNTS`."""
    n = dict(zip(COUNTS, sums, strict=True))

    def share(part: str, whole: str) -> float | None:
        return n[part] / n[whole] if n[whole] else None

    made: dict[str, float | None] = {}
    for name, right, hits in (("detection", "right", "found"), ("strict", "strict_right", "strict_found")):
        precision, recall = share(right, "pred"), share(hits, "gold")
        made |= {f"{name}_f1": harmonic(precision, recall), f"{name}_precision": precision, f"{name}_recall": recall}
    for name in ("type", "place", "date", "certainty", "attribution", "count", "geo_precision"):
        made[f"{name}_accuracy"] = share(f"{name}_right", f"{name}_of")
    made["date_overlap"] = share("overlap_right", "overlap_of")
    made["place_quoted"] = share("quoted_right", "quoted_of")
    made["false_facts"] = n["false_facts"]
    made["false_points"] = n["false_points"]
    made["spurious_counts"] = n["spurious_counts"]
    return made
