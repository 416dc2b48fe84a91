"""Incidents against the templates of MUC-3/4: what every figure of ``geomap evaluate incidents`` means there.

**Types.** ``muc_types.json`` says which of geomap's incidents count, and as which of MUC's six types; what it does not
name, and what is planned, hypothetical or negated, is no prediction. "BOMBING / ATTACK" in the gold allows either.

**Matching.** In each document predictions and templates of one type are matched one to one: as many required templates
as possible, then as many optional ones, then those whose place and date agree. An optional template neither hurts nor
helps: it is not wanted, and a prediction that only it matches is not counted.

=================  ================================================================================================
``type_f1`` …      ``type_precision`` of the predictions and ``type_recall`` of the required templates are matched
``date_accuracy``  of matched templates with a date: geomap's first day is the gold day, or lies in the gold's range;
                   where the gold knows only "on or before" a day, geomap's first day is that day or earlier. No
                   date is wrong; ``date_accuracy_of_given`` leaves those without out
``place_accuracy`` of matched templates with a location: one of geomap's places (not where somebody came from or
                   went to) bears the most specific name of the gold's chain, folded, or resolves to a place that
                   has this name in the gazetteer; where the gold has the country alone, that country
``detection_f1``   documents with any required template against documents with any prediction; documents that have
                   optional templates only are left out
=================  ================================================================================================
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from geomap.errors import InputError
from geomap.evaluation.matching import best_pairs
from geomap.text import fold

__all__ = [
    "COUNTS",
    "MucDate",
    "MucPlace",
    "Outcome",
    "Template",
    "count",
    "figures",
    "judge",
    "muc_type",
    "muc_types",
    "read_template",
]

NamesOf = Callable[[str], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MucDate:
    """A gold date: ISO days, ``start`` None for "on or before ``end``"."""

    start: str | None
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MucPlace:
    """A gold location: its country and the most specific name within it, None where only the country is known."""

    country: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A gold incident: the types that are right, and alternatives of date and place (none: not known)."""

    types: tuple[str, ...]
    optional: bool
    dates: tuple[MucDate, ...] = ()
    places: tuple[MucPlace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A template, a prediction's index, or both where they match; None for what was not asked."""

    template: int | None
    predicted: int | None
    date_right: bool | None = None
    place_right: bool | None = None
    ignored: bool = False


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(Path(__file__).with_name("muc_types.json").read_text("utf-8"))
    return table


def muc_types() -> tuple[str, ...]:
    """The incident types of MUC, in order."""
    return tuple(_table()["muc_types"])


# -- reading gold ----------------------------------------------------------------------------------------------------


def read_template(record: object, where: str) -> Template:
    """A template from the corpus; ``where`` names file, line and number in what is raised.

    Dates without a year, and ranges that end before they begin, as the corpus has a few, count as not known.
    Raises :class:`~geomap.errors.InputError`.
    """
    if not isinstance(record, dict):
        raise InputError(f"{where}: an incident is an object with a type; this is {type(record).__name__}.")
    types = tuple(str(record.get("type")).split(" / "))
    if unknown := [one for one in types if one not in muc_types()]:
        raise InputError(f'{where}: "type" {unknown[0]!r} is none of MUC\'s: {", ".join(muc_types())}.')
    dates = [_date(one, where) for one in _list(record, "date", where)]
    places = [_place(one, where) for one in _list(record, "location", where)]
    return Template(
        types=types,
        optional=record.get("optional") is True,
        dates=tuple(one for one in dates if one is not None),
        places=tuple(one for one in places if one is not None),
    )


def _list(record: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(f'{where}: "{key}" must be a list, or null where it is not known.')
    return value


def _date(record: object, where: str) -> MucDate | None:
    if record is None:
        return None
    kind = record.get("kind") if isinstance(record, dict) else None
    if not isinstance(record, dict) or kind not in ("point", "on_or_before", "range"):
        raise InputError(f'{where}: a date is an object whose "kind" is point, on_or_before or range.')
    first, last = (_days(record.get(key)) for key in (("start", "end") if kind == "range" else ("date", "date")))
    if first is None or last is None or first[0] > last[1]:
        return None
    return MucDate(start=None if kind == "on_or_before" else first[0], end=last[1])


def _days(value: object) -> tuple[str, str] | None:
    """The first and last day of an ISO day, month or year; None for anything else."""
    if not isinstance(value, str) or not (match := re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", value)):
        return None
    year, month, day = match.groups()
    # As text: the last days sort after every day of their month.
    return f"{year}-{month or '01'}-{day or '01'}", f"{year}-{month or '12'}-{day or '31'}"


def _place(record: object, where: str) -> MucPlace | None:
    if record is None:
        return None
    chain = record.get("chain") if isinstance(record, dict) else None
    if not isinstance(record, dict) or not isinstance(record.get("country"), str) or not isinstance(chain, list):
        raise InputError(f'{where}: a location is an object with a "country" and a list "chain".')
    if not all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in chain):
        raise InputError(f'{where}: each step of a location\'s "chain" is an object with a "name".')
    return MucPlace(country=record["country"], name=chain[-1]["name"] if chain else None)


# -- judging ---------------------------------------------------------------------------------------------------------


def muc_type(incident: Mapping[str, Any]) -> str | None:
    """The MUC type that an incident counts as; None for one that is no MUC incident."""
    table = _table()
    if incident.get("certainty") not in table["certainties"]:
        return None
    trigger = str(incident.get("trigger") or "").casefold()
    for rule in table["rules"]:
        if rule["type"] != incident.get("type") or rule.get("sub", incident.get("acled_sub_event")) != incident.get(
            "acled_sub_event"
        ):
            continue
        if "words" in rule and not any(word in f" {trigger} " for word in rule["words"]):
            continue
        said: str | None = rule.get("muc")
        return said
    return None


def _date_right(template: Template, incident: Mapping[str, Any]) -> bool | None:
    if not template.dates:
        return None
    day = incident.get("date_start")
    if not isinstance(day, str):
        return False
    return any((one.start or "") <= day[:10] <= one.end for one in template.dates)


def _place_right(template: Template, incident: Mapping[str, Any], ids_of: NamesOf) -> bool | None:
    if not template.places:
        return None
    for place in incident.get("places") or ():
        if place.get("role") in ("from", "to"):
            continue
        names = {fold(str(place.get(key))) for key in ("text", "name") if place.get(key)}
        identity = place.get("place_id")
        for gold in template.places:
            wanted = gold.name or gold.country
            if fold(wanted) in names or (identity is not None and identity in ids_of(wanted)):
                return True
    return False


def judge(templates: Sequence[Template], incidents: Sequence[Mapping[str, Any]], ids_of: NamesOf) -> list[Outcome]:
    """Match one document's incidents (as dicts, those that count as MUC incidents) to its templates."""
    types = [muc_type(one) for one in incidents]
    dates = {}
    places = {}
    weights = {}
    for t, template in enumerate(templates):
        for p, incident in enumerate(incidents):
            if types[p] not in template.types:
                continue
            dates[t, p] = _date_right(template, incident)
            places[t, p] = _place_right(template, incident, ids_of)
            agree = 0.1 * bool(dates[t, p]) + 0.1 * bool(places[t, p])
            # A document has at most a few dozen templates: 1,000 before 100 * their number before agreement.
            weights[t, p] = (1.0 if template.optional else 10.0) * 1000.0 + agree
    pairs = best_pairs(weights)
    found = [
        Outcome(
            template=t,
            predicted=p,
            date_right=dates[t, p],
            place_right=places[t, p],
            ignored=templates[t].optional,
        )
        for t, p in pairs
    ]
    matched, used = {t for t, _ in pairs}, {p for _, p in pairs}
    found += [
        Outcome(template=t, predicted=None, ignored=one.optional) for t, one in enumerate(templates) if t not in matched
    ]
    found += [
        Outcome(template=None, predicted=p) for p in range(len(incidents)) if p not in used and types[p] is not None
    ]
    return found


COUNTS: tuple[str, ...] = (
    "gold", "pred", "matched", "dated", "date_right", "date_given", "placed", "place_right", "docs_gold", "docs_pred",
    "docs_both",
)  # fmt: skip
"""The counts of a document, in their order."""


def count(
    outcomes: Sequence[Outcome], incidents: Sequence[Mapping[str, Any]], templates: Sequence[Template]
) -> tuple[float, ...]:
    """The counts of one document, in the order of :data:`COUNTS`."""
    n = dict.fromkeys(COUNTS, 0)
    for one in outcomes:
        if one.ignored:
            continue
        n["gold"] += one.template is not None
        n["pred"] += one.predicted is not None
        if one.template is None or one.predicted is None:
            continue
        n["matched"] += 1
        if one.date_right is not None:
            n["dated"] += 1
            n["date_right"] += one.date_right
            n["date_given"] += incidents[one.predicted].get("date_start") is not None
        if one.place_right is not None:
            n["placed"] += 1
            n["place_right"] += one.place_right
    wanted = any(not one.optional for one in templates)
    if wanted or not templates:
        made = any(muc_type(one) is not None for one in incidents)
        n["docs_gold"], n["docs_pred"], n["docs_both"] = int(wanted), int(made), int(wanted and made)
    return tuple(float(n[name]) for name in COUNTS)


def figures(sums: Sequence[float]) -> dict[str, float | None]:
    """The figures that are made of the sums of counts, in the order of :data:`COUNTS`."""
    n = dict(zip(COUNTS, sums, strict=True))

    def share(part: str, whole: str) -> float | None:
        return n[part] / n[whole] if n[whole] else None

    precision, recall = share("matched", "pred"), share("matched", "gold")
    doc_precision, doc_recall = share("docs_both", "docs_pred"), share("docs_both", "docs_gold")
    return {
        "type_f1": harmonic(precision, recall),
        "type_precision": precision,
        "type_recall": recall,
        "date_accuracy": share("date_right", "dated"),
        "date_accuracy_of_given": share("date_right", "date_given"),
        "place_accuracy": share("place_right", "placed"),
        "detection_f1": harmonic(doc_precision, doc_recall),
        "detection_precision": doc_precision,
        "detection_recall": doc_recall,
    }


def harmonic(a: float | None, b: float | None) -> float:
    """The F1 of a precision and a recall; 0 where either is 0 or not defined."""
    return 2 * a * b / (a + b) if a and b else 0.0
