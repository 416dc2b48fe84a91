"""Which inputs are articles, which tables of incidents, and which incidents that geomap saved before.

``geomap map``, ``extract`` and ``summary`` take all three, mixed. What a file is, is told by what it holds: a saved
incident by its fields, a table by its columns.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from geomap.errors import GeomapError, UsageError
from geomap.text import visible

if TYPE_CHECKING:
    from geomap.incident_tables import Placer
    from geomap.tables import Table

__all__ = ["Inputs", "TableInput", "check_columns", "sort_inputs"]

OnError = Callable[[GeomapError], None]
Note = Callable[[str], None]

_SAVED_SUFFIXES = (".jsonl", ".ndjson", ".geojson", ".json", ".parquet", ".geoparquet", ".gpkg", ".fgb")
_MAYBE_TABLES = (".jsonl", ".ndjson", ".geojson", ".geojsonl", ".json", ".csv", ".tsv", ".tab", ".xlsx", ".xlsm",
                 ".parquet", ".geoparquet", ".xls", ".ods", ".xlsb")  # fmt: skip
# Texts this long (median, in characters) beside a column of places are articles with a place each; descriptions of
# incidents have 200 to 400 (ACLED's notes, GTD's summaries), articles 2,000 and more.
_ARTICLE_LENGTH = 1_000
# No more files of a folder are looked into for tables: its articles are read all the same.
_MOST_FILES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableInput:
    """A table of incidents to read: its file, and what it is called in the incidents."""

    path: Path
    doc_id: str


@dataclass(slots=True)
class Inputs:
    """The inputs of a run by kind. ``aside`` are files inside folders among ``articles`` that are no articles."""

    articles: list[str | Path] = field(default_factory=list)
    tables: list[TableInput] = field(default_factory=list)
    saved: list[Path] = field(default_factory=list)
    aside: set[Path] = field(default_factory=set)


def check_columns(columns: Mapping[str, str]) -> None:
    """Raise :class:`~geomap.errors.UsageError` for a field that neither articles nor incidents have."""
    from geomap.articles.tabular import FIELDS as OF_ARTICLES
    from geomap.articles.tabular import order_given
    from geomap.incident_tables import FIELDS as OF_INCIDENTS

    known = [*OF_ARTICLES, *(one for one in OF_INCIDENTS if one not in OF_ARTICLES), "order"]
    for name in columns:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"it is one of {', '.join(known)}."
            raise UsageError(f"--columns {name}={columns[name]}: there is no '{name}'; {hint}")
    order_given(columns)


def sort_inputs(
    inputs: Sequence[str | Path],
    *,
    columns: Mapping[str, str],
    placer: Callable[[], Placer],
    on_error: OnError | None = None,
    on_note: Note | None = None,
) -> Inputs:
    """The inputs by kind, each kind in the order given. A pattern is what it matches; folders are looked through for
    tables and saved incidents.

    A table that cannot be read goes to ``on_error`` (without it, is raised). ``placer`` gives what looks places up; it
    is asked for only where no column is named like a place. ``on_note`` is told where a table could be two things.
    """
    from geomap.articles.finding import files_of, is_file, is_folder, is_pattern, matches_of
    from geomap.articles.names import unique
    from geomap.articles.reader import ARTICLE_SUFFIXES

    if columns:
        check_columns(columns)
    sorted_ = Inputs()
    names: dict[str, int] = {}

    def tell(error: GeomapError) -> None:
        if on_error is None or isinstance(error, UsageError):
            raise error
        on_error(error)

    def take(path: Path, item: str | Path | None) -> None:
        try:
            kind = _kind(path, columns, placer, on_note, named=item is not None)
        except GeomapError as error:
            tell(error)
            sorted_.aside.add(path)
            return
        if kind == "saved" and item is not None:
            # Inside a folder it is what an earlier run wrote beside the articles.
            sorted_.saved.append(path)
        elif kind == "incidents":
            doc_id = unique(visible(path.stem), names, visible(path.suffix))
            sorted_.tables.append(TableInput(path=path, doc_id=doc_id))
        elif kind == "articles" and item is not None:
            sorted_.articles.append(item)
        if item is None and kind != "articles":
            sorted_.aside.add(path)

    def look_through(folder: Path, item: str | Path) -> None:
        before = len(sorted_.tables)
        unread: list[GeomapError] = []
        members = files_of(folder, _MAYBE_TABLES, skip=None, report=unread.append)
        for member in itertools.islice(members, _MOST_FILES):
            take(member, None)
        # The reader looks through it again, and says what it cannot read; it is asked for articles, so that a folder
        # of tables alone is no error.
        others = files_of(folder, ARTICLE_SUFFIXES, skip=sorted_.aside.__contains__, report=lambda error: None)
        if len(sorted_.tables) == before or any(others):
            sorted_.articles.append(item)
        else:
            for error in unread:
                tell(error)

    def sort(item: str | Path) -> None:
        path, text = Path(item), str(item)
        if text == "-" or "://" in text or "\0" in text or not text:
            sorted_.articles.append(item)
        elif is_folder(path):
            # A folder of parts; not one of articles beside which somebody saved incidents.
            texts = tuple(suffix for suffix in ARTICLE_SUFFIXES if suffix not in (".parquet", ".geoparquet"))
            if _is_saved(path) and not any(files_of(path, texts, skip=_is_saved, report=lambda error: None)):
                sorted_.saved.append(path)
            else:
                look_through(path, item)
        elif is_file(path):
            take(path, item)
        elif is_pattern(text) and (found := matches_of(text)):
            for one in found:
                sort(one)
        else:
            sorted_.articles.append(item)

    for item in inputs:
        sort(item)
    return sorted_


def _is_saved(path: Path) -> bool:
    from geomap.formats import is_incident_file

    return is_incident_file(path)


def _kind(
    path: Path, columns: Mapping[str, str], placer: Callable[[], Placer], on_note: Note | None, *, named: bool
) -> Literal["articles", "incidents", "saved", "other"]:
    """What a file holds; "other" for a table in a folder (not ``named`` by the user) that need not be either.

    Raises :class:`~geomap.errors.InputError` for a table that cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in _SAVED_SUFFIXES and _is_saved(path):
        return "saved"
    if suffix not in _MAYBE_TABLES:
        return "articles"
    from geomap.articles.limits import SNIFF_BYTES
    from geomap.articles.tabular import is_table
    from geomap.tables import open_table

    try:
        if suffix in (".jsonl", ".ndjson"):
            if _is_text_records(path) and not columns:
                return "articles"
        elif suffix == ".json":
            with path.open("rb") as stream:
                if not is_table(stream.read(SNIFF_BYTES), suffix):
                    return "articles"
        with open_table(path) as table:
            return _kind_of_table(table, columns, placer, on_note, named=named)
    except OSError:
        # Whoever reads it says what is wrong with it.
        return "articles"


