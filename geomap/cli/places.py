"""``geomap gazetteer add``, ``edit``, ``remove``, ``check`` and ``export``: the places that the user keeps."""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import Parser, command, is_number, settings_of
from geomap.cli.reporting import Reporter, count, plain, print_json, print_path, write_stdout
from geomap.errors import OverlayError, UsageError

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer
    from geomap.gazetteer.coordinates import Coordinates
    from geomap.gazetteer.keeping import Draft, Namesake
    from geomap.gazetteer.overlay import PlaceEntry
    from geomap.records import Place

__all__ = ["add_commands", "country_of", "open_layers", "whole_number"]

# So many namesakes are told of; the rest are counted.
_NAMESAKES = 5
# A place that is moved further than that may be in another division of its country, which is then the nearest town's.
_MOVED_KM = 10.0
# Where a place that is not the user's own is from, in words.
_LAYERS = {
    "overlay": "shipped with geomap",
    "import": "of an import",
    "world": "of the world layer",
    "user": "one of yours",
}


def whole_number(text: str) -> int:
    """An option's value that counts people: a whole number, 0 or more."""
    if not re.fullmatch(r"[0-9]{1,15}", text.strip()):
        hint = "; write it without separators" if re.fullmatch(r"[0-9]{1,3}([.,' ][0-9]{3})+", text.strip()) else ""
        raise argparse.ArgumentTypeError(f"{text} is not a whole number{hint}")
    return int(text)


def _describe(made: Parser, *, new: bool) -> None:
    """The options that say what a place is."""
    keep = "" if new else " (default: as it is)"
    made.add_argument("--lat", type=is_number, metavar="DEG", help="latitude in WGS84 degrees, north positive")
    made.add_argument("--lon", type=is_number, metavar="DEG", help="longitude in WGS84 degrees, east positive")
    made.add_argument(
        "--at",
        metavar="WHERE",
        help='instead of --lat and --lon: "43.20028, 20.72056", degrees with minutes and seconds, a geo: URI or a link'
        " to OpenStreetMap, Google Maps or another map",
    )
    made.add_argument(
        "--type",
        metavar="TYPE",
        help="what it is: village, checkpoint, bridge, camp … or a GeoNames code such as S.BDG"
        + (" (default: village)" if new else keep),
    )
    made.add_argument(
        "--alias",
        metavar="NAME",
        action="append",
        default=[],
        help="another name of it, with its language where you like: Jarinjë@sq; may be given more than once"
        + ("" if new else "; added to those it has"),
    )
    made.add_argument(
        "--country",
        metavar="CODE",
        help="the country's two letters" + (" (default: the nearest town's)" if new else keep),
    )
    made.add_argument(
        "--near",
        metavar="PLACE",
        help="a place that it belongs to or is near; also its rough position where you know no better one",
    )
    made.add_argument(
        "--radius",
        metavar="KM",
        type=is_number,
        help="how far it reaches from its point, in km" + (" (default: the type's)" if new else keep),
    )
    made.add_argument("--population", metavar="N", type=whole_number, help="inhabitants, where known")
    made.add_argument("--source", help="what this rests on, such as 'own visit 2024'")
    made.add_argument("--note", help="anything a reader should know")
    made.add_argument("--start", metavar="YEAR", help="since when it is called so")
    made.add_argument("--end", metavar="YEAR", help="until when it was called so")
    _target(made)
    made.add_argument("--json", action="store_true", help="print JSON instead of words")


def _target(made: Parser) -> None:
    made.add_argument(
        "--project",
        action="store_true",
        help="the file is gazetteer/places.csv of the current folder (with --places FILE, it is that file)",
    )


