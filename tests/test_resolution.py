"""Resolution: which place a name means, which pass decided and why, and NIL where nothing fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from parsing import parsed

from geomap.gazetteer import Gazetteer, open_gazetteer
from geomap.geo import distance_km
from geomap.recognition import find_mentions
from geomap.records import Article, Mention, Resolution
from geomap.resolution import resolve_mentions
from geomap.settings import Settings

RULES = {"user", "historic", "qualified", "demonym", "only", "context", "spelling", "nil", "unsure", "unlikely"}
# Leposavić: the middle of northern Kosovo.
NORTH_KOSOVO = (43.10, 20.80)


def check(mentions: list[Mention], found: list[Resolution]) -> None:
    """What holds of the resolutions of any text."""
    assert [r.mention for r in found] == mentions, "one for each mention, in the same order"
    for resolution in found:
        assert 0.0 <= resolution.score <= 1.0
        assert resolution.rule in RULES
        assert resolution.reasons
        assert all(reason.strip() == reason != "" for reason in resolution.reasons)
        if resolution.place is None:
            assert resolution.rule in ("nil", "historic", "unsure", "unlikely")
        else:
            assert resolution.rule not in ("nil", "historic", "unsure", "unlikely")
            assert resolution.score > 0
            assert resolution.place.id not in [c.place.id for c in resolution.alternatives]
        scores = [c.place.id for c in resolution.alternatives]
        assert len(scores) == len(set(scores))


def resolve(gazetteer: Gazetteer, text: str, *, doc: Any = None, min_score: float = 0.0) -> list[Resolution]:
    article = Article(doc_id="t", text=text)
    mentions = find_mentions(article, gazetteer, doc)
    found = resolve_mentions(article, mentions, gazetteer, Settings(min_score=min_score))
    check(mentions, found)
    return found


def one(found: list[Resolution], text: str) -> Resolution:
    (resolution,) = [r for r in found if r.mention.text == text]
    return resolution


def where(resolution: Resolution) -> tuple[str, str]:
    """Country and first-order division, or two empty strings for NIL."""
    place = resolution.place
    return (place.country_code, place.admin1) if place else ("", "")


# -- qualifiers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "country", "admin1"),
    [
        ("Two men were shot in Bangor, Maine, on Tuesday.", "Bangor", "US", "Maine"),
        ("Rain fell in Bangor (Wales) all day.", "Bangor", "GB", "Wales"),
        ("A court in Paris, Texas, heard the case.", "Paris", "US", "Texas"),
        ("PARIS, Texas — The council met on Monday.", "PARIS", "US", "Texas"),
        ("A court in Paris, France, heard the case.", "Paris", "FR", "Île-de-France"),
        ("A mine closed in London, Ontario, last year.", "London", "CA", "Ontario"),
        ("Firemen from Vienna, Va., came to help.", "Vienna", "US", "Virginia"),
        ("Police in Cordoba, Spain, made arrests.", "Cordoba", "ES", "Andalucía"),
        ("Police in Cordoba, Argentina, made arrests.", "Cordoba", "AR", "Córdoba"),
        ("A mayor in Birmingham, Alabama, resigned.", "Birmingham", "US", "Alabama"),
    ],
)
def test_a_container_that_follows_decides(
    gazetteer: Gazetteer, text: str, name: str, country: str, admin1: str
) -> None:
    found = one(resolve(gazetteer, text), name)
    assert where(found) == (country, admin1)
    assert found.rule == "qualified"
    assert any("follows" in reason for reason in found.reasons)
    assert found.score > 0.8


def test_two_bearers_of_one_name_in_one_article(gazetteer: Gazetteer) -> None:
    found = resolve(gazetteer, "Buses run from Springfield, Illinois, to Springfield, Massachusetts.")
    assert [where(r)[1] for r in found] == ["Illinois", "Illinois", "Massachusetts", "Massachusetts"]


def test_a_qualified_name_keeps_its_sense_later_in_the_article(gazetteer: Gazetteer) -> None:
    found = resolve(gazetteer, "A fire broke out in Athens, Georgia. Nobody in Athens was hurt.")
    assert [where(r) for r in found if r.mention.text == "Athens"] == [("US", "Georgia")] * 2


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Delegates from China, Japan and Peru met.", ["CN", "JP", "PE"]),
        ("Trade with Peru, China and Cuba grew.", ["PE", "CN", "CU"]),
        ("Soldiers from Mali, Niger and Chad met.", ["ML", "NE", "TD"]),
        ("Flights to Mexico, Brazil and Spain were cut.", ["MX", "BR", "ES"]),
    ],
)
def test_a_list_of_countries_stays_one(gazetteer: Gazetteer, text: str, codes: list[str]) -> None:
    places = [r.place for r in resolve(gazetteer, text) if r.place]
    assert [(p.country_code, p.feature_code) for p in places if p.country_code in codes] == [
        (code, "PCLI") for code in codes if code in {p.country_code for p in places}
    ]
    assert len(places) >= len(codes) - 1


def test_a_direction_before_a_region_is_not_a_town_abroad(gazetteer: Gazetteer) -> None:
    found = resolve(gazetteer, "Two men were shot in Bangor, a city in north Wales, on Tuesday.")
    assert {where(r)[0] for r in found} == {"GB"}


# -- context ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "country", "admin1"),
    [
        ("Roads between Cardiff, Swansea and Bangor were under water.", "Bangor", "GB", "Wales"),
        ("Police in Atlanta and Macon drove to Athens.", "Athens", "US", "Georgia"),
        ("Police in Patras and Thessaloniki drove to Athens.", "Athens", "GR", "Attikí"),
        ("Rebels from Benghazi and Misrata shelled Tripoli.", "Tripoli", "LY", "Ţarābulus"),
        ("Guns fired in Sidon, Beirut and Tripoli.", "Tripoli", "LB", "Ash Shimāl"),
        ("The Georgian president went from Tbilisi to Batumi, then left Georgia.", "Georgia", "GE", ""),
        ("Storms hit Atlanta, Macon and the rest of Georgia.", "Georgia", "US", "Georgia"),
    ],
)
def test_the_other_places_of_the_article_decide(
    gazetteer: Gazetteer, text: str, name: str, country: str, admin1: str
) -> None:
    found = one(resolve(gazetteer, text), name)
    assert where(found) == (country, admin1)
    assert found.rule == "context"
    assert found.alternatives


@pytest.mark.parametrize(
    ("name", "country"),
    [("Moscow", "RU"), ("Paris", "FR"), ("Cairo", "EG"), ("Lima", "PE"), ("Turkey", "TR"), ("US", "US"), ("UK", "GB")],
)
def test_alone_the_most_prominent_wins(gazetteer: Gazetteer, name: str, country: str) -> None:
    assert where(one(resolve(gazetteer, f"A bomb exploded in {name} on Friday."), name))[0] == country


def test_a_capital_that_speaks_beside_another(gazetteer: Gazetteer) -> None:
    found = resolve(gazetteer, "Washington said it would respond, and London agreed.")
    assert [where(r)[0] for r in found] == ["US", "GB"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Drones hit Odesa overnight. Homes across the Odesa region lost power.", ["P", "A"]),
        ("Shells fell in Kharkiv and then in Kharkiv Oblast.", ["P", "A"]),
        ("Bandits came to Kano. Villages of Kano State burned.", ["P", "A"]),
        ("He came from the city of Lugo in Spain.", ["P", "A"]),
        ("Two died in the city of Salta and one in Salta Province.", ["P", "A"]),
    ],
)
def test_the_seat_is_told_from_its_division(gazetteer: Gazetteer, text: str, codes: list[str]) -> None:
    found = [r.place.feature_class if r.place else "" for r in resolve(gazetteer, text)]
    assert found == codes


def test_a_city_is_told_from_a_far_larger_division(gazetteer: Gazetteer) -> None:
    place = one(resolve(gazetteer, "Police in Lisbon and Porto made arrests."), "Porto").place
    assert place is not None
    assert place.feature_class == "P"


def test_one_name_has_one_sense_in_an_article(gazetteer: Gazetteer) -> None:
    found = resolve(gazetteer, "Aleppo woke early. In Homs and Aleppo shops closed. Aleppo and Hama slept.")
    assert len({r.place.id for r in found if r.place and r.mention.text == "Aleppo"}) == 1


def test_demonyms_point_to_their_places(gazetteer: Gazetteer) -> None:
    found = resolve(gazetteer, "Serbian officers met Texan lawmakers and a Kenyan judge.")
    assert [where(r)[0] for r in found] == ["RS", "US", "KE"]
    assert {r.rule for r in found} == {"demonym"}


# -- the user's places, spellings, NIL -------------------------------------------------------------------------


@pytest.fixture
def mine(gazetteer: Gazetteer, tmp_path: Path) -> Callable[..., Gazetteer]:
    """The gazetteer with places of the user's: rows of id,title,lon,lat,variants,ccodes."""

    def opened(*rows: str) -> Gazetteer:
        path = tmp_path / "mine.csv"
        path.write_text("\n".join(("id,title,lon,lat,variants,ccodes", *rows)) + "\n", "utf-8")
        return open_gazetteer(places_files=[path])

    return opened


