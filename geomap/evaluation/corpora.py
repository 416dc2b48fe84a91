"""Reading annotated corpora: JSON Lines, and the XML that public corpora come in.

=======================  =========================================================================================
JSON Lines               a document a line: ``doc_id``, ``text``, ``toponyms`` with ``start``, ``end``, ``text``,
                         ``lat`` and ``lon`` (both may be null), and where known ``geonameid``, ``type``, ``fcode``
LGL, TR-News             ``articles/article/toponyms/toponym`` with a ``gaztag``
GeoWebNews               the same tree with ``extractedName``, ``type``, ``latitude`` and ``longitude``
GeoVirus                 ``articles/article/locations/location``
WikToR                   ``pages/page``: the one place of the page, wherever its name stands
=======================  =========================================================================================

The public files do not agree on where counting begins, and some offsets are wrong: an offset that does not fit its
name is moved by up to three characters where the name stands there, else the toponym is left out; both are counted.
XML is read without entities and without any network; a file that declares a document type is refused.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geomap.errors import InputError

__all__ = ["DEMONYM_TYPES", "Corpus", "Document", "Gold", "read_corpus"]

DEMONYM_TYPES = frozenset({"Demonym", "Language", "Homonym"})
"""Types of GeoWebNews that mark people, languages and namesakes: no places for whoever leaves out demonyms."""

# How far an offset may be off: GeoVirus counts from 1, and quotes before a name were counted with it or without.
_SHIFTS = (0, -1, 1, -2, 2, -3, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """An annotated toponym: ``document.text[start:end] == text``. Coordinates are WGS84 degrees, or both None."""

    start: int
    end: int
    text: str
    lat: float | None = None
    lon: float | None = None
    geonameid: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One annotated document; ``number`` counts from 1 in the order of the file, ``home`` is its source's (as in
    :class:`~geomap.records.Article`)."""

    doc_id: str
    number: int
    text: str
    title: str | None = None
    url: str | None = None
    home: str | None = None
    toponyms: tuple[Gold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A corpus as read. ``moved`` toponyms had offsets that were mended, ``left_out`` had none that fit their name,
    ``not_names`` were annotated common nouns ("the church"), which GeoWebNews also has."""

    name: str
    path: Path
    sha256: str
    documents: tuple[Document, ...]
    moved: int = 0
    left_out: int = 0
    not_names: int = 0


@dataclass(slots=True)
class _Tally:
    moved: int = 0
    left_out: int = 0
    not_names: int = 0


def read_corpus(path: Path) -> Corpus:
    """The corpus in ``path``; what it is written in is seen from its first character.

    Raises :class:`~geomap.errors.InputError` naming the file, the line or document, and what to do.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    tally = _Tally()
    start = data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:2].replace(b"\0", b"")
    if start.startswith(b"<"):
        documents = tuple(_xml(path, data, tally))
    elif start.startswith(b"{"):
        documents = tuple(_json_lines(path, data, tally))
    else:
        raise InputError(
            f"{path}: neither JSON Lines nor XML. An annotated corpus is wanted, such as a line"
            ' {"doc_id": "a", "text": "...", "toponyms": [...]} for each document.'
        )
    if not documents:
        raise InputError(f"{path}: there is no document in it.")
    return Corpus(
        name=path.stem,
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        documents=documents,
        moved=tally.moved,
        left_out=tally.left_out,
        not_names=tally.not_names,
    )


def _fitted(text: str, start: int, end: int, name: str | None, tally: _Tally) -> tuple[int, int] | None:
    """The span as it should be; None where the name does not stand there or thereabouts."""
    if name is None:
        if 0 <= start < end <= len(text):
            return start, end
    elif name:
        for shift in _SHIFTS:
            if start + shift >= 0 and text.startswith(name, start + shift):
                # A wrong end alone ("inclusive") is mended as well, and counted.
                if shift or start + len(name) != end:
                    tally.moved += 1
                return start + shift, start + shift + len(name)
    tally.left_out += 1
    return None


def _degrees(lat: object, lon: object, where: str) -> tuple[float | None, float | None]:
    """Both coordinates, or None twice. Text is taken as XML has it."""
    if lat in (None, "") and lon in (None, ""):
        return None, None
    try:
        if isinstance(lat, bool) or isinstance(lon, bool):
            raise ValueError
        a, b = float(lat), float(lon)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(f"{where}: lat {lat!r} and lon {lon!r} are no numbers; give both, or neither.") from None
    if not (math.isfinite(a) and math.isfinite(b) and abs(a) <= 90.0 and abs(b) <= 180.0):
        raise InputError(f"{where}: lat {lat}, lon {lon} is no position in degrees; mend the line or remove it.")
    return a, b


# -- JSON Lines ------------------------------------------------------------------------------------------------------


def _json_lines(path: Path, data: bytes, tally: _Tally) -> Iterator[Document]:
    seen: dict[str, int] = {}
    number = 0
    for line_number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip(b"\xef\xbb\xbf \t\r"):
            continue
        where = f"{path}, line {line_number}"
        try:
            record = json.loads(line.decode("utf-8-sig"))
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise InputError(f"{where}: not JSON in UTF-8 ({error}). Mend or remove the line.") from error
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise InputError(f'{where}: a document is an object with a "text" in it.')
        if not isinstance(record.get("toponyms"), list):
            raise InputError(f'{where}: the document has no list "toponyms", so there is nothing to measure against.')
        number += 1
        doc_id = str(record.get("doc_id", number))
        if doc_id in seen:
            raise InputError(f"{where}: the doc_id {doc_id!r} is that of line {seen[doc_id]} already; give another.")
        seen[doc_id] = line_number
        found = [_gold_of(record["text"], one, f"{where}, toponym {n}", tally)
                 for n, one in enumerate(record["toponyms"], 1)]  # fmt: skip
        yield Document(
            doc_id=doc_id,
            number=number,
            text=record["text"],
            title=_words(record.get("title")),
            url=_words(record.get("url")),
            home=_words(record.get("home")),
            toponyms=tuple(gold for gold in found if gold is not None),
        )


