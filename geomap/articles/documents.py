"""PDF and DOCX files: their text in reading order, as one article.

The libraries are an optional extra (``geomap[documents]``), since most people never need them. What a file says of its
own making is not believed: a PDF's creation date is the day somebody printed or downloaded it, so it dates nothing. The
first lines of the text do, as for any article, or ``--published``.
"""

from __future__ import annotations

import io
import logging
import re
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from geomap.articles import limits
from geomap.articles.draft import Draft, OnError, Source
from geomap.articles.facts import language_tag
from geomap.decoding import repair
from geomap.errors import InputDoubt, InputError
from geomap.office import check_archive
from geomap.text import detail_of

__all__ = ["DOCUMENT_SUFFIXES", "MAX_DOCUMENT_BYTES", "document_draft", "kind_of_zip"]

DOCUMENT_SUFFIXES = (".pdf", ".docx")
"""The files that the extra ``documents`` reads."""

MAX_DOCUMENT_BYTES = 64 * 2**20
"""The largest PDF or DOCX that is opened: they carry pictures, so they may be larger than a text."""

# An annual report has 400 pages, a newspaper 100. A page of text has some 5,000 drawing operations; a map drawn in
# lines has a million, at 0.3 s for 100,000 (measured), and forms that draw forms have any number.
_MOST_PAGES = 2000
_MOST_OPERATIONS = 3_000_000
# Between pages; one page cannot take more than some ten seconds, by pypdf's own limits (measured). A page of text takes
# 10 ms.
_MOST_SECONDS = 60.0
# What a DOCX may unpack to, and each of its parts: the text of 16 MB in tags, or a picture.
_MOST_UNZIPPED, _MOST_PART = 256 * 2**20, 64 * 2**20

# What programs write where a title should be.
_NO_TITLE = re.compile(
    r"^(?:untitled|document\s{0,3}[0-9]{0,4}|microsoft word\b.*|powerpoint presentation|slide 1|print|scan\b.*|title"
    r"|.{0,300}\.(?:docx?|pdf|indd|qxd|pptx?|xlsx?|odt|rtf|txt|html?|tmp|pmd))$",
    re.IGNORECASE,
)
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n[ \t]{0,20}(?=[^\W\d_])")
_NUMBER_LINE = re.compile(r"^\W{0,9}(?:page|p\.?)?\s{0,3}[0-9]{1,4}(?:\s{0,3}(?:of|/)\s{0,3}[0-9]{1,4})?\W{0,9}$", re.I)


def document_draft(data: bytes, source: Source, *, report: OnError) -> Draft:
    """The article of a PDF or DOCX file with the bytes ``data``.

    What was left out of it goes to ``report`` as InputDoubt. Raises InputError where it has no text, is encrypted,
    broken or too large, or where the extra ``documents`` is not installed.
    """
    reader = _pdf if data.startswith(b"%PDF") else _docx
    text, title, language = reader(data, source.name, report)
    text = repair(text).strip()
    if not text:
        why = (
            "no text in it: scanned pages? Run OCR first (such as ocrmypdf)"
            if reader is _pdf
            else "the document holds no text"
        )
        raise InputError(f"{source.name}: {why}")
    if len(text) > limits.MAX_ARTICLE_BYTES:
        raise InputError(f"{source.name}: more than {limits.MAX_ARTICLE_BYTES // 2**20} MB of text; split it")
    title = " ".join(repair(title or "").split())[: limits.MAX_TITLE]
    return Draft(
        doc_id=source.stem,
        text=text,
        where=source.name,
        title=title if len(title) > 3 and not _NO_TITLE.match(title) else None,
        source=source.name.rsplit("/", 1)[-1],
        language=language_tag(language),
    )


