"""When a draft happened: the time phrase of its clause, of its sentence, or the day of the story so far."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from datetime import timedelta

from geomap.incidents.counts import word_number
from geomap.incidents.story import Draft, Story, parse_day
from geomap.incidents.syntax import Clause
from geomap.incidents.triggers import is_report
from geomap.records import DateExpression

__all__ = ["date_before", "has_own_date", "settle_date", "when_of_date"]

CARRY_SENTENCES = 8
"""How many sentences back an undated incident may take its day from (about two paragraphs of wire copy)."""


_HABIT = re.compile(
    r"\b(?:since|always|often|usually|regularly|routinely|every|each (?:year|month|week|day)|years|decades|history"
    r"|historic|once|previous|previously|former|formerly|earlier|past|used to|ago|traditionally|repeatedly"
    r"|so far|until)\b",
    re.IGNORECASE,
)
"""Words of a sentence that tells of more than the news of the day: then the day stays open."""

_REPORT = (
    r"(?:said|says|told|announced|reported|added|declared|confirmed|claimed|denied|stated|acknowledged|promised|condemned"
    r"|pledged|vowed|demanded|accused|blamed|called)"
)
_TOLD_BEFORE = re.compile(rf"\b{_REPORT}(?:\s\w{{1,15}}){{0,2}},?\s(?:(?:on|late|early)\s){{0,2}}$", re.IGNORECASE)
_TOLL = re.compile(
    r"\b(?:toll|number|count)\b[^.;]{0,60}"
    r"\b(?:rose|risen|rises|climbed|climbs|reached|grew|went up|increased|stood|stands)\b",
    re.IGNORECASE,
)
_TOLD_AFTER = re.compile(rf",?\s(?:has\s|have\s|had\s|also\s){{0,2}}{_REPORT}\b", re.IGNORECASE)
_RANGE_LEAD = re.compile(r"\b(from|between)\s(?:(?:late|early|about|the)\s){0,2}$", re.IGNORECASE)
_RANGE_GLUE = re.compile(
    r"(?:\s{0,3}(?P<dash>[-–—])\s{0,3}|\s{1,3}(?P<word>to|until|till|through|and)\s{1,3})(?:(?:late|early|the)\s){0,2}",
    re.IGNORECASE,
)

_BEFORE_EVENT = re.compile(
    r"\b(?P<n>a|the|one|two|three|four|five|six|seven|eight|nine|ten|[0-9]{1,3})\s(?P<unit>days?|weeks?)\sbefore\s"
    r"(?:the|that|this|his|her|their|its)\s(?:\w{1,15}\s)?"
    r"(?:deaths?|attacks?|blasts?|explosions?|clash(?:es)?|killings?|shootings?|bombings?|raids?|strikes?|assault|ambush"
    r"|massacre|arrests?|abductions?|kidnappings?|fire|crash|protests?|march|riots?|battle|shelling)\b",
    re.IGNORECASE,
)
_DONE = ("reported", "attempted", "claimed")

_WEEKDAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])


NAMED_CHARS = 600
"""How far back (characters, about a long paragraph) a day that is only named may date an incident."""

NEWS_DAYS = timedelta(days=14)
"""A day that is only named dates an incident where it is of the news: within two weeks of publication."""

_UNTOLD = "counts from an event whose day is not told"

_SPANS = {"day": 1, "days": 1, "week": 7, "weeks": 7}


def _span(expression: DateExpression) -> int:
    """How many days a time phrase covers."""
    start, end = parse_day(expression.date_start), parse_day(expression.date_end)
    return (end - start).days if start and end else 0


def _length(draft: Draft) -> int:
    """How many days a draft spans."""
    start, end = parse_day(draft.date_start), parse_day(draft.date_end)
    return (end - start).days + 1 if start and end else 1


def has_own_date(story: Story, draft: Draft) -> bool:
    """Whether a clause of the draft names its day."""
    return any(
        d.date_start is not None
        for c in draft.clauses
        for d in story.dates_in(story.text.tokens[c.a].start, story.text.tokens[c.b - 1].end)
    )


def when_of_date(story: Story, clause: Clause) -> bool:
    """Whether a clause with "when" hangs on a day named just before it ("on September 20, when …")."""
    return clause.marker == "when" and date_before(story, clause) is not None


def date_before(story: Story, clause: Clause) -> DateExpression | None:
    """The day named just before a clause ("on September 20, when …")."""
    tokens = story.text.tokens
    if clause.a < 2:
        return None
    edge = tokens[clause.a].start
    found = story.dates_in(max(0, edge - 40), edge)
    return found[-1] if found and found[-1].date_start is not None and edge - found[-1].end <= 3 else None


def settle_date(story: Story, draft: Draft, siblings: list[Draft]) -> None:
    """Give a draft its day or days, and say what they rest on."""
    _find_date(story, draft, siblings)
    _within_news(story, draft)


def _find_date(story: Story, draft: Draft, siblings: list[Draft]) -> None:
    """The day of the draft's clause, else of its sentence, else of its entry, else of what was told before it."""
    best = _date_of_clauses(story, draft)
    if best is not None and best.reason.startswith(("no day of its own", "no day named near")):
        # "after nightfall": a time, and the day is the one that the story is at
        draft.part_of_day, draft.time_expression = best.part_of_day, best.text
        if draft.judgement.certainty in _DONE and _carry_date(story, draft, publication=False) and draft.date_start:
            first, last, named = draft.date_start, draft.date_end or draft.date_start, best.date_start or ""
            if not first <= named <= last:
                return
    if best is not None and _ends_only(story, best) and draft.judgement.certainty in _DONE:
        # "blocked the road until dawn": when it ended; it began on the day that the sentence or the story is at
        began = _date_of_sentence(story, draft, siblings)
        if began is not None and began is not best and not _ends_only(story, began):
            draft.own_date = True
            _take_date(story, draft, began, f"the same sentence: {began.reason}")
            return
    if best is not None:
        draft.own_date = True
        _take_date(story, draft, best, best.reason)
        if draft.judgement.certainty in _DONE:
            story.told = draft
        return
    if draft.clauses[0].marker == "after" and _days_after(story, draft):
        return
    planned = draft.judgement.certainty == "planned"
    opening = _date_of_sentence(story, draft, siblings)
    if opening is not None and draft.judgement.certainty not in ("planned", "hypothetical", "threatened"):
        _take_date(story, draft, opening, f"the same sentence: {opening.reason}")
        return
    if opening is not None and planned:
        day = parse_day(opening.date_end)
        if day is not None and (story.published is None or day >= story.published):
            _take_date(story, draft, opening, f"the same sentence: {opening.reason}")
        return
    if draft.judgement.certainty not in ("reported", "attempted", "negated", "claimed"):
        return
    if _before_known(story, draft) or _says_no_day(story, draft):
        return
    heading = story.heading_of(draft.sentence.start)
    if heading is not None:
        draft.own_date = True
        draft.date_start, draft.date_end = heading.date_start, heading.date_end
        draft.time_precision = heading.time_precision
        draft.date_reason = f"no time phrase of its own: the day that heads its entry, {heading.text!r}"
        return
    told = _day_of_telling(story, draft)
    if told is None:
        _carry_date(story, draft)
    elif not _carry_date(story, draft, publication=False) or not draft.date_start:
        draft.date_start, draft.date_end = told.date_start, told.date_end
        draft.time_precision = 2
        draft.date_reason = f"no time phrase of its own: told on that day, so then or shortly before ({told.text!r})"


