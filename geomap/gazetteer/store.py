"""The store: read-only SQLite files of places (the world layer, imported sources) and people's places over them.

Only this package knows SQL. The world layer is written once by :mod:`geomap.gazetteer.build`, an imported source by
:mod:`geomap.gazetteer.importing`; here they are opened read-only and memory-mapped, so that processes share the pages.

Order of precedence: the user's places, the shipped overlay, imported sources (newest first), the world layer. It
decides whose record of one and the same place is used, never which of two namesakes is meant: an imported hamlet
called Paris does not outrank the capital of France. A place is the same in two layers where it has the same id, or
where a name that both bear was asked for, the feature class is the same and they are within 5 km.
"""

from __future__ import annotations

import hashlib
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from geomap.errors import GazetteerError, UsageError
from geomap.gazetteer.variants import Variant, variants
from geomap.geo import cell_of, cells_around, distance_km
from geomap.records import Candidate, MatchKind, Place
from geomap.text import fold, skeleton

__all__ = ["KINDS", "FormerName", "Gazetteer", "Layer"]

# How a stored name belongs to its place; the number is what the names table holds.
KINDS = {
    "name": 0,  # the place's own name
    "alternate": 1,  # another name of it
    "abbreviation": 2,  # "Calif."
    "postal": 3,  # "TX": only after a comma
    "demonym": 4,  # "Serbian"
    "short": 5,  # "Lamar" for Lamar County
    "historic": 6,  # "Zaire"
    "foreign": 7,  # "Deutschland"
}
_MATCH: dict[int, MatchKind] = {
    0: "exact",
    1: "alternate",
    2: "abbreviation",
    3: "abbreviation",
    4: "demonym",
    5: "alternate",
    6: "alternate",
    7: "alternate",
}
_SCORE = {0: 1.0, 1: 0.85, 2: 0.9, 3: 0.6, 4: 0.9, 5: 0.6, 6: 0.8, 7: 0.5}
# San José, the commonest name in the world layer, has 383 bearers; past this only tiny ones are cut.
_MOST_HOMONYMS = 500
# The cache of look-ups holds so many candidates at most (about 1.5 kB each): a process that shares the files with
# others should need no more than 20 MB of its own.
_CACHED_CANDIDATES = 6_000
# Two entries of one name closer than this are one place told twice (overlay and world layer).
_SAME_PLACE_KM = 5.0
# The layout of an imported file; see build.SCHEMA_VERSION for the world layer's.
_SCHEMA = "1"
# A name in another romanisation is worth clearly less than any name that is stored: "foreign" has 0.5.
_VARIANT_SCORE = 0.45
# Forms farther from the name than this (three weak changes of letters) are for people who search, not for texts:
# past it, forenames became towns ("Mike": Mýki) in the development corpora, and no town was found.
_VARIANT_COST = 3
# search(): names read for the beginnings of a query, keys compared in ranges and in the last, full scan of a file.
# The world layer has a million names; of an import of twelve million only a part is scanned.
_SCAN_BEGINNINGS = 60_000
_SCAN_RANGE = 60_000
_SCAN_ALL = 1_500_000
_SCAN_CELL = 20_000
# Up to so many places of an import are known by heart: twice what Kosovo has, some 3 MB.
_SMALL = 10_000
# An article asks some hundreds of times, a search a few.
_ASKED_OFTEN = 100
# Within this radius every populated place counts, not only the largest of a cell.
_NARROW_KM = 50.0
# Around a point no farther than this (km) its neighbourhood is compared; else the file, as without a point.
_AROUND_KM = 300.0
# As many slips as another romanisation is worth: fewer than one, more than none.
_SAME_SKELETON = 0.5
# The skeletons of the names around a point are kept for so many names at most (about 100 bytes each).
_CACHED_SKELETONS = 300_000

_FIELDS = "p.pid,p.name,p.lat,p.lon,p.fclass,p.fcode,p.cc,p.admin1,p.admin2,p.pop,p.radius,p.names"
_BY_KEY = (
    f"SELECT n.kind,{_FIELDS} FROM names n JOIN places p ON p.id=n.place WHERE n.key=? "
    f"ORDER BY n.rank,n.place LIMIT {_MOST_HOMONYMS}"
)
# The same, and the places with these ids besides: what a lower layer found may be better told here.
_ID_COUNTS = (1, 4, 16, 64, 256, 500)
_BY_KEY_OR_ID = {
    n: f"SELECT * FROM ({_BY_KEY}) UNION ALL SELECT -1,{_FIELDS} FROM places p WHERE p.pid IN ({','.join('?' * n)})"
    for n in _ID_COUNTS
}
# Into which of these statements so many ids go.
_ID_COUNT = [next(size for size in _ID_COUNTS if size >= n) for n in range(_MOST_HOMONYMS + 1)]
_BY_ID = f"SELECT -1,{_FIELDS} FROM places p WHERE p.pid=? LIMIT 1"
_IS_ID = "SELECT 1 FROM places WHERE pid=? LIMIT 1"
_HAS = "SELECT 1 FROM names WHERE key=? LIMIT 1"
_COLUMNS = {
    "places": "id pid name lat lon fclass fcode cc admin1 admin2 pop radius names layer cell",
    "names": "key rank place kind",
    "meta": "key value",
}

# What may stand at the beginning of a name for what; typo-tolerant search reads these ranges of names.
_BEGINNINGS = (
    "j y i g",
    "k c q",
    "s sh c ts z",
    "v w b",
    "h kh g",
    "f ph",
    "dj gj dz j",
    "ch c q tch",
    "u ou w o",
    "e i a",
)

