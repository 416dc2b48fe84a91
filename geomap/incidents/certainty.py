"""How sure: from modality, negation, conditionals and reporting verbs to certainty and attribution.

Operators are collected from the trigger outwards: its own auxiliaries, the verb that governs its infinitive, the
verb or noun whose complement its clause is. The strongest wins in a fixed order (see ``_decide``), so that a
plan or a condition can never come out as reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from geomap.incidents.syntax import BE, DO, FINITE, HAVE, NOMINAL, VERBAL, Clause, Sentence, Text, Token, words
from geomap.incidents.triggers import Trigger, classes_of, verb_set
from geomap.lexicons import load_json
from geomap.records import Certainty, Level

__all__ = ["Judgement", "judge"]

_OPERATOR_NOUNS = {
    "rumour": "rumour", "rumours": "rumour", "rumor": "rumour", "rumors": "rumour", "reports": "report",
    "report": "report", "claim": "claim", "claims": "claim", "allegation": "claim", "allegations": "claim",
    "threat": "threat", "threats": "threat", "fear": "fear", "fears": "fear", "risk": "fear", "possibility": "fear",
    "danger": "fear", "prospect": "fear", "plan": "plan", "plans": "plan", "call": "plan", "calls": "plan",
    "decision": "plan", "preparations": "plan", "intention": "plan", "attempt": "attempt", "attempts": "attempt",
    "bid": "attempt", "effort": "attempt", "warning": "fear", "warnings": "fear", "suspicion": "claim",
    "accusation": "accuse", "accusations": "accuse", "denial": "deny", "order": "plan", "appeal": "plan",
    "permission": "plan", "proposal": "plan", "plot": "attempt", "word": "rumour", "speculation": "rumour",
    "statement": "report", "news": "report", "condition": "fear",
}  # fmt: skip
_VIOLENT = words(
    "armed_clash attack_civilians territory_change shelling explosive air_drone_strike abduction "
    "cbrn_attack suicide_bombing property_destruction mob_violence"
)
_CONDITIONALS = frozenset({"if", "unless", "should", "provided", "lest"})


@dataclass(slots=True)
class Judgement:
    """The verdict: certainty, level, who says so. ``operators`` are the marks it rests on."""

    certainty: Certainty = "reported"
    level: Level = "stated"
    source: str | None = None
    mention: bool = False
    operators: set[str] = field(default_factory=set)


@cache
def _lists() -> dict[str, frozenset[str]]:
    words = load_json("certainty.json")
    return {k: frozenset(v) for k, v in words.items() if isinstance(v, list)}


@cache
def _phrases(key: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(re.escape(p) for p in load_json("certainty.json")[key]) + r")\b")


def _verb_group(tokens: list[Token], i: int, floor: int, marks: set[str]) -> int:
    """Read the auxiliaries left of verb ``i`` into ``marks``; returns where the group begins."""
    lists = _lists()
    j = i - 1
    steps = 0
    while j >= floor and steps < 7:
        low = tokens[j].low
        if low in lists["modal_plan"]:
            marks.add("plan")
        elif low in lists["modal_would"] and tokens[j].tag == "MD":
            marks.add("would")
        elif low in lists["modal_hypo"] and tokens[j].tag == "MD":
            marks.add("hypo")
        elif low in ("not", "n't", "n’t", "never", "cannot"):
            marks.add("neg")
        elif low == "to":
            k = j - 1
            if k >= floor and tokens[k].low in BE:
                marks.add("plan")
                j = k
                break
            break
        elif low in BE or low in HAVE or low in DO or tokens[j].tag == "RB":
            pass
        else:
            break
        j -= 1
        steps += 1
    return j


def _operate(tokens: list[Token], i: int, marks: set[str]) -> None:
    """Add what the word at ``i`` does to its complement."""
    low = tokens[i].low
    if low in (
        "due",
        "set",
        "scheduled",
        "poised",
        "ready",
        "about",
        "going",
        "expected",
        "supposed",
        "bound",
        "likely",
    ):
        marks.add("hypo" if low == "likely" else "plan")
        return
    if low in ("unable", "refused", "refuse", "refuses", "declined"):
        marks.add("neg")
        return
    if low in _OPERATOR_NOUNS and tokens[i].tag in NOMINAL:
        marks.add(_OPERATOR_NOUNS[low])
        return
    for key in ("threat", "deny", "accuse", "claim", "attempt", "foil", "cancel", "plan", "fear", "report"):
        if low in verb_set(key):
            if key == "threat" and low.startswith("warn"):
                marks.update(("warn", "report"))
            else:
                marks.add(key)
            return


def _governor_of_infinitive(tokens: list[Token], j: int, floor: int) -> int | None:
    """The verb, noun or adjective that the infinitive after "to" (token ``j``) depends on."""
    for k in range(j - 1, max(floor - 1, j - 9), -1):
        token = tokens[k]
        if token.tag in VERBAL and token.low not in BE | HAVE:
            return k
        if token.low in (
            "due",
            "set",
            "scheduled",
            "poised",
            "ready",
            "about",
            "unable",
            "likely",
            "going",
            "supposed",
        ):
            return k
        if token.low in _OPERATOR_NOUNS and token.tag in NOMINAL:
            return k
        if token.low in (";", ":"):
            return None
    return None


def _verb_marks(text: Text, i: int, clause: Clause, marks: set[str], clauses: list[Clause]) -> None:
    """Marks on verb ``i``: its auxiliaries and, up a chain of infinitives and gerunds, what governs it."""
    tokens = text.tokens
    at = i
    for _ in range(4):
        j = _verb_group(tokens, at, clause.a, marks)
        if j < clause.a:
            # "would begin … and block": a further verb has its auxiliary in the clause before
            if clause.kind == "verb" and clause.parent is not None and tokens[at].tag in ("VB", "VBN", "VBD", "VBG"):
                parent = clauses[clause.parent]
                bare = tokens[at].tag == "VB" or clause.marker == "ing"
                head = _main_verb(tokens, parent)
                if head is not None and bare:
                    _verb_marks(text, head, parent, marks, clauses)
            return
        low = tokens[j].low
        if low == "to":
            k = _governor_of_infinitive(tokens, j, clause.a)
            if k is None:
                return
            _operate(tokens, k, marks)
            at = k
            continue
        if low in ("of", "from", "with", "for", "without") and tokens[at].tag == "VBG":
            if low == "without":
                marks.add("neg")
                return
            for k in range(j - 1, max(clause.a - 1, j - 8), -1):
                if tokens[k].tag in VERBAL or (tokens[k].low in _OPERATOR_NOUNS and tokens[k].tag in NOMINAL):
                    _operate(tokens, k, marks)
                    at = k
                    break
            else:
                return
            continue
        if tokens[at].tag == "VBG" and tokens[j].tag in VERBAL and low not in BE:
            _operate(tokens, j, marks)
            at = j
            continue
        return


def _main_verb(tokens: list[Token], clause: Clause) -> int | None:
    """The last verb of the clause's first verb group ("would" … "begin")."""
    for i in range(clause.a, clause.b):
        if tokens[i].tag in FINITE:
            last = i
            for j in range(i + 1, min(clause.b, i + 5)):
                if tokens[j].tag in VERBAL:
                    last = j
                elif tokens[j].tag != "RB" and tokens[j].low not in ("not", "n't"):
                    break
            return last
    return None


