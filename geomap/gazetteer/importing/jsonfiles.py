"""GeoJSON (also uMap's and QGIS' exports, and a feature a line) and Linked Places JSON, a feature at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from geomap.errors import GazetteerError
from geomap.gazetteer.importing.archives import open_member
from geomap.gazetteer.importing.features import (
    Projection,
    ReaderOptions,
    WrongRow,
    clean,
    country_code,
    default_country,
    place_row,
    position_of_geojson,
    skip_of,
    web_mercator,
)
from geomap.gazetteer.importing.rows import PlaceRow, Skipped, Skips

__all__ = ["detect", "detect_linked_places", "read", "read_linked_places"]

SUFFIXES = (".geojson", ".json", ".umap", ".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".lpf", ".jsonld")

# A feature of RFC 7946 has six levels, Linked Places ten; deeper is an attack or another format.
_DEEPEST = 64
# The longest outline in Natural Earth at 1:10m (Canada) has 70,000 points, which are 280,000 parts; a feature beyond
# 2 million (250 MB while it is built) is left out, and takes no memory.
_MOST_PARTS = 2_000_000
# One text may not fill the memory: between two events of the parser at most so much is read. The parser goes over an
# unfinished text again with every piece it gets, so that time grows with the square: 36 MB took 14 s.
_LONGEST_TOKEN = 8 << 20
# Python refuses whole numbers of more than 4,300 digits, and the parser then fails in a way that cannot be caught
# where it happens; a run of 4,000 digits holds one of these blocks whole.
_DIGITS = 2_000
_LONGEST_LINE = 32 << 20
# A member of the collection itself (its name, its projection, uMap's settings) is small.
_MOST_PARTS_OUTSIDE = 100_000


def _decoded(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")


_FEATURES = re.compile(r'"type"\s*:\s*"(?:Feature|FeatureCollection|umap)"', re.ASCII)
_LINKED = re.compile(r'linked-?places|linkedpasts|"names"\s*:\s*\[\s*\{[^{}]{0,300}"toponym"\s*:', re.IGNORECASE)


def _is_json_of_features(head: bytes) -> bool:
    text = _decoded(head)
    return text.lstrip(" \t\r\n\x1e")[:1] in ("{", "[") and (
        _FEATURES.search(text) is not None or re.search(r'"features"\s*:\s*\[', text) is not None
    )


def detect(path: Path, head: bytes) -> bool:
    """Whether this is GeoJSON: a collection, a feature, features line by line, or a map of uMap."""
    return _is_json_of_features(head) and not detect_linked_places(path, head)


def detect_linked_places(path: Path, head: bytes) -> bool:
    """Whether this is Linked Places JSON: GeoJSON with its context, or with ``names`` of ``toponym``."""
    return _is_json_of_features(head) and _LINKED.search(_decoded(head)) is not None


# ---------------------------------------------------------------------------------------------------- the stream


class _Source:
    """The bytes for the parser, in UTF-8 without a mark. Stops a single token that would fill the memory."""

    def __init__(self, stream: BinaryIO, path: Path) -> None:
        self._stream = stream
        self._path = path
        self.unanswered = 0
        self._tail = b""
        first = stream.peek(4)[:4]  # type: ignore[attr-defined]
        self._decoder: codecs.IncrementalDecoder | None = None
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._decoder = codecs.getincrementaldecoder("utf-16")()
        elif first.startswith(codecs.BOM_UTF8):
            stream.read(3)

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        if size == 0:
            return b""
        self.unanswered += len(data)
        if self.unanswered > _LONGEST_TOKEN:
            raise GazetteerError(f"{self._path}: a single text or number is over {_LONGEST_TOKEN >> 20} MB long")
        window = self._tail + data
        if any(window[at : at + _DIGITS].isdigit() for at in range(0, len(window) - _DIGITS + 1, _DIGITS)):
            raise GazetteerError(f"{self._path}: holds a number of thousands of digits; correct it")
        self._tail = window[-2 * _DIGITS :]
        if self._decoder is None:
            return data
        try:
            # An odd byte or half a pair may leave nothing to hand on yet; an empty answer would mean the end.
            while not (text := self._decoder.decode(data, final=not data)) and data:
                data = self._stream.read(size)
            return text.encode("utf-8")
        except UnicodeError as error:
            raise GazetteerError(f"{self._path}: broken UTF-16 ({str(error)[:80]}); save it as UTF-8") from error


@dataclass(slots=True)
class _Found:
    """What stands in a JSON file: a feature, or a member of the collection around it."""

    kind: str  # "feature", "member", or why a feature is left out: "nested too deeply", "too large"
    name: str
    value: Any


def _events(source: _Source, path: Path) -> Iterator[tuple[str, Any]]:
    import ijson

    # Fractions come as Decimal and whole numbers of any length as int, so that one wild number costs only its feature.
    events = ijson.basic_parse(source, use_float=False, buf_size=1 << 16)
    while True:
        try:
            event = next(events)
        except StopIteration:
            return
        except ijson.JSONError as error:
            raise GazetteerError(f"{path}: {_why(error)}") from error
        except ValueError as error:
            raise GazetteerError(f"{path}: a number or text cannot be read ({str(error)[:60]})") from error
        source.unanswered = 0
        yield event


def _why(error: Exception) -> str:
    text = str(error).removeprefix("b'").split("\\n")[0].split("\n")[0].strip()
    if "premature" in text.lower() or "incomplete" in text.lower():
        return "the JSON ends in the middle: the file was cut off; fetch or export it again"
    if "utf8" in text.lower():
        return "holds bytes that are not UTF-8; save it as UTF-8"
    return f"not valid JSON ({text[:80]}). Bare NaN and Infinity are not JSON either: export it anew"


class _Builder:
    """Builds one value from the parser's events, within limits; beyond them it only waits for the value's end."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._stack: list[Any] = []
        self._keys: list[str] = []
        self._depth = 0
        self._parts = 0
        self.too_much = ""
        self.value: Any = None

    def feed(self, event: str, value: Any) -> bool:
        """Take one event; True once the value is complete."""
        if event == "map_key":
            if not self.too_much:
                self._keys[-1] = value
            return False
        if event in ("start_map", "start_array"):
            self._depth += 1
            if self._depth > _DEEPEST:
                self.too_much = self.too_much or "nested too deeply"
            if not self.too_much:
                new: Any = {} if event == "start_map" else []
                if self._stack:
                    self._put(new)
                else:
                    self.value = new
                self._stack.append(new)
                self._keys.append("")
        elif event in ("end_map", "end_array"):
            self._depth -= 1
            if not self.too_much:
                self._stack.pop()
                self._keys.pop()
        elif not self._stack and not self.too_much:
            self.value = value
        elif not self.too_much:
            self._put(value)
        if self.too_much:
            self._stack.clear()
            self.value = None
        return self._depth == 0

    def _put(self, value: Any) -> None:
        self._parts += 1
        if self._parts > self._most:
            self.too_much = "too large"
            return
        top = self._stack[-1]
        if isinstance(top, dict):
            top[self._keys[-1]] = value
        else:
            top.append(value)


