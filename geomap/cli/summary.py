"""``geomap summary``: counts of incidents by area, type and time."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import command, settings_of
from geomap.cli.reporting import Reporter, count, table, write_stdout
from geomap.cli.runs import tell_notes, tell_unresolved
from geomap.errors import UsageError

if TYPE_CHECKING:
    from geomap.incident_tables import Unresolved
    from geomap.records import Incident
    from geomap.settings import Settings
    from geomap.summary import AreaCount, AreaKey, Level, Timeline

__all__ = ["add_commands"]

_INPUT_HELP = "what geomap extract wrote, a table of incidents, or articles as geomap map takes them"


def add_commands(commands: Any, run: argparse.ArgumentParser) -> None:
    """Add the command to the parser; ``run`` holds the options that it shares with others that read articles."""
    made = command(commands, "summary", "count the incidents by area and type, and over time", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=_INPUT_HELP)
    made.add_argument("-o", "--output", metavar="FILE", help="a .csv file to write the table to, a column a type")
    made.add_argument(
        "--chart", metavar="FILE", help="a .svg or .png file for a bar chart over time (.png needs Chromium)"
    )
    made.add_argument(
        "--by",
        choices=("admin1", "country"),
        help="count by first-level division, such as a province, or by country (default: admin1)",
    )
    group = made.add_mutually_exclusive_group()
    group.add_argument("--per-area", action="store_true", help="show incidents per 10,000 km², and order by it")
    group.add_argument(
        "--per-population", action="store_true", help="show incidents per 100,000 people, and order by it"
    )
    made.add_argument(
        "--boundaries",
        metavar="VIEW",
        help="the view of contested areas to count in: neutral (the default), de-facto, or a country's own, such as ua",
    )
    made.set_defaults(function=_summary)


def _target(name: str, given: str | None, suffixes: tuple[str, ...], inputs: Sequence[str]) -> Path | None:
    from geomap.pipeline import check_target

    if given is None:
        return None
    target = Path(given)
    if target.suffix.lower() not in suffixes:
        raise UsageError(f"{name} {given}: the name must end in {' or '.join(suffixes)}.")
    check_target(target, inputs)
    return target


def _incidents(inputs: Sequence[str], settings: Settings, reporter: Reporter) -> list[Incident]:
    """The incidents of saved files and tables, and those of articles, what several of them tell being one."""
    from geomap.pipeline import Session

    saved: list[Incident] = []
    coded: list[Incident] = []
    unresolved: list[Unresolved] = []
    read = False
    with Session(
        settings,
        merging=True,
        progress=reporter.progress,
        on_warning=reporter.warning,
        on_fetch=reporter.fetching,
        on_note=reporter.note,
    ) as session:
        for result in session.results(inputs, on_error=reporter.error):
            read = True
            if result.listed is not None:
                # Whoever saved incidents decided what to merge; they are counted as they are.
                (saved if result.listed.saved else coded).extend(result.incidents)
                unresolved.extend(result.listed.unresolved)
                continue
            reporter.article(result)
            coded.extend(result.incidents)
        if not read:
            raise reporter.reported[0] if reporter.reported else UsageError("there is no article in the input.")
        tell_notes(reporter)
        tell_unresolved(reporter, unresolved)
        return session.unmerged(saved) + session.merge(coded, on_error=reporter.error)


def _populations(keys: Sequence[AreaKey], settings: Settings) -> dict[AreaKey, int]:
    from geomap.pipeline import open_gazetteer_for

    found: dict[AreaKey, int] = {}
    with open_gazetteer_for(settings) as gazetteer:
        for code, ident in keys:
            place = gazetteer.place(ident) if ident else gazetteer.country(code)
            if place is not None and place.population:
                found[(code, ident)] = place.population
    return found


def _summary(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.boundaries import join_boundaries, load_areas, load_boundaries_for
    from geomap.frames import incidents_to_gdf
    from geomap.outputs import write_text
    from geomap.summary import area_keys, summarise, summary_csv, timeline

    settings = settings_of(options)
    by: Level = getattr(options, "by", None) or "admin1"
    written = _target("-o", getattr(options, "output", None), (".csv",), options.inputs)
    chart = _target("--chart", getattr(options, "chart", None), (".svg", ".png"), options.inputs)
    if chart is not None and chart.suffix.lower() == ".png":
        from geomap.maps.picture import need_browser

        need_browser()
    incidents = _incidents(options.inputs, settings, reporter)
    reporter.progress("counting", 0.0)
    gdf = incidents_to_gdf(incidents)
    gdf = join_boundaries(gdf, load_boundaries_for(gdf, view=settings.boundaries), view=settings.boundaries)
    keys = list(dict.fromkeys(key for listed in area_keys(gdf, by=by).values() for key in listed if key[0]))
    areas = load_areas([*keys, *((code, "") for code, _ in keys)], view=settings.boundaries)
    countries = {
        code: name for code, ident, name in zip(areas["code"], areas["id"], areas["name"], strict=True) if not ident
    }
    if settings.kosovo_label is not None and "XK" in countries:
        countries["XK"] = settings.kosovo_label
    by_people = getattr(options, "per_population", False)
    rows = summarise(
        gdf,
        by=by,
        areas=areas,
        countries=countries,
        populations=_populations(keys, settings) if by_people or written else None,
    )
    reporter.finish()
    write_stdout(
        (_table(rows, by=by, per_area=getattr(options, "per_area", False), per_people=by_people) + "\n").encode()
    )
    if written is not None:
        reporter.note(f"{write_text(written, summary_csv(rows))} has the table.")
    if chart is not None:
        _draw(timeline(gdf), chart, reporter=reporter)
    not_happened = sum(incident.certainty not in ("reported", "claimed", "attempted") for incident in incidents)
    reporter.note(
        f"{count(len(incidents), 'incident')}; {not_happened} of them planned, threatened, hypothetical, denied or from"
        " history, which are counted apart. An incident in two areas counts in both."
    )
    return 0


def _draw(times: Timeline, target: Path, *, reporter: Reporter) -> None:
    from geomap.outputs import write_text
    from geomap.summary import CHART_HEIGHT, CHART_WIDTH, chart_svg

    happened = times.undated + sum(map(sum, times.counts.values()))
    drawing = chart_svg(times, title=f"{count(happened, 'incident')} told as having happened")
    if target.suffix.lower() == ".svg":
        write_text(target, drawing)
    else:
        from geomap.maps.picture import save_picture

        with tempfile.TemporaryDirectory(prefix="geomap-") as folder:
            page = write_text(Path(folder) / "chart.svg", drawing)
            save_picture(page, target, width=CHART_WIDTH, height=CHART_HEIGHT)
    reporter.note(f"{target} has the chart, by {times.unit}.")


def _table(rows: Sequence[AreaCount], *, by: str, per_area: bool, per_people: bool) -> str:
    """The counts as columns lined up; the types of an area stand in one, most first."""
    from geomap.lexicons import type_label

    header = ["COUNTRY", *(["REGION"] if by == "admin1" else []), "INCIDENTS", "NOT HAPPENED"]
    if per_area:
        header.append("PER 10,000 KM²")
        rows = sorted(rows, key=lambda row: (row.per_area() is None, -(row.per_area() or 0.0)))
    if per_people:
        header.append("PER 100,000 PEOPLE")
        rows = sorted(rows, key=lambda row: (row.per_population() is None, -(row.per_population() or 0.0)))
    numbers = frozenset(range(2 if by == "admin1" else 1, len(header)))
    lines = []
    for row in rows:
        kinds = sorted(row.counts.items(), key=lambda one: (-one[1], one[0]))
        share = row.per_area() if per_area else row.per_population() if per_people else None
        lines.append(
            [
                row.country or row.name,
                *([row.name if row.code else ""] if by == "admin1" else []),
                f"{row.total:,}",
                f"{row.other:,}",
                *(["" if share is None else f"{share:,.2f}"] if per_area or per_people else []),
                ", ".join(f"{type_label(kind)} {number}" for kind, number in kinds),
            ]
        )
    return table([*header, "TYPES"], lines, right=numbers)
