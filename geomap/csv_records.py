"""Records of CSV, each cell of a length that the caller sets: the standard library knows one limit for all readers."""

from __future__ import annotations

import csv
from collections.abc import Iterator

__all__ = ["next_record"]


def next_record(reader: Iterator[list[str]], longest: int) -> list[str]:
    """The next record of a ``csv.reader`` whose cells hold at most ``longest`` characters.

    ``csv.field_size_limit`` holds for the whole process; it is put back at once, so that files read in turn do not
    lend each other theirs. Raises ``csv.Error`` for a longer cell and ``StopIteration`` at the end.
    """
    before = csv.field_size_limit(longest)
    try:
        return next(reader)
    finally:
        csv.field_size_limit(before)
