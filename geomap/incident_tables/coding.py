"""A row of a table becomes an incident: where, when, what, how many, according to whom; the row itself is its quote."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from geomap.errors import DateError, DateOrderError, GeomapError, InputDoubt
from geomap.incident_tables.columns import Layout
from geomap.incident_tables.kinds import UNSPECIFIED, Kinds
from geomap.incident_tables.placing import Found, Placer, counted_to
from geomap.incidents import count_in, event_in
from geomap.precision import coarsest, precision_of
from geomap.records import (
    Actor,
    Attribution,
    Certainty,
    Incident,
    IncidentPlace,
    Mention,
    Place,
    Resolution,
    SourceQuote,
)
from geomap.tables import Report, Row, Table, plain_name
from geomap.tables.dates import Order, Span, read_span

__all__ = ["CodedRow", "Coder"]

CountryAt = Callable[[float, float], "tuple[str, float] | None"]

# What a row's quote shows of a cell: whole sentences of a description, and no novel.
_LONGEST_CELL, _LONGEST_TEXT = 300, 2_000
# Doubts of one kind that are told one by one; of the others, how many there are.
_TOLD = 3
# The score of a position that the table itself gives: somebody looked it up before.
_GIVEN = 0.95
_UNPLACED = 0.05
_COUNT = re.compile(
    r"(?:[~≈]\s?)?(?P<about>(?:at\sleast|more\sthan|over|min\.?|>=?|≥)\s?)?(?P<low>[0-9]{1,9})(?:\.0+)?"
    r"(?:\s?(?:-|–|to)\s?(?P<high>[0-9]{1,9}))?\s?(?P<more>\+|or\smore)?",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s;,<>\"]{3,2000}", re.IGNORECASE)
# A longer cell is prose, in which other numbers may stand.
_LONGEST_COUNT = 60
_NOT_KNOWN = frozenset({"unknown", "unk", "unk.", "not known", "unclear", "not available", "na", "n.a."})
_VIOLENCE = {"1": "armed_clash", "2": "armed_clash", "3": "attack_civilians"}
_UCDP = {1: 1, 2: 2, 3: 3, 4: 3, 5: 3, 6: None, 7: None}
_PRECISION_WORDS = {
    "exact": 1, "precise": 1, "high": 1, "approximate": 2, "approx": 2, "near": 2, "nearby": 2, "medium": 2,
    "estimate": 2, "estimated": 2, "imprecise": 2, "inexact": 2, "district": 3, "admin2": 3, "admin1": 3,
    "province": 3, "region": 3, "low": 3, "centroid": 3, "country": None,
}  # fmt: skip
_PRECISION = re.compile(rf"\b(?:{'|'.join(_PRECISION_WORDS)})(?=(?:ly|al|s|wide)?\b)")
_NOT_EXACT = re.compile(r"\b(?:not|no|non|unknown|uncertain|unclear|unsure)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedRow:
    """A row as an incident, and what became of the names in it. ``unresolved`` are those that no gazetteer knows."""

    incident: Incident
    resolutions: tuple[Resolution, ...]
    unresolved: tuple[Found, ...] = ()
    country: str = ""
    admin1: str = ""


class _Quote:
    """The row as text, with where each cell stands in it."""

    def __init__(self, table: Table, layout: Layout, row: Row) -> None:
        used = set(layout.columns())
        text = layout.mapping.get("description")
        parts: list[str] = []
        self.at: dict[str, tuple[int, str]] = {}
        size = 0
        for column in [*(one for one in table.columns if one in used and one != text), *([text] if text else [])]:
            value = " ".join(row.cells.get(column, "").split())
            if not value:
                continue
            value = value[: _LONGEST_TEXT if column == text else _LONGEST_CELL]
            part = f"{'; ' if parts else ''}{column}: "
            self.at[column] = (size + len(part), value)
            parts.append(part + value)
            size += len(part) + len(value)
        self.text = "".join(parts)

    def span(self, column: str | None, words: str) -> tuple[int, int]:
        """Where words of a cell stand; all of the cell where they are not found in it."""
        if column is None or column not in self.at:
            return 0, 0
        start, value = self.at[column]
        inside = value.find(words) if words else -1
        return (start + inside, start + inside + len(words)) if inside >= 0 else (start, start + len(value))


class Coder:
    """Makes incidents of the rows of one table.

    ``doc_id`` names the table in the incidents, ``order`` is the order of day and month in its dates. What is doubtful
    about a row that is kept goes to ``report`` as InputDoubt, the first few of a kind one by one and the others as a
    count at the end (:meth:`finish`). ``country_at`` tells in which country a point lies.
    """

    def __init__(
        self,
        table: Table,
        layout: Layout,
        placer: Placer,
        *,
        doc_id: str,
        order: Order | None,
        report: Report,
        country_at: Callable[[], CountryAt],
    ) -> None:
        self._table = table
        self._layout = layout
        self._placer = placer
        self._doc_id = doc_id
        self._order = order
        self._report = report
        self._country_at = country_at
        self._kinds = Kinds()
        self._doubts: Counter[str] = Counter()
        self._seen: Counter[bytes] = Counter()
        self.swapped = 0

    def doubt(self, kind: str, row: Row, message: str) -> None:
        """Tell what is doubtful about a row, if it is not the hundredth of its kind."""
        self._doubts[kind] += 1
        if self._doubts[kind] <= _TOLD:
            self._report(InputDoubt(f"{self._table.where(row.number)}: {message}"))

    def finish(self) -> None:
        """Tell how many doubts there were beyond those told."""
        for kind, count in self._doubts.items():
            if count > _TOLD:
                self._report(InputDoubt(f"{self._table.name}: {count - _TOLD:,} more rows with {kind}"))
        if self.swapped > 1:
            self._report(
                InputDoubt(
                    f"{self._table.name}: {self.swapped:,} positions would be in the country that their row gives if"
                    " latitude and longitude were exchanged: say which is which with --columns lat=…,lon=…"
                )
            )
        if self._kinds.left_out:
            shown = ", ".join(repr(one[:30]) for one in list(self._kinds.left_out)[:3])
            self._report(
                InputDoubt(
                    f"{self._table.name}: too many types of its own for a legend; {len(self._kinds.left_out):,} of them"
                    f" ({shown} …) are shown as {UNSPECIFIED}"
                )
            )

    def code(self, row: Row) -> CodedRow:
        """The incident of a row."""
        layout = self._layout
        quote = _Quote(self._table, layout, row)
        country = layout.cell(row, "country")
        codes, areas = self._placer.holder(country)
        if codes is None:
            self.doubt("an unknown country", row, f"there is no country '{country[:60]}'; correct it")
        given = self._given(row, quote, codes or frozenset())
        named = self._where(row, codes, areas) if given is None else []
        places = [self._incident_place(one, quote, column) for one, column in named] if given is None else [given]
        found = [one for one, _ in named]
        precision, where, radius = _precision(places, loose=any(one.loose for one in found))
        precision, where = self._stated_precision(row, precision, where)
        type_, sub, words, certainty = self._kind(row)
        span, reason = self._when(row)
        source = layout.cell(row, "source")[:_LONGEST_CELL] or None
        scores = [place.score for place in places if place.score and place.lat is not None]
        incident = Incident(
            incident_id=self._ident(row),
            doc_id=self._doc_id,
            type=type_,
            acled_sub_event=sub,
            places=tuple(places),
            geo_precision=precision,
            where_prec=where,
            radius_km=radius,
            date_start=span.start if span else None,
            date_end=span.end if span else None,
            time_expression=(layout.cell(row, "date") or layout.cell(row, "year"))[:_LONGEST_CELL] or None,
            time_precision=self._time_precision(row, span),
            date_reason=reason,
            actors=self._actors(row, quote),
            deaths=self._deaths(row),
            injured=self._people(row, "injured"),
            crowd_size=self._people(row, "crowd"),
            detained=self._people(row, "detained"),
            certainty=certainty,
            attribution=Attribution(source=source, level="stated"),
            quote=quote.text,
            quote_start=0,
            quote_end=len(quote.text),
            trigger=words or None,
            score=round(max(_UNPLACED, min(scores, default=_UNPLACED)), 3),
            sources=(
                SourceQuote(
                    doc_id=self._doc_id,
                    title=f"{self._doc_id}, {self._table.unit} {row.number}",
                    source=source or self._doc_id,
                    url=_url(layout.cell(row, "url")),
                    quote=quote.text,
                ),
            ),
        )
        return CodedRow(
            incident=incident,
            resolutions=tuple(_resolution(one) for one in found),
            unresolved=tuple(one for one in found if one.place is None),
            country=country,
            admin1=layout.cell(row, "admin1"),
        )

    # -- where

    def _where(self, row: Row, codes: frozenset[str] | None, areas: Sequence[Place]) -> list[tuple[Found, str | None]]:
        """What the row's names mean, each with the column that names it.

        ``codes`` are those of its country; ``areas`` what a region that stands in the place of a country may be.
        """
        layout = self._layout
        country = layout.cell(row, "country")
        told = [(field, text) for field in ("admin1", "admin2", "place") if (text := layout.cell(row, field))]
        field, name = told[-1] if told else ("country", country)
        column = layout.mapping.get(field)
        if codes is None:
            return [(Found(text=name[:_LONGEST_CELL], reasons=(f"the country “{country[:60]}” is not known",)), column)]
        if not told:
            return [(one, column) for one in self._whole_area(country, codes, areas)]
        above = [text for _, text in told[:-1]]
        town = field == "place" and layout.settlement
        found = self._placer.place(name, codes, *([country] if areas else []), *above, settlement=town)
        named = [(one, column) for one in found]
        if all(one.place is None for one in found):
            # The name stays, without a place; the region or country that holds it is drawn as the area that it is.
            named += self._around(row, codes, areas, layout.cell(row, "admin1") if field != "admin1" else "")
        return named

    def _whole_area(self, country: str, codes: frozenset[str], areas: Sequence[Place]) -> list[Found]:
        """The country or countries of a row that tells no more; the likeliest region of the name."""
        places = areas[:1] or self._placer.country_places(codes)
        if codes and not places:
            return [Found(text=country[:_LONGEST_CELL], reasons=("no gazetteer at hand has an entry of the country",))]
        return [
            Found(
                text=country,
                place=place,
                score=round(_GIVEN / max(1, len(areas)), 3),
                rule="region" if areas else "country",
                reasons=("the row names no more exact place",),
                loose=len(places) > 1,
            )
            for place in places
        ]

    def _around(
        self, row: Row, codes: frozenset[str], areas: Sequence[Place], admin1: str
    ) -> list[tuple[Found, str | None]]:
        region = self._placer.region(admin1, codes).places if admin1 and codes else ()
        places = region or areas
        if not places and len(codes) == 1:
            places = self._placer.country_places(codes)
        if not places or not places[0].is_area:
            return []
        found = Found(text="", place=places[0], score=0.3, rule="around", reasons=("no more exact place is known",))
        return [(found, self._layout.mapping.get("admin1" if region else "country"))]

    def _incident_place(self, found: Found, quote: _Quote, column: str | None) -> IncidentPlace:
        start, end = quote.span(column, found.text)
        place = found.place
        return IncidentPlace(
            start=start,
            end=end,
            text=quote.text[start:end],
            role=found.role,
            place_id=place.id if place else None,
            name=place.name if place else None,
            lat=place.lat if place else None,
            lon=place.lon if place else None,
            country_code=(place.country_code or None) if place else None,
            admin1=(place.admin1 or None) if place else None,
            feature_code=place.feature_code if place else None,
            is_area=place.is_area if place else False,
            radius_km=place.radius_km if place else None,
            direction=found.direction,
            distance_km=found.distance_km,
            rule=found.rule,
            score=found.score if place else 0.0,
            reasons=found.reasons,
            alternatives=tuple(
                ", ".join(filter(None, (c.place.name, c.place.admin1, c.place.country_code)))
                for c in found.alternatives
            ),
        )

    def _given(self, row: Row, quote: _Quote, codes: frozenset[str]) -> IncidentPlace | None:
        """The place of a row that gives its coordinates."""
        position = self._position(row)
        if position is None:
            return None
        lat, lon = position
        layout = self._layout
        reasons = ["the row gives the position"]
        there = self._country_at()(lat, lon)
        code = min(codes) if len(codes) == 1 else there[0] if there else None
        if codes and there is not None and there[1] == 0.0 and there[0] not in codes | counted_to(codes):
            told = f"the position {lat:g}, {lon:g} lies in {there[0]}, the row says {' or '.join(sorted(codes))}"
            if abs(lon) <= 90.0 and (other := self._country_at()(lon, lat)) is not None and other[0] in codes:
                self.swapped += 1
            self.doubt("a position in another country", row, told)
            reasons.append(told)
            code = there[0]
        field = next(
            (one for one in ("place", "admin2", "admin1", "lat", "coordinates") if layout.cell(row, one)), "lat"
        )
        start, end = quote.span(layout.mapping.get(field), "")
        name = layout.cell(row, field)[:_LONGEST_CELL] if field in ("place", "admin2", "admin1") else ""
        return IncidentPlace(
            start=start,
            end=end,
            text=quote.text[start:end],
            role="site",
            place_id=f"at:{lat:.5f},{lon:.5f}",
            name=" ".join(name.split()) or f"{lat:.4f}, {lon:.4f}",
            lat=lat,
            lon=lon,
            country_code=code,
            admin1=layout.cell(row, "admin1")[:_LONGEST_CELL] or None,
            radius_km=1.0,
            rule="position",
            score=_GIVEN if len(reasons) == 1 else 0.4,
            reasons=tuple(reasons),
        )

    def _position(self, row: Row) -> tuple[float, float] | None:
        lat, lon = self._layout.cell(row, "lat"), self._layout.cell(row, "lon")
        pair = f"{lat} {lon}" if lat and lon else self._layout.cell(row, "coordinates")
        if not pair.strip():
            return None
        found: tuple[float, float]
        try:
            found = float(lat.replace(",", ".")), float(lon.replace(",", "."))
        except ValueError:
            from geomap.gazetteer.coordinates import parse_coordinates

            try:
                point = parse_coordinates(pair[:200])
            except (GeomapError, ValueError) as error:
                self.doubt(
                    "a position not understood",
                    row,
                    f"the position '{pair[:60]}' is not understood ({str(error)[:80]})",
                )
                return None
            found = point.lat, point.lon
        if not (math.isfinite(found[0]) and math.isfinite(found[1])) or abs(found[0]) > 90 or abs(found[1]) > 180:
            hint = "; are latitude and longitude exchanged?" if abs(found[0]) <= 180 and abs(found[1]) <= 90 else ""
            self.doubt("a position off the globe", row, f"the position {pair[:60]!r} is not on the globe{hint}")
            return None
        if found == (0.0, 0.0):
            self.doubt("a position of 0, 0", row, "the position 0, 0 is what programs write for none; it was left out")
            return None
        return found

    def _stated_precision(self, row: Row, precision: int | None, where: int | None) -> tuple[int | None, int | None]:
        """The precision with what the table itself says of it: the coarser of the two."""
        text = self._layout.cell(row, "precision").casefold()
        if not text:
            return precision, where
        stated: int | None
        if (number := _digit(text)) is not None:
            if self._layout.precision_is_ucdp:
                if number not in _UCDP:
                    return precision, where
                stated = _UCDP[number]
            elif number in (1, 2, 3):
                stated = number
            else:
                return precision, where
        else:
            told = [_PRECISION_WORDS[word] for word in _PRECISION.findall(text)]
            if not told:
                return precision, where
            stated = None if None in told else max(2 if _NOT_EXACT.search(text) else 1, *filter(None, told))
        coarser = None if stated is None or precision is None else max(stated, precision)
        if coarser == precision:
            return precision, where
        return coarser, {1: 1, 2: 2, 3: 4, None: 6}[coarser]

    # -- when

    def _when(self, row: Row) -> tuple[Span | None, str | None]:
        layout = self._layout
        text = layout.cell(row, "date")
        column = layout.mapping.get("date")
        if not text and layout.cell(row, "year"):
            # GTD writes 0 for a month or day that is not known.
            parts = [_whole(layout.cell(row, field)) for field in ("year", "month", "day")]
            known = [part.zfill(2) for part in parts if part.strip("0")]
            text, column = "-".join(known) if parts[0] else "", layout.mapping.get("year")
            if len(known) == 2 and not parts[1].strip("0"):
                text = known[0]
        if not text:
            return None, None
        try:
            span = read_span(text, self._order)
        except DateOrderError as error:
            self.doubt("a date whose day and month cannot be told apart", row, f"{error}; such dates are left out")
            return None, None
        except DateError as error:
            self.doubt("a date that was left out", row, f"{error}; the date was left out")
            return None, None
        reason = f"the table's column “{column}”"
        if last := layout.cell(row, "date_end"):
            try:
                end = read_span(last, self._order)
            except DateError as error:
                self.doubt("a date that was left out", row, f"{error}; the end was left out")
                return span, reason
            if end.end < span.start:
                self.doubt(
                    "an end before the beginning", row, f"it ends on {end.end}, before it begins; the end was left out"
                )
            elif end.end > span.end:
                days = read_span(f"{span.start} to {end.end}")
                span = replace(days, precision=max(days.precision, span.precision))
        return span, reason

    def _time_precision(self, row: Row, span: Span | None) -> int | None:
        if span is None:
            return None
        # ACLED: 1 day, 2 week, 3 month. UCDP: 1 day, 2 to 3 days or week, 4 month, 5 longer.
        stated = _digit(self._layout.cell(row, "time_precision")) or 1
        return max(span.precision, min(3, stated))

    # -- what, how many, who

    def _kind(self, row: Row) -> tuple[str, str | None, str, Certainty]:
        layout = self._layout
        text = layout.cell(row, "type")
        if plain_name(layout.mapping.get("type", "")) == "typeofviolence" and (number := _whole(text)) in _VIOLENCE:
            return _VIOLENCE[number], None, f"{layout.mapping['type']} {text}", "reported"
        type_, sub, words = self._kinds.of(layout.cell(row, "subtype"), text)
        # A table lists what happened; only where nothing but its prose tells the type, prose tells the certainty too.
        prose = " ".join(layout.cell(row, "description")[:_LONGEST_TEXT].split())
        if not words and (told := event_in(prose)) is not None:
            return told
        if not words and (named := self._kinds.in_prose(prose)) is not None:
            return *named, "reported"
        return type_, sub, words, "reported"

    def _deaths(self, row: Row) -> tuple[int, int | None] | None:
        best, low, high = (self._people(row, field) for field in ("deaths", "deaths_low", "deaths_high"))
        if low is not None and high is not None and low[0] <= high[0]:
            return low[0], high[0]
        return best

    def _people(self, row: Row, field: str) -> tuple[int, int | None] | None:
        """How many people a cell tells of; what it tells and is not understood is a doubt."""
        text = self._layout.cell(row, field)
        found = _count(text)
        if found is None and any(map(str.isalnum, text)) and text.casefold() not in _NOT_KNOWN:
            what = f"the number '{text[:60]}' in '{self._layout.mapping[field]}' is not understood; it was left out"
            self.doubt("a number not understood", row, what)
        return found

    def _actors(self, row: Row, quote: _Quote) -> tuple[Actor, ...]:
        made = []
        for field, role in (("actor1", "agent"), ("actor2", "target")):
            if self._layout.cell(row, field):
                start, end = quote.span(self._layout.mapping[field], "")
                made.append(Actor(start=start, end=end, text=quote.text[start:end], role=role))
        return tuple(made)

    def _ident(self, row: Row) -> str:
        """An id that stays when rows are added or sorted: by the table's own id, else by what the row says."""
        key = self._layout.cell(row, "id")
        told = f"id:{key}" if key else "\x1f".join(f"{column}={cell}" for column, cell in row.cells.items() if cell)
        full = hashlib.sha256(f"{self._doc_id}\x1e{told}".encode("utf-8", "surrogatepass"))
        seen = full.digest()
        self._seen[seen] += 1
        if self._seen[seen] > 1:
            full.update(f"\x1e{self._seen[seen]}".encode())
        return full.hexdigest()[:16]


