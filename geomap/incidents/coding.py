"""Putting an incident together: triggers of a sentence become drafts, drafts get place, day and certainty.

Rules that decide between drafts, in order: one clause gives one incident (its most telling trigger); a clause that
only adds a consequence ("killing nine") joins the incident it follows from; the same type at the same place on the
same day is the same incident, told again.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from geomap.incidents.certainty import Judgement, judge
from geomap.incidents.counts import Count, casualties, crowd, word_number
from geomap.incidents.places import Anaphor, Spot, anaphors, read_spots, to_place
from geomap.incidents.syntax import BE, NOMINAL, VERBAL, Clause, Sentence, Text, Token, read_text, words
from geomap.incidents.triggers import Trigger, classes_of, find_triggers, verb_set
from geomap.lexicons import load_json
from geomap.records import (
    Actor,
    Article,
    Attribution,
    DateExpression,
    Incident,
    IncidentPlace,
    Resolution,
    Role,
    SourceQuote,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["code_incidents"]

_DATELINE_END = re.compile(r"\s[-–—]{1,2}\s|[—–]")
_SPECIFIC = {
    "cbrn_attack": 9, "suicide_bombing": 9, "sexual_violence": 8, "abduction": 8, "air_drone_strike": 7,
    "shelling": 7, "protest_repressed": 7, "mob_violence": 6.5, "riot": 6, "explosive": 6, "territory_change": 6,
    "barricade_blockade": 6, "weapons_seizure": 6, "alert_alarm": 6, "disaster_accident": 6, "arrest_raid": 5.5,
    "movement_restriction": 5.5, "armed_clash": 5, "protest": 5, "agreement_ceasefire": 5, "force_movement": 4.5,
    "attack_civilians": 4.5, "property_destruction": 4, "political_act": 4, "threat": 3,
}  # fmt: skip
"""Which of two types in one clause says more about what happened: the means before the harm."""

_FAMILIES = (
    frozenset({"armed_clash", "attack_civilians", "territory_change", "mob_violence"}),
    frozenset(
        {"air_drone_strike", "shelling", "explosive", "suicide_bombing", "attack_civilians", "property_destruction"}
    ),
    frozenset({"protest", "riot", "protest_repressed", "barricade_blockade"}),
    frozenset({"disaster_accident", "property_destruction", "alert_alarm"}),
    frozenset({"arrest_raid", "weapons_seizure"}),
    frozenset({"movement_restriction", "barricade_blockade"}),
    frozenset({"agreement_ceasefire", "political_act"}),
)
_JOINT = re.compile(r"[\s,;]+(?:and|but|or|while|as)$")
_DEFINITE = words("the this that these those such both its their his her same")
_BACKGROUND_PREPOSITIONS = words("after since following during amid despite before against over until")
HISTORICAL_DAYS = 366
"""A day more than a year before publication is background, not news (the convention of the incident record)."""
CARRY_SENTENCES = 8
"""How many sentences back an undated incident may take its day from (about two paragraphs of wire copy)."""
WINDOW = 24
"""How many earlier incidents a new one is compared with: keeps a page of hundreds linear."""


@dataclass(slots=True)
class _Draft:
    sentence: Sentence
    main: Trigger
    type: str
    triggers: list[Trigger]
    clauses: list[Clause]
    effect_only: bool = False
    weak: bool = False
    spots: list[Spot] = field(default_factory=list)
    borrowed: str = ""
    own_place: bool = False
    date: DateExpression | None = None
    own_date: bool = False
    date_start: str | None = None
    date_end: str | None = None
    part_of_day: str | None = None
    time_precision: int | None = None
    time_expression: str | None = None
    date_reason: str | None = None
    judgement: Judgement = field(default_factory=Judgement)
    deaths: Count | None = None
    injured: Count | None = None
    crowd: Count | None = None
    definite: bool = False
    dropped: bool = False
    background: bool = False
    quotes: list[tuple[int, int]] = field(default_factory=list)


def code_incidents(
    article: Article,
    resolutions: Sequence[Resolution],
    dates: Sequence[DateExpression],
    doc: Doc | None = None,
) -> list[Incident]:
    """The incidents that ``article`` reports, in reading order.

    ``resolutions`` has one entry for each toponym mention, ``dates`` the time phrases with their days. ``doc`` is a
    spaCy parse of ``article.text``; without it part-of-speech tags are guessed, which costs some accuracy. Places
    that resolved to nothing stay in the record without coordinates. ``score`` is a confidence in [0, 1]: the place's
    score, lowered where place or day had to be carried over from another sentence (by 0.15 each) and where the
    trigger is a word of many senses (by 0.1).
    """
    if not article.text.strip():
        return []
    text = read_text(article.text, doc)
    coder = _Coder(article, text, list(resolutions), sorted(dates, key=lambda d: (d.start, d.end)))
    return coder.run()


class _Coder:
    def __init__(
        self, article: Article, text: Text, resolutions: list[Resolution], dates: list[DateExpression]
    ) -> None:
        self.article = article
        self.text = text
        self.dated = frozenset(
            i
            for d in dates
            if 0 <= d.start < d.end <= len(article.text)
            for i in range(*text.tokens_of(d.start, d.end))
        )
        self.spots = read_spots(text, resolutions, self.dated)
        self.spot_starts = [s.a for s in self.spots]
        self.covered = frozenset(
            i
            for r in resolutions
            if r.mention.kind != "demonym" and 0 <= r.mention.start < r.mention.end <= len(article.text)
            for i in range(*text.tokens_of(r.mention.start, r.mention.end))
        )
        self.dates = dates
        self.date_starts = [d.start for d in dates]
        self.doc_words = frozenset(t.low for t in text.tokens)
        self.drafts: list[_Draft] = []
        self.recent: deque[_Draft] = deque(maxlen=WINDOW)
        self.seen_spots: deque[Spot] = deque(maxlen=40)
        self.published = _day(article.published)
        self.dateline = next((s for s in self.spots if s.use == "dateline" and s.place is not None), None)
        self.first_sentence = self._first_sentence()
        self.story_start = self._story_start()

    # -------------------------------------------------------------------------------------- the run

    def run(self) -> list[Incident]:
        for sentence in self.text.sentences:
            spots = self._spots_in(sentence)
            drafts = self._sentence(sentence)
            for draft in drafts:
                self._settle(draft, drafts)
            for draft in drafts:
                if not draft.dropped:
                    self.drafts.append(draft)
                    self.recent.append(draft)
            self.seen_spots.extend(s for s in spots if s.use not in ("dateline",))
        out: list[Incident] = []
        for draft in self.drafts:
            if not self._told_by_the_lead(draft):
                out.extend(self._incidents(draft))
        return out

    def _told_by_the_lead(self, draft: _Draft) -> bool:
        """Whether a headline's incident is told again, with its own place, by the sentences under it.

        "Blast in central Mali" and, below, "a bomb exploded near Bandiagara": one incident, and the lead knows where.
        """
        sentence = draft.sentence
        headline = sentence.index < self.first_sentence or (
            sentence.paragraph == self.text.sentences[0].paragraph
            and self.text.tokens[sentence.b - 1].low not in (".", "!", "?")
        )
        if not headline or draft.own_date:
            return False
        countries = {s.place.country_code for s in draft.spots if s.place is not None}
        for later in self.drafts:
            if later.sentence.paragraph == sentence.paragraph or later.sentence.index - sentence.index > 6:
                continue
            if later.type != draft.type or later.judgement.certainty != draft.judgement.certainty:
                continue
            if _ids(later) & _ids(draft):
                return True
            inner = {s.place.country_code for s in later.spots if s.place is not None and not s.is_area}
            if inner & countries and all(s.is_area or s.area for s in draft.spots):
                return True
        return False

    def _first_sentence(self) -> int:
        """The index of the sentence that opens the story: the first with a verb."""
        for sentence in self.text.sentences[:6]:
            if (
                sum(t.tag in VERBAL for t in self.text.tokens[sentence.a : sentence.b]) >= 1
                and sentence.b - sentence.a > 5
            ):
                return sentence.index
        return 0

    def _story_start(self) -> int:
        """The character at which the story begins after a dateline ("CITY, Aug 5 (AGENCY) - ")."""
        spot = next((s for s in self.spots if s.use == "dateline"), None)
        if spot is None:
            return 0
        found = _DATELINE_END.search(self.article.text, spot.end, spot.end + 70)
        return found.end() if found else spot.end

    def _spots_in(self, sentence: Sentence) -> list[Spot]:
        lo = bisect_left(self.spot_starts, sentence.a)
        hi = bisect_left(self.spot_starts, sentence.b)
        return self.spots[lo:hi]

    def _dates_in(self, start: int, end: int) -> list[DateExpression]:
        lo = bisect_left(self.date_starts, max(start, self.story_start))
        hi = bisect_left(self.date_starts, end)
        return self.dates[lo:hi]

    # ------------------------------------------------------------------------------------ sentences

    def _sentence(self, sentence: Sentence) -> list[_Draft]:
        triggers = find_triggers(self.text, sentence, self.covered, self.doc_words, self.dated)
        triggers = [t for t in triggers if not self._refers_only(t, sentence)]
        if not triggers:
            return []
        clauses = self.text.clauses_of(sentence)
        by_clause: dict[int, list[Trigger]] = {}
        for trigger in triggers:
            by_clause.setdefault(self.text.clause_of(trigger.head).index, []).append(trigger)
        drafts: dict[int, _Draft] = {}
        order: list[_Draft] = []
        for index in sorted(by_clause):
            clause = clauses[index]
            if clause.marker == "unless" and any(i != index for i in by_clause):
                # the condition of a threat or plan that is coded itself
                continue
            group = by_clause[index]
            main = max(group, key=lambda t: (self._rank(t, clause), -t.head))
            draft = _Draft(sentence, main, main.type, group, [clause])
            draft.effect_only = all(t.kind == "effect" for t in group)
            draft.weak = all(t.kind == "weak" for t in group)
            draft.definite = main.pos == "n" and self._is_definite(main, sentence)
            self._refine(draft)
            host = self._host(draft, clause, clauses, drafts)
            if host is not None:
                self._absorb(host, draft)
                drafts[index] = host
            else:
                drafts[index] = draft
                order.append(draft)
        # an effect before its cause: "14 people were killed when shells landed"
        for n in range(len(order) - 1):
            first, second = order[n], order[n + 1]
            link = second.clauses[0]
            joined = link.marker in ("when", "after", "as", "while") and not self._when_of_date(link)
            bare = not self._own_date(first) and not any(self._site_spots(first, c) for c in first.clauses)
            if first.effect_only and not first.dropped and joined and bare and not second.effect_only:
                second.triggers = first.triggers + second.triggers
                second.clauses = first.clauses + second.clauses
                first.dropped = True
        return [d for d in order if not d.dropped]

    def _rank(self, trigger: Trigger, clause: Clause) -> float:
        rank = {"event": 20.0, "weak": 10.0, "effect": 0.0}[trigger.kind] + _SPECIFIC[trigger.type]
        if trigger.pos == "v":
            rank += 1.0
        else:
            tokens = self.text.tokens
            for i in range(trigger.a - 1, max(clause.a - 1, trigger.a - 6), -1):
                if tokens[i].low in _BACKGROUND_PREPOSITIONS:
                    rank -= 4.0 if tokens[i].low != "against" else 6.0
                    break
                if tokens[i].tag in VERBAL or tokens[i].low in ("in", "of"):
                    break
        if trigger.type == "threat" and trigger.pos == "v":
            rank += 5.0
        return rank

    def _refers_only(self, trigger: Trigger, sentence: Sentence) -> bool:
        """Whether a noun only names a kind of event ("such raids", "anti-war protests law") or a person's past."""
        if trigger.pos != "n":
            return False
        tokens = self.text.tokens
        before = tokens[max(sentence.a, trigger.a - 3) : trigger.a]
        lows = [t.low for t in before]
        if "such" in lows:
            return True
        if _classifies(tokens, trigger.a, sentence.a):
            return True
        if any(t.low in _MEMORY for t in tokens[max(sentence.a, trigger.a - 6) : trigger.a]) and not any(
            i in self.covered for i in range(trigger.b, min(sentence.b, trigger.b + 4))
        ):
            return True
        after = tokens[trigger.b] if trigger.b < sentence.b else None
        # a noun that modifies another is no event ("attack helicopter", "protest movement", "riot victims")
        return (
            after is not None
            and after.tag in ("NN", "NNS")
            and trigger.b - trigger.a == 1
            and tokens[trigger.head].tag in ("NN", "NNP")
            and after.low not in ("saturday", "sunday", "today", "yesterday", "overnight")
            and not after.low.endswith("day")
            and after.i not in self.covered
        )

    def _is_definite(self, trigger: Trigger, sentence: Sentence) -> bool:
        tokens = self.text.tokens
        for i in range(trigger.a - 1, max(sentence.a - 1, trigger.a - 5), -1):
            if tokens[i].low in _DEFINITE or tokens[i].low in ("'s", "’s"):
                follows = tokens[trigger.b].low if trigger.b < sentence.b else ""
                return follows not in ("of", "on", "in", "at", "near") or not any(
                    j in self.covered for j in range(trigger.b, min(sentence.b, trigger.b + 5))
                )
            if tokens[i].tag not in ("JJ", "NN", "NNP", "CD", "VBN", "JJS", "RBS", "VBG"):
                return False
        return False

    def _refine(self, draft: _Draft) -> None:
        """Types that a combination of triggers makes: a protest that was dispersed, a harm whose cause is named."""
        types = {t.type for t in draft.triggers}
        if "protest_repressed" in types and types & {"protest", "riot"}:
            draft.type = "protest_repressed"
        elif "riot" in types and "protest" in types:
            draft.type = "riot"
        elif "suicide_bombing" in types:
            draft.type = "suicide_bombing"
        if draft.effect_only:
            draft.type = self._cause(draft) or draft.type

    def _cause(self, draft: _Draft) -> str | None:
        tokens = self.text.tokens
        words = {tokens[i].low for c in draft.clauses for i in range(c.a, c.b)}
        head = draft.main
        left = {tokens[i].low for i in range(draft.clauses[0].a, head.head)}
        if words & classes_of("HAZARD") and not words & (classes_of("ARMED")) and draft.type != "property_destruction":
            return "disaster_accident"
        if left & (classes_of("HAZARD") - {"fire", "blaze", "smoke", "flames", "flame"}):
            return "disaster_accident"
        if left & {"fire", "blaze", "flames"} and draft.type == "property_destruction":
            return "property_destruction"
        if words & classes_of("EXPLOSIVE"):
            return "explosive"
        if words & {"drone", "drones", "airstrike", "airstrikes", "warplanes", "warplane"}:
            return "air_drone_strike"
        if words & classes_of("ARTILLERY") and "head" not in words:
            return "shelling"
        if (
            draft.type == "attack_civilians"
            and head.pos == "v"
            and tokens[head.head].tag in ("VBD", "VBZ", "VBP", "VBN", "VBG")
        ):
            passive = any(tokens[i].low in BE for i in range(max(draft.clauses[0].a, head.head - 3), head.head))
            struck = {tokens[i].low for i in range(head.head + 1, min(head.head + 6, draft.clauses[0].b))}
            if not passive and struck & classes_of("ARMED") and not struck & {"by", "when"}:
                return "armed_clash"
        if draft.type == "attack_civilians" and left & (classes_of("FORCE") | classes_of("ARMED")) and draft.main.head:
            right = {tokens[i].low for i in range(head.head, draft.clauses[0].b)}
            if right & classes_of("ARMED") or (left & classes_of("ARMED") and right & classes_of("FORCE")):
                return "armed_clash"
        return None

    def _host(self, draft: _Draft, clause: Clause, clauses: list[Clause], drafts: dict[int, _Draft]) -> _Draft | None:
        """The incident of the same sentence that a clause's triggers belong to, if any."""
        if self._when_of_date(clause):
            return None
        own_date = self._own_date(draft)
        own_place = bool(self._site_spots(draft, clause))
        at: Clause | None = clause
        steps = 0
        while at is not None and at.parent is not None and steps < 4:
            at = clauses[at.parent]
            steps += 1
            if at.index in drafts:
                host = drafts[at.index]
                if (
                    draft.effect_only
                    and not (own_place and own_date)
                    and clause.marker not in ("where", "which", "who")
                ):
                    return host
                related = host.type == draft.type or _related(host.type, draft.type) or draft.weak or host.effect_only
                if clause.marker == "ing" and related and not own_place:
                    return host
                if host.main.type == "threat" and clause.kind == "that":
                    return None
                if (
                    related
                    and clause.kind == "verb"
                    and not own_place
                    and not own_date
                    and (host.type == draft.type or host.effect_only or draft.weak or draft.main.pos == "n")
                ):
                    return host
                if host.type == draft.type and not own_place and not own_date:
                    return host
                break
        if clause.marker in ("where", "which", "who") or self._when_of_date(clause):
            return None
        before = [d for i, d in drafts.items() if i < clause.index]
        if (
            before
            and draft.effect_only
            and clause.marker in ("and", "but")
            and before[-1] is drafts.get(clause.index - 1)
        ):
            host = before[-1]
            bare = not any(self._site_spots(host, c) for c in host.clauses) and not self._own_date(host)
            if bare and (host.effect_only or host.type in _HARMFUL):
                return host
        if before and not own_date and not own_place:
            last = before[-1]
            if draft.effect_only and last.type not in ("threat", "political_act", "force_movement"):
                return last
            if last.type == draft.type and (draft.definite or draft.main.pos == "n"):
                return last
        return None

    def _when_of_date(self, clause: Clause) -> bool:
        """Whether a clause with "when" hangs on a day named just before it ("on September 20, when …")."""
        return clause.marker == "when" and self._date_before(clause) is not None

    def _date_before(self, clause: Clause) -> DateExpression | None:
        tokens = self.text.tokens
        if clause.a < 2:
            return None
        edge = tokens[clause.a].start
        found = self._dates_in(max(0, edge - 40), edge)
        return found[-1] if found and found[-1].date_start is not None and edge - found[-1].end <= 3 else None

    def _absorb(self, host: _Draft, draft: _Draft) -> None:
        host.triggers.extend(draft.triggers)
        host.clauses.extend(c for c in draft.clauses if c not in host.clauses)
        if host.effect_only and not draft.effect_only:
            host.main, host.type, host.effect_only = draft.main, draft.type, False
            host.weak = draft.weak
        types = {t.type for t in host.triggers}
        if host.type in ("protest", "riot") and "protest_repressed" in types:
            host.type = "protest_repressed"
        elif host.type == "protest" and "riot" in types:
            host.type = "riot"

    # ---------------------------------------------------------------------------------- one incident

    def _settle(self, draft: _Draft, siblings: list[_Draft]) -> None:
        """Give a draft its certainty, place, day and numbers, or drop it."""
        if draft.effect_only and draft.type == "attack_civilians":
            self._context_type(draft, siblings)
        draft.judgement = judge(self.text, draft.sentence, draft.main, draft.type, self.story_start)
        if (
            draft.type == "threat"
            and draft.main.pos == "v"
            and draft.judgement.certainty in ("reported", "claimed", "planned")
        ):
            draft.judgement.certainty = "threatened"
        self._place(draft, siblings)
        self._date(draft, siblings)
        self._numbers(draft)
        draft.quotes = [self._quote(draft, siblings)]
        if self._retold(draft):
            draft.dropped = True
            return
        if (
            (draft.judgement.mention and not draft.own_date and not draft.own_place)
            or (draft.weak and not draft.own_place and not draft.own_date)
            or (draft.main.pos == "n" and draft.definite and not draft.own_place and not draft.own_date)
            or (draft.effect_only and draft.judgement.certainty == "negated" and not draft.own_date)
            or not draft.spots
        ):
            draft.dropped = True

    def _context_type(self, draft: _Draft, siblings: list[_Draft]) -> None:
        """Deaths whose cause the clause does not name: what was told just before, else an accident if nobody acts."""
        tokens = self.text.tokens
        clause = self.text.clause_of(draft.main.head)
        left = {t.low for t in tokens[clause.a : draft.main.head]}
        words = {t.low for c in draft.clauses for t in tokens[c.a : c.b]}
        passive = tokens[draft.main.head].tag in ("VBN", "JJ") or draft.main.pos != "v"
        intransitive = tokens[draft.main.head].low in ("die", "dies", "died", "dying", "drowned")
        if not passive and not intransitive and left & (classes_of("ARMED") | classes_of("FORCE")):
            return
        violent = words & {
            "shot",
            "gunfire",
            "bullet",
            "bullets",
            "stabbed",
            "attack",
            "attackers",
            "gunmen",
            "clashes",
            "shooting",
        }
        for previous in [s for s in siblings if s.main.head < draft.main.head][-1:] or list(self.recent)[-1:]:
            near = draft.sentence.index - previous.sentence.index <= 2
            if near and previous.type in _HARMFUL and previous.type != "abduction" and not violent:
                draft.type = previous.type
                return
        if intransitive and not violent:
            draft.type = "disaster_accident"

    def _site_spots(self, draft: _Draft, clause: Clause) -> list[Spot]:
        return [s for s in self._clause_spots(draft, clause) if s.role not in ("from", "to")]

    def _clause_spots(self, draft: _Draft, clause: Clause) -> list[Spot]:
        """The toponyms of a clause at which the draft's event happened (origins and destinations among them)."""
        out: list[Spot] = []
        for spot in self._spots_in(draft.sentence):
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
                if self._is_target(draft, spot):
                    out.append(spot)
            elif spot.use == "subject" and self._suffers(draft, spot, clause):
                out.append(spot)
        return out

    def _around(self, draft: _Draft, unknown: list[Spot]) -> Spot | None:
        """Where a name that no gazetteer knows is said to lie: "the X quarter of Y", "X, east of Y", "X in Y"."""
        last = max(s.b for s in unknown)
        for spot in self._spots_in(draft.sentence):
            if spot.place is None or spot.a < last or spot.a - last > 8:
                continue
            if any(t.tag in VERBAL and t.tag != "VBN" for t in self.text.tokens[last : spot.a]):
                return None
            if not (spot.qualifies or spot.use == "container"):
                continue
            if spot.role in ("near", "along") and spot.is_area:
                return None
            role: Role = "near" if spot.role == "near" else "part_of"
            return replace(spot, role=role, use="place", qualifies=False)
        return None

    def _of_people(self, spot: Spot) -> bool:
        """Whether the name only tells whose people or institution it is ("the army of X")."""
        tokens = self.text.tokens
        if not 0 <= spot.governor < len(tokens):
            return False
        noun = tokens[spot.governor]
        people = classes_of("FORCE") | classes_of("ARMED") | classes_of("CIVILIAN") | classes_of("CROWD")
        return noun.low in people or (noun.tag in NOMINAL and noun.low in _OFFICES)

    def _is_target(self, draft: _Draft, spot: Spot) -> bool:
        governor = spot.governor
        for trigger in draft.triggers:
            if trigger.a <= governor < trigger.b:
                return True
        tokens = self.text.tokens
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

    def _suffers(self, draft: _Draft, spot: Spot, clause: Clause) -> bool:
        """Whether a place that is the subject is where it happened: "X was shelled", "X fell", "X saw clashes"."""
        tokens = self.text.tokens
        for i in range(spot.b, clause.b):
            if tokens[i].tag in VERBAL or tokens[i].low in BE:
                low = tokens[i].low
                if low in BE and any(
                    tokens[j].low in ("hit", "struck", "rocked", "shaken", "devastated", "swept", "battered", "ravaged")
                    for j in range(i + 1, min(clause.b, i + 4))
                ):
                    return True
                if low in ("saw", "fell", "falls", "witnessed", "experienced", "suffered", "came"):
                    return True
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

    def _place(self, draft: _Draft, siblings: list[_Draft]) -> None:
        chosen: list[Spot] = []
        for clause in draft.clauses:
            chosen.extend(self._clause_spots(draft, clause))
        sites = [s for s in chosen if s.role not in ("from", "to")]
        if not sites:
            found = self._anaphoric(draft)
            if found:
                chosen, sites = chosen + found, found
        if not sites:
            found = self._sentence_spots(draft, siblings)
            if found:
                chosen, sites = chosen + found, found
                draft.borrowed = "the sentence"
        draft.own_place = bool(sites) and (not draft.borrowed or draft.main.pos == "v")
        if not sites:
            loose = [
                s for c in draft.clauses for s in self._spots_in(draft.sentence)
                if c.a <= s.a < c.b
                and (s.use in ("container", "object", "modifier") or (s.qualifies and s.use != "actor"))
            ]  # fmt: skip
            loose = [s for s in loose if (s.use != "modifier" or s.is_area) and s.label != "capital"]
            loose = [s for s in loose if s.use != "object" or not self._of_people(s)]
            if loose:
                spot = loose[0]
                chosen = [*chosen, spot]
                sites = [spot]
                draft.borrowed = "the phrase"
        if sites and all(s.place is None for s in sites):
            around = self._around(draft, sites)
            if around is not None:
                chosen = [*[s for s in chosen if s.role in ("from", "to")], around]
                sites = [around]
        going = [s for s in chosen if s.role in ("from", "to")]
        if (
            not sites
            and going
            and draft.type in ("force_movement", "territory_change", "protest", "movement_restriction")
        ):
            sites = going
            draft.own_place = True
        if not sites:
            carried = self._carried(draft)
            if carried:
                chosen = [*chosen, *carried]
                sites = carried
        draft.spots = self._select(chosen)

    def _select(self, chosen: list[Spot]) -> list[Spot]:
        """Of the places of one incident keep the closest: points before areas and lines, unless they are listed."""
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
        points = [s for s in here if not s.is_area and s.role != "along" and s.place is not None]
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

    def _anaphoric(self, draft: _Draft) -> list[Spot]:
        out: list[Spot] = []
        for anaphor in anaphors(self.text, draft.sentence, self.covered):
            if any(c.a <= anaphor.a < c.b for c in draft.clauses) and not self._qualifying(anaphor, draft.sentence):
                spots = self._antecedents(anaphor, draft)
                for spot in spots:
                    new = self._as_anaphor(spot, anaphor)
                    if new is not None:
                        out.append(new)
                if out:
                    return out
        return out

    def _qualifying(self, anaphor: Anaphor, sentence: Sentence) -> bool:
        """Whether the anaphor only tells where the name before it lies ("X, 38 km north of the city")."""
        tokens = self.text.tokens
        for spot in reversed(self._spots_in(sentence)):
            if spot.b <= anaphor.a:
                gap = [t.low for t in tokens[spot.b : anaphor.a]]
                return (
                    1 < len(gap) <= 9
                    and gap[0] == ","
                    and not {"and", "or", "but"} & set(gap)
                    and not any(t.tag in VERBAL and t.tag != "VBN" for t in tokens[spot.b : anaphor.a])
                )
        return False

    def _as_anaphor(self, spot: Spot, anaphor: Anaphor) -> Spot | None:
        """The antecedent, with the role that the anaphor's own phrase has."""
        from geomap.incidents.places import _read

        tokens = self.text.tokens
        a, b = anaphor.a, anaphor.b
        resolution = spot.resolution
        probe = Spot(a if anaphor.kind in ("E", "H") and anaphor.noun in ("there", "here") else b - 1, b,
                     tokens[a].start, tokens[b - 1].end, resolution)  # fmt: skip
        if anaphor.noun in ("there", "here"):
            probe.role = "site"
            probe.use = "place"
            probe.area = spot.area
            if spot.role in ("part_of", "near") and spot.direction:
                probe.role, probe.direction = spot.role, spot.direction
            probe.anaphor = True
            return probe
        plain = Resolution(
            mention=_plain(resolution), place=resolution.place, score=resolution.score, rule=resolution.rule,
            reasons=resolution.reasons, alternatives=resolution.alternatives,
        )  # fmt: skip
        probe.resolution = plain
        _read(self.text, [probe], dict.fromkeys(range(probe.a, probe.b), 0), 0)
        if spot.a in (b, b + 1):
            # named right behind: "in the capital, Lima,"
            probe.a, probe.b, probe.start, probe.end = spot.a, spot.b, spot.start, spot.end
        probe.anaphor = True
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

    def _antecedents(self, anaphor: Anaphor, draft: _Draft) -> list[Spot]:
        before = [s for s in self._spots_in(draft.sentence) if s.a < anaphor.a]
        for spot in self._spots_in(draft.sentence):
            # "in the capital, Lima," names it
            if spot.a == anaphor.b or (spot.a == anaphor.b + 1 and self.text.tokens[anaphor.b].low in (",", "(")):
                return [spot]
        pool = [*self.seen_spots, *before]
        if self.dateline is not None and anaphor.kind in ("C", "H"):
            pool = [self.dateline, *pool]
        if anaphor.noun == "here":
            return [self.dateline] if self.dateline is not None else []
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
                seat = (
                    anaphor.noun == "airport" and place is not None and place.feature_code in ("PPLC", "PPLA", "PPLA2")
                )
                if not called and not seat:
                    continue
            elif anaphor.kind == "E":
                if place is None:
                    score -= 1.0
                if spot.is_area:
                    score -= 0.8
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
            if anaphor.kind in ("E", "P") and draft.sentence.index and self.recent:
                return [s for s in self.recent[-1].spots if s.role not in ("from", "to")][:1]
            return []
        if anaphor.plural:
            picked = best[1]
            group = [s for s in pool if s is picked or (s.listed and s.governor == picked.governor)]
            return group or [picked]
        if anaphor.kind == "E" and self.recent and self.recent[-1].sentence.paragraph == draft.sentence.paragraph:
            last = [s for s in self.recent[-1].spots if s.role not in ("from", "to")]
            if last and not before:
                return last[:1]
        return [best[1]]

    def _sentence_spots(self, draft: _Draft, siblings: list[_Draft]) -> list[Spot]:
        """Places elsewhere in the sentence that hold for it: those of the clause it hangs on, or that open it."""
        clauses = self.text.clauses_of(draft.sentence)

        def tokens_of(clause: Clause) -> list[Token]:
            return self.text.tokens[clause.a : clause.b]

        first = draft.clauses[0]
        order: list[Clause] = []
        at: Clause | None = first
        steps = 0
        while at is not None and at.parent is not None and steps < 4:
            at = clauses[at.parent]
            order.append(at)
            steps += 1
        taken = {c.index for c in draft.clauses}
        order.extend(c for c in reversed(clauses[: first.index]) if c not in order)
        order.extend(c for c in clauses[first.index + 1 :] if c not in order and c.kind in ("verb", "adverbial"))
        for clause in order:
            if clause.index in taken or self._is_report(clause):
                continue
            spots = self._clause_spots(draft, clause)
            spots = [s for s in spots if s.role not in ("from", "to")]
            for sibling in siblings:
                if sibling is not draft and clause in sibling.clauses and not spots:
                    spots = [s for s in sibling.spots if s.role not in ("from", "to")]
            if spots:
                return spots
            subject = [
                s for s in self._spots_in(draft.sentence)
                if clause.a <= s.a < clause.b and s.use in ("object",) and not s.qualifies
            ]  # fmt: skip
            if not subject and draft.type == "territory_change" and clause.index < first.index:
                words = {t.low for c in draft.clauses for t in tokens_of(c)}
                if "it" in words:
                    subject = [
                        s
                        for s in self._spots_in(draft.sentence)
                        if clause.a <= s.a < clause.b and s.use in ("subject", "object") and s.place is not None
                    ]
            if subject and draft.type in ("territory_change", "disaster_accident", "property_destruction"):
                return subject[:1]
        return []

    def _is_report(self, clause: Clause) -> bool:
        words = verb_set("report") | verb_set("claim") | verb_set("deny")
        return any(t.low in words and t.tag in VERBAL for t in self.text.tokens[clause.a : clause.b])

    def _carried(self, draft: _Draft) -> list[Spot]:
        """The place of the story so far: the previous incident of the paragraph, else the lead's dateline."""
        sentence = draft.sentence
        if draft.type in _TALK or (draft.type == "alert_alarm" and draft.weak):
            return []
        if any(
            self._is_old(d.date_end)
            for c in draft.clauses
            for d in self._dates_in(self.text.tokens[c.a].start, self.text.tokens[c.b - 1].end)
        ):
            # what happened long ago did not happen where today's story is
            return []
        for previous in reversed(self.recent):
            if previous.sentence.paragraph != sentence.paragraph:
                break
            spots = [s for s in previous.spots if s.role not in ("from", "to") and s.place is not None]
            if self._told_of_old(previous):
                # A paragraph of background lends no place: "this was preceded by …" was elsewhere.
                return []
            if spots:
                draft.borrowed = "the sentence before"
                return spots
        if sentence.index <= self.first_sentence + 1 and self.dateline is not None and self._local(draft):
            draft.borrowed = "the dateline"
            return [self._sited(self.dateline)]
        for spot in reversed(self.seen_spots):
            same = self.text.sentence_of(spot.a)
            if same.paragraph != sentence.paragraph or sentence.index - same.index > 2:
                break
            if spot.use == "place" and spot.place is not None and not spot.is_area and spot.role not in ("from", "to"):
                draft.borrowed = "the sentence before"
                return [spot]
        if self.recent and not draft.weak and draft.judgement.certainty == "reported" and draft.main.pos == "v":
            previous = self.recent[-1]
            opening = self.text.tokens[sentence.a : sentence.a + 6]
            also = any(t.low in ("also", "meanwhile", "later", "then") for t in opening)
            known = bool(opening) and opening[0].low in ("the", "they", "he", "she", "some", "both", "those")
            if sentence.paragraph - previous.sentence.paragraph <= 1 and (
                also or (known and sentence.index - previous.sentence.index <= 2 and previous.type in _HARMFUL)
            ):
                draft.borrowed = "the paragraph before"
                return [s for s in previous.spots if s.role not in ("from", "to")]
        return []

    def _told_of_old(self, draft: _Draft) -> bool:
        """Whether an incident is background, by its judgement or by the days that its sentence names."""
        tokens, sentence = self.text.tokens, draft.sentence
        return (
            draft.background
            or draft.judgement.certainty == "historical"
            or any(
                self._is_old(d.date_end) for d in self._dates_in(tokens[sentence.a].start, tokens[sentence.b - 1].end)
            )
        )

    def _sited(self, spot: Spot) -> Spot:
        return Spot(spot.a, spot.b, spot.start, spot.end, spot.resolution, role="site", use="place")

    def _local(self, draft: _Draft) -> bool:
        """Whether the lead speaks of a spot in the dateline's town: "on the courthouse square", "here"."""
        tokens = self.text.tokens
        local = (
            classes_of("ROAD") | classes_of("BUILDING") | classes_of("TOWN") | {"downtown", "here", "campus", "stadium"}
        )
        for clause in draft.clauses:
            for i in range(clause.a, clause.b - 1):
                if tokens[i].low in ("on", "at", "in", "outside", "through", "near", "along") and i + 1 < clause.b:
                    for j in range(i + 1, min(clause.b, i + 5)):
                        if tokens[j].low in local:
                            return True
        return False

    # ------------------------------------------------------------------------------------------ when

    def _own_date(self, draft: _Draft) -> bool:
        return any(
            d.date_start is not None
            for c in draft.clauses
            for d in self._dates_in(self.text.tokens[c.a].start, self.text.tokens[c.b - 1].end)
        )

    def _date(self, draft: _Draft, siblings: list[_Draft]) -> None:
        tokens = self.text.tokens
        head = tokens[draft.main.head].start
        best: DateExpression | None = None
        for clause in draft.clauses:
            options = [
                d for d in self._dates_in(tokens[clause.a].start, tokens[clause.b - 1].end) if d.date_start is not None
            ]
            options = [d for d in options if self._date_cost(d, draft) < 3]
            if options:
                best = min(options, key=lambda d: (self._date_cost(d, draft), abs(d.start - head)))
                break
        if best is None and draft.clauses[0].marker in ("when", "where", "which"):
            best = self._date_before(draft.clauses[0])
        if best is not None:
            draft.own_date = True
            self._take_date(draft, best, best.reason)
            return
        if draft.clauses[0].marker == "after" and self._days_after(draft):
            return
        clauses = self.text.clauses_of(draft.sentence)
        used = {c.index for s in siblings if s is not draft for c in s.clauses}
        opening: DateExpression | None = None
        for clause in clauses:
            if self._is_report(clause) and clause.index not in used:
                continue
            later = clause.index > draft.clauses[-1].index
            if later and (clause.own_subject or any(t.tag == "MD" for t in tokens[clause.a : clause.b])):
                continue
            options = [
                d for d in self._dates_in(tokens[clause.a].start, tokens[clause.b - 1].end) if d.date_start is not None
            ]
            options = [d for d in options if self._date_cost(d, draft) < 3]
            if not options:
                continue
            relative = clause.marker in ("which", "who", "where", "when") and clause.index not in {
                c.index for c in draft.clauses
            }
            if not relative:
                # "for a third day on Sunday": the day itself, not the stretch
                opening = min(options, key=lambda d: (self._date_cost(d, draft), _span(d), d.start))
                break
        if opening is not None and draft.judgement.certainty not in ("planned", "hypothetical", "threatened"):
            self._take_date(draft, opening, f"the same sentence: {opening.reason}")
            return
        if opening is not None and draft.judgement.certainty == "planned":
            day = _day(opening.date_end)
            if day is not None and (self.published is None or day >= self.published):
                self._take_date(draft, opening, f"the same sentence: {opening.reason}")
            return
        if draft.judgement.certainty not in ("reported", "attempted", "negated", "claimed"):
            return
        if (
            any(
                d.date_start is None
                for c in draft.clauses
                for d in self._dates_in(tokens[c.a].start, tokens[c.b - 1].end)
            )
            and self.published is None
        ):
            return
        for previous in reversed(self.recent):
            if previous.sentence.paragraph != draft.sentence.paragraph or not draft.sentence.index:
                break
            if self._is_old(previous.date_end) and previous.own_date:
                # a paragraph of background stays background until a newer day is named
                draft.background = True
                return
        for previous in reversed(self.recent):
            if previous.date_start is None or previous.judgement.certainty not in ("reported", "attempted", "claimed"):
                continue
            if previous.date_end and _length(previous) > 3:
                continue
            if draft.sentence.index - previous.sentence.index > CARRY_SENTENCES or self._is_old(previous.date_end):
                break
            draft.date_start, draft.date_end = previous.date_start, previous.date_end
            draft.time_precision = previous.time_precision
            draft.date_reason = "no time phrase of its own: the day of the incident told before it"
            return
        if (
            draft.sentence.index <= self.first_sentence + 1
            and draft.judgement.certainty == "reported"
            and self.published
        ):
            draft.date_start = draft.date_end = self.published.isoformat()
            draft.time_precision = 1
            draft.date_reason = (
                "no time phrase: reported as news in the lead, so the day of publication or shortly before"
            )

    def _days_after(self, draft: _Draft) -> bool:
        """ "Monday, three days after an earthquake killed …": the earthquake's day."""
        tokens = self.text.tokens
        clause = draft.clauses[0]
        if clause.a < 2:
            return False
        unit = _SPANS.get(tokens[clause.a - 1].low)
        low = tokens[clause.a - 2].low
        amount = 1.0 if low in ("a", "one") else word_number(low)
        options = [d for d in self._dates_in(draft.sentence.start, tokens[clause.a].start) if d.date_start is not None]
        base = _day(options[-1].date_start) if options else None
        if unit is None or amount is None or base is None or amount > 400 or options[-1].time_precision != 1:
            return False
        day = (base - timedelta(days=int(amount) * unit)).isoformat()
        draft.date_start = draft.date_end = day
        draft.time_precision = 1 if unit == 1 else 2
        draft.time_expression = self.article.text[tokens[clause.a - 2].start : tokens[clause.a].end]
        draft.date_reason = f"counted back from {options[-1].text!r}"
        draft.own_date = True
        return True

    def _date_cost(self, expression: DateExpression, draft: _Draft) -> int:
        """Phrases that bound something else ("until Tuesday", "the uprising of 1988") come after plain ones."""
        before = self.article.text[max(0, expression.start - 12) : expression.start].lower().split()
        last = before[-1] if before else ""
        if last == "since" and draft.main.pos == "n":
            return 3
        text = self.article.text
        after = text[expression.end : expression.end + 7].lower().lstrip(" ,")
        if after.startswith("when") and not any(self._when_of_date(c) for c in draft.clauses):
            return 2
        return 2 if last in ("until", "till", "of", "than", "by") else 0

    def _take_date(self, draft: _Draft, expression: DateExpression, reason: str) -> None:
        draft.date = expression
        start, end = expression.date_start, expression.date_end
        first = _day(start)
        if (
            first is not None
            and start == end
            and self.published is not None
            and self.published - timedelta(days=7) <= first < self.published
            and draft.judgement.certainty == "planned"
            and expression.text.lower().split()[-1] in _WEEKDAYS
            and "last" not in expression.text.lower()
        ):
            # a weekday in a plan is the coming one
            start = end = (first + timedelta(days=7)).isoformat()
            reason = f"{reason}; a plan, so the coming one"
        draft.date_start, draft.date_end = start, end
        draft.part_of_day = expression.part_of_day
        draft.time_precision = expression.time_precision
        draft.time_expression = expression.text
        draft.date_reason = reason

    def _is_old(self, end: str | None) -> bool:
        day = _day(end)
        return day is not None and self.published is not None and day < self.published - timedelta(days=HISTORICAL_DAYS)

    # --------------------------------------------------------------------------------------- numbers

    def _numbers(self, draft: _Draft) -> None:
        if draft.judgement.certainty in ("planned", "threatened", "hypothetical", "negated"):
            return
        draft.deaths, draft.injured = casualties(self.text, draft.clauses)
        if draft.type in ("protest", "riot", "protest_repressed", "mob_violence", "barricade_blockade"):
            for clause in draft.clauses:
                size = crowd(self.text, clause, draft.main.head)
                if size is not None:
                    draft.crowd = size if size not in (draft.deaths, draft.injured) else None
                    break
        if draft.type in (
            "abduction",
            "arrest_raid",
            "threat",
            "political_act",
            "movement_restriction",
            "force_movement",
        ):
            draft.deaths = draft.deaths if any(t.kind == "effect" for t in draft.triggers) else None

    # ------------------------------------------------------------------------------------ told again

    def _retold(self, draft: _Draft) -> bool:
        """Whether an earlier draft is the same event; it then takes over what this one adds."""
        same = [p for p in self.recent if p.sentence is not draft.sentence and self._same(p, draft)]
        if same:
            # the latest sentence that tells it; in that sentence its first incident, which the rest follow from
            previous = next(p for p in same if p.sentence is same[-1].sentence)
            if previous.deaths is None:
                previous.deaths = draft.deaths
            if previous.injured is None:
                previous.injured = draft.injured
            if previous.crowd is None:
                previous.crowd = draft.crowd
            if draft.own_date and previous.date is None and not previous.own_date and draft.date_start is not None:
                previous.date_start, previous.date_end = draft.date_start, draft.date_end
                previous.date_reason, previous.time_precision = draft.date_reason, draft.time_precision
                previous.time_expression, previous.part_of_day = draft.time_expression, draft.part_of_day
                previous.own_date = True
            previous.quotes.extend(draft.quotes)
            return True
        return False

    def _the(self, trigger: Trigger) -> bool:
        """Whether a nominal trigger is introduced as known: "the shelling", "both attacks", "the army's raid"."""
        tokens = self.text.tokens
        for i in range(trigger.a - 1, max(-1, trigger.a - 4), -1):
            if tokens[i].low in _DEFINITE or tokens[i].low in ("'s", "’s"):
                return True
            if tokens[i].tag not in ("JJ", "NN", "NNP", "CD", "POS"):
                return False
        return False

    def _same(self, previous: _Draft, draft: _Draft) -> bool:
        gap = draft.sentence.index - previous.sentence.index
        the = draft.main.pos == "n" and self._the(draft.main)
        dated = draft.own_date and previous.own_date and _overlaps(previous, draft)
        if the and draft.definite and dated and previous.type == draft.type and gap <= 4:
            return True
        shared = draft.own_place and bool(_ids(previous) & _ids(draft))
        again = the and not draft.own_date and _related(previous.type, draft.type)
        if again and (shared or (gap <= 8 and not draft.own_place)):
            return True
        one, two = previous.judgement.certainty, draft.judgement.certainty
        facts = ("reported", "claimed", "attempted")
        if one != two and not (one in facts and two in facts):
            return False
        same_type = previous.type == draft.type
        if not same_type and not _related(previous.type, draft.type) and not draft.effect_only:
            return False
        old, new = _ids(previous), _ids(draft)
        overlap = bool(old & new)
        if draft.own_date and previous.own_date:
            if not _overlaps(previous, draft):
                return False
        elif draft.own_date and previous.date_start and not _overlaps(previous, draft):
            return False
        same_paragraph = previous.sentence.paragraph == draft.sentence.paragraph
        named = draft.own_place and not all(s.anaphor for s in draft.spots)
        if draft.effect_only and same_paragraph and gap <= 2 and (not named or overlap) and previous.type in _HARMFUL:
            return previous.deaths is None or draft.deaths is None or previous.deaths == draft.deaths
        if draft.main.pos == "n" and draft.definite and not draft.own_place and gap <= 6:
            return True
        if not same_type:
            return False
        if draft.own_place:
            if not overlap:
                return False
            if (
                one == two
                and one in ("hypothetical", "threatened", "planned")
                and not (draft.own_date and previous.own_date)
            ):
                return gap <= 6
            if draft.deaths and previous.deaths and draft.deaths != previous.deaths:
                return False
            roles = {(s.role, s.direction) for s in previous.spots} & {(s.role, s.direction) for s in draft.spots}
            return bool(roles) and (
                (draft.own_date and previous.own_date) or draft.definite or (gap <= 2 and draft.main.pos == "n")
            )
        return draft.main.pos == "n" and same_paragraph and not draft.own_date and gap <= 2

    # ------------------------------------------------------------------------------------- the record

    def _quote(self, draft: _Draft, siblings: list[_Draft]) -> tuple[int, int]:
        tokens = self.text.tokens
        if len(siblings) > 1:
            a = min(c.a for c in draft.clauses)
            b = max(c.b for c in draft.clauses)
            for spot in draft.spots:
                if draft.sentence.a <= spot.a < a and not spot.anaphor:
                    a = min(
                        a, max(draft.sentence.a, min(spot.phrase_start if spot.phrase_start >= 0 else spot.a, spot.a))
                    )
                    if a > draft.sentence.a and tokens[a - 1].tag in ("IN", "TO"):
                        a -= 1
            if b - a >= 4:
                return self._trim(tokens[a].start, tokens[b - 1].end)
        return self._trim(draft.sentence.start, draft.sentence.end)

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        text = self.article.text
        if start < self.story_start < end - 10:
            start = self.story_start
        while end > start and text[end - 1] in " \n\t,;:—–-":
            end -= 1
        # The quote of a clause does not end with the word that leads on to the next one.
        joint = _JOINT.search(text[max(start, end - 8) : end])
        if joint and end - start > 20:
            end -= len(joint.group())
        while start < end and text[start] in " \n\t,;:—–-":
            start += 1
        return start, end

    def _incidents(self, draft: _Draft) -> list[Incident]:
        """One incident for each precision that the draft's places have."""
        groups: dict[object, list[Spot]] = {}
        going = [s for s in draft.spots if s.role in ("from", "to")]
        sites = [s for s in draft.spots if s.role not in ("from", "to")]
        if not sites:
            sites = [s for s in going if s.place is not None and not s.is_area] or going
        for spot in sites:
            key = "along" if spot.role == "along" else _precision([spot])[0]
            groups.setdefault(key, []).append(spot)
        out = []
        for spots in groups.values():
            extra = [s for s in going if s not in spots]
            out.append(self._record(draft, spots, extra))
        return out

    def _record(self, draft: _Draft, spots: list[Spot], going: list[Spot]) -> Incident:
        text = self.article.text
        places: list[IncidentPlace] = []
        seen: set[tuple[str | None, int]] = set()
        for spot in [*spots, *going]:
            place = to_place(spot, text)
            if (place.place_id, place.start) not in seen:
                seen.add((place.place_id, place.start))
                places.append(place)
        judgement = draft.judgement
        certainty = judgement.certainty
        if draft.background and certainty in ("reported", "claimed", "attempted"):
            certainty = "historical"
        if certainty in ("reported", "claimed", "attempted", "planned") and self._is_old(draft.date_end):
            certainty = "historical"
        start, end = draft.quotes[0]
        precision, where, radius = _precision(spots)
        types = load_json("event_types.json")["types"][draft.type]
        sub = draft.main.sub if draft.main.type == draft.type else ""
        scores = [s.resolution.score for s in spots] or [0.0]
        score = min(scores)
        if draft.borrowed:
            score -= 0.15
        if not draft.own_date:
            score -= 0.15
        if draft.weak:
            score -= 0.1
        key = "|".join(
            [
                self.article.doc_id,
                draft.type,
                str(start),
                ",".join(sorted(f"{p.place_id}:{p.role}:{p.start}" for p in places)),
                draft.date_start or "",
            ]
        )
        return Incident(
            incident_id=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16],
            doc_id=self.article.doc_id,
            type=draft.type,
            acled_sub_event=sub or (types["acled_sub_events"][0] if types["acled_sub_events"] else None),
            plover=types["plover"][0] if types["plover"] else None,
            places=tuple(places),
            geo_precision=precision,
            where_prec=where,
            radius_km=radius,
            date_start=draft.date_start,
            date_end=draft.date_end,
            part_of_day=draft.part_of_day,
            time_expression=draft.time_expression,
            time_precision=draft.time_precision,
            date_reason=draft.date_reason,
            actors=self._actors(draft),
            deaths=draft.deaths,
            injured=draft.injured,
            crowd_size=draft.crowd,
            certainty=certainty,
            attribution=Attribution(source=judgement.source, level=judgement.level),
            quote=text[start:end],
            quote_start=start,
            quote_end=end,
            trigger=text[self.text.tokens[draft.main.a].start : self.text.tokens[draft.main.b - 1].end],
            score=round(max(0.05, min(1.0, score)), 3),
            sources=(
                SourceQuote(
                    doc_id=self.article.doc_id,
                    title=self.article.title,
                    source=self.article.source,
                    url=self.article.url,
                    published=self.article.published,
                    quote=text[start:end],
                ),
            ),
        )

    def _actors(self, draft: _Draft) -> tuple[Actor, ...]:
        """Noun phrases of people and forces around the trigger: before it the agent, behind it the target."""
        tokens = self.text.tokens
        people = (
            classes_of("ARMED")
            | classes_of("FORCE")
            | classes_of("CIVILIAN")
            | classes_of("CROWD")
            | classes_of("PROTESTER")
        )
        out: list[Actor] = []
        clause = self.text.clause_of(draft.main.head)
        head = draft.main.head
        passive = any(tokens[i].low in BE for i in range(max(clause.a, head - 3), head)) and tokens[head].tag in (
            "VBN",
            "VBD",
        )
        crowdlike = draft.type in ("protest", "riot", "protest_repressed", "barricade_blockade", "mob_violence")
        i = clause.a
        while i < clause.b and len(out) < 4:
            token = tokens[i]
            if (
                token.low in people
                and token.tag in NOMINAL
                and i not in self.dated
                and not (draft.main.a <= i < draft.main.b)
            ):
                a = i
                while (
                    a - 1 >= clause.a
                    and tokens[a - 1].tag in ("JJ", "NN", "NNP", "CD", "DT", "NNPS", "PRP$")
                    and tokens[a - 1].low != "there"
                ):
                    a -= 1
                b = i + 1
                while b < clause.b and tokens[b].tag in NOMINAL and b not in self.covered:
                    b += 1
                by = i > head and any(tokens[k].low == "by" for k in range(max(head, a - 2), a))
                agent = (i < head) != passive or by
                role = "agent" if agent else "target"
                if (
                    role == "agent"
                    and crowdlike
                    and token.low in classes_of("CROWD") | classes_of("PROTESTER")
                    and token.low not in classes_of("FORCE")
                ):
                    role = "crowd"
                out.append(Actor(start=tokens[a].start, end=tokens[b - 1].end,
                                 text=self.article.text[tokens[a].start : tokens[b - 1].end], role=role))  # fmt: skip
                i = b
                continue
            i += 1
        return tuple(out)


