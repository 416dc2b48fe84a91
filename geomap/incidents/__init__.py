"""Event coding: what happened, where, when, to whom, and how sure.

``code_incidents`` (in ``coding``) reads one article in steps, each a module of its own: ``syntax`` cuts sentences
into clauses; ``triggers`` finds the words that report an incident; ``places`` reads which part each toponym plays in
its clause; ``drafting`` makes drafts of the triggers; ``sites`` (with ``anaphora``), ``when``, ``who`` (with
``counts`` and ``numbers``) and ``certainty`` (with ``operators`` and ``saying``) settle each draft's place, day,
numbers and how sure it is; ``telling`` joins what is told twice; ``record`` writes the incident. ``story`` holds what
the steps share. ``places_of_event`` asks the same rules where the event of one given word happened. ``to_parse`` (in
``scanning``) says beforehand which parts of a text the coder needs parsed; ``event_in`` and ``count_in`` (in
``remarks``) read a few words that are no article.
"""

from __future__ import annotations

from geomap.incidents.coding import code_incidents
from geomap.incidents.event_places import places_of_event
from geomap.incidents.remarks import count_in, event_in
from geomap.incidents.scanning import to_parse

__all__ = ["code_incidents", "count_in", "event_in", "places_of_event", "to_parse"]
