"""Saved incidents: what is written comes back equal, and what is wrong in a file is named."""

from __future__ import annotations

import csv
import json
import math
import random
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from map_samples import sample_incidents

from geomap.cli import main
from geomap.errors import InputError, OutputError, UsageError
from geomap.formats import (
    FORMATS,
    SCHEMA_VERSION,
    format_of,
    incident_line,
    is_incident_file,
    read_incidents,
    write_incidents,
    write_part,
)
from geomap.formats.schema import fields_of
from geomap.formats.tables import TABLE_COLUMNS, table_row
from geomap.outputs import gdal_path
from geomap.records import Actor, Attribution, Conflict, Incident, IncidentPlace, SourceQuote, Telling
from geomap.rows import COLUMNS, depictions

FAITHFUL = [one.suffixes[0] for one in FORMATS if one.faithful]
EVERY = [suffix for one in FORMATS for suffix in one.suffixes]

# ---- any incident that there may be --------------------------------------------------------------------------------

NASTY = st.sampled_from(
    ["", " ", "\x00", "a\x00b", "\ud800", "x\udfffy", "\u2028", "\u0085", "\r\n", "=1+1", "@x", "\t", '"', "'", "]}"]
)
TEXT = st.one_of(st.text(st.characters(), max_size=20), NASTY)
NUMBERS = {
    "lat": st.one_of(st.sampled_from([-90.0, 90.0, 0.0, -0.0]), st.floats(-90, 90)),
    "lon": st.one_of(st.sampled_from([-180.0, 180.0, 179.999999]), st.floats(-180, 180)),
    "score": st.floats(0, 1),
    "geo_precision": st.integers(1, 3),
    "where_prec": st.integers(1, 7),
    "time_precision": st.integers(1, 3),
    "radius_km": st.floats(0, 20000),
    "distance_km": st.floats(0, 20000),
}
DAYS = st.dates().map(lambda day: day.isoformat())


def values_of(field: Any) -> st.SearchStrategy[Any]:
    if field.name in ("date_start", "date_end"):
        made = DAYS
    elif field.name in NUMBERS:
        made = NUMBERS[field.name]
    else:
        made = {
            "text": st.sampled_from(field.allowed) if field.allowed else TEXT,
            "integer": st.integers(-(2**53), 2**53),
            "number": st.floats(allow_nan=False, allow_infinity=False),
            "flag": st.booleans(),
            "texts": st.lists(TEXT, max_size=3).map(tuple),
            "range": st.tuples(st.integers(0, 10**9), st.none() | st.integers(0, 10**9)),
            "record": record_of(field.record) if field.kind == "record" else None,
            "records": st.lists(record_of(field.record), max_size=3).map(tuple) if field.kind == "records" else None,
        }[field.kind]
    return st.none() | made if field.optional else made


def record_of(kind: type) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{field.name: values_of(field) for field in fields_of(kind)})


INCIDENTS = st.lists(record_of(Incident), max_size=4)


@pytest.mark.parametrize("suffix", FAITHFUL)
def test_whatever_is_written_comes_back_equal(suffix: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")

    @given(INCIDENTS)
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    def check(incidents: list[Incident]) -> None:
        # An id is what tells incidents apart; the coder never gives one twice in an article.
        named = [replace(one, incident_id=f"{i}-{one.incident_id}") for i, one in enumerate(incidents)]
        path = write_incidents(named, folder / f"any{suffix}")
        assert list(read_incidents(path)) == named

    check()


@pytest.mark.parametrize("suffix", FAITHFUL)
def test_the_samples_come_back_and_the_file_is_known(suffix: str, tmp_path: Path) -> None:
    path = write_incidents(iter(sample_incidents()), tmp_path / f"found{suffix}")
    assert is_incident_file(path)
    assert list(read_incidents(path)) == sample_incidents()


@pytest.mark.parametrize("suffix", FAITHFUL)
def test_a_very_long_text_comes_back(suffix: str, tmp_path: Path) -> None:
    long = [replace(sample_incidents()[1], quote="word\u2028 \x00\ud800" * 100_000)]
    assert list(read_incidents(write_incidents(long, tmp_path / f"long{suffix}"))) == long


@pytest.mark.parametrize("suffix", FAITHFUL)
def test_two_incidents_of_one_id_stay_two(suffix: str, tmp_path: Path) -> None:
    one = sample_incidents()[0]
    twice = [one, replace(one, type="protest")]
    assert list(read_incidents(write_incidents(twice, tmp_path / f"twice{suffix}"))) == twice


@pytest.mark.parametrize("suffix", EVERY)
def test_the_same_incidents_give_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    paths = [write_incidents(sample_incidents(), tmp_path / f"{name}{suffix}") for name in "ab"]
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("suffix", EVERY)
def test_no_incidents_make_a_file_too(suffix: str, tmp_path: Path) -> None:
    path = write_incidents([], tmp_path / f"none{suffix}")
    assert path.is_file()
    if suffix in FAITHFUL:
        assert list(read_incidents(path)) == []


@pytest.mark.parametrize("suffix", EVERY)
def test_a_place_off_the_earth_leaves_the_previous_file(suffix: str, tmp_path: Path) -> None:
    good = sample_incidents()[1]
    path = write_incidents([good], tmp_path / f"found{suffix}")
    before = {one: one.read_bytes() for one in tmp_path.iterdir()}
    for bad in (math.nan, math.inf, 91.0):
        wrong = replace(good, places=(replace(good.places[0], lat=bad),))
        with pytest.raises(OutputError, match="not on Earth"):
            write_incidents([good, wrong], path)
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == before


@pytest.mark.parametrize("suffix", EVERY)
def test_a_number_that_is_none_names_its_incident_and_leaves_the_previous_file(suffix: str, tmp_path: Path) -> None:
    good = sample_incidents()[1]
    path = write_incidents([good], tmp_path / f"found{suffix}")
    before = {one: one.read_bytes() for one in tmp_path.iterdir()}
    for name, bad in (
        ("score", replace(good, score=math.nan)),
        ("radius_km", replace(good, places=(replace(good.places[0], radius_km=math.inf),))),
        ("score", replace(good, places=(replace(good.places[0], score=math.nan),))),
        ("deaths", replace(good, deaths=(10**30, None))),
        ("deaths", replace(good, deaths=(1, 10**400))),
        ("end", replace(good, actors=(Actor(start=0, end=2**53 + 1, text="x", role="agent"),))),
    ):
        with pytest.raises(OutputError, match=f"incident bad: {name} is .*not finite or beyond"):
            write_incidents([good, replace(bad, incident_id="bad")], path)
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == before


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".fgb"])
def test_a_value_of_the_wrong_type_names_its_incident(suffix: str, tmp_path: Path) -> None:
    bad = replace(sample_incidents()[1], incident_id="bad", quote=7)
    with pytest.raises(OutputError, match="incident bad: one of its values does not fit"):
        write_incidents([sample_incidents()[0], bad], tmp_path / f"found{suffix}")
    assert not list(tmp_path.iterdir())


