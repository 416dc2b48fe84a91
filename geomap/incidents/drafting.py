"""Triggers of a sentence become drafts: one a clause, the consequences joined to what they follow from."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from geomap.incidents.anaphora import anaphoric_spots
from geomap.incidents.codes import refine_sides
from geomap.incidents.sites import site_spots
from geomap.incidents.story import DEFINITE, HARMFUL, Draft, Story, related
from geomap.incidents.syntax import BE, FINITE, VERBAL, Clause, Sentence, Token, words
from geomap.incidents.triggers import Trigger, classes_of, find_triggers
from geomap.incidents.when import has_own_date, when_of_date

__all__ = ["context_type", "drafts_of"]

_SPECIFIC = {
    "cbrn_attack": 9, "suicide_bombing": 9, "sexual_violence": 8, "abduction": 8, "air_drone_strike": 7,
    "shelling": 7, "protest_repressed": 7, "mob_violence": 6.5, "riot": 6, "explosive": 6, "territory_change": 6,
    "barricade_blockade": 6, "weapons_seizure": 6, "alert_alarm": 6, "disaster_accident": 6, "arrest_raid": 5.5,
    "movement_restriction": 5.5, "armed_clash": 5, "protest": 5, "agreement_ceasefire": 5, "force_movement": 4.5,
    "attack_civilians": 4.5, "property_destruction": 4, "political_act": 4, "threat": 3,
}  # fmt: skip
"""Which of two types in one clause says more about what happened: the means before the harm."""


_NEAR = 8
"""How many words after a noun its own place may stand ("the kidnapping of two priests from a church in B")."""
_BACKGROUND_PREPOSITIONS = words("after since following during amid despite before against over until")
_BLAMED = words("responsible blamed accused accuse accuses suspected convicted wanted sentenced charged known credit")


_SHOOTING = words("open opened opens opening under gun gunfire exchanged gunmen gunman automatic bullets returned")
_COMBAT = words(
    "clash clashes combat fighting gunfight firefight shootout skirmish skirmishes battle battles gunbattle"
)
_ENEMY = words("enemy brigade battalion army troops soldiers regiment garrison battalions rebels insurgents guerrillas")
_FIRES = words("fire fires blaze blazes inferno")
_KINDLING = words("setting set starting started sparking sparked igniting ignited causing caused triggering triggered")
_MEMORY = words("victims anniversary memory survivors commemorate commemorated remembrance memorial remember")


_RANKS = words(
    "first second third fourth fifth sixth latest last largest biggest worst deadliest bloodiest heaviest "
    "most longest only"
)


def _classifies(tokens: list[Token], a: int, floor: int) -> bool:
    """Whether a noun at ``a`` only ranks what was told ("…, the biggest demonstration", "called the worst attack")."""
    ranked = False
    for i in range(a - 1, max(floor - 1, a - 6), -1):
        token = tokens[i]
        if token.low in _RANKS:
            ranked = True
        elif token.low in BE or token.low in (",", "called", "as", "described") or (ranked and token.low == "what"):
            return ranked
        elif token.tag not in ("JJ", "JJS", "RBS", "DT", "NN", "NNP", "CD", "POS") or (
            token.tag in ("NN",) and not ranked and i < a - 2
        ):
            return False
    return False


def drafts_of(story: Story, sentence: Sentence) -> list[Draft]:
    """The drafts of a sentence, in order: one a clause, consequences joined to what they follow from."""
    triggers = find_triggers(story.text, sentence, story.covered, story.doc_words, story.dated)
    triggers = [t for t in triggers if not _refers_only(story, t, sentence)]
    if any(t.kind != "faint" for t in triggers):
        triggers = [t for t in triggers if t.kind != "faint"]
    if not triggers:
        return []
    clauses = story.text.clauses_of(sentence)
    by_clause: dict[int, list[Trigger]] = {}
    for trigger in triggers:
        by_clause.setdefault(story.text.clause_of(trigger.head).index, []).append(trigger)
    drafts: dict[int, Draft] = {}
    order: list[Draft] = []
    for index in sorted(by_clause):
        clause = clauses[index]
        if clause.marker == "unless" and any(i != index for i in by_clause):
            # the condition of a threat or plan that is coded itself
            continue
        if _beside_in_headline(story, sentence, clause, by_clause[index], list(drafts.values())):
            continue
        for part, group in _told_apart(story, clause, by_clause[index]):
            _draft(story, sentence, part, group, clauses, drafts, order)
    # an effect before its cause: "14 people were killed when shells landed"
    for n in range(len(order) - 1):
        first, second = order[n], order[n + 1]
        link = second.clauses[0]
        # "killed on Monday when they stepped on a mine": the day is told once, for both
        undated = not has_own_date(story, second)
        joined = link.marker in ("when", "after", "as", "while") and (undated or not when_of_date(story, link))
        bare = (undated or not has_own_date(story, first)) and not any(
            site_spots(story, first, c) for c in first.clauses
        )
        if first.effect_only and not first.dropped and joined and bare and not second.effect_only:
            second.triggers = first.triggers + second.triggers
            second.clauses = first.clauses + second.clauses
            first.dropped = True
    _drop_kindled(story.text.tokens, order)
    kept = [d for d in order if not d.dropped]
    if any(d.type == "protest" for d in kept):
        # "thousands marched and some smashed windows": what follows is no peaceful protest, nor somebody else's crime
        for draft in kept:
            own = {t.low for t in story.text.tokens[draft.clauses[0].a : draft.main.head]}
            others = classes_of("FORCE") | classes_of("ARMED")
            if (
                draft.type == "property_destruction"
                and draft.main.pos == "v"
                and not draft.effect_only
                and not own & others
            ):
                draft.type = "riot"
    return kept


def _drop_kindled(tokens: list[Token], order: list[Draft]) -> None:
    """Drop a fire that an attack of the same sentence has lit: "shells hit a depot, setting off a fire"."""
    cause: Draft | None = None
    for draft in order:
        if draft.type != "disaster_accident":
            if draft.type in HARMFUL and not draft.dropped:
                cause = draft
        elif cause is not None:
            between = {t.low for t in tokens[cause.main.b : draft.main.b]}
            draft.dropped |= bool(between & _FIRES) and bool(between & _KINDLING)


def _draft(
    story: Story,
    sentence: Sentence,
    clause: Clause,
    group: list[Trigger],
    clauses: list[Clause],
    drafts: dict[int, Draft],
    order: list[Draft],
) -> None:
    """Make a draft of a clause's triggers, or join them to the draft that they belong to."""
    main = max(group, key=lambda t: (_rank(story, t, clause), -t.head))
    draft = Draft(sentence, main, main.type, group, [clause])
    draft.effect_only = all(t.kind == "effect" for t in group)
    draft.weak = all(t.kind in ("weak", "faint") for t in group)
    draft.faint = main.kind == "faint"
    draft.definite = main.pos == "n" and _is_definite(story, main, sentence)
    draft.weak = draft.weak or (_in_general(story, main) and not has_own_date(story, draft))
    _refine(story, draft)
    refine_sides(story, draft)
    if main.pos == "v" and draft.type in HARMFUL and _only_threatened(story.text.tokens, main.head):
        draft.type = "threat"
    host = _host(story, draft, clause, clauses, drafts)
    if host is not None:
        _absorb(story, host, draft)
        drafts[clause.index] = host
    else:
        before = clauses[clause.index - 1] if clause.marker == ":" else None
        if before is not None and before.index not in drafts and _set_by(story, draft, clause, before):
            draft.clauses.append(before)
        drafts[clause.index] = draft
        order.append(draft)