# kind (-1: found by its id), pid, name, lat, lon, class, code, country, admin1, admin2, population, radius, names
_Row = tuple[Any, ...]


class _FastPlace:
    """A Place while it is being filled: the same slots, not frozen.

    Frozen dataclasses set each of their 13 fields through object.__setattr__; filled here and then declared a Place,
    a record is made in a fifth of the time. Look-ups make up to 500 of them.
    """

    __slots__ = Place.__slots__

    def __init__(self, row: _Row, layer: str) -> None:
        (
            _,
            self.id,
            self.name,
            self.lat,
            self.lon,
            self.feature_class,
            self.feature_code,
            self.country_code,
            self.admin1,
            self.admin2,
            self.population,
            self.radius_km,
            names,
        ) = row
        self.names = tuple(names.split("|")) if names else ()
        self.layer = layer


class _FastCandidate:
    """A Candidate while it is being filled."""

    __slots__ = Candidate.__slots__

    def __init__(self, place: Place, match: MatchKind, score: float) -> None:
        self.place = place
        self.match = match
        self.score = score


def _candidate(place: Place, match: MatchKind, score: float) -> Candidate:
    made: Any = _FastCandidate(place, match, score)
    made.__class__ = Candidate
    return made  # type: ignore[no-any-return]


def _place(row: _Row, layer: str) -> Place:
    """The record of a row that :func:`_sound` has let through."""
    made: Any = _FastPlace(row, layer)
    made.__class__ = Place
    return made  # type: ignore[no-any-return]


def _sound(row: _Row) -> bool:
    """Whether every value of a row is of its type and on the globe; SQLite itself stores anything anywhere."""
    _, pid, name, lat, lon, fclass, fcode, cc, admin1, admin2, pop, radius, names = row
    return (
        type(pid) is type(name) is type(fclass) is type(fcode) is type(cc) is type(admin1) is type(admin2) is str
        and type(lat) is type(lon) is type(radius) is float
        and -90.0 <= lat <= 90.0
        and -180.0 <= lon <= 180.0
        and (pop is None or type(pop) is int)
        and (names is None or type(names) is str)
    )


