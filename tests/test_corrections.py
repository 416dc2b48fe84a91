"""Corrections: read with patience, only added to, found again by id or quote, put on names and incidents."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.cli import main
from geomap.corrections import (
    COLUMNS,
    Correction,
    Corrections,
    append_corrections,
    apply_corrections,
    apply_to_mentions,
    correction_row,
    find_hits,
    links_between,
    read_corrections,
)
from geomap.errors import InputError, OutputError
from geomap.formats import read_incidents
from geomap.records import (
    UNLIKELY,
    Article,
    Attribution,
    Incident,
    IncidentPlace,
    Mention,
    Place,
    Resolution,
    SourceQuote,
)
from geomap.steering import Steering, merge_as_said

TEXT = "Some 300 teachers marched through Springfield on Monday. Police watched the march in Springfield."
QUOTE = "Some 300 teachers marched through Springfield on Monday."
ILLINOIS = Place(
    id="gn:1", name="Springfield", lat=39.8, lon=-89.6, feature_class="P", feature_code="PPLA", country_code="US"
)
OHIO = replace(ILLINOIS, id="gn:2", lat=39.9, lon=-83.8, admin1="OH")
PLACES = {place.id: place for place in (ILLINOIS, OHIO)}


def place_of(row: Correction) -> Place | None:
    if row.lat is not None and row.lon is not None:
        return replace(OHIO, id="at", name=row.name, lat=row.lat, lon=row.lon, country_code="")
    return PLACES.get(row.to)


def resolution(start: int) -> Resolution:
    mention = Mention(start=start, end=start + 11, text="Springfield")
    return Resolution(mention=mention, place=ILLINOIS, score=0.4, rule="population")


def incident(**given: object) -> Incident:
    made = Incident(
        incident_id="a1",
        doc_id="monday",
        type="protest",
        places=(
            IncidentPlace(
                start=34,
                end=45,
                text="Springfield",
                role="site",
                place_id="gn:1",
                name="Springfield",
                lat=39.8,
                lon=-89.6,
            ),
        ),
        quote=QUOTE,
        quote_start=0,
        quote_end=len(QUOTE),
        certainty="reported",
        attribution=Attribution(source=None, level="stated"),
        geo_precision=1,
        date_start="2021-05-03",
        date_end="2021-05-03",
        trigger="marched",
        score=0.4,
        sources=(SourceQuote(doc_id="monday", quote=QUOTE),),
    )
    return replace(made, **given)  # type: ignore[arg-type]


def rows(*given: Correction) -> Corrections:
    return Corrections(tuple(replace(one, file="c.csv", row=number) for number, one in enumerate(given, 2)))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "corrections.csv"
    path.write_bytes(text.encode())
    return path


# -- the file --


def test_a_file_that_people_wrote_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "\ufeff# what I found\r\nKind;Article;name;to;lat;lon;mine\r\n"
        "place;monday;Springfield;gn:2;;;x\r\n\r\n# no more\r\nPLACE;;Gate 3;;42,9471;-20,8212\r\n",
    )
    found = read_corrections(path)
    assert found.problems == ()
    first, second = found.rows
    assert (first.kind, first.article, first.name, first.to, first.row) == ("place", "monday", "Springfield", "gn:2", 3)
    assert (second.kind, second.lat, second.lon, second.row) == ("place", 42.9471, -20.8212, 6)


def test_no_file_has_no_corrections(tmp_path: Path) -> None:
    found = read_corrections(tmp_path / "none.csv")
    assert not found and found.problems == ()


@pytest.mark.parametrize(
    ("row", "column", "told"),
    [
        ("plase,m,X,gn:1,,,,", "kind", "did you mean 'place'"),
        ("place,m,,gn:1,,,,", "name", "as the article writes it"),
        ("place,m,X,,,,,", "to", "an id such as"),
        ("place,m,X,,91,20,,", "lat", "not between -90 and 90"),
        ("place,m,X,,north,20,,", "lat", "no number of degrees"),
        ("place,m,X,,42,,,", "lon", "both lat and lon"),
        ("type,m,,ryot,,,a1,", "to", "did you mean 'riot'"),
        ("certainty,m,,sure,,,a1,", "to", "it is one of reported"),
        ("date,m,,2022-02-30,,,a1,", "to", "2022-02-30"),
        ("date,m,,2022-03-02/2022-03-01,,,a1,", "to", "ends before it begins"),
        ("drop,m,,,,,,", "incident", "its id, or its article and quote"),
        ("merge,m,,,,,a1,", "other", "the second one"),
    ],
)
def test_a_wrong_row_is_told_with_line_and_column_and_the_others_count(
    tmp_path: Path, row: str, column: str, told: str
) -> None:
    path = written(tmp_path, f"kind,article,name,to,lat,lon,incident,quote\n{row}\ndrop,m,,,,,b2,\n")
    found = read_corrections(path)
    assert [one.incident for one in found.rows] == ["b2"]
    (problem,) = found.problems
    assert f"corrections.csv, row 2, column {column}:" in str(problem)
    assert told in str(problem)


def test_a_broken_file_is_told_and_what_was_read_before_counts(tmp_path: Path) -> None:
    path = written(tmp_path, 'kind,incident,quote\ndrop,a1,\ndrop,b2,"never closed\n' + "x" * 200_000)
    found = read_corrections(path)
    assert [one.incident for one in found.rows] == ["a1"]
    assert "row 3" in str(found.problems[0]) and "not closed" in str(found.problems[0])
    for data, told in ((b"kind\n\xff\xfe\n", "UTF-8"), (b"one,two\n1,2\n", "no column 'kind'")):
        path.write_bytes(data)
        assert told in str(read_corrections(path).problems[0])
    path.write_text("kind,incident\ndrop,a1,too,many\n")
    assert "4 cells" in str(read_corrections(path).problems[0])


def test_appending_keeps_every_byte_that_is_there(tmp_path: Path) -> None:
    before = '\ufeff# mine\r\nkind;incident;mine\r\ndrop;a1;"x;y"\r\n# the end, without its line end'
    path = written(tmp_path, before)
    new = Correction(kind="type", to="riot", incident="b2", quote="=cmd|' /C calc'!A0; and\nmore")
    assert append_corrections(path, [new, new, Correction(kind="drop", incident="a1")]) == 1
    after = path.read_bytes().decode()
    head = before.replace("kind;incident;mine", "kind;incident;mine;to;quote")
    assert after.startswith(head)
    assert after[len(head) :] == "\r\ntype;b2;;riot;\"'=cmd|' /C calc'!A0; and more\"\r\n"
    found = read_corrections(path)
    assert found.problems == ()
    assert found.rows[1].quote == "=cmd|' /C calc'!A0; and more"
    assert append_corrections(path, [found.rows[1]]) == 0


def test_a_mind_that_is_changed_back_is_the_last_word(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    riot = Correction(kind="type", to="riot", incident="a1")
    protest = replace(riot, to="protest")
    assert [append_corrections(path, [row]) for row in (riot, protest, riot, riot)] == [1, 1, 1, 0]
    assert apply_corrections([incident()], read_corrections(path)).incidents[0].type == "riot"
    one = Correction(kind="merge", incident="a1", other="b1")
    two = replace(one, kind="split")
    assert append_corrections(path, [one, two, one, replace(one, note="again")]) == 3
    assert read_corrections(path).rows[-1].kind == "merge"


def test_nothing_is_added_where_it_would_not_be_read(tmp_path: Path) -> None:
    before = 'kind,incident,quote\ndrop,a1,"not closed\n'
    path = written(tmp_path, before)
    with pytest.raises(InputError, match="row 2 a quotation mark is not closed"):
        append_corrections(path, [Correction(kind="drop", incident="b2", quote="Nobody said so.")])
    assert path.read_text() == before


def test_a_remark_above_the_header_that_looks_like_it_stays_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, "# kind,incident is the header\nkind,incident\ndrop,a1\n")
    assert append_corrections(path, [Correction(kind="type", incident="b2", to="riot")]) == 1
    assert path.read_text().splitlines()[:2] == ["# kind,incident is the header", "kind,incident,to"]
    assert [row.to for row in read_corrections(path).rows] == ["", "riot"]


def test_a_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "new" / "corrections.csv"
    assert append_corrections(path, [Correction(kind="drop", incident="a1")]) == 1
    assert path.read_text("utf-8-sig").splitlines()[1] == ",".join(COLUMNS)
    assert [one.incident for one in read_corrections(path).rows] == ["a1"]
    assert sorted(one.name for one in path.parent.iterdir()) == ["corrections.csv"]


def test_a_full_disk_loses_no_correction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno
    import os

    path = written(tmp_path, "kind,incident\ndrop,a1\n")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="disk is full"):
        append_corrections(path, [Correction(kind="drop", incident="b2")])
    assert path.read_text() == "kind,incident\ndrop,a1\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["corrections.csv"]


def test_a_file_that_is_no_text_is_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_bytes(b"kind,incident\ndrop,\xff\n")
    with pytest.raises(InputError, match="UTF-8"):
        append_corrections(path, [Correction(kind="drop", incident="b2")])
    assert path.read_bytes() == b"kind,incident\ndrop,\xff\n"


# The cells are on one line: white space and control characters are one thing there.
CELLS = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"))).map(lambda text: " ".join(text.split()))


@settings(max_examples=30, deadline=None)
@given(quote=CELLS, article=CELLS, note=CELLS)
def test_rows_read_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, quote: str, article: str, note: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    row = Correction(kind="drop", incident="a1", quote=quote, article=article, note=note)
    path.write_text(",".join(COLUMNS) + "\n" + correction_row(row) + "\n", encoding="utf-8")
    (back,) = read_corrections(path).rows
    assert back.key() == row.key() and back.note == note.strip()


# -- names --


def test_a_name_is_that_place_in_its_article_only() -> None:
    known = rows(Correction(kind="place", article="monday", name="springfield", to="gn:2", note="the paper is there"))
    used: set[tuple[str, int]] = set()
    found = apply_to_mentions(Article(doc_id="monday", text=TEXT), [resolution(34)], known, place_of, used)
    assert found[0].place == OHIO and found[0].rule == "correction" and found[0].score == 1.0
    assert found[0].reasons == ("corrected by you (c.csv, row 2)", "the paper is there")
    assert [one.place for one in found[0].alternatives] == [ILLINOIS]
    assert used == {("c.csv", 2)}
    other = apply_to_mentions(Article(doc_id="tuesday", text=TEXT), [resolution(34)], known, place_of, used)
    assert other == [resolution(34)]


def test_a_row_of_the_article_goes_before_one_of_its_source_and_that_before_one_of_all() -> None:
    everywhere = Correction(kind="place", name="Springfield", to="none")
    of_source = Correction(kind="place", name="Springfield", to="unknown", source="Herald")
    of_article = Correction(kind="place", name="Springfield", to="gn:2", article="monday")
    known = rows(of_article, of_source, everywhere)

    def of(doc_id: str, source: str | None) -> Resolution:
        article = Article(doc_id=doc_id, text=TEXT, source=source)
        return apply_to_mentions(article, [resolution(34)], known, place_of)[0]

    assert of("monday", "Herald").place == OHIO
    assert (of("tuesday", "herald").place, of("tuesday", "herald").rule) == (None, "correction")
    assert of("tuesday", None).rule == UNLIKELY
    later = rows(of_article, replace(of_article, to="gn:1"))
    assert (
        apply_to_mentions(Article(doc_id="monday", text=TEXT), [resolution(34)], later, place_of)[0].place == ILLINOIS
    )


def test_a_row_of_all_articles_finds_its_name_as_one_of_an_article_does() -> None:
    text = "A march in Zürich. Rebels of South\nSudan's army left."
    for name, start, end in (("Zurich", 11, 17), ("South Sudan", 29, 40)):
        one = Resolution(mention=Mention(start=start, end=end, text=text[start:end]), place=None, score=0.0, rule="nil")
        for doc_id in ("m", ""):
            known = rows(Correction(kind="place", article=doc_id, name=name, to="gn:2"))
            assert apply_to_mentions(Article(doc_id="m", text=text), [one], known, place_of)[0].place == OHIO


def test_with_a_quote_only_the_mention_in_it_is_meant() -> None:
    known = rows(
        Correction(
            kind="place", article="m", name="Springfield", to="gn:2", quote="Police watched the march in Springfield."
        )
    )
    text = TEXT.replace("watched the", "watched\n the")
    found = apply_to_mentions(
        Article(doc_id="m", text=text), [resolution(34), resolution(text.rindex("Spr"))], known, place_of
    )
    assert [one.place for one in found] == [ILLINOIS, OHIO]


def test_a_place_that_the_gazetteer_has_no_more_changes_nothing() -> None:
    known = rows(Correction(kind="place", article="m", name="Springfield", to="gn:999"))
    assert apply_to_mentions(Article(doc_id="m", text=TEXT), [resolution(34)], known, place_of) == [resolution(34)]


# -- incidents --


def test_type_date_certainty_and_ok_are_put_right_and_said() -> None:
    known = rows(
        Correction(kind="type", to="riot", incident="a1"),
        Correction(kind="date", to="2021-05-01/2021-05-03", incident="a1", note="see the photo"),
        Correction(kind="certainty", to="planned", incident="a1"),
        Correction(kind="ok", incident="a1"),
    )
    (changed,) = apply_corrections([incident()], known).incidents
    assert (changed.type, changed.certainty, changed.date_start, changed.date_end) == (
        "riot",
        "planned",
        "2021-05-01",
        "2021-05-03",
    )
    assert (
        changed.time_precision == 2
        and changed.plover == "PROTEST:riot"
        and changed.acled_sub_event == "Violent demonstration"
    )
    assert changed.corrections == (
        "type: riot instead of protest (c.csv, row 2)",
        "date: 2021-05-01/2021-05-03 instead of 2021-05-03 (c.csv, row 3; see the photo)",
        "certainty: planned instead of reported (c.csv, row 4)",
        "checked by you (c.csv, row 5)",
    )
    (undated,) = apply_corrections([incident()], rows(Correction(kind="date", to="none", incident="a1"))).incidents
    assert undated.date_start is None


def test_an_incident_is_found_by_its_quote_when_better_rules_gave_it_another_id() -> None:
    row = Correction(kind="drop", incident="old", article="monday", quote=QUOTE.upper().replace(" ", "  "))
    assert apply_corrections([incident(incident_id="new")], rows(row)).incidents == ()
    # A clause more or less in the quote does not matter; another sentence does.
    shorter = replace(row, quote="teachers marched through Springfield on Monday")
    assert apply_corrections([incident(incident_id="new")], rows(shorter)).incidents == ()
    other = apply_corrections(
        [incident(incident_id="new")], rows(replace(row, quote="Police fired tear gas at students."))
    )
    assert len(other.incidents) == 1
    assert other.lost[0][1] == "no incident of monday has this quote any more"
    # The article goes by another name now: the words find it all the same.
    renamed = apply_corrections([incident(doc_id="mon", sources=())], rows(replace(row, incident="")))
    assert renamed.incidents == ()


def test_of_several_incidents_in_one_sentence_trigger_and_name_tell_which() -> None:
    pair = [incident(incident_id="n1"), incident(incident_id="n2", trigger="watched")]
    row = Correction(kind="drop", incident="old", article="monday", quote=QUOTE, trigger="watched")
    assert [one.incident_id for one in apply_corrections(pair, rows(row)).incidents] == ["n1"]
    unclear = apply_corrections(pair, rows(replace(row, trigger="")))
    assert len(unclear.incidents) == 2
    assert "2 incidents have this quote (n1, n2)" in unclear.lost[0][1]


def test_places_of_saved_incidents_are_put_right_too() -> None:
    known = rows(Correction(kind="place", article="monday", name="Springfield", to="gn:2"))
    (changed,) = apply_corrections([incident()], known, place_of).incidents
    assert (changed.places[0].place_id, changed.places[0].lat, changed.places[0].rule) == ("gn:2", 39.9, "correction")
    assert changed.corrections == ("place: Springfield: gn:2 (c.csv, row 2)",)
    (again,) = apply_corrections([changed], known, place_of).incidents
    assert again == changed
    gone = rows(Correction(kind="place", article="monday", name="Springfield", to="none"))
    (placeless,) = apply_corrections([incident()], gone, place_of).incidents
    assert placeless.places == () and placeless.geo_precision is None
    region = replace(OHIO, id="gn:3", feature_class="A", feature_code="ADM1")
    wide = rows(Correction(kind="place", article="monday", name="Springfield", to="gn:3"))
    (area,) = apply_corrections([incident()], wide, lambda _: region).incidents
    assert (area.geo_precision, area.where_prec) == (3, 4)


# -- merging --


def told(doc_id: str, day: str = "2021-05-03", **given: object) -> Incident:
    quote = f"{QUOTE[:-1]}, said {doc_id}."
    made = incident(
        incident_id=doc_id + "1",
        doc_id=doc_id,
        quote=quote,
        date_start=day,
        date_end=day,
        sources=(SourceQuote(doc_id=doc_id, quote=quote),),
    )
    return replace(made, **given)  # type: ignore[arg-type]


def sources_of(incidents: list[Incident]) -> list[list[str]]:
    return [[one.doc_id for one in found.sources] for found in incidents]


def test_what_is_said_to_be_one_is_one_whatever_the_days() -> None:
    three = [told("a"), told("b", "2021-05-09"), told("c", "2021-05-20")]
    known = rows(Correction(kind="merge", incident="a1", other="c1"))
    merged, lost = merge_as_said(three, known)
    assert sources_of(merged) == [["a", "c"], ["b"]] and lost == []
    assert "merged by you" in merged[0].corrections
    both = rows(*known.rows, Correction(kind="merge", incident="c1", other_article="b", other_quote=three[1].quote))
    assert sources_of(merge_as_said(three, both)[0]) == [["a", "b", "c"]]


def test_what_is_said_to_be_two_stays_two() -> None:
    three = [told("a"), told("b"), told("c")]
    known = rows(Correction(kind="split", incident="a1", other_article="b"))
    merged, _ = merge_as_said(three, known)
    assert sorted(map(sorted, sources_of(merged))) == [["a", "c"], ["b"]]
    # The last word counts.
    again = rows(*known.rows, Correction(kind="merge", incident="b1", other="a1"))
    assert sources_of(merge_as_said(three, again)[0]) == [["a", "b", "c"]]
    links = links_between(find_hits(three, again.rows)[0])
    assert links == ([(0, 1)], [], [])


def test_one_of_many_that_is_another_leaves_the_others_together_and_may_join_what_it_is() -> None:
    five = [told(doc_id) for doc_id in "abcde"]
    known = rows(
        Correction(kind="split", incident="c1", other="a1"), Correction(kind="split", incident="e1", other="a1")
    )
    merged, lost = merge_as_said(five, known)
    assert sorted(map(sorted, sources_of(merged))) == [["a", "b", "d"], ["c", "e"]] and lost == []


def test_a_split_of_what_other_rows_make_one_is_told() -> None:
    known = rows(
        Correction(kind="merge", incident="a1", other="b1"),
        Correction(kind="merge", incident="b1", other="c1"),
        Correction(kind="split", incident="a1", other="c1"),
    )
    merged, lost = merge_as_said([told("a"), told("b"), told("c")], known)
    assert sources_of(merged) == [["a", "b", "c"]]
    assert [(row.row, why) for row, why in lost] == [(4, "these two are one by c.csv, row 2 and c.csv, row 3")]


@pytest.mark.parametrize("kind", ["drop", "type", "date", "certainty", "ok"])
def test_a_row_with_the_id_alone_is_about_all_tellings_of_the_incident(kind: Any) -> None:
    three = [told("a"), told("b"), told("c", "2021-05-20")]
    to = {"type": "riot", "date": "2021-05-09", "certainty": "planned"}.get(kind, "")
    merged, lost = merge_as_said(three, rows(Correction(kind=kind, to=to, incident="a1")))
    assert lost == []
    assert sources_of(merged) == ([] if kind == "drop" else [["a", "b"]]) + [["c"]]
    if kind != "drop":
        first, second = merged
        assert len(first.corrections) == 1 and second.corrections == ()
        assert to in ("", first.type, first.date_start, first.certainty)


def test_a_row_with_a_quote_is_about_that_telling() -> None:
    # Weekly marches: the day of the first was read wrongly, and the next article tells of the next march.
    first, second = told("a"), told("b")
    known = rows(Correction(kind="date", to="2021-04-26", incident="a1", article="a", quote=first.quote))
    merged, _ = merge_as_said([first, second], known)
    assert [(one.doc_id, one.date_start) for one in merged] == [("a", "2021-04-26"), ("b", "2021-05-03")]
    # What it says counts for what is one.
    third = told("c", "2021-04-26")
    assert sources_of(merge_as_said([first, second, third], known)[0]) == [["a", "c"], ["b"]]


def test_the_later_of_two_rows_holds_whichever_way_they_name_the_incident() -> None:
    one, two = told("a"), told("b")
    by_id = Correction(kind="type", to="riot", incident="a1")
    by_quote = [
        Correction(kind="type", to="mob_violence", article=each.doc_id, quote=each.quote) for each in (one, two)
    ]
    for known, last in ((rows(by_id, *by_quote), "mob_violence"), (rows(*by_quote, by_id), "riot")):
        (merged,) = merge_as_said([one, two], known)[0]
        assert merged.type == last


def test_a_whole_incident_may_be_said_to_be_another_and_to_have_no_day() -> None:
    four = [told("a"), told("b"), told("c", "2021-05-20"), told("d", "2021-05-20")]
    merged, _ = merge_as_said(four, rows(Correction(kind="merge", incident="a1", other="c1")))
    assert [sorted(one) for one in sources_of(merged)] == [["a", "b", "c", "d"]]
    quotes = ("A march crossed Springfield.", "Springfield: teachers are angry.")
    bare = [replace(one, quote=quote, sources=()) for one, quote in zip(four, quotes, strict=False)]
    assert len(merge_as_said(bare, Corrections())[0]) == 1
    (undated,) = merge_as_said(bare, rows(Correction(kind="date", to="none", incident="a1")))[0]
    assert undated.date_start is None and len(undated.sources) == 2


def test_merging_does_not_overrule_what_was_put_right() -> None:
    # The others are better told, and two against one say that it was a protest.
    mine = told(
        "a",
        type="riot",
        score=0.2,
        certainty="claimed",
        date_start="2021-05-01",
        date_end="2021-05-04",
        time_precision=2,
    )
    others = [told("b"), told("c", part_of_day="morning", time_expression="on Monday")]
    for kind, to in (("date", "2021-05-01/2021-05-03"), ("certainty", "claimed"), ("type", "riot")):
        known = rows(Correction(kind=kind, to=to, incident="", article="a", quote=mine.quote))  # type: ignore[arg-type]
        (merged,) = merge_as_said([mine, *others], known)[0]
        assert merged.corrections
        said = {"date": f"{merged.date_start}/{merged.date_end}", "certainty": merged.certainty, "type": merged.type}
        assert said[kind] == to


def test_a_place_that_was_put_right_is_shown_beside_a_type_of_another_telling() -> None:
    placed = replace(told("a").places[0], rule="correction", place_id="gn:2", lat=39.81)
    one, two = told("a", places=(placed,)), told("b")
    (merged,) = merge_as_said([one, two], rows(Correction(kind="type", to="riot", article="b", quote=two.quote)))[0]
    assert (merged.places[0].place_id, merged.type, merged.plover) == ("gn:2", "riot", "PROTEST:riot")


def test_no_day_has_no_hour_and_no_words() -> None:
    one = incident(part_of_day="morning", time_expression="on Monday")
    (undated,) = apply_corrections([one], rows(Correction(kind="date", to="none", incident="a1"))).incidents
    assert (undated.part_of_day, undated.time_expression) == (None, None)
    (moved,) = apply_corrections([one], rows(Correction(kind="date", to="2021-05-04", incident="a1"))).incidents
    assert (moved.part_of_day, moved.time_expression) == ("morning", None)


def test_an_incident_of_another_part_of_a_table_is_not_taken_for_the_likeliest_of_this_one() -> None:
    def row_of(number: int) -> Incident:
        return incident(
            incident_id=f"r{number}", doc_id="t.csv", quote=f"Clash in Aton on {number} May, 3 dead.", sources=()
        )

    drop = Correction(kind="drop", article="t.csv", incident="r9", quote=row_of(9).quote)
    steering = Steering(rows(drop))
    # One of the first part even says the same.
    same = replace(row_of(9), incident_id="r2")
    assert len(steering.incidents("t.csv", [row_of(1), same], part=True)) == 2
    assert [one.incident_id for one in steering.incidents("t.csv", [row_of(8), row_of(9)], part=True)] == ["r8"]
    assert steering.unused() == []
    # Nor is a row that is there no more: it differs from the others in a number only.
    kept, lost = merge_as_said([row_of(1), row_of(2)], rows(drop))
    assert len(kept) == 2 and [why for _, why in lost] == ["no incident of t.csv has this quote any more"]


def test_a_row_with_a_quote_alone_is_found_article_by_article_too() -> None:
    steering = Steering(rows(Correction(kind="drop", quote=QUOTE)))
    assert steering.incidents("tuesday", [incident(doc_id="tuesday", quote="Nobody marched.", sources=())])
    assert steering.incidents("monday", [incident()]) == []
    assert steering.unused() == []


def test_a_merge_that_finds_nothing_is_told() -> None:
    known = rows(
        Correction(kind="merge", incident="a1", other="zz"), Correction(kind="split", incident="a1", other="a1")
    )
    _, lost = merge_as_said([told("a")], known)
    assert [why for _, why in lost] == ["the second one: there is no incident zz", "both are the same incident"]


def test_a_name_with_a_quote_is_found_in_it_alone() -> None:
    text = "Shots fell at Gate 3. All was calm at Gate 3 later."
    known = rows(Correction(kind="place", article="m", name="Gate 3", to="gn:2", quote="All was calm at Gate 3 later."))
    given = [
        Resolution(
            mention=Mention(start=start, end=start + 4, text="Gate"), place=ILLINOIS, score=0.1, rule="population"
        )
        for start in (14, 38)
    ]
    found = apply_to_mentions(Article(doc_id="m", text=text), given, known, place_of)
    assert [(one.mention.start, one.mention.text, one.place) for one in found] == [
        (14, "Gate", ILLINOIS),
        (38, "Gate 3", OHIO),
    ]


def test_a_name_that_no_recogniser_found_is_found_by_its_correction() -> None:
    text = "Shots fell at Gate  3 near Springfield, and in GATE 3 again; Gate 33 was calm."
    known = rows(Correction(kind="place", article="m", name="Gate 3", to="gn:2"))
    inside = Resolution(mention=Mention(start=14, end=18, text="Gate"), place=ILLINOIS, score=0.1, rule="population")
    found = apply_to_mentions(Article(doc_id="m", text=text), [inside, resolution(27)], known, place_of)
    assert [(one.mention.text, one.rule) for one in found] == [
        ("Gate  3", "correction"),
        ("Springfield", "population"),
        ("GATE 3", "correction"),
    ]
    assert all(text[one.mention.start : one.mention.end] == one.mention.text for one in found)


# -- a run without a project --

# Written for this test.
MARCH = "ZVECAN, 11 May 2021 - Some 400 people protested in Zvecan on Monday, police said. Nobody was hurt.\n"


@pytest.mark.parametrize("options", [("--merge",), (), ("--merge", "--workers", "1")])
def test_a_run_without_a_project_applies_and_tells_the_same(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    for name, more in (("one", ""), ("two", "It was quiet. ")):
        (tmp_path / f"{name}.txt").write_text(MARCH.replace("Nobody", more + "Nobody"))

    def run(*more: object) -> list[Incident]:
        target = tmp_path / "out.jsonl"
        inputs = [str(tmp_path / "one.txt"), str(tmp_path / "two.txt")]
        given = ["extract", *inputs, "-o", str(target), "--recognizer", "gazetteer", *options, *map(str, more)]
        assert main(given) in (0, 3)
        return list(read_incidents(target))

    merging = "--merge" in options
    first = run()[0]
    assert len(first.sources) == (2 if merging else 1)
    path = tmp_path / "c.csv"
    whole = Correction(kind="type", to="riot", incident=first.incident_id)
    by_quote = Correction(kind="certainty", to="claimed", article="two", quote=first.quote)
    gone = Correction(kind="drop", article="two", quote="Somebody else did something else entirely.")
    split = Correction(kind="split", incident=first.incident_id, other_article="nobody")
    append_corrections(path, [whole, by_quote, gone, split])
    capfd.readouterr()
    found = run("--corrections", path)
    told = capfd.readouterr().err
    assert "row 5: this correction no longer matches anything (drop" in told and "row 6" in told
    assert told.count("no longer matches") == 2
    said = [(one.type, one.certainty) for one in found]
    assert said == ([("riot", "claimed")] if merging else [("riot", "reported"), ("protest", "claimed")])


def test_places_of_tables_and_of_saved_incidents_are_put_right_too(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "log.csv"
    table.write_text(
        "date,town,country,event\n2022-08-01,Gate 3,Kosovo,Shots were fired\n2022-08-02,Prizren,Kosovo,A protest\n"
    )
    known = tmp_path / "c.csv"
    gate = Correction(kind="place", article="log.csv", name="Gate 3", lat=42.9471, lon=20.8212)
    append_corrections(known, [gate, replace(gate, name="Nowhere")])

    def run(source: Path, target: str, *more: object) -> list[Incident]:
        given = ["extract", str(source), "-o", str(tmp_path / target), "--recognizer", "gazetteer", *map(str, more)]
        assert main(given) in (0, 3)
        return list(read_incidents(tmp_path / target))

    bare = run(table, "bare.jsonl")
    article = bare[0].doc_id
    append_corrections(known, [replace(gate, article=article)])
    for source in (table, tmp_path / "bare.jsonl"):
        capfd.readouterr()
        first, second = run(source, "out.jsonl", "--corrections", known)
        assert (first.places[0].lat, first.places[0].rule, first.geo_precision) == (42.9471, "correction", 1)
        assert first.is_corrected("place") and second == bare[1]
        told = capfd.readouterr().err
        assert "'Nowhere'" in told and told.count("no longer matches") == (1 if article == "log.csv" else 2)
