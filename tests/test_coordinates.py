from __future__ import annotations

import math
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geomap.errors import OverlayError
from geomap.gazetteer.coordinates import Coordinates, format_coordinates, parse_coordinates
from geomap.geo import distance_km

# A village, to a few metres; DMS is exact to half a second.
LAT, LON = 43.20028, 20.72056
DMS = (43 + 12 / 60 + 1 / 3600, 20 + 43 / 60 + 14 / 3600)
MINUTES = (43 + 12.02 / 60, 20 + 43.23 / 60)


@pytest.mark.parametrize(
    "text",
    [
        "43.20028, 20.72056",
        "43.20028 20.72056",
        "  43.20028,20.72056\n",
        "43.20028; 20.72056",
        "43.20028/20.72056",
        "43.20028\t20.72056",
        "(43.20028, 20.72056)",
        "43,20028 20,72056",
        "43,20028; 20,72056",
        "43,20028, 20,72056",
        "43.20028N 20.72056E",
        "43.20028° N, 20.72056° E",
        "43,20028° N 20,72056° E",
        "N43.20028 E20.72056",
        "E 20.72056 N 43.20028",
        "20.72056E, 43.20028N",
        "43.20028 North, 20.72056 East",
        "43.20028 Nord 20.72056 Ost",
        "С 43.20028 И 20.72056",
        "43.20028° с.ш. 20.72056° в.д.",
        "43.20028° с. ш., 20.72056° в. д.",
        "43.20028° с.г.ш. 20.72056° и.г.д.",
        "lat: 43.20028, lon: 20.72056",
        "lon=20.72056 lat=43.20028",
        "Latitude 43.20028 Longitude 20.72056",
        '{"lat": 43.20028, "lng": 20.72056}',
        '{"type": "Point", "coordinates": [20.72056, 43.20028]}',
        "+43.20028+020.72056/",
        "\u200e43.20028\u200e, 20.72056\ufeff",
        "43．20028， 20．72056",
        "٤٣٫٢٠٠٢٨ ٢٠٫٧٢٠٥٦",
        "geo:43.20028,20.72056",
        "GEO:43.20028,20.72056,800;crs=wgs84;u=35",
        "geo:0,0?q=43.20028,20.72056(Jarinje)",
        "geo:43.20028%2C20.72056",
        "POINT(20.72056 43.20028)",
        "point z (20.72056 43.20028 12)",
        "SRID=4326;POINT(20.72056 43.20028)",
        "https://www.openstreetmap.org/#map=15/43.20028/20.72056",
        "https://www.openstreetmap.org/?mlat=43.20028&mlon=20.72056#map=15/43.3/20.8",
        "https://www.openstreetmap.org/node/26862550#map=19/43.20028/20.72056",
        "openstreetmap.org/#map=15/43.20028/20.72056&layers=H",
        "https://umap.openstreetmap.fr/en/map/borders_12#12/43.20028/20.72056",
        "https://opentopomap.org/#map=13/43.20028/20.72056",
        "https://www.google.com/maps/@43.20028,20.72056,15z",
        "https://www.google.com/maps/@43.20028,20.72056,120m/data=!3m1!1e3",
        "https://www.google.com/maps/place/Jarinje/@43.1,20.6,15z/data=!4m5!3m4!1s0x1:0x2!8m2!3d43.20028!4d20.72056",
        "https://www.google.com/maps?q=43.20028,20.72056",
        "https://maps.google.com/?q=loc:43.20028,20.72056",
        "https://maps.google.de/?ll=43.20028,20.72056&q=Jarinje",
        "https://www.google.co.uk/maps/place/43.20028,20.72056",
        "https://www.google.com/maps/search/43.20028,+20.72056",
        "https://www.google.com/maps/search/?api=1&query=43.20028%2C20.72056",
        "https://www.google.com/maps/embed?pb=!1m18!1m12!1m3!1d2903!2d20.72056!3d43.20028!2m3!1f0",
        "https://maps.apple.com/?ll=43.20028,20.72056&q=Jarinje",
        "https://maps.apple.com/place?coordinate=43.20028%2C20.72056",
        "https://www.bing.com/maps?cp=43.20028~20.72056&lvl=15",
        "https://bing.com/maps/default.aspx?cp=43.1~20.6&sp=point.43.20028_20.72056_Jarinje",
        "https://yandex.ru/maps/?ll=20.72056%2C43.20028&z=15",
        "https://yandex.com/maps/?ll=20.6%2C43.1&pt=20.72056,43.20028&z=15",
        "https://yandex.com/maps/?ll=20.6,43.1&whatshere%5Bpoint%5D=20.72056%2C43.20028",
        "https://2gis.ru/?m=20.72056%2C43.20028%2F15",
        "https://wikimapia.org/#lang=en&lat=43.20028&lon=20.72056&z=12&m=w",
        "https://www.mapillary.com/app/?lat=43.20028&lng=20.72056&z=17",
        "https://www.waze.com/ul?ll=43.20028%2C20.72056&navigate=yes",
        "https://www.waze.com/live-map/directions?to=ll.43.20028%2C20.72056",
        "https://wego.here.com/?map=43.20028,20.72056,15,normal",
    ],
)
def test_one_village_in_many_notations(text: str) -> None:
    found = parse_coordinates(text)
    assert (found.lat, found.lon) == (LAT, LON)
    assert found.precision_km == pytest.approx(0.035 if "u=35" in text else 0.00111, rel=0.01)
    assert found.notation


