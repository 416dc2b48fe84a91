"""The error tree. Every error that geomap raises on purpose is one of these.

::

    GeomapError
    ├── InputError             an input could not be read (file, row or value is named)
    │   ├── DateError          a date that cannot be (``--published 2022-02-30``)
    │   │   └── DateOrderError a date that may be two: its day and month cannot be told apart
    │   └── InputDoubt         the article was kept; something about it is doubtful (a guessed encoding)
    ├── GazetteerError         the gazetteer could not be built, opened or read
    │   └── OverlayError       a row of a places file is wrong (file, row, column, remedy are named)
    ├── ModelError             the spaCy model is missing or is not the one expected
    ├── OutputError            a result could not be written; nothing half-written is left
    ├── StageError             a stage failed on one article (both are named); the others go on
    └── UsageError             options that contradict each other

A message names the offending file, row and value, and says what to do about it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

__all__ = [
    "DateError",
    "DateOrderError",
    "GazetteerError",
    "GeomapError",
    "InputDoubt",
    "InputError",
    "ModelError",
    "OutputError",
    "OverlayError",
    "StageError",
    "UsageError",
]


class GeomapError(Exception):
    """Base of everything that geomap raises on purpose."""


class InputError(GeomapError):
    """An article or a batch of articles could not be read."""


class DateError(InputError):
    """A date that is malformed or does not exist."""


class DateOrderError(DateError):
    """A date whose day and month cannot be told apart (03/04/2022)."""


class InputDoubt(InputError):
    """The article was read and kept, but something about it is doubtful.

    Such as an encoding that was guessed, an impossible date or a field of the wrong type that was left out. Whoever
    counts lost inputs leaves these out.
    """


class GazetteerError(GeomapError):
    """The gazetteer could not be built, opened or read."""


class OverlayError(GazetteerError):
    """A row of a places file is wrong; the message names file, row, column and remedy."""


class ModelError(GeomapError):
    """The language model is missing, broken or not the expected one."""


class OutputError(GeomapError):
    """A result could not be written; no half-written file is left behind."""


class StageError(GeomapError):
    """A stage failed on one article. ``doc_id`` and ``stage`` say where; the cause is chained."""

    def __init__(self, message: str, *, doc_id: str, stage: str) -> None:
        super().__init__(message)
        self.doc_id = doc_id
        self.stage = stage

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickling, as between processes, calls the class with the message alone.
        return partial(type(self), doc_id=self.doc_id, stage=self.stage), self.args


class UsageError(GeomapError):
    """Options that contradict each other or that are out of range."""
