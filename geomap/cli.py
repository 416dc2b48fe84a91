"""The command line: parse, call, print. Nothing else in geomap prints or exits.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 nothing could be read
or the result could not be written, 2 wrong usage, 130 interrupted, 141 the reader of our output went away.
Nothing heavy is imported here: each command imports what it needs when it runs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from geomap import __version__
from geomap.errors import DateError, GeomapError, UsageError

if TYPE_CHECKING:
    from geomap.pipeline import ArticleResult
    from geomap.records import Candidate, Incident
    from geomap.settings import Settings

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
_INPUT_HELP = "a text or HTML file, a folder, JSON Lines with a 'text' field, or - for standard input"

# What a terminal would act on instead of showing: C0 and C1 controls, and the marks that reorder text. Line
# separators are here too, so that one message stays one line.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# How long a run lasts before progress is shown: shorter ones would only flicker.
_PROGRESS_AFTER_S = 1.0


def plain(text: object) -> str:
    """``text`` with everything a terminal would act on made visible: ``\\x1b`` instead of an escape."""
    return _UNPRINTABLE.sub(lambda match: ascii(match.group())[1:-1], str(text))


class _Reporter:
    """What the user is told while a run goes on; everything here goes to standard error."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.reported: list[GeomapError] = []
        self._started = time.monotonic()
        self._stage = ""
        self._live: Any = None
        self._task: Any = None
        self._fancy = not quiet and _is_terminal(sys.stderr)

    def __enter__(self) -> _Reporter:
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
        """Say, if asked to be verbose, what one article gave."""
        article = result.article
        if self._live is not None:
            self._live.update(self._task, description=f"read {plain(article.doc_id)}")
        if self.verbose:
            dated = f"published {article.published}" if article.published else "no publication date"
            if article.published_basis:
                dated += f" ({article.published_basis})"
            resolved = sum(resolution.place is not None for resolution in result.resolutions)
            self.line(
                f"{article.doc_id}: {dated}; {_count(len(result.mentions), 'toponym')}, {resolved} resolved;"
                f" {_count(len(result.incidents), 'incident')}"
            )

    def error(self, error: GeomapError) -> None:
        """Tell of a problem (an input skipped or doubtful, a failure), even when quiet, and only once."""
        if not any(error is told for told in self.reported):
            self.reported.append(error)
            self.line(str(error))
            if self.verbose and error.__cause__ is not None:
                self.line(f"  because of {type(error.__cause__).__name__}: {error.__cause__}")

    def note(self, message: str) -> None:
        """Tell something worth knowing, unless quiet."""
        if not self.quiet:
            self.line(message)

    def line(self, message: str) -> None:
        """One line on standard error, safe for a terminal."""
        text = f"geomap: {plain(message)}"
        if self._live is not None and self._live.live.is_started:
            self._live.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(text, file=sys.stderr, flush=True)


def _after(seconds: float, action: Callable[[], object]) -> Any:
    import threading

    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
    return timer


def _is_terminal(stream: Any) -> bool:
    return bool(stream is not None and hasattr(stream, "isatty") and stream.isatty())


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class _Parser(argparse.ArgumentParser):
    """argparse with errors in our own form and the nearest command or option suggested."""

    def error(self, message: str) -> NoReturn:
        """One line that says what is wrong, one that says where help is; exit code 2."""
        from difflib import get_close_matches

        known: list[str] = []
        wrong: list[str] = []
        if match := re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message):
            wrong = [match[1]]
            known = re.findall(r"[\w-]+", match[2])
            message = f"there is no '{match[1]}' here; it is one of {', '.join(known)}"
        elif message.startswith("unrecognized arguments: "):
            wrong = [word.partition("=")[0] for word in message.split()[2:] if word.startswith("-")]
            known = sorted(_known_options(self))
        nearest = [near for word in wrong for near in get_close_matches(word, known, n=1, cutoff=0.5)]
        hint = f"; did you mean {' and '.join(map(repr, nearest))}?" if nearest else "."
        sys.stderr.write(f"geomap: {plain(message)}{plain(hint)}\nTry '{self.prog} --help'.\n")
        sys.exit(2)


def _known_options(parser: argparse.ArgumentParser) -> set[str]:
    options: set[str] = set()
    for action in parser._actions:
        options.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                options |= _known_options(child)
    return options


