"""Incidents saved to files and read back, in the format that the file's ending asks for.

JSON Lines, GeoJSON, GeoPackage, GeoParquet and FlatGeobuf hold every field and are read back to equal incidents;
tables, KML and TimeMap's JSON are for other programs and are not read. docs/schema.md says what each holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geomap.errors import GeomapError, InputError, UsageError
from geomap.formats.jsonlines import incident_line
from geomap.formats.schema import SCHEMA_VERSION, incident_from_dict, is_incident_record
from geomap.outputs import atomic_file, gdal_path
from geomap.records import Incident

__all__ = [
    "FORMATS",
    "SCHEMA_VERSION",
    "SUFFIXES",
    "Format",
    "format_of",
    "incident_from_dict",
    "incident_line",
    "is_incident_file",
    "read_incidents",
    "write_incidents",
    "write_part",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of saved incidents. ``faithful`` ones are read back to equal incidents; the others only written."""

    key: str
    label: str
    suffixes: tuple[str, ...]
    faithful: bool


FORMATS: tuple[Format, ...] = (
    Format(key="jsonl", label="JSON Lines", suffixes=(".jsonl", ".ndjson"), faithful=True),
    Format(key="parquet", label="GeoParquet", suffixes=(".parquet", ".geoparquet"), faithful=True),
    Format(key="gpkg", label="GeoPackage", suffixes=(".gpkg",), faithful=True),
    Format(key="fgb", label="FlatGeobuf", suffixes=(".fgb",), faithful=True),
    Format(key="geojson", label="GeoJSON", suffixes=(".geojson", ".json"), faithful=True),
    Format(key="csv", label="CSV", suffixes=(".csv",), faithful=False),
    Format(key="tsv", label="TSV", suffixes=(".tsv",), faithful=False),
    Format(key="xlsx", label="XLSX", suffixes=(".xlsx",), faithful=False),
    Format(key="kml", label="KML", suffixes=(".kml",), faithful=False),
    Format(key="timemap", label="TimeMap's event JSON", suffixes=(".timemap.json",), faithful=False),
)
"""Every format, with the endings that ask for it."""

SUFFIXES: tuple[str, ...] = tuple(suffix for one in FORMATS for suffix in one.suffixes)
"""Every ending that asks for a format."""


# The longest ending first: .timemap.json is no .json.
_BY_SUFFIX = sorted(((suffix, one) for one in FORMATS for suffix in one.suffixes), key=lambda pair: -len(pair[0]))


def _find(path: Path) -> Format | None:
    name = path.name.lower()
    return next((one for suffix, one in _BY_SUFFIX if name.endswith(suffix)), None)


def format_of(path: Path) -> Format:
    """The format that the ending of ``path`` asks for; a device or a pipe gets JSON Lines.

    Raises :class:`~geomap.errors.UsageError` for an ending that stands for none, and for a path that GDAL would misread
    where it is to write.
    """
    found = _find(path)
    if found is not None:
        if found.key in ("gpkg", "fgb"):
            gdal_path(path)
        return found
    if path.exists() and not path.is_file() and not path.is_dir():
        return FORMATS[0]
    raise UsageError(f"{path}: the ending does not say which format to write; choose one of {', '.join(SUFFIXES)}.")


def write_incidents(incidents: Iterable[Incident], output: Path) -> Path:
    """Write ``incidents`` to ``output`` in the format that its ending asks for, and return ``output``.

    The file is there whole or not at all, and the same incidents give the same bytes. Raises
    :class:`~geomap.errors.UsageError` as :func:`format_of` does and :class:`~geomap.errors.OutputError` where the file
    cannot be written, a place's coordinates are not on Earth or a number is none; whatever was at ``output`` then
    stays.
    """
    output = Path(output)
    key = format_of(output).key
    if key in ("gpkg", "fgb"):
        from geomap.formats import gdal

        gdal.write(incidents, output, key)
        return output
    if key == "timemap":
        from geomap.formats import timemap

        timemap.write(incidents, output)
        return output
    with atomic_file(output) as file:
        _writer(key)(incidents, file)
    return output


