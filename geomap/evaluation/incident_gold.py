"""Annotated incidents: articles with every incident that they report, one JSON file an article.

An article has ``doc_id``, ``text``, ``published``, ``title``, ``source``, ``incidents`` and ``not_incident_places``,
the names at which no incident may be shown (datelines, governments named by their capital). An incident has

- ``types``, ``certainty``, ``attribution``: the values that are right, best first
- ``quote``, and ``also_quotes`` where it is told again: exact passages of the text
- ``places``: ``text``, ``lat``, ``lon`` (WGS84 degrees), ``tolerance_km``, ``area`` (a region or line, no point),
  ``acceptable_names`` and for what runs along or between ``line`` ``[[lat, lon], …]``
- ``geo_precision`` (1, 2, 3 or null), ``date_start``, ``date_end`` (ISO days or null), ``date_start_ok``
- ``deaths``, ``injured``, ``crowd_size``: ``[low, high]``, high null for "at least"; null for not stated
- ``optional`` (neither wanted nor punished) and ``group`` (may be told as one with the others of its group)
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geomap.errors import DateError, InputError
from geomap.records import CERTAINTIES, LEVELS
from geomap.text import fold

__all__ = ["COUNTED", "GoldArticle", "GoldIncident", "GoldPlace", "digest", "read_articles"]

Span = tuple[int, int]
COUNTED = ("deaths", "injured", "crowd_size")
"""The numbers that an incident may have."""

# A full stop after one of these, or after a single letter, ends no sentence.
_SHORT = frozenset(
    (
        "St", "Mt", "Mr", "Mrs", "Ms", "Dr", "Gen", "Col", "Sen", "Rep", "Gov", "No", "Mo", "Calif", "Okla", "Tex",
        "Fla", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sept", "Sep", "Oct", "Nov", "Dec",
    )
)  # fmt: skip
_SENTENCE_END = re.compile(r"(\n+)|([.!?])[\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9À-ÞČŠŽĐ])")
_LAST_WORD = re.compile(r"\b([A-Za-z]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldPlace:
    """A gold place; ``names`` are folded, ``line`` is what runs along or between, ``area`` says that it is no point."""

    text: str
    lat: float | None
    lon: float | None
    tolerance_km: float
    area: bool
    names: frozenset[str]
    line: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldIncident:
    """A gold incident. ``told`` has, for each passage that tells it, its span and that of its sentences."""

    types: tuple[str, ...]
    certainty: tuple[str, ...]
    levels: tuple[str, ...]
    quote: str
    told: tuple[tuple[Span, Span], ...]
    places: tuple[GoldPlace, ...]
    geo_precision: int | None
    date_start: str | None
    date_end: str | None
    first_days: frozenset[str]
    numbers: Mapping[str, tuple[float, float | None]]
    optional: bool
    group: str | None

    @property
    def vague(self) -> bool:
        """True for "somewhere in the country", where naming no place at all is right too."""
        return self.geo_precision is None and all(place.area for place in self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldArticle:
    """An article with its incidents; ``elsewhere`` are the folded names where no incident may be shown."""

    doc_id: str
    number: int
    text: str
    title: str | None
    published: str | None
    source: str | None
    incidents: tuple[GoldIncident, ...]
    elsewhere: frozenset[str]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(one for one in path.glob("*.json") if one.is_file())
    if not files:
        raise InputError(f"{path}: there is no annotated article (*.json) in this folder.")
    return files


def digest(path: Path) -> str:
    """The SHA-256 of the annotated articles in ``path``, a folder or one file, in the order of their names."""
    whole = hashlib.sha256()
    for file in _files(path):
        whole.update(file.name.encode() + b"\0" + hashlib.sha256(_bytes(file)).digest())
    return whole.hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error


def read_articles(path: Path) -> Iterator[GoldArticle]:
    """The annotated articles of a folder (or the one of a file), one at a time, in the order of the files' names.

    Raises :class:`~geomap.errors.InputError` naming the file, the incident, the field and what to do.
    """
    seen: dict[str, Path] = {}
    for number, file in enumerate(_files(path), 1):
        try:
            record = json.loads(_bytes(file).decode("utf-8-sig"))
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise InputError(f"{file}: not JSON in UTF-8 ({error}). Mend or remove the file.") from error
        article = _article(record, file, number)
        if article.doc_id in seen:
            raise InputError(f"{file}: its doc_id {article.doc_id!r} is that of {seen[article.doc_id]}; give another.")
        seen[article.doc_id] = file
        yield article


def _article(record: object, file: Path, number: int) -> GoldArticle:
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise InputError(f'{file}: an annotated article is an object with a "text" in it.')
    text = record["text"]
    if not isinstance(record.get("incidents"), list):
        raise InputError(f'{file}: the article has no list "incidents", so there is nothing to measure against.')
    sentences = _sentences(text)
    return GoldArticle(
        doc_id=str(record.get("doc_id") or file.stem),
        number=number,
        text=text,
        title=_words(record, "title", str(file)),
        published=_day(record, "published", str(file)),
        source=_words(record, "source", str(file)),
        incidents=tuple(
            _incident(one, text, sentences, f"{file}, incident {n}") for n, one in enumerate(record["incidents"], 1)
        ),
        elsewhere=frozenset(map(fold, _strings(record, "not_incident_places", str(file)))),
    )


def _incident(record: object, text: str, sentences: list[Span], where: str) -> GoldIncident:
    from geomap.lexicons import load_json

    if not isinstance(record, dict):
        raise InputError(f"{where}: an incident is an object.")
    types = _choices(record, "types", frozenset(load_json("event_types.json")["types"]), where)
    quotes = [record.get("quote"), *_strings(record, "also_quotes", where)]
    told = []
    for quote in quotes:
        at = text.find(quote) if isinstance(quote, str) and quote else -1
        if at < 0:
            raise InputError(f"{where}: the quote {quote!r} does not stand in the text; copy it from there.")
        span = (at, at + len(str(quote)))
        told.append((span, _around(sentences, span)))
    start, end = _day(record, "date_start", where), _day(record, "date_end", where)
    if end is None:
        end = start
    places = record.get("places") or []
    if not isinstance(places, list):
        raise InputError(f'{where}: "places" must be a list.')
    precision = record.get("geo_precision")
    if precision not in (1, 2, 3, None) or isinstance(precision, bool):
        raise InputError(f'{where}: "geo_precision" {precision!r} is none of 1, 2, 3 and null.')
    group = record.get("group")
    return GoldIncident(
        types=types,
        certainty=_choices(record, "certainty", frozenset(CERTAINTIES), where),
        levels=_choices(record, "attribution", frozenset(LEVELS), where),
        quote=str(quotes[0]),
        told=tuple(told),
        places=tuple(_place(one, f"{where}, place {n}") for n, one in enumerate(places, 1)),
        geo_precision=precision,
        date_start=start,
        date_end=end,
        first_days=frozenset(_strings(record, "date_start_ok", where)) | ({start} if start else frozenset()),
        numbers={key: said for key in COUNTED if (said := _range(record, key, where)) is not None},
        optional=record.get("optional") is True,
        group=None if group is None else str(group),
    )


def _words(record: Mapping[str, Any], key: str, where: str) -> str | None:
    value = record.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f'{where}: "{key}" must be text or null, not {value!r}.')
    return value


def _strings(record: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = record.get(key) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f'{where}: "{key}" must be a list of texts.')
    return value


def _choices(record: Mapping[str, Any], key: str, known: frozenset[str], where: str) -> tuple[str, ...]:
    values = _strings(record, key, where)
    if not values:
        raise InputError(f'{where}: "{key}" must name at least one value that is right.')
    if unknown := [one for one in values if one not in known]:
        raise InputError(f'{where}: "{key}" {unknown[0]!r} is none of {", ".join(sorted(known))}.')
    return tuple(values)


def _day(record: Mapping[str, Any], key: str, where: str) -> str | None:
    from geomap.caldates import parse_day

    value = _words(record, key, where)
    if value is None:
        return None
    try:
        return parse_day(value)
    except DateError as error:
        raise InputError(f'{where}: "{key}": {error}') from error


def _number(value: object) -> float | None:
    """A finite number as it is; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def _range(record: Mapping[str, Any], key: str, where: str) -> tuple[float, float | None] | None:
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2:
        low, high = _number(value[0]), _number(value[1])
        if low is not None and (high is not None or value[1] is None):
            return low, high
    raise InputError(f'{where}: "{key}" is [low, high], with high null for "at least", or null; not {value!r}.')


