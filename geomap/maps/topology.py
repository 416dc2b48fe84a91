"""Polygons that share borders, cut into arcs that are drawn once and simplified the same on both sides.

A border between two countries is one line with two owners, not two lines that drift apart when simplified;
that is also what makes it possible to draw some borders dashed. The idea is TopoJSON's; the encoding is
ours and small: integer deltas on a fixed grid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from shapely import count_coordinates, get_coordinates
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

__all__ = ["Topology", "build_topology", "rings_of", "simplified"]

_Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """``arcs``: point lists (lon, lat). ``owners``: for each arc the indices of the one or two shapes that
    it bounds. ``shapes``: for each input shape its rings, each a list of arc numbers; ``~n`` is arc n
    backwards."""

    arcs: list[list[_Point]]
    owners: list[tuple[int, ...]]
    shapes: list[list[list[int]]]


def rings_of(geometry: BaseGeometry) -> list[list[_Point]]:
    """Every ring of a (multi-)polygon, outer and inner, closed."""
    rings: list[list[_Point]] = []
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type == "Polygon" and not part.is_empty:
            rings += [list(map(tuple, get_coordinates(ring).tolist())) for ring in (part.exterior, *part.interiors)]
    return rings


# From this many points on an outline is thinned in two steps.
_MANY_POINTS = 2000


def simplified(shape: BaseGeometry, tolerance: float) -> BaseGeometry:
    """``shape`` without what is finer than ``tolerance`` degrees, its rings still apart and its islands still there.

    That takes GEOS long where there are many points: they are first thinned to an eighth of the tolerance, which is
    eight times as quick and leaves out only islets smaller than that.
    """
    if count_coordinates(shape) > _MANY_POINTS:
        thinned = shape.simplify(tolerance / 8, preserve_topology=False)
        if thinned.is_valid and not thinned.is_empty:
            shape = thinned
    return shape.simplify(tolerance, preserve_topology=True)


def build_topology(
    shapes: Sequence[BaseGeometry],
    *,
    tolerance: float,
    smallest: float = 0.0,
    keep: Callable[[_Point, _Point], bool] | None = None,
) -> Topology:
    """Cut ``shapes`` into shared arcs and simplify each to ``tolerance`` degrees (Douglas-Peucker).

    Rings that no other shape shares and whose bounding box is smaller than ``smallest`` degrees in both
    directions are left out. ``keep(a, b)`` may refuse a segment as a line (the edges of a clipping window);
    such segments still bound their shape but belong to an arc of their own with no owner.
    """
    rings = [[_drop_repeats(ring) for ring in rings_of(shape)] for shape in shapes]
    owners_of: dict[tuple[_Point, _Point], set[int]] = defaultdict(set)
    for number, shape_rings in enumerate(rings):
        for ring in shape_rings:
            for a, b in pairwise(ring):
                owners_of[(a, b) if a <= b else (b, a)].add(number)

    def owner(a: _Point, b: _Point) -> tuple[int, ...]:
        if keep is not None and not keep(a, b):
            return ()
        return tuple(sorted(owners_of[(a, b) if a <= b else (b, a)]))

    # A point is a junction where the owners of its two segments differ in any ring that passes it.
    junctions: set[_Point] = set()
    for shape_rings in rings:
        for ring in shape_rings:
            sides = [owner(a, b) for a, b in pairwise(ring)]
            for i, side in enumerate(sides):
                if side != sides[i - 1]:
                    junctions.add(ring[i])

    arcs: list[list[_Point]] = []
    arc_owners: list[tuple[int, ...]] = []
    known: dict[tuple[_Point, ...], int] = {}
    result: list[list[list[int]]] = []
    for shape_rings in rings:
        coded: list[list[int]] = []
        for ring in shape_rings:
            if len(ring) < 4:
                continue
            pieces = _cut(ring, junctions)
            lone = len(pieces) == 1 and len(owner(pieces[0][0], pieces[0][1])) == 1
            if lone and _extent(ring) < smallest:
                continue
            numbers: list[int] = []
            for piece in pieces:
                key = tuple(piece)
                if key in known:
                    numbers.append(known[key])
                elif key[::-1] in known:
                    numbers.append(~known[key[::-1]])
                else:
                    known[key] = len(arcs)
                    numbers.append(len(arcs))
                    arc_owners.append(owner(piece[0], piece[1]))
                    arcs.append(_simplify(piece, tolerance))
            coded.append(numbers)
        result.append(coded)
    return Topology(arcs=arcs, owners=arc_owners, shapes=result)


def _drop_repeats(ring: list[_Point]) -> list[_Point]:
    return [point for i, point in enumerate(ring) if i == 0 or point != ring[i - 1]]


def _cut(ring: list[_Point], junctions: set[_Point]) -> list[list[_Point]]:
    """The ring as pieces between junctions. A ring without any starts at its least point, so that two shapes
    that share it whole (an enclave) name it alike."""
    body = ring[:-1]
    at = [i for i, point in enumerate(body) if point in junctions]
    if not at:
        start = min(range(len(body)), key=body.__getitem__)
        turned = body[start:] + body[: start + 1]
        return [turned]
    pieces = []
    for i, start in enumerate(at):
        end = at[(i + 1) % len(at)]
        piece = body[start : end + 1] if end > start else body[start:] + body[: end + 1]
        pieces.append(piece)
    return pieces


def _extent(ring: list[_Point]) -> float:
    xs = [x for x, _ in ring]
    ys = [y for _, y in ring]
    return max(max(xs) - min(xs), max(ys) - min(ys))


def _simplify(piece: list[_Point], tolerance: float) -> list[_Point]:
    if len(piece) < 3 or tolerance <= 0:
        return piece
    closed = piece[0] == piece[-1]
    simple: Any = list(LineString(piece).simplify(tolerance, preserve_topology=False).coords)
    if closed and len(simple) < 4:
        # A small island collapses to a line: a triangle is kept so that it doesn't vanish.
        third = len(piece) // 3
        simple = [piece[0], piece[third], piece[2 * third], piece[0]]
    return [(float(x), float(y)) for x, y in simple]
