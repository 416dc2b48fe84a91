"""What a worker does, wherever it runs: open the gazetteer and the model once, then take slices of articles through
the stages."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from geomap.batch.tasks import Failure, Outcome, Task, failure_of
from geomap.errors import GazetteerError, GeomapError, InputError, ModelError, StageError
from geomap.pipeline.processing import Note, names_of, process_article, stage_of
from geomap.records import Article, Incident, Place

if TYPE_CHECKING:
    from geomap.corrections import Corrections
    from geomap.gazetteer import Gazetteer
    from geomap.pipeline import ArticleResult, Session
    from geomap.resolution import Home
    from geomap.settings import Settings

__all__ = ["Kind", "Setup", "Work", "Workshop", "code_digest", "faults_told", "setup_for", "time_limit"]

Kind = Literal["jsonl", "parquet", "incidents", "toponyms"]
"""What is sent back: a part in that format, or results, of which ``toponyms`` stop short of incidents."""

Work = Callable[["Workshop", Article, "Home | None"], "ArticleResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """All that a worker must know to give the results that any other would give.

    The gazetteer is pinned: the world layer and the imports by their files, the places laid over them by themselves, so
    that a file which is edited in mid-run changes nothing. ``work`` takes one article through the stages; tests set it.
    """

    settings: Settings
    world: Path
    imports: tuple[Path, ...]
    overlay: tuple[Place, ...]
    overlay_files: tuple[int, ...]
    gazetteer: str
    model: str
    code: str
    corrections: Corrections | None
    kind: Kind
    work: Work
    time_limit_s: float | None = None

    @property
    def signature(self) -> str:
        """What results depend on beside the articles: equal for runs whose parts may be mixed."""
        work = f"{self.work.__module__}.{self.work.__qualname__}"
        rows = self.corrections.rows if self.corrections is not None else ()
        rest = f"{self.settings.min_score!r}|{self.kind}|{work}|{rows!r}"
        return hashlib.sha256(
            f"{self.gazetteer}|{self.model}|{self.code}|{rest}".encode("utf-8", "backslashreplace")
        ).hexdigest()


@cache
def code_digest() -> str:
    """A digest of geomap's own code and word lists: another version may find other incidents."""
    import geomap

    root = Path(geomap.__file__).parent
    digest = hashlib.sha256(geomap.__version__.encode())
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        # The page and its data draw incidents and find none.
        if path.is_file() and path.suffix in (".py", ".tsv", ".json", ".txt", ".csv") and inside.parts[0] != "maps":
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def setup_for(session: Session, kind: Kind, *, time_limit_s: float | None = None) -> Setup:
    """The setup of workers that give what ``session`` would. Opens its gazetteer, and builds it where there is none."""
    from geomap.nlp import model_digest

    gazetteer = session.gazetteer
    return Setup(
        settings=session.settings,
        world=gazetteer.path,
        imports=gazetteer.imports,
        overlay=gazetteer.overlay,
        overlay_files=gazetteer.overlay_files,
        gazetteer=gazetteer.fingerprint(),
        model=model_digest(session.settings.model),
        code=code_digest(),
        corrections=session.steering.at_once if session.steering is not None else None,
        kind=kind,
        work=process,
        time_limit_s=time_limit_s,
    )


# An article of 2,500 characters, as news has, takes 0.05 s with the model, and the time grows with the length, some
# 20 µs a character (measured). Two minutes and ten times that are beyond any article that is only slow.
_LIMIT_S, _LIMIT_PER_CHARACTER_S = 120.0, 0.0002


def time_limit(article: Article, setup: Setup) -> float:
    """How many seconds an article may take before its worker is given up."""
    limit = _LIMIT_S if setup.time_limit_s is None else setup.time_limit_s
    return limit + _LIMIT_PER_CHARACTER_S * len(article.text)


def process(workshop: Workshop, article: Article, home: Home | None) -> ArticleResult:
    """One article through the stages."""
    return workshop.session.process_one(article, home, incidents=workshop.setup.kind != "toponyms")


# What a worker reads before it is ready: it says something to every stage.
_FIRST = Article(
    doc_id="first",
    published="2024-05-06",
    text="Police said on Monday that a bomb exploded in Paris.\n\nTwo people were hurt near the river on Sunday.",
)


