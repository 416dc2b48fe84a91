"""How much is read of an input: the limits that keep a hostile one from filling the memory or the day."""

from __future__ import annotations

from geomap.decoding import CHUNK, MAX_LINE_BYTES

__all__ = [
    "CHUNK",
    "MAX_ARTICLE_BYTES",
    "MAX_LINE_BYTES",
    "MAX_TITLE",
    "SNIFF_BYTES",
]

MAX_ARTICLE_BYTES = MAX_LINE_BYTES
"""The largest file read as one article."""

MAX_TITLE = 2000
"""The longest title, source, address or other short field, in characters; what is longer is cut."""

SNIFF_BYTES = 8192
