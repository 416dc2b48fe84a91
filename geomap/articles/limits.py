"""How much is read of an input: the limits that keep a hostile one from filling the memory or the day."""

from __future__ import annotations

__all__ = [
    "CHUNK",
    "MAX_ARTICLE_BYTES",
    "MAX_JSON_DEPTH",
    "MAX_JSON_DIGITS",
    "MAX_LINE_BYTES",
    "MAX_TITLE",
    "SNIFF_BYTES",
]

MAX_ARTICLE_BYTES = 16 * 2**20
"""The largest file read as one article. The longest article of the corpora that geomap is measured on has
12 kB (measured); a web page with everything inlined can be several MB."""

MAX_LINE_BYTES = 16 * 2**20
"""The longest line of a JSON Lines file: one article."""

MAX_TITLE = 2000
"""The longest title, source, address or other short field, in characters; what is longer is cut."""

MAX_JSON_DEPTH = 64
MAX_JSON_DIGITS = 300
CHUNK = 2**20
SNIFF_BYTES = 8192
