"""Sentences of our own about made-up towns, and what event coding makes of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from incident_articles import Story
from parsing import parsed

from geomap.dates import find_dates
from geomap.incidents import code_incidents
from geomap.records import Incident, Place

TOWNS = ("Aville", "Bville", "Cville", "Dville")


def town(name: str, number: int = 0, **more: Any) -> Place:
    kind = {"feature_class": "P", "feature_code": "PPL", "country_code": "XX"} | more
    return Place(id=f"t:{name}", name=name, lat=10.0 + number, lon=20.0 + number, **kind)


def tell(text: str, *, published: str = "2024-05-15", model: bool = True) -> list[Incident]:
    """The incidents of ``text``, whose towns are Aville, Bville, Cville and Dville; told on a Wednesday in May."""
    places = tuple(town(name, number) for number, name in enumerate(TOWNS))
    story = Story(name="told", published=published, text=text, places=places)
    article = story.article()
    doc = parsed(text) if model else None
    return code_incidents(article, story.resolutions(), find_dates(article), doc)


def calls(work: Callable[[], object]) -> int:
    """How many Python functions ``work`` calls: what it costs, the same on every machine."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def show(incidents: list[Incident]) -> str:
    """What was found, for the message of a failing test."""
    return "\n" + "\n".join(
        f"{i.type} {i.certainty} {i.attribution.level} {i.attribution.source!r} dead={i.deaths} hurt={i.injured}"
        f" crowd={i.crowd_size} {[(a.text, a.role) for a in i.actors]} {[p.text for p in i.places]}"
        f" {i.date_start} <{i.trigger}> {i.quote!r}"
        for i in incidents
    )