def add_commands(actions: Any, every: argparse.ArgumentParser) -> None:
    """Add the commands to those of ``geomap gazetteer``."""
    made = command(actions, "add", "add a place of your own, which outranks all others of its name", every)
    made.add_argument("name", metavar="NAME", help="the name, as articles write it; aliases may be added")
    made.add_argument("where", nargs="*", default=[], metavar="WHERE", help="its position, as for --at")
    _describe(made, new=True)
    made.add_argument("--id", metavar="ID", help="a stable id (default: user: and the name)")
    made.add_argument("--force", action="store_true", help="add it even if you have one of that name there already")
    made.add_argument("--dry-run", action="store_true", help="say what would be added and what it meets; write nothing")
    made.set_defaults(function=_add)
    _gather_position(made)

    made = command(actions, "edit", "change one of your places, or correct a shipped one by a copy of yours", every)
    made.add_argument("place", nargs="+", metavar="PLACE", help="its id or name; several words are one name")
    made.add_argument("--name", metavar="NAME", help="a new name; the old one becomes an alias")
    made.add_argument("--remove-alias", metavar="NAME", action="append", default=[], help="a name that it has no more")
    _describe(made, new=False)
    made.set_defaults(function=_edit)

    made = command(actions, "remove", "remove one of your places, or all that one import brought", every)
    made.add_argument(
        "place",
        nargs="*",
        default=[],
        metavar="PLACE",
        help="the id or name of one of your places; several words are one",
    )
    made.add_argument("--source", metavar="NAME", help="instead of a place: the import to undo")
    _target(made)
    made.set_defaults(function=_remove)

    made = command(actions, "check", "look for mistakes in places files: what is wrong and how to mend it", every)
    made.add_argument("files", nargs="*", default=[], metavar="FILE", help="places files (default: all of your own)")
    made.add_argument("--json", action="store_true", help="print JSON instead of lines")
    made.set_defaults(function=_check)

    made = command(actions, "export", "write your places to a file for another program or another person", every)
    made.add_argument(
        "output", metavar="FILE", help="ends in .csv, .tsv (LP-TSV), .lpf.json (Linked Places), .geojson or .gpkg"
    )
    made.add_argument("--shipped", action="store_true", help="the places shipped with geomap instead of your own")
    made.add_argument("--source", metavar="NAME", help="the places of an import instead of your own")
    _target(made)
    made.set_defaults(function=_export)


def _gather_position(made: Parser) -> None:
    """Let the position of ``add`` stand behind options too: argparse looks for WHERE right behind NAME only."""
    known_args = made.parse_known_args

    def parse_known_args(*arguments: Any, **options: Any) -> Any:
        found, rest = known_args(*arguments, **options)
        if rest and not any(re.match(r"-(?!\.?\d)", word) for word in rest):
            found.where = [*found.where, *rest]
            rest = []
        return found, rest

    made.parse_known_args = parse_known_args  # type: ignore[method-assign]


def _read_position(name: str, words: Sequence[str]) -> Coordinates:
    """The position that the words behind the name say."""
    from geomap.gazetteer.coordinates import parse_coordinates

    try:
        return parse_coordinates(" ".join(words))
    except OverlayError:
        # "add Gate 3 42.9 20.8": the first words belong to the name.
        for number in range(1, min(len(words), 10)):
            with contextlib.suppress(OverlayError):
                parse_coordinates(" ".join(words[number:]))
                whole = " ".join((name, *words[:number]))
                raise UsageError(
                    f'a name of several words is put in quotes: geomap gazetteer add "{whole}" '
                    f"{' '.join(words[number:])}"
                ) from None
        raise


def _position(options: argparse.Namespace, reporter: Reporter) -> tuple[float, float] | None:
    from geomap.gazetteer.coordinates import parse_coordinates

    # Several words are one position: nobody should have to quote "42.97 21.15".
    words = getattr(options, "where", ())
    lat, lon = options.lat, options.lon
    if options.at is not None and words:
        raise UsageError("the position is given twice, after the name and with --at.")
    if options.at is not None or words:
        if lat is not None or lon is not None:
            raise UsageError("--lat and --lon go without any other position.")
        found = parse_coordinates(options.at) if options.at is not None else _read_position(options.name, words)
        reporter.note(f"read as {found.notation}: {found.lat:.8g}, {found.lon:.8g}.")
        return found.lat, found.lon
    if (lat is None) != (lon is None):
        raise UsageError(f"--{'lon' if lon is None else 'lat'} is missing: a position needs both --lat and --lon.")
    return None if lat is None or lon is None else (lat, lon)


