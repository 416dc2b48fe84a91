"""What a look-up costs: the world layer with an import over it, of 5,700 places and of 100,000.

    .venv/bin/python benchmarks/lookup.py [FILE]

FILE is a built world layer; without it this version's own is taken, and built first where it is not there yet.
Every name is asked for once in each of three passes, each with a gazetteer just opened, so that its cache never
answers; the calmest pass is told. The names are a seeded sample of those in
the files, and where ``../shared`` is there, the gold toponyms of LGL and GeoVirus besides: names in the news have
many bearers. Memory is what four processes take for themselves (Private_Clean and Private_Dirty of
/proc/PID/smaps_rollup, all four alive) from before the gazetteer is opened until 20,000 names have been looked up.
The imports are made up: half of each is places of the world layer under their own ids, half is new ones.

Exit code 1 where a bar is missed: a look-up of a name takes 30 µs (median), opening 50 ms, a process 20 MB.
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from _measure import ENVIRONMENT, ROOT, machine, table

LOOKUP_US, OPEN_MS, PRIVATE_MB = 30.0, 50.0, 20.0
NAMES, PROCESSES, PASSES = 20_000, 4, 3
# A small country's GeoNames dump (Kosovo has 5,699 rows), and a large one's.
SMALL, LARGE = 5_700, 100_000
# The coordinates of no place are meant: the made-up half lies within a degree of a place of the world.
SEED = 20_240_229

# Opened in a fresh process, so that nothing is warm but the disk cache; Python's own imports are not counted.
OPEN = """
import sys, time
from pathlib import Path
from geomap.gazetteer import store
started = time.perf_counter()
gazetteer = store.Gazetteer(Path(sys.argv[1]), (), [Path(sys.argv[2])])
gazetteer.candidates("Paris")
print((time.perf_counter() - started) * 1000)
"""
# Waits for the others before and after, so that what is shared counts as shared.
MEMORY = """
import json, sys
from pathlib import Path
from geomap.gazetteer import store
def private():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
names = json.loads(Path(sys.argv[3]).read_text())
before = private()
gazetteer = store.Gazetteer(Path(sys.argv[1]), (), [Path(sys.argv[2])])
for name in names:
    gazetteer.candidates(name)
