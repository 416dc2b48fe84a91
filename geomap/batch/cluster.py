"""Workers of a Dask cluster: a scheduler's, or a small cluster made here.

Futures only. What Dask has is Dask's: it gives tasks to workers, gives those of a worker that is gone to others, and
starts a local one again. What is ours is to keep few tasks on their way, to open a worker's gazetteer and model once,
and to find by halving which article of a slice kills its workers. Dask counts the death of a worker against all the
tasks that it held; so such a slice is tried when nothing else is on its way, and what dies then is its own doing. Parts
come back to the coordinator, which writes them: a worker needs no disk that it shares with anybody.
"""

from __future__ import annotations

import faulthandler
import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import dask
from distributed import Client, LocalCluster, get_worker, wait
from distributed.client import Future
from distributed.comm import CommClosedError
from distributed.diagnostics.plugin import WorkerPlugin
from distributed.scheduler import KilledWorker

from geomap.batch.tasks import WINDOW, Failure, Outcome, Task
from geomap.batch.working import Setup, Workshop, faults_told, time_limit
from geomap.errors import GeomapError, UsageError

__all__ = ["DaskPool"]

# Tasks on their way for each thread of the cluster: one in work, one waiting beside it, one coming.
_IN_FLIGHT = 3
# A slice may take workers with it so often without any article that does by itself before the run ends.
_BLAMELESS = 3
# Stands for the articles that a trial leaves out; what the trial gives is thrown away.
_LEFT_OUT = Failure(doc_id=None, file=None, position=None, stage="process", error="", reason="")
# Errors that pass, such as a disk that was full for a moment, are tried again so often.
_RETRIES = 2
# A task whose workers died twice is looked into; Dask's own three more deaths would add nothing. And Dask gives up for
# good a worker that is not there some seconds after its death, even where it has been back and died again meanwhile.
# The rest is what Dask does beside the work, many times a second in each process; without it a run takes 87 % of the
# time (400 articles, two workers on two cores).
_LOCAL = {
    "distributed.scheduler.allowed-failures": 1,
    "distributed.deploy.lost-worker-timeout": "1 day",
    "distributed.admin.tick.interval": "2 s",
    "distributed.admin.system-monitor.interval": "10 s",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "1 s",
}
# How long to wait for the first worker of a cluster, and for one to come back; how often to look.
_WAIT_S = 60.0
_LOOK_S = 5.0


