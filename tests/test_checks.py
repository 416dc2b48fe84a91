from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.errors import GazetteerError
from geomap.gazetteer.checks import Finding, check_places
from geomap.gazetteer.overlay import PlaceEntry, PlacesFile
from geomap.geo import distance_km
from geomap.records import Candidate, Place
from geomap.text import fold


def place(name: str, lat: float, lon: float, kind: str = "P.PPL", code: str = "XK", **more: Any) -> Place:
    letter, _, feature = kind.partition(".")
    return Place(
        **{"id": f"gn:{name}", "name": name, "lat": lat, "lon": lon, "feature_class": letter, "feature_code": feature}
        | {"country_code": code}
        | more
    )


WORLD = (
    place("Paris", 48.85, 2.35, "P.PPLC", "FR", population=2_100_000),
    place("Paris (Texas)", 33.66, -95.55, code="US", population=24_000, names=("Paris",)),
    place("France", 46.0, 2.0, "A.PCLI", "FR", population=67_000_000, radius_km=500.0),
    place("Kosovo", 42.58, 20.92, "A.PCLI", "XK", population=1_800_000, radius_km=80.0),
    place("United States", 39.8, -98.5, "A.PCLI", "US", population=327_000_000, names=("US",), radius_km=2000.0),
    place("Lagos", 6.45, 3.39, "P.PPLA", "NG", population=15_000_000),
    place("Leposavić", 43.1, 20.8, population=19_000),
    place("Leposavić district", 43.1, 20.8, "A.ADM2", names=("Municipality L",), radius_km=15.0),
    place("Mitrovica", 42.88, 20.87, population=70_000),
    place("Raška", 43.28, 20.62, code="RS", population=6_000),
    place("Yugoslavia", 44.8, 20.5, "A.PCLH", "", population=10_000_000, radius_km=500.0),
)


class FakeGazetteer:
    """What the checks ask of a gazetteer, over a dozen places."""

    def __init__(self, places: Sequence[Place] = WORLD) -> None:
        self.places = places

    def candidates(self, name: str) -> list[Candidate]:
        key = fold(name)
        return [
            Candidate(place=p, match="exact" if fold(p.name) == key else "alternate", score=1.0)
            for p in self.places
            if key in {fold(n) for n in (p.name, *p.names)}
        ]

    def has(self, key: str) -> bool:
        return any(key in {fold(n) for n in (p.name, *p.names)} for p in self.places)

    def place(self, place_id: str) -> Place | None:
        return next((p for p in self.places if p.id == place_id), None)

    def country(self, code: str) -> Place | None:
        return next((p for p in self.places if p.country_code == code), None)

    def near(self, lat: float, lon: float, radius_km: float, *, limit: int = 50) -> list[Place]:
        found = [p for p in self.places if p.feature_class == "P"]
        return [p for p in found if distance_km(lat, lon, p.lat, p.lon) <= radius_km][:limit]


GAZETTEER: Any = FakeGazetteer()


def country_at(lat: float, lon: float) -> tuple[str, float] | None:
    """Boxes for countries; the sea has none."""
    boxes = {"XK": (41.8, 43.3, 20.0, 21.8), "FR": (42.3, 51.1, -4.8, 8.2), "SA": (16.4, 32.2, 34.5, 55.7)}
    for code, (south, north, west, east) in boxes.items():
        if south <= lat <= north and west <= lon <= east:
            return code, 0.0
    return None


def entry(title: str = "Hamletovo", lat: str = "43.1123", lon: str = "20.7123", **cells: Any) -> PlaceEntry:
    """A row as the reader of places files gives it."""
    row = cells.pop("row", 2)
    told = {
        "id": f"user:{fold(title).replace(' ', '-')}",
        "title": title,
        "lat": lat,
        "lon": lon,
        "ccodes": "XK",
        "feature_class": "P",
        "feature_code": "PPL",
        "radius_km": "1",
        "source": "own visit",
    } | {k: str(v) for k, v in cells.items()}
    variants = tuple(v for v in told.get("variants", "").split(";") if v)
    bare = tuple(v.rpartition("@")[0] if "@" in v else v for v in variants)
    return PlaceEntry(
        place=Place(
            id=told["id"] or "user:made",
            name=title.strip(),
            lat=float(lat),
            lon=float(lon),
            feature_class=told["feature_class"],
            feature_code=told["feature_code"],
            country_code=told["ccodes"].upper()[:2],
            admin1=told.get("admin1", ""),
            admin2=told.get("parent", ""),
            radius_km=float(told["radius_km"]),
            names=tuple(b for b in bare if b != title),
            layer="user",
        ),
        row=row,
        source=told["source"],
        start=told.get("start", ""),
        end=told.get("end", ""),
        note=told.get("note", ""),
        languages=variants,
        cells=MappingProxyType(told),
    )


