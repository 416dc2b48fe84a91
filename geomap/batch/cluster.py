"""Workers of a Dask cluster: a scheduler's, or a small cluster made here.

Futures only. What Dask has is Dask's: it gives tasks to workers, gives those of a worker that is gone to others, and
starts a local one again. What is ours is to keep few tasks on their way, to open a worker's gazetteer and model once,
and to find by halving which article of a slice kills its workers. Parts come back to the coordinator, which writes
them: a worker needs no disk that it shares with anybody.
"""

from __future__ import annotations

import faulthandler
import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster, get_worker, wait
from distributed.client import Future
from distributed.comm import CommClosedError
from distributed.diagnostics.plugin import WorkerPlugin
from distributed.scheduler import KilledWorker

from geomap.batch.tasks import Failure, Outcome, Task, failure_of
from geomap.batch.working import Setup, Workshop, time_limit
from geomap.errors import GeomapError, UsageError

__all__ = ["DaskPool"]

# Tasks on their way for each thread of the cluster: one in work, one waiting beside it, one coming.
_IN_FLIGHT = 3
# A slice may take workers with it so often without any article that does before one is blamed all the same.
_BLAMELESS = 3
# Stands for the articles that a trial leaves out; what the trial gives is thrown away.
_LEFT_OUT = Failure(doc_id=None, file=None, position=None, stage="process", error="", reason="")
# Errors that pass, such as a disk that was full for a moment, are tried again so often.
_RETRIES = 2
# How long to wait for the first worker of a cluster, and for one to come back; how often to look.
_WAIT_S = 60.0
_LOOK_S = 5.0


class _Shop(WorkerPlugin):  # type: ignore[misc]
    """A worker's gazetteer and model, opened with its first task. Workers that join or start again get it too."""

    def __init__(self, setup: Setup) -> None:
        self.name = f"geomap-{setup.signature[:16]}"
        self._setup = setup

    def setup(self, worker: Any) -> None:
        """Called by Dask on each worker."""
        self._workshop: Workshop | None = None
        self._lock = threading.Lock()

    def teardown(self, worker: Any) -> None:
        """Called by Dask when the worker ends or the run is over."""
        if self._workshop is not None:
            self._workshop.close()
            self._workshop = None

    def do(self, task: Task) -> Outcome:
        """Do a task; one at a time, since a model serves one thread."""
        with self._lock:
            if self._workshop is None:
                self._workshop = Workshop(self._setup)

            def starting(index: int) -> None:
                # Python cannot stop a thread; this ends the process, and the cluster starts another.
                limit = time_limit(task.items[index][0], self._setup)
                with suppress(OSError, ValueError, AttributeError):
                    faulthandler.dump_traceback_later(limit, exit=True)

            try:
                return self._workshop.do(task, starting)
            finally:
                faulthandler.cancel_dump_traceback_later()


def _do(name: str, task: Task) -> Outcome:
    shop: _Shop = get_worker().plugins[name]
    return shop.do(task)


