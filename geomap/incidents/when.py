"""When a draft happened: the time phrase of its clause, of its sentence, or the day of the story so far."""

from __future__ import annotations

from datetime import timedelta

from geomap.incidents.counts import word_number
from geomap.incidents.story import Draft, Story, is_report, parse_day
from geomap.incidents.syntax import Clause
from geomap.records import DateExpression

__all__ = ["date_before", "has_own_date", "settle_date", "when_of_date"]

CARRY_SENTENCES = 8
"""How many sentences back an undated incident may take its day from (about two paragraphs of wire copy)."""


_WEEKDAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])


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
    tokens = story.text.tokens
    head = tokens[draft.main.head].start
    best: DateExpression | None = None
    for clause in draft.clauses:
        options = [
            d for d in story.dates_in(tokens[clause.a].start, tokens[clause.b - 1].end) if d.date_start is not None
        ]
        options = [d for d in options if _date_cost(story, d, draft) < 3]
        if options:
            best = min(options, key=lambda d: (_date_cost(story, d, draft), abs(d.start - head)))
            break
    if best is None and draft.clauses[0].marker in ("when", "where", "which"):
        best = date_before(story, draft.clauses[0])
    if best is not None:
        draft.own_date = True
        _take_date(story, draft, best, best.reason)
        return
    if draft.clauses[0].marker == "after" and _days_after(story, draft):
        return
    clauses = story.text.clauses_of(draft.sentence)
    used = {c.index for s in siblings if s is not draft for c in s.clauses}
    opening: DateExpression | None = None
    for clause in clauses:
        if is_report(story, clause) and clause.index not in used:
            continue
        later = clause.index > draft.clauses[-1].index
        if later and (clause.own_subject or any(t.tag == "MD" for t in tokens[clause.a : clause.b])):
            continue
        options = [
            d for d in story.dates_in(tokens[clause.a].start, tokens[clause.b - 1].end) if d.date_start is not None
        ]
        options = [d for d in options if _date_cost(story, d, draft) < 3]
        if not options:
            continue
        relative = clause.marker in ("which", "who", "where", "when") and clause.index not in {
            c.index for c in draft.clauses
        }
        if not relative:
            # "for a third day on Sunday": the day itself, not the stretch
            opening = min(options, key=lambda d: (_date_cost(story, d, draft), _span(d), d.start))
            break
    if opening is not None and draft.judgement.certainty not in ("planned", "hypothetical", "threatened"):
        _take_date(story, draft, opening, f"the same sentence: {opening.reason}")
        return
    if opening is not None and draft.judgement.certainty == "planned":
        day = parse_day(opening.date_end)
        if day is not None and (story.published is None or day >= story.published):
            _take_date(story, draft, opening, f"the same sentence: {opening.reason}")
        return
    if draft.judgement.certainty not in ("reported", "attempted", "negated", "claimed"):
        return
    if (
        any(d.date_start is None for c in draft.clauses for d in story.dates_in(tokens[c.a].start, tokens[c.b - 1].end))
        and story.published is None
    ):
        return
    for previous in reversed(story.recent):
        if previous.sentence.paragraph != draft.sentence.paragraph or not draft.sentence.index:
            break
        if story.is_old(previous.date_end) and previous.own_date:
            # a paragraph of background stays background until a newer day is named
            draft.background = True
            return
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
        return
    if draft.sentence.index <= story.first_sentence + 1 and draft.judgement.certainty == "reported" and story.published:
        draft.date_start = draft.date_end = story.published.isoformat()
        draft.time_precision = 1
        draft.date_reason = "no time phrase: reported as news in the lead, so the day of publication or shortly before"


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
    base = parse_day(options[-1].date_start) if options else None
    if unit is None or amount is None or base is None or amount > 400 or options[-1].time_precision != 1:
        return False
    day = (base - timedelta(days=int(amount) * unit)).isoformat()
    draft.date_start = draft.date_end = day
    draft.time_precision = 1 if unit == 1 else 2
    draft.time_expression = story.article.text[tokens[clause.a - 2].start : tokens[clause.a].end]
    draft.date_reason = f"counted back from {options[-1].text!r}"
    draft.own_date = True
    return True


def _date_cost(story: Story, expression: DateExpression, draft: Draft) -> int:
    """Phrases that bound something else ("until Tuesday", "the uprising of 1988") come after plain ones."""
    before = story.article.text[max(0, expression.start - 12) : expression.start].lower().split()
    last = before[-1] if before else ""
    if last == "since" and draft.main.pos == "n":
        return 3
    text = story.article.text
    after = text[expression.end : expression.end + 7].lower().lstrip(" ,")
    if after.startswith("when") and not any(when_of_date(story, c) for c in draft.clauses):
        return 2
    return 2 if last in ("until", "till", "of", "than", "by") else 0


def _take_date(story: Story, draft: Draft, expression: DateExpression, reason: str) -> None:
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
