"""The project's folder: its files, its settings, and the lock that lets one command at a time write to it."""

from __future__ import annotations

import contextlib
import json
import os
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geomap.errors import OutputError, UsageError
from geomap.folders import PROJECT_FILE, find_project
from geomap.outputs import write_text
from geomap.settings import Settings, load_settings

__all__ = ["NAME", "SCHEMA", "ProjectFolder", "find_project", "init_project"]

NAME = PROJECT_FILE
SCHEMA = 1
"""The version of the folder's layout. A newer one is refused, an older one would be read."""

# What stands in a folder before it becomes a project and is no obstacle: the user's own files of these names.
_WELCOME = frozenset({"corrections.csv", "gazetteer", "settings.toml", "readme.md", "readme.txt", "license"})
_OWN_KEYS = ("schema", "title", "lang")

_TOML = """\
# A geomap project. You may edit this file.
schema = {schema}
title = {title}
# lang = "fr"              # the language of the map's own words

# The settings of every command on this project; they go before those of your settings.toml (docs/cli.md, Settings).
# home = "Dayton, Ohio"    # where the source of the articles is at home
# recognizer = "auto"
# boundaries = "neutral"
# kosovo_label = "Kosovo*"
# min_score = 0.2
# places = ["../other-places.csv"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFolder:
    """Where the files of a project are, and what its settings say. ``settings`` has the project's places in it."""

    root: Path
    title: str | None = None
    lang: str | None = None
    settings: Settings

    @property
    def articles(self) -> Path:
        """Every article that was added, with its text."""
        return self.root / "articles.jsonl"

    @property
    def coded(self) -> Path:
        """What each article gave."""
        return self.root / ".geomap" / "coded.jsonl"

    @property
    def corrections(self) -> Path:
        """What the user put right."""
        return self.root / "corrections.csv"

    @property
    def places(self) -> Path:
        """The user's places of this project."""
        return self.root / "gazetteer" / "places.csv"

    @property
    def incidents(self) -> Path:
        """The incidents, merged and corrected."""
        return self.root / "incidents.parquet"

    @property
    def map(self) -> Path:
        """The map."""
        return self.root / "output" / "map.html"

    @property
    def _lock(self) -> Path:
        return self.root / ".geomap" / "lock"

    def is_writable(self) -> bool:
        """Whether the project may be written to, as far as its permissions say."""
        kept = (self.root, self._lock.parent, self._lock, self.coded, self.articles)
        return all(os.access(path, os.W_OK) for path in kept if os.access(path, os.F_OK))

    @contextlib.contextmanager
    def locked(self, *, wait_s: float = 60.0, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold the project, so that no other command writes to it meanwhile.

        Where another holds it, ``on_wait`` is called once, and ``wait_s`` seconds are waited. The lock is the system's:
        it goes when its holder ends, however that comes about. Raises :class:`~geomap.errors.OutputError` where it is
        not to be had in time, and where the folder cannot be written to.
        """
        import filelock

        lock = filelock.FileLock(self._lock)
        try:
            self._lock.parent.mkdir(exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout:
                if on_wait is not None:
                    on_wait()
                lock.acquire(timeout=wait_s, poll_interval=0.1)
        except filelock.Timeout:
            raise OutputError(
                f"{self.root}: another geomap is still working on this project after {wait_s:g} s of waiting. Nothing"
                " was done; try again when it has finished, or wait longer with --wait SECONDS."
            ) from None
        except OSError as error:
            raise OutputError(
                f"{self.root}: the project cannot be written to ({error.strerror}). Free some space or see to its"
                " permissions; 'geomap project review' and 'geomap project status' work all the same."
            ) from error
        try:
            yield
        finally:
            lock.release()


def open_folder(root: Path | None = None, settings: Settings | None = None) -> ProjectFolder:
    """The project in the folder ``root`` (default: the one that the current folder is in).

    Its settings are laid over ``settings`` (default: the user's). Raises :class:`~geomap.errors.UsageError` where there
    is none, or where its file cannot be taken.
    """
    found = find_project() if root is None else Path(root)
    if found is None:
        raise UsageError(
            f"there is no project here: no {NAME} in {Path().resolve()} or above it. Make one with 'geomap project init"
            " FOLDER', or name one with --project FOLDER."
        )
    if not _is_file(found / NAME):
        raise UsageError(f"{found} is no project: it has no {NAME}. Make one with 'geomap project init {found}'.")
    found = found.resolve()
    own = _own_keys(found / NAME)
    base = load_settings(found / NAME, settings or load_settings(), but=_OWN_KEYS)
    return ProjectFolder(root=found, title=own.get("title"), lang=own.get("lang"), settings=replace(base, folder=found))


def _is_file(path: Path) -> bool:
    """Whether a file is there; False for a name that no system can hold."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _own_keys(path: Path) -> dict[str, Any]:
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not a TOML file ({error}). Mend it.") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    schema = given.get("schema", SCHEMA)
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise UsageError(f"{path}: schema = {schema!r} is no version of a project; it is {SCHEMA}.")
    if schema > SCHEMA:
        raise UsageError(
            f"{path}: the project is of version {schema}, made by a newer geomap; this one knows version {SCHEMA}."
            " Update geomap."
        )
    for key in ("title", "lang"):
        if key in given and not isinstance(given[key], str):
            raise UsageError(f"{path}: {key} = {given[key]!r} is of the wrong kind; put it in quotation marks.")
    return given


def init_project(root: Path, *, title: str | None = None) -> ProjectFolder:
    """Make a folder a project and return it.

    Raises :class:`~geomap.errors.UsageError` where it is one already, or holds anything that is not a project's, and
    :class:`~geomap.errors.OutputError` where it cannot be written to.
    """
    root = Path(root)
    if _is_file(root / NAME):
        raise UsageError(f"{root} is a project already; 'geomap project add INPUT…' adds articles to it.")
    try:
        others = sorted(one.name for one in root.iterdir()) if root.exists() else []
    except NotADirectoryError:
        raise UsageError(f"{root} is a file; name a new or an empty folder.") from None
    except OSError as error:
        raise UsageError(f"{root}: cannot be read ({error.strerror}).") from error
    foreign = [name for name in others if not name.startswith(".") and name.casefold() not in _WELCOME]
    if foreign:
        shown = ", ".join(foreign[:3]) + (" …" if len(foreign) > 3 else "")
        raise UsageError(
            f"{root} is not empty ({shown}). Name a new or an empty folder; articles are added from wherever they are."
        )
    words = json.dumps(" ".join((title or root.resolve().name).split()), ensure_ascii=False).replace("\x7f", "")
    write_text(root / NAME, _TOML.format(schema=SCHEMA, title=words))
    from geomap.corrections.rows import ABOUT, COLUMNS

    if not (root / "corrections.csv").exists():
        write_text(root / "corrections.csv", "\ufeff" + ABOUT + ",".join(COLUMNS) + "\n")
    try:
        (root / "gazetteer").mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{root / 'gazetteer'}: could not be made ({error.strerror}).") from error
    return open_folder(root)
