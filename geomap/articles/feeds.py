"""Feeds: RSS (2.0, 1.0, 0.9x) and Atom, read as a stream, one article an item.

The parser is expat under our own hand, not a feed library: feedparser 6.0.14 took 14 s on an author field of 60 kB
(measured), while here a field that nobody needs is never even collected. No entity is ever expanded but the five of
XML and the characters that HTML names, which are put in before the parser sees them; a feed that declares entities of
its own is refused. Nothing outside the feed is opened, whatever its document type says.
"""

from __future__ import annotations

import codecs
import email.utils
import hashlib
import html
import html.entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urljoin
from xml.parsers import expat

from geomap.articles import limits
from geomap.articles.draft import Draft, OnError, Source
from geomap.articles.facts import language_tag
from geomap.articles.pages import fragment_text
from geomap.caldates import parse_day
from geomap.decoding import encoding_of, repair, told_encodings
from geomap.errors import DateError, InputDoubt, InputError
from geomap.text import visible

__all__ = ["FEED_SUFFIXES", "feed_drafts", "is_xml"]

FEED_SUFFIXES = (".xml", ".rss", ".atom")
"""The files that are feeds by their name; others are by their first tag."""

# What may stand before the first tag: the declaration, comments, instructions, a document type.
_PROLOG = re.compile(
    r"(?:<\?[^>]{0,500}>|<!--.{0,4000}?-->|<!doctype[^>\[]{0,500}(?:\[.{0,4000}?\]\s{0,99})?>|\s{1,999}){0,20}",
    re.IGNORECASE | re.DOTALL,
)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,40})[\s/>]")
_ROOTS = ("rss", "rdf", "feed")

# A tag or name that goes on for longer is an attack: expat would hold it whole.
_MOST_PENDING = 2**20
_PIECE = 2**16
# libxml2's own limit is 256; feeds have some 20 levels, pages inside them included.
_MOST_DEPTH = 256
# Identifiers are web addresses or shorter; a longer one is cut, and its end told by a hash.
_MOST_ID = 300

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND = re.compile(r"&(?:#(?P<digits>[0-9]{1,8})|#[xX](?P<hex>[0-9A-Fa-f]{1,7})|(?P<name>[A-Za-z0-9]{2,32}));|&")
_LITERAL = re.compile(r"<!(?:--|\[CDATA\[)")
_FIVE = frozenset(("amp", "lt", "gt", "quot", "apos"))
# The line that WordPress puts below every item.
_APPENDED = re.compile(r"\n?The post [^\n]{1,400} (?:appeared first|first appeared) on [^\n]{1,200}\.?\s{0,9}$")

# Atom says when a text is HTML; what has such tags is HTML even where it does not say so.
_SLOPPY = re.compile(r"</(?:p|a|div|b|i|em|strong|span|li)>|<br\b|<p>", re.IGNORECASE)

# Which fields of an item are collected, by their name without a prefix, and those that count with a prefix only.
_FIELDS = frozenset(
    ("title", "link", "guid", "id", "pubdate", "published", "updated", "modified", "issued", "description", "summary")
)
_FIELDS |= frozenset(("content", "source", "date", "encoded"))
_PREFIXED = {
    ("content", "encoded"): "content",
    ("dc", "date"): "date",
    ("dc", "language"): "language",
    ("dc", "title"): "title",
    ("dc", "description"): "description",
    ("dcterms", "issued"): "issued",
    ("dcterms", "created"): "issued",
    ("dcterms", "modified"): "modified",
    ("atom", "published"): "published",
    ("atom", "updated"): "updated",
    ("atom", "link"): "link",
}
_DATES = ("pubdate", "published", "issued", "date", "updated", "modified")


def is_xml(start: str, suffix: str) -> bool:
    """Whether a text that begins with ``start`` is XML that may be a feed, and no page."""
    if not start.startswith("<"):
        return False
    prolog = _PROLOG.match(start)
    root = _ROOT.match(start, prolog.end() if prolog else 0)
    if root is not None:
        name = root[2].lower()
        if name in _ROOTS:
            return True
        if name == "html":
            return False
    return suffix in FEED_SUFFIXES or (start.startswith("<?xml") and (root is not None or "<html" not in start.lower()))


