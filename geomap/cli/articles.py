"""``geomap map`` and ``toponyms``: what articles tell, drawn, and the places they name."""

from __future__ import annotations

import argparse
import contextlib
import sys
from typing import TYPE_CHECKING, Any

from geomap.cli.drawing import add_drawing_options, check_picture, drawing_of, make_picture
from geomap.cli.parsing import command, settings_of
from geomap.cli.reporting import Reporter, count, is_terminal, print_path, write_stdout
from geomap.cli.runs import (
    INPUT_HELP,
    UNRESOLVED_HELP,
    Met,
    Tally,
    add_workers,
    check_online,
    check_unresolved,
    exit_code,
    output_file,
    processing_of,
    read_so_many,
    save_unresolved,
    tell_notes,
    tell_placeless,
    tell_undated,
    tell_unresolved,
)

if TYPE_CHECKING:
    from geomap.pipeline import ArticleResult

__all__ = ["add_commands"]


def add_commands(commands: Any, run: argparse.ArgumentParser) -> None:
    """Add the two to the parser; ``run`` holds the options that they share."""
    made = command(commands, "map", "draw the incidents of the articles on one HTML map and print its path", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=INPUT_HELP)
    made.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the map to write (default: output/<stem of the first input>.html)",
    )
    add_drawing_options(made)
    made.add_argument("--unresolved", metavar="FILE", help=UNRESOLVED_HELP)
    add_workers(made)
    made.set_defaults(function=_map)

    made = command(
        commands, "toponyms", "write the toponyms of the articles, resolved to coordinates, as JSON Lines", run
    )
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=INPUT_HELP)
    made.add_argument("-o", "--output", metavar="FILE", help="the file to write (default: standard output)")
    add_workers(made)
    made.set_defaults(function=_toponyms)


def _map(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.pipeline import map_articles

    settings = settings_of(options)
    drawing = drawing_of(options)
    check_unresolved(options)
    check_picture(options)
    if drawing.tiles is not None:
        reporter.note("the map will load its tiles from the network whenever it is opened (--tiles).")
    processing = processing_of(options, settings)
    check_online(settings, reporter)
    met = Met()

    def on_article(result: ArticleResult) -> None:
        met.see(result)
        if result.listed is None:
            reporter.article(result)

    summary = map_articles(
        options.inputs,
        getattr(options, "output", None),
        settings=settings,
        title=getattr(options, "title", None),
        drawing=drawing,
        on_error=reporter.error,
        on_article=on_article,
        on_warning=reporter.warning,
        on_fetch=reporter.fetching,
        on_note=reporter.note,
        progress=reporter.progress,
        processing=processing,
    )
    met.keep()
    for line in summary.online:
        reporter.note(line)
    tell_undated(reporter, (len(summary.undated), summary.undated))
    tell_notes(reporter)
    tell_placeless(reporter, (len(summary.empty), summary.empty))
    tell_unresolved(reporter, summary.unresolved)
    save_unresolved(options, reporter, summary.unresolved)
    reporter.note(
        f"{read_so_many(summary.articles, summary.tables, summary.rows)}, {count(summary.incidents, 'incident')}:"
        f" {summary.located} on the map, {summary.unlocated} listed without a place"
        + (f"; {count(len(summary.errors), 'problem')}, told above" if summary.errors else "")
        + "."
    )
    reporter.finish()
    if summary.output is not None:
        picture = make_picture(options, summary.output, online=drawing.tiles is not None)
        print_path(summary.output)
        if picture is not None:
            print_path(picture)
    return exit_code(reporter)


def _toponyms(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.outputs import JsonLinesWriter, json_lines_file
    from geomap.pipeline import Session, toponyms_record

    settings = settings_of(options)
    processing = processing_of(options, settings)
    check_online(settings, reporter)
    target = output_file(options, (".jsonl", ".ndjson"))
    if target is None and is_terminal(sys.stdout):
        reporter.finish()
    tally = Tally(reporter)
    found = resolved = 0
    with (
        Session(
            settings,
            progress=reporter.progress,
            on_warning=reporter.warning,
            on_fetch=reporter.fetching,
            processing=processing,
        ) as session,
        contextlib.ExitStack() as stack,
    ):
        writer = JsonLinesWriter(write_stdout) if target is None else None
        articles = session.read(options.inputs, on_error=reporter.error)
        for result in tally.watch(session.process(articles, incidents=False, on_error=reporter.error)):
            if writer is None and target is not None:
                # Opened with the first result: a run that could read nothing replaces no earlier file.
                writer = stack.enter_context(json_lines_file(target))
            found += len(result.mentions)
            resolved += sum(resolution.place is not None for resolution in result.resolutions)
            if writer is not None:
                writer.write(toponyms_record(result))
    if target is not None and tally.articles:
        print_path(target)
    return tally.close(f"{count(found, 'toponym')}, {resolved} resolved", dates=False)
