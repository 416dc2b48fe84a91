"""Which incidents are compared at all, and how those that are alike come together.

Compared are incidents that share a day and a neighbourhood, or a word that few others have: near-linear in their
number. The most alike are joined first, and two groups are joined only where nothing rules out that any of the one is
any of the other. Neither the order of the input nor chance has a say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from geomap.merging.facts import Facts
from geomap.merging.likeness import ENOUGH, days_apart, kinds_apart, likeness, places_apart, told_apart
from geomap.merging.wording import content_words

__all__ = ["groups_of"]

# A quarter of a degree is 28 km at most: a place and what lies around it (15 km at most) are in one cell or in two.
_CELLS_A_DEGREE = 4
_REACH_KM = 15.0
_KM_A_DEGREE = 111.2
# Spans of more days than this are compared by their words alone.
_MOST_DAYS = 4
# In a crowd (thousands of articles about one day in one city) each is compared with this many of those next to it in
# an order that puts the same numbers, types and words side by side.
_CROWD = 48
# A word that more incidents of a batch have is no sign by itself; the days and places still are.
_MOST_WITH_WORD = 24
# The longest and so rarest words of a quote by which it is looked up.
_WORDS = 8


def _cells(facts: Facts) -> Iterator[tuple[int, int]]:
    """The cells that the places of an incident reach into."""
    seen: set[tuple[int, int]] = set()
    for site in facts.sites:
        if site.lat is None or site.lon is None or site.is_area:
            continue
        dlat = _REACH_KM / _KM_A_DEGREE
        dlon = dlat / max(0.05, math.cos(math.radians(min(89.0, abs(site.lat)))))
        for lat in (site.lat - dlat, site.lat, site.lat + dlat):
            for lon in (site.lon - dlon, site.lon, site.lon + dlon):
                # The antimeridian is no border.
                column = math.floor((lon + 180.0) % 360.0 * _CELLS_A_DEGREE)
                seen.add((math.floor(lat * _CELLS_A_DEGREE), column))
    yield from sorted(seen)


def _blocks(everything: Sequence[Facts]) -> list[list[int]]:
    """Groups of incidents to be compared with one another, as numbers of ``everything``."""
    by_key: dict[tuple[object, ...], list[int]] = {}
    for i, facts in enumerate(everything):
        if facts.first is not None and facts.last is not None and facts.last - facts.first < _MOST_DAYS:
            for cell in _cells(facts):
                for day in range(facts.first, facts.last + 1):
                    by_key.setdefault((day, *cell), []).append(i)
    by_word: dict[str, list[int]] = {}
    for i, facts in enumerate(everything):
        for word in content_words(facts.words, _WORDS):
            by_word.setdefault(word, []).append(i)
        for name in sorted(facts.names):
            by_word.setdefault("@" + name, []).append(i)
    blocks = [block for block in by_key.values() if len(block) > 1]
    blocks += [block for block in by_word.values() if 1 < len(block) <= _MOST_WITH_WORD]
    return blocks


def _compared(everything: Sequence[Facts]) -> Iterator[tuple[int, int]]:
    """The pairs worth comparing, each once."""
    seen: set[int] = set()
    whole = len(everything)
    for block in _blocks(everything):
        for at, i in enumerate(block):
            for j in block[at + 1 : at + 1 + _CROWD]:
                if everything[i].docs & everything[j].docs:
                    continue
                pair = i * whole + j if i < j else j * whole + i
                if pair not in seen:
                    seen.add(pair)
                    yield (i, j) if i < j else (j, i)


class _Group:
    """Incidents that are one so far; ``shapes`` has one member of each kind of day, place and number."""

    __slots__ = ("docs", "members", "shapes")

    def __init__(self, facts: Facts, number: int) -> None:
        self.members = [number]
        self.docs = set(facts.docs)
        self.shapes = {facts.shape: facts}

    def may_take(self, other: _Group) -> bool:
        """Whether nothing rules out that this group and another are one incident."""
        if not self.docs.isdisjoint(other.docs):
            return False
        return not any(
            days_apart(one, two) or kinds_apart(one, two) or told_apart(one, two) or places_apart(one, two)
            for one in self.shapes.values()
            for two in other.shapes.values()
            if one.shape != two.shape
        )

    def take(self, other: _Group) -> None:
        self.members += other.members
        self.docs |= other.docs
        for shape, facts in other.shapes.items():
            self.shapes.setdefault(shape, facts)


def groups_of(facts: Iterable[Facts]) -> list[list[Facts]]:
    """The incidents in groups, each of which is one incident; the same groups whatever the order of the input."""
    everything = sorted(facts, key=lambda one: one.order)
    alike: list[tuple[float, int, int]] = []
    for i, j in _compared(everything):
        points = likeness(everything[i], everything[j])
        if points is not None and points >= ENOUGH:
            # Rounded: the last digit of a sum may depend on which of two is named first.
            alike.append((-round(points, 6), i, j))
    alike.sort()
    group_of = [_Group(one, i) for i, one in enumerate(everything)]
    for _, i, j in alike:
        one, two = group_of[i], group_of[j]
        if one is two or not one.may_take(two):
            continue
        if len(one.members) < len(two.members):
            one, two = two, one
        one.take(two)
        for member in two.members:
            group_of[member] = one
    made: dict[int, _Group] = {id(group): group for group in group_of}
    return [[everything[i] for i in sorted(group.members)] for group in made.values()]
