"""``geomap map`` and ``toponyms``: what articles tell, drawn, and the places they name."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import command, is_number, settings_of
from geomap.cli.reporting import Reporter, count, is_terminal, print_path, write_stdout
from geomap.cli.runs import INPUT_HELP, Met, Tally, check_online, output_file, tell_placeless, tell_undated
from geomap.errors import UsageError

if TYPE_CHECKING:
    from geomap.drawing import Drawing
    from geomap.pipeline import ArticleResult

__all__ = ["add_commands"]


def add_commands(commands: Any, run: argparse.ArgumentParser) -> None:
    """Add the two to the parser; ``run`` holds the options that they share."""
    made = command(commands, "map", "draw the incidents of the articles on one HTML map and print its path", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=INPUT_HELP)
    made.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the map to write (default: output/<stem of the first input>.html)",
    )
    made.add_argument("--title", help="the map's title (default: the article's)")
    made.add_argument(
        "--boundaries",
        metavar="VIEW",
        help="the view of contested areas to draw: neutral (the default), de-facto, or a country's own, such as ua",
    )
    made.add_argument(
        "--kosovo-label",
        metavar="LABEL",
        help="how Kosovo, whose status is disputed, is labelled (default: as the view has it; neutral: Kosovo*)",
    )
    made.add_argument(
        "--png",
        metavar="FILE",
        nargs="?",
        const="",
        help="make a picture of the map too, with a Chromium or Chrome of this machine (default: the map's name, .png)",
    )
    made.add_argument("--png-size", metavar="WIDTHxHEIGHT", type=_size, help="its size in pixels (default: 1400x900)")
    made.add_argument(
        "--coarsen",
        metavar="KM",
        type=is_number,
        help="blur places to squares of that size for publication, and leave out quotes and exact names",
    )
    made.add_argument(
        "--keep-quotes", action="store_true", help="with --coarsen: keep the quotes, which may name places"
    )
    made.add_argument(
        "--tiles",
        metavar="URL",
        help="let the map load tiles from a server, such as https://tiles.example.org/{z}/{x}/{y}.png; without it a map"
        " asks the network for nothing",
    )
    made.add_argument("--tiles-attribution", metavar="TEXT", help="whose tiles they are, as their terms ask")
    made.add_argument(
        "--basemap", metavar="FILE", help="a PMTiles file of pictures: its tiles around the incidents go into the map"
    )
    made.add_argument(
        "--embed", action="store_true", help="make a page for a frame in another page, with its panels folded away"
    )
    made.add_argument(
        "--lang", metavar="LANGUAGE", help="the language of the map's own words, such as fr (default: en)"
    )
    made.set_defaults(function=_map)

    made = command(
        commands, "toponyms", "write the toponyms of the articles, resolved to coordinates, as JSON Lines", run
    )
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=INPUT_HELP)
    made.add_argument("-o", "--output", metavar="FILE", help="the file to write (default: standard output)")
    made.set_defaults(function=_toponyms)


def _size(text: str) -> tuple[int, int]:
    width, sign, height = text.lower().partition("x")
    if not (sign and width.isdecimal() and height.isdecimal() and len(text) < 12):
        raise argparse.ArgumentTypeError(f"{text} is no size; write it as 1400x900")
    return int(width), int(height)


def _drawing(options: argparse.Namespace) -> Drawing:
    """How the map is to be drawn; what contradicts itself is told before the work begins."""
    from geomap.drawing import Drawing

    tiles, basemap = getattr(options, "tiles", None), getattr(options, "basemap", None)
    credit = getattr(options, "tiles_attribution", None)
    coarsen = getattr(options, "coarsen", None)
    if tiles is not None and basemap is not None:
        raise UsageError("--tiles and --basemap contradict each other.")
    if tiles is not None:
        from geomap.maps.tiles import online_tiles

        online_tiles(tiles, credit)
    if basemap is not None and not Path(basemap).is_file():
        raise UsageError(f"--basemap {basemap}: there is no such file.")
    if coarsen is not None:
        from geomap.coarsening import Coarsener

        Coarsener(coarsen)
    elif getattr(options, "keep_quotes", False):
        raise UsageError("--keep-quotes goes with --coarsen.")
    return Drawing(
        tiles=tiles,
        tiles_attribution=credit,
        basemap=Path(basemap) if basemap is not None else None,
        coarsen_km=coarsen,
        keep_quotes=getattr(options, "keep_quotes", False),
        embed=getattr(options, "embed", False),
        lang=_language(getattr(options, "lang", None) or "en"),
    )


def _language(given: str) -> str:
    """A language that the map has words in. Raises :class:`~geomap.errors.UsageError` for another."""
    if given == "en":
        return given
    from geomap.maps.layer import LANGUAGES

    if given not in LANGUAGES:
        raise UsageError(f"--lang {given}: the map has words in {', '.join(LANGUAGES)}.")
    return given


def _picture(options: argparse.Namespace, page: Path, *, online: bool) -> Path | None:
    """The picture of the map, if one is asked for."""
    given = getattr(options, "png", None)
    if given is None:
        return None
    from geomap.maps.picture import save_picture

    width, height = getattr(options, "png_size", None) or (1400, 900)
    return save_picture(
        page, Path(given) if given else page.with_suffix(".png"), width=width, height=height, online=online
    )


def _check_picture(options: argparse.Namespace) -> None:
    """Tell before the work begins that there will be no picture."""
    given = getattr(options, "png", None)
    if given is None:
        if getattr(options, "png_size", None) is not None:
            raise UsageError("--png-size goes with --png.")
        return
    if given and Path(given).suffix.lower() != ".png":
        raise UsageError(f"--png {given}: the name must end in .png.")
    if given:
        from geomap.pipeline import check_target

        check_target(Path(given), options.inputs)
    from geomap.maps.picture import need_browser

    need_browser()


def _map(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.pipeline import map_articles

    settings = settings_of(options)
    drawing = _drawing(options)
    _check_picture(options)
    if drawing.tiles is not None:
        reporter.note("the map will load its tiles from the network whenever it is opened (--tiles).")
    check_online(settings, reporter)
    met = Met()

    def on_article(result: ArticleResult) -> None:
        met.see(result)
        reporter.article(result)

    summary = map_articles(
        options.inputs,
        getattr(options, "output", None),
        settings=settings,
        title=getattr(options, "title", None),
        drawing=drawing,
        on_error=reporter.error,
        on_article=on_article,
        on_warning=reporter.warning,
        on_fetch=reporter.fetching,
        progress=reporter.progress,
    )
    met.keep()
    for line in summary.online:
        reporter.note(line)
    tell_undated(reporter, summary.undated)
    tell_placeless(reporter, summary.empty)
    reporter.note(
        f"{count(summary.articles, 'article')}, {count(summary.incidents, 'incident')}:"
        f" {summary.located} on the map, {summary.unlocated} listed without a place"
        + (f"; {count(len(summary.errors), 'problem')}, told above" if summary.errors else "")
        + "."
    )
    reporter.finish()
    if summary.output is not None:
        picture = _picture(options, summary.output, online=drawing.tiles is not None)
        print_path(summary.output)
        if picture is not None:
            print_path(picture)
    return 0


def _toponyms(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.outputs import JsonLinesWriter, json_lines_file
    from geomap.pipeline import Session, toponyms_record

    settings = settings_of(options)
    check_online(settings, reporter)
    target = output_file(options, (".jsonl", ".ndjson"))
    if target is None and is_terminal(sys.stdout):
        reporter.finish()
    tally = Tally(reporter)
    found = resolved = 0
    with (
        Session(
            settings, progress=reporter.progress, on_warning=reporter.warning, on_fetch=reporter.fetching
        ) as session,
        contextlib.ExitStack() as stack,
    ):
        writer = JsonLinesWriter(write_stdout) if target is None else None
        articles = session.read(options.inputs, on_error=reporter.error)
        for result in tally.watch(session.process(articles, incidents=False, on_error=reporter.error)):
            if writer is None and target is not None:
                # Opened with the first result: a run that could read nothing replaces no earlier file.
                writer = stack.enter_context(json_lines_file(target))
            found += len(result.mentions)
            resolved += sum(resolution.place is not None for resolution in result.resolutions)
            if writer is not None:
                writer.write(toponyms_record(result))
    if target is not None and tally.articles:
        print_path(target)
    return tally.close(f"{count(found, 'toponym')}, {resolved} resolved", dates=False)
