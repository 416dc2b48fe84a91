"""Importing gazetteers: what is stored, merged and skipped, and that nothing ever breaks what was there."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geomap.errors import GazetteerError
from geomap.gazetteer.build import _good_alternate
from geomap.gazetteer.importing import (
    Filters,
    ImportReport,
    ahead,
    core,
    import_file,
    list_sources,
    read_source,
    remove_source,
    source_files,
)
from geomap.gazetteer.importing import geonames as gn
from geomap.gazetteer.importing.folding import fold_many
from geomap.gazetteer.importing.rows import Skips
from geomap.gazetteer.importing.staging import TABLES, Columns
from geomap.gazetteer.importing.world import World
from geomap.geo import cell_of
from geomap.text import fold

ROOT = Path(__file__).resolve().parents[1]

# -- A small world and small dumps ------------------------------------------------------------------------------------

WORLD = [
    # pid, name, lat, lon, class, code, country, admin1, admin2, population, radius, names
    ("gn:1", "Testland", 10.0, 20.0, "A", "PCLI", "DE", "", "", 5_000_000, 300.0, "Republic of Testland"),
    ("gn:11", "Northmark", 12.0, 20.0, "A", "ADM1", "DE", "Northmark", "", 900_000, 80.0, ""),
    ("gn:12", "Lakeside County", 12.1, 20.1, "A", "ADM2", "DE", "Northmark", "Lakeside County", 90_000, 20.0, ""),
    ("gn:101", "Velburg", 12.2, 20.2, "P", "PPL", "DE", "Northmark", "Lakeside County", 40_000, 2.5, "Welburg"),
    ("gn:102", "Ostrum", 12.3, 20.3, "P", "PPLC", "DE", "Northmark", "Lakeside County", 30_000, 2.2, ""),
    ("gn:103", "Halden", 12.4, 20.4, "P", "PPL", "DE", "Northmark", "Lakeside County", 20_000, 1.8, ""),
    ("gn:104", "Südheim", 8.0, 20.5, "P", "PPL", "DE", "Southmark", "", 10_000, 1.3, ""),
    ("gm:green-lake", "Green Lake", 11.0, 21.0, "H", "LK", "", "", "", 500_000, 60.0, ""),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("world") / "world.sqlite"
    db = sqlite3.connect(path)
    for table in ("places", "meta", "names", "places_pid", "places_cell", "places_country"):
        db.execute(TABLES[table])
    for number, (pid, name, lat, lon, *rest, names) in enumerate(WORLD, 1):
        cell = cell_of(lat, lon)
        db.execute(
            "INSERT INTO places VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (number, pid, name, lat, lon, *rest, names, "world", cell),
        )
        population = WORLD[number - 1][9]
        for kind, label in enumerate([name, *filter(None, names.split("|"))]):
            db.execute("INSERT INTO names VALUES(?,?,?,?)", (fold(label), -population, number, min(kind, 1)))
    db.execute("INSERT INTO names VALUES('testlandic',-5000000,1,4)")
    db.executemany("INSERT INTO meta VALUES(?,?)", [("schema", "1"), ("digest", "d"), ("complete", "yes")])
    db.commit()
    db.close()
    return path


def row(
    gid: object,
    name: str,
    lat: object = 12.5,
    lon: object = 20.5,
    *,
    plain: str | None = None,
    names: str = "",
    kind: str = "P.PPL",
    cc: str = "DE",
    code1: str = "07",
    code2: str = "",
    people: object = 0,
) -> str:
    fclass, _, fcode = kind.partition(".")
    ascii_name = name if plain is None else plain
    cells = [gid, name, ascii_name, names, lat, lon, fclass, fcode, cc, "", code1, code2, "", "", people]
    return "\t".join(map(str, [*cells, "", "100", "Europe/Berlin", "2024-01-01"]))


def dump(path: Path, *rows: str | bytes, end: bytes = b"\n") -> Path:
    path.write_bytes(b"\n".join(r.encode() if isinstance(r, str) else r for r in rows) + end)
    return path


TOWNS = [
    row(101, "Velburg", 12.21, 20.21, names="VBG,velburg,Велбург,Welburg", people=41_000, kind="P.PPLA"),
    row(102, "Ostrum", 12.3, 20.3, people=0),
    row(103, "Halden", 12.4, 20.4),
]


def places(path: Path) -> dict[str, dict[str, Any]]:
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    found = {r["pid"]: dict(r) for r in db.execute("SELECT * FROM places ORDER BY id")}
    db.close()
    return found


def names_of(path: Path, pid: str) -> dict[str, int]:
    db = sqlite3.connect(path)
    found = dict(
        db.execute(
            "SELECT n.key,MIN(n.kind) FROM names n JOIN places p ON p.id=n.place WHERE p.pid=? GROUP BY n.key", (pid,)
        ).fetchall()
    )
    db.close()
    return found


def content(path: Path) -> list[Any]:
    """All that a source's file holds."""
    db = sqlite3.connect(path)
    tables = sorted(name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'"))
    held = [(table, db.execute(f"SELECT * FROM {table}").fetchall()) for table in tables]
    db.close()
    return held


# -- Folding and filtering names --------------------------------------------------------------------------------------

awkward = st.text("StFtMe.- ,'éłİßŉ\u0301\u0323ﬁ\ud800 \u2028\x85\n一\U0001e8d0", max_size=14)
abbreviated = st.lists(st.sampled_from(["St", "ste", "St.", "Mt", "ft", "Paul", "-", " ", ""])).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.text(), awkward, abbreviated)))
@example(["St St St St. Paul", "Mt", "a Mt", "", "\n", "Fort St", " Ste  Anne "])
def test_folding_many_names_is_folding_each(names: list[str]) -> None:
    assert fold_many(names) == [fold.__wrapped__(name) for name in names]


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=70), st.text("abcABCéÉжЖ文ע|,'1 ", max_size=8)))
def test_which_alternate_names_are_names_is_decided_as_in_the_world_layer(name: str) -> None:
    assert gn._is_good(name.strip()) == _good_alternate(name.strip())


