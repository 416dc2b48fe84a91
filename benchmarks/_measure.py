"""Timing a command: the median of several runs, interleaved so that a busy machine slows all alike."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}


def seconds(command: Sequence[str], *, cwd: Path | None = None) -> tuple[float, float]:
    """How long ``command`` took: wall clock and processor time. A failure stops the benchmark."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(
    commands: dict[str, Sequence[str]], *, repeat: int, cwd: Path | None = None
) -> dict[str, tuple[float, float]]:
    """The median wall and processor seconds of each command; a first round fills the disk cache uncounted."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for round_ in range(repeat + 1):
        for name, command in commands.items():
            value = seconds(command, cwd=cwd)
            if round_:
                taken[name].append(value)
    return {
        name: (statistics.median(wall for wall, _ in values), statistics.median(cpu for _, cpu in values))
        for name, values in taken.items()
    }


def peak_mb(who: int = resource.RUSAGE_SELF) -> float:
    """The largest resident set so far, of this process or of any child of it, in MB (1,000,000 bytes)."""
    return resource.getrusage(who).ru_maxrss * 1024 / 1e6


def peak_children_mb() -> float:
    """The largest resident set of any child so far, in MB."""
    return peak_mb(resource.RUSAGE_CHILDREN)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def machine() -> str:
    """What the figures were taken on, without naming it."""
    return f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
