"""Where one given event happened: the seam at which the places of single verbs and nouns are asked for and measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geomap.incidents.coding import read_sentence
from geomap.incidents.places import to_place
from geomap.incidents.sites import settle_place
from geomap.incidents.story import Draft, Story
from geomap.incidents.syntax import VERBAL, Sentence, Token, read_text, words
from geomap.incidents.triggers import Trigger
from geomap.records import Article, DateExpression, IncidentPlace, Resolution

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["places_of_event"]

# What is taken or made with the same verbs where nothing happens that a map shows: titles are captured, films shot.
_FIGURES = {
    "captur": words(
        "title titles medal medals gold silver bronze championship championships trophy win victory crown cup "
        "attention imagination headlines hearts image images photograph photographs photo photos picture pictures "
        "moment moments market share vote votes seat seats essence footage spirit mood lead "
        "wicket wickets governorship presidency award"
    ),
    "sho": words("film films movie movies episode episodes video videos scene scenes footage documentary series"),
    "str": words("deal gold bargain balance chord tone pose"),
    "hit": words("record high low target note peak"),
    "mark": words("anniversary"),
}
_UP = words("shot shoot shoots shooting")


def places_of_event(
    article: Article,
    resolutions: Sequence[Resolution],
    dates: Sequence[DateExpression],
    doc: Doc | None,
    start: int,
    end: int,
) -> tuple[IncidentPlace, ...]:
    """The places at which the event happened whose verb or noun is ``article.text[start:end]``; () where none is told.

    ``resolutions``, ``dates`` and ``doc`` are as for ``code_incidents``, and so are the rules. The word need not be one
    that the trigger lexicon knows. Where somebody came from is no place of it, where somebody went only if no other is
    told.
    """
    text = read_text(article.text, doc)
    if not text.tokens or not 0 <= start < end <= len(article.text):
        return ()
    story = Story(article, text, list(resolutions), sorted(dates, key=lambda d: (d.start, d.end)))
    a, b = text.tokens_of(start, end)
    target = text.sentence_of(a)
    if _figurative(text.tokens[target.a : target.b], text.tokens[a]):
        return ()
    for sentence in text.sentences[: target.index]:
        read_sentence(story, sentence)
    drafts = read_sentence(story, target, keep=False)
    draft = next((d for d in drafts if a <= d.main.head < b), None)
    if draft is None:
        draft = _draft_of(story, target, a, b)
        settle_place(story, draft, drafts)
    spots = [s for s in draft.named if s.role not in ("from", "to")]
    if not spots:
        # who went somewhere went there
        spots = [s for s in draft.named if s.role == "to"]
    # "the town" is told where its name stands
    return tuple(to_place(s.source or s, article.text) for s in spots)


def _figurative(sentence: list[Token], verb: Token) -> bool:
    """Whether the verb's object or particle makes it a figure of speech: "captured the title", "prices shot up"."""
    if verb.tag not in VERBAL:
        return False
    figures = next((nouns for stem, nouns in _FIGURES.items() if verb.low.startswith(stem)), frozenset())
    for token in sentence:
        if token.head == verb.i and (
            (token.dep in ("dobj", "nsubjpass") and token.low in figures)
            or (token.dep == "prt" and token.low == "up" and verb.low in _UP)
        ):
            return True
    return False


def _draft_of(story: Story, sentence: Sentence, a: int, b: int) -> Draft:
    """A draft for the tokens ``a`` to ``b``, of no type."""
    verb = story.text.tokens[a].tag in VERBAL
    trigger = Trigger(a, a, b, "", "v" if verb else "n", "event", "", 0)
    return Draft(sentence, trigger, "", [trigger], [story.text.clause_of(a)])
