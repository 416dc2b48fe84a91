"""Where geomap keeps what is not part of the installation: four folders, each movable.

==========  =====================================  ==========================================================
folder      holds                                  where
==========  =====================================  ==========================================================
cache       the built world layer (rebuilt alone)  ``GEOMAP_CACHE``, or ``GEOMAP_HOME``/cache, or the platform's
config      ``settings.toml``, your places         ``GEOMAP_HOME``/config, or the platform's folder
data        imported gazetteers, looked-up names   ``GEOMAP_HOME``/data, or the platform's folder
state       which names the last run met           ``GEOMAP_HOME``/state, or the platform's folder
==========  =====================================  ==========================================================

Nothing is created by asking.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = [
    "MANIFEST",
    "PROJECT_FILE",
    "PROJECT_PARTS",
    "cache_folder",
    "config_folder",
    "data_folder",
    "find_project",
    "imports_folder",
    "state_folder",
    "user_places_folder",
]


def _folder(kind: str) -> Path:
    if home := os.environ.get("GEOMAP_HOME"):
        return Path(home) / kind
    # Imported here: it takes 5 ms, and a test or a server that sets GEOMAP_HOME never needs it.
    import platformdirs

    found: Path = getattr(platformdirs, f"user_{kind}_path")("geomap")
    return found


def cache_folder(cache_dir: Path | None = None) -> Path:
    """Where the built gazetteer lives: the argument, ``GEOMAP_CACHE``, or the cache folder of this user."""
    if cache_dir is not None:
        return cache_dir
    if os.environ.get("GEOMAP_CACHE"):
        return Path(os.environ["GEOMAP_CACHE"])
    return _folder("cache")


def config_folder() -> Path:
    """Where the user's settings and places are; meant to be backed up and shared."""
    return _folder("config")


def user_places_folder() -> Path:
    """The folder of the user's own CSV files of places: ``gazetteer`` in the config folder."""
    return config_folder() / "gazetteer"


def data_folder() -> Path:
    """Where imported gazetteers and answers of online geocoders are kept; survives upgrades."""
    return _folder("data")


def imports_folder() -> Path:
    """The folder of imported gazetteers, one SQLite file a source: ``imports`` in the data folder."""
    return data_folder() / "imports"


def state_folder() -> Path:
    """Where it is remembered which names the last run met (for ``gazetteer add``); safe to delete."""
    return _folder("state")


MANIFEST = "manifest.jsonl"
"""The file that lists the parts of a run into a folder (see :mod:`geomap.batch.parts`)."""
PROJECT_FILE = "geomap-project.toml"
"""The file that makes a folder a project (see :mod:`geomap.project`)."""
PROJECT_PARTS = frozenset({"articles.jsonl", "corrections.csv", "gazetteer", "incidents.parquet", "output"})
"""What else a project's folder holds that is no article: its files and its folders."""


def find_project(start: Path | None = None) -> Path | None:
    """The folder of the project that ``start`` (default: the current folder) is in: itself or one above it."""
    here = (start or Path()).resolve()
    for folder in (here, *here.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    return None
