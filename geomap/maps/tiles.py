"""Tiles under the incidents for those who want more than lines: from a server, or from a file, inlined.

A map asks the network for nothing unless its maker named a server with ``--tiles``; then its policy lets pictures come
from that one host. A PMTiles file (version 3, pictures) needs no network: the tiles around the incidents go into the
page.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import math
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from geomap.errors import InputError, UsageError

__all__ = ["Tiles", "online_tiles", "packed_tiles"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """``payload`` is what the page reads, ``origin`` the one host that its pictures come from (None: none)."""

    payload: dict[str, Any]
    origin: str | None


# ---- from a server --------------------------------------------------------------------------------------------

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?")
_PATH = re.compile(r"[A-Za-z0-9._~!$&()*+,=:@%/?{}-]*")
_FIELDS = {"z", "x", "y", "-y", "r"}


def online_tiles(url: str, attribution: str | None) -> Tiles:
    """Tiles of a server: ``url`` is a template such as ``https://tiles.example.org/{z}/{x}/{y}.png``, ``attribution``
    the credit that its terms ask for.

    Raises :class:`~geomap.errors.UsageError` for a template that is no such thing, and where there is no attribution.
    """
    told = f"--tiles {url!r}"
    shape = "write it as https://tiles.example.org/{z}/{x}/{y}.png"
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UsageError(f"{told}: {error}; {shape}.") from error
    if parts.scheme not in ("https", "http"):
        raise UsageError(f"{told}: only https:// and http:// addresses are taken; {shape}.")
    if "{s}" in parts.netloc:
        raise UsageError(f"{told}: name one server in place of {{s}}, such as a; a map may ask one host only.")
    if "@" in parts.netloc or not _HOST.fullmatch(parts.netloc):
        raise UsageError(f"{told}: {parts.netloc!r} is no plain host name; {shape}.")
    rest = url[url.index(parts.netloc) + len(parts.netloc) :]
    if parts.fragment or not _PATH.fullmatch(rest):
        raise UsageError(f"{told}: its path has characters that no tile server's has; {shape}.")
    fields = set(re.findall(r"\{([^{}]*)\}", rest))
    if not {"z", "x"} <= fields or not fields & {"y", "-y"} or fields - _FIELDS:
        raise UsageError(f"{told}: it needs {{z}}, {{x}} and {{y}}, and may have {{r}}; {shape}.")
    credit = _one_line(attribution or "")
    if not credit:
        raise UsageError(
            f"{told}: say with --tiles-attribution whose tiles they are, as every provider's terms ask,"
            " such as --tiles-attribution '© OpenStreetMap contributors'."
        )
    return Tiles(
        payload={"url": url, "credit": credit, "maxZoom": 19}, origin=f"{parts.scheme}://{parts.netloc.lower()}"
    )


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\s]+", " ", text).strip()[:300]


# ---- from a file ----------------------------------------------------------------------------------------------

# More makes a page too heavy to send; a city at street level is some 5 MB.
_MOST_BYTES = 8_000_000
_MOST_TILES = 4000
_MIME = {2: "image/png", 3: "image/jpeg", 4: "image/webp", 5: "image/avif"}
_KINDS = {0: "of an unknown kind", 1: "vector tiles (MVT)", 6: "vector tiles (MLT)"}
# A directory of more is no file that a tool wrote.
_MOST_DIRECTORY = 50_000_000


@dataclass(frozen=True, slots=True)
class _Entry:
    tile: int
    offset: int
    length: int
    run: int


class _Archive:
    """A PMTiles file, version 3: where its tiles are."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.file = file
        head = file.read(127)
        if len(head) < 127 or head[:7] != b"PMTiles":
            raise InputError(f"{path} is no PMTiles file; --basemap takes version 3 with PNG, JPEG or WebP tiles.")
        if head[7] != 3:
            raise InputError(f"{path} is PMTiles version {head[7]}; convert it to version 3 with the pmtiles tool.")
        (root, root_size, meta, meta_size, leaves, _leaves_size, data, _data_size) = struct.unpack_from("<8Q", head, 8)
        self.compression, self.tile_compression, kind, self.min_zoom, self.max_zoom = struct.unpack_from(
            "<5B", head, 97
        )
        if kind not in _MIME:
            what = _KINDS.get(kind, "of an unknown kind")
            raise InputError(f"{path} holds {what}, which geomap cannot draw; give one with PNG, JPEG or WebP tiles.")
        self.mime = _MIME[kind]
        self.leaves, self.data = leaves, data
        self.root = self._directory(root, root_size)
        self.metadata = self._metadata(meta, meta_size)

    def _read(self, offset: int, size: int) -> bytes:
        self.file.seek(offset)
        content = self.file.read(size)
        if len(content) != size:
            raise InputError(f"{self.path} ends too early; it is cut off: fetch it anew.")
        return content

    def _unpacked(self, content: bytes) -> bytes:
        if self.compression == 1:
            return content
        if self.compression != 2:
            raise InputError(f"{self.path}: its directories are not gzip; convert it with the pmtiles tool.")
        try:
            plain = zlib.decompressobj(wbits=31).decompress(content, _MOST_DIRECTORY)
        except zlib.error as error:
            raise InputError(f"{self.path} is damaged ({error}); fetch it anew.") from error
        return plain

    def _metadata(self, offset: int, size: int) -> dict[str, Any]:
        try:
            found = json.loads(self._unpacked(self._read(offset, min(size, _MOST_DIRECTORY)))) if size else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _directory(self, offset: int, size: int) -> list[_Entry]:
        numbers = _varints(self._unpacked(self._read(offset, min(size, _MOST_DIRECTORY))))
        try:
            count = next(numbers)
            if count > _MOST_DIRECTORY:
                raise InputError(f"{self.path} is damaged; fetch it anew.")
            tiles, last = [], 0
            for _ in range(count):
                last += next(numbers)
                tiles.append(last)
            runs = [next(numbers) for _ in range(count)]
            lengths = [next(numbers) for _ in range(count)]
            offsets: list[int] = []
            for i in range(count):
                value = next(numbers)
                offsets.append(offsets[i - 1] + lengths[i - 1] if value == 0 and i else value - 1)
        except StopIteration as error:
            raise InputError(f"{self.path} is damaged: a directory is cut off; fetch it anew.") from error
        return [_Entry(*row) for row in zip(tiles, offsets, lengths, runs, strict=True)]

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The picture of a tile as stored, or None."""
        number = _tile_number(z, x, y)
        directory = self.root
        # Three levels are what the format allows.
        for _ in range(4):
            entry = _find(directory, number)
            if entry is None:
                return None
            if entry.run:
                content = self._read(self.data + entry.offset, entry.length)
                return gzip.decompress(content) if self.tile_compression == 2 else content
            directory = self._directory(self.leaves + entry.offset, entry.length)
        return None


def _varints(data: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 127) << shift
        if byte & 128:
            shift += 7
        else:
            yield number
            number = shift = 0


def _find(directory: list[_Entry], number: int) -> _Entry | None:
    low, high = 0, len(directory) - 1
    while low <= high:
        middle = (low + high) // 2
        if directory[middle].tile <= number:
            low = middle + 1
        else:
            high = middle - 1
    if high < 0:
        return None
    entry = directory[high]
    return entry if not entry.run or number < entry.tile + entry.run else None


def _tile_number(z: int, x: int, y: int) -> int:
    """The tile's place on the Hilbert curves of all zooms, one after the other."""
    number: int = (4**z - 1) // 3
    side = 1 << (z - 1) if z else 0
    while side:
        right, down = int(bool(x & side)), int(bool(y & side))
        number += side * side * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        x, y = x & (side - 1), y & (side - 1)
        side >>= 1
    return number


