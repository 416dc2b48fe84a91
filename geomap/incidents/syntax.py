"""Sentences, tokens and clauses: one shape, whether a parser was there or not.

Clauses are cut by part-of-speech tags and closed-class words rather than by dependency arcs: newspaper sentences
put the speaker last ("…, the army said"), and there the arcs of the small model are wrong far more often than the
tags. Without a document (or in upper-case text, which the model was not trained on) tags are guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geomap.lexicons import load_json
from geomap.reading import line_wraps, running_text, same_text

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["Clause", "Sentence", "Text", "Token", "inflections", "plain_sentences", "read_text", "words"]


def words(text: str) -> frozenset[str]:
    """The words of a space-separated list, as a set: how the small closed-class lists here are written."""
    return frozenset(text.split())


_WORD = re.compile(r"\d+(?:[.,:]\d+)*(?:st|nd|rd|th)?|[^\W\d_]+(?:['’][^\W\d_]+)?|\S")
_SENTENCE_END = re.compile(r"\n+|[.!?][\"”’')\]]{0,3}\s+(?=[\"“‘'(\[]?[A-Z0-9À-ÞČŠŽĐ])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:St|Mt|Mr|Mrs|Ms|Dr|Gen|Col|Maj|Capt|Lt|Sgt|Sen|Rep|Gov|No|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|"
    r"Nov|Dec|Mo|Calif|Okla|Tex|Fla|vs|etc)|\b[A-Za-z])\.$"
)

MAX_SENTENCE = 300
"""Tokens after which a sentence is cut: no prose is longer, and the work on one sentence grows with its square."""

FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
VERBAL = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD"})
NOMINAL = frozenset({"NN", "NNS", "NNP", "NNPS"})
BE = words("be is are was were been being am 's 're ’s ’re")
HAVE = frozenset({"have", "has", "had", "having", "'ve", "’ve", "'d"})
DO = frozenset({"do", "does", "did"})
_PRONOUNS = words("i you he she it we they them him her us me himself themselves itself herself")
_DETERMINERS = words("the a an this that these those any some each every both no all its his her their our")
PREPOSITIONS = words(
    "in at on of by for from to with near outside inside into onto over above below under between along "
    "across through around against during after before since until towards toward off within throughout "
    "beyond behind opposite via amid among despite without upon about as like per beside"
)
# What stands before a noun only: "no shells fell", "two raids".
_COUNTING = words(
    "no such several many few more fewer other another one two three four five six seven eight nine ten eleven twelve "
    "dozens hundreds new first second third heavy fresh"
)
_MODALS = words("will would could may might can shall should must 'll ’ll")
_SUBORDINATORS = words(
    "that which who whom whose where when while although though because if unless until whereas after "
    "before since as once whenever"
)
_RELATIVE = frozenset({"which", "who", "whom", "whose", "where", "that", "when"})
_CONDITIONS = words("if unless because although though while whereas whether")
_STOPPERS = frozenset({",", ";", ":", "—", "–", "--", ".", "!", "?", "(", ")", '"', "“", "”"})
_STRONG = frozenset({";", ":", "—", "--"})
_ADVERBS = words("also then later now still already reportedly allegedly again once just never not n't even")


def inflections(base: str, irregular: dict[str, list[str]]) -> Iterable[str]:
    """The forms of a verb, its base first: a superset (both doubled and plain), harmless for matching."""
    yield base
    if base in irregular:
        yield from irregular[base]
        return
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        yield base + "es"
    elif base.endswith("y") and base[-2:-1] not in "aeiou":
        yield base[:-1] + "ies"
    else:
        yield base + "s"
    if base.endswith("ie"):
        yield from (base + "d", base[:-2] + "ying")
    elif base.endswith("ee"):
        yield from (base + "d", base + "ing")
    elif base.endswith("e"):
        yield from (base + "d", base[:-1] + "ing")
    elif base.endswith("y") and base[-2:-1] not in "aeiou":
        yield from (base[:-1] + "ied", base + "ing")
    else:
        yield from (base + "ed", base + "ing")
        if len(base) > 2 and base[-1] not in "wxy" and base[-1] not in "aeiou" and base[-2] in "aeiou":
            yield from (base + base[-1] + "ed", base + base[-1] + "ing")


@dataclass(slots=True)
class Token:
    """A word: offsets into the article, its lower-case form and its Penn tag.

    ``head`` is the token it depends on (itself for the root of a sentence), ``dep`` how, ``entity`` the kind of name
    that the model took it for; -1 and empty without a parse.
    """

    i: int
    start: int
    end: int
    text: str
    low: str
    tag: str
    head: int = -1
    dep: str = ""
    entity: str = ""


@dataclass(slots=True)
class Clause:
    """Tokens ``a`` to ``b`` (exclusive). ``marker`` is the word that opens it, ``parent`` the clause it hangs on.

    ``kind``: main, that (complement or relative), adverbial, verb (a further verb with the same subject) or tail.
    """

    index: int
    a: int
    b: int
    marker: str
    kind: str
    parent: int | None
    own_subject: bool


@dataclass(slots=True)
class Sentence:
    """A sentence: tokens ``a`` to ``b``, characters ``start`` to ``end``, its paragraph's number."""

    index: int
    a: int
    b: int
    start: int
    end: int
    paragraph: int
    upper: bool = False
    clauses: list[Clause] = field(default_factory=list)


