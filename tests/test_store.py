"""The layers of the gazetteer: precedence, merging, search with its filters, and files that cannot be trusted."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.errors import GazetteerError, UsageError
from geomap.gazetteer import Gazetteer
from geomap.gazetteer.store import KINDS
from geomap.geo import cell_of, distance_km
from geomap.records import Candidate, Place
from geomap.text import fold

TABLES = """
CREATE TABLE places(id INTEGER PRIMARY KEY, pid TEXT, name TEXT, lat REAL, lon REAL, fclass TEXT, fcode TEXT,
 cc TEXT, admin1 TEXT, admin2 TEXT, pop INTEGER, radius REAL, names TEXT, layer TEXT, cell INTEGER);
CREATE TABLE names(key TEXT, rank INTEGER, place INTEGER, kind INTEGER,
 PRIMARY KEY(key, rank, place, kind)) WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT);
CREATE INDEX places_pid ON places(pid);
CREATE INDEX places_cell ON places(cell);
CREATE INDEX places_country ON places(cc) WHERE fcode IN ('PCLI','PCLD','TERR');
"""


def place(pid: str, name: str, lat: float, lon: float, **more: Any) -> Place:
    values = {"feature_class": "P", "feature_code": "PPL", "country_code": "XK", "population": None} | more
    return Place(id=pid, name=name, lat=lat, lon=lon, **values)


def write(path: Path, places: list[Place], *, layer: str, schema: str = "1", extra: str = "") -> Path:
    """A file as an import writes it."""
    db = sqlite3.connect(path)
    db.executescript(TABLES)
    for row, p in enumerate(places, 1):
        db.execute(
            f"INSERT INTO places VALUES({','.join('?' * 15)})",
            (row, p.id, p.name, p.lat, p.lon, p.feature_class, p.feature_code, p.country_code, p.admin1, p.admin2,
             p.population, p.radius_km, "|".join(p.names), layer, cell_of(p.lat, p.lon)),
        )  # fmt: skip
        for i, name in enumerate((p.name, *p.names)):
            kind = KINDS["alternate" if i else "name"]
            db.execute("INSERT OR IGNORE INTO names VALUES(?,?,?,?)", (fold(name), -(p.population or 0), row, kind))
    names = db.execute("SELECT COUNT(*) FROM names").fetchone()[0]
    meta = {"schema": schema, "complete": "yes", "places": str(len(places)), "names": str(names)}
    db.executemany("INSERT INTO meta VALUES(?,?)", meta.items())
    db.executescript(extra)
    db.commit()
    db.close()
    return path


WORLD = [
    place("gn:1", "Paris", 48.85, 2.35, country_code="FR", feature_code="PPLC", admin1="Île-de-France",
          population=2_000_000, names=("Parigi",)),
    place("gn:2", "Paris", 33.66, -95.55, country_code="US", population=25_000),
    place("gn:3", "Mitrovicë", 42.89, 20.87, population=84_000, names=("Kosovska Mitrovica", "Mitrovica"),
          admin1="Mitrovica"),
    place("gn:4", "Zvečan", 42.91, 20.84, population=9_000, names=("Звечан", "Zveçan")),
    place("gn:5", "Kosovo", 42.6, 20.9, feature_class="A", feature_code="PCLI", population=1_800_000, radius_km=80.0),
    place("gn:6", "Kharkiv", 49.98, 36.25, country_code="UA", population=1_400_000, names=("Харків",)),
    place("gn:7", "Springfield", 39.8, -89.6, country_code="US", population=114_000),
    place("gn:8", "Springfield", 42.1, -72.59, country_code="US", population=155_000),
    place("gn:9", "Ибар", 43.0, 20.8, feature_class="H", feature_code="STM", names=("Ibri",)),
]  # fmt: skip
VILLAGES = [
    place("gn:3", "Mitrovica e Jugut", 42.883, 20.867, feature_code="PPLA", names=("Mitrovicë",), population=None),
    place("gn:100", "Paris", 42.7, 20.9),
    place("gn:101", "Jarinje", 43.226, 20.693, names=("Јариње",)),
    place("gn:102", "Zhazhë", 42.95, 20.81, names=("Žaža",), population=120),
    place("own:1", "Gate 31", 43.23, 20.7, feature_class="S", feature_code="GATE"),
]
CHECKPOINTS = [
    # Another list, with ids of its own, of places that stand in the others too.
    place("cp:1", "Jarinje", 43.228, 20.694, country_code=""),
    place("cp:2", "Jarinje", 43.228, 20.695, feature_class="S", feature_code="BDG"),
    place("cp:3", "Springfield", 42.11, -72.6, country_code="US"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layers")
    write(folder / "world.sqlite", WORLD, layer="world")
    write(folder / "villages.sqlite", VILLAGES, layer="import")
    write(folder / "checkpoints.sqlite", CHECKPOINTS, layer="import")
    return folder


@pytest.fixture(scope="module")
def layered(folder: Path) -> Iterator[Gazetteer]:
    over = [
        place("user:1", "Base Camp", 43.1, 20.7, names=("Kamp",), layer="user"),
        place("gn:4", "Zvečan town", 42.907, 20.84, names=("Zvečan",), layer="overlay"),
    ]
    with Gazetteer(
        folder / "world.sqlite", over, [folder / "checkpoints.sqlite", folder / "villages.sqlite"]
    ) as opened:
        yield opened


def ids(found: list[Candidate]) -> list[str]:
    return [c.place.id for c in found]


# -- layers ----------------------------------------------------------------------------------------------------


def test_an_import_adds_places_and_says_so(layered: Gazetteer) -> None:
    (found,) = layered.candidates("Žaža")
    assert (found.place.id, found.place.layer, found.match) == ("gn:102", "import", "alternate")
    assert layered.has(fold("Žaža"))
    assert layered.has("kharkiv")
    assert layered.has("kamp")
    assert not layered.has("nowhere")


def test_a_namesake_does_not_rise_because_it_was_imported(layered: Gazetteer) -> None:
    assert ids(layered.candidates("Paris")) == ["gn:1", "gn:2", "gn:100"]


def test_the_import_tells_a_place_and_the_world_what_it_leaves_out(layered: Gazetteer) -> None:
    for name, match in (("Mitrovica e Jugut", "exact"), ("Mitrovicë", "exact"), ("Kosovska Mitrovica", "alternate")):
        (found,) = layered.candidates(name)
        town = found.place
        assert (town.id, town.layer, town.name, town.feature_code) == ("gn:3", "import", "Mitrovica e Jugut", "PPLA")
        assert (town.population, town.admin1) == (84_000, "Mitrovica"), "not told by the import"
        assert found.match == match
    assert layered.place("gn:3") == layered.candidates("Mitrovicë")[0].place


def test_a_generic_code_does_not_unseat_a_capital(folder: Path, tmp_path: Path) -> None:
    mine = write(tmp_path / "towns.sqlite", [place("gn:1", "Paris", 48.86, 2.34, country_code="FR")], layer="import")
    with Gazetteer(folder / "world.sqlite", (), [mine]) as opened:
        first = opened.candidates("Paris")[0].place
        assert (first.id, first.lat, first.layer) == ("gn:1", 48.86, "import")
        assert (first.feature_code, first.population, first.admin1) == ("PPLC", 2_000_000, "Île-de-France")


def test_an_overlaid_place_is_found_by_the_names_of_lower_layers(layered: Gazetteer) -> None:
    for name in ("Zvečan", "Zvečan town", "Звечан", "Zveçan"):
        (found,) = layered.candidates(name)
        assert (found.place.id, found.place.name, found.place.layer) == ("gn:4", "Zvečan town", "overlay")
    town = layered.place("gn:4")
    assert town is not None
    assert town.layer == "overlay"


def test_the_newest_import_tells_what_two_imports_have(layered: Gazetteer, folder: Path) -> None:
    # cp:1 and gn:101 are one village under two ids; the crossing of that name is something else.
    assert sorted(ids(layered.candidates("Jarinje"))) == ["cp:1", "cp:2"]
    village = next(c.place for c in layered.candidates("Jarinje") if c.place.id == "cp:1")
    assert village.country_code == "XK", "filled from the older import"
    with Gazetteer(folder / "world.sqlite", (), [folder / "villages.sqlite", folder / "checkpoints.sqlite"]) as turned:
        assert sorted(ids(turned.candidates("Jarinje"))) == ["cp:2", "gn:101"]


def test_a_twin_without_inhabitants_keeps_the_rank_of_the_place(layered: Gazetteer) -> None:
    found = layered.candidates("Springfield")
    assert ids(found) == ["cp:3", "gn:7"]
    assert found[0].place.population == 155_000


def test_the_users_places_come_first_and_once(folder: Path) -> None:
    mine = [place("user:p", "Paris", 42.69, 20.91, layer="user")]
    with Gazetteer(folder / "world.sqlite", mine, [folder / "villages.sqlite"]) as opened:
        assert ids(opened.candidates("Paris")) == ["user:p", "gn:1", "gn:2"], "gn:100 is the same village"


def test_places_countries_and_neighbourhoods_of_all_layers(layered: Gazetteer) -> None:
    assert layered.place("own:1") is not None
    assert layered.place("none") is None
    kosovo = layered.country("XK")
    assert kosovo is not None
    assert kosovo.name == "Kosovo"
    around = [p.id for p in layered.near(43.2, 20.7, 60.0)]
    assert len(around) == len(set(around))
    assert {"gn:3", "gn:4", "gn:102", "user:1", "cp:1"} <= set(around)
    assert "gn:101" not in around, "the village of cp:1"
    assert around[0] == "gn:3"
    (like,) = layered.spelled_like("Yarine", 43.2, 20.7, 20.0)[:1]
    assert like.match == "transliterated"
    assert like.place.name == "Jarinje"
    zvecan = [c.place for c in layered.spelled_like("Zvechan", 42.9, 20.8, 20.0)]
    assert [(p.id, p.layer) for p in zvecan] == [("gn:4", "overlay")]


def test_the_layers_are_told(layered: Gazetteer) -> None:
    told = [(x.layer, x.source, x.places) for x in layered.layers()]
    assert told == [
        ("user", "", 1), ("overlay", "", 1), ("import", "checkpoints", 3), ("import", "villages", 5), ("world", "", 9)
    ]  # fmt: skip
    assert layered.meta()["places"] == "9"


def test_records_are_like_those_made_by_hand(layered: Gazetteer) -> None:
    # They are made in another way than by Place(...), for speed.
    made = layered.candidates("Kharkiv")[0]
    by_hand = replace(WORLD[5], layer="world")
    assert made.place == by_hand
    assert hash(made.place) == hash(by_hand)
    assert made == Candidate(place=by_hand, match="exact", score=1.0)
    assert repr(made.place) == repr(by_hand)
    assert type(made) is Candidate
    assert type(made.place) is Place
    with pytest.raises(AttributeError):
        made.place.name = "other"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        made.score = 0.0  # type: ignore[misc]


def test_fifty_thousand_namesakes_are_bounded(tmp_path: Path, folder: Path) -> None:
    many = [place(f"m:{i}", "Mesto", (i % 170) - 85 + i / 1e5, (i // 170) % 350 - 175) for i in range(5_000)]
    file = write(tmp_path / "many.sqlite", many, layer="import")
    other = write(tmp_path / "other.sqlite", [replace(p, id=f"o:{p.id}") for p in many], layer="import")
    with Gazetteer(folder / "world.sqlite", (), [file, other]) as opened:
        found = opened.candidates("Mesto")
        assert 500 <= len(found) <= 1_000
        assert len(set(ids(found))) == len(found)
        assert opened.search("Mesto", limit=3)


# -- other romanisations ---------------------------------------------------------------------------------------


def test_another_romanisation_is_found_where_nothing_has_the_name(layered: Gazetteer) -> None:
    (found,) = layered.candidates("Kharkov")
    assert (found.place.id, found.match) == ("gn:6", "transliterated")
    assert 0.2 <= found.score <= 0.45
    assert layered.candidates("Yarine")[0].place.name == "Jarinje"
    assert not layered.has("kharkov"), "texts are not searched for it"


def test_a_form_of_another_language_is_no_name_there(layered: Gazetteer) -> None:
    assert layered.candidates("Springfieldi") == [], "Albanian endings are for Albanian places"


@pytest.mark.parametrize("name", ["kharkov", "Pari", "Par", "1234", "Harkof"])
def test_what_is_hardly_a_name_stays_unknown(layered: Gazetteer, name: str) -> None:
    assert layered.candidates(name) == []


# -- search ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "wanted", "match"),
    [
        ("Mitrovicka", "gn:3", "fuzzy"),
        ("Kosovska Mitrovca", "gn:3", "fuzzy"),
        ("Zvecam", "gn:4", "fuzzy"),
        ("Jarinie", "cp:1", "transliterated"),
        ("Xharkiv", "gn:6", "fuzzy"),
        ("Харков", "gn:6", "transliterated"),
        ("Јариње", "gn:101", "alternate"),
        ("Ибар", "gn:9", "exact"),
        ("Харк", "gn:6", "fuzzy"),
        ("Springf", "gn:8", "fuzzy"),
        ("PARIS", "gn:1", "exact"),
    ],
)
def test_search_finds_slips_scripts_and_beginnings(layered: Gazetteer, query: str, wanted: str, match: str) -> None:
    found = layered.search(query)
    hits = {c.place.id: c for c in found}
    if wanted == "gn:8":
        wanted = "cp:3"  # the same town, as the import tells it
    assert wanted in hits, found
    assert hits[wanted].match == match
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    assert len(hits) == len(found)


def test_search_goes_from_exact_to_alike(layered: Gazetteer) -> None:
    found = layered.search("Zvečan")
    assert ids(found)[0] == "gn:4"
    assert layered.search("Zveč")[0].score == 0.5
    assert layered.search("Zvecam")[0].score < 0.45
    assert layered.search("Paris", limit=1)[0].place.id == "gn:1"
    assert layered.search("Paris", limit=0) == []
    assert layered.search("?!") == []


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"country": "us"}, ["gn:2"]),
        ({"country": "XK"}, ["gn:100"]),
        ({"near": (42.7, 20.9), "radius_km": 5.0}, ["gn:100"]),
        ({"near": (48.0, 3.0), "radius_km": 20_000.0}, ["gn:1", "gn:100", "gn:2"]),
        ({"kind": "S"}, []),
        ({"kind": "P.PPLC"}, ["gn:1"]),
        ({"kind": ["p.pplc", "S.BDG"]}, ["gn:1"]),
        ({"kind": "P", "country": "FR"}, ["gn:1"]),
    ],
)
def test_filters_hold_for_whole_names(layered: Gazetteer, filters: dict[str, Any], wanted: list[str]) -> None:
    assert ids(layered.search("Paris", **filters)) == wanted


@pytest.mark.parametrize("query", ["Jarinje", "Jarin", "Yarine", "Jarinie", "Jarinne", "Iarinje"])
def test_filters_hold_for_every_kind_of_match(layered: Gazetteer, query: str) -> None:
    assert ids(layered.search(query, kind="S.BDG")) == ["cp:2"]
    assert set(ids(layered.search(query, near=(43.22, 20.69), radius_km=10.0))) == {"cp:1", "cp:2"}
    assert set(ids(layered.search(query, near=(43.22, 20.69), radius_km=2_000.0))) >= {"cp:1", "cp:2"}
    assert layered.search(query, country="FR") == []
    assert layered.search(query, near=(0.0, 0.0)) == []


@pytest.mark.parametrize(
    "filters",
    [{"kind": "village"}, {"kind": "1"}, {"kind": ""}, {"near": (91.0, 0.0)}, {"near": (float("nan"), 0.0)},
     {"near": (0.0, 0.0), "radius_km": 0.0}],
)  # fmt: skip
def test_filters_that_cannot_be_are_told(layered: Gazetteer, filters: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        layered.search("Paris", **filters)


@settings(max_examples=80, deadline=None)
@given(
    st.text(st.sampled_from("JarinjeMtovcPsZvčХарків -'%_\"") | st.characters(), max_size=24),
    st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.sampled_from([None, "P", "S.BDG"]),
)
def test_any_search_ends_well(
    layered: Gazetteer, query: str, near: tuple[float, float] | None, kind: str | None
) -> None:
    found = layered.search(query, near=near, radius_km=250.0, kind=kind, limit=7)
    assert found == layered.search(query, near=near, radius_km=250.0, kind=kind, limit=7)
    assert len(found) <= 7
    assert len(set(ids(found))) == len(found)
    for c in found:
        assert 0.0 <= c.score <= 1.0
        assert near is None or distance_km(*near, c.place.lat, c.place.lon) <= 250.0
        assert kind is None or c.place.feature_class == kind[0]


# -- files that cannot be trusted ------------------------------------------------------------------------------


def damaged(path: Path) -> None:
    path.write_text("this is no database, however long it may be. " * 100)


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def statement(sql: str) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        db = sqlite3.connect(path)
        db.executescript(sql)
        db.commit()
        db.close()

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        damaged,
        cut,
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        statement("UPDATE meta SET value='2' WHERE key='schema'"),
        statement("DELETE FROM meta WHERE key='schema'"),
        statement("DELETE FROM meta WHERE key='complete'"),
        statement("DROP TABLE meta"),
        statement("DROP TABLE names"),
        statement("ALTER TABLE places DROP COLUMN admin2"),
        statement("CREATE VIEW other AS SELECT * FROM places"),
        statement("ALTER TABLE names RENAME TO n2; CREATE VIEW names AS SELECT * FROM n2"),
        statement("CREATE TRIGGER t AFTER INSERT ON places BEGIN DELETE FROM names; END"),
        statement("ALTER TABLE places ADD COLUMN x TEXT AS (upper(name))"),
        statement("DROP TABLE names; CREATE VIRTUAL TABLE names USING fts5(key, rank_, place, kind)"),
    ],
)
def test_an_import_that_cannot_be_trusted_is_named_with_its_remedy(
    spoil: Callable[[Path], None], folder: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copyfile(folder / "villages.sqlite", tmp_path / "spoilt.sqlite"))
    spoil(path)
    with pytest.raises(GazetteerError, match="geomap gazetteer remove --source spoilt") as caught:
        Gazetteer(folder / "world.sqlite", (), [path])
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE places SET lat='north'",
        "UPDATE places SET lat=1e308",
        "UPDATE places SET lat=NULL",
        "UPDATE places SET name=x'00ff'",
        "UPDATE places SET name=NULL",
        "UPDATE places SET pop='many'",
        "UPDATE places SET names=x'00'",
        "UPDATE places SET pid=NULL",
    ],
)
def test_values_of_a_wrong_type_are_errors_of_ours(sql: str, folder: Path, tmp_path: Path) -> None:
    path = Path(shutil.copyfile(folder / "villages.sqlite", tmp_path / "spoilt.sqlite"))
    statement(sql)(path)
    with Gazetteer(folder / "world.sqlite", (), [path]) as opened:
        with pytest.raises(GazetteerError, match="remove --source spoilt"):
            opened.candidates("Jarinje")
        assert opened.candidates("Kharkiv"), "what it has nothing to do with goes on"


def test_damage_deep_in_an_import_names_the_import(folder: Path, tmp_path: Path) -> None:
    path = Path(shutil.copyfile(folder / "villages.sqlite", tmp_path / "spoilt.sqlite"))
    data = bytearray(path.read_bytes())
    # All pages but the first, which holds the header and the schema.
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(GazetteerError, match="remove --source spoilt"):
        opened = Gazetteer(folder / "world.sqlite", (), [path])
        opened.candidates("Jarinje")


def test_a_journal_laid_beside_a_file_is_not_played(folder: Path, tmp_path: Path) -> None:
    path = Path(shutil.copyfile(folder / "villages.sqlite", tmp_path / "mine.sqlite"))
    before = path.read_bytes()
    Path(f"{path}-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\x00\x00\x00\x01" + b"\x00" * 5_000)
    Path(f"{path}-wal").write_bytes(b"\x37\x7f\x06\x82" + b"\x00" * 5_000)
    with Gazetteer(folder / "world.sqlite", (), [path]) as opened:
        assert opened.candidates("Jarinje")
    assert path.read_bytes() == before


def test_a_closed_gazetteer_says_so(folder: Path) -> None:
    opened = Gazetteer(folder / "world.sqlite", (), [folder / "villages.sqlite"])
    opened.close()
    opened.close()
    for ask in (opened.candidates, opened.has, opened.search, opened.place, opened.country):
        with pytest.raises(GazetteerError):
            ask("Paris")


def test_a_hamlet_is_found_among_many_larger_places(tmp_path: Path) -> None:
    towns = [
        place(f"gn:{n}", f"Grad {n}", 50.0 + n % 30 * 0.03, 10.0 + n // 30 * 0.03, population=1000 + n)
        for n in range(900)
    ]
    path = write(tmp_path / "world.sqlite", [*towns, place("gn:9999", "Zaselak", 50.5005, 10.5005)], layer="world")
    with Gazetteer(path) as opened:
        assert "gn:9999" in [p.id for p in opened.near(50.5, 10.5, 5.0, limit=1000)]


def test_the_first_of_the_users_files_decides_what_a_name_means(tmp_path: Path) -> None:
    path = write(tmp_path / "world.sqlite", [place("gn:1", "Krelovac", 10.0, 10.0)], layer="world")
    mine = [
        replace(place("user:a", "Krelovac", 43.2, 20.2), layer="user"),
        replace(place("user:b", "Krelovac", 43.3, 20.3, names=("Krelov",)), layer="user"),
        replace(place("user:c", "Krelovac", 43.4, 20.4), layer="user"),
    ]
    with Gazetteer(path, mine, overlay_files=(0, 1, 0)) as opened:
        assert [i for i in ids(opened.candidates("Krelovac")) if i.startswith("user:")] == ["user:a", "user:c"]
        assert ids(opened.candidates("Krelov")) == ["user:b"]
        assert opened.place("user:b") is not None


def test_what_a_small_import_has_is_still_found_when_it_is_known_by_heart(folder: Path, layered: Gazetteer) -> None:
    before = {name: layered.candidates(name) for name in ("Jarinje", "Paris", "Nowhere at all")}
    for number in range(300):
        layered.has(f"nothing {number}")
    layered._cache.clear()
    assert {name: layered.candidates(name) for name in before} == before
