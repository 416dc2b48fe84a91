"""Where a draft happened: the places of its clauses, of its sentence, or of the story so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from geomap.incidents.anaphora import anaphoric_spots, qualifying_spots
from geomap.incidents.places import Spot
from geomap.incidents.story import HARMFUL, Draft, Story, related
from geomap.incidents.syntax import BE, NOMINAL, VERBAL, Clause, Token, words
from geomap.incidents.triggers import classes_of, is_report, saying_verbs
from geomap.records import Role

__all__ = ["country_of_story", "settle_place", "site_spots"]

_TALK = frozenset({"political_act", "agreement_ceasefire", "threat"})


_MOVING = frozenset({"", "force_movement", "territory_change", "protest", "movement_restriction", "political_act"})
"""What goes from one place to another; "" is an event of no type."""


_OFFICES = words(
    "president government republic king queen bank parliament people independence minister ministry "
    "bishop university council leader leaders citizens capital kingdom presidency"
)


def _joined(points: list[Spot], spot: Spot) -> bool:
    return any(p.listed for p in points)


def settle_place(story: Story, draft: Draft, siblings: list[Draft]) -> None:
    """Give a draft its places, and say in ``borrowed`` where they come from if not from its own clauses."""
    chosen: list[Spot] = []
    for clause in draft.clauses:
        chosen.extend(clause_spots(story, draft, clause))
    chosen = _without_opening(story, draft, _attached(story, draft, chosen))
    if draft.type not in _MOVING:
        # "officers flown in from X": not where they made the arrest
        chosen = [s for s in chosen if s.role not in ("from", "to")]
    sites = [s for s in chosen if s.role not in ("from", "to")]
    if not sites:
        found = anaphoric_spots(story, draft)
        if found:
            chosen, sites = chosen + found, found
    if not sites:
        found = _sentence_spots(story, draft, siblings)
        if found:
            chosen, sites = chosen + found, found
            draft.borrowed = "the sentence"
    elif all(s.is_area or s.role == "near" for s in sites):
        closer = _when_points(story, draft)
        if closer:
            chosen, sites = [*[s for s in chosen if s.role in ("from", "to")], *closer], closer
    draft.own_place = bool(sites) and (not draft.borrowed or draft.main.pos == "v")
    if not sites:
        loose = [
            s for c in draft.clauses for s in story.spots_in(draft.sentence)
            if c.a <= s.a < c.b
            and (s.use in ("container", "object", "modifier") or (s.qualifies and s.use != "actor"))
        ]  # fmt: skip
        loose = [s for s in loose if s.use != "modifier" and s.label != "capital"]
        loose = [s for s in loose if s.use != "object" or _dwelt_in(story, s) or not _of_people(story, s)]
        if loose:
            spot = loose[0]
            chosen = [*chosen, spot]
            sites = [spot]
            draft.borrowed = "the phrase"
    draft.named = _select(chosen, unknown=True)
    if sites and all(s.place is None for s in sites):
        known = _around(story, draft, sites)
        if known:
            chosen = [*[s for s in chosen if s.role in ("from", "to")], *known]
            sites = known
    going = [s for s in chosen if s.role in ("from", "to")]
    if not sites and going and draft.type in ("force_movement", "territory_change", "protest", "movement_restriction"):
        sites = going
        draft.own_place = True
    if not sites:
        carried = _carried(story, draft)
        if carried:
            chosen = [*chosen, *carried]
            sites = carried
            draft.named = _select(chosen, unknown=True)
    draft.spots = _select(chosen)


def _without_opening(story: Story, draft: Draft, chosen: list[Spot]) -> list[Spot]:
    """Without the place that opens the sentence where a closer one follows: "In X, a guard was shot in Y"."""
    first = draft.sentence.a
    opening = [s for s in chosen if s.governor == first and not s.listed and s.role == "site"]
    if not opening or opening[0].b >= draft.sentence.b or story.text.tokens[opening[0].b].low != ",":
        return chosen
    holder = opening[0].place
    closer = [
        s for s in chosen
        if s.a > opening[0].b and s.role in ("site", "part_of") and not s.is_area
        and (s.place is None or (holder is not None and holder.radius_km >= s.place.radius_km))
    ]  # fmt: skip
    return [s for s in chosen if s is not opening[0]] if closer else chosen


# "protested against the raid in X", "the first since the war in X": another event was there.
_ELSEWHERE = words("against since like unlike than despite as compared including except")
# The longest way up a tree that is walked: a sentence of news is rarely deeper than ten.
_CLIMB = 25


def _attached(story: Story, draft: Draft, chosen: list[Spot]) -> list[Spot]:
    """Of the places of a clause those that the parse hangs on the event rather than on what somebody is or did.

    Where it hangs none on the event all stay: the parse of a newspaper's long sentence is often wrong.
    """
    if len(chosen) == 0 or story.text.tokens[chosen[0].a].head < 0 or draft.sentence.upper:
        return chosen
    ways = [_way(story, draft, spot) for spot in chosen]
    kept = [(spot, way) for spot, way in zip(chosen, ways, strict=True) if way != "elsewhere"]
    if any(way == "own" and s.role not in ("from", "to") and not s.is_area for s, way in kept):
        governors = {s.governor for s, way in kept if way == "own"}
        kept = [
            (s, way)
            for s, way in kept
            if way == "own" or s.role in ("from", "to") or (s.listed and s.governor in governors)
        ]
    return [spot for spot, _ in kept]


def _way(story: Story, draft: Draft, spot: Spot) -> str:
    """How a place hangs on the draft's triggers: "own", by its "subject", "inside" a participle or relative clause,
    "elsewhere" under a word that brings in another event, or "unknown" where the tree does not lead there."""
    tokens = story.text.tokens
    heads = {t.head for t in draft.triggers if t.pos == draft.main.pos or draft.main.pos == "n"}
    at = next((i for i in range(spot.a, spot.b) if not spot.a <= tokens[i].head < spot.b), spot.b - 1)
    nested = False
    previous = at
    for _ in range(_CLIMB):
        if at in heads:
            if at == previous:
                return "own"
            last = tokens[previous]
            if last.dep == "prep" and last.low in _ELSEWHERE:
                return "elsewhere"
            if last.dep in ("nsubj", "nsubjpass") and not spot.a <= previous < spot.b:
                people = last.entity in ("PERSON", "NORP", "ORG") or last.low in _people()
                return "subject" if nested or people else "own"
            return "inside" if nested else "own"
        head = tokens[at].head
        if head < 0 or head == at:
            return "unknown"
        nested = nested or tokens[at].dep in ("relcl", "acl")
        previous, at = at, head
    return "unknown"


def _people() -> frozenset[str]:
    return classes_of("FORCE") | classes_of("ARMED") | classes_of("CIVILIAN") | classes_of("CROWD")


def _select(chosen: list[Spot], *, unknown: bool = False) -> list[Spot]:
    """Of the places of one incident keep the closest: points before areas and lines, unless they are listed.

    ``unknown`` counts a place that resolved to nothing as a point, as it is to a reader.
    """
    sites: list[Spot] = []
    seen: set[int] = set()
    for spot in chosen:
        if id(spot) not in seen:
            seen.add(id(spot))
            sites.append(spot)
    going = [s for s in sites if s.role in ("from", "to")]
    here = [s for s in sites if s.role not in ("from", "to")]
    if here and all(s.role == "along" and s.between for s in here[:1]):
        pass
    points = [s for s in here if not s.is_area and s.role != "along" and (unknown or s.place is not None)]
    plain = [s for s in points if s.distance_km is None]
    if plain and len(plain) < len(points):
        # "on the edge of X, 40 km from Y": Y only says where X is
        here = [s for s in here if s.distance_km is None or s.listed]
        points = [s for s in points if s in here]
    if points:
        here = [
            s
            for s in here
            if s in points
            or s.listed
            or (s.role == "along" and s.between and s.governor != points[0].governor and _joined(points, s))
        ]
        here = [s for s in here if s in points or not s.is_area or s.listed]
        exact = [s for s in here if s.role in ("site", "part_of")]
        if exact and not any(s.listed for s in here):
            here = [s for s in here if s in exact]
    elif any(s.place is not None for s in here) and not any(s.role == "along" for s in here):
        lines = here
        here = [s for s in lines if s.place is not None] or lines
    between = [s for s in here if s.between]
    if between and not points:
        here = between
    return here + going


def site_spots(story: Story, draft: Draft, clause: Clause) -> list[Spot]:
    """The toponyms of a clause at which the draft's event happened."""
    return [s for s in clause_spots(story, draft, clause) if s.role not in ("from", "to")]


