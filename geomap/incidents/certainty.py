"""How sure: from modality, negation, conditionals and reporting verbs to certainty and attribution.

Operators are collected from the trigger outwards: its own auxiliaries, the verb that governs its infinitive, the verb
or noun whose complement its clause is (``operators``); then who says so and what is called false later on
(``saying``). The strongest wins in a fixed order (see ``_decide``), so that a plan or a condition can never come out
as reported. What is only played, drilled or told in fiction is ``unreal`` and no incident at all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geomap.incidents.operators import noun_marks, operate, operator_noun, phrases, verb_marks
from geomap.incidents.saying import by_account, called_false, cited, doubted, speaker_around, speaker_of
from geomap.incidents.syntax import BE, HAVE, NOMINAL, VERBAL, Clause, Sentence, Text, Token, words
from geomap.incidents.triggers import Trigger, classes_of, is_report, saying_verbs, verb_set
from geomap.records import Certainty, Level

if TYPE_CHECKING:
    from geomap.incidents.saying import Quotation
    from geomap.incidents.story import Draft, Story

__all__ = ["Judgement", "judge"]

_VIOLENT = words(
    "armed_clash attack_civilians territory_change shelling explosive air_drone_strike abduction "
    "cbrn_attack suicide_bombing property_destruction mob_violence"
)
_PUBLIC = words("protest barricade_blockade movement_restriction political_act agreement_ceasefire")
"""Types that are called and called off in public, not attempted."""
_CONDITIONALS = words("if unless lest provided")
_PRONOUNS = words("they he she we i it")
_REAL_IN_DRILLS = words("killed wounded injured died hurt dead accident crashed accidentally fired launched test-fired")
"""Words by which an exercise was the scene of something real."""
_DRILL = re.compile(
    r"\b(?:during|in|at|for|as part of) (?:an?|the|their|its|this|that|joint|annual|military|\w+day's)"
    r"(?: [\w-]+){0,3} (?:exercises?|drills?|simulations?|war games?|re-?enactments?|rehearsals?)\b"
    r"|\b(?:exercises?|drills?|war games?)\b[^.;]{0,60}\b(?:simulat|rehears|imagin|scenario)"
    r"|\b(?:simulat(?:ed|es|ing|ion)|rehears(?:ed|es|ing)|re-?enact(?:ed|s|ing))\b"
)
_FICTION = re.compile(
    r"\b(?:in|of) (?:an?|the|his|her|their|this|that|its|whose)(?: [\w-]+){0,2} (?:film|movie|novel|thriller|tv series|"
    r"television series|drama|sitcom|play|opera|video game|short story|episode|screenplay|comedy)\b(?! festival| theat)"
    r"|\b(?:film|movie|novel|thriller|drama|play|opera|game|episode|comedy|series)(?: [\w'’“”\"-]+){0,5} "
    r"(?:describes?|depicts?|portrays?|tells|recounts|follows|imagines|dramati[sz]es|is about|is set|stars)\b"
)
_CORRECTED = re.compile(
    r"\b(?:an? (?:earlier|previous|prior|initial) (?:version|edition) of (?:this|the|our) (?:\w+ )?"
    r"(?:article|story|report|dispatch|text|item)|this (?:article|story|report) (?:originally|initially|previously|"
    r"incorrectly|wrongly|mistakenly)|we (?:wrongly|incorrectly|mistakenly) (?:said|reported|stated))\b"
)
_WRONGLY = re.compile(r"\b(?:wrongly|incorrectly|mistakenly|erroneously|falsely) (?:said|reported|stated|claimed)\b")
_BACKGROUND = re.compile(
    r"\b(?:anniversary of|(?:years?|decades?|centur(?:y|ies)) (?:after|since|on from|before)|in memory of|"
    r"commemorat\w+|(?:years?|decades?) ago)\b[^,;.]{0,60}$"
)
_YEAR = re.compile(r"\b(?:the|an?|this|of|'s|’s) ((?:1[5-9]|20)\d\d)(?:[-–]\d\d)? (?:[\w-]+ ){0,2}$")
_AGO = re.compile(r"\b(?:years|decades|centuries) (?:ago|earlier|before)\b")
_WHETHER = re.compile(
    r"\bwhether (?:or not )?[^,;:]*$|\b(?:know|knew|known|clear|say|asked|sure|see|wonder\w*) if [^,;:]*$"
)
_PREVENTED = re.compile(
    r"\b(?:stopp?(?:s|ed|ing)? short of|rul(?:es?|ed|ing) out|decid(?:es?|ed|ing) against|"
    r"refrain(?:s|ed|ing)? from|h(?:eld|old|olds) (?:back|off) from|shied away from|back(?:s|ed) away from|"
    r"instead of|rather than|chose not to|opted not to)(?: [\w'’-]+){0,4} $"
)
_HAD_BEEN_SET = re.compile(
    r"(?:that|which) (?:(?:is|are|was|were) (?:due )?to|should have|had been (?:planned|called|scheduled|announced)|"
    r"(?:was|were|is|are) (?:planned|scheduled|called|announced|expected|set))\b"
)
_IN_CASE = re.compile(
    r"\b(?:in (?:the )?(?:case|event) of|on the (?:verge|brink|point) of|at risk of)(?: [\w'’-]+){0,4} $"
)
_TO_PREVENT = re.compile(
    r"\b(?:prevent|avert|deter|forestall|avoid|pre-empt|stop)(?:ing)? (?:\w+ )?"
    r"(?:further|more|new|another|future|any)(?: \w+){0,2} $"
)


_PART_IN = re.compile(
    r"\b(?:behind|responsible for|involved in|complicit in|complicity in|linked to|connected (?:to|with)|"
    r"(?:part|role|hand|involvement) in|(?:responsibility|blame|credit) for)(?: [\w'’-]+){0,4} $"
)


@dataclass(slots=True)
class Judgement:
    """The verdict: certainty, level, who says so. ``operators`` are the marks it rests on.

    ``mention``: the clause only speaks about the incident ("condemned the attack"); ``unreal``: it is a drill or
    fiction; ``background``: it is told as history.
    """

    certainty: Certainty = "reported"
    level: Level = "stated"
    source: str | None = None
    mention: bool = False
    unreal: bool = False
    background: bool = False
    operators: set[str] = field(default_factory=set)


def judge(story: Story, draft: Draft) -> Judgement:
    """Certainty and attribution of the incident that a draft reports."""
    text, sentence, trigger = story.text, draft.sentence, draft.main
    tokens = text.tokens
    clauses = text.clauses_of(sentence)
    clause = text.clause_of(trigger.head)
    marks: set[str] = set()
    if trigger.pos == "n":
        noun_marks(text, trigger, clause, marks, clauses)
    else:
        _verb_trigger(text, trigger, clause, marks, clauses)
    floor = text.token_at(story.story_start) if story.story_start > sentence.start else sentence.a
    source = _climb(text, sentence, clause, clauses, floor, marks)
    if source is None and "accuse" in marks:
        source = _accuser(text, clause, trigger, floor)
    source = _said(story, draft, clause, marks, source)
    _set_phrases(text, sentence, clause, clauses, trigger, marks)
    conditional = _conditional(tokens, sentence, clause, clauses)
    agents = {t.low for t in tokens[clause.a : trigger.head]}
    armed = bool(agents & (classes_of("ARMED") | classes_of("FORCE"))) or bool(agents & {"we", "our", "his", "their"})
    low = tokens[trigger.head].low
    announced = "announce" in marks or (trigger.pos == "v" and low in ("call", "calls", "called", "calling"))
    if announced and draft.type in ("protest", "barricade_blockade") and not _past_day(story, sentence):
        marks.add("plan")
    if trigger.pos == "v" and low in ("foil", "foils", "foiled", "thwart", "thwarts", "thwarted", "averted"):
        marks.add("attempt")
    if trigger.pos == "v" and low in verb_set("accuse"):
        marks.add("blame")
    if marks & {"report"} and draft.type in _VIOLENT and _own_deed(text, clause, clauses, trigger):
        marks.add("claim")
    if "warn" in marks and marks & {"would", "plan"} and agents & _PRONOUNS:
        # "warned that they would": the speaker's own deed is a threat
        marks.add("threat")
    if trigger.pos == "n" and _PART_IN.search(_before(text, sentence, trigger)):
        # who denies a part in it does not deny that it happened
        marks -= {"deny", "neg", "claim"}
        marks.add("report")
    elif "deny" not in marks:
        _gainsaid(text, sentence, trigger, marks)
    return Judgement(
        certainty=_decide(marks, conditional, draft.type, armed),
        level=_level(marks),
        source=source,
        mention="mention" in marks,
        unreal=_unreal(text, sentence, draft.type, marks) or (draft.effect_only and _sums_up(story, sentence)),
        background=_is_background(story, sentence, trigger)
        or (draft.effect_only and _goes_with_history(story, sentence)),
        operators=marks,
    )


_OWN = words("they it he we its their his our")
_BELLIGERENTS = words(
    "army military navy forces force coalition fighters rebels militants militia militias insurgents jihadists group "
    "movement front militiamen guerrillas ministry troops command air junta brigade faction gang separatists"
)


def _own_deed(text: Text, clause: Clause, clauses: list[Clause], trigger: Trigger) -> bool:
    """Whether a party to the fighting tells what its own side did: "the rebels said they had seized …".

    Nobody else is named for it, so it is a claim. What police or officials say of their own work is news.
    """
    if clause.parent is None or clause.kind != "that" or trigger.pos != "v":
        return False
    tokens = text.tokens
    start = clause.a + (tokens[clause.a].low == "that")
    if tokens[start].low not in _OWN or start >= trigger.head:
        return False
    parent = clauses[clause.parent]
    speaker = tokens[parent.a : min(parent.b, clause.a)]
    said = next((n for n, t in enumerate(speaker) if t.tag in VERBAL), len(speaker))
    lows = {t.low for t in speaker[:said]}
    if lows & {"police", "officials", "official", "authorities", "witnesses", "residents", "un", "mission"}:
        return False
    return bool(lows & (_BELLIGERENTS | classes_of("ARMED"))) or any(
        t.tag == "NNPS" or (t.tag == "NNP" and tokens[parent.a].low == "the") for t in speaker[:said]
    )


def _past_day(story: Story, sentence: Sentence) -> bool:
    """Whether the sentence names days before publication only; "for Saturday" is the Saturday to come."""
    found = story.dates_in(sentence.start, sentence.end)
    if any(
        story.article.text[max(0, d.start - 5) : d.start].lower().endswith((" for ", "from ", "next ")) for d in found
    ):
        return False
    ends = [d.date_end for d in found if d.date_end is not None]
    return bool(ends) and story.article.published is not None and max(ends) < story.article.published


def _verb_trigger(text: Text, trigger: Trigger, clause: Clause, marks: set[str], clauses: list[Clause]) -> None:
    tokens = text.tokens
    verb_marks(text, trigger.head, clause, marks, clauses)
    subject = tokens[clause.a : trigger.head]
    if any(t.tag in ("WRB", "WP") for t in subject):
        # "nobody knows why gunmen attacked"
        return
    if any(t.low in ("no", "nobody", "none", "neither") for t in subject[:3]) or _no_subject(tokens, clause.a, trigger):
        marks.add("neg")
    if clause.marker == "before" and any(t.low in ("could", "can") for t in subject):
        # "before he could set off his vest": it was tried, or was to be
        marks.discard("hypo")
        marks.add("attempt")
    if len(subject) > 2 and subject[0].low == "not" and subject[1].low in ("a", "one"):
        marks.add("neg")
    if any(t.low == "no" for t in tokens[trigger.head + 1 : trigger.head + 3]) and trigger.b > trigger.head + 1:
        marks.add("neg")


def _no_subject(tokens: list[Token], floor: int, trigger: Trigger) -> bool:
    """Whether "no" heads the subject right before the verb: "for the first time in days no shells fell"."""
    for i in range(trigger.head - 1, max(floor - 1, trigger.head - 6), -1):
        if tokens[i].low == "no":
            return True
        if tokens[i].tag not in (*NOMINAL, "JJ", "RB"):
            return False
    return False


# ------------------------------------------------------------------------------------------ outwards


def _climb(
    text: Text, sentence: Sentence, clause: Clause, clauses: list[Clause], floor: int, marks: set[str]
) -> str | None:
    """Walk from the trigger's clause up to the main one; collect what each governs and the nearest source."""
    source: str | None = None
    at: Clause | None = clause
    for _ in range(6):
        if at is None:
            break
        if at.marker in ("if", "unless", "whether", "lest"):
            marks.add("if")
        if at.parent is None:
            break
        parent = clauses[at.parent]
        if (at.kind == "that" and at.marker == "that") or at.kind == "main":
            found = _governor(text, parent, at, clauses, marks, max(parent.a, floor))
            source = source or found
            if parent.kind == "verb" and parent.parent is not None and is_report(text, parent):
                # "denied that A, and said that B": B hangs on "said" alone, and the speaker is the same
                between = clauses[parent.parent]
                parent = _beside(parent, clauses)
                if parent is not clause and between is not parent:
                    source = source or _governor(text, parent, between, clauses, set(), max(parent.a, floor))
        at = parent
    return source