@pytest.mark.parametrize(
    "text",
    [
        "43°12′01″N 20°43′14″E",
        "43°12'01\"N, 20°43'14\"E",
        "43° 12' 01'' N 20° 43' 14'' E",
        "43º12’01”N 20º43’14”E",
        "N 43°12′01″ E 20°43′14″",
        "43°12′01″ 20°43′14″",
        "43 12 01 N 20 43 14 E",
        "43 12 01 20 43 14",
        "43:12:01N 20:43:14E",
        "43:12:01 20:43:14",
        "43d12m01s 20d43m14s",
        "43d12m01sN 20d43m14sE",
        "43d 12m 01s N 20d 43m 14s E",
        "43 deg 12 min 1 sec N, 20 deg 43 min 14 sec E",
        "43-12-01N 20-43-14E",
        "431201N 0204314E",
        "20°43′14″ E 43°12′01″ N",
        "43°12′01″ с. ш. 20°43′14″ в. д.",
        "https://geohack.toolforge.org/geohack.php?pagename=X&params=43_12_01_N_20_43_14_E_region:XK_type:city",
        "https://www.google.com/maps/place/" + quote("43°12'01.0\"N 20°43'14.0\"E") + "/@43.1,20.6,17z",
    ],
)
def test_degrees_minutes_and_seconds(text: str) -> None:
    found = parse_coordinates(text)
    assert tuple(found) == pytest.approx(DMS, abs=1e-9)
    assert found.precision_km == pytest.approx(0.0309 if ".0" not in text and "%" not in text else 0.00309, rel=0.01)


@pytest.mark.parametrize(
    "text", ["43°12.02'N 20°43.23'E", "43 12.02 N 20 43.23 E", "43 12.02 20 43.23", "43° 12,02' N 20° 43,23' E"]
)
def test_degrees_and_minutes(text: str) -> None:
    found = parse_coordinates(text)
    assert tuple(found) == pytest.approx(MINUTES, abs=1e-9)
    assert found.notation == "degrees and minutes"


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("43, 20", 43, 20),
        ("43,-20", 43, -20),
        ("-33.86, 151.21", -33.86, 151.21),
        ("−33.86, 151.21", -33.86, 151.21),
        ("33.86 S 151.21 E", -33.86, 151.21),
        ("33d51m54S 151d12m34E", -33.865, 151.2094444),
        ("43.2 Ј 20.7 З", -43.2, -20.7),
        ("0,0 0,0", 0, 0),
        ("0, 0", 0, 0),
        ("-0.0, -0.0", 0, 0),
        ("90, 180", 90, 180),
        ("-90 -180", -90, -180),
        ("-0 30 0, -0 15 0", -0.5, -0.25),
        ("40°N 74°W", 40, -74),
    ],
)
def test_signs_and_edges(text: str, lat: float, lon: float) -> None:
    found = parse_coordinates(text)
    assert tuple(found) == pytest.approx((lat, lon), abs=1e-6)
    assert math.copysign(1, found.lat) == (1 if lat == 0 else math.copysign(1, lat))


