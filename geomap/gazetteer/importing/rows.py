"""What flows while a file is imported: a row as a reader gives it, a row that was skipped, what to keep, the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["Filters", "ImportReport", "PlaceRow", "Progress", "Skipped", "Skips"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """One place as the reader of a file gives it: checked, not yet stored.

    ``key`` is the file's own id of it ("" where it has none), ``geonameid`` GeoNames' number where the file tells it.
    ``lat``/``lon`` are WGS84 degrees, finite and in range. ``names`` are further names without language tags.
    ``feature_class``/``feature_code`` are GeoNames'. ``radius_km`` is None where the file does not tell how far the
    place reaches. ``row`` is where it stands in the file (line, or number of the feature, from 1).
    """

    row: int
    name: str
    lat: float
    lon: float
    key: str = ""
    geonameid: int | None = None
    names: tuple[str, ...] = ()
    feature_class: str = "P"
    feature_code: str = "PPL"
    country_code: str = ""
    admin1: str = ""
    admin2: str = ""
    population: int | None = None
    radius_km: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that was left out. ``reason`` is a short fixed phrase to count by ("no name", "lat out of range");
    ``column`` and ``value`` (cut to 60 characters) say where and what, ``remedy`` what to do."""

    row: int
    reason: str
    column: str = ""
    value: str = ""
    remedy: str = ""


@dataclass(slots=True)
class Skips:
    """Counts what was skipped, by reason, and keeps the first examples of each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: list[Skipped] = field(default_factory=list)
    # Five of each reason show the pattern; a report is read by a person.
    per_reason: int = 5

    def add(self, skipped: Skipped) -> None:
        """Count one row."""
        self.counts[skipped.reason] += 1
        if self.counts[skipped.reason] <= self.per_reason:
            self.examples.append(skipped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What to keep of a file. Empty sets and None keep all. Countries are ISO alpha-2 in capitals, feature classes
    GeoNames' letters, ``feature_codes`` its codes; a place of one of the classes or codes passes. ``min_population``
    leaves out what has fewer inhabitants or none told. What a filter leaves out is counted as skipped, "left out by the
    filter"."""

    countries: frozenset[str] = frozenset()
    feature_classes: frozenset[str] = frozenset()
    feature_codes: frozenset[str] = frozenset()
    min_population: int | None = None

    def keeps(self, country: str, feature_class: str, feature_code: str, population: int | None) -> bool:
        """Whether a place passes."""
        return (
            (not self.countries or country in self.countries)
            and (
                not (self.feature_classes or self.feature_codes)
                or feature_class in self.feature_classes
                or feature_code in self.feature_codes
            )
            and (self.min_population is None or (population or 0) >= self.min_population)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did. ``added`` places are new to the gazetteer, ``merged`` ones tell more of a place of the world
    layer, ``updated`` stood in the former import of the same source; ``removed`` stood there and are gone.
    ``skipped`` counts rows by reason, ``examples`` are the first of each; ``names`` counts look-up names,
    ``resumed`` is the row from which an interrupted import went on (0: from the start)."""

    source: str
    file: str
    format: str
    rows: int
    added: int
    merged: int
    updated: int
    removed: int
    names: int
    skipped: Mapping[str, int]
    examples: tuple[Skipped, ...] = ()
    seconds: float = 0.0
    resumed: int = 0


Progress = Callable[[str, float], None]
