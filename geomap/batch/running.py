"""A run over many articles: read, cut into slices, have them done by workers, keep what comes back."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from geomap.batch.parts import Entry, Parts
from geomap.batch.tasks import MOST_ARTICLES, Failure, Outcome, Task, failure_of_input, slices
from geomap.batch.working import Kind, Setup, setup_for
from geomap.errors import GeomapError, InputDoubt, StageError, UsageError
from geomap.records import Incident

if TYPE_CHECKING:
    from geomap.pipeline import ArticleResult, Session
    from geomap.records import Article
    from geomap.resolution import Home

__all__ = ["Crew", "PartsSummary", "Pool", "check_settings", "extract_to_parts", "is_lost", "process_in_workers"]

OnError = Callable[[GeomapError], None]


class Pool(AbstractContextManager["Pool"], Protocol):
    """Workers, on this machine or on many."""

    def run(self, tasks: Iterator[Task], *, ordered: bool = False) -> Iterator[tuple[Task, Outcome]]:
        """The outcomes of ``tasks`` as they are done, not far out of their order where they are needed ``ordered``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who does the work: ``workers`` processes of this machine, or those of a Dask cluster.

    ``dask`` is the address of its scheduler, the scheduler's file, or "local" for a cluster of ``workers`` processes on
    this machine. ``time_limit_s`` is how long one article may take, beside an allowance for its length; None for two
    minutes. ``part_articles`` is how many articles a part holds at most.
    """

    workers: int = 1
    dask: str | None = None
    time_limit_s: float | None = None
    part_articles: int = MOST_ARTICLES

    def pool(self, setup: Setup) -> Pool:
        """The workers; they start with the first task. Raises :class:`~geomap.errors.UsageError`."""
        if self.dask is not None:
            from geomap.batch.cluster import DaskPool

            return DaskPool(setup, self.dask, self.workers)
        from geomap.batch.pool import LocalPool

        return LocalPool(setup, self.workers)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsSummary:
    """What a run into parts did. ``articles`` were read; ``failed`` of them and ``lost`` inputs that never became
    articles gave no result; ``empty`` had no incident. ``skipped`` of the ``parts`` were there already, with
    ``skipped_articles``. ``undated`` and ``placeless`` are a count and the first few ids. ``stages_s`` are the
    processor seconds that all workers together spent in the stages, ``work_s`` those that they spent on their tasks."""

    articles: int = 0
    failed: int = 0
    lost: int = 0
    empty: int = 0
    incidents: int = 0
    located: int = 0
    parts: int = 0
    skipped: int = 0
    skipped_articles: int = 0
    undated: tuple[int, tuple[str, ...]] = (0, ())
    placeless: tuple[int, tuple[str, ...]] = (0, ())
    remarks: tuple[tuple[str, int], ...] = ()
    stages_s: float = 0.0
    work_s: float = 0.0

    def plus(self, entry: Entry) -> PartsSummary:
        """The summary with what is in one part more."""
        return replace(
            self,
            articles=self.articles + entry.articles,
            failed=self.failed + len(entry.failures),
            empty=self.empty + entry.empty,
            incidents=self.incidents + entry.incidents,
            located=self.located + entry.located,
            undated=_joined(self.undated, entry.undated),
            placeless=_joined(self.placeless, entry.placeless),
            remarks=tuple((Counter(dict(self.remarks)) + Counter(dict(entry.remarks))).most_common()),
        )


def is_lost(error: GeomapError) -> bool:
    """Whether an error of an input means that it gave no result; doubts about one that was kept do not."""
    return not isinstance(error, InputDoubt)


def check_settings(session: Session, crew: Crew) -> None:
    """Raise :class:`~geomap.errors.UsageError` for what workers cannot do."""
    if session.settings.online is not None:
        raise UsageError(
            "--online asks one server at the pace that it allows, which workers would multiply: leave out --workers,"
            " --dask and a folder as output, or --online."
        )
    if crew.dask not in (None, "local") and crew.workers != 1:
        raise UsageError("--workers is for this machine; a Dask cluster has the workers that it has.")
    if crew.workers < 1 or crew.part_articles < 1:
        raise UsageError(f"{crew.workers} workers, {crew.part_articles} articles a part: there must be at least one.")
    if crew.time_limit_s is not None and crew.time_limit_s <= 0:
        raise UsageError(f"--time-limit {crew.time_limit_s:g}: it must be more than 0 seconds.")


class _Lost:
    """The inputs that could not be read, on disk: each with the number of the slice it stands in or before."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.count = 0

    def add(self, number: int, error: GeomapError) -> None:
        failure = failure_of_input(error)
        self._file.write(json.dumps([number, failure.record()]) + "\n")
        self.count += 1

    def __iter__(self) -> Iterator[tuple[int, Failure]]:
        self._file.seek(0)
        for line in self._file:
            number, record = json.loads(line)
            yield number, Failure(**record)


def _joined(one: tuple[int, tuple[str, ...]], other: tuple[int, tuple[str, ...]]) -> tuple[int, tuple[str, ...]]:
    return one[0] + other[0], (*one[1], *other[1])[:3]