_TALK = frozenset({"political_act", "agreement_ceasefire", "threat"})
_HARMFUL = words(
    "armed_clash attack_civilians shelling air_drone_strike explosive suicide_bombing disaster_accident "
    "riot protest_repressed mob_violence cbrn_attack abduction property_destruction"
)


def _plain(resolution: Resolution) -> Any:
    from dataclasses import replace

    return replace(resolution.mention, dateline=False, metonym=False, direction=None)


def _joined(points: list[Spot], spot: Spot) -> bool:
    return any(p.listed for p in points)


_WEEKDAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
_SPANS = {"day": 1, "days": 1, "week": 7, "weeks": 7}
_MEMORY = words("victims anniversary memory survivors commemorate commemorated remembrance memorial remember")
_OFFICES = words(
    "president government republic king queen bank parliament people independence minister ministry "
    "bishop university council leader leaders citizens capital kingdom presidency"
)
_RANKS = words(
    "first second third fourth fifth sixth latest last largest biggest worst deadliest bloodiest heaviest "
    "most longest only"
)


def _classifies(tokens: list[Token], a: int, floor: int) -> bool:
    """Whether a noun at ``a`` only ranks what was told ("…, the biggest demonstration", "called the worst attack")."""
    ranked = False
    for i in range(a - 1, max(floor - 1, a - 6), -1):
        token = tokens[i]
        if token.low in _RANKS:
            ranked = True
        elif token.low in BE or token.low in (",", "called", "as", "described") or (ranked and token.low == "what"):
            return ranked
        elif token.tag not in ("JJ", "JJS", "RBS", "DT", "NN", "NNP", "CD", "POS") or (
            token.tag in ("NN",) and not ranked and i < a - 2
        ):
            return False
    return False


