"""Sentences, tokens and clauses, with a parse and without."""

from __future__ import annotations

from typing import Any

import pytest

from geomap.incidents.syntax import read_text
from geomap.nlp import parse


@pytest.fixture(scope="module")
def nlp() -> Any:
    from geomap.nlp import load_model

    return load_model()


def clauses(text: str, doc: Any = None) -> list[tuple[str, str]]:
    read = read_text(text, doc)
    return [
        (clause.kind, text[read.tokens[clause.a].start : read.tokens[clause.b - 1].end])
        for sentence in read.sentences
        for clause in read.clauses_of(sentence)
    ]


@pytest.mark.model
def test_a_parse_of_text_in_capitals_has_the_offsets_of_the_text(nlp: Any) -> None:
    text = "GUNMEN ATTACKED A MARKET IN ORAN ON FRIDAY. THE MAYOR SAID THAT THREE PEOPLE HAD BEEN KILLED."
    read = read_text(text, parse(nlp, text))
    assert read.parsed
    assert [text[t.start : t.end].lower() for t in read.tokens] == [t.low for t in read.tokens]
    assert [t.tag for t in read.tokens if t.low in ("attacked", "said")] == ["VBD", "VBD"]
    assert [sentence.upper for sentence in read.sentences] == [False, False]
    assert [t.text for t in read.tokens if t.entity == "GPE"] == ["Oran"]


@pytest.mark.model
def test_words_have_what_the_whole_pipeline_gives_them(nlp: Any) -> None:
    text = "Rebels, who hold Oran, shelled a bridge.\n\nTwo men died, the army said."
    doc = nlp(text)
    read = read_text(text, doc)
    kept = [w for w in doc if not w.is_space]
    assert [(t.start, t.text, t.tag, t.dep) for t in read.tokens] == [(w.idx, w.text, w.tag_, w.dep_) for w in kept]
    assert [read.tokens[t.head].text for t in read.tokens] == [w.head.text for w in kept]


@pytest.mark.model
def test_a_full_stop_at_the_end_of_a_wrapped_line_ends_a_sentence(nlp: Any) -> None:
    text = (
        "Officials of the northern district said on Tuesday that a bomb had gone off.\n"
        "The hospital of the district said on Sunday evening that it had admitted two\n"
        "dozen people and that it needed more blood and more beds for those who lay in\n"
        "its corridors."
    )
    assert len(read_text(text, parse(nlp, text)).sentences) == 2


def test_a_clause_for_each_that_reports_or_goes_on() -> None:
    found = clauses("The army said that rebels attacked Oran and burned a bridge.")
    assert [kind for kind, _ in found] == ["main", "that", "verb"]
    assert found[1][1].startswith("that rebels attacked Oran")


def test_without_a_parser_what_is_counted_is_a_noun_and_what_follows_a_modal_a_verb() -> None:
    tags = {t.low: t.tag for t in read_text("No attacks hit Oran. Talks should open there.", None).tokens}
    assert (tags["attacks"], tags["open"]) == ("NNS", "VB")
