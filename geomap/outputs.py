"""Writing results so that a file is there whole or not at all.

Everything goes to a temporary file in the target's own folder (a rename is atomic only within one file
system), is synced, and then takes the target's name. A previous file survives every failure.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from geomap.errors import OutputError, UsageError

__all__ = [
    "JsonLinesWriter",
    "atomic_file",
    "check_writable",
    "gdal_path",
    "json_line",
    "json_lines_file",
    "locked_file",
    "output_error",
    "sync_folder",
    "write_bytes",
    "write_text",
]

_REMEDIES = {
    errno.ENOSPC: "the disk is full: free some space or choose another folder with -o.",
    errno.EDQUOT: "your disk quota is used up: free some space or choose another folder with -o.",
    errno.EFBIG: "the file is larger than this system allows: choose another folder with -o.",
    errno.EACCES: "permission denied: choose a folder that you may write to with -o.",
    errno.EPERM: "permission denied: choose a folder that you may write to with -o.",
    errno.EROFS: "the file system is read-only: choose another folder with -o.",
    errno.EISDIR: "it is a folder: name a file with -o.",
    errno.ENOENT: "there is no such folder and none can be made there: choose another with -o.",
    errno.EEXIST: "a part of the path is a file, not a folder: choose another path with -o.",
    errno.ENOTDIR: "a part of the path is a file, not a folder: choose another path with -o.",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one with -o.",
}


def output_error(path: Path, error: OSError) -> OutputError:
    """The error to raise where ``path`` cannot be written: why, and what to do about it."""
    reason = error.strerror or type(error).__name__
    remedy = _REMEDIES.get(error.errno or 0, f"{reason}: check the path or choose another with -o.")
    return OutputError(f"{path}: could not be written, nothing was left behind; {remedy}")


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """A binary file to write to, which becomes ``path`` when the block ends without an error.

    Missing parent folders are made. Raises :class:`~geomap.errors.OutputError` naming ``path`` and the
    remedy; whatever was at ``path`` before stays, and the temporary file is removed on any error.
    """
    try:
        # A link stays a link: what it points to is replaced.
        path = Path(os.path.realpath(path))
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        special = path.exists() and not path.is_file()
        if not special:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".geomap-", suffix=".part", dir=path.parent)
    except OSError as error:
        raise output_error(path, error) from error
    if special:
        # A device or a pipe (/dev/null, a shell's >(…)) must be written to, never replaced.
        try:
            with path.open("wb") as device:
                yield device
        except OSError as error:
            raise output_error(path, error) from error
        return
    temporary = Path(name)
    file = os.fdopen(handle, "wb")
    try:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        finally:
            # close() flushes what is buffered; on a full disk that fails a second time, and the file
            # descriptor is released all the same. The first error is the one to tell.
            with contextlib.suppress(OSError):
                file.close()
        # mkstemp makes files private; a result is meant to be shared like any other file.
        temporary.chmod(_mode(path))
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise output_error(path, error) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """The permissions the result gets: those of the file it replaces, else what the umask leaves of 0666."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` survive a power cut; some systems refuse to open folders, which is no error."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# A change of a file that people edit takes some milliseconds; at the usual 50 between tries a busy writer would starve
# others.
_LOCK_SECONDS, _LOCK_POLL_S = 30.0, 0.01


@contextlib.contextmanager
def locked_file(path: Path) -> Iterator[None]:
    """Hold ``path`` against other processes of geomap while it is read, changed and written.

    The lock is beside the file it guards, where every account and every machine that shares the folder meets it;
    hidden, and removed before it is let go. Raises :class:`~geomap.errors.OutputError` where another holds it for half
    a minute, and where the folder cannot be written to.
    """
    import filelock

    try:
        real = Path(os.path.realpath(path))
        real.parent.mkdir(parents=True, exist_ok=True)
        guard = real.with_name(f".{real.name}.lock")
        lock = filelock.FileLock(guard)
        lock.acquire(timeout=_LOCK_SECONDS, poll_interval=_LOCK_POLL_S)
    except filelock.Timeout:
        raise OutputError(
            f"{path}: another process has held it for {_LOCK_SECONDS:g} s (lock file {guard}). Nothing was written; try"
            " again when it is done."
        ) from None
    except (OSError, ValueError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"{path}: cannot be written ({reason}); it is as it was. Choose a folder that you may write to, or free"
            " some space."
        ) from error
    try:
        yield
    finally:
        # Removed while it is held: whoever waits for it sees that its file has gone, and makes a new one. A soft lock,
        # of systems without better, is the file's being there: releasing it removes the file, and twice lets two in.
        if not isinstance(lock, filelock.SoftFileLock):
            with contextlib.suppress(OSError):
                guard.unlink()
        lock.release()


def write_bytes(path: Path, data: bytes) -> Path:
    """Write ``data`` to ``path`` atomically and return ``path``. Raises OutputError."""
    with atomic_file(path) as file:
        file.write(data)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` as UTF-8 to ``path`` atomically and return ``path``. Raises OutputError.

    A lone surrogate, which UTF-8 cannot hold, is written as ``?``.
    """
    return write_bytes(path, text.encode("utf-8", "replace"))


def check_writable(path: Path) -> None:
    """Raise :class:`~geomap.errors.OutputError` where ``path`` cannot be written, before a long job is begun.

    A file may be made and removed again in the folder; ``path`` itself is left as it is.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.is_file():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise output_error(path, error) from error


# What pyogrio takes for something else in a path: archive!member, parameters as in an address, a server, GDAL's own
# file systems. It leaves out tabs and line ends, and cannot encode halves of characters.
_MISREAD = re.compile(r"[!\t\r\n\ud800-\udfff]|;[^/]*(?:$|\?)|^//|^/vsi")


def gdal_path(path: Path) -> Path:
    """``path``, made absolute, as GDAL may be given it to open this file and no other.

    Raises :class:`~geomap.errors.UsageError` where GDAL would open another.
    """
    whole = Path(path).absolute()
    if misread := _MISREAD.search(str(whole)):
        raise UsageError(
            f"{path}: GDAL would take {str(whole)!a} for an archive or an address, for its {misread[0]!a}; move or"
            " rename it."
        )
    return whole


# What json.dumps leaves as it is and a terminal or a line-wise reader may act on: DEL, the C1 controls
# (U+009B starts an escape sequence, U+0085 ends a line) and the two Unicode line ends; and lone surrogates,
# which cannot be encoded.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def json_line(record: Any) -> str:
    """``record`` as one line of strict JSON (no NaN), without the line end, safe to print and to encode."""
    line = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", line)


class JsonLinesWriter:
    """Writes records one a line; :func:`json_lines_file` makes one for a file."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self.count = 0

    def write(self, record: Mapping[str, Any]) -> None:
        """Write one record."""
        self._write(json_line(record).encode("utf-8") + b"\n")
        self.count += 1


@contextlib.contextmanager
def json_lines_file(path: Path) -> Iterator[JsonLinesWriter]:
    """A writer of JSON Lines that streams to a temporary file and takes the name ``path`` at the end.

    Raises :class:`~geomap.errors.OutputError`; then nothing is left behind.
    """
    with atomic_file(path) as file:
        yield JsonLinesWriter(file.write)
