"""The reader: which inputs there are, what each holds, and the articles of all of them in turn."""

from __future__ import annotations

import io
import re
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geomap.articles import limits
from geomap.articles.documents import DOCUMENT_SUFFIXES, MAX_DOCUMENT_BYTES, document_draft, kind_of_zip
from geomap.articles.draft import Draft, OnError, Source
from geomap.articles.feeds import FEED_SUFFIXES, feed_drafts, is_xml
from geomap.articles.finding import files_of, is_pattern, matches_of
from geomap.articles.heads import date_of_head
from geomap.articles.json_lines import json_lines
from geomap.articles.names import did_you_mean, plain, shown, unique
from geomap.articles.pages import from_html, is_html
from geomap.articles.tabular import TABLE_SUFFIXES, Note, is_table, table_drafts
from geomap.articles.web import Web, is_address, placed
from geomap.caldates import parse_day
from geomap.decoding import chunks_of, decode, magic, read_up_to, repair, rewound, wide_encoding
from geomap.errors import GeomapError, InputDoubt, InputError, UsageError
from geomap.languages import detect_language
from geomap.records import Article
from geomap.text import visible

__all__ = ["ARTICLE_SUFFIXES", "read_articles"]

ARTICLE_SUFFIXES = (
    *(".txt", ".html", ".htm", ".md", ".jsonl", ".ndjson", ".json"),
    *FEED_SUFFIXES,
    *DOCUMENT_SUFFIXES,
    *TABLE_SUFFIXES,
)
"""The files of a folder that are read; of .json those that hold a list. A file named directly may have any name."""


def read_articles(
    inputs: Sequence[str | Path] | str | Path,
    *,
    published: str | None = None,
    on_error: OnError | None = None,
    fetch_links: bool = False,
    on_fetch: Callable[[str], None] | None = None,
    skip: Callable[[Path], bool] | None = None,
    columns: Mapping[str, str] = MappingProxyType({}),
    on_note: Note | None = None,
) -> Iterator[Article]:
    """The articles of *inputs*: files (text, HTML, RSS and Atom feeds, PDF, DOCX, JSON, tables), folders
    (searched through), patterns (``news/**/*.html``), ``"-"`` for standard input, and pages and feeds of the web by
    their address (``https://...``).

    What a file holds is told by its content, not only by its name. A JSON Lines record has ``text`` and may
    have ``doc_id`` or ``id``, ``published`` or ``date``, ``title``, ``source``, ``url``, ``language``, ``home``.
    ``published`` is a publication date that overrides what the articles say. ``language`` is what the text shows to
    be in, or what its source says where the text is too short to show it. Every ``doc_id`` is given once:
    a second "report" becomes "report-2".

    A bad input is handed to ``on_error`` and skipped. A date that is impossible, an optional field of the wrong
    type and an encoding that was guessed are handed to ``on_error`` as InputDoubt, and the article is kept.
    With ``fetch_links``, what a feed or list has only the beginning or the title of is fetched from its address.
    ``on_fetch`` is told the name of each host before it is asked; without an address or ``fetch_links`` none is.
    ``skip`` says of a file in a folder that it is none of the articles; what geomap wrote itself never is.

    ``columns`` says which column of a table (or field of a record) holds what, as ``{"text": "body"}``; the others
    are guessed, which ``on_note`` is told.

    Without ``on_error`` the first of any of these is raised as InputError and ends the reading.

    Raises UsageError if there are no inputs and DateError if ``published`` is no date, both at once.
    """
    if isinstance(inputs, (str, Path)):
        inputs = [inputs]
    if not inputs:
        raise UsageError("no input: name a file, a folder, or - for standard input")
    day = parse_day(published) if published is not None else None
    return _Reader(day, on_error, fetch_links, on_fetch, skip, columns, on_note).read(tuple(inputs))


