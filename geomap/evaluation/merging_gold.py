"""Annotated merging: articles that tell the same incidents in other words, and which passages tell which incident.

A folder with ``articles.jsonl`` (what ``geomap extract`` reads) and ``clusters.json``: ``{"clusters": [...]}``, each

- ``id``, and ``story``: the number of the group of articles that it belongs to (halves are stories of odd and of even
  number)
- ``mentions``: ``doc_id``, ``quote``, ``start``, ``end``: the passages that tell it, one an article
- ``types``: the types that are right, best first; ``date_start``, ``date_end`` (ISO days or null); ``place``: ``name``,
  ``lat``, ``lon`` (WGS84 degrees) and ``tolerance_km``, or null
- ``optional``: neither wanted nor punished
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geomap.errors import GeomapError, InputError
from geomap.evaluation.sources import Source
from geomap.records import Article

__all__ = ["Cluster", "ClusterPlace", "GoldMention", "Story", "merging_source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlace:
    """Where an incident was: WGS84 degrees and how far off is still right."""

    name: str
    lat: float
    lon: float
    tolerance_km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldMention:
    """One article's telling of an incident: ``article.text[start:end]`` is the passage."""

    doc_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One incident and the passages that tell it."""

    id: str
    types: tuple[str, ...]
    date_start: str | None
    date_end: str | None
    place: ClusterPlace | None
    optional: bool
    mentions: tuple[GoldMention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Articles that tell of the same days, and the incidents in them."""

    number: int
    articles: tuple[Article, ...]
    clusters: tuple[Cluster, ...]


def _parsed(path: Path) -> tuple[Any, bytes]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}). A corpus of merging is a folder with articles.jsonl and"
            " clusters.json."
        ) from error
    try:
        return json.loads(data.decode("utf-8-sig")), data
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON in UTF-8 ({error}). Mend the file.") from error


def _mention(record: object, texts: Mapping[str, str], where: str) -> GoldMention:
    if not isinstance(record, dict) or not isinstance(record.get("doc_id"), str):
        raise InputError(f'{where}: a mention is an object with a "doc_id".')
    text = texts.get(record["doc_id"])
    if text is None:
        raise InputError(f"{where}: no article has the doc_id {record['doc_id']!r}.")
    start, end, quote = record.get("start"), record.get("end"), record.get("quote")
    if not isinstance(start, int) or not isinstance(end, int) or not quote or text[max(0, start) : end] != quote:
        raise InputError(f"{where}: text[start:end] is not the quote {quote!r}; copy it from the text.")
    return GoldMention(doc_id=record["doc_id"], start=start, end=end)


def _place(record: object, where: str) -> ClusterPlace | None:
    if record is None:
        return None
    numbers = [record.get(key) for key in ("lat", "lon", "tolerance_km")] if isinstance(record, dict) else [None]
    if not isinstance(record, dict) or not all(
        isinstance(one, (int, float)) and not isinstance(one, bool) for one in numbers
    ):
        raise InputError(f'{where}: "place" is null or has name, lat, lon and tolerance_km.')
    return ClusterPlace(
        name=str(record.get("name") or ""),
        lat=float(record["lat"]),
        lon=float(record["lon"]),
        tolerance_km=float(record["tolerance_km"]),
    )


def _cluster(record: object, texts: Mapping[str, str], where: str) -> tuple[int, Cluster]:
    if not isinstance(record, dict) or not isinstance(record.get("story"), int):
        raise InputError(f'{where}: a cluster is an object with the number of its "story".')
    mentions = record.get("mentions")
    types = record.get("types")
    if not isinstance(mentions, list) or not mentions:
        raise InputError(f'{where}: "mentions" must be a list with at least one passage.')
    if not isinstance(types, list) or not types:
        raise InputError(f'{where}: "types" must name at least one type.')
    told = tuple(_mention(one, texts, f"{where}, mention {n}") for n, one in enumerate(mentions, 1))
    if len({one.doc_id for one in told}) < len(told):
        raise InputError(f"{where}: an article tells it twice; keep one passage of each article.")
    start = record.get("date_start")
    return record["story"], Cluster(
        id=str(record.get("id") or where),
        types=tuple(map(str, types)),
        date_start=start,
        date_end=record.get("date_end") or start,
        place=_place(record.get("place"), where),
        optional=record.get("optional") is True,
        mentions=told,
    )


def merging_source(path: Path) -> Source[Story]:
    """The stories of an annotated folder, in the order of their numbers; ``half`` is that of the story's number.

    Raises :class:`~geomap.errors.InputError` naming the file, the cluster, the field and what to do.
    """
    from geomap.articles import read_articles

    def failed(error: GeomapError) -> None:
        raise error

    listed = path / "articles.jsonl"
    if not listed.is_file():
        raise InputError(f"{path}: no folder with articles.jsonl and clusters.json in it.")
    articles = {one.doc_id: one for one in read_articles([listed], on_error=failed)}
    data, raw = _parsed(path / "clusters.json")
    clusters = data.get("clusters") if isinstance(data, dict) else None
    if not isinstance(clusters, list) or not clusters:
        raise InputError(f'{path / "clusters.json"}: there is no list "clusters" in it, or it is empty.')
    texts = {doc_id: one.text for doc_id, one in articles.items()}
    of_story: dict[int, list[Cluster]] = {}
    for number, record in enumerate(clusters, 1):
        story, cluster = _cluster(record, texts, f"{path / 'clusters.json'}, cluster {number}")
        of_story.setdefault(story, []).append(cluster)
    home: dict[str, int] = {}
    for story, made in sorted(of_story.items()):
        for doc_id in sorted({one.doc_id for cluster in made for one in cluster.mentions}):
            if home.setdefault(doc_id, story) != story:
                raise InputError(f"{path}: the article {doc_id!r} is in the stories {home[doc_id]} and {story}.")
    stories = [
        (
            story,
            Story(
                number=story,
                articles=tuple(one for doc_id, one in articles.items() if home.get(doc_id) == story),
                clusters=tuple(made),
            ),
        )
        for story, made in sorted(of_story.items())
    ]
    return Source(
        name=path.resolve().name,
        path=path,
        sha256=hashlib.sha256(listed.read_bytes() + b"\0" + raw).hexdigest(),
        rows=len(stories),
        read=lambda: iter(stories),
    )
