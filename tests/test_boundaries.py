"""Country outlines and the spatial join."""

from __future__ import annotations

from dataclasses import replace

import pytest
from map_samples import incident, place, sample_incidents
from shapely import area, union_all
from shapely.geometry import Point, box

from geomap.boundaries import (
    BOUNDARY_VIEW,
    _all_countries,
    country_at,
    join_boundaries,
    load_areas,
    load_boundaries,
    load_boundaries_for,
    load_divisions,
)
from geomap.divisions import division_at, divisions_of, find_division
from geomap.errors import UsageError
from geomap.frames import incidents_to_gdf
from geomap.views import AREAS

QUOTE = "About 300 people marched in Kosovska Mitrovica, an organiser said."


def joined(incidents):
    frame = incidents_to_gdf(incidents)
    return join_boundaries(frame, load_boundaries_for(frame))


def test_bounds_and_codes_choose_the_polygons() -> None:
    near = load_boundaries(bounds=(20.5, 42.6, 21.0, 43.1))
    assert {"XK", "RS"} <= set(near["code"])
    assert len(near) < 6
    assert set(load_boundaries(country_codes={"FR"})["code"]) == {"FR"}
    areas = set(load_boundaries()["area"]) - {""}
    assert len(load_boundaries()) == 250 + len(areas - {a.id for a in AREAS.values() if a.shape == "whole"})
    assert len(load_boundaries(country_codes=set())) == 0
    assert "-99" not in set(load_boundaries()["code"])


def test_the_view_is_named_and_is_what_the_file_holds() -> None:
    assert "German point of view" in BOUNDARY_VIEW
    # What Natural Earth's German point of view makes of Crimea, which differs from Natural Earth's own default.
    frame = _all_countries()
    assert list(frame["code"][frame.contains(Point(34.1, 44.95))]) == ["UA"]


def test_a_frame_without_places_needs_no_polygons() -> None:
    assert len(load_boundaries_for(incidents_to_gdf([]))) == 0
    empty = joined([])
    assert len(empty) == 0
    assert "boundary_country" in empty.columns


def test_the_join_adds_a_country_and_leaves_the_gazetteers_alone() -> None:
    # A border town: the coarse polygon may say another country than the gazetteer, which stays.
    goma = place("Banjska", lat=-1.6585, lon=29.2205, country_code="CD")
    row = joined([incident(1, "protest", QUOTE, [goma])]).iloc[0]
    assert row["country_code"] == "CD"
    assert row["boundary_country"] in {"CD", "RW"}
    sample = joined(sample_incidents())
    assert sample.loc[1, "boundary_country"] == "XK"
    assert sample.loc[12, "boundary_country"] is None
    assert list(sample["country_code"]) == list(incidents_to_gdf(sample_incidents())["country_code"])


def test_a_point_at_sea_has_no_country() -> None:
    sea = place("Banjska", lat=43.0, lon=15.0)
    assert joined([incident(1, "protest", QUOTE, [sea])]).iloc[0]["boundary_country"] is None


def test_a_country_gets_its_outline_and_a_part_of_it_the_half_in_that_direction() -> None:
    whole = load_boundaries(country_codes={"XK"}).geometry.iloc[0]
    frame = joined(sample_incidents())
    country, north = frame.geometry.iloc[11], frame.geometry.iloc[8]
    assert country.equals(whole)
    assert whole.buffer(1e-9).contains(north)
    assert 0.2 < north.area / whole.area < 0.8
    assert north.bounds[3] == pytest.approx(whole.bounds[3])
    assert north.bounds[1] > whole.bounds[1]
    assert "convention" in frame["geometry_basis"].iloc[8]
    assert frame["boundary_country"].iloc[8] == "XK"


def test_a_region_without_polygon_stays_without_geometry() -> None:
    region = place("Kosovo", feature_code="RGN")
    row = joined([incident(1, "protest", QUOTE, [region], geo_precision=3)]).iloc[0]
    assert row.geometry is None
    assert row["boundary_country"] is None


@pytest.mark.parametrize("direction", ["N", "NE", "E", "SE", "S", "SW", "W", "NW", "C"])
def test_every_direction_gives_a_part(direction: str) -> None:
    part = place("Serbia", "part_of", direction=direction)
    row = joined([incident(1, "protest", QUOTE, [part], geo_precision=3)]).iloc[0]
    whole = load_boundaries(country_codes={"RS"}).geometry.iloc[0]
    assert row.geometry.area < whole.area