def _beside(clause: Clause, clauses: list[Clause]) -> Clause:
    """The clause whose verb a further verb of saying stands beside: not the complement that lies between the two."""
    between = clauses[clause.parent] if clause.parent is not None else clause
    if between.kind == "that" and between.marker == "that" and between.parent is not None:
        return clauses[between.parent]
    return clause


def _governor(
    text: Text, parent: Clause, clause: Clause, clauses: list[Clause], marks: set[str], floor: int
) -> str | None:
    """Read the verb or noun whose complement ``clause`` is; returns the source that it names."""
    tokens = text.tokens
    reporting = saying_verbs() | verb_set("threat") | verb_set("accuse")
    edge = min(parent.b, clause.a)
    for k in range(edge - 1, max(parent.a - 1, edge - 14), -1):
        token = tokens[k]
        if token.tag in VERBAL and token.low not in BE | HAVE and token.tag != "MD":
            _complement_of_verb(text, k, parent, clauses, marks)
            if token.low in reporting:
                return speaker_of(text, k, floor, edge)
            return None
        if operator_noun(token) is not None and edge - k <= 3:
            operate(tokens, k, marks, parent.a)
            _noun_with_complement(tokens, k, parent, marks)
            return None
    return None


def _complement_of_verb(text: Text, k: int, parent: Clause, clauses: list[Clause], marks: set[str]) -> None:
    """What the verb at ``k`` says about its complement: "said", "did not confirm", "is thought", "will announce"."""
    tokens = text.tokens
    known = set(marks)
    operate(tokens, k, marks, parent.a, infinitive=_impersonal(tokens, k, parent))
    inner: set[str] = set()
    verb_marks(text, k, parent, inner, clauses)
    new = marks - known
    if "neg" in inner:
        if "deny" in new:
            # "did not deny", "has not ruled out": it may be
            marks.discard("deny")
            marks.add("claim")
        elif tokens[k].low in verb_set("publish"):
            marks.update(("claim", "unsure"))
        elif "report" not in new:
            marks.add("neg")
    if "report" not in marks:
        marks |= inner & {"plan", "attempt", "threat", "claim"}