def test_an_unknown_ending_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_incidents([], tmp_path / "found.xyz")
    assert all(suffix in str(caught.value) for suffix in EVERY)
    assert not list(tmp_path.iterdir())


def test_every_field_of_an_incident_has_a_column_to_draw_with() -> None:
    split = {"attribution": ["attribution_level", "attribution_source"], "radius_km": ["incident_radius_km"]}
    for field in fields_of(Incident):
        assert set(split.get(field.name, [field.name])) <= set(COLUMNS)


# ---- GeoParquet ---------------------------------------------------------------------------------------------------


def test_geoparquet_opens_with_geopandas_and_pyarrow(tmp_path: Path) -> None:
    import geopandas as gpd
    import pyarrow.parquet as pq
    from shapely.geometry import LineString, Point

    path = write_incidents(sample_incidents(), tmp_path / "found.parquet")
    frame = gpd.read_parquet(path)
    assert str(frame.crs) == "OGC:CRS84"
    assert list(frame["incident_id"]) == [one.incident_id for one in sample_incidents()]
    rows = frame.set_index("incident_id")
    assert rows.loc["sample-2"].geometry == Point(20.7833, 42.9667)
    assert rows.loc["sample-5"].geometry == LineString([(20.8403, 42.9075), (20.8028, 43.1039)])
    metadata = pq.read_metadata(path).metadata
    geo = json.loads(metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["bbox"] == list(frame.total_bounds)
    assert geo["columns"]["geometry"]["geometry_types"] == sorted(set(frame.geom_type.dropna()))
    assert json.loads(metadata[b"geomap"]) == {"schema_version": SCHEMA_VERSION}
    areas = rows[rows["geometry_kind"] == "area"]
    assert len(areas)
    assert areas.geometry.isna().all() and areas["lat"].isna().all()


def test_several_drawings_of_an_incident_are_one_geometry(tmp_path: Path) -> None:
    import geopandas as gpd

    samples = {one.incident_id: one for one in sample_incidents()}
    pin, line = samples["sample-2"], samples["sample-5"]
    several = [
        replace(pin, places=(*pin.places, replace(pin.places[0], lat=1.0, lon=2.0))),
        replace(line, incident_id="b", places=(*line.places, replace(pin.places[0], lat=-90.0, lon=180.0))),
    ]
    kinds = [[one.kind for one in depictions(each)] for each in several]
    assert kinds == [["pin", "pin"], ["along", kinds[1][1]]]
    frame = gpd.read_parquet(write_incidents(several, tmp_path / "found.parquet"))
    assert list(frame.geom_type) == ["MultiPoint", "GeometryCollection"]
    assert [len(one.geoms) for one in frame.geometry] == [2, 2]


def test_parquet_and_the_tables_tell_the_same_place_of_an_incident(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    abroad = sample_incidents()[4]
    ends = (abroad.places[0], replace(abroad.places[1], country_code="RS", admin1=None))
    samples = [*sample_incidents(), replace(abroad, incident_id="abroad", places=ends)]
    columns = {"geometry_kind": "geometry_kind", "country_code": "country_code", "admin1": "admin1", "lat": "latitude"}
    columns |= {"lon": "longitude", "place_name": "location"}
    rows = pq.read_table(write_incidents(samples, tmp_path / "found.parquet")).to_pylist()
    for row, one in zip(rows, samples, strict=True):
        if row["geometry_kind"] != "none":
            assert {ours: row[ours] for ours in columns} == {o: table_row(one)[theirs] for o, theirs in columns.items()}
    assert (row["place_name"], row["country_code"], row["lat"]) == ("Zvečan – Leposavić", None, None)


def test_a_folder_of_parts_is_read_as_one_in_the_order_of_names(tmp_path: Path) -> None:
    samples = sample_incidents()
    folder = tmp_path / "parts"
    assert write_part(samples[5:], folder / "part-00002.parquet") == len(samples) - 5
    assert write_part(samples[:5], folder / "part-00001.parquet") == 5
    (folder / "_temporary.parquet").write_bytes(b"")
    (folder / "errors.jsonl").write_text("{}\n")
    assert is_incident_file(folder)
    assert list(read_incidents(folder)) == samples
    empty = tmp_path / "empty"
    empty.mkdir()
    assert not is_incident_file(empty)
    with pytest.raises(InputError, match="without GeoParquet"):
        list(read_incidents(empty))


def test_more_rows_than_a_group_stay_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    monkeypatch.setattr("geomap.formats.parquet._GROUP", 4)
    path = write_incidents(sample_incidents(), tmp_path / "found.parquet")
    assert pq.read_metadata(path).num_row_groups == math.ceil(len(sample_incidents()) / 4)
    assert list(read_incidents(path)) == sample_incidents()


def test_a_table_that_pandas_wrote_anew_still_reads(tmp_path: Path) -> None:
    import geopandas as gpd

    path = write_incidents(sample_incidents(), tmp_path / "found.parquet")
    anew = tmp_path / "anew.parquet"
    gpd.read_parquet(path).to_parquet(anew)
    assert is_incident_file(anew)
    assert list(read_incidents(anew)) == sample_incidents()


# ---- what may be wrong in a file -----------------------------------------------------------------------------------


def spoiled(change: dict[str, Any], *, place: bool = False) -> str:
    record = json.loads(incident_line(sample_incidents()[1]))
    (record["places"][0] if place else record).update(change)
    return json.dumps(record)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (spoiled({"lat": 91}, place=True), r"places\[0\]\.lat is 91; it must be between -90 and 90"),
        (spoiled({"lat": math.nan}, place=True), "not a finite number"),
        (spoiled({"lat": "north"}, place=True), "lat is 'north', not a number"),
        (spoiled({"lat": True}, place=True), "not a number"),
        (spoiled({"role": "beside"}, place=True), "role is 'beside', which is none of site, near"),
        (spoiled({"reasons": "near"}, place=True), "reasons"),
        (spoiled({"certainty": "sure"}), "certainty is 'sure', which is none of reported, claimed"),
        (spoiled({"certainty": None}), "certainty is empty"),
        (spoiled({"date_start": "2024-02-30"}), "date_start is '2024-02-30', which is no day"),
        (spoiled({"geo_precision": 4}), "geo_precision is 4; it must be between 1 and 3"),
        (spoiled({"geo_precision": 1.5}), "not a whole number"),
        (spoiled({"score": 2}), "score is 2"),
        (spoiled({"deaths": [1]}), "deaths is list, not a lowest and a highest"),
        (spoiled({"deaths": [-1, None]}), r"deaths \(low\) is -1"),
        (spoiled({"deaths": [1, 10**30]}), r"deaths \(high\) is 10+, more than 9007199254740992"),
        (spoiled({"radius_km": 10**400}), r"radius_km is 10+\.\.\., more than"),
        (spoiled({"radius_km": 1e300}, place=True), r"places\[0\]\.radius_km is 1e\+300, more than"),
        (spoiled({"radius_km": -1}), "radius_km is -1; it must be 0 or more"),
        (spoiled({"places": "{"}), "places is no JSON"),
        (spoiled({"places": [7]}), r"places\[0\]. is 7, not a record"),
        (spoiled({"quote": 7}), "quote is 7, not a text"),
        (spoiled({"schema_version": "2.0"}), "newer geomap.*upgrade"),
        (spoiled({"schema_version": 7}), "no version such as"),
        ("[1, 2]", "is no incident"),
        ("{" * 100_000, "no JSON"),
    ],
)
def test_a_wrong_record_is_named_with_file_line_field_and_value(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(incident_line(sample_incidents()[0]) + "\n\n" + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=told) as caught:
        list(read_incidents(path))
    assert "broken.jsonl" in str(caught.value) and "line 3" in str(caught.value)
    assert len(str(caught.value)) < 400


def test_wrong_records_can_be_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    good = incident_line(sample_incidents()[0])
    path.write_text("\n".join([good, spoiled({"score": "x"}), "{", good, good[:100]]), encoding="utf-8")
    errors: list[Exception] = []
    assert len(list(read_incidents(path, on_error=errors.append))) == 2
    assert [re.findall(r"line \d", str(error)) for error in errors] == [["line 2"], ["line 3"], ["line 5"]]
    path = write_incidents(sample_incidents(), tmp_path / "broken.geojson")
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines[:2], "{", '{"type":"Feature"},', *lines[3:]]), encoding="utf-8")
    errors.clear()
    assert len(list(read_incidents(path, on_error=errors.append))) == len(sample_incidents()) - 1
    assert [re.findall(r"feature \d", str(error)) for error in errors] == [["feature 2"], ["feature 3"]]


