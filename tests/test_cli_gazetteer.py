"""``geomap gazetteer`` as its users meet it: add, edit, remove, show, search, check, export, import, info."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from geomap.cli import main

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
HEADER = "id,title,lon,lat,variants,feature_class,feature_code,ccodes\n"

pytestmark = pytest.mark.usefixtures("gazetteer")


@dataclass(frozen=True)
class Done:
    """What one command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Home:
    """A user with an empty home, in an empty folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.mine = folder / "home" / "config" / "gazetteer" / "places.csv"
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Done:
        """Run ``geomap gazetteer`` in this process."""
        return self.run("gazetteer", *arguments)

    def run(self, *arguments: object) -> Done:
        """Run ``geomap`` in this process."""
        self._capsys.readouterr()
        try:
            code = main(list(map(str, arguments)))
        except SystemExit as error:
            code = int(error.code or 0)
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        return Done(code, out, err)

    def ok(self, *arguments: object) -> Done:
        done = self(*arguments)
        assert done.code == 0, done
        return done

    def rows(self, file: Path | None = None) -> list[dict[str, str]]:
        """The rows as any CSV reader sees them."""
        text = (file or self.mine).read_text("utf-8-sig")
        return list(csv.DictReader(line for line in text.splitlines(keepends=True) if not line.startswith("#")))

    def toponyms(self, text: str, *options: object) -> dict[str, dict[str, Any]]:
        """What ``geomap toponyms`` makes of a text, by the words."""
        (self.folder / "article.txt").write_text(text, "utf-8")
        self._capsys.readouterr()
        assert main(["toponyms", "article.txt", "--recognizer", "gazetteer", *map(str, options)]) == 0
        return {one["text"]: one for one in json.loads(self._capsys.readouterr().out)["toponyms"]}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Home:
    monkeypatch.setenv("GEOMAP_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return Home(tmp_path, capsys)


# -- add: where it is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where",
    [
        ["--lat", "43.20028", "--lon", "20.72056"],
        ["43.20028", "20.72056"],
        ["43.20028, 20.72056"],
        ["43.20028,20.72056"],
        ["--at", "43.20028, 20.72056"],
        ["43°12′01.0″N 20°43′14.0″E"],
        ["43,20028 20,72056"],
        ["geo:43.20028,20.72056"],
        ["https://www.openstreetmap.org/?mlat=43.20028&mlon=20.72056#map=16/43.1/20.6"],
        ["https://www.google.com/maps/place/X/@43.1,20.6,15z/data=!3d43.20028!4d20.72056"],
    ],
)
def test_add_takes_a_position_in_any_form(where: list[str], home: Home) -> None:
    done = home.ok("add", "Krelovac", *where)
    assert done.out.startswith("user:krelovac  Krelovac, ")
    assert done.out.endswith(f"{home.mine}\n")
    (row,) = home.rows()
    assert float(row["lat"]) == pytest.approx(43.20028, abs=1e-4)
    assert float(row["lon"]) == pytest.approx(20.72056, abs=1e-4)
    assert (row["title"], row["ccodes"], row["feature_code"]) == ("Krelovac", "XK", "PPL")


@pytest.mark.parametrize(
    "where", [["--lat", "-12.3", "--lon", "-71.5"], ["-12.3,-71.5"], ["-12.3", "-71.5"], ["--lat=-12.3", "--lon=-71.5"]]
)
def test_add_takes_negative_coordinates(where: list[str], home: Home) -> None:
    home.ok("add", "Krelovac", *where)
    (row,) = home.rows()
    assert (row["lat"], row["lon"], row["ccodes"]) == ("-12.3", "-71.5", "PE")


@pytest.mark.parametrize(
    "arguments",
    [
        ["Krelovac", "--type", "bridge", "-12.3", "-71.5"],
        ["--type", "bridge", "Krelovac", "-12.3,", "-71.5"],
        ["Krelovac", "-12.3", "--type", "bridge", "-71.5"],
        ["--type", "bridge", "--", "Krelovac", "-12.3", "-71.5"],
    ],
)
def test_options_may_stand_anywhere(arguments: list[str], home: Home) -> None:
    home.ok("add", *arguments)
    (row,) = home.rows()
    assert (row["title"], row["lat"], row["lon"], row["feature_code"]) == ("Krelovac", "-12.3", "-71.5", "BDG")


def test_a_name_without_its_quotes_is_told(home: Home) -> None:
    done = home("add", "Gate", "4", "43.2", "20.7")
    assert (done.code, done.out) == (2, "")
    assert 'a name of several words is put in quotes: geomap gazetteer add "Gate 4" 43.2 20.7' in done.err
    done = home("add", "Krelovac", "43.2", "20.7", "--tpye", "bridge")
    assert (done.code, done.out) == (2, "")
    assert "'--type'" in done.err
    assert not home.mine.exists()


def test_near_alone_is_an_approximate_position(home: Home) -> None:
    done = home.ok("add", "Krelovac", "--near", "Leposavic")
    (row,) = home.rows()
    assert (row["parent"], row["radius_km"], row["ccodes"]) == ("Leposavić", "10", "XK")
    assert row["note"] == "position approximate: that of Leposavić"
    assert "the position is that of Leposavić, within 10 km" in done.err
    assert "radius 10 km" in done.out


def test_a_name_that_begins_with_a_hyphen(home: Home) -> None:
    home.ok("add", "--source", "own visit", "--", "-krelovac", "-12.3", "-71.5")
    (row,) = home.rows()
    assert row["title"] == "'-krelovac"  # the apostrophe keeps a spreadsheet from running it
    assert home.ok("show", "user:krelovac", "--json").json["name"] == "-krelovac"


# -- add: what is refused ---------------------------------------------------------------------------------------

AT = ["43.2", "20.7"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "required: NAME."),
        (["Krelovac"], 2, "where is 'Krelovac'? Give its coordinates or a map link behind the name"),
        (["", *AT], 1, "the name is empty"),
        (["   ", *AT], 1, "the name is empty"),
        (["123", *AT], 1, "has no letters"),
        (["Kre\x00lovac", *AT], 1, "control character"),
        (["a" * 10_000, *AT], 1, "has 10,000 letters, at most 300"),
        (["Krelovac", "43,2"], 1, "Write decimals with a point"),
        (["Krelovac", "43.2"], 1, "one number where a latitude and a longitude are needed"),
        (["Krelovac", "--lat", "91", "--lon", "20"], 1, "91 looks like a longitude and 20 like a latitude"),
        (["Krelovac", "120.7", "43.2"], 1, "Did you mean lat 43.2, lon 120.7?"),
        (["Krelovac", "--lat", "43.2"], 2, "--lon is missing"),
        (["Krelovac", "--lat", "43,2", "--lon", "20.7"], 2, "write decimals with a point"),
        (["Krelovac", "--lat", "nan", "--lon", "20.7"], 2, "not a finite number"),
        (["Krelovac", *AT, "--at", "43.2, 20.7"], 2, "given twice"),
        (["Krelovac", *AT, "--lat", "43.2", "--lon", "20.7"], 2, "without any other position"),
        (["Krelovac", *AT, "--country", "ZZ"], 2, "country 'ZZ' is not known."),
        (["Krelovac", *AT, "--country", "Ukrane"], 2, "Did you mean UA (Ukraine)?"),
        (["Krelovac", *AT, "--type", "vilage"], 1, "Did you mean 'village'"),
        (["Krelovac", "--near", "Leposavicc"], 1, "Did you mean 'Leposavić' (gm:leposavic)?"),
        (["Krelovac", *AT, "--radius", "0"], 1, "0 is outside 0.01 to 10000"),
        (["Krelovac", *AT, "--start", "soon"], 1, "Write 1999, 1999-06 or 1999-06-12."),
        (["Krelovac", *AT, "--start", "2001", "--end", "1999"], 1, "before the start"),
        (["Krelovac", *AT, "--id", "my place"], 1, "holds a blank"),
        (["Krelovac", *AT, "--population", "many"], 2, "--population"),
        (["Krelovac", *AT, "--project", "--places", "x.csv"], 2, "name two files"),
        (["Krelovac", "https://example.org/43"], 1, "coordinates"),
        (["Krelovac", *AT, "--places", "."], 2, "a folder; name the CSV file of places in it"),
        (["Krelovac", *AT, "--alias", "a;b"], 1, "holds a semicolon"),
    ],
)
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_add_refuses(arguments: list[str], code: int, said: str, dry: list[str], home: Home) -> None:
    done = home("add", *arguments, *dry)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    lines = done.err.splitlines()
    assert all(line.startswith(("geomap: ", "Try 'geomap")) for line in lines)
    assert len(done.err) < 1_000
    assert not home.mine.exists()


def test_swapped_axes_are_told(home: Home) -> None:
    done = home.ok("add", "Krelovac", "20.72", "43.2", "--dry-run")
    assert "are lat and lon swapped? The other way round, 43.2, 20.72, is" in done.err
    done = home.ok("add", "Krelovac", "20.80", "43.10", "--near", "Leposavic", "--dry-run")
    assert "are lat and lon swapped?" in done.err
    assert "swapped" not in home.ok("add", "Krelovac", "43.2", "20.72", "--dry-run").err


# -- add: what it meets -----------------------------------------------------------------------------------------


def test_add_tells_namesakes_and_refuses_a_double(home: Home) -> None:
    done = home.ok("add", "Leipzig", "43.2", "20.7")
    assert "called so already: " in done.err
    assert "Leipzig (Sachsen, DE), 1,100 km away" in done.err
    assert "Your place goes before them." in done.err
    double = home("add", "LEIPZIG", "43.2001", "20.7")
    assert (double.code, double.out) == (1, "")
    assert "you have Leipzig (user:leipzig) at that spot already" in double.err
    assert "--force" in double.err
    assert len(home.rows()) == 1
    forced = home.ok("add", "Leipzig", "43.2001", "20.7", "--force")
    assert forced.out.startswith("user:leipzig-2 ")
    assert "you have one called so already: Leipzig (Mitrovica, XK), 0 km away" in forced.err
    assert [row["id"] for row in home.rows()] == ["user:leipzig", "user:leipzig-2"]


def test_an_id_in_use_is_refused_and_one_of_a_lower_layer_is_replaced(home: Home) -> None:
    home.ok("add", "Krelovac", *AT, "--id", "user:k")
    done = home("add", "Other", "42", "21", "--id", "user:k")
    assert done.code == 1
    assert "Krelovac of yours has that id" in done.err
    assert "geomap gazetteer edit user:k" in done.err
    done = home("add", "Other", "42", "21", "--id", "user:k", "--project")
    assert done.code == 1  # in another file it would hide the first
    done = home.ok("add", "Leposavic", "43.1", "20.8", "--id", "gm:leposavic")
    assert "gm:leposavic is Leposavić, shipped with geomap; yours replaces it." in done.err
    assert home.ok("show", "gm:leposavic", "--json").json["layer"] == "user"


def test_a_dry_run_says_all_and_writes_nothing(home: Home) -> None:
    done = home.ok("add", "Leipzig", *AT, "--dry-run")
    assert "a dry run: nothing was written." in done.err
    assert "called so already" in done.err
    where = "Mitrovica, XK, 43.20000° N, 20.70000° E"
    assert done.out == f"user:leipzig  Leipzig, populated place in {where}, radius 1 km\n{home.mine}\n"
    assert not home.mine.exists()
    home.ok("add", "Leipzig", *AT)
    before = home.mine.read_bytes()
    done = home.ok("add", "Leipzig", "42", "21", "--dry-run", "--json")
    assert (done.json["id"], done.json["written"]) == ("user:leipzig-2", False)
    assert home.mine.read_bytes() == before
    assert sorted(path.name for path in home.mine.parent.iterdir()) == ["places.csv"]


def test_json_says_what_was_written(home: Home) -> None:
    done = home.ok(
        *("add", "Krelovac", *AT, "--alias", "Крeловац@sr", "--alias", "Krelloc@sq", "--type", "bridge", "--json"),
        *("--population", "12", "--source", "own visit 2024", "--note", "=1+1", "--start", "1999", "--radius", "0.4"),
    )
    record = done.json
    assert record["written"] is True
    assert record["file"] == str(home.mine)
    assert record["variants"] == ["Крeловац@sr", "Krelloc@sq"]
    assert (record["feature_class"], record["feature_code"], record["radius_km"]) == ("S", "BDG", 0.4)
    assert (record["population"], record["source"], record["note"], record["start"]) == (
        *(12, "own visit 2024", "=1+1", "1999"),
    )
    assert home.rows()[0]["note"] == "'=1+1"


@pytest.mark.parametrize(
    "name", ["x\u202egnp", '=HYPERLINK("a")x', "@SUM(A)", 'Ка‐фе, "Зора"; нет'.replace(";", ""), "İçel ﬁ"]
)
def test_a_hostile_name_is_shown_safely_and_stored_exactly(name: str, home: Home) -> None:
    done = home.ok("add", "--", name, *AT)
    assert "\u202e" not in done.out + done.err
    assert home.ok("search", "--json", "--", name).json[0]["name"] == name
    assert "\u202e" not in home.ok("search", "--", name).out
    shown = home.ok("show", "--", name)
    assert "\u202e" not in shown.out
    (row,) = home.rows()
    assert row["title"].removeprefix("'") == name
    assert row["title"][0] not in "=+-@"


def test_terminal_escapes_reach_no_terminal(home: Home) -> None:
    done = home("add", "Kre\x1b[31mlovac", *AT)
    assert done.code == 1
    assert "control character" in done.err
    done = home("add", "Krelovac", "\x1b[2J43 20")
    assert done.code == 1
    done2 = home.ok("add", "Krelovac", *AT, "--note", "red \x1b[31m alert")
    shown = home("show", "Krelovac")
    for text in (done.err, done2.err, done2.out, shown.out, shown.err):
        assert "\x1b" not in text


# -- add: which file --------------------------------------------------------------------------------------------


def test_project_and_places_name_the_file(home: Home) -> None:
    done = home.ok("add", "Krelovac", *AT, "--project")
    assert done.out.endswith(f"gazetteer{'/' if sys.platform != 'win32' else chr(92)}places.csv\n")
    assert home.rows(home.folder / "gazetteer" / "places.csv")[0]["title"] == "Krelovac"
    fresh = home.folder / "deep" / "down.csv"
    home.ok("add", "Brelovac", *AT, "--places", fresh)
    assert home.rows(fresh)[0]["title"] == "Brelovac"
    home.ok("add", "Prelovac", *AT, "--places", fresh)
    assert [row["title"] for row in home.rows(fresh)] == ["Brelovac", "Prelovac"]
    assert not home.mine.exists()
    assert home("search", "Brelovac", "--places", "nowhere.csv").code == 2
    assert home.ok("search", "Brelovac", "--places", fresh, "--json").json[0]["id"] == "user:brelovac"


def test_what_stands_in_the_file_stays(home: Home) -> None:
    file = home.folder / "kept.csv"
    text = "# mine\r\ntitle;lat;lon;colour\r\nAlpha ;43.2;20.7;red\r\n\r\n"
    file.write_bytes(text.encode())
    home.ok("add", "Krelovac", "43.3", "20.8", "--places", file)
    after = file.read_bytes().decode()
    assert "Alpha ;43.2;20.7;red\r\n\r\n" in after
    assert after.startswith("# mine\r\ntitle;lat;lon;colour;")
    assert home.ok("search", "Alpha", "--places", file, "--json").json[0]["layer"] == "user"


def test_two_processes_add_at_once_and_lose_nothing(cli: Cli, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    env = {"GEOMAP_HOME": str(tmp_path / "home")}

    def add(number: int) -> subprocess.CompletedProcess[str]:
        return cli("gazetteer", "add", "Krelovac", f"{30 + number}.5", "20.7", env=env)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(add, range(8)))
    assert [(one.returncode, one.stderr) for one in done if one.returncode] == []
    file = tmp_path / "home" / "config" / "gazetteer" / "places.csv"
    rows = list(csv.DictReader(line for line in file.read_text("utf-8-sig").splitlines() if line[0] != "#"))
    assert sorted(row["id"] for row in rows) == sorted(["user:krelovac"] + [f"user:krelovac-{n}" for n in range(2, 9)])
    assert sorted(row["lat"] for row in rows) == [f"{30 + number}.5" for number in range(8)]
    assert sorted(path.name for path in file.parent.iterdir()) == ["places.csv"]


HEAVY = ("spacy", "geopandas", "shapely", "pandas", "numpy", "folium", "lxml", "pyogrio", "rich", "trafilatura")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["gazetteer", "add", "--help"],
        ["gazetteer", "add", "Krelovac", "43.2", "20.7"],
        ["gazetteer", "info"],
    ],
)
def test_light_commands_load_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    import os

    code = (
        "import sys\nfrom geomap.cli import main\n"
        f"try:\n    code = main({arguments!r})\nexcept SystemExit as error:\n    code = error.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], code or 0, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        env={
            **os.environ,
            "GEOMAP_HOME": str(tmp_path / "home"),
            "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
            "PYTHONIOENCODING": "utf-8",
        },
        check=False,
    )
    assert done.stderr.splitlines()[-1] == "[] 0", done.stderr


# -- edit -------------------------------------------------------------------------------------------------------


def test_edit_changes_one_row_and_keeps_the_old_name(home: Home) -> None:
    home.ok("add", "Krelovac", *AT, "--alias", "Krelloc@sq")
    home.ok("add", "Brelovac", "43.5", "20.9")
    other = home.mine.read_text("utf-8-sig").splitlines()[-1]
    done = home.ok(
        "edit", "krelovac", "--name", "Gornji Krelovac", "--at", "43.21, 20.71", "--radius", "3", "--type", "camp"
    )
    assert "user:krelovac  Gornji Krelovac, " in done.out
    row = home.rows()[0]
    assert (row["id"], row["title"], row["lat"], row["lon"], row["radius_km"]) == (
        *("user:krelovac", "Gornji Krelovac", "43.21", "20.71", "3"),
    )
    assert row["variants"] == "Krelloc@sq;Krelovac"
    assert home.mine.read_text("utf-8-sig").splitlines()[-1] == other
    assert home.ok("search", "Krelovac", "--json").json[0]["id"] == "user:krelovac"
    home.ok(
        "edit", "Krelloc", "--remove-alias", "Krelovac", "--remove-alias", "Krelloc", "--country", "rs", "--note", "x"
    )
    row = home.rows()[0]
    assert (row["variants"], row["ccodes"], row["note"]) == ("", "RS", "x")
    done = home.ok("edit", "Gornji", "Krelovac", "--json", "--population", "40")
    assert (done.json["population"], done.json["written"]) == (40, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["Krelovac"], 2, "nothing to change"),
        (["Krelovac", "--lat", "43.1"], 2, "--lon is missing"),
        (["Krelovac", "--lat", "91", "--lon", "20"], 1, "91 looks like a longitude"),
        (["Krelovac", "--name", " "], 1, "the name is empty"),
        (["Krelovac", "--remove-alias", "X"], 1, "user:krelovac has no alias 'X'; it has Krelloc@sq."),
        (["Krelovac", "--country", "Kosovoo"], 2, "Did you mean XK (Kosovo)?"),
        (["Leposavicc", "--radius", "3"], 1, "Did you mean 'Leposavić' (gm:leposavic)?"),
        (
            ["Twice", "--radius", "3"],
            1,
            "you have 2 places called 'Twice': user:twice (41.0000, 20.0000); user:twice-2",
        ),
        (["Krelovac", "--near", "Nowhere at allx"], 1, "no place 'Nowhere at allx'"),
    ],
)
def test_edit_refuses(arguments: list[str], code: int, said: str, home: Home) -> None:
    home.ok("add", "Krelovac", *AT, "--alias", "Krelloc@sq")
    home.ok("add", "Twice", "41", "20")
    home.ok("add", "Twice", "42", "20")
    before = home.mine.read_bytes()
    done = home("edit", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert home.mine.read_bytes() == before


@pytest.mark.parametrize(("name", "place_id"), [("Leposavić", "gm:leposavic"), ("Leipzig", "gn:2879139")])
def test_edit_of_what_is_not_yours_makes_a_copy_that_outranks(name: str, place_id: str, home: Home) -> None:
    text = f"A crowd protested in {name} on Sunday."
    assert home.toponyms(text)[name]["place_id"] == place_id
    was = home.ok("show", place_id, "--json").json
    done = home.ok("edit", place_id, "--lat", "44.5", "--lon", "21.5")
    assert f"{place_id} ({name}, " in done.err
    assert "is not yours and stays as it is; your copy of it goes before it." in done.err
    assert home.rows()[0]["id"] == place_id
    now = home.ok("show", place_id, "--json").json
    assert (now["layer"], now["lat"], now["lon"], now["row"]) == ("user", 44.5, 21.5, 3)
    assert (now["name"], now["population"], now["feature_code"]) == (
        was["name"],
        was["population"],
        was["feature_code"],
    )
    assert set(was["names"]) <= set(now["names"])
    one = home.toponyms(text)[name]
    assert (one["place_id"], one["lat"], one["lon"]) == (place_id, 44.5, 21.5)
    # Once it is one's own it is edited in place, and taking it out brings the former back.
    home.ok("edit", place_id, "--radius", "7")
    assert len(home.rows()) == 1
    home.ok("remove", place_id)
    assert home.toponyms(text)[name]["lat"] == was["lat"]


def test_a_name_that_many_bear_is_told_when_it_is_corrected(home: Home) -> None:
    done = home.ok("edit", "Paris", "--alias", "Paname")
    assert "(Paris, Île-de-France, FR) is not yours" in done.err
    assert "are called so too; if one of them was meant, 'geomap gazetteer remove gn:2988507'" in done.err
    assert home.rows()[0]["feature_class"] == "P"  # the city, not the department of that name
    assert "called so too" not in home.ok("edit", "gn:2879139", "--radius", "8").err


def test_a_place_that_moves_far_takes_the_division_of_its_new_neighbours(home: Home) -> None:
    home.ok("add", "Krelovac", *AT)
    assert home.rows()[0]["admin1"] == "Mitrovica"
    done = home.ok("edit", "Krelovac", "--at", "43.21, 20.7")
    assert home.rows()[0]["admin1"] == "Mitrovica"
    assert "country" not in done.err
    done = home.ok("edit", "Krelovac", "--at", "51.34, 12.37")
    assert "no town of XK is within 50 km" in done.err
    assert (home.rows()[0]["ccodes"], home.rows()[0]["admin1"]) == ("XK", "")
    home.ok("edit", "Krelovac", "--country", "Germany")
    assert (home.rows()[0]["ccodes"], home.rows()[0]["admin1"]) == ("DE", "Sachsen")


# -- remove -----------------------------------------------------------------------------------------------------


def test_remove_takes_out_one_row(home: Home) -> None:
    home.ok("add", "Krelovac", *AT)
    home.ok("add", "Brelovac", "43.5", "20.9")
    done = home.ok("remove", "krelovac")
    assert "removed Krelovac (user:krelovac), row 3." in done.err
    assert done.out == f"{home.mine}\n"
    assert [row["title"] for row in home.rows()] == ["Brelovac"]
    for arguments, code, said in (
        (["Krelovac"], 1, "you have no place 'Krelovac' of your own. Did you mean 'Brelovac' (user:brelovac)?"),
        (["Qwertzuiop"], 1, "'geomap gazetteer info' names the files"),
        (["Leipzig"], 1, "gn:2879139 is of the world layer, which is never edited"),
        (["gm:leposavic"], 1, "is shipped with geomap, which is never edited"),
        ([], 2, "name one of your places, or an import with --source"),
        (["Brelovac", "--source", "x"], 2, "name one of your places, or an import with --source"),
        (["--source", "x"], 1, "no imported source is called 'x'"),
    ):
        done = home("remove", *arguments)
        assert (done.code, done.out) == (code, ""), arguments
        assert said in done.err
    assert len(home.rows()) == 1


# -- show and search --------------------------------------------------------------------------------------------


def test_show_says_where_a_place_of_ones_own_stands(home: Home) -> None:
    home.ok("add", "Krelovac", *AT, "--alias", "Крелoвац@sr", "--source", "own visit", "--note", "by the mill")
    shown = home.ok("show", "krelovac").out
    for part in ("user:krelovac", "43.20000° N, 20.70000° E", f"user ({home.mine}, row 3)", "own visit", "by the mill"):
        assert part in shown
    record = home.ok("show", "Krelovac", "--json").json
    assert (record["layer"], record["row"], record["source"]) == ("user", 3, "own visit")
    assert [n["km"] for n in record["neighbours"]] == sorted(n["km"] for n in record["neighbours"])
    assert home.ok("show", "Leipzig", "--country", "Germany", "--json").json["country_code"] == "DE"
    done = home("show", "Leipzg")
    assert done.code == 1
    assert "Did you mean 'Leipzig'" in done.err
    assert home("show", "Leipzig", "--country", "Atlantis").code == 2


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (["Leipzg"], "Leipzig"),
        (["Лейпциг"], "Leipzig"),
        (["Kosovska", "Mitrovica"], "Mitrovica"),
        (["Mitrovica", "--country", "XK"], "Mitrovica"),
        (["Mitrovica", "--country", "kosovo"], "Mitrovica"),
        (["Mitrovica", "--near", "42.9, 20.9", "--radius", "20"], "Mitrovica"),
        (["Mitrovica", "--near", "Zvecan", "--type", "village"], "Mitrovica"),
    ],
)
def test_search_with_filters(arguments: list[str], first: str, home: Home) -> None:
    found = home.ok("search", *arguments, "--json").json
    assert first in found[0]["name"]
    assert home.ok("search", *arguments, "--limit", "1").out.count("\n") == 2
    if "--country" in arguments:
        assert {one["country_code"] for one in found} == {"XK"}
    if "--near" in arguments:
        assert all(abs(one["lat"] - 42.9) < 1 and abs(one["lon"] - 20.8) < 1.3 for one in found)
    if "--type" in arguments:
        assert {one["feature_class"] for one in found} == {"P"}


def test_search_that_finds_nothing_or_cannot_be(home: Home) -> None:
    done = home.ok("search", "Qwertzuiopasdf")
    assert done.out == ""
    assert "no place called 'Qwertzuiopasdf'; 'geomap gazetteer add' adds one" in done.err
    assert home.ok("search", "Qwertzuiopasdf", "--json").json == []
    for arguments, code, said in (
        (["X", "--country", "Frankreichh"], 2, "country 'Frankreichh' is not known"),
        (["X", "--near", "43,2"], 1, "Write decimals with a point"),
        (["X", "--near", "Leposavicc"], 1, "Did you mean 'Leposavić'"),
        (["X", "--type", "vilage"], 1, "Did you mean 'village'"),
        (["X", "--type", "Q"], 2, "'Q'"),
        (["X", "--radius", "far"], 2, "far is not a number"),
    ):
        done = home("search", *arguments)
        assert (done.code, done.out) == (code, ""), (arguments, done)
        assert said in done.err, done.err


# -- files with faults ------------------------------------------------------------------------------------------

BROKEN = HEADER + "user:a,Alpha,20.7,43.2,,,,\nuser:b,Brelovac,20.7,943,,,,\nuser:c,,20.7,43,,,,\n"


def test_a_faulty_file_stops_nobody_who_looks_or_mends(home: Home) -> None:
    home.mine.parent.mkdir(parents=True)
    home.mine.write_text(BROKEN, "utf-8")
    for arguments in (["search", "Alpha"], ["show", "Alpha"], ["info"], ["add", "Krelovac", *AT]):
        done = home.ok(*arguments)
        assert f"{home.mine}, row 3, column lat: 943 is outside -90 to 90" in done.err
        assert "a run stops at it until it is mended. So with 1 more." in done.err
        assert f"'geomap gazetteer check {home.mine}' lists all that is wrong." in done.err
        assert done.err.count("943") == 1
    assert "Krelovac" in home.mine.read_text("utf-8")
    after = home.mine.read_text("utf-8")
    assert BROKEN.removeprefix(HEADER) in after
    assert "user:krelovac,Krelovac,20.7,43.2,,P,PPL,XK," in after  # the country is of a town that has one
    home.ok("edit", "Alpha", "--radius", "4")
    home.ok("remove", "Krelovac")
    done = home("remove", "Brelovac")
    assert done.code == 1
    assert "943" in done.err
    done = home("export", "out.csv")
    assert (done.code, done.out) == (1, "")  # an export with rows left out would look whole
    assert "lists all that is wrong in it" in done.err
    info = home.ok("info", "--json").json
    assert info["layers"][0] == {"layer": "user", "places": 1, "path": str(home.mine), "faulty": True}
    checked = home("check")
    assert checked.code == 1
    assert f"{home.mine}:3, lat: error: 943 is outside -90 to 90" in checked.out
    assert f"{home.mine}:4, title: error: '' has no letters" in checked.out


def test_a_file_that_is_no_table_stops_only_itself(home: Home) -> None:
    home.mine.parent.mkdir(parents=True)
    home.mine.write_bytes(b"\xff\xfe\x00")
    home.mine.with_name("second.csv").write_text(HEADER + "user:a,Alpha,20.7,43.2,,,,\n", "utf-8")
    done = home.ok("search", "Alpha", "--json")
    assert done.json[0]["id"] == "user:a"
    assert f"{home.mine}, row 1: not UTF-8" in done.err
    checked = home("check")
    assert checked.code == 1
    assert f"{home.mine}: error: " in checked.out
    assert "1 place in 2 files: 1 error" in checked.err
    assert main(["toponyms", "-", "--recognizer", "gazetteer"]) == 1


# -- check ------------------------------------------------------------------------------------------------------


def test_check_names_row_column_fault_and_remedy(home: Home) -> None:
    file = home.folder / "odd.csv"
    file.write_text(
        HEADER
        + "user:a,Krelovac,20.7,43.2,,,,XK\n"
        + "user:b,Brelovac,43.1,20.8,,,,XK\n"  # swapped
        + "user:c,Trelovac,20.7,43.3,Paris,,,XK\n"  # shadows a capital
        + "user:d,Кrelovac,20.9,43.3,,,,XK\n"  # a Cyrillic К
        + "user:a,Again,20.9,43.1,,,,XK\n"
        + "user:e,Bad,north,43.1,,,,XK\n",
        "utf-8",
    )
    fine = home.folder / "fine.csv"
    fine.write_text(HEADER + "user:z,Zrelovac,20.7,43.21,,P,PPL,XK\n", "utf-8")
    done = home("check", file, fine)
    assert done.code == 1
    lines = done.out.splitlines()
    for where, words in (
        ("3, ", "swapped"),
        ("4, variants", "Paris"),
        ("5, title", "Cyrillic"),
        ("6, id", "'user:a' was used in row 2 already"),
        ("7, lon", "'north' is not a number"),
    ):
        assert any(
            line.startswith(f"odd.csv:{where}") or f"{file}:{where}" in line for line in lines if words in line
        ), words
    assert not any("fine.csv" in line for line in lines if ": note: " not in line), lines
    assert "in 2 files: " in done.err
    findings = home("check", file, "--json").json
    assert {f["row"] for f in findings if f["severity"] == "error"} >= {6, 7}
    assert all({"file", "row", "column", "severity", "code", "message", "remedy"} == set(f) for f in findings)
    done = home("check", fine)
    assert done.code == 0
    assert "1 place in 1 file: 0 errors, 0 warnings, 1 note." in done.err
    assert home("check", "missing.csv").code == 1
    assert home.ok("check").err == "geomap: you have no places files yet; 'geomap gazetteer add' makes one.\n"
    assert home.ok("check", "--json").json == []


# -- export and import ------------------------------------------------------------------------------------------

KEPT = {
    "Krelovac": ("43.21", "20.71", ["--alias", "Крelоvац@sr", "--source", "own visit", "--note", "=1+1"]),
    "Stara Međa": ("44.5", "-21.25", ["--type", "bridge", "--radius", "0.4", "--country", "RS"]),
    'Ka, "Zora"': ("-12.3", "-71.5", ["--population", "120"]),
}


def keep(home: Home) -> None:
    for name, (lat, lon, more) in KEPT.items():
        home.ok("add", name, "--lat", lat, "--lon", lon, *more)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".lpf.json", ".geojson", ".gpkg"])
def test_what_was_exported_can_be_imported(
    ending: str, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(home)
    done = home.ok("export", f"mine{ending}")
    assert (done.out, done.err) == (f"mine{ending}\n", "geomap: wrote 3 places.\n")
    before = {name: home.ok("show", name, "--json").json for name in KEPT}
    # Somebody else's home.
    monkeypatch.setenv("GEOMAP_HOME", str(tmp_path / "other"))
    done = home.ok("import", f"mine{ending}", "--json")
    assert (done.json["added"] + done.json["merged"], done.json["skipped"]) == (3, {})
    source = done.json["source"]
    for name, was in before.items():
        now = home.ok("search", name, "--json", "--limit", "1").json[0]
        assert (now["name"], now["layer"]) == (name, "import")
        assert (now["lat"], now["lon"]) == pytest.approx((was["lat"], was["lon"]), abs=1e-5)
        assert (now["feature_class"], now["country_code"]) == (was["feature_class"], was["country_code"])
        assert (now["feature_code"], now["population"]) == (was["feature_code"], was["population"])
    assert home.ok("search", "Крelоvац", "--json").json[0]["name"] == "Krelovac"
    assert f"removed the import {source}: 3 places" in home.ok("remove", "--source", source).err
    assert all(home("show", name).code == 1 for name in KEPT)


def test_export_of_shipped_and_of_an_import_and_what_is_refused(home: Home) -> None:
    empty = home.ok("export", "none.csv")
    assert "you have no places of your own yet; the file is empty." in empty.err
    home.ok("export", "shipped.geojson", "--shipped")
    features = json.loads((home.folder / "shipped.geojson").read_text("utf-8"))["features"]
    assert len(features) > 100
    keep(home)
    home.ok("export", "mine.csv")
    assert home.rows(home.folder / "mine.csv")[0]["note"] == "'=1+1"
    home.ok("import", "mine.csv", "--source", "theirs")
    assert "wrote 3 places." in home.ok("export", "again.tsv", "--source", "theirs").err
    for arguments, code, said in (
        (["mine.doc"], 2, "the ending does not say which format"),
        (["x.csv", "--shipped", "--source", "theirs"], 2, "name two things to export"),
        (["x.csv", "--source", "thers"], 1, "Did you mean 'theirs'?"),
        (["x.csv", "--places", "gone.csv"], 1, "gone.csv: no such file of places"),
    ):
        done = home("export", *arguments)
        assert (done.code, done.out) == (code, ""), (arguments, done)
        assert said in done.err
    assert not (home.folder / "x.csv").exists()


GEONAMES = (
    "9000001\tKrelovac\tKrelovac\tKrelloc\t43.21\t20.71\tP\tPPL\tXK\t\t\t\t\t\t120\t\t600\tEurope/Belgrade\t2024-01-01\n"
    "9000002\tKrelov Most\tKrelov Most\t\t43.22\t20.72\tS\tBDG\tXK\t\t\t\t\t\t0\t\t600\tEurope/Belgrade\t2024-01-01\n"
    "9000003\tBrelovac\tBrelovac\t\t44.21\t20.71\tP\tPPL\tRS\t\t\t\t\t\t9000\t\t600\tEurope/Belgrade\t2024-01-01\n"
)
KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Krelovac</name>
<Point><coordinates>20.71,43.21</coordinates></Point></Placemark></Document></kml>"""
GEOJSON = """{"type": "FeatureCollection", "features": [{"type": "Feature",
"properties": {"title": "Krelovac", "ort": "Ka"}, "geometry": {"type": "Point", "coordinates": [20.71, 43.21]}}]}"""
TABLE = "Ort;Breite;Länge;Farbe\nKrelovac;43.21;20.71;rot\nBrelovac;91;20.7;rot\n"


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ([], {"Krelovac", "Krelov Most", "Brelovac"}),
        (["--country", "XK"], {"Krelovac", "Krelov Most"}),
        (["--country", "serbia", "--country", "xk", "--class", "p"], {"Krelovac", "Brelovac"}),
        (["--class", "village"], {"Krelovac", "Brelovac"}),
        (["--class", "S.BDG"], {"Krelov Most"}),
        (["--class", "P", "--class", "BDG", "--country", "XK"], {"Krelovac", "Krelov Most"}),
        (["--min-population", "1000"], {"Brelovac"}),
    ],
)
def test_import_of_geonames_with_filters(filters: list[str], names: set[str], home: Home) -> None:
    (home.folder / "XK.txt").write_text(GEONAMES, "utf-8")
    done = home.ok("import", "XK.txt", *filters)
    assert "XK.txt (geonames): 3 rows in" in done.out
    assert "Undo it with 'geomap gazetteer remove --source XK'." in done.out
    found = {name for name in ("Krelovac", "Krelov Most", "Brelovac") if home("show", name).code == 0}
    assert found == names
    if len(names) < 3:
        assert f"{3 - len(names)}  left out by the filter" in done.out


