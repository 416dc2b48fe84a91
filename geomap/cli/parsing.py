"""The parser: argparse in our own words, the options that commands share, and the settings they make."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from geomap import __version__
from geomap.cli.reporting import plain
from geomap.errors import DateError, UsageError

if TYPE_CHECKING:
    from geomap.settings import Settings

__all__ = ["Parser", "command", "common", "is_number", "limit", "score", "settings_of"]


class Parser(argparse.ArgumentParser):
    """argparse with errors in our own form and the nearest command or option suggested."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # "-12.3,-71.5" is a position, not an option: argparse (up to 3.13) knows whole negative numbers only.
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def error(self, message: str) -> NoReturn:
        """One line that says what is wrong, one that says where help is; exit code 2."""
        from difflib import get_close_matches

        known: list[str] = []
        wrong: list[str] = []
        if match := re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message):
            wrong = [match[1]]
            known = re.findall(r"[\w-]+", match[2])
            message = f"there is no '{match[1]}' here; it is one of {', '.join(known)}"
        elif message.startswith("unrecognized arguments: "):
            wrong = [word.partition("=")[0] for word in message.split()[2:] if word.startswith("-")]
            known = sorted(_known_options(self))
            # An option of another command is no misspelling.
            known = [option for option in known if option not in wrong]
        nearest = [near for word in wrong for near in get_close_matches(word, known, n=1, cutoff=0.5)]
        hint = f"; did you mean {' and '.join(map(repr, nearest))}?" if nearest else "."
        sys.stderr.write(f"geomap: {plain(message)}{plain(hint)}\nTry '{self.prog} --help'.\n")
        sys.exit(2)


def _known_options(parser: argparse.ArgumentParser) -> set[str]:
    options: set[str] = set()
    for action in parser._actions:
        options.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                options |= _known_options(child)
    return options


def score(text: str) -> float:
    """An option's value between 0 and 1."""
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def limit(text: str) -> int:
    """An option's value that counts something: 1 or more."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def is_number(text: str) -> float:
    """An option's value that is a finite number; a decimal comma is told of."""
    import math

    try:
        value = float(text)
    except ValueError:
        hint = "; write decimals with a point" if "," in text else ""
        raise argparse.ArgumentTypeError(f"{text} is not a number{hint}") from None
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number")
    return value


# argparse names the function in its message: "invalid whole number value".
score.__name__ = "number"
limit.__name__ = "whole number"


def common(*, run: bool) -> argparse.ArgumentParser:
    """The options that every command takes, and with ``run`` those of the commands that read articles.

    Defaults are suppressed, so that an option before the command is not reset by the command's own parser.
    """
    parent = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS, allow_abbrev=False)
    group = parent.add_argument_group("options common to all commands")
    group.add_argument(
        "--published",
        metavar="DATE",
        help="when the articles were published, such as 2022-08-01; goes before what they say themselves",
    )
    group.add_argument(
        "--places",
        metavar="FILE",
        action="append",
        help="a CSV of your own places, which outrank all others; may be given more than once",
    )
    group.add_argument(
        "--only-shipped",
        action="store_true",
        help="leave out your own places and imports, so that anybody's run gives the same",
    )
    group.add_argument("--cache-dir", metavar="DIR", help="where the built gazetteer is kept")
    group.add_argument("-q", "--quiet", action="store_true", help="only errors on standard error")
    group.add_argument("-v", "--verbose", action="store_true", help="say what is being done")
    group.add_argument("--version", action="version", version=f"geomap {__version__}")
    if run:
        group = parent.add_argument_group("recognition")
        group.add_argument(
            "--recognizer",
            choices=("auto", "gazetteer"),
            help="auto: the language model and the gazetteer; gazetteer: without the model (default: auto)",
        )
        group.add_argument(
            "--min-score",
            metavar="SCORE",
            type=score,
            help="leave places unresolved whose score is below this, from 0 to 1 (default: 0)",
        )
        group.add_argument(
            "--fetch",
            action="store_true",
            help="fetch from the web what a feed or list has only the beginning or the title of; without it only the"
            " addresses that you name are asked",
        )
        group.add_argument(
            "--home",
            metavar="PLACE",
            help="where the articles' source is at home: a name such as 'Dayton, Ohio', an id, 'lat,lon' or a country's"
            " two letters; of places of one name those there are likelier",
        )
        group.add_argument(
            "--learn-home",
            action="store_true",
            help="learn from the other articles of each source where it is at home; the articles are read twice",
        )
        group.add_argument(
            "--columns",
            metavar="NAME=COLUMN,...",
            action="append",
            help="which column of a table holds what, where the guess that is shown is wrong: text=body, place=Ort,"
            " date=when; NAME= for none; order=day-first or month-first for dates such as 3/4/2022",
        )
        group.add_argument(
            "--corrections",
            metavar="FILE",
            action="append",
            help="a CSV of what you put right: this name is that place, this is no incident; may be given repeatedly",
        )
        group.add_argument(
            "--online",
            metavar="PROVIDER",
            help="send names that nothing resolves to an online geocoder: nominatim, photon, or either with the"
            " address of your own server (nominatim:https://…); off, the default, sends nothing",
        )
    return parent


