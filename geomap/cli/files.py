"""``geomap gazetteer remove``, ``check`` and ``export``: going over the files of places that the user keeps."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.cli.layers import LAYERS, NAMESAKES, chosen_file, open_layers
from geomap.cli.parsing import settings_of
from geomap.cli.reporting import Reporter, count, plain, print_json, print_path, write_stdout
from geomap.errors import OverlayError, UsageError

if TYPE_CHECKING:
    from geomap.gazetteer.overlay import PlaceEntry

__all__ = ["own_entry", "own_files", "run_check", "run_export", "run_remove"]


def own_files(options: argparse.Namespace) -> list[Path]:
    """The user's files in the order of precedence, or the one that the options name."""
    from geomap.gazetteer.overlay import places_files

    if getattr(options, "project", False) or getattr(options, "places", ()):
        return [chosen_file(options)]
    return [file for file, _ in places_files(settings_of(options).places_files)]


def own_entry(files: Sequence[Path], text: str, reporter: Reporter) -> tuple[Path, PlaceEntry] | None:
    """The user's own entry of that id or else of that name, and its file. What is wrong in the files is told."""
    from geomap.gazetteer.keeping import read_despite_faults
    from geomap.text import fold

    found = [(file, entry) for file in files if file.exists() for entry in read_despite_faults(file, reporter.warning)]
    key = fold(text)
    for test in (
        lambda e: e.place.id == text,
        lambda e: e.place.name == text,
        lambda e: key and fold(e.place.name) == key,
        lambda e: key and key in {fold(n) for n in e.place.names},
    ):
        # One id in two files is one place: the first file's row is the one that counts.
        hits = {entry.place.id: (file, entry) for file, entry in reversed(found) if test(entry)}
        if len(hits) > 1:
            shown = "; ".join(
                f"{e.place.id} ({e.place.lat:.4f}, {e.place.lon:.4f})" for _, e in list(hits.values())[::-1][:NAMESAKES]
            )
            raise OverlayError(f"you have {len(hits)} places called {text!r}: {shown}. Name one by its id.")
        if hits:
            return next(iter(hits.values()))
    return None


def _nearest_own(files: Sequence[Path], text: str) -> str:
    """The user's place whose name is spelled most like ``text``, as a question; else where to look."""
    import difflib

    from geomap.gazetteer.keeping import read_despite_faults
    from geomap.text import fold

    # What is wrong in the files was told when they were looked through before.
    entries = [e for file in files if file.exists() for e in read_despite_faults(file, lambda _: None)]
    names = {fold(name): e.place for e in reversed(entries) for name in (e.place.id, e.place.name, *e.place.names)}
    near = difflib.get_close_matches(fold(text[:100]), list(names), n=1, cutoff=0.7)
    if near:
        return f" Did you mean {names[near[0]].name!r} ({names[near[0]].id})?"
    return " 'geomap gazetteer info' names the files that hold yours."


def run_remove(options: argparse.Namespace, reporter: Reporter) -> int:
    """Remove a place of the user's, or an import; returns the exit code."""
    from geomap.gazetteer.overlay import PlacesFile

    source = getattr(options, "source", None)
    name = " ".join(options.place)
    if (source is None) == (not options.place):
        raise UsageError("name one of your places, or an import with --source.")
    if source is not None:
        from geomap.folders import imports_folder
        from geomap.gazetteer.importing.core import remove_source

        gone = remove_source(imports_folder(), source)
        reporter.note(f"removed the import {gone.name}: {count(gone.places, 'place')} of {gone.file}.")
        print_path(gone.path)
        return 0
    found = own_entry(own_files(options), name, reporter)
    if found is None:
        with open_layers(options, reporter) as gazetteer:
            known = gazetteer.place(name) or next(
                (c.place for c in gazetteer.candidates(name) if c.match != "demonym"), None
            )
        raise OverlayError(
            f"you have no place {name!r} of your own."
            + (
                f" {known.id} is {LAYERS.get(known.layer, known.layer)}, which is never edited; correct it with"
                f" 'geomap gazetteer edit {known.id}'."
                if known
                else _nearest_own(own_files(options), name)
            )
        )
    file, entry = found
    PlacesFile(file).remove(entry.place.id)
    reporter.note(f"removed {entry.place.name} ({entry.place.id}), row {entry.row}.")
    print_path(file)
    return 0


