from __future__ import annotations

import csv
import io
import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.errors import OutputError, OverlayError, UsageError
from geomap.gazetteer.exporting import FORMATS, export_places, format_of
from geomap.gazetteer.overlay import PlaceEntry, PlacesFile
from geomap.records import Place

ENDINGS = {"csv": ".csv", "lp-tsv": ".tsv", "lpf": ".lpf.json", "geojson": ".geojson", "gpkg": ".gpkg"}


def entry(
    title: str = "Jarinje",
    lat: float = 43.20028,
    lon: float = 20.72056,
    *,
    variants: tuple[str, ...] = (),
    row: int = 2,
    ccodes: str = "XK",
    source: str = "",
    start: str = "",
    end: str = "",
    note: str = "",
    **place: object,
) -> PlaceEntry:
    fields: dict[str, object] = {
        "id": "user:jarinje",
        "name": title,
        "lat": lat,
        "lon": lon,
        "feature_class": "P",
        "feature_code": "PPL",
        "country_code": ccodes[:2],
        "radius_km": 1.0,
        "names": tuple(v.rpartition("@")[0] or v for v in variants),
        "layer": "user",
    }
    return PlaceEntry(
        place=Place(**(fields | place)),  # type: ignore[arg-type]
        row=row,
        source=source,
        start=start,
        end=end,
        note=note,
        languages=variants,
        cells=MappingProxyType({"ccodes": ccodes}),
    )


FULL = entry(
    variants=("Jarinjë@sq", "Јариње@sr-Cyrl", "Yarine"),
    ccodes="XK;RS",
    source="own visit 2024, approximate",
    start="1999-06",
    end="2024",
    note='two lines\n"quoted", and a tab\there',
    id="gn:789225",
    admin1="Mitrovica",
    admin2="Leposavić",
    population=12,
    radius_km=0.3,
)


def read_geojson(path: Path) -> list[dict]:
    def strict(constant: str) -> float:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(path.read_text("utf-8"), parse_constant=strict)["features"]


def test_csv_reads_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    assert export_places([FULL, entry(id="user:two")], path) == 2
    first, second = PlacesFile(path).entries()
    for name in ("place", "source", "start", "end", "note", "languages"):
        assert getattr(first, name) == getattr(FULL, name), name
    assert first.cells["ccodes"] == "XK;RS"
    assert second.place == entry(id="user:two").place
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,title,lon,lat,variants,")


def test_linked_places_tsv(tmp_path: Path) -> None:
    path = tmp_path / "p.tsv"
    assert export_places([FULL], path) == 1
    header, line, rest = path.read_text("utf-8").split("\n")
    assert rest == "" and '"' not in line.split("\t")[0]
    cells = dict(zip(header.split("\t"), line.split("\t"), strict=True))
    assert cells["title_source"] == "own visit 2024, approximate"
    assert cells["variants"] == "Jarinjë@sq;Јариње@sr-Cyrl;Yarine"
    assert (cells["lon"], cells["lat"], cells["approximation"], cells["fclasses"]) == (
        "20.72056",
        "43.20028",
        "0.3",
        "P",
    )
    assert cells["description"] == 'two lines "quoted", and a tab here'
    assert (cells["types"], cells["start"], cells["end"], cells["ccodes"]) == (
        "populated place",
        "1999-06",
        "2024",
        "XK;RS",
    )
    (back,) = PlacesFile(path).entries()
    assert back.place == FULL.place and back.languages == FULL.languages


