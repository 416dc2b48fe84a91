"""Inputs to articles: text, HTML and JSON Lines from files, folders and standard input.

Everything is read as a stream and within limits. What cannot be read is an InputError that names the file
(and the line) and says what to do; it goes to ``on_error`` and the rest of the batch goes on.
``article.text`` is the text as decoded (for HTML the text extracted from it): offsets found later are offsets
into exactly that string. Two repairs keep the length: a lone surrogate and a NUL each become U+FFFD.
"""

from __future__ import annotations

import codecs
import difflib
import io
import itertools
import json
import os
import re
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from geomap.caldates import parse_day
from geomap.errors import DateError, GeomapError, InputError, UsageError
from geomap.records import Article

__all__ = ["ARTICLE_SUFFIXES", "MAX_ARTICLE_BYTES", "MAX_LINE_BYTES", "read_articles"]

ARTICLE_SUFFIXES = (".txt", ".html", ".htm", ".md", ".jsonl", ".ndjson")
"""The files of a folder that are read. A file named directly may have any name."""

MAX_ARTICLE_BYTES = 16 * 2**20
"""The largest file read as one article. The longest article of the corpora that geomap is measured on has
12 kB (measured); a web page with everything inlined can be several MB."""

MAX_LINE_BYTES = 16 * 2**20
"""The longest line of a JSON Lines file: one article."""

_CHUNK = 2**20
_SNIFF_BYTES = 8192
_MAX_JSON_DEPTH = 64
_MAX_JSON_DIGITS = 300
_MAX_TITLE = 2000

# lxml drops, without a word, all that lies deeper than 255 elements (measured with lxml 6.1.3); attributes of
# one tag cost it quadratic time (50,000: 3.2 s); trafilatura needs more than 6 s for 100,000 elements. So
# deep tags are flattened, overlong tags lose their attributes, and large pages are read without trafilatura.
_MAX_DEPTH = 200
_MAX_TAG = 4000
_MAX_TAGS_FOR_TRAFILATURA = 30_000

_OnError = Callable[[GeomapError], None]


def read_articles(
    inputs: Sequence[str | Path] | str | Path,
    *,
    published: str | None = None,
    on_error: _OnError | None = None,
) -> Iterator[Article]:
    """The articles of *inputs*: text, HTML or JSON Lines files, folders (searched through), ``"-"`` for
    standard input.

    What a file holds is told by its content, not only by its name. A JSON Lines record has ``text`` and may
    have ``doc_id`` or ``id``, ``published`` or ``date``, ``title``, ``source``, ``url``, ``language``, ``home``.
    ``published`` is a publication date that overrides what the articles say. Every ``doc_id`` is given once:
    a second "report" becomes "report-2".

    A bad input is handed to ``on_error`` and skipped. A date that is impossible (DateError), an optional field of
    the wrong type and an encoding that was guessed are handed to ``on_error`` too, and the article is kept.
    Without ``on_error`` the first of any of these is raised as InputError and ends the reading.

    Raises UsageError if there are no inputs and DateError if ``published`` is no date, both at once.
    """
    if isinstance(inputs, (str, Path)):
        inputs = [inputs]
    if not inputs:
        raise UsageError("no input: name a file, a folder, or - for standard input")
    day = parse_day(published) if published is not None else None
    return _Reader(day, on_error).read(tuple(inputs))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """An article before its doc_id is made unique. ``suffixed`` ids come from file names."""

    doc_id: str
    text: str
    title: str | None = None
    published: str | None = None
    basis: str | None = None
    source: str | None = None
    url: str | None = None
    language: str | None = None
    home: str | None = None


