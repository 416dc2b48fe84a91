"""Make geomap/lexicons/casing.tsv: which words of English are written small, which are acronyms, which names.

    pip install spacy-lookups-data==1.0.5
    python scripts/build_casing.py

How often a word is written "attack", "Attack" and "ATTACK" is in the package's lexeme probabilities (MIT licence);
which words are English at all in its lemma tables (after WordNet 3.0, WordNet licence).
"""

from __future__ import annotations

import gzip
import json
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "geomap" / "lexicons" / "casing.tsv"

# Natural logarithms of frequencies in a billion words of web text. Below these a count says nothing about case.
RAREST = -18.5
RAREST_UNLISTED = -14.0
# Rarer than this a slip of the shift key weighs as much as a habit: the habit must be clear.
RARE, CLEAR = -15.5, 0.7
RAREST_ACRONYM = -16.5
# Headings and sentence starts add capitals to every word; so much more often a mere word is not written with one.
SLACK = 0.7
NEVER = -25.0

HEADER = """\
# How words of English are written in running text: "lower" (attack), "acronym" (NATO), "name" (short names: Ruiz).
# Made by scripts/build_casing.py from spacy-lookups-data 1.0.5: lexeme probabilities (MIT licence, Copyright (c) 2019
# ExplosionAI GmbH) and lemma tables after WordNet 3.0 (Copyright 2006 by Princeton University, WordNet licence).
kind\twords
"""


def table(name: str) -> Any:
    """A table of the package."""
    spec = find_spec("spacy_lookups_data")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("pip install spacy-lookups-data==1.0.5")
    path = Path(spec.submodule_search_locations[0]) / "data" / f"{name}.json.gz"
    return json.loads(gzip.decompress(path.read_bytes()))


def main() -> None:
    """Write the lexicon."""
    seen: dict[str, float] = table("en_lexeme_prob")
    index: dict[str, list[str]] = table("en_lemma_index")
    lemmas: dict[str, str] = table("en_lemma_lookup")
    english = set(lemmas) | set(lemmas.values()) | {word for words in index.values() for word in words}
    qualities = {lemmas.get(word, word) for kind in ("verb", "adj", "adv") for word in index[kind]}
    data = TARGET.parent / "recognition.json"
    given = set(json.loads(data.read_text(encoding="utf-8"))["given_names"].lower().split())
    rows: dict[str, list[str]] = {"lower": [], "acronym": [], "name": []}
    words = {word.lower() for word in seen if word.isascii() and word.isalpha() and len(word) > 1}
    for word in sorted(words):
        lower, title, upper = (seen.get(form, NEVER) for form in (word, word.title(), word.upper()))
        ahead = lower - max(title, upper)
        usual = ahead >= (CLEAR if lower < RARE else 0) and (
            lower > RAREST if word in english else lower > RAREST_UNLISTED
        )
        doing = (
            ahead >= -SLACK
            and lower > RARE
            and word not in given
            and (word in qualities or lemmas.get(word) in qualities)
        )
        if usual or (doing and word in english):
            rows["lower"].append(word)
        elif len(word) <= 5 and upper > max(lower, title) and upper > RAREST_ACRONYM:
            rows["acronym"].append(word)
        elif len(word) <= 4 and title > max(lower, upper) and title > RAREST:
            rows["name"].append(word)
    lines = [
        f"{kind}\t{' '.join(group)}"
        for kind, members in rows.items()
        for _, group in groupby(members, key=lambda word: word[:2])
    ]
    TARGET.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print({kind: len(members) for kind, members in rows.items()})


if __name__ == "__main__":
    main()
