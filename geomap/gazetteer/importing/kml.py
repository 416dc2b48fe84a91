"""KML and KMZ: the placemarks, a placemark at a time. Entities, document types and links are never followed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from geomap.errors import GazetteerError
from geomap.gazetteer.importing.archives import open_member
from geomap.gazetteer.importing.features import (
    ReaderOptions,
    WrongRow,
    clean,
    default_country,
    place_row,
    position_of_geojson,
    skip_of,
)
from geomap.gazetteer.importing.rows import PlaceRow, Skips

__all__ = ["detect", "read"]

SUFFIXES = (".kml",)

# Google Earth writes a few dozen elements a placemark, a long track (gx:coord) one for each second of a day.
_MOST_ELEMENTS = 500_000
# Other encodings could spell a document type in bytes that the check below does not see.
_ENCODINGS = re.compile(
    r"utf-?8|utf-?16|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|latin-?1", re.I
)
_DECLARED = re.compile(r"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")


def _decoded(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def detect(path: Path, head: bytes) -> bool:
    """Whether this is KML: its first element is ``kml``, whatever the namespace."""
    return re.search(r"<(?:[A-Za-z0-9_]{1,20}:)?kml[\s>]", _decoded(head)) is not None


def _refuse_declarations(stream: BinaryIO, path: Path) -> None:
    """Refuse a document type before any parser sees it: it is what declares entities, and KML has none."""
    head = stream.peek(1 << 16)  # type: ignore[attr-defined]
    text = _decoded(head)
    if b"\x00" in head[:4096] and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise GazetteerError(f"{path}: not XML in UTF-8; save it as UTF-8")
    declared = _DECLARED.search(text[:1000])
    if declared and not _ENCODINGS.fullmatch(declared[1].strip()):
        raise GazetteerError(f"{path}: is in the encoding {declared[1][:40]!r}; save it as UTF-8")
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise _declares(path)


def _declares(path: Path) -> GazetteerError:
    return GazetteerError(
        f"{path}: declares a document type or entities (<!DOCTYPE, <!ENTITY), which KML never needs and attacks use; "
        "it was not read. If you trust it, remove that declaration"
    )


def read(path: Path, *, skips: Skips, options: ReaderOptions) -> Iterator[PlaceRow]:
    """The placemarks of a KML or KMZ file, one after another; those that cannot be places go to ``skips``.

    The names of the folders around a placemark tell its kind where its data do not ("Villages"). Raises
    :class:`GazetteerError` for what is no whole XML, declares entities, or is nested too deeply.
    """
    from lxml import etree

    try:
        default_country(options)
    except WrongRow as wrong:
        raise GazetteerError(f"{path}: {wrong.value!r} is no country; give a two-letter code (XK, RS)") from None
    with open_member(path, suffixes=SUFFIXES) as (stream, _):
        _refuse_declarations(stream, path)
        row = 0
        try:
            for placemark, folders in _placemarks(stream, path):
                row += 1
                try:
                    yield _row(row, placemark, folders, options)
                except WrongRow as wrong:
                    skips.add(skip_of(row, wrong))
        except etree.XMLSyntaxError as error:
            raise GazetteerError(f"{path}: not whole or too deeply nested XML ({str(error)[:120]})") from error


def _tag(element: Any) -> str:
    """The name of an element without its namespace, of which KML has had five; "" for remarks."""
    return _local(element.tag)


@lru_cache(maxsize=1024)
def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _placemarks(stream: BinaryIO, path: Path) -> Iterator[tuple[Any, list[str]]]:
    """Each Placemark with the names of the folders around it; elements are let go of as soon as they are past."""
    from lxml import etree

    folders: list[str] = []
    inside = 0
    depth = 0
    elements = 0
    first = True
    for event, element in etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    ):
        tag = _tag(element)
        if event == "start":
            if first:
                first = False
                if element.getroottree().docinfo.internalDTD is not None:
                    raise _declares(path)
                if tag != "kml":
                    raise GazetteerError(f"{path}: XML, but no KML: its first element is {tag[:40]!r}")
            depth += 1
            if inside:
                elements += 1
                if elements > _MOST_ELEMENTS:
                    raise GazetteerError(f"{path}: one placemark has over {_MOST_ELEMENTS:,} elements; simplify it")
            elif tag == "Placemark":
                inside, elements = depth, 0
            elif tag in ("Folder", "Document"):
                folders.append("")
            continue
        if inside == depth:
            yield element, folders
            inside = 0
        if not inside:
            if tag == "name" and folders and _tag(element.getparent()) in ("Folder", "Document"):
                folders[-1] = clean((element.text or "")[:200])
            elif tag in ("Folder", "Document") and folders:
                folders.pop()
            element.clear()
            parent = element.getparent()
            if parent is not None:
                # An emptied element still takes room: a million of them would fill the memory.
                while element.getprevious() is not None:
                    del parent[0]
        depth -= 1


def _row(row: int, placemark: Any, folders: list[str], options: ReaderOptions) -> PlaceRow:
    properties: dict[str, Any] = {}
    geometries: list[dict[str, Any]] = []
    for child in placemark:
        tag = _tag(child)
        if tag == "ExtendedData":
            for element in child.iter():
                if _tag(element) == "Data" and element.get("name"):
                    value = next((e.text for e in element if _tag(e) == "value"), None)
                    properties.setdefault(element.get("name"), value)
                elif _tag(element) == "SimpleData" and element.get("name"):
                    properties.setdefault(element.get("name"), element.text)
        elif tag in _GEOMETRIES or tag in ("MultiGeometry", "MultiTrack"):
            geometries.extend(_geometries(child))
    name = next((e.text for e in placemark if _tag(e) == "name" and e.text and e.text.strip()), None)
    if name:
        # The label on the map outranks a column of that name in the data.
        properties = {key: value for key, value in properties.items() if key.lower() != "name"} | {"name": name}
    if not geometries:
        raise WrongRow("no geometry", column="Placemark", value=name or "", remedy="give it a point")
    geometry = geometries[0] if len(geometries) == 1 else {"type": "GeometryCollection", "geometries": geometries}
    position = position_of_geojson(geometry)
    return place_row(
        row=row,
        position=position,
        properties=properties,
        options=options,
        key=placemark.get("id") or "",
        hints=[folder for folder in reversed(folders) if folder],
    )


_GEOMETRIES = ("Point", "LineString", "LinearRing", "Polygon", "Track", "Model")


def _geometries(element: Any) -> Iterator[dict[str, Any]]:
    """The geometries of an element as GeoJSON. Multi-geometries in one another are walked, whatever their depth."""
    for part in element.iter():
        tag = _tag(part)
        if tag in ("Point", "LineString"):
            points = _coordinates(part)
            if tag == "Point":
                yield {"type": "Point", "coordinates": points[0] if points else []}
            elif points:
                yield _line(points)
        elif tag == "LinearRing" and _tag(part.getparent()) not in ("outerBoundaryIs", "innerBoundaryIs"):
            yield _line(_coordinates(part))
        elif tag == "Polygon":
            rings = [
                _coordinates(ring)
                for kind in ("outerBoundaryIs", "innerBoundaryIs")
                for boundary in part
                if _tag(boundary) == kind
                for ring in boundary
                if _tag(ring) == "LinearRing"
            ]
            yield {"type": "Polygon", "coordinates": rings}
        elif tag == "Track":
            yield _line([_numbers((e.text or "").split()[:2]) for e in part if _tag(e) == "coord"])
        elif tag == "Model":
            values = {_tag(e): (e.text or "") for location in part if _tag(location) == "Location" for e in location}
            yield {
                "type": "Point",
                "coordinates": _numbers([values.get("longitude", ""), values.get("latitude", "")]),
            }


def _line(points: list[list[float]]) -> dict[str, Any]:
    if len(points) == 1:
        return {"type": "Point", "coordinates": points[0]}
    return {"type": "LineString", "coordinates": points}


def _coordinates(element: Any) -> list[list[float]]:
    """The ``lon,lat[,height]`` tuples of an element's ``coordinates``."""
    text = next((e.text or "" for e in element if _tag(e) == "coordinates"), "")
    # "20.8, 42.9" with a space is against the rules and common.
    text = re.sub(r"[ \t\r\n]?,[ \t\r\n]?", ",", text)
    return [_numbers(tuple_.split(",")[:2]) for tuple_ in text.split()]


def _numbers(texts: list[str]) -> list[float]:
    try:
        if len(texts) < 2:
            raise ValueError
        return [float(text) for text in texts]
    except ValueError:
        raise WrongRow(
            "broken geometry", column="coordinates", value=",".join(texts), remedy="write lon,lat in degrees"
        ) from None
