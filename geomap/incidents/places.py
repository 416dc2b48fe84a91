"""Where: the part each place plays in its clause, read from the words around it, and what "the town" means.

The grammar is local. From a toponym it walks to the left over the noun phrase ("the northern part of the city of
X") up to the preposition that governs it, and looks one noun to the right ("X crossing", "X region", "X police").
That needs no parse, so it holds for upper-case wires and for texts without a model.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from geomap.incidents.counts import word_number
from geomap.incidents.names import lengthened, unknown_names
from geomap.incidents.place_words import (
    AREA_KINDS,
    AREA_NOUNS,
    BUILDINGS,
    COMPASS,
    EDGES,
    HOLDERS,
    IN,
    KINDS,
    LINE_NOUNS,
    NEAR,
    OUTSIDE,
    OWNED,
    PARTS,
    ROADS,
    SITES,
    STAYING,
    TO_NEAR,
    UNITS,
    WARDS,
    WHEN,
)
from geomap.incidents.syntax import FINITE, NOMINAL, VERBAL, Sentence, Text, Token, words
from geomap.incidents.triggers import saying_verbs
from geomap.records import IncidentPlace, Place, Resolution, Role

__all__ = ["Spot", "read_roles", "read_spots", "to_place"]

Use = Literal["place", "subject", "object", "modifier", "actor", "container", "dateline", "speaker"]

_SKIP_TAGS = frozenset({"DT", "JJ", "JJR", "JJS", "PRP$", "CD", "VBN"})
_LIST_REACH = 14
"""How many tokens after a place may lie before the "and" that makes it one of a list."""


@dataclass(slots=True)
class Spot:
    """A place as used in a sentence: token range ``a`` to ``b``, its role and what its noun phrase is for.

    ``governor`` is the token left of the whole phrase (the preposition or the verb); ``qualifies`` marks a spot that
    only tells where the one before it lies ("X, near Y"). ``label`` is the noun that introduced it ("town"). ``noun``
    is the token of the noun that the name modifies ("the X bombing"), ``held`` says that the name before it is the
    place that this one lies in ("Y's X district"), ``inner`` is the first token of a name before it that lies in it
    ("the X region of Y"). ``source`` is the name that an anaphor stands for.
    """

    a: int
    b: int
    start: int
    end: int
    resolution: Resolution
    role: Role = "site"
    use: Use = "place"
    governor: int = -1
    direction: str | None = None
    distance_km: float | None = None
    label: str = ""
    area: bool = False
    between: int = 0
    listed: bool = False
    qualifies: bool = False
    anaphor: bool = False
    phrase_start: int = -1
    noun: int = -1
    held: bool = False
    inner: int = -1
    source: Spot | None = None

    @property
    def place(self) -> Place | None:
        """The gazetteer entry, or None."""
        return self.resolution.place

    @property
    def is_area(self) -> bool:
        """Whether it is a region or country, or is called one."""
        place = self.place
        return self.area or (place is not None and place.is_area)


def read_spots(
    text: Text,
    resolutions: list[Resolution],
    clock: frozenset[int] = frozenset(),
    apart: Sequence[tuple[int, int]] = (),
) -> list[Spot]:
    """The toponyms of an article with their roles, in reading order; demonyms are left out.

    ``clock`` are the tokens of time phrases, which are no names; ``apart`` are stretches (characters) that are no part
    of the story, such as bylines.
    """
    spots: list[Spot] = []
    owner: dict[int, int] = {}
    length = len(text.text)
    previous_end = -1
    begins = frozenset(r.mention.start for r in resolutions)
    whole = [lengthened(text, r, begins) for r in resolutions]
    grown = {
        new.mention.start
        for old, new in zip(resolutions, whole, strict=True)
        if new is not old and new.mention.text.rsplit(None, 1)[-1].lower() not in KINDS | AREA_NOUNS | ROADS
    }
    resolutions = whole
    taken = frozenset(
        i
        for r in resolutions
        if 0 <= r.mention.start < r.mention.end <= length and text.tokens
        for i in range(*text.tokens_of(r.mention.start, r.mention.end))
    )
    resolutions = sorted(
        [*resolutions, *unknown_names(text, taken, clock)], key=lambda r: (r.mention.start, -r.mention.end)
    )
    for resolution in resolutions:
        mention = resolution.mention
        if mention.kind == "demonym" or not 0 <= mention.start < mention.end <= length or mention.start < previous_end:
            continue
        if any(start <= mention.start < end for start, end in apart):
            continue
        previous_end = mention.end
        if not text.tokens:
            continue
        a, b = text.tokens_of(mention.start, mention.end)
        for i in range(a, b):
            owner[i] = len(spots)
        start, end = mention.start, mention.end
        if (
            text.text[end : end + 1] == "-"
            and text.text[end + 1 : end + 2].isupper()
            and not _begins(resolutions, end + 1)
        ):
            # the name goes on ("Saint-Pol" read as "Saint"): what was resolved is another place
            while (
                b < len(text.tokens)
                and (text.tokens[b].low == "-" or text.tokens[b - 1].low == "-")
                and text.tokens[b].start == end
            ):
                end = text.tokens[b].end
                b += 1
            resolution = replace(
                resolution,
                mention=replace(mention, end=end, text=text.text[start:end]),
                place=None,
                score=0.0,
                rule="cut_name",
                reasons=("the name goes on behind a hyphen",),
                alternatives=(),
            )
        spot = Spot(a, b, start, end, resolution)
        if mention.start in grown and resolution.place is not None and resolution.place.feature_class == "P":
            # "Duhok Airport" is at Duhok, no more is known
            spot.role = "near" if text.tokens[b - 1].low in OUTSIDE else "part_of"
        spots.append(spot)
    for n, _spot in enumerate(spots):
        read_roles(text, spots, owner, n)
    return spots


def _singular(noun: str) -> str:
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def _begins(resolutions: list[Resolution], offset: int) -> bool:
    at = bisect_left(resolutions, offset, key=lambda r: r.mention.start)
    return at < len(resolutions) and resolutions[at].mention.start == offset


def _inside_phrase(tokens: list[Token], i: int, floor: int) -> bool:
    """Whether a word that is no adjective stands between some: "mostly Kurdish", "rebel-held", "north and west"."""
    token, after = tokens[i], tokens[i + 1] if i + 1 < len(tokens) else None
    if after is None:
        return False
    if token.tag == "RB":
        return after.tag in ("JJ", "VBN")
    if token.low == "-":
        return i > floor and after.tag in ("VBN", "JJ", "NN", "VBG")
    if token.low in ("and", "or"):
        return after.low in COMPASS and i > floor and tokens[i - 1].low in COMPASS
    return after.low == "-" and token.tag != "CD"


def _skip_left(tokens: list[Token], i: int, floor: int, owner: dict[int, int]) -> tuple[int, list[str], str]:
    """Walk left over determiners, adjectives and lower-case modifiers; returns where, compass words, label noun."""
    compass: list[str] = []
    label = ""
    steps = 0
    while i >= floor and steps < 6 and i not in owner:
        token = tokens[i]
        if token.low in COMPASS and token.low != "heart":
            compass.append(COMPASS[token.low])
        elif token.low in KINDS and not label and token.tag in NOMINAL:
            label = token.low
        elif token.tag == "VBN" and i - 1 >= floor and tokens[i - 1].tag in ("NN", "NNS", "NNP", "PRP", "WP", "WDT"):
            # "vehicles patrolled X": the verb, not a participle before a noun
            break
        elif _inside_phrase(tokens, i, floor):
            pass
        elif (
            token.tag not in _SKIP_TAGS
            and token.low not in ("'s", "’s", '"', "“", "mt", "lake")
            and not (
                token.tag in ("NNP", "NN")
                and i + 1 < len(tokens)
                and tokens[i + 1].tag in NOMINAL
                and steps < 3
                and token.low not in TO_NEAR
            )
        ):
            break
        if token.tag in VERBAL and token.tag != "VBN":
            break
        i -= 1
        steps += 1
    return i, compass, label


def read_roles(text: Text, spots: list[Spot], owner: dict[int, int], n: int) -> None:
    """Read the part that ``spots[n]`` plays in its clause; ``owner`` maps tokens to the number of their spot."""
    tokens = text.tokens
    spot = spots[n]
    sentence = text.sentence_of(spot.a)
    mention = spot.resolution.mention
    spot.direction = mention.direction
    if mention.dateline:
        spot.use = "dateline"
        return
    _look_right(tokens, spots, owner, n, sentence)
    i = spot.a - 1
    floor = sentence.a
    phrase = spot.a
    for _ in range(6):
        i, compass, label = _skip_left(tokens, i, floor, owner)
        phrase = i + 1
        if label and not spot.label:
            spot.label = _singular(label)
        if compass and spot.direction is None and i + 1 <= spot.a:
            spot.direction = compass[0]
        if i < floor:
            break
        token = tokens[i]
        if i in owner and _holds(tokens, spots[owner[i]], spot, i):
            # "in Y's X district": what governs Y governs X, and Y only says where X is
            holder = spots[owner[i]]
            holder.use, spot.held = "container", True
            i = holder.a - 1
            continue
        if token.low == "of":
            step = _of_phrase(tokens, spot, i, floor)
            if step is None:
                spot.use = "actor" if spot.use == "place" else spot.use
                break
            i = step
            if spot.inner >= 0:
                i = min(i, spot.inner - 1)
            if spot.role == "near" and i < floor:
                break
            if spot.governor >= 0:
                break
            continue
        if token.low in ("-", "–", "—", "/", "to") and i - 1 in owner and token.low != "to":
            previous = spots[owner[i - 1]]
            if previous.b == i and tokens[i].start == previous.end and tokens[i].end == spot.start:
                spot.role, spot.governor, spot.use = previous.role, previous.governor, previous.use
                spot.listed = previous.listed
                if spot.between == 2:
                    previous.role = spot.role = "along"
                    previous.between = spot.between = 1
                    previous.use = "place"
                    spot.use = "place"
                phrase = previous.phrase_start
            break
        head = _list_head(tokens, i, owner) if token.low in ("and", "or", ",", "&") else None
        if head is not None:
            _in_list(text, spots, owner, spot, i, head, sentence)
            break
        if token.low == "," and _apposed(tokens, spots, owner, i):
            # "in Y's second city, X"
            i = _noun_left(tokens, i - 1, floor, spot, kind=True)
            if i in owner:
                spots[owner[i]].use, spot.held = "container", True
                i = spots[owner[i]].a - 1
            continue
        if token.low == "," or token.low == "(":
            spot.governor = i
            # "… the town, X," names it again; a bare name after a comma is an apposition or the clause's subject
            if spot.use == "place":
                spot.use = "subject"
            break
        _govern(tokens, spots, owner, spot, i, floor)
        break
    spot.phrase_start = max(floor, min(phrase, spot.a))
    if spot.use == "place" and spot.governor < 0 and spot.role == "site":
        spot.use = "subject"
        spot.governor = max(floor, i)
    if mention.metonym and spot.use in ("subject", "object"):
        spot.use = "speaker"
    if spot.use == "place" and spot.role == "site" and _speaks_there(tokens, spot, floor):
        spot.use = "speaker"
    if spot.use == "subject":
        _subject(text, spot, sentence)
    if spot.direction and spot.role == "site":
        spot.role = "part_of"
    if n and not spot.listed:
        _qualification(text, spots, n, sentence)


def _apposed(tokens: list[Token], spots: list[Spot], owner: dict[int, int], i: int) -> bool:
    """Whether the comma at ``i`` closes "Y's second city," or "Y's capital,": what follows is that city's name."""
    if tokens[i - 1].low not in KINDS:
        return False
    k = i - 2
    while k > 0 and k > i - 6 and tokens[k].tag in ("JJ", "JJS", "NN", "NNP", "RBS", "HYPH") and k not in owner:
        k -= 1
    return tokens[k].low in ("'s", "’s") and k - 1 in owner and spots[owner[k - 1]].b == k


