"""Where a cell of a table says something happened: its name looked up, with the row's country and region as evidence.

The country that a row gives is hard evidence: what bears the name only elsewhere is not taken. Its first-level
division is, too, where the gazetteer knows it. Of namesakes within both, the one comes first that the gazetteer's own
order puts first (:mod:`geomap.gazetteer.ranking`); how sure that is depends on how far the next one is behind.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from geomap.gazetteer.ranking import COUNTRY_CODES, HISTORIC, inside, rank, weight
from geomap.geo import distance_km
from geomap.incident_tables.wording import Reading, readings
from geomap.records import Candidate, Place, Role
from geomap.text import fold

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer

__all__ = ["Found", "Placer"]

_LONGEST = 300
_ALTERNATIVES = 5
# Looked-up cells that are remembered: a table repeats its places.
_REMEMBERED = 20_000
# A country that a table counts these to, in common usage or by claim. Its own places come first; a pin in one of these
# says so. Facts from general reference knowledge; that one is listed says how tables are written, not whose claim is
# right.
_COUNTED_TO = {
    "RS": ("XK",), "CN": ("HK", "MO", "TW"), "MA": ("EH",), "IL": ("PS",), "FI": ("AX",), "NO": ("SJ",),
    "FR": ("GP", "MQ", "GF", "RE", "YT", "NC", "PF", "PM", "WF", "BL", "MF"), "DK": ("FO", "GL"),
    "NL": ("AW", "CW", "SX", "BQ"), "US": ("PR", "VI", "GU", "AS", "MP"),
    "GB": ("GI", "GG", "JE", "IM", "BM", "KY", "VG", "TC", "FK", "AI", "MS", "SH"),
}  # fmt: skip
# Divisions of Ukraine that a table may count to Russia, which claims them since 2014, and no more of Ukraine; folded
# names as the gazetteer has them.
_CLAIMED = frozenset({"avtonomna respublika krym", "sevastopol", "donetska oblast", "luhanska oblast",
                      "zaporizka oblast", "khersonska oblast"})  # fmt: skip
# What each kind of match is worth where nothing else bears the name there; measured by benchmarks/tables.py.
_BY_MATCH = {"exact": 0.96, "folded": 0.95, "alternate": 0.93, "abbreviation": 0.8, "transliterated": 0.7, "fuzzy": 0.6}
# Two places of one name so near to each other (km) are one for a map: a town and its municipality.
_SAME_KM = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a name in a cell means: ``place`` is None where that is not known. ``role``, ``direction`` and
    ``distance_km`` as in :class:`~geomap.records.IncidentPlace`; ``loose`` where the cell leaves open which of two
    places it was."""

    text: str
    place: Place | None = None
    role: Role = "site"
    direction: str | None = None
    distance_km: float | None = None
    loose: bool = False
    score: float = 0.0
    rule: str = "nil"
    reasons: tuple[str, ...] = ()
    alternatives: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """A division that a row gives: its ``text``, the places it may be (none: not known)."""

    text: str
    places: tuple[Place, ...] = ()


