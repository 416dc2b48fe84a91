"""``geomap convert``: saved incidents in another format."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import command
from geomap.cli.reporting import Reporter, count, print_path, write_stdout
from geomap.errors import GeomapError, InputError, UsageError

if TYPE_CHECKING:
    from geomap.records import Incident

__all__ = ["add_commands"]


def add_commands(commands: Any, every: argparse.ArgumentParser) -> None:
    """Add the command to the parser; ``every`` holds the options that all commands share."""
    made = command(commands, "convert", "write saved incidents in another format", every)
    made.add_argument(
        "inputs", nargs="+", metavar="FILE", help="what geomap extract wrote, or a folder of GeoParquet parts"
    )
    made.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the file to write; its ending says the format (default: JSON Lines on standard output)",
    )
    made.set_defaults(function=_convert)


class _Saved:
    """The incidents of all inputs as they come; what cannot be read is told, and the rest go on."""

    def __init__(self, inputs: list[str], reporter: Reporter) -> None:
        self.inputs = inputs
        self.reporter = reporter
        self.found = self.lost = 0

    def _tell(self, error: GeomapError) -> None:
        self.lost += 1
        self.reporter.error(error)

    def __iter__(self) -> Iterator[Incident]:
        from geomap.formats import read_incidents

        for one in self.inputs:
            try:
                for incident in read_incidents(Path(one), on_error=self._tell):
                    self.found += 1
                    yield incident
            except InputError as error:
                self._tell(error)
        if not self.found and self.lost:
            # Nothing is written then: a file without incidents would look like a result.
            raise InputError("no incident could be read; nothing was written.")


def _convert(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.formats import format_of, incident_line, write_incidents
    from geomap.pipeline import check_target

    given = getattr(options, "output", None)
    saved = _Saved(options.inputs, reporter)
    if given is None or given == "-":
        for incident in saved:
            write_stdout(incident_line(incident).encode() + b"\n")
    else:
        target = Path(given)
        # Told before the reading.
        format_of(target)
        check_target(target, options.inputs)
        for one in map(Path, options.inputs):
            if one.is_dir() and format_of(target).key == "parquet" and target.resolve().parent == one.resolve():
                raise UsageError(f"-o {given}: the next run would take it for one of the parts in {one}; name another.")
        print_path(write_incidents(saved, target))
    reporter.note(
        count(saved.found, "incident") + (f"; {count(saved.lost, 'problem')}, told above" if saved.lost else "") + "."
    )
    return 3 if saved.lost else 0
