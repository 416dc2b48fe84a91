"""What people write in a column of places: "near X", "15 km north of X", "X / Y", "X (district)", "X, Country".

:func:`readings` gives the ways to read a cell, the most literal first; whoever looks names up takes the first that
gives a place. Nothing here knows a gazetteer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from geomap.records import Role

__all__ = ["Reading", "readings"]

_LONGEST = 300
_MOST_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read a cell: look up ``name`` (and ``also``, of which with ``choice`` one may be unknown) within the
    places named by ``within``. ``area`` and ``settlement`` say what kind of place is meant; ``fuzzy`` whether a slip of
    spelling may be looked for; ``shown`` is the part of the cell that names the place."""

    name: str
    also: tuple[str, ...] = ()
    choice: bool = False
    within: tuple[str, ...] = ()
    role: Role = "site"
    direction: str | None = None
    distance_km: float | None = None
    area: bool = False
    settlement: bool = False
    fuzzy: bool = False
    shown: str = ""


_COMPASS = {"north": "N", "south": "S", "east": "E", "west": "W"}
_DIRECTIONS = {"central": "C"}
for _one, _letter in _COMPASS.items():
    _DIRECTIONS |= {_one: _letter, f"{_one}ern": _letter, _letter.lower(): _letter}
    for _two, _other in _COMPASS.items():
        if _one in ("north", "south") and _two in ("east", "west"):
            for _gap in ("", "-", " "):
                _DIRECTIONS |= {f"{_one}{_gap}{_two}{_end}": _letter + _other for _end in ("", "ern")}
            _DIRECTIONS[(_letter + _other).lower()] = _letter + _other
