"""Rows of tables: every format, odd headers, broken rows, limits."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from geomap.errors import DateError, GeomapError, InputDoubt, InputError
from geomap.tables import Row, guess_columns, open_table, plain_name
from geomap.tables import delimited as delimited_module
from geomap.tables import table as table_module
from geomap.tables.dates import read_span, settle_order

Read = tuple[tuple[str, ...], list[Row], list[GeomapError], list[str]]


def read(data: str | bytes, suffix: str = ".csv") -> Read:
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    errors: list[GeomapError] = []
    with open_table(stream, name="t", suffix=suffix) as table:
        rows = list(table.rows(errors.append))
        assert list(table.rows()) == rows, "a second look sees the same"
        return table.columns, rows, errors, table.notes


def cells(rows: list[Row]) -> list[list[str]]:
    return [list(row.cells.values()) for row in rows]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters_are_told_apart(mark: str) -> None:
    columns, rows, errors, _ = read(f"town{mark}note\nZvečan{mark}one\nNovi Sad{mark}two\n")
    assert columns == ("town", "note") and cells(rows) == [["Zvečan", "one"], ["Novi Sad", "two"]] and not errors


def test_excel_may_say_its_delimiter() -> None:
    assert read("sep=|\na|b\n1|2\n")[:1] == (("a", "b"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_that_are_certain(encoding: str) -> None:
    text = "town,country\nBärenfels,Österreich\nZvečan,Kosovo\n" * 4
    _, rows, errors, _ = read(text.encode(encoding))
    assert rows[0].cells == {"town": "Bärenfels", "country": "Österreich"} and not errors


def test_a_replacement_character_is_no_damage_but_a_wrong_byte_is() -> None:
    data = ("town,country\nZvečan\ufffd,Kosovo\n" * 30).encode()
    _, rows, errors, _ = read(data)
    assert rows[0].cells["town"] == "Zvečan\ufffd" and not errors
    _, rows, errors, _ = read(data + b"Bar\xe4nfels,x\n")
    assert rows[-1].cells["town"] == "Bar\ufffdnfels"
    assert any("line 61: bytes that are no UTF-8" in str(error) for error in errors)


def test_windows_1252_is_a_doubt() -> None:
    _, rows, errors, _ = read("town,country\nBärenfels,Österreich\nSomewhere else,in plain letters\n".encode("cp1252"))
    assert rows[0].cells["town"] == "Bärenfels"
    assert [type(one) for one in errors] == [InputDoubt] and "Windows-1252" in str(errors[0])


def test_line_breaks_in_quotes_and_the_line_of_each_row() -> None:
    _, rows, _, _ = read('a,b\n"one\ntwo",x\nthree,y\n')
    assert [(row.number, row.cells["a"]) for row in rows] == [(2, "one\ntwo"), (4, "three")]


def test_rows_with_too_many_cells_are_left_out_and_short_ones_filled_up() -> None:
    _, rows, errors, _ = read("a,b,c\n1,2,3\n1,2,3,4\n1,2\n5\n6,7,8,,\n")
    assert cells(rows) == [["1", "2", "3"], ["1", "2", ""], ["5", "", ""], ["6", "7", "8"]]
    assert isinstance(errors[0], InputError) and "line 3: 4 cells instead of 3" in str(errors[0])
    assert isinstance(errors[1], InputDoubt) and "2 rows have fewer cells" in str(errors[1]) and len(errors) == 2


def test_a_broken_quote_costs_its_own_line() -> None:
    _, rows, errors, _ = read('a,b\n1,"never closed\n2,x\n3,y\n')
    assert cells(rows) == [["2", "x"], ["3", "y"]]
    assert len(errors) == 1 and "line 2" in str(errors[0]) and "quotes" in str(errors[0])


def test_broken_quotes_do_not_make_reading_go_on_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited_module, "_READ_AGAIN", 2_000)
    _, rows, errors, _ = read('a,b\np,"q\n' + "r,s\n" * 1_000)
    assert not rows and len(errors) == 1 and "line 2 to 1002: a quote is opened and never closed" in str(errors[0])


def test_a_second_row_of_names_is_passed_over() -> None:
    assert cells(read("a,b\n1,2\nA,B\n3,4\n")[1]) == [["1", "2"], ["3", "4"]]


def test_a_line_of_any_length_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited_module, "MAX_CELL", 1_000)
    _, rows, errors, _ = read("a,b\n1,2\n" + "x" * 50_000 + ",y\n3,4\n")
    assert cells(rows) == [["1", "2"], ["3", "4"]] and "line 3: longer than" in str(errors[0])


def test_nul_and_lone_surrogates_become_replacement_characters() -> None:
    assert cells(read("a,b\nx\x00y,2\n")[1]) == [["x\ufffdy", "2"]]
    assert cells(read('{"a": "\\ud800"}', ".jsonl")[1]) == [["\ufffd"]]


@pytest.mark.parametrize("data", ["", "\n \n"])
def test_an_empty_file_is_an_error(data: str) -> None:
    with pytest.raises(InputError, match=r"empty|white space"):
        read(data)


def test_names_alone_make_no_rows() -> None:
    columns, rows, errors, _ = read("a,b\n")
    assert columns == ("a", "b") and not rows and not errors


def test_columns_that_occur_twice_or_have_no_name() -> None:
    columns, _, _, notes = read("name,name,\na,b,c\n")
    assert columns == ("name", "name (2)", "column 3") and "occur twice: name" in notes[0]


def test_titles_above_the_names_and_names_in_two_rows() -> None:
    columns, rows, _, notes = read("A report of 2022,,\n,,\nPlace,,Date\nTown,Country,\nA,B,2020-01-01\n")
    assert columns == ("Town", "Country", "Date") and cells(rows) == [["A", "B", "2020-01-01"]]
    assert "stands above" in notes[0] and "two rows" in notes[1]


def test_a_table_without_names_gets_some() -> None:
    columns, rows, _, notes = read("Zvečan,42.9,2022-01-01\nLeposavić,43.1,2022-01-02\n")
    assert columns == ("column 1", "column 2", "column 3") and len(rows) == 2 and "no row of column names" in notes[0]


def workbook(*sheets: list[list[Any]], merge: str = "") -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if not number else book.create_sheet(f"more {number}")
        for row in rows:
            sheet.append(row)
        if merge and not number:
            sheet.merge_cells(merge)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_a_workbook() -> None:
    data = workbook(
        [
            ["Incidents of 2022"],
            ["Town", "Date", "Number", "Formula"],
            ["Zvečan", datetime.date(2022, 1, 2), 3.0, "=1+1"],
            [],
            ["Leposavić", datetime.datetime(2022, 1, 2, 10, 5), 3.5, "#N/A"],
        ],
        [["x"]],
        merge="A1:D1",
    )
    columns, rows, _, notes = read(data, ".xlsx")
    assert columns == ("Town", "Date", "Number", "Formula")
    assert cells(rows) == [["Zvečan", "2022-01-02", "3", ""], ["Leposavić", "2022-01-02 10:05:00", "3.5", ""]]
    assert [row.number for row in rows] == [3, 5]
    assert any("not 'more 1'" in one for one in notes) and any(
        "without a saved value in Formula" in one for one in notes
    )


def test_the_first_sheet_with_anything_in_it() -> None:
    assert read(workbook([], [["a", "b"], [1, 2]]), ".xlsx")[0] == ("a", "b")


def patched(data: bytes, name: str, change: Any) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, change(old.read(member)) if member == name else old.read(member))
    return made.getvalue()


def test_hostile_workbooks_are_refused() -> None:
    good = workbook([["a", "b"], ["x", "y"]])
    sheet = "xl/worksheets/sheet1.xml"
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    for before in (b"", b"<!-- <a --> "):
        with pytest.raises(InputError, match="no XML as a workbook holds it"):
            read(patched(good, sheet, lambda xml, before=before: before + laughs + xml), ".xlsx")
    # The list of contents may call any part XML, whatever its name.
    extra = io.BytesIO(good)
    with zipfile.ZipFile(extra, "a") as archive:
        archive.writestr("xl/sheet.png", laughs + b"<x/>")
    with pytest.raises(InputError, match=r"sheet\.png' is no XML"):
        read(extra.getvalue(), ".xlsx")
    with pytest.raises(InputError, match="zip bomb"):
        read(patched(good, sheet, lambda xml: xml + b" " * (70 << 20)), ".xlsx")
    with pytest.raises(InputError, match=r"broken|not a whole"):
        read(patched(good, sheet, lambda xml: xml[: len(xml) // 2]), ".xlsx")
    with pytest.raises(InputError, match="not a whole"):
        read(good[: len(good) // 2], ".xlsx")
    with pytest.raises(InputError, match="not a workbook"):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("a.txt", "x")
        read(made.getvalue(), ".xlsx")


def test_a_row_number_out_of_all_bounds_ends_the_sheet() -> None:
    data = workbook([["a", "b"], ["x", "y"], ["last", "row"]])
    far = patched(
        data,
        "xl/worksheets/sheet1.xml",
        lambda xml: (
            xml.replace(b'r="3"', b'r="999999999"').replace(b'A3"', b'A999999999"').replace(b'B3"', b'B999999999"')
        ),
    )
    assert cells(read(far, ".xlsx")[1])[:1] == [["x", "y"]]


def test_other_spreadsheets_are_named() -> None:
    with pytest.raises(InputError, match=r"old Office file; save it as .xlsx"):
        read(b"\xd0\xcf\x11\xe0" + b"x" * 100, ".csv")
    with pytest.raises(InputError, match="OpenDocument"):
        read(b"PK\x03\x04", ".ods")


def test_parquet_with_nested_columns_and_text_that_is_none() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    bad = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"\xff\xfea")]
    )
    table = pa.table(
        {
            "town": ["A", "B"],
            "n": [1, None],
            "list": [["x", "y"], []],
            "struct": [{"p": 1}, None],
            "day": [datetime.date(2020, 1, 1), None],
            "bad": bad,
            "raw": [b"x", b"y"],
        }
    )
    made = io.BytesIO()
    pq.write_table(table, made)
    columns, rows, _, notes = read(made.getvalue(), ".parquet")
    assert columns == ("town", "n", "list", "struct", "day", "bad")
    assert cells(rows)[0] == ["A", "1", "x; y", '{"p": 1}', "2020-01-01", "\ufffd\ufffd"]
    assert "nested columns" in notes[0]
    with pytest.raises(InputError, match="not a whole Parquet"):
        read(made.getvalue()[:-20], ".parquet")


def test_parquet_numbers_and_times_are_written_without_quotes() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    told = [Decimal("12.50"), Decimal("-3.00"), None]
    took = [datetime.timedelta(hours=2, minutes=5), None, None]
    made = io.BytesIO()
    pq.write_table(pa.table({"lat": told, "took": took, "name": ["a", "b", "c"]}), made)
    _, rows, errors, _ = read(made.getvalue(), ".parquet")
    assert cells(rows) == [["12.50", "2:05:00", "a"], ["-3", "", "b"], ["", "", "c"]] and not errors
    assert table_module.as_text(Decimal("NaN")) == "" and table_module.as_text(Decimal("1e999999")) == "1E+999999"


def test_a_text_that_all_rows_refer_to_is_held_for_few_of_them() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = io.BytesIO()
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 256, pa.int32()), ["x" * 4_000_000])
    pq.write_table(pa.table({"text": texts}), made, compression="zstd", store_schema=False)
    assert len(made.getvalue()) < 5_000
    before = pa.default_memory_pool().max_memory()
    with open_table(made, name="t", suffix=".parquet") as table:
        for row in table.rows():
            assert len(row.cells["text"]) == 4_000_000
            break
    assert pa.default_memory_pool().max_memory() <= before + 300_000_000


def test_json_lines_and_lists_and_features() -> None:
    _, rows, errors, _ = read('{"a": 1, "b": {"c": 2}}\n[1]\n{"a": tru\n{"a": 2}', ".jsonl")
    assert cells(rows) == [["1", '{"c": 2}'], ["2", ""]]
    assert ["line 2" in str(errors[0]), "line 3" in str(errors[1])] == [True, True]
    assert cells(read('{"articles": [{"title": "x"}, 3]}', ".json")[1]) == [["x"]]
    assert cells(read('{"n": 1, "rows": [{"title": {"name": "x"}}]}', "")[1]) == [["x"]]
    point = {"type": "Feature", "properties": {"t": "A"}, "geometry": {"type": "Point", "coordinates": [20.5, 42.5]}}
    area = {**point, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [0, 0]]]}}
    columns, rows, errors, _ = read(json.dumps({"type": "FeatureCollection", "features": [point, area]}), ".geojson")
    assert columns == ("t", "longitude of the point", "latitude of the point")
    assert cells(rows) == [["A", "20.5", "42.5"], ["A", "", ""]] and "an outline" in str(errors[0])
    with pytest.raises(InputError, match="not whole JSON"):
        read('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1}', ".geojson")


def test_a_pipe_is_copied(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with open_table(Pipe(b"a,b\n1,2\n"), name="t", suffix=".csv") as table:
        assert cells(list(table.rows())) == [["1", "2"]]


def test_cells_beyond_the_limit_spoil_their_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert table_module.as_text(10**5000) == "" and table_module.as_text(float("inf")) == ""
    assert table_module.as_text([1, None, "x"]) == "1; x" and table_module.as_text("N/A") == ""
    assert table_module.as_text("NA") == "NA", "that is Namibia"


def test_names_of_columns_are_compared_without_case_accents_and_punctuation() -> None:
    assert plain_name("  Événement-Type ") == "evenementtype"
    assert guess_columns(["Event Date", "TOWN"], {"date": ("eventdate",), "place": ("city", "town")}) == {
        "date": "Event Date",
        "place": "TOWN",
    }


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["03/04/2022", "25/04/2022"], "day first"),
        (["03/04/2022", "04/25/2022"], "month first"),
        (["25/04/2022", "04/25/2022"], "open"),
        (["03/04/2022"], "open"),
        (["3.4.2022"], "day first"),
        (["44774", "44775"], "serial"),
        (["2022-04-03", ""], None),
    ],
)
def test_the_order_of_day_and_month_is_settled_over_the_column(values: list[str], order: str | None) -> None:
    assert settle_order(values)[0] == order


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2022-08-01T10:00:00Z", ("2022-08-01", "2022-08-01", 1)),
        ("20220801T101500Z", ("2022-08-01", "2022-08-01", 1)),
        ("03/04/2022", ("2022-04-03", "2022-04-03", 1)),
        ("1-3 August 2022", ("2022-08-01", "2022-08-03", 2)),
        ("August 2022", ("2022-08-01", "2022-08-31", 3)),
        ("2022-02", ("2022-02-01", "2022-02-28", 3)),
        ("2022", ("2022-01-01", "2022-12-31", 3)),
        ("1 Aug 22", ("2022-08-01", "2022-08-01", 1)),
        ("1659312000", ("2022-08-01", "2022-08-01", 1)),
    ],
)
def test_days_months_and_years(text: str, span: tuple[str, str, int]) -> None:
    found = read_span(text, "day first")
    assert (found.start, found.end, found.precision) == span


@pytest.mark.parametrize("text", ["30/02/2022", "yesterday", "2022-08-05 to 2022-08-03", "44774"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(DateError):
        read_span(text, "day first")
    with pytest.raises(DateError, match="cannot be told apart"):
        read_span("03/04/2022", "open")
