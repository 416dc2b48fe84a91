"""Tables of incidents, with names of places instead of coordinates (or with both): placed, typed, dated.

::

    with open_gazetteer() as gazetteer, open_table(Path("incidents.csv")) as table:
        for coded in IncidentTable(table, Placer(gazetteer)).coded(report=print):
            print(coded.incident.places[0].name)

Which column says what is guessed from the names of the columns and told in one line; the user may say otherwise
(``--columns place=Ort``). A place is looked up in the gazetteer with the country and region of its row as evidence.
"""

from __future__ import annotations

from geomap.incident_tables.coding import CodedRow
from geomap.incident_tables.columns import FIELDS, Layout, lay_out
from geomap.incident_tables.kinds import UNSPECIFIED
from geomap.incident_tables.placing import Found, Placer
from geomap.incident_tables.reading import IncidentTable, Unresolved
from geomap.incident_tables.worksheet import write_unresolved

__all__ = [
    "FIELDS",
    "UNSPECIFIED",
    "CodedRow",
    "Found",
    "IncidentTable",
    "Layout",
    "Placer",
    "Unresolved",
    "lay_out",
    "write_unresolved",
]
