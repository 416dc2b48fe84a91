"""Incidents for the tests of frames and maps: places that exist, events that are made up."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import date, timedelta
from typing import Any

from geomap.records import Actor, Attribution, Incident, IncidentPlace, SourceQuote

_ARTICLE = (
    "On Tuesday morning a convoy of police vehicles drove from Pristina to Leposavić. "
    "Residents piled gravel across the road at Banjska, the mayor said. "
    "Shots were heard in the northern part of Zubin Potok late in the evening. "
    "There is talk of a fire in a warehouse some 6 km west of Vučitrn. "
    "Lorries queued along the road between Zvečan and Leposavić. "
    "Two stalls were burnt in the southern part of Kosovska Mitrovica. "
    "About 300 people marched in Kosovska Mitrovica, an organiser said. "
    "A driver was detained near Rudare. "
    "The minister announced searches across the north of Kosovo for Thursday. "
    "If the talks fail, Serbia may close its trade office, a deputy warned. "
    "No one was hurt in Pristina, police said, denying reports of a bomb. "
    "In 1999 a peace-keeping force was set up in Kosovo. "
    "An agreement on number plates was hailed as a success. "
    "Guards were posted at the crossing of Jarinje."
)

_PLACES: dict[str, tuple[float, float, str, float, str]] = {
    "Pristina": (42.6727, 21.1669, "PPLC", 6.0, "gn:786714"),
    "Leposavić": (43.1039, 20.8028, "PPLA2", 2.5, "gn:788771"),
    "Banjska": (42.9667, 20.7833, "PPL", 1.5, "t:banjska"),
    "Zubin Potok": (42.9144, 20.6897, "PPL", 2.0, "t:zubin"),
    "Vučitrn": (42.8231, 20.9675, "PPL", 3.0, "t:vucitrn"),
    "Zvečan": (42.9075, 20.8403, "PPL", 2.0, "t:zvecan"),
    "Kosovska Mitrovica": (42.8833, 20.8667, "PPLA", 3.0, "t:mitrovica"),
    "Rudare": (42.9206, 20.8450, "PPL", 1.2, "t:rudare"),
    "Jarinje": (43.2250, 20.6900, "BDRY", 0.5, "t:jarinje"),
    "Kosovo": (42.58, 20.9, "PCLS", 80.0, "t:kosovo"),
    "Serbia": (44.0, 20.9, "PCLI", 250.0, "t:serbia"),
}


def place(name: str, role: Any = "site", *, text: str | None = None, **more: Any) -> IncidentPlace:
    lat, lon, code, radius, ident = _PLACES[name]
    start = _ARTICLE.find(text or name)
    values: dict[str, Any] = {
        "start": start,
        "end": start + len(text or name),
        "text": text or name,
        "role": role,
        "place_id": ident,
        "name": name,
        "lat": lat,
        "lon": lon,
        "country_code": "RS" if name == "Serbia" else "XK",
        "admin1": None if code.startswith("PCL") else "Mitrovica",
        "feature_code": code,
        "is_area": code.startswith("PCL"),
        "radius_km": radius,
        "rule": "nearby_places",
        "score": 0.83,
        "reasons": ("close to two other places of the article", "in the country the article is about"),
        "alternatives": (f"{name}, Bosnia and Herzegovina, 241 km away",),
    }
    return IncidentPlace(**{**values, **more})


def incident(number: int, kind: str, sentence: str, places: list[IncidentPlace], **more: Any) -> Incident:
    start = _ARTICLE.index(sentence)
    moved = []
    for one in places:
        at = sentence.find(one.text)
        values = {name: getattr(one, name) for name in one.__dataclass_fields__}
        moved.append(IncidentPlace(**{**values, "start": start + at, "end": start + at + len(one.text)}))
    level, said = more.pop("level", "stated"), more.pop("said", None)
    values = {
        "incident_id": f"sample-{number}",
        "doc_id": "sample",
        "type": kind,
        "places": tuple(moved),
        "quote": sentence,
        "quote_start": start,
        "quote_end": start + len(sentence),
        "certainty": "reported",
        "attribution": Attribution(source=said, level=level),
        "geo_precision": 1,
        "where_prec": 1,
        "date_start": "2024-05-14",
        "date_end": "2024-05-14",
        "time_precision": 1,
        "date_reason": "the Tuesday before the day of publication, 2024-05-15",
        "score": 0.78,
        "sources": (
            SourceQuote(
                doc_id="sample",
                title="A made-up day in the north",
                source="Sample Wire",
                url="https://example.org/north",
                published="2024-05-15",
                quote=sentence,
            ),
        ),
    }
    return Incident(**{**values, **more})


def sample_incidents() -> list[Incident]:
    """Every kind of geometry and of certainty once or more."""
    s = [part.strip() + "." for part in _ARTICLE.split(". ") if part.strip()]
    s[-1] = s[-1].rstrip(".") + "."
    return [
        incident(
            1,
            "force_movement",
            s[0],
            [place("Pristina", "from"), place("Leposavić", "to")],
            geo_precision=2,
            where_prec=5,
            part_of_day="morning",
            time_expression="On Tuesday morning",
            trigger="convoy",
            actors=(Actor(start=0, end=6, text="police", role="agent"),),
        ),
        incident(
            2,
            "barricade_blockade",
            s[1],
            [place("Banjska")],
            level="attributed",
            said="the mayor",
            trigger="piled",
        ),
        incident(
            3,
            "armed_clash",
            s[2],
            [place("Zubin Potok", "part_of", direction="N")],
            geo_precision=2,
            part_of_day="evening",
            trigger="Shots",
        ),
        incident(
            4,
            "disaster_accident",
            s[3],
            [place("Vučitrn", "near", direction="W", distance_km=6.0)],
            geo_precision=2,
            level="rumoured",
            said="There is talk",
            trigger="fire",
        ),
        incident(
            5,
            "movement_restriction",
            s[4],
            [place("Zvečan", "along"), place("Leposavić", "along")],
            geo_precision=2,
            where_prec=5,
            trigger="queued",
        ),
        incident(
            6,
            "property_destruction",
            s[5],
            [place("Kosovska Mitrovica", "part_of", direction="S")],
            geo_precision=2,
            date_start="2024-05-12",
            date_end="2024-05-12",
            trigger="burnt",
        ),
        incident(
            7,
            "protest",
            s[6],
            [place("Kosovska Mitrovica")],
            level="attributed",
            said="an organiser",
            crowd_size=(300, 300),
            date_start="2024-05-13",
            date_end="2024-05-13",
            trigger="marched",
        ),
        incident(
            8,
            "arrest_raid",
            s[7],
            [place("Rudare", "near")],
            geo_precision=2,
            trigger="detained",
            deaths=(0, 0),
            injured=(2, None),
            detained=(1, 3),
        ),
        incident(
            9,
            "arrest_raid",
            s[8],
            [place("Kosovo", "part_of", direction="N")],
            geo_precision=3,
            where_prec=4,
            certainty="planned",
            level="attributed",
            said="The minister",
            date_start="2024-05-16",
            date_end="2024-05-16",
            trigger="searches",
        ),
        incident(
            10,
            "political_act",
            s[9],
            [place("Serbia")],
            geo_precision=None,
            where_prec=6,
            certainty="hypothetical",
            level="attributed",
            said="a deputy",
            date_start=None,
            date_end=None,
            time_precision=None,
            date_reason=None,
        ),
        incident(
            11,
            "explosive",
            s[10],
            [place("Pristina")],
            certainty="negated",
            level="attributed",
            said="police",
            trigger="bomb",
        ),
        incident(
            12,
            "force_movement",
            s[11],
            [place("Kosovo")],
            geo_precision=None,
            where_prec=6,
            certainty="historical",
            date_start="1999-01-01",
            date_end="1999-12-31",
            time_precision=3,
            time_expression="In 1999",
        ),
        incident(13, "agreement_ceasefire", s[12], [], geo_precision=None, where_prec=None),
        incident(
            14,
            "force_movement",
            s[13],
            [place("Jarinje")],
            certainty="claimed",
            trigger="posted",
            date_start="2024-05-09",
            date_end="2024-05-09",
        ),
    ]


LABELS: list[tuple[str, float, float, int]] = [
    ("Pristina", 42.6727, 21.1669, 1),
    ("Leposavić", 43.1039, 20.8028, 4),
    ("Mitrovica", 42.8833, 20.8667, 3),
    ("Novi Pazar", 43.1367, 20.5122, 3),
    ("Peja", 42.6603, 20.2917, 3),
    ("Raška", 43.2833, 20.6167, 4),
    ("Zubin Potok", 42.9144, 20.6897, 4),
    ("Vushtrri", 42.8231, 20.9675, 3),
    ("Podujevë", 42.9108, 21.1931, 3),
    ("Zvečan", 42.9075, 20.8403, 5),
    ("Skenderaj", 42.7467, 20.7886, 4),
    ("Kraljevo", 43.7258, 20.6894, 3),
    ("Niš", 43.3247, 21.9033, 2),
    ("Skopje", 41.9965, 21.4314, 1),
]


def read_back(block: str) -> dict[str, Any]:
    """A page's data block with its incidents as objects: what ``store.js`` does, written a second time."""
    data: dict[str, Any] = json.loads(block if block.startswith("{") else zlib.decompress(base64.b64decode(block)))
    texts, table = data["strings"], data["incidents"]
    types, drawings = list(data["types"]), data["drawings"]

    def row(name: str, number: int, words: str, values: str, lists: str = "") -> dict[str, Any]:
        columns = data[name]
        found = {key: texts[columns[key][number]] for key in words.split() if columns[key][number]}
        found |= {key: columns[key][number] for key in values.split() if columns[key][number] not in (None, 0)}
        return found | {key: [texts[n] for n in columns[key][number]] for key in lists.split() if columns[key][number]}

    def mention(number: int) -> dict[str, Any]:
        site = row("sites", data["mentions"]["site"][number], "n id cc a1 fc", "rad area ll")
        return site | row("mentions", number, "x r dir rule", "km s", "why alt")

    def feature(parts: list[int]) -> dict[str, Any]:
        drawn = row("drawings", parts[0], "k b", "r")
        line = drawings["ll"][parts[0]]
        if line is not None:
            pairs = [list(pair) for pair in zip(line[::2], line[1::2], strict=True)]
            drawn["ll"] = pairs if len(pairs) > 1 else pairs[0]
        if drawings["o"][parts[0]] is not None:
            drawn["o"] = drawings["o"][parts[0]]
        return {**drawn, "i": parts[1:]}

    def day(number: int) -> str:
        return (date(1970, 1, 1) + timedelta(days=number)).isoformat()

    incidents = []
    for n, ident in enumerate(table["id"]):
        one: dict[str, Any] = {"id": ident, "t": types[table["t"][n]]}
        one |= {"c": data["certainties"][table["c"][n]], "l": data["levels"][table["l"][n]]}
        one |= {key: day(table[key][n]) for key in ("ds", "de") if table[key][n] is not None}
        one |= {
            key: texts[table[key][n]]
            for key in ["pod", "te", "dr", "w", "q", "acled", "plover", "src"]
            if table[key][n]
        }
        one |= {key: table[key][n] for key in ["gp", "wp", "tp", "s"] if table[key][n] is not None}
        one |= {key: table[key][str(n)] for key in ["dead", "hurt", "held", "crowd"] if str(n) in table[key]}
        one["p"] = [mention(number) for number in table["p"][n]]
        features = [feature(parts) for parts in table["f"][n]]
        one |= {"f": features} if features else {}
        one["a"] = [row("actors", number, "x r", "") for number in table["a"][n]]
        flat = table["h"][n]
        one["h"] = [[*flat[at : at + 2], "padw"[flat[at + 2]]] for at in range(0, len(flat), 3)]
        told = table["o"][n]
        one["o"] = [
            row("sources", source, "doc_id title source url published", "") | ({"quote": texts[quote]} if quote else {})
            for source, quote in zip(told[::2], told[1::2], strict=True)
        ]
        incidents.append(one)
    return {**data, "incidents": incidents}
