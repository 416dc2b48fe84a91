"""``geomap gazetteer``: the commands that look into the gazetteer, and the entry to those that change it."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from geomap.cli import imports, places
from geomap.cli.layers import open_layers
from geomap.cli.parsing import Parser, command, is_number, limit, settings_of
from geomap.cli.places import country_of
from geomap.cli.reporting import Reporter, count, plain, print_json, print_path, table

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer
    from geomap.records import Candidate, Place

__all__ = ["add_commands"]

# Neighbours tell a reader where a place is; more than a handful no longer do.
_NEIGHBOURS = 5


def add_commands(commands: Any, every: argparse.ArgumentParser) -> None:
    """Add ``gazetteer`` and its own commands to the parser."""
    made = command(commands, "gazetteer", "keep the gazetteer: add, import, search, check, export", every)
    actions = made.add_subparsers(
        title="commands", dest="action", metavar="COMMAND", parser_class=Parser, required=True
    )
    places.add_commands(actions, every)
    imports.add_commands(actions, every)
    made = command(actions, "search", "list the places that a name may mean, likeliest first", every)
    made.add_argument("name", nargs="+", metavar="NAME", help="a place name; several words are one name")
    made.add_argument("--country", metavar="CODE", help="only this country (two letters, such as DE)")
    made.add_argument("--near", metavar="PLACE", help="only around this place, or around coordinates")
    made.add_argument("--radius", metavar="KM", type=is_number, default=100.0, help="how far around it (default: 100)")
    made.add_argument("--type", metavar="TYPE", help="only this type: village, bridge, P, S.BDG …")
    made.add_argument("--limit", metavar="N", type=limit, default=20, help="at most so many (default: 20)")
    made.add_argument("--json", action="store_true", help="print JSON instead of a table")
    made.set_defaults(function=_search)
    made = command(actions, "show", "say all that is known of a place: names, position, where it is from", every)
    made.add_argument("place", nargs="+", metavar="PLACE", help="its id or name; several words are one name")
    made.add_argument("--country", metavar="CODE", help="of several so called, the one in this country")
    made.add_argument("--json", action="store_true", help="print JSON instead of words")
    made.set_defaults(function=_show)
    made = command(actions, "info", "say what the gazetteer holds, in what order, and where it is", every)
    made.add_argument("--json", action="store_true", help="print JSON instead of a table")
    made.set_defaults(function=_info)
    made = command(actions, "build", "build the world layer anew in the cache", every)
    made.set_defaults(function=_build)


def _row(candidate: Candidate) -> dict[str, Any]:
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


def _around(gazetteer: Gazetteer, text: str | None) -> tuple[float, float] | None:
    """The point that ``--near`` means: coordinates, or the likeliest place of that name."""
    if text is None:
        return None
    from geomap.errors import OverlayError
    from geomap.gazetteer.coordinates import parse_coordinates
    from geomap.gazetteer.keeping import find_place

    if any(character.isdigit() for character in text):
        try:
            return tuple(parse_coordinates(text))  # type: ignore[return-value]
        except OverlayError:
            if not any(character.isalpha() for character in text):
                raise
    place = find_place(gazetteer, text)
    return place.lat, place.lon


def _kind(text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) == 1:
        return text.upper()
    from geomap.gazetteer.kinds import kind_of

    kind = kind_of(text)
    if kind.feature_code == "PPL":
        # Nobody who looks for a village knows whether GeoNames calls it a seat of something.
        return "P"
    return f"{kind.feature_class}.{kind.feature_code}"


def _search(options: argparse.Namespace, reporter: Reporter) -> int:
    query = " ".join(options.name)
    country = country_of(options) or None
    kind = _kind(options.type)
    with open_layers(options, reporter) as gazetteer:
        found = gazetteer.search(
            query,
            country=country,
            near=_around(gazetteer, options.near),
            radius_km=options.radius,
            kind=kind,
            limit=options.limit,
        )
    reporter.finish()
    rows = [_row(candidate) for candidate in found]
    if options.json:
        print_json(rows)
        return 0
    if not rows:
        where = f" in {country}" if country else ""
        where += f" near {options.near}" if options.near else ""
        where += f" of type {kind}" if kind else ""
        reporter.note(f"the gazetteer has no place called {query!r}{where}; 'geomap gazetteer add' adds one.")
        return 0
    cells = [
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
    print(table(header, cells, right=frozenset({4, 5, 6})))
    return 0


def _own_row(place: Place, options: argparse.Namespace) -> tuple[str, int, dict[str, str]] | None:
    """Where the user keeps a place: the file, its row and the cells as they stand there."""
    from geomap.gazetteer.keeping import read_despite_faults
    from geomap.gazetteer.overlay import places_files

    for file, _ in places_files([path for path in settings_of(options).places_files if path.is_file()]):
        # What is wrong in it was told when the layers were opened.
        for entry in read_despite_faults(file, lambda _: None):
            if entry.place.id == place.id:
                return str(file), entry.row, {k: v for k, v in entry.cells.items() if v}
    return None


def _show(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.gazetteer.coordinates import format_coordinates
    from geomap.gazetteer.keeping import find_place
    from geomap.gazetteer.kinds import label_of
    from geomap.geo import distance_km

    text = " ".join(options.place)
    with open_layers(options, reporter) as gazetteer:
        place = find_place(gazetteer, text, country_of(options))
        others = [c.place for c in gazetteer.candidates(place.name) if c.place.id != place.id and c.match != "demonym"]
        around: list[Place] = []
        for p in gazetteer.near(place.lat, place.lon, 25.0, limit=50):
            # One town may stand in two layers under two names; the higher layer's is enough.
            if p.id != place.id and all(distance_km(p.lat, p.lon, q.lat, q.lon) > 0.5 for q in around):
                around.append(p)
        # The largest, so that a reader knows one of them; told nearest first.
        around = sorted(around[:_NEIGHBOURS], key=lambda p: distance_km(place.lat, place.lon, p.lat, p.lon))
    own = _own_row(place, options) if place.layer == "user" else None
    reporter.finish()
    record: dict[str, Any] = {
        "id": place.id,
        "name": place.name,
        "names": list(place.names),
        "type": label_of(place.feature_class, place.feature_code),
        "feature_class": place.feature_class,
        "feature_code": place.feature_code,
        "country_code": place.country_code or None,
        "admin1": place.admin1 or None,
        "admin2": place.admin2 or None,
        "population": place.population,
        "lat": place.lat,
        "lon": place.lon,
        "radius_km": place.radius_km,
        "layer": place.layer,
        "file": own[0] if own else None,
        "row": own[1] if own else None,
        "source": own[2].get("source") if own else None,
        "note": own[2].get("note") if own else None,
        "namesakes": len(others),
        "neighbours": [
            {"id": p.id, "name": p.name, "km": round(distance_km(place.lat, place.lon, p.lat, p.lon), 1)}
            for p in around
        ],
    }
    if options.json:
        print_json(record)
        return 0
    lines = {
        "id": place.id,
        "name": place.name,
        "other names": "; ".join(place.names),
        "type": f"{record['type']} ({place.feature_class}.{place.feature_code})",
        "where": ", ".join(dict.fromkeys(x for x in (place.admin2, place.admin1, place.country_code) if x)),
        "position": format_coordinates(place.lat, place.lon) + f", radius {place.radius_km:g} km",
        "population": f"{place.population:,}" if place.population is not None else "",
        "layer": place.layer + (f" ({own[0]}, row {own[1]})" if own else ""),
        "source": record["source"] or "",
        "note": record["note"] or "",
        "called so too": count(len(others), "other place") if others else "",
        "near": "; ".join(f"{n['name']} {n['km']:g} km" for n in record["neighbours"]),
    }
    width = max(map(len, lines))
    for key, value in lines.items():
        if value:
            print(f"{key:<{width}}  {plain(value)}")
    return 0


def _build(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.gazetteer import gazetteer_path, world_layer
    from geomap.pipeline import open_gazetteer_for

    settings = settings_of(options)
    started = time.monotonic()
    world_layer(cache_dir=settings.cache_dir, progress=reporter.progress, rebuild=True)
    # Opened as well: a places file with a fault is found now and not at the first map.
    open_gazetteer_for(settings, progress=reporter.progress, on_warning=reporter.warning).close()
    reporter.note(f"the gazetteer was built in {time.monotonic() - started:.0f} s.")
    print_path(gazetteer_path(settings.cache_dir))
    return 0


def _info(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.folders import imports_folder
    from geomap.gazetteer import gazetteer_path
    from geomap.gazetteer.importing.core import list_sources
    from geomap.gazetteer.keeping import read_despite_faults
    from geomap.gazetteer.overlay import places_files

    settings = settings_of(options)
    path = gazetteer_path(settings.cache_dir)
    with open_layers(options, reporter) as gazetteer:
        meta = gazetteer.meta()
        shipped = sum(place.layer == "overlay" for place in gazetteer.overlay)
    given = [file for file in settings.places_files if file.is_file()]
    own = places_files(given) if settings.own_places else []
    layers: list[dict[str, Any]] = []
    for file, word in own:
        faults: list[Exception] = []
        places = len(read_despite_faults(file, faults.append))
        # What is wrong was told when the layers were opened; here it only must not look whole.
        layers.append({"layer": word, "places": places, "path": str(file)} | ({"faulty": True} if faults else {}))
    layers.append({"layer": "shipped", "places": shipped, "path": "gazetteer/places.csv"})
    if settings.own_places:
        layers += [
            {"layer": f"import {s.name}", "places": s.places, "path": str(s.path)}
            for s in list_sources(imports_folder())
        ]
    layers.append({"layer": "world", "places": int(meta.get("places", 0)), "path": str(path)})
    reporter.finish()
    if options.json:
        print_json({"path": str(path), "bytes": path.stat().st_size, "layers": layers, **meta})
        return 0
    print("layers, the first that knows a place wins:\n")
    rows = [
        (str(n), one["layer"], f"{one['places']:,}", one["path"] + (" (faulty, see above)" if "faulty" in one else ""))
        for n, one in enumerate(layers, 1)
    ]
    print(table(("", "layer", "places", "file"), rows, right=frozenset({2})))
    print()
    width = max(map(len, meta))
    for key, value in {"bytes": f"{path.stat().st_size:,}", **meta}.items():
        if value:
            print(f"{key.replace('_', ' '):<{width}}  {plain(value)}")
    return 0
