"""Tables for spreadsheets: one incident a row, in columns that are called as users of ACLED's tables know them.

Only the names are ACLED's, and only where the meaning is the same; what differs has a name of its own. ACLED's data
are not used. Written, not read back: a table has no room for every place and its evidence.
"""

from __future__ import annotations

import csv
import errno
import io
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from functools import cache
from typing import Any, BinaryIO

from geomap.errors import OutputError
from geomap.formats.schema import SCHEMA_VERSION
from geomap.records import Actor, Incident
from geomap.rows import depictions, representative
from geomap.text import spreadsheet_safe

__all__ = ["TABLE_COLUMNS", "table_row", "write_csv", "write_tsv", "write_xlsx", "xml_text"]

TABLE_COLUMNS: dict[str, str] = {
    "event_id": "the incident's id (ACLED: event_id_cnty, another numbering)",
    "event_date": "first day, YYYY-MM-DD; empty where unknown",
    "event_date_end": "last day; the same as event_date for one day",
    "year": "of event_date",
    "time_precision": "1 day, 2 week, 3 month or longer (as ACLED)",
    "event_type": "ACLED's name of the event type; empty for types that ACLED has not",
    "sub_event_type": "ACLED's name of the sub-event type; empty for types that ACLED has not",
    "type": "geomap's own type, or that of a table of incidents",
    "actor1": "who acts, as written; several are parted by semicolons",
    "actor2": "to whom it is done, as written",
    "country": "English name (Unicode CLDR) of the country that the gazetteer has the place in",
    "country_code": "its ISO 3166-1 code of two letters; XK for Kosovo",
    "admin1": "the first-level division that the gazetteer has the place in",
    "location": "the place's name in the gazetteer, of an area too",
    "latitude": "degrees, WGS84, of the place named in location; empty for areas, lines and unknown places",
    "longitude": "degrees, WGS84, of the place named in location; empty for areas, lines and unknown places",
    "geo_precision": "1 named place, 2 near or part of one, 3 larger region (as ACLED); empty for a country or none",
    "where_prec": "UCDP GED's 1 to 7",
    "geometry_kind": "how it may be drawn: pin, near, part_of, along, route, area, none",
    "radius_km": "how far the place reaches from its point, km",
    "places": "every place as written, with the part it plays and, where another, its name",
    "certainty": "reported, claimed, planned, threatened, attempted, hypothetical, negated or historical",
    "attribution": "stated, attributed, rumoured or accused",
    "attribution_source": "who says so, as written",
    "fatalities": "deaths, the lowest number stated; empty where none is stated, which is not zero (ACLED: 0)",
    "deaths_low": "deaths, lowest number stated",
    "deaths_high": "deaths, highest number; empty for 'at least'",
    "injured_low": "injured, lowest number stated",
    "injured_high": "injured, highest number; empty for 'at least'",
    "crowd_size_low": "people in a crowd, lowest number stated",
    "crowd_size_high": "people in a crowd, highest number; empty for 'at least'",
    "detained_low": "arrested, abducted or taken prisoner, lowest number stated",
    "detained_high": "arrested, abducted or taken prisoner, highest number; empty for 'at least'",
    "source": "who published the articles; parted by semicolons",
    "sources": "how many articles tell it",
    "url": "their addresses",
    "published": "day of publication of the first article",
    "notes": "the sentence that it rests on, as written (ACLED: a coder's summary)",
    "part_of_day": "morning ... midnight or HH:MM",
    "time_expression": "the time phrase as written",
    "date_reason": "what the date rests on",
    "trigger": "the words that made it this type",
    "score": "confidence in the incident, 0 to 1",
    "conflicts": "on what the articles disagree",
    "corrections": "what the user put right",
    "doc_id": "the article",
    "schema_version": "the version of this table's columns",
}
"""The columns of a table and what they mean."""

