"""Online look-ups against a real HTTP server on this machine that speaks like Nominatim, Photon and Pelias."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import hypothesis
import pytest
from hypothesis import strategies as st

from geomap import __version__
from geomap.errors import UsageError
from geomap.online import OnlineLookup, _read_answer, _shaped, fill_unresolved, open_online, parse_provider
from geomap.records import Article, Candidate, Mention, Place, Resolution
from geomap.settings import Settings

Reply = Callable[[BaseHTTPRequestHandler, dict[str, list[str]]], None]

JARINJE = {
    "place_id": 1,
    "osm_type": "node",
    "osm_id": 123,
    "lat": "43.2346",
    "lon": "20.6902",
    "class": "place",
    "type": "village",
    "name": "Jarinje",
    "display_name": "Jarinje, Leposavić, Kosovo",
    "boundingbox": ["43.2246", "43.2446", "20.6802", "20.7002"],
    "address": {"country_code": "xk", "state": "Mitrovica"},
    "namedetails": {"name": "Jarinje", "name:sq": "Jarinja", "wikidata": "Q1"},
}


class Server:
    """What it was asked, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []
        self.paths: list[str] = []
        self.agents: list[str] = []
        self.times: list[float] = []
        self.reply: Reply = self.json([])
        self.url = ""

    @staticmethod
    def json(answer: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
        return Server.body(json.dumps(answer).encode(), status, headers)

    @staticmethod
    def body(data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
        def reply(handler: BaseHTTPRequestHandler, _: dict[str, list[str]]) -> None:
            handler.send_response(status)
            for name, value in (headers or {}).items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(data)

        return reply


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            told.paths.append(parts.path)
            told.asked.append(parse_qs(parts.query))
            told.agents.append(self.headers["User-Agent"])
            told.times.append(time.monotonic())
            try:
                told.reply(self, told.asked[-1])
            except OSError:
                # The client hung up, as it should on too much or too slow an answer.
                self.close_connection = True

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{http.server_port}"
    yield told
    http.shutdown()
    http.server_close()
    thread.join()


Opener = Callable[..., OnlineLookup]


@pytest.fixture
def ask(server: Server, tmp_path: Path) -> Opener:
    def made(provider: str = "nominatim", path: str = "", **options: Any) -> OnlineLookup:
        options = {"folder": tmp_path / "online", "min_delay_s": 0.0, "retry_wait_s": 0.0, **options}
        return open_online(f"{provider}:{server.url}{path}", **options)

    return made


def test_a_name_is_found_and_remembered(server: Server, ask: Opener, tmp_path: Path) -> None:
    server.reply = server.json([JARINJE])
    online = ask()
    (found,) = online.lookup("Jarinje", countries=["XK", "rs"])
    assert found == Candidate(
        place=Place(
            id="osm:node/123", name="Jarinje", lat=43.2346, lon=20.6902, feature_class="P", feature_code="PPL",
            country_code="XK", admin1="Mitrovica", radius_km=found.place.radius_km, names=("Jarinja",), layer="online",
        ),
        match="exact",
        score=0.6,
    )  # fmt: skip
    assert 1.2 < found.place.radius_km < 1.6
    assert server.paths == ["/search"] and server.agents == [f"geomap/{__version__}"]
    assert server.asked[0]["q"] == ["Jarinje"] and server.asked[0]["countrycodes"] == ["rs,xk"]
    assert set(server.asked[0]) == {
        "q", "format", "limit", "addressdetails", "namedetails", "countrycodes", "accept-language"
    }  # fmt: skip
    # The same question in another order, from a new process's point of view: the folder answers.
    again = ask()
    assert again.lookup("Jarinje", countries=["RS", "XK"]) == [found]
    assert (again.requests, again.remembered, len(server.asked)) == (0, 1, 1)
    (file,) = (tmp_path / "online" / "nominatim").glob("*.json")
    kept = json.loads(file.read_text("utf-8"))
    assert kept["date"] == again.asked_on("Jarinje", ["XK", "RS"]) and kept["question"] == "Jarinje"
    assert again.asked_on("Elsewhere") is None


def test_misses_are_remembered(server: Server, ask: Opener) -> None:
    assert ask().lookup("Qqxzzyville") == []
    assert ask().lookup("Qqxzzyville") == []
    assert len(server.asked) == 1


def test_photon(server: Server, ask: Opener) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [20.69, 43.23]},
        "properties": {
            "osm_type": "R", "osm_id": 77, "osm_key": "place", "osm_value": "hamlet", "name": "Jarinje",
            "countrycode": "XK", "state": "Mitrovica", "extent": [20.68, 43.24, 20.70, 43.22], "street": {"odd": 1},
        },
    }  # fmt: skip
    server.reply = server.json({"type": "FeatureCollection", "features": [feature, {"type": "Feature"}, 7]})
    online = ask("photon", "/photon/", user_agent="maps@example.org")
    (found,) = online.lookup("jarinje", countries=["XK"], near=(43.0, 20.5))
    assert (found.place.id, found.place.country_code, found.match) == ("osm:relation/77", "XK", "exact")
    assert found.place.feature_code == "PPL" and 1 < found.place.radius_km < 2
    # Neither the countries, which it does not take, nor what is near is sent.
    assert server.asked == [{"q": ["jarinje"], "limit": ["10"], "lang": ["en"]}] and server.paths == ["/photon/api"]
    assert server.agents == [f"geomap/{__version__} (maps@example.org)"]
    assert "Photon" in online.attribution and "OpenStreetMap" in online.attribution


