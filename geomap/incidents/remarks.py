"""What a remark of a few words tells, such as the cell of a table: no article, often no sentence."""

from __future__ import annotations

from geomap.incidents.coding import code_incidents
from geomap.incidents.syntax import read_text
from geomap.incidents.triggers import find_triggers
from geomap.records import Article, Certainty

__all__ = ["event_in"]


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