@pytest.mark.parametrize("suffix", FAITHFUL)
def test_only_errors_of_ours_come_out_of_broken_files(suffix: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    whole = write_incidents(sample_incidents(), tmp_path / f"found{suffix}").read_bytes()
    broken = tmp_path / f"broken{suffix}"
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 3, 20])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        broken.write_bytes(data[: chance.randrange(len(data))] if chance.random() < 0.2 else data)
        assert is_incident_file(broken) in (True, False)
        with suppress(InputError):
            list(read_incidents(broken))


def test_a_newer_minor_version_is_read_without_what_is_new_in_it(tmp_path: Path) -> None:
    path = tmp_path / "newer.jsonl"
    path.write_text(spoiled({"schema_version": "1.9", "mood": {"new": 1}}) + "\n", encoding="utf-8")
    assert list(read_incidents(path)) == [sample_incidents()[1]]


@pytest.mark.parametrize("suffix", FAITHFUL)
def test_a_file_that_is_not_whole_is_an_error_of_ours(suffix: str, tmp_path: Path) -> None:
    whole = write_incidents(sample_incidents(), tmp_path / f"found{suffix}").read_bytes()
    cut = tmp_path / f"cut{suffix}"
    for data in (b"", whole[: len(whole) // 2], b"\x00" * 100, b"[" * 100_000):
        cut.write_bytes(data)
        if suffix == ".jsonl" and not data:
            continue
        with pytest.raises(InputError, match="cut"):
            list(read_incidents(cut))
    with pytest.raises(InputError, match="missing"):
        list(read_incidents(tmp_path / f"missing{suffix}"))


def test_parquet_of_somebody_else_is_no_file_of_incidents(tmp_path: Path) -> None:
    import pandas as pd

    path = tmp_path / "other.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    assert not is_incident_file(path)
    with pytest.raises(InputError, match="row 1: no 'incident_id'"):
        list(read_incidents(path))


def test_the_ending_decides_and_case_does_not_matter() -> None:
    assert format_of(Path("x.PARQUET")).key == "parquet"
    assert format_of(Path("x.json")).key == "geojson"
    assert format_of(Path("/dev/null")).key == "jsonl"


# ---- GeoPackage and FlatGeobuf -------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".geojson"])
def test_a_gis_sees_plain_columns_and_honest_geometries(suffix: str, tmp_path: Path) -> None:
    import geopandas as gpd

    samples = sample_incidents()
    two = replace(samples[1], places=(*samples[1].places, replace(samples[1].places[0], lat=1.0, lon=2.0)))
    path = write_incidents([two, *samples[2:]], tmp_path / f"found{suffix}")
    frame = gpd.read_file(path)
    assert frame.crs.to_epsg() == 4326
    assert list(frame[frame["drawing"] == 1]["incident_id"]) == [one.incident_id for one in samples[1:]]
    assert len(frame) == len(samples)
    areas = frame[frame["geometry_kind"].isin(["area", "none"])]
    assert len(areas) and areas.geometry.isna().all()
    assert set(frame.geom_type.dropna()) == {"Point", "LineString"}
    crowd = frame[frame["incident_id"] == "sample-7"].iloc[0]
    assert crowd["quote"] == "About 300 people marched in Kosovska Mitrovica, an organiser said."
    if suffix != ".geojson":
        assert crowd["crowd_size_low"] == 300
        assert json.loads(crowd["places"])[0]["name"] == "Kosovska Mitrovica"
    assert set(frame["schema_version"]) == {SCHEMA_VERSION}


def test_what_is_edited_in_a_gis_is_what_is_read_back(tmp_path: Path) -> None:
    import geopandas as gpd

    path = write_incidents(sample_incidents(), tmp_path / "found.gpkg")
    frame = gpd.read_file(path, layer="incidents")
    frame.loc[1, "certainty"] = "claimed"
    edited = tmp_path / "edited.gpkg"
    # As QGIS does, the layer is named after the file.
    frame.to_file(edited)
    assert is_incident_file(edited)
    back = list(read_incidents(edited))
    assert back == [
        *sample_incidents()[:1],
        replace(sample_incidents()[1], certainty="claimed"),
        *sample_incidents()[2:],
    ]


def test_what_the_page_says_is_for_looking_at_is_not_read_back(tmp_path: Path) -> None:
    path = write_incidents(sample_incidents(), tmp_path / "found.geojson")
    told = {row[0].strip("`") for row in rows_below("Columns of drawings")} | {"radius_km"}
    told -= {"incident_id", "drawing", "attribution_level", "attribution_source", "incident_radius_km"}
    made = json.loads(path.read_text("utf-8"))
    for feature in made["features"]:
        feature["geometry"] = {"type": "Point", "coordinates": [0, 0]}
        assert feature["properties"].keys() >= told
        feature["properties"].update(dict.fromkeys(told, "changed"))
    path.write_text(json.dumps(made), encoding="utf-8")
    assert list(read_incidents(path)) == sample_incidents()


def test_a_geopackage_of_somebody_else_is_refused(tmp_path: Path) -> None:
    import geopandas as gpd
    from shapely.geometry import Point

    other = tmp_path / "other.gpkg"
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(0, 0)], crs=4326).to_file(other, layer="towns")
    assert not is_incident_file(other)
    with pytest.raises(InputError, match="row 1: no 'incident_id'"):
        list(read_incidents(other))
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(0, 0)], crs=4326).to_file(other, layer="rivers")
    assert not is_incident_file(other)
    with pytest.raises(InputError, match="no layer 'incidents' with geometries; it has 'rivers', 'towns'"):
        list(read_incidents(other))
    for name, data in (
        ("text.gpkg", b"SELECT 1"),
        ("vrt.gpkg", b"<OGRVRTDataSource/>"),
        ("vrt.fgb", b"<OGRVRTDataSource/>"),
    ):
        (tmp_path / name).write_bytes(data)
        assert not is_incident_file(tmp_path / name)
        with pytest.raises(InputError, match="first bytes say otherwise"):
            list(read_incidents(tmp_path / name))


