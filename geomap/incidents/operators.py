"""Words that change how sure an incident is: read from the trigger outwards into marks.

A mark is a short name for what such a word does ("plan", "neg", "hypo", "claim", "deny", …). ``verb_marks`` reads the
auxiliaries of a verb and, up a chain of infinitives and gerunds, what governs it; ``noun_marks`` what stands around a
nominal event. Which certainty the marks make is decided in ``certainty``.
"""

from __future__ import annotations

import re
from functools import cache

from geomap.incidents.syntax import BE, DO, FINITE, HAVE, NOMINAL, VERBAL, Clause, Text, Token, words
from geomap.incidents.triggers import Trigger, verb_set
from geomap.lexicons import load_json

__all__ = ["NOT", "is_passive", "lists", "main_verb", "noun_marks", "operate", "operator_noun", "phrases", "verb_marks"]

NOT = frozenset({"not", "n't", "n’t", "never", "cannot", "hardly"})
_NO = frozenset({"no", "nobody", "none", "neither", "nor"})
_ADJECTIVES = {
    "due": "plan", "set": "plan", "scheduled": "plan", "poised": "plan", "ready": "plan", "about": "plan",
    "going": "plan", "expected": "plan", "supposed": "plan", "bound": "plan", "prepared": "plan",
    "determined": "plan", "keen": "plan", "eager": "plan", "willing": "plan", "unwilling": "neg",
    "likely": "hypo", "liable": "hypo", "unlikely": "neg", "unable": "neg", "reluctant": "neg",
}  # fmt: skip
_SET = words("set sets setting")
_SET_OFF = words("off up out back down aside fire ablaze alight free upon")
"""What behind "set" makes it a deed: "setting off a fire that burned", where "set to march" is a plan."""
_HEARSAY = words(
    "thought believed said rumoured rumored presumed suspected assumed alleged claimed held considered estimated"
)
"""Participles that, passive and before an infinitive, tell what people say or think: "are believed to have"."""
_KNOWN = words("reported known understood confirmed found seen shown heard")
_SEEMING = words("appear appears appeared appearing seem seems seemed seeming")
_SENT = words("sent send sends sending deployed deploy deploying dispatched dispatching mobilised mobilized marching")
_PREVENTIVE = words("to of at for by against in aimed")
_PRESUPPOSED = words(
    "after since following despite amid over before until between because during with by from at in on under into"
)
"""Prepositions whose phrase only hangs on the verb: what that verb denies or plans, the phrase takes for granted."""
_PURPOSE = words(
    "plan plans planned planning call calls called calling prepare prepares prepared preparing ask asks asked asking "
    "ready brace braces braced bracing press pressed pushed appeal appealed schedule scheduled set wait waiting opt "
    "opted vote voted hope hopes hoped hoping push pushing gear gearing pray prayed apply applied campaign campaigned"
)
"""Verbs whose "for" names what is wanted: the phrase is what they plan, not something that was."""
_OCCUR = words(
    "take takes took taken taking hold holds held begin begins began begun beginning start starts started starting "
    "happen happens happened happening occur occurs occurred occurring break breaks broke broken erupt erupts erupted "
    "continue continues continued resume resumes resumed go goes went gone launch launches launched launching stage "
    "stages staged staging carry carries carried carrying mount mounts mounted mounting conduct conducted conducting "
    "organise organised organising organize organized organizing plan planned schedule scheduled call called cancel "
    "cancelled canceled postpone postponed come comes came coming follow follows followed spread spreads flare flares "
    "flared escalate escalates escalated last lasts lasted lead leads led join joins joined attend attended make makes "
    "made perform performed see sees saw seen face faces faced suffer suffered trigger triggered spark sparks sparked "
    "cause caused provoke provoked unleash unleashed impose imposes imposed declare declares declared sign signs "
    "signed agree agreed observe observed extend extends extended lift lifts lifted ease eased announce announced be "
    "is are was were been being enter entered commit committed execute executed intensify intensified reopen open "
    "opened close closed shut end ends ended order ordered attempt attempted expect expected fear feared threaten "
    "threatened foil foiled thwart thwarted avert averted prevent prevented abort aborted"
)
"""Verbs by which an event comes about or fails to: their mood is that of the event, even of "the" event."""
_NAMING = words("call calls called calling")
_CALLED = words("protest barricade_blockade political_act agreement_ceasefire alert_alarm movement_restriction")
"""Types that are called, as a strike, an election or a truce is."""
_SCHEDULED = words("open opened begin start started resume reopen held arrive depart end")
"""Verbs of which "should" says that a day is set, not what somebody wishes."""
_PLANNED = words("planned scheduled expected due proposed slated mooted billed foreseen intended")
_LIFTING = words("end ended ending ends halt halting cessation investigation inquiry probe response trial")
"""Nouns and verbs that take the event behind them for granted ("called for an end to the fighting")."""


