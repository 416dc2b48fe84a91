"""What workers give and what they survive: speed, overhead, memory, kills, broken inputs. Ratios are of one run.

    .venv/bin/python benchmarks/scale.py speed|overhead|memory|kill|broken [--articles N] [--recognizer gazetteer]

The articles are made up from those of tests/data/incidents and tests/data/incidents_2: each is some paragraphs of
several of them, with words of its own, so that no two are the same.

speed      two workers over one, and Dask's two over those; bars 1.7 and 0.9 (2,000 articles)
overhead   the share of the worker's and the coordinator's processor time outside of the stages; bar 20 %
memory     the peak of coordinator and worker with 1,000 and with 20,000 short articles; bar 15 % more
kill       SIGKILL of a worker and of the coordinator at ten moments each, five runs into a folder and five into a file;
           the output is the same to the byte (500)
broken     10,000 short articles of which 5 % are broken in twenty ways: 9,500 results, 500 errors, exit code 3

Exit code 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from _measure import ENVIRONMENT, ROOT, machine

SOURCES = [ROOT / f"tests/data/{name}/articles.jsonl" for name in ("incidents", "incidents_2")]
TWO, DASK, OVERHEAD, GROWTH = 1.7, 0.9, 0.20, 1.15
# Twenty ways in which a line may be broken.
BROKEN = [
    b'{"text": ""}',
    b'{"text": "   "}',
    b'{"text": 7}',
    b'{"text": null}',
    b'{"text": ["a"]}',
    b'{"title": "no text"}',
    b"{}",
    b"[1, 2]",
    b'"words"',
    b"null",
    b"12",
    b'{"text": "cut',
    b'{"text": "a", "text": "b"}',
    b'{"text": "a", "n": NaN}',
    b'{"text": "a", "n": ' + b"9" * 400 + b"}",
    b'{"text": "a", "deep": ' + b"[" * 100 + b"]" * 100 + b"}",
    b'{"doc_id": [], "text": "a"}',
    b"no JSON at all",
    b"\x00\x01\x02",
    b"{'text': 'a'}",
]


def articles(count: int, *, short: bool = False) -> Iterator[dict[str, str]]:
    """Made-up articles, each with words that no other has."""
    paragraphs = []
    for source in SOURCES:
        for line in source.read_text("utf-8").splitlines():
            paragraphs += [one for one in json.loads(line)["text"].split("\n\n") if len(one) > 80]
    chance = random.Random(1)
    for number in range(count):
        own = " ".join(f"{chance.choice('bdfgklmnprst')}{chance.randrange(10**6):x}ov" for _ in range(6))
        text = "\n\n".join(chance.sample(paragraphs, 1 if short else 4))
        yield {"doc_id": f"a{number:06d}", "published": "2024-05-06", "text": f"{text}\n\nThe notes name {own}."}


def write(path: Path, count: int, *, short: bool = False, broken: bool = False) -> Path:
    with path.open("wb") as file:
        for number, one in enumerate(articles(count, short=short)):
            bad = broken and number % 20 == 7
            file.write((BROKEN[number // 20 % 20] if bad else json.dumps(one).encode()) + b"\n")
    return path


def command(source: Path, target: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "geomap", "extract", str(source), "-o", target, "--only-shipped", *options]


def timed(arguments: list[str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(arguments)}: {done.returncode}\n{done.stderr}")
    return time.perf_counter() - began


def speed(folder: Path, count: int, more: list[str]) -> bool:
    source = write(folder / "a.jsonl", count)
    one = timed(command(source, f"{folder}/one/", "--workers", "1", *more))
    two = timed(command(source, f"{folder}/two/", "--workers", "2", *more))
    dask = timed(command(source, f"{folder}/dask/", "--dask", "local", "--workers", "2", *more))
    same = content(folder / "one") == content(folder / "two") == content(folder / "dask")
    print(f"one worker {count / one:.1f} articles a second, two {count / two:.1f}, Dask's two {count / dask:.1f}")
    print(f"two over one {one / two:.2f} (bar {TWO}); Dask over two {two / dask:.2f} (bar {DASK}); same output: {same}")
    return one / two >= TWO and two / dask >= DASK and same


def overhead(folder: Path, count: int, more: list[str]) -> bool:
    from geomap.batch import Crew, extract_to_parts
    from geomap.pipeline import Session
    from geomap.settings import Settings

    source = write(folder / "a.jsonl", count)
    model = "gazetteer" if more else "auto"
    with Session(Settings(own_places=False, model=model)) as session:
        _ = session.gazetteer
        before = time.process_time()
        summary = extract_to_parts(session, [source], folder / "out", kind="parquet", crew=Crew(workers=1))
        own = time.process_time() - before
    share = (summary.work_s - summary.stages_s + own) / (summary.work_s + own)
    print(
        f"processor: stages {summary.stages_s:.1f} s of {summary.work_s:.1f} s in the worker; coordinator {own:.1f} s"
    )
    print(f"share outside of the stages {share:.1%} (bar {OVERHEAD:.0%})")
    return share <= OVERHEAD


def peak(arguments: list[str]) -> tuple[float, float]:
    """The largest resident sets of the coordinator and of a process below it, in MB."""
    code = (
        "import resource, sys\nfrom geomap.cli import main\ncode = main(sys.argv[1:])\n"
        "for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):\n"
        "    print('peak', resource.getrusage(who).ru_maxrss, file=sys.stderr)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments[3:]], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    own, child = (int(line.split()[1]) * 1024 / 1e6 for line in run.stderr.splitlines() if line.startswith("peak "))
    return own, child


def memory(folder: Path, count: int, more: list[str]) -> bool:
    small, large = write(folder / "s.jsonl", count // 20, short=True), write(folder / "l.jsonl", count, short=True)
    few = peak(command(small, f"{folder}/few/", "--workers", "1", *more))
    many = peak(command(large, f"{folder}/many/", "--workers", "1", *more))
    for name, before, after in zip(("coordinator", "worker"), few, many, strict=True):
        print(f"{name}: {before:.0f} MB with {count // 20:,}, {after:.0f} MB with {count:,}: {after / before:.2f}")
    return all(after <= GROWTH * before for before, after in zip(few, many, strict=True))


def content(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if not one.name.startswith(".")}


def below(pid: int) -> list[int]:
    """The processes that a process has started, the workers among them."""
    found = []
    for one in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = one.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and "spawn_main" in (one.parent / "cmdline").read_text():
                found.append(int(one.parent.name))
        except (OSError, ValueError, IndexError):
            continue
    return sorted(found)


def kill(folder: Path, count: int, more: list[str]) -> bool:
    source = write(folder / "a.jsonl", count)
    took = timed(command(source, f"{folder}/whole/", "--workers", "2", *more))
    # One process writes the file that others are held to: what workers write could be wrong every time.
    timed(command(source, f"{folder}/whole.jsonl", *more))
    chance = random.Random(5)
    good = workers = coordinators = 0
    for number in range(10):
        target = f"{folder}/killed{number}" + ("/" if number % 2 else ".jsonl")
        arguments = command(source, target, "--workers", "2", *more)
        with subprocess.Popen(arguments, env=ENVIRONMENT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as run:
            time.sleep(chance.uniform(0.2, 0.5) * took)
            # There are some as soon as the coordinator has read its first slices.
            while not (found := below(run.pid)) and run.poll() is None:
                time.sleep(0.01)
            for pid in found[:1] if chance.random() < 0.5 else found[-1:]:
                os.kill(pid, signal.SIGKILL)
                workers += 1
            time.sleep(chance.uniform(0.0, 0.4) * took)
            coordinators += run.poll() is None
            run.kill()
        timed(arguments)
        if number % 2:
            good += content(Path(target)) == content(folder / "whole")
        else:
            good += Path(target).read_bytes() == (folder / "whole.jsonl").read_bytes()
    print(f"{workers} workers and {coordinators} coordinators killed in ten runs: {good} end with the same bytes")
    return good == workers == coordinators == 10


def broken(folder: Path, count: int, more: list[str]) -> bool:
    source = write(folder / "a.jsonl", count, short=True, broken=True)
    done = subprocess.run(
        command(source, f"{folder}/out/", "--workers", "2", *more),
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = (folder / "out/errors.jsonl").read_text("utf-8").splitlines()
    end = json.loads((folder / "out/manifest.jsonl").read_text("utf-8").splitlines()[-1])
    print(f"exit code {done.returncode}; {end['articles']:,} results, {len(errors):,} errors with a reason")
    return done.returncode == 3 and end["articles"] == count * 95 // 100 and len(errors) == count // 20


DEFAULTS = {"speed": 2000, "overhead": 500, "memory": 20_000, "kill": 500, "broken": 10_000}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=DEFAULTS)
    parser.add_argument("--articles", type=int)
    parser.add_argument("--recognizer", choices=("auto", "gazetteer"), default="auto")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, str(ROOT))
    count = options.articles or DEFAULTS[options.what]
    more = ["--recognizer", "gazetteer"] if options.recognizer == "gazetteer" else []
    print(f"{options.what}, {count:,} articles; {machine()}")
    with tempfile.TemporaryDirectory(prefix="geomap-scale-") as folder:
        good = globals()[options.what](Path(folder), count, more)
    print("bar met" if good else "BAR MISSED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