def test_triggers_do_not_run_and_views_are_not_read(tmp_path: Path) -> None:
    import sqlite3

    path = write_incidents(sample_incidents(), tmp_path / "found.gpkg")
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE spoils (a)")
        made.execute("CREATE TRIGGER evil AFTER UPDATE ON gpkg_contents BEGIN INSERT INTO spoils VALUES (1); END")
    made.close()
    before = path.read_bytes()
    assert list(read_incidents(path)) == sample_incidents()
    assert path.read_bytes() == before
    with sqlite3.connect(path) as made:
        made.execute("ALTER TABLE incidents RENAME TO hidden")
        made.execute(
            "CREATE VIEW incidents AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
            " SELECT n AS fid, n AS incident_id, n AS places, n AS certainty FROM c"
        )
        made.execute("UPDATE gpkg_contents SET table_name = 'incidents'")
        made.execute("UPDATE gpkg_geometry_columns SET table_name = 'incidents'")
    made.close()
    with pytest.raises(InputError, match="no plain table"):
        list(read_incidents(path))


ENDLESS = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
READ = """
import sys
from pathlib import Path
from geomap.errors import InputError
from geomap.formats import is_incident_file, read_incidents
for path in map(Path, sys.argv[1:]):
    try:
        told = len(list(read_incidents(path)))
    except InputError as error:
        told = str(error)
    print(path.stem, is_incident_file(path), told)
"""


