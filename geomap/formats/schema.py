"""The schema of saved incidents: what each field may hold, derived from the records and checked on reading back.

docs/schema.md says the same in words; tests/test_formats.py holds the two together. The version goes up with the
records: a new field that older readers may ignore makes it 1.1, a field that means something else makes it 2.0.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from geomap.records import Incident
from geomap.rows import MOST

__all__ = [
    "MARKS",
    "SCHEMA_VERSION",
    "Field",
    "check_version",
    "exact_texts",
    "fields_of",
    "flat_columns",
    "incident_from_dict",
    "is_incident_record",
]

SCHEMA_VERSION = "1.0"
"""The version of the schema that is written: major and minor number."""

MARKS = frozenset({"incident_id", "places", "certainty"})
"""The fields by which a record is known to be an incident and not an article."""

Kind = Literal["text", "integer", "number", "flag", "texts", "range", "record", "records"]

# What the numbers mean, not only how they are stored: WGS84 degrees, probabilities, ACLED's and UCDP's scales, km.
_LIMITS: dict[str, tuple[float, float]] = {
    "lat": (-90, 90),
    "lon": (-180, 180),
    "score": (0, 1),
    "geo_precision": (1, 3),
    "where_prec": (1, 7),
    "time_precision": (1, 3),
    "radius_km": (0, math.inf),
    "distance_km": (0, math.inf),
}
_DAYS = frozenset({"date_start", "date_end"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a record.

    ``required`` fields have no default and must be there; ``optional`` ones may be null. ``record`` is the kind of
    record that a field of kind record or records holds; ``allowed`` are the only texts that it may have (empty: any);
    ``limits`` the least and the greatest number.
    """

    name: str
    kind: Kind
    required: bool
    optional: bool
    default: Any = None
    record: type | None = None
    allowed: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None


@cache
def fields_of(record: type) -> tuple[Field, ...]:
    """The fields of a record of :mod:`geomap.records`, in order."""
    hints = get_type_hints(record)
    return tuple(_field(one, hints[one.name]) for one in fields(record))


def _field(one: Any, hint: Any) -> Field:
    optional = False
    if get_origin(hint) in (Union, UnionType):
        members = [member for member in get_args(hint) if member is not NoneType]
        optional = len(members) < len(get_args(hint))
        (hint,) = members
    kind, record, allowed = _kind(hint)
    default = one.default if one.default is not MISSING else None
    required = one.default is MISSING and one.default_factory is MISSING
    return Field(
        name=one.name,
        kind=kind,
        required=required,
        optional=optional,
        default=default,
        record=record,
        allowed=allowed,
        limits=_LIMITS.get(one.name),
    )


def _kind(hint: Any) -> tuple[Kind, type | None, tuple[str, ...]]:
    plain: dict[Any, Kind] = {str: "text", int: "integer", float: "number", bool: "flag"}
    if hint in plain:
        return plain[hint], None, ()
    if get_origin(hint) is Literal:
        return "text", None, get_args(hint)
    if is_dataclass(hint):
        return "record", hint if isinstance(hint, type) else None, ()
    inner = get_args(hint)
    if get_origin(hint) is tuple and inner[1:] == (Ellipsis,):
        return ("texts", None, ()) if inner[0] is str else ("records", inner[0], ())
    if get_origin(hint) is tuple and inner[0] is int:
        return "range", None, ()
    raise TypeError(f"the schema has no kind for {hint}")


# ---- reading ------------------------------------------------------------------------------------------------------


def is_incident_record(record: object) -> bool:
    """Whether a record read from a file is an incident (of this or another version), by its fields alone."""
    return isinstance(record, Mapping) and record.keys() >= MARKS


