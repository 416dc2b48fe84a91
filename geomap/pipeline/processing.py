"""One article through the stages: mentions, resolutions, dates, incidents.

The one boundary at which an unexpected failure of a stage on one article is turned into a
:class:`~geomap.errors.StageError` that names the article and the stage, so that a batch goes on without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geomap.errors import GazetteerError, GeomapError, StageError
from geomap.records import UNLIKELY, Article, DateExpression, Incident, Mention, Resolution
from geomap.settings import Settings

if TYPE_CHECKING:
    from spacy.language import Language

    from geomap.gazetteer import Gazetteer
    from geomap.incident_tables import Unresolved
    from geomap.online import OnlineLookup
    from geomap.resolution import Home
    from geomap.steering import Steering

__all__ = [
    "ArticleResult",
    "Listed",
    "Note",
    "OnArticle",
    "OnError",
    "OnFetch",
    "OnNote",
    "OnWarning",
    "Progress",
    "is_coded",
    "is_located",
    "model_for",
    "names_of",
    "process_article",
    "stage_of",
    "toponyms_record",
    "with_unknown",
]

OnWarning = Callable[[GazetteerError], None]

OnNote = Callable[[str], None]

OnFetch = Callable[[str], None]

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
    told = with_unknown(resolved, resolutions)
    if nlp is not None and doc is not None:
        from geomap.incidents import to_parse

        with stage_of(article, "language"):
            doc = add_syntax(nlp, doc, to_parse(doc.text, told))
    with stage_of(article, "incidents"):
        coded = code_incidents(article, told, dates, doc)
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


def is_located(incident: Incident) -> bool:
    """True where at least one of the incident's places has coordinates."""
    return any(place.lat is not None and place.lon is not None for place in incident.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What one article gave, in figures: for the lines that a user sees and the sums at the end. ``remark`` says why
    less was done for it than for others."""

    doc_id: str
    published: str | None = None
    published_basis: str | None = None
    toponyms: int = 0
    resolved: int = 0
    incidents: int = 0
    located: int = 0
    remark: str | None = None

    @property
    def undated(self) -> bool:
        """Whether relative dates stay unresolved in it, for want of a publication date."""
        return self.published is None and self.remark is None

    @property
    def placeless(self) -> bool:
        """Whether no place was found in it."""
        return not self.resolved

    @classmethod
    def of(cls, result: ArticleResult) -> Note:
        """The figures of one result."""
        return cls(
            doc_id=result.article.doc_id,
            published=result.article.published,
            published_basis=result.article.published_basis,
            toponyms=len(result.mentions),
            resolved=sum(resolution.place is not None for resolution in result.resolutions),
            incidents=len(result.incidents),
            located=sum(map(is_located, result.incidents)),
            remark=result.note,
        )


def names_of(result: ArticleResult) -> list[tuple[str, str, str | None, str | None]]:
    """The names that an article met, for ``gazetteer add``: document, name, and id and name of the place it went to."""
    doc_id = result.article.doc_id
    # A name taken for no place is one as soon as its place is added.
    found: list[tuple[str, str, str | None, str | None]] = [
        (doc_id, mention.text, None, None) for mention in result.left_out
    ]
    for resolution in result.resolutions:
        place = resolution.place
        found.append((doc_id, resolution.mention.text, place.id if place else None, place.name if place else None))
    return found
