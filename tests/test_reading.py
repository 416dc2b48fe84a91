"""Running case and line wraps: what the machines read instead of the text, offset for offset."""

from __future__ import annotations

import pytest

from geomap.reading import line_wraps, running_text, same_text

ORDINARY = "Gunmen attacked a market in Oran on Friday. The UN and the FBI said nothing.\n\nThe mayor, Ana Ruiz, left."


@pytest.mark.parametrize(
    ("shouted", "running"),
    [
        (
            "GUNMEN ATTACKED A MARKET IN ORAN ON FRIDAY. THE MAYOR, ANA RUIZ, SAID THREE PEOPLE WERE KILLED.",
            "Gunmen attacked a market in Oran on Friday. The mayor, Ana Ruiz, said three people were killed.",
        ),
        (
            "ON 5 MARCH, U.S. OFFICIALS AND NATO MET IN BRUSSELS; THE CITY'S POLICE MARCH NO MORE.",
            "On 5 March, U.S. officials and NATO met in Brussels; the city's police march no more.",
        ),
        (
            "A BOMB WENT OFF IN EL PASO, AN AGENCY (ABC-QRT) TOLD GEN. O'BRIEN OF THE COUNTERATTACK.",
            "A bomb went off in El Paso, an agency (ABC-QRT) told Gen. O'Brien of the counterattack.",
        ),
        (
            "gunmen attacked a market in oran on friday, said ana ruiz. nobody was arrested, nato said.",
            "Gunmen attacked a market in Oran on Friday, said Ana Ruiz. Nobody was arrested, NATO said.",
        ),
    ],
)
def test_capitals_and_small_letters_become_running_text(shouted: str, running: str) -> None:
    assert running_text(shouted) == running


@pytest.mark.parametrize(
    "text", ["", "Oran", "ORAN, March 5 -", "OK", ORDINARY, "İSTANBUL’DA BİR ŞEY ", "ß" * 50, "A\n" * 60]
)
def test_ordinary_and_short_texts_stay_and_nothing_ever_moves(text: str) -> None:
    assert len(running_text(text)) == len(text)
    if text not in ("ß" * 50, "A\n" * 60):
        assert running_text(text) == text


def test_a_headline_is_written_as_the_article_writes_its_words() -> None:
    text = "ROSE GUARDS KILL TWO NEAR KOLVANDO\n\nTwo men died when Rose Guards of the KOL party fired near Kolvando."
    assert running_text(text).partition("\n")[0] == "Rose Guards kill two near Kolvando"
    assert running_text(text).partition("\n")[2] == text.partition("\n")[2]


def test_a_wrapped_line_goes_on_and_a_short_line_does_not() -> None:
    text = (
        "Officials of the northern district said on Tuesday that a bomb had gone off in\n"
        "El Alto on Sunday evening, and that nine people who were waiting at a bus stop\n"
        "had been killed. The district's hospital said that it had admitted more than\n"
        "twenty people.\n\nIt asked for blood."
    )
    assert "gone off in El Alto" in running_text(text)
    assert "people.\n\nIt" in running_text(text)
    assert len(line_wraps(text)) == 3
    assert same_text(running_text(text), text)
    assert not same_text(text[1:], text)


def test_time_grows_with_the_length() -> None:
    assert len(running_text("GUNMEN ATTACKED ORAN, " * 5_000)) == 110_000
