"""What a name is of, without a model: persons by titles and given names, organisations and facilities by their words.

A poor man's entity recogniser: it labels runs of capitalised words, so that "Paris" in "Paris Hilton" or "Lancaster"
after "John Lancaster" is told from the town. What it cannot tell it leaves without a label. One pass over the tokens.
"""

from __future__ import annotations

from collections.abc import Sequence

from geomap.recognition.tokens import Token, capital
from geomap.recognition.words import Words, words
from geomap.text import fold

__all__ = ["labelled"]

# A name of more words than this is a headline in title case, not a name.
_LONGEST_RUN = 8
_JOINING = frozenset({"of", "for", "the", "and", "&", "de", "in"})
_SAID = frozenset({"said", "says", "told", "added", "wrote", "asked", "explained", "testified", "recalled"})


def labelled(text: str, tokens: Sequence[Token]) -> list[Token]:
    """``tokens`` with the labels PERSON, ORG and FAC where the words say so; see the module."""
    return _Labeller(text, tokens).run()


class _Labeller:
    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = list(tokens)
        self.w: Words = words()
        self.number = 0
        self.surnames: set[str] = set()

    def run(self) -> list[Token]:
        """Label the runs of capitalised words, then the surnames that stand alone."""
        i, n = 0, len(self.tokens)
        single: list[int] = []
        while i < n:
            if not self._begins(i):
                i += 1
                continue
            j = self._end_of_run(i)
            if j - i == 1 and not self._titled(i):
                single.append(i)
            else:
                self._label(i, j)
            i = j
        for i in single:
            # "Mr Lancaster said ... . Lancaster left": the person again. Resolution asks for a locative word.
            if self.tokens[i].text in self.surnames:
                self._set(i, i + 1, "PERSON")
        return self.tokens

    def _begins(self, i: int) -> bool:
        token = self.tokens[i]
        if not token.capital or not token.text[0].isalpha():
            return False
        # "The", "In", "But" begin a sentence, not a name.
        return not (token.sentence_start and self.w.stops.get(token.text.lower()) == "never" and len(token.text) < 6)

    def _end_of_run(self, i: int) -> int:
        """The end of the run of capitalised words from ``i`` on, with "of", "for", "and" inside organisations."""
        tokens, n = self.tokens, len(self.tokens)
        j = i + 1
        organisation = self._word(i) in self.w.organisation
        while j < n and j - i < _LONGEST_RUN + 4:
            if self.text[tokens[j - 1].end : tokens[j].start] != " ":
                # "St." and initials keep their full stop apart.
                if tokens[j].text == "." and len(tokens[j - 1].text) == 1 and tokens[j].start == tokens[j - 1].end:
                    j += 1
                    continue
                break
            word = tokens[j].text
            if capital(word) and word[0].isalpha():
                organisation = organisation or self._word(j) in self.w.organisation
                j += 1
            elif organisation and word in _JOINING and j + 1 < n:
                k = j + 2 if tokens[j + 1].text == "the" and j + 2 < n else j + 1
                if word in ("and", "in") and self._word(k) not in self.w.organisation:
                    break
                if not tokens[k].capital:
                    break
                j = k
            else:
                break
        while j > i + 1 and not tokens[j - 1].capital:
            j -= 1
        return j

    def _word(self, i: int) -> str:
        return self.tokens[i].text.lower().rstrip(".")

    def _titled(self, i: int) -> bool:
        """Whether a title stands before ("Mr", "Gen.", "Mayor"), in capitals or not at the start of a name."""
        k = i - 1
        if k >= 0 and self.tokens[k].text == ".":
            k -= 1
        return (
            k >= 0
            and self._word(k) in self.w.titles
            and self.text[self.tokens[k].end : self.tokens[i].start]
            in (
                " ",
                ". ",
            )
        )

    def _label(self, i: int, j: int) -> None:
        """Label one run: by its generic words first, then by titles and given names, then by what follows."""
        w, tokens = self.w, self.tokens
        if j - i > _LONGEST_RUN:
            return
        spelled = [k for k in range(i, j) if tokens[k].capital]
        # Titles within the run part it: "Mansfield Mayor Curtis McCoy" is a place, a title and a person.
        for k in spelled:
            if self._word(k) in w.titles | w.offices and self._word(k) not in w.organisation and k + 1 < j:
                if k > i:
                    self._label(i, k)
                if k + 1 < j:
                    self._person(k + 1, j)
                return
        if any(self._word(k) in w.organisation for k in (spelled[1:] or spelled)) or (
            self._word(i) in w.organisation and j - i > 2 and tokens[i + 1].text in _JOINING
        ):
            last = max((k for k in spelled if self._word(k) in w.organisation), default=i)
            facility = self._word(spelled[-1]) in w.facility
            self._set(i, j if last > i or tokens[i + 1].text in _JOINING else i + 1, "FAC" if facility else "ORG")
        elif len(spelled) > 1 and self._word(spelled[-1]) in w.facility:
            self._set(i, j, "FAC")
        elif self._titled(i) or (len(spelled) > 1 and self._given(i, j)) or self._described(i, j, spelled):
            self._person(i, j)

    def _given(self, i: int, j: int) -> bool:
        tokens, w = self.tokens, self.w
        last = j - 1
        while last > i and tokens[last].text in (".", "Jr", "Sr", "II", "III"):
            last -= 1
        if fold(tokens[i].text) not in w.given or tokens[last].text in w.designators:
            return False
        word = self._word(last)
        return last > i and word not in w.facility and word not in w.directions and word not in w.settlement

    def _described(self, i: int, j: int, spelled: list[int]) -> bool:
        """Whether somebody's age follows ("Ana Odesa, 43,") or what they said, and the run looks like a name."""
        tokens, n = self.tokens, len(self.tokens)
        if not 2 <= len(spelled) <= 3 or (tokens[i].sentence_start and self._word(i) in self.w.directions):
            return False
        if j + 2 < n and tokens[j].text == "," and tokens[j + 1].text.isdigit() and len(tokens[j + 1].text) <= 2:
            return tokens[j + 2].text in (",", ".")
        return j < n and tokens[j].text in _SAID

    def _person(self, i: int, j: int) -> None:
        self._set(i, j, "PERSON")
        last = self.tokens[j - 1].text
        if len(last) > 2 and last[0].isalpha():
            self.surnames.add(last)

    def _set(self, i: int, j: int, label: str) -> None:
        for k in range(i, j):
            self.tokens[k] = self.tokens[k]._replace(label=label, entity=self.number)
        self.number += 1
