"""The records: frozen, slotted, keyword-only, and plain when written out."""

from __future__ import annotations

import dataclasses
import inspect
import json
from typing import Any, get_args

import pytest

from geomap import records
from geomap.records import (
    Article,
    Attribution,
    Candidate,
    Incident,
    IncidentPlace,
    Mention,
    Place,
    Resolution,
    to_dict,
)

CLASSES = sorted(
    (c for _, c in inspect.getmembers(records, dataclasses.is_dataclass) if c.__module__ == records.__name__),
    key=lambda c: c.__name__,
)
MENTION = Mention(start=8, end=12, text="Oran")
PLACE = Place(id="t:1", name="Oran", lat=35.7, lon=-0.64, feature_class="P", feature_code="PPLA")


def of_class(feature_class: str, radius_km: float) -> Place:
    return dataclasses.replace(PLACE, feature_class=feature_class, radius_km=radius_km)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_every_record_is_frozen_slotted_keyword_only_and_said(cls: Any) -> None:
    parameters = cls.__dataclass_params__
    assert parameters.frozen
    assert "__slots__" in vars(cls)
    assert all(f.kw_only for f in dataclasses.fields(cls))
    assert cls.__doc__
    assert not cls.__doc__.startswith(f"{cls.__name__}("), "the docstring is the one dataclass makes up"
    assert cls.__name__ in records.__all__


def test_a_record_cannot_be_changed_or_widened() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        MENTION.text = "Tunis"  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        MENTION.extra = 1  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        Mention(8, 12, "Oran")  # type: ignore[misc]


def test_equal_records_are_equal_and_can_be_keys() -> None:
    assert dataclasses.replace(PLACE) == PLACE
    assert len({PLACE, dataclasses.replace(PLACE), dataclasses.replace(PLACE, lat=0.0)}) == 2


@pytest.mark.parametrize(
    ("feature_class", "radius_km", "area"),
    [
        ("A", 0.5, True),
        ("L", 3.0, True),
        ("H", 1.0, True),
        ("P", 40.0, False),
        ("S", 0.1, False),
        ("T", 2.0, False),
        ("T", 9.99, False),
        ("T", 10.0, True),
    ],
)
def test_what_is_an_area_and_never_a_point(feature_class: str, radius_km: float, area: bool) -> None:
    assert of_class(feature_class, radius_km).is_area is area


def test_the_lists_of_values_are_the_types() -> None:
    assert get_args(records.Certainty) == records.CERTAINTIES
    assert get_args(records.Level) == records.LEVELS
    assert get_args(records.Role) == records.ROLES
    assert len(set(records.CERTAINTIES)) == 8


def test_not_stated_is_not_zero() -> None:
    incident = Incident(
        incident_id="i", doc_id="d", type="riot", places=(), quote="", quote_start=0, quote_end=0,
        certainty="reported", attribution=Attribution(source=None, level="stated"), geo_precision=None,
    )  # fmt: skip
    assert incident.deaths is incident.injured is incident.crowd_size is incident.detained is None
    assert incident.date_start is None
    place = IncidentPlace(start=0, end=4, text="Oran", role="site")
    assert place.lat is place.lon is place.place_id is None


def test_records_within_records_become_plain_json() -> None:
    resolution = Resolution(
        mention=MENTION, place=PLACE, score=0.5, rule="only", reasons=("so",),
        alternatives=(Candidate(place=PLACE, match="exact"),),
    )  # fmt: skip
    plain = json.loads(json.dumps(to_dict(resolution)))
    assert plain["mention"]["text"] == "Oran"
    assert plain["place"]["lat"] == 35.7
    assert plain["alternatives"][0]["place"]["id"] == "t:1"
    assert set(plain) == {f.name for f in dataclasses.fields(Resolution)}
    assert to_dict(Article(doc_id="a", text="b"))["published"] is None