class _Reader:
    def __init__(self, published: str | None, on_error: _OnError | None) -> None:
        self.published = published
        self.on_error = on_error
        self.ids: dict[str, int] = {}
        self.stdin_read = False

    def read(self, inputs: tuple[str | Path, ...]) -> Iterator[Article]:
        for item in inputs:
            try:
                yield from self._input(item)
            except GeomapError as error:
                self.report(error)
            except OSError as error:
                self.report(InputError(f"{_shown(item)}: {_plain(error)}"))

    def report(self, error: GeomapError) -> None:
        """Hands an error on. Without anybody to take it, it ends the reading."""
        if self.on_error is None:
            raise error
        self.on_error(error)

    def _input(self, item: str | Path) -> Iterator[Article]:
        if str(item) == "-":
            yield from self._standard_input()
            return
        if not str(item):
            raise InputError("an input has an empty name: name a file, a folder, or - for standard input")
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", str(item)):
            raise InputError(f"{_shown(item)} is an address; geomap reads files: save the page and name the file")
        if "\0" in str(item):
            raise InputError(f"{_shown(item)}: a file name cannot hold a NUL")
        path = Path(item)
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            raise InputError(f"{_shown(item)}: no such file or folder{_did_you_mean(path)}") from None
        if not stat.S_ISDIR(mode):
            yield from self._file(path)
            return
        found = False
        for member in self._folder(path):
            found = True
            try:
                yield from self._file(member)
            except GeomapError as error:
                self.report(error)
            except OSError as error:
                self.report(InputError(f"{_shown(member)}: {_plain(error)}"))
        if not found:
            raise InputError(f"{_shown(item)}: the folder holds no {', '.join(ARTICLE_SUFFIXES)} file")

    def _folder(self, folder: Path) -> Iterator[Path]:
        """The regular files of a folder that may be articles, in the order of their paths."""

        def failed(error: OSError) -> None:
            self.report(InputError(f"{_shown(error.filename or folder)}: {_plain(error)}"))

        for parent, folders, files in os.walk(folder, onerror=failed):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                path = Path(parent, name)
                wanted = path.suffix.lower() in ARTICLE_SUFFIXES and not name.startswith(".")
                # A named pipe or a device in a folder would wait for ever; a dangling link is reported when
                # opened.
                if wanted and (path.is_file() or not path.exists()):
                    yield path

    def _standard_input(self) -> Iterator[Article]:
        if self.stdin_read:
            raise InputError("standard input (-) is named twice: it can be read once")
        self.stdin_read = True
        stream = getattr(sys.stdin, "buffer", None)
        if stream is None:
            text = sys.stdin.read() if sys.stdin is not None else ""
            stream = io.BytesIO(text.encode("utf-8", "surrogatepass"))
        yield from self._stream(stream, "standard input", "stdin", "")

    def _file(self, path: Path) -> Iterator[Article]:
        with path.open("rb") as stream:
            yield from self._stream(stream, _shown(path), _clean(path.stem) or "article", path.suffix.lower())

    def _stream(self, stream: BinaryIO, name: str, stem: str, suffix: str) -> Iterator[Article]:
        head = _read_up_to(stream, _SNIFF_BYTES)
        if not head:
            raise InputError(f"{name}: the file is empty")
        kind = _magic(head)
        if kind is not None:
            raise InputError(f"{name}: this is {kind}, not text; convert it to text or HTML first")
        wide = _wide_encoding(head)
        start = head.decode(wide or "utf-8-sig", "replace").lstrip("\ufeff \t\r\n")
        if suffix in (".jsonl", ".ndjson") or re.match(r'\{\s{0,99}"', start):
            yield from self._json_lines(_chunks(head, stream, wide), name, stem)
            return
        data = head + _read_up_to(stream, MAX_ARTICLE_BYTES + 1 - len(head))
        if len(data) > MAX_ARTICLE_BYTES:
            raise InputError(
                f"{name}: larger than {MAX_ARTICLE_BYTES // 2**20} MB, too much for one article; "
                "split it, or write one article a line as JSON Lines"
            )
        is_html = _is_html(start, suffix)
        text, warning = _decode(data, name, html=is_html, wide=wide)
        if is_html:
            draft = _from_html(text, name, stem)
        else:
            text = _repair(text)
            if not text.strip("\ufeff\u200b \t\r\n\f\v\u00a0\u2028\u2029") or not text.strip():
                raise InputError(f"{name}: the file holds nothing but white space")
            draft = _Draft(doc_id=stem, text=text, source=name.rsplit("/", 1)[-1])
        if warning is not None:
            self.report(warning)
        yield self._finish(draft, name)

    def _finish(self, draft: _Draft, name: str) -> Article:
        """The article, with its publication date settled and its doc_id made unique."""
        published, basis = draft.published, draft.basis
        if self.published is not None:
            published, basis = self.published, "the published option"
        elif published is None:
            published, basis, problem = _date_of_head(draft.text)
            if problem is not None:
                self.report(DateError(f"{name}: {problem}; the date was ignored"))
        return Article(
            doc_id=self._unique(draft.doc_id),
            text=draft.text,
            title=draft.title,
            published=published,
            published_basis=basis,
            source=draft.source,
            url=draft.url,
            language=draft.language,
            home=draft.home,
        )

    def _unique(self, doc_id: str) -> str:
        name = doc_id
        while name in self.ids:
            self.ids[doc_id] += 1
            name = f"{doc_id}-{self.ids[doc_id]}"
        self.ids.setdefault(name, 1)
        return name

    # ----------------------------------------------------------------------------------- JSON Lines

    def _json_lines(self, chunks: Iterator[bytes], name: str, stem: str) -> Iterator[Article]:
        empty = True
        for number, line, ended in _lines(chunks):
            where = f"{name}, line {number}"
            if line is None:
                empty = False
                self.report(InputError(f"{where}: longer than {MAX_LINE_BYTES // 2**20} MB; split the article"))
                continue
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if not line.strip():
                continue
            empty = False
            try:
                article = self._record(line, where, f"{stem}-{number}", ended, name)
            except GeomapError as error:
                self.report(error)
                continue
            yield article
        if empty:
            raise InputError(f"{name}: the file holds no records")

    def _record(self, line: bytes, where: str, doc_id: str, ended: bool, name: str) -> Article:
        record = _parse_json(line, where, ended)
        if not isinstance(record, dict):
            raise InputError(f'{where}: a record is an object like {{"text": "..."}}, not {_json_type(record)}')
        text = record.get("text")
        if "text" not in record:
            keys = ", ".join(_clean(key)[:40] for key in itertools.islice(record, 8)) or "nothing"
            raise InputError(f'{where}: the record has no "text" (it has: {keys})')
        if not isinstance(text, str):
            raise InputError(f'{where}: "text" must be a string, not {_json_type(text)}')
        text = _repair(text)
        if not text.strip():
            raise InputError(f'{where}: "text" is empty')
        given = record.get("doc_id") if record.get("doc_id") is not None else record.get("id")
        if given is not None:
            if isinstance(given, bool) or not isinstance(given, (str, int)):
                raise InputError(f'{where}: "doc_id" must be a string or a number, not {_json_type(given)}')
            doc_id = _clean(str(given)).strip() or doc_id
        published, basis = self._record_date(record, where)
        draft = _Draft(
            doc_id=doc_id,
            text=text,
            title=self._optional(record, "title", where),
            published=published,
            basis=basis,
            source=self._optional(record, "source", where) or name.rsplit("/", 1)[-1],
            url=self._optional(record, "url", where),
            language=self._optional(record, "language", where),
            home=self._optional(record, "home", where),
        )
        return self._finish(draft, where)

    def _record_date(self, record: dict[str, Any], where: str) -> tuple[str | None, str | None]:
        for key in ("published", "date"):
            value = record.get(key)
            if value is None or value == "":
                continue
            try:
                return parse_day(value), f"the record's {key}"
            except DateError as error:
                if self.published is None:
                    self.report(DateError(f'{where}: "{key}" {error}; the date was ignored'))
        return None, None

    def _optional(self, record: dict[str, Any], key: str, where: str) -> str | None:
        value = record.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.report(InputError(f'{where}: "{key}" must be a string, not {_json_type(value)}; it was left out'))
            return None
        return _repair(value).strip()[:_MAX_TITLE] or None