def incident_from_dict(record: Mapping[str, Any]) -> Incident:
    """The incident of one row: of a line of JSON Lines, of a feature's properties, of a row of a table.

    Nested fields may be nested or JSON texts, pairs of counts lists or two columns (``deaths_low``, ``deaths_high``),
    the attribution a record or two columns. Fields that are not known are ignored. Raises KeyError naming a field
    that is missing, ValueError or TypeError that names a field and its value where it is wrong.
    """
    check_version(record.get("schema_version"))
    values = dict(record)
    if values.get("exact_texts"):
        _restore(values, values["exact_texts"])
    if "incident_radius_km" in values:
        # A row that is drawn has the radius of its place under the shorter name.
        values["radius_km"] = values["incident_radius_km"]
    for field in fields_of(Incident):
        if field.name not in values:
            if field.kind == "range" and f"{field.name}_low" in values:
                low, high = values[f"{field.name}_low"], values.get(f"{field.name}_high")
                values[field.name] = None if low is None and high is None else [low, high]
            elif field.kind == "record" and field.record is not None:
                parts = {one.name: f"{field.name}_{one.name}" for one in fields_of(field.record)}
                if any(column in values for column in parts.values()):
                    values[field.name] = {name: values[col] for name, col in parts.items() if col in values}
    incident: Incident = _record(Incident, values, "")
    return incident


def check_version(version: object) -> None:
    """Raise ValueError where a file is of a version that cannot be read; None, for none told, is read as the first."""
    if version is None:
        return
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if match is None:
        raise ValueError(f"schema_version is {_shown(version)}, which is no version such as {SCHEMA_VERSION!r}")
    ours = int(SCHEMA_VERSION.partition(".")[0])
    if int(match[1]) > ours:
        raise ValueError(
            f"it is of schema {version}, written by a newer geomap, and this one reads up to {ours}.x; upgrade geomap,"
            " or write the file anew with this one"
        )


def _record(kind: type, values: Any, path: str) -> Any:
    if not isinstance(values, Mapping):
        raise TypeError(f"{path or 'the record'} is {_shown(values)}, not a record")
    made = {}
    for field in fields_of(kind):
        if field.name in values:
            made[field.name] = _value(field, values[field.name], f"{path}{field.name}")
        elif field.required:
            raise KeyError(f"{path}{field.name}")
    return kind(**made)


def _value(field: Field, value: Any, path: str) -> Any:
    if value is None:
        if field.optional:
            return None
        if field.required and field.kind not in ("texts", "records"):
            raise TypeError(f"{path} is empty, and it must not be")
        return () if field.kind in ("texts", "records") else field.default
    if field.kind == "text":
        return _text(field, value, path)
    if field.kind in ("integer", "number"):
        return _number(field, value, path)
    if field.kind == "flag":
        if not isinstance(value, bool):
            raise TypeError(f"{path} is {_shown(value)}, neither true nor false")
        return value
    if isinstance(value, str):
        value = _parsed(value, path)
    if field.kind == "record":
        assert field.record is not None
        return _record(field.record, value, f"{path}.")
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{path} is {_shown(value)}, not a list")
    if field.kind == "range":
        return _range(value, path)
    if field.kind == "records":
        assert field.record is not None
        return tuple(_record(field.record, one, f"{path}[{i}].") for i, one in enumerate(value))
    for i, one in enumerate(value):
        if not isinstance(one, str):
            raise TypeError(f"{path}[{i}] is {_shown(one)}, not a text")
    return tuple(value)


