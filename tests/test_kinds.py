from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.errors import OverlayError
from geomap.gazetteer.kinds import class_of_code, kind_of, kind_words, label_of
from geomap.lexicons import load_json


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("village", "P.PPL"),
        ("Village ", "P.PPL"),
        ("CHECKPOINT", "S.PSTB"),
        ("border crossing", "S.PSTB"),
        ("border-crossing", "S.PSTB"),
        ("border_crossing", "S.PSTB"),
        ("bridge", "S.BDG"),
        ("quarter", "P.PPLX"),
        ("neighbourhood", "P.PPLX"),
        ("refugee camp", "S.CMPRF"),
        ("base", "S.INSM"),
        ("front line", "L.RGN"),
        ("river", "H.STM"),
        ("monastery", "S.MSTY"),
        ("municipality", "A.ADM2"),
        ("café", "S.REST"),
        ("P.PPL", "P.PPL"),
        ("p/ppl", "P.PPL"),
        ("S/BDG", "S.BDG"),
        ("PPLX", "P.PPLX"),
        ("mnmt", "S.MNMT"),
        # A code of GeoNames' that geomap has no label for is taken where its class is told.
        ("S.TRIG", "S.TRIG"),
    ],
)
def test_words_and_codes(text: str, code: str) -> None:
    kind = kind_of(text)
    assert f"{kind.feature_class}.{kind.feature_code}" == code
    assert kind.label and 0 < kind.radius_km <= 2500


def test_the_radius_grows_with_the_kind() -> None:
    radii = [kind_of(word).radius_km for word in ("bridge", "hamlet", "village", "town", "city", "county", "country")]
    assert radii == sorted(set(radii))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("vilage", "'village'"),
        ("chekpoint", "'checkpoint'"),
        ("Q.PPL", "no feature class 'Q'"),
        ("P.BDG", "belongs to class S; write S.BDG"),
        ("", "village, checkpoint"),
        ("TRIG", "not known"),
        ("x" * 1000, "not known"),
        ("\u202etown", "known"),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest(text: str, hint: str) -> None:
    if text == "\u202etown":
        # Invisible characters are no part of a word.
        assert kind_of(text).feature_code == "PPL"
        return
    with pytest.raises(OverlayError, match="type") as error:
        kind_of(text)
    assert hint in str(error.value)
    assert len(str(error.value)) < 400


@given(st.text(max_size=80))
def test_any_text_gives_a_kind_or_an_overlay_error(text: str) -> None:
    try:
        kind = kind_of(text)
    except OverlayError as error:
        assert str(error).isprintable()
    else:
        assert kind.feature_class in "AHLPRSTUV"


def test_labels_of_codes() -> None:
    assert label_of("S", "BDG") == "bridge"
    assert label_of("P", "PPL") == "populated place"
    assert label_of("S", "TRIG") == "building or site"
    assert label_of("X", "") == "place"
    assert class_of_code("PPLC") == "P"
    assert class_of_code("NOPE") is None


def test_the_list_is_whole() -> None:
    data = load_json("place_kinds.json")
    words = [word for kind in data["kinds"] for word in kind["words"]]
    assert len(words) == len(set(words)) > 300
    assert len(kind_words()) == len(data["kinds"])
    for kind in data["kinds"]:
        assert kind["class"] in data["classes"]
        assert kind["code"] in data["codes"][kind["class"]], kind
        for word in kind["words"]:
            assert kind_of(word).label == kind["label"], word
    codes = [code for letter in data["codes"].values() for code in letter]
    assert len(codes) == len(set(codes)), "a code belongs to one class"
    assert json.loads(json.dumps(data)) == data


def test_every_code_is_one_of_geonames(shared: Path) -> None:
    lines = (shared / "gazetteer-dumps" / "featureCodes_en.txt").read_text("utf-8").splitlines()
    known = {line.split("\t")[0] for line in lines}
    codes = load_json("place_kinds.json")["codes"]
    assert {f"{letter}.{code}" for letter, names in codes.items() for code in names} <= known
