"""How many were killed, injured, held or gathered, as ranges; what the words of quantity mean is in ``numbers``.

The victims of a verb are its subject where it is passive or intransitive, its object otherwise: a list of groups
("two soldiers, a policeman and four civilians") adds up, what is only part of a group ("including three children",
"five of them women") does not. "No casualties" is (0, 0), which is not the same as nothing said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from geomap.incidents.numbers import ANIMALS_AND_THINGS, Count, Number, numbers_in, total, word_number
from geomap.incidents.operators import NOT, is_passive
from geomap.incidents.syntax import BE, HAVE, NOMINAL, VERBAL, Clause, Sentence, Text, Token, words
from geomap.incidents.triggers import classes_of

__all__ = ["Count", "Harm", "casualties", "crowd", "held", "later_toll", "none_hurt", "word_number"]

_KILL = words(
    "kill kills killed killing murdered murder murdering massacred massacring massacre assassinated assassinating "
    "executed executing slaughtered slaughtering beheaded lynched lynching claimed claiming cost slain neutralised "
    "neutralized liquidated eliminated beheading murders massacres executes assassinates lynches gunned"
)
"""Verbs that take whom they kill as their object."""
_DIE = words(
    "dead die dies died dying drowned perished deaths death fatalities martyred succumbed bodies corpses lives"
)
_INJURE = words(
    "injure injures injured injuring wound wounds wounded wounding hurt hurting maimed maiming hospitalised "
    "hospitalized"
)
_INJURIES = words("injuries wounded injured")
_NEUTRALISED = words("neutralised neutralized")
"""An army's word for killed or captured: beside a toll of dead it adds none to so many; alone it gives the figure."""
_TO_DEATH = words(
    "beat beaten beating beats stabbed stabbing hacked hacking stoned stoning clubbed bludgeoned burned burnt burning "
    "crushed tortured trampled shot shooting strangled kicked battered frozen froze starved bled knifed choked pelted "
    "whipped flogged lynched dragged mauled"
)
"""Verbs that, with "to death", tell of the dead."""
_ALIGHT = words("alight ablaze afire")
_SINKING = words("earthquake quake landslide mudslide avalanche eruption landslip tremor flood floods tsunami collapse")
_MOURNED = words("memory mourn mourned mourning remember remembered honour honor funeral funerals buried tribute bury")
_CARE = words("treated taken rushed sent admitted brought carried flown ferried")
_HOLD = words(
    "arrest arrests arrested arresting detain detains detained detaining kidnap kidnaps kidnapped kidnapping abduct "
    "abducts abducted abducting captured capturing seized seizing apprehended nabbed rounded "
    "took taken taking netted"
)
_TAKEN = words("hostage hostages captive prisoner prisoners custody away")
_HELD_NOUNS = words("arrests arrest detentions detention abduction kidnapping abductions kidnappings capture hostages")
_COLLECTIVE = words(
    "police army military navy force forces unit gang family crowd militia government ministry mob community public "
    "group battalion brigade division regiment patrol coalition convoy squad swat crew garrison junta authority "
    "opposition union staff command intelligence cartel faction infantry infancy people men women children"
)
"""Nouns for people that stand for more than one even in the singular."""
_LINKS = words("and & plus")
_PARTS = words("including include among amongst incl. includes included")
_MORE = words("more further additional other others another")
_FILLERS = words("at least some about around also his her their the its")
_OF_THEM = words("them whom those which these")
_STOP_RIGHT = words("in on near at after when while as during from inside outside before by with for into along who")


@dataclass(slots=True)
class _Group:
    """Victims named in one noun phrase, tokens ``a`` to ``b``; ``part`` of a larger group; ``named`` by a number."""

    a: int
    b: int
    value: Count
    part: bool
    named: bool


@dataclass(slots=True)
class Harm:
    """What an incident did to people: killed, injured, taken."""

    deaths: Count | None = None
    injured: Count | None = None
    held: Count | None = None


# ------------------------------------------------------------------------------------------ groups of people


@cache
def _people() -> frozenset[str]:
    return classes_of("CIVILIAN") | classes_of("FORCE") | classes_of("ARMED") | classes_of("CROWD") | _KIN


