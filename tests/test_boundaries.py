"""Country outlines and the spatial join."""

from __future__ import annotations

import pytest
from map_samples import incident, place, sample_incidents
from shapely.geometry import Point

from geomap.boundaries import BOUNDARY_VIEW, join_boundaries, load_boundaries, load_boundaries_for
from geomap.frames import incidents_to_gdf

QUOTE = "About 300 people marched in Kosovska Mitrovica, an organiser said."


def joined(incidents):
    frame = incidents_to_gdf(incidents)
    return join_boundaries(frame, load_boundaries_for(frame))


def test_bounds_and_codes_choose_the_polygons() -> None:
    near = load_boundaries(bounds=(20.5, 42.6, 21.0, 43.1))
    assert {"XK", "RS"} <= set(near["code"])
    assert len(near) < 6
    assert set(load_boundaries(country_codes={"FR"})["code"]) == {"FR"}
    assert len(load_boundaries()) == 250
    assert len(load_boundaries(country_codes=set())) == 0
    assert "-99" not in set(load_boundaries()["code"])


def test_the_view_is_named_and_is_what_the_file_holds() -> None:
    assert "German point of view" in BOUNDARY_VIEW
    frame = load_boundaries(bounds=(33.0, 44.0, 35.0, 46.0))
    # Crimea in this view, which differs from Natural Earth's own default.
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
