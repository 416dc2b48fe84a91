"""How a map is drawn, beyond what its incidents say: the options of ``geomap map``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Drawing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """``tiles`` is the address template of a tile server that the page may ask, ``tiles_attribution`` the credit that
    its terms ask for; ``basemap`` a PMTiles file whose tiles around the incidents go into the page. ``coarsen_km``
    blurs places to squares of that size, ``keep_quotes`` keeps the articles' sentences all the same. ``embed`` makes a
    page for a frame in another, ``lang`` is the language of its words."""

    tiles: str | None = None
    tiles_attribution: str | None = None
    basemap: Path | None = None
    coarsen_km: float | None = None
    keep_quotes: bool = False
    embed: bool = False
    lang: str = "en"