def clause_spots(story: Story, draft: Draft, clause: Clause) -> list[Spot]:
    """The toponyms of a clause at which the draft's event happened (origins and destinations among them)."""
    out: list[Spot] = []
    heads = {t.head for t in draft.triggers}
    for spot in story.spots_in(draft.sentence):
        if spot.use == "modifier" and spot.noun in heads and clause.a <= spot.a < clause.b:
            # "the Ipoh bombing"
            out.append(spot)
            continue
        if not clause.a <= spot.a < clause.b or spot.use in (
            "speaker",
            "modifier",
            "actor",
            "dateline",
            "container",
        ):
            continue
        if spot.qualifies:
            continue
        if spot.use == "place":
            out.append(spot)
        elif spot.use == "object":
            if _is_target(story, draft, spot):
                out.append(spot)
        elif spot.use == "subject" and _suffers(story, draft, spot, clause):
            out.append(spot)
    return out


def _around(story: Story, draft: Draft, unknown: list[Spot]) -> list[Spot]:
    """Known places for names that no gazetteer knows, where the text says how they lie to one.

    "X in Y", "the X quarter of Y" and "X, east of Y" say so; a quarter, camp or market called X is taken to be near the
    town that the sentences before speak of. Names for which nothing is known stay as they are, beside the others.
    """
    out: list[Spot] = []
    shared = _said_around(story, draft, max(unknown, key=lambda s: s.b))
    for spot in unknown:
        known = _said_around(story, draft, spot)
        if known is None and shared is not None and not (shared.distance_km or shared.direction):
            known = shared
        if known is None:
            known = _town_of_part(story, spot)
        if known is None:
            out.append(spot)
        elif all(known.start != s.start for s in out):
            out.append(replace(known, listed=spot.listed))
    return out if any(s.place is not None for s in out) else []


