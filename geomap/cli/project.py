"""``geomap project``: a folder of articles, what they report, your places and your corrections, kept over weeks."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.drawing import add_drawing_options, check_picture, drawing_of, make_picture
from geomap.cli.parsing import Parser, command, is_number, limit, settings_of
from geomap.cli.reporting import Reporter, count, plain, print_json, print_path, write_stdout
from geomap.cli.runs import INPUT_HELP, Met, add_workers, check_online, processing_of, tell_notes, tell_undated
from geomap.errors import GeomapError, InputDoubt, InputError, UsageError

if TYPE_CHECKING:
    from geomap.project import Added, Doubt, Project, ProjectFolder
    from geomap.records import Incident
    from geomap.settings import Settings

__all__ = ["add_commands"]

# So many names are told in one line; the rest are counted.
_SHOWN = 3


def add_commands(commands: Any, every: argparse.ArgumentParser, run: argparse.ArgumentParser) -> None:
    """Add the group to the parser; ``run`` holds the options of the commands that read articles."""
    group = command(commands, "project", "keep articles, places and corrections in a folder, and map them", every)
    actions = group.add_subparsers(
        title="commands", dest="action", metavar="COMMAND", parser_class=Parser, required=True
    )

    made = command(actions, "init", "make a folder a project", every)
    made.add_argument(
        "folder", nargs="?", default=".", metavar="FOLDER", help="a new or empty folder (default: this one)"
    )
    made.add_argument("--title", help="the title of its maps (default: the folder's name)")
    made.set_defaults(function=_init)

    made = command(actions, "add", "add articles to the project: only what is new is read and coded", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=INPUT_HELP)
    add_workers(made)
    _which(made, wait=True)
    made.set_defaults(function=_add)

    made = command(actions, "map", "draw the project's incidents, merged and corrected, and print the map's path", run)
    made.add_argument(
        "-o", "--output", metavar="FILE", help="the map to write (default: output/map.html of the project)"
    )
    add_drawing_options(made)
    made.add_argument("--recode", action="store_true", help="code all articles anew, not only those that need it")
    made.add_argument("--as-is", action="store_true", help="draw what is coded already; code nothing")
    add_workers(made)
    _which(made, wait=True)
    made.set_defaults(function=_map)

    made = command(actions, "review", "show the incidents that are least sure, and take corrections", every)
    made.add_argument("--limit", type=limit, default=10, metavar="N", help="show so many (default: 10)")
    made.add_argument("--json", action="store_true", help="print JSON, one incident a line")
    made.add_argument(
        "--take",
        metavar="FILE",
        action="append",
        default=[],
        help="add the corrections, or places, of a CSV that you wrote or saved from the map; may be given repeatedly",
    )
    _which(made, wait=True)
    made.set_defaults(function=_review)

    made = command(actions, "status", "say what the project holds, what is out of date and what failed", every)
    made.add_argument("--json", action="store_true", help="print JSON instead of words")
    _which(made, wait=False)
    made.set_defaults(function=_status)


def _which(made: Parser, *, wait: bool) -> None:
    made.add_argument(
        "--project", metavar="FOLDER", help="the project (default: the one that the current folder is in)"
    )
    if wait:
        made.add_argument(
            "--wait",
            metavar="SECONDS",
            type=is_number,
            default=60.0,
            help="how long to wait where another geomap works on the project (default: 60)",
        )


def _folder(options: argparse.Namespace) -> tuple[ProjectFolder, Settings]:
    """The project that the options mean, and its settings with what the options say."""
    from geomap.project.folder import open_folder

    given = getattr(options, "project", None)
    folder = open_folder(Path(given) if given is not None else None)
    return folder, settings_of(options, folder.settings)


def _open(folder: ProjectFolder, settings: Settings, reporter: Reporter) -> Project:
    from geomap.project import Project

    return Project(folder, settings=settings, on_doubt=reporter.error)


@contextlib.contextmanager
def _held(folder: ProjectFolder, options: argparse.Namespace, reporter: Reporter) -> Iterator[None]:
    def waiting() -> None:
        reporter.line(f"another geomap works on {folder.root}; waiting for it (at most {options.wait:g} s).")

    with folder.locked(wait_s=max(0.0, options.wait), on_wait=waiting):
        yield


# -- init --------------------------------------------------------------------------------------------------------------


def _init(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.project import init_project

    folder = init_project(Path(options.folder), title=getattr(options, "title", None))
    there = Path(options.folder).resolve() == Path().resolve()
    named = "" if there else f" --project {options.folder}"
    reporter.note(
        f"made the project {folder.title!r}. Next: 'geomap project add INPUT…{named}' adds articles,"
        f" 'geomap project map{named}' draws them, 'geomap project review{named}' shows what to look at."
    )
    print_path(folder.root)
    return 0


# -- add ---------------------------------------------------------------------------------------------------------------


def _add(options: argparse.Namespace, reporter: Reporter) -> int:
    folder, settings = _folder(options)
    processing = processing_of(options, settings)
    check_online(settings, reporter)
    met = Met()
    undated: list[str] = []
    lost: list[GeomapError] = []

    def failed(error: GeomapError) -> None:
        if not isinstance(error, InputDoubt):
            lost.append(error)
        reporter.error(error)

    def seen(result: Any) -> None:
        met.see(result)
        reporter.article(result)
        if result.article.published is None and result.note is None:
            undated.append(result.article.doc_id)

    with _held(folder, options, reporter):
        project = _open(folder, settings, reporter)
        with project.session(
            progress=reporter.progress, on_warning=reporter.warning, on_fetch=reporter.fetching, processing=processing
        ) as session:
            reporter.progress("reading the articles", 0.0)
            articles = session.read(options.inputs, on_error=failed)
            told = project.add(articles, session, on_error=failed, on_article=seen)
        met.keep()
        stale = project.stale(note=True)
    tell_undated(reporter, (len(undated), undated))
    tell_notes(reporter)
    reporter.note(_added(told, lost))
    if stale:
        reporter.note(f"{_stale_words(len(stale))}; 'geomap project map' codes them anew.")
    reporter.finish()
    print_path(folder.root)
    if told.new + told.updated + told.known + told.finished == 0:
        if not lost:
            reporter.line("there is no article in the input.")
        return 1
    return 3 if lost else 0


def _stale_words(number: int) -> str:
    was = "was" if number == 1 else "were"
    return f"{count(number, 'article')} {was} coded before rules, settings, places or corrections changed"


def _added(told: Added, lost: Sequence[object]) -> str:
    parts = [f"{count(told.new, 'new article')}"]
    if told.updated:
        parts.append(f"{told.updated:,} updated")
    if told.known:
        parts.append(f"{told.known:,} there already")
    if told.finished:
        parts.append(f"{told.finished:,} left over from a run that was cut off")
    parts.append(count(told.incidents, "incident"))
    return ", ".join(parts) + (f"; {count(len(lost), 'input')} gave no result, told above" if lost else "") + "."


# -- map ---------------------------------------------------------------------------------------------------------------


def _map(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.formats import write_incidents
    from geomap.outputs import check_writable
    from geomap.pipeline import is_located, write_map

    folder, settings = _folder(options)
    if options.as_is and options.recode:
        raise UsageError("--as-is and --recode contradict each other.")
    if getattr(options, "lang", None) is None and folder.lang is not None:
        options.lang = folder.lang
    drawing = drawing_of(options)
    check_picture(options)
    processing = processing_of(options, settings)
    given = getattr(options, "output", None)
    target = Path(given) if given is not None else folder.map
    check_writable(target)
    with contextlib.ExitStack() as stack:
        writable = _hold_if_possible(folder, options, reporter, stack)
        project = _open(folder, settings, reporter)
        if not project.store.articles:
            reporter.note("the project has no articles yet; 'geomap project add INPUT…' adds some.")
        session = stack.enter_context(
            project.session(progress=reporter.progress, on_warning=reporter.warning, processing=processing)
        )
        failures = _recode(project, session, options, reporter, writable=writable)
        reporter.progress("drawing the map", 0.0)
        drawn = project.drawn(session.gazetteer)
        for problem in drawn.lost:
            reporter.error(problem)
        write_map(
            drawn.incidents,
            target,
            gazetteer=session.gazetteer,
            title=getattr(options, "title", None) or folder.title or folder.root.name,
            notes=session.online_notes(drawn.incidents),
            settings=settings,
            drawing=drawing,
        )
        if writable:
            write_incidents(drawn.incidents, folder.incidents)
    located = sum(map(is_located, drawn.incidents))
    corrected = sum(bool(one.corrections) or _place_corrected(one) for one in drawn.incidents)
    reporter.note(
        f"{count(len(project.store.articles), 'article')}, {count(len(drawn.incidents), 'incident')}:"
        f" {located} on the map, {len(drawn.incidents) - located} listed without a place"
        + (f"; {corrected} corrected by you" if corrected else "")
        + "."
    )
    reporter.finish()
    picture = make_picture(options, target, online=drawing.tiles is not None)
    print_path(target)
    if picture is not None:
        print_path(picture)
    return 3 if failures else 0


def _place_corrected(incident: Incident) -> bool:
    return any(place.rule == "correction" for place in incident.places)


def _hold_if_possible(
    folder: ProjectFolder, options: argparse.Namespace, reporter: Reporter, stack: contextlib.ExitStack
) -> bool:
    """Hold the project; False where it can only be read, as on a medium that is write-protected."""
    if not folder.is_writable():
        reporter.note(f"{folder.root} cannot be written to: what is coded already is drawn, and nothing is kept.")
        return False
    stack.enter_context(_held(folder, options, reporter))
    return True


def _recode(project: Project, session: Any, options: argparse.Namespace, reporter: Reporter, *, writable: bool) -> int:
    """Code what has to be coded before a map is drawn; returns how many articles gave no result."""
    pending, stale = project.pending(), project.stale(note=writable)
    if options.as_is or not writable:
        if pending or stale:
            reporter.note(f"{count(len(pending) + len(stale), 'article')} would be coded anew, and was left as it is.")
        return 0
    todo = list(project.store.articles.values()) if options.recode else [*pending, *stale]
    if not todo:
        return 0
    if pending and not options.recode:
        reporter.note(f"{count(len(pending), 'article')} left over from a run that was cut off: coding now.")
    if stale and not options.recode:
        reporter.note(f"{_stale_words(len(stale))}: coding anew.")
    check_online(project.settings, reporter)
    told = project.recode(todo, session, on_error=reporter.error, on_article=reporter.article)
    return told.failed


# -- review ------------------------------------------------------------------------------------------------------------


def _review(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.project import doubts_of

    folder, settings = _folder(options)
    if options.take:
        return _take(folder, options, reporter)
    project = _open(folder, settings, reporter)
    if not project.store.articles:
        raise UsageError(f"{folder.root} has no articles yet; 'geomap project add INPUT…' adds some.")
    with project.session(progress=reporter.progress, on_warning=reporter.warning) as session:
        drawn = project.drawn(session.gazetteer)
    for problem in drawn.lost:
        reporter.error(problem)
    doubts = doubts_of(drawn.incidents)
    reporter.finish()
    shown = doubts[: options.limit]
    if options.json:
        for doubt in shown:
            print_json(_doubt_record(doubt))
    else:
        from geomap.corrections import COLUMNS

        for number, doubt in enumerate(shown, 1):
            write_stdout(_doubt_words(number, doubt).encode("utf-8", "replace"))
        if shown:
            write_stdout(f"\n{','.join(COLUMNS)}\n".encode())
    left = len(doubts) - len(shown)
    reporter.note(
        f"{count(len(drawn.incidents), 'incident')}, {len(doubts)} of them unsure"
        + (f"; {left} more with --limit {len(doubts)}" if left > 0 else "")
        + (
            f". To correct one, put its row, changed, into {folder.corrections}, or into a file for --take."
            if shown
            else "."
        )
    )
    return 0


def _doubt_record(doubt: Doubt) -> dict[str, Any]:
    from geomap.corrections import correction_row
    from geomap.project.reviewing import place_words

    incident = doubt.incident
    return {
        "incident_id": incident.incident_id,
        "article": incident.doc_id,
        "type": incident.type,
        "date_start": incident.date_start,
        "date_end": incident.date_end,
        "where": place_words(incident),
        "score": incident.score,
        "doubt": doubt.weight,
        "reasons": list(doubt.reasons),
        "quote": incident.quote,
        "correction": "\n".join(map(correction_row, doubt.suggestions)),
    }


def _doubt_words(number: int, doubt: Doubt) -> str:
    from geomap.corrections import correction_row
    from geomap.project.reviewing import place_words

    incident = doubt.incident
    quote = " ".join(incident.quote.split())
    quote = quote if len(quote) <= 200 else quote[:199] + "…"
    sources = "" if len(incident.sources) < 2 else f" and {len(incident.sources) - 1} more"
    head = f"{number:>3}  {incident.type}  {incident.date_start or 'no date'}  {place_words(incident)}"
    lines = [
        f"{head}  ({round(incident.score * 100)} %)",
        f"     “{quote}”",
        f"     {incident.doc_id}{sources}, {incident.incident_id}",
        f"     unsure: {'; '.join(doubt.reasons)}",
        *(f"     row: {correction_row(row)}" for row in doubt.suggestions),
    ]
    return "".join(plain(line) + "\n" for line in lines) + "\n"


def _take(folder: ProjectFolder, options: argparse.Namespace, reporter: Reporter) -> int:
    """Add the corrections and places of files to the project's own."""
    from geomap.corrections import append_corrections, read_corrections

    code = 0
    with _held(folder, options, reporter):
        for given in options.take:
            path = Path(given)
            if not path.is_file():
                raise UsageError(f"--take {given}: there is no such file.")
            if path.exists() and folder.corrections.exists() and path.samefile(folder.corrections):
                raise UsageError(f"--take {given}: these are the project's corrections already.")
            if _is_places(path):
                code = max(code, _take_places(path, folder, reporter))
                continue
            found = read_corrections(path)
            for problem in found.problems:
                reporter.error(problem)
            if not found.rows:
                if not found.problems:
                    reporter.line(f"{path}: there is no correction in it.")
                code = 1
                continue
            added = append_corrections(folder.corrections, found.rows)
            there = len(found.rows) - added
            reporter.note(
                f"{path}: {count(added, 'correction')} added"
                + (f", {there} there already" if there else "")
                + (f"; {count(len(found.problems), 'row')} left out, told above" if found.problems else "")
                + ". 'geomap project map' draws them."
            )
            if found.problems:
                code = max(code, 3)
    print_path(folder.corrections)
    return code


