"""Whether the gazetteer knows the places of annotated corpora: candidates of the gold surface form, nothing else.

    .venv/bin/python benchmarks/coverage.py [CORPUS.jsonl …] [--half odd|even] [--examples N] [--json]

Without arguments: ``lgl.jsonl`` and ``geovirus.jsonl`` of ``../shared/corpora/toponyms``. Every gold toponym that has
coordinates is looked up with ``Gazetteer.candidates(text)``, the text exactly as annotated (nothing is stripped, no
possessive either), in the world layer alone: no places file, no import. It is covered

- *strict* where a candidate lies within 161 km (100 miles, the field's convention) of the gold point;
- *containing* where that holds, or a candidate has the gold's GeoNames id, or a candidate is an area that holds
  the gold point: a country whose 1:10m outline does (or the country that the gold names), an admin-1 or
  admin-2 division that the nearest town within 50 km of the point belongs to, any other area (sea, range, region) by
  its radius.

A toponym whose gold coordinates are 0, 0 or missing is left out. The rest is counted by why it was missed. ``--half``
takes documents of odd or even number (the first is 1): data were tuned on odd ones. Exit code 1 where a bar is
missed: LGL 0.93 strict and 0.94 containing, GeoVirus 0.82 and 0.92.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from geomap.gazetteer import Gazetteer, gazetteer_path, open_gazetteer
from geomap.geo import distance_km
from geomap.records import Candidate, Place

NEAR_KM = 161.0
# Farther off than this the nearest town says little about whose ground a point is.
TOWN_KM = 50.0
BARS = {"lgl": (0.93, 0.94), "geovirus": (0.82, 0.92)}
CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "toponyms"

_FACILITY = re.compile(
    r"\b(street|st|road|rd|avenue|ave|highway|hwy|route|drive|lane|boulevard|airport|university|college|school|hospital"
    r"|church|bridge|park|plaza|square|center|centre|stadium|prison|jail|camp|base|station|building|hotel|mall|palace"
    r"|courthouse|cemetery|dam|plant|museum|mine|interstate|turnpike|i-\d+|u\.s\. \d+)\b",
    re.IGNORECASE,
)
_NATURAL = re.compile(
    r"\b(river|lake|mount|mountains?|creek|bay|gulf|sea|ocean|island|islands|valley|desert|canyon|cape|coast|delta"
    r"|peninsula|strait|forest|beach|hills?|falls|swamp|bayou|basin)\b",
    re.IGNORECASE,
)
_DEMONYM = re.compile(r"(?:[aeiou]ans?|ese|ish|[a-z]{3}ians?|[a-z]{3}ers?|[^aeiou]is?|ites?|[a-z]ch)$")


@cache
def _outlines() -> Any:
    from geomap.boundaries import load_boundaries

    return load_boundaries()


@cache
def _countries_at(lat: float, lon: float) -> frozenset[str]:
    from shapely.geometry import Point

    frame = _outlines()
    return frozenset(frame["code"].iloc[frame.sindex.query(Point(lon, lat), predicate="within")])


def _town(gazetteer: Gazetteer, lat: float, lon: float) -> Place | None:
    near = gazetteer.near(lat, lon, TOWN_KM, limit=10_000)
    return min(near, key=lambda p: (distance_km(lat, lon, p.lat, p.lon), p.id), default=None)


def holds(gazetteer: Gazetteer, place: Place, gold: dict[str, Any]) -> bool:
    """Whether ``place`` is an area that the gold point lies in."""
    lat, lon = gold["lat"], gold["lon"]
    if not place.is_area:
        return False
    if place.feature_code in ("PCLI", "PCLD", "TERR", "PCL", "PCLS"):
        country = gold.get("country")
        return place.country_code in _countries_at(lat, lon) or bool(
            country and country.casefold() in {n.casefold() for n in (place.name, *place.names)}
        )
    if place.feature_code in ("ADM1", "ADM2"):
        town = _town(gazetteer, lat, lon)
        if town is None or town.country_code != place.country_code or town.admin1 != place.admin1:
            return False
        return place.feature_code == "ADM1" or town.admin2 == place.admin2
    return distance_km(lat, lon, place.lat, place.lon) <= place.radius_km


def judge(gazetteer: Gazetteer, gold: dict[str, Any]) -> tuple[bool, bool, str]:
    """(strict, containing, class of the miss or "")."""
    text: str = gold["text"]
    found: list[Candidate] = gazetteer.candidates(text)
    away = [distance_km(gold["lat"], gold["lon"], c.place.lat, c.place.lon) for c in found]
    if any(km <= NEAR_KM for km in away):
        return True, True, ""
    wanted = f"gn:{gold.get('geonameid')}"
    if any(c.place.id == wanted for c in found):
        return False, True, "far: the same entry, another centre"
    if any(holds(gazetteer, c.place, gold) for c in found):
        return False, True, "far: an area that holds the point"
    if found:
        return False, False, "far: only namesakes elsewhere"
    return False, False, "none: " + _why(gazetteer, text, gold)


def _why(gazetteer: Gazetteer, text: str, gold: dict[str, Any]) -> str:
    code = str(gold.get("fcode") or "")
    if re.search(r"['’]s?$", text):
        return "possessive"
    if re.fullmatch(r"(?:[A-Z]\.?){2,5}|[A-Z][a-z]{1,4}\.", text):
        return "abbreviation"
    if _NATURAL.search(text) or code in ("STM", "LK", "MT", "MTS", "BAY", "ISL", "ISLS", "VAL", "RSV", "BCH", "CAPE"):
        return "natural feature"
    if _FACILITY.search(text) or code in ("AIRP", "SCH", "HSP", "CH", "BLDG", "PRK", "RD", "BDG", "HTL", "UNIV"):
        return "facility or street"
    if re.search(r",| and | of |/", text):
        return "name of several parts"
    if code.startswith("PCL") and _DEMONYM.search(text):
        return "demonym"
    if gazetteer.spelled_like(text, gold["lat"], gold["lon"], NEAR_KM):
        return "other spelling"
    if code.startswith("ADM") or re.search(
        r"\b(county|parish|township|district|province|region)\b", text, re.IGNORECASE
    ):
        return "division"
    if _DEMONYM.search(text) and " " not in text:
        return "demonym or small place"
    return "small place"


def measure(gazetteer: Gazetteer, corpus: Path, half: str | None, examples: int) -> dict[str, Any]:
    """The figures of one corpus."""
    total = strict = containing = 0
    classes: Counter[str] = Counter()
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    with corpus.open(encoding="utf-8") as file:
        for number, line in enumerate((line for line in file if line.strip()), 1):
            if half and (number % 2 == 1) != (half == "odd"):
                continue
            for gold in json.loads(line)["toponyms"]:
                if gold.get("lat") is None or gold.get("lon") is None or not (gold["lat"] or gold["lon"]):
                    continue
                total += 1
                near, inside, why = judge(gazetteer, gold)
                strict += near
                containing += inside
                if why:
                    classes[why] += 1
                    shown[why][gold["text"]] += 1
    return {
        "corpus": corpus.stem,
        "half": half or "all",
        "toponyms": total,
        "strict": round(strict / total, 4) if total else None,
        "containing": round(containing / total, 4) if total else None,
        "misses": {
            why: {"count": count, "examples": dict(sorted(shown[why].items(), key=lambda e: (-e[1], e[0]))[:examples])}
            for why, count in sorted(classes.items(), key=lambda e: (-e[1], e[0]))
        },
    }


def main() -> int:
    """Measure, print, and say by the exit code whether the bars hold."""
    parser = argparse.ArgumentParser(description="Candidate coverage of gold toponyms.")
    parser.add_argument("corpus", nargs="*", type=Path)
    parser.add_argument("--half", choices=("odd", "even"))
    parser.add_argument("--examples", type=int, default=8, metavar="N")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    corpora = options.corpus or [CORPORA / "lgl.jsonl", CORPORA / "geovirus.jsonl"]
    missing = [str(path) for path in corpora if not path.is_file()]
    if missing:
        parser.error(f"no such corpus: {', '.join(missing)}")
    open_gazetteer().close()  # builds the world layer where it is not there yet
    gazetteer = Gazetteer(gazetteer_path())
    results = [measure(gazetteer, path, options.half, options.examples) for path in corpora]
    gazetteer.close()
    failed = False
    for result in results:
        bars = BARS.get(result["corpus"])
        result["bars"] = bars
        if bars and result["toponyms"]:
            failed |= result["strict"] < bars[0] or result["containing"] < bars[1]
    if options.json:
        print(json.dumps(results, ensure_ascii=False, indent=2))
        return int(failed)
    for result in results:
        bars = result["bars"] or ("–", "–")
        print(
            f"{result['corpus']} ({result['half']} documents), {result['toponyms']} toponyms with coordinates: "
            f"strict {result['strict']} (bar {bars[0]}), containing {result['containing']} (bar {bars[1]})"
        )
        for why, miss in result["misses"].items():
            some = ", ".join(f"{text} ×{n}" if n > 1 else text for text, n in miss["examples"].items())
            print(f"  {miss['count']:4d}  {why}: {some}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