print("done", flush=True)
sys.stdin.readline()
print((private() - before) * 1024 / 1e6, flush=True)
sys.stdin.readline()
"""


def make_import(world: Path, target: Path, size: int) -> None:
    """A made-up import over ``world``: every second place stands there too."""
    from geomap.geo import cell_of
    from geomap.text import fold

    draw = random.Random(SEED)
    with sqlite3.connect(world.absolute().as_uri() + "?mode=ro&immutable=1", uri=True) as source:
        tables = [row[0] for row in source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
        rows = source.execute("SELECT * FROM places WHERE fclass='P' ORDER BY id").fetchall()
    chosen = draw.sample(rows, min(size, len(rows)))
    db = sqlite3.connect(target)
    for sql in tables:
        db.execute(sql)
    for number, row in enumerate(chosen, 1):
        _, pid, name, lat, lon, fclass, fcode, cc, admin1, admin2, pop, radius, names, _, _ = row
        if number % 2:
            pid, pop, names = f"made:{number}", None, ""
            name = f"{name[:4]}{draw.choice(('ovo', 'abad', 'ville', 'heim', 'ito'))}"
            lat, lon = max(-89.0, min(89.0, lat + draw.uniform(-1, 1))), max(-179.0, min(179.0, lon))
        values = (number, pid, name, lat, lon, fclass, fcode, cc, admin1, admin2, pop, radius, names, "import")
        db.execute(f"INSERT INTO places VALUES({','.join('?' * 15)})", (*values, cell_of(lat, lon)))
        keys = {fold(n): int(i > 0) for i, n in reversed(list(enumerate((name, *filter(None, names.split("|"))))))}
        db.executemany(
            "INSERT INTO names VALUES(?,?,?,?)", [(k, -(pop or 0), number, kind) for k, kind in keys.items() if k]
        )
    meta = {"schema": "1", "source": target.stem, "sequence": "1", "places": str(len(chosen)), "complete": "yes"}
    db.executemany("INSERT INTO meta VALUES(?,?)", meta.items())
    db.commit()
    db.close()


def sample(files: Sequence[Path], seed: int) -> list[str]:
    """Names of places of the files, each once."""
    names: set[str] = set()
    for file in files:
        with sqlite3.connect(file.absolute().as_uri() + "?mode=ro&immutable=1", uri=True) as db:
            for name, more in db.execute("SELECT name,names FROM places ORDER BY id"):
                names.update((name, *filter(None, (more or "").split("|"))))
    return random.Random(seed).sample(sorted(names), NAMES)


def gold() -> list[str]:
    """The toponyms of LGL and GeoVirus as annotated, each once, in the order of the texts."""
    names: dict[str, None] = {}
    for corpus in ("lgl", "geovirus"):
        path = ROOT.parent / "shared" / "corpora" / "toponyms" / f"{corpus}.jsonl"
        if path.is_file():
            with path.open(encoding="utf-8") as lines:
                for document in map(json.loads, lines):
                    for toponym in document["toponyms"]:
                        names[document["text"][toponym["start"] : toponym["end"]]] = None
    return list(names)


def micros(ask: Callable[[str], object], names: Sequence[str]) -> tuple[float, float, float]:
    """Median, mean and 95th percentile of the time of one call, in µs."""
    taken = []
    for name in names:
        started = time.perf_counter_ns()
        ask(name)
        taken.append((time.perf_counter_ns() - started) / 1000)
    return statistics.median(taken), statistics.fmean(taken), statistics.quantiles(taken, n=20)[18]


def memory(world: Path, imported: Path, folder: Path) -> list[float]:
    """What each of four processes takes for itself, in MB."""
    running = []
    for number in range(PROCESSES):
        names = folder / f"names-{number}.json"
        names.write_text(json.dumps(sample((world, imported), SEED + number)))
        running.append(
            subprocess.Popen(
                [sys.executable, "-c", MEMORY, str(world), str(imported), str(names)],
                env=ENVIRONMENT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    try:
        taken = []
        for process in running:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "done":
                sys.exit("a process of the memory test failed")
        for process in running:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n")
            process.stdin.flush()
            taken.append(float(process.stdout.readline()))
        return taken
    finally:
        for process in running:
            process.communicate("\n", timeout=60)


def main() -> int:
    from geomap.gazetteer import open_gazetteer
    from geomap.gazetteer.store import Gazetteer
    from geomap.text import fold

    if len(sys.argv) > 1:
        world = Path(sys.argv[1])
    else:
        with open_gazetteer() as found:
            world = found.path
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        imported = folder / "made-up.sqlite"
        make_import(world, imported, LARGE)
        country = folder / "country.sqlite"
        make_import(world, country, SMALL)
        names, news = sample((world, imported), SEED), gold()
        opened = []
        for _ in range(7):
            done = subprocess.run(
                [sys.executable, "-c", OPEN, str(world), str(imported)],
                env=ENVIRONMENT,
                capture_output=True,
                text=True,
                check=True,
            )
            opened.append(float(done.stdout))
        open_ms = statistics.median(opened)
        rows = [("open both and look up one name (median of 7)", f"{open_ms:.1f} ms", "", "", f"≤ {OPEN_MS:.0f} ms")]

        def row(what: str, bar: str, way: str, asked: Sequence[str], imports: Sequence[Path]) -> float:
            passes = []
            for _ in range(PASSES):
                # A gazetteer of its own for each pass: nothing is remembered from the one before.
                fold.cache_clear()
                with Gazetteer(world, (), imports) as opened:
                    passes.append(micros(getattr(opened, way), asked))
            measured = min(passes)
            rows.append((what, *(f"{value:.1f} µs" for value in measured), bar))
            return measured[0]

        keys, bar = [fold(one) for one in names], f"≤ {LOOKUP_US:.0f} µs"
        row(f"look up a name, world layer alone ({len(names):,} names)", "", "candidates", names, [])
        what = f"look up a name, with an import of {SMALL:,} places"
        median = row(what, bar, "candidates", sample((world, country), SEED), [country])
        what = f"look up a name, with an import of {LARGE:,} places, half of them the world's"
        median = max(median, row(what, bar, "candidates", names, [imported]))
        if news:
            with Gazetteer(world, (), [imported]) as both:
                bearers = statistics.fmean(len(both.candidates(one)) for one in news)
            what = f"look up a toponym of LGL and GeoVirus ({len(news):,}; {bearers:.0f} bearers on average)"
            row(what, "", "candidates", news, [imported])
        row("whether a key is known, one that is", "", "has", keys, [imported])
        row("whether a key is known, one that is not", "", "has", [f"{key}qx" for key in keys], [imported])
        what = "look up a name that nothing bears (other romanisations are tried)"
        row(what, "", "candidates", [f"{one}qx" for one in names[:1000]], [imported])
        private = memory(world, imported, folder)
    print(machine() + "\n")
    most = max(private)
    rows.append(
        (
            f"memory of its own, each of {PROCESSES} processes (largest)",
            f"{most:.1f} MB",
            "",
            "",
            f"≤ {PRIVATE_MB:.0f} MB",
        )
    )
    print(table(("what", "median", "mean", "95 %", "bar"), rows))
    return int(median > LOOKUP_US or open_ms > OPEN_MS or most > PRIVATE_MB)


if __name__ == "__main__":
    sys.exit(main())