_LONG = "|".join(sorted((re.escape(word) for word in _DIRECTIONS if len(word) > 2), key=lambda w: (-len(w), w)))
_SHORT = "NE|NW|SE|SW|N|S|E|W"
_UNITS = {"mi": 1.609344, "mile": 1.609344, "miles": 1.609344, "m": 0.001, "metres": 0.001, "meters": 0.001}
_AMOUNT = (
    r"(?:(?:about|approx(?:imately)?\.?|around|some|roughly|ca\.?|c\.|~)\s?)?(?P<amount>[0-9]{1,4}(?:[.,][0-9]{1,3})?)\s?"
    r"(?P<unit>kms?|kilomet(?:re|er)s?|mi|miles?|m|met(?:re|er)s)\b\.?"
)
# Without ASCII, "ſ" would match an "s" and be no key of the words above.
_FLAGS = re.IGNORECASE | re.ASCII
_AWAY = re.compile(
    rf"{_AMOUNT}\s{{0,2}}(?:to\s(?:the\s)?)?(?P<way>{_LONG}|{_SHORT})?\s{{0,2}}(?:of|from|off|away\sfrom|outside)\s+(?P<name>.+)",
    _FLAGS,
)
_AWAY_AFTER = re.compile(
    rf"(?P<name>.{{2,200}}?)\s{{0,2}}[,(]\s{{0,2}}{_AMOUNT}\s{{0,2}}(?:to\s(?:the\s)?)?(?P<way>{_LONG}|{_SHORT})?"
    r"(?:\sof(?:\sit|\sthe\s(?:city|town|village))?)?\s{0,2}\)?",
    _FLAGS,
)
_WAY_OF = re.compile(rf"(?:(?:to|in)\s)?(?:the\s)?(?P<way>{_LONG})\sof\s(?P<name>.+)", _FLAGS)
_NEAR = re.compile(
    r"(?:just\s)?(?:near(?:by)?(?:\sto)?|close\sto|next\sto|outside(?:\sof)?|around|towards?|off|by"
    r"|(?:in\s)?(?:the\s)?(?:vicinity|surroundings|environs|outskirts|suburbs?|neighbou?rhood|direction)\sof"
    r"|(?:on\s)?(?:the\s)?(?:road|way|highway)\s(?:to|from|near)|(?:the\s)?area\s(?:of|around|near))\s(?P<name>.+)",
    re.IGNORECASE,
)
_NEAR_AFTER = re.compile(
    r"(?P<name>.{2,200}?),?\s\(?(?:area|surroundings|vicinity|outskirts|environs|suburbs?|nearby|near)\)?",
    re.IGNORECASE,
)
_AT = re.compile(
    r"(?:at|in|inside|within|city\scent(?:re|er)\sof|cent(?:re|er)\sof|downtown)\s(?:the\s)?(?P<name>.+)", re.IGNORECASE
)
_PART = re.compile(rf"(?P<way>{_LONG})\s(?P<name>.+)|(?P<name2>.+?)\s\(?(?P<way2>{_LONG})\)?", _FLAGS)
_BETWEEN = re.compile(
    r"(?:between\s|(?:the\s)?road\s(?:from\s|between\s))(?P<a>.{2,100}?)\s(?:and|to)\s(?P<b>.{2,100})", re.IGNORECASE
)
_EITHER = re.compile(r"\s?/\s?|\s?\|\s?|\s?;\s?|\s(?:&|and|or|und|et|y|i|и)\s")
_DASHED = re.compile(r"\s[-–—]\s|[–—]")
_BRACKETS = re.compile(
    r"(?P<name>[^()\[\]]{1,200}?)\s?[(\[](?P<more>[^()\[\]]{1,200})[)\]]\s?(?P<rest>[^()\[\]]{0,100})"
)
# Words for divisions and for settlements, before or after a name; what stays is the name.
_AREAS = (
    "district|province|region|governorate|oblast|county|municipality|department|prefecture|state|"
    "territory|division|sub-?district|raion|rayon|commune|canton|voivodeship|emirate|republic|"
    "administrative region|local government area|lga|woreda|zone|tehsil|upazila|parish|okrug|krai|kray|"
    "provincia|departamento|estado|municipio|departement|région|région de|bezirk|kreis|provinz|općina|"
    "opština|komuna|rrethi|область|район"
)
_TOWNS = (
    "city|town|village|hamlet|settlement|township|locality|community|municipal town|urban area|selo|"
    "grad|qyteti|fshati|stadt|ville|ciudad|pueblo|г|с"
)
_SITES = (
    "airport|airbase|air base|airfield|hospital|clinic|port|harbou?r|bridge|border crossing|crossing|"
    "border post|checkpoint|check point|university|school|prison|station|railway station|train station|"
    "bus station|police station|market|mosque|church|monastery|camp|refugee camp|idp camp|base|"
    "military base|barracks|dam|power plant|refinery|mine|stadium|hotel|square|park|forest|road|"
    "highway|street|junction|roundabout|field|farm|factory|embassy|consulate|courthouse|town hall|"
    "city hall|city cent(?:re|er)|town cent(?:re|er)|centre|center|downtown|old city|old town|suburb|"
    "neighbou?rhood|quarter"
)
_KIND_AFTER = re.compile(
    rf"(?P<name>.{{2,200}}?)\s(?:(?P<area>{_AREAS})|(?P<town>{_TOWNS})|(?P<site>{_SITES}))\.?", re.IGNORECASE
)
_KIND_BEFORE = re.compile(
    rf"(?:the\s)?(?:(?P<area>{_AREAS})|(?P<town>{_TOWNS})|(?P<site>{_SITES}))(?:\s(?:of|in|at|near|de|d'|del|von|i)\s|\.?\s)(?:the\s)?"
    r"(?P<name>.{2,200})",
    re.IGNORECASE,
)


def readings(cell: str) -> Iterator[Reading]:
    """The ways to read a cell, the most literal first; each differs from those before it."""
    text = " ".join(cell.split())[:_LONGEST].strip(" .,;:\"'“”«»")
    if not text:
        return
    seen: set[tuple[object, ...]] = set()
    for reading in _all(text):
        name = reading.name.strip(" .,;:\"'“”«»")
        key = (name.casefold(), reading.also, reading.within, reading.role, reading.fuzzy)
        if name and key not in seen:
            seen.add(key)
            yield replace(reading, name=name)


def _all(text: str) -> Iterator[Reading]:
    whole = Reading(name=text)
    yield whole
    exact = list(_relative(text))
    yield from exact
    if not exact:
        yield from _parts(text)
    # A slip is looked for only when no reading is known as it stands, and in the plainest of them.
    for reading in (whole, *exact[:1], *_plainest(text)):
        yield replace(reading, fuzzy=True)


def _plainest(text: str) -> Iterator[Reading]:
    head, comma, tail = text.partition(",")
    if comma:
        yield Reading(name=head.strip(), within=_listed(tail))
    elif match := _BRACKETS.fullmatch(text):
        yield Reading(name=match["name"].strip())


