"""How a map is drawn: the options of the commands that make one, and what becomes of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.cli.parsing import Parser, is_number
from geomap.errors import UsageError

if TYPE_CHECKING:
    from geomap.drawing import Drawing

__all__ = ["add_drawing_options", "check_picture", "drawing_of", "make_picture"]


def add_drawing_options(made: Parser) -> None:
    """Add the options that say how a map is drawn."""
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


def _size(text: str) -> tuple[int, int]:
    width, sign, height = text.lower().partition("x")
    if not (sign and width.isdecimal() and height.isdecimal() and len(text) < 12):
        raise argparse.ArgumentTypeError(f"{text} is no size; write it as 1400x900")
    return int(width), int(height)


def drawing_of(options: argparse.Namespace) -> Drawing:
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


def make_picture(options: argparse.Namespace, page: Path, *, online: bool) -> Path | None:
    """The picture of the map, if one is asked for."""
    given = getattr(options, "png", None)
    if given is None:
        return None
    from geomap.maps.picture import save_picture

    width, height = getattr(options, "png_size", None) or (1400, 900)
    return save_picture(
        page, Path(given) if given else page.with_suffix(".png"), width=width, height=height, online=online
    )


def check_picture(options: argparse.Namespace) -> None:
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

        check_target(Path(given), getattr(options, "inputs", ()))
    from geomap.maps.picture import need_browser

    need_browser()
