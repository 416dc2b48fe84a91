"""A map of a table of incidents, opened in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geomap.pipeline import map_articles
from geomap.settings import Settings

pytestmark = pytest.mark.browser


def test_a_table_makes_a_map(visit: Callable[..., Any], tmp_path: Path) -> None:
    table = tmp_path / "incidents.csv"
    table.write_text(
        "town,country,date,type,notes\nZvečan,Kosovo,2022-08-25,Protest,People met.\n"
        "Prizren,Kosovo,2022-08-26,,<img src=x onerror=go(1)>{{7*7}}\nQwertzumpf,Kosovo,2022-08-27,Odd thing,\n",
        encoding="utf-8",
    )
    summary = map_articles([table], tmp_path / "map.html", settings=Settings(model="gazetteer"))
    assert (summary.tables, summary.rows, summary.incidents, len(summary.unresolved)) == (1, 3, 3, 1)
    seen = visit(tmp_path / "map.html")
    text = seen.page.inner_text("body")
    assert "Zvečan" in text and "Type not stated" in text and "Odd thing" in text and "49" not in text
    seen.calm()