def _noun_marks(text: Text, trigger: Trigger, clause: Clause, marks: set[str], clauses: list[Clause]) -> None:
    tokens = text.tokens
    lists = _lists()
    for i in range(max(clause.a, trigger.a - 4), trigger.a):
        low = tokens[i].low
        if low in lists["planned_adjectives"]:
            marks.add("plan")
        elif low in lists["hypothetical_adjectives"]:
            marks.add("hypo")
        elif low in lists["threatened_adjectives"]:
            marks.add("threat")
        elif low in lists["attempted_adjectives"]:
            marks.add("attempt")
        elif low in lists["claimed_words"]:
            marks.add("claim")
        elif low == "no" and not any(t.tag in VERBAL for t in tokens[i + 1 : trigger.a]):
            marks.add("neg")
        elif (
            low in _OPERATOR_NOUNS
            and tokens[i].tag in NOMINAL
            and any(t.low in ("of", "for", "about") for t in tokens[i + 1 : trigger.a])
        ):
            marks.add(_OPERATOR_NOUNS[low])
    head: int | None = None
    for i in range(trigger.a - 1, max(clause.a - 1, trigger.a - 13), -1):
        if tokens[i].tag in VERBAL and tokens[i].low not in BE | HAVE and tokens[i].tag != "MD":
            head = i
            break
        if tokens[i].low in (";", ":"):
            break
    if head is not None:
        # an object, or part of a phrase behind the verb
        direct = not any(t.low in ("after", "during", "since", "in", "at", "by") for t in tokens[head + 1 : trigger.a])
        if direct:
            before = set(marks)
            _operate(tokens, head, marks)
            if tokens[head].low in verb_set("mention"):
                marks.add("mention")
            if "report" in marks - before and tokens[head].low not in ("reported", "report", "reports", "announced"):
                marks.discard("report")
        _verb_marks(text, head, clause, marks, clauses)
        return
    for i in range(trigger.b, clause.b):
        if tokens[i].tag in VERBAL:
            last = i
            for j in range(i + 1, min(clause.b, i + 5)):
                if tokens[j].tag in VERBAL:
                    last = j
                elif tokens[j].tag != "RB" and tokens[j].low not in ("not", "n't"):
                    break
            _verb_marks(text, last, clause, marks, clauses)
            low = tokens[last].low
            if low in verb_set("cancel") or low in verb_set("foil"):
                marks.add("cancel" if low in verb_set("cancel") else "foil")
            elif low in verb_set("deny"):
                marks.add("deny")
            elif low in ("planned", "scheduled", "expected", "due"):
                marks.add("plan")
            elif low in ("feared", "threatened"):
                marks.add("fear" if low == "feared" else "threat")
            return


