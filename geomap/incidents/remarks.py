"""What a remark of a few words tells, such as the cell of a table: no article, often no sentence."""

from __future__ import annotations

from geomap.incidents.coding import code_incidents
from geomap.incidents.numbers import Count, numbers_in
from geomap.incidents.syntax import read_text, words
from geomap.incidents.triggers import find_triggers
from geomap.records import Article, Certainty

__all__ = ["count_in", "event_in"]


def event_in(remark: str) -> tuple[str, str | None, str, Certainty] | None:
    """Type, ACLED sub-event type, trigger and certainty of the first event that ``remark`` tells; None where none is.

    Read by the rules for articles, without a parse. What is no sentence ("Clashes near the mine") has the type of its
    first trigger and is taken as reported.
    """
    told = code_incidents(Article(doc_id="", text=remark), [], [])
    if told:
        return told[0].type, told[0].acled_sub_event, told[0].trigger or "", told[0].certainty
    # Its first word is no name: without a parse a capital would make it one.
    text = read_text(remark[:1].lower() + remark[1:], None)
    words = frozenset(token.low for token in text.tokens)
    for sentence in text.sentences:
        for trigger in find_triggers(text, sentence, frozenset(), words):
            if trigger.kind != "faint":
                start, end = text.tokens[trigger.a].start, text.tokens[trigger.b - 1].end
                return trigger.type, trigger.sub or None, remark[start:end], "reported"
    return None


# What may stand before the number of a remark; behind anything else it may be that of a case or a page.
_HEDGES = words(
    "a about around approximately approx some roughly nearly almost circa ca c . an estimated reportedly "
    "at least most more than over up to as many fewer less under between"
)


def count_in(remark: str) -> Count | None:
    """How many people a remark of few words counts ("about 20", "dozens", "three killed"), as a range whose high is
    None for "at least"; None where it is not one number and what it counts."""
    tokens = read_text(remark.lower(), None).tokens
    found = numbers_in(tokens, 0, len(tokens))
    if len(found) != 1 or any(token.low not in _HEDGES for token in tokens[: found[0].a]):
        return None
    return found[0].value
