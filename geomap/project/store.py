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
from geomap.project.folder import ProjectFolder
from geomap.project.journal import Journal
from geomap.records import Article, Incident, to_dict

__all__ = ["Coded", "Kept", "Store", "text_digest"]

_META = ("title", "published", "published_basis", "source", "url", "language", "home")
# Of a text told again in other words few runs of five words are the same; of one with a paragraph added or a word
# mended nearly all are.
_RUN = 5
_SAME_SHARE = 0.8


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
    made_with: Mapping[str, str]
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
        for one in (digest, *earlier):
            self._by_digest.setdefault(one, kept.doc_id)
        if kept.url:
            self._by_url.setdefault(_address(kept.url), kept.doc_id)
        return kept

    def article(self, kept: Kept) -> Article:
        """The article with its text. Raises :class:`~geomap.errors.InputError` where it cannot be read."""
        record = self._read_article(kept.at, kept.length)
        known = {name: record.get(name) for name in _META}
        return Article(doc_id=kept.doc_id, text=record["text"], **known)

    def known(self, article: Article) -> Kept | None:
        """The project's article that has this very text now, or had it before."""
        doc_id = self._by_digest.get(text_digest(article.text))
        return self.articles[doc_id] if doc_id is not None else None

    def older(self, article: Article) -> Kept | None:
        """The project's article that ``article`` is a new version of: it has its address, or its name and nearly all
        of its words."""
        if article.url and (doc_id := self._by_url.get(_address(article.url))):
            return self.articles[doc_id]
        kept = self.articles.get(article.doc_id)
        if kept is None or (kept.url and article.url):
            return None
        return kept if _alike(self.article(kept).text, article.text) else None

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
        at, lengths = self._articles.append([record])
        return self._enter(record, at, lengths[0])

    def _free(self, doc_id: str) -> str:
        if doc_id not in self.articles:
            return doc_id
        number = 2
        while f"{doc_id}-{number}" in self.articles:
            number += 1
        return f"{doc_id}-{number}"

    # -- results --

    def _enter_coded(self, record: Mapping[str, Any], at: int, length: int) -> None:
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
        at, lengths = self._coded.append([record])
        self._enter_coded(record, at, lengths[0])

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
        from geomap.outputs import json_lines_file

        with json_lines_file(self.folder.coded) as writer:
            for coded in self.coded.values():
                writer.write(self._read_coded(coded.at, coded.length))
        fresh = Store(self.folder, lambda _: None)
        self.coded, self._superseded, self._read_coded = fresh.coded, 0, fresh._read_coded
        return True


def _address(url: str) -> str:
    """An address without what does not change the page: its fragment, a slash at the end, http or https."""
    return re.sub(r"^https?://(www\.)?", "", url.strip().partition("#")[0]).rstrip("/")


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.casefold().split()
    return {tuple(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1))}


def _alike(one: str, two: str) -> bool:
    a, b = _runs(one), _runs(two)
    return len(a & b) >= _SAME_SHARE * min(len(a), len(b))


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
