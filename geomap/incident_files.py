"""The names under which :mod:`geomap.formats` was known before; use that."""

from __future__ import annotations

from pathlib import Path

from geomap.formats import incident_from_dict, is_incident_file, read_incidents
from geomap.records import Incident

__all__ = ["incident_from_dict", "is_incident_file", "read_incident_file"]


def read_incident_file(path: Path) -> list[Incident]:
    """The incidents of a saved file as a list. Raises :class:`~geomap.errors.InputError`."""
    return list(read_incidents(path))
