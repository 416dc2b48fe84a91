"""Evaluation of incidents, dates, event types and event places: figures on answers that are known by construction."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from geomap.errors import InputError
from geomap.evaluation import dating, incidents, muc, types, where
from geomap.evaluation.comparing import compare, read_result
from geomap.evaluation.events import (
    MEASURES,
    Options,
    evaluate_dates,
    evaluate_incidents,
    evaluate_muc,
    evaluate_places,
    evaluate_types,
    measure_of,
)
from geomap.evaluation.incident_gold import read_articles
from geomap.evaluation.matching import best_pairs
from geomap.evaluation.sources import (
    articles_source,
    dates_source,
    incidents_source,
    places_source,
    read_classes,
    read_dates,
    read_incidents,
    read_places,
    types_source,
)
from geomap.lexicons import load_json
from geomap.records import DateExpression

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def written(folder: Path, name: str, *records: Mapping[str, Any] | str) -> Path:
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in records]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def spans(text: str, *words: str) -> list[dict[str, Any]]:
    return [{"start": text.index(one), "end": text.index(one) + len(one), "text": one} for one in words]


# -- matching --------------------------------------------------------------------------------------------------------


def test_no_other_matching_weighs_more() -> None:
    drawn = random.Random(7)
    for _ in range(400):
        rows, columns = drawn.randint(1, 5), drawn.randint(1, 5)
        pairs = itertools.product(range(rows), range(columns))
        weights = {pair: drawn.choice([0.1, 0.5, 1.0, 2.2]) for pair in pairs if drawn.random() < 0.6}

        def heaviest(row: int, used: frozenset[int], rows: int = rows, weights: Any = weights) -> float:
            if row == rows:
                return 0.0
            rest = [
                weight + heaviest(row + 1, used | {column})
                for (one, column), weight in weights.items()
                if one == row and column not in used
            ]
            return max([heaviest(row + 1, used), *rest])

        found = best_pairs(weights)
        assert len({g for g, _ in found}) == len({p for _, p in found}) == len(found)
        assert sum(weights[pair] for pair in found) == pytest.approx(heaviest(0, frozenset()))


def test_what_is_worth_nothing_stays_alone() -> None:
    assert best_pairs({(0, 0): 0.0, (1, 0): -1.0}) == [] and best_pairs({}) == []


# -- incidents against annotated articles ----------------------------------------------------------------------------

TEXT = (
    "Gunmen shot dead three people in Ardvale on Monday, police said. Two were hurt.\n"
    "A rally is planned in Qorm on 9 May. Officials in Ostwick denied that shells had hit the port.\n"
    "Fighting went on in the Zell region."
)
FROM = {"text": "Y", "lat": 1.0, "lon": 1.0, "role": "from"}
PLACE = {"tolerance_km": 10, "area": False, "acceptable_names": []}


def gold_article(**changes: Any) -> dict[str, Any]:
    base = {
        "places": [],
        "geo_precision": 1,
        "date_start": None,
        "date_end": None,
        "attribution": ["attributed"],
        "deaths": None,
        "injured": None,
        "crowd_size": None,
    }
    attack = base | {
        "types": ["attack_civilians"],
        "certainty": ["reported"],
        "quote": "Gunmen shot dead three people in Ardvale on Monday",
        "also_quotes": ["Two were hurt."],
        "places": [PLACE | {"text": "Ardvale", "lat": 10.0, "lon": 20.0}],
        "date_start": "2031-05-05",
        "date_end": "2031-05-05",
        "deaths": [3, 3],
        "injured": [2, 2],
    }
    rally = base | {
        "types": ["protest"],
        "certainty": ["planned"],
        "quote": "A rally is planned in Qorm on 9 May.",
        "places": [PLACE | {"text": "Qorm", "lat": 11.0, "lon": 20.0}],
        "date_start": "2031-05-09",
        "date_end": "2031-05-09",
    }
    fighting = base | {
        "types": ["armed_clash"],
        "certainty": ["reported"],
        "quote": "Fighting went on in the Zell region.",
        "places": [PLACE | {"text": "Zell", "lat": 13.0, "lon": 20.0, "area": True, "tolerance_km": 80}],
        "geo_precision": 3,
        "attribution": ["stated"],
    }
    made = {
        "doc_id": "a",
        "text": TEXT,
        "published": "2031-05-06",
        "title": None,
        "source": "Own",
        "incidents": [attack, rally, fighting],
        "not_incident_places": ["Ostwick"],
    }
    return made | changes


def answer(gold: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The prediction that is right for a gold incident."""
    at = TEXT.index(gold["quote"])
    made = {
        "doc_id": "a",
        "type": gold["types"][0],
        "certainty": gold["certainty"][0],
        "attribution": {"source": None, "level": gold["attribution"][0]},
        "quote": gold["quote"],
        "quote_start": at,
        "quote_end": at + len(gold["quote"]),
        "places": [
            {"text": one["text"], "name": one["text"], "lat": one["lat"], "lon": one["lon"], "role": "site"}
            for one in gold["places"]
        ],
        **{key: gold[key] for key in ("geo_precision", "date_start", "date_end", "deaths", "injured", "crowd_size")},
    }
    return made | changes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gold").mkdir()
    written(tmp_path / "gold", "a.json", gold_article())
    return tmp_path / "gold"


def measured(folder: Path, *predictions: Mapping[str, Any]) -> dict[str, Any]:
    source = articles_source(folder)
    return evaluate_incidents(source, None, predictions={"a": predictions}, options=Options(resamples=0))


