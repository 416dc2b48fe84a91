"""What a worker does, wherever it runs: open the gazetteer and the model once, then take slices of articles through
the stages."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from geomap.batch.tasks import Failure, Note, Outcome, Task, failure_of
from geomap.errors import GazetteerError, GeomapError, InputError, ModelError, StageError
from geomap.records import Article, Incident, Place

if TYPE_CHECKING:
    from geomap.corrections import Corrections
    from geomap.gazetteer import Gazetteer
    from geomap.pipeline import ArticleResult, Session
    from geomap.resolution import Home
    from geomap.settings import Settings

__all__ = ["Kind", "Setup", "Work", "Workshop", "code_digest", "names_of", "setup_for", "time_limit"]

Kind = Literal["jsonl", "parquet", "incidents", "toponyms"]
"""What is sent back: a part in that format, or results, of which ``toponyms`` stop short of incidents."""

Work = Callable[["Workshop", Article, "Home | None"], "ArticleResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """All that a worker must know to give the results that any other would give.

    The gazetteer is pinned: the world layer and the imports by their files, the places laid over them by themselves, so
    that a file which is edited in mid-run changes nothing. ``work`` takes one article through the stages.
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
        # The page and its data draw incidents and find none.
        if path.is_file() and path.suffix in (".py", ".tsv", ".json", ".txt", ".csv") and "maps" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def setup_for(session: Session, kind: Kind, *, work: Work | None = None, time_limit_s: float | None = None) -> Setup:
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
        work=work or process,
        time_limit_s=time_limit_s,
    )


# An article of 2,500 characters, as news has, takes 0.05 s with the model, and the time grows with the length, some
# 20 µs a character (measured). Two minutes and ten times that are beyond any article that is only slow.
_LIMIT_S, _LIMIT_PER_CHARACTER_S = 120.0, 0.0002


def time_limit(article: Article, setup: Setup) -> float:
    """How many seconds an article may take before its worker is given up."""
    return (setup.time_limit_s or _LIMIT_S) + _LIMIT_PER_CHARACTER_S * len(article.text)


def process(workshop: Workshop, article: Article, home: Home | None) -> ArticleResult:
    """One article through the stages."""
    return workshop.session.process_one(article, home, incidents=workshop.setup.kind != "toponyms")


class Workshop:
    """A worker's own gazetteer and model. Raises :class:`~geomap.errors.GazetteerError` and
    :class:`~geomap.errors.ModelError` where they are not those of the setup."""

    def __init__(self, setup: Setup) -> None:
        from geomap.nlp import model_digest
        from geomap.pipeline import Session
        from geomap.steering import Steering

        self.setup = setup
        if setup.code != code_digest():
            raise GeomapError(f"{_machine()}: geomap is of another version here; install the same on all machines.")
        if setup.model != model_digest(setup.settings.model):
            raise ModelError(f"{_machine()}: the language model is another one here; install the same on all machines.")
        self.steering = Steering(setup.corrections) if setup.corrections is not None else None
        self.session = Session(setup.settings, gazetteer=_open_gazetteer(setup), steering=self.steering)
        # Loaded now, so that a worker that says it is ready is.
        _ = self.session.nlp

    def close(self) -> None:
        """Close the gazetteer."""
        self.session.close()

    def do(self, task: Task, starting: Callable[[int], None]) -> Outcome:
        """Take the articles of a task through the stages; ``starting`` is told the number of each beforehand."""
        began = time.perf_counter()
        results: list[ArticleResult] = []
        failures: list[tuple[int, Failure]] = sorted(task.skip.items())
        stages = 0.0
        for index, (article, home) in enumerate(task.items):
            if index in task.skip:
                continue
            starting(index)
            start = time.perf_counter()
            try:
                result = self.setup.work(self, article, home)
            except (StageError, InputError) as error:
                stage = error.stage if isinstance(error, StageError) else "reading"
                failures.append((index, failure_of(article, stage=stage, error=_class_of(error), reason=str(error))))
            except MemoryError:
                reason = f"{article.doc_id}: too little memory for an article of {len(article.text):,} characters"
                failures.append((index, failure_of(article, stage="process", error="MemoryError", reason=reason)))
            else:
                # The coordinator has the texts already.
                results.append(replace(result, article=replace(article, text="")))
            stages += time.perf_counter() - start
        data, results = self._encoded(task, results, failures)
        wants_results = self.setup.kind in ("incidents", "toponyms")
        return Outcome(
            data=data,
            results=tuple(results) if wants_results else (),
            notes=tuple(map(Note.of, results)),
            failures=tuple(failure for _, failure in sorted(failures, key=lambda pair: pair[0])),
            names=() if wants_results else tuple(name for result in results for name in names_of(result)),
            corrected=self.steering.taken() if self.steering is not None else ((), ()),
            stages_s=stages,
            total_s=time.perf_counter() - began,
        )

    def _encoded(
        self, task: Task, results: list[ArticleResult], failures: list[tuple[int, Failure]]
    ) -> tuple[bytes, list[ArticleResult]]:
        """The part that holds the incidents of ``results``, and those of them that could be written."""
        kind = self.setup.kind
        if kind in ("incidents", "toponyms"):
            return b"", results
        try:
            return encoded([one for result in results for one in result.incidents], kind), results
        except GeomapError:
            good: list[ArticleResult] = []
            number = {article.doc_id: index for index, (article, _) in enumerate(task.items)}
            for result in results:
                try:
                    encoded(result.incidents, kind)
                except GeomapError as error:
                    failure = failure_of(result.article, stage="writing", error=type(error).__name__, reason=str(error))
                    failures.append((number[result.article.doc_id], failure))
                else:
                    good.append(result)
            return encoded([one for result in good for one in result.incidents], kind), good


def _class_of(error: BaseException) -> str:
    """The class of what went wrong: behind a failed stage that of its cause."""
    return type(error.__cause__ or error).__name__ if isinstance(error, StageError) else type(error).__name__


def encoded(incidents: Sequence[Incident], kind: Kind) -> bytes:
    """The bytes of a part. Raises :class:`~geomap.errors.OutputError` for an incident that no file can hold."""
    from geomap.formats import jsonlines, parquet

    file = io.BytesIO()
    (parquet if kind == "parquet" else jsonlines).write(incidents, file)
    return file.getvalue()


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