def _said_around(story: Story, draft: Draft, unknown: Spot) -> Spot | None:
    """The known place right behind an unknown one that says where it lies."""
    tokens, last = story.text.tokens, unknown.b
    for spot in story.spots_in(draft.sentence):
        if spot.place is None or spot.a < last or spot.a - last > 8:
            continue
        if any(t.tag in VERBAL and t.tag != "VBN" for t in tokens[last : spot.a]):
            return None
        if not (spot.qualifies or spot.use == "container"):
            continue
        if spot.role in ("near", "along") and spot.is_area:
            return None
        role: Role = "near" if spot.role == "near" else "part_of"
        return replace(spot, role=role, use="place", qualifies=False)
    for spot in qualifying_spots(story, draft, last):
        if spot.place is not None and not spot.is_area:
            return replace(spot, role="near" if spot.role == "near" else "part_of")
    return None


# What lies in or at a town; of a village or a hill that would not be so.
_TOWN_PARTS = words(
    "camp district quarter neighbourhood neighborhood market hospital airport suburb prison stadium mosque church "
    "school university hotel square street road avenue bridge roundabout lane"
)


def _town_of_part(story: Story, unknown: Spot) -> Spot | None:
    """The town that the sentences before speak of, for an unknown part of a town."""
    tail = story.text.tokens[unknown.b - 1].low
    if unknown.label not in _TOWN_PARTS and tail not in _TOWN_PARTS:
        return None
    here = story.text.sentence_of(unknown.a)
    town = next((s for s in story.layout.over(here.start) if s.place is not None and not s.is_area), story.town())
    if town is not None:
        return replace(town, use="place", role="part_of", listed=False)
    for spot in reversed(story.seen_spots):
        same = story.text.sentence_of(spot.a)
        if here.index - same.index > 2 or same.paragraph != here.paragraph:
            return None
        if spot.use == "place" and spot.place is not None and not spot.is_area and spot.role in ("site", "part_of"):
            return replace(spot, role="near", listed=False)
    return None


