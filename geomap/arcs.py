"""Lines as short strings: the widely used encoded-polyline way, over a whole list of lines.

Each line is a string of deltas (lon, lat, lon, lat, ...), the first from 0, 0, in units of 1/scale degrees. A number is
zigzagged, then written with five bits a character from "?" on, 32 added while more follow: three characters a point,
against seven for decimal digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

__all__ = ["decode_arc", "decode_arcs", "encode_arcs"]


def encode_arcs(arcs: Sequence[Sequence[tuple[float, float]]], *, decimals: int) -> dict[str, Any]:
    """``arcs`` as ``{"scale", "arcs"}`` with ``decimals`` digits after the point. Points that fall on the one before
    are left out."""
    import numpy as np

    scale = 10**decimals
    if not len(arcs):
        return {"scale": scale, "arcs": []}
    # All at once: an archipelago has hundreds of short lines.
    lines = [np.asarray(arc, dtype=float).reshape(-1, 2) for arc in arcs]
    sizes = np.array([len(line) for line in lines])
    grid = np.rint(np.concatenate(lines) * scale).astype(np.int64)
    ends = np.cumsum(sizes)
    filled = sizes > 0
    fresh = np.ones(len(grid), dtype=bool)
    fresh[1:] = (grid[1:] != grid[:-1]).any(axis=1)
    # The first and the last of each line stay.
    fresh[(ends - sizes)[filled]] = fresh[ends[filled] - 1] = True
    kept = np.add.reduceat(fresh, (ends - sizes)[filled]) if filled.any() else np.zeros(0, dtype=np.int64)
    points = np.zeros(len(sizes), dtype=np.int64)
    points[filled] = kept
    grid = grid[fresh]
    steps = np.diff(grid, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    starts = (np.cumsum(points) - points)[filled]
    steps[starts] = grid[starts]
    # The sign goes into the lowest bit; then five bits a character, while there are any.
    flat = steps.ravel()
    numbers = (flat << 1) ^ (flat >> 63)
    pieces = (numbers[:, None] >> np.array(_SHIFTS)) & 31
    more = (numbers[:, None] >> (np.array(_SHIFTS) + 5)) > 0
    used = np.ones_like(more)
    used[:, 1:] = more[:, :-1]
    text = (pieces + 63 + 32 * more)[used].astype(np.uint8).tobytes().decode("ascii")
    widths = np.concatenate(([0], np.cumsum(used.sum(axis=1))))
    cuts = widths[2 * np.concatenate(([0], np.cumsum(points)))].tolist()
    return {"scale": scale, "arcs": [text[first:last] for first, last in pairwise(cuts)]}


# Seven pieces of five bits: 180 degrees at nine decimals and more.
_SHIFTS = (0, 5, 10, 15, 20, 25, 30)


def decode_arcs(texts: Sequence[str], scale: int) -> list[Any]:
    """The lines that :func:`encode_arcs` wrote: for each a numpy array of its points (lon, lat) in degrees."""
    import numpy as np

    if not texts:
        return []
    # All at once: a country has hundreds of short lines.
    letters = np.frombuffer("".join(texts).encode("ascii"), dtype=np.uint8).astype(np.int64) - 63
    last = letters < 32
    first = np.flatnonzero(np.concatenate(([True], last[:-1])))
    place = np.arange(len(letters)) - np.repeat(first, np.diff(np.append(first, len(letters))))
    numbers = np.add.reduceat((letters & 31) << (5 * place), first)
    steps = ((numbers >> 1) ^ -(numbers & 1)).reshape(-1, 2)
    ends = np.cumsum(np.array([len(text) for text in texts]))
    # The point that each line ends with; the sum of all steps before a line is taken off again.
    stops = np.searchsorted(first, ends) // 2
    sums = np.cumsum(steps, axis=0)
    starts = np.concatenate(([0], stops[:-1]))
    before = np.vstack((np.zeros((1, 2), dtype=np.int64), sums))[starts]
    points = (sums - np.repeat(before, stops - starts, axis=0)) / scale
    return [points[start:stop] for start, stop in zip(starts, stops, strict=True)]


def decode_arc(text: str, scale: int) -> Any:
    """One line that :func:`encode_arcs` wrote, as :func:`decode_arcs` gives it."""
    return decode_arcs([text], scale)[0]