def test_a_view_that_runs_for_ever_is_never_run(tmp_path: Path) -> None:
    """One that gives no row never comes to where GDAL could be stopped."""
    import sqlite3

    def made(name: str, *statements: str) -> None:
        with sqlite3.connect(write_incidents(sample_incidents(), tmp_path / f"{name}.gpkg")) as file:
            for statement in statements:
                file.execute(statement)
        file.close()

    fields = "n AS fid, n AS geometry, n AS incident_id, n AS places, n AS certainty"
    view = f"{ENDLESS} SELECT {fields} FROM c WHERE n < 0"
    made(
        "layer",
        "ALTER TABLE incidents RENAME TO hidden",
        f"CREATE VIEW incidents AS {view}",
        "UPDATE gpkg_contents SET table_name = 'incidents'",
        "UPDATE gpkg_geometry_columns SET table_name = 'incidents'",
    )
    made(
        "list",
        "ALTER TABLE gpkg_contents RENAME TO hidden",
        f"CREATE VIEW gpkg_contents AS {ENDLESS} SELECT hidden.* FROM c, hidden WHERE n < 0",
    )
    made(
        "beside",
        f"CREATE VIEW beside AS {view}",
        "INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('beside', 'features', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('beside', 'geometry', 'POINT', 4326, 0, 0)",
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, *sorted(map(str, tmp_path.glob("*.gpkg")))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).resolve().parents[1],
    )
    beside, layer, listed = done.stdout.splitlines()
    assert beside == f"beside True {len(sample_incidents())}"
    assert layer.startswith("layer False") and "layer 'incidents' is no plain table" in layer
    assert listed.startswith("list False") and "'gpkg_contents' is no plain table" in listed


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb"])
def test_a_path_that_gdal_would_misread_is_refused_both_ways(suffix: str, tmp_path: Path) -> None:
    odd = tmp_path / "a.zip" / f"found{suffix}"
    assert list(read_incidents(write_incidents(sample_incidents(), odd))) == sample_incidents()
    for name in ("wow!/found", "a\tb/found", "b/a;b"):
        path = tmp_path / f"{name}{suffix}"
        with pytest.raises(UsageError, match="archive or an address"):
            write_incidents(sample_incidents(), path)
        assert not path.parent.exists()
        path.parent.mkdir()
        path.write_bytes(odd.read_bytes())
        assert not is_incident_file(path)
        with pytest.raises(InputError, match="archive or an address"):
            list(read_incidents(path))