def check(*entries: PlaceEntry, **options: Any) -> list[Finding]:
    return check_places(entries, **({"gazetteer": GAZETTEER, "country_at": country_at} | options))


def codes(*entries: PlaceEntry, **options: Any) -> list[str]:
    return [f.code for f in check(*entries, **options)]


def test_a_sound_row_is_left_alone() -> None:
    assert check(entry(variants="Hameletov@sr;Хамлетово@sr-Cyrl", parent="Leposavić", start="1999", end="2001")) == []


@pytest.mark.parametrize(
    ("cells", "code", "severity", "column", "said", "remedy"),
    [
        ({"lat": "20.7123", "lon": "43.1123"}, "swapped-axes", "error", "lat", "lies in SA", "lat 43.1123"),
        (
            {"lat": "20.7123", "lon": "43.1123", "ccodes": "", "parent": "Leposavić"},
            "swapped-axes",
            "error",
            "lat",
            "from its parent 'Leposavić'",
            "43.11230° N",
        ),
        ({"lat": "48.8523", "lon": "2.3523"}, "outside-country", "warning", "ccodes", "but in FR", "Write FR"),
        ({"lat": "0", "lon": "0", "ccodes": ""}, "null-island", "warning", "lat", "Gulf of Guinea", "map"),
        ({"lat": "43.1", "lon": "20.7"}, "coarse-coordinates", "warning", "lat", "about 11 km", "radius_km of 11"),
        ({"lat": "43", "lon": "21"}, "coarse-coordinates", "warning", "lat", "no decimals", "radius_km of 111"),
        ({"lon": "20.712345678901"}, "false-precision", "note", "lon", "12 decimals", "20.71235"),
        ({"radius_km": "600"}, "radius", "warning", "radius_km", "600 km is wider", "0.6"),
        ({"radius_km": "0"}, "radius", "error", "radius_km", "0 km", "village 1"),
        ({"feature_class": "Q"}, "feature-class", "error", "feature_class", "'Q'", "Write P"),
        ({"feature_code": "BDG"}, "feature-code", "warning", "feature_code", "class S, not P", "Write S"),
        ({"feature_code": "PPLQQ"}, "feature-code", "note", "feature_code", "'PPLQQ'", "spelling"),
        ({"ccodes": "xk"}, "country-case", "note", "ccodes", "'xk'", "Write XK"),
        ({"ccodes": "ZZ"}, "country", "error", "ccodes", "'ZZ'", "XK for Kosovo"),
        ({"ccodes": "XK;Serbia"}, "country", "error", "ccodes", "'Serbia'", "two letters"),
        ({"start": "2001", "end": "1999"}, "end-before-start", "error", "end", "'1999'", "Swap"),
        ({"start": "2001-06-12", "end": "2001-06-11"}, "end-before-start", "error", "end", "2001-06-11", "Swap"),
        ({"start": "2001-02-30"}, "day", "warning", "start", "2001-02-30", "1999-06"),
        ({"end": "lately"}, "day", "warning", "end", "'lately'", "note"),
        ({"source": ""}, "no-source", "note", "source", "where it is from", "OpenStreetMap"),
        ({"id": ""}, "no-id", "note", "id", "no id", "user:hamletovo"),
        ({"id": "hamlet 1"}, "id-form", "note", "id", "prefix:name", "user:hamlet-1"),
        ({"id": "gn:Paris"}, "id-of-another-place", "warning", "id", "Paris (FR, capital", "user:hamletovo"),
        ({"parent": "Nowhereistan"}, "parent-unknown", "warning", "parent", "'Nowhereistan'", "spelling"),
        ({"parent": "Lagos"}, "parent-far", "warning", "parent", "NG", "id"),
        ({"note": "=cmd|x"}, "formula", "warning", "note", "'=cmd|x'", "apostrophe"),
        ({"variants": "-Foo@sq"}, "formula", "warning", "variants", "'-'", "apostrophe"),
        ({"variants": "Hamletovo@sq"}, "variant-is-title", "note", "variants", "the title", "out"),
        ({"variants": "Foo@sq;Foo@sr"}, "variant-twice", "note", "variants", "twice", "one"),
        ({"variants": "Paris@en"}, "shadows", "warning", "variants", "2,100,000 people", "'Paris (XK)'"),
        ({"variants": "France"}, "shadows", "warning", "variants", "country", "qualify"),
        ({"variants": "US"}, "shadows", "warning", "variants", "United States", "qualify"),
        ({"variants": "Lagos"}, "shadows", "warning", "variants", "15,000,000", "qualify"),
        ({"variants": "Kosovo"}, "shadows", "warning", "variants", "country", "qualify"),
        ({"variants": "Academy"}, "common-word", "warning", "variants", "institution", "Qualify"),
        ({"variants": "A"}, "one-letter-name", "warning", "variants", "single letter", "full name"),
        ({"variants": "Zve\u200bčan"}, "invisible-characters", "warning", "variants", "U+200B", "'Zvečan'"),
        ({"variants": "Zve\u202ečan"}, "invisible-characters", "warning", "variants", "U+202E", "'Zvečan'"),
        ({"variants": "Zve\u00adčan"}, "invisible-characters", "warning", "variants", "SOFT HYPHEN", "'Zvečan'"),
        ({"note": "a\x1b[31mb"}, "control-characters", "warning", "note", "U+001B", "Delete"),
        ({"variants": "ZveÄ\u008dan"}, "mangled-text", "warning", "variants", "another encoding", "'Zvečan'"),
        ({"variants": "Zve\ufffdan"}, "damaged-characters", "warning", "variants", "lost", "UTF-8"),
        ({"variants": "Рaris"}, "mixed-scripts", "warning", "variants", "Р (U+0420, Cyrillic)", "'Paris'"),
        ({"variants": "Јаринje"}, "mixed-scripts", "warning", "variants", "U+006A, Latin", "'Јаринје'"),
        ({"variants": "Παρίσi"}, "mixed-scripts", "warning", "variants", "Latin", "one script"),
        ({"variants": "<b>Foo</b>"}, "html", "warning", "variants", "'<b>'", "plain"),
        ({"admin1": "Foo &amp; Bar"}, "html", "warning", "admin1", "&amp;", "plain"),
        ({"variants": "Foo  Bar"}, "spaces", "note", "variants", "blanks", "'Foo Bar'"),
        ({"admin1": "Foo\u00a0Bar"}, "spaces", "note", "admin1", "blanks", "'Foo Bar'"),
    ],
)
def test_each_mistake_alone(
    cells: dict[str, str], code: str, severity: str, column: str, said: str, remedy: str
) -> None:
    found = [f for f in check(entry(**cells)) if f.code != "control-characters" or code == "control-characters"]
    assert [f.code for f in found] == [code], found
    assert (found[0].severity, found[0].column, found[0].row) == (severity, column, 2)
    assert said in found[0].message and remedy in found[0].remedy