def _filled(high: _Row, low: _Row) -> _Row:
    """A place's row of the higher layer, with what it does not tell taken from the lower layer's.

    Without this, a list of towns without populations would make a capital rank among hamlets.
    """
    kind, pid, name, lat, lon, fclass, fcode, cc, admin1, admin2, pop, radius, names = high
    if low[5] == fclass and fcode in ("", "PPL") and low[6]:
        fcode = low[6]
    cc = cc or low[7]
    if cc == low[7]:
        admin1 = admin1 or low[8]
        admin2 = admin2 or (low[9] if admin1 == low[8] else "")
    pop = low[10] if pop is None else pop
    return (kind, pid, name, lat, lon, fclass, fcode, cc, admin1, admin2, pop, radius, names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of the open gazetteer, for showing: ``layer`` is user, overlay, import or world; ``source`` the
    name to say to ``gazetteer remove --source`` ("" for places in memory); ``meta`` what its file says of itself."""

    layer: str
    source: str
    path: Path | None
    places: int
    meta: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerName:
    """A name that a place bore from the year ``start`` to the year ``end`` ("": open); ``note`` says more."""

    name: str
    start: str
    end: str
    note: str

    @property
    def years(self) -> str:
        """ "1924–2016", "until 2016", "since 1924", or "" where no year is known."""
        if self.start and self.end:
            return f"{self.start}–{self.end}"
        return f"until {self.end}" if self.end else f"since {self.start}" if self.start else ""


class _File:
    """One SQLite file, opened for reading. Every failure is a GazetteerError that names it and the remedy."""

    def __init__(self, path: Path, layer: str) -> None:
        self.path = path
        self.layer = layer
        self._holds: tuple[frozenset[str] | None, frozenset[str]] | None = None
        self._asked = 0
        # Ids that begin so are of this source alone; others may stand in lower layers too.
        self.prefix = f"{path.stem}:" if layer == "import" else ""
        try:
            # immutable: nobody writes to a finished file (a new one replaces it), so no locks are taken and a
            # journal that somebody has laid beside it is not played.
            self.db = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
            )
        except (sqlite3.Error, OSError) as error:
            raise self._error(f"cannot be opened ({error})") from error
        try:
            self._check()
        except BaseException as error:
            self.db.close()
            if isinstance(error, (sqlite3.Error, OSError)):
                raise self._error(f"cannot be opened ({error})") from error
            raise

    def _check(self) -> None:
        db = self.db
        db.execute("PRAGMA mmap_size=1073741824")
        db.execute("PRAGMA trusted_schema=OFF")
        # SQLite reads a last page that is cut short as if it ended in zeros.
        (pages,), (size,) = (db.execute(f"PRAGMA page_{x}").fetchone() for x in ("count", "size"))
        if self.path.stat().st_size < pages * size:
            raise sqlite3.DatabaseError("it is cut short")
        for kind, name, sql in db.execute("SELECT type,name,sql FROM sqlite_master"):
            # A view or a virtual table could run what it likes under the name of a table of ours.
            if kind not in ("table", "index") or str(sql or "").upper().lstrip().startswith("CREATE VIRTUAL"):
                raise self._error(f"is not as geomap writes it (it holds a {kind} {str(name)[:40]!r})")
        meta = dict(db.execute("SELECT key,value FROM meta WHERE key IN ('complete','schema')"))
        if self.layer == "import" and meta.get("schema") != _SCHEMA:
            raise self._error(
                f"has the layout {str(meta.get('schema', 'unknown'))[:20]!r}; this version of geomap reads {_SCHEMA!r}"
            )
        if meta.get("complete") is None:
            raise self._error("is incomplete")
        for table, wanted in _COLUMNS.items():
            # Column 6 tells generated and hidden columns.
            columns = [(row[1], row[6]) for row in db.execute(f"PRAGMA table_xinfo({table})")]
            if any(hidden for _, hidden in columns) or not set(wanted.split()) <= {name for name, _ in columns}:
                raise self._error(f"is not as geomap writes it (table {table})")

    def _error(self, what: str) -> GazetteerError:
        if self.layer == "import":
            return GazetteerError(
                f"{self.path}: the imported gazetteer {what}. Run 'geomap gazetteer remove --source "
                f"{self.path.stem}' and import it again."
            )
        return GazetteerError(f"{self.path}: the gazetteer {what}. Run 'geomap gazetteer build --force'.")

    def close(self) -> None:
        self.db.close()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[_Row]:
        """The rows of a query; damage deep in the file, which opening does not see, becomes an error of ours."""
        try:
            return self.db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._error(f"cannot be read ({error})") from error

    def places(self, sql: str, values: Sequence[object] = ()) -> list[_Row]:
        """Rows of places, each of them checked."""
        rows = self.rows(sql, values)
        for row in rows:
            if not _sound(row):
                raise self._error(f"cannot be read (the place {str(row[1])[:60]!r} has a value of a wrong type)")
        return rows

    def has(self, key: str) -> bool:
        if self.lacks(key, ()):
            return False
        try:
            return self.db.execute(_HAS, (key,)).fetchone() is not None
        except sqlite3.Error as error:
            raise self._error(f"cannot be read ({error})") from error

    def lacks(self, key: str, ids: Iterable[str]) -> bool:
        """Whether the file surely has neither the key nor any of the ids; of a large file nothing is sure.

        Most names that an article holds are in no country's dump. What a small import has is read into memory, in some
        30 ms, and saves each look-up after that a statement of 5 µs and more; whoever looks up little does without.
        """
        if self._holds is None:
            self._asked += 1
            if self._asked < _ASKED_OFTEN:
                return False
            if self.layer != "import" or self.count > _SMALL:
                self._holds = (None, frozenset())
            else:
                keys = frozenset(row[0] for row in self.rows("SELECT key FROM names"))
                self._holds = (keys, frozenset(row[0] for row in self.rows("SELECT pid FROM places")))
        keys_held, ids_held = self._holds
        return keys_held is not None and key not in keys_held and ids_held.isdisjoint(ids)

    @property
    def count(self) -> int:
        """How many places the file has, by the size of its rowids: ``COUNT(*)`` would read it whole."""
        (largest,) = self.rows("SELECT MAX(id) FROM places")[0]
        return int(largest or 0)

    @property
    def names(self) -> int:
        """How many names the file says it has."""
        count = self.meta().get("names", "")
        return int(count) if count.isascii() and count.isdecimal() and len(count) < 19 else _SCAN_ALL

    def meta(self) -> dict[str, str]:
        return {str(k): str(v) for k, v in self.rows("SELECT key,value FROM meta ORDER BY key")}


class _Once:
    """Lets every place through once: by id, and by name, class and distance where two layers tell it."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._grid: dict[tuple[str, str, int], list[tuple[int, Place]]] = {}

    def __contains__(self, place_id: str) -> bool:
        return place_id in self._ids

    def add(self, place: Place, level: int) -> bool:
        """Whether the place is new. Layers of higher precedence (lower ``level``) are to be added first."""
        if place.id in self._ids:
            return False
        self._ids.add(place.id)
        # 0.05 degrees of latitude are 5.6 km: what is within 5 km is in the same band or the next.
        band = math.floor(place.lat * 20)
        key = fold(place.name)
        for near in (band - 1, band, band + 1):
            for other, twin in self._grid.get((place.feature_class, key, near), ()):
                if other < level and distance_km(place.lat, place.lon, twin.lat, twin.lon) <= _SAME_PLACE_KM:
                    return False
        self._grid.setdefault((place.feature_class, key, band), []).append((level, place))
        return True


class _Wanted:
    """The filters of a search, for rows in SQL and for places in memory."""

    def __init__(
        self,
        country: str | None,
        near: tuple[float, float] | None,
        radius_km: float,
        kind: str | Sequence[str] | None,
    ) -> None:
        self.country = country.upper() if country else None
        self.near = near
        self.radius_km = radius_km
        clauses: list[str] = []
        self.values: list[object] = []
        if self.country:
            clauses.append("p.cc=?")
            self.values.append(self.country)
        if near is not None:
            lat, lon = near
            if not (abs(lat) <= 90 and abs(lon) <= 180 and radius_km > 0):
                raise UsageError(
                    f"near {lat}, {lon} within {radius_km} km: latitude must be within 90, longitude within 180 "
                    "degrees and the radius above 0 km."
                )
            # A little more than needed; the distance itself is judged in accepts().
            clauses.append("p.lat BETWEEN ? AND ?")
            self.values += [lat - radius_km / 110.0, lat + radius_km / 110.0]
        self.kinds: set[tuple[str, str]] = set()
        for one in [kind] if isinstance(kind, str) else kind or ():
            letter, _, code = one.strip().upper().partition(".")
            if len(letter) != 1 or letter not in "AHLPRSTUVX":
                raise UsageError(
                    f"kind {one[:40]!r}: a feature class (A, H, L, P, R, S, T, U, V) or class and code like 'S.BDG'."
                )
            self.kinds.add((letter, code))
        if self.kinds:
            ordered = sorted(self.kinds)
            clauses.append(
                "(" + " OR ".join("(p.fclass=?" + " AND p.fcode=?" * bool(c) + ")" for _, c in ordered) + ")"
            )
            self.values += [value for pair in ordered for value in pair if value]
        self.sql = "".join(f" AND {clause}" for clause in clauses)

    def accepts(self, place: Place) -> bool:
        return (
            self.country in (None, place.country_code)
            and (
                not self.kinds
                or (place.feature_class, "") in self.kinds
                or (place.feature_class, place.feature_code) in self.kinds
            )
            and (self.near is None or self.away(place) <= self.radius_km)
        )

    def away(self, place: Place) -> float:
        """Distance from the point asked for in km; 0 where none was."""
        return 0.0 if self.near is None else distance_km(*self.near, place.lat, place.lon)

    def order(self, candidate: Candidate) -> tuple[float, bool, float, int, str]:
        """Match quality, people's places first, or where a point was given distance; then size, id."""
        place = candidate.place
        lower = self.near is None and place.layer not in ("user", "overlay")
        return (-candidate.score, lower, self.away(place), -(place.population or 0), place.id)


def _alike(key: str) -> list[str]:
    """The beginnings under which a slip of ``key`` is looked for: its first two letters, and what sounds like them."""
    found = {key[:2], key[1] + key[0]}
    for line in _BEGINNINGS:
        sounds = line.split()
        for sound in sounds:
            if key.startswith(sound):
                found.update((other + key[len(sound) : len(sound) + 2])[:2] for other in sounds)
    return sorted(found)


class Gazetteer:
    """Names to places. Open it with :func:`geomap.gazetteer.open_gazetteer`; close it or use it in a ``with``.

    ``path`` is the world layer, ``imports`` are imported sources, the newest first, ``overlay`` the places laid over
    them (the user's and the shipped ones), first wins on ties. Raises :class:`~geomap.errors.GazetteerError`, which
    names the file and the remedy, where one is damaged, of a newer layout or not as geomap writes it.

    ``overlay_files`` numbers the file of each place of ``overlay``: of the user's, the lowest number that knows a name
    decides what it means. Without it all are of one file.
    """

    def __init__(
        self,
        path: Path,
        overlay: Sequence[Place] = (),
        imports: Sequence[Path] = (),
        overlay_files: Sequence[int] = (),
    ) -> None:
        self.path = path
        self._files: list[_File] = []
        try:
            for file in imports:
                self._files.append(_File(Path(file), "import"))
            self._world = _File(path, "world")
        except BaseException:
            self.close()
            raise
        self._files.append(self._world)
        # An id that comes again is the same place told by somebody who ranks lower.
        self.overlay = tuple({p.id: p for p in reversed(overlay)}.values())[::-1]
        self._over: dict[str, list[tuple[Place, bool]]] = {}
        # Of the user's files, the first that knows a name decides what it means; namesakes in one file stay.
        file_of = dict(zip((p.id for p in reversed(overlay)), reversed(overlay_files), strict=False))
        self.overlay_files = tuple(file_of.get(place.id, 0) for place in self.overlay)
        self.imports = tuple(Path(file) for file in imports)
        claimed: dict[str, int] = {}
        for place in self.overlay:
            seen: set[str] = set()
            for i, name in enumerate((place.name, *place.names)):
                key = fold(name)
                if key and key not in seen:
                    seen.add(key)
                    if place.layer == "user":
                        number = file_of.get(place.id, 0)
                        if claimed.setdefault(key, number) != number:
                            continue
                    self._over.setdefault(key, []).append((place, i == 0))
        self._over_ids = {p.id: p for p in self.overlay}
        self._former: dict[str, dict[str, FormerName]] | None = None
        self._cache: dict[str, tuple[Candidate, ...]] = {}
        self._cached = 0
        self._cells: dict[int, tuple[tuple[str, Place], ...]] = {}
        self._skeletons = 0

    def __enter__(self) -> Gazetteer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files. The object is of no use afterwards."""
        for file in self._files:
            file.close()

    def meta(self) -> dict[str, str]:
        """What the file of the world layer says of itself: version, digest, counts, sources."""
        return self._world.meta()

    def fingerprint(self) -> str:
        """A digest that is the same for gazetteers that give the same answers, on whatever machine they are.

        Files count by what they say of themselves and by their number of places and names, places laid over them as
        they are.
        """
        digest = hashlib.sha256()
        for file in self._files:
            told = [*file.meta().items(), ("rows", str(file.count))]
            digest.update(repr((file.layer, file.path.stem if file.layer == "import" else "", told)).encode())
        for place, number in zip(self.overlay, self.overlay_files, strict=True):
            digest.update(repr((number, place)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def layers(self) -> list[Layer]:
        """What is open, in order of precedence: the user's places, the overlay, each import, the world layer."""
        found = [
            Layer(layer=name, source="", path=None, places=sum(p.layer == name for p in self.overlay), meta={})
            for name in ("user", "overlay")
        ]
        for file in self._files:
            meta = file.meta()
            count = meta.get("places", "")
            found.append(
                Layer(
                    layer=file.layer,
                    source=file.path.stem if file.layer == "import" else "",
                    path=file.path,
                    places=int(count) if count.isascii() and count.isdecimal() else 0,
                    meta=meta,
                )
            )
        return found

    # -- by name -------------------------------------------------------------------------------------------

    def candidates(self, name: str) -> list[Candidate]:
        """Every place that ``name`` may mean, from its surface form alone.

        Sorted by layer (user, overlay, then imports and world together), match and population; ties are broken by
        id. Demonyms and abbreviations are included with their own match kind. Where nothing bears the name, the same
        name in other romanisations and grammatical forms is looked up (:mod:`geomap.gazetteer.variants`) and comes
        as "transliterated", with a score of 0.45 at most. An unknown name gives an empty list.
        """
        cached = self._cache.get(name)
        if cached is None:
            found = self._look_up(name)
            if not found and "-" in name:
                # "Pétion-Ville" is Pétionville elsewhere.
                joined = self._look_up(name.replace("-", ""))
                found = [replace(c, match="folded", score=min(c.score, 0.9)) for c in joined]
            if not found:
                found = self._variants(name)
            cached = tuple(found)
            self._cached += 1 + len(cached)
            if self._cached > _CACHED_CANDIDATES:
                self._cache.clear()
                self._cached = 1 + len(cached)
            self._cache[name] = cached
        return list(cached)

    def _look_up(self, name: str) -> list[Candidate]:
        key = fold(name)
        if not key:
            return []
        rows = self._rows_of(key)
        over = self._over.get(key)
        if not rows and not over:
            return []
        found: list[Candidate] = []
        if over:
            for place, own in over:
                found.append(_candidate(place, "exact" if own else "alternate", 1.0 if own else 0.95))
        best: list[tuple[float, int, str, Candidate]] = []
        for score, kind, row, file in rows.values():
            pid = row[1]
            if self._over_ids and pid in self._over_ids:
                # The overlay's record of this place, found by a name that only a lower layer knows.
                if all(c.place.id != pid for c in found):
                    found.append(_candidate(self._over_ids[pid], _MATCH[kind], score))
                continue
            if over and any(
                p.feature_class == row[5] and distance_km(p.lat, p.lon, row[3], row[4]) <= _SAME_PLACE_KM
                for p, _ in over
            ):
                continue
            match = _MATCH[kind]
            if kind == 0 and name != row[2] and name.casefold() != row[2].casefold() and fold(row[2]) == key:
                match, score = "folded", 0.97
            best.append((-score, -(row[10] or 0), pid, _candidate(_place(row, file.layer), match, score)))
        if len(best) > 1:
            best.sort()  # the id is unique: candidates themselves are never compared
        found.extend([entry[3] for entry in best])
        return found

    def _rows_of(self, key: str) -> dict[str, tuple[float, int, _Row, _File]]:
        """The rows that bear a key in imports and world, by place id, each place once: score, kind, row, file."""
        rows: dict[str, tuple[float, int, _Row, _File]] = {}
        thin: list[str] = []
        several = 0
        # From the lowest layer up, so that a higher one's record replaces it.
        for file in reversed(self._files):
            if file.lacks(key, rows):
                continue
            if not rows:
                found = file.places(_BY_KEY, (key,))
            else:
                ids = list(rows)[:_MOST_HOMONYMS]
                size = _ID_COUNT[len(ids)]
                found = file.places(_BY_KEY_OR_ID[size], (key, *ids, *[None] * (size - len(ids))))
            if not found:
                continue
            several += 1
            for row in found:
                kind, pid = row[0], row[1]
                score = _SCORE.get(kind, 0.0)
                old = rows.get(pid)
                if old is None:
                    if kind in _SCORE:
                        rows[pid] = (score, kind, row, file)
                        if row[10] is None and file.prefix and not pid.startswith(file.prefix):
                            thin.append(pid)
                elif old[3] is file:
                    if score > old[0]:
                        rows[pid] = (score, kind, old[2], file)
                else:
                    better = (score, kind) if score > old[0] else old[:2]
                    rows[pid] = (*better, _filled(row, old[2]), file)
        # Named so by an import alone, which does not tell how large it is: a lower layer may.
        for pid in thin:
            score, kind, row, file = rows[pid]
            if row[10] is None:
                for lower in self._files[self._files.index(file) + 1 :]:
                    for more in lower.places(_BY_ID, (pid,)):
                        row = _filled(row, more)
                rows[pid] = (score, kind, row, file)
        return self._without_twins(rows) if several > 1 else rows

    def _without_twins(
        self, rows: dict[str, tuple[float, int, _Row, _File]]
    ) -> dict[str, tuple[float, int, _Row, _File]]:
        """``rows`` without the places that a higher layer tells under another id."""
        kept: dict[str, tuple[float, int, _Row, _File]] = {}
        grid: dict[tuple[str, int], list[str]] = {}
        for file in self._files:
            here = [(pid, entry) for pid, entry in rows.items() if entry[3] is file]
            fresh: list[tuple[tuple[str, int], str]] = []
            for pid, entry in here:
                row = entry[2]
                band = math.floor(row[3] * 20)
                twin = next(
                    (
                        other
                        for near in (band - 1, band, band + 1)
                        for other in grid.get((row[5], near), ())
                        if distance_km(row[3], row[4], kept[other][2][3], kept[other][2][4]) <= _SAME_PLACE_KM
                    ),
                    None,
                )
                if twin is None:
                    kept[pid] = entry
                    fresh.append(((row[5], band), pid))
                else:
                    high = kept[twin]
                    better = entry[:2] if entry[0] > high[0] else high[:2]
                    kept[twin] = (*better, _filled(high[2], row), high[3])
            for cell, pid in fresh:
                grid.setdefault(cell, []).append(pid)
        return kept

    def _variants(self, name: str) -> list[Candidate]:
        """The places that bear ``name`` in another romanisation or form; see :meth:`candidates`."""
        # Of what ends without a capital nearly nothing is a name, and short words are like everything.
        if not 4 <= len(name) <= 100 or name.rstrip().rpartition(" ")[2].islower():
            return []
        return self._bearing([form for form in variants(name) if form.cost <= _VARIANT_COST])

    def _bearing(self, forms: Sequence[Variant]) -> list[Candidate]:
        """The places that bear one of the forms, each in a country where the form is one of its language."""
        if not forms:
            return []
        present = self._present([form.key for form in forms])
        found: dict[str, Candidate] = {}
        for form in forms:
            if form.key not in present:
                continue
            for c in self._look_up(form.key):
                place = c.place
                if (
                    c.match in ("demonym", "abbreviation")
                    or place.id in found
                    or (form.countries is not None and place.country_code not in form.countries)
                ):
                    continue
                score = max(0.2, _VARIANT_SCORE - 0.05 * form.cost) * c.score
                found[place.id] = _candidate(place, "transliterated", round(score, 3))
        return sorted(found.values(), key=lambda c: (-c.score, -(c.place.population or 0), c.place.id))

    def _present(self, keys: Sequence[str]) -> set[str]:
        """Which of the keys name anything."""
        found = {key for key in keys if key in self._over}
        # 40 at a time: one statement for all numbers of keys.
        for start in range(0, len(keys), 40):
            part = [*keys[start : start + 40]]
            part += [""] * (40 - len(part))
            for file in self._files:
                found.update(
                    row[0] for row in file.rows(f"SELECT key FROM names WHERE key IN ({','.join('?' * 40)})", part)
                )
        return found

    def has(self, key: str) -> bool:
        """Whether a folded key names anything at all (cheaper than :meth:`candidates`)."""
        # The world layer first: it knows most of what is asked for.
        return key in self._over or any(file.has(key) for file in reversed(self._files))

    def former_names(self, name: str) -> dict[str, FormerName]:
        """The places that bore ``name`` in the past, by id, with the years.

        Only what the world layer's tables date is known; other old names are alternate names without years.
        """
        if self._former is None:
            # Seven hundred rows, read once: every name of every article is asked for.
            self._former = {}
            for key, place, label, start, end, note in self._world.rows(
                "SELECT key,place,name,start,end,note FROM historic ORDER BY key,place"
            ):
                told = FormerName(name=str(label), start=str(start), end=str(end), note=str(note))
                self._former.setdefault(str(key), {})[str(place)] = told
        return dict(self._former.get(fold(name), {}))

    # -- by id and by place --------------------------------------------------------------------------------

    def place(self, place_id: str) -> Place | None:
        """The entry with this id, or None."""
        if place_id in self._over_ids:
            return self._over_ids[place_id]
        found: _Row | None = None
        layer = ""
        for file in self._files:
            for row in file.places(_BY_ID, (place_id,)):
                found, layer = (row, file.layer) if found is None else (_filled(found, row), layer)
        return None if found is None else _place(found, layer)

    def country(self, code: str) -> Place | None:
        """The entry of a country by its ISO 3166-1 alpha-2 code, or None."""
        for place in self.overlay:
            if place.country_code == code and place.feature_code in ("PCLI", "PCLD", "TERR"):
                return place
        for file in self._files:
            rows = file.places(
                f"SELECT -1,{_FIELDS} FROM places p WHERE p.cc=? AND p.fcode IN ('PCLI','PCLD','TERR') LIMIT 1",
                (code,),
            )
            if rows:
                return self.place(rows[0][1])
        return None

    def near(self, lat: float, lon: float, radius_km: float, *, limit: int = 50) -> list[Place]:
        """Populated places within ``radius_km`` of a point, the largest first (ties by id)."""
        once = _Once()
        found = [
            p
            for p in self.overlay
            if p.feature_class == "P" and distance_km(lat, lon, p.lat, p.lon) <= radius_km and once.add(p, 0)
        ]
        rows: dict[str, tuple[_Row, _File, int]] = {}
        cells = cells_around(lat, lon, radius_km)
        # A wide circle is asked for its towns (labels); a narrow one for what is nearest, which may be a hamlet among
        # thousands: an imported dump has up to 5,000 populated places in a one-degree cell.
        most = 400 if radius_km > _NARROW_KM else _SCAN_CELL
        # A little more than a degree of latitude has km (110.57 at the equator).
        south, north = lat - radius_km / 110.0, lat + radius_km / 110.0
        for level, file in enumerate(self._files, 1):
            for cell in cells:
                for row in file.places(
                    f"SELECT -1,{_FIELDS} FROM places p WHERE p.cell=? AND p.fclass='P' AND p.lat BETWEEN ? AND ? "
                    f"ORDER BY p.pop DESC LIMIT {most}",
                    (cell, south, north),
                ):
                    old = rows.get(row[1])
                    if old is not None:
                        rows[row[1]] = (_filled(old[0], row), *old[1:])
                    elif distance_km(lat, lon, row[3], row[4]) <= radius_km and row[1] not in once:
                        rows[row[1]] = (row, file, level)
        for row, file, level in rows.values():
            place = _place(row, file.layer)
            if once.add(place, level):
                found.append(place)
        found.sort(key=lambda p: (-(p.population or 0), p.id))
        return found[:limit]

    def _around(self, cell: int) -> tuple[tuple[str, Place], ...]:
        """The names in a one-degree cell as skeletons, of places of all layers."""
        known = self._cells.get(cell)
        if known is not None:
            return known
        places = {p.id: p for p in self.overlay if cell_of(p.lat, p.lon) == cell}
        entries = {(skeleton(n), p.id) for p in places.values() for n in (p.name, *p.names) if len(n) > 3}
        found: dict[str, tuple[_Row, _File]] = {}
        for file in self._files:
            rows = file.places(
                f"SELECT -1,{_FIELDS} FROM places p WHERE p.cell=? ORDER BY p.fclass<>'P',p.pop DESC,p.id LIMIT ?",
                (cell, _SCAN_CELL),
            )
            for row in rows:
                old = found.get(row[1])
                found[row[1]] = (row, file) if old is None else (_filled(old[0], row), old[1])
                names = (row[2], *row[12].split("|")) if row[12] else (row[2],)
                entries.update((skeleton(n), row[1]) for n in names if len(n) > 3)
        for pid, (row, file) in found.items():
            if pid not in places:
                places[pid] = self._over_ids.get(pid) or _place(row, file.layer)
        made = tuple((bone, places[pid]) for bone, pid in sorted(entries))
        self._skeletons += len(made)
        if self._skeletons > _CACHED_SKELETONS or len(self._cells) > 256:
            self._cells.clear()
            self._skeletons = len(made)
        self._cells[cell] = made
        return made

    def spelled_like(self, name: str, lat: float, lon: float, radius_km: float) -> list[Candidate]:
        """Places around a point whose name may be ``name`` in another romanisation or with a slip.

        An equal :func:`geomap.text.skeleton` is a transliteration; otherwise rapidfuzz's similarity of the
        skeletons must reach 0.9 (one letter in ten). Names of under five letters are never matched
        so: among short names nearly everything is like everything. Of a layer that has more than 20,000 places in
        one degree by one degree, the largest 20,000 are compared.
        """
        bone = skeleton(name)
        if len(bone) < 5:
            return []
        from rapidfuzz import fuzz, process

        entries = [entry for cell in cells_around(lat, lon, radius_km) for entry in self._around(cell)]
        # 90 of 100: at 85 "Jarinje" and "Jasenje" are one name.
        hits = process.extract(bone, [e[0] for e in entries], scorer=fuzz.ratio, score_cutoff=90.0, limit=40)
        best: dict[str, Candidate] = {}
        for _, ratio, index in hits:
            place = entries[index][1]
            if distance_km(lat, lon, place.lat, place.lon) > radius_km:
                continue
            score = 0.8 if ratio == 100.0 else 0.5 * ratio / 100.0
            if place.id not in best or best[place.id].score < score:
                match: MatchKind = "transliterated" if ratio == 100.0 else "fuzzy"
                best[place.id] = Candidate(place=place, match=match, score=score)
        return sorted(
            best.values(),
            key=lambda c: (-c.score, distance_km(lat, lon, c.place.lat, c.place.lon), c.place.id),
        )

    # -- for a person at a prompt --------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        country: str | None = None,
        near: tuple[float, float] | None = None,
        radius_km: float = 100.0,
        kind: str | Sequence[str] | None = None,
        limit: int = 20,
        quick: bool = False,
    ) -> list[Candidate]:
        """Places by name for a person at a prompt, in any script, from all layers.

        First what bears the name (exact and alternate names), then names that begin so (score 0.5, "fuzzy"), then
        other romanisations and forms of it (up to 0.45, "transliterated"), and, where nothing bears the name, names
        that differ by one to three letters (up to 0.4, "fuzzy"). ``country`` is an ISO 3166-1 alpha-2
        code, ``near`` a WGS84 point (lat, lon) which everything must be within ``radius_km`` of and which sorts
        equal matches by distance, ``kind`` a GeoNames feature class ("P"), class and code ("S.BDG") or several such.
        At most ``limit`` candidates. ``quick`` leaves out slips at the very beginning of a name, for which all names
        must be gone through (half a second): for tables with many names.

        Of very large imports only a part is compared: of names that begin so 60,000 a file, of names a slip away
        60,000 that begin alike (around a point: those of 20,000 places), and where those give nothing what ends alike
        among 1,500,000 in all. Raises
        :class:`~geomap.errors.UsageError` for a kind or a point that cannot be.
        """
        wanted = _Wanted(country, near, radius_km, kind)
        key = fold(query)
        if not key or limit < 1:
            return []
        once = _Once()
        found: list[Candidate] = []

        def take(some: Iterable[Candidate], *, resort: bool = True) -> None:
            kept = [c for c in some if wanted.accepts(c.place) and once.add(c.place, self._level(c.place))]
            found.extend(sorted(kept, key=wanted.order) if resort else kept)

        exact = [c for c in self.candidates(query) if c.match != "transliterated"]
        # Without a point they keep the order of precedence that candidates() gives them.
        take(exact, resort=near is not None)
        named = bool(found)
        if len(found) < limit:
            take(self._beginning(key, wanted, max(200, limit)))
        if len(found) < limit:
            take(self._bearing(variants(query)))
        if len(found) < limit and not named and len(key) >= 4:
            take(self._slips(key, wanted, quick=quick))
        return found[:limit]

    def _level(self, place: Place) -> int:
        """The place in the order of precedence of the layer that tells a place."""
        if place.layer in ("user", "overlay"):
            return 0
        for level, file in enumerate(self._files, 1):
            if file.layer == place.layer and (file is self._world or file.rows(_IS_ID, (place.id,))):
                return level
        return len(self._files)

    def _made(self, rows: Iterable[tuple[_Row, _File]], match: MatchKind, score: float) -> Iterator[Candidate]:
        for row, file in rows:
            yield _candidate(self._over_ids.get(row[1]) or _place(row, file.layer), match, score)

    def _beginning(self, key: str, wanted: _Wanted, most: int) -> list[Candidate]:
        """Places whose name begins with ``key``, in order of precedence."""
        over = [p for k, e in self._over.items() if k.startswith(key) and k != key for p, _ in e]
        found = [_candidate(p, "fuzzy", 0.5) for p in over]
        # No name holds the last code point, so this is above all that begin with the key.
        values = (key, key + "\U0010ffff", _SCAN_BEGINNINGS, *wanted.values, most)
        sql = (
            f"SELECT -1,{_FIELDS} FROM (SELECT rank,key,place FROM (SELECT rank,key,place FROM names"
            " WHERE key>? AND key<? AND kind<2 LIMIT ?) ORDER BY rank,key,place) n CROSS JOIN places p"
            f" WHERE p.id=n.place{wanted.sql} LIMIT ?"
        )
        for file in self._files:
            found.extend(self._made([(row, file) for row in file.places(sql, values)], "fuzzy", 0.5))
        return found

    def _slips(self, key: str, wanted: _Wanted, *, quick: bool = False) -> list[Candidate]:
        """Places with a name a slip or two away from ``key``: those around the point or among alike beginnings first,
        else all of the file."""
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        # One slip in a short name, three in a long one: "Zvecam", "Mitrovicka", "Kosovska Mitrovca".
        most = 1 if len(key) <= 5 else 2 if len(key) <= 11 else 3
        low, high = max(1, len(key) - most), len(key) + most
        bone = skeleton(key)
        # With a filter, what it lets through may be far down the list of what is alike.
        limit = 1000 if wanted.sql else 200
        hits: dict[str, float] = {}

        def compare(keys: Sequence[str]) -> None:
            for other, slips, _ in process.extract(key, keys, scorer=OSA.distance, score_cutoff=most, limit=limit):
                same = len(bone) >= 5 and slips and skeleton(other) == bone
                hits[other] = _SAME_SKELETON if same else float(slips)
            if len(bone) >= 5:
                # 70 of 100: "jarinie" and "yarinye" have 71, and one skeleton.
                for other, _, _ in process.extract(key, keys, scorer=fuzz.ratio, score_cutoff=70.0, limit=500):
                    if other not in hits and skeleton(other) == bone:
                        hits[other] = _SAME_SKELETON

        compare(sorted(k for k in self._over if low - 2 <= len(k) <= high + 2))
        if wanted.near is not None and wanted.radius_km <= _AROUND_KM:
            compare(self._keys_around(wanted))
        else:
            for file in self._files:
                keys: set[str] = set()
                for beginning in _alike(key):
                    keys.update(
                        row[0]
                        for row in file.rows(
                            "SELECT DISTINCT key FROM (SELECT key FROM names WHERE key>=? AND key<? AND kind<2 LIMIT ?)"
                            " WHERE length(key) BETWEEN ? AND ?",
                            (beginning, beginning + "\U0010ffff", _SCAN_RANGE, low - 2, high + 2),
                        )
                    )
                compare(sorted(keys))
        found = self._hit(hits, len(key), wanted)
        if not found and not quick:
            # The slip is at the beginning, then: what ends alike.
            left = _SCAN_ALL
            for file in reversed(self._files):
                rows = file.rows(
                    "SELECT key FROM (SELECT key FROM names LIMIT ?) WHERE substr(key,-3)=?"
                    " AND length(key) BETWEEN ? AND ?",
                    (left, key[-3:], low, high),
                )
                compare(sorted({row[0] for row in rows}))
                left -= min(left, file.names)
            found = self._hit(hits, len(key), wanted)
        return found

    def _keys_around(self, wanted: _Wanted) -> list[str]:
        """The keys of the names around the point that is asked for, of 20,000 places a file at most."""
        assert wanted.near is not None
        keys: set[str] = set()
        for file in self._files:
            left = _SCAN_CELL
            for cell in cells_around(*wanted.near, wanted.radius_km):
                rows = file.rows(
                    f"SELECT p.name,p.names FROM places p WHERE p.cell=?{wanted.sql} LIMIT ?",
                    (cell, *wanted.values, left),
                )
                left -= len(rows)
                for name, names in rows:
                    keys.update(fold(n) for n in (str(name), *str(names or "").split("|")))
        return sorted(keys)

    def _hit(self, hits: Mapping[str, float], length: int, wanted: _Wanted) -> list[Candidate]:
        """The places of the keys that a slip leads to."""
        found: list[Candidate] = []
        for other, slips in sorted(hits.items(), key=lambda e: (e[1], e[0])):
            match: MatchKind = "transliterated" if slips == _SAME_SKELETON else "fuzzy"
            score = round(0.4 * (1.0 - slips / (length + 1)), 3)
            found.extend(
                _candidate(c.place, match, score)
                for c in self._look_up(other)
                if c.match not in ("demonym", "abbreviation") and wanted.accepts(c.place)
            )
        return found
