"""What every step of event coding looks at: the article with its clauses, spots and days, and the drafts so far."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from geomap.caldates import HEADS_ENTRY
from geomap.incidents.bylines import bylines
from geomap.incidents.certainty import Judgement
from geomap.incidents.counts import Count
from geomap.incidents.headings import read_layout
from geomap.incidents.places import Spot, read_spots
from geomap.incidents.saying import quotations
from geomap.incidents.syntax import VERBAL, Clause, Sentence, Text, words
from geomap.incidents.triggers import Trigger
from geomap.records import Article, DateExpression, Resolution

__all__ = ["DEFINITE", "HARMFUL", "WINDOW", "Draft", "Story", "ids_of", "overlaps", "parse_day", "related"]

_DATELINE_END = re.compile(r"\s[-–—]{1,2}\s|[—–]")


HISTORICAL_DAYS = 366
"""A day more than a year before publication is background, not news (the convention of the incident record)."""


WINDOW = 24
"""How many earlier incidents a new one is compared with: keeps a page of hundreds linear."""


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
    frozenset({"territory_change", "force_movement"}),
)


DEFINITE = words("the this that these those such both its their his her same")


HARMFUL = words(
    "armed_clash attack_civilians shelling air_drone_strike explosive suicide_bombing disaster_accident "
    "riot protest_repressed mob_violence cbrn_attack abduction property_destruction"
)


@dataclass(slots=True)
class Draft:
    """One incident in the making; the steps fill it in."""

    sentence: Sentence
    main: Trigger
    type: str
    triggers: list[Trigger]
    clauses: list[Clause]
    effect_only: bool = False
    weak: bool = False
    spots: list[Spot] = field(default_factory=list)
    # The places as the text names them, where ``spots`` has the known place around a name that nobody knows.
    named: list[Spot] = field(default_factory=list)
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
    held: Count | None = None
    definite: bool = False
    dropped: bool = False
    spare: bool = False
    faint: bool = False
    background: bool = False
    quotes: list[tuple[int, int]] = field(default_factory=list)


class Story:
    """An article being coded: read-only but for ``drafts``, ``recent`` and ``seen_spots``, which grow as it is read."""

    def __init__(
        self, article: Article, text: Text, resolutions: list[Resolution], dates: list[DateExpression]
    ) -> None:
        self.article = article
        self.text = text
        self.resolutions = resolutions
        self.home: Spot | None = None
        self.home_known = False
        self._town: Spot | None = None
        self._town_known = False
        self.dated = frozenset(
            i
            for d in dates
            if 0 <= d.start < d.end <= len(article.text)
            for i in range(*text.tokens_of(d.start, d.end))
        )
        self.spots = read_spots(text, resolutions, self.dated, bylines(article.text))
        self.covered = frozenset(
            i
            for r in resolutions
            if r.mention.kind != "demonym" and 0 <= r.mention.start < r.mention.end <= len(article.text)
            for i in range(*text.tokens_of(r.mention.start, r.mention.end))
        )
        self.dates = dates
        self.date_starts = [d.start for d in dates]
        self.headings = [d for d in dates if d.reason.endswith(HEADS_ENTRY)]
        self.heading_starts = [d.start for d in self.headings]
        self.doc_words = frozenset(t.low for t in text.tokens)
        self.quotations = quotations(text)
        self.drafts: list[Draft] = []
        self.spared: list[Draft] = []
        self.recent: deque[Draft] = deque(maxlen=WINDOW)
        self.told: Draft | None = None
        self.seen_spots: deque[Spot] = deque(maxlen=40)
        self.published = parse_day(article.published)
        self.dateline = next((s for s in self.spots if s.use == "dateline" and s.place is not None), None)
        self.first_sentence = self._find_first_sentence()
        self.story_start = self._find_story_start()
        self.layout = read_layout(article.text, text, self.spots, self.dated)
        self.spot_starts = [s.a for s in self.spots]

    def _find_first_sentence(self) -> int:
        """The index of the sentence that opens the story: the first with a verb."""
        for sentence in self.text.sentences[:6]:
            if (
                sum(t.tag in VERBAL for t in self.text.tokens[sentence.a : sentence.b]) >= 1
                and sentence.b - sentence.a > 5
            ):
                return sentence.index
        return 0

    def _find_story_start(self) -> int:
        """The character at which the story begins after a dateline ("CITY, Aug 5 (AGENCY) - ")."""
        spot = next((s for s in self.spots if s.use == "dateline"), None)
        if spot is None:
            return 0
        found = _DATELINE_END.search(self.article.text, spot.end, spot.end + 70)
        return found.end() if found else spot.end

    def town(self) -> Spot | None:
        """The one town that the head of a local story names: of its dateline, else of its headline and lead."""
        if not self._town_known:
            self._town_known = True
            self._town = self._find_town()
        return self._town

    def _find_town(self) -> Spot | None:
        last = self.text.sentences[min(self.first_sentence, len(self.text.sentences) - 1)] if self.text.tokens else None
        if last is None:
            return None
        lead = [
            s for s in self.spots
            if s.a < last.b and s.place is not None and not s.is_area and s.use not in ("speaker", "actor", "modifier")
            and s.role not in ("from", "to")
        ]  # fmt: skip
        other = {s.place.id for s in lead if s.place is not None}
        if len(other) != 1 or lead[0].place is None or lead[0].place.feature_code == "PPLC":
            # A capital's dateline is where the reporter is; two towns are no local story.
            return None
        return replace(lead[0], use="place", role="site", qualifies=False, listed=False)

    def spots_in(self, sentence: Sentence) -> list[Spot]:
        """The toponyms of a sentence."""
        lo = bisect_left(self.spot_starts, sentence.a)
        hi = bisect_left(self.spot_starts, sentence.b)
        return self.spots[lo:hi]

    def dates_in(self, start: int, end: int) -> list[DateExpression]:
        """The time phrases that begin between two characters, the dateline's left out."""
        lo = bisect_left(self.date_starts, max(start, self.story_start))
        hi = bisect_left(self.date_starts, end)
        return self.dates[lo:hi]

    def heading_of(self, start: int) -> DateExpression | None:
        """The day that heads the entry of a live blog or timeline in which a character stands."""
        k = bisect_right(self.heading_starts, start) - 1
        return self.headings[k] if k >= 0 else None

    def is_ahead(self, draft: Draft) -> bool:
        """Whether a draft's first day comes after publication."""
        first = parse_day(draft.date_start)
        return first is not None and self.published is not None and first > self.published

    def is_old(self, end: str | None) -> bool:
        """Whether a day is so long before publication that it is background."""
        day = parse_day(end)
        return day is not None and self.published is not None and day < self.published - timedelta(days=HISTORICAL_DAYS)


def related(one: str, two: str) -> bool:
    """Whether two types can tell the same event ("clashes", "an attack")."""
    return one == two or any(one in family and two in family for family in _FAMILIES)


def ids_of(draft: Draft) -> set[str]:
    """The gazetteer ids of a draft's places."""
    return {s.place.id for s in draft.spots if s.place is not None}


def parse_day(value: str | None) -> date | None:
    """The day of an ISO date, or None for what is none."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def overlaps(one: Draft, two: Draft) -> bool:
    """Whether the days of two drafts overlap; a draft without a day may be on any."""
    if not (one.date_start and two.date_start):
        return True
    return one.date_start <= (two.date_end or two.date_start) and two.date_start <= (one.date_end or one.date_start)
