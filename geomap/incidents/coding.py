"""Putting an incident together: triggers of a sentence become drafts, drafts get place, day and certainty.

Rules that decide between drafts, in order: one clause gives one incident (its most telling trigger); a clause that
only adds a consequence ("killing nine") joins the incident it follows from; the same type at the same place on the
same day is the same incident, told again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geomap.incidents.certainty import judge
from geomap.incidents.drafting import context_type, drafts_of
from geomap.incidents.record import quote_of, records_of
from geomap.incidents.sites import settle_place
from geomap.incidents.story import WINDOW, Draft, Story
from geomap.incidents.syntax import Sentence, read_text, words
from geomap.incidents.telling import retold, told_by_the_lead
from geomap.incidents.triggers import classes_of
from geomap.incidents.when import settle_date
from geomap.incidents.who import settle_numbers
from geomap.records import Article, DateExpression, Incident, Resolution

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["code_incidents", "read_sentence"]


def code_incidents(
    article: Article,
    resolutions: Sequence[Resolution],
    dates: Sequence[DateExpression],
    doc: Doc | None = None,
) -> list[Incident]:
    """The incidents that ``article`` reports, in reading order.

    ``resolutions`` has one entry for each toponym mention, ``dates`` the time phrases with their days. ``doc`` is a
    spaCy parse of ``article.text``; without it part-of-speech tags are guessed, which costs some accuracy. Places
    that resolved to nothing stay in the record without coordinates. ``score`` is a confidence in [0, 1]: the place's
    score, lowered where place or day had to be carried over from another sentence (by 0.15 each) and where the
    trigger is a word of many senses (by 0.1).
    """
    if not article.text.strip():
        return []
    text = read_text(article.text, doc)
    story = Story(article, text, list(resolutions), sorted(dates, key=lambda d: (d.start, d.end)))
    for sentence in text.sentences:
        read_sentence(story, sentence)
    if not story.drafts:
        story.drafts.extend(_placeless(story.spared))
    out: list[Incident] = []
    for draft in story.drafts:
        if not told_by_the_lead(story, draft):
            out.extend(records_of(story, draft))
    return out


def read_sentence(story: Story, sentence: Sentence, *, keep: bool = True) -> list[Draft]:
    """The drafts of a sentence, settled; dropped ones among them. ``keep`` adds what was read to the story."""
    drafts = drafts_of(story, sentence)
    for draft in drafts:
        _settle(story, draft, drafts)
    if keep:
        for draft in drafts:
            if not draft.dropped:
                story.drafts.append(draft)
                story.recent.append(draft)
            elif draft.spare:
                story.spared.append(draft)
        story.seen_spots.extend(s for s in story.spots_in(sentence) if s.use != "dateline")
    return drafts


def _placeless(spared: list[Draft]) -> list[Draft]:
    """What an article tells that has no incident with a place: its events all the same, those that stand alone first.

    A short report may name no place at all; it is then listed, and no map can draw it wrong.
    """
    told = [d for d in spared if not d.judgement.mention] or spared
    events = [d for d in told if not d.weak and not d.effect_only] or [d for d in told if not d.weak] or told
    kept: list[Draft] = []
    for draft in events[:WINDOW]:
        if not draft.own_place:
            draft.spots = []
        if not any(draft.type == other.type for other in kept):
            kept.append(draft)
    return kept


_SET_DOWN = frozenset(
    ["protest", "agreement_ceasefire", "political_act", "movement_restriction", "force_movement", "barricade_blockade"]
)


def _is_set(story: Story, draft: Draft) -> bool:
    """Whether what is told as a fact is only set down for a day to come: "a strike for 14 June", told on the 11th."""
    settled = draft.main.pos == "n" and draft.own_date and draft.judgement.certainty == "reported"
    return settled and draft.type in _SET_DOWN and story.is_ahead(draft)


_KILL = frozenset(words("kill kills killed killing slay slays slew slain slaying"))


def _is_mishap(story: Story, draft: Draft) -> bool:
    """Whether people were hurt or died, nobody is said to have killed them, and the article speaks of no violence."""
    violence = classes_of("VIOLENT") | classes_of("ATTACKED")
    killed = any(story.text.tokens[t.head].low in _KILL for t in draft.triggers)
    return not killed and story.doc_words.isdisjoint(violence)


def _settle(story: Story, draft: Draft, siblings: list[Draft]) -> None:
    """Give a draft its certainty, place, day and numbers, or drop it."""
    if draft.effect_only and draft.type == "attack_civilians":
        context_type(story, draft, siblings)
        if draft.type == "attack_civilians" and _is_mishap(story, draft):
            # "he was injured on stage": nothing in the article says that somebody did it
            draft.dropped = True
            return
    draft.judgement = judge(story, draft)
    draft.background = draft.judgement.background
    if (
        draft.type == "threat"
        and draft.main.pos == "v"
        and draft.judgement.certainty in ("reported", "claimed", "planned")
    ):
        draft.judgement.certainty = "threatened"
    settle_place(story, draft, siblings)
    settle_date(story, draft, siblings)
    if _is_set(story, draft):
        draft.judgement.certainty = "planned"
    settle_numbers(story, draft, siblings)
    draft.quotes = [quote_of(story, draft, siblings)]
    if retold(story, draft):
        draft.dropped = True
        return
    if (
        draft.judgement.unreal
        or (draft.judgement.mention and not draft.own_date and not draft.own_place)
        or (draft.weak and not draft.own_place and not draft.own_date)
        or (draft.main.pos == "n" and draft.definite and not draft.own_place and not draft.own_date)
        or (draft.effect_only and draft.judgement.certainty == "negated" and not draft.own_date)
        or draft.faint
        or not draft.spots
    ):
        draft.dropped = True
        draft.spare = not draft.judgement.unreal