def _columns(z: int, bounds: tuple[float, float, float, float]) -> tuple[range, range]:
    """The columns (not wrapped) and rows of the tiles of a zoom that meet ``bounds``."""
    west, south, east, north = bounds
    many = 1 << z

    def row(lat: float) -> int:
        angle = math.radians(max(-85.0511, min(85.0511, lat)))
        return min(many - 1, max(0, math.floor((1 - math.asinh(math.tan(angle)) / math.pi) / 2 * many)))

    def column(lon: float) -> int:
        return math.floor((lon + 180.0) / 360.0 * many)

    return range(column(west), min(column(east), column(west) + many - 1) + 1), range(row(north), row(south) + 1)


def packed_tiles(
    path: Path, bounds: tuple[float, float, float, float] | None, *, attribution: str | None = None
) -> Tiles:
    """The tiles of a PMTiles file around ``bounds`` (west, south, east, north in degrees; None: the world), as many
    zooms as eight megabytes hold, the far ones first.

    The credit is ``attribution``, else the file's own. Raises :class:`~geomap.errors.InputError` for a file that is no
    PMTiles of version 3 with pictures, and :class:`~geomap.errors.UsageError` where nothing says whose tiles they are.
    """
    west, south, east, north = bounds or (-180.0, -85.0, 180.0, 85.0)
    # As far as the first view of the page reaches beyond the incidents.
    wide, tall = max(0.05, (east - west) / 2), max(0.05, (north - south) / 2)
    frame = (west - wide, south - tall, east + wide, north + tall)
    try:
        with path.open("rb") as file:
            archive = _Archive(path, file)
            found: dict[str, str] = {}
            size = 0
            last: int | None = None
            for z in range(archive.min_zoom, min(archive.max_zoom, 22) + 1):
                columns, rows = _columns(z, frame)
                if len(columns) * len(rows) + len(found) > _MOST_TILES:
                    break
                level: dict[str, str] = {}
                for x in columns:
                    for y in rows:
                        content = archive.tile(z, x % (1 << z), y)
                        if content:
                            text = base64.b64encode(content).decode("ascii")
                            level[f"{z}/{x % (1 << z)}/{y}"] = f"data:{archive.mime};base64,{text}"
                size += sum(map(len, level.values()))
                # The first zoom goes in whatever it weighs; a level half full would leave holes.
                if size > _MOST_BYTES and found:
                    break
                if level:
                    found |= level
                    last = z
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    if last is None:
        raise InputError(f"{path} has no tiles where the incidents are; give one that covers them.")
    credit = _one_line(attribution or _plain_text(str(archive.metadata.get("attribution") or "")))
    if not credit:
        raise UsageError(f"--basemap {path}: the file doesn't say whose map it is; say so with --tiles-attribution.")
    return Tiles(
        payload={"data": found, "credit": credit, "minZoom": archive.min_zoom, "nativeZoom": last, "maxZoom": 19},
        origin=None,
    )


def _plain_text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^<>]{0,500}>", "", markup))
