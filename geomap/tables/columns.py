"""Names of columns: made distinct, compared without regard to case and punctuation, matched with what we look for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from geomap.tables.table import MAX_COLUMNS
from geomap.text import fold

__all__ = ["Header", "find_header", "guess_columns", "plain_name"]

_LONGEST_NAME = 100
# A row that stands above the names of the columns (a title, a date of export) fills fewer of them.
_HEADER_SHARE = 0.6
_NUMBER = re.compile(r"[+-]?[0-9][0-9 ,.]{0,30}")
_DATA = re.compile(r"(?:https?://|www\.)\S|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}")


def plain_name(column: str) -> str:
    """The name of a column as it is compared: no case, accents, blanks or punctuation."""
    return re.sub(r"[\W_]+", "", fold(column[:200]))


def guess_columns(header: Sequence[str], known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Our name → the table's column, for every column of ``header`` whose name is one of those that ``known`` has.

    Case, accents, spaces and punctuation do not matter. A column serves one purpose; where several would fit, the one
    that comes first in ``known`` is taken.
    """
    plain: dict[str, str] = {}
    for column in header:
        plain.setdefault(plain_name(column), column)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for ours, theirs in known.items():
        for candidate in theirs:
            column = plain.get(candidate, "")
            if column and column not in taken:
                found[ours] = column
                taken.add(column)
                break
    return found


class Header:
    """The names of the columns as found among the first rows. ``skipped`` rows stand before the first row of data,
    ``notes`` say what a person should know."""

    def __init__(self, names: Sequence[str], skipped: int, notes: Sequence[str]) -> None:
        self.names = tuple(names)
        self.skipped = skipped
        self.notes = list(notes)


def find_header(rows: Sequence[Sequence[str]], unit: str) -> Header:
    """The names of the columns among the first ``rows`` of a table.

    Rows above them (a title across the sheet, an empty row) are passed over. Where two rows of names stand above each
    other (a merged cell "Place" over "Town" and "Country"), they are joined. A table whose first row is data already
    gets ``column 1``, ``column 2`` and so on. Names that occur twice get a number.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    widest = max(filled, default=0)
    if not widest:
        return Header((), len(rows), ())
    at = next(i for i, count in enumerate(filled) if count >= max(_HEADER_SHARE * widest, min(2, widest)))
    notes = []
    above = [i + 1 for i in range(at) if filled[i]]
    if above:
        notes.append(f"{unit} {above[0]}{f' to {above[-1]}' if len(above) > 1 else ''} stands above the column names")
    names = [cell.strip() for cell in rows[at]]
    if _is_data(rows, at):
        notes.append("the first row is no row of column names: the columns are called column 1, column 2 …")
        return Header(_distinct([""] * len(names), []), at, notes)
    after = at + 1
    if after < len(rows) and _second_row_of_names(names, rows[after]):
        names = _joined(names, [cell.strip() for cell in rows[after]])
        notes.append(f"the column names stand in two rows, {unit} {at + 1} and {after + 1}")
        after += 1
    while names and not names[-1]:
        # Trailing columns without a name are there only if they hold something.
        column = len(names) - 1
        if any(len(row) > column and row[column].strip() for row in rows[after:]):
            break
        names.pop()
    return Header(_distinct(names, notes), after, notes)


def _is_data(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether the row that should name the columns holds numbers, dates or addresses where the next one does too."""
    below = rows[at + 1] if at + 1 < len(rows) else ()
    for column, cell in enumerate(rows[at]):
        text = cell.strip()
        if _DATA.match(text) or ("." in text and _NUMBER.fullmatch(text)):
            return True
        if text and _NUMBER.fullmatch(text) and column < len(below) and _NUMBER.fullmatch(below[column].strip() or "-"):
            return sum(bool(_NUMBER.fullmatch(one.strip() or "-")) for one in rows[at]) * 2 >= len(rows[at])
    return False


def _second_row_of_names(names: Sequence[str], row: Sequence[str]) -> bool:
    """Whether ``row`` goes on naming columns: it fills the gaps that a merged cell leaves, with words alone."""
    gaps = [i for i, name in enumerate(names) if not name and i < len(row)]
    cells = [cell.strip() for cell in row]
    return (
        bool(gaps)
        and all(cells[i] for i in gaps)
        and not all(cells[: len(names)])
        and all(len(cell) <= 40 and not any(c.isdigit() for c in cell) for cell in cells)
    )


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """What each column is called where two rows name it: by the lower one, else by the upper one."""
    width = max(len(upper), len(lower))
    return [(lower[i] if i < len(lower) else "") or (upper[i] if i < len(upper) else "") for i in range(width)]


def _distinct(names: Sequence[str], notes: list[str]) -> list[str]:
    """Printable names, each once; a remark goes to ``notes`` where some occurred twice."""
    from geomap.text import visible

    made: list[str] = []
    seen: set[str] = set()
    twice: list[str] = []
    for number, name in enumerate(names[:MAX_COLUMNS], 1):
        base = visible(" ".join(name.split()))[:_LONGEST_NAME] or f"column {number}"
        own, count = base, 1
        while own in seen:
            count += 1
            own = f"{base} ({count})"
        if count == 2 and name.strip():
            twice.append(base)
        seen.add(own)
        made.append(own)
    if twice:
        notes.append(f"columns that occur twice: {', '.join(twice[:5])}; the second is called {twice[0]} (2)")
    if len(names) > MAX_COLUMNS:
        notes.append(f"only the first {MAX_COLUMNS:,} of {len(names):,} columns are read")
    return made
