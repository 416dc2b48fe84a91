"""The command line: parse, call, print. Nothing else in geomap prints or exits.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 nothing could be read
or the result could not be written, 2 wrong usage, 3 done but at least one input gave no result, 130 interrupted, 141
the reader of our output went away.
Nothing heavy is imported here: each command imports what it needs when it runs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from geomap.cli import articles, convert, evaluate, explain, extract, gazetteer, project, summary
from geomap.cli.parsing import Parser, common
from geomap.cli.reporting import Reporter
from geomap.errors import GeomapError, UsageError
from geomap.threads import one_thread

__all__ = ["main"]

_DESCRIPTION = "News articles in, an honest incident map out: one HTML file that works offline."
_EPILOG = """\
examples:
  geomap map article.txt                        draw output/article.html and print its path
  geomap map news/ extra.html -o output/all.html --published 2022-08-01
  geomap extract articles.jsonl -o incidents.geojson
  geomap toponyms article.txt -o toponyms.jsonl
  geomap gazetteer search "Kosovska Mitrovica"
"""


def _parser() -> Parser:
    every, run = common(run=False), common(run=True)
    parser = Parser(
        prog="geomap",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        parents=[every],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND", parser_class=Parser, required=True
    )
    articles.add_commands(commands, run)
    extract.add_commands(commands, run)
    summary.add_commands(commands, run)
    convert.add_commands(commands, every)
    explain.add_commands(commands, run)
    project.add_commands(commands, every, run)
    gazetteer.add_commands(commands, every)
    evaluate.add_commands(commands, run)
    return parser


def _prepare_streams() -> None:
    """Make writing never fail for an encoding: what a terminal cannot show is shown escaped."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _quieten_libraries(verbose: bool) -> None:
    """Warnings and logs of the libraries are not for the user: what matters comes as an error of ours."""
    if not verbose:
        import logging
        import warnings

        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)


def _terminate(signum: int, frame: object) -> NoReturn:
    # As an exception, so that temporary files are removed on the way out.
    raise SystemExit(128 + signum)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``geomap`` with ``arguments`` (default: the command line's) and return the exit code."""
    _prepare_streams()
    one_thread()
    with contextlib.suppress(ValueError):  # not in the main thread: then the caller minds its signals
        signal.signal(signal.SIGTERM, _terminate)
    try:
        options = _parser().parse_args(arguments)
        quiet, verbose = getattr(options, "quiet", False), getattr(options, "verbose", False)
        _quieten_libraries(verbose)
        with Reporter(quiet=quiet, verbose=verbose) as reporter:
            try:
                if quiet and verbose:
                    raise UsageError("--quiet and --verbose contradict each other.")
                code: int = options.function(options, reporter)
            except GeomapError as error:
                reporter.error(error)
                code = 2 if isinstance(error, UsageError) else 1
            except OSError as error:
                if error.filename is None:  # a broken pipe, which is minded below, or a fault of ours
                    raise
                # A name that the system refuses (too long), or that lies where nobody may look: met wherever one asks
                # whether there is such a file.
                reporter.line(f"{error.filename}: {error.strerror}; check the path.")
                code = 1
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("geomap: interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has left. Python would complain once more when it closes stdout.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
