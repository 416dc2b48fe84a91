"""Fetching from real servers on this machine, which the policy of the tests allows and geomap's own does not."""

from __future__ import annotations

import gzip
import ipaddress
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_servers import LOCAL, Answer, Handler, Server, anywhere, here, page, redirect

from geomap.errors import InputError
from geomap.fetching import (
    Fetcher,
    FetchError,
    FetchPolicy,
    asking,
    fetch,
    is_address,
    is_public,
    parse_address,
    polite,
    stem_of,
)
from geomap.fetching.robots import Robots


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


# ---------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "name the file itself"),
        ("ftp://files.example.org/a", "ftp: addresses are not fetched"),
        ("data:text/html,<p>x", "data: addresses are not fetched"),
        ("javascript:alert(1)", "javascript: addresses"),
        ("gopher://example.org/", "gopher: addresses"),
        ("http:example.org/a", "write it as http://example.org/page"),
        ("https:///a", "no valid address"),
        ("http://", "no valid address"),
        ("http://user:secret@example.org/", "user name or password"),
        ("http://@example.org/", "user name or password"),
        ("http:user:secret@example.org/", "write it as"),
        ("http:///a:secret@example.org/", "no valid address"),
        ("ftp://user:secret@example.org/", "not fetched"),
        ("user:secret@example.org", "not fetched"),
        ("http://example.org\\@127.0.0.1/", "characters that no address has"),
        ("http://example.org /", "characters that no address has"),
        ("http://example.org/\nHost:x", "characters that no address has"),
        ("http://example.org/\u202egpj", "characters that no address has"),
        ("http://exa%6dple.org/", "percent sign"),
        ("http://example.org:0/", "port 0"),
        ("http://example.org:25/", "port 25 is not asked"),
        ("http://example.org:99999/", "no valid address"),
        ("http://localhost/", "name of this machine"),
        ("http://LOCALHOST/", "name of this machine"),
        ("http://a.localhost/", "name of this machine"),
        ("http://printer.local/", "name of this machine"),
        ("http://metadata.google.internal/", "name of this machine"),
        ("http://intranet/", "name of this machine"),
        ("http://metadata/", "no name of the public net"),
        ("http://localhost./", "ends in a dot"),
        ("http://example.org./", "ends in a dot"),
        ("http://a..example.org/", "no valid name"),
        ("http://-a.example.org/", "no valid name"),
        ("http://" + "a" * 64 + ".example.org/", "no valid name"),
        ("http://" + "a." * 200 + "org/", "no valid name"),
        ("http://facebookcorewwwi.onion/", "Tor"),
        ("http://2130706433/", "a number"),
        ("http://0x7f000001/", "a number"),
        ("http://0x7f.0.0.1/", "a number"),
        ("http://0177.0.0.1/", "a number"),
        ("http://127.1/", "a number"),
        ("http://1.2.3.4.5/", "a number"),
        ("http://example.0x/", "a number"),
        ("http://127.0.0.1/", "not asked"),
        ("http://１２７.０.０.１/", "not asked"),
        ("http://127。0。0。1/", "not asked"),
        ("http://0.0.0.0/", "not asked"),
        ("http://169.254.169.254/latest/", "not asked"),
        ("http://[::1]/", "not asked"),
        ("http://[::]/", "not asked"),
        ("http://[::ffff:127.0.0.1]/", "not asked"),
        ("http://[::ffff:7f00:1]/", "not asked"),
        ("http://[::127.0.0.1]/", "not asked"),
        ("http://[fd00:ec2::254]/", "not asked"),
        ("http://[fe80::1]/", "not asked"),
        ("http://[fe80::1%25eth0]/", "percent sign"),
        ("http://[64:ff9b::a00:1]/", "not asked"),
        ("http://[2002:7f00:1::]/", "not asked"),
        ("http://[v1.x]/", "no"),
        ("http://[::1/", "no valid address"),
        ("http://example.org/" + "a" * 9000, "longer than"),
    ],
)
def test_addresses_that_are_refused(url: str, said: str) -> None:
    with pytest.raises(InputError, match=said.replace(".", "[.]")) as raised:
        parse_address(url)
    assert "secret" not in str(raised.value) and len(str(raised.value)) < 600