@pytest.mark.parametrize(
    "name",
    ["a b", "a.zip/b", "a!b", "a;b", "a\rb", "a;b?c", "a?b;c", "a?b", "//b", "a#b&c=%41", "file:b", "ü[", "\udcff"],
)
def test_a_path_for_gdal_is_one_that_pyogrio_leaves_as_it_is(name: str) -> None:
    from pyogrio.util import vsi_path

    path = Path("/", name, "found.gpkg")
    try:
        path = gdal_path(path)
    except UsageError:
        assert name == "\udcff" or vsi_path(path) != str(path)
    else:
        assert vsi_path(path) == str(path)


FULL_DISK = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from map_samples import sample_incidents
from geomap.errors import OutputError
from geomap.formats import SUFFIXES, write_incidents
folder = Path(sys.argv[1])
few = sample_incidents()
for suffix in SUFFIXES:
    write_incidents(few, folder / f"found{suffix}")
before = {path: path.read_bytes() for path in folder.iterdir()}
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
for suffix in SUFFIXES:
    try:
        write_incidents(few * 20, folder / f"found{suffix}")
        print(suffix, "was written")
    except OutputError as error:
        assert "nothing was left behind" in str(error), error
        assert f"found{suffix}" in str(error), error
assert {path: path.read_bytes() for path in folder.iterdir()} == before
print("done")
"""


def test_a_full_disk_leaves_the_previous_files(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: the writing fails in the middle likewise."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[1],
    )
    assert done.stdout == "done\n", done.stdout + done.stderr


# ---- tables -------------------------------------------------------------------------------------------------------

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "a\u2028b\x07",
    "\ud800",
    "<b>&{{7*7}}",
    "x" * 40_000,
)


def hostile_incidents() -> list[Incident]:
    one = sample_incidents()[1]
    return [
        replace(
            one,
            incident_id=f"h-{i}",
            quote=text,
            attribution=replace(one.attribution, source=text),
            places=(replace(one.places[0], name=text, text=text, lon=-20.5),),
            sources=(replace(one.sources[0], title=text, source=text, url=text),),
        )
        for i, text in enumerate(HOSTILE)
    ]


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_a_table_has_one_row_an_incident_in_acled_s_words(suffix: str, tmp_path: Path) -> None:
    path = write_incidents(sample_incidents(), tmp_path / f"found{suffix}")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfevent_id")
    rows = table_of(path)
    assert [row["event_id"] for row in rows] == [one.incident_id for one in sample_incidents()]
    by_id = {row["event_id"]: row for row in rows}
    pin = by_id["sample-2"]
    assert (pin["latitude"], pin["longitude"], pin["location"]) == ("42.9667", "20.7833", "Banjska")
    assert (pin["country"], pin["country_code"], pin["admin1"]) == ("Kosovo", "XK", "Mitrovica")
    assert (pin["event_date"], pin["year"], pin["time_precision"]) == ("2024-05-14", "2024", "1")
    assert (pin["attribution"], pin["attribution_source"]) == ("attributed", "the mayor")
    assert by_id["sample-7"]["crowd_size_low"] == "300"
    assert by_id["sample-7"]["fatalities"] == ""
    for row in rows:
        pointless = row["geometry_kind"] in ("area", "none", "along", "route")
        assert (row["latitude"] == "") == (row["longitude"] == "") == pointless
        assert row["certainty"] and row["attribution"] and row["schema_version"] == SCHEMA_VERSION


def test_every_acled_name_is_one_that_acled_has() -> None:
    from geomap.formats.tables import _EVENT_TYPE_OF
    from geomap.lexicons import load_json

    named = {name for spec in load_json("event_types.json")["types"].values() for name in spec["acled_sub_events"]}
    assert named <= set(_EVENT_TYPE_OF)
    assert len(_EVENT_TYPE_OF) == 25


def test_no_cell_of_a_table_is_run(tmp_path: Path) -> None:
    for suffix in (".csv", ".tsv"):
        for row in table_of(write_incidents(hostile_incidents(), tmp_path / f"found{suffix}")):
            numbers = {"latitude", "longitude", "radius_km", "score"}
            for name, cell in row.items():
                assert name in numbers or not cell.startswith(("=", "+", "-", "@", "\t")), (name, cell)
            assert row["longitude"] == "-20.5"
    assert "'=cmd" in (tmp_path / "found.csv").read_text("utf-8-sig")


def test_a_workbook_opens_with_the_rows_and_what_they_mean(tmp_path: Path) -> None:
    import openpyxl

    path = write_incidents([*sample_incidents(), *hostile_incidents()], tmp_path / "found.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["incidents", "columns"]
    rows = list(book["incidents"].iter_rows())
    names = [cell.value for cell in rows[0]]
    assert names == list(TABLE_COLUMNS) == [row[0].value for row in book["columns"].iter_rows(min_row=2)]
    assert len(rows) == 1 + len(sample_incidents()) + len(HOSTILE)
    assert all(cell.data_type != "f" for row in rows for cell in row)
    first = dict(zip(names, (cell.value for cell in rows[2]), strict=True))
    assert first["event_date"] == datetime(2024, 5, 14)
    assert first["latitude"] == 42.9667
    assert max(len(str(cell.value)) for row in rows for cell in row) == 32_767


# ---- KML ----------------------------------------------------------------------------------------------------------

KML = "{http://www.opengis.net/kml/2.2}"


def test_kml_keeps_apart_what_differs_and_draws_no_area_as_a_point(tmp_path: Path) -> None:
    path = write_incidents(sample_incidents(), tmp_path / "found.kml")
    document = ElementTree.parse(path).getroot()[0]
    folders = {
        folder.findtext(f"{KML}name").rpartition(" (")[0]: folder.findall(f"{KML}Placemark")
        for folder in document.findall(f"{KML}Folder")
    }
    assert sum(map(len, folders.values())) == len(sample_incidents())
    for name in ("Areas, not points", "Without a known place"):
        assert folders[name]
        for mark in folders[name]:
            assert mark.find(f".//{KML}coordinates") is None
    happened = folders["Reported, claimed or attempted"]
    assert all(mark.find(f".//{KML}coordinates") is not None for mark in happened)
    assert any(mark.find(f"{KML}LineString") is not None for mark in happened)
    certain = {
        data.findtext(f"{KML}value")
        for mark in happened
        for data in mark.iter(f"{KML}Data")
        if data.get("name") == "certainty"
    }
    assert certain <= {"reported", "claimed", "attempted"}
    styles = {style.get("id") for style in document.findall(f"{KML}Style")}
    assert {mark.findtext(f"{KML}styleUrl")[1:] for mark in document.iter(f"{KML}Placemark")} <= styles


def test_kml_holds_hostile_text_as_text(tmp_path: Path) -> None:
    path = write_incidents(hostile_incidents(), tmp_path / "found.kml")
    marks = list(ElementTree.parse(path).getroot().iter(f"{KML}Placemark"))
    assert len(marks) == len(HOSTILE)
    # What a viewer takes for HTML is escaped once more.
    assert "&lt;b&gt;&amp;{{7*7}}" in marks[8].findtext(f"{KML}description")
    data = {one.get("name"): one.findtext(f"{KML}value") for one in marks[8].iter(f"{KML}Data")}
    assert data["notes"] == "<b>&{{7*7}}"


# ---- TimeMap ------------------------------------------------------------------------------------------------------


def test_timemap_s_events_are_texts_whose_sources_and_associations_exist(tmp_path: Path) -> None:
    samples = [*sample_incidents(), *hostile_incidents()]
    path = write_incidents(samples, tmp_path / "found.timemap.json")
    events = json.loads(path.read_text("utf-8"))
    sources = json.loads((tmp_path / "found.timemap-sources.json").read_text("utf-8"))
    associations = json.loads((tmp_path / "found.timemap-associations.json").read_text("utf-8"))
    assert [event["id"] for event in events] == [one.incident_id for one in samples]
    ids = [one["id"] for one in associations]
    assert len(ids) == len(set(ids))
    for event in events:
        lists = {name: event.pop(name) for name in ("associations", "sources")}
        assert all(isinstance(value, str) for value in event.values())
        assert set(lists["sources"]) <= sources.keys()
        assert set(lists["associations"]) <= set(ids)
        assert (event["latitude"] == "") == (event["longitude"] == "")
    by_id = {event["id"]: event for event in events}
    assert by_id["sample-2"]["date"] == "05/14/2024"
    assert (by_id["sample-2"]["latitude"], by_id["sample-2"]["longitude"]) == ("42.9667", "20.7833")
    area = next(one.incident_id for one in samples if depictions(one)[0].kind == "area")
    assert by_id[area]["latitude"] == ""
    assert all(one["mode"] in ("CATEGORY", "FILTER") for one in associations)


def test_timemap_gets_no_address_that_runs(tmp_path: Path) -> None:
    one = sample_incidents()[1]
    addresses = ("javascript:alert(1)", " data:text/html,x", "HTTPS://example.org/a", "http://example.org/b", None)
    sources = tuple(replace(one.sources[0], url=url, doc_id=f"d{i}") for i, url in enumerate(addresses))
    write_incidents([replace(one, sources=sources)], tmp_path / "found.timemap.json")
    written = json.loads((tmp_path / "found.timemap-sources.json").read_text("utf-8")).values()
    assert sorted(source["url"] for source in written) == ["", "", "", "HTTPS://example.org/a", "http://example.org/b"]
    assert all(source["paths"] == ([source["url"]] if source["url"] else []) for source in written)


@pytest.mark.parametrize("suffix", [one.suffixes[0] for one in FORMATS if not one.faithful])
def test_what_is_only_written_says_so(suffix: str, tmp_path: Path) -> None:
    path = write_incidents(sample_incidents(), tmp_path / f"found{suffix}")
    assert not is_incident_file(path)
    with pytest.raises(InputError, match=r"is only written; use one of \.jsonl"):
        list(read_incidents(path))


# ---- the page that says so ----------------------------------------------------------------------------------------

SCHEMA = (Path(__file__).resolve().parents[1] / "docs" / "schema.md").read_text("utf-8")


def rows_below(heading: str) -> list[list[str]]:
    section = SCHEMA.split(f"# {heading}\n", 1)[1]
    table = re.search(r"\n\|[^\n]*\n\|---[^\n]*\n((?:\|[^\n]*\n)+)", section)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()]


@pytest.mark.parametrize("record", [Incident, IncidentPlace, Actor, Attribution, SourceQuote, Conflict, Telling])
def test_the_page_has_every_field_with_its_type_values_and_null_rule(record: type) -> None:
    told = rows_below(record.__name__)
    fields = fields_of(record)
    assert [row[0] for row in told] == [f"`{field.name}`" for field in fields]
    kinds = {"text": "text", "integer": "integer", "number": "number", "flag": "true or false"}
    kinds |= {"texts": "list of texts", "range": "`[low, high]`"}
    for row, field in zip(told, fields, strict=True):
        _, kind, values, null, meaning = row
        if field.record is not None:
            link = f"[{field.record.__name__}](#{field.record.__name__.lower()})"
            assert kind == (link if field.kind == "record" else f"list of {link}")
        else:
            assert kind == kinds[field.kind]
        if field.allowed:
            assert values == ", ".join(f"`{one}`" for one in field.allowed)
        if field.limits is not None:
            assert [f"{one:g}" for one in field.limits if math.isfinite(one)] == re.findall(
                r"-?\d+", values.replace("−", "-")
            )
        assert null == ("yes" if field.optional else "no")
        assert len(meaning) > 3
        assert ("null" in meaning) == field.optional


def test_the_page_has_every_format_column_and_the_version() -> None:
    assert f"Schema version: **{SCHEMA_VERSION}**" in SCHEMA
    endings = re.findall(r"`(\.[a-z.]+)`", "".join(row[0] for row in rows_below("Formats")))
    assert sorted(endings) == sorted(EVERY)
    for row in rows_below("Formats"):
        (ending, *_) = re.findall(r"`([^`]+)`", row[0])
        assert (row[3] == "equal") == format_of(Path(f"x{ending}")).faithful
    for heading, columns in (("Columns of tables", TABLE_COLUMNS), ("Columns of drawings", COLUMNS)):
        for name, meaning in rows_below(heading):
            assert columns[name.strip("`")] == meaning
    assert [row[0] for row in rows_below("Columns of tables")] == [f"`{name}`" for name in TABLE_COLUMNS]


# ---- geomap convert -----------------------------------------------------------------------------------------------


def test_convert_joins_files_into_another_format(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    samples = sample_incidents()
    write_incidents(samples[:4], tmp_path / "a.jsonl")
    write_part(samples[4:], tmp_path / "parts" / "part-1.parquet")
    target = tmp_path / "all.gpkg"
    assert main(["convert", str(tmp_path / "a.jsonl"), str(tmp_path / "parts"), "-o", str(target)]) == 0
    assert list(read_incidents(target)) == samples
    printed = capfdbinary.readouterr()
    assert printed.out.decode() == f"{target}\n"
    assert f"{len(samples)} incidents." in printed.err.decode()
    assert main(["convert", str(tmp_path / "parts"), "-o", str(tmp_path / "parts" / "all.parquet")]) == 2
    assert "one of the parts" in capfdbinary.readouterr().err.decode()
    assert main(["convert", "--quiet", str(target)]) == 0
    printed = capfdbinary.readouterr()
    assert printed.out.decode().splitlines() == [incident_line(one) for one in samples]


@pytest.mark.parametrize("suffix", EVERY)
def test_a_number_that_no_file_holds_costs_its_record_alone(
    suffix: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / f"b{suffix}"
    samples = sample_incidents()
    bad = spoiled({"deaths": [10**30, None]})
    source.write_text("\n".join([incident_line(samples[0]), bad, incident_line(samples[1])]), encoding="utf-8")
    assert main(["convert", str(source), "-o", str(target)]) == 3
    told = capfdbinary.readouterr().err.decode()
    assert "line 2: deaths (low) is 10" in told and "2 incidents; 1 problem" in told
    if suffix in FAITHFUL:
        assert list(read_incidents(target)) == samples[:2]


def test_convert_names_what_is_wrong_and_goes_on(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "b.csv"
    source.write_text(f"{incident_line(sample_incidents()[0])}\n{spoiled({'score': 7})}\n", encoding="utf-8")
    assert main(["convert", str(source), str(tmp_path / "missing.jsonl"), "-o", str(target)]) == 3
    told = capfdbinary.readouterr().err.decode()
    assert "line 2: score is 7" in told and "missing.jsonl" in told and "1 incident; 2 problems" in told
    assert len(table_of(target)) == 1
    source.write_text(spoiled({"score": 7}), encoding="utf-8")
    before = target.read_bytes()
    assert main(["convert", str(source), "-o", str(target)]) == 1
    assert "nothing was written" in capfdbinary.readouterr().err.decode()
    assert target.read_bytes() == before
    assert main(["convert", str(source), "-o", str(tmp_path / "b.xyz")]) == 2
    assert main(["convert", str(source), "-o", str(tmp_path / "wow!" / "b.gpkg")]) == 2
    assert main(["convert", str(source), "-o", str(source)]) == 2
