"""What a project knows of its articles: which it has, which are coded, by what."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from geomap.errors import InputDoubt, InputError
from geomap.formats import incident_from_dict
from geomap.outputs import atomic_file, json_line
from geomap.project.folder import ProjectFolder
from geomap.project.journal import Journal
from geomap.records import Article, Incident, to_dict

__all__ = ["Coded", "Kept", "Store", "text_digest"]

_META = ("title", "published", "published_basis", "source", "url", "language", "home")
# Of a text told again in other words few runs of five words are the same; of one with a paragraph added or a word
# mended nearly all are.
_RUN = 5
_WORD = re.compile(r"\w+")
# What shares a name and this much of its words is the same article, told on.
_SAME_NAME = 0.8
# What shares an address may have been rewritten by half. Less is another text, as of a page of posts, or of a table
# that gives the outlet's address for all of its rows: both are kept, since one taken for the other's new version would
# be gone from the map, while one told twice is merged. Of 28,061 pairs of articles of one outlet (LGL, GeoVirus) one
# shares more than 0.3, a series that repeats its background (0.70); a footer shared by short texts makes 0.3.
_SAME_ADDRESS = 0.5


def text_digest(text: str) -> str:
    """What makes two articles' texts the same: their words and signs, whatever white space is between them."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()