def test_a_short_link_of_openstreetmap_is_no_look_up() -> None:
    # The example of OpenStreetMap's wiki: a cell in London.
    found = parse_coordinates("https://osm.org/go/0EEQjE==")
    assert distance_km(found.lat, found.lon, 51.5108, 0.0549) < found.precision_km * 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        (" \u200b ", "empty"),
        ("hello", "no numbers"),
        ("nan, inf", "no numbers"),
        ("43,2", "decimal sign"),
        ("-33,151", "decimal sign"),
        ("43,2,20,7", "decimal sign"),
        ("43.2", "one number"),
        ("43.2, 20.7, 5", "3 numbers"),
        ("1e308, 2", "numbers"),
        ("43.2.1, 20.7", "two points"),
        ("43.2-20.7", "hyphen"),
        ("43.2+20.7", "two points or signs"),
        ("91, 20", "lat 91 cannot be"),
        ("120, 20.7", "Did you mean lat 20.7, lon 120?"),
        ("120N, 20.7E", "lat 120 cannot be"),
        ("20.7, 200.5", "Did you mean lon -159.5?"),
        ("9" * 400 + ", 20", "cannot be"),
        ("43.2N, 20.7N", "both are a latitude"),
        ("43.2N, 20.7", "only one of the two"),
        ("33d51m54s 151d12m34e", "only one of the two"),
        ("-43.2N 20.7E", "a sign and the letter N"),
        ("43.2 N, 20.7 O", "O is east in German"),
        ("43 75 01 N 20 43 14 E", "75 minutes cannot be"),
        ("43 12.5 01 N 20 43 14 E", "only the last"),
        ("43°12''01 N 20 E", "seconds stand where"),
        ("lat N 43 lon N 20", "cannot be"),
        ("[20.7, 43.2]", "square brackets"),
        ("Jarinje 43.2, 20.7", "'Jarinje'"),
        ("8GCR6P2C+2X", "plus code"),
        ("6P2C+2X Leposavić", "plus code"),
        ("34TDN7684", "MGRS"),
        ("34T 476000 4783000", "UTM"),
        ("///filled.count.soap", "three-word"),
        ("filled.count.soap", "three-word"),
        ("SRID=3857;POINT(1 2)", "only 4326"),
        ("POINT EMPTY", "POINT(lon lat)"),
        ("LINESTRING(1 2, 3 4)", "not one point"),
        ("geo:43.2", "geo:LAT,LON"),
        ("geo:43.2,20.7;crs=nad27", "only wgs84"),
        ("geo:43.2,20.7;u=much", "number of metres"),
        ("geo:nan,inf", "geo:LAT,LON"),
        ("https://maps.app.goo.gl/a1B2c3", "short link"),
        ("goo.gl/maps/a1B2c3", "short link"),
        ("https://www.openstreetmap.org/node/26862550", "its number, not its coordinates"),
        ("https://www.openstreetmap.org/relation/1", "relation"),
        ("https://www.openstreetmap.org/", "holds no coordinates"),
        ("https://www.google.com/maps/place/Jarinje", "holds no coordinates"),
        ("https://www.google.com/maps/dir/A/B/@43.2,20.7,9z", "route"),
        ("https://www.google.com/maps/x/data=!3d1.5!4d2.5!3d3.5!4d4.5", "several points"),
        ("https://maps.apple.com/?q=Jarinje", "holds no coordinates"),
        ("https://www.bing.com/maps", "holds no coordinates"),
        ("https://yandex.ru/maps/213/moscow/", "holds no coordinates"),
        ("https://example.org/article-43.2-20.7", "no coordinates that can be read"),
        ("https://[::1/", "malformed"),
        ("ftp://example.org/#map=15/43.2/20.7", "http"),
        ("https://www.openstreetmap.org/#map=15/143.2/20.7", "lat 143.2 cannot be"),
    ],
)
def test_what_is_refused_says_what_to_write(text: str, told: str) -> None:
    with pytest.raises(OverlayError, match="coordinates") as error:
        parse_coordinates(text)
    assert told in str(error.value)
    assert len(str(error.value)) < 700


@pytest.mark.parametrize(
    "text",
    ["43." + "1" * 10_000, "1 " * 50_000, "°" * 100_000, "http://" + "a." * 50_000, "8GCR" * 20_000, "(" * 100_000],
)
def test_a_flood_is_refused_at_once(text: str) -> None:
    with pytest.raises(OverlayError, match="longer than"):
        parse_coordinates(text)


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 2000,
        "°" * 4000,
        "9" * 4000,
        "http://" + "a." * 2000,
        "a." * 2000,
        "43:" * 1300,
        "POINT(" + " " * 4000,
        "с." * 2000,
        "-1" * 2000,
        '{"coordinates":[' * 250,
        '{"type":"Point"' * 250,
        "https://google.com/maps/" + "@1,1x" * 700,
        "https://google.com/maps/" + "!3d1!4d1.1." * 350,
        "https://x.org/?" + "a=1&" * 1000,
    ],
)
def test_the_longest_texts_are_refused_too(text: str) -> None:
    with pytest.raises(OverlayError):
        parse_coordinates(text)


def test_controls_are_shown_not_sent_to_the_terminal() -> None:
    with pytest.raises(OverlayError) as error:
        parse_coordinates("\x1b[31m43\u202e.2, x")
    assert "\x1b" not in str(error.value) and "\u202e" not in str(error.value)


