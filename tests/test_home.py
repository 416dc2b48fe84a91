"""Where a source is at home: what the user says, what its other articles teach, and that the order is no matter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geomap.articles import read_articles
from geomap.errors import GeomapError, InputError, UsageError
from geomap.gazetteer import Gazetteer, open_gazetteer
from geomap.pipeline import Session, toponyms_record
from geomap.recognition import find_mentions
from geomap.records import Article
from geomap.resolution import Home, Homes, home_of_address, learn, read_home, resolve_mentions, source_of
from geomap.settings import Settings, load_settings

Cli = Callable[..., Any]
TEXT = "A fire broke out in Springfield on Friday. Nobody was hurt."


@pytest.fixture(scope="module")
def gazetteer() -> Any:
    with open_gazetteer(own_places=False) as opened:
        yield opened


def where(gazetteer: Gazetteer, text: str, home: Home | None) -> tuple[str, str]:
    article = Article(doc_id="t", text=text)
    found = resolve_mentions(article, find_mentions(article, gazetteer), gazetteer, None, home)
    first = found[0]
    place = first.place or first.alternatives[0].place
    return place.country_code, place.admin1


@pytest.mark.parametrize(
    ("home", "admin1"),
    [
        ("Dayton, Ohio", "Ohio"),
        ("Ohio", "Ohio"),
        ("39.92,-83.81", "Ohio"),
        ("Chicago", "Illinois"),
        ("Boston", "Massachusetts"),
        ("Eugene, Oregon", "Oregon"),
    ],
)
def test_a_local_papers_springfield_is_its_own(gazetteer: Gazetteer, home: str, admin1: str) -> None:
    assert where(gazetteer, TEXT, read_home(home, gazetteer)) == ("US", admin1)


def test_a_home_may_be_a_country(gazetteer: Gazetteer) -> None:
    assert where(gazetteer, "A fire broke out in Bangor on Friday.", read_home("GB", gazetteer))[0] == "GB"
    assert where(gazetteer, "A fire broke out in Bangor on Friday.", read_home("US", gazetteer))[0] == "US"


def test_what_the_article_says_outweighs_it(gazetteer: Gazetteer) -> None:
    home = read_home("Dayton, Ohio", gazetteer)
    assert where(gazetteer, "A court in Paris, France, heard the case.", home)[0] == "FR"
    text = "Athens was quiet. Police in Patras, Thessaloniki, Larissa, Volos and Piraeus made arrests in Greece."
    assert where(gazetteer, text, home)[0] == "GR"


@pytest.mark.parametrize("home", ["Nowherefeldington", "", " , ", "95,10", "0.0,-30.0", "gn:none", "XX"])
def test_no_such_place(gazetteer: Gazetteer, home: str) -> None:
    with pytest.raises(UsageError, match="home"):
        read_home(home, gazetteer)


@pytest.mark.parametrize(
    ("url", "country"),
    [
        ("https://www.oxfordmail.co.uk/news/1", "GB"),
        ("http://lfpress.ca/x", "CA"),
        ("https://example.com/co.uk", None),
        ("https://paper.io/", None),
        ("not an address", None),
        (None, None),
    ],
)
def test_the_country_of_an_address(gazetteer: Gazetteer, url: str | None, country: str | None) -> None:
    home = home_of_address(Article(doc_id="t", text="x", url=url), gazetteer)
    assert (list(home.countries) if home else None) == ([country] if country else None)


def test_sources_are_told_apart_by_host_and_else_by_name() -> None:
    assert source_of(Article(doc_id="t", text="x", url="https://www.Paper.com:80/a", source="s")) == "paper.com"
    assert source_of(Article(doc_id="t", text="x", source="s")) == "s"
    assert source_of(Article(doc_id="t", text="x")) is None


def test_an_article_does_not_teach_itself() -> None:
    homes = Homes()
    own = (("US", "Ohio", 5),)
    homes.add("paper", own)
    assert homes.home("paper", own) is None
    homes.add("paper", (("US", "Iowa", 7), ("US", "Iowa", 8)))
    learnt = homes.home("paper", own)
    assert learnt is not None
    assert learnt.admin1s == {("US", "Iowa"): 1.0}
    assert learnt.countries == {"US": 1.0}
    assert homes.home("another paper", ()) is None


def test_countries_and_doubtful_places_teach_nothing(gazetteer: Gazetteer) -> None:
    article = Article(doc_id="t", text="Troops of France and Mali met. A fire broke out in Springfield.")
    found = resolve_mentions(article, find_mentions(article, gazetteer), gazetteer)
    assert learn(found) == ()


OHIO = [
    "Police in Dayton, Ohio, and Xenia, Ohio, made arrests.",
    "Schools in Columbus, Ohio, and Toledo, Ohio, closed.",
    "A road in Akron, Ohio, and one in Lima, Ohio, will be mended.",
    TEXT,
]
OREGON = [
    "Police in Eugene, Oregon, and Salem, Oregon, made arrests.",
    "Schools in Portland, Oregon, and Bend, Oregon, closed.",
    "A road in Medford, Oregon, and one in Corvallis, Oregon, will be mended.",
    TEXT,
]


def batch() -> list[Article]:
    return [
        Article(doc_id=f"{name}-{n}", text=text, url=f"https://{name}.com/{n}")
        for name, texts in (("ohio", OHIO), ("oregon", OREGON))
        for n, text in enumerate(texts)
    ]


def run(articles: list[Article], **settings: Any) -> dict[str, str]:
    with Session(Settings(model="gazetteer", own_places=False, **settings)) as session:
        return {
            result.article.doc_id: json.dumps(toponyms_record(result))
            for result in session.process(articles, incidents=False)
        }


def test_homes_are_learnt_from_the_batch_whatever_its_order() -> None:
    articles = batch()
    first = run(articles, learn_home=True)
    assert list(first) == [article.doc_id for article in articles]
    assert run(articles[::-1], learn_home=True) == first
    assert run(articles[5:] + articles[:5], learn_home=True) == first
    places = {doc_id: json.loads(first[doc_id])["toponyms"][0] for doc_id in ("ohio-3", "oregon-3")}
    assert round(places["ohio-3"]["lat"]) == 40
    assert round(places["oregon-3"]["lat"]) == 44
    # The same article alone, or unasked, knows of no home.
    assert json.loads(run(articles)["oregon-3"])["toponyms"][0]["lat"] != places["oregon-3"]["lat"]
    alone = run([articles[-1]], learn_home=True)["oregon-3"]
    assert alone == run([articles[-1]])["oregon-3"]


def test_without_learning_every_article_stands_alone() -> None:
    articles = batch()
    together = run(articles)
    assert together == run(articles[::-1])
    assert together == {doc_id: line for article in articles for doc_id, line in run([article]).items()}


def test_an_article_states_its_home(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"id": "a", "text": TEXT, "home": "Eugene, Oregon"}, {"id": "b", "text": TEXT, "home": "Nowherefeldington"}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    articles = list(read_articles(path))
    assert [article.home for article in articles] == ["Eugene, Oregon", "Nowherefeldington"]
    told: list[GeomapError] = []
    with Session(Settings(model="gazetteer", own_places=False)) as session:
        found = list(session.process(articles, incidents=False, on_error=told.append))
        assert len(found) == 2, "an article with a home that is no place goes on without it"
        (error,) = told
        assert isinstance(error, InputError)
        assert "b: home 'Nowherefeldington'" in str(error)
        with pytest.raises(InputError):
            list(session.process(articles, incidents=False))
    place = found[0].resolutions[0].place
    assert place is not None
    assert place.admin1 == "Oregon"


def test_the_settings_file_may_say_it(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('home = "Dayton, Ohio"\nlearn_home = true\n', encoding="utf-8")
    assert (load_settings(path).home, load_settings(path).learn_home) == ("Dayton, Ohio", True)
    for wrong in ("home = true", "learn_home = 1", "min_score = true"):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(UsageError, match="wrong kind"):
            load_settings(path)


def test_the_command_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    done = cli("toponyms", "a.txt", "--recognizer", "gazetteer", "--home", "Eugene, Oregon", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert round(json.loads(done.stdout)["toponyms"][0]["lat"]) == 44
    done = cli("toponyms", "a.txt", "--recognizer", "gazetteer", "--home", "Nowherefeldington", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no such place" in done.stderr


def test_several_homes_make_no_difference_to_one_another(gazetteer: Gazetteer) -> None:
    for home in ("Dayton, Ohio", "Eugene, Oregon", "Dayton, Ohio"):
        assert where(gazetteer, TEXT, read_home(home, gazetteer))[1] == home.split(", ")[1]