def _beside_in_headline(
    story: Story, sentence: Sentence, clause: Clause, group: list[Trigger], told: list[Draft]
) -> bool:
    """Whether a headline only mentions an event beside another: "Bomb hits market in X as protests spread".

    Nothing says that the two were at one place, and the text under the headline tells the second where it matters.
    """
    if not told or clause.marker not in ("as", "while") or any(t.kind == "effect" for t in group):
        return False
    ends = story.text.tokens[sentence.b - 1].low in (".", "!", "?", '"', "”")
    if ends or sentence.paragraph != story.text.sentences[0].paragraph or len(story.text.sentences) < 3:
        return False
    if any(related(t.type, d.type) for t in group for d in told):
        return False
    main = max(group, key=lambda t: (_rank(story, t, clause), -t.head))
    draft = Draft(sentence, main, main.type, group, [clause])
    return not site_spots(story, draft, clause) and not anaphoric_spots(story, draft)


def _set_by(story: Story, draft: Draft, clause: Clause, before: Clause) -> bool:
    """Whether what stands before a colon says where: "It was the third in the town this month: a mine went off"."""
    if site_spots(story, draft, clause) or anaphoric_spots(story, draft):
        return False
    return bool(anaphoric_spots(story, replace(draft, clauses=[before])))


def _only_threatened(tokens: list[Token], head: int) -> bool:
    """Whether a verb tells what a noun threatens ("their threat to storm the town")."""
    return head > 1 and tokens[head - 1].low == "to" and tokens[head - 2].low in ("threat", "threats", "ultimatum")