def test_the_input_is_not_changed() -> None:
    frame = incidents_to_gdf(sample_incidents())
    join_boundaries(frame, load_boundaries_for(frame))
    assert frame.geometry.iloc[9] is None
    assert "boundary_country" not in frame.columns


def simferopol_in(view: str):
    frame = incidents_to_gdf([incident(1, "protest", QUOTE, [place("Banjska", lat=44.95, lon=34.1)])])
    return join_boundaries(frame, load_boundaries_for(frame, view=view)).iloc[0]


@pytest.mark.parametrize(("view", "code"), [("neutral", None), ("un", "UA"), ("ua", "UA"), ("ru", "RU"), ("rs", None)])
def test_a_point_in_a_contested_area_gets_the_views_country_and_the_areas_name(view: str, code: str | None) -> None:
    row = simferopol_in(view)
    assert row["boundary_country"] == code
    assert row["contested"].startswith("Crimea")
    assert row["country_code"] == "XK"  # the gazetteer's, as in the sample, whatever the polygons say


def test_outside_contested_areas_nothing_is_contested() -> None:
    belgrade = place("Banjska", lat=44.8, lon=20.5)
    assert joined([incident(1, "protest", QUOTE, [belgrade])]).iloc[0]["contested"] is None


def test_an_unknown_view_is_refused() -> None:
    with pytest.raises(UsageError, match="neutral, un, de-facto"):
        load_boundaries(view="martian")


def outline(country_code: str, view: str):
    whole = place("Serbia", feature_code="PCLI", country_code=country_code)
    frame = incidents_to_gdf([incident(1, "protest", QUOTE, [whole], geo_precision=None)])
    return join_boundaries(frame, load_boundaries_for(frame, view=view)).iloc[0].geometry


def test_a_countrys_outline_holds_what_the_view_counts_to_it() -> None:
    crimea, pristina = Point(34.1, 44.95), Point(21.1, 42.6)
    assert outline("UA", "ua").contains(crimea)
    assert not outline("UA", "neutral").contains(crimea)
    assert not outline("UA", "ru").contains(crimea) and outline("RU", "ru").contains(crimea)
    assert outline("RS", "rs").contains(pristina) and not outline("RS", "neutral").contains(pristina)
    # Kosovo keeps an outline of its own when it is what the text names.
    assert outline("XK", "rs").contains(pristina) and not outline("XK", "rs").contains(Point(20.5, 44.8))


@pytest.mark.parametrize("view", ["neutral", "ua", "in", "de-facto"])
def test_no_land_is_lost_or_counted_twice(view: str) -> None:
    for codes, bounds in (({"UA"}, (30, 44, 40, 50)), ({"IN", "PK"}, (72, 30, 80, 37)), ({"GE"}, (39, 40, 47, 44))):
        frame = load_boundaries(bounds=bounds, country_codes=codes, view=view)
        raw = _all_countries()
        window = box(*bounds)
        before = area(raw.geometry.intersection(window)).sum()
        assert area(frame.geometry.intersection(window)).sum() == pytest.approx(before, rel=1e-6)
        assert frame.geometry.is_valid.all()


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [(44.8, 20.5, "RS"), (42.66, 21.16, "XK"), (48.86, 2.35, "FR"), (25.03, 121.5, "TW"), (31.9, 35.2, "PS")],
)
def test_the_country_at_a_point_on_land(lat: float, lon: float, code: str) -> None:
    assert country_at(lat, lon) == (code, 0.0)


def test_at_sea_the_nearest_coast_within_fifty_km_counts() -> None:
    found = country_at(43.25, 5.2)  # off Marseille
    assert found is not None and found[0] == "FR" and 0 < found[1] < 30
    assert country_at(40.0, -40.0) is None
    # Across the antimeridian: Fiji's Taveuni lies on it.
    east, west = country_at(-16.8, 179.75), country_at(-16.8, -179.75)
    assert east is not None and west is not None and east[0] == west[0] == "FJ"
    assert country_at(90.0, 0.0) is None
    assert country_at(-90.0, 0.0) == ("AQ", pytest.approx(0.0, abs=0.001))


def test_in_a_contested_area_without_a_code_no_country_is_told() -> None:
    assert country_at(44.95, 34.1) is None
    assert country_at(33.0, 35.8) is None
    assert country_at(34.1, 74.8) is None


