"""What the world layer makes of its tables: earlier names with their years, and the clearing of old builds."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geomap.gazetteer import Gazetteer, build, gazetteer_path
from geomap.lexicons import load_table
from geomap.text import fold


@pytest.fixture(scope="module")
def world(gazetteer: Any) -> Iterator[sqlite3.Connection]:
    """The built world layer, which the shared gazetteer has made sure of."""
    db = sqlite3.connect(f"{gazetteer_path().absolute().as_uri()}?mode=ro", uri=True)
    yield db
    db.close()


def dated(world: sqlite3.Connection, name: str, country: str) -> list[tuple[str, str, str]]:
    return world.execute(
        "SELECT p.name,h.start,h.end FROM historic h JOIN places p ON p.pid=h.place WHERE h.key=? AND p.cc=?",
        (fold(name), country),
    ).fetchall()


@pytest.mark.parametrize(
    ("name", "country", "today", "start", "end"),
    [
        ("Artemivsk", "UA", "Bakhmut", "1924", "2016"),
        ("Stalingrad", "RU", "Volgograd", "1925", "1961"),
        ("Leningrad", "RU", "Saint Petersburg", "1924", "1991"),
        ("Königsberg", "RU", "Kaliningrad", "1255", "1946"),
        ("Danzig", "PL", "Gdańsk", "", "1945"),
        ("Constantinople", "TR", "Istanbul", "0330", "1930"),
        ("Leopoldville", "CD", "Kinshasa", "1881", "1966"),
        ("Salisbury", "ZW", "Harare", "1890", "1982"),
        ("Rangoon", "MM", "Yangon", "1852", "1989"),
        ("Bombay", "IN", "Mumbai", "1534", "1995"),
        ("Nur-Sultan", "KZ", "Astana", "2019", "2022"),
        ("Zaire", "CD", "Democratic Republic of the Congo", "1971", "1997"),
        ("Burma", "MM", "Myanmar", "1948", "1989"),
        ("Swaziland", "SZ", "Eswatini", "1903", "2018"),
    ],
)
def test_an_earlier_name_leads_to_todays_place_with_its_years(
    world: sqlite3.Connection, name: str, country: str, today: str, start: str, end: str
) -> None:
    assert dated(world, name, country) == [(today, start, end)]


def test_every_earlier_name_found_its_town(world: sqlite3.Connection) -> None:
    assert world.execute("SELECT value FROM meta WHERE key='historic_unresolved'").fetchone() == ("",)
    keys = {key for (key,) in world.execute("SELECT key FROM historic")}
    for name, aliases, *_ in (*load_table("historic_names.tsv"), *load_table("historic_places.tsv")):
        for label in (name, *filter(None, aliases.split(";"))):
            assert fold(label) in keys, label


def test_one_name_of_two_towns_has_both(world: sqlite3.Connection) -> None:
    assert dated(world, "Sverdlovsk", "RU")[0][0] == "Yekaterinburg"
    assert dated(world, "Sverdlovsk", "UA")[0][0] == "Dovzhansk"


@pytest.mark.parametrize(
    ("name", "today"),
    [("Leningrad", "Saint Petersburg"), ("Artemivsk", "Bakhmut"), ("Saigon", "Ho Chi Minh City"), ("Dacca", "Dhaka")],
)
def test_the_largest_leads_the_bearers_of_an_earlier_name(gazetteer: Gazetteer, name: str, today: str) -> None:
    assert gazetteer.candidates(name)[0].place.name == today


@pytest.mark.parametrize("name", ["Yugoslavia", "Soviet Union", "East Germany", "Czechoslovakia", "Ottoman Empire"])
def test_a_state_that_is_no_more_is_no_country_of_today(gazetteer: Gazetteer, name: str) -> None:
    best = gazetteer.candidates(name)[0].place
    assert (best.feature_code, best.country_code) == ("PCLH", "")


def test_old_builds_go_and_the_rest_of_the_folder_stays(tmp_path: Path) -> None:
    target = tmp_path / "gazetteer-new.sqlite"
    stale, fresh, other = (tmp_path / f for f in ("gazetteer-old.sqlite", "gazetteer-now.sqlite", "mine.sqlite"))
    read_lately = tmp_path / "gazetteer-read.sqlite"
    for path in (target, stale, fresh, other, read_lately):
        path.write_bytes(b"x")
    long_ago = time.time() - 40 * 86_400
    for path in (target, stale, other):
        os.utime(path, (long_ago, long_ago))
    os.utime(read_lately, (time.time(), long_ago))
    build._remove_stale(target)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in (target, fresh, other, read_lately))


def test_an_old_build_that_cannot_be_removed_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / "gazetteer-old.sqlite"
    stale.write_bytes(b"x")
    os.utime(stale, (0, 0))

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "unlink", refuse)
    build._remove_stale(tmp_path / "gazetteer-new.sqlite")
    assert stale.exists()


@pytest.mark.parametrize(
    ("name", "today", "years"),
    [
        ("Artemivsk", "Bakhmut", "1924–2016"),
        ("Leningrad", "Saint Petersburg", "1924–1991"),
        ("Zaire", "Democratic Republic of the Congo", "1971–1997"),
    ],
)
def test_former_names_are_dated(gazetteer: Any, name: str, today: str, years: str) -> None:
    former = gazetteer.former_names(name)
    assert {gazetteer.place(place_id).name: told.years for place_id, told in former.items()} == {today: years}
    assert not gazetteer.former_names(today)