def _told_apart(story: Story, clause: Clause, group: list[Trigger]) -> list[tuple[Clause, list[Trigger]]]:
    """A clause with its triggers, cut where two nouns of it tell of two incidents, each with a place behind it.

    "The shelling of A followed the kidnapping of a judge in B."
    """
    tokens = story.text.tokens
    nouns = [t for t in group if t.pos == "n" and t.kind == "event"]
    for one, two in pairwise(nouns):
        if one.type == two.type or two.a - one.b < 3:
            continue
        first = _name_behind(story, one.b, min(two.a, one.b + _NEAR))
        second = _name_behind(story, two.b, min(clause.b, two.b + _NEAR))
        apart = bool(first) or _days_between(tokens, one.b, two.a)
        if not apart or not second or first == second:
            continue
        cut = two.a
        while cut > one.b + 1 and tokens[cut - 1].tag in ("DT", "JJ", "PRP$") and cut - 1 not in story.covered:
            cut -= 1
        before, after = replace(clause, b=cut), replace(clause, a=cut)
        left = [t for t in group if t.head < cut]
        right = [t for t in group if t.head >= cut]
        return [(before, left), *_told_apart(story, after, right)]
    return [(clause, group)]


_SPANS = words("day days week weeks month months year years hour hours")
_THEN = words("after before followed follows preceded")


def _days_between(tokens: list[Token], a: int, b: int) -> bool:
    """Whether time lies between two nouns: "the raid followed by two days the fall of X"."""
    between = {t.low for t in tokens[a:b]}
    return bool(between & _SPANS) and bool(between & _THEN)


def _name_behind(story: Story, a: int, b: int) -> str:
    """The first toponym that begins among the tokens ``a`` to ``b`` behind a preposition, or nothing."""
    tokens = story.text.tokens
    prepositions = False
    for i in range(a, b):
        if tokens[i].tag in FINITE or tokens[i].low in (",", ";", ":", "and"):
            return ""
        prepositions = prepositions or tokens[i].tag == "IN"
        if i in story.covered and prepositions:
            return tokens[i].low
    return ""


