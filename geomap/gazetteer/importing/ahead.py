"""Reading a dump of GeoNames ahead of the process that writes it.

Two million rows take a minute in one process, most of it decoding, checking and folding. For large files a second
process does that and hands over batches that are ready to be written; what comes out is the same byte for byte. It is
started as a program of its own, so it needs no guard in the program that imports, and works from a notebook. Where it
cannot be started, or ends before its time, its work is done here. It ends by itself when nobody reads what it writes.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import queue
import subprocess
import sys
import threading
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import geomap
from geomap.errors import GazetteerError
from geomap.gazetteer.importing import geonames
from geomap.gazetteer.importing.archives import open_member
from geomap.gazetteer.importing.rows import Filters, Skipped, Skips
from geomap.gazetteer.importing.staging import Batch, prepare
from geomap.gazetteer.importing.world import World

__all__ = ["Block", "Helper", "Job", "prepared", "serve"]

# Batches of a thousand rows that wait to be written; each takes 300 KB.
_WAITING = 8
_LENGTH = 8
# What a batch's columns hold, from pid to cell: texts, fractions ("d"), whole numbers ("q").
_COLUMNS = "ttddtttttqdtq"
_POPULATION = 9
# Without Python's own folders and settings, which are those of this process: its folders follow.
_COMMAND = (
    "import sys; sys.path.extend(sys.argv[1:]); from geomap.gazetteer.importing.ahead import serve; "
    "serve(sys.stdin.buffer, sys.stdout.buffer)"
)
_FILTERS = ("countries", "feature_classes", "feature_codes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to read: a dump, from the byte ``offset`` on, before which ``row`` lines stand; the next place gets the
    number ``first``."""

    path: Path
    suffixes: tuple[str, ...]
    prefix: str
    filters: Filters
    divisions: geonames.Divisions
    offset: int
    row: int
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """``lines`` lines of a dump, which end at the byte ``end``, made ready."""

    batch: Batch
    lines: int
    end: int


def _read(job: Job, world: World, skips: Skips) -> Iterator[Block]:
    row, first = job.row, job.first
    with open_member(job.path, suffixes=job.suffixes) as (stream, _):
        for lines, end in geonames.blocks(stream, job.offset):
            told = geonames.read_places(lines, row + 1, skips, job.filters, world, job.divisions)
            batch = prepare(told, first, job.prefix, skips, world)
            yield Block(batch=batch, lines=len(lines), end=end)
            row += len(lines)
            first += batch.count


def prepared(job: Job, world: World, skips: Skips, helper: Helper | None) -> Iterator[Block]:
    """The blocks of a dump, from the helper as far as it comes; ``skips`` is told what was left out of each."""
    if helper is not None:
        for block in helper.read(job, skips):
            job = replace(job, offset=block.end, row=job.row + block.lines, first=job.first + block.batch.count)
            yield block
        if helper.done:
            return
    yield from _read(job, world, skips)