def test_addresses_are_read_once_and_written_plainly() -> None:
    address = parse_address(" HTTPS://News.Example.org:443/a b/é?q=ü&x=%20#part".replace(" b", "%20b"))
    assert address.url == "https://news.example.org/a%20b/%C3%A9?q=%C3%BC&x=%20"
    assert address.netloc == "news.example.org" and address.port == 443
    assert parse_address("http://example.org:8080").url == "http://example.org:8080/"
    assert parse_address("http://example.org/?").target == "/?"
    # As browsers do, not as in 2003 ("strasse").
    assert parse_address("http://straße.example.org/").host == "xn--strae-oqa.example.org"
    assert parse_address("http://[2606:4700::1111]:8080/").netloc == "[2606:4700::1111]:8080"


def test_what_is_an_address_and_what_a_file_name() -> None:
    for text in ("http://a.org", "https:a", "FILE:///x", "ftp://x", "data:,x", " https://x", "x-y://z"):
        assert is_address(text), text
    for text in ("article.txt", "notes:today.txt", "C:\\news\\a.txt", "C:/news/a.txt", "-", "", "a b://c"):
        assert not is_address(text), text


@pytest.mark.parametrize(
    "ip",
    [
        *("10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.8.8.8", "0.1.2.3", "100.64.0.1"),
        *("100.100.100.200", "169.254.169.254", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7"),
        *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("::", "::1", "::8.8.8.8", "::ffff:10.0.0.1", "::ffff:0:8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8"),
        *("100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:a00:1::1", "2002:a9fe::"),
        *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
        *("2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:192.168.0.1"),
    ],
)  # fmt: skip
def test_private_and_special_addresses_are_not_public(ip: str) -> None:
    assert not is_public(ipaddress.ip_address(ip))


@pytest.mark.parametrize(
    "ip",
    [
        *("8.8.8.8", "93.184.215.14", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "2606:4700::1111"),
        *("::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2a00:1450:4001::200e", "2606:4700::5efe:8.8.8.8"),
    ],
)
def test_addresses_of_the_public_net_are_public(ip: str) -> None:
    assert is_public(ipaddress.ip_address(ip))


# ------------------------------------------------------------------------------------ whom it asks


def test_a_page_with_what_the_server_says_of_it(server: Server) -> None:
    server.pages["/a?b=1"] = page("<p>Zvečan</p>".encode(), Content_Type='Text/HTML; Charset="UTF-8"')
    found = fetch(server.url("/a?b=1#part"), policy=LOCAL)
    assert found.data.decode() == "<p>Zvečan</p>" and found.notes == ()
    assert (found.content_type, found.charset) == ("text/html", "utf-8")
    assert found.final_url == server.url("/a?b=1")
    (told,) = server.headers
    assert set(told) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert told["Host"] == f"127.0.0.1:{server.port}" and told["User-Agent"].startswith("geomap/")


def test_without_leave_this_machine_is_never_asked(server: Server) -> None:
    with pytest.raises(InputError, match="not asked"):
        fetch(server.url())
    with pytest.raises(InputError, match="not asked"):
        fetch(server.url(), policy=FetchPolicy(ports=None))
    inside = FetchPolicy(ports=None, look_up=lambda host, port: ["93.184.215.14", "127.0.0.1"])
    with pytest.raises(InputError, match=r"news\.example\.org is at 127\.0\.0\.1"):
        fetch(server.url(host="news.example.org"), policy=inside)
    scoped = FetchPolicy(ports=None, look_up=lambda host, port: ["fe80::1%eth0"])
    with pytest.raises(InputError, match="not asked"):
        fetch("http://news.example.org/", policy=scoped)
    assert server.asked == []


def test_a_host_is_looked_up_once_and_asked_at_that_address(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second answer of a rebinding name server is never seen."""
    server.pages["/"] = page()
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    looked_up = []
    known = socket.getaddrinfo

    def only_numbers(host: str, *arguments: object, **options: object) -> object:
        ipaddress.ip_address(host)
        return known(host, *arguments, **options)

    def look_up(host: str, port: int) -> list[str]:
        looked_up.append((host, port))
        return next(answers)

    monkeypatch.setattr(socket, "getaddrinfo", only_numbers)
    policy = FetchPolicy(allows=lambda ip: str(ip) == "127.0.0.1", ports=None, look_up=look_up)
    assert fetch(server.url(host="news.example.org"), policy=policy).data
    assert looked_up == [("news.example.org", server.port)]
    assert server.headers[0]["Host"] == f"news.example.org:{server.port}"
    with pytest.raises(InputError, match=r"169\.254\.169\.254"):
        fetch(server.url(host="news.example.org"), policy=policy)
    assert len(server.asked) == 1


def test_the_next_address_is_tried_where_one_does_not_answer(server: Server) -> None:
    server.pages["/"] = page()
    # Nothing listens on this machine's other loop-back addresses.
    policy = FetchPolicy(allows=anywhere, ports=None, look_up=lambda host, port: ["127.0.0.9", "127.0.0.1"])
    assert fetch(server.url(host="news.example.org"), policy=policy).data


def test_no_such_host_and_nobody_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with pytest.raises(InputError, match=r"there is no host news\.example\.org, or no network to ask for it$"):
        fetch("http://news.example.org/", policy=FetchPolicy(look_up=nobody))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(InputError, match="refused the connection"):
        fetch(f"http://127.0.0.1:{port}/", policy=LOCAL)
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    with pytest.raises(InputError, match="HTTPS_PROXY is set, but geomap asks no proxy"):
        fetch(f"http://127.0.0.1:{port}/", policy=LOCAL)


def test_a_look_up_that_hangs_is_left_behind() -> None:
    released = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        released.wait(20)
        return ["127.0.0.1"]

    with pytest.raises(InputError, match=r"not there within 0\.2 seconds"):
        fetch("http://news.example.org/", policy=FetchPolicy(allows=anywhere, look_up=slow), seconds=0.2)
    released.set()


# --------------------------------------------------------------------------------------- redirects


def test_redirects_are_followed_and_told(server: Server) -> None:
    server.pages["/a"] = redirect("b?x=1", 301)
    # Sent as UTF-8, which a header is read from as Latin-1.
    server.pages["/b?x=1"] = redirect(f"//127.0.0.1:{server.port}/" + "é c".encode().decode("latin-1"), 308)
    server.pages["/%C3%A9%20c"] = page()
    found = fetch(server.url("/a"), policy=LOCAL)
    assert found.final_url == server.url("/%C3%A9%20c") and found.url == server.url("/a")
    assert found.notes == (f"{server.url('/a')} led to {found.final_url}",)


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("file:///etc/passwd", "name the file itself"),
        ("ftp://example.org/", "ftp: addresses are not fetched"),
        ("http://127.0.0.1/", "not asked"),
        ("http://[::1]/", "not asked"),
        ("http://2130706433/", "a number"),
        ("http://localhost/", "name of this machine"),
        ("http://inside.example.org/", r"inside\.example\.org is at 10\.0\.0\.7"),
        ("http://a:b@example.org/", "user name or password"),
        ("http://[", "no address"),
        ("/a", "in a circle"),
        ("", "without saying where to"),
    ],
)
def test_redirects_are_checked_like_addresses_that_are_given(server: Server, location: str, said: str) -> None:
    def look_up(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "news.example.org" else ["10.0.0.7"]

    first = []

    def allows(ip: object) -> bool:
        # The one server of the test stands for the public net once.
        first.append(ip)
        return str(ip) == "127.0.0.1" and len(first) == 1

    server.pages["/a"] = redirect(location)
    with pytest.raises(InputError, match=said):
        fetch(
            server.url("/a", host="news.example.org"),
            policy=FetchPolicy(allows=allows, ports=None, look_up=look_up),
        )
    assert server.asked == ["/a"]


def test_a_loop_and_a_long_chain_of_redirects_end(server: Server) -> None:
    server.pages |= {"/a": redirect("/b"), "/b": redirect("/a")}
    with pytest.raises(InputError, match="in a circle"):
        fetch(server.url("/a"), policy=LOCAL)
    server.pages |= {f"/{n}": redirect(f"/{n + 1}") for n in range(1, 12)}
    server.asked.clear()
    with pytest.raises(InputError, match="more than 5 times"):
        fetch(server.url("/1"), policy=LOCAL)
    assert len(server.asked) == 6
    server.pages["/6"] = page()
    assert fetch(server.url("/1"), policy=LOCAL).final_url.endswith("/6")


# ------------------------------------------------------------------------------------ size and time


def test_a_length_over_the_limit_is_refused_at_once(server: Server) -> None:
    def huge(handler: Handler) -> None:
        page(b"a few", Content_Length=str(10 * 2**30))(handler)
        time.sleep(5)

    server.pages["/"] = huge
    started = time.process_time()
    with pytest.raises(InputError, match="larger than 16 MB"):
        fetch(server.url(), policy=LOCAL, seconds=4)
    assert time.process_time() - started < 2
    server.pages["/"] = page(b"a few", Content_Length="9" * 5000)
    with pytest.raises(InputError, match="larger than"):
        fetch(server.url(), policy=LOCAL)


def test_more_bytes_than_the_limit_are_not_read(server: Server) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"<p>more</p>" * 1000)

    server.pages["/"] = endless
    with pytest.raises(InputError, match="larger than 200,000 bytes"):
        fetch(server.url(), policy=LOCAL, limit_bytes=200_000)

    def chunked(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")

    server.pages["/"] = chunked
    with pytest.raises(InputError, match="larger than 200,000 bytes"):
        fetch(server.url(), policy=LOCAL, limit_bytes=200_000)
    server.pages["/"] = page(b"x" * 1000)
    assert len(fetch(server.url(), policy=LOCAL, limit_bytes=1000).data) == 1000


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw deflate"])
def test_a_bomb_is_not_unpacked(server: Server, coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gigabyte of zeros in a megabyte: it stops at the limit, however much is still packed."""
    wbits = {"gzip": 31, "deflate": 15, "raw deflate": -15}[coding]
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(64)) + packer.flush()
    packed *= 16 if coding == "gzip" else 1  # Several members are one gzip file.
    server.pages["/"] = page(packed, Content_Encoding=coding.split()[-1])
    unpacked = []
    step = asking._Inflater._step

    def counting(self: object, chunk: bytes, most: int) -> tuple[bytes, bytes]:
        part, rest = step(self, chunk, most)  # type: ignore[arg-type]
        unpacked.append(len(part))
        return part, rest

    monkeypatch.setattr(asking._Inflater, "_step", counting)
    with pytest.raises(InputError, match="larger than 2 MB"):
        fetch(server.url(), policy=LOCAL, limit_bytes=2 * 2**20)
    assert max(unpacked) <= 2**16 and sum(unpacked) <= 3 * 2**20


def test_packed_pages_are_unpacked(server: Server) -> None:
    body = "<p>Ušće, Zvečan.</p>".encode() * 5000
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    for coding, packed in {
        "gzip": gzip.compress(body),
        "X-GZIP": gzip.compress(body[:7]) + gzip.compress(body[7:]) + b"\0\0",
        "deflate": zlib.compress(body),
        "deflate ": raw.compress(body) + raw.flush(),
        "identity": body,
        "": body,
    }.items():
        server.pages["/"] = page(packed, Content_Encoding=coding)
        assert fetch(server.url(), policy=LOCAL).data == body, coding
    server.pages["/"] = page(b"", Content_Encoding="gzip")
    assert fetch(server.url(), policy=LOCAL).data == b""


@pytest.mark.parametrize(
    ("packed", "coding", "said"),
    [
        (gzip.compress(b"a page" * 900, mtime=0)[:-9], "gzip", "breaks off"),
        (b"no gzip at all", "gzip", "damaged"),
        (gzip.compress(b"a page" * 900, mtime=0)[:20] + b"zzzzzzzz", "gzip", "damaged|breaks off"),
        (b"\xff\xff\xff", "deflate", "damaged"),
        (b"x", "br", "packed as br, which was not asked for"),
        (b"x", "zstd", "not asked for"),
        (gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "gzip, gzip", "not asked for"),
        (b"x", "gzip," * 500, "not asked for"),
    ],
)
def test_damaged_and_strange_packings_are_told(server: Server, packed: bytes, coding: str, said: str) -> None:
    server.pages["/"] = page(packed, Content_Encoding=coding)
    with pytest.raises(InputError, match=said):
        fetch(server.url(), policy=LOCAL)


def drip(what: bytes, head: bytes) -> Answer:
    def answer(handler: Handler) -> None:
        handler.wfile.write(head)
        for _ in range(400):
            handler.wfile.write(what)
            handler.wfile.flush()
            time.sleep(0.02)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        drip(b"x", b"HTTP/1.1 200 OK\r\n\r\n"),
        drip(b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n"),
        drip(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        drip(b"x", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;"),
        drip(b"X", b"HTTP/1.1 200 OK\r\nX-A: "),
        drip(b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        drip(b"", b""),
    ],
    ids=["body", "known length", "chunks", "chunk's head", "headers", "continue", "silence"],
)
def test_a_slow_drip_ends_when_the_time_is_up(server: Server, answer: Answer) -> None:
    server.pages["/"] = answer
    with pytest.raises(InputError, match=r"not there within 0\.3 seconds"):
        fetch(server.url(), policy=LOCAL, seconds=0.3)


# --------------------------------------------------------------------------- what servers get wrong


def reset(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def raw(data: bytes) -> Answer:
    return lambda handler: handler.wfile.write(data) and None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reset, "broke off"),
        (raw(b""), "without an answer"),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "not HTTP"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), "broke off in the middle"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello"), "cannot be read"),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "cannot be read|broke off"),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 300 + b"\r\n"), "not HTTP"),
        (raw(b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 70_000 + b"\r\n\r\n"), "not HTTP"),
        (raw(b"\x16\x03\x01\x02\x00" * 50), "not HTTP"),
    ],
)
def test_broken_answers_are_told(server: Server, answer: Answer, said: str) -> None:
    server.pages["/"] = answer
    with pytest.raises(FetchError, match=said) as raised:
        fetch(server.url(), policy=LOCAL, seconds=5)
    assert raised.value.blames_host


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "needs a login"),
        (403, "refuses to give the page to a program"),
        (404, "no such page"),
        (410, "gone for good"),
        (418, "gave no page"),
        (451, "legal reasons"),
        (204, "gave no page"),
        (304, "gave no page"),
        (429, "asked too often; it asks to wait 120 seconds"),
        (503, "fault of its own; try again later; it asks to wait 120 seconds"),
    ],
)
def test_errors_of_the_server_are_told_in_plain_words(server: Server, status: int, said: str) -> None:
    server.pages["/"] = page(b"" if status in (204, 304) else b"an error page", status, Retry_After="120")
    with pytest.raises(FetchError, match=said) as raised:
        fetch(server.url(), policy=LOCAL)
    assert raised.value.status == status and f"HTTP {status}" in str(raised.value)
    assert len(server.asked) == 1, "a server that wants rest is not asked again"


