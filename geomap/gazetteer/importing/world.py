"""The world layer as an import sees it: which of a file's rows it has already, and how it names divisions."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from geomap.errors import GazetteerError
from geomap.gazetteer.importing.folding import fold_many
from geomap.geo import cells_around, distance_km
from geomap.lexicons import load_table

__all__ = ["Known", "World"]

# Two populated places of one name closer than this are one place told twice: the store's own rule.
_SAME_PLACE_KM = 5.0
# Regions, waters and mountains.
_AREAS = frozenset("LHT")
# A code stands for a division of the world layer when more than half of its known towns lie there.
_MAJORITY = 0.5


@dataclass(frozen=True, slots=True)
class Known:
    """A place of the world layer."""

    row: int
    pid: str
    name: str
    lat: float
    lon: float
    fclass: str
    fcode: str
    cc: str
    admin1: str
    admin2: str
    population: int | None
    radius: float
    names: tuple[str, ...]


_COLUMNS = "p.id,p.pid,p.name,p.lat,p.lon,p.fclass,p.fcode,p.cc,p.admin1,p.admin2,p.pop,p.radius,p.names"


def _known(row: tuple[object, ...]) -> Known:
    return Known(*row[:12], tuple(str(row[12]).split("|")) if row[12] else ())  # type: ignore[call-arg,arg-type]


class World:
    """Opens the world layer read-only.

    ``bulk`` says that many rows will come: then what they are compared with is read into memory, which takes a second
    and saves 20 µs a row.

    ``mapped`` has the file mapped into memory: places are found by row a third faster, and its 100 MB count as ours.

    :meth:`survey` is told the rows of a GeoNames file before they are read in earnest; then :meth:`divisions` knows
    what its codes stand for, and :meth:`same_place` which of the world's places the file has under their own number.
    """

    def __init__(self, path: Path, *, bulk: bool, mapped: bool = True) -> None:
        self.path = path
        self.bulk = bulk
        self.countries = frozenset(row[0] for row in load_table("country_points.tsv"))
        try:
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            self._db.execute("PRAGMA trusted_schema=OFF")
            if mapped:
                self._db.execute("PRAGMA mmap_size=1073741824")
            self.meta = {str(k): str(v) for k, v in self._db.execute("SELECT key,value FROM meta")}
            self._by_id: dict[int, int] | None = None
            if bulk:
                self._by_id = {
                    int(pid[3:]): row
                    for row, pid in self._db.execute("SELECT id,pid FROM places WHERE pid>='gn:' AND pid<'gn;'")
                }
        except (sqlite3.Error, OSError, ValueError) as error:
            raise GazetteerError(
                f"{path}: the gazetteer cannot be opened ({error}). Run 'geomap gazetteer build --force'."
            ) from error
        self._present: set[int] = set()
        self._taken: dict[int, str] = {}
        self._votes: tuple[defaultdict[tuple[str, ...], Counter[str]], ...] = (
            defaultdict(Counter),
            defaultdict(Counter),
        )
        self._towns: set[int] | None = None
        self._areas: dict[str, list[Known]] | None = None

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def find(self, numbers: Sequence[int]) -> dict[int, int]:
        """Which of these GeoNames' numbers the world layer has: number → row of it."""
        if self._by_id is not None:
            known = self._by_id
            return {number: known[number] for number in numbers if number in known}
        found = self._db.execute(
            "SELECT j.value,p.id FROM json_each(?) j JOIN places p ON p.pid='gn:'||j.value", (json.dumps(numbers),)
        )
        return dict(found)

    def copies(self, numbers: Sequence[int], db: sqlite3.Connection | None = None) -> dict[int, Known]:
        """The places of these GeoNames' numbers in the world layer, or in another file of its layout."""
        found = (db or self._db).execute(
            f"SELECT j.value,{_COLUMNS} FROM json_each(?) j JOIN places p ON p.pid='gn:'||j.value",
            (json.dumps(numbers),),
        )
        return {number: _known(tuple(row)) for number, *row in found}

    def numbers(self) -> list[int]:
        """All GeoNames' numbers that the world layer has."""
        found = self._db.execute("SELECT pid FROM places WHERE pid>='gn:' AND pid<'gn;' ORDER BY pid")
        return [int(pid[3:]) for (pid,) in found]

    def rows(self, rows: Iterable[int]) -> dict[int, Known]:
        """The places of these rows."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM json_each(?) j JOIN places p ON p.id=j.value", (json.dumps(list(rows)),)
        )
        return {row[0]: _known(row) for row in found}

    def is_present(self, row: int) -> bool:
        """Whether the file that was surveyed has this place under its own number."""
        return row in self._present

    def take(self, rows: Mapping[int, str]) -> None:
        """Remember which rows were merged by name, and with whose id: one place of a file for each of the world."""
        self._taken.update(rows)

    # -- What codes stand for -------------------------------------------------------------------------------------

    def survey(self, matched: Iterable[tuple[int, str, str, str, str]]) -> None:
        """Learn from rows that the world has too: (row, country, admin-1 code, admin-2 code, feature code)."""
        told = list(matched)
        self._present.update(row for row, *_ in told)
        known = {
            row: known
            for row, *known in self._db.execute(
                "SELECT p.id,p.cc,p.admin1,p.admin2,p.fcode,p.name FROM json_each(?) j JOIN places p ON p.id=j.value",
                (json.dumps([row for row, *_ in told]),),
            )
        }
        first, second = self._votes
        for row, cc, code1, code2, fcode in told:
            known_cc, admin1, admin2, known_fcode, name = known[row]
            if known_cc != cc or code1 in ("", "00"):
                continue
            if admin1:
                first[cc, code1][admin1] += 1
            if admin2 and code2:
                second[cc, code1, code2][admin2] += 1
            elif fcode == "ADM1" and known_fcode == "ADM2":
                # What was a first-order division when the file was made is a second-order one today: Kosovo's.
                second[cc, code1, ""][name] += 1

    def divisions(self) -> tuple[dict[tuple[str, ...], str], dict[tuple[str, ...], str]]:
        """(country, code) → name of the admin-1, (country, code, code) → name of the admin-2, by the world's towns."""
        return self._elect(self._votes[0]), self._elect(self._votes[1])

    @staticmethod
    def _elect(votes: defaultdict[tuple[str, ...], Counter[str]]) -> dict[tuple[str, ...], str]:
        elected = {}
        for code, counts in votes.items():
            name, most = min(counts.items(), key=lambda item: (-item[1], item[0]))
            if most > _MAJORITY * counts.total():
                elected[code] = name
        return elected

    # -- The same place under another number, or under none ---------------------------------------------------------

    def _load_towns(self) -> set[int]:
        """Hashes of (folded name, cell) of all populated places, with the cells that their 5 km reach into.

        Sixteen MB instead of a look-up in the file for each row; what is found is looked up then.
        """
        towns: set[int] = set()
        cursor = self._db.execute("SELECT name,lat,lon,cell FROM places WHERE fclass='P'")
        while rows := cursor.fetchmany(20_000):
            for key, (_, lat, lon, cell) in zip(fold_many([row[0] for row in rows]), rows, strict=True):
                towns.add(hash((key, cell)))
                # A degree of longitude shrinks with the cosine: beyond 60 degrees 5 km are up to 0.1 and more of it.
                reach = 0.05 if abs(lat) < 25.0 else 0.1 if abs(lat) < 60.0 else 1.0
                if not (0.05 < lat % 1.0 < 0.95 and reach < lon % 1.0 < 1.0 - reach):
                    towns.update(hash((key, other)) for other in cells_around(lat, lon, _SAME_PLACE_KM))
        return towns

    def _load_areas(self) -> dict[str, list[Known]]:
        """The regions, waters and mountains, a thousand of them, by folded name."""
        areas: dict[str, list[Known]] = {}
        for row in self._db.execute(f"SELECT {_COLUMNS} FROM places p WHERE fclass IN ('L','H','T') ORDER BY id"):
            place = _known(row)
            areas.setdefault(fold_many([place.name])[0], []).append(place)
        return areas

    def may_be_known(self, keys: Sequence[str], fclasses: Sequence[str], cells: Sequence[int]) -> list[int]:
        """For which rows, counted from 0, :meth:`same_place` is worth asking: almost none, and this is ten times as
        fast. Divisions are always worth it."""
        if self.bulk and self._towns is None:
            self._towns = self._load_towns()
        if self._areas is None and not _AREAS.isdisjoint(fclasses):
            self._areas = self._load_areas()
        towns, areas = self._towns, self._areas or {}
        return [
            i
            for i, (key, fclass, cell) in enumerate(zip(keys, fclasses, cells, strict=True))
            if (
                (towns is None or hash((key, cell)) in towns)
                if fclass == "P"
                else (key in areas if fclass in _AREAS else fclass == "A")
            )
        ]

    def same_place(self, pid: str, key: str, fclass: str, fcode: str, cc: str, lat: float, lon: float) -> Known | None:
        """The world's place of this folded name that a row means although it does not give its number.

        Populated places within 5 km; regions, waters and mountains within their radius; divisions of the same country
        and order. A place that the file has under its own number, or that another row took already (``pid`` is the id
        of the one that asks), is not meant.
        """
        if fclass == "P":
            found = self._by_name(key, "P")
            near = [(distance_km(lat, lon, p.lat, p.lon), p) for p in found]
            near = [(km, p) for km, p in near if km <= _SAME_PLACE_KM]
        elif fclass in ("L", "H", "T"):
            if self._areas is None:
                self._areas = self._load_areas()
            found = [p for p in self._areas.get(key, ()) if p.fclass == fclass]
            near = [(distance_km(lat, lon, p.lat, p.lon), p) for p in found]
            near = [(km, p) for km, p in near if km <= p.radius]
        elif fclass == "A" and fcode in ("ADM1", "ADM2", "PCLI"):
            found = [p for p in self._by_name(key, "A") if p.cc == cc and p.fcode == fcode]
            near = [(distance_km(lat, lon, p.lat, p.lon), p) for p in found]
            near = [(km, p) for km, p in near if km <= max(p.radius, 25.0)]
        else:
            return None
        free = [(km, p.pid, p) for km, p in near if p.row not in self._present and self._taken.get(p.row, pid) == pid]
        if not free:
            return None
        nearest = min(free)[2]
        self._taken[nearest.row] = pid
        return nearest

    def _by_name(self, key: str, fclass: str) -> list[Known]:
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM names n JOIN places p ON p.id=n.place "
            "WHERE n.key=? AND n.kind=0 AND p.fclass=? ORDER BY p.id",
            (key, fclass),
        )
        return [_known(row) for row in found]
