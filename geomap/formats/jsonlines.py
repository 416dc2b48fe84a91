"""JSON Lines: one incident a line, every field of the record under its own name. Written and read as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from geomap.decoding import MAX_LINE_BYTES
from geomap.formats.schema import SCHEMA_VERSION
from geomap.outputs import json_line
from geomap.records import Incident
from geomap.rows import depictions, plain

__all__ = ["incident_line", "read", "write"]


def incident_line(incident: Incident) -> str:
    """``incident`` as one line of JSON, without the line end; the version of the schema is its last field.

    Raises :class:`~geomap.errors.OutputError` for coordinates that are not on Earth and numbers that are not finite.
    """
    depictions(incident)
    return json_line({**plain(incident), "schema_version": SCHEMA_VERSION})


def write(incidents: Iterable[Incident], file: BinaryIO) -> int:
    """Write ``incidents`` to ``file`` as they come and return how many."""
    count = 0
    for incident in incidents:
        file.write(incident_line(incident).encode("utf-8") + b"\n")
        count += 1
    return count


def read(path: Path) -> Iterator[tuple[str, Any]]:
    """The records of the lines, each with what to call it in a message; a ValueError for a line that is no JSON.

    Raises OSError; ValueError for a line that is too long to be read.
    """
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise ValueError(f"line {number} is longer than {MAX_LINE_BYTES // 2**20} MB, which no incident is")
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield f"line {number}", parsed(line)


def parsed(text: bytes) -> Any:
    """One JSON value; the ValueError that says what is wrong where it is none, so that a reader can go on."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"{error.msg} at character {error.pos + 1}"
    except RecursionError:
        problem = "it is nested too deep"
    except ValueError as error:
        # What is no UTF-8, and numbers of thousands of digits.
        problem = str(error)
    return ValueError(f"no JSON ({problem})")
