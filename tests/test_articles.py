from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path

import pytest
from inputs import failure, only, read, write

from geomap import decoding
from geomap.articles import limits, pages, read_articles
from geomap.errors import DateError, InputDoubt, InputError, UsageError
from geomap.inputs import sort_inputs

STORY = "NOVIGRAD, July 31 – Sirens howled all over the upper town on Sunday evening."


# ------------------------------------------------------------------------------------------- inputs


def test_a_text_file_is_one_article_as_written(tmp_path: Path) -> None:
    article = only(write(tmp_path / "one.txt", "  " + STORY + "\r\nSecond line.\n"))
    assert article.text == "  " + STORY + "\r\nSecond line.\n"
    assert (article.doc_id, article.source) == ("one", "one.txt")
    assert article.published is None and article.published_basis is None


def test_without_inputs_it_is_a_usage_error_at_once() -> None:
    with pytest.raises(UsageError, match="no input"):
        read_articles([])


def test_an_impossible_published_option_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(DateError, match="no day 30"):
        read_articles([tmp_path], published="2022-02-30")


def test_a_missing_file_suggests_the_one_that_was_meant(tmp_path: Path) -> None:
    write(tmp_path / "article.txt", STORY)
    message = failure(tmp_path / "artcle.txt")
    assert "no such file" in message and "did you mean" in message and "article.txt" in message
    assert "did you mean" not in failure(tmp_path / "entirely-else.pdf")
    assert "did you mean" not in failure(tmp_path / "nope.txt")
    assert "article.txt" in failure(tmp_path / "article.html")


def test_without_on_error_a_bad_input_raises(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        list(read_articles([tmp_path / "none.txt"]))


def test_the_batch_goes_on_after_bad_inputs(tmp_path: Path) -> None:
    good = write(tmp_path / "good.txt", STORY)
    empty = write(tmp_path / "empty.txt", "")
    found, errors = read(tmp_path / "none.txt", empty, good)
    assert [a.doc_id for a in found] == ["good"]
    assert len(errors) == 2


def test_only_addresses_of_the_web_are_fetched() -> None:
    assert "name the file itself" in failure("file:///etc/passwd")
    assert "ftp: addresses are not fetched" in failure("ftp://files.example.org/a.html")
    assert "data: addresses are not fetched" in failure("data:text/html,<p>x")
    assert "write an address as https://..." in failure("www.example.org/a")


def test_a_folder_is_searched_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    write(tmp_path / ".hidden" / "x.txt", STORY)
    write(tmp_path / "b" / "two.txt", STORY)
    write(tmp_path / "z.md", STORY)
    write(tmp_path / "a.txt", STORY)
    write(tmp_path / "picture.png", "no")
    write(tmp_path / "~$z.docx", "no")
    found, errors = read(tmp_path)
    assert errors == []
    assert [a.doc_id for a in found] == ["a", "z", "two"]


def test_a_pattern_that_no_shell_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "c.html", ".hidden.txt", "deep/d.txt", "deep/er/e.txt", "odd[1].txt"):
        write(tmp_path / name, STORY)
    monkeypatch.chdir(tmp_path)
    assert [a.doc_id for a in read("*.txt")[0]] == ["a", "b", "odd[1]"]
    assert [a.doc_id for a in read("deep/**/*.txt")[0]] == ["d", "e"]
    assert sorted(a.doc_id for a in read("**")[0]) == ["a", "b", "c", "d", "e", "odd[1]"]
    assert [a.doc_id for a in read("de*")[0]] == ["d", "e"]
    assert [a.doc_id for a in read("[ab].txt", "b.txt")[0]] == ["a", "b", "b-2"]
    # A file that is there is that file, whatever its name looks like.
    assert only("odd[1].txt").doc_id == "odd[1]"
    (tmp_path / "deep" / "*").symlink_to("nowhere")
    assert [a.doc_id for a in read("dee[p]/*")[0]] == ["d", "e"]
    assert "no such file" in str(read("dee[p]/*")[1][0])
    assert sort_inputs(["dee[p]/*"], columns={}, placer=pytest.fail).articles[0] == Path("deep/*")
    assert "*.rst: no file matches" in failure("*.rst")
    assert "no file matches" in failure("nowhere/*")