def _impersonal(tokens: list[Token], k: int, parent: Clause) -> bool:
    """Whether the verb is "it is believed that …"."""
    return tokens[parent.a].low == "it" or (parent.a + 1 < k and tokens[k - 2].low == "it")


def _noun_with_complement(tokens: list[Token], k: int, parent: Clause, marks: set[str]) -> None:
    """What is done to a noun like "claims" before its that-clause: "rejected claims that", "no evidence that"."""
    for j in range(k - 1, max(parent.a - 1, k - 7), -1):
        low = tokens[j].low
        if low == "no":
            marks.add("deny")
            return
        if tokens[j].tag in VERBAL and low not in BE | HAVE:
            if low in verb_set("deny"):
                marks.add("deny")
            return
        if low in (",", ";", ":"):
            return


def _accuser(text: Text, clause: Clause, trigger: Trigger, floor: int) -> str | None:
    """The subject of "accused": "witnesses accused troops of shelling"."""
    tokens = text.tokens
    for k in range(trigger.head - 1, clause.a - 1, -1):
        if tokens[k].tag in VERBAL and tokens[k].low in verb_set("accuse"):
            if tokens[k].tag == "VBN" and k > clause.a and tokens[k - 1].tag in NOMINAL:
                return None  # "rebels accused of": the accuser is not named
            return speaker_of(text, k, max(clause.a, floor), k + 1)
    return None


