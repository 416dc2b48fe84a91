"""What a person put right, kept as rows of a CSV file and applied on every run.

A correction outranks every rule and model. It names what it is about twice: by the incident's id, and by article and
quote, so that it still finds its incident when better rules give that another id. One that finds nothing any more is
told, never dropped in silence.

``rows`` reads and appends the file, ``applying`` puts the corrections on places and incidents.
"""

from __future__ import annotations

from geomap.corrections.applying import (
    Applied,
    Hit,
    apply_corrections,
    apply_to_mentions,
    find_hits,
    links_between,
    put_on,
    with_places,
)
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
    "Hit",
    "append_corrections",
    "apply_corrections",
    "apply_to_mentions",
    "correction_row",
    "find_hits",
    "links_between",
    "put_on",
    "read_corrections",
    "with_places",
]
