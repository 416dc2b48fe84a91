"""The file that an import is written to: places and names in bulk, and how far it has come.

Two SQLite files in the folder of imports while it is being written: ``<source>.importing`` becomes the source's file,
``<source>.importing-names`` holds its names in the order of the input until they are sorted, and is removed. (In one
file the unsorted names would leave a third of the finished file empty.) Both are appended to within transactions that
end together with a record of the row and the byte they reach to, so that an import that was killed goes on from there.

Measured with 300,000 rows (writing alone, twice each): ``journal_mode=DELETE`` with ``synchronous=OFF`` takes 3.6 to
3.8 s, no journal at all 3.7 to 3.8 s, WAL 3.9 to 4.7 s: pages that are new need no journal, and WAL writes each page
twice. A killed process loses nothing that the system has taken over, a power cut is noticed by the check on resuming,
and the finished file is synced before it is renamed.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from pathlib import Path
from typing import Any

from geomap.errors import GazetteerError
from geomap.gazetteer.build import _radius_of_population, _short_form
from geomap.gazetteer.importing.folding import fold_many
from geomap.gazetteer.importing.rows import Progress, Skipped, Skips
from geomap.gazetteer.importing.world import Known, World
from geomap.gazetteer.store import KINDS
from geomap.geo import cell_of
from geomap.outputs import sync_folder

__all__ = ["SCHEMA", "TABLES", "Batch", "Columns", "Counts", "Entry", "Staging", "prepare"]

SCHEMA = 1
TABLES = {
    "places": "CREATE TABLE places(id INTEGER PRIMARY KEY, pid TEXT, name TEXT, lat REAL, lon REAL, fclass TEXT,"
    " fcode TEXT, cc TEXT, admin1 TEXT, admin2 TEXT, pop INTEGER, radius REAL, names TEXT, layer TEXT, cell INTEGER)",
    "meta": "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT)",
    "names": "CREATE TABLE names(key TEXT, rank INTEGER, place INTEGER, kind INTEGER,"
    " PRIMARY KEY(key, rank, place, kind)) WITHOUT ROWID",
    "places_pid": "CREATE INDEX places_pid ON places(pid)",
    "places_cell": "CREATE INDEX places_cell ON places(cell)",
    "places_country": "CREATE INDEX places_country ON places(cc) WHERE fcode IN ('PCLI','PCLD','TERR')",
    "codes": "CREATE TABLE codes(code TEXT PRIMARY KEY, name TEXT, geonameid INTEGER)",
}
# 16 MB for pages and for each run of a sort. Of 2,000,000 rows the names were sorted in 7.2 s so, in 11.4 s with 48 MB:
# small runs stay in the processor's cache, and two threads share them.
_CACHE_KIB = 16 * 1024
_NAME, _ALTERNATE, _SHORT, _FOREIGN = KINDS["name"], KINDS["alternate"], KINDS["short"], KINDS["foreign"]

# SQLite of before 2020 takes 999 parameters a statement. Of 100,000 places one row a statement took 4.5 µs each, 76 at
# once 3.0; the names of a place, one and 499 at once, 5.2 and 1.3 µs.
_PLACES_AT_ONCE, _NAMES_AT_ONCE = 76, 499

# What a reader hands over: row, GeoNames' number or None, the file's own key, name, ASCII name ("" where it is the
# same), further names, lat, lon, feature class and code, country, admin1, admin2, population, radius in km or None.
Entry = tuple[
    int, int | None, str, str, str, Sequence[str], float, float, str, str, str, str, str, int | None, float | None
]


@dataclass(slots=True, kw_only=True)
class Columns:
    """Entries, column by column, which is how they are worked on: a step for ten thousand rows at a time costs a
    third of ten thousand steps."""

    rows: list[int]
    gids: list[int | None]
    owns: list[str]
    names: list[str]
    plains: list[str]
    further: list[Sequence[str]]
    lats: list[float]
    lons: list[float]
    fclasses: list[str]
    fcodes: list[str]
    ccs: list[str]
    admin1s: list[str]
    admin2s: list[str]
    populations: list[int | None]
    radii: list[float | None]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Columns:
        """The columns of entries."""
        told = [list(column) for column in zip(*entries, strict=True)] if entries else [[] for _ in cls.__slots__]
        return cls(**dict(zip(cls.__slots__, told, strict=True)))

    def extend(self, other: Columns) -> None:
        """Add the rows of ``other`` below these."""
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))

    def keep(self, wanted: Sequence[bool]) -> None:
        """Drop all rows but the wanted ones."""
        for name in self.__slots__:
            setattr(self, name, list(compress(getattr(self, name), wanted)))


# A row that needs the world layer: its index in the batch; the row of the world's place that has its number, or 0; the
# keys of its further names; these names; the ASCII name, where its key is another.
Special = tuple[int, int, list[str], Sequence[str], tuple[str, ...]]


@dataclass(slots=True)
class Batch:
    """What is left of some rows when all is done that can be done without the file they are written to.

    ``columns`` are those of the places from ``pid`` to ``cell`` without the layer; ``keys`` and ``ofs`` are what is
    stored of the names, the places' own first. ``first`` is the number of the first place.
    """

    first: int
    columns: tuple[list[Any], ...]
    keys: list[str]
    ofs: list[int]
    specials: list[Special]

    @property
    def count(self) -> int:
        """How many places."""
        return len(self.columns[0])


def prepare(told: Columns, first: int, prefix: str, skips: Skips, world: World) -> Batch:
    """Rows made ready to be written as the places from number ``first`` on; ``told`` is changed by it.

    It depends on nothing but what it is given, so that it can be done in another process.
    """
    keys = fold_many(told.names)
    if not all(keys):
        for row, name in ((told.rows[i], told.names[i]) for i, key in enumerate(keys) if not key):
            skips.add(Skipped(row=row, reason="name without letters", column="name", value=name[:60]))
        told.keep([key != "" for key in keys])
        keys = [key for key in keys if key]
    count = len(keys)
    names, plains, fclasses = told.names, told.plains, told.fclasses
    pids = [
        f"gn:{gid}" if gid is not None else f"{prefix}:{own}" for gid, own in zip(told.gids, told.owns, strict=True)
    ]
    # The globe's cell, as geomap.geo.cell_of and the world layer have it.
    floor = math.floor
    cells = [
        (min(89, floor(lat)) + 90) * 360 + (floor(lon if lon < 180.0 else 179.99999) + 180) % 360
        for lat, lon in zip(told.lats, told.lons, strict=True)
    ]
    rows = dict.fromkeys(world.may_be_known(keys, fclasses, cells), 0)
    if known := world.find([gid for gid in told.gids if gid is not None]):
        rows.update((i, known[gid]) for i, gid in enumerate(told.gids) if gid in known)
    for i, radius in enumerate(told.radii):
        if radius is None:
            told.radii[i] = _radius_of_population(told.populations[i] or 0)
    shown = [""] * count
    more, ofs = list[str](), list(range(first * 8 + _NAME, (first + count) * 8 + _NAME, 8))
    specials: list[Special] = []
    plain_keys = iter(fold_many([plain for plain in plains if plain]))
    further_keys = fold_many(list(chain.from_iterable(told.further)))
    at = 0
    for i, (key, plain, further) in enumerate(zip(keys, plains, told.further, strict=True)):
        if not (further or plain or i in rows):
            continue
        others = further_keys[at : (at := at + len(further))]
        last: tuple[str, ...] = ()
        if plain and (plain_key := next(plain_keys)) != key:
            others.append(plain_key)
            last = (plain,)
        if i in rows:
            specials.append((i, rows[i], others, further, last))
            continue
        of = (first + i) * 8 + _ALTERNATE
        for other in dict.fromkeys(others):
            if other and other != key:
                more.append(other)
                ofs.append(of)
        if last or len(further) > 1:
            words = dict.fromkeys((*further, *last))
            words.pop(names[i], None)
            shown[i] = "|".join(words)
        elif further and further[0] != names[i]:
            shown[i] = further[0]
    columns: tuple[list[Any], ...] = (
        pids, names, told.lats, told.lons, fclasses, told.fcodes, told.ccs, told.admin1s, told.admin2s,
        [population or None for population in told.populations], told.radii, shown, cells,
    )  # fmt: skip
    return Batch(first, columns, keys + more, ofs, specials)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path.absolute().as_uri(), uri=True, isolation_level=None)
    for pragma in (
        "journal_mode=DELETE",
        "synchronous=OFF",
        "locking_mode=EXCLUSIVE",
        f"cache_size=-{_CACHE_KIB}",
        "temp_store=FILE",
        # Sorting may use a second core.
        "threads=2",
        "trusted_schema=OFF",
    ):
        db.execute(f"PRAGMA {pragma}")
    return db


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a finished file holds, and how it differs from the one before; ``in_world`` of its places are merged ones,
    ``merged`` and ``added`` those that the former file had not."""

    places: int
    names: int
    in_world: int
    added: int
    merged: int
    updated: int
    removed: int
    repeated: int


