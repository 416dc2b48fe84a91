"""The gazetteer: an SQLite store built once into the user's cache, and the places that people lay over it.

Order of precedence: the files given with ``--places`` (first wins), the shipped overlay ``gazetteer/places.csv``,
the world layer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from geomap.errors import GazetteerError
from geomap.folders import cache_folder
from geomap.gazetteer.store import Gazetteer

__all__ = ["Gazetteer", "cache_folder", "gazetteer_path", "open_gazetteer"]


def gazetteer_path(cache_dir: Path | None = None) -> Path:
    """The file that this version of geomap and of its data packages builds and opens."""
    from geomap.gazetteer.build import digest

    return cache_folder(cache_dir) / f"gazetteer-{digest()}.sqlite"


def open_gazetteer(
    *,
    cache_dir: Path | None = None,
    places_files: Sequence[Path] = (),
    progress: Callable[[str, float], None] | None = None,
    rebuild: bool = False,
) -> Gazetteer:
    """Open the gazetteer, building it first where this version has none yet (about half a minute, once).

    ``places_files`` are the user's CSV files, outranking all else. ``progress(phrase, share)`` is called while
    building. A file that turns out to be damaged is rebuilt once. Raises :class:`GazetteerError`, and
    :class:`OverlayError` for a wrong row in a places file.
    """
    from geomap.gazetteer.build import build_gazetteer
    from geomap.gazetteer.overlay import read_places
    from geomap.resources import data_path

    overlay = [place for file in places_files for place in read_places(Path(file), "user")]
    overlay += read_places(data_path("gazetteer/places.csv"), "overlay")
    path = gazetteer_path(cache_dir)
    if rebuild or not path.exists():
        build_gazetteer(path, progress)
    try:
        return Gazetteer(path, overlay)
    except GazetteerError:
        # Truncated by a full disk or a crash of the machine: built anew, once.
        build_gazetteer(path, progress)
        return Gazetteer(path, overlay)