def _built(first: tuple[str, Any], events: Iterator[tuple[str, Any]], most: int) -> _Builder:
    builder = _Builder(most)
    done = builder.feed(*first)
    while not done:
        # The parser itself complains about an unfinished file, so there is always a next event.
        done = builder.feed(*next(events))
    return builder


def _walk(source: _Source, path: Path) -> Iterator[_Found]:
    """The features of a JSON file, and the members around them, as they come."""
    events = _events(source, path)
    first = next(events, None)
    if first == ("start_array", None):
        yield from _walk_features(events)
    elif first == ("start_map", None):
        yield from _walk_object(events, 0)
    else:
        raise GazetteerError(f"{path}: no GeoJSON: it holds neither a feature nor a collection of features")
    for _ in events:
        # To the end of the file: what follows the collection must be nothing, else the parser complains.
        pass


def _walk_object(events: Iterator[tuple[str, Any]], level: int) -> Iterator[_Found]:
    for event, key in events:
        if event == "end_map":
            return
        first = next(events)
        if key == "features" and first[0] == "start_array":
            yield _Found(kind="member", name="features", value=True)
            yield from _walk_features(events)
        elif key == "layers" and first[0] == "start_array" and level == 0:
            # uMap: each layer is a collection of its own.
            for inner in events:
                if inner[0] == "end_array":
                    break
                if inner[0] == "start_map":
                    yield from _walk_object(events, level + 1)
                else:
                    _built(inner, events, 0)
        else:
            # A lone feature's geometry comes this way too.
            built = _built(first, events, _MOST_PARTS if key == "geometry" else _MOST_PARTS_OUTSIDE)
            yield _Found(kind="member", name=str(key), value=built.value)


