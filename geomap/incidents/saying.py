"""Who says so: quotations, speakers before, behind and between the words, and what is later called false.

Where a source hands on what another told it ("the radio said, citing police"), the source that is named is the one
nearest to the incident: the police.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from geomap.incidents.operators import is_passive, phrases
from geomap.incidents.syntax import BE, FINITE, HAVE, NOMINAL, VERBAL, Sentence, Text, Token, words
from geomap.incidents.triggers import verb_set

__all__ = [
    "Quotation",
    "Speaker",
    "by_account",
    "called_false",
    "cited",
    "doubted",
    "quotations",
    "speaker_around",
    "speaker_of",
]

_OPEN = frozenset({"“", "„", "«", "``"})
_CLOSE = frozenset({"”", "»", "''"})
_STRAIGHT = '"'
MIN_QUOTED = 4
"""Words from which a quotation is speech; shorter ones ("flash strikes") only hold a term at arm's length."""
MAX_QUOTED = 400
"""Words after which a quotation that nobody closed is taken to end."""
_NOT_SPEAKERS = words("it this that these those he she they we i you his her their which who what there")
_TAIL_BREAKERS = words("that because but although though while if whether when unless so and")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Quoted speech: tokens ``a`` to ``b`` between the marks, its speaker as the text names it."""

    a: int
    b: int
    speaker: str | None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who reports: the token of the verb and the phrase that names the source, if one does."""

    verb: int
    source: str | None


def _reporting() -> frozenset[str]:
    return verb_set("report") | verb_set("claim") | verb_set("fear") | verb_set("threat")


# ------------------------------------------------------------------------------------------ quotations


def quotations(text: Text) -> list[Quotation]:
    """Quoted speech in an article, in order. A quotation ends with its paragraph, closed or not."""
    out: list[Quotation] = []
    spoken: dict[int, str | None] = {}
    for a, b, paragraph in _quoted(text):
        speaker = _speaker_beside(text, a, b)
        if speaker is None:
            # "…," a nurse said. "…": the speaker of the paragraph goes on
            speaker = spoken.get(paragraph)
        if speaker is not None:
            spoken[paragraph] = speaker
        if b - a >= MIN_QUOTED:
            out.append(Quotation(a, b, speaker))
    return out


def _quoted(text: Text) -> list[tuple[int, int, int]]:
    out: list[tuple[int, int, int]] = []
    tokens = text.tokens
    begin: int | None = None
    paragraph = -1
    for sentence in text.sentences:
        if sentence.paragraph != paragraph:
            if begin is not None:
                out.append((begin, sentence.a, paragraph))
            begin, paragraph = None, sentence.paragraph
        for i in range(sentence.a, sentence.b):
            low = tokens[i].low
            if begin is None and (low in _OPEN or low == _STRAIGHT):
                begin = i + 1
            elif begin is not None and (low in _CLOSE or low == _STRAIGHT or i - begin > MAX_QUOTED):
                out.append((begin, i, paragraph))
                begin = None
    if begin is not None:
        out.append((begin, len(tokens), paragraph))
    return [(a, b, p) for a, b, p in out if any(t.tag in VERBAL for t in tokens[a:b])]


def _speaker_beside(text: Text, a: int, b: int) -> str | None:
    """Who is named beside a quotation: behind it (“…,” X said) or before it (X said: “…”)."""
    tokens = text.tokens
    sentence = text.sentence_of(min(b, len(tokens) - 1))
    # behind: up to the end of the sentence that the closing mark is in
    if b + 1 < len(tokens) and tokens[b + 1].start < sentence.end and sentence.a <= b + 1 < sentence.b:
        found = _tail(text, b + 1, sentence.b)
        if found is not None:
            return found.source
    before = text.sentence_of(max(0, a - 1))
    for k in range(a - 2, max(before.a - 1, a - 12), -1):
        if tokens[k].low in _reporting() and tokens[k].tag in VERBAL:
            return speaker_of(text, k, before.a, a - 1)
    return None


# ------------------------------------------------------------------------------------------ speakers


