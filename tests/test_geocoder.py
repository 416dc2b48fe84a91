"""The gazetteer as a geopy geocoder: answers, errors, no network, and the tools that people drive geocoders with."""

from __future__ import annotations

import functools
import pickle
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeocoderQueryError, GeocoderServiceError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point

from geomap.errors import GazetteerError
from geomap.geocoder import Gazetteer, NoNetworkAdapter

HAMLET = "id,title,lon,lat,variants,feature_class,feature_code,ccodes\nmine:vrba,Vrbnica Mala,20.5,43.1,,P,PPL,XK\n"


@pytest.fixture(scope="module")
def geocoder(gazetteer: Any) -> Iterator[Gazetteer]:
    with Gazetteer(gazetteer=gazetteer) as made:
        yield made


@pytest.fixture
def places(tmp_path: Path) -> Path:
    file = tmp_path / "places.csv"
    file.write_text(HAMLET, "utf-8")
    return file


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("Zvečan, Kosovo", "Zvečan, Mitrovica, Kosovo"),
        ("Zvecan", "Zvečan, Mitrovica, Kosovo"),
        ("Zvečan, xk", "Zvečan, Mitrovica, Kosovo"),
        ("Bangor, Maine", "Bangor, Maine, United States"),
        ("Bangor Maine", "Bangor, Maine, United States"),
        ("Bangor, ME 04401, USA", "Bangor, Maine, United States"),
        ("bangor, wales", "Bangor, Wales, United Kingdom"),
        ("Paris, Texas", "Paris, Texas, United States"),
        ("London, Ontario, Canada", "London, Ontario, Canada"),
        ("Bosniak Mahala, Mitrovica", "Bosniak Mahala, Mitrovica, Kosovo"),
        ("Kosovo", "Kosovo"),
        ("US", "United States"),
        ("Georgia", "Georgia"),
        ("Black Sea", "Black Sea"),
        ("Харьков", "Kharkiv, Kharkivska oblast, Ukraine"),
        ({"city": "Bangor", "state": "Maine"}, "Bangor, Maine, United States"),
        ({"city": "Bangor", "country": "fr"}, "Bangor, Bretagne, France"),
        ({"state": "Georgia"}, "Georgia, United States"),
        ({"country": "Georgia"}, "Georgia"),
        ({"country": "xk"}, "Kosovo"),
        ({"county": "Penobscot County", "state": "Maine"}, "Penobscot County, Maine, United States"),
    ],
)
def test_names_are_found(geocoder: Gazetteer, query: Any, address: str) -> None:
    found = geocoder.geocode(query)
    assert isinstance(found, Location)
    assert found.address == address
    assert (found.latitude, found.longitude) == (found.raw["lat"], found.raw["lon"])


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("New York", "New York City"),
        ("Bombay", "Mumbai"),
        ("Victoria", "Victoria"),
        ("Canton", "Guangzhou"),
        ("Maine", "Maine"),
        ("Paris", "Paris"),
        ("Burma", "Myanmar"),
    ],
)
def test_another_name_outranks_only_much_smaller_bearers(geocoder: Gazetteer, query: str, name: str) -> None:
    assert geocoder.geocode(query).raw["name"] == name


@pytest.mark.parametrize(
    "query", ["Qqxzzyville", "Zvečan, France", "Serbian", "Yugoslavia", "Bangor, Qqxzzyville", {"country": "Bangor"}]
)
def test_a_miss_is_none(geocoder: Gazetteer, query: Any) -> None:
    assert geocoder.geocode(query) is None
    assert geocoder.geocode(query, exactly_one=False) is None


def test_raw_says_what_it_rests_on(geocoder: Gazetteer) -> None:
    raw = geocoder.geocode("Bangor").raw
    assert raw["id"].startswith("gn:")
    assert (raw["feature_class"], raw["country_code"], raw["match"], raw["layer"]) == ("P", "GB", "exact", "world")
    assert raw["radius_km"] > 0 and 0 < raw["score"] <= 1 and raw["population"] > 10_000
    assert "GeoNames" in raw["licence"]
    assert raw["alternatives"][0]["country_code"] == "US"
    assert set(raw["alternatives"][0]) == {"id", "name", "country_code", "admin1", "lat", "lon", "score"}
    assert "address" not in raw and "namedetails" not in raw and "extratags" not in raw