def test_right_answers_have_full_marks(folder: Path) -> None:
    gold = gold_article()["incidents"]
    result = measured(folder, *map(answer, reversed(gold)))
    ones = [name for name in result if name.endswith(("_f1", "_accuracy", "_overlap", "_quoted"))]
    assert {result[name] for name in ones} == {1.0} and len(ones) == 11
    assert (result["false_facts"], result["false_points"], result["spurious_counts"], result["errors"]) == (0, 0, 0, {})
    assert result["counts"]["areas"] == 1 and result["counts"]["count_of"] == 2


def test_no_answers_have_none(folder: Path) -> None:
    result = measured(folder)
    assert result["detection_f1"] == 0.0 and result["detection_precision"] is None
    assert result["errors"]["missed"]["protest"]["count"] == 1


@pytest.mark.parametrize(
    ("which", "changes", "figure", "value", "strict"),
    [
        (0, {"type": "armed_clash"}, "type_accuracy", 2 / 3, False),
        (0, {"certainty": "claimed"}, "certainty_accuracy", 2 / 3, False),
        (0, {"attribution": "rumoured"}, "attribution_accuracy", 2 / 3, True),
        (0, {"date_start": "2031-05-04"}, "date_accuracy", 1 / 2, False),
        (0, {"date_start": "2031-05-04"}, "date_overlap", 1.0, False),
        (0, {"deaths": [4, 4]}, "count_accuracy", 1 / 2, True),
        (0, {"deaths": [3, None]}, "count_accuracy", 1.0, True),
        (0, {"geo_precision": 2}, "geo_precision_accuracy", 2 / 3, True),
        (0, {"crowd_size": [50, None]}, "spurious_counts", 1, True),
        (1, {"certainty": "reported"}, "false_facts", 1, False),
        (2, {"geo_precision": 1}, "false_points", 1, False),
        (2, {"geo_precision": 1}, "place_accuracy", 2 / 3, False),
        # Under its name an area is right without a point.
        (2, {"places": [{"text": "ZELL", "role": "site"}]}, "place_accuracy", 1.0, True),
        # Elsewhere it is another incident, and where from is no site.
        (0, {"places": [{"text": "Ardvale", "lat": 12.0, "lon": 20.0}]}, "detection_recall", 2 / 3, False),
        (0, {"places": [{"text": "X", "lat": 10.05, "lon": 20.0}, FROM]}, "place_accuracy", 1.0, True),
    ],
)
def test_each_figure_counts_its_own(
    folder: Path, which: int, changes: dict[str, Any], figure: str, value: float, strict: bool
) -> None:
    gold = gold_article()["incidents"]
    said = [answer(one, **(changes if i == which else {})) for i, one in enumerate(gold)]
    result = measured(folder, *said)
    assert result[figure] == pytest.approx(value)
    assert (result["strict_f1"] == 1.0) is strict


def test_a_second_report_and_a_place_where_nothing_happened(folder: Path) -> None:
    gold = gold_article()["incidents"]
    denied = "Officials in Ostwick denied that shells had hit the port."
    wrong = answer(gold[0], type="shelling", quote=denied, quote_start=TEXT.index(denied), quote_end=None)
    wrong["places"] = [{"text": "Ostwick", "lat": 10.0, "lon": 20.0, "role": "site"}]
    result = measured(folder, *map(answer, gold), answer(gold[0], quote="Two were hurt.", quote_start=None), wrong)
    assert result["detection_precision"] == pytest.approx(3 / 5) and result["detection_recall"] == 1.0
    assert result["false_facts"] == 1
    assert list(result["errors"]["false fact"]) == ["nothing happened in Ostwick"]


def test_optional_gold_neither_helps_nor_hurts(tmp_path: Path) -> None:
    gold = gold_article()["incidents"]
    gold[1] |= {"optional": True}
    written(tmp_path, "a.json", gold_article(incidents=gold))
    source = articles_source(tmp_path)
    for said in ([answer(gold[0]), answer(gold[2])], list(map(answer, gold))):
        result = evaluate_incidents(source, None, predictions={"a": said}, options=Options(resamples=0))
        assert result["detection_f1"] == result["strict_f1"] == 1.0 and result["counts"]["pred"] == 2


def test_a_line_is_right_along_it(tmp_path: Path) -> None:
    gold = gold_article()["incidents"][:1]
    road = PLACE | {"text": "road", "lat": 10.5, "lon": 20.0, "area": True, "line": [[10.0, 20.0], [11.0, 20.0]]}
    gold[0] |= {"places": [road], "geo_precision": 2}
    written(tmp_path, "a.json", gold_article(incidents=gold))
    for lat, lon, right in ((10.2, 20.05, 1.0), (10.2, 20.2, 0.0), (11.05, 20.0, 1.0), (11.2, 20.0, 0.0)):
        said = answer(gold[0], places=[{"text": "road", "lat": lat, "lon": lon}])
        assert measured(tmp_path, said)["detection_f1"] == right


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"text": 3}, '"text"'),
        ({"incidents": None}, '"incidents"'),
        ({"incidents": [{"types": ["war"]}]}, "'war' is none of"),
        ({"incidents": [{"types": ["riot"], "quote": "No such words"}]}, "'No such words' does not stand in the text"),
        ({"published": "31 February 2031"}, '"published"'),
    ],
)
def test_bad_articles_are_told(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    written(tmp_path, "a.json", gold_article(**changes))
    with pytest.raises(InputError) as caught:
        articles_source(tmp_path)
    assert "a.json" in str(caught.value) and told in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("certainty", ["sure"], '"certainty"'),
        ("attribution", [], '"attribution"'),
        ("deaths", [1], '"deaths"'),
        ("geo_precision", 4, '"geo_precision"'),
        ("places", [{"text": "x", "lat": 91, "lon": 0, "tolerance_km": 1}], "place 1"),
        ("places", [{"text": "x", "lat": 1, "lon": 0}], '"tolerance_km"'),
        ("date_start", "2031-13-01", '"date_start"'),
    ],
)
def test_bad_incidents_are_told(tmp_path: Path, field: str, value: object, told: str) -> None:
    gold = gold_article()["incidents"]
    gold[1][field] = value
    written(tmp_path, "a.json", gold_article(incidents=gold))
    with pytest.raises(InputError, match=r"a\.json, incident 2") as caught:
        articles_source(tmp_path)
    assert told in str(caught.value)