def _holds(tokens: list[Token], holder: Spot, spot: Spot, i: int) -> bool:
    """Whether the place that ends at token ``i`` is the one that ``spot``, next to it, is said to be in."""
    gap = tokens[i + 1 : spot.a]
    if not gap:
        return holder.b == spot.a and spot.start - holder.end == 1
    if gap[0].low in AREA_NOUNS and len(gap) > 1:
        # "Y province's X county"
        gap = gap[1:]
    if gap[0].low not in ("'s", "’s", "'", "’"):
        return False
    # "Y's northern town of X"
    kind = len(gap) > 2 and gap[-1].low == "of" and gap[-2].low in KINDS | AREA_KINDS
    return all(
        t.tag in ("JJ", "JJS", "NN", "NNP", "CD", "HYPH", "VBN", "RB") or t.low == "-"
        for t in gap[1 : -1 if kind else len(gap)]
    )


def _look_right(tokens: list[Token], spots: list[Spot], owner: dict[int, int], n: int, sentence: Sentence) -> None:
    """What follows: "X region", "X crossing", "the X–Y highway", "X police", "X's army"."""
    spot = spots[n]
    i = spot.b
    name_tail = tokens[spot.b - 1].low
    if name_tail in AREA_NOUNS and spot.b - spot.a > 1:
        spot.area = True
    if name_tail in PARTS and spot.b - spot.a > 1:
        spot.label = _singular(name_tail)
    if i >= sentence.b:
        return
    follower = tokens[i]
    if follower.low == "-" and i + 1 < sentence.b and tokens[i + 1].tag in ("VBN", "VBD", "JJ") and i + 1 not in owner:
        # "U.S.-led", "Karachi-born"
        spot.use = "modifier"
        return
    if follower.low == "," and i + 2 < sentence.b and tokens[i + 1].low in ("a", "the", "one"):
        # "X, a district of the capital": a part of a town
        for j in range(i + 2, min(sentence.b - 1, i + 6)):
            if tokens[j].low in WARDS and tokens[j + 1].low in ("of", "in"):
                spot.role = "part_of"
            if tokens[j].tag in VERBAL or tokens[j].low in (",", "of"):
                break
    if follower.low in ("-", "–", "/") and i + 1 < sentence.b and i + 1 in owner:
        other = spots[owner[i + 1]]
        j = other.b
        while j < min(sentence.b, other.b + 3) and tokens[j].tag in NOMINAL | {"JJ"} and tokens[j].low not in ROADS:
            j += 1
        if j < sentence.b and tokens[j].low in ROADS:
            spot.between = other.between = 2
        return
    if follower.low in ("'s", "’s", "'", "’"):
        j = i + 1
        while j < min(sentence.b, i + 8) and tokens[j].tag in ("JJ", "NNP", "NN", "CD", "HYPH") and j not in owner:
            if tokens[j].low in OWNED and tokens[j].tag in NOMINAL:
                break
            j += 1
        if j < sentence.b and (j in owner or _named_behind(tokens, j, sentence.b, owner) is not None):
            spot.use = "container"
        elif j < sentence.b and (tokens[j].low in OWNED or tokens[j].low in COMPASS):
            spot.use = "place"
            spot.role = "near" if tokens[j].low in EDGES else "part_of"
            if any(tokens[k].low in COMPASS for k in range(i + 1, j + 1)):
                spot.direction = next(COMPASS[tokens[k].low] for k in range(i + 1, j + 1) if tokens[k].low in COMPASS)
        else:
            spot.use = "modifier"
            if j < sentence.b and tokens[j].low in STAYING:
                spot.noun = j
        return
    if follower.low == "and" and i + 1 in owner:
        # "the X and Y crossings": the noun after the second holds for both
        other = spots[owner[i + 1]]
        follower = tokens[other.b] if other.b < sentence.b else follower
        tail = tokens[other.b - 1].low
        if tail in PARTS and tail.endswith("s"):
            spot.label = _singular(tail)
            spot.role = "part_of"
    if follower.tag in NOMINAL or follower.low in SITES | AREA_NOUNS | ROADS:
        low = follower.low
        head = _head_noun(tokens, follower.i, sentence.b, owner)
        named = _named_behind(tokens, follower.i, sentence.b, owner)
        if named is not None:
            if _contains(spot, spots[owner[named]], low):
                # "the X city of Y"
                spot.use = "container"
            else:
                spots[owner[named]].inner = spot.a
                spot.area = spot.area or low in AREA_NOUNS
                spot.label = _singular(low)
        elif head > follower.i and tokens[head].low in ("camp", "camps"):
            # "an X refugee camp"
            spot.role, spot.label = "part_of", "camp"
        elif head > follower.i and tokens[head].low in HOLDERS:
            # "X airport officials"
            spot.use = "modifier"
            spot.noun = head
        elif tokens[head].low in BUILDINGS:
            spot.role = "part_of"
        elif low in AREA_NOUNS:
            spot.area = True
            spot.label = _singular(low)
        elif low in ("area", "areas", "vicinity"):
            spot.role = "near"
        elif low in ROADS and follower.tag in NOMINAL and tokens[spot.b - 1].low not in ROADS:
            spot.role = "along"
        elif low in PARTS:
            spot.role = (
                "part_of"
                if low in ("districts", "district", "quarter", "suburbs", "suburb") and spot.place is None
                else spot.role
            )
            spot.label = spot.label or _singular(low)
        elif low in SITES:
            spot.label = spot.label or _singular(low)
        elif follower.tag in ("NN", "NNS", "NNP", "NNPS") and i == spot.b and i not in owner and low not in WHEN:
            # "the Paris mayor", but not "in Paris yesterday", "in Paris Saturday"
            spot.use = "modifier"
            spot.noun = head
    elif (
        follower.tag == "JJ"
        and follower.low not in ("last", "next", "late", "early")
        and i + 1 < sentence.b
        and tokens[i + 1].tag in NOMINAL
        and spot.is_area
        and tokens[i + 1].low not in SITES
    ):
        # a country before an adjective and a noun: "the X Muslim community"
        spot.use = "modifier"


