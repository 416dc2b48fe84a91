"""The gazetteer: an SQLite store built once into the user's cache, and what people lay over it.

Order of precedence, the first that knows a place wins:

1. the files given with ``--places``, in their order
2. ``gazetteer/*.csv`` of the current folder, a project's places
3. ``gazetteer/*.csv`` of the user's config folder (see :mod:`geomap.folders`)
4. the shipped overlay ``gazetteer/places.csv``
5. imported sources, the newest first
6. the world layer
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from geomap.errors import GazetteerError
from geomap.folders import cache_folder, imports_folder
from geomap.gazetteer.store import Gazetteer

__all__ = ["Gazetteer", "cache_folder", "gazetteer_path", "open_gazetteer", "world_layer"]


def gazetteer_path(cache_dir: Path | None = None) -> Path:
    """The file that this version of geomap and of its data packages builds and opens."""
    from geomap.gazetteer.build import digest

    return cache_folder(cache_dir) / f"gazetteer-{digest()}.sqlite"


def world_layer(
    *,
    cache_dir: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
    rebuild: bool = False,
) -> Path:
    """The file of the world layer, built first where this version has none yet (about half a minute, once)."""
    path = gazetteer_path(cache_dir)
    if rebuild or not path.exists():
        from geomap.gazetteer.build import build_gazetteer

        build_gazetteer(path, progress)
    return path


def open_gazetteer(
    *,
    cache_dir: Path | None = None,
    places_files: Sequence[Path] = (),
    own_places: bool = True,
    progress: Callable[[str, float], None] | None = None,
    on_warning: Callable[[GazetteerError], None] | None = None,
    rebuild: bool = False,
    project: Path | None = None,
) -> Gazetteer:
    """Open the gazetteer with all its layers, building the world layer first where there is none yet.

    ``places_files`` are the user's CSV files, outranking all else. ``own_places=False`` leaves out the places of the
    project, of the user's folder and all imports; ``project`` is the project's folder, None for the current one.
    ``progress(phrase, share)`` is called while building, ``on_warning`` with the imports that cannot be used. A world
    layer that turns out to be damaged is rebuilt once. Raises :class:`GazetteerError`, and :class:`OverlayError` for a
    wrong row in a places file.
    """
    from geomap.gazetteer.importing.core import source_files
    from geomap.gazetteer.overlay import places_files as find_places_files
    from geomap.gazetteer.overlay import read_all, read_places
    from geomap.resources import data_path

    files = (
        find_places_files(places_files, project=project)
        if own_places
        else [(Path(file), "given") for file in places_files]
    )
    of_files = [read_all([file]) for file in files]
    of_files.append(read_places(data_path("gazetteer/places.csv"), "overlay"))
    overlay = [place for places in of_files for place in places]
    numbers = [number for number, places in enumerate(of_files) for _ in places]
    imports: Sequence[Path] = ()
    if own_places:
        sources = source_files(imports_folder())
        imports = sources.usable
        for problem in sources.problems:
            if on_warning is not None:
                on_warning(GazetteerError(problem))
    path = world_layer(cache_dir=cache_dir, progress=progress, rebuild=rebuild)
    try:
        return Gazetteer(path, overlay, imports, numbers)
    except GazetteerError as error:
        # Truncated by a full disk or a crash of the machine: built anew, once. A damaged import is not ours to mend.
        if str(path) not in str(error):
            raise
        world_layer(cache_dir=cache_dir, progress=progress, rebuild=True)
        return Gazetteer(path, overlay, imports, numbers)
