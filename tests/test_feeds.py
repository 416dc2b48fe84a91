"""Feeds: every dialect gives the same articles, and no hostile one gives anything else."""

from __future__ import annotations

import io
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from inputs import failure, only, read, write

from geomap.articles import feeds, limits, read_articles
from geomap.articles.draft import Source
from geomap.articles.feeds import feed_drafts
from geomap.errors import GeomapError, InputDoubt, InputError

ITEM = "<item><title>Sirens</title><description>Sirens howled in the upper town.</description>{}</item>"


def rss(items: str, *, before: str = "", channel: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>Harbour News</title>{channel}{items}'
        "</channel></rss>"
    )


# ------------------------------------------------------------------------------------------- dialects

RSS2 = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Harbour &amp; Hill</title><language>en-gb</language><link>https://example.org</link>
<item><title>Bridge closed</title><link>https://example.org/1</link><guid isPermaLink="false">tag:1</guid>
<pubDate>Sun, 31 Jul 2022 23:30:00 -0500</pubDate><description>Police closed it.</description>
<content:encoded><![CDATA[<p>Police closed the bridge on Sunday.</p><p>Nobody&nbsp;was hurt.</p>]]></content:encoded>
</item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-gb"><title>Harbour &amp; Hill</title>
<entry><id>tag:1</id><title type="html">Bridge &lt;i&gt;closed&lt;/i&gt;</title>
<link rel="self" href="https://example.org/self"/><link href="https://example.org/1"/>
<published>2022-07-31T23:30:00-05:00</published><updated>2022-08-02T01:00:00Z</updated><author><name>N</name></author>
<summary>Police closed it.</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>Police closed the bridge on Sunday.</p><p>Nobody was hurt.</p></div></content></entry></feed>"""

PREFIXED = ATOM.replace("<feed xmlns=", "<a:feed xmlns:a=").replace("</feed>", "</a:feed>")
for _name in ("entry", "id", "title", "published", "updated", "summary", "content", "link"):
    PREFIXED = PREFIXED.replace(f"<{_name}", f"<a:{_name}").replace(f"</{_name}", f"</a:{_name}")

RSS1 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.org"><title>Harbour &amp; Hill</title>
<items><rdf:Seq><rdf:li resource="https://example.org/1"/></rdf:Seq></items></channel>
<item rdf:about="https://example.org/1"><title>Bridge closed</title><link>https://example.org/1</link>
<description>&lt;p&gt;Police closed the bridge on Sunday.&lt;/p&gt;&lt;p&gt;Nobody was hurt.&lt;/p&gt;</description>
<dc:date>2022-07-31T23:30:00-05:00</dc:date><dc:language>en-gb</dc:language></item></rdf:RDF>"""

RSS091 = """<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.example/rss-0.91.dtd">
<rss version="0.91"><channel><title>Harbour &amp; Hill</title><language>en-gb</language>
<item><title>Bridge closed</title><link>https://example.org/1</link>
<description>Police closed the bridge on Sunday.&lt;br&gt;Nobody was hurt.</description></item></channel></rss>"""


@pytest.mark.parametrize("feed", [RSS2, ATOM, PREFIXED, RSS1, RSS091], ids=["2.0", "Atom", "a:feed", "1.0", "0.91"])
@pytest.mark.parametrize("name", ["a.xml", "a.rss", "a.atom", "a.txt", "a"])
def test_every_dialect_gives_the_article(tmp_path: Path, feed: str, name: str) -> None:
    article = only(write(tmp_path / name, feed))
    assert article.text == "Police closed the bridge on Sunday.\nNobody was hurt."
    assert (article.title, article.url) == ("Bridge closed", "https://example.org/1")
    assert (article.source, article.language) == ("Harbour & Hill", "en-gb")
    assert article.doc_id == ("tag:1" if feed in (RSS2, ATOM, PREFIXED) else "https://example.org/1")
    if feed is not RSS091:
        # The day as the feed writes it, in its own time zone: in UTC it is the first of August.
        assert article.published == "2022-07-31"
        assert (article.published_basis or "").startswith("the feed's ")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_a_feed_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    named = "utf-16" if encoding.startswith("utf-16") else encoding.removesuffix("-sig")
    feed = rss(ITEM.format("") * 2).replace("Sirens howled", "À Besançon").replace("?>", f' encoding="{named}"?>', 1)
    found, errors = read(write(tmp_path / "a.xml", feed.encode(encoding)))
    assert errors == []
    assert [a.text for a in found] == ["À Besançon in the upper town."] * 2