def test_a_server_that_stumbles_is_asked_once_more(server: Server) -> None:
    def stumbling(handler: Handler) -> None:
        (page(status=502) if len(server.asked) == 1 else page())(handler)

    server.pages["/"] = stumbling
    assert fetch(server.url(), policy=LOCAL).data == b"<p>A page.</p>"
    server.pages["/b"] = page(status=500)
    server.asked.clear()
    with pytest.raises(InputError, match=r"try again later \(HTTP 500\)"):
        fetch(server.url("/b"), policy=LOCAL)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("content_type", "said"),
    [
        ("image/png", r"an image \(image/png\)"),
        ("VIDEO/mp4; codecs=x", "a video"),
        ("audio/mpeg", "a sound recording"),
        ("application/zip", r"no text \(application/zip\)"),
        ("application/gzip", "not an article"),
        ("application/x-msdownload", "not an article"),
    ],
)
def test_what_is_no_article_is_refused_by_its_kind(server: Server, content_type: str, said: str) -> None:
    server.pages["/"] = page(b"x", Content_Type=content_type)
    with pytest.raises(InputError, match=said):
        fetch(server.url(), policy=LOCAL)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", (None, None)),
        ("text/plain;charset=KOI8-R", ("text/plain", "koi8-r")),
        ("text/html; boundary=x; charset='windows-1251'", ("text/html", "windows-1251")),
        ("text/html; charset=" + "x" * 60, ("text/html", None)),
        ("text/html; charset=../../etc", ("text/html", None)),
        ("text/html; charset", ("text/html", None)),
        ("nonsense", (None, None)),
        ("\x1b[31m/x", (None, None)),
        ("application/rss+xml", ("application/rss+xml", None)),
        ("application/octet-stream", ("application/octet-stream", None)),
    ],
)
def test_content_types_and_charsets_are_read_with_care(
    server: Server, header: str, expected: tuple[str | None, str | None]
) -> None:
    server.pages["/"] = page(Content_Type=header)
    found = fetch(server.url(), policy=LOCAL)
    assert (found.content_type, found.charset) == expected


