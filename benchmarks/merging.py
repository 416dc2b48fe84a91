"""What merging costs: a batch of invented incidents of many towns and days, and a crowd of articles about one day.

    .venv/bin/python benchmarks/merging.py

The batch has incidents of one to six articles each, told in the words of templates, in 400 towns; four times as many
are of four times as many days. The crowd is one city and one day: 2,000 articles about some 570 incidents. Both are
merged in processor time, the calmest of three runs, and beside it stands what it takes to read the same incidents from
JSON Lines.

Exit code 1 where a bar is missed: merging takes at most 3 times as long as reading, and four times as many incidents at
most 5 times as long.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from _measure import machine, table

WHOLE, PART = 50_000, 12_500
OF_READING, GROWTH = 3.0, 5.0
TOWNS, DAYS_EACH_THOUSAND = 400, 5

_TOLD = (
    ("shelling", "Shells hit a {0} in {1} and {2} people were killed, the {3} said"),
    ("shelling", "{2} residents of {1} died when artillery struck the {0}, according to the {3}"),
    ("explosive", "A bomb went off near a {0} in {1}; the {3} counted {2} dead"),
    ("protest", "Hundreds marched past the {0} of {1} to demand the release of {2} men, the {3} said"),
    ("arrest_raid", "Police arrested {2} people at a {0} in {1} on suspicion of theft, the {3} reported"),
    ("armed_clash", "A patrol was ambushed outside the {0} at {1}, and {2} soldiers were killed, said the {3}"),
)
_THINGS = (
    "market",
    "school",
    "bakery",
    "bridge",
    "depot",
    "clinic",
    "station",
    "mill",
    "warehouse",
    "stadium",
    "harbour",
)
_SAYERS = ("mayor", "governor", "hospital", "monitor", "ministry", "councillor", "rescuers", "teacher", "priest")


def incidents(count: int, *, towns: int = TOWNS, days: int = 0, articles: int = 0) -> list[Any]:
    """``count`` invented incidents, the same ones every time. With ``articles`` each is of an article of its own."""
    from geomap.records import Attribution, Incident, IncidentPlace, SourceQuote

    days = days or max(1, count * DAYS_EACH_THOUSAND // 1000)
    made = []
    first = date(2024, 3, 1)
    event = 0
    while len(made) < count:
        event += 1
        # Multiplying by odd numbers scatters without chance.
        town, day = event * 7919 % towns, event * 104_729 // 7 % days
        thing, killed = _THINGS[event * 31 % len(_THINGS)], 1 + event * 17 % 40
        for telling in range(1 + event * 13 % 6):
            kind, words = _TOLD[(event + telling % 2) % len(_TOLD)]
            doc = f"d{len(made) if articles else (event * 6 + telling) // 5}-{telling}"
            quote = words.format(thing, f"Town{town}", killed, _SAYERS[(event + telling) % len(_SAYERS)])
            when = (first + timedelta(days=day)).isoformat()
            place = IncidentPlace(
                start=0, end=6, text=f"Town{town}", role="site", place_id=f"t:{town}", name=f"Town{town}",
                lat=40.0 + town // 20 * 0.4, lon=20.0 + town % 20 * 0.4, radius_km=5.0, country_code="XA",
            )  # fmt: skip
            made.append(
                Incident(
                    incident_id=f"i{len(made):06}", doc_id=doc, type=kind, places=(place,), quote=quote, quote_start=0,
                    quote_end=len(quote), certainty="reported", attribution=Attribution(source=None, level="stated"),
                    geo_precision=1, date_start=when, date_end=when, time_precision=1, score=0.8,
                    deaths=(killed, killed),
                    sources=(SourceQuote(doc_id=doc, source=f"s{telling}", published=when, quote=quote),),
                )
            )  # fmt: skip
    return made[:count]


def calmest(work: Callable[[], Any], runs: int = 3) -> float:
    """The least processor time of ``runs``, in seconds."""
    found = []
    for _ in range(runs):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def main() -> int:
    from geomap.formats import incident_from_dict
    from geomap.merging import merge_incidents
    from geomap.outputs import json_line
    from geomap.records import to_dict

    part, whole = incidents(PART), incidents(WHOLE)
    few, many = (incidents(count, towns=1, days=1, articles=1) for count in (500, 2_000))
    lines = [json_line(to_dict(one)) for one in whole]
    reading = calmest(lambda: [incident_from_dict(json.loads(line)) for line in lines])
    took = [calmest(lambda batch=batch: merge_incidents(batch)) for batch in (part, whole, few, many)]
    growth, share = took[1] / took[0], took[1] / reading
    rows = [
        [f"{PART:,} incidents", f"{took[0]:.2f} s", ""],
        [f"{WHOLE:,} incidents", f"{took[1]:.2f} s", f"{growth:.2f} × for 4 × as many; {share:.2f} × reading them"],
        ["500 of one city and day", f"{took[2]:.2f} s", ""],
        ["2,000 of one city and day", f"{took[3]:.2f} s", f"{took[3] / took[2]:.2f} × for 4 × as many"],
    ]
    print(machine())
    print(table(["merged", "processor time", ""], rows))
    print(f"{WHOLE:,} become {len(merge_incidents(whole)):,}")
    return 0 if share <= OF_READING and growth <= GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
