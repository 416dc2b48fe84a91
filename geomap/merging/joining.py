"""Which incidents are compared at all, and how those that are alike come together.

Compared are incidents that share a day and a neighbourhood, or a word that few others have: near-linear in their
number. The most alike are joined first, and two groups are joined only where nothing rules out that any of the one is
any of the other. Neither the order of the input nor chance has a say.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from operator import itemgetter

from geomap.merging.facts import Facts
from geomap.merging.likeness import (
    ENOUGH,
    KIN_ARTICLES,
    LENT_DAYS,
    days_apart,
    kinds_apart,
    likeness,
    places_apart,
    told_apart,
)
from geomap.merging.wording import content_words

__all__ = ["groups_of"]

# A quarter of a degree is 28 km at most: a place and what lies around it (15 km at most) are in one cell or in two.
_CELLS = 4
_REACH_KM = 15.0
_KM_A_DEGREE = 111.2
# Spans of more days than this are compared by their words alone.
_MOST_DAYS = 4
# In a crowd (thousands of articles about one day in one city) each is compared with this many of those next to it,
# once sorted by what they say and once by their numbers and types ("sorted neighbourhood").
_CROWD = 48
# Two articles are one story where they have so many incidents in common, and such a share of the shorter one's.
_KIN, _KIN_SHARE = 3, 0.3
# A word that more incidents of a batch have is no sign by itself; the days and places still are.
_MOST_WITH_WORD = 24
# The longest and so rarest words of a quote by which it is looked up.
_WORDS = 8


def _cells(facts: Facts) -> set[tuple[int, int]]:
    """The cells that the places of an incident reach into."""
    seen: set[tuple[int, int]] = set()
    for site in facts.sites:
        if site.lat is None or site.lon is None or site.is_area:
            continue
        dlat = _REACH_KM / _KM_A_DEGREE
        dlon = dlat / max(0.05, math.cos(math.radians(min(89.0, abs(site.lat)))))
        rows = range(math.floor((site.lat - dlat) * _CELLS), math.floor((site.lat + dlat) * _CELLS) + 1)
        columns = range(math.floor((site.lon - dlon) * _CELLS), math.floor((site.lon + dlon) * _CELLS) + 1)
        # The antimeridian is no border.
        seen.update((row, column % (360 * _CELLS)) for row in rows for column in columns)
    return seen


def _blocks(everything: Sequence[Facts]) -> tuple[list[list[int]], list[list[int]], set[int]]:
    """Groups of incidents to be compared with one another, as numbers of ``everything``: by day and neighbourhood, and
    by a rare word; and which incidents are loose: without a day, or with a place that is no spot. Words lead to them.
    """
    by_day: dict[tuple[int, int, int], list[int]] = {}
    loose: set[int] = set()
    for i, facts in enumerate(everything):
        cells = _cells(facts)
        if not cells or any(site.is_area or site.lat is None for site in facts.sites):
            loose.add(i)
        if facts.first is None or facts.last is None or facts.last - facts.first >= _MOST_DAYS:
            loose.add(i)
            continue
        # A day that was lent may be some days off, but one of two has to be known.
        more = 0 if facts.own_day else LENT_DAYS
        for cell in cells:
            for day in range(facts.first - more, facts.last + more + 1):
                by_day.setdefault((day, *cell), []).append(i)
    by_word: dict[str, list[int]] = {word: [] for i in sorted(loose) for word in _lookup(everything[i])}
    for i, facts in enumerate(everything) if by_word else ():
        for word in _lookup(facts):
            if word in by_word:
                by_word[word].append(i)
    days = [block for block in by_day.values() if len(block) > 1]
    return days, [block for block in by_word.values() if 1 < len(block) <= _MOST_WITH_WORD], loose


def _lookup(facts: Facts) -> list[str]:
    """The words by which an incident is found: the longest of its quote, and the names of its places."""
    return [*content_words(facts.words, _WORDS), *sorted("@" + name for name in facts.names)]


def _by_words(facts: Facts) -> tuple[object, ...]:
    return (sorted(content_words(facts.words, _WORDS)), facts.order)


def _by_numbers(facts: Facts) -> tuple[object, ...]:
    one = facts.incident
    numbers = [count or (-1, -1) for count in (one.deaths, one.injured, one.detained, one.crowd_size)]
    return ([low for low, _ in numbers], one.type, facts.order)


def _neighbours(block: list[int], everything: Sequence[Facts]) -> Iterator[tuple[int, int]]:
    """The pairs of a block: all, or in a crowd those that stand near each other when sorted."""
    if len(block) <= _CROWD:
        yield from combinations(block, 2)
        return
    for key in (_by_words, _by_numbers):
        ordered = sorted(block, key=lambda i: key(everything[i]))
        for at, i in enumerate(ordered):
            for j in ordered[at + 1 : at + 1 + _CROWD // 2]:
                yield (i, j) if i < j else (j, i)


def _compared(everything: Sequence[Facts]) -> Iterator[tuple[int, int]]:
    """The pairs worth comparing, each once."""
    seen: set[int] = set()
    whole = len(everything)
    days, words, loose = _blocks(everything)
    for block in days:
        for i, j in _neighbours(block, everything):
            seen.add(i * whole + j)
    for block in words:
        # Of two with a day and a spot each, both are compared already or are elsewhere.
        seen.update(i * whole + j for i, j in combinations(block, 2) if i in loose or j in loose)
    for pair in seen:
        i, j = divmod(pair, whole)
        if everything[i].docs.isdisjoint(everything[j].docs):
            yield i, j


class _Group:
    """Incidents that are one so far; ``shapes`` has one member of each kind of day, place and number, ``apart`` those
    that a person says are another."""

    __slots__ = ("apart", "docs", "members", "shapes")

    def __init__(self, facts: Facts, number: int, apart: Iterable[int]) -> None:
        self.members = [number]
        self.docs = set(facts.docs)
        self.shapes = {facts.shape: facts}
        self.apart = set(apart)

    def may_take(self, other: _Group) -> bool:
        """Whether nothing rules out that this group and another are one incident."""
        if not self.docs.isdisjoint(other.docs) or (self.apart and not self.apart.isdisjoint(other.members)):
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
        self.apart |= other.apart
        for shape, facts in other.shapes.items():
            self.shapes.setdefault(shape, facts)


def _join(group_of: list[_Group], i: int, j: int) -> None:
    """Make one group of those of two incidents, where nothing rules it out."""
    one, two = group_of[i], group_of[j]
    if one is two or not one.may_take(two):
        return
    if len(one.members) < len(two.members):
        one, two = two, one
    one.take(two)
    for member in two.members:
        group_of[member] = one


def _kin_articles(group_of: list[_Group], everything: Sequence[Facts]) -> set[tuple[str, str]]:
    """The pairs of articles, both ways, that tell several incidents alike."""
    shared: Counter[tuple[str, str]] = Counter()
    for group in {id(group): group for group in group_of}.values():
        docs = sorted(group.docs)
        if 1 < len(docs) <= _CROWD:
            shared.update(combinations(docs, 2))
    told = Counter(doc for facts in everything for doc in facts.docs)
    kin = {pair for pair, n in shared.items() if n >= _KIN and n >= _KIN_SHARE * min(told[pair[0]], told[pair[1]])}
    return kin | {(b, a) for a, b in kin}


def groups_of(facts: Iterable[Facts], apart: Iterable[tuple[int, int]] = ()) -> list[list[Facts]]:
    """The incidents in groups, each of which is one incident; the same groups whatever the order of the input.

    No group has both incidents of a pair of ``apart``, given by their ``number``.
    """
    everything = sorted(facts, key=lambda one: one.order)
    index_of = {one.number: i for i, one in enumerate(everything)}
    others: dict[int, list[int]] = {}
    for one, two in apart:
        others.setdefault(index_of[one], []).append(index_of[two])
        others.setdefault(index_of[two], []).append(index_of[one])
    alike: list[tuple[float, int, int]] = []
    for i, j in _compared(everything):
        points = likeness(everything[i], everything[j])
        if points is not None and points >= ENOUGH - KIN_ARTICLES:
            # Rounded: the last digit of a sum may depend on which of two is named first.
            alike.append((-round(points, 6), i, j))
    alike.sort()
    group_of = [_Group(one, i, others.get(i, ())) for i, one in enumerate(everything)]
    sure = bisect_right(alike, -ENOUGH, key=itemgetter(0))
    for _, i, j in alike[:sure]:
        _join(group_of, i, j)
    kin = _kin_articles(group_of, everything)
    for _, i, j in alike[sure:]:
        if any((a, b) in kin for a in everything[i].docs for b in everything[j].docs):
            _join(group_of, i, j)
    made: dict[int, _Group] = {id(group): group for group in group_of}
    return [[everything[i] for i in sorted(group.members)] for group in made.values()]