# -- What is stored ---------------------------------------------------------------------------------------------------


def test_a_dump_is_stored_like_the_world_layer(tmp_path: Path, world: Path) -> None:
    file = dump(
        tmp_path / "DE.txt",
        *TOWNS,
        row(5001, "Große Aue", 12.5, 20.5, plain="Grosse Aue", names="GAU,Velika Aja,aue,Большая Ауе"),
        row(5002, "Red Hill", 12.6, 20.6, kind="T.HLL", code1="00"),
        row(5003, "Far County", 12.7, 20.7, kind="A.ADM2", code2="99"),
    )
    report = import_file(file, folder=tmp_path / "imports", world=world)
    assert (report.source, report.format, report.rows) == ("DE", "geonames", 6)
    assert (report.added, report.merged, report.updated, report.removed) == (3, 3, 0, 0)
    assert report.skipped == {}
    stored = tmp_path / "imports" / "DE.sqlite"
    found = places(stored)
    aue = found["gn:5001"]
    # The towns that share its code lie in the world's Northmark, so this village does too.
    assert (aue["admin1"], aue["cc"], aue["layer"], aue["cell"]) == ("Northmark", "DE", "import", cell_of(12.5, 20.5))
    assert aue["names"] == "Velika Aja|Большая Ауе"
    assert names_of(stored, "gn:5001") == {"grosse aue": 0, "velika aja": 1, fold("Большая Ауе"): 1}
    assert found["gn:5002"]["admin1"] == ""
    assert names_of(stored, "gn:5003") == {"far county": 0, "far": 5}
    meta = dict(sqlite3.connect(stored).execute("SELECT * FROM meta").fetchall())
    assert (meta["places"], meta["added"], meta["merged"], meta["complete"]) == ("6", "3", "3", "yes")
    assert [path.name for path in stored.parent.iterdir() if not path.name.startswith(".")] == ["DE.sqlite"]


def test_a_town_of_the_world_keeps_its_division_and_takes_the_rest(tmp_path: Path, world: Path) -> None:
    import_file(dump(tmp_path / "a.txt", *TOWNS), folder=tmp_path, world=world)
    found = places(tmp_path / "a.sqlite")
    town = found["gn:101"]
    assert (town["lat"], town["pop"], town["fcode"]) == (12.21, 41_000, "PPLA")
    assert (town["admin1"], town["admin2"]) == ("Northmark", "Lakeside County")
    assert town["names"] == "Велбург|Welburg"
    # A dump that does not say how many live there, or that it is the capital, takes nothing away.
    assert (found["gn:102"]["pop"], found["gn:102"]["fcode"]) == (30_000, "PPLC")


def test_a_country_or_division_of_the_world_keeps_all_but_gains_names(tmp_path: Path, world: Path) -> None:
    file = dump(
        tmp_path / "a.txt",
        row(1, "Federal Testland", 11.9, 20.9, kind="A.PCLI", names="Testonia,TL,Tla", people=7),
        row(12, "Lakeside", 13.0, 22.0, kind="A.ADM2", names="Seeufer", code2="03"),
    )
    import_file(file, folder=tmp_path, world=world)
    found = places(tmp_path / "a.sqlite")
    country = found["gn:1"]
    assert (country["name"], country["lat"], country["radius"], country["pop"]) == ("Testland", 10.0, 300.0, 5_000_000)
    keys = names_of(tmp_path / "a.sqlite", "gn:1")
    # Every name of the world layer stays what it was there; new names of a country are weak ones.
    assert keys["testland"] == 0 and keys["testlandic"] == 4 and keys["republic of testland"] == 1
    assert keys["testonia"] == 7 and "tla" not in keys
    county = found["gn:12"]
    assert (county["name"], county["lat"], county["admin1"]) == ("Lakeside County", 12.1, "Northmark")
    assert names_of(tmp_path / "a.sqlite", "gn:12") == {"lakeside county": 0, "lakeside": 5, "seeufer": 1}


