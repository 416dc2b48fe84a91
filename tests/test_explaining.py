"""geomap explain: what decided, and that what it says would change the answer does change it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geomap.explaining import explain_article, explanation_lines, explanation_record
from geomap.gazetteer import Gazetteer, open_gazetteer
from geomap.recognition import find_mentions
from geomap.records import Article
from geomap.resolution import Explanation, resolve_mentions
from geomap.resolution.wording import in_words, sentence_around
from geomap.settings import Settings

Cli = Callable[..., Any]


@pytest.fixture(scope="module")
def gazetteer() -> Any:
    with open_gazetteer(own_places=False) as opened:
        yield opened


def explain(gazetteer: Gazetteer, text: str, **options: Any) -> list[Explanation]:
    return list(explain_article(Article(doc_id="t", text=text), gazetteer=gazetteer, **options).explanations)


def one(found: list[Explanation], text: str) -> Explanation:
    return next(e for e in found if e.resolution.mention.text == text)


def place_of(gazetteer: Gazetteer, text: str, name: str) -> tuple[str, str]:
    article = Article(doc_id="t", text=text)
    for resolution in resolve_mentions(article, find_mentions(article, gazetteer), gazetteer):
        if resolution.mention.text == name and resolution.place is not None:
            return resolution.place.country_code, resolution.place.admin1
    return "", ""


OHIO = "A fire broke out in Springfield on Friday, officials in Dayton and Xenia, Ohio, said."


def test_the_answers_are_those_of_the_run(gazetteer: Gazetteer) -> None:
    article = Article(doc_id="t", text=OHIO + " Police in Yugoslavia and at Nowherefeld said nothing.")
    mentions = find_mentions(article, gazetteer)
    assert [e.resolution for e in explain(gazetteer, article.text)] == resolve_mentions(article, mentions, gazetteer)


def test_it_tells_the_sentence_the_candidates_and_what_decided(gazetteer: Gazetteer) -> None:
    found = one(explain(gazetteer, OHIO + " Nobody was hurt."), "Springfield")
    assert found.sentence == OHIO
    assert found.found_by
    assert found.candidates[0].candidate.place.admin1 == "Ohio"
    assert found.known > len(found.candidates) == 5
    assert 1 <= len(found.factors) <= 4
    weights = [abs(factor.weight) for factor in found.factors]
    assert weights == sorted(weights, reverse=True)
    assert any("other places are in Ohio" in f.text and f.weight > 0 for f in found.factors)
    assert found.runner_up is not None
    assert found.toponym is not None


@pytest.mark.parametrize(
    ("text", "name", "more"),
    [
        ("A bomb exploded in Lima on Friday.", "Lima", ["Cleveland", "Toledo", "Akron", "Columbus"]),
        ("Police in Athens made arrests.", "Athens", ["Atlanta", "Macon", "Savannah", "Augusta", "Columbus"]),
    ],
)
def test_naming_so_many_more_places_there_changes_it(
    gazetteer: Gazetteer, text: str, name: str, more: list[str]
) -> None:
    change = one(explain(gazetteer, text), name).change
    assert change is not None
    assert "more place" in change
    number = {"one": 1, "two": 2, "three": 3, "four": 4}[change.split("named ")[1].split(" ")[0]]
    before = place_of(gazetteer, text, name)
    # One name more than the model asks for, since a real name is never wholly sure.
    listed = ", ".join(more[: number + 1])
    after = place_of(gazetteer, f"{text} Others came from {listed}.", name)
    assert after != before
    assert after[1] in change


@pytest.mark.parametrize("name", ["Springfield", "Lima", "Athens", "Tripoli", "Paris", "Birmingham"])
def test_a_qualifier_that_it_names_changes_it(gazetteer: Gazetteer, name: str) -> None:
    text = f"A bomb exploded in {name} on Friday."
    change = one(explain(gazetteer, text), name).change or ""
    said = re.search(r"had it said “(.*?)”, (.*?) \((.*?)\) would", change)
    assert said is not None, change
    after = place_of(gazetteer, text.replace(name, said[1]), name)
    assert after != place_of(gazetteer, text, name)
    assert after[1] in said[3] or after[0] in said[3]


def test_a_qualified_name_knows_the_others_so_called(gazetteer: Gazetteer) -> None:
    found = one(explain(gazetteer, "A court in Paris, Texas, heard the case."), "Paris")
    assert found.resolution.rule == "qualified"
    assert any(factor.text == "“Texas” follows it" for factor in found.factors)
    assert found.runner_up is not None
    assert found.runner_up.place.country_code == "FR"
    assert "had it said “Paris, " in (found.change or "")


def test_nil_says_why_and_how_to_help(gazetteer: Gazetteer) -> None:
    text = "Shells fell near Nowherefeld. Police crossed from Yugoslavia."
    found = explain(gazetteer, text)
    state = one(found, "Yugoslavia")
    assert state.resolution.place is None
    assert state.toponym is None
    lines = "\n".join(explanation_lines(explain_article(Article(doc_id="t", text=text), gazetteer=gazetteer)))
    assert "no place; pass historic" in lines


def test_a_place_of_the_user_says_so(gazetteer: Gazetteer, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("id,title,lat,lon,ccodes,variants,types\nuser:p,Paris,33.66,-95.55,US,,P.PPL\n", encoding="utf-8")
    with open_gazetteer(places_files=[path], own_places=False) as opened:
        found = one(explain(opened, "A fire in Paris, and one in Lyon."), "Paris")
    assert found.resolution.place is not None
    assert found.factors == ()
    assert "your own places" in (found.change or "")


def test_what_is_left_out_is_told_of(gazetteer: Gazetteer) -> None:
    text = (
        "The Chelsea board met the Boston Consulting Group in Reading Room C, said Paris Hilton of the Derby Company."
    )
    found = explain(gazetteer, text, settings=Settings())
    left_out = [e for e in found if e.resolution.rule == "unlikely"]
    for e in left_out:
        assert e.toponym is not None
        assert e.toponym < 0.5
    lines = "\n".join(explanation_lines(explain_article(Article(doc_id="t", text=text), gazetteer=gazetteer)))
    assert ("left out as likely no toponym" in lines) == bool(left_out)


def test_one_name_may_be_asked_for(gazetteer: Gazetteer) -> None:
    found = explain(gazetteer, OHIO, mention="springfield")
    assert [e.resolution.mention.text for e in found] == ["Springfield"]


def test_the_record_is_json_and_the_same_every_time(gazetteer: Gazetteer) -> None:
    article = Article(doc_id="t", text=OHIO)
    first = json.dumps(explanation_record(explain_article(article, gazetteer=gazetteer)))
    with open_gazetteer(own_places=False) as fresh:
        assert json.dumps(explanation_record(explain_article(article, gazetteer=fresh))) == first
    (row,) = [r for r in json.loads(first)["mentions"] if r["text"] == "Springfield"]
    assert article.text[row["start"] : row["end"]] == "Springfield"
    assert row["place"]["admin1"] == "Ohio"
    assert row["left_out"] is False


@pytest.mark.parametrize(
    ("here", "others", "said"),
    [
        (0, 1, "the article's other place is not in Ohio"),
        (1, 1, "the article's other place is in Ohio"),
        (0, 3, "none of the article's three other places is in Ohio"),
        (1, 3, "one of the article's three other places is in Ohio"),
        (4, 6, "four of the article's six other places are in Ohio"),
        (20, 20, "all of the article's 20 other places are in Ohio"),
    ],
)
def test_numbers_in_words(here: int, others: int, said: str) -> None:
    assert in_words(here, others, "Ohio") == said


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("One. Police in Goma. Two.", "Goma", "Police in Goma."),
        ("Head in Goma\n\nBody.", "Goma", "Head in Goma"),
        ("He met Mr. Smith of St. Paul. Yes.", "Paul", "He met Mr. Smith of St. Paul."),
        ("Goma", "Goma", "Goma"),
    ],
)
def test_the_sentence_around_a_name(text: str, name: str, said: str) -> None:
    start = text.index(name)
    assert sentence_around(text, start, start + len(name)) == said


def test_a_sentence_without_end_is_cut() -> None:
    text = "x" * 10_000 + " Goma " + "y" * 10_000
    said = sentence_around(text, 10_001, 10_005)
    assert "Goma" in said
    assert len(said) < 600


def test_the_command(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(OHIO, encoding="utf-8")
    done = cli("explain", "a.txt", "--recognizer", "gazetteer", "--mention", "Springfield", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("a\n")
    assert "→ Springfield (Ohio, US)" in done.stdout
    assert "otherwise: " in done.stdout
    done = cli("explain", "a.txt", "--recognizer", "gazetteer", "--json", cwd=tmp_path)
    (line,) = done.stdout.splitlines()
    assert {row["text"] for row in json.loads(line)["mentions"]} >= {"Springfield", "Dayton", "Ohio"}
    done = cli("explain", "a.txt", "--recognizer", "gazetteer", "--mention", "Goma", cwd=tmp_path)
    assert done.returncode == 0
    assert "no mention of 'Goma'" in done.stderr
