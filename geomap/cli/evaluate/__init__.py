"""``geomap evaluate``: how right geomap is on annotated corpora."""

from __future__ import annotations

import argparse
from typing import Any

from geomap.cli.evaluate import events, toponyms

__all__ = ["add_commands"]


def add_commands(commands: Any, run: argparse.ArgumentParser) -> None:
    """Add ``evaluate``; ``run`` holds the options of the commands that read articles."""
    group = commands.add_parser("evaluate", help="measure accuracy on annotated corpora", allow_abbrev=False)
    into = group.add_subparsers(title="commands", dest="evaluate", metavar="WHAT", required=True)
    toponyms.add_command(into, run)
    events.add_commands(into, run)
