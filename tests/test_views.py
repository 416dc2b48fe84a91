"""Boundary views: every contested area has a stated treatment in each, and the map draws what the view says."""

from __future__ import annotations

import pytest

from geomap.boundaries import load_boundaries
from geomap.errors import UsageError
from geomap.lexicons import load_json, load_table
from geomap.maps.basemap import detail, world
from geomap.views import AREAS, DEFAULT_VIEW, VIEWS, contested_outlines, load_view

CODES = {row[0] for row in load_table("country_extras.tsv")}


def test_neutral_is_the_first_and_the_default() -> None:
    assert VIEWS[0] == DEFAULT_VIEW == load_view().name == "neutral"
    assert {
        "un",
        "de-facto",
        "ua",
        "ru",
        "rs",
        "xk",
        "ma",
        "in",
        "pk",
        "cn",
        "il",
        "ps",
        "ge",
        "cy",
        "tr",
        "tw",
    } <= set(VIEWS)


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_states_a_treatment_of_every_area(name: str) -> None:
    view = load_view(name)
    assert {
        "crimea", "kosovo", "western-sahara", "taiwan", "golan", "kashmir-india", "kashmir-pakistan", "northern-cyprus",
        "abkhazia", "south-ossetia", "transnistria", "somaliland", "palestine", "aksai-chin",
    } <= set(AREAS)  # fmt: skip
    assert set(view.country_of) == set(view.labels) == set(AREAS)
    assert set(view.country_of.values()) <= CODES | {""}
    assert view.title and view.note.endswith(".")
    assert view.statement == f"Boundary view: {view.title}. {view.note}"
    for area in AREAS.values():
        # Nobody is given land that neither claims it nor holds it.
        assert view.country_of[area.id] in {"", area.base, area.controlled_by, *area.claimed_by}, (name, area.id)


def test_a_national_view_differs_only_where_it_says_so() -> None:
    neutral = load_view()
    for name, row in load_json("views.json")["views"].items():
        view = load_view(name)
        if name not in ("neutral", "un", "de-facto"):
            assert row["like"] == "neutral" and row["country_of"]
            assert "as in the neutral view" in view.note
        for area in AREAS:
            if area not in row["country_of"] and "like" in row:
                assert view.country_of[area] == neutral.country_of[area]


def test_neutral_gives_an_area_without_a_code_of_its_own_to_nobody() -> None:
    neutral = load_view()
    assert neutral.country_of["crimea"] == "" and "disputed" in neutral.labels["crimea"]
    assert "no country" in neutral.note
    for area in ("abkhazia", "northern-cyprus", "golan", "kashmir-india", "kashmir-pakistan", "somaliland"):
        assert neutral.country_of[area] == ""
    assert (neutral.country_of["kosovo"], neutral.labels["kosovo"]) == ("XK", "Kosovo*")
    assert (neutral.country_of["western-sahara"], neutral.country_of["taiwan"]) == ("EH", "TW")


def test_an_explicit_label_of_kosovo_goes_before_the_views() -> None:
    view = load_view("rs")
    assert view.label("kosovo") == "Kosovo and Metohija"
    assert view.label("kosovo", kosovo_label="Kosova") == "Kosova"
    assert view.label("crimea", kosovo_label="Kosova") == view.labels["crimea"]


def test_an_unknown_view_names_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"'xx'.*neutral.*de-facto.*ru"):
        load_view("xx")


def test_every_area_but_those_without_outline_is_drawn() -> None:
    frame = load_boundaries(view="ru")
    drawn = {area.id for area in AREAS.values() if area.shape != "none"}
    assert set(frame["area"]) - {""} == drawn
    assert {"south-ossetia", "transnistria", "aksai-chin"} == set(AREAS) - drawn
    # A part of a country that is counted to it and has no label is not set apart.
    assert set(load_boundaries()["area"]) - {""} == drawn - {"ukraine-east-south"}


@pytest.mark.parametrize("area", [a for a in AREAS.values() if a.shape != "none"], ids=lambda a: a.id)
def test_an_areas_label_stands_within_its_outline(area) -> None:
    from shapely.geometry import Point

    frame = load_boundaries(view="ru")
    row = frame[frame["area"] == area.id].iloc[0]
    assert row.geometry.dwithin(Point(area.lon, area.lat), 0.3)


def test_without_contested_land_polygons_stay_as_they_are() -> None:
    from shapely.geometry import box

    square = box(0, 0, 1, 1)
    pieces = contested_outlines(["FR", "XK"], [square, square])
    assert pieces[:2] == [(0, "", square), (1, "kosovo", square)]
    assert {area for index, area, _ in pieces if index < 0} == {"golan", "abyei"}


def names_at(view: str, bounds: tuple[float, float, float, float], **options: str) -> dict[str, int]:
    cut = detail(load_boundaries(bounds=bounds, view=view), bounds, view=view, **options)
    assert cut is not None and len(cut["names"]) == len(cut["contested"]) == len(cut["shapes"])
    return dict(zip(cut["names"], cut["contested"], strict=True))


def test_the_detailed_map_labels_by_view() -> None:
    crimea, kosovo = (33.5, 45.0, 34.5, 46.0), (20.5, 42.5, 21.0, 43.0)
    assert names_at("neutral", crimea)["Crimea (status disputed)"] == 1
    assert names_at("ua", crimea)["Crimea"] == 1
    assert names_at("neutral", crimea)["Ukraine"] == 0
    assert "Kosovo*" in names_at("neutral", kosovo)
    assert "Kosovo and Metohija" in names_at("rs", kosovo)
    assert "Kosova" in names_at("rs", kosovo, kosovo_label="Kosova")


def test_a_contested_line_is_broken_in_every_view() -> None:
    bounds = (33.5, 45.5, 34.5, 46.2)
    for view in ("neutral", "ua", "ru"):
        cut = detail(load_boundaries(bounds=bounds, view=view), bounds, view=view)
        assert cut is not None and "d" in cut["kinds"], view


def test_the_coarse_world_is_lettered_by_view() -> None:
    def letters(view: str, **options: str) -> dict[str, str]:
        return {label[0]: label[1] for label in world(view, **options)["labels"]}

    assert letters("neutral")["Kosovo*"] == "XK" and "Crimea (status disputed)" in letters("neutral")
    assert letters("rs")["Kosovo and Metohija"] == "XK"
    assert "Kosova" in letters("rs", kosovo_label="Kosova")
    assert "South Ossetia (status disputed)" in letters("neutral")
    assert "Western Sahara" not in letters("ma")
    assert world("neutral")["arcs"] == world("ru")["arcs"] == world()["arcs"]
