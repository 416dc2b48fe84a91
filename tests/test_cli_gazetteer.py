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
        self._capsys.readouterr()
        try:
            code = main(["gazetteer", *map(str, arguments)])
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
    assert (
        done.out
        == f"user:leipzig  Leipzig, populated place in Mitrovica, XK, 43.20000° N, 20.70000° E, radius 1 km\n{home.mine}\n"
    )
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
        done = list(pool.map(add, range(12)))
    assert [(one.returncode, one.stderr) for one in done if one.returncode] == []
    file = tmp_path / "home" / "config" / "gazetteer" / "places.csv"
    rows = list(csv.DictReader(line for line in file.read_text("utf-8-sig").splitlines() if line[0] != "#"))
    assert sorted(row["id"] for row in rows) == sorted(["user:krelovac"] + [f"user:krelovac-{n}" for n in range(2, 13)])
    assert sorted(row["lat"] for row in rows) == [f"{30 + number}.5" for number in range(12)]
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