def test_pelias(server: Server, ask: Opener) -> None:
    feature = {
        "geometry": {"type": "Point", "coordinates": [20.69, 43.23]},
        "properties": {"layer": "locality", "name": "Jarinje", "label": "Jarinje, Kosovo", "country_code": "XK"},
    }
    server.reply = server.json({"features": [feature]})
    (found,) = ask("pelias").lookup("Jarinje")
    assert found.place.id.startswith("online:pelias:") and found.place.feature_class == "P"


def test_answers_that_are_no_place_of_that_name(server: Server, ask: Opener) -> None:
    street = {**JARINJE, "class": "highway", "type": "residential"}
    shop = {**JARINJE, "class": "shop", "type": "bakery"}
    guess = {**JARINJE, "name": "Novi Pazar", "namedetails": {}}
    server.reply = server.json([street, shop, guess])
    assert ask().lookup("Jarinje") == []


@pytest.mark.parametrize(
    ("name", "answer", "match"),
    [
        ("Zvecan", {"name": "Zvečan"}, "folded"),
        ("Jarinja", {}, "alternate"),
        ("Yarine", {"namedetails": {}}, "transliterated"),
        ("Jarinje", {"name": "Jarinje border crossing", "namedetails": {}}, "fuzzy"),
    ],
)
def test_matches(server: Server, ask: Opener, name: str, answer: dict[str, Any], match: str) -> None:
    server.reply = server.json([{**JARINJE, **answer}])
    (found,) = ask().lookup(name)
    assert found.match == match and found.score <= 0.6


def test_kinds(server: Server, ask: Opener) -> None:
    kinds = {
        ("boundary", "administrative", "village"): ("P", "PPL"),
        ("boundary", "administrative", "county"): ("A", "ADM2"),
        ("boundary", "administrative", ""): ("A", "ADMD"),
        ("natural", "peak", ""): ("T", "PK"),
        ("waterway", "river", ""): ("H", "STM"),
        ("barrier", "border_control", ""): ("S", "PSTB"),
        ("amenity", "school", ""): ("S", ""),
    }
    server.reply = server.json(
        [
            {**JARINJE, "osm_id": i + 1, "class": key, "type": value, "addresstype": area}
            for i, (key, value, area) in enumerate(kinds)
        ]
    )
    found = sorted(ask().lookup("Jarinje"), key=lambda c: c.place.id)
    assert [(c.place.feature_class, c.place.feature_code) for c in found] == list(kinds.values())


