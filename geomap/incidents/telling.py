"""The same incident told again, in headline, lead and body: which drafts are one."""

from __future__ import annotations

from geomap.incidents.story import DEFINITE, HARMFUL, Draft, Story, ids_of, overlaps, related
from geomap.incidents.triggers import Trigger

__all__ = ["retold", "told_by_the_lead"]


def told_by_the_lead(story: Story, draft: Draft) -> bool:
    """Whether a headline's incident is told again, with its own place, by the sentences under it.

    "Blast in central Mali" and, below, "a bomb exploded near Bandiagara": one incident, and the lead knows where.
    """
    sentence = draft.sentence
    headline = sentence.index < story.first_sentence or (
        sentence.paragraph == story.text.sentences[0].paragraph
        and story.text.tokens[sentence.b - 1].low not in (".", "!", "?")
    )
    if not headline or draft.own_date:
        return False
    countries = {s.place.country_code for s in draft.spots if s.place is not None}
    for later in story.drafts:
        if later.sentence.paragraph == sentence.paragraph or later.sentence.index - sentence.index > 6:
            continue
        if later.type != draft.type or later.judgement.certainty != draft.judgement.certainty:
            continue
        if ids_of(later) & ids_of(draft):
            return True
        inner = {s.place.country_code for s in later.spots if s.place is not None and not s.is_area}
        if inner & countries and all(s.is_area or s.area for s in draft.spots):
            return True
    return False


def retold(story: Story, draft: Draft) -> bool:
    """Whether an earlier draft is the same event; it then takes over what this one adds."""
    same = [p for p in story.recent if p.sentence is not draft.sentence and _same(story, p, draft)]
    if same:
        # the latest sentence that tells it; in that sentence its first incident, which the rest follow from
        previous = next(p for p in same if p.sentence is same[-1].sentence)
        if previous.deaths is None:
            previous.deaths = draft.deaths
        if previous.injured is None:
            previous.injured = draft.injured
        if previous.crowd is None:
            previous.crowd = draft.crowd
        if draft.own_date and previous.date is None and not previous.own_date and draft.date_start is not None:
            previous.date_start, previous.date_end = draft.date_start, draft.date_end
            previous.date_reason, previous.time_precision = draft.date_reason, draft.time_precision
            previous.time_expression, previous.part_of_day = draft.time_expression, draft.part_of_day
            previous.own_date = True
        previous.quotes.extend(draft.quotes)
        return True
    return False


def _the(story: Story, trigger: Trigger) -> bool:
    """Whether a nominal trigger is introduced as known: "the shelling", "both attacks", "the army's raid"."""
    tokens = story.text.tokens
    for i in range(trigger.a - 1, max(-1, trigger.a - 4), -1):
        if tokens[i].low in DEFINITE or tokens[i].low in ("'s", "’s"):
            return True
        if tokens[i].tag not in ("JJ", "NN", "NNP", "CD", "POS"):
            return False
    return False


def _same(story: Story, previous: Draft, draft: Draft) -> bool:
    gap = draft.sentence.index - previous.sentence.index
    the = draft.main.pos == "n" and _the(story, draft.main)
    dated = draft.own_date and previous.own_date and overlaps(previous, draft)
    if the and draft.definite and dated and previous.type == draft.type and gap <= 4:
        return True
    shared = draft.own_place and bool(ids_of(previous) & ids_of(draft))
    again = the and not draft.own_date and related(previous.type, draft.type)
    if again and (shared or (gap <= 8 and not draft.own_place)):
        return True
    one, two = previous.judgement.certainty, draft.judgement.certainty
    facts = ("reported", "claimed", "attempted")
    if one != two and not (one in facts and two in facts):
        return False
    same_type = previous.type == draft.type
    if not same_type and not related(previous.type, draft.type) and not draft.effect_only:
        return False
    old, new = ids_of(previous), ids_of(draft)
    overlap = bool(old & new)
    if draft.own_date and previous.own_date:
        if not overlaps(previous, draft):
            return False
    elif draft.own_date and previous.date_start and not overlaps(previous, draft):
        return False
    same_paragraph = previous.sentence.paragraph == draft.sentence.paragraph
    named = draft.own_place and not all(s.anaphor for s in draft.spots)
    if draft.effect_only and same_paragraph and gap <= 2 and (not named or overlap) and previous.type in HARMFUL:
        return previous.deaths is None or draft.deaths is None or previous.deaths == draft.deaths
    if draft.main.pos == "n" and draft.definite and not draft.own_place and gap <= 6:
        return True
    if not same_type:
        return False
    if draft.own_place:
        if not overlap:
            return False
        if (
            one == two
            and one in ("hypothetical", "threatened", "planned")
            and not (draft.own_date and previous.own_date)
        ):
            return gap <= 6
        if draft.deaths and previous.deaths and draft.deaths != previous.deaths:
            return False
        roles = {(s.role, s.direction) for s in previous.spots} & {(s.role, s.direction) for s in draft.spots}
        return bool(roles) and (
            (draft.own_date and previous.own_date) or draft.definite or (gap <= 2 and draft.main.pos == "n")
        )
    return draft.main.pos == "n" and same_paragraph and not draft.own_date and gap <= 2
