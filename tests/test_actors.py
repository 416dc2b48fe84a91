"""Who took part, and as what: agent, target or crowd."""

from __future__ import annotations

import pytest
from telling import show, tell

pytestmark = pytest.mark.model

ACTORS: list[tuple[str, dict[str, str]]] = [
    ("Soldiers shot two farmers in Aville on Monday.", {"Soldiers": "agent", "two farmers": "target"}),
    ("Two farmers were shot by soldiers in Aville on Monday.", {"Two farmers": "target", "soldiers": "agent"}),
    ("The army shelled Aville on Monday.", {"The army": "agent"}),
    ("M23 rebels attacked Aville on Monday.", {"M23 rebels": "agent"}),
    ("M23 attacked Aville on Monday.", {"M23": "agent"}),
    ("Boko Haram attacked a convoy near Aville on Monday.", {"Boko Haram": "agent"}),
    ("The SDF captured Aville on Monday.", {"The SDF": "agent"}),
    ("Aville was captured by the SDF on Monday.", {"the SDF": "agent"}),
    ("An attack by Boko Haram on a village near Aville killed ten people on Monday.", {"Boko Haram": "agent"}),
    (
        "The army's shelling of Aville on Monday killed nine civilians.",
        {"The army": "agent", "nine civilians": "target"},
    ),
    ("Clashes between herders and farmers broke out in Aville on Monday.", {"herders": "agent", "farmers": "agent"}),
    ("Police fired tear gas at students in Aville on Monday.", {"Police": "agent", "students": "target"}),
    ("Hundreds of teachers marched in Aville on Monday.", {"Hundreds of teachers": "crowd"}),
    ("A protest by miners in Aville on Monday ended peacefully.", {"miners": "crowd"}),
    ("Police arrested six men in Aville on Monday.", {"Police": "agent", "six men": "target"}),
    ("Gunmen from the Red Lion gang killed a baker in Aville on Monday.", {"a baker": "target"}),
    ("The Red Lions gang attacked a bank in Aville on Monday.", {"The Red Lions gang": "agent"}),
    (
        "Soldiers clashed with Islamic State fighters in Aville on Monday.",
        {"Soldiers": "agent", "Islamic State fighters": "target"},
    ),
    ("A priest was kidnapped in Aville on Monday.", {"A priest": "target"}),
    ("The kidnapping of a priest in Aville on Monday shocked the country.", {"a priest": "target"}),
]


@pytest.mark.parametrize(("text", "wanted"), ACTORS)
def test_actors(text: str, wanted: dict[str, str]) -> None:
    incidents = tell(text)
    assert incidents, "nothing was found"
    found = {a.text: a.role for a in incidents[0].actors}
    assert wanted.items() <= found.items(), show(incidents)
    assert not any("Aville" in text or "Monday" in text for text in found), show(incidents)


def test_a_place_is_no_actor() -> None:
    (incident,) = tell("Aville residents blocked the road to Bville on Monday.")
    assert all("Bville" not in a.text for a in incident.actors), show([incident])


def test_who_only_speaks_takes_no_part() -> None:
    (incident,) = tell("Gunmen attacked Aville on Monday, a police officer said.")
    assert {a.text for a in incident.actors} == {"Gunmen"}, show([incident])
