"""Tables of incidents: columns, places, types, dates; mapped by the same commands as articles."""

from __future__ import annotations

import csv
import json
import random
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from geomap.errors import GeomapError, InputDoubt, InputError, UsageError
from geomap.geo import distance_km
from geomap.incident_tables import CodedRow, IncidentTable, Placer, Unresolved, write_unresolved
from geomap.incident_tables.coding import Coder
from geomap.incident_tables.kinds import UNSPECIFIED, Kinds
from geomap.incident_tables.wording import readings
from geomap.inputs import sort_inputs
from geomap.pipeline import Session, extract_incidents
from geomap.records import Incident
from geomap.settings import Settings
from geomap.tables import Row, open_table

TABLE = """When,Town,Country,What,Killed,Notes,Source,Link
25/08/2022,Zvečan,Kosovo,Protest,0,About 200 people gathered at the bridge.,Local radio,see https://example.org/1
03/09/2022,near Mitrovica,XKX,Shelling,2,Shells fell on fields.,,
04/09/2022,Qwertzumpf,Kosovo,Flood,,,,
,Paris,Kosovo,Strange thing,at least 3,,,
August 2022,Kosovo,Kosovo,,3-5,,,
05/09/2022,Pristina / Prizren,Kosovo,Air/drone strike,,,,
"""


@pytest.fixture(scope="module")
def placer(gazetteer: Any) -> Placer:
    return Placer(gazetteer)


def coded(path: Path, placer: Placer, **options: Any) -> tuple[list[CodedRow], list[GeomapError], IncidentTable]:
    errors: list[GeomapError] = []
    with open_table(path) as table:
        made = IncidentTable(table, placer, **options)
        return list(made.coded(errors.append)), errors, made


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_of_incidents(tmp_path: Path, placer: Placer) -> None:
    rows, errors, table = coded(write(tmp_path / "inc.csv", TABLE), placer)
    protest, shells, unknown, elsewhere, country, two = (row.incident for row in rows)
    assert not errors
    assert "place from 'Town'" in table.notes()[-1] and "(day first, as in 25/08/2022)" in table.notes()[-1]

    place = protest.places[0]
    assert (place.name, place.country_code, place.role, place.rule) == ("Zvečan", "XK", "site", "country")
    assert protest.quote[place.start : place.end] == place.text == "Zvečan"
    assert (protest.type, protest.date_start, protest.time_precision, protest.deaths) == (
        "protest",
        "2022-08-25",
        1,
        (0, 0),
    )
    assert (protest.geo_precision, protest.certainty, protest.attribution.source) == (1, "reported", "Local radio")
    assert protest.sources[0].title == "inc.csv, line 2" and protest.sources[0].url == "https://example.org/1"
    assert protest.quote.endswith("Notes: About 200 people gathered at the bridge.")
    assert protest.date_reason == "the table's column “When”" and protest.trigger == "Protest"

    assert (shells.places[0].role, shells.geo_precision, shells.type) == ("near", 2, "shelling")
    assert unknown.places[0].lat is None and unknown.places[1].is_area and unknown.geo_precision is None
    assert elsewhere.places[0].lat is None and "not in XK" in elsewhere.places[0].reasons[0]
    assert (elsewhere.type, elsewhere.deaths, elsewhere.date_start) == ("Strange thing", (3, None), None)
    assert country.places[0].is_area and country.type == UNSPECIFIED and country.time_precision == 3
    assert (country.date_start, country.date_end) == ("2022-08-01", "2022-08-31")
    assert [one.name for one in two.places] == ["Pristina", "Prizren"] and two.geo_precision == 2
    assert two.acled_sub_event == "Air/drone strike"
    assert [(one.name, one.country, one.first, one.rows) for one in table.unresolved.values()] == [
        ("Qwertzumpf", "Kosovo", 4, 1),
        ("Paris", "Kosovo", 5, 1),
    ]


