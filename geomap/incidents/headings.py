"""Headings and stamps: the place that stands over a section, a bullet or the entry of a live blog.

Situation reports, police blotters and live blogs name the place once ("KHARKIV OBLAST.", "15:30 Nasiriyah:",
"- Pikit, Cotabato province.") and tell below it what happened there. Two levels are kept: a *section* holds from its
heading to the next, an *item* to the end of its bullet or entry.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from geomap.incidents.names import unknown_name
from geomap.incidents.places import Spot
from geomap.incidents.syntax import FINITE, Text, words
from geomap.reading import line_wraps

__all__ = ["Layout", "read_layout"]

_BULLET = re.compile(r"[ \t]*(?:[•●▪■◦‣·*–—-]|\(?\d{1,3}[.)]|\([a-z]\))[ \t]+")
_CLOCK = re.compile(
    r"\[?(?:\d{1,2}[:.h]\d{2}|\d{4})[ ]?(?:h(?:rs|ours)?|[ap]\.?m\.?|gmt|utc|[a-z]{2,3}t)?(?![\w])\]?"
    r"(?:[ ,]+(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b)?",
    re.IGNORECASE,
)
_SEPARATORS = frozenset({"—", "–", "-", "--", ":", "|", ","})
_CLOSING = frozenset({":", "—", "–", "--", "-", "|"})
_CAPITALS = re.compile(r"[^\W\d_]{2,}")
_LINKS = words("and & / , ( )")
_KINDS = words(
    "city town village district province state oblast region governorate county department municipality prefecture "
    "camp area township island republic territory subdistrict sub-district suburb"
)
_SIDES = words("northern southern eastern western central north south east west greater upper lower rural")
# What a heading or stamp is long at most, in characters: longer is a sentence.
_LONGEST = 80
# Known places that stand as stamps before an unknown name in the same position is taken for one too.
_ENOUGH = 2


@dataclass(slots=True)
class Item:
    """A stretch of the article, from character ``start``: what its heading and its stamp name, if they name a place."""

    start: int
    section: list[Spot] = field(default_factory=list)
    stamp: list[Spot] = field(default_factory=list)
    number: int = 0


class Layout:
    """The items of an article, in order."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items
        self._starts = [i.start for i in items]

    def item_of(self, offset: int) -> Item:
        """The item in which a character stands."""
        k = bisect_right(self._starts, offset) - 1
        return self._items[max(k, 0)]

    def over(self, offset: int) -> list[Spot]:
        """The places that hold for what stands at ``offset`` and names none: of its stamp, else of its section."""
        item = self.item_of(offset)
        return item.stamp or item.section


@dataclass(slots=True)
class _Head:
    """What a line begins with: the end of its bullet and clock, and of the place it names (0: none)."""

    start: int
    bullet: bool
    clock: bool
    spots: list[Spot]
    capitals: bool
    alone: bool
    closing: str
    # A heading that names no place ("BACKGROUND"): it ends the section before.
    bare: bool
    unknown: tuple[int, int] | None = None


def read_layout(original: str, text: Text, spots: list[Spot], dated: frozenset[int]) -> Layout:
    """The headings and stamps of an article; its spots that stand in one are made ``dateline`` spots.

    ``original`` is the article as it was written, with its capitals; ``dated`` are the tokens of time phrases. A stamp
    with a name that nobody knows adds a spot to ``spots``.
    """
    first = Item(0)
    if not text.tokens or "\n" not in original:
        return Layout([first])
    owner = {i: n for n, s in enumerate(spots) for i in range(s.a, s.b)}
    heads = [_head(original, a, b, text, spots, owner, dated) for a, b in _lines(original)]
    datelines = [h for h in heads if h.spots and not h.bullet and not h.clock and h.closing in ("—", "–", "--", "-")]
    stamps = [h for h in heads if (h.bullet or h.clock) and h.closing in _CLOSING | {"."}]
    known = sum(bool(h.spots) for h in stamps)
    out = [first]
    section: list[Spot] = []
    stamp: list[Spot] = []
    entries = False
    for number, (head, after) in enumerate(zip(heads, [*heads[1:], None], strict=True), start=1):
        if head in datelines and (len(datelines) < 2 or any(s.use == "dateline" for s in head.spots)):
            head.spots = []
        if not head.spots and head.unknown is not None and known >= _ENOUGH and (head.bullet or head.clock):
            kinds = {t.entity for t in text.tokens[head.unknown[0] : head.unknown[1]]}
            if kinds & {"GPE", "LOC", "FAC"} or 2 * known >= len(stamps):
                head.spots = [_named(text, spots, head.unknown)]
        listed = after is not None and after.bullet
        if head.alone and not head.clock and not head.bullet:
            if head.spots or head.bare or listed:
                section, stamp, entries = _default(text, head.spots), [], False
        elif head.bullet or head.clock:
            stamp, entries = _default(text, head.spots), head.clock
        elif head.spots:
            if head.capitals or head.closing == ".":
                section, stamp, entries = _default(text, head.spots), [], False
            else:
                stamp, entries = _default(text, head.spots), False
        elif head.bare:
            section, stamp, entries = [], [], False
        elif not entries:
            stamp = []
        for spot in head.spots:
            spot.use = "dateline"
        out.append(Item(head.start, section, stamp, number))
    return Layout(out)