_DWELLERS = words(
    "residents inhabitants villagers townspeople townsfolk locals people families households citizens dwellers pupils"
)


def _dwelt_in(story: Story, spot: Spot) -> bool:
    """Whether the name tells where people are at home ("residents of X were woken by gunfire"): they were there."""
    return 0 <= spot.governor < len(story.text.tokens) and story.text.tokens[spot.governor].low in _DWELLERS


def _of_people(story: Story, spot: Spot) -> bool:
    """Whether the name only tells whose people or institution it is ("the army of X")."""
    tokens = story.text.tokens
    if not 0 <= spot.governor < len(tokens):
        return False
    noun = tokens[spot.governor]
    return noun.low in _people() or (noun.tag in NOMINAL and noun.low in _OFFICES)


def _is_target(story: Story, draft: Draft, spot: Spot) -> bool:
    governor = spot.governor
    for trigger in draft.triggers:
        if trigger.a <= governor < trigger.b:
            return True
    tokens = story.text.tokens
    if not 0 <= governor < len(tokens):
        return False
    token = tokens[governor]
    if token.tag in VERBAL and token.low not in BE:
        near = any(abs(governor - t.head) <= 3 for t in draft.triggers)
        return near or token.low in (
            "hit",
            "struck",
            "reached",
            "rocked",
            "shook",
            "leave",
            "hitting",
            "shaking",
            "hits",
        )
    if token.low == "against":
        return any(0 < governor - t.head <= 3 for t in draft.triggers)
    # "the headquarters of X", "the siege of X", "people of X": the noun's own place
    return token.low not in classes_of("CIVILIAN") | classes_of("FORCE") | classes_of("ARMED") | {
        "president", "minister", "government", "republic", "king", "bishop", "archbishop", "university", "bank",
        "independence", "invasion",
    } and token.tag in NOMINAL and any(t.a <= governor < t.b for t in draft.triggers)  # fmt: skip


# Only people are; a name before them is no town, whatever a gazetteer has.
_PERSONAL = words(
    "shot killed arrested stabbed wounded injured kidnapped abducted murdered beaten detained jailed hanged executed"
)


def _suffers(story: Story, draft: Draft, spot: Spot, clause: Clause) -> bool:
    """Whether a place that is the subject is where it happened: "X was shelled", "X fell", "X saw clashes"."""
    tokens = story.text.tokens
    if tokens[draft.main.head].low in _PERSONAL:
        return False
    for i in range(spot.b, clause.b):
        if tokens[i].tag in VERBAL or tokens[i].low in BE:
            low = tokens[i].low
            if low in BE and any(
                tokens[j].low in ("hit", "struck", "rocked", "shaken", "devastated", "swept", "battered", "ravaged")
                for j in range(i + 1, min(clause.b, i + 4))
            ):
                return True
            if low in ("saw", "fell", "falls", "witnessed", "experienced", "suffered", "came", "passed", "changed"):
                return True
            if low in BE and draft.main.pos != "v" and i < draft.main.head < i + 8:
                # "X is theirs", "X was the scene of a massacre": what the copula says of the place
                return not any(t.tag in VERBAL for t in tokens[i + 1 : draft.main.head])
            if low in BE or tokens[i].tag == "MD" or low in ("has", "have", "had"):
                heads = {t.head for t in draft.triggers if t.pos == "v"}
                chain = [j for j in range(i + 1, min(clause.b, i + 5)) if j in heads]
                return (
                    bool(chain)
                    and tokens[chain[0]].tag in ("VBN", "VBD")
                    and any(tokens[j].low in BE for j in range(i, chain[0]))
                )
            return False
    return False


