"""Incidents as rows: what is a point, what is a line, and what must never be either."""

from __future__ import annotations

from dataclasses import replace

import pytest
from map_samples import incident, place, sample_incidents
from shapely.geometry import LineString, Point

from geomap.errors import OutputError
from geomap.frames import COLUMNS, KINDS, incidents_to_gdf

QUOTE = "About 300 people marched in Kosovska Mitrovica, an organiser said."


def by_id(number: int):
    frame = incidents_to_gdf(sample_incidents())
    rows = frame[frame["incident_id"] == f"sample-{number}"]
    assert len(rows) == 1
    return rows.iloc[0]


def test_no_incidents_give_the_same_columns() -> None:
    frame = incidents_to_gdf([])
    assert len(frame) == 0
    assert list(frame.columns) == [*COLUMNS, "geometry"]
    assert frame.crs.to_epsg() == 4326


def test_every_sample_has_a_row_of_a_known_kind_in_input_order() -> None:
    frame = incidents_to_gdf(sample_incidents())
    assert list(frame["incident_id"]) == [one.incident_id for one in sample_incidents()]
    assert set(frame["geometry_kind"]) == set(KINDS)
    assert frame.crs.to_epsg() == 4326


def test_a_named_place_is_a_point_at_that_place() -> None:
    row = by_id(2)
    assert row["geometry_kind"] == "pin"
    assert row.geometry == Point(20.7833, 42.9667)
    assert (row["lat"], row["lon"]) == (42.9667, 20.7833)


@pytest.mark.parametrize(("number", "kind"), [(3, "part_of"), (4, "near"), (8, "near")])
def test_near_and_part_of_keep_the_named_place_but_are_no_pin(number: int, kind: str) -> None:
    row = by_id(number)
    assert row["geometry_kind"] == kind
    assert row.geometry.geom_type == "Point"


def test_along_is_one_line_through_the_places() -> None:
    row = by_id(5)
    assert row["geometry_kind"] == "along"
    assert row.geometry == LineString([(20.8403, 42.9075), (20.8028, 43.1039)])
    assert row["place_name"] == "Zvečan – Leposavić"
    assert row["lat"] is None
    assert row["place_index"] == [0, 1]


def test_a_movement_is_a_line_from_start_to_end_whatever_the_order_of_words() -> None:
    sentence = "On Tuesday morning a convoy of police vehicles drove from Pristina to Leposavić."
    turned = incident(
        1, "force_movement", sentence, [place("Leposavić", "to"), place("Pristina", "from")], geo_precision=2
    )
    row = incidents_to_gdf([turned]).iloc[0]
    assert row["geometry_kind"] == "route"
    assert row.geometry.coords[0] == (21.1669, 42.6727)


def test_one_end_of_a_line_is_not_the_place_itself() -> None:
    sentence = "Lorries queued along the road between Zvečan and Leposavić."
    half = incident(1, "protest", sentence, [place("Zvečan", "along")], geo_precision=1)
    assert incidents_to_gdf([half]).iloc[0]["geometry_kind"] == "near"


@pytest.mark.parametrize("number", [9, 10, 12])
def test_areas_have_no_point(number: int) -> None:
    row = by_id(number)
    assert row["geometry_kind"] == "area"
    assert row.geometry is None


@pytest.mark.parametrize("precision", [3, None])
def test_a_vague_incident_is_never_a_point_even_at_a_town(precision: int | None) -> None:
    vague = incident(1, "protest", QUOTE, [place("Kosovska Mitrovica")], geo_precision=precision)
    row = incidents_to_gdf([vague]).iloc[0]
    assert (row["geometry_kind"], row.geometry) == ("area", None)


def test_no_place_and_unknown_place_are_kept_without_geometry() -> None:
    assert by_id(13)["geometry_kind"] == "none"
    lost = replace(place("Banjska"), lat=None, lon=None, place_id=None, name=None)
    row = incidents_to_gdf([incident(2, "protest", QUOTE, [lost])]).iloc[0]
    assert row["geometry_kind"] == "none"
    assert row.geometry is None
    assert row["places"][0]["text"] == "Banjska"


def test_two_places_are_two_rows_and_the_country_beside_them_is_not_a_third() -> None:
    both = incident(1, "protest", QUOTE, [place("Banjska"), place("Rudare", "near"), place("Kosovo")], geo_precision=1)
    frame = incidents_to_gdf([both])
    assert list(frame["geometry_kind"]) == ["pin", "near"]
    assert list(frame["place_index"]) == [[0], [1]]


def test_numbers_keep_their_meaning_in_the_frame() -> None:
    row = by_id(7)
    assert row["crowd_size"] == [300, 300]
    assert row["deaths"] is None  # not stated is not zero
    frame = incidents_to_gdf(sample_incidents())
    assert 1 in list(frame["geo_precision"]) and None in list(frame["geo_precision"])


@pytest.mark.parametrize(("lat", "lon"), [(float("nan"), 20.0), (1e308, 20.0), (91.0, 20.0), (42.0, 181.0)])
def test_impossible_coordinates_are_an_error_that_names_the_incident(lat: float, lon: float) -> None:
    bad = incident(7, "protest", QUOTE, [place("Kosovska Mitrovica", lat=lat, lon=lon)])
    with pytest.raises(OutputError, match=r"sample-7.*Kosovska Mitrovica"):
        incidents_to_gdf([bad])


def test_changing_the_frame_changes_no_record() -> None:
    before = sample_incidents()
    frame = incidents_to_gdf(before)
    frame["places"].iloc[1][0]["reasons"].append("changed")
    assert before == sample_incidents()
    assert incidents_to_gdf(before)["places"].iloc[1] != frame["places"].iloc[1]
