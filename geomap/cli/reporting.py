"""What the user sees while a command runs, and how results are printed."""

from __future__ import annotations

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import GeomapError, InputDoubt

if TYPE_CHECKING:
    from geomap.pipeline import ArticleResult, Note

__all__ = ["Reporter", "count", "is_terminal", "plain", "print_json", "print_path", "table", "write_stdout"]

# What a terminal would act on instead of showing: C0 and C1 controls, and the marks that reorder text. Line
# separators are here too, so that one message stays one line.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# Problems that are remembered, so as to tell each once: an error that ends a run is raised right after it was told.
_MOST_KEPT = 1000

# How long a run lasts before progress is shown: shorter ones would only flicker.
_PROGRESS_AFTER_S = 1.0


def plain(text: object) -> str:
    """``text`` with everything a terminal would act on made visible: ``\\x1b`` instead of an escape."""
    return _UNPRINTABLE.sub(lambda match: ascii(match.group())[1:-1], str(text))


class Reporter:
    """What the user is told while a run goes on; everything here goes to standard error."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.reported: list[GeomapError] = []
        """The first of the problems told, as many as one can read."""
        self.notes: Counter[str] = Counter()
        self.problems = 0
        self.lost = 0
        """How many of the problems are inputs that gave no result."""
        self._started = time.monotonic()
        self._stage = ""
        self._live: Any = None
        self._task: Any = None
        self._fancy = not quiet and is_terminal(sys.stderr)

    def __enter__(self) -> Reporter:
        if self._fancy:
            # Imported here, in the main thread: rich takes 80 ms, and only a terminal sees it.
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            self._live = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                TimeElapsedColumn(),
                console=Console(stderr=True, highlight=False),
                transient=True,
            )
            self._task = self._live.add_task("starting", total=None)
            self._timer = _after(_PROGRESS_AFTER_S, self._live.start)
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def finish(self) -> None:
        """Take the progress off the screen, as before a result is printed there."""
        if self._live is not None:
            self._timer.cancel()
            self._timer.join()
            self._live.stop()
            self._live = None

    def progress(self, stage: str, fraction: float) -> None:
        """Say which ``stage`` is being done and how much of it is (0 to 1; 0 throughout where unknown)."""
        if self._live is not None:
            percent = f" {fraction:.0%}" if fraction > 0 else ""
            self._live.update(self._task, description=plain(stage) + percent)
        elif self.verbose and stage != self._stage:
            self.line(f"{stage} ({time.monotonic() - self._started:.1f} s)")
        self._stage = stage

    def article(self, result: ArticleResult) -> None:
        """Note what one article gave, and say it if asked to be verbose."""
        if result.note is not None:
            self.notes[result.note] += 1
        if self._live is not None:
            self._live.update(self._task, description=f"read {plain(result.article.doc_id)}")
        if self.verbose:
            from geomap.pipeline import Note

            self.figures(Note.of(result))

    def figures(self, note: Note) -> None:
        """Say, if asked to be verbose, what one article gave, by its figures."""
        if self.verbose:
            dated = f"published {note.published}" if note.published else "no publication date"
            if note.published_basis:
                dated += f" ({note.published_basis})"
            self.line(
                f"{note.doc_id}: {dated}; {count(note.toponyms, 'toponym')}, {note.resolved} resolved;"
                f" {count(note.incidents, 'incident')}" + (f"; {note.remark}" if note.remark else "")
            )

    def error(self, error: GeomapError, *, told: bool = True) -> None:
        """Tell of a problem (an input skipped or doubtful, a failure), even when quiet, and only once.

        Without ``told`` it is only counted.
        """
        if any(error is told for told in self.reported):
            return
        self.problems += 1
        self.lost += not isinstance(error, InputDoubt)
        if not told:
            return
        self.line(str(error))
        if self.verbose and error.__cause__ is not None:
            self.line(f"  because of {type(error.__cause__).__name__}: {error.__cause__}")
        if len(self.reported) < _MOST_KEPT:
            self.reported.append(_bare(error))

    def warning(self, error: GeomapError) -> None:
        """Tell of something that was left out, unless quiet; the run goes on and is no failure."""
        self.note(str(error))

    def note(self, message: str) -> None:
        """Tell something worth knowing, unless quiet."""
        if not self.quiet:
            self.line(message)

    def fetching(self, host: str) -> None:
        """Tell, before it is asked, which host is asked for a page, unless quiet."""
        self.note(f"fetching from {host}.")

    def line(self, message: str) -> None:
        """One line on standard error, safe for a terminal."""
        text = f"geomap: {plain(message)}"
        if self._live is not None and self._live.live.is_started:
            self._live.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(text, file=sys.stderr, flush=True)


def _bare(error: GeomapError) -> GeomapError:
    """The error without the frames that it went through, which would keep articles and their parses in memory."""
    one: BaseException | None = error
    while one is not None:
        one.__traceback__ = None
        one = one.__cause__ or one.__context__
    return error


def _after(seconds: float, action: Callable[[], object]) -> Any:
    import threading

    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
    return timer


def is_terminal(stream: Any) -> bool:
    """Whether a person reads ``stream`` as it is written."""
    return bool(stream is not None and hasattr(stream, "isatty") and stream.isatty())


def count(number: int, noun: str) -> str:
    """ "1 place", "2 places"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_path(path: Path) -> None:
    """The path of a result: exactly for a script, made safe for a terminal."""
    if is_terminal(sys.stdout):
        print(plain(path))
    else:
        write_stdout(os.fsencode(path) + b"\n")


def write_stdout(data: bytes) -> None:
    """Bytes to standard output, whatever encoding the terminal has."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def print_json(value: Any) -> None:
    """``value`` as one line of JSON."""
    from geomap.outputs import json_line

    write_stdout(json_line(value).encode() + b"\n")


def _width(text: str) -> int:
    import unicodedata

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int]) -> str:
    """Columns lined up with two spaces between; those in ``right`` are flush right."""
    cells = [[plain(cell) for cell in row] for row in (header, *rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(header))]
    lines = []
    for row in cells:
        padded = [
            " " * (width - _width(cell)) + cell if column in right else cell + " " * (width - _width(cell))
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)