# ---------------------------------------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for news.example.org, made for this run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate for this test, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(made), "-days", "2", "-subj", "/CN=news.example.org"),
            *("-addext", "subjectAltName=DNS:news.example.org", "-addext", "keyUsage=digitalSignature,keyCertSign"),
        ],
        check=True,
        capture_output=True,
    )
    return made, key


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    made = Server(context)
    yield made
    made.close()


def test_https_with_the_certificate_checked_for_the_name(secure: Server, certificate: tuple[Path, Path]) -> None:
    secure.pages["/"] = page()
    trusting = ssl.create_default_context(cafile=certificate[0])
    policy = FetchPolicy(allows=anywhere, ports=None, look_up=here, tls=trusting)
    found = fetch(f"https://news.example.org:{secure.port}/", policy=policy)
    assert found.data and secure.headers[0]["Host"] == f"news.example.org:{secure.port}"
    with pytest.raises(InputError, match=r"certificate of other\.example\.org is not valid"):
        fetch(f"https://other.example.org:{secure.port}/", policy=policy)
    with pytest.raises(InputError, match=r"certificate of 127\.0\.0\.1 is not valid"):
        fetch(f"https://127.0.0.1:{secure.port}/", policy=policy)
    # With the machine's own authorities, to which the certificate means nothing.
    strict = FetchPolicy(allows=anywhere, ports=None, look_up=here)
    with pytest.raises(InputError, match=r"not valid \(self.signed certificate\); geomap does not go on"):
        fetch(f"https://news.example.org:{secure.port}/", policy=strict)
    assert len(secure.asked) == 1


