"""PDF and DOCX files: their text as one article, and what is broken, hostile or locked refused with a reason."""

from __future__ import annotations

import builtins
import io
import logging
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from inputs import failure, only, read, write

from geomap.articles import documents, limits
from geomap.errors import InputDoubt


def pdf(
    *pages: str | bytes, info: str = "", catalog: str = "", resources: str = "", extra: tuple[bytes, ...] = ()
) -> bytes:
    """A PDF with a page of text lines for each of ``pages``; bytes are content streams as they are."""
    objects: list[bytes] = [
        b"",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids: list[int] = []
    for page in pages:
        if isinstance(page, str):
            lines = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in page.split("\n")]
            page = ("BT /F1 12 Tf 72 720 Td 14 TL\n" + "\n".join(f"({x}) Tj T*" for x in lines) + "\nET").encode(
                "cp1252"
            )
        packed = zlib.compress(page)
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> %s >> >>" % (len(objects), resources.encode())
        )
        kids.append(len(objects))
    objects.extend(extra)
    objects.append(f"<< {info} >>".encode())
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode()
    numbers = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{numbers}] >>".encode()
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        *(len(objects) + 1, len(objects), start),
    )
    return bytes(out)


def word(*blocks: str | list[list[str]], title: str = "", language: str = "") -> bytes:
    import docx

    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.language = language
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        table = document.add_table(rows=0, cols=len(block[0]))
        for row in block:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# ------------------------------------------------------------------------------------------------ PDF


@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a"])
def test_a_pdf_gives_its_text_and_facts(tmp_path: Path, name: str) -> None:
    text = (
        "NOVIGRAD, August 1, 2022 - Sirens howled in the explo-\nsion's wake; the pro-\nRussian caf\xe9 (old) was hit."
    )
    info = "/Title (Night in Novigrad) /CreationDate (D:20240506120000Z)"
    article = only(write(tmp_path / name, pdf(text, info=info, catalog="/Lang (en-GB)")))
    assert article.text == (
        "NOVIGRAD, August 1, 2022 - Sirens howled in the explosion's wake; the pro-Russian caf\xe9 (old) was hit."
    )
    assert (article.doc_id, article.title, article.language) == ("a", "Night in Novigrad", "en-GB")
    assert article.published == "2022-08-01" and "dateline" in (article.published_basis or "")


def test_the_day_a_pdf_was_made_dates_nothing(tmp_path: Path) -> None:
    article = only(write(tmp_path / "a.pdf", pdf("Sirens howled.", info="/CreationDate (D:20240506120000Z)")))
    assert article.published is None and article.published_basis is None


@pytest.mark.parametrize(
    "title", ["Microsoft Word - story.doc", "Untitled", "layout_7.indd", "x", "report.pdf", "scan 004"]
)
def test_a_title_that_a_program_made_is_none(tmp_path: Path, title: str) -> None:
    assert only(write(tmp_path / "a.pdf", pdf("Sirens howled.", info=f"/Title ({title})"))).title is None


def test_headers_footers_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    told = ["Sirens howled in the town.", "Police closed the bridge.", "Two men were held.", "Nobody was hurt."]
    page = "The Harbour News {0}\n{1} It goes on.\nAll rights reserved\nPage {0} of 4"
    pages = [page.format(number, line) for number, line in enumerate(told, 1)]
    assert only(write(tmp_path / "a.pdf", pdf(*pages))).text == "\n".join(f"{line} It goes on." for line in told)
    # What is the same throughout is no margin.
    assert only(write(tmp_path / "b.pdf", pdf(*["Sirens howled."] * 4))).text.count("Sirens") == 4


def test_a_word_is_joined_over_the_end_of_a_page(tmp_path: Path) -> None:
    assert only(write(tmp_path / "a.pdf", pdf("Sirens in Novi-", "grad howled."))).text == "Sirens in Novigrad howled."


def test_a_pdf_without_text(tmp_path: Path) -> None:
    assert "scanned pages? Run OCR first" in failure(write(tmp_path / "a.pdf", pdf(b"0 0 m 10 10 l S")))
    assert "scanned pages?" in failure(write(tmp_path / "b.pdf", pdf()))


