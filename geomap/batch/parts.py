"""A folder of finished parts that survives a crash at any moment.

::

    part-000000-5f0c….parquet    the incidents of the first slice of articles
    part-000001-9d41….parquet    …
    manifest.jsonl               a line for the run, then one for each finished part
    errors.jsonl                 a line for each input that gave no result; written when the run is complete

A part gets a temporary name, is synced, takes its name, and only then is entered in the manifest, which is synced too.
What the manifest does not name is not there. A part is named by what went into it, so that another input or other
settings never pass for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from geomap.batch.tasks import Failure, Note, Outcome, Task
from geomap.errors import UsageError
from geomap.folders import MANIFEST
from geomap.outputs import atomic_file, json_line, output_error, write_bytes

if TYPE_CHECKING:
    from filelock import BaseFileLock

    from geomap.steering import Found

__all__ = ["ERRORS", "MANIFEST", "Entry", "Parts"]

ERRORS, _LOCK = "errors.jsonl", ".lock"
_SCHEMA = 1
_PART = re.compile(r"part-[0-9]{6,9}-[0-9a-f]{16}\.(?:parquet|jsonl)\Z")
_TEMPORARY = re.compile(r"\.geomap-[A-Za-z0-9_]{1,20}\.part\Z")
# As many ids as are ever shown.
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A finished part: its slice, its file and what is in it. ``undated`` and ``placeless`` are a count and the first
    few ids of articles without a publication date, and without any place; ``remarks`` say why less was done for some.
    """

    number: int
    key: str
    file: str
    bytes: int
    sha256: str
    articles: int
    empty: int
    incidents: int
    located: int
    undated: tuple[int, tuple[str, ...]]
    placeless: tuple[int, tuple[str, ...]]
    remarks: tuple[tuple[str, int], ...] = ()
    failures: tuple[Failure, ...] = ()
    corrected: Found = ((), ())

    @classmethod
    def of(cls, task: Task, outcome: Outcome, file: str) -> Entry:
        """The entry for what became of a task."""
        return cls(
            number=task.number,
            key=task.key,
            file=file,
            bytes=len(outcome.data),
            sha256=hashlib.sha256(outcome.data).hexdigest(),
            articles=len(task.items),
            empty=sum(not note.incidents for note in outcome.notes),
            incidents=sum(note.incidents for note in outcome.notes),
            located=sum(note.located for note in outcome.notes),
            undated=_named(note for note in outcome.notes if note.published is None and not note.remark),
            placeless=_named(note for note in outcome.notes if not note.resolved),
            remarks=tuple(sorted(Counter(note.remark for note in outcome.notes if note.remark).items())),
            failures=outcome.failures,
            corrected=outcome.corrected,
        )

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Entry:
        """An entry from its line. Raises KeyError, TypeError or ValueError for a line that is none."""
        values = dict(record)
        for name in ("undated", "placeless"):
            count, ids = values[name]
            values[name] = (int(count), tuple(map(str, ids)))
        values["remarks"] = tuple((str(remark), int(number)) for remark, number in values["remarks"])
        values["failures"] = tuple(Failure(**one) for one in values["failures"])
        used, why = values["corrected"]
        values["corrected"] = (tuple(tuple(spot) for spot in used), tuple(tuple(one) for one in why))
        if not _PART.match(values["file"]):
            raise ValueError(values["file"])
        return cls(**values)

    def record(self) -> dict[str, Any]:
        """The entry as plain values."""
        return {
            **{name: getattr(self, name) for name in self.__slots__},
            "failures": [failure.record() for failure in self.failures],
        }


def _named(notes: Iterable[Note]) -> tuple[int, tuple[str, ...]]:
    ids = [note.doc_id for note in notes]
    return len(ids), tuple(ids[:_SHOWN])


