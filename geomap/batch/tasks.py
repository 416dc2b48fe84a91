"""What is cut, named, sent and sent back: slices of consecutive articles and what became of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geomap.errors import GeomapError, StageError
from geomap.outputs import json_line
from geomap.records import Article

if TYPE_CHECKING:
    from geomap.pipeline import ArticleResult, Note
    from geomap.resolution import Home
    from geomap.steering import Found

__all__ = ["MOST_ARTICLES", "WINDOW", "Failure", "Outcome", "Task", "failure_of", "failure_of_input", "slices"]

# Some two seconds of work with the language model: little enough to lose with a worker and to keep all busy to the
# end of a run, enough that sending and syncing one (some 10 ms) is nothing beside it.
MOST_ARTICLES = 32
# A slice of long articles ends earlier, so that what is on its way stays small: 512k characters are 100 long ones.
MOST_CHARACTERS = 512 * 1024
# Slices for each worker that may be done before the first that is not, for those who need the results in order: they
# wait in memory for it.
WINDOW = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An input that gave no result, as a line of ``errors.jsonl``.

    ``doc_id`` is None for what never became an article; ``file`` and ``position`` ("line 7"; None for a whole file) say
    where it was read; ``stage`` is "reading", a stage of the pipeline, "process" where it took its worker with it, or
    "writing"; ``error`` is the class of the error and ``reason`` says what to do. ``index`` is the article's number in
    its slice, which only the manifest holds.
    """

    doc_id: str | None
    file: str | None
    position: str | None
    stage: str
    error: str
    reason: str
    index: int | None = None

    def record(self) -> Mapping[str, Any]:
        """The line of ``errors.jsonl`` as plain values."""
        record = asdict(self)
        del record["index"]
        return record

    def at(self, task: Task) -> Failure:
        """The failure of an article of ``task``, which may lie elsewhere than when it failed."""
        if self.index is None:
            return self
        file, position = _origin(task.items[self.index][0].origin or "")
        return replace(self, file=file, position=position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Consecutive articles, each with the home of its source. ``key`` is the same for the same articles under the same
    setup. ``skip`` holds the articles (by their number in the slice) that are known to take their worker with them."""

    number: int
    key: str
    items: tuple[tuple[Article, Home | None], ...]
    skip: Mapping[int, Failure] = field(default_factory=dict)

    def without(self, index: int, *, error: str, cause: str) -> Task:
        """The task with one article more left out, for the ``cause`` that it is told to be."""
        reason = f"{self.items[index][0].doc_id}: {cause}; the article was left out"
        failure = failure_of(self, index, stage="process", error=error, reason=reason)
        return replace(self, skip={**self.skip, index: failure})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a task. ``data`` is its part, in the format that the setup asks for; ``results`` are the results
    themselves where it asks for these. ``names`` are the names met, for :mod:`geomap.gazetteer.history`, ``corrected``
    the corrections that found something (:mod:`geomap.steering`).
    ``stages_s`` are the processor seconds spent in the stages, ``work_s`` those from the first article to the finished
    part.
    """

    data: bytes = b""
    results: tuple[ArticleResult, ...] = ()
    notes: tuple[Note, ...] = ()
    failures: tuple[Failure, ...] = ()
    names: tuple[tuple[str, str, str | None, str | None], ...] = ()
    corrected: Found = ((), ())
    stages_s: float = 0.0
    work_s: float = 0.0


# "news/a.jsonl, line 7: ..." as the readers of articles write it.
_WHERE = re.compile(r"(?P<file>.{1,700}?)(?:, (?P<position>[a-z]{3,12} [0-9][0-9,]{0,15}))?: ")


def _origin(where: str) -> tuple[str | None, str | None]:
    match = _WHERE.match(f"{where}: ")
    return (match["file"], match["position"]) if match else (where or None, None)


def failure_of_input(error: GeomapError) -> Failure:
    """The line for an input that could not be read at all, or for an article that a stage failed on beforehand."""
    message = str(error)
    match = _WHERE.match(message)
    stage = error.stage if isinstance(error, StageError) else "reading"
    return Failure(
        doc_id=error.doc_id if isinstance(error, StageError) else None,
        file=match["file"] if match and stage == "reading" else None,
        position=match["position"] if match and stage == "reading" else None,
        stage=stage,
        error=type(error).__name__,
        reason=message,
    )


def failure_of(task: Task, index: int, *, stage: str, error: str, reason: str) -> Failure:
    """The line for an article of ``task`` that was read and then failed."""
    article = task.items[index][0]
    file, position = _origin(article.origin or "")
    return Failure(
        doc_id=article.doc_id, file=file, position=position, stage=stage, error=error, reason=reason, index=index
    )


def _fingerprint(item: tuple[Article, Home | None]) -> bytes:
    article, home = item
    # Where an article lies is no part of what it says: a moved folder is the same input.
    record: dict[str, Any] = asdict(replace(article, origin=None))
    if home is not None:
        record["home"] = [
            home.name,
            *(sorted((str(key), share) for key, share in part.items()) for part in (home.countries, home.admin1s)),
            sorted(home.cells.items()),
            home.weight,
        ]
    return json_line(record).encode()


def slices(
    items: Iterable[tuple[Article, Home | None]],
    signature: str,
    *,
    articles: int = MOST_ARTICLES,
    characters: int = MOST_CHARACTERS,
) -> Iterator[Task]:
    """Cut ``items`` into tasks, in order; ``signature`` stands for all else that their results depend on."""
    number, size = 0, 0
    held: list[tuple[Article, Home | None]] = []
    digest = hashlib.sha256(signature.encode())

    def task() -> Task:
        return Task(number=number, key=digest.hexdigest()[:16], items=tuple(held))

    for item in items:
        held.append(item)
        size += len(item[0].text)
        digest.update(_fingerprint(item) + b"\n")
        if len(held) >= articles or size >= characters:
            yield task()
            number, size, held = number + 1, 0, []
            digest = hashlib.sha256(signature.encode())
    if held:
        yield task()
