"""What the gazetteer costs: building it (seconds, peak memory), opening it, looking names up.

    .venv/bin/python benchmarks/gazetteer.py

It is built in a temporary folder; the user's is left alone. Exit code 1 where a bar is missed: built in 60 s
with 600 MB at most, opened in 50 ms.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from _measure import machine, peak_children_mb, seconds, table

BUILD_S, BUILD_MB, OPEN_MS = 60.0, 600.0, 50.0
NAMES = ("Paris", "Springfield", "Kosovska Mitrovica", "Köln", "Osh", "San José", "Nowhere-at-all", "Goma")
# Opened in a fresh process, so that nothing is warm but the disk cache; the imports are not part of opening.
OPEN = """
import sys, time
from pathlib import Path
from geomap.gazetteer import open_gazetteer
from geomap.gazetteer import build, overlay, store
started = time.perf_counter()
gazetteer = open_gazetteer(cache_dir=Path(sys.argv[1]))
gazetteer.candidates("Paris")
print((time.perf_counter() - started) * 1000)
"""


def main() -> int:
    import subprocess

    from _measure import ENVIRONMENT

    with tempfile.TemporaryDirectory() as name:
        cache = Path(name)
        built, _ = seconds([sys.executable, "-m", "geomap", "gazetteer", "build", "--cache-dir", name, "-q"])
        peak = peak_children_mb()
        size = sum(path.stat().st_size for path in cache.iterdir()) / 1e6
        opened = []
        for _ in range(7):
            done = subprocess.run(
                [sys.executable, "-c", OPEN, name],
                env=ENVIRONMENT,
                capture_output=True,
                text=True,
                check=True,
            )
            opened.append(float(done.stdout))
        from geomap.gazetteer import open_gazetteer

        gazetteer = open_gazetteer(cache_dir=cache)
        first = time.perf_counter()
        for one in NAMES:
            gazetteer.candidates(one)
        lookup = (time.perf_counter() - first) / len(NAMES) * 1e6
        gazetteer.close()
    open_ms = statistics.median(opened)
    print(machine() + "\n")
    rows = [
        ("build", f"{built:.1f} s", f"≤ {BUILD_S:.0f} s"),
        ("build, peak memory", f"{peak:.0f} MB", f"≤ {BUILD_MB:.0f} MB"),
        ("size on disk", f"{size:.0f} MB", ""),
        ("open and look up one name (median of 7)", f"{open_ms:.1f} ms", f"≤ {OPEN_MS:.0f} ms"),
        (f"look up a name, cold (mean of {len(NAMES)})", f"{lookup:.0f} µs", ""),
    ]
    print(table(("what", "measured", "bar"), rows))
    return int(built > BUILD_S or peak > BUILD_MB or open_ms > OPEN_MS)


if __name__ == "__main__":
    sys.exit(main())