class Helper:
    """The second process. :meth:`start` it early: it needs two seconds until it is ready."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.done = False
        self._process = process
        self._frames: queue.Queue[bytes | None] = queue.Queue(_WAITING)
        self._receiver = threading.Thread(target=self._receive, name="geomap-import", daemon=True)
        self._receiver.start()

    @classmethod
    def start(cls, world: Path) -> Helper | None:
        """Start it, to compare with the world layer in ``world``; None where that is not possible."""
        # A program that has Python built in would be started itself.
        if not Path(sys.executable or "").name.casefold().startswith(("python", "pypy")) or _processors() < 2:
            return None
        folders = [str(Path(geomap.__file__).parents[1]), *(path for path in sys.path if Path(path).is_absolute())]
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-c", _COMMAND, *folders],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except (OSError, ValueError):
            return None
        helper = cls(process)
        helper._send((str(world.absolute()), geonames._BLOCK))
        return helper

    def read(self, job: Job, skips: Skips) -> Iterator[Block]:
        """The blocks in order. Where the process ends before its time, so does this, and ``done`` stays False."""
        filters = [sorted(getattr(job.filters, name)) for name in _FILTERS]
        self._send(
            (
                str(job.path.absolute()), job.suffixes, job.prefix, filters, job.filters.min_population,
                list(job.divisions.first.items()), list(job.divisions.second.items()), job.offset, job.row, job.first,
            )
        )  # fmt: skip
        while frame := self._frames.get():
            told = json.loads(frame)
            if told is None:
                self.done = True
                return
            values = self._frames.get()
            if values is None:
                return
            _add(skips, told["counts"], [Skipped(**one) for one in told["examples"]])
            yield Block(batch=_unpacked(told, values), lines=told["lines"], end=told["end"])

    def close(self) -> None:
        """End the process, if it has not ended, and wait for it."""
        self._process.kill()
        while self._receiver.is_alive():
            with contextlib.suppress(queue.Empty):
                self._frames.get(timeout=0.05)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]

    def _send(self, told: Any) -> None:
        # If it has ended, the reader finds out.
        with contextlib.suppress(OSError):
            _write(self._process.stdin, told)  # type: ignore[arg-type]

    def _receive(self) -> None:
        """Take what comes while the other thread writes."""
        stream: BinaryIO = self._process.stdout  # type: ignore[assignment]
        frame: bytes | None = b"-"
        while frame is not None:
            try:
                frame = _frame(stream)
            except (OSError, ValueError):
                frame = None
            self._frames.put(frame)


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _add(skips: Skips, counts: dict[str, int], examples: list[Skipped]) -> None:
    """What was skipped of a block joins what was skipped before it, as if one after the other had been added."""
    seen = Counter(skips.counts)
    for one in examples:
        seen[one.reason] += 1
        if seen[one.reason] <= skips.per_reason:
            skips.examples.append(one)
    skips.counts.update(counts)


# -- The pipe: each frame a length and JSON, or the columns of a batch. ----


def _write(stream: BinaryIO, told: Any) -> None:
    _write_frame(stream, json.dumps(told, ensure_ascii=False).encode())


def _write_frame(stream: BinaryIO, data: bytes) -> None:
    stream.write(len(data).to_bytes(_LENGTH, "little") + data)
    stream.flush()


def _packed(batch: Batch) -> bytes:
    """The columns of a batch: numbers as the machine has them, texts with a NUL between, which none of them holds."""
    whole = array("q", batch.ofs)
    fractions = array("d")
    texts: list[str] = []
    for kind, column in zip(_COLUMNS, batch.columns, strict=True):
        if kind == "t":
            texts += column
        elif kind == "d":
            fractions.extend(column)
        else:
            whole.extend([value or 0 for value in column])
    return whole.tobytes() + fractions.tobytes() + "\0".join(texts + batch.keys).encode()


def _unpacked(told: dict[str, Any], data: bytes) -> Batch:
    """A batch from what :func:`_packed` made of it and its description."""
    count, ofs = told["count"], told["names"]
    names = memoryview(data)
    whole, fractions = array("q"), array("d")
    at = 8 * (ofs + count * _COLUMNS.count("q"))
    whole.frombytes(names[:at])
    fractions.frombytes(names[at : (at := at + 8 * count * _COLUMNS.count("d"))])
    texts = data[at:].decode().split("\0")
    # Taken from the front of each of the three in turn.
    left: dict[str, Iterator[Any]] = {"q": iter(whole[ofs:]), "d": iter(fractions), "t": iter(texts)}
    columns = tuple(list(islice(left[kind], count)) for kind in _COLUMNS)
    columns[_POPULATION][:] = [people or None for people in columns[_POPULATION]]
    specials = [(i, row, others, further, tuple(last)) for i, row, others, further, last in told["specials"]]
    return Batch(told["first"], columns, list(left["t"]) if ofs else [], whole[:ofs].tolist(), specials)


def _frame(stream: BinaryIO) -> bytes | None:
    length = stream.read(_LENGTH)
    if len(length) < _LENGTH:
        return None
    size = int.from_bytes(length, "little")
    data = stream.read(size)
    return data if len(data) == size else None


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """What the second process does: open the world layer, wait for a job, reply with its blocks and None.

    Whatever goes wrong it says nothing: its work is done again by the process that asked, which tells of it.
    """
    gc.disable()
    with contextlib.suppress(GazetteerError, OSError, ValueError, EOFError, KeyboardInterrupt):
        _serve(requests, replies)


def _serve(requests: BinaryIO, replies: BinaryIO) -> None:
    world_path, geonames._BLOCK = _plain(requests)
    with World(Path(world_path), bulk=True, mapped=False) as world:
        world.may_be_known((), (), ())
        path, suffixes, prefix, kept, least, firsts, seconds, offset, row, first = _plain(requests)
        first_order, second_order = ({tuple(code): name for code, name in told} for told in (firsts, seconds))
        filters = Filters(
            **{name: frozenset(values) for name, values in zip(_FILTERS, kept, strict=True)}, min_population=least
        )
        job = Job(
            path=Path(path), suffixes=tuple(suffixes), prefix=prefix, filters=filters,
            divisions=geonames.Divisions(first_order, second_order), offset=offset, row=row, first=first,
        )  # fmt: skip
        skips = Skips()
        for block in _read(job, world, skips):
            batch = block.batch
            told = {
                "first": batch.first,
                "count": batch.count,
                "names": len(batch.ofs),
                "specials": batch.specials,
                "lines": block.lines,
                "end": block.end,
                "counts": skips.counts,
                "examples": [{name: getattr(one, name) for name in Skipped.__slots__} for one in skips.examples],
            }
            _write(replies, told)
            _write_frame(replies, _packed(batch))
            skips.counts.clear()
            skips.examples.clear()
        _write(replies, None)


def _plain(requests: BinaryIO) -> Any:
    frame = _frame(requests)
    if frame is None:
        raise EOFError("the process that asked has ended")
    return json.loads(frame)