class Placer:
    """Places the cells of tables. ``gazetteer`` must stay open."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self.place = lru_cache(_REMEMBERED)(self._place)
        self.countries = lru_cache(_REMEMBERED)(self._countries)

    # -- countries and regions

    def _countries(self, text: str) -> frozenset[str] | None:
        """The ISO 3166-1 alpha-2 codes that a cell names ("Kosovo", "SRB", "Serbien", "RS; XK"); None for a cell that
        names no country that is known, empty for an empty cell."""
        text = text.strip()[:_LONGEST]
        if not fold(text):
            return frozenset()
        parts = [part for part in re.split(r"[;/|]|,(?=\s)|\s[-–]\s", text) if fold(part)]
        found = [self._country(part) for part in parts]
        if not all(found) and (whole := self._country(text)):
            return whole
        if "," in text and len(found) == 2 and found[0] & counted_to(found[1]):
            # "Hong Kong, China" and "Virgin Islands, U.S." are one.
            return found[0]
        return frozenset().union(*found) or None

    def _country(self, text: str) -> frozenset[str]:
        """The code of the country of a name; the codes of both for "Congo", none for what is no country."""
        from geomap.gazetteer.importing.features import country_code

        for form in _country_forms(text):
            if code := country_code(form):
                return frozenset([code])
            usual = [
                (c.score, c.place.country_code)
                for c in self._gazetteer.candidates(form)
                if c.match in ("exact", "alternate", "folded", "abbreviation")
                and c.place.feature_code in COUNTRY_CODES
                and c.place.country_code
            ]
            if usual:
                return frozenset(code for score, code in usual if score == usual[0][0])
        code = _in_other_languages().get(fold(text))
        return frozenset([code] if code else [])

    def is_country(self, text: str) -> bool:
        """Whether a cell is the name or code of a country: "US" is one, "a" and "12" are not."""
        plain = text.strip()
        return (len(plain) > 3 or plain.isupper()) and bool(self._country(plain))

    def is_place(self, text: str) -> bool:
        """Whether a cell is the name of a settlement or division that is known."""
        if len(text) < 2 or text.islower() or self.is_country(text):
            return False
        return any(
            c.match in ("exact", "alternate", "folded") and c.place.feature_class in ("P", "A", "S", "L")
            for reading in itertools.islice(readings(text), 4)
            for c in self._gazetteer.candidates(reading.name)
        )

    def holder(self, text: str) -> tuple[frozenset[str] | None, tuple[Place, ...]]:
        """What a cell of countries names: the countries' codes, or, for "Kurdistan" and "England", the region's places
        with the codes of the countries that they lie in; None for what is neither."""
        codes = self.countries(text)
        if codes is not None:
            return codes, ()
        places = self.region(text, frozenset()).places
        return (frozenset(place.country_code for place in places) - {""} if places else None), places

    def country_places(self, codes: Iterable[str]) -> tuple[Place, ...]:
        """The gazetteer's entries of countries."""
        found = (self._gazetteer.country(code) for code in sorted(codes))
        return tuple(place for place in found if place is not None)

    def region(self, text: str, countries: frozenset[str]) -> _Region:
        """The division that a cell names, within the countries."""
        named = text.strip()[:_LONGEST]
        for form in dict.fromkeys((named, *(reading.name for reading in readings(named) if reading.area))):
            places = [
                c.place
                for c in sorted(self._gazetteer.candidates(form), key=lambda c: rank(c, form))
                if c.place.feature_class in ("A", "L")
                and c.place.feature_code not in (*COUNTRY_CODES, HISTORIC)
                and c.match not in ("demonym", "transliterated")
                and (not countries or c.place.country_code in countries)
            ]
            first = [place for place in places if place.feature_code == "ADM1"]
            if places:
                return _Region(text=named, places=tuple(first or places)[:5])
        return _Region(text=named)

    # -- places

    def _place(
        self, text: str, countries: frozenset[str], *divisions: str, settlement: bool = False
    ) -> tuple[Found, ...]:
        """What a cell of place names means: mostly one place, two where it names two ("A / B").

        ``countries`` are the codes of the row's country (empty: none given), ``divisions`` those that hold the place as
        the row writes them, ``settlement`` says that the column names towns or villages.
        """
        shown = " ".join(text.split())[:_LONGEST]
        regions = tuple(self.region(one, countries) for one in divisions if fold(one))
        failed: Found | None = None
        for reading in readings(shown):
            found = [
                self._of_name(name, reading, countries, regions, settlement) for name in (reading.name, *reading.also)
            ]
            good = [one for one in found if one.place is not None]
            if good and (len(good) == len(found) or reading.choice):
                return _several(good, reading)
            failed = failed or found[0]
        return (failed if failed is not None else Found(text=shown, reasons=("no name to look up",)),)

    def _of_name(
        self, name: str, reading: Reading, countries: frozenset[str], regions: Sequence[_Region], settlement: bool
    ) -> Found:
        nowhere = Found(text=name)
        if not fold(name):
            return nowhere
        # What stands behind a comma or in brackets: a country, a division, or a larger place.
        within = countries
        more = list(regions)
        for qualifier in reading.within:
            codes = self.countries(qualifier)
            if codes and not (countries and self._named_within(qualifier, countries)):
                if within and not codes & within:
                    why = f"“{qualifier}” is not in the country that the row gives ({_codes(within)})"
                    return replace(nowhere, reasons=(why,))
                within = codes & within if within else codes
                continue
            more.append(self.region(qualifier, within))
        candidates = [
            c
            for c in self._gazetteer.candidates(name)
            if c.match != "demonym"
            and c.place.feature_code != HISTORIC
            and (c.match != "abbreviation" or len(name) > 3)
        ]
        found = self._choose(name, candidates, within, more, settlement, reading)
        if found.place is None and reading.fuzzy and not candidates and within:
            found = self._alike(name, within, more, settlement, reading) or found
        return replace(
            found,
            role=reading.role,
            direction=reading.direction,
            distance_km=reading.distance_km,
            text=reading.shown or name,
        )

    def _named_within(self, text: str, countries: frozenset[str]) -> bool:
        """Whether a country's name is also that of a division or town of the row's own country ("Georgia", "Peru")."""
        return (
            any(
                c.place.country_code in countries and c.place.feature_code not in COUNTRY_CODES and c.score > 0.9
                for c in self._gazetteer.candidates(text)
            )
            and not (self.countries(text) or frozenset()) & countries
        )

    def _choose(
        self,
        name: str,
        candidates: Sequence[Candidate],
        countries: frozenset[str],
        regions: Sequence[_Region],
        settlement: bool,
        reading: Reading,
    ) -> Found:
        """The best of the candidates that the evidence lets through, or why there is none."""
        reasons: list[str] = []
        kept = list(candidates)
        if countries:
            kept = [c for c in candidates if c.place.country_code in countries or _above_countries(c.place)]
            if not kept:
                counted = counted_to(countries)
                kept = [
                    c
                    for c in candidates
                    if c.score > 0.9
                    and (c.place.country_code in counted or ("RU" in countries and _is_claimed(c.place)))
                ]
                if kept:
                    there = kept[0].place.country_code
                    reasons.append(f"the row counts it to {_codes(countries)}, the gazetteer to {there}")
            if not kept:
                return Found(text=name, reasons=_elsewhere(name, candidates, countries), alternatives=())
            reasons.append(
                f"in {_codes(countries)}, as the row says" if not reasons else "no such name in the country itself"
            )
        doubt = 1.0
        for region in regions:
            if not region.text:
                continue
            fitting = [c for c in kept if _fits(c.place, region)]
            if fitting:
                kept = fitting
                reasons.append(f"in {region.text}, as the row says")
            elif region.places:
                near = [c for c in kept if any(_near(c.place, place) for place in region.places)]
                if not near:
                    why = f"what bears the name in {_codes(countries) or 'the world'} is not in {region.text}"
                    return Found(text=name, reasons=(why,), alternatives=tuple(kept[:_ALTERNATIVES]))
                kept = near
                doubt *= 0.8
                reasons.append(f"near {region.text}; the gazetteer counts it to another division")
            else:
                doubt *= 0.95
                reasons.append(f"“{region.text}” is not known and counted for nothing")
        if not kept:
            return Found(text=name, reasons=(f"no gazetteer at hand knows “{name}”",))
        prefer = "A" if reading.area else "P" if settlement or reading.settlement else ""
        if any(c.place.feature_code in COUNTRY_CODES for c in kept):
            # "Guatemala" among towns is the city; "Kosovo" is no village of that name, but the whole country.
            kept = [c for c in kept if c.place.feature_code in COUNTRY_CODES or (prefer == "P" and _is_large(c.place))]

        def order(candidate: Candidate) -> tuple[object, ...]:
            misfit = bool(prefer) and candidate.place.feature_class != prefer
            key = rank(candidate, name)
            # A poor match stays behind a good one of the wrong kind; the user's own places before all.
            return (key[0], key[1], misfit, *key[2:])

        kept.sort(key=order)
        best = kept[0]
        others = [c for c in kept[1:] if not _same(best.place, c.place)]
        reasons.insert(0, _matched(name, best))
        share, told = _share(name, best, others, bool(prefer))
        if told:
            reasons.append(told)
        score = _BY_MATCH.get(best.match, 0.6) * share * doubt
        if not countries:
            # Without a country, a name is as sure as its only bearer.
            score *= 0.9
        return Found(
            text=name,
            place=best.place,
            score=round(min(0.99, score), 3),
            rule=_rule(best, countries, regions, others),
            reasons=tuple(reasons),
            alternatives=tuple(others[:_ALTERNATIVES]),
        )

    def _alike(
        self, name: str, countries: frozenset[str], regions: Sequence[_Region], settlement: bool, reading: Reading
    ) -> Found | None:
        """A place of the country with a name that differs by a letter or two, where there is only one such name."""
        key = fold(name)
        if len(key) < 5 or any(char.isdigit() for char in key):
            return None
        hits: list[tuple[int, float, Candidate]] = []
        for code in sorted(countries):
            for c in self._gazetteer.search(name, country=code, limit=20, quick=True):
                slips = _slips(key, c.place)
                if c.score < 0.5 and slips is not None:
                    hits.append((slips, -weight(c, c.place.name), c))
        if not hits:
            return None
        hits.sort(key=lambda hit: (*hit[:2], hit[2].place.id))
        best = hits[0]
        rivals = [hit for hit in hits[1:] if hit[0] == best[0] and not _same(hit[2].place, best[2].place)]
        # As sure as it can be with a slip: the only one so near, or fifty times as large as the next.
        if rivals and best[1] > 50 * rivals[0][1]:
            return None
        found = self._choose(name, [best[2]], countries, regions, settlement, reading)
        return replace(found, rule="spelling") if found.place is not None else None