class Workshop:
    """A worker's own gazetteer and model. Raises :class:`~geomap.errors.GazetteerError` and
    :class:`~geomap.errors.ModelError` where they are not those of the setup."""

    def __init__(self, setup: Setup) -> None:
        from geomap.nlp import memory_zone, model_digest
        from geomap.pipeline import Session
        from geomap.steering import Steering

        self.setup = setup
        if setup.code != code_digest():
            raise GeomapError(f"{_machine()}: geomap is of another version here; install the same on all machines.")
        if setup.model != model_digest(setup.settings.model):
            raise ModelError(f"{_machine()}: the language model is another one here; install the same on all machines.")
        self.steering = Steering(setup.corrections) if setup.corrections is not None else None
        self.session = Session(setup.settings, gazetteer=_open_gazetteer(setup), steering=self.steering)
        # Loaded and opened now, word lists and all, so that a worker that says it is ready is: the first article shall
        # not pay for it under a time limit.
        nlp = self.session.nlp
        with suppress(StageError), memory_zone(nlp):
            process_article(_FIRST, gazetteer=self.session.gazetteer, nlp=nlp, settings=setup.settings)

    def close(self) -> None:
        """Close the gazetteer."""
        self.session.close()

    def do(self, task: Task, starting: Callable[[int | None], None]) -> Outcome:
        """Take the articles of a task through the stages; ``starting`` is told the number of each beforehand, and None
        when all have been."""
        began = time.thread_time()
        results: list[_Result] = []
        failures: list[Failure] = list(task.skip.values())
        stages = 0.0
        for index, (article, home) in enumerate(task.items):
            if index in task.skip:
                continue
            starting(index)
            start = time.thread_time()
            try:
                with stage_of(article, "process"):
                    result = self.setup.work(self, article, home)
                    # The coordinator has the texts already.
                    result = replace(result, article=replace(article, text=""))
                    results.append(_Result(index, result, Note.of(result), names_of(result)))
            except (StageError, InputError, MemoryError) as error:
                failures.append(_failure(task, index, error, "reading"))
            stages += time.thread_time() - start
        starting(None)
        wants_results = self.setup.kind in ("incidents", "toponyms")
        data = b""
        if not wants_results:
            data, results = self._encoded(task, results, failures)
        return Outcome(
            data=data,
            results=tuple(one.result for one in results) if wants_results else (),
            notes=tuple(one.note for one in results),
            failures=tuple(sorted(failures, key=lambda failure: failure.index or 0)),
            names=() if wants_results else tuple(name for one in results for name in one.names),
            corrected=self.steering.taken() if self.steering is not None else ((), ()),
            stages_s=stages,
            work_s=time.thread_time() - began,
        )

    def _encoded(self, task: Task, results: list[_Result], failures: list[Failure]) -> tuple[bytes, list[_Result]]:
        """The part that holds the incidents of ``results``, and those of them that could be written."""

        def together(some: Sequence[_Result]) -> bytes:
            with stage_of(some[0].result.article if some else task.items[0][0], "writing"):
                return encoded([incident for one in some for incident in one.result.incidents], self.setup.kind)

        try:
            return together(results), results
        except (GeomapError, MemoryError):
            # Whose fault it is shows when each is written alone.
            good: list[_Result] = []
            for one in results:
                try:
                    together([one])
                except (GeomapError, MemoryError) as error:
                    failures.append(_failure(task, one.number, error, "writing"))
                else:
                    good.append(one)
            return together(good), good


class _Result(NamedTuple):
    """What one article gave: its number in the slice, the result, its figures, the names that it met."""

    number: int
    result: ArticleResult
    note: Note
    names: list[tuple[str, str, str | None, str | None]]


def _failure(task: Task, index: int, error: Exception, stage: str) -> Failure:
    article = task.items[index][0]
    reason, kind = str(error), type(error).__name__
    if isinstance(error, StageError):
        # Behind a failed stage stands the error that it failed with.
        stage, kind = error.stage, type(error.__cause__ or error).__name__
    elif isinstance(error, MemoryError):
        reason = f"{article.doc_id}: too little memory for an article of {len(article.text):,} characters"
        stage = "process"
    return failure_of(task, index, stage=stage, error=kind, reason=reason)


def encoded(incidents: Sequence[Incident], kind: Kind) -> bytes:
    """The bytes of a part. Raises :class:`~geomap.errors.OutputError` for an incident that no file can hold."""
    from geomap.formats import jsonlines, parquet

    file = io.BytesIO()
    (parquet if kind == "parquet" else jsonlines).write(incidents, file)
    return file.getvalue()


@contextmanager
def faults_told() -> Iterator[None]:
    """Turn an error of a worker that nobody foresaw and that no single article is to blame for into a GeomapError."""
    try:
        yield
    except (GeomapError, EOFError, ConnectionError):
        raise
    except Exception as error:
        detail = " ".join(str(error).split())[:200]
        raise GeomapError(
            f"{_machine()}: a worker failed ({type(error).__name__}{': ' + detail if detail else ''}). What is finished"
            " is kept: give the same command again; where it fails again, please report it."
        ) from error


def _machine() -> str:
    import platform

    return platform.node() or "a worker"


def _open_gazetteer(setup: Setup) -> Gazetteer:
    """The gazetteer of the setup: its own files where they are at hand, as on one machine, else this machine's."""
    from geomap.folders import imports_folder
    from geomap.gazetteer import Gazetteer, world_layer

    world = setup.world if setup.world.is_file() else world_layer(cache_dir=None)
    imports = tuple(path if path.is_file() else imports_folder() / path.name for path in setup.imports)
    if missing := [path.stem for path in imports if not path.is_file()]:
        raise GazetteerError(
            f"{_machine()}: the imported gazetteer {', '.join(missing)} is not there; import it on every machine, or"
            " let GEOMAP_HOME name a folder that all of them share."
        )
    gazetteer = Gazetteer(world, setup.overlay, imports, setup.overlay_files)
    if gazetteer.fingerprint() != setup.gazetteer:
        gazetteer.close()
        raise GazetteerError(
            f"{_machine()}: the gazetteer is not the same here ({world.name}"
            + (f", imports {', '.join(path.stem for path in imports)}" if imports else "")
            + "); install the same versions of geomap's data packages and make the same imports on every machine."
        )
    return gazetteer