def test_https_does_not_lead_back_to_http(secure: Server, server: Server, certificate: tuple[Path, Path]) -> None:
    server.pages["/"] = page()
    secure.pages["/"] = redirect(server.url(host="news.example.org"))
    trusting = ssl.create_default_context(cafile=certificate[0])
    policy = FetchPolicy(allows=anywhere, ports=None, look_up=here, tls=trusting)
    with pytest.raises(InputError, match="from https to http"):
        fetch(f"https://news.example.org:{secure.port}/", policy=policy)
    assert server.asked == []
    server.pages["/"] = redirect(f"https://news.example.org:{secure.port}/page")
    secure.pages["/page"] = page()
    assert fetch(server.url(host="news.example.org"), policy=policy).final_url.startswith("https://")


def test_https_where_there_is_none(server: Server) -> None:
    with pytest.raises(InputError, match="no safe connection with 127"):
        fetch(f"https://127.0.0.1:{server.port}/", policy=LOCAL, seconds=5)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(InputError, match=r"not there within|in time"):
        fetch(f"https://127.0.0.1:{silent.getsockname()[1]}/", policy=LOCAL, seconds=0.3)


def test_tls_drips_end_too(secure: Server, certificate: tuple[Path, Path]) -> None:
    secure.pages["/"] = drip(b"x", b"HTTP/1.1 200 OK\r\n\r\n")
    trusting = ssl.create_default_context(cafile=certificate[0])
    policy = FetchPolicy(allows=anywhere, ports=None, look_up=here, tls=trusting)
    with pytest.raises(InputError, match=r"not there within 0\.3 seconds"):
        fetch(f"https://news.example.org:{secure.port}/", policy=policy, seconds=0.3)