def _score(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def _limit(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


_score.__name__ = "number"
_limit.__name__ = "whole number"


def _common(*, run: bool) -> argparse.ArgumentParser:
    """The options that every command takes, and with ``run`` those of the commands that read articles.

    Defaults are suppressed, so that an option before the command is not reset by the command's own parser.
    """
    parent = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS, allow_abbrev=False)
    group = parent.add_argument_group("options common to all commands")
    group.add_argument(
        "--published",
        metavar="DATE",
        help="when the articles were published, such as 2022-08-01; goes before what they say themselves",
    )
    group.add_argument(
        "--places",
        metavar="FILE",
        action="append",
        help="a CSV of your own places, which outrank all others; may be given more than once",
    )
    group.add_argument("--cache-dir", metavar="DIR", help="where the built gazetteer is kept")
    group.add_argument("-q", "--quiet", action="store_true", help="only errors on standard error")
    group.add_argument("-v", "--verbose", action="store_true", help="say what is being done")
    group.add_argument("--version", action="version", version=f"geomap {__version__}")
    if run:
        group = parent.add_argument_group("recognition")
        group.add_argument(
            "--recognizer",
            choices=("auto", "gazetteer"),
            help="auto: the language model and the gazetteer; gazetteer: without the model (default: auto)",
        )
        group.add_argument(
            "--min-score",
            metavar="SCORE",
            type=_score,
            help="leave places unresolved whose score is below this, from 0 to 1 (default: 0)",
        )
    return parent


def _parser() -> _Parser:
    common, run = _common(run=False), _common(run=True)
    parser = _Parser(
        prog="geomap",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND", parser_class=_Parser, required=True
    )

    def command(name: str, help: str, parent: argparse.ArgumentParser, into: Any = commands) -> _Parser:
        made: _Parser = into.add_parser(
            name,
            help=help,
            description=help[0].upper() + help[1:] + ".",
            parents=[parent],
            allow_abbrev=False,
        )
        return made

    made = command("map", "draw the incidents of the articles on one HTML map and print its path", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=_INPUT_HELP)
    made.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the map to write (default: output/<stem of the first input>.html)",
    )
    made.add_argument("--title", help="the map's title (default: the article's)")
    made.add_argument(
        "--kosovo-label",
        metavar="LABEL",
        help="how Kosovo, whose status is disputed, is labelled (default: Kosovo*)",
    )
    made.set_defaults(function=_map)

    made = command("extract", "write the incidents of the articles as JSON Lines or GeoJSON", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=_INPUT_HELP)
    made.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="a .jsonl or .geojson file to write (default: JSON Lines on standard output)",
    )
    made.add_argument(
        "--merge",
        action="store_true",
        help="make one incident, with several sources, of what several articles tell",
    )
    made.set_defaults(function=_extract)

    made = command("toponyms", "write the toponyms of the articles, resolved to coordinates, as JSON Lines", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=_INPUT_HELP)
    made.add_argument("-o", "--output", metavar="FILE", help="the file to write (default: standard output)")
    made.set_defaults(function=_toponyms)

    made = command("gazetteer", "build, search or describe the gazetteer", common)
    actions = made.add_subparsers(
        title="commands", dest="action", metavar="COMMAND", parser_class=_Parser, required=True
    )
    made = command("build", "build the gazetteer anew in the cache", common, actions)
    made.set_defaults(function=_gazetteer_build)
    made = command("search", "list the places that a name may mean, likeliest first", common, actions)
    made.add_argument("name", nargs="+", metavar="NAME", help="a place name; several words are one name")
    made.add_argument("--country", metavar="CODE", help="only this country (two letters, such as DE)")
    made.add_argument("--limit", metavar="N", type=_limit, default=20, help="at most so many (default: 20)")
    made.add_argument("--json", action="store_true", help="print JSON instead of a table")
    made.set_defaults(function=_gazetteer_search)
    made = command("info", "say what the gazetteer holds and where it is", common, actions)
    made.add_argument("--json", action="store_true", help="print JSON instead of a table")
    made.set_defaults(function=_gazetteer_info)
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    from geomap.settings import Settings

    published = getattr(options, "published", None)
    if published is not None:
        from geomap.dates import parse_day

        try:
            published = parse_day(published)
        except DateError as error:
            raise UsageError(f"--published: {error}") from error
    given: dict[str, Any] = {}
    if (label := getattr(options, "kosovo_label", None)) is not None:
        given["kosovo_label"] = label
    if (folder := getattr(options, "cache_dir", None)) is not None:
        given["cache_dir"] = Path(folder)
    return Settings(
        published=published,
        places_files=tuple(Path(file) for file in getattr(options, "places", ())),
        model=getattr(options, "recognizer", "auto"),
        min_score=getattr(options, "min_score", 0.0),
        **given,
    )


def _print_path(path: Path) -> None:
    """The path of a result: exactly for a script, made safe for a terminal."""
    if _is_terminal(sys.stdout):
        print(plain(path))
    else:
        _write_stdout(os.fsencode(path) + b"\n")


