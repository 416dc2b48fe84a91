"""Merging the same incident of several articles: by transparent points, never across towns or days."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.merging import merge_incidents
from geomap.merging.copies import independent, marked
from geomap.merging.facts import read_facts
from geomap.merging.likeness import ENOUGH, likeness
from geomap.merging.wording import COPY_SHARE, copied, read_wording, shared_words
from geomap.records import Attribution, Conflict, Incident, IncidentPlace, SourceQuote, Telling

ATON = IncidentPlace(
    start=0, end=4, text="Aton", role="site", place_id="p:1", name="Aton", lat=10.0, lon=20.0, radius_km=4.0,
    country_code="XA", admin1="North",
)  # fmt: skip
BTON = replace(ATON, text="Bton", place_id="p:2", name="Bton", lat=10.2)


def incident(doc: str, quote: str = "Shells hit the market of Aton.", **changes: Any) -> Incident:
    base = Incident(
        incident_id=f"{doc}-1",
        doc_id=doc,
        type="shelling",
        places=(ATON,),
        quote=quote,
        quote_start=0,
        quote_end=len(quote),
        certainty="reported",
        attribution=Attribution(source=None, level="stated"),
        geo_precision=1,
        date_start="2024-05-01",
        date_end="2024-05-01",
        time_precision=1,
        score=0.5,
    )
    published = changes.pop("published", "2024-05-02")
    made = replace(base, **changes)
    source = SourceQuote(doc_id=doc, source=f"Paper {doc}", published=published, quote=quote)
    return made if "sources" in changes else replace(made, sources=(source,))


def together(*incidents: Incident) -> bool:
    return len(merge_incidents(incidents)) == 1


# -- what is one -----------------------------------------------------------------------------------------------------


def test_two_articles_become_one_with_both_quotes() -> None:
    (merged,) = merge_incidents(
        [incident("a"), incident("b", "Two died in Aton when the market was shelled.", deaths=(2, 2))]
    )
    assert merged.incident_id == "a-1"
    assert {one.doc_id for one in merged.sources} == {"a", "b"}
    assert {one.incident_id for one in merged.sources} == {"a-1", "b-1"}
    assert merged.deaths == (2, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "explosive", "quote": "Explosions in the market of Aton, shells were heard."},
        {"places": (replace(ATON, role="near"),), "geo_precision": 2},
        {"places": (replace(ATON, role="part_of"),), "geo_precision": 2},
        {"places": (replace(ATON, place_id="p:9", lat=10.05),)},
        {"date_start": "2024-04-30"},
        {"date_start": "2024-04-29", "date_end": "2024-05-05", "time_precision": 2},
        {"date_start": None, "date_end": None, "time_precision": None, "quote": "Shells hit a market in Aton."},
        {"certainty": "claimed"},
        {"certainty": "historical"},
        {"deaths": (3, 3)},
    ],
    ids=lambda changes: "+".join(changes),
)
def test_another_telling_of_the_same(changes: dict[str, Any]) -> None:
    assert together(incident("a", deaths=(2, 2)), incident("b", **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"date_start": "2024-05-02", "date_end": "2024-05-02"},
        {"places": (BTON,)},
        {"places": (replace(BTON, role="near"),)},
        {"type": "agreement_ceasefire"},
        {"type": "riot", "quote": "Windows were broken in Aton."},
        {"certainty": "planned"},
        {"certainty": "negated"},
        {"date_start": None, "date_end": None, "quote": "Gunners fired on Aton."},
        {"places": (), "quote": "Gunners fired somewhere."},
        {
            "places": (replace(ATON, place_id=None, name=None, text="Cton", lat=None, lon=None),),
            "quote": "Fire at Cton.",
        },
    ],
    ids=lambda changes: "+".join(changes),
)
def test_something_else(changes: dict[str, Any]) -> None:
    assert not together(incident("a"), incident("b", **changes))


def test_a_place_that_nobody_knows_is_one_by_its_name() -> None:
    nowhere = (replace(ATON, place_id=None, name=None, text="Cton", lat=None, lon=None),)
    assert together(incident("a", places=nowhere), incident("b", places=nowhere))


def test_a_suburb_is_in_its_city_and_the_next_town_is_not() -> None:
    city = replace(ATON, radius_km=15.0)
    suburb = replace(ATON, text="Sub", place_id="p:3", name="Sub", lat=10.08, radius_km=3.0)
    town = replace(suburb, radius_km=12.0)
    told = "Shells hit the covered market at noon."
    assert together(
        incident("a", told, places=(city,)),
        incident("b", "At noon the covered market was hit by shells.", places=(suburb,)),
    )
    assert not together(incident("a", told, places=(city,)), incident("b", told, places=(town,)))


def test_a_region_holds_its_towns_where_the_words_agree() -> None:
    region = replace(
        ATON, text="North", place_id="p:n", name="North", is_area=True, feature_code="ADM1", radius_km=150.0
    )
    other = replace(region, name="South", text="South", place_id="p:s", admin1="South")
    told = "A covered market was destroyed by artillery."
    assert together(incident("a", told), incident("b", "Artillery destroyed a covered market.", places=(region,)))
    assert not together(incident("a"), incident("b", "Gunners were busy.", places=(region,)))
    assert not together(incident("a", told), incident("b", told, places=(other,)))


def test_morning_and_evening_with_other_numbers_are_two() -> None:
    morning = incident("a", part_of_day="morning", deaths=(2, 2))
    assert not together(morning, incident("b", part_of_day="evening", deaths=(9, 9)))
    assert together(morning, incident("b", part_of_day="morning", deaths=(3, 3)))
    assert together(morning, incident("b", deaths=(3, 3)))


def test_a_place_lent_by_another_sentence_is_no_proof() -> None:
    told = incident("a", "Artillery shelled Aton on Tuesday, killing a woman.")
    lent = incident("b", "Two residents of Dton were wounded by shelling on Tuesday.")
    assert not together(told, lent)
    assert together(told, incident("b", "Two residents of Aton were wounded by shelling on Tuesday."))


def test_a_day_lent_by_another_sentence_may_be_some_days_off() -> None:
    lent = "no time phrase of its own: the day of the incident told before it"
    told = incident("a", "Helicopters bombed a camp of rebels east of Aton")
    other = {"date_reason": lent, "date_start": "2024-05-03", "date_end": "2024-05-03"}
    (merged,) = merge_incidents([incident("b", "Rebels lost a camp east of Aton to helicopters", **other), told])
    assert (merged.date_start, merged.conflicts) == ("2024-05-01", ())
    assert not together(told, incident("b", "A bakery of Aton burned down", **other))
    stated = {**other, "date_reason": "weekday before publication"}
    assert not together(told, incident("b", "Rebels lost a camp east of Aton to helicopters", **stated))
    far = {**other, "date_start": "2024-05-09", "date_end": "2024-05-09"}
    assert not together(told, incident("b", "Rebels lost a camp east of Aton to helicopters", **far))


def test_articles_of_one_story_need_fewer_points() -> None:
    def story(doc: str, *more: Incident) -> list[Incident]:
        thing = ("market", "school", "bakery")
        return [
            *(incident(doc, f"Shells hit the {one} of Aton.", incident_id=f"{doc}-{one}") for one in thing),
            *more,
        ]

    fight = incident("a", "Fighting broke out at dusk.", incident_id="a-f", type="armed_clash")
    siege = incident("b", "Rebels hold the bridge.", incident_id="b-f", type="territory_change")
    assert not together(fight, siege)
    assert len(merge_incidents([*story("a", fight), *story("b", siege)])) == 4


def test_one_articles_incidents_are_left_alone() -> None:
    both = [incident("a"), incident("a", incident_id="a-2")]
    assert merge_incidents(both) == both
    # Nor through a third.
    merged = merge_incidents([*both, incident("b")])
    assert sorted(len(one.sources) for one in merged) == [1, 2]


def test_each_goes_to_the_most_alike() -> None:
    fire = "A depot in Aton burned down after shelling."
    school = "A school in Aton lost its roof to a shell."
    first = [incident("a", fire), incident("a", school, incident_id="a-2")]
    second = [
        incident("b", "The roof of a school in Aton was torn off by a shell."),
        incident("b", "Shelling set a depot on fire in Aton.", incident_id="b-2"),
    ]
    merged = merge_incidents([*first, *second])
    assert [{one.incident_id for one in each.sources} for each in merged] == [{"a-1", "b-2"}, {"a-2", "b-1"}]


def test_announced_and_done_are_two_and_two_announcements_one() -> None:
    plan = incident(
        "a",
        "Teachers will march in Aton.",
        type="protest",
        certainty="planned",
        date_start="2024-05-09",
        date_end="2024-05-09",
    )
    again = replace(
        incident("b", "A march of teachers in Aton is planned."),
        type="protest",
        certainty="planned",
        date_start="2024-05-09",
        date_end="2024-05-09",
    )
    done = incident(
        "c",
        "Teachers marched in Aton.",
        type="protest",
        date_start="2024-05-09",
        date_end="2024-05-09",
        published="2024-05-10",
    )
    sure = replace(done, sources=(replace(done.sources[0], published="2024-05-03"),))
    assert together(plan, again)
    assert not together(plan, done)
    # What is told as a fact before its day is no report of it.
    assert together(plan, sure)


# -- the one that comes out ------------------------------------------------------------------------------------------


def test_a_report_outweighs_a_claim() -> None:
    claimed = incident("a", certainty="claimed", attribution=Attribution(source="rebels", level="attributed"))
    (merged,) = merge_incidents([claimed, incident("b", "The market of Aton was hit by shells.")])
    assert merged.certainty == "reported" and merged.attribution.level == "stated"


def test_the_best_telling_is_shown() -> None:
    vague = incident(
        "a", "Shells hit a market.", date_start="2024-04-29", date_end="2024-05-03", time_precision=2, score=0.9
    )
    exact = incident("b", "Shells hit the market of Aton at ten.", score=0.4)
    (merged,) = merge_incidents([vague, exact])
    assert (merged.doc_id, merged.date_start, merged.quote) == ("b", "2024-05-01", exact.quote)
    assert merged.sources[0].doc_id == "b"
    assert merged.incident_id == "a-1"


def test_the_id_is_that_of_the_earliest_and_stays() -> None:
    old, new = (
        incident("z", published="2024-05-02"),
        incident("a", "Aton: market hit by shells", published="2024-05-03"),
    )
    later = incident("b", "The market of Aton was struck by shells", published="2024-05-04", score=0.99)
    assert merge_incidents([new, old])[0].incident_id == "z-1"
    assert merge_incidents([later, new, old])[0].incident_id == "z-1"


def test_agreement_raises_the_score_and_copies_do_not() -> None:
    one, two = incident("a", score=0.6), incident("b", "The market of Aton was struck by two shells", score=0.6)
    (agreed,) = merge_incidents([one, two])
    assert agreed.score == pytest.approx(0.6 + 0.4 * 0.3)
    wire = "Shells hit the covered market of Aton in the early hours of the day"
    (copied_,) = merge_incidents(
        [incident(doc, wire, score=0.6, published=f"2024-05-0{day}") for doc, day in (("a", 3), ("b", 2), ("c", 4))]
    )
    assert copied_.score == 0.6
    assert {source.doc_id: source.copy_of for source in copied_.sources} == {"a": "b", "b": None, "c": "b"}
    same = replace(two, sources=(replace(two.sources[0], source="Paper a"),))
    assert merge_incidents([one, same])[0].score == 0.6


def test_numbers_that_can_all_be_true_give_the_narrowest() -> None:
    (merged,) = merge_incidents(
        [incident("a", deaths=(12, None)), incident("b", "Shells killed 14 in Aton", deaths=(14, 14))]
    )
    assert merged.deaths == (14, 14) and merged.conflicts == ()


def test_numbers_that_cannot_are_a_range_and_a_conflict() -> None:
    (merged,) = merge_incidents(
        [
            incident("a", deaths=(12, 12), injured=(3, 3)),
            incident("b", "Shells killed 15 in the market of Aton", deaths=(15, 15)),
            incident("c", "Shells in Aton: at least 14 dead", deaths=(14, None)),
        ]
    )
    assert merged.deaths == (12, 15) and merged.injured == (3, 3)
    (conflict,) = merged.conflicts
    assert conflict.what == "deaths"
    assert {(one.doc_id, one.value) for one in conflict.values} == {("a", "12"), ("b", "15"), ("c", "14+")}


def test_at_least_more_than_anybody_says_stays_open() -> None:
    (merged,) = merge_incidents(
        [incident("a", deaths=(2, 2)), incident("b", "Shells killed many in Aton", deaths=(4, None))]
    )
    assert merged.deaths == (2, None)


def test_copies_have_no_say_in_a_conflict() -> None:
    wire = "Shells hit the covered market of Aton in the early hours of the day"
    (merged,) = merge_incidents(
        [incident("a", wire, deaths=(2, 2)), incident("b", wire, deaths=(3, 3), published="2024-05-03")]
    )
    assert merged.conflicts == () and merged.deaths == (2, 2)


def test_what_only_a_copy_tells_is_told() -> None:
    stub = "Shells hit the covered market of Aton in the early hours of the day"
    longer = incident(
        "b", f"{stub}, killing 12 bakers and wounding 30.", deaths=(12, 12), injured=(30, 30), published="2024-05-03"
    )
    (merged,) = merge_incidents([incident("a", stub, injured=(2, 2)), longer])
    assert [one.copy_of for one in merged.sources if one.doc_id == "b"] == ["a"]
    assert (merged.deaths, merged.injured) == ((12, 12), (2, 2))


def test_spans_that_do_not_fit_are_a_conflict_of_dates() -> None:
    (merged,) = merge_incidents(
        [
            incident("a", date_start="2024-05-01", date_end="2024-05-02"),
            incident("b", "Shells hit Aton's market", date_start="2024-05-02", date_end="2024-05-03"),
        ]
    )
    assert merged.conflicts == (
        Conflict(
            what="date",
            values=(
                Telling(doc_id="a", value="2024-05-01 – 2024-05-02"),
                Telling(doc_id="b", value="2024-05-02 – 2024-05-03"),
            ),
        ),
    )
    assert merged.score == 0.5


def test_order_and_sources() -> None:
    bare = incident("c", "Windows were broken in Aton.", type="riot", sources=())
    merged = merge_incidents(
        [
            bare,
            incident("a"),
            incident("b"),
            incident("d", type="protest", date_start="2024-06-01", date_end="2024-06-01"),
        ]
    )
    assert [one.type for one in merged] == ["riot", "shelling", "protest"]
    assert merged[0].sources[0].doc_id == "c"


def test_merging_twice_changes_nothing_more() -> None:
    once = merge_incidents([incident("a", deaths=(2, 2)), incident("b", "Shells hit a market in Aton.", deaths=(9, 9))])
    assert merge_incidents(once) == once


def test_nothing_gives_nothing() -> None:
    assert merge_incidents([]) == []


# -- whatever the order ----------------------------------------------------------------------------------------------


def _canonical(incidents: list[Incident]) -> list[Incident]:
    return sorted(incidents, key=lambda one: one.incident_id)


_QUOTES = (
    "Shells hit the market of Aton.",
    "The market burned.",
    "Shells fell on a school near Bton",
    "Fire in Aton: 5 dead",
)


@st.composite
def batches(draw: st.DrawFn) -> list[Incident]:
    made = []
    for number in range(draw(st.integers(2, 9))):
        day = draw(st.sampled_from([None, "2024-05-01", "2024-05-02"]))
        made.append(
            incident(
                draw(st.sampled_from("abcd")),
                draw(st.sampled_from(_QUOTES)),
                incident_id=f"i{number}",
                type=draw(st.sampled_from(["shelling", "explosive", "protest"])),
                places=draw(st.sampled_from([(), (ATON,), (BTON,), (ATON, BTON), (replace(ATON, role="near"),)])),
                certainty=draw(st.sampled_from(["reported", "claimed", "planned", "negated"])),
                date_start=day,
                date_end=day,
                part_of_day=draw(st.sampled_from([None, "morning", "evening", "23:10"])),
                deaths=draw(st.sampled_from([None, (2, 2), (3, None), (9, 9)])),
                published=draw(st.sampled_from([None, "2024-05-02", "2024-05-03"])),
                score=draw(st.sampled_from([0.05, 0.5, 1.0])),
            )
        )
    return made


@settings(max_examples=150, deadline=None)
@given(batches(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing_but_the_order(batch: list[Incident], random: Any) -> None:
    merged = merge_incidents(batch)
    shuffled = list(batch)
    random.shuffle(shuffled)
    assert _canonical(merge_incidents(shuffled)) == _canonical(merged)
    told = sorted(source.incident_id or "" for one in merged for source in one.sources if len(one.sources) > 1)
    assert len(told) == len(set(told))
    for one in merged:
        docs = [source.doc_id for source in one.sources]
        assert len(docs) == len(set(docs)), "two of one article"
        assert 0.0 <= one.score <= 1.0


def test_every_order_of_a_chain() -> None:
    # Alike in steps, but the ends are on different days.
    chain = [
        incident("a"),
        incident("b", "The market of Aton was shelled", date_end="2024-05-02"),
        incident("c", "Shells hit Aton", date_start="2024-05-02", date_end="2024-05-02"),
    ]
    results = {tuple(sorted(len(one.sources) for one in merge_incidents(order))) for order in permutations(chain)}
    assert results == {(1, 2)}


# -- words and copies ------------------------------------------------------------------------------------------------


def test_points_are_the_same_both_ways() -> None:
    one, two = (read_facts(incident(doc, quote), 0) for doc, quote in (("a", _QUOTES[0]), ("b", _QUOTES[3])))
    assert likeness(one, two) == likeness(two, one)
    assert (likeness(one, two) or 0.0) >= ENOUGH


def test_words_that_say_nothing_do_not_count() -> None:
    plain = read_wording("On Monday they said that it was there")
    assert shared_words(plain, plain) == 0.0
    one, two = read_wording("Bombers struck a mill"), read_wording("a mill was struck by bombers")
    assert 0.5 < shared_words(one, two) < 1.0
    assert shared_words(one, two, {"mill"}) < shared_words(one, two)


def test_a_copy_may_be_edited_lightly_and_a_short_sentence_is_none() -> None:
    wire = read_wording("Shells hit the covered market of Aton in the early hours of the day, killing two bakers")
    cut = read_wording("Shells hit the covered market of Aton in the early hours of the day")
    assert copied(wire, cut) >= COPY_SHARE
    assert copied(wire, read_wording("Two bakers were killed when shells hit the market")) < 0.5
    short = read_wording("Seven people were arrested")
    assert copied(short, short) == 0.0


def test_hostile_quotes_are_read_in_no_time_and_without_failing() -> None:
    for quote in ("", "\x00", "\ud800 x", "a" * 1_000_000, "word " * 200_000, "\u202e" * 100, "=cmd|'/c calc'!A1"):
        merged = merge_incidents([incident("a", quote), incident("b", quote)])
        assert sum(len(one.sources) for one in merged) == 2


def test_only_independent_sources_are_counted() -> None:
    sources = marked(
        [
            SourceQuote(
                doc_id="2", source="Daily", published="2024-05-03", quote="Shells hit the covered market of Aton today"
            ),
            SourceQuote(
                doc_id="1", source="Wire", published="2024-05-02", quote="Shells hit the covered market of Aton today"
            ),
            SourceQuote(doc_id="3", source="wire", published="2024-05-04", quote="Two bakers were buried in Aton"),
            SourceQuote(doc_id="4", quote="A market burned"),
        ]
    )
    assert [one.copy_of for one in sources] == ["1", None, None, None]
    assert [one.doc_id for one in independent(sources)] == ["1", "4"]


# -- shown -----------------------------------------------------------------------------------------------------------


def test_the_map_and_the_table_have_conflicts_and_copies() -> None:
    from geomap.frames import incidents_to_gdf
    from geomap.maps.payload import Tables

    wire = "Shells hit the covered market of Aton in the early hours of the day"
    merged = merge_incidents(
        [
            incident("a", wire, deaths=(2, 2)),
            incident("b", wire, deaths=(2, 2), published="2024-05-03"),
            incident("c", "The covered market of Aton was shelled: 5 dead", deaths=(5, 5), published="2024-05-04"),
        ]
    )
    frame = incidents_to_gdf(merged)
    assert frame["conflicts"][0] == [
        {"what": "deaths", "values": [{"doc_id": "a", "value": "2"}, {"doc_id": "c", "value": "5"}]}
    ]
    tables = Tables()
    tables.add_all(frame)
    page = tables.payload()
    words = page["strings"]
    ((what, *told),) = page["incidents"]["x"]["0"]
    assert (words[what], [words[number] for number in told]) == ("deaths", ["a", "2", "c", "5"])
    assert [words[number] for number in page["sources"]["copy_of"]] == [None, "a", None]


def test_blurred_places_are_not_told_by_conflicts() -> None:
    from geomap.coarsening import Coarsener

    conflicts = (
        Conflict(what="place", values=(Telling(doc_id="aton-1", value="Aton"), Telling(doc_id="b", value="Cton"))),
        Conflict(what="deaths", values=(Telling(doc_id="aton-1", value="2"), Telling(doc_id="b", value="3"))),
    )
    (blurred,) = Coarsener(25.0).coarsen([incident("aton-1", conflicts=conflicts)])
    (kept,) = blurred.conflicts
    assert kept.what == "deaths"
    assert "aton" not in " ".join(told.doc_id for told in kept.values).lower()