@dataclass(slots=True)
class _Item:
    """An item while it is read: the text of its fields, its addresses."""

    line: int
    fields: dict[str, str] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)
    href: str | None = None
    permalink: bool = True
    language: str | None = None
    too_large: bool = False


class _Feed:
    """The handlers of expat: they keep what an item needs and forget the rest."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.title: str | None = None
        self.language: str | None = None
        self.items: list[_Item] = []
        self.root = ""
        self._prefix = ""
        self._path: list[str] = []
        self._item: _Item | None = None
        self._item_depth = 0
        self._field: str | None = None
        self._field_depth = 0
        self._markup = False
        self._parts: list[str] = []
        self._size = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        self.parser = parser

    def _entity(self, *_: object) -> None:
        raise InputError(
            f"{self.name}: the feed declares entities of its own, as attacks do and feeds need not; it was not read."
            " Remove its <!DOCTYPE ...> if you trust it"
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        prefix, _, local = tag.rpartition(":")
        local = local.lower()
        self._path.append(local)
        depth = len(self._path)
        if depth > _MOST_DEPTH:
            raise InputError(f"{self.name}: the feed is nested deeper than {_MOST_DEPTH} elements; it was not read")
        if depth == 1:
            self._open_root(prefix, local, attributes)
        elif self._field is not None:
            if self._markup:
                # Markup inside a field that was not escaped: Atom's XHTML, or a careless RSS.
                self._add(f"<{local}>")
        elif self._item is None and local in ("item", "entry") and prefix == self._prefix:
            self._item = _Item(self.parser.CurrentLineNumber, language=attributes.get("xml:lang"))
            self._item_depth = depth
            self._size = 0
        elif self._item is not None and depth == self._item_depth + 1:
            self._open_field(prefix, local, attributes)
        elif self._item is None and prefix == self._prefix and self._of_channel(local):
            self._begin(local, depth)

    def _open_root(self, prefix: str, local: str, attributes: dict[str, str]) -> None:
        self.root = local
        if local not in _ROOTS:
            raise InputError(
                f"{self.name}: XML, but no feed (its first element is <{visible(local)[:40]}>);"
                " save the article as text or HTML"
            )
        # In RSS 1.0 the root is rdf:RDF and the items are of the default namespace.
        self._prefix = prefix if local == "feed" else ""
        self.language = language_tag(attributes.get("xml:lang"))

    def _of_channel(self, local: str) -> bool:
        if local not in ("title", "language"):
            return False
        parents = self._path[:-1]
        return parents in (["feed"], ["rss", "channel"], ["rdf", "channel"], ["rss"])

    def _open_field(self, prefix: str, local: str, attributes: dict[str, str]) -> None:
        item = self._item
        assert item is not None
        name = _PREFIXED.get((prefix.lower(), local))
        if name is None:
            name = local if (prefix == self._prefix or local == "encoded") and local in _FIELDS else None
            name = "content" if name == "encoded" else name
        if name is None:
            return
        if name == "link" and (href := attributes.get("href")):
            # Atom: the page itself is rel="alternate" or says nothing.
            if attributes.get("rel", "alternate") == "alternate" and item.href is None:
                item.href = href[: limits.MAX_TITLE]
            return
        if name == "guid" and attributes.get("isPermaLink", "").lower() == "false":
            item.permalink = False
        kind = attributes.get("type", "").lower()
        if name == "content" and (attributes.get("src") or ("/" in kind and not kind.startswith("text/"))):
            return  # Elsewhere, or a picture in base64.
        if name not in item.fields:
            if self.root == "feed" and kind in ("", "text", "text/plain"):
                item.plain.add(name)
            self._begin(name, len(self._path))

    def _begin(self, name: str, depth: int) -> None:
        self._field, self._field_depth, self._parts = name, depth, []
        self._markup = self._item is not None and name in ("content", "description", "summary", "title")

    def _add(self, text: str) -> None:
        if self._item is None and self._size > limits.MAX_TITLE:
            return
        self._size += len(text)
        if self._size <= limits.MAX_ARTICLE_BYTES:
            self._parts.append(text)
        elif self._item is not None:
            self._item.too_large = True
            self._parts.clear()

    def _text(self, text: str) -> None:
        if self._field is not None:
            inside = self._markup and len(self._path) > self._field_depth
            self._add(html.escape(text, quote=False) if inside else text)

    def _end(self, tag: str) -> None:
        depth = len(self._path)
        local = self._path.pop()
        if self._field is not None:
            if depth == self._field_depth:
                self._close_field()
            elif self._markup:
                self._add(f"</{local}>")
        elif self._item is not None and depth == self._item_depth:
            self.items.append(self._item)
            self._item = None
            self._size = 0

    def _close_field(self) -> None:
        name, text = self._field, "".join(self._parts)
        self._field, self._parts = None, []
        assert name is not None
        if self._item is not None:
            if text.strip():
                self._item.fields[name] = text
        elif name == "title":
            self.title = self.title or _line(text)
            self._size = 0
        else:
            self.language = language_tag(text.strip()) or self.language
            self._size = 0


def feed_drafts(
    source: Source, head: bytes, wide: str | None, *, seen: set[int], report: OnError, dated: bool
) -> Iterator[Draft]:
    """The articles of a feed, whose first bytes ``head`` were read already; ``wide`` is its encoding if it is UTF-16.

    ``seen`` holds the items of the run, so that one that stands in two files is read once. ``dated`` says that a
    publication date is given from outside. An item that cannot be an article goes to ``report``, as does what makes
    others doubtful; a feed that breaks off gives what stands before the break. Raises InputError for the break, for
    XML that is no feed, and for a feed that declares entities.
    """
    feed = _Feed(source.name)
    doubts = _Doubts(source.name)
    number = 0
    broken: InputError | None = None
    for _ in _parsed(feed, source, head, wide, doubts):
        for item in feed.items:
            number += 1
            try:
                draft = _draft(item, number, feed, source, doubts, dated=dated, seen=seen)
            except InputError as error:
                report(error)
                continue
            if draft is not None:
                yield draft
        feed.items.clear()
    broken = doubts.broken
    for doubt in doubts.told():
        report(doubt)
    if broken is not None:
        raise InputError(f"{broken}; {number:,} item{' was' if number == 1 else 's were'} read before it")
    if not number:
        raise InputError(f"{source.name}: the feed holds no items")


class _Doubts:
    """What is doubtful about items, told once for each kind: a feed of a million items must not fill the screen."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.broken: InputError | None = None
        self.encoding: InputDoubt | None = None
        self._counts: dict[str, int] = {}
        self._first: dict[str, str] = {}

    def add(self, what: str, first: str) -> None:
        """Count one more of ``what``; ``first`` is kept of the first."""
        self._counts[what] = self._counts.get(what, 0) + 1
        self._first.setdefault(what, first)

    def told(self) -> Iterator[InputDoubt]:
        """The doubts, one for each kind."""
        if self.encoding is not None:
            yield self.encoding
        for what, count in self._counts.items():
            items = f"{count:,} item{'' if count == 1 else 's'}"
            first = f" ({'' if count == 1 else 'first: '}{self._first[what]})"
            yield InputDoubt(f"{self.name}: {what}: {items}{first if self._first[what] else ''}")


