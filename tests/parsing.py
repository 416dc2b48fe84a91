"""The model and what it makes of a sentence, once for all the tests that want it."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from geomap.errors import ModelError
from geomap.nlp import load_model, parse


@cache
def model() -> Any:
    """The model that ``auto`` takes, loaded once; the test is skipped where none is installed."""
    try:
        return load_model()
    except ModelError as error:
        pytest.skip(str(error))


def parsed(text: str) -> Any:
    return parse(model(), text)