def _named_behind(tokens: list[Token], i: int, b: int, owner: dict[int, int]) -> int | None:
    """The token of the place Y where the noun at ``i`` is a kind of place and "of Y" or "called Y" follows."""
    if i + 2 >= b or tokens[i].low not in KINDS | AREA_KINDS | SITES | PARTS:
        return None
    if tokens[i + 1].low not in ("of", "called", "named"):
        return None
    j = i + 2
    while j < min(b, i + 5) and (tokens[j].low == "the" or tokens[j].low in COMPASS or tokens[j].low == "rural"):
        j += 1
    return j if j in owner else None


def _contains(one: Spot, other: Spot, kind: str) -> bool:
    """Whether in "the ONE <kind> of OTHER" the first name is what the second lies in, as "the Ohio town of Kent"."""
    if kind in WARDS or kind in ("suburb", "area", "districts"):
        # "the Wadi quarter of Homs" or "the Lima district of Surco": the larger holds the smaller
        place, inner = one.place, other.place
        return place is not None and (inner is None or place.radius_km >= inner.radius_km)
    return kind not in AREA_NOUNS and kind not in AREA_KINDS


def _head_noun(tokens: list[Token], i: int, b: int, owner: dict[int, int]) -> int:
    """The last noun of the run that begins at ``i``."""
    while i + 1 < b and i + 1 not in owner and tokens[i + 1].tag in ("NN", "NNS") and tokens[i + 1].low not in WHEN:
        i += 1
    return i