def _is_places(path: Path) -> bool:
    """Whether a CSV file holds places, as the map's "Add a place" saves them, and no corrections."""
    try:
        with path.open("rb") as file:
            head = file.read(65536).decode("utf-8-sig", "replace")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    first = next((line for line in head.splitlines() if line.strip() and not line.startswith("#")), "").casefold()
    names = {cell.strip().strip('"') for cell in first.replace(";", ",").replace("\t", ",").split(",")}
    return "kind" not in names and {"title", "lat", "lon"} <= names


def _take_places(path: Path, folder: ProjectFolder, reporter: Reporter) -> int:
    from geomap.errors import OverlayError
    from geomap.gazetteer.overlay import PlacesFile

    entries, problems = PlacesFile(path).lenient()
    for problem in problems:
        reporter.error(OverlayError(f"{path}: {problem}"))
    own = PlacesFile(folder.places)
    mine = own.entries() if folder.places.exists() else []
    known = {(entry.place.name, entry.place.lat, entry.place.lon) for entry in mine}
    added = 0
    for entry in entries:
        place = entry.place
        if (place.name, place.lat, place.lon) in known:
            continue
        own.add(
            title=place.name,
            lat=place.lat,
            lon=place.lon,
            variants=entry.languages or place.names,
            feature_class=place.feature_class,
            feature_code=place.feature_code,
            ccodes=place.country_code,
            radius_km=place.radius_km,
            source=entry.source,
            note=entry.note,
        )
        added += 1
    there = len(entries) - added
    reporter.note(f"{path}: {count(added, 'place')} added" + (f", {there} there already" if there else "") + ".")
    return 3 if problems else 0


