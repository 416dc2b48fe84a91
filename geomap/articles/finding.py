"""Which files an input names: patterns that no shell expanded, and the articles of a folder."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from geomap.articles.limits import SNIFF_BYTES
from geomap.articles.names import plain, shown
from geomap.errors import GeomapError, InputError
from geomap.folders import MANIFEST, PROJECT_FILE, PROJECT_PARTS
from geomap.rows import TABLE_MARK
from geomap.tables import open_table
from geomap.tables.objects import list_in

__all__ = ["files_of", "is_file", "is_folder", "is_pattern", "matches_of"]

# What geomap itself writes beside articles: tables of incidents, maps, TimeMap's files, the toponyms of documents,
# the inputs that gave no result, and the parts of a run.
_OWN_TABLE = re.compile(rb"(?:\xef\xbb\xbf)?" + rb"[,\t;]".join(rb'"?%b"?' % name.encode() for name in TABLE_MARK))
_TEXT = rb'(?:null|"(?:[^"\\]|\\.){0,2000}"),\s?'
_OWN_LINES = re.compile(rb'\{"doc_id":\s?%b"(?:toponyms"|mentions"|file":%b"position")' % (_TEXT, _TEXT))
_OWN_PAGE = b'<meta name="generator" content="geomap'
_OWN_NAMES = (".timemap.json", ".timemap-sources.json", ".timemap-associations.json")
_OWN_MANIFEST = b'{"geomap_batch":'


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; False, too, for a name that the system refuses (pathlib would raise)."""
    return os.path.isdir(path)  # noqa: PTH112


def is_file(path: Path) -> bool:
    """Whether there is such a regular file; False, too, for a name that the system refuses (pathlib would raise)."""
    return os.path.isfile(path)  # noqa: PTH113


def is_pattern(item: str) -> bool:
    """Whether an input may stand for several (``news/*.html``, ``**/*.txt``). A name that is there is that of a file,
    or of a link that leads nowhere."""
    return glob.has_magic(item) and not os.path.lexists(item)


def matches_of(pattern: str) -> list[Path]:
    """The files and folders that a pattern stands for, sorted; ``**`` reaches into folders.

    Names that begin with a full stop match only where the pattern has one there, as in a shell.
    """
    found = sorted(map(Path, glob.iglob(pattern, recursive=True)))  # noqa: PTH207
    # "**" gives the folders on the way, too; what is in them is given by itself.
    return [path for path in found if not is_folder(path)] if "**" in pattern else found


def files_of(
    folder: Path,
    suffixes: tuple[str, ...],
    *,
    skip: Callable[[Path], bool] | None,
    report: Callable[[GeomapError], None],
) -> Iterator[Path]:
    """The regular files of a folder that may be articles or tables, in the order of their paths.

    What geomap wrote itself is none, nor what a project keeps in its folder, nor what ``skip`` says, nor JSON that
    holds no list of objects (programs keep their settings so). A folder that cannot be read goes to ``report``.
    """

    def failed(error: OSError) -> None:
        report(InputError(f"{shown(error.filename or folder)}: {plain(error)}"))

    for parent, folders, files in os.walk(folder, onerror=failed):
        if MANIFEST in files and _head(Path(parent, MANIFEST)).startswith(_OWN_MANIFEST):
            folders.clear()
            continue
        own = PROJECT_PARTS if PROJECT_FILE in files else frozenset()
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in own)
        for name in sorted(set(files) - own):
            path = Path(parent, name)
            # Office leaves "~$report.docx" beside a document that is open.
            if path.suffix.lower() not in suffixes or name.startswith((".", "~$")):
                continue
            # A named pipe or a device in a folder would wait for ever; a dangling link is reported when opened.
            if not is_file(path) and os.path.exists(path):  # noqa: PTH110 - as in is_file
                continue
            if not (_is_aside(path) or (skip is not None and skip(path))):
                yield path


def _is_aside(path: Path) -> bool:
    """Whether a file is a result of geomap's, or JSON that nobody reads; False for what cannot be read: whoever reads
    it says why."""
    suffix, head = path.suffix.lower(), b""
    if suffix in (".csv", ".tsv", ".jsonl", ".ndjson", ".html", ".json"):
        head = _head(path)
    if suffix in (".csv", ".tsv"):
        return _OWN_TABLE.match(head) is not None
    if suffix in (".jsonl", ".ndjson"):
        return _OWN_LINES.match(head) is not None
    if suffix == ".json":
        return path.name.lower().endswith(_OWN_NAMES) or (bool(head) and list_in(head) is None)
    if suffix == ".xlsx":
        try:
            with open_table(path) as table:
                return table.columns[: len(TABLE_MARK)] == TABLE_MARK
        except (GeomapError, OSError):
            return False
    return suffix == ".html" and _OWN_PAGE in head


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(SNIFF_BYTES)
    except OSError:
        return b""