def _file(options: argparse.Namespace) -> Path:
    """The file that a new place goes into."""
    from geomap.folders import user_places_folder

    given = getattr(options, "places", ())
    if options.project and given:
        raise UsageError("--project and --places name two files; give one of them.")
    if given:
        return Path(given[0])
    return (Path("gazetteer") if options.project else user_places_folder()) / "places.csv"


def open_layers(options: argparse.Namespace, reporter: Reporter, file: Path | None = None) -> Gazetteer:
    """The gazetteer as a run from here would see it, less what is wrong in places files, which is told.

    ``file`` is where a new place goes: that it is not there yet is no mistake.
    """
    from geomap.gazetteer.keeping import open_despite_faults

    settings = settings_of(options)
    for given in getattr(options, "places", ()):
        path = Path(given)
        if path.is_dir():
            raise UsageError(f"--places {given}: a folder; name the CSV file of places in it.")
        if path != file and not path.exists():
            raise UsageError(f"--places {given}: no such file of places.")
    return open_despite_faults(
        cache_dir=settings.cache_dir,
        places_files=[path for path in settings.places_files if path != file or path.exists()],
        own_places=settings.own_places,
        progress=reporter.progress,
        on_fault=reporter.warning,
    )


def country_of(options: argparse.Namespace) -> str:
    """The code of ``--country``, "" where it is not given. Raises :class:`~geomap.errors.UsageError`."""
    from geomap.gazetteer.keeping import check_country

    try:
        return check_country(options.country or "")
    except OverlayError as error:
        raise UsageError(f"--country: {error}") from error


def _variants(aliases: Sequence[str]) -> tuple[str, ...]:
    return tuple(alias.strip() for alias in aliases if alias.strip())


def _bare(alias: str) -> str:
    return alias.rsplit("@", 1)[0].strip()


def _shown_namesake(namesake: Namesake) -> str:
    from geomap.text import fold

    place = namesake.place
    where = ", ".join(x for x in (place.admin1, place.country_code) if x) or place.id
    name = place.name if fold(place.name) == fold(namesake.name) else f"{place.name}, also {namesake.name}"
    return f"{name} ({where}), {namesake.km:,.0f} km away"


def _tell_draft(draft: Draft, reporter: Reporter) -> None:
    for note in draft.notes:
        reporter.note(note if note.endswith("?") else f"{note}.")
    for mine, words, then in (
        (True, "you have one called so already", "Articles that name it may mean either"),
        (False, "called so already", "Your place goes before them"),
    ):
        told = [n for n in draft.namesakes if (n.place.layer == "user") == mine]
        if told:
            shown = "; ".join(_shown_namesake(n) for n in told[:_NAMESAKES])
            more = f"; and {len(told) - _NAMESAKES:,} more" if len(told) > _NAMESAKES else ""
            reporter.note(f"{words}: {shown}{more}. {then}.")


def _tell_effect(
    names: Sequence[str], reporter: Reporter, *, written: bool, itself: str | None = None
) -> dict[str, Any] | None:
    """What the place changes, measured by the names that the last run met."""
    from geomap.folders import state_folder
    from geomap.gazetteer.history import effect_of, last_run

    run = last_run(state_folder())
    if run is None:
        return None
    effect = effect_of(names, run, place_id=itself)
    if effect.total:
        parts = []
        if effect.unresolved:
            parts.append(f"{effect.unresolved:,} had no place")
        parts += [f"{number:,} went to {name}" for name, number in effect.elsewhere[:3]]
        verb = "now resolves" if effect.total == 1 else "now resolve"
        if not written:
            verb = "would resolve"
        reporter.note(f"{count(effect.total, 'mention')} in your last run {verb} here ({', '.join(parts)}).")
    return {"mentions": effect.total, "unresolved_before": effect.unresolved}


