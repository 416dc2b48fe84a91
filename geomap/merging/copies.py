"""Which sources of one incident repeat another's words: a wire report printed by ten papers is one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from geomap.merging.wording import COPY_SHARE, Wording, copied, read_wording
from geomap.records import SourceQuote

__all__ = ["independent", "marked"]

# Quotes that a source is compared with: originals of one incident beyond that are rare, and wire reports early.
_MOST_ORIGINALS = 64


def _order(source: SourceQuote) -> tuple[str, str, str]:
    # Without a date a source cannot be shown to be first.
    return (source.published or "9999", source.doc_id, source.quote)


def marked(sources: Sequence[SourceQuote], wordings: Mapping[str, Wording] | None = None) -> tuple[SourceQuote, ...]:
    """``sources`` in their order, each copy with the ``doc_id`` of the earliest source whose words it repeats.

    ``wordings`` are those of quotes that were read already.
    """
    known = wordings or {}
    originals: list[tuple[SourceQuote, Wording]] = []
    copy_of: dict[int, str] = {}
    for number in sorted(range(len(sources)), key=lambda n: _order(sources[n])):
        source = sources[number]
        wording = known.get(source.quote) or read_wording(source.quote)
        first = next(
            (
                one.doc_id
                for one, words in originals
                if one.doc_id != source.doc_id
                and ((one.quote == source.quote and bool(source.quote)) or copied(words, wording) >= COPY_SHARE)
            ),
            None,
        )
        if first is not None:
            copy_of[number] = first
        elif len(originals) < _MOST_ORIGINALS:
            originals.append((source, wording))
    return tuple(
        replace(source, copy_of=copy_of.get(number)) if source.copy_of != copy_of.get(number) else source
        for number, source in enumerate(sources)
    )


def independent(sources: Sequence[SourceQuote]) -> list[SourceQuote]:
    """The sources that speak for themselves: no copies, and of one outlet the first."""
    seen: set[str] = set()
    found = []
    for source in sorted(sources, key=_order):
        outlet = (source.source or source.doc_id).casefold()
        if source.copy_of is None and outlet not in seen:
            seen.add(outlet)
            found.append(source)
    return found
