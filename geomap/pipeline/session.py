"""What a run needs once, and a run over many inputs: the open gazetteer, the model, the homes, the corrections."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from geomap.errors import GeomapError, InputDoubt, InputError, StageError, UsageError
from geomap.pipeline.processing import (
    ArticleResult,
    Listed,
    OnError,
    OnFetch,
    OnNote,
    OnWarning,
    Progress,
    model_for,
    process_article,
    stage_of,
)
from geomap.records import Article, Incident, to_dict
from geomap.settings import Settings

if TYPE_CHECKING:
    from types import TracebackType

    from spacy.language import Language

    from geomap.gazetteer import Gazetteer
    from geomap.incident_tables import Placer
    from geomap.inputs import TableInput
    from geomap.online import OnlineLookup
    from geomap.resolution import Home
    from geomap.steering import Steering

__all__ = [
    "Processing",
    "Session",
    "as_inputs",
    "country_finder",
    "extract_incidents",
    "online_summary",
    "open_gazetteer_for",
    "write_incidents",
]

_T = TypeVar("_T")


def open_gazetteer_for(
    settings: Settings, *, progress: Progress | None = None, on_warning: OnWarning | None = None
) -> Gazetteer:
    """The gazetteer with the layers that ``settings`` ask for, built first where there is none yet.

    ``on_warning`` is told of imports that cannot be used. Raises :class:`~geomap.errors.GazetteerError`.
    """
    from geomap.gazetteer import open_gazetteer

    return open_gazetteer(
        cache_dir=settings.cache_dir,
        places_files=settings.places_files,
        own_places=settings.own_places,
        progress=progress,
        on_warning=on_warning,
        project=settings.folder,
    )


def country_finder() -> Callable[[float, float], tuple[str, float] | None]:
    """A function that tells of a WGS84 point which country's outline it lies in or, at sea, is nearest to.

    It gives the ISO 3166-1 alpha-2 code and the distance in km, 0.0 inside; None where no outline is within 50 km. The
    outlines are drawn at 1:10m, so that a point within some 5 km of a border may be told to be on its other side.
    """
    from geomap.boundaries import country_at

    return country_at


class Processing(Protocol):
    """What takes articles through the stages instead of the session's own process, such as workers
    (:func:`geomap.batch.process_in_workers`): the same results in the same order, their articles without text."""

    def __call__(
        self, session: Session, articles: Iterable[Article], /, *, incidents: bool, on_error: OnError | None
    ) -> Iterator[ArticleResult]:
        """The results of ``articles``."""
        ...


# Homes remembered in a run: more sources than a batch has, few enough to weigh nothing.
_MOST_HOMES = 1000


class Session:
    """What a run needs once: the open gazetteer, the language model, the online geocoder. Use it in a ``with`` block.

    All are opened on first use, so a run that has nothing to read loads none. ``gazetteer`` is one that is open
    already; the session closes it. ``steering`` goes before the corrections that the settings name; ``merging`` says
    that the incidents will be given to :meth:`merge`, which puts these on. ``on_warning`` is told of imports that
    cannot be used; ``on_fetch`` is told each host that is asked for a page, before it is asked. ``processing`` goes
    through the articles in the place of this process.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        gazetteer: Gazetteer | None = None,
        steering: Steering | None = None,
        merging: bool = False,
        progress: Progress | None = None,
        on_warning: OnWarning | None = None,
        on_fetch: OnFetch | None = None,
        on_note: OnNote | None = None,
        processing: Processing | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self._on_note = on_note
        self._processing = processing
        self._placer: Placer | None = None
        self._on_fetch = on_fetch
        self._progress = progress
        self._on_warning = on_warning
        self._online: OnlineLookup | None = None
        self._gazetteer = gazetteer
        self._nlp: Language | None = None
        self._nlp_loaded = False
        self._homes: dict[str, Home] = {}
        self._steering = steering
        self._merging = merging

    @property
    def steering(self) -> Steering | None:
        """The corrections: those that were set, else those that the settings name; None where there are none."""
        if self._steering is None and self.settings.corrections_files:
            from geomap.steering import read_steering

            self._steering = read_steering(self.settings.corrections_files, merging=self._merging)
        return self._steering

    @steering.setter
    def steering(self, steering: Steering | None) -> None:
        self._steering = steering

    @property
    def gazetteer(self) -> Gazetteer:
        """The gazetteer; the first use opens it, and builds it where that was never done."""
        if self._gazetteer is None:
            self._gazetteer = open_gazetteer_for(self.settings, progress=self._progress, on_warning=self._on_warning)
        return self._gazetteer

    @property
    def online(self) -> OnlineLookup | None:
        """The online geocoder that the settings ask for; None where they ask for none, as they do by default."""
        if self._online is None and self.settings.online is not None:
            from geomap.folders import data_folder
            from geomap.online import open_online

            self._online = open_online(self.settings.online, folder=data_folder() / "online")
        return self._online

    @property
    def nlp(self) -> Language | None:
        """The spaCy pipeline, or None where the gazetteer alone recognises."""
        if not self._nlp_loaded:
            from geomap.nlp import load_model

            if self._progress is not None and self.settings.model != "gazetteer":
                self._progress("loading the language model", 0.0)
            self._nlp = load_model(self.settings.model)
            self._nlp_loaded = True
        return self._nlp

    def nlp_for(self, article: Article) -> Language | None:
        """The spaCy pipeline as ``process_article`` needs it for ``article``: our own English model is not loaded for
        an article that it cannot read."""
        if self._nlp is None and self.settings.model == "auto" and model_for(article, None)[1] is not None:
            return None
        return self.nlp

    def close(self) -> None:
        """Close the gazetteer."""
        if self._gazetteer is not None:
            self._gazetteer.close()
            self._gazetteer = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def process(
        self, articles: Iterable[Article], *, incidents: bool = True, on_error: OnError | None = None
    ) -> Iterator[ArticleResult]:
        """The results of ``articles``, one at a time. A failed one goes to ``on_error`` and the rest go on;
        without ``on_error`` it raises."""
        if self._processing is not None:
            yield from self._processing(self, articles, incidents=incidents, on_error=on_error)
            return
        yield from self.each(
            articles,
            lambda article, home: self.process_one(article, home, incidents=incidents),
            on_error=on_error,
        )

    def process_one(self, article: Article, home: Home | None = None, *, incidents: bool = True) -> ArticleResult:
        """The result of one article. Raises :class:`~geomap.errors.StageError` where a stage fails on it."""
        from geomap.nlp import memory_zone

        nlp = self.nlp_for(article)
        with memory_zone(nlp):
            return process_article(
                article,
                gazetteer=self.gazetteer,
                nlp=nlp,
                online=self.online,
                settings=self.settings,
                incidents=incidents,
                home=home,
                steering=self.steering,
            )

    def merge(self, incidents: Iterable[Incident], *, on_error: OnError | None = None) -> list[Incident]:
        """The incidents of all articles of a run with those merged that are the same, as the user's corrections have
        it. A correction that could not be used in the run goes to ``on_error``."""
        from geomap.merging import merge_incidents

        if self.steering is None:
            return merge_incidents(incidents)
        merged = self.steering.merge(list(incidents))
        if on_error is not None:
            self.tell_lost(on_error)
        return merged

    def tell_lost(self, on_error: OnError) -> None:
        """Tell of the corrections that could not be used, at the end of a run that merges nothing."""
        for problem in self.steering.unused() if self.steering is not None else ():
            on_error(problem)

    def unmerged(self, incidents: Sequence[Incident]) -> list[Incident]:
        """Incidents of a run that merges others, left as they are but for the user's corrections."""
        return list(incidents) if self.steering is None else self.steering.unmerged(incidents)

    def online_notes(self, incidents: Iterable[Incident]) -> tuple[str, ...]:
        """The credit that a map of ``incidents`` must carry where an online geocoder placed some of them."""
        # What was placed by an earlier run says so too, whoever is asked now.
        found = list(incidents)
        if self.online is None and any(place.rule == "online" for one in found for place in one.places):
            return ("Places marked as found online are an online geocoder's; their credit is in the reasons.",)
        return _online_notes(self.online, found)

    def each(
        self,
        articles: Iterable[Article],
        work: Callable[[Article, Home | None], _T],
        *,
        on_error: OnError | None = None,
    ) -> Iterator[_T]:
        """What ``work`` makes of each article and the home of its source, one at a time; failures as in ``process``."""
        for article, home in self.at_home(articles, on_error=on_error):
            try:
                yield work(article, home)
            except (StageError, InputError) as error:
                # Other errors (no gazetteer, no model) would meet every article: they end the run.
                if on_error is None:
                    raise
                on_error(error)

    @property
    def placer(self) -> Placer:
        """What looks up the places of tables."""
        if self._placer is None:
            from geomap.incident_tables import Placer

            self._placer = Placer(self.gazetteer)
        return self._placer

    def results(self, inputs: Sequence[str | Path], *, on_error: OnError | None = None) -> Iterator[ArticleResult]:
        """What all of ``inputs`` give: saved incidents as they are, tables of incidents placed, articles read.

        Results of tables and saved files have no article text and are ``listed``. A bad input goes to ``on_error`` and
        the rest go on; without ``on_error`` it raises.
        """
        from geomap.inputs import sort_inputs

        sorted_ = sort_inputs(
            inputs,
            columns=dict(self.settings.columns),
            placer=lambda: self.placer,
            on_error=on_error,
            on_note=self._on_note,
        )
        for path in sorted_.saved:
            yield from _until_bad(self._saved(path, on_error), on_error)
        for table in sorted_.tables:
            yield from _until_bad(self._table(table, on_error), on_error)
        if sorted_.articles:
            articles = self.read(sorted_.articles, on_error=on_error, aside=sorted_.aside)
            yield from self.process(articles, on_error=on_error)

    def articles_alone(self, inputs: Sequence[str | Path], *, on_error: OnError | None = None) -> Iterator[Article]:
        """The articles of ``inputs``, where nothing else is among them.

        Raises :class:`~geomap.errors.UsageError` where tables of incidents or saved incidents are.
        """
        from geomap.inputs import sort_inputs

        sorted_ = sort_inputs(
            inputs,
            columns=dict(self.settings.columns),
            placer=lambda: self.placer,
            on_error=on_error,
            on_note=self._on_note,
        )
        others = [*(str(path) for path in sorted_.saved), *(str(table.path) for table in sorted_.tables)]
        if others:
            raise UsageError(
                f"{others[0]}: workers read articles, and this holds incidents; leave out --workers, --dask and a"
                " folder as output."
            )
        if sorted_.articles:
            yield from self.read(sorted_.articles, on_error=on_error, aside=sorted_.aside)

    def _saved(self, path: Path, on_error: OnError | None) -> Iterator[ArticleResult]:
        from geomap.formats import read_incidents

        for part in _batches(read_incidents(path, on_error=on_error)):
            incidents = list(part)
            if self.steering is not None:
                by_document: dict[str, list[Incident]] = {}
                for incident in self.steering.placed(incidents, self.gazetteer):
                    by_document.setdefault(incident.doc_id, []).append(incident)
                incidents = [
                    one for doc, some in by_document.items() for one in self.steering.incidents(doc, some, part=True)
                ]
            yield ArticleResult(
                article=Article(doc_id=path.name, text="", title=path.stem),
                incidents=tuple(incidents),
                listed=Listed(name=path.name, rows=len(part), saved=True),
            )

    def _table(self, table: TableInput, on_error: OnError | None) -> Iterator[ArticleResult]:
        from geomap.articles.tabular import order_given
        from geomap.incident_tables import IncidentTable
        from geomap.tables import open_table

        def report(error: GeomapError) -> None:
            if on_error is None:
                raise error
            on_error(error)

        columns = dict(self.settings.columns)
        with open_table(table.path) as opened:
            rows = IncidentTable(
                opened,
                self.placer,
                columns=columns,
                doc_id=table.doc_id,
                order=order_given(columns),
                country_at=country_finder,
            )
            if self._on_note is not None:
                for line in rows.notes():
                    self._on_note(line)
            article = Article(doc_id=table.doc_id, text="", title=table.path.stem)
            for part in _batches(rows.coded(report)):
                incidents = [one.incident for one in part]
                if self.steering is not None:
                    placed = self.steering.placed(incidents, self.gazetteer)
                    incidents = self.steering.incidents(table.doc_id, placed, part=True)
                resolutions = tuple(resolution for one in part for resolution in one.resolutions)
                yield ArticleResult(
                    article=article,
                    mentions=tuple(resolution.mention for resolution in resolutions),
                    resolutions=resolutions,
                    incidents=tuple(incidents),
                    listed=Listed(name=table.doc_id, rows=len(part)),
                )
            yield ArticleResult(
                article=article,
                listed=Listed(name=table.doc_id, rows=0, unresolved=tuple(rows.unresolved.values())),
            )

    def at_home(
        self, articles: Iterable[Article], *, on_error: OnError | None = None
    ) -> Iterator[tuple[Article, Home | None]]:
        """Each of ``articles`` with the home of its source: what the article says of it, else the settings, else, where
        they ask for that, what the source's other articles teach, else the country that the article's address ends in.

        To learn, all articles are read before the first is given; they wait in a temporary file. A home that an article
        states and that is no place goes to ``on_error``, and the article goes on without. Raises
        :class:`~geomap.errors.UsageError` where the home of the settings is no place.
        """
        general = self._home(self.settings.home) if self.settings.home else None
        if not self.settings.learn_home:
            for article in articles:
                yield article, self._stated(article, on_error) or general or self._of_address(article)
            return
        from tempfile import TemporaryFile

        from geomap.recognition import find_mentions
        from geomap.resolution import Homes, learn, resolve_mentions, source_of

        homes = Homes()
        with TemporaryFile("w+", encoding="utf-8") as waiting:
            for article in articles:
                try:
                    # Without the language model, which takes ten times as long: the sure places are found either way.
                    with stage_of(article, "learning"):
                        found = resolve_mentions(article, find_mentions(article, self.gazetteer), self.gazetteer)
                        taught = learn(found)
                except StageError as error:
                    if on_error is None:
                        raise
                    on_error(error)
                    continue
                homes.add(source_of(article) or "", taught)
                waiting.write(json.dumps([to_dict(article), taught]) + "\n")
            waiting.seek(0)
            for line in waiting:
                fields, taught = json.loads(line)
                article = Article(**fields)
                learnt = homes.home(source_of(article) or "", tuple((c, a, cell) for c, a, cell in taught))
                yield article, self._stated(article, on_error) or general or learnt or self._of_address(article)

    def _stated(self, article: Article, on_error: OnError | None) -> Home | None:
        """The home that an article itself states."""
        if article.home is None:
            return None
        try:
            return self._home(article.home)
        except UsageError as error:
            told = InputDoubt(f"{article.doc_id}: {error}")
            if on_error is None:
                raise told from error
            on_error(told)
            return None

    def _of_address(self, article: Article) -> Home | None:
        if article.url is None:
            return None
        from geomap.resolution import home_of_address

        return home_of_address(article, self.gazetteer)

    def _home(self, text: str) -> Home:
        """The home that words name, looked up once."""
        from geomap.resolution import read_home

        if text not in self._homes:
            if len(self._homes) >= _MOST_HOMES:
                self._homes.clear()
            self._homes[text] = read_home(text, self.gazetteer)
        return self._homes[text]

    def read(
        self, inputs: Sequence[str | Path], *, on_error: OnError | None = None, aside: Collection[Path] = ()
    ) -> Iterator[Article]:
        """The articles of ``inputs``, dated by ``settings.published`` where that is given, less the files ``aside``."""
        from geomap.articles import read_articles
        from geomap.formats import is_incident_file

        return read_articles(
            inputs,
            published=self.settings.published,
            on_error=on_error,
            fetch_links=self.settings.fetch_links,
            on_fetch=self._on_fetch,
            skip=lambda path: path in aside or is_incident_file(path),
            columns=dict(self.settings.columns),
            on_note=self._on_note,
        )