def kind_of_zip(data: bytes) -> str | None:
    """``".docx"`` or ``".xlsx"`` where the zip archive is one; None for others, and for what is no whole archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        return None
    if "word/document.xml" in names:
        return ".docx"
    return ".xlsx" if "xl/workbook.xml" in names else None


def _missing(name: str, package: str, error: ImportError) -> NoReturn:
    raise InputError(f"{name}: reading it needs {package}; run: pip install 'geomap[documents]'") from error


# ------------------------------------------------------------------------------------------------ PDF


_SCANNED = "without text, but not empty: scanned? Then run OCR first"


class _TooMuch(BaseException):
    """Ends the reading of a page from within. Not an Exception: pypdf would take it for a broken form and go on."""


def _pdf(data: bytes, name: str, report: OnError) -> tuple[str, str | None, str | None]:
    try:
        import pypdf
    except ImportError as error:
        _missing(name, "pypdf", error)
    try:
        with _Flaws() as flaws:
            reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise InputError(f"{name}: protected by a password; save a copy without it")
            pages, doubts = _pages(reader, name, flaws)
            facts = reader.metadata
            title = facts.title if facts is not None else None
            language = reader.root_object.get("/Lang")
    except InputError:
        raise
    except _TooMuch:
        raise InputError(
            f"{name}: its pages are drawn with more than {_MOST_OPERATIONS:,} strokes and letters; split it, or save"
            " its text"
        ) from None
    except pypdf.errors.DependencyError as error:
        # Of a page's pictures it is told as of any flaw of a page, so this is how the file is locked.
        raise InputError(f"{name}: encrypted with AES; run: pip install cryptography, or save a copy") from error
    except (MemoryError, pypdf.errors.LimitReachedError) as error:
        raise InputError(f"{name}: it needs more memory than a text does; save its text instead") from error
    except Exception as error:
        # pypdf lets whatever goes wrong in a broken file through: KeyError, TypeError, RecursionError and more.
        raise InputError(
            f"{name}: a broken PDF ({detail_of(error)}); open it and print it to a new PDF, or save its text"
        ) from error
    text = "\n".join(_without_margins(pages))
    whole = "\n".join(pages)
    if 4 * len(text) < len(whole):
        # No margins but a form: the same on every page.
        text = whole
    for what, numbers in doubts.items():
        # That all of it is scanned is said by the error.
        if text.strip() or what is not _SCANNED:
            shown = ", ".join(map(str, numbers[:5])) + (", ..." if len(numbers) > 5 else "")
            report(InputDoubt(f"{name}: {len(numbers):,} page{'s' if len(numbers) > 1 else ''} {what} ({shown})"))
    return _joined(text), title if isinstance(title, str) else None, language if isinstance(language, str) else None


class _Flaws(logging.Handler):
    """Keeps what pypdf logs of every flaw off the user's screen, and notices what it could not unpack."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = False
        self._logger = logging.getLogger("pypdf")

    def emit(self, record: logging.LogRecord) -> None:
        """Called by pypdf, of which only the filters lose anything."""
        self.lost |= record.name == "pypdf.filters" and "decompressing" in record.getMessage()

    def __enter__(self) -> _Flaws:
        # The command line and workers want no logs of libraries at all, and disable them; here they are heard.
        self._before = self._logger.propagate, self._logger.level, logging.root.manager.disable
        logging.disable(logging.NOTSET)
        self._logger.propagate = False
        self._logger.setLevel(logging.WARNING)
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = self._before[0]
        self._logger.setLevel(self._before[1])
        logging.disable(self._before[2])


def _pages(reader: Any, name: str, flaws: _Flaws) -> tuple[list[str], dict[str, list[int]]]:
    """The text of each page, and the numbers of those that are doubtful, by what is to be said of them."""
    import pypdf

    total = len(reader.pages)
    if total > _MOST_PAGES:
        raise InputError(f"{name}: more than {_MOST_PAGES:,} pages, too much for one article; split it")
    operations = 0

    def count(*_: object) -> None:
        nonlocal operations
        operations += 1
        if operations > _MOST_OPERATIONS:
            raise _TooMuch

    found: list[str] = []
    doubts: dict[str, list[int]] = {}
    size = 0
    begun = time.monotonic()
    for number in range(1, total + 1):
        if time.monotonic() - begun > _MOST_SECONDS:
            raise InputError(f"{name}: reading it takes more than a minute; save its text instead")
        drawn, flaws.lost, text = operations, False, ""
        doubt = "broken and left out"
        try:
            text = reader.pages[number - 1].extract_text(visitor_operand_before=count)
        except Exception as error:
            # Any of Python's errors and of pypdf's; but the page's own, where it is not the memory that ends.
            if isinstance(error, (MemoryError, pypdf.errors.LimitReachedError)):
                raise
        else:
            if flaws.lost:
                doubt = "damaged, so that text may be missing"
            elif operations > drawn and not text.strip():
                doubt = _SCANNED
            else:
                doubt = ""
        if doubt:
            doubts.setdefault(doubt, []).append(number)
        size += len(text)
        if size > limits.MAX_ARTICLE_BYTES:
            raise InputError(f"{name}: more than {limits.MAX_ARTICLE_BYTES // 2**20} MB of text; split it")
        found.append(text)
    return found, doubts


