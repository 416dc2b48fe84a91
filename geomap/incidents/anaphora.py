"""Places that are meant and not named: "in the town", "there", "the capital", "both cities"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from geomap.incidents.places import Spot, read_roles
from geomap.incidents.story import Draft, Story
from geomap.incidents.syntax import VERBAL, Sentence, Text
from geomap.records import Mention, Resolution

__all__ = ["anaphoric_spots", "qualifying_spots"]

_ANAPHOR_KINDS = {
    "city": "P", "town": "P", "village": "P", "capital": "C", "port": "P", "suburb": "P", "settlement": "P",
    "district": "D", "quarter": "D", "neighbourhood": "D", "neighborhood": "D", "districts": "D", "camp": "F",
    "region": "A", "province": "A", "country": "A", "territory": "A", "county": "A", "state": "A", "enclave": "P",
    "crossings": "F", "crossing": "F", "checkpoint": "F", "island": "F", "municipality": "P",
    "towns": "P", "villages": "P",
    "cities": "P", "hamlet": "P", "scene": "E", "area": "E", "site": "E", "airport": "F", "base": "F", "monastery": "F",
    "prison": "F", "republic": "A",
}  # fmt: skip
_ANAPHORIC = frozenset({"the", "this", "that", "both", "these", "those"})


@dataclass(slots=True)
class Anaphor:
    """A word for a place named before: "there", "the town", "both crossings"."""

    a: int
    b: int
    kind: str
    noun: str
    plural: bool


def anaphors(text: Text, sentence: Sentence, covered: frozenset[int]) -> list[Anaphor]:
    """Place anaphors of a sentence. ``covered`` are the tokens of toponyms."""
    tokens = text.tokens
    out: list[Anaphor] = []
    for i in range(sentence.a, sentence.b):
        low = tokens[i].low
        behind_noun = i > sentence.a and tokens[i - 1].tag in ("NN", "NNS")
        if low == "there" and (tokens[i].tag != "EX" or behind_noun):
            follower = tokens[i + 1].low if i + 1 < sentence.b else ""
            if behind_noun or follower not in ("is", "are", "was", "were", "will", "has", "have", "would", "'s"):
                out.append(Anaphor(i, i + 1, "E", "there", False))
        elif low == "here" and tokens[i].tag == "RB":
            out.append(Anaphor(i, i + 1, "H", "here", False))
        elif low in _ANAPHORIC:
            j = i + 1
            steps = 0
            while (
                j < sentence.b
                and steps < 3
                and (tokens[j].tag == "JJ" or tokens[j].low in ("same", "northern"))
                and tokens[j].low not in _ANAPHOR_KINDS
            ):
                j += 1
                steps += 1
            if j + 1 < sentence.b and tokens[j].low == "port" and tokens[j + 1].low == "city":
                j += 1
            if j < sentence.b and tokens[j].low in _ANAPHOR_KINDS and j not in covered:
                noun = tokens[j].low
                if j + 1 < sentence.b and (tokens[j + 1].low == "of" or (j + 1) in covered):
                    continue
                if j + 1 < sentence.b and tokens[j + 1].tag in ("NN", "NNS") and noun != "capital":
                    continue
                out.append(Anaphor(i, j + 1, _ANAPHOR_KINDS[noun], noun, noun.endswith("s")))
    return out


def _plain(resolution: Resolution) -> Mention:
    return replace(resolution.mention, dateline=False, metonym=False, direction=None)


def anaphoric_spots(story: Story, draft: Draft) -> list[Spot]:
    """The places that the draft names by "the town", "there" and the like, with the role of that phrase."""
    out: list[Spot] = []
    for anaphor in anaphors(story.text, draft.sentence, story.covered):
        if any(c.a <= anaphor.a < c.b for c in draft.clauses) and not _qualifying(story, anaphor, draft.sentence):
            spots = _antecedents(story, anaphor, draft)
            for spot in spots:
                new = _as_anaphor(story, spot, anaphor)
                if new is not None:
                    out.append(new)
            if out:
                return out
    return out


def qualifying_spots(story: Story, draft: Draft, last: int) -> list[Spot]:
    """The places by which "X, 38 km north of the city" says where X, whose last token is before ``last``, lies."""
    for anaphor in anaphors(story.text, draft.sentence, story.covered):
        if last < anaphor.a <= last + 9 and _qualifying(story, anaphor, draft.sentence):
            between = [s for s in story.spots_in(draft.sentence) if last <= s.a < anaphor.a]
            if not between:
                found = (_as_anaphor(story, spot, anaphor) for spot in _antecedents(story, anaphor, draft))
                return [spot for spot in found if spot is not None]
    return []


def _qualifying(story: Story, anaphor: Anaphor, sentence: Sentence) -> bool:
    """Whether the anaphor only tells where the name before it lies ("X, 38 km north of the city")."""
    tokens = story.text.tokens
    for spot in reversed(story.spots_in(sentence)):
        if spot.b <= anaphor.a:
            gap = [t.low for t in tokens[spot.b : anaphor.a]]
            if len(gap) > 1 and tokens[spot.b].tag in ("NN", "NNS"):
                # "the X camp, 15 km south of the city"
                gap = gap[1:]
            return (
                1 < len(gap) <= 9
                and gap[0] == ","
                and not {"and", "or", "but"} & set(gap)
                and not any(t.tag in VERBAL and t.tag != "VBN" for t in tokens[spot.b : anaphor.a])
            )
    return False


def _as_anaphor(story: Story, spot: Spot, anaphor: Anaphor) -> Spot | None:
    """The antecedent, with the role that the anaphor's own phrase has."""
    tokens = story.text.tokens
    a, b = anaphor.a, anaphor.b
    resolution = spot.resolution
    source = spot.source or spot
    probe = Spot(a if anaphor.kind in ("E", "H") and anaphor.noun in ("there", "here") else b - 1, b,
                 tokens[a].start, tokens[b - 1].end, resolution)  # fmt: skip
    if anaphor.noun in ("there", "here"):
        probe.role = "site"
        probe.use = "place"
        probe.area = spot.area
        if spot.role in ("part_of", "near") and spot.direction:
            probe.role, probe.direction = spot.role, spot.direction
        probe.anaphor, probe.source = True, source
        return probe
    plain = Resolution(
        mention=_plain(resolution), place=resolution.place, score=resolution.score, rule=resolution.rule,
        reasons=resolution.reasons, alternatives=resolution.alternatives,
    )  # fmt: skip
    probe.resolution = plain
    read_roles(story.text, [probe], dict.fromkeys(range(probe.a, probe.b), 0), 0)
    if spot.a in (b, b + 1):
        # named right behind: "in the capital, Lima,"
        probe.a, probe.b, probe.start, probe.end = spot.a, spot.b, spot.start, spot.end
    probe.anaphor, probe.source = True, source
    probe.area = spot.area or anaphor.kind == "A"
    if probe.use in ("actor", "speaker"):
        return None
    if probe.use in ("object", "subject", "modifier", "container"):
        probe.use = "place"
    if anaphor.noun == "airport" and spot.label != "airport":
        probe.role = "near"
    if anaphor.kind in ("D",) and probe.role == "site":
        probe.role = "part_of"
    return probe