def test_a_locked_pdf(tmp_path: Path) -> None:
    import pypdf

    for password in ("secret", ""):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("Sirens howled.")))
        writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
        writer.write(tmp_path / f"a{password}.pdf")
    assert "protected by a password" in failure(tmp_path / "asecret.pdf")
    # Locked against printing only, it is read.
    assert only(tmp_path / "a.pdf").text == "Sirens howled."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7\n...", "broken PDF"),
        (b"%PDF-", "broken PDF"),
        (b"%PDF-1.7\n" + b"\x00\xff" * 5_000, "broken PDF"),
        (pdf("Sirens howled.")[:200], "broken PDF"),
        (pdf("Sirens howled.").replace(b"/Pages 2 0 R", b"/Pages 1 0 R"), "no text in it"),
        (pdf("Sirens howled.").replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"), "broken PDF"),
        (pdf("Sirens howled.").replace(b"/Type /Page ", b"/Type /Pork "), "no text in it"),
    ],
    ids=["three dots", "mark", "noise", "cut", "root", "cycle", "no page"],
)
def test_a_broken_pdf_is_an_input_error(
    tmp_path: Path, data: bytes, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    message = failure(write(tmp_path / "a.pdf", data))
    assert reason in message and "a.pdf" in message
    assert capfd.readouterr() == ("", "")


def damaged(how: str) -> bytes:
    """A PDF of three pages, the second of which is not as it should be."""
    data = pdf("Sirens howled.", b"0 0 m 10 10 l S" if how == "scanned" else "Gone.", "It ended.")
    second = [match.end() for match in re.finditer(rb"(?<!end)stream\n", data)][1]
    if how == "bytes":
        return data[:second] + b"\xff\xff\xff\xff" + data[second + 4 :]
    if how.startswith("/"):
        name = data.rindex(b"/FlateDecode", 0, second)
        return data[:name] + how.encode() + data[name + 12 :]
    return data


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("bytes", "1 page damaged, so that text may be missing (2)"),
        ("scanned", "1 page without text, but not empty: scanned? Then run OCR first (2)"),
        ("/JBIG2Decode", "1 page broken and left out (2)"),
        ("/NoSuchThing", "1 page broken and left out (2)"),
    ],
)
def test_one_bad_page_costs_no_other(tmp_path: Path, how: str, told: str, capfd: pytest.CaptureFixture[str]) -> None:
    before = logging.root.manager.disable
    # As the command line does it.
    logging.disable(logging.CRITICAL)
    try:
        found, errors = read(write(tmp_path / "a.pdf", damaged(how)))
        assert logging.root.manager.disable == logging.CRITICAL
    finally:
        logging.disable(before)
    assert len(found) == 1 and found[0].text.startswith("Sirens howled.\n") and found[0].text.endswith("\nIt ended.")
    assert "Gone" not in found[0].text
    assert [type(error) for error in errors] == [InputDoubt] and told in str(errors[0])
    assert capfd.readouterr() == ("", "")


def test_an_empty_page_is_no_doubt(tmp_path: Path) -> None:
    assert only(write(tmp_path / "a.pdf", pdf("Sirens howled.", b"", "It ended."))).text.endswith("It ended.")


def test_a_pdf_that_draws_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_MOST_OPERATIONS", 2_000)
    assert "strokes" in failure(write(tmp_path / "a.pdf", pdf(b"0 0 m\n" * 5_000)))
    # Forms that draw forms twice: two to the twentieth.
    forms = tuple(
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >>"
        b" /Font << /F1 3 0 R >> >> /Length 12 >>\nstream\n/X Do /X Do \nendstream" % min(7 + n, 25)
        for n in range(20)
    )
    data = pdf(b"/X Do", resources="/XObject << /X 6 0 R >>", extra=forms)
    assert len(failure(write(tmp_path / "b.pdf", data))) > 0


def test_a_pdf_bomb_is_an_error(tmp_path: Path) -> None:
    assert "more memory" in failure(write(tmp_path / "a.pdf", pdf(b" " * 80_000_000)))


def test_limits_of_size_and_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.pdf", pdf(*["Sirens howled."] * 12))
    monkeypatch.setattr(documents, "_MOST_PAGES", 10)
    assert "more than 10 pages" in failure(path)
    monkeypatch.setattr(documents, "_MOST_PAGES", 100)
    monkeypatch.setattr(limits, "MAX_ARTICLE_BYTES", 100)
    assert "of text; split it" in failure(path)
    monkeypatch.setattr("geomap.articles.reader.MAX_DOCUMENT_BYTES", 100)
    assert "larger than" in failure(path)


# ----------------------------------------------------------------------------------------------- DOCX


def test_a_word_document_gives_its_text_and_facts(tmp_path: Path) -> None:
    data = word(
        "Sirens howled.", "", [["Town", "Shots"], ["Novigrad", "3"]], "It ended.", title="Night", language="en-GB"
    )
    article = only(write(tmp_path / "a.docx", data))
    assert article.text == "Sirens howled.\nTown | Shots\nNovigrad | 3\nIt ended."
    assert (article.doc_id, article.title, article.language, article.published) == ("a", "Night", "en-GB", None)
    assert only(write(tmp_path / "b.txt", data)).text == article.text


def test_a_word_document_without_text(tmp_path: Path) -> None:
    assert "holds no text" in failure(write(tmp_path / "a.docx", word("", " ")))


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda: word("Sirens howled.")[:2_000], "broken zip archive"),
        (lambda: b"PK\x03\x04....", "broken zip archive"),
        (lambda: zipped({"word/document.xml": b" " * 70_000_000}), "zip bomb"),
        (lambda: zipped({"word/document.xml": b"", **{f"word/{n}": b"" for n in range(6_000)}}), "zip bomb"),
        (lambda: zipped({"word/document.xml": b"<w:document/>"}), "Word document"),
        (lambda: b"plain text", "no DOCX file"),
    ],
    ids=["cut", "mark", "bomb", "many parts", "one part", "text"],
)
def test_a_broken_or_hostile_document_is_refused(tmp_path: Path, data: Any, reason: str) -> None:
    assert reason in failure(write(tmp_path / "a.docx", data()))