# ACLED's sub-event types by event type: names, of its public codebook.
_EVENT_TYPES: dict[str, tuple[str, ...]] = {
    "Battles": ("Armed clash", "Government regains territory", "Non-state actor overtakes territory"),
    "Protests": ("Excessive force against protesters", "Protest with intervention", "Peaceful protest"),
    "Riots": ("Violent demonstration", "Mob violence"),
    "Explosions/Remote violence": (
        "Chemical weapon", "Air/drone strike", "Suicide bomb", "Shelling/artillery/missile attack",
        "Remote explosive/landmine/IED", "Grenade",
    ),
    "Violence against civilians": ("Sexual violence", "Attack", "Abduction/forced disappearance"),
    "Strategic developments": (
        "Agreement", "Arrests", "Change to group/activity", "Disrupted weapons use",
        "Headquarters or base established", "Looting/property destruction", "Non-violent transfer of territory",
        "Other",
    ),
}  # fmt: skip
_EVENT_TYPE_OF = {sub: event for event, subs in _EVENT_TYPES.items() for sub in subs}
# What XML 1.0 has no place for, and what UTF-8 cannot encode.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def xml_text(text: str) -> str:
    """``text`` with U+FFFD for what XML cannot hold: control characters and halves of characters."""
    return _NOT_XML.sub("\ufffd", text)


@cache
def _countries() -> dict[str, str]:
    from babel import Locale

    return dict(Locale("en").territories)


def _places(incident: Incident) -> str:
    words = []
    for place in incident.places:
        name = "not found" if place.name is None else place.name if place.name != place.text else ""
        words.append(f"{place.text} ({place.role}{': ' + name if name else ''})")
    return "; ".join(words)


def _listed(texts: Iterable[str | None]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _actors(actors: Iterable[Actor], *roles: str) -> str:
    return _listed(actor.text for actor in actors if actor.role in roles)


def _conflicts(incident: Incident) -> str:
    return "; ".join(
        f"{one.what}: " + ", ".join(f"{told.value} ({told.doc_id})" for told in one.values)
        for one in incident.conflicts
    )


def table_row(incident: Incident) -> dict[str, Any]:
    """The values of :data:`TABLE_COLUMNS`: texts, numbers, None where empty; texts are as they are.

    Raises :class:`~geomap.errors.OutputError` as :func:`~geomap.rows.depictions` does.
    """
    shown = representative(incident, depictions(incident))
    code = shown["country_code"]
    row: dict[str, Any] = {
        "event_id": incident.incident_id,
        "event_date": incident.date_start,
        "event_date_end": incident.date_end,
        "year": int(incident.date_start[:4]) if incident.date_start else None,
        "time_precision": incident.time_precision,
        "event_type": _EVENT_TYPE_OF.get(incident.acled_sub_event or ""),
        "sub_event_type": incident.acled_sub_event,
        "type": incident.type,
        "actor1": _actors(incident.actors, "agent", "crowd"),
        "actor2": _actors(incident.actors, "target"),
        "country": _countries().get(code, code) if code else None,
        "country_code": code,
        "admin1": shown["admin1"],
        "location": shown["place_name"] if shown["geometry_kind"] != "none" else None,
        "latitude": shown["lat"],
        "longitude": shown["lon"],
        "geo_precision": incident.geo_precision,
        "where_prec": incident.where_prec,
        "geometry_kind": shown["geometry_kind"],
        "radius_km": shown["radius_km"] if shown["radius_km"] is not None else incident.radius_km,
        "places": _places(incident),
        "certainty": incident.certainty,
        "attribution": incident.attribution.level,
        "attribution_source": incident.attribution.source,
        "fatalities": incident.deaths[0] if incident.deaths else None,
        "source": _listed(one.source for one in incident.sources),
        "sources": len(incident.sources),
        "url": _listed(one.url for one in incident.sources),
        "published": min((one.published for one in incident.sources if one.published), default=None),
        "notes": incident.quote,
        "part_of_day": incident.part_of_day,
        "time_expression": incident.time_expression,
        "date_reason": incident.date_reason,
        "trigger": incident.trigger,
        "score": round(incident.score, 4),
        "conflicts": _conflicts(incident),
        "corrections": "; ".join(incident.corrections),
        "doc_id": incident.doc_id,
        "schema_version": SCHEMA_VERSION,
    }
    for name in ("deaths", "injured", "crowd_size", "detained"):
        row[f"{name}_low"], row[f"{name}_high"] = getattr(incident, name) or (None, None)
    return {name: row[name] or None if isinstance(row[name], str) else row[name] for name in TABLE_COLUMNS}


def _safe(value: Any) -> Any:
    """A cell that no spreadsheet runs: an apostrophe before what it would take for a formula; numbers stay bare."""
    if not isinstance(value, str):
        return value
    return spreadsheet_safe(xml_text(value))


def _rows(incidents: Iterable[Incident]) -> Iterator[list[Any]]:
    for incident in incidents:
        yield [_safe(value) for value in table_row(incident).values()]


# ---- CSV ----------------------------------------------------------------------------------------------------------


def _write(incidents: Iterable[Incident], file: BinaryIO, delimiter: str) -> int:
    # With a byte-order mark: without one Excel spoils the letters.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    count = 0
    try:
        writer.writerow(TABLE_COLUMNS)
        for row in _rows(incidents):
            writer.writerow(row)
            count += 1
        text.flush()
    finally:
        # The file is closed by the one who opened it.
        text.detach()
    return count


def write_csv(incidents: Iterable[Incident], file: BinaryIO) -> int:
    """Write ``incidents`` as CSV (RFC 4180, UTF-8 with a byte-order mark) and return how many."""
    return _write(incidents, file, ",")


def write_tsv(incidents: Iterable[Incident], file: BinaryIO) -> int:
    """Write ``incidents`` as a table parted by tabs, quoted as CSV is, and return how many."""
    return _write(incidents, file, "\t")


# ---- XLSX ---------------------------------------------------------------------------------------------------------

# What a sheet and a cell of Excel may have.
_MOST_ROWS = 1_048_576
_MOST_LETTERS = 32_767
# Both files of times in the archive: a day long past, so that the same incidents give the same bytes.
_STAMP = (1980, 1, 1, 0, 0, 0)
_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def write_xlsx(incidents: Iterable[Incident], file: BinaryIO) -> int:
    """Write ``incidents`` as a workbook: a sheet ``incidents``, and a sheet ``columns`` that says what they mean.

    Texts over 32,767 characters, all that a cell holds, are cut. Raises :class:`~geomap.errors.OutputError` for more
    incidents than a sheet has rows.
    """
    from lxml.etree import LxmlError

    made = io.BytesIO()
    try:
        count = _make_book(incidents, made)
    except LxmlError as error:
        # openpyxl keeps sheets in the folder for temporary files; that its disk is full is told in lxml's words.
        code = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)
        raise OSError(code, os.strerror(code)) from error
    _without_times(made, file)
    return count


