"""Adding places in the map, with a real Chromium: by mouse, by keyboard and by touch, and what leaves the page."""

from __future__ import annotations

import csv
import io
import shlex
from pathlib import Path
from typing import Any

import pytest
from map_hostile import HOSTILE
from map_samples import sample_incidents
from visiting import Visit, save_page, settle, shoot

from geomap.gazetteer.overlay import read_places
from geomap.records import Place

pytestmark = pytest.mark.browser

COLUMNS = (
    "id,title,lon,lat,variants,feature_class,feature_code,ccodes,admin1,parent,radius_km,population,source,start,end,"
    "note"
)
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
# Where the desktop's map is bare and no panel is.
SPOT = (640, 420)


def field(page: Any, key: str) -> Any:
    return page.locator(f".gm-field-{key}").locator("input, select")


def fill(page: Any, **values: str) -> None:
    for key, value in values.items():
        if key == "kind":
            field(page, key).select_option(value)
        else:
            field(page, key).fill(value)


def put(page: Any, x: int = SPOT[0], y: int = SPOT[1]) -> None:
    page.mouse.click(x, y)
    page.locator(".gm-add-form").wait_for(state="visible")


def keep(page: Any) -> None:
    page.locator(".gm-add-form .gm-main").click()


def start(seen: Visit) -> Any:
    seen.page.locator(".gm-tool-add").click()
    return seen.page


def rows(page: Any) -> list[dict[str, str]]:
    text = page.locator(".gm-code").nth(0).input_value()
    assert text.split("\n")[0] == COLUMNS
    return list(csv.DictReader(io.StringIO(text, newline="")))


def commands(page: Any) -> list[list[str]]:
    return [shlex.split(line) for line in page.locator(".gm-code").nth(1).input_value().split("\n")]


def options(argv: list[str]) -> dict[str, list[str]]:
    """The options of a command as a parser of options sees them; the name is under ""."""
    assert argv[:3] == ["geomap", "gazetteer", "add"]
    found: dict[str, list[str]] = {}
    at = 3
    while at < len(argv):
        word = argv[at]
        if word == "--":
            found.setdefault("", []).extend(argv[at + 1 :])
            break
        if not word.startswith("--"):
            found.setdefault("", []).append(word)
        elif "=" in word:
            key, value = word[2:].split("=", 1)
            found.setdefault(key, []).append(value)
        else:
            at += 1
            found.setdefault(word[2:], []).append(argv[at])
        at += 1
    return found


def download(page: Any, folder: Path) -> list[Place]:
    with page.expect_download() as waiting:
        page.locator(".gm-load").click()
    saved = waiting.value
    assert saved.suggested_filename == "places.csv"
    path = folder / "places.csv"
    saved.save_as(path)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf" + COLUMNS.encode() + b"\r\n")
    assert content.endswith(b"\r\n")
    return list(read_places(path, "user"))


def test_a_click_becomes_a_row_a_command_and_a_file(visit: Any, sample: Path, tmp_path: Path) -> None:
    seen = visit(sample)
    page = start(seen)
    assert page.locator(".gm-add").get_attribute("aria-label") == "Add a place"
    shoot(page, tmp_path, "add-pick")
    put(page)
    fill(
        page,
        name="Mali Rudare",
        kind="checkpoint",
        names="Мале Рударе; Rudarë e Vogël; ",
        country="xk",
        radius="0,4",
        source="1:50,000 sheet, the “north” one",
        note='it\'s "new"',
    )
    shoot(page, tmp_path, "add-form")
    keep(page)
    shoot(page, tmp_path, "add-list")
    assert page.evaluate("document.activeElement.textContent") == "My places (1)"
    (row,) = rows(page)
    assert row["id"] == "user:mali-rudare"
    assert (row["feature_class"], row["feature_code"], row["radius_km"]) == ("S", "PSTB", "0.4")
    (place,) = download(page, tmp_path)
    assert (place.id, place.name, place.country_code) == ("user:mali-rudare", "Mali Rudare", "XK")
    assert place.names == ("Мале Рударе", "Rudarë e Vogël")
    assert (str(place.lat), str(place.lon), place.radius_km) == (row["lat"], row["lon"], 0.4)
    assert (place.feature_class, place.feature_code) == ("S", "PSTB")
    # Between Leposavić in the north and Mitrovica in the south, where the click was.
    assert 42.88 < place.lat < 43.1 and 20.8 < place.lon < 21.0
    assert options(commands(page)[0]) == {
        "": ["Mali Rudare"],
        "lat": [row["lat"]],
        "lon": [row["lon"]],
        "type": ["checkpoint"],
        "alias": ["Мале Рударе", "Rudarë e Vogël"],
        "country": ["XK"],
        "radius": ["0.4"],
        "source": ["1:50,000 sheet, the “north” one"],
        "note": ['it\'s "new"'],
    }
    assert page.locator(".gm-flag").count() == 1