def test_a_place_of_the_user_wins_over_size_and_context(mine: Callable[..., Gazetteer]) -> None:
    with mine("user:paris,Paris,-101.5,31.25,,US", "user:depot,Depot Nine,20.8,43.0,,XK") as opened:
        found = resolve(opened, "Shots fell in Paris and Lyon, and near Depot Nine in France.")
        paris = one(found, "Paris")
        assert paris.place is not None
        assert (paris.place.id, paris.rule) == ("user:paris", "user")
        assert "you added this place" in paris.reasons
        depot = one(found, "Depot Nine")
        assert depot.place is not None
        assert depot.place.id == "user:depot"


def test_of_two_places_of_the_user_the_context_chooses(mine: Callable[..., Gazetteer]) -> None:
    with mine("user:a,Camp Alder,44.4,33.3,,IQ", "user:b,Camp Alder,-58.4,-34.6,,AR") as opened:
        for text, place_id in (
            ("Rockets from Baghdad and Mosul hit Camp Alder in Iraq.", "user:a"),
            ("Drivers in Rosario and Mendoza left Camp Alder in Argentina.", "user:b"),
        ):
            place = one(resolve(opened, text), "Camp Alder").place
            assert place is not None
            assert place.id == place_id


YARINE = "Trucks waited at the Yarine checkpoint"


