"""Lines as short strings: the widely used encoded-polyline way, over a whole list of lines.

Each line is a string of deltas (lon, lat, lon, lat, ...), the first from 0, 0, in units of 1/scale degrees. A number is
zigzagged, then written with five bits a character from "?" on, 32 added while more follow: three characters a point,
against seven for decimal digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["decode_arc", "encode_arcs"]


def encode_arcs(arcs: Sequence[Sequence[tuple[float, float]]], *, decimals: int) -> dict[str, Any]:
    """``arcs`` as ``{"scale", "arcs"}`` with ``decimals`` digits after the point. Points that fall on the one before
    are left out."""
    scale = 10**decimals
    coded = []
    for arc in arcs:
        x = y = 0
        text: list[str] = []
        for i, (lon, lat) in enumerate(arc):
            column, row = round(lon * scale), round(lat * scale)
            if i and column == x and row == y and i != len(arc) - 1:
                continue
            _append(text, column - x)
            _append(text, row - y)
            x, y = column, row
        coded.append("".join(text))
    return {"scale": scale, "arcs": coded}


def _append(text: list[str], number: int) -> None:
    number = ~(number << 1) if number < 0 else number << 1
    while number >= 32:
        text.append(chr((32 | (number & 31)) + 63))
        number >>= 5
    text.append(chr(number + 63))


def decode_arc(text: str, scale: int) -> list[tuple[float, float]]:
    """One line that :func:`encode_arcs` wrote: its points (lon, lat) in degrees."""
    points: list[tuple[float, float]] = []
    values = [0, 0]
    turn = shift = number = 0
    for character in text:
        bits = ord(character) - 63
        number |= (bits & 31) << shift
        if bits >= 32:
            shift += 5
            continue
        values[turn] += ~(number >> 1) if number & 1 else number >> 1
        if turn:
            points.append((values[0] / scale, values[1] / scale))
        turn ^= 1
        shift = number = 0
    return points