class _Reader:
    def __init__(
        self,
        published: str | None,
        on_error: OnError | None,
        fetch_links: bool = False,
        on_fetch: Callable[[str], None] | None = None,
        skip: Callable[[Path], bool] | None = None,
        columns: Mapping[str, str] = MappingProxyType({}),
        on_note: Note | None = None,
    ) -> None:
        self.columns = columns
        self.on_note = on_note
        self.published = published
        self.on_error = on_error
        self.skip = skip
        self.ids: dict[str, int] = {}
        self.items: set[int] = set()
        self.stdin_read = False
        self.web = Web(follows=fetch_links, on_fetch=on_fetch, report=self.report)

    def read(self, inputs: tuple[str | Path, ...]) -> Iterator[Article]:
        for item in inputs:
            try:
                yield from self._input(item)
            except GeomapError as error:
                self.report(error)
            except OSError as error:
                self.report(InputError(f"{shown(item)}: {plain(error)}"))

    def report(self, error: GeomapError) -> None:
        """Hands an error on. Without anybody to take it, it ends the reading."""
        if self.on_error is None:
            raise error
        self.on_error(error)

    def _input(self, item: str | Path) -> Iterator[Article]:
        if str(item) == "-":
            yield from self._source(self._standard_input())
            return
        if not str(item):
            raise InputError("an input has an empty name: name a file, a folder, or - for standard input")
        if is_address(str(item)):
            yield from self._source(self.web.open(str(item)))
            return
        if "\0" in str(item):
            raise InputError(f"{shown(item)}: a file name cannot hold a NUL")
        path = Path(item)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            # Windows calls a pattern an invalid name, others a file that is missing.
            if is_pattern(str(item)):
                yield from self._pattern(str(item))
                return
            if not isinstance(error, FileNotFoundError):
                raise
            hint = "; write an address as https://..." if str(item).startswith("www.") else did_you_mean(path)
            raise InputError(f"{shown(item)}: no such file or folder{hint}") from None
        if not stat.S_ISDIR(mode):
            yield from self._file(path)
            return
        found = False
        for member in files_of(path, ARTICLE_SUFFIXES, skip=self.skip, report=self.report):
            found = True
            try:
                yield from self._file(member)
            except GeomapError as error:
                self.report(error)
            except OSError as error:
                self.report(InputError(f"{shown(member)}: {plain(error)}"))
        if not found:
            raise InputError(f"{shown(item)}: the folder holds no {', '.join(ARTICLE_SUFFIXES)} file")

    def _pattern(self, pattern: str) -> Iterator[Article]:
        """The articles of all that a pattern matches, as if each had been named."""
        found = matches_of(pattern)
        if not found:
            raise InputError(f"{shown(pattern)}: no file matches")
        for path in found:
            try:
                yield from self._input(path)
            except GeomapError as error:
                self.report(error)
            except OSError as error:
                self.report(InputError(f"{shown(path)}: {plain(error)}"))

    def _standard_input(self) -> Source:
        if self.stdin_read:
            raise InputError("standard input (-) is named twice: it can be read once")
        self.stdin_read = True
        stream = getattr(sys.stdin, "buffer", None)
        if stream is None:
            text = sys.stdin.read() if sys.stdin is not None else ""
            stream = io.BytesIO(text.encode("utf-8", "surrogatepass"))
        return Source(stream=stream, name="standard input", stem="stdin")

    def _file(self, path: Path) -> Iterator[Article]:
        stem = visible(path.stem) or "article"
        with path.open("rb") as stream:
            yield from self._source(
                Source(stream=stream, name=shown(path), stem=stem, suffix=path.suffix.lower(), path=path)
            )

    def _source(self, source: Source) -> Iterator[Article]:
        """The articles of a source, finished."""
        for draft in self._drafts(source):
            whole = self.web.whole(draft, self._followed) if draft.teaser and self.web.follows else draft
            if whole is not None:
                yield self._finish(placed(whole, source))

    def _followed(self, source: Source) -> Iterator[Draft]:
        """What a page holds that a list led to: what the user said of columns is of the list, not of the page."""
        return self._drafts(source, columns={})

    def _drafts(self, source: Source, *, columns: Mapping[str, str] | None = None) -> Iterator[Draft]:
        """What a source holds, told by its first bytes before its name."""
        dated = self.published is not None
        of_records: dict[str, Any] = {
            "report": self.report,
            "dated": dated,
            "columns": self.columns if columns is None else columns,
            "note": self.on_note,
            "fetches": self.web.follows,
        }
        name = source.name
        head = read_up_to(source.stream, limits.SNIFF_BYTES)
        if not head:
            raise InputError(f"{name}: the file is empty")
        if is_table(head, source.suffix):
            yield from table_drafts(replace(source, stream=rewound(head, source.stream)), **of_records)
            return
        if head.startswith((b"%PDF", b"PK\x03\x04", b"PAR1")):
            yield from self._packed(source, head, of_records)
            return
        kind = magic(head)
        if kind is not None:
            raise InputError(f"{name}: this is {kind}, not text; convert it to text or HTML first")
        if source.suffix in DOCUMENT_SUFFIXES:
            raise InputError(f"{name}: this is no {source.suffix[1:].upper()} file, whatever its name says")
        wide = wide_encoding(head)
        start = head.decode(wide or "utf-8-sig", "replace").lstrip("\ufeff \t\r\n")
        if source.suffix in (".jsonl", ".ndjson") or re.match(r'\{\s{0,99}"', start):
            chunks = chunks_of(head, source.stream, wide)
            if re.match(r"\{\s{0,9}\n", start):
                # One record over many lines. No text in JSON holds a line break as such.
                chunks = (chunk.replace(b"\n", b" ") for chunk in chunks)
            yield from json_lines(chunks, name, source.stem, **of_records)
            return
        if is_xml(start, source.suffix):
            yield from feed_drafts(source, head, wide, seen=self.items, report=self.report, dated=dated)
            return
        yield self._one(source, head, start, wide)

    def _packed(self, source: Source, head: bytes, of_records: dict[str, Any]) -> Iterator[Draft]:
        """What a PDF, an Office document or a Parquet file without its usual ending holds."""
        data = head + read_up_to(source.stream, MAX_DOCUMENT_BYTES + 1 - len(head))
        if len(data) > MAX_DOCUMENT_BYTES:
            raise InputError(f"{source.name}: larger than {MAX_DOCUMENT_BYTES // 2**20} MB, too much for one article")
        kind = ".parquet" if head.startswith(b"PAR1") else ".pdf" if head.startswith(b"%PDF") else kind_of_zip(data)
        if kind in TABLE_SUFFIXES:
            yield from table_drafts(replace(source, stream=io.BytesIO(data), suffix=kind), **of_records)
        elif kind is not None or source.suffix in DOCUMENT_SUFFIXES:
            yield document_draft(data, source, report=self.report)
        else:
            raise InputError(f"{source.name}: this is {magic(head)}, not text; convert it to text or HTML first")

    def _one(self, source: Source, head: bytes, start: str, wide: str | None) -> Draft:
        """A source that is one article: a page, or plain text. ``start`` is ``head`` decoded for a look at it."""
        name = source.name
        data = head + read_up_to(source.stream, limits.MAX_ARTICLE_BYTES + 1 - len(head))
        if len(data) > limits.MAX_ARTICLE_BYTES:
            raise InputError(
                f"{name}: larger than {limits.MAX_ARTICLE_BYTES // 2**20} MB, too much for one article; "
                "split it, or write one article a line as JSON Lines"
            )
        html = is_html(start, source.suffix)
        text, doubt = decode(data, name, html=html, wide=wide, charset=source.charset)
        if html:
            draft = from_html(text, name, source.stem)
        else:
            text = repair(text)
            if not text.strip("\ufeff\u200b \t\r\n\f\v\u00a0\u2028\u2029") or not text.strip():
                raise InputError(f"{name}: the file holds nothing but white space")
            draft = Draft(doc_id=source.stem, text=text, where=name, source=name.rsplit("/", 1)[-1])
        if doubt is not None:
            self.report(doubt)
        return draft

    def _finish(self, draft: Draft) -> Article:
        """The article, with its publication date settled and its doc_id made unique."""
        published, basis = draft.published, draft.basis
        if self.published is not None:
            published, basis = self.published, "the published option"
        elif published is None:
            published, basis, problem = date_of_head(draft.text)
            if problem is not None:
                self.report(InputDoubt(f"{draft.where}: {problem}; the date was ignored"))
        return Article(
            doc_id=unique(draft.doc_id, self.ids),
            text=draft.text,
            title=draft.title,
            published=published,
            published_basis=basis,
            source=draft.source,
            url=draft.url,
            language=detect_language(draft.text, draft.language),
            home=draft.home,
            origin=draft.where,
        )