def _rank(story: Story, trigger: Trigger, clause: Clause) -> float:
    rank = {"event": 20.0, "weak": 10.0, "effect": 0.0, "faint": 0.0}[trigger.kind] + _SPECIFIC[trigger.type]
    if trigger.pos == "v":
        rank += 1.0
    else:
        tokens = story.text.tokens
        for i in range(trigger.a - 1, max(clause.a - 1, trigger.a - 7), -1):
            if tokens[i].low in _BACKGROUND_PREPOSITIONS:
                rank -= 4.0 if tokens[i].low != "against" else 6.0
                break
            if tokens[i].low == "to" and i and tokens[i - 1].low in ("response", "reaction"):
                rank -= 6.0
                break
            if tokens[i].tag in VERBAL or tokens[i].low in ("in", "of"):
                break
    if trigger.type == "threat":
        after = story.text.tokens[trigger.b].low if trigger.b < clause.b else ""
        # "a threat to storm the town": what is threatened has not happened
        rank += 5.0 if trigger.pos == "v" else 4.0 if after in ("to", "of", "that") else 0.0
    return rank


def _refers_only(story: Story, trigger: Trigger, sentence: Sentence) -> bool:
    """Whether a noun only names a kind of event ("such raids", "anti-war protests law") or a person's past."""
    if trigger.pos != "n":
        return False
    tokens = story.text.tokens
    before = tokens[max(sentence.a, trigger.a - 3) : trigger.a]
    lows = [t.low for t in before]
    if "such" in lows:
        return True
    if _classifies(tokens, trigger.a, sentence.a) or _compared(tokens, trigger, sentence):
        return True
    if any(
        tokens[i].low in ("for", "of", "in") and tokens[i - 1].low in _BLAMED
        for i in range(max(sentence.a + 1, trigger.a - 5), trigger.a)
    ) and not any(i in story.covered or i in story.dated for i in range(trigger.b, min(sentence.b, trigger.b + 6))):
        return True
    if any(t.low in _MEMORY for t in tokens[max(sentence.a, trigger.a - 6) : trigger.a]) and not any(
        i in story.covered for i in range(trigger.b, min(sentence.b, trigger.b + 4))
    ):
        return True
    after = tokens[trigger.b] if trigger.b < sentence.b else None
    # a noun that modifies another is no event ("attack helicopter", "protest movement", "riot victims")
    return (
        after is not None
        and after.tag in ("NN", "NNS")
        and trigger.b - trigger.a == 1
        and tokens[trigger.head].tag in ("NN", "NNP")
        and after.low not in ("saturday", "sunday", "today", "yesterday", "overnight")
        and not after.low.endswith("day")
        and after.i not in story.covered
    )


_COMPARING = words("bigger larger greater worse deadlier bloodier longer heavier fiercer stronger smaller")
_NEVER = words("not n't never no nobody none hardly rarely seldom cannot without")
_USUAL = words("rare common frequent unusual usual routine commonplace uncommon infrequent unheard")


def _compared(tokens: list[Token], trigger: Trigger, sentence: Sentence) -> bool:
    """Whether a noun is only what something is measured by, or told of in general.

    "More than any march for years", "cannot recall a bigger protest", "killings are rare here".
    """
    before = [t.low for t in tokens[max(sentence.a, trigger.a - 4) : trigger.a]]
    if "than" in before and ("any" in before or "other" in before or "previous" in before):
        return True
    if any(low in _COMPARING for low in before[-2:]):
        return any(t.low in _NEVER for t in tokens[sentence.a : trigger.a])
    bare = trigger.a == sentence.a or tokens[trigger.a - 1].tag not in ("DT", "CD", "PRP$", "POS")
    after = tokens[trigger.b : min(sentence.b, trigger.b + 9)]
    for n, token in enumerate(after):
        if token.tag in FINITE or token.low in (",", ";"):
            general = token.low in ("is", "are") and any(t.low in _USUAL for t in after[n + 1 : n + 4])
            return bare and general
    return False