def test_nearest_first(server: Server, ask: Opener) -> None:
    server.reply = server.json([{**JARINJE, "osm_id": i, "lat": str(40 + i)} for i in (1, 2, 3)])
    assert [c.place.lat for c in ask().lookup("Jarinje", near=(43, 20))] == [43, 42, 41]


def test_answers_without_what_geopy_relies_on(server: Server, ask: Opener) -> None:
    server.reply = server.json([{k: v for k, v in JARINJE.items() if k not in ("display_name", "boundingbox")}])
    assert len(ask().lookup("Jarinje")) == 1
    feature = {"geometry": {"coordinates": [20, 43]}, "properties": {"layer": "locality", "osm_key": "place"}}
    for provider in ("photon", "pelias"):
        server.reply = server.json({"features": [feature]})
        online = ask(provider)
        assert online.lookup("Jarinje") == [] and not online.errors


def test_hostile_answers(server: Server, ask: Opener) -> None:
    bad = [
        {**JARINJE, "lat": "95"}, {**JARINJE, "lat": "nan"}, {**JARINJE, "lat": True, "lon": None},
        {**JARINJE, "lat": "1" * 5000}, {**JARINJE, "name": "\u202e\x00", "display_name": ""}, 7, None, [], "x",
        {**JARINJE, "class": {"a": 1}}, {**JARINJE, "lon": 10**400},
    ]  # fmt: skip
    odd = {
        **JARINJE, "name": "Jarinje\x1b[31m \u202e" + "x" * 100_000, "osm_id": "1; DROP",
        "boundingbox": ["a", {}, 1, 2],
        "address": {"country_code": "../..", "state": ["x"]},
        "namedetails": {"name:a": "Jarinje", "name:b": 7, **{f"name:{i}": f"n{i}" for i in range(500)}},
    }  # fmt: skip
    server.reply = server.json([*bad, odd])
    (found,) = ask().lookup("Jarinje")
    place = found.place
    assert len(place.name) <= 300 and place.name.isprintable() and len(place.names) <= 100
    assert place.id.startswith("online:nominatim:") and place.country_code == "" and place.admin1 == ""
    assert place.radius_km == 1.5


def failing(online: OnlineLookup, *says: str) -> None:
    """Three names, three failures, and then silence."""
    for name in ("Aaa", "Bbb", "Ccc"):
        assert online.lookup(name) == []
    assert online.stopped
    requests = online.requests
    assert online.lookup("Ddd") == [] and online.requests == requests
    text = "\n".join(online.errors)
    for one in says:
        assert one in text
    assert "asked no more" in online.errors[-1]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<html>no", "no JSON"),
        (b"", "no JSON"),
        (b"[" * 200_000, "no JSON"),
        (b"[NaN]", "no JSON"),
        (b"[" + b"9" * 6000 + b"]", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b'{"features": []}', "not one of Nominatim's"),
        (b"7", "not one of Nominatim's"),
        (b'{"error": "Bad \\u001b[31mrequest"}', "Bad"),
    ],
)
def test_garbage(server: Server, ask: Opener, data: bytes, says: str) -> None:
    server.reply = server.body(data)
    online = ask()
    failing(online, says)
    assert online.requests == 3
    assert all(error.isprintable() for error in online.errors)


def test_server_errors(server: Server, ask: Opener) -> None:
    server.reply = server.json({}, 500)
    online = ask()
    failing(online, "HTTP 500", "3 times running")
    assert online.requests == 3
    # 503 means "not now": each name is tried once more.
    server.reply = server.json({}, 503)
    online = ask()
    failing(online, "HTTP 503")
    assert online.requests == 6


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refusal_is_obeyed_at_once(server: Server, ask: Opener, status: int) -> None:
    server.reply = server.json({}, status, {"Retry-After": "120"})
    online = ask()
    assert online.lookup("Jarinje") == []
    assert online.stopped and "refused" in online.errors[-1] and f"HTTP {status}" in online.errors[0]
    assert online.lookup("Leposavić") == [] and len(server.asked) == 1