def test_two_articles_of_one_id_and_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no annotated article"):
        articles_source(tmp_path)
    written(tmp_path, "a.json", gold_article())
    written(tmp_path, "b.json", gold_article())
    with pytest.raises(InputError, match=r"b\.json: its doc_id 'a'"):
        articles_source(tmp_path)


def disturbed(gold: list[dict[str, Any]], drawn: random.Random) -> list[dict[str, Any]]:
    """Predictions for the development articles: right ones, wrong ones, twice told ones."""
    places = [place for article in gold for one in article["incidents"] for place in one["places"]]
    said = []
    for article in gold:
        for one in article["incidents"]:
            for _ in range(drawn.choice([0, 1, 1, 2])):
                quote = drawn.choice([one["quote"], *one.get("also_quotes", [])])
                at = article["text"].index(quote)
                at -= drawn.randint(0, min(5, at))
                chosen = [drawn.choice(places)] if drawn.random() < 0.3 else one["places"]
                made = {
                    "doc_id": article["doc_id"],
                    "type": drawn.choice([*one["types"], "riot"]),
                    "certainty": drawn.choice([*one["certainty"], "reported"]),
                    "attribution": {"source": None, "level": drawn.choice(one["attribution"])},
                    "quote": article["text"][at : at + len(quote)],
                    "quote_start": at,
                    "quote_end": at + len(quote),
                    "geo_precision": drawn.choice([one["geo_precision"], 1]),
                    "date_start": drawn.choice([one["date_start"], "2020-02-02"]),
                    "date_end": one["date_end"],
                    **{key: one[key] for key in ("deaths", "injured", "crowd_size")},
                }
                made["places"] = [
                    {"text": p["text"], "name": p["text"], "lat": p["lat"], "lon": p["lon"], "role": "site"}
                    for p in chosen
                ]
                said.append(made)
    return said


@pytest.mark.corpus
def test_figures_are_those_of_the_corpus_own_scorer(shared: Path, tmp_path: Path) -> None:
    folder, scorer = shared / "corpora" / "incidents", shared / "corpora" / "score_incidents.py"
    if not scorer.is_file():
        pytest.skip("the scorer is not there")
    gold = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    articles = list(read_articles(folder))
    for seed in (1, 2, 3, 4):
        said = disturbed(gold, random.Random(seed))
        path = written(tmp_path, "said.jsonl", *said)
        done = subprocess.run(
            [sys.executable, str(scorer), str(folder), str(path), "--json"], capture_output=True, text=True, check=True
        )
        theirs = json.loads(done.stdout)
        read = read_incidents(path)
        rows = [incidents.judge(article, read.get(article.doc_id, []))[0] for article in articles]
        sums = [sum(column) for column in zip(*rows, strict=True)]
        ours, n = incidents.figures(sums), dict(zip(incidents.COUNTS, sums, strict=True))
        for name in ("detection", "strict"):
            assert ours[f"{name}_f1"] == pytest.approx(theirs[name]["F1"]), name
            assert ours[f"{name}_precision"] == pytest.approx(theirs[name]["P"]), name
        for name, other in (
            ("type_accuracy", "type"),
            ("place_accuracy", "place_full"),
            ("date_accuracy", "date_start"),
            ("date_overlap", "date_overlap"),
            ("certainty_accuracy", "certainty"),
            ("attribution_accuracy", "attribution"),
            ("count_accuracy", "counts"),
            ("geo_precision_accuracy", "geo_precision"),
        ):
            assert ours[name] == pytest.approx(theirs[other]["share"]), name
        # Quotes of one sentence fit its incidents equally well, and which is taken for which is anybody's choice.
        assert ours["place_quoted"] == pytest.approx(theirs["place_quoted"]["share"], abs=0.04)
        assert (n["gold"], n["pred"], n["ignored"]) == (theirs["gold"], theirs["pred"], theirs["ignored"])
        assert ours["spurious_counts"] == theirs["spurious_counts"]
        assert (n["false_facts"], n["reported"]) == tuple(theirs["false_facts"].values())
        assert (n["false_points"], n["areas"]) == tuple(theirs["false_points"].values())


# -- incidents against MUC -------------------------------------------------------------------------------------------


def template(kind: str = "ATTACK", *, optional: bool = False, **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"type": kind, "optional": optional, "date": [None], "location": []}
    return base | more


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "certainty": "reported", "places": []} | more


def on_muc(*templates: dict[str, Any], said: list[dict[str, Any]]) -> dict[str, float | None]:
    gold = [muc.read_template(one, "x") for one in templates]
    outcomes = muc.judge(gold, said, lambda name: frozenset({f"gn:{name.lower()}"}))
    return muc.figures(muc.count(outcomes, said, gold))


def test_every_rule_of_the_muc_table_names_what_there_is() -> None:
    known = load_json("event_types.json")["types"]
    table = muc._table()
    assert {rule["type"] for rule in table["rules"]} <= set(known)
    assert {rule["muc"] for rule in table["rules"] if "muc" in rule} == set(table["muc_types"])