class DaskPool:
    """The workers of a Dask cluster. Use it in a ``with`` block.

    ``scheduler`` is an address such as ``tcp://10.0.0.5:8786``, the scheduler's JSON file, or "local" for a cluster of
    ``workers`` processes on this machine.
    """

    def __init__(self, setup: Setup, scheduler: str, workers: int) -> None:
        self.setup = setup
        self.scheduler = scheduler
        self.workers = workers
        self._stack = ExitStack()
        self._client: Any = None
        self._blamed: dict[int, int] = {}

    def __enter__(self) -> DaskPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the cluster; one that was made here ends."""
        with suppress(OSError, TimeoutError, CommClosedError):
            self._stack.close()
        self._client = None

    @property
    def client(self) -> Any:
        """Dask's client; the first use connects it. Raises :class:`~geomap.errors.GeomapError`."""
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _connect(self) -> Any:
        try:
            if self.scheduler == "local":
                # A task whose workers died twice is looked into; Dask's own three more deaths would add nothing.
                self._stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": 1}))
                cluster = LocalCluster(
                    n_workers=self.workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
                self._stack.enter_context(cluster)
                client = Client(cluster)
            elif self.scheduler.endswith(".json"):
                if not Path(self.scheduler).is_file():
                    raise UsageError(f"--dask {self.scheduler}: there is no such file.")
                client = Client(scheduler_file=self.scheduler)
            else:
                client = Client(self.scheduler)
            self._stack.enter_context(client)
            client.wait_for_workers(1, timeout=_WAIT_S)
            client.register_plugin(_Shop(self.setup))
        except (OSError, TimeoutError, ValueError, CommClosedError) as error:
            raise GeomapError(
                f"--dask {self.scheduler}: no Dask cluster with a worker answers there"
                f" ({' '.join(str(error).split())[:200] or type(error).__name__})."
            ) from error
        return client

    def run(self, tasks: Iterator[Task], *, window: int | None = None) -> Iterator[tuple[Task, Outcome]]:
        """The outcomes of ``tasks`` as they are done; see :meth:`geomap.batch.pool.LocalPool.run`."""
        waiting: deque[Task] = deque()
        flying: dict[Future, Task] = {}
        open_numbers: set[int] = set()
        held: Task | None = None
        exhausted = False
        while True:
            most = _IN_FLIGHT * max(self.workers, sum(self.client.nthreads().values())) if flying else self.workers
            while len(flying) < most:
                if held is None and not waiting and not exhausted:
                    held = next(tasks, None)
                    exhausted = held is None
                if waiting:
                    task = waiting.popleft()
                elif held is not None and (
                    window is None or not open_numbers or held.number - min(open_numbers) < window
                ):
                    task, held = held, None
                else:
                    break
                open_numbers.add(task.number)
                flying[self._submit(task)] = task
            if not flying:
                return
            future = self._first(list(flying))
            task = flying.pop(future)
            outcome = self._outcome(future, task, waiting)
            if outcome is not None:
                open_numbers.discard(task.number)
                yield task, outcome

    def _first(self, futures: list[Any]) -> Any:
        """The first of ``futures`` that is done. Raises GeomapError where no worker is left to do any of them."""
        without = 0.0
        while True:
            try:
                done = wait(futures, timeout=_LOOK_S, return_when="FIRST_COMPLETED").done
                return next(future for future in futures if future in done)
            except TimeoutError:
                # Dask itself waits for ever for workers that may still come.
                without = 0.0 if self.client.nthreads() else without + _LOOK_S
                if without >= _WAIT_S:
                    raise GeomapError(
                        f"--dask {self.scheduler}: the cluster has had no worker for {without:.0f} s. What is finished"
                        " is kept: give the same command again."
                    ) from None

    def _submit(self, task: Task) -> Any:
        return self.client.submit(_do, f"geomap-{self.setup.signature[:16]}", task, pure=False, retries=_RETRIES)

    def _outcome(self, future: Any, task: Task, waiting: deque[Task]) -> Outcome | None:
        """What a task gave; None where it has to be done again, without the article that killed its workers."""
        try:
            outcome: Outcome = future.result()
        except KilledWorker:
            waiting.append(self._without_killer(task))
            return None
        except ImportError as error:
            raise GeomapError(
                f"--dask {self.scheduler}: a worker cannot load geomap ({error}); install geomap[dask] in the same"
                " version on every machine."
            ) from error
        except (OSError, CommClosedError) as error:
            raise GeomapError(
                f"--dask {self.scheduler}: the cluster went away ({' '.join(str(error).split())[:200]}). What is"
                " finished is kept: give the same command again."
            ) from error
        finally:
            future.release()
        return outcome

    def _without_killer(self, task: Task) -> Task:
        """The task without the first article that kills workers, found by halving; the task itself where none does.

        Workers that somebody else kills are no article's fault, and the task is tried again, but not for ever.
        """
        low, high, sure = 0, len(task.items), False
        while high - low > 1:
            middle = (low + high) // 2
            sure = self._kills(task, low, middle)
            if sure:
                high = middle
            else:
                low = middle
        self._blamed[task.number] = self._blamed.get(task.number, 0) + 1
        if not sure and self._blamed[task.number] <= _BLAMELESS and not self._kills(task, low, high):
            return task
        article = task.items[low][0]
        reason = f"{article.doc_id}: the worker died, several times; the article was left out"
        return task.without(low, failure_of(article, stage="process", error="WorkerDied", reason=reason))

    def _kills(self, task: Task, low: int, high: int) -> bool:
        left_out = {index: _LEFT_OUT for index in range(len(task.items)) if not low <= index < high}
        future = self._submit(replace(task, skip={**left_out, **task.skip}))
        try:
            self._first([future]).result()
        except KilledWorker:
            return True
        finally:
            future.release()
        return False
