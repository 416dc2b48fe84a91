"""What all evaluations share: options, checks, and figures for people."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap.cli.parsing import settings_of
from geomap.cli.reporting import plain, table
from geomap.errors import UsageError

if TYPE_CHECKING:
    from geomap.settings import Settings

__all__ = ["add_options", "checked_settings", "compared", "errors_shown", "number"]


def add_options(made: argparse.ArgumentParser, *, predictions: str, half: str) -> None:
    """Add the options that every evaluation has; ``predictions`` and ``half`` are their help."""
    made.add_argument("--predictions", metavar="FILE", help=predictions)
    made.add_argument("--compare", metavar="OLD.json", help="show what changed since an earlier result of --json")
    made.add_argument("--half", choices=("odd", "even"), help=half)
    made.add_argument("--examples", metavar="N", type=int, default=3, help="errors shown of each class (default: 3)")
    made.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def checked_settings(options: argparse.Namespace) -> Settings:
    """The settings of an evaluation, which asks nobody. Raises :class:`~geomap.errors.UsageError`."""
    if options.examples < 0:
        raise UsageError("--examples: 0 or more.")
    if getattr(options, "online", None) not in (None, "off"):
        raise UsageError("--online: an evaluation asks nobody; leave the option out.")
    return replace(settings_of(options), online=None)


def number(value: Any, name: str = "") -> str:
    """A figure for people: distances with one decimal, shares with three, counts whole."""
    if value is None:
        return "–"
    if name.startswith(("false_", "spurious_", "wrong_")):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if name.endswith("_km") else f"{value:.3f}"


def compared(result: Mapping[str, Any]) -> str:
    """What changed since an earlier result, as a table and notes."""
    rows = []
    for name, one in result["differences"].items():
        span = one.get("interval")
        sign = "+" if one["difference"] > 0 else ""
        rows.append(
            [
                name,
                number(one["old"], name),
                number(one["new"], name),
                sign + number(one["difference"], name),
                f"{number(span[0], name)} – {number(span[1], name)}" if span else "",
            ]
        )
    lines = [table(["", "then", "now", "change", "95 %"], rows, right=frozenset({1, 2, 3, 4}))]
    lines += [plain(note) for note in result["notes"]]
    return "\n".join(lines)


def errors_shown(kind: str, classes: Mapping[str, Any], example_line: Any) -> str:
    """The errors of one kind by class, each example as ``example_line`` has it."""
    lines = [f"{kind}: {sum(one['count'] for one in classes.values()):,}"]
    for name, one in classes.items():
        lines.append(f"  {one['count']:>5,}  {plain(name)}")
        examples: Sequence[Mapping[str, Any]] = one["examples"]
        lines += [plain(f"         {example_line(example)}") for example in examples]
    return "\n".join(lines)
