"""Evaluation: the figures on documents whose right answers are known by construction, and the readers of corpora."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geomap.errors import InputError, UsageError
from geomap.evaluation import Document, Gold, Predicted, compare, evaluate_toponyms, read_corpus, read_predictions
from geomap.evaluation.measures import (
    BOOTSTRAPPED,
    COUNTS,
    Judged,
    figures,
    intervals,
    judge,
    match,
    percentiles,
    reliability,
    resampled,
    summary,
)
from geomap.evaluation.running import Areas
from geomap.pipeline import Session
from geomap.records import Place
from geomap.settings import Settings

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def never(place: Place, lat: float, lon: float) -> bool:
    return False


def gold(start: int, end: int, lat: float | None = None, lon: float | None = None, **more: Any) -> Gold:
    return Gold(start=start, end=end, text="x" * (end - start), lat=lat, lon=lon, **more)


def said(start: int, end: int, lat: float | None = None, lon: float | None = None, **more: Any) -> Predicted:
    return Predicted(start=start, end=end, lat=lat, lon=lon, **more)


def document(*toponyms: Gold, number: int = 1) -> Document:
    return Document(doc_id=f"d{number}", number=number, text="x" * 400, toponyms=toponyms)


# -- measures --------------------------------------------------------------------------------------------------------


def test_the_larger_overlap_is_matched_first_and_each_once() -> None:
    spans = [gold(0, 10), gold(12, 20)]
    assert match(spans, [said(8, 20), said(0, 9)]) == [(0, 1), (1, 0)]
    assert match(spans, [said(10, 12), said(20, 30)]) == []
    assert match(spans, [said(0, 10), said(12, 19)], exact=True) == [(0, 0)]
    # Two predictions on one name: the one of like length, the other is left over.
    assert match([gold(0, 10)], [said(0, 30), said(0, 12)]) == [(0, 1)]


def test_a_long_gold_span_that_began_earlier_is_found() -> None:
    spans = [gold(0, 100), gold(10, 12), gold(20, 22)]
    assert match(spans, [said(50, 60)]) == [(0, 0)]


def test_every_figure_of_a_small_document() -> None:
    doc = document(
        gold(0, 5, 10.0, 10.0, geonameid="1"),  # right
        gold(10, 15, 10.0, 10.0, geonameid="2"),  # far, but the same id
        gold(20, 25, 10.0, 10.0),  # far
        gold(30, 35, 10.0, 10.0),  # found, no place
        gold(40, 45),  # found; no coordinates to judge by
        gold(50, 55, 10.0, 10.0),  # missed
    )
    made = judge(
        doc,
        [
            said(0, 5, 10.5, 10.0, score=0.95),
            said(10, 15, 20.0, 10.0, geonameid="2", score=0.85),
            said(20, 24, 30.0, 10.0, score=0.35),
            said(30, 35, score=0.1),
            said(40, 45, 10.0, 10.0, score=0.9),
            said(60, 65, 10.0, 10.0, score=0.55),  # invented
        ],
        never,
    )
    result = summary([made])
    assert (result["gold"], result["gold_coords"], result["pred"], result["matched"]) == (6, 5, 6, 5)
    assert result["P"] == result["R"] == result["F1"] == pytest.approx(5 / 6)
    assert result["P_exact"] == pytest.approx(4 / 6)
    assert result["acc161_all"] == pytest.approx(1 / 5)
    assert result["acc161_id"] == result["acc161_contained"] == pytest.approx(2 / 5)
    assert result["acc161_rec"] == pytest.approx(1 / 3)
    assert result["coverage"] == pytest.approx(3 / 5)
    assert result["pins"] == 4  # not the one on the name without coordinates
    assert result["P161"] == pytest.approx(1 / 4)
    assert result["P_contained"] == pytest.approx(2 / 4)
    assert result["F1_161"] == pytest.approx(2 * 0.25 * 0.2 / 0.45)
    assert result["median_km"] == pytest.approx(1111.95, abs=0.1)
    assert result["mean_km"] == pytest.approx((55.6 + 1111.95 + 2223.9) / 3, abs=0.1)
    # Bins .9 (right), .8 (right by id), .5 and .3 (wrong), of a pin each.
    assert result["ece"] == pytest.approx((0.05 + 0.15 + 0.55 + 0.35) / 4)
    assert result["ece_strict"] == pytest.approx((0.05 + 0.85 + 0.55 + 0.35) / 4)
    assert (result["right_at_80"], result["right_at_80_strict"]) == (1.0, 0.5)
    assert result["pins_at_80"] == pytest.approx(2 / 4)
    table = reliability([made])
    assert [one["pins"] for one in table] == [0, 0, 0, 1, 0, 1, 0, 0, 1, 1]
    assert table[8]["right"] == 1.0 and table[8]["right_strict"] == 0.0 and table[0]["right"] is None


def test_the_bins_have_their_lower_ends() -> None:
    doc = document(*(gold(10 * n, 10 * n + 5, 0.0, 0.0) for n in range(11)))
    made = judge(doc, [said(10 * n, 10 * n + 5, 0.0, 0.0, score=n / 10) for n in range(11)], never)
    assert [one["pins"] for one in reliability([made])] == [1] * 9 + [2]


def test_nothing_predicted_and_nothing_annotated() -> None:
    empty = summary([judge(document(gold(0, 5, 0.0, 0.0)), [], never)])
    assert empty["P"] is None and empty["R"] == 0.0 and empty["F1"] == 0.0
    assert empty["acc161_all"] == 0.0 and empty["P161"] is None and empty["median_km"] is None
    assert summary([judge(document(), [], never)])["acc161_all"] is None
    assert summary([])["docs"] == 0
    json.dumps([empty], allow_nan=False)


def test_without_demonyms_neither_they_nor_what_lies_on_marked_ones_counts() -> None:
    doc = document(gold(0, 5, 0.0, 0.0), gold(10, 15, 0.0, 0.0, type="Demonym"))
    predicted = [said(0, 5, 0.0, 0.0), said(10, 15, 0.0, 0.0), said(20, 25, 0.0, 0.0, kind="demonym")]
    without = summary([judge(doc, predicted, never, no_demonyms=True)])
    assert (without["gold"], without["pred"], without["matched"]) == (1, 1, 1)
    assert summary([judge(doc, predicted, never)])["pred"] == 3


def some_documents(count: int) -> list[Judged]:
    """Documents of six toponyms, of which a growing share is right."""
    made = []
    for number in range(count):
        spans = [gold(10 * n, 10 * n + 5, 0.0, 0.0) for n in range(6)]
        predicted = [
            said(10 * n, 10 * n + 5, 0.0 if n <= number % 7 else 50.0, 0.0, score=(n + 1) / 7) for n in range(6)
        ]
        made.append(judge(document(*spans, number=number), predicted, never))
    return made


def test_intervals_hold_the_figure_and_narrow_with_more_documents() -> None:
    few, many = some_documents(14), some_documents(140)
    value = summary(few)["acc161_all"]
    narrow, wide = intervals(many, 300)["acc161_all"], intervals(few, 300)["acc161_all"]
    assert narrow is not None and wide is not None
    assert wide[0] < narrow[0] < value < narrow[1] < wide[1]
    # The standard error of a mean falls with the root of ten.
    assert 2.2 < (wide[1] - wide[0]) / (narrow[1] - narrow[0]) < 4.2
    assert intervals(few, 300) == intervals(few, 300)
    assert set(intervals(few, 10)) == set(BOOTSTRAPPED)
    assert intervals(few[:1]) == {}


def test_percentiles_and_resamples() -> None:
    assert percentiles([None, *range(41)]) == [1, 39]
    assert percentiles([None]) is None
    rows = [[1.0, 2.0], [3.0, 4.0]]
    assert all(sums[1] - sums[0] == 2.0 for sums in resampled(rows, 20))
    assert len(figures([0.0] * len(COUNTS))) == len(set(figures([0.0] * len(COUNTS))))


def scorer(shared: Path) -> Any:
    spec = importlib.util.spec_from_file_location("scorer", shared / "corpora" / "score_toponyms.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_figures_are_those_of_the_corpora_s_own_scorer(shared: Path) -> None:
    """On gold that is jumbled at random: moved, dropped, invented, without coordinates, nested, tied."""
    chance = random.Random(4)
    documents, records = [], []
    predictions: dict[str, list[Predicted]] = {}
    for number in range(60):
        toponyms = []
        for _ in range(chance.randrange(12)):
            start = chance.randrange(380)
            here = (chance.uniform(-60, 60), chance.uniform(-170, 170)) if chance.random() < 0.8 else (None, None)
            kind = chance.choice([None, "Literal", "Demonym"])
            toponyms.append(gold(start, start + chance.randrange(1, 20), *here, geonameid=str(number), type=kind))
        doc = document(*toponyms, number=number)
        found = []
        for one in toponyms:
            if chance.random() < 0.8:
                start = max(0, one.start + chance.randrange(-3, 4))
                lat, lon = (one.lat, one.lon) if chance.random() < 0.8 else (None, None)
                if lat is not None:
                    lat += chance.choice([0.0, 1.0, 1.4479, 3.0])
                identity = str(number) if chance.random() < 0.5 else None
                found.append(said(start, start + chance.randrange(1, 20), lat, lon, geonameid=identity))
        found += [said(n, n + 4, 1.0, 1.0) for n in range(0, chance.randrange(40), 13)]
        documents.append(doc)
        predictions[doc.doc_id] = found
        records.append(
            {
                "doc_id": doc.doc_id,
                "text": doc.text,
                "toponyms": [{name: getattr(one, name) for name in Gold.__slots__} for one in toponyms],
            }
        )
    lines = [
        {
            "doc_id": doc_id,
            "toponyms": [
                {name: getattr(one, name) for name in ("start", "end", "lat", "lon", "geonameid")} for one in found
            ],
        }
        for doc_id, found in predictions.items()
    ]
    theirs_of = scorer(shared).evaluate
    for no_demonyms in (False, True):
        ours = summary([judge(one, predictions[one.doc_id], never, no_demonyms=no_demonyms) for one in documents])
        theirs = theirs_of(records, lines, no_demonyms=no_demonyms)
        exact = theirs_of(records, lines, exact=True, no_demonyms=no_demonyms)
        for name, value in theirs.items():
            if name != "stray_docs":
                assert ours[name] == pytest.approx(value, abs=1e-9), name
        assert ours["F1_exact"] == pytest.approx(exact["F1"], abs=1e-12)
        assert 0.1 < ours["acc161_all"] < 0.9 and ours["acc161_all"] < ours["acc161_id"]


# -- areas -----------------------------------------------------------------------------------------------------------


def test_which_areas_hold_a_point(gazetteer: Any) -> None:
    areas = Areas(gazetteer)
    france = gazetteer.country("FR")
    assert areas.contains(france, 43.6, 1.44)  # Toulouse
    assert areas.contains(france, 42.04, 9.01)  # Corsica
    assert not areas.contains(france, 50.85, 4.35)  # Brussels
    ohio = next(c.place for c in gazetteer.candidates("Ohio") if c.place.feature_code == "ADM1")
    assert areas.contains(ohio, 39.96, -83.0)  # Columbus
    assert not areas.contains(ohio, 39.77, -86.16)  # Indianapolis
    assert not areas.contains(ohio, 0.0, -30.0)  # in the ocean
    town = next(c.place for c in gazetteer.candidates("Toulouse") if c.place.feature_class == "P")
    assert not areas.contains(town, town.lat, town.lon)
    region = Place(
        id="x:1", name="X", lat=0.0, lon=0.0, feature_class="L", feature_code="RGN", radius_km=200.0, country_code="GA"
    )
    assert areas.contains(region, 0.0, 1.7) and not areas.contains(region, 0.0, 1.9)


def test_a_point_at_sea_is_a_country_s_within_its_radius() -> None:
    country = Place(
        id="x:2", name="Y", lat=0.0, lon=0.0, feature_class="A", feature_code="PCLI", radius_km=300.0, country_code="YY"
    )
    areas = Areas(None, lambda lat, lon: None)  # type: ignore[arg-type]
    assert areas.contains(country, 0.0, 2.0) and not areas.contains(country, 0.0, 3.0)


# -- corpora ---------------------------------------------------------------------------------------------------------

LGL = """<?xml version="1.0" encoding="utf-8"?>
<articles><article docid="77"><title>Head</title><url>http://paper.example/1</url>
<text><![CDATA[Rain fell on Lyon & Čačak.]]></text>
<toponyms>
<toponym><start>13</start><end>17</end><phrase>Lyon</phrase><gaztag geonameid="2996944"><name>Lyon</name>
<fcode>PPLA</fcode><lat>45.75</lat><lon>4.85</lon><country geonameid="3017382">France</country></gaztag></toponym>
<toponym><start>20</start><end>25</end><phrase>Čačak</phrase></toponym>
</toponyms></article></articles>"""
GEOWEBNEWS = """<articles><article><text>Irish monks built a church in Bobbio.</text><toponyms>
<toponym><extractedName>Irish</extractedName><type>Demonym</type><start>0</start><end>5</end>
<geonamesID>2963597</geonamesID><latitude>53.0</latitude><longitude>-8.0</longitude></toponym>
<toponym><extractedName>church</extractedName><type>Literal_Expression</type><start>20</start><end>26</end></toponym>
<toponym><extractedName>Bobbio</extractedName><type>Literal</type><start>30</start><end>36</end>
<geonamesID/><latitude>44.77</latitude><longitude>9.39</longitude></toponym>
</toponyms></article></articles>"""
GEOVIRUS = """<articles><article source="x"><text>Cases rose in Kano, not in Jos.</text><locations>
<location><name>Kano</name><start>15</start><end>19</end><lat>12.0</lat><lon>8.5</lon><page>p</page></location>
<location><name>Jos</name><start>27</start><end>30</end><lat>9.9</lat><lon>8.9</lon></location>
<location><name>Abuja</name><start>1</start><end>6</end><lat>9.1</lat><lon>7.5</lon></location>
</locations></article></articles>"""
WIKTOR = """<pages><page number="3"><pageTitle>Paris, Texas</pageTitle><toponymName>Paris</toponymName>
<lat>33.66</lat><lon>-95.55</lon><text>Paris is no Paris.</text><toponymIndices>
<toponym><start>0</start><end>5</end></toponym><toponym><start>12</start><end>17</end></toponym>
</toponymIndices></page></pages>"""


def written(tmp_path: Path, text: str | bytes, name: str = "corpus.xml") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def test_lgl_and_tr_news(tmp_path: Path) -> None:
    corpus = read_corpus(written(tmp_path, LGL))
    (doc,) = corpus.documents
    assert (doc.doc_id, doc.title, doc.url) == ("77", "Head", "http://paper.example/1")
    first, second = doc.toponyms
    assert (first.text, first.lat, first.lon, first.geonameid) == ("Lyon", 45.75, 4.85, "2996944")
    assert (second.text, second.lat, second.geonameid) == ("Čačak", None, None)
    assert (corpus.moved, corpus.left_out) == (0, 0) and len(corpus.sha256) == 64


def test_geowebnews(tmp_path: Path) -> None:
    corpus = read_corpus(written(tmp_path, GEOWEBNEWS))
    (doc,) = corpus.documents
    assert [(one.text, one.type, one.geonameid) for one in doc.toponyms] == [
        ("Irish", "Demonym", "2963597"),
        ("Bobbio", "Literal", None),
    ]
    assert doc.doc_id == "1" and corpus.not_names == 1 and doc.toponyms[1].lon == 9.39


def test_geovirus_counts_from_one(tmp_path: Path) -> None:
    corpus = read_corpus(written(tmp_path, GEOVIRUS))
    (doc,) = corpus.documents
    assert [(one.text, one.start) for one in doc.toponyms] == [("Kano", 14), ("Jos", 27)]
    assert (corpus.moved, corpus.left_out) == (1, 1)


def test_wiktor_has_one_place_a_page(tmp_path: Path) -> None:
    (doc,) = read_corpus(written(tmp_path, WIKTOR)).documents
    assert doc.doc_id == "3"
    assert [(one.start, one.end, one.lat, one.lon) for one in doc.toponyms] == [
        (0, 5, 33.66, -95.55),
        (12, 17, 33.66, -95.55),
    ]


LINE = {
    "doc_id": "a",
    "text": "From Lyon.",
    "toponyms": [{"start": 5, "end": 9, "text": "Lyon", "lat": 45.75, "lon": 4.85, "geonameid": 2996944}],
}


def test_json_lines(tmp_path: Path) -> None:
    lines = b"\xef\xbb\xbf" + json.dumps(LINE).encode() + b"\r\n\r\n" + json.dumps({**LINE, "doc_id": 7}).encode()
    corpus = read_corpus(written(tmp_path, lines, "c.jsonl"))
    assert [(one.doc_id, one.number) for one in corpus.documents] == [("a", 1), ("7", 2)]
    assert corpus.documents[0].toponyms[0].geonameid == "2996944"
    assert corpus.name == "c"


def line(**changes: Any) -> str:
    return json.dumps({**LINE, **changes})


def toponym(**changes: Any) -> str:
    return line(toponyms=[{**LINE["toponyms"][0], **changes}])  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{line()}\n{line()}", "line 2.*'a' is that of line 1"),
        (f"{line()}\n{{", "line 2.*not JSON"),
        (line(text=3), 'line 1.*"text"'),
        ('{"doc_id": "a", "text": "b"}', 'line 1.*"toponyms"'),
        (line(toponyms=["Lyon"]), "line 1, toponym 1.*start"),
        (toponym(start="5"), "toponym 1.*whole numbers"),
        (toponym(lat=95.0), "toponym 1.*lat 95.0"),
        (toponym(lat=None), "toponym 1.*give both, or neither"),
        (toponym(lat=True), "no numbers"),
        ("name,lat\nLyon,45", "neither JSON Lines nor XML"),
        ("", "neither"),
        ("<articles>", "line 1.*well-formed"),
        ("<articles/>", "no document"),
        ("<html/>", "begins no corpus"),
        (LGL.replace("<start>13", "<start>x"), "line 5.*whole numbers"),
        (LGL.replace("<lat>45.75", "<lat>145.75"), "line 5.*145.75"),
        ('<!DOCTYPE articles [<!ENTITY a "b">]>' + LGL.partition("\n")[2], "document type"),
    ],
)
def test_a_bad_corpus_is_named_with_line_and_remedy(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=told) as caught:
        read_corpus(path)
    assert str(path) in str(caught.value)


def test_no_entity_brings_in_a_file_or_grows(tmp_path: Path) -> None:
    secret = written(tmp_path, "hidden", "secret.txt")
    for entity in (f'<!ENTITY e SYSTEM "{secret.as_uri()}">', '<!ENTITY e "&f;&f;"><!ENTITY f "ha">'):
        hostile = f"<!DOCTYPE articles [{entity}]><articles><article><text>&e;</text></article></articles>"
        with pytest.raises(InputError, match="document type"):
            read_corpus(written(tmp_path, hostile))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl"):
        read_corpus(tmp_path / "none.jsonl")


# -- predictions -----------------------------------------------------------------------------------------------------


def test_predictions_of_a_file(tmp_path: Path) -> None:
    place = Place(id="gn:5", name="A", lat=1.0, lon=2.0, feature_class="A", feature_code="PCLI")
    record = {
        "doc_id": 1,
        "toponyms": [
            {"start": 0, "end": 4, "text": "Lyon", "lat": 1, "lon": 2, "geonameid": 5, "score": 0.5, "kind": "place"},
            {"start": 6, "end": 9, "lat": None, "lon": None},
        ],
    }
    asked: list[str] = []

    def by_id(identity: str) -> Place:
        asked.append(identity)
        return place

    found = read_predictions(written(tmp_path, json.dumps(record)), by_id)
    first, second = found["1"]
    assert (first.lat, first.geonameid, first.score, first.place) == (1.0, "5", 0.5, place)
    assert asked == ["gn:5"] and not second.resolved and second.score is None


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"doc_id": "a"}',
        '{"doc_id": "a", "toponyms": [{"start": 4, "end": 2}]}',
        '{"doc_id": "a", "toponyms": [{"start": 0, "end": 2, "lat": "x", "lon": 1}]}',
        '{"doc_id": "a", "toponyms": [{"start": 0, "end": 2, "lat": NaN, "lon": 1}]}',
    ],
)
def test_bad_predictions_are_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"corpus\.xml, line 1"):
        read_predictions(written(tmp_path, text), lambda _: None)


# -- running ---------------------------------------------------------------------------------------------------------


def corpus_of(tmp_path: Path, *texts: tuple[str, dict[str, tuple[float, float] | None]]) -> Path:
    lines = []
    for number, (text, places) in enumerate(texts, 1):
        toponyms = [
            {
                "start": text.index(name),
                "end": text.index(name) + len(name),
                "text": name,
                "lat": at and at[0],
                "lon": at and at[1],
            }
            for name, at in places.items()
        ]
        lines.append(json.dumps({"doc_id": f"t{number}", "text": text, "toponyms": toponyms}))
    return written(tmp_path, "\n".join(lines) + "\n", "small.jsonl")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return corpus_of(
        tmp_path,
        ("Police in Lyon and Marseille met.", {"Lyon": (45.75, 4.85), "Marseille": (43.3, 5.37)}),
        ("Troops left Aleppo for Damascus on Monday.", {"Aleppo": (36.2, 37.16), "Damascus": (33.51, 36.29)}),
        ("Turkish trucks crossed into Germany.", {"Turkish": (39.0, 35.0), "Germany": (54.5, 9.5)}),
        ("They came to Qwyzzburgh.", {"Qwyzzburgh": (10.0, 10.0)}),
    )


@pytest.fixture
def session() -> Any:
    with Session(Settings(model="gazetteer", own_places=False)) as opened:
        yield opened


def test_the_pipeline_is_run_and_measured(small: Path, session: Session) -> None:
    result = evaluate_toponyms(read_corpus(small), session, resamples=50)
    assert result["docs"] == 4 and result["gold"] == 7 and result["recognizer"] == "gazetteer"
    assert result["F1"] > 0.85
    # The corner of Germany that the "corpus" names is 400 km from its middle: by containment only.
    assert result["acc161_contained"] > result["acc161_all"] >= 5 / 7
    wrong = result["errors"]["wrong"]
    assert [one["count"] for name, one in wrong.items() if name.startswith("the right place")] == [1]
    (example,) = next(iter(wrong.values()))["examples"]
    assert example["name"] == "Germany" and example["text"] == "Germany" and 300 < example["km"] < 500
    assert set(result["per_document"]["rows"]) == {"t1", "t2", "t3", "t4"}
    assert result["baseline"]["own_spans"]["acc161_all"] >= 4 / 7
    json.dumps(result, allow_nan=False)


def test_gold_spans_are_resolved_without_recognition(small: Path, session: Session) -> None:
    result = evaluate_toponyms(read_corpus(small), session, gold_spans=True, resamples=0)
    assert result["F1"] == 1.0 and result["pred"] == 7
    assert result["acc161_all"] == pytest.approx(5 / 7)  # all but the corner of Germany and what nobody knows
    assert result["coverage"] == pytest.approx(6 / 7)
    assert result["intervals"] == {} and "own_spans" not in result["baseline"]
    assert list(result["errors"]["withheld"]) == ["rule nil"]
    without = evaluate_toponyms(read_corpus(small), session, gold_spans=True, no_demonyms=True, resamples=0)
    assert without["pred"] == 6 and list(without["errors"]["missed"]) == ["a demonym"]


def test_halves_share_nothing(small: Path, session: Session) -> None:
    corpus = read_corpus(small)
    rows = [
        set(evaluate_toponyms(corpus, session, gold_spans=True, half=half, resamples=0)["per_document"]["rows"])
        for half in ("odd", "even")
    ]
    assert rows == [{"t1", "t3"}, {"t2", "t4"}]
    with pytest.raises(UsageError):
        evaluate_toponyms(corpus, session, gold_spans=True, half="third")


def test_given_predictions_are_measured_and_cut_at_the_minimum(small: Path) -> None:
    given = {
        "t1": [said(10, 14, 45.75, 4.85, score=0.9), said(19, 28, 43.3, 5.37, score=0.4)],
        "elsewhere": [said(0, 4)],
    }
    with Session(Settings(own_places=False)) as plain, Session(Settings(own_places=False, min_score=0.5)) as strict:
        every = evaluate_toponyms(read_corpus(small), plain, predictions=given, resamples=0)
        sure = evaluate_toponyms(read_corpus(small), strict, predictions=given, resamples=0)
    assert (every["pins"], sure["pins"]) == (2, 1)
    assert every["stray_docs"] == 1 and every["recognizer"] is None
    assert sure["matched"] == 2 and list(sure["errors"]["withheld"]) == ["rule min_score"]


def test_a_comparison_is_paired(small: Path, session: Session) -> None:
    corpus = read_corpus(small)
    new = evaluate_toponyms(corpus, session, gold_spans=True, resamples=0)
    same = compare(new, new, resamples=100)
    assert same["notes"] == []
    assert all(one["difference"] == 0 for one in same["differences"].values())
    assert same["differences"]["acc161_all"]["interval"] == [0.0, 0.0]
    nothing = evaluate_toponyms(corpus, session, predictions={}, resamples=0)
    better = compare(new, nothing, resamples=100)
    gain = better["differences"]["acc161_all"]
    assert gain["difference"] == pytest.approx(5 / 7) and 0 < gain["interval"][0] <= gain["difference"]
    assert any(note.startswith("gold_spans") for note in better["notes"])
    other = compare(new, {**new, "per_document": {}}, resamples=100)
    assert "interval" not in other["differences"]["acc161_all"] and "no intervals" in other["notes"][-1]


# -- the command -----------------------------------------------------------------------------------------------------


def test_the_command_prints_tables_and_json(small: Path, cli: Cli, tmp_path: Path) -> None:
    base = ["evaluate", "toponyms", "small.jsonl", "--gold-spans", "--only-shipped"]
    done = cli(*base, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["acc161_all"] == pytest.approx(5 / 7) and result["corpus"] == "small"
    assert cli(*base, "--json").stdout == done.stdout
    (tmp_path / "old.json").write_text(done.stdout, "utf-8")
    shown = cli(*base, "--compare", "old.json")
    assert shown.returncode == 0, shown.stderr
    assert "within 161 km, of all gold" in shown.stdout and "0.714" in shown.stdout
    assert "then" in shown.stdout and "Qwyzzburgh" in shown.stdout


def test_several_corpora_are_kept_apart(small: Path, cli: Cli, tmp_path: Path) -> None:
    written(tmp_path, LGL, "tiny.xml")
    done = cli("evaluate", "toponyms", "small.jsonl", "tiny.xml", "--gold-spans", "--json", "--only-shipped")
    assert done.returncode == 0, done.stderr
    assert {name: one["docs"] for name, one in json.loads(done.stdout)["corpora"].items()} == {"small": 4, "tiny": 1}


def test_the_command_scores_what_toponyms_wrote(small: Path, cli: Cli) -> None:
    options = ["--recognizer", "gazetteer", "--only-shipped"]
    assert cli("toponyms", "small.jsonl", "-o", "said.jsonl", *options).returncode == 0
    ran = cli("evaluate", "toponyms", "small.jsonl", "--json", *options)
    read = cli("evaluate", "toponyms", "small.jsonl", "--json", "--predictions", "said.jsonl", "--only-shipped")
    assert read.returncode == 0, read.stderr
    one, other = json.loads(ran.stdout), json.loads(read.stdout)
    for result in (one, other):
        for key in ("recognizer", "errors"):  # which name an invented one lies inside is not in the file
            del result[key]
    assert one == other


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["small.jsonl", "--gold-spans", "--predictions", "x"], 2, "contradict"),
        (["small.jsonl", "--online", "nominatim"], 2, "asks nobody"),
        (["small.jsonl", "small.jsonl"], 2, "twice"),
        (["small.jsonl", "--compare", "small.jsonl"], 1, "not JSON"),
        (["none.jsonl"], 1, "none.jsonl: cannot be read"),
        (["small.jsonl", "--half", "third"], 2, "odd"),
    ],
)
def test_wrong_use_is_told(small: Path, cli: Cli, options: list[str], code: int, told: str) -> None:
    done = cli("evaluate", "toponyms", *options)
    assert done.returncode == code and told in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""


def test_examples_cannot_steer_a_terminal(cli: Cli, tmp_path: Path) -> None:
    corpus_of(tmp_path, ("They came to Qwy\x1b[31mzzburgh.", {"Qwy\x1b[31mzzburgh": (10.0, 10.0)}))
    done = cli("evaluate", "toponyms", "small.jsonl", "--gold-spans", "--only-shipped")
    assert done.returncode == 0 and "\x1b" not in done.stdout and "\\x1b[31m" in done.stdout
