"""The best one-to-one assignment of predictions to gold: as much weight as there is to be had."""

from __future__ import annotations

import math
from collections.abc import Mapping

__all__ = ["assigned", "best_pairs"]


def best_pairs(weights: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """The pairs of (gold, predicted) with the largest total weight, each of either used once, in order of gold.

    ``weights`` has the pairs that may match; those of weight 0 or less are never taken. Of equally good answers always
    the same is given.
    """
    wanted = {pair: weight for pair, weight in weights.items() if weight > 0.0}
    found: list[tuple[int, int]] = []
    for gold, predicted in _components(wanted):
        rows = {g: i for i, g in enumerate(gold)}
        columns = {p: j for j, p in enumerate(predicted)}
        # Those that stay alone take a column of their own, which is worth nothing.
        table = [[0.0] * (len(columns) + len(rows)) for _ in rows]
        for (g, p), weight in wanted.items():
            if g in rows:
                table[rows[g]][columns[p]] = weight
        for row, column in enumerate(assigned(table)):
            if column < len(columns) and table[row][column] > 0.0:
                found.append((gold[row], predicted[column]))
    return sorted(found)


def _components(weights: Mapping[tuple[int, int], float]) -> list[tuple[list[int], list[int]]]:
    """Gold and predictions that hang together: what is apart can be assigned apart, in far less time."""
    of_gold: dict[int, list[int]] = {}
    of_predicted: dict[int, list[int]] = {}
    for g, p in sorted(weights):
        of_gold.setdefault(g, []).append(p)
        of_predicted.setdefault(p, []).append(g)
    done: set[int] = set()
    made = []
    for first in of_gold:
        if first in done:
            continue
        gold, predicted, waiting = {first}, set[int](), [first]
        while waiting:
            for p in of_gold[waiting.pop()]:
                if p not in predicted:
                    predicted.add(p)
                    fresh = [g for g in of_predicted[p] if g not in gold]
                    gold.update(fresh)
                    waiting += fresh
        done |= gold
        made.append((sorted(gold), sorted(predicted)))
    return made


def assigned(weights: list[list[float]]) -> list[int]:
    """The column of each row in the assignment of largest total weight; there are at least as many columns as rows.

    Rows are added one at a time, each along the shortest path by reduced cost (Jonker and Volgenant's form of the
    Hungarian method): cubic in the rows at worst.
    """
    width = len(weights[0]) if weights else 0
    row_of = [-1] * width
    row_price = [0.0] * len(weights)
    column_price = [0.0] * width
    for new in range(len(weights)):
        reach = [math.inf] * width
        before = [-1] * width
        settled = [False] * width
        row, column, path = new, -1, 0.0
        while True:
            for j in range(width):
                if not settled[j]:
                    cost = path - weights[row][j] - row_price[row] - column_price[j]
                    if cost < reach[j] - 1e-12:
                        reach[j], before[j] = cost, column
            column = min((j for j in range(width) if not settled[j]), key=lambda j: (reach[j], j))
            path = reach[column]
            settled[column] = True
            if row_of[column] < 0:
                break
            row = row_of[column]
        row_price[new] += path
        for j in range(width):
            if settled[j] and j != column:
                row_price[row_of[j]] += path - reach[j]
                column_price[j] -= path - reach[j]
        while column >= 0:
            earlier = before[column]
            row_of[column] = new if earlier < 0 else row_of[earlier]
            column = earlier
    found = [-1] * len(weights)
    for j, row in enumerate(row_of):
        if row >= 0:
            found[row] = j
    return found
