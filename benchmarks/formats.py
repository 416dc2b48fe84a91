"""Processor seconds, megabytes and memory of writing and reading saved incidents, format by format.

Each format is measured in a process of its own, on copies of invented incidents::

    python benchmarks/formats.py                 # 50,000 incidents
    python benchmarks/formats.py --incidents 5000 --formats .parquet .jsonl
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from _measure import peak_mb  # noqa: E402
from map_samples import sample_incidents  # noqa: E402

from geomap.formats import FORMATS, format_of, read_incidents, write_incidents  # noqa: E402
from geomap.records import Incident  # noqa: E402


def incidents(number: int) -> Iterator[Incident]:
    """Invented incidents, each with its own id, place and words, as the coder would stream them."""
    samples = sample_incidents()
    for i in range(number):
        one = samples[i % len(samples)]
        places = tuple(
            place
            if place.lat is None
            else replace(place, lat=place.lat + i % 997 / 1000, lon=place.lon + i % 991 / 1000)
            for place in one.places
        )
        yield replace(one, incident_id=f"i{i}", doc_id=f"doc-{i // 3}", places=places, quote=f"{one.quote} ({i})")


def measure(suffix: str, number: int) -> dict[str, float | str | None]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"found{suffix}"
        # What is imported once is not what an incident costs.
        write_incidents(incidents(10), path)
        before, start = peak_mb(), time.process_time()
        write_incidents(incidents(number), path)
        written, peak = time.process_time() - start, peak_mb()
        read = None
        if format_of(path).faithful:
            start = time.process_time()
            count = sum(1 for _ in read_incidents(path))
            read = time.process_time() - start
            assert count == number, (count, number)
        size = sum(one.stat().st_size for one in Path(folder).iterdir()) / 1e6
    return {"format": suffix, "write_s": written, "read_s": read, "file_mb": size, "grown_mb": peak - before}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incidents", type=int, default=50_000)
    parser.add_argument("--formats", nargs="+", default=[one.suffixes[0] for one in FORMATS])
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.incidents)))
        return
    print(f"{options.incidents:,} incidents")
    print(f"{'format':15} {'write s':>8} {'read s':>8} {'file MB':>8} {'memory grown by MB':>19}")
    for suffix in options.formats:
        done = subprocess.run(
            [sys.executable, __file__, "--one", suffix, "--incidents", str(options.incidents)],
            capture_output=True,
            text=True,
            check=True,
        )
        row = json.loads(done.stdout)
        read = "–" if row["read_s"] is None else f"{row['read_s']:.1f}"
        print(f"{suffix:15} {row['write_s']:8.1f} {read:>8} {row['file_mb']:8.1f} {row['grown_mb']:19.0f}", flush=True)


if __name__ == "__main__":
    main()
