"""Tables of places: CSV and TSV with any column names, and Linked Places TSV (LP-TSV)."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from geomap.csv_records import next_record
from geomap.errors import GazetteerError
from geomap.gazetteer.importing.archives import open_member
from geomap.gazetteer.importing.features import (
    Position,
    ReaderOptions,
    WrongRow,
    check_position,
    clean,
    country_code,
    default_country,
    feature_kind,
    further_names,
    geonameid_of,
    name_of,
    number,
    position_of_shape,
    skip_of,
    split_names,
)
from geomap.gazetteer.importing.rows import PlaceRow, Skipped, Skips
from geomap.text import spreadsheet_plain

__all__ = ["COLUMNS", "Layout", "detect", "detect_lp_tsv", "guess_mapping", "layout_of", "read", "read_lp_tsv"]

SUFFIXES = (".csv", ".tsv", ".txt", ".tab")

# Our columns, and what other files call them: folded to lower-case letters and digits, in order of preference.
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "title": ("title", "name", "placename", "place", "toponym", "label", "locality", "location", "settlement",
                  "village", "town", "city", "cityname", "sitename", "geographicname", "fullname", "asciiname"),
        "lat": ("lat", "latitude", "latdeg", "latdd", "ylat", "latwgs84", "declat", "latitudedd", "y", "ycoord",
                "pointy", "ycoordinate"),
        "lon": ("lon", "lng", "long", "longitude", "londeg", "longdeg", "londd", "longdd", "xlong", "xlon", "lonwgs84",
                "longwgs84", "declon", "declong", "longitudedd", "x", "xcoord", "pointx", "xcoordinate"),
        "coordinates": ("coordinates", "coordinate", "coords", "coord", "latlon", "latlong", "latlng", "gps",
                        "geolocation", "latitudelongitude"),
        "wkt": ("geowkt", "wkt", "geometrywkt", "wktgeom", "geom", "thegeom", "geometry", "shape"),
        "names": ("variants", "variant", "altnames", "altname", "alternatenames", "alternatename", "alternativenames",
                  "alternativename", "aliases", "alias", "othernames", "othername", "names", "aka", "alsoknownas",
                  "synonyms"),
        "country": ("ccodes", "ccode", "countrycode", "iso2", "isoa2", "iso31661", "iso", "cc", "iso3", "isoa3",
                    "country", "countryname", "adm0pcode", "adm0en", "admin0", "nation"),
        "feature_class": ("featureclass", "fclass", "fcl"),
        "feature_code": ("featurecode", "fcode", "fcod"),
        "type": ("type", "types", "kind", "placetype", "category", "featuretype", "class", "aattypes"),
        "admin1": ("admin1", "adm1", "admin1name", "adm1en", "adm1name", "state", "province", "region", "oblast",
                   "governorate", "adminname1", "admin1code"),
        "admin2": ("admin2", "adm2", "admin2name", "adm2en", "adm2name", "parent", "parentname", "municipality",
                   "county", "district", "rayon", "raion", "adminname2"),
        "population": ("population", "pop", "inhabitants", "poptotal", "totalpopulation", "residents"),
        "id": ("id", "placeid", "identifier", "uid", "uuid", "key", "osmid", "pcode", "objectid", "fid", "gid"),
        "geonameid": ("geonameid", "geonamesid", "geonames", "geonamesuri", "geonamescode", "gnid"),
        "matches": ("matches", "match", "closematch", "sameas", "links"),
        "radius_km": ("radiuskm", "radius", "approximation", "approximationkm", "uncertaintykm"),
    }
)  # fmt: skip

# A cell of a table with commas holds what csv takes by default; a line may hold a few hundred such.
_LONGEST_LINE = 32 << 20
# LP-TSV keeps outlines of countries in cells; those of Natural Earth at 1:10m have up to 2 MB as text.
_LONGEST_WKT = 8 << 20
_LONGEST_CELL = 131_072
_DELIMITERS = (",", "\t", ";", "|")
_LP_COLUMNS = ("id", "title", "title_source", "start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a table was understood, for showing: its encoding and delimiter, the column names of its first line, which
    of them were taken for what (our column → theirs), and remarks that a person should see."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    mapping: Mapping[str, str]
    remarks: tuple[str, ...] = ()


def _plain(column: str) -> str:
    return re.sub(r"[\W_]+", "", column[:200].casefold())


def guess_mapping(header: Sequence[str]) -> dict[str, str]:
    """Our column → the file's column, for every column of ``header`` whose name says what it holds.

    Case, spaces and punctuation do not matter. A column of the file serves one purpose; where several would fit,
    the one that comes first in :data:`COLUMNS` is taken.
    """
    plain: dict[str, str] = {}
    for column in header:
        plain.setdefault(_plain(column), column)
    found: dict[str, str] = {}
    for ours, theirs in COLUMNS.items():
        for candidate in theirs:
            if candidate in plain and plain[candidate] not in found.values():
                found[ours] = plain[candidate]
                break
    # "city" beside "village": the one that is no name is an admin division, which we do not guess.
    return found


def _complete(mapping: Mapping[str, str]) -> bool:
    return "title" in mapping and (
        ("lat" in mapping and "lon" in mapping) or "coordinates" in mapping or "wkt" in mapping
    )


def _decode_head(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return head.decode("cp1252", errors="replace")


def _header_line(text: str) -> str:
    for line in text.split("\n"):
        if line.strip("\r ") and not line.startswith("#"):
            return line.rstrip("\r")
    return ""


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [clean(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _split_header(line: str, options: ReaderOptions) -> tuple[str, list[str]]:
    """The delimiter under which the header names most columns that we know, and the columns."""
    wanted = set(options.mapping.values())
    best: tuple[tuple[int, int], str, list[str]] = ((-1, 0), ",", [])
    for delimiter in _DELIMITERS:
        header = _cells(line, delimiter)
        score = (len(guess_mapping(header)) + 20 * len(wanted & set(header)), len(header))
        if score > best[0]:
            best = (score, delimiter, header)
    return best[1], best[2]


def _is_binary(head: bytes) -> bool:
    """Whether this is no text: a stray NUL spoils a row, one in a hundred bytes means another kind of file."""
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return not marked and head.count(0) * 100 > len(head)


def detect(path: Path, head: bytes) -> bool:
    """Whether this is a table with columns for a name and a position, by its first line."""
    if _is_binary(head):
        return False
    line = _header_line(_decode_head(head))
    if not line or line.lstrip()[:1] in ("{", "[", "<"):
        return False
    return _complete(guess_mapping(_split_header(line, ReaderOptions())[1]))


def detect_lp_tsv(path: Path, head: bytes) -> bool:
    """Whether this is Linked Places TSV: tab-separated, with its obligatory columns."""
    if _is_binary(head):
        return False
    line = _header_line(_decode_head(head))
    columns = {cell.casefold() for cell in line.split("\t")}
    # id, title, title_source and start or attestation_year are what LP-TSV requires; a place needs a position too.
    required = {"id", "title"} <= columns and bool({"lon", "geowkt"} & columns)
    return "\t" in line and required and bool({"title_source", "start", "attestation_year", "variants"} & columns)


def _encoding_of(path: Path, suffixes: tuple[str, ...]) -> str:
    """The encoding by byte-order mark, else UTF-8 if all of the file is, else cp1252 (what Windows writes)."""
    with open_member(path, suffixes=suffixes) as (stream, _):
        chunk = stream.read(1 << 18)
        if chunk.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            raise GazetteerError(f"{path}: is UTF-32; save it as UTF-8")
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if _is_binary(chunk):
            raise GazetteerError(f"{path}: is full of NUL bytes: no text, or UTF-16 without a mark; save it as UTF-8")
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = stream.read(1 << 20)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _lines(stream: BinaryIO, encoding: str, path: Path, skips: Skips) -> Iterator[tuple[int, str]]:
    """Numbered lines of bounded length; a longer one is skipped."""
    text = io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline="")
    row = 0
    try:
        while line := _whole_line(text):
            row += 1
            if len(line) > _LONGEST_LINE:
                skips.add(
                    Skipped(
                        row=row,
                        reason="line too long",
                        value=line[:60],
                        remedy="no place needs a line of 32 million letters; check its quotes and line breaks",
                    )
                )
                while not line.endswith("\n") and (line := text.readline(1 << 20)):
                    pass
                continue
            yield row, line
    except UnicodeError as error:
        raise GazetteerError(
            f"{path}, near line {row + 1}: not {encoding.removesuffix('-sig')} ({str(error)[:80]}); save it as UTF-8"
        ) from error
    finally:
        text.detach()


def _whole_line(text: io.TextIOWrapper) -> str:
    line = text.readline(_LONGEST_LINE + 1)
    # newline="" keeps a break in a quoted cell as it is, and ends a line at a bare CR too (old Macs).
    return line


class _Source:
    """Feeds lines to csv and remembers where it is."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self.row = 0

    def __iter__(self) -> _Source:
        return self

    def __next__(self) -> str:
        self.row, line = next(self._lines)
        return line