def _parsed(feed: _Feed, source: Source, head: bytes, wide: str | None, doubts: _Doubts) -> Iterator[None]:
    """Feed the parser piece by piece; after each piece the finished items are in ``feed.items``."""
    sent = 0
    try:
        for text in _texts(source, head, wide, doubts):
            feed.parser.Parse(text, False)
            sent += len(text.encode("utf-8", "replace"))
            yield
            if sent - feed.parser.CurrentByteIndex > _MOST_PENDING:
                raise InputError(
                    f"{source.name}: the feed has a tag of more than {_MOST_PENDING // 2**20} MB"
                    f" after line {feed.parser.CurrentLineNumber:,}; the rest was not read"
                )
        feed.parser.Parse("", True)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        doubts.broken = InputError(f"{source.name}, line {error.lineno:,}: the feed is cut off or damaged here ({why})")
    except InputError as error:
        if feed.root not in _ROOTS:
            raise
        doubts.broken = error
    yield


def _texts(source: Source, head: bytes, wide: str | None, doubts: _Doubts) -> Iterator[str]:
    """The feed as text that expat can take, in pieces."""
    told = told_encodings(head, source.charset)
    decoder = codecs.getincrementaldecoder(wide)(errors="replace") if wide is not None else None
    lost = "\ufffd"
    mending = _Mending()
    first = True
    for data in _pieces(head, source):
        if decoder is None:
            # All before was ASCII. Cut where no character is halved.
            end = max(data.rfind(mark) for mark in (b">", b" ", b"\n")) + 1
            encoding, doubt = encoding_of(data[:end] or data, source.name, told)
            if encoding != "utf-8-sig" or not data.isascii():
                # Lone surrogates, which UTF-8 cannot hold, tell bytes that are none from a U+FFFD of the feed.
                lost, errors = ("[\ud800-\udfff]", "surrogateescape") if encoding == "utf-8-sig" else (lost, "replace")
                decoder = codecs.getincrementaldecoder(encoding)(errors=errors)
            if doubt is not None:
                doubts.encoding = doubt
        text = decoder.decode(data) if decoder is not None else data.decode("ascii")
        if doubts.encoding is None and not text.isascii() and re.search(lost, text):
            doubts.encoding = InputDoubt(
                f"{source.name}: bytes that are no {(wide or encoding).removesuffix('-sig').upper()}; unreadable"
                " characters became \ufffd"
            )
        if first:
            text = text.lstrip("\ufeff \t\r\n")
            first = not text
        yield mending.take(text)
    yield mending.take(decoder.decode(b"", final=True) if decoder is not None else "", final=True)


