"""Settings: one frozen record with harmless defaults."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from geomap.errors import UsageError
from geomap.settings import Settings, load_settings


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


def test_settings_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    assert load_settings(file) == Settings()
    file.write_text(
        'boundaries = "de-facto"\nkosovo_label = "Kosovo"\nmin_score = 0.25\nonline = "photon"\n'
        'places = ["mine.csv"]\nrecognizer = "gazetteer"\n',
        "utf-8",
    )
    assert load_settings(file) == Settings(
        boundaries="de-facto",
        kosovo_label="Kosovo",
        min_score=0.25,
        online="photon",
        places_files=(tmp_path / "mine.csv",),
        model="gazetteer",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bounderies = 'neutral'", "did you mean 'boundaries'"),
        ("colour = 'red'", "there is no setting 'colour'; known are"),
        ("min_score = 2", "not between 0 and 1"),
        ("min_score = true", "of the wrong kind"),
        ("places = 'mine.csv'", "of the wrong kind"),
        ("places = [1]", "list of file names"),
        ("online = 3", "of the wrong kind"),
        ("boundaries = ", "not a TOML file"),
        ("a\x00b", "not a TOML file"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=message) as caught:
        load_settings(file)
    assert "settings.toml" in str(caught.value)


def test_a_folder_or_bytes_as_settings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(tmp_path)
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not a TOML file"):
        load_settings(tmp_path / "bad.toml")
