"""Workers on this machine: processes that take slices of articles and survive one another.

Each has a pipe of its own, so that one which is killed in mid-sentence spoils nobody else's. A process pool of the
standard library loses all that is in flight when one process dies; here it costs the slice that the dead one held,
which another takes over. A worker says which article it begins, so an article that kills its worker is known at once,
and is left out when it has done so again. Processes are started afresh ("spawn"), never forked: neither SQLite nor the
model's threads live through a fork.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from geomap import errors
from geomap.batch.tasks import WINDOW, Outcome, Task
from geomap.batch.working import Setup, Workshop, faults_told, time_limit
from geomap.errors import GeomapError
from geomap.threads import one_thread

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

__all__ = ["LocalPool"]

# An article that was in work when three workers died is taken for the cause: workers that somebody kills, or that the
# system kills for memory, die at any article, and hardly thrice at one. A hang counts double: it costs minutes.
_STRIKES, _HANG = 3, 2
# Workers that die before they are ready say that none will ever be.
_STILLBORN = 3
# How long a worker is given to end by itself when all is done.
_FAREWELL_S = 5.0
# The system waits for no more than some weeks at once.
_LONGEST_WAIT_S = 3600.0


def _serve(connection: Connection, setup: Setup) -> None:
    """The life of a worker: open, say so, and take slice after slice until there is none or the coordinator is gone."""
    # Ctrl-C reaches every process of the terminal; the coordinator alone decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    one_thread(whatever=True)
    _silence()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            with faults_told():
                workshop = Workshop(setup)
                connection.send(("ready",))
                while (task := connection.recv()) is not None:
                    connection.send(("done", workshop.do(task, lambda index: connection.send(("at", index)))))
                workshop.close()
        except GeomapError as error:
            # An error that would meet every article, such as a gazetteer that cannot be read any more.
            connection.send(("failed", type(error).__name__, str(error)))


def _silence() -> None:
    import logging
    import warnings

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)


class _Hand:
    """A worker as the coordinator sees it."""

    def __init__(self, setup: Setup) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_serve, args=(theirs, setup), daemon=True)
        self.process.start()
        theirs.close()
        self.ready = False
        self.task: Task | None = None
        self.at: int | None = None
        self.deadline: float | None = None
        self.overdue: float | None = None

    def give(self, task: Task) -> None:
        """Hand over a task; a worker that has died meanwhile is found out afterwards."""
        self.task, self.at, self.deadline = task, None, None
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(task)

    def begin(self, index: int | None, setup: Setup) -> None:
        """Note which article is in work, and until when it may be; None when all of the task have been."""
        assert self.task is not None
        self.at, self.deadline = index, None
        if index is None:
            return
        self.overdue = time_limit(self.task.items[index][0], setup)
        self.deadline = time.monotonic() + self.overdue

    def rest(self) -> None:
        """Note that nothing is in work."""
        self.task, self.at, self.deadline = None, None, None

    def messages(self) -> Iterator[tuple[Any, ...]]:
        """What it has said and nobody has read. What a dying worker broke off in mid-sentence is not said."""
        with suppress(EOFError, OSError):
            while self.connection.poll():
                yield self.connection.recv()

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.join()

    def cause(self) -> str:
        """Why it is no longer there."""
        code = self.process.exitcode
        if code is not None and code < 0:
            return f"the worker died (signal {-code})"
        return f"the worker died (exit code {code})"


class LocalPool:
    """Worker processes of this machine. Use it in a ``with`` block: at its end they are gone."""

    def __init__(self, setup: Setup, workers: int) -> None:
        self.setup = setup
        self.workers = workers
        self._hands: list[_Hand] = []
        self._strikes: dict[tuple[int, int | None], int] = {}
        self._waiting: deque[Task] = deque()
        self._stillborn = 0

    def __enter__(self) -> LocalPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return [hand.process.pid for hand in self._hands if hand.process.pid is not None]

    def close(self) -> None:
        """End the workers: those that are idle by themselves, the others at once."""
        for hand in self._hands:
            if hand.ready and hand.task is None:
                with suppress(OSError):
                    hand.connection.send(None)
            else:
                hand.process.kill()
        until = time.monotonic() + _FAREWELL_S
        for hand in self._hands:
            hand.process.join(max(0.0, until - time.monotonic()))
            if hand.process.is_alive():
                hand.kill()
            hand.connection.close()
        self._hands.clear()

    def run(self, tasks: Iterator[Task], *, ordered: bool = False) -> Iterator[tuple[Task, Outcome]]:
        """The outcomes of ``tasks`` as they are done; a few tasks beyond those in work are read beforehand.

        ``ordered`` is for those who need the outcomes in order: a task then begins only when few lie between it and the
        first that is not done. Raises the :class:`~geomap.errors.GeomapError` of a worker that cannot work at all.
        """
        window = WINDOW * self.workers if ordered else None
        fresh: deque[Task] = deque()
        open_numbers: set[int] = set()
        exhausted = False
        done: list[tuple[Task, Outcome]] = []
        while True:
            # Before anything is handed on: whoever takes it may be slow, and the workers need not wait for that.
            self._dispatch(fresh, open_numbers, window)
            yield from done
            done.clear()
            busy = any(hand.task is not None for hand in self._hands)
            if exhausted and not fresh and not self._waiting and not busy:
                return
            room = not exhausted and len(fresh) <= self.workers
            for hand in self._ready(0.0 if room else self._patience()):
                done.extend(self._hear(hand, open_numbers))
            self._give_up_overdue()
            if room and not done:
                task = next(tasks, None)
                if task is None:
                    exhausted = True
                else:
                    fresh.append(task)

    def _dispatch(self, fresh: deque[Task], open_numbers: set[int], window: int | None) -> None:
        """Give work to those that have none; the first work of all starts them."""
        while len(self._hands) < min(
            self.workers, len(fresh) + len(self._waiting) + sum(hand.task is not None for hand in self._hands)
        ):
            self._hands.append(_Hand(self.setup))
        for hand in self._hands:
            if not hand.ready or hand.task is not None:
                continue
            if self._waiting:
                hand.give(self._waiting.popleft())
            elif fresh and (window is None or not open_numbers or fresh[0].number - min(open_numbers) < window):
                open_numbers.add(fresh[0].number)
                hand.give(fresh.popleft())

    def _patience(self) -> float | None:
        """Seconds until the next article is overdue or it is time to look again; None while nothing is in work."""
        deadlines = [hand.deadline for hand in self._hands if hand.deadline is not None]
        return min(max(0.0, min(deadlines) - time.monotonic()), _LONGEST_WAIT_S) if deadlines else None

    def _ready(self, timeout: float | None) -> list[_Hand]:
        """The workers that have said something or have died."""
        by_thing: dict[Any, _Hand] = {}
        for hand in self._hands:
            by_thing[hand.connection] = by_thing[hand.process.sentinel] = hand
        if not by_thing:
            return []
        found = {id(by_thing[thing]): by_thing[thing] for thing in wait(list(by_thing), timeout)}
        return list(found.values())

    def _hear(self, hand: _Hand, open_numbers: set[int]) -> Iterator[tuple[Task, Outcome]]:
        # Asked first: what it said before it died is still to be read.
        dead = not hand.process.is_alive()
        for message in hand.messages():
            match message:
                case ("ready",):
                    hand.ready, self._stillborn = True, 0
                case ("at", int() | None as index):
                    hand.begin(index, self.setup)
                case ("done", Outcome() as outcome):
                    assert hand.task is not None
                    task = hand.task
                    hand.rest()
                    open_numbers.discard(task.number)
                    yield task, outcome
                case ("failed", str(kind), str(text)):
                    raise _error(kind, text)
        if dead:
            self._bury(hand, hand.cause(), 1)

    def _give_up_overdue(self) -> None:
        now = time.monotonic()
        for hand in list(self._hands):
            if hand.deadline is not None and now > hand.deadline:
                hand.kill()
                self._bury(hand, f"it took longer than {hand.overdue:.0f} seconds", _HANG)

    def _bury(self, hand: _Hand, cause: str, weight: int) -> None:
        """Take a worker that is gone off the list; what it held is done by another."""
        hand.process.join()
        hand.connection.close()
        self._hands.remove(hand)
        if not hand.ready:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                raise GeomapError(
                    f"The workers die as they start ({cause}). Where memory is short take fewer --workers: each needs"
                    " some 600 MB; in a script of your own guard the call with if __name__ == '__main__'."
                )
        task = hand.task
        if task is None:
            return
        place = (task.number, hand.at)
        self._strikes[place] = self._strikes.get(place, 0) + weight
        if self._strikes[place] >= _STRIKES:
            if hand.at is None:
                raise GeomapError(
                    f"{len(task.items)} articles from {task.items[0][0].doc_id} on: {cause} again and again with none"
                    " of them in work, as where memory is too short to send them. What is finished is kept: give the"
                    " same command again, with fewer --workers."
                )
            del self._strikes[place]
            task = task.without(hand.at, error="WorkerDied" if weight == 1 else "TimeLimit", cause=cause)
        self._waiting.append(task)


def _error(kind: str, text: str) -> GeomapError:
    """A worker's error as ours; one whose class wants more than a message becomes the general one."""
    known = {
        one.__name__: one for one in (errors.GazetteerError, errors.ModelError, errors.OutputError, errors.UsageError)
    }
    return known.get(kind, GeomapError)(text)
