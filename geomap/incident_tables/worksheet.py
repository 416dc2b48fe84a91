"""The names that nobody knows as a places file to fill in: with lat and lon it is one of the user's gazetteer."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from geomap.incident_tables.reading import Unresolved
from geomap.outputs import write_bytes
from geomap.text import fold, spreadsheet_safe

__all__ = ["write_unresolved"]

# The columns of gazetteer/places.csv that a person may want to fill in.
_COLUMNS = (
    "id",
    "title",
    "lon",
    "lat",
    "variants",
    "feature_class",
    "feature_code",
    "ccodes",
    "admin1",
    "source",
    "note",
)


def write_unresolved(names: Iterable[Unresolved], path: Path, code_of: Callable[[str], str]) -> Path:
    """Write ``names`` to a CSV in the columns of a places file, lon and lat left to be filled in; atomic.

    ``code_of`` gives the two-letter code of a country as a table writes it, "" for none. Given to ``geomap gazetteer
    import``, or with ``--places`` once every row has a position, the file places them. Raises
    :class:`~geomap.errors.OutputError`.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    for one in names:
        base = "user:" + (re.sub(r"\W+", "-", fold(one.name)).strip("-")[:60] or "place")
        ident = base
        while ident in taken:
            numbers[base] += 1
            ident = f"{base}-{numbers[base] + 1}"
        taken.add(ident)
        times = "1 row" if one.rows == 1 else f"{one.rows} rows"
        note = f"in {times} of {one.file.rsplit('/', 1)[-1]}, first {one.first}: {one.why}"
        cells = (ident, one.name, "", "", "", "", "", code_of(one.country), one.admin1, "", note)
        writer.writerow([spreadsheet_safe(_line(cell)) for cell in cells])
    return write_bytes(path, buffer.getvalue().encode("utf-8", "replace"))


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