def _in_general(story: Story, trigger: Trigger) -> bool:
    """Whether a plural speaks of deeds in general ("an end to murders and kidnappings"): no number, nothing before."""
    tokens = story.text.tokens
    if trigger.pos != "n" or trigger.type not in ("attack_civilians", "abduction", "sexual_violence"):
        return False
    if not tokens[trigger.head].low.endswith("s") or trigger.head == 0:
        return False
    before = tokens[trigger.a - 1]
    return before.tag not in ("CD", "DT", "JJ", "PRP$", "NN", "NNP", "POS", "VBN") or before.low in ("no", "any", "all")


def _is_definite(story: Story, trigger: Trigger, sentence: Sentence) -> bool:
    tokens = story.text.tokens
    for i in range(trigger.a - 1, max(sentence.a - 1, trigger.a - 5), -1):
        if tokens[i].low in DEFINITE or tokens[i].low in ("'s", "’s"):
            follows = tokens[trigger.b].low if trigger.b < sentence.b else ""
            return follows not in ("of", "on", "in", "at", "near") or not any(
                j in story.covered for j in range(trigger.b, min(sentence.b, trigger.b + 5))
            )
        if tokens[i].tag not in ("JJ", "NN", "NNP", "CD", "VBN", "JJS", "RBS", "VBG"):
            return False
    return False


def _refine(story: Story, draft: Draft) -> None:
    """Types that a combination of triggers makes: a protest that was dispersed, a harm whose cause is named."""
    types = {t.type for t in draft.triggers}
    if "riot" in types and types & {"protest", "protest_repressed"}:
        draft.type = "riot"
    elif "protest_repressed" in types and "protest" in types:
        draft.type = "protest_repressed"
    elif "suicide_bombing" in types:
        draft.type = "suicide_bombing"
    if draft.effect_only:
        draft.type = _cause(story, draft) or draft.type


def _cause(story: Story, draft: Draft) -> str | None:
    tokens = story.text.tokens
    words = {tokens[i].low for c in draft.clauses for i in range(c.a, c.b)}
    head = draft.main
    left = {tokens[i].low for i in range(draft.clauses[0].a, head.head)}
    if words & _SHOOTING:
        # "opened fire", "came under fire": no blaze
        words -= {"fire", "flames"}
        left -= {"fire", "flames"}
    if words & classes_of("HAZARD") and not words & (classes_of("ARMED")) and draft.type != "property_destruction":
        return "disaster_accident"
    if left & (classes_of("HAZARD") - {"fire", "blaze", "smoke", "flames", "flame"}):
        return "disaster_accident"
    if left & {"fire", "blaze", "flames"} and draft.type == "property_destruction":
        return "property_destruction"
    if words & classes_of("EXPLOSIVE"):
        return "explosive"
    if words & {"drone", "drones", "airstrike", "airstrikes", "warplanes", "warplane"}:
        return "air_drone_strike"
    if words & classes_of("ARTILLERY") and "head" not in words:
        return "shelling"
    if draft.type == "attack_civilians" and (
        words & _COMBAT or (words & {"casualty", "casualties", "losses"} and words & _ENEMY)
    ):
        return "armed_clash"
    if (
        draft.type == "attack_civilians"
        and head.pos == "v"
        and tokens[head.head].tag in ("VBD", "VBZ", "VBP", "VBN", "VBG")
    ):
        passive = any(tokens[i].low in BE for i in range(max(draft.clauses[0].a, head.head - 3), head.head))
        struck = {tokens[i].low for i in range(head.head + 1, min(head.head + 6, draft.clauses[0].b))}
        if not passive and struck & classes_of("ARMED") and not struck & {"by", "when"}:
            return "armed_clash"
    if draft.type == "attack_civilians" and left & (classes_of("FORCE") | classes_of("ARMED")) and draft.main.head:
        right = {tokens[i].low for i in range(head.head, draft.clauses[0].b)}
        if right & classes_of("ARMED") or (left & classes_of("ARMED") and right & classes_of("FORCE")):
            return "armed_clash"
    return None