@pytest.mark.parametrize(
    "text",
    [
        f"{YARINE} near Leposavić.",
        f"Police in Zvečan and Leposavić closed the road. {YARINE}.",
        f"Mitrovica, Kosovo, was quiet. {YARINE} for hours.",
    ],
)
def test_another_spelling_is_resolved_where_the_article_is(gazetteer: Gazetteer, text: str) -> None:
    found = one(resolve(gazetteer, text), "Yarine")
    assert found.place is not None
    assert "Jarinje" in found.place.name
    assert distance_km(*NORTH_KOSOVO, found.place.lat, found.place.lon) < 60
    assert found.rule == "spelling"
    assert found.score < 0.9
    assert "Yarine" in found.reasons[0]
    assert "of this article" in found.reasons[0]


@pytest.mark.parametrize(
    "text",
    [
        f"{YARINE} near Braga. Lisbon and Porto, Portugal, were quiet.",
        f"{YARINE} for hours.",
        f"{YARINE} in Peru. Lima was quiet.",
        f"LISBON — {YARINE}.",
    ],
)
def test_and_nowhere_else(gazetteer: Gazetteer, text: str) -> None:
    found = one(resolve(gazetteer, text), "Yarine")
    assert found.place is None
    assert found.rule == "nil"
    assert found.score == 0.0
    assert "Yarine" in found.reasons[0]


def test_a_town_of_size_is_known_by_its_other_spelling_alone(gazetteer: Gazetteer) -> None:
    found = one(resolve(gazetteer, "A fire broke out at a refinery in Baiji on Sunday."), "Baiji")
    assert where(found)[0] == "IQ"