def test_failures_are_not_remembered_and_a_success_forgives(server: Server, ask: Opener) -> None:
    online = ask()
    bad, good = server.json({}, 500), server.json([JARINJE])
    for reply in (bad, bad, good, bad, bad):
        server.reply = reply
        online.lookup(f"Jarinje {len(server.asked)}")
    assert not online.stopped and len(online.errors) == 4
    server.reply = good
    assert online.lookup("Jarinje") and not online.stopped


def test_redirects_are_not_followed(server: Server, ask: Opener) -> None:
    server.reply = server.json({}, 302, {"Location": server.url + "/elsewhere"})
    failing(ask(), "redirect")
    assert set(server.paths) == {"/search"}


def test_huge_answers_are_cut_off(server: Server, ask: Opener) -> None:
    server.reply = server.body(b"[" + b" " * 3_000_000 + b"]")
    failing(ask(), "2,000,000 bytes")


def test_a_promise_of_more_than_comes(server: Server, ask: Opener) -> None:
    server.reply = server.body(b"[]", headers={"Content-Length": "10000000000"})
    failing(ask(), "broke off")


def test_silence(server: Server, ask: Opener) -> None:
    done = threading.Event()
    server.reply = lambda handler, query: done.wait(5) and None
    online = ask(timeout_s=0.05)
    failing(online, "within 0.05 s")
    done.set()
    assert online.requests == 6


def test_a_slow_drip(server: Server, ask: Opener) -> None:
    def drip(handler: BaseHTTPRequestHandler, _: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(500):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.01)

    server.reply = drip
    failing(ask(timeout_s=0.1), "no whole answer within 0.1 s")


def test_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    failing(open_online(f"photon:http://127.0.0.1:{port}", folder=tmp_path, min_delay_s=0), "cannot be reached")


