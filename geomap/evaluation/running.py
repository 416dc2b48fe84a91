"""Running the pipeline on a corpus, and the population baseline beside it.

**Gold spans.** With ``gold_spans`` nothing is recognised: the mentions are the annotated spans, of kind demonym where
the gazetteer knows the span as nothing else, and only resolution is judged. That a span *is* a toponym is then given,
so the answers that the pipeline withholds for want of sureness (rules ``unsure``, ``unlikely`` and ``nil``) are given
too, if any place has the name: the likeliest candidate. What published figures on gold spans measure is the same. The
score stays the pipeline's. States that are no more stay without a place.

**Baseline.** For each span the candidate with the most inhabitants, with nothing else looked at; for the gold spans,
and for the spans that were recognised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap import __version__
from geomap.errors import GeomapError, UsageError
from geomap.evaluation.corpora import Corpus, Document, Gold
from geomap.evaluation.measures import (
    COUNTS,
    NEAR_KM,
    Judged,
    Outcome,
    Predicted,
    intervals,
    judge,
    reliability,
    summary,
)
from geomap.geo import distance_km
from geomap.records import Article, Candidate, Mention, Place, Resolution
from geomap.text import fold

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer
    from geomap.pipeline import Session
    from geomap.resolution import Home

__all__ = ["Areas", "evaluate_toponyms"]

OnError = Callable[[GeomapError], None]
Progress = Callable[[str, float], None]

_COUNTRIES = frozenset({"PCLI", "PCLD", "PCLF", "PCLS", "PCLIX", "PCL", "TERR"})
# The nearest town says in which division a point lies; emptier land than one town in 100 km is nobody's.
_TOWN_KM = (20.0, 100.0)
_BY_NAME = frozenset({"exact", "alternate", "folded", "abbreviation", "demonym"})


class Areas:
    """Whether a point lies in the area that a place is; :mod:`geomap.evaluation.measures` says how that is told."""

    def __init__(
        self, gazetteer: Gazetteer, country_at: Callable[[float, float], tuple[str, float] | None] | None = None
    ) -> None:
        self._gazetteer = gazetteer
        self._country_at = country_at
        self._known: dict[tuple[str, float, float], bool] = {}

    def contains(self, place: Place, lat: float, lon: float) -> bool:
        """True where the WGS84 point is in the area of ``place``; False for every place that is no area."""
        if not place.is_area:
            return False
        key = (place.id, lat, lon)
        if key not in self._known:
            self._known[key] = self._contains(place, lat, lon)
        return self._known[key]

    def _contains(self, place: Place, lat: float, lon: float) -> bool:
        away = distance_km(place.lat, place.lon, lat, lon)
        if place.feature_code in _COUNTRIES and place.country_code:
            if self._country_at is None:
                from geomap.pipeline import country_finder

                self._country_at = country_finder()
            found = self._country_at(lat, lon)
            return found[0] == place.country_code if found is not None else away <= place.radius_km
        if place.feature_code == "ADM1":
            town = self._nearest_town(lat, lon)
            division = place.admin1 or place.name
            return town is not None and (town.country_code, town.admin1) == (place.country_code, division)
        return away <= place.radius_km

    def _nearest_town(self, lat: float, lon: float) -> Place | None:
        for radius in _TOWN_KM:
            # The gazetteer gives the largest first: all are wanted.
            towns = self._gazetteer.near(lat, lon, radius, limit=100_000)
            if towns:
                return min(towns, key=lambda town: (distance_km(lat, lon, town.lat, town.lon), town.id))
        return None


# -- predicting ------------------------------------------------------------------------------------------------------


def _geonameid(place: Place | None) -> str | None:
    return place.id.removeprefix("gn:") if place is not None and place.id.startswith("gn:") else None


def _predicted(resolution: Resolution, place: Place | None) -> Predicted:
    mention = resolution.mention
    return Predicted(
        start=mention.start,
        end=mention.end,
        text=mention.text,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        geonameid=_geonameid(place),
        # As "geomap toponyms" writes it, so that a file of predictions scores the same.
        score=round(resolution.score, 4),
        rule=resolution.rule,
        kind=mention.kind,
        inside=mention.inside,
        place=place,
    )


def _by_name(gazetteer: Gazetteer, text: str) -> list[Candidate]:
    return [one for one in gazetteer.candidates(text) if one.match in _BY_NAME]


def _is_demonym(candidates: Sequence[Candidate]) -> bool:
    return bool(candidates) and all(one.match == "demonym" for one in candidates)


def _article(document: Document) -> Article:
    return Article(
        doc_id=document.doc_id, text=document.text, title=document.title, url=document.url, home=document.home
    )


def _on_gold_spans(document: Document, article: Article, session: Session, home: Home | None) -> list[Predicted]:
    """The likeliest place of every annotated span, each span once."""
    from geomap.resolution import resolve_mentions

    spans = sorted({(gold.start, gold.end): gold for gold in document.toponyms}.items())
    mentions = [
        Mention(
            start=start,
            end=end,
            text=gold.text,
            recognizer="model",
            kind="demonym" if _is_demonym(_by_name(session.gazetteer, gold.text)) else "place",
        )
        for (start, end), gold in spans
    ]
    found = []
    for resolution in resolve_mentions(article, mentions, session.gazetteer, home=home):
        place = resolution.place
        if place is None and resolution.rule != "historic" and resolution.alternatives:
            place = resolution.alternatives[0].place
        if place is not None and resolution.score < session.settings.min_score:
            place = None
        found.append(_predicted(resolution, place))
    return found


def _largest(gazetteer: Gazetteer, text: str) -> Place | None:
    """The candidate with the most inhabitants; of equals the gazetteer's first."""
    candidates = _by_name(gazetteer, text)
    return max((one.place for one in candidates), key=lambda place: place.population or 0, default=None)


