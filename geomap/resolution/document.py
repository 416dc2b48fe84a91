"""The passes over one document's names."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from geomap.geo import cell_of, distance_km
from geomap.lexicons import load_json
from geomap.records import UNLIKELY, Article, Candidate, Mention, Place, Resolution
from geomap.resolution.confidence import Evidence, features, probability, thresholds, toponym_probability
from geomap.resolution.home import Home
from geomap.resolution.wording import (
    Explanation,
    Factor,
    Facts,
    Weighed,
    found_by,
    in_words,
    number_word,
    sentence_around,
    weighed_factors,
)
from geomap.settings import Settings
from geomap.text import fold, skeleton

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer

__all__ = ["Answer", "explain_mentions", "resolve_mentions", "weigh_mentions"]


# Weights of the context pass. Set by hand on the documents of even number (the first is 1) of LGL and GeoVirus, checked
# on the odd ones (docs/accuracy.md has the table); they are steps of 0.5 because finer ones made no stable difference.
_W_COUNTRY = 6.0
_W_ADMIN1 = 5.0
_W_NEAR = 2.5
_TEMPERATURE = 0.6
_ROUNDS = 3
# A first look keeps this many candidates of a name; the rest are hamlets that no context could lift above them.
_KEEP = 80
# A name that matched only by a variant, in no place of size, needs the document to point to its country.
# (Saigon, Bombay and Rangoon are variants too, of cities of millions. On LGL and GeoVirus 300,000 and 50,000 give the
# same; 15,000 takes a few words for places.)
_OBSCURE_POPULATION = 50_000
_SUPPORT = 0.12
# How far from the document's other places a differently spelled name is looked for.
_SPELLING_KM = 75.0
# A rule that leads from one romanisation to another is surer than likeness: it may lead as far as a province is wide.
_RESPELLED_KM = 150.0

# So many candidates of a name are told of in an explanation.
_SHOWN = 5
# So many are tried for what would have to change for them to win.
_TRIED = 12
# "Had the article named more places there": beyond so many it would be another article.
_MOST_ADDED = 9

# So many unknown names of a document are looked for in other spellings; no article of the corpora has a tenth of it.
_MOST_RESPELLED = 300

# Farther than any neighbour counts.
_FAR_KM = 9999.0
# The user's word wins; the rest is for an article that means another place of that name.
_USER_SCORE = 0.98

# Where English is the language of the signs, another spelling of a name is another place.
_ENGLISH = frozenset({"US", "GB", "CA", "AU", "NZ", "IE"})

# "Belgorod, Kursk and Bryansk regions": the plural at the end is said of each.
_LISTED = re.compile(r"(?:, [A-ZÀ-Ž][\w’'-]{1,30}){0,6},? and [A-ZÀ-Ž][\w’'-]{1,30} ([a-z]{4,14}s)\b")
_WORDS = load_json("resolution.json")
_REGION_WORDS = frozenset(_WORDS["region_words"])
_TOWN_WORDS = frozenset(_WORDS["town_words"])
_DESIGNATOR_CLASS: dict[str, str] = _WORDS["designators"]


# What stands between a place and the place that contains it: surely ("Bangor, Maine"), and where the sense fits.
_HARD_GAPS = frozenset({",", "(", ", in", ", the capital of"})
_SOFT_GAPS = frozenset(
    {"in", "in the", *(f"in {d}" for d in ("central", "northern", "southern", "eastern", "western"))}
)


@dataclass(slots=True)
class _Option:
    """A candidate with what does not change while the context is being worked out."""

    candidate: Candidate
    base: float
    cell: int
    p: float = 0.0
    # Whether it says anything of its neighbourhood: a town or a small area does, a province does not.
    local: bool = field(init=False)

    def __post_init__(self) -> None:
        place = self.candidate.place
        self.local = place.feature_class in ("P", "S") or place.radius_km < 60


@dataclass(slots=True)
class _Group:
    """The mentions of one name in one role ("Odesa" and "Odesa region" are two)."""

    key: str
    cue: str
    weight: float = 0.0
    options: list[_Option] = field(default_factory=list)
    fixed: bool = False
    rule: str = "context"
    note: str = ""
    members: list[int] = field(default_factory=list)
    # What a qualifier left aside: the other bearers of the name.
    aside: list[_Option] = field(default_factory=list)


@lru_cache(maxsize=65_536)
def _around(cell: int) -> tuple[int, ...]:
    row, col = divmod(cell, 360)
    return tuple((row + a) * 360 + (col + b) % 360 for a in (-1, 0, 1) for b in (-1, 0, 1))


def _km(a: Place, b: Place) -> float:
    return distance_km(a.lat, a.lon, b.lat, b.lon)


def _kept(mention: Mention, candidate: Candidate | None) -> bool:
    """Whether an answer stands however unlikely the weights find it, for they were fitted where it is rare.

    That is so for places of the shipped overlay, put there because their region's articles mean them, for capitals and
    countries that speak, and for a name that a sure sign calls a place and that a town nearby bears in another
    romanisation ("Arsal", 25 km from the article's Baalbek, is Aarsâl).
    """
    if candidate is None:
        return False
    if candidate.match == "transliterated" and mention.recognizer in ("model", "model only", "cue only"):
        return True
    speaks = mention.metonym and candidate.place.feature_code in ("PPLC", "PCLI")
    return speaks or candidate.place.layer == "overlay"


def _ranked(group: _Group) -> list[_Option]:
    """A group's candidates, the likeliest first, and behind them those that a qualifier left aside."""
    ranked = sorted(group.options, key=lambda o: (-o.p, -o.base, o.candidate.place.id))
    if group.aside:
        known = {o.candidate.place.id for o in ranked}
        ranked += [o for o in group.aside if o.candidate.place.id not in known]
    return ranked


def _inside(inner: Place, outer: Place) -> bool:
    """Whether ``inner`` lies in the area that ``outer`` is."""
    if inner.id == outer.id:
        return False
    if outer.feature_code in ("PCLI", "TERR", "PCLD"):
        return inner.country_code == outer.country_code and inner.feature_code not in ("PCLI", "TERR")
    if outer.feature_code == "ADM1":
        return inner.country_code == outer.country_code and inner.admin1 == outer.name and inner.feature_code != "ADM1"
    if outer.feature_code == "ADM2":
        return (
            inner.country_code == outer.country_code
            and inner.admin1 == outer.admin1
            and inner.admin2 == outer.name
            and inner.feature_class == "P"
        )
    return inner.feature_class in ("P", "S") and _km(inner, outer) <= max(25.0, outer.radius_km)


def _base(candidate: Candidate, cue: str) -> float:
    """How likely a candidate is before the document is looked at, in units of log10(population)."""
    place, match = candidate.place, candidate.match
    population = place.population or 0
    score = math.log10(population + 30.0)
    code = place.feature_code
    if code in ("PCLI", "TERR"):
        score += 3.0
    elif code == "ADM2":
        score -= 1.5
    elif code == "PPLC" or place.feature_class in ("L", "H", "T"):
        score += 1.5
    if place.layer == "overlay":
        score += 0.5
    if match == "alternate":
        score -= 1.0 if candidate.score >= 0.8 else 2.5 if candidate.score > 0.5 else 5.0
    elif match == "abbreviation":
        score += 1.0
    if cue == "region":
        score += 2.5 if place.feature_class in ("A", "L", "T") else -1.0
    elif cue == "town":
        score += 1.0 if place.feature_class == "P" else -2.5
    return score


def _cue(article: Article, mention: Mention) -> str:
    """Whether the words next to a mention call it a region or a town."""
    after = article.text[mention.end : mention.end + 24].split()
    if after and article.text[mention.end : mention.end + 1] == " ":
        word = after[0].strip(".,;:)\"'").lower()
        if word in _REGION_WORDS:
            return "region"
        if word in _TOWN_WORDS:
            return "town"
    listed = _LISTED.match(article.text[mention.end : mention.end + 200])
    if listed and listed.group(1) in _REGION_WORDS:
        return "region"
    before = article.text[max(0, mention.start - 30) : mention.start].lower().split()
    if len(before) >= 2 and before[-1] == "of":
        if before[-2] in _TOWN_WORDS:
            return "town"
        # "the district of X" may as well be a part of X.
        if before[-2] in _REGION_WORDS and before[-2] not in (
            "district",
            "districts",
            "area",
            "municipality",
        ):
            return "region"
    if before and before[-1] in ("city", "town", "village") and len(before) >= 2 and before[-2] == "the":
        return "town"
    return ""


def _prefer_seats(options: list[_Option]) -> None:
    """Lower a division that is named after its own seat: plain "Odesa" is the city, "Odesa region" the division.

    Only where the seat holds a fifth of the division's people ("Iowa" is not Iowa City), a tenth where both bear the
    very same name, or where only the seat bears it ("Raška" of the district Raški okrug).
    """
    towns = [o.candidate for o in options if o.candidate.place.feature_class == "P" and o.candidate.score >= 0.8]
    for option in options:
        area = option.candidate.place
        if area.feature_code not in ("ADM1", "ADM2"):
            continue
        for town in towns:
            seat = town.place
            if seat.country_code != area.country_code or not (
                seat.admin1 in (area.name, area.admin1) or (seat.layer != "world" and _km(seat, area) <= area.radius_km)
            ):
                continue
            only = town.match in ("exact", "folded") and option.candidate.match == "alternate"
            share = 0.1 if fold(seat.name) == fold(area.name) else 0.2
            if only or (seat.population or 0) >= share * (area.population or 1):
                option.base -= 3.0
                break


def _candidates(gazetteer: Gazetteer, mention: Mention) -> list[Candidate]:
    """The candidates of the surface form; for "X Oblast" unknown as such, the divisions called X."""
    if mention.kind == "facility" and not gazetteer.has(fold(mention.text)):
        # "Oxford Street": no town that is called nearly so is meant.
        return []
    found = gazetteer.candidates(mention.text)
    if mention.kind == "demonym":
        return [c for c in found if c.match == "demonym"]
    # Other romanisations are for the spelling pass, which asks whether the document is about their neighbourhood.
    found = [c for c in found if c.match not in ("demonym", "transliterated", "fuzzy")]
    if not found:
        words = mention.text.split()
        if len(words) > 1 and words[-1].lower() in _DESIGNATOR_CLASS:
            wanted = _DESIGNATOR_CLASS[words[-1].lower()]
            stripped = gazetteer.candidates(" ".join(words[:-1]))
            found = [
                c
                for c in stripped
                if c.match != "demonym" and c.place.feature_class == "A" and wanted in ("", c.place.feature_code)
            ]
    return found


def resolve_mentions(
    article: Article,
    mentions: Sequence[Mention],
    gazetteer: Gazetteer,
    settings: Settings | None = None,
    home: Home | None = None,
) -> list[Resolution]:
    """What each mention means: one :class:`Resolution` per mention, in the same order.

    ``place`` is None for NIL, for historic states and where the score is under ``settings.min_score``. ``score`` is the
    probability that the answer is right (see :mod:`geomap.resolution.confidence`). A ``rule`` of
    :data:`~geomap.records.UNLIKELY` marks what is likely no place at all. ``home`` is where the article's source is at
    home, which votes as one more name would.
    """
    return _worked(article, mentions, gazetteer, home).answers((settings or Settings()).min_score)


def weigh_mentions(article: Article, mentions: Sequence[Mention], gazetteer: Gazetteer) -> list[Answer | None]:
    """The answer to each mention with what speaks for it, before anything is left out; for training and explaining.

    None where no place has that name or the name is settled without weighing (the user's places, historic states).
    """
    work = _worked(article, mentions, gazetteer)
    return [work.weighed(i) for i in range(len(mentions))]


def explain_mentions(
    article: Article,
    mentions: Sequence[Mention],
    gazetteer: Gazetteer,
    settings: Settings | None = None,
    home: Home | None = None,
) -> list[Explanation]:
    """As :func:`resolve_mentions`, with what decided, the runner-up and what would have to change for it to win."""
    return _worked(article, mentions, gazetteer, home).explanations((settings or Settings()).min_score)


def _worked(article: Article, mentions: Sequence[Mention], gazetteer: Gazetteer, home: Home | None = None) -> _Document:
    work = _Document(article, mentions, gazetteer, home)
    work.gather()
    work.qualify()
    work.iterate()
    work.spell()
    return work


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The likeliest candidate of a mention, the pass that chose it, and its features."""

    mention: Mention
    candidate: Candidate | None
    rule: str
    features: dict[str, float]


@dataclass(slots=True)
class _Counts:
    """The ids of a document's places, and of those in each country and division."""

    places: set[str]
    countries: dict[str, frozenset[str]]
    admin1s: dict[tuple[str, str], frozenset[str]]


class _Document:
    """The state of one article's resolution."""

    def __init__(
        self, article: Article, mentions: Sequence[Mention], gazetteer: Gazetteer, home: Home | None = None
    ) -> None:
        self.article = article
        self.home = home
        self.mentions = mentions
        self.gazetteer = gazetteer
        self.groups: list[_Group] = []
        self.group_of: dict[int, _Group] = {}
        self.countries: defaultdict[str, float] = defaultdict(float)
        self.admin1s: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.cells: defaultdict[int, float] = defaultdict(float)
        self.total = 0.0
        self.senses: dict[str, Place] = {}
        self._sure: defaultdict[int, list[tuple[str, Place]]] | None = None
        self._counts: _Counts | None = None
        self._nearest: dict[tuple[int, str], tuple[float, Place | None]] = {}

    # -- gathering -----------------------------------------------------------------------------------------

    def gather(self) -> None:
        """Group the mentions by name and role, and fetch each group's candidates once."""
        by_key: dict[tuple[str, str, str], _Group] = {}
        for i, mention in enumerate(self.mentions):
            cue = "" if mention.kind == "demonym" else _cue(self.article, mention)
            key = (fold(mention.text), cue, mention.kind)
            group = by_key.get(key)
            if group is None:
                group = by_key[key] = _Group(key=key[0], cue=cue)
                candidates = _candidates(self.gazetteer, mention)
                options = [_Option(c, _base(c, cue), cell_of(c.place.lat, c.place.lon)) for c in candidates]
                if cue != "region":
                    _prefer_seats(options)
                options.sort(key=lambda o: (-o.base, o.candidate.place.id))
                group.options = options[:_KEEP]
                self.groups.append(group)
            group.members.append(i)
            self.group_of[i] = group
        for group in self.groups:
            first = self.mentions[group.members[0]]
            weight = 1.0 + math.log(len(group.members))
            if first.kind == "demonym":
                weight *= 0.5
            if all(self.mentions[i].inside for i in group.members):
                weight *= 0.5
            group.weight = weight
            self._settle_alone(group, first)

    def _settle_alone(self, group: _Group, mention: Mention) -> None:
        users = [o for o in group.options if o.candidate.place.layer == "user"]
        if users:
            group.options, group.rule = users, "user"
            group.fixed = len(users) == 1
        elif group.options and group.options[0].candidate.place.feature_code == "PCLH":
            group.options, group.rule, group.fixed = group.options[:1], "historic", True
        elif mention.kind == "demonym":
            group.rule = "demonym"
        elif len(group.options) == 1:
            group.rule = "only"
        elif any(self.mentions[i].metonym for i in group.members):
            # What speaks is a government: a country or a capital.
            for option in group.options:
                if option.candidate.place.feature_code in ("PPLC", "PCLI"):
                    option.base += 4.0

    # -- qualifiers ----------------------------------------------------------------------------------------

    def qualify(self) -> None:
        """ "Bangor, Maine", "Pandi (Bulacan)": the second name contains the first.

        The pair of candidates that fits and is jointly most prominent decides both names. A qualified mention gets a
        group of its own, so that a second bearer of the name elsewhere in the text is not drawn along.
        """
        text = self.article.text
        pairs: dict[tuple[int, int, bool], tuple[_Option, _Option] | None] = {}
        qualified: dict[tuple[str, str, str], _Group] = {}
        for i in range(len(self.mentions) - 2, -1, -1):
            a, b = self.mentions[i], self.mentions[i + 1]
            gap = text[a.end : b.start]
            hard = gap.strip() in _HARD_GAPS and len(gap) < 20 and "\n" not in gap
            if not (hard or gap.strip() in _SOFT_GAPS) or a.kind == "demonym" or b.kind == "demonym":
                continue
            first, second = self.group_of[i], self.group_of[i + 1]
            if first.rule in ("user", "historic") or second.rule == "historic":
                continue
            pair = (id(first), id(second), hard)
            if pair not in pairs:
                pairs[pair] = self._containment(first, second, hard)
            found = pairs[pair]
            if found is None:
                continue
            option, outer = found
            key = (first.key, option.candidate.place.id, b.text)
            group = qualified.get(key)
            if group is None:
                group = qualified[key] = _Group(
                    key=first.key, cue=first.cue, weight=1.0, fixed=True, rule="qualified",
                    note=f"“{b.text}” follows it",
                    options=[_Option(option.candidate, option.base + 20, option.cell)], aside=first.options,
                )  # fmt: skip
                self.groups.append(group)
                self.senses.setdefault(first.key, option.candidate.place)
                if not second.fixed and hard:
                    outer.base += 6.0
            group.members.append(i)
            self.group_of[i] = group
        for group in self.groups:
            group.members = [i for i in group.members if self.group_of[i] is group]
        self.groups = [g for g in self.groups if g.members]

    @staticmethod
    def _containment(first: _Group, second: _Group, hard: bool) -> tuple[_Option, _Option] | None:
        """The likeliest pair of candidates of which the second contains the first."""
        outers = second.options
        if not second.fixed:
            # "Clinton, Madison" is a list of towns: the short form of a county qualifies nothing.
            areas = [o for o in outers if o.candidate.place.is_area and o.candidate.score > 0.6]
            outers = areas or outers[:5]
        # "China, Japan" is a list, though a town in Japan is called China.
        listed = bool(first.options) and first.options[0].candidate.place.feature_code == "PCLI"
        best: tuple[float, _Option, _Option] | None = None
        for outer in outers[:12]:
            container = outer.candidate.place
            if (listed and container.feature_code in ("PCLI", "TERR")) or (not hard and not container.is_area):
                continue
            for option in first.options:
                if _inside(option.candidate.place, container):
                    value = option.base + 2.0 * outer.base
                    if best is None or value > best[0]:
                        best = (value, option, outer)
        return None if best is None else best[1:]

    # -- context -------------------------------------------------------------------------------------------

    def _vote(self, group: _Group, sign: float) -> None:
        for option in group.options:
            weight = sign * group.weight * option.p
            if abs(weight) < 0.005:
                continue
            place = option.candidate.place
            if place.country_code:
                self.countries[place.country_code] += weight
                if place.admin1:
                    self.admin1s[(place.country_code, place.admin1)] += weight
            if option.local:
                self.cells[option.cell] += weight
            self.total += weight

    def _settle_at(self, home: Home) -> None:
        """The vote of the source's home: that of one name or a few that are no subject of the votes themselves."""
        for country, share in home.countries.items():
            self.countries[country] += home.weight * share
        for division, share in home.admin1s.items():
            self.admin1s[division] += home.weight * share
        for cell, share in home.cells.items():
            self.cells[cell] += home.weight * share
        self.total += home.weight

    def _scores(self, group: _Group, options: Sequence[_Option] | None = None) -> list[float]:
        """What speaks for each candidate of a group: written out, for it is asked a hundred times a name."""
        total = max(self.total, 1e-9)
        # The shares saturate slowly: one supporting name says something, three say nearly all.
        trust = total / (total + 1.0)
        countries, admin1s, cells = self.countries, self.admin1s, self.cells
        sense = self.senses.get(group.key)
        scores: list[float] = []
        for option in group.options if options is None else options:
            place = option.candidate.place
            score = option.base
            code, admin1 = place.country_code, place.admin1
            if code and (votes := countries.get(code, 0.0)) > 0.0:
                score += _W_COUNTRY * trust * (votes / total)
            if admin1 and (votes := admin1s.get((code, admin1), 0.0)) > 0.0:
                score += _W_ADMIN1 * trust * votes / total
            if option.local:
                near = 0.0
                for cell in _around(option.cell):
                    if cell in cells:
                        near += cells[cell]
                if near > 0.0:
                    score += _W_NEAR * min(1.0, near / 2.0)
            if sense is not None and sense.id == place.id:
                score += 5.0
            scores.append(score)
        return scores

    def _spread(self, group: _Group) -> None:
        """Set each option's probability from its score: a softmax, computed stably."""
        scores = self._scores(group)
        top = max(scores)
        weights = [math.exp((s - top) / _TEMPERATURE) for s in scores]
        whole = sum(weights)
        for option, weight in zip(group.options, weights, strict=True):
            option.p = weight / whole

    def iterate(self) -> None:
        """Let the names vote until the votes settle (three rounds; a fourth changed no answer on the corpora)."""
        if self.home is not None:
            self._settle_at(self.home)
        live = [g for g in self.groups if g.options and g.rule != "historic"]
        for group in live:
            self._spread(group)
        for group in live:
            self._vote(group, 1.0)
        for _ in range(_ROUNDS):
            for group in live:
                self._vote(group, -1.0)
                self._spread(group)
                self._vote(group, 1.0)

    # -- spelling ------------------------------------------------------------------------------------------

    def spell(self) -> None:
        """Look for names that nothing bears among the places near the document's, in other romanisations."""
        missing = [g for g in self.groups if not g.options or self._unsupported(g)]
        if not missing:
            return
        anchors = [(p, w) for p, w in self._anchors() if p.country_code not in _ENGLISH]
        # Of a list of a hundred thousand unknown names each would be compared with all names of four neighbourhoods.
        for group in missing[:_MOST_RESPELLED]:
            mention = self.mentions[group.members[0]]
            if mention.kind in ("demonym", "facility") or mention.inside or len(skeleton(mention.text)) < 5:
                continue
            best: tuple[float, Candidate, Place] | None = None
            respelled = [c for c in self.gazetteer.candidates(mention.text) if c.match == "transliterated"]
            for anchor, weight in anchors:
                for candidate in respelled:
                    if _km(anchor, candidate.place) <= _RESPELLED_KM:
                        value = 0.8 + 0.05 * weight - _km(anchor, candidate.place) / 1000.0
                        if best is None or value > best[0]:
                            best = (value, replace(candidate, score=0.8), anchor)
                for candidate in self.gazetteer.spelled_like(mention.text, anchor.lat, anchor.lon, _SPELLING_KM):
                    if candidate.match == "fuzzy" and mention.recognizer not in (
                        "model",
                        "model only",
                        "cue only",
                    ):
                        continue
                    value = candidate.score + 0.05 * weight - _km(anchor, candidate.place) / 1000.0
                    if best is None or value > best[0]:
                        best = (value, candidate, anchor)
            if best is None:
                continue
            _, candidate, anchor = best
            group.options = [
                _Option(candidate, 0.0, cell_of(candidate.place.lat, candidate.place.lon), candidate.score)
            ]
            group.rule, group.fixed = "spelling", True
            away = f"{_km(anchor, candidate.place):.0f} km from {anchor.name} of this article"
            group.note = (
                f"no place is called “{mention.text}”; {candidate.place.name}, {away}, is that name spelled otherwise"
            )

    def _anchors(self) -> list[tuple[Place, float]]:
        """The document's surest small places, heaviest first."""
        sure: dict[str, tuple[Place, float]] = {}
        for group in self.groups:
            if not group.options or group.rule == "historic":
                continue
            best = max(group.options, key=lambda o: (o.p, o.candidate.place.id))
            place = best.candidate.place
            if best.p >= 0.6 and place.feature_class in ("P", "S"):
                datelined = all(self.mentions[i].dateline for i in group.members)
                weight = group.weight * best.p * (0.2 if datelined else 1.0)
                weight *= 1.0 + sum(self.cells.get(c, 0.0) for c in _around(best.cell))
                old = sure.get(place.id)
                sure[place.id] = (place, weight + (old[1] if old else 0.0))
        ranked = sorted(sure.values(), key=lambda e: (-e[1], e[0].id))
        return [(p, min(3.0, w)) for p, w in ranked[:4]]

    def _support(self, place: Place) -> float:
        return max(0.0, self.countries.get(place.country_code, 0.0)) / max(self.total, 1e-9)

    def _unsupported(self, group: _Group) -> bool:
        """Whether a group's best candidate is an obscure place known by a variant only, in a country not spoken of."""
        if group.fixed or not group.options:
            return False
        best = max(group.options, key=lambda o: (o.p, o.candidate.place.id))
        place = best.candidate.place
        if (place.population or 0) >= _OBSCURE_POPULATION or place.is_area or place.layer == "user":
            return False
        others = self._support(place) - group.weight * best.p / max(self.total, 1e-9)
        weak = best.candidate.match not in ("exact", "folded") or self.mentions[group.members[0]].recognizer in (
            "model only",
        )
        return weak and others < _SUPPORT

    # -- answers -------------------------------------------------------------------------------------------

    def answers(self, min_score: float) -> list[Resolution]:
        """The resolutions in the order of the mentions."""
        made: dict[int, Resolution] = {}
        for group in self.groups:
            known: dict[tuple[str, str, str | None], Resolution] = {}
            for i in group.members:
                mention = self.mentions[i]
                key = (mention.text, mention.recognizer, mention.inside)
                if key not in known:
                    known[key] = self._answer(group, mention, min_score)
                made[i] = replace(known[key], mention=mention)
        return [made[i] for i in range(len(self.mentions))]

    def weighed(self, i: int) -> Answer | None:
        """The likeliest answer to the mention of that number with its features; None where nothing is weighed."""
        group, mention = self.group_of[i], self.mentions[i]
        if group.rule in ("historic", "user"):
            return None
        candidate, rule, made = self._weigh(group, mention)
        return Answer(mention=mention, candidate=candidate, rule=rule, features=made)

    def _weigh(self, group: _Group, mention: Mention) -> tuple[Candidate | None, str, dict[str, float]]:
        """The likeliest candidate of a mention, the pass that chose it and the features of that answer."""
        if not group.options or (group.rule != "spelling" and self._unsupported(group)):
            return None, "nil", features(mention, None, "nil", None)
        best = _ranked(group)[0]
        made = features(mention, best.candidate, group.rule, self._evidence(group, best))
        return best.candidate, group.rule, made

    def _evidence(self, group: _Group, best: _Option) -> Evidence:
        """What the document's other names say for a group's best candidate."""
        place = best.candidate.place
        own = group.weight * best.p
        others = max(0.0, self.total - own)
        # Half a name's weight at least: the share of nothing is nothing, not everything.
        whole = max(others, 0.5)
        country = self.countries.get(place.country_code, 0.0) - own if place.country_code else 0.0
        admin1 = self.admin1s.get((place.country_code, place.admin1), 0.0) - own if place.admin1 else 0.0
        return Evidence(
            share=best.p,
            namesakes=len(group.options),
            country=max(0.0, country) / whole,
            admin1=max(0.0, admin1) / whole,
            near_km=self._near(group, place, best.cell)[0],
            others=others,
            mentions=len(group.members),
        )

    def _near(self, group: _Group, place: Place, cell: int) -> tuple[float, Place | None]:
        """The nearest other sure town of the document and its distance in km; none and far away where the one-degree
        cells around hold none."""
        if self._sure is None:
            self._sure = defaultdict(list)
            for other in self.groups:
                if not other.options or other.rule == "historic":
                    continue
                if any(self.mentions[i].inside for i in other.members):
                    continue
                best = max(other.options, key=lambda o: (o.p, o.candidate.place.id))
                # Twenty a cell: a list of a hundred thousand villages must not be compared each with each.
                if (
                    best.p > 0.5
                    and best.candidate.place.feature_class in ("P", "S")
                    and len(self._sure[best.cell]) < 20
                ):
                    self._sure[best.cell].append((other.key, best.candidate.place))
        known = self._nearest.get((id(group), place.id))
        if known is not None:
            return known
        found = [
            (_km(other, place), other.id, other)
            for around in _around(cell)
            for key, other in self._sure.get(around, ())
            if key != group.key and other.id != place.id
        ]
        km, _, nearest = min(found, key=lambda one: one[:2]) if found else (_FAR_KM, "", None)
        self._nearest[(id(group), place.id)] = (km, nearest)
        return km, nearest

    def _answer(self, group: _Group, mention: Mention, min_score: float) -> Resolution:
        ranked = _ranked(group)
        if group.rule == "historic":
            place = ranked[0].candidate.place
            return Resolution(
                mention=mention, place=None, score=0.0, rule="historic",
                reasons=(f"{place.name} ({place.admin1}) is not a state of today; it is not drawn",),
            )  # fmt: skip
        unsure, unlikely = thresholds()
        candidate, rule, made = self._weigh(group, mention)
        # A demonym is one by its form; whether it counts is for whoever reads the list (its kind says so).
        if (
            group.rule not in ("user", "demonym")
            and not _kept(mention, candidate)
            and toponym_probability(made) < unlikely
        ):
            rule = UNLIKELY
        if candidate is None or rule == UNLIKELY:
            near = tuple(o.candidate for o in ranked[:3])
            if rule == UNLIKELY:
                reason = "part of another name or a word, likely no place here"
            elif near:
                reason = (
                    f"only small places elsewhere bear this name ({near[0].place.name}, {near[0].place.country_code})"
                )
            else:
                reason = f"no place called “{mention.text}” is known"
            return Resolution(
                mention=mention, place=None, score=0.0, rule=rule, alternatives=near, reasons=(reason,)
            )  # fmt: skip
        best = ranked[0]
        place = best.candidate.place
        others = tuple(o.candidate for o in ranked[1:4])
        former = self.gazetteer.former_names(mention.text).get(place.id)
        if group.rule == "user":
            # Nobody knows better than the user; what is left is that another place of theirs was meant.
            score = _USER_SCORE if best.p > 0.5 else best.p
        else:
            score = probability(made)
            # A former name was put down for this very place, by hand.
            if score < unsure and not _kept(mention, best.candidate) and former is None:
                return Resolution(
                    mention=mention, place=None, score=round(score, 3), rule="unsure",
                    alternatives=(best.candidate, *others[:2]),
                    reasons=(f"{place.name} ({place.country_code}) bears this name, but is likely not meant",),
                )  # fmt: skip
        reasons = self._reasons(group, best, ranked)
        if former is not None:
            reasons = (f"“{former.name}” was its name {former.years}".rstrip(), *reasons)
        if score < min_score:
            return Resolution(
                mention=mention, place=None, score=round(score, 3), rule="nil",
                alternatives=(best.candidate, *others[:2]),
                reasons=(f"{place.name} is likeliest, but not sure enough ({score:.2f} is under {min_score:.2f})",),
            )  # fmt: skip
        return Resolution(
            mention=mention,
            place=place,
            score=round(score, 3),
            rule=group.rule,
            reasons=reasons,
            alternatives=others,
        )

    def _reasons(self, group: _Group, best: _Option, ranked: list[_Option]) -> tuple[str, ...]:
        """At most four short reasons for an answer, the decisive first."""
        place = best.candidate.place
        out: list[str] = []
        if group.note:
            out.append(group.note)
        if group.rule == "user":
            out.append("you added this place")
        elif group.rule == "demonym":
            out.append(f"people or things of {place.name}")
        elif place.feature_code == "PCLI" and best.candidate.match != "alternate":
            out.append("a country")
        elif group.rule == "only":
            out.append("the gazetteer has only this place of that name")
        if best.candidate.match in ("alternate", "abbreviation") and group.rule != "spelling":
            out.append(f"another name of {place.name}")
        if len(ranked) > 1 and group.rule == "context":
            more = len(ranked) - 1
            out.append(
                f"preferred to {more} other place{'s' if more > 1 else ''} of that name; "
                f"next: {_where(ranked[1].candidate.place)}"
            )
        if group.rule in ("context", "only") and place.country_code:
            told = self._told(place)
            if told:
                out.append(told)
            near = self._near_words(group, best)
            if near:
                out.append(near)
            elif self._at_home(place):
                out.append(f"its source is at home there ({self.home.name})" if self.home else "")
            elif not told and (place.population or 0) > 0 and len(ranked) > 1:
                out.append(f"the most prominent of that name (population {place.population:,})")
        return tuple(out[:4])

    def _at_home(self, place: Place) -> bool:
        """Whether half of what is known of the source's home speaks for a place's division, or for its country."""
        if self.home is None:
            return False
        if place.admin1 and self.home.admin1s:
            return self.home.admin1s.get((place.country_code, place.admin1), 0.0) >= 0.5
        return self.home.countries.get(place.country_code, 0.0) >= 0.5

    def _counted(self) -> _Counts:
        """How many places the document names, in each country and division, each place once."""
        if self._counts is None:
            countries: defaultdict[str, set[str]] = defaultdict(set)
            admin1s: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
            places: set[str] = set()
            for group in self.groups:
                if not group.options or group.rule == "historic" or self._unsupported(group):
                    continue
                best = max(group.options, key=lambda o: (o.p, o.candidate.place.id))
                place = best.candidate.place
                if best.p > 0.5 and place.country_code:
                    places.add(place.id)
                    countries[place.country_code].add(place.id)
                    if place.admin1:
                        admin1s[(place.country_code, place.admin1)].add(place.id)
            self._counts = _Counts(
                places=places,
                countries={country: frozenset(ids) for country, ids in countries.items()},
                admin1s={division: frozenset(ids) for division, ids in admin1s.items()},
            )
        return self._counts

    def _told(self, place: Place) -> str:
        """How many of the document's other places are in a place's division or country; "" where that is too few."""
        counts = self._counted()
        others = len(counts.places) - (place.id in counts.places)
        if others < 1:
            return ""
        if place.admin1 and place.feature_code != "ADM1":
            division = counts.admin1s.get((place.country_code, place.admin1), frozenset())
            here = len(division) - (place.id in division)
            # A third: below it the division is one of several that the article is about.
            if here >= 2 and here * 3 >= others:
                return in_words(here, others, place.admin1)
        country = counts.countries.get(place.country_code, frozenset())
        here = len(country) - (place.id in country)
        return in_words(here, others, self._country_name(place)) if here * 6 > others else ""

    def _country_name(self, place: Place) -> str:
        country = self.gazetteer.country(place.country_code)
        return country.name if country else place.country_code

    def _near_words(self, group: _Group, best: _Option) -> str:
        if best.candidate.place.is_area:
            return ""
        km, other = self._near(group, best.candidate.place, best.cell)
        return f"{km:.0f} km from {other.name}, also in this article" if other is not None and km <= 100 else ""

    # -- explaining ----------------------------------------------------------------------------------------

    def explanations(self, min_score: float) -> list[Explanation]:
        """What decided each mention and what would have to change, in the order of the mentions."""
        answers = self.answers(min_score)
        known: dict[tuple[int, str, str | None], Explanation] = {}
        made: list[Explanation] = []
        for i, resolution in enumerate(answers):
            group, mention = self.group_of[i], self.mentions[i]
            key = (id(group), mention.text + "\0" + mention.recognizer, mention.inside)
            if key not in known:
                known[key] = self._explained(group, resolution)
            sentence = sentence_around(self.article.text, mention.start, mention.end)
            made.append(replace(known[key], resolution=resolution, sentence=sentence))
        return made

    def _explained(self, group: _Group, resolution: Resolution) -> Explanation:
        mention = resolution.mention
        ranked = _ranked(group)
        candidate, _, found = self._weigh(group, mention)
        factors: tuple[Factor, ...] = ()
        likely = None
        if group.rule not in ("historic", "user"):
            likely = round(toponym_probability(found), 3)
            right = resolution.rule != UNLIKELY
            facts = self._facts(group, ranked[0] if candidate is not None else None, mention, found)
            factors = weighed_factors(found, facts, right=right)
        runner = ranked[1] if len(ranked) > 1 else None
        return Explanation(
            resolution=resolution,
            sentence="",
            found_by=found_by(mention),
            candidates=tuple(Weighed(candidate=o.candidate, share=round(o.p, 3)) for o in ranked[:_SHOWN]),
            known=len(ranked),
            factors=factors,
            toponym=likely,
            runner_up=runner.candidate if runner is not None else None,
            change=self._change(group, resolution, ranked, found),
        )

    def _facts(self, group: _Group, best: _Option | None, mention: Mention, found: Mapping[str, float]) -> Facts:
        """What the document says of an answer, for wording."""
        if best is None:
            return Facts(mention=mention, place=None, rule=group.rule)
        place = best.candidate.place
        counts = self._counted()
        country = counts.countries.get(place.country_code, frozenset())
        admin1 = counts.admin1s.get((place.country_code, place.admin1), frozenset()) if place.admin1 else frozenset()
        km, near = self._near(group, place, best.cell)
        return Facts(
            mention=mention,
            place=place,
            rule=group.rule,
            note=group.note,
            match=best.candidate.match,
            country=self._country_name(place),
            others=len(counts.places) - (place.id in counts.places),
            in_country=len(country) - (place.id in country),
            in_division=len(admin1) - (place.id in admin1),
            near=near.name if near is not None else "",
            near_km=km,
            namesakes=len(group.options),
            share=best.p,
            mentions=len(group.members),
        )

    def _change(
        self, group: _Group, resolution: Resolution, ranked: list[_Option], found: Mapping[str, float]
    ) -> str | None:
        """What would have to be otherwise for another answer, by the model itself; None where it knows of nothing."""
        mention = resolution.mention
        if resolution.rule == UNLIKELY:
            return None
        if not ranked:
            return f"it would be placed if a place of that name were added (geomap gazetteer add “{mention.text}” …)"
        if group.rule == "historic":
            return None
        if group.rule == "user" and len(ranked) == 1:
            return "your own places go before all others: only editing or removing yours changes this"
        if resolution.place is None:
            return self._change_of_nil(group, ranked[0], mention)
        if len(ranked) < 2:
            return "no other place of that name is known: only adding one could change this"
        # The first of the runners-up that could win at all: the nearest may be a neighbour, or so called by few.
        for runner in sorted(ranked[1:_TRIED], key=lambda o: o.candidate.match not in ("exact", "folded")):
            if ways := self._ways(group, mention, ranked, runner):
                return f"{' or '.join(ways)}, {_where(runner.candidate.place)} would have come first"
        return f"nothing that the article could add would make it {_where(ranked[1].candidate.place)}"

    def _ways(self, group: _Group, mention: Mention, ranked: list[_Option], runner: _Option) -> list[str]:
        """What of the article would have to be otherwise for a runner-up to come first."""
        best, place = ranked[0], runner.candidate.place
        ways: list[str] = []
        if group.rule in ("context", "demonym", "user"):
            number = self._votes_needed(group, ranked, runner)
            if number is not None:
                area = place.admin1 if self._apart(best, runner) == "division" else self._country_name(place)
                close = self._apart(best, runner) == "nowhere"
                where = f"near {place.name}" if close else f"in {area}"
                ways.append(f"had the article named {_counted_words(number, 'more place')} {where}")
        qualifier = self._qualifier(group, best, runner)
        if qualifier and mention.kind != "demonym":
            ways.append(f"had it said “{mention.text}, {qualifier}”")
        return ways

    def _change_of_nil(self, group: _Group, best: _Option, mention: Mention) -> str | None:
        place = best.candidate.place
        unsure, _ = thresholds()
        evidence = self._evidence(group, best)
        for more in range(1, _MOST_ADDED + 1):
            whole = max(evidence.others, 0.5) if evidence.others else 0.0
            grown = replace(
                evidence,
                country=(evidence.country * whole + more) / (whole + more),
                admin1=(evidence.admin1 * whole + more) / (whole + more),
                others=evidence.others + more,
            )
            if probability(features(mention, best.candidate, group.rule, grown)) >= unsure:
                area = place.admin1 if place.admin1 and place.feature_code != "ADM1" else self._country_name(place)
                return f"had the article named {_counted_words(more, 'more place')} in {area}, it would be placed there"
        return None

    @staticmethod
    def _apart(best: _Option, runner: _Option) -> str:
        """What tells two candidates apart: their "country", their "division" or "nowhere" but the neighbourhood."""
        a, b = best.candidate.place, runner.candidate.place
        if b.admin1 and (a.country_code, a.admin1) != (b.country_code, b.admin1) and b.feature_code != "ADM1":
            return "division"
        return "country" if a.country_code != b.country_code else "nowhere"

    def _votes_needed(self, group: _Group, ranked: list[_Option], runner: _Option) -> int | None:
        """How many more sure names in a runner-up's division (or country, or next to it) would put it first."""
        best, at = ranked[0], ranked.index(runner)
        place, apart = runner.candidate.place, self._apart(best, runner)
        before = (self.total, self.countries[place.country_code], self.admin1s[(place.country_code, place.admin1)],
                  self.cells[runner.cell])  # fmt: skip
        self._vote(group, -1.0)
        own = (self.total, self.countries[place.country_code], self.admin1s[(place.country_code, place.admin1)],
               self.cells[runner.cell])  # fmt: skip
        try:
            for more in range(1, _MOST_ADDED + 1):
                self.total = own[0] + more
                self.countries[place.country_code] = own[1] + more
                if apart != "country":
                    self.admin1s[(place.country_code, place.admin1)] = own[2] + more
                if apart == "nowhere":
                    self.cells[runner.cell] = own[3] + more
                scores = self._scores(group, ranked[:_TRIED])
                if all(scores[at] > score for n, score in enumerate(scores) if n != at):
                    return more
            return None
        finally:
            self.total, self.countries[place.country_code] = own[0], own[1]
            self.admin1s[(place.country_code, place.admin1)], self.cells[runner.cell] = own[2], own[3]
            self._vote(group, 1.0)
            self.total, self.countries[place.country_code] = before[0], before[1]
            self.admin1s[(place.country_code, place.admin1)], self.cells[runner.cell] = before[2], before[3]

    def _qualifier(self, group: _Group, best: _Option, runner: _Option) -> str:
        """The name of the area which, said after the name, would mean the runner-up of all of that name; or ""."""
        a, b = best.candidate.place, runner.candidate.place
        if b.admin1 and b.feature_class != "A" and (a.country_code, a.admin1) != (b.country_code, b.admin1):
            inside = [o for o in (*group.options, *group.aside) if o.candidate.place.admin1 == b.admin1
                      and o.candidate.place.country_code == b.country_code]  # fmt: skip
            if max(inside, key=lambda o: (o.base, o.candidate.place.id)) is runner:
                return b.admin1
        if a.country_code != b.country_code and b.feature_code not in ("PCLI", "TERR"):
            inside = [o for o in (*group.options, *group.aside) if o.candidate.place.country_code == b.country_code]
            if inside and max(inside, key=lambda o: (o.base, o.candidate.place.id)) is runner:
                return self._country_name(b)
        return ""


def _counted_words(number: int, noun: str) -> str:
    return f"{number_word(number)} {noun}{'' if number == 1 else 's'}"


def _where(place: Place) -> str:
    """A place with what tells it from its namesakes: "Bangor (Maine, US)"."""
    around = ", ".join(x for x in (place.admin1 if place.admin1 != place.name else "", place.country_code) if x)
    return f"{place.name} ({around})" if around else place.name
