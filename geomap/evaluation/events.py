"""Running geomap on corpora of events and measuring what it says: dates, event types, event places, incidents.

Each function takes a corpus that was checked (:mod:`geomap.evaluation.sources`) and gives one JSON-ready record: what
was measured with which settings, the figures with 95 % intervals over resampled documents, errors by class with
examples, and the counts of each document, with which two records can be compared. The modules that count say what each
figure means: ``dating``, ``types``, ``where``, ``incidents`` and ``muc``.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from geomap import __version__
from geomap.errors import GeomapError
from geomap.evaluation import dating, incidents, merging, muc, types, where
from geomap.evaluation.comparing import Measure
from geomap.evaluation.incident_gold import GoldArticle
from geomap.evaluation.measures import percentiles, resampled
from geomap.evaluation.merging_gold import Story
from geomap.evaluation.sources import Dated, Report, Snippet, Source, VerbRow
from geomap.records import UNLIKELY, Article, DateExpression, Incident, to_dict

if TYPE_CHECKING:
    from geomap.pipeline import Session

__all__ = [
    "MEASURES",
    "Options",
    "evaluate_dates",
    "evaluate_incidents",
    "evaluate_merging",
    "evaluate_muc",
    "evaluate_places",
    "evaluate_types",
    "measure_of",
]

OnError = Callable[[GeomapError], None]
Progress = Callable[[str, float], None]
Save = Callable[[Mapping[str, Any]], None]
Span = tuple[int, int]

_OPTIONS = ("half", "limit", "min_score", "recognizer", "home")


def _types_measure(scheme: types.Scheme) -> Measure:
    columns = types.columns(scheme)
    return Measure(
        columns=columns,
        figures=lambda sums: types.figures(sums, scheme),
        bootstrapped=("weighted_f1", "macro_f1", "accuracy", "untyped"),
        gold=("snippets", *(name for name in columns if name.startswith("gold_"))),
        options=_OPTIONS,
    )


MEASURES: Mapping[str, Measure] = {
    "dates": Measure(
        columns=dating.COUNTS,
        figures=dating.figures,
        bootstrapped=tuple(dating.figures([0.0] * len(dating.COUNTS))),
        gold=("gold", "days", "times"),
        options=_OPTIONS,
    ),
    "case": _types_measure("case"),
    "plover": _types_measure("plover"),
    "event-places": Measure(
        columns=where.COUNTS,
        figures=where.figures,
        bootstrapped=tuple(where.figures([0.0] * len(where.COUNTS))),
        gold=("rows", "gold"),
        options=_OPTIONS,
    ),
    "articles": Measure(
        columns=incidents.COUNTS,
        figures=incidents.figures,
        bootstrapped=tuple(incidents.figures([0.0] * len(incidents.COUNTS))),
        gold=("gold",),
        options=_OPTIONS,
    ),
    "merging": Measure(
        columns=merging.COUNTS,
        figures=merging.figures,
        bootstrapped=tuple(merging.figures([0.0] * len(merging.COUNTS))),
        gold=("gold",),
        options=_OPTIONS,
    ),
    "muc": Measure(
        columns=muc.COUNTS,
        figures=muc.figures,
        bootstrapped=tuple(muc.figures([0.0] * len(muc.COUNTS))),
        gold=("gold", "docs_gold"),
        options=_OPTIONS,
    ),
}
"""How each kind of corpus is measured."""


def measure_of(result: Mapping[str, Any]) -> Measure:
    """The measure of a result that a function here gave."""
    return MEASURES[str(result["format"])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What all evaluations know: which rows, how many examples of each error, how often documents are resampled, and
    whom to tell. ``save`` gets what was predicted, a record at a time. A text on which a stage fails goes to
    ``on_error`` and counts as one without predictions; without ``on_error`` the failure is raised."""

    half: str | None = None
    limit: int | None = None
    examples: int = 3
    # 300: the ends of a 95 % interval move by less than .005 from one drawing to the next on 500 documents.
    resamples: int = 300
    progress: Progress | None = None
    on_error: OnError | None = None
    save: Save | None = None


