"""What looks wrong in places that people keep, in words that say how to mend it.

A row that cannot be read at all is the reader's business (:mod:`geomap.gazetteer.overlay`); this is about rows that
can be read and still put a pin into the wrong country, or take a capital's mentions away from it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from geomap.errors import GazetteerError
from geomap.gazetteer.coordinates import format_coordinates
from geomap.gazetteer.kinds import class_of_code, label_of
from geomap.gazetteer.overlay import PlaceEntry
from geomap.geo import distance_km
from geomap.lexicons import load_table
from geomap.records import Place
from geomap.text import fold, is_latin, spreadsheet_safe, visible

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer

__all__ = ["CountryAt", "Finding", "Severity", "check_places"]

Severity = Literal["error", "warning", "note"]
CountryAt = Callable[[float, float], "tuple[str, float] | None"]
"""The country at a WGS84 point (lat, lon): the code of the nearest outline and how far it is in km, 0 inside it."""

# Two entries of one name nearer than this are one place entered twice: villages are rarely nearer to their namesakes.
_SAME_KM = 1.0
# A name within this distance of a large namesake is that place itself: the centres that gazetteers give for one city
# are up to a few km apart.
_ITSELF_KM = 10.0
# A city of a million is named in the news of the whole world; smaller namesakes are a matter of context.
_LARGE = 1_000_000
# Outlines and the positions of towns disagree near borders by some km (1:10m outlines are generalised to about 1 km);
# a town of the stated country as near as this settles it.
_BORDER_KM = 25.0
# Where no town is that near, the next ones that say whose land it is.
_REMOTE_KM = 100.0
# How far from its parent's own reach a place may be before the parent is doubted.
_PARENT_KM = 100.0
# Greater Tokyo, the widest town there is, reaches 70 km from its centre.
_WIDEST_TOWN_KM = 100.0
# One step of the first decimal is 11 km.
_COARSE_DECIMALS = 1
# The seventh decimal is a centimetre; what is longer was computed, not measured.
_MOST_DECIMALS = 7
_KM_PER_DEGREE = 111.195
# So many rows are compared with a new one of the same name at the same spot; more are doubles of those.
_MOST_TWINS = 4

_ORDER = (
    *("", "id", "title", "variants", "lat", "lon", "feature_class", "feature_code", "ccodes", "admin1", "parent"),
    *("radius_km", "population", "source", "start", "end", "note"),
)
_TEXTS = ("title", "variants", "admin1", "parent", "source", "note")
_LANGUAGE = re.compile(r"@[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*+$")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*+:\S+")
_HTML = re.compile(r"<[A-Za-z/!][^<>]{0,300}>|&(?:[A-Za-z]{2,10}|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")
_WORD = re.compile(r"[^\W\d_]+")
_DECIMALS = re.compile(r"[+-]?[0-9]*\.?([0-9]*)")
_DATE = re.compile(r"([+-]?[0-9]{1,4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
# Letters without a shape, beside the format characters of Unicode.
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
# Joiners that Persian, Hindi and others are written with.
_JOINERS = "\u200c\u200d"
# Scripts whose letters look alike, so that one of them in a word of another is not seen.
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "COPTIC", "CHEROKEE", "GEORGIAN"})
_LOOKALIKES = str.maketrans("АВЕКМНОРСТХУІЈЅаеорсухіјѕԁɑοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTXYIJSaeopcyxijsdaoABEZHIKMNOPTYX")
_TO_CYRILLIC = str.maketrans("ABEKMHOPCTXYIJSaeopcyxijs", "АВЕКМНОРСТХУІЈЅаеорсухіјѕ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that looks wrong. ``row`` is the line in an editor (0: the file as a whole), ``column`` our name of it
    ("": the row as a whole). An "error" puts the place where it is not or makes no sense, a "warning" probably
    misleads, a "note" may be meant so. ``code`` is a stable slug, ``message`` says what is wrong with the value,
    ``remedy`` how to mend it."""

    file: str
    row: int
    column: str
    severity: Severity
    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Told:
    """A finding before it is known where."""

    column: str
    severity: Severity
    code: str
    message: str
    remedy: str


def _quoted(text: str) -> str:
    return f"'{visible(text if len(text) <= 60 else text[:57] + '…')}'"


def _km(distance: float) -> str:
    return f"{distance:,.0f} km" if distance >= 10 else f"{distance:.1f} km"


def _bare(variant: str) -> str:
    return _LANGUAGE.sub("", variant).strip()