def _writer(key: str) -> Callable[[Iterable[Incident], Any], int]:
    from geomap.formats import geojson, jsonlines, kml, parquet, tables

    return {
        "jsonl": jsonlines.write,
        "parquet": parquet.write,
        "geojson": geojson.write,
        "csv": tables.write_csv,
        "tsv": tables.write_tsv,
        "xlsx": tables.write_xlsx,
        "kml": kml.write,
    }[key]


def write_part(incidents: Iterable[Incident], path: Path) -> int:
    """Write ``incidents`` as GeoParquet, whatever the ending of ``path``; see :mod:`geomap.formats.parquet`."""
    from geomap.formats import parquet

    return parquet.write_part(incidents, path)


# ---- reading ------------------------------------------------------------------------------------------------------


def _parts(folder: Path) -> list[Path]:
    """The Parquet files of a folder of parts, by name; hidden ones and those that begin with "_" are not data."""
    return sorted(
        one
        for one in folder.iterdir()
        if one.name.lower().endswith((".parquet", ".geoparquet")) and one.name[0] not in "._" and one.is_file()
    )


def is_incident_file(path: Path) -> bool:
    """Whether ``path`` is a file of saved incidents, or a folder of GeoParquet parts; False for what cannot be read.

    It goes by the ending and by the first record, so that a file of articles is none.
    """
    path = Path(path)
    try:
        if path.is_dir():
            parts = _parts(path)
            return bool(parts) and is_incident_file(parts[0])
        found = _find(path)
        if found is None or not found.faithful or not path.is_file():
            return False
        if found.key == "parquet":
            from geomap.formats import parquet

            return parquet.is_ours(path)
        if found.key in ("gpkg", "fgb"):
            from geomap.formats import gdal

            return gdal.is_ours(path, found.key)
        if found.key == "geojson":
            from geomap.formats import geojson

            if not geojson.may_be_ours(path):
                return False
        with suppress(ValueError, KeyError, TypeError):
            return is_incident_record(next(_rows(found.key, path), ("", None))[1])
    except OSError:
        pass
    return False


def _rows(key: str, path: Path) -> Iterator[tuple[str, Any]]:
    if key in ("gpkg", "fgb"):
        from geomap.formats import gdal

        return gdal.read(path, key)
    from geomap.formats import geojson, jsonlines, parquet

    readers = {"jsonl": jsonlines.read, "parquet": parquet.read, "geojson": geojson.read}
    return readers[key](path)


def read_incidents(path: Path, *, on_error: Callable[[GeomapError], None] | None = None) -> Iterator[Incident]:
    """The incidents of a saved file, one after another, or of a folder of GeoParquet parts in the order of their names.

    What was written to JSON Lines, GeoJSON, GeoPackage, GeoParquet or FlatGeobuf comes back as equal incidents.
    A record that is wrong goes to ``on_error`` and the rest go on; without ``on_error`` it raises
    :class:`~geomap.errors.InputError` naming file, record, field, value and what to do, as does a file that is of no
    such format, broken, or written by a geomap whose schema this one does not know.
    """
    path = Path(path)
    if path.is_dir():
        parts = _parts(path)
        if not parts:
            raise InputError(f"{path}: is a folder without GeoParquet files; name a file of incidents")
        for part in parts:
            yield from read_incidents(part, on_error=on_error)
        return
    found = _find(path)
    if found is None or not found.faithful:
        faithful = ", ".join(suffix for one in FORMATS if one.faithful for suffix in one.suffixes)
        what = f"{found.label} is only written" if found else "the ending is not known"
        raise InputError(f"{path}: incidents cannot be read back from it, {what}; use one of {faithful}")
    where = "the beginning"
    try:
        for where, row in _rows(found.key, path):
            try:
                yield _incident(row, path, where)
            except InputError as error:
                if on_error is None:
                    raise
                on_error(error)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: {error}; write it anew with geomap extract") from error


def _incident(row: Any, path: Path, where: str) -> Incident:
    try:
        if isinstance(row, ValueError):
            raise row
        return incident_from_dict(row)
    except KeyError as error:
        problem = f"no {error.args[0]!r}; is this what geomap extract wrote?"
    except (TypeError, ValueError) as error:
        problem = f"{error}; correct it or write the file anew"
    except AttributeError:
        problem = "is no incident; is this what geomap extract wrote?"
    raise InputError(f"{path}, {where}: {problem}")
