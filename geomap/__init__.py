"""geomap: from articles to an honest incident map. Importing it loads neither spaCy nor geopandas."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_EXPORTS = {
    "Actor": "records",
    "Article": "records",
    "Attribution": "records",
    "Candidate": "records",
    "Conflict": "records",
    "DateExpression": "records",
    "Incident": "records",
    "IncidentPlace": "records",
    "Mention": "records",
    "Place": "records",
    "Resolution": "records",
    "SourceQuote": "records",
    "Telling": "records",
    "GeomapError": "errors",
    "Settings": "settings",
    "extract_incidents": "pipeline",
    "map_articles": "pipeline",
}

__all__ = [
    "Actor",
    "Article",
    "Attribution",
    "Candidate",
    "Conflict",
    "DateExpression",
    "GeomapError",
    "Incident",
    "IncidentPlace",
    "Mention",
    "Place",
    "Resolution",
    "Settings",
    "SourceQuote",
    "Telling",
    "__version__",
    "extract_incidents",
    "map_articles",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that ``import geomap`` stays instant."""
    if name in _EXPORTS:
        return getattr(import_module(f"geomap.{_EXPORTS[name]}"), name)
    raise AttributeError(f"module 'geomap' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


if TYPE_CHECKING:
    from geomap.errors import GeomapError
    from geomap.pipeline import extract_incidents, map_articles
    from geomap.records import (
        Actor,
        Article,
        Attribution,
        Candidate,
        Conflict,
        DateExpression,
        Incident,
        IncidentPlace,
        Mention,
        Place,
        Resolution,
        SourceQuote,
        Telling,
    )
    from geomap.settings import Settings
