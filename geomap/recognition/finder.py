"""Which spans of an article name places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from geomap.caldates import MONTHS
from geomap.recognition.tokens import Token, capital, dateline_span
from geomap.recognition.words import words
from geomap.records import Candidate, Mention, MentionKind
from geomap.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.gazetteer import Gazetteer

__all__ = ["Finder"]

# The longest name worth trying, in tokens (hyphens are tokens): "Saint-Jean-de-la-Ruelle" has nine.
_LONGEST = 9
_PLACE_LABELS = frozenset({"GPE", "LOC"})
# Below this a place is too obscure to be taken from a capitalised word alone, without any cue.
_KNOWN_POPULATION = 100_000
# A town that the model took whole for a firm or a team: only a city is likelier than the firm.
_KNOWN_ORGANISATION = 300_000
# A two-word name that the model took for a person's, and that is exactly a town's of this size: the town.
_KNOWN_OVER_PERSON = 20_000
# Without a model a town of this size is taken from a capitalised word alone, if nothing calls it something else: the
# document's other places then decide (geomap.resolution.confidence). Smaller ones made it worse on the odd documents.
_KNOWN_ALONE = 15_000
# A word of English that is a town of this size too, where local people or offices follow it.
_KNOWN_HEADED = 10_000
_CURRENCIES = frozenset("$€£")
# "I've" is no Ivé: what follows the apostrophe of a contraction.
_CONTRACTED = frozenset({"ve", "d", "ll", "m", "re", "t"})
# The other half of a hyphenated name must be a place of this size for either to be one: "Wal-Mart" is none, though
# there is a Mart in Texas.
_KNOWN_HALF = 5_000
# "Martin Luther King Jr Boulevard" has four words before the last.
_LONGEST_STREET = 4
_ORDINAL = re.compile(r"\d{1,3}(?:st|nd|rd|th)$")
# "D-Raleigh": the party of a member of parliament and what they are for.
_PARTIES = frozenset({"D", "R", "I"})
# Whether a line is in capitals is judged by this many characters on both sides: lines may be megabytes long.
_AROUND = 60
_PARTS = frozenset({"part", "parts", "half", "side", "end", "quarter", "suburbs", "suburb", "outskirts", "districts"})
_DASHES = frozenset({"-", "–", "—", "/"})


# Which keys name anything, by gazetteer: the words that begin the sentences of one article begin those of the next.
_KEYS: WeakKeyDictionary[Gazetteer, dict[str, bool]] = WeakKeyDictionary()
# Some 20 MB; then it begins anew.
_MOST_KEYS = 200_000


# What stands before the place in a stamp: a bullet or number, a time, a weekday, a dash.
_STAMP = re.compile(
    r"\s*(?:[•●▪■◦‣·*–—-]|\(?\d{1,3}[.)])?\s*"
    r"(?:\[?(?:\d{1,2}[:.h]\d{2}|\d{4})\s?(?:[Hh](?:rs|ours)?|[AaPp]\.?[Mm]\.?|GMT|UTC|[A-Z]{2,3}T)?\]?)?[\s,]*"
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6})?\s*[—–:|-]?\s*"
)
_NUMBERED = re.compile(r"\s*\(?\d{1,3}[.)]\s*")


def _known_keys(gazetteer: Gazetteer) -> dict[str, bool]:
    known = _KEYS.setdefault(gazetteer, {})
    if len(known) > _MOST_KEYS:
        known.clear()
    return known


class Finder:
    """The state of one article's recognition."""

    def __init__(
        self,
        text: str,
        gazetteer: Gazetteer,
        tokens: Sequence[Token],
        *,
        statistical: bool,
        dateline: tuple[int, int] | None = None,
    ) -> None:
        self.text = text
        self.gazetteer = gazetteer
        self.tokens = tokens
        self.statistical = statistical
        self.w = words()
        self.lower_starts = self.w.articles | self.w.directions.keys()
        self.dateline = dateline_span(text) if dateline is None else dateline
        sample = text[:2000]
        self.lower_case = sum(map(str.islower, sample)) > sum(map(str.isupper, sample))
        self.known = _known_keys(gazetteer)
        self.accepted: list[tuple[int, int, Mention]] = []
        self.doubtful: list[tuple[int, int]] = []
        # A word that the article also writes in lower case is a word ("police", "center"), whatever the gazetteer says.
        self.common = {t.text for t in tokens if t.text.islower()}
        self.entity_tokens: dict[int, list[int]] = {}
        for i, t in enumerate(tokens):
            if t.entity >= 0:
                self.entity_tokens.setdefault(t.entity, []).append(i)

    def run(self) -> list[Mention]:
        """The mentions, sorted by where they stand."""
        taken: set[int] = set()
        self._streets(taken)
        for i, j in self._matches(taken):
            if self._decide(i, j):
                taken.update(range(i, j))
        self._recogniser_only(taken)
        self._by_cue(taken)
        self._same_name(taken)
        mentions = [self._finish(i, j, m) for i, j, m in sorted(self.accepted, key=lambda a: a[0])]
        return mentions

    # -- streets -------------------------------------------------------------------------------------------

    def _streets(self, taken: set[int]) -> None:
        """Names of streets and numbers of roads, taken whole: "Oxford Street" is not in Oxford."""
        tokens, w, n = self.tokens, self.w, len(self.tokens)
        for k in range(n):
            word = tokens[k].text
            if not tokens[k].capital or word.lower().rstrip(".") not in w.streets or k in taken:
                continue
            i, j = k, k + 1
            while (
                i > 0
                and k - i < _LONGEST_STREET
                and self.text[tokens[i - 1].end : tokens[i].start] == " "
                and (tokens[i - 1].capital or _ORDINAL.match(tokens[i - 1].text))
                and tokens[i - 1].text[0].isalnum()
                and tokens[i - 1].text.lower().rstrip(".") not in w.streets
                and not (
                    tokens[i - 1].sentence_start and w.stops.get(fold(tokens[i - 1].text)) == "never" and k - i > 0
                )
            ):
                i -= 1
            if tokens[i].text in ("The", "A", "On", "In", "At"):
                i += 1
            numbered = i == k or tokens[k - 1].text in ("County", "State")
            if j < n and numbered and tokens[j].text.isdigit() and self.text[tokens[k].end : tokens[j].start] == " ":
                j += 1
            elif word in ("Route", "Interstate"):
                continue
            if j - i < 2 or tokens[i].label == "PERSON" or any(m in taken for m in range(i, j)):
                continue
            self._accept(i, j, "facility", "gazetteer in facility")
            taken.update(range(i, j))

    # -- the gazetteer's proposals ------------------------------------------------------------------------

    def _has(self, key: str) -> bool:
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = self.gazetteer.has(key)
        return known

    def _matches(self, taken: set[int]) -> Iterator[tuple[int, int]]:
        """Longest spans of tokens that name something, left to right, without overlaps."""
        tokens, w = self.tokens, self.w
        i, n = 0, len(tokens)
        while i < n:
            word, big = tokens[i].text, tokens[i].capital
            if not big and word not in self.lower_starts:
                i += 1
                continue
            starts = big or (
                i + 1 < n
                and (
                    (word in w.articles and i + 2 < n and tokens[i + 1].text == "-" and tokens[i + 2].capital)
                    or (word in w.directions and tokens[i + 1].capital)
                )
            )
            if (
                i in taken
                or not starts
                or not word[0].isalpha()
                or word.replace("’", "'").partition("'")[2] in _CONTRACTED
            ):
                i += 1
                continue
            best = 0
            ends = [i + 1] if big else []
            j = i + 1
            while j < n and j - i < _LONGEST:
                t = tokens[j]
                gap = self.text[tokens[j - 1].end : t.start]
                if "\n" in gap or len(gap) > 2 or j in taken:
                    break
                if t.capital or (len(t.text) > 2 and capital(t.text.replace("’", "'").partition("'")[2])):
                    ends.append(j + 1)
                elif t.text not in w.connectors and t.text.lower() not in w.connectors:
                    # "Dar es Salaam", "Aix-en-Provence" go through connectors; "Zagora" in "Stara zagora" does not.
                    break
                j += 1
            for end in reversed(ends):
                surface = self.text[tokens[i].start : tokens[end - 1].end]
                key = fold(surface)
                if not (self._has(key) or ("-" in surface and self._has(key.replace(" ", "")))):
                    continue
                # "north Wales" is a part of Wales, whatever town is called North Wales; "northern Kosovo" a region.
                if capital(surface) or any(
                    c.place.layer != "world"
                    or c.place.feature_class in ("L", "T", "H")
                    or c.place.feature_code == "PCLI"
                    for c in self.gazetteer.candidates(surface)
                ):
                    best = end
                    break
            if best:
                # A full stop belongs to an abbreviation only.
                yield i, best
                i = best
            else:
                i += 1

    # -- judging them -------------------------------------------------------------------------------------

    def _before(self, i: int, *, skip_adjectives: bool = True) -> str:
        """The word that governs token ``i``: the one before it, articles and direction words skipped."""
        k = i - 1
        # Eight words at most: "North North North ..." must not be gone through from each.
        while k >= max(0, i - 8) and (
            self.tokens[k].text.lower() in ("the", "greater", "downtown", "nearby", "neighbouring", "neighboring")
            or (skip_adjectives and self.tokens[k].text.lower() in self.w.directions)
        ):
            k -= 1
        return self.tokens[k].text if k >= 0 else ""

    def _after(self, j: int) -> str:
        return self.tokens[j].text if j < len(self.tokens) else ""

    def _qualified(self, j: int) -> bool:
        """Whether ", Texas" or ", Serbia" follows."""
        if self._after(j) != "," or j + 1 >= len(self.tokens) or not self.tokens[j + 1].capital:
            return False
        for end in (j + 3, j + 2):
            if end <= len(self.tokens):
                name = self.text[self.tokens[j + 1].start : self.tokens[end - 1].end]
                if self._has(fold(name)) and any(
                    c.place.feature_code in ("PCLI", "ADM1", "TERR") and c.match != "demonym"
                    for c in self.gazetteer.candidates(name)[:5]
                ):
                    return True
        return False

    def _locative(self, i: int) -> bool:
        before = self._before(i).lower()
        if before in self.w.strong:
            # "according to X", "spoke to X": somebody.
            return before != "to" or not (i >= 2 and self.tokens[i - 2].text.lower() in self.w.not_to)
        # "the town of X", "in Homs, Hama and X" is left to the same-list check below.
        k = i - 1
        of = k >= 1 and self.tokens[k].text == "of"
        return (of and self.tokens[k - 1].text.lower() in self.w.settlement | self.w.heads) or (
            k >= 0 and self.tokens[k].text.lower() in self.w.settlement
        )

    def _headed(self, i: int, j: int) -> bool:
        """Whether what stands next to it calls it a place.

        Local people, offices or things follow ("Rolling Meadows residents", "Athens Mayor Jane Roe"), a member of
        parliament is for it ("D-Braxton"), or it heads an item ("HAMILTON —", "COVINGTON, Ky. (AP)").
        """
        tokens = self.tokens
        after = self._after(j)
        if after.lower() in (self.w.offices if capital(after) else self.w.locals) and tokens[i].label != "PERSON":
            return True
        if i >= 2 and tokens[i - 1].text == "-" and tokens[i - 2].text in _PARTIES:
            return True
        return tokens[i].sentence_start and all(t.text.isupper() for t in tokens[i:j]) and self._heads_item(j)

    def _office_after(self, i: int, j: int) -> bool:
        """Whether the model took a place for a part of an office-holder's name: "Mansfield Mayor Ana Ruiz"."""
        tokens = self.tokens
        first = i == 0 or tokens[i - 1].entity != tokens[i].entity
        return first and j < len(tokens) and tokens[j].capital and tokens[j].text.lower() in self.w.offices

    def _in_capitals(self, start: int, end: int) -> bool:
        """Whether the line is in capitals there, so that capitals say nothing."""
        before = self.text[max(0, start - _AROUND) : start].rpartition("\n")[2]
        after = self.text[end : end + _AROUND].partition("\n")[0]
        around = before + after
        return around.isupper() and sum(map(str.isupper, around)) >= 8

    def _designated(self, j: int) -> bool:
        """Whether the last word of a name says that it is one of a place: "Anderson County", not "Tri-State"."""
        word, before = self.tokens[j - 1], self.tokens[j - 2]
        return word.text in self.w.designators and word.text != "State" and word.start == before.end + 1

    def _heads_item(self, j: int) -> bool:
        """Whether a dash or an agency in brackets follows, with no more than a state or a date between."""
        tokens = self.tokens
        for k in range(j, min(len(tokens), j + 8)):
            word = tokens[k].text
            if word in ("—", "–", "--") or (word == "-" and self.text[tokens[k].end : tokens[k].end + 1] in (" ", "-")):
                return True
            if word == "(":
                return k + 2 < len(tokens) and tokens[k + 1].text.isupper() and tokens[k + 2].text == ")"
            if not (word in (",", ".") or capital(word) or word.isdigit()):
                return False
        return False

    def _stamped(self, i: int, j: int) -> bool:
        """Whether it stands between a bullet or time and what closes a stamp: "- X: a mine", "0515H Mon — X, Y."."""
        start = self.tokens[i].start
        line = self.text[max(0, start - _AROUND) : start].rpartition("\n")[2]
        if not _STAMP.fullmatch(line) or not line.strip():
            return False
        timed = any(map(str.isdigit, line)) and not _NUMBERED.fullmatch(line)
        for k in range(j, min(len(self.tokens), j + 6)):
            word = self.tokens[k].text
            if word == ":" or (word in ("—", "–") and self.text[self.tokens[k].start - 1] == " "):
                return True
            if word == ".":
                return timed
            if not (word in (",", "(", ")") or capital(word) or word in self.w.kinds | self.w.settlement):
                return False
        return False

    def _route(self, i: int, j: int) -> bool:
        """Whether it is an end of a named way: "the Pristina–Leposavić highway", "the Mandalay-Lashio road"."""
        tokens, n = self.tokens, len(self.tokens)
        k = j
        if k + 1 < n and tokens[k].text in _DASHES and tokens[k + 1].capital:
            k += 2
            while k < n and tokens[k].capital and k - j < 6:
                k += 1
            return k < n and tokens[k].text.lower() in self.w.ways
        return (
            i >= 2 and tokens[i - 1].text in _DASHES and tokens[i - 2].capital and self._after(j).lower() in self.w.ways
        )

    def _called_together(self, i: int, j: int) -> bool:
        """Whether a list goes on to its kind: "the Jarinje and Brnjak crossings", "X, Y and Z provinces"."""
        tokens, n, joined = self.tokens, len(self.tokens), False
        if i >= 2 and tokens[i - 1].text in ("and", "or") and tokens[i - 2].capital:
            joined = True
        for k in range(j, min(n, j + 12)):
            word = tokens[k].text
            if word in ("and", "or", ","):
                joined = True
            elif not capital(word):
                return joined and word in self.w.kinds
        return False

    def _of_person(self, i: int) -> bool:
        """Whether somebody is said to be from there: "Norb Mages of Lindsay"."""
        k = i - 1
        if k < 1 or self.tokens[k].text != "of":
            return False
        k -= 1
        if self.tokens[k].text == ",":
            k -= 1
        return k >= 0 and (self.tokens[k].label == "PERSON" or self.tokens[k].text == "both")

    def _in_list(self, i: int) -> bool:
        """Whether the span goes on a list ("Homs, Hama and X") whose last member was accepted."""
        k = i - 1
        if k < 1 or self.tokens[k].text not in (",", "and", "or", "&", "/", "-", "–"):
            return False
        if self.tokens[k - 1].text == ",":
            k -= 1
        return any(b == k for _, b, m in self.accepted[-3:] if m.kind == "place")

    def _decide(self, i: int, j: int) -> bool:
        """Judge a gazetteer match; accept it as a mention or leave it. Returns whether it was accepted."""
        tokens = self.tokens
        # Demonyms and acronyms are checked on the surface form: "Polish" is, "polish" is not.
        surface = self.text[tokens[i].start : tokens[j - 1].end]
        candidates = self.gazetteer.candidates(surface)
        if not candidates:
            return False
        if not capital(surface) and tokens[i].text.lower() in self.w.directions:
            # "northern Kosovo" is a name only where the gazetteer has just that.
            pass
        labels = {t.label for t in tokens[i:j]}
        if any(c.match == "demonym" for c in candidates) and not (
            labels == {"GPE"} and any(c.match == "exact" for c in candidates)
        ):
            return self._accept(i, j, "demonym", "lexicon")
        if any(c.place.feature_code == "ORG" for c in candidates):
            # "EU", "NATO", "the West": blocs, whatever hamlet shares their letters.
            return False
        if not self._shape_ok(surface, candidates, tokens[i].start):
            return False
        key = fold(surface)
        level = self.w.stops.get(key, "")
        if level and any(c.match == "abbreviation" for c in candidates) and ("." in surface or surface.isupper()):
            level = ""  # "US" is a country, "us" a word
        elif level == "never" and any(c.place.feature_code == "PCLI" and c.match == "exact" for c in candidates[:3]):
            level = "cue"  # "Turkey", "Chad"
        if (
            key.replace(" ", "-") in self.w.directions
            or (j - i == 1 and (surface.lower() in self.w.organisation or key in MONTHS))
            or self._after(j) in _CURRENCIES
        ):
            # "August", "US$5"; "March, Cambridgeshire" is qualified.
            level = "never"
        elif not level and j - i == 1 and surface.lower() in self.common:
            level = "cue"
        inside = self._inside(i, j)
        if self._fragment(i, j):
            return False
        qualified = self._qualified(j)
        locative = self._locative(i)
        # "attacked Goma", "hit Khan Younis": what is struck is a place, if there is one of that name.
        struck = i > 0 and tokens[i - 1].text.lower() in self.w.strikes and self._known(candidates, _KNOWN_OVER_PERSON)
        if qualified and not (labels & {"PERSON"} and inside == "person"):
            return self._accept(i, j, "place", "gazetteer, qualified", inside=None)
        if level == "never":
            return bool(labels <= {"GPE"} and locative) and self._accept(i, j, "place", "model and cue")
        if self.dateline[0] <= tokens[i].start < self.dateline[1] and (
            not level or tokens[i].start == self.dateline[0]
        ):
            return self._accept(i, j, "place", "dateline")
        if not level and self._stamped(i, j) and self._known(candidates, _KNOWN_HEADED):
            return self._accept(i, j, "place", "stamp")
        if labels & _PLACE_LABELS and (inside is None or labels <= _PLACE_LABELS):
            return self._accept(i, j, "place", "model")
        if inside == "person":
            if level in ("", "cue") and self._office_after(i, j) and self._known(candidates, _KNOWN_HEADED):
                return self._accept(i, j, "place", "gazetteer and cue")
            self.doubtful.append((i, j))
            return False
        if inside == "organisation":
            # Whole names of firms and teams that are also towns ("Enterprise") need no pin; a known place or one
            # that heads or ends the organisation's name does.
            short = len(surface) <= 3 and all(c.match == "alternate" for c in candidates)
            if level or short or not self._known(candidates, 2_000):
                self.doubtful.append((i, j))
                return False
            return self._accept(i, j, "place", "gazetteer in organisation", inside="organisation")
        if self._compound(i, j) and not self._route(i, j):
            self.doubtful.append((i, j))
            return False
        if self._route(i, j) or self._called_together(i, j):
            return self._accept(i, j, "place", "gazetteer and what it is called")
        if "PERSON" in labels:
            if self._in_list(i) and not level:
                return self._accept(i, j, "place", "gazetteer in list")
            well_known = self._known_exactly(candidates, _KNOWN_OVER_PERSON) or self._known(
                candidates, _KNOWN_POPULATION
            )
            if not level and ((j - i > 1 and well_known) or struck or self._within(j)):
                return self._accept(i, j, "place", "gazetteer over person")
            if locative and not level and self._after(j).lower() not in ("said", "says", "told"):
                return self._accept(i, j, "place", "gazetteer after locative")
            self.doubtful.append((i, j))
            return False
        if "FAC" in labels:
            if level:
                return False
            return self._accept(i, j, "place", "gazetteer in facility", inside=None)
        if level == "cue" and key in self.w.stops and self._headed(i, j) and self._known(candidates, _KNOWN_HEADED):
            return self._accept(i, j, "place", "gazetteer and cue")
        if level in ("cue", "person"):
            if (
                locative
                and not tokens[i].sentence_start
                and (labels == {""} or labels <= {"ORG", ""})
                and level == "cue"
            ):
                return self._accept(i, j, "place", "gazetteer after locative")
            self.doubtful.append((i, j))
            return False
        if self._in_list(i):
            return self._accept(i, j, "place", "gazetteer in list")
        if not self.statistical and j - i > 1 and self._designated(j):
            # "Anderson County" is what it is called by itself.
            return self._accept(i, j, "place", "gazetteer and what it is called")
        if self._headed(i, j) or self._of_person(i):
            return self._accept(i, j, "place", "gazetteer and cue")
        if (locative or struck) and not self._temporal(labels):
            return self._accept(i, j, "place", "gazetteer after locative")
        if labels & {"ORG"} and self._known(candidates, _KNOWN_ORGANISATION):
            return self._accept(i, j, "place", "gazetteer as organisation")
        if labels == {""} and (j - i > 1 or not tokens[i].sentence_start or not self.statistical):
            floor = _KNOWN_POPULATION if self.statistical else _KNOWN_ALONE
            if self._known(candidates, floor) and not self._part_of_longer_name(i, j):
                return self._accept(i, j, "place", "gazetteer, well known")
        self.doubtful.append((i, j))
        return False

    def _fragment(self, i: int, j: int) -> bool:
        """Whether the match is a mere piece of a longer name of a place: "Hill" of "Squirrel Hill".

        The whole name is left to the recogniser; taking the piece would put a pin where nothing happened. What is
        only qualified (northern, greater, County) or listed (a comma) is not a piece.
        """
        tokens = self.tokens
        number = tokens[i].entity
        if number < 0 or tokens[i].label not in _PLACE_LABELS or tokens[j - 1].entity != number:
            return False
        span = self.entity_tokens[number]
        for k in range(span[0], span[-1] + 1):
            if i <= k < j:
                continue
            word = tokens[k].text
            if word in (",", "/", "-", "–", "and", "&", "(", ")"):
                return False
            if not capital(word) or word in self.w.designators or word.lower() in self.w.directions:
                continue
            if word.lower() in ("the", "greater", "city", "mr.", "u.s."):
                continue
            return True
        return False

    @staticmethod
    def _temporal(labels: set[str]) -> bool:
        return bool(labels & {"DATE", "TIME", "MONEY", "PERCENT", "ORDINAL", "CARDINAL", "QUANTITY"})

    @staticmethod
    def _known(candidates: list[Candidate], population: int) -> bool:
        return any(
            (c.place.population or 0) >= population or c.place.layer != "world" or c.place.feature_code == "PCLH"
            for c in candidates
        )

    def _within(self, j: int) -> bool:
        """Whether a country or region that holds it follows: "Khan Younis in southern Gaza"."""
        tokens, n, k = self.tokens, len(self.tokens), j + 1
        if self._after(j) != "in":
            return False
        while k < n and k < j + 4 and (tokens[k].text in ("the", "central") or tokens[k].text in self.w.directions):
            k += 1
        if k >= n or not tokens[k].capital:
            return False
        names = [self.text[tokens[k].start : tokens[e - 1].end] for e in (k + 2, k + 1) if e <= n]
        return any(
            c.place.is_area and c.match != "demonym"
            for name in names
            if self._has(fold(name))
            for c in self.gazetteer.candidates(name)[:5]
        )

    @staticmethod
    def _known_exactly(candidates: list[Candidate], population: int) -> bool:
        return any(c.match in ("exact", "folded") and (c.place.population or 0) >= population for c in candidates)

    def _compound(self, i: int, j: int) -> bool:
        """Whether the match is one half of a hyphenated name that the gazetteer lacks: "Pont" of "Pont-Sondé"."""
        tokens, n = self.tokens, len(self.tokens)
        start, end = tokens[i].start, tokens[j - 1].end
        if self.text[end : end + 1] == "-" and j + 1 < n and tokens[j + 1].capital and tokens[j + 1].start == end + 1:
            return not self._names_place(tokens[j + 1].text)
        if start and self.text[start - 1] == "-" and i >= 2 and tokens[i - 2].end == start - 1:
            if tokens[i - 2].text in _PARTIES:
                return False
            return tokens[i - 2].capital and not self._names_place(tokens[i - 2].text)
        if self.text[end : end + 1] == "-" and j + 1 < n and tokens[j + 1].start == end + 1:
            # "Paris-based", "US-led" are; "Neo-classicism", "Cubo-futurist" are words.
            return tokens[j + 1].text.isalpha() and not self._known(
                self.gazetteer.candidates(self.text[start:end]), _KNOWN_HALF
            )
        return False

    def _names_place(self, word: str) -> bool:
        key = fold(word)
        if self.w.stops.get(key) == "never" or not self._has(key):
            return False
        return self._known([c for c in self.gazetteer.candidates(word) if c.match != "demonym"], _KNOWN_HALF)

    def _shape_ok(self, surface: str, candidates: list[Candidate], start: int) -> bool:
        """Abbreviations need their own capitals ("US", not "Us"); other short words in capitals are acronyms."""
        letters = [c for c in surface if c.isalpha()]
        if all(c.match == "abbreviation" for c in candidates) and not any(c.isupper() for c in letters[1:2]):
            # "Calif." keeps its full stop or stands after a comma.
            return "." in surface or len(letters) > 3
        if (
            len(letters) <= 4
            and surface.isupper()
            and self.lower_case
            and not self.dateline[0] <= start < self.dateline[1]
            and not self._in_capitals(start, start + len(surface))
        ):
            return any(c.match == "abbreviation" for c in candidates)
        return len(letters) >= 2

    def _part_of_longer_name(self, i: int, j: int) -> bool:
        """Whether a capitalised word stands directly before or after, as in "Lincoln Riley" or "New Lisbon"."""
        tokens = self.tokens
        if tokens[i].text.isupper() and self._in_capitals(tokens[i].start, tokens[j - 1].end):
            return False
        after = j < len(tokens) and tokens[j].capital and self.text[tokens[j - 1].end : tokens[j].start] == " "
        before = (
            i > 0
            and tokens[i - 1].capital
            and not tokens[i - 1].sentence_start
            and self.text[tokens[i - 1].end : tokens[i].start] == " "
            and tokens[i - 1].text[0].isalpha()
        )
        if after and tokens[j].text in self.w.designators | {"Police", "City"}:
            after = False
        return after or before

    def _inside(self, i: int, j: int) -> str | None:
        """The longer name that a match is part of: "organisation", "person" or "event"."""
        tokens = self.tokens
        number = tokens[i].entity
        if number >= 0 and tokens[j - 1].entity == number:
            span = self.entity_tokens[number]
            label = tokens[i].label
            core = [k for k in span if tokens[k].text.lower() not in ("the", "'s", "’s", ",", ".")]
            longer = len(core) > j - i
            if longer and label == "ORG":
                return "organisation"
            if longer and label == "PERSON":
                return "person"
            if longer and label in ("EVENT", "WORK_OF_ART", "LAW", "PRODUCT"):
                return "event"
        before = tokens[i - 1].text.lower() if i else ""
        if before in self.w.titles and not self.statistical:
            return "person"
        after = self._after(j).lower()
        if not self.statistical and capital(self._after(j)) and after in self.w.organisation:
            return "organisation"
        return None

    def _accept(self, i: int, j: int, kind: MentionKind, recognizer: str, *, inside: str | None = None) -> bool:
        tokens = self.tokens
        if kind == "place":
            # "Rapides Parish", "Homs Governorate": the designator belongs to the name.
            if (
                j < len(tokens)
                and tokens[j].text in self.w.designators
                and tokens[j - 1].text not in self.w.designators
            ):
                gap = self.text[tokens[j - 1].end : tokens[j].start]
                nxt = tokens[j + 1].text if j + 1 < len(tokens) else ""
                if gap == " " and not (tokens[j].text in ("State", "District") and capital(nxt)):
                    j += 1
            inside = inside or self._inside(i, j)
        start, end = tokens[i].start, tokens[j - 1].end
        self.accepted.append(
            (
                i,
                j,
                Mention(
                    start=start,
                    end=end,
                    text=self.text[start:end],
                    kind=kind,
                    recognizer=recognizer,
                    inside=inside,
                ),
            )
        )
        return True

    # -- the recogniser's own ------------------------------------------------------------------------------

    def _recogniser_only(self, taken: set[int]) -> None:
        """Entities of place that the gazetteer does not know: kept, and NIL unless the context resolves them."""
        tokens = self.tokens
        for span in self.entity_tokens.values():
            label = tokens[span[0]].label
            if label not in _PLACE_LABELS or any(k in taken for k in span):
                continue
            while span and tokens[span[0]].text.lower() in ("the", "a", "an"):
                span = span[1:]
            while span and (tokens[span[-1]].text.lower() in ("'s", "’s") or not tokens[span[-1]].text[-1].isalpha()):
                span = span[:-1]
            direction = bool(span) and len(span) > 1 and tokens[span[0]].text.lower() in self.w.directions
            if direction and self._has(fold(self.text[tokens[span[1]].start : tokens[span[-1]].end])):
                span = span[1:]
            if not span or not any(tokens[k].capital for k in span):
                continue
            surface = self.text[tokens[span[0]].start : tokens[span[-1]].end]
            if "\n" in surface or len(surface) < 3 or self.w.stops.get(fold(surface)) == "never":
                continue
            self._accept(span[0], span[-1] + 1, "place", "model only")
            taken.update(span)

    def _by_cue(self, taken: set[int]) -> None:
        """Names that neither knows but the words around call a place: "the Yarine checkpoint", "the village of X"."""
        tokens, n = self.tokens, len(self.tokens)
        i = 0
        while i < n:
            word = tokens[i].text
            if (
                not tokens[i].capital
                or i in taken
                or not word.isalpha()
                or len(word) < 3
                or (word.isupper() and self.lower_case)
                or tokens[i].label in ("DATE", "LANGUAGE", "PERCENT", "CARDINAL", "ORDINAL", "TIME")
                or fold(word) in self.w.stops
            ):
                i += 1
                continue
            j = i + 1
            while j < n and j not in taken and tokens[j].capital and tokens[j].text.isalpha() and j - i < 4:
                if self.text[tokens[j - 1].end : tokens[j].start] != " ":
                    break
                j += 1
            after = self._after(j)
            called = (
                after in self.w.settlement
                and not tokens[i].sentence_start
                and (tokens[i - 1].text == "the" or self._before(i).lower() in self.w.strong | {"of"})
            )
            hyphened = False
            while (
                j + 1 < n
                and tokens[j].text == "-"
                and tokens[j].start == tokens[j - 1].end
                and tokens[j + 1].start == tokens[j].end
                and tokens[j + 1].capital
            ):
                hyphened, j = True, j + 2
            k = i - 1
            # "in Nyarwe", "at Pont-Neuf": somebody or something by the model's lights, but people are not "in".
            after_in = k >= 0 and tokens[k].text.lower() in (("in", "near", "at") if hyphened else ("in", "near"))
            after_in = after_in or (k >= 0 and tokens[k].text == "nearby")
            inside = after_in and (hyphened or {t.label for t in tokens[i:j]} <= {"PERSON", "NORP"})
            named = (k >= 1 and tokens[k].text == "of" and tokens[k - 1].text in self.w.settlement) or (
                k >= 1 and tokens[k].text in ("village", "town", "city") and tokens[k - 1].text in ("the", "a")
            )
            # "a hamlet called Nyarwe"
            named = named or (
                k >= 1 and tokens[k].text in ("called", "named") and tokens[k - 1].text in self.w.settlement
            )
            if (called and j - i <= 2) or named or (inside and (hyphened or j - i <= 2)):
                surface = self.text[tokens[i].start : tokens[j - 1].end]
                if fold(surface) not in self.w.stops and not (j - i == 1 and surface.lower() in self.common):
                    self._accept(i, j, "place", "cue only")
                    taken.update(range(i, j))
            i = j

    def _same_name(self, taken: set[int]) -> None:
        """One sense per document: a doubtful span whose name was accepted elsewhere is accepted too."""
        good = {"model", "gazetteer, qualified", "dateline", "gazetteer in list"}
        if not self.statistical:
            good |= {"gazetteer and cue", "gazetteer and what it is called", "gazetteer after locative"}
        sure = {fold(m.text) for _, _, m in self.accepted if m.recognizer in good and m.inside is None}
        for i, j in self.doubtful:
            surface = self.text[self.tokens[i].start : self.tokens[j - 1].end]
            if fold(surface) not in sure or any(k in taken for k in range(i, j)):
                continue
            inside = self._inside(i, j)
            label = self.tokens[i].label
            if inside == "person" or (label in ("PERSON", "") and self._part_of_longer_name(i, j)):
                continue
            if label == "PERSON" and not self._locative(i):
                continue
            if self._accept(i, j, "place", "same name in the document", inside=inside):
                taken.update(range(i, j))

    # -- what is said around it ----------------------------------------------------------------------------

    def _finish(self, i: int, j: int, mention: Mention) -> Mention:
        """Add direction, dateline and metonymy."""
        direction = None
        if mention.kind == "place":
            direction = self._direction_before(i) or self._part_of(i) or self._part_after(j)
        metonym = False
        if mention.kind == "place" and self._after(j).lower() in self.w.speech:
            metonym = self._before(i) not in self.w.strong
        return replace(
            mention, direction=direction, dateline=self.dateline[0] <= mention.start < self.dateline[1], metonym=metonym
        )

    def _direction_before(self, i: int) -> str | None:
        """The direction in "northern X" and "south-eastern X"."""
        tokens = self.tokens
        word = tokens[i - 1].text.lower() if i else ""
        if i >= 3 and tokens[i - 2].text == "-":
            word = f"{tokens[i - 3].text.lower()}-{word}"
        return self.w.directions.get(word)

    def _part_after(self, j: int) -> str | None:
        """The direction in "X's north" and "X's western suburbs"."""
        tokens, n = self.tokens, len(self.tokens)
        if j + 1 >= n or tokens[j].text not in ("'s", "’s"):
            return None
        word = tokens[j + 1].text
        if word.endswith("ern") and (j + 2 >= n or tokens[j + 2].text not in _PARTS):
            return None
        return self.w.directions.get(word)

    def _part_of(self, i: int) -> str | None:
        """The direction in "the northern part of (the city of) X" and "in the north of X"."""
        tokens, k = self.tokens, i - 1
        if k >= 0 and tokens[k].text == "the":
            k -= 1
        if k < 1 or tokens[k].text != "of":
            return None
        k -= 1
        if tokens[k].text.lower() in self.w.settlement and k >= 1:
            k -= 1
            if tokens[k].text == "the":
                k -= 1
            if k < 1 or tokens[k].text != "of":
                return None
            k -= 1
        word = tokens[k].text.lower()
        if word in _PARTS and k >= 1:
            return self.w.directions.get(tokens[k - 1].text.lower())
        if word in self.w.directions and word.rstrip("n") == word and k >= 1 and tokens[k - 1].text.lower() == "the":
            # "15 km to the north of X" is outside it.
            return None if k >= 2 and tokens[k - 2].text.lower() == "to" else self.w.directions[word]
        return None
