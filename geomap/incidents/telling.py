"""The same incident told again, in headline, lead and body: which drafts are one.

Days and places decide first: different days or places are never one event, a draft without its own may be any
earlier one's. Then what it is called: "the attack", "the attackers", the same numbers, or a verb of the same kind on
the same day. "Another", "a second" and "again" say that it is a new one.
"""

from __future__ import annotations

from itertools import pairwise

from geomap.incidents.places import Spot
from geomap.incidents.story import DEFINITE, HARMFUL, Draft, Story, ids_of, overlaps, related
from geomap.incidents.syntax import NOMINAL, words
from geomap.incidents.triggers import Trigger

__all__ = ["retold", "told_by_the_lead"]

REACH = 8
"""How many sentences back "the attack" may name (about two paragraphs of wire copy, as for days)."""

_OTHERS = words(
    "another second third fourth fifth separate new further other fresh similar previous earlier different additional "
    "simultaneous subsequent two three four five several more"
)
_AGENTS = words(
    "attackers attacker assailants assailant gunmen gunman militants militant fighters fighter rebels rebel bandits "
    "bomber bombers protesters protestors demonstrators marchers crowd rioters soldiers troops police insurgents "
    "guerrillas abductors kidnappers captors raiders terrorists men arsonists "
    "bomb bombs device devices mine grenade explosive missile missiles rocket rockets drone drones shells quake tremor "
    "blaze fire flames flood floods"
)
"""Who or what acts, told of before: with "the" before it, it is what an earlier sentence brought in."""

_EVENTS = words(
    "attack attacks blast blasts explosion explosions clash clashes fighting violence shooting strike strikes raid "
    "raids assault ambush incident unrest riot riots protest protests crash quake earthquake massacre shelling bombing "
    "bombings battle gunfight shootout operation action disaster accident collapse killing killings"
)
"""Nouns by which an effect names its cause ("two were hurt in the clashes")."""

_ORDER = words("first second third fourth last other latter former")
_TOLL = words("toll number count tally")


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
        if not related(later.type, draft.type) or later.judgement.certainty != draft.judgement.certainty:
            continue
        if later.type == draft.type and ids_of(later) & ids_of(draft):
            return True
        inner = {s.place.country_code for s in later.spots if s.place is not None and not s.is_area}
        if inner & countries and all(s.is_area or s.area for s in draft.spots):
            return True
    return False


def retold(story: Story, draft: Draft) -> bool:
    """Whether an earlier draft is the same event; it then takes over what this one adds."""
    same = [p for p in story.recent if p.sentence is not draft.sentence and _same(story, p, draft)]
    if not same:
        return False
    if draft.own_place:
        same = [p for p in same if ids_of(p) & ids_of(draft)] or same
    # the latest sentence that tells it; in that sentence its first incident, which the rest follow from
    previous = next(p for p in same if p.sentence is same[-1].sentence)
    _take_over(story, previous, draft)
    return True


def _take_over(story: Story, previous: Draft, draft: Draft) -> None:
    update = _is_update(story, draft)
    if previous.deaths is None or (update and draft.deaths is not None):
        previous.deaths = draft.deaths or previous.deaths
    if previous.injured is None or (update and draft.injured is not None):
        previous.injured = draft.injured or previous.injured
    if previous.crowd is None:
        previous.crowd = draft.crowd
    if previous.held is None:
        previous.held = draft.held
    if draft.own_date and previous.date is None and not previous.own_date and draft.date_start is not None:
        previous.date_start, previous.date_end = draft.date_start, draft.date_end
        previous.date_reason, previous.time_precision = draft.date_reason, draft.time_precision
        previous.time_expression, previous.part_of_day = draft.time_expression, draft.part_of_day
        previous.own_date = True
    if draft.own_place and _narrower(draft, previous):
        # "students were abducted in the north" and, below, "the abduction took place in X"
        previous.spots, previous.own_place, previous.borrowed = draft.spots, True, draft.borrowed
    previous.quotes.extend(draft.quotes)


