"""Bytes to text: streams in pieces, lines, and the encoding that a text is in."""

from __future__ import annotations

import codecs
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from geomap.errors import InputDoubt, InputError

__all__ = [
    "CHUNK",
    "MAX_LINE_BYTES",
    "chunks_of",
    "decode",
    "encoding_of",
    "lines_of",
    "magic",
    "read_up_to",
    "repair",
    "rewound",
    "told_encodings",
    "wide_encoding",
]

CHUNK = 2**20

MAX_LINE_BYTES = 16 * 2**20
"""The longest line that is held, and the longest article, page and cell: of the corpora that geomap is measured on, the
longest article has 12 kB; a web page with everything inlined can be several MB."""


def read_up_to(stream: BinaryIO, size: int) -> bytes:
    """Up to *size* bytes; fewer only at the end (a pipe may give less than asked for)."""
    parts: list[bytes] = []
    left = size
    while left > 0 and (part := stream.read(min(left, CHUNK))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


class _Rewound(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._head[: len(buffer)] or self._stream.read(len(buffer))
        self._head = self._head[len(part) :]
        buffer[: len(part)] = part
        return len(part)


def rewound(head: bytes, stream: BinaryIO) -> BinaryIO:
    """The stream as it was before ``head`` was read from it. It cannot seek unless the stream itself can."""
    if stream.seekable():
        stream.seek(-len(head), io.SEEK_CUR)
        return stream
    return io.BufferedReader(_Rewound(head, stream), CHUNK)


def chunks_of(head: bytes, stream: BinaryIO, wide: str | None) -> Iterator[bytes]:
    """The bytes of a stream as UTF-8, whatever width its characters have."""
    blocks = itertools.chain([head], iter(lambda: stream.read(CHUNK), b""))
    if wide is None:
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(wide)(errors="replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def lines_of(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes | None, bool]]:
    """Number, bytes and whether a line end follows, for each line; None for a line that is too long to
    hold."""
    number, parts, size = 1, list[bytes](), 0
    for chunk in chunks:
        pieces = chunk.split(b"\n")
        for index, piece in enumerate(pieces):
            if index:
                yield number, (b"".join(parts) if size <= MAX_LINE_BYTES else None), True
                number, parts, size = number + 1, [], 0
            size += len(piece)
            if size <= MAX_LINE_BYTES:
                parts.append(piece)
            else:
                parts.clear()
    if size:
        yield number, (b"".join(parts) if size <= MAX_LINE_BYTES else None), False


_MAGIC = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"BZh", "bzip2-compressed data"),
    (b"\xfd7zXZ", "xz-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3", "an SQLite database"),
)


def magic(head: bytes) -> str | None:
    """What the first bytes of a file that is no text say it is; None for what may be text."""
    return next((what for mark, what in _MAGIC if head.startswith(mark)), None)


def wide_encoding(head: bytes) -> str | None:
    """The UTF-16 or UTF-32 encoding of the bytes, marked or not; None for everything else."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) < 4:
        return None
    sample = head[: len(head) // 2 * 2]
    # Spaces, line ends and digits have a zero high byte in every script, so unmarked UTF-16 shows as
    # characters that are ASCII on one side and zeros that are (nearly) all on the other.
    for name, low, high in (
        ("utf-16-le", sample[0::2], sample[1::2]),
        ("utf-16-be", sample[1::2], sample[0::2]),
    ):
        zeros = high.count(0)
        blanks = sum(1 for a, b in zip(low, high, strict=True) if b == 0 and a in b" \n\r\t.,")
        if low.count(0) * 20 <= zeros and (zeros * 2 > len(high) or blanks * 25 > len(high)):
            try:
                text = sample.decode(name)
            except UnicodeDecodeError as error:
                if error.start < len(sample) - 4:
                    continue
                text = sample[: error.start].decode(name)
            if sum(char.isprintable() or char.isspace() for char in text) >= 0.98 * len(text):
                return name
    return None


# How encodings of seven bits shift to their own characters.
_SHIFTS = {"iso2022_jp": b"\x1b$", "hz": b"~{"}
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s{0,4}=\s{0,4}[\"']?\s{0,4}([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_DECLARED_XML = re.compile(rb"<\?xml[^>]{0,100}?encoding\s{0,4}=\s{0,4}[\"']([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)


def decode(
    data: bytes, name: str, *, html: bool, wide: str | None, charset: str | None = None
) -> tuple[str, InputDoubt | None]:
    """The text of the bytes, and a doubt where the encoding had to be guessed. ``charset`` is what a server told.

    Raises InputError for binary data and for text in no encoding that can be told.
    """
    if wide is not None:
        try:
            return data.decode(wide).removeprefix("\ufeff"), None
        except UnicodeDecodeError as error:
            warning = InputDoubt(
                f"{name}: damaged {wide.upper()} at byte {error.start}; unreadable characters became \ufffd"
            )
            return data.decode(wide, "replace").removeprefix("\ufeff"), warning
    controls = len(_CONTROL.findall(data[:200_000]))
    # A stray NUL or escape is a damaged text; one in 300 bytes (and more than a few) is none. Text has none
    # at all, images, archives and programs 10 % and more (measured on 77 PNG, gzip and ELF files).
    if controls * 300 > min(len(data), 200_000) + 600:
        raise InputError(f"{name}: binary data, not text; convert it to text or HTML first")
    encoding, doubt = encoding_of(data, name, told_encodings(data, charset, html=html))
    return data.decode(encoding, "replace"), doubt


def _known_encoding(name: str) -> str | None:
    """The Python name of a text encoding that a page may declare."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    # What browsers do: Latin-1 and ASCII mean Windows-1252. UTF-16 cannot be declared in ASCII letters, UTF-7
    # is never meant, and Python's own codecs (rot13, punycode, idna) are no encodings of pages.
    if found in ("iso8859-1", "ascii"):
        return "cp1252"
    if found == "utf-8" or not re.fullmatch(
        r"cp(?:125[0-8]|866|437|85[0-8]|932|936|949|950)|iso8859-[0-9]{1,2}|koi8-[rut]|mac-[a-z]+|gb[0-9k]+|big5(?:hkscs)?"
        r"|shift_jis|euc_(?:jp|kr)|iso2022_jp|johab|hz|tis-620",
        found,
    ):
        return None
    return found


def told_encodings(head: bytes, charset: str | None = None, *, html: bool = True) -> list[str]:
    """The encodings, if they can be, that a server (``charset``), an XML declaration or a page itself names."""
    told = [charset] if charset is not None else []
    if html:
        declared = (_DECLARED_XML.search(head[:1024]), _DECLARED.search(head[:8192]))
        told += [match[1].decode("ascii") for match in declared if match is not None]
    return [known for name in told if (known := _known_encoding(name)) is not None]


def encoding_of(data: bytes, name: str, told: Sequence[str] = ()) -> tuple[str, InputDoubt | None]:
    """The encoding of bytes that are not UTF-16: UTF-8 if they are, else one that is ``told``, else a guess with the
    doubt that is to be told. Raises InputError where it cannot be told."""
    for known in told:
        # What has seven bits only is valid UTF-8 too.
        if known in _SHIFTS and _SHIFTS[known] in data and _is_in(data, known):
            return known, None
    try:
        data.decode("utf-8")
        return "utf-8-sig", None
    except UnicodeDecodeError as error:
        first = error
    if not data.startswith(codecs.BOM_UTF8):
        # What is told may be wrong; then the bytes are judged like those of which nothing is told.
        for known in told:
            if _is_in(data, known):
                return known, None
    where = f"byte 0x{data[first.start]:02x} at offset {first.start}"
    high = sum(byte >= 0x80 for byte in data)
    lost = data.decode("utf-8-sig", "replace").count("\ufffd") - data.count("\ufffd".encode())
    # Mostly valid UTF-8 with a few damaged bytes: multi-byte sequences do not arise by chance.
    if lost * 10 <= high:
        told = f"{name}: damaged UTF-8 ({where}); {lost} unreadable characters became \ufffd"
        return "utf-8-sig", InputDoubt(told)
    try:
        western = data.decode("cp1252")
    except UnicodeDecodeError:
        western = ""
    letters = re.findall(r"[^\W\d_]", western)
    foreign = sum(char >= "\x80" for char in letters)
    # A rule of thumb, not a measurement: Western European languages have few accented letters, while
    # Cyrillic or Greek bytes read as Windows-1252 are accented letters nearly throughout.
    if western and foreign * 8 <= len(letters) and not re.search(r"[\x80-\x9f]", western):
        return "cp1252", InputDoubt(
            f"{name}: not UTF-8 ({where}); read as Windows-1252: check accented letters, or save it as UTF-8"
        )
    import charset_normalizer

    best = charset_normalizer.from_bytes(data[:200_000]).best()
    if best is not None and _known_encoding(best.encoding) is not None:
        try:
            text = data.decode(best.encoding)
        except UnicodeDecodeError:
            text = ""
        if text and sum(char.isalpha() or char.isspace() for char in text) > 0.7 * len(text):
            return best.encoding, InputDoubt(
                f"{name}: not UTF-8 ({where}); read as {best.encoding}, a guess: check it, or save it as UTF-8"
            )
    raise InputError(f"{name}: not UTF-8 ({where}), and its encoding cannot be told; save it as UTF-8")


def _is_in(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


_SURROGATE = re.compile("[\ud800-\udfff\x00]")


def repair(text: str) -> str:
    """Lone surrogates (UTF-8 cannot hold them) and NULs become U+FFFD, one for one, so offsets stay."""
    return text if text.isascii() and "\x00" not in text else _SURROGATE.sub("\ufffd", text)