def _walk_features(events: Iterator[tuple[str, Any]]) -> Iterator[_Found]:
    for event in events:
        if event[0] == "end_array":
            return
        built = _built(event, events, _MOST_PARTS)
        yield _Found(kind=built.too_much or "feature", name="", value=built.value)


# ---------------------------------------------------------------------------------------------------- lines


_BROKEN_LINE = "broken JSON in this line"


def _by_lines(source: _Source, path: Path) -> Iterator[_Found]:
    """A feature a line (RFC 8142, ``.geojsonl``): a line that is broken costs only itself."""
    rest = b""
    while True:
        source.unanswered = 0
        chunk = source.read(1 << 18)
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop() if chunk else b""
        if len(rest) > _LONGEST_LINE:
            raise GazetteerError(f"{path}: a line is over {_LONGEST_LINE >> 20} MB long")
        for line in lines:
            text = line.strip(b" \t\r\x1e")
            if not text:
                continue
            try:
                yield _Found(kind="feature", name="", value=json.loads(text, parse_constant=_no_constant))
            except (ValueError, RecursionError) as error:
                kind = "nested too deeply" if isinstance(error, RecursionError) else _BROKEN_LINE
                yield _Found(kind=kind, name="", value=None)
        if not chunk:
            return


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _is_by_lines(head: bytes, name: str) -> bool:
    """Whether the first line is a whole JSON object and another begins below it, or is too long to tell and the name
    says so."""
    if head.startswith(b"\x1e"):
        return True
    if b"\n" not in head:
        return name.lower().endswith((".geojsonl", ".geojsons", ".ndjson", ".jsonl"))
    first, _, rest = head.removeprefix(codecs.BOM_UTF8).partition(b"\n")
    if not rest.lstrip(b" \t\r\n\x1e").startswith(b"{") or not first.lstrip().startswith(b"{"):
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


# ---------------------------------------------------------------------------------------------------- reading


def _projection(crs: Any, path: Path) -> Projection | None:
    """How to turn the file's coordinates into degrees, from the ``crs`` member that GIS programs still write."""
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    text = str(name)[:200].upper()
    code = re.split(r"[:/#]", text)[-1]
    if code in ("CRS84", "4326", "CRS84H", "4979"):
        return None
    if code in ("3857", "900913", "102100", "3785"):
        return web_mercator
    raise GazetteerError(
        f"{path}: its coordinates are in {clean(text)[:60]!r}; export it in EPSG:4326 (QGIS: Save features as, CRS)"
    )


def _features(path: Path, skips: Skips) -> Iterator[tuple[int, dict[str, Any], Projection | None]]:
    """Numbered features with the projection of their collection."""
    with open_member(path, suffixes=SUFFIXES) as (stream, name):
        head = stream.peek(1 << 16)  # type: ignore[attr-defined]
        source = _Source(stream, path)
        found = _by_lines(source, path) if _is_by_lines(head, name) else _walk(source, path)
        row = 0
        project: Projection | None = None
        collection = False
        around: dict[str, Any] = {}
        for one in found:
            if one.kind == "member":
                if one.name == "features":
                    collection = True
                elif one.name == "crs":
                    project = _projection(one.value, path)
                    if project is not None and row:
                        raise GazetteerError(f"{path}: names its projection after its features; export it in EPSG:4326")
                if not collection and one.name in ("type", "geometry", "properties", "id", "@id", "names", "types",
                                                   "links", "when"):  # fmt: skip
                    around[one.name] = one.value
                continue
            row += 1
            if one.kind != "feature":
                reason = one.kind if one.kind == _BROKEN_LINE else f"feature {one.kind}"
                remedy = "simplify or repair this feature and export it again"
                skips.add(Skipped(row=row, reason=reason, remedy=remedy))
                continue
            if not isinstance(one.value, dict) or not isinstance(one.value.get("geometry", {}), (dict, type(None))):
                skips.add(Skipped(row=row, reason="not a feature", value=type(one.value).__name__,
                                  remedy="each entry is an object with geometry and properties"))  # fmt: skip
                continue
            own = _projection(one.value.get("crs"), path) if "crs" in one.value else None
            yield row, one.value, own or project
        if around.get("type") == "Feature" and not collection:
            row += 1
            yield row, around, project
        if not row and not collection:
            raise GazetteerError(
                f"{path}: JSON, but no GeoJSON: it has no features. TopoJSON and plain lists must be converted first"
            )


