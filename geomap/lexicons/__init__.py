"""Data, not code: word lists that the stages read. Each file says what it is and where it is from."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["load_json", "load_table", "type_label"]


@cache
def load_json(name: str) -> Any:
    """The lexicon ``name`` (a JSON file of this folder). Treat the result as read-only: it is shared."""
    return json.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def load_table(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a tab-separated lexicon, without comment lines (``#``), blank lines and the header."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    rows = [tuple(line.split("\t")) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple(rows[1:])


def type_label(kind: str) -> str:
    """What a type of incident is called; the type itself where the lexicon has it not."""
    return str(load_json("event_types.json")["types"].get(kind, {}).get("label", kind))
