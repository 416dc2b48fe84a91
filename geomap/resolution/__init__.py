"""Toponym resolution: ordered, named passes over the candidates of each name, and how sure the answer is.

==============  ====================================================================================
pass            decides when
==============  ====================================================================================
user            the name is one of the user's own places
historic        the name is a state that is no more: NIL, never a point
qualified       a container follows or precedes ("Bangor, Maine"): candidates inside it
demonym         the mention is a demonym: its country, state or city
only            the name has one candidate in the whole gazetteer
context         candidates weighed by the document's other places, by prominence and by the words around
spelling        nothing has that name, but something near the document's places is spelled like it
unsure          something has that name, but it is likelier not meant: no place
unlikely        a name inside other names that is likely no place here at all: the mention is left out
nil             nothing fits: no place
==============  ====================================================================================

The context pass is a fixed-point iteration: every name votes for the countries, first-order divisions and
neighbourhoods of its candidates in proportion to how likely each is, and is judged by the votes of the others; where
the source is at home (:mod:`geomap.resolution.home`) votes as a name would.
:mod:`geomap.resolution.confidence` turns what speaks for an answer into a probability.
"""

from __future__ import annotations

from geomap.resolution.document import explain_mentions, resolve_mentions
from geomap.resolution.given_home import read_home
from geomap.resolution.home import Home, Homes, home_at, home_of_address, learn, source_of
from geomap.resolution.wording import Explanation, Factor, Weighed

__all__ = [
    "Explanation",
    "Factor",
    "Home",
    "Homes",
    "Weighed",
    "explain_mentions",
    "home_at",
    "home_of_address",
    "learn",
    "read_home",
    "resolve_mentions",
    "source_of",
]