def test_the_same_place_under_another_number_is_no_double(tmp_path: Path, world: Path) -> None:
    file = dump(
        tmp_path / "a.txt",
        *TOWNS,
        row(7001, "Südheim", 8.01, 20.51, code1="09"),
        row(7002, "Südheim", 8.3, 20.9, code1="09"),
        row(7003, "Velburg", 12.205, 20.205),
        row(7004, "Green Lake", 11.2, 21.1, kind="H.LK"),
        row(7005, "Green Lake", 40.0, 21.1, kind="H.LK"),
        row(7006, "Green Lake", 11.2, 21.1, kind="S.HTL"),
    )
    report = import_file(file, folder=tmp_path, world=world)
    found = places(tmp_path / "a.sqlite")
    assert report.merged == 5
    # 1.5 km away, and its own number is not in the file; 45 km away is another; 7003 is not gn:101, which is here.
    assert found["gn:104"]["lat"] == 8.01 and {"gn:7002", "gn:7003"} <= set(found)
    assert found["gm:green-lake"]["radius"] == 60.0 and {"gn:7005", "gn:7006"} <= set(found)
    assert "gn:7001" not in found and "gn:7004" not in found


def test_divisions_come_from_the_worlds_towns_then_the_file_then_a_list_of_codes(tmp_path: Path, world: Path) -> None:
    codes = tmp_path / "admin1CodesASCII.txt"
    codes.write_text("DE.07\tOther Name\tOther Name\t11\nDE.55\tWestmark\tWestmark\t77\n", encoding="utf-8")
    listed = import_file(codes, folder=tmp_path, world=world)
    assert (listed.format, listed.rows, listed.added) == ("geonames-codes", 2, 0)
    file = dump(
        tmp_path / "a.txt",
        *TOWNS,
        row(8001, "Inner", code1="07"),
        row(8002, "Western", code1="55"),
        row(8003, "Easter", code1="66"),
        row(8004, "Eastmark", kind="A.ADM1", code1="66"),
        row(8005, "Nowhere", code1="77"),
    )
    import_file(file, folder=tmp_path, world=world)
    found = places(tmp_path / "a.sqlite")
    assert [found[f"gn:{n}"]["admin1"] for n in (8001, 8002, 8003, 8004, 8005)] == [
        "Northmark", "Westmark", "Eastmark", "Eastmark", "",
    ]  # fmt: skip
    assert [info.name for info in list_sources(tmp_path)] == ["a", "admin1CodesASCII"]
    # A list of codes has no places to look up.
    assert [path.stem for path in source_files(tmp_path).usable] == ["a"]


def test_historic_states_stay_what_they_are(tmp_path: Path, world: Path) -> None:
    file = dump(tmp_path / "a.txt", row(9, "Old Realm", kind="A.PCLH", cc=""), row(10, "Gone", kind="P.PPLH"))
    import_file(file, folder=tmp_path, world=world)
    assert {p["name"]: p["fcode"] for p in places(tmp_path / "a.sqlite").values()} == {
        "Old Realm": "PCLH", "Gone": "PPLH",
    }  # fmt: skip


def test_filters_keep_what_was_asked_for(tmp_path: Path, world: Path) -> None:
    file = dump(tmp_path / "a.txt", *TOWNS, row(20, "Brook", kind="H.STM"), row(21, "Bridge", kind="S.BDG", cc="FR"))
    report = import_file(file, folder=tmp_path, world=world, filters=Filters(feature_classes=frozenset("P")))
    assert set(places(tmp_path / "a.sqlite")) == {"gn:101", "gn:102", "gn:103"}
    assert report.skipped == {"left out by the filter": 2}
    assert list_sources(tmp_path)[0].filters == {"feature_classes": ["P"]}
    both = Filters(feature_classes=frozenset("H"), feature_codes=frozenset({"BDG"}))
    import_file(file, folder=tmp_path, world=world, filters=both)
    assert set(places(tmp_path / "a.sqlite")) == {"gn:20", "gn:21"}
    many = Filters(min_population=40_000, countries=frozenset({"DE"}))
    import_file(file, folder=tmp_path, world=world, filters=many)
    assert set(places(tmp_path / "a.sqlite")) == {"gn:101"}


def test_importing_again_updates_and_removing_undoes(tmp_path: Path, world: Path) -> None:
    file = dump(tmp_path / "a.txt", *TOWNS, row(30, "First"), row(31, "Second"))
    import_file(file, folder=tmp_path, world=world)
    dump(file, *TOWNS[:2], row(31, "Second", people=5), row(32, "Third"))
    report = import_file(file, folder=tmp_path, world=world)
    assert (report.added, report.merged, report.updated, report.removed) == (1, 0, 3, 2)
    assert places(tmp_path / "a.sqlite")["gn:31"]["pop"] == 5
    import_file(file, folder=tmp_path, world=world, source="b")
    assert [(info.name, info.sequence) for info in list_sources(tmp_path)] == [("b", 3), ("a", 2)]
    assert [place.name for place in read_source(tmp_path, "b")] == ["Velburg", "Ostrum", "Second", "Third"]
    with pytest.raises(GazetteerError, match="there are: b, a"):
        remove_source(tmp_path, "../a")
    with pytest.raises(GazetteerError, match="Did you mean 'admin'"):
        import_file(file, folder=tmp_path, world=world, source="admin")
        remove_source(tmp_path, "adnim")
    assert remove_source(tmp_path, "a").places == 4
    assert not (tmp_path / "a.sqlite").exists()