@pytest.mark.parametrize("name", ["Yugoslavia", "Czechoslovakia", "the Soviet Union", "East Germany"])
def test_states_that_are_no_more_are_nil(gazetteer: Gazetteer, name: str) -> None:
    (found,) = resolve(gazetteer, f"Troops crossed from {name} in winter.")
    assert (found.place, found.rule) == (None, "historic")
    assert "not a state of today" in found.reasons[0]


def test_a_renamed_state_is_the_one_of_today(gazetteer: Gazetteer) -> None:
    found = resolve(gazetteer, "He left Rhodesia for Upper Volta.")
    assert [where(r)[0] for r in found] == ["ZW", "BF"]


def test_what_is_not_sure_enough_is_nil_with_its_runners_up(gazetteer: Gazetteer) -> None:
    text = "A fire broke out in Springfield on Friday."
    free = one(resolve(gazetteer, text), "Springfield")
    strict = one(resolve(gazetteer, text, min_score=0.999), "Springfield")
    assert free.place is not None
    assert strict.place is None
    assert strict.rule == "nil"
    assert strict.alternatives[0].place == free.place
    assert strict.score == free.score
    assert "not sure enough" in strict.reasons[0]


# -- what always holds -----------------------------------------------------------------------------------------


def test_no_mentions_no_resolutions(gazetteer: Gazetteer) -> None:
    assert resolve_mentions(Article(doc_id="t", text=""), [], gazetteer) == []


def test_settings_may_be_left_out(gazetteer: Gazetteer) -> None:
    text = "A bomb exploded in Cairo."
    article = Article(doc_id="t", text=text)
    mentions = find_mentions(article, gazetteer)
    assert resolve_mentions(article, mentions, gazetteer) == resolve(gazetteer, text)


def test_the_same_article_means_the_same_whatever_came_before(gazetteer: Gazetteer) -> None:
    one_text = "Police in Patras and Thessaloniki drove to Athens. Serbian buses came by Yarine."
    other = "Police in Atlanta and Macon, Georgia, drove to Athens, near Paris."
    first, second = resolve(gazetteer, one_text), resolve(gazetteer, other)
    with open_gazetteer() as fresh:
        assert resolve(fresh, other) == second
        assert resolve(fresh, one_text) == first
    assert resolve(gazetteer, one_text) == first


def test_any_order_of_making_the_mentions_is_kept(gazetteer: Gazetteer) -> None:
    article = Article(doc_id="t", text="Homs, Hama and Aleppo fell quiet after Damascus did.")
    mentions = find_mentions(article, gazetteer)
    assert len(mentions) == 4
    shuffled = [mentions[i] for i in (2, 0, 3, 1)]
    places = {r.mention.text: r.place for r in resolve_mentions(article, mentions, gazetteer)}
    again = resolve_mentions(article, shuffled, gazetteer)
    assert [r.mention for r in again] == shuffled
    assert {r.mention.text: r.place for r in again} == places