# Languages in which tables of incidents are kept, the most widely read first: where two have one word for two
# countries, the first counts.
_LANGUAGES = (
    "en fr es ar ru zh pt de it tr uk sr sr_Latn hr sq fa nl pl ro el he hi"
    " ur id sw am so my vi th ja ko cs hu sv bg ka hy az ku ps bn fil ms"
)


@cache
def _in_other_languages() -> dict[str, str]:
    """The code of each country by its folded name in many languages; made when a name is known in no other way."""
    from babel import Locale, UnknownLocaleError

    found: dict[str, str] = {}
    for language in _LANGUAGES.split():
        try:
            names = Locale.parse(language).territories
        except (UnknownLocaleError, ValueError):
            # An older babel may lack one of the smaller languages.
            continue
        for code, name in names.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "UN", "EZ", "QO", "ZZ", "XA", "XB"):
                found.setdefault(fold(name), code)
    return found


def _country_forms(text: str) -> list[str]:
    """Ways to write a country: as it is, without brackets, turned round at its comma ("Korea, Republic of")."""
    forms = [text]
    bare = re.sub(r"\s*[(\[][^()\[\]]{0,100}[)\]]\s*", " ", text).strip()
    forms.append(bare)
    head, comma, tail = bare.partition(",")
    if comma and (fold(tail).endswith((" of", " of the")) or fold(tail) in ("the", "north", "south")):
        forms += [f"{tail.strip()} {head.strip()}", head.strip()]
    forms.append(
        re.sub(r"^(?:the\s+)?(?:(?:[\w-]{1,20}\s){0,2}republic|state|kingdom)\s+of\s+(?:the\s+)?", "", bare, flags=re.I)
    )
    return [form for form in dict.fromkeys(forms) if fold(form)]


