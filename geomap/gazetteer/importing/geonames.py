"""GeoNames' own files: dumps of places (19 columns), alternate names (8 or 10), codes of divisions (4).

Lines are read by 128 KB and never longer than a quarter of one, so that a file without line ends costs no memory.
A row that is wrong is skipped and told, with its column; the file goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from geomap.errors import GazetteerError, OverlayError
from geomap.gazetteer.build import _good_alternate, _radius_of_population
from geomap.gazetteer.importing.rows import Filters, Skipped, Skips
from geomap.gazetteer.importing.staging import Columns, Entry
from geomap.gazetteer.importing.world import World
from geomap.gazetteer.kinds import kind_of

__all__ = [
    "ALTERNATES",
    "COLUMNS",
    "FORMATS",
    "Divisions",
    "blocks",
    "detect",
    "read_codes",
    "read_names",
    "read_places",
    "survey",
]

FORMATS = ("geonames", "geonames-names", "geonames-codes")
COLUMNS = 19
ALTERNATES = (8, 10)
# A thousand rows: their cells, each a string, stay in the processor's cache while they are worked on by columns.
_BLOCK = 1 << 17
# alternatenames has 10,000 characters at most, which are 40,000 bytes.
_LONGEST_LINE = 1 << 18
# The longest real name has 163 letters (Bangkok's); what is longer is a pasted paragraph.
_LONGEST_NAME = 300
# So many lines are gone through one by one where something is wrong with one of them.
_PIECE = 256
_DECIMALS = re.compile(r"[-+.0-9\n]+")
_LETTER = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(rb"[0-9]{1,10}")
_CODE = re.compile(rb"[A-Z]{2}\.[A-Za-z0-9_]{1,20}(\.[^\t]{1,80})?")
# Countries that are no more, which GeoNames' own list of countries still has.
_FORMER_COUNTRIES = frozenset({"AN", "CS"})
_CLASSES = frozenset("AHLPRSTUV") | {""}
_A_CLASS = "one of A H L P R S T U V, and a code of letters and digits"
_VILLAGE_KM = _radius_of_population(0)
_FETCH = "fetch the file again from GeoNames, or remove the row"


def detect(name: str, head: bytes) -> str | None:
    """Which of GeoNames' files this is by the first of its lines that looks like one of a GeoNames file, or None.

    Raises :class:`GazetteerError` for one of them that holds no places.
    """
    lines = head.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if lines[0].startswith(b"#ISO\t") or (
        name.casefold().startswith("countryinfo") and any(line.count(b"\t") == 18 for line in lines)
    ):
        raise GazetteerError(
            f"{name}: GeoNames' list of countries holds no places; the world layer has all countries. Import a dump "
            "of places (allCountries.zip, XK.zip, cities500.zip)"
        )
    for line in lines[:20]:
        cells = line.rstrip(b"\r").split(b"\t")
        if len(cells) == COLUMNS and _NUMBER.fullmatch(cells[0]):
            return "geonames"
        if len(cells) in ALTERNATES and _NUMBER.fullmatch(cells[0]) and _NUMBER.fullmatch(cells[1]):
            return "geonames-names"
        if len(cells) == 4 and _CODE.fullmatch(cells[0]) and _NUMBER.fullmatch(cells[3]):
            return "geonames-codes"
    return None


def blocks(stream: BinaryIO, offset: int = 0) -> Iterator[tuple[list[bytes | None], int]]:
    """The lines of a stream from a byte on, about 128 KB at a time, and the byte that each block ends before.

    None stands for a line longer than 256 KB. ``offset`` must be where a line begins.
    """
    if offset:
        if stream.seekable():
            stream.seek(offset)
        else:
            left = offset
            while left and (chunk := stream.read(min(left, _BLOCK))):
                left -= len(chunk)
    rest = b""
    too_long = False
    while chunk := stream.read(_BLOCK):
        data = rest + chunk
        cut = data.rfind(b"\n") + 1
        if not cut:
            too_long = too_long or len(data) > _LONGEST_LINE
            if too_long:
                offset += len(data)
                data = b""
            rest = data
            continue
        rest = data[cut:]
        lines: list[bytes | None] = list(data[: cut - 1].split(b"\n"))
        if too_long:
            lines[0] = None
            too_long = False
        offset += cut
        for index, line in enumerate(lines):
            if line is not None and len(line) > _LONGEST_LINE:
                lines[index] = None
        yield lines, offset
    if rest or too_long:
        yield [None if too_long or len(rest) > _LONGEST_LINE else rest], offset + len(rest)


def survey(lines: Iterable[bytes | None], world: World) -> list[tuple[tuple[str, str, str, str], str]]:
    """First look at a block: tells ``world`` which of its places the file has.

    Returns ((country, code, code, "ADM1" or "ADM2"), name) of the divisions that the file itself has.
    """
    matched: list[tuple[int, str, str, str, str]] = []
    divisions: list[tuple[tuple[str, str, str, str], str]] = []
    told = [line for line in lines if line]
    try:
        numbers = [int(line[: line.find(b"\t")]) for line in told]
    except ValueError:
        # A line that is no row: rare, and told of when the file is read in earnest.
        told = [line for line in told if _NUMBER.match(line)]
        numbers = [int(_NUMBER.match(line)[0]) for line in told]  # type: ignore[index]
    known = world.find(numbers)
    wanted = [index for index, number in enumerate(numbers) if number in known]
    # Divisions are few, and in most blocks there is none.
    if b"\tA\tADM" in b"\n".join(told):
        wanted += [
            index
            for index, line in enumerate(told)
            if numbers[index] not in known and (b"\tA\tADM1\t" in line or b"\tA\tADM2\t" in line)
        ]
    for index in wanted:
        cells = told[index].split(b"\t")
        if len(cells) != COLUMNS:
            continue
        fclass, fcode, cc, code1, code2 = (cells[i].decode("utf-8", "replace") for i in (6, 7, 8, 10, 11))
        if numbers[index] in known:
            matched.append((known[numbers[index]], cc, code1, code2, fcode))
        if fclass == "A" and fcode in ("ADM1", "ADM2") and code1 not in ("", "00"):
            divisions.append(((cc, code1, code2, fcode), cells[1].decode("utf-8", "replace").strip()))
    if matched:
        world.survey(matched)
    return divisions


@dataclass(frozen=True, slots=True)
class Divisions:
    """Names of divisions: (country, code) → admin-1 and (country, code, code) → admin-2."""

    first: Mapping[tuple[str, ...], str]
    second: Mapping[tuple[str, ...], str]


@lru_cache(maxsize=2048)
def _radius_of(fclass: str, fcode: str) -> float:
    """How far a feature reaches, in km: geomap's convention for its kind; historic divisions as today's."""
    if fclass == "A" and fcode.startswith("ADM") and fcode.endswith("H"):
        fcode = fcode[:-1]
    try:
        return kind_of(f"{fclass}.{fcode}").radius_km
    except OverlayError:
        # A code that is none, or of another class: as a building or a farm.
        return 1.0


def _is_good(name: str) -> bool:
    """``_good_alternate`` of a name without spaces around it, with the common cases decided at once."""
    if "|" not in name and 1 < len(name) <= 60 and "http" not in name and "," not in name:
        first = name[0]
        if name.isascii():
            return first.isupper() and not name.isupper()
        if "\u0370" <= first <= "\u1dff" and first.isalpha():
            # It begins with a letter of another script, so it is no code and no transliteration.
            return True
        return _good_alternate(name)
    return False


def _skip(skips: Skips, row: int, reason: str, column: str, value: str, remedy: str = _FETCH) -> None:
    skips.add(Skipped(row=row, reason=reason, column=column, value=value[:60], remedy=remedy))


def texts(lines: Iterable[bytes | None], first: int, skips: Skips) -> Iterator[tuple[int, str]]:
    """Each line's number and text; what is no text is skipped."""
    for row, line in enumerate(lines, first):
        if line is None:
            _skip(skips, row, "line too long", "", "", "a row of GeoNames has 64 KB at most; " + _FETCH)
            continue
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            shown = line[max(0, error.start - 20) : error.start + 20].decode("utf-8", "replace")
            _skip(skips, row, "not UTF-8", "", shown, "save the file as UTF-8")
            continue
        if "\x00" in text:
            _skip(skips, row, "NUL byte", "", text.replace("\x00", "\\0"))
            continue
        if text and text != "\r" and not text.startswith("#"):
            yield row, text