@dataclass(slots=True)
class _Errors:
    """How often each error was met, and some of each, taken evenly from all documents without keeping all."""

    wanted: int
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    kept: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    strides: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, kind: str, name: str, example: Callable[[], dict[str, Any]]) -> None:
        key = (kind, name)
        number = self.counts[key]
        self.counts[key] += 1
        stride = self.strides.setdefault(key, 1)
        if not self.wanted or number % stride:
            return
        kept = self.kept.setdefault(key, [])
        kept.append(example())
        if len(kept) > 8 * self.wanted:
            del kept[1::2]
            self.strides[key] = 2 * stride

    def shown(self) -> dict[str, dict[str, Any]]:
        """By kind and class, the most frequent first."""
        made: dict[str, dict[str, Any]] = {}
        for kind, name in sorted(self.counts, key=lambda key: (key[0], -self.counts[key], key[1])):
            kept = self.kept.get((kind, name), [])
            few = min(self.wanted, len(kept))
            chosen = [kept[i * len(kept) // few] for i in range(few)]
            made.setdefault(kind, {})[name] = {"count": self.counts[kind, name], "examples": chosen}
        return made


@dataclass(slots=True)
class _Counted:
    """The counts of all documents so far."""

    measure: Measure
    rows: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def add(self, key: str, counts: Sequence[float]) -> None:
        self.rows[key] = tuple(counts)

    def sums(self) -> list[float]:
        # fsum: the same whatever the order of the documents.
        return [math.fsum(column) for column in zip(*self.rows.values(), strict=True)] or [0.0] * len(
            self.measure.columns
        )

    def intervals(self, resamples: int) -> dict[str, list[float] | None]:
        if len(self.rows) < 2 or resamples < 1:
            return {}
        made = [self.measure.figures(sums) for sums in resampled(list(self.rows.values()), resamples)]
        return {name: percentiles(one[name] for one in made) for name in self.measure.bootstrapped}


def _result(
    what: str,
    form: str,
    source: Source[Any],
    counted: _Counted,
    errors: _Errors,
    options: Options,
    session: Session | None,
    predicted: bool,
    **further: Any,
) -> dict[str, Any]:
    sums = counted.sums()
    settings = session.settings if session is not None and not predicted else None
    return {
        "what": what,
        "format": form,
        "corpus": source.name,
        "corpus_sha256": source.sha256,
        "geomap": __version__,
        "half": options.half,
        "limit": options.limit,
        "recognizer": settings.model if settings else None,
        "min_score": settings.min_score if settings else None,
        "home": settings.home if settings else None,
        "docs": len(counted.rows),
        **counted.measure.figures(sums),
        "counts": {
            name: int(value) for name, value in zip(counted.measure.columns, sums, strict=True) if "_" not in name
        }
        if form in ("case", "plover")
        else dict(zip(counted.measure.columns, map(int, sums), strict=True)),
        "intervals": counted.intervals(options.resamples),
        **further,
        "errors": errors.shown(),
        "per_document": {
            "columns": list(counted.measure.columns),
            "rows": {key: [int(value) for value in row] for key, row in counted.rows.items()},
        },
    }


def _watched(source: Source[Any], options: Options) -> Iterator[Any]:
    """The chosen rows, with progress told."""
    whole = source.rows if options.half is None else max(1, source.rows // 2)
    if options.limit is not None:
        whole = min(whole, options.limit)
    for number, row in enumerate(source.chosen(options.half, options.limit), 1):
        if options.progress is not None:
            options.progress(f"{source.name}: {number:,} of {whole:,}", min(1.0, number / whole))
        yield row


def _coded(session: Session, article: Article, options: Options) -> list[dict[str, Any]]:
    """The incidents that the pipeline finds in one article, as dicts."""
    results = session.process([article], on_error=options.on_error)
    return [dict(to_dict(incident)) for result in results for incident in result.incidents]


def _short(text: str, start: int = 0, end: int | None = None, around: int = 60) -> str:
    """A passage with something around it, on one line."""
    end = len(text) if end is None else end
    return " ".join(text[max(0, start - around) : min(end, start + 300) + around].split())


# -- dates -----------------------------------------------------------------------------------------------------------


def evaluate_dates(
    source: Source[Dated],
    *,
    predictions: Mapping[str, Sequence[DateExpression]] | None = None,
    options: Options | None = None,
) -> dict[str, Any]:
    """Measure how time phrases are found and resolved; :mod:`geomap.evaluation.dating` defines the figures.

    ``classes`` has for each class of phrase how many gold spans there are, were found, and have the right value. With
    ``predictions`` (by document) gold spans where nothing was predicted are wrong.
    """
    options = options or Options()
    counted, errors = _Counted(MEASURES["dates"]), _Errors(options.examples)
    kinds: dict[str, Counter[str]] = {}
    for row in _watched(source, options):
        said = _dates_in(row.text, row, options) if predictions is None else list(predictions.get(row.doc_id, ()))
        if predictions is None and options.save is not None:
            options.save({"doc_id": row.doc_id, "dates": [dict(to_dict(one)) for one in said]})
        judged, invented = dating.judge(row.timexes, said, {} if predictions is not None else _alone(row, said))
        counted.add(row.doc_id, dating.count(judged, invented))
        for one in judged:
            kind = dating.kind_of(one.gold.text)
            tally = kinds.setdefault(kind, Counter())
            tally.update({"gold": 1, "found": one.found is not None, "right": one.value_right})
            if not one.value_right:
                _date_error(errors, "wrong" if one.found else "missed", kind, row, one.gold, one.read)
        for phrase in invented:
            _date_error(errors, "invented", dating.kind_of(row.text[phrase.start : phrase.end]), row, phrase, phrase)
    return _result(
        "dates", "dates", source, counted, errors, options, None, predictions is not None,
        classes={kind: dict(kinds[kind]) for kind in sorted(kinds, key=lambda kind: (-kinds[kind]["gold"], kind))},
    )  # fmt: skip


def _dates_in(text: str, row: Dated, options: Options) -> list[DateExpression]:
    from geomap.dates import find_dates
    from geomap.pipeline import stage_of

    article = Article(doc_id=row.doc_id, text=text, published=row.published)
    try:
        with stage_of(article, "dates"):
            return find_dates(article)
    except GeomapError as error:
        if options.on_error is None:
            raise
        options.on_error(error)
        return []


def _alone(row: Dated, found: Sequence[DateExpression]) -> dict[Span, DateExpression | None]:
    """What the gold spans where nothing was found are resolved to by themselves: the longest phrase in each."""
    read: dict[Span, DateExpression | None] = {}
    for gold in row.timexes:
        if gold.days is not None and not any(one.start < gold.end and gold.start < one.end for one in found):
            phrases = _dates_in(gold.text, row, Options())
            read[gold.start, gold.end] = max(phrases, key=lambda one: one.end - one.start, default=None)
    return read


def _date_error(
    errors: _Errors,
    kind: str,
    name: str,
    row: Dated,
    span: dating.Timex | DateExpression,
    said: DateExpression | None,
) -> None:
    def example() -> dict[str, Any]:
        made = {
            "doc_id": row.doc_id,
            "start": span.start,
            "end": span.end,
            "text": row.text[span.start : span.end],
            "context": _short(row.text, span.start, span.end, 40),
            "published": row.published,
        }
        if isinstance(span, dating.Timex):
            made["gold"] = span.value
        if said is not None:
            made["said"] = " to ".join(dict.fromkeys(filter(None, (said.date_start, said.date_end)))) or "no day"
        return made

    errors.add(kind, name, example)


# -- event types -----------------------------------------------------------------------------------------------------


def evaluate_types(
    source: Source[Snippet],
    session: Session | None,
    *,
    incidents: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    classes: Mapping[str, str | None] | None = None,
    options: Options | None = None,
) -> dict[str, Any]:
    """Measure which class each snippet is given; :mod:`geomap.evaluation.types` defines the figures.

    ``incidents`` or ``classes`` (by snippet) are measured instead of running the pipeline; ``session`` may then be
    None. ``classes`` of the result has precision, recall and F1 of each class, ``confusion`` the pairs of gold and
    said.
    """
    options = options or Options()
    scheme = next(source.chosen()).scheme
    counted, errors = _Counted(MEASURES[scheme]), _Errors(options.examples)
    columns = {name: i for i, name in enumerate(counted.measure.columns)}
    confusion: Counter[tuple[str, str]] = Counter()
    predicted = incidents is not None or classes is not None
    for row in _watched(source, options):
        if classes is not None:
            said = classes.get(row.doc_id)
        elif incidents is not None:
            said = types.main_class(incidents.get(row.doc_id, ()), scheme)
        else:
            assert session is not None, "without predictions a session is needed"
            article = Article(doc_id=row.doc_id, text=row.text, published=row.published)
            said = types.main_class(_coded(session, article, options), scheme)
        if not predicted and options.save is not None:
            options.save({"doc_id": row.doc_id, "class": said})
        given = said if f"pred_{said}" in columns else types.fallback(scheme)
        counts = [0.0] * len(columns)
        counts[columns["snippets"]] = 1.0
        counts[columns["untyped"]] = float(said is None)
        counts[columns[f"gold_{row.gold}"]] = 1.0
        counts[columns[f"pred_{given}"]] = 1.0
        if given == row.gold:
            counts[columns[f"both_{row.gold}"]] = 1.0
        else:
            shown = said if said is not None else "(none)"
            confusion[row.gold, shown] += 1
            errors.add("wrong", f"{row.gold} → {shown}", partial(_type_example, row, said))
        counted.add(row.doc_id, counts)
    return _result(
        "event-types", scheme, source, counted, errors, options, session, predicted,
        fallback=types.fallback(scheme),
        classes=types.per_class(counted.sums(), scheme),
        confusion=[
            {"gold": gold, "said": said, "count": count}
            for (gold, said), count in sorted(confusion.items(), key=lambda item: (-item[1], item[0]))
        ],
    )  # fmt: skip


def _type_example(row: Snippet, said: str | None) -> dict[str, Any]:
    return {"doc_id": row.doc_id, "context": _short(row.text), "gold": row.gold, "said": said}


# -- event places ----------------------------------------------------------------------------------------------------


class _Sentences:
    """What the pipeline makes of a sentence before events are coded; of several verbs in a row it is asked once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: OrderedDict[str, tuple[Any, ...]] = OrderedDict()

    def places(self, row: VerbRow) -> tuple[list[Span], list[Span]]:
        """Where the verb's event happened, and the names of all places in the sentence."""
        from geomap.incidents import places_of_event
        from geomap.pipeline import stage_of

        if row.text not in self._known:
            self._known[row.text] = self._read(row)
            if len(self._known) > 64:
                self._known.popitem(last=False)
        article, resolutions, dates, doc = self._known[row.text]
        with stage_of(article, "incidents"):
            found = places_of_event(article, resolutions, dates, doc, row.start, row.end)
        # A word of the sentence that stands for a place named before it ("the city") is no name.
        named = [(one.mention.start, one.mention.end) for one in resolutions if one.mention.kind != "demonym"]
        return [(one.start, one.end) for one in found], named

    def _read(self, row: VerbRow) -> tuple[Any, ...]:
        from geomap.dates import find_dates
        from geomap.nlp import parse
        from geomap.pipeline import stage_of, with_unknown
        from geomap.recognition import find_mentions
        from geomap.resolution import resolve_mentions

        session = self._session
        article = Article(doc_id=str(row.row), text=row.text)
        with stage_of(article, "language"):
            doc = parse(session.nlp, article.text, gazetteer=session.gazetteer)
        with stage_of(article, "recognition"):
            mentions = find_mentions(article, session.gazetteer, doc)
        with stage_of(article, "resolution"):
            resolutions = resolve_mentions(article, mentions, session.gazetteer, session.settings)
            kept = with_unknown([one for one in resolutions if one.rule != UNLIKELY], resolutions)
        with stage_of(article, "dates"):
            dates = find_dates(article)
        return article, kept, dates, doc


def evaluate_places(
    source: Source[VerbRow],
    session: Session | None,
    *,
    predictions: Mapping[int, Sequence[Span]] | None = None,
    options: Options | None = None,
) -> dict[str, Any]:
    """Measure where events are said to have happened; :mod:`geomap.evaluation.where` defines the figures.

    ``predictions`` (by row) are measured instead of running geomap; ``session`` may then be None, and there is no
    baseline.
    """
    options = options or Options()
    counted, errors = _Counted(MEASURES["event-places"]), _Errors(options.examples)
    baseline = _Counted(MEASURES["event-places"])
    sentences = _Sentences(session) if session is not None else None
    for row in _watched(source, options):
        if predictions is not None:
            said = list(predictions.get(row.row, ()))
        else:
            assert sentences is not None, "without predictions a session is needed"
            said, named = _asked(sentences, row, options)
            near = where.nearest(named, row.start, row.end)
            baseline.add(str(row.row), where.count(row.text, row.gold, near))
            if options.save is not None:
                options.save({"row": row.row, "places": [_span_record(row.text, one) for one in said]})
        counts = where.count(row.text, row.gold, said)
        counted.add(str(row.row), counts)
        n = dict(zip(where.COUNTS, counts, strict=True))
        if not n["exact"]:
            errors.add(*_place_error(n), partial(_place_example, row, said))
    return _result(
        "event-places", "event-places", source, counted, errors, options, session, predictions is not None,
        baseline=None if predictions is not None else where.figures(baseline.sums()),
    )  # fmt: skip


def _asked(sentences: _Sentences, row: VerbRow, options: Options) -> tuple[list[Span], list[Span]]:
    try:
        return sentences.places(row)
    except GeomapError as error:
        if options.on_error is None:
            raise
        options.on_error(error)
        return [], []


def _span_record(text: str, span: Span) -> dict[str, Any]:
    return {"start": span[0], "end": span[1], "text": text[span[0] : span[1]]}


def _place_error(n: Mapping[str, float]) -> tuple[str, str]:
    if not n["gold"]:
        return "invented", "a place where none is told"
    if not n["pred"]:
        return "missed", "no place"
    if not n["both"]:
        return "wrong", "another place"
    if n["both"] == n["pred"]:
        return "missed", "some of the places or words"
    return "invented", "more than the places" if n["both"] == n["gold"] else "some right, some wrong"


def _place_example(row: VerbRow, said: Iterable[Span]) -> dict[str, Any]:
    return {
        "doc_id": str(row.row),
        "text": row.text[row.start : row.end],
        "context": _short(row.text),
        "gold": ", ".join(row.text[a:b] for a, b in row.gold) or None,
        "said": ", ".join(row.text[a:b] for a, b in said) or None,
    }


# -- incidents -------------------------------------------------------------------------------------------------------


def _incidents_of(
    article: Article,
    session: Session | None,
    predictions: Mapping[str, Sequence[Mapping[str, Any]]] | None,
    options: Options,
) -> Sequence[Mapping[str, Any]]:
    if predictions is not None:
        return predictions.get(article.doc_id, ())
    assert session is not None, "without predictions a session is needed"
    found = _coded(session, article, options)
    if options.save is not None:
        for incident in found:
            options.save(incident)
    return found


def evaluate_incidents(
    source: Source[GoldArticle],
    session: Session | None,
    *,
    predictions: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    options: Options | None = None,
) -> dict[str, Any]:
    """Measure incidents on annotated articles; :mod:`geomap.evaluation.incidents` defines the figures.

    ``predictions`` (by document, as ``geomap extract`` writes them) are measured instead of running the pipeline;
    ``session`` may then be None.
    """
    options = options or Options()
    counted, errors = _Counted(MEASURES["articles"]), _Errors(options.examples)
    for row in _watched(source, options):
        article = Article(doc_id=row.doc_id, text=row.text, title=row.title, published=row.published, source=row.source)
        counts, findings = incidents.judge(row, _incidents_of(article, session, predictions, options))
        counted.add(row.doc_id, counts)
        for one in findings:
            errors.add(one.kind, one.detail or one.type, partial(_incident_example, row.doc_id, one))
    return _result(
        "incidents", "articles", source, counted, errors, options, session, predictions is not None
    )  # fmt: skip


def _incident_example(doc_id: str, finding: incidents.Finding) -> dict[str, Any]:
    return {"doc_id": doc_id, "text": finding.type, "context": _short(finding.quote)}


def evaluate_merging(
    source: Source[Story],
    session: Session | None,
    *,
    predictions: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    options: Options | None = None,
) -> dict[str, Any]:
    """Measure which incidents of several articles are made one; :mod:`geomap.evaluation.merging` defines the figures.

    All chosen stories are merged together, as a batch would be. ``predictions`` (by document, as ``geomap extract
    --merge`` writes them) are measured instead of running the pipeline; ``session`` may then be None.
    """
    from geomap.merging import merge_incidents

    options = options or Options()
    counted, errors = _Counted(MEASURES["merging"]), _Errors(options.examples)
    stories: list[Story] = []
    coded: list[Incident] = []
    for story in _watched(source, options):
        stories.append(story)
        if predictions is None:
            assert session is not None, "without predictions a session is needed"
            results = session.process(story.articles, on_error=options.on_error)
            coded += [one for result in results for one in result.incidents]
    if predictions is None:
        said: list[Mapping[str, Any]] = [to_dict(one) for one in merge_incidents(coded)]
        if options.save is not None:
            for incident in said:
                options.save(incident)
    else:
        said = [one for of_document in predictions.values() for one in of_document]
    counts, findings = merging.judge(stories, said)
    for number, row in counts.items():
        counted.add(f"story {number}", row)
    for one in findings:
        errors.add(one.kind, one.name, partial(_merging_example, one))
    return _result("merging", "merging", source, counted, errors, options, session, predictions is not None)


def _merging_example(finding: merging.Finding) -> dict[str, Any]:
    said = " ".join(finding.said.split())
    return {"doc_id": finding.doc_id, "text": " ".join(finding.text.split()), "gold": finding.gold, "said": said}


def evaluate_muc(
    source: Source[Report],
    session: Session,
    *,
    predictions: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    options: Options | None = None,
) -> dict[str, Any]:
    """Measure incidents on reports of MUC-3/4; :mod:`geomap.evaluation.muc` defines the figures.

    ``predictions`` (by document, as ``geomap extract`` writes them) are measured instead of running the pipeline; the
    gazetteer of ``session`` is asked for the gold's places either way. ``classes`` has the figures of each MUC type.
    """
    options = options or Options()
    counted, errors = _Counted(MEASURES["muc"]), _Errors(options.examples)
    by_type: dict[str, Counter[str]] = {name: Counter() for name in muc.muc_types()}
    ids: dict[str, frozenset[str]] = {}

    def ids_of(name: str) -> frozenset[str]:
        if name not in ids:
            found = session.gazetteer.candidates(name)
            ids[name] = frozenset(one.place.id for one in found if one.match not in ("fuzzy", "demonym"))
        return ids[name]

    for row in _watched(source, options):
        article = Article(doc_id=row.doc_id, text=row.text, published=row.published)
        said = _incidents_of(article, session, predictions, options)
        outcomes = muc.judge(row.templates, said, ids_of)
        counted.add(row.doc_id, muc.count(outcomes, said, row.templates))
        for outcome in outcomes:
            if not outcome.ignored:
                _muc_outcome(row, said, outcome, by_type, errors)
    return _result(
        "incidents", "muc", source, counted, errors, options, session, predictions is not None,
        classes={name: _of_type(tally) for name, tally in by_type.items()},
    )  # fmt: skip


def _of_type(tally: Mapping[str, int]) -> dict[str, float | None]:
    precision = tally["both"] / tally["pred"] if tally["pred"] else None
    recall = tally["both"] / tally["gold"] if tally["gold"] else None
    f1 = muc.harmonic(precision, recall) if tally["gold"] or tally["pred"] else None
    return {
        "precision": precision, "recall": recall, "f1": f1, "gold": tally["gold"], "predicted": tally["pred"]
    }  # fmt: skip


def _muc_outcome(
    row: Report,
    said: Sequence[Mapping[str, Any]],
    outcome: muc.Outcome,
    by_type: Mapping[str, Counter[str]],
    errors: _Errors,
) -> None:
    template = row.templates[outcome.template] if outcome.template is not None else None
    incident = said[outcome.predicted] if outcome.predicted is not None else None
    name = (muc.muc_type(incident) if incident is not None else None) or (template.types[0] if template else "")
    tally = by_type[name]
    tally.update({"gold": template is not None, "pred": incident is not None, "both": bool(template and incident)})

    def example() -> dict[str, Any]:
        made: dict[str, Any] = {"doc_id": row.doc_id, "text": name}
        if template is not None:
            days = " or ".join(dict.fromkeys(f"{one.start or ''}…{one.end}" for one in template.dates))
            places = " or ".join(dict.fromkeys(one.name or one.country for one in template.places))
            made["gold"] = f"{days or 'no date'}; {places or 'no place'}"
        if incident is not None:
            named = ", ".join(str(one.get("name") or one.get("text")) for one in incident.get("places") or ())
            made["said"] = f"{incident.get('date_start') or 'no date'}; {named or 'no place'}"
            made["context"] = _short(str(incident.get("quote") or ""))
        return made

    if template is None or incident is None:
        errors.add("invented" if template is None else "missed", name, example)
        return
    for what, right in (("date", outcome.date_right), ("place", outcome.place_right)):
        if right is False:
            given = incident.get("date_start") if what == "date" else incident.get("places")
            errors.add("wrong", f"{what}, {'another' if given else 'none'} given", example)