class Text:
    """An article's tokens and sentences, with look-ups by character offset."""

    def __init__(self, text: str, tokens: list[Token], sentences: list[Sentence], parsed: bool) -> None:
        self.text = text
        self.tokens = tokens
        self.sentences = sentences
        self.parsed = parsed
        self._starts = [t.start for t in tokens]
        self._sentence_starts = [s.a for s in sentences]

    def token_at(self, offset: int) -> int:
        """The index of the token that holds or follows ``offset``."""
        i = bisect_right(self._starts, offset) - 1
        if i < 0:
            return 0
        if self.tokens[i].end <= offset and i + 1 < len(self.tokens):
            return i + 1
        return i

    def tokens_of(self, start: int, end: int) -> tuple[int, int]:
        """The token range that covers characters ``start`` to ``end``."""
        a = self.token_at(start)
        b = bisect_right(self._starts, end - 1)
        return a, max(b, a + 1)

    def sentence_of(self, token: int) -> Sentence:
        """The sentence a token is in."""
        return self.sentences[max(0, bisect_right(self._sentence_starts, token) - 1)]

    def clauses_of(self, sentence: Sentence) -> list[Clause]:
        """The clauses of a sentence, cut on first use."""
        if not sentence.clauses:
            sentence.clauses = _cut(self.tokens, sentence.a, sentence.b)
        return sentence.clauses

    def clause_of(self, token: int) -> Clause:
        """The clause a token is in."""
        clauses = self.clauses_of(self.sentence_of(token))
        for clause in reversed(clauses):
            if clause.a <= token:
                return clause
        return clauses[0]


# ------------------------------------------------------------------------------------------ reading


_THAT_NOUNS = words(
    "report reports claim claims rumour rumours rumor rumors allegation allegations news evidence statement fear fears "
    "threat threats charge charges suspicion accusation accusations word true untrue known unclear likely possible"
)