def _place(record: object, where: str) -> GoldPlace:
    if not isinstance(record, dict):
        raise InputError(f"{where}: a place is an object.")
    lat, lon = _number(record.get("lat")), _number(record.get("lon"))
    if (lat is None) != (lon is None) or (lat is not None and lon is not None and (abs(lat) > 90 or abs(lon) > 180)):
        raise InputError(f'{where}: "lat" and "lon" are WGS84 degrees, or both null.')
    tolerance = _number(record.get("tolerance_km"))
    if tolerance is None or tolerance < 0:
        raise InputError(f'{where}: "tolerance_km" must be a distance in km.')
    line = record.get("line") or []
    points = [
        (a, b)
        for one in (line if isinstance(line, list) else [None])
        if isinstance(one, list) and len(one) == 2
        if (a := _number(one[0])) is not None and (b := _number(one[1])) is not None
    ]
    if not isinstance(line, list) or len(points) != len(line):
        raise InputError(f'{where}: "line" is [[lat, lon], …] in WGS84 degrees, or null.')
    text = _words(record, "text", where) or ""
    return GoldPlace(
        text=text,
        lat=lat,
        lon=lon,
        tolerance_km=tolerance,
        area=record.get("area") is True,
        names=frozenset(map(fold, [*_strings(record, "acceptable_names", where), text])) - {""},
        line=tuple(points),
    )


def _sentences(text: str) -> list[Span]:
    """The sentences of a text, each with the space behind it; a line break always ends one."""
    found: list[Span] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match[2] == ".":
            word = _LAST_WORD.search(text, max(start, match.start() - 12), match.start())
            if word is not None and (len(word[1]) == 1 or word[1] in _SHORT):
                continue
        found.append((start, match.end()))
        start = match.end()
    found.append((start, len(text)))
    return [(a, b) for a, b in found if not text[a:b].isspace() and a < b]


def _around(sentences: list[Span], span: Span) -> Span:
    """From the beginning of the first sentence that a span touches to the end of the last."""
    touched = [one for one in sentences if one[0] < span[1] and one[1] > span[0]]
    return (touched[0][0], touched[-1][1]) if touched else span