def read_places(
    lines: list[bytes | None], first: int, skips: Skips, filters: Filters, world: World, divisions: Divisions
) -> Columns:
    """The places of a block of a dump whose first line has the number ``first``."""
    countries = world.countries | _FORMER_COUNTRIES | {""}
    if (told := _read_columns(lines, first, skips, filters, countries, divisions)) is not None:
        return told
    told = Columns.of(())
    for start in range(0, len(lines), _PIECE):
        piece = lines[start : start + _PIECE]
        of_piece = _read_columns(piece, first + start, skips, filters, countries, divisions)
        if of_piece is None:
            of_piece = Columns.of(_read_rows(piece, first + start, skips, filters, countries, divisions))
        told.extend(of_piece)
    return told


def _read_columns(
    lines: list[bytes | None],
    first: int,
    skips: Skips,
    filters: Filters,
    countries: frozenset[str],
    divisions: Divisions,
) -> Columns | None:
    """The places of lines of which none is wrong, three times as fast as :func:`_read_rows`; None if one may be."""
    try:
        joined = b"\t\n".join(lines).decode("utf-8")  # type: ignore[arg-type]
    except (TypeError, UnicodeDecodeError):
        return None
    count = len(lines)
    cells = joined.split("\t")
    numbers = cells[::COLUMNS]
    # Each line end stands at the beginning of a row's first cell, so all rows have as many cells as they should.
    digits = "".join(numbers)
    if (
        len(cells) != count * COLUMNS
        or "\x00" in joined
        or digits.count("\n") != count - 1
        or not all(number[:1] == "\n" for number in numbers[1:])
    ):
        return None
    numbers[1:] = digits.split("\n")[1:]
    digits = digits.replace("\n", "")
    north, east = cells[4::COLUMNS], cells[5::COLUMNS]
    if (
        not (digits.isdigit() and digits.isascii())
        or not all(numbers)
        or len(max(numbers, key=len)) > 10
        # Neither exponents nor "nan" nor "1_0".
        or not _DECIMALS.fullmatch("\n".join(north))
        or not _DECIMALS.fullmatch("\n".join(east))
    ):
        return None
    try:
        lats, lons = list(map(float, north)), list(map(float, east))
    except ValueError:
        return None
    names = list(map(str.strip, cells[1::COLUMNS]))
    ccs, codes1, codes2 = cells[8::COLUMNS], cells[10::COLUMNS], cells[11::COLUMNS]
    fclasses, fcodes, people = cells[6::COLUMNS], cells[7::COLUMNS], cells[14::COLUMNS]
    plains = cells[2::COLUMNS]
    alternates = cells[3::COLUMNS]
    del cells, joined
    letter = _LETTER.search
    if (
        min(lats) < -90.0
        or max(lats) > 90.0
        or min(lons) < -180.0
        or max(lons) > 180.0
        or not all(names)
        or len(max(names, key=len)) > _LONGEST_NAME
        or not all(name[0].isalpha() or letter(name) for name in names)
        or not countries.issuperset(ccs)
    ):
        return None
    kinds = list(zip(fclasses, fcodes, strict=True))
    reaches: dict[tuple[str, str], float] = {}
    for fclass, fcode in set(kinds):
        if not _is_kind(fclass, fcode):
            return None
        reaches[fclass, fcode] = _VILLAGE_KM if fclass == "P" else _radius_of(fclass, fcode)
    counted: dict[str, int] = {"": 0}
    for told in set(people):
        if told:
            if not _is_population(told):
                return None
            counted[told] = int(told)
    firsts, seconds = divisions.first.get, divisions.second.get
    populations: list[int | None] = [counted[told] for told in people]
    radii: list[float | None] = [reaches[kind] for kind in kinds]
    for i, population in enumerate(populations):
        if population and fclasses[i] == "P":
            radii[i] = _radius_of_population(population)
    admin1s = [firsts(code, "") for code in zip(ccs, codes1, strict=True)]
    admin2s = [seconds(code, "") for code in zip(ccs, codes1, codes2, strict=True)]
    if ("A", "ADM1") in reaches:
        for i, kind in enumerate(kinds):
            if kind == ("A", "ADM1"):
                admin1s[i], admin2s[i] = admin1s[i] or names[i], ""
    found = Columns(
        rows=list(range(first, first + count)),
        gids=list(map(int, numbers)),
        owns=[""] * count,
        names=names,
        plains=[
            "" if plain == name or len(plain) > _LONGEST_NAME or "|" in plain else plain
            for plain, name in zip(plains, names, strict=True)
        ],
        further=[
            _further(told, name) if told else () for told, name in zip(alternates, names, strict=True)
        ],
        lats=lats, lons=lons, fclasses=fclasses, fcodes=fcodes, ccs=ccs, admin1s=admin1s, admin2s=admin2s,
        populations=populations, radii=radii,
    )  # fmt: skip
    if filters != Filters():
        keeps = filters.keeps
        wanted = [keeps(*told) for told in zip(ccs, fclasses, fcodes, populations, strict=True)]
        for row, keep in enumerate(wanted, first):
            if not keep:
                _skip(skips, row, "left out by the filter", "", "", "")
        found.keep(wanted)
    return found