# ------------------------------------------------------------------------------------------ who says so


def _said(story: Story, draft: Draft, clause: Clause, marks: set[str], source: str | None) -> str | None:
    """Take in speakers behind or between the words, set phrases, and quotation marks."""
    text, sentence, trigger = story.text, draft.sentence, draft.main
    tokens = text.tokens
    start, end = _stretch(text, sentence, trigger)
    named = cited(text, start, end)
    if named is not None or phrases("attributed_phrases").search(text.text[start:end].lower()):
        marks.add("report")
        source = named or source
    if named is not None and draft.type in _VIOLENT and by_account(text, start, end):
        # "by the army's account": told as one side's view
        marks.add("claim")
    around = speaker_around(text, sentence, clause.a, trigger.b)
    if around is not None:
        low = tokens[around.verb].low
        if low in verb_set("claim"):
            marks.add("claim")
        marks.add("report")
        if low in verb_set("fear") and low not in verb_set("publish"):
            marks.add("warn")
        source = source or around.source
    quotation = _quotation_at(story.quotations, trigger.head)
    if quotation is not None:
        marks.add("report")
        source = source or quotation.speaker
    if source is None and "report" not in marks:
        source = _label(text, sentence, trigger, marks)
    if doubted(text, sentence, start, end):
        marks.add("rumour")
    return source


