from __future__ import annotations

import importlib

import pytest

import geomap
from geomap import errors

PUBLIC = [
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


def test_the_public_names_are_these() -> None:
    assert sorted(geomap.__all__) == PUBLIC
    for name in geomap.__all__:
        assert getattr(geomap, name) is not None
    assert dir(geomap) == PUBLIC


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'maps_articles'"):
        _ = geomap.maps_articles


def test_every_error_is_a_geomap_error_and_in_the_tree() -> None:
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), geomap.GeomapError)
        assert name in (errors.__doc__ or "")


@pytest.mark.parametrize(
    "module",
    [
        "articles",
        "boundaries",
        "cli",
        "dates",
        "errors",
        "frames",
        "gazetteer",
        "incidents",
        "maps",
        "merging",
        "nlp",
        "outputs",
        "pipeline",
        "recognition",
        "records",
        "resolution",
        "resources",
        "settings",
    ],
)
def test_every_module_says_what_is_public_and_documents_it(module: str) -> None:
    loaded = importlib.import_module(f"geomap.{module}")
    assert loaded.__doc__, f"geomap.{module} has no docstring"
    for name in loaded.__all__:
        value = getattr(loaded, name)
        if callable(value) and getattr(value, "__module__", "").startswith("geomap"):
            assert value.__doc__, f"geomap.{module}.{name} has no docstring"
