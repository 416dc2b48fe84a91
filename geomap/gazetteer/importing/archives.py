"""The one data file in a .zip, .kmz or .gz as a stream: nothing is unpacked to disk, nothing hostile is opened."""

from __future__ import annotations

import contextlib
import gzip
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from geomap.errors import GazetteerError

__all__ = ["open_member"]

# Deflate reaches 1032:1 at most, on one repeated byte. GeoNames' dumps have 3 to 5, coordinates in JSON or XML with
# their repeated keys 10 to 40: beyond 200 nothing is data. Small files may (a table of empty cells), hence the floor.
_RATIO = 200
_RATIO_FLOOR = 64 << 20
# Ten times the largest file of GeoNames (allCountries.txt, 1.7 GB in 2024).
_LARGEST = 20_000_000_000
# Python reads the whole list of members into memory before it can be judged.
_LONGEST_LIST = 16 << 20
_MOST_MEMBERS = 10_000
_ARCHIVES = (".zip", ".kmz", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst", ".lzma")
_ARCHIVE_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf", b"Rar!",
                       b"\x28\xb5\x2f\xfd")  # fmt: skip
_UNSUPPORTED = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"\x28\xb5\x2f\xfd": "zstd",
}


class _Guarded(io.RawIOBase):
    """A stream that counts what comes out, stops a bomb, and speaks of the file when something breaks."""

    def __init__(self, source: BinaryIO, path: Path, packed: int | None) -> None:
        self._source = source
        self._path = path
        self._packed = packed
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            data = self._source.read(len(view))
        except (zlib.error, zipfile.BadZipFile, EOFError, gzip.BadGzipFile, NotImplementedError, RuntimeError) as error:
            raise GazetteerError(
                f"{self._path}: the archive is broken or cut off ({str(error)[:100]}); fetch it again"
            ) from error
        except OSError as error:
            raise GazetteerError(f"{self._path}: cannot be read ({error.strerror or error})") from error
        self._count += len(data)
        if self._count > _LARGEST:
            raise GazetteerError(
                f"{self._path}: more than {_LARGEST // 10**9} GB of data; cut it by country and import the parts"
            )
        if self._packed is not None and self._count > _RATIO_FLOOR and self._count > _RATIO * max(self._packed, 1):
            raise GazetteerError(
                f"{self._path}: unpacks to more than {_RATIO} times its size, as only a zip bomb does; nothing was "
                "imported. If you trust it, unpack it yourself and import the file"
            )
        view[: len(data)] = data
        return len(data)


