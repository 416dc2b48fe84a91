"""``geomap extract``: the incidents of articles as data."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import command, is_number, settings_of
from geomap.cli.reporting import Reporter, count, is_terminal, print_path, write_stdout
from geomap.cli.runs import (
    INPUT_HELP,
    UNRESOLVED_HELP,
    Met,
    Tally,
    add_workers,
    check_online,
    check_unresolved,
    output_file,
    save_unresolved,
    tell_notes,
    tell_placeless,
    tell_undated,
)
from geomap.errors import GeomapError, StageError, UsageError

if TYPE_CHECKING:
    from geomap.batch import Crew, Entry, Kind, Outcome, Parts, PartsSummary
    from geomap.pipeline import ArticleResult, Session
    from geomap.records import Incident
    from geomap.settings import Settings

__all__ = ["add_commands"]


def add_commands(commands: Any, run: argparse.ArgumentParser) -> None:
    """Add the command to the parser; ``run`` holds the options of the commands that read articles."""
    made = command(commands, "extract", "write the incidents of the articles as a file", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=INPUT_HELP)
    made.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the file to write; its ending says the format: .jsonl, .geojson, .parquet and others; or a folder, with a"
        " slash at its end, for GeoParquet parts (default: JSON Lines on standard output)",
    )
    made.add_argument(
        "--merge",
        action="store_true",
        help="make one incident, with several sources, of what several articles tell",
    )
    made.add_argument("--unresolved", metavar="FILE", help=UNRESOLVED_HELP)
    add_workers(made, "; what is finished survives a crash, and the same command goes on from there")
    made.add_argument(
        "--dask",
        metavar="SCHEDULER",
        help="let a Dask cluster do the work: its scheduler's address or JSON file, or local for a cluster of --workers"
        " processes on this machine",
    )
    made.add_argument("--fresh", action="store_true", help="begin anew, whatever an earlier run has finished")
    made.add_argument(
        "--time-limit",
        metavar="SECONDS",
        type=is_number,
        help="with workers: leave out an article that takes longer, beside an allowance for its length (default: 120)",
    )
    made.set_defaults(function=_extract)


def _extract(options: argparse.Namespace, reporter: Reporter) -> int:
    settings = settings_of(options)
    given = getattr(options, "output", None)
    folder = _folder(given)
    crew = _crew(options, needed=folder is not None)
    check_unresolved(options)
    if crew is None:
        return _in_this_process(options, settings, reporter)
    if getattr(options, "unresolved", None) is not None:
        raise UsageError("--unresolved is for tables, which workers do not read: leave out --workers and --dask.")
    if folder is not None:
        if getattr(options, "merge", False):
            raise UsageError(
                f"--merge needs all incidents at once: write the parts to {given} first, then merge them with"
                f" 'geomap extract {given} --merge -o FILE'."
            )
        return _into_parts(options, settings, reporter, crew, folder)
    from geomap.formats import SUFFIXES

    target = output_file(options, SUFFIXES)
    if target is None:
        return _to_stdout(options, settings, reporter, crew)
    return _into_file(options, settings, reporter, crew, target)


def _folder(given: str | None) -> Path | None:
    """The folder of parts that ``-o`` names: one that is there, or a name that ends in a slash."""
    if given is None or given == "-":
        return None
    return Path(given) if given.endswith(("/", os.sep)) or Path(given).is_dir() else None


def _crew(options: argparse.Namespace, *, needed: bool) -> Crew | None:
    """Who does the work; None for this process alone."""
    workers, dask = getattr(options, "workers", None), getattr(options, "dask", None)
    seconds = getattr(options, "time_limit", None)
    if workers is None and dask is None and not needed:
        for name in ("fresh", "time_limit"):
            if getattr(options, name, None):
                raise UsageError(f"--{name.replace('_', '-')} goes with --workers, --dask or a folder as output.")
        return None
    from geomap.batch import Crew

    if dask is not None:
        _need_dask()
    return Crew(workers=workers or 1, dask=dask, time_limit_s=seconds)


def _need_dask() -> None:
    from importlib.util import find_spec

    if find_spec("distributed") is None:
        raise UsageError("--dask needs the package 'distributed': pip install 'geomap[dask]'.")


class _Watch:
    """Tells how a run into parts goes on."""

    # A line a minute where nobody watches a terminal: enough for a log of ten hours.
    EVERY_S = 60.0
    # Problems told one by one; the rest are only listed, as nobody reads more.
    MOST_TOLD = 50

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self.met = Met()
        self.done = self.skipped = 0
        self.began = self.told = time.monotonic()

    def parts(self, store: Parts) -> None:
        """Say what was found in the folder."""
        if store.found:
            self.reporter.note(f"{store.folder}: {count(store.found, 'part')} of an earlier run, looked through now.")
        if store.stale:
            self.reporter.note(
                f"{store.folder}: {count(store.stale, 'part')} of other settings, another input or another version"
                " of geomap are not used, and go when this run is done."
            )

    def part(self, entry: Entry, outcome: Outcome | None) -> None:
        """Say, now and then, how far it is."""
        if outcome is None:
            self.skipped += entry.articles
        else:
            if not self.done:
                # The start of the workers is no measure of their speed.
                self.began = time.monotonic() - outcome.work_s
            self.done += entry.articles
            self.met.names.add(outcome.names)
            for note in outcome.notes:
                self.reporter.figures(note)
            for failure in outcome.failures:
                self.problem(StageError(failure.reason, doc_id=failure.doc_id or "", stage=failure.stage))
        now = time.monotonic()
        line = f"{count(self.done + self.skipped, 'article')}{self.speed()}"
        self.reporter.progress(line, 0.0)
        if now - self.told >= self.EVERY_S:
            self.told = now
            self.reporter.note(line)

    def problem(self, error: GeomapError) -> None:
        """Tell of a problem; of very many only the first."""
        if self.reporter.problems == self.MOST_TOLD:
            self.reporter.line("further problems are only listed, in errors.jsonl.")
        self.reporter.error(error, told=self.reporter.problems < self.MOST_TOLD)

    def speed(self) -> str:
        """ ", 41.2 a second"."""
        seconds = time.monotonic() - self.began
        return f", {self.done / seconds:.1f} a second" if self.done and seconds > 0 else ""


def _session(options: argparse.Namespace, settings: Settings, reporter: Reporter) -> Session:
    from geomap.pipeline import Session

    return Session(
        settings,
        merging=getattr(options, "merge", False),
        progress=reporter.progress,
        on_warning=reporter.warning,
        on_fetch=reporter.fetching,
        on_note=reporter.note,
    )


def _run(
    options: argparse.Namespace,
    settings: Settings,
    reporter: Reporter,
    crew: Crew,
    folder: Path,
    kind: Kind,
    then: Callable[[Session, Parts, int], None] | None = None,
) -> tuple[PartsSummary, _Watch]:
    from geomap.batch import extract_to_parts

    watch = _Watch(reporter)
    with _session(options, settings, reporter) as session:
        summary = extract_to_parts(
            session,
            options.inputs,
            folder,
            kind=kind,
            crew=crew,
            fresh=getattr(options, "fresh", False),
            on_error=watch.problem,
            on_parts=watch.parts,
            on_part=watch.part,
            then=partial(then, session) if then is not None else None,
        )
        if not getattr(options, "merge", False):
            session.tell_lost(reporter.error)
    watch.met.keep()
    return summary, watch


def _into_parts(options: argparse.Namespace, settings: Settings, reporter: Reporter, crew: Crew, folder: Path) -> int:
    summary, watch = _run(options, settings, reporter, crew, folder, "parquet")
    code = _close(summary, watch, reporter, f"{folder / 'errors.jsonl'}")
    if summary.parts:
        print_path(folder)
    return code


def _into_file(options: argparse.Namespace, settings: Settings, reporter: Reporter, crew: Crew, target: Path) -> int:
    from geomap.batch import join_lines, read_parts

    parts = target.with_name(target.name + ".parts")
    errors = target.with_name(target.name + ".errors.jsonl")
    merge = getattr(options, "merge", False)

    def join(session: Session, store: Parts, number: int) -> None:
        if number and (merge or target.suffix.lower() not in (".jsonl", ".ndjson")):
            from geomap.formats import write_incidents

            incidents: Iterable[Incident] = read_parts(store, number)
            write_incidents(session.merge(incidents, on_error=reporter.error) if merge else incidents, target)
        elif number:
            join_lines(store, number, target)
        _keep_errors(store.folder / "errors.jsonl", errors)
        # What another input has done so far stays where nothing came of this one.
        if number or not store.before:
            store.remove()

    summary, watch = _run(options, settings, reporter, crew, parts, "jsonl", join)
    code = _close(summary, watch, reporter, f"{errors}")
    if summary.parts:
        print_path(target)
    return code


def _keep_errors(found: Path, target: Path) -> None:
    """Put the list of failures beside the result; where nothing failed there is none."""
    from geomap.outputs import write_bytes

    data = found.read_bytes()
    if data:
        write_bytes(target, data)
    else:
        target.unlink(missing_ok=True)


def _close(summary: PartsSummary, watch: _Watch, reporter: Reporter, errors: str) -> int:
    """Tell the sums; they must agree."""
    lost = summary.failed + summary.lost
    if not summary.articles:
        if not reporter.problems:
            reporter.line("there is no article in the input.")
        return 1
    tell_undated(reporter, summary.undated)
    reporter.notes.update(dict(summary.remarks))
    tell_notes(reporter)
    tell_placeless(reporter, summary.placeless)
    if summary.skipped:
        reporter.note(
            f"{count(summary.skipped_articles, 'article')} in {count(summary.skipped, 'part')} were finished by an"
            " earlier run."
        )
    with_incidents = summary.articles - summary.failed - summary.empty
    reporter.note(
        f"{count(summary.articles + summary.lost, 'input')}: {with_incidents:,} with incidents, {summary.empty:,}"
        f" without, {lost:,} failed" + (f" ({errors})" if lost else "") + f"; {count(summary.incidents, 'incident')},"
        f" {summary.located:,} with coordinates{watch.speed()}."
    )
    return 3 if lost else 0


def _to_stdout(options: argparse.Namespace, settings: Settings, reporter: Reporter, crew: Crew) -> int:
    from geomap.batch import process_in_workers

    def results(session: Session) -> Iterable[ArticleResult]:
        articles = session.articles_alone(options.inputs, on_error=reporter.error)
        return process_in_workers(session, articles, crew=crew, on_error=reporter.error)

    return _write(options, settings, reporter, None, results)


def _in_this_process(options: argparse.Namespace, settings: Settings, reporter: Reporter) -> int:

    from geomap.formats import SUFFIXES

    check_online(settings, reporter)

    def results(session: Session) -> Iterable[ArticleResult]:
        return session.results(options.inputs, on_error=reporter.error)

    return _write(options, settings, reporter, output_file(options, SUFFIXES), results)


def _write(
    options: argparse.Namespace,
    settings: Settings,
    reporter: Reporter,
    target: Path | None,
    results: Callable[[Session], Iterable[ArticleResult]],
) -> int:
    """Write the incidents of ``results`` to ``target``, or to standard output as they come."""
    from geomap.formats import incident_line, write_incidents
    from geomap.pipeline import is_located

    if target is None and is_terminal(sys.stdout):
        reporter.finish()
    tally = Tally(reporter)
    merge = getattr(options, "merge", False)
    found = located = 0
    incidents: list[Incident] = []
    with _session(options, settings, reporter) as session:
        for result in tally.watch(results(session)):
            found += len(result.incidents)
            located += sum(map(is_located, result.incidents))
            if target is not None or merge:
                incidents.extend(result.incidents)
                continue
            for incident in result.incidents:
                write_stdout(incident_line(incident).encode() + b"\n")
    if not tally.articles and not tally.rows:
        return tally.close("", dates=True)
    save_unresolved(options, reporter, tally.unresolved)
    if merge:
        incidents = session.merge(incidents, on_error=reporter.error)
        found, located = len(incidents), sum(map(is_located, incidents))
        if target is None:
            for incident in incidents:
                write_stdout(incident_line(incident).encode() + b"\n")
    else:
        session.tell_lost(reporter.error)
    if target is not None:
        print_path(write_incidents(incidents, target))
    return tally.close(f"{count(found, 'incident')}, {located} with coordinates", dates=True)
