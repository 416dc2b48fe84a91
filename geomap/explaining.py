"""Why each name of an article was resolved as it was: what ``geomap explain`` tells.

The stages run as in :mod:`geomap.pipeline`, up to resolution; nothing is asked of an online geocoder, and mentions that
a run leaves out as likely no toponyms are told of too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.errors import GeomapError
from geomap.pipeline import Session, model_for, stage_of
from geomap.records import UNLIKELY, Article, Place
from geomap.settings import Settings

if TYPE_CHECKING:
    from spacy.language import Language

    from geomap.gazetteer import Gazetteer
    from geomap.resolution import Explanation, Home

__all__ = ["Explained", "explain_article", "explain_articles", "explanation_lines", "explanation_record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An article and the explanation of each of its mentions, in the order of the text. ``note`` says why less was done
    than for other articles, such as that it is in another language than English."""

    article: Article
    explanations: tuple[Explanation, ...]
    note: str | None = None


def explain_article(
    article: Article,
    *,
    gazetteer: Gazetteer,
    nlp: Language | None = None,
    settings: Settings | None = None,
    home: Home | None = None,
    mention: str | None = None,
) -> Explained:
    """The explanations of one article; ``mention`` keeps those of that name (however it is capitalised or accented).

    Raises :class:`~geomap.errors.StageError` naming the article and the stage when a stage fails.
    """
    from geomap.nlp import parse
    from geomap.recognition import find_mentions
    from geomap.resolution import explain_mentions
    from geomap.text import fold

    nlp, note = model_for(article, nlp)
    with stage_of(article, "language"):
        doc = parse(nlp, article.text, syntax=False, gazetteer=gazetteer) if nlp is not None else None
    with stage_of(article, "recognition"):
        mentions = find_mentions(article, gazetteer, doc)
    with stage_of(article, "resolution"):
        found = explain_mentions(article, mentions, gazetteer, settings or Settings(), home)
    if mention is not None:
        wanted = fold(mention)
        found = [one for one in found if fold(one.resolution.mention.text) == wanted]
    return Explained(article=article, explanations=tuple(found), note=note)


def explain_articles(
    session: Session,
    articles: Iterable[Article],
    *,
    mention: str | None = None,
    on_error: Callable[[GeomapError], None] | None = None,
) -> Iterator[Explained]:
    """The explanations of ``articles``, one at a time. A failed one goes to ``on_error``; without it, it raises."""
    return session.each(
        articles,
        lambda article, home: explain_article(
            article,
            gazetteer=session.gazetteer,
            nlp=session.nlp_for(article),
            settings=session.settings,
            home=home,
            mention=mention,
        ),
        on_error=on_error,
    )


def _area(place: Place) -> str:
    return ", ".join(x for x in (place.admin1 if place.admin1 != place.name else "", place.country_code) if x)


def _named(place: Place) -> str:
    area = _area(place)
    return f"{place.name} ({area})" if area else place.name


# What each pass is called for a reader.
_PASSES = {
    "user": "it is one of your own places",
    "qualified": "the place that contains it stands beside it",
    "demonym": "it is a demonym",
    "only": "only one place is called so",
    "context": "weighed against the article's other places",
    "spelling": "another spelling of a place near the article's others",
}


def _outcome(one: Explanation) -> str:
    resolution = one.resolution
    place = resolution.place
    if place is not None:
        decided = _PASSES.get(resolution.rule, resolution.rule)
        return (
            f"→ {_named(place)}, {place.lat:.4f}, {place.lon:.4f}; probability {resolution.score:.2f};"
            f" pass {resolution.rule}: {decided}"
        )
    why = "; ".join(resolution.reasons)
    if resolution.rule == UNLIKELY:
        likely = f" (probability of a toponym {one.toponym:.2f})" if one.toponym is not None else ""
        return f"→ left out as likely no toponym{likely}: {why}"
    return f"→ no place; pass {resolution.rule}: {why}"


def _candidate(place: Place, share: float) -> str:
    people = f", {place.population:,} people" if place.population else ""
    return f"{_named(place)} {place.feature_class}.{place.feature_code}{people}: {share:.0%}"


def explanation_lines(explained: Explained) -> Iterator[str]:
    """The explanations of an article as lines of plain text; mentions of one name with one outcome are told once."""
    grouped: dict[tuple[object, ...], list[Explanation]] = {}
    for one in explained.explanations:
        resolution = one.resolution
        key = (resolution.mention.text, resolution.place and resolution.place.id, resolution.rule, resolution.score)
        grouped.setdefault(key, []).append(one)
    if explained.note is not None:
        yield f"  {explained.note}"
    if not grouped:
        yield "  nothing here was taken for a place"
    for group in grouped.values():
        one = group[0]
        yield ""
        times = f", {len(group)} times" if len(group) > 1 else ""
        yield f"  “{one.resolution.mention.text}”{times}: {one.sentence}"
        yield f"    {_outcome(one)}"
        yield f"    found by: {one.found_by}"
        for label, some in (
            ("for", [factor for factor in one.factors if factor.weight > 0]),
            ("against", [factor for factor in one.factors if factor.weight < 0]),
        ):
            if some:
                yield f"    {label}: " + "; ".join(f"{f.text} ({f.weight:+.1f})" for f in some)
        if one.candidates:
            shown = "; ".join(_candidate(w.candidate.place, w.share) for w in one.candidates)
            more = one.known - len(one.candidates)
            yield f"    candidates: {shown}" + (f"; and {more} more" if more > 0 else "")
        if one.change:
            yield f"    otherwise: {one.change}"


def _place_record(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "place_id": place.id,
        "name": place.name,
        "admin1": place.admin1 or None,
        "country_code": place.country_code or None,
        "lat": place.lat,
        "lon": place.lon,
        "feature": f"{place.feature_class}.{place.feature_code}",
        "population": place.population,
    }


def explanation_record(explained: Explained) -> dict[str, Any]:
    """The explanations of an article for JSON, one entry for each mention."""
    rows: list[dict[str, Any]] = []
    for one in explained.explanations:
        resolution = one.resolution
        mention = resolution.mention
        rows.append(
            {
                "start": mention.start,
                "end": mention.end,
                "text": mention.text,
                "kind": mention.kind,
                "sentence": one.sentence,
                "found_by": one.found_by,
                "place": _place_record(resolution.place),
                "rule": resolution.rule,
                "score": round(resolution.score, 4),
                "toponym": one.toponym,
                "left_out": resolution.rule == UNLIKELY,
                "reasons": list(resolution.reasons),
                "factors": [{"text": factor.text, "weight": factor.weight} for factor in one.factors],
                "candidates": [
                    {**(_place_record(w.candidate.place) or {}), "match": w.candidate.match, "share": w.share}
                    for w in one.candidates
                ],
                "known": one.known,
                "runner_up": _place_record(one.runner_up.place if one.runner_up else None),
                "change": one.change,
            }
        )
    noted = {"note": explained.note} if explained.note is not None else {}
    return {"doc_id": explained.article.doc_id, **noted, "mentions": rows}
