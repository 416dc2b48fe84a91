"""How inputs are named in messages: file names made safe for a terminal, the system's refusals in plain words."""

from __future__ import annotations

import difflib
import itertools
import os
from pathlib import Path

__all__ = ["clean", "did_you_mean", "plain", "shown"]


def clean(text: str) -> str:
    """Text without what a terminal would obey or UTF-8 cannot hold: controls, bidi marks, lone surrogates."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def shown(path: object) -> str:
    """A file name as it can be shown."""
    text = clean(str(path))
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
