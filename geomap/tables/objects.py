"""Objects as rows: JSON Lines, GeoJSON and lists of JSON objects."""

from __future__ import annotations

import codecs
import io
import itertools
import os
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from geomap.decoding import MAX_LINE_BYTES, chunks_of, lines_of, read_up_to, wide_encoding
from geomap.errors import InputDoubt, InputError
from geomap.json_records import json_type, parse_json
from geomap.tables.table import MAX_COLUMNS, Report, Row, Table, as_text

__all__ = ["LATITUDE", "LINES_SUFFIXES", "LONGITUDE", "Lines", "Objects", "list_in"]

LATITUDE, LONGITUDE = "latitude of the point", "longitude of the point"
"""The columns that a GeoJSON point makes."""

# Objects have no header: the keys of the first ones name the columns; others are not looked at.
_FIRST_ROWS = 200
# A JSON text is read feature by feature, but one text or number in it is held whole, and so may be all of it.
_LARGEST = 512 << 20

LINES_SUFFIXES = (".jsonl", ".ndjson", ".geojsonl")
"""The names of files with an object a line."""

# What the answers of services call the list that they wrap ("articles" is GDELT's and NewsAPI's word).
_LISTS = frozenset(
    ("articles", "items", "results", "data", "records", "stories", "docs", "events", "incidents", "rows", "features")
)
# What wraps a list says a word or two of it. What has a text this long (where a column of them is one of articles) is
# a record itself, and the list something beside it.
_TEXT_LENGTH = 400


def list_in(head: bytes, suffix: str = "") -> str | None:
    """Where the JSON that begins with ``head`` has its list of objects, in ijson's words (``item``, ``articles.item``).

    The list is all of it, or stands at the top of an object under a name that is usual for it. None for a record, for
    JSON Lines (told by ``suffix``, or by a second object) and for what is no JSON.
    """
    head = head.removeprefix(codecs.BOM_UTF8).lstrip()
    is_list = head.startswith(b"[")
    if not is_list and (not head.startswith(b"{") or suffix in LINES_SUFFIXES):
        return None
    import ijson

    found: str | None = None
    opened, ended = "", False
    try:
        for prefix, event, value in ijson.parse(io.BytesIO(head), multiple_values=True):
            is_text = event == "string" and (prefix == "text" or ("." not in prefix and len(value) >= _TEXT_LENGTH))
            if ended or is_text:
                return None
            if (prefix, value) == ("type", "FeatureCollection"):
                return "features.item"
            if opened and event in ("start_map", "end_array"):
                found = found or opened
            is_open = event == "start_array" and prefix in ({""} if is_list else _LISTS)
            opened = f"{prefix}.item".lstrip(".") if is_open else ""
            ended = (prefix, event) == ("", "end_map")
    except (ijson.JSONError, ValueError, OverflowError, RecursionError):
        # Where the head breaks off, or what is no JSON.
        pass
    return found


class _Records(Table):
    """Rows made of objects with keys."""

    def _name_columns(self) -> None:
        keys: dict[str, None] = {}
        for _, record in itertools.islice(self._records(None), _FIRST_ROWS):
            keys.update(dict.fromkeys(record))
        if not keys:
            raise InputError(f"{self.name}: the file holds no records")
        self.columns = tuple(keys)[:MAX_COLUMNS]
        if len(keys) > MAX_COLUMNS:
            self.notes.append(f"only the first {MAX_COLUMNS:,} of {len(keys):,} keys are read")

    def _records(self, report: Report | None) -> Iterator[tuple[int, Mapping[str, Any]]]:
        raise NotImplementedError

    def rows(self, report: Report | None = None) -> Iterator[Row]:
        """The records in the order of the file; a key that a record lacks is an empty cell."""
        for number, record in self._records(report):
            cells = {column: as_text(record.get(column)) for column in self.columns}
            if any(cells.values()):
                yield Row(number=number, cells=cells)


class Lines(_Records):
    """JSON Lines; features of GeoJSON may be the lines."""

    unit = "line"

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__(name)
        self._stream = stream
        self._name_columns()

    def _records(self, report: Report | None) -> Iterator[tuple[int, Mapping[str, Any]]]:
        self._stream.seek(0)
        head = read_up_to(self._stream, 8192)
        for number, line, ended in lines_of(chunks_of(head, self._stream, wide_encoding(head))):
            try:
                if line is None:
                    raise InputError(f"{self.where(number)}: longer than {MAX_LINE_BYTES >> 20} MB; split it")
                line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                if not line.strip():
                    continue
                record = parse_json(line, self.where(number), ended)
                if not isinstance(record, dict):
                    raise InputError(f"{self.where(number)}: a record is an object, not {json_type(record)}")
            except InputError as error:
                if report is not None:
                    report(error)
                continue
            yield number, _feature(record)


class Objects(_Records):
    """GeoJSON, or a JSON list of objects."""

    unit = "feature"

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__(name)
        self._stream = stream
        size = stream.seek(0, os.SEEK_END)
        if size > _LARGEST:
            raise InputError(f"{name}: {size >> 20} MB in one JSON text; write it as JSON Lines, one object a line")
        stream.seek(0)
        head = stream.read(8192)
        is_list = head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"[")
        self._path = "item" if is_list else list_in(head) or "features.item"
        if self._path != "features.item":
            self.unit = "object"
        self._outlines = 0
        self._name_columns()

    def _records(self, report: Report | None) -> Iterator[tuple[int, Mapping[str, Any]]]:
        import ijson

        self._stream.seek(0)
        if self._stream.read(3) != codecs.BOM_UTF8:
            self._stream.seek(0)
        number = outlines = 0
        try:
            for found in ijson.items(self._stream, self._path, use_float=True):
                number += 1
                if not isinstance(found, dict):
                    if report is not None:
                        report(InputError(f"{self.where(number)}: {json_type(found)} instead of an object"))
                    continue
                outlines += isinstance(found.get("geometry"), dict) and found["geometry"].get("type") != "Point"
                yield number, _feature(found)
        except (ijson.JSONError, ValueError, UnicodeDecodeError, OverflowError, RecursionError) as error:
            why = " ".join(str(error).split())[:100]
            raise InputError(
                f"{self.name}, after {self.unit} {number}: not whole JSON ({why}); write it anew"
            ) from error
        if outlines and report is not None:
            report(
                InputDoubt(
                    f"{self.name}: {outlines:,} of the features have a line or an outline, not a point; only their"
                    " properties are read"
                )
            )


def _feature(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of a GeoJSON feature, with its point; any other record as it is."""
    if record.get("type") != "Feature" or not isinstance(record.get("properties"), dict):
        return record
    made = dict(record["properties"])
    if "id" not in made and isinstance(record.get("id"), (str, int)):
        made["id"] = record["id"]
    geometry = record.get("geometry")
    position = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if isinstance(position, list) and len(position) >= 2:
        made[LONGITUDE], made[LATITUDE] = position[0], position[1]
    return made