def _guess(low: str, text: str, previous: str, verbs: frozenset[str], upper: bool) -> str:
    if low == "that" and (previous in verbs or previous in _THAT_NOUNS):
        return "IN"
    if low in _DETERMINERS:
        return "DT"
    if low in _MODALS:
        return "MD"
    if low in BE or low in HAVE or low in DO:
        return "VBD" if low in ("was", "were", "had", "did") else "VBZ"
    if low == "to":
        return "TO"
    if low in ("and", "or", "but", "nor"):
        return "CC"
    if low in ("which", "who", "whom", "whose"):
        return "WDT"
    if low in ("when", "where", "while"):
        return "WRB"
    if low in PREPOSITIONS or low in _SUBORDINATORS:
        return "IN"
    if low in _PRONOUNS:
        return "PRP"
    if low[:1].isdigit():
        return "CD"
    if not low[:1].isalpha():
        return low[:1]
    if low in _ADVERBS or low.endswith("ly"):
        return "RB"
    if previous in _MODALS:
        return "VB"
    counted = previous in _COUNTING or previous[:1].isdigit()
    nounish = counted or previous in _DETERMINERS or (previous in PREPOSITIONS and previous != "to")
    if low in verbs and not nounish:
        if low.endswith("ing"):
            return "VBG"
        if low.endswith("s") and not low.endswith("ss"):
            return "VBZ"
        if previous in BE or previous in HAVE:
            return "VBN"
        return "VB" if previous == "to" or previous in _MODALS else "VBD"
    if text[:1].isupper() and not upper:
        return "NNP"
    if low.endswith("ed") and not nounish and len(low) > 4:
        return "VBN" if previous in BE or previous in HAVE else "VBD"
    if low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return "NNS"
    return "NN"


def plain_sentences(text: str, wraps: frozenset[int]) -> list[tuple[int, int]]:
    """The sentences of ``text`` by its stops and line ends (but for ``wraps``), each with the white space behind it."""
    out: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.start() in wraps:
            continue
        if "\n" not in match.group():
            head = text[max(start, match.start() - 8) : match.start() + 1]
            if match.group().startswith(".") and _ABBREVIATION.search(head):
                continue
        out.append((start, match.end()))
        start = match.end()
    out.append((start, len(text)))
    return out


def _of_parse(text: str, doc: Doc) -> tuple[list[tuple[int, int, str, str]], list[tuple[int, str, str]], list[int]]:
    """The words of a parse with their tags, their arcs and kinds of name, and where its sentences begin.

    One array for the whole text: asking each token for its attributes takes five times as long.
    """
    strings = doc.vocab.strings
    fields: list[int | str] = ["IDX", "LENGTH", "TAG", "HEAD", "DEP", "ENT_TYPE", "SENT_START", "IS_SPACE"]
    rows: list[list[int]] = doc.to_array(fields).astype("int64").tolist()
    names: dict[int, str] = {}
    number: dict[int, int] = {}
    for i, row in enumerate(rows):
        if not row[7]:
            number[i] = len(number)
        for key in (row[2], row[4], row[5]):
            if key not in names:
                # The array's numbers have a sign; the store's have none.
                names[key] = strings[key % 2**64]
    raw = [(row[0], row[0] + row[1], text[row[0] : row[0] + row[1]], names[row[2]]) for row in rows if not row[7]]
    arcs: list[tuple[int, str, str]] = []
    if doc.has_annotation("DEP"):
        # What has no tag was left out of the parse.
        arcs = [
            (number.get(i + row[3], -1) if row[2] else -1, names[row[4]], names[row[5]])
            for i, row in enumerate(rows)
            if not row[7]
        ]
    starts = [row[0] for row in rows if row[6] == 1 and row[2]] if doc.has_annotation("SENT_START") else []
    return raw, arcs, starts


def _goes_on(text: str, at: int) -> bool:
    """Whether the sentence before goes on at ``at``, though the parser begins one there: a comma, a small letter."""
    if text[at] in ",;)":
        return True
    before = text[max(0, at - 4) : at].rstrip()
    return text[at].islower() and before[-1:].isalnum() and "\n" not in text[max(0, at - 2) : at]


def _cuts_without_parse(text: str, raw: list[tuple[int, int, str, str]], wraps: frozenset[int]) -> Iterable[int]:
    """Where sentences begin in, and behind, what the parse left out."""
    bare = {start for start, _, _, tag in raw if not tag}
    if not bare:
        return
    starts = [start for start, *_ in raw]
    left_out = False
    for a, _ in plain_sentences(text, wraps):
        k = bisect_right(starts, a - 1)
        if k < len(starts):
            if starts[k] in bare or left_out:
                yield a
            left_out = starts[k] in bare


