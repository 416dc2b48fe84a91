"""The text that the machines read: in running case and without the breaks that only wrap a line.

Models, word lists and gazetteers know words as running text has them. Wire copy and headlines in capitals, posts in
small letters and hard-wrapped mail are brought to that form first. The result is as long as the text, character for
character, so that every offset holds for both, and records quote the text as it is.

A word in capitals is written small where English writes it small (``lexicons/casing.tsv``, measured on a billion words)
and with a capital where it is a name or where nobody knows it: most unknown words are names. In an article that has
both, the rest of the article decides how the words of its headline are written.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from geomap.caldates import MONTHS
from geomap.lexicons import load_json, load_table
from geomap.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.gazetteer import Gazetteer

__all__ = ["line_wraps", "running_text", "same_text"]


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


WRAP_COLUMNS = (45, 100)
"""How wide the lines of hard-wrapped text are (wire copy 60-80, e-mail 72-78); an unwrapped paragraph is longer."""

_LISTED = re.compile(r"[\s]|[-*•–—]|[0-9]{1,3}[.)]\s")
_WORD = re.compile(r"[^\W\d_]+(?:['’](?![sS]\b)[^\W\d_]+)?")
# A full stop after one letter or an abbreviated title ends no sentence.
_OPENS = re.compile(
    r"(?:^|(?<!\b[a-z])(?<!\bgen)(?<!\bcol)(?<!\blt)(?<!\bmr)(?<!\bdr)(?<!\bst)[.!?][\"”’')\]]{0,3}\s+|\n\s*\n|[:;]\s*\n)"
    r"[\s\"“‘'(\[*•–—-]*$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[][^\W\d_]+(?:[-/][^\W\d_]+)*[)\]]")
# So many letters before anything is said about how a text is written.
_ENOUGH = 40
# A line of fewer words in capitals is a dateline, a label or a name.
_HEADLINE_WORDS = 4
_HEADLINE_LETTERS = 18
# In text in capitals only names with a small particle ("McKAY") and slips are not; in small letters only slips are.
_MOSTLY, _HARDLY = 0.9, 0.005
# The longest name that is looked up, in words: "San Francisco de la Paz" has five.
_LONGEST = 5
# A name made of plain words ("Ivory Coast") is taken for one only where it is a country, a region or such a city.
_KNOWN = 100_000
_JOINS = frozenset(" \n-")
_SMALL = _set("de la las los el del da do dos das di du des le les der den van von y e and of the al ad bin ibn")
_ARTICLES = _set("el la los las san santa santo saint st new fort port mount lake ciudad villa puerto rio")
_FUNCTION = _set(
    "the a an of in at on to by for from with and or but nor as is are was were be been it its he she they we you his "
    "her their our this that these those there here not no who which what when where while if than then so such into "
    "near over under after before between during since until against through will would can could may might shall "
    "should must has have had do does did said all any some each every both other more most many few"
)
_SUFFIXES = (
    "ness", "ing", "ings", "ed", "ly", "tion", "tions", "tional", "ism", "ist", "ists", "istic", "ized", "ised", "ment",
    "ments", "ity", "ities", "able", "ible", "less", "ful", "ship", "ships", "ous",
)  # fmt: skip
_PREFIXES = ("counter", "anti", "non", "pre", "post", "over", "under", "super", "multi", "para", "inter", "re", "un")
_VOWELS = frozenset("aeiouy")
_MONTHS = _set("jan feb mar apr jun jul aug sep sept oct nov dec")
_IN_TIME = _set("in on of since until by last next this early late mid from to before after and")


@dataclass(frozen=True, slots=True)
class _Lists:
    lower: frozenset[str]
    acronyms: frozenset[str]
    names: frozenset[str]
    titles: frozenset[str]
    designators: frozenset[str]


@cache
def _lists() -> _Lists:
    kinds: dict[str, set[str]] = {"lower": set(), "acronym": set(), "name": set()}
    for kind, words in load_table("casing.tsv"):
        kinds[kind].update(words.split())
    data = load_json("recognition.json")
    return _Lists(
        lower=frozenset(kinds["lower"]),
        acronyms=frozenset(kinds["acronym"]),
        names=frozenset(kinds["name"]) | {name.lower() for name in data["given_names"].split()},
        titles=frozenset(word.rstrip(".") for word in data["person_titles"]),
        designators=frozenset(word.lower() for word in data["designators"]),
    )


def line_wraps(text: str) -> frozenset[int]:
    """Where the newlines are that only wrap a line: the next word would not have fitted on it."""
    lines = text.split("\n")
    width = max(map(len, lines))
    if not WRAP_COLUMNS[0] <= width <= WRAP_COLUMNS[1]:
        return frozenset()
    found: list[int] = []
    inner = end = 0
    for line, following in pairwise(lines):
        end += len(line) + 1
        if not line.strip() or not following.strip():
            continue
        inner += 1
        # a fifth of the width is left for words that were moved down whole, or lines filled by hand
        full = len(line.rstrip()) + 1 + len(following.split(None, 1)[0]) > 0.8 * width
        if full and not _LISTED.match(following):
            found.append(end - 1)
    return frozenset(found) if 2 * len(found) > inner else frozenset()


def running_text(text: str, gazetteer: Gazetteer | None = None) -> str:
    """``text`` in running case and without line wraps; as long as ``text``, and most often ``text`` itself.

    ``gazetteer`` tells names of several words whose words are plain English ("Ivory Coast").
    """
    wraps = line_wraps(text) if "\n" in text else frozenset()
    regions = _regions(text)
    if not wraps and not regions:
        return text
    characters = list(text)
    for at in wraps:
        # After a full stop a newline does no harm.
        if text[at - 1] not in ".!?":
            characters[at] = " "
    if regions:
        evidence = _evidence(text, regions) if regions[0] != (0, len(text)) else {}
        unwrapped = "".join(characters)
        for start, end in regions:
            _Caser(unwrapped, start, end, evidence, gazetteer).write(characters)
    return "".join(characters)


def same_text(one: str, two: str) -> bool:
    """Whether two texts differ at most in case and line wraps: one is the running text of the other."""
    return one == two or (len(one) == len(two) and _plain(one) == _plain(two))


def _plain(text: str) -> str:
    return text.replace("\n", " ").lower()


def _regions(text: str) -> list[tuple[int, int]]:
    """The parts of a text that are wholly in capitals or, of a whole text, in small letters."""
    upper = sum(map(str.isupper, text))
    lower = sum(map(str.islower, text))
    if upper + lower >= _ENOUGH and not _HARDLY < upper / (upper + lower) < _MOSTLY:
        return [(0, len(text))]
    if not upper:
        return []
    out: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        if line.isupper() and len(line) >= _HEADLINE_LETTERS:
            words = [word for word in _WORD.findall(line) if len(word) > 1]
            if len(words) >= _HEADLINE_WORDS and sum(map(len, words)) >= _HEADLINE_LETTERS:
                out.append((at, at + len(line)))
        at += len(line) + 1
    return out


def _evidence(text: str, regions: Sequence[tuple[int, int]]) -> dict[str, str]:
    """How the article itself writes its words inside sentences, outside of ``regions``."""
    forms: dict[str, Counter[str]] = {}
    starts = [start for start, _ in regions]
    for match in _WORD.finditer(text):
        k = bisect_left(starts, match.start() + 1) - 1
        if k >= 0 and match.start() < regions[k][1]:
            continue
        word = match.group()
        before = text[max(0, match.start() - 2) : match.start()]
        # The first word of a sentence has its capital from there; a small letter says something anywhere.
        if word[0].islower() or (before[-1:] == " " and before[0].isalnum()):
            forms.setdefault(word.lower(), Counter())[word] += 1
    return {key: min(found, key=lambda form: (-found[form], form)) for key, found in forms.items()}


class _Caser:
    """One part of a text being written in running case."""

    def __init__(self, text: str, start: int, end: int, evidence: dict[str, str], gazetteer: Gazetteer | None) -> None:
        self.text = text
        self.evidence = evidence
        self.gazetteer = gazetteer
        self.lists = _lists()
        self.spans = [match.span() for match in _WORD.finditer(text, start, end)]
        self.words = [text[a:b].lower() for a, b in self.spans]
        self.shouted = sum(map(str.isupper, text[start:end])) > sum(map(str.islower, text[start:end]))
        self.kinds = [self._kind(i) for i in range(len(self.words))]

    def write(self, characters: list[str]) -> None:
        """Put the running case of the part into ``characters``."""
        self._names()
        for i, (a, b) in enumerate(self.spans):
            raw = self.text[a:b]
            if self.shouted and not raw.isupper():
                continue
            form = self._form(i, raw)
            # Letters whose other case is two letters stay as they are: offsets must hold.
            if len(form) == len(raw):
                characters[a:b] = form

    def _form(self, i: int, raw: str) -> str:
        kind, word = self.kinds[i], self.words[i]
        if kind == "given":
            return self.evidence[word]
        if kind == "acronym":
            return raw.upper()
        if kind == "name" or self._opens(i):
            # "O'Brien", not "O'brien"; str.title would also write "Don'T".
            head, mark, tail = word.partition("'") if "'" in word else word.partition("’")
            return head.capitalize() + mark + (tail.capitalize() if len(head) <= 2 and len(tail) > 2 else tail)
        return word

    def _opens(self, i: int) -> bool:
        """Whether the word opens a sentence or a paragraph."""
        return _OPENS.search(self.text[max(0, self.spans[i][0] - 12) : self.spans[i][0]]) is not None and (
            i == 0 or self.spans[i][0] - self.spans[i - 1][1] > 1
        )

    def _kind(self, i: int) -> str:
        """Whether a word by itself is a name, an acronym or written small."""
        word, lists = self.words[i], self.lists
        a, b = self.spans[i]
        if word in self.evidence:
            return "given"
        if word == "s" and self.text[a - 1 : a] in ("'", "’"):
            return "lower"
        if len(word) == 1:
            # "U.S.", "John F. Kennedy", "M-19"; but "a house".
            dotted = self.text[b : b + 1] == "." or self.text[a - 1 : a] == "."
            return "acronym" if dotted or word != "a" else "lower"
        if word in MONTHS or word.rstrip(".") in (
            "jan",
            "feb",
            "mar",
            "apr",
            "jun",
            "jul",
            "aug",
            "sep",
            "sept",
            "oct",
        ):
            return "name" if self._in_date(i) or word not in lists.lower | {"march", "may", "mar", "sept"} else "lower"
        if word == "us" and self.shouted and i and self.words[i - 1] == "the":
            return "acronym"
        if word in lists.lower or word in _FUNCTION or "'" in word or "’" in word:
            return "name" if word.partition("'")[0] in ("o", "d") and "'" in word else "lower"
        if word in lists.acronyms:
            return "acronym"
        if word in lists.names:
            return "name"
        if self.shouted and len(word) <= 6 and (self._bracketed(a) or not _VOWELS & set(word)):
            return "acronym"
        return "lower" if self._derived(word) else "name"

    def _bracketed(self, at: int) -> bool:
        """Whether a word stands alone in brackets, as agencies and short forms do: "(ACAN-EFE)"."""
        opening = max(self.text.rfind("(", max(0, at - 8), at), self.text.rfind("[", max(0, at - 8), at))
        return opening >= 0 and _BRACKETED.match(self.text, opening) is not None

    def _derived(self, word: str) -> bool:
        """Whether a word that no list has looks like English: "counterinsurgency", "clumsiness"."""
        lower = self.lists.lower
        if any(word.startswith(p) and len(word) > len(p) + 2 and word[len(p) :] in lower for p in _PREFIXES):
            return True
        if word.endswith("s") and word[:-1] in lower and len(word) > 4:
            return True
        if len(word) >= 8 and any(word[:k] in lower and word[k:] in lower for k in range(4, len(word) - 2)):
            # "machinegun", "carbomb"
            return not (self.gazetteer and self.gazetteer.has(fold(word)))
        return len(word) >= 7 and word.endswith(_SUFFIXES) and not (self.gazetteer and self.gazetteer.has(fold(word)))

    def _in_date(self, i: int) -> bool:
        """Whether a number or a word of time stands beside it: "5 MARCH", "LAST MAY"."""
        a, b = self.spans[i]
        before, after = self.text[max(0, a - 4) : a].strip(), self.text[b : b + 4].strip(" .,")
        return before[-1:].isdigit() or after[:1].isdigit() or (i > 0 and self.words[i - 1] in _IN_TIME)

    def _together(self, i: int) -> bool:
        """Whether nothing but a space or a hyphen stands between a word and the next."""
        gap = self.text[self.spans[i][1] : self.spans[i + 1][0]]
        return len(gap) == 1 and gap in _JOINS

    def _names(self) -> None:
        """Find names of several words, and what belongs to a name: titles before it, its kind after it."""
        i, n = 0, len(self.words)
        while i < n:
            end = self._known_name(i)
            for k in range(i, end):
                if self.kinds[k] != "acronym" and not (k > i and self.words[k] in _SMALL):
                    self.kinds[k] = "name"
            i = max(end, i + 1)
        for i in reversed(range(n - 1)):
            word = self.words[i]
            if self.kinds[i] != "lower":
                continue
            following = self.kinds[i + 1] == "name" or (
                self.kinds[i + 1] == "given" and self.evidence[self.words[i + 1]][0].isupper()
            )
            apart = self.text[self.spans[i][1] : self.spans[i + 1][0]].strip()
            if (
                following
                and apart in ("", ".")
                and (
                    word in self.lists.titles
                    or (word in _ARTICLES and not apart and (i == 0 or self.words[i - 1] not in _SMALL))
                )
            ):
                self.kinds[i] = "name"
        for i in range(1, n):
            if (
                self.kinds[i] == "lower"
                and self.words[i] in self.lists.designators
                and self.kinds[i - 1] == "name"
                and self._together(i - 1)
                and not self._demonym(i - 1)
            ):
                self.kinds[i] = "name"

    def _demonym(self, i: int) -> bool:
        if self.gazetteer is None or not self.gazetteer.has(fold(self.words[i])):
            return False
        found = self.gazetteer.candidates(self.words[i].capitalize())
        return any(candidate.match == "demonym" for candidate in found)

    def _known_name(self, i: int) -> int:
        """The end of the longest name of several words that begins at ``i``; ``i`` where none does."""
        if self.gazetteer is None or self.words[i] in _FUNCTION or self.kinds[i] == "given":
            return i
        end = i
        while end + 1 < len(self.words) and end - i + 1 < _LONGEST and self._together(end):
            end += 1
        for last in range(end, i, -1):
            if self.words[last] in _FUNCTION or self.words[last] in _SMALL:
                continue
            named = any(self.kinds[k] in ("name", "acronym") for k in range(i, last + 1))
            surface = self.text[self.spans[i][0] : self.spans[last][1]]
            if self.gazetteer.has(fold(surface)) and (named or _is_known(self.gazetteer, self.words[i : last + 1])):
                return last + 1
        return i


def _is_known(gazetteer: Gazetteer, words: Iterable[str]) -> bool:
    surface = " ".join(word if word in _SMALL else word.capitalize() for word in words)
    return any(
        candidate.match in ("exact", "folded", "alternate")
        and (
            candidate.place.layer != "world"
            or candidate.place.feature_code in ("PCLI", "TERR", "ADM1", "RGN")
            or (candidate.place.population or 0) >= _KNOWN
        )
        for candidate in gazetteer.candidates(surface)[:5]
    )
