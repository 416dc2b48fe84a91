"""Event coding: what happened, where, when, to whom, and how sure.

``code_incidents`` reads one article in steps, each a module of its own: ``syntax`` cuts sentences into clauses,
``triggers`` finds the words that report an incident, ``places`` says which part each toponym plays, ``certainty``
how sure it is and who says so, ``counts`` how many were killed, hurt or gathered, ``coding`` puts them together.
"""

from __future__ import annotations

from geomap.incidents.coding import code_incidents

__all__ = ["code_incidents"]