def extract_to_parts(
    session: Session,
    inputs: Sequence[str | Path],
    folder: Path,
    *,
    kind: Kind,
    crew: Crew,
    fresh: bool = False,
    on_error: OnError | None = None,
    on_parts: Callable[[Parts], None] | None = None,
    on_part: Callable[[Entry, Outcome | None], None] | None = None,
    then: Callable[[Parts, int], None] | None = None,
) -> PartsSummary:
    """The incidents of ``inputs`` as parts in ``folder``; parts that an earlier run finished there are kept.

    Articles are read as they are needed and none stays in memory. ``on_parts`` is told once what was found in the
    folder, ``on_part`` of each part, with None as outcome where it was there already. ``then`` is called with the
    complete parts and their number, which may be 0, while the folder is still locked. A bad input goes to ``on_error``
    and the run goes on. Raises :class:`~geomap.errors.UsageError` for settings that workers cannot work with, and the
    errors of :class:`~geomap.batch.parts.Parts`.
    """
    check_settings(session, crew)
    setup = setup_for(session, kind, time_limit_s=crew.time_limit_s)
    suffix = ".parquet" if kind == "parquet" else ".jsonl"
    parts = skipped = skipped_articles = 0
    stages_s = work_s = 0.0
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as spool,
        Parts(folder, setup.signature, suffix=suffix, fresh=fresh) as store,
    ):
        lost = _Lost(spool)
        if on_parts is not None:
            on_parts(store)

        def failed(error: GeomapError) -> None:
            if is_lost(error):
                lost.add(parts, error)
            if on_error is not None:
                on_error(error)

        def todo() -> Iterator[Task]:
            nonlocal parts, skipped, skipped_articles
            for task in slices(_read(session, inputs, failed), setup.signature, articles=crew.part_articles):
                parts = task.number + 1
                entry = store.has(task)
                if entry is None:
                    yield task
                    continue
                skipped += 1
                skipped_articles += entry.articles
                if on_part is not None:
                    on_part(entry, None)

        with crew.pool(setup) as pool:
            for task, outcome in pool.run(todo()):
                entry = store.keep(task, outcome)
                stages_s += outcome.stages_s
                work_s += outcome.work_s
                if on_part is not None:
                    on_part(entry, outcome)
        summary = PartsSummary(
            lost=lost.count,
            parts=parts,
            skipped=skipped,
            skipped_articles=skipped_articles,
            stages_s=stages_s,
            work_s=work_s,
        )
        for entry in store.entries(parts):
            summary = summary.plus(entry)
            if session.steering is not None:
                session.steering.heard(entry.corrected)
        totals = {name: getattr(summary, name) for name in ("articles", "incidents", "empty", "failed", "lost")}
        store.finish(parts, lost, totals)
        if then is not None:
            then(store, parts)
    return summary


def _read(session: Session, inputs: Sequence[str | Path], on_error: OnError) -> Iterator[tuple[Article, Home | None]]:
    return session.at_home(session.articles_alone(inputs, on_error=on_error), on_error=on_error)


def process_in_workers(
    session: Session,
    articles: Iterable[Article],
    *,
    crew: Crew,
    incidents: bool = True,
    on_error: OnError | None = None,
) -> Iterator[ArticleResult]:
    """What :meth:`geomap.pipeline.Session.process` gives, in its order, done by workers.

    The articles of the results are without their text. A failed article goes to ``on_error``; without ``on_error`` it
    raises.
    """
    check_settings(session, crew)
    setup = setup_for(session, "incidents" if incidents else "toponyms", time_limit_s=crew.time_limit_s)
    waiting: dict[int, Outcome] = {}
    following = 0
    with crew.pool(setup) as pool:
        tasks = slices(session.at_home(articles, on_error=on_error), setup.signature, articles=crew.part_articles)
        for task, outcome in pool.run(tasks, ordered=True):
            waiting[task.number] = outcome
            while (ready := waiting.pop(following, None)) is not None:
                following += 1
                for failure in ready.failures:
                    error = StageError(failure.reason, doc_id=failure.doc_id or "", stage=failure.stage)
                    if on_error is None:
                        raise error
                    on_error(error)
                if session.steering is not None:
                    session.steering.heard(ready.corrected)
                yield from ready.results


def read_parts(store: Parts, count: int) -> Iterator[Incident]:
    """The incidents of the first ``count`` parts, in order."""
    from geomap.formats import read_incidents

    for entry in store.entries(count):
        if entry.bytes:
            yield from read_incidents(store.folder / entry.file)


def join_lines(store: Parts, count: int, target: Path) -> None:
    """Write the lines of all parts, which are JSON Lines, to one file. Raises :class:`~geomap.errors.OutputError`."""
    import shutil

    from geomap.outputs import atomic_file

    with atomic_file(target) as file:
        for entry in store.entries(count):
            with (store.folder / entry.file).open("rb") as part:
                shutil.copyfileobj(part, file)
