"""How likely two incidents of two articles are one: first what rules it out, then points for what agrees.

The points are a plain sum, so that anybody can work out by hand why two were or were not made one. Points and
threshold were set on the stories of odd number in tests/data/merging, and measured on those of even number.
"""

from __future__ import annotations

from functools import cache

from geomap.geo import distance_km
from geomap.lexicons import load_json
from geomap.merging.facts import AHEAD, DENIED, FACT, Facts, Site
from geomap.merging.wording import COPY_SHARE, copied, shared_words

__all__ = [
    "ENOUGH",
    "KIN_ARTICLES",
    "LENT_DAYS",
    "days_apart",
    "kinds_apart",
    "likeness",
    "place_points",
    "places_apart",
    "told_apart",
]

ENOUGH = 5.4
"""From this many points on two incidents are one. On the stories of odd number B³ is the same from 4.4 to 5.8, and
lower from 6.0 on; 5.0 are reached by a riot and a protest in one town on one day without one word in common."""

KIN_ARTICLES = 1.5
"""Added for two articles that are found to tell several incidents alike: one story, told twice."""

SAME_TYPE, KINDRED_TYPE, OTHER_TYPE = 2.0, 1.0, -1.5
SAME_PLACE, WITHIN_PLACE, AROUND_PLACE = 2.5, 1.0, 0.5
SAME_DAY, OVERLAPPING_DAYS, OTHER_LENT_DAY = 1.5, 0.75, -1.5
LENT_DAYS = 3
"""How far off a day may be that another sentence lent: within one article's news of a few days."""
WORDS = 4.0
COPY = 3.0
SAME_NUMBER, OTHER_NUMBER, FAR_NUMBER = 1.0, -0.5, -1.5
OTHER_PART_OF_DAY = -1.0
OTHER_KIND = -0.5
LENT_PLACE, LENT_NAMES = -0.5, -1.5
"""A place that another sentence lent, and such a place where the quote itself names something that the other does not:
"two residents of Marhanets were hurt" is likely not in the town of the sentence before."""

# Names of one place may stand at two points of a gazetteer: a town and its municipality, an old and a new entry.
_SAME_NAME_KM = 15.0
# A suburb lies within its city's radius, and is much smaller or called a part; two towns side by side are neither.
_SUBURB = 0.5


@cache
def _groups() -> tuple[frozenset[str], ...]:
    """Types that tell the same event in other words ("clashes", "an attack")."""
    return tuple(frozenset(group.split()) for group in load_json("merging.json")["kindred"])


@cache
def _kindred(one: str, two: str) -> bool:
    return one == two or any(one in group and two in group for group in _groups())


def _days_between(one: Facts, two: Facts) -> int:
    """The days between two incidents; 0 where they overlap, or one has no day."""
    if one.first is None or two.first is None or one.last is None or two.last is None:
        return 0
    return max(0, one.first - two.last, two.first - one.last)


def days_apart(one: Facts, two: Facts) -> bool:
    """Whether two incidents are on different days. A day that was lent by another sentence may be a few days off."""
    between = _days_between(one, two)
    return between > (0 if one.own_day and two.own_day else LENT_DAYS)


def _site_points(one: Site, two: Site) -> float | None:
    """What two places give; None where they are different ones, 0.0 where that is not known."""
    if one.lat is None or one.lon is None or two.lat is None or two.lon is None:
        return SAME_PLACE if one.names & two.names else 0.0
    if one.key == two.key:
        return SAME_PLACE if one.moved == two.moved or not one.is_area else WITHIN_PLACE
    far = distance_km(one.lat, one.lon, two.lat, two.lon)
    small, large = sorted((one, two), key=lambda site: (site.radius_km, site.key))
    if one.is_area or two.is_area:
        if one.is_area and two.is_area and one.country == two.country:
            # A region in its country, or two divisions that overlap.
            return AROUND_PLACE if far <= large.radius_km else None
        area, spot = (one, two) if one.is_area else (two, one)
        if area.country and spot.country and area.country != spot.country:
            return None
        if area.feature == "ADM1" and area.admin1 and spot.admin1:
            return AROUND_PLACE if area.admin1 == spot.admin1 else None
        return AROUND_PLACE if far <= area.radius_km else None
    if one.names & two.names and far <= _SAME_NAME_KM:
        return SAME_PLACE
    if far <= large.radius_km and (small.part or small.radius_km <= _SUBURB * large.radius_km):
        return WITHIN_PLACE
    return None


