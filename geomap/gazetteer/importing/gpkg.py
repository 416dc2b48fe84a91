"""GeoPackage, in slices. Opened only after it was checked to be one, and only as one."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geomap.errors import GazetteerError
from geomap.gazetteer.importing.features import (
    ReaderOptions,
    WrongRow,
    default_country,
    place_row,
    position_of_shape,
    skip_of,
)
from geomap.gazetteer.importing.rows import PlaceRow, Skipped, Skips
from geomap.outputs import gdal_path

__all__ = ["detect", "read", "sound_layer"]

SUFFIXES = (".gpkg",)

# Points take nothing; 2,000 detailed outlines are some 100 MB.
_SLICE = 2_000
# Each broken geometry costs a dozen reads of its slice; a file with more of them is broken as a whole.
_MOST_WRECKS = 200
# The application ids that the GeoPackage standard has had (1.0, 1.1, 1.2 and later).
_APPLICATIONS = (b"GP10", b"GP11", b"GPKG")
_MAGIC = b"SQLite format 3\x00"


def detect(path: Path, head: bytes) -> bool:
    """Whether this is a GeoPackage: an SQLite file that says so in its header."""
    return head.startswith(_MAGIC) and head[68:72] in _APPLICATIONS


def read(path: Path, *, skips: Skips, options: ReaderOptions) -> Iterator[PlaceRow]:
    """The features of one layer, one after another, in WGS84; those that cannot be places go to ``skips``.

    Without ``options.layer`` the file must have one layer with geometries. Raises :class:`GazetteerError` for what
    is no sound GeoPackage, for a choice of layers, and for an unknown projection; UsageError for a path that GDAL
    would misread.
    """
    path = Path(path)
    try:
        default_country(options)
    except WrongRow as wrong:
        raise GazetteerError(f"{path}: {wrong.value!r} is no country; give a two-letter code (XK, RS)") from None
    layer = sound_layer(path, options.layer)
    yield from _features(path, layer, skips, options)


def sound_layer(path: Path, wanted: str = "", *, default: str = "") -> str:
    """The layer to read of a file that was checked to be a whole GeoPackage, that layer a plain table with geometries.

    Without ``wanted`` it is the only one, or ``default`` of several. To be asked before GDAL opens the file, which
    runs views as it does. Raises :class:`GazetteerError` for no such layer, and for several of which none is wanted.
    """
    _check_file(path)
    return _layer(path, wanted, default)


def _check_file(path: Path) -> None:
    try:
        if not path.is_file():
            raise GazetteerError(f"{path}: {'is no file' if path.exists() else 'no such file'}")
        with path.open("rb") as file:
            head = file.read(100)
    except (OSError, ValueError) as error:
        raise GazetteerError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise GazetteerError(f"{path}: is an archive; a GeoPackage cannot be read from within one: unpack it")
    if not detect(path, head):
        raise GazetteerError(f"{path}: is no GeoPackage (its first bytes say otherwise)")
    if path.suffix.lower() != ".gpkg":
        # The library behind pyogrio goes by the ending, too.
        raise GazetteerError(f"{path}: is a GeoPackage by content; give it the ending .gpkg")


def _layer(path: Path, wanted: str, default: str) -> str:
    """The name of the layer to read, which must be a table of the file with a geometry column."""
    uri = path.resolve().as_uri() + "?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            if (answer := connection.execute("PRAGMA quick_check(1)").fetchone()) != ("ok",):
                raise GazetteerError(f"{path}: is damaged ({str(answer)[:80]}); fetch it again")
            # A view can be made to run for ever and give no row, and neither a layer nor what lists the layers, here
            # and in GDAL, has a need to be one.
            plain = {
                str(name): kind == "table" and "VIRTUAL TABLE" not in str(sql).upper()
                for name, kind, sql in connection.execute(
                    "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view')"
                )
            }
            for name, is_plain in plain.items():
                if not is_plain and name.lower().startswith("gpkg_"):
                    raise GazetteerError(f"{path}: {name[:40]!r} is no plain table; export it to a new GeoPackage")
            layers = sorted(
                str(name)
                for (name,) in connection.execute(
                    "SELECT c.table_name FROM gpkg_contents c JOIN gpkg_geometry_columns g USING (table_name)"
                    " WHERE c.data_type = 'features'"
                )
            )
            others = sorted(
                str(name)
                for (name,) in connection.execute("SELECT table_name FROM gpkg_contents WHERE data_type != 'features'")
            )
    except (sqlite3.Error, UnicodeError, ValueError) as error:
        raise GazetteerError(f"{path}: no sound GeoPackage ({str(error)[:100]}); export it again") from error
    listed = ", ".join(repr(name[:40]) for name in layers[:20])
    if not layers:
        told = f"; it has {', '.join(name[:40] for name in others[:5])} without one" if others else ""
        raise GazetteerError(f"{path}: has no layer with a geometry column{told}")
    if len(layers) > 1:
        wanted = wanted or default
    if wanted and wanted not in layers:
        raise GazetteerError(f"{path}: has no layer {wanted[:40]!r} with geometries; it has {listed}")
    if not wanted and len(layers) > 1:
        raise GazetteerError(f"{path}: has {len(layers)} layers: {listed}; say which with --layer")
    layer = wanted or layers[0]
    if not plain.get(layer):
        raise GazetteerError(f"{path}: layer {layer[:40]!r} is no plain table; export it to a new GeoPackage")
    return layer


def _features(path: Path, layer: str, skips: Skips, options: ReaderOptions) -> Iterator[PlaceRow]:
    import pyogrio
    from pyogrio import raw
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    broken = (DataSourceError, DataLayerError, RuntimeError, ValueError, UnicodeError, OverflowError)

    source = gdal_path(path)
    try:
        info = pyogrio.read_info(source, layer=layer)
    except broken as error:
        raise GazetteerError(f"{path}: layer {layer[:40]!r} cannot be read ({str(error)[:100]})") from error
    if info.get("driver") != "GPKG":
        raise GazetteerError(f"{path}: would not be opened as a GeoPackage but as {info.get('driver')}")
    row = 0
    size = _SLICE
    wrecks = 0
    while True:
        try:
            meta, fids, wkb, columns = raw.read(
                source, layer=layer, skip_features=row, max_features=size, return_fids=True, force_2d=True
            )
        except FeatureError as error:
            # One geometry that cannot be parsed fails its whole slice: halve it until that feature stands alone.
            if size > 1:
                size = (size + 1) // 2
                continue
            row += 1
            wrecks += 1
            remedy = "repair this feature (QGIS: Fix geometries)"
            skips.add(Skipped(row=row, reason="broken geometry", value=str(error)[:60], remedy=remedy))
            if wrecks > _MOST_WRECKS:
                raise GazetteerError(
                    f"{path}: over {_MOST_WRECKS} geometries cannot be parsed; export the file again"
                ) from error
            continue
        except broken as error:
            raise GazetteerError(
                f"{path}: layer {layer[:40]!r}, after feature {row}: cannot be read ({str(error)[:100]})"
            ) from error
        shapes = _in_degrees(wkb, meta.get("crs"), path)
        names = [str(name) for name in meta["fields"]]
        for at, shape in enumerate(shapes):
            row += 1
            try:
                properties = {name: _plain(column[at]) for name, column in zip(names, columns, strict=True)}
                yield place_row(
                    row=row,
                    position=position_of_shape(shape),
                    properties=properties,
                    options=options,
                    key=_key(properties, fids[at]),
                )
            except WrongRow as wrong:
                skips.add(skip_of(row, wrong))
        if len(shapes) < size:
            return
        size = min(_SLICE, size * 2)


def _key(properties: dict[str, Any], fid: Any) -> str:
    """The feature's own id where it has one, else the number GeoPackage gave it."""
    for name in ("id", "@id", "osm_id", "uid"):
        value = properties.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return str(int(fid))


def _plain(value: Any) -> Any:
    """A cell of a numpy array as Python's own type; None for NaN."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and value != value else value


def _in_degrees(wkb: Any, crs: str | None, path: Path) -> list[Any]:
    import shapely

    if wkb is None:
        raise GazetteerError(f"{path}: the layer has no geometry column")
    # What cannot be read becomes None, and its feature is skipped.
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    if crs is None or crs.upper() in ("EPSG:4326", "OGC:CRS84"):
        # Without a projection degrees are assumed; metres will be found out of range, row by row.
        return list(shapes)
    import geopandas

    try:
        return list(geopandas.GeoSeries(shapes, crs=crs).to_crs(4326))
    except (ValueError, RuntimeError) as error:
        raise GazetteerError(
            f"{path}: its projection cannot be converted ({str(error)[:100]}); export it in EPSG:4326"
        ) from error