def _same(story: Story, previous: Draft, draft: Draft) -> bool:
    gap = draft.sentence.index - previous.sentence.index
    if _is_other(story, draft):
        return False
    if not _days_agree(previous, draft):
        return False
    if _named_again(story, previous, draft, gap):
        return True
    if not _certainties_agree(previous, draft):
        return False
    if _of_several(story, previous, draft, gap):
        return True
    same_type = previous.type == draft.type
    if not same_type and not related(previous.type, draft.type) and not draft.effect_only:
        return False
    overlap = bool(ids_of(previous) & ids_of(draft))
    same_paragraph = previous.sentence.paragraph == draft.sentence.paragraph
    named = draft.own_place and not all(s.anaphor for s in draft.spots)
    if draft.effect_only and same_paragraph and gap <= 2 and (not named or overlap) and previous.type in HARMFUL:
        return _counts_agree(previous, draft)
    if draft.main.pos == "n" and draft.definite and not draft.own_place and gap <= 6:
        return True
    if draft.effect_only and _effect_of_known(story, draft) and gap <= REACH and (not named or overlap):
        return previous.type in HARMFUL and _counts_agree(previous, draft)
    if _subject_known(story, draft) and gap <= REACH and (overlap or not named) and related(previous.type, draft.type):
        return _counts_agree(previous, draft)
    if _agent_again(story, draft) and gap <= 4 and (overlap or not named) and related(previous.type, draft.type):
        return _counts_agree(previous, draft)
    if not same_type:
        return False
    if draft.own_place:
        return overlap and (_told_of_the_place(previous, draft, gap) or _one_of_its_places(previous, draft, gap))
    return draft.main.pos == "n" and same_paragraph and not draft.own_date and gap <= 2


def _told_of_the_place(previous: Draft, draft: Draft, gap: int) -> bool:
    """Whether the same type at the same place is the same event."""
    one, two = previous.judgement.certainty, draft.judgement.certainty
    if one == two and one in ("hypothetical", "threatened", "planned") and not (draft.own_date and previous.own_date):
        return gap <= 6
    if not _counts_agree(previous, draft):
        return False
    roles = {(s.role, s.direction) for s in previous.spots} & {(s.role, s.direction) for s in draft.spots}
    dated = draft.own_date and previous.own_date
    return bool(roles) and (dated or draft.definite or (gap <= 2 and draft.main.pos == "n"))


def _one_of_its_places(previous: Draft, draft: Draft, gap: int) -> bool:
    """ "Drones struck A, B and C"; then "in B a drone hit a school": a detail, unless it has numbers of its own."""
    if gap > 4 or draft.own_date or draft.deaths or draft.injured:
        return False
    return ids_of(draft) < ids_of(previous)


def _effect_of_known(story: Story, draft: Draft) -> bool:
    """Whether an effect names its cause as known: "two were killed in the clashes", "the attack left ten injured"."""
    tokens = story.text.tokens
    for clause in draft.clauses:
        for i in range(clause.a + 1, clause.b):
            if tokens[i].low in _EVENTS:
                for j in range(i - 1, max(clause.a - 1, i - 4), -1):
                    if tokens[j].low in DEFINITE or tokens[j].low in ("'s", "’s"):
                        return True
                    if tokens[j].tag not in ("JJ", "NN", "NNP", "CD", "VBN"):
                        break
    return False


def _subject_known(story: Story, draft: Draft) -> bool:
    """Whether what acts is an event told before: "the explosion tore through the market"."""
    tokens = story.text.tokens
    if draft.main.pos != "v":
        return False
    first = story.text.clause_of(draft.main.head).a
    for i in range(draft.main.a - 1, first, -1):
        if tokens[i].tag in NOMINAL:
            return tokens[i].low in _EVENTS and tokens[i - 1].low in DEFINITE
    return False


def _days_agree(previous: Draft, draft: Draft) -> bool:
    """Whether the days of two drafts may be one; a day that was only assumed gives way to one that is told."""
    if not draft.own_date or not previous.date_start:
        return True
    assumed = not previous.own_date and previous.date is None
    return overlaps(previous, draft) or (assumed and draft.main.pos == "n" and draft.definite)


def _certainties_agree(previous: Draft, draft: Draft) -> bool:
    one, two = previous.judgement.certainty, draft.judgement.certainty
    facts = ("reported", "claimed", "attempted")
    return one == two or (one in facts and two in facts)


def _counts_agree(previous: Draft, draft: Draft) -> bool:
    """Whether the deaths of two drafts may be one number, as two sources gave it: the ranges meet."""
    if not (previous.deaths and draft.deaths):
        return True
    (low, high), (other, most) = previous.deaths, draft.deaths
    return (high is None or other <= high) and (most is None or low <= most)