def _further(alternates: str, name: str) -> list[str]:
    """Of a cell of alternate names those that are names, and others than the place's own."""
    return [one for one in map(str.strip, alternates.split(",")) if _is_good(one) and one != name]


def _is_kind(fclass: str, fcode: str) -> bool:
    return fclass in _CLASSES and (fcode.isalnum() or not fcode) and len(fcode) <= 10


def _is_population(told: str) -> bool:
    return told.isdigit() and told.isascii() and len(told) <= 11


def _read_rows(
    lines: list[bytes | None],
    first: int,
    skips: Skips,
    filters: Filters,
    countries: frozenset[str],
    divisions: Divisions,
) -> list[Entry]:
    """The places of lines of which any may be wrong; what is wrong with a line is told."""
    entries: list[Entry] = []
    append = entries.append
    letter = _LETTER.search
    firsts, seconds = divisions.first.get, divisions.second.get
    everything = filters == Filters()
    reaches: dict[tuple[str, str], float] = {}
    for row, line in texts(lines, first, skips):
        cells = line.split("\t")
        if len(cells) != COLUMNS:
            _skip(
                skips, row, "wrong number of columns", "", line[:60],
                f"a row of a GeoNames dump has {COLUMNS} columns, this one {len(cells)}; {_FETCH}",
            )  # fmt: skip
            continue
        (number, name, ascii_name, alternates, north, east, fclass, fcode, cc, _, code1, code2, _, _, people,
         _, _, _, _) = cells  # fmt: skip
        if row == 1:
            number = number.removeprefix("\ufeff")
        if not (number.isdigit() and number.isascii() and len(number) <= 10):
            _skip(skips, row, "id not a number", "geonameid", number)
            continue
        try:
            lat, lon = float(north), float(east)
        except ValueError:
            lat = lon = 1e999
        if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0) or "_" in north or "_" in east:
            _skip_coordinates(skips, row, north, east)
            continue
        name = name.strip()
        if not name:
            _skip(skips, row, "no name", "name", name)
            continue
        if len(name) > _LONGEST_NAME:
            _skip(skips, row, "name too long", "name", name, f"a name has {_LONGEST_NAME} characters at most")
            continue
        if not name[0].isalpha() and not letter(name):
            _skip(skips, row, "name without letters", "name", name)
            continue
        if cc not in countries:
            _skip(skips, row, "unknown country", "country code", cc, "two capital letters of ISO 3166-1, XK for Kosovo")
            continue
        reach = reaches.get((fclass, fcode))
        if reach is None:
            if not _is_kind(fclass, fcode):
                _skip(skips, row, "unknown feature class", "feature class", f"{fclass} {fcode}", _A_CLASS)
                continue
            reach = reaches[fclass, fcode] = _radius_of(fclass, fcode)
        population = 0
        if people and people != "0":
            if not _is_population(people):
                _skip(skips, row, "population not a number", "population", people)
                continue
            population = int(people)
        if not everything and not filters.keeps(cc, fclass, fcode, population):
            _skip(skips, row, "left out by the filter", "", "", "")
            continue
        admin1 = firsts((cc, code1), "")
        admin2 = seconds((cc, code1, code2), "") if fclass != "A" or fcode != "ADM1" else ""
        if fclass == "A" and not admin1 and fcode == "ADM1":
            admin1 = name
        further = _further(alternates, name) if alternates else ()
        if fclass == "P":
            reach = _radius_of_population(population) if population else _VILLAGE_KM
        if ascii_name == name or len(ascii_name) > _LONGEST_NAME or "|" in ascii_name:
            ascii_name = ""
        append(
            (row, int(number), "", name, ascii_name, further, lat, lon, fclass, fcode, cc, admin1, admin2,
             population, reach)
        )  # fmt: skip
    return entries