def test_titles() -> None:
    assert codes(entry("HAMLETOVO")) == ["all-capitals"]
    assert codes(entry("KFOR")) == []
    assert codes(entry("Xx Yy ")) == ["spaces"]
    (found,) = check(entry(" Two  words "))
    assert (found.code, found.remedy) == ("spaces", "Write 'Two words'.")
    assert codes(entry("Paris")) == ["shadows"]
    # The city itself, kept by the user with a better point, shadows nothing.
    assert codes(entry("Paris", "48.8566", "2.3522", ccodes="FR", radius_km="8")) == ["known-place"]


def test_joiners_and_scripts_that_need_them_are_no_fault() -> None:
    assert codes(entry(variants="می‌خواهم@fa;क्‍ष@hi;東京タワー@ja;Tokyoタワー;Ålesund;Ḥalab;Đakovica;Ђаковица")) == []


def test_a_country_of_ones_own_is_no_shadow() -> None:
    row = entry("Kosovo", "42.58", "20.92", feature_class="A", feature_code="PCLI", radius_km="80")
    assert "shadows" not in codes(row)


def test_historic_states_are_told_without_their_rank() -> None:
    (found,) = check(entry(variants="Yugoslavia"))
    assert found.code == "shadows" and "10,000,000" not in found.message