def command(into: Any, name: str, help: str, parent: argparse.ArgumentParser) -> Parser:
    """Add a command to ``into`` (what ``add_subparsers`` gave), with the options of ``parent``."""
    made: Parser = into.add_parser(
        name,
        help=help,
        description=help[0].upper() + help[1:] + ".",
        parents=[parent],
        allow_abbrev=False,
    )
    return made


# Option → setting, where the one is taken over as it is.
_OPTIONS = {
    "recognizer": "model",
    "min_score": "min_score",
    "kosovo_label": "kosovo_label",
    "boundaries": "boundaries",
    "online": "online",
    "home": "home",
    "learn_home": "learn_home",
    "fetch": "fetch_links",
}


def settings_of(options: argparse.Namespace, base: Settings | None = None) -> Settings:
    """The settings of the user's file, or ``base``, overridden by the options.

    Raises :class:`~geomap.errors.UsageError`.
    """
    from dataclasses import replace

    from geomap.settings import load_settings

    settings = base or load_settings()
    given: dict[str, Any] = {}
    if (published := getattr(options, "published", None)) is not None:
        from geomap.dates import parse_day

        try:
            given["published"] = parse_day(published)
        except DateError as error:
            raise UsageError(f"--published: {error}") from error
    if files := getattr(options, "places", ()):
        # Before those of the settings: what is said now outranks what was said once.
        given["places_files"] = (*(Path(file) for file in files), *settings.places_files)
    if told := getattr(options, "columns", ()):
        given["columns"] = _columns(told)
    if files_of := getattr(options, "corrections", ()):
        for file in files_of:
            if not Path(file).is_file():
                raise UsageError(f"--corrections {file}: no such file.")
        # After those of the settings: the last word goes before the others.
        given["corrections_files"] = (*settings.corrections_files, *(Path(file) for file in files_of))
    if (folder := getattr(options, "cache_dir", None)) is not None:
        given["cache_dir"] = Path(folder)
    for option, field in _OPTIONS.items():
        if (value := getattr(options, option, None)) is not None:
            given[field] = value
    if getattr(options, "online", None) == "off":
        given["online"] = None
    if getattr(options, "only_shipped", False):
        if files:
            raise UsageError("--places and --only-shipped contradict each other.")
        given |= {"own_places": False, "places_files": ()}
    return replace(settings, **given)


def _columns(told: list[str]) -> tuple[tuple[str, str], ...]:
    """The pairs of --columns. Raises :class:`~geomap.errors.UsageError`."""
    from geomap.inputs import check_columns

    pairs: dict[str, str] = {}
    for one in told:
        # A comma parts two pairs only where another NAME= follows: columns may have commas in their names.
        for pair in re.split(r",\s*(?=[a-z][a-z0-9_]*=)", one):
            name, sign, column = pair.partition("=")
            if not sign:
                raise UsageError(f"--columns {one}: write it as NAME=COLUMN, such as text=body.")
            pairs[name.strip()] = column.strip()
    check_columns(pairs)
    return tuple(pairs.items())
