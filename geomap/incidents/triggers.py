"""Which words report an incident, and of which type: the trigger lexicon matched in its clause."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from geomap.incidents.syntax import BE, FINITE, HAVE, NOMINAL, VERBAL, Clause, Sentence, Text, Token, inflections, words
from geomap.lexicons import load_json, load_table

__all__ = [
    "Trigger",
    "check_lexicon",
    "classes_of",
    "find_triggers",
    "is_report",
    "may_trigger",
    "saying_verbs",
    "verb_set",
]

_REACH = 5
"""How many words may lie between a verb and the rest of its pattern ("opened heavy machine-gun fire")."""


_PARTICLES = frozenset({"up", "down", "off", "out", "over", "back", "away"})
_DAYS = words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december"
)
_BARE_IN = frozenset({"in", "ins", "up", "ups"})
_HYPHENS = frozenset({"-", "‑"})
_JOINED = frozenset(words("gang carpet fire petrol car dive cross baton tear pepper spray booby crash"))
"""What a hyphen joins to a verb without making it an adjective ("gang-raped", "carpet-bombed")."""


@dataclass(frozen=True, slots=True)
class _Entry:
    type: str
    pos: str
    words: tuple[frozenset[str], ...]
    needs: tuple[tuple[str, frozenset[str], frozenset[str]], ...]
    without: tuple[tuple[str, frozenset[str], frozenset[str]], ...]
    kind: str
    sub: str
    plover: str
    order: int
    joints: frozenset[int] = frozenset()
    """Words of a noun pattern that a hyphen joins to the one before ("sit-in", which is three tokens)."""


@dataclass(slots=True)
class Trigger:
    """Words that report an incident: ``head`` is the token that matched, ``a`` to ``b`` all of them.

    ``sub`` and ``plover`` are the ACLED sub-event and the PLOVER code that the lexicon's line names, else empty.
    """

    head: int
    a: int
    b: int
    type: str
    pos: str
    kind: str
    sub: str
    weight: int
    plover: str = ""


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith("man"):
        return word[:-3] + "men"
    return word + "s"


_IRREGULAR_PLURALS = {
    "person": "people", "child": "children", "wife": "wives", "thief": "thieves", "loaf": "loaves", "woman": "women",
    "aircraft": "aircraft", "police": "police", "hero": "heroes", "city": "cities",
}  # fmt: skip


@cache
def _class_forms() -> dict[str, frozenset[str]]:
    out: dict[str, frozenset[str]] = {}
    for name, value in load_json("word_classes.json").items():
        if name == "about":
            continue
        forms: set[str] = set()
        for word in value.split():
            last = word.replace("_", " ").split(" ")[-1]
            forms.update((last, _IRREGULAR_PLURALS.get(last, _plural(last))) if "_" not in word else ())
            if "_" in word:
                forms.add(word.replace("_", " "))
                forms.add(_plural(word.replace("_", " ")))
        out[name] = frozenset(forms)
    out["PEOPLE"] = frozenset({"people", "persons"})
    return out


def classes_of(name: str) -> frozenset[str]:
    """The word forms of a class of ``word_classes.json``."""
    return _class_forms()[name]


@cache
def verb_set(key: str) -> frozenset[str]:
    """All forms of the verbs that ``certainty.json`` lists under ``key``."""
    words = load_json("certainty.json")
    return frozenset(f for b in words[key].split() for f in inflections(b, words["irregular"]))


@cache
def saying_verbs() -> frozenset[str]:
    """All forms of the verbs by which somebody tells, claims or denies something."""
    return verb_set("report") | verb_set("claim") | verb_set("deny")


def is_report(text: Text, clause: Clause) -> bool:
    """Whether a clause reports what somebody says."""
    told = saying_verbs()
    return any(t.low in told and t.tag in VERBAL for t in text.tokens[clause.a : clause.b])


def _conditions(text: str) -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
    out = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        key, _, values = part.partition("=")
        classes: set[str] = set()
        forms: set[str] = set()
        for value in values.split("|"):
            if value.isupper() and value in _class_forms():
                forms |= _class_forms()[value]
            elif value.isupper() or value == "any":
                classes.add(value)
            else:
                # a text's hyphens are tokens, and windows leave them out: "half-mast" is the pair "half mast"
                forms.add(value.replace("-", " "))
                if value.isalpha():
                    forms.add(_plural(value))
        out.append((key, frozenset(forms), frozenset(classes)))
    return tuple(out)


@cache
def _index() -> tuple[dict[str, tuple[_Entry, ...]], dict[str, tuple[_Entry, ...]]]:
    """Verb entries by the forms of their first word, noun entries by the forms of their last."""
    irregular = load_json("certainty.json")["irregular"]
    verbs: dict[str, list[_Entry]] = {}
    nouns: dict[str, list[_Entry]] = {}
    for order, row in enumerate(load_table("triggers.tsv")):
        type_, pos, pattern, needs, without, kind, sub, plover = (*row, "", "", "", "", "")[:8]
        parts = [p.split("/") for p in pattern.split()]
        words: list[frozenset[str]] = []
        for n, options in enumerate(parts):
            forms: set[str] = set()
            for option in options:
                if pos == "v" and n == 0:
                    forms.update(inflections(option, irregular))
                elif pos == "n" and n == len(parts) - 1:
                    forms.update((option, _plural(option)))
                else:
                    forms.update((option, option + "s") if option.isalpha() and len(option) > 2 else (option,))
            words.append(frozenset(forms))
        entry = _Entry(
            type_, pos, tuple(words), _conditions(needs), _conditions(without), kind or "event", sub, plover, order
        )
        target, key = (verbs, words[0]) if pos == "v" else (nouns, words[-1] if pos == "n" else words[0])
        for form in key:
            target.setdefault(form, []).append(entry)
        if pos == "n":
            for split in _split_hyphens(entry, parts):
                for form in split.words[-1]:
                    nouns.setdefault(form, []).append(split)
    return {k: tuple(v) for k, v in verbs.items()}, {k: tuple(v) for k, v in nouns.items()}


_KEYS = frozenset({"subj", "obj", "do", "any", "sent", "doc", "mod", "next"})


def check_lexicon() -> list[str]:
    """What is wrong with ``triggers.tsv``: unknown types, classes, keys, codes, lines told twice; empty if nothing."""
    types = load_json("event_types.json")["types"]
    problems = []
    seen: set[tuple[str, ...]] = set()
    for row in load_table("triggers.tsv"):
        type_, pos, pattern, needs, without, kind, sub, plover = (*row, "", "", "", "", "")[:8]
        name = f"{type_} {pos} {pattern!r}"
        if type_ not in types:
            problems.append(f"{name}: no such type")
            continue
        if pos not in ("v", "n", "x") or kind not in ("", "event", "effect", "weak", "faint") or not pattern.split():
            problems.append(f"{name}: pos, pattern or kind")
        if sub and sub not in types[type_]["acled_sub_events"]:
            problems.append(f"{name}: no sub-event {sub!r}")
        if plover and not plover.split(":")[0].isupper():
            problems.append(f"{name}: no PLOVER code {plover!r}")
        if tuple(row[:5]) in seen:
            problems.append(f"{name}: told twice")
        seen.add(tuple(row[:5]))
        if pos != "n" and "-" in pattern:
            problems.append(f"{name}: a hyphen is a token of its own, so that only a noun's pattern may have one")
        for part in filter(None, (p.strip() for p in f"{needs};{without}".split(";"))):
            key, _, listed = part.partition("=")
            values = listed.split("|")
            if key not in _KEYS or not all(values):
                problems.append(f"{name}: condition {part!r}")
            if "any" in values and len(values) > 1:
                problems.append(f"{name}: {part!r}: any word will do, so that the others narrow nothing")
            problems.extend(
                f"{name}: {value!r}: a condition sees one word or two neighbours"
                for value in values
                if len(value.replace("-", " ").split()) > (1 if key == "doc" else 2)
            )
            problems.extend(
                f"{name}: no class {value}"
                for value in values
                if value.isupper() and value != "PLACE" and value not in _class_forms()
            )
    for name, value in load_json("word_classes.json").items():
        if name != "about" and ("-" in value or any(word.count("_") > 1 for word in value.split())):
            problems.append(f"{name}: a class holds words, and pairs joined by _")
    return problems


def _split_hyphens(entry: _Entry, parts: list[list[str]]) -> list[_Entry]:
    """The entry again for each hyphenated alternative, as the tokens that it is in a text."""
    out = []
    for n, options in enumerate(parts):
        for option in options:
            pieces = option.split("-")
            if len(pieces) < 2:
                continue
            last = n == len(parts) - 1
            inner = [frozenset({p}) for p in pieces[:-1]]
            end = frozenset({pieces[-1], _plural(pieces[-1])}) if last else frozenset({pieces[-1]})
            words = (*entry.words[:n], *inner, end, *entry.words[n + 1 :])
            joints = frozenset(range(n + 1, n + len(pieces)))
            out.append(replace(entry, words=words, joints=joints))
    return out


class _View:
    """What a condition may look at around one token: computed once, only where a form is in the lexicon."""

    __slots__ = ("_cache", "clause", "dated", "doc_words", "places", "sentence", "text", "token")

    def __init__(
        self,
        text: Text,
        sentence: Sentence,
        clause: Clause,
        token: int,
        places: frozenset[int],
        doc_words: frozenset[str],
        dated: frozenset[int],
    ) -> None:
        self.text = text
        self.sentence = sentence
        self.clause = clause
        self.token = token
        self.places = places
        self.doc_words = doc_words
        self.dated = dated
        self._cache: dict[str, tuple[frozenset[str], bool, bool]] = {}

    def window(self, key: str) -> tuple[frozenset[str], bool, bool]:
        """The words of a window, whether it holds a place, whether it holds anything."""
        if key not in self._cache:
            self._cache[key] = self._make(key)
        return self._cache[key]

    def _make(self, key: str) -> tuple[frozenset[str], bool, bool]:
        tokens = self.text.tokens
        t, c = self.token, self.clause
        if key == "doc":
            return self.doc_words, True, True
        spans: list[tuple[int, int]]
        passive = _is_passive(tokens, t, c.a) if tokens[t].tag in VERBAL else False
        if key in ("subj", "obj"):
            left = [(c.a, t)]
            if not c.own_subject:
                # the subject stands in the clause that this one hangs on
                parent = c.parent
                steps = 0
                while parent is not None and steps < 3:
                    p = self.text.clauses_of(self.sentence)[parent]
                    left.append((p.a, min(p.b, c.a)))
                    if p.own_subject:
                        break
                    parent, steps = p.parent, steps + 1
            right = [(t + 1, c.b)]
            by = next((i for i in range(t + 1, c.b) if tokens[i].low == "by"), None)
            if tokens[t].tag in NOMINAL:
                # a nominal's agent comes before it or after "by"; its target after "of", "on", "against"
                spans = [(c.a, t)] if key == "subj" else right
                if key == "subj":
                    spans = [*left, *([(by, c.b)] if by is not None else [])]
            elif passive or (tokens[t].tag == "VBN" and by is not None):
                # a passive's agent stands after "by", and is no part of what it was done to
                done_to = [*left, *right] if by is None else [*left, (t + 1, by)]
                spans = done_to if key == "obj" else [(by, c.b)] if by is not None else []
            else:
                spans = left if key == "subj" else right
                if key == "obj" and c.marker in ("who", "which", "that") and tokens[t].tag == "VBN":
                    spans = [*left, *right]
        elif key == "do":
            # the object itself: up to the first preposition or verb behind it; a passive's stands before it
            spans = [(c.a, t)] if passive else [(t + 1, _object_end(tokens, t + 1, c.b))]
            if not passive and _headline_passive(tokens, t, c):
                spans.append((c.a, t))
        elif key == "mod":
            spans = [(_words_back(tokens, t, c.a, 2), t)]
        elif key == "next":
            spans = [(t + 1, _words_on(tokens, t + 1, self.sentence.b, 3))]
        elif key == "sent":
            spans = [(self.sentence.a, self.sentence.b)]
        else:
            spans = [(c.a, c.b)]
            if not c.own_subject and c.parent is not None:
                p = self.text.clauses_of(self.sentence)[c.parent]
                spans.append((p.a, p.b))
            if c.b < self.sentence.b:
                nxt = self.text.clause_of(c.b)
                if not nxt.own_subject and nxt.kind == "verb":
                    spans.append((nxt.a, nxt.b))
        words: set[str] = set()
        place = filled = False
        for a, b in spans:
            previous = ""
            for i in range(a, b):
                if i == t and key not in ("sent",):
                    previous = ""
                    continue
                low = tokens[i].low
                if low in _HYPHENS:
                    continue
                if low == "march" and i in self.dated:
                    previous = ""  # the month
                    continue
                words.add(low)
                if previous:
                    words.add(previous + " " + low)
                previous = low
                if i in self.places:
                    place = place or self._takes_place(key, i)
                filled = True
        return frozenset(words), place, filled

    def _takes_place(self, key: str, i: int) -> bool:
        """Whether the place at ``i`` is what ``key`` asks for and not only where it was ("a hotel in Arlen")."""
        if key == "obj" and i > self.token:
            return _direct(self.text.tokens, self.token, i)
        return key not in ("subj", "do", "obj") or not _located(self.text.tokens, i, self.clause.a)

    def holds(self, condition: tuple[str, frozenset[str], frozenset[str]]) -> bool:
        key, forms, classes = condition
        if classes == {"any"} and key == "any":
            return True
        words, place, filled = self.window(key)
        if forms and not forms.isdisjoint(words):
            return True
        return ("PLACE" in classes and place) or ("any" in classes and filled)


def _words_back(tokens: list[Token], t: int, a: int, count: int) -> int:
    """Where the ``count`` words before ``t`` begin, of which none lies before ``a``: hyphens are no words."""
    while t > a and count:
        t -= 1
        count -= tokens[t].low not in _HYPHENS
    return t


def _words_on(tokens: list[Token], t: int, b: int, count: int) -> int:
    """Where the ``count`` words from ``t`` on end, before ``b``: hyphens are no words."""
    while t < b and count:
        count -= tokens[t].low not in _HYPHENS
        t += 1
    return t


def _object_end(tokens: list[Token], a: int, b: int) -> int:
    """Where the noun phrase that begins at ``a`` ends."""
    for i in range(a, min(b, a + 14)):
        token = tokens[i]
        if (token.tag in ("IN", "TO") and token.low != "of") or token.tag in FINITE or token.low in (";", ":", "—"):
            return i
    return min(b, a + 14)


def _direct(tokens: list[Token], t: int, i: int) -> bool:
    """Whether the place at ``i`` is the object of the verb at ``t``: close, and no preposition but "of" between."""
    if i - t > 9:
        return False
    return not any(
        x.low
        in ("in", "at", "on", "near", "after", "during", "from", "for", "between", "outside", ",", "around", "towards")
        or (x.tag in VERBAL and x.tag not in ("VBN", "VBG"))
        for x in tokens[t + 1 : i]
    )


def _located(tokens: list[Token], i: int, a: int) -> bool:
    """Whether the name at ``i`` hangs on a preposition other than "of", which stands at ``a`` or later."""
    for token in reversed(tokens[a:i]):
        if token.tag in ("IN", "TO"):
            return token.low != "of"
        if token.tag not in (*NOMINAL, "DT", "JJ", "CD", "CC", "POS", ","):
            return False
    return False


def _headline_passive(tokens: list[Token], t: int, c: Clause) -> bool:
    """Whether a participle stands for a passive as headlines leave out "was" ("Bomb defused near station")."""
    if (
        tokens[t].tag not in ("VBN", "VBD")
        or t == c.a
        or (t + 1 < c.b and tokens[t + 1].tag not in ("IN", "RB", ".", ","))
    ):
        return False
    return not any(x.tag in ("DT", "PRP", "PRP$", "MD", "IN") or x.tag in FINITE for x in tokens[max(c.a, t - 4) : t])


def _is_passive(tokens: list[Token], t: int, a: int) -> bool:
    if tokens[t].tag not in ("VBN", "VBD"):
        return False
    for i in range(t - 1, max(a - 1, t - 5), -1):
        if tokens[i].low in BE or tokens[i].low in ("get", "got", "gets"):
            return True
        if tokens[i].tag not in ("RB", "VBN", "VBD", "MD") and tokens[i].low not in ("not", "n't"):
            return False
    return False


def _match_verb(tokens: list[Token], entry: _Entry, i: int, b: int) -> int | None:
    """The end of a verb pattern that starts at token ``i``, or None."""
    at = i
    for forms in entry.words[1:]:
        # "called in the army" but not "called a strike … in": a bare "in" must follow at once
        reach = 2 if forms == _BARE_IN else 4 if not forms.isdisjoint(_PARTICLES) else 2 + _REACH
        for j in range(at + 1, min(b, at + reach)):
            if tokens[j].low in forms:
                if tokens[j].tag == "IN" and j + 1 < b and tokens[j + 1].low in _DAYS:
                    # "fired its chief on Monday": a day, and nobody was fired on
                    continue
                at = j
                break
            if tokens[j].low in (",", ";", ":") and at == i:
                return None
        else:
            return None
    return at + 1


_PREPOSITIONS = frozenset(
    {"to", "into", "in", "on", "at", "upon", "from", "of", "with", "about", "through", "for", "by"}
)


def _match_passive(tokens: list[Token], entry: _Entry, i: int, clause: Clause) -> int | None:
    """The end of a verb pattern whose objects stand before the passive at ``i`` ("emergency rule was extended").

    Particles and prepositions still follow the verb. None where a word is missing.
    """
    at = i
    start = clause.a
    for forms in entry.words[1:]:
        if not forms.isdisjoint(_PARTICLES) or not forms.isdisjoint(_PREPOSITIONS):
            found = next((j for j in range(at + 1, min(clause.b, at + 4)) if tokens[j].low in forms), None)
            if found is None:
                return None
            at = found
            continue
        place = next((j for j in range(start, i) if tokens[j].low in forms and tokens[j].tag in NOMINAL), None)
        if place is None or any(t.tag in ("IN", "TO") and t.low != "of" for t in tokens[start:place]):
            # a noun behind a preposition is no subject
            return None
        if any(t.tag in ("VBN", "VBD", "VBG") and t.low not in BE and t.low not in HAVE for t in tokens[place + 1 : i]):
            # "the curfew imposed on Monday may be extended": what was done to it first is the event
            return None
    return at + 1


def _match_noun(tokens: list[Token], entry: _Entry, i: int, a: int) -> int | None:
    """The start of a noun pattern whose last word is token ``i``, or None; hyphens are skipped."""
    at = i
    for n in range(len(entry.words) - 2, -1, -1):
        j = at - 1
        while j >= a and tokens[j].low in ("-", "‑", "–", '"', "“"):
            j -= 1
        if j < a or tokens[j].low not in entry.words[n] or (n + 1 in entry.joints and j == at - 1):
            return None
        at = j
    return at


def find_triggers(
    text: Text,
    sentence: Sentence,
    places: frozenset[int],
    doc_words: frozenset[str],
    dated: frozenset[int] = frozenset(),
) -> list[Trigger]:
    """The triggers of a sentence, in order. ``places`` are the tokens inside toponyms, which never trigger."""
    verbs, nouns = _index()
    tokens = text.tokens
    found: list[Trigger] = []
    for i in range(sentence.a, sentence.b):
        token = tokens[i]
        if i in places or i in dated or (token.low not in verbs and token.low not in nouns):
            continue
        noun = token.tag in NOMINAL or token.tag in ("JJ", "VBG")
        clause = text.clause_of(i)
        verb = token.tag in VERBAL or (token.tag == "JJ" and token.low.endswith(("ed", "ing")))
        headline = not verb and token.low in verbs and _headline_verb(tokens, i, clause)
        view = _View(text, sentence, clause, i, places, doc_words, dated)
        best: Trigger | None = None
        if headline or (verb and not _attributive(tokens, i, sentence.b)):
            for entry in verbs.get(token.low, ()):
                if headline and not any(key == "subj" for key, _, _ in entry.needs) and len(entry.words) == 1:
                    continue
                end = _match_verb(tokens, entry, i, min(sentence.b, clause.b))
                if end is None and len(entry.words) > 1 and _is_passive(tokens, i, clause.a):
                    end = _match_passive(tokens, entry, i, clause)
                if end is None or not _senses(entry, view):
                    continue
                weight = _weight(entry)
                if best is None or weight > best.weight:
                    best = Trigger(i, i, end, entry.type, "v", entry.kind, entry.sub, weight, entry.plover)
        if best is None or noun or verb:
            for entry in nouns.get(token.low, ()):
                if entry.pos == "n":
                    single = len(entry.words) == 1
                    if single and (not noun or (token.tag in ("NNP", "NNPS") and _capital(token, sentence, i))):
                        continue
                    start = _match_noun(tokens, entry, i, sentence.a)
                    if start is None or (token.tag in ("VBG",) and len(entry.words) == 1 and not _gerund(tokens, i)):
                        continue
                    end = i + 1
                else:
                    last = _match_verb(tokens, entry, i, min(sentence.b, clause.b)) if len(entry.words) > 1 else i + 1
                    if last is None or token.tag in NOMINAL:
                        continue
                    start, end = i, last
                if not _senses(entry, view):
                    continue
                weight = _weight(entry)
                if best is None or weight > best.weight:
                    best = Trigger(i, start, end, entry.type, entry.pos, entry.kind, entry.sub, weight, entry.plover)
        if best is not None:
            found.append(best)
    return _longest(found)


def may_trigger(words: frozenset[str], *, place: bool, document: frozenset[str]) -> bool:
    """Whether ``words``, those of a sentence in lower case with their pairs of neighbours, can hold a trigger at all.

    However it is tagged, and where its words stand: True for more than :func:`find_triggers` finds, never for less.
    ``place`` says whether the sentence names a place; ``document`` are the words of the whole text.
    """
    verbs, nouns = _index()
    return any(
        _can_match(entry, words, place, document)
        for index in (verbs, nouns)
        for word in words & index.keys()
        for entry in index[word]
    )


def _can_match(entry: _Entry, words: frozenset[str], place: bool, document: frozenset[str]) -> bool:
    if any(forms.isdisjoint(words) for forms in entry.words):
        return False
    return all(
        "any" in classes or ("PLACE" in classes and place) or not forms.isdisjoint(document if key == "doc" else words)
        for key, forms, classes in entry.needs
    )


def _headline_verb(tokens: list[Token], i: int, clause: Clause) -> bool:
    """Whether a noun may be the verb of a headline that the tagger misread ("Shell lands on school; four hurt")."""
    if tokens[i].tag not in ("NNS", "NN") or i == clause.a or tokens[i - 1].tag not in (*NOMINAL, "CD"):
        return False
    return i + 1 < clause.b and not any(t.tag in FINITE for t in tokens[clause.a : clause.b])


def _capital(token: Token, sentence: Sentence, i: int) -> bool:
    """Whether a capital inside the sentence makes the word part of a name ("the Strike Fund", "March")."""
    acronym = len(token.text) > 2 and token.text.isupper()
    return token.text[:1].isupper() and not acronym and not sentence.upper and i > sentence.a


def _gerund(tokens: list[Token], i: int) -> bool:
    """Whether an -ing form stands as a noun: after a determiner, adjective or preposition, or before "of", "in"."""
    before = tokens[i - 1].tag if i else ""
    if before in ("DT", "JJ", "PRP$", "POS", "NN", "NNP", "CD"):
        return True
    after = tokens[i + 1].low if i + 1 < len(tokens) else ""
    return after in (
        "of",
        "in",
        "at",
        "near",
        "between",
        "broke",
        "erupted",
        "was",
        "is",
        "has",
        "had",
        "continued",
    )


def _attributive(tokens: list[Token], i: int, b: int) -> bool:
    """Whether a participle only modifies the noun after it ("captured soldiers", "burning tyres")."""
    if i and tokens[i - 1].low == "-":
        return i < 2 or tokens[i - 2].low not in _JOINED
    if tokens[i].tag not in ("VBN", "VBG", "JJ") or i + 1 >= b:
        return False
    after = tokens[i + 1].tag
    before = tokens[i - 1] if i else None
    if after not in NOMINAL:
        return False
    if tokens[i].tag == "VBN" and before is not None and (before.low in BE or before.low in ("have", "has", "had")):
        return False
    if tokens[i].tag == "VBG":
        return (before is not None and before.tag in ("DT", "JJ", "CD", "PRP$")) or (
            before is not None and before.low in ("with", "of", "by") and after == "NNS" and tokens[i].low == "burning"
        )
    return before is None or before.tag in ("DT", "JJ", "CD", "PRP$", "IN", "VBD", "VBG", "VBN", "CC", "POS")


def _senses(entry: _Entry, view: _View) -> bool:
    return all(view.holds(c) for c in entry.needs) and not any(view.holds(c) for c in entry.without)


def _weight(entry: _Entry) -> int:
    """How much a matched pattern says: longer ones and those with conditions before bare words.

    What the whole article must speak of (``doc``) says nothing of this sentence.
    """
    asked = sum(key != "doc" for key, _, _ in entry.needs)
    return (
        4 * (len(entry.words) - len(entry.joints)) + (1 + asked if asked else 0) - (0 if entry.kind == "event" else 3)
    )


def _longest(found: list[Trigger]) -> list[Trigger]:
    """Of triggers that share a word the heavier stays, then the earlier."""
    out: list[Trigger] = []
    for trigger in found:
        if out and trigger.a < out[-1].b:
            if trigger.weight > out[-1].weight:
                out[-1] = trigger
            continue
        out.append(trigger)
    return out