def _is_text_records(path: Path) -> bool:
    """Whether the first record of a JSON Lines file has a text: the usual case, told without opening a table."""
    with path.open("rb") as stream:
        head = stream.read(65_536)
    return b'"text"' in head.split(b"\n", 1)[0]


def _kind_of_table(
    table: Table, columns: Mapping[str, str], placer: Callable[[], Placer], on_note: Note | None, *, named: bool
) -> Literal["articles", "incidents", "other"]:
    from geomap.articles.tabular import FIELDS as OF_ARTICLES
    from geomap.articles.tabular import article_columns
    from geomap.incident_tables import FIELDS as OF_INCIDENTS
    from geomap.incident_tables import lay_out

    if not named:
        columns = {}
    said = {name for name, column in columns.items() if column and column.lower() not in ("none", "-")}
    if said & (set(OF_INCIDENTS) - set(OF_ARTICLES)):
        return "incidents"
    if said & (set(OF_ARTICLES) - set(OF_INCIDENTS)):
        return "articles"
    sample = list(itertools.islice(table.rows(), 200))
    articles = article_columns(table.columns, sample, {}, name=table.name)
    incidents = lay_out(table.columns, sample, {}, name=table.name)
    if articles.named or (articles.typical >= _ARTICLE_LENGTH and not articles.teaser):
        if not incidents.strong:
            return "articles"
        text = articles.mapping["text"]
        where = incidents.mapping.get("place", incidents.mapping.get("lat", ""))
        is_long = articles.typical >= _ARTICLE_LENGTH
        if on_note is not None:
            kind, other = ("articles", f"place={where}") if is_long else ("incidents", f"text={text}")
            on_note(
                f"{table.name}: has both texts ('{text}') and places ('{where}'); it is read as a table of {kind}. The"
                f" other way: --columns {other}."
            )
        return "articles" if is_long else "incidents"
    if incidents.strong:
        # A folder may hold lists of places, too: incidents have a date, or somebody hurt.
        tells = {"date", "year", "subtype", "deaths", "injured"} & incidents.mapping.keys()
        return "incidents" if named or tells else "other"
    if articles.is_list or (articles.teaser and named):
        return "articles"
    if not named:
        return "other"
    if incidents.has_places or "country" in incidents.mapping:
        return "incidents"
    if articles.mapping.keys() & {"text", "title"}:
        return "articles"
    known = placer()
    by_values = lay_out(
        table.columns, sample, {}, name=table.name, is_place=known.is_place, is_country=known.is_country
    )
    return "incidents" if by_values.has_places or "country" in by_values.mapping else "articles"