def _whole(text: str) -> str:
    """A whole number without the fraction that pandas writes for it ("3.0")."""
    return re.sub(r"\.0+\Z", "", text)


def _digit(text: str) -> int | None:
    """The code that a cell of one digit is; None for any other."""
    plain = _whole(text)
    return int(plain) if len(plain) == 1 and plain.isdecimal() else None


def _precision(places: Sequence[IncidentPlace], *, loose: bool) -> tuple[int | None, int | None, float | None]:
    """ACLED's geo_precision, UCDP's where_prec and a radius in km: of several places, those of the coarsest."""
    values = [
        precision_of(
            place.role,
            known=True,
            feature_code=place.feature_code,
            is_area=place.is_area,
            radius_km=place.radius_km,
            direction=place.direction,
            distance_km=place.distance_km,
        )
        for place in places
        if place.lat is not None
    ]
    return coarsest((2, 2, value[2]) if loose and value[0] == 1 else value for value in values)


def _count(text: str) -> tuple[int, int | None] | None:
    """A number of people: "3", "3-5", "at least 10", "10+", "~10", "dozens", "3 killed"; None for anything else."""
    if len(text) > _LONGEST_COUNT:
        return None
    plain = re.sub(r"(?<=[0-9])[ ,.\u00a0\u202f](?=[0-9]{3}(?![0-9]))", "", text.strip())
    match = _COUNT.fullmatch(plain)
    if match is None:
        return count_in(text)
    low = int(match["low"])
    if match["high"]:
        return (low, int(match["high"])) if int(match["high"]) >= low else None
    return low, None if match["about"] or match["more"] else low


def _url(text: str) -> str | None:
    match = _URL.search(text)
    return match[0] if match else None


def _resolution(found: Found) -> Resolution:
    mention = Mention(start=0, end=len(found.text), text=found.text, recognizer="table")
    return Resolution(
        mention=mention,
        place=found.place,
        score=found.score,
        rule=found.rule,
        reasons=found.reasons,
        alternatives=found.alternatives,
    )
