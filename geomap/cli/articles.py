"""``geomap map``, ``extract`` and ``toponyms``: the commands that read articles."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import command, is_number, settings_of
from geomap.cli.reporting import Reporter, count, is_terminal, print_path, write_stdout
from geomap.errors import UsageError

if TYPE_CHECKING:
    from geomap.drawing import Drawing
    from geomap.pipeline import ArticleResult
    from geomap.records import Incident
    from geomap.settings import Settings

__all__ = ["add_commands"]

_INPUT_HELP = "a text or HTML file, a folder, JSON Lines with a 'text' field, or - for standard input"


def add_commands(commands: Any, run: argparse.ArgumentParser) -> None:
    """Add the three to the parser; ``run`` holds the options that they share."""
    made = command(commands, "map", "draw the incidents of the articles on one HTML map and print its path", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=_INPUT_HELP)
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

    made = command(commands, "extract", "write the incidents of the articles as JSON Lines or GeoJSON", run)
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=_INPUT_HELP)
    made.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="a .jsonl or .geojson file to write (default: JSON Lines on standard output)",
    )
    made.add_argument(
        "--merge",
        action="store_true",
        help="make one incident, with several sources, of what several articles tell",
    )
    made.set_defaults(function=_extract)

    made = command(
        commands, "toponyms", "write the toponyms of the articles, resolved to coordinates, as JSON Lines", run
    )
    made.add_argument("inputs", nargs="+", metavar="INPUT", help=_INPUT_HELP)
    made.add_argument("-o", "--output", metavar="FILE", help="the file to write (default: standard output)")
    made.set_defaults(function=_toponyms)


class _Met:
    """The names that a run meets, remembered for ``gazetteer add`` when it is done."""

    # Enough for ten thousand long articles; what is beyond would cost more memory than the hint is worth.
    MOST = 1_000_000

    def __init__(self) -> None:
        self.mentions: list[tuple[str, str, str | None, str | None]] = []

    def see(self, result: ArticleResult) -> None:
        """Note the toponyms of one article."""
        if len(self.mentions) < self.MOST:
            # A name taken for no place is one as soon as its place is added.
            doc_id = result.article.doc_id
            self.mentions.extend((doc_id, mention.text, None, None) for mention in result.left_out)
            for resolution in result.resolutions:
                place = resolution.place
                self.mentions.append(
                    (
                        result.article.doc_id,
                        resolution.mention.text,
                        place.id if place else None,
                        place.name if place else None,
                    )
                )

    def keep(self) -> None:
        """Write it down; a folder that cannot be written to costs only the hint."""
        from geomap.folders import state_folder
        from geomap.gazetteer.history import remember_run

        remember_run(self.mentions, state_folder())


def _check_online(settings: Settings, reporter: Reporter) -> None:
    """Say, before anything is sent, what will be sent where."""
    if settings.online is not None:
        from geomap.online import parse_provider

        provider = parse_provider(settings.online)
        reporter.note(f"names that nothing resolves will be sent to {provider.host} (--online off keeps them here).")


def _tell_undated(reporter: Reporter, undated: Sequence[str]) -> None:
    if undated:
        shown = ", ".join(undated[:3]) + (f" and {len(undated) - 3} more" if len(undated) > 3 else "")
        reporter.note(
            f"no publication date: {shown}; relative dates such as 'on Sunday' stay unresolved there."
            " Give one with --published YYYY-MM-DD."
        )


def _tell_placeless(reporter: Reporter, placeless: Sequence[str]) -> None:
    if placeless:
        shown = ", ".join(placeless[:3]) + (f" and {len(placeless) - 3} more" if len(placeless) > 3 else "")
        reporter.note(f"no place was found in {shown}.")


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
    _check_online(settings, reporter)
    met = _Met()

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
        progress=reporter.progress,
    )
    met.keep()
    for line in summary.online:
        reporter.note(line)
    _tell_undated(reporter, summary.undated)
    _tell_placeless(reporter, summary.empty)
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


class _Tally:
    """Counts what passes through, for the summary at the end."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self.articles = 0
        self.undated: list[str] = []
        self.placeless: list[str] = []
        self.met = _Met()

    def watch(self, results: Iterable[ArticleResult]) -> Iterable[ArticleResult]:
        """Pass ``results`` on, counting them."""
        for result in results:
            self.articles += 1
            if result.article.published is None:
                self.undated.append(result.article.doc_id)
            if not any(resolution.place for resolution in result.resolutions):
                self.placeless.append(result.article.doc_id)
            self.met.see(result)
            self.reporter.article(result)
            yield result
        self.met.keep()

    def close(self, found: str, *, dates: bool) -> int:
        """Tell the summary; the exit code is 1 where not one article was read."""
        problems = len(self.reporter.reported)
        if not self.articles:
            if not problems:
                self.reporter.line("there is no article in the input.")
            return 1
        if dates:
            _tell_undated(self.reporter, self.undated)
        _tell_placeless(self.reporter, self.placeless)
        self.reporter.note(
            f"{count(self.articles, 'article')}, {found}"
            + (f"; {count(problems, 'problem')}, told above" if problems else "")
            + "."
        )
        return 0


def _output(options: argparse.Namespace, suffixes: tuple[str, ...]) -> Path | None:
    """The file to write, checked before the work begins; None for standard output."""
    from geomap.pipeline import check_target

    given = getattr(options, "output", None)
    if given is None or given == "-":
        return None
    target = Path(given)
    # A device or pipe has no suffix to go by and gets JSON Lines.
    if target.suffix.lower() not in suffixes and (target.is_file() or not target.exists()):
        raise UsageError(f"-o {given}: the name must end in {' or '.join(suffixes)}.")
    check_target(target, options.inputs)
    return target


def _extract(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.outputs import json_line
    from geomap.pipeline import Session, is_located, write_incidents
    from geomap.records import to_dict

    settings = settings_of(options)
    _check_online(settings, reporter)
    target = _output(options, (".jsonl", ".ndjson", ".geojson"))
    if target is None and is_terminal(sys.stdout):
        reporter.finish()
    tally = _Tally(reporter)
    merge = getattr(options, "merge", False)
    incidents: list[Incident] = []
    with Session(settings, progress=reporter.progress, on_warning=reporter.warning) as session:
        articles = session.read(options.inputs, on_error=reporter.error)
        for result in tally.watch(session.process(articles, on_error=reporter.error)):
            incidents.extend(result.incidents)
            if target is None and not merge:
                for incident in result.incidents:
                    write_stdout(json_line(to_dict(incident)).encode() + b"\n")
    if not tally.articles:
        return tally.close("", dates=True)
    if merge:
        from geomap.merging import merge_incidents

        incidents = merge_incidents(incidents)
        if target is None:
            for incident in incidents:
                write_stdout(json_line(to_dict(incident)).encode() + b"\n")
    if target is not None:
        print_path(write_incidents(incidents, target))
    located = sum(map(is_located, incidents))
    return tally.close(f"{count(len(incidents), 'incident')}, {located} with coordinates", dates=True)


def _toponyms(options: argparse.Namespace, reporter: Reporter) -> int:
    from geomap.outputs import JsonLinesWriter, json_lines_file
    from geomap.pipeline import Session, toponyms_record

    settings = settings_of(options)
    _check_online(settings, reporter)
    target = _output(options, (".jsonl", ".ndjson"))
    if target is None and is_terminal(sys.stdout):
        reporter.finish()
    tally = _Tally(reporter)
    found = resolved = 0
    with (
        Session(settings, progress=reporter.progress, on_warning=reporter.warning) as session,
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
