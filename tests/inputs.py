"""What the tests of article inputs share: write a file, read it, and look at what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geomap.articles import read_articles
from geomap.errors import GeomapError, InputDoubt, InputError
from geomap.records import Article


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
    return path


def read(*inputs: object, published: str | None = None, **options: Any) -> tuple[list[Article], list[GeomapError]]:
    errors: list[GeomapError] = []
    found = list(read_articles([str(i) for i in inputs], published=published, on_error=errors.append, **options))
    return found, errors


def only(*inputs: object) -> Article:
    found, errors = read(*inputs)
    assert errors == []
    assert len(found) == 1
    return found[0]


def failure(*inputs: object) -> str:
    found, errors = read(*inputs)
    assert found == []
    assert len(errors) == 1
    assert isinstance(errors[0], InputError) and not isinstance(errors[0], InputDoubt)
    message = str(errors[0])
    assert message.isprintable()
    return message