def test_look_ups_grow_with_the_names_and_not_with_their_mentions(
    gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    whole = gazetteer.candidates

    def counting(self: Gazetteer, name: str) -> Any:
        asked.append(name)
        return whole(name)

    article = Article(doc_id="t", text="Homs, Hama and Aleppo fell quiet. " * 3_000)
    mentions = [
        Mention(start=at + i, end=at + i + len(name), text=name)
        for at in range(0, len(article.text), len(article.text) // 3_000)
        for i, name in ((0, "Homs"), (6, "Hama"), (15, "Aleppo"))
    ]
    monkeypatch.setattr(Gazetteer, "candidates", counting)
    found = resolve_mentions(article, mentions, gazetteer)
    assert len(found) == 9_000
    assert {where(r)[0] for r in found} == {"SY"}
    assert len(asked) < 20


def test_unknown_names_are_compared_with_a_neighbourhood_up_to_a_number(
    gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counting(self: Gazetteer, name: str, lat: float, lon: float, radius_km: float) -> list[Any]:
        asked.append(name)
        return []

    monkeypatch.setattr(Gazetteer, "spelled_like", counting)
    counts = []
    for number in (400, 800, 1_600):
        asked.clear()
        # Unknown to any gazetteer, and each unlike the others.
        names = [f"Qx{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}wqzv" for i in range(number)]
        text = "Leposavić and Zvečan, Kosovo. " + ". ".join(names)
        article = Article(doc_id="t", text=text)
        mentions = find_mentions(Article(doc_id="t", text=text[:29]), gazetteer)
        starts = [text.index(name) for name in names]
        mentions += [
            Mention(start=at, end=at + len(name), text=name, recognizer="model")
            for at, name in zip(starts, names, strict=True)
        ]
        check(mentions, resolve_mentions(article, mentions, gazetteer))
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2] <= 4 * 300


def test_the_nearest_other_place_is_sought_once_for_each_name(
    gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geomap.resolution import document

    measured = 0
    whole = document._km

    def counting(a: Any, b: Any) -> float:
        nonlocal measured
        measured += 1
        return whole(a, b)

    monkeypatch.setattr(document, "_km", counting)
    counts = []
    for number in (200, 400, 800):
        measured = 0
        text = "Homs, Hama and Aleppo fell quiet. " * number
        article = Article(doc_id="t", text=text)
        mentions = [
            Mention(start=at + i, end=at + i + len(name), text=name)
            for at in range(0, len(text), len(text) // number)
            for i, name in ((0, "Homs"), (6, "Hama"), (15, "Aleppo"))
        ]
        resolve_mentions(article, mentions, gazetteer)
        counts.append(measured)
    assert counts[0] == counts[1] == counts[2]


NAMES = ["Aleppo", "Paris", "Texas", "Yarine", "Zvečan", "China", "Japan", "Georgia", "Springfield", "Yugoslavia", "US",
         "Serbian", "Odesa region", "Lima", "Nowherefeld", "Victoria", "Goma", "EU", "Balkans", "San José"]  # fmt: skip
LINKS = [", ", " and ", " (", ") ", " in ", ". ", "\n", " the city of ", " north of ", " said ", "–", " checkpoint "]
JOINED = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(LINKS)), max_size=14).map(
    lambda pairs: "".join(a + b for a, b in pairs)
)


@hypothesis_settings(max_examples=60, deadline=None)
@given(JOINED)
@example("Texas, Texas, Texas, ")
@example("Yarine, Yarine (Zvečan) ")
def test_any_names_in_any_order(gazetteer: Gazetteer, text: str) -> None:
    resolve(gazetteer, "In " + text)
    # The mentions may come from elsewhere, of whatever kind.
    article = Article(doc_id="t", text=text)
    loose = [
        Mention(start=text.index(name), end=text.index(name) + len(name), text=name, kind=kind)
        for name in NAMES
        if name in text
        for kind in ("place", "demonym")
    ]
    check(loose, resolve_mentions(article, loose, gazetteer))


@pytest.mark.model
def test_with_the_model_the_whole_article_falls_into_place(gazetteer: Gazetteer) -> None:
    text = (
        "MITROVICA, Kosovo — Lorries blocked the bridge in Zvečan on Sunday. Drivers burned tyres at the Yarine "
        "checkpoint, and Belgrade said it was watching. Michael Jordan said nothing."
    )
    found = resolve(gazetteer, text, doc=parsed(text))
    assert [where(r)[0] for r in found] == ["XK", "XK", "XK", "XK", "RS"]
    assert one(found, "Yarine").rule == "spelling"
    assert one(found, "Belgrade").mention.metonym


def test_a_former_name_is_the_place_of_today_and_says_so(gazetteer: Gazetteer) -> None:
    found = one(resolve(gazetteer, "Shells fell on Artemivsk, Ukraine, on Sunday."), "Artemivsk")
    assert found.place is not None
    assert found.place.name == "Bakhmut"
    assert "“Artemivsk” was its name 1924–2016" in found.reasons