def _write_stdout(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _tell_undated(reporter: _Reporter, undated: Sequence[str]) -> None:
    if undated:
        shown = ", ".join(undated[:3]) + (f" and {len(undated) - 3} more" if len(undated) > 3 else "")
        reporter.note(
            f"no publication date: {shown}; relative dates such as 'on Sunday' stay unresolved there."
            " Give one with --published YYYY-MM-DD."
        )


def _tell_placeless(reporter: _Reporter, placeless: Sequence[str]) -> None:
    if placeless:
        shown = ", ".join(placeless[:3]) + (f" and {len(placeless) - 3} more" if len(placeless) > 3 else "")
        reporter.note(f"no place was found in {shown}.")


def _map(options: argparse.Namespace, reporter: _Reporter) -> int:
    from geomap.pipeline import map_articles

    summary = map_articles(
        options.inputs,
        getattr(options, "output", None),
        settings=_settings(options),
        title=getattr(options, "title", None),
        on_error=reporter.error,
        on_article=reporter.article,
        progress=reporter.progress,
    )
    _tell_undated(reporter, summary.undated)
    _tell_placeless(reporter, summary.empty)
    reporter.note(
        f"{_count(summary.articles, 'article')}, {_count(summary.incidents, 'incident')}:"
        f" {summary.located} on the map, {summary.unlocated} listed without a place"
        + (f"; {_count(len(summary.errors), 'problem')}, told above" if summary.errors else "")
        + "."
    )
    reporter.finish()
    if summary.output is not None:
        _print_path(summary.output)
    return 0


class _Tally:
    """Counts what passes through, for the summary at the end."""

    def __init__(self, reporter: _Reporter) -> None:
        self.reporter = reporter
        self.articles = 0
        self.undated: list[str] = []
        self.placeless: list[str] = []

    def watch(self, results: Iterable[ArticleResult]) -> Iterable[ArticleResult]:
        """Pass ``results`` on, counting them."""
        for result in results:
            self.articles += 1
            if result.article.published is None:
                self.undated.append(result.article.doc_id)
            if not any(resolution.place for resolution in result.resolutions):
                self.placeless.append(result.article.doc_id)
            self.reporter.article(result)
            yield result

    def close(self, found: str, *, dates: bool) -> int:
        """Tell the summary; the exit code is 1 where not one article was read."""
        problems = len(self.reporter.reported)
        if not self.articles:
            if not problems:
                self.reporter.line("there is no article in the input.")
            return 1
        if dates:
            _tell_undated(self.reporter, self.undated)
        _tell_placeless(self.reporter, self.placeless)
        self.reporter.note(
            f"{_count(self.articles, 'article')}, {found}"
            + (f"; {_count(problems, 'problem')}, told above" if problems else "")
            + "."
        )
        return 0


def _output(options: argparse.Namespace, suffixes: tuple[str, ...]) -> Path | None:
    """The file to write, checked before the work begins; None for standard output."""
    from geomap.pipeline import check_target

    given = getattr(options, "output", None)
    if given is None or given == "-":
        return None
    target = Path(given)
    # A device or pipe has no suffix to go by and gets JSON Lines.
    if target.suffix.lower() not in suffixes and (target.is_file() or not target.exists()):
        raise UsageError(f"-o {given}: the name must end in {' or '.join(suffixes)}.")
    check_target(target, options.inputs)
    return target


def _extract(options: argparse.Namespace, reporter: _Reporter) -> int:
    from geomap.outputs import json_line
    from geomap.pipeline import Session, is_located, write_incidents
    from geomap.records import to_dict

    settings = _settings(options)
    target = _output(options, (".jsonl", ".ndjson", ".geojson"))
    if target is None and _is_terminal(sys.stdout):
        reporter.finish()
    tally = _Tally(reporter)
    merge = getattr(options, "merge", False)
    incidents: list[Incident] = []
    with Session(settings, progress=reporter.progress) as session:
        articles = session.read(options.inputs, on_error=reporter.error)
        for result in tally.watch(session.process(articles, on_error=reporter.error)):
            incidents.extend(result.incidents)
            if target is None and not merge:
                for incident in result.incidents:
                    _write_stdout(json_line(to_dict(incident)).encode() + b"\n")
    if not tally.articles:
        return tally.close("", dates=True)
    if merge:
        from geomap.merging import merge_incidents

        incidents = merge_incidents(incidents)
        if target is None:
            for incident in incidents:
                _write_stdout(json_line(to_dict(incident)).encode() + b"\n")
    if target is not None:
        _print_path(write_incidents(incidents, target))
    located = sum(map(is_located, incidents))
    return tally.close(f"{_count(len(incidents), 'incident')}, {located} with coordinates", dates=True)


def _toponyms(options: argparse.Namespace, reporter: _Reporter) -> int:
    from geomap.outputs import JsonLinesWriter, json_lines_file
    from geomap.pipeline import Session, toponyms_record

    settings = _settings(options)
    target = _output(options, (".jsonl", ".ndjson"))
    if target is None and _is_terminal(sys.stdout):
        reporter.finish()
    tally = _Tally(reporter)
    found = resolved = 0
    with Session(settings, progress=reporter.progress) as session, contextlib.ExitStack() as stack:
        writer = JsonLinesWriter(_write_stdout) if target is None else None
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
        _print_path(target)
    return tally.close(f"{_count(found, 'toponym')}, {resolved} resolved", dates=False)


def _candidate_row(candidate: Candidate) -> dict[str, Any]:
    place = candidate.place
    return {
        "name": place.name,
        "country_code": place.country_code or None,
        "admin1": place.admin1 or None,
        "feature_class": place.feature_class,
        "feature_code": place.feature_code,
        "population": place.population,
        "lat": place.lat,
        "lon": place.lon,
        "id": place.id,
        "layer": place.layer,
        "match": candidate.match,
        "score": round(candidate.score, 4),
    }


def _width(text: str) -> int:
    import unicodedata

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int]) -> str:
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