def test_the_command_is_one_that_the_command_line_understands(visit: Any, sample: Path) -> None:
    pytest.importorskip("geomap.cli.places", reason="this version has no 'geomap gazetteer add'")
    from geomap.cli import _parser
    from geomap.gazetteer.kinds import kind_of

    page = start(visit(sample))
    put(page)
    fill(page, name="-Mali $(touch x)", kind="police checkpoint", names="-other", lat="-33.9", radius="2", note="-1")
    keep(page)
    (argv,) = commands(page)
    read = _parser().parse_args(argv[1:])
    assert (read.name, read.alias, read.note) == ("-Mali $(touch x)", ["-other"], "-1")
    assert (read.lat, read.radius, read.type) == (-33.9, 2.0, "police checkpoint")
    assert rows(page)[0]["feature_code"] == kind_of(read.type).feature_code == "PP"


@pytest.mark.parametrize("zoomed", [0, 3])
def test_coordinates_have_the_decimals_of_a_pixel(visit: Any, sample: Path, zoomed: int) -> None:
    page = visit(sample).page
    before = page.evaluate("document.querySelector('.gm-cross-at') !== null")
    assert before
    for _ in range(zoomed):
        page.get_by_label("Zoom in", exact=True).click()
        settle(page, 400)
    page.locator(".gm-tool-add").click()
    put(page, 640, 421)
    first = float(field(page, "lat").input_value())
    put(page, 640, 422)
    second = float(field(page, "lat").input_value())
    decimals = len(field(page, "lat").input_value().split(".")[1])
    # One pixel is seen in the number, and it is not told a hundred times finer than it is known.
    assert first > second
    assert first - second < 50 * 10**-decimals


def test_all_of_it_by_keyboard(visit: Any, sample: Path, tmp_path: Path) -> None:
    seen = visit(sample)
    page = seen.page
    page.locator(".gm-tool-add").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.classList.contains('leaflet-container')")
    status = page.locator(".gm-add-status")
    at = status.inner_text()
    assert at.startswith("Crosshair at ")
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "Shift+ArrowDown"):
        page.keyboard.press(key)
        assert status.inner_text() != at
        at = status.inner_text()
    assert page.locator(".gm-cross-at").inner_text() in at
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement === document.querySelector('.gm-field-name input')")
    assert f"{field(page, 'lat').input_value()}, {field(page, 'lon').input_value()}" in at
    page.keyboard.type("Novo Selo")
    page.keyboard.press("Tab")
    page.keyboard.type("Bridge")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("Ново Село")
    page.keyboard.press("Enter")
    (row,) = rows(page)
    assert (row["title"], row["feature_code"], row["variants"]) == ("Novo Selo", "BDG", "Ново Село")
    assert at == f"Crosshair at {float(row['lat']):.{len(at.split('.')[1].split(',')[0])}f}, " + at.split(", ")[1]
    # From the list on: the next stop is "Edit".
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Edit: Novo Selo"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    waiting.value.save_as(tmp_path / "by-key.csv")
    assert [place.name for place in read_places(tmp_path / "by-key.csv", "user")] == ["Novo Selo"]
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('gm-tool-add')")
    assert not page.locator(".gm-add").is_visible()
    assert page.locator(".gm-list-view").is_visible()