def _names(entry: PlaceEntry) -> list[tuple[str, str]]:
    """The names of an entry, each with its column: the title, then the variants without their language."""
    variants = [_bare(variant) for variant in entry.languages] or list(entry.place.names)
    return [("title", entry.place.name), *(("variants", name) for name in variants)]


# ---------------------------------------------------------------------------------------------------------------
# What the gazetteer and the outlines know


class _World:
    """Look-ups that go without an answer where a layer is missing or broken, and say so once."""

    def __init__(self, gazetteer: Gazetteer | None, country_at: CountryAt | None) -> None:
        self.gazetteer = gazetteer
        self.country_at = country_at
        self.broken = ""
        self._towns: dict[tuple[float, float, float], frozenset[str]] = {}

    def _gone(self, error: GazetteerError) -> None:
        self.gazetteer = None
        self.broken = str(error)

    def bearers(self, name: str) -> list[Place]:
        """The places that bear a name as their own or as an alternate or abbreviated one."""
        if self.gazetteer is None:
            return []
        try:
            # For a name that nobody bears, candidates() tries other romanisations, which takes milliseconds.
            found = self.gazetteer.candidates(name) if self.gazetteer.has(fold(name)) else []
        except GazetteerError as error:
            self._gone(error)
            return []
        # Postal abbreviations (0.6) count only behind a comma; "demonym" and the guesses are no names.
        return [
            c.place
            for c in found
            if c.match in ("exact", "folded", "alternate") or (c.match == "abbreviation" and c.score > 0.6)
        ]

    def place(self, place_id: str) -> Place | None:
        if self.gazetteer is None:
            return None
        try:
            return self.gazetteer.place(place_id)
        except GazetteerError as error:
            self._gone(error)
            return None

    def knows_country(self, code: str) -> bool:
        """False only where there is a gazetteer and it has no such country."""
        if self.gazetteer is None:
            return True
        try:
            return self.gazetteer.country(code) is not None
        except GazetteerError as error:
            self._gone(error)
            return True

    def countries_near(self, lat: float, lon: float, radius_km: float) -> frozenset[str]:
        """The countries of the towns around a point; points of a tenth of a degree share the answer."""
        key = (round(lat, 1), round(lon, 1), radius_km)
        if key not in self._towns:
            found: frozenset[str] = frozenset()
            if self.gazetteer is not None:
                try:
                    near = self.gazetteer.near(key[0], key[1], radius_km, limit=2000)
                    found = frozenset(p.country_code for p in near if p.country_code)
                except GazetteerError as error:
                    self._gone(error)
            self._towns[key] = found
        return self._towns[key]

    def outline(self, lat: float, lon: float) -> str:
        """The code of the country whose outline holds the point or is nearest; "" where none is known."""
        found = self.country_at(lat, lon) if self.country_at is not None else None
        return found[0] if found else ""

    def lies_in(self, code: str, lat: float, lon: float) -> bool | None:
        """Whether a point lies in or near a country; None where nothing tells."""
        outline = self.outline(lat, lon)
        if outline == code:
            return True
        for radius in (_BORDER_KM, _REMOTE_KM):
            if near := self.countries_near(lat, lon, radius):
                return code in near
        return False if outline else None


def _describe(place: Place, km: float | None = None) -> str:
    what = label_of(place.feature_class, place.feature_code)
    if place.feature_code == "PPLC":
        what = "capital"
    parts = [visible(place.country_code)] if place.country_code else []
    parts.append(what)
    # Regions and states that are no more carry a rank in place of inhabitants.
    if place.population and place.population > 0 and place.feature_code != "PCLH" and place.feature_class in "PA":
        parts.append(f"{place.population:,} people")
    where = f", {_km(km)} away" if km is not None else ""
    return f"{visible(place.name)} ({', '.join(parts)}){where}"


# ---------------------------------------------------------------------------------------------------------------
# Text


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    first = unicodedata.name(letter, "").partition(" ")[0]
    return "LATIN" if first == "FULLWIDTH" else first


def _invisible(text: str) -> list[str]:
    """The characters of a text that nobody sees."""
    found = []
    for i, c in enumerate(text):
        if c.isascii() or not (c in _FILLERS or unicodedata.category(c) == "Cf"):
            continue
        around = text[max(0, i - 1) : i] + text[i + 1 : i + 2]
        if c in _JOINERS and any(x.isalpha() and _script(x) not in _ALIKE for x in around):
            continue
        found.append(c)
    return list(dict.fromkeys(found))


