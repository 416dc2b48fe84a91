"""Which layers of the gazetteer, and which file of places, a command of ``geomap gazetteer`` works on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.cli.parsing import settings_of
from geomap.cli.reporting import Reporter
from geomap.errors import UsageError

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer

__all__ = ["LAYERS", "NAMESAKES", "chosen_file", "open_layers"]

NAMESAKES = 5
"""So many namesakes are told of; the rest are counted."""
LAYERS = {
    "overlay": "shipped with geomap",
    "import": "of an import",
    "world": "of the world layer",
    "user": "one of yours",
}
"""Where a place that is not the user's own is from, in words."""


def chosen_file(options: argparse.Namespace) -> Path:
    """The file that a new place goes into."""
    from geomap.folders import find_project, user_places_folder

    given = getattr(options, "places", ())
    if options.project and given:
        raise UsageError("--project and --places name two files; give one of them.")
    if given:
        return Path(given[0])
    if options.project:
        # In a project's folder, or anywhere below it, the project's own; else the current folder's.
        root = find_project()
        at_hand = root is None or root == Path().resolve()
        return (Path() if at_hand or root is None else root) / "gazetteer" / "places.csv"
    return user_places_folder() / "places.csv"


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