def test_import_of_a_zip_a_kml_and_a_geojson(home: Home) -> None:
    import zipfile

    with zipfile.ZipFile(home.folder / "XK.zip", "w") as archive:
        archive.writestr("XK.txt", GEONAMES)
    (home.folder / "places.kml").write_text(KML, "utf-8")
    (home.folder / "places.geojson").write_text(GEOJSON, "utf-8")
    for file, format, source, name in (
        ("XK.zip", "geonames", "XK", "Krelovac"),
        ("places.kml", "kml", "places", "Krelovac"),
        ("places.geojson", "geojson", "places", "Ka"),
    ):
        more = ["--name-property", "ort"] if name == "Ka" else []
        done = home.ok("import", file, "--json", *more)
        assert (done.json["format"], done.json["source"]) == (format, source)
        assert home.ok("search", name, "--json").json[0]["id"].startswith(("gn:9000001", f"{source}:"))
        home.ok("remove", "--source", source)
        assert home("show", name).code == 1


def test_import_of_a_table_says_how_it_was_read(home: Home) -> None:
    (home.folder / "villages.csv").write_text(TABLE, "utf-8")
    done = home("import", "villages.csv")
    assert (done.code, done.out) == (1, "")
    assert "the first line names Ort, Breite, Länge, Farbe" in done.err
    assert "--map title=Ort" in done.err
    mapping = ["--map", "title=Ort", "--map", "lat=Breite", "--map", "lon=Länge"]
    done = home.ok("import", "villages.csv", *mapping)
    assert "villages.csv: read as columns: title = Ort, lat = Breite, lon = Länge." in done.err
    assert "villages.csv: not read: Farbe." in done.err
    assert "row 3, column Breite" in done.out
    assert home.ok("show", "Krelovac", "--json").json["layer"] == "import"
    again = home.ok("import", "villages.csv", *mapping)
    assert "updated          1" in again.out
    home.ok("import", "villages.csv", *mapping, "--source", "second")
    layers = [one["layer"] for one in home.ok("info", "--json").json["layers"]]
    assert sorted(layers) == ["import second", "import villages", "shipped", "world"]
    (home.folder / "places.geojson").write_text(GEOJSON, "utf-8")
    done = home.ok("import", "places.geojson", "--map", "title=ort", "--layer", "x")
    assert "--map is for tables, and this is geojson" in done.err
    assert "--layer is for GPKG, and this is geojson" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "FILE"),
        (["gone.csv"], 1, "gone.csv: no such file"),
        (["junk.bin"], 1, "junk.bin: the format is not known"),
        (["empty.csv"], 1, "empty.csv: is empty"),
        (["bomb.kml"], 1, "bomb.kml"),
        (["XK.txt", "--class", "Q"], 2, "GeoNames' classes are A, H"),
        (["XK.txt", "--class", "vilage"], 2, "Did you mean 'village'"),
        (["XK.txt", "--country", "Kosovoo"], 2, "Did you mean XK (Kosovo)?"),
        (["XK.txt", "--min-population", "1,000"], 2, "write it without separators"),
        (["XK.txt", "--min-population", "-5"], 2, "-5"),
        (["XK.txt", "--format", "geoname"], 1, "Did you mean 'geonames'?"),
        (["XK.txt", "--source", "../x"], 1, "a name has letters, digits"),
        (["XK.txt", "gone.csv", "--source", "x"], 2, "import them one by one"),
        (["villages.csv", "--map", "title"], 2, "write OURS=THEIRS"),
        (["villages.csv", "--map", "titel=Ort"], 1, "we have no column 'titel'"),
        (["villages.csv", "--map", "title=Ortt"], 1, "there is no column 'Ortt' for title"),
    ],
)
def test_import_refuses(arguments: list[str], code: int, said: str, home: Home) -> None:
    (home.folder / "XK.txt").write_text(GEONAMES, "utf-8")
    (home.folder / "villages.csv").write_text(TABLE, "utf-8")
    (home.folder / "junk.bin").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00" * 50)
    (home.folder / "empty.csv").write_bytes(b"")
    (home.folder / "bomb.kml").write_text(
        '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + KML.split("?>")[1], "utf-8"
    )
    done = home("import", *arguments)
    assert (done.code, done.out) == (code, ""), done
    assert said in done.err
    imports = home.folder / "home" / "data" / "imports"
    assert not imports.exists() or not list(imports.glob("*.sqlite"))


