"""Who took part in a draft, and how many were killed, hurt, held or gathered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from geomap.incidents.counts import Count, casualties, crowd, held, later_toll, none_hurt
from geomap.incidents.operators import is_passive
from geomap.incidents.story import HARMFUL, Draft, Story
from geomap.incidents.syntax import BE, HAVE, NOMINAL, Clause, Sentence, Token, words
from geomap.incidents.tolls import accounts, notes, passes_over, widened
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
        clauses = [*clauses, *(c for c in text.clauses_of(draft.sentence) if c not in clauses and _goes_on(c))]
    elif draft.type in HARMFUL:
        clauses = [*clauses, *_results(story, draft, siblings)]
    draft.deaths, draft.injured = casualties(text, clauses)
    if draft.type in HARMFUL:
        _follow_up(story, draft, len(siblings) <= 1)
    if draft.deaths is None and draft.type in HARMFUL:
        draft.deaths = later_toll(text, draft.sentence)
    harm = none_hurt(text, draft.sentence, draft.clauses)
    draft.deaths = harm.deaths if draft.deaths is None else draft.deaths
    draft.injured = harm.injured if draft.injured is None else draft.injured
    if draft.type in HARMFUL:
        toll = later_toll(text, draft.sentence, lambda s: bool(story.spots_in(s)))
        if toll is not None and (draft.deaths is None or toll[0] >= draft.deaths[0]):
            draft.deaths = toll
    if draft.type in _GATHERING:
        draft.crowd = _crowd(story, draft, len(siblings) <= 1) or _same_people(story, draft, siblings)
    if draft.type in _TAKING:
        draft.held = held(text, draft.clauses)
    if draft.type in _WITHOUT_DEAD and not any(t.kind == "effect" for t in draft.triggers):
        draft.deaths = None


def _goes_on(clause: Clause) -> bool:
    """Whether a clause tells more of the same event: not where somebody once was hurt, nor what came before."""
    return clause.marker not in ("where", "who", "which", "after", "before", "since", "because", "although", "though")


def _results(story: Story, draft: Draft, siblings: Sequence[Draft]) -> list[Clause]:
    """The participles that end one of several incidents of a sentence ("…, hurting two clerks")."""
    own = {c.index for c in draft.clauses}
    taken = {c.index for s in siblings for c in s.clauses}
    return [
        c for c in story.text.clauses_of(draft.sentence)
        if c.marker == "ing" and c.index not in taken and c.parent in own
    ]  # fmt: skip


FOLLOWING = 4
"""How many of the next sentences may give further figures (about a paragraph of wire copy)."""


def _follow_up(story: Story, draft: Draft, alone: bool) -> None:
    """Take in other sources' figures and sentences that only count, behind the incident."""
    text = story.text
    end = max(draft.clauses[-1].b, draft.main.b)
    _add_accounts(draft, accounts(text, draft.main.b, draft.sentence.b if alone else end))
    passed = 0
    for after in text.sentences[draft.sentence.index + 1 : draft.sentence.index + 1 + FOLLOWING]:
        if after.paragraph - draft.sentence.paragraph > 1 or passed > 1:
            break
        told = accounts(text, after.a, after.b) if _is_of_it(story, after) else []
        plain = not story.spots_in(after) and not story.dates_in(after.start, after.end)
        note = notes(text, after, passed) if plain and not told else None
        if told:
            _add_accounts(draft, [t for t in told if t[0] or not passed])
        elif note is not None:
            draft.deaths = note.deaths if draft.deaths is None else draft.deaths
            draft.injured = note.injured if draft.injured is None else draft.injured
        elif not passes_over(text, after) or (not plain and not _is_of_it(story, after)):
            break
        else:
            passed += 1


_HERE = words("in at near around outside across inside")


def _is_of_it(story: Story, sentence: Sentence) -> bool:
    """Whether a sentence names no place and day but those of who speaks ("a hospital in X put the dead at 15")."""
    tokens = story.text.tokens
    verb = next((i for i in range(sentence.a, sentence.b) if tokens[i].tag in ("VBD", "VBZ", "VBP")), sentence.a)
    edge = tokens[verb].start
    named = [s for s in story.spots_in(sentence) if s.a > verb or (tokens[max(sentence.a, s.a - 1)].low in _HERE
             and s.a <= sentence.a + 3)]  # fmt: skip
    return not named and not story.dates_in(edge, sentence.end)


def _add_accounts(draft: Draft, found: list[tuple[str, Count, bool]]) -> None:
    for kind, value, more in found:
        if kind == "injured":
            draft.injured = widened(draft.injured, value, more=more)
        elif kind == "deaths" or draft.deaths is not None:
            draft.deaths = widened(draft.deaths, value, more=more)


def _crowd(story: Story, draft: Draft, alone: bool) -> Count | None:
    clauses = draft.clauses
    if alone:
        clauses = [*clauses, *(c for c in story.text.clauses_of(draft.sentence) if c not in clauses and _goes_on(c))]
    for clause in clauses:
        size = crowd(story.text, clause, draft.main.head)
        if size is not None:
            return size if size not in (draft.deaths, draft.injured) else None
    return None


def _same_people(story: Story, draft: Draft, siblings: Sequence[Draft]) -> Count | None:
    """The crowd told before in the sentence, where it is "them" who were dispersed."""
    if draft.type != "protest_repressed":
        return None
    if not any(t.low == "them" for c in draft.clauses for t in story.text.tokens[c.a : c.b]):
        return None
    return next((s.crowd for s in reversed(siblings) if s.main.head < draft.main.head and s.type in _GATHERING), None)


