"""``geomap extract``: the incidents of articles as data."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import command, settings_of
from geomap.cli.reporting import Reporter, count, is_terminal, print_path, write_stdout
from geomap.cli.runs import (
    INPUT_HELP,
    UNRESOLVED_HELP,
    Tally,
    check_online,
    check_unresolved,
    output_file,
    save_unresolved,
)

if TYPE_CHECKING:
    from geomap.records import Incident

__all__ = ["add_commands"]


def add_commands(commands: Any, run: argparse.ArgumentParser) -> None:
    """Add the command to the parser; ``run`` holds the options of the commands that read articles."""
    made = command(commands, "extract", "write the incidents of the articles as a file", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=INPUT_HELP)
    made.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the file to write; its ending says the format: .jsonl, .geojson, .parquet and others"
        " (default: JSON Lines on standard output)",
    )
    made.add_argument(
        "--merge",
        action="store_true",
        help="make one incident, with several sources, of what several articles tell",
    )
    made.add_argument("--unresolved", metavar="FILE", help=UNRESOLVED_HELP)
    made.set_defaults(function=_extract)


def _extract(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.formats import SUFFIXES, incident_line, write_incidents
    from geomap.pipeline import Session, is_located

    settings = settings_of(options)
    check_online(settings, reporter)
    target = output_file(options, SUFFIXES)
    check_unresolved(options)
    if target is None and is_terminal(sys.stdout):
        reporter.finish()
    tally = Tally(reporter)
    merge = getattr(options, "merge", False)
    incidents: list[Incident] = []
    with Session(
        settings,
        progress=reporter.progress,
        on_warning=reporter.warning,
        on_fetch=reporter.fetching,
        on_note=reporter.note,
    ) as session:
        for result in tally.watch(session.results(options.inputs, on_error=reporter.error)):
            incidents.extend(result.incidents)
            if target is None and not merge:
                for incident in result.incidents:
                    write_stdout(incident_line(incident).encode() + b"\n")
    if not tally.articles and not tally.rows:
        return tally.close("", dates=True)
    save_unresolved(options, reporter, tally.unresolved)
    if merge:
        incidents = session.merge(incidents, on_error=reporter.error)
        if target is None:
            for incident in incidents:
                write_stdout(incident_line(incident).encode() + b"\n")
    if target is not None:
        print_path(write_incidents(incidents, target))
    located = sum(map(is_located, incidents))
    return tally.close(f"{count(len(incidents), 'incident')}, {located} with coordinates", dates=True)