def _ends_only(story: Story, expression: DateExpression) -> bool:
    """Whether a phrase only says until when something lasted."""
    before = story.article.text[max(0, expression.start - 12) : expression.start].lower().split()
    return bool(before) and before[-1] in ("until", "till")


def _day_of_telling(story: Story, draft: Draft) -> DateExpression | None:
    """The day on which the sentence says that the incident was told, where that is news ("said on Friday")."""
    if draft.judgement.certainty not in _DONE:
        return None
    text = story.article.text
    for d in story.dates_in(draft.sentence.start, draft.sentence.end):
        if d.date_start and d.time_precision == 1 and not story.is_old(d.date_end):
            before = text[max(draft.sentence.start, d.start - 50) : d.start]
            if _TOLD_BEFORE.search(before) or _TOLD_AFTER.match(text, d.end, d.end + 30):
                return d
    return None


def _resolved(story: Story, draft: Draft, clause: Clause) -> list[DateExpression]:
    """The phrases of a clause that give a day which may be the draft's."""
    tokens = story.text.tokens
    found = story.dates_in(tokens[clause.a].start, tokens[clause.b - 1].end)
    return [d for d in found if d.date_start is not None and _date_cost(story, d, draft) < 3]


def _date_of_clauses(story: Story, draft: Draft) -> DateExpression | None:
    head = story.text.tokens[draft.main.head].start
    for clause in draft.clauses:
        options = _resolved(story, draft, clause)
        if options:
            return min(options, key=lambda d: (_date_cost(story, d, draft), abs(d.start - head)))
    if draft.clauses[0].marker in ("when", "where", "which"):
        return date_before(story, draft.clauses[0])
    return None