def _related(one: str, two: str) -> bool:
    return one == two or any(one in family and two in family for family in _FAMILIES)


def _ids(draft: _Draft) -> set[str]:
    return {s.place.id for s in draft.spots if s.place is not None}


def _day(value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _span(expression: DateExpression) -> int:
    """How many days a time phrase covers."""
    start, end = _day(expression.date_start), _day(expression.date_end)
    return (end - start).days if start and end else 0


def _length(draft: _Draft) -> int:
    """How many days a draft spans."""
    start, end = _day(draft.date_start), _day(draft.date_end)
    return (end - start).days + 1 if start and end else 1


def _overlaps(one: _Draft, two: _Draft) -> bool:
    if not (one.date_start and two.date_start):
        return True
    return one.date_start <= (two.date_end or two.date_start) and two.date_start <= (one.date_end or one.date_start)


def _precision(spots: list[Spot]) -> tuple[int | None, int | None, float | None]:
    """ACLED's geo_precision, UCDP's where_prec and a radius for places that share one incident."""
    if not spots:
        return None, None, None
    worst: tuple[int, int, float | None] = (0, 0, None)
    value: tuple[int, int, float | None]
    for spot in spots:
        place = spot.place
        radius = place.radius_km if place is not None else None
        country = place is not None and place.feature_code in (
            "PCLI",
            "PCL",
            "PCLS",
            "PCLD",
            "PCLF",
            "PCLH",
            "PCLIX",
            "TERR",
            "CONT",
            "SEA",
            "OCN",
        )
        if place is None and not spot.area:
            value = (9, 6, None)
        elif country and spot.role != "along":
            value = (3, 6, radius) if spot.direction else (9, 6, radius)
        elif spot.role == "along":
            value = (3, 5, radius)
        elif spot.is_area:
            level = 3 if place is not None and place.feature_code in ("ADM2", "ADM3", "ADM4", "ADMD") else 4
            value = (3, level, radius)
        elif spot.role == "near":
            value = (2, 2, max(radius or 0.0, spot.distance_km or 0.0, 5.0))
        elif spot.role == "part_of":
            value = (2, 1 if spot.direction is None else 2, radius)
        else:
            value = (1, 1, radius)
        if value[0] > worst[0] or (value[0] == worst[0] and value[1] > worst[1]):
            worst = value
    return (None if worst[0] == 9 else worst[0]), worst[1], worst[2]