def _distance(tokens: list[Token], i: int, floor: int) -> tuple[float | None, int]:
    """A distance that ends at token ``i`` ("15 km"), in kilometres, and the token before it."""
    if i < floor or tokens[i].low not in UNITS:
        glued = re.fullmatch(r"(\d{1,4})(km|mi|m)", tokens[i].low) if i >= floor else None
        if glued:
            return float(glued[1]) * {"km": 1.0, "mi": 1.609, "m": 0.001}[glued[2]], i - 1
        return None, i
    unit = tokens[i].low
    j = i - 1
    if j < floor:
        return None, i
    value = word_number(tokens[j].low)
    if value is None and tokens[j].low == "few":
        value = 3.0
    if value is None:
        return None, i
    scale = 1.609 if unit.startswith("mi") else 0.001 if unit in ("m", "metres", "meters") else 1.0
    scale = 0.0009 if unit == "yards" else scale
    j -= 1
    while j >= floor and tokens[j].low in ("about", "some", "around", "nearly", "just", "roughly", "than", "more", "a"):
        j -= 1
    return value * scale, j


def _of_phrase(tokens: list[Token], spot: Spot, i: int, floor: int) -> int | None:
    """What "… of X" says. Returns the token before the phrase to go on from, or None where X is only a modifier."""
    j = i - 1
    if j < floor:
        return None
    noun = tokens[j]
    low = noun.low
    if low in COMPASS and noun.tag in NOMINAL | {"RB", "JJ", "NNP"}:
        direction = COMPASS[low]
        k = j - 1
        if (
            low in ("north", "south", "east", "west")
            and k - 1 >= floor
            and tokens[k].low == "-"
            and tokens[k - 1].low in COMPASS
        ):
            direction = COMPASS[tokens[k - 1].low] + direction
            k -= 2
        if k >= floor and tokens[k].low in ("the", "far", "extreme", "deep") and low != "downtown":
            # "in the north of X" is inside, "to the north of X" outside
            m = k - 1
            while m >= floor and tokens[m].low in ("the", "far"):
                m -= 1
            if m >= floor and tokens[m].low in ("to", "just", "lies"):
                spot.role, spot.direction, spot.governor = "near", direction, m
                spot.distance_km, _ = _distance(tokens, m - 1, floor)
                return m
            spot.direction = direction
            spot.role = "part_of"
            return m if m >= floor else floor - 1
        m = k
        while (
            m >= floor and m > k - 4 and (tokens[m].tag in ("JJ", "NN", "NNP", "HYPH", "VBN") or tokens[m].low == "-")
        ):
            m -= 1
        if spot.is_area and floor <= m < k and tokens[m].low == "the":
            # "the mountainous north of the country" is inside it
            spot.direction = direction
            spot.role = "part_of"
            return m - 1
        distance, k = _distance(tokens, k, floor)
        spot.role = "near"
        spot.direction = direction if direction != "C" else None
        spot.distance_km = distance
        spot.governor = k if k >= floor else j
        spot.use = "place"
        return k
    if low in EDGES:
        spot.role = "near"
        return _noun_left(tokens, j, floor, spot)
    if low in KINDS or low in AREA_KINDS:
        spot.label = spot.label or low.rstrip("s")
        if low in AREA_KINDS:
            spot.area = True
        if low == "capital" and (spot.place is None or spot.is_area):
            # "the capital of <country>"; "the summer capital of <town>" is that town
            spot.use = "container"
        if low in (
            "suburb",
            "district",
            "quarter",
            "neighbourhood",
            "neighborhood",
            "suburbs",
            "districts",
            "borough",
        ) and (
            noun.tag in NOMINAL
            and spot.place is not None
            and j - 1 >= floor
            and tokens[j - 1].low
            in ("a", "the", "one", "eastern", "western", "northern", "southern", "several", "two", "other")
            and spot.place.feature_class == "P"
            and (spot.place.population or 0) > 100_000
        ):
            # "a suburb of <big city>" lies in it; "the hillside suburb of <small place>" is that place
            spot.role = "part_of"
        if low.endswith("districts") and j - 1 >= floor and tokens[j - 1].tag in ("NNP", "NN"):
            spot.use = "container"
        return _noun_left(tokens, j, floor, spot, kind=True)
    if low == "front":
        spot.governor = j
        return j
    if low in ("outside", "inside", "ahead", "west", "out"):
        spot.governor = j
        # "on the road out of X" is near X
        road = j - 1 >= floor and tokens[j - 1].low in ROADS
        spot.role = "near" if low == "outside" or (low == "out" and road) else "from" if low == "out" else spot.role
        return j
    if low in PARTS:
        spot.role = "part_of"
        return _noun_left(tokens, j, floor, spot)
    if low in SITES or low in ROADS:
        return _noun_left(tokens, j, floor, spot)
    if low in LINE_NOUNS:
        spot.role = "along"
        return _noun_left(tokens, j, floor, spot)
    if noun.tag in NOMINAL or noun.tag == "VBG":
        # "the shelling of X", "residents of X", "the fall of X": the trigger decides
        spot.use = "object"
        spot.governor = j
        return j
    if noun.low in ("kilometres", "km", "miles"):
        spot.role = "near"
        spot.governor = j
        return j
    return None