def read_text(text: str, doc: Doc | None) -> Text:
    """Tokens and sentences of ``text``, from ``doc`` where it is the parse of that very text.

    The words of a token are those of the running text (:mod:`geomap.reading`), in which nothing is in capitals.
    """
    verbs = _verb_forms()
    parsed = doc.text if doc is not None and doc.has_annotation("TAG") else None
    usable = parsed is not None and same_text(parsed, text)
    wraps = line_wraps(text)
    text = parsed if usable and parsed is not None else running_text(text)
    raw: list[tuple[int, int, str, str]] = []
    arcs: list[tuple[int, str, str]] = []
    starts: list[int] = []
    if doc is not None and usable:
        raw, arcs, starts = _of_parse(text, doc)
    else:
        raw = [(m.start(), m.end(), m.group(), "") for m in _WORD.finditer(text)]
    cuts = {0}
    if starts:
        cuts.update(at for at in starts if not _goes_on(text, at))
        # Behind a full stop the parser is right.
        cuts -= {at + 1 for at in wraps if text[at - 1] not in ".!?"}
        cuts.update(m.end() for m in re.finditer(r"\n+", text) if m.start() not in wraps)
        cuts.update(_cuts_without_parse(text, raw, wraps))
    else:
        cuts.update(a for a, _ in plain_sentences(text, wraps))
    paragraph_starts = [0, *(m.end() for m in re.finditer(r"\n[ \t]*\n\s*", text))]
    if len(paragraph_starts) == 1:
        paragraph_starts = [0, *(m.end() for m in re.finditer(r"\n+", text) if m.start() not in wraps)]
    tokens: list[Token] = []
    sentences: list[Sentence] = []
    ordered = sorted(cuts)
    k = 0
    begin = 0

    def close() -> None:
        nonlocal begin
        if begin < len(tokens):
            start, end = tokens[begin].start, tokens[-1].end
            sample = text[start : min(end, start + 400)]
            letters = sum(map(str.isalpha, sample))
            upper = letters > 12 and sum(map(str.isupper, sample)) > 0.7 * letters
            paragraph = bisect_right(paragraph_starts, start) - 1
            sentences.append(Sentence(len(sentences), begin, len(tokens), start, end, paragraph, upper))
            begin = len(tokens)

    for start, end, form, tag in raw:
        while k + 1 < len(ordered) and ordered[k + 1] <= start:
            k += 1
            close()
        if len(tokens) - begin >= MAX_SENTENCE:
            close()
        tokens.append(Token(len(tokens), start, end, form, form.lower(), tag))
    close()
    for token, (head, dep, entity) in zip(tokens, arcs, strict=False):
        token.head, token.dep, token.entity = head, dep, entity
    for sentence in sentences:
        if usable and not sentence.upper and tokens[sentence.a].tag:
            continue
        previous = ""
        for token in tokens[sentence.a : sentence.b]:
            token.tag = _guess(token.low, token.text, previous, verbs, sentence.upper)
            previous = token.low
    return Text(text, tokens, sentences, usable)


_VERB_FORMS: list[frozenset[str]] = []


def _verb_forms() -> frozenset[str]:
    if not _VERB_FORMS:
        from geomap.lexicons import load_table

        words = load_json("certainty.json")
        irregular = words["irregular"]
        rows = (row for row in load_table("triggers.tsv") if row[1] == "v" and row[5:6] != ("faint",))
        bases = {b for row in rows for b in row[2].split()[0].split("/")}
        for key in (
            "report",
            "claim",
            "deny",
            "plan",
            "threat",
            "attempt",
            "foil",
            "cancel",
            "accuse",
            "suspect",
            "fear",
        ):
            bases.update(words[key].split())
        _VERB_FORMS.append(frozenset(f for b in bases | set(irregular) for f in inflections(b, irregular)))
    return _VERB_FORMS[0]


# ------------------------------------------------------------------------------------------ clauses


_REPORTING: list[frozenset[str]] = []


