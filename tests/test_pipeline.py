"""The order of the stages and what happens when one fails; the stages here are stand-ins."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

import geomap
from geomap.errors import GeomapError, InputError, OutputError, StageError, UsageError
from geomap.pipeline import (
    Session,
    default_output,
    extract_incidents,
    is_located,
    map_articles,
    process_article,
    toponyms_record,
)
from geomap.records import UNLIKELY, Article, Attribution, Incident, IncidentPlace, Mention, Place, Resolution
from geomap.settings import Settings

TOWN = Place(
    id="gn:1",
    name="Ebenstadt",
    lat=10.0,
    lon=20.0,
    feature_class="P",
    feature_code="PPL",
    country_code="XX",
    population=5,
)


class Gazetteer:
    def close(self) -> None:
        pass

    def near(self, lat: float, lon: float, radius_km: float, *, limit: int = 50) -> list[Place]:
        return [TOWN]


def incident(article: Article) -> Incident:
    return Incident(
        incident_id=f"i-{article.doc_id}",
        doc_id=article.doc_id,
        type="protest",
        places=(IncidentPlace(start=0, end=1, text="E", role="site", lat=10.0, lon=20.0),),
        quote=article.text,
        quote_start=0,
        quote_end=len(article.text),
        certainty="reported",
        attribution=Attribution(source=None, level="stated"),
        geo_precision=1,
    )


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Every stage replaced by a small one; a test may replace any of them again."""
    written: list[Any] = []

    def install(module: str, **functions: Any) -> None:
        stand_in = ModuleType(f"geomap.{module}")
        # Its parts are the real ones.
        stand_in.__path__ = [str(Path(geomap.__file__).with_name(module))]
        for name, function in functions.items():
            setattr(stand_in, name, function)
        monkeypatch.setitem(sys.modules, f"geomap.{module}", stand_in)

    def read(inputs: Any, *, published: str | None = None, on_error: Any = None, **_: object) -> Any:
        for name in inputs:
            if str(name).startswith("bad"):
                error = InputError(f"{name}: is bad")
                if on_error is None:
                    raise error
                on_error(error)
            else:
                yield Article(doc_id=str(name), text=f"In {name}.", published=published)

    def save(made: Any, path: Path) -> Path:
        written.append(made)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<html></html>")
        return path

    def mentions(article: Article, gazetteer: Any, doc: Any = None) -> list[Mention]:
        return [Mention(start=0, end=2, text=article.text[:2])]

    def resolve(article: Article, found: Any, gazetteer: Any, settings: Settings) -> list[Resolution]:
        return [Resolution(mention=one, place=TOWN, score=0.5, rule="only", reasons=("the only",)) for one in found]

    install(
        "nlp",
        load_model=lambda name="auto": None,
        parse=lambda nlp, text, *, syntax=True: None,
        add_syntax=None,
        memory_zone=lambda nlp: contextlib.nullcontext(),
    )
    monkeypatch.setattr("geomap.articles.read_articles", read)
    install("recognition", find_mentions=mentions)
    install("resolution", resolve_mentions=resolve)
    install("dates", find_dates=lambda article: [])
    install("incidents", code_incidents=lambda article, resolutions, dates, doc=None: [incident(article)])
    install("merging", merge_incidents=list)
    install("frames", incidents_to_gdf=list)
    install(
        "boundaries",
        load_boundaries_for=lambda gdf, *, view: None,
        join_boundaries=lambda gdf, boundaries, *, view: gdf,
        load_areas=lambda wanted, *, view: None,
    )
    install("summary", area_keys=lambda gdf, *, by: {})
    install("maps", build_map=lambda gdf, **options: (gdf, options), save_map=save)
    install("maps.tiles", online_tiles=None, packed_tiles=None)
    install("maps.areas", areas_payload=lambda keys, areas, *, left_out: {})
    install("gazetteer", open_gazetteer=lambda **options: Gazetteer())
    return {"install": install, "written": written}


ARTICLE = Article(doc_id="a", text="In Ebenstadt.")