_KIN = words(
    "son daughter brother sister mother father wife husband child baby infant toddler cousin nephew niece aunt uncle "
    "grandmother grandfather grandson granddaughter fiancee friend colleague companion bodyguard bodyguards guard "
    "assistant deputy aide driver passer-by pedestrian cyclist motorcyclist midwife boy girl man woman widow orphan"
)


def _is_one_person(token: Token) -> bool:
    return token.tag in ("NN", "NNP") and token.low in _people() and token.low not in _COLLECTIVE


def _phrase_end(tokens: list[Token], i: int, b: int) -> int:
    """The end of the noun phrase whose number or determiner ends at ``i``: "12", "12 bus passengers of the line"."""
    j = i
    while j < b and (tokens[j].tag in (*NOMINAL, "JJ", "JJR", "VBN", "VBG", "CD", "HYPH", "POS", "RB", "JJS")):
        if tokens[j].tag in ("VBN", "VBG") and (j + 1 >= b or tokens[j + 1].tag not in NOMINAL):
            break
        if tokens[j].tag == "RB" and (j + 1 >= b or tokens[j + 1].tag not in ("JJ", *NOMINAL)):
            break
        if tokens[j].low in _DIE | _INJURE:
            break
        j += 1
    if j < b and tokens[j].low == "of" and j + 1 < b and tokens[j + 1].low not in _OF_THEM:
        # "hundreds of villagers", "two of his bodyguards"
        k = j + 1
        while k < b and tokens[k].tag in ("DT", "PRP$", "JJ", "CD", "VBN"):
            k += 1
        if k < b and tokens[k].tag in NOMINAL:
            while k < b and tokens[k].tag in (*NOMINAL, "JJ", "HYPH"):
                k += 1
            return k
    return j


def _head_noun(tokens: list[Token], a: int, b: int) -> str:
    for k in range(b - 1, a - 1, -1):
        if tokens[k].tag in NOMINAL:
            return tokens[k].low
    return ""


def _singular(tokens: list[Token], i: int, b: int) -> int | None:
    """The end of a phrase that names one person at token ``i`` ("a tractor driver", "his son", "the mayor")."""
    if tokens[i].low not in ("a", "an", "another", "the", "his", "her", "their", "its", "one") or i + 1 >= b:
        return None
    end = i + 1
    while end < b and end - i < 8 and tokens[end].tag in (*NOMINAL, "JJ", "CD", "HYPH", "VBN", "VBG", "RB", "POS"):
        if tokens[end].tag in ("NNS", "NNPS") and tokens[end].low in _people():
            return None
        if tokens[end].tag in ("VBN", "VBG", "RB") and (end + 1 >= b or tokens[end + 1].tag not in (*NOMINAL, "JJ")):
            break
        if tokens[end].tag == "CD" and (end + 1 >= b or tokens[end + 1].low not in ("-", "‑")) and end > i + 1:
            # "a farmer 15 km north of"
            break
        end += 1
    for k in range(end - 1, i, -1):
        if tokens[k].tag in NOMINAL:
            return end if _is_one_person(tokens[k]) or (tokens[k].tag == "NNP" and _titled(tokens, i, k)) else None
    return None


def _titled(tokens: list[Token], a: int, b: int) -> bool:
    return any(_is_one_person(t) for t in tokens[a:b])


def _groups(tokens: list[Token], a: int, b: int) -> list[_Group]:
    """The groups of people that tokens ``a`` to ``b`` number or name one by one, in order."""
    starts = {n.a: n for n in numbers_in(tokens, a, b)}
    out: list[_Group] = []
    i = a
    while i < b:
        number = starts.get(i)
        if number is not None:
            end = _phrase_end(tokens, number.b, b)
            head = _head_noun(tokens, number.b, end)
            if head not in ANIMALS_AND_THINGS or not head:
                out.append(_Group(i, end, number.value, _is_part(tokens, number, a, b), True))
            i = max(end, i + 1)
            continue
        one = _singular(tokens, i, b) if i + 1 not in starts else None
        if one is not None:
            part = i > a and tokens[i - 1].low in _PARTS
            out.append(_Group(i, one, (1, 1), part, False))
            i = one
            continue
        i += 1
    return out


