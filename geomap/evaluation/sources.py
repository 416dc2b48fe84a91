"""Annotated corpora of events in JSON Lines, read a line at a time, and the predictions that may be measured on them.

===============  ====================================================================================================
event types      ``id``, ``text`` and ``sub_type``, one of the 30 classes of CASE 2021, or ``event``, one of PLOVER's
event places     ``text``, ``verb`` (``start``, ``end``) and ``locations``, a list of spans, which may be empty
dates            ``id``, ``text``, ``dct`` (when it was written) and ``timex``: ``start``, ``end``, ``type``, ``value``
incidents        ``id``, ``text``, ``dct`` and ``incidents``, the templates of MUC-3/4; or a folder of annotated
                 articles (:mod:`geomap.evaluation.incident_gold`)
===============  ====================================================================================================

The first reading checks every line and takes the digest; later ones give the rows, so that a corpus of any size fits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from geomap.caldates import parse_day
from geomap.errors import DateError, InputError, UsageError
from geomap.evaluation.dating import Timex, read_timex
from geomap.evaluation.incident_gold import GoldArticle, digest, read_articles
from geomap.evaluation.muc import Template, read_template
from geomap.evaluation.types import Scheme, classes
from geomap.records import DateExpression

__all__ = [
    "Dated",
    "Report",
    "Snippet",
    "Source",
    "VerbRow",
    "articles_source",
    "dates_source",
    "incidents_source",
    "places_source",
    "read_classes",
    "read_dates",
    "read_incidents",
    "read_places",
    "types_source",
]

T = TypeVar("T")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A text with its one class."""

    doc_id: str
    text: str
    gold: str
    scheme: Scheme
    published: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbRow:
    """A sentence, a verb in it and the spans of the places of its event; ``row`` counts from 1 in the file."""

    row: int
    text: str
    start: int
    end: int
    gold: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A text with its annotated time phrases."""

    doc_id: str
    text: str
    published: str | None
    timexes: tuple[Timex, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of MUC with its templates."""

    doc_id: str
    text: str
    published: str | None
    templates: tuple[Template, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Generic[T]):
    """A corpus that was checked: ``rows`` in it, and how to read them again, each with its number (from 1).

    Rows of one number, such as verbs of one sentence, are in the same half.
    """

    name: str
    path: Path
    sha256: str
    rows: int
    read: Callable[[], Iterator[tuple[int, T]]] = field(repr=False)

    def chosen(self, half: str | None = None, limit: int | None = None) -> Iterator[T]:
        """The rows of odd or even number or all, the first ``limit`` of them."""
        if half not in (None, "odd", "even"):
            raise UsageError(f"half {half!r}: it is odd or even.")
        given = 0
        for number, row in self.read():
            if limit is not None and given >= limit:
                return
            if half is None or number % 2 == (half == "odd"):
                given += 1
                yield row


# -- reading lines ---------------------------------------------------------------------------------------------------