def _most_populous(spans: Sequence[Predicted], gazetteer: Gazetteer) -> list[Predicted]:
    made = []
    for span in spans:
        place = _largest(gazetteer, span.text or "")
        made.append(
            replace(
                span, lat=place.lat if place else None, lon=place.lon if place else None, geonameid=_geonameid(place),
                place=place, score=None,
            )
        )  # fmt: skip
    return made


def _withheld(predicted: Sequence[Predicted], min_score: float) -> list[Predicted]:
    return [
        replace(one, lat=None, lon=None, geonameid=None, place=None, rule="min_score")
        if one.score is not None and one.score < min_score
        else one
        for one in predicted
    ]


# -- errors ----------------------------------------------------------------------------------------------------------


def _missed(outcome: Outcome, document: Document, gazetteer: Gazetteer) -> str:
    gold = outcome.gold
    assert gold is not None
    candidates = _by_name(gazetteer, gold.text)
    # The longest word that could stand before it: a few dozen characters, not the whole article each time.
    before, after = document.text[max(0, gold.start - 60) : gold.start], document.text[gold.end : gold.end + 2]
    text = gold.text
    if _is_demonym(candidates):
        return "a demonym"
    if text.endswith(".") or (text.isupper() and len(text) <= 5):
        return "an abbreviation"
    if not text[:1].isupper():
        return "in lower case"
    follows = len(after) == 2 and after[0] in " -" and after[1].isupper()
    precedes = before[-1:] in (" ", "-") and before[:-1].split(" ")[-1][:1].isupper() and before[-2:-1].isalpha()
    if follows or precedes:
        return "beside or inside another name (an organisation, a person)"
    return "not in the gazetteer" if not candidates else "other"


def _wrong(outcome: Outcome) -> str:
    predicted, gold = outcome.predicted, outcome.gold
    assert predicted is not None and gold is not None
    place = predicted.place
    if outcome.contained:
        return "the right place or one around it, but its point is farther than 161 km"
    if place is None:
        return "another place"
    if place.feature_code in _COUNTRIES:
        return "a country instead"
    if place.feature_class == "A":
        return "a division instead"
    same = fold(place.name) == fold(gold.text)
    if place.feature_class == "P":
        return "a namesake elsewhere" if same else "a town of another main name"
    return "another kind of place"