def _sentence_spots(story: Story, draft: Draft, siblings: list[Draft]) -> list[Spot]:
    """Places elsewhere in the sentence that hold for it: those of the clause it hangs on, or that open it."""
    clauses = story.text.clauses_of(draft.sentence)

    def tokens_of(clause: Clause) -> list[Token]:
        return story.text.tokens[clause.a : clause.b]

    first = draft.clauses[0]
    order: list[Clause] = []
    at: Clause | None = first
    steps = 0
    while at is not None and at.parent is not None and steps < 4:
        at = clauses[at.parent]
        order.append(at)
        steps += 1
    taken = {c.index for c in draft.clauses}
    above = {c.index for c in order}
    order.extend(c for c in reversed(clauses[: first.index]) if c.index not in above)
    order.extend(c for c in clauses[first.index + 1 :] if c.index not in above and _holds_for(story, draft, c, taken))
    if first.marker == "where" and draft.type not in ("political_act", "agreement_ceasefire"):
        named = _where_antecedent(story, draft, first)
        if named:
            return named
    saying = is_report(story.text, first) and story.text.tokens[draft.main.head].low in saying_verbs()
    for clause in order:
        if clause.index in taken or (saying and clause.index > first.index):
            continue
        if is_report(story.text, clause):
            spots = _beside_report(story, draft, clause)
            if spots:
                return spots
            continue
        spots = clause_spots(story, draft, clause)
        spots = [s for s in spots if s.role not in ("from", "to")]
        for sibling in siblings:
            if sibling is not draft and clause in sibling.clauses and (not spots or draft.type == ""):
                spots = [s for s in sibling.named if s.role not in ("from", "to")] or spots
        if spots:
            return spots
        subject = [
            s for s in story.spots_in(draft.sentence)
            if clause.a <= s.a < clause.b and s.use in ("object",) and not s.qualifies
        ]  # fmt: skip
        if not subject and draft.type == "territory_change" and clause.index < first.index:
            words = {t.low for c in draft.clauses for t in tokens_of(c)}
            if "it" in words:
                subject = [
                    s
                    for s in story.spots_in(draft.sentence)
                    if clause.a <= s.a < clause.b and s.use in ("subject", "object") and s.place is not None
                ]
        if subject and draft.type in ("territory_change", "disaster_accident", "property_destruction"):
            return subject[:1]
    return []


_CASUALTIES = words("killed wounded injured hurt missing dead arrested detained displaced destroyed damaged burned")


def _holds_for(story: Story, draft: Draft, clause: Clause, taken: set[int]) -> bool:
    """Whether a later clause may say where the draft's event was: how it came about, what else it did, who told."""
    if clause.kind in ("verb", "adverbial") or clause.marker == "when" or is_report(story.text, clause):
        return True
    if clause.marker == "who":
        return clause.parent in taken
    words = {t.low for t in story.text.tokens[clause.a : clause.b]}
    return clause.marker == "and" and draft.type in (*HARMFUL, "") and bool(words & _CASUALTIES)


_LOCAL_SPEAKERS = words(
    "police officials official witnesses witness residents resident hospital doctors doctor medics medic authorities "
    "villagers firefighters rescuers paramedics prosecutors sheriff reports locals neighbours neighbors survivors"
)


