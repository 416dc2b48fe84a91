"""Which column of a table says what of an incident: guessed from the names, shown, and overridden by the user."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from geomap.errors import DateError, UsageError
from geomap.lexicons import load_json
from geomap.tables import Row, guess_columns, plain_name
from geomap.tables.dates import DAY_FIRST, read_span

__all__ = ["FIELDS", "Layout", "lay_out"]

_LEXICON = load_json("table_columns.json")
_NAMES: Mapping[str, Sequence[str]] = MappingProxyType(_LEXICON["incidents"])
FIELDS: tuple[str, ...] = tuple(_NAMES)
"""What a column of a table of incidents may hold."""

# Columns whose number says what UCDP and GTD code: where_prec, specificity (1 exact … 5 unknown).
_UCDP_PRECISION = ("whereprec", "specificity")
# Columns that name settlements: of a town and a district of one name, the town is meant.
_SETTLEMENTS = frozenset(_LEXICON["settlements"])
# What a column is called in the note that is shown.
_SHOWN = {
    "lat": "latitude", "lon": "longitude", "date_end": "end date", "admin1": "first-level division",
    "admin2": "second-level division", "actor1": "actor", "actor2": "target", "deaths_low": "deaths (low)",
    "deaths_high": "deaths (high)", "time_precision": "time precision",
}  # fmt: skip
# Names that say what a column holds only where nothing better does, such as that of a person.
_WEAK_PLACES = frozenset(_LEXICON["weak"])
_NO_VALUE = ("", "none", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a table of incidents was understood: our field → its column. ``by_values`` are fields found by what their
    column holds, ``given`` those that the user named, ``unseen`` those whose column is empty in the first rows."""

    mapping: Mapping[str, str]
    by_values: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    unseen: frozenset[str] = frozenset()

    def cell(self, row: Row, field: str) -> str:
        """What a row has in the column of a field; "" where there is none."""
        column = self.mapping.get(field)
        return row.cells.get(column, "") if column is not None else ""

    def columns(self) -> list[str]:
        """The columns that are used."""
        return list(self.mapping.values())

    @property
    def has_coordinates(self) -> bool:
        """Whether columns give positions."""
        return _has_coordinates(self.mapping)

    @property
    def has_places(self) -> bool:
        """Whether columns tell where something happened."""
        return self.has_coordinates or any(field in self.mapping for field in ("place", "admin1", "admin2"))

    @property
    def settlement(self) -> bool:
        """Whether the places are towns and villages by the name of their column."""
        return plain_name(self.mapping.get("place", "")) in _SETTLEMENTS

    @property
    def strong(self) -> bool:
        """Whether the names of the columns leave no doubt that places are told, as "name" and "title" do."""
        seen = self.mapping.keys() - self.unseen
        return _has_coordinates(seen) or (
            "place" in seen
            and (plain_name(self.mapping["place"]) not in _WEAK_PLACES or "place" in self.given or "country" in seen)
        )

    @property
    def precision_is_ucdp(self) -> bool:
        """Whether the precision is coded as UCDP codes it, 1 to 7, not as ACLED does, 1 to 3."""
        return plain_name(self.mapping.get("precision", "")) in _UCDP_PRECISION

    def told(self) -> str:
        """The mapping in words: "place from 'town', date from 'event_date'"."""
        parts = [
            f"{_SHOWN.get(field, field)} from '{column}'" + (" (by its values)" if field in self.by_values else "")
            for field, column in self.mapping.items()
        ]
        return ", ".join(parts)


def _has_coordinates(fields: Container[str]) -> bool:
    return ("lat" in fields and "lon" in fields) or "coordinates" in fields