_TOWN_PARTS = frozenset(["quarter", "district", "neighbourhood", "neighborhood", "suburb", "camp", "street", "market"])


def _antecedents(story: Story, anaphor: Anaphor, draft: Draft) -> list[Spot]:
    before = [s for s in story.spots_in(draft.sentence) if s.a < anaphor.a]
    for spot in story.spots_in(draft.sentence):
        # "in the capital, Lima," names it
        if spot.a == anaphor.b or (spot.a == anaphor.b + 1 and story.text.tokens[anaphor.b].low in (",", "(")):
            return [spot]
    headed = story.layout.over(draft.sentence.start)
    if headed:
        # what the stamp names was named before the entry's own sentences
        start = headed[0].start
        head = [replace(s, use="place") for s in headed]
        seen = story.seen_spots
        pool = [*(s for s in seen if s.start < start), *head, *(s for s in seen if s.start >= start), *before]
    else:
        pool = [*story.seen_spots, *before]
    if story.dateline is not None and anaphor.kind in ("C", "H"):
        pool = [story.dateline, *pool]
    elif anaphor.kind in ("P", "E") and not anaphor.plural and not headed:
        town = story.town()
        if town is not None:
            pool = [town, *pool]
    if anaphor.noun == "here":
        return [story.dateline] if story.dateline is not None else []
    singular = anaphor.noun.rstrip("s") if anaphor.plural else anaphor.noun
    if anaphor.noun == "cities":
        singular = "city"
    points = [s.place for s in pool if s.place is not None and not s.is_area and s.use != "speaker"]
    near_country = points[-1].country_code if points else ""
    best: tuple[float, Spot] | None = None
    for age, spot in enumerate(reversed(pool)):
        place = spot.place
        if spot.use == "speaker" and anaphor.kind != "A":
            continue
        score = -0.35 * age
        called = spot.label == singular or spot.resolution.mention.text.lower().endswith(singular)
        if called:
            score += 3.0
        if anaphor.kind in ("P", "C", "D"):
            if spot.is_area and not called:
                continue
            if place is None and not called:
                score -= 2.0
            if spot.label in _TOWN_PARTS and not called:
                # "its X quarter … the town": the quarter is in it
                continue
            if anaphor.kind == "C":
                if place is None or (place.feature_code not in ("PPLC", "PPLA") and not called):
                    continue
                score += 2.0 if place.feature_code == "PPLC" else 0.0
            population = place.population or 0 if place is not None else 0
            if singular == "city":
                score += 1.0 if population >= 50_000 else -1.0
            elif singular == "village":
                score += 0.7 if population < 5_000 else -2.0
            elif singular == "town" and population > 1_000_000:
                score -= 1.5
        elif anaphor.kind == "A":
            if not spot.is_area and not called:
                continue
            if (
                singular == "country"
                and place is not None
                and place.feature_code not in ("PCLI", "PCLS", "PCLD", "PCL", "TERR")
            ):
                score -= 1.5
            if spot.use == "speaker":
                score -= 1.0
            if place is not None and near_country and place.country_code == near_country:
                score += 2.0
        elif anaphor.kind == "F":
            seat = anaphor.noun == "airport" and place is not None and place.feature_code in ("PPLC", "PPLA", "PPLA2")
            if not called and not seat:
                continue
        elif anaphor.kind == "E":
            if place is None:
                score -= 1.0
            if spot.is_area:
                score -= 0.8
            if spot.role in ("from", "to"):
                # "a man from X was arrested at the scene"
                continue
        if spot.use in ("place", "object"):
            score += 0.5
        if spot.a >= draft.sentence.a:
            score += 0.5
        if spot.qualifies or (spot.use == "container" and anaphor.kind != "A"):
            score -= 1.5
        if spot.use in ("actor", "modifier", "speaker") and anaphor.kind != "A":
            score -= 1.0
        if best is None or score > best[0]:
            best = (score, spot)
    if best is None or best[0] < -6.0:
        if anaphor.kind in ("E", "P") and draft.sentence.index and story.recent:
            return [s for s in story.recent[-1].spots if s.role not in ("from", "to")][:1]
        return []
    if anaphor.plural:
        picked = best[1]
        group = [s for s in pool if s is picked or (s.listed and s.governor == picked.governor)]
        return group or [picked]
    if anaphor.kind == "E" and story.recent and story.recent[-1].sentence.paragraph == draft.sentence.paragraph:
        last = [s for s in story.recent[-1].spots if s.role not in ("from", "to")]
        if last and not before:
            return last[:1]
    return [best[1]]
