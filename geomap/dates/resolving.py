"""What time phrases mean: days reckoned from the publication date and from the phrases before."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from geomap.caldates import HEADS_ENTRY, LATEST_YEAR, OLDEST_YEAR, make_day
from geomap.dates.atoms import SEASONS, Finder, Phrase
from geomap.dates.entries import find_headings, is_byline
from geomap.dates.holidays import feast, nth_weekday
from geomap.dates.tense import clause, looks_ahead
from geomap.records import DateExpression

__all__ = ["Resolver"]

PAST_REACH_DAYS = 305
"""A date without a year lies at most about ten months back, else it is the coming one: wire copy names the
year of anything older (a convention of news style, not a measurement)."""

FUTURE_REACH_DAYS = 300
"""How far ahead a date without a year may lie when its clause speaks of the future."""

NEAR_CHARS = 600
"""How far back (characters, about a long paragraph) a bare clock time looks for the day it belongs to."""

HISTORY = 100
"""How many phrases back an anchor is looked for: more than an article has, and a bound on the time taken."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Days:
    """What a phrase was resolved to. ``grain`` is day, week, month, quarter, year or longer."""

    first: date
    last: date
    grain: str
    reason: str
    part: str | None = None
    telling: bool = False
    """Whether it is the day that something was said on ("officials said on Sunday")."""


_DATELINE = re.compile(r"\s{0,40}(?:date\s[0-9-]{10}\s)?(?:[A-Z][\w.'’/-]{1,20}[,.]?[\s\u00a0]{1,3}){1,6}$", re.UNICODE)


_SINCE = re.compile(
    r"\bsince[\s\u00a0]{1,3}(?:(?:about|around|at least|early|late|the)[\s\u00a0]{1,3})?$", re.IGNORECASE
)
_SUPERLATIVE = re.compile(
    r"\b(?:first|(?!(?:west|rest|arrest|protest|interest|forest|east|northeast|southeast|northwest|southwest)\b)"
    r"[a-z]{2,12}est|worst|most|least|only)\b[^,;]{0,80}\bsince $",
    re.IGNORECASE,
)


_RANGE = re.compile(
    r"[\s\u00a0]{0,3}(?:-|–|—|to|and|until|till|through)[\s\u00a0]{0,3}(?:the[\s\u00a0])?", re.IGNORECASE
)
_COMPARED = re.compile(r"\b(?:from|than|compared with|compared to|against|up|down)\b[^;:]{0,90}$", re.IGNORECASE)
_FROM_QUARTER = "counted from the quarter named before"
_TELLING = re.compile(
    r"\b(?:said|says|told|announced|reported|added|declared|confirmed|claimed|denied|stated|acknowledged|wrote)"
    r"(?:[\s\u00a0](?!that\b)[\w'’]{1,20}){0,3},?[\s\u00a0](?:(?:on|late|early|in)[\s\u00a0]){0,2}\Z",
    re.IGNORECASE,
)


