"""The stages in order: article → mentions → resolutions → incidents → GeoDataFrame → map → file.

Three lines make a map::

    from geomap.pipeline import map_articles

    summary = map_articles(["article.txt"], "output/article.html")
    print(summary.output, summary.incidents)

This module is the one boundary at which an unexpected failure of a stage on one article is turned into a
:class:`~geomap.errors.StageError` that names the article and the stage, so that a batch goes on without it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from geomap.drawing import Drawing
from geomap.errors import GazetteerError, GeomapError, InputDoubt, InputError, StageError, UsageError
from geomap.records import UNLIKELY, Article, DateExpression, Incident, Mention, Place, Resolution, to_dict
from geomap.settings import Settings

if TYPE_CHECKING:
    from types import TracebackType

    from spacy.language import Language

    from geomap.coarsening import Coarsener
    from geomap.gazetteer import Gazetteer
    from geomap.incident_tables import Placer, Unresolved
    from geomap.inputs import TableInput
    from geomap.maps import IncidentMap
    from geomap.maps.tiles import Tiles
    from geomap.online import OnlineLookup
    from geomap.resolution import Home
    from geomap.steering import Steering

__all__ = [
    "ArticleResult",
    "RunSummary",
    "Session",
    "as_inputs",
    "check_target",
    "country_finder",
    "default_output",
    "extract_incidents",
    "is_located",
    "map_articles",
    "model_for",
    "online_summary",
    "open_gazetteer_for",
    "process_article",
    "stage_of",
    "toponyms_record",
    "write_incidents",
    "write_map",
]

OnWarning = Callable[[GazetteerError], None]
OnNote = Callable[[str], None]
OnFetch = Callable[[str], None]
_T = TypeVar("_T")
OnError = Callable[[GeomapError], None]
OnArticle = Callable[["ArticleResult"], None]
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleResult:
    """What one article gave. ``resolutions`` has one entry for each of ``mentions``, in the same order.
    ``left_out`` are names that are likely no places and none of the article's toponyms. ``note`` says why less was done
    than for others ("in Serbian (sr): ..."), None for most. ``listed`` is there for what is no article: rows of a table
    of incidents, and incidents saved before; ``article`` then only names the file."""

    article: Article
    mentions: tuple[Mention, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    left_out: tuple[Mention, ...] = ()
    dates: tuple[DateExpression, ...] = ()
    incidents: tuple[Incident, ...] = ()
    note: str | None = None
    listed: Listed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What a run did.

    ``incidents`` are counted after merging, so one incident told by two articles counts once; ``located`` of
    them are on the map, ``unlocated`` are only listed. ``errors`` are the problems met: inputs that were
    skipped, and doubts (a guessed encoding, an impossible date) about some that were not. ``undated`` names
    the articles without a publication date, whose relative dates are unresolved; ``empty`` those in which no
    place was found; ``notes`` why less was done for some articles ("in Serbian (sr): ...") and for how many.
    ``tables`` counts the tables of incidents and files of saved incidents, ``rows`` what they held, ``unresolved`` are
    the tables' names that no gazetteer knows. ``online`` says what an online geocoder was asked, if any was. In a
    notebook the summary shows its map.
    """

    articles: int
    incidents: int
    located: int
    unlocated: int
    output: Path | None = None
    undated: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    errors: tuple[GeomapError, ...] = ()
    notes: tuple[tuple[str, int], ...] = ()
    tables: int = 0
    rows: int = 0
    unresolved: tuple[Unresolved, ...] = ()
    online: tuple[str, ...] = ()

    def _repr_html_(self) -> str | None:
        """The map in a notebook: the page in a frame of its own. None where no map was written or it is gone."""
        from html import escape

        if self.output is None or not self.output.is_file():
            return None
        page = escape(self.output.read_text(encoding="utf-8"))
        return (
            f'<iframe srcdoc="{page}" title="geomap" width="100%" height="640"'
            ' style="border:0" allowfullscreen></iframe>'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What an input gave that is no article: some rows of a table of incidents, or incidents saved before (``saved``).

    ``rows`` were read; ``unresolved`` are the table's names that no gazetteer knows, given with its last rows.
    """

    name: str
    rows: int
    saved: bool = False
    unresolved: tuple[Unresolved, ...] = ()


@contextmanager
def stage_of(article: Article, stage: str) -> Iterator[None]:
    """Turn an unexpected failure in the block into a :class:`~geomap.errors.StageError` of this article and stage."""
    try:
        yield
    except StageError:
        raise
    except (GeomapError, MemoryError):
        # An error raised on purpose already says what to do; memory is not this article's fault alone.
        raise
    except Exception as error:
        detail = " ".join(str(error).split())[:200]
        raise StageError(
            f"{article.doc_id}: the {stage} stage failed on this article"
            f" ({type(error).__name__}{': ' + detail if detail else ''}); it was skipped."
            " This is a fault in geomap: please report it with the article.",
            doc_id=article.doc_id,
            stage=stage,
        ) from error


def _drop_unsure(resolutions: Iterable[Resolution], min_score: float) -> tuple[Resolution, ...]:
    """Resolutions below ``min_score`` become NIL: the mention stays, its place does not."""
    return tuple(
        replace(
            resolution,
            place=None,
            rule="min_score",
            reasons=(
                *resolution.reasons,
                f"score {resolution.score:.2f} is below the minimum of {min_score:.2f}",
            ),
        )
        if resolution.place is not None and resolution.score < min_score
        else resolution
        for resolution in resolutions
    )


def process_article(
    article: Article,
    *,
    gazetteer: Gazetteer,
    nlp: Language | None = None,
    online: OnlineLookup | None = None,
    settings: Settings | None = None,
    incidents: bool = True,
    home: Home | None = None,
    steering: Steering | None = None,
) -> ArticleResult:
    """Take one article through the stages; ``incidents=False`` stops after toponym resolution.

    ``home`` is where the article's source is at home, if that is known; ``steering`` is what the user put right.
    ``nlp`` is a loaded spaCy pipeline, or None to recognise by the gazetteer alone; ``online`` is asked for names that
    nothing resolves. Raises :class:`~geomap.errors.StageError` naming the article and the stage when a stage fails.
    """
    from geomap.nlp import add_syntax, parse
    from geomap.recognition import find_mentions
    from geomap.resolution import resolve_mentions

    settings = settings or Settings()
    nlp, note = model_for(article, nlp)
    # Words of one language are other words in another: "raid" is a roadstead in German, "bras" an arm in French.
    incidents = incidents and note is None
    with stage_of(article, "language"):
        # Toponyms need the recogniser alone; the parser, half of the model's time, is for coding incidents.
        doc = parse(nlp, article.text, syntax=False, gazetteer=gazetteer) if nlp is not None else None
    with stage_of(article, "recognition"):
        mentions = find_mentions(article, gazetteer, doc)
    with stage_of(article, "resolution"):
        known = {} if home is None else {"home": home}
        resolutions = resolve_mentions(article, mentions, gazetteer, settings, **known)
        if steering is not None:
            resolutions = steering.mentions(article, resolutions, gazetteer)
        # What is likely no place at all is none of the article's toponyms; "geomap explain" shows it.
        kept = [resolution for resolution in resolutions if resolution.rule != UNLIKELY]
        if online is not None:
            from geomap.online import fill_unresolved

            kept = fill_unresolved(article, kept, online, settings)
        resolved = _drop_unsure(kept, settings.min_score)
        mentions = [resolution.mention for resolution in resolved]
        left_out = tuple(resolution.mention for resolution in resolutions if resolution.rule == UNLIKELY)
    if not incidents:
        return ArticleResult(
            article=article, mentions=tuple(mentions), resolutions=resolved, left_out=left_out, note=note
        )

    from geomap.dates import find_dates
    from geomap.incidents import code_incidents
    from geomap.merging import merge_incidents

    with stage_of(article, "dates"):
        dates = find_dates(article)
    if nlp is not None and doc is not None:
        from geomap.incidents import to_parse

        with stage_of(article, "language"):
            doc = add_syntax(nlp, doc, to_parse(doc.text, resolved))
    with stage_of(article, "incidents"):
        coded = code_incidents(article, with_unknown(resolved, resolutions), dates, doc)
    with stage_of(article, "merging"):
        # An article often tells one incident twice, in its lead and again further down.
        coded = merge_incidents(coded)
    if steering is not None:
        coded = steering.incidents(article.doc_id, coded)
    return ArticleResult(
        article=article,
        mentions=tuple(mentions),
        resolutions=resolved,
        left_out=left_out,
        dates=tuple(dates),
        incidents=tuple(coded),
    )


def model_for(article: Article, nlp: Language | None) -> tuple[Language | None, str | None]:
    """The model to read ``article`` with, and what is to be told where it is in a language that we do not code.

    A model reads its own language, and one of many languages ("xx") reads all. What it cannot read is left to the
    gazetteer: the model is None then.
    """
    from geomap.languages import ENGLISH_ONLY, foreign_language, language_name

    foreign = foreign_language(article.language)
    if foreign is None:
        return nlp, None
    if nlp is not None and nlp.lang in (foreign, "xx"):
        return nlp, f"in {language_name(foreign)}: incidents are found in English only"
    return None, f"in {language_name(foreign)}: {ENGLISH_ONLY}"


def is_coded(article: Article) -> bool:
    """Whether incidents are looked for in ``article``: it is in English, or nobody knows its language."""
    return model_for(article, None)[1] is None


def with_unknown(kept: Iterable[Resolution], resolutions: Iterable[Resolution]) -> list[Resolution]:
    """What event coding gets: the resolutions ``kept``, and of all ``resolutions`` the names that nobody knows.

    A name that the model took for a place and that no gazetteer has may well be where something happened: without it
    the incident would be lost. It stays without a place, so nothing can be drawn wrong. In the order of the text.
    """
    unknown = [
        replace(one, rule="nil")
        for one in resolutions
        if one.rule == UNLIKELY and not one.alternatives and one.mention.recognizer in ("model only", "cue only")
    ]
    return sorted((*kept, *unknown), key=lambda one: (one.mention.start, one.mention.end))


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


# Homes remembered in a run: more sources than a batch has, few enough to weigh nothing.
_MOST_HOMES = 1000


class Session:
    """What a run needs once: the open gazetteer, the language model, the online geocoder. Use it in a ``with`` block.

    All are opened on first use, so a run that has nothing to read loads none. ``gazetteer`` is one that is open
    already; the session closes it. ``steering`` goes before the corrections that the settings name. ``on_warning`` is
    told of imports that cannot be used; ``on_fetch`` is told each host that is asked for a page, before it is asked.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        gazetteer: Gazetteer | None = None,
        steering: Steering | None = None,
        progress: Progress | None = None,
        on_warning: OnWarning | None = None,
        on_fetch: OnFetch | None = None,
        on_note: OnNote | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self._on_note = on_note
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

    @property
    def steering(self) -> Steering | None:
        """The corrections: those that were set, else those that the settings name; None where there are none."""
        if self._steering is None and self.settings.corrections_files:
            from geomap.steering import read_steering

            self._steering = read_steering(self.settings.corrections_files)
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
        for problem in self.steering.unused():
            if on_error is not None:
                on_error(problem)
        return merged

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
                for incident in incidents:
                    by_document.setdefault(incident.doc_id, []).append(incident)
                incidents = [one for doc, some in by_document.items() for one in self.steering.incidents(doc, some)]
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
                    incidents = self.steering.incidents(table.doc_id, incidents)
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
    with Session(settings) as session:
        results = session.results(as_inputs(inputs), on_error=on_error)
        found = [incident for result in results for incident in result.incidents]
        return session.merge(found, on_error=on_error) if merge else found


def as_inputs(inputs: Sequence[str | Path] | str | Path) -> list[str | Path]:
    """``inputs`` as a list; one path alone may be given. Raises UsageError where there is none."""
    paths = [inputs] if isinstance(inputs, (str, Path)) else list(inputs)
    if not paths:
        raise UsageError("No input: name at least one file or folder, or - for standard input.")
    return paths


def toponyms_record(result: ArticleResult) -> dict[str, Any]:
    """One line of ``geomap toponyms``: the document's toponyms and what each was resolved to.

    ``lat`` and ``lon`` are null for NIL; ``geonameid`` is there only for places of GeoNames.
    """
    toponyms: list[dict[str, Any]] = []
    for resolution in result.resolutions:
        mention, place = resolution.mention, resolution.place
        row: dict[str, Any] = {
            "start": mention.start,
            "end": mention.end,
            "text": mention.text,
            "lat": place.lat if place else None,
            "lon": place.lon if place else None,
        }
        if place is not None and place.id.startswith("gn:"):
            number = place.id.removeprefix("gn:")
            row["geonameid"] = int(number) if number.isdecimal() else number
        row |= {
            "place_id": place.id if place else None,
            "name": place.name if place else None,
            "country_code": (place.country_code or None) if place else None,
            "score": round(resolution.score, 4),
            "rule": resolution.rule,
            "kind": mention.kind,
        }
        toponyms.append(row)
    return {"doc_id": result.article.doc_id, "toponyms": toponyms}


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


def is_located(incident: Incident) -> bool:
    """True where at least one of the incident's places has coordinates."""
    return any(place.lat is not None and place.lon is not None for place in incident.places)


def write_incidents(incidents: Iterable[Incident], output: Path) -> Path:
    """Write ``incidents`` in the format that the ending of ``output`` asks for; see :mod:`geomap.formats`."""
    from geomap import formats

    return formats.write_incidents(incidents, output)


# Labels are context, not data: more than this many clutter a small map.
_LABELS = 60
# How far from an incident a town is still useful for finding one's way (about a day's drive on the map).
_LABEL_RADIUS_KM = 120.0


# Around so many incident places the villages within a quarter of an hour's drive are lettered too: close up one sees
# where one is. With more places the larger towns do, and the page stays small.
_VILLAGE_CELLS, _VILLAGES, _VILLAGE_RADIUS_KM = 40, 12, 15.0
# A place this near (degrees, some 2 km) to one whose position is withheld would tell it.
_TOO_NEAR = 0.02


def _labels(incidents: Sequence[Incident], gazetteer: Gazetteer, *, withheld: Coarsener | None = None) -> list[Place]:
    """The larger places around the incidents and those nearby, largest first, each once: the map's own lettering."""
    # One query a half-degree cell, since incidents cluster and their neighbourhoods are the same.
    cells: dict[tuple[int, int], tuple[float, float]] = {}
    for incident in incidents:
        for place in incident.places:
            if place.lat is not None and place.lon is not None:
                cells.setdefault((round(place.lat * 2), round(place.lon * 2)), (place.lat, place.lon))
    found: dict[str, Place] = {}
    share = max(5, _LABELS // max(1, len(cells)))
    for lat, lon in cells.values():
        for town in gazetteer.near(lat, lon, _LABEL_RADIUS_KM, limit=share):
            found.setdefault(town.id, town)
    large = sorted(found.values(), key=lambda place: (-(place.population or 0), place.id))[: 4 * _LABELS]
    if withheld is not None:
        points = list(withheld.points)
        return [
            town
            for town in large
            if town.id not in withheld.withheld
            and all(abs(town.lat - lat) > _TOO_NEAR or abs(town.lon - lon) > _TOO_NEAR for lat, lon in points)
        ]
    if len(cells) <= _VILLAGE_CELLS:
        nearby: dict[str, Place] = {}
        for lat, lon in cells.values():
            for village in gazetteer.near(lat, lon, _VILLAGE_RADIUS_KM, limit=_VILLAGES):
                nearby.setdefault(village.id, village)
        known = {town.id for town in large}
        large += [village for village in nearby.values() if village.id not in known]
    return large


def write_map(
    incidents: Sequence[Incident],
    output: Path,
    *,
    gazetteer: Gazetteer | None = None,
    articles: Sequence[Article] = (),
    title: str | None = None,
    notes: Sequence[str] = (),
    settings: Settings | None = None,
    drawing: Drawing | None = None,
) -> Path:
    """Draw ``incidents`` on one self-contained HTML page at ``output`` (atomic) and return its path.

    ``gazetteer`` gives the lettering around the incidents; without it there is none. ``notes`` are further paragraphs
    of the map's method note, ``drawing`` how it is drawn. Raises
    :class:`~geomap.errors.OutputError`, :class:`~geomap.errors.UsageError` for a ``drawing`` that cannot be and
    :class:`~geomap.errors.InputError` for a base map that cannot be read.
    """
    from geomap.maps import save_map

    drawn = _draw(
        incidents, gazetteer, articles, title, notes, settings=settings or Settings(), drawing=drawing or Drawing()
    )
    return save_map(drawn, output)


def _draw(
    incidents: Sequence[Incident],
    gazetteer: Gazetteer | None,
    articles: Sequence[Article],
    title: str | None,
    notes: Sequence[str],
    *,
    settings: Settings,
    drawing: Drawing,
) -> IncidentMap:
    from geomap.boundaries import join_boundaries, load_boundaries_for
    from geomap.coarsening import Coarsener
    from geomap.frames import incidents_to_gdf
    from geomap.maps import build_map

    heading = title or _title(articles)
    coarsener = None
    if drawing.coarsen_km is not None:

        def country_name(code: str) -> str | None:
            country = gazetteer.country(code) if gazetteer is not None else None
            return country.name if country is not None else code

        coarsener = Coarsener(drawing.coarsen_km, quotes=drawing.keep_quotes, country_name=country_name)
        incidents = coarsener.coarsen(incidents)
        heading = title or coarsener.without_names(heading)
        notes = (*notes, coarsener.note)
    if drawing.tiles is not None or drawing.basemap is not None:
        notes = (*notes, "Borders and names on the tiles are their provider's, not those of the boundary view.")
    gdf = incidents_to_gdf(incidents)
    boundaries = load_boundaries_for(gdf, view=settings.boundaries)
    joined = join_boundaries(gdf, boundaries, view=settings.boundaries)
    return build_map(
        joined,
        title=heading,
        labels=_labels(incidents, gazetteer, withheld=coarsener) if gazetteer is not None else (),
        boundaries=boundaries,
        kosovo_label=settings.kosovo_label,
        view=settings.boundaries,
        notes=notes,
        tiles=_tiles(drawing, joined),
        areas=_areas(joined, settings.boundaries),
        lang=drawing.lang,
        embed=drawing.embed,
    )


def _tiles(drawing: Drawing, gdf: Any) -> Tiles | None:
    from geomap.maps.tiles import online_tiles, packed_tiles

    if drawing.tiles is not None:
        if drawing.basemap is not None:
            raise UsageError("--tiles and --basemap contradict each other.")
        return online_tiles(drawing.tiles, drawing.tiles_attribution)
    if drawing.basemap is None:
        return None
    placed = gdf.geometry[~(gdf.geometry.isna() | gdf.geometry.is_empty)]
    bounds = tuple(map(float, placed.total_bounds)) if len(placed) else None
    return packed_tiles(drawing.basemap, cast("Any", bounds), attribution=drawing.tiles_attribution)


# Outlines of more regions would make the page of a world heavy and slow to make: 300 are some 250 kB and two seconds.
_MOST_REGIONS = 300


def _areas(gdf: Any, view: str) -> dict[str, Any]:
    """The layer of counts by region and country: all the countries, and the regions with most incidents."""
    from geomap.boundaries import load_areas
    from geomap.maps.areas import areas_payload
    from geomap.summary import area_keys

    keys = {"admin1": area_keys(gdf, by="admin1"), "country": area_keys(gdf, by="country")}
    counts = Counter(key for of in keys.values() for listed in of.values() for key in listed if key[0])
    wanted = sorted(counts, key=lambda key: (bool(key[1]), -counts[key], key))
    divisions = sum(bool(key[1]) for key in wanted)
    left_out = max(0, divisions - _MOST_REGIONS)
    return areas_payload(keys, load_areas(wanted[: len(wanted) - left_out], view=view), left_out=left_out)


def default_output(inputs: Sequence[str | Path]) -> Path:
    """Where the map goes when nobody says: ``output/<first input's stem>.html`` in the current folder."""
    first = str(inputs[0])
    if "://" in first:
        from geomap.fetching import stem_of

        stem = stem_of(first)
    else:
        # Of a pattern, the folder that it looks in: "*" is no name for a file.
        fixed = re.split(r"[*?\[]", first, maxsplit=1)[0]
        named = Path(first) if fixed == first or Path(first).exists() else Path(fixed + "x").parent
        stem = "stdin" if first == "-" else named.resolve().stem
    return Path("output") / f"{stem or 'map'}.html"


def check_target(target: Path, inputs: Sequence[str | Path]) -> None:
    """Raise, before a long job is begun, where ``target`` is one of ``inputs`` or cannot be written."""
    from geomap.outputs import check_writable

    check_writable(target)
    for source in inputs:
        is_file = str(source) != "-" and "://" not in str(source)
        if is_file and target.exists() and Path(source).exists() and target.samefile(source):
            raise UsageError(f"{target} is an input: writing there would destroy it; name another with -o.")


# The longest line taken for a headline; wire headlines have under 100 characters.
_HEADLINE = 120


def _headline(text: str) -> str | None:
    """The first line of a plain text where it looks like a headline: short, no full stop, and text below it."""
    first, _, rest = text.lstrip("\ufeff \n").partition("\n")
    first = first.strip()
    is_one = 12 <= len(first) <= _HEADLINE and first[-1] not in ".:;," and " - " not in first and rest.strip()
    return first if is_one and not first.lower().startswith(("date ", "published", "by ")) else None


def _title(articles: Sequence[Article]) -> str:
    if len(articles) == 1:
        return articles[0].title or articles[0].doc_id
    return f"{len(articles)} articles" if articles else "Incidents"


def map_articles(
    inputs: Sequence[str | Path] | str | Path,
    output: str | Path | None = None,
    *,
    settings: Settings | None = None,
    title: str | None = None,
    drawing: Drawing | None = None,
    on_error: OnError | None = None,
    on_article: OnArticle | None = None,
    on_warning: OnWarning | None = None,
    on_fetch: OnFetch | None = None,
    on_note: OnNote | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Read ``inputs``, find their incidents and write one map; the summary says what was done and skipped.

    ``inputs`` are files, folders, addresses or ``-``; ``output`` defaults to ``output/<first input's stem>.html`` in
    the current folder; ``drawing`` says how the map is drawn. A bad input goes to ``on_error`` (and always into
    ``RunSummary.errors``) and the rest go on. ``on_article`` sees each result as it is done, ``on_fetch`` each host
    before it is asked for a page. Raises a :class:`~geomap.errors.GeomapError` where no input could be read at all or
    the map could not be written.
    """
    paths = as_inputs(inputs)
    target = Path(output) if output is not None else default_output(paths)
    check_target(target, paths)
    errors: list[GeomapError] = []

    def failed(error: GeomapError) -> None:
        errors.append(error)
        if on_error is not None:
            on_error(error)

    articles: list[Article] = []
    coded: list[Incident] = []
    empty: list[str] = []
    notes: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    unresolved: list[Unresolved] = []
    with Session(settings, progress=progress, on_warning=on_warning, on_fetch=on_fetch, on_note=on_note) as session:
        for result in session.results(paths, on_error=failed):
            if result.listed is not None:
                coded.extend(result.incidents)
                rows[result.listed.name] += result.listed.rows
                unresolved.extend(result.listed.unresolved)
                if on_article is not None:
                    on_article(result)
                continue
            # Only what the map needs is kept: the texts of a large batch would fill the memory.
            title_of = result.article.title or _headline(result.article.text)
            articles.append(replace(result.article, text="", title=title_of))
            coded.extend(result.incidents)
            if not any(resolution.place for resolution in result.resolutions):
                empty.append(result.article.doc_id)
            if result.note is not None:
                notes[result.note] += 1
            if on_article is not None:
                on_article(result)
        if not articles and not rows:
            raise errors[0] if len(errors) == 1 else GeomapError("None of the inputs could be read.")
        if progress is not None:
            progress("drawing the map", 0.0)
        incidents = session.merge(coded, on_error=failed)
        write_map(
            incidents,
            target,
            gazetteer=session.gazetteer,
            articles=articles,
            title=title or (None if articles else " and ".join(rows)),
            notes=_online_notes(session.online, incidents),
            settings=session.settings,
            drawing=drawing,
        )
        asked = session.online
    located = sum(map(is_located, incidents))
    return RunSummary(
        articles=len(articles),
        incidents=len(incidents),
        located=located,
        unlocated=len(incidents) - located,
        output=target,
        undated=tuple(article.doc_id for article in articles if article.published is None and is_coded(article)),
        empty=tuple(empty),
        errors=tuple(errors),
        tables=len(rows),
        rows=sum(rows.values()),
        unresolved=tuple(unresolved),
        notes=tuple(notes.items()),
        online=online_summary(asked),
    )


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