def test_linked_places_json(tmp_path: Path) -> None:
    path = tmp_path / "p.lpf.json"
    export_places([FULL], path)
    document = json.loads(path.read_text("utf-8"))
    assert document["type"] == "FeatureCollection" and document["@context"].endswith(".jsonld")
    (feature,) = document["features"]
    assert feature["@id"] == "gn:789225" and feature["type"] == "Feature"
    assert feature["properties"]["title"] == "Jarinje" and feature["properties"]["ccodes"] == ["XK", "RS"]
    assert feature["when"] == {"timespans": [{"start": {"in": "1999-06"}, "end": {"in": "2024"}}]}
    assert feature["names"] == [
        {"toponym": "Jarinje", "citations": [{"label": "own visit 2024, approximate"}]},
        {"toponym": "Jarinjë", "lang": "sq"},
        {"toponym": "Јариње", "lang": "sr-Cyrl"},
        {"toponym": "Yarine"},
    ]
    assert feature["types"][0]["identifier"].endswith("#P.PPL")
    geometry = feature["geometry"]
    assert geometry["coordinates"] == [20.72056, 43.20028] and geometry["certainty"] == "less-certain"
    assert geometry["approximation"]["tolerance"] == 0.3
    assert feature["links"] == [{"type": "exactMatch", "identifier": "https://www.geonames.org/789225"}]
    assert feature["relations"][0]["label"] == "Leposavić"
    assert feature["descriptions"] == [{"value": FULL.note}]


def test_linked_places_json_leaves_out_what_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonld"
    export_places([entry()], path)
    (feature,) = read_geojson(path)
    assert not {"when", "links", "relations", "descriptions"} & set(feature)
    assert feature["geometry"]["certainty"] == "certain"


def test_geojson(tmp_path: Path) -> None:
    path = tmp_path / "p.geojson"
    export_places([FULL], path)
    (feature,) = read_geojson(path)
    assert feature["geometry"] == {"type": "Point", "coordinates": [20.72056, 43.20028]}
    assert feature["properties"]["note"] == FULL.note
    assert feature["properties"]["variants"] == "Jarinjë@sq;Јариње@sr-Cyrl;Yarine"
    assert feature["properties"]["population"] == 12


def test_gpkg_reads_back(tmp_path: Path) -> None:
    import geopandas as gpd

    path = tmp_path / "p.gpkg"
    assert export_places([FULL, entry("=SUM(A1)", 90.0, -180.0, id="user:pole")], path) == 2
    frame = gpd.read_file(path, layer="places")
    assert frame.crs.to_epsg() == 4326
    assert list(frame["title"]) == ["Jarinje", "=SUM(A1)"]
    assert [(p.x, p.y) for p in frame.geometry] == [(20.72056, 43.20028), (-180.0, 90.0)]
    assert frame["note"][0] == FULL.note and frame["radius_km"][0] == 0.3 and frame["population"][0] == 12
    assert math.isnan(frame["population"][1])


def test_a_geopackage_holds_no_time_of_its_making(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from geomap.gazetteer.exporting import export_places;"
        "from geomap.gazetteer.overlay import PlacesFile; export_places(PlacesFile(Path(sys.argv[1])).entries(),"
        "Path(sys.argv[2]))"
    )
    export_places([FULL], tmp_path / "p.csv")
    export_places(PlacesFile(tmp_path / "p.csv").entries(), tmp_path / "a.gpkg")
    subprocess.run([sys.executable, "-c", code, tmp_path / "p.csv", tmp_path / "b.gpkg"], check=True)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.gpkg", "b.gpkg", "p.csv"]


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_to_write_is_a_sound_file(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"empty{ENDINGS[format]}"
    assert export_places([], path) == 0
    assert path.stat().st_size > 0
    if format == "csv":
        assert PlacesFile(path).entries() == []
    if format in ("lpf", "geojson"):
        assert read_geojson(path) == []
    if format == "gpkg":
        import pyogrio

        assert pyogrio.read_info(path, layer="places")["features"] == 0
        assert "radius_km" in pyogrio.read_info(path)["fields"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "=cmd|'/C calc'!A0"])
