"""What a page says of itself in its head: title, date, site, address, language."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

from geomap.articles import limits
from geomap.caldates import parse_day
from geomap.decoding import repair
from geomap.errors import DateError

__all__ = ["Facts", "language_tag", "page_facts"]

_META_DATES = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "article:published",
    "publication_date",
    "publish-date",
    "publish_date",
    "published_time",
    "pubdate",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "date",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a page says of itself; None where it is silent."""

    title: str | None
    published: str | None
    basis: str | None
    site: str | None
    url: str | None
    language: str | None


def page_facts(page: Any, linked: dict[str, str]) -> Facts:
    """What a page says of itself in its head; ``linked`` is its linked data."""
    metas: dict[str, str] = {}
    for element in itertools.islice(page.iter("meta"), 500):
        key = (
            element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv") or ""
        )
        content = " ".join((element.get("content") or "")[: 2 * limits.MAX_TITLE].split())
        if content:
            metas.setdefault(key.strip().lower(), content)
    title = linked.get("headline") or metas.get("og:title")
    if title is None:
        heads = [" ".join("".join(element.itertext()).split()) for element in itertools.islice(page.iter("h1"), 3)]
        head = page.find(".//title")
        name = " ".join((head.text or "").split()) if head is not None else ""
        title = heads[0] if len(heads) == 1 and heads[0] else name
    published, basis = _page_date(page, metas, linked.get("published"))
    canonical = next(
        (
            link.get("href")
            for link in itertools.islice(page.iter("link"), 300)
            if (link.get("rel") or "").lower() == "canonical"
        ),
        None,
    )
    url = next(
        (
            value
            for value in (canonical, metas.get("og:url"), linked.get("url"))
            if value and re.match(r"https?://\S{1,2000}$", value)
        ),
        None,
    )
    site = metas.get("og:site_name") or linked.get("site") or metas.get("application-name")
    if site and title.endswith(site):
        # "Bridge closed | The Harbour News"; a title may end with the name of a site that is called like a town.
        cut = re.search(r"\s{1,9}[|–—·:-]{1,2}\s{0,9}$", title[: -len(site)])
        title = title[: cut.start()] if cut is not None and cut.start() else title
    told = (
        page.get("lang"),
        page.get("{http://www.w3.org/XML/1998/namespace}lang"),
        *(metas.get("content-language"), linked.get("language"), metas.get("og:locale")),
    )
    language = next((tag for one in told if (tag := language_tag(one)) is not None), None)
    return Facts(
        title=repair(title)[: limits.MAX_TITLE] or None,
        published=published,
        basis=basis,
        site=repair(site or _host(url) or "")[: limits.MAX_TITLE] or None,
        url=repair(url) if url else None,
        language=language,
    )


def _host(url: str | None) -> str | None:
    """The name of the site at an address; better than the name of the file that a page was saved to."""
    found = re.match(r"https?://(?:www\.)?([a-z0-9.-]{3,200})(?:[:/?#]|$)", (url or "").lower())
    return found[1] if found and "." in found[1] else None


def language_tag(written: str | None) -> str | None:
    """A language tag as it was written, or None where it is none."""
    tag = (written or "").strip()
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}", tag) else None


def _page_date(page: Any, metas: dict[str, str], json_ld_date: str | None) -> tuple[str | None, str | None]:
    options = [(metas[key], f"the page's metadata ({key})") for key in _META_DATES if key in metas]
    if json_ld_date:
        options.insert(0, (json_ld_date, "the page's metadata (datePublished)"))
    times = (element.get("datetime") for element in itertools.islice(page.iter("time"), 20))
    options += [(moment, "the page's <time> element") for moment in times if moment]
    for value, basis in options:
        try:
            return parse_day(value), basis
        except DateError:
            # Pages hold broken metadata beside good: the next one is tried.
            continue
    return None, None
