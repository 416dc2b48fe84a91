"""How inputs are named: in messages, safe for a terminal and in plain words, and as documents, each once."""

from __future__ import annotations

import difflib
import itertools
import os
from pathlib import Path

from geomap.text import visible

__all__ = ["did_you_mean", "plain", "shown", "unique"]


def unique(name: str, given: dict[str, int], suffix: str = "") -> str:
    """A ``doc_id`` that no other has: ``name`` and ``suffix``, with a number between them where it was given before.

    ``given`` remembers those that were; begin with an empty one.
    """
    made = whole = name + suffix
    while made in given:
        given[whole] += 1
        made = f"{name}-{given[whole]}{suffix}"
    given.setdefault(made, 1)
    return made


def shown(path: object) -> str:
    """A file name as it can be shown."""
    text = visible(str(path))
    return text if len(text) <= 300 else f"{text[:140]}...{text[-140:]}"


def plain(error: OSError) -> str:
    """Why the system refused, in plain words."""
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return (error.strerror or str(error) or type(error).__name__).lower()


def did_you_mean(path: Path) -> str:
    """Names in the same folder that are close to the missing one."""
    try:
        with os.scandir(path.parent) as entries:
            names = sorted(entry.name for entry in itertools.islice(entries, 5000))
    except OSError:
        return ""
    by_stem: dict[str, list[str]] = {}
    for name in names:
        by_stem.setdefault(Path(name).stem.lower(), []).append(name)
    # Stems are compared: a shared ".txt" makes nothing alike. 0.6 is difflib's own default.
    stems = difflib.get_close_matches(path.stem.lower(), by_stem, n=3, cutoff=0.6)
    close = [name for stem in stems for name in by_stem[stem]][:3]
    if not close:
        return ""
    return f"; did you mean {' or '.join(shown(path.parent / name) for name in close)}?"
