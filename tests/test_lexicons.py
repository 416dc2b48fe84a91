"""The hand-made tables and the shipped overlay: they parse, are consistent, and every row has its source."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from geomap.gazetteer.overlay import read_places
from geomap.lexicons import load_table
from geomap.resources import data_path

LEXICONS = Path(__file__).parents[1] / "geomap" / "lexicons"
COLUMNS = {
    "demonyms.tsv": ("name", "country_code", "place", "kind"),
    "macro_regions.tsv": (
        "name", "aliases", "lat", "lon", "radius_km", "feature_code", "country_codes", "note",
    ),
    "abbreviations.tsv": ("abbr", "name", "country_code", "kind"),
    "historic_places.tsv": ("name", "aliases", "valid_from", "valid_to", "today", "resolves_to", "note"),
    "historic_names.tsv": ("name", "aliases", "valid_from", "valid_to", "today", "country_code", "note"),
    "country_extras.tsv": ("country_code", "aliases"),
    "admin1_extra.tsv": ("country_code", "name", "aliases", "lat", "lon", "note"),
    "stop_names.tsv": ("name", "level", "reason"),
}  # fmt: skip
AT_LEAST = {
    "demonyms.tsv": 900,
    "macro_regions.tsv": 350,
    "abbreviations.tsv": 150,
    "historic_places.tsv": 60,
    "historic_names.tsv": 250,
    "country_extras.tsv": 200,
    "admin1_extra.tsv": 150,
    "stop_names.tsv": 800,
}
# Those of GeoNames' feature codes that the tables use, and ORG: never a place.
FEATURE_CODES = frozenset(
    re.findall(
        r"\w+",
        "BAY CAPE CHN CNL CNYN CONT CST DLTA DSRT EST FLLS GLCR GULF ISL ISLS LK LKS MT MTS OCN PASS PCL PEN "
        "MILB PLAT PLN PRK RF RGN RSV SD SEA SHOL STM STRT VAL VLC WTLD ORG",
    )
)
CODES = frozenset(row[0] for row in load_table("country_extras.tsv"))


def header(name: str) -> tuple[str, ...]:
    for line in (LEXICONS / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            return tuple(line.split("\t"))
    raise AssertionError(f"{name} is empty")


def split(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def named(table: str, name: str) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS[table], row, strict=True)) for row in load_table(table) if name in row[:2]]


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_table_has_its_columns_provenance_and_size(name: str) -> None:
    text = (LEXICONS / name).read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert header(name) == COLUMNS[name]
    assert any("Written for geomap" in line for line in comments)
    assert any("Licence" in line for line in comments)
    rows = load_table(name)
    assert len(rows) >= AT_LEAST[name]
    wrong = [row for row in rows if len(row) != len(COLUMNS[name])]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_cells_are_clean(name: str) -> None:
    for row in load_table(name):
        for cell in row:
            assert cell == cell.strip(), row
            assert '"' not in cell and "  " not in cell and "\u200b" not in cell, row
            assert ";;" not in cell, row
        assert row[0], row


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("demonyms.tsv", (0, 1, 2)),
        ("macro_regions.tsv", (0,)),
        ("abbreviations.tsv", (0, 1, 2)),
        ("historic_places.tsv", (0,)),
        ("historic_names.tsv", (0, 5)),
        ("country_extras.tsv", (0,)),
        ("admin1_extra.tsv", (0, 1)),
    ],
)
def test_no_row_stands_twice(name: str, key: tuple[int, ...]) -> None:
    counts = Counter(tuple(row[i] for i in key) for row in load_table(name))
    assert [k for k, n in counts.items() if n > 1] == []


def test_no_stop_name_stands_twice_in_any_case() -> None:
    counts = Counter(row[0].casefold() for row in load_table("stop_names.tsv"))
    assert [k for k, n in counts.items() if n > 1] == []


@pytest.mark.parametrize(
    "name",
    ["macro_regions.tsv", "historic_places.tsv", "historic_names.tsv", "country_extras.tsv", "admin1_extra.tsv"],
)
def test_aliases_are_not_repeated_within_a_row(name: str) -> None:
    at = COLUMNS[name].index("aliases")
    title = None if name == "country_extras.tsv" else COLUMNS[name].index("name")
    for row in load_table(name):
        names = split(row[at]) + ([row[title]] if title is not None else [])
        assert len(names) == len(set(names)), row


def test_every_name_of_a_macro_region_leads_to_one_region() -> None:
    owner: dict[str, str] = {}
    for row in load_table("macro_regions.tsv"):
        for label in (row[0], *split(row[1])):
            assert owner.setdefault(label, row[0]) == row[0], label


@pytest.mark.parametrize("name", ["macro_regions.tsv", "admin1_extra.tsv"])
def test_coordinates_are_in_range(name: str) -> None:
    lat, lon = COLUMNS[name].index("lat"), COLUMNS[name].index("lon")
    for row in load_table(name):
        assert -90 <= float(row[lat]) <= 90, row
        assert -180 <= float(row[lon]) <= 180, row


def test_regions_have_a_radius_and_a_known_feature_code() -> None:
    for row in load_table("macro_regions.tsv"):
        assert 0 < float(row[4]) <= 10000, row
        assert row[5] in FEATURE_CODES, row
        assert set(split(row[6])) <= CODES, row


def test_country_codes_are_codes() -> None:
    assert len(CODES) >= 200 and {"XK", "RS", "PS", "TW", "EH"} <= CODES
    for name in ("demonyms.tsv", "abbreviations.tsv", "admin1_extra.tsv", "historic_names.tsv"):
        at = COLUMNS[name].index("country_code")
        assert {row[at] for row in load_table(name)} - {""} <= CODES, name
    for row in load_table("historic_places.tsv"):
        assert set(split(row[4])) | set(split(row[5])) <= CODES, row


def test_kinds_and_levels() -> None:
    assert {row[3] for row in load_table("demonyms.tsv")} == {"demonym", "adjective", "ethnic", "language"}
    assert {row[3] for row in load_table("abbreviations.tsv")} == {"country", "state", "city", "postal"}
    assert {row[1] for row in load_table("stop_names.tsv")} == {"never", "cue", "person"}
    for row in load_table("demonyms.tsv"):
        if row[3] in ("ethnic", "language"):
            assert row[1] == row[2] == "", row
        else:
            assert row[1] or row[2], row


@pytest.mark.parametrize(
    ("name", "code", "place"),
    [
        ("Serbs", "RS", ""),
        ("Serbian", "RS", ""),
        ("Kosovar", "XK", ""),
        ("Kosovans", "XK", ""),
        ("Albanians", "AL", ""),
        ("Turk", "TR", ""),
        ("Turkish", "TR", ""),
        ("Britons", "GB", ""),
        ("British", "GB", ""),
        ("Scottish", "GB", "Scotland"),
        ("Texans", "US", "Texas"),
        ("New Yorkers", "US", "New York City"),
        ("Muscovite", "RU", "Moscow"),
        ("Chechens", "RU", "Chechnya"),
        ("Catalan", "ES", "Catalonia"),
        ("European", "", "Europe"),
        ("Palestinians", "PS", ""),
        ("Danish", "DK", ""),
        ("Swiss", "CH", ""),
    ],
)
def test_a_demonym_leads_to_its_place(name: str, code: str, place: str) -> None:
    assert any(row[:3] == (name, code, place) for row in load_table("demonyms.tsv"))


def test_a_people_without_a_country_is_placed_nowhere() -> None:
    kinds = {row[0]: row[3] for row in load_table("demonyms.tsv") if not row[1] and not row[2]}
    assert kinds["Kurds"] == kinds["Rohingya"] == kinds["Yugoslav"] == "ethnic"
    assert kinds["Swahili"] == "language"


def test_ambiguous_demonyms_name_all_their_places() -> None:
    places: dict[str, set[str]] = {}
    for name, code, *_ in load_table("demonyms.tsv"):
        places.setdefault(name, set()).add(code)
    assert places["Congolese"] == {"CD", "CG"}
    assert places["Dominican"] == {"DO", "DM"}
    assert places["Georgian"] == {"GE", "US"}


def test_demonyms_of_macro_regions_lead_to_a_region_of_the_table() -> None:
    regions = {label for row in load_table("macro_regions.tsv") for label in (row[0], *split(row[1]))}
    wanted = {row[2] for row in load_table("demonyms.tsv") if not row[1] and row[2]}
    assert wanted - regions == set()


def test_organisations_are_marked() -> None:
    codes = {label: row[5] for row in load_table("macro_regions.tsv") for label in (row[0], *split(row[1]))}
    assert codes["EU"] == codes["NATO"] == codes["UN"] == "ORG"
    assert codes["Asia"] == codes["Europe"] == "CONT"
    assert codes["Middle East"] == codes["the Balkans"] == "RGN"


def test_states_that_are_no_more_resolve_to_nothing_and_renamed_ones_to_today() -> None:
    table = {row[0]: row for row in load_table("historic_places.tsv")}
    assert table["Zaire"][5] == "CD" and table["Burma"][5] == "MM" and table["Ceylon"][5] == "LK"
    for name in (
        "Yugoslavia",
        "Soviet Union",
        "Czechoslovakia",
        "East Germany",
        "Serbia and Montenegro",
        "South Vietnam",
    ):
        assert table[name][5] == "", name
    for row in table.values():
        for year in row[2:4]:
            assert re.fullmatch(r"(\d{4})?", year), row
        if row[2] and row[3]:
            assert int(row[2]) <= int(row[3]), row
        if row[5]:
            assert split(row[4]) == [row[5]], row


def test_a_renamed_town_has_its_years_and_its_name_of_today() -> None:
    table = {(row[0], row[5]): row for row in load_table("historic_names.tsv")}
    for row in table.values():
        assert re.fullmatch(r"(\d{4})?", row[2]) and re.fullmatch(r"\d{4}", row[3]), row
        assert not row[2] or int(row[2]) < int(row[3]) <= 2026, row
        assert row[4] and row[4] != row[0], row
    assert table["Artemivsk", "UA"][2:5] == ("1924", "2016", "Bakhmut")
    assert table["Leningrad", "RU"][2:5] == ("1924", "1991", "Saint Petersburg")
    assert table["Nur-Sultan", "KZ"][2:5] == ("2019", "2022", "Astana")
    # One name, several towns.
    assert table["Sverdlovsk", "RU"][4] == "Yekaterinburg" and table["Sverdlovsk", "UA"][4] == "Dovzhansk"


def test_the_periods_of_one_town_do_not_overlap() -> None:
    periods: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for name, _, start, end, today, code, note in load_table("historic_names.tsv"):
        if start and not note:
            periods.setdefault((today, code), []).append((int(start), int(end), name))
    for town, found in periods.items():
        found.sort()
        for (_, end, one), (start, _, other) in pairwise(found):
            assert end <= start, (town, one, other)


def test_stop_names_keep_real_towns_within_reach() -> None:
    levels = {row[0].casefold(): row[1] for row in load_table("stop_names.tsv")}
    for name in (
        "Reading",
        "Nice",
        "Bath",
        "Mobile",
        "Split",
        "Orange",
        "Male",
        "March",
        "May",
        "Buffalo",
        "Jordan",
    ):
        assert levels[name.casefold()] == "cue", name
    for name in ("The", "Police", "Monday", "President", "Of", "Says", "Two", "University"):
        assert levels[name.casefold()] == "never", name
    for name in ("Anna", "Garcia", "Kennedy"):
        assert levels[name.casefold()] == "person", name
    for name in ("London", "Moscow", "Serbia", "Pristina", "Israel", "Washington", "Rudare", "Ukraine"):
        assert name.casefold() not in levels, name


def test_no_country_is_a_stop_name_but_those_that_are_names_of_people() -> None:
    levels = {row[0].casefold() for row in load_table("stop_names.tsv")}
    countries = {n.casefold() for row in load_table("country_extras.tsv") for n in split(row[1])}
    assert levels & countries <= {"jordan", "chad", "salvador"}


def test_abbreviations_of_agencies() -> None:
    table = {(row[0], row[3]): row[1] for row in load_table("abbreviations.tsv")}
    assert table["Calif.", "state"] == "California"
    assert table["N.Y.", "state"] == "New York"
    assert table["D.C.", "state"] == "District of Columbia"
    assert table["U.S.", "country"] == table["US", "country"] == "United States"
    assert table["OR", "postal"] == "Oregon"
    assert table["NSW", "state"] == "New South Wales"


# The overlay and the examples.


def overlay_rows() -> list[dict[str, str]]:
    with data_path("gazetteer/places.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_overlay_is_accepted_by_its_reader() -> None:
    places = read_places(data_path("gazetteer/places.csv"), "overlay")
    assert 60 <= len(places) <= 200
    assert all(p.layer == "overlay" and p.id.startswith("gm:") for p in places)


def test_every_row_of_the_overlay_has_its_source() -> None:
    for row in overlay_rows():
        assert re.fullmatch(r"GeoNames \d+ \(CC BY 4\.0\)|own reading, approximate", row["source"]), row["id"]


def test_overlay_rows_are_well_formed() -> None:
    rows = overlay_rows()
    assert len({row["id"] for row in rows}) == len(rows)
    names: Counter[str] = Counter()
    for row in rows:
        assert None not in row and None not in row.values(), row["id"]
        assert re.fullmatch(r"gm:[a-z0-9-]+", row["id"]), row["id"]
        assert re.fullmatch(r"[APSHLTRV]", row["feature_class"]), row["id"]
        assert re.fullmatch(r"[A-Z]+[0-9]?", row["feature_code"]), row["id"]
        assert row["ccodes"] in ("XK", "RS"), row["id"]
        assert 0.1 <= float(row["radius_km"]) <= 30, row["id"]
        # The overlay is about northern Kosovo and the crossings of Kosovo.
        assert 42.3 <= float(row["lat"]) <= 43.4 and 20.4 <= float(row["lon"]) <= 21.7, row["id"]
        labels = [row["title"]]
        for variant in split(row["variants"]):
            name, _, language = variant.rpartition("@")
            assert name and re.fullmatch(r"[a-z]{2}(-[A-Z][a-z]{3})?", language), (row["id"], variant)
            if language in ("sr-Cyrl", "ru"):
                assert not re.search(r"[A-Za-z]", name), (row["id"], variant)
            labels.append(name)
        names.update(set(labels))
    assert [n for n, count in names.items() if count > 1] == []


def test_the_overlay_has_what_it_is_for() -> None:
    points = {row["title"]: (float(row["lat"]), float(row["lon"])) for row in overlay_rows()}
    assert points["Rudare"] == (42.9175, 20.84306)
    assert points["Zvečan"] == (42.9075, 20.84028)
    lat, lon = points["Jarinje crossing"]
    assert 43.2 <= lat <= 43.21 and 20.70 <= lon <= 20.73
    for title in ("Brnjak crossing", "Merdare crossing", "Mitrovica main bridge", "Mitrovica eastern bridge"):
        assert title in points
    for title in (
        "North Mitrovica",
        "South Mitrovica",
        "North Kosovo",
        "Gazivode Lake",
        "Leposavić",
        "Zubin Potok",
    ):
        assert title in points


def test_no_generic_word_is_a_name_in_the_overlay() -> None:
    generic = {
        "bridge",
        "main bridge",
        "north",
        "the north",
        "gate 1",
        "bistrica",
        "slatina",
        "kamenica",
        "banja",
        "reka",
    }
    for row in overlay_rows():
        labels = {row["title"].casefold(), *(v.rpartition("@")[0].casefold() for v in split(row["variants"]))}
        assert not labels & generic, row["id"]


def test_what_the_example_must_give_is_in_the_example() -> None:
    expected = json.loads(data_path("examples/expected-northern-kosovo.json").read_text(encoding="utf-8"))
    text = data_path("examples/" + expected["article"]).read_text(encoding="utf-8")
    types = {t["id"] for t in _event_types()}
    assert f"Published: {expected['published']}" in text
    for entry in (*expected["incidents"], *expected["must_not"]):
        assert entry.get("quote_has", "") in text, entry
        assert set(entry.get("types", ())) <= types, entry
        place = entry.get("place")
        if place:
            assert -90 <= place["lat"] <= 90 and -180 <= place["lon"] <= 180 and place["tolerance_km"] > 0
    assert len({e["id"] for e in expected["incidents"]}) == len(expected["incidents"]) >= 10
    assert 300 <= len(text.split()) <= 400


def _event_types() -> list[dict[str, object]]:
    from geomap.lexicons import load_json

    data = load_json("event_types.json")
    found = data["types"] if isinstance(data, dict) else data
    return [{"id": key, **value} for key, value in found.items()] if isinstance(found, dict) else list(found)