def _unmangled(text: str) -> str:
    """What a text was before UTF-8 was read as if it were a one-byte encoding ("ZveÄ\\x8dan"); "" where it was not."""
    if text.isascii():
        return ""
    for encoding in ("cp1252", "latin-1"):
        try:
            mended = text.encode(encoding).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        return mended
    return ""


def _mixed(text: str) -> Iterator[tuple[str, str, str]]:
    """The words of a text that mix scripts, the letters that stick out, and the word as it was probably meant."""
    if text.isascii():
        return
    for match in _WORD.finditer(text):
        word = match.group()
        if word.isascii():
            continue
        scripts: dict[str, list[str]] = {}
        for letter in word:
            if (script := _script(letter)) in _ALIKE:
                scripts.setdefault(script, []).append(letter)
        if len(scripts) < 2:
            continue
        # The fewest letters are the odd ones; of as many, those that are not Latin.
        odd = min(scripts, key=lambda s: (len(scripts[s]), s == "LATIN", s))
        letters = ", ".join(
            f"{letter} (U+{ord(letter):04X}, {odd.capitalize()})" for letter in dict.fromkeys(scripts[odd])
        )
        meant = word.translate(_TO_CYRILLIC if odd == "LATIN" else _LOOKALIKES)
        pure = len({_script(c) for c in meant} & _ALIKE) == 1
        yield word, letters, meant if pure else ""


def _text_findings(column: str, text: str, raw: str) -> Iterator[_Told]:
    if hidden := _invisible(text):
        clean = "".join(c for c in text if c not in hidden)
        named = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, '')}".strip() for c in hidden[:3])
        yield _Told(
            column,
            "warning",
            "invisible-characters",
            f"{_quoted(text)} holds characters that nobody sees ({named}).",
            f"Delete the cell and type it again: {_quoted(clean)}.",
        )
    if control := [c for c in text if unicodedata.category(c) == "Cc" and not (column == "note" and c in "\r\n\t")]:
        yield _Told(
            column,
            "warning",
            "control-characters",
            f"{_quoted(text)} holds the control character U+{ord(control[0]):04X}.",
            "Delete it: put the cursor behind it and press backspace, or type the cell again.",
        )
    if "\ufffd" in text or any(unicodedata.category(c) in ("Co", "Cs", "Cn") for c in text):
        yield _Told(
            column,
            "warning",
            "damaged-characters",
            f"{_quoted(text)} holds characters that stand for nothing; they were lost when the text was converted.",
            "Type the name again, and save the file as 'CSV UTF-8'.",
        )
    elif mended := _unmangled(text):
        yield _Told(
            column,
            "warning",
            "mangled-text",
            f"{_quoted(text)} is UTF-8 that was read in another encoding.",
            f"Write {_quoted(mended)}, and open the file as UTF-8 next time.",
        )
    if html := _HTML.search(text):
        yield _Told(
            column,
            "warning",
            "html",
            f"{_quoted(text)} holds HTML: {_quoted(html.group())}.",
            "Write plain text; names are shown as they stand.",
        )
    if column in ("source", "note"):
        return
    for word, letters, meant in _mixed(text):
        remedy = f"Write {_quoted(meant)}." if meant else "Type the word again in one script."
        yield _Told(column, "warning", "mixed-scripts", f"{_quoted(word)} mixes look-alike scripts: {letters}.", remedy)
    if "  " in text or "\u00a0" in text:
        yield _Told(
            column,
            "note",
            "spaces",
            f"{_quoted(text)} holds doubled or unbreakable blanks.",
            f"Write {_quoted(' '.join(text.split()))}.",
        )
    elif raw != raw.strip():
        yield _Told(
            column, "note", "spaces", f"{_quoted(raw)} begins or ends with blanks.", f"Write {_quoted(raw.strip())}."
        )


