"""Names of places that nobody recognised, and names that go on where the recognised part ends.

A hamlet that no gazetteer has is still where it happened. Such a name is kept as NIL: the incident is listed without a
point, or near a known place that the sentence gives, and is not put at some other place. A name counts as a place by
the words around it: a locative preposition, a kind ("the village of X", "X district"), a place beside it in a list, a
verb that only places are the object of. A model's word that it is a person or a body counts against it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from geomap.incidents.syntax import FINITE, VERBAL, Sentence, Text, Token, words
from geomap.records import Mention, Resolution

__all__ = ["lengthened", "unknown_name", "unknown_names"]

_KINDS = words(
    "town towns city cities village villages place suburb suburbs port camp municipality settlement settlements hamlet "
    "hamlets community communities commune communes quarter district districts neighbourhood neighborhood "
    "neighbourhoods neighborhoods borough township capital stronghold enclave locality localities island islands "
    "province provinces region regions county state area areas hill hills hilltop hilltops mountain mountaintop valley "
    "base bases airbase airport checkpoint checkpoints crossing prison market block subdistrict suburb ward "
    "parish estate farm farms oasis outpost"
)
_SITES = words(
    "airport airfield airbase base university college hospital hotel mosque church cathedral temple shrine monastery "
    "palace square bridge dam station stadium park prison barracks market mall school factory plant refinery mine "
    "field fields farms mountains hills hill valley forest crossing checkpoint camp port harbour harbor island "
    "islands embassy consulate tower complex project district neighbourhood neighborhood quarter village town road "
    "highway street avenue roundabout junction river lake terminal depot headquarters house pass tunnel beach "
    "governorate province city county region"
)
# What a town of that name need not have given its name to: "the Marriott Hotel", "Badr Mosque".
_NAMED_AFTER = words("hotel mosque church cathedral temple shrine monastery palace hospital school tower street avenue")
_AROUND = words(
    "outskirts vicinity perimeter slope slopes edge edges entrance entrances centre center streets sector part parts "
    "half fringes siege outside north south east west northeast northwest southeast southwest heart surroundings "
    "countryside"
)
_CALLED = frozenset({"called", "named", "known"})
_LOCATIVE = words("in at near outside between inside around throughout across over through toward towards beside")
_LEADING = frozenset({"to", "into", "toward", "towards"})
_MOVING = (
    "deploy", "send", "sent", "mov", "march", "advanc", "withdraw", "withdrew", "retreat", "flee", "fled", "travel",
    "fly", "flew", "dispatch", "head", "return", "transfer", "evacuat", "airlift", "convoy", "redeploy", "rush", "went",
    "go",
)  # fmt: skip
# As far back as "deploy some 400 more soldiers of its reserve to" goes.
_MOVING_WITHIN = 9
# Only a place is entered, stormed or shelled; what is captured or struck may be a person or a ship.
_TAKING = words(
    "enter entered entering enters storm stormed storming shell shelled shelling raid raided raiding recapture "
    "recaptured recapturing liberate liberated liberating besiege besieged besieging overrun overran invade invaded "
    "invading occupy occupied occupying retake retook retaking patrol patrolled patrolling"
)
_STRIKING = words(
    "capture captured capturing captures attack attacked attacking target targeted targeting bomb bombed bombing hit "
    "hitting strike struck striking seize seized seizing reach reached reaching leave left"
)
_BODIES = frozenset({"PERSON", "ORG", "NORP", "EVENT", "LAW", "WORK_OF_ART", "PRODUCT", "DATE", "TIME", "LANGUAGE"})
_BODY_WORDS = words(
    "university court ministry parliament council church hospital agency party committee commission association "
    "congress senate house office department institute school college company group union act bank street avenue radio "
    "television news times post operation army navy force forces brigade division police government state league cup "
    "war wars treaty accord accords organization organisation front movement corps guard summit"
)
_TITLES = words(
    "mr. mrs. ms. dr. gen. col. lt. sgt. maj. capt. president minister general colonel spokesman spokeswoman mayor "
    "governor commander chief leader secretary director officer king queen prince sheikh sheik bishop pope operation"
)
_GLUE = frozenset({"al", "el", "an", "ash", "as", "az", "ad", "de", "du", "del", "la", "le", "e", "i", "and"})
_APOSTROPHES = frozenset({"'", "’", "‘", "`", "ʼ"})
# Words between a preposition and the name it governs ("in the rebel-held and hilly ... town of").
_LEFT_REACH = 8
# The longest name taken: "Al-Hamdaniyah 1070 Housing Project".
_LONGEST = 8


class _Run:
    """A run of capitalised words, tokens ``a`` to ``b``."""

    __slots__ = ("a", "b")

    def __init__(self, a: int, b: int) -> None:
        self.a, self.b = a, b


def unknown_names(text: Text, taken: frozenset[int], clock: frozenset[int]) -> list[Resolution]:
    """The unrecognised names of places in an article, in reading order, as NIL resolutions.

    ``taken`` are the tokens of recognised names and ``clock`` those of time phrases. Upper-case sentences and texts
    without a parse have none: there a capital says nothing.
    """
    out: list[Resolution] = []
    if not text.parsed:
        return out
    for sentence in text.sentences:
        if sentence.upper:
            continue
        found: set[int] = set()
        runs = list(_runs(text.tokens, sentence, taken | clock))
        # Twice, so that a name at the head of a list is found through the later ones.
        for _ in range(2):
            for run in runs:
                if run.a not in found and _is_place(text.tokens, sentence, run, taken, found):
                    found.update(range(run.a, run.b))
                    out.append(unknown_name(text, run.a, run.b))
    out.sort(key=lambda r: r.mention.start)
    return out


def unknown_name(text: Text, a: int, b: int) -> Resolution:
    """A name of tokens ``a`` to ``b`` that no gazetteer entry was found for."""
    start, end = text.tokens[a].start, text.tokens[b - 1].end
    return Resolution(
        mention=Mention(start=start, end=end, text=text.text[start:end], recognizer="locative"),
        place=None,
        score=0.0,
        rule="unknown_name",
        reasons=("a name that stands where a place does and that no gazetteer entry was found for",),
    )


def _capital(token: Token) -> bool:
    return token.text[:1].isupper() and token.tag in ("NNP", "NNPS")


def _glued(tokens: list[Token], i: int, b: int) -> bool:
    """Whether token ``i`` joins two parts of a name: a hyphen, an apostrophe, "al" between hyphens."""
    token = tokens[i]
    if i + 1 >= b:
        return False
    after = tokens[i + 1]
    if token.low in ("-", "–") or token.low in _APOSTROPHES:
        return (
            token.start == tokens[i - 1].end
            and token.end == after.start
            and (after.text[:1].isupper() or after.low in _GLUE)
        )
    return token.low in _GLUE - {"and"} and after.start == token.end and tokens[i - 1].end == token.start


def _runs(tokens: list[Token], sentence: Sentence, barred: frozenset[int]) -> Iterable[_Run]:
    i = sentence.a
    while i < sentence.b:
        if i in barred or not _capital(tokens[i]) or len(tokens[i].text) < 2:
            i += 1
            continue
        j = i + 1
        while (
            j < sentence.b
            and j < i + _LONGEST
            and j not in barred
            and (_capital(tokens[j]) or _glued(tokens, j, sentence.b) or _after_glue(tokens, j))
        ):
            j += 1
        while j > i + 1 and not tokens[j - 1].text[-1:].isalnum():
            j -= 1
        yield _Run(i, j)
        i = j


def _after_glue(tokens: list[Token], j: int) -> bool:
    return tokens[j - 1].low in ("-", "–", *_APOSTROPHES) and tokens[j - 1].end == tokens[j].start


def _is_place(tokens: list[Token], sentence: Sentence, run: _Run, taken: frozenset[int], found: set[int]) -> bool:
    a, b = run.a, run.b
    before = tokens[a - 1] if a > sentence.a else None
    after = tokens[b] if b < sentence.b else None
    if (b < sentence.b and b in taken) or tokens[b - 1].low in _BODY_WORDS - _SITES:
        return False
    if before is not None and before.low in _TITLES:
        return False
    body = any(tokens[k].entity in _BODIES for k in range(a, b))
    possessive = after is not None and after.low in ("'s", "’s", "'", "’")
    kind_follows = after is not None and after.low in _KINDS
    site = b - a > 1 and tokens[b - 1].low in _SITES
    if before is not None and (before.low == "of" or before.low in _CALLED) and _kind_left(tokens, a - 1, sentence.a):
        return not possessive
    if _listed(tokens, sentence, run, taken, found) and not possessive:
        return not any(tokens[k].entity in ("DATE", "TIME", "NORP") for k in range(a, b))
    governor = _governor(tokens, a, sentence.a)
    if governor is None:
        return False
    token = tokens[governor]
    adjacent = governor == a - 1 or (governor == a - 2 and tokens[a - 1].low == "the")
    if possessive and not _site_behind(tokens, b, sentence.b):
        return False
    if token.low in _LOCATIVE and token.tag in ("IN", "RB", "JJ"):
        return (site or kind_follows) or (
            (adjacent or not body) and not (body and token.low == "over") and tokens[b - 1].low not in _BODY_WORDS
        )
    if token.low in _LEADING and _moves(tokens, sentence.a, governor):
        return tokens[b - 1].low not in _BODY_WORDS
    if token.low == "for" and tokens[max(governor - 1, 0)].low in ("fight", "battle", "battles", "fighting"):
        return not any(tokens[k].entity in ("PERSON", "DATE", "NORP") for k in range(a, b))
    if token.low in ("of", "on", "from", "for", "against", "to", "into", "along", "by"):
        if token.low == "on" and not body and before is not None and before.low in ("on", "the"):
            return _assault(tokens, governor, sentence.a) or site
        return site or kind_follows
    if token.tag in VERBAL:
        if token.low in _TAKING:
            return not body or site or kind_follows
        return token.low in _STRIKING and (
            site or kind_follows or all(tokens[k].entity in ("GPE", "LOC", "FAC") for k in range(a, b))
        )
    return False


def _assault(tokens: list[Token], i: int, floor: int) -> bool:
    """Whether "on" follows a word for an attack: "an assault on X"."""
    return i > floor and tokens[i - 1].low.rstrip("s") in (
        "assault", "attack", "raid", "advance", "offensive", "march", "siege", "strike", "airstrike", "shelling",
    )  # fmt: skip


def _site_behind(tokens: list[Token], i: int, b: int) -> bool:
    """Whether a place noun follows a possessive: "X's perimeter", "X's main stadium"."""
    return any(
        tokens[k].low in _SITES | _KINDS | {"outskirts", "centre", "center", "perimeter", "suburbs", "streets"}
        for k in range(i + 1, min(b, i + 4))
    )


def _kind_left(tokens: list[Token], i: int, floor: int) -> bool:
    """Whether a place noun stands left of the "of" or "called" at ``i``."""
    j = i - 1
    if j >= floor and tokens[j].low == "," and tokens[i].low in _CALLED:
        j -= 1
    return j >= floor and tokens[j].low in (_KINDS | _AROUND) - {"state"}


def _governor(tokens: list[Token], a: int, floor: int) -> int | None:
    """The preposition or verb left of the noun phrase that ends with the name at ``a``."""
    i = a - 1
    while i >= floor and i >= a - _LEFT_REACH:
        token = tokens[i]
        if token.tag in ("IN", "TO") or (token.low in _LOCATIVE and token.tag in ("RB", "JJ")):
            return i
        if token.tag in VERBAL and not (token.tag in ("VBN", "VBG") and i + 1 < a and tokens[i + 1].low != "the"):
            return i
        if token.tag == "POS" and i > floor and _capital(tokens[i - 1]):
            # "in Y's X district"
            i -= 1
            while i > floor and _capital(tokens[i - 1]):
                i -= 1
            i -= 1
            continue
        if token.tag not in ("DT", "JJ", "JJS", "VBN", "VBG", "HYPH", "CD", "NN", "NNS", "RB", "PRP$") and not (
            token.low == "-" or (token.tag == "NNP" and token.low == "northern")
        ):
            return None
        i -= 1
    return None


def _listed(tokens: list[Token], sentence: Sentence, run: _Run, taken: frozenset[int], found: set[int]) -> bool:
    """Whether the name is one of a list with a place: "A, X and B", "A and X", "X, A and B"."""
    floor, ceiling = sentence.a, sentence.b
    left = run.a - 1
    if left > floor and tokens[left].low == "the":
        left -= 1
    comma = False
    if left > floor and tokens[left].low in ("and", "or", "&"):
        left -= 1
        if left > floor and tokens[left].low == ",":
            left -= 1
    elif left > floor and tokens[left].low == ",":
        comma = True
        left -= 1
    else:
        left = -1
    right = run.b
    closes = right < ceiling and tokens[right].low in (",", "and", "&")
    if left >= floor and (left in found or left in taken):
        if right < ceiling and (tokens[right].tag in FINITE or tokens[right].tag in ("MD", "RB")):
            # "in X, Macron said", "in X and Macron has"
            return False
        if not comma:
            return left in found or _in_place_slot(tokens, left, floor)
        # a comma alone joins a list only where it goes on to an "and"
        return closes and any(tokens[k].low in ("and", "&") for k in range(right, min(ceiling, right + 12)))
    if closes:
        k = right + 1
        if k < ceiling and tokens[k].low == "and":
            k += 1
        if k < ceiling and tokens[k].low == "the":
            k += 1
        return k in found and _governor(tokens, run.a, floor) is not None
    return False


def _in_place_slot(tokens: list[Token], i: int, floor: int) -> bool:
    """Whether the name that ends at ``i`` follows a locative preposition or a place noun."""
    while i >= floor and (_capital(tokens[i]) or tokens[i].low in ("-", "the", "and", ",", "al")):
        i -= 1
    if i < floor:
        return False
    return tokens[i].low in _LOCATIVE or tokens[i].low in ("of", "on") or tokens[i].low in _TAKING | _STRIKING


def _moves(tokens: list[Token], floor: int, i: int) -> bool:
    """Whether a word of moving stands shortly before token ``i`` in its sentence."""
    return any(
        tokens[k].tag[:2] in ("VB", "NN") and tokens[k].low.startswith(_MOVING)
        for k in range(max(floor, i - _MOVING_WITHIN), i)
    )


def lengthened(text: Text, resolution: Resolution, begins: frozenset[int]) -> Resolution:
    """The resolution of the whole name where the recognised part goes on: "Duhok" in "Duhok Airport".

    The place stays where the town has surely given its name; where it need not have (a hotel, a mosque) the name is
    unknown. ``begins`` are the characters at which recognised names begin.
    """
    mention = resolution.mention
    tokens = text.tokens
    if not text.parsed or not tokens or not 0 <= mention.start < mention.end <= len(text.text):
        return resolution
    a, b = text.tokens_of(mention.start, mention.end)
    sentence = text.sentence_of(a)
    if sentence.upper or mention.dateline or mention.kind == "demonym":
        return resolution
    end = b
    last = 0
    while (
        end < sentence.b and end < b + 4 and tokens[end].start not in begins
        and (tokens[end].tag in ("NNP", "NNPS") and tokens[end].text[:1].isupper())
        and tokens[end].start - tokens[end - 1].end <= 1
    ):  # fmt: skip
        end += 1
        if tokens[end - 1].low in _SITES and tokens[end - 1].text[:1].isupper():
            last = end
    if not last and end == b and _goes_on(tokens, b, sentence.b):
        end = b
        while end < sentence.b and end < b + 6 and (_capital(tokens[end]) or _glued(tokens, end, sentence.b) or tokens[
            end
        ].low in _GLUE - {"and"} or _after_glue(tokens, end)):  # fmt: skip
            end += 1
        return _cut(text, resolution, a, end)
    start = a
    low = tokens[a].low
    if b - a == 1 and low in _SITES | {"old", "new", "upper", "lower"} and a > sentence.a and not last:
        # "Farms" in "the Al-Malaah Farms" is no place of its own
        while start > sentence.a and (
            _capital(tokens[start - 1])
            or (tokens[start - 1].low == "-" and tokens[start - 1].end == tokens[start].start)
        ):
            start -= 1
    if not last and start == a:
        return resolution
    begin, stop = tokens[start].start, tokens[(last or b) - 1].end
    grown = replace(mention, start=begin, end=stop, text=text.text[begin:stop])
    place = resolution.place
    final = tokens[(last or b) - 1].low
    known = place is not None and (place.population or 0) >= 100_000
    if start != a or (final in _NAMED_AFTER and not known and place is not None):
        return _cut(text, resolution, start, last or b)
    return replace(resolution, mention=grown)


def _goes_on(tokens: list[Token], b: int, ceiling: int) -> bool:
    """Whether "Al-…" or "al …" follows a name: then the name is longer ("Tal Al-Hara")."""
    return (
        b + 2 < ceiling
        and tokens[b].low in ("al", "el", "ash", "an")
        and tokens[b].start == tokens[b - 1].end + 1
        and ((tokens[b + 1].low == "-" and tokens[b + 2].text[:1].isupper()) or tokens[b + 1].text[:1].isupper())
    )


def _cut(text: Text, resolution: Resolution, a: int, b: int) -> Resolution:
    """The name of tokens ``a`` to ``b``, of which only a part was recognised: unknown."""
    start, end = text.tokens[a].start, text.tokens[b - 1].end
    mention = replace(resolution.mention, start=start, end=end, text=text.text[start:end])
    return replace(
        resolution,
        mention=mention,
        place=None,
        score=0.0,
        rule="cut_name",
        reasons=(f"{resolution.mention.text!r} is only a part of the name",),
        alternatives=(),
    )
