"""Recognition: which spans are toponyms, what is said around them, and that offsets are exact for any text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from parsing import parsed

from geomap.gazetteer import Gazetteer
from geomap.recognition import find_mentions
from geomap.records import Article, Mention

# Both ways through: with the model's parse, and with the gazetteer and the words around alone.
BOTH = pytest.mark.parametrize(
    "statistical", [pytest.param(True, marks=pytest.mark.model, id="model"), pytest.param(False, id="gazetteer")]
)
KINDS = ("place", "demonym", "facility", "region")
DIRECTIONS = (None, "N", "NE", "E", "SE", "S", "SW", "W", "NW", "C")


def find(gazetteer: Gazetteer, text: str, statistical: bool = False) -> list[Mention]:
    doc: Any = parsed(text) if statistical else None
    mentions = find_mentions(Article(doc_id="t", text=text), gazetteer, doc)
    check(text, mentions)
    return mentions


def check(text: str, mentions: list[Mention]) -> None:
    """What holds of the mentions of any text."""
    end = 0
    for mention in mentions:
        assert end <= mention.start < mention.end <= len(text), "sorted, without overlaps, not empty"
        assert text[mention.start : mention.end] == mention.text
        assert mention.text == mention.text.strip()
        assert mention.kind in KINDS
        assert mention.direction in DIRECTIONS
        assert mention.recognizer
        end = mention.end


def texts(mentions: list[Mention]) -> list[str]:
    return [m.text for m in mentions]


def one(mentions: list[Mention], text: str) -> Mention:
    (found,) = [m for m in mentions if m.text == text]
    return found


# -- which spans -----------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Shells fell on Homs, Hama and Aleppo on Friday.", ["Homs", "Hama", "Aleppo"]),
        ("He flew via Lagos to Accra, then on to Dakar.", ["Lagos", "Accra", "Dakar"]),
        ("Lorries queued on the Pristina–Leposavić highway.", ["Pristina", "Leposavić"]),
        ("Bandits stopped a bus on the Kano-Kaduna road.", ["Kano", "Kaduna"]),
        ("Fire crews slept in Aix-en-Provence.", ["Aix-en-Provence"]),
        ("Two men were shot in Bangor, Maine, on Tuesday.", ["Bangor", "Maine"]),
        ("Delegates of North Korea and South Africa met.", ["North Korea", "South Africa"]),
        ("The ferry to São Tomé left late.", ["São Tomé"]),
        ("Talks in Washington, D.C., ended without result.", ["Washington", "D.C."]),
        ("Guards closed the Brnjak crossing at dusk.", ["Brnjak"]),
        ("Floods cut off Dar es Salaam from the coast.", ["Dar es Salaam"]),
    ],
)
def test_names_of_places_are_found(gazetteer: Gazetteer, statistical: bool, text: str, expected: list[str]) -> None:
    found = texts(find(gazetteer, text, statistical))
    assert found == expected or found == [", ".join(expected)]


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        "The singer Paris Hilton left the hotel before noon.",
        "Jordan Smith said the team would play on.",
        "Michael Jordan said he would not play.",
        "The committee met, and then everybody went home.",
        "Most of them agree. Split the bill, said Reading the note.",
        "May was mild; March was not.",
        "He read it in a book and put the mobile away.",
    ],
)
def test_persons_and_words_are_left_out(gazetteer: Gazetteer, statistical: bool, text: str) -> None:
    assert texts(find(gazetteer, text, statistical)) == []


@BOTH
def test_a_person_beside_a_place(gazetteer: Gazetteer, statistical: bool) -> None:
    assert texts(find(gazetteer, "Police arrested Paris Jackson in Nice.", statistical)) == ["Nice"]


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A bus overturned near Chelyabinsk. Two boys from Beja were hurt.", "Beja"),
        ("The driver came from Sutton and was sixty.", "Sutton"),
        ("Fire broke out at a mill in Florence overnight.", "Florence"),
    ],
)
def test_a_locative_makes_a_place_of_what_may_be_a_person(gazetteer: Gazetteer, text: str, name: str) -> None:
    assert name in texts(find(gazetteer, text, True))


@BOTH
@pytest.mark.parametrize(
    ("text", "name"),
    [("A ferry left Abidjan in Côte d'Ivoire.", "Côte d'Ivoire"), ("They met in Val-d'Or.", "Val-d'Or")],
)
def test_names_with_an_elided_article(gazetteer: Gazetteer, statistical: bool, text: str, name: str) -> None:
    mention = one(find(gazetteer, text, statistical), name)
    assert mention.recognizer != "model only"


@BOTH
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Drivers burned tyres at the Kulavrec checkpoint on Sunday.", "Kulavrec"),
        ("Rioters set fire to shops in the village of Zorlanbek.", "Zorlanbek"),
        ("Nobody was let through the Vorlanque crossing.", "Vorlanque"),
    ],
)
def test_what_the_words_around_call_a_place_is_one_that_nobody_knows(
    gazetteer: Gazetteer, statistical: bool, text: str, name: str
) -> None:
    assert gazetteer.candidates(name) == []
    assert texts(find(gazetteer, text, statistical)) == [name]


@BOTH
@pytest.mark.parametrize("name", ["Pont-Sondé", "Kostolec-Brevnik", "Lima-Zorvane"])
def test_half_of_a_compound_is_not_taken(gazetteer: Gazetteer, statistical: bool, name: str) -> None:
    found = texts(find(gazetteer, f"Residents of {name} fled on foot.", statistical))
    assert found in ([], [name])


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Serbian officers met a German diplomat.", ["Serbian", "German"]),
        ("Texan lawmakers left; Ukrainian drones came.", ["Texan", "Ukrainian"]),
        ("We polish the table and turkey is served.", []),
    ],
)
def test_demonyms_are_told_from_places_and_words(
    gazetteer: Gazetteer, statistical: bool, text: str, expected: list[str]
) -> None:
    found = find(gazetteer, text, statistical)
    assert texts(found) == expected
    assert {m.kind for m in found} <= {"demonym"}


@BOTH
def test_a_place_in_the_name_of_an_office_is_marked(gazetteer: Gazetteer, statistical: bool) -> None:
    found = find(gazetteer, "The Minneapolis Police Department declined to comment in Dakar.", statistical)
    assert one(found, "Minneapolis").inside == "organisation"
    assert one(found, "Dakar").inside is None


@BOTH
@pytest.mark.parametrize(
    ("text", "name"), [("The US and the UK met.", "US"), ("A judge in Fresno, Calif., agreed.", "Calif.")]
)
def test_abbreviations_with_their_own_capitals(gazetteer: Gazetteer, statistical: bool, text: str, name: str) -> None:
    assert name.rstrip(".") in [t.rstrip(".") for t in texts(find(gazetteer, text, statistical))]
    assert texts(find(gazetteer, "They told us to wait for it.", statistical)) == []


def test_a_possessive_without_the_model(gazetteer: Gazetteer) -> None:
    assert texts(find(gazetteer, "Aleppo's suburbs burned; Syria’s army left.")) == ["Aleppo", "Syria"]


@pytest.mark.model
def test_a_possessive_with_the_model(gazetteer: Gazetteer) -> None:
    assert texts(find(gazetteer, "Aleppo's suburbs burned; Syria’s army left.", True)) == ["Aleppo", "Syria"]


@BOTH
def test_blocs_are_no_places(gazetteer: Gazetteer, statistical: bool) -> None:
    assert texts(find(gazetteer, "The EU asked NATO and the UN for patience.", statistical)) == []


# -- what is said around them ----------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("LISBON — Firefighters worked through the night in Porto.", ["LISBON"]),
        ("PARIS, Texas — The council met. In Dallas it rained.", ["PARIS", "Texas"]),
        ("PORT SUDAN (Own reporter) - A convoy left Khartoum.", ["PORT SUDAN"]),
        ("A convoy left Port Sudan - it was bound for Kassala.", []),
    ],
)
def test_datelines(gazetteer: Gazetteer, statistical: bool, text: str, names: list[str]) -> None:
    found = find(gazetteer, text, statistical)
    assert [m.text for m in found if m.dateline] == names
    assert [m for m in found if not m.dateline], "what follows it is not"


@BOTH
@pytest.mark.parametrize("day", ["March 3", "May 4", "Aug. 1", "Jan 12", "6 June"])
def test_the_day_in_a_dateline_is_no_place(gazetteer: Gazetteer, statistical: bool, day: str) -> None:
    found = find(gazetteer, f"LISBON, {day} — Firefighters worked through the night.", statistical)
    assert texts(found) == ["LISBON"]


@BOTH
@pytest.mark.parametrize(
    ("text", "name", "direction"),
    [
        ("A bomb went off in the northern half of the town of Mitrovica.", "Mitrovica", "N"),
        ("Shelling resumed in the western suburbs of Aleppo.", "Aleppo", "W"),
        ("Fighting in central Khartoum went on.", "Khartoum", "C"),
        ("Villages in the north of Darfur burned.", "Darfur", "N"),
        ("Six died in eastern Syria.", "Syria", "E"),
        ("Troops moved through southeastern Poland.", "Poland", "SE"),
        pytest.param(
            "Troops moved through south-eastern Poland.",
            "Poland",
            "SE",
        ),
        ("A convoy stopped north of Mitrovica.", "Mitrovica", None),
        pytest.param(
            "A convoy stopped 15 km to the north of Aleppo.",
            "Aleppo",
            None,
        ),
        ("A convoy stopped in Aleppo.", "Aleppo", None),
    ],
)
def test_a_part_is_told_from_what_lies_beyond(
    gazetteer: Gazetteer, statistical: bool, text: str, name: str, direction: str | None
) -> None:
    found = one(find(gazetteer, text, statistical), name)
    assert found.direction == direction


@BOTH
def test_a_capital_that_speaks_is_a_government(gazetteer: Gazetteer, statistical: bool) -> None:
    found = find(gazetteer, "Belgrade said it would not sign. Talks in Vienna failed, Moscow warned.", statistical)
    assert [(m.text, m.metonym) for m in found] == [("Belgrade", True), ("Vienna", False), ("Moscow", True)]


@BOTH
def test_a_name_accepted_once_is_accepted_again(gazetteer: Gazetteer, statistical: bool) -> None:
    text = "Rain fell on Tuzla, Bosnia and Herzegovina. By dawn Tuzla had no power."
    assert texts(find(gazetteer, text, statistical)).count("Tuzla") == 2


# -- any text --------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("text", ["", " ", "\r\n\t", ".", "\x00", "—", "1999", "\u200b", "A", "A-", "-A", "Of", "“”"])
def test_texts_without_names(gazetteer: Gazetteer, statistical: bool, text: str) -> None:
    assert find(gazetteer, text, statistical) == []


@BOTH
@pytest.mark.parametrize(
    "lead",
    [
        "",
        "\r\n\r\n",
        "Line one.\rLine two.\r\n",
        "\t\t",
        "😀🇽🇰 👨‍👩‍👧 ",
        "e\u0301\u0301\u0301 ",
        "\u200b\ufeff",
        "מקום אחד. ",
        "\u202eback\u202c ",
        "\u2028",
        "ﬁ İ ǅ ",
        "a" * 3_000 + " ",
    ],
)
def test_offsets_are_exact_after_anything(gazetteer: Gazetteer, statistical: bool, lead: str) -> None:
    text = lead + "Two people died in Aleppo on Friday."
    found = one(find(gazetteer, text, statistical), "Aleppo")
    assert found.start == len(lead) + len("Two people died in ")


@BOTH
@pytest.mark.parametrize("name", ["Alep\u200bpo", "\u202eAleppo\u202c", "Ale\u0301ppo", "Al\u00adeppo"])
def test_disguised_names_break_nothing(gazetteer: Gazetteer, statistical: bool, name: str) -> None:
    found = find(gazetteer, f"Two people died in {name} and in Hama.", statistical)
    assert "Hama" in texts(found)


@BOTH
def test_names_do_not_go_over_the_end_of_a_line(gazetteer: Gazetteer, statistical: bool) -> None:
    found = find(gazetteer, "Rain in New\nYork Street and in Dakar\nAccra stayed dry.\n", statistical)
    assert all("\n" not in m.text for m in found)


def test_the_same_text_gives_the_same_mentions(gazetteer: Gazetteer) -> None:
    text = "Shells fell on Homs, Hama and Aleppo; Belgrade said so."
    first = find(gazetteer, text)
    find(gazetteer, "Homs Smith flew to Lima.")
    assert find(gazetteer, text) == first


def test_work_grows_with_the_text_and_not_faster(gazetteer: Gazetteer) -> None:
    class Counting:
        """Counts what the recogniser asks the gazetteer."""

        def __init__(self) -> None:
            self.asked = 0

        def has(self, key: str) -> bool:
            self.asked += 1
            return gazetteer.has(key)

        def candidates(self, name: str) -> Any:
            self.asked += 1
            return gazetteer.candidates(name)

    def asked(paragraphs: int) -> int:
        counting = Counting()
        text = "Clashes in Homs, Hama and Aleppo spread to Dar es Salaam and Old Town Hill Road.\n" * paragraphs
        find_mentions(Article(doc_id="t", text=text), counting)  # type: ignore[arg-type]
        return counting.asked

    assert asked(400) <= 10.5 * asked(40)


PIECES = [
    "Aleppo", "Homs, Hama and ", " in ", "the city of ", "northern ", " north of ", "Belgrade said", "Serbian ",
    "Paris Hilton", "Pont-Sondé", "the Kano–Kaduna road", "LIMA — ", "U.S.", "D.C., ", "Dar es Salaam", "-", "—", "\n",
    "\r\n", "\t", " ", ".", ",", "(", ")", "’s ", "\u200b", "\u0301", "\u202e", "\ufeff", "😀", "ﬁ", "İ", "\x00",
    "\ud83d", "of ", "the ", "al-", "County", "checkpoint", "village of ", "St. ", "1 ", "/", "\u2028", "مدينة", "ß",
]  # fmt: skip
MIXED = st.lists(st.sampled_from(PIECES) | st.text(st.characters(), max_size=4), max_size=25).map("".join)


@settings(max_examples=200, deadline=None)
@given(MIXED)
@example("LIMA — ")
@example("northern -Aleppo")
@example("U.S.\ud83dAleppo")
def test_any_text_without_the_model(gazetteer: Gazetteer, text: str) -> None:
    find(gazetteer, text)


@pytest.mark.model
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MIXED)
@example("\ud83d in Aleppo")
def test_any_text_with_the_model(gazetteer: Gazetteer, text: str) -> None:
    find(gazetteer, text, True)


@pytest.mark.model
def test_a_name_like_a_persons_within_a_region(gazetteer: Gazetteer) -> None:
    text = "Air strikes hit Khan Younis in southern Gaza on Friday, medics said."
    found = find(gazetteer, text, statistical=True)
    assert "Khan Younis" in texts(found)
    assert one(found, "Gaza").direction == "S"


def test_names_called_together(gazetteer: Gazetteer) -> None:
    text = "The Jarinje and Brnjak crossings have been shut since noon."
    assert texts(find(gazetteer, text))[:2] == ["Jarinje", "Brnjak"]


# -- the points of recognition, one by one ---------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # coordinated types
        ("Rebels hold parts of Homs and Aleppo governorates.", ["Homs", "Aleppo"]),
        # bylines
        ("By John London in Paris\n\nThe strike went on.", ["Paris"]),
        # a part with a name of its own
        ("Two houses burned in northern Kosovo.", ["northern Kosovo"]),
        # hyphens
        ("A gas main burst in Ivano-Frankivsk.", ["Ivano-Frankivsk"]),
        ("The Paris-based agency sent a crew.", ["Paris"]),
        # the district belongs to the name
        ("Sheriffs searched a farm in Anderson County on Monday.", ["Anderson County"]),
        ("Floods hit Donetsk Oblast overnight.", ["Donetsk Oblast"]),
        # abbreviations
        ("She moved from the U.K. to the U.S. in May.", ["U.K.", "U.S."]),
        # metonyms are kept
        ("Paris said it would veto the text.", ["Paris"]),
    ],
)
def test_points_of_recognition(gazetteer: Gazetteer, statistical: bool, text: str, expected: list[str]) -> None:
    assert texts([m for m in find(gazetteer, text, statistical) if m.kind == "place"]) == expected


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        "Hamas and Hezbollah denied it; Fatah and the Taliban did not.",
        "He reads Romans 15:13 in English.",
        "Miss Ortega taught Olympic swimmers.",
        "They shop at Wal-Mart, as I've said.",
        "The exhibition shows neo-Gothic chairs and Neo-classicism.",
        "It cost US$40 million.",
        "The White House declined to answer.",
    ],
)
def test_words_that_some_hamlet_bears(gazetteer: Gazetteer, statistical: bool, text: str) -> None:
    assert texts([m for m in find(gazetteer, text, statistical) if m.kind == "place"]) == []


@BOTH
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A van burned on Oxford Street after midnight.", "Oxford Street"),
        ("The lorry left Highway 59 at noon.", "Highway 59"),
        ("They met at 14 Paris Avenue.", "Paris Avenue"),
    ],
)
def test_streets_are_taken_whole(gazetteer: Gazetteer, statistical: bool, text: str, name: str) -> None:
    mention = one(find(gazetteer, text, statistical), name)
    assert mention.kind == "facility"


@BOTH
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Gainesville residents voted early.", "Gainesville"),
        ("Gainesville Mayor Ana Ruiz was surprised.", "Gainesville"),
        ("Athens officials closed the bridge.", "Athens"),
        ("Sen. Ana Ruiz, D-Raleigh, left the hall.", "Raleigh"),
        ("NAIROBI, Kenya (XYZ) -- Rain fell for a week.", "NAIROBI"),
        ("Prices rose. KAMPALA (XYZ) - The shilling fell again.", "KAMPALA"),
        ("The fire spread to Baghdad International Airport.", "Baghdad"),
    ],
)
def test_what_stands_next_to_a_name_calls_it_a_place(
    gazetteer: Gazetteer, statistical: bool, text: str, name: str
) -> None:
    assert name in [m.text.split(" International")[0] for m in find(gazetteer, text, statistical)]


@pytest.mark.parametrize(
    "text",
    [
        "Mr Paris and Mrs Florence left early.",
        "Jack London wrote it; London, he said, was tired.",
        "Gen. Santiago refused.",
        "Ana Odesa, 43, was first.",
        "The judge spoke to Victoria Lima about it.",
        "According to Jackson, nobody came.",
    ],
)
def test_persons_without_the_model(gazetteer: Gazetteer, text: str) -> None:
    assert texts(find(gazetteer, text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Volgograd woke to sirens; nobody was hurt.", ["Volgograd"]),
        ("The trains to Lviv were late. Lviv waited.", ["Lviv", "Lviv"]),
        ("Crews from Harris, Clark and Madison counties helped.", ["Harris", "Clark", "Madison"]),
        ("Friends of Bristol University met in Leeds.", ["Bristol", "Leeds"]),
        ("In August the river rose in Passau.", ["Passau"]),
    ],
)
def test_towns_without_the_model(gazetteer: Gazetteer, text: str, expected: list[str]) -> None:
    assert texts(find(gazetteer, text)) == expected


def test_a_text_in_capitals_throughout(gazetteer: Gazetteer) -> None:
    text = "THREE DIE IN ALEPPO. REBELS SHELLED HOMS ON FRIDAY, AND THE ROAD TO DAMASCUS WAS CLOSED."
    assert {"ALEPPO", "HOMS", "DAMASCUS"} <= set(texts(find(gazetteer, text)))
    assert "DIE" not in texts(find(gazetteer, text))


@BOTH
def test_a_headline_in_capitals(gazetteer: Gazetteer, statistical: bool) -> None:
    text = "REBELS LEAVE DAMASCUS FOR GOOD, ARMY SAYS\n\nThe last of them went north on Friday.\n"
    assert "DAMASCUS" in texts(find(gazetteer, text, statistical))


# -- long and strange texts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        "Homs, Hama and Aleppo, ",
        "Aleppo",
        "Aleppo ",
        "Aleppo-",
        "Al-",
        "😀🇽🇰",
        "مدينة حلب ",
        "Але\u0301ппо\u200b ",
        "St. ",
        "D-",
        "Old New North Street ",
        "University of the ",
        "North ",
        "the North ",
        "(A) ",
        "\r\n\tHoms",
    ],
)
def test_long_texts_of_one_kind(gazetteer: Gazetteer, unit: str) -> None:
    text = unit * (30_000 // len(unit))
    find(gazetteer, text)


def test_labelling_without_the_model_is_one_pass() -> None:
    from geomap.recognition.names import labelled
    from geomap.recognition.tokens import plain_tokens

    text = "Mayor Ana Ruiz of the University of Lima met Col. Omar Oran. " * 400
    tokens = plain_tokens(text)
    out = labelled(text, tokens)
    assert [(t.start, t.end, t.text) for t in out] == [(t.start, t.end, t.text) for t in tokens]
    assert {t.label for t in out} == {"", "PERSON", "ORG"}


@pytest.mark.model
def test_what_a_village_is_called_is_a_place(gazetteer: Gazetteer) -> None:
    from geomap.nlp import load_model, parse

    article = Article(doc_id="t", text="A hamlet called Nkolvanga was reportedly shelled on Friday.")
    found = find_mentions(article, gazetteer, parse(load_model(), article.text))
    assert [m.text for m in found] == ["Nkolvanga"]