def test_one_broken_file_of_several_stops_no_other(home: Home) -> None:
    (home.folder / "XK.txt").write_text(GEONAMES, "utf-8")
    (home.folder / "places.kml").write_text(KML, "utf-8")
    done = home("import", "XK.txt", "gone.csv", "places.kml")
    assert done.code == 1
    assert done.err == "geomap: gone.csv: no such file\n"
    assert "now the source 'XK'" in done.out
    assert "now the source 'places'" in done.out


# -- layers and settings ----------------------------------------------------------------------------------------


def test_the_layers_win_in_their_order(home: Home) -> None:
    """One place in all six layers; each is taken away in turn, and the next is what search and toponyms give."""
    name, place_id = "Leposavić", "gm:leposavic"  # shipped; the world layer has it under its own number
    text = f"A crowd protested in {name} on Sunday."
    row = f"{place_id},{name},20.{{0}},43.{{0}},,P,PPL,XK\n"
    given, project = home.folder / "given.csv", home.folder / "gazetteer" / "a.csv"
    project.parent.mkdir()
    home.mine.parent.mkdir(parents=True)
    for number, file in enumerate((given, project, home.mine), 1):
        file.write_text(HEADER + row.format(number), "utf-8")
    (home.folder / "XK.txt").write_text(GEONAMES.split("\n")[0].replace("Krelovac", name) + "\n", "utf-8")
    home.ok("import", "XK.txt")

    def first(*options: object) -> float | None:
        found = home.ok("search", name, "--json", *options).json[0]
        one = home.toponyms(text, *options)[name]
        assert (one["place_id"], one["lat"]) == (found["id"], found["lat"]) == (place_id, found["lat"])
        lat: float | None = found["lat"]
        return lat

    layers = [one["layer"] for one in home.ok("info", "--places", "given.csv", "--json").json["layers"]]
    assert layers == ["given", "project", "user", "shipped", "import XK", "world"]
    assert first("--places", "given.csv") == 43.1
    assert first() == 43.2
    shipped = first("--only-shipped")
    home.ok("remove", name)
    assert first() == 43.3
    home.ok("remove", name)
    assert first() == shipped
    layers = [one["layer"] for one in home.ok("info", "--json", "--only-shipped").json["layers"]]
    assert layers == ["shipped", "world"]