def test_borders_are_coarse() -> None:
    # The outline says SA, but a town of the stated country is 8 km away.
    assert codes(entry(lat="43.3512", lon="20.6212", ccodes="RS"), country_at=lambda lat, lon: ("XK", 0.0)) == []
    # At sea with nothing near, nothing is known.
    assert codes(entry(lat="30.0123", lon="-40.0123"), country_at=None) == []


def test_without_outlines_towns_decide() -> None:
    assert codes(entry(lat="48.8523", lon="2.3523"), country_at=None) == ["outside-country"]
    assert codes(entry(lat="20.8723", lon="42.8823"), country_at=None) == []
    assert codes(entry(lat="20.8723", lon="42.8823", parent="Mitrovica"), country_at=None) == ["swapped-axes"]


def test_doubles_in_one_file_and_over_files() -> None:
    one, two = entry("Dubovo", row=5), entry("DUBÓVO", "43.1163", row=9)
    found = next(f for f in check(one, two) if f.code != "all-capitals")
    assert (found.code, found.severity, found.row) == ("duplicate", "warning", 9)
    assert "row 5 already" in found.message and "0.4 km" in found.message
    found = next(f for f in check(one, two, files=["a.csv", "b.csv"]) if f.code != "all-capitals")
    assert (found.file, found.row) == ("b.csv", 9) and "row 5 of a.csv" in found.message
    far = entry("Dubovo", "43.2163", row=9, id="user:dubovo-2")
    station = entry("Dubovo", row=9, id="user:station", feature_class="S", feature_code="RSTN")
    assert codes(one, far) == codes(one, station) == []


def test_neighbours_may_share_a_name() -> None:
    upper = entry("Upper Dubovo", variants="Dubovo@sr", row=5)
    lower = entry("Lower Dubovo", "43.1163", variants="Dubovo@sr", row=9)
    (found,) = check(upper, lower)
    assert (found.code, found.severity, found.row) == ("shared-name", "note", 9)
    assert "'Dubovo' is a name of 'Upper Dubovo' in row 5 too" in found.message


def test_doubles_at_the_poles_and_the_date_line() -> None:
    def rows(lat: str, lon: str, lat2: str, lon2: str) -> list[str]:
        more = {"ccodes": "", "radius_km": "50"}
        return codes(entry("Xyz", lat, lon, **more), entry("Xyz", lat2, lon2, row=3, id="user:2", **more))

    assert rows("89.9999", "10.0000", "89.9999", "170.0000") == ["duplicate"]
    assert rows("-90.0000", "10.0000", "-90.0000", "-170.0000") == ["duplicate"]
    assert rows("60.1234", "179.9999", "60.1234", "-179.9999") == ["duplicate"]


def test_many_homonyms_at_one_spot_take_linear_time() -> None:
    rows = [entry("Dubovo", row=i, id=f"user:{i}") for i in range(2, 1502)]
    assert codes(*rows, gazetteer=None, country_at=None) == ["duplicate"] * 1499


def test_known_places_are_told() -> None:
    (found,) = check(entry("Leposavic", "43.1012", "20.8012", id="user:lep"))
    assert (found.code, found.severity) == ("known-place", "note") and "'gn:Leposavić'" in found.remedy
    assert codes(entry("Leposavic", "43.1012", "20.8012", id="gn:Leposavić")) == []


def test_parents() -> None:
    a, b = entry("Cyca", "43.1512", parent="Cycb", row=2), entry("Cycb", "43.1712", parent="user:cyca", row=3)
    assert codes(a, b) == ["parent-cycle", "parent-cycle"]
    assert "Cyca → Cycb → Cyca" in check(a, b)[0].message
    self_id = entry("Selfie", parent="user:selfie")
    assert codes(self_id) == ["parent-unknown"]
    # A town in a district of its own name, and two rows that bear a district's name, are no circles.
    assert codes(entry("Leposavić", "43.1312", "20.8312", parent="Leposavić", id="user:l")) == []
    assert codes(entry("Kvart", variants="Municipality L", parent="Municipality L")) == []
    # A parent in the file that is far away.
    c, d = entry("Childville", parent="Parentville"), entry("Parentville", "42.0123", "27.0123", row=3, ccodes="")
    assert codes(c, d) == ["parent-far"]
    chain = [entry(f"Row{i}", f"43.{1000 + 13 * i}", parent=f"user:row{i + 1}", row=i) for i in range(200)]
    assert "parent-cycle" not in codes(*chain, gazetteer=None)