def _reporting() -> frozenset[str]:
    if not _REPORTING:
        words = load_json("certainty.json")
        bases = " ".join(words[k] for k in ("report", "claim", "deny", "fear")).split()
        _REPORTING.append(frozenset(f for b in bases for f in inflections(b, words["irregular"])))
    return _REPORTING[0]


def _is_finite(tokens: list[Token], i: int) -> bool:
    return tokens[i].tag in FINITE


def _subject_and_verb(tokens: list[Token], i: int, b: int) -> bool:
    """Whether a noun phrase and then a finite verb follow from ``i`` on, before any other break."""
    seen = False
    depth = 0
    for j in range(i, min(b, i + 16)):
        token = tokens[j]
        if token.tag in FINITE:
            return seen
        if token.low in _STOPPERS or token.tag == "CC":
            # "a soldier and two officers were": a coordinated subject may still follow.
            if token.tag == "CC" and seen and depth == 0 and j + 1 < b and tokens[j + 1].tag not in VERBAL:
                depth = 1
                continue
            return False
        # "declare a curfew if the roads are closed": the verb is the condition's.
        if (token.low in _RELATIVE or token.low in _CONDITIONS) and j > i:
            return False
        if token.tag in NOMINAL or token.tag in ("PRP", "CD", "EX", "DT"):
            seen = True
    return False


def _has_verb_ahead(tokens: list[Token], i: int, b: int) -> bool:
    for j in range(i, min(b, i + 18)):
        token = tokens[j]
        if token.tag in FINITE:
            return True
        if token.low in _STOPPERS and token.low not in ('"', "“", "”", "(", ")"):
            return False
        if token.tag == "CC" and j + 1 < b and tokens[j + 1].tag in VERBAL:
            return False
    return False


_DAYS = words(
    "monday tuesday wednesday thursday friday saturday sunday monday's yesterday today earlier later mon tue wed thu "
    "fri"
)


def _past_day(tokens: list[Token], i: int, b: int) -> int:
    """The token after "on Tuesday", "late on Tuesday" or "yesterday" at ``i``, else ``i`` itself."""
    j = i
    while j < min(b - 1, i + 3) and (tokens[j].low in _DAYS or tokens[j].low in ("on", "late", "early")):
        j += 1
    return j if j > i and tokens[j - 1].low in _DAYS else i


