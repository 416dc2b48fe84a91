"""Which reader reads which file: the formats of places that are not GeoNames' own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from geomap.gazetteer.importing import gpkg, jsonfiles, kml, tables
from geomap.gazetteer.importing.archives import open_member
from geomap.gazetteer.importing.features import ReaderOptions
from geomap.gazetteer.importing.rows import PlaceRow, Skips

__all__ = ["READERS", "Read", "Reader", "ReaderOptions", "detect_format"]


class Read(Protocol):
    """A function that reads a file."""

    def __call__(self, path: Path, *, skips: Skips, options: ReaderOptions) -> Iterator[PlaceRow]:
        """The places of ``path``, streaming."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One format: how it is recognised by name and first bytes (64 KiB), how it is read, and in words what it is."""

    name: str
    detect: Callable[[Path, bytes], bool]
    read: Read
    description: str


# In the order in which they are tried: the special before the general.
READERS: Mapping[str, Reader] = MappingProxyType(
    {
        reader.name: reader
        for reader in (
            Reader(name="gpkg", detect=gpkg.detect, read=gpkg.read, description="GeoPackage, one layer"),
            Reader(name="kml", detect=kml.detect, read=kml.read, description="KML or KMZ (Google Earth, My Maps)"),
            Reader(
                name="linked-places",
                detect=jsonfiles.detect_linked_places,
                read=jsonfiles.read_linked_places,
                description="Linked Places JSON",
            ),
            Reader(
                name="geojson",
                detect=jsonfiles.detect,
                read=jsonfiles.read,
                description="GeoJSON, also line by line, and exports of uMap and QGIS",
            ),
            Reader(
                name="lp-tsv",
                detect=tables.detect_lp_tsv,
                read=tables.read_lp_tsv,
                description="Linked Places TSV",
            ),
            Reader(
                name="csv",
                detect=tables.detect,
                read=tables.read,
                description="a table (CSV, TSV) with columns for name and position",
            ),
        )
    }
)

_SUFFIXES = tuple(dict.fromkeys((*tables.SUFFIXES, *jsonfiles.SUFFIXES, *kml.SUFFIXES, *gpkg.SUFFIXES)))


def detect_format(path: Path) -> str | None:
    """The name of the reader for ``path`` by its content, also of the file in a .zip, .kmz or .gz; None for none.

    Raises :class:`~geomap.errors.GazetteerError` for a file that cannot be opened or an archive that is refused.
    """
    path = Path(path)
    with open_member(path, suffixes=_suffixes_for(path)) as (stream, name):
        head = stream.read(1 << 16)
    for reader in READERS.values():
        if reader.detect(path.with_name(name) if name else path, head):
            return reader.name
    return None


def _suffixes_for(path: Path) -> tuple[str, ...]:
    return (".kml",) if path.suffix.lower() == ".kmz" else _SUFFIXES
