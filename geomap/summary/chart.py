"""A bar chart over time, as SVG: bars of incidents by type, stacked, with a legend."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from html import escape

from geomap.lexicons import load_json, type_label
from geomap.summary.counting import Timeline

__all__ = ["CHART_HEIGHT", "CHART_WIDTH", "chart_svg"]

CHART_WIDTH, CHART_HEIGHT = 960, 540
"""The size of a chart in pixels."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 24, 64, 44
_LEGEND_ROW = 22
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


_IMPOSSIBLE = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")


def _clean(text: str) -> str:
    # Control characters and lone surrogates can't stand in XML at all.
    return escape(_IMPOSSIBLE.sub(" ", text))


def _step(most: int) -> int:
    """The distance of the horizontal lines: 1, 2 or 5 times a power of ten, for six lines or fewer."""
    step = 1
    for factor in (2, 2.5, 2) * 12:
        if most / step <= 6:
            break
        step = int(step * factor)
    return step


def _word(unit: str, day: date) -> str:
    if unit == "year":
        return str(day.year)
    if unit == "month":
        return f"{_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def chart_svg(times: Timeline, *, title: str) -> str:
    """The chart as an SVG document, ``CHART_WIDTH`` by ``CHART_HEIGHT``; it asks the network for nothing. Text is set
    in the reader's own sans-serif type. The same timeline gives the same bytes."""
    types = load_json("event_types.json")["types"]
    kinds = list(times.counts)
    labels = [type_label(kind) for kind in kinds]
    colours = [str(types.get(kind, {}).get("colour", "#525252")) for kind in kinds]
    legend, rows = _legend(labels, colours)
    bottom = CHART_HEIGHT - _BOTTOM - rows * _LEGEND_ROW
    heights = [sum(times.counts[kind][i] for kind in kinds) for i in range(len(times.starts))]
    most = max(heights, default=0)
    what = f"Incidents by {times.unit}"
    if times.undated:
        what += f"; {times.undated} more without a date"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{CHART_WIDTH}" height="{CHART_HEIGHT}" '
        f'viewBox="0 0 {CHART_WIDTH} {CHART_HEIGHT}" role="img" font-family="sans-serif" font-size="13" fill="#222">',
        f"<title>{_clean(title)}: {what}</title>",
        f'<rect width="{CHART_WIDTH}" height="{CHART_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="26" font-size="17" font-weight="bold">{_clean(title[:90])}</text>',
        f'<text x="{_LEFT}" y="46" fill="#555">{what}</text>',
    ]
    if not heights:
        parts.append(f'<text x="{_LEFT}" y="{(_TOP + bottom) // 2}">No incident has a date.</text>')
    else:
        parts += _bars(times, kinds, labels, colours, most, bottom)
        parts += legend
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bars(
    times: Timeline, kinds: Sequence[str], labels: Sequence[str], colours: Sequence[str], most: int, bottom: int
) -> list[str]:
    step = _step(most)
    top = -(-most // step) * step
    height = bottom - _TOP
    width = (CHART_WIDTH - _LEFT - _RIGHT) / len(times.starts)
    parts = []
    for value in range(0, top + 1, step):
        y = bottom - height * value / top
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}H{CHART_WIDTH - _RIGHT}" stroke="{"#444" if not value else "#ddd"}"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{value:,}</text>'
        )
    gap = min(4.0, width * 0.15)
    # A bar alone is not a wall.
    bar = min(width - gap, 80.0)
    for i, start in enumerate(times.starts):
        x = _LEFT + width * i + (width - bar) / 2
        y = float(bottom)
        for kind, label, colour in zip(kinds, labels, colours, strict=True):
            count = times.counts[kind][i]
            if count:
                tall = height * count / top
                y -= tall
                parts.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{bar:.1f}" height="{tall:.1f}" fill="{_clean(colour)}" '
                    f'stroke="#fff" stroke-width="0.5"><title>{_word(times.unit, start)}: {count} {_clean(label)}'
                    "</title></rect>"
                )
    # A date needs some 90 pixels.
    every = max(1, -(-90 // max(1, int(width))))
    for i in range(0, len(times.starts), every):
        x = _LEFT + width * (i + 0.5)
        if x <= CHART_WIDTH - 40:
            word = _word(times.unit, times.starts[i])
            parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle" fill="#555">{word}</text>')
    return parts


def _legend(labels: Sequence[str], colours: Sequence[str]) -> tuple[list[str], int]:
    """The legend's marks, from the bottom of the chart up, and how many rows they take."""
    lines: list[list[tuple[float, str, str]]] = [[]]
    x = float(_LEFT)
    for label, colour in zip(labels, colours, strict=True):
        # Seven pixels a letter is what common sans-serif types take at 13 pixels, and a little more.
        wide = 26 + 7.0 * len(label)
        if x + wide > CHART_WIDTH - _RIGHT and lines[-1]:
            lines.append([])
            x = float(_LEFT)
        lines[-1].append((x, label, colour))
        x += wide
    parts = []
    for row, line in enumerate(lines):
        y = CHART_HEIGHT - 14 - (len(lines) - 1 - row) * _LEGEND_ROW
        for x, label, colour in line:
            parts.append(
                f'<rect x="{x:.1f}" y="{y - 11}" width="12" height="12" rx="2" fill="{_clean(colour)}"/>'
                f'<text x="{x + 18:.1f}" y="{y}">{_clean(label)}</text>'
            )
    return parts, len(lines)