def speaker_of(text: Text, verb: int, floor: int, ceiling: int) -> str | None:
    """The phrase that says so: the noun phrase before the reporting verb, or after it; no bare pronoun."""
    tokens = text.tokens
    a = verb - 1
    while a >= floor and (tokens[a].tag in ("RB", "MD") or tokens[a].low in BE | HAVE):
        a -= 1
    if a >= floor and tokens[a].low == ",":
        # "the minister, Ana Petrov, said": the phrase between commas belongs to the name before it
        b = a
        while b - 1 >= floor and tokens[b - 1].low != "," and a - b < 12:
            b -= 1
        if b - 1 > floor and not any(t.tag in FINITE for t in tokens[b:a]) and tokens[b - 2].tag in NOMINAL:
            a = b - 2
    end = a + 1
    while a >= floor and end - a < 14:
        token = tokens[a]
        if token.low in (",", ";", ":", "and", "but", "that", '"', "”", "“", "—", "–", "as") and not _joins(tokens, a):
            break
        if token.tag in FINITE and not _in_relative(tokens, a, floor):
            break
        a -= 1
    a += 1
    while a < end and tokens[a].tag in ("IN", "CC", "RB"):
        a += 1
    a, end = _core(tokens, a, end)
    if a < end and any(t.tag in NOMINAL for t in tokens[a:end]):
        return text.text[tokens[a].start : tokens[end - 1].end]
    if a < end and any(t.low in _NOT_SPEAKERS for t in tokens[a:end]):
        return None
    b = verb + 1
    while (
        b < ceiling
        and tokens[b].low not in (",", ";", ":", ".", "that", '"', "“", "on", "by", "in", "at", "to")
        and b - verb < 14
    ):
        b += 1
    a, b = _core(tokens, verb + 1, b)
    if b > a and any(t.tag in NOMINAL for t in tokens[a:b]):
        return text.text[tokens[a].start : tokens[b - 1].end]
    return None


def _joins(tokens: list[Token], i: int) -> bool:
    """Whether "and" at ``i`` joins two nouns of one phrase ("the ministry of trade and industry")."""
    return tokens[i].low == "and" and 0 < i < len(tokens) - 1 and all(
        tokens[k].tag in NOMINAL for k in (i - 1, i + 1)
    )  # fmt: skip


def _in_relative(tokens: list[Token], i: int, floor: int) -> bool:
    """Whether a finite verb belongs to a relative clause of the noun before ("a man who declined to be named")."""
    return any(tokens[k].low in ("who", "which", "whose") for k in range(max(floor, i - 4), i))


def _core(tokens: list[Token], a: int, b: int) -> tuple[int, int]:
    """A phrase without its relative clause or what follows a dash."""
    for k in range(a, b):
        if tokens[k].low in ("who", "which", "whose", "whom", "where", "when", "speaking", "—", "–", "(") and k > a:
            return a, k
    while b > a and tokens[b - 1].low in (",", "was", "were", "has", "had"):
        b -= 1
    return a, b


def _tail(text: Text, p: int, stop: int) -> Speaker | None:
    """A speaker in the tokens from ``p`` on, as in "…, a spokesman for the army said on Tuesday"."""
    tokens = text.tokens
    reporting = _reporting()
    while p < stop and tokens[p].low in (",", '"', "”", "''", "’", "—", "–", "-", "as", "'", ")"):
        p += 1
    if p < stop and tokens[p].tag in ("IN", "WP", "WDT", "WRB", "TO") and tokens[p].low != "like":
        return None
    verb: int | None = None
    relative = False
    for k in range(p, min(stop, p + 24)):
        token = tokens[k]
        if token.tag in VERBAL and token.low in reporting and token.tag != "VBG":
            if relative and tokens[k - 1].low in ("who", "which"):
                continue
            verb = k
            break
        if token.low in ("who", "which", "whose"):
            relative = True
        elif token.low in (";", ":", '"', "“") or (
            not relative and (token.tag in FINITE or token.low in _TAIL_BREAKERS) and token.low not in HAVE | BE
        ):
            return None
    if verb is None:
        return None
    if verb > p and not any(t.tag in NOMINAL or t.tag in ("PRP", "DT", "CD") for t in tokens[p:verb]):
        return None
    if tokens[verb].tag == "VBN" and is_passive(tokens, verb, p):
        return None
    # a complement of its own makes it a new statement ("…, the mayor said help was on its way")
    follows = range(verb + 1, min(stop, verb + 16))
    for k in follows:
        token = tokens[k]
        if token.low in (",", ";", '"', "“", ".", "who", "which", "—", "–"):
            break
        if token.low in ("that", "whether", "it", "they", "he", "she", "there") or token.tag in FINITE:
            return None
    return Speaker(verb, speaker_of(text, verb, p, min(stop, verb + 16)))