def _name_findings(entry: PlaceEntry) -> Iterator[_Told]:
    title = entry.place.name
    letters = [c for c in title if c.isalpha()]
    if not letters:
        yield _Told(
            "title", "error", "no-letters", f"{_quoted(title)} has no letters.", "Write the name as articles do."
        )
    elif len(letters) >= 5 and all(c.isupper() for c in letters):
        meant = " ".join(word.capitalize() for word in title.split())
        yield _Told(
            "title",
            "note",
            "all-capitals",
            f"{_quoted(title)} is all in capitals; it is shown so on the map.",
            f"Write {_quoted(meant)} if it is no abbreviation. Names are found in any case.",
        )
    seen: set[str] = set()
    for variant in entry.languages:
        name = _bare(variant)
        if name == title and name not in seen:
            yield _Told(
                "variants",
                "note",
                "variant-is-title",
                f"{_quoted(name)} is the title already.",
                "Take it out of the variants.",
            )
        elif name in seen:
            yield _Told(
                "variants", "note", "variant-twice", f"{_quoted(name)} stands there twice.", "Leave one of them."
            )
        seen.add(name)
    stops = _stop_names()
    told: set[str] = set()
    for column, name in _names(entry):
        key = fold(name)
        if key in told:
            continue
        told.add(key)
        if is_latin(name) and sum(c.isalpha() for c in name) == 1:
            yield _Told(
                column,
                "warning",
                "one-letter-name",
                f"{_quoted(name)} is a single letter, which many texts hold for other reasons.",
                "Leave it out, or write the full name.",
            )
        elif key in stops:
            level, reason = stops[key]
            where = f"{name} ({entry.place.admin2 or entry.place.admin1 or entry.place.country_code or 'district'})"
            yield _Told(
                column,
                "warning" if level == "never" else "note",
                "common-word",
                f"{_quoted(name)} is far oftener something else in English news ({reason}).",
                f"Qualify it, for instance {_quoted(where)}, or leave it out.",
            )


@lru_cache(maxsize=1)
def _stop_names() -> dict[str, tuple[str, str]]:
    return {fold(name): (level, reason) for name, level, reason, *_ in load_table("stop_names.tsv")}


def _formula_findings(entry: PlaceEntry) -> Iterator[_Told]:
    for column in ("id", *_TEXTS):
        raw = entry.cells.get(column, "")
        if not raw.startswith("'") and spreadsheet_safe(raw) != raw:
            yield _Told(
                column,
                "warning",
                "formula",
                f"{_quoted(raw)} begins with {_quoted(raw[0])}: a spreadsheet runs such a cell as a formula.",
                "Put an apostrophe before it; geomap reads it without.",
            )


# ---------------------------------------------------------------------------------------------------------------
# Numbers, codes, days


def _decimals(raw: str) -> int | None:
    match = _DECIMALS.fullmatch(raw.strip())
    return len(match[1]) if match else None


def _position_findings(entry: PlaceEntry) -> Iterator[_Told]:
    place = entry.place
    if abs(place.lat) < 0.001 and abs(place.lon) < 0.001:
        yield _Told(
            "lat",
            "warning",
            "null-island",
            "lat 0, lon 0 lies in the Gulf of Guinea, where no place is; the coordinates were probably missing.",
            "Look the place up on a map and paste its coordinates.",
        )
        return
    raws = {column: entry.cells.get(column, "") for column in ("lat", "lon")}
    decimals = [n for raw in raws.values() if raw.strip() and (n := _decimals(raw)) is not None]
    if len(decimals) == 2 and max(decimals) <= _COARSE_DECIMALS:
        step = _KM_PER_DEGREE * 10.0 ** -max(decimals)
        if place.radius_km < step:
            count = "one decimal" if max(decimals) else "no decimals"
            yield _Told(
                "lat",
                "warning",
                "coarse-coordinates",
                f"{raws['lat'].strip()}, {raws['lon'].strip()} has {count}: exact to about {step:.0f} km, while the "
                f"place is said to reach {place.radius_km:g} km.",
                f"Give four decimals (10 m), or a radius_km of {step:.0f} where no better is known.",
            )
    for column, raw in raws.items():
        if (count_ := _decimals(raw)) is not None and count_ > _MOST_DECIMALS:
            yield _Told(
                column,
                "note",
                "false-precision",
                f"{_quoted(raw)} has {count_} decimals; the seventh is a centimetre.",
                f"Write {round(float(raw), 5):.10g}, which is exact to a metre.",
            )
            break


def _radius_findings(place: Place) -> Iterator[_Told]:
    if not math.isfinite(place.radius_km) or place.radius_km <= 0:
        yield _Told(
            "radius_km",
            "error",
            "radius",
            f"a radius of {place.radius_km:g} km is none.",
            "Say how far the place reaches from its point: a bridge 0.3, a village 1, a town 3.",
        )
    elif place.feature_class in ("P", "S") and place.radius_km > _WIDEST_TOWN_KM:
        yield _Told(
            "radius_km",
            "warning",
            "radius",
            f"{place.radius_km:g} km is wider than any {'town' if place.feature_class == 'P' else 'building'}; is it "
            "in metres?",
            f"Write {place.radius_km / 1000:g} if it was metres; for a region use the type region (L, RGN).",
        )