@cache
def lists() -> dict[str, frozenset[str]]:
    """The word lists of ``certainty.json``."""
    return {k: frozenset(v) for k, v in load_json("certainty.json").items() if isinstance(v, list)}


@cache
def phrases(key: str) -> re.Pattern[str]:
    """The phrases that ``certainty.json`` lists under ``key``, as one pattern."""
    found = sorted(load_json("certainty.json")[key], key=lambda p: (-len(p), p))
    return re.compile(r"\b(?:" + "|".join(re.escape(p) for p in found) + r")\b")


@cache
def _operator_nouns() -> dict[str, str]:
    table = load_json("certainty.json")["operator_nouns"]
    return {form: mark for mark, line in table.items() for form in line.split()}


def operator_noun(token: Token) -> str | None:
    """What a noun does to the clause or phrase behind it ("rumours that", "an attempt to"), or None."""
    return _operator_nouns().get(token.low) if token.tag in NOMINAL else None


def is_passive(tokens: list[Token], i: int, floor: int) -> bool:
    """Whether a form of "be" stands before the participle at ``i``, adverbs apart."""
    for j in range(i - 1, max(floor - 1, i - 5), -1):
        if tokens[j].low in BE:
            return True
        if tokens[j].tag != "RB" and tokens[j].low not in NOT:
            return False
    return False


def _perceived(tokens: list[Token], j: int) -> bool:
    """Whether "could" at ``j`` only says that something was seen or heard ("gunfire could be heard")."""
    for k in range(j + 1, min(len(tokens), j + 5)):
        if tokens[k].low in ("heard", "hear", "seen", "see", "felt", "smell", "smelt"):
            return tokens[j].low in ("could", "can")
        if tokens[k].low != "be" and tokens[k].tag != "RB":
            return False
    return False


def _verb_group(tokens: list[Token], i: int, floor: int, marks: set[str]) -> int:
    """Read the auxiliaries left of verb ``i`` into ``marks``; returns where the group begins."""
    known = lists()
    j = i - 1
    steps = 0
    while j >= floor and steps < 7:
        low = tokens[j].low
        if low in known["modal_plan"]:
            marks.add("plan")
        elif low in known["modal_would"] and tokens[j].tag == "MD":
            marks.add("would")
        elif low in known["modal_hypo"] and tokens[j].tag == "MD":
            if low == "should" and tokens[i].low in _SCHEDULED:
                # "talks should open on Tuesday": a day that is set
                marks.add("plan")
            elif not _perceived(tokens, j):
                marks.add("hypo")
        elif low in NOT:
            marks.add("neg")
        elif low == "to":
            k = j - 1
            while k >= floor and tokens[k].tag == "RB":
                k -= 1
            if k >= floor and tokens[k].low in BE:
                marks.add("plan")
                j = k
            break
        elif low in BE or low in HAVE or low in DO or tokens[j].tag == "RB":
            pass
        else:
            break
        j -= 1
        steps += 1
    return j


