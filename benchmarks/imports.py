"""What ``geomap gazetteer import`` costs: a country's dump, and two million invented rows (rows/s, peak memory).

    .venv/bin/python benchmarks/imports.py [--rows N] [--keep FOLDER]

The invented dump has all 19 columns, names put together from syllables, for 40 % of the rows one to five other names
in Latin, Cyrillic, Greek, Arabic and Chinese letters, and one row in ten that the world layer has under its number. It
is timed as the whole command, with indexes and the sync to disk; everything goes to a temporary folder. Exit code 1
where a bar is missed: XK.txt in 2 s, 40,000 rows/s, 400 MB.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from _measure import ENVIRONMENT, ROOT, machine, table

XK_S, ROWS_PER_S, PEAK_MB = 2.0, 40_000.0, 400.0
ROWS = 2_000_000


def syllables(text: str) -> list[str]:
    return text.split()


LATIN = syllables(
    "ba be bo da de do ga gi go ka ki la li lo ma mi mo na ne no pa pe po ra ri ro sa se so ta te to va ve vi za zi"
)
MARKED = syllables("čaš žel šum ćup đur ëz çel ñan öst über ård łów ő-var ış")
CYRILLIC = syllables("ба бо вар гра до жи за ин ка ле ми но по ро са те у ха це ша")
GREEK = syllables("αθ βα γι δρα ερ θη κα λι μο νη πα ρο σα τρι")
ARABIC = syllables("با تا حم دا را سا عل قا كا لا ما نا")
CHINESE = list("上中北南东西山水河城新大安平江")
COUNTRIES = syllables("AF BR CN DE ES FR GR ID IN IR MX NG PK RS RU SY TR UA US XK")
KINDS = [("P", "PPL")] * 50 + [("H", "STM")] * 10 + [("T", "HLL")] * 8 + [("S", "SCH")] * 8 + [("L", "LCTY")] * 6
KINDS += [("P", "PPLX")] * 4 + [("T", "MT")] * 4 + [("S", "HTL")] * 4 + [("V", "FRST")] * 2 + [("R", "RD")] * 2
KINDS += [("A", "ADM3")] * 2
COUNTRIES = [
    "AF",
    "BR",
    "CN",
    "DE",
    "ES",
    "FR",
    "GR",
    "ID",
    "IN",
    "IR",
    "MX",
    "NG",
    "PK",
    "RS",
    "RU",
    "SY",
    "TR",
    "UA",
    "US",
    "XK",
]


def word(rng: random.Random, parts: list[str], most: int = 4) -> str:
    return "".join(rng.choices(parts, k=rng.randint(2, most))).capitalize()


def name(rng: random.Random) -> str:
    made = word(rng, LATIN if rng.random() < 0.75 else LATIN + MARKED * 2)
    if rng.random() < 0.3:
        made += rng.choice((" ", " ", "-")) + word(rng, LATIN, 3)
    if rng.random() < 0.05:
        made = rng.choice(("Saint ", "St. ", "Mt ", "Río ", "El ", "Novo ")) + made
    return made


def write_dump(path: Path, rows: int, known: list[int]) -> None:
    """``known`` are GeoNames numbers of the world layer, of which one row in ten gets one."""
    rng = random.Random(3)
    known = sorted(known)
    rng.shuffle(known)
    with path.open("w", encoding="utf-8", newline="") as file:
        for number in range(rows):
            gid = known[number // 10] if number % 10 == 0 and number // 10 < len(known) else 50_000_000 + number
            own = name(rng)
            plain = own.encode("ascii", "replace").decode().replace("?", "e")
            others: list[str] = []
            if rng.random() < 0.4:
                for _ in range(rng.randint(1, 5)):
                    script = rng.random()
                    others.append(
                        name(rng) if script < 0.5
                        else word(rng, CYRILLIC) if script < 0.7
                        else word(rng, ARABIC) if script < 0.8
                        else word(rng, CHINESE, 3) if script < 0.9
                        else word(rng, GREEK)
                    )  # fmt: skip
            fclass, fcode = rng.choice(KINDS)
            people = int(10 ** rng.uniform(0, 6)) if fclass == "P" and rng.random() < 0.3 else 0
            file.write(
                f"{gid}\t{own}\t{plain}\t{','.join(others)}\t"
                f"{rng.uniform(-60, 75):.5f}\t{rng.uniform(-180, 180):.5f}\t"
                f"{fclass}\t{fcode}\t{rng.choice(COUNTRIES)}\t\t{rng.randint(1, 30):02d}\t{rng.randint(1, 99):03d}"
                f"\t\t\t{people}\t\t{rng.randint(0, 3000)}\tEurope/Belgrade\t2024-05-0{rng.randint(1, 9)}\n"
            )


def resident(pid: int) -> float:
    """MB that a process and those it started hold now, all added up; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        children = [
            int(child)
            for thread in Path(f"/proc/{pid}/task").iterdir()
            for child in (thread / "children").read_text(encoding="ascii").split()
        ]
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 + sum(map(resident, children))