def test_what_geomap_wrote_is_no_article(tmp_path: Path) -> None:
    from map_samples import sample_incidents

    from geomap.batch.parts import Parts
    from geomap.batch.tasks import Failure
    from geomap.formats import is_incident_file, write_incidents
    from geomap.outputs import json_line

    write(tmp_path / "a.txt", STORY)
    write(tmp_path / "toponyms.jsonl", '{"doc_id": "a", "toponyms": []}\n')
    write(tmp_path / "map.html", '<!DOCTYPE html><html><head><meta name="generator" content="geomap 1"></head>')
    for suffix in ("csv", "tsv", "xlsx", "timemap.json", "jsonl", "geojson", "parquet", "kml"):
        write_incidents(sample_incidents(), tmp_path / f"saved.{suffix}")
    write(tmp_path / "excel.csv", (tmp_path / "saved.csv").read_text("utf-8-sig").replace(",", ";", 60))
    lost = Failure(doc_id=None, file="b.txt", position=None, stage="reading", error="InputError", reason="b.txt: empty")
    write(tmp_path / "saved.jsonl.errors.jsonl", json_line(lost.record()) + "\n")
    with Parts(tmp_path / "parts", "signature", suffix=".jsonl") as parts:
        parts.finish(0, [(0, lost)], {})
    found, errors = read(tmp_path, skip=is_incident_file)
    assert [a.doc_id for a in found] == ["a"] and errors == []
    sorted_ = sort_inputs([tmp_path], columns={}, placer=pytest.fail)
    assert sorted_.articles == [tmp_path] and not sorted_.tables and not sorted_.saved
    # Whoever names one is told why it is none.
    assert "no " in failure(tmp_path / "toponyms.jsonl")
    # What others wrote is theirs, whoever coined the names of its columns.
    write(tmp_path / "acled.csv", "event_id_cnty,event_date,year,location,country\nX1,2022-08-25,2022,Prizren,Kosovo\n")
    assert len(sort_inputs([tmp_path], columns={}, placer=pytest.fail).tables) == 1


def test_a_folder_without_articles_is_an_error(tmp_path: Path) -> None:
    assert "holds no .txt" in failure(tmp_path)


def test_doc_ids_are_unique(tmp_path: Path) -> None:
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "report.txt", STORY)
    write(tmp_path / "d-report-2.txt", STORY).rename(tmp_path / "report-2.txt")
    found, _ = read(tmp_path / "report-2.txt", tmp_path / "a", tmp_path / "b", tmp_path / "c")
    ids = [a.doc_id for a in found]
    assert len(set(ids)) == 4
    assert ids[:2] == ["report-2", "report"]


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(STORY.encode()), encoding="ascii"))
    found, errors = read("-", "-")
    assert [(a.doc_id, a.text) for a in found] == [("stdin", STORY)]
    assert "twice" in str(errors[0])


def test_standard_input_may_be_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b'{"text": "One."}\n{"text": "Two.", "id": 7}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))
    found, _ = read("-")
    assert [a.doc_id for a in found] == ["stdin-1", "7"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "secret.txt", STORY)
    path.chmod(0)
    assert "no permission" in failure(path)


def test_a_refusal_of_the_system_is_an_input_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "secret.txt", STORY)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    assert "no permission" in failure(path)


def test_terminal_escapes_in_a_file_name_are_made_safe(tmp_path: Path) -> None:
    path = write(tmp_path / "a\x1b[31m\u202eb.txt", "")
    assert "\\x1b" in failure(path)
    write(path, STORY)
    assert only(path).doc_id.isprintable()


# ------------------------------------------------------------------------------------------ encoding