def _without_margins(pages: list[str]) -> Iterator[str]:
    """The pages without page numbers and without the lines that most pages begin or end with."""
    split = [[line.rstrip() for line in page.splitlines() if line.strip()] for page in pages]
    edges = Counter(key for lines in split for key in {_edge(line) for line in (*lines[:2], *lines[-2:])})
    # Three pages at least, and more than half of them: a refrain is not a header.
    repeated = {key for key, times in edges.items() if times >= 3 and 2 * times > len(split)}
    for lines in split:
        last = len(lines) - 1
        kept = [
            line
            for place, line in enumerate(lines)
            if not (
                (place in (0, last) and _NUMBER_LINE.match(line))
                or ((place < 2 or place > last - 2) and _edge(line) in repeated)
            )
        ]
        if kept:
            yield "\n".join(kept)


def _edge(line: str) -> str:
    """A line at a page's edge, with its numbers made alike."""
    return re.sub(r"[0-9]+", "#", " ".join(line.split()).casefold())


def _joined(text: str) -> str:
    """The text with words that a line end cuts in two put together again."""

    def join(match: re.Match[str]) -> str:
        following = text[match.end()]
        # "pro-/Russian" keeps its hyphen, "explo-/sion" had none.
        return "-" if following.isupper() else ""

    return _HYPHENATED.sub(join, text)


# ----------------------------------------------------------------------------------------------- DOCX


def _docx(data: bytes, name: str, report: OnError) -> tuple[str, str | None, str | None]:
    del report
    try:
        import docx
        from docx.opc.exceptions import OpcError
    except ImportError as error:
        _missing(name, "python-docx", error)
    check_archive(
        io.BytesIO(data),
        name,
        what="Word document",
        folder="word/",
        largest=_MOST_UNZIPPED,
        largest_part=lambda _: _MOST_PART,
    )
    try:
        document = docx.Document(io.BytesIO(data))
        titles = {style.style_id for style in document.styles if style.name == "Title"}
        lines = list(_lines(document.element.body))
        facts = document.core_properties
        title = facts.title or next((text for style, text in lines[:5] if style in titles), None)
        language = facts.language
    except (OpcError, zipfile.BadZipFile) as error:
        raise InputError(f"{name}: no whole Word document ({detail_of(error)})") from error
    except MemoryError as error:
        raise InputError(f"{name}: it needs more memory than there is; save its text instead") from error
    except Exception as error:
        # A part that lacks what the format demands shows as any error of Python's.
        raise InputError(f"{name}: a broken Word document ({detail_of(error)}); open it and save it anew") from error
    return "\n".join(text for _style, text in lines), title, language


_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Properties, what was deleted or moved away, how a word is pronounced, and what stands there again for old programs.
_LEFT_OUT = frozenset(f"{_WORD}{tag}" for tag in ("pPr", "del", "moveFrom", "rt")) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}


def _lines(body: Any) -> Iterator[tuple[str, str]]:
    """The style's id and the text of each paragraph that has any, and of each row of a table, in the order of the
    document: also what stands in content controls, text boxes, cells in cells and insertions not yet accepted."""
    from lxml import etree

    # The pieces of the paragraphs, cells and rows that are open, the innermost last.
    boxes: list[tuple[str, list[str]]] = []
    wanted = (*_LEFT_OUT, *(f"{_WORD}{tag}" for tag in ("p", "tc", "tr", "t", *_SIGNS)))
    walk = etree.iterwalk(body, events=("start", "end"), tag=wanted)
    for event, element in walk:
        if event == "start" and element.tag in _LEFT_OUT:
            walk.skip_subtree()
            continue
        tag = element.tag.removeprefix(_WORD)
        if tag in ("p", "tc", "tr"):
            if event == "start":
                boxes.append((tag, []))
                continue
            pieces = boxes.pop()[1]
            text = "".join(pieces).strip() if tag == "p" else (" | " if tag == "tr" else " ").join(pieces)
            text = " ".join(text.split()) if tag == "tc" else text
            # A text box stands inside a paragraph, which goes on behind it: it is a line of its own.
            around = next((pieces for kind, pieces in reversed(boxes) if kind != "p"), None)
            if text and around is not None:
                around.append(text)
            elif text:
                style = element.find(f"{_WORD}pPr/{_WORD}pStyle")
                yield "" if style is None else style.get(f"{_WORD}val") or "", text
        elif event == "start" and boxes and boxes[-1][0] == "p":
            boxes[-1][1].append((element.text or "") if tag == "t" else _SIGNS[tag])