class Staging:
    """A source's file while it is written. ``identity`` is what a file begun earlier must have been begun for."""

    def __init__(self, target: Path, identity: str, *, prefix: str, resumable: bool) -> None:
        self.target = target
        self.path = target.with_suffix(".importing")
        self.names_path = target.with_suffix(".importing-names")
        self.prefix = prefix
        self.row = self.offset = 0
        self.places = self.merged = 0
        self._raw = 0
        self.resumed = 0
        self.skips = Skips()
        if not (resumable and self._resume(identity)):
            self._begin(identity)

    # -- Beginning, going on, ending --------------------------------------------------------------------------------

    def _begin(self, identity: str) -> None:
        self.discard()
        self.db = _connect(self.path)
        self.side = _connect(self.names_path)
        self.side.execute(
            # ``of`` is eight times the place's number, plus the kind: two values go in a fifth faster than four.
            "CREATE TABLE raw_names(id INTEGER PRIMARY KEY, key TEXT, of INTEGER)"
        )
        self.side.execute("CREATE TABLE merged(place INTEGER PRIMARY KEY, world INTEGER, by_name TEXT)")
        self.db.execute("BEGIN")
        self.db.execute(TABLES["places"])
        self.db.execute(TABLES["meta"])
        self.db.execute("INSERT INTO meta VALUES('identity',?)", (identity,))
        self.db.execute("COMMIT")
        self._open()

    def _open(self) -> None:
        self.side.execute("BEGIN")
        self.db.execute("BEGIN")

    def _resume(self, identity: str) -> bool:
        """Open what an earlier run left, where it was begun for the same input and is sound."""
        if not (self.path.is_file() and self.names_path.is_file()):
            return False
        try:
            self.db, self.side = _connect(self.path), _connect(self.names_path)
            meta = dict(self.db.execute("SELECT key,value FROM meta"))
            if meta.get("identity") != identity or "progress" not in meta:
                return False
            if any(db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",) for db in (self.db, self.side)):
                return False
            state = json.loads(meta["progress"])
            self.row, self.offset = int(state["row"]), int(state["offset"])
            self.places, self.merged, self._raw = int(state["places"]), int(state["merged"]), int(state["raw"])
            self.skips.counts.update(state["counts"])
            self.skips.examples.extend(Skipped(**one) for one in state["examples"])
            # The names are committed first: what stands there beyond the record was not yet told of.
            self.side.execute("DELETE FROM raw_names WHERE id>?", (self._raw,))
            self.side.execute("DELETE FROM merged WHERE place>?", (self.places,))
            (raw,) = self.side.execute("SELECT COUNT(*) FROM raw_names").fetchone()
            (places,) = self.db.execute("SELECT COUNT(*) FROM places").fetchone()
            if (raw, places) != (self._raw, self.places):
                return False
        except (sqlite3.Error, ValueError, KeyError, TypeError):
            self.skips = Skips()
            return False
        self.resumed = self.row
        self._open()
        return True

    def taken(self) -> dict[int, str]:
        """Rows of the world layer that places so far were merged with by name, and those places' own ids."""
        return dict(self.side.execute("SELECT world,by_name FROM merged WHERE by_name IS NOT NULL"))

    def checkpoint(self, row: int, offset: int) -> None:
        """Make lasting what was added, and remember that the input is done with up to here."""
        self.row, self.offset = row, offset
        state = {
            "row": row,
            "offset": offset,
            "places": self.places,
            "merged": self.merged,
            "raw": self._raw,
            "counts": self.skips.counts,
            "examples": [
                {name: getattr(one, name) for name in Skipped.__dataclass_fields__} for one in self.skips.examples
            ],
        }
        self.db.execute("INSERT OR REPLACE INTO meta VALUES('progress',?)", (json.dumps(state),))
        self.side.execute("COMMIT")
        self.db.execute("COMMIT")
        self._open()

    def close(self) -> None:
        """Close the files as they are; an import of the same input can go on from the last checkpoint."""
        for db in (getattr(self, "db", None), getattr(self, "side", None)):
            if db is not None:
                with contextlib.suppress(sqlite3.Error):
                    db.close()

    def discard(self) -> None:
        """Close and remove the files."""
        self.close()
        for path in (self.path, self.names_path):
            for leftover in (path, path.with_name(path.name + "-journal")):
                leftover.unlink(missing_ok=True)

    # -- Adding -----------------------------------------------------------------------------------------------------

    def add(self, batch: Batch, world: World) -> None:
        """Write a batch, which is changed by it."""
        if (first := batch.first) != self.places + 1:
            raise GazetteerError(
                f"{self.path}: place {first} came after place {self.places}; this is a fault of geomap"
            )
        known = world.rows([special[1] for special in batch.specials if special[1]]) if batch.specials else {}
        merged: list[tuple[int, int, str | None]] = []
        for special in batch.specials:
            self._settle(batch, special, known, world, merged)
        self._insert(
            self.db,
            "INSERT INTO places(pid,name,lat,lon,fclass,fcode,cc,admin1,admin2,pop,radius,names,layer,cell) VALUES",
            "(?,?,?,?,?,?,?,?,?,?,?,?,'import',?)", batch.columns, _PLACES_AT_ONCE,
        )  # fmt: skip
        self._insert(
            self.side, "INSERT INTO raw_names(key,of) VALUES", "(?,?)", (batch.keys, batch.ofs), _NAMES_AT_ONCE
        )
        if merged:
            self.side.executemany("INSERT INTO merged VALUES(?,?,?)", merged)
        self.places += batch.count
        self._raw += len(batch.keys)
        self.merged += len(merged)

    @staticmethod
    def _insert(db: sqlite3.Connection, into: str, row: str, columns: Sequence[list[Any]], at_once: int) -> None:
        """Insert rows, many to a statement."""
        width = len(columns)
        values: list[Any] = [None] * (width * len(columns[0]))
        for i, column in enumerate(columns):
            values[i::width] = column
        step = at_once * width
        whole = len(values) // step * step
        sql = into + ",".join([row] * at_once)
        for start in range(0, whole, step):
            db.execute(sql, values[start : start + step])
        if whole < len(values):
            db.execute(into + ",".join([row] * ((len(values) - whole) // width)), values[whole:])

    @staticmethod
    def _settle(
        batch: Batch,
        special: Special,
        known: Mapping[int, Known],
        world: World,
        merged: list[tuple[int, int, str | None]],
    ) -> None:
        """Finish a row of a batch that the world layer has or may have, or a division."""
        i, world_row, others, further, last = special
        columns, keys, ofs = batch.columns, batch.keys, batch.ofs
        pid, name, lat, lon, fclass, fcode, cc, admin1, admin2, population, radius, _, cell = (c[i] for c in columns)
        own_key = key = keys[i]
        number = batch.first + i
        by_name = short = None
        place = known.get(world_row)
        if place is None:
            place = world.same_place(pid, key, fclass, fcode, cc, lat, lon)
            by_name = pid
        kind = _ALTERNATE
        words: tuple[str, ...] = (*further, *last)
        if place is not None:
            if fclass == "P" and place.fclass == "P":
                if fcode == "PPL" and place.fcode == "PPLC":
                    fcode = "PPLC"
                population = population or place.population or None
                radius = _radius_of_population(population or 0)
                words = (*further, *place.names, place.name, *last)
            else:
                if place.fcode in ("PCLI", "PCLD", "TERR"):
                    # Told apart in the world layer: "Columbia" is Colombia in some languages, and a city.
                    kind = _FOREIGN
                elif place.fclass == "A":
                    short = _short_form(place.name)
                words = (*further, *place.names, name, *last)
                name, lat, lon, radius = place.name, place.lat, place.lon, place.radius
                fclass, fcode, population = place.fclass, place.fcode, place.population or None
                cell = cell_of(lat, min(lon, 179.99999))
                (key,) = fold_many([name])
                keys[i] = key
            pid, cc, admin1, admin2 = place.pid, place.cc, place.admin1, place.admin2
            merged.append((number, place.row, by_name))
        elif fclass == "A" and fcode in ("ADM1", "ADM2"):
            short = _short_form(name)
        seen = {key}
        if short:
            # "Lamar" for Lamar County, also where the file has it among the further names.
            (short_key,) = fold_many([short])
            if short_key and short_key not in seen:
                seen.add(short_key)
                keys.append(short_key)
                ofs.append(number * 8 + _SHORT)
        for other in (own_key, *others):
            if other not in seen:
                seen.add(other)
                # Names of countries of three letters and fewer collide with words and codes.
                if other and (kind != _FOREIGN or len(other) > 3):
                    keys.append(other)
                    ofs.append(number * 8 + kind)
        different = dict.fromkeys(words)
        different.pop(name, None)
        settled = (
            pid, name, lat, lon, fclass, fcode, cc, admin1, admin2, population, radius, "|".join(different), cell,
        )  # fmt: skip
        for column, value in zip(columns, settled, strict=True):
            column[i] = value

    def collect(self, names: Sequence[tuple[int, str, str]]) -> None:
        """Put by (geonameid, name, kind) until all names of a place are there."""
        self.side.execute("CREATE TABLE IF NOT EXISTS more(id INTEGER PRIMARY KEY, geonameid INTEGER, name TEXT, kind)")
        self.side.executemany(
            "INSERT INTO more(geonameid,name,kind) VALUES(?,?,?)", [(gid, n, KINDS[kind]) for gid, n, kind in names]
        )

    def collected(self) -> Iterator[tuple[int, list[tuple[str, int]]]]:
        """The collected names, place by place in the order of their numbers."""
        last, names = -1, list[tuple[str, int]]()
        for gid, name, kind in self.side.execute("SELECT geonameid,name,kind FROM more ORDER BY geonameid,id"):
            if gid != last and names:
                yield last, names
                names = []
            last = gid
            names.append((name, kind))
        if names:
            yield last, names

    def add_copies(self, copies: Sequence[tuple[Known, bool, Sequence[tuple[str, int]]]]) -> None:
        """Write copies of places with further names: (place, whether it is the world layer's, (name, kind))."""
        for place, of_world, further in copies:
            self.places += 1
            country = place.fcode in ("PCLI", "PCLD", "TERR")
            labels = [(place.name, _NAME), *((name, _ALTERNATE) for name in place.names if not of_world)]
            labels += [(name, _FOREIGN if country and kind == _ALTERNATE else kind) for name, kind in further]
            seen: set[str] = set()
            names = []
            for key, (_, kind) in zip(fold_many([label for label, _ in labels]), labels, strict=True):
                # As for dumps: names of countries of three letters and fewer collide with words and codes.
                if key and key not in seen and (kind != _FOREIGN or len(key) > 3):
                    seen.add(key)
                    names.append((key, self.places * 8 + kind))
            shown = dict.fromkeys((*place.names, *(name for name, _ in further)))
            shown.pop(place.name, None)
            self.db.execute(
                "INSERT INTO places VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,'import',?)",
                (
                    self.places, place.pid, place.name, place.lat, place.lon, place.fclass, place.fcode, place.cc,
                    place.admin1, place.admin2, place.population, place.radius, "|".join(shown),
                    cell_of(place.lat, min(place.lon, 179.99999)),
                ),
            )  # fmt: skip
            self.side.executemany("INSERT INTO raw_names(key,of) VALUES(?,?)", names)
            self.side.execute("INSERT INTO merged VALUES(?,?,NULL)", (self.places, place.row if of_world else None))
            self._raw += len(names)
            self.merged += 1

    # -- Finishing --------------------------------------------------------------------------------------------------

    def finish(
        self,
        world: World,
        former: Path | None,
        meta: Mapping[str, str],
        *,
        codes: Iterable[tuple[str, str, int | None]] | None = None,
        tell: Progress = lambda phrase, share: None,
    ) -> Counts:
        """Sort the names, index, write ``meta`` and give the file its name. ``former`` is the file it replaces.

        One transaction: killed at any moment, it is done again. :meth:`publish` makes the file visible.
        """
        self.side.execute("COMMIT")
        self.db.execute("COMMIT")
        self.side.execute("CREATE INDEX IF NOT EXISTS merged_world ON merged(world)")
        self.side.close()
        db = self.db
        db.execute("ATTACH ? AS side", (f"{self.names_path.absolute().as_uri()}",))
        db.execute("ATTACH ? AS world", (f"{world.path.absolute().as_uri()}?mode=ro&immutable=1",))
        if former is not None:
            db.execute("ATTACH ? AS former", (f"{former.absolute().as_uri()}?mode=ro&immutable=1",))
        db.execute("BEGIN")
        tell("index of places", 0.0)
        db.execute(TABLES["places_pid"])
        repeated = self._drop_repeated()
        tell("index of names", 0.15)
        db.execute(TABLES["names"])
        # A merged place keeps every name that the world layer knows it by, of whatever kind.
        db.execute(
            "INSERT INTO side.raw_names(key,of) SELECT n.key,m.place*8+n.kind FROM world.names n "
            "CROSS JOIN side.merged m ON m.world=n.place"
        )
        db.execute(
            "INSERT OR IGNORE INTO names SELECT r.key,-IFNULL(p.pop,0),p.id,r.of&7 FROM side.raw_names r "
            "CROSS JOIN main.places p ON p.id=r.of>>3 ORDER BY 1,2,3,4"
        )
        tell("index of cells", 0.7)
        db.execute(TABLES["places_cell"])
        db.execute(TABLES["places_country"])
        if codes is not None:
            db.execute(TABLES["codes"])
            db.executemany("INSERT OR REPLACE INTO codes VALUES(?,?,?)", codes)
        tell("comparing", 0.85)
        (places,), (names,), (merged,) = (
            db.execute(f"SELECT COUNT(*) FROM {table}").fetchone() for table in ("places", "names", "side.merged")
        )
        updated = both = before = 0
        if former is not None:
            stood = "EXISTS(SELECT 1 FROM former.places f WHERE f.pid=p.pid)"
            (updated,) = db.execute(f"SELECT COUNT(*) FROM main.places p WHERE {stood}").fetchone()
            (both,) = db.execute(
                f"SELECT COUNT(*) FROM side.merged m JOIN main.places p ON p.id=m.place WHERE {stood}"
            ).fetchone()
            (before,) = db.execute("SELECT COUNT(*) FROM former.places").fetchone()
        counts = Counts(
            places=places, names=names, in_world=merged, updated=updated, merged=merged - both,
            added=places - updated - (merged - both), removed=before - updated, repeated=repeated,
        )  # fmt: skip
        told = {
            **meta,
            "places": str(places),
            "names": str(names),
            "added": str(places - merged),
            "merged": str(merged),
            "skipped": json.dumps(dict(sorted(self.skips.counts.items()))),
        }
        db.execute("DELETE FROM meta")
        db.executemany("INSERT INTO meta VALUES(?,?)", [*told.items(), ("complete", "yes")])
        db.execute("COMMIT")
        tell("writing to disk", 0.95)
        for schema in ("side", "world", *(("former",) if former is not None else ())):
            db.execute(f"DETACH {schema}")
        db.close()
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())
        return counts

    def _drop_repeated(self) -> int:
        """Of places with one id the last stays; how many went."""
        again = [
            row
            for (pid,) in self.db.execute("SELECT pid FROM places GROUP BY pid HAVING COUNT(*)>1").fetchall()
            for (row,) in self.db.execute("SELECT id FROM places WHERE pid=? ORDER BY id", (pid,)).fetchall()[:-1]
        ]
        if again:
            for (pid,) in self.db.execute(
                "SELECT pid FROM places WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", (json.dumps(again),)
            ):
                self.skips.add(Skipped(row=0, reason="told again further down", column="id", value=str(pid)))
            for table, column in (("main.places", "id"), ("side.raw_names", "of>>3"), ("side.merged", "place")):
                self.db.execute(
                    f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))", (json.dumps(again),)
                )
        return len(again)

    def publish(self) -> None:
        """Give the finished file its name; what was there before stays until then."""
        self.path.replace(self.target)
        sync_folder(self.target.parent)
        self.discard()
