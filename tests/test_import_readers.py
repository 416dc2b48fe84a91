"""Readers of other people's gazetteers: what they read, what they skip and why, what they refuse."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import math
import os
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomap.errors import GazetteerError, GeomapError, UsageError
from geomap.gazetteer.importing.archives import open_member
from geomap.gazetteer.importing.features import (
    WrongRow,
    clean,
    country_code,
    feature_kind,
    position_of_geojson,
)
from geomap.gazetteer.importing.readers import READERS, ReaderOptions, detect_format
from geomap.gazetteer.importing.rows import PlaceRow, Skips
from geomap.gazetteer.importing.tables import guess_mapping, layout_of


def read_all(path: Path, format_name: str = "", **options: Any) -> tuple[list[PlaceRow], Skips]:
    name = format_name or detect_format(path)
    assert name is not None, f"{path} was not recognised"
    skips = Skips()
    return list(READERS[name].read(path, skips=skips, options=ReaderOptions(**options))), skips


def write(folder: Path, name: str, content: str | bytes | dict[str, Any]) -> Path:
    path = folder / name
    if isinstance(content, dict):
        content = json.dumps(content, ensure_ascii=False)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def feature(name: Any = "Brezje", geometry: Any = None, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": name, **properties},
        "geometry": {"type": "Point", "coordinates": [20.5, 42.5]} if geometry is None else geometry,
    }


def collection(*features: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", **members, "features": list(features)}


# ---------------------------------------------------------------------------------------------------- archives


def test_a_plain_file_a_zip_and_a_gz_give_the_same_stream(tmp_path: Path) -> None:
    content = b"title,lat,lon\nBrezje,42.5,20.5\n"
    plain = write(tmp_path, "a.csv", content)
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(content))
    zipped = tmp_path / "a.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "about")
        archive.writestr("__MACOSX/._a.csv", "x")
        archive.writestr("inner/a.csv", content)
    for path in (plain, packed, zipped):
        with open_member(path, suffixes=(".csv",)) as (stream, name):
            assert (stream.read(), name) == (content, "a.csv")
        rows, _ = read_all(path)
        assert [row.name for row in rows] == ["Brezje"]


def test_of_several_members_the_one_named_like_the_archive_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "QQ.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("languagecodes.txt", "x" * 100)
        archive.writestr("QQ.txt", "data")
    with open_member(path, suffixes=(".txt",)) as (stream, name):
        assert (stream.read(), name) == (b"data", "QQ.txt")


def test_several_data_files_are_named_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("north.csv", "a")
        archive.writestr("south.csv", "b")
    with pytest.raises(GazetteerError, match=r"2 files \('north.csv', 'south.csv'\)"), open_member(path):
        pass


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a/../../b.csv", "..\\b.csv", "C:\\b.csv"])
def test_members_outside_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.csv", "title,lat,lon\n")
        archive.writestr(name, "x")
    with pytest.raises(GazetteerError, match="outside its folder"), open_member(path):
        pass
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip"]


def test_links_encrypted_and_nested_members_are_refused(tmp_path: Path) -> None:
    link = tmp_path / "link.zip"
    with zipfile.ZipFile(link, "w") as archive:
        info = zipfile.ZipInfo("a.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(GazetteerError, match="holds a link"), open_member(link):
        pass

    locked = tmp_path / "locked.zip"
    with zipfile.ZipFile(locked, "w") as archive:
        archive.writestr("a.csv", "secret")
    data = bytearray(locked.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(data)
    with pytest.raises(GazetteerError, match="encrypted"), open_member(locked):
        pass

    for name in ("inner.zip", "inner.csv"):
        nested = tmp_path / "nested.zip"
        with zipfile.ZipFile(nested, "w") as archive:
            archive.write(link, name)
        with pytest.raises(GazetteerError, match="another archive"), open_member(nested):
            pass
    twice = tmp_path / "twice.gz"
    twice.write_bytes(gzip.compress(gzip.compress(b"x")))
    with pytest.raises(GazetteerError, match="another archive"), open_member(twice):
        pass


def overlapping_zip() -> bytes:
    """A zip whose two members share one local header and its bytes."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("a.csv", "title,lat,lon\n" * 10)
    whole = memory.getvalue()
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    entry = whole[start:end]
    trailer = bytearray(whole[end:])
    struct.pack_into("<HHL", trailer, 8, 2, 2, 2 * len(entry))
    return whole[:start] + entry + entry.replace(b"a.csv", b"b.csv") + bytes(trailer)


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "overlap.zip", overlapping_zip())
    assert len(zipfile.ZipFile(path).infolist()) == 2
    with pytest.raises(GazetteerError, match="overlap"), open_member(path):
        pass


@pytest.mark.parametrize("kind", ["zip", "gz"])
def test_a_bomb_is_stopped_while_it_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"bomb.csv.{kind}"
    zeros = b"0" * (1 << 20)
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
            for _ in range(80):
                member.write(zeros)
    else:
        with gzip.open(path, "wb") as packed:
            for _ in range(80):
                packed.write(zeros)
    assert path.stat().st_size < 200_000
    count = 0
    with pytest.raises(GazetteerError, match="zip bomb"), open_member(path) as (stream, _):
        while chunk := stream.read(1 << 20):
            count += len(chunk)
    assert count <= 65 << 20


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 broken", b"PK\x05\x06", b"\x1f\x8b broken", b"BZh9xx", b"7z\xbc\xaf\x27"]
)
def test_broken_and_foreign_archives_are_errors(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path, "a.zip", content)
    with pytest.raises(GazetteerError, match=r"a\.zip"), open_member(path) as (stream, _):
        stream.read()