@pytest.mark.parametrize(
    ("incident", "kind"),
    [
        (event("abduction"), "KIDNAPPING"),
        (event("explosive", trigger="BOMB"), "BOMBING"),
        (event("property_destruction", trigger="set fire to"), "ARSON"),
        (event("property_destruction", trigger="robbed"), "ROBBERY"),
        (event("property_destruction", trigger="damaged"), None),
        (event("armed_clash"), None),
        (event("political_act"), None),
        (event("abduction", certainty="negated"), None),
        (event("abduction", certainty="planned"), None),
        (event("abduction", certainty="threatened"), "KIDNAPPING"),
    ],
)
def test_what_counts_as_which_muc_type(incident: dict[str, Any], kind: str | None) -> None:
    assert muc.muc_type(incident) == kind


def test_types_are_matched_as_a_multiset() -> None:
    gold = [template("ATTACK"), template("ATTACK"), template("BOMBING"), template("KIDNAPPING")]
    made = on_muc(*gold, said=[event("attack_civilians"), event("explosive"), event("explosive"), event("protest")])
    assert made["type_precision"] == pytest.approx(2 / 3) and made["type_recall"] == pytest.approx(2 / 4)
    assert made["detection_f1"] == 1.0
    either = on_muc(template("BOMBING / ATTACK"), said=[event("attack_civilians")])
    assert either["type_f1"] == 1.0


def test_optional_templates_neither_hurt_nor_help() -> None:
    gold = [template("ATTACK"), template("BOMBING", optional=True)]
    alone = on_muc(*gold, said=[event("attack_civilians")])
    both = on_muc(*gold, said=[event("attack_civilians"), event("explosive")])
    assert alone["type_f1"] == both["type_f1"] == 1.0
    # One attack, a required and an optional template: the required one takes it.
    same = on_muc(template("ATTACK", optional=True), template("ATTACK"), said=[event("attack_civilians")])
    assert same["type_recall"] == 1.0
    only = on_muc(template("ATTACK", optional=True), said=[event("attack_civilians"), event("attack_civilians")])
    assert only["type_precision"] == 0.0 and only["detection_precision"] is None


POINT = [{"kind": "point", "date": "2031-05-04"}]
BEFORE = [{"kind": "on_or_before", "date": "2031-05-04"}]
RANGE = [{"kind": "range", "start": "2031-05-01", "end": "2031-05-04"}]


@pytest.mark.parametrize(
    ("dates", "day", "right"),
    [
        (POINT, "2031-05-04", 1.0),
        (POINT, "2031-05-03", 0.0),
        (POINT, None, 0.0),
        (BEFORE, "2031-05-03", 1.0),
        (BEFORE, "2031-05-05", 0.0),
        (RANGE, "2031-05-02", 1.0),
        (RANGE, "2031-04-30", 0.0),
        ([*POINT, *RANGE], "2031-05-01", 1.0),
        ([{"kind": "point", "date": "2031-05"}], "2031-05-31", 1.0),
        ([{"kind": "point", "date": None}], "2031-05-31", None),
        ([{"kind": "range", "start": "2032-01-01", "end": "2031-05-04"}], "2031-05-31", None),
    ],
)
def test_a_date_is_right_on_its_day_or_in_its_range(dates: list[Any], day: str | None, right: float | None) -> None:
    made = on_muc(template(date=dates), said=[event("attack_civilians", date_start=day)])
    assert made["date_accuracy"] == right
    assert made["date_accuracy_of_given"] == (right if day else None)


@pytest.mark.parametrize(
    ("place", "right"),
    [
        ({"text": "ardvale", "role": "site"}, 1.0),
        ({"text": "the town", "name": "Ardvale", "role": "near"}, 1.0),
        ({"text": "the town", "place_id": "gn:ardvale", "role": "site"}, 1.0),
        ({"text": "Ardvale", "role": "from"}, 0.0),
        ({"text": "Zell", "role": "site"}, 0.0),
    ],
)
def test_a_place_is_right_by_the_most_specific_name(place: dict[str, Any], right: float) -> None:
    chain = [{"name": "ZELL", "kind": "PROVINCE"}, {"name": "ARDVALE", "kind": "TOWN"}]
    gold = template(location=[{"country": "QUORN", "chain": chain}])
    assert on_muc(gold, said=[event("attack_civilians", places=[place])])["place_accuracy"] == right


def test_of_incidents_of_one_type_those_that_agree_are_matched() -> None:
    gold = [template(date=POINT), template(date=[{"kind": "point", "date": "2031-05-01"}])]
    said = [event("attack_civilians", date_start=day) for day in ("2031-05-01", "2031-04-01", "2031-05-04")]
    assert on_muc(*gold, said=said)["date_accuracy"] == 1.0


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ([], "an object"),
        (template("WAR"), "'WAR' is none of MUC's"),
        (template(date="yesterday"), '"date" must be a list'),
        (template(date=[{"kind": "about"}]), '"kind"'),
        (template(location=[{"country": "X"}]), '"chain"'),
    ],
)
def test_bad_templates_are_told(record: object, told: str) -> None:
    with pytest.raises(InputError, match=r"^m, line 3") as caught:
        muc.read_template(record, "m, line 3, incident 1")
    assert told in str(caught.value)