def operate(tokens: list[Token], i: int, marks: set[str], floor: int = 0, *, infinitive: bool = False) -> None:
    """Add to ``marks`` what the word at ``i`` does to its complement; ``infinitive``: that is "to" and a verb."""
    low = tokens[i].low
    passive = tokens[i].tag in VERBAL and is_passive(tokens, i, floor)
    if infinitive and low in _SEEMING:
        marks.add("seem")
        return
    if infinitive and passive and low in _HEARSAY:
        marks.update(("claim", "report"))
        if low.startswith("rumo"):
            marks.add("rumour")
        return
    if infinitive and passive and low in _KNOWN:
        marks.add("report")
        return
    if infinitive and passive and low == "feared":
        marks.add("fear")
        return
    if _in_vain(tokens, i, floor):
        # "unable to stop": it happened
        marks.add("vain")
        return
    if "vain" in marks and (low == "unable" or low.startswith("fail")):
        return
    if low in _SET and i + 1 < len(tokens) and tokens[i + 1].low in _SET_OFF:
        return
    if low in _ADJECTIVES:
        marks.add(_ADJECTIVES[low])
        return
    if low in verb_set("refuse"):
        marks.add("neg")
        return
    noun = operator_noun(tokens[i])
    if noun is not None:
        marks.add(noun)
        return
    for key in ("threat", "deny", "suspect", "accuse", "claim", "attempt", "foil", "cancel", "plan", "fear", "report"):
        if low in verb_set(key):
            if key == "threat" and low.startswith("warn"):
                marks.update(("warn", "report"))
            elif key == "suspect":
                marks.add("accuse" if tokens[min(i + 1, len(tokens) - 1)].low == "of" else "claim")
            elif key == "attempt" and "foil" in marks and low.startswith("fail"):
                marks.discard("foil")
            elif key == "foil" and i and tokens[i].tag in ("VB", "VBG") and tokens[i - 1].low in _PREVENTIVE:
                # "to prevent attacks": what is feared, not what was tried
                marks.add("fear")
            else:
                marks.add(key)
            return


def _governor_of_infinitive(tokens: list[Token], j: int, floor: int) -> int | None:
    """The verb, noun or adjective that the infinitive after "to" (token ``j``) depends on."""
    for k in range(j - 1, max(floor - 1, j - 9), -1):
        token = tokens[k]
        if token.tag in VERBAL and token.low not in BE | HAVE:
            return k
        if token.low in _ADJECTIVES or operator_noun(token) is not None:
            return k
        if token.low in (";", ":"):
            return None
    return None


def verb_marks(text: Text, i: int, clause: Clause, marks: set[str], clauses: list[Clause]) -> None:
    """Marks on verb ``i``: its auxiliaries and, up a chain of infinitives and gerunds, what governs it."""
    tokens = text.tokens
    at = i
    for _ in range(4):
        denied = "neg" in marks
        j = _verb_group(tokens, at, clause.a, marks)
        if "foil" in marks and "neg" in marks and not denied:
            # "did not prevent": it happened
            marks -= {"foil", "neg"}
        if j < clause.a:
            # "would begin … and block": a further verb has its auxiliary in the clause before
            if clause.kind == "verb" and clause.parent is not None and tokens[at].tag in ("VB", "VBN", "VBD", "VBG"):
                parent = clauses[clause.parent]
                bare = tokens[at].tag == "VB" or clause.marker == "ing"
                head = main_verb(tokens, parent)
                if head is not None and bare:
                    verb_marks(text, head, parent, marks, clauses)
            return
        if j >= clause.a and tokens[at].tag == "VB" and _inverted(tokens, at, clause.a, marks):
            return
        low = tokens[j].low
        if low == "to":
            k = _governor_of_infinitive(tokens, j, clause.a)
            if k is None:
                return
            if tokens[k].low in _SENT and tokens[k].tag in VERBAL:
                marks.add("purpose")
            operate(tokens, k, marks, clause.a, infinitive=True)
            at = k
            continue
        if tokens[at].tag == "VBG" and low in ("of", "from", "with", "for", "without", "by", "in", "against", "than"):
            if low == "without" or (low in ("of", "than") and tokens[j - 1].low in ("instead", "short", "rather")):
                marks.add("neg")
                return
            for k in range(j - 1, max(clause.a - 1, j - 8), -1):
                if tokens[k].tag in VERBAL or operator_noun(tokens[k]) is not None:
                    before = set(marks)
                    operate(tokens, k, marks, clause.a)
                    if (
                        low in ("by", "in", "for", "from")
                        and tokens[k].tag in VERBAL
                        and not marks & {"foil", "accuse", "vain", "fear"}
                    ):
                        # "will respond by closing": the mood of the verb; "said … by attacking": no complement
                        marks &= before | {"plan", "hypo", "neg"}
                    at = k
                    break
            else:
                return
            continue
        if tokens[at].tag == "VBG" and tokens[j].tag in VERBAL and low not in BE:
            operate(tokens, j, marks, clause.a)
            at = j
            continue
        if tokens[at].tag == "VBN" and j == at - 1:
            k = _causative(tokens, at, clause.a)
            if k is not None:
                at = k
                continue
        if tokens[at].tag == "VBG" and tokens[j].tag == "RP" and j - 1 >= clause.a and tokens[j - 1].tag in VERBAL:
            # "ruled out sending", "put off marching"
            operate(tokens, j - 1, marks, clause.a)
            if tokens[j - 1].low in ("ruled", "rule", "rules", "ruling") and low == "out":
                marks.add("deny")
            at = j - 1
            continue
        return