def _is_part(tokens: list[Token], number: Number, a: int, b: int) -> bool:
    before = [t.low for t in tokens[max(a, number.a - 4) : number.a]]
    after = [t.low for t in tokens[number.b : number.b + 3]]
    if any(w in _PARTS for w in before) and "," not in before[max(i for i, w in enumerate(before) if w in _PARTS) :]:
        return True
    return len(after) > 1 and after[0] == "of" and after[1] in _OF_THEM


def _added(tokens: list[Token], groups: list[_Group], at: int, step: int) -> Count:
    """The sum of the list that the group ``at`` belongs to, read onwards in direction ``step``."""
    chosen = [groups[at]]
    joined = False
    k = at + step
    while 0 <= k < len(groups):
        near, far = (groups[k], chosen[-1]) if step < 0 else (chosen[-1], groups[k])
        gap = [t.low for t in tokens[near.b : far.a] if t.low not in _FILLERS]
        if groups[k].part or len(gap) > 2 or not set(gap) <= _LINKS | {",", "as", "well"} or not gap:
            break
        joined = joined or bool(set(gap) & _LINKS)
        chosen.append(groups[k])
        k += step
    if not joined:
        # "the mayor, a former soldier": said of the same man
        return groups[at].value
    return total([g.value for g in chosen])


# ------------------------------------------------------------------------------------------ victims of a verb


def _subject(text: Text, clause: Clause, i: int) -> Count | None:
    """Whom the words before token ``i`` number: the subject of "were killed", "died"."""
    tokens = text.tokens
    # "two of whom later died": the number stands before the relative clause
    floor = max(0, clause.a - 3) if clause.marker in ("whom", "which") else clause.a
    groups = _groups(tokens, floor, i)
    for at in range(len(groups) - 1, -1, -1):
        group = groups[at]
        between = tokens[group.b : i]
        if i - group.b > 14 or any(t.low in (";", ":") for t in between):
            return None
        if group.part and any(t.low == "," for t in between):
            continue
        if any(t.low in _KILL | _INJURE for t in between) and not any(t.low in (",", "and") for t in between):
            return None
        if any(t.tag in ("VBD", "VBZ", "VBP") and t.low not in BE | HAVE for t in between) and not any(
            t.low in ("who", "and", "that", "which") for t in between
        ):
            return None
        other = any(t.tag in NOMINAL for t in between) and not _relative(between)
        if not group.named and other and not any(t.tag == "IN" or t.low == "," for t in between[:1]):
            # the one person must be the subject itself
            return None
        return _added(tokens, groups, at, -1)
    return None


def _relative(between: list[Token]) -> bool:
    return any(t.low in ("who", "in", "from", "of", "on", "at", ",", "near") for t in between)


def _object(text: Text, clause: Clause, i: int) -> Count | None:
    """Whom the words behind token ``i`` number: the object of "killed", "the deaths of"."""
    tokens = text.tokens
    stop = clause.b
    for k in range(i + 1, clause.b):
        if tokens[k].low == "at" and k + 1 < clause.b and tokens[k + 1].low in ("least", "most"):
            continue
        if tokens[k].low in _STOP_RIGHT or tokens[k].low in (";", ":", "(") or tokens[k].tag in ("VBD", "VBZ", "VBP"):
            stop = k
            break
    groups = _groups(tokens, i + 1, stop)
    if not groups and tokens[i].low in _KILL | _TO_DEATH:
        return _somebody(tokens, i + 1, stop)
    for at, group in enumerate(groups):
        if group.part and group.a == i + 1 and tokens[group.b].low == "of":
            # "lynched one of them"
            return group.value
        if group.part:
            continue
        if group.a - i > 9 or any(t.low == "," for t in tokens[i + 1 : group.a]):
            return None
        between = [t for t in tokens[i + 1 : group.a] if t.tag in NOMINAL]
        if any(t.low in _people() or t.tag == "NNS" for t in between) and not any(
            t.low in ("lives", "deaths", "life", "bodies") for t in between
        ):
            return None
        return _added(tokens, groups, at, 1)
    return None


_NO_ONE_PERSON = words("number record total third half quarter lot host bill chance hope dream deal plan large")


