"""KML for Google Earth and its kin: a placemark for each incident, in folders that keep apart what differs.

What an article reports, what is planned or threatened, what is denied, and what is long past have a folder each;
areas, which are never points, and incidents without a place have their own, without a geometry. Written, not read.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from html import escape
from typing import BinaryIO

from geomap.formats.schema import SCHEMA_VERSION
from geomap.formats.tables import table_row, xml_text
from geomap.lexicons import load_json, type_label
from geomap.records import Incident
from geomap.rows import Depiction, depictions

__all__ = ["write"]

_FOLDERS: dict[str, str] = {
    "reported": "Reported, claimed or attempted",
    "planned": "Planned, threatened or supposed",
    "negated": "Denied",
    "historical": "Long past",
    "areas": "Areas, not points",
    "unlocated": "Without a known place",
}
_FOLDER_OF = {
    "planned": "planned",
    "threatened": "planned",
    "hypothetical": "planned",
    "negated": "negated",
    "historical": "historical",
}
# What did not happen, or not now, is paler and smaller; its name says what it is as well.
_PALE = "80"


def _text(value: object) -> str:
    return escape(xml_text(str(value)), quote=True)


def _styles() -> Iterator[str]:
    for kind, spec in {**load_json("event_types.json")["types"], "": {"colour": "#525252"}}.items():
        red, green, blue = (spec["colour"][i : i + 2].lower() for i in (1, 3, 5))
        for suffix, alpha, scale in (("", "ff", "1"), ("-pale", _PALE, "0.7")):
            colour = f"{alpha}{blue}{green}{red}"
            yield (
                f'<Style id="t-{kind}{suffix}"><IconStyle><color>{colour}</color><scale>{scale}</scale></IconStyle>'
                f"<LineStyle><color>{colour}</color><width>2</width></LineStyle></Style>\n"
            )


def _geometry(one: Depiction) -> str:
    points = " ".join(f"{lon!r},{lat!r}" for lon, lat in one.points)
    if len(one.points) == 1:
        return f"<Point><coordinates>{points}</coordinates></Point>"
    return f"<LineString><tessellate>1</tessellate><coordinates>{points}</coordinates></LineString>"


def _folder(incident: Incident, drawn: list[Depiction]) -> str:
    if all(one.kind == "none" for one in drawn):
        return "unlocated"
    if not any(one.points for one in drawn):
        return "areas"
    return _FOLDER_OF.get(incident.certainty, "reported")


def _name(incident: Incident, location: object) -> str:
    told = "" if incident.certainty == "reported" else f" ({incident.certainty})"
    span = " – ".join(dict.fromkeys(day for day in (incident.date_start, incident.date_end) if day))
    where = f": {location}" if location else ""
    return f"{type_label(incident.type)}{told}{where}{', ' + span if span else ''}"


def _placemark(incident: Incident, drawn: list[Depiction]) -> str:
    facts = table_row(incident)
    shapes = [_geometry(one) for one in drawn if one.points]
    geometry = shapes[0] if len(shapes) == 1 else f"<MultiGeometry>{''.join(shapes)}</MultiGeometry>" if shapes else ""
    # A viewer takes the description for HTML: escaped once more, article text stays text there.
    bases = dict.fromkeys(one.basis for one in drawn)
    lines = [incident.quote, facts["source"], facts["url"], f"Drawn as: {'; '.join(bases)}."]
    words = "<br>".join(escape(xml_text(line)) for line in lines if line)
    known = incident.type in load_json("event_types.json")["types"]
    pale = "-pale" if incident.certainty in _FOLDER_OF else ""
    when = ""
    if incident.date_start:
        when = f"<TimeSpan><begin>{_text(incident.date_start)}</begin>"
        when += f"<end>{_text(incident.date_end or incident.date_start)}</end></TimeSpan>"
    data = "".join(
        f'<Data name="{name}"><value>{_text(value)}</value></Data>'
        for name, value in facts.items()
        if value is not None
    )
    return (
        f"<Placemark><name>{_text(_name(incident, facts['location']))}</name>"
        f"<description>{_text(words)}</description>{when}"
        f"<styleUrl>#t-{incident.type if known else ''}{pale}</styleUrl>"
        f"<ExtendedData>{data}</ExtendedData>{geometry}</Placemark>\n"
    )


def write(incidents: Iterable[Incident], file: BinaryIO) -> int:
    """Write ``incidents`` to ``file`` as KML 2.2 and return how many; each folder waits in a temporary file."""
    count = 0
    with ExitStack() as stack:
        folders = {key: stack.enter_context(tempfile.TemporaryFile()) for key in _FOLDERS}
        sizes = dict.fromkeys(_FOLDERS, 0)
        for incident in incidents:
            drawn = depictions(incident)
            key = _folder(incident, drawn)
            folders[key].write(_placemark(incident, drawn).encode("utf-8"))
            sizes[key] += 1
            count += 1
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
            '<name>Incidents</name>\n<ExtendedData><Data name="schema_version">'
            f"<value>{SCHEMA_VERSION}</value></Data></ExtendedData>\n"
        )
        file.write((head + "".join(_styles())).encode("utf-8"))
        for key, name in _FOLDERS.items():
            if sizes[key]:
                file.write(f"<Folder><name>{_text(name)} ({sizes[key]})</name>\n".encode())
                folders[key].seek(0)
                shutil.copyfileobj(folders[key], file)
                file.write(b"</Folder>\n")
        file.write(b"</Document></kml>\n")
    return count
