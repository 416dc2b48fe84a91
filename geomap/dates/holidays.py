"""Days that have a name."""

from __future__ import annotations

import re

from geomap.dates.atoms import Atoms, Finder, Phrase, S

__all__ = ["atom"]

atom = Atoms()


_HOLIDAYS = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "boxing day": (12, 26),
    "new year's eve": (12, 31),
    "new year's day": (1, 1),
    "may day": (5, 1),
    "valentine's day": (2, 14),
}


@atom(
    r"(?P<name>christmas"
    + S
    + r"(?:eve|day)|boxing"
    + S
    + r"day|new"
    + S
    + r"year['’]s"
    + S
    + r"(?:eve|day)|valentine['’]s"
    + S
    + r"day|christmas(?=[.,;\s]))(?![a-z])"
)
def _holiday(finder: Finder, match: re.Match[str]) -> Phrase | None:
    name = " ".join(match["name"].lower().replace("’", "'").split())
    if name == "christmas":
        # "the Christmas market" is no date, "before Christmas" is one.
        led = re.search(
            r"\b(?:at|by|before|until|on|since|after|around)[\s\u00a0]{1,3}$",
            finder.before(match.start()),
            re.IGNORECASE,
        )
        if not led or re.match(r"[\s\u00a0][a-zA-Z]", finder.after(match.end(), 2)):
            return None
        name = "christmas day"
    month, day = _HOLIDAYS[name]
    return Phrase(start=match.start(), end=match.end(), kind="day", month=month, day=day)