def _cut(tokens: list[Token], a: int, b: int) -> list[Clause]:
    starts: list[tuple[int, str, str, bool]] = [(a, "", "main", True)]
    finite = False
    reporting = _reporting()
    i = a
    if i < b and tokens[i].low in ("should", "had", "were") and _subject_after(tokens, i + 1, b):
        starts[0] = (a, "if", "adverbial", True)
    if i < b and tokens[i].low in (
        "if",
        "unless",
        "when",
        "while",
        "although",
        "though",
        "as",
        "after",
        "before",
        "because",
    ):
        starts[0] = (a, tokens[i].low, "adverbial", True)
    while i < b:
        token = tokens[i]
        opened: tuple[int, str, str, bool] | None = None
        last = starts[-1][0]
        if token.low in _STRONG and i + 1 < b and i > a:
            opened = (i + 1, token.low, "main", True)
        elif token.low in _SUBORDINATORS and i > last and token.tag not in ("DT", "RB"):
            relative = token.low in _RELATIVE
            if _has_verb_ahead(tokens, i + 1, b):
                bare = (
                    token.low in ("that", "which", "who")
                    and i + 1 < b
                    and (
                        tokens[i + 1].tag in FINITE
                        or (tokens[i + 1].tag == "RB" and i + 2 < b and tokens[i + 2].tag in FINITE)
                    )
                )
                opened = (i, token.low, "that" if relative else "adverbial", not bare)
        elif (token.tag == "CC" or token.low == ",") and finite and i + 1 < b and i >= last:
            j = i + 1
            if token.low == "," and tokens[j].tag == "CC":
                j += 1
            while j < b and tokens[j].tag == "RB" and j < i + 4:
                j += 1
            if j < b:
                head = tokens[j]
                word = "and" if token.low == "," else token.low
                if head.tag in FINITE or (head.tag in ("VBN", "VB") and (token.tag == "CC" or j > i + 1)):
                    opened = (j, word, "verb", False)
                elif (head.tag == "VBG" and token.low == ",") or (
                    head.tag == "VBG" and token.tag == "CC" and starts[-1][1] == "ing"
                ):
                    opened = (j, "ing", "verb", False)
                elif _subject_and_verb(tokens, j, b) and head.low not in _SUBORDINATORS:
                    opened = (j, word, "main", True)
        elif token.low in reporting and token.tag in VERBAL and i + 1 < b:
            after = _past_day(tokens, i + 1, b)
            follower = tokens[after]
            if (
                follower.low not in PREPOSITIONS
                and follower.low not in _STOPPERS
                and follower.low not in ("to", "that", "on")
                and _subject_and_verb(tokens, after, b)
            ):
                finite = True
                opened = (after, "that", "that", True)
        elif _is_main(tokens, i) and finite and i > last + 1 and _closes_relative(tokens, starts[-1], i):
            # "Soldiers who were leaving blew up a bridge": the verb of the clause that the relative one cut in two
            opened = (i, "", "verb", False)
        if token.tag in FINITE and opened is None:
            finite = True
        if opened is not None and opened[0] > last:
            starts.append(opened)
            finite = opened[2] == "verb"
            i = max(i + 1, opened[0])
            if tokens[i - 1].tag in FINITE:
                finite = True
            continue
        i += 1
    clauses: list[Clause] = []
    for n, (start, marker, kind, own) in enumerate(starts):
        end = starts[n + 1][0] if n + 1 < len(starts) else b
        clauses.append(Clause(n, start, end, marker, kind, None, own))
    for clause in clauses[1:]:
        previous = clauses[clause.index - 1]
        if clause.kind in ("that", "adverbial"):
            clause.parent = previous.index
        elif clause.kind == "verb":
            # A further verb belongs to the clause before; after a relative clause that a comma closed, to the
            # clause which that one interrupted.
            comma = tokens[clause.a - 1].low == "," or (clause.a - 2 >= 0 and tokens[clause.a - 2].low == ",")
            target = previous
            while (
                (comma or not clause.marker)
                and target.kind == "that"
                and target.marker in _RELATIVE - {"that"}
                and target.parent is not None
            ):
                target = clauses[target.parent]
            clause.parent = target.index
        elif clause.marker in ("and", "but", "or") and previous.kind == "that" and previous.parent is not None:
            # "said that A and that B": the second complement is as deep as the first.
            clause.parent = previous.parent if previous.marker == "that" else clauses[previous.parent].parent
    return clauses


def _is_main(tokens: list[Token], i: int) -> bool:
    """Whether the parse has the verb at ``i``, or the verb that it helps, as the sentence's main verb."""
    token = tokens[i]
    helps = token.dep in ("aux", "auxpass") and token.head >= 0 and tokens[token.head].dep == "ROOT"
    return token.dep == "ROOT" or helps


def _closes_relative(tokens: list[Token], clause: tuple[int, str, str, bool], i: int) -> bool:
    """Whether the finite verb at ``i`` belongs to the noun before a relative clause that began at ``clause``."""
    _, marker, kind, own = clause
    if kind != "that" or own or marker not in ("who", "which", "that") or tokens[i].tag not in FINITE:
        return False
    if tokens[i].low in BE or tokens[i].low in HAVE or tokens[i].tag == "MD":
        # "A rally that was to be held in X was scrapped": what befell the event is read in one piece with it.
        return False
    return not any(t.low == "," or t.tag == "CC" for t in tokens[i - 1 : i])


def _subject_after(tokens: list[Token], i: int, b: int) -> bool:
    return i < b and (tokens[i].tag in NOMINAL or tokens[i].tag in ("DT", "PRP", "CD"))