def _quotation_at(found: list[Quotation], token: int) -> Quotation | None:
    at = bisect_right(found, token, key=lambda q: q.a) - 1
    return found[at] if at >= 0 and found[at].b > token else None


def _stretch(text: Text, sentence: Sentence, trigger: Trigger) -> tuple[int, int]:
    """The characters of a sentence that go with a trigger: semicolons part them."""
    a, b = sentence.a, sentence.b
    for k in range(trigger.a - 1, sentence.a - 1, -1):
        if text.tokens[k].low == ";":
            a = k + 1
            break
    for k in range(trigger.b, sentence.b):
        if text.tokens[k].low == ";":
            b = k
            break
    return text.tokens[a].start, text.tokens[b - 1].end


_LABELS = words(
    "media television tv radio agency newspaper report reports police army military ministry government officials "
    "official witnesses residents authorities spokesman spokeswoman source sources monitor monitors un witness"
)


def _label(text: Text, sentence: Sentence, trigger: Trigger, marks: set[str]) -> str | None:
    """A source put before or behind a colon or dash, as headlines do: "Army: …", "… - state media"."""
    tokens = text.tokens
    for k in range(sentence.a + 1, min(sentence.a + 6, trigger.a)):
        if tokens[k].low == ":" and not any(t.tag in VERBAL for t in tokens[sentence.a : k]):
            if any(t.low in _LABELS for t in tokens[sentence.a : k]):
                marks.add("report")
                return text.text[tokens[sentence.a].start : tokens[k - 1].end]
            return None
    for k in range(sentence.b - 2, max(trigger.b, sentence.b - 6), -1):
        if tokens[k].low in (":", "-", "–", "—") and tokens[k - 1].end < tokens[k].start + (tokens[k].low == ":"):
            tail = tokens[k + 1 : sentence.b]
            if any(t.low in _LABELS for t in tail) and not any(t.tag in VERBAL for t in tail):
                marks.add("report")
                return text.text[tail[0].start : tail[-1].end].rstrip(".")
            return None
    return None