class Resolver:
    """Resolves the phrases of one article in reading order."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self.text = finder.text
        self.published = finder.published
        self.today = finder.published
        self.today_word = "publication"
        self.year_named: int | None = None
        self.history: deque[tuple[int, _Days]] = deque(maxlen=HISTORY)
        self.base_word = ""

    def resolve(self, phrases: list[Phrase]) -> Iterator[DateExpression]:
        """The expressions of the phrases, one each, in the same order."""
        headings = {heading.start for heading in find_headings(self.text, phrases)}
        for index, phrase in enumerate(phrases):
            following = phrases[index + 1] if index + 1 < len(phrases) else None
            phrase = self._with_year_of(phrase, following)
            days = self._days(phrase, following)
            if not isinstance(days, str):
                days = _moved(phrase, days)
                if phrase.modifier == "eve" and days.first > date.min:
                    days = replace(days, first=days.first - _ONE_DAY, last=days.first - _ONE_DAY, grain="day")
                if phrase.modifier == "overnight" and self.published is not None and days.last > self.published:
                    days = replace(days, first=days.first - _ONE_DAY, last=days.first)
            if isinstance(days, str):
                yield self._expression(phrase, None, days)
                continue
            if is_byline(self.text, phrase.start):
                yield self._expression(phrase, days, days.reason)
                continue
            days = self._until_publication(phrase, days)
            self._note_dateline(phrase, days)
            if phrase.start in headings:
                # What follows is told on that day: weekdays, "today" and clock times count from it.
                self.published = self.today = days.first
                self.base_word = "the entry's day,"
                self.today_word = self.base_word
                days = replace(days, reason=f"{days.reason}; {HEADS_ENTRY}")
            if phrase.year is not None and phrase.kind in ("day", "month"):
                self.year_named = phrase.year
            told = _TELLING.search(self.text, max(0, phrase.start - 60), phrase.start) is not None
            self.history.append((phrase.start, replace(days, part=phrase.part or days.part, telling=told)))
            yield self._expression(phrase, days, days.reason)

    def _expression(self, phrase: Phrase, days: _Days | None, reason: str) -> DateExpression:
        precision = None
        if self.base_word:
            reason = reason.replace("publication on", self.base_word)
        if days is not None:
            length = (days.last - days.first).days + 1
            # Two days still count as a day: "overnight" and "the night of 21-22 February" are one event time.
            precision = 1 if length <= 2 and days.grain == "day" else 2 if length <= 14 else 3
        return DateExpression(
            start=phrase.start,
            end=phrase.end,
            text=self.text[phrase.start : phrase.end],
            date_start=days.first.isoformat() if days else None,
            date_end=days.last.isoformat() if days else None,
            part_of_day=phrase.part or (days.part if days else None),
            time_precision=precision,
            reason=reason,
        )

    def _note_dateline(self, phrase: Phrase, days: _Days) -> None:
        """In a story with a dateline, "today" is the dateline's day."""
        if self.published is None or phrase.start > 200 or len(self.history) > 1 or days.grain != "day":
            return
        if not re.match(r"[\s\u00a0]{0,2}(?:[–—-]|\()", self.text[phrase.end : phrase.end + 4]):
            return
        if not _DATELINE.fullmatch(self.text[max(0, phrase.start - 100) : phrase.start].split("\n")[-1]):
            return
        if 0 < (self.published - days.first).days <= 3:
            self.today = days.first
            self.today_word = "the dateline"

    def _until_publication(self, phrase: Phrase, days: _Days) -> _Days:
        """ "since Friday" reaches from Friday to the day of publication."""
        before = self.finder.before(phrase.start, 12)
        if self.published is None or phrase.kind in ("window", "nth"):
            return days
        if days.first > self.published or not _SINCE.search(before):
            return days
        # "the first killing since July 2011" names the last one; it is no stretch of time.
        if _SUPERLATIVE.search(clause(self.text, phrase.start, phrase.end)[0]):
            return days
        reason = f"{days.reason}, lasting until publication"
        return replace(days, last=self.published, grain="span", reason=reason)

    def _with_year_of(self, phrase: Phrase, following: Phrase | None) -> Phrase:
        """ "from January to June 2021": the first month is of 2021 too."""
        if (
            following is None
            or following.year is None
            or phrase.year is not None
            or phrase.year_shift is not None
            or phrase.kind not in ("day", "month")
            or following.kind not in ("day", "month")
            or phrase.month is None
            or following.month is None
            or not _RANGE.fullmatch(self.text, phrase.end, following.start)
        ):
            return phrase
        same = (phrase.month, phrase.day or 1) <= (following.month, following.day or 31)
        return replace(phrase, year=following.year if same else following.year - 1)

    # The day of an event that is told before this phrase.
    def _anchor(
        self, *, grains: tuple[str, ...] = ("day",), near: int | None = None, told: bool = False
    ) -> _Days | None:
        telling: _Days | None = None
        for position, days in reversed(self.history):
            if near is not None and position < near:
                break
            if told and days.reason.startswith("counted from"):
                continue
            if days.grain in grains or (days.grain == "span" and "day" in grains):
                if not days.telling:
                    return days
                telling = telling or days
        return telling

    def _days(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        handler: Callable[[Phrase, Phrase | None], _Days | str] = getattr(self, f"_{phrase.kind}")
        try:
            return handler(phrase, following)
        except (OverflowError, ValueError):
            return "outside the calendar"

    def _ambiguous(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        return "day and month cannot be told apart"

    def _day(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        assert phrase.month is not None and phrase.day is not None
        year, why = self._year_of(phrase, phrase.month, phrase.day)
        if year is None:
            return why
        first = make_day(year, phrase.month, phrase.day)
        if first is None:
            return "no such day in the calendar"
        last = make_day(year, phrase.month, phrase.day_end) if phrase.day_end else first
        if last is None:
            return "no such day in the calendar"
        return _Days(first, last, "day", why)

    def _year_of(self, phrase: Phrase, month: int, day: int) -> tuple[int | None, str]:
        """The year of a date, and why."""
        if phrase.year is not None:
            return phrase.year, "absolute date"
        if self.published is None:
            if self.year_named is not None:
                return self.year_named, f"year of the date named before, {self.year_named}"
            return None, "no year and no publication date"
        if phrase.year_shift is not None:
            return (
                self.published.year + phrase.year_shift,
                f"year relative to publication on {self.published}",
            )
        options = [
            found
            for year in range(self.published.year - 4, self.published.year + 5)
            if (found := make_day(year, month, day)) is not None
            and (phrase.weekday is None or found.weekday() == phrase.weekday)
        ]
        if not options:
            options = [
                found
                for year in range(self.published.year - 4, self.published.year + 5)
                if (found := make_day(year, month, day)) is not None
            ]
        if not options:
            return None, "no such day in the calendar"
        past = max((found for found in options if found <= self.published), default=None)
        ahead = min((found for found in options if found > self.published), default=None)
        future = looks_ahead(self.text, phrase.start, phrase.end)
        chosen = past
        if ahead is not None:
            gap = (ahead - self.published).days
            back = (self.published - past).days if past else 10**6
            soon = future and gap <= FUTURE_REACH_DAYS and back > 0
            if past is None or soon or (back > PAST_REACH_DAYS and gap <= 366 - PAST_REACH_DAYS):
                chosen = ahead
        assert chosen is not None
        side = "after" if chosen > self.published else "before"
        if chosen == self.published:
            return chosen.year, f"the day of publication, {self.published}"
        return chosen.year, f"date without a year, {side} publication on {self.published}"

    def _month(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        assert phrase.month is not None
        month = phrase.month
        if phrase.year is not None:
            return _whole_month(phrase.year, month, "absolute month")
        if phrase.modifier == "that":
            anchor = self._anchor(grains=("year", "month", "day"))
            if anchor is not None:
                return _whole_month(anchor.first.year, month, f"month of the year named before, {anchor.first.year}")
        if self.published is None:
            if self.year_named is not None and not phrase.modifier and phrase.year_shift is None:
                return _whole_month(self.year_named, month, f"year of the date named before, {self.year_named}")
            return "no year and no publication date"
        published = self.published
        if phrase.year_shift is not None:
            return _whole_month(
                published.year + phrase.year_shift, month, f"year relative to publication on {published}"
            )
        back = (published.month - month) % 12
        past = (published.year, month) if month <= published.month else (published.year - 1, month)
        ahead = (published.year, month) if month > published.month else (published.year + 1, month)
        why = f"month before publication on {published}"
        if phrase.modifier == "next" or phrase.modifier == "coming":
            return _whole_month(*ahead, f"month after publication on {published}")
        if phrase.modifier == "this":
            return _whole_month(published.year, month, f"month of the year of publication, {published.year}")
        if phrase.modifier in ("last", "past"):
            if back == 0:
                past = (published.year - 1, month)
            return _whole_month(*past, why)
        future = looks_ahead(self.text, phrase.start, phrase.end)
        if (future and back > 2) or back > 9:
            return _whole_month(*ahead, f"month after publication on {published}")
        return _whole_month(*past, why)

    def _years(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        assert phrase.year is not None and phrase.year_end is not None
        if not OLDEST_YEAR <= phrase.year <= phrase.year_end <= LATEST_YEAR:
            return "outside the calendar"
        grain = "year" if phrase.year == phrase.year_end else "longer"
        return _Days(date(phrase.year, 1, 1), date(phrase.year_end, 12, 31), grain, "absolute year")

    def _weekday(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        assert phrase.weekday is not None
        if phrase.modifier in ("following", "next", "previous", "preceding", "same", "that"):
            near = self._anchor()
            if near is not None and phrase.modifier in ("following", "previous", "preceding"):
                step = (phrase.weekday - near.last.weekday()) % 7 or 7
                if phrase.modifier != "following":
                    step = -((near.first.weekday() - phrase.weekday) % 7 or 7)
                return _one(near.last + timedelta(days=step), f"weekday counted from {near.last}")
            if near is not None and phrase.modifier in ("same", "that") and near.first.weekday() == phrase.weekday:
                return _one(near.first, f"the day named before, {near.first}")
        if self.published is None:
            return "relative, and the article has no publication date"
        published = self.published
        if phrase.week_shift is not None:
            monday = published - timedelta(days=published.weekday()) + timedelta(weeks=phrase.week_shift)
            return _one(
                monday + timedelta(days=phrase.weekday),
                f"weekday of the week named, from publication on {published}",
            )
        back = (published.weekday() - phrase.weekday) % 7
        if phrase.modifier == "last":
            # "last Friday" is never the day of publication itself.
            return _one(published - timedelta(days=back or 7), f"weekday before publication on {published}")
        if phrase.modifier in ("next", "coming") or (
            back != 0 and phrase.modifier not in ("past", "last") and looks_ahead(self.text, phrase.start, phrase.end)
        ):
            return _one(published + timedelta(days=7 - back), f"weekday after publication on {published}")
        if back == 0:
            return _one(published, f"the weekday of publication, {published}")
        return _one(published - timedelta(days=back), f"weekday before publication on {published}")

    def _deictic(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        if self.today is None:
            return "relative, and the article has no publication date"
        assert phrase.amount is not None
        return _one(self.today + phrase.amount * _ONE_DAY, f"counted from {self.today_word} on {self.today}")

    def _overnight(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        if self.published is None:
            return "relative, and the article has no publication date"
        if looks_ahead(self.text, phrase.start, phrase.end):
            return _Days(
                self.published,
                self.published + _ONE_DAY,
                "day",
                f"the night after publication on {self.published}",
                "night",
            )
        return _Days(
            self.published - _ONE_DAY,
            self.published,
            "day",
            f"the night before publication on {self.published}",
            "night",
        )

    def _ago(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        assert phrase.amount is not None
        if self.today is None:
            return "relative, and the article has no publication date"
        why = f"counted from {self.today_word} on {self.today}"
        unit, amount = phrase.unit, phrase.amount
        if phrase.modifier == "today":
            exact = _exact_step(self.today, unit, amount)
            if exact is not None:
                return _one(exact, why)
        if (compared := self._compared(phrase)) is not None:
            return compared
        if unit in ("minute", "hour"):
            days = round(amount / 24) if unit == "hour" and abs(amount) >= 24 else 0
            return _one(self.today + days * _ONE_DAY, why)
        if unit in ("day", "night"):
            return _one(self.today + amount * _ONE_DAY, why, "week" if phrase.approx else "day")
        if unit in ("week", "fortnight"):
            day = self.today + timedelta(weeks=amount * (2 if unit == "fortnight" else 1))
            return _whole_week(day, why)
        return _calendar_step(self.today, unit, amount, why)

    def _shift(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        assert phrase.amount is not None
        if (compared := self._compared(phrase)) is not None:
            return compared
        unit, amount = phrase.unit, phrase.amount
        if unit in ("minute", "hour", "day", "night", "week", "fortnight"):
            return self._shift_days(phrase, unit, amount)
        # "a year earlier ... a year earlier" both look back from the event, not from one another.
        anchor = self._anchor(grains=("day", "week", "month", "quarter", "year"), told=amount < 0)
        if anchor is None or (amount < 0 and unit == "year" and anchor.grain == "day"):
            if self.published is None:
                return "relative, and nothing before it gives a day"
            base = anchor.first if anchor else self.published
            return _calendar_step(base, unit, amount, f"counted from {base}")
        why = f"counted from {anchor.first}"
        if unit == "year" and anchor.grain in ("month", "quarter"):
            return _Days(
                _add_months(anchor.first, 12 * amount),
                _add_months(anchor.last, 12 * amount),
                anchor.grain,
                why,
            )
        return _calendar_step(anchor.first, unit, amount, why)

    def _shift_days(self, phrase: Phrase, unit: str, amount: int) -> _Days | str:
        length = {"week": 7, "fortnight": 14}.get(unit, 1)
        if unit in ("minute", "hour"):
            step = round(amount / 24) if unit == "hour" and abs(amount) >= 24 else 0
        else:
            step = amount * length
        options = [days for _, days in reversed(self.history) if days.grain == "day" and not days.telling][:4]
        options = options or [days for _, days in reversed(self.history) if days.grain == "day"][:4]
        if not options and self.published is not None:
            options = [_Days(self.published, self.published, "day", "")]
        if not options:
            return "relative, and nothing before it gives a day"
        chosen = options[0]
        if self.published is not None and step > 0 and not looks_ahead(self.text, phrase.start, phrase.end):
            # What is told as past cannot lie after publication: then an earlier day of the text is meant.
            fitting = [days for days in options if days.first + step * _ONE_DAY <= self.published]
            chosen = fitting[0] if fitting else chosen
        base = chosen.first if step < 0 else chosen.last
        grain = "week" if phrase.approx else "day"
        return _one(base + step * _ONE_DAY, f"counted from {base}, the day named before", grain)

    def _same(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        if phrase.unit in ("week", "month", "year"):
            anchor = self._anchor(grains=("day", "week", "month", "year"))
            if anchor is None:
                return "relative, and nothing before it gives a day"
            if phrase.unit == "week":
                return _whole_week(anchor.first, f"the week of {anchor.first}")
            return _calendar_step(anchor.first, phrase.unit, 0, f"the {phrase.unit} of {anchor.first}")
        if phrase.part == "night" and "same" in self.text[phrase.start : phrase.end].lower():
            for _, days in reversed(self.history):
                if days.part == "night":
                    return replace(days, reason="the night named before")
        anchor = self._anchor()
        if anchor is None:
            if self.published is None:
                return "relative, and nothing before it gives a day"
            return _one(self.published, f"no day named before; publication on {self.published}")
        return _Days(anchor.first, anchor.last, "day", f"the day named before, {anchor.first}")

    def _unit(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        if self.published is None:
            return "relative, and the article has no publication date"
        assert phrase.amount is not None
        published, unit, amount = self.published, phrase.unit, phrase.amount
        why = f"{('last', 'this', 'next')[amount + 1]} {unit}, counted from publication on {published}"
        if unit == "weekend":
            return self._weekend_days(phrase, amount, why)
        if unit == "week":
            days = _whole_week(published + timedelta(weeks=amount), why)
        elif unit == "quarter":
            first = date(published.year, published.month - (published.month - 1) % 3, 1)
            days = _quarter_days(_add_months(first, 3 * amount), why)
        else:
            days = _calendar_step(published, unit, amount, why)
        return days

    def _weekend_days(self, phrase: Phrase, amount: int, why: str) -> _Days:
        assert self.published is not None
        monday = self.published - timedelta(days=self.published.weekday())
        saturday = monday + timedelta(days=5)
        if amount > 0 or (amount == 0 and looks_ahead(self.text, phrase.start, phrase.end)):
            if self.published.weekday() >= 5 and amount > 0:
                saturday += timedelta(weeks=1)
        elif amount < 0 or self.published < saturday:
            saturday -= timedelta(weeks=1)
        return _Days(saturday, saturday + _ONE_DAY, "week", why)

    def _window(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        if self.published is None:
            return "relative, and the article has no publication date"
        assert phrase.amount is not None
        published, unit, amount = self.published, phrase.unit, phrase.amount
        if unit == "hour":
            amount, unit = (round(amount / 24) or (1 if amount > 0 else -1)), "day"
        if unit in ("day", "night", "week", "fortnight"):
            other = published + amount * {"week": 7, "fortnight": 14}.get(unit, 1) * _ONE_DAY
        else:
            other = _add_months(published, amount * {"month": 1, "year": 12, "decade": 120, "century": 1200}[unit])
        first, last = sorted((other, published))
        return _Days(first, last, "span", f"the time {'up to' if amount < 0 else 'from'} publication on {published}")

    def _nth(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        """ "for a third day on Sunday": from Friday to Sunday."""
        assert phrase.amount is not None
        anchor: _Days | None = None
        if following is not None and following.kind in ("day", "weekday", "deictic"):
            between = self.text[phrase.end : following.start]
            if len(between) <= 30 and not re.search(r"[.!?;]", between):
                found = self._days(following, None)
                anchor = found if isinstance(found, _Days) else None
        if anchor is None and self.history:
            position, days = self.history[-1]
            between = self.text[position : phrase.start]
            if days.grain == "day" and len(between) <= 240 and not re.search(r"[.!?][\s\u00a0]", between):
                anchor = days
        led = self.finder.before(phrase.start, 4).lower()
        if led.endswith("on ") and phrase.unit == "day" and self.text[phrase.start : phrase.start + 3].lower() == "the":
            # "the war began on 14 August. On the fourth day ...": counted forward
            began = None if anchor else self._anchor(near=phrase.start - NEAR_CHARS)
            if began is not None:
                step = (phrase.amount - 1) * _ONE_DAY
                return _one(began.first + step, f"day {phrase.amount} from {began.first}, the day named before")
        last = anchor.last if anchor else self.published
        if last is None:
            return "relative, and the article has no publication date"
        count = phrase.amount - 1
        why = f"{phrase.unit} {phrase.amount} of something that goes on, counted back from {last}"
        if phrase.unit in ("day", "night", "week"):
            first = last - count * (7 if phrase.unit == "week" else 1) * _ONE_DAY
        else:
            first = _add_months(last, -count * (12 if phrase.unit == "year" else 1))
        return _Days(first, last, "span" if first != last else "day", why)

    def _season(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        month = SEASONS[phrase.unit]
        if phrase.year is not None:
            return _season_days(phrase.year, month, "absolute season, northern hemisphere")
        if self.published is None:
            return "relative, and the article has no publication date"
        why = f"season counted from publication on {self.published}, northern hemisphere"
        amount = phrase.amount or 0
        if phrase.modifier == "year":
            return _season_days(self.published.year + amount, month, why)
        this = _season_days(self.published.year, month, why)
        if month == 12 and self.published.month <= 2:
            this = _season_days(self.published.year - 1, month, why)
        if amount < 0 and this.last >= self.published:
            return _season_days(this.first.year - 1, month, why)
        if amount > 0 and this.first <= self.published:
            return _season_days(this.first.year + 1, month, why)
        return this

    def _quarter(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        assert phrase.amount is not None
        month = 3 * phrase.amount - 2
        if phrase.year is not None:
            return _quarter_days(date(phrase.year, month, 1), "absolute quarter")
        if self.published is None:
            return "relative, and the article has no publication date"
        why = f"quarter counted from publication on {self.published}"
        if phrase.year_shift is not None:
            return _quarter_days(date(self.published.year + phrase.year_shift, month, 1), why)
        this = _quarter_days(date(self.published.year, month, 1), why)
        if this.first > self.published and not looks_ahead(self.text, phrase.start, phrase.end):
            return _quarter_days(date(self.published.year - 1, month, 1), why)
        return this

    def _part(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        anchor = self._anchor(near=phrase.start - NEAR_CHARS)
        if anchor is not None:
            # "until dawn" after "overnight" is the second of the two days.
            late = phrase.part is not None and (
                phrase.part in ("morning", "noon", "afternoon") or phrase.part < "12:00"
            )
            day = anchor.last if late or anchor.first == anchor.last else anchor.first
            return _one(day, f"no day of its own: the day named before, {day}")
        if self.published is None:
            return "relative, and the article has no publication date"
        return _one(self.published, f"no day named near; publication on {self.published}")

    _clock = _part

    def _weekday_ago(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        """ "two Fridays ago", "the Friday before last", "a week from Friday" (counted the other way)."""
        assert phrase.weekday is not None and phrase.amount is not None
        if self.published is None:
            return "relative, and the article has no publication date"
        why = f"weekday counted from publication on {self.published}"
        if phrase.amount < 0:
            ahead = (phrase.weekday - self.published.weekday()) % 7
            return _one(self.published + (ahead + 7 * (-phrase.amount - 1)) * _ONE_DAY, why)
        back = (self.published.weekday() - phrase.weekday) % 7 or 7
        return _one(self.published - (back + 7 * (phrase.amount - 1)) * _ONE_DAY, why)

    def _nth_weekday(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        assert phrase.weekday is not None and phrase.amount is not None
        month = self._month(phrase, following)
        if isinstance(month, str):
            return month
        found = nth_weekday(month.first.year, month.first.month, phrase.weekday, phrase.amount)
        return "no such day in the calendar" if found is None else _one(found, f"weekday of the month, {month.reason}")

    def _beside(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        """ "a day after the attack": from the day told before, unless the phrase itself explains that day."""
        unknown = "counts from an event whose day is not told"
        assert phrase.amount is not None
        if self.history:
            position, days = self.history[-1]
            between = self.text[position : phrase.start]
            same_sentence = len(between) <= 240 and not re.search(r"[.;!?][\s\u00a0]", between)
            if same_sentence and days.grain == "day" and len(between) <= 40 and between.rstrip().endswith(","):
                # "on Friday, a day after the attack": Friday, told twice
                return replace(days, reason=f"the day named before, {days.first}")
            if same_sentence:
                # "the bombing on July 10 came two days after the killing": July 10 is not the killing's
                return unknown
        if phrase.amount < 0 or phrase.modifier != "known":
            return unknown
        anchor = self._anchor(near=phrase.start - 3 * NEAR_CHARS)
        if anchor is None:
            return unknown
        step = phrase.amount * {"week": 7, "fortnight": 14}.get(phrase.unit, 1)
        if phrase.unit in ("month", "year", "decade", "century"):
            return _calendar_step(anchor.first, phrase.unit, phrase.amount, f"counted from {anchor.first}")
        grain = "week" if phrase.approx or phrase.unit in ("week", "fortnight") else "day"
        return _one(anchor.last + step * _ONE_DAY, f"counted from {anchor.last}, the day named before", grain)

    def _week_of(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        found = self._day(phrase, following)
        if isinstance(found, str):
            return found
        if phrase.modifier == "of":
            return _whole_week(found.first, f"the week of {found.first}")
        if phrase.modifier == "ending":
            return _Days(found.first - 6 * _ONE_DAY, found.first, "week", f"the week to {found.first}")
        return _Days(found.first, found.first + 6 * _ONE_DAY, "week", f"the week from {found.first}")

    def _piece(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        """A week, some days or a half of a month or year."""
        assert phrase.amount is not None
        if phrase.month is not None or phrase.modifier == "month":
            whole: _Days | str
            if phrase.month is not None:
                whole = self._month(phrase, following)
            elif self.published is None:
                whole = "relative, and the article has no publication date"
            else:
                why = f"counted from publication on {self.published}"
                whole = _calendar_step(self.published, "month", phrase.year_shift or 0, why)
        elif phrase.year is not None:
            whole = _Days(date(phrase.year, 1, 1), date(phrase.year, 12, 31), "year", "absolute year")
        elif self.published is not None:
            why = f"counted from publication on {self.published}"
            whole = _calendar_step(self.published, "year", phrase.year_shift or 0, why)
        else:
            whole = "relative, and the article has no publication date"
        if isinstance(whole, str):
            return whole
        return _piece_of(whole, phrase.unit, phrase.amount)

    def _quarter_from(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        """ "the quarter", "the year-earlier quarter": counted from the quarter named before, else the last full one."""
        assert phrase.amount is not None
        anchor = self._quarter_told()
        if anchor is not None:
            return _quarter_days(_add_months(anchor.first, 3 * phrase.amount), _FROM_QUARTER)
        if self.published is None:
            return "relative, and the article has no publication date"
        first = date(self.published.year, self.published.month - (self.published.month - 1) % 3, 1)
        why = f"the last full quarter before publication on {self.published}"
        return _quarter_days(_add_months(first, 3 * (phrase.amount - 1)), why)

    def _quarter_told(self, near: int = 0) -> _Days | None:
        """The quarter that a report is about: the last one named that is not itself a comparison."""
        for position, days in reversed(self.history):
            if position < near:
                break
            if days.grain == "quarter" and days.reason != _FROM_QUARTER:
                return days
        return None

    def _compared(self, phrase: Phrase) -> _Days | None:
        """ "up from $5 million a year ago", of a quarter: that quarter a year before."""
        if phrase.unit != "year" or phrase.amount != -1 or phrase.approx:
            return None
        if not _COMPARED.search(clause(self.text, phrase.start, phrase.end)[0]):
            return None
        told = self._quarter_told(phrase.start - NEAR_CHARS)
        return None if told is None else _quarter_days(_add_months(told.first, -12), _FROM_QUARTER)

    def _dom(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        """ "on the 15th": of this month, or of the one before where that has not come yet."""
        if self.published is None:
            return "relative, and the article has no publication date"
        assert phrase.day is not None
        why = f"day of the month, counted from publication on {self.published}"
        if phrase.amount is None and (
            phrase.day <= self.published.day or looks_ahead(self.text, phrase.start, phrase.end)
        ):
            there = self.published.replace(day=1)
        else:
            there = _add_months(self.published.replace(day=1), -1)
        found = make_day(there.year, there.month, phrase.day)
        return "no such day in the calendar" if found is None else _one(found, why)

    def _feast(self, phrase: Phrase, following: Phrase | None) -> _Days | str:
        if phrase.year is not None:
            years, near, why = [phrase.year], None, f"the feast's days in {phrase.year}"
        elif self.published is None:
            return "no year and no publication date"
        elif phrase.year_shift is not None:
            year = self.published.year + phrase.year_shift
            years, near, why = [year], None, f"the feast's days in {year}"
        else:
            years = list(range(self.published.year - 1, self.published.year + 2))
            near, why = self.published, f"the feast nearest to publication on {self.published}"
        found = [days for year in years if OLDEST_YEAR < year < LATEST_YEAR for days in feast(phrase.unit, year)]
        if not found:
            return "outside the calendar"
        if near is None:
            first, last, exact = found[0]
        else:
            past = [days for days in found if days[0] <= near]
            ahead = [days for days in found if days[0] > near]
            future = phrase.modifier == "next" or looks_ahead(self.text, phrase.start, phrase.end)
            first, last, exact = ahead[0] if ahead and (future or not past) else past[-1]
        return _Days(first, last, "day" if exact else "week", why if exact else f"{why}, within a day")


def _moved(phrase: Phrase, days: _Days) -> _Days:
    """The days of a phrase moved and lengthened as it says ("overnight into Sunday")."""
    if not phrase.move and not phrase.more:
        return days
    try:
        first = days.first + phrase.move * _ONE_DAY
        return replace(days, first=first, last=days.last + (phrase.move + phrase.more) * _ONE_DAY)
    except OverflowError:
        return days


def _exact_step(day: date, unit: str, amount: int) -> date | None:
    """The very day some months or years from another ("a year ago today")."""
    months = {"month": 1, "year": 12, "decade": 120}.get(unit)
    if months is not None:
        there = _add_months(day.replace(day=1), months * amount)
        return make_day(there.year, there.month, day.day)
    length = {"day": 1, "week": 7, "fortnight": 14}.get(unit)
    return None if length is None else day + length * amount * _ONE_DAY


def _one(day: date, reason: str, grain: str = "day") -> _Days:
    return _Days(day, day, grain, reason)


def _whole_week(day: date, reason: str) -> _Days:
    monday = day - timedelta(days=day.weekday())
    return _Days(monday, monday + timedelta(days=6), "week", reason)


def _whole_month(year: int, month: int, reason: str) -> _Days:
    return _Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month", reason)


def _season_days(year: int, month: int, reason: str) -> _Days:
    first = date(year, month, 1)
    end = _add_months(first, 2)
    return _Days(first, date(end.year, end.month, monthrange(end.year, end.month)[1]), "season", reason)


def _piece_of(whole: _Days, unit: str, number: int) -> _Days | str:
    """A half of a month or year; its n-th week or its first or last days, -1 counting from the end."""
    why = f"a part of it: {whole.reason}"
    if unit == "half":
        middle = date(whole.first.year, 6, 30) if whole.grain == "year" else whole.first + 14 * _ONE_DAY
        if number == 1:
            return _Days(whole.first, middle, whole.grain, why)
        return _Days(middle + _ONE_DAY, whole.last, whole.grain, why)
    if number < 0:
        return _Days(whole.last - 6 * _ONE_DAY, whole.last, "week", why)
    first = whole.first + 7 * (number - 1) * _ONE_DAY
    return _Days(first, first + 6 * _ONE_DAY, "week", why)


def _quarter_days(first: date, reason: str) -> _Days:
    end = _add_months(first, 2)
    return _Days(first, date(end.year, end.month, monthrange(end.year, end.month)[1]), "quarter", reason)


def _add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = monthrange(year, month + 1)[1]
    # The end of a month stays its end: 31 August less six months is the last of February.
    at_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if at_end else min(day.day, last))


def _calendar_step(base: date, unit: str, amount: int, reason: str) -> _Days:
    """The calendar month, year, decade or century that lies *amount* away from the one of *base*."""
    if unit == "month":
        there = _add_months(base.replace(day=1), amount)
        return _whole_month(there.year, there.month, reason)
    if unit == "year":
        year = base.year + amount
        return _Days(date(year, 1, 1), date(year, 12, 31), "year", reason)
    size = {"decade": 10, "century": 100}[unit]
    first = base.year - base.year % size + amount * size
    return _Days(date(first, 1, 1), date(first + size - 1, 12, 31), "longer", reason)
