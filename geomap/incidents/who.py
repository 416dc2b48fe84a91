"""Who took part in a draft, and how many were killed, hurt, held or gathered."""

from __future__ import annotations

from collections.abc import Sequence

from geomap.incidents.counts import Count, casualties, crowd, held, later_toll, none_hurt
from geomap.incidents.story import HARMFUL, Draft, Story
from geomap.incidents.syntax import BE, NOMINAL
from geomap.incidents.triggers import classes_of
from geomap.records import Actor

__all__ = ["actors_of", "settle_numbers"]

_GATHERING = frozenset({"protest", "riot", "protest_repressed", "mob_violence", "barricade_blockade"})
_TAKING = frozenset({"abduction", "arrest_raid", "protest", "riot", "protest_repressed", "mob_violence", "armed_clash",
                     "attack_civilians", "barricade_blockade", "territory_change"})  # fmt: skip
_WITHOUT_DEAD = frozenset(
    {"abduction", "arrest_raid", "threat", "political_act", "movement_restriction", "force_movement"}
)
"""Types in whose sentence somebody else's dead are often told; their own need a word of harm as a trigger."""


def settle_numbers(story: Story, draft: Draft, siblings: Sequence[Draft] = ()) -> None:
    """Give a draft its killed, injured, gathered and held, as far as its clauses tell."""
    if draft.judgement.certainty in ("planned", "threatened", "hypothetical", "negated"):
        return
    text = story.text
    clauses = draft.clauses
    if len(siblings) <= 1 and draft.type in HARMFUL:
        # the only incident of its sentence: whoever is hurt there is hurt in it
        clauses = [*clauses, *(c for c in text.clauses_of(draft.sentence) if c not in clauses)]
    draft.deaths, draft.injured = casualties(text, clauses)
    if draft.deaths is None and draft.type in HARMFUL:
        draft.deaths = later_toll(text, draft.sentence, own=True)
    harm = none_hurt(text, draft.sentence, draft.clauses)
    draft.deaths = harm.deaths if draft.deaths is None else draft.deaths
    draft.injured = harm.injured if draft.injured is None else draft.injured
    toll = later_toll(text, draft.sentence) if draft.deaths else None
    if toll is not None and draft.deaths is not None and toll[0] >= draft.deaths[0]:
        draft.deaths = toll
    if draft.type in _GATHERING:
        draft.crowd = _crowd(story, draft)
    if draft.type in _TAKING:
        draft.held = held(text, draft.clauses)
    if draft.type in _WITHOUT_DEAD and not any(t.kind == "effect" for t in draft.triggers):
        draft.deaths = None


def _crowd(story: Story, draft: Draft) -> Count | None:
    for clause in draft.clauses:
        size = crowd(story.text, clause, draft.main.head)
        if size is not None:
            return size if size not in (draft.deaths, draft.injured) else None
    return None


def actors_of(story: Story, draft: Draft) -> tuple[Actor, ...]:
    """Noun phrases of people and forces around the trigger: before it the agent, behind it the target."""
    tokens = story.text.tokens
    people = (
        classes_of("ARMED")
        | classes_of("FORCE")
        | classes_of("CIVILIAN")
        | classes_of("CROWD")
        | classes_of("PROTESTER")
    )
    out: list[Actor] = []
    clause = story.text.clause_of(draft.main.head)
    head = draft.main.head
    passive = any(tokens[i].low in BE for i in range(max(clause.a, head - 3), head)) and tokens[head].tag in (
        "VBN",
        "VBD",
    )
    crowdlike = draft.type in ("protest", "riot", "protest_repressed", "barricade_blockade", "mob_violence")
    i = clause.a
    while i < clause.b and len(out) < 4:
        token = tokens[i]
        if (
            token.low in people
            and token.tag in NOMINAL
            and i not in story.dated
            and not (draft.main.a <= i < draft.main.b)
        ):
            a = i
            while (
                a - 1 >= clause.a
                and tokens[a - 1].tag in ("JJ", "NN", "NNP", "CD", "DT", "NNPS", "PRP$")
                and tokens[a - 1].low != "there"
            ):
                a -= 1
            b = i + 1
            while b < clause.b and tokens[b].tag in NOMINAL and b not in story.covered:
                b += 1
            by = i > head and any(tokens[k].low == "by" for k in range(max(head, a - 2), a))
            agent = (i < head) != passive or by
            role = "agent" if agent else "target"
            if (
                role == "agent"
                and crowdlike
                and token.low in classes_of("CROWD") | classes_of("PROTESTER")
                and token.low not in classes_of("FORCE")
            ):
                role = "crowd"
            out.append(Actor(start=tokens[a].start, end=tokens[b - 1].end,
                             text=story.article.text[tokens[a].start : tokens[b - 1].end], role=role))  # fmt: skip
            i = b
            continue
        i += 1
    return tuple(out)