def _date_of_sentence(story: Story, draft: Draft, siblings: list[Draft]) -> DateExpression | None:
    tokens = story.text.tokens
    used = {c.index for s in siblings if s is not draft for c in s.clauses}
    own = {c.index for c in draft.clauses}
    late: list[DateExpression] = []
    for clause in story.text.clauses_of(draft.sentence):
        if is_report(story.text, clause) and clause.index not in used:
            continue
        later = clause.index > draft.clauses[-1].index
        modal = any(t.tag == "MD" for t in tokens[clause.a : clause.b])
        if later and modal:
            continue
        options = _resolved(story, draft, clause)
        if not options:
            continue
        if clause.marker in ("which", "who", "where", "when") and clause.index not in own:
            continue
        if later and clause.own_subject:
            # "three were killed and seven were hurt in clashes on Friday": Friday, if the sentence names no other day
            # "a shell hit her as she fetched water on Friday" is of one time too
            if clause.marker in ("as", "while") or "and" in (tokens[clause.a].low, tokens[clause.a - 1].low):
                late.extend(options)
            continue
        # "for a third day on Sunday": the day itself, not the stretch
        return min(options, key=lambda d: (_date_cost(story, d, draft), _span(d), d.start))
    days = {(d.date_start, d.date_end) for d in late}
    return late[0] if len(days) == 1 else None


def _before_known(story: Story, draft: Draft) -> bool:
    """ "Two days before her death a sniper ...": counted back from the incident told before."""
    found = _BEFORE_EVENT.search(story.article.text, draft.sentence.start, draft.sentence.end)
    last = next((p for p in reversed(story.recent) if p.date_start and p.time_precision == 1), None)
    base = parse_day(last.date_start) if last else None
    if found is None or base is None or last is None or draft.sentence.index - last.sentence.index > 3:
        return False
    amount = 1.0 if found["n"].lower() in ("a", "one", "the") else word_number(found["n"].lower())
    unit = _SPANS.get(found["unit"].lower())
    if amount is None or unit is None or amount > 400:
        return False
    day = (base - timedelta(days=int(amount) * unit)).isoformat()
    draft.date_start = draft.date_end = day
    draft.time_precision = 1 if unit == 1 else 2
    draft.time_expression = found.group()
    draft.date_reason = f"counted back from {base}, the day of the incident told before it"
    draft.own_date = True
    return True


def _says_no_day(story: Story, draft: Draft) -> bool:
    """Whether its clauses date it by a phrase that names no day ("on 31 February", "two days before the vote")."""
    tokens = story.text.tokens
    found = [
        d
        for c in draft.clauses
        for d in story.dates_in(tokens[c.a].start, tokens[c.b - 1].end)
        if d.date_start is None and _date_cost(story, d, draft) < 3
    ]
    if not found:
        # "two days before the vote, a mine exploded": the phrase stands in a clause of its own
        before = story.dates_in(draft.sentence.start, tokens[draft.main.a].start)
        found = [d for d in before[-1:] if d.reason.startswith(_UNTOLD)]
    if found:
        draft.time_expression = found[0].text
        draft.date_reason = found[0].reason
    return bool(found)


