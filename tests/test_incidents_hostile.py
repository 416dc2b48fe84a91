"""Event coding under hostile input: only GeomapError escapes, and the work grows with the text, not its square."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial

import pytest
from telling import calls, tell

from geomap.dates import find_dates
from geomap.errors import GeomapError
from geomap.incidents import code_incidents
from geomap.records import CERTAINTIES, Article, Incident, Mention, Place, Resolution
from geomap.rows import depictions

NAMES = ("Astrel", "Borvo", "Cerna", "Dorn")
PLACES = {
    name: Place(
        id=f"t:{name}",
        name=name,
        lat=10.0 + k,
        lon=20.0 + k,
        feature_class="P",
        feature_code="PPL",
        country_code="XX",
    )
    for k, name in enumerate(NAMES)
}


def resolutions(text: str) -> list[Resolution]:
    found: list[Resolution] = []
    for name, place in PLACES.items():
        at = text.find(name)
        while at >= 0:
            mention = Mention(start=at, end=at + len(name), text=name)
            found.append(Resolution(mention=mention, place=place, score=0.9, rule="test"))
            at = text.find(name, at + len(name))
    return sorted(found, key=lambda r: r.mention.start)


def coded(text: str, published: str | None = "2024-05-15") -> list[Incident]:
    article = Article(doc_id="h", text=text, published=published)
    incidents = code_incidents(article, resolutions(text), find_dates(article))
    for incident in incidents:
        assert text[incident.quote_start : incident.quote_end] == incident.quote
        assert incident.certainty in CERTAINTIES
        assert incident.time_precision in (None, 1, 2, 3)
        assert (incident.date_start is None) == (incident.date_end is None)
        if incident.date_start and incident.date_end:
            assert incident.date_start <= incident.date_end
    return incidents


# ---------------------------------------------------------------------------------------- dates


def test_an_article_with_no_date() -> None:
    (one, two, three) = coded(
        "A bomb exploded in Astrel on Monday. A bomb exploded in Borvo on 3 May 2021. Gunmen killed two in "
        "Cerna yesterday.",
        None,
    )
    assert (one.date_start, two.date_start, three.date_start) == (None, "2021-05-03", None)
    assert "no publication date" in (one.date_reason or "") or one.date_reason is None


@pytest.mark.parametrize("published", ["----11-14", "2024-02-31", "tomorrow", "", "9999-12-31", "\x00", "x" * 10_000])
def test_a_publication_date_that_cannot_be(published: str) -> None:
    (incident,) = coded("A bomb exploded in Astrel on Monday.", published)
    assert incident.date_start is None


def test_a_date_in_the_future() -> None:
    incidents = coded("A bomb exploded in Astrel on 3 June 2031. Police will march through Borvo on 9 June 2031.")
    assert {i.date_start for i in incidents} <= {"2031-06-03", "2031-06-09"}
    (early,) = coded("A bomb exploded in Astrel on Monday.", "2999-12-31")
    assert early.date_start == "2999-12-30"


@pytest.mark.parametrize("day", ["31 February", "30 February 2024", "29 February 2023", "31 April 2024", "03/04/2024"])
def test_a_day_that_does_not_exist_is_no_other_day(day: str) -> None:
    (one, two) = coded(f"A mine exploded in Borvo on Monday.\n\nA bomb exploded in Astrel on {day}.")
    assert (one.date_start, two.date_start) == ("2024-05-13", None)
    assert two.time_expression == day and two.date_reason


def test_times_without_a_day() -> None:
    incidents = coded("At 21:40 a bomb exploded in Astrel. At 3 a.m. shots were fired in Borvo, killing two people.")
    assert [i.part_of_day for i in incidents][:1] == ["21:40"]
    assert coded("At 21:40 a bomb exploded in Astrel.", None)[0].date_start is None


# ---------------------------------------------------------------------------------------- quotations


@pytest.mark.parametrize(
    "text",
    [
        'The mayor said: "The general told us \'the rebels cried "we shelled Astrel" on Monday\' and left."',
        "“He said ‘she said “they said ‘a bomb exploded in Astrel’”’”, the spokesman said.",
        '"' * 400 + "A bomb exploded in Astrel on Monday." + '"' * 400,
        "“" * 400 + "A bomb exploded in Astrel on Monday.",
        'The army said: "A bomb exploded in Astrel on Monday. Gunmen killed two in Borvo.',
        "A bomb exploded in Astrel on Monday.”” ”” he said ”",
        "(" * 500 + "A bomb exploded in Astrel on Monday" + "]" * 500,
    ],
)
def test_quotations_inside_quotations_and_unclosed(text: str) -> None:
    assert len(coded(text)) <= 2


# ---------------------------------------------------------------------------------------- large


def test_two_hundred_incidents_on_a_page() -> None:
    text = "\n".join(
        f"On {1 + k % 14} May 2024 a bomb exploded in {NAMES[k % 4]}, killing {k + 2} people." for k in range(200)
    )
    assert len(coded(text)) >= 195


@pytest.mark.parametrize(
    "unit",
    [
        "A bomb exploded in Astrel on Monday, killing two people. ",
        "a bomb exploded and gunmen killed and shelled and bombed and burned and looted ",
        "The attack, the blast, the clash, the raid. ",
        "Tuesday 14 May\nA bomb exploded in Astrel.\n",
        "“The army said “the army said ",
        "On Monday, the day after the attack, two days before the vote, ",
        "from Monday to Tuesday until Friday and ",
        "Astrel: attack\n",
    ],
)
def test_work_grows_with_the_text_not_its_square(unit: str) -> None:
    small, large = 4_000, 16_000
    coded(unit * 20)
    few, many = (calls(partial(coded, unit * (size // len(unit)))) for size in (small, large))
    # Four times the text; squared growth would take sixteen times the work.
    assert many < 7 * few, (few, many)


def test_long_text_of_triggers_without_a_place() -> None:
    unit = "A bomb exploded, killing two; gunmen attacked and shelled and abducted them on Monday. "
    assert coded(unit * (60_000 // len(unit))) is not None


# ---------------------------------------------------------------------------------------- random


PIECES = (
    *NAMES,
    *("a bomb exploded", "gunmen killed two", "the attack", "shelled", "protesters marched", "denied", "said", "will"),
    *("on Monday", "on 31 February", "yesterday", "two days after", "the same day", "in 1999", "at 21:40", "overnight"),
    *("“", "”", '"', "'", "(", ")", ",", ".", "\n", "\n\n", ":", ";", "-", "—", "\u202e", "\u0301", "\x00", "\ud800"),
    *("and", "but", "that", "which", "when", "of", "in", "near", "from", "to", "between", "the", "NOT", "İ", "ﬁ", "🙂"),
)


@pytest.mark.parametrize("seed", range(12))
def test_random_words_raise_nothing_else(seed: int) -> None:
    random_ = random.Random(seed)
    text = " ".join(random_.choice(PIECES) for _ in range(300))
    published = random_.choice([None, "2024-05-15", "1000-01-01", "2999-12-31", "----11-14"])
    try:
        first = coded(text, published)
    except GeomapError:
        return
    assert first == coded(text, published)


def test_offsets_that_lie_are_survived() -> None:
    text = "A bomb exploded in Astrel on Monday."
    article = Article(doc_id="h", text=text, published="2024-05-15")
    lies = [replace(d, start=d.start + 1000, end=d.end + 1000) for d in find_dates(article)]
    assert code_incidents(article, resolutions(text), lies) is not None


@pytest.mark.model
@pytest.mark.parametrize(
    "text",
    [
        f"A bomb killed 5 {'million ' * 60}people in Aville on Monday.",
        f"A bomb killed 1 to 5 {'million ' * 60}people in Aville on Monday.",
        f"A bomb killed 1 to 5 {'million ' * 3}people in Aville on Monday.",
        f"A bomb killed nine people 999{',999' * 8} km north of Aville on Monday.",
        f"A bomb killed nine people 999{',999' * 120} km north of Aville on Monday.",
    ],
)
def test_a_number_beyond_all_measure_is_none_that_a_file_cannot_hold(text: str) -> None:
    incidents = tell(text)
    assert incidents
    assert all(depictions(one) for one in incidents)