def _causative(tokens: list[Token], i: int, floor: int) -> int | None:
    """The verb whose object a bare participle tells of ("would see troops deployed", "wants him arrested")."""
    for k in range(i - 1, max(floor - 1, i - 8), -1):
        if tokens[k].tag in VERBAL:
            return k if tokens[k].low in ("see", "have", "get", "leave", "keep", "want", "wants", "wanted") else None
        if tokens[k].low in (",", ";", ":"):
            return None
    return None


def _inverted(tokens: list[Token], i: int, floor: int, marks: set[str]) -> bool:
    """Whether the clause opens with an auxiliary, as questions do ("will rebels attack …")."""
    first = tokens[floor]
    if (
        i - floor > 8
        or first.tag not in ("MD", "VBD", "VBP", "VBZ")
        or first.low not in DO | {"will", "would", "could"}
    ):
        return False
    marks.add("question")
    return True


def main_verb(tokens: list[Token], clause: Clause) -> int | None:
    """The last verb of the clause's first verb group ("would" … "begin")."""
    for i in range(clause.a, clause.b):
        if tokens[i].tag in FINITE:
            return _last_of_group(tokens, i, clause.b)
    return None


def _last_of_group(tokens: list[Token], i: int, b: int) -> int:
    last = i
    for j in range(i + 1, min(b, i + 5)):
        if tokens[j].tag in VERBAL:
            last = j
        elif tokens[j].tag != "RB" and tokens[j].low not in NOT:
            break
    return last


# ------------------------------------------------------------------------------------------ nominal events


def _definite(tokens: list[Token], a: int, floor: int) -> bool:
    """Whether the noun phrase that ends at ``a`` is introduced as known: "the shelling", "Monday's attack"."""
    for i in range(a - 1, max(floor - 1, a - 6), -1):
        low = tokens[i].low
        if low in ("the", "this", "that", "these", "those", "'s", "’s", "its", "their", "his", "her", "both"):
            return True
        if tokens[i].tag not in ("JJ", "NN", "NNP", "CD", "VBN", "JJS", "RBS", "VBG", "POS", "HYPH"):
            return False
    return False


def _modifiers(text: Text, trigger: Trigger, clause: Clause, marks: set[str]) -> None:
    """Adjectives, "no", and nouns of saying or fearing that stand right before a nominal event."""
    tokens = text.tokens
    known = lists()
    for i in range(max(clause.a, trigger.a - 4), trigger.a):
        low = tokens[i].low
        between = tokens[i + 1 : trigger.a]
        near = not any((t.tag in VERBAL and t.tag not in ("VBN", "VBG")) or t.low == "," for t in between)
        if not near:
            continue
        noun = operator_noun(tokens[i])
        if low in known["planned_adjectives"]:
            marks.add("plan")
        elif low in known["hypothetical_adjectives"]:
            marks.add("hypo")
        elif low in known["threatened_adjectives"]:
            marks.add("threat")
        elif low in known["attempted_adjectives"]:
            marks.add("attempt")
        elif low in known["claimed_words"]:
            marks.add("claim")
        elif low in known["simulated_adjectives"]:
            marks.add("unreal")
        elif _none_of(tokens, i, between):
            marks.add("neg")
        elif noun is not None and any(t.low in ("of", "for", "about", "against", "from", "on") for t in between):
            marks.add(noun)
            _above_noun(tokens, i, clause.a, marks)