def test_the_pace(server: Server, ask: Opener) -> None:
    online = ask(min_delay_s=0.1)
    for name in ("Aaa", "Bbb", "Ccc"):
        online.lookup(name)
    assert all(b - a >= 0.09 for a, b in zip(server.times, server.times[1:], strict=False))
    # Two runs share one pace.
    runs = [ask(min_delay_s=0.1) for _ in range(2)]
    threads = [threading.Thread(target=run.lookup, args=(f"Name {i}{j}",)) for i, run in enumerate(runs) for j in "ab"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(server.times) == 7
    assert all(b - a >= 0.09 for a, b in zip(server.times, server.times[1:], strict=False))
    public = open_online("nominatim", folder=Path("x"), min_delay_s=0.0)
    assert public._delay == 1.0


def test_nothing_is_asked_for_what_is_no_name(server: Server, ask: Opener) -> None:
    online = ask()
    for name in ("", "  ", "12", "\x00", "x" * 121):
        assert online.lookup(name) == []
    assert not server.asked


def test_an_edited_or_damaged_answer_is_asked_anew(server: Server, ask: Opener, tmp_path: Path) -> None:
    server.reply = server.json([JARINJE])
    ask().lookup("Jarinje")
    (file,) = (tmp_path / "online" / "nominatim").glob("*.json")
    kept = json.loads(file.read_text("utf-8"))
    for text in ("", "{", "[]", "null", json.dumps({**kept, "question": "Other"}), json.dumps({**kept, "date": "x"})):
        file.write_text(text, "utf-8")
        assert ask().lookup("Jarinje")
    assert len(server.asked) == 7
    # Entries that are wrong are left out, the others stay.
    good = kept["places"][0]
    wrong = [7, {}, {**good, "lat": 95}, {**good, "radius_km": -1}, {**good, "id": "gn:1"}, {**good, "name": ""}]
    file.write_text(json.dumps({**kept, "places": [*wrong, good]}), "utf-8")
    assert len(ask().lookup("Jarinje")) == 1 and len(server.asked) == 7


def test_a_folder_that_cannot_be_written_is_said_once(server: Server, ask: Opener, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    server.reply = server.json([JARINJE])
    online = ask(folder=tmp_path / "file")
    assert online.lookup("Jarinje") and online.lookup("Leposavić") == [] and online.lookup("Jarinje")
    assert len(online.errors) == 1 and "cannot be kept" in online.errors[0]
    assert len(server.asked) == 2


def test_two_threads_ask_once(server: Server, ask: Opener) -> None:
    server.reply = server.json([JARINJE])
    online = ask()
    threads = [threading.Thread(target=online.lookup, args=("Jarinje",)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(server.asked) == 1


def test_providers() -> None:
    assert parse_provider("Nominatim").host == "nominatim.openstreetmap.org" and parse_provider("photon").is_public
    own = parse_provider("nominatim:http://10.0.0.5:8080/nominatim/")
    assert (own.url, own.is_public) == ("http://10.0.0.5:8080/nominatim", False)
    for text in (
        "google", "", "pelias", "nominatim:ftp://x", "nominatim:file:///etc/passwd", "nominatim:maps.example.org",
        "nominatim:https://user:pass@maps.example.org", "nominatim:https://x/?key=1", "nominatim:https://x/#a",
        "nominatim:https://x:99999", "nominatim:https://x y", "nominatim:https://", "nominatim:https://x\\y",
        "nominatim:https://bü.example", "nominatim:https://[::1",
    ):  # fmt: skip
        with pytest.raises(UsageError, match="--online"):
            parse_provider(text)


@pytest.mark.parametrize(
    "options", [{"user_agent": "a\r\nX: y"}, {"user_agent": "ü"}, {"timeout_s": float("nan")}, {"min_delay_s": -1}]
)
def test_wrong_options(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        open_online("photon", folder=tmp_path, **options)


# into the run

ARTICLE = Article(doc_id="a", text="")
LEPOSAVIC = Place(
    id="gm:leposavic", name="Leposavić", lat=43.10389, lon=20.80278, feature_class="P", feature_code="PPLA",
    country_code="XK",
)  # fmt: skip


def nil(text: str, **more: Any) -> Resolution:
    return Resolution(
        mention=Mention(start=0, end=len(text), text=text, **more), place=None, score=0.0, rule="nil",
        reasons=(f"no place called “{text}” is known",),
    )  # fmt: skip


KNOWN = Resolution(mention=Mention(start=0, end=9, text="Leposavić"), place=LEPOSAVIC, score=0.9, rule="only")


def test_an_unknown_name_becomes_a_place(server: Server, ask: Opener) -> None:
    server.reply = server.json([{**JARINJE, "osm_id": 5, "lat": "42.5"}, JARINJE])
    online = ask()
    filled = fill_unresolved(ARTICLE, [KNOWN, nil("Jarinje"), nil("JARINJE")], online, Settings())
    assert filled[0] is KNOWN
    one = filled[1]
    assert one.place is not None and (one.place.id, one.rule, one.score) == ("osm:node/123", "online", 0.6)
    assert one.alternatives[0].place.id == "osm:node/5"
    host = server.url.removeprefix("http://")
    assert one.reasons[0] == (
        f"not in the gazetteer; found online by Nominatim on {online.asked_on('Jarinje', ['XK'])} "
        f"as “Jarinje, Mitrovica, XK” (names were sent to {host})"
    )
    assert one.reasons[1:] == ("in XK, like other places of this article", "17 km from Leposavić, also in this article")
    assert filled[2].place == one.place and filled[2].mention.text == "JARINJE"
    assert len(server.asked) == 1 and server.asked[0]["countrycodes"] == ["xk"]


def test_the_country_of_the_article_first(server: Server, ask: Opener) -> None:
    nearer = {**JARINJE, "osm_id": 9, "lat": "43.11", "lon": "20.8", "address": {"country_code": "rs"}}
    server.reply = server.json([nearer, JARINJE])
    (one,) = fill_unresolved(ARTICLE, [KNOWN, nil("Jarinje")], ask(), Settings())[1:]
    assert one.place is not None and one.place.country_code == "XK"


def test_an_answer_elsewhere(server: Server, ask: Opener) -> None:
    def abroad(lat: float) -> Reply:
        def reply(handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
            found = [] if "countrycodes" in query else [{**JARINJE, "lat": lat, "address": {"country_code": "rs"}}]
            server.json(found)(handler, query)

        return reply

    server.reply = abroad(43.5)
    (near,) = fill_unresolved(ARTICLE, [KNOWN, nil("Jarinje")], ask(), Settings())[1:]
    assert near.rule == "online" and near.score == 0.3 and len(server.asked) == 2
    server.reply = abroad(55.0)
    (far,) = fill_unresolved(ARTICLE, [KNOWN, nil("Yarine")], ask(), Settings())[1:]
    assert far.place is None and far.rule == "nil" and len(far.alternatives) == 1
    assert "km from Leposavić" in far.reasons[-1]


def test_without_context_and_with_a_floor(server: Server, ask: Opener) -> None:
    server.reply = server.json([JARINJE])
    (one,) = fill_unresolved(ARTICLE, [nil("Jarinje")], ask(), Settings())
    assert one.rule == "online" and one.score == 0.3
    (one,) = fill_unresolved(ARTICLE, [nil("Jarinje")], ask(), Settings(min_score=0.5))
    assert one.place is None and "0.30 is under 0.50" in one.reasons[-1]


def test_what_is_never_asked(server: Server, ask: Opener) -> None:
    candidate = Candidate(place=LEPOSAVIC, match="exact")
    ambiguous = Resolution(
        mention=Mention(start=0, end=3, text="Foo"), place=None, score=0.0, rule="nil", alternatives=(candidate,)
    )
    historic = Resolution(mention=Mention(start=0, end=4, text="Zair"), place=None, score=0.0, rule="historic")
    given = [nil("Serbs", kind="demonym"), nil("Petrović", inside="person"), ambiguous, historic, KNOWN]
    assert fill_unresolved(ARTICLE, given, ask(), Settings()) == given
    assert not server.asked


def test_a_server_that_fails_leaves_the_run_as_it_was(server: Server, ask: Opener) -> None:
    server.reply = server.json({}, 500)
    online = ask()
    given = [KNOWN, *(nil(name) for name in ("Aaa", "Bbb", "Ccc", "Ddd"))]
    assert fill_unresolved(ARTICLE, given, online, Settings()) == given
    assert online.stopped and len(server.asked) == 3


def test_importing_loads_no_geopy(root: Path) -> None:
    import subprocess
    import sys

    code = "import geomap.online, sys; print([m for m in ('geopy', 'ssl', 'http.client') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda child: st.lists(child, max_size=4) | st.dictionaries(st.text(max_size=3), child, max_size=3),
    max_leaves=8,
)


@hypothesis.settings(max_examples=150, deadline=None)
@hypothesis.given(st.sampled_from(sorted([*JARINJE, "category", "addresstype"])), JSON)
def test_any_field_may_be_anything(key: str, value: Any) -> None:
    changed = {**JARINJE, key: value}
    feature = {"geometry": {"coordinates": [20.7, 43.2]}, "properties": changed}
    for provider, answer in (
        ("nominatim", [changed]),
        ("photon", {"features": [feature, {**feature, "geometry": value}]}),
        ("pelias", {"features": [{**feature, "properties": {**changed, "layer": "locality", "bbox": value}}]}),
    ):
        shaped = _shaped(answer, provider)
        for one in shaped if isinstance(shaped, list) else shaped["features"]:
            place = _read_answer(parse_provider(f"{provider}:http://localhost"), one)
            assert place is None or (
                -90 <= place.lat <= 90 and -180 <= place.lon <= 180 and 0 < place.radius_km <= 3000
            )