def _summary(place: Place, file: Path) -> str:
    from geomap.gazetteer.coordinates import format_coordinates
    from geomap.gazetteer.kinds import label_of

    kind = label_of(place.feature_class, place.feature_code)
    where = ", ".join(x for x in (place.admin1, place.country_code) if x)
    return (
        f"{plain(place.id)}  {plain(place.name)}, {plain(kind)}{f' in {plain(where)}' if where else ''},"
        f" {format_coordinates(place.lat, place.lon)}, radius {place.radius_km:g} km\n{plain(file)}"
    )


def _add(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.gazetteer.keeping import check_name, draft_place
    from geomap.gazetteer.kinds import kind_of

    title = check_name(options.name)
    kind = kind_of(options.type or "village")
    country = country_of(options)
    position = _position(options, reporter)
    if position is None and not options.near:
        raise UsageError(
            f"where is {title!r}? Give its coordinates or a map link behind the name (geomap gazetteer add NAME 43.2 "
            "20.7), --lat and --lon, or --near PLACE where you know no better."
        )
    file = _file(options)
    aliases = _variants(options.alias)
    with open_layers(options, reporter, file) as gazetteer:
        if options.id and (former := gazetteer.place(options.id)) is not None:
            if former.layer == "user":
                raise OverlayError(
                    f"--id {options.id}: {former.name} of yours has that id. Choose another, or change that one with "
                    f"'geomap gazetteer edit {options.id}'."
                )
            reporter.note(
                f"{options.id} is {former.name}, {_LAYERS.get(former.layer, former.layer)}; yours replaces it."
            )
        draft = draft_place(
            gazetteer,
            title=title,
            lat=position[0] if position else None,
            lon=position[1] if position else None,
            aliases=[_bare(alias) for alias in aliases],
            radius_km=options.radius,
            default_radius_km=kind.radius_km,
            country=country,
            near=options.near or "",
            note=options.note or "",
            itself=options.id or "",
        )
        taken = {place.id for place in gazetteer.overlay}
    if draft.double is not None and not options.force:
        raise OverlayError(
            f"you have {draft.double.name} ({draft.double.id}) at that spot already. Change it with 'geomap gazetteer "
            f"edit {draft.double.id}', or add a second one with --force."
        )
    row: dict[str, Any] = {
        "title": draft.title,
        "lat": draft.lat,
        "lon": draft.lon,
        "variants": aliases,
        "feature_class": kind.feature_class,
        "feature_code": kind.feature_code,
        "ccodes": draft.country,
        "admin1": draft.admin1,
        "parent": draft.parent,
        "radius_km": draft.radius_km,
        "population": options.population,
        "source": options.source or "",
        "start": options.start or "",
        "end": options.end or "",
        "note": draft.note,
        "id": options.id,
    }
    entry = _written(file, row, taken, dry=options.dry_run)
    _tell_draft(draft, reporter)
    return _told(entry, file, options, reporter, written=not options.dry_run)


def _written(file: Path, row: dict[str, Any], taken: set[str], *, dry: bool) -> PlaceEntry:
    """The place as it stands in the file or, in a dry run, would stand: it is written to a copy that is thrown away."""
    from geomap.gazetteer.overlay import PlacesFile

    if not dry:
        return PlacesFile(file).add(**row, taken=taken)
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory(prefix="geomap-dry-run-") as folder:
        copy = Path(folder) / file.name
        try:
            if file.is_file():
                shutil.copyfile(file, copy)
            return PlacesFile(copy).add(**row, taken=taken)
        except OverlayError as error:
            raise OverlayError(str(error).replace(str(copy), str(file))) from error
        except OSError as error:
            raise OverlayError(f"{file}: cannot be read ({error.strerror}).") from error


def _told(
    entry: PlaceEntry,
    file: Path,
    options: argparse.Namespace,
    reporter: Reporter,
    *,
    written: bool = True,
    itself: str | None = None,
) -> int:
    """Say what was written and what it changes."""
    effect = _tell_effect([entry.place.name, *entry.place.names], reporter, written=written, itself=itself)
    reporter.finish()
    if options.json:
        # The texts as they were given, not the cells, where a formula has an apostrophe before it.
        place = entry.place
        record = {
            **entry.cells,
            "id": place.id,
            "title": place.name,
            "lat": place.lat,
            "lon": place.lon,
            "variants": list(entry.languages),
            "admin1": place.admin1,
            "parent": place.admin2,
            "radius_km": place.radius_km,
            "population": place.population,
            "source": entry.source,
            "note": entry.note,
        }
        print_json({**record, "file": str(file), "effect": effect, "written": written})
    else:
        if not written:
            reporter.note("a dry run: nothing was written.")
        write_stdout((_summary(entry.place, file) + "\n").encode())
    return 0


def _own(options: argparse.Namespace) -> list[Path]:
    """The user's files in the order of precedence, or the one that the options name."""
    from geomap.gazetteer.overlay import places_files

    if getattr(options, "project", False) or getattr(options, "places", ()):
        return [_file(options)]
    return [file for file, _ in places_files(settings_of(options).places_files)]


def _entry(files: Sequence[Path], text: str, reporter: Reporter) -> tuple[Path, PlaceEntry] | None:
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
                f"{e.place.id} ({e.place.lat:.4f}, {e.place.lon:.4f})"
                for _, e in list(hits.values())[::-1][:_NAMESAKES]
            )
            raise OverlayError(f"you have {len(hits)} places called {text!r}: {shown}. Name one by its id.")
        if hits:
            return next(iter(hits.values()))
    return None