def test_a_truncated_zip_or_gz_is_an_error(tmp_path: Path) -> None:
    content = os.urandom(5000)
    packed = write(tmp_path, "a.gz", gzip.compress(content)[:-100])
    with pytest.raises(GazetteerError, match="broken or cut off"), open_member(packed) as (stream, _):
        while stream.read(1000):
            pass


def test_folders_pipes_and_missing_files_are_errors(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, why in ((tmp_path, "a folder"), (tmp_path / "pipe", "not a regular file"), (tmp_path / "no", "no such")):
        with pytest.raises(GazetteerError, match=why), open_member(path):
            pass


# ---------------------------------------------------------------------------------------------------- tables


def test_column_names_are_guessed_in_any_case() -> None:
    assert guess_mapping(["Place Name", "LATITUDE", "Long", "ISO2", "Alt. names", "Pop"]) == {
        "title": "Place Name",
        "lat": "LATITUDE",
        "lon": "Long",
        "country": "ISO2",
        "names": "Alt. names",
        "population": "Pop",
    }
    assert guess_mapping(["y", "x", "toponym"]) == {"title": "toponym", "lat": "y", "lon": "x"}


def test_a_table_with_everything(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.csv",
        "# a remark\nKey,Name,Lat,Lng,Aliases,Country,Type,State,Population,Radius km\n"
        'k1,"Gornje, Brezje",42.5,20.5,Горње Брезје@sr-Cyrl;Breza e Epërme@sq,Serbia,village,Raška,"1,234",1.5\n',
    )
    rows, skips = read_all(path)
    assert not skips.counts
    assert rows == [
        PlaceRow(
            row=3,
            name="Gornje, Brezje",
            lat=42.5,
            lon=20.5,
            key="k1",
            names=("Горње Брезје", "Breza e Epërme"),
            country_code="RS",
            admin1="Raška",
            population=1234,
            radius_km=1.5,
        )
    ]


def test_every_wrong_row_is_told_with_row_column_value_and_remedy(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.csv",
        "title,lat,lon,country,population\n"
        "Fine,42,20,XK,\n"
        "North,91,120,,\n"
        "Swapped,120.5,42,,\n"
        'Comma,"43,2",20,,\n'
        ",42,20,,\n"
        "12,42,20,,\n"
        "Nowhere,42,20,Narnia,\n"
        "Few,42\n"
        "Many,42,20,XK,5,6\n"
        "Nul\x00l,42,20,,\n"
        "Huge,1e308,20,,\n"
        "NaN,nan,20,,\n"
        f"{'long ' * 100},42,20,,\n"
        "Half,42,,,\n"
        "People,42,20,,many\n"
        "Last,42,20,RS,7\n",
    )
    rows, skips = read_all(path)
    assert [(row.row, row.name) for row in rows] == [(2, "Fine"), (17, "Last")]
    told = {one.row: (one.reason, one.column) for one in skips.examples}
    assert told == {
        3: ("lat out of range", "lat"),
        4: ("lat and lon look swapped", "lat"),
        5: ("lat is not a number", "lat"),
        6: ("no name", "title"),
        7: ("name without letters", "title"),
        8: ("unknown country", "country"),
        9: ("wrong number of cells", ""),
        10: ("wrong number of cells", ""),
        11: ("NUL bytes", "title"),
        12: ("lat out of range", "lat"),
        13: ("lat is not a number", "lat"),
        14: ("name too long", "title"),
        15: ("no coordinates", "lon"),
        16: ("population is not a number", "population"),
    }
    assert all(one.remedy for one in skips.examples)
    assert all(len(one.value) <= 60 for one in skips.examples)


@pytest.mark.parametrize(
    ("encoding", "remark"), [("utf-8", False), ("utf-8-sig", False), ("utf-16", False), ("cp1252", True)]
)
def test_encodings_are_told_apart(tmp_path: Path, encoding: str, remark: bool) -> None:
    path = write(tmp_path, "a.csv", "name;lat;lon\nPožega;42,5;20,5\n".encode(encoding))
    rows, skips = read_all(path)
    assert [(row.name, row.lat, row.lon) for row in rows] == [("Požega", 42.5, 20.5)]
    assert bool(layout_of(path).remarks) is remark
    assert not skips.counts


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_apart(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, "a.csv", f"name{delimiter}lat{delimiter}lon\nBrezje{delimiter}42.5{delimiter}20.5\n")
    assert layout_of(path).delimiter == delimiter
    assert [row.name for row in read_all(path)[0]] == ["Brezje"]


def test_a_mapping_overrides_and_is_checked(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "ort,hoch,quer,name\nBrezje,42.5,20.5,wrong\n")
    rows, _ = read_all(path, "csv", mapping={"title": "Ort", "lat": "hoch", "lon": "quer"})
    assert [(row.name, row.lat, row.lon) for row in rows] == [("Brezje", 42.5, 20.5)]
    with pytest.raises(GazetteerError, match="no column 'breite' for lat; the file's are ort, hoch"):
        read_all(path, "csv", mapping={"lat": "breite"})
    with pytest.raises(GazetteerError, match="we have no column 'latt'"):
        read_all(path, "csv", mapping={"latt": "hoch"})
    with pytest.raises(GazetteerError, match="no column is known as lat"):
        read_all(path, "csv")


def test_degrees_and_minutes_are_understood(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "name,lat,lon\nBrezje,N 42°30',E 20°15'\n")
    rows, _ = read_all(path)
    assert [(row.lat, row.lon) for row in rows] == [(42.5, 20.25)]
    pairs = write(tmp_path, "b.csv", 'name,coordinates\nBrezje,"42.5, 20.25"\nBad,somewhere\n')
    rows, skips = read_all(pairs)
    assert [(row.lat, row.lon) for row in rows] == [(42.5, 20.25)]
    assert skips.counts == {"coordinates not understood": 1}


def test_our_own_protection_against_formulas_is_taken_off(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.csv",
        "name,lat,lon,variants\n'=Brezje,'-42.5,20.5,'@Breza\n''=Lug,42,20,\n'sHertogenbosch,51.7,5.3,\n",
    )
    rows, _ = read_all(path)
    assert [(row.name, row.lat, row.names) for row in rows] == [
        ("=Brezje", -42.5, ("@Breza",)),
        ("'=Lug", 42.0, ()),
        ("'sHertogenbosch", 51.7, ()),
    ]


def test_an_unclosed_quote_costs_its_neighbourhood_not_the_file(tmp_path: Path) -> None:
    lines = [f"Selo {i},42,20" for i in range(30_000)]
    lines[10] = '"Selo 10,42,20'
    rows, skips = read_all(write(tmp_path, "a.csv", "name,lat,lon\n" + "\n".join(lines) + "\n"))
    assert rows[-1].name == "Selo 29999"
    assert rows[-1].row == 30_001
    # What csv swallows before it gives up is 131,072 letters.
    assert len(rows) > 30_000 - 131_072 // 13
    assert skips.counts["cell too long or broken quotes"] == 1


def test_a_cell_of_ten_megabytes_is_skipped(tmp_path: Path) -> None:
    for name, delimiter in (("a.csv", ","), ("a.tsv", "\t")):
        big = "x" * 10_000_000
        text = f"name,lat,lon\n{big},42,20\nBrezje,42,20\n".replace(",", delimiter)
        rows, skips = read_all(write(tmp_path, name, text))
        assert [(row.row, row.name) for row in rows] == [(3, "Brezje")]
        assert sum(skips.counts.values()) == 1


def test_files_that_are_no_table_are_refused(tmp_path: Path) -> None:
    for content, why in (
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"a\x00b\x00" * 99, "NUL"),
        (b"a,b\n1,2\n", "title"),
    ):
        with pytest.raises(GazetteerError, match=why):
            read_all(write(tmp_path, "a.csv", content), "csv")
    good = write(tmp_path, "a.csv", "name,lat,lon\n")
    with pytest.raises(GazetteerError, match="no encoding 'klingon'"):
        read_all(good, encoding="klingon")
    with pytest.raises(GazetteerError, match="no encoding 'hex'"):
        read_all(good, encoding="hex")
    with pytest.raises(GazetteerError, match="'Narnia' is no country"):
        read_all(good, default_country="Narnia")


