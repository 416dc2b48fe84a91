"""Places that people keep: CSV files with Linked Places column names, read into memory.

Columns: ``id, title, lon, lat`` are required; ``variants`` (``name@lang;name@lang``), ``feature_class``,
``feature_code``, ``ccodes``, ``admin1``, ``parent``, ``radius_km``, ``population``, ``source``, ``start``, ``end``,
``note`` may be left out. A row that is wrong raises :class:`OverlayError` naming file, row, column and remedy.
"""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from geomap.errors import OverlayError
from geomap.records import Place

__all__ = ["read_places"]

_REQUIRED = ("title", "lon", "lat")
# A name longer than this is a pasted paragraph; the longest real one has 163 letters (Bangkok's full name).
_LONGEST_NAME = 300


def _number(path: Path, row: int, column: str, value: str, low: float, high: float) -> float:
    try:
        number = float(value.strip())
    except ValueError:
        hint = " Write decimals with a point." if "," in value else ""
        raise OverlayError(f"{path}, row {row}, column {column}: {value[:40]!r} is not a number.{hint}") from None
    if not math.isfinite(number) or not low <= number <= high:
        hint = " Are lat and lon swapped?" if column in ("lat", "lon") and abs(number) <= 180 else ""
        raise OverlayError(
            f"{path}, row {row}, column {column}: {value[:40]} is outside {low:g} to {high:g} (WGS84 degrees).{hint}"
            if column in ("lat", "lon")
            else f"{path}, row {row}, column {column}: {value[:40]} is outside {low:g} to {high:g}."
        )
    return number


def read_places(path: Path, layer: str) -> list[Place]:
    """The places of one CSV file. ``layer`` is "user" or "overlay" and becomes ``Place.layer``.

    Raises :class:`OverlayError` for an unreadable file or the first row that is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise OverlayError(f"{path}: no such file of places") from None
    except UnicodeDecodeError as error:
        raise OverlayError(f"{path}: not UTF-8 (byte {error.start}); save it as 'CSV UTF-8'") from None
    except OSError as error:
        raise OverlayError(f"{path}: cannot be read ({error.strerror})") from error
    if "\x00" in text:
        raise OverlayError(f"{path}: holds NUL bytes; this is not a CSV file")
    # Not splitlines(): a line separator that came along in a pasted note ends no row.
    lines = [(n, line) for n, line in enumerate(io.StringIO(text), 1) if not line.startswith("#")]
    reader = csv.DictReader(line for _, line in lines)
    missing = [c for c in _REQUIRED if c not in (reader.fieldnames or ())]
    if missing:
        raise OverlayError(
            f"{path}: column {', '.join(missing)} is missing; the first line must name the columns "
            "(id,title,lon,lat,variants,feature_class,…)"
        )
    places: list[Place] = []
    seen: dict[str, int] = {}
    try:
        for cells in reader:
            # The line that the row begins in, as an editor counts: remarks, blank lines and breaks in cells included.
            last = lines[reader.line_num - 1][0]
            row = last - sum(v.count("\n") for v in cells.values() if isinstance(v, str))
            if any(str(v).strip() for v in cells.get(None) or ()):
                raise OverlayError(
                    f"{path}, row {row}: more cells than the {len(reader.fieldnames or ())} columns. Quote names that "
                    "hold a comma; write decimals with a point."
                )
            place = _read_row(path, row, {k: (v or "") for k, v in cells.items() if isinstance(k, str)}, layer)
            if place.id in seen:
                raise OverlayError(
                    f"{path}, row {row}, column id: {place.id!r} was used in row {seen[place.id]} already; "
                    "ids must differ"
                )
            seen[place.id] = row
            places.append(place)
    except csv.Error as error:
        raise OverlayError(f"{path}, near line {reader.line_num}: broken CSV ({error})") from error
    return places


def _read_row(path: Path, row: int, cells: dict[str, str], layer: str) -> Place:
    title = cells["title"].strip()
    if not any(c.isalpha() for c in title):
        raise OverlayError(f"{path}, row {row}, column title: {title[:40]!r} has no letters; every place needs a name")
    if len(title) > _LONGEST_NAME:
        raise OverlayError(f"{path}, row {row}, column title: longer than {_LONGEST_NAME} letters")
    lat = _number(path, row, "lat", cells["lat"], -90.0, 90.0)
    lon = _number(path, row, "lon", cells["lon"], -180.0, 180.0)
    country = cells.get("ccodes", "").strip().upper().split(";")[0]
    if country and (len(country) != 2 or not country.isalpha()):
        raise OverlayError(
            f"{path}, row {row}, column ccodes: {country[:20]!r} is not a two-letter country code (XK, RS, …)"
        )
    variants = [v.rsplit("@", 1)[0].strip() for v in cells.get("variants", "").split(";")]
    population = cells.get("population", "").strip()
    radius = cells.get("radius_km", "").strip()
    return Place(
        id=cells.get("id", "").strip() or f"{layer}:{title.casefold().replace(' ', '-')}",
        name=title,
        lat=lat,
        lon=lon,
        feature_class=cells.get("feature_class", "").strip() or "P",
        feature_code=cells.get("feature_code", "").strip() or "PPL",
        country_code=country,
        admin1=cells.get("admin1", "").strip(),
        admin2=cells.get("parent", "").strip(),
        population=int(_number(path, row, "population", population, 0, 2e10)) if population else None,
        radius_km=_number(path, row, "radius_km", radius, 0.01, 10000.0) if radius else 2.0,
        names=tuple(v for v in dict.fromkeys(variants) if v and v != title),
        layer=layer,
    )
