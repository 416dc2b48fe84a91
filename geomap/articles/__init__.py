"""Inputs to articles: texts, pages, documents, feeds and tables from files, folders, addresses and standard input.

Everything is read as a stream and within limits. What cannot be read is an InputError that names the file
(and the line) and says what to do; it goes to ``on_error`` and the rest of the batch goes on. Where the article is
kept and only something about it is doubtful, the error is an InputDoubt.
``article.text`` is the text as decoded (for HTML the text extracted from it): offsets found later are offsets
into exactly that string. Two repairs keep the length: a lone surrogate and a NUL each become U+FFFD.
"""

from __future__ import annotations

from geomap.articles.limits import MAX_ARTICLE_BYTES, MAX_LINE_BYTES
from geomap.articles.reader import ARTICLE_SUFFIXES, read_articles

__all__ = ["ARTICLE_SUFFIXES", "MAX_ARTICLE_BYTES", "MAX_LINE_BYTES", "read_articles"]