def _records(path: Path, whole: Any = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of a file in JSON Lines, with where it stands; ``whole`` is a digest to feed."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if whole is not None:
                    whole.update(line)
                if not line.strip(b"\xef\xbb\xbf \t\r\n"):
                    continue
                where = f"{path}, line {number}"
                try:
                    record = json.loads(line.decode("utf-8-sig"))
                except (UnicodeDecodeError, ValueError, RecursionError) as error:
                    raise InputError(f"{where}: not JSON in UTF-8 ({error}). Mend or remove the line.") from error
                if not isinstance(record, dict):
                    raise InputError(f"{where}: an object is wanted, not {type(record).__name__}.")
                yield where, record
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error


def _source(
    path: Path, row_of: Callable[[dict[str, Any], str, int], T], key_of: Callable[[T], str] | None, unique: bool
) -> Source[T]:
    """``key_of`` gives what rows of one number share; with ``unique`` no two rows may."""

    def read(whole: Any = None, check: bool = False) -> Iterator[tuple[int, T]]:
        # Of long keys a digest is kept.
        numbers: dict[bytes, int] = {}
        for row_number, (where, record) in enumerate(_records(path, whole), 1):
            row = row_of(record, where, row_number)
            if key_of is None:
                yield row_number, row
                continue
            key = hashlib.blake2b(key_of(row).encode("utf-8", "surrogatepass"), digest_size=16).digest()
            if check and unique and key in numbers:
                raise InputError(f"{where}: the id {key_of(row)!r} was given to an earlier line already; give another.")
            yield numbers.setdefault(key, len(numbers) + 1), row

    whole = hashlib.sha256()
    rows = sum(1 for _ in read(whole, True))
    if not rows:
        raise InputError(f"{path}: there is nothing in it.")
    return Source(name=path.stem, path=path, sha256=whole.hexdigest(), rows=rows, read=read)


def _text(record: Mapping[str, Any], where: str) -> str:
    text = record.get("text")
    if not isinstance(text, str):
        raise InputError(f'{where}: the line has no "text".')
    return text


def _identity(record: Mapping[str, Any], where: str, number: int) -> str:
    identity = record.get("id", record.get("doc_id", number))
    if isinstance(identity, bool) or not isinstance(identity, (str, int)):
        raise InputError(f'{where}: "id" must be a text or a whole number, not {identity!r}.')
    return str(identity)


def _published(record: Mapping[str, Any], key: str) -> str | None:
    """The day of publication; corpora leave it out, or the year, where it is not known."""
    value = record.get(key)
    try:
        return parse_day(value) if isinstance(value, str) else None
    except DateError:
        return None


def _spans(value: object, text: str, where: str) -> tuple[Span, ...]:
    if not isinstance(value, list):
        raise InputError(f"{where} must be a list of spans, empty where there is none.")
    # An annotator's slip of the mouse: nothing is marked.
    marked = [one for one in value if not (isinstance(one, dict) and one.get("start") == one.get("end") is not None)]
    return tuple(_span(one, text, where) for one in marked)


def _span(value: object, text: str, where: str) -> Span:
    start, end = (value.get(key) for key in ("start", "end")) if isinstance(value, dict) else (None, None)
    if (
        not isinstance(start, int)
        or not isinstance(end, int)
        or isinstance(start, bool)
        or isinstance(end, bool)
        or not 0 <= start < end <= len(text)
    ):
        raise InputError(f'{where}: a span has whole numbers "start" and "end" within the text, the end behind.')
    said = value.get("text") if isinstance(value, dict) else None
    if isinstance(said, str) and said != text[start:end]:
        raise InputError(
            f'{where}: the span says {said!r}, but {text[start:end]!r} stands at {start} to {end}. Mend the offsets.'
        )  # fmt: skip
    return start, end


# -- the corpora -----------------------------------------------------------------------------------------------------


def types_source(path: Path) -> Source[Snippet]:
    """Snippets with a class each. Raises :class:`~geomap.errors.InputError` naming file, line, field and remedy."""

    def row_of(record: dict[str, Any], where: str, number: int) -> Snippet:
        scheme: Scheme
        if isinstance(record.get("sub_type"), str):
            scheme, key = "case", "sub_type"
        elif isinstance(record.get("event"), str):
            scheme, key = "plover", "event"
        else:
            raise InputError(f'{where}: neither "sub_type" (a class of CASE 2021) nor "event" (PLOVER) is there.')
        if record[key] not in classes(scheme):
            raise InputError(f'{where}: "{key}" {record[key]!r} is none of {", ".join(classes(scheme))}.')
        return Snippet(
            doc_id=_identity(record, where, number),
            text=_text(record, where),
            gold=record[key],
            scheme=scheme,
            published=_published(record, "date"),
        )

    source = _source(path, row_of, lambda row: row.doc_id, True)
    if len({row.scheme for row in source.chosen()}) > 1:
        raise InputError(f'{path}: some lines have "sub_type" and some "event"; make two files of it.')
    return source


def places_source(path: Path) -> Source[VerbRow]:
    """Verbs with the places of their events. Raises :class:`~geomap.errors.InputError` as :func:`types_source`."""

    def row_of(record: dict[str, Any], where: str, number: int) -> VerbRow:
        text = _text(record, where)
        start, end = _span(record.get("verb"), text, f'{where}, "verb"')
        gold = _spans(record.get("locations"), text, f'{where}, "locations"')
        return VerbRow(row=number, text=text, start=start, end=end, gold=gold)

    return _source(path, row_of, lambda row: row.text, False)


def dates_source(path: Path) -> Source[Dated]:
    """Texts with time phrases. Raises :class:`~geomap.errors.InputError` as :func:`types_source`."""

    def row_of(record: dict[str, Any], where: str, number: int) -> Dated:
        text, marked = _text(record, where), record.get("timex")
        if not isinstance(marked, list):
            raise InputError(f'{where}: the line has no list "timex", so there is nothing to measure against.')
        return Dated(
            doc_id=_identity(record, where, number),
            text=text,
            published=_published(record, "dct"),
            timexes=tuple(read_timex(one, text, f"{where}, timex {n}") for n, one in enumerate(marked, 1)),
        )

    return _source(path, row_of, lambda row: row.doc_id, True)


def incidents_source(path: Path) -> Source[Report]:
    """Reports of MUC-3/4. Raises :class:`~geomap.errors.InputError` as :func:`types_source`."""

    def row_of(record: dict[str, Any], where: str, number: int) -> Report:
        text, marked = _text(record, where), record.get("incidents")
        if not isinstance(marked, list):
            raise InputError(
                f'{where}: the line has no list "incidents", so there is nothing to measure against. For annotated'
                " articles give the folder that has a JSON file for each."
            )
        return Report(
            doc_id=_identity(record, where, number),
            text=text,
            published=_published(record, "dct"),
            templates=tuple(read_template(one, f"{where}, incident {n}") for n, one in enumerate(marked, 1)),
        )

    return _source(path, row_of, lambda row: row.doc_id, True)


def articles_source(path: Path) -> Source[GoldArticle]:
    """Annotated articles, a folder of them or one file."""

    def read() -> Iterator[tuple[int, GoldArticle]]:
        return ((one.number, one) for one in read_articles(path))

    rows = sum(1 for _ in read())
    name = path.resolve().name if path.is_dir() else path.stem
    return Source(name=name, path=path, sha256=digest(path), rows=rows, read=read)


# -- predictions -----------------------------------------------------------------------------------------------------

# What measuring looks at; the evidence of a place (its alternatives) is most of a line and is let go.
_KEPT = (
    "type", "acled_sub_event", "plover", "trigger", "certainty", "attribution", "quote", "quote_start", "quote_end",
    "geo_precision", "date_start", "date_end", "deaths", "injured", "crowd_size", "doc_id", "sources",
)  # fmt: skip
_PLACE_KEPT = ("text", "name", "lat", "lon", "role", "place_id")


def read_incidents(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The incidents of a file that ``geomap extract`` wrote, by document; a line may also hold a document's
    ``incidents`` together. Raises :class:`~geomap.errors.InputError` naming file, line and remedy."""
    found: dict[str, list[dict[str, Any]]] = {}
    for where, record in _records(path):
        if record.get("type") == "FeatureCollection":
            raise InputError(
                f"{where}: this is GeoJSON; give the JSON Lines that 'geomap extract -o FILE.jsonl' writes."
            )
        several = record.get("incidents")
        incidents = several if isinstance(several, list) else [record]
        if "doc_id" not in record or not all(isinstance(one, dict) for one in incidents):
            raise InputError(f'{where}: not an incident of "geomap extract": there is no "doc_id".')
        for one in incidents:
            places = one.get("places") or []
            if not isinstance(places, list) or not all(isinstance(place, dict) for place in places):
                raise InputError(f'{where}: "places" must be a list of objects.')
            made = {key: one[key] for key in _KEPT if key in one}
            made["places"] = [{key: place[key] for key in _PLACE_KEPT if key in place} for place in places]
            found.setdefault(str(one.get("doc_id", record["doc_id"])), []).append(made)
    return found


def read_classes(path: Path) -> dict[str, str | None] | None:
    """The classes of a file that ``geomap evaluate event-types --save`` wrote; None where it holds incidents."""
    found: dict[str, str | None] = {}
    for where, record in _records(path):
        if "class" not in record and ("places" in record or "incidents" in record):
            return None
        said = record.get("class")
        if "doc_id" not in record or not (said is None or isinstance(said, str)):
            raise InputError(f'{where}: wanted is {{"doc_id": …, "class": …}}, or incidents of "geomap extract".')
        found[str(record["doc_id"])] = said
    return found


def read_dates(path: Path) -> dict[str, list[DateExpression]]:
    """The time phrases of a file that ``geomap evaluate dates --save`` wrote, by document."""
    found: dict[str, list[DateExpression]] = {}
    for where, record in _records(path):
        if "doc_id" not in record or not isinstance(record.get("dates"), list):
            raise InputError(f'{where}: wanted is {{"doc_id": …, "dates": [{{"start": 0, "end": 6, …}}]}}.')
        found[str(record["doc_id"])] = [_phrase(one, f"{where}, date {n}") for n, one in enumerate(record["dates"], 1)]
    return found


def _phrase(record: object, where: str) -> DateExpression:
    start, end = (record.get(key) for key in ("start", "end")) if isinstance(record, dict) else (None, None)
    if not isinstance(record, dict) or not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end:
        raise InputError(f'{where}: a phrase has whole numbers "start" and "end", the end behind.')
    words = {key: record.get(key) for key in ("text", "date_start", "date_end", "part_of_day", "reason")}
    if wrong := [key for key, value in words.items() if value is not None and not isinstance(value, str)]:
        raise InputError(f'{where}: "{wrong[0]}" must be text or null.')
    return DateExpression(
        start=start,
        end=end,
        text=words["text"] or "",
        date_start=words["date_start"],
        date_end=words["date_end"],
        part_of_day=words["part_of_day"],
        reason=words["reason"] or "",
    )


def read_places(path: Path) -> dict[int, Sequence[Span]]:
    """The places of a file that ``geomap evaluate event-places --save`` wrote, by the row of the corpus."""
    found: dict[int, Sequence[Span]] = {}
    for where, record in _records(path):
        row, places = record.get("row"), record.get("places")
        if not isinstance(row, int) or not isinstance(places, list):
            raise InputError(f'{where}: wanted is {{"row": 1, "places": [{{"start": 0, "end": 6}}]}}, row by row.')
        # The text is not at hand: that a span lies in it is seen where it is measured.
        spans = [(one.get("start"), one.get("end")) if isinstance(one, dict) else (None, None) for one in places]
        if not all(isinstance(a, int) and isinstance(b, int) and 0 <= a < b for a, b in spans):
            raise InputError(f'{where}: a place has whole numbers "start" and "end", the end behind.')
        found[row] = [(int(a), int(b)) for a, b in spans if a is not None and b is not None]
    return found