# ------------------------------------------------------------------------------------------ set phrases


# "denied that A and said that B": B is told, not denied
_SAID_NEXT = re.compile(r"\b(?:and|but|,) (?:said|says|added|adding|insisted|maintained)\b")


def _set_phrases(
    text: Text, sentence: Sentence, clause: Clause, clauses: list[Clause], trigger: Trigger, marks: set[str]
) -> None:
    """Phrases of several words that decide: "no truth in", "called off", "stopped short of", "whether"."""
    tokens = text.tokens
    head = tokens[trigger.a].start
    before = text.text[max(sentence.start, head - 160) : head].lower()
    own = text.text[tokens[clause.a].start : tokens[clause.b - 1].end].lower()
    if phrases("no_truth_phrases").search(_SAID_NEXT.split(before)[-1]):
        marks.add("deny")
    if _WHETHER.search(before):
        marks.add("if")
    if _PREVENTED.search(before):
        marks.add("neg")
        marks.discard("attempt")
    if _IN_CASE.search(before) or _TO_PREVENT.search(before):
        marks.add("fear")
    if _CORRECTED.search(before) or _WRONGLY.search(before):
        marks.add("deny")
    if any(w in own for w in (" allegedly ", "purportedly", " purported ")):
        marks.add("claim")
    stop = clause.b
    for other in clauses[clause.index + 1 :]:
        if other.kind != "verb" and not (other.marker == "but" and other.own_subject):
            break
        stop = other.b
    if stop == clause.b and clause.b - trigger.b <= 1 and len(clauses) > clause.index + 1:
        # "a rally that was to be held on Sunday was scrapped": its own verb stands behind the relative clause
        relative = clauses[clause.index + 1]
        if relative.kind == "that" and relative.marker in ("that", "which"):
            stop = relative.b
            told = text.text[tokens[relative.a].start : tokens[relative.b - 1].end].lower()
            if trigger.pos == "n" and _HAD_BEEN_SET.match(told):
                marks.add("plan")
    rest = text.text[tokens[trigger.a].start : tokens[stop - 1].end][:200].lower()
    if trigger.pos == "n" or "plan" in marks:
        if phrases("cancelled_phrases").search(rest):
            marks.add("cancel")
        if re.search(r"\b(?:postponed|delayed|put off|moved|rescheduled) (?:until|till|to|for|by)\b", rest):
            marks.add("postponed")
    if trigger.type in _PUBLIC and re.search(r"\b(?:was|were|been|be) (?:averted|forestalled)\b", rest):
        # a strike or march averted was never tried
        marks.add("cancel")
    elif phrases("failed_phrases").search(rest):
        marks.add("failed")
    if sentence.b - sentence.a > 2 and any(t.low == "?" for t in tokens[sentence.b - 2 : sentence.b]):
        marks.add("question")


def _gainsaid(text: Text, sentence: Sentence, trigger: Trigger, marks: set[str]) -> None:
    """What is said later of the same report: it is false, or the other side denies it."""
    said = marks & {"report", "claim", "accuse", "rumour"}
    verdict = called_false(text, sentence, trigger.head)
    if (verdict == "hoax" and trigger.type != "threat") or (verdict == "false" and said):
        marks.add("deny")
    elif verdict == "denied" and said:
        marks.add("deny" if "rumour" in marks or (trigger.pos == "n" and "claim" not in marks) else "claim")


def _conditional(tokens: list[Token], sentence: Sentence, clause: Clause, clauses: list[Clause]) -> bool:
    return any(c.marker in _CONDITIONALS for c in clauses if c.index != clause.index) or any(
        t.low in ("if", "unless") for t in tokens[sentence.a : sentence.b]
    )


# ------------------------------------------------------------------------------------------ what is no news


