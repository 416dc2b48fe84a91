"""The home of a source in a user's words: a place, a position or a country."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geomap.errors import UsageError
from geomap.geo import cell_of
from geomap.records import Article, Mention
from geomap.resolution.document import resolve_mentions
from geomap.resolution.home import Home, home_at

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer

__all__ = ["read_home"]

# Outside this many km no town says which country and division a position is in.
_REACH_KM = 60.0
_POSITION = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,12})?)\s{0,3}[,;]\s{0,3}([+-]?\d{1,3}(?:\.\d{1,12})?)")


def read_home(text: str, gazetteer: Gazetteer) -> Home:
    """The home that a user's words name: a country code, a place's id, "lat,lon" or a name such as "Springfield, Ohio".

    Raises :class:`~geomap.errors.UsageError` for words that name no place.
    """
    wanted = text.strip()
    if position := _POSITION.fullmatch(wanted):
        lat, lon = float(position[1]), float(position[2])
        if abs(lat) > 90.0 or abs(lon) > 180.0:
            raise UsageError(f"home {wanted!r}: no such position; give latitude and longitude, such as 39.92,-83.81.")
        towns = gazetteer.near(lat, lon, _REACH_KM, limit=1)
        if not towns:
            raise UsageError(f"home {wanted!r}: no town is within {_REACH_KM:.0f} km; name a place or a country code.")
        town = towns[0]
        return Home(
            name=f"{lat:g},{lon:g}",
            countries={town.country_code: 1.0},
            admin1s={(town.country_code, town.admin1): 1.0} if town.admin1 else {},
            cells={cell_of(lat, lon): 1.0},
        )
    place = gazetteer.country(wanted) if re.fullmatch("[A-Z]{2}", wanted) else None
    if place is None and ":" in wanted:
        place = gazetteer.place(wanted)
    if place is None and wanted:
        mentions = [
            Mention(start=part.start(), end=part.end(), text=part[0], recognizer="model")
            for part in re.finditer(r"[^\s,][^,]{0,200}", wanted[:400])
        ]
        # Without its spaces at the end a name is what the text says it is.
        mentions = [
            Mention(start=m.start, end=m.start + len(m.text.rstrip()), text=m.text.rstrip(), recognizer="model")
            for m in mentions
        ]
        answers = resolve_mentions(Article(doc_id="home", text=wanted), mentions, gazetteer) if mentions else []
        if answers:
            first = answers[0]
            place = first.place or (first.alternatives[0].place if first.alternatives else None)
    if place is None or not place.country_code:
        raise UsageError(
            f"home {wanted!r}: there is no such place; give a name (“Springfield, Ohio”), an id (gn:4525353),"
            " a position (39.92,-83.81) or a country's two letters (US)."
        )
    return home_at(place)
