"""The error tree is the one that its docstring draws."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest

from geomap import errors
from geomap.errors import GeomapError, StageError

TREE = {name: cls for name, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, GeomapError)}


def drawn() -> dict[str, str]:
    """Child → parent, read from the drawing."""
    parents: dict[str, str] = {}
    path: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    ([│├└─ ]*)([A-Z]\w+(?:Error|Doubt))\b", line)
        if found:
            depth = len(found[1])
            path = [entry for entry in path if entry[0] < depth]
            if path:
                parents[found[2]] = path[-1][1]
            path.append((depth, found[2]))
    return parents


def test_the_drawing_is_the_tree() -> None:
    assert drawn() == {n: c.__bases__[0].__name__ for n, c in TREE.items() if c is not GeomapError}


def test_all_are_exported_and_explained() -> None:
    assert sorted(errors.__all__) == sorted(TREE)
    assert errors.__all__ == sorted(errors.__all__)
    assert all(cls.__doc__ for cls in TREE.values())
    assert GeomapError.__bases__ == (Exception,)


def test_a_failed_stage_says_which_and_on_what() -> None:
    with pytest.raises(GeomapError) as caught:
        try:
            raise ZeroDivisionError("inner")
        except ZeroDivisionError as inner:
            raise StageError("resolution failed on a1", doc_id="a1", stage="resolution") from inner
    error = caught.value
    assert isinstance(error, StageError)
    assert (error.doc_id, error.stage, str(error)) == ("a1", "resolution", "resolution failed on a1")
    assert isinstance(error.__cause__, ZeroDivisionError)


def test_a_failed_stage_goes_from_process_to_process() -> None:
    error = pickle.loads(pickle.dumps(StageError("resolution failed on a1", doc_id="a1", stage="resolution")))
    assert (type(error), str(error)) == (StageError, "resolution failed on a1")
    assert (error.doc_id, error.stage) == ("a1", "resolution")