def test_by_touch_on_a_phone(visit: Any, sample: Path, tmp_path: Path) -> None:
    page = visit(sample, **PHONE).page
    page.locator(".gm-tool-add").tap()
    shoot(page, tmp_path, "add-phone-pick")
    page.touchscreen.tap(200, 200)
    page.locator(".gm-add-form").wait_for(state="visible")
    # What was tapped stays in sight, and no keyboard comes up.
    flag = page.locator(".gm-flag").bounding_box()
    assert flag["y"] + flag["height"] < page.locator(".gm-right").bounding_box()["y"]
    assert page.evaluate("document.activeElement.tagName") != "INPUT"
    fill(page, name="Selište")
    page.locator(".gm-add-form .gm-main").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, tmp_path, "add-phone-list")
    (place,) = download(page, tmp_path)
    assert place.name == "Selište"
    page.locator(".gm-add-close").tap()
    assert page.locator(".gm-tab", has_text="Incidents").is_visible()
    # The map's crosshair does without a precise finger.
    page.locator(".gm-tool-add").tap()
    page.locator(".gm-add-here").tap()
    assert field(page, "lat").input_value()


def test_a_prefilled_name_brings_up_no_keyboard_on_a_phone(visit: Any, sample: Path) -> None:
    page = visit(sample, **PHONE).page
    page.locator('.gm-item[data-incident="sample-8"]').tap()
    page.locator(".gm-place-it").tap()
    page.touchscreen.tap(200, 200)
    assert field(page, "name").input_value() == "Rudare"
    assert page.evaluate("document.activeElement.tagName") != "INPUT"
    page.locator(".gm-add-close").tap()
    assert page.locator(".gm-detail").is_visible()


def test_dark_is_dark_in_this_mode_too(visit: Any, sample: Path, tmp_path: Path) -> None:
    page = start(visit(sample, color_scheme="dark"))
    put(page)
    for node in (page.locator(".gm-add"), field(page, "name")):
        shade = node.evaluate(
            "n => { while (getComputedStyle(n).backgroundColor === 'rgba(0, 0, 0, 0)') n = n.parentNode;"
            " return getComputedStyle(n).backgroundColor; }"
        )
        assert max(int(part) for part in shade.removeprefix("rgb(").removesuffix(")").split(", ")) < 60
    shoot(page, tmp_path, "add-dark")


def test_several_places_are_listed_changed_and_removed(visit: Any, sample: Path, tmp_path: Path) -> None:
    page = start(visit(sample))
    for number, name in enumerate(("Selo", "Selo", "Vrh")):
        put(page, 500 + 60 * number, 300 + 50 * number)
        fill(page, name=name)
        keep(page)
    assert [row["id"] for row in rows(page)] == ["user:selo", "user:selo-2", "user:vrh"]
    assert len(commands(page)) == 3
    assert page.locator(".gm-flag").count() == 3
    assert page.locator(".gm-load").inner_text() == "Download 3 rows"
    page.get_by_label("Edit: Vrh").click()
    assert page.locator(".gm-add-form .gm-main").inner_text() == "Save changes"
    fill(page, name="Veliki Vrh", kind="peak")
    keep(page)
    page.get_by_label("Remove: Selo").first.click()
    assert page.evaluate("document.activeElement.textContent") == "My places (2)"
    assert [place.name for place in download(page, tmp_path)] == ["Selo", "Veliki Vrh"]
    page.keyboard.press("Escape")
    assert page.locator(".gm-flag").count() == 2  # they stay on the map
    assert page.locator(".gm-tool-add").get_attribute("aria-label") == "Add a place (2 in your list)"
    page.locator(".gm-tool-add").click()
    assert [row["title"] for row in rows(page)] == ["Selo", "Veliki Vrh"]
    for _ in range(2):
        page.get_by_role("button", name="Remove").first.click()
    assert not page.locator(".gm-mine").is_visible()
    assert page.locator(".gm-flag").count() == 0