def _edit(options: argparse.Namespace, reporter: Reporter) -> int:
    from dataclasses import replace

    from geomap.gazetteer.keeping import check_name, draft_place, find_place
    from geomap.gazetteer.kinds import kind_of
    from geomap.gazetteer.overlay import PlacesFile
    from geomap.geo import distance_km

    title_given = check_name(options.name) if options.name is not None else None
    country = country_of(options) if options.country is not None else None
    position = _position(options, reporter)
    name = " ".join(options.place)
    found = _entry(_own(options), name, reporter)
    changes: dict[str, Any] = {}
    if position:
        changes["lat"], changes["lon"] = position
    if options.type:
        kind = kind_of(options.type)
        changes |= {"feature_class": kind.feature_class, "feature_code": kind.feature_code}
    given = {
        "ccodes": country,
        "radius_km": options.radius,
        "population": options.population,
        "source": options.source,
        "note": options.note,
        "start": options.start,
        "end": options.end,
    }
    changes |= {column: value for column, value in given.items() if value is not None}
    with open_layers(options, reporter) as gazetteer:
        place = found[1].place if found else find_place(gazetteer, name)
        others = {c.place.id for c in gazetteer.candidates(name) if c.match in ("exact", "folded")} - {place.id}
        namesakes = len(others)
        old = list(found[1].languages) if found else list(place.names)
        gone = {_bare(alias) for alias in options.remove_alias}
        if missing := gone - {_bare(alias) for alias in old}:
            raise OverlayError(f"{place.id} has no alias {sorted(missing)[0]!r}; it has {', '.join(old) or 'none'}.")
        title = title_given or place.name
        former = [place.name] if title != place.name else []
        wanted = [*(a for a in old if _bare(a) not in gone), *former, *_variants(options.alias)]
        variants = tuple(v for v in dict.fromkeys(wanted) if _bare(v) != title)
        if found is None or variants != tuple(old):
            changes["variants"] = variants
        if title != place.name:
            changes["title"] = title
        if options.near:
            changes["parent"] = find_place(gazetteer, options.near).name
        if not changes:
            raise UsageError("nothing to change: say what, for instance --lat and --lon, --alias or --type.")
        draft = draft_place(
            gazetteer,
            title=title,
            lat=changes.get("lat", place.lat),
            lon=changes.get("lon", place.lon),
            aliases=[_bare(v) for v in variants],
            country=changes.get("ccodes", place.country_code),
            itself=place.id,
        )
    moved = distance_km(place.lat, place.lon, draft.lat, draft.lon)
    if moved > _MOVED_KM or changes.get("ccodes", place.country_code) != place.country_code:
        changes["admin1"] = draft.admin1
    if found:
        file, _ = found
        entry = PlacesFile(file).edit(place.id, **changes)
    else:
        # What is shipped is never edited: a copy under the same id, in the user's file, takes its place.
        file = _file(options)
        row: dict[str, Any] = {
            "title": title,
            "lat": place.lat,
            "lon": place.lon,
            "variants": variants,
            "feature_class": place.feature_class,
            "feature_code": place.feature_code,
            "ccodes": place.country_code,
            "admin1": place.admin1,
            "parent": place.admin2,
            "radius_km": place.radius_km,
            "population": place.population,
            "source": f"corrected copy of {place.id}",
            "id": place.id,
        }
        entry = PlacesFile(file).add(**{**row, **changes})
        which = ", ".join(x for x in (place.name, place.admin1, place.country_code) if x)
        reporter.note(f"{place.id} ({which}) is not yours and stays as it is; your copy of it goes before it.")
        if namesakes and name != place.id:
            reporter.note(
                f"{count(namesakes, 'other place')} {'is' if namesakes == 1 else 'are'} called so too; if one of them"
                f" was meant, 'geomap gazetteer remove {place.id}' and edit that one by its id."
            )
    # What it meets was told when it was added, and what it is not told to change stays as it is.
    notes = tuple(note for note in draft.notes if not note.startswith(("country ", "no town is ")))
    _tell_draft(replace(draft, namesakes=(), notes=notes), reporter)
    return _told(entry, file, options, reporter, itself=place.id)


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


