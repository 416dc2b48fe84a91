"""The store: one read-only SQLite file of world places, with the people's places laid over it in memory.

Only this package knows SQL. The file is written once by :mod:`geomap.gazetteer.build`; here it is opened
read-only and memory-mapped, so that processes share its pages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from geomap.errors import GazetteerError
from geomap.geo import cell_of, cells_around, distance_km
from geomap.records import Candidate, MatchKind, Place
from geomap.text import fold, skeleton

__all__ = ["KINDS", "Gazetteer"]

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
_CACHE_SIZE = 50_000
# Two entries of one name closer than this are one place told twice (overlay and world layer).
_SAME_PLACE_KM = 5.0

_COLUMNS = "p.pid,p.name,p.lat,p.lon,p.fclass,p.fcode,p.cc,p.admin1,p.admin2,p.pop,p.radius,p.names,p.layer"


def _place(row: tuple[object, ...]) -> Place:
    pid, name, lat, lon, fclass, fcode, cc, admin1, admin2, pop, radius, names, layer = row
    return Place(
        id=str(pid),
        name=str(name),
        lat=float(lat),  # type: ignore[arg-type]
        lon=float(lon),  # type: ignore[arg-type]
        feature_class=str(fclass),
        feature_code=str(fcode),
        country_code=str(cc),
        admin1=str(admin1),
        admin2=str(admin2),
        population=None if pop is None else int(pop),  # type: ignore[call-overload]
        radius_km=float(radius),  # type: ignore[arg-type]
        names=tuple(str(names).split("|")) if names else (),
        layer=str(layer),
    )


class Gazetteer:
    """Names to places. Open it with :func:`geomap.gazetteer.open_gazetteer`; close it or use it in a ``with``.

    ``overlay`` are places laid over the file (the user's and the shipped ones), first wins on ties.
    """

    def __init__(self, path: Path, overlay: Sequence[Place] = ()) -> None:
        self.path = path
        try:
            # immutable: nobody writes to a finished file (a rebuild replaces it), so no locks are taken.
            self._db = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._db.execute("PRAGMA mmap_size=1073741824")
            self._db.execute("PRAGMA trusted_schema=OFF")
            done = self._db.execute("SELECT value FROM meta WHERE key='complete'").fetchone()
            # SQLite reads a last page that is cut short as if it ended in zeros.
            (pages,), (size,) = (self._db.execute(f"PRAGMA page_{x}").fetchone() for x in ("count", "size"))
            if path.stat().st_size < pages * size:
                raise sqlite3.DatabaseError("it is cut short")
        except (sqlite3.Error, OSError) as error:
            raise GazetteerError(
                f"{path}: the gazetteer cannot be opened ({error}). Run 'geomap gazetteer build --force'."
            ) from error
        if done is None:
            raise GazetteerError(f"{path}: the gazetteer is incomplete. Run 'geomap gazetteer build --force'.")
        # An id that comes again is the same place told by somebody who ranks lower.
        self.overlay = tuple({p.id: p for p in reversed(overlay)}.values())[::-1]
        self._over: dict[str, list[tuple[Place, bool]]] = {}
        for place in self.overlay:
            seen: set[str] = set()
            for i, name in enumerate((place.name, *place.names)):
                key = fold(name)
                if key and key not in seen:
                    seen.add(key)
                    self._over.setdefault(key, []).append((place, i == 0))
        self._over_ids = {p.id: p for p in self.overlay}
        self._cache: dict[str, tuple[Candidate, ...]] = {}
        self._cells: dict[int, tuple[tuple[str, Place], ...]] = {}

    def __enter__(self) -> Gazetteer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. The object is of no use afterwards."""
        self._db.close()

    def _rows(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query; damage deep in the file, which opening does not see, becomes an error of ours."""
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise GazetteerError(
                f"{self.path}: the gazetteer cannot be read ({error}). Run 'geomap gazetteer build --force'."
            ) from error

    def meta(self) -> dict[str, str]:
        """What the file says of itself: version, digest, counts, sources."""
        return {str(k): str(v) for k, v in self._rows("SELECT key,value FROM meta ORDER BY key")}

    def candidates(self, name: str) -> list[Candidate]:
        """Every place that ``name`` may mean, from its surface form alone.

        Sorted by layer (user, overlay, world), match and population; ties are broken by id. Demonyms and
        abbreviations are included with their own match kind. An unknown name gives an empty list.
        """
        cached = self._cache.get(name)
        if cached is None:
            cached = tuple(self._look_up(name))
            if not cached and "-" in name:
                # "Pétion-Ville" is Pétionville elsewhere.
                joined = tuple(self._look_up(name.replace("-", "")))
                cached = tuple(replace(c, match="folded", score=min(c.score, 0.9)) for c in joined)
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            self._cache[name] = cached
        return list(cached)

    def _look_up(self, name: str) -> Iterable[Candidate]:
        key = fold(name)
        if not key:
            return []
        found: list[Candidate] = []
        for place, own in self._over.get(key, ()):
            found.append(Candidate(place=place, match="exact" if own else "alternate", score=1.0 if own else 0.95))
        rows = self._rows(
            f"SELECT n.kind,{_COLUMNS} FROM names n JOIN places p ON p.id=n.place WHERE n.key=? "
            "ORDER BY n.rank,n.place LIMIT ?",
            (key, _MOST_HOMONYMS),
        )
        best: dict[str, Candidate] = {}
        for kind, *row in rows:
            place = _place(tuple(row))
            if any(
                c.place.id == place.id
                or (
                    c.place.feature_class == place.feature_class
                    and distance_km(c.place.lat, c.place.lon, place.lat, place.lon) <= _SAME_PLACE_KM
                )
                for c in found
            ):
                continue
            match, score = _MATCH[kind], _SCORE[kind]
            if (
                kind == 0
                and name != place.name
                and fold(place.name) == key
                and name.casefold() != place.name.casefold()
            ):
                match, score = "folded", 0.97
            old = best.get(place.id)
            if old is None or score > old.score:
                best[place.id] = Candidate(place=place, match=match, score=score)
        found.extend(sorted(best.values(), key=lambda c: (-c.score, -(c.place.population or 0), c.place.id)))
        return found

    def has(self, key: str) -> bool:
        """Whether a folded key names anything at all (cheaper than :meth:`candidates`)."""
        return key in self._over or bool(self._rows("SELECT 1 FROM names WHERE key=? LIMIT 1", (key,)))

    def place(self, place_id: str) -> Place | None:
        """The entry with this id, or None."""
        if place_id in self._over_ids:
            return self._over_ids[place_id]
        rows = self._rows(f"SELECT {_COLUMNS} FROM places p WHERE p.pid=? LIMIT 1", (place_id,))
        return _place(rows[0]) if rows else None

    def country(self, code: str) -> Place | None:
        """The entry of a country by its ISO 3166-1 alpha-2 code, or None."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM places p WHERE p.cc=? AND p.fcode IN ('PCLI','PCLD','TERR') LIMIT 1",
            (code,),
        )
        return _place(rows[0]) if rows else None

    def near(self, lat: float, lon: float, radius_km: float, *, limit: int = 50) -> list[Place]:
        """Populated places within ``radius_km`` of a point, the largest first (ties by id)."""
        found = [p for p in self.overlay if p.feature_class == "P"]
        for cell in cells_around(lat, lon, radius_km):
            rows = self._rows(
                f"SELECT {_COLUMNS} FROM places p WHERE p.cell=? AND p.fclass='P' ORDER BY p.pop DESC LIMIT 400",
                (cell,),
            )
            found.extend(_place(row) for row in rows)
        found = [p for p in found if distance_km(lat, lon, p.lat, p.lon) <= radius_km]
        found.sort(key=lambda p: (-(p.population or 0), p.id))
        return found[:limit]

    def spelled_like(self, name: str, lat: float, lon: float, radius_km: float) -> list[Candidate]:
        """Places around a point whose name may be ``name`` in another romanisation or with a slip.

        An equal :func:`geomap.text.skeleton` is a transliteration; otherwise rapidfuzz's similarity of the
        skeletons must reach 0.9 (one letter in ten). Names of under five letters are never matched
        so: among short names nearly everything is like everything.
        """
        bone = skeleton(name)
        if len(bone) < 5:
            return []
        from rapidfuzz import fuzz, process

        entries: list[tuple[str, Place]] = []
        for cell in cells_around(lat, lon, radius_km):
            if cell not in self._cells:
                if len(self._cells) > 256:
                    self._cells.clear()
                rows = self._rows(f"SELECT {_COLUMNS} FROM places p WHERE p.cell=?", (cell,))
                places = [_place(row) for row in rows] + [p for p in self.overlay if cell_of(p.lat, p.lon) == cell]
                self._cells[cell] = tuple(
                    sorted(
                        {(skeleton(n), p) for p in places for n in (p.name, *p.names) if len(n) > 3},
                        key=lambda e: (e[0], e[1].id),
                    )
                )
            entries.extend(self._cells[cell])
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

    def search(self, query: str, *, country: str | None = None, limit: int = 20) -> list[Candidate]:
        """Places by name for a person at a prompt: exact and alternate names first, then names that begin so.

        ``country`` is an ISO 3166-1 alpha-2 code. At most ``limit`` candidates.
        """
        key = fold(query)
        wanted = country.upper() if country else None
        found = [c for c in self.candidates(query) if wanted in (None, c.place.country_code)]
        if key and len(found) < limit:
            seen = {c.place.id for c in found}
            # No name holds the last code point, so this is above all that begin with the key.
            top = key + "\U0010ffff"
            rows = self._rows(
                f"SELECT {_COLUMNS} FROM names n JOIN places p ON p.id=n.place WHERE n.key>? AND n.key<? AND n.kind<2 "
                + ("AND p.cc=? " if wanted else "")
                + "ORDER BY n.rank,n.key LIMIT 200",
                (key, top, wanted) if wanted else (key, top),
            )
            begins = [p for k, e in self._over.items() if k.startswith(key) and k != key for p, _ in e]
            for place in [p for p in begins if wanted in (None, p.country_code)] + [_place(r) for r in rows]:
                if place.id not in seen:
                    seen.add(place.id)
                    found.append(Candidate(place=place, match="fuzzy", score=0.5))
        return found[:limit]