def test_an_incident_whose_place_is_wrong_opens_it_with_the_name(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    page.locator('.gm-item[data-incident="sample-8"]').click()
    button = page.locator(".gm-place-it")
    assert button.inner_text() == "Not this place?"
    button.click()
    assert page.locator(".gm-pick h3").inner_text() == "Where is “Rudare”?"
    put(page)
    assert field(page, "name").input_value() == "Rudare"
    keep(page)
    assert rows(page)[0]["title"] == "Rudare"
    page.keyboard.press("Escape")
    # Back in the evidence, on the button that was pressed.
    assert "A driver was detained" in page.locator(".gm-detail").inner_text()
    assert page.evaluate("document.activeElement.textContent") == "Not this place?"


def test_an_incident_without_a_place_can_be_placed(visit: Any, sample: Path) -> None:
    page = visit(sample).page
    page.locator('.gm-item[data-incident="sample-13"]').click()
    assert page.locator(".gm-place-it").inner_text() == "Place it on the map"
    page.locator(".gm-place-it").click()
    put(page)
    assert field(page, "name").input_value() == ""


def test_escape_leaves_and_a_draft_waits(visit: Any, sample: Path) -> None:
    page = start(visit(sample))
    put(page)
    fill(page, name="Half-written")
    page.keyboard.press("Escape")
    assert not page.locator(".gm-add").is_visible()
    assert page.locator(".gm-flag").count() == 0
    assert page.evaluate("document.activeElement.classList.contains('gm-tool-add')")
    # Outside the mode the map's clicks and signs are as ever.
    page.locator('.gm-mark[data-incident="sample-2"]').click()
    assert page.locator(".gm-detail").is_visible()
    page.locator(".gm-tool-add").click()
    assert field(page, "name").input_value() == "Half-written"
    assert page.locator(".gm-flag").count() == 1
    page.get_by_role("button", name="Discard").click()
    assert not page.locator(".gm-add-form").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(".gm-detail").is_visible()


def test_signs_do_not_catch_clicks_in_this_mode(visit: Any, sample: Path) -> None:
    page = start(visit(sample))
    spot = page.locator('.gm-mark[data-incident="sample-2"]').bounding_box()
    put(page, spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    assert page.locator(".gm-add-form").is_visible()
    assert not page.locator(".gm-detail").is_visible()


@pytest.mark.parametrize(
    ("values", "key", "message"),
    [
        ({"name": ""}, "name", "Give the place a name."),
        ({"name": "42 / 7"}, "name", "at least one letter"),
        ({"name": "x" * 301}, "name", "Longer than 300"),
        ({"name": "A", "lat": "91"}, "lat", "between −90 and 90"),
        ({"name": "A", "lat": "120.5", "lon": "43.2"}, "lat", "swapped"),
        ({"name": "A", "lon": "-180.01"}, "lon", "between −180 and 180"),
        ({"name": "A", "lat": "43 north"}, "lat", "decimal degrees, such as 43.2003"),
        ({"name": "A", "lon": ""}, "lon", "decimal degrees"),
        ({"name": "A", "lat": "1e1"}, "lat", "decimal degrees"),
        ({"name": "A", "country": "Kosovo"}, "country", "Two letters"),
        ({"name": "A", "radius": "0"}, "radius", "from 0.01 to 10000"),
        ({"name": "A", "radius": "near"}, "radius", "from 0.01 to 10000"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    shared_page: Any, values: dict[str, str], key: str, message: str
) -> None:
    page = shared_page
    put(page)
    fill(page, **values)
    keep(page)
    error = page.locator(f".gm-field-{key} .gm-error")
    assert message in error.inner_text()
    assert field(page, key).get_attribute("aria-invalid") == "true"
    assert field(page, key).get_attribute("aria-describedby") == error.get_attribute("id")
    assert field(page, key).evaluate("node => node === document.activeElement")
    assert not page.locator(".gm-mine").is_visible()
    page.get_by_role("button", name="Discard").click()


@pytest.fixture(scope="module")
def shared_page(browser: Any, sample: Path) -> Any:
    """One page in the mode for many short trials, which each leave it as they found it."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(5000)
    seen = Visit(page)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.goto(sample.as_uri())
    page.wait_for_selector(".gm-ready")
    page.locator(".gm-tool-add").click()
    yield page
    context.close()
    seen.calm()


@pytest.mark.parametrize(
    ("lat", "lon", "wanted"),
    [
        ("43,2", "20,7", ("43.2", "20.7")),
        (" 43.20028 ", "+20.72056°", ("43.20028", "20.72056")),
        ("−33.9", ".5", ("-33.9", "0.5")),
        ("43.20028, 20.72056", "", ("43.20028", "20.72056")),
        ("-90", "180", ("-90", "180")),
        ("0.0000001", "-0.0", ("0", "0")),
    ],
)
def test_coordinates_as_people_write_them(shared_page: Any, lat: str, lon: str, wanted: tuple[str, str]) -> None:
    page = shared_page
    page.get_by_role("button", name="Type coordinates").click()
    if lon:
        fill(page, lon=lon)
    fill(page, lat=lat, name="Selo")
    keep(page)
    (row,) = rows(page)
    assert (row["lat"], row["lon"]) == wanted
    assert options(commands(page)[0])["lat"] == [wanted[0]]
    page.get_by_role("button", name="Remove").click()


def test_a_world_away_longitudes_are_wrapped_and_latitudes_end(visit: Any, tmp_path: Path) -> None:
    page = visit(save_page(tmp_path, [], title="Empty")).page
    page.locator(".gm-tool-add").click()
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    assert -180 <= float(field(page, "lon").input_value()) <= 180
    page.get_by_role("button", name="Discard").click()
    for _ in range(6):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    assert 84 < float(field(page, "lat").input_value()) <= 85.1


NASTY = (
    *(text for text in HOSTILE if len(text) < 290 and any(letter.isalpha() for letter in text)),
    "O'Brien's \"Cross\"",
    "$(touch /tmp/x) `id` $HOME !! \\ \\' '",
    "+1 Camp",
    "-x",
    "--lat=3 y",
    "'=SUM(A1)",
    "''+x",
    "a;b",
    "# not a remark",
    "comma, in it",
    "two\nlines\r\nand\ttabs",
    "Ново Село",
    "नेपाल की बस्ती",
    "\U0001f600 smile",
)


def test_hostile_names_come_through_literally(shared_page: Any, tmp_path: Path) -> None:
    page = shared_page
    # As a hand would, but all in one go: what is typed, then the button.
    shown = page.evaluate(
        """(texts) => texts.map((text) => {
            const input = (key) => document.querySelector(`.gm-field-${key} input`);
            document.querySelector('.gm-add-type').click();
            const values = { name: text, lat: '43.1', lon: '-20.5', source: text, note: text };
            for (const [key, value] of Object.entries(values)) {
                input(key).value = value;
                input(key).dispatchEvent(new Event('input'));
            }
            const shown = input('name').value;
            document.querySelector('.gm-add-form .gm-main').click();
            return shown;
        })""",
        NASTY,
    )
    # A field of one line drops breaks by itself; other control characters become blanks.
    wanted = ["".join(" " if ord(c) < 32 or 0x7F <= ord(c) < 0xA0 else c for c in text) for text in shown]
    wanted = [text.replace("\ud800", "\ufffd").strip().strip("\ufeff") for text in wanted]
    # Nothing that was typed became markup, ran or was styled.
    assert page.evaluate("document.querySelectorAll('iframe,object,embed,base,form,img').length") == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 5
    assert [node.text_content() for node in page.locator(".gm-mine-one .gm-place").all()] == wanted
    table = rows(page)
    assert len(table) == len(wanted)
    for row in table:
        for cell in row.values():
            number = cell in (row["lon"], row["lat"])
            assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert [place.name for place in download(page, tmp_path)] == wanted
    text = page.locator(".gm-code").nth(1).input_value()
    lines = text.split("\n")
    assert len(lines) == len(wanted)
    for line, name in zip(lines, wanted, strict=True):
        found = options(shlex.split(line))
        assert (found[""], found["source"], found["note"], found["lon"]) == ([name], [name], [name], ["-20.5"])
    ids = [row["id"] for row in table]
    assert len(set(ids)) == len(ids)
    assert all(ident.startswith("user:") and ident == "".join(ident.split()) for ident in ids)
    page.evaluate(
        "() => { let one; while ((one = document.querySelector('[aria-label^=\"Remove: \"]'))) one.click(); }"
    )
    assert not page.locator(".gm-mine").is_visible()


def test_an_invisible_character_in_a_name_is_pointed_out(shared_page: Any) -> None:
    page = shared_page
    page.get_by_role("button", name="Type coordinates").click()
    fill(page, name="Sel\u202eo")
    assert "invisible characters" in page.locator(".gm-field-name .gm-error").inner_text()
    fill(page, name="Selo")
    assert not page.locator(".gm-field-name .gm-error").is_visible()
    page.get_by_role("button", name="Discard").click()


def test_hostile_mentions_prefill_and_run_nothing(visit: Any, tmp_path: Path) -> None:
    from dataclasses import replace

    text = "<img src=x onerror=alert(1)> {n} {{7*7}}\u2028\u202e'"
    one = sample_incidents()[7]
    spot = replace(one.places[0], text=text, start=0, end=len(text), name="Rudare")
    page = visit(save_page(tmp_path, [replace(one, places=(spot,))], title="x")).page
    page.locator(".gm-item").first.click()
    page.locator(".gm-place-it").click()
    assert page.locator(".gm-pick h3").evaluate("n => n.textContent") == f"Where is “{text}”?"
    put(page)
    assert field(page, "name").input_value() == text
    keep(page)
    assert options(commands(page)[0])[""] == [text]


@pytest.mark.parametrize("clipboard", ["missing", "refused", "allowed"])
def test_copying_works_with_and_without_a_clipboard(visit: Any, sample: Path, clipboard: str) -> None:
    page = start(visit(sample))
    put(page)
    fill(page, name="Selo")
    keep(page)
    script = {
        "missing": "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })",
        "refused": "Object.defineProperty(navigator, 'clipboard', "
        "{ value: { writeText: () => Promise.reject(new Error('no')) }, configurable: true })",
        "allowed": "window.taken = []; Object.defineProperty(navigator, 'clipboard', "
        "{ value: { writeText: (t) => { window.taken.push(t); return Promise.resolve(); } }, configurable: true })",
    }[clipboard]
    page.evaluate(script)
    page.get_by_label("Copy: Command").click()
    page.locator(".gm-add-status", has_text="Copied.").wait_for()
    if clipboard == "allowed":
        assert page.evaluate("window.taken[0]") == page.locator(".gm-code").nth(1).input_value()
    else:
        assert page.evaluate("getSelection().toString() || document.activeElement.value.slice(0, 20)")


def test_every_control_has_a_name(visit: Any, sample: Path) -> None:
    page = start(visit(sample))
    put(page)
    fill(page, name="Selo")
    keep(page)
    page.get_by_label("Edit: Selo").click()
    for label in ("Name", "Type", "Latitude", "Longitude", "Other names", "Country", "Radius, km", "Source", "Note"):
        assert page.locator(".gm-add").get_by_label(label).count() >= 1, label
    nameless = page.evaluate(
        "[...document.querySelectorAll('.gm-add button, .gm-add textarea, .gm-tools button')]"
        ".filter(n => !(n.getAttribute('aria-label') || n.textContent.trim())).length"
    )
    assert nameless == 0
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(n => n.id)")
    assert len(ids) == len(set(ids))


def test_filtering_and_choosing_an_incident_leave_the_list_of_places(visit: Any, sample: Path) -> None:
    seen = visit(sample)
    page = start(seen)
    put(page)
    fill(page, name="Selo")
    keep(page)
    page.locator('input[data-value="arrest_raid"]').uncheck()
    assert seen.count() == 11
    assert page.locator(".gm-add").is_visible()
    page.keyboard.press("Escape")
    page.locator('.gm-item[data-incident="sample-2"]').click()
    assert page.locator(".gm-detail").is_visible()
    page.locator(".gm-tool-add").click()
    assert rows(page)[0]["title"] == "Selo"