def _relative(text: str) -> Iterator[Reading]:
    """ "15 km north of X", "near X", "X area", "north of X"."""
    for pattern in (_AWAY, _AWAY_AFTER):
        if match := pattern.fullmatch(text):
            way = match["way"]
            # "100 m from X" is at X for any map.
            amount = re.sub(r",(?=[0-9]{3}\Z)", "", match["amount"]).replace(",", ".")
            km = float(amount) * _UNITS.get(match["unit"].lower(), 1.0)
            near = Reading(
                name=match["name"],
                role="near",
                direction=_DIRECTIONS[way.lower()] if way else None,
                distance_km=round(km, 3),
            )
            yield from _named(near)
            return
    if match := _WAY_OF.fullmatch(text):
        yield from _named(Reading(name=match["name"], role="near", direction=_DIRECTIONS[match["way"].lower()]))
    elif match := _BETWEEN.fullmatch(text):
        yield Reading(name=match["a"], also=(match["b"],), role="along", choice=True)
    elif match := _NEAR.fullmatch(text) or _NEAR_AFTER.fullmatch(text):
        yield from _named(Reading(name=match["name"], role="near"))
    elif match := _AT.fullmatch(text):
        yield from _named(Reading(name=match["name"]))


def _named(reading: Reading) -> Iterator[Reading]:
    """The name of a reading as it stands, and without what stands behind a comma, in brackets or about its kind."""
    shown = reading.name
    yield reading
    for part in _parts(reading.name):
        if not part.also and part.direction is None:
            role: Role = reading.role
            yield replace(reading, name=part.name, within=part.within, area=part.area, role=role, shown=shown)


def _parts(text: str) -> Iterator[Reading]:
    """ "X, Y, Country", "X (Y)", "X / Y", "X district", "northern X"."""
    head, comma, tail = text.partition(",")
    if comma and head.strip():
        yield Reading(name=head.strip(), within=_listed(tail))
        for part in _kinds(head.strip()):
            yield replace(part, within=_listed(tail))
        for part in _relative(head.strip()):
            yield replace(part, within=(*part.within, *_listed(tail)))
    if match := _BRACKETS.fullmatch(text):
        name = f"{match['name'].strip()} {match['rest'].strip()}".strip()
        more = match["more"].strip()
        if re.fullmatch(_AREAS, more, re.IGNORECASE):
            yield Reading(name=name, area=True)
        elif re.fullmatch(_TOWNS, more, re.IGNORECASE):
            yield Reading(name=name, settlement=True)
        else:
            yield Reading(name=name, within=_listed(more))
            # "Zvečan (Zveçan)": the other name of the same place.
            yield Reading(name=more, shown=text)
            for part in _kinds(more):
                yield Reading(name=name, within=(part.name,))
        yield Reading(name=name)
    for pattern in (_EITHER, _DASHED):
        names = [part.strip() for part in pattern.split(text) if part.strip()]
        if 1 < len(names) <= _MOST_PARTS and all(len(name) > 1 for name in names):
            yield Reading(name=names[0], also=tuple(names[1:]), choice=True)
    yield from _kinds(text)
    if match := _PART.fullmatch(text):
        way = match["way"] or match["way2"]
        yield Reading(name=match["name"] or match["name2"], role="part_of", direction=_DIRECTIONS[way.lower()])
    if comma and head.strip():
        # What stands behind the comma is not known or contradicts: the head alone, where nothing else says otherwise.
        rest = _listed(tail)
        if len(rest) > 1:
            yield Reading(name=head.strip(), within=rest[-1:])


def _kinds(text: str) -> Iterator[Reading]:
    for pattern in (_KIND_AFTER, _KIND_BEFORE):
        if match := pattern.fullmatch(text):
            site = bool(match["site"])
            yield Reading(
                name=match["name"],
                area=bool(match["area"]),
                settlement=bool(match["town"]),
                # The gazetteer knows the town, not its airport.
                role="near" if site else "site",
                shown=text,
            )


def _listed(text: str) -> tuple[str, ...]:
    parts = [part.strip(" .") for part in re.split(r"[,;]", text)]
    return tuple(part for part in parts if part)[:_MOST_PARTS]