def _source(text: Text, sentence: Sentence, verb: int, floor: int, ceiling: int) -> str | None:
    """The phrase that says so: the noun phrase before the reporting verb, or after it."""
    tokens = text.tokens
    a = verb - 1
    while a >= floor and (tokens[a].tag in ("RB", "MD") or tokens[a].low in BE | HAVE):
        a -= 1
    end = a + 1
    while a >= floor and tokens[a].low not in (",", ";", ":", "and", "but", "that", '"', "”", "“") and end - a < 14:
        if tokens[a].tag in ("VBD", "VBZ", "VBP"):
            break
        a -= 1
    a += 1
    while a < end and tokens[a].tag in ("IN", "CC", "RB"):
        a += 1
    if a < end and any(t.tag in NOMINAL or t.tag == "PRP" for t in tokens[a:end]):
        return text.text[tokens[a].start : tokens[end - 1].end]
    b = verb + 1
    while b < ceiling and tokens[b].low not in (",", ";", ":", ".", "that", '"', "“") and b - verb < 12:
        b += 1
    if b > verb + 1 and any(t.tag in NOMINAL for t in tokens[verb + 1 : b]):
        return text.text[tokens[verb + 1].start : tokens[b - 1].end]
    return None


def judge(text: Text, sentence: Sentence, trigger: Trigger, type_: str, floor: int = 0) -> Judgement:
    """Certainty and attribution of the incident that ``trigger`` reports; sources begin at character ``floor``."""
    tokens = text.tokens
    clauses = text.clauses_of(sentence)
    clause = text.clause_of(trigger.head)
    marks: set[str] = set()
    if trigger.pos == "n":
        _noun_marks(text, trigger, clause, marks, clauses)
    else:
        _verb_marks(text, trigger.head, clause, marks, clauses)
        passive_no = tokens[clause.a : trigger.head]
        if any(t.low in ("no", "nobody", "none", "neither") for t in passive_no[:3]):
            marks.add("neg")
        if any(t.low == "no" for t in tokens[trigger.head + 1 : trigger.head + 3]) and trigger.b > trigger.head + 1:
            marks.add("neg")
    source: str | None = None
    first = text.token_at(floor) if floor > sentence.start else sentence.a
    at: Clause | None = clause
    steps = 0
    reporting = verb_set("report") | verb_set("claim") | verb_set("deny") | verb_set("threat") | verb_set("accuse")
    while at is not None and steps < 6:
        steps += 1
        if at.marker in ("if", "unless", "whether", "lest"):
            marks.add("if")
        if at.parent is None:
            break
        parent = clauses[at.parent]
        if (at.kind == "that" and at.marker == "that") or (at.kind == "main" and at.parent is not None):
            edge = min(parent.b, at.a)
            for k in range(edge - 1, max(parent.a - 1, edge - 14), -1):
                token = tokens[k]
                if token.tag in VERBAL and token.low not in BE | HAVE and token.tag != "MD":
                    _operate(tokens, k, marks)
                    inner: set[str] = set()
                    _verb_marks(text, k, parent, inner, clauses)
                    marks |= (
                        {m for m in inner if m in ("plan", "attempt", "threat", "claim")}
                        if "report" not in marks
                        else set()
                    )
                    if token.low in reporting and source is None:
                        source = _source(text, sentence, k, max(parent.a, first), edge)
                    break
                if token.low in _OPERATOR_NOUNS and token.tag in NOMINAL and edge - k <= 3:
                    _operate(tokens, k, marks)
                    if any(t.low == "no" for t in tokens[max(parent.a, k - 4) : k]):
                        marks.add("deny")
                    break
        at = parent
    if source is None and "accuse" in marks:
        # "witnesses accused troops of shelling": the accuser is the subject
        for k in range(trigger.head - 1, clause.a - 1, -1):
            if tokens[k].tag in VERBAL and tokens[k].low in verb_set("accuse"):
                source = _source(text, sentence, k, max(clause.a, first), trigger.head)
                break
    # A tail: "…, the army said", "…, said a spokesman".
    for other in clauses:
        if other.a <= trigger.head < other.b or other.index < clause.index:
            continue
        if tokens[other.a].tag == "IN" or tokens[other.a].low == "despite":
            continue
        if other.b - other.a <= 22 and (other.own_subject or other.kind == "verb"):
            verb = _main_verb(tokens, other)
            if (
                verb is not None
                and other.kind == "main"
                and tokens[verb].low in reporting
                and other.index > clause.index
            ):
                nothing_after = other.b >= sentence.b - 1 or tokens[other.b - 1].low in (",", ";", "—")
                if nothing_after and tokens[other.a - 1].low in (",", '"', "”", "’", "'", "—"):
                    _tail(text, sentence, tokens, verb, other, marks)
                    source = source or _source(text, sentence, verb, other.a, other.b)
                    break
    if "report" not in marks:
        # the same tail inside one clause: "…, said X" with the verb first
        for k in range(trigger.b, sentence.b):
            if tokens[k].low in ("said", "says", "reported", "added", "announced") and tokens[k - 1].low in (
                ",",
                '"',
                "”",
            ):
                marks.add("report")
                source = source or _source(text, sentence, k, k, sentence.b)
                break
    chunk = text.text[sentence.start : sentence.end]
    folded = chunk.lower()
    own = text.text[tokens[clause.a].start : tokens[clause.b - 1].end].lower()
    if "according to" in folded:
        marks.add("report")
        found = re.search(r"according to ([^,.;]{2,80})", chunk, re.IGNORECASE)
        source = source or (found[1] if found else None)
    elif _phrases("attributed_phrases").search(folded):
        marks.add("report")
    rumour = _phrases("rumour_strong").search(folded)
    if rumour:
        marks.add("rumour")
    if _phrases("no_truth_phrases").search(text.text[sentence.start : tokens[trigger.head].start].lower()[-160:]) and (
        clause.parent is not None or trigger.pos == "n" or "denied" in own
    ):
        near = text.text[sentence.start : tokens[trigger.head].start].lower()[-160:]
        if "denied" not in near or "deny" in marks or near.rstrip().endswith(("denied", "denies")):
            marks.add("deny")
    if any(w in own for w in (" allegedly ", "purportedly")):
        marks.add("claim")
    stop = clause.b
    for other in clauses[clause.index + 1 :]:
        if other.kind != "verb" and not (other.marker == "but" and other.own_subject):
            break
        stop = other.b
    rest = text.text[tokens[trigger.a].start : tokens[stop - 1].end][:200].lower()
    if (trigger.pos == "n" or "plan" in marks) and _phrases("cancelled_phrases").search(rest):
        marks.add("cancel")
    if _phrases("failed_phrases").search(rest):
        marks.add("failed")
    conditional = any(c.marker in ("if", "unless", "lest") for c in clauses if c.index != clause.index) or any(
        t.low in ("if", "unless") for t in tokens[sentence.a : sentence.b]
    )
    agents = {t.low for t in tokens[clause.a : trigger.head]}
    armed = bool(agents & (classes_of("ARMED") | classes_of("FORCE"))) or bool(agents & {"we", "our", "his", "their"})
    verdict = Judgement(operators=marks, source=source, mention="mention" in marks)
    verdict.certainty = _decide(marks, conditional, type_, armed)
    verdict.level = _level(marks)
    return verdict


