"""``geomap gazetteer``: the commands that keep the gazetteer."""

from __future__ import annotations

import argparse
import contextlib
import time
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import Parser, command, limit, settings_of
from geomap.cli.reporting import Reporter, plain, print_json, print_path, table

if TYPE_CHECKING:
    from geomap.records import Candidate

__all__ = ["add_commands"]


def add_commands(commands: Any, every: argparse.ArgumentParser) -> None:
    """Add ``gazetteer`` and its own commands to the parser."""
    made = command(commands, "gazetteer", "keep the gazetteer: add, import, search, check, export", every)
    actions = made.add_subparsers(
        title="commands", dest="action", metavar="COMMAND", parser_class=Parser, required=True
    )
    made = command(actions, "build", "build the gazetteer anew in the cache", every)
    made.set_defaults(function=_gazetteer_build)
    made = command(actions, "search", "list the places that a name may mean, likeliest first", every)
    made.add_argument("name", nargs="+", metavar="NAME", help="a place name; several words are one name")
    made.add_argument("--country", metavar="CODE", help="only this country (two letters, such as DE)")
    made.add_argument("--limit", metavar="N", type=limit, default=20, help="at most so many (default: 20)")
    made.add_argument("--json", action="store_true", help="print JSON instead of a table")
    made.set_defaults(function=_gazetteer_search)
    made = command(actions, "info", "say what the gazetteer holds and where it is", every)
    made.add_argument("--json", action="store_true", help="print JSON instead of a table")
    made.set_defaults(function=_gazetteer_info)


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


def _open_gazetteer(options: argparse.Namespace, reporter: Reporter) -> Any:
    from geomap.gazetteer import open_gazetteer

    settings = settings_of(options)
    return contextlib.closing(
        open_gazetteer(cache_dir=settings.cache_dir, places_files=settings.places_files, progress=reporter.progress)
    )


def _gazetteer_search(options: argparse.Namespace, reporter: Reporter) -> int:
    query = " ".join(options.name)
    country = getattr(options, "country", None)
    with _open_gazetteer(options, reporter) as gazetteer:
        found = gazetteer.search(query, country=country.upper() if country else None, limit=options.limit)
    reporter.finish()
    rows = [_candidate_row(candidate) for candidate in found]
    if getattr(options, "json", False):
        print_json(rows)
        return 0
    if not rows:
        where = f" in {country.upper()}" if country else ""
        reporter.note(f"the gazetteer has no place called {query!r}{where}.")
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


def _gazetteer_build(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.gazetteer import gazetteer_path, open_gazetteer

    settings = settings_of(options)
    started = time.monotonic()
    # Opened as well as built: a places file with a fault is found now and not at the first map.
    open_gazetteer(
        cache_dir=settings.cache_dir,
        places_files=settings.places_files,
        progress=reporter.progress,
        rebuild=True,
    ).close()
    reporter.note(f"the gazetteer was built in {time.monotonic() - started:.0f} s.")
    print_path(gazetteer_path(settings.cache_dir))
    return 0


def _gazetteer_info(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.gazetteer import gazetteer_path

    path = gazetteer_path(settings_of(options).cache_dir)
    with _open_gazetteer(options, reporter) as gazetteer:
        info = {
            "path": str(path),
            "bytes": str(path.stat().st_size),
            "overlay_places": str(len(gazetteer.overlay)),
        }
        info |= gazetteer.meta()
    reporter.finish()
    if getattr(options, "json", False):
        print_json(info)
        return 0
    width = max(map(len, info))
    for key, value in info.items():
        print(f"{key.replace('_', ' '):<{width}}  {plain(value)}")
    return 0
