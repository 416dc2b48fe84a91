"""A hamlet that no gazetteer has becomes a pin: drawn without it, added in one command, drawn again in Chromium."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from visiting import shoot

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

# Written for this test. Krelovac is invented: nothing in the world is called so, which the first map shows.
QUOTE = "Masked men set fire to two empty houses in Krelovac on Sunday evening, the mayor of Leposavic said."
ARTICLE = f"""LEPOSAVIC, 4 May 2021 - {QUOTE}

On Monday about 300 people protested in Krelovac against the attack, police said. Officers have been posted at the
entrance to the village of Krelovac since then.
"""
LAT, LON = 43.1512, 20.7413


def test_an_unknown_hamlet_becomes_a_pin(visit: Any, cli: Cli, tmp_path: Path) -> None:
    home = {"GEOMAP_HOME": str(tmp_path / "home")}
    (tmp_path / "krelovac.txt").write_text(ARTICLE, "utf-8")

    drawn = cli("map", "krelovac.txt", env=home)
    assert drawn.returncode == 0, drawn.stderr
    assert re.search(r"2 incidents: 0 on the map, 2 listed without a place", drawn.stderr), drawn.stderr
    page = visit(tmp_path / drawn.stdout.strip()).page
    shoot(page, tmp_path, "hamlet-before")
    unplaced = page.locator(".gm-noplace .gm-item")
    assert unplaced.count() == 2
    assert unplaced.first.inner_text().startswith("Property destroyed or looted\nKrelovac")
    assert page.locator(".gm-mark").count() == 0

    added = cli("gazetteer", "add", "Krelovac", f"{LAT}, {LON}", "--source", "walked there", env=home)
    assert added.returncode == 0, added.stderr
    assert "3 mentions in your last run now resolve here (3 had no place)." in added.stderr
    assert added.stdout.startswith("user:krelovac  Krelovac, ")

    drawn = cli("map", "krelovac.txt", "--title", "Krelovac found", env=home)
    assert drawn.returncode == 0, drawn.stderr
    assert "2 on the map, 0 listed without a place" in drawn.stderr
    seen = visit(tmp_path / drawn.stdout.strip())
    page = seen.page
    assert page.locator(".gm-noplace .gm-item").count() == 0
    assert seen.count() == seen.signs() == 2
    page.locator(".gm-item", has_text="Property destroyed").click()
    evidence = page.locator(".gm-detail")
    assert evidence.locator(".gm-quote").first.inner_text() == QUOTE
    assert evidence.locator("mark.gm-h-p").first.inner_text() == "Krelovac"
    told = evidence.inner_text()
    assert "you added this place" in told
    assert "Drawn as a pin: the text names this place." in told
    assert f"{LAT}, {LON}" in told
    # With the protest left out the group of two comes apart.
    page.locator('input[data-value="protest"]').uncheck()
    assert seen.signs() == page.locator(".gm-mark-pin").count() == 1
    shoot(page, tmp_path, "hamlet-after")