def _tail(text: Text, sentence: Sentence, tokens: list[Token], verb: int, clause: Clause, marks: set[str]) -> None:
    low = tokens[verb].low
    if low in verb_set("accuse"):
        marks.add("accuse")
    elif low in verb_set("claim"):
        marks.add("claim")
    elif low not in verb_set("deny"):
        marks.add("report")
        if low in verb_set("fear"):
            marks.add("warn")


def _decide(marks: set[str], conditional: bool, type_: str, armed: bool) -> Certainty:
    """The fixed order: condition, threat, denial, cancelled, attempt, plan, claim, else reported."""
    modal = bool(marks & {"would", "hypo", "plan"})
    if "if" in marks:
        return "hypothetical"
    if "threat" in marks:
        return "threatened"
    if conditional and modal and "deny" not in marks and "neg" not in marks:
        return "threatened" if armed and "report" in marks and type_ in _VIOLENT else "hypothetical"
    if marks & {"deny", "cancel"}:
        return "negated"
    if "failed" in marks and "neg" not in marks:
        return "attempted"
    if "neg" in marks:
        return "negated"
    if marks & {"hypo", "fear"} or ("warn" in marks and "would" in marks):
        return "hypothetical"
    if marks & {"attempt", "foil"}:
        return "attempted"
    if marks & {"plan", "would"}:
        return "planned"
    if marks & {"claim", "accuse"}:
        return "claimed"
    return "reported"


def _level(marks: set[str]) -> Level:
    if "rumour" in marks:
        return "rumoured"
    if "accuse" in marks:
        return "accused"
    if marks & {"report", "claim", "deny", "warn", "fear", "threat"}:
        return "attributed"
    return "stated"