def imported(file: Path, home: Path, source: str) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak MB of the whole command, over all its processes."""
    command = [sys.executable, "-m", "geomap", "gazetteer", "import", str(file), "--source", source, "-q"]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env={**ENVIRONMENT, "GEOMAP_HOME": str(home)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    peaks = [0.0]

    def watch() -> None:
        # Memory grows by the megabyte: twenty looks a second miss little.
        while (now := resident(process.pid)) and not ended.wait(0.05):
            peaks.append(now)

    ended = threading.Event()
    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    ended.set()
    watcher.join()
    if status:
        assert process.stderr is not None
        sys.exit(f"{' '.join(command)} failed:\n{process.stderr.read().decode()}")
    return wall, used.ru_utime + used.ru_stime, max(*peaks, used.ru_maxrss * 1024 / 1e6)


def main() -> int:
    parser = argparse.ArgumentParser(description="What importing a gazetteer costs.")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"rows of the invented dump (default {ROWS:,})")
    parser.add_argument("--keep", type=Path, help="keep the invented dump in this folder and use it again")
    options = parser.parse_args()

    from geomap.folders import cache_folder
    from geomap.gazetteer import open_gazetteer
    from geomap.gazetteer.importing.world import World

    os.environ["GEOMAP_CACHE"] = ENVIRONMENT["GEOMAP_CACHE"] = str(cache_folder())
    with open_gazetteer() as gazetteer:
        world = gazetteer.path
    rows: list[tuple[str, str, str]] = []
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary, "home")
        dump = ROOT.parent / "shared" / "gazetteer-dumps" / "XK.txt"
        if dump.is_file():
            imported(dump, home, "warm")
            wall = sorted(imported(dump, home, "XK")[0] for _ in range(5))[2]
            rows.append(("XK.txt (5,699 rows), whole command, median of 5", f"{wall:.2f} s", f"≤ {XK_S:g} s"))
            missed |= wall > XK_S
        folder = options.keep or Path(temporary)
        file = folder / f"invented-{options.rows}.txt"
        if not file.exists():
            write_dump(file, options.rows, World(world, bulk=True).numbers())
        wall, processor, peak = imported(file, home, "invented")
        size = (home / "data" / "imports" / "invented.sqlite").stat().st_size
        speed = options.rows / wall
        missed |= speed < ROWS_PER_S or peak > PEAK_MB
        rows += [
            (f"{options.rows:,} invented rows, whole command", f"{wall:.1f} s", ""),
            ("rows a second", f"{speed:,.0f}", f"≥ {ROWS_PER_S:,.0f}"),
            ("processor time", f"{processor:.1f} s", ""),
            ("peak memory, all processes", f"{peak:.0f} MB", f"≤ {PEAK_MB:.0f} MB"),
            ("size of the dump, of the imported file", f"{file.stat().st_size / 1e6:.0f} MB, {size / 1e6:.0f} MB", ""),
        ]
    print(machine() + "\n")
    print(table(("what", "measured", "bar"), rows))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