def test_muc_reports_are_measured_from_predictions(tmp_path: Path, gazetteer: Any) -> None:
    class Opened:
        """As much of a session as is asked for."""

        def __init__(self) -> None:
            self.gazetteer = gazetteer

    path = written(
        tmp_path,
        "muc.jsonl",
        {"id": "R1", "text": "A BOMB.", "dct": "----05-04", "incidents": [template("BOMBING", date=POINT)]},
        {"id": "R2", "text": "NOTHING.", "dct": "2031-05-04", "incidents": []},
        {"id": "R3", "text": "HE WAS KIDNAPPED.", "dct": None, "incidents": [template("KIDNAPPING")]},
    )
    source = incidents_source(path)
    assert [row.published for row in source.chosen()] == [None, "2031-05-04", None]
    said = {"R1": [event("explosive", date_start="2031-05-04")], "R2": [event("attack_civilians")]}
    result = evaluate_muc(source, Opened(), predictions=said, options=Options(resamples=20))  # type: ignore[arg-type]
    assert (result["type_precision"], result["type_recall"], result["date_accuracy"]) == (0.5, 0.5, 1.0)
    assert result["classes"]["BOMBING"]["f1"] == 1.0 and result["classes"]["KIDNAPPING"]["recall"] == 0.0
    assert result["errors"]["missed"]["KIDNAPPING"]["count"] == 1
    low, high = result["intervals"]["type_f1"]
    assert low <= 0.5 <= high


# -- event types -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["case", "plover"])
def test_the_table_of_classes_is_whole(scheme: types.Scheme) -> None:
    table = types._table()[scheme]
    known = load_json("event_types.json")["types"]
    named = set(types.classes(scheme))
    assert len(named) == len(table["classes"]) and types.fallback(scheme) in named
    assert {name for names in table["rank"] for name in names} <= named
    assert {rule["class"] for rule in table["rules"]} <= named
    assert {rule["type"] for rule in table["rules"] if "type" in rule} <= set(known)
    if scheme == "case":
        assert len(named) == 30
        # Every type of incident is some class, whatever else is known of it.
        for name, one in known.items():
            sub = (one["acled_sub_events"] or [None])[0]
            assert types.class_of({"type": name, "acled_sub_event": sub}, scheme), name


def test_a_snippet_is_about_what_happened_first_of_the_highest_rank() -> None:
    clash = {"type": "armed_clash", "acled_sub_event": "Armed clash", "certainty": "reported", "quote_start": 0}
    bomb = {"type": "suicide_bombing", "acled_sub_event": "Suicide bomb", "certainty": "reported", "quote_start": 90}
    assert types.main_class([clash, bomb], "case") == "SUIC_BOMB"
    assert types.main_class([clash, bomb | {"certainty": "planned"}], "case") == "ARMED_CLASH"
    assert types.main_class([bomb | {"certainty": "negated"}], "case") == "SUIC_BOMB"
    assert types.main_class([], "case") is None


def snippets(tmp_path: Path) -> Path:
    said = [("1", "ARREST"), ("2", "ARREST"), ("3", "GRENADE"), ("4", "OTHER")]
    return written(tmp_path, "case.jsonl", *({"id": n, "text": f"Text {n}.", "sub_type": name} for n, name in said))


def test_classes_are_counted(tmp_path: Path) -> None:
    source = types_source(snippets(tmp_path))
    classes = {"1": "ARREST", "2": "GRENADE", "3": "GRENADE", "4": None}
    result = evaluate_types(source, None, classes=classes, options=Options(resamples=50))
    arrest, grenade, other = 2 / 3, 2 / 3, 1.0
    assert result["weighted_f1"] == pytest.approx((2 * arrest + grenade + other) / 4)
    assert result["macro_f1"] == pytest.approx((arrest + grenade + other) / 3)
    assert (result["accuracy"], result["untyped"]) == (0.75, 0.25)
    assert result["confusion"] == [{"gold": "ARREST", "said": "GRENADE", "count": 1}]
    assert result["classes"]["GRENADE"]["precision"] == 0.5
    half = evaluate_types(source, None, classes=classes, options=Options(half="odd", limit=1))
    assert half["docs"] == 1 and half["accuracy"] == 1.0
    incident = {"type": "arrest_raid", "acled_sub_event": "Arrests", "certainty": "reported", "places": []}
    coded = evaluate_types(source, None, incidents={"1": [incident], "2": [incident]}, options=Options(resamples=0))
    assert coded["classes"]["ARREST"]["f1"] == 1.0 and coded["untyped"] == 0.5


def test_two_results_of_event_types_are_compared(tmp_path: Path) -> None:
    source = types_source(snippets(tmp_path))
    right = {"1": "ARREST", "2": "ARREST", "3": "GRENADE", "4": "OTHER"}
    old = evaluate_types(source, None, classes={}, options=Options(resamples=0))
    new = evaluate_types(source, None, classes=right, options=Options(resamples=0))
    found = compare(new, old, resamples=50, measure=measure_of(new))
    assert found["differences"]["accuracy"]["difference"] == 0.75 and found["notes"] == []
    low, high = found["differences"]["accuracy"]["interval"]
    assert 0.0 <= low <= 0.75 <= high <= 1.0


# -- event places ----------------------------------------------------------------------------------------------------


def test_words_of_places_are_compared() -> None:
    text = "Shells fell in New Ardvale, near Qorm, not in St. Zell."
    assert len(where.words_in(text, [(15, 26)])) == 2  # New Ardvale
    assert where.words_in(text, [(17, 26)]) == where.words_in(text, [(15, 26)])  # from within a word
    assert where.count(text, [(15, 26)], [(19, 26)]) == (1, 2, 1, 1, 0, 1, 1)
    assert where.count(text, [], []) == (1, 0, 0, 0, 1, 0, 0)
    assert where.nearest([(15, 26), (33, 37)], 0, 6) == [(15, 26)]
    assert where.nearest([(15, 26), (33, 37)], 38, 42) == [(33, 37)] and where.nearest([], 0, 1) == []