def _somebody(tokens: list[Token], a: int, b: int) -> Count | None:
    """One, where the object is an indefinite singular, whatever its noun: "beat a suspected poacher to death"."""
    if a >= b or tokens[a].low not in ("a", "an"):
        return None
    k = a + 1
    while k < b and tokens[k].tag in ("JJ", "VBN", "HYPH", "CD", *NOMINAL):
        k += 1
    head = tokens[k - 1]
    known = _COLLECTIVE | ANIMALS_AND_THINGS | _NO_ONE_PERSON | {n[:-1] for n in ANIMALS_AND_THINGS}
    return (1, 1) if k > a + 1 and head.tag in ("NN", "NNP") and head.low not in known else None


def _of(text: Text, clause: Clause, i: int) -> Count | None:
    """The number behind "of" or a colon right after a noun: "the deaths of 12 people", "a death toll of 17"."""
    tokens = text.tokens
    if i + 1 < clause.b and tokens[i + 1].low in ("of", "toll", "to", "at", ":"):
        return _object(text, Clause(clause.index, clause.a, min(clause.b, i + 12), "", "", None, True), i + 1)
    return None


def _before(text: Text, clause: Clause, i: int) -> Count | None:
    """The number right before a noun or bare participle: "12 deaths", "30 injured", "two people dead"."""
    tokens = text.tokens
    groups = _groups(tokens, max(clause.a, i - 12), i)
    if not groups:
        return None
    last = groups[-1]
    gap = [t for t in tokens[last.b : i] if t.low not in ("others", "more", "people", "reported", "as")]
    if any(t.tag in VERBAL or t.low in (",", ";") for t in gap) or len(gap) > 2:
        return None
    if last.part:
        return None
    return _added(tokens, groups, len(groups) - 1, -1)


def _victims(text: Text, clause: Clause, i: int, verb: bool) -> Count | None:
    """Whom the word of harm at token ``i`` speaks of."""
    tokens = text.tokens
    low = tokens[i].low
    if low in _TO_DEATH or low == "set" or low in ("buried", "burying"):
        passive = is_passive(tokens, i, clause.a) or _also_passive(tokens, i, clause.a)
        return (_subject(text, clause, i) or _one(text, clause, i)) if passive else _object(text, clause, i)
    if verb and tokens[i].tag in VERBAL and (is_passive(tokens, i, clause.a) or _also_passive(tokens, i, clause.a)):
        return _subject(text, clause, i) or _one(text, clause, i)
    if low in ("die", "dies", "died", "dying", "drowned", "perished", "succumbed"):
        return _subject(text, clause, i)
    if low == "dead":
        if i > clause.a and tokens[i - 1].low in ("shot", "stabbed", "beat", "shooting", "hacked"):
            if is_passive(tokens, i - 1, clause.a) or _also_passive(tokens, i - 1, clause.a):
                return _subject(text, clause, i) or _one(text, clause, i - 1)
            return _object(text, clause, i) or _subject_of_participle(text, clause, i)
        return _before(text, clause, i)
    if not verb:
        return _before(text, clause, i) or _of(text, clause, i)
    if (
        i > clause.a
        and tokens[i].tag == "VBN"
        and (tokens[i - 1].tag in ("CD", "NNS") or tokens[i - 1].low == "others")
    ):
        # "leaving 30 injured", "with two people killed", "three killed and seven wounded"
        found = _before(text, clause, i)
        if found is not None:
            return found
    if i > clause.a and tokens[i].tag in ("VBD", "VBN") and tokens[i - 1].tag == "CD":
        return _before(text, clause, i)
    return _object(text, clause, i)


def _one(text: Text, clause: Clause, i: int) -> Count | None:
    """One, where "was" tells of a single person: "the councillor X was shot dead"; "a family was killed" is open."""
    tokens = text.tokens
    floor = max(text.sentence_of(i).a, clause.a - (16 if clause.kind == "verb" else 0))
    k = i - 1
    while k > floor and tokens[k].low not in ("was", "is", "were", "are") and i - k < 5:
        k -= 1
    if k <= floor or tokens[k].low not in ("was", "is"):
        return None
    k -= 1
    if tokens[k].low == ",":
        # "X, a teacher, was killed"; "X, to whom many compare the leader, was killed"
        while k - 1 > floor and tokens[k - 1].low != ",":
            k -= 1
        k -= 2
    while k > floor and tokens[k].low in ("also", "himself", "herself", "who", "he", "she"):
        if tokens[k].low in ("he", "she"):
            return 1, 1
        k -= 1
    if k < floor:
        return None
    head = tokens[k]
    if head.low in ("he", "she"):
        return 1, 1
    if head.tag == "NNP" and i > 0 and not _is_collective_name(tokens, k):
        return 1, 1
    return (1, 1) if _is_one_person(head) else None