def _noun_left(tokens: list[Token], j: int, floor: int, spot: Spot, *, kind: bool = False) -> int:
    """From a transparent noun ("part", "town") to the token before its own phrase; picks up its compass word."""
    k = j - 1
    steps = 0
    while k >= floor and steps < 6:
        token = tokens[k]
        if token.low in COMPASS and not kind:
            spot.direction = spot.direction or COMPASS[token.low]
            spot.role = "part_of" if spot.role == "site" else spot.role
        elif (
            token.tag not in _SKIP_TAGS
            and not (token.tag in NOMINAL and (tokens[k + 1].tag in NOMINAL or tokens[k + 1].low == "-"))
            and token.low
            not in (
                "'s",
                "’s",
                "-",
                "and",
            )
        ):
            break
        if token.low == "and" and not (tokens[k - 1].tag == "JJ" if k - 1 >= floor else False):
            break
        k -= 1
        steps += 1
    return k


def _govern(tokens: list[Token], spots: list[Spot], owner: dict[int, int], spot: Spot, i: int, floor: int) -> None:
    """The preposition or verb left of the phrase."""
    token = tokens[i]
    low = token.low
    if spot.governor < 0:
        spot.governor = i
    before = tokens[i - 1].low if i - 1 >= floor else ""
    if spot.role == "near" and spot.use == "place" and low not in ("from", "to"):
        return
    if spot.use in ("modifier", "container"):
        return
    if low in NEAR:
        spot.role = "near"
    elif low == "between":
        spot.role = "along"
        spot.between = 1
    elif low in ("along", "via"):
        spot.role = "along"
    elif low == "from":
        across = any(
            tokens[k].low in ("across", "miles", "km", "kilometres", "kilometers") for k in range(max(floor, i - 6), i)
        )
        road = i - 1 >= floor and tokens[i - 1].low in ROADS
        spot.role = "near" if across else "along" if road else "from"
    elif low in ("to", "toward", "towards", "for", "into"):
        noun = tokens[i - 1] if i - 1 >= floor else None
        if noun is not None and (noun.low in TO_NEAR):
            spot.role = "near"
        elif low == "for":
            spot.use = (
                "actor" if not (noun and noun.low in ("left", "bound", "headed", "leave", "heading")) else "place"
            )
            spot.role = "to"
        else:
            spot.role = "to"
    elif low == "with":
        noun = tokens[i - 1] if i - 1 >= floor else None
        if noun is not None and noun.low in LINE_NOUNS:
            spot.role = "along"
            spot.label = noun.low
            k = i - 2
            while k >= floor and tokens[k].tag in _SKIP_TAGS:
                k -= 1
            if k >= floor and tokens[k].low in ("near", "at", "on", "outside", "across"):
                spot.role = "near" if tokens[k].low == "near" else "along"
                spot.governor = k
        else:
            spot.use = "actor"
    elif low in ("by", "about", "than", "like", "as", "per", "against"):
        spot.use = "object" if low == "against" else "actor"
    elif low in IN:
        spot.role = spot.role if spot.role in ("part_of", "near", "along") else "site"
        if low == "of":
            spot.use = "object"
    elif token.tag in VERBAL:
        spot.use = "object"
    elif low == "than":
        spot.use = "actor"
    elif token.tag in NOMINAL or token.tag in ("CC", ":", "''", "``", "RB", "WRB", "WDT", "IN", "TO"):
        spot.use = "subject" if spot.use == "place" else spot.use
    if before in ("close", "next", "adjacent") and low == "to":
        spot.role = "near"