def layout_of(path: Path, options: ReaderOptions | None = None) -> Layout:
    """How :func:`read` understands a table. Raises :class:`GazetteerError` where name or position have no column."""
    options = options or ReaderOptions()
    encoding = _checked_encoding(path, options.encoding) if options.encoding else _encoding_of(path, SUFFIXES)
    with open_member(path, suffixes=SUFFIXES) as (stream, _):
        lines = _lines(stream, encoding, path, Skips())
        # At most so many remarks before the header; beyond that there is none.
        line = next((text for row, text in lines if row < 10_000 and text.strip() and not text.startswith("#")), "")
        lines.close()  # type: ignore[attr-defined]
    return _layout(path, line.rstrip("\r\n"), encoding, options)


def _checked_encoding(path: Path, name: str) -> str:
    try:
        known = codecs.lookup(name)
        if not known._is_text_encoding:
            raise LookupError
    except (LookupError, ValueError):
        raise GazetteerError(
            f"{path}: there is no encoding {name[:40]!r}; utf-8, utf-16 and cp1252 are common"
        ) from None
    return "utf-8-sig" if known.name == "utf-8" else known.name


def _layout(path: Path, line: str, encoding: str, options: ReaderOptions) -> Layout:
    if not line.strip():
        raise GazetteerError(f"{path}: is empty; the first line must name the columns (title,lon,lat,…)")
    if len(line) > _LONGEST_CELL * 8:
        raise GazetteerError(
            f"{path}: its first line has {len(line)} letters; it must name the columns (title,lon,lat,…)"
        )
    delimiter, header = _split_header(line, options)
    guessed = guess_mapping(header)
    mapping = dict(guessed)
    for ours, theirs in options.mapping.items():
        if ours not in COLUMNS:
            raise GazetteerError(f"{path}: we have no column {ours[:40]!r}; ours are {', '.join(COLUMNS)}")
        # As written, else whatever its case and spaces.
        match = theirs if theirs in header else next((h for h in header if _plain(h) == _plain(theirs)), None)
        if match is None:
            raise GazetteerError(
                f"{path}: there is no column {theirs[:40]!r} for {ours}; the file's are {_listed(header)}"
            )
        mapping = {k: v for k, v in mapping.items() if v != match or k in options.mapping}
        mapping[ours] = match
    if not _complete(mapping):
        missing = "title" if "title" not in mapping else "lat" if "lat" not in mapping else "lon"
        raise GazetteerError(
            f"{path}: no column is known as {missing}; the first line names {_listed(header)}. Say which it is with a "
            f"mapping ({missing}=COLUMN); where the first line is a place already, put a line of column names before it"
        )
    remarks = []
    if encoding == "cp1252" and not options.encoding:
        remarks.append("not UTF-8: read as cp1252 (Windows). If names look wrong, give the encoding or save as UTF-8")
    doubled = sorted(h for h, times in Counter(header).items() if h and times > 1)
    if doubled:
        remarks.append(f"columns that occur twice, of which the first counts: {_listed(doubled)}")
    return Layout(
        encoding=encoding,
        delimiter=delimiter,
        header=tuple(header),
        mapping=MappingProxyType(mapping),
        remarks=tuple(remarks),
    )


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(column[:30] for column in columns[:12]) + (", …" if len(columns) > 12 else "")


