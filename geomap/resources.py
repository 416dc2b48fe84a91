"""Where the files that people read and edit are: ``gazetteer/`` and ``examples/``.

In a checkout (and so in an editable install) they are top-level folders beside the package; in a wheel they
are inside it, at ``geomap/_data/``. Nothing here depends on the current folder.
"""

from __future__ import annotations

from pathlib import Path

from geomap.errors import GeomapError

__all__ = ["data_path"]

_PACKAGE = Path(__file__).resolve().parent


def data_path(name: str) -> Path:
    """The path of a file or folder shipped with geomap, such as ``gazetteer/places.csv``.

    The checkout wins where it holds the file, so that an edit shows at once. Raises
    :class:`~geomap.errors.GeomapError` where the installation lacks it or ``name`` leads out of it.
    """
    relative = Path(name)
    if relative.is_absolute() or ".." in relative.parts:
        raise GeomapError(f"{name!r} is not a name of a file shipped with geomap.")
    # The checkout is recognised by its pyproject: in site-packages the package's parent may hold an
    # unrelated folder called "examples".
    roots = [_PACKAGE / "_data"]
    if (_PACKAGE.parent / "pyproject.toml").is_file():
        roots.insert(0, _PACKAGE.parent)
    for root in roots:
        if (found := root / relative).exists():
            return found
    looked = " nor ".join(str(root / relative) for root in roots)
    raise GeomapError(f"This installation of geomap lacks {name}: not at {looked}. Reinstall it (pip install .).")
