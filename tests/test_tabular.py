"""Tables of articles: which column is what, what is told, lists without texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geomap.articles import read_articles
from geomap.errors import GeomapError, InputDoubt, InputError, UsageError
from geomap.records import Article

STORY = "Two hundred people gathered at the bridge on Sunday and left in the evening. " * 8


def read(
    path: Path, columns: dict[str, str] | None = None, *, fetch: bool = False
) -> tuple[list[Article], list[GeomapError], list[str]]:
    errors: list[GeomapError] = []
    notes: list[str] = []
    found = list(read_articles(path, on_error=errors.append, columns=columns or {}, on_note=notes.append))
    return found, errors, notes


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_of_articles(tmp_path: Path) -> None:
    path = table(
        tmp_path / "news.csv",
        f"id,headline,body,pub_date,link,outlet\n7,A gathering,{STORY},25/08/2022,https://example.org/1,The Paper\n"
        f"8,Another,{STORY},03/09/2022,not an address,\n",
    )
    found, errors, notes = read(path)
    first, second = found
    assert (first.doc_id, first.title, first.published, first.source) == ("7", "A gathering", "2022-08-25", "The Paper")
    assert first.url == "https://example.org/1" and first.text == STORY.strip()
    assert first.published_basis == "the column 'pub_date'"
    assert second.published == "2022-09-03" and second.url is None and second.source == "news.csv"
    assert not errors and len(notes) == 1
    assert "text from 'body'" in notes[0] and "published from 'pub_date' (day first, as in 25/08/2022)" in notes[0]
    assert "--columns" in notes[0]


def test_the_user_says_which_column_it_is(tmp_path: Path) -> None:
    path = table(tmp_path / "news.csv", f"title,body,other\nA,{STORY},Something else was said here.\n")
    found, _, _ = read(path, {"text": "OTHER", "title": ""})
    assert found[0].text.startswith("Something") and found[0].title is None
    with pytest.raises(UsageError, match=r"no column 'nowhere' for text; the table has 'title'"):
        list(read_articles(path, columns={"text": "nowhere"}))


def test_a_column_of_texts_is_found_by_what_it_holds(tmp_path: Path) -> None:
    path = table(tmp_path / "a.tsv", f"nr\tinhalt der meldung\n1\t{STORY}\n2\t{STORY}\n")
    assert [article.doc_id for article in read(path)[0]] == ["a-2", "a-3"]


def test_dates_whose_order_is_open_are_left_out(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", f"text,date\n{STORY},03/04/2022\n{STORY},05/04/2022\n{STORY},2022-04-09\n")
    found, errors, _ = read(path)
    assert [article.published for article in found] == [None, None, "2022-04-09"]
    assert all(isinstance(one, InputDoubt) for one in errors) and "order=day-first" in str(errors[0])
    assert "1 more dates" in str(errors[1])
    found, errors, _ = read(path, {"order": "month-first"})
    assert [article.published for article in found] == ["2022-03-04", "2022-05-04", "2022-04-09"] and not errors


def test_a_list_of_media_cloud_is_read_by_its_titles(tmp_path: Path) -> None:
    path = table(
        tmp_path / "mc.csv",
        "id,title,url,publish_date,media_name,language\n"
        "a1,People gather at the bridge,https://example.org/1,2022-08-25,The Paper,en\n"
        "a2,,https://example.org/2,2022-08-25,The Paper,en\n",
    )
    found, errors, notes = read(path)
    assert [(one.text, one.title, one.published, one.language) for one in found] == [
        ("People gather at the bridge", "People gather at the bridge", "2022-08-25", "en")
    ]
    assert len(errors) == 1 and "line 3" in str(errors[0]) and "--fetch" in str(errors[0])
    assert not isinstance(errors[0], InputDoubt)
    assert "1 article has no text here, and only the title is read" in notes[-1]


def test_a_list_of_gdelt(tmp_path: Path) -> None:
    record = {
        "url": "https://example.org/1",
        "title": "People gather",
        "seendate": "20220825T101500Z",
        "domain": "x.org",
    }
    path = table(tmp_path / "artlist.json", json.dumps({"articles": [record, {**record, "title": "More people"}]}))
    found, errors, _ = read(path)
    assert [(one.text, one.published, one.source) for one in found] == [
        ("People gather", "2022-08-25", "x.org"),
        ("More people", "2022-08-25", "x.org"),
    ]
    assert not errors


def test_gdelts_events_are_explained(tmp_path: Path) -> None:
    row = "\t".join(["1070000001", "20220825", *["x"] * 56])
    with pytest.raises(InputError, match="GDELT's table of events"):
        list(read_articles(table(tmp_path / "e.tsv", f"{row}\n{row}\n")))


def test_json_lines_with_other_names(tmp_path: Path) -> None:
    lines = [{"maintext": STORY, "date_publish": "2022-08-25 10:00:00", "source_domain": "x.org"}, {"text": STORY}]
    path = table(tmp_path / "crawl.jsonl", "\n".join(map(json.dumps, lines)))
    found, errors, notes = read(path)
    assert [(one.published, one.source) for one in found] == [("2022-08-25", "x.org"), (None, "crawl.jsonl")]
    assert not errors and len(notes) == 2
    assert "published from 'date_publish'" in notes[0] and "line 1: text from 'maintext'" in notes[1]


def lines(path: Path, *records: object) -> Path:
    return table(path, "\n".join(map(json.dumps, records)))


def test_a_record_may_lack_what_others_have(tmp_path: Path) -> None:
    other = {"text": STORY, "headline": "A", "published": "2022-08-25"}
    path = lines(tmp_path / "a.jsonl", {"text": STORY}, other, {"text": STORY, "date": "2022-08-26", "headline": None})
    found, errors, notes = read(path, {"title": "headline"})
    assert [(one.title, one.published) for one in found] == [(None, None), ("A", "2022-08-25"), (None, "2022-08-26")]
    assert not errors and len(notes) == 1 and "title from 'headline'" in notes[0]
    found, errors, _ = read(path, {"title": "nowhere"})
    assert not found and len(errors) == 1 and "no column 'nowhere'" in str(errors[0])
    # What the user said is the text is not looked for elsewhere.
    found, errors, _ = read(lines(tmp_path / "b.jsonl", {"body": STORY, "text": "x"}, {"text": "y"}), {"text": "body"})
    assert [one.text for one in found] == [STORY] and 'line 2: the record has no "body"' in str(errors[0])


@pytest.mark.parametrize("turned", [False, True])
def test_texts_are_found_in_records_of_any_order(tmp_path: Path, turned: bool) -> None:
    records = [{"xyz": "Short it is."}, {"xyz": STORY}, {"xyz": STORY}]
    found, errors, notes = read(lines(tmp_path / "a.jsonl", *(records[::-1] if turned else records)))
    assert len(found) == 3 and not errors and len(notes) == 1
    found, errors, _ = read(lines(tmp_path / "b.jsonl", *(records[1::-1] if turned else records[:2])))
    assert [one.text for one in found] == [STORY] and len(errors) == 1


def test_days_of_records_are_settled_over_them_all(tmp_path: Path) -> None:
    days = ["05/04/2022", "25/04/2022", "06/04/2022", "07/04/2022"]
    path = lines(tmp_path / "a.jsonl", *({"text": STORY, "date": day} for day in days))
    found, errors, notes = read(path)
    assert [one.published for one in found] == ["2022-04-05", "2022-04-25", "2022-04-06", "2022-04-07"]
    assert not errors and "(day first, as in 25/04/2022)" in notes[0]
    path = lines(tmp_path / "b.jsonl", *({"body": STORY, "date": day} for day in ["05/04/2022"] * 4))
    found, errors, _ = read(path)
    assert len(found) == 4 and len(errors) == 2 and "3 more dates like this" in str(errors[1])
    dated: list[GeomapError] = []
    assert len(list(read_articles(path, published="2022-04-09", on_error=dated.append))) == 4 and not dated


def test_records_without_texts_are_told(tmp_path: Path) -> None:
    record = {"url": "https://example.org/1", "title": "People gather", "published": "2022-08-25"}
    found, errors, notes = read(lines(tmp_path / "a.jsonl", record, {**record, "title": "More people"}))
    assert [one.text for one in found] == ["People gather", "More people"] and not errors
    assert "2 articles have no text here, and only the title is read; --fetch" in notes[-1]


def test_facts_of_records_are_read_as_those_of_tables(tmp_path: Path) -> None:
    record = {"text": f"  {STORY}\n", "language": "javascript:x", "url": "not an address", "date": 20220801, "home": 5}
    found, errors, _ = read(lines(tmp_path / "a.jsonl", record, {**record, "source": {"id": 1, "name": "The Paper"}}))
    assert found[0].text == f"  {STORY}\n" and found[0].url is None and found[0].published == "2022-08-01"
    assert found[1].source == "The Paper"
    assert [str(one).partition(": ")[2] for one in errors] == [
        '"home" must be a string, not a number; it was left out',
        '1 more values of "home" were ignored',
    ]


def test_years_and_other_dates_are_told_once(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "text,date\n" + f"{STORY},2022\n" * 50 + f"{STORY},2022-08-25\n{STORY},soon\n")
    found, errors, _ = read(path)
    assert len(found) == 52 and found[50].published == "2022-08-25"
    assert [str(one).partition(": ")[2][:30] for one in errors] == [
        "'2022' is no single day; the d",
        "'soon' is not a date: write it",
        "49 more dates that are no sing",
    ]


NEWS = {"source": {"id": None, "name": "The Paper"}, "title": "People gather", "url": "https://example.org/1"}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["a.json", "a.txt", "answer"])
def test_what_json_holds_is_told_by_what_it_holds(tmp_path: Path, name: str, indent: int | None) -> None:
    record = {**NEWS, "publishedAt": "2022-08-25T10:00:00Z", "content": STORY}
    for whole in ([record, record], {"status": "ok", "totalResults": 2, "articles": [record, record]}):
        found, errors, _ = read(table(tmp_path / name, json.dumps(whole, indent=indent)))
        assert [(one.title, one.source, one.text) for one in found] == [
            ("People gather", "The Paper", STORY.strip())
        ] * 2
        assert not errors
    nameless = table(tmp_path / "d.json", json.dumps([{"": "Paris", "title": "People gather", "content": STORY}]))
    assert read(nameless)[0][0].home is None
    # One record with a list beside its text, and a text in brackets, are no lists.
    assert read(table(tmp_path / "b", json.dumps({"items": [NEWS], "text": STORY})))[0][0].text == STORY
    assert read(table(tmp_path / "c.txt", f"[Agency] {STORY}"))[0][0].text.startswith("[Agency]")


def test_lists_of_articles_in_a_folder(tmp_path: Path) -> None:
    table(tmp_path / "news.json", json.dumps({"articles": [{**NEWS, "content": STORY}]}))
    table(tmp_path / "package.json", json.dumps({"name": "x", "files": ["a"]}))
    table(tmp_path / "words.json", json.dumps(["a", "b"]))
    found, errors, _ = read(tmp_path)
    assert [one.doc_id for one in found] == ["news-1"] and not errors


def test_rows_with_nothing_to_read_and_tables_without_articles(tmp_path: Path) -> None:
    found, errors, _ = read(table(tmp_path / "a.csv", f"text,n\n{STORY},1\n,2\n"))
    assert len(found) == 1 and "line 3: nothing in 'text' and no title" in str(errors[0])
    _, errors, _ = read(table(tmp_path / "b.csv", "n,m\n1,2\n"))
    assert "no column holds a text" in str(errors[0]) and "--columns text=COLUMN" in str(errors[0])
    _, errors, _ = read(table(tmp_path / "c.csv", "text,n\n"))
    assert "no rows" in str(errors[0])
