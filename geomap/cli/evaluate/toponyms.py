"""``geomap evaluate toponyms``: how right recognition and resolution are."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from geomap.cli.evaluate._common import add_options, checked_settings, compared, errors_shown, number
from geomap.cli.parsing import command
from geomap.cli.reporting import Reporter, plain, print_json, table, write_stdout
from geomap.errors import UsageError

__all__ = ["add_command"]


def add_command(into: Any, run: argparse.ArgumentParser) -> None:
    """Add ``toponyms`` to the evaluations; ``run`` holds the options of the commands that read articles."""
    made = command(into, "toponyms", "measure how toponyms are recognised and resolved", run)
    made.add_argument(
        "corpora",
        nargs="+",
        metavar="CORPUS",
        help="annotated documents: JSON Lines, or the XML of LGL, TR-News, GeoWebNews, GeoVirus or WikToR",
    )
    made.add_argument(
        "--gold-spans", action="store_true", help="resolve the annotated names instead of recognising any"
    )
    made.add_argument(
        "--no-demonyms", action="store_true", help="leave out demonyms (Turkish), for corpora that annotate none"
    )
    add_options(
        made,
        predictions="measure what geomap toponyms wrote instead of running the pipeline",
        half="only the documents of odd or of even number; the first is 1",
    )
    made.set_defaults(function=_toponyms)


def _toponyms(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.evaluation import compare, evaluate_toponyms, read_corpus, read_predictions
    from geomap.evaluation.comparing import read_result
    from geomap.pipeline import Session

    settings = checked_settings(options)
    if options.predictions and options.gold_spans:
        raise UsageError("--predictions and --gold-spans contradict each other.")
    # All are read before the first is run: a mistake should not come after minutes.
    old = read_result(Path(options.compare)) if options.compare else {}
    corpora = [read_corpus(Path(one)) for one in options.corpora]
    names = [one.name for one in corpora]
    corpora = [one if names.count(one.name) == 1 else replace(one, name=str(one.path)) for one in corpora]
    if len({one.name for one in corpora}) < len(corpora):
        raise UsageError("the same corpus is named twice.")
    results: dict[str, dict[str, Any]] = {}
    with Session(settings, progress=reporter.progress, on_warning=reporter.warning) as session:
        predictions = (
            read_predictions(Path(options.predictions), session.gazetteer.place) if options.predictions else None
        )
        for corpus in corpora:
            for number, what in (
                (corpus.moved, "toponyms had an offset that was mended"),
                (corpus.left_out, "toponyms do not stand where they should, and were left out"),
                (corpus.not_names, "annotated common nouns were left out"),
            ):
                if number:
                    reporter.note(f"{corpus.path}: {number:,} {what}.")
            result = evaluate_toponyms(
                corpus,
                session,
                gold_spans=options.gold_spans,
                no_demonyms=options.no_demonyms,
                predictions=predictions,
                half=options.half,
                examples=options.examples,
                progress=reporter.progress,
                on_error=reporter.error,
            )
            earlier = old.get(corpus.name, next(iter(old.values())) if len(old) == len(corpora) == 1 else None)
            if earlier is not None:
                result["compared"] = compare(result, earlier)
            elif old:
                reporter.note(f"{options.compare} has nothing about {corpus.name}.")
            results[corpus.name] = result
    reporter.finish()
    if options.json:
        print_json(next(iter(results.values())) if len(results) == 1 else {"corpora": results})
    else:
        write_stdout("\n\n".join(map(_shown, results.values())).encode() + b"\n")
    return 0


# Figure → what to call it, in the order of the table.
_TITLES = {
    "F1": "recognition F1 (overlap)",
    "P": "  precision",
    "R": "  recall",
    "F1_exact": "recognition F1 (exact)",
    "acc161_all": "within 161 km, of all gold",
    "acc161_id": "  or by id",
    "acc161_contained": "  or by containment",
    "acc161_rec": "within 161 km, of the resolved",
    "coverage": "resolved, of all gold",
    "candidates": "a right candidate is known",
    "median_km": "median error, km",
    "mean_km": "mean error, km",
    "auc": "AUC of the errors",
    "P161": "pins within 161 km",
    "P_contained": "  or by id or containment",
    "F1_161": "F1 of pins (161 km)",
    "ece": "calibration error",
    "ece_strict": "  strictly",
    "right_at_80": "right of pins scored ≥ .8",
    "right_at_80_strict": "  strictly",
    "pins_at_80": "  share of all pins",
}


def _shown(result: Mapping[str, Any]) -> str:
    """One corpus for people: figures, calibration, errors."""
    how = [
        "gold spans" if result["gold_spans"] else None,
        "without demonyms" if result["no_demonyms"] else None,
        f"{result['half']} documents" if result["half"] else None,
        f"scores from {result['min_score']:g}" if result["min_score"] else None,
        f"recognizer {result['recognizer']}" if result["recognizer"] not in (None, "auto") else None,
    ]
    said = "; ".join(one for one in how if one)
    parts = [
        f"{plain(result['corpus'])}: {result['docs']:,} documents, {result['gold']:,} toponyms"
        f" ({result['gold_coords']:,} with coordinates), {result['pred']:,} predicted" + (f"; {said}" if said else "")
    ]
    baseline = result["baseline"]
    columns = [name for name in ("own_spans", "gold_spans") if name in baseline]
    heads = {"own_spans": "most people*", "gold_spans": "… gold spans"}
    rows = []
    for name, title in _TITLES.items():
        span = result["intervals"].get(name)
        rows.append(
            [
                title,
                number(result[name], name),
                f"{number(span[0], name)} – {number(span[1], name)}" if span else "",
                *(number(baseline[one][name], name) if name in baseline[one] else "" for one in columns),
            ]
        )
    right = frozenset(range(1, 3 + len(columns)))
    parts.append(table(["", "", "95 %", *(heads[one] for one in columns)], rows, right=right))
    parts.append("* for comparison: of each name the candidate with the most inhabitants.")
    bins = [
        [
            f"{one['from']:.1f} – {one['to']:.1f}",
            f"{one['pins']:,}",
            number(one["mean_score"]),
            number(one["right"]),
            number(one["right_strict"]),
        ]
        for one in result["reliability"]
    ]
    parts.append(table(["score", "pins", "mean score", "right", "within 161 km"], bins, right=frozenset(range(1, 5))))
    if "compared" in result:
        parts.append(compared(result["compared"]))
    for kind, classes in result["errors"].items():
        if classes:
            parts.append(errors_shown(kind, classes, _example))
    return "\n\n".join(parts)


def _example(example: Mapping[str, Any]) -> str:
    said = ""
    if "predicted" in example:
        named = f"{example['name']} ({example['country_code'] or '–'})" if "name" in example else ""
        said = f" → {named or example['predicted']}"
        if "km" in example:
            said += f", {example['km']:,.0f} km off"
    context = " ".join(example["context"].split())
    return f"{example['doc_id']}: “{example['text']}” in “{context}”{said}"