def _named_again(story: Story, previous: Draft, draft: Draft, gap: int) -> bool:
    """Whether a draft is "the attack" or "Sunday's ambush", and the earlier one is what it means."""
    the = draft.main.pos == "n" and _the(story, draft.main)
    if not the or not related(previous.type, draft.type):
        return False
    if previous.judgement.certainty == "negated" and draft.judgement.certainty != "negated":
        return False
    if draft.definite and draft.own_date and previous.own_date and previous.type == draft.type and gap <= 4:
        return True
    shared = draft.own_place and bool(ids_of(previous) & ids_of(draft))
    if shared and not draft.own_date:
        return True
    if gap > REACH:
        return False
    if not draft.own_date:
        return not draft.own_place or (gap <= 3 and draft.definite and not _place_follows(story, draft))
    # "the abduction took place on Saturday in X": the day and the place are news, the event is not
    return draft.definite and not previous.own_date and (shared or not draft.own_place or _narrower(draft, previous))


def _place_follows(story: Story, draft: Draft) -> bool:
    """Whether the place of a draft hangs on its noun ("the attack in X"), and is not just named in the sentence."""
    tokens = story.text.tokens
    return any(
        0 <= s.a - draft.main.b <= 4
        and all(t.tag in ("IN", "DT", "JJ", "NN", "NNP", "CD") for t in tokens[draft.main.b : s.a])
        for s in draft.spots
    )


def _of_several(story: Story, previous: Draft, draft: Draft, gap: int) -> bool:
    """ "Two bombs went off"; then "the first exploded at ...": one of those told before."""
    if gap > 3 or previous.type != draft.type or (draft.own_place and not ids_of(previous) & ids_of(draft)):
        return False
    tokens = story.text.tokens
    opening = tokens[draft.clauses[0].a : draft.clauses[0].b][:4]
    ordered = any(t.low == "the" and follows.low in _ORDER for t, follows in pairwise(opening))
    if not ordered:
        return False
    before = tokens[previous.clauses[0].a : previous.clauses[-1].b]
    return any(t.low in ("two", "three", "four", "five", "several", "twin", "pair", "series") for t in before)


def _agent_again(story: Story, draft: Draft) -> bool:
    """Whether the one who acts has been told of before: "the attackers", "the fighters"."""
    tokens = story.text.tokens
    clause = draft.clauses[0]
    for other in reversed(story.text.clauses_of(draft.sentence)[: clause.index]):
        if clause.own_subject or clause.kind not in ("verb", "tail"):
            break
        # "the attackers came on motorcycles and opened fire": the subject stands in the clause before
        clause = other
    for i in range(clause.a, min(draft.main.a, clause.a + 6)):
        if tokens[i].low in ("the", "these", "those") and i + 1 < clause.b:
            for j in range(i + 1, min(i + 4, clause.b)):
                if tokens[j].low in _AGENTS:
                    return draft.main.pos == "v"
    return False


def _is_update(story: Story, draft: Draft) -> bool:
    """Whether a sentence brings a toll up to date ("the death toll has risen to seven")."""
    tokens = story.text.tokens
    return any(t.low in _TOLL for c in draft.clauses for t in tokens[c.a : c.b])


def _is_other(story: Story, draft: Draft) -> bool:
    """Whether a draft is said to be a further incident: "another bomb", "a second attack", "shelled X again"."""
    tokens = story.text.tokens
    main = draft.main
    if main.pos == "n":
        for i in range(main.a - 1, max(draft.sentence.a - 1, main.a - 4), -1):
            if tokens[i].low in _OTHERS:
                return not (i > 0 and tokens[i - 1].low in ("the", "these", "those", "both", "all"))
            if tokens[i].tag not in ("JJ", "NN", "NNP", "CD", "VBN", "VBG"):
                break
    clause = draft.clauses[0]
    opening = tokens[clause.a : min(clause.b, clause.a + 3)]
    if opening and opening[0].low in ("a", "another") and any(t.low in _OTHERS for t in opening[:2]):
        return True
    return draft.own_date and any(t.low == "again" for t in tokens[clause.a : clause.b])


def _narrower(draft: Draft, previous: Draft) -> bool:
    """Whether a draft's places lie in the earlier one's, which are areas: "Mali", and then a town of it."""
    if not previous.spots or not draft.spots or ids_of(previous) & ids_of(draft):
        return False
    return all(any(_holds(area, spot) for area in previous.spots) for spot in draft.spots)


def _holds(area: Spot, spot: Spot) -> bool:
    outer, inner = area.place, spot.place
    if outer is None or inner is None or not outer.is_area or outer.country_code != inner.country_code:
        return False
    if outer.feature_code.startswith("PCL"):
        return True
    if outer.feature_code == "ADM1":
        return outer.admin1 == inner.admin1
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