def _errors(judged: Sequence[Judged], gazetteer: Gazetteer, examples: int) -> dict[str, dict[str, Any]]:
    """The errors by what happened and class: how many, and some of each, taken evenly from all documents."""
    kinds: dict[str, dict[str, list[tuple[Document, Outcome]]]] = {
        kind: {} for kind in ("missed", "withheld", "wrong", "invented")
    }
    for one in judged:
        for outcome in one.outcomes:
            gold, predicted = outcome.gold, outcome.predicted
            if gold is not None and predicted is None:
                kind, name = "missed", _missed(outcome, one.document, gazetteer)
            elif predicted is not None and gold is None:
                inside = f"inside the name of an {predicted.inside}" if predicted.inside else predicted.kind
                kind, name = "invented", f"{inside}, {'a pin' if predicted.resolved else 'no pin'}"
            elif predicted is not None and gold is not None and gold.lat is not None and not predicted.resolved:
                kind, name = "withheld", f"rule {predicted.rule}" if predicted.rule else "no place"
            elif outcome.km is not None and not outcome.strict:
                kind, name = "wrong", _wrong(outcome)
            else:
                continue
            kinds[kind].setdefault(name, []).append((one.document, outcome))
    return {
        kind: {
            name: {"count": len(some), "examples": [_example(*some[i]) for i in _evenly(len(some), examples)]}
            for name, some in sorted(classes.items(), key=lambda item: (-len(item[1]), item[0]))
        }
        for kind, classes in kinds.items()
    }


