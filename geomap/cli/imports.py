"""``geomap gazetteer import``: other people's gazetteers, taken in whole."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import command, settings_of
from geomap.cli.places import whole_number
from geomap.cli.reporting import Reporter, count, plain, print_json, write_stdout
from geomap.errors import GazetteerError, GeomapError, OverlayError, UsageError

if TYPE_CHECKING:
    from geomap.gazetteer.importing.rows import Filters, ImportReport

__all__ = ["add_commands"]

# GeoNames' feature classes.
_CLASSES = "AHLPRSTUV"
_TABLES = (".csv", ".tsv", ".tab")
# What has no columns to be mapped.
_NO_TABLES = (".geojson", ".json", ".kml", ".kmz", ".gpkg", ".zip")


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
    made.add_argument(
        "--min-population", metavar="N", type=whole_number, help="keep only places of so many inhabitants"
    )
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


def _filters(options: argparse.Namespace) -> Filters:
    """What to keep. Raises :class:`~geomap.errors.UsageError` for a country or class that there is not."""
    from geomap.gazetteer.importing.rows import Filters
    from geomap.gazetteer.keeping import check_country
    from geomap.gazetteer.kinds import kind_of

    countries, classes, codes = set(), set(), set()
    for given in options.country:
        try:
            countries.add(check_country(given))
        except OverlayError as error:
            raise UsageError(f"--country: {error}") from error
    for given in options.classes:
        text = given.strip().upper()
        if len(text) == 1:
            if text not in _CLASSES:
                raise UsageError(f"--class {given}: GeoNames' classes are {', '.join(_CLASSES)}.")
            classes.add(text)
            continue
        try:
            kind = kind_of(given)
        except OverlayError as error:
            raise UsageError(f"--class: {error}") from error
        # Somebody who writes "village" wants the seats of something too; who writes PPL means that code.
        if kind.feature_code == "PPL" and not text.endswith("PPL"):
            classes.add(kind.feature_class)
        else:
            codes.add(kind.feature_code)
    return Filters(
        countries=frozenset(countries - {""}),
        feature_classes=frozenset(classes),
        feature_codes=frozenset(codes),
        min_population=options.min_population,
    )


def _tell_layout(
    path: Path, report: ImportReport, mapping: dict[str, str], options: argparse.Namespace, reporter: Reporter
) -> None:
    """How a table was understood, and which options had nothing to do."""
    if report.format == "csv":
        from geomap.gazetteer.importing.features import ReaderOptions
        from geomap.gazetteer.importing.tables import layout_of

        layout = layout_of(path, ReaderOptions(mapping=mapping))
        read = ", ".join(ours if ours == theirs else f"{ours} = {theirs}" for ours, theirs in layout.mapping.items())
        reporter.note(f"{report.file}: read as columns: {read}.")
        unread = [column for column in layout.header if column and column not in layout.mapping.values()]
        if unread:
            reporter.note(f"{report.file}: not read: {', '.join(unread[:12])}{', …' if len(unread) > 12 else ''}.")
        for remark in layout.remarks:
            reporter.note(f"{report.file}: {remark}.")
    elif mapping:
        reporter.note(f"{report.file}: --map is for tables, and this is {report.format}; it had nothing to do.")
    if options.layer and report.format != "gpkg":
        reporter.note(f"{report.file}: --layer is for GPKG, and this is {report.format}; it had nothing to do.")


def _import(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.gazetteer import world_layer

    if options.source and len(options.files) > 1:
        raise UsageError("--source names one import, and there are several files; import them one by one.")
    filters = _filters(options)
    mapping = _mapping(options.mapping)
    settings = settings_of(options)
    world = world_layer(cache_dir=settings.cache_dir, progress=reporter.progress)
    reports: list[ImportReport] = []
    for file in options.files:
        try:
            reports.append(_one(Path(file), world, filters, mapping, options, reporter))
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


def _one(
    path: Path,
    world: Path,
    filters: Filters,
    mapping: dict[str, str],
    options: argparse.Namespace,
    reporter: Reporter,
) -> ImportReport:
    """Import one file. Raises :class:`~geomap.errors.GeomapError`."""
    from geomap.folders import imports_folder
    from geomap.gazetteer.importing.core import import_file
    from geomap.gazetteer.importing.tables import layout_of

    suffix = path.suffix.lower()
    format = options.format
    if format is None and mapping and suffix not in _NO_TABLES:
        # Its columns bear names that nobody could guess, or there were no need for --map.
        format = "csv"
    try:
        report = import_file(
            path,
            folder=imports_folder(),
            world=world,
            source=options.source,
            format=format,
            filters=filters,
            mapping=mapping,
            name_property=options.name_property,
            layer=options.layer,
            progress=reporter.progress,
        )
    except GazetteerError:
        if format is None and suffix in _TABLES and path.is_file():
            # Not recognised, for want of known columns: that says more than "the format is not known".
            try:
                layout_of(path)
            except GazetteerError as error:
                if "mapping" not in str(error):
                    raise
                raise GazetteerError(f"{error}. Mappings are given with --map, such as --map title=Ort") from error
        raise
    _tell_layout(path, report, mapping, options, reporter)
    return report


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
            where = f"row {example.row:,}" + (f", column {plain(example.column)}" if example.column else "")
            value = f": {plain(example.value)!r}" if example.value else ""
            remedy = f" {plain(example.remedy[:1].upper() + example.remedy[1:].rstrip('.'))}." if example.remedy else ""
            lines.append(f"               {where}{value}.{remedy}")
    lines.append(f"Undo it with 'geomap gazetteer remove --source {plain(report.source)}'.")
    return "\n".join(lines)