LP_HEADER = (
    "id\ttitle\ttitle_source\tstart\tvariants\tccodes\tmatches\ttypes\tparent_name\tlon\tlat\tgeowkt\tapproximation"
)


def test_linked_places_tsv(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.tsv",
        f"{LP_HEADER}\n"
        "b1\tBrezje\tme\t1900\tBreza@sq;Брезје@sr\tRS;XK\twd:Q1;gn:998877\tvillage\tRaška\t20.5\t42.5\t\t2\n"
        "b2\tPolje\tme\t1900\t\tXK\t\tregion\t\t\t\tPOLYGON((20 42, 21 42, 21 43, 20 43, 20 42))\t\n"
        "b3\tDva\tme\t1900\t\t\t\t\t\t\t\tMULTIPOINT((20 42),(20 43))\t\n"
        "b4\tKriva\tme\t1900\t\t\t\t\t\t\t\tPOLYGON((20 42\t\n"
        "b5\tNegde\tme\t1900\t\t\t\t\t\t\t\tPOINT EMPTY\t\n",
    )
    assert detect_format(path) == "lp-tsv"
    rows, skips = read_all(path)
    first, area, two = rows
    assert (first.key, first.geonameid, first.names, first.country_code) == ("b1", 998877, ("Breza", "Брезје"), "RS")
    assert (first.radius_km, first.admin2, first.feature_code) == (2.0, "Raška", "PPL")
    assert (area.lat, area.lon, area.feature_class) == (42.5, 20.5, "L")
    assert area.radius_km == pytest.approx(69.3, abs=0.2)
    assert (two.lat, two.radius_km) == (42.5, pytest.approx(55.6, abs=0.1))
    assert skips.counts == {"broken geometry": 1, "no geometry": 1}


def test_an_outline_of_a_megabyte_in_a_cell(tmp_path: Path) -> None:
    ring = ", ".join(f"{20 + math.cos(i / 5000):.9f} {42 + math.sin(i / 5000):.9f}" for i in range(40_000))
    first = ring.split(",", 1)[0]
    path = write(tmp_path, "a.tsv", f"{LP_HEADER}\nb\tBig\tme\t1\t\t\t\t\t\t\t\tPOLYGON(({ring}, {first}))\t\n")
    rows, skips = read_all(path)
    assert len(rows) == 1, skips.examples


# ---------------------------------------------------------------------------------------------------- GeoJSON