def test_details_on_request(geocoder: Gazetteer) -> None:
    raw = geocoder.geocode("Bangor, Maine", addressdetails=True, namedetails=True, extratags=True).raw
    assert raw["address"] == {
        "city": "Bangor", "county": "Penobscot County", "state": "Maine", "country": "United States",
        "country_code": "us",
    }  # fmt: skip
    assert "Бангор" in raw["namedetails"]["alt_name"].split(";")
    assert int(raw["extratags"]["population"]) > 10_000


def test_lists_and_filters(geocoder: Gazetteer) -> None:
    many = geocoder.geocode("Bangor", exactly_one=False)
    assert 2 < len(many) <= 10
    assert len(geocoder.geocode("Bangor", exactly_one=False, limit=2)) == 2
    assert len(geocoder.geocode("San José", exactly_one=False, limit=10**9)) <= 500
    assert geocoder.geocode("Bangor", country_codes="us").raw["admin1"] == "Maine"
    assert geocoder.geocode("Bangor", country_codes=["FR", "de"]).raw["country_code"] == "FR"
    assert geocoder.geocode("Bangor", country_codes="FR,AU").raw["country_code"] == "AU"
    assert geocoder.geocode("Georgia", featuretype="state").raw["country_code"] == "US"
    assert geocoder.geocode("Georgia", featuretype="country").raw["feature_code"] == "PCLI"
    assert geocoder.geocode("New York", featuretype="city").raw["feature_class"] == "P"
    assert geocoder.geocode("Kosovo", featuretype="settlement").raw["feature_class"] == "P"


def test_viewbox(geocoder: Gazetteer) -> None:
    maine = [Point(43, -71), Point(47, -67)]
    hinted = geocoder.geocode("Bangor", exactly_one=False, viewbox=maine)
    assert hinted[0].raw["admin1"] == "Maine" and len(hinted) > 1
    bounded = geocoder.geocode("Bangor", exactly_one=False, viewbox=((43, -71), (47, -67)), bounded=True)
    assert {one.raw["admin1"] for one in bounded} == {"Maine"}
    assert geocoder.geocode("Zvečan", viewbox=["43,-71", "47,-67"], bounded=True) is None


def test_what_cannot_be_served_of_a_dict_is_named(geocoder: Gazetteer) -> None:
    found = geocoder.geocode({"street": "1 Main Street", "city": "Bangor", "state": "Maine", "postalcode": "04401"})
    assert found.raw["ignored"] == ["street", "postalcode"]