def _print_json(value: Any) -> None:
    from geomap.outputs import json_line

    _write_stdout(json_line(value).encode() + b"\n")


def _open_gazetteer(options: argparse.Namespace, reporter: _Reporter) -> Any:
    from geomap.gazetteer import open_gazetteer

    settings = _settings(options)
    return contextlib.closing(
        open_gazetteer(cache_dir=settings.cache_dir, places_files=settings.places_files, progress=reporter.progress)
    )


def _gazetteer_search(options: argparse.Namespace, reporter: _Reporter) -> int:
    query = " ".join(options.name)
    country = getattr(options, "country", None)
    with _open_gazetteer(options, reporter) as gazetteer:
        found = gazetteer.search(query, country=country.upper() if country else None, limit=options.limit)
    reporter.finish()
    rows = [_candidate_row(candidate) for candidate in found]
    if getattr(options, "json", False):
        _print_json(rows)
        return 0
    if not rows:
        where = f" in {country.upper()}" if country else ""
        reporter.note(f"the gazetteer has no place called {query!r}{where}.")
        return 0
    table = [
        (
            row["name"],
            row["country_code"] or "",
            row["admin1"] or "",
            f"{row['feature_class']}.{row['feature_code']}",
            f"{row['population']:,}" if row["population"] is not None else "",
            f"{row['lat']:.4f}",
            f"{row['lon']:.4f}",
            row["id"],
            row["match"],
        )
        for row in rows
    ]
    header = ("name", "country", "admin1", "class", "population", "lat", "lon", "id", "match")
    print(_table(header, table, right=frozenset({4, 5, 6})))
    return 0


def _gazetteer_build(options: argparse.Namespace, reporter: _Reporter) -> int:
    from geomap.gazetteer import gazetteer_path, open_gazetteer

    settings = _settings(options)
    started = time.monotonic()
    # Opened as well as built: a places file with a fault is found now and not at the first map.
    open_gazetteer(
        cache_dir=settings.cache_dir,
        places_files=settings.places_files,
        progress=reporter.progress,
        rebuild=True,
    ).close()
    reporter.note(f"the gazetteer was built in {time.monotonic() - started:.0f} s.")
    _print_path(gazetteer_path(settings.cache_dir))
    return 0


def _gazetteer_info(options: argparse.Namespace, reporter: _Reporter) -> int:
    from geomap.gazetteer import gazetteer_path

    path = gazetteer_path(_settings(options).cache_dir)
    with _open_gazetteer(options, reporter) as gazetteer:
        info = {
            "path": str(path),
            "bytes": str(path.stat().st_size),
            "overlay_places": str(len(gazetteer.overlay)),
        }
        info |= gazetteer.meta()
    reporter.finish()
    if getattr(options, "json", False):
        _print_json(info)
        return 0
    width = max(map(len, info))
    for key, value in info.items():
        print(f"{key.replace('_', ' '):<{width}}  {plain(value)}")
    return 0


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
    with contextlib.suppress(ValueError):  # not in the main thread: then the caller minds its signals
        signal.signal(signal.SIGTERM, _terminate)
    try:
        options = _parser().parse_args(arguments)
        quiet, verbose = getattr(options, "quiet", False), getattr(options, "verbose", False)
        _quieten_libraries(verbose)
        with _Reporter(quiet=quiet, verbose=verbose) as reporter:
            try:
                if quiet and verbose:
                    raise UsageError("--quiet and --verbose contradict each other.")
                code: int = options.function(options, reporter)
            except GeomapError as error:
                reporter.error(error)
                code = 2 if isinstance(error, UsageError) else 1
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
