"""What incidents cost: the bare language model with its parser, and articles made into incidents in full.

    .venv/bin/python benchmarks/incidents.py [FILE]

The articles are those of tests/data/incidents, dense with incidents on purpose, and as many that this script makes up,
in which every third sentence tells one, as in ordinary news; or those of FILE, JSON Lines with a "text" in each. Bare
is ``nlp(text)`` in a loop with the whole pipeline; in full is reading, parsing, names, places, dates, incidents and
merging: all that ``geomap extract`` does but writing. Both go through the articles in turn, three times, every pass
with a gazetteer just opened so that its cache never answers; the calmest pass is told, in processor time.

Memory is the largest resident set of a process that goes one way alone. Long articles are the same text 1, 2 and 4
times over; time that grows linearly doubles.

Exit code 1 where a bar is missed: in full does 0.75 of the bare model's articles a second; 900 MB at most.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from _measure import ENVIRONMENT, ROOT, machine, table
from toponyms import long_text, opened, seconds

OF_MODEL, PEAK_MB = 0.75, 900.0
MADE, PASSES, LONG = 14, 3, 20_000

_TOWNS = [
    "Homs",
    "Maiduguri",
    "Goma",
    "Kharkiv",
    "Aleppo",
    "Mosul",
    "Kandahar",
    "Bamako",
    "Tripoli",
    "Beni",
    "Mopti",
    "Sanaa",
    "Taiz",
    "Kidal",
    "Gao",
    "Idlib",
]
_TOLD = (
    "Gunmen on motorcycles attacked a market in {0} on {2}, killing at least {3} people and wounding {4}, police said.",
    "A car bomb exploded outside a police station in {0} early on {2}; nobody claimed responsibility.",
    "Thousands of people marched through {0} on {2} to protest against rising prices, and officers fired tear gas.",
    "Shelling hit two houses near {0} overnight, the governor said, while residents of {1} reported no damage.",
    "Soldiers arrested {3} men in {0} on {2} and seized rifles and ammunition, the army said in a statement.",
    "The ministry denied that its aircraft had bombed {0}, though witnesses in {1} said that they saw smoke.",
)
_PLAIN = (
    "The price of bread has doubled since the harvest failed, and many families eat once a day.",
    "Officials in the capital say that the road is to be repaired before the rains begin.",
    "“We do not know what comes next,” said Ana Ruiz, a teacher of forty who has two children at the school.",
    "Aid workers have asked for more trucks, fuel and medicine, which reach the north only by air.",
    "The river had risen by a metre within a day, according to the office that measures it.",
    "A committee of the parliament is to hear the minister next month about what the plan will cost.",
)
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def made(number: int) -> str:
    """One made-up article of 24 sentences, the same at each call."""
    sentences = []
    for i in range(24):
        k = number * 7 + i
        if i % 3 == 0:
            towns = _TOWNS[k % len(_TOWNS)], _TOWNS[(k + 5) % len(_TOWNS)]
            sentences.append(_TOLD[(k // 3) % len(_TOLD)].format(*towns, _DAYS[k % 7], 2 + k % 9, 3 + k % 20))
        else:
            sentences.append(_PLAIN[k % len(_PLAIN)])
    return "\n\n".join(" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3))


def texts(source: Path | None) -> dict[str, list[str]]:
    """The articles to measure with, by kind."""
    if source is not None:
        with source.open(encoding="utf-8") as lines:
            return {source.name: [json.loads(line)["text"] for line in lines]}
    with (ROOT / "tests" / "data" / "incidents" / "articles.jsonl").open(encoding="utf-8") as lines:
        dense = [json.loads(line)["text"] for line in lines]
    return {"dense": dense, "ordinary": [made(number) for number in range(MADE)]}


def code(articles: list[str], nlp: Any) -> int:
    """Take the articles all the way; how many incidents were found."""
    from geomap.pipeline import process_article
    from geomap.records import Article

    found = 0
    with opened() as gazetteer:
        for number, text in enumerate(articles):
            article = Article(doc_id=str(number), text=text, published="2024-06-20")
            found += len(process_article(article, gazetteer=gazetteer, nlp=nlp).incidents)
    return found


def bare(articles: list[str], nlp: Any) -> None:
    """The model alone."""
    for text in articles:
        nlp(text)


def alone(way: str, source: str) -> None:
    """One way in this process; prints the largest resident set in MB. For :func:`peak`."""
    from geomap.nlp import load_model

    articles = [text for kind in texts(Path(source) if source else None).values() for text in kind]
    work: Callable[[list[str], Any], object] = bare if way == "bare" else code
    work([long_text(articles, 300_000)] if way == "long" else articles, load_model())
    # Not getrusage: a child begins with its parent's figure.
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    print(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024 / 1e6)


def peak(way: str, source: Path | None) -> float:
    """The largest resident set in MB of a process that goes one way."""
    command = [sys.executable, __file__, "--alone", way, str(source or "")]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def main(source: Path | None) -> int:
    """Measure, print the tables and tell whether a bar was missed."""
    from geomap.nlp import load_model

    kinds = texts(source)
    nlp = load_model()
    if nlp is None:
        raise SystemExit("no model")
    every = [text for kind in kinds.values() for text in kind]
    code(every[:3], nlp)
    best: dict[tuple[str, str], float] = {}
    for _ in range(PASSES):
        for kind, articles in kinds.items():
            for way, work in (("bare", bare), ("full", code)):
                taken = seconds(partial(work, articles, nlp))
                best[kind, way] = min(best.get((kind, way), taken), taken)
    rows = []
    for kind, articles in kinds.items():
        rows.append(_row(kind, articles, best[kind, "bare"], best[kind, "full"], code(articles, nlp)))
    whole = sum(best[kind, "bare"] for kind in kinds), sum(best[kind, "full"] for kind in kinds)
    if len(kinds) > 1:
        rows.append(_row("all", every, *whole, sum(int(row[3]) for row in rows)))
    print(f"{machine()}; processor time, best of {PASSES}\n")
    header = ["articles", "how many", "characters each", "incidents", "bare, articles a second", "in full", "ratio"]
    print(table(header, rows))
    memory = {way: peak(way, source) for way in ("bare", "full", "long")}
    ratio = whole[0] / whole[1]
    bars = [
        ["in full / bare model", f"{ratio:.2f}", f"≥ {OF_MODEL}"],
        ["peak memory, bare model (MB)", f"{memory['bare']:.0f}", "told"],
        ["peak memory, in full (MB)", f"{memory['full']:.0f}", f"≤ {PEAK_MB:.0f}"],
        ["peak memory, one article of 300 kB (MB)", f"{memory['long']:.0f}", "told"],
    ]
    print("\n" + table(["figure", "measured", "bar"], bars) + "\n")
    grown = []
    for way, work in (("bare", bare), ("full", code)):
        times = [seconds(partial(work, [long_text(every, n)], nlp)) for n in (LONG, 2 * LONG, 4 * LONG)]
        grown.append([way, *(f"{value:.2f}" for value in times)])
    print(table(["one article of", f"{LONG:,} characters (s)", f"{2 * LONG:,}", f"{4 * LONG:,}"], grown))
    return int(ratio < OF_MODEL or memory["full"] > PEAK_MB)


def _row(kind: str, articles: list[str], model: float, full: float, found: int) -> list[str]:
    characters = sum(map(len, articles)) / len(articles)
    rates = f"{len(articles) / model:.1f}", f"{len(articles) / full:.1f}", f"{model / full:.2f}"
    return [kind, str(len(articles)), f"{characters:,.0f}", str(found), *rates]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(sys.argv[2], sys.argv[3])
    else:
        sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