def _make_book(incidents: Iterable[Incident], made: BinaryIO) -> int:
    from lxml.etree import LxmlError
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("incidents")
    sheet.freeze_panes = "A2"
    count = 0
    try:
        sheet.append(list(TABLE_COLUMNS))
        for cells in _cells(incidents):
            sheet.append(cells)
            count += 1
    except BaseException:
        # A sheet that is left open complains of that when it is cleared away.
        with suppress(LxmlError):
            sheet.close()
        raise
    meanings = book.create_sheet("columns")
    meanings.append(["column", "meaning"])
    for name, meaning in TABLE_COLUMNS.items():
        meanings.append([name, meaning])
    book.save(made)
    return count


def _cells(incidents: Iterable[Incident]) -> Iterator[list[Any]]:
    """The rows as a sheet has them."""
    days = [i for i, name in enumerate(TABLE_COLUMNS) if name in ("event_date", "event_date_end", "published")]
    for number, row in enumerate(_rows(incidents), 2):
        if number > _MOST_ROWS:
            raise OutputError(
                f"a sheet of a workbook has {_MOST_ROWS:,} rows, and there are more incidents; write .csv or .parquet"
            )
        for i in days:
            row[i] = _day(row[i])
        yield [one[: _MOST_LETTERS - 1] + "…" if _is_long(one) else one for one in row]


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > _MOST_LETTERS


def _day(value: Any) -> Any:
    """A day as a spreadsheet counts with it; a text where it is none, or before 1900, where its calendar begins."""
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return day if day.year >= 1900 else value


def _without_times(made: io.BytesIO, file: BinaryIO) -> None:
    """The workbook without the times at which it and its parts were written."""
    import zipfile

    with zipfile.ZipFile(made) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _CREATED.sub(rb"\g<1>2000-01-01T00:00:00Z", data)
            target.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