def test_names_kinds_and_numbers_of_a_feature(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.geojson",
        collection(
            {
                **feature("Brezje", place="hamlet", alt_name="Breza;Brezja", population="1 200", country="Kosovo"),
                "id": "node/5",
            },
            feature("Reka", {"type": "LineString", "coordinates": [[20, 42], [20, 43]]}, waterway="river"),
            feature("Polje", {"type": "Polygon", "coordinates": [[[20, 42], [21, 42], [21, 43], [20, 42]]]}),
            {"type": "Feature", "properties": {"name:sr": "Брезје", "gn": "7"}, "geometry": feature()["geometry"]},
            feature("Upper", **{"name:sq": "E Epërme", "variants": ["A", {"toponym": "B"}], "geonameid": 12}),
        ),
    )
    assert detect_format(path) == "geojson"
    rows, skips = read_all(path)
    assert not skips.counts
    village, river, field, cyrillic, upper = rows
    assert village == PlaceRow(
        row=1,
        name="Brezje",
        lat=42.5,
        lon=20.5,
        key="node/5",
        names=("Breza", "Brezja"),
        country_code="XK",
        population=1200,
    )
    assert (river.feature_class, river.feature_code, river.lat) == ("H", "STM", 42.5)
    assert river.radius_km == pytest.approx(55.6, abs=0.1)
    assert (field.feature_class, field.feature_code) == ("L", "RGN")
    assert (cyrillic.name, cyrillic.geonameid) == ("Брезје", 7)
    assert (upper.names, upper.geonameid) == (("E Epërme", "A", "B"), 12)


def test_the_name_property_is_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, "a.geojson", collection(feature("wrong", Naziv="Brezje"), feature("only this")))
    rows, skips = read_all(path, name_property="Naziv")
    assert [row.name for row in rows] == ["Brezje"]
    assert skips.examples[0].column == "Naziv"


def test_umap_lines_single_features_and_lists(tmp_path: Path) -> None:
    umap = {
        "type": "umap",
        "properties": {"name": "My map"},
        "geometry": {"type": "Point", "coordinates": [1, 2]},
        "layers": [{**collection(feature("A")), "_umap_options": {"name": "L"}}, collection(feature("B"))],
    }
    lines = "\n".join(json.dumps(feature(name)) for name in "AB")
    for name, content in (
        ("a.umap", umap),
        ("a.geojsonl", lines),
        ("a.geojsons", "\x1e" + lines.replace("\n", "\n\x1e")),
        ("a.json", json.dumps([feature("A"), feature("B")])),
        ("b.json", codecs.BOM_UTF8 + json.dumps(collection(feature("A"), feature("B"))).encode()),
        ("c.json", json.dumps(collection(feature("A"), feature("B"))).encode("utf-16")),
    ):
        rows, skips = read_all(write(tmp_path, name, content))
        assert [row.name for row in rows] == ["A", "B"], name
        assert not skips.counts
    rows, _ = read_all(write(tmp_path, "one.geojson", feature("A")))
    assert [(row.name, row.lon) for row in rows] == [("A", 20.5)]


def test_projections(tmp_path: Path) -> None:
    def crs(name: str) -> dict[str, Any]:
        return {"crs": {"type": "name", "properties": {"name": name}}}

    metres = {"type": "Point", "coordinates": [2282049.561, 5236173.784]}
    rows, _ = read_all(
        write(tmp_path, "a.geojson", collection(feature("A", metres), **crs("urn:ogc:def:crs:EPSG::3857")))
    )
    assert (rows[0].lat, rows[0].lon) == (pytest.approx(42.5, abs=1e-6), pytest.approx(20.5, abs=1e-6))
    rows, _ = read_all(write(tmp_path, "a.geojson", collection(feature("A"), **crs("urn:ogc:def:crs:OGC:1.3:CRS84"))))
    assert rows[0].lon == 20.5
    with pytest.raises(GazetteerError, match=r"EPSG::31277.*export it in EPSG:4326"):
        read_all(write(tmp_path, "a.geojson", collection(feature("A"), **crs("urn:ogc:def:crs:EPSG::31277"))))
    rows, skips = read_all(write(tmp_path, "a.geojson", collection(feature("A", metres))))
    assert not rows
    assert skips.counts == {"lat out of range": 1}


def test_hostile_features_cost_only_themselves(tmp_path: Path) -> None:
    deep = json.dumps(feature("Deep")).replace('"Deep"', '"Deep", "x": ' + "[" * 100_000 + "]" * 100_000)
    good = json.dumps(feature("Good"))
    wrong = [
        deep,
        "7",
        "null",
        '"text"',
        "[]",
        '{"type":"Feature"}',
        '{"type":"Feature","properties":[],"geometry":{"type":"Point","coordinates":[1,2]}}',
        json.dumps(feature("x", {"type": "Point", "coordinates": []})),
        json.dumps(feature("x", {"type": "Point", "coordinates": ["20", "42"]})),
        json.dumps(feature("x", {"type": "Point", "coordinates": [True, 42]})),
        json.dumps(feature("x", {"type": "Point", "coordinates": [42, 120]})),
        '{"properties":{"name":"x"},"geometry":{"type":"Point","coordinates":[1e400,1]}}',
        '{"properties":{"name":"x"},"geometry":{"type":"Point","coordinates":[' + "9" * 400 + ",1]}}",
        json.dumps(feature("x", {"type": "Polygon", "coordinates": [[[1, 1], [2, 2]]]})),
        json.dumps(feature("x", {"type": "Polygon", "coordinates": 5})),
        json.dumps(feature("x", {"type": ["Point"], "coordinates": [1, 2]})),
        json.dumps(feature("x", {"type": "GeometryCollection", "geometries": []})),
        json.dumps(feature(["x"])),
        json.dumps(feature({"x": 1})),
        json.dumps(feature("x", population="-5")),
        json.dumps(feature("x", population=10**300)),
        json.dumps(feature("x" * 5000)),
        json.dumps(feature("\u0000\u001b")),
    ]
    text = '{"type":"FeatureCollection","features":[' + ",".join([*wrong, good]) + "]}"
    rows, skips = read_all(write(tmp_path, "a.geojson", text))
    assert [row.name for row in rows] == ["x", "Good"]  # 10**300 inhabitants is no number at all: not told
    assert sum(skips.counts.values()) == len(wrong) - 1
    assert skips.counts["feature nested too deeply"] == 1
    assert all(one.reason and one.remedy for one in skips.examples)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"type":"FeatureCollection","features":[{"type":"Feature","prop', "cut off"),
        ('{"type":"FeatureCollection","features":[NaN]}', "NaN"),
        ('{"type":"FeatureCollection","features":[Infinity]}', "NaN"),
        ('{"type":"FeatureCollection","features":[' + "9" * 5000 + "]}", "digits"),
        ('{"type":"FeatureCollection","features":[]} trailing', "not valid JSON"),
        ('{"type":"Topology","objects":{}}', "no GeoJSON"),
        ('"text"', "no GeoJSON"),
        ("", "cut off"),
        ("[" * 100_000, "cut off"),
        ('{"a":' * 100_000, "cut off"),
    ],
)
def test_wrong_json_as_a_whole_is_an_error(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(GazetteerError, match=f"a.geojson.*{why}"):
        read_all(write(tmp_path, "a.geojson", text), "geojson")


def test_invalid_utf8_is_an_error_and_broken_lines_are_skipped(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match="UTF-8"):
        read_all(write(tmp_path, "a.geojson", b'{"type":"FeatureCollection","features":["\xff\xfe"]}'), "geojson")
    line = json.dumps(feature("A"))
    rows, skips = read_all(write(tmp_path, "a.geojsonl", f'{line}\n{line}\n{{"x": NaN}}\n{"[" * 9999}\n{line[:40]}'))
    assert len(rows) == 2
    assert sum(skips.counts.values()) == 3


def test_a_single_huge_text_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b'{"type":"FeatureCollection","features":["')
        for _ in range(10):
            file.write(b"x" * (1 << 20))
    with pytest.raises(GazetteerError, match="single text"):
        read_all(path, "geojson")