def _remove(options: argparse.Namespace, reporter: Reporter) -> int:
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
    found = _entry(_own(options), name, reporter)
    if found is None:
        with open_layers(options, reporter) as gazetteer:
            known = gazetteer.place(name) or next(
                (c.place for c in gazetteer.candidates(name) if c.match != "demonym"), None
            )
        raise OverlayError(
            f"you have no place {name!r} of your own."
            + (
                f" {known.id} is {_LAYERS.get(known.layer, known.layer)}, which is never edited; correct it with"
                f" 'geomap gazetteer edit {known.id}'."
                if known
                else _nearest_own(_own(options), name)
            )
        )
    file, entry = found
    PlacesFile(file).remove(entry.place.id)
    reporter.note(f"removed {entry.place.name} ({entry.place.id}), row {entry.row}.")
    print_path(file)
    return 0


def _check(options: argparse.Namespace, reporter: Reporter) -> int:
    from dataclasses import asdict

    from geomap.gazetteer.checks import Finding, check_places
    from geomap.gazetteer.overlay import PlacesFile
    from geomap.pipeline import country_finder

    given = [Path(file) for file in options.files]
    files = given or _own(options)
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


def _export(options: argparse.Namespace, reporter: Reporter) -> int:
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
            files = _own(options)
        entries = [entry for file in files for entry in _whole(file)]
        if not entries:
            reporter.note("you have no places of your own yet; the file is empty.")
        number = export_places(entries, target)
    reporter.note(f"wrote {count(number, 'place')}.")
    print_path(target)
    return 0