def place_points(one: Facts, two: Facts) -> float | None:
    """The best that two incidents' places give; None where all are known and all are different."""
    if not one.sites or not two.sites:
        return 0.0
    best: float | None = None
    for site in one.sites:
        for other in two.sites:
            points = _site_points(site, other)
            if points is not None and (best is None or points > best):
                best = points
    return best


def places_apart(one: Facts, two: Facts) -> bool:
    """Whether two incidents are at different places."""
    return place_points(one, two) is None


def _ahead_of_its_day(facts: Facts) -> bool:
    return facts.first is not None and facts.published is not None and facts.published < facts.first


def kinds_apart(one: Facts, two: Facts) -> bool:
    """What is only announced, what was denied and what happened are three things. Background and news are not: the
    same day is news in one article and history in one of a year later. Nor is what an article tells of a day still to
    come as if it were certain apart from the announcement."""
    kinds = {one.kind, two.kind}
    if len(kinds) == 1:
        return False
    if DENIED in kinds:
        return True
    if AHEAD in kinds:
        return not (kinds == {AHEAD, FACT} and _ahead_of_its_day(one) and _ahead_of_its_day(two))
    return False


def _number_points(one: Facts, two: Facts) -> tuple[float, int]:
    """Points for numbers, and how many of them contradict each other."""
    points, against = 0.0, 0
    for name in ("deaths", "injured", "detained", "crowd_size"):
        first, second = getattr(one.incident, name), getattr(two.incident, name)
        if first is None or second is None:
            continue
        low, high = first[0], first[1] if first[1] is not None else first[0] * 2
        other_low, other_high = second[0], second[1] if second[1] is not None else second[0] * 2
        if low <= other_high and other_low <= high:
            points += SAME_NUMBER
        else:
            points += OTHER_NUMBER
            # Tolls are mended by some, seldom trebled.
            against += max(low, other_low) > 3 * max(1, min(high, other_high))
    return points, against


def told_apart(one: Facts, two: Facts) -> bool:
    """Whether the texts tell two incidents of one place and day apart: another part of the day and other numbers."""
    if not one.part or not two.part or abs(one.part - two.part) < 2:
        return False
    points, against = _number_points(one, two)
    return points < 0.0 or against > 0


def _lent_points(one: Facts, two: Facts) -> float:
    if one.lent is None or not one.sites:
        return 0.0
    return LENT_PLACE + (LENT_NAMES if any(not two.words.has(name) for name in one.lent) else 0.0)


def likeness(one: Facts, two: Facts) -> float | None:
    """The points of two incidents; None where something rules out that they are one."""
    if one.docs & two.docs or days_apart(one, two) or kinds_apart(one, two) or told_apart(one, two):
        return None
    places = place_points(one, two)
    if places is None:
        return None
    points = places + _lent_points(one, two) + _lent_points(two, one)
    first, second = one.incident.type, two.incident.type
    kindred = _kindred(first, second)
    points += SAME_TYPE if first == second else KINDRED_TYPE if kindred else OTHER_TYPE
    if one.first is not None and two.first is not None:
        if _days_between(one, two):
            points += OTHER_LENT_DAY
        else:
            points += SAME_DAY if one.exact and two.exact else OVERLAPPING_DAYS
    numbers, against = _number_points(one, two)
    points += numbers + FAR_NUMBER * against
    if one.part and two.part and abs(one.part - two.part) >= 2:
        points += OTHER_PART_OF_DAY
    if one.kind != two.kind:
        points += OTHER_KIND
    points += WORDS * shared_words(one.words, two.words, one.names | two.names)
    # One sentence may tell of two incidents, and its copy tells of the same two.
    if kindred and copied(one.words, two.words) >= COPY_SHARE:
        points += COPY
    return points