def _list_head(tokens: list[Token], i: int, owner: dict[int, int]) -> int | None:
    """The token of the place before the "and" or comma at ``i``: "X and …", "the X camp and, farther on, …"."""
    j = i - 1
    if tokens[i].low == "," and j not in owner:
        # "and, further away, the Y": back over the aside to the "and"
        for k in range(i - 1, max(-1, i - 6), -1):
            if tokens[k].low in ("and", "or"):
                i, j = k, k - 1
                break
            if tokens[k].tag in VERBAL:
                return None
        else:
            return None
    if j >= 0 and tokens[j].low == "," and tokens[i].low in ("and", "or"):
        j -= 1
    steps = 0
    while j >= 0 and j not in owner and steps < 2 and tokens[j].low in SITES | PARTS | AREA_NOUNS:
        j -= 1
        steps += 1
    return j if j in owner else None


def _in_list(
    text: Text, spots: list[Spot], owner: dict[int, int], spot: Spot, i: int, head: int, sentence: Sentence
) -> None:
    """A place after "," or "and" that follows another place: one of a list, or what the other lies in."""
    tokens = text.tokens
    previous = spots[owner[head]]
    if previous.use == "dateline":
        spot.use = "subject"
        spot.governor = i
        return
    place, other = spot.place, previous.place
    if tokens[i].low == "," and tokens[i - 1].i in owner:
        inside = False
        if place is not None and other is not None and place.id != other.id:
            inside = (
                spot.is_area
                and not previous.is_area
                and (place.country_code == other.country_code or other.country_code in ("", place.country_code))
            )
        follower = tokens[spot.b].low if spot.b < sentence.b else "."
        more = any(
            tokens[k].low in ("and", "or") and (k + 1) in owner
            for k in range(spot.b, min(sentence.b, spot.b + _LIST_REACH))
        )
        if inside or (not more and follower in (",", ".", ")") and previous.use in ("place", "object")):
            spot.use = "container"
            spot.governor = previous.governor
            return
    spot.role, spot.governor = previous.role if spot.role == "site" else spot.role, previous.governor
    spot.use = previous.use if spot.use == "place" else spot.use
    if tokens[i].low == "and" and previous.use == "modifier" and spot.use == "modifier":
        spot.use = "modifier"
    spot.between = previous.between
    spot.direction = spot.direction or (previous.direction if previous.role == "near" else None)
    spot.listed = True
    previous.listed = True
    if spot.area and tokens[i].low == "and" and tokens[spot.b - 1].low.endswith("s"):
        previous.area = True


