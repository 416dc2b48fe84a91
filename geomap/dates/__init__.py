"""Time phrases of an article and the days they mean.

``find_dates`` works in three steps. Small patterns find the atoms of time phrases (a date, a weekday, a
part of the day, "two days earlier"). Neighbouring atoms that belong together are joined ("9:40 p.m." and
"Friday", "Tuesday" and "last week"). Then each phrase is resolved in reading order, against the publication
date and the phrases before it.
"""

from __future__ import annotations

from datetime import date

from geomap.caldates import parse_day
from geomap.dates.atoms import Finder
from geomap.dates.phrases import find_phrases
from geomap.dates.resolving import Resolver
from geomap.errors import DateError
from geomap.records import Article, DateExpression

__all__ = ["find_dates", "parse_day"]


def find_dates(article: Article) -> list[DateExpression]:
    """The time phrases of an article, in reading order and without overlaps.

    Days are reckoned from ``article.published``; where it is None or no date at all, a phrase that names no day on
    its own ("Monday", "two days ago") is listed with ``date_start`` None. In a live blog they are reckoned from the
    day that heads the entry. Nothing is raised: ``read_articles`` refuses a date that cannot be, and one that comes
    by another way must not cost the article its incidents.
    """
    published = _published(article)
    finder = Finder(article.text, published)
    return list(Resolver(finder).resolve(find_phrases(finder)))


def _published(article: Article) -> date | None:
    if not article.published:
        return None
    try:
        return date.fromisoformat(parse_day(article.published))
    except DateError:
        return None