def _carry_date(story: Story, draft: Draft, *, publication: bool = True) -> bool:
    """The day of the incident told before, else, with ``publication``, the days up to publication."""
    for previous in reversed(story.recent):
        if previous.sentence.paragraph != draft.sentence.paragraph or not draft.sentence.index:
            break
        if story.is_old(previous.date_end) and previous.own_date:
            # a paragraph of background stays background until a newer day is named
            draft.background = True
            return True
    for previous in reversed(story.recent):
        if previous.date_start is None or previous.judgement.certainty not in ("reported", "attempted", "claimed"):
            continue
        if previous.date_end and _length(previous) > 3:
            continue
        if draft.sentence.index - previous.sentence.index > CARRY_SENTENCES or story.is_old(previous.date_end):
            break
        draft.date_start, draft.date_end = previous.date_start, previous.date_end
        draft.time_precision = previous.time_precision
        draft.date_reason = "no time phrase of its own: the day of the incident told before it"
        return True
    told = story.told
    near = told is not None and draft.sentence.index - told.sentence.index <= CARRY_SENTENCES
    if told is not None and near and not story.is_old(told.date_end) and _length(told) <= 3:
        draft.date_start, draft.date_end = told.date_start, told.date_end
        draft.time_precision = told.time_precision
        draft.date_reason = f"no time phrase of its own: the day last told, {told.time_expression!r}"
        return True
    named = _day_named_before(story, draft) if publication else None
    if named is not None:
        draft.date_start, draft.date_end = named.date_start, named.date_end
        draft.time_precision = named.time_precision
        draft.date_reason = f"no time phrase of its own: the day named before it, {named.text!r}"
        return True
    if not publication or draft.judgement.certainty == "negated" or story.published is None:
        return False
    if draft.sentence.index <= story.first_sentence + 1 and draft.judgement.certainty == "reported":
        draft.date_start = draft.date_end = story.published.isoformat()
        draft.time_precision = 1
        draft.date_reason = "no time phrase: reported as news in the lead, so the day of publication or shortly before"
    elif not _HABIT.search(story.article.text, draft.sentence.start, draft.sentence.end):
        draft.date_start = draft.date_end = story.published.isoformat()
        draft.time_precision = 2
        draft.date_reason = "no time phrase: told as news, so in the days up to publication"
    return True


def _day_named_before(story: Story, draft: Draft) -> DateExpression | None:
    """The day of the news that an earlier sentence names without an incident ("There was violence on Tuesday.")."""
    if story.published is None:
        return None
    text = story.article.text
    k = bisect_left(story.date_starts, draft.sentence.start)
    for d in reversed(story.dates[max(0, k - 4) : k]):
        if d.start < story.story_start or draft.sentence.start - d.end > NAMED_CHARS:
            break
        day = parse_day(d.date_end)
        if day is None or d.time_precision != 1 or not timedelta(0) <= story.published - day <= NEWS_DAYS:
            continue
        before = text[max(0, d.start - 50) : d.start]
        if not (_TOLD_BEFORE.search(before) or _TOLD_AFTER.match(text, d.end, d.end + 30)):
            return d
    return None


def _within_news(story: Story, draft: Draft) -> None:
    """What is told as done ("this week") lies not after publication, what is planned not before."""
    first, last, today = parse_day(draft.date_start), parse_day(draft.date_end), story.published
    if first is None or last is None or today is None or not first < last or not first <= today <= last:
        return
    certainty = draft.judgement.certainty
    if certainty in ("reported", "claimed", "attempted", "negated") and last > today:
        last = today
    elif certainty in ("planned", "threatened") and first < today:
        first = today
    else:
        return
    draft.date_start, draft.date_end = first.isoformat(), last.isoformat()


