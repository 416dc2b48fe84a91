"""Places written for other programs and other people: CSV, Linked Places TSV and JSON, GeoJSON, GeoPackage.

Every file is there whole or not at all, and the same places give the same bytes. Text that a spreadsheet would run as
a formula gets an apostrophe before it in CSV and TSV, as in places files; the JSON and GPKG files hold it as it is.
"""

from __future__ import annotations

import math
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from geomap.errors import OutputError, OverlayError, UsageError
from geomap.gazetteer.kinds import label_of
from geomap.gazetteer.overlay import PlaceEntry
from geomap.outputs import atomic_file, check_writable, gdal_path, json_line
from geomap.records import Place
from geomap.text import spreadsheet_safe

__all__ = ["FORMATS", "export_places", "format_of"]

FORMATS = {
    "csv": "CSV with geomap's columns, as places files have them",
    "lp-tsv": "Linked Places TSV",
    "lpf": "Linked Places JSON",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage, one layer 'places'",
}
"""The formats and what they are, for help texts."""

_ENDINGS = {
    ".csv": "csv",
    ".tsv": "lp-tsv",
    ".lpf.json": "lpf",
    ".jsonld": "lpf",
    ".geojson": "geojson",
    ".geo.json": "geojson",
    ".gpkg": "gpkg",
}
_COLUMNS = (
    *("id", "title", "lon", "lat", "variants", "feature_class", "feature_code", "ccodes", "admin1", "parent"),
    *("radius_km", "population", "source", "start", "end", "note"),
)
# Linked Places TSV 0.5; behind its own columns those that it has no place for.
_LP_COLUMNS = {
    "id": "id", "title": "title", "title_source": "source", "fclasses": "feature_class", "start": "start",
    "end": "end", "ccodes": "ccodes", "variants": "variants", "types": "types", "parent_name": "parent",
    "lon": "lon", "lat": "lat", "approximation": "radius_km", "description": "note",
    "feature_code": "feature_code", "admin1": "admin1", "population": "population",
}  # fmt: skip
_CONTEXT = "https://raw.githubusercontent.com/LinkedPasts/linked-places/master/linkedplaces-context-v1.1.jsonld"
_NEEDS_QUOTES = re.compile('[",\r\n\x0b\x0c\x1c-\x1f\x85\u2028\u2029]|^[#\\s]|\\s$')
_LANGUAGE = re.compile(r"(.+)@([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*+)$", re.S)
_SEPARATORS = re.compile(r"[;,|\s]+")
_GEONAMES_ID = re.compile(r"gn:(\d{1,12})")
# GeoPackages hold the time of writing unless GDAL is told one; the day of the format's first version stands in.
_GPKG_DATE = "2014-02-06T00:00:00.000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A place ready to be written: texts that any file can hold, numbers that are numbers."""

    id: str
    title: str
    lat: float
    lon: float
    names: tuple[tuple[str, str], ...]  # name and language, "" where it has none
    feature_class: str
    feature_code: str
    ccodes: tuple[str, ...]
    admin1: str
    parent: str
    radius_km: float
    population: int | None
    source: str
    start: str
    end: str
    note: str


def _text(value: str) -> str:
    """A text without what UTF-8 (lone surrogates) or C libraries (NUL) cannot hold."""
    return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _named(variant: str) -> tuple[str, str]:
    match = _LANGUAGE.fullmatch(variant)
    if not match:
        return variant.strip(), ""
    return match[1].strip(), "" if match[2] == "und" else match[2]


def _row(item: PlaceEntry | Place) -> _Row:
    if isinstance(item, PlaceEntry):
        place, told = item.place, item.cells.get("ccodes", "").strip().upper()
        names = tuple(_named(_text(variant)) for variant in item.languages)
        source, start, end, note = item.source, item.start, item.end, item.note
    else:
        place, told = item, ""
        names = tuple((_text(name), "") for name in item.names)
        source = start = end = note = ""
    where = f"place {place.id[:60]!r}"
    if not (math.isfinite(place.lat) and math.isfinite(place.lon) and abs(place.lat) <= 90 and abs(place.lon) <= 180):
        raise OverlayError(
            f"{where}: lat {place.lat}, lon {place.lon} is no point on the globe (WGS84 degrees); nothing was "
            "written. Mend its coordinates and export again."
        )
    if not math.isfinite(place.radius_km):
        raise OverlayError(f"{where}: the radius {place.radius_km} is not a number of km; nothing was written.")
    return _Row(
        id=_text(place.id),
        title=_text(place.name),
        lat=place.lat,
        lon=place.lon,
        names=names,
        feature_class=_text(place.feature_class),
        feature_code=_text(place.feature_code),
        ccodes=tuple(filter(None, _SEPARATORS.split(told or place.country_code))),
        admin1=_text(place.admin1),
        parent=_text(place.admin2),
        radius_km=place.radius_km,
        population=place.population,
        source=_text(source),
        start=_text(start),
        end=_text(end),
        note=_text(note),
    )


