"""The reader: which inputs there are, what each holds, and the articles of all of them in turn."""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from geomap.articles import limits
from geomap.articles.draft import Draft, OnError, Source
from geomap.articles.feeds import FEED_SUFFIXES, feed_drafts, is_xml
from geomap.articles.heads import date_of_head
from geomap.articles.json_lines import json_lines
from geomap.articles.names import clean, did_you_mean, plain, shown
from geomap.articles.pages import from_html, is_html
from geomap.articles.tabular import TABLE_SUFFIXES, table_drafts
from geomap.articles.web import Web, is_address, placed
from geomap.caldates import parse_day
from geomap.decoding import chunks_of, decode, magic, read_up_to, repair, rewound, wide_encoding
from geomap.errors import GeomapError, InputDoubt, InputError, UsageError
from geomap.languages import detect_language
from geomap.records import Article

__all__ = ["ARTICLE_SUFFIXES", "read_articles"]

ARTICLE_SUFFIXES = (".txt", ".html", ".htm", ".md", ".jsonl", ".ndjson", *FEED_SUFFIXES)
"""The files of a folder that are read. A file named directly may have any name."""


def read_articles(
    inputs: Sequence[str | Path] | str | Path,
    *,
    published: str | None = None,
    on_error: OnError | None = None,
    fetch_links: bool = False,
    on_fetch: Callable[[str], None] | None = None,
) -> Iterator[Article]:
    """The articles of *inputs*: text, HTML or JSON Lines files, folders (searched through), ``"-"`` for
    standard input, and pages of the web by their address (``https://...``).

    What a file holds is told by its content, not only by its name. A JSON Lines record has ``text`` and may
    have ``doc_id`` or ``id``, ``published`` or ``date``, ``title``, ``source``, ``url``, ``language``, ``home``.
    ``published`` is a publication date that overrides what the articles say. Every ``doc_id`` is given once:
    a second "report" becomes "report-2".

    A bad input is handed to ``on_error`` and skipped. A date that is impossible, an optional field of the wrong
    type and an encoding that was guessed are handed to ``on_error`` as InputDoubt, and the article is kept.
    With ``fetch_links``, what a feed or list has only the beginning or the title of is fetched from its address.
    ``on_fetch`` is told the name of each host before it is asked; without an address or ``fetch_links`` none is.

    Without ``on_error`` the first of any of these is raised as InputError and ends the reading.

    Raises UsageError if there are no inputs and DateError if ``published`` is no date, both at once.
    """
    if isinstance(inputs, (str, Path)):
        inputs = [inputs]
    if not inputs:
        raise UsageError("no input: name a file, a folder, or - for standard input")
    day = parse_day(published) if published is not None else None
    return _Reader(day, on_error, fetch_links, on_fetch).read(tuple(inputs))


class _Reader:
    def __init__(
        self,
        published: str | None,
        on_error: OnError | None,
        fetch_links: bool = False,
        on_fetch: Callable[[str], None] | None = None,
    ) -> None:
        self.published = published
        self.on_error = on_error
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
        except FileNotFoundError:
            hint = "; write an address as https://..." if str(item).startswith("www.") else did_you_mean(path)
            raise InputError(f"{shown(item)}: no such file or folder{hint}") from None
        if not stat.S_ISDIR(mode):
            yield from self._file(path)
            return
        found = False
        for member in self._folder(path):
            found = True
            try:
                yield from self._file(member)
            except GeomapError as error:
                self.report(error)
            except OSError as error:
                self.report(InputError(f"{shown(member)}: {plain(error)}"))
        if not found:
            raise InputError(f"{shown(item)}: the folder holds no {', '.join(ARTICLE_SUFFIXES)} file")

    def _folder(self, folder: Path) -> Iterator[Path]:
        """The regular files of a folder that may be articles, in the order of their paths."""

        def failed(error: OSError) -> None:
            self.report(InputError(f"{shown(error.filename or folder)}: {plain(error)}"))

        for parent, folders, files in os.walk(folder, onerror=failed):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                path = Path(parent, name)
                wanted = path.suffix.lower() in ARTICLE_SUFFIXES and not name.startswith(".")
                # A named pipe or a device in a folder would wait for ever; a dangling link is reported when
                # opened.
                if wanted and (path.is_file() or not path.exists()):
                    yield path

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
        stem = clean(path.stem) or "article"
        with path.open("rb") as stream:
            yield from self._source(
                Source(stream=stream, name=shown(path), stem=stem, suffix=path.suffix.lower(), path=path)
            )

    def _source(self, source: Source) -> Iterator[Article]:
        """The articles of a source, finished."""
        for draft in self._drafts(source):
            whole = self.web.whole(draft, self._drafts) if draft.teaser and self.web.follows else draft
            if whole is not None:
                yield self._finish(placed(whole, source))

    def _drafts(self, source: Source) -> Iterator[Draft]:
        """What a source holds, told by its first bytes before its name."""
        name = source.name
        head = read_up_to(source.stream, limits.SNIFF_BYTES)
        if not head:
            raise InputError(f"{name}: the file is empty")
        if source.suffix in TABLE_SUFFIXES:
            whole = replace(source, stream=rewound(head, source.stream))
            yield from table_drafts(whole, report=self.report, dated=self.published is not None)
            return
        kind = magic(head)
        if kind is not None:
            raise InputError(f"{name}: this is {kind}, not text; convert it to text or HTML first")
        wide = wide_encoding(head)
        start = head.decode(wide or "utf-8-sig", "replace").lstrip("\ufeff \t\r\n")
        if source.suffix in (".jsonl", ".ndjson") or re.match(r'\{\s{0,99}"', start):
            chunks = chunks_of(head, source.stream, wide)
            dated = self.published is not None
            yield from json_lines(chunks, name, source.stem, report=self.report, dated=dated)
            return
        if is_xml(start, source.suffix):
            dated = self.published is not None
            yield from feed_drafts(source, head, wide, seen=self.items, report=self.report, dated=dated)
            return
        yield self._one(source, head, start, wide)

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
            doc_id=self._unique(draft.doc_id),
            text=draft.text,
            title=draft.title,
            published=published,
            published_basis=basis,
            source=draft.source,
            url=draft.url,
            language=detect_language(draft.text, draft.language),
            home=draft.home,
        )

    def _unique(self, doc_id: str) -> str:
        name = doc_id
        while name in self.ids:
            self.ids[doc_id] += 1
            name = f"{doc_id}-{self.ids[doc_id]}"
        self.ids.setdefault(name, 1)
        return name