def _lines(original: str) -> Iterator[tuple[int, int]]:
    """The lines of a text that hold something, with wrapped ones joined."""
    wraps = line_wraps(original)
    start = 0
    for match in re.finditer(r"\n|$", original):
        end = match.start()
        if end in wraps:
            continue
        if original[start:end].strip():
            yield start, end
        start = end + 1
        if end == len(original):
            return


def _head(
    original: str, start: int, end: int, text: Text, spots: list[Spot], owner: dict[int, int], dated: frozenset[int]
) -> _Head:
    at = start
    bullet = _BULLET.match(original, at, end)
    if bullet:
        at = bullet.end()
    clock = _CLOCK.match(original, at, end)
    if clock:
        at = clock.end()
    tokens = text.tokens
    i = text.token_at(at)
    last = text.token_at(end - 1) + 1
    if tokens[i].end <= at:
        i += 1
    while i < last and (i in dated or (tokens[i].low in _SEPARATORS and (clock or (i - 1) in dated))):
        at = tokens[i].end
        i += 1
    stamped = bool(clock) or (i > text.token_at(start) and (i - 1) in dated)
    first = i
    found: list[Spot] = []
    name: tuple[int, int] | None = None
    while i < last and i < first + 16:
        low = tokens[i].low
        if i in owner:
            found.append(spots[owner[i]])
            i = spots[owner[i]].b
        elif low in _LINKS or low in _KINDS or (low in _SIDES and i + 1 < last):
            i += 1
        elif name is None and tokens[i].text[:1].isupper() and tokens[i].tag in ("NNP", "NNPS") and not found:
            j = i
            while j < last and j < i + 4 and tokens[j].text[:1].isupper() and j not in owner:
                j += 1
            name = (i, j)
            i = j
        else:
            break
    closing = tokens[i].low if i < last else "\n"
    begun = tokens[first].start if first < len(tokens) else end
    stop = tokens[min(i, len(tokens)) - 1].end if i > first else begun
    label = original[begun:stop]
    capitals = bool(_CAPITALS.search(label)) and label == label.upper()
    alone = i >= last or (closing in (":", ".") and i + 1 >= last)
    spaced = i < last and original[tokens[i].start - 1 : tokens[i].start].isspace()
    closes = (
        alone
        or closing == ":"
        or (closing in _CLOSING and spaced and (capitals or bool(bullet) or stamped))
        or (closing == "." and (capitals or stamped or bool(bullet)))
    )
    held = stop - begun <= _LONGEST and i > first and closes
    bare = not held and _bare_heading(original, begun, end, text, first, last)
    # "Lamitan, Basilan:": an unknown first name with a known place that it lies in
    # A single word before a full stop may be anything: "08:00 Quiet."
    unknown = name if held and (found or closing != ".") else None
    return _Head(
        start=start,
        bullet=bool(bullet),
        clock=stamped,
        spots=found if held and name is None else [],
        capitals=capitals,
        alone=(alone and held) or (bare and not bullet),
        closing=closing,
        bare=bare or (held and name is not None and (capitals or alone)),
        unknown=unknown,
    )


def _bare_heading(original: str, start: int, end: int, text: Text, first: int, last: int) -> bool:
    """Whether a line is a heading, or opens with one in capitals, that is no place's name: "BACKGROUND"."""
    line = original[start:end].strip()
    run = re.match(r"([^.:—–\n]{4,60})(?:[.:]|\s[—–-]\s|$)", line)
    if run and run[1] == run[1].upper() and _CAPITALS.search(run[1]):
        return True
    return (
        0 < len(line) <= _LONGEST
        and line[-1] not in ".!?…;,\"”'"
        and line[0].isupper()
        and last - first <= 10
        and not any(t.tag in FINITE for t in text.tokens[first:last])
    )


def _named(text: Text, spots: list[Spot], span: tuple[int, int]) -> Spot:
    resolution = unknown_name(text, *span)
    spot = Spot(*span, resolution.mention.start, resolution.mention.end, resolution, use="dateline")
    at = bisect_right([s.a for s in spots], spot.a)
    spots.insert(at, spot)
    return spot


def _default(text: Text, spots: list[Spot]) -> list[Spot]:
    """What a heading's places say of an event below it: its points, else its only area."""
    points = [s for s in spots if not s.is_area]
    if points:
        # "Pikit, Cotabato": the second is what the first lies in
        both = len(points) > 1 and text.tokens[points[1].a - 1].low in ("and", "&", "/")
        return points if both else points[:1]
    return spots if len(spots) == 1 else []