class Parts:
    """The parts of one run in ``folder``; ``signature`` says what their results depend on beside the articles.

    Use it in a ``with`` block: it holds a lock, so that no second run writes there. Raises
    :class:`~geomap.errors.UsageError` where another run does or where the folder holds other things, and
    :class:`~geomap.errors.OutputError` where it cannot be written.
    """

    def __init__(self, folder: Path, signature: str, *, suffix: str, fresh: bool = False) -> None:
        self.folder = folder
        self.signature = signature
        self.suffix = suffix
        self.fresh = fresh
        self.stale = 0
        """How many parts of another input, of other settings or damaged ones were found; they go when the run ends."""
        self._found: dict[int, Entry] = {}
        # Where each part's line begins in the manifest: a million articles are 31,000 lines, too many to hold.
        self._lines: dict[int, int] = {}
        self._manifest: BinaryIO | None = None
        self._lock: BaseFileLock | None = None

    def __enter__(self) -> Parts:
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder; what is finished stays."""
        if self._manifest is not None:
            self._manifest.close()
            self._manifest = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    # -- opening -------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        folder = self.folder
        if folder.is_dir() and not (folder / MANIFEST).exists() and not (folder / _LOCK).exists():
            others = sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))
            if others:
                raise UsageError(
                    f"{folder}: the folder holds other things ({', '.join(others[:3])}); name a new one with -o."
                )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            for left in folder.iterdir():
                if _TEMPORARY.match(left.name):
                    left.unlink()
            self._found = {} if self.fresh else self._read()
            on_disk = {one.name for one in folder.iterdir() if _PART.match(one.name)}
            self.stale = len(on_disk - {entry.file for entry in self._found.values()})
            with atomic_file(folder / MANIFEST) as file:
                file.write(json_line(self._header()).encode() + b"\n")
                for entry in self._found.values():
                    self._lines[entry.number] = file.tell()
                    file.write(json_line(entry.record()).encode() + b"\n")
            self._manifest = (folder / MANIFEST).open("ab")
        except OSError as error:
            raise output_error(folder, error) from error

    def _take_lock(self) -> None:
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise UsageError(
                f"{self.folder}: another geomap is writing there; wait until it is done, or name another with -o."
            ) from None
        self._lock = lock

    def _header(self) -> dict[str, Any]:
        return {"geomap_batch": _SCHEMA, "signature": self.signature, "suffix": self.suffix}

    def _read(self) -> dict[int, Entry]:
        """The entries of the manifest whose parts are there and whole. A line that a crash broke off is none."""
        found: dict[int, Entry] = {}
        try:
            file = (self.folder / MANIFEST).open("rb")
        except FileNotFoundError:
            return found
        with file:
            if _parsed(file.readline()) != self._header():
                return found
            for line in file:
                record = _parsed(line)
                with contextlib.suppress(KeyError, TypeError, ValueError):
                    entry = Entry.read(record or {})
                    if self._is_whole(entry):
                        found[entry.number] = entry
        return dict(sorted(found.items()))

    def _is_whole(self, entry: Entry) -> bool:
        path = self.folder / entry.file
        try:
            if path.stat().st_size != entry.bytes:
                return False
            return hashlib.sha256(path.read_bytes()).hexdigest() == entry.sha256
        except OSError:
            return False

    # -- writing -------------------------------------------------------------------------------------------------

    @property
    def found(self) -> int:
        """How many parts of an earlier run are there."""
        return len(self._found)

    def has(self, task: Task) -> Entry | None:
        """The entry of a task that an earlier run finished."""
        entry = self._found.get(task.number)
        return entry if entry is not None and entry.key == task.key else None

    def keep(self, task: Task, outcome: Outcome) -> Entry:
        """Write the part of a task and enter it. Raises :class:`~geomap.errors.OutputError`."""
        entry = Entry.of(task, outcome, f"part-{task.number:06d}-{task.key}{self.suffix}")
        write_bytes(self.folder / entry.file, outcome.data)
        try:
            self._enter(entry)
        except OSError as error:
            raise output_error(self.folder / MANIFEST, error) from error
        return entry

    def _enter(self, entry: Entry) -> None:
        assert self._manifest is not None
        self._lines[entry.number] = self._manifest.tell()
        self._manifest.write(json_line(entry.record()).encode() + b"\n")
        self._manifest.flush()
        os.fsync(self._manifest.fileno())

    # -- the end ---------------------------------------------------------------------------------------------------

    def entries(self, count: int) -> Iterator[Entry]:
        """The entries of the first ``count`` parts, in order."""
        with (self.folder / MANIFEST).open("rb") as file:
            for number in range(count):
                file.seek(self._lines[number])
                record = _parsed(file.readline())
                assert record is not None
                yield Entry.read(record)

    def finish(self, count: int, lost: Iterable[tuple[int, Failure]], totals: Mapping[str, int]) -> None:
        """The run is complete with ``count`` parts: write the manifest in order and ``errors.jsonl``, remove the rest.

        ``lost`` are the inputs that could not be read, in order, each with the number of the slice that it stands in or
        before. The same input gives the same bytes, whatever happened on the way. Raises
        :class:`~geomap.errors.OutputError`.
        """
        wanted: set[str] = set()
        lines: dict[int, int] = {}
        unread = iter(lost)
        next_lost = next(unread, None)
        with atomic_file(self.folder / ERRORS) as errors, atomic_file(self.folder / MANIFEST) as manifest:

            def line(file: BinaryIO, record: Mapping[str, Any]) -> None:
                file.write(json_line(record).encode() + b"\n")

            line(manifest, self._header())
            for number, entry in enumerate(self.entries(count)):
                while next_lost is not None and next_lost[0] <= number:
                    line(errors, next_lost[1].record())
                    next_lost = next(unread, None)
                wanted.add(entry.file)
                lines[number] = manifest.tell()
                line(manifest, entry.record())
                for failure in entry.failures:
                    line(errors, failure.record())
            while next_lost is not None:
                line(errors, next_lost[1].record())
                next_lost = next(unread, None)
            line(manifest, {"complete": True, "parts": count, **totals})
        # The lines stand elsewhere in the file that has taken the place of the one they were noted in.
        self._lines = lines
        try:
            for one in self.folder.iterdir():
                if _PART.match(one.name) and one.name not in wanted:
                    one.unlink()
        except OSError as error:
            raise output_error(self.folder, error) from error

    def remove(self) -> None:
        """Remove the parts and all that belongs to them, and the folder where nothing else is in it."""
        for one in list(self.folder.iterdir()):
            if _PART.match(one.name) or _TEMPORARY.match(one.name) or one.name in (MANIFEST, ERRORS):
                one.unlink(missing_ok=True)
        (self.folder / _LOCK).unlink(missing_ok=True)
        self.close()
        with contextlib.suppress(OSError):
            self.folder.rmdir()


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line of the manifest; None for one that a crash broke off."""
    if not line.endswith(b"\n"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
