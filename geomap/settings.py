"""Settings: one frozen record, passed explicitly; there is no global to mutate.

What a user wants in every run stands in ``settings.toml`` in the config folder (see :mod:`geomap.folders`)::

    boundaries = "neutral"
    kosovo_label = "Kosovo*"
    min_score = 0.2
    online = "nominatim"        # off unless it stands here or is asked for
    places = ["~/maps/my-places.csv"]
    recognizer = "auto"
    home = "Dayton, Ohio"       # where the source of the articles is at home

The command line goes before the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geomap.errors import UsageError
from geomap.folders import config_folder

__all__ = ["Settings", "load_settings", "settings_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run may be told.

    ``published`` is an ISO date that overrides what the articles say of themselves. ``places_files`` are the
    user's CSV files of places, first wins. ``own_places`` is false to leave out the places files of the project and
    the user's folder and all imports, as for a run that others must be able to repeat. ``cache_dir`` holds the built
    gazetteer. ``model`` is the name of an installed spaCy package, or ``"gazetteer"`` for no model. ``min_score``
    drops resolutions that are less sure. ``online`` names an online geocoder to ask for names that nothing resolves;
    None, the default, asks nobody. ``fetch_links`` has what a feed or list only begins or names fetched from its
    address; it can't be set in the file, so that nothing is fetched unasked. ``home`` is where the articles' source is
    at home: a place, "lat,lon" or a country code; ``learn_home`` has it learnt for each source from its other articles,
    for which the batch is read twice.
    ``boundaries`` is the view of contested areas that maps are drawn in,
    ``kosovo_label`` how Kosovo is labelled, None for the view's own label. ``corrections_files`` are CSV files of what
    the user put right. ``columns`` says which column of a table holds what, as pairs
    ("text", "body"). ``folder`` is the one whose ``gazetteer/*.csv`` are read, None for the current one.
    """

    published: str | None = None
    places_files: tuple[Path, ...] = ()
    own_places: bool = True
    cache_dir: Path | None = None
    model: str = "auto"
    min_score: float = 0.0
    online: str | None = None
    fetch_links: bool = False
    home: str | None = None
    learn_home: bool = False
    boundaries: str = "neutral"
    kosovo_label: str | None = None
    corrections_files: tuple[Path, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    folder: Path | None = None


# Key of the file → (field, type that TOML must give).
_KEYS: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "boundaries": ("boundaries", str),
    "corrections": ("corrections_files", list),
    "home": ("home", str),
    "kosovo_label": ("kosovo_label", str),
    "learn_home": ("learn_home", bool),
    "min_score": ("min_score", (int, float)),
    "online": ("online", str),
    "places": ("places_files", list),
    "recognizer": ("model", str),
}


def settings_file() -> Path:
    """Where the user's settings are read from; the file need not exist."""
    return config_folder() / "settings.toml"


def load_settings(path: Path | None = None, base: Settings | None = None, *, but: Collection[str] = ()) -> Settings:
    """The settings of a TOML file (default: :func:`settings_file`) laid over ``base`` (default: the built-in ones).

    Where there is no such file they are those of ``base``. Keys in ``but`` are left to others.

    Raises :class:`~geomap.errors.UsageError` naming file, key and remedy for anything it cannot take.
    """
    source = path or settings_file()
    try:
        with source.open("rb") as file:
            given = tomllib.load(file)
    except FileNotFoundError:
        return base or Settings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{source}: not a TOML file ({error}). Mend or remove it.") from error
    except OSError as error:
        raise UsageError(f"{source}: cannot be read ({error.strerror}).") from error
    known = _known(source, {key: value for key, value in given.items() if key not in but})
    return replace(base or Settings(), **{_KEYS[key][0]: _value(source, key, value) for key, value in known.items()})


def _known(source: Path, given: dict[str, Any]) -> dict[str, Any]:
    for key in given:
        if key not in _KEYS:
            from difflib import get_close_matches

            near = get_close_matches(key, _KEYS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_KEYS)}."
            raise UsageError(f"{source}: there is no setting {key!r}; {hint}")
    return given


def _value(source: Path, key: str, value: Any) -> Any:
    fits: bool = isinstance(value, _KEYS[key][1]) and isinstance(value, bool) == (_KEYS[key][1] is bool)
    if not fits:
        raise UsageError(f"{source}: {key} = {value!r} is of the wrong kind; see the example in docs/cli.md.")
    if key == "min_score" and not 0.0 <= value <= 1.0:
        raise UsageError(f"{source}: min_score = {value} is not between 0 and 1.")
    if key in ("places", "corrections"):
        if not all(isinstance(one, str) for one in value):
            raise UsageError(f'{source}: {key} must be a list of file names, such as ["my-{key}.csv"].')
        # Relative to the settings, not to wherever geomap happens to be run.
        return tuple(source.parent / Path(one).expanduser() for one in value)
    return value