# -- status ------------------------------------------------------------------------------------------------------------


def _status(options: argparse.Namespace, reporter: Reporter) -> int:
    folder, settings = _folder(options)
    project = _open(folder, settings, reporter)
    pending, stale, failed = project.pending(), project.stale(), project.failed()
    kept = list(project.store.articles.values())
    results = [project.store.result(one) for one in kept]
    record: dict[str, Any] = {
        "project": str(folder.root),
        "title": folder.title,
        "articles": len(kept),
        "not_coded": len(pending),
        "out_of_date": len(stale),
        "failed": [{"article": one.doc_id, "reason": reason} for one, reason in failed],
        "undated": sum(one.published is None for one in kept),
        "without_a_place": sum(1 for one in results if one is not None and not one.placed and not one.error),
        "incidents_coded": sum(one.incidents for one in results if one is not None),
        "corrections": len(project.corrections.rows),
        "places": project.own_places(),
    }
    if options.json:
        print_json(record)
        return 0
    lines = [
        f"{folder.title or folder.root.name}: {folder.root}",
        f"  {count(len(kept), 'article')}, {count(record['incidents_coded'], 'incident')} before merging",
        f"  {count(record['corrections'], 'correction')}, {count(record['places'], 'place')} of your own",
    ]
    if pending:
        lines.append(f"  {count(len(pending), 'article')} not coded yet; 'geomap project map' codes them")
    if stale:
        lines.append(f"  {_stale_words(len(stale))}; 'geomap project map' codes them anew")
    if record["undated"]:
        lines.append(
            f"  {count(record['undated'], 'article')} without a publication date (add them again with --published)"
        )
    lines += [f"  failed: {one.doc_id}: {reason}" for one, reason in failed[:20]]
    if len(failed) > 20:
        lines.append(f"  and {len(failed) - 20} more failed (--json lists them)")
    for line in lines:
        write_stdout((plain(line) + "\n").encode("utf-8", "replace"))
    return 0