def read(path: Path, *, skips: Skips, options: ReaderOptions) -> Iterator[PlaceRow]:
    """The places of a table, one after another; wrong rows go to ``skips``.

    Raises :class:`GazetteerError` where the file as a whole cannot be understood.
    """
    yield from _read(path, skips, options, lp=False)


def read_lp_tsv(path: Path, *, skips: Skips, options: ReaderOptions) -> Iterator[PlaceRow]:
    """The places of a Linked Places TSV file; as :func:`read`, and with its outlines (``geowkt``) of any length."""
    yield from _read(path, skips, options, lp=True)


def _read(path: Path, skips: Skips, options: ReaderOptions, *, lp: bool) -> Iterator[PlaceRow]:
    layout = layout_of(path, options)
    try:
        default = default_country(options)
    except WrongRow as wrong:
        raise GazetteerError(f"{path}: {wrong.value!r} is no country; give a two-letter code (XK, RS)") from None
    width = len(layout.header)
    places = {ours: layout.header.index(theirs) for ours, theirs in layout.mapping.items()}
    comma = layout.delimiter != ","
    with open_member(path, suffixes=SUFFIXES) as (stream, _):
        source = _Source(_lines(stream, layout.encoding, path, skips))
        headed = False
        for row, cells in _records(source, layout.delimiter, skips):
            if not headed:
                headed = bool(any(cells)) and not cells[0].startswith("#")
                continue
            if not any(cell.strip() for cell in cells) or (cells[0].startswith("#") and len(cells) != width):
                continue
            if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
                cells = cells[:width]
            try:
                if len(cells) != width:
                    raise WrongRow(
                        "wrong number of cells",
                        value=f"{len(cells)} instead of {width}: {layout.delimiter.join(cells)}",
                        remedy="quote cells that hold the delimiter or a line break",
                    )
                yield _place(row, {ours: cells[at] for ours, at in places.items()}, default, comma)
            except WrongRow as wrong:
                column = layout.mapping.get(wrong.column, wrong.column)
                wrong.column = column
                skips.add(skip_of(row, wrong))


