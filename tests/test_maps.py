"""The map page as text: self-contained, locked down, deterministic, and deaf to what articles say."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import folium
import pytest
from map_hostile import HOSTILE, hostile_incidents
from map_samples import LABELS, incident, place, read_back, sample_incidents

from geomap.boundaries import BOUNDARY_VIEW, join_boundaries, load_boundaries_for
from geomap.errors import OutputError, UsageError
from geomap.frames import incidents_to_gdf
from geomap.maps import IncidentLayer, build_map, save_map
from geomap.maps.basemap import contested, detail, encode_arcs, world
from geomap.maps.layer import LANGUAGES, asset, script, style, vendor
from geomap.maps.topology import build_topology
from geomap.records import Place
from geomap.views import load_view


class Page(HTMLParser):
    """What a browser would see: elements, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: list[tuple[str, dict[str, str | None], str]] = []
        self._open: tuple[str, dict[str, str | None]] | None = None
        self.title = ""
        self._in_title = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_title = tag == "title"
        if tag in ("script", "style"):
            self._open = (tag, dict(attrs))
            self.blocks.append((tag, dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = None
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._open:
            tag, attrs, text = self.blocks[-1]
            self.blocks[-1] = (tag, attrs, text + data)
        if self._in_title:
            self.title += data


def frame(incidents: list[Any]) -> Any:
    rows = incidents_to_gdf(incidents)
    return join_boundaries(rows, load_boundaries_for(rows))


def render(incidents: list[Any], **options: Any) -> str:
    return build_map(frame(incidents), **options).get_root().render()


def data_of(page: str) -> dict[str, Any]:
    """The page's data, with the incidents as objects again."""
    blocks = [text for _, attrs, text in Page(page).blocks if attrs.get("type") == "application/json"]
    assert len(blocks) == 1
    return read_back(blocks[0])


@pytest.fixture(scope="module")
def page() -> str:
    return render(sample_incidents(), title="A sample", labels=LABELS)


# ---- self-contained ------------------------------------------------------------------------------------------


def test_nothing_refers_to_another_file_or_host(page: str) -> None:
    seen = Page(page)
    for tag, attrs in seen.elements:
        for name in ("src", "href", "srcset", "action", "data", "poster", "background"):
            if name in attrs:
                assert str(attrs[name]).startswith("data:"), (tag, attrs)
    for tag, _, text in seen.blocks:
        if tag == "style":
            assert "@import" not in text
            for target in re.findall(r"url\(([^)]*)\)", text):
                assert target.strip("'\"").startswith(("data:", "#")), target
    assert "sourceMappingURL" not in page
    lowered = page.lower()
    for library in ("jquery", "bootstrap", "font-awesome", "fontawesome", "cdn.jsdelivr", "cdnjs", "openstreetmap"):
        assert library not in lowered


def test_the_policy_allows_exactly_our_scripts_and_styles(page: str) -> None:
    seen = Page(page)
    policies = [attrs for tag, attrs in seen.elements if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    split = [rule.split() for rule in str(policies[0]["content"]).split(";") if rule.strip()]
    rules = {words[0]: words[1:] for words in split}
    assert rules["default-src"] == ["'none'"]
    assert rules["img-src"] == ["data:"]
    assert rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert "connect-src" not in rules

    def hashes(kind: str) -> set[str]:
        return {
            "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
            for tag, attrs, text in seen.blocks
            if tag == kind and attrs.get("type") != "application/json"
        }

    assert set(rules["script-src"]) == hashes("script")
    assert set(rules["style-src"]) == hashes("style")
    assert not any("unsafe" in value for values in rules.values() for value in values)
    # The policy stands before anything that it governs.
    assert page.index("Content-Security-Policy") < page.index("<style") < page.index("<script")


def test_no_element_carries_inline_code_or_style(page: str) -> None:
    for tag, attrs in Page(page).elements:
        assert not any(name.startswith("on") or name == "style" for name in attrs), (tag, attrs)


def test_the_page_says_its_language_and_its_title(page: str) -> None:
    seen = Page(page)
    assert ("html", {"lang": "en"}) in seen.elements
    assert seen.title == "A sample"
    viewport = next(attrs for _, attrs in seen.elements if attrs.get("name") == "viewport")
    assert "user-scalable" not in str(viewport["content"])  # people may zoom


def test_the_same_incidents_give_the_same_bytes(page: str, tmp_path: Path) -> None:
    assert render(sample_incidents(), title="A sample", labels=LABELS) == page
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_maps import render; from map_samples import *\n"
        "sys.stdout.buffer.write(render(sample_incidents(), title='A sample', labels=LABELS).encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        capture_output=True,
        check=True,
        env={"PYTHONHASHSEED": "1", "PATH": "", "HOME": str(tmp_path)},
    )
    assert done.stdout.decode() == page


def test_rendering_twice_changes_nothing() -> None:
    drawn = build_map(frame(sample_incidents()))
    assert drawn.get_root().render() == drawn.get_root().render()


def test_every_way_out_gives_the_same_page(tmp_path: Path) -> None:
    drawn = build_map(frame(sample_incidents()), title="One page")
    text = drawn.get_root().render()
    assert save_map(drawn, tmp_path / "a.html") == tmp_path / "a.html"
    drawn.save(str(tmp_path / "b.html"))
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == text
    assert (tmp_path / "b.html").read_text(encoding="utf-8") == text
    notebook = drawn._repr_html_()
    assert notebook.count("<iframe") == 1
    assert html.unescape(notebook.split('srcdoc="')[1].split('" width=')[0]) == text


def test_a_folder_that_is_not_one_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        save_map(build_map(frame([])), tmp_path / "file" / "map.html")


# ---- what is in it ------------------------------------------------------------------------------------------


def test_each_incident_is_in_the_page_once_with_its_evidence(page: str) -> None:
    data = data_of(page)
    assert [one["id"] for one in data["incidents"]] == [one.incident_id for one in sample_incidents()]
    assert page.count("Residents piled gravel across the road at Banjska") == 1
    one = data["incidents"][1]
    assert one["q"] == "Residents piled gravel across the road at Banjska, the mayor said."
    assert (one["c"], one["l"], one["src"]) == ("reported", "attributed", "the mayor")
    assert one["p"][0]["rule"] == "nearby_places"
    assert one["p"][0]["alt"] == ["Banjska, Bosnia and Herzegovina, 241 km away"]
    assert one["o"][0]["url"] == "https://example.org/north"
    assert "dead" not in one  # not stated is not zero
    assert "quote" not in one["o"][0]  # the source says no more than the incident's own quote


def test_areas_and_placeless_incidents_have_no_point(page: str) -> None:
    data = data_of(page)
    features = {one["id"]: one.get("f", []) for one in data["incidents"]}
    assert features["sample-13"] == []
    for number in (9, 10, 12):
        (feature,) = features[f"sample-{number}"]
        assert feature["k"] == "area"
        assert "ll" not in feature
        assert data["outlines"][feature["o"]]["arcs"]
    assert [feature["k"] for feature in features["sample-2"]] == ["pin"]


def test_a_region_without_outline_is_a_circle_of_its_extent_and_without_extent_is_not_drawn() -> None:
    quote = "About 300 people marched in Kosovska Mitrovica, an organiser said."
    region = place("Kosovo", feature_code="RGN", radius_km=30.0)
    unknown = replace(region, radius_km=None)
    data = data_of(
        render(
            [
                incident(1, "protest", quote, [region], geo_precision=3),
                incident(2, "protest", quote, [unknown], geo_precision=3),
            ]
        )
    )
    assert data["incidents"][0]["f"] == [
        {"k": "area", "b": "an area, not a point", "i": [0], "r": 30.0, "ll": [42.58, 20.9]}
    ]
    assert "f" not in data["incidents"][1]


def test_highlights_count_as_javascript_does() -> None:
    sentence = "About 300 people marched in Kosovska Mitrovica, an organiser said."
    one = incident(1, "protest", sentence, [place("Kosovska Mitrovica")], trigger="marched")
    smile = "\N{GRINNING FACE} "
    moved = replace(
        one,
        quote=smile + sentence,
        quote_start=one.quote_start - len(smile),
        quote_end=one.quote_end,
    )
    data = data_of(render([moved]))["incidents"][0]
    units = data["q"].encode("utf-16-le")
    marked = {kind: units[2 * start : 2 * end].decode("utf-16-le") for start, end, kind in data["h"]}
    assert marked == {"p": "Kosovska Mitrovica", "w": "marched"}


def test_kosovos_label_can_be_chosen_and_the_view_is_named() -> None:
    data = data_of(render(sample_incidents(), kosovo_label="Kosovo (UNSCR 1244)"))
    assert data["kosovo"] == "Kosovo (UNSCR 1244)"
    words = json.dumps(data["words"], ensure_ascii=False)
    assert "German point of view" in words and "German point of view" in BOUNDARY_VIEW
    assert "GeoNames" in words and "CC BY 4.0" in words


def test_the_boundary_view_is_told_and_letters_the_map(page: str) -> None:
    data = data_of(page)
    assert (data["view"], data["viewNote"]) == ("neutral", load_view().statement)
    assert data["kosovo"] == "Kosovo*"
    told = data_of(render(sample_incidents()[:2], view_note="Boundary view: ours. {{7*7}}"))
    assert (told["view"], told["viewNote"]) == ("neutral", "Boundary view: ours. {{7*7}}")
    other = data_of(render(sample_incidents()[:2], view="xk"))
    assert (other["view"], other["kosovo"], other["viewNote"]) == ("xk", "Kosovo", load_view("xk").statement)
    assert any(label[:2] == ["Kosovo", "XK"] for label in other["world"]["labels"])
    with pytest.raises(UsageError, match="no boundary view"):
        render(sample_incidents()[:2], view="nobody")


def test_the_kinds_of_places_that_a_reader_can_add_are_the_gazetteers(page: str) -> None:
    from geomap.gazetteer.kinds import kind_of, kind_words

    kinds = {word: (letter, code, km) for letter, _, ks in data_of(page)["kinds"] for word, code, km in ks}
    assert sorted(kinds) == sorted(kind_words())
    for word, (letter, code, km) in kinds.items():
        kind = kind_of(word)
        assert (kind.feature_class, kind.feature_code, kind.radius_km) == (letter, code, km)


def test_labels_may_be_gazetteer_entries() -> None:
    entry = Place(
        id="t:1", name="Raška", lat=43.28, lon=20.61, feature_class="P", feature_code="PPL", population=24_000
    )
    region = replace(entry, feature_class="A", feature_code="ADM1")
    data = data_of(render(sample_incidents()[12:13], labels=[entry, region, ("Niš", 43.32, 21.9, 2)]))
    assert data["labels"] == [["Niš", 43.32, 21.9, 2], ["Raška", 43.28, 20.61, 3]]


def test_each_place_is_lettered_once_under_the_incidents_name_for_it() -> None:
    other = ("Banjskë", 42.9668, 20.7834, 1)
    data = data_of(render(sample_incidents()[1:2], labels=[other, ("Niš", 43.32, 21.9, 2)]))
    assert data["labels"] == [["Banjska", 42.9667, 20.7833, 1], ["Niš", 43.32, 21.9, 2]]


def test_no_incidents_still_make_a_page() -> None:
    data = data_of(render([]))
    assert data["incidents"] == []
    assert data["types"] == {}
    assert data["world"]["arcs"]


def test_a_malformed_date_from_a_frame_is_no_date() -> None:
    rows = frame(sample_incidents()[1:2])
    rows["date_start"] = ["2024-13-99x"]
    assert "ds" not in data_of(build_map(rows).get_root().render())["incidents"][0]


# ---- hostile text ------------------------------------------------------------------------------------------


def test_hostile_strings_are_inert_and_literal_everywhere() -> None:
    incidents = hostile_incidents()
    page = render(
        incidents,
        title=" ".join(HOSTILE)[:5000],
        labels=[(text[:80], 42.9, 20.8, 3) for text in HOSTILE],
        kosovo_label=HOSTILE[0],
        notes=HOSTILE,
    )
    clean = Page(render(sample_incidents()))
    seen = Page(page)
    # Exactly our elements: nothing a string said became one.
    assert [tag for tag, _ in seen.elements] == [tag for tag, _ in clean.elements]
    assert [a.get("id") for _, a in seen.elements] == [a.get("id") for _, a in clean.elements]
    data = data_of(page)
    assert [one["q"] for one in data["incidents"]] == [one.quote for one in incidents]
    assert [one["p"][0]["n"] for one in data["incidents"]] == [one.places[0].name for one in incidents]
    assert [one["o"][0]["title"] for one in data["incidents"]] == [one.sources[0].title for one in incidents]
    page.encode("utf-8")  # lone surrogates don't stand in the page as such


def test_jinja_is_never_evaluated_not_even_by_plain_folium() -> None:
    probe = "{{ 7*1428571 }}{% for x in [1,2] %}{{ x }}{% endfor %}{# c #}{{ cycler.__init__.__globals__.os.getpid() }}"
    one = sample_incidents()[1]
    bad = replace(one, quote=probe, places=(replace(one.places[0], name=probe, text=probe),))
    rows = incidents_to_gdf([bad])
    for root in (
        build_map(rows, title=probe, notes=[probe], kosovo_label=probe).get_root(),
        _plain(rows, title=probe).get_root(),
    ):
        text = root.render()
        assert "9999997" not in re.sub(r"[A-Za-z0-9+/=]{60,}", "", text)
    assert data_of(build_map(rows).get_root().render())["incidents"][0]["q"] == probe
    # An unfinished tag alone aborts a render that compiles it.
    cut = replace(one, quote="{{ x", places=(replace(one.places[0], name="{% if"),))
    assert "{{ x" in build_map(incidents_to_gdf([cut])).get_root().render()
    assert _plain(incidents_to_gdf([cut])).get_root().render()


def _plain(rows: Any, **options: Any) -> folium.Map:
    plain = folium.Map(tiles=None)
    IncidentLayer(rows, **options).add_to(plain)
    return plain


def test_the_layer_hands_a_plain_folium_map_data_without_any_sign_of_markup() -> None:
    text = _plain(incidents_to_gdf(hostile_incidents())).get_root().render()
    block = re.search(r'<script type="text/plain" id="geomap-data-incidents">([^<]*)</script>', text)
    assert block
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", block[1])
    data = read_back(base64.b64decode(block[1]).decode())
    assert data["incidents"][0]["q"] == hostile_incidents()[0].quote
    assert "geomapMount(map_" in text


def test_what_a_user_adds_with_folium_works_and_stays_inside_the_policy() -> None:
    drawn = build_map(incidents_to_gdf(sample_incidents()))
    folium.CircleMarker([42.9, 20.8], radius=4).add_to(drawn)
    text = drawn.get_root().render()
    assert "L.circleMarker" in text
    test_the_policy_allows_exactly_our_scripts_and_styles(text)


def test_assets_hold_no_template_signs() -> None:
    for text in (
        script(),
        style(),
        vendor("leaflet", "leaflet.js"),
        vendor("leaflet", "leaflet.css"),
    ):
        assert not re.search(r"\{\{|\{%|\{#", text)
        assert "</script" not in text.lower()


def test_the_script_builds_its_page_from_text_nodes_only() -> None:
    code = script()
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert way not in code


def test_numbers_that_are_not_finite_are_refused() -> None:
    bad = replace(sample_incidents()[1], score=float("inf"))
    with pytest.raises(OutputError, match="not finite"):
        build_map(incidents_to_gdf([bad])).get_root().render()


# ---- the base map -----------------------------------------------------------------------------------------


def test_contested_means_that_some_view_sees_one_country() -> None:
    assert contested("XK|RS|XK", "RS|RS|RS")
    assert not contested("XK|XK", "AL|AL")
    assert not contested("|", "|")


def test_the_border_of_kosovo_with_serbia_is_dashed_and_with_albania_is_not() -> None:
    rows = frame(sample_incidents())
    cut = detail(load_boundaries_for(rows), (20.4, 42.0, 21.2, 43.2))
    assert cut is not None
    assert set("bdcx") & set(cut["kinds"]) >= set("bd")
    lines = dict(zip(cut["arcs"], cut["kinds"], strict=True))
    dashed = [_decode(arc, cut["scale"]) for arc, kind in lines.items() if kind == "d"]
    solid = [_decode(arc, cut["scale"]) for arc, kind in lines.items() if kind == "b"]
    jarinje, albania = (20.69, 43.22), (20.45, 42.33)
    assert _nearest(dashed, jarinje) < 0.03 < _nearest(dashed, albania)
    assert _nearest(solid, albania) < 0.1


def _decode(arc: str, scale: int) -> list[tuple[float, float]]:
    numbers: list[int] = []
    value = shift = 0
    for char in arc:
        code = ord(char) - 63
        value |= (code & 31) << shift
        shift += 5
        if code < 32:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    x = y = 0
    points = []
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x / scale, y / scale))
    return points


