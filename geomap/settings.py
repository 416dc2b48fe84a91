"""Settings: one frozen record, passed explicitly; there is no global to mutate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run may be told.

    ``published`` is an ISO date that overrides what the articles say of themselves. ``places_files`` are the
    user's CSV files of places, first wins. ``cache_dir`` holds the built gazetteer. ``model`` is the name of an
    installed spaCy package, or ``"gazetteer"`` for no model. ``kosovo_label`` is how Kosovo is labelled;
    ``min_score`` drops resolutions that are less sure.
    """

    published: str | None = None
    places_files: tuple[Path, ...] = ()
    cache_dir: Path | None = None
    model: str = "auto"
    kosovo_label: str = "Kosovo*"
    min_score: float = 0.0