def _none_of(tokens: list[Token], i: int, between: list[Token]) -> bool:
    """Whether "no" or "not a single" at ``i`` negates the noun behind ``between``."""
    if tokens[i].low == "no":
        return not any(t.tag in VERBAL for t in between)
    return tokens[i].low == "not" and bool(between) and between[0].low in ("a", "one") and tokens[i - 1].low != "if"


def _above_noun(tokens: list[Token], i: int, floor: int, marks: set[str]) -> None:
    """What is done to an operator noun at ``i``: "denied reports of", "no plans for"."""
    for k in range(i - 1, max(floor - 1, i - 5), -1):
        low = tokens[k].low
        if low in _NO:
            marks.add("deny")
            return
        if tokens[k].tag in VERBAL and low not in BE | HAVE:
            if low in verb_set("deny"):
                marks.add("deny")
            elif low in verb_set("cancel"):
                marks.add("cancel")
            return
        if low in (",", ";", ":"):
            return


def _head_verb(tokens: list[Token], trigger: Trigger, clause: Clause) -> int | None:
    """The verb left of a nominal event that it may be an object or adjunct of."""
    for i in range(trigger.a - 1, max(clause.a - 1, trigger.a - 13), -1):
        if tokens[i].tag in VERBAL and tokens[i].low not in BE | HAVE and tokens[i].tag != "MD":
            return i
        if tokens[i].low in (";", ":"):
            return None
    return None


def noun_marks(text: Text, trigger: Trigger, clause: Clause, marks: set[str], clauses: list[Clause]) -> None:
    """Marks on a nominal event: what stands before it, the verb it is an object of, the verb it is the subject of.

    A definite event ("the attack") is taken for granted by most verbs: only those by which it comes about lend it
    their mood ("will hold the march", but not "will investigate the attack").
    """
    tokens = text.tokens
    _modifiers(text, trigger, clause, marks)
    if trigger.a > clause.a and tokens[trigger.a - 1].low in ("suspect", "suspects"):
        # "prosecutors suspect arson": taken for a noun as often as for the verb that it is
        marks.add("claim")
    definite = _definite(tokens, trigger.a, clause.a)
    head = _head_verb(tokens, trigger, clause)
    if head is not None:
        between = [t.low for t in tokens[head + 1 : trigger.a]]
        adjunct = [w for w in between if w in _PRESUPPOSED or (w == "for" and tokens[head].low not in _PURPOSE)]
        if "responsibility" in between or "credit" in between:
            # who claims a deed does not doubt it; who denies it does not deny that it happened
            marks.add("report")
            return
        if any(w in _LIFTING for w in between):
            return
        if tokens[head].low in verb_set("accuse") and "for" in between:
            marks.add("blame")
        if adjunct and (definite or adjunct[-1] in _PRESUPPOSED - {"in", "during", "by", "at", "on"}):
            if _preventing(tokens[head]) and "from" in between:
                marks.add("fear")
            return
        if not adjunct and _in_vain(tokens, head, clause.a):
            return
        if not adjunct:
            _object_marks(text, trigger, head, clause, marks)
            if tokens[head].low in verb_set("mention"):
                return
        if (
            not definite
            or tokens[head].low in _OCCUR
            or "plan" in marks
            or (not adjunct and tokens[head].low in verb_set("deny") | verb_set("foil") | verb_set("cancel"))
        ):
            verb_marks(text, head, clause, marks, clauses)
        return
    _subject_marks(text, trigger, clause, marks, clauses, definite)


def _preventing(token: Token) -> bool:
    return token.low in verb_set("foil")


def _in_vain(tokens: list[Token], i: int, floor: int) -> bool:
    """Whether what a verb was to prevent happened all the same: "failed to prevent", "could not stop"."""
    if not _preventing(tokens[i]):
        return False
    return any(
        t.low in NOT or t.low.startswith("fail") or t.low in ("unable", "powerless", "little", "nothing")
        for t in tokens[max(floor, i - 4) : i]
    )


