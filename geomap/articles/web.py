"""Articles from addresses: those that the user gives, and, only where asked for, those that a feed or list links to."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geomap.articles.draft import Draft, OnError, Source
from geomap.errors import GeomapError, InputDoubt, InputError

if TYPE_CHECKING:
    from geomap.fetching import Fetched, Fetcher

__all__ = ["Web", "is_address", "placed"]

# What a server says of a page goes before how its address ends.
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/rss+xml": ".rss",
    "application/rdf+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/pdf": ".pdf",
    "application/jsonl": ".jsonl",
    "application/jsonlines": ".jsonl",
    "application/x-jsonlines": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "application/ndjson": ".jsonl",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.apache.parquet": ".parquet",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
}
# Behind a link of a feed or a list there is an article, not another list.
_ARTICLES = ("text/html", "application/xhtml+xml", "text/plain", "application/pdf", "application/octet-stream")


def is_address(item: str) -> bool:
    """Whether an input is an address (of any scheme) and not the name of a file."""
    if ":" not in item:
        return False
    from geomap import fetching

    # "news:today" is an address, unless there is a file of that name.
    return fetching.is_address(item) and ("://" in item or not os.path.exists(item))  # noqa: PTH110 - pathlib raises


def _site(url: str | None) -> str:
    """The host of an address without ``www.``; empty where there is none."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _is_same_site(one: str | None, other: str | None) -> bool:
    a, b = _site(one), _site(other)
    return bool(a and b) and (a == b or a.endswith("." + b) or b.endswith("." + a))


def placed(draft: Draft, source: Source) -> Draft:
    """An article from an address, with its ``url`` and ``source``; others as they are.

    A page may name an address of its own site as the better one (a canonical link); one of another site it might only
    claim to be, and that is not believed.
    """
    if source.url is None:
        return draft
    is_whole = draft.where == source.name
    url = draft.url
    if url is None or (is_whole and not _is_same_site(url, source.url)):
        url = source.url
    named = draft.source
    # The end of an address is no name of a source.
    if not named or named == source.name.rsplit("/", 1)[-1]:
        named = _site(source.url)
    return replace(draft, url=url, source=named)


class Web:
    """What one run of the reader fetches. Nothing is sent before :meth:`open` or :meth:`whole` is called.

    ``follows`` says whether links are to be fetched; ``on_fetch`` is told each host before it is asked.
    """

    def __init__(self, *, follows: bool, on_fetch: Callable[[str], None] | None, report: OnError) -> None:
        self.follows = follows
        self._on_fetch = on_fetch
        self._report = report
        self._made: Fetcher | None = None
        self._given_up: set[str] = set()

    @property
    def _fetcher(self) -> Fetcher:
        if self._made is None:
            from geomap.fetching import Fetcher

            self._made = Fetcher(on_host=self._on_fetch)
        return self._made

    def open(self, address: str) -> Source:
        """What an address gives, to be read like a file. Raises InputError where it cannot or must not be fetched."""
        page = self._fetcher.fetch(address)
        source = _source(page)
        if not _is_same_site(page.url, page.final_url):
            self._report(InputDoubt(f"{'; '.join(page.notes)}, another site: check that it is the page that you meant"))
        return source

    def whole(self, draft: Draft, read: Callable[[Source], Iterator[Draft]]) -> Draft | None:
        """The article of which ``draft`` is a teaser, fetched from its address and read with ``read``.

        Where that fails the teaser stays, and why is reported as InputDoubt. Where there is nothing but an address the
        article is lost: None, and the report is an InputError.
        """
        if draft.url is None:
            return draft
        from geomap.fetching import HostGivenUp

        try:
            source = _source(self._fetcher.follow(draft.url, accept=_ARTICLES))
            found = [placed(one, source) for one in islice(read(source), 2)]
        except HostGivenUp as error:
            # Said once: a list may have thousands of its pages. What is lost is always told.
            if error.host in self._given_up and draft.text.strip():
                return draft
            self._given_up.add(error.host)
            return self._left(draft, str(error), "it and what else is there are left as they are")
        except GeomapError as error:
            return self._left(draft, str(error), "only what stood there is read")
        if len(found) != 1:
            return self._left(draft, f"{draft.url} is no article but a list", "only what stood there is read")
        if len(found[0].text) < len(draft.text):
            why = f"{draft.url} shows less than what stood there (perhaps a login is needed)"
            return self._left(draft, why, "that is read")
        (page,) = found
        has_date = draft.published is not None
        return replace(
            page,
            doc_id=draft.doc_id,
            where=draft.where,
            title=draft.title or page.title,
            published=draft.published if has_date else page.published,
            basis=draft.basis if has_date else page.basis,
            source=draft.source or page.source,
            language=page.language or draft.language,
            home=draft.home,
        )

    def _left(self, draft: Draft, why: str, then: str) -> Draft | None:
        """The teaser as it is, with the reason told; None where there is no word of it."""
        if draft.text.strip():
            self._report(InputDoubt(f"{draft.where}: {why}; {then}"))
            return draft
        self._report(InputError(f"{draft.where}: {why}"))
        return None


def _source(page: Fetched) -> Source:
    """A page as something to read from."""
    from geomap.fetching import shown_url, stem_of

    path = urlsplit(page.final_url).path
    ending = re.search(r"\.[a-z0-9]{1,8}$", path.lower())
    suffix = _SUFFIXES.get(page.content_type or "", ending[0] if ending else "")
    return Source(
        stream=io.BytesIO(page.data),
        name=shown_url(page.url),
        stem=stem_of(page.final_url),
        suffix=suffix,
        charset=page.charset,
        url=page.final_url,
    )
