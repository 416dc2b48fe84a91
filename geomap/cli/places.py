"""``geomap gazetteer add`` and ``edit``; ``remove``, ``check`` and ``export`` only declared."""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.files import own_entry, own_files, run_check, run_export, run_remove
from geomap.cli.layers import LAYERS, NAMESAKES, chosen_file, open_layers
from geomap.cli.parsing import Parser, command, is_number
from geomap.cli.reporting import Reporter, count, plain, print_json, write_stdout
from geomap.errors import OverlayError, UsageError

if TYPE_CHECKING:
    from geomap.gazetteer.coordinates import Coordinates
    from geomap.gazetteer.keeping import Draft, Namesake
    from geomap.gazetteer.overlay import PlaceEntry
    from geomap.records import Place

__all__ = ["add_commands", "country_of", "whole_number"]

# A place that is moved further than that may be in another division of its country, which is then the nearest town's.
_MOVED_KM = 10.0


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
    made.set_defaults(function=run_remove)

    made = command(actions, "check", "look for mistakes in places files: what is wrong and how to mend it", every)
    made.add_argument("files", nargs="*", default=[], metavar="FILE", help="places files (default: all of your own)")
    made.add_argument("--json", action="store_true", help="print JSON instead of lines")
    made.set_defaults(function=run_check)

    made = command(actions, "export", "write your places to a file for another program or another person", every)
    made.add_argument(
        "output", metavar="FILE", help="ends in .csv, .tsv (LP-TSV), .lpf.json (Linked Places), .geojson or .gpkg"
    )
    made.add_argument("--shipped", action="store_true", help="the places shipped with geomap instead of your own")
    made.add_argument("--source", metavar="NAME", help="the places of an import instead of your own")
    _target(made)
    made.set_defaults(function=run_export)


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
            shown = "; ".join(_shown_namesake(n) for n in told[:NAMESAKES])
            more = f"; and {len(told) - NAMESAKES:,} more" if len(told) > NAMESAKES else ""
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
    file = chosen_file(options)
    aliases = _variants(options.alias)
    with open_layers(options, reporter, file) as gazetteer:
        if options.id and (former := gazetteer.place(options.id)) is not None:
            if former.layer == "user":
                raise OverlayError(
                    f"--id {options.id}: {former.name} of yours has that id. Choose another, or change that one with "
                    f"'geomap gazetteer edit {options.id}'."
                )
            reporter.note(
                f"{options.id} is {former.name}, {LAYERS.get(former.layer, former.layer)}; yours replaces it."
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
    found = own_entry(own_files(options), name, reporter)
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
        file = chosen_file(options)
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