def _skip_coordinates(skips: Skips, row: int, north: str, east: str) -> None:
    for column, value, most in (("latitude", north, 90.0), ("longitude", east, 180.0)):
        try:
            number = float(value) if "_" not in value else 1e999
        except ValueError:
            _skip(
                skips, row, f"{column} not a number", column, value,
                "write decimals with a point" if "," in value else _FETCH,
            )  # fmt: skip
            return
        if not -most <= number <= most:
            hint = "; are they swapped?" if abs(number) <= 180 else ""
            _skip(skips, row, f"{column} out of range", column, value, f"WGS84 degrees, -{most:g} to {most:g}{hint}")
            return


def read_codes(lines: Iterable[bytes | None], first: int, skips: Skips) -> Iterator[tuple[str, str, int | None]]:
    """(code, name, geonameid) of a block of admin1CodesASCII.txt or admin2Codes.txt."""
    for row, line in texts(lines, first, skips):
        cells = line.rstrip("\r").split("\t")
        if len(cells) != 4:
            _skip(
                skips, row, "wrong number of columns", "", line[:60],
                f"a row of GeoNames' codes has 4 columns, this one {len(cells)}; {_FETCH}",
            )  # fmt: skip
            continue
        code, name, _, number = cells
        if row == 1:
            code = code.removeprefix("\ufeff")
        if not name.strip() or len(name) > _LONGEST_NAME:
            _skip(skips, row, "no name" if not name.strip() else "name too long", "name", name)
            continue
        if not (number.isdigit() and number.isascii() and len(number) <= 10):
            _skip(skips, row, "id not a number", "geonameid", number)
            continue
        yield code, name.strip(), int(number)


