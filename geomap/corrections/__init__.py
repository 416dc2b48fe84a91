"""What a person put right, kept as rows of a CSV file and applied on every run.

A correction outranks every rule and model. It names what it is about twice: by the incident's id, and by article and
quote, so that it still finds its incident when better rules give that another id. One that finds nothing any more is
told, never dropped in silence.

``rows`` reads and appends the file, ``applying`` puts the corrections on places and incidents.
"""

from __future__ import annotations

from geomap.corrections.applying import Applied, apply_corrections, apply_to_mentions, links_between
from geomap.corrections.rows import (
    COLUMNS,
    KINDS,
    Correction,
    Corrections,
    append_corrections,
    correction_row,
    read_corrections,
)

__all__ = [
    "COLUMNS",
    "KINDS",
    "Applied",
    "Correction",
    "Corrections",
    "append_corrections",
    "apply_corrections",
    "apply_to_mentions",
    "correction_row",
    "links_between",
    "read_corrections",
]