def test_without_authorities_of_the_machine_certifi_has_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    asking._authorities.cache_clear()
    try:
        assert asking._authorities().cert_store_stats()["x509_ca"] > 50
    finally:
        asking._authorities.cache_clear()


# ------------------------------------------------------------------------------------------ manners


def by_name(**options: Any) -> FetchPolicy:
    return replace(LOCAL, **options)


def test_hosts_are_told_before_they_are_asked(server: Server) -> None:
    told: list[tuple[str, int]] = []
    fetcher = Fetcher(on_host=lambda host: told.append((host, len(server.asked))), policy=by_name())
    server.pages |= {"/a": page(), "/b": redirect(server.url("/a", host="www.example.org"))}
    fetcher.fetch(server.url("/a", host="news.example.org"))
    fetcher.fetch(server.url("/a", host="news.example.org"))
    fetcher.fetch(server.url("/b", host="news.example.org"))
    assert told == [("news.example.org", 0), ("www.example.org", 3)]
    assert server.asked == ["/a", "/a", "/b", "/a"], "given addresses are asked without robots.txt"


def test_there_is_a_pause_for_each_host(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(polite, "time", SimpleNamespace(sleep=waited.append, monotonic=time.monotonic))
    fetcher = Fetcher(policy=by_name(pause_s=50.0))
    server.pages |= {"/a": page(), "/b": redirect("/a")}
    for host in ("news", "www", "news", "www"):
        fetcher.fetch(server.url("/b", host=f"{host}.example.org"), seconds=20)
    assert len(waited) == 2 and all(45 < seconds <= 50 for seconds in waited)


def test_links_are_followed_only_where_robots_allow(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(polite, "time", SimpleNamespace(sleep=waited.append, monotonic=time.monotonic))
    rules = b"\xef\xbb\xbfUser-agent: *\nDisallow: /private/\nCrawl-delay: 7\n"
    server.pages |= {
        "/robots.txt": page(rules, Content_Type="text/plain"),
        "/a": page(),
        "/private/b": page(),
        "/c": redirect("/private/b"),
    }
    fetcher = Fetcher(policy=by_name())
    assert fetcher.follow(server.url("/a")).data
    for path in ("/private/b", "/c"):
        with pytest.raises(InputError, match=r"robots\.txt asks programs not to"):
            fetcher.follow(server.url(path))
    assert server.asked == ["/robots.txt", "/a", "/c"]
    assert fetcher.fetch(server.url("/private/b")).data, "what a person gives is fetched for that person"
    assert waited and all(5 < seconds <= 7 for seconds in waited)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: *\nAllow: /\nDisallow: /news/", "/news/x", False),
        ("User-agent: *\nDisallow: /news/\nAllow: /news/open/", "/news/open/x", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /x*y*z", "/xay/z/b", False),
        ("User-agent: *\nDisallow: /x*y*z", "/xaz/y", True),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("user-agent: Geomap/2 # us\nDisallow: /a\n\nUser-agent: *\nDisallow: /", "/b", True),
        ("user-agent: geomap\nuser-agent: other\nDisallow: /a\nuser-agent: *\nDisallow: /", "/a", False),
        ("user-agent: geomap\nDisallow: /a\nuser-agent: geomap\nDisallow: /b", "/a", False),
        ("user-agent: geomapper\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /%7ejo\nDisallow: /caf\u00e9", "/~jo/x", False),
        ("User-agent: *\nDisallow: /%7ejo\nDisallow: /caf\u00e9", "/caf%c3%A9/x", False),
        ("User-agent: *\nDisallow: /a/b", "/a%2Fb", True),
        ("User-agent: *\nDisallow: /?q=", "/?q=1", False),
        ("Disallow: /", "/a", True),
        ("", "/a", True),
    ],
)
def test_the_longest_rule_of_robots_txt_decides(rules: str, path: str, allowed: bool) -> None:
    assert Robots(rules, "geomap").allow(f"https://example.org{path}") is allowed


def test_rules_of_robots_txt_that_are_made_to_take_time_take_none() -> None:
    rules = Robots("User-agent: *\nDisallow: /" + "*a" * 5_000 + "b$\nCrawl-delay: nan\n" * 9, "geomap")
    assert rules.allow("https://example.org/" + "a" * 5_000) and rules.delay_s is None


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (429, False)])
def test_missing_rules_allow_and_unreadable_ones_forbid(server: Server, status: int, allowed: bool) -> None:
    server.pages |= {"/robots.txt": page(status=status), "/a": page()}
    fetcher = Fetcher(policy=by_name())
    if allowed:
        assert fetcher.follow(server.url("/a")).data
    else:
        with pytest.raises(InputError, match=r"robots\.txt, which says what programs may read, cannot be read"):
            fetcher.follow(server.url("/a"))
        assert "/a" not in server.asked