def test_a_row_that_fails_is_named_and_the_others_go_on(
    tmp_path: Path, placer: Placer, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = Coder.code

    def fails(coder: Coder, row: Row) -> CodedRow:
        return code(coder, row) if row.number != 3 else {}["gone"]

    monkeypatch.setattr(Coder, "code", fails)
    rows, errors, _ = coded(write(tmp_path / "inc.csv", TABLE), placer)
    assert len(rows) == 5 and "inc.csv, line 3: this row could not be coded (KeyError: 'gone')" in str(errors[0])


def test_letters_that_only_look_like_a_direction(tmp_path: Path, placer: Placer) -> None:
    for cell in ("ſouth of Prizren", "10 km ſouth of Prizren", "Prizren, 10 km eaſt", "ſouthern Prizren"):
        assert all(reading.direction is None for reading in readings(cell))


def test_columns_that_are_filled_late(tmp_path: Path, placer: Placer) -> None:
    head = "Date,Town,Village,Country,State,Type,Injured,Deaths,Latitude,Longitude\n"
    late = "2022-01-02,,Springfield,US,Ohio,Riot,5,7,,\n2022-01-02,,A hamlet,Kosovo,,,,,42.9,20.84\n"
    path = write(tmp_path / "late.csv", head + "2022-01-01,,Prizren,Kosovo,,,,,,\n" * 200 + late)
    rows, errors, table = coded(path, placer)
    one, two = (row.incident for row in rows[-2:])
    assert not errors and "place from 'Village'" in table.notes()[-1]
    assert (one.places[0].admin1, one.type, one.injured, one.deaths) == ("Ohio", "riot", (5, 5), (7, 7))
    assert (two.places[0].lat, two.places[0].name) == (42.9, "A hamlet")
    # Coordinates of which no row is known to have any make no table of incidents of a table of articles.
    text = "title,body,lat,lon\n" + f"A,{'Nothing happened in the town. ' * 10},,\n" * 3
    assert kinds_of(write(tmp_path / "a.csv", text), placer)[0] == "articles"


def test_columns_are_meant_whatever_their_case(tmp_path: Path, placer: Placer) -> None:
    path = write(tmp_path / "i.csv", "Ort,Kraft,Country\nPrizren,Police,Kosovo\n")
    for name in ("Kraft", "kraft"):
        rows = coded(path, placer, columns={"actor1": name, "place": "ort"})[0]
        assert rows[0].incident.actors[0].text == "Police" and rows[0].incident.places[0].name == "Prizren"
    layouts = [coded(path, placer, columns={"actor1": name})[2].layout for name in ("Ort", "ort")]
    assert layouts[0] == layouts[1]


def where(placer: Placer, tmp_path: Path, row: str) -> list[tuple[str | None, str | None, str, str]]:
    """Name, country, role of the evidence and text of the places of one row of town, country, state."""
    path = write(tmp_path / "where.csv", f"town,country,state\n{row}\n")
    rows, _, table = coded(path, placer)
    assert (rows[0].unresolved != ()) == bool(table.unresolved)
    return [(one.name, one.country_code, one.rule, one.text) for one in rows[0].incident.places]


def test_a_region_in_the_column_of_countries(tmp_path: Path, placer: Placer) -> None:
    for state in ("", "Lincs", "Lincolnshire"):
        assert where(placer, tmp_path, f"Boston,England,{state}")[0][:2] == ("Boston", "GB")
    assert where(placer, tmp_path, ",England,") == [("England", "GB", "region", "England")]
    assert where(placer, tmp_path, ",Kurdistan,")[0][0] == "Kurdistan"
    assert where(placer, tmp_path, "Erbil,Kurdistan,")[0][:2] == ("Erbil", "IQ")
    assert [one[:3] for one in where(placer, tmp_path, "Qwertzumpf,England,")] == [
        (None, None, "nil"),
        ("England", "GB", "around"),
    ]
    assert where(placer, tmp_path, ",Nowhereland,") == [(None, None, "nil", "Nowhereland")]
    assert where(placer, tmp_path, ",-,") == where(placer, tmp_path, ",,x")[1:] == []


def test_several_countries_in_one_cell(tmp_path: Path, placer: Placer) -> None:
    for text, codes in (
        ("RS; XK", "RS XK"),
        ("Sudan; South Sudan", "SD SS"),
        ("Serbia, Kosovo", "RS XK"),
        ("USA / Canada", "CA US"),
        ("Hong Kong, China", "HK"),
        ("Virgin Islands, U.S.", "VI"),
        ("Congo, Republic of the", "CG"),
        ("Congo, Democratic Republic of the", "CD"),
        ("Congo", "CD CG"),
        ("Korea, North", "KP"),
        ("Bonaire, Sint Eustatius and Saba", "BQ"),
        ("Bosnia - Herzegovina", "BA"),
    ):
        assert " ".join(sorted(placer.countries(text) or ())) == codes, text
    assert where(placer, tmp_path, "Juba,Sudan; South Sudan,")[0][:2] == ("Juba", "SS")
    assert [one[1] for one in where(placer, tmp_path, ",Sudan; South Sudan,")] == ["SD", "SS"]


def test_what_russia_claims_is_told(tmp_path: Path, placer: Placer) -> None:
    (found,) = placer.place("Simferopol", frozenset({"RU"}))
    assert found.place is not None and found.place.country_code == "UA"
    assert "the row counts it to RU, the gazetteer to UA" in found.reasons
    text = "town,country,lat,lon\nA hamlet,Russia,50.45,30.52\n"
    rows, errors, _ = coded(write(tmp_path / "k.csv", text), placer, country_at=lambda: lambda lat, lon: ("UA", 0.0))
    assert rows[0].incident.places[0].score == 0.4 and "lies in UA, the row says RU" in str(errors[0])


def test_numbers_as_pandas_writes_them(tmp_path: Path, placer: Placer) -> None:
    text = "city,country,geo_precision,date_prec,type_of_violence,date\nPrizren,Kosovo,3.0,2.0,3.0,2022-01-01\n"
    one = coded(write(tmp_path / "u.csv", text), placer)[0][0].incident
    assert (one.geo_precision, one.time_precision, one.type) == (3, 2, "attack_civilians")
    text = "city,country,iyear,imonth,iday,nkill\nPrizren,Kosovo,2020.0,3.0,10.0,4.0\nPrizren,Kosovo,2020.0,3.0,0.0,\n"
    first, second = (row.incident for row in coded(write(tmp_path / "g.csv", text), placer)[0])
    assert (first.date_start, first.deaths, second.date_end) == ("2020-03-10", (4, 4), "2020-03-31")


def test_how_many(tmp_path: Path, placer: Placer) -> None:
    told = {
        "about 20": (20, 20), "3 killed": (3, 3), "~10": (10, 10), "ca. 20": (20, 20), "two": (2, 2), ">5": (5, None),
        "at least three people": (3, None), "up to 30": (1, 30), "dozens": (24, 96), "1 500": (1500, 1500), "-": None,
        "unknown": None, "see note 3": None, "3 men and 2 women": None, "a few, it was said": (2, 5), "9-3": None,
    }  # fmt: skip
    text = "town,country,killed\n" + "".join(f'Prizren,Kosovo,"{cell}"\n' for cell in told)
    rows, errors, _ = coded(write(tmp_path / "n.csv", text), placer)
    assert {cell: row.incident.deaths for cell, row in zip(told, rows, strict=True)} == told
    assert [str(one).split(": ", 1)[1] for one in errors] == [
        f"the number '{cell}' in 'killed' is not understood; it was left out"
        for cell in ("see note 3", "3 men and 2 women", "9-3")
    ]


def test_words_of_precision(tmp_path: Path, placer: Placer) -> None:
    told = {
        "exact": 1, "precisely": 1, "imprecise": 2, "inexact": 2, "not exact": 2, "exact place not known": 2,
        "highway": 1, "approximately": 2, "region": 3, "regional": 3, "exact to the district": 3, "countrywide": None,
    }  # fmt: skip
    text = "town,country,precision\n" + "".join(f"Prizren,Kosovo,{cell}\n" for cell in told)
    rows, _, _ = coded(write(tmp_path / "p.csv", text), placer)
    assert {cell: row.incident.geo_precision for cell, row in zip(told, rows, strict=True)} == told


def test_rows_with_positions_are_not_looked_up(tmp_path: Path, placer: Placer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placer, "place", None)
    text = "town,country,lat,lon\nPrizren,Nowhereland,42.9,20.84\nPrizren,Kosovo,42.9,20.84\n"
    rows, errors, _ = coded(write(tmp_path / "p.csv", text), placer)
    assert [row.incident.places[0].lat for row in rows] == [42.9, 42.9] and len(errors) == 1
    assert "there is no country 'Nowhereland'" in str(errors[0])


def test_ids_stay_when_rows_are_sorted_or_added(tmp_path: Path, placer: Placer) -> None:
    head, *lines = TABLE.splitlines()
    path = tmp_path / "inc.csv"
    one = {row.incident.incident_id for row in coded(write(path, TABLE), placer)[0]}
    again = coded(write(path, "\n".join([head, *reversed(lines), lines[0]])), placer)[0]
    assert one < {row.incident.incident_id for row in again} and len({r.incident.incident_id for r in again}) == 7


@pytest.mark.parametrize(
    ("cell", "country", "admin1", "name", "code"),
    [
        ("Zvecan, Kosovo", "", "", "Zvečan", "XK"),
        ("Springfield", "United States", "Ohio", "Springfield", "US"),
        ("Goma", "Congo, Democratic Republic of the", "", "Goma", "CD"),
        ("Tehran", "Iran (Islamic Republic of)", "", "Tehran", "IR"),
        ("Київ", "Україна", "", "Kyiv", "UA"),
        ("Hong Kong", "China", "", "Hong Kong", "HK"),
        ("Kharkiv oblast", "UKR", "", "Kharkivska oblast", "UA"),
        ("Kherson (city)", "Ukraine", "", "Kherson", "UA"),
        ("Münchenn", "Deutschland", "", "Munich", "DE"),
        ("Atlanta, Georgia", "USA", "", "Atlanta", "US"),
        ("Village of Rudare", "Kosovo", "", "Rudare", "XK"),
        ("Kosovo", "Kosovo", "", "Kosovo", "XK"),
        ("Paris", "Kosovo", "", None, None),
        ("Springfield", "Kosovo", "Ohio", None, None),
        ("Kyiv", "Russia", "", None, None),
        ("Qwertzumpf", "Germany", "", None, None),
        ("123", "Iraq", "", None, None),
    ],
)
def test_places_within_their_country(
    placer: Placer, cell: str, country: str, admin1: str, name: str | None, code: str | None
) -> None:
    countries = placer.countries(country)
    assert countries is not None
    (found,) = placer.place(cell, countries, admin1)
    place = found.place
    assert ((place.name, place.country_code) if place else (None, None)) == (name, code)
    assert found.reasons and (place is None or 0.1 < found.score < 1.0)


def test_a_namesake_of_another_state_is_not_taken(placer: Placer) -> None:
    (ohio,) = placer.place("Springfield", frozenset({"US"}), "Ohio")
    assert ohio.place is not None and ohio.place.admin1 == "Ohio"
    (any_,) = placer.place("Springfield", frozenset({"US"}), "")
    assert any_.score < 0.5 and any_.rule == "largest" and any_.alternatives
    (none,) = placer.place("Zvečan", frozenset({"XK"}), "Prizren")
    assert none.place is None and "is not in Prizren" in none.reasons[0]


@pytest.mark.parametrize(
    ("cell", "role", "direction", "km"),
    [
        ("near Pristina", "near", None, None),
        ("Pristina area", "near", None, None),
        ("15 km north of Pristina", "near", "N", 15.0),
        ("about 3 miles SW of Pristina", "near", "SW", 4.828),
        ("Pristina, 5 km to the north-east", "near", "NE", 5.0),
        ("south of Pristina", "near", "S", None),
        ("Pristina airport", "near", None, None),
        ("1,500 m north of Pristina", "near", "N", 1.5),
        ("1,5 km north of Pristina", "near", "N", 1.5),
        ("1,200 km north of Pristina", "near", "N", 1200.0),
        ("northern Pristina", "part_of", "N", None),
        ("between Pristina and Prizren", "along", None, None),
        ("in Pristina", "site", None, None),
    ],
)
def test_words_around_a_name(placer: Placer, cell: str, role: str, direction: str | None, km: float | None) -> None:
    found = placer.place(cell, frozenset({"XK"}))[0]
    assert found.place is not None and found.place.name == "Pristina"
    assert (found.role, found.direction, found.distance_km) == (role, direction, km)


def test_reading_a_cell_takes_time_that_grows_with_its_length() -> None:
    for text in ("near " * 5_000, "(" * 20_000, "a / " * 5_000, "1 km of " * 3_000, "x, " * 10_000, " and " * 5_000):
        assert len(list(readings(text))) < 60


def test_types() -> None:
    kinds = Kinds()
    for text, type_, sub in (
        ("Peaceful protest", "protest", "Peaceful protest"),
        ("Armed clash", "armed_clash", "Armed clash"),
        ("Battles", "armed_clash", None),
        ("Bombing/Explosion", "explosive", None),
        ("Hostage Taking (Kidnapping)", "abduction", None),
        ("PROTEST:demo", "protest", None),
        ("property_destruction", "property_destruction", None),
        ("Arrest of protesters", "arrest_raid", None),
        ("category nine", "Category nine", None),
        ("", UNSPECIFIED, None),
        ("12", UNSPECIFIED, None),
        ("word " * 50, UNSPECIFIED, None),
    ):
        assert kinds.of(text)[:2] == (type_, sub), text
    assert kinds.of("Suicide bomb", "Battles")[0] == "suicide_bombing"
    for number in range(60):
        kinds.of(f"own type {chr(65 + number % 26)}{chr(65 + number // 26)}")
    assert kinds.of("yet another")[0] == UNSPECIFIED and kinds.left_out


def test_coordinates_of_the_table_are_used(tmp_path: Path, placer: Placer) -> None:
    text = (
        "location,country,latitude,longitude,geo_precision,event_date\n"
        'A hamlet,Kosovo,42.9,20.84,1,2022-01-01\nSomewhere,Kosovo,"42,9","20,84",3,2022-01-01\n'
        "Zvečan,Kosovo,0,0,1,2022-01-01\nZvečan,Kosovo,142,20,1,2022-01-01\nA place,Kosovo,48.85,2.35,1,2022-01-01\n"
    )
    countries = {(42.9, 20.84): ("XK", 0.0), (48.85, 2.35): ("FR", 0.0)}
    rows, errors, _ = coded(
        write(tmp_path / "i.csv", text), placer, country_at=lambda: lambda lat, lon: countries.get((lat, lon))
    )
    first, coarse, null, off, abroad = (row.incident for row in rows)
    assert (first.places[0].lat, first.places[0].lon, first.places[0].name) == (42.9, 20.84, "A hamlet")
    assert first.geo_precision == 1 and coarse.geo_precision == 3 and coarse.where_prec == 4
    assert null.places[0].name == off.places[0].name == "Zvečan" and null.places[0].place_id == "gm:zvecan"
    assert abroad.places[0].score == 0.4 and abroad.places[0].country_code == "FR"
    assert ["0, 0" in str(errors[0]), "not on the globe" in str(errors[1]), "lies in FR" in str(errors[2])] == [
        True
    ] * 3
    assert all(isinstance(one, InputDoubt) for one in errors)


def test_year_month_and_day_in_columns_of_their_own(tmp_path: Path, placer: Placer) -> None:
    text = "iyear,imonth,iday,city,country_txt,attacktype1_txt,nkill\n2017,3,0,Prizren,Kosovo,Armed Assault,2\n"
    text += "2017,0,0,Prizren,Kosovo,Bombing/Explosion,\n2017,3,4,Prizren,Kosovo,Assassination,1\n"
    found = [row.incident for row in coded(write(tmp_path / "g.csv", text), placer)[0]]
    assert [(one.date_start, one.date_end, one.time_precision) for one in found] == [
        ("2017-03-01", "2017-03-31", 3),
        ("2017-01-01", "2017-12-31", 3),
        ("2017-03-04", "2017-03-04", 1),
    ]
    assert [one.type for one in found] == ["armed_clash", "explosive", "attack_civilians"]


def test_open_dates_and_unknown_countries_are_told_and_left(tmp_path: Path, placer: Placer) -> None:
    text = "town,country,date\n" + "Prizren,Kosovo,03/04/2022\n" * 2 + "Prizren,Nowhereland,\n" * 5
    rows, errors, _ = coded(write(tmp_path / "o.csv", text), placer)
    assert [row.incident.date_start for row in rows[:2]] == [None, None]
    assert rows[2].incident.places[0].lat is None and "Nowhereland" in rows[2].incident.places[0].reasons[0]
    told = [str(one) for one in errors]
    assert "order=day-first" in told[0] and sum("there is no country" in one for one in told) == 3
    assert "2 more rows with an unknown country" in told[-1]
    text = "town,country,date\n" + "Prizren,Kosovo,03/04/2022\n" * 5
    told = [str(one) for one in coded(write(tmp_path / "d.csv", text), placer)[1]]
    assert len(told) == 4 and "2 more rows with a date" in told[-1]
    assert coded(tmp_path / "o.csv", placer, order="day first")[0][0].incident.date_start == "2022-04-03"


def kinds_of(path: Path, placer: Placer, columns: dict[str, str] | None = None) -> tuple[str, list[str]]:
    notes: list[str] = []
    found = sort_inputs([path], columns=columns or {}, placer=lambda: placer, on_note=notes.append)
    return "incidents" if found.tables else "saved" if found.saved else "articles", notes


def test_what_a_table_is(tmp_path: Path, placer: Placer) -> None:
    long = "A sentence about what happened there. " * 40
    assert kinds_of(write(tmp_path / "a.csv", TABLE), placer)[0] == "incidents"
    assert kinds_of(write(tmp_path / "b.csv", f"title,body,date\nA,{long},2022-01-01\n"), placer)[0] == "articles"
    both = write(tmp_path / "c.csv", f"title,text,location\nA,{long},Prizren\n")
    kind, notes = kinds_of(both, placer)
    assert kind == "articles" and "has both texts ('text') and places ('location')" in notes[0]
    assert kinds_of(both, placer, {"place": "location"})[0] == "incidents"
    short = write(tmp_path / "d.csv", "text,location\nA short note.,Prizren\n")
    assert kinds_of(short, placer)[0] == "incidents" and kinds_of(short, placer, {"text": "text"})[0] == "articles"
    assert kinds_of(write(tmp_path / "e.csv", "title,url\nA,https://example.org\n"), placer)[0] == "articles"
    assert (
        kinds_of(write(tmp_path / "f.csv", "kde,stav\nPrizren,XK\nPristina,XK\nGjilan,XK\n"), placer)[0] == "incidents"
    )
    with pytest.raises(UsageError, match="there is no 'plase'; did you mean 'place'"):
        kinds_of(both, placer, {"plase": "location"})


def test_patterns_are_what_they_match(tmp_path: Path, placer: Placer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.csv", TABLE)
    write(tmp_path / "b.txt", "Nothing happened in Prizren.")
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep" / "c.csv", TABLE)
    found = sort_inputs(["*", "nothing*"], columns={}, placer=lambda: placer)
    assert [table.path.name for table in found.tables] == ["a.csv", "c.csv"]
    assert found.articles == [Path("b.txt"), "nothing*"]


def test_a_folder_of_tables_has_no_articles(tmp_path: Path, placer: Placer) -> None:
    write(tmp_path / "a.csv", TABLE)
    (tmp_path / ".hidden").mkdir()
    write(tmp_path / ".hidden" / "b.txt", "Nothing happened in Prizren.")
    write(tmp_path / "~$c.docx", "x")
    write(tmp_path / "map.html", '<html><meta name="generator" content="geomap">')
    found = sort_inputs([tmp_path], columns={}, placer=lambda: placer)
    assert len(found.tables) == 1 and not found.articles
    write(tmp_path / "d.txt", "Nothing happened in Prizren.")
    assert sort_inputs([tmp_path], columns={}, placer=lambda: placer).articles == [tmp_path]


def test_names_that_no_system_takes_are_left_to_the_reader(tmp_path: Path, placer: Placer) -> None:
    long = str(tmp_path / ("x" * 300))
    assert sort_inputs([long, f"{long}*"], columns={}, placer=lambda: placer).articles == [long, f"{long}*"]
    errors: list[GeomapError] = []
    assert not extract_incidents([long, f"{long}*"], settings=Settings(model="gazetteer"), on_error=errors.append)
    assert ["too long" in str(errors[0]), "no file matches" in str(errors[1])] == [True, True]


def test_every_table_has_its_own_name(tmp_path: Path, placer: Placer) -> None:
    for name in ("u1/a.csv", "u2/a.csv", "u3/a-2.csv", "u4/a\x1b.csv"):
        (tmp_path / name).parent.mkdir()
        write(tmp_path / name, TABLE)
    found = sort_inputs([tmp_path], columns={}, placer=lambda: placer)
    assert [table.doc_id for table in found.tables] == ["a.csv", "a-2.csv", "a-2-2.csv", "a\\x1b.csv"]


def test_tables_that_say_nothing(tmp_path: Path, placer: Placer) -> None:
    with pytest.raises(InputError, match="no rows"):
        coded(write(tmp_path / "a.csv", "town,country\n"), placer)
    with pytest.raises(InputError, match="no column says where"):
        coded(write(tmp_path / "b.csv", "x1,x2\n1,2\n"), placer)
    with pytest.raises(UsageError, match="no column 'Ort' for place"):
        coded(write(tmp_path / "c.csv", TABLE), placer, columns={"place": "Ort"})


def test_tables_articles_and_saved_incidents_together(tmp_path: Path) -> None:
    settings = Settings(model="gazetteer")
    table = write(tmp_path / "inc.csv", TABLE)
    found = extract_incidents([table], settings=settings, on_error=lambda error: None)
    assert len(found) == 6 and all(isinstance(one, Incident) for one in found)
    from geomap.formats import write_incidents

    saved = write_incidents(found, tmp_path / "saved.geojson")
    write(tmp_path / "folder.txt", "x")
    folder = tmp_path / "folder"
    folder.mkdir()
    write(folder / "a.txt", "Nothing happened in Prizren.")
    write(folder / "inc.csv", TABLE)
    write(folder / "places.csv", "title,lon,lat\nA hamlet,20.8,42.9\n")
    errors: list[GeomapError] = []
    with Session(settings) as session:
        results = list(session.results([saved, table, folder], on_error=errors.append))
    assert not errors
    listed = [result.listed for result in results if result.listed is not None and result.listed.rows]
    assert [(one.name, one.rows, one.saved) for one in listed] == [
        ("saved.geojson", 6, True),
        ("inc.csv", 6, False),
        ("inc-2.csv", 6, False),
    ]
    assert [result.article.doc_id for result in results if result.listed is None] == ["a"]
    back = [one.incident_id for result in results if result.listed and result.listed.saved for one in result.incidents]
    assert sorted(back) == sorted(one.incident_id for one in found)


def test_what_is_not_found_can_be_filled_in_and_is_found_then(tmp_path: Path, cli: Any) -> None:
    write(tmp_path / "inc.csv", "town,country,date\n=Qwertzumpf,Kosovo,2022-01-01\nPrizren,Kosovo,2022-01-01\n")
    done = cli("extract", "inc.csv", "-o", "out.jsonl", "--unresolved", "names.csv")
    assert done.returncode == 0, done.stderr
    assert "1 place name in 1 row not found: '=Qwertzumpf' (Kosovo)" in done.stderr
    assert "1 table of 2 rows, 2 incidents" in done.stderr and "place from 'town'" in done.stderr
    text = (tmp_path / "names.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["title"], row["ccodes"], row["lon"]) for row in rows] == [("'=Qwertzumpf", "XK", "")]
    filled = text.replace("'=Qwertzumpf,,", "'=Qwertzumpf,20.8,42.9")
    (tmp_path / "names.csv").write_text(filled, encoding="utf-8")
    done = cli("extract", "inc.csv", "--places", "names.csv", "-q")
    first = json.loads(done.stdout.splitlines()[0])
    assert (first["places"][0]["lat"], first["places"][0]["lon"]) == (42.9, 20.8)


def test_unresolved_names_are_written_safely(tmp_path: Path, placer: Placer) -> None:
    _, _, table = coded(write(tmp_path / "i.csv", "town,country\n+cmd|x,Kosovo\n+cmd|x,Kosovo\n"), placer)
    path = write_unresolved(table.unresolved.values(), tmp_path / "n.csv", lambda name: "XK")
    row = next(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert row["title"] == "'+cmd|x" and row["note"].startswith("in 2 rows of i.csv, first 2")


def test_many_unresolved_names_of_one_spelling_take_linear_time(tmp_path: Path) -> None:
    names = [
        Unresolved(name=name, country="", admin1=str(number), file="i.csv", first=2)
        for number, name in enumerate(["Old Mill"] * 6_000 + ["Old Mill 2"] * 2)
    ]
    begun = time.process_time()
    path = write_unresolved(names, tmp_path / "n.csv", lambda name: "")
    assert time.process_time() - begun < 1.5  # 5 s where each looks for its number from 1
    ids = [row["id"] for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
    assert len(set(ids)) == len(ids) and ids[:2] == ["user:old-mill", "user:old-mill-2"]


def test_names_drawn_from_the_gazetteer_are_found_again(placer: Placer, gazetteer: Any) -> None:
    """A small one of benchmarks/tables.py, where 1,000 rows gave .93 with the country and .99 with the province."""
    rng = random.Random(7)
    places = []
    while len(places) < 100:
        near = [p for p in gazetteer.near(rng.uniform(-50, 65), rng.uniform(-180, 180), 100.0, limit=40) if p.admin1]
        places += [rng.choice(near)] if near else []
    right = 0
    for place in places:
        name = "".join(c for c in unicodedata.normalize("NFKD", place.name) if not unicodedata.combining(c))
        found = placer.place(name, frozenset({place.country_code}), place.admin1)[0].place
        right += found is not None and distance_km(found.lat, found.lon, place.lat, place.lon) <= 15.0
    assert right >= 95


def test_a_table_without_types_is_read_by_its_prose(tmp_path: Path, placer: Placer) -> None:
    told = """Where it was,Country,In a few words
Goma,Congo (Kinshasa),Rebels shelled the camp at dawn
Goma,Congo (Kinshasa),Students plan to march on Friday
Goma,Congo (Kinshasa),A long and quiet day
Goma,Congo (Kinshasa),Clashes between two militias
"""
    rows, _, _ = coded(write(tmp_path / "table.csv", told), placer)
    assert [(row.incident.type, row.incident.certainty) for row in rows] == [
        ("shelling", "reported"),
        ("protest", "planned"),
        (UNSPECIFIED, "reported"),
        ("armed_clash", "reported"),
    ]
    assert all("In a few words: " in row.incident.quote for row in rows)