_SPEAKING = words("speaking talking addressing briefing telling writing")


def _speaks_there(tokens: list[Token], spot: Spot, floor: int) -> bool:
    """Whether somebody only speaks at the place: "the minister, speaking in X, warned", "police in X suspect"."""
    if spot.b < len(tokens) and tokens[spot.b].low in ("suspect", "believe", "fear"):
        return True
    for i in range(spot.governor - 1, max(floor - 1, spot.governor - 6), -1):
        if tokens[i].low in _SPEAKING:
            return i == floor or tokens[i - 1].low == ","
        if tokens[i].tag in VERBAL or tokens[i].low in (",", ";", ":"):
            return False
    return False


def _subject(text: Text, spot: Spot, sentence: Sentence) -> None:
    """A bare name before a verb: a speaker ("X said"), an actor, or the place something happened to."""
    tokens = text.tokens
    for j in range(spot.b, min(sentence.b, spot.b + 22)):
        if tokens[j].tag in FINITE:
            if tokens[j].low in saying_verbs():
                spot.use = "speaker"
            return
        if tokens[j].low in (";", ":"):
            return


def _qualification(text: Text, spots: list[Spot], n: int, sentence: Sentence) -> None:
    """Whether a place only tells where the one before it lies: "X, east of Y", "X in Y", "X (also spelled Y)"."""
    spot, previous = spots[n], spots[n - 1]
    if previous.a < sentence.a or previous.use in ("dateline",) or spot.held:
        return
    if spot.inner == previous.a:
        spot.qualifies = True
        return
    if previous.use == "container" and spot.phrase_start <= previous.a:
        # "the Y city of X"
        return
    tokens = text.tokens
    gap = tokens[previous.b : spot.phrase_start if spot.phrase_start >= previous.b else spot.a]
    lows = [t.low for t in gap]
    if len(gap) > 10 or lows in (["-"], ["–"], ["/"]):
        return
    if "(" in lows and ")" not in lows:
        spot.qualifies = True
        return
    if spot.use != "place" or any(t.tag in VERBAL and t.tag not in ("VBN", "VBG") for t in gap):
        return
    if any(low in ("and", "or", "but", ";") for low in lows):
        return
    if "(" in lows and ")" in lows:
        lows = lows[: lows.index("(")] + lows[lows.index(")") + 1 :]
    if lows and lows[0] in SITES | PARTS | AREA_NOUNS:
        lows = lows[1:]
    comma = bool(lows) and lows[0] == ","
    if comma or len(lows) <= 1:
        if comma and _continues_list(text, spot, sentence):
            spot.listed = True
            return
        if previous.use in ("place", "subject", "object", "container") or previous.qualifies:
            closes = comma and previous.phrase_start <= sentence.a + 2 and len(lows) == 1
            spot.qualifies = True
            if (
                closes
                and spot.role in ("near", "site", "part_of")
                and (spot.b >= sentence.b or tokens[spot.b].low != ",")
            ):
                # "In X, at Y the police …": the second is the closer place
                spot.qualifies = spot.role == "near" or spot.is_area