def _text(field: Field, value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{path} is {_shown(value)}, not a text")
    if field.allowed and value not in field.allowed:
        raise ValueError(f"{path} is {_shown(value)}, which is none of {', '.join(field.allowed)}")
    if field.name in _DAYS:
        try:
            real = bool(_DAY.fullmatch(value)) and bool(date.fromisoformat(value))
        except ValueError:
            real = False
        if not real:
            raise ValueError(f"{path} is {_shown(value)}, which is no day such as 2024-05-14")
    return value


def _number(field: Field, value: Any, path: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{path} is {_shown(value)}, not a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{path} is {value}, not a finite number")
    if field.kind == "integer" and value != int(value):
        raise ValueError(f"{path} is {value}, not a whole number")
    if not -MOST <= value <= MOST:
        raise ValueError(f"{path} is {_shown(value)}, more than {MOST} (2^53), which not every format can hold")
    if field.limits and not field.limits[0] <= value <= field.limits[1]:
        low, high = field.limits
        span = f"between {low:g} and {high:g}" if math.isfinite(high) else f"{low:g} or more"
        raise ValueError(f"{path} is {_shown(value)}; it must be {span}")
    return int(value) if field.kind == "integer" else value


_COUNT = Field(name="count", kind="integer", required=True, optional=False, limits=(0, math.inf))


def _range(value: Any, path: str) -> tuple[int, int | None]:
    if len(value) != 2 or value[0] is None:
        raise ValueError(f"{path} is {_shown(value)}, not a lowest and a highest number")
    low = int(_number(_COUNT, value[0], f"{path} (low)"))
    return low, None if value[1] is None else int(_number(_COUNT, value[1], f"{path} (high)"))


def _parsed(text: str, path: str) -> Any:
    """A nested value of a format whose columns hold texts only."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no JSON ({error}): {_shown(text)}") from error


def _shown(value: object) -> str:
    """A value for a message, short and on one line."""
    text = ascii(value) if isinstance(value, (str, int, float, bool)) or value is None else type(value).__name__
    return text if len(text) <= 60 else f"{text[:57]}..."


# ---- texts that a format cannot hold --------------------------------------------------------------------------------

# Halves of characters, which UTF-8 cannot encode, and NUL, at which a C library takes a text to end.
_UNHELD = re.compile("[\x00\ud800-\udfff]")


def exact_texts(row: dict[str, Any]) -> str | None:
    """Make every text of ``row`` one that any format holds, and return the texts that it had to change.

    U+FFFD takes the place of halves of characters and of NUL. The texts changed are a JSON object by their path
    (``places/0/text``), from which :func:`incident_from_dict` restores them; None where nothing was changed.
    """
    changed: dict[str, str] = {}
    for name, value in row.items():
        row[name] = _held(value, name, changed)
    return json.dumps(changed, sort_keys=True) if changed else None


def _held(value: Any, path: str, changed: dict[str, str]) -> Any:
    if isinstance(value, str):
        if _UNHELD.search(value):
            changed[path] = value
            return _UNHELD.sub("\ufffd", value)
        return value
    if isinstance(value, dict):
        return {name: _held(one, f"{path}/{name}", changed) for name, one in value.items()}
    if isinstance(value, list):
        return [_held(one, f"{path}/{i}", changed) for i, one in enumerate(value)]
    return value


def _restore(values: dict[str, Any], texts: object) -> None:
    """Put the texts back where nobody has changed what stands in their place."""
    kept = _parsed(texts, "exact_texts") if isinstance(texts, str) else texts
    if not isinstance(kept, Mapping):
        raise TypeError(f"exact_texts is {_shown(texts)}, not a record")
    for path, text in kept.items():
        *steps, last = path.split("/")
        holder: Any = values
        for step in steps:
            holder = _step(holder, step)
        if isinstance(text, str) and _step(holder, last) == _UNHELD.sub("\ufffd", text):
            holder[int(last) if isinstance(holder, list) else last] = text


def _step(holder: Any, step: str) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list) and step.isdecimal() and len(step) < 9 and int(step) < len(holder):
        return holder[int(step)]
    return None


# ---- writing ------------------------------------------------------------------------------------------------------


def flat_columns() -> Iterator[tuple[str, Field]]:
    """The columns of a table with one row an incident, each with its field: records and ranges are taken apart."""
    for field in fields_of(Incident):
        if field.kind == "record" and field.record is not None:
            for one in fields_of(field.record):
                yield f"{field.name}_{one.name}", one
        elif field.kind == "range":
            count = Field(name=field.name, kind="integer", required=False, optional=True)
            yield f"{field.name}_low", count
            yield f"{field.name}_high", count
        else:
            yield field.name, field