def test_an_import_wins_over_the_world_layer(home: Home) -> None:
    text = "A crowd protested in Leipzig on Sunday."
    was = home.ok("show", "gn:2879139", "--json").json
    row = f"2879139\tLeipzig\tLeipzig\t\t51.5\t12.5\tP\tPPLA2\tDE\t\t13\t\t\t\t{was['population']}\t\t\t\t\n"
    (home.folder / "DE.txt").write_text(row, "utf-8")
    done = home.ok("import", "DE.txt", "--json")
    assert (done.json["added"], done.json["merged"]) == (0, 1)
    assert home.ok("search", "Leipzig", "--json").json[0]["lat"] == 51.5
    assert home.toponyms(text)["Leipzig"]["lat"] == 51.5
    home.ok("remove", "--source", "DE")
    assert home.toponyms(text)["Leipzig"]["lat"] == was["lat"]


def test_settings_name_places_and_an_online_service(home: Home) -> None:
    (home.folder / "given.csv").write_text(HEADER + "user:given,Krelovac,20.1,43.1,,P,PPL,XK\n", "utf-8")
    settings = home.folder / "home" / "config" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'places = ["{(home.folder / "given.csv").as_posix()}"]\n', "utf-8")
    assert home.ok("search", "Krelovac", "--json").json[0]["id"] == "user:given"
    assert home("show", "Krelovac", "--only-shipped").code == 1
    home.ok("edit", "Krelovac", "--radius", "3")  # where it stands
    assert home.rows(home.folder / "given.csv")[0]["radius_km"] == "3"
    settings.write_text('places = ["gone.csv"]\n', "utf-8")
    done = home.ok("search", "Leipzig", "--json", "--limit", "1")
    assert "gone.csv: no such file of places. A run stops at it; mend --places or the settings." in done.err
    home.ok("add", "Brelovac", *AT)
    settings.write_text('place = ["gone.csv"]\n', "utf-8")
    done = home("search", "Leipzig")
    assert (done.code, done.out) == (2, "")
    assert f"{settings}: there is no setting 'place'; did you mean 'places'?" in done.err