def test_formulas_are_made_harmless_in_tables_only(text: str, tmp_path: Path) -> None:
    places = [entry("Ok " + text, source=text, note=text, admin2=text, variants=(text + " x@en",))]
    for name in ("p.csv", "p.tsv"):
        export_places(places, tmp_path / name)
        raw = (tmp_path / name).read_text("utf-8-sig")
        for line in csv.reader(io.StringIO(raw), delimiter="\t" if name.endswith("tsv") else ","):
            assert not [cell for cell in line if cell[:1] in ("=", "+", "@", "\t", "\r")]
            assert not [cell for cell in line if cell.startswith("-") and not cell[1:2].isdigit()]
        (back,) = PlacesFile(tmp_path / name).entries()
        assert (back.source, back.note, back.place.admin2, back.languages) == (text, text, text, (text + " x@en",))
    export_places(places, tmp_path / "p.geojson")
    assert read_geojson(tmp_path / "p.geojson")[0]["properties"]["note"] == text


@pytest.mark.parametrize(("lat", "lon"), [(math.nan, 0.0), (0.0, math.inf), (91.0, 0.0), (0.0, -181.0)], ids=str)
@pytest.mark.parametrize("format", FORMATS)
def test_impossible_coordinates_are_refused_and_the_old_file_stays(
    format: str, lat: float, lon: float, tmp_path: Path
) -> None:
    path = tmp_path / f"p{ENDINGS[format]}"
    path.write_text("old")
    with pytest.raises(OverlayError, match="user:jarinje"):
        export_places([entry(), entry(lat=lat, lon=lon)], path)
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_an_impossible_radius_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OverlayError, match="radius"):
        export_places([entry(radius_km=math.inf)], tmp_path / "p.geojson")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_keeps_the_old_file(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"p{ENDINGS[format]}"
    export_places([entry()], path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match=r"full|could not be written"):
        export_places([FULL], path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_gdal_that_fails_leaves_the_old_geopackage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyogrio
    from pyogrio.errors import DataSourceError

    path = tmp_path / "p.gpkg"
    path.write_text("old")

    def fails(_frame: object, made: Path, **_: object) -> None:
        made.write_text("half")
        raise DataSourceError("database or disk is full")

    monkeypatch.setattr(pyogrio, "write_dataframe", fails)
    with pytest.raises(OutputError, match="disk is full"):
        export_places([entry()], path)
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(OutputError, match="permission"):
        export_places([entry()], folder / "p.gpkg")


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    for ending in (".csv", ".gpkg"):
        (tmp_path / f"p{ending}").mkdir()
        with pytest.raises(OutputError, match="folder"):
            export_places([entry()], tmp_path / f"p{ending}")


def test_a_path_that_gdal_would_misread_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="archive or an address"):
        export_places([entry()], tmp_path / "wow!" / "p.gpkg")
    assert not list(tmp_path.iterdir())


def test_formats_by_ending(tmp_path: Path) -> None:
    assert {ending: format_of(Path(f"x/P{ending}")) for ending in (*ENDINGS.values(), ".CSV", ".jsonld")} == {
        **{ending: name for name, ending in ENDINGS.items()},
        ".CSV": "csv",
        ".jsonld": "lpf",
    }
    with pytest.raises(UsageError, match=r"\.lpf\.json"):
        export_places([], tmp_path / "p.json")
    with pytest.raises(UsageError, match="ending"):
        export_places([], tmp_path / "p")
    with pytest.raises(UsageError, match="not known"):
        export_places([], tmp_path / "p.csv", format="shapefile")
    assert export_places([entry()], tmp_path / "p", format="geojson") == 1
    assert read_geojson(tmp_path / "p")


def test_places_of_other_layers_and_their_names(tmp_path: Path) -> None:
    place = replace(entry().place, names=("Shop@com", "A;B", "Јариње"), layer="import", country_code="")
    export_places((p for p in [place]), tmp_path / "p.csv")
    (back,) = PlacesFile(tmp_path / "p.csv").entries()
    # A semicolon would make two names of one; nothing else is lost.
    assert back.place.names == ("Shop@com", "A,B", "Јариње")
    export_places([place], tmp_path / "p.lpf.json")
    assert [n["toponym"] for n in read_geojson(tmp_path / "p.lpf.json")[0]["names"]] == ["Jarinje", *place.names]


names = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters=";"), max_size=20).map(
    lambda s: f"N{s}".strip()
)
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)
entries = st.lists(
    st.builds(
        entry,
        names,
        st.floats(-90, 90),
        st.floats(-180, 180),
        source=names,
        note=texts.map(str.strip),
        admin2=names,
        radius_km=st.floats(0.01, 10000),
        population=st.none() | st.integers(0, 10**10),
        variants=st.lists(st.builds("{}@{}".format, names, st.sampled_from(["sq", "sr-Cyrl", "en"])), max_size=3).map(
            lambda v: tuple(dict.fromkeys(v))
        ),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(entries)
def test_whatever_a_place_holds_reads_back(tmp_path_factory: pytest.TempPathFactory, places: list[PlaceEntry]) -> None:
    folder = tmp_path_factory.mktemp("export")
    places = [replace(p, place=replace(p.place, id=f"user:{i}")) for i, p in enumerate(places)]
    export_places(places, folder / "p.csv")
    back = PlacesFile(folder / "p.csv").entries()
    for one, two in zip(back, places, strict=True):
        assert (one.place.lat, one.place.lon, one.place.radius_km) == (
            two.place.lat,
            two.place.lon,
            two.place.radius_km,
        )
        assert (one.place.name, one.place.admin2, one.place.population) == (
            two.place.name,
            two.place.admin2,
            two.place.population,
        )
        assert (one.languages, one.source) == (two.languages, two.source)
        assert one.note == two.note.strip()
    export_places(places, folder / "p.geojson")
    features = read_geojson(folder / "p.geojson")
    assert [f["geometry"]["coordinates"] for f in features] == [[p.place.lon, p.place.lat] for p in places]
    assert [f["properties"]["title"] for f in features] == [p.place.name for p in places]
    assert [f["properties"]["note"] for f in features] == [p.note for p in places]
    export_places(places, folder / "p.lpf.json")
    assert [f["names"][0]["toponym"] for f in read_geojson(folder / "p.lpf.json")] == [p.place.name for p in places]
    export_places(places, folder / "p.tsv")
    tsv = PlacesFile(folder / "p.tsv").entries()
    assert [(p.place.lat, p.place.lon) for p in tsv] == [(p.place.lat, p.place.lon) for p in places]
    assert [p.place.name for p in tsv] == [" ".join(p.place.name.split()) for p in places]


def test_the_shipped_places_come_back(root: Path, tmp_path: Path) -> None:
    shipped = PlacesFile(root / "gazetteer" / "places.csv").entries()
    export_places(shipped, tmp_path / "p.csv")
    export_places(shipped, tmp_path / "p.tsv")
    for name in ("p.csv", "p.tsv"):
        assert [e.place for e in PlacesFile(tmp_path / name).entries()] == [e.place for e in shipped]


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_exported_can_be_imported(format: str, root: Path, tmp_path: Path) -> None:
    from geomap.gazetteer.importing.readers import READERS, ReaderOptions, detect_format
    from geomap.gazetteer.importing.rows import Skips

    shipped = PlacesFile(root / "gazetteer" / "places.csv").entries()
    path = tmp_path / f"p{ENDINGS[format]}"
    export_places(shipped, path)
    reader, skips = detect_format(path), Skips()
    assert reader is not None
    rows = list(READERS[reader].read(path, skips=skips, options=ReaderOptions()))
    assert not skips.counts
    for row, one in zip(rows, (e.place for e in shipped), strict=True):
        assert (row.key, row.name, row.lat, row.lon, row.radius_km) == (
            one.id,
            one.name,
            one.lat,
            one.lon,
            one.radius_km,
        )
        assert (row.feature_class, row.feature_code, row.country_code, row.admin1, row.admin2, row.population) == (
            one.feature_class,
            one.feature_code,
            one.country_code,
            one.admin1,
            one.admin2,
            one.population,
        )
        assert set(row.names) == set(one.names)