def _code_findings(place: Place, raw_codes: str, world: _World) -> Iterator[_Told]:
    letter, code = place.feature_class, place.feature_code
    if letter not in "AHLPRSTUVX" or len(letter) != 1:
        yield _Told(
            "feature_class",
            "error",
            "feature-class",
            f"{_quoted(letter)} is not one of GeoNames' classes.",
            "Write P for towns and villages, S for buildings and crossings, A for districts, H for water.",
        )
    elif code and (known := class_of_code(code)) and known != letter and letter != "X":
        yield _Told(
            "feature_code",
            "warning",
            "feature-code",
            f"{code} ({label_of(known, code)}) belongs to class {known}, not {letter}.",
            f"Write {known} as feature_class, or choose another code.",
        )
    elif code and letter != "X" and class_of_code(code) is None:
        yield _Told(
            "feature_code",
            "note",
            "feature-code",
            f"{_quoted(code)} is none of the feature codes that geomap has a word for.",
            "Check its spelling, or leave it empty; the class alone decides how the place is drawn.",
        )
    for told in filter(None, re.split(r"[;,|\s]+", raw_codes or place.country_code)):
        upper = told.upper()
        if len(upper) != 2 or not upper.isascii() or not upper.isalpha() or not world.knows_country(upper):
            yield _Told(
                "ccodes",
                "error",
                "country",
                f"{_quoted(told)} is not a country code.",
                "Write the two letters of ISO 3166-1: XK for Kosovo, RS for Serbia.",
            )
        elif told != upper:
            yield _Told("ccodes", "note", "country-case", f"{_quoted(told)} is in small letters.", f"Write {upper}.")


def _days(value: str) -> tuple[tuple[int, int, int], tuple[int, int, int]] | None:
    """The first and last day that a year, month or day stands for; None for no such day."""
    match = _DATE.fullmatch(value)
    if not match:
        return None
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if (match[2] and not 1 <= month <= 12) or (match[3] and not 1 <= day <= lengths[month - 1]):
        return None
    return (year, month or 1, day or 1), (year, month or 12, day or 31)


def _day_findings(entry: PlaceEntry) -> Iterator[_Told]:
    days = {column: _days(value) for column, value in (("start", entry.start), ("end", entry.end)) if value}
    for column, span in days.items():
        if span is None:
            value = entry.start if column == "start" else entry.end
            yield _Told(
                column,
                "warning",
                "day",
                f"{_quoted(value)} is no year, month or day.",
                "Write 1999, 1999-06 or 1999-06-12 (-0044 for 45 BC), and anything else into note.",
            )
    start, end = days.get("start"), days.get("end")
    if start and end and end[1] < start[0]:
        yield _Told(
            "end",
            "error",
            "end-before-start",
            f"{_quoted(entry.end)} is before the start, {_quoted(entry.start)}.",
            "Swap the two, or mend the wrong one.",
        )


def _id_findings(entry: PlaceEntry, world: _World) -> Iterator[_Told]:
    place = entry.place
    if entry.cells and not entry.cells.get("id", "").strip():
        yield _Told(
            "id",
            "note",
            "no-id",
            "the row has no id; the one made of its title changes when the title does.",
            f"Write {_quoted('user:' + fold(place.name).replace(' ', '-'))}.",
        )
        return
    if not _ID.fullmatch(place.id):
        yield _Told(
            "id",
            "note",
            "id-form",
            f"{_quoted(place.id)} has not the form prefix:name.",
            f"Write for instance {_quoted('user:' + fold(place.id).replace(' ', '-'))}; prefixes keep files apart.",
        )
        return
    other = world.place(place.id)
    if other is not None:
        km = distance_km(place.lat, place.lon, other.lat, other.lon)
        if km > max(20.0, place.radius_km + other.radius_km):
            yield _Told(
                "id",
                "warning",
                "id-of-another-place",
                f"{_quoted(place.id)} is the id of {_describe(other, km)}; your row takes its place.",
                f"Use an id of your own, for instance {_quoted('user:' + fold(place.name).replace(' ', '-'))}.",
            )


# ---------------------------------------------------------------------------------------------------------------
# Where it lies


