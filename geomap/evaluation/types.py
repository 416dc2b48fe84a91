"""Which class a snippet belongs to: what every figure of ``geomap evaluate event-types`` means.

A snippet has one gold class. ``event_types.json`` says which class each of geomap's incidents is, and which of a
snippet's incidents it is about: the first told of the highest rank, where what is planned or threatened counts only if
nothing was reported, and what is hypothetical or negated only if there is nothing else. Where no incident was found the
fallback class is said; ``untyped`` is the share of such snippets.

=================  ================================================================================================
``accuracy``       snippets whose class is right
``weighted_f1``    the mean of the classes' F1, each weighted by its gold snippets
``macro_f1``       their plain mean, over the classes that the gold or the predictions have
=================  ================================================================================================
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from geomap.evaluation.muc import harmonic

__all__ = ["Scheme", "class_of", "classes", "columns", "fallback", "figures", "main_class", "per_class"]

Scheme = Literal["case", "plover"]
# Where an incident's certainty puts it: what was not said to have happened is seldom what a snippet is about.
_SURENESS = {"planned": 1, "threatened": 1, "hypothetical": 2, "negated": 2}


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(Path(__file__).with_name("event_types.json").read_text("utf-8"))
    return table


def classes(scheme: Scheme) -> tuple[str, ...]:
    """The classes of a scheme, in order."""
    return tuple(_table()[scheme]["classes"])


def fallback(scheme: Scheme) -> str:
    """The class of a snippet in which no incident was found."""
    return str(_table()[scheme]["fallback"])


@cache
def _ranks(scheme: Scheme) -> dict[str, int]:
    return {name: rank for rank, names in enumerate(_table()[scheme]["rank"]) for name in names}


def class_of(incident: Mapping[str, Any], scheme: Scheme) -> str | None:
    """The class that an incident (a record as a dict) is; None where the table names none."""
    trigger = str(incident.get("trigger") or "").casefold()
    quote = str(incident.get("quote") or "").casefold()
    at = quote.find(trigger)
    texts = {"words": f" {trigger}", "quote": f" {quote}", "before": f" {quote[:at]}" if at >= 0 else ""}
    for rule in _table()[scheme]["rules"]:
        if (
            incident.get("type") in rule.get("types", (rule.get("type", incident.get("type")),))
            and rule.get("sub", incident.get("acled_sub_event")) == incident.get("acled_sub_event")
            and str(incident.get("plover") or "").startswith(rule.get("plover", ""))
            and all(_begins(texts[key], rule[key]) for key in texts if key in rule)
        ):
            return str(rule["class"])
    return None


def _begins(text: str, beginnings: Iterable[str]) -> bool:
    return any(f" {word}" in text for word in beginnings)


def main_class(incidents: Iterable[Mapping[str, Any]], scheme: Scheme) -> str | None:
    """The class of what a snippet is about; None where no incident has a class."""
    ranks = _ranks(scheme)
    told = []
    for incident in incidents:
        name = class_of(incident, scheme)
        if name is not None:
            sureness = _SURENESS.get(str(incident.get("certainty")), 0)
            told.append((sureness, ranks.get(name, len(ranks)), incident.get("quote_start") or 0, name))
    return min(told)[3] if told else None


def columns(scheme: Scheme) -> tuple[str, ...]:
    """The names of a snippet's counts: of each class whether it is gold, was predicted, and both."""
    return ("snippets", "untyped", *(f"{what}_{name}" for name in classes(scheme) for what in ("gold", "pred", "both")))


def per_class(sums: Sequence[float], scheme: Scheme) -> dict[str, dict[str, float | None]]:
    """Precision, recall, F1 and gold snippets of each class, from summed counts in the order of :func:`columns`."""
    n = dict(zip(columns(scheme), sums, strict=True))
    made = {}
    for name in classes(scheme):
        gold, predicted, both = n[f"gold_{name}"], n[f"pred_{name}"], n[f"both_{name}"]
        precision, recall = both / predicted if predicted else None, both / gold if gold else None
        made[name] = {
            "precision": precision,
            "recall": recall,
            "f1": harmonic(precision, recall) if gold or predicted else None,
            "gold": gold,
            "predicted": predicted,
        }
    return made


def figures(sums: Sequence[float], scheme: Scheme) -> dict[str, float | None]:
    """The figures of summed counts in the order of :func:`columns`."""
    n = dict(zip(columns(scheme), sums, strict=True))
    each = per_class(sums, scheme)
    known = [one for one in each.values() if one["f1"] is not None]
    total = n["snippets"]
    return {
        "weighted_f1": sum((one["f1"] or 0.0) * (one["gold"] or 0.0) for one in known) / total if total else None,
        "macro_f1": sum(one["f1"] or 0.0 for one in known) / len(known) if known else None,
        "accuracy": sum(n[f"both_{name}"] for name in each) / total if total else None,
        "untyped": n["untyped"] / total if total else None,
    }