def test_of_rows_with_one_number_the_last_wins(tmp_path: Path, world: Path) -> None:
    file = dump(
        tmp_path / "a.txt",
        row(40, "Early", names="Earliest"),
        row(7001, "Südheim", 8.01, 20.51),
        row(40, "Late"),
        row(7001, "Südheim", 8.02, 20.51),
    )
    report = import_file(file, folder=tmp_path, world=world)
    found = places(tmp_path / "a.sqlite")
    assert {pid: place["name"] for pid, place in found.items()} == {"gn:40": "Late", "gn:104": "Südheim"}
    assert found["gn:104"]["lat"] == 8.02
    assert report.skipped == {"told again further down": 2}
    assert names_of(tmp_path / "a.sqlite", "gn:40") == {"late": 0}
    keys = {key for (key,) in sqlite3.connect(tmp_path / "a.sqlite").execute("SELECT key FROM names")}
    assert "earliest" not in keys


def named(number: int, gid: object, language: str, name: str, *, colloquial: str = "", historic: str = "") -> str:
    return "\t".join(map(str, [number, gid, language, name, "", "", colloquial, historic, "", ""]))


def test_a_file_of_names_holds_copies_of_the_places_it_names(tmp_path: Path, world: Path) -> None:
    import_file(dump(tmp_path / "DE.txt", row(80, "Newton", names="Neustadt")), folder=tmp_path, world=world)
    file = dump(
        tmp_path / "alternateNamesV2.txt",
        named(1, 101, "fr", "Velbourg"),
        named(2, 80, "sr", "Новград"),
        named(3, 101, "de", "Altvelburg", historic="1"),
        named(4, 101, "link", "https://example.org/Velburg"),
        named(5, 101, "iata", "VBG"),
        named(6, 101, "en", "The Vel", colloquial="1"),
        named(7, 999, "en", "Atlantis"),
        named(8, 1, "it", "Testolandia"),
        named(9, "x", "it", "Testolandia"),
        "a\tb",
    )
    report = import_file(file, folder=tmp_path, world=world)
    assert (report.format, report.rows, report.added, report.merged) == ("geonames-names", 10, 0, 3)
    assert report.skipped == {
        "no name but a code or link": 2, "colloquial name": 1, "names a place that no layer has": 1,
        "id not a number": 1, "wrong number of columns": 1,
    }  # fmt: skip
    stored = tmp_path / "alternateNamesV2.sqlite"
    found = places(stored)
    assert found["gn:101"]["admin1"] == "Northmark" and found["gn:101"]["names"] == "Welburg|Velbourg|Altvelburg"
    assert names_of(stored, "gn:101") == {"velburg": 0, "welburg": 1, "velbourg": 1, "altvelburg": 6}
    assert names_of(stored, "gn:80") == {"newton": 0, "neustadt": 1, fold("Новград"): 1}
    country = names_of(stored, "gn:1")
    assert country["testolandia"] == 7 and country["testlandic"] == 4


# -- Wrong rows and wrong files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason", "column"),
    [
        ("1\tx", "wrong number of columns", ""),
        (row("x7", "Name"), "id not a number", "geonameid"),
        (row("7_0", "Name"), "id not a number", "geonameid"),
        (row("٧", "Name"), "id not a number", "geonameid"),
        (row(7, "Name", 91), "latitude out of range", "latitude"),
        (row(7, "Name", "1e308"), "latitude out of range", "latitude"),
        (row(7, "Name", "nan"), "latitude out of range", "latitude"),
        (row(7, "Name", "43,2"), "latitude not a number", "latitude"),
        (row(7, "Name", 4, 181), "longitude out of range", "longitude"),
        (row(7, "Name", 4, "-inf"), "longitude out of range", "longitude"),
        (row(7, "Name", 4, "1_0"), "longitude out of range", "longitude"),
        (row(7, " "), "no name", "name"),
        (row(7, "','"), "name without letters", "name"),
        (row(7, "ʼʼ"), "name without letters", "name"),
        (row(7, "n" * 301), "name too long", "name"),
        (row(7, "Na\x00me"), "NUL byte", ""),
        (row(7, "Name", cc="Q9"), "unknown country", "country code"),
        (row(7, "Name", kind="Q.PPL"), "unknown feature class", "feature class"),
        (row(7, "Name", people="many"), "population not a number", "population"),
        (row(7, "Name").encode().replace(b"Name", b"N\xe4me"), "not UTF-8", ""),
        (row(7, "Name", names="x" * (1 << 19)), "line too long", ""),
        (b"z" * 10_000_000, "line too long", ""),
    ],
)
def test_a_wrong_row_is_skipped_and_told(
    tmp_path: Path, world: Path, bad: str | bytes, reason: str, column: str
) -> None:
    file = dump(tmp_path / "a.txt", row(50, "Before"), bad, row(51, "After"))
    report = import_file(file, folder=tmp_path, world=world)
    assert set(places(tmp_path / "a.sqlite")) == {"gn:50", "gn:51"}
    assert report.skipped == {reason: 1}
    told = report.examples[0]
    assert (told.row, told.column) == (2, column) and len(told.value) <= 60
    assert told.remedy or reason == "name without letters"