def test_empty_and_blank_files(tmp_path: Path) -> None:
    assert "empty" in failure(write(tmp_path / "a.txt", ""))
    assert "white space" in failure(write(tmp_path / "b.txt", " \r\n\t\u00a0"))
    assert "white space" in failure(write(tmp_path / "c.txt", b"\xef\xbb\xbf \n"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_decoded_with_and_without_mark(tmp_path: Path, encoding: str) -> None:
    text = STORY + " Zvečan, Лепосавић."
    assert only(write(tmp_path / "a.txt", text.encode(encoding))).text == text


def test_unmarked_utf16_of_another_script(tmp_path: Path) -> None:
    text = "В воскресенье вечером в городе прозвучали сирены воздушной тревоги. " * 3
    assert only(write(tmp_path / "a.txt", text.encode("utf-16-le"))).text == text


def test_windows_1252_is_read_and_said(tmp_path: Path) -> None:
    text = "Residents of Besançon heard “a blast” on Sunday; the café was closed."
    found, errors = read(write(tmp_path / "a.txt", text.encode("cp1252")))
    assert [a.text for a in found] == [text]
    assert "not UTF-8" in str(errors[0]) and "Windows-1252" in str(errors[0])


def test_damaged_utf8_keeps_what_is_sound(tmp_path: Path) -> None:
    data = ("Zvečan и Лепосавић. " * 20).encode() + b"\xff end"
    found, errors = read(write(tmp_path / "a.txt", data))
    assert found[0].text.endswith("\ufffd end") and found[0].text.startswith("Zvečan")
    assert "damaged UTF-8" in str(errors[0])


def test_cyrillic_bytes_are_never_read_as_western(tmp_path: Path) -> None:
    text = "В воскресенье вечером в северной части города прозвучали сирены воздушной тревоги. " * 5
    found, errors = read(write(tmp_path / "a.txt", text.encode("cp1251")))
    assert len(errors) == 1
    assert isinstance(errors[0], InputDoubt) and "not UTF-8" in str(errors[0])
    assert [a.text for a in found] == [text]


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04....",
        b"\x89PNG\r\n\x1a\n",
        bytes(range(256)) * 20,
        b"\x7fELF" + bytes(64),
    ],
)
def test_binary_data_named_txt(tmp_path: Path, data: bytes) -> None:
    assert "not text" in failure(write(tmp_path / "a.txt", data))


def test_a_stray_nul_is_replaced_in_place(tmp_path: Path) -> None:
    article = only(write(tmp_path / "a.txt", STORY[:5] + "\0" + STORY[5:] * 20))
    assert article.text[5] == "\ufffd" and article.text[6:].startswith(STORY[5:])


def test_bare_carriage_returns_and_controls_stay(tmp_path: Path) -> None:
    text = STORY + "\rNext\x1b[31m line.\u200b\u202e"
    assert only(write(tmp_path / "a.txt", text)).text == text


def test_a_file_too_large_for_one_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ARTICLE_BYTES", 20_000)
    assert "larger than" in failure(write(tmp_path / "a.txt", STORY * 300))


# ---------------------------------------------------------------------------------------- JSON Lines


def lines(*records: object) -> str:
    return "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records)


def test_records_carry_their_facts(tmp_path: Path) -> None:
    record = {
        "doc_id": "x1",
        "text": STORY,
        "date": "1 August 2022",
        "title": "Sirens",
        "source": "Wire",
        "url": "https://example.org/1",
        "language": "en",
    }
    path = write(
        tmp_path / "a.jsonl",
        lines(record, {"text": "Two.", "id": 2, "published": "2022-08-02"}, {"text": "3"}),
    )
    found, errors = read(path)
    assert errors == []
    first = found[0]
    assert (first.doc_id, first.published, first.published_basis) == ("x1", "2022-08-01", "the record's date")
    assert (first.title, first.source, first.url, first.language) == (
        "Sirens",
        "Wire",
        "https://example.org/1",
        "en",
    )
    assert [a.doc_id for a in found] == ["x1", "2", "a-3"]
    assert found[1].published == "2022-08-02" and found[2].source == "a.jsonl"


