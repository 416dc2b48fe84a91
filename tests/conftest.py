"""What several test files need: the corpora beside the checkout, the command line, one open gazetteer."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from geomap.folders import cache_folder

ROOT = Path(__file__).resolve().parents[1]

# The built gazetteer is shared with the user's own runs; everything else of the user's (places, imports, settings)
# would change what the tests see, so each session has an empty home.
os.environ["GEOMAP_CACHE"] = str(cache_folder())
os.environ["GEOMAP_HOME"] = tempfile.mkdtemp(prefix="geomap-test-home-")
atexit.register(shutil.rmtree, os.environ["GEOMAP_HOME"], True)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the development corpora, which are not part of the project."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the development corpora (../shared) are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def gazetteer() -> Iterator[Any]:
    """The real gazetteer in the user's cache; built by the first test that wants it (under a minute)."""
    from geomap.gazetteer import open_gazetteer

    opened = open_gazetteer()
    yield opened
    opened.close()


Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run ``geomap`` as its own process in an empty folder, as a user would."""

    def run(*arguments: object, stdin: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
        options.setdefault("cwd", tmp_path)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        environment |= options.pop("env", {})
        return subprocess.run(
            [sys.executable, "-m", "geomap", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            env=environment,
            timeout=240,
            check=False,
            **options,
        )

    return run
