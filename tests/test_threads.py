"""One thread for the numerical libraries, unless the user says otherwise."""

from __future__ import annotations

import os

import pytest

from geomap.threads import one_thread


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    monkeypatch.delenv("OMP_NUM_THREADS")


def test_what_the_user_has_set_counts() -> None:
    one_thread()
    assert (os.environ["OPENBLAS_NUM_THREADS"], os.environ["OMP_NUM_THREADS"]) == ("4", "1")


def test_but_not_in_a_worker() -> None:
    one_thread(whatever=True)
    assert (os.environ["OPENBLAS_NUM_THREADS"], os.environ["OMP_NUM_THREADS"]) == ("1", "1")