def _unreal(text: Text, sentence: Sentence, type_: str, marks: set[str]) -> bool:
    """Whether a sentence tells a drill, a re-enactment or a story made up."""
    if "unreal" in marks:
        return True
    folded = text.text[sentence.start : sentence.end].lower()[:600]
    if _FICTION.search(folded):
        return True
    if type_ in ("force_movement", "alert_alarm", "protest", "movement_restriction") or not _DRILL.search(folded):
        return False
    return not any(t.low in _REAL_IN_DRILLS for t in text.tokens[sentence.a : sentence.b])


_SUM = re.compile(
    r"\b(?:since (?:the (?:start|beginning|outbreak)|last|early|late|mid|january|february|march|april|may|june|july|"
    r"august|september|october|november|december|\d{4}|then)|(?:so far )?this year|to date|"
    r"over(?:all)? the (?:past|last)|in the (?:past|last) (?:\w+ )?(?:months|years|decade)|"
    r"in (?:two|three|four|five|six|seven|eight|nine|ten|\w+teen|"
    r"\w+ty|\d+) years of|in all)\b"
)


def _sums_up(story: Story, sentence: Sentence) -> bool:
    """Whether a sentence without a place only adds up the dead of a long time ("since January 4,000 have died")."""
    if any(s.use != "dateline" for s in story.spots_in(sentence)):
        return False
    return _SUM.search(story.article.text[sentence.start : sentence.end].lower()) is not None


def _is_background(story: Story, sentence: Sentence, trigger: Trigger) -> bool:
    """Whether "ten years after", a year of its own ("the 1994 massacre") or "years ago" makes it history."""
    text = story.text
    before = _before(text, sentence, trigger)
    if trigger.pos == "n":
        year = _YEAR.search(before)
        if year is not None and story.published is not None and int(year[1]) < story.published.year - 1:
            return True
        return _BACKGROUND.search(before) is not None
    return _AGO.search(text.text[sentence.start : sentence.end].lower()) is not None


def _goes_with_history(story: Story, sentence: Sentence) -> bool:
    """Whether a sentence of harm without a day goes on from one that tells of a day long past."""
    if not sentence.index or story.dates_in(sentence.start, sentence.end):
        return False
    previous = story.text.sentences[sentence.index - 1]
    days = [d for d in story.dates_in(previous.start, previous.end) if d.date_end is not None]
    return previous.paragraph == sentence.paragraph and bool(days) and all(story.is_old(d.date_end) for d in days)


def _before(text: Text, sentence: Sentence, trigger: Trigger) -> str:
    head = text.tokens[trigger.a].start
    return text.text[max(sentence.start, head - 120) : head].lower()


# ------------------------------------------------------------------------------------------ the verdict


def _decide(marks: set[str], conditional: bool, type_: str, armed: bool) -> Certainty:
    """The fixed order: condition, threat, denial, cancelled, attempt, plan, claim, else reported."""
    modal = bool(marks & {"would", "hypo", "plan"})
    if "if" in marks:
        return "hypothetical"
    if "threat" in marks:
        return "threatened"
    if conditional and modal and "deny" not in marks and "neg" not in marks:
        return "threatened" if armed and "report" in marks and type_ in _VIOLENT else "hypothetical"
    if "deny" in marks:
        return "negated"
    if "postponed" in marks:
        return "planned"
    if "cancel" in marks:
        return "negated"
    if "failed" in marks and "neg" not in marks:
        return "attempted"
    if "neg" in marks:
        return "negated"
    if marks & {"hypo", "fear", "question"} or ("warn" in marks and "would" in marks):
        return "hypothetical"
    if marks & {"attempt", "foil"}:
        return "attempted"
    if marks & {"plan", "would"} or ("purpose" in marks and type_ in _VIOLENT):
        return "planned"
    if marks & {"claim", "accuse", "seem"}:
        return "claimed"
    return "reported"


def _level(marks: set[str]) -> Level:
    if "rumour" in marks or "unsure" in marks:
        return "rumoured"
    if marks & {"accuse", "blame"}:
        return "accused"
    if marks & {"report", "claim", "deny", "warn", "fear", "threat"}:
        return "attributed"
    return "stated"
