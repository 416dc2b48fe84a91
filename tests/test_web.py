"""Articles from addresses, from a web server on this machine."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web_servers import LOCAL, Server, page, redirect

from geomap.articles import read_articles
from geomap.cli import main
from geomap.errors import GeomapError, InputDoubt
from geomap.fetching import addresses
from geomap.records import Article

STORY = "Police shot dead two protesters in Mitrovica on Monday, witnesses said."
LONG = f"{STORY} The mayor of Zvecan asked for calm. Nobody claimed the attack."
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Two dead</title>
<meta property="og:site_name" content="The Example"><meta property="article:published_time" content="2022-08-02">
<link rel="canonical" href="CANONICAL"></head><body><article><h1>Two dead</h1><p>{LONG}</p></article></body></html>"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Example Wire</title>
<item><title>Two dead</title><link>LINK</link><description>Police shot dead two in Mitrovica.</description>
<pubDate>Mon, 01 Aug 2022 10:00:00 GMT</pubDate></item></channel></rss>"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that stands for the public net: the policy that geomap goes by is another while the test runs."""
    monkeypatch.setattr(addresses, "POLICY", LOCAL)
    made = Server()
    yield made
    made.close()


def read(*inputs: str | Path, **options: Any) -> tuple[list[Article], list[GeomapError], list[str]]:
    errors: list[GeomapError] = []
    asked: list[str] = []
    return list(read_articles(inputs, on_error=errors.append, on_fetch=asked.append, **options)), errors, asked


def canonical(address: str) -> bytes:
    return PAGE.replace("CANONICAL", address).encode()


def feed(link: str) -> bytes:
    return FEED.replace("LINK", link).encode()


def test_a_page_becomes_an_article_with_its_final_address(server: Server) -> None:
    server.pages["/news"] = redirect("/2022/two-dead.html?ref=1")
    server.pages["/2022/two-dead.html?ref=1"] = page(canonical(""))
    (article,), errors, asked = read(server.url("/news", host="news.example.org"))
    assert article.url == server.url("/2022/two-dead.html?ref=1", host="news.example.org")
    assert (article.title, article.source, article.published) == ("Two dead", "The Example", "2022-08-02")
    assert STORY in article.text and article.language == "en" and article.doc_id == "two-dead"
    assert not errors and asked == ["news.example.org"]


def test_a_canonical_link_counts_only_within_its_site(server: Server) -> None:
    server.pages["/a"] = page(canonical("https://www.example.org/two-dead"))
    server.pages["/b"] = page(canonical("https://other.example.net/two-dead"))
    addresses_read = [read(server.url(path, host="amp.example.org"))[0][0].url for path in ("/a", "/b")]
    assert addresses_read == ["https://www.example.org/two-dead", server.url("/b", host="amp.example.org")]


def test_a_plain_text_has_its_site_for_a_source_and_its_charset_from_the_server(server: Server) -> None:
    body = f"{STORY} Это всё.".encode("koi8-r")
    server.pages["/a.txt"] = page(body, Content_Type="text/plain; charset=KOI8-R")
    (article,), errors, _ = read(server.url("/a.txt", host="www.example.org"))
    assert article.text.endswith("Это всё.") and article.source == "example.org" and not errors
    server.pages["/b.txt"] = page(STORY.encode(), Content_Type="text/plain; charset=no-such-thing")
    assert read(server.url("/b.txt"))[0][0].text == STORY


def test_json_lines_by_address(server: Server) -> None:
    lines = "\n".join(json.dumps({"id": n, "text": STORY, "url": f"https://example.org/{n}"}) for n in range(3))
    server.pages["/articles.jsonl"] = page(lines.encode(), Content_Type="text/plain")
    articles, errors, _ = read(server.url("/articles.jsonl"))
    assert [article.url for article in articles] == [f"https://example.org/{n}" for n in range(3)] and not errors


def test_a_lead_to_another_site_is_told(server: Server) -> None:
    server.pages["/a"] = redirect(server.url("/consent", host="consent.example.net"))
    server.pages["/consent"] = page(canonical(""))
    (article,), (doubt,), asked = read(server.url("/a", host="news.example.org"))
    assert article.source == "The Example" and asked == ["news.example.org", "consent.example.net"]
    assert isinstance(doubt, InputDoubt) and "another site: check" in str(doubt)