def _nearest(lines: list[list[tuple[float, float]]], to: tuple[float, float]) -> float:
    return min(((x - to[0]) ** 2 + (y - to[1]) ** 2) ** 0.5 for line in lines for x, y in line)


def test_arcs_survive_their_encoding() -> None:
    arc = [(-179.99, 85.0), (0.0, 0.0), (0.001, -0.001), (180.0, -85.0)]
    coded = encode_arcs([arc], decimals=3)
    assert _decode(coded["arcs"][0], coded["scale"]) == arc


def test_a_shared_border_is_one_arc() -> None:
    from shapely.geometry import box

    topology = build_topology([box(0, 0, 1, 1), box(1, 0, 2, 1)], tolerance=0)
    assert sorted(topology.owners) == [(0,), (0, 1), (1,)]
    shared = topology.owners.index((0, 1))
    assert sorted(topology.arcs[shared]) == [(1.0, 0.0), (1.0, 1.0)]
    assert any(shared in ring for ring in topology.shapes[0])
    assert any(shared in ring or ~shared in ring for ring in topology.shapes[1])


def test_the_committed_world_is_whole_and_small() -> None:
    data = world()
    assert len(data["arcs"]) == len(data["kinds"])
    assert len(json.dumps(data)) < 250_000
    highest = max((n if n >= 0 else ~n) for rings in data["shapes"] for ring in rings for n in ring)
    assert highest < len(data["arcs"])
    for rings in data["shapes"]:
        for ring in rings:
            ends = []
            for n in ring:
                points = _decode(data["arcs"][n if n >= 0 else ~n], data["scale"])
                points = points if n >= 0 else points[::-1]
                ends.append((points[0], points[-1]))
            assert all(end == ends[(i + 1) % len(ends)][0] for i, (_, end) in enumerate(ends))
    assert any(label[0] == "Kosovo" and label[1] == "XK" for label in data["labels"])


def test_no_detail_for_the_whole_world_or_for_nothing() -> None:
    rows = frame(sample_incidents())
    near = load_boundaries_for(rows)
    assert detail(near, (-120.0, -40.0, 140.0, 60.0)) is None
    assert detail(near, None) is None
    assert detail(None, (20.0, 42.0, 21.0, 43.0)) is None


@pytest.mark.parametrize(("lat", "lon"), [(-16.8, 179.99), (-16.8, -179.99), (89.9, 0.0), (-89.9, 10.0)])
def test_the_antimeridian_and_the_poles(lat: float, lon: float) -> None:
    quote = "About 300 people marched in Kosovska Mitrovica, an organiser said."
    page = render([incident(1, "protest", quote, [place("Kosovska Mitrovica", lat=lat, lon=lon)])])
    assert data_of(page)["incidents"][0]["f"][0]["ll"] == [lat, lon]


def test_every_language_has_every_word_of_the_interface() -> None:
    english = json.loads(asset("words/en.json"))["ui"]
    for language in LANGUAGES:
        own = json.loads(asset(f"words/{language}.json"))["ui"]
        assert sorted(set(english) - set(own)) == [], language
        for key, text in english.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", own[key])), (language, key)