def verbs(tmp_path: Path) -> Path:
    text = "Shells fell in Ardvale, officials in Qorm said."
    rows = [
        {"text": text, "verb": spans(text, "fell")[0], "locations": spans(text, "Ardvale")},
        {"text": text, "verb": spans(text, "said")[0], "locations": [{"start": 9, "end": 9, "text": ""}]},
        {"text": "They left.", "verb": {"start": 5, "end": 9}, "locations": []},
    ]
    return written(tmp_path, "verbs.jsonl", *rows)


def test_places_of_verbs_are_counted(tmp_path: Path) -> None:
    source = places_source(verbs(tmp_path))
    said = {1: [(15, 22)], 2: [(37, 41)]}
    result = evaluate_places(source, None, predictions=said, options=Options(resamples=0))
    assert (result["token_precision"], result["token_recall"], result["baseline"]) == (0.5, 1.0, None)
    assert result["token_f1"] == pytest.approx(2 / 3) and result["exact"] == pytest.approx(2 / 3)
    assert result["errors"]["invented"]["a place where none is told"]["examples"][0]["said"] == "Qorm"
    # Both verbs of one sentence are in one half.
    assert [row.row for row in source.chosen("odd")] == [1, 2] and [row.row for row in source.chosen("even")] == [3]


# -- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("2031-05-04", ("2031-05-04", "2031-05-04")),
        ("2031-05-04TMO", ("2031-05-04", "2031-05-04")),
        ("2031-02-30", None),
        ("2031-02", ("2031-02-01", "2031-02-28")),
        ("2031-Q3", ("2031-07-01", "2031-09-30")),
        ("2031-H2", ("2031-07-01", "2031-12-31")),
        ("2031-W02", ("2031-01-06", "2031-01-12")),
        ("2031-W02-WE", ("2031-01-11", "2031-01-12")),
        ("2031", ("2031-01-01", "2031-12-31")),
        ("203", ("2030-01-01", "2039-12-31")),
        ("2031-13", None),
        ("2031-W99", None),
        ("2031-SU", None),
        ("PRESENT_REF", None),
        ("XXXX-05-04", None),
        ("P3D", None),
    ],
)
def test_the_days_of_a_timex_value(value: str, days: tuple[str, str] | None) -> None:
    assert dating.days_of(value) == days


def phrase(text: str, words: str, start: str | None, end: str | None = None, part: str | None = None) -> DateExpression:
    at = text.index(words)
    return DateExpression(
        start=at, end=at + len(words), text=words, date_start=start, date_end=end or start, part_of_day=part
    )


def test_time_phrases_are_judged() -> None:
    text = "On Monday morning, two days ago and in May, for an hour, it rained on Friday."
    marked = [
        ("Monday morning", "TIME", "2031-05-05TMO"),
        ("two days ago", "DATE", "2031-05-04"),
        ("May", "DATE", "2031-05"),
        ("an hour", "DURATION", "PT1H"),
    ]
    gold = [
        dating.read_timex({**spans(text, words)[0], "type": kind, "value": value}, text, "x")
        for words, kind, value in marked
    ]
    found = [
        phrase(text, "Monday morning", "2031-05-05", part="night"),
        phrase(text, "days ago", "2031-05-04"),
        phrase(text, "an hour", "2031-05-05"),
        phrase(text, "Friday", "2031-05-09"),
    ]
    alone = {(gold[2].start, gold[2].end): phrase(text, "May", "2031-05-01", "2031-05-31")}
    judged, invented = dating.judge(gold, found, alone)
    made = dating.figures(dating.count(judged, invented))
    # The day of "Monday morning" is right and its part of the day is not; "May" was read by itself.
    assert made["value_accuracy"] == pytest.approx(2 / 3) and made["day_accuracy"] == 1.0
    assert made["time_accuracy"] == 0.0 and made["value_of_found"] == 0.5
    # "Friday" is one too many; at "an hour" finding something is neither right nor wrong.
    assert [one.text for one in invented] == ["Friday"]
    assert made["span_precision"] == made["span_recall"] == pytest.approx(2 / 3)
    assert made["span_f1_exact"] == pytest.approx(1 / 3) and made["span_value_f1"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("value", "part", "right"),
    [
        ("2031-05-05TNI", "night", True),
        ("2031-05-05TNI", "midnight", True),
        ("2031-05-05TEV", "night", False),
        ("2031-05-05T09:30", "09:30", True),
        ("2031-05-05T09", "09:00", True),
        ("2031-05-05T12:00", "noon", True),
        ("2031-05-05", "morning", True),
    ],
)
def test_the_time_of_the_day_counts_for_a_time(value: str, part: str, right: bool) -> None:
    text = "then"
    gold = dating.read_timex({"start": 0, "end": 4, "type": "TIME", "value": value}, text, "x")
    judged, _ = dating.judge([gold], [phrase(text, "then", "2031-05-05", part=part)], {})
    assert judged[0].days_right and judged[0].value_right is right


def texts(tmp_path: Path) -> Path:
    text = "It rained on Tuesday. The flood of 3 May was worse. The rain went on."
    marked = [
        {**spans(text, "Tuesday")[0], "type": "DATE", "value": "2031-05-06"},
        {**spans(text, "3 May")[0], "type": "DATE", "value": "2031-05-03"},
    ]
    other = "It began yesterday."
    again = [{**spans(other, "yesterday")[0], "type": "DATE", "value": "2031-05-07"}]
    return written(
        tmp_path,
        "texts.jsonl",
        {"id": "t1", "text": text, "dct": "2031-05-08", "timex": marked},
        {"id": "t2", "text": other, "dct": "2031-05-08T09:00:00", "timex": again},
    )