def _host(story: Story, draft: Draft, clause: Clause, clauses: list[Clause], drafts: dict[int, Draft]) -> Draft | None:
    """The incident of the same sentence that a clause's triggers belong to, if any."""
    if when_of_date(story, clause):
        return None
    own_date = has_own_date(story, draft)
    own_place = bool(site_spots(story, draft, clause))
    at: Clause | None = clause
    steps = 0
    while at is not None and at.parent is not None and steps < 4:
        at = clauses[at.parent]
        steps += 1
        if at.index in drafts:
            host = drafts[at.index]
            if draft.effect_only and not (own_place and own_date) and clause.marker not in ("where", "which", "who"):
                return host
            kin = host.type == draft.type or related(host.type, draft.type) or draft.weak or host.effect_only
            if clause.marker == "ing" and kin and not own_place:
                return host
            if host.main.type == "threat" and clause.kind == "that":
                return None
            if (
                kin
                and clause.kind == "verb"
                and not own_place
                and not own_date
                and (host.type == draft.type or host.effect_only or draft.weak or draft.main.pos == "n")
            ):
                return host
            if host.type == draft.type and not own_place and not own_date:
                return host
            break
    if clause.marker in ("where", "which", "who") or when_of_date(story, clause):
        return None
    before = [d for i, d in drafts.items() if i < clause.index]
    if before and draft.effect_only and clause.marker in ("and", "but") and before[-1] is drafts.get(clause.index - 1):
        host = before[-1]
        bare = not any(site_spots(story, host, c) for c in host.clauses) and not has_own_date(story, host)
        if bare and (host.effect_only or host.type in HARMFUL):
            return host
    if before and draft.effect_only and clause.kind == "verb" and before[-1].type == "sexual_violence":
        # "was raped and killed in A": one crime
        return before[-1]
    if before and not own_date and not own_place:
        last = before[-1]
        if draft.effect_only and last.type not in ("threat", "political_act", "force_movement"):
            return last
        if last.type == draft.type and (draft.definite or draft.main.pos == "n" or clause.marker == "before"):
            return last
    return None


def _absorb(story: Story, host: Draft, draft: Draft) -> None:
    host.triggers.extend(draft.triggers)
    host.clauses.extend(c for c in draft.clauses if c not in host.clauses)
    if host.effect_only and not draft.effect_only:
        host.main, host.type, host.effect_only = draft.main, draft.type, False
        host.weak = draft.weak
    types = {t.type for t in host.triggers}
    if host.type in ("protest", "protest_repressed") and "riot" in types:
        host.type = "riot"
    elif host.type == "protest" and "protest_repressed" in types:
        host.type = "protest_repressed"


def context_type(story: Story, draft: Draft, siblings: list[Draft]) -> None:
    """Deaths whose cause the clause does not name: what was told just before, else an accident if nobody acts."""
    tokens = story.text.tokens
    clause = story.text.clause_of(draft.main.head)
    left = {t.low for t in tokens[clause.a : draft.main.head]}
    words = {t.low for c in draft.clauses for t in tokens[c.a : c.b]}
    passive = tokens[draft.main.head].tag in ("VBN", "JJ") or draft.main.pos != "v"
    intransitive = tokens[draft.main.head].low in ("die", "dies", "died", "dying", "drowned")
    if not passive and not intransitive and left & (classes_of("ARMED") | classes_of("FORCE")):
        return
    violent = words & {
        "shot",
        "gunfire",
        "bullet",
        "bullets",
        "stabbed",
        "attack",
        "attackers",
        "gunmen",
        "clashes",
        "shooting",
    }
    for previous in [s for s in siblings if s.main.head < draft.main.head][-1:] or list(story.recent)[-1:]:
        near = draft.sentence.index - previous.sentence.index <= 2
        if near and previous.type in HARMFUL and previous.type != "abduction" and not violent:
            draft.type = previous.type
            return
    if intransitive and not violent:
        draft.type = "disaster_accident"