def extract_incidents(
    inputs: Sequence[str | Path] | str | Path,
    *,
    settings: Settings | None = None,
    merge: bool = False,
    on_error: OnError | None = None,
) -> list[Incident]:
    """The incidents of ``inputs``, article by article; those of tables and saved files first.

    With ``merge``, what several articles tell of one incident becomes one incident with several sources. A
    bad input goes to ``on_error`` and is skipped; without it, the first one raises.
    """
    with Session(settings, merging=merge) as session:
        results = session.results(as_inputs(inputs), on_error=on_error)
        found = [incident for result in results for incident in result.incidents]
        if merge:
            return session.merge(found, on_error=on_error)
        if on_error is not None:
            session.tell_lost(on_error)
        return found


def as_inputs(inputs: Sequence[str | Path] | str | Path) -> list[str | Path]:
    """``inputs`` as a list; one path alone may be given. Raises UsageError where there is none."""
    paths = [inputs] if isinstance(inputs, (str, Path)) else list(inputs)
    if not paths:
        raise UsageError("No input: name at least one file or folder, or - for standard input.")
    return paths


# As many rows as are held before they are handed on.
_BATCH = 500


def _batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    part: list[_T] = []
    for item in items:
        part.append(item)
        if len(part) == _BATCH:
            yield part
            part = []
    if part:
        yield part