def test_dates_are_measured_in_texts_and_from_files(tmp_path: Path) -> None:
    source = dates_source(texts(tmp_path))
    saved: list[Mapping[str, Any]] = []
    result = evaluate_dates(source, options=Options(resamples=20, save=saved.append))
    assert result["value_accuracy"] == result["span_f1"] == result["span_value_f1"] == 1.0
    assert result["classes"]["weekday"] == {"gold": 1, "found": 1, "right": 1}
    path = written(tmp_path, "said.jsonl", *saved)
    again = evaluate_dates(source, predictions=read_dates(path), options=Options(resamples=20))
    assert again == result
    nothing = evaluate_dates(source, predictions={}, options=Options(resamples=0))
    assert nothing["value_accuracy"] == 0.0 and nothing["errors"]["missed"]["full date"]["count"] == 1


# -- files -----------------------------------------------------------------------------------------------------------


VERB = {"start": 0, "end": 1}


@pytest.mark.parametrize(
    ("reader", "line", "told"),
    [
        (dates_source, "{", "line 2: not JSON"),
        (dates_source, "[]", "line 2: an object"),
        (dates_source, {"id": "z", "text": "x"}, '"timex"'),
        (dates_source, {"id": "z", "text": "ab", "timex": [{"start": 0, "end": 9}]}, "timex 1"),
        (dates_source, {"id": "z", "text": "ab", "timex": [{"start": 0, "end": 2, "text": "ax"}]}, "'ax'"),
        (types_source, {"id": "z", "text": "x"}, '"sub_type"'),
        (types_source, {"id": "z", "text": "x", "sub_type": "WAR"}, "'WAR' is none of"),
        (types_source, {"id": [], "text": "x", "sub_type": "ARREST"}, '"id"'),
        (types_source, {"id": "1", "text": "x", "sub_type": "ARREST"}, "'1' was given to an earlier line"),
        (types_source, {"id": "z", "text": "x", "event": "AGREE"}, "make two files"),
        (places_source, {"text": "x"}, '"verb"'),
        (places_source, {"text": "abc", "verb": VERB}, '"locations" must be a list'),
        (places_source, {"text": "abc", "verb": VERB, "locations": [{"start": 2, "end": 1}]}, "a span has"),
        (incidents_source, {"id": "z", "text": "x"}, "give the folder"),
        (incidents_source, {"id": "z", "text": "x", "incidents": [{"type": "WAR"}]}, "incident 1"),
        (incidents_source, {"id": "z"}, '"text"'),
    ],
)  # fmt: skip
def test_bad_lines_are_told(tmp_path: Path, reader: Callable[[Path], Any], line: Any, told: str) -> None:
    first = {
        dates_source: {"id": "1", "text": "x", "timex": []},
        types_source: {"id": "1", "text": "x", "sub_type": "ARREST"},
        places_source: {"text": "abc", "verb": {"start": 0, "end": 1}, "locations": []},
        incidents_source: {"id": "1", "text": "x", "incidents": []},
    }[reader]
    path = written(tmp_path, "bad.jsonl", first, line)
    with pytest.raises(InputError) as caught:
        reader(path)
    assert "bad.jsonl" in str(caught.value) and told in str(caught.value)


@pytest.mark.parametrize("reader", [dates_source, types_source, places_source, incidents_source])
def test_empty_and_missing_corpora_are_told(tmp_path: Path, reader: Callable[[Path], Any]) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        reader(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="nothing in it"):
        reader(written(tmp_path, "empty.jsonl", ""))


@pytest.mark.parametrize(
    ("reader", "line", "told"),
    [
        (read_incidents, {"type": "riot"}, "doc_id"),
        (read_incidents, {"type": "FeatureCollection", "features": []}, "GeoJSON"),
        (read_incidents, {"doc_id": "1", "places": [3]}, '"places"'),
        (read_classes, {"class": "ARREST"}, "doc_id"),
        (read_dates, {"doc_id": "1"}, '"dates"'),
        (read_dates, {"doc_id": "1", "dates": [{"start": 2, "end": 1}]}, "date 1"),
        (read_dates, {"doc_id": "1", "dates": [{"start": 0, "end": 1, "date_start": 3}]}, "date_start"),
        (read_places, {"row": "1", "places": []}, '"row"'),
        (read_places, {"row": 1, "places": [[1, 2]]}, '"start"'),
    ],
)
def test_bad_predictions_are_told(tmp_path: Path, reader: Callable[[Path], Any], line: Any, told: str) -> None:
    with pytest.raises(InputError, match=r"said\.jsonl, line 1") as caught:
        reader(written(tmp_path, "said.jsonl", line))
    assert told in str(caught.value)


def test_incidents_of_a_document_may_stand_in_one_line(tmp_path: Path) -> None:
    one = {"type": "riot", "certainty": "reported", "places": [{"text": "X", "alternatives": ["a"] * 9}]}
    path = written(tmp_path, "said.jsonl", {"doc_id": 1, "incidents": [one]}, {"doc_id": "1", **one})
    (found,) = read_incidents(path).values()
    assert [incident["type"] for incident in found] == ["riot", "riot"]
    assert found[0]["places"] == [{"text": "X"}]