def format_of(path: Path) -> str:
    """The format that the ending of ``path`` asks for, a key of :data:`FORMATS`.

    Raises :class:`~geomap.errors.UsageError` for an ending that stands for none.
    """
    name = path.name.lower()
    for ending, found in _ENDINGS.items():
        if name.endswith(ending):
            return found
    hint = " For Linked Places end it in .lpf.json, for GeoJSON in .geojson." if name.endswith(".json") else ""
    raise UsageError(
        f"{path}: the ending does not say which format to write: .csv, .tsv, .lpf.json, .geojson or .gpkg.{hint}"
    )


def export_places(items: Iterable[PlaceEntry | Place], path: Path, *, format: str | None = None) -> int:
    """Write places to ``path`` in their order and return how many.

    ``items`` are rows of places files, or places of any layer (whose names have no languages); all formats but GPKG
    are written as they come. ``format`` is a key of :data:`FORMATS`; by default the ending of ``path`` tells. Raises
    :class:`~geomap.errors.OutputError` where the file cannot be written, :class:`~geomap.errors.OverlayError` for a
    place without finite coordinates, :class:`~geomap.errors.UsageError` for an unknown format; whatever was at
    ``path`` then stays.
    """
    path = Path(path)
    chosen = format if format is not None else format_of(path)
    if chosen not in FORMATS:
        raise UsageError(f"the format {chosen!r} is not known; choose one of {', '.join(FORMATS)}.")
    rows = map(_row, items)
    if chosen == "gpkg":
        return _write_gpkg(rows, path)
    writers = {"csv": _write_csv, "lp-tsv": _write_tsv, "lpf": _write_lpf, "geojson": _write_geojson}
    with atomic_file(path) as file:
        return writers[chosen](rows, file)


# ---------------------------------------------------------------------------------------------------------------
# Tables


def _number(value: float) -> str:
    """A number in plain decimals, which reads back as the same float."""
    return format(Decimal(repr(float(value))), "f").removesuffix(".0")


def _variant(name: str, language: str) -> str:
    # A name that ends like a language tag is told apart by one more; a semicolon would part it in two.
    tag = language or ("und" if _LANGUAGE.fullmatch(name) else "")
    return name.replace(";", ",") + (f"@{tag}" if tag else "")


def _cells(row: _Row) -> dict[str, str]:
    """The cells of a row, with formulas made harmless."""
    text = {
        "id": row.id,
        "title": row.title,
        "variants": ";".join(_variant(name, language) for name, language in row.names),
        "feature_class": row.feature_class,
        "feature_code": row.feature_code,
        "ccodes": ";".join(row.ccodes),
        "admin1": row.admin1,
        "parent": row.parent,
        "source": row.source,
        "start": row.start,
        "end": row.end,
        "note": row.note,
        "types": label_of(row.feature_class, row.feature_code),
    }
    numbers = {
        "lon": _number(row.lon),
        "lat": _number(row.lat),
        "radius_km": _number(row.radius_km),
        "population": "" if row.population is None else str(row.population),
    }
    return {column: spreadsheet_safe(value) for column, value in text.items()} | numbers


def _write_csv(rows: Iterator[_Row], file: BinaryIO) -> int:
    # With a byte-order mark, as geomap's own places files: without one Excel spoils the letters.
    file.write(("\ufeff" + ",".join(_COLUMNS) + "\n").encode())
    count = 0
    for row in rows:
        cells = _cells(row)
        line = (
            '"' + cells[column].replace('"', '""') + '"' if _NEEDS_QUOTES.search(cells[column]) else cells[column]
            for column in _COLUMNS
        )
        file.write((",".join(line) + "\n").encode())
        count += 1
    return count


def _write_tsv(rows: Iterator[_Row], file: BinaryIO) -> int:
    """Linked Places TSV has no quotes: tabs and line ends in a text become blanks."""
    file.write(("\t".join(_LP_COLUMNS) + "\n").encode())
    count = 0
    for row in rows:
        cells = _cells(row)
        line = []
        for column in _LP_COLUMNS.values():
            cell = " ".join(cells[column].split())
            # A text that begins with a quote is the one thing that readers of TSV must find in quotes; and a remark
            # begins with "#".
            line.append('"' + cell.replace('"', '""') + '"' if cell.startswith(('"', "#")) else cell)
        file.write(("\t".join(line) + "\n").encode())
        count += 1
    return count


# ---------------------------------------------------------------------------------------------------------------
# JSON


def _collection(head: str, features: Iterator[dict[str, Any]], file: BinaryIO) -> int:
    """A feature collection, one feature a line."""
    file.write(head.encode() + b'"features":[')
    count = 0
    for feature in features:
        file.write((",\n" if count else "\n").encode() + json_line(feature).encode())
        count += 1
    file.write(b"\n]}\n")
    return count


def _write_geojson(rows: Iterator[_Row], file: BinaryIO) -> int:
    return _collection('{"type":"FeatureCollection",', map(_geojson, rows), file)