def _evenly(length: int, wanted: int) -> list[int]:
    return list(range(length)) if length <= wanted else [i * length // wanted for i in range(wanted)]


def _example(document: Document, outcome: Outcome) -> dict[str, Any]:
    span = outcome.gold or outcome.predicted
    assert span is not None
    predicted, gold = outcome.predicted, outcome.gold
    made: dict[str, Any] = {
        "doc_id": document.doc_id,
        "start": span.start,
        "end": span.end,
        "text": document.text[span.start : span.end],
        "context": document.text[max(0, span.start - 40) : span.end + 40],
    }
    if gold is not None and gold.lat is not None:
        made["gold"] = [gold.lat, gold.lon]
    if predicted is not None and predicted.resolved:
        place = predicted.place
        made["predicted"] = [predicted.lat, predicted.lon]
        made["score"] = predicted.score
        if place is not None:
            made |= {"name": place.name, "country_code": place.country_code or None, "place_id": place.id}
    if outcome.km is not None:
        made["km"] = round(outcome.km, 1)
    return made


# -- all of it -------------------------------------------------------------------------------------------------------

_BASELINE = (
    "acc161_all", "acc161_rec", "acc161_id", "acc161_contained", "coverage", "median_km", "mean_km", "auc", "P161",
    "F1_161",
)  # fmt: skip


def _chosen(corpus: Corpus, half: str | None) -> Sequence[Document]:
    if half is None:
        return corpus.documents
    if half not in ("odd", "even"):
        raise UsageError(f"half {half!r}: it is odd or even.")
    return [one for one in corpus.documents if one.number % 2 == (half == "odd")]


def _run(
    documents: Sequence[Document],
    session: Session,
    *,
    gold_spans: bool,
    name: str,
    progress: Progress | None,
    on_error: OnError | None,
) -> Iterator[tuple[Document, list[Predicted]]]:
    """What the pipeline says of each document; one that failed gives nothing."""
    done = 0
    by_id = {document.doc_id: document for document in documents}

    def told(doc_id: str) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(f"{name}: {doc_id}", done / len(documents))

    if gold_spans:
        for article, home in session.at_home(map(_article, documents), on_error=on_error):
            told(article.doc_id)
            document = by_id.pop(article.doc_id)
            yield document, _on_gold_spans(document, article, session, home)
    else:
        for result in session.process(map(_article, documents), incidents=False, on_error=on_error):
            told(result.article.doc_id)
            document = by_id.pop(result.article.doc_id)
            yield document, [_predicted(resolution, resolution.place) for resolution in result.resolutions]
    for document in by_id.values():
        yield document, []


def evaluate_toponyms(
    corpus: Corpus,
    session: Session,
    *,
    gold_spans: bool = False,
    no_demonyms: bool = False,
    predictions: Mapping[str, Sequence[Predicted]] | None = None,
    half: str | None = None,
    resamples: int = 1000,
    examples: int = 3,
    progress: Progress | None = None,
    on_error: OnError | None = None,
) -> dict[str, Any]:
    """Measure toponym recognition and resolution on ``corpus``; the result is ready for JSON.

    The pipeline runs with ``session`` unless ``predictions`` (by document) are given; its ``min_score`` counts either
    way. ``gold_spans`` resolves the annotated spans instead of recognising any. ``half`` takes the documents of odd or
    even number only (the first is 1). ``examples`` is how many errors of each class are shown. The names of the figures
    are explained in :mod:`geomap.evaluation.measures`. A document on which a stage fails goes to ``on_error`` and
    counts as one without predictions; without ``on_error`` the failure is raised.
    """
    if gold_spans and predictions is not None:
        raise UsageError("Gold spans and a file of predictions contradict each other.")
    documents = _chosen(corpus, half)
    gazetteer = session.gazetteer
    if predictions is None:
        run = _run(documents, session, gold_spans=gold_spans, name=corpus.name, progress=progress, on_error=on_error)
        made = {document.doc_id: found for document, found in run}
    else:
        minimum = session.settings.min_score
        made = {one.doc_id: _withheld(predictions.get(one.doc_id, ()), minimum) for one in documents}
    if progress is not None:
        progress(f"{corpus.name}: measuring", 0.0)
    areas = Areas(gazetteer)
    reached: dict[tuple[str, float, float], bool] = {}

    def reachable(gold: Gold) -> bool:
        if gold.lat is None or gold.lon is None:
            return False
        key = (gold.text, gold.lat, gold.lon)
        if key not in reached:
            reached[key] = any(
                distance_km(one.place.lat, one.place.lon, gold.lat, gold.lon) <= NEAR_KM
                or (gold.geonameid is not None and one.place.id == f"gn:{gold.geonameid}")
                for one in _by_name(gazetteer, gold.text)
            )
        return reached[key]

    def judged_of(of: Callable[[Document], Sequence[Predicted]]) -> list[Judged]:
        return [judge(one, of(one), areas.contains, no_demonyms=no_demonyms, reachable=reachable) for one in documents]

    judged = judged_of(lambda one: made[one.doc_id])
    baseline = {
        "gold_spans": judged_of(
            lambda one: _most_populous(
                [Predicted(start=gold.start, end=gold.end, text=gold.text) for gold in one.toponyms], gazetteer
            )
        )
    }
    if not gold_spans:
        baseline["own_spans"] = judged_of(
            lambda one: _most_populous(
                [replace(span, text=one.text[span.start : span.end]) for span in made[one.doc_id]], gazetteer
            )
        )
    known = {one.doc_id for one in corpus.documents}
    return {
        "corpus": corpus.name,
        "corpus_sha256": corpus.sha256,
        "geomap": __version__,
        "gold_spans": gold_spans,
        "no_demonyms": no_demonyms,
        "half": half,
        "recognizer": None if gold_spans or predictions is not None else session.settings.model,
        "min_score": session.settings.min_score,
        "home": session.settings.home,
        "learn_home": session.settings.learn_home,
        **summary(judged),
        "stray_docs": sum(doc_id not in known for doc_id in predictions or ()),
        "intervals": intervals(judged, resamples),
        "reliability": reliability(judged),
        "baseline": {
            name: {key: value for key, value in summary(some).items() if key in _BASELINE}
            for name, some in baseline.items()
        },
        "rules": dict(sorted(Counter(one.rule for found in made.values() for one in found if one.rule).items())),
        "errors": _errors(judged, gazetteer, examples),
        "per_document": {
            "columns": list(COUNTS),
            "rows": {one.document.doc_id: [_short(value) for value in one.counts] for one in judged},
        },
    }


def _short(value: float) -> float:
    return int(value) if value == int(value) else round(value, 4)