def test_the_option_overrides_the_record(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", lines({"text": STORY, "date": "2020-01-01"}, {"text": STORY, "date": "rubbish"}))
    found, errors = read(path, published="1 August 2022")
    assert {a.published for a in found} == {"2022-08-01"}
    assert found[0].published_basis == "the published option" and errors == []


DEEP = "[" * 100_000
BROKEN = {
    "not json": ("{not json}", "not JSON"),
    "cut": ('{"text": "a', "not JSON"),
    "list": ('["text"]', "not a list"),
    "string": ('"text"', "not a string"),
    "number": ("12", "not a number"),
    "null": ("null", "not null"),
    "no text": ('{"title": "x", "weight": "y"}', 'no "text" (it has: title, weight)'),
    "text number": ('{"text": 5}', '"text" must be a string, not a number'),
    "text null": ('{"text": null}', "not null"),
    "text list": ('{"text": ["a"]}', "not a list"),
    "blank": ('{"text": " \\n"}', '"text" is empty'),
    "nan": ('{"text": "a", "x": NaN}', "NaN"),
    "infinity": ('{"text": "a", "x": -Infinity}', "-Infinity"),
    "digits": ('{"text": "a", "x": ' + "9" * 5000 + "}", "5,000 digits"),
    "twice": ('{"text": "a", "text": "b"}', '"text" stands twice'),
    "deep": ('{"text": "a", "x": ' + DEEP + "}", "nested deeper"),
    "deep strings": (
        '{"text": "' + "[" * 500 + '", "x": ' + '{"a":' * 70 + "1" + "}" * 70 + "}",
        "nested deeper",
    ),
    "id": ('{"text": "a", "id": [1]}', '"id" must be'),
    "tab": ('{"text": "a\tb"}', "not JSON"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_is_named_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    line, expected = BROKEN[name]
    path = write(tmp_path / "a.jsonl", lines({"text": "One."}, line, {"text": "Three."}))
    found, errors = read(path)
    assert [a.text for a in found] == ["One.", "Three."]
    assert len(errors) == 1
    assert "a.jsonl, line 2" in str(errors[0]) and expected in str(errors[0])


def test_brackets_in_a_text_are_not_depth(tmp_path: Path) -> None:
    text = "[{" * 500 + ' and a quote " and a backslash \\'
    assert only(write(tmp_path / "a.jsonl", lines({"text": text}))).text == text


def test_a_line_that_is_not_utf8(tmp_path: Path) -> None:
    data = b'{"text": "One."}\n{"text": "Bes\xe7"}\n{"text": "Three."}\n'
    found, errors = read(write(tmp_path / "a.jsonl", data))
    assert [a.text for a in found] == ["One.", "Three."]
    assert "line 2" in str(errors[0]) and "0xe7 at column 14" in str(errors[0])


def test_a_truncated_last_line(tmp_path: Path) -> None:
    found, errors = read(write(tmp_path / "a.jsonl", '{"text": "One."}\n{"text": "Tw'))
    assert [a.text for a in found] == ["One."]
    assert "line 2" in str(errors[0]) and "cut off" in str(errors[0])


def test_a_line_too_long_is_skipped_while_streaming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_LINE_BYTES", 50_000)
    monkeypatch.setattr(decoding, "CHUNK", 4096)
    path = write(tmp_path / "a.jsonl", lines({"text": "One."}, {"text": "x" * 200_000}, {"text": "y" * 20_000}))
    found, errors = read(path)
    assert [a.text[0] for a in found] == ["O", "y"] and len(found[1].text) == 20_000
    assert "line 2" in str(errors[0]) and "longer than" in str(errors[0])


def test_lone_surrogates_and_nuls_become_replacement_characters(tmp_path: Path) -> None:
    article = only(write(tmp_path / "a.jsonl", r'{"text": "a\ud800b\u0000c \ud83d\ude00", "title": "t\udfff"}' + "\n"))
    assert article.text == "a\ufffdb\ufffdc 😀" and article.title == "t\ufffd"
    article.text.encode("utf-8")


def test_bom_crlf_and_blank_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ndjson", b'\xef\xbb\xbf{"text": "One."}\r\n\r\n{"text": "Two."}\r\n')
    found, errors = read(path)
    assert [a.text for a in found] == ["One.", "Two."] and errors == []
    path = write(tmp_path / "b.jsonl", '{"text": "One."}\n{"text": "Двa."}'.encode("utf-16"))
    assert [a.text for a in read(path)[0]] == ["One.", "Двa."]


def test_json_lines_are_told_by_content(tmp_path: Path) -> None:
    assert only(write(tmp_path / "a.txt", lines({"text": "One."}))).text == "One."
    assert "no records" in failure(write(tmp_path / "b.jsonl", "\n \n"))
    assert only(write(tmp_path / "c.json", json.dumps({"id": 7, "text": "One.\nTwo."}, indent=1))).text == "One.\nTwo."


def test_an_impossible_record_date_is_reported_and_the_article_kept(tmp_path: Path) -> None:
    for value in ("2022-02-30", True, "9999-12-31", "0000-01-01", ["2022"]):
        found, errors = read(write(tmp_path / "a.jsonl", lines({"text": "One.", "date": value})))
        assert [(a.text, a.published) for a in found] == [("One.", None)]
        assert len(errors) == 1 and isinstance(errors[0], InputDoubt)
        assert "line 1" in str(errors[0]) and "ignored" in str(errors[0])


def test_a_wrong_optional_field_is_left_out_and_reported(tmp_path: Path) -> None:
    found, errors = read(write(tmp_path / "a.jsonl", lines({"text": "One.", "title": 5, "url": None})))
    assert found[0].title is None and found[0].text == "One."
    assert len(errors) == 1 and '"title" must be a string' in str(errors[0])


# --------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("head", "day"),
    [
        (" date 2022-08-01 NOVIGRAD, July 31 – Agency. Text.", "2022-08-01"),
        ("Title\nPublished: 1 August 2022\n\nText.", "2022-08-01"),
        ("---\ntitle: x\ndate: 2022-08-01\n---\nText.", "2022-08-01"),
        ("Title\nMonday, August 1, 2022\nText.", "2022-08-01"),
        ("Posted on 2022-08-01 by someone. Text.", "2022-08-01"),
        ("NOVIGRAD, August 1, 2022 — Text.", "2022-08-01"),
        ("   SAN JUAN, 3 JAN 90 -- [TEXT] MORE", "1990-01-03"),
        ("   SAN JUAN (PUERTO RICO), 3 JAN 90 (AGENCY) -- TEXT\n     3 MARCH 1989\n", "1990-01-03"),
        ("NOVIGRAD, July 31 – Text.", None),
        ("they met in old town, 3 May 90 (the day of the fair).", None),
        ("The treaty was signed on 1 August 2022 in Novigrad.", None),
        ("Text without any date.", None),
    ],
)
def test_the_date_at_the_head(tmp_path: Path, head: str, day: str | None) -> None:
    article = only(write(tmp_path / "a.txt", head))
    assert article.published == day
    assert (article.published_basis is None) == (day is None)
    assert article.text == head


def test_an_impossible_date_at_the_head_is_reported(tmp_path: Path) -> None:
    found, errors = read(write(tmp_path / "a.txt", "date 2022-02-30 NOVIGRAD – Text."))
    assert found[0].published is None
    assert isinstance(errors[0], InputDoubt) and "no day 30" in str(errors[0])


# ---------------------------------------------------------------------------------------------- HTML

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">
<title>Sirens in Novigrad | The Wire</title>
<meta property="og:title" content="Sirens in Novigrad"><meta property="og:site_name" content="The Wire">
<meta property="article:published_time" content="2022-08-01T10:00:00Z"><link rel="canonical" href="https://example.org/s">
<script>var x = "<p>not text</p>"; alert("</p>")</script><style>p { color: red }</style></head>
<body><nav><a href="/">Home</a></nav><article><h1>Sirens in Novigrad</h1>
<p>On Sunday evening alarms went off in the upper town, where most of the shops are.</p>
<p>About 200 people gathered near the bridge &amp; waited &mdash; Zve&#269;an was calm.</p>
</article></body></html>"""


def test_a_page_gives_text_and_facts(tmp_path: Path) -> None:
    article = only(write(tmp_path / "a.html", PAGE))
    assert "On Sunday evening alarms went off" in article.text and "& waited — Zvečan" in article.text
    assert "alert" not in article.text and "color" not in article.text and "Home" not in article.text
    assert article.title == "Sirens in Novigrad" and article.source == "The Wire"
    assert article.published == "2022-08-01" and "article:published_time" in (article.published_basis or "")
    assert article.url == "https://example.org/s" and article.language == "en-GB"


def test_a_page_is_told_by_content(tmp_path: Path) -> None:
    assert "<p>" not in only(write(tmp_path / "a.txt", PAGE)).text
    plain = 'A sign said "Bread & Wine <i>for all</i>" and 2 < 3 > 1.'
    assert only(write(tmp_path / "b.txt", plain)).text == plain
    assert only(write(tmp_path / "c.html", "No tags here, 2 < 3.")).text == "No tags here, 2 < 3."


@pytest.mark.parametrize(
    ("mark", "day"),
    [
        (
            '<script type="application/ld+json">{"datePublished": "2022-08-01T09:00:00+02:00"}</script>',
            "2022-08-01",
        ),
        ('<meta name="date" content="2022-02-30"><meta name="dc.date" content="2022-08-01">', "2022-08-01"),
        ('<meta itemprop="datePublished" content="1 August 2022">', "2022-08-01"),
        ('</head><body><time datetime="2022-08-01">yesterday</time>', "2022-08-01"),
        ('<meta property="article:modified_time" content="2023-01-01">', None),
    ],
)
def test_dates_of_a_page(tmp_path: Path, mark: str, day: str | None) -> None:
    page = f"<html><head>{mark}</head><body><p>Sirens sounded in the town.</p></body></html>"
    assert only(write(tmp_path / "a.html", page)).published == day


LINKED = """<html><head><title>Bridge closed - Harbour News</title><script type="application/ld+json">
{"@context": "https://schema.org", "@graph": [
 {"@type": "WebSite", "@id": "#site", "name": "Harbour News", "datePublished": "2001-01-01"},
 {"@type": ["NewsArticle"], "headline": "Bridge closed", "datePublished": "2022-08-01T09:00:00+02:00",
  "publisher": {"@id": "#site"}, "mainEntityOfPage": {"@id": "https://example.org/bridge"}, "inLanguage": "en-GB"}]}
</script></head><body><p>Police closed the bridge on Sunday evening, the mayor of the town said.</p></body></html>"""


def test_linked_data_of_a_page(tmp_path: Path) -> None:
    article = only(write(tmp_path / "a.html", LINKED))
    assert (article.title, article.published, article.source) == ("Bridge closed", "2022-08-01", "Harbour News")
    assert (article.url, article.language) == ("https://example.org/bridge", "en-GB")


def test_broken_linked_data_leaves_the_rest(tmp_path: Path) -> None:
    for broken in ("{" * 100_000, "[" * 100_000, "1" * 5_000, "{}", "null", '{"@type": 7, "publisher": []}', "{,}"):
        page = LINKED.replace('{"@context"', broken + ' {"@context"')
        article = only(write(tmp_path / "a.html", page))
        assert article.title == "Bridge closed - Harbour News"
        assert article.text.startswith("Police closed")


def test_title_and_site_from_what_there_is(tmp_path: Path) -> None:
    page = (
        '<html><head><title>Bridge closed | Harbour News</title><meta property="og:site_name" content="Harbour News">'
        '<meta property="og:locale" content="en_GB"><link rel="canonical" href="https://www.example.org/bridge"></head>'
        "<body><p>Police closed the bridge on Sunday evening, the mayor said.</p></body></html>"
    )
    article = only(write(tmp_path / "a.html", page))
    assert (article.title, article.source, article.language) == ("Bridge closed", "Harbour News", "en_GB")
    town = page.replace("Bridge closed | Harbour News", "Bridge closed in Harbour News")
    assert only(write(tmp_path / "b.html", town)).title == "Bridge closed in Harbour News"
    unnamed = page.replace("og:site_name", "og:x")
    assert only(write(tmp_path / "b.html", unnamed)).source == "example.org"


@pytest.mark.parametrize(
    "page",
    [
        "<html><head><title>x</title></head><body></body></html>",
        "<html><body><script>var a = 'text'</script></body></html>",
        "<!DOCTYPE html><html><body><img src=x onerror=alert(1)></body></html>",
    ],
)
def test_a_page_without_text(tmp_path: Path, page: str) -> None:
    assert "holds no text" in failure(write(tmp_path / "a.html", page))


def test_an_unclosed_script_is_said(tmp_path: Path) -> None:
    assert "never ends" in failure(write(tmp_path / "a.html", "<html><body><script>var x='</body> All text here."))


def test_short_pages_and_fragments_are_read(tmp_path: Path) -> None:
    assert only(write(tmp_path / "a.html", "<p>Sirens.</p>")).text == "Sirens."
    assert only(write(tmp_path / "b.html", "<ul><li>One<li>Two</ul>")).text == "One\nTwo"


@pytest.mark.parametrize("tag", ["div", "b", "table", "ul", "span", "font"])
def test_deep_nesting_loses_no_text(tmp_path: Path, tag: str) -> None:
    count = 200_000 if tag == "div" else 3_000
    opened, closed = f"<{tag}>" * count, f"</{tag}>" * count
    page = f"<html><body><p>Before.</p>{opened}<p>Deep inside.</p>{closed}<p>After.</p></body></html>"
    text = only(write(tmp_path / "a.html", page)).text
    assert all(word in text for word in ("Before.", "Deep inside.", "After."))


def test_a_million_attributes(tmp_path: Path) -> None:
    attributes = " ".join(f'a{i}=">"' for i in range(1_000_000))
    page = f"<html><body><p {attributes}>Sirens sounded.</p></body></html>"
    assert only(write(tmp_path / "a.html", page)).text == "Sirens sounded."


def test_a_large_page_is_read_plainly(tmp_path: Path) -> None:
    page = "<html><body>" + "<p>A sentence about it.</p>" * 40_000 + "</body></html>"
    assert only(write(tmp_path / "a.html", page)).text.count("A sentence about it.") == 40_000


@pytest.mark.parametrize(
    "hostile",
    [
        "{{7*7}}",
        "{% for x in y %}",
        "{# c",
        "${alert(1)}",
        "`id`",
        r"C:\2019",
        "]]>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_text_of_a_page_is_kept_literally(tmp_path: Path, hostile: str) -> None:
    page = f"<html><body><p>Before it, {hostile} and after it all was calm in the town.</p></body></html>"
    expected = hostile.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert f"Before it, {expected} and after" in only(write(tmp_path / "a.html", page)).text


def test_a_doubly_encoded_entity_is_plain_text(tmp_path: Path) -> None:
    page = "<html><body><p>Shops &amp;amp; banks were &amp;lt;b&amp;gt;closed.</p></body></html>"
    # Decoded once or, as readers see it on such pages, twice: never markup, and nothing is lost.
    text = only(write(tmp_path / "a.html", page)).text
    assert text in ("Shops &amp; banks were &lt;b&gt;closed.", "Shops & banks were <b>closed.")


def test_entities_and_declarations_fetch_nothing(tmp_path: Path) -> None:
    page = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        '<html><body><p>Before &x; after it all was calm.</p><img src="http://127.0.0.1:1/x"></body></html>'
    )
    text = only(write(tmp_path / "a.html", page)).text
    assert "after it all was calm" in text


def test_links_that_are_not_http_are_left_out(tmp_path: Path) -> None:
    page = '<html><head><link rel=canonical href="javascript:alert(1)"></head><body><p>Sirens.</p></body></html>'
    assert only(write(tmp_path / "a.html", page)).url is None


def test_a_lying_charset(tmp_path: Path) -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>Zvečan and Лепосавић.</p></body></html>'
    assert "Zvečan and Лепосавић" in only(write(tmp_path / "a.html", page)).text
    page = '<html><head><meta charset="utf-16"></head><body><p>The café in Besançon.</p></body></html>'
    assert "café in Besançon" in only(write(tmp_path / "b.html", page)).text


def test_a_declared_charset(tmp_path: Path) -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Сирены в городе.</p></body></html>'
    assert "Сирены в городе" in only(write(tmp_path / "a.html", page.encode("cp1251"))).text
    page = '<html><head><meta charset="rot13"></head><body><p>The café in Besançon was shut.</p></body></html>'
    found, errors = read(write(tmp_path / "b.html", page.encode("cp1252")))
    assert "café in Besançon" in found[0].text and "not UTF-8" in str(errors[0])


@pytest.mark.parametrize(("charset", "codec"), [("iso-2022-jp", "iso2022_jp"), ("hz-gb-2312", "hz")])
def test_an_encoding_of_seven_bits_is_no_utf_8(tmp_path: Path, charset: str, codec: str) -> None:
    told = "北京 東京" if codec == "iso2022_jp" else "北京 上海"
    page = f'<html><head><meta charset="{charset}"></head><body><p>{told} was calm ~ today.</p></body></html>'
    assert only(write(tmp_path / "a.html", page.encode(codec))).text == f"{told} was calm ~ today."
    page = f'<html><head><meta charset="{charset}"></head><body><p>The café was calm ~ today.</p></body></html>'
    assert only(write(tmp_path / "b.html", page)).text == "The café was calm ~ today."


def test_unclosed_quotes_and_comments_stay_linear(tmp_path: Path) -> None:
    for piece in ("<a '", "<!-- x ", '<a href="', "<", "</", "<a b='\">", "<a '>'"):
        page = "<html><body><p>Sirens sounded.</p>" + piece * 50_000
        found, errors = read(write(tmp_path / "a.html", page))
        assert len(found) + len(errors) == 1
        if found:
            assert "Sirens sounded." in found[0].text


@pytest.mark.parametrize("piece", ["<a '>", "<a '>'", "<a '>'<b \">", "<a '>\"", "<a b='\">", "<a>'"])
@pytest.mark.parametrize("end", ["", '<a ">', "'"])
def test_no_quote_of_a_tag_is_looked_at_more_than_twice(monkeypatch: pytest.MonkeyPatch, piece: str, end: str) -> None:
    looked = 0

    class Counted:
        def match(self, html: str, start: int) -> re.Match[str] | None:
            nonlocal looked
            found = part.match(html, start)
            looked += found.end() - start + 1 if found else 1
            return found

    part = pages._TAG_PART
    monkeypatch.setattr(pages, "_TAG_PART", Counted())
    page = piece * 2_000 + end
    pages.fragment_text(page)
    assert looked <= 2 * len(page)


def test_text_beyond_ten_megabytes_is_kept() -> None:
    page = f"<html><body><pre>{'Sirens howled in the town. ' * 400_000}</pre><p>It ended at noon.</p></body></html>"
    assert pages.fragment_text(page).endswith("It ended at noon.")


def test_the_module_loads_nothing_heavy() -> None:
    import subprocess

    heavy = ("lxml", "trafilatura", "spacy", "charset_normalizer")
    code = f"import sys, geomap.articles; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