def test_no_line_end_at_the_end_a_mark_at_the_start_and_windows_lines(tmp_path: Path, world: Path) -> None:
    import_file(dump(tmp_path / "a.txt", row(60, "One"), row(61, "Two"), end=b""), folder=tmp_path, world=world)
    assert set(places(tmp_path / "a.sqlite")) == {"gn:60", "gn:61"}
    text = "\ufeff" + row(62, "Three") + "\r\n" + row(63, "Four") + "\r\n"
    (tmp_path / "b.txt").write_bytes(text.encode())
    report = import_file(tmp_path / "b.txt", folder=tmp_path, world=world)
    assert set(places(tmp_path / "b.sqlite")) == {"gn:62", "gn:63"} and not report.skipped
    cut = import_file(
        dump(tmp_path / "c.txt", row(64, "Five"), row(65, "Six")[:30], end=b""), folder=tmp_path, world=world
    )
    assert cut.skipped == {"wrong number of columns": 1}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("countryInfo.txt", "#ISO\tISO3\nXK\tXKX\n", "no places"),
        ("empty.txt", "", "empty"),
        ("poem.txt", "a line\nanother line\n", "not known"),
        ("all-wrong.txt", row("x", "A") + "\n" + row(1, "B", 95) + "\n", "not"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(
    tmp_path: Path, world: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(GazetteerError, match=message):
        import_file(tmp_path / name, folder=tmp_path / "imports", world=world)
    assert list_sources(tmp_path / "imports") == []


@pytest.mark.parametrize("source", ["../../x", "a/b", "", ".hidden", "gn", "user", "x" * 81, "a\nb", "-a", "a..b"])
def test_a_source_is_never_a_path(tmp_path: Path, world: Path, source: str) -> None:
    file = dump(tmp_path / "a.txt", *TOWNS)
    with pytest.raises(GazetteerError, match="source"):
        import_file(file, folder=tmp_path / "imports", world=world, source=source)
    assert not (tmp_path / "imports").exists()


@pytest.mark.parametrize(
    ("name", "source"), [("..x y!.txt", "x-y"), ("gn.txt", "import-gn"), ("Ко с.tsv", "Ко-с"), ("!.txt", "import-")]
)
def test_the_files_name_makes_a_safe_source(tmp_path: Path, world: Path, name: str, source: str) -> None:
    assert import_file(dump(tmp_path / name, *TOWNS), folder=tmp_path / "i", world=world).source == source


def test_a_zipped_dump_is_read_as_it_is(tmp_path: Path, world: Path) -> None:
    plain = dump(tmp_path / "DE.txt", *TOWNS)
    with zipfile.ZipFile(tmp_path / "DE.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "DE.txt")
        archive.writestr("readme.txt", "about")
    assert import_file(tmp_path / "DE.zip", folder=tmp_path, world=world).merged == 3
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.write(plain, "../DE.txt")
    with pytest.raises(GazetteerError, match=r"\.\./DE\.txt"):
        import_file(tmp_path / "evil.zip", folder=tmp_path, world=world)


def test_another_format_goes_the_same_way(tmp_path: Path, world: Path) -> None:
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Point", "coordinates": [lon, lat]}}
        for name, lat, lon in [("New Hamlet", 12.0, 20.0), ("Velburg", 12.2, 20.2), ("", 1.0, 2.0)]
    ]
    file = tmp_path / "umap.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    report = import_file(file, folder=tmp_path, world=world)
    assert (report.format, report.added, report.merged) == ("geojson", 1, 1)
    assert sum(report.skipped.values()) == 1
    found = places(tmp_path / "umap.sqlite")
    assert found["gn:101"]["admin1"] == "Northmark"
    assert {pid.split(":")[0] for pid in found} == {"gn", "umap"}


# -- Nothing is ever broken -------------------------------------------------------------------------------------------

RUN = """
import sys
from pathlib import Path
from geomap.gazetteer.importing import core
core._BLOCKS_A_CHECKPOINT = 1
core.geonames._BLOCK = 1 << 15
core._LARGE = 0
core.ahead._processors = lambda: 2
done = core.import_file(Path(sys.argv[1]), folder=Path(sys.argv[2]), world=Path(sys.argv[3]))
print(done.rows, done.resumed)
"""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def start(file: Path, folder: Path, world: Path, script: str = RUN) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(file), str(folder), str(world)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    out, error = process.communicate(timeout=240)
    assert process.returncode == 0, error
    return out


def many_rows(seed: int, count: int) -> Iterator[str]:
    rng = random.Random(seed)
    yield from TOWNS
    for number in range(count):
        name = "".join(rng.choices(["ba", "lo", "ši", "ré", "mun", "ка"], k=3)).capitalize()
        others = ",".join("".join(rng.choices("абвгд", k=5)).capitalize() for _ in range(rng.randint(0, 3)))
        gid = number + 1000 if rng.random() < 0.99 else rng.randint(1000, 1000 + number)
        yield row(gid, name, f"{rng.uniform(-80, 80):.4f}", f"{rng.uniform(-180, 180):.4f}", names=others)
        if rng.random() < 0.01:
            yield "broken"


def test_killed_at_any_moment_the_former_import_works_and_the_next_run_completes_it(
    tmp_path: Path, world: Path
) -> None:
    former = dump(tmp_path / "a.txt", *TOWNS, row(900, "Former"))
    folder, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    for one in (folder, undisturbed):
        import_file(former, folder=one, world=world)
    before = content(folder / "a.sqlite")
    dump(former, *many_rows(5, 20_000))
    started = time.monotonic()
    finish(start(former, undisturbed, world))
    whole = time.monotonic() - started
    expected = content(undisturbed / "a.sqlite")
    rng = random.Random(11)
    kills = resumed = 0
    for moment in sorted(rng.uniform(0.05, 0.98) for _ in range(10)):
        process = start(former, folder, world)
        try:
            process.wait(timeout=whole * moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1
            assert content(folder / "a.sqlite") in (before, expected)
            assert not source_files(folder).problems
        else:
            process.communicate()
            break
    out = finish(start(former, folder, world))
    resumed = int(out.split()[1])
    assert kills >= 3
    held = content(folder / "a.sqlite")
    if held != expected:
        # Finished just before the last run, which then imported it anew: nothing but the sequence differs.
        tables, wanted = dict(held), dict(expected)
        assert (tables["places"], tables["names"]) == (wanted["places"], wanted["names"])
        meta = dict(tables["meta"]) | {"sequence": dict(wanted["meta"])["sequence"]}
        assert meta == dict(wanted["meta"])
    assert resumed >= 0
    assert sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) == ["a.sqlite"]


STOP = """
import os, sys
from pathlib import Path
from geomap.gazetteer.importing import core, staging
core._BLOCKS_A_CHECKPOINT = 1
core.geonames._BLOCK = 1 << 15
core._LARGE = int(os.environ["LARGE"])
core.ahead._processors = lambda: 2
started = core.ahead.Helper.start
def told(world):
    helper = started(world)
    print(helper._process.pid, flush=True)
    return helper
core.ahead.Helper.start = told
left = int(os.environ["STOP_AFTER"])
checkpoint = staging.Staging.checkpoint
def once(self, *where):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), 9)
    checkpoint(self, *where)
staging.Staging.checkpoint = once
core.import_file(Path(sys.argv[1]), folder=Path(sys.argv[2]), world=Path(sys.argv[3]))
"""


ALONE, TOGETHER = str(1 << 40), "0"


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@pytest.mark.parametrize("large", [ALONE, TOGETHER])
def test_an_interrupted_import_goes_on_where_it_stood(tmp_path: Path, world: Path, large: str) -> None:
    file = dump(tmp_path / "a.txt", *many_rows(6, 4_000))
    first = import_file(file, folder=tmp_path / "whole", world=world)
    folder = tmp_path / "cut"
    process = subprocess.run(
        [sys.executable, "-c", STOP, str(file), str(folder), str(world)],
        env={**ENVIRONMENT, "STOP_AFTER": "5", "LARGE": large},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    assert (folder / "a.importing").exists() and list_sources(folder) == []
    if large == TOGETHER:
        # The second process notices that nobody reads what it writes, and ends.
        deadline = time.monotonic() + 20
        while is_running(int(process.stdout)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not is_running(int(process.stdout))
    report = import_file(file, folder=folder, world=world)
    assert 0 < report.resumed < report.rows
    assert content(folder / "a.sqlite") == content(tmp_path / "whole" / "a.sqlite")
    assert (report.skipped, report.rows, report.added) == (first.skipped, first.rows, first.added)


def spoilt_rows(seed: int, count: int) -> Iterator[str]:
    """Rows of which one in a hundred is odd or wrong, in any column."""
    rng = random.Random(seed)
    odd = ["", " ", "x", "nan", "1_0", "1e1", "91", "-200", "007", "A", "ADM1", "ADM2", "Q9", "#", "\x00", "\ufeff7"]
    odd += ["a\tb", "’ʼ", "1 ’", "Lake|side", "n" * 301, "Sandy County", "Südheim", "P", "H", "\r", "\u2028", "٧"]
    for line in many_rows(seed, count):
        cells = line.split("\t")
        for _ in range(rng.choice((1, 1, 2)) if rng.random() < 0.01 else 0):
            cells[rng.randrange(len(cells))] = rng.choice(odd)
        yield "\t".join(cells)


@pytest.mark.parametrize("filters", [Filters(), Filters(feature_classes=frozenset("P"), countries=frozenset({"DE"}))])
def test_many_rows_are_read_at_once_as_one_by_one(world: Path, filters: Filters) -> None:
    lines: list[bytes | None] = [line.encode() for line in spoilt_rows(21, 6_000)]
    lines[100:100] = [None, b"", b"\xff\t" * 19]
    countries = frozenset({"DE", "FR", ""})
    divisions = gn.Divisions({("DE", "07"): "Northmark"}, {("DE", "07", ""): "Lakeside County"})
    with World(world, bulk=True) as opened:
        opened.countries = countries
        at_once, one_by_one = Skips(), Skips()
        many = gn.read_places(lines, 1, at_once, filters, opened, divisions)
        each = gn._read_rows(lines, 1, one_by_one, filters, countries | gn._FORMER_COUNTRIES, divisions)
    assert [list(map(list, c)) if n == "further" else c for n in many.__slots__ for c in [getattr(many, n)]] == [
        list(map(list, c)) if n == "further" else c for n in many.__slots__ for c in [getattr(Columns.of(each), n)]
    ]
    assert (at_once.counts, at_once.examples) == (one_by_one.counts, one_by_one.examples)
    assert len(one_by_one.counts) > 8 and len(many.rows) > 5_000


@pytest.mark.parametrize("fate", ["well", "killed at once", "killed later", "not started"])
def test_a_second_process_changes_nothing(
    tmp_path: Path, world: Path, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    file = dump(tmp_path / "a.txt", *spoilt_rows(22, 6_000), row(7001, "Südheim", 8.01, 20.51))
    alone = import_file(file, folder=tmp_path / "alone", world=world)
    monkeypatch.setattr(core, "_LARGE", 0)
    monkeypatch.setattr(core, "_BLOCKS_A_CHECKPOINT", 2)
    monkeypatch.setattr(gn, "_BLOCK", 1 << 15)
    monkeypatch.setattr(ahead, "_processors", lambda: 2)
    helpers: list[ahead.Helper] = []
    here: list[int] = []
    start, read = ahead.Helper.start, ahead._read
    if fate == "not started":
        monkeypatch.setattr(sys, "executable", "/nowhere/python3")

    def started(path: Path) -> ahead.Helper | None:
        helper = start(path)
        helpers.extend([helper] if helper else [])
        if helper and fate == "killed at once":
            helper._process.kill()
        return helper

    def watched(phrase: str, share: float) -> None:
        if fate == "killed later" and phrase.startswith("importing") and helpers:
            helpers[0]._process.kill()

    def read_here(job: ahead.Job, opened: World, skips: Skips) -> Iterator[ahead.Block]:
        here.append(job.row)
        return read(job, opened, skips)

    monkeypatch.setattr(ahead.Helper, "start", started)
    monkeypatch.setattr(ahead, "_read", read_here)
    report = import_file(file, folder=tmp_path / "together", world=world, progress=watched)
    assert content(tmp_path / "together" / "a.sqlite") == content(tmp_path / "alone" / "a.sqlite")
    assert (report.rows, report.added, report.merged) == (alone.rows, alone.added, alone.merged)
    assert (report.skipped, report.examples) == (alone.skipped, alone.examples)
    if fate == "well":
        assert here == []
    elif fate == "killed later":
        assert len(here) <= 1
    else:
        assert here == [0]
    assert all(helper._process.returncode is not None and not helper._receiver.is_alive() for helper in helpers)


@pytest.mark.parametrize("spoil", ["input", "filters", "staging", "names", "garbage"])
def test_what_does_not_fit_is_thrown_away(tmp_path: Path, world: Path, spoil: str) -> None:
    file = dump(tmp_path / "a.txt", *many_rows(7, 2_000))
    process = subprocess.run(
        [sys.executable, "-c", STOP, str(file), str(tmp_path), str(world)],
        env={**ENVIRONMENT, "STOP_AFTER": "3", "LARGE": ALONE},
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    filters = Filters()
    staged, names = tmp_path / "a.importing", tmp_path / "a.importing-names"
    if spoil == "input":
        dump(file, *many_rows(8, 2_000))
    elif spoil == "filters":
        filters = Filters(countries=frozenset({"DE"}))
    elif spoil == "staging":
        data = bytearray(staged.read_bytes())
        data[len(data) // 2 : len(data) // 2 + 64] = b"\xff" * 64
        staged.write_bytes(data)
    elif spoil == "names":
        names.write_bytes(names.read_bytes()[:8192])
    else:
        staged.write_bytes(b"no database at all")
    report = import_file(file, folder=tmp_path, world=world, filters=filters)
    assert report.resumed == 0
    import_file(file, folder=tmp_path / "fresh", world=world, filters=filters)
    assert content(tmp_path / "a.sqlite") == content(tmp_path / "fresh" / "a.sqlite")


def test_two_processes_that_import_one_source_wait_for_each_other(tmp_path: Path, world: Path) -> None:
    file = dump(tmp_path / "a.txt", *many_rows(9, 3_000))
    both = [start(file, tmp_path / "i", world) for _ in range(2)]
    for process in both:
        finish(process)
    (info,) = list_sources(tmp_path / "i")
    assert (info.sequence, info.problem) == (2, "")
    import_file(file, folder=tmp_path / "alone", world=world)
    alone, here = dict(content(tmp_path / "alone" / "a.sqlite")), dict(content(tmp_path / "i" / "a.sqlite"))
    assert (alone["places"], alone["names"]) == (here["places"], here["names"])


FULL = (
    "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
    + RUN.replace("done =", "try:\n    done =").replace("print(done.rows, done.resumed)", "")
    + "except core.GazetteerError as error:\n    print(error)\n"
)


def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path, world: Path) -> None:
    file = dump(tmp_path / "a.txt", *TOWNS)
    folder = tmp_path / "i"
    import_file(file, folder=folder, world=world)
    before = content(folder / "a.sqlite")
    dump(file, *many_rows(10, 20_000))
    told = finish(start(file, folder, world, FULL))
    assert "nothing was changed" in told and "free some space" in told
    assert content(folder / "a.sqlite") == before
    assert sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) == ["a.sqlite"]


def spoilt(path: Path, *statements: str) -> None:
    db = sqlite3.connect(path)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE meta SET value='2' WHERE key='schema'", "newer geomap"),
        ("DELETE FROM meta WHERE key='complete'", "not a finished import"),
        ("CREATE TRIGGER t AFTER DELETE ON meta BEGIN DELETE FROM places; END", "trigger 't'"),
        ("CREATE VIEW v AS SELECT load_extension('x')", "view 'v'"),
        ("CREATE TABLE extra(a)", "table 'extra'"),
        ("DROP INDEX places_pid", "lacks 'places_pid'"),
        ("UPDATE meta SET value='many' WHERE key='places'", "description"),
        ("UPDATE meta SET value='[[[' WHERE key='filters'", "description"),
    ],
)
def test_a_file_that_is_not_ours_is_reported_and_left_alone(
    tmp_path: Path, world: Path, statement: str, problem: str
) -> None:
    file = dump(tmp_path / "a.txt", *TOWNS)
    for source in ("good", "bad"):
        import_file(file, folder=tmp_path, world=world, source=source)
    spoilt(tmp_path / "bad.sqlite", statement)
    good, bad = list_sources(tmp_path)
    assert (good.name, good.problem, bad.name) == ("good", "", "bad")
    assert problem in bad.problem and str(tmp_path / "bad.sqlite") in bad.problem
    files = source_files(tmp_path)
    assert files.usable == (tmp_path / "good.sqlite",) and files.problems == (bad.problem,)
    # It can still be imported over, and removed.
    assert import_file(file, folder=tmp_path, world=world, source="bad").merged == 3
    spoilt(tmp_path / "bad.sqlite", statement)
    remove_source(tmp_path, "bad")
    assert [info.name for info in list_sources(tmp_path)] == ["good"]


@pytest.mark.parametrize("keep", [0, 10, 100, 5_000, -4096])
def test_a_truncated_file_is_reported(tmp_path: Path, world: Path, keep: int) -> None:
    import_file(dump(tmp_path / "a.txt", *many_rows(12, 500)), folder=tmp_path, world=world)
    path = tmp_path / "a.sqlite"
    path.write_bytes(path.read_bytes()[:keep])
    (info,) = list_sources(tmp_path)
    assert info.problem and source_files(tmp_path).usable == ()


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, world: Path) -> None:
    file = dump(tmp_path / "a.txt", *TOWNS)

    def meddle(phrase: str, share: float) -> None:
        if phrase.startswith("importing"):
            dump(file, *TOWNS, row(70, "More"))

    with pytest.raises(GazetteerError, match="changed while"):
        import_file(file, folder=tmp_path / "i", world=world, progress=meddle)
    assert list_sources(tmp_path / "i") == []


def test_progress_grows_from_nothing_to_all(tmp_path: Path, world: Path) -> None:
    told: list[tuple[str, float]] = []
    import_file(
        dump(tmp_path / "a.txt", *many_rows(13, 200)), folder=tmp_path, world=world,
        progress=lambda phrase, share: told.append((phrase, share)),
    )  # fmt: skip
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[0] == 0.0 and shares[-1] == 1.0
    assert all(phrase for phrase, _ in told)


# -- Real dumps -------------------------------------------------------------------------------------------------------


@pytest.mark.corpus
def test_real_dumps(shared: Path, gazetteer: Any, tmp_path: Path) -> None:
    dumps = shared / "gazetteer-dumps"
    reports: list[ImportReport] = [
        import_file(dumps / f"{code}.txt", folder=tmp_path, world=gazetteer.path) for code in ("AD", "XK")
    ]
    for report, code in zip(reports, ("AD", "XK"), strict=True):
        lines = (dumps / f"{code}.txt").read_bytes().count(b"\n")
        found = places(tmp_path / f"{code}.sqlite")
        assert report.rows == lines == len(found) + sum(report.skipped.values())
        assert report.merged > 10 and report.added + report.merged == len(found)
    kosovo = places(tmp_path / "XK.sqlite")
    jarinje = next(place for place in kosovo.values() if place["name"] == "Jarinje")
    # The dump is of 2012 and its codes are of before the reform: the districts are those of the world layer.
    assert (jarinje["admin1"], jarinje["cc"], jarinje["fclass"]) == ("Mitrovica", "XK", "P")
    assert sum(place["fcode"] == "PCLI" for place in kosovo.values()) == 1
    towns = [place for place in kosovo.values() if place["fclass"] == "P"]
    assert sum(place["admin1"] != "" for place in towns) > 0.8 * len(towns)