_PROPERTIES = (
    *("id", "title", "variants", "feature_class", "feature_code", "type", "ccodes", "admin1", "parent"),
    *("radius_km", "population", "source", "start", "end", "note"),
)


def _properties(row: _Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "variants": ";".join(_variant(name, language) for name, language in row.names),
        "feature_class": row.feature_class,
        "feature_code": row.feature_code,
        "type": label_of(row.feature_class, row.feature_code),
        "ccodes": ";".join(row.ccodes),
        "admin1": row.admin1,
        "parent": row.parent,
        "radius_km": row.radius_km,
        "population": row.population,
        "source": row.source,
        "start": row.start,
        "end": row.end,
        "note": row.note,
    }


def _geojson(row: _Row) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row.id,
        "properties": _properties(row),
        "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
    }


def _write_lpf(rows: Iterator[_Row], file: BinaryIO) -> int:
    return _collection(f'{{"type":"FeatureCollection","@context":"{_CONTEXT}",', map(_linked_place, rows), file)


def _linked_place(row: _Row) -> dict[str, Any]:
    """A place in the Linked Places format, version 1. What it has no field for stands in its properties."""
    citation = {"citations": [{"label": row.source}]} if row.source else {}
    names: list[dict[str, Any]] = [{"toponym": row.title, **citation}]
    names += [{"toponym": name, **({"lang": language} if language else {})} for name, language in row.names]
    properties: dict[str, Any] = {
        "title": row.title,
        "ccodes": list(row.ccodes),
        "fclasses": [row.feature_class],
        "feature_class": row.feature_class,
        "feature_code": row.feature_code,
        "radius_km": row.radius_km,
    }
    properties |= {"admin1": row.admin1} if row.admin1 else {}
    properties |= {"parent": row.parent} if row.parent else {}
    properties |= {"population": row.population} if row.population is not None else {}
    feature: dict[str, Any] = {"@id": row.id, "type": "Feature", "properties": properties}
    if row.start or row.end:
        span = {key: {"in": value} for key, value in (("start", row.start), ("end", row.end)) if value}
        feature["when"] = {"timespans": [span]}
    feature["names"] = names
    feature["types"] = [
        {
            "identifier": f"https://www.geonames.org/ontology#{row.feature_class}.{row.feature_code}",
            "label": label_of(row.feature_class, row.feature_code),
        }
    ]
    # The radius is how far the place reaches and so how far off the point may be: GeoNames and our own rows agree.
    vague = any("approximate" in text.lower() or "roughly" in text.lower() for text in (row.source, row.note))
    feature["geometry"] = {
        "type": "Point",
        "coordinates": [row.lon, row.lat],
        "certainty": "less-certain" if vague else "certain",
        "approximation": {"type": "gvp:approximateLocation", "tolerance": row.radius_km},
    }
    if match := _GEONAMES_ID.fullmatch(row.id):
        feature["links"] = [{"type": "exactMatch", "identifier": f"https://www.geonames.org/{match[1]}"}]
    if row.parent:
        feature["relations"] = [{"relationType": "gvp:broaderPartitive", "label": row.parent}]
    if row.note:
        feature["descriptions"] = [{"value": row.note}]
    return feature


# ---------------------------------------------------------------------------------------------------------------
# GeoPackage


def _write_gpkg(rows: Iterator[_Row], path: Path) -> int:
    """GDAL writes in place, and a full disk leaves it half a file: so it writes to one of ours, which is then moved."""
    # Before the heavy imports, and with our words for what is wrong.
    beside = gdal_path(path).parent
    check_writable(path)
    import geopandas as gpd
    import pandas as pd
    import pyogrio
    from pyogrio.errors import DataSourceError, FeatureError, FieldError, GeometryError

    properties, points = [], []
    for row in rows:
        properties.append(_properties(row))
        points.append((row.lon, row.lat))
    kinds = {"radius_km": "float64", "population": "Int64"}
    frame = gpd.GeoDataFrame(
        # Told column by column, so that an empty one is still text and no places at all still have columns.
        {name: pd.Series([row[name] for row in properties], dtype=kinds.get(name, "object")) for name in _PROPERTIES},
        geometry=gpd.points_from_xy([x for x, _ in points], [y for _, y in points]),
        crs="EPSG:4326",
    )
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    try:
        with tempfile.TemporaryDirectory(prefix=".geomap-", dir=beside) as folder:
            made = Path(folder) / "places.gpkg"
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_DATE})
            pyogrio.write_dataframe(frame, made, layer="places", driver="GPKG", geometry_type="Point")
            with made.open("rb") as source, atomic_file(path) as file:
                shutil.copyfileobj(source, file, 1 << 20)
    except (DataSourceError, FeatureError, FieldError, GeometryError, OSError) as error:
        raise OutputError(
            f"{path}: the GeoPackage could not be written, nothing was left behind ({error}). Is the disk full? Choose "
            "another folder, or export to .geojson."
        ) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    return len(properties)