class _Shop(WorkerPlugin):  # type: ignore[misc]
    """A worker's gazetteer and model, opened with its first task. Workers that join or start again get it too."""

    def __init__(self, setup: Setup) -> None:
        # Each run has its own, since it takes it along when it goes.
        self.name = f"geomap-{uuid4().hex}"
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
        with self._lock, faults_told():
            if self._workshop is None:
                self._workshop = Workshop(self._setup)

            def starting(index: int | None) -> None:
                if index is None:
                    faulthandler.cancel_dump_traceback_later()
                    return
                # Python cannot stop a thread; this ends the process, and the cluster starts another.
                limit = time_limit(task.items[index][0], self._setup)
                with suppress(OSError, ValueError, OverflowError, AttributeError):
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
        self._shop = _Shop(setup)

    def __enter__(self) -> DaskPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the cluster; one that was made here ends, another keeps nothing of the run."""
        # A cluster that is gone cannot be told.
        with suppress(Exception):
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
                self._stack.enter_context(dask.config.set(_LOCAL))
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
            client.register_plugin(self._shop)
            if self.scheduler != "local":
                self._stack.callback(client.unregister_worker_plugin, self._shop.name)
        except (OSError, TimeoutError, ValueError, CommClosedError) as error:
            raise GeomapError(
                f"--dask {self.scheduler}: no Dask cluster with a worker answers there"
                f" ({' '.join(str(error).split())[:200] or type(error).__name__})."
            ) from error
        return client

    def run(self, tasks: Iterator[Task], *, ordered: bool = False) -> Iterator[tuple[Task, Outcome]]:
        """The outcomes of ``tasks`` as they are done; see :meth:`geomap.batch.pool.LocalPool.run`."""
        flying: dict[Future, Task] = {}
        suspects: deque[Task] = deque()
        open_numbers: set[int] = set()
        held = next(tasks, None)
        while held is not None or flying or suspects:
            threads = max(self.workers, self._threads())
            most, window = _IN_FLIGHT * threads, WINDOW * threads
            while held is not None and len(flying) < most:
                if ordered and open_numbers and held.number - min(open_numbers) >= window:
                    break
                open_numbers.add(held.number)
                flying[self._submit(held)] = held
                held = next(tasks, None)
            if flying:
                future = self._first(list(flying))
                task = flying.pop(future)
                outcome = self._outcome(future)
            else:
                task = suspects.popleft()
                outcome = self._alone(task)
            if outcome is None:
                suspects.append(task)
            else:
                open_numbers.discard(task.number)
                yield task, outcome

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what Dask raises in the block, on its own account or a task's, into a GeomapError."""
        try:
            yield
        except (GeomapError, KilledWorker):
            raise
        except ImportError as error:
            raise GeomapError(
                f"--dask {self.scheduler}: a worker cannot load geomap ({error}); install geomap[dask] in the same"
                " version on every machine."
            ) from error
        except Exception as error:
            detail = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            raise GeomapError(
                f"--dask {self.scheduler}: the cluster went away or failed ({detail}). What is finished is kept: give"
                " the same command again."
            ) from error

    def _threads(self) -> int:
        """How many threads the workers of the cluster have together, 0 where there is no worker."""
        with self._told():
            return sum(self.client.nthreads().values())

    def _first(self, futures: list[Any]) -> Any:
        """The first of ``futures`` that is done. Raises GeomapError where no worker is left to do any of them."""
        without = 0.0
        while True:
            with self._told(), suppress(TimeoutError):
                done = wait(futures, timeout=_LOOK_S, return_when="FIRST_COMPLETED").done
                return next(future for future in futures if future in done)
            # Dask itself waits for ever for workers that may still come.
            without = 0.0 if self._threads() else without + _LOOK_S
            if without >= _WAIT_S:
                raise GeomapError(
                    f"--dask {self.scheduler}: the cluster has had no worker for {without:.0f} s. What is finished is"
                    " kept: give the same command again."
                )

    def _submit(self, task: Task) -> Any:
        with self._told():
            return self.client.submit(_do, self._shop.name, task, pure=False, retries=_RETRIES)

    def _outcome(self, future: Any) -> Outcome | None:
        """What a task gave; None where its workers died."""
        try:
            with self._told():
                outcome: Outcome = future.result()
        except KilledWorker:
            return None
        finally:
            future.release()
        return outcome

    def _alone(self, task: Task) -> Outcome:
        """The outcome of a task whose workers died, with nothing else on its way, without the articles that kill them.

        Workers that somebody else kills are no article's fault: the task is tried again, but not for ever.
        """
        blameless = 0
        while (outcome := self._tried(task)) is None:
            found = self._killer(task)
            if found is not None:
                task = task.without(found, error="WorkerDied", cause="its workers died")
                continue
            blameless += 1
            if blameless == _BLAMELESS:
                raise GeomapError(
                    f"--dask {self.scheduler}: workers die over {len(task.items)} articles from"
                    f" {task.items[0][0].doc_id} on, though no article of them does it alone. Give the workers more"
                    " memory. What is finished is kept: the same command goes on from there."
                )
        return outcome

    def _killer(self, task: Task) -> int | None:
        """The first article of a task that kills workers by itself, found by halving; None where none does."""
        if self._kills(task, 0, 0):
            raise GeomapError(
                f"--dask {self.scheduler}: workers die as they open the gazetteer and the language model; each needs"
                " some 600 MB. What is finished is kept: the same command goes on from there."
            )
        low, high, sure = 0, len(task.items), False
        while high - low > 1:
            middle = (low + high) // 2
            sure = self._kills(task, low, middle)
            low, high = (low, middle) if sure else (middle, high)
        return low if sure or self._kills(task, low, high) else None

    def _kills(self, task: Task, low: int, high: int) -> bool:
        left_out = {index: _LEFT_OUT for index in range(len(task.items)) if not low <= index < high}
        return self._tried(replace(task, skip={**left_out, **task.skip})) is None

    def _tried(self, task: Task) -> Outcome | None:
        return self._outcome(self._first([self._submit(task)]))
