"""Files of places that people keep: read, edited without disturbing the rest, found, and shared by processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import filelock
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from geomap import outputs
from geomap.errors import OverlayError
from geomap.gazetteer import overlay
from geomap.gazetteer.overlay import PlaceEntry, PlacesFile, places_files, read_all, read_places
from geomap.resources import data_path

ROOT = Path(__file__).resolve().parents[1]
BOM = b"\xef\xbb\xbf"
LP_HEADER = [
    "id", "title", "title_source", "title_uri", "ccodes", "matches", "variants", "types", "aat_types", "parent_name",
    "parent_id", "lon", "lat", "geowkt", "geo_source", "geo_id", "start", "end", "attestation_year", "description",
    "approximation",
]  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.csv"


@pytest.fixture(autouse=True)
def quick_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here outlives a power cut; syncing each write to the disk would take most of the time."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def refused(path: Path, content: str | bytes) -> str:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(OverlayError) as caught:
        read_places(path, "user")
    message = str(caught.value)
    assert message.startswith(str(path))
    assert len(message) < len(str(path)) + 260
    return message.removeprefix(f"{path}, ")


# -- reading ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", BOM])
def test_delimiters_line_ends_and_marks_are_found_out(delimiter: str, newline: str, bom: bytes, path: Path) -> None:
    rows = [
        "ID, Title ,LON,Lat,note",
        "a,Hof,9.5,47.5,x",
        "# a remark; with, all\tof them",
        "",
        ",,,,",
        'b,"Alm",9,47,',
    ]
    path.write_bytes(bom + newline.join(rows).replace(",", delimiter).encode())
    one, two = PlacesFile(path).entries()
    assert (one.place.id, one.place.name, one.place.lon, one.note) == ("a", "Hof", 9.5, "x")
    assert (two.place.name, two.row) == ("Alm", 6)


def test_the_declaration_of_a_separator_is_no_header(path: Path) -> None:
    path.write_text("sep=;\r\nid;title;lon;lat\r\na;Hof, unten;9.5;47.5\r\n", newline="")
    assert [p.name for p in read_places(path, "user")] == ["Hof, unten"]
    PlacesFile(path).add(title="Alm", lat=47.0, lon=9.0)
    assert path.read_bytes() == b"sep=;\r\nid;title;lon;lat\r\na;Hof, unten;9.5;47.5\r\nuser:alm;Alm;9;47\r\n"


def test_remarks_that_a_spreadsheet_has_quoted_are_still_remarks(path: Path) -> None:
    path.write_text('"# remark, one";;;\nid;title;lon;lat\n"# and; two";;;\n"#1";Hof;9;47\n')
    assert [(e.place.id, e.row) for e in PlacesFile(path).entries()] == [("#1", 4)]


def test_columns_of_linked_places_are_understood(path: Path) -> None:
    cells = dict.fromkeys(LP_HEADER, "") | {
        "id": "42", "title": "Old Mill", "title_source": "Atlas 1900", "ccodes": "xk;RS", "variants": "Mlin@sr-Latn",
        "types": "mill", "parent_name": "Zvečan", "lon": "20.8", "lat": "42.9", "start": "1800", "end": "1950",
        "description": "by the river", "approximation": "0.4",
    }  # fmt: skip
    path.write_text("\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n", "utf-8")
    (entry,) = PlacesFile(path).entries()
    assert (entry.place.admin2, entry.place.radius_km, entry.place.country_code) == ("Zvečan", 0.4, "XK")
    assert (entry.source, entry.start, entry.end, entry.note) == ("Atlas 1900", "1800", "1950", "by the river")
    assert (entry.place.names, entry.languages) == (("Mlin",), ("Mlin@sr-Latn",))
    assert entry.cells["types"] == "mill"
    assert PlacesFile(path).lenient()[1] == []
    PlacesFile(path).edit("42", note="burnt down", radius_km=0.5)
    assert path.read_text("utf-8").splitlines()[0] == "\t".join(LP_HEADER), "its columns serve, none is added"


def test_our_own_column_goes_before_its_namesake(path: Path) -> None:
    path.write_text("title,lon,lat,description,note\nHof,9,47,long,short\n")
    (entry,) = PlacesFile(path).entries()
    assert (entry.note, entry.cells["description"]) == ("short", "long")


@pytest.mark.parametrize(
    ("variant", "name"),
    [
        ("Mlin@sr", "Mlin"),
        ("Млин@sr-Cyrl", "Млин"),
        ("Mill", "Mill"),
        ("Caf@ Bar", "Caf@ Bar"),
        ("Bar@home", "Bar@home"),
        ("Shop@com@und", "Shop@com"),
        ("a@b@en", "a@b"),
        ("Mlin @ sr", "Mlin @ sr"),
    ],
)
def test_the_language_of_a_variant_is_what_looks_like_one(variant: str, name: str, path: Path) -> None:
    path.write_text(f"title,lon,lat,variants\nHof,9,47,{variant};\n", "utf-8")
    (entry,) = PlacesFile(path).entries()
    assert (entry.place.names, entry.languages) == ((name,), (variant,))


def test_protected_cells_are_read_without_their_apostrophe(path: Path) -> None:
    path.write_text("title,lon,lat,note,parent\n'=HYPERLINK(1),'-9,47,'@me,'t Harde\n''+a,9,47,''x,\n")
    one, two = PlacesFile(path).entries()
    assert (one.place.name, one.place.lon, one.note, one.place.admin2) == ("=HYPERLINK(1)", -9.0, "@me", "'t Harde")
    assert (two.place.name, two.note) == ("'+a", "''x")
    assert one.cells["title"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,Hof,9,91", "row 2, column lat: 91 is outside -90 to 90 (WGS84 degrees)."),
        ("a,Hof,-33.9,151.2", "151.2 looks like a longitude and -33.9 like a latitude: are lat and lon swapped?"),
        ("a,Hof,120,151.2", "151.2 looks like a longitude: are lat"),
        ('a,Hof,9,"43,2"', "row 2, column lat: '43,2' is not a number. Write decimals with a point."),
        ("a,Hof,9,43,2", "row 2: more cells than the 4 columns. Quote names that hold a comma; write decimals with"),
        ("a,Hof,−9,43", "column lon: '−9' is not a number. Write the minus sign as a plain hyphen"),
        ("a,Hof,9,43°12'", "Write decimal degrees"),
        ("a,Hof,9,43.2N", "Write decimal degrees"),
        ("a,Hof,9,4_3", "is not a number"),
        ("a,Hof,9,٤٣", "is not a number"),
        ("a,Hof,9," + "9" * 5000, "is not a number"),
        ("a,Hof", "column lat: '' is not a number. The row has 2 of 4 cells."),
        ("a", "row 2, column title: '' has no letters; every place needs a name. The row has 1 of 4 cells."),
        ("a,Hof,9,43\nb,Alm,9,47\na,See,1,2", "row 4, column id: 'a' was used in row 2 already"),
        (f"a,{'x' * 10_000_000},9,43", "row 2, column title: a cell of 10,000,000 characters (at most 20,000)"),
        ("a," + "x" * 301 + ",9,43", "longer than 300 letters. Shorten it"),
        ('a,"Hof\nAlm",9,43', "column title: 'Hof\\nAlm' holds a line break"),
        ('"a\x1b[31m",Hof,9,43', "column id: 'a\\x1b[31m' holds a control character"),
        ('a,"Hof,9,43\nb,Alm,9,43', "row 2: a quote is opened and never closed"),
        ('a,"Hof" am See,9,43', "row 2: broken CSV: text follows the closing quote in '\"Hof\" am See,9,43"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_row_is_said_with_its_remedy(row: str, said: str, path: Path) -> None:
    assert said in refused(path, f"id,title,lon,lat\n{row}\n")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("ccodes", "ZZ", "'ZZ' is not a two-letter country code of ISO 3166-1"),
        ("ccodes", "XK;YU", "'YU' is not"),
        ("ccodes", "uk", "Write GB."),
        ("feature_class", "Village", "'Village' is not one of GeoNames' classes"),
        ("feature_code", "small village", "is not a GeoNames feature code"),
        ("variants", "@en", "'@en' has no letters before the language"),
        ("variants", "Mlin;—@sr", "'—@sr' has no letters"),
        ("radius_km", "5 km", "'5 km' is not a number"),
    ],
)
def test_wrong_cells_are_told(column: str, value: str, said: str, path: Path) -> None:
    message = refused(path, f"title,lon,lat,{column}\nHof,9,47,{value}\n")
    assert message.startswith(f"row 2, column {column}: ")
    assert said in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,title,longitude,lat\na,Hof,9,47\n", "column lon is missing. Did you mean lon by 'longitude'? Rename it."),
        ("Name;X;Y\nHof;9;47\n", "column title, lon, lat is missing. The first line must name"),
        ("titel,lon,lat\nHof,9,47\n", "Did you mean title by 'titel'"),
        ("title,lon,lat,LON\nHof,9,47,9\n", "row 1, column lon: the header names the column lon twice"),
        ("\n# x\nHof,9,47\n", "row 3: column title, lon, lat is missing"),
        ("title,lon,lat\nHof,9,47\nA\x00lm,9,47\n", "row 3: holds NUL bytes"),
        (b"title,lon,lat\nHof,9,47\nK\xf6ln,9,47\n", "row 3: not UTF-8 (byte 24, 0xf6). Save as 'CSV UTF-8'."),
        ("title,lon,lat\n".encode("utf-16"), "not UTF-8 but UTF-16"),
        (BOM, "is missing"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_remedy(content: str | bytes, said: str, path: Path) -> None:
    assert said in refused(path, content)


def test_names_of_columns_that_other_programs_give_are_known(path: Path) -> None:
    message = refused(path, "name,lng,latitude\nHof,9,47\n")
    for ours, theirs in ("title", "name"), ("lon", "lng"), ("lat", "latitude"):
        assert f"Did you mean {ours} by '{theirs}'" in message


def test_a_dump_is_no_places_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "_LARGEST_FILE", 20)
    assert "gazetteer import" in refused(path, "title,lon,lat\nHof,9,47\n")
    monkeypatch.undo()
    assert "1,000,000 lines" in refused(path, "\n" * 1_000_001)
    monkeypatch.setattr(overlay, "_MOST_LINES", 3)
    PlacesFile(path.with_name("few.csv")).add(title="Hof", lat=47.0, lon=9.0)


def test_a_check_goes_on_after_a_wrong_row(path: Path) -> None:
    path.write_text(
        "id,title,lon,lat,varients,country\n"
        "a,Hof,9,47,x,\n"
        "b,,9,91,,\n"
        "a,Alm,9,47,,\n"
        'c,"See" oben,9,47,,\n'
        "d,Berg,9,47,,\n"
        'e,"Tal,9,47,,\n'
        "f,Wald,9,47,,\n"
    )
    entries, problems = PlacesFile(path).lenient()
    assert [(e.place.name, e.row) for e in entries] == [("Hof", 2), ("Berg", 6)]
    assert [(p.row, p.column, p.value[:5]) for p in problems] == [
        (1, "varients", "varie"),
        (1, "country", "count"),
        (3, "title", ""),
        (3, "lat", "91"),
        (4, "id", "a"),
        (5, "", '"See"'),
        (7, "", '"Tal,'),
    ]
    assert problems[0].remedy == "Did you mean variants?"
    assert str(problems[3]).startswith("row 3, column lat: 91 is outside")
    with pytest.raises(OverlayError, match="row 5: broken CSV"):
        PlacesFile(path).entries()


def test_the_shipped_file_is_read_whole_and_has_no_problem() -> None:
    entries, problems = PlacesFile(data_path("gazetteer/places.csv")).lenient()
    assert problems == []
    assert all(entry.source for entry in entries)
    assert any("@sr-Cyrl" in variant for entry in entries for variant in entry.languages)


# -- adding, editing, removing ---------------------------------------------------------------------------------


def test_the_first_place_makes_folder_and_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "gazetteer" / "places.csv"
    entry = PlacesFile(path).add(
        title="Jarinje crossing", lat=43.2286, lon=20.6925, variants=["Jarinje@sr", "Jarinjë@sq"], feature_class="s",
        feature_code="pstb", ccodes=["xk", "RS"], admin1="Mitrovica", parent="Leposavić", radius_km=0.3, population=0,
        source="own visit", start="2011-07", end="", note='a "gate",\nclosed at night',
    )  # fmt: skip
    assert PlacesFile(path).entries() == [entry]
    assert entry.place.id == "user:jarinje-crossing"
    assert entry.place.layer == "user"
    assert (entry.place.lat, entry.place.lon, entry.place.radius_km, entry.place.population) == (
        43.2286,
        20.6925,
        0.3,
        0,
    )
    assert (entry.place.feature_class, entry.place.feature_code, entry.place.country_code) == ("S", "PSTB", "XK")
    assert (entry.languages, entry.cells["ccodes"]) == (("Jarinje@sr", "Jarinjë@sq"), "XK;RS")
    assert entry.note == 'a "gate",\nclosed at night'
    lines = path.read_bytes().splitlines(keepends=True)
    assert lines[0] == BOM + ",".join(overlay._COLUMNS).encode() + b"\n"
    assert lines[1].startswith(b"# ")
    assert b"," not in lines[1] and b";" not in lines[1], "a spreadsheet saves the remark as it is"
    assert [p.name for p in path.parent.iterdir()] == ["places.csv"], "no lock file stays"


def test_an_empty_file_gets_its_header(path: Path) -> None:
    for content in b"", BOM, b"\n\n":
        path.write_bytes(content)
        PlacesFile(path).add(title="Hof", lat=47.0, lon=9.0)
        assert [p.id for p in read_places(path, "user")] == ["user:hof"]


def test_ids_are_made_of_the_title_and_differ(path: Path) -> None:
    file = PlacesFile(path)

    def add(title: str, **more: Any) -> str:
        return file.add(title=title, lat=47.0, lon=9.0, **more).place.id

    assert add("Zvečan (most) No. 2") == "user:zvecan-most-no-2"
    assert add("zvecan, MOST: no 2") == "user:zvecan-most-no-2-2"
    assert add("Hof", taken={"user:hof", "user:hof-2"}) == "user:hof-3"
    cyrillic = add("Мост")
    assert cyrillic.startswith("user:place-") and cyrillic.isascii()
    assert add("Мост") == cyrillic + "-2"
    assert add("متجر 24") != add("مقهى 24")
    assert add("Alm", id="me/alm") == "me/alm"
    assert len(add("Ab " * 90)) < 70
    assert len({e.place.id for e in file.entries()}) == 9


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "every place needs a name"),
        ("title", "--", "has no letters"),
        ("title", "Hof\nAlm", "line break"),
        ("title", "x" * 301, "longer than 300"),
        ("title", "Hof\ud800", "no text file can hold"),
        ("title", "Hof\x00", "no text file can hold"),
        ("lat", 91.0, "outside -90 to 90"),
        ("lat", float("nan"), "outside"),
        ("lat", "43,2", "not a number"),
        ("lon", float("-inf"), "outside"),
        ("lon", None, "not a number"),
        pytest.param("lon", 10**5000, "a huge number", id="huge"),
        ("variants", ["a;b"], "semicolon"),
        ("variants", ["Mlin@sr", "--@sr"], "no letters"),
        ("variants", ["ab"] * 2 + ["abc" * 5 + str(i) for i in range(2000)], "at most 20,000"),
        ("ccodes", "ZZ", "'ZZ' is not a two-letter country code"),
        ("feature_class", "house", "'house' is not one of"),
        ("feature_code", "two words", "not a GeoNames feature code"),
        ("radius_km", -1.0, "outside 0.01 to 10000"),
        ("population", -1, "outside"),
        ("population", 1.5, "no whole number"),
        ("start", "July", "Write 1999, 1999-06 or 1999-06-12"),
        ("start", "2021-02-29", "no year, month or day"),
        ("start", "2021-13", "no year, month or day"),
        ("note", "x" * 20_000, "at most 20,000"),
        ("id", "", "empty"),
        ("id", "two words", "holds a blank"),
        ("id", "#1", "begins with #"),
        ("id", "user:hof", "is the id of row 3 already"),
    ],
)
def test_a_wrong_place_is_refused_before_anything_is_written(field: str, value: Any, said: str, path: Path) -> None:
    file = PlacesFile(path)
    file.add(title="Hof", lat=47.0, lon=9.0)
    before = path.read_bytes()
    good: dict[str, Any] = {"title": "Alm", "lat": 47.0, "lon": 9.0}
    with pytest.raises(OverlayError) as caught:
        file.add(**good | {field: value})
    assert str(caught.value).startswith(f"{path}, column {field}: ")
    assert said in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 260
    assert path.read_bytes() == before
    fresh = path.parent / "none" / "x.csv"
    if field != "id":
        with pytest.raises(OverlayError):
            PlacesFile(fresh).add(**good | {field: value})
        assert not fresh.parent.exists()


def test_an_end_before_its_start_is_refused(path: Path) -> None:
    file = PlacesFile(path)
    file.add(title="Hof", lat=47.0, lon=9.0, start="1999-06", end="1999")
    with pytest.raises(OverlayError, match="column end: 1998 is before the start, 1999-06"):
        file.edit("user:hof", end="1998")
    with pytest.raises(OverlayError, match="before the start"):
        file.add(title="Alm", lat=47.0, lon=9.0, start="-0044", end="-0050")


UNTIDY = (
    "\ufeff# Orte; die wir kennen\r\n"
    ' Title ;"lat";LON;colour;note;id\r\n'
    "\r\n"
    '"Hof";"47.50"; 9.50;"red";"two\r\n# lines";h\r\n'
    ";;;;;\r\n"
    "# and a remark, kept\r\n"
    "Alm;47;9;;'=1+1;a\n"
    "See;46;8.0;blue\r\n"
    "Berg;45;7;;;b"
)


def test_what_is_not_touched_stays_byte_for_byte(path: Path) -> None:
    path.write_bytes(UNTIDY.encode())
    file = PlacesFile(path)
    assert [e.row for e in file.entries()] == [4, 8, 9, 10]

    entry = file.edit("a", note="neu; ganz")
    assert (entry.note, entry.row) == ("neu; ganz", 8)
    after = UNTIDY.replace("Alm;47;9;;'=1+1;a", 'Alm;47;9;;"neu; ganz";a')
    assert path.read_bytes() == after.encode()

    file.edit("h", lat=47.25)
    after = after.replace('"47.50"', "47.25")
    assert path.read_bytes() == after.encode(), "the other cells of the row keep their quotes and blanks"

    assert file.edit("user:see", lat=46.0).place.id == "user:see"
    assert path.read_bytes() == after.encode(), "46 is 46.0: nothing is written"
    file.edit("user:see", title="Seen", lon=8.5)
    after = after.replace("See;46;8.0;blue", "Seen;46;8.5;blue;;user:see")
    assert path.read_bytes() == after.encode(), "a row without an id keeps the one it was known by"

    added = file.add(title="Tal", lat=44.0, lon=6.0, source="me")
    after = after.replace(";id\r\n", ";id;source\r\n") + "\r\nTal;44;6;;;user:tal;me\r\n"
    assert path.read_bytes() == after.encode(), "a column is added, and the last line ended"
    assert added.source == "me"

    removed = file.remove("h")
    assert removed.note == "two\r\n# lines"
    after = after.replace('"Hof";47.25; 9.50;"red";"two\r\n# lines";h\r\n', "")
    assert path.read_bytes() == after.encode()
    assert [e.place.name for e in file.entries()] == ["Alm", "Seen", "Berg", "Tal"]
    assert file.entries()[1].cells["colour"] == "blue"


def test_a_wrong_row_can_be_mended_but_not_hidden(path: Path) -> None:
    path.write_text("id,title,lon,lat\na,Hof,9,91\nb,Alm,9,47,,x\nc,Tal,9,95\n")
    file = PlacesFile(path)
    assert file.edit("a", lat=47.5).place.lat == 47.5
    with pytest.raises(OverlayError, match="row 3: more cells than"):
        file.edit("b", lat=47.5)
    with pytest.raises(OverlayError, match="row 3: more cells than the 4 columns, so the column note cannot be added"):
        file.add(title="See", lat=47.0, lon=9.0, note="x")
    with pytest.raises(OverlayError, match="row 4, column lat: 95 is outside"):
        file.remove("c")
    assert file.add(title="See", lat=47.0, lon=9.0).row == 5
    assert path.read_text() == "id,title,lon,lat\na,Hof,9,47.5\nb,Alm,9,47,,x\nc,Tal,9,95\nuser:see,See,9,47\n"


def test_nothing_is_appended_to_a_quote_that_is_open(path: Path) -> None:
    path.write_text('id,title,lon,lat\na,"Hof,9,47\n')
    with pytest.raises(OverlayError, match="row 2: a quote is opened and never closed"):
        PlacesFile(path).add(title="See", lat=47.0, lon=9.0)
    assert path.read_text() == 'id,title,lon,lat\na,"Hof,9,47\n'


def test_clearing_and_renaming(path: Path) -> None:
    file = PlacesFile(path)
    file.add(title="Hof", lat=47.0, lon=9.0, radius_km=3.0, population=5, variants=["Hoff"], note="x", ccodes="CH")
    file.add(title="Alm", lat=47.0, lon=9.0)
    entry = file.edit("user:hof", id="me:hof", radius_km=None, population=None, variants=(), note="", ccodes="")
    assert (entry.place.id, entry.place.radius_km, entry.place.population, entry.place.names) == (
        "me:hof",
        2.0,
        None,
        (),
    )
    with pytest.raises(OverlayError, match="is the id of row 4 already"):
        file.edit("me:hof", id="user:alm")
    with pytest.raises(OverlayError, match=r"column title: .*needs a name"):
        file.edit("me:hof", title=" ")
    with pytest.raises(OverlayError, match="column colour: there is no such column"):
        file.edit("me:hof", colour="red")  # type: ignore[call-arg]


def test_an_id_that_is_not_there_or_twice_is_told(path: Path) -> None:
    path.write_text("id,title,lon,lat\nuser:hof,Hof,9,47\nx,Alm,9,47\nx,Tal,9,47\n")
    file = PlacesFile(path)
    for change in file.remove, lambda one: file.edit(one, note="x"):
        with pytest.raises(OverlayError, match=r"no place has the id 'user:hoff'\. Did you mean 'user:hof'"):
            change("user:hoff")
        with pytest.raises(OverlayError, match=r"no place has the id 'Hof'\. Did you mean 'user:hof'"):
            change("Hof")
        with pytest.raises(OverlayError, match="'x' is the id of rows 3 and 4"):
            change("x")
        with pytest.raises(OverlayError, match="no such file of places"):
            PlacesFile(path.with_name("none.csv")).remove("x")
    assert sorted(p.name for p in path.parent.iterdir()) == ["mine.csv"]


def test_a_file_without_ids_gets_the_column(path: Path) -> None:
    path.write_text("title,lat,lon\nHof,47,9")
    file = PlacesFile(path)
    assert file.add(title="Žur", lat=42.0, lon=20.0).place.id == "user:zur"
    assert path.read_text("utf-8") == "title,lat,lon,id\nHof,47,9\nŽur,42,20,user:zur\n"
    assert file.edit("user:hof", title="Hoff").place.id == "user:hof"


def test_numbers_are_plain_decimals(path: Path) -> None:
    PlacesFile(path).add(title="Hof", lat=0.00001, lon=-9.5, population=2_000_000_000, radius_km=1e3)
    assert path.read_text("utf-8").splitlines()[-1] == "user:hof,Hof,-9.5,0.00001,,,,,,,1000,2000000000,,,,"


# -- links, folders, locks -------------------------------------------------------------------------------------


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real" / "r.csv", tmp_path / "link.csv"
    link.symlink_to(real)
    PlacesFile(link).add(title="Hof", lat=47.0, lon=9.0)
    PlacesFile(link).edit("user:hof", lat=48.0)
    assert link.is_symlink()
    assert [p.lat for p in read_places(real, "user")] == [48.0]
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["link.csv", "r.csv", "real"]


def test_permissions_of_the_file_are_kept(path: Path) -> None:
    PlacesFile(path).add(title="Hof", lat=47.0, lon=9.0)
    path.chmod(0o640)
    PlacesFile(path).add(title="Alm", lat=47.0, lon=9.0)
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe.csv")
    for path, said in (
        (tmp_path, "not a file"),
        (tmp_path / "pipe.csv", "not a file"),
        (tmp_path / "file" / "x.csv", "cannot be written"),
        (tmp_path / ("x" * 300 + ".csv"), "cannot be written"),
    ):
        with pytest.raises(OverlayError) as caught:
            PlacesFile(path).add(title="Hof", lat=47.0, lon=9.0)
        assert said in str(caught.value)
        assert str(path) in str(caught.value)


def test_a_read_only_folder_is_told(path: Path) -> None:
    PlacesFile(path).add(title="Hof", lat=47.0, lon=9.0)
    path.parent.chmod(0o555)
    try:
        if os.access(path.parent, os.W_OK):
            pytest.skip("this account may write anywhere")
        with pytest.raises(OverlayError, match=r"cannot be written .*Permission denied"):
            PlacesFile(path).add(title="Alm", lat=47.0, lon=9.0)
    finally:
        path.parent.chmod(0o755)


@pytest.mark.parametrize("fails", ["os.open", "tempfile.mkstemp", "pathlib.Path.replace"])
def test_a_refused_write_leaves_the_file_as_it_was(fails: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    PlacesFile(path).add(title="Hof", lat=47.0, lon=9.0)
    before = path.read_bytes()

    def refuse(*arguments: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        if fails == "os.open":
            patch.setattr(filelock.FileLock, "_acquire", refuse)
        else:
            patch.setattr(fails, refuse)
        with pytest.raises(OverlayError, match=r"mine\.csv: cannot be written \(Permission denied\); it is as it was"):
            PlacesFile(path).add(title="Alm", lat=47.0, lon=9.0)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["mine.csv"]


def test_a_file_that_another_holds_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "_LOCK_SECONDS", 0.05)
    guard = path.with_name(".mine.csv.lock")
    held = threading.Event()
    done = threading.Event()

    def hold() -> None:
        with filelock.FileLock(guard):
            held.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(20)
        with pytest.raises(OverlayError, match=r"another process has held it for .* s \(lock file .*\.mine\.csv\.lock"):
            PlacesFile(path).add(title="Hof", lat=47.0, lon=9.0)
    finally:
        done.set()
        holder.join()
    assert not path.exists()


def test_a_lock_file_left_by_a_crash_is_no_obstacle(path: Path) -> None:
    path.with_name(".mine.csv.lock").touch()
    PlacesFile(path).add(title="Hof", lat=47.0, lon=9.0)
    assert [p.name for p in path.parent.iterdir()] == ["mine.csv"]


def test_what_an_editor_saves_meanwhile_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("id,title,lon,lat\na,Hof,9,47\n")
    finish = PlacesFile._finish
    saved = ["id,title,lon,lat\na,Hof,9,47\nb,Alm,9,47\n"]

    def saves_first(*arguments: Any) -> PlaceEntry:
        if saved:
            path.write_text(saved.pop())
        return finish(*arguments)

    monkeypatch.setattr(PlacesFile, "_finish", saves_first)
    assert PlacesFile(path).add(title="See", lat=47.0, lon=9.0).row == 4
    assert [p.name for p in read_places(path, "user")] == ["Hof", "Alm", "See"]

    def keeps_saving(*arguments: Any) -> PlaceEntry:
        path.write_text(path.read_text() + "# still here\n")
        return finish(*arguments)

    monkeypatch.setattr(PlacesFile, "_finish", keeps_saving)
    with pytest.raises(OverlayError, match="another program keeps changing it"):
        PlacesFile(path).edit("a", note="x")
    assert len(read_places(path, "user")) == 3
    assert "note" not in path.read_text()


ADD_MANY = """
import sys
from pathlib import Path
from geomap.gazetteer.overlay import PlacesFile, read_places
path, who, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
file = PlacesFile(path)
for i in range(count):
    entry = file.add(title=f"Hof {who} {i}", lat=47.0, lon=9.0, note="x" * 50)
    if i % 5 == 0:
        file.edit(entry.place.id, note="edited")
    if i % 10 == 9:
        file.remove(entry.place.id)
        file.add(title="Hof", lat=47.0, lon=9.0)
    read_places(path, "user")