# What stands in the column of languages and is none: links, codes of airports, stations, posts, other databases.
_NO_LANGUAGES = frozenset(
    {"link", "wkdt", "post", "iata", "icao", "faac", "tcid", "unlc", "abbr", "phon", "piny", "uicn", "nuts", "lauc"}
)


def read_names(lines: Iterable[bytes | None], first: int, skips: Skips) -> Iterator[tuple[int, int, str, str]]:
    """(row, geonameid, name, kind) of a block of alternateNames.txt or alternateNamesV2.txt; kind is of store.KINDS.

    Colloquial names are left out: a nickname ("Big Apple", "The Hub") is far more often something else in a text.
    """
    for row, line in texts(lines, first, skips):
        cells = line.rstrip("\r").split("\t")
        if len(cells) not in ALTERNATES:
            _skip(
                skips, row, "wrong number of columns", "", line[:60],
                f"a row of GeoNames' alternate names has 8 or 10 columns, this one {len(cells)}; {_FETCH}",
            )  # fmt: skip
            continue
        _, number, language, name, _, _, colloquial, historic = cells[:8]
        if not (number.isdigit() and number.isascii() and len(number) <= 10):
            _skip(skips, row, "id not a number", "geonameid", number)
            continue
        name = name.strip()
        if language in _NO_LANGUAGES:
            _skip(skips, row, "no name but a code or link", "isolanguage", language, "")
        elif colloquial == "1":
            _skip(skips, row, "colloquial name", "alternate name", name, "")
        elif not name:
            _skip(skips, row, "no name", "alternate name", name)
        elif not _LETTER.search(name):
            _skip(skips, row, "name without letters", "alternate name", name)
        elif not _good_alternate(name):
            _skip(skips, row, "no name but a code or link", "alternate name", name, "")
        else:
            yield row, int(number), name, "historic" if historic == "1" else "alternate"
