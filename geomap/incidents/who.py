"""Who took part in a draft, and how many were killed, hurt or gathered."""

from __future__ import annotations

from geomap.incidents.counts import casualties, crowd
from geomap.incidents.story import Draft, Story
from geomap.incidents.syntax import BE, NOMINAL
from geomap.incidents.triggers import classes_of
from geomap.records import Actor

__all__ = ["actors_of", "settle_numbers"]


def settle_numbers(story: Story, draft: Draft) -> None:
    """Give a draft its killed, injured and gathered, as far as its clauses tell."""
    if draft.judgement.certainty in ("planned", "threatened", "hypothetical", "negated"):
        return
    draft.deaths, draft.injured = casualties(story.text, draft.clauses)
    if draft.type in ("protest", "riot", "protest_repressed", "mob_violence", "barricade_blockade"):
        for clause in draft.clauses:
            size = crowd(story.text, clause, draft.main.head)
            if size is not None:
                draft.crowd = size if size not in (draft.deaths, draft.injured) else None
                break
    if draft.type in (
        "abduction",
        "arrest_raid",
        "threat",
        "political_act",
        "movement_restriction",
        "force_movement",
    ):
        draft.deaths = draft.deaths if any(t.kind == "effect" for t in draft.triggers) else None


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