def _codes(countries: Iterable[str]) -> str:
    return " or ".join(sorted(countries))


def _above_countries(place: Place) -> bool:
    """Regions and seas that lie in several countries have no country of their own."""
    return not place.country_code and place.is_area


def _elsewhere(name: str, candidates: Sequence[Candidate], countries: frozenset[str]) -> tuple[str, ...]:
    there = list(dict.fromkeys(c.place.country_code for c in candidates if c.place.country_code))
    if not there:
        return (f"no gazetteer at hand knows “{name}”",)
    more = f" and {len(there) - 4} more" if len(there) > 4 else ""
    return (f"known in {', '.join(there[:4])}{more}, but not in {_codes(countries)}, which the row gives",)


def _fits(place: Place, region: _Region) -> bool:
    own = {fold(place.admin1), fold(place.admin2)} - {""}
    if fold(region.text) in own:
        return True
    # A division of another rank stands for itself; a town named as the region holds its quarters.
    return any(place.id == one.id or inside(place, one) for one in region.places)


def _near(place: Place, region: Place) -> bool:
    return distance_km(place.lat, place.lon, region.lat, region.lon) <= 1.2 * region.radius_km


def _same(one: Place, other: Place) -> bool:
    """Whether two entries are one place to a map: a town and the municipality around it, a double entry."""
    km = distance_km(one.lat, one.lon, other.lat, other.lon)
    if one.feature_class == "P" and other.feature_class == "P":
        return km <= 2.0
    return km <= max(_SAME_KM, min(one.radius_km, other.radius_km))


