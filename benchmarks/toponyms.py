"""What toponyms cost: the language model alone, a full run, and a run with the gazetteer alone.

    .venv/bin/python benchmarks/toponyms.py [FILE]

FILE is JSON Lines with a "text" in each (as in a corpus), or a plain text; without it the first 100 articles of
``../shared``'s LGL where that is there, else the articles of ``examples/`` over and over. Each way goes through the
articles three times, in turn with the others, every pass with a gazetteer just opened so that its cache never
answers; the calmest pass is told. The bare model is ``nlp(text)`` in a loop, once with the components that finding
toponyms runs (the entity recogniser) and once with the whole pipeline.

Long articles are the same text 1, 2 and 4 times over, and place names in a list; time that grows linearly doubles.
Memory is the largest resident set of a process that does one way alone.

Exit code 1 where a bar is missed: the full run does 0.8 of the bare model's articles a second, the gazetteer alone
ten times the full run's; 900 MB at most.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from _measure import ENVIRONMENT, ROOT, machine, table

OF_MODEL, TIMES_FULL, PEAK_MB = 0.8, 10.0, 900.0
ARTICLES, PASSES, LONG = 100, 3, 50_000


def texts(source: Path | None) -> list[str]:
    """The articles to measure with."""
    lgl = ROOT.parent / "shared" / "corpora" / "toponyms" / "lgl.jsonl"
    if source is None and lgl.is_file():
        source = lgl
    if source is None:
        found = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples").glob("*.txt"))]
        return [found[i % len(found)] for i in range(ARTICLES)]
    if source.suffix in (".jsonl", ".json"):
        with source.open(encoding="utf-8") as lines:
            return [json.loads(line)["text"] for line in lines][:ARTICLES]
    return [source.read_text(encoding="utf-8")] * ARTICLES


def opened() -> Any:
    """A gazetteer whose cache is empty."""
    from geomap.pipeline import open_gazetteer_for
    from geomap.settings import Settings

    return open_gazetteer_for(Settings())


def toponyms(articles: list[str], nlp: Any) -> int:
    """Recognise and resolve; how many names were found."""
    from geomap.nlp import parse
    from geomap.recognition import find_mentions
    from geomap.records import Article
    from geomap.resolution import resolve_mentions

    found = 0
    with opened() as gazetteer:
        for number, text in enumerate(articles):
            article = Article(doc_id=str(number), text=text)
            doc = parse(nlp, text, syntax=False) if nlp is not None else None
            found += len(resolve_mentions(article, find_mentions(article, gazetteer, doc), gazetteer))
    return found


def alone(way: str, source: str) -> None:
    """One way in this process; prints the largest resident set in MB. For :func:`peak`."""
    articles = texts(Path(source) if source else None)
    nlp = None
    if way != "gazetteer":
        from geomap.nlp import load_model

        nlp = load_model()
    if way == "long":
        articles = [long_text(articles, 5_000_000)]
    toponyms(articles, nlp)
    # Not getrusage: a child begins with its parent's figure.
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    print(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024 / 1e6)


def peak(way: str, source: Path | None) -> float:
    """The largest resident set in MB of a process that goes one way."""
    command = [sys.executable, __file__, "--alone", way, str(source or "")]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def long_text(articles: list[str], size: int) -> str:
    """The articles one after the other, over and over, up to ``size`` characters."""
    whole = "\n\n".join(articles) + "\n\n"
    return (whole * (size // len(whole) + 1))[:size]


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of this process: other programs on the machine do not count."""
    started = time.process_time()
    work()
    return time.process_time() - started


def main(source: Path | None) -> int:
    """Measure, print the tables and tell whether a bar was missed."""
    from geomap.nlp import load_model, parse

    articles = texts(source)
    nlp = load_model()
    if nlp is None:
        raise SystemExit("no model")

    def bare(*, syntax: bool) -> None:
        for text in articles:
            parse(nlp, text, syntax=syntax)

    def whole() -> None:
        for text in articles:
            nlp(text)

    ways: dict[str, Callable[[], object]] = {
        "model, whole pipeline": whole,
        "model, entities only": lambda: bare(syntax=False),
        "full": lambda: toponyms(articles, nlp),
        "gazetteer alone": lambda: toponyms(articles, None),
    }
    toponyms(articles[:3], nlp)
    taken = {name: min(seconds(work) for _ in range(1)) for name, work in ways.items()}
    for _ in range(PASSES - 1):
        taken = {name: min(taken[name], seconds(work)) for name, work in ways.items()}
    rate = {name: len(articles) / value for name, value in taken.items()}
    of_model = rate["full"] / rate["model, entities only"]
    of_whole = rate["full"] / rate["model, whole pipeline"]
    times_full = rate["gazetteer alone"] / rate["full"]
    memory = {way: peak(way, source) for way in ("gazetteer", "full", "long")}
    characters = sum(map(len, articles)) / len(articles)
    print(f"{len(articles)} articles of {characters:,.0f} characters; {machine()}; processor time, best of {PASSES}\n")
    rows = [[name, f"{value:.1f}", f"{1000 / value:.1f}"] for name, value in rate.items()]
    print(table(["way", "articles a second", "ms an article"], rows))
    bars = [
        ["full / model (entities only)", f"{of_model:.2f}", f"≥ {OF_MODEL}"],
        ["full / model (whole pipeline)", f"{of_whole:.2f}", f"≥ {OF_MODEL}"],
        ["gazetteer alone / full", f"{times_full:.1f}", f"≥ {TIMES_FULL:.0f}"],
        ["peak memory, gazetteer alone (MB)", f"{memory['gazetteer']:.0f}", f"≤ {PEAK_MB:.0f}"],
        ["peak memory, full (MB)", f"{memory['full']:.0f}", f"≤ {PEAK_MB:.0f}"],
        ["peak memory, one article of 5 MB (MB)", f"{memory['long']:.0f}", "told"],
    ]
    print("\n" + table(["figure", "measured", "bar"], bars) + "\n")
    grown = []
    towns = "Homs, Hama, Aleppo, Accra, Dakar, Nice, Tuzla, Lima, Oran and Kano. "
    inputs = {
        "articles": lambda n: long_text(articles, n),
        "place names": lambda n: (towns * (n // len(towns) + 1))[:n],
        "no spaces": lambda n: ("Aleppo" * (n // 6 + 1))[:n],
    }
    for name, make in inputs.items():
        for way, model in (("full", nlp), ("gazetteer alone", None)):
            times = [seconds(partial(toponyms, [make(n)], model)) for n in (LONG, 2 * LONG, 4 * LONG)]
            grown.append([name, way, *(f"{value:.2f}" for value in times)])
    print(table(["one article of", "way", f"{LONG:,} characters (s)", f"{2 * LONG:,}", f"{4 * LONG:,}"], grown))
    missed = of_model < OF_MODEL or times_full < TIMES_FULL or max(memory["gazetteer"], memory["full"]) > PEAK_MB
    return int(missed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(sys.argv[2], sys.argv[3])
    else:
        sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