def run_check(options: argparse.Namespace, reporter: Reporter) -> int:
    """Tell what is wrong in places files; returns 1 where there is an error."""
    from dataclasses import asdict

    from geomap.gazetteer.checks import Finding, check_places
    from geomap.gazetteer.overlay import PlacesFile
    from geomap.pipeline import country_finder

    given = [Path(file) for file in options.files]
    files = given or own_files(options)
    if not files:
        reporter.note("you have no places files yet; 'geomap gazetteer add' makes one.")
        if options.json:
            print_json([])
        return 0
    findings: list[Finding] = []
    entries = []
    names: list[str] = []
    for file in files:
        try:
            good, problems = PlacesFile(file).lenient()
        except OverlayError as error:
            # The file as a whole: the others are checked all the same.
            message = str(error).removeprefix(str(file)).lstrip(":, ")
            findings.append(
                Finding(
                    file=str(file), row=0, column="", severity="error", code="unreadable", message=message, remedy=""
                )
            )
            continue
        entries += good
        names += [str(file)] * len(good)
        findings += [
            Finding(
                file=str(file),
                row=p.row,
                column=p.column,
                severity="error",
                code="unreadable",
                message=p.message,
                remedy=p.remedy,
            )
            for p in problems
        ]
    from geomap.pipeline import open_gazetteer_for
    from geomap.settings import Settings

    settings = settings_of(options)
    # Against what the places are laid over: with themselves in it they would all be doubles of themselves.
    bare = Settings(cache_dir=settings.cache_dir, own_places=False)
    with open_gazetteer_for(bare, progress=reporter.progress) as gazetteer:
        findings += check_places(entries, gazetteer=gazetteer, country_at=country_finder(), files=names)
    findings.sort(key=lambda f: (f.file, f.row, f.column))
    reporter.finish()
    errors = sum(f.severity == "error" for f in findings)
    if getattr(options, "json", False):
        print_json([asdict(finding) for finding in findings])
    else:
        for f in findings:
            where = f.file + (f":{f.row}" if f.row else "") + (f", {f.column}" if f.column else "")
            line = plain(f"{where}: {f.severity}: {f.message} {f.remedy}".rstrip())
            write_stdout((line + "\n").encode())
        warnings = sum(f.severity == "warning" for f in findings)
        reporter.note(
            f"{count(len(entries), 'place')} in {count(len(files), 'file')}: {count(errors, 'error')},"
            f" {count(warnings, 'warning')}, {count(len(findings) - errors - warnings, 'note')}."
        )
    return 1 if errors else 0


def _whole(file: Path) -> list[PlaceEntry]:
    """The rows of a places file, every one of them. Raises OverlayError where one is wrong, with how to go on."""
    from geomap.gazetteer.overlay import PlacesFile

    try:
        return PlacesFile(file).entries()
    except OverlayError as error:
        raise OverlayError(f"{error} 'geomap gazetteer check {file}' lists all that is wrong in it.") from error


def run_export(options: argparse.Namespace, reporter: Reporter) -> int:
    """Write places for another program; returns the exit code."""
    from geomap.gazetteer.exporting import export_places, format_of

    given = [
        name
        for name, value in (
            ("--shipped", options.shipped),
            ("--source", options.source),
            ("--project", options.project),
            ("--places", getattr(options, "places", ())),
        )
        if value
    ]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given[:2])} name two things to export; give one of them.")
    target = Path(options.output)
    format_of(target)  # a wrong ending is told before the reading
    if options.source:
        from geomap.folders import imports_folder
        from geomap.gazetteer.importing.core import read_source

        number = export_places(read_source(imports_folder(), options.source), target)
    else:
        if options.shipped:
            from geomap.resources import data_path

            files = [data_path("gazetteer/places.csv")]
        else:
            files = own_files(options)
        entries = [entry for file in files for entry in _whole(file)]
        if not entries:
            reporter.note("you have no places of your own yet; the file is empty.")
        number = export_places(entries, target)
    reporter.note(f"wrote {count(number, 'place')}.")
    print_path(target)
    return 0