def test_a_bad_address_costs_nobody_else_anything(server: Server, tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text(STORY)
    server.pages |= {"/empty": page(b""), "/picture": page(b"x", Content_Type="image/png"), "/ok": page(STORY.encode())}
    server.pages["/nothing"] = page(b"<html><body><script>document.write('x')</script></body></html>")
    found, errors, _ = read(
        *(server.url(path) for path in ("/none", "/empty", "/picture", "/nothing")),
        *("file:///etc/passwd", "ftp://example.org/a", "http://localhost/", "https://"),
        good,
        server.url("/ok"),
    )
    assert [article.doc_id for article in found] == ["good", "ok"]
    assert len(errors) == 8 and not any(isinstance(error, InputDoubt) for error in errors)
    for error, said in zip(
        errors,
        ("no such page", "empty", "an image", "no text", "without file://", "not fetched", "this machine", "no valid"),
        strict=True,
    ):
        assert said in str(error)


def test_a_file_whose_name_looks_like_an_address_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("news:today").write_text(STORY)
    (article,), errors, asked = read("news:today")
    assert article.text == STORY and not errors and not asked


def test_links_are_fetched_only_where_that_is_asked_for(server: Server, tmp_path: Path) -> None:
    link = server.url("/two-dead", host="www.example.org")
    server.pages |= {
        "/feed": page(feed(link), Content_Type="application/rss+xml"),
        "/two-dead": page(canonical("")),
    }
    (teaser,), _, asked = read(server.url("/feed", host="news.example.org"))
    assert STORY not in teaser.text and asked == ["news.example.org"] and server.asked == ["/feed"]
    (whole,), errors, asked = read(server.url("/feed", host="news.example.org"), fetch_links=True)
    assert STORY in whole.text and asked == ["news.example.org", "www.example.org"] and not errors
    assert server.asked == ["/feed", "/feed", "/robots.txt", "/two-dead"]
    # What the feed says of the item goes before what the page says of itself.
    assert (whole.doc_id, whole.url, whole.published) == (teaser.doc_id, link, "2022-08-01")
    assert (whole.title, whole.source) == ("Two dead", "Example Wire")
    saved = tmp_path / "feed.xml"
    saved.write_bytes(feed(link))
    assert read(saved)[2] == []
    assert STORY in read(saved, fetch_links=True)[0][0].text


def test_lists_of_json_by_address(server: Server) -> None:
    listed = {
        "status": "ok",
        "articles": [{"title": "Two dead", "url": server.url("/1"), "source": {"name": "Wire"}}] * 2,
    }
    for indent in (None, 1):
        server.pages["/doc"] = page(json.dumps(listed, indent=indent).encode(), Content_Type="application/json")
        articles, errors, _ = read(server.url("/doc"))
        assert [(one.text, one.source) for one in articles] == [("Two dead", "Wire")] * 2 and not errors


def test_what_is_said_of_columns_is_said_of_the_list_alone(server: Server, tmp_path: Path) -> None:
    paths = ("/0", "/1.csv", "/2")
    rows = "".join(f"Two dead,,{server.url(path)}\n" for path in paths)
    (tmp_path / "list.csv").write_text(f"title,body,link\n{rows}")
    server.pages |= {path: page(canonical("")) for path in paths}
    server.pages["/1.csv"] = page(b"n,m\n1,2\n", Content_Type="text/plain")
    articles, errors, _ = read(tmp_path / "list.csv", fetch_links=True, columns={"text": "body"})
    assert len(articles) == 3 and STORY in articles[0].text and STORY in articles[2].text
    assert len(errors) == 1 and isinstance(errors[0], InputDoubt)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("/none", "HTTP 404"),
        ("/private", "robots.txt asks programs not to read it"),
        ("/picture", "an image"),
        ("/short", "shows less than what stood there"),
        ("/list", "no article but a list"),
        ("/empty", "empty"),
        ("http://10.0.0.1/", "not asked"),
        ("http://localhost/", "name of this machine"),
    ],
)
def test_where_a_link_fails_the_teaser_is_kept_with_a_doubt(
    server: Server, monkeypatch: pytest.MonkeyPatch, link: str, said: str
) -> None:
    from dataclasses import replace

    monkeypatch.setattr(addresses, "POLICY", replace(LOCAL, allows=lambda ip: str(ip) == "127.0.0.1"))
    lines = "\n".join(json.dumps({"text": STORY}) for _ in range(3)).encode()
    server.pages |= {
        "/feed": page(feed(link if "://" in link else server.url(link)), Content_Type="text/xml"),
        "/robots.txt": page(b"User-agent: *\nDisallow: /private", Content_Type="text/plain"),
        "/private": page(canonical("")),
        "/picture": page(b"x", Content_Type="image/jpeg"),
        "/short": page(b"<p>Log in.</p>"),
        "/list": page(lines, Content_Type="text/plain"),
        "/empty": page(b""),
    }
    (kept,), (doubt,), _ = read(server.url("/feed"), fetch_links=True)
    assert kept.text == "Police shot dead two in Mitrovica."
    assert isinstance(doubt, InputDoubt) and said in str(doubt) and "item 1" in str(doubt)


