"""Which files an input names: patterns that no shell expanded, and the articles of a folder."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from geomap.articles.names import plain, shown
from geomap.errors import GeomapError, InputError
from geomap.folders import PROJECT_FILE, PROJECT_PARTS

__all__ = ["files_of", "is_pattern", "matches_of"]

# What geomap itself writes beside articles: tables of incidents and the toponyms of documents.
_OWN_TABLE = re.compile(rb"(?:\xef\xbb\xbf)?(?:[\w\"]{1,40}[,\t;]){0,200}\"?(?:incident_id|event_id_cnty)\"?[,\t;\r\n]")
_OWN_LINES = re.compile(rb'\{"doc_id":\s?"(?:[^"\\]|\\.){0,2000}",\s?"(?:toponyms|mentions)":')
_OWN_PAGE = b'<meta name="generator" content="geomap'


def is_pattern(item: str) -> bool:
    """Whether an input that is no file may stand for several (``news/*.html``, ``**/*.txt``)."""
    return glob.has_magic(item)


def matches_of(pattern: str) -> list[Path]:
    """The files and folders that a pattern stands for, sorted; ``**`` reaches into folders.

    Names that begin with a full stop match only where the pattern has one there, as in a shell. Raises InputError
    where nothing matches.
    """
    found = sorted(map(Path, glob.iglob(pattern, recursive=True)))  # noqa: PTH207
    if "**" in pattern:
        # "**" gives the folders on the way, too; what is in them is given by itself.
        found = [path for path in found if not path.is_dir()]
    if not found:
        raise InputError(f"{shown(pattern)}: no file matches")
    return found


def files_of(
    folder: Path,
    suffixes: tuple[str, ...],
    *,
    skip: Callable[[Path], bool] | None,
    report: Callable[[GeomapError], None],
) -> Iterator[Path]:
    """The regular files of a folder that may be articles, in the order of their paths.

    What geomap wrote itself is none, nor what a project keeps in its folder, nor what ``skip`` says. A folder that
    cannot be read goes to ``report``.
    """

    def failed(error: OSError) -> None:
        report(InputError(f"{shown(error.filename or folder)}: {plain(error)}"))

    for parent, folders, files in os.walk(folder, onerror=failed):
        own = PROJECT_PARTS if PROJECT_FILE in files else frozenset()
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in own)
        for name in sorted(set(files) - own):
            path = Path(parent, name)
            # Office leaves "~$report.docx" beside a document that is open.
            if path.suffix.lower() not in suffixes or name.startswith((".", "~$")):
                continue
            # A named pipe or a device in a folder would wait for ever; a dangling link is reported when opened.
            if not path.is_file() and path.exists():
                continue
            if not (_is_own(path) or (skip is not None and skip(path))):
                yield path


def _is_own(path: Path) -> bool:
    """Whether a file is a result of geomap's and no article."""
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".tsv", ".jsonl", ".ndjson", ".html"):
        return False
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError:
        # Whoever reads it says why.
        return False
    if suffix == ".html":
        return _OWN_PAGE in head
    return (_OWN_TABLE if suffix in (".csv", ".tsv") else _OWN_LINES).match(head) is not None
