"""Counts by area, type and time, and the files that they are read from and written to."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from map_samples import incident, place, sample_incidents

from geomap.boundaries import join_boundaries, load_areas, load_boundaries_for
from geomap.cli import main
from geomap.errors import InputError
from geomap.formats import is_incident_file, read_incidents, write_incidents
from geomap.frames import incidents_to_gdf
from geomap.summary import AreaCount, area_keys, chart_svg, summarise, summary_csv, timeline

MARCH = "About 300 people marched in Kosovska Mitrovica, an organiser said."
TALKS = "In 1999 a peace-keeping force was set up in Kosovo."
MITROVICA, PRISTINA = ("XK", "gn:10097358"), ("XK", "gn:10097360")


def march(number: int, *names: str, **more: Any):
    return incident(number, "protest", MARCH, [place(name) for name in names], **more)


def joined(incidents):
    frame = incidents_to_gdf(incidents)
    return join_boundaries(frame, load_boundaries_for(frame))


def keys_of(*incidents, by="admin1"):
    return list(area_keys(joined(incidents), by=by).values())


def test_a_point_counts_to_its_division_and_two_in_one_division_once() -> None:
    assert keys_of(march(1, "Kosovska Mitrovica")) == [(MITROVICA,)]
    assert keys_of(march(1, "Kosovska Mitrovica", "Rudare")) == [(MITROVICA,)]
    assert keys_of(march(1, "Kosovska Mitrovica", "Pristina")) == [(MITROVICA, PRISTINA)]
    assert keys_of(march(1, "Kosovska Mitrovica"), by="country") == [(("XK", ""),)]


def test_a_country_is_never_spread_over_its_divisions() -> None:
    whole = incident(1, "protest", TALKS, [place("Kosovo")], geo_precision=None)
    assert keys_of(whole) == [(("XK", ""),)]
    (row,) = summarise(joined([whole]))
    assert row.rest
    assert row.per_area() is None
    assert row.name == "(region not known)"


def test_no_place_is_counted_as_such() -> None:
    assert keys_of(incident(1, "protest", MARCH, [], geo_precision=None)) == [(("", ""),)]


def test_counts_by_type_and_what_has_not_happened_apart() -> None:
    rows = summarise(
        joined(
            [
                march(1, "Kosovska Mitrovica"),
                march(2, "Rudare"),
                march(3, "Rudare", certainty="planned"),
                march(4, "Pristina", certainty="claimed"),
            ]
        )
    )
    assert [(row.id, dict(row.counts), row.total, row.other) for row in rows] == [
        (MITROVICA[1], {"protest": 2}, 2, 1),
        (PRISTINA[1], {"protest": 1}, 1, 0),
    ]


def test_areas_give_names_and_density() -> None:
    frame = joined([march(1, "Kosovska Mitrovica")])
    areas = load_areas([MITROVICA, ("XK", "")])
    (row,) = summarise(frame, areas=areas, populations={MITROVICA: 200_000})
    assert (row.name, row.country) == ("Mitrovica", "Kosovo*")
    assert row.km2 == pytest.approx(2117, rel=0.05)
    assert row.per_area() == pytest.approx(10_000 / row.km2)
    assert row.per_population() == pytest.approx(0.5)
    assert summarise(frame, by="country", areas=areas)[0].km2 == pytest.approx(10_900, rel=0.02)


def test_the_same_incidents_give_the_same_table() -> None:
    assert summarise(joined(sample_incidents())) == summarise(joined(sample_incidents()))


def test_csv_cells_run_no_formula() -> None:
    bad = AreaCount(
        code="XX", id="", country="=1+1", name="@cmd", counts={"riot": 2}, total=2, other=0, km2=None, population=None
    )
    text = summary_csv([bad])
    header, row = list(csv.reader(io.StringIO(text)))
    cells = dict(zip(header, row, strict=True))
    assert (cells["country"], cells["area"]) == ("'=1+1", "'@cmd")
    assert (cells["riot"], cells["total"], cells["area_km2"]) == ("2", "2", "")
    assert text.endswith("\r\n")


@pytest.mark.parametrize(
    ("days", "unit", "bars"),
    [
        (["2024-05-01", "2024-05-03"], "day", 3),
        (["2024-01-01", "2024-12-30"], "week", 53),
        (["2020-01-15", "2024-03-01"], "month", 51),
        (["1950-01-01", "2024-03-01"], "year", 75),
        (["0001-01-01", "0001-01-02"], "day", 2),
        (["9999-12-30", "9999-12-31"], "day", 2),
    ],
)
def test_the_unit_follows_the_span(days: list[str], unit: str, bars: int) -> None:
    times = timeline(incidents_to_gdf([march(n, "Rudare", date_start=day) for n, day in enumerate(days)]))
    assert (times.unit, len(times.starts)) == (unit, bars)
    assert sum(times.counts["protest"]) == 2
    assert times.counts["protest"][0] == times.counts["protest"][-1] == 1


def test_undated_and_unhappened_incidents_have_no_bar() -> None:
    frame = incidents_to_gdf(
        [
            march(1, "Rudare", date_start=None),
            march(2, "Rudare", date_start="2024-05-01", certainty="planned"),
            march(3, "Rudare", date_start="2024-05-01"),
        ]
    )
    times = timeline(frame)
    assert (times.undated, times.starts, times.counts) == (1, (date(2024, 5, 1),), {"protest": (1,)})


def test_the_chart_is_valid_and_shows_hostile_text_as_text() -> None:
    drawing = chart_svg(timeline(joined(sample_incidents())), title="<script>alert(1)</script>\x00\ud800 & co")
    root = ElementTree.fromstring(drawing)
    assert not root.findall(".//{http://www.w3.org/2000/svg}script")
    assert "&lt;script&gt;" in drawing
    none = chart_svg(timeline(incidents_to_gdf([])), title="Nothing")
    assert "No incident has a date." in "".join(ElementTree.fromstring(none).itertext())


# ---- files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["found.jsonl", "found.geojson"])
def test_incidents_come_back_as_they_were_written(tmp_path: Path, name: str) -> None:
    path = write_incidents(sample_incidents(), tmp_path / name)
    assert is_incident_file(path)
    back = list(read_incidents(path))
    assert {one.incident_id for one in back} == {one.incident_id for one in sample_incidents()}
    if name.endswith(".jsonl"):
        assert back == list(sample_incidents())
    assert summarise(joined(back)) == summarise(joined(sample_incidents()))


def test_articles_are_no_incidents_and_broken_files_are_told(tmp_path: Path) -> None:
    articles = tmp_path / "articles.jsonl"
    articles.write_text('{"doc_id": "a", "text": "Nothing happened."}\n', encoding="utf-8")
    assert not is_incident_file(articles)
    assert not is_incident_file(tmp_path / "missing.jsonl")
    whole = write_incidents([march(1, "Rudare")], tmp_path / "found.jsonl").read_text(encoding="utf-8")
    for spoiled, told in ((whole.replace('"type"', '"kind"'), "'type'"), (whole + "{", "line 2: no JSON")):
        broken = tmp_path / "broken.jsonl"
        broken.write_text(spoiled, encoding="utf-8")
        with pytest.raises(InputError, match=told) as caught:
            list(read_incidents(broken))
        assert "broken.jsonl" in str(caught.value)
    record = json.loads(whole)
    record["places"][0]["lat"] = "north"
    broken.write_text(json.dumps(record) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="lat"):
        list(read_incidents(broken))


# ---- command line ---------------------------------------------------------------------------------------------


def test_the_command_prints_and_writes_the_table(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = write_incidents([march(1, "Kosovska Mitrovica"), march(2, "Pristina")], tmp_path / "found.jsonl")
    chart = tmp_path / "chart.svg"
    assert main(["summary", str(path), "--chart", str(chart), "--per-area"]) == 0
    printed = capfdbinary.readouterr().out.decode()
    assert "Mitrovica" in printed
    assert "PER 10,000 KM²" in printed.splitlines()[0]
    assert ElementTree.parse(chart).getroot().tag.endswith("svg")


@pytest.mark.parametrize("arguments", [["-o", "table.txt"], ["--chart", "chart.gif"]])
def test_other_file_types_are_refused(tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    path = write_incidents([march(1, "Pristina")], tmp_path / "found.jsonl")
    assert main(["summary", str(path), *arguments]) == 2
    assert "must end in" in capsys.readouterr().err
