"""Lines that say who wrote an article, and from where."""

from __future__ import annotations

import pytest

from geomap.incidents.bylines import bylines


@pytest.mark.parametrize(
    "line",
    [
        "By our correspondent in Cairo",
        "By Ann Lee in Nakuru",
        "BY ANN LEE AND BO RAY IN NAKURU",
        "By Ann Lee and Bo Ray, Nakuru",
        "From our staff reporter in Lahore",
        "(Reporting by Ann Lee in Nakuru; Editing by Bo Ray)",
        "Additional reporting by Bo Ray in Beirut.",
    ],
)
def test_bylines_are_found(line: str) -> None:
    text = f"Shells hit a market\n{line}\n\nShells hit a market on Monday."
    assert [text[a:b] for a, b in bylines(text)] == [line]


@pytest.mark.parametrize(
    "line",
    [
        "By Tuesday in Cairo the shops had opened.",
        "By boat and on foot, thousands leave Omdurman",
        "By Ann Lee",
        "Residents\nfrom Deir Hanna, Sakhnin and Arraba\nmarched",
        "From Monday Morning, Cairo closes its bridges",
        "Reporting of thefts in Nakuru rose last year.",
    ],
)
def test_sentences_are_none(line: str) -> None:
    assert bylines(f"Shells hit a market\n{line}\n\nShells hit a market on Monday.") == []


def test_a_byline_stands_in_the_head() -> None:
    story = "Shells hit a market on Monday.\n" * 60
    assert bylines(f"{story}By Ann Lee in Nakuru\n{story}") == []
    assert len(bylines(f"{story}(Reporting by Ann Lee in Nakuru)\n")) == 1