def _days_after(story: Story, draft: Draft) -> bool:
    """ "Monday, three days after an earthquake killed …": the earthquake's day."""
    tokens = story.text.tokens
    clause = draft.clauses[0]
    if clause.a < 2:
        return False
    unit = _SPANS.get(tokens[clause.a - 1].low)
    low = tokens[clause.a - 2].low
    amount = 1.0 if low in ("a", "one") else word_number(low)
    options = [d for d in story.dates_in(draft.sentence.start, tokens[clause.a].start) if d.date_start is not None]
    if options:
        base = parse_day(options[-1].date_start) if options[-1].time_precision == 1 else None
        counted = f"counted back from {options[-1].text!r}"
    else:
        # "the bombing came two days after gunmen ambushed ...": from the day of the bombing, told before
        last = next((p for p in reversed(story.recent) if p.date_start and p.time_precision == 1), None)
        base = parse_day(last.date_start) if last else None
        counted = f"counted back from {base}, the day of the incident told before it"
    if unit is None or amount is None or base is None or amount > 400:
        return False
    day = (base - timedelta(days=int(amount) * unit)).isoformat()
    draft.date_start = draft.date_end = day
    draft.time_precision = 1 if unit == 1 else 2
    draft.time_expression = story.article.text[tokens[clause.a - 2].start : tokens[clause.a].end]
    draft.date_reason = counted
    draft.own_date = True
    return True


def _date_cost(story: Story, expression: DateExpression, draft: Draft) -> int:
    """Phrases that bound something else ("until Tuesday", "the uprising of 1988") come after plain ones."""
    before = story.article.text[max(0, expression.start - 12) : expression.start].lower().split()
    last = before[-1] if before else ""
    if last == "since" and draft.main.pos == "n":
        return 3
    text = story.article.text
    if _is_telling(story, expression, draft):
        return 3
    after = text[expression.end : expression.end + 7].lower().lstrip(" ,")
    if after.startswith("when") and not any(when_of_date(story, c) for c in draft.clauses):
        return 2
    return 2 if last in ("until", "till", "of", "than", "by") else 1 if last == "since" else 0


def _is_telling(story: Story, expression: DateExpression, draft: Draft) -> bool:
    """Whether a phrase says when something was said, in a clause whose incident is only a noun ("said today")."""
    if draft.main.pos != "n" or is_speech(draft):
        return False
    text = story.article.text
    if _TOLL.search(text[max(0, expression.start - 80) : expression.start]):
        return True
    if _TOLD_BEFORE.search(text[max(0, expression.start - 50) : expression.start]):
        return True
    return _TOLD_AFTER.match(text, expression.end, expression.end + 30) is not None


def is_speech(draft: Draft) -> bool:
    """Whether saying something is the incident itself: a threat, an agreement, a political act."""
    return draft.type in ("threat", "agreement_ceasefire", "political_act", "alert_alarm")


def _whole_range(story: Story, expression: DateExpression) -> DateExpression:
    """ "from Friday to Sunday", "between May 3 and May 9": both ends as one phrase, for either of them."""
    k = bisect_left(story.date_starts, expression.start)
    for one, two in ((k, k + 1), (k - 1, k)):
        if one < 0 or two >= len(story.dates):
            continue
        left, right = story.dates[one], story.dates[two]
        if expression not in (left, right) or not left.date_start or not right.date_end:
            continue
        glue = _RANGE_GLUE.fullmatch(story.article.text, left.end, right.start)
        led = _RANGE_LEAD.search(story.article.text[max(0, left.start - 24) : left.start])
        if glue is None or left.date_start >= right.date_end or not (led or glue["dash"]):
            continue
        if led and (led[1].lower() == "between") != (glue["word"] == "and"):
            continue
        first, last = parse_day(left.date_start), parse_day(right.date_end)
        length = (last - first).days + 1 if first and last else 1
        return replace(
            left,
            end=right.end,
            text=story.article.text[left.start : right.end],
            date_end=right.date_end,
            part_of_day=None,
            time_precision=1 if length <= 2 else 2 if length <= 14 else 3,
            reason=f"from {left.date_start} to {right.date_end}: {left.reason}",
        )
    return expression


def _take_date(story: Story, draft: Draft, expression: DateExpression, reason: str) -> None:
    whole = _whole_range(story, expression)
    if whole is not expression:
        expression, reason = whole, whole.reason
    draft.date = expression
    start, end = expression.date_start, expression.date_end
    first = parse_day(start)
    if (
        first is not None
        and start == end
        and story.published is not None
        and story.published - timedelta(days=7) <= first < story.published
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