def _object_marks(text: Text, trigger: Trigger, head: int, clause: Clause, marks: set[str]) -> None:
    """What the verb at ``head`` does to its object, the nominal event."""
    tokens = text.tokens
    low = tokens[head].low
    before = set(marks)
    operate(tokens, head, marks, clause.a)
    if "warn" in marks - before:
        marks.add("fear")
    if low in verb_set("mention"):
        marks.add("mention")
    if low in ("simulated", "simulating", "simulate", "simulates", "rehearsed", "rehearsing", "rehearse"):
        marks.add("unreal")
    if low in _NAMING and tokens[head + 1].low not in ("for", "on", "off") and trigger.type not in _CALLED:
        # "what investigators are calling arson": a name, no call
        marks -= {"plan"} - before
    if low in ("spared", "spares", "spare", "sparing"):
        marks.add("neg")
    if low in ("announced", "announce", "announces", "announcing"):
        marks.add("announce")
    if low in ("ruled", "rule", "rules", "ruling") and tokens[head + 1].low == "out":
        marks.add("deny")
    if "report" in marks - before and low not in verb_set("publish"):
        marks.discard("report")


def _is_scheduled(tokens: list[Token], i: int, clause: Clause) -> bool:
    """Whether the verb at ``i`` sets a day for its subject: "is planned", "has been called for Friday"."""
    low = tokens[i].low
    if low in ("planned", "scheduled", "expected", "due", "announced") and is_passive(tokens, i, clause.a):
        return True
    return low in ("set", "called", "announced", "fixed") and tokens[min(i + 1, clause.b - 1)].low == "for"


def _whose_work(tokens: list[Token], i: int, clause: Clause) -> bool:
    """Whether only the doer is in doubt: "the attack may have been carried out by rebels"."""
    return tokens[i - 1].low == "been" and any(t.low == "by" for t in tokens[i + 1 : min(clause.b, i + 4)])


def _subject_marks(
    text: Text, trigger: Trigger, clause: Clause, marks: set[str], clauses: list[Clause], definite: bool
) -> None:
    """What is said of a nominal event that is the subject: "was called off", "is likely", "will be held"."""
    tokens = text.tokens
    known = lists()
    for i in range(trigger.b, clause.b):
        if tokens[i].tag not in VERBAL:
            continue
        fixed = tokens[i].low in ("set", "called", "announced", "fixed") and tokens[i + 1].low == "for"
        if (
            tokens[i].tag in ("VBN", "VBD")
            and (fixed or tokens[i].low in _PLANNED)
            and not is_passive(tokens, i, trigger.b)
        ):
            # "a march proposed for Sunday", also between commas
            marks.add("plan")
            continue
        last = _last_of_group(tokens, i, clause.b)
        low = tokens[last].low
        if low in ("called", "announced") and tokens[last + 1].low != "off":
            # "a march announced in the capital", "a strike has been called": planned, unless its day is over
            marks.add("announce")
        if definite and _whose_work(tokens, last, clause):
            return
        if low in _OCCUR or not (definite or "plan" in marks):
            verb_marks(text, last, clause, marks, clauses)
        if low in verb_set("cancel"):
            marks.add("cancel")
        elif low in verb_set("foil"):
            marks.add("foil")
        elif low in verb_set("deny") and is_passive(tokens, last, clause.a):
            marks.add("deny")
        elif _is_scheduled(tokens, last, clause):
            marks.add("plan")
        elif low in ("loom", "looms", "looming", "loomed"):
            marks.add("hypo")
        elif low in ("feared", "threatened") and is_passive(tokens, last, clause.a):
            marks.add("fear" if low == "feared" else "threat")
        elif low == "reported" and is_passive(tokens, last, clause.a):
            marks.add("report")
        if low in BE and last + 1 < clause.b and tokens[last + 1].low == "to":
            # "is to be held", "was to have begun"
            marks.add("plan")
        elif low in BE:
            for k in range(last + 1, min(clause.b, last + 4)):
                word = tokens[k].low
                if word in known["hypothetical_adjectives"] or word == "unlikely":
                    marks.add("hypo")
                elif word in known["planned_adjectives"] or word == "due":
                    marks.add("plan")
                elif word in NOT:
                    marks.add("neg")
        return