"""


def test_processes_that_add_at_once_lose_nothing(path: Path) -> None:
    code = [sys.executable, "-c", ADD_MANY, str(path)]
    running = [
        subprocess.Popen([*code, who, "50"], cwd=ROOT, stderr=subprocess.PIPE, text=True) for who in ("one", "two")
    ]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    entries = PlacesFile(path).entries()
    assert len(entries) == 100
    names = {e.place.name for e in entries}
    assert names == {f"Hof {who} {i}" for who in ("one", "two") for i in range(50) if i % 10 != 9} | {"Hof"}
    assert sum(e.note == "edited" for e in entries) == 20
    assert len({e.place.id for e in entries}) == 100
    assert [p.name for p in path.parent.iterdir()] == ["mine.csv"]


def test_threads_of_one_process_lose_nothing(path: Path) -> None:
    def add(who: int) -> None:
        for i in range(8):
            PlacesFile(path).add(title=f"Hof {who} {i}", lat=47.0, lon=9.0)

    threads = [threading.Thread(target=add, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_places(path, "user")) == 32


# -- which files -----------------------------------------------------------------------------------------------


def write(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("title,lon,lat\n" + "".join(f"{name},9,47\n" for name in names))
    return path


def test_files_are_found_in_order_of_precedence(tmp_path: Path) -> None:
    project, user = tmp_path / "project", tmp_path / "user"
    b = write(project / "gazetteer" / "b.csv", "B")
    a = write(project / "gazetteer" / "a.CSV", "A")
    mine = write(user / "mine.csv", "Mine")
    given = write(tmp_path / "given.csv", "Given")
    write(project / "gazetteer" / ".a.csv", "Hidden")
    write(project / "gazetteer" / "~$b.csv", "Opened")
    (project / "gazetteer" / ".b.csv.lock").touch()
    (project / "gazetteer" / "notes.md").touch()
    (project / "gazetteer" / "folder.csv").mkdir()
    os.mkfifo(project / "gazetteer" / "pipe.csv")
    (user / "copy.csv").write_bytes(data_path("gazetteer/places.csv").read_bytes())
    (user / "shipped.csv").symlink_to(data_path("gazetteer/places.csv"))
    (user / "again.csv").symlink_to(given)
    found = places_files([given, b], project=project, user=user)
    assert found == [(given, "given"), (b, "given"), (a, "project"), (mine, "user")]
    assert [(p.name, p.layer) for p in read_all(found)] == [(n, "user") for n in ("Given", "B", "A", "Mine")]
    copy = user / "copy.csv"
    assert places_files([copy], project=tmp_path / "none", user=tmp_path / "no") == [(copy, "given")], (
        "it was asked for"
    )


def test_the_current_folder_and_the_configuration_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMAP_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert places_files() == []
    write(tmp_path / "gazetteer" / "p.csv", "P")
    write(tmp_path / "home" / "config" / "gazetteer" / "u.csv", "U")
    assert [p.name for p in read_all(places_files())] == ["P", "U"]
    monkeypatch.chdir(ROOT)
    assert [origin for _, origin in places_files()] == ["user"], "the shipped places are nobody's own"


def test_the_same_folder_counts_once(tmp_path: Path) -> None:
    write(tmp_path / "gazetteer" / "p.csv", "P")
    assert [o for _, o in places_files(project=tmp_path, user=tmp_path / "gazetteer")] == ["project"]


def test_files_that_were_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(OverlayError, match=r"none\.csv: no such file of places"):
        places_files([tmp_path / "none.csv"])
    with pytest.raises(OverlayError, match="a folder; name the CSV file"):
        places_files([tmp_path])
    for name in "x" * 5000, "a\x00b":
        with pytest.raises(OverlayError, match=r"cannot be read|no such file"):
            places_files([tmp_path / name])


def test_a_broken_file_is_not_passed_over(tmp_path: Path) -> None:
    user = tmp_path / "user"
    write(user / "a.csv", "A")
    bad = write(user / "b.csv", "B", "--")
    with pytest.raises(OverlayError) as caught:
        read_all(places_files(project=tmp_path, user=user))
    assert f"{bad}, row 3, column title" in str(caught.value)
    assert f"'geomap gazetteer check {bad}'" in str(caught.value)
    bad.unlink()
    bad.symlink_to(tmp_path / "gone.csv")
    with pytest.raises(OverlayError, match=r"b\.csv: no such file of places"):
        read_all(places_files(project=tmp_path, user=user))


# -- properties ------------------------------------------------------------------------------------------------

SPECIAL = st.sampled_from(
    [
        *"=+-@'\";,#|\\ \t",
        "''",
        "'=",
        "\u202e",
        "\u200b",
        "\u0301",
        "ﬁ",
        "İ",
        "ß",
        "\u2028",
        "\ufeff",
        "م",
        "中",
        "😀",
        "ǅ",
    ]
)
CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"))
TEXTS = st.lists(SPECIAL | CHARACTERS | st.sampled_from("abcŽжض"), max_size=12).map("".join)
NAMES = TEXTS.map(lambda t: t.replace("\t", "").strip()).filter(lambda t: any(c.isalpha() for c in t))
NOTES = st.lists(SPECIAL | CHARACTERS | st.sampled_from(["\n", "\r\n", "\r", "\n#", "\x1b", "\x85"]), max_size=15).map(
    "".join
)
LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
PLACES = st.fixed_dictionaries(
    {"title": NAMES, "lat": LATITUDES, "lon": LONGITUDES},
    optional={
        "variants": st.lists(NAMES.map(lambda n: n.replace(";", "")), max_size=3),
        "note": NOTES,
        "source": NOTES,
        "parent": TEXTS.map(lambda t: t.replace("\t", "")),
        "radius_km": st.floats(0.01, 10000),
        "population": st.integers(0, 2 * 10**10),
        "ccodes": st.sampled_from(["XK", "RS;XK", "de"]),
        "id": st.text("abc:=+@'\"-", min_size=1, max_size=4),
    },
)  # fmt: skip
HEADERS = st.permutations(["id", "title", "lon", "lat", "note", "my own", "variants"])
FAST = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def written(path: Path, header: list[str], delimiter: str, newline: str, bom: bytes) -> None:
    """A file with one row and one remark, as some other program would write it."""
    cells = {"id": "first", "title": 'Erste, "die"; \t', "lon": "9.0", "lat": "47", "my own": "1\n2"}
    row = delimiter.join('"' + cells.get(column, "").replace('"', '""') + '"' for column in header)
    text = newline.join([delimiter.join(header), "# remark", row])
    path.write_bytes(bom + text.encode())


@FAST
@given(
    place=PLACES, header=HEADERS, delimiter=st.sampled_from(",;\t"), newline=st.sampled_from(["\n", "\r\n", "\r"]),
    bom=st.sampled_from([b"", BOM]),
)  # fmt: skip
@example(
    place={"title": "''=a", "lat": 1e-7, "lon": -0.0, "note": "'\n#\r", "variants": ["=b", "'@c"], "id": "-'"},
    header=["title", "id", "lon", "lat", "note"], delimiter="\t", newline="\r", bom=BOM,
)  # fmt: skip
def test_what_is_added_reads_back_and_the_rest_stays(
    place: dict[str, Any], header: list[str], delimiter: str, newline: str, bom: bytes,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    assume(place.get("id") != "first")
    path = tmp_path_factory.getbasetemp() / "property.csv"
    written(path, header, delimiter, newline, bom)
    before = path.read_bytes()
    file = PlacesFile(path)
    first = file.entries()[0]
    entry = file.add(**place)

    assert file.entries() == [replace(first, cells=file.entries()[0].cells), entry]
    found = entry.place
    assert (found.name, found.lat, found.lon) == (place["title"], place["lat"], place["lon"])
    variants = list(dict.fromkeys(v.strip() for v in place.get("variants", [])))
    assert list(entry.languages) == variants
    assert set(found.names) == {overlay._variant_name(v) for v in variants} - {place["title"]}
    assert entry.note == place.get("note", "").strip()
    assert entry.source == place.get("source", "").strip()
    assert found.admin2 == place.get("parent", "").strip()
    assert found.radius_km == place.get("radius_km", 2.0)
    assert found.population == place.get("population")
    assert found.id == place.get("id", found.id)
    after = path.read_bytes()
    head, _, rest = before.partition(newline.encode())
    assert after.startswith(head)
    assert rest in after, "remark and row stay as they were"
    for column in ("title", "note", "source", "variants", "id", "parent"):
        assert not entry.cells.get(column, "").startswith(("=", "+", "-", "@")), "no spreadsheet runs it"

    file.edit(found.id, note="other", lat=1.5)
    assert file.entries()[1] == replace(
        entry, note="other", place=replace(found, lat=1.5), cells=file.entries()[1].cells
    )
    assert rest in path.read_bytes()
    file.remove(found.id)
    assert rest in path.read_bytes()
    assert [e.place for e in file.entries()] == [first.place]


@FAST
@given(data=st.binary(max_size=200), head=st.sampled_from([b"", BOM, b"title,lon,lat\n", b"title;lon;lat;note\r\n"]))
def test_any_bytes_are_read_or_refused(data: bytes, head: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(head + data)
    survives(path)


ROWISH = st.lists(
    st.sampled_from(
        ["id", "title", "lon", "lat", "note", "Hof", "47", "9.5", "1e400", "nan", "x@sr", '"', '""', "'", "=", "#",
         "sep=;", "\n", "\r", "\r\n", ",", ";", "\t", ",", ",", "\n", " ", "\u2028", "\x85", "\ufeff", "ж", "-", "\x00"]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@settings(FAST, max_examples=150)
@given(text=ROWISH, head=st.sampled_from(["", "id,title,lon,lat\n", "title;lat;lon\r", "sep=\t\ntitle\tlat\tlon\n"]))
def test_any_text_is_read_or_refused(text: str, head: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes((head + text).encode())
    survives(path)


def survives(path: Path) -> None:
    """Only our errors escape; a check tells what reading refuses; a refused change writes nothing."""
    before = path.read_bytes()
    file = PlacesFile(path)
    strict: list[PlaceEntry] | None = None
    try:
        strict = file.entries()
    except OverlayError as error:
        assert "any.csv" in str(error)
    try:
        entries, problems = file.lenient()
    except OverlayError:
        assert strict is None
    else:
        if strict is not None:
            assert entries == strict
        else:
            assert problems
    calls: list[Callable[[], object]] = [
        lambda: file.edit("user:hof", note="=1"),
        lambda: file.add(title="Neu", lat=1.0, lon=2.0, note="x"),
        lambda: file.remove("user:neu"),
    ]
    for call in calls:
        now = path.read_bytes()
        try:
            call()
        except OverlayError:
            assert path.read_bytes() == now
        else:
            if strict is not None:
                assert len(file.entries()) >= len(strict)
    assert (
        before == path.read_bytes()
        or strict is None
        or {e.place.id for e in strict} - {"user:hof"} <= {e.place.id for e in file.entries()} | {"user:neu"}
    )
