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
    assert not errors and "text from 'maintext'" in notes[0]


def test_rows_with_nothing_to_read_and_tables_without_articles(tmp_path: Path) -> None:
    found, errors, _ = read(table(tmp_path / "a.csv", f"text,n\n{STORY},1\n,2\n"))
    assert len(found) == 1 and "line 3: nothing in 'text' and no title" in str(errors[0])
    _, errors, _ = read(table(tmp_path / "b.csv", "n,m\n1,2\n"))
    assert "no column holds a text" in str(errors[0]) and "--columns text=COLUMN" in str(errors[0])
    _, errors, _ = read(table(tmp_path / "c.csv", "text,n\n"))
    assert "no rows" in str(errors[0])