def _is_large(place: Place) -> bool:
    return place.feature_class == "P" and (place.feature_code == "PPLC" or (place.population or 0) >= 100_000)


def _matched(name: str, candidate: Candidate) -> str:
    place = candidate.place
    ways = {
        "exact": f"“{name}” is its name",
        "folded": f"“{name}” is its name but for accents",
        "alternate": f"“{name}” is another name of {place.name}",
        "transliterated": f"“{name}” is another spelling of {place.name}",
        "abbreviation": f"“{name}” is short for {place.name}",
    }
    return ways.get(candidate.match, f"“{name}” differs by a letter or two from {place.name}")


def _share(name: str, best: Candidate, others: Sequence[Candidate], kind_known: bool) -> tuple[float, str]:
    """How likely the best of several is meant, and words for it.

    People write of large places more often than of small ones, but not in proportion: the square root of the number of
    people weighs. Without numbers, one of so many.
    """
    rivals = [c for c in others if c.score > 0.9 or best.score <= 0.9]
    if kind_known:
        rivals = [c for c in rivals if c.place.feature_class == best.place.feature_class]
    if not rivals:
        return 1.0, ""
    own = weight(best, name) ** 0.5
    share = own / (own + sum(weight(c, name) ** 0.5 for c in rivals))
    people = f" ({best.place.population:,} people)" if best.place.population else ""
    return share, f"the largest{people} of {len(rivals) + 1} places of that name there"


def _rule(best: Candidate, countries: frozenset[str], regions: Sequence[_Region], others: Sequence[Candidate]) -> str:
    if best.match in ("transliterated", "fuzzy"):
        return "spelling"
    if others:
        return "largest"
    if any(region.places for region in regions):
        return "region"
    return "country" if countries else "only"


def _slips(key: str, place: Place) -> int | None:
    """By how many letters the nearest name of a place differs from ``key``; None for more than a slip of the pen."""
    from rapidfuzz.distance import OSA

    most = 1 if len(key) <= 7 else 2
    nearest = min(OSA.distance(key, fold(name), score_cutoff=most) for name in (place.name, *place.names))
    return nearest if nearest <= most else None


def _several(found: Sequence[Found], reading: Reading) -> tuple[Found, ...]:
    """The places of a cell that names more than one: once where they are the same."""
    kept: list[Found] = []
    for one in found:
        assert one.place is not None
        if all(other.place is None or not _same(one.place, other.place) for other in kept):
            kept.append(one)
    if len(kept) > 1 and reading.choice:
        return tuple(replace(one, loose=True, reasons=(*one.reasons, "the row names several places")) for one in kept)
    return tuple(kept)


def counted_to(countries: Iterable[str]) -> frozenset[str]:
    """The countries and territories all of whose places a table may count to one of ``countries``."""
    return frozenset(code for country in countries for code in _COUNTED_TO.get(country, ()))


def _is_claimed(place: Place) -> bool:
    return place.country_code == "UA" and fold(place.admin1) in _CLAIMED
