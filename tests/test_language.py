"""The language of an article: told by the text before the tag, and what is not English is left to the gazetteer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from inputs import only, write

from geomap import languages
from geomap.languages import detect_language, foreign_language, language_name
from geomap.pipeline import model_for, process_article
from geomap.records import Article

ENGLISH = (
    "Police closed the bridge in Novigrad on Sunday evening after residents of the northern part of the town heard two"
    " explosions. Nobody was hurt, the mayor said."
)
# Invented reports of a raid, a bombing, killed people, a protest: nothing here may be taken for an English trigger.
OTHERS = {
    "sr": "Policija je u nedelju uveče u Novom Sadu ubila dvojicu napadača posle eksplozije bombe. U Beogradu je održan"
    " protest, a u Nišu racija; mart, bar i most bili su zatvoreni.",
    "sr-Cyrl": "Полиција је у недељу увече у Новом Саду убила двојицу нападача после експлозије бомбе. У Београду је"
    " одржан протест, а у Нишу рација.",
    "uk": "У неділю ввечері в Харкові внаслідок вибуху бомби загинули двоє людей. У Києві відбувся протест, поліція"
    " затримала десять осіб.",
    "fr": "Dimanche soir à Lyon, la police a tué deux hommes lors d'un raid après l'explosion d'une bombe. À Marseille,"
    " une attaque a fait dix morts ; une manifestation et des violences ont eu lieu en mars à Paris.",
    "ar": "قتلت الشرطة مساء الأحد في بغداد رجلين بعد انفجار قنبلة. وفي الموصل خرج متظاهرون إلى الشوارع.",
    "de": "Am Sonntag tötete die Polizei in Hamburg zwei Angreifer nach einer Bombenexplosion. In Berlin gab es einen"
    " Protest und einen Raid; in Köln war der Brand gelöscht.",
    "es": "La policía mató el domingo en Bogotá a dos atacantes tras la explosión de una bomba. En Cali"
    " hubo una protesta"
    " y diez personas fueron detenidas.",
    "tr": "Polis pazar günü Ankara'da bomba patlamasından sonra iki saldırganı öldürdü. İstanbul'da protesto"
    " vardı ve on kişi gözaltına alındı.",
    "zh": "周日晚上，警方在北京击毙两名袭击者，此前一枚炸弹爆炸。上海发生抗议，十人被捕。",
}
KIN = {"sr": {"sh", "sr"}}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("told", [None, "en-US"])
def test_another_language_is_told_whatever_the_tag_says(name: str, told: str | None) -> None:
    found = detect_language(OTHERS[name], told)
    assert found in KIN.get(name, {name.split("-")[0]})


@pytest.mark.parametrize("text", [ENGLISH, ENGLISH.upper(), ENGLISH * 30, ENGLISH[:70]])
def test_english_is_english(text: str) -> None:
    assert detect_language(text) == "en"
    assert detect_language(text, "en-GB") == "en-GB"
    # The tag of a template that nobody changed.
    assert detect_language(text, "fr") == "en"


@pytest.mark.parametrize(
    "text", ["", " ", "Sirens", "Novi Sad", "Нови Сад", "12 345", "\u202e\u0300" * 50, "ა", "!" * 5000]
)
def test_what_is_too_short_is_left_open(text: str) -> None:
    assert detect_language(text) is None
    assert detect_language(text, "sr") == "sr"
    assert detect_language(text, "en") == "en"


@pytest.mark.parametrize(
    "text",
    [
        "Juan Pérez Gómez, María Hernández, Luis Alfonso Rodríguez, Ana Lucía Torres",
        "Kyiv, Kharkiv, Dnipro, Odesa, Lviv, Zaporizhzhia: explosions",
        "Two killed in clash near Buôn Ma Thuột, Phan Thiết, Cần Thơ, Đà Nẵng, Huế, Vinh, Hà Giang",
    ],
)
def test_foreign_names_make_no_foreign_text(text: str) -> None:
    assert foreign_language(detect_language(text)) is None


def test_what_the_source_says_counts_where_the_text_is_not_plainly_english() -> None:
    assert detect_language("Kupio je kuću.", "bs") == "bs"
    assert detect_language(OTHERS["sr"], "hr-HR") == "hr-HR"


def test_tags_and_names() -> None:
    assert [foreign_language(tag) for tag in ("en", "EN-us", "English", "und", "", None)] == [None] * 6
    assert [foreign_language(tag) for tag in ("sr-Latn", "pt_BR", "French (Canada)")] == ["sr", "pt", "french"]
    assert language_name("sr") == "Serbian (sr)"
    assert language_name("sh") == "Serbo-Croatian (sh)"
    assert language_name("xyz1") == "xyz1"


def test_plain_english_is_english_whatever_is_told() -> None:
    assert [detect_language(ENGLISH, told) for told in ("und", "mul", "", "unknown", "sr", None)] == ["en"] * 6
    assert detect_language(ENGLISH, "en-GB") == "en-GB"


def test_no_more_than_the_beginning_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    judged = languages._judged
    monkeypatch.setattr(languages, "_judged", lambda text: (seen.append(len(text)), judged(text))[1])
    assert detect_language("Никола " * 500_000) is not None
    assert detect_language("a" * 3_000_000) is None
    assert detect_language(OTHERS["fr"] * 50 + ENGLISH * 1_000) == "fr"
    assert len(seen) == 2 and max(seen) <= languages._SAMPLE


def test_the_reader_fills_it_in(tmp_path: Path) -> None:
    assert only(write(tmp_path / "a.txt", ENGLISH)).language == "en"
    assert only(write(tmp_path / "b.txt", OTHERS["fr"])).language == "fr"
    page = f'<html lang="en"><body><p>{OTHERS["uk"]}</p></body></html>'
    assert only(write(tmp_path / "c.html", page)).language == "uk"


def test_english_loads_no_detector(tmp_path: Path) -> None:
    code = "import sys; from geomap.articles import read_articles; list(read_articles(sys.argv[1]))"
    code += "; print('py3langid' in sys.modules)"
    path = write(tmp_path / "a.txt", ENGLISH)
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


class _Model:
    """What is asked of a spaCy pipeline before it is run."""

    def __init__(self, lang: str) -> None:
        self.lang = lang


def test_each_model_reads_its_own_language() -> None:
    def chosen(language: str | None, lang: str) -> tuple[bool, str | None]:
        nlp, note = model_for(Article(doc_id="a", text="x", language=language), _Model(lang))  # type: ignore[arg-type]
        return nlp is not None, note

    assert chosen(None, "en") == chosen("en-GB", "en") == (True, None)
    kept, note = chosen("sr", "en")
    assert not kept and note == "in Serbian (sr): read with the gazetteer alone; incidents are found in English only"
    for lang in ("sr", "xx"):
        kept, note = chosen("sr-Cyrl", lang)
        assert kept and note == "in Serbian (sr): incidents are found in English only"


@pytest.mark.parametrize("name", OTHERS)
def test_another_language_gives_toponyms_and_no_incident(gazetteer, name: str) -> None:  # type: ignore[no-untyped-def]
    article = Article(doc_id=name, text=OTHERS[name], language=detect_language(OTHERS[name]), published="2022-08-01")
    result = process_article(article, gazetteer=gazetteer, nlp=None)
    assert result.incidents == () and result.note is not None and "English only" in result.note
    if name in ("fr", "de", "es"):
        assert sum(one.place is not None for one in result.resolutions) >= 2


def test_the_user_is_told_once_a_language(cli, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for number in range(2):
        write(tmp_path / f"{number}.txt", OTHERS["fr"])
    write(tmp_path / "x.txt", ENGLISH)
    done = cli("extract", tmp_path, "--recognizer", "gazetteer", "-v")
    note = "in French (fr): read with the gazetteer alone; incidents are found in English only"
    assert done.returncode == 0
    assert f"geomap: 2 articles {note}.\n" in done.stderr
    assert done.stderr.count(f"; {note}") == 2