@cache
def _people() -> frozenset[str]:
    return (
        classes_of("ARMED")
        | classes_of("FORCE")
        | classes_of("CIVILIAN")
        | classes_of("CROWD")
        | classes_of("PROTESTER")
    )


MOST_ACTORS = 4
"""Noun phrases of one clause that are kept: more are lists of bystanders."""


def actors_of(story: Story, draft: Draft) -> tuple[Actor, ...]:
    """Noun phrases of people, forces and named groups around the trigger: before it the agent, behind it the target.

    A passive turns that round, "by" names an agent, "between" two of them; who gathers is a crowd. Names of places
    never act.
    """
    tokens = story.text.tokens
    clause = story.text.clause_of(draft.main.head)
    out: list[Actor] = []
    i = clause.a
    while i < clause.b and len(out) < MOST_ACTORS:
        span = _phrase(story, draft, clause, i)
        if span is None:
            i += 1
            continue
        a, b = span
        role = _role(story, draft, clause, a, b)
        out.append(Actor(start=tokens[a].start, end=tokens[b - 1].end,
                         text=story.article.text[tokens[a].start : tokens[b - 1].end], role=role))  # fmt: skip
        i = max(b, i + 1)
    return tuple(out)


def _phrase(story: Story, draft: Draft, clause: Clause, i: int) -> tuple[int, int] | None:
    """The tokens of the noun phrase that has an actor at ``i``, or None."""
    tokens = story.text.tokens
    token = tokens[i]
    if i in story.dated or i in story.covered or draft.main.a <= i < draft.main.b:
        return None
    if i + 2 < clause.b and tokens[i + 1].low == "of" and _modifies(tokens, i + 1):
        # "hundreds of residents" is found at its last noun
        return None
    if token.low in _people() and token.tag in NOMINAL:
        a = i
        while a - 1 >= clause.a and a - 1 not in story.dated and _modifies(tokens, a - 1):
            a -= 1
        b = i + 1
        while b < clause.b and tokens[b].tag in NOMINAL and b not in story.covered and b not in story.dated:
            if draft.main.a <= b < draft.main.b:
                break
            b += 1
        return a, b
    if token.tag in ("NNP", "NNPS") and not _day_or_title(token):
        return _named_group(story, draft, clause, i)
    return None


def _modifies(tokens: list[Token], i: int) -> bool:
    """Whether the token before a noun belongs to its phrase: "the heavily armed", "hundreds of", "two"."""
    token = tokens[i]
    if token.low == "of":
        return tokens[i - 1].low in ("hundreds", "thousands", "dozens", "scores", "tens", "couple", "handful", "number")
    if token.tag in ("NNS",):
        return token.low in ("hundreds", "thousands", "dozens", "scores", "tens")
    return token.tag in ("JJ", "NN", "NNP", "CD", "DT", "NNPS", "PRP$") and token.low != "there"


def _day_or_title(token: Token) -> bool:
    return token.low in _NO_GROUPS or token.low.endswith("day")


_NO_GROUPS = words(
    "january february march april may june july august september october november december mr mrs ms dr gmt utc "
    "morning afternoon evening night north south east west northern southern eastern western central"
)


def _named_group(story: Story, draft: Draft, clause: Clause, i: int) -> tuple[int, int] | None:
    """A name where only an actor can stand: right before the verb, or behind "by", "between", "against"."""
    tokens = story.text.tokens
    if i > clause.a and tokens[i - 1].tag in ("NNP", "NNPS"):
        return None
    b = i + 1
    while b < clause.b and tokens[b].tag in ("NNP", "NNPS", "CD", "HYPH") and b not in story.covered:
        if b in story.dated:
            break
        b += 1
    if any(k in story.covered for k in range(i, b)):
        return None
    a = i - 1 if i > clause.a and tokens[i - 1].tag == "DT" else i
    lead = tokens[a - 1].low if a > clause.a else ""
    head = draft.main.head
    verb = b
    while verb < clause.b and (tokens[verb].tag in ("RB", "MD") or tokens[verb].low in BE | HAVE):
        verb += 1
    subject = draft.main.pos == "v" and verb == head and lead not in ("in", "at", "on", "near", "of")
    by = lead in ("by", "between") and i > draft.main.a - 8
    owner = b < clause.b and tokens[b].tag == "POS" and b + 1 <= head <= b + 3
    return (a, b) if subject or by or owner else None


def _role(story: Story, draft: Draft, clause: Clause, a: int, b: int) -> str:
    """The part that the phrase at tokens ``a`` to ``b`` plays."""
    tokens = story.text.tokens
    head = draft.main.head
    words_in = {t.low for t in tokens[a:b]}
    verb = draft.main.pos == "v"
    passive = verb and tokens[head].tag in ("VBN", "VBD") and is_passive(tokens, head, clause.a)
    before = [t.low for t in tokens[max(clause.a, a - 3) : a]]
    between = any(t.low == "between" for t in tokens[max(clause.a, a - 6) : a])
    by = "by" in before and a > head - (0 if verb else 12)
    agent = between or by or (b <= head) != passive
    if not verb and a > head and before and before[-1] in ("of", "against", "on"):
        agent = False
    if agent and draft.type in _GATHERING and not between:
        gathers = classes_of("CROWD") | classes_of("PROTESTER")
        if words_in & gathers and not words_in & classes_of("FORCE"):
            return "crowd"
    return "agent" if agent else "target"