def _pieces(head: bytes, source: Source) -> Iterator[bytes]:
    # The first is long enough to judge its encoding.
    yield head + source.stream.read(_PIECE)
    while data := source.stream.read(_PIECE):
        yield data


class _Mending:
    """Puts right what XML forbids and feeds nevertheless have: control characters, HTML's entities, a bare &.

    Comments and CDATA, in which an & is no more than that, are left as they are. A piece may end anywhere.
    """

    def __init__(self) -> None:
        self._rest = ""
        self._until = ""

    def take(self, text: str, *, final: bool = False) -> str:
        """The text of the next piece that is complete."""
        text = self._rest + text
        out: list[str] = []
        position = 0
        while True:
            if self._until:
                end = text.find(self._until, position)
                if end < 0:
                    break
                end += len(self._until)
                out.append(text[position:end])
                self._until = ""
            elif (match := _LITERAL.search(text, position)) is not None:
                end = match.end()
                out.append(_AMPERSAND.sub(_reference, text[position:end]))
                self._until = "-->" if match[0] == "<!--" else "]]>"
            else:
                break
            position = end
        tail = text[position:]
        cut = len(tail)
        if not final and self._until:
            cut = max(0, cut - 2)
        elif not final:
            # An ampersand near the end may be the beginning of "&nbsp;".
            places = tail.rfind("&", max(0, cut - 40)), tail.rfind("<", max(0, cut - 8))
            cut = min((place for place in places if place >= 0), default=cut)
        self._rest = tail[cut:]
        out.append(tail[:cut] if self._until else _AMPERSAND.sub(_reference, tail[:cut]))
        return _NOT_XML.sub("\ufffd", "".join(out))


def _reference(match: re.Match[str]) -> str:
    written = match[0]
    if written == "&":
        return "&amp;"
    if (name := match["name"]) is not None:
        if name in _FIVE:
            return written
        character = html.entities.html5.get(name + ";")
        # Not our entities and not HTML's: nobody may say what they are.
        return html.escape(character) if character is not None else f"&amp;{name};"
    number = int(match["digits"]) if match["digits"] else int(match["hex"], 16)
    if number > 0x10FFFF or _NOT_XML.match(chr(number)):
        return "\ufffd"
    return written


