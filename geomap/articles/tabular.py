"""Tables of articles (CSV, TSV, XLSX, Parquet, lists of JSON objects), and what records of JSON Lines share with them.

Which column holds what is guessed from the names of the columns and from what stands in them, told once, and
overridden by the user (``--columns text=body``). Lists of articles without text, as Media Cloud and GDELT give them,
are read by their titles, which is told.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType

from geomap.articles import limits
from geomap.articles.draft import Draft, OnError, Source
from geomap.articles.facts import language_tag
from geomap.errors import DateError, DateOrderError, InputDoubt, InputError, UsageError
from geomap.lexicons import load_json
from geomap.tables import TABLE_SUFFIXES, Row, Table, guess_columns, open_table, plain_name
from geomap.tables.dates import DAY_FIRST, MONTH_FIRST, Order, read_span, settle_order
from geomap.tables.objects import list_in
from geomap.text import visible

__all__ = [
    "FIELDS",
    "SAMPLE",
    "TABLE_SUFFIXES",
    "ArticleColumns",
    "Note",
    "Rows",
    "article_columns",
    "is_table",
    "order_given",
    "order_of",
    "table_drafts",
]

Note = Callable[[str], None]

_NAMES: Mapping[str, Sequence[str]] = MappingProxyType(load_json("table_columns.json")["articles"])
FIELDS: tuple[str, ...] = tuple(_NAMES)
"""What a column of a table of articles may hold."""

# Columns that may hold the beginning of an article: read where there is nothing better.
_TEASERS = (
    "description",
    "summary",
    "abstract",
    "snippet",
    "lead",
    "teaser",
    "excerpt",
    "subtitle",
    "intro",
    "synopsis",
)
SAMPLE = 200
"""So many rows show what the columns hold."""
# A column without a telling name that holds texts: half of them have so many characters, and blanks between words.
_TEXT_LENGTH = 400
_URL = re.compile(r"https?://[^\s]{3,}", re.IGNORECASE)
_NO_VALUE = ("", "none", "-")
# GDELT's events have 58 (version 1) or 61 columns, its mentions 16, its knowledge graph 27, and none a name.
_GDELT_CODES = (58, 61, 27, 16)


def is_table(head: bytes, suffix: str) -> bool:
    """Whether a file that begins so and is named so is read as a table: by its name, or as a list of JSON objects."""
    if suffix in TABLE_SUFFIXES or list_in(head, suffix) is not None:
        return True
    return suffix == ".json" and head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleColumns:
    """How a table of articles was understood: our field → its column. ``named`` says that the text's column is known by
    its name, ``typical`` how long its texts are (median, in characters), ``teaser`` that it holds only beginnings."""

    mapping: Mapping[str, str]
    named: bool = False
    teaser: bool = False
    typical: int = 0

    @property
    def is_list(self) -> bool:
        """Whether this is a list of articles: titles or texts with an address, a date or a source, or addresses."""
        has = self.mapping.keys()
        return "url" in has or ("title" in has and bool({"published", "source", "language"} & has))

    def told(self, of_date: str = "") -> str:
        """The mapping in words; ``of_date`` is what to say of the dates."""
        return ", ".join(
            f"{field} from '{column}'" + (of_date if field == "published" else "")
            for field, column in self.mapping.items()
        )


def article_columns(
    columns: Sequence[str], sample: Sequence[Row], given: Mapping[str, str], *, name: str
) -> ArticleColumns:
    """Which of ``columns`` holds what of an article, by names, values and what the user said.

    Raises :class:`~geomap.errors.UsageError` for a column that ``given`` names and the table has not.
    """
    guessed = guess_columns(columns, _NAMES)
    said: dict[str, str] = {}
    for field, column in given.items():
        if field in FIELDS and column.lower() not in _NO_VALUE:
            own = column if column in columns else None
            own = own or next((one for one in columns if plain_name(one) == plain_name(column) != ""), None)
            if own is None:
                listed = ", ".join(f"'{one}'" for one in columns[:12]) + (", …" if len(columns) > 12 else "")
                raise UsageError(f"{name}: there is no column '{column[:60]}' for {field}; the table has {listed}.")
            said[field] = own
    mapping = {f: c for f, c in guessed.items() if f not in given and c not in said.values()} | said
    values = {column: [value for row in sample if (value := row.cells.get(column, ""))] for column in columns}
    for field, fits in (("url", _is_url), ("published", _is_date)):
        if field in mapping and field not in said:
            found = values[mapping[field]]
            if found and sum(map(fits, found)) * 2 < len(found):
                del mapping[field]
    # Media Cloud's "guid" and others may be an address or not; another column may hold it under any name.
    if "url" not in mapping and "url" not in given:
        free = [column for column in columns if column not in mapping.values() and values[column]]
        address = next((column for column in free if all(map(_is_url, values[column]))), None)
        mapping |= {"url": address} if address is not None else {}
    named, teaser = "text" in mapping, False
    if "text" not in mapping and "text" not in given:
        free = [column for column in columns if column not in mapping.values()]
        long = [(median(map(len, values[c])), c) for c in free if values[c] and any(" " in v for v in values[c])]
        longest = max(long, default=(0, ""), key=lambda one: one[0])
        if longest[0] >= _TEXT_LENGTH:
            mapping["text"] = longest[1]
        else:
            found_teaser = next((c for word in _TEASERS for c in free if plain_name(c) == word and values[c]), None)
            if found_teaser is not None:
                mapping["text"], teaser = found_teaser, True
    typical = int(median(map(len, values[mapping["text"]]))) if values.get(mapping.get("text", "")) else 0
    ordered = {field: mapping[field] for field in FIELDS if field in mapping}
    return ArticleColumns(mapping=MappingProxyType(ordered), named=named, teaser=teaser, typical=typical)


def order_given(columns: Mapping[str, str]) -> Order | None:
    """The order of day and month that the user states with ``order=day-first`` or ``order=month-first``.

    Raises :class:`~geomap.errors.UsageError` for any other.
    """
    text = columns.get("order")
    if text is None:
        return None
    orders: dict[str, Order] = {"dayfirst": DAY_FIRST, "monthfirst": MONTH_FIRST}
    if plain_name(text) not in orders:
        raise UsageError(f"--columns order={text}: it is day-first or month-first.")
    return orders[plain_name(text)]


def order_of(layout: ArticleColumns, columns: Mapping[str, str], rows: Iterable[Row]) -> tuple[Order | None, str]:
    """The order of day and month in the column of dates, stated in ``columns`` or settled over ``rows``, and what it
    rests on, in words to put behind the name of the column."""
    order = order_given(columns)
    column = layout.mapping.get("published")
    if order is not None or column is None:
        return order, ""
    order, why = settle_order(row.cells.get(column, "") for row in rows)
    return order, f" ({order}, {why})" if order not in (None, "open") else ""


def _is_url(value: str) -> bool:
    return _URL.fullmatch(value) is not None


def _is_date(value: str) -> bool:
    try:
        read_span(value, DAY_FIRST)
    except DateError:
        return False
    return True


def table_drafts(
    source: Source,
    *,
    report: OnError,
    dated: bool,
    columns: Mapping[str, str] = MappingProxyType({}),
    note: Note | None = None,
    fetches: bool = False,
) -> Iterator[Draft]:
    """The articles of a table. A bad row goes to ``report`` and the others go on.

    ``dated`` says that a publication date is given from outside, ``columns`` what the user said of the columns,
    ``fetches`` that articles without text will be fetched from their addresses. ``note`` is told how the table was
    understood. Raises InputError where the table cannot be read, or holds no articles.
    """
    with open_table(source.stream, name=source.name, suffix=source.suffix) as table:
        sample = list(itertools.islice(table.rows(), SAMPLE))
        layout = article_columns(table.columns, sample, columns, name=source.name)
        _check(table, layout, sample)
        order, words = order_of(layout, columns, itertools.islice(table.rows(), 20_000))
        if note is not None:
            for remark in table.notes:
                note(f"{source.name}: {remark}.")
            note(f"{source.name}: {layout.told(words)}; change it with --columns, such as --columns text=COLUMN.")
        made = Rows(source.name, order, basis="the column '{}'", report=report, dated=dated, fetches=fetches)
        for row in table.rows(report):
            draft = made.draft(row.cells, layout, table.where(row.number), f"{source.stem}-{row.number}")
            if draft is not None:
                yield draft
        made.finish(note)
        if not sample:
            raise InputError(f"{source.name}: the table has column names and no rows")


def _check(table: Table, layout: ArticleColumns, sample: Sequence[Row]) -> None:
    """Raise InputError for a table that holds no articles, saying what would make it one."""
    if "text" in layout.mapping or "title" in layout.mapping or "url" in layout.mapping:
        return
    unnamed = table.columns[0] == "column 1" or table.columns[0][:8].isdecimal()
    if len(table.columns) in _GDELT_CODES and unnamed:
        raise InputError(
            f"{table.name}: this looks like GDELT's table of events or its knowledge graph, which hold codes, no text;"
            " take the article list of GDELT's DOC API, or give the addresses with --columns url=COLUMN and --fetch"
        )
    listed = ", ".join(f"'{column[:30]}'" for column in table.columns[:12]) + (", …" if len(table.columns) > 12 else "")
    raise InputError(
        f"{table.name}: no column holds a text, a title or an address (the columns are {listed}); say which does with"
        " --columns text=COLUMN, or with --columns place=COLUMN for a table of incidents"
    )


class Rows:
    """Rows, and records of JSON, to articles. ``basis`` is what the date in a column (``{}``) rests on, in words."""

    def __init__(
        self, name: str, order: Order | None, *, basis: str, report: OnError, dated: bool, fetches: bool
    ) -> None:
        self._name = name
        self._order = order
        self._basis = basis
        self._report = report
        self._dated = dated
        self._fetches = fetches
        self._titles = self._linked = 0
        self._doubts: Counter[str] = Counter()

    def draft(self, cells: Mapping[str, str], layout: ArticleColumns, where: str, doc_id: str) -> Draft | None:
        """The article of a row; None for one that has nothing to read, which is reported."""

        # A field without a column is not in a column without a name, which a JSON object may have.
        values = {field: cells.get(column, "") for field, column in layout.mapping.items()}

        def cell(field: str) -> str | None:
            return values.get(field, "").strip()[: limits.MAX_TITLE] or None

        text = values.get("text", "")[: limits.MAX_ARTICLE_BYTES]
        title, url = cell("title"), cell("url")
        url = url if url is not None and _is_url(url) else None
        teaser = layout.teaser
        if not text.strip():
            text, teaser = title or "", True
            if title is not None:
                self._titles += 1
                self._linked += url is not None
            elif not (url is not None and self._fetches):
                column = layout.mapping.get("text")
                what = f"nothing in '{column}' and no title" if column else "no title"
                hint = "; --fetch reads the page at its address" if url is not None else ""
                self._report(InputError(f"{where}: {what}{hint}"))
                return None
        published, basis = self._date(cell("published"), layout, where)
        return Draft(
            doc_id=visible(cell("id") or doc_id),
            text=text,
            where=where,
            title=title,
            published=published,
            basis=basis,
            source=cell("source") or self._name.rsplit("/", 1)[-1],
            url=url,
            language=language_tag(cell("language")),
            home=cell("home"),
            teaser=teaser and url is not None,
        )

    def _date(self, text: str | None, layout: ArticleColumns, where: str) -> tuple[str | None, str | None]:
        if text is None or self._dated:
            return None, None
        try:
            span = read_span(text, self._order)
        except DateOrderError as error:
            self.doubt("dates like this", f"{where}: {error}; the date was ignored")
        except DateError as error:
            self.doubt("values that are no date", f"{where}: {error}; the date was ignored")
        else:
            if span.precision == 1:
                return span.start, self._basis.format(layout.mapping["published"])
            self.doubt("dates that are no single day", f"{where}: '{text[:40]}' is no single day; the date was ignored")
        return None, None

    def doubt(self, what: str, first: str) -> None:
        """Count one more of ``what`` that was ignored. Only the ``first`` of a kind is told at once: a table of a
        million years must not fill the screen."""
        self._doubts[what] += 1
        if self._doubts[what] == 1:
            self._report(InputDoubt(first))

    def finish(self, note: Note | None) -> None:
        """Tell what was counted."""
        for what, count in self._doubts.items():
            if count > 1:
                self._report(InputDoubt(f"{self._name}: {count - 1:,} more {what} were ignored"))
        if self._titles and note is not None:
            many = "1 article has" if self._titles == 1 else f"{self._titles:,} articles have"
            hint = "; --fetch reads the pages themselves" if self._linked and not self._fetches else ""
            note(f"{self._name}: {many} no text here, and only the title is read{hint}.")