def speaker_around(text: Text, sentence: Sentence, a: int, b: int) -> Speaker | None:
    """A speaker put behind what tokens ``a`` to ``b`` tell, or between commas: "…, the army said"."""
    tokens = text.tokens
    for p in range(b, min(sentence.b - 1, b + 90)):
        if tokens[p].low in ("”", '"', "“") and p > b + 60:
            break
        if tokens[p].low in (",", '"', "”", "''", "—", "–") and tokens[p + 1].low not in (",", '"', "”", "''"):
            found = _tail(text, p + 1, sentence.b)
            if found is not None and (_closes(tokens, found.verb, sentence.b) or tokens[p].low != ","):
                return found
    # "Gunmen, residents said, attacked …"
    for p in range(sentence.a + 1, a):
        if tokens[p].low == ",":
            found = _tail(text, p + 1, a)
            if found is not None and any(t.low == "," for t in tokens[found.verb + 1 : min(a, found.verb + 5)]):
                return found
    return None


def _closes(tokens: list[Token], verb: int, stop: int) -> bool:
    """Whether nothing of weight follows a speaker: the end, a further comma, a time, "in a statement"."""
    for k in range(verb + 1, min(stop, verb + 20)):
        if tokens[k].low in (".", ",", ";", "—", "–", '"', "”", "!", "?", ":"):
            return True
        if tokens[k].tag in FINITE and not _in_relative(tokens, k, verb):
            return False
    return verb + 20 > stop


def by_account(text: Text, start: int, end: int) -> bool:
    """Whether characters ``start`` to ``end`` name a source by its account only: "by the army's account"."""
    return _ACCOUNT.search(text.text, start, end) is not None


def cited(text: Text, start: int, end: int) -> str | None:
    """A source that characters ``start`` to ``end`` name by a set phrase: "according to X", "citing X"."""
    found = re.search(
        r"\b(?:according to|as told by|as reported by|citing|quoting|in the words of)\s+([^,.;:“”\"()]{2,80})"
        r"|\bquot(?:ed|es|ing)\s+([^,.;:“”\"()]{2,80}?)\s+as\s+(?:saying|telling)",
        text.text[start:end],
        re.IGNORECASE,
    )
    if found is None:
        account = _ACCOUNT.search(text.text, start, end)
        return account[1] if account else None
    phrase = (found[1] or found[2]).strip()
    return re.sub(
        r"\s+(?:who|which|that|said|says|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b.*$", "", phrase
    ).strip() or None  # fmt: skip


# ------------------------------------------------------------------------------------------ what is called false