def _is_collective_name(tokens: list[Token], k: int) -> bool:
    """Whether the name that ends at ``k`` is not one of a person: "the Red Army", "Hamas" and other bare names."""
    return tokens[k].low in _COLLECTIVE or k == 0 or tokens[k - 1].tag != "NNP"


def _subject_of_participle(text: Text, clause: Clause, i: int) -> Count | None:
    """ "… and its driver shot dead": a participle whose "was" stands before an earlier one."""
    return _before(text, clause, i - 1)


def _also_passive(tokens: list[Token], i: int, a: int) -> bool:
    """Whether a participle shares the "was" of the one before: "were shot and killed"."""
    k = i - 1
    while k > a and (tokens[k].tag in ("CC", "RB") or tokens[k].low == "dead"):
        k -= 1
    return k > a and k < i - 1 and tokens[k].tag in ("VBN", "VBD") and is_passive(tokens, k, a)


def _negated(tokens: list[Token], i: int, a: int) -> bool:
    """Whether nobody is said to be harmed by the word at ``i``, in its own words ("no one was killed")."""
    before = [t.low for t in tokens[max(a, i - 5) : i]]
    if "nobody" in before or "none" in before:
        return True
    if "no" in before:
        after = before[before.index("no") + 1 :]
        return not after or after[0] in ("one", "person", "people", "civilians", "soldiers", "casualties", "other")
    return False


def _harms(token: Token) -> str:
    """Which number a word of harm gives: deaths, injured, or neither."""
    if token.tag == "NNP":
        return ""
    if token.low in _KILL or token.low in _DIE:
        return "deaths"
    return "injured" if token.low in _INJURE or token.low in _INJURIES else ""


def _also_deaths(tokens: list[Token], i: int, clause: Clause) -> bool:
    """Words that tell of the dead by what stands around them: "beat … to death", "set 13 men alight"."""
    low = tokens[i].low
    rest = [t.low for t in tokens[i + 1 : min(clause.b, i + 14)]]
    if tokens[i].tag == "NNP":
        return False
    if low in _TO_DEATH and tokens[i].tag in VERBAL:
        return any(one == "to" and two == "death" for one, two in pairwise(rest)) or (
            low in ("burned", "burnt") and "alive" in rest[:5]
        )
    if low == "set":
        return bool(_ALIGHT & set(rest)) or "on fire" in " ".join(rest)
    if low in ("buried", "burying"):
        return bool({t.low for t in tokens[clause.a : i]} & _SINKING)
    if low in ("victims", "martyrs"):
        return bool({t.low for t in tokens[max(clause.a, i - 7) : i]} & _MOURNED)
    return low == "fell" and i > clause.a and tokens[i - 1].low in ("dozens", "hundreds", "scores", "soldiers")


def _to_hospital(tokens: list[Token], i: int, b: int) -> bool:
    """Whether a verb brings people to hospital: "were treated for burns", "were taken to hospital"."""
    if tokens[i].tag not in VERBAL or tokens[i].low not in _CARE:
        return False
    return any(
        t.low in ("hospital", "hospitals", "injuries", "wounds", "burns", "clinic") for t in tokens[i + 1 : b][:6]
    )