def test_every_measure_can_make_its_figures_of_nothing() -> None:
    for name, measure in MEASURES.items():
        made = measure.figures([0.0] * len(measure.columns))
        assert set(measure.bootstrapped) <= set(made), name
        assert set(measure.gold) <= set(measure.columns), name
        assert not any(made.values())


# -- the commands ----------------------------------------------------------------------------------------------------


def test_dates_at_the_command_line(tmp_path: Path, cli: Cli) -> None:
    texts(tmp_path)
    done = cli("evaluate", "dates", "texts.jsonl", "--json", "--save", "said.jsonl")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["what"], result["docs"], result["value_accuracy"], result["day_accuracy"]) == ("dates", 2, 1.0, 1.0)
    (tmp_path / "old.json").write_text(done.stdout, "utf-8")
    assert read_result(tmp_path / "old.json", "dates")["texts"] == result
    again = cli("evaluate", "dates", "texts.jsonl", "--predictions", "said.jsonl", "--compare", "old.json")
    assert again.returncode == 0, again.stderr
    assert "class of phrase" in again.stdout and "then" in again.stdout and "+0.000" not in again.stdout
    half = cli("evaluate", "dates", "texts.jsonl", "--half", "even", "--json")
    assert list(json.loads(half.stdout)["per_document"]["rows"]) == ["t2"]


def test_incidents_at_the_command_line(folder: Path, tmp_path: Path, cli: Cli) -> None:
    gold = gold_article()["incidents"]
    written(tmp_path, "said.jsonl", *map(answer, gold[:2]), answer(gold[2], geo_precision=1))
    done = cli("evaluate", "incidents", "gold", "--predictions", "said.jsonl")
    assert done.returncode == 0, done.stderr
    assert "gold: 1 documents" in done.stdout and "false points" in done.stdout
    assert "armed_clash" in done.stdout and "Fighting went on" in done.stdout
    single = cli("evaluate", "incidents", "gold/a.json", "--predictions", "said.jsonl", "--json")
    assert json.loads(single.stdout)["false_points"] == 1


@pytest.mark.model
def test_the_pipeline_at_the_command_line(folder: Path, tmp_path: Path, cli: Cli) -> None:
    done = cli("evaluate", "incidents", "gold", "--json", "--save", "said.jsonl", "--only-shipped")
    assert done.returncode == 0, done.stderr
    saved = cli("evaluate", "incidents", "gold", "--json", "--predictions", "said.jsonl", "--only-shipped")
    one, other = json.loads(done.stdout), json.loads(saved.stdout)
    assert one["docs"] == 1 and {"detection_f1", "place_accuracy", "date_accuracy"} <= set(one)
    for result in (one, other):
        for key in ("recognizer", "min_score"):
            del result[key]
    assert one == other
    verbs(tmp_path)
    text = "Protesters burned two cars in Belgrade on Friday, an official in London said."
    verb = [{"text": text, "verb": spans(text, "burned")[0], "locations": spans(text, "Belgrade")}]
    written(tmp_path, "places.jsonl", *verb)
    places = json.loads(cli("evaluate", "event-places", "places.jsonl", "--json", "--only-shipped").stdout)
    assert (places["token_f1"], places["exact"], places["baseline"]["token_f1"]) == (1.0, 1.0, 1.0)
    written(tmp_path, "case.jsonl", {"id": 1, "text": text, "sub_type": "PROPERTY_DISTRUCT"})
    kinds = json.loads(cli("evaluate", "event-types", "case.jsonl", "--json", "--only-shipped").stdout)
    assert kinds["docs"] == 1 and kinds["accuracy"] in (0.0, 1.0)


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["dates", "texts.jsonl", "--save", "a", "--predictions", "b"], 2, "contradict"),
        (["dates", "texts.jsonl", "--online", "nominatim"], 2, "asks nobody"),
        (["dates", "texts.jsonl", "--learn-home"], 2, "no source to learn from"),
        (["dates", "texts.jsonl", "texts.jsonl"], 2, "twice"),
        (["dates", "texts.jsonl", "--limit", "0"], 2, "less than 1"),
        (["dates", "texts.jsonl", "--examples", "-1"], 2, "0 or more"),
        (["dates", "texts.jsonl", "--save", "texts.jsonl"], 2, "is an input"),
        (["dates", "none.jsonl"], 1, "none.jsonl: cannot be read"),
        (["event-types", "texts.jsonl"], 1, "sub_type"),
        (["incidents", "texts.jsonl"], 1, '"incidents"'),
        (["event-places", "texts.jsonl"], 1, '"verb"'),
        (["dates", "texts.jsonl", "--compare", "texts.jsonl"], 1, "not JSON"),
        (["dates", "texts.jsonl", "--compare", "other.json"], 1, "no result of 'geomap evaluate dates --json'"),
    ],
)
def test_wrong_use_is_told(tmp_path: Path, cli: Cli, options: list[str], code: int, told: str) -> None:
    texts(tmp_path)
    (tmp_path / "other.json").write_text('{"corpus": "x", "acc161_all": 0.5}', "utf-8")
    done = cli("evaluate", *options)
    assert done.returncode == code and told in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert done.stdout == ""


def test_examples_cannot_steer_a_terminal(tmp_path: Path, cli: Cli) -> None:
    text = "It rained in mid\x1b[31m-May, on the 40th of June."
    marked = [{**spans(text, "40th of June")[0], "type": "DATE", "value": "2031-06-04"}]
    written(tmp_path, "texts.jsonl", {"id": "\x1b[2J", "text": text, "dct": "2031-05-08", "timex": marked})
    done = cli("evaluate", "dates", "texts.jsonl")
    assert done.returncode == 0 and "\x1b" not in done.stdout and "\\x1b[31m" in done.stdout