def _country_findings(entry: PlaceEntry, world: _World, parent: Place | None) -> Iterator[_Told]:
    """Coordinates against the stated country and parent."""
    place = entry.place
    lat, lon, code = place.lat, place.lon, place.country_code
    can_swap = abs(lon) <= 90.0 and abs(lat - lon) > 0.5
    here = f"lat {lat:.9g}, lon {lon:.9g}"
    inside = world.lies_in(code, lat, lon) if code and world.knows_country(code) else None
    if inside is False:
        actual = world.outline(lat, lon) or ", ".join(sorted(world.countries_near(lat, lon, _REMOTE_KM)))
        if can_swap and world.lies_in(code, lon, lat):
            yield _Told(
                "lat",
                "error",
                "swapped-axes",
                f"{here} lies in {actual or 'no country'}; swapped it lies in {code}, as the row says.",
                f"Write lat {lon:.9g} and lon {lat:.9g} ({format_coordinates(lon, lat)}).",
            )
            return
        yield _Told(
            "ccodes",
            "warning",
            "outside-country",
            f"{here} does not lie in {code} but in {actual or 'no country'}, and no town of {code} is near.",
            f"Write {actual} as the country, or look the coordinates up again."
            if len(actual) == 2
            else "Look the coordinates up again.",
        )
    if parent is not None:
        reach = _PARENT_KM + parent.radius_km
        km = distance_km(lat, lon, parent.lat, parent.lon)
        if km <= reach:
            return
        if can_swap and distance_km(lon, lat, parent.lat, parent.lon) <= reach:
            yield _Told(
                "lat",
                "error",
                "swapped-axes",
                f"{here} is {_km(km)} from its parent {_quoted(place.admin2)}; swapped it is near it.",
                f"Write lat {lon:.9g} and lon {lat:.9g} ({format_coordinates(lon, lat)}).",
            )
        elif inside is not False:
            yield _Told(
                "parent",
                "warning",
                "parent-far",
                f"{_quoted(place.admin2)} is known as {_describe(parent, km)}.",
                "Is the parent another place of that name? Then name it by its id; else look the coordinates up again.",
            )


class _Parents:
    """Who is whose parent. A parent is named by id or by title; a division of the gazetteer goes before a row of the
    file that bears its name, since towns are commonly called like their districts."""

    def __init__(self, entries: Sequence[PlaceEntry], world: _World) -> None:
        self.world = world
        self.entries = entries
        self.by_id = {e.place.id: i for i, e in reversed(list(enumerate(entries)))}
        self.by_title: dict[str, list[int]] = {}
        self.by_variant: dict[str, int] = {}
        for i, entry in enumerate(entries):
            self.by_title.setdefault(fold(entry.place.name), []).append(i)
            for name in entry.place.names:
                self.by_variant.setdefault(fold(name), i)
        self.of: dict[int, int] = {}
        self._known: dict[tuple[str, str], list[Place]] = {}

    def _bearers(self, name: str, code: str) -> list[Place]:
        key = (fold(name), code)
        if key not in self._known:
            found = self.world.bearers(name)
            self._known[key] = [p for p in found if not code or p.country_code == code] or found
        return self._known[key]

    def resolve(self, index: int) -> tuple[bool, Place | None]:
        """Whether the parent of an entry is known, and the place that it is where it has just one meaning or a near
        one."""
        entry = self.entries[index]
        name = entry.place.admin2
        if name in self.by_id and self.by_id[name] != index:
            self.of[index] = self.by_id[name]
            return True, self.entries[self.by_id[name]].place
        by_id = self.world.place(name)
        if by_id is not None:
            return True, by_id
        bearers = self._bearers(name, entry.place.country_code)
        divisions = [p for p in bearers if p.feature_class in ("A", "L")]
        rows = [i for i in self.by_title.get(fold(name), ()) if i != index]
        if rows and not divisions:
            nearest = min(rows[:50], key=lambda i: self._away(entry, self.entries[i].place))
            self.of[index] = nearest
            return True, self.entries[nearest].place
        if bearers:
            return True, min(divisions or bearers, key=lambda p: (self._away(entry, p), p.id))
        key = fold(name)
        return (key in self.by_variant or key == fold(entry.place.name)), None

    @staticmethod
    def _away(entry: PlaceEntry, place: Place) -> float:
        return distance_km(entry.place.lat, entry.place.lon, place.lat, place.lon)

    def cycles(self) -> dict[int, list[int]]:
        """The entries that are their own forebears, with the way round."""
        found: dict[int, list[int]] = {}
        done: set[int] = set()
        for start in sorted(self.of):
            trail: list[int] = []
            place: dict[int, int] = {}
            at: int | None = start
            while at is not None and at not in done and at not in place:
                place[at] = len(trail)
                trail.append(at)
                at = self.of.get(at)
            if at is not None and at in place:
                ring = trail[place[at] :]
                for i, one in enumerate(ring):
                    found[one] = ring[i:] + ring[:i]
            done.update(trail)
        return found


