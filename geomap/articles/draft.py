"""An article on its way from an input to the reader, which settles its date and makes its ``doc_id`` unique."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from geomap.errors import GeomapError

__all__ = ["Draft", "OnError", "Source"]

OnError = Callable[[GeomapError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article before its ``doc_id`` is made unique. ``where`` names its input (and row) in messages.

    ``published`` is an ISO day and ``basis`` says what it rests on; where it is None the reader looks at the first
    lines of the text. ``teaser`` marks what is only the beginning of the article that stands at ``url``.
    """

    doc_id: str
    text: str
    where: str
    title: str | None = None
    published: str | None = None
    basis: str | None = None
    source: str | None = None
    url: str | None = None
    language: str | None = None
    home: str | None = None
    teaser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Bytes to read articles from: a file, standard input, or what an address gave.

    ``name`` stands in messages, ``stem`` begins the ``doc_id`` of articles that have none, ``suffix`` (lower case,
    with its dot) is that of the name. ``charset`` is the encoding that a server told; ``url`` the address that the
    bytes are from: articles that name no address of their own get it. ``path`` is the file, where there is one.
    """

    stream: BinaryIO
    name: str
    stem: str
    suffix: str = ""
    charset: str | None = None
    url: str | None = None
    path: Path | None = None
