"""``geomap gazetteer import``: other people's gazetteers, taken in whole."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import command, settings_of
from geomap.cli.reporting import Reporter, count, plain, print_json, write_stdout
from geomap.errors import GeomapError, UsageError

if TYPE_CHECKING:
    from geomap.gazetteer.importing.rows import ImportReport

__all__ = ["add_commands"]


def add_commands(actions: Any, every: argparse.ArgumentParser) -> None:
    """Add the command to those of ``geomap gazetteer``."""
    made = command(
        actions, "import", "take in a GeoNames dump, GeoJSON, KML, GPKG, Linked Places file or table of places", every
    )
    made.add_argument("files", nargs="+", metavar="FILE", help="the file, which may be zipped")
    made.add_argument(
        "--source",
        metavar="NAME",
        help="what to call the import (default: the file's name); an import of that name is replaced",
    )
    made.add_argument("--format", metavar="FORMAT", help="what the file is, where its content does not say it")
    made.add_argument(
        "--country", metavar="CODE", action="append", default=[], help="keep only this country; may be given again"
    )
    made.add_argument(
        "--class",
        dest="classes",
        metavar="CLASS",
        action="append",
        default=[],
        help="keep only this GeoNames class (P, S, H …) or code (S.BDG); may be given again",
    )
    made.add_argument("--min-population", metavar="N", type=int, help="keep only places of so many inhabitants")
    made.add_argument(
        "--map",
        dest="mapping",
        metavar="OURS=THEIRS",
        action="append",
        default=[],
        help="for a table: which column holds title, lat, lon, variants … (title=Ort); may be given again",
    )
    made.add_argument("--name-property", metavar="NAME", help="for GeoJSON, KML and GPKG: the property of the name")
    made.add_argument("--layer", metavar="NAME", help="for GPKG: the layer to read")
    made.add_argument("--json", action="store_true", help="print JSON instead of words")
    made.set_defaults(function=_import)


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not equals or not ours.strip() or not theirs.strip():
            raise UsageError(f"--map {pair}: write OURS=THEIRS, such as title=Ort.")
        mapping[ours.strip()] = theirs.strip()
    return mapping


def _import(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.folders import imports_folder
    from geomap.gazetteer import world_layer
    from geomap.gazetteer.importing.core import import_file
    from geomap.gazetteer.importing.rows import Filters

    if options.source and len(options.files) > 1:
        raise UsageError("--source names one import, and there are several files; import them one by one.")
    classes = {value.strip().upper().replace("/", ".") for value in options.classes}
    filters = Filters(
        countries=frozenset(code.strip().upper() for code in options.country),
        feature_classes=frozenset(value for value in classes if len(value) == 1),
        feature_codes=frozenset(value.rpartition(".")[2] for value in classes if len(value) > 1),
        min_population=options.min_population,
    )
    settings = settings_of(options)
    world = world_layer(cache_dir=settings.cache_dir, progress=reporter.progress)
    reports: list[ImportReport] = []
    for file in options.files:
        try:
            reports.append(
                import_file(
                    Path(file),
                    folder=imports_folder(),
                    world=world,
                    source=options.source,
                    format=options.format,
                    filters=filters,
                    mapping=_mapping(options.mapping),
                    name_property=options.name_property,
                    layer=options.layer,
                    progress=reporter.progress,
                )
            )
        except GeomapError as error:
            # One broken file of several loses nobody else's.
            if len(options.files) == 1:
                raise
            reporter.error(error)
    reporter.finish()
    for report in reports:
        if options.json:
            print_json(asdict(report))
        else:
            write_stdout((_words(report) + "\n").encode())
    return 1 if reporter.reported else 0


def _words(report: ImportReport) -> str:
    lines = [
        f"{plain(report.file)} ({report.format}): {count(report.rows, 'row')} in {report.seconds:.1f} s,"
        f" now the source {plain(report.source)!r}"
        + (f" (went on from row {report.resumed:,})" if report.resumed else ""),
        f"  added    {report.added:>9,}  places that no layer had",
        f"  merged   {report.merged:>9,}  with places of the world layer",
    ]
    if report.updated or report.removed:
        lines.append(f"  updated  {report.updated:>9,}  places of the former import of this name")
        lines.append(f"  removed  {report.removed:>9,}  that are in the file no more")
    lines.append(f"  skipped  {sum(report.skipped.values()):>9,}")
    for reason, number in sorted(report.skipped.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"    {number:>9,}  {plain(reason)}")
        for example in [e for e in report.examples if e.reason == reason][:2]:
            column = f", column {plain(example.column)}" if example.column else ""
            value = f": {plain(example.value)!r}" if example.value else ""
            lines.append(
                f"               row {example.row:,}{column}{value}. {plain(example.remedy)}".rstrip(". ") + "."
            )
    lines.append(f"Undo it with 'geomap gazetteer remove --source {plain(report.source)}'.")
    return "\n".join(lines)
