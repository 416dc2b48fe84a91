"""``geomap evaluate incidents|merging|dates|event-types|event-places``: how right what is said of events is."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.evaluate._common import add_options, checked_settings, compared, errors_shown, number
from geomap.cli.parsing import command, limit
from geomap.cli.reporting import Reporter, plain, print_json, table, write_stdout
from geomap.errors import UsageError

if TYPE_CHECKING:
    from geomap.evaluation.events import Options
    from geomap.evaluation.sources import Source
    from geomap.pipeline import Session

__all__ = ["add_commands"]

Run = Callable[["Source[Any]", "Session", "Options", Any], dict[str, Any]]

_COMMANDS = {
    "incidents": (
        "measure incidents: what, where, when and how sure",
        "a folder of annotated articles, or JSON Lines with the templates of MUC-3/4",
        "measure what geomap extract wrote instead of running the pipeline",
    ),
    "merging": (
        "measure which incidents of several articles are made one",
        "a folder with articles.jsonl and clusters.json",
        "measure what geomap extract --merge wrote instead of running the pipeline",
    ),
    "dates": (
        "measure how time phrases are found and resolved",
        "JSON Lines with text, dct and timex",
        "measure what --save wrote instead of reading the texts",
    ),
    "event-types": (
        "measure which type of event a snippet is about",
        "JSON Lines with text and sub_type (the classes of CASE 2021) or event (PLOVER)",
        "measure what geomap extract or --save wrote instead of running the pipeline",
    ),
    "event-places": (
        "measure where the event of a verb is said to have happened",
        "JSON Lines with text, verb and locations",
        "measure what --save wrote instead of running the pipeline",
    ),
}


def add_commands(into: Any, run: argparse.ArgumentParser) -> None:
    """Add the five to the evaluations; ``run`` holds the options of the commands that read articles."""
    for name, (help, corpus, predictions) in _COMMANDS.items():
        made = command(into, name, help, run)
        made.add_argument("corpora", nargs="+", metavar="CORPUS", help=corpus)
        add_options(made, predictions=predictions, half="only the rows of odd or of even number; the first is 1")
        made.add_argument("--limit", metavar="N", type=limit, help="only the first N rows (of the half)")
        made.add_argument("--save", metavar="FILE", help="write what was predicted, as JSON Lines for --predictions")
        made.set_defaults(function=_evaluate)


def _evaluate(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.evaluation.comparing import compare, read_result
    from geomap.evaluation.events import Options, measure_of
    from geomap.pipeline import Session

    settings = checked_settings(options)
    if getattr(options, "learn_home", None):
        raise UsageError("--learn-home: texts of these corpora name no source to learn from; leave the option out.")
    if options.save and options.predictions:
        raise UsageError("--save and --predictions contradict each other.")
    # All are read before the first is run: a mistake should not come after minutes.
    old = read_result(Path(options.compare), options.evaluate) if options.compare else {}
    sources = _sources(options)
    predictions = _predictions(options)
    results: dict[str, dict[str, Any]] = {}
    with (
        Session(
            replace(settings, learn_home=False), progress=reporter.progress, on_warning=reporter.warning
        ) as session,
        _saving(options) as save,
    ):  # fmt: skip
        for source in sources:
            chosen = Options(
                half=options.half,
                limit=options.limit,
                examples=options.examples,
                progress=reporter.progress,
                on_error=reporter.error,
                save=save,
            )
            result = _measured(options.evaluate, source, session, chosen, predictions)
            earlier = old.get(source.name, next(iter(old.values())) if len(old) == len(sources) == 1 else None)
            if earlier is not None and earlier.get("format") == result["format"]:
                result["compared"] = compare(result, earlier, resamples=chosen.resamples, measure=measure_of(result))
            elif old:
                reporter.note(f"{options.compare} has nothing about {source.name}.")
            results[source.name] = result
    reporter.finish()
    if options.json:
        print_json(next(iter(results.values())) if len(results) == 1 else {"corpora": results})
    else:
        write_stdout("\n\n".join(map(_shown, results.values())).encode() + b"\n")
    return 0


def _sources(options: argparse.Namespace) -> list[Source[Any]]:
    from geomap.evaluation import sources
    from geomap.evaluation.merging_gold import merging_source

    readers: dict[str, Callable[[Path], Source[Any]]] = {
        "merging": merging_source,
        "dates": sources.dates_source,
        "event-types": sources.types_source,
        "event-places": sources.places_source,
    }
    read: list[Source[Any]] = []
    for corpus in map(Path, options.corpora):
        # Annotated articles are a JSON file each; JSON Lines are reports.
        of_articles = corpus.is_dir() or corpus.suffix.lower() == ".json"
        reader = readers.get(options.evaluate, sources.articles_source if of_articles else sources.incidents_source)
        read.append(reader(corpus))
    names = [one.name for one in read]
    read = [one if names.count(one.name) == 1 else replace(one, name=str(one.path)) for one in read]
    if len({one.name for one in read}) < len(read):
        raise UsageError("the same corpus is named twice.")
    if options.save and len(read) > 1:
        raise UsageError("--save: give one corpus, so that the file is of one.")
    return read


def _predictions(options: argparse.Namespace) -> Any:
    """What the file of predictions holds, by document; None where there is none."""
    from geomap.evaluation import sources

    if not options.predictions:
        return None
    path = Path(options.predictions)
    if options.evaluate == "dates":
        return sources.read_dates(path)
    if options.evaluate == "event-places":
        return sources.read_places(path)
    if options.evaluate == "event-types" and (classes := sources.read_classes(path)) is not None:
        return {"classes": classes}
    incidents = sources.read_incidents(path)
    return {"incidents": incidents} if options.evaluate == "event-types" else incidents


def _measured(what: str, source: Source[Any], session: Session, options: Options, predictions: Any) -> dict[str, Any]:
    from geomap.evaluation import events
    from geomap.evaluation.incident_gold import GoldArticle

    if what == "dates":
        return events.evaluate_dates(source, predictions=predictions, options=options)
    if what == "merging":
        return events.evaluate_merging(source, session, predictions=predictions, options=options)
    if what == "event-places":
        return events.evaluate_places(source, session, predictions=predictions, options=options)
    if what == "event-types":
        return events.evaluate_types(source, session, **(predictions or {}), options=options)
    of_articles = any(isinstance(row, GoldArticle) for row in source.chosen(limit=1))
    evaluate = events.evaluate_incidents if of_articles else events.evaluate_muc
    return evaluate(source, session, predictions=predictions, options=options)


@contextlib.contextmanager
def _saving(options: argparse.Namespace) -> Iterator[Callable[[Mapping[str, Any]], None] | None]:
    if not options.save:
        yield None
        return
    from geomap.outputs import json_lines_file
    from geomap.pipeline import check_target

    target = Path(options.save)
    files = [one for one in options.corpora if Path(one).is_file()]
    check_target(target, files)
    with json_lines_file(target) as writer:
        yield writer.write


# -- for people ------------------------------------------------------------------------------------------------------

# Figure → what to call it, in the order of the tables.
_TITLES = {
    "b3_f1": "B³ of aligned tellings: F1",
    "b3_precision": "  precision",
    "b3_recall": "  recall",
    "unmerged_b3_f1": "  F1 without merging",
    "pair_f1": "pairs of tellings: F1",
    "pair_precision": "  precision",
    "pair_recall": "  recall",
    "whole_b3_f1": "B³ end to end, missed ones counted: F1",
    "whole_b3_precision": "  precision",
    "whole_b3_recall": "  recall",
    "aligned_share": "tellings found at all",
    "wrong_days": "pairs merged across days",
    "wrong_towns": "pairs merged across towns",
    "detection_f1": "found at all: F1",
    "detection_precision": "  precision",
    "detection_recall": "  recall",
    "strict_f1": "places, day, type, certainty: F1",
    "strict_precision": "  precision",
    "strict_recall": "  recall",
    "type_f1": "incidents of the right type: F1",
    "type_precision": "  precision",
    "type_recall": "  recall",
    "type_accuracy": "of matched: type",
    "place_accuracy": "of matched: place",
    "date_accuracy": "of matched: day",
    "date_accuracy_of_given": "  of those with a day",
    "date_overlap": "  days overlap",
    "certainty_accuracy": "of matched: certainty",
    "attribution_accuracy": "of matched: attribution",
    "count_accuracy": "of matched: numbers",
    "geo_precision_accuracy": "of matched: precision of the place",
    "place_quoted": "place right where quoted",
    "false_facts": "false facts",
    "false_points": "false points",
    "spurious_counts": "numbers nobody stated",
    "weighted_f1": "weighted F1",
    "macro_f1": "macro F1",
    "accuracy": "accuracy",
    "untyped": "without any type",
    "token_f1": "words of places: F1",
    "token_precision": "  precision",
    "token_recall": "  recall",
    "exact": "exactly those words",
    "value_accuracy": "value right, of gold spans",
    "day_accuracy": "  of single days",
    "time_accuracy": "  time of the day",
    "value_of_found": "value right, of those found",
    "span_f1": "spans (overlap): F1",
    "span_precision": "  precision",
    "span_recall": "  recall",
    "span_f1_exact": "spans (exact): F1",
    "span_value_f1": "spans with the right value: F1",
}


def _shown(result: Mapping[str, Any]) -> str:
    """One corpus for people: figures, classes, errors."""
    how = [
        f"{result['half']} rows" if result["half"] else None,
        f"the first {result['limit']:,}" if result["limit"] else None,
        f"recognizer {result['recognizer']}" if result["recognizer"] not in (None, "auto") else None,
    ]
    said = "; ".join(one for one in how if one)
    rows_of = {"event-places": "rows", "merging": "stories"}.get(result["what"], "documents")
    parts = [f"{plain(result['corpus'])}: {result['docs']:,} {rows_of}" + (f"; {said}" if said else "")]
    baseline = result.get("baseline")
    rows = []
    for name, title in _TITLES.items():
        if name not in result:
            continue
        # Documents, not incidents, are what MUC's figure of detection counts.
        title = "documents with any: F1" if name == "detection_f1" and result["format"] == "muc" else title
        span = result["intervals"].get(name)
        row = [
            title,
            number(result[name], name),
            f"{number(span[0], name)} – {number(span[1], name)}" if span else "",
        ]
        rows.append([*row, number(baseline[name], name)] if baseline else row)
    head = ["", "", "95 %", *(["nearest place"] if baseline else [])]
    parts.append(table(head, rows, right=frozenset(range(1, len(head)))))
    if "classes" in result:
        parts.append(_classes(result))
    if result.get("confusion"):
        pairs = [[f"{one['gold']} → {one['said']}", f"{one['count']:,}"] for one in result["confusion"][:20]]
        parts.append(table(["gold → said", ""], pairs, right=frozenset({1})))
    if "compared" in result:
        parts.append(compared(result["compared"]))
    # What a table of confusion shows is not listed again, unless there are examples.
    for kind, classes in result["errors"].items():
        if "confusion" not in result or any(one["examples"] for one in classes.values()):
            parts.append(errors_shown(kind, classes, _example))
    return "\n\n".join(parts)


def _classes(result: Mapping[str, Any]) -> str:
    if result["what"] == "dates":
        rows = [
            [name, f"{one['gold']:,}", number(one["found"] / one["gold"]), number(one["right"] / one["gold"])]
            for name, one in result["classes"].items()
        ]
        return table(["class of phrase", "gold", "found", "value right"], rows, right=frozenset({1, 2, 3}))
    rows = [
        [name, f"{one['gold']:,.0f}", f"{one['predicted']:,.0f}", *(number(one[key]) for key in _PRF)]
        for name, one in result["classes"].items()
        if one["gold"] or one["predicted"]
    ]
    return table(["class", "gold", "said", "precision", "recall", "F1"], rows, right=frozenset(range(1, 6)))


_PRF = ("precision", "recall", "f1")


def _example(example: Mapping[str, Any]) -> str:
    told = f"{example['doc_id']}: "
    if "text" in example:
        told += f"“{example['text']}” "
    if "context" in example:
        told += f"in “{example['context']}”"
    if "gold" in example:
        told += f"; gold: {example['gold'] or 'none'}"
    if "said" in example:
        told += f"; said: {example['said'] or 'none'}"
    return told