# ---------------------------------------------------------------------------------------------------------------
# Other places of the name


def _shadow_findings(entry: PlaceEntry, world: _World) -> Iterator[_Told]:
    """Names that take the mentions of a country, a capital or a great city away from it; and places known already."""
    place = entry.place
    told: set[str] = set()
    known: Place | None = None
    for column, name in _names(entry):
        key = fold(name)
        if not key or key in told:
            continue
        told.add(key)
        shadowed: tuple[int, Place, float] | None = None
        for other in world.bearers(name):
            if other.id == place.id:
                continue
            km = distance_km(place.lat, place.lon, other.lat, other.lon)
            country = other.feature_class == "A" and other.feature_code.startswith(("PCL", "TERR"))
            if country:
                same = place.feature_class == "A" and place.country_code == other.country_code
            else:
                same = km <= _ITSELF_KM
            if same:
                if km <= _SAME_KM and other.feature_class == place.feature_class and known is None:
                    known = other
                continue
            # An area that holds the place and is called like it is meant by the same mentions only in part.
            rank = 3 if country else 2 if other.feature_code == "PPLC" else 1
            large = (other.population or 0) >= _LARGE and other.feature_class in ("P", "A")
            if (rank > 1 or large) and (
                shadowed is None or (rank, other.population or 0) > (shadowed[0], shadowed[1].population or 0)
            ):
                shadowed = (rank, other, km)
        if shadowed is not None:
            _, other, km = shadowed
            yield _Told(
                column,
                "warning",
                "shadows",
                f"{_quoted(name)} is also {_describe(other, km)}. Your place goes before it: every {_quoted(name)} in "
                "your articles moves here.",
                "Take the name out, or qualify it: "
                f"{_quoted(f'{name} ({place.admin2 or place.admin1 or place.country_code or place.name})')}.",
            )
    if known is not None:
        km = distance_km(place.lat, place.lon, known.lat, known.lon)
        yield _Told(
            "title",
            "note",
            "known-place",
            f"the gazetteer has {_describe(known, km)}; yours goes before it.",
            f"Leave it if yours is better; give it the id {_quoted(known.id)} to say that they are one.",
        )


@dataclass(frozen=True, slots=True)
class _Twin:
    """An earlier row at the same spot: where it stands, the name it shares, and whether that is both their title."""

    file: str
    row: int
    place: Place
    km: float
    name: str
    same_title: bool