def test_of_a_key_that_occurs_twice_the_last_counts(tmp_path: Path) -> None:
    text = '{"type":"Feature","properties":{"name":"A","name":"B"},"geometry":{"type":"Point","coordinates":[1,2]}}'
    assert [row.name for row in read_all(write(tmp_path, "a.geojson", text))[0]] == ["B"]


@pytest.mark.parametrize(
    ("coordinates", "lat", "lon", "radius"),
    [
        ([[[179, -17], [-179, -17], [-179, -16], [179, -16], [179, -17]]], -16.5, 180.0, 120.4),
        ([[[-180, -90], [180, -90], [180, -70], [-180, -70], [-180, -90]]], -80.0, 0.0, None),
    ],
)
def test_areas_across_the_antimeridian_and_around_a_pole(
    coordinates: Any, lat: float, lon: float, radius: float | None
) -> None:
    position = position_of_geojson({"type": "Polygon", "coordinates": coordinates})
    assert (position.lat, abs(position.lon)) == (pytest.approx(lat), pytest.approx(lon))
    assert position.radius_km is not None
    if radius:
        assert position.radius_km == pytest.approx(radius, abs=0.5)


def test_islands_on_both_sides_and_a_crescent() -> None:
    def box(west: float) -> list[Any]:
        return [[[west, -18], [west + 1, -18], [west + 1, -17], [west, -17], [west, -18]]]

    islands = position_of_geojson({"type": "MultiPolygon", "coordinates": [box(178), box(-180)]})
    assert abs(islands.lon) > 177
    assert islands.radius_km is not None and islands.radius_km < 400
    crescent = [[[0, 0], [10, 0], [10, 1], [1, 1], [1, 9], [10, 9], [10, 10], [0, 10], [0, 0]]]
    point = position_of_geojson({"type": "Polygon", "coordinates": crescent})
    assert point.lon < 1 or not 1 < point.lat < 9
    with pytest.raises(WrongRow, match="no geometry"):
        position_of_geojson(None)


def test_linked_places_json(tmp_path: Path) -> None:
    place = {
        "@id": "https://example.org/places/7",
        "type": "Feature",
        "properties": {"title": "Brezje", "ccodes": ["??", "RS"], "fclasses": ["P"]},
        "when": {"timespans": [{"start": {"in": "1900"}}]},
        "names": [{"toponym": "Breza", "lang": "sq"}, {"toponym": 7}, "x"],
        "types": [{"identifier": "aat:300008347", "label": "inhabited place"}],
        "geometry": {
            "type": "GeometryCollection",
            "geometries": [{"type": "Point", "coordinates": [20.5, 42.5]}, {"type": "Point", "geowkt": "x"}],
        },
        "links": [{"type": "seeAlso", "identifier": "gn:1"}, {"type": "closeMatch", "identifier": "gn:998877"}],
    }
    unnamed = {**place, "properties": {}, "types": [{"label": "bridge"}], "links": None, "@id": 5}
    nowhere = {**place, "geometry": {"type": "GeometryCollection", "geometries": []}}
    path = write(
        tmp_path, "a.json", collection(place, unnamed, nowhere, **{"@context": "https://x/linkedplaces.jsonld"})
    )
    assert detect_format(path) == "linked-places"
    rows, skips = read_all(path)
    assert rows[0] == PlaceRow(
        row=1,
        name="Brezje",
        lat=42.5,
        lon=20.5,
        key="https://example.org/places/7",
        geonameid=998877,
        names=("Breza",),
        country_code="RS",
    )
    assert (rows[1].name, rows[1].feature_code, rows[1].key) == ("Breza", "BDG", "5")
    assert skips.counts == {"no geometry": 1}


# ---------------------------------------------------------------------------------------------------- KML


