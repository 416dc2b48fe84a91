"""A folder of finished parts that survives a crash at any moment.

::

    part-000000-5f0c….parquet    the incidents of the first slice of articles
    part-000001-9d41….parquet    …
    manifest.jsonl               a line for the run, then one for each finished part; runs with other settings follow
    errors.jsonl                 a line for each input that gave no result; written when the run is complete

A part gets a temporary name, is synced, takes its name, and only then is entered in the manifest, which is synced too.
What the manifest does not name is not there. A part is named by what went into it, so that another input or other
settings never pass for it; and what a run with other settings finds there it leaves alone until it is complete.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from geomap.batch.tasks import Failure, Outcome, Task
from geomap.errors import UsageError
from geomap.folders import MANIFEST
from geomap.outputs import atomic_file, json_line, output_error, write_bytes

if TYPE_CHECKING:
    from filelock import BaseFileLock

    from geomap.pipeline import Note
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
            undated=_named(note for note in outcome.notes if note.undated),
            placeless=_named(note for note in outcome.notes if note.placeless),
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
            "failures": [asdict(failure) for failure in self.failures],
        }


def _named(notes: Iterable[Note]) -> tuple[int, tuple[str, ...]]:
    ids = [note.doc_id for note in notes]
    return len(ids), tuple(ids[:_SHOWN])


class Parts:
    """The parts of one run in ``folder``; ``signature`` says what their results depend on beside the articles.

    Use it in a ``with`` block: it holds a lock, so that no second run writes there. A folder that was made for it goes
    again where nothing came into it. Raises
    :class:`~geomap.errors.UsageError` where another run does or where the folder holds other things, and
    :class:`~geomap.errors.OutputError` where it cannot be written.
    """

    def __init__(self, folder: Path, signature: str, *, suffix: str, fresh: bool = False) -> None:
        self.folder = folder
        self.signature = signature
        self.suffix = suffix
        self.fresh = fresh
        self.found = 0
        """How many parts of an earlier run with the same settings are there."""
        self.stale = 0
        """How many parts of other settings or damaged ones were found; they go when the run is complete."""
        # Where lines begin in the manifest, of what was found and of the parts of this run: a million articles are
        # 31,000 lines, too many to hold.
        self._found: dict[tuple[int, str], int] = {}
        self._lines: dict[int, int] = {}
        self._made = False
        # Whether what is entered next stands below this run's own header.
        self._headed = False
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
        errors = self.folder / ERRORS
        if self._made and not self._lines and not (errors.is_file() and errors.stat().st_size):
            self.remove()
        self.close()

    def close(self) -> None:
        """Let go of the folder; what is finished stays."""
        if self._manifest is not None:
            # What was entered is synced; closing tries once more to write what a full disk refused.
            with contextlib.suppress(OSError):
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
            self._made = not folder.exists()
            folder.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            for left in folder.iterdir():
                if _TEMPORARY.match(left.name):
                    left.unlink()
            size = 0 if self.fresh else self._read()
            self.found = len(self._found)
            on_disk = {one.name for one in folder.iterdir() if _PART.match(one.name)}
            self.stale = len(on_disk - {self._file(*part) for part in self._found})
            self._manifest = (folder / MANIFEST).open("ab")
            # A line that a crash broke off would spoil the next.
            self._manifest.truncate(size)
            self._manifest.seek(size)
            if not size:
                self._head()
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

    def _file(self, number: int, key: str) -> str:
        return f"part-{number:06d}-{key}{self.suffix}"

    def _read(self) -> int:
        """Look through the manifest for parts of this run that are there and whole; how many bytes of it are lines."""
        size = 0
        with contextlib.suppress(FileNotFoundError), (self.folder / MANIFEST).open("rb") as file:
            for line in file:
                record = _parsed(line)
                if not size and (record is None or record.get("geomap_batch") != _SCHEMA):
                    break
                if record is not None and "geomap_batch" in record:
                    self._headed = record == self._header()
                elif record is not None and self._headed:
                    with contextlib.suppress(KeyError, TypeError, ValueError):
                        entry = Entry.read(record)
                        if self._is_whole(entry):
                            self._found[entry.number, entry.key] = size
                if line.endswith(b"\n"):
                    size += len(line)
        return size

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
    def before(self) -> int:
        """How many parts earlier runs left, of whatever settings."""
        return self.found + self.stale

    def has(self, task: Task) -> Entry | None:
        """The entry of a task that an earlier run finished."""
        at = self._found.get((task.number, task.key))
        if at is None:
            return None
        self._lines[task.number] = at
        entry = next(self._entries((task.number,)))
        # The same articles may lie elsewhere by now.
        failures = tuple(failure.at(task) for failure in entry.failures)
        if failures != entry.failures:
            entry = replace(entry, failures=failures)
            self._enter(entry)
        return entry

    def keep(self, task: Task, outcome: Outcome) -> Entry:
        """Write the part of a task and enter it. Raises :class:`~geomap.errors.OutputError`."""
        entry = Entry.of(task, outcome, self._file(task.number, task.key))
        write_bytes(self.folder / entry.file, outcome.data)
        self._enter(entry)
        return entry

    def _enter(self, entry: Entry) -> None:
        assert self._manifest is not None
        try:
            if not self._headed:
                self._head()
            self._lines[entry.number] = self._manifest.tell()
            _write(self._manifest, entry.record())
            self._manifest.flush()
            os.fsync(self._manifest.fileno())
        except OSError as error:
            raise output_error(self.folder / MANIFEST, error) from error

    def _head(self) -> None:
        assert self._manifest is not None
        _write(self._manifest, self._header())
        self._manifest.flush()
        self._headed = True

    # -- the end ---------------------------------------------------------------------------------------------------

    def entries(self, count: int) -> Iterator[Entry]:
        """The entries of the first ``count`` parts, in order."""
        return self._entries(range(count))

    def _entries(self, numbers: Iterable[int]) -> Iterator[Entry]:
        with (self.folder / MANIFEST).open("rb") as file:
            for number in numbers:
                file.seek(self._lines[number])
                record = _parsed(file.readline())
                assert record is not None
                yield Entry.read(record)

    def finish(self, count: int, lost: Iterable[tuple[int, Failure]], totals: Mapping[str, int]) -> None:
        """The run is complete with ``count`` parts: write the manifest in order and ``errors.jsonl``, remove the rest.

        ``lost`` are the inputs that could not be read, in order, each with the number of the slice that it stands in or
        before. The same input gives the same bytes, whatever happened on the way. An input that gave nothing at all is
        likely a slip: it removes nothing of what an earlier run has done. Raises
        :class:`~geomap.errors.OutputError`.
        """
        unread = iter(lost)
        if not count and self.before:
            with atomic_file(self.folder / ERRORS) as errors:
                for _, failure in unread:
                    _write(errors, failure.record())
            return
        assert self._manifest is not None
        # Some systems replace no file that is open.
        self._manifest.close()
        wanted: set[str] = set()
        lines: dict[int, int] = {}
        next_lost = next(unread, None)
        with atomic_file(self.folder / ERRORS) as errors, atomic_file(self.folder / MANIFEST) as manifest:
            _write(manifest, self._header())
            for number, entry in enumerate(self.entries(count)):
                while next_lost is not None and next_lost[0] <= number:
                    _write(errors, next_lost[1].record())
                    next_lost = next(unread, None)
                wanted.add(entry.file)
                lines[number] = manifest.tell()
                _write(manifest, entry.record())
                for failure in entry.failures:
                    _write(errors, failure.record())
            while next_lost is not None:
                _write(errors, next_lost[1].record())
                next_lost = next(unread, None)
            _write(manifest, {"complete": True, "parts": count, **totals})
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
        self._made = False
        self.close()
        with contextlib.suppress(OSError):
            self.folder.rmdir()


def _write(file: BinaryIO, record: Mapping[str, Any]) -> None:
    file.write(json_line(record).encode() + b"\n")


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line of the manifest; None for one that a crash broke off."""
    if not line.endswith(b"\n"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