def _beside_report(story: Story, draft: Draft, clause: Clause) -> list[Spot]:
    """The places of a reporting clause that belong to what is told: "In X, police said …", "…, police said, in X"."""
    tokens = story.text.tokens
    verb = next(
        (i for i in range(clause.a, clause.b) if tokens[i].tag in VERBAL and tokens[i].low in saying_verbs()), None
    )
    if verb is None:
        return []
    out = []
    for spot in clause_spots(story, draft, clause):
        if spot.role in ("from", "to"):
            continue
        opens = spot.governor == draft.sentence.a and any(t.low in _LOCAL_SPEAKERS for t in tokens[spot.b : verb])
        closes = spot.a > verb and verb + 1 < clause.b and tokens[verb + 1].low == ","
        if opens or closes:
            out.append(spot)
    return out


# Words between a place and its ", where": "the X quarry, 9 km east of Y, where".
_WHERE_REACH = 12


def _when_points(story: Story, draft: Draft) -> list[Spot]:
    """The points of a following "when" clause, which says closer where: "Near X ten died when a bomb went off in Y"."""
    for clause in story.text.clauses_of(draft.sentence)[draft.clauses[-1].index + 1 :]:
        if clause.marker == "when":
            spots = [s for s in clause_spots(story, draft, clause) if s.role == "site" and not s.is_area]
            if spots:
                return spots
    return []


def _where_antecedent(story: Story, draft: Draft, clause: Clause) -> list[Spot]:
    """The place that "…, where" speaks of: the last name before it that is not only there to say where another lies."""
    before = [s for s in story.spots_in(draft.sentence) if s.b <= clause.a]
    if not before or clause.a - before[-1].b > _WHERE_REACH:
        return []
    last = before[-1]
    while (last.qualifies or last.use == "container") and len(before) > 1:
        before.pop()
        last = before[-1]
    if last.use in ("speaker", "actor", "modifier", "dateline"):
        return []
    if last.listed and not last.label:
        return [s for s in before if s.listed and s.governor == last.governor]
    return [last]


def _carried(story: Story, draft: Draft) -> list[Spot]:
    """The place of the story so far: of the stamp or heading, of the incident before, else the lead's dateline."""
    sentence = draft.sentence
    item = story.layout.item_of(sentence.start)
    talk = draft.type in _TALK or (draft.type == "alert_alarm" and draft.weak)
    if talk and not item.stamp:
        return []
    if any(
        story.is_old(d.date_end)
        for c in draft.clauses
        for d in story.dates_in(story.text.tokens[c.a].start, story.text.tokens[c.b - 1].end)
    ):
        # what happened long ago did not happen where today's story is
        return []
    for previous in reversed(story.recent):
        if (
            previous.sentence.paragraph != sentence.paragraph
            or story.layout.item_of(previous.sentence.start) is not item
        ):
            break
        spots = [s for s in previous.spots if s.role not in ("from", "to") and s.place is not None]
        if told_of_old(story, previous):
            # A paragraph of background lends no place: "this was preceded by …" was elsewhere.
            return []
        if spots:
            draft.borrowed = "the sentence before"
            return spots
    headed = story.layout.over(sentence.start)
    if headed:
        draft.borrowed = "the heading"
        draft.own_place = draft.own_place or bool(item.stamp)
        return [replace(s, use="place") for s in headed]
    if sentence.index <= story.first_sentence + 1 and story.dateline is not None and _local(story, draft):
        draft.borrowed = "the dateline"
        return [_sited(story, story.dateline)]
    for spot in reversed(story.seen_spots):
        same = story.text.sentence_of(spot.a)
        if same.paragraph != sentence.paragraph or sentence.index - same.index > 2:
            break
        if story.layout.item_of(spot.start) is not item:
            break
        if spot.use == "place" and spot.place is not None and not spot.is_area and spot.role not in ("from", "to"):
            draft.borrowed = "the sentence before"
            return [spot]
    if story.recent and not draft.weak and draft.judgement.certainty == "reported" and draft.main.pos == "v":
        previous = story.recent[-1]
        opening = story.text.tokens[sentence.a : sentence.a + 6]
        also = any(t.low in ("also", "meanwhile", "later", "then") for t in opening)
        known = bool(opening) and opening[0].low in ("the", "they", "he", "she", "some", "both", "those")
        if sentence.paragraph - previous.sentence.paragraph <= 1 and (
            also or (known and sentence.index - previous.sentence.index <= 2 and previous.type in HARMFUL)
        ):
            draft.borrowed = "the paragraph before"
            return [s for s in previous.spots if s.role not in ("from", "to")]
    return _town_of_story(story, draft)