def casualties(text: Text, clauses: list[Clause]) -> tuple[Count | None, Count | None]:
    """Killed and injured that the clauses of one incident state, or None where they state none."""
    found = Harm()
    tokens = text.tokens
    for clause in clauses:
        for i in range(clause.a, clause.b):
            kind = _harms(tokens[i]) or ("injured" if _to_hospital(tokens, i, clause.b) else "")
            if not kind and _also_deaths(tokens, i, clause):
                kind = "deaths"
            if not kind or (tokens[i].low == "death" and i and tokens[i - 1].low == "to"):
                continue
            if tokens[i].low == "lives":
                value = _lives(text, clause, i)
            elif tokens[i].low in ("claimed", "claiming", "cost", "bodies", "corpses"):
                value = _before(text, clause, i) if tokens[i].low in ("bodies", "corpses") else None
            elif any(t.low in NOT for t in tokens[max(clause.a, i - 3) : i]):
                continue
            elif _negated(tokens, i, clause.a):
                value = (0, 0)
            else:
                verb = tokens[i].tag in VERBAL or (tokens[i].low in _KILL and tokens[i].tag != "JJ")
                value = _victims(text, clause, i, verb)
                if value is None and tokens[i].low in _NEUTRALISED:
                    value = _object(text, clause, i)
            if value is not None:
                more = _is_more(tokens, i, clause)
                if tokens[i].low in _NEUTRALISED and found.deaths is not None and found.deaths != value:
                    value, more = (0, value[1]), True
                _take(found, kind, value, more)
    return found.deaths, found.injured


def _lives(text: Text, clause: Clause, i: int) -> Count | None:
    """ "claimed 17 lives", "lost their lives", "claimed the lives of 17 people"."""
    tokens = text.tokens
    verb = next((k for k in range(i - 1, max(clause.a - 1, i - 7), -1) if tokens[k].tag in VERBAL), None)
    if verb is None or tokens[verb].low not in (
        "claimed",
        "claiming",
        "cost",
        "lost",
        "lose",
        "took",
        "taken",
        "claim",
    ):
        return None
    if tokens[verb].low in ("lost", "lose"):
        return _subject(text, clause, verb)
    return _of(text, clause, i) or _before_lives(text, verb, i)


def _before_lives(text: Text, verb: int, i: int) -> Count | None:
    found = numbers_in(text.tokens, verb + 1, i + 1)
    return found[-1].value if found else None


def _is_more(tokens: list[Token], i: int, clause: Clause) -> bool:
    """Whether the number at a word of harm comes on top of an earlier one: "two more died in hospital"."""
    around = tokens[max(clause.a, i - 5) : min(clause.b, i + 5)]
    return any(t.low in _MORE - {"other", "others"} for t in around) or any(
        t.low in ("also", "too") for t in tokens[max(clause.a, i - 2) : min(clause.b, i + 2)]
    )


def _take(found: Harm, kind: str, value: Count, more: bool) -> None:
    known = getattr(found, kind)
    if known is None:
        setattr(found, kind, value)
    elif more and known != value and kind == "deaths" and value[1] != 0:
        setattr(found, kind, total([known, value]))


# ------------------------------------------------------------------------------------------ later words

_NO_HARM = re.compile(
    r"\b(?:no|without(?: any| causing)?(?: any)?|nor any|neither)\s+(?:\w+\s+){0,2}?"
    r"(?P<what>casualties|victims|injuries|deaths|fatalities|loss of life|wounded)\b"
    r"|\b(?:no one|no-one|nobody|no person|none of [a-z ]{3,30}) (?:was|were|is|has been|had been) (?:\w+ly )?"
    r"(?P<verb>killed|hurt|injured|wounded|harmed)(?P<both> or (?:killed|hurt|injured|wounded))?"
    r"|\b(?:no one|nobody) (?P<died>died)\b"
)
_TOLL = re.compile(
    r"\b(?:death toll|toll|number of (?:dead|deaths|people killed)|deaths)\b[^.;]{0,60}?\b"
    r"(?:rose|risen|rises|climbed|climbs|increased|grown|grew|revised|reached|stood|stands|now|passed)\b"
    r"[^.;\d]{0,24}?(?:to|at|up to|upwards to|reached|passed|is)\s+(?:at least |more than |over )?"
)


def none_hurt(text: Text, sentence: Sentence, clauses: list[Clause]) -> Harm:
    """Zeros that the words of an incident, or the sentence after it, state: "no casualties were reported"."""
    harm = Harm()
    spans = [(text.tokens[c.a].start, text.tokens[c.b - 1].end) for c in clauses]
    spans.append((spans[-1][1], sentence.end))
    if sentence.index + 1 < len(text.sentences):
        after = text.sentences[sentence.index + 1]
        # only a short note belongs to what was told before
        if after.paragraph == sentence.paragraph and after.b - after.a <= 14:
            spans.append((after.start, after.end))
    for start, end in spans:
        for match in _NO_HARM.finditer(text.text[start : min(end, start + 400)].lower()):
            word = match["what"] or match["verb"] or match["died"]
            both = match["both"] is not None
            if both or word in ("casualties", "victims", "deaths", "fatalities", "loss of life", "killed", "died"):
                harm.deaths = (0, 0)
            if both or word in ("casualties", "victims", "injuries", "wounded", "hurt", "injured", "harmed"):
                harm.injured = (0, 0)
    return harm