_WHAT = (
    r"(?:it(?! had| has| was| is| would)|them|these|those|(?:this|that)(?=[,.; ]*$|[,.;])|any such [a-z]+|"
    r"(?:the|these|those|such|all|both) (?:[a-z]+ )?"
    r"(?:reports?|rumou?rs?|claims?|allegations?|accusations?|statements?|stories|story|charges?|videos?|posts?))"
)
_FALSE = r"(?:false|untrue|unfounded|baseless|groundless|fabricated|fake|wrong|incorrect|a hoax|a lie|lies|untruths?)"
_PROVED_FALSE = re.compile(
    rf"\bas (?:\w+ly )?{_FALSE}\b"
    rf"|\b(?:proved|proven|turned out|(?:was|were|is|are|been)(?: \w+)?)(?: to be| as)? (?:\w+ly )?{_FALSE}\b"
    rf"|\b(?:dismiss|describ|denounc|reject|brand|label)\w* (?:{_WHAT} )?(?:\w+ )?as (?:\w+ly )?(?:{_FALSE}|rumou?rs?"
    r"|propaganda|disinformation|misinformation|speculation|nonsense|fiction|gossip)\b"
    r"|\b(?:there (?:was|were|is|are|has been|have been|had been)|had (?:seen|heard of)|knew of|know of) no such\b"
    r"|\bno such \w+ (?:\w+ )?(?:had |has |have )?(?:been|happened|occurred|existed|took|taken|was|were|exists?)\b"
    r"|\bnothing of the (?:kind|sort)\b"
    rf"|\bcall\w* {_WHAT} {_FALSE}\b|\b(?:is|was|are|were) (?:\w+ )?debunked\b|\bdid not happen\b|\bnever happened\b"
)
_FALSE_RUMOUR = re.compile(
    rf"\b(?:rumou?rs?|reports?|claims?|messages?|posts?), (?:which (?:was|were|is|are) |later )?(?:\w+ly )?{_FALSE}\b"
    rf"|\b{_FALSE} (?:rumou?rs?|reports?|claims?|messages?|posts?|news)\b"
)
_HOAX = re.compile(
    r"\b(?:proved|proven|turned out|was|were|been|is)(?: to be| to have been)? (?:\w+ )?(?:an? )?(?:\w+ )?"
    r"(?:hoax|hoaxes|false alarm|false alarms|prank|fabrication)\b"
    r"|\btalked (?:them|him|her|the \w+) out of (?:it|that)\b|\bthought better of it\b|\b(?:came|come) to nothing\b"
    r"|\bnothing came of (?:it|that|the)\b|\bnever (?:happened|materiali[sz]ed|came|took place)\b"
)
"""What ends a threat or a plan without a deed."""
_DENIED = re.compile(
    rf"\b(?:den(?:y|ies|ied)|reject\w*|dismiss\w*|refut\w*|disput\w*|contradict\w*) (?:\w+ly )?{_WHAT}"
    r"|\b(?:which|a (?:claim|charge|report|statement|version|account)(?: that)?) (?:[^,.;]{1,50} )?"
    r"(?:has |have |had |was |were |is |are )?(?:promptly |later |flatly )?"
    r"(?:den(?:y|ies|ied)|reject(?:s|ed)|dismiss(?:es|ed)|refut(?:es|ed)|disput(?:es|ed))\b"
    r"|\b(?:was|were|been|is|are) (?:\w+ly |later )?(?:denied|rejected|dismissed|refuted|disputed) by\b"
    rf"|\bcall\w* (?:it )?a lie\b"
)
_ACCOUNT = re.compile(
    r"\b(?:by|on|in) (?!all\b|this\b|that\b|any\b|the same\b|no\b|its\b|his\b|her\b|their\b|our\b|my\b|one\b|some\b)"
    r"((?:[\w’'-]+ ){0,4}?[\w-]+)(?:'s?|’s?) (?:own )?(?:account|telling|version|reckoning|count|tally|words)\b",
    re.IGNORECASE,
)
"""A source that only its account is named of: "by the army's account"."""
_UNVERIFIED = re.compile(
    r"\b(?:could|can) ?not (?:immediately |yet )?be (?:independently |immediately )?(?:confirmed|verified)\b"
    r"|\b(?:has|have|had) not (?:yet )?been (?:independently )?(?:confirmed|verified)\b|\bno independent confirmation\b"
)
_ABOUT = re.compile(rf"^\W*(?:but |however, |later, )?[^.;]{{0,70}}\b{_WHAT}\b", re.IGNORECASE)


def called_false(text: Text, sentence: Sentence, trigger: int) -> str | None:
    """Whether what the trigger tells is called "false" or "denied" behind it, there or in the next sentence.

    "hoax": it came to nothing, whoever told of it ("a bomb alert that proved to be a hoax").
    """
    tail = text.text[text.tokens[trigger].end : sentence.end].lower()[:400]
    if _FALSE_RUMOUR.search(text.text[sentence.start : text.tokens[trigger].start].lower()[-160:]):
        return "false"
    if _HOAX.search(tail):
        return "hoax"
    if _PROVED_FALSE.search(tail):
        return "false"
    if _DENIED.search(tail):
        return "denied"
    after = _next(text, sentence)
    if after is not None and _ABOUT.match(after):
        if _PROVED_FALSE.search(after) or _HOAX.search(after):
            return "false"
        if _DENIED.search(after):
            return "denied"
    return None


def doubted(text: Text, sentence: Sentence, start: int, end: int) -> bool:
    """Whether rumour words stand with what characters ``start`` to ``end`` tell, or the next sentence doubts it."""
    folded = text.text[start:end].lower()
    if phrases("rumour_strong").search(folded) or _UNVERIFIED.search(folded):
        return True
    after = _next(text, sentence)
    return after is not None and _UNVERIFIED.search(after) is not None and _ABOUT.match(after) is not None


def _next(text: Text, sentence: Sentence) -> str | None:
    """The next sentence of the same paragraph in lower case, as far as it matters."""
    if sentence.index + 1 >= len(text.sentences):
        return None
    following = text.sentences[sentence.index + 1]
    if following.paragraph != sentence.paragraph:
        return None
    return text.text[following.start : following.end].lower()[:240]