def digest_of(value: Any) -> str:
    """A short digest of anything that JSON can write."""
    line = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(line.encode("ascii")).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One article of the project, less its text. ``version`` changes with its text and with what is known of it,
    ``earlier`` are the digests of the texts that it had before; ``at`` and ``length`` say where its line stands."""

    doc_id: str
    digest: str
    version: str
    at: int
    length: int
    published: str | None = None
    title: str | None = None
    source: str | None = None
    url: str | None = None
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """What one article gave: ``error`` says why it gave nothing. ``made_with`` are digests of all that its incidents
    depend on: rules and settings, places, corrections of places."""

    doc_id: str
    version: str
    made_with: dict[str, str]
    incidents: int
    placed: int
    error: str | None
    at: int
    length: int


class Store:
    """The articles of a project and their results, read from its journals. ``on_damage`` is told of lines that are
    damaged; whoever calls a method that writes holds the project's lock."""

    def __init__(self, folder: ProjectFolder, on_damage: Callable[[InputDoubt], None]) -> None:
        self.folder = folder
        self._articles, self._coded = Journal(folder.articles), Journal(folder.coded)
        self.articles: dict[str, Kept] = {}
        self.coded: dict[str, Coded] = {}
        self._by_digest: dict[str, str] = {}
        self._by_url: dict[str, str] = {}
        self._superseded = 0
        for at, length, record in self._articles.lines(on_damage):
            if isinstance(record.get("text"), str) and isinstance(record.get("doc_id"), str):
                self._enter(record, at, length)
            else:
                on_damage(InputDoubt(f"{folder.articles}: a line without text or doc_id was left out."))
        for at, length, record in self._coded.lines(on_damage):
            self._enter_coded(record, at, length)
        self._read_article, self._read_coded = self._articles.reader(), self._coded.reader()

    # -- articles --

    def _enter(self, record: Mapping[str, Any], at: int, length: int) -> Kept:
        digest = record.get("digest") or text_digest(record["text"])
        before = self.articles.get(record["doc_id"])
        earlier = () if before is None else (*before.earlier, *((before.digest,) if before.digest != digest else ()))
        kept = Kept(
            doc_id=record["doc_id"],
            digest=digest,
            version=digest_of([digest, *(record.get(name) for name in _META)]),
            at=at,
            length=length,
            published=record.get("published"),
            title=record.get("title"),
            source=record.get("source"),
            url=record.get("url"),
            earlier=earlier,
        )
        self.articles[kept.doc_id] = kept
        self._by_digest[digest] = kept.doc_id
        for one in earlier:
            self._by_digest.setdefault(one, kept.doc_id)
        for address in _addresses(kept.url):
            self._by_url[address] = kept.doc_id
        return kept

    def article(self, kept: Kept) -> Article:
        """The article with its text. Raises :class:`~geomap.errors.InputError` where it cannot be read."""
        record = self._read_article(kept.at, kept.length)
        known = {name: record.get(name) for name in _META}
        return Article(doc_id=kept.doc_id, text=record["text"], **known)

    def known(self, article: Article) -> Kept | None:
        """The project's article that has this very text now, or had it before and was told on since."""
        digest = text_digest(article.text)
        doc_id = self._by_digest.get(digest)
        if doc_id is None:
            return None
        kept = self.articles[doc_id]
        # Where another text took its place, as any of the same address once did, it is not there any more.
        stayed = kept.digest == digest or _shared(self.article(kept).text, article.text) >= _SAME_ADDRESS
        return kept if stayed else None

    def older(self, article: Article) -> Kept | None:
        """The project's article that ``article`` is a new version of: it has its address and half of its words, or its
        name and nearly all of them."""
        addresses = _addresses(article.url)
        wanted = {doc_id: _SAME_ADDRESS for one in addresses if (doc_id := self._by_url.get(one))}
        if (named := self.articles.get(article.doc_id)) is not None:
            if not (named.url and article.url):
                wanted.setdefault(named.doc_id, _SAME_NAME)
            elif not set(addresses).isdisjoint(_addresses(named.url)):
                wanted.setdefault(named.doc_id, _SAME_ADDRESS)
        for doc_id, share in wanted.items():
            kept = self.articles[doc_id]
            if _shared(self.article(kept).text, article.text) >= share:
                return kept
        return None

    def add(self, article: Article, *, instead_of: Kept | None = None, added: str) -> Kept:
        """Write an article down, under a name that no other has, and return it. It is kept from here on."""
        doc_id = instead_of.doc_id if instead_of is not None else self._free(article.doc_id)
        record = {
            "doc_id": doc_id,
            "added": added,
            "digest": text_digest(article.text),
            **{name: value for name in _META if (value := getattr(article, name)) is not None},
            "text": article.text,
        }
        return self._enter(record, *self._articles.append(record))

    def _free(self, doc_id: str) -> str:
        if doc_id not in self.articles:
            return doc_id
        number = 2
        while f"{doc_id}-{number}" in self.articles:
            number += 1
        return f"{doc_id}-{number}"

    # -- results --

    def _enter_coded(self, record: Mapping[str, Any], at: int, length: int) -> None:
        if isinstance(checked := record.get("checked"), dict):
            but = set(map(str, record.get("but") or ()))
            for coded in self.coded.values():
                if coded.doc_id not in but:
                    coded.made_with.update(checked)
            return
        incidents, made_with = record.get("incidents"), record.get("made_with")
        if not isinstance(incidents, list) or not isinstance(made_with, dict):
            return
        doc_id = str(record.get("doc_id"))
        self._superseded += doc_id in self.coded
        self.coded[doc_id] = Coded(
            doc_id=doc_id,
            version=str(record.get("version")),
            made_with=made_with,
            incidents=len(incidents),
            placed=int(record.get("placed") or 0),
            error=record.get("error"),
            at=at,
            length=length,
        )

    def keep(
        self,
        kept: Kept,
        made_with: Mapping[str, str],
        *,
        incidents: tuple[Incident, ...] = (),
        placed: int = 0,
        error: str | None = None,
    ) -> None:
        """Write down what an article gave."""
        record = {
            "doc_id": kept.doc_id,
            "version": kept.version,
            "made_with": dict(made_with),
            "placed": placed,
            "error": error,
            "incidents": [to_dict(incident) for incident in incidents],
        }
        self._enter_coded(record, *self._coded.append(record))

    def note_checked(self, made_with: Mapping[str, str], fresh: set[str]) -> None:
        """Note that the results of the articles ``fresh`` are as if made with these: one line, so that no later command
        has to read their texts to know it."""
        record = {"checked": dict(made_with), "but": sorted(self.coded.keys() - fresh)}
        self._enter_coded(record, *self._coded.append(record))

    def result(self, kept: Kept) -> Coded | None:
        """What the article gave in its present version, if it was coded."""
        coded = self.coded.get(kept.doc_id)
        return coded if coded is not None and coded.version == kept.version else None

    def incidents(self) -> Iterator[Incident]:
        """The incidents of all articles as coded, in the order in which the articles were added."""
        for kept in self.articles.values():
            coded = self.result(kept)
            if coded is None or not coded.incidents:
                continue
            record = self._read_coded(coded.at, coded.length)
            try:
                yield from map(incident_from_dict, record["incidents"])
            except (KeyError, TypeError, ValueError) as error:
                raise InputError(
                    f"{self.folder.coded}: the result of {kept.doc_id} is damaged ({error}); 'geomap project map"
                    " --recode' makes it anew."
                ) from error

    def tidy(self) -> bool:
        """Leave out of the results those that newer ones replaced, where they are most of the file."""
        if self._superseded <= max(100, len(self.coded)):
            return False
        left: dict[str, Coded] = {}
        at = 0
        with atomic_file(self.folder.coded) as file:
            for coded in self.coded.values():
                record = self._read_coded(coded.at, coded.length) | {"made_with": coded.made_with}
                line = json_line(record).encode("utf-8") + b"\n"
                file.write(line)
                left[coded.doc_id] = replace(coded, at=at, length=len(line))
                at += len(line)
        self.coded, self._superseded, self._read_coded = left, 0, self._coded.reader()
        return True


def _addresses(url: str | None) -> tuple[str, ...]:
    """An address without what does not change the page (a slash at the end, www, http or https): with its fragment,
    which may be one post of many, and without."""
    if not url:
        return ()
    page, _, fragment = re.sub(r"^https?://(www\.)?", "", url.strip()).partition("#")
    page = page.rstrip("/")
    return (f"{page}#{fragment}", page) if fragment else (page,)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1))}


def _shared(one: str, two: str) -> float:
    """How much of the shorter text stands in the other, by its runs of words."""
    a, b = _runs(one), _runs(two)
    return len(a & b) / min(len(a), len(b))


def with_more(kept: Article, found: Article, *, published: bool) -> Article | None:
    """``kept`` with what ``found``, of the same text, knows and it does not; None where that is nothing.

    ``published`` says that the date of ``found`` was given by hand, and goes before the one that is there.
    """
    more: dict[str, Any] = {
        name: value
        for name in ("title", "source", "url", "language", "home")
        if getattr(kept, name) is None and (value := getattr(found, name)) is not None
    }
    if found.published and found.published != kept.published and (published or kept.published is None):
        more |= {"published": found.published, "published_basis": found.published_basis}
    return replace(kept, **more) if more else None
