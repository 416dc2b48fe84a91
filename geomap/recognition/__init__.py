"""Toponym recognition: a statistical recogniser and the gazetteer, fused.

The recogniser (spaCy's named entities, where there is a model) says what kind of name a span is; the gazetteer says
which capitalised spans are names of places at all. Either alone misses a third: the model does not see places
inside organisations, the gazetteer does not see that "Jordan" is a person here. Without a model
:mod:`geomap.recognition.names` tells persons, organisations and facilities by titles, given names and generic words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.reading import running_text, same_text
from geomap.recognition.finder import Finder
from geomap.recognition.names import labelled
from geomap.recognition.tokens import dateline_span, plain_tokens, spacy_tokens
from geomap.records import Article, Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from geomap.gazetteer import Gazetteer

__all__ = ["find_mentions"]


def find_mentions(article: Article, gazetteer: Gazetteer, doc: Doc | None = None) -> list[Mention]:
    """The toponyms of an article, sorted by place in the text, without overlaps.

    ``doc`` is spaCy's parse of ``article.text``, of which only the tokens and the entities are looked at; without it
    the gazetteer and the words around decide alone. Names are sought in the running text (:mod:`geomap.reading`), and
    ``mention.text`` is what the article has there.
    """
    text = article.text
    if doc is None:
        text = running_text(text, gazetteer)
    else:
        read = doc.text  # made anew at every call
        text = read if same_text(read, text) else text
    tokens = spacy_tokens(text, doc) if doc is not None else labelled(text, plain_tokens(text))
    # A dateline is told by its capitals.
    dateline = dateline_span(article.text)
    found = Finder(text, gazetteer, tokens, statistical=doc is not None, dateline=dateline).run()
    if text == article.text:
        return found
    return [replace(mention, text=article.text[mention.start : mention.end]) for mention in found]