def _records(source: _Source, delimiter: str, skips: Skips) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that each begins in. After a cell that is too long, reading goes on with the next line."""
    if delimiter == "\t":
        yield from _tab_records(source, skips)
        return
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        first = source.row + 1
        try:
            cells = next_record(reader, _LONGEST_CELL)
        except StopIteration:
            return
        except csv.Error as error:
            skips.add(_broken(first, error))
            continue
        yield first, cells


def _tab_records(source: _Source, skips: Skips) -> Iterator[tuple[int, list[str]]]:
    # Most tables with tabs know no quotes, and csv would refuse long outlines: lines without a quote at the start of
    # a cell are split here.
    for line in source:
        first = source.row
        if '\t"' not in line and not line.startswith('"'):
            cells = line.rstrip("\r\n").split("\t")
            if any(len(cell) > _LONGEST_WKT for cell in cells):
                skips.add(_broken(first, "a cell of more than 8 million letters"))
                continue
            yield first, cells
            continue
        reader = csv.reader(_chained(line, source), delimiter="\t")
        try:
            cells = next_record(reader, _LONGEST_CELL)
        except StopIteration:
            return
        except csv.Error as error:
            skips.add(_broken(first, error))
        else:
            yield first, cells


def _chained(line: str, source: _Source) -> Iterator[str]:
    yield line
    yield from source


def _broken(row: int, error: object) -> Skipped:
    return Skipped(
        row=row,
        reason="cell too long or broken quotes",
        value=str(error)[:60],
        remedy="check the quotes of this row; a cell holds up to 131,072 letters",
    )


def _place(row: int, raw: Mapping[str, str], default: str, decimal_comma: bool) -> PlaceRow:
    cells: dict[str, str] = {}
    for ours, cell in raw.items():
        if not cell:
            continue
        if len(cell) > _LONGEST_CELL and ours != "wkt":
            raise WrongRow(
                "cell too long", column=ours, value=cell, remedy=f"a cell holds up to {_LONGEST_CELL:,} letters"
            )
        if "\x00" in cell:
            raise WrongRow("NUL bytes", column=ours, value=cell.replace("\x00", "\\0"), remedy="remove them")
        cells[ours] = spreadsheet_plain(cell)
    name = name_of(cells.get("title", ""), "title")
    position = _position(cells, decimal_comma)
    country = country_code(cells.get("country", ""))
    if country is None:
        raise WrongRow(
            "unknown country",
            column="country",
            value=cells["country"],
            remedy="use a two-letter code (XK, RS) or the English name",
        )
    fclass, code = _kind(cells, position)
    population: int | None = None
    if text := cells.get("population"):
        # "12,345", "12.345" and "12 345" are how people write inhabitants.
        plain = re.sub(r"(?<=[0-9])[ ,.'\u00a0\u202f](?=[0-9]{3}(?![0-9]))", "", text[:60])
        population = int(
            number(plain, "population", low=0, high=2e10, reason="population out of range", remedy="a whole number")
        )
    radius = position.radius_km
    if text := cells.get("radius_km"):
        radius = number(
            text.removesuffix("km").strip(),
            "radius_km",
            low=0.0,
            high=10000.0,
            reason="radius out of range",
            remedy="kilometres, 0 to 10000",
            decimal_comma=decimal_comma,
        )
    key = clean(cells.get("id", ""))[:200]
    return PlaceRow(
        row=row,
        name=name,
        lat=position.lat,
        lon=position.lon,
        key=key,
        geonameid=_geonameid(cells, key),
        names=further_names(name, split_names(cells.get("names", ""))),
        feature_class=fclass,
        feature_code=code,
        country_code=country or default,
        admin1=clean(cells.get("admin1", ""))[:300],
        admin2=clean(cells.get("admin2", ""))[:300],
        population=population,
        radius_km=radius,
    )


def _geonameid(cells: Mapping[str, str], key: str) -> int | None:
    text = cells.get("geonameid", "").removeprefix("gn:")
    if not text and ":" not in key and "/" not in key and "matches" not in cells:
        return None
    if re.fullmatch(r"[0-9]{1,10}", text):
        return int(text) or None
    for candidate in (text, key, cells.get("matches", "")):
        if found := geonameid_of(candidate):
            return found
    return None


def _kind(cells: Mapping[str, str], position: Position) -> tuple[str, str]:
    fclass = cells.get("feature_class", "").strip().upper()
    code = cells.get("feature_code", "").strip().upper()
    if "." in code:
        fclass, code = code.split(".", 1)
    if len(fclass) == 1 and (kind := feature_kind(fclass)):
        return fclass, code[:10] if code.isalnum() else kind[1]
    for text in (code, *cells.get("type", "")[:1000].split(";"), cells.get("feature_class", "")):
        if text.strip() and (kind := feature_kind(text.strip())):
            return kind
    return [("P", "PPL"), ("R", "RD"), ("L", "RGN")][position.dimension]


def _position(cells: Mapping[str, str], decimal_comma: bool) -> Position:
    lat, lon = cells.get("lat", ""), cells.get("lon", "")
    if lat or lon:
        if not (lat and lon):
            raise WrongRow("no coordinates", column="lon" if lat else "lat", remedy="give both lat and lon")
        pair = _degrees(lat, lon, decimal_comma)
        checked = check_position(*pair)
        point = Position(lat=checked[0], lon=checked[1])
        if not cells.get("wkt"):
            return point
        # The outline tells how far the place reaches; the point given is the better one of the two.
        outline = _outline(cells["wkt"])
        return Position(lat=point.lat, lon=point.lon, radius_km=outline.radius_km, dimension=outline.dimension)
    if text := cells.get("wkt"):
        return _outline(text)
    if text := cells.get("coordinates"):
        if text.lstrip()[:1].isalpha() and "(" in text:
            return _outline(text)
        found = check_position(*_parsed(text, "coordinates"))
        return Position(lat=found[0], lon=found[1])
    raise WrongRow("no coordinates", column="lat", remedy="give lat and lon in WGS84 degrees")


_DEGREES = "write WGS84 degrees, as 42.8914"


def _degrees(lat: str, lon: str, decimal_comma: bool) -> tuple[float, float]:
    try:
        return (
            number(
                lat, "lat", low=-inf, high=inf, reason="lat out of range", remedy=_DEGREES, decimal_comma=decimal_comma
            ),
            number(
                lon, "lon", low=-inf, high=inf, reason="lon out of range", remedy=_DEGREES, decimal_comma=decimal_comma
            ),
        )
    except WrongRow as wrong:
        # Degrees and minutes: something that no plain number has.
        if not any(mark in lat + lon for mark in "°º'′NSEWnsew"):
            raise
        try:
            return _parsed(f"{lat} {lon}", wrong.column)
        except WrongRow:
            raise wrong from None


def _parsed(text: str, column: str) -> tuple[float, float]:
    """(lat, lon) of what people paste: degrees and minutes, a pair with a comma."""
    from geomap.errors import GeomapError
    from geomap.gazetteer.coordinates import parse_coordinates

    try:
        point = parse_coordinates(text[:1000])
        return point.lat, point.lon
    except (GeomapError, ValueError) as error:
        raise WrongRow(
            "coordinates not understood", column=column, value=text, remedy=f"write decimal degrees ({str(error)[:80]})"
        ) from None


def _outline(text: str) -> Position:
    """The position of WKT, in degrees with longitude first; an "SRID=4326;" before it is allowed."""
    import shapely

    prefix, _, rest = text.partition(";")
    if prefix.upper().startswith("SRID="):
        if prefix.upper() != "SRID=4326":
            raise WrongRow("unknown projection", column="wkt", value=prefix, remedy="convert it to EPSG:4326")
        text = rest
    if len(text) > _LONGEST_WKT:
        raise WrongRow("cell too long", column="wkt", value=text, remedy="simplify the outline")
    # Collections within collections: the reader behind shapely recurses for each.
    if text.upper().count("COLLECTION") > 8:
        raise WrongRow("broken geometry", column="wkt", value=text, remedy="export it without nested collections")
    try:
        shape: Any = shapely.from_wkt(text)
        return position_of_shape(shapely.force_2d(shape))
    except (shapely.errors.ShapelyError, ValueError, TypeError) as error:
        if isinstance(error, WrongRow):
            error.column = "wkt"
            raise
        raise WrongRow("broken geometry", column="wkt", value=text, remedy="write WKT, as POINT(20.86 42.89)") from None