def _draft(
    item: _Item, number: int, feed: _Feed, source: Source, doubts: _Doubts, *, dated: bool, seen: set[int]
) -> Draft | None:
    """The article of an item; None where it was read before. Raises InputError where it can be none."""
    where = f"{source.name}, item {number:,} (line {item.line:,})"
    if item.too_large:
        raise InputError(f"{where}: larger than {limits.MAX_ARTICLE_BYTES // 2**20} MB, too much for one article")
    title = _line(item.fields.get("title", ""), plain="title" in item.plain)
    url = _address(item, source)
    given = item.fields.get("guid") or item.fields.get("id") or ""
    key = _key(feed.title or source.name, given.strip(), url or title or "") if given.strip() else None
    if key is not None and key in seen:
        doubts.add("the same item again, which was left out", "")
        return None
    text, teaser = "", False
    for name in ("content", "description", "summary"):
        text = _as_text(item.fields.get(name, ""), plain=name in item.plain)
        if text:
            teaser = name != "content"
            break
    if not text and title:
        text, teaser = title, True
        doubts.add("no text but a title, which was read for it", where.removeprefix(f"{source.name}, "))
    if not text:
        raise InputError(f"{where}: the item has neither text nor a title")
    if key is not None:
        seen.add(key)
    published, basis = _date(item, where.removeprefix(f"{source.name}, "), doubts, dated=dated)
    return Draft(
        doc_id=_short(visible(" ".join(given.split())) or url or "") or f"{source.stem}-{number}",
        text=text,
        where=where,
        title=title or None,
        published=published,
        basis=basis,
        source=_line(item.fields.get("source", "")) or feed.title or source.name.rsplit("/", 1)[-1],
        url=url,
        language=language_tag(item.language or item.fields.get("language", "").strip()) or feed.language,
        teaser=teaser,
    )


def _key(*parts: str) -> int:
    """A number for an item; eight bytes, so that a million of them weigh little."""
    return int.from_bytes(hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _short(text: str) -> str:
    if len(text) <= _MOST_ID:
        return text
    return f"{text[: _MOST_ID - 17]}-{_key(text):016x}"


def _address(item: _Item, source: Source) -> str | None:
    """The item's own page: http or https, and nothing else."""
    given = [item.href, item.fields.get("link")]
    if item.permalink:
        given.append(item.fields.get("guid"))
    for one in given:
        # Inside CDATA an ampersand may be escaped nevertheless.
        address = repair((one or "").strip().replace("&amp;", "&"))
        if address and source.url and "://" not in address[:20]:
            try:
                address = urljoin(source.url, address)
            except ValueError:
                continue
        if re.fullmatch(r"https?://\S{1,2000}", address, re.IGNORECASE) and address.isprintable():
            return address
    return None


def _as_text(markup: str, *, plain: bool) -> str:
    """What a field says, without its markup."""
    if not markup.strip():
        return ""
    if ("<" not in markup and "&" not in markup) or (plain and not _SLOPPY.search(markup)):
        text = "\n".join(" ".join(line.split()) for line in markup.strip().splitlines())
    else:
        text = fragment_text(markup)
    return _APPENDED.sub("", repair(text)).strip()


def _line(markup: str, *, plain: bool = False) -> str:
    """A title or name: one line."""
    if not markup:
        return ""
    short = markup[: 4 * limits.MAX_TITLE]
    return " ".join(_as_text(short, plain=plain).split())[: limits.MAX_TITLE]


def _date(item: _Item, where: str, doubts: _Doubts, *, dated: bool) -> tuple[str | None, str | None]:
    """The day of an item, as its feed writes it: in the feed's own time zone, which an offset does not move."""
    wrong: DateError | None = None
    for name in _DATES:
        written = item.fields.get(name, "").strip()
        if not written:
            continue
        try:
            return _day(written), f"the feed's {'pubDate' if name == 'pubdate' else name}"
        except DateError as error:
            wrong = wrong or error
    if wrong is not None and not dated:
        doubts.add("an impossible date, which was ignored", f"{where}: {wrong}")
    return None, None


def _day(written: str) -> str:
    try:
        return parse_day(written)
    except DateError:
        # RFC 822 lets a year have two digits and the weekday be missing or in another language.
        parsed = email.utils.parsedate_tz(written[:100])
        if parsed is None:
            raise
        try:
            return date(*parsed[:3]).isoformat()
        except ValueError:
            pass
        raise