def later_toll(text: Text, sentence: Sentence, elsewhere: Callable[[Sentence], bool] | None = None) -> Count | None:
    """The toll to which an incident's deaths rose, where one of the next sentences says so.

    ``elsewhere`` tells of a sentence whether it names a place: the search ends there. Without it the sentence itself
    is read.
    """
    found: Count | None = None
    for after in [sentence] if elsewhere is None else text.sentences[sentence.index + 1 : sentence.index + 4]:
        if after.paragraph - sentence.paragraph > 1:
            break
        match = _TOLL.search(text.text[after.start : after.end].lower()[:400])
        if match is None:
            if elsewhere is not None and elsewhere(after):
                break
            continue
        first = text.token_at(after.start + match.end())
        numbers = numbers_in(text.tokens, max(after.a, first - 2), min(after.b, first + 6))
        if numbers:
            found = numbers[0].value
    return found


# ------------------------------------------------------------------------------------------ held and gathered


def held(text: Text, clauses: list[Clause]) -> Count | None:
    """How many were arrested, kidnapped or taken prisoner, as the clauses of one incident state it."""
    tokens = text.tokens
    for clause in clauses:
        for i in range(clause.a, clause.b):
            low = tokens[i].low
            if low in ("took", "taken", "taking") and not any(
                t.low in _TAKEN for t in tokens[i + 1 : min(clause.b, i + 8)]
            ):
                continue
            if low in _HOLD and tokens[i].tag in VERBAL:
                if any(t.low in NOT for t in tokens[max(clause.a, i - 3) : i]):
                    continue
                value = _victims(text, clause, i, True)
            elif low in _HELD_NOUNS and tokens[i].tag in NOMINAL:
                value = _before(text, clause, i) or _of(text, clause, i)
            else:
                continue
            if value is not None:
                return value
    return None


_TAKING_PART = words("taking attending participating marching protesting attended demonstrating gathered picketing")


def crowd(text: Text, clause: Clause, trigger: int) -> Count | None:
    """The size of the crowd that a clause names: a number before a noun for people who gather."""
    tokens = text.tokens
    people = classes_of("CROWD")
    numbers = numbers_in(tokens, clause.a, clause.b)
    for number in numbers:
        j = number.b
        steps = 0
        while (
            j < clause.b
            and steps < 4
            and (tokens[j].tag in ("JJ", "NNP", "NN", "VBG", "NNPS") or tokens[j].low in ("of", "the"))
            and tokens[j].low not in people
        ):
            j += 1
            steps += 1
        if j < clause.b and (
            tokens[j].low in people or (tokens[j].tag in ("NNPS", "NNP") and j <= number.b + 1) or j == trigger
        ):
            return number.value
        if number.b < clause.b and tokens[number.b - 1].low in ("hundreds", "thousands", "dozens", "scores"):
            return number.value
        before = [t.low for t in tokens[max(clause.a, number.a - 6) : number.a]]
        after = [t.low for t in tokens[number.b : number.b + 2]]
        if after and after[0] in _TAKING_PART and (after[0] != "taking" or after[1:] == ["part"]):
            return number.value
        if (after == ["of", "them"] or "crowd" in before) and any(w in people for w in before):
            return number.value
    return _vehicles(tokens, clause)


def _vehicles(tokens: list[Token], clause: Clause) -> Count | None:
    """ "drivers of several hundred lorries": the number of vehicles stands for that of people."""
    for i in range(clause.a, clause.b - 2):
        if tokens[i].low in ("drivers", "owners", "operators") and tokens[i + 1].low == "of":
            for j in range(i + 2, min(clause.b, i + 8)):
                if tokens[j].low in classes_of("VEHICLE"):
                    found = numbers_in(tokens, i + 2, j)
                    return found[0].value if found else None
    return None
