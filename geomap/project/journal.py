"""A file of JSON Lines that only grows: a line is there whole, synced, or not at all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

from geomap.errors import InputDoubt, InputError, OutputError
from geomap.outputs import json_line, sync_folder

__all__ = ["Journal"]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Journal:
    """The lines of one file. Whoever appends holds the project's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, on_damage: Callable[[InputDoubt], None]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Each record with where it begins and how many bytes it has.

        The last line without its end is one whose writing was cut off: it is passed over, and :meth:`append` removes
        it. Any other line that is no record goes to ``on_damage``. Raises :class:`~geomap.errors.InputError` where the
        file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                at = 0
                for number, line in enumerate(file, 1):
                    if line.endswith(b"\n"):
                        record = _record(line)
                        if record is not None:
                            yield at, len(line), record
                        elif line.strip():
                            on_damage(InputDoubt(f"{self.path}, row {number}: damaged, and left out."))
                    at += len(line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror}).") from error

    def reader(self) -> Callable[[int, int], dict[str, Any]]:
        """A function that reads the record at a place that :meth:`lines` gave; it keeps the file open."""
        files: list[BinaryIO] = []

        def read(at: int, length: int) -> dict[str, Any]:
            try:
                if not files:
                    files.append(self.path.open("rb"))
                files[0].seek(at)
                record = _record(files[0].read(length))
            except OSError as error:
                raise InputError(f"{self.path}: cannot be read ({error.strerror}).") from error
            if record is None:
                raise InputError(f"{self.path}: was changed by another program while it was read; try again.")
            return record

        return read

    def append(self, record: Mapping[str, Any]) -> tuple[int, int]:
        """Add a record, synced before this returns; gives where it begins and how many bytes it has.

        On a full disk, or any other failure, the file is cut back to what it was; raises
        :class:`~geomap.errors.OutputError`.
        """
        line = json_line(record).encode("utf-8") + b"\n"
        try:
            new = not self.path.exists()
            self.path.parent.mkdir(exist_ok=True)
            # Unbuffered: what could not be written must not be tried once more when the file is closed.
            with self.path.open("xb" if new else "r+b", buffering=0) as file:
                end = 0 if new else _whole(file)
                try:
                    file.seek(end)
                    rest = memoryview(line)
                    while rest:
                        rest = rest[file.write(rest) or 0 :]
                    file.truncate()
                    os.fsync(file.fileno())
                except BaseException:
                    with contextlib.suppress(OSError):
                        file.truncate(end)
                    raise
            if new:
                sync_folder(self.path.parent)
        except OSError as error:
            why = "the disk is full" if error.errno in _FULL else error.strerror or type(error).__name__
            raise OutputError(
                f"{self.path}: could not be written ({why}). All that was done before is kept; free some space or see"
                " to the folder, and give the same command again."
            ) from error
        return end, len(line)


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _whole(file: FileIO) -> int:
    """Where the last whole line of the file ends."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - 65536)
        file.seek(start)
        cut = file.read(end - start).rfind(b"\n")
        if cut >= 0:
            return start + cut + 1
        end = start
    return 0