EARTH = """<?xml version="1.0" encoding="UTF-8"?>
<kml{namespace} xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><name>My places.kml</name>
 <Style id="pin"><IconStyle><scale>1.3</scale></IconStyle></Style>
 <Folder><name>Bridges</name><open>1</open>
  <Placemark id="b1"><name> Novi  most </name><description><![CDATA[<b>x</b>]]></description>
   <LookAt><longitude>1</longitude><latitude>2</latitude></LookAt><styleUrl>#pin</styleUrl>
   <Point><gx:drawOrder>1</gx:drawOrder><coordinates>20.5,42.5,0</coordinates></Point></Placemark>
  <Folder><name>x</name>
   <Placemark><name>Polje</name><ExtendedData><Data name="country"><value>Kosovo</value></Data>
    <SchemaData schemaUrl="#s"><SimpleData name="population">12</SimpleData></SchemaData></ExtendedData>
    <MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>
      20,42 21,42
      21,43 20,43 20,42</coordinates></LinearRing></outerBoundaryIs></Polygon>
      <Point><coordinates>20.1,42.1</coordinates></Point></MultiGeometry></Placemark></Folder></Folder>
 <Placemark><name>Put</name><LineString><coordinates>20, 42, 5 20,43,6</coordinates></LineString></Placemark>
 <Placemark><name>Staza</name><gx:Track>
  <when>x</when><gx:coord>20 42 1</gx:coord><gx:coord>20 43 1</gx:coord></gx:Track></Placemark>
 <Placemark><name>No place</name></Placemark>
 <Placemark><Point><coordinates>20,42</coordinates></Point></Placemark>
 <Placemark><name>Bad</name><Point><coordinates>20;42</coordinates></Point></Placemark>
</Document></kml>"""


@pytest.mark.parametrize("version", ["opengis.net/kml/2.2", "earth.google.com/kml/2.0", "earth.google.com/kml/2.1", ""])
def test_kml_of_google_earth(tmp_path: Path, version: str) -> None:
    text = EARTH.format(namespace=f' xmlns="http://www.{version}"' if version else "")
    path = write(tmp_path, "a.kml", text)
    kmz = tmp_path / "a.kmz"
    with zipfile.ZipFile(kmz, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", text)
        archive.writestr("files/other.kml", "<kml/>")
        archive.writestr("files/pin.png", b"\x89PNG")
    for one in (path, kmz):
        assert detect_format(one) == "kml"
        rows, skips = read_all(one)
        bridge, field, road, track = rows
        assert bridge == PlaceRow(
            row=1, name="Novi most", lat=42.5, lon=20.5, key="b1", feature_class="S", feature_code="BDG"
        )
        assert (field.lat, field.lon, field.country_code, field.population) == (42.5, 20.5, "XK", 12)
        assert (road.name, road.lat, road.feature_class) == ("Put", 42.5, "R")
        assert (track.name, track.lat) == ("Staza", 42.5)
        assert skips.counts == {"no geometry": 1, "no name": 1, "broken geometry": 1}


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<kml><Document><Placemark><name>&b;</name><Point><coordinates>1,2</coordinates></Point></Placemark></Document></kml>"
)


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS.encode(),
        LAUGHS.encode("utf-16"),
        LAUGHS.replace("<!DOCTYPE", " " * 70_000 + "<!DOCTYPE").encode(),
        b'<?xml version="1.0"?><!DOCTYPE kml SYSTEM "http://127.0.0.1/x.dtd"><kml></kml>',
        b'<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&x;</name></Placemark></kml>',
    ],
)
def test_entities_and_document_types_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(GazetteerError, match="document type or entities"):
        read_all(write(tmp_path, "a.kml", content), "kml")


@pytest.mark.parametrize(
    "content",
    [
        b"<kml>" + b"<Folder>" * 100_000,
        b"<kml><Placemark>" + b"<MultiGeometry>" * 5000 + b"</MultiGeometry>" * 5000 + b"</Placemark></kml>",
        b"<kml><Placemark>",
        b"<gpx></gpx>",
        b"",
        b"<kml>\xff\xfe</kml>",
        b'<?xml version="1.0" encoding="utf-7"?><kml></kml>',
        "<kml></kml>".encode("utf-32"),
        b"<kml><a>&unknown;</a></kml>",
    ],
)
def test_wrong_xml_is_an_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(GazetteerError, match=r"a\.kml"):
        read_all(write(tmp_path, "a.kml", content), "kml")


# ---------------------------------------------------------------------------------------------------- GeoPackage


@pytest.fixture(scope="module")
def frames() -> Any:
    return pytest.importorskip("geopandas")


def places_frame(geopandas: Any) -> Any:
    import shapely

    return geopandas.GeoDataFrame(
        {
            "name": ["Brezje", "Polje", None, "Reka"],
            "population": [12, None, 3, None],
            "place": ["village", None, "x", None],
            "waterway": [None, None, None, "river"],
            "country": ["XK", "Serbia", None, ""],
        },
        geometry=[
            shapely.Point(20.5, 42.5),
            shapely.box(20, 42, 21, 43),
            shapely.Point(1, 1),
            shapely.LineString([(20, 42), (20, 43)]),
        ],
        crs=4326,
    )