def test_a_site_that_fails_is_given_up_and_that_is_told_once(server: Server) -> None:
    item = "<item><title>Item {n}</title><link>{link}</link><description>Shots in Mitrovica, {n}.</description></item>"
    items = "".join(item.format(n=n, link=server.url(f"/{n}")) for n in range(12))
    server.pages |= {f"/{n}": page(status=500) for n in range(12)}
    server.pages["/feed"] = page(
        f'<rss version="2.0"><channel><title>W</title>{items}</channel></rss>'.encode(), Content_Type="text/xml"
    )
    articles, doubts, _ = read(server.url("/feed"), fetch_links=True)
    assert len(articles) == 12
    assert ["500" in str(doubt) for doubt in doubts] == [True, True, True, False]
    assert "failed 3 times running; it and what else is there are left as they are" in str(doubts[-1])


def test_where_there_is_nothing_but_a_link_a_failure_loses_the_article(server: Server) -> None:
    from geomap.articles.draft import Draft
    from geomap.articles.web import Web

    told: list[GeomapError] = []
    web = Web(follows=True, on_fetch=None, report=told.append)
    for n in range(5):
        server.pages[f"/{n}"] = page(status=500)
        bare = Draft(doc_id="x", text=" ", where=f"list.csv, row {n}", url=server.url(f"/{n}"), teaser=True)
        assert web.whole(bare, lambda source: iter(())) is None
    assert len(told) == 5 and not any(isinstance(one, InputDoubt) for one in told)
    assert "list.csv, row 4" in str(told[4]) and "failed 3 times running" in str(told[4])


# --------------------------------------------------------------------------------- the command line


def run(capfdbinary: pytest.CaptureFixture[bytes], *arguments: object) -> tuple[int, bytes, str]:
    code = main([*map(str, arguments), "--recognizer", "gazetteer", "--only-shipped"])
    out, err = capfdbinary.readouterr()
    return code, out, err.decode()


def test_extract_from_an_address(
    server: Server, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server.pages["/two-dead"] = page(canonical(""))
    address = server.url("/two-dead", host="news.example.org")
    code, out, err = run(capfdbinary, "toponyms", address)
    assert code == 0 and json.loads(out)["doc_id"] == "two-dead"
    assert "geomap: fetching from news.example.org.\n" in err
    code, out, err = run(capfdbinary, "extract", address)
    assert code == 0 and "fetching from news.example.org" in err
    assert out
    for line in out.splitlines():
        (source,) = json.loads(line)["sources"]
        assert source["url"] == address
    # An address is no file that a result could destroy, and its name makes the map's.
    code, out, err = run(capfdbinary, "map", address, "--quiet")
    assert code == 0 and out.decode().strip() == "output/two-dead.html" and err == ""
    assert address in Path("output/two-dead.html").read_text("utf-8")


def test_nothing_is_asked_for_without_an_address(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    (tmp_path / "feed.xml").write_bytes(feed("https://www.example.org/a"))
    (tmp_path / "page.html").write_bytes(canonical("https://www.example.org/a"))
    code, out, err = run(capfdbinary, "toponyms", tmp_path)
    assert code == 0 and len(out.splitlines()) == 2 and "fetching" not in err


def test_the_command_refuses_what_is_not_public(server: Server, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    addresses.POLICY = addresses.FetchPolicy()
    for address in (server.url(), "http://localhost/", "http://[::1]/", "file:///etc/passwd", "http://2130706433/"):
        code, out, err = run(capfdbinary, "extract", address)
        assert code == 1 and not out and "Traceback" not in err and "fetching from" not in err
        assert err.count("\n") == 1, err
    assert server.asked == []
