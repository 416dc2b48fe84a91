"""What is said of a place before it is written down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.errors import GazetteerError, OverlayError
from geomap.gazetteer.keeping import (
    check_country,
    check_name,
    draft_place,
    find_place,
    nearest_town,
    open_despite_faults,
    read_despite_faults,
)

HEADER = "id,title,lon,lat,ccodes\n"


@pytest.mark.parametrize("name", ["", " ", "\t", "12", "...", "a\x00b", "a\nb", "a\x9bb", "x" * 301])
def test_what_cannot_be_a_name(name: str) -> None:
    with pytest.raises(OverlayError, match=r"name") as caught:
        check_name(name)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("name", ["A", "Нови Пазар", "東京", "Saint-Rémy-de-Provence", "=cmd", "O’Brien", "x" * 300])
def test_what_can_be_a_name(name: str) -> None:
    assert check_name(f"  {name} ") == name


@pytest.mark.parametrize(
    ("text", "code"),
    [("", ""), ("de", "DE"), (" XK ", "XK"), ("Germany", "DE"), ("kosovo", "XK"), ("UK", "GB"), ("srb", "RS")],
)
def test_countries(text: str, code: str) -> None:
    assert check_country(text) == code


@pytest.mark.parametrize(("text", "hint"), [("ZZ", ""), ("Ukrane", "UA (Ukraine)"), ("Qwertz", ""), ("x" * 9999, "")])
def test_unknown_countries(text: str, hint: str) -> None:
    with pytest.raises(OverlayError, match="is not known") as caught:
        check_country(text)
    assert hint in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_text_gives_a_name_and_a_country_or_an_error_of_ours(text: str) -> None:
    for check in (check_name, check_country):
        try:
            assert check(text) == check(check(text))
        except OverlayError as error:
            assert str(error)


def test_the_nearest_town(gazetteer: Any) -> None:
    found = nearest_town(gazetteer, 51.34, 12.37)
    assert found is not None
    assert (found[0].country_code, found[1] < 5) == ("DE", True)
    assert nearest_town(gazetteer, -50.0, -130.0) is None
    assert nearest_town(gazetteer, 90.0, 0.0) is None


def test_find_by_id_and_by_name(gazetteer: Any) -> None:
    assert find_place(gazetteer, "gn:2879139").name == "Leipzig"
    assert find_place(gazetteer, "leipzig").id == "gn:2879139"
    with pytest.raises(OverlayError, match=r"no place 'Leipzg'.* Did you mean 'Leipzig' \(gn:2879139\)"):
        find_place(gazetteer, "Leipzg")
    with pytest.raises(OverlayError, match="no place 'Leipzig' in FR"):
        find_place(gazetteer, "Leipzig", "FR")


@pytest.mark.parametrize("name", ["Kyiv", "Paris", "Leipzig", "Mitrovica", "Priština"])
def test_a_name_means_the_town_and_not_its_division(name: str, gazetteer: Any) -> None:
    assert find_place(gazetteer, name).feature_class == "P"


@pytest.mark.parametrize(("name", "code"), [("Serbia", "PCLI"), ("Luxembourg", "PCLI"), ("Bavaria", "ADM1")])
def test_a_country_or_region_stays_one(name: str, code: str, gazetteer: Any) -> None:
    assert find_place(gazetteer, name).feature_code == code


def test_a_draft_takes_over_country_and_division(gazetteer: Any) -> None:
    draft = draft_place(gazetteer, title="Krelovac", lat=43.2, lon=20.7, default_radius_km=0.5)
    assert (draft.country, draft.admin1, draft.radius_km, draft.namesakes) == ("XK", "Mitrovica", 0.5, ())
    assert any(note.startswith("country XK, as of ") for note in draft.notes)
    told = draft_place(gazetteer, title="Krelovac", lat=43.2, lon=20.7, country="RS")
    assert (told.country, told.admin1) == ("RS", "")  # near the border: no question
    far = draft_place(gazetteer, title="Krelovac", lat=43.2, lon=20.7, country="DE")
    assert any("no town of DE is within 50 km" in note for note in far.notes)
    sea = draft_place(gazetteer, title="Krelovac", lat=-50.0, lon=-130.0)
    assert sea.country == ""
    assert any("say it with --country" in note for note in sea.notes)


def test_a_draft_near_a_place(gazetteer: Any) -> None:
    rough = draft_place(gazetteer, title="Krelovac", near="Leposavic")
    assert (rough.parent, rough.radius_km, rough.note) == (
        *("Leposavić", 10.0, "position approximate: that of Leposavić"),
    )
    away = draft_place(gazetteer, title="Krelovac", lat=45.0, lon=20.7, near="Leposavic")
    assert any("are lat and lon right?" in note for note in away.notes)
    with pytest.raises(OverlayError, match="where is 'Krelovac'"):
        draft_place(gazetteer, title="Krelovac")


@pytest.mark.parametrize(
    ("lat", "lon", "more", "asked"),
    [
        (20.72, 43.2, {}, True),  # the middle of Arabia; the other way round a village of Kosovo
        (43.2, 20.72, {}, False),
        (20.80, 43.10, {"near": "Leposavic"}, True),
        (43.10, 20.80, {"near": "Leposavic"}, False),
        (20.72, 43.2, {"country": "SA"}, False),  # said to be there
        (20.72, 43.2, {"country": "XK"}, True),
        (-50.0, -130.0, {}, False),  # the other way round there is nothing
        (52.5, 13.4, {}, False),
    ],
)
def test_swapped_axes(lat: float, lon: float, more: dict[str, str], asked: bool, gazetteer: Any) -> None:
    draft = draft_place(gazetteer, title="Krelovac", lat=lat, lon=lon, **more)  # type: ignore[arg-type]
    assert any(note.startswith("are lat and lon swapped?") for note in draft.notes) == asked


def test_faulty_files_are_told_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gazetteer: Any
) -> None:
    assert gazetteer  # built
    monkeypatch.setenv("GEOMAP_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    good, bad, junk = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "junk.csv"
    good.write_text(HEADER + "user:a,Krelovac,20.7,43.2,XK\n", "utf-8")
    bad.write_text(HEADER + "user:b,Brelovac,20.7,43.2,XK\nuser:c,Bad,20.7,99,XK\nuser:d,,1,2,\n", "utf-8")
    junk.write_bytes(b"\xff\xff")
    told: list[GazetteerError] = []
    assert [entry.place.id for entry in read_despite_faults(bad, told.append)] == ["user:b"]
    assert f"{bad}, row 3, column lat: 99 is outside" in str(told[0])
    assert "So with 1 more." in str(told[0])
    told.clear()
    files = [good, tmp_path / "gone.csv", bad, junk]
    with open_despite_faults(places_files=files, on_fault=told.append) as opened:
        assert {"user:a", "user:b"} <= {place.id for place in opened.overlay}
        assert find_place(opened, "Leipzig").id == "gn:2879139"
    assert [str(error).partition(",")[0].partition(": ")[0] for error in told] == [
        *(str(tmp_path / "gone.csv"), str(bad), str(junk)),
    ]
    told.clear()
    with open_despite_faults(places_files=[good], own_places=False, on_fault=told.append) as opened:
        assert find_place(opened, "Krelovac").layer == "user"
    assert told == []
