"""Blurring places for publication: nothing exact stays behind."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from map_samples import incident, place, sample_incidents

from geomap.coarsening import WITHHELD, Coarsener, square_of
from geomap.drawing import Drawing
from geomap.errors import UsageError
from geomap.geo import distance_km
from geomap.pipeline import write_map
from geomap.records import Article, SourceQuote, to_dict

QUOTE = "Residents piled gravel across the road at Banjska, the mayor said."


def blurred(km: float = 10.0, **options):
    one = incident(
        1,
        "barricade_blockade",
        QUOTE,
        [place("Banjska")],
        sources=(
            SourceQuote(
                doc_id="banjska-2024",
                title="Gravel in Banjska",
                source="Banjska Courier",
                url="https://example.org/news/banjska-gravel",
                quote=QUOTE,
            ),
        ),
    )
    coarsener = Coarsener(km, **options)
    return coarsener, coarsener.coarsen([one])[0]


@pytest.mark.parametrize("km", [0.5, 5.0, 25.0, 300.0])
@pytest.mark.parametrize("point", [(42.9667, 20.7833), (-0.001, 179.9999), (89.99, 10.0), (-89.99, -180.0), (0.0, 0.0)])
def test_a_square_holds_its_point_and_all_its_points_have_one_middle(km: float, point: tuple[float, float]) -> None:
    lat, lon = square_of(*point, km)
    assert -90 <= lat <= 90
    assert -180 <= lon <= 180
    # Half the diagonal of a square that may be a little larger than asked for.
    assert distance_km(*point, lat, lon) <= max(km, 0.1) * 0.75 * math.sqrt(2) or abs(point[0]) > 89
    assert square_of(lat, lon, km) == (lat, lon)


def test_an_exact_place_becomes_an_area_under_its_regions_name() -> None:
    _, one = blurred()
    (where,) = one.places
    assert (where.name, where.text, where.place_id, where.is_area) == ("Mitrovica", "Mitrovica", None, True)
    assert (where.lat, where.lon) == square_of(42.9667, 20.7833, 10.0)
    assert where.radius_km == 10.0
    assert one.geo_precision == 3
    assert one.where_prec == 4


def test_no_field_keeps_the_name_or_the_coordinates() -> None:
    coarsener, one = blurred()
    text = json.dumps(to_dict(one), ensure_ascii=False).lower()
    for secret in ("banjska", "42.9667", "20.7833"):
        assert secret not in text
    assert one.sources[0].title == f"Gravel in {WITHHELD}"
    assert one.sources[0].url is None
    assert coarsener.withheld == {"t:banjska"}
    assert coarsener.points == {(42.9667, 20.7833)}


def test_quotes_stay_if_asked_for_and_the_note_says_so() -> None:
    coarsener, one = blurred(quotes=True)
    assert one.quote == QUOTE
    assert "may name places" in coarsener.note
    assert "left out" in blurred()[0].note
    assert "10 km" in coarsener.note


def test_names_with_endings_and_without_diacritics_go_too() -> None:
    coarsener = Coarsener(10)
    coarsener.coarsen(
        [incident(1, "protest", "A driver was detained near Rudare.", [place("Leposavić", text="Rudare")])]
    )
    assert (
        coarsener.without_names("u Leposaviću, Leposavic'de, LEPOSAVIĆ") == f"u {WITHHELD}, {WITHHELD}'de, {WITHHELD}"
    )
    assert coarsener.without_names("Rudareve is elsewhere") == f"{WITHHELD} is elsewhere"
    assert coarsener.without_names("Rudolf stays") == "Rudolf stays"


def test_countries_stay_and_a_city_that_is_its_own_region_gets_its_country() -> None:
    whole = Coarsener(20).coarsen(sample_incidents())
    kosovo = next(p for one in whole for p in one.places if p.name == "Kosovo")
    assert kosovo.lat == 42.58
    city = place("Pristina", admin1="Pristina")
    coarsener = Coarsener(20, country_name={"XK": "Kosovo"}.get)
    one = coarsener.coarsen(
        [incident(1, "protest", "No one was hurt in Pristina, police said, denying reports of a bomb.", [city])]
    )
    assert one[0].places[0].name == "Kosovo"
    assert one[0].places[0].admin1 is None


def test_the_same_grid_every_time_and_a_sensible_size_only() -> None:
    assert blurred()[1] == blurred()[1]
    for km in (0.0, -3.0, 5000.0, math.nan, math.inf):
        with pytest.raises(UsageError, match="--coarsen"):
            Coarsener(km)


def test_many_names_are_taken_out_in_time() -> None:
    coarsener = Coarsener(10)
    coarsener.coarsen(
        [
            incident(n, "protest", QUOTE, [replace(place("Banjska"), name=f"Place {n} of many", place_id=str(n))])
            for n in range(2000)
        ]
    )
    assert coarsener.without_names("word " * 20_000 + "Place 77 of many").endswith(WITHHELD)


def test_the_map_holds_nothing_exact(gazetteer, tmp_path) -> None:
    incidents = sample_incidents()
    page = write_map(
        incidents,
        tmp_path / "map.html",
        gazetteer=gazetteer,
        articles=[Article(doc_id="sample", text="", title="Gravel at Banjska")],
        drawing=Drawing(coarsen_km=10.0),
    ).read_text(encoding="utf-8")
    exact = {(p.lat, p.lon) for one in incidents for p in one.places if not p.is_area and p.lat is not None}
    assert len(exact) > 5
    data = json.loads(page.split('id="geomap-data-incidents">')[1].split("</script>")[0])
    # The world's outlines under the map are no coordinates of incidents.
    told = json.dumps({k: v for k, v in data.items() if k not in ("world", "water", "detail", "kinds")})
    for lat, lon in sorted(exact):
        for number in (lat, lon):
            for decimals in (3, 4, 5, 6):
                assert f"{number:.{decimals}f}" not in told, number
    for name in ("Banjska", "Rudare", "Jarinje", "Zubin Potok"):
        assert name not in json.dumps(data, ensure_ascii=False)
    assert "of 10 km" in page


def test_with_quotes_the_coordinates_are_still_blurred(tmp_path) -> None:
    page = write_map(
        sample_incidents(), tmp_path / "map.html", drawing=Drawing(coarsen_km=10.0, keep_quotes=True)
    ).read_text(encoding="utf-8")
    assert "42.9667" not in page
    assert "across the road at Banjska" in page