def test_format() -> None:
    assert format_coordinates(LAT, LON) == "43.20028° N, 20.72056° E"
    assert format_coordinates(-33.865, -70.0) == "33.86500° S, 70.00000° W"
    assert format_coordinates(-1e-9, -1e-9) == "0.00000° N, 0.00000° E"
    for lat, lon in ((math.nan, 0.0), (0.0, math.inf), (91.0, 0.0), (0.0, -180.5)):
        with pytest.raises(OverlayError):
            format_coordinates(lat, lon)


lats = st.floats(-90, 90, allow_nan=False)
lons = st.floats(-180, 180, allow_nan=False)


def close(found: Coordinates, lat: float, lon: float) -> None:
    # Half a step in each direction, and what the doubles of the arithmetic lose.
    assert abs(found.lat - lat) * 111.195 <= found.precision_km / 2 * 1.001 + 1e-9
    assert abs(found.lon - lon) * 111.195 <= found.precision_km / 2 * 1.001 + 1e-9
    assert math.isfinite(found.lat) and math.isfinite(found.lon)


@settings(max_examples=40, deadline=None)
@given(lats, lons, st.integers(0, 12))
def test_decimal_notations_come_back(lat: float, lon: float, digits: int) -> None:
    north, east = f"{lat:.{digits}f}", f"{lon:.{digits}f}"
    letters = f"{abs(lat):.{digits}f}°{'S' if lat < 0 else 'N'} {abs(lon):.{digits}f}°{'W' if lon < 0 else 'E'}"
    for text in (
        f"{north}, {east}",
        f"{north} {east}",
        letters,
        " ".join(reversed(letters.split())),
        f"geo:{north},{east}",
        f"POINT({east} {north})",
        f"https://www.openstreetmap.org/#map=9/{north}/{east}",
        f"https://www.openstreetmap.org/?mlat={north}&mlon={east}",
        f"https://www.google.com/maps/@{north},{east},15z",
        f"https://www.google.com/maps/place/X/@1,2,3z/data=!8m2!3d{north}!4d{east}",
        f"https://maps.apple.com/?ll={north},{east}",
        f"https://www.bing.com/maps?cp={north}~{east}",
        f"https://yandex.ru/maps/?ll={east}%2C{north}",
        f"https://wikimapia.org/#lang=en&lat={north}&lon={east}",
        f"lon={east} lat={north}",
    ):
        close(parse_coordinates(text), lat, lon)
    if digits:
        close(parse_coordinates(f"{north} {east}".replace(".", ",")), lat, lon)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 89), st.integers(0, 179), *[st.integers(0, 59)] * 2, st.integers(0, 5999), st.booleans())
def test_degrees_minutes_seconds_come_back(d: int, e: int, m: int, n: int, hundredths: int, west: bool) -> None:
    seconds = f"{hundredths / 100:05.2f}"
    lat, lon = d + m / 60 + float(seconds) / 3600, (e + n / 60 + float(seconds) / 3600) * (-1 if west else 1)
    letter = "W" if west else "E"
    for text in (
        f"{d}°{m:02}′{seconds}″S {e}°{n:02}′{seconds}″{letter}",
        f"S {d} {m} {seconds} {letter} {e} {n} {seconds}",
        f"{e}:{n}:{seconds} {letter}, {d}:{m}:{seconds} S",
        f"{d}d{m}m{seconds}s S {e}d{n}m{seconds}s {letter}",
        f"{d:02}{m:02}{seconds}S{e:03}{n:02}{seconds}{letter}",
    ):
        found = parse_coordinates(text)
        close(found, -lat, lon)
        assert found.notation == "degrees, minutes and seconds"


@given(lats, lons)
def test_what_is_formatted_reads_back(lat: float, lon: float) -> None:
    close(parse_coordinates(format_coordinates(lat, lon)), lat, lon)


pieces = st.lists(
    st.sampled_from(
        [*"0123456789", *".,;:-+°'\"/()[]{}@!?=&#~_% ", *"NSEWO", *"dms", "с.ш.", "lat", "lon", "geo:", "POINT(",
         "https://", "google.com/maps/", "openstreetmap.org/", "#map=", "!3d", "!4d", "43.2", "20.7", "−", "′", "″"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), pieces))
@example("1²,2")
@example("\ud800 1, 2")
@example("http://\u2100/1,2")
@example("//１.ａ")
@example("geo:1,2?q=%ff&" + "a&" * 100)
def test_any_text_is_a_point_or_an_overlay_error(text: str) -> None:
    try:
        found = parse_coordinates(text)
    except OverlayError as error:
        assert str(error)
    else:
        assert abs(found.lat) <= 90 and abs(found.lon) <= 180 and found.precision_km >= 0