def told_feed(data: bytes, charset: str | None) -> tuple[list[str], list[GeomapError]]:
    source = Source(stream=io.BytesIO(data), name="f", stem="f", charset=charset)
    head = source.stream.read(limits.SNIFF_BYTES)
    errors: list[GeomapError] = []
    found = list(feed_drafts(source, head, None, seen=set(), report=errors.append, dated=False))
    return [draft.text for draft in found], errors


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1251", None])
@pytest.mark.parametrize(("encoding", "named"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-8", "iso-8859-1")])
def test_what_is_utf_8_is_read_so_whatever_is_told(charset: str | None, encoding: str, named: str) -> None:
    feed = rss(ITEM.format("") + ITEM.format("").replace("Sirens howled", "Herr Müller \ufffd čeka"))
    feed = feed.replace("?>", f' encoding="{named}"?>', 1)
    assert told_feed(feed.encode(encoding), charset) == (
        ["Sirens howled in the upper town.", "Herr Müller \ufffd čeka in the upper town."],
        [],
    )


@pytest.mark.parametrize("before", [0, 2_000])
def test_a_feed_in_an_encoding_that_nobody_tells_is_doubtful(before: int) -> None:
    feed = rss(ITEM.format("") * before + ITEM.format("").replace("Sirens howled", "Herr Müller sat"))
    texts, errors = told_feed(feed.encode("cp1252"), None)
    assert texts[-1] == "Herr Müller sat in the upper town." and len(texts) == before + 1
    assert [type(error) for error in errors] == [InputDoubt] and "Windows-1252" in str(errors[0])
    # What does not fit later is told too, and only then.
    fine = ITEM.format("").replace("Sirens howled", "Herr Müller sat").encode()
    texts, errors = told_feed(rss("@").encode().replace(b"@", fine * 1_500 + fine.replace(b"\xbc", b"!")), None)
    assert texts[-1] == "Herr M\ufffd!ller sat in the upper town." and texts[0].startswith("Herr Müller")
    assert len(errors) == 1 and "bytes that are no UTF-8" in str(errors[0])


def test_a_feed_of_seven_bits() -> None:
    feed = rss(ITEM.format("").replace("Sirens howled", "サイレン")).replace("?>", ' encoding="iso-2022-jp"?>', 1)
    assert told_feed(feed.encode("iso2022_jp"), None) == (["サイレン in the upper town."], [])


def test_what_stands_in_cdata_is_taken_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "_PIECE", 7)
    monkeypatch.setattr(limits, "SNIFF_BYTES", 60)
    feed = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>H</title><!-- <![CDATA[ & --><entry><id>1</id>"
        "<title><![CDATA[Johnson & Johnson &amp; Sons]]></title><content>Bells & whistles.<![CDATA[<]]>"
        "</content></entry></feed>"
    )
    article = only(write(tmp_path / "a.xml", feed))
    assert (article.title, article.text) == ("Johnson & Johnson &amp; Sons", "Bells & whistles.<")
    item = "<item><title><![CDATA[Johnson & Sons]]></title><guid><![CDATA[https://example.org/?a=1&b=2]]></guid></item>"
    found, _ = read(write(tmp_path / "b.xml", rss(item)))
    assert (found[0].title, found[0].url) == ("Johnson & Sons", "https://example.org/?a=1&b=2")
    assert found[0].doc_id == "https://example.org/?a=1&b=2"


def test_a_teaser_is_kept_where_there_is_no_more(tmp_path: Path) -> None:
    article = only(write(tmp_path / "a.xml", rss(ITEM.format("<link>https://example.org/1</link>"))))
    assert (article.text, article.url) == ("Sirens howled in the upper town.", "https://example.org/1")


def test_what_other_vocabularies_say_is_not_taken_for_the_item(tmp_path: Path) -> None:
    extra = (
        '<media:title>No</media:title><media:content url="x"><media:description>No</media:description></media:content>'
        '<itunes:summary>No</itunes:summary><source url="https://example.org/f">The Courier</source>'
    )
    article = only(write(tmp_path / "a.xml", rss(ITEM.format(extra))))
    assert (article.title, article.text, article.source) == (
        "Sirens",
        "Sirens howled in the upper town.",
        "The Courier",
    )


def test_a_line_that_a_blog_adds_below_is_dropped(tmp_path: Path) -> None:
    body = "&lt;p&gt;Sirens howled.&lt;/p&gt;&lt;p&gt;The post Sirens appeared first on Harbour News.&lt;/p&gt;"
    item = f"<item><title>Sirens</title><description>{body}</description></item>"
    assert only(write(tmp_path / "a.xml", rss(item))).text == "Sirens howled."


# --------------------------------------------------------------------------------------------- doubts


def test_a_title_alone_is_the_text_and_it_is_said_once(tmp_path: Path) -> None:
    items = "<item><title>Bridge closed</title></item>" * 3
    found, errors = read(write(tmp_path / "a.xml", rss(items)))
    assert [a.text for a in found] == ["Bridge closed"] * 3
    assert [a.doc_id for a in found] == ["a-1", "a-2", "a-3"]
    assert len(errors) == 1 and isinstance(errors[0], InputDoubt)
    assert "no text but a title" in str(errors[0]) and "3 items" in str(errors[0])


def test_an_item_with_nothing_is_an_error_and_the_others_are_read(tmp_path: Path) -> None:
    found, errors = read(write(tmp_path / "a.xml", rss("<item><description> </description></item>" + ITEM.format(""))))
    assert len(found) == 1
    assert len(errors) == 1 and not isinstance(errors[0], InputDoubt) and "item 1 (line 1)" in str(errors[0])


def test_an_impossible_date_is_told_and_the_next_one_is_tried(tmp_path: Path) -> None:
    wrong = "<pubDate>Thu, 31 Feb 2022 10:00:00 GMT</pubDate>"
    found, errors = read(write(tmp_path / "a.xml", rss(ITEM.format(wrong))))
    assert found[0].published is None and "no day 31" in str(errors[0])
    right = "<dc:date>2022-03-01</dc:date>"
    assert only(write(tmp_path / "a.xml", rss(ITEM.format(wrong + right)))).published == "2022-03-01"
    two_digits = ITEM.format("<pubDate>31 Jul 22 23:30 EST</pubDate>")
    assert only(write(tmp_path / "a.xml", rss(two_digits))).published == "2022-07-31"
    found, errors = read(tmp_path / "a.xml", published="2021-01-01")
    assert found[0].published == "2021-01-01" and errors == []


def test_an_item_that_stands_twice_is_read_once(tmp_path: Path) -> None:
    one = ITEM.format("<guid>https://example.org/1</guid>")
    found, errors = read(write(tmp_path / "a.xml", rss(one * 3)), write(tmp_path / "b.xml", rss(one)))
    assert [a.doc_id for a in found] == ["https://example.org/1"]
    assert "2 items" in str(errors[0]) and "1 item" in str(errors[1])
    assert all(isinstance(error, InputDoubt) for error in errors)


def test_items_that_share_only_an_identifier_are_all_kept(tmp_path: Path) -> None:
    items = "".join(ITEM.format(f"<guid>news</guid><link>https://example.org/{n}</link>") for n in range(3))
    found, errors = read(write(tmp_path / "a.xml", rss(items)))
    assert [a.doc_id for a in found] == ["news", "news-2", "news-3"] and errors == []


def test_a_feed_that_breaks_off_gives_what_stands_before(tmp_path: Path) -> None:
    feed = rss(ITEM.format("") * 3)
    found, errors = read(write(tmp_path / "a.xml", feed[: feed.rindex("</item>") - 5]))
    assert len(found) == 2
    assert len(errors) == 1 and not isinstance(errors[0], InputDoubt)
    assert "cut off or damaged" in str(errors[0]) and "2 items were read" in str(errors[0])


def test_an_untitled_feed_that_is_given_up_gives_what_stands_before(tmp_path: Path) -> None:
    items = ITEM.format("") * 2 + "<x>" * 300
    found, errors = read(write(tmp_path / "a.xml", f"<rss><channel>{items}</channel></rss>"))
    assert len(found) == 2 and len(errors) == 1
    assert "nested deeper" in str(errors[0]) and "2 items were read" in str(errors[0])


def test_small_damage_is_mended(tmp_path: Path) -> None:
    item = ITEM.format("<link>https://example.org/a?x=1&y=2</link>").replace(
        "upper", "&nbsp;up&ndash;per&#0;\x0b &unknown;"
    )
    article = only(write(tmp_path / "a.xml", rss(item)))
    assert article.text == "Sirens howled in the up–per\ufffd\ufffd &unknown; town."
    assert article.url == "https://example.org/a?x=1&y=2"


def test_links_that_are_not_http_are_left_out(tmp_path: Path) -> None:
    for link in ("javascript:alert(1)", "file:///etc/hosts", "data:text/html,x", "//example.org/x", "https://a b"):
        assert only(write(tmp_path / "a.xml", rss(ITEM.format(f"<link>{link}</link>")))).url is None


def test_an_empty_feed_and_xml_that_is_none(tmp_path: Path) -> None:
    assert "holds no items" in failure(write(tmp_path / "a.xml", rss("")))
    assert "no feed (its first element is <report>)" in failure(write(tmp_path / "b.xml", "<report><p>x</p></report>"))
    page = '<?xml version="1.0"?><!DOCTYPE html><html><body><p>Sirens howled.</p></body></html>'
    assert only(write(tmp_path / "c.xml", page)).text == "Sirens howled."


def test_without_on_error_the_doubt_is_raised(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", rss("<item><title>Bridge closed</title></item>"))
    with pytest.raises(InputDoubt):
        list(read_articles(path))


# -------------------------------------------------------------------------------------------- attacks


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hosts">]>',
        '<!DOCTYPE r [<!ENTITY % d SYSTEM "http://127.0.0.1:9/d.dtd">%d;]>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "http://127.0.0.1:9/a" NDATA x>]>',
    ],
    ids=["billion laughs", "external", "parameter", "unparsed"],
)
def test_a_feed_that_declares_entities_is_refused(tmp_path: Path, doctype: str) -> None:
    feed = rss(ITEM.format("").replace("upper", "&a;&b;&x;"), before=doctype)
    assert "declares entities" in failure(write(tmp_path / "a.xml", feed))


def test_nothing_outside_the_feed_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    write(tmp_path / "d.dtd", '<!ENTITY upper "LOWER">')
    before = f'<!DOCTYPE rss SYSTEM "{(tmp_path / "d.dtd").as_uri()}">'
    path = write(tmp_path / "a.xml", rss(ITEM.format("").replace("upper", "&upper;"), before=before))
    monkeypatch.setattr("socket.socket.connect", lambda *args: opened.append(args))
    assert only(path).text == "Sirens howled in the &upper; town."
    assert opened == []


@pytest.mark.parametrize(
    "item",
    [
        f"<author>{'(a@b ' * 400_000}</author>",
        f"<author>{'<' + 'a' * 50_000 + '/>'}</author>",
        f"<category>{'x' * 3_000_000}</category>",
    ],
)
def test_a_field_that_nobody_needs_costs_nothing(tmp_path: Path, item: str) -> None:
    assert only(write(tmp_path / "a.xml", rss(ITEM.format(item)))).text == "Sirens howled in the upper town."


@pytest.mark.parametrize(
    "bad",
    [
        f"<item a='{'x' * 3_000_000}'/>",
        f"<item {' '.join(f'a{n}=' + chr(34) * 2 for n in range(200_000))}/>",
        f"<!--{'x' * 3_000_000}-->",
        f"<{'x' * 3_000_000}>",
        "<item>" + "<a>" * 300 + "</a>" * 300 + "</item>",
    ],
    ids=["attribute", "attributes", "comment", "name", "depth"],
)
def test_what_would_fill_the_memory_ends_the_feed(tmp_path: Path, bad: str) -> None:
    found, errors = read(write(tmp_path / "a.xml", rss(ITEM.format("") + bad + ITEM.format(""))))
    assert len(found) == 1 and len(errors) == 1
    assert not isinstance(errors[0], InputDoubt) and "1 item was read" in str(errors[0])


def test_an_item_too_large_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ARTICLE_BYTES", 10_000)
    large = ITEM.format("").replace("upper", "upper " * 5_000)
    found, errors = read(write(tmp_path / "a.xml", rss(large + ITEM.format(""))))
    assert len(found) == 1 and "item 1" in str(errors[0]) and "larger than" in str(errors[0])


@pytest.mark.parametrize(
    "hostile",
    ["{{7*7}}", "{% for x in y %}", "${alert(1)}", "`x`", "C:\\2019", "&lt;img src=x onerror=alert(1)&gt;howled"],
)
def test_text_is_kept_literally(tmp_path: Path, hostile: str) -> None:
    import html

    item = f"<item><description>Sirens {html.escape(hostile)} there.</description></item>"
    text = only(write(tmp_path / "a.xml", rss(item))).text
    assert text == f"Sirens {html.unescape(hostile)} there."


class _Endless(io.RawIOBase):
    """A feed of many items that is never in memory as a whole."""

    def __init__(self, items: int) -> None:
        self.parts = self.made(items)
        self.rest = b""

    def made(self, items: int) -> Iterator[bytes]:
        yield b'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>'
        for number in range(items):
            yield b"<item><guid>%d</guid><description>Sirens howled.</description></item>" % number
        yield b"</channel></rss>"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while len(self.rest) < len(buffer) and (part := next(self.parts, None)) is not None:
            self.rest += part
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size


def test_items_are_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    def peak(items: int) -> int:
        stream = io.TextIOWrapper(io.BufferedReader(_Endless(items)), encoding="ascii")
        monkeypatch.setattr(sys, "stdin", stream)
        tracemalloc.start()
        assert sum(1 for _ in read_articles("-")) == items
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    small, large = peak(1_000), peak(5_000)
    # Only the identifiers stay, some 200 bytes each; the items themselves would be 1 kB.
    assert large - small < 4_000 * 400


def test_an_error_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        list(read_articles(write(tmp_path / "a.rss", "<rss><channel>")))
