"""Settings: one frozen record with harmless defaults."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from geomap.settings import Settings


def test_the_defaults_choose_nothing_for_the_user() -> None:
    settings = Settings()
    assert settings.published is None
    assert settings.places_files == ()
    assert settings.cache_dir is None
    assert settings.model == "auto"
    assert settings.min_score == 0.0


def test_settings_are_frozen_hashable_and_by_name_only() -> None:
    settings = Settings(places_files=(Path("mine.csv"),), min_score=0.3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.min_score = 0.5  # type: ignore[misc]
    with pytest.raises(TypeError):
        Settings("2022-01-01")  # type: ignore[misc]
    assert hash(settings) == hash(dataclasses.replace(settings))
    assert dataclasses.replace(settings, model="gazetteer") != settings


def test_every_setting_is_explained() -> None:
    for field in dataclasses.fields(Settings):
        assert f"``{field.name}``" in (Settings.__doc__ or ""), field.name