def test_no_neighbour_is_missing_around_a_circle_or_a_wide_frame() -> None:
    circle = place("Banjska", is_area=True, radius_km=10.0, feature_code=None)
    assert {"XK", "RS", "ME"} <= set(load_boundaries_for(incidents_to_gdf([march_at(circle)]))["code"])
    wide = [place("Banjska", lat=45.0, lon=lon) for lon in (0.0, 30.0)]
    near = load_boundaries_for(incidents_to_gdf([march_at(one) for one in wide]))
    assert {"PT", "KZ", "TN"} <= set(near["code"])


def march_at(where):
    return incident(1, "protest", QUOTE, [where], geo_precision=3 if where.is_area else 1)


# ---- first-level divisions ------------------------------------------------------------------------------------


def region(name: str, **more):
    return replace(place("Kosovo"), name=name, feature_code="ADM1", **{"place_id": None, "admin1": name, **more})


def test_a_division_gets_its_outline_and_a_part_of_it_the_half_in_that_direction() -> None:
    incidents = [
        incident(1, "protest", QUOTE, [region("Mitrovica", place_id="gn:10097358")], geo_precision=3),
        incident(2, "protest", QUOTE, [region("mitrovica")], geo_precision=3),
        incident(3, "protest", QUOTE, [region("Mitrovica", direction="N", role="part_of")], geo_precision=3),
        incident(4, "protest", QUOTE, [region("Nowhere Province")], geo_precision=3),
    ]
    frame = joined(incidents)
    by_id, by_name, north, none = frame.geometry
    assert by_id.equals(by_name)
    assert by_id.contains(Point(20.866, 42.883))
    assert 0.2 < north.area / by_id.area < 0.8
    assert none is None
    assert frame["boundary_admin1_id"].tolist() == ["gn:10097358"] * 3 + [None]
    assert "northern half of the region's outline" in frame["geometry_basis"][2]


def test_points_are_counted_to_the_division_in_the_gazetteers_country() -> None:
    towns = [
        place("Banjska"),
        place("Banjska", lat=48.0, lon=37.8, country_code="UA"),
        place("Banjska", lat=-6.2, lon=106.85, country_code="ID"),
        place("Banjska", lat=43.0, lon=15.0, country_code="HR"),
    ]
    frame = joined([incident(n, "protest", QUOTE, [one]) for n, one in enumerate(towns)])
    assert frame["boundary_admin1"].tolist() == ["Mitrovica", "Donetska oblast", "Jakarta Raya", None]


def test_divisions_lie_inside_their_country_and_apart_from_one_another() -> None:
    for code in ("XK", "UA", "GB", "US"):
        found = load_divisions(divisions_of(code))
        assert all(found.geometry.is_valid)
        assert not any(found.geometry.is_empty)
        country = load_boundaries(country_codes={code})
        country = union_all([shape.buffer(1e-6) for shape in country.geometry])
        assert all(country.contains(shape) for shape in found.geometry) or code == "UA"
        total = sum(shape.area for shape in found.geometry)
        assert union_all(found.geometry.tolist()).area == pytest.approx(total, rel=1e-6)


def test_a_contested_area_is_no_part_of_a_neighbouring_division() -> None:
    # Natural Earth's northern district of Israel holds the Golan, which the neutral view counts to no country.
    (north,) = [one for one in divisions_of("IL") if one.id == "gn:294824"]
    golan = Point(35.8, 33.0)
    assert not load_divisions([north]).geometry[0].contains(golan)


def test_names_find_a_division_only_where_they_are_unambiguous() -> None:
    assert find_division("XK", name="MITROVICA").id == "gn:10097358"
    assert find_division(None, name="Mitrovica") is None
    assert find_division("RS", name="Mitrovica") is None
    assert find_division("RS", place_id="gn:10097358").code == "XK"
    assert division_at("ZZ", 0.0, 0.0) is None


def test_areas_have_names_and_square_kilometres() -> None:
    found = load_areas([("XK", ""), ("XK", "gn:10097358"), ("ZZ", ""), ("XK", "gn:1")])
    assert found["name"].tolist() == ["Kosovo*", "Mitrovica"]
    assert found["km2"].tolist() == pytest.approx([10_900, 2_100], rel=0.03)
    assert len(load_areas([])) == 0


def test_the_other_side_of_the_antimeridian_is_near() -> None:
    fiji = place("Banjska", lat=-18.1, lon=178.4, country_code="FJ")
    assert {"FJ", "TO"} <= set(load_boundaries_for(incidents_to_gdf([march_at(fiji)]))["code"])
