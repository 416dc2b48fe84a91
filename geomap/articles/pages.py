"""HTML pages to articles: the main text without menus, whatever the page throws at its parser."""

from __future__ import annotations

import re
from typing import Any

from geomap.articles.draft import Draft
from geomap.articles.facts import page_facts
from geomap.articles.linked_data import linked_data
from geomap.decoding import repair
from geomap.errors import InputError

__all__ = ["fragment_text", "from_html", "is_html"]

# lxml drops, without a word, all that lies deeper than 255 elements (measured with lxml 6.1.3); attributes of
# one tag cost it quadratic time (50,000: 3.2 s); trafilatura needs more than 6 s for 100,000 elements. So
# deep tags are flattened, overlong tags lose their attributes, and large pages are read without trafilatura.
_MAX_DEPTH = 200
_MAX_TAG = 4000
_MAX_TAGS_FOR_TRAFILATURA = 30_000

_HTML_START = re.compile(
    r"(?:<\?xml[^>]{0,200}>\s{0,200})?(?:<!--.{0,4000}?-->\s{0,200}){0,5}"
    r"<(?:!doctype\s{1,9}html|html|head|body|title|meta|article|main|div|p|h[1-6]|table|section|header|link|script|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_INSIDE = re.compile(r"<(?:html|body|head)(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]{0,30})")
_VOID = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
# Elements whose end tag may be left out: an unclosed one is closed by the next and nests no deeper.
_SELF_CLOSING = frozenset(
    (
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "option",
        "optgroup",
        "colgroup",
        "html",
        "head",
        "body",
    )
)
_WEIGHT = {"table": 4, "ul": 2, "ol": 2, "dl": 2, "select": 2}
_SKIPPED = frozenset(
    (
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "math",
        "iframe",
        "object",
        "head",
        "nav",
        "footer",
        "aside",
        "form",
        "select",
        "textarea",
        "button",
        "title",
    )
)
_BLOCKS = frozenset(
    (
        *("address", "article", "blockquote", "body", "br", "center", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html"),
        *("li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th"),
        *("thead", "tr", "ul"),
    )
)


def is_html(start: str, suffix: str) -> bool:
    """Whether a text that begins with ``start`` is HTML, in a file whose name ends in ``suffix``."""
    if _HTML_START.match(start):
        return True
    if _HTML_INSIDE.search(start):
        return True
    return suffix in (".html", ".htm", ".xhtml") and bool(re.search(r"</?[A-Za-z][A-Za-z0-9]{0,15}[\s/>]", start))


def _tame(html: str) -> tuple[str, int, bool]:
    """The page without what its parser chokes on; its number of tags; whether a script is left open.

    Scripts, styles and comments go; tags nested too deep become line breaks, so that the text stays; tags
    that are too long lose their attributes. One pass, linear in the length.
    """
    out: list[str] = []
    position, copied, depth, tags, unmatched = 0, 0, 0, 0, 0
    lowered = html.lower()
    if len(lowered) != len(html):  # "İ" lowers to two characters: then offsets would shift
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in html)
    while (begin := lowered.find("<", position)) >= 0:
        if lowered.startswith("<!--", begin):
            end = lowered.find("-->", begin + 4)
            out.append(html[copied:begin])
            position = copied = end + 3 if end >= 0 else len(html)
            continue
        name_match = _TAG_NAME.match(lowered, begin)
        if name_match is None:
            position = begin + 1
            continue
        tag = name_match[1]
        closing = lowered.startswith("</", begin)
        end, unmatched = _tag_end(html, name_match.end(), unmatched)
        if end < 0:
            # "<a" and no ">" to the end of the page: text, as far as anyone can tell.
            break
        tags += 1
        if tag in ("script", "style") and not closing:
            out.append(html[copied:begin])
            close = lowered.find(f"</{tag}", end)
            if close < 0:
                return "".join(out), tags, True
            after = lowered.find(">", close)
            position = copied = after + 1 if after >= 0 else len(html)
            continue
        position = end
        replacement: str | None = None
        if tag not in _VOID and tag not in _SELF_CLOSING and not (html[end - 2] == "/" and tag in ("path", "use")):
            weight = _WEIGHT.get(tag, 1)
            if closing:
                # Beyond the limit, opening tags were dropped, and so are their ends.
                if depth > _MAX_DEPTH:
                    replacement = "<br>"
                depth = max(0, depth - weight)
            else:
                depth += weight
                if depth > _MAX_DEPTH:
                    replacement = "<br>"
        if replacement is None and end - begin > _MAX_TAG:
            replacement = f"<{'/' if closing else ''}{tag}>"
        if replacement is not None:
            out.extend((html[copied:begin], replacement))
            copied = end
    out.append(html[copied:])
    return "".join(out), tags, False