def lay_out(
    columns: Sequence[str],
    sample: Sequence[Row],
    given: Mapping[str, str],
    *,
    name: str,
    is_place: Callable[[str], bool] | None = None,
    is_country: Callable[[str], bool] | None = None,
) -> Layout:
    """Which of ``columns`` says what of an incident.

    ``given`` is what the user said (our field → column; an empty column for "none"); ``sample`` are the first rows.
    Where no column is named like a place or a country, ``is_place`` and ``is_country`` tell of values whether they are
    one. Raises :class:`~geomap.errors.UsageError` for a column that ``given`` names and the table has not.
    """
    named = {field: _meant(columns, column, field, name) for field, column in given.items() if field in FIELDS}
    taken = set(named.values())
    empty = {column for column in columns if not any(row.cells.get(column) for row in sample)} if sample else set()
    # A column that is empty in the first rows may be filled in later ones; of two, the one that is filled counts.
    mapping: dict[str, str] = {}
    for some in ([one for one in columns if one not in empty], [one for one in columns if one in empty]):
        wanted = {field: names for field, names in _NAMES.items() if field not in named and field not in mapping}
        mapping |= guess_columns([one for one in some if one not in taken], wanted)
    for field in [one for one in mapping if one in _LOOKS_LIKE]:
        values = [value for row in sample if (value := row.cells.get(mapping[field], ""))]
        if values and sum(map(_LOOKS_LIKE[field], values)) * 2 < len(values):
            del mapping[field]
    # GTD's year, month and day make a date; beside a date they only repeat it.
    filled = {field for field, column in mapping.items() if column not in empty}
    if "date" in filled or "year" not in mapping:
        for field in ("year", "month", "day"):
            mapping.pop(field, None)
    by_values: list[str] = []
    free = [
        column for column in columns if column not in mapping.values() and column not in taken and column not in empty
    ]
    no_place = "place" not in mapping and "place" not in named
    if no_place and is_place is not None and not {"lat", "lon"} <= filled:
        found = _by_values(free, sample, is_place)
        if found:
            mapping["place"] = found
            free.remove(found)
            by_values.append("place")
    if "country" not in mapping and "country" not in named and is_country is not None:
        found = _by_values(free, sample, is_country)
        if found:
            mapping["country"] = found
            by_values.append("country")
    if "description" not in mapping and "description" not in named:
        taken_now = {*mapping.values(), *taken}
        told = next((one for one in free if one not in taken_now and _is_prose(one, sample)), "")
        if told:
            mapping["description"] = told
            by_values.append("description")
    mapping |= {field: column for field, column in named.items() if column}
    ordered = {field: mapping[field] for field in FIELDS if field in mapping}
    return Layout(
        mapping=MappingProxyType(ordered),
        by_values=tuple(by_values),
        given=tuple(field for field in ordered if field in named),
        unseen=frozenset(field for field, column in ordered.items() if column in empty),
    )


_SERIAL = re.compile(r"[2-6][0-9]{4}(?:\.[0-9]{1,12})?")
_HAS_NUMBER = re.compile(r"[0-9]")


def _is_degrees(value: str) -> bool:
    try:
        return abs(float(value.replace(",", "."))) <= 180.0
    except ValueError:
        return any(mark in value for mark in "°º'′") and _HAS_NUMBER.search(value) is not None


def _is_date(value: str) -> bool:
    try:
        read_span(value, DAY_FIRST)
    except DateError as error:
        return "no such day" in str(error) or "no day" in str(error)
    return True


# A column that is named like these must hold such values, in half of the rows that have any: "x" is a letter, "data"
# the Italian for a date.
_LOOKS_LIKE: Mapping[str, Callable[[str], bool]] = {
    "lat": _is_degrees,
    "lon": _is_degrees,
    "coordinates": lambda value: len(_HAS_NUMBER.findall(value)) >= 2,
    "date": lambda value: _is_date(value) or bool(_SERIAL.fullmatch(value)),
    "date_end": lambda value: _is_date(value) or bool(_SERIAL.fullmatch(value)),
    **dict.fromkeys(("year", "month", "day", "deaths", "deaths_low", "deaths_high", "injured", "crowd", "detained"),
                    lambda value: _HAS_NUMBER.search(value) is not None),
}  # fmt: skip


def _meant(columns: Sequence[str], wanted: str, field: str, name: str) -> str:
    """The column that a user means, as written or else whatever its case and punctuation; "" where none is meant."""
    if wanted.lower() in _NO_VALUE:
        return ""
    if wanted in columns:
        return wanted
    found = next((column for column in columns if plain_name(column) == plain_name(wanted) != ""), None)
    if found is None:
        listed = ", ".join(f"'{one}'" for one in columns[:12]) + (", …" if len(columns) > 12 else "")
        raise UsageError(f"{name}: there is no column '{wanted[:60]}' for {field}; the table has {listed}.")
    return found


_PLAIN_TEXT = re.compile(r"[^0-9@:/\\]{2,60}")


def _is_prose(column: str, sample: Sequence[Row]) -> bool:
    """Whether most cells of a column hold several words: nothing else in a table is written so but what happened."""
    values = [value for row in sample[:60] if (value := row.cells.get(column, ""))]
    return bool(values) and sum(len(value.split()) >= 3 and "://" not in value for value in values) * 2 > len(values)


def _by_values(columns: Sequence[str], sample: Sequence[Row], is_one: Callable[[str], bool]) -> str:
    """The column most of whose values are known to ``is_one``: three in five, of at least three (or all of fewer)."""
    best = (0.0, "")
    for column in columns:
        values = list(dict.fromkeys(value for row in sample[:60] if (value := row.cells.get(column, ""))))
        if not values or not all(_PLAIN_TEXT.fullmatch(value) for value in values[:20]):
            continue
        share = sum(map(is_one, values)) / len(values)
        if share >= 0.6 and (len(values) >= 3 or share == 1.0) and share > best[0]:
            best = (share, column)
    return best[1]