class _Doubles:
    """Finds rows of one name at one spot, in time linear in the rows."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, int, int], list[tuple[str, int, Place]]] = {}

    @staticmethod
    def _columns(row: int, lon: float) -> tuple[int, ...]:
        """The cell of a row that a longitude is in, and its neighbours; cells are a km wide at the row's narrow side,
        and the ring closes at the date line. At a pole there is one cell."""
        edge = min(90.0, max(abs(row), abs(row + 1)) / 100.0)
        number = max(1, math.floor(360.0 * _KM_PER_DEGREE * math.cos(math.radians(edge)) / _SAME_KM))
        column = math.floor((lon + 180.0) / 360.0 * number)
        return tuple(dict.fromkeys((column + step) % number for step in (0, -1, 1)))

    def seen(self, entry: PlaceEntry, file: str) -> _Twin | None:
        """An earlier row of one of the entry's names within a km and of its class; one of the same title goes before
        one that shares another name, then the nearest. Then the entry itself is remembered."""
        place = entry.place
        names = {key: name for _, name in reversed(_names(entry)) if (key := fold(name))}
        title = fold(place.name)
        row = math.floor(place.lat * 100)
        cells = [(near, column) for near in (row - 1, row, row + 1) for column in self._columns(near, place.lon)]
        best: _Twin | None = None
        for key in sorted(names, key=lambda k: (k != title, k)):
            if best is not None and best.same_title:
                break
            for cell in cells:
                for other_file, other_row, other in self._cells.get((key, *cell), ()):
                    km = distance_km(place.lat, place.lon, other.lat, other.lon)
                    if km > _SAME_KM or other.feature_class != place.feature_class:
                        continue
                    same = key == title == fold(other.name)
                    if best is None or (not same, km) < (not best.same_title, best.km):
                        best = _Twin(other_file, other_row, other, km, names[key], same)
        home = self._columns(row, place.lon)[0]
        for key in names:
            twins = self._cells.setdefault((key, row, home), [])
            if len(twins) < _MOST_TWINS:
                twins.append((file, entry.row, place))
        return best


def check_places(
    entries: Iterable[PlaceEntry],
    *,
    gazetteer: Gazetteer | None,
    country_at: CountryAt | None = None,
    files: Sequence[str] | None = None,
) -> list[Finding]:
    """What looks wrong in rows of places files, in the order of file, row and column.

    ``gazetteer`` is what the places are laid over (without themselves in it); ``country_at`` tells the country of a
    WGS84 point. Without them, or where a layer turns out to be broken, the checks that need them are left out; a broken
    one is told in a note of row 0. ``files`` names the file of each entry, in their order.
    """
    rows = list(entries)
    names = list(files) if files is not None else [""] * len(rows)
    if len(names) != len(rows):
        raise ValueError(f"{len(names)} file names for {len(rows)} entries")
    world = _World(gazetteer, country_at)
    parents = _Parents(rows, world)
    doubles = _Doubles()
    told: list[tuple[int, _Told]] = []
    for index, entry in enumerate(rows):
        told += [(index, one) for one in _check(index, entry, names[index], world, parents, doubles)]
    for index, ring in parents.cycles().items():
        way = " → ".join(visible(rows[i].place.name) for i in [*ring, ring[0]][:6])
        told.append(
            (
                index,
                _Told(
                    "parent",
                    "error",
                    "parent-cycle",
                    f"the parents go in a circle: {way}.",
                    "A parent is larger than its child: empty the parent of the largest of them.",
                ),
            )
        )
    order = {name: i for i, name in enumerate(dict.fromkeys(names))}
    told.sort(key=lambda e: (order[names[e[0]]], rows[e[0]].row, _ORDER.index(e[1].column), e[1].code))
    findings = [
        Finding(
            file=names[index],
            row=rows[index].row,
            column=one.column,
            severity=one.severity,
            code=one.code,
            message=one.message,
            remedy=one.remedy,
        )
        for index, one in told
    ]
    if world.broken:
        findings.insert(
            0,
            Finding(
                file="",
                row=0,
                column="",
                severity="note",
                code="gazetteer",
                message=f"what needs the gazetteer was not checked: {world.broken}",
                remedy="Run 'geomap gazetteer build --force' and check again.",
            ),
        )
    return findings


def _check(
    index: int, entry: PlaceEntry, file: str, world: _World, parents: _Parents, doubles: _Doubles
) -> Iterator[_Told]:
    place = entry.place
    texts = {"title": place.name, "admin1": place.admin1, "parent": place.admin2, "source": entry.source}
    for column, text in [*texts.items(), ("note", entry.note)]:
        yield from _text_findings(column, text, entry.cells.get(column, ""))
    for _, name in _names(entry)[1:]:
        yield from _text_findings("variants", name, "")
    yield from _name_findings(entry)
    yield from _formula_findings(entry)
    yield from _position_findings(entry)
    yield from _radius_findings(place)
    yield from _code_findings(place, entry.cells.get("ccodes", ""), world)
    yield from _day_findings(entry)
    yield from _id_findings(entry, world)
    parent: Place | None = None
    if place.admin2:
        known, parent = parents.resolve(index)
        if not known and world.gazetteer is not None:
            yield _Told(
                "parent",
                "warning",
                "parent-unknown",
                f"{_quoted(place.admin2)} is neither in your files nor in the gazetteer.",
                "Check its spelling, or add it as a place of its own.",
            )
    yield from _country_findings(entry, world, parent)
    yield from _shadow_findings(entry, world)
    if not entry.source:
        yield _Told(
            "source",
            "note",
            "no-source",
            "the row says nothing of where it is from.",
            "Write a source, for instance 'OpenStreetMap, 2024-05-01' or 'own visit'.",
        )
    if twin := doubles.seen(entry, file):
        where = f"row {twin.row}" + (f" of {visible(twin.file)}" if twin.file != file else "")
        if twin.same_title:
            yield _Told(
                "title",
                "warning",
                "duplicate",
                f"{_quoted(place.name)} stands in {where} already, {_km(twin.km)} away.",
                "Remove one of the two, and put the variants of both into the other.",
            )
        else:
            # Upper and Lower Dubovo may both be called Dubovo; more often it is one place under two titles.
            yield _Told(
                "title",
                "note",
                "shared-name",
                f"{_quoted(twin.name)} is a name of {_quoted(twin.place.name)} in {where} too, {_km(twin.km)} away.",
                "If they are one place, remove one of the rows; else leave the name to the better known.",
            )
