"""Tables of articles (CSV, TSV, XLSX, Parquet), and records whose fields have other names than ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from geomap.articles.draft import Draft, OnError, Source
from geomap.errors import InputError

__all__ = ["TABLE_SUFFIXES", "record_mapper", "table_drafts"]

TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx", ".parquet")
"""The files that are read as tables."""


def table_drafts(source: Source, *, report: OnError, dated: bool) -> Iterator[Draft]:
    """The articles of a table. A bad row goes to ``report`` and the others go on.

    ``dated`` says that a publication date is given from outside. Raises InputError where the table cannot be read.
    """
    raise InputError(
        f'{source.name}: tables are not read yet; write one article a line as JSON Lines with "text" and "published"'
    )


def record_mapper(name: str, report: OnError) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    """A function that gives a record without ``text`` our field names, or None where it cannot.

    It is made once for an input called ``name``, so that what it guesses can be told once.
    """
    return lambda record: None