def changed(data: bytes, part: str, old: str, new: str) -> bytes:
    """The document with ``old`` replaced in a part of it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[part].decode()
    assert old in text
    return zipped(parts | {part: text.replace(old, new).encode()})


@pytest.mark.parametrize("before", ["", "<!-- <w:document> -->", "<?a <b>?>"])
def test_a_document_type_is_refused(tmp_path: Path, before: str) -> None:
    doctype = '<!DOCTYPE d [<!ENTITY y "ha ha">]>'
    data = changed(word("Sirens &y; howled."), "word/document.xml", "<w:document", f"{before}{doctype}<w:document")
    assert "is no XML as a Word document holds it" in failure(write(tmp_path / "a.docx", data))


def test_a_drawing_may_have_a_document_type(tmp_path: Path) -> None:
    made = io.BytesIO(word("Sirens howled."))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("word/media/image1.svg", '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd"><svg/>')
    assert only(write(tmp_path / "a.docx", made.getvalue())).text == "Sirens howled."


SDT = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
RUN = "<w:r><w:t>{}</w:t></w:r>"
BOX = (
    '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    "<mc:Choice><w:txbxContent><w:p>{0}</w:p></w:txbxContent></mc:Choice>"
    "<mc:Fallback><w:txbxContent><w:p>{0}</w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
).format(RUN.format("Boxed."))


def test_all_text_of_a_word_document_is_kept_in_its_order(tmp_path: Path) -> None:
    run = RUN.format
    body = (
        f"<w:p>{run('Sirens ')}<w:ins>{run('howled')}</w:ins><w:del>{run('rang')}</w:del>"
        f"<w:moveFrom>{run('gone')}</w:moveFrom>{SDT.format(run(' twice'))}<w:r><w:br/></w:r>{run('at')}"
        f"<w:r><w:noBreakHyphen/></w:r>{run('noon.')}</w:p>"
        + SDT.format(f"<w:p>{run('Controlled.')}</w:p>")
        + f"<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>{BOX}{run('Beside it.')}</w:p>"
        f"<w:tbl><w:tr><w:tc><w:p>{run('Town')}</w:p><w:p>{run('hall')}</w:p></w:tc>"
        f"<w:tc><w:tbl><w:tr><w:tc><w:p>{run('3')}</w:p></w:tc><w:tc><w:p>{run('4')}</w:p></w:tc></w:tr></w:tbl><w:p/>"
        "</w:tc></w:tr></w:tbl><w:p>"
    )
    data = changed(word("MARK"), "word/document.xml", "<w:p><w:r><w:t>MARK</w:t></w:r>", body)
    assert only(write(tmp_path / "a.docx", data)).text.split("\n") == [
        *("Sirens howled twice", "at-noon.", "Controlled.", "Boxed.", "Beside it.", "Town hall | 3 | 4")
    ]


def test_merged_cells_are_read_once_however_far_they_reach(tmp_path: Path) -> None:
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p>{}</w:p></w:tc>"
    rows = [cell.format('<w:gridSpan w:val="5000000"/>', RUN.format("Wide"))]
    rows += [cell.format(f'<w:vMerge w:val="{"continue" if n else "restart"}"/>', "") + cell.format("", RUN.format(n))
             for n in range(2_000)]  # fmt: skip
    table = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    data = changed(word("MARK"), "word/document.xml", "<w:p><w:r><w:t>MARK", f"<w:tbl>{table}</w:tbl><w:p><w:r><w:t>M")
    assert only(write(tmp_path / "a.docx", data)).text.split("\n") == ["Wide", *map(str, range(2_000)), "M"]


def test_the_title_is_the_line_in_the_style_of_titles(tmp_path: Path) -> None:
    data = word("Night over Novigrad", "Sirens howled.")
    data = changed(
        data, "word/document.xml", "<w:p><w:r><w:t>N", '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>N'
    )
    assert only(write(tmp_path / "a.docx", data)).title == "Night over Novigrad"


def test_other_archives_are_told_apart(tmp_path: Path) -> None:
    assert "not text" in failure(write(tmp_path / "a.zip", zipped({"a.txt": b"Sirens howled."})))


@pytest.mark.parametrize(("module", "data"), [("pypdf", pdf("Sirens.")), ("docx", word("Sirens."))])
def test_without_the_extra_the_command_to_install_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, data: bytes
) -> None:
    real = builtins.__import__

    def refused(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == module:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refused)
    assert "pip install 'geomap[documents]'" in failure(write(tmp_path / "a.bin", data))