def test_a_host_that_keeps_failing_is_left_alone(server: Server) -> None:
    server.pages |= {f"/{n}": page(status=500) for n in range(9)}
    fetcher = Fetcher(policy=by_name())
    for n in range(3):
        with pytest.raises(InputError, match="HTTP 500"):
            fetcher.follow(server.url(f"/{n}"))
    asked = len(server.asked)
    with pytest.raises(InputError, match=r"not fetched, because 127\.0\.0\.1 failed 3 times running"):
        fetcher.follow(server.url("/4"))
    assert len(server.asked) == asked
    # Pages that are not there are no fault of the host.
    fetcher = Fetcher(policy=by_name())
    for _ in range(5):
        with pytest.raises(InputError, match="HTTP 404"):
            fetcher.follow(server.url("/none"))
    server.pages["/busy"] = page(status=429)
    with pytest.raises(InputError, match="HTTP 429"):
        fetcher.follow(server.url("/busy"))
    with pytest.raises(InputError, match="said that it is asked too often"):
        fetcher.follow(server.url("/none"))


# ------------------------------------------------------------------------------ whatever is thrown at it

_PIECES = st.sampled_from(
    [
        *(
            "http",
            "https",
            "HTTP",
            "file",
            "ftp",
            "data",
            "javascript",
            ":",
            "/",
            "//",
            "///",
            "\\",
            "@",
            "#",
            "?",
            "%",
        ),
        *("user:word@", "[", "]", "[::1]", "[::ffff:", "127.0.0.1", "0x7f", "2130706433", "localhost", ".", "..", " "),
        *(
            "example.org",
            "xn--",
            "ß",
            "。",
            "１",
            "\u202e",
            "\ud800",
            "\0",
            "\r\n",
            ":80",
            ":0",
            ":99999",
            "&",
            "=",
            "é",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.lists(_PIECES, max_size=12).map("".join), st.text(max_size=60).map("http://".__add__)))
def test_any_text_is_an_address_that_reads_back_or_an_input_error(text: str) -> None:
    is_address(text)
    stem_of(text)
    try:
        address = parse_address(text)
    except InputError as error:
        assert str(error).isprintable()
        return
    assert address.url.isascii() and address.url.isprintable() and " " not in address.url
    assert parse_address(address.url) == address
    assert address.ip is None or is_public(address.ip)
    assert address.port in (80, 443, 8000, 8080, 8443, 8888)


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_nothing_inside_is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(ip):
        assert ip.is_global or ip in ipaddress.ip_network("64:ff9b::/96") or ip in ipaddress.ip_network("::ffff:0:0/96")
        assert not (ip.is_private and ip.version == 4)
        assert not ip.is_loopback and not ip.is_link_local and not ip.is_multicast and not ip.is_unspecified


@pytest.mark.parametrize(
    ("url", "stem"),
    [
        ("https://www.example.org/2022/08/two-dead/", "two-dead"),
        ("https://example.org/two%20dead.html?a=1#b", "two-dead"),
        ("https://example.org/a/index.php", "a"),
        ("https://www.example.org/", "example.org"),
        ("https://example.org/..%2f..%2fetc", "etc"),
        ("https://example.org/" + "a" * 300, "a" * 80),
        ("https://example.org/Zve%C4%8Dan", "Zvečan"),
        ("https://[", "page"),
        ("https://[::1]/", "1"),
    ],
)
def test_a_page_has_a_short_name(url: str, stem: str) -> None:
    assert stem_of(url) == stem
