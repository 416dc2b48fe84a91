"""Many articles: the pipeline in worker processes of this machine or of a Dask cluster, in parts that survive a crash.

:func:`extract_to_parts` is ``geomap extract --workers``; :func:`process_in_workers` gives the results themselves, in
the order of the articles. docs/scale.md says how to run it.
"""

from __future__ import annotations

from geomap.batch.parts import Entry, Parts
from geomap.batch.running import (
    Crew,
    PartsSummary,
    extract_to_parts,
    is_lost,
    join_lines,
    process_in_workers,
    read_parts,
)
from geomap.batch.tasks import Failure, Outcome
from geomap.batch.working import Kind

__all__ = [
    "Crew",
    "Entry",
    "Failure",
    "Kind",
    "Outcome",
    "Parts",
    "PartsSummary",
    "extract_to_parts",
    "is_lost",
    "join_lines",
    "process_in_workers",
    "read_parts",
]