def test_an_article_goes_through_every_stage(stages: dict[str, Any]) -> None:
    result = process_article(ARTICLE, gazetteer=Gazetteer())  # type: ignore[arg-type]
    assert result.article is ARTICLE
    assert [one.place for one in result.resolutions] == [TOWN]
    assert [one.incident_id for one in result.incidents] == ["i-a"]


def test_toponyms_stop_before_the_incidents(stages: dict[str, Any]) -> None:
    stages["install"]("incidents")
    result = process_article(ARTICLE, gazetteer=Gazetteer(), incidents=False)  # type: ignore[arg-type]
    assert result.incidents == ()
    assert len(result.resolutions) == 1


def test_a_minimum_score_makes_nil_and_says_so(stages: dict[str, Any]) -> None:
    settings = Settings(min_score=0.6)
    result = process_article(ARTICLE, gazetteer=Gazetteer(), settings=settings)  # type: ignore[arg-type]
    (resolution,) = result.resolutions
    assert resolution.place is None
    assert resolution.reasons == ("the only", "score 0.50 is below the minimum of 0.60")


@pytest.mark.parametrize("stage", ["recognition", "resolution", "dates", "incidents", "merging"])
def test_a_failing_stage_names_itself_and_the_article(stages: dict[str, Any], stage: str) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("boom\nboom")

    name = {
        "recognition": "find_mentions",
        "resolution": "resolve_mentions",
        "dates": "find_dates",
        "incidents": "code_incidents",
        "merging": "merge_incidents",
    }[stage]
    stages["install"](stage, **{name: fail})
    with pytest.raises(StageError, match=rf"a: the {stage} stage failed .*RuntimeError: boom boom") as caught:
        process_article(ARTICLE, gazetteer=Gazetteer())  # type: ignore[arg-type]
    assert caught.value.stage == stage
    assert caught.value.doc_id == "a"
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_names_that_nobody_knows_are_known_where_it_is_decided_what_is_parsed(stages: dict[str, Any]) -> None:
    unknown = Resolution(
        mention=Mention(start=3, end=12, text="Ebenstadt", recognizer="model only"),
        place=None,
        score=0.0,
        rule=UNLIKELY,
    )
    seen: list[list[Resolution]] = []

    def code(article: Article, resolutions: Any, dates: Any, doc: Any = None) -> list[Incident]:
        seen.append(list(resolutions))
        return []

    def to_parse(text: str, resolutions: Any) -> list[tuple[int, int]]:
        seen.append(list(resolutions))
        return []

    stages["install"]("resolution", resolve_mentions=lambda *_: [unknown])
    stages["install"]("incidents", code_incidents=code, to_parse=to_parse)
    stages["install"](
        "nlp",
        parse=lambda nlp, text, **_: SimpleNamespace(text=text),
        add_syntax=lambda nlp, doc, stretches: doc,
    )
    nlp = cast("Any", SimpleNamespace(lang="en"))
    result = process_article(ARTICLE, gazetteer=cast("Any", Gazetteer()), nlp=nlp)
    assert result.resolutions == ()
    assert [[one.mention.text for one in some] for some in seen] == [["Ebenstadt"], ["Ebenstadt"]]


def test_one_failing_article_does_not_stop_the_others(stages: dict[str, Any], tmp_path: Path) -> None:
    def code(article: Article, *_: Any) -> list[Incident]:
        if article.doc_id == "two":
            raise ValueError("no")
        return [incident(article)]

    stages["install"]("incidents", code_incidents=code)
    told: list[GeomapError] = []
    summary = map_articles(["one", "bad", "two", "three"], tmp_path / "m.html", on_error=told.append)
    assert summary.articles == 2
    assert summary.incidents == summary.located == 2
    assert [type(error) for error in told] == [InputError, StageError]
    assert list(summary.errors) == told
    assert summary.undated == ("one", "three")


def test_without_a_handler_the_first_error_of_extract_is_raised(stages: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="bad: is bad"):
        extract_incidents(["bad", "one"])
    assert [one.doc_id for one in extract_incidents("one")] == ["one"]