@pytest.mark.parametrize(("driver", "ending"), [("GPKG", "gpkg"), ("GeoJSON", "geojson"), ("GeoJSONSeq", "geojsonl")])
def test_files_of_geopandas(tmp_path: Path, frames: Any, driver: str, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    places_frame(frames).to_file(path, driver=driver)
    rows, skips = read_all(path)
    assert [(r.name, r.lat, r.lon, r.feature_code, r.country_code, r.population) for r in rows] == [
        ("Brezje", 42.5, 20.5, "PPL", "XK", 12),
        ("Polje", 42.5, 20.5, "RGN", "RS", None),
        ("Reka", 42.5, 20.0, "STM", "", None),
    ]
    assert skips.counts == {"no name": 1}


def test_a_projected_geopackage_is_converted(tmp_path: Path, frames: Any) -> None:
    path = tmp_path / "a.gpkg"
    places_frame(frames).iloc[:1].to_crs(32634).to_file(path, driver="GPKG")
    rows, _ = read_all(path)
    assert (rows[0].lat, rows[0].lon) == (pytest.approx(42.5, abs=1e-7), pytest.approx(20.5, abs=1e-7))


def test_slices_join_without_gap_or_double(tmp_path: Path, frames: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from geomap.gazetteer.importing import gpkg

    path = tmp_path / "a.gpkg"
    import shapely

    names = [f"Selo {i}" for i in range(9)]
    frames.GeoDataFrame({"name": names}, geometry=[shapely.Point(i, i) for i in range(9)], crs=4326).to_file(path)
    monkeypatch.setattr(gpkg, "_SLICE", 3)
    rows, _ = read_all(path)
    assert [(row.row, row.name, row.lat) for row in rows] == [(i + 1, f"Selo {i}", i) for i in range(9)]


def test_a_geometry_that_cannot_be_parsed_costs_only_its_feature(tmp_path: Path, frames: Any) -> None:
    import sqlite3

    import shapely

    path = tmp_path / "a.gpkg"
    points = [shapely.Point(i, i) for i in range(20)]
    frame = frames.GeoDataFrame({"name": [f"Selo {i}" for i in range(20)]}, geometry=points, crs=4326)
    frame.to_file(path, driver="GPKG", SPATIAL_INDEX="NO")
    header = b"GP\x00\x01" + struct.pack("<i", 4326)
    deep = header + struct.pack("<BII", 1, 7, 1) * 100_000 + struct.pack("<BIdd", 1, 1, 1.0, 1.0)
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for fid, blob in ((3, deep), (9, header + struct.pack("<BII", 1, 3, 0x7FFFFFFF)), (20, b"no geometry at all")):
            connection.execute("UPDATE a SET geom = ? WHERE fid = ?", (blob, fid))
    connection.close()
    rows, skips = read_all(path)
    assert [row.row for row in rows] == [n for n in range(1, 21) if n not in (3, 9, 20)]
    assert [row.name for row in rows] == [f"Selo {row.row - 1}" for row in rows]
    assert sorted(one.row for one in skips.examples) == [3, 9, 20]


def test_the_layer_must_be_chosen_where_there_are_two(tmp_path: Path, frames: Any) -> None:
    path = tmp_path / "a.gpkg"
    for layer in ("north", "south"):
        places_frame(frames).iloc[:1].to_file(path, layer=layer, driver="GPKG")
    with pytest.raises(GazetteerError, match="2 layers: 'north', 'south'"):
        read_all(path)
    assert len(read_all(path, layer="south")[0]) == 1
    with pytest.raises(GazetteerError, match="no layer 'west'"):
        read_all(path, layer="west")


def test_what_is_no_sound_geopackage_is_refused(tmp_path: Path, frames: Any) -> None:
    import sqlite3

    good = tmp_path / "good.gpkg"
    places_frame(frames).to_file(good, driver="GPKG", layer="p")
    for name, content, why in (
        ("a.gpkg", b"SQLite format 3\x00" + bytes(200), "no GeoPackage"),
        ("b.gpkg", b"{}", "no GeoPackage"),
        ("c.gpkg", good.read_bytes()[:5000], r"c\.gpkg"),
        ("d.sqlite", good.read_bytes(), "ending .gpkg"),
        ("e.gpkg", gzip.compress(b"x", mtime=0), "archive"),
    ):
        with pytest.raises(GazetteerError, match=why):
            read_all(write(tmp_path, name, content), "gpkg")
    for path in ("/vsizip/x.gpkg", "https://example.org/x.gpkg"):
        with pytest.raises(GazetteerError, match="no such file"):
            read_all(Path(path), "gpkg")
    # A view that never ends, where a layer should be.
    with sqlite3.connect(good) as connection:
        # The triggers of the table call functions that only GDAL's own connection has.
        connection.execute("UPDATE gpkg_contents SET table_name = table_name")
        connection.execute(
            "CREATE VIEW endless AS WITH RECURSIVE r(fid, geom) AS (SELECT 1, NULL UNION ALL"
            " SELECT fid + 1, NULL FROM r) SELECT * FROM r"
        )
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            chosen = ", ".join("'endless'" if c in ("table_name", "identifier") else c for c in columns)
            connection.execute(f"INSERT INTO {table} SELECT {chosen} FROM {table}")
    connection.close()
    with pytest.raises(GazetteerError, match="no plain table"):
        read_all(good, layer="endless")
    (tmp_path / "wow!").mkdir()
    with pytest.raises(UsageError, match="archive or an address"):
        read_all(write(tmp_path / "wow!", "p.gpkg", good.read_bytes()), "gpkg", layer="p")


# ---------------------------------------------------------------------------------------------------- fields


def test_countries_and_kinds() -> None:
    assert [country_code(text) for text in ("rs", "SRB", "Serbia", "XK;RS", "UK", "rs-00", "", "Narnia")] == [
        "RS", "RS", "RS", "XK", "GB", "RS", "", None,
    ]  # fmt: skip
    assert [feature_kind(text) for text in ("Villages", "P.PPLX", "BDG", "border_control", "s", "zzz")] == [
        ("P", "PPL"), ("P", "PPLX"), ("S", "BDG"), ("S", "PSTB"), ("S", "BLDG"), None,
    ]  # fmt: skip


def test_the_readers_load_nothing_heavy_until_they_read() -> None:
    code = "import geomap.gazetteer.importing.readers, sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"lxml", "shapely", "geopandas", "pyogrio", "ijson", "pandas", "numpy", "babel"} & set(
        done.stdout.split()
    )


# ---------------------------------------------------------------------------------------------------- properties

quick = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
letters = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
names = letters.map(lambda text: clean(f"A{text}"))
degrees = st.tuples(
    st.floats(-90, 90, allow_nan=False).map(lambda v: round(v, 7)),
    st.floats(-180, 180, allow_nan=False).map(lambda v: round(v, 7)),
)
some_places = st.lists(st.tuples(names, degrees, st.integers(0, 10**9)), min_size=1, max_size=6)


def expected(places: list[Any]) -> list[tuple[str, float, float, int]]:
    return [(name, lat, lon, people) for name, (lat, lon), people in places]


def found(rows: list[PlaceRow]) -> list[tuple[str, float, float, int | None]]:
    return [(row.name, row.lat, row.lon, row.population) for row in rows]


@quick
@given(some_places, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from([",", ";", "\t", "|"]))
def test_tables_read_back_equal(tmp_path_factory: Any, places: list[Any], encoding: str, delimiter: str) -> None:
    path = tmp_path_factory.getbasetemp() / "property.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerow(["name", "lat", "lon", "population"])
        writer.writerows((f" {name}\t", repr(lat), repr(lon), people) for name, (lat, lon), people in places)
    rows, skips = read_all(path, "csv")
    assert found(rows) == expected(places), skips.examples


@quick
@given(some_places, st.booleans())
def test_geojson_reads_back_equal(tmp_path_factory: Any, places: list[Any], ascii_only: bool) -> None:
    path = tmp_path_factory.getbasetemp() / "property.geojson"
    features = [
        feature(name, {"type": "Point", "coordinates": [lon, lat]}, population=people)
        for name, (lat, lon), people in places
    ]
    path.write_text(json.dumps(collection(*features), ensure_ascii=ascii_only), "utf-8")
    assert found(read_all(path, "geojson")[0]) == expected(places)


xml_names = names.map(lambda text: clean("".join(c for c in text if c.isprintable())))


@quick
@given(st.lists(st.tuples(xml_names, degrees, st.integers(0, 10**9)), min_size=1, max_size=6))
def test_kml_reads_back_equal(tmp_path_factory: Any, places: list[Any]) -> None:
    from xml.sax.saxutils import escape

    path = tmp_path_factory.getbasetemp() / "property.kml"
    marks = "".join(
        f"<Placemark><name>{escape(name)}</name><ExtendedData><Data name='population'><value>{people}</value></Data>"
        f"</ExtendedData><Point><coordinates>{lon!r},{lat!r},0</coordinates></Point></Placemark>"
        for name, (lat, lon), people in places
    )
    path.write_text(f"<?xml version='1.0'?><kml><Document>{marks}</Document></kml>", "utf-8")
    assert found(read_all(path, "kml")[0]) == expected(places)


@settings(quick, max_examples=8)
@given(some_places)
def test_geopackages_read_back_equal(tmp_path_factory: Any, places: list[Any]) -> None:
    geopandas = pytest.importorskip("geopandas")
    import shapely

    path = tmp_path_factory.getbasetemp() / "property.gpkg"
    path.unlink(missing_ok=True)
    geopandas.GeoDataFrame(
        {"name": [name for name, _, _ in places], "population": [people for _, _, people in places]},
        geometry=[shapely.Point(lon, lat) for _, (lat, lon), _ in places],
        crs=4326,
    ).to_file(path, driver="GPKG")
    assert found(read_all(path, "gpkg")[0]) == expected(places)


BEGINNINGS = [
    b"", b"name,lat,lon\n", b"id\ttitle\tstart\tlon\tlat\n", b'{"type":"FeatureCollection","features":[',
    b"<kml><Placemark>",
    b"PK\x03\x04", b"\x1f\x8b\x08", b"SQLite format 3\x00" + bytes(52) + b"GPKG", codecs.BOM_UTF16_LE, codecs.BOM_UTF8,
]  # fmt: skip


@settings(quick, max_examples=60)
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300), st.sampled_from(sorted(READERS)))
def test_random_bytes_give_rows_or_our_own_error(tmp_path_factory: Any, start: bytes, rest: bytes, name: str) -> None:
    path = tmp_path_factory.getbasetemp() / ("random.gpkg" if name == "gpkg" else "random.bin")
    path.write_bytes(start + rest)
    try:
        detect_format(path)
        rows, _ = read_all(path, name)
    except GeomapError as error:
        assert str(error)
        return
    for row in rows:
        assert -90 <= row.lat <= 90 and -180 <= row.lon <= 180
        assert any(c.isalpha() for c in row.name)


values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | letters,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(
    ["name", "names", "alt_name", "country", "type", "types", "population", "radius", "place", "gn", "ccodes", "links"]
)


@settings(quick, max_examples=60)
@given(
    st.dictionaries(keys, values, max_size=6),
    st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection", "Circle"]),
    values,
    st.sampled_from(["geojson", "linked-places"]),
)
def test_any_json_in_a_feature_is_a_row_or_a_skip(
    tmp_path_factory: Any, properties: dict[str, Any], kind: str, coordinates: Any, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "random.geojson"
    one = {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
    text = json.dumps(collection(one, {**feature("B"), **properties}, feature("Last")))
    path.write_text(text, "utf-8")
    try:
        rows, skips = read_all(path, name)
    except GazetteerError:
        assert "NaN" in text or "Infinity" in text
        return
    assert rows[-1].name == "Last"
    assert len(rows) + sum(skips.counts.values()) == 3