@contextlib.contextmanager
def open_member(path: Path, *, suffixes: tuple[str, ...] = ()) -> Iterator[tuple[BinaryIO, str]]:
    """A stream of the data in ``path`` and the name of the file it comes from.

    ``path`` itself, or the one data file in a .zip/.kmz or .gz (known by content, not by name). ``suffixes``
    (lower case, ``(".csv", ".tsv")``) tells what data files end in; without it any file counts but a readme. Of
    several the one named like the archive is taken, then ``doc.kml``.

    Raises :class:`GazetteerError` for what is no regular file, for an archive that is broken, encrypted, nested, a
    bomb (more than 200 times its size past 64 MB, or over 20 GB), has ``../``, absolute, linked or overlapping
    members, or no single data file.
    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise GazetteerError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise GazetteerError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise GazetteerError(f"{path}: is {what}; name one file")
    try:
        raw = path.open("rb")
    except OSError as error:
        raise GazetteerError(f"{path}: cannot be read ({error.strerror})") from error
    with raw:
        beginning = raw.read(6)
        raw.seek(0)
        if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            with _zip_member(raw, path, suffixes) as (source, name, packed):
                yield _checked(source, path, packed), name
        elif beginning.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=raw, mode="rb") as unpacked:
                name = path.name[:-3] if path.suffix.lower() == ".gz" else path.name
                yield _checked(unpacked, path, path.stat().st_size), name  # type: ignore[arg-type]
        else:
            for magic, what in _UNSUPPORTED.items():
                if beginning.startswith(magic):
                    raise GazetteerError(f"{path}: is a {what} archive; unpack it, or pack it as .zip or .gz")
            yield io.BufferedReader(_Guarded(raw, path, None), 1 << 18), path.name


def _checked(source: BinaryIO, path: Path, packed: int) -> BinaryIO:
    """The guarded stream of a member, which must not be an archive itself."""
    stream = io.BufferedReader(_Guarded(source, path, packed), 1 << 18)
    if stream.peek(8).startswith(_ARCHIVE_BEGINNINGS):
        raise GazetteerError(f"{path}: holds another archive; unpack the outer one and import what is inside")
    return stream


@contextlib.contextmanager
def _zip_member(raw: BinaryIO, path: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[BinaryIO, str, int]]:
    _check_list(raw, path)
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise GazetteerError(f"{path}: not a whole zip archive ({str(error)[:100]}); fetch it again") from error
    with archive:
        members = archive.infolist()
        if len(members) > _MOST_MEMBERS:
            raise GazetteerError(f"{path}: holds {len(members)} files; import the one you want by itself")
        for member in members:
            _check_member(member, path)
        _check_overlaps(raw, archive, members, path)
        chosen = _choose(members, path, suffixes)
        try:
            source = archive.open(chosen)
        except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError) as error:
            raise GazetteerError(f"{path}: {chosen.filename!r} cannot be read ({str(error)[:100]})") from error
        with source:
            yield source, PurePosixPath(chosen.filename).name, chosen.compress_size  # type: ignore[misc]


def _check_list(raw: BinaryIO, path: Path) -> None:
    """Refuse a list of members that would fill the memory, before it is read."""
    size = raw.seek(0, io.SEEK_END)
    # The record at the end is 22 bytes and a remark of up to 65,535.
    raw.seek(max(0, size - 65_557))
    tail = raw.read()
    raw.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at >= 0 and len(tail) >= at + 22:
        length = struct.unpack_from("<L", tail, at + 12)[0]
        locator = tail.rfind(b"PK\x06\x06", 0, at)
        if length == 0xFFFFFFFF and 0 <= locator <= len(tail) - 56:
            length = struct.unpack_from("<Q", tail, locator + 40)[0]
        if length > _LONGEST_LIST:
            raise GazetteerError(f"{path}: its list of files is {length >> 20} MB long; this is no archive of places")


def _check_member(member: zipfile.ZipInfo, path: Path) -> None:
    # orig_filename, because Python cuts the other at a NUL byte and changes separators.
    name = member.orig_filename
    shown = name[:80]
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or name[1:2] == ":" or "\x00" in name:
        raise GazetteerError(
            f"{path}: the archive holds {shown!r}, which would be written outside its folder; such archives are refused"
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise GazetteerError(f"{path}: the archive holds a link ({shown!r}); such archives are refused")
    if member.flag_bits & 0x1:
        raise GazetteerError(f"{path}: {shown!r} is encrypted; unpack it yourself and import the file")


def _check_overlaps(raw: BinaryIO, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], path: Path) -> None:
    """Two members that share bytes are how a small zip unpacks to terabytes without any member standing out."""
    end = 0
    for member in sorted(members, key=lambda m: (m.header_offset, m.compress_size)):
        if member.header_offset < end or member.header_offset > archive.start_dir:
            raise GazetteerError(f"{path}: files in the archive overlap, as only in a zip bomb; nothing was imported")
        raw.seek(member.header_offset)
        header = raw.read(30)
        if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
            raise GazetteerError(f"{path}: the archive is broken near {member.filename[:80]!r}; fetch it again")
        name_length, extra_length = struct.unpack_from("<HH", header, 26)
        end = member.header_offset + 30 + name_length + extra_length + member.compress_size
    if end > archive.start_dir:
        raise GazetteerError(f"{path}: files in the archive overlap, as only in a zip bomb; nothing was imported")


def _choose(members: list[zipfile.ZipInfo], path: Path, suffixes: tuple[str, ...]) -> zipfile.ZipInfo:
    def ending(member: zipfile.ZipInfo) -> str:
        return PurePosixPath(member.filename).suffix.lower()

    files = [
        member
        for member in members
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX/")
        and not PurePosixPath(member.filename).name.startswith(".")
        and not PurePosixPath(member.filename).stem.lower().startswith(("readme", "licen", "copying"))
    ]
    wanted = [m for m in files if ending(m) in suffixes] if suffixes else files
    if not wanted and any(ending(m) in _ARCHIVES for m in files):
        raise GazetteerError(f"{path}: holds another archive; unpack the outer one and import what is inside")
    data = [m for m in wanted if ending(m) not in _ARCHIVES] or wanted
    if len(data) > 1:
        stem = PurePosixPath(path.name).stem.casefold()
        named = [m for m in data if PurePosixPath(m.filename).stem.casefold() == stem]
        named = named or [m for m in data if m.filename.casefold() == "doc.kml"]
        if named:
            # XK.zip may come with an XK.txt in each of two folders; the larger is the data.
            data = [max(named, key=lambda m: (m.file_size, m.filename))]
    if len(data) == 1:
        chosen = data[0]
        if ending(chosen) in _ARCHIVES:
            raise GazetteerError(f"{path}: holds another archive; unpack the outer one and import what is inside")
        if chosen.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise GazetteerError(f"{path}: {chosen.filename[:80]!r} is packed in a rare way; pack it with deflate")
        return chosen
    if not data:
        what = f" that ends in {', '.join(suffixes)}" if suffixes else ""
        raise GazetteerError(f"{path}: the archive holds no file of places{what}")
    listed = ", ".join(repr(m.filename[:60]) for m in data[:5])
    raise GazetteerError(
        f"{path}: the archive holds {len(data)} files ({listed}{', …' if len(data) > 5 else ''}); unpack it and "
        "import the one you want"
    )
