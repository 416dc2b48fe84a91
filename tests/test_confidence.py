"""The probabilities: what they rest on, that they are probabilities, and that the shipped weights fit the features."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.lexicons import load_json
from geomap.records import Candidate, Mention, Place
from geomap.resolution.confidence import (
    Evidence,
    contributions,
    features,
    probability,
    thresholds,
    toponym_probability,
)
from geomap.resolution.wording import _ABOUT, _ABOUT_PREFIX, Facts, weighed_factors

TOWN = Place(id="gn:1", name="X", lat=1.0, lon=1.0, feature_class="P", feature_code="PPL", population=20_000)
MENTION = Mention(start=0, end=1, text="Xville", recognizer="model")


def evidence(**changed: float) -> Evidence:
    given: dict[str, float] = {
        "share": 0.8, "country": 0.5, "admin1": 0.2, "near_km": 40.0, "others": 4.0, "namesakes": 5, "mentions": 2,
    } | changed  # fmt: skip
    return Evidence(**given)  # type: ignore[arg-type]


def score(rule: str = "context", **changed: float) -> float:
    return probability(features(MENTION, Candidate(place=TOWN, match="exact"), rule, evidence(**changed)))


def test_more_that_speaks_for_a_place_makes_it_likelier() -> None:
    assert score(admin1=0.8, country=0.9) > score() > score(admin1=0.0, country=0.0)
    assert score(near_km=5.0) > score(near_km=500.0)
    assert score(share=0.99) > score(share=0.3)
    assert score("qualified") > score()


def test_a_qualified_name_is_as_sure_wherever_the_article_is_from() -> None:
    assert score("qualified", country=0.0, admin1=0.0, near_km=9999.0) == score("qualified", country=1.0, near_km=1.0)


@given(
    st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 20_000), st.floats(0, 1e5), st.integers(0, 10**6)
)
def test_it_is_always_a_probability(
    share: float, country: float, admin1: float, near_km: float, others: float, namesakes: int
) -> None:
    value = score(
        share=share, country=country, admin1=admin1, near_km=near_km, others=others, namesakes=max(1, namesakes)
    )
    assert 0.0 < value < 1.0


def test_a_name_that_no_place_bears_has_features_too() -> None:
    made = features(MENTION, None, "nil", None)
    assert 0.0 < toponym_probability(made) < 1.0
    assert not any(name.startswith("others") for name in made)


def test_thresholds_are_in_order() -> None:
    unsure, unlikely = thresholds()
    assert 0.0 < unsure < unlikely < 1.0


def test_every_weight_is_of_a_feature_that_an_explanation_can_word() -> None:
    data = load_json("confidence.json")
    for kind in ("right", "toponym"):
        assert all(math.isfinite(weight) for weight in data[kind].values())
        for name in data[kind]:
            known = name == "always" or name in _ABOUT or name.partition(" ")[0] in _ABOUT_PREFIX
            assert known, f"{name}: say in wording.py what it is about"
    assert set(data["typical"]) <= set(data["right"])


def test_contributions_are_what_sets_an_answer_apart_from_the_usual() -> None:
    data = load_json("confidence.json")
    made = features(MENTION, Candidate(place=TOWN, match="exact"), "context", evidence())
    usual = sum(weight * data["typical"].get(name, 0.0) for name, weight in data["right"].items())
    logit = math.log(probability(made) / (1 - probability(made)))
    assert sum(contributions(made).values()) + usual == pytest.approx(logit, abs=1e-9)


def test_factors_are_few_strong_and_ordered() -> None:
    made = features(MENTION, Candidate(place=TOWN, match="exact"), "context", evidence(admin1=0.0, country=0.0))
    facts = Facts(mention=MENTION, place=TOWN, rule="context", match="exact", country="Y", others=4, namesakes=5)
    factors = weighed_factors(made, facts)
    assert 1 <= len(factors) <= 4
    assert [abs(f.weight) for f in factors] == sorted((abs(f.weight) for f in factors), reverse=True)
    assert any(f.text == "none of the article's four other places is in Y" and f.weight < 0 for f in factors)