# ------------------------------------------------------------------------------------ names and bytes


def _clean(text: str) -> str:
    """Text without what a terminal would obey or UTF-8 cannot hold: controls, bidi marks, lone surrogates."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def _shown(path: object) -> str:
    """A file name as it can be shown."""
    text = _clean(str(path))
    return text if len(text) <= 300 else f"{text[:140]}...{text[-140:]}"


def _plain(error: OSError) -> str:
    """Why the system refused, in plain words."""
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return (error.strerror or str(error) or type(error).__name__).lower()


def _did_you_mean(path: Path) -> str:
    """Names in the same folder that are close to the missing one."""
    try:
        with os.scandir(path.parent) as entries:
            names = sorted(entry.name for entry in itertools.islice(entries, 5000))
    except OSError:
        return ""
    by_stem: dict[str, list[str]] = {}
    for name in names:
        by_stem.setdefault(Path(name).stem.lower(), []).append(name)
    # Stems are compared: a shared ".txt" makes nothing alike. 0.6 is difflib's own default.
    stems = difflib.get_close_matches(path.stem.lower(), by_stem, n=3, cutoff=0.6)
    close = [name for stem in stems for name in by_stem[stem]][:3]
    if not close:
        return ""
    return f"; did you mean {' or '.join(_shown(path.parent / name) for name in close)}?"


def _read_up_to(stream: BinaryIO, size: int) -> bytes:
    """Up to *size* bytes; fewer only at the end (a pipe may give less than asked for)."""
    parts: list[bytes] = []
    left = size
    while left > 0 and (part := stream.read(min(left, _CHUNK))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _chunks(head: bytes, stream: BinaryIO, wide: str | None) -> Iterator[bytes]:
    """The bytes of a stream as UTF-8, whatever width its characters have."""
    blocks = itertools.chain([head], iter(lambda: stream.read(_CHUNK), b""))
    if wide is None:
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(wide)(errors="replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def _lines(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes | None, bool]]:
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
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3", "an SQLite database"),
)


def _magic(head: bytes) -> str | None:
    return next((what for mark, what in _MAGIC if head.startswith(mark)), None)


def _wide_encoding(head: bytes) -> str | None:
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


_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s{0,4}=\s{0,4}[\"']?\s{0,4}([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_DECLARED_XML = re.compile(rb"<\?xml[^>]{0,100}?encoding\s{0,4}=\s{0,4}[\"']([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)


def _decode(data: bytes, name: str, *, html: bool, wide: str | None) -> tuple[str, InputError | None]:
    """The text of the bytes, and a warning where the encoding had to be guessed.

    Raises InputError for binary data and for text in no encoding that can be told.
    """
    if wide is not None:
        try:
            return data.decode(wide).removeprefix("\ufeff"), None
        except UnicodeDecodeError as error:
            warning = InputError(
                f"{name}: damaged {wide.upper()} at byte {error.start}; unreadable characters became \ufffd"
            )
            return data.decode(wide, "replace").removeprefix("\ufeff"), warning
    controls = len(_CONTROL.findall(data[:200_000]))
    # A stray NUL or escape is a damaged text; one in 300 bytes (and more than a few) is none. Text has none
    # at all, images, archives and programs 10 % and more (measured on 77 PNG, gzip and ELF files).
    if controls * 300 > min(len(data), 200_000) + 600:
        raise InputError(f"{name}: binary data, not text; convert it to text or HTML first")
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        first = error
    if html:
        declared = _DECLARED_XML.search(data[:1024]) or _DECLARED.search(data[:8192])
        encoding = _known_encoding(declared[1].decode("ascii")) if declared else None
        if encoding is not None:
            try:
                return data.decode(encoding), None
            except UnicodeDecodeError:
                pass  # The page declares what it is not: it is judged like an undeclared one.
    return _guess(data, name, first)


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


def _guess(data: bytes, name: str, first: UnicodeDecodeError) -> tuple[str, InputError | None]:
    """Text that is not UTF-8 and says nothing about what it is."""
    where = f"byte 0x{data[first.start]:02x} at offset {first.start}"
    high = sum(byte >= 0x80 for byte in data)
    patched = data.decode("utf-8-sig", "replace")
    lost = patched.count("\ufffd")
    # Mostly valid UTF-8 with a few damaged bytes: multi-byte sequences do not arise by chance.
    if lost * 10 <= high:
        return patched, InputError(f"{name}: damaged UTF-8 ({where}); {lost} unreadable characters became \ufffd")
    try:
        western = data.decode("cp1252")
    except UnicodeDecodeError:
        western = ""
    letters = re.findall(r"[^\W\d_]", western)
    foreign = sum(char >= "\x80" for char in letters)
    # A rule of thumb, not a measurement: Western European languages have few accented letters, while
    # Cyrillic or Greek bytes read as Windows-1252 are accented letters nearly throughout.
    if western and foreign * 8 <= len(letters) and not re.search(r"[\x80-\x9f]", western):
        return western, InputError(
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
            return text, InputError(
                f"{name}: not UTF-8 ({where}); read as {best.encoding}, a guess: check it, or save it as UTF-8"
            )
    raise InputError(f"{name}: not UTF-8 ({where}), and its encoding cannot be told; save it as UTF-8")


_SURROGATE = re.compile("[\ud800-\udfff\x00]")


def _repair(text: str) -> str:
    """Lone surrogates (UTF-8 cannot hold them) and NULs become U+FFFD, one for one, so offsets stay."""
    return _SURROGATE.sub("\ufffd", text)


# ---------------------------------------------------------------------------------------------- JSON


class _BadJson(ValueError):
    """A value that JSON forbids or that geomap does not take."""


def _parse_json(line: bytes, where: str, ended: bool) -> Any:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: not UTF-8 (byte 0x{line[error.start]:02x} at column {error.start + 1}); save the file as UTF-8"
        ) from None
    if _too_deep(text):
        raise InputError(f"{where}: nested deeper than {_MAX_JSON_DEPTH} levels; a record is flat")
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_int=_parse_integer)
    except json.JSONDecodeError as error:
        if not ended:
            raise InputError(
                f"{where}: the last line is cut off or is not JSON ({error.msg}, column {error.colno}); "
                "the file may be incomplete"
            ) from None
        raise InputError(
            f"{where}: not JSON ({error.msg}, column {error.colno}); each line must be one whole JSON object"
        ) from None
    except _BadJson as error:
        raise InputError(f"{where}: {error}") from None
    except RecursionError:
        raise InputError(f"{where}: nested too deep; a record is flat") from None


def _too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= _MAX_JSON_DEPTH:
        return False
    depth = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', text, re.DOTALL):
        mark = match[0]
        if mark in "[{":
            depth += 1
            if depth > _MAX_JSON_DEPTH:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise _BadJson(f'the key "{_clean(twice)[:60]}" stands twice; keep one')
    return record


def _no_constant(name: str) -> NoReturn:
    raise _BadJson(f"{name} is not JSON; write null")


def _parse_integer(digits: str) -> int:
    if len(digits) > _MAX_JSON_DIGITS:
        raise _BadJson(f"a number of {len(digits):,} digits; put it in quotes or leave it out")
    return int(digits)


def _json_type(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "an object")


# ---------------------------------------------------------------------------------------------- HTML

_HTML_START = re.compile(
    r"(?:<\?xml[^>]{0,200}>\s{0,200})?(?:<!--.{0,4000}?-->\s{0,200}){0,5}"
    r"<(?:!doctype\s{1,9}html|html|head|body|title|meta|article|main|div|p|h[1-6]|table|section|header|link|script|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_INSIDE = re.compile(r"<(?:html|body|head)(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]{0,30})")
_VOID = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
# Elements whose end tag may be left out: an unclosed one is closed by the next and nests no deeper.
_SELF_CLOSING = frozenset(
    (
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "option",
        "optgroup",
        "colgroup",
        "html",
        "head",
        "body",
    )
)
_WEIGHT = {"table": 4, "ul": 2, "ol": 2, "dl": 2, "select": 2}
_SKIPPED = frozenset(
    (
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "math",
        "iframe",
        "object",
        "head",
        "nav",
        "footer",
        "aside",
        "form",
        "select",
        "textarea",
        "button",
        "title",
    )
)
_BLOCKS = frozenset(
    (
        *("address", "article", "blockquote", "body", "br", "center", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html"),
        *("li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th"),
        *("thead", "tr", "ul"),
    )
)
_META_DATES = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "article:published",
    "publication_date",
    "publish-date",
    "publish_date",
    "published_time",
    "pubdate",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "date",
)
_JSON_LD_DATE = re.compile(r'"datePublished"\s{0,9}:\s{0,9}"([^"]{8,60})"')


def _is_html(start: str, suffix: str) -> bool:
    if _HTML_START.match(start):
        return True
    if _HTML_INSIDE.search(start):
        return True
    return suffix in (".html", ".htm", ".xhtml") and bool(re.search(r"</?[A-Za-z][A-Za-z0-9]{0,15}[\s/>]", start))


def _tame(html: str) -> tuple[str, int, bool]:
    """The page without what its parser chokes on; its number of tags; whether a script is left open.

    Scripts, styles and comments go; tags nested too deep become line breaks, so that the text stays; tags
    that are too long lose their attributes. One pass, linear in the length.
    """
    out: list[str] = []
    position, copied, depth, tags = 0, 0, 0, 0
    lowered = html.lower()
    if len(lowered) != len(html):  # "İ" lowers to two characters: then offsets would shift
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in html)
    while (begin := lowered.find("<", position)) >= 0:
        if lowered.startswith("<!--", begin):
            end = lowered.find("-->", begin + 4)
            out.append(html[copied:begin])
            position = copied = end + 3 if end >= 0 else len(html)
            continue
        name_match = _TAG_NAME.match(lowered, begin)
        if name_match is None:
            position = begin + 1
            continue
        tag = name_match[1]
        closing = lowered.startswith("</", begin)
        end = _tag_end(html, name_match.end())
        if end < 0:
            # "<a" and no ">" to the end of the page: text, as far as anyone can tell.
            break
        tags += 1
        if tag in ("script", "style") and not closing:
            out.append(html[copied:begin])
            close = lowered.find(f"</{tag}", end)
            if close < 0:
                return "".join(out), tags, True
            after = lowered.find(">", close)
            position = copied = after + 1 if after >= 0 else len(html)
            continue
        position = end
        replacement: str | None = None
        if tag not in _VOID and tag not in _SELF_CLOSING and not (html[end - 2] == "/" and tag in ("path", "use")):
            weight = _WEIGHT.get(tag, 1)
            if closing:
                # Beyond the limit, opening tags were dropped, and so are their ends.
                if depth > _MAX_DEPTH:
                    replacement = "<br>"
                depth = max(0, depth - weight)
            else:
                depth += weight
                if depth > _MAX_DEPTH:
                    replacement = "<br>"
        if replacement is None and end - begin > _MAX_TAG:
            replacement = f"<{'/' if closing else ''}{tag}>"
        if replacement is not None:
            out.extend((html[copied:begin], replacement))
            copied = end
    out.append(html[copied:])
    return "".join(out), tags, False


_TAG_PART = re.compile(r"[^>\"']*+")


def _tag_end(html: str, position: int) -> int:
    """Where the tag ends (after its ``>``), past ``>`` in quotes; -1 if it does not."""
    naive = html.find(">", position)
    if naive < 0:
        return -1
    start, quoted = position, 0
    while True:
        match = _TAG_PART.match(html, start)
        assert match is not None
        start = match.end()
        if start >= len(html):
            return naive + 1
        if html[start] == ">":
            return start + 1
        # A quote that nothing closes nearby is a stray apostrophe.
        close = html.find(html[start], start + 1, start + 100_000)
        quoted += 1
        if close < 0 or quoted > 2_000_000:
            return naive + 1
        start = close + 1


def _from_html(html: str, name: str, stem: str) -> _Draft:
    """The main text of a page with what it says of itself. Raises InputError if it has no text."""
    from lxml import etree
    from lxml import html as lxml_html

    json_ld = _JSON_LD_DATE.search(html, 0, 500_000)
    tamed, tags, unclosed = _tame(_repair(html))
    data = tamed.encode("utf-8")

    def tree() -> Any:
        parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
        try:
            return lxml_html.document_fromstring(data, parser=parser)
        except (etree.LxmlError, ValueError, AssertionError):
            return None

    page = tree()
    text = ""
    if page is not None:
        facts = _facts(page, json_ld[1] if json_ld else None)
        if tags <= _MAX_TAGS_FOR_TRAFILATURA:
            text = _main_text(page)
        if not text.strip():
            again = tree()
            text = _all_text(again) if again is not None else ""
    text = _repair(text).strip()
    if not text:
        why = " (a <script> that never ends swallows the rest)" if unclosed else ""
        raise InputError(f"{name}: the HTML holds no text{why}; save the page as shown in the browser, or as text")
    return _Draft(
        doc_id=stem,
        text=text,
        title=facts.title,
        published=facts.published,
        basis=facts.basis,
        source=facts.site or name.rsplit("/", 1)[-1],
        url=facts.url,
        language=facts.language,
    )


def _main_text(page: Any) -> str:
    """The article of a page, without menus and the like; empty if none can be told."""
    import trafilatura
    from lxml import etree

    try:
        return trafilatura.extract(page, include_comments=False, include_tables=True) or ""
    except (etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError, AssertionError):
        # What trafilatura cannot take is read plainly by the caller.
        return ""


def _all_text(page: Any) -> str:
    """All text of a page, one block a line."""
    lines: list[str] = []
    words: list[str] = []

    def flush() -> None:
        line = " ".join("".join(words).split())
        if line:
            lines.append(line)
        words.clear()

    from lxml import etree

    skipping = 0
    for event, element in etree.iterwalk(page, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            skipping += tag in _SKIPPED
            if tag in _BLOCKS:
                flush()
            if not skipping and tag:
                words.append(element.text or "")
        else:
            skipping -= tag in _SKIPPED
            if tag in _BLOCKS:
                flush()
            if not skipping:
                words.append(element.tail or "")
    flush()
    return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    title: str | None
    published: str | None
    basis: str | None
    site: str | None
    url: str | None
    language: str | None


def _facts(page: Any, json_ld_date: str | None) -> _Facts:
    """What a page says of itself in its head."""
    metas: dict[str, str] = {}
    for element in itertools.islice(page.iter("meta"), 500):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = " ".join((element.get("content") or "")[: 2 * _MAX_TITLE].split())
        if content:
            metas.setdefault(key.strip().lower(), content)
    title = metas.get("og:title")
    if title is None:
        heads = [" ".join("".join(element.itertext()).split()) for element in itertools.islice(page.iter("h1"), 3)]
        head = page.find(".//title")
        name = " ".join((head.text or "").split()) if head is not None else ""
        title = heads[0] if len(heads) == 1 and heads[0] else name
    published, basis = _page_date(page, metas, json_ld_date)
    canonical = next(
        (
            link.get("href")
            for link in itertools.islice(page.iter("link"), 300)
            if (link.get("rel") or "").lower() == "canonical"
        ),
        None,
    )
    url = next(
        (value for value in (canonical, metas.get("og:url")) if value and re.match(r"https?://\S{1,2000}$", value)),
        None,
    )
    language = (page.get("lang") or page.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip()
    return _Facts(
        title=_repair(title)[:_MAX_TITLE] or None,
        published=published,
        basis=basis,
        site=_repair(metas.get("og:site_name") or metas.get("application-name") or "") or None,
        url=_repair(url) if url else None,
        language=language if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}", language) else None,
    )


def _page_date(page: Any, metas: dict[str, str], json_ld_date: str | None) -> tuple[str | None, str | None]:
    options = [(metas[key], f"the page's metadata ({key})") for key in _META_DATES if key in metas]
    if json_ld_date:
        options.insert(0, (json_ld_date, "the page's metadata (datePublished)"))
    times = (element.get("datetime") for element in itertools.islice(page.iter("time"), 20))
    options += [(moment, "the page's <time> element") for moment in times if moment]
    for value, basis in options:
        try:
            return parse_day(value), basis
        except DateError:
            # Pages hold broken metadata beside good: the next one is tried.
            continue
    return None, None


# --------------------------------------------------------------------------------- dates at the head

_HEAD_CHARS = 600
_MONTH_WORD = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WRITTEN_DATE = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?[ ]{1,2})?(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?[ ]{{1,2}}{_MONTH_WORD},?[ ]{{1,2}}[0-9]{{4}}"
    rf"|{_MONTH_WORD}[ ]{{1,2}}[0-9]{{1,2}}(?:st|nd|rd|th)?,?[ ]{{1,2}}[0-9]{{4}}"
    r"|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4})(?![0-9])"
)
_LABELLED = re.compile(
    r"(?:^|\n)[ \t>*_#-]{0,6}(?:first[ ])?(?:published|posted|publication date|date published|date|filed)"
    rf"(?:[ ]on)?[ ]?[:*_]{{0,3}}[ \t]{{1,3}}[\"']?(?P<date>{_WRITTEN_DATE})",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"(?:^|\n)[ \t]{{0,6}}(?P<date>{_WRITTEN_DATE})[ \t]{{0,6}}(?:\n|\r|$)", re.IGNORECASE)
_DATELINE = re.compile(
    r"(?:^|\n|(?<=[0-9]) )[ \t]{0,6}(?:(?-i:[A-ZÀ-ÖØ-Þ])[\w'’.-]{1,24}[, ]{1,2}){1,6}(?:\([\w .'’-]{2,40}\),?[ ]{1,2})?"
    rf"(?:(?P<date>{_WRITTEN_DATE})"
    rf"|(?P<d>[0-9]{{1,2}})[ ]{{1,2}}(?P<m>{_MONTH_WORD})[ ]{{1,2}}(?P<yy>[0-9]{{2}}))"
    r"(?=[ ]{0,2}(?:--|[–—(\[-]))",
    re.IGNORECASE,
)


def _date_of_head(text: str) -> tuple[str | None, str | None, str | None]:
    """Day, basis and problem: the date that the first lines of an article state for it.

    A dateline counts only with its year ("MOSCOW, July 31" alone leaves the year open). Two digits of a year
    are taken as 1950-2049.
    """
    head = text[:_HEAD_CHARS].lstrip("\ufeff").replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")
    problem = None
    patterns = (
        (_LABELLED, "the article's own head"),
        (_ALONE, "a line of its own at the article's head"),
        (_DATELINE, "the dateline"),
    )
    matches = [(match, basis) for pattern, basis in patterns if (match := pattern.search(head))]
    # What stands first dates the article; further down it is dates that the article tells of.
    for match, basis in sorted(matches, key=lambda found: found[0].end()):
        written = match["date"]
        if written is None:
            short = int(match["yy"])
            written = f"{match['d']} {match['m']} {short + (1900 if short >= 50 else 2000)}"
        try:
            return parse_day(written), f"{basis} ({_clean(' '.join(match[0].split()))[:60]})", None
        except DateError as error:
            problem = problem or f"the date at its head, {error}"
    return None, None, problem