@pytest.mark.parametrize(
    "query", ["", "   ", ",", "','", None, 7, float("nan"), b"Paris", ["Paris"], {}, {"city": 3}, {"street": "x"},
              {"city": "\n"}, "Pa\x00ris", "x" * 1001, "\x1b[31mParis"],
)  # fmt: skip
def test_bad_queries(geocoder: Gazetteer, query: Any) -> None:
    with pytest.raises(GeocoderQueryError):
        geocoder.geocode(query)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"geometry": "wkt"}, "outlines"),
        ({"featuretype": "pub"}, "settlement"),
        ({"country_codes": "USA"}, "two-letter"),
        ({"country_codes": [7]}, "two-letter"),
        ({"viewbox": "everywhere"}, "corners"),
        ({"viewbox": [(95, 1), (1, 1)]}, "corners"),
        ({"bounded": True}, "viewbox"),
        ({"exactly_one": False, "limit": 0}, "less than 1"),
        ({"exactly_one": False, "limit": "many"}, "whole number"),
    ],
)
def test_bad_arguments(geocoder: Gazetteer, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(GeocoderQueryError, match=says):
        geocoder.geocode("Bangor", **arguments)


@pytest.mark.parametrize(
    "query", [(42.9075, 20.84), [42.9075, 20.84], "42.9075, 20.84", "42.9075 20.84", Point(42.9075, 20.84),
              "42°54'27\"N 20°50'24\"E"],
)  # fmt: skip
def test_reverse_takes_what_geopy_takes(geocoder: Gazetteer, query: Any) -> None:
    found = geocoder.reverse(query)
    assert found.address == "Zvečan, Mitrovica, Kosovo"
    assert found.raw["distance_km"] < 1


def test_reverse_by_zoom(geocoder: Gazetteer) -> None:
    point = (44.8, -68.77)
    assert geocoder.reverse(point, zoom=3).address == "United States"
    assert geocoder.reverse(point, zoom=5).address == "Maine, United States"
    county = geocoder.reverse(point, zoom=8, addressdetails=True, namedetails=True)
    assert county.address == "Penobscot County, Maine, United States"
    assert (county.raw["by"], county.raw["address"]["country"]) == ("Bangor", "United States")
    assert geocoder.reverse(point, zoom=10).raw["population"] >= 10_000


def test_reverse_lists_by_distance(geocoder: Gazetteer) -> None:
    found = geocoder.reverse((42.9, 20.86), exactly_one=False, limit=4)
    distances = [one.raw["distance_km"] for one in found]
    assert len(found) == 4 and distances == sorted(distances)
    states = geocoder.reverse((42.9, 20.86), exactly_one=False, zoom=5)
    assert len({one.raw["id"] for one in states}) == len(states)


def test_reverse_far_from_anything_is_none(geocoder: Gazetteer) -> None:
    for zoom in (None, 3, 5, 8, 10, 18):
        assert geocoder.reverse((0, -140), zoom=zoom) is None
        assert geocoder.reverse((0, -140), zoom=zoom, exactly_one=False) is None
    assert geocoder.reverse((90, 0)) is None
    assert geocoder.reverse((-90, 180), zoom=3) is None


@pytest.mark.parametrize(
    "query", [(91, 0), (0, 181), (200, 10), "200, 10", (float("nan"), 0), (float("inf"), 0), "here", "", None, (), (1,),
              ("a", "b"), {"lat": 1}, "1" * 10_000, 10**400, (10**400, 0)],
)  # fmt: skip
def test_bad_coordinates(geocoder: Gazetteer, query: Any) -> None:
    with pytest.raises(GeocoderQueryError):
        geocoder.reverse(query)


def test_swapped_axes_are_pointed_out(geocoder: Gazetteer) -> None:
    with pytest.raises(GeocoderQueryError, match="swapped"):
        geocoder.reverse((104.9, 11.5))
    for zoom in (-1, 19, "close"):
        with pytest.raises(GeocoderQueryError, match="zoom"):
            geocoder.reverse((0, 0), zoom=zoom)


def test_own_places_come_first(places: Path) -> None:
    with Gazetteer(places=[places]) as geocoder:
        found = geocoder.geocode("Vrbnica Mala, Kosovo")
        assert (found.raw["id"], found.raw["layer"]) == ("mine:vrba", "user")
        assert geocoder.reverse((43.1, 20.5)).raw["id"] == "mine:vrba"
    # A closed one opens again.
    assert geocoder.geocode("Vrbnica Mala").raw["id"] == "mine:vrba"
    geocoder.close()


def test_opening_is_lazy_and_a_broken_gazetteer_is_no_miss(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("title,lon,lat\nX,10,95\n", "utf-8")
    geocoder = Gazetteer(places=[broken])
    with pytest.raises(GazetteerError, match=r"broken\.csv"):
        RateLimiter(geocoder.geocode, min_delay_seconds=0)("Paris")


class Refusing(BaseSyncAdapter):
    def get_text(self, url: str, *, timeout: Any, headers: Any) -> Any:
        raise AssertionError("asked for " + url)

    get_json = get_text


@pytest.mark.parametrize("factory", [None, Refusing])
def test_no_network(gazetteer: Any, monkeypatch: pytest.MonkeyPatch, factory: Any) -> None:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise AssertionError("opened a connection")

    import ssl
    import urllib.request

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(ssl, "create_default_context", refuse)
    monkeypatch.setattr(urllib.request, "build_opener", refuse)
    with Gazetteer(gazetteer=gazetteer, adapter_factory=factory) as geocoder:
        assert geocoder.geocode("Bangor, Maine")
        assert geocoder.geocode("Qqxzzyville") is None
        assert geocoder.reverse((44.8, -68.77))


def test_the_default_adapter_refuses() -> None:
    geocoder = Gazetteer()
    assert isinstance(geocoder, Geocoder) and isinstance(geocoder.adapter, NoNetworkAdapter)
    for ask in (geocoder.adapter.get_text, geocoder.adapter.get_json):
        with pytest.raises(GeocoderServiceError, match="no requests"):
            ask("https://example.org/", timeout=1, headers={})


def test_rate_limiter(geocoder: Gazetteer) -> None:
    limited = RateLimiter(geocoder.geocode, min_delay_seconds=0)
    assert [bool(limited(name)) for name in ("Paris", "Qqxzzyville")] == [True, False]
    assert RateLimiter(geocoder.reverse, min_delay_seconds=0)((48.85, 2.35)).raw["country_code"] == "FR"


def test_geopandas(places: Path, gazetteer: Any) -> None:
    import geopandas
    import pandas
    from shapely.geometry import Point as Shape

    names = pandas.Series(["Bangor, Maine", "Vrbnica Mala", "Qqxzzyville", "", None], index=list("abcde"))
    instance = Gazetteer(places=[places])
    for provider in (functools.partial(Gazetteer, places=[places]), instance):
        frame = geopandas.tools.geocode(names, provider=provider)
        assert list(frame.index) == list("abcde")
        assert list(frame["address"][:2]) == ["Bangor, Maine, United States", "Vrbnica Mala, Kosovo"]
        assert frame.geometry["a"].x == pytest.approx(-68.77, abs=0.05)
        assert list(frame.geometry.is_empty) == [False, False, True, True, True]
    instance.close()
    frame = geopandas.tools.geocode(["Bangor, Maine"], provider=Gazetteer, timeout=3, user_agent="x")
    assert frame["address"][0] == "Bangor, Maine, United States"
    frame = geopandas.tools.reverse_geocode([Shape(20.84, 42.9075), Shape(-140, 0)], provider=Gazetteer)
    assert frame["address"][0] == "Zvečan, Mitrovica, Kosovo"
    assert list(frame.geometry.is_empty) == [False, True]


def test_called_and_pickled(places: Path, gazetteer: Any) -> None:
    geocoder = Gazetteer(places=str(places), timeout=5)
    assert geocoder() is geocoder
    other = geocoder(timeout=7)
    assert other is not geocoder and other.timeout == 7
    with geocoder, other:
        assert geocoder.geocode("Vrbnica Mala") and other.geocode("Vrbnica Mala")
        copy = pickle.loads(pickle.dumps(geocoder))
        with copy:
            assert copy.geocode("Vrbnica Mala").raw["id"] == "mine:vrba"
    with pytest.raises(TypeError, match="places"):
        pickle.dumps(Gazetteer(gazetteer=gazetteer))


def test_threads(geocoder: Gazetteer) -> None:
    wrong: list[str] = []

    def ask() -> None:
        for name in ("Bangor, Maine", "Paris, Texas", "London, Ontario") * 20:
            found = geocoder.geocode(name)
            if found is None or not found.address.startswith(name):
                wrong.append(name)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not wrong


def test_importing_geomap_does_not_import_geopy(root: Path) -> None:
    code = "import geomap, geomap.gazetteer, sys; print('geopy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "False"


def test_the_page_on_geocoding_runs(root: Path, gazetteer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    page = (root / "docs" / "geocoding.md").read_text("utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", page, re.S | re.M))
    names: dict[str, Any] = {}
    exec(code, names)
    names["geocoder"].close()
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Bangor, Maine, United States" and said[2] == "None"
    assert "Kosovo" in said and "Bangor Wales GB" in said
