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

MAX_ARTICLE_BYTES = 16 * 2**20
"""The largest file read as one article. The longest article of the corpora that geomap is measured on has
12 kB (measured); a web page with everything inlined can be several MB."""

MAX_TITLE = 2000
"""The longest title, source, address or other short field, in characters; what is longer is cut."""

SNIFF_BYTES = 8192