def _town_of_story(story: Story, draft: Draft) -> list[Spot]:
    """The town of a local story, for what its later paragraphs tell without a place."""
    town = story.town()
    if (
        town is None
        or story.dateline is None
        or any(related(d.type, draft.type) for d in story.recent)
        or draft.weak
        or (draft.main.pos != "v" and (draft.definite or story.first_sentence != draft.sentence.index))
        or draft.judgement.certainty not in ("reported", "planned", "claimed")
        or draft.judgement.mention
        or draft.background
    ):
        return []
    here = story.text.sentence_of(draft.main.a)
    elsewhere = [s for s in story.spots_in(here) if s.place is not None and s.use != "dateline"]
    if elsewhere:
        return []
    draft.borrowed = "the town of the story"
    return [town]


# Of an article's names that lie in any country, the share that must lie in one for the story to be there.
_HOME_SHARE = 0.6
_COUNTRIES = frozenset({"PCLI", "PCLS", "PCLD", "PCLF", "PCL", "TERR"})


def country_of_story(story: Story) -> Spot | None:
    """The country in which most of the article's places lie, where the article names it; None where none stands out."""
    if not story.home_known:
        story.home_known = True
        placed = [r for r in story.resolutions if r.place is not None and r.place.country_code]
        counts: Counter[str] = Counter()
        for r in placed:
            if r.place is not None:
                # "Spanish" tells less of where a story is than "Spain"
                counts[r.place.country_code] += 1 if r.mention.kind == "demonym" else 2
        best = min(counts.items(), key=lambda one: (-one[1], one[0]), default=("", 0))
        if best[1] >= 4 and best[1] >= _HOME_SHARE * counts.total():
            for r in sorted(placed, key=lambda r: r.mention.start):
                if r.place is not None and r.place.country_code == best[0] and r.place.feature_code in _COUNTRIES:
                    a, b = story.text.tokens_of(r.mention.start, r.mention.end)
                    story.home = Spot(a, b, r.mention.start, r.mention.end, r, area=True)
                    break
    return story.home


def told_of_old(story: Story, draft: Draft) -> bool:
    """Whether an incident is background, by its judgement or by the days that its sentence names."""
    tokens, sentence = story.text.tokens, draft.sentence
    return (
        draft.background
        or draft.judgement.certainty == "historical"
        or any(story.is_old(d.date_end) for d in story.dates_in(tokens[sentence.a].start, tokens[sentence.b - 1].end))
    )


def _sited(story: Story, spot: Spot) -> Spot:
    return Spot(spot.a, spot.b, spot.start, spot.end, spot.resolution, role="site", use="place")


def _local(story: Story, draft: Draft) -> bool:
    """Whether the lead speaks of a spot in the dateline's town: "on the courthouse square", "here"."""
    tokens = story.text.tokens
    local = classes_of("ROAD") | classes_of("BUILDING") | classes_of("TOWN") | {"downtown", "here", "campus", "stadium"}
    for clause in draft.clauses:
        for i in range(clause.a, clause.b - 1):
            if tokens[i].low in ("on", "at", "in", "outside", "through", "near", "along") and i + 1 < clause.b:
                for j in range(i + 1, min(clause.b, i + 5)):
                    if tokens[j].low in local:
                        return True
    return False
