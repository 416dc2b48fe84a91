"""A table of incidents from its columns to its incidents, with what to tell about it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geomap.errors import GeomapError, InputError, StageError
from geomap.incident_tables.coding import CodedRow, Coder, CountryAt
from geomap.incident_tables.columns import FIELDS, Layout, lay_out
from geomap.incident_tables.placing import Placer
from geomap.tables import Report, Row, Table
from geomap.tables.dates import DAY_FIRST, MONTH_FIRST, Order, settle_order

__all__ = ["SAMPLE", "IncidentTable", "Unresolved"]

SAMPLE = 200
"""The rows that are looked at to understand a table."""

# The order of day and month is settled on so many rows: with days spread evenly, three in five dates decide it.
_DATES = 20_000
# All incidents of a run are held and drawn; ten times what the page is measured with.
_MOST_ROWS = 1_000_000


@dataclass(slots=True)
class Unresolved:
    """A name that no gazetteer knows, in the country and region that its rows give: in how many ``rows``, the ``first``
    of them (a line or row of ``file``), and why."""

    name: str
    country: str
    admin1: str
    file: str
    first: int
    rows: int = 0
    why: str = ""


def _nowhere() -> CountryAt:
    return lambda lat, lon: None


class IncidentTable:
    """A table of incidents. ``columns`` is what the user said of its columns (our field → column, ``order`` for that of
    day and month); ``doc_id`` is what it is called in the incidents. ``country_at`` gives a function that tells in
    which country a point lies; it is asked for only where rows give coordinates.

    Raises :class:`~geomap.errors.InputError` where no column says where the incidents were, and
    :class:`~geomap.errors.UsageError` for a column that ``columns`` names and the table has not.
    """

    def __init__(
        self,
        table: Table,
        placer: Placer,
        *,
        columns: Mapping[str, str] = MappingProxyType({}),
        doc_id: str | None = None,
        order: Order | None = None,
        country_at: Callable[[], CountryAt] = _nowhere,
    ) -> None:
        self.table = table
        self.doc_id = doc_id or table.name.rsplit("/", 1)[-1]
        self._placer = placer
        self._country_at = country_at
        self.rows = 0
        self.unresolved: dict[tuple[str, str, str], Unresolved] = {}
        sample = list(itertools.islice(table.rows(), SAMPLE))
        if not sample:
            raise InputError(f"{table.name}: the table has column names and no rows")
        self.layout: Layout = lay_out(
            table.columns,
            sample,
            {field: column for field, column in columns.items() if field in FIELDS},
            name=table.name,
            is_place=placer.is_place,
            is_country=placer.is_country,
        )
        if not self.layout.has_places and "country" not in self.layout.mapping:
            listed = ", ".join(f"'{column[:30]}'" for column in table.columns[:12])
            listed += ", …" if len(table.columns) > 12 else ""
            raise InputError(
                f"{table.name}: no column says where (the columns are {listed});"
                " say which does with --columns place=COLUMN"
            )
        self.order, self._order_told = order, ""
        if order is None:
            used = [self.layout.mapping[field] for field in ("date", "date_end") if field in self.layout.mapping]
            if used:
                self.order, why = settle_order(
                    row.cells[column] for row in itertools.islice(table.rows(), _DATES) for column in used
                )
                if self.order in (DAY_FIRST, MONTH_FIRST, "serial"):
                    self._order_told = f" ({self.order}, {why})" if self.order != "serial" else f" ({why})"

    def notes(self) -> list[str]:
        """What to tell of the table: how its columns were understood, and what is odd about it."""
        told = self.layout.told()
        if self._order_told and (column := self.layout.mapping.get("date")) is not None:
            told = told.replace(f"date from '{column}'", f"date from '{column}'{self._order_told}", 1)
        more = "" if "type" in self.layout.mapping or "subtype" in self.layout.mapping else "; no column tells the type"
        lines = [f"{self.table.name}: {remark}." for remark in self.table.notes]
        return [
            *lines,
            f"{self.table.name}: a table of incidents: {told}{more}; change it with --columns, such as --columns"
            " place=COLUMN.",
        ]

    def coded(self, report: Report) -> Iterator[CodedRow]:
        """The incidents of the rows, one at a time. What cannot be read, or is doubtful, goes to ``report``."""
        coder = Coder(
            self.table,
            self.layout,
            self._placer,
            doc_id=self.doc_id,
            order=self.order,
            report=report,
            country_at=self._country_at,
        )
        for row in self.table.rows(report):
            if self.rows >= _MOST_ROWS:
                report(
                    InputError(f"{self.table.where(row.number)}: more than {_MOST_ROWS:,} rows; cut the table in parts")
                )
                break
            self.rows += 1
            try:
                made = self._code(coder, row)
            except StageError as error:
                report(error)
                continue
            for lost in made.unresolved:
                self._note(lost.text, made, row.number, "; ".join(lost.reasons))
            yield made
        coder.finish()

    def _code(self, coder: Coder, row: Row) -> CodedRow:
        try:
            return coder.code(row)
        except (GeomapError, MemoryError):
            raise
        except Exception as error:
            detail = " ".join(str(error).split())[:200]
            raise StageError(
                f"{self.table.where(row.number)}: this row could not be coded ({type(error).__name__}: {detail}); it"
                " was left out. This is a fault in geomap: please report it with the row.",
                doc_id=self.doc_id,
                stage="table",
            ) from error

    def _note(self, name: str, made: CodedRow, number: int, why: str) -> None:
        key = (name, made.country, made.admin1)
        if key not in self.unresolved:
            self.unresolved[key] = Unresolved(
                name=name, country=made.country, admin1=made.admin1, file=self.table.name, first=number, why=why
            )
        self.unresolved[key].rows += 1