_TAG_PART = re.compile(r"[^>\"']*+")


def _tag_end(html: str, position: int, unmatched: int) -> tuple[int, int]:
    """Where the tag ends (after its ``>``), past ``>`` in quotes, -1 if it does not; and ``unmatched`` for the next.

    Quotes that stand before ``unmatched`` are known not to match: there the first ``>`` is the end. So nothing is
    looked at twice by tags that find no end.
    """
    naive = html.find(">", position)
    if naive < 0:
        return -1, unmatched
    if naive < unmatched:
        return naive + 1, unmatched
    start = position
    while True:
        match = _TAG_PART.match(html, start)
        assert match is not None
        start = match.end()
        if start >= len(html):
            break
        if html[start] == ">":
            return start + 1, unmatched
        # A quote that nothing closes nearby is a stray apostrophe.
        close = html.find(html[start], start + 1, start + 100_000)
        if close < 0:
            break
        start = close + 1
    return naive + 1, start


def from_html(html: str, name: str, stem: str) -> Draft:
    """The main text of a page with what it says of itself. Raises InputError if it has no text."""
    tamed, tags, unclosed = _tame(repair(html))
    page = _tree(tamed)
    text = ""
    if page is not None:
        facts = page_facts(page, linked_data(html))
        if tags <= _MAX_TAGS_FOR_TRAFILATURA:
            text = _main_text(page)
        if not text.strip():
            again = _tree(tamed)
            text = _all_text(again) if again is not None else ""
    text = repair(text).strip()
    if not text:
        why = " (a <script> that never ends swallows the rest)" if unclosed else ""
        raise InputError(f"{name}: the HTML holds no text{why}; save the page as shown in the browser, or as text")
    return Draft(
        doc_id=stem,
        text=text,
        where=name,
        title=facts.title,
        published=facts.published,
        basis=facts.basis,
        source=facts.site or name.rsplit("/", 1)[-1],
        url=facts.url,
        language=facts.language,
    )


def _tree(tamed: str) -> Any:
    """The elements of a page that :func:`_tame` has been through; None where it has none."""
    from lxml import etree
    from lxml import html as lxml_html

    # Without huge_tree, all that follows 10 MB of text in one element is dropped; depth and tags are tamed already.
    parser = lxml_html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        return lxml_html.document_fromstring(tamed.encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def fragment_text(markup: str) -> str:
    """The text of a piece of HTML, such as an item of a feed: all of it, one block a line."""
    page = _tree(_tame(repair(markup))[0])
    return repair(_all_text(page)).strip() if page is not None else ""


def _main_text(page: Any) -> str:
    """The article of a page, without menus and the like; empty if none can be told."""
    import trafilatura
    from lxml import etree

    try:
        return trafilatura.extract(page, include_comments=False, include_tables=True) or ""
    except (etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError, AssertionError):
        # What trafilatura cannot take is read plainly by the caller.
        return ""


def _all_text(page: Any) -> str:
    """All text of a page, one block a line."""
    lines: list[str] = []
    words: list[str] = []

    def flush() -> None:
        line = " ".join("".join(words).split())
        if line:
            lines.append(line)
        words.clear()

    from lxml import etree

    skipping = 0
    for event, element in etree.iterwalk(page, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            skipping += tag in _SKIPPED
            if tag in _BLOCKS:
                flush()
            if not skipping and tag:
                words.append(element.text or "")
        else:
            skipping -= tag in _SKIPPED
            if tag in _BLOCKS:
                flush()
            if not skipping:
                words.append(element.tail or "")
    flush()
    return "\n".join(lines)