def test_the_order_is_that_of_file_row_and_column() -> None:
    rows = [
        entry("Bad one", row=7, source="", ccodes="xk", lat="43.1", lon="20.7"),
        entry("Bad two", "43.2512", row=3, id="", end="never"),
    ]
    found = check(*rows, files=["b.csv", "a.csv"])
    assert [(f.file, f.row, f.column) for f in found] == [
        ("b.csv", 7, "lat"),
        ("b.csv", 7, "ccodes"),
        ("b.csv", 7, "source"),
        ("a.csv", 3, "id"),
        ("a.csv", 3, "end"),
    ]
    assert next((f.row, f.column) for f in check(*rows)) == (3, "id")
    with pytest.raises(ValueError, match="2 entries"):
        check(*rows, files=["a.csv"])


def test_without_a_gazetteer() -> None:
    assert codes(entry(parent="Nowhere", ccodes="ZZ"), gazetteer=None, country_at=None) == []
    assert codes(entry("HAMLETOVO", variants="Paris"), gazetteer=None, country_at=None) == ["all-capitals"]


def test_a_broken_gazetteer_is_told_once() -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            def fails(*_: object, **__: object) -> None:
                raise GazetteerError("g.sqlite: the gazetteer cannot be read (disk I/O error).")

            return fails

    found = check(entry("HAMLETOVO", variants="Paris", parent="Leposavić"), entry(row=3), gazetteer=Broken())
    assert [(f.row, f.code) for f in found] == [(0, "gazetteer"), (2, "all-capitals"), (3, "duplicate")]
    assert "disk I/O error" in found[0].message and "build --force" in found[0].remedy


def test_messages_can_be_printed() -> None:
    for f in check(entry("Foo\x1b[31m\u202eBar", variants="<b>\x07</b>", note="\x9b" * 9, parent="\u202e", id="\x1b")):
        assert (f.message + f.remedy).isprintable()
        assert len(f.message) < 400


wild = st.text(st.characters(), max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            entry,
            wild.map(lambda s: "N" + s),
            st.floats(-90, 90).map(str),
            st.floats(-180, 180).map(str),
            variants=wild,
            note=wild,
            parent=st.one_of(wild, st.just("Leposavić"), st.just("N")),
            start=wild,
            end=st.one_of(wild, st.just("1999")),
            id=wild,
            ccodes=st.one_of(wild, st.just("XK"), st.just("")),
            radius_km=st.floats(0, 10000),
        ),
        max_size=4,
    )
)
def test_any_rows_can_be_checked(rows: list[PlaceEntry]) -> None:
    found = check(*rows)
    assert found == check(*rows)
    assert all((f.message + f.remedy).isprintable() and f.remedy for f in found)


def test_the_shipped_places_are_sound(root: Path, gazetteer: Any) -> None:
    shipped = PlacesFile(root / "gazetteer" / "places.csv").entries()
    found = check_places(shipped, gazetteer=gazetteer, files=["places.csv"] * len(shipped))
    assert [f for f in found if f.severity != "note"] == []


def test_against_the_real_gazetteer(gazetteer: Any, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text(
        "id,title,lon,lat,variants,ccodes,source\n"
        "user:a,Hamlet A,43.20028,20.72056,,XK,x\n"
        "user:b,Hamlet B,20.71234,43.11234,Paris@en,XK,x\n"
        "user:c,Hamlet C,2.35123,48.85123,,XK,x\n",
        "utf-8",
    )
    found = check_places(PlacesFile(file).entries(), gazetteer=gazetteer)
    assert [(f.row, f.code) for f in found] == [(2, "swapped-axes"), (3, "shadows"), (4, "outside-country")]
    assert "Paris (FR, capital" in found[1].message