def _continues_list(text: Text, spot: Spot, sentence: Sentence) -> bool:
    """Whether "and near Z", "and in Z" follows: then this place is one of a list of phrases."""
    tokens = text.tokens
    for k in range(spot.b, min(sentence.b, spot.b + 6)):
        if tokens[k].low in ("and", "or"):
            return k + 1 < sentence.b and (tokens[k + 1].low in NEAR | IN | {"along", "between"})
        if tokens[k].low in (",", ";"):
            return False
    return False


_BEARINGS = {"N": 0.0, "NE": 45.0, "E": 90.0, "SE": 135.0, "S": 180.0, "SW": 225.0, "W": 270.0, "NW": 315.0}
_KM_A_DEGREE = 111.2


def _point(spot: Spot) -> tuple[float, float] | None:
    """WGS84 latitude and longitude: of the place, or as far off it as the text says ("15 km north of X")."""
    place = spot.place
    if place is None:
        return None
    bearing = _BEARINGS.get(spot.direction or "")
    if spot.role != "near" or spot.is_area or bearing is None or not spot.distance_km or spot.distance_km > 500:
        return place.lat, place.lon
    angle = math.radians(bearing)
    north = spot.distance_km * math.cos(angle) / _KM_A_DEGREE
    # Near a pole a kilometre is many degrees of longitude; there is no news from there.
    east = spot.distance_km * math.sin(angle) / (_KM_A_DEGREE * max(math.cos(math.radians(place.lat)), 0.05))
    return max(-90.0, min(90.0, round(place.lat + north, 5))), round((place.lon + east + 180.0) % 360.0 - 180.0, 5)


def to_place(spot: Spot, text: str) -> IncidentPlace:
    """The incident's record of a spot, with the resolution's evidence."""
    place = spot.place
    resolution = spot.resolution
    alternatives = tuple(
        ", ".join(filter(None, (c.place.name, c.place.admin1, c.place.country_code)))
        for c in resolution.alternatives[:5]
    )
    point = _point(spot)
    return IncidentPlace(
        start=spot.start,
        end=spot.end,
        text=text[spot.start : spot.end],
        role=spot.role,
        place_id=place.id if place else None,
        name=place.name if place else None,
        lat=point[0] if point else None,
        lon=point[1] if point else None,
        country_code=place.country_code if place else None,
        admin1=place.admin1 if place else None,
        feature_code=place.feature_code if place else None,
        is_area=spot.is_area,
        radius_km=place.radius_km if place else None,
        direction=spot.direction,
        distance_km=round(spot.distance_km, 1) if spot.distance_km is not None else None,
        rule=resolution.rule,
        score=resolution.score,
        reasons=resolution.reasons,
        alternatives=alternatives,
    )