def test_nothing_readable_is_an_error_and_writes_nothing(stages: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="bad: is bad"):
        map_articles("bad", tmp_path / "m.html")
    with pytest.raises(GeomapError, match="None of the inputs could be read"):
        map_articles(["bad1", "bad2"], tmp_path / "m.html")
    with pytest.raises(UsageError, match="No input"):
        map_articles([], tmp_path / "m.html")
    assert list(tmp_path.iterdir()) == []


def test_the_map_gets_title_labels_and_settings(stages: dict[str, Any], tmp_path: Path) -> None:
    map_articles("one", tmp_path / "m.html", settings=Settings(kosovo_label="Kosovo"))
    ((gdf, options),) = stages["written"]
    assert [one.doc_id for one in gdf] == ["one"]
    assert options["title"] == "one"
    assert options["labels"] == [TOWN]


def test_an_input_is_never_written_over(stages: dict[str, Any], tmp_path: Path) -> None:
    article = tmp_path / "article.html"
    article.write_text("x")
    with pytest.raises(UsageError, match="is an input"):
        map_articles(article, article)
    assert article.read_text() == "x"


def test_an_unwritable_output_is_found_before_the_work(
    stages: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geomap.articles.read_articles", None)  # reading would be a TypeError
    with pytest.raises(OutputError, match="is a folder"):
        map_articles("one", tmp_path)


@pytest.mark.parametrize(
    ("given", "made"),
    [("news/a.b.txt", "a.b.html"), ("-", "stdin.html"), ("folder/", "folder.html"), ("x.jsonl", "x.html")],
)
def test_the_default_output(given: str, made: str) -> None:
    assert default_output([given, "other"]) == Path("output") / made


def test_the_session_opens_what_is_needed_once(stages: dict[str, Any]) -> None:
    opened: list[str] = []

    def open_gazetteer(**options: Any) -> Gazetteer:
        opened.append("gazetteer")
        return Gazetteer()

    def load_model(name: str = "auto") -> None:
        opened.append(name)

    stages["install"]("gazetteer", open_gazetteer=open_gazetteer)
    stages["install"](
        "nlp",
        load_model=load_model,
        parse=lambda nlp, text, *, syntax=True: None,
        add_syntax=None,
        memory_zone=lambda nlp: contextlib.nullcontext(),
    )
    with Session() as session:
        assert opened == []
        assert len(list(session.process(session.read(["one", "two"])))) == 2
    assert sorted(opened) == ["auto", "gazetteer"]


def test_toponyms_record() -> None:
    mention = Mention(start=3, end=12, text="Ebenstadt")
    other = Place(id="user:x", name="X", lat=1.0, lon=2.0, feature_class="P", feature_code="PPL")

    def record(place: Place | None) -> dict[str, Any]:
        from geomap.pipeline import ArticleResult

        resolution = Resolution(mention=mention, place=place, score=0.123456, rule="r")
        result = ArticleResult(article=ARTICLE, mentions=(mention,), resolutions=(resolution,))
        made: dict[str, Any] = toponyms_record(result)
        assert made["doc_id"] == "a"
        return dict(made["toponyms"][0])

    assert record(TOWN) == {
        "start": 3,
        "end": 12,
        "text": "Ebenstadt",
        "lat": 10.0,
        "lon": 20.0,
        "geonameid": 1,
        "place_id": "gn:1",
        "name": "Ebenstadt",
        "country_code": "XX",
        "score": 0.1235,
        "rule": "r",
        "kind": "place",
    }
    assert "geonameid" not in record(other)
    nil = record(None)
    assert nil["lat"] is nil["lon"] is nil["place_id"] is None
    assert "geonameid" not in nil


def test_located_means_coordinates() -> None:
    one = incident(ARTICLE)
    assert is_located(one)
    from dataclasses import replace

    assert not is_located(replace(one, places=(replace(one.places[0], lat=None, lon=None),)))
