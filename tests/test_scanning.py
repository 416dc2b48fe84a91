"""What is left out of the parse can report nothing, and what is parsed is parsed as ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from geomap.articles import read_articles
from geomap.incidents import to_parse
from geomap.incidents.syntax import plain_sentences, read_text
from geomap.incidents.triggers import find_triggers
from geomap.nlp import add_syntax, load_model, parse
from geomap.reading import running_text

OWN = Path(__file__).parent / "data"
TALE = (
    "Three people were hurt when a bus left the road near Kapan. Their families have been told.\n\n"
    "The mayor has a small garden. She grows beans there. Gunmen shot dead a guard in Goris on Monday. "
    "It had rained all week. The beans did well.\n\nNobody was held."
)


def stretches(text: str) -> list[str]:
    return [text[a:b].strip() for a, b in to_parse(text, [])]


def test_what_reports_nothing_is_left_out() -> None:
    kept = stretches(TALE)
    assert any("shot dead a guard" in one for one in kept)
    assert not any("beans" in one or "rained" in one for one in kept)


def test_the_head_is_always_read() -> None:
    assert stretches("A garden\n\nBeans grow well. They are green. They are eaten.") == ["A garden\n\nBeans grow well."]
    assert stretches("") == [] and stretches(" \n ") == []


def test_no_trigger_is_ever_left_out() -> None:
    """Over all the project's annotated articles, with guessed tags: what has a trigger is to be parsed."""
    seen = 0
    for article in read_articles([OWN / "incidents" / "articles.jsonl", OWN / "incidents_2" / "articles.jsonl"]):
        text = running_text(article.text)
        wanted = to_parse(text, [])
        read = read_text(text, None)
        words = frozenset(t.low for t in read.tokens)
        for sentence in read.sentences:
            for trigger in find_triggers(read, sentence, frozenset(), words):
                seen += 1
                at = read.tokens[trigger.head].start
                assert any(a <= at < b for a, b in wanted), text[sentence.start : sentence.end]
    assert seen > 300


def test_sentences_are_whole() -> None:
    cuts = {a for a, _ in plain_sentences(TALE, frozenset())} | {len(TALE)}
    assert all(a in cuts and b in cuts for a, b in to_parse(TALE, []))


@pytest.mark.model
@pytest.mark.parametrize("space", ["", "  ", "\n \n", "\t"])
def test_a_stretch_is_parsed_like_a_text_and_the_rest_is_not(space: str) -> None:
    nlp = load_model()
    assert nlp is not None
    first, second, third = "Beans grow well.", "Gunmen shot a guard in Goris.", "It rained."
    text = f"{first} {space}{second}{space} {third}"
    doc = parse(nlp, text, syntax=False)
    assert doc is not None
    entities = [(e.text, e.label_) for e in doc.ents]
    at = text.index(second)
    done = add_syntax(nlp, doc, [(at, at + len(second))])
    alone = nlp(second)
    inside = [t for t in done if at <= t.idx < at + len(second)]
    assert [(t.text, t.tag_, t.dep_, t.head.text) for t in inside] == [
        (t.text, t.tag_, t.dep_, t.head.text) for t in alone
    ]
    assert {t.tag_ for t in done if not at <= t.idx < at + len(second)} == {""}
    assert [(e.text, e.label_) for e in done.ents] == entities
    read = read_text(text, done)
    assert [text[s.start : s.end].strip() for s in read.sentences] == [first, second, third]


@pytest.mark.model
def test_a_stretch_of_any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    import geomap.nlp

    nlp = load_model()
    assert nlp is not None
    text = "Gunmen shot a guard in Goris. " * 40
    monkeypatch.setattr(geomap.nlp, "_PIECE", 300)
    doc = parse(nlp, text, syntax=False)
    assert doc is not None
    done = add_syntax(nlp, doc, [(0, len(text))])
    assert all(t.tag_ for t in done if not t.is_space)
    # White space at the ends of a stretch is no part of it.
    short = parse(nlp, "Gunmen shot a guard", syntax=False)
    assert short is not None
    assert [bool(t.tag_) for t in add_syntax(nlp, short, [(6, 14)])] == [False, True, True, False]


def shared_model() -> Any:
    """An untrained model whose entities, tags and arcs come from one tok2vec, as those of a transformer do."""
    import spacy

    nlp = spacy.blank("en")
    width = 16
    nlp.add_pipe("tok2vec", config={"model": {"@architectures": "spacy.HashEmbedCNN.v2", "width": width, "depth": 1,
                 "embed_size": 50, "window_size": 1, "maxout_pieces": 2, "subword_features": True,
                 "pretrained_vectors": None}})  # fmt: skip
    listen = {"@architectures": "spacy.Tok2VecListener.v1", "width": width, "upstream": "tok2vec"}
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listen}})
    state = {"@architectures": "spacy.TransitionBasedParser.v2", "hidden_width": 8, "maxout_pieces": 2,
             "use_upper": True, "tok2vec": listen}  # fmt: skip
    nlp.add_pipe("parser", config={"model": {**state, "state_type": "parser", "extra_state_tokens": False}})
    nlp.add_pipe("ner", config={"model": {**state, "state_type": "ner", "extra_state_tokens": False}})
    for label in ("NN", "VB"):
        nlp.get_pipe("tagger").add_label(label)
    nlp.get_pipe("parser").add_label("nsubj")
    nlp.get_pipe("ner").add_label("GPE")
    nlp.initialize()
    return nlp


def test_a_source_that_entities_share_is_run_for_each_stretch() -> None:
    nlp = shared_model()
    text = "Gunmen shot a guard in Goris. The market was closed on Monday."
    ran: list[str] = []
    source = nlp.get_pipe("tok2vec")
    seen = type(source).predict

    def noted(self: Any, docs: Any) -> Any:
        docs = list(docs)
        ran.extend(doc.text for doc in docs)
        return seen(self, docs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(source), "predict", noted)
        doc = parse(nlp, text, syntax=False)
        assert doc is not None
        assert ran == [text]
        done = add_syntax(nlp, doc, [(0, 29)])
    assert ran == [text, text[:30]]
    alone = parse(nlp, text[:30])
    assert alone is not None
    part = [t for t in done if t.idx < 29]
    assert [(t.tag_, t.dep_, t.head.i) for t in part] == [(t.tag_, t.dep_, t.head.i) for t in alone]
    assert all(t.tag_ for t in part)
    assert not any(t.tag_ for t in done if t.idx > 29)


def test_what_the_entities_gave_already_is_kept() -> None:
    # Nothing says that it finds entities, so that the whole pipeline has run before any stretch is asked for.
    nlp = shared_model()
    nlp.remove_pipe("ner")
    doc = parse(nlp, "Gunmen shot a guard in Goris.", syntax=False)
    assert doc is not None
    given = [t.tag_ for t in doc]
    assert all(given)
    assert add_syntax(nlp, doc, [(0, 29)]) is doc
    assert [t.tag_ for t in doc] == given