def _until_bad(results: Iterator[ArticleResult], on_error: OnError | None) -> Iterator[ArticleResult]:
    """The results of one input up to where it cannot be read on, which goes to ``on_error``."""
    try:
        yield from results
    except OSError as error:
        told = InputError(f"{error.filename}: {(error.strerror or str(error)).lower()}")
        if on_error is None:
            raise told from error
        on_error(told)
    except InputError as error:
        if on_error is None:
            raise
        on_error(error)


def write_incidents(incidents: Iterable[Incident], output: Path) -> Path:
    """Write ``incidents`` in the format that the ending of ``output`` asks for; see :mod:`geomap.formats`."""
    from geomap import formats

    return formats.write_incidents(incidents, output)


def online_summary(online: OnlineLookup | None) -> tuple[str, ...]:
    """What to tell of the online geocoder after a run: what was sent where, and what went wrong."""
    if online is None:
        return ()
    told = f"online: {online.requests} requests to {online.provider.host}, {online.remembered} answers remembered."
    return (told, *online.errors)


def _online_notes(online: OnlineLookup | None, incidents: Iterable[Incident]) -> tuple[str, ...]:
    """The credit that a map with places from an online geocoder must carry."""
    if online is None or all(place.rule != "online" for incident in incidents for place in incident.places):
        return ()
    return (f"Places marked as found online: {online.attribution}.",)