def _words(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _gold_of(text: str, record: object, where: str, tally: _Tally) -> Gold | None:
    if not isinstance(record, dict) or any(
        not isinstance(record.get(key), int) or isinstance(record.get(key), bool) for key in ("start", "end")
    ):
        raise InputError(f'{where}: a toponym is an object with whole numbers "start" and "end".')
    lat, lon = _degrees(record.get("lat"), record.get("lon"), where)
    span = _fitted(text, record["start"], record["end"], _words(record.get("text")), tally)
    if span is None:
        return None
    identity = record.get("geonameid")
    return _gold(text, span, lat, lon, None if identity is None else str(identity), _words(record.get("type")), tally)


def _gold(
    text: str,
    span: tuple[int, int],
    lat: float | None,
    lon: float | None,
    geonameid: str | None,
    kind: str | None,
    tally: _Tally,
) -> Gold | None:
    if kind is not None and kind.endswith("_Expression"):
        tally.not_names += 1
        return None
    start, end = span
    return Gold(start=start, end=end, text=text[start:end], lat=lat, lon=lon, geonameid=geonameid, type=kind)


# -- XML -------------------------------------------------------------------------------------------------------------


def _xml(path: Path, data: bytes, tally: _Tally) -> Iterator[Document]:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, dtd_validation=False, remove_comments=True,
        remove_pis=True, huge_tree=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"{path}, line {error.lineno}: not well-formed XML ({error.msg}). Mend the file.") from error
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise InputError(f"{path}: it declares a document type, which no corpus needs. Remove the DOCTYPE line.")
    readers: dict[str, tuple[str, Callable[[Any, str, str, _Tally], Iterator[Gold]]]] = {
        "articles": ("article", _article),
        "pages": ("page", _page),
    }
    if root.tag not in readers:
        raise InputError(
            f"{path}: <{root.tag}> begins no corpus that is known here: LGL, TR-News, GeoWebNews and GeoVirus begin"
            " with <articles>, WikToR with <pages>."
        )
    tag, toponyms = readers[root.tag]
    used: set[str] = set()
    for number, element in enumerate(root.iterfind(tag), 1):
        text = element.findtext("text") or ""
        where = f"{path}, line {element.sourceline}"
        doc_id = element.get("docid") or element.get("number") or _text(element, "pageTitle") or str(number)
        while doc_id in used:
            doc_id = f"{doc_id}#{number}"
        used.add(doc_id)
        found = tuple(toponyms(element, text, where, tally))
        yield Document(
            doc_id=doc_id,
            number=number,
            text=text,
            title=_text(element, "title"),
            url=_text(element, "url", "source"),
            toponyms=found,
        )


def _text(element: Any, *tags: str) -> str | None:
    """The text of the first child of one of these tags (or paths) that has any."""
    for tag in tags:
        if value := (element.findtext(tag) or "").strip():
            return str(value)
    return None


def _span(element: Any, where: str) -> tuple[int, int]:
    try:
        return int(_text(element, "start") or ""), int(_text(element, "end") or "")
    except ValueError:
        raise InputError(f"{where}: <start> and <end> of a toponym must be whole numbers.") from None


def _article(article: Any, text: str, where: str, tally: _Tally) -> Iterator[Gold]:
    """The toponyms of an article of LGL, TR-News, GeoWebNews or GeoVirus."""
    for element in (*article.iterfind("toponyms/toponym"), *article.iterfind("locations/location")):
        where = f"{where.rpartition(', line ')[0]}, line {element.sourceline}"
        start, end = _span(element, where)
        tag = element.find("gaztag")
        holder = tag if tag is not None else element
        lat, lon = _degrees(_text(holder, "lat", "latitude"), _text(holder, "lon", "longitude", "long"), where)
        span = _fitted(text, start, end, _text(element, "phrase", "extractedName", "name"), tally)
        if span is None:
            continue
        identity = (tag.get("geonameid") if tag is not None else None) or _text(element, "geonamesID", "geonameid")
        gold = _gold(text, span, lat, lon, identity, _text(element, "type"), tally)
        if gold is not None:
            yield gold


def _page(page: Any, text: str, where: str, tally: _Tally) -> Iterator[Gold]:
    """The one place of a page of WikToR, wherever its name stands."""
    name = _text(page, "toponymName")
    # Copies of the file differ in how deep the coordinates lie and in what an index is called.
    lat, lon = _degrees(_text(page, "lat", ".//lat"), _text(page, "lon", "long", ".//lon", ".//long"), where)
    for element in page.iterfind("toponymIndices/*"):
        start, end = _span(element, f"{where.rpartition(', line ')[0]}, line {element.sourceline}")
        span = _fitted(text, start, end, name, tally)
        if span is not None:
            yield Gold(start=span[0], end=span[1], text=text[span[0] : span[1]], lat=lat, lon=lon)