def _checked_options(path: Path, options: ReaderOptions) -> None:
    try:
        default_country(options)
    except WrongRow as wrong:
        raise GazetteerError(f"{path}: {wrong.value!r} is no country; give a two-letter code (XK, RS)") from None


def read(path: Path, *, skips: Skips, options: ReaderOptions) -> Iterator[PlaceRow]:
    """The places of a GeoJSON file, one after another; features that cannot be places go to ``skips``.

    The name is the property ``options.name_property``, else ``name``, ``title``, ``label``. Of a key that occurs
    twice the last counts. Raises :class:`GazetteerError` where the file as a whole is wrong.
    """
    _checked_options(path, options)
    for row, feature, project in _features(path, skips):
        try:
            yield _geojson_row(row, feature, project, options)
        except WrongRow as wrong:
            skips.add(skip_of(row, wrong))


def _geojson_row(row: int, feature: dict[str, Any], project: Projection | None, options: ReaderOptions) -> PlaceRow:
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise WrongRow("broken properties", column="properties", value=properties, remedy="they must be an object")
    position = position_of_geojson(feature.get("geometry"), project)
    return place_row(
        row=row, position=position, properties=properties or {}, options=options, key=_key(feature.get("id"))
    )


def _key(value: Any) -> str:
    if isinstance(value, str):
        return clean(value[:1000])
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 200 else ""


def read_linked_places(path: Path, *, skips: Skips, options: ReaderOptions) -> Iterator[PlaceRow]:
    """The places of a Linked Places JSON file (version 1), one after another; wrong ones go to ``skips``.

    A ``closeMatch``, ``exactMatch`` or ``primaryTopicOf`` link to GeoNames gives the geonameid. Raises
    :class:`GazetteerError` where the file as a whole is wrong.
    """
    _checked_options(path, options)
    for row, feature, project in _features(path, skips):
        try:
            yield _linked_row(row, feature, project, options)
        except WrongRow as wrong:
            skips.add(skip_of(row, wrong))


# Which links say that two records are of one place; "primaryTopicOf" and "seeAlso" lead to pages about it.
_SAME = ("closematch", "exactmatch", "sameas", "skos:closematch", "skos:exactmatch", "owl:sameas")


def _linked_row(row: int, feature: dict[str, Any], project: Projection | None, options: ReaderOptions) -> PlaceRow:
    properties = feature.get("properties")
    properties = dict(properties) if isinstance(properties, dict) else {}
    names = [one["toponym"] for one in _objects(feature.get("names")) if isinstance(one.get("toponym"), str)]
    if not clean(str(properties.get("title") or "")[:1000]) and not options.name_property and names:
        properties["title"] = names[0]
    if isinstance(ccodes := properties.get("ccodes"), list):
        # The first that is one: a river has several, and a place is shown under one.
        codes = [code for one in ccodes[:50] if isinstance(one, str) and (code := country_code(one))]
        properties["ccodes"] = codes[0] if codes else ";".join(str(one)[:20] for one in ccodes[:3])
    if "types" in feature and "types" not in properties:
        properties["types"] = feature["types"]
    fclasses = properties.get("fclasses")
    if isinstance(fclasses, list) and fclasses and isinstance(fclasses[0], str):
        properties.setdefault("fclass", fclasses[0])
    links = [
        one["identifier"]
        for one in _objects(feature.get("links"))
        if isinstance(one.get("identifier"), str) and str(one.get("type")).lower() in _SAME
    ]
    position = position_of_geojson(_placed(feature.get("geometry")), project)
    return place_row(
        row=row,
        position=position,
        properties=properties,
        options=options,
        key=_key(feature.get("@id")) or _key(feature.get("id")),
        names=names,
        links=links,
    )


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for one in value[:10_000]:
            if isinstance(one, dict):
                yield one


def _placed(geometry: Any) -> Any:
    """A collection without the members that have no coordinates (Linked Places keeps places known by name so)."""
    if isinstance(geometry, dict) and isinstance(geometry.get("geometries"), list):
        parts = [
            p for p in geometry["geometries"] if isinstance(p, dict) and (p.get("coordinates") or p.get("geometries"))
        ]
        if len(parts) == 1:
            return parts[0]
        return {"type": "GeometryCollection", "geometries": parts}
    return geometry
