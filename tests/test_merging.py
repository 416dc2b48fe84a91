"""Merging the same incident of several articles: by transparent keys, never across towns or days."""

from __future__ import annotations

from dataclasses import replace

from geomap.merging import merge_incidents
from geomap.records import Attribution, Incident, IncidentPlace, SourceQuote


def incident(doc: str, **changes: object) -> Incident:
    base = Incident(
        incident_id=f"{doc}-1",
        doc_id=doc,
        type="shelling",
        places=(
            IncidentPlace(start=0, end=5, text="Aton", role="site", place_id="p:1", name="Aton", lat=1.0, lon=2.0),
        ),
        quote=f"Shells hit Aton ({doc}).",
        quote_start=0,
        quote_end=10,
        certainty="reported",
        attribution=Attribution(source=None, level="stated"),
        geo_precision=1,
        date_start="2024-05-01",
        date_end="2024-05-01",
        score=0.5,
        sources=(SourceQuote(doc_id=doc, quote=f"Shells hit Aton ({doc})."),),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def other_place(identifier: str, role: str = "site") -> tuple[IncidentPlace, ...]:
    return (IncidentPlace(start=0, end=5, text="Bton", role=role, place_id=identifier, name="Bton", lat=3.0, lon=4.0),)  # type: ignore[arg-type]


def test_two_articles_become_one_with_both_quotes() -> None:
    (merged,) = merge_incidents([incident("a"), incident("b", deaths=(2, 2), score=0.9)])
    assert merged.incident_id == "a-1"
    assert [s.doc_id for s in merged.sources] == ["a", "b"]
    assert merged.deaths == (2, 2) and merged.score == 0.9


def test_other_day_town_type_role_or_certainty_stays_apart() -> None:
    first = incident("a")
    for second in (
        incident("b", date_start="2024-05-02", date_end="2024-05-02"),
        incident("b", places=other_place("p:2")),
        incident("b", places=other_place("p:1", "near")),
        incident("b", type="explosive"),
        incident("b", certainty="planned"),
        incident("b", date_start=None, date_end=None),
        incident("b", places=(replace(first.places[0], place_id=None, lat=None, lon=None),)),
    ):
        assert merge_incidents([first, second]) == [first, second]


def test_overlapping_days_merge() -> None:
    (merged,) = merge_incidents([incident("a"), incident("b", date_start="2024-04-30", date_end="2024-05-01")])
    assert (merged.date_start, merged.date_end) == ("2024-05-01", "2024-05-01")


def test_a_report_outweighs_a_claim() -> None:
    claimed = incident("a", certainty="claimed", attribution=Attribution(source="rebels", level="attributed"))
    (merged,) = merge_incidents([claimed, incident("b")])
    assert merged.certainty == "reported" and merged.attribution.level == "stated"


def test_one_articles_incidents_are_left_alone() -> None:
    both = [incident("a"), incident("a", incident_id="a-2")]
    assert merge_incidents(both) == both


def test_order_and_sources() -> None:
    bare = incident("c", type="riot", sources=())
    merged = merge_incidents([bare, incident("a"), incident("b"), incident("d", type="protest")])
    assert [m.type for m in merged] == ["riot", "shelling", "protest"]
    assert all(m.sources for m in merged)
    assert merged[0].sources[0].doc_id == "c"


def test_nothing_gives_nothing() -> None:
    assert merge_incidents([]) == []
