"""Word documents and workbooks: zip archives of XML, looked at before anything unpacks them."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO
from xml.parsers import expat

from geomap.errors import InputError
from geomap.text import detail_of

__all__ = ["check_archive"]

_MOST_PARTS = 5000
# Deflate reaches 1,032:1 on one repeated byte; XML of real documents and tables has 5 to 50. Below the floor even a
# sheet of empty cells is small enough to read.
_RATIO = 200
_RATIO_FLOOR = 64 << 20
# Drawings and pages that are put into a document as they are have document types, and nobody reads them.
_PICTURE = re.compile(r"/media/|\.(?:svg|x?html?)$", re.IGNORECASE)
# Where a document type would stand, with the entities that blow up: before the first element.
_PROLOGUE = 64 << 10


def check_archive(
    stream: BinaryIO, name: str, *, what: str, folder: str, largest: int, largest_part: Callable[[str], int]
) -> None:
    """Refuse an Office document that would fill the memory or the day; little of it is unpacked for that.

    ``what`` is what messages call it and ``folder`` where its parts stand; all of them may unpack to ``largest`` bytes,
    and the part with a name to ``largest_part`` of it. Raises InputError for what is no such document, a broken
    archive, a zip bomb, a password, and XML with a document type (no program writes one; its entities may expand
    without end).
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            if not any(part.filename.startswith(folder) for part in parts):
                raise InputError(f"{name}: a zip archive or another Office document, not a {what}; unpack it first")
            if any(part.flag_bits & 1 for part in parts):
                raise InputError(f"{name}: protected by a password; save a copy without it")
            packed = sum(part.compress_size for part in parts)
            unpacked = sum(part.file_size for part in parts)
            is_bomb = unpacked > _RATIO_FLOOR and unpacked > _RATIO * packed
            if len(parts) > _MOST_PARTS or unpacked > largest or is_bomb:
                raise InputError(
                    f"{name}: unpacks to {unpacked / 2**20:,.0f} MB in {len(parts):,} parts, as a zip bomb does; it was"
                    " not opened"
                )
            for part in parts:
                if part.file_size > largest_part(part.filename):
                    raise InputError(
                        f"{name}: {part.filename[:60]!r} in it unpacks to {part.file_size / 2**20:,.0f} MB, more than"
                        " is held in memory; save it as text or CSV"
                    )
                if not _PICTURE.search(part.filename):
                    _check_prologue(archive, part, name, what)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError, ValueError) as error:
        raise InputError(
            f"{name}: a broken zip archive, not a whole {what} ({detail_of(error)}); was it downloaded in full?"
        ) from error
    except (RuntimeError, NotImplementedError) as error:
        raise InputError(f"{name}: packed in a way that cannot be read ({detail_of(error)}); save it anew") from error


class _Begun(Exception):
    """Ends the look at a part: its first element stands there."""


def _check_prologue(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, what: str) -> None:
    # A relationship may call any part XML, whatever its name ends in; so each is asked, by the parser that reads it.
    with archive.open(part) as stream:
        head = stream.read(_PROLOGUE)
    if not head:
        return

    def begun(*_: object) -> None:
        raise _Begun

    def refuse(*_: object) -> None:
        raise InputError(f"{name}: {part.filename[:60]!r} is no XML as a {what} holds it; save it anew")

    parser = expat.ParserCreate()
    parser.StartElementHandler = begun
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(head, len(head) < _PROLOGUE)
    except _Begun:
        return
    except expat.ExpatError:
        if not part.filename.lower().endswith((".xml", ".rels")):
            return  # A picture.
    refuse()
