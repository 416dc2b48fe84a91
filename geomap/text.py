"""Names folded to one key for all who compare them; texts made safe for a spreadsheet and for a terminal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = [
    "as_words",
    "detail_of",
    "fold",
    "is_latin",
    "searchable",
    "skeleton",
    "spreadsheet_plain",
    "spreadsheet_safe",
    "visible",
]

# Letters that NFKD does not take apart.
_LETTERS = str.maketrans(
    {
        "ł": "l", "đ": "d", "ð": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ħ": "h",
        "ŧ": "t", "ŋ": "n", "ə": "e", "ɔ": "o", "ɛ": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y",
        "'": None, "’": None, "‘": None, "ʼ": None, "ʻ": None, "ʿ": None, "ʾ": None, "`": None, "´": None,
        "′": None, ".": None, "ʹ": None, "ʺ": None, '"': None, "“": None, "”": None,
    }
)  # fmt: skip
_BREAKS = re.compile(r"[\s\-‐‑‒–—_,/()]+")
# Zero-width characters, bidirectional controls, soft hyphen, byte-order mark; lone surrogates, which no file can hold.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_ABBREVIATED = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}

# What an ASCII name holds where more than its case is folded: marks that are dropped, breaks but for single spaces.
_ODD = re.compile("['`.\"\\-_,/()\t-\r\x1c-\x1f]|  |^ | $")
_SHORTENED = re.compile(r"(?:^| )(?:ste?|ft|mt) ")


class _Marks(dict[int, int | None]):
    """A table for ``str.translate`` that drops combining marks; each character is looked up in Unicode once."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.combining(chr(code)) else code
        self[code] = kept
        return kept


_MARKS = _Marks()

# Serbian and Macedonian Cyrillic to Latin is exact; Russian, Ukrainian and Bulgarian by the commonest
# newspaper romanisation (BGN/PCGN without marks). Used for keys only, never for display.
_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "ђ": "dj", "е": "e", "є": "ye", "ё": "yo",
        "ж": "zh", "з": "z", "и": "i", "і": "i", "ї": "yi", "ј": "j", "й": "y", "к": "k", "л": "l", "љ": "lj",
        "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "у": "u",
        "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "џ": "dz", "ш": "sh", "щ": "shch", "ъ": None, "ы": "y",
        "ь": None, "э": "e", "ю": "yu", "я": "ya", "ѓ": "g", "ќ": "k", "ѕ": "dz",
    }
)  # fmt: skip


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """The key of a name: no case, diacritics, apostrophes or dots; hyphens and commas are spaces.

    Invisible characters are dropped, compatibility forms (ligatures, full-width letters) are taken apart, "St"
    and "Ft", "Mt" are written out where another word follows.
    """
    if name.isascii():
        text = name.lower()
        if name.isalpha():
            return text
        if _ODD.search(text):
            text = _BREAKS.sub(" ", text.translate(_LETTERS)).strip()
    else:
        text = unicodedata.normalize("NFKD", _INVISIBLE.sub("", name)).translate(_MARKS)
        text = _BREAKS.sub(" ", text.casefold().translate(_LETTERS)).strip()
    if _SHORTENED.search(text):
        words = text.split(" ")
        text = " ".join([*(_ABBREVIATED.get(w, w) for w in words[:-1]), words[-1]])
    return text


# Initials ("D.C.") are one word, and so is what an apostrophe holds together.
_WORD = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’‘`´][^\W_]+)*")
_POSSESSIVE = re.compile(r"(?<=\w)['’‘`´][sS](?!\w)")


def as_words(name: str) -> str:
    """The words of a name, each folded by itself, with a space around each: what :func:`searchable` is searched for.

    Of a whole text :func:`fold` makes other words than of a name in it: in "Main St was closed" a saint, and of
    "Aton's market" one "atons".
    """
    if not name.isascii():
        name = unicodedata.normalize("NFC", _INVISIBLE.sub("", name))
    words = " ".join(folded for word in _WORD.findall(name) if (folded := fold(word)))
    return " " + " ".join(_ABBREVIATED.get(word, word) for word in words.split()) + " "


def searchable(text: str) -> str:
    """``text`` such that ``as_words(name) in searchable(text)`` says whether ``name`` stands in it, in any case, with
    or without marks, and with a possessive "'s" or not."""
    return as_words(text) + "/" + as_words(_POSSESSIVE.sub(" ", text))


# What romanisations of Slavic, Albanian, Arabic and Turkish names disagree on, longest first. Each pair makes two
# common spellings of one sound equal; order matters because the first match wins.
_SOUNDS = [
    ("shch", "s"), ("sch", "s"), ("tch", "c"), ("dzh", "d"), ("dj", "d"), ("gj", "d"), ("dh", "d"), ("dz", "z"),
    ("zh", "z"), ("sh", "s"), ("ch", "c"), ("kh", "h"), ("gh", "g"), ("th", "t"), ("ts", "c"), ("tz", "c"),
    ("ph", "f"), ("ck", "k"), ("qu", "k"), ("nj", "n"), ("ny", "n"), ("lj", "l"), ("ly", "l"), ("ll", "l"),
    ("iy", "i"), ("ij", "i"), ("yi", "i"), ("ya", "a"), ("ja", "a"), ("ia", "a"), ("ye", "e"), ("je", "e"),
    ("ie", "e"), ("yu", "u"), ("ju", "u"), ("iu", "u"), ("yo", "o"), ("jo", "o"), ("io", "o"), ("ou", "u"),
    ("oo", "u"), ("ee", "i"), ("w", "v"), ("y", "i"), ("j", "i"), ("q", "k"), ("x", "s"),
]  # fmt: skip
_SOUND_MAP = dict(_SOUNDS)
_SOUND = re.compile("|".join(re.escape(a) for a, _ in _SOUNDS))
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def skeleton(name: str) -> str:
    """What stays of a name whatever the romanisation: "Yarine", "Jarinje" and "Яринье" share one skeleton.

    Coarse on purpose: it proposes candidates only where the context already points to their neighbourhood.
    """
    text = fold(name)
    if not text.isascii():
        text = text.translate(_CYRILLIC)
    return _DOUBLE.sub(r"\1", _SOUND.sub(lambda m: _SOUND_MAP[m.group()], text)).replace(" ", "")


def is_latin(name: str) -> bool:
    """Whether every letter of ``name`` is of the Latin script."""
    return name.isascii() or all(
        not c.isalpha() or ord(c) < 0x250 or 0x1E00 <= ord(c) <= 0x1EFF or ord(c) in range(0x2B0, 0x370) for c in name
    )


def visible(text: str) -> str:
    """``text`` made safe for a terminal: control and bidirectional characters shown as ``\\xNN``/``\\uNNNN``."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else (f"\\x{ord(c):02x}" if ord(c) < 256 else f"\\u{ord(c):04x}") for c in text)


def detail_of(error: Exception) -> str:
    """What is wrong, as a library's error says it: its kind and message, in one short line."""
    return visible(" ".join(f"{type(error).__name__}: {error}".split())[:120])


# What a spreadsheet runs. The text after any number of apostrophes decides, so that taking one off gives it back.
_FORMULA = re.compile(r"'*+[=+\-@\t\r\n]")


def spreadsheet_safe(text: str) -> str:
    """The cell that stores ``text`` so that no spreadsheet runs it: with an apostrophe before what is a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def spreadsheet_plain(cell: str) -> str:
    """The text that a cell of :func:`spreadsheet_safe` stores, trimmed."""
    text = cell.strip()
    return text[1:].strip() if text[:1] == "'" and _FORMULA.match(text) else text