def test_the_online_service_of_the_settings_is_told_and_can_be_turned_off(home: Home) -> None:
    settings = home.folder / "home" / "config" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('online = "nominatim:http://127.0.0.1:9/"\n', "utf-8")
    (home.folder / "article.txt").write_text("A crowd protested in Leipzig.", "utf-8")
    home.toponyms("A crowd protested in Leipzig.", "--online", "off")
    told = home.run("toponyms", "article.txt", "--recognizer", "gazetteer")
    assert told.code == 0
    assert "will be sent to 127.0.0.1" in told.err
    assert "will be sent" not in home.run("toponyms", "article.txt", "--recognizer", "gazetteer", "--online", "off").err
    for arguments in (["search", "Qwertzuiop"], ["add", "Krelovac", *AT], ["info"]):
        assert "127.0.0.1" not in home.ok(*arguments).err  # these ask nobody
    settings.write_text('online = "nominatm"\n', "utf-8")
    told = home.run("toponyms", "article.txt", "--recognizer", "gazetteer")
    assert (told.code, told.out) == (2, "")
    assert "nominatm" in told.err


def test_geomap_home_holds_everything(home: Home) -> None:
    home.ok("add", "Krelovac", *AT)
    (home.folder / "XK.txt").write_text(GEONAMES, "utf-8")
    home.ok("import", "XK.txt")
    home.toponyms("A crowd protested in Krelovac on Sunday.")
    files = (path for path in (home.folder / "home").rglob("*") if path.is_file() and path.name[0] != ".")
    kept = sorted(path.relative_to(home.folder / "home").as_posix() for path in files)
    assert kept == ["config/gazetteer/places.csv", "data/imports/XK.sqlite", "state/last-run.jsonl"]


def test_what_the_last_run_met_is_told(home: Home) -> None:
    home.toponyms("A crowd protested in Leipzig on Sunday. In Leipzig two were hurt. Dresden was calm.")
    done = home.ok("add", "Leipzig", *AT, "--dry-run")
    assert "2 mentions in your last run would resolve here (2 went to Leipzig)." in done.err
    done = home.ok("add", "Nowhere Else", *AT, "--alias", "Leipzig", "--alias", "Dresden@de", "--json")
    assert "3 mentions in your last run now resolve here (2 went to Leipzig, 1 went to Dresden)." in done.err
    assert done.json["effect"] == {"mentions": 3, "unresolved_before": 0}
    home.toponyms("A crowd protested in Leipzig on Sunday.")
    assert "now resolve" not in home.ok("edit", "Nowhere Else", "--radius", "3").err
