"""Who wrote an article and where they sat: lines that name towns in which nothing has happened."""

from __future__ import annotations

import re

__all__ = ["bylines"]

_NAME = r"[A-Z][\w.'’-]*(?:[ \t][A-Z][\w.'’-]*){1,4}"
_WRITER = (
    r"(?:(?:our|a|an|the)[ \t])?(?:[\w-]+[ \t]){0,3}?"
    r"(?:correspondents?|reporters?|staff|writers?|stringers?|bureau|agenc(?:y|ies)|newsroom|desk|editors?)\b"
)
# Bylines stand in the head of an article, within the 1,500 characters in which a dateline is sought.
_HEAD = 1_500
# "By our correspondent in Nakuru", "By Ann Lee and Bo Ray, Nakuru": a line without a full stop.
_BYLINE = re.compile(
    rf"^[ \t]*(?:(?:By|BY)[ \t](?:(?i:{_WRITER})|{_NAME})|(?:From|FROM)[ \t](?i:{_WRITER}))"
    rf"(?:(?:,|[ \t]and|[ \t]&)[ \t]{_NAME}){{0,4}}(?:,|[ \t](?i:in|at))[ \t][^\n.!?]{{2,60}}$",
    re.MULTILINE,
)
# "(Reporting by Ann Lee in Nakuru; Editing by Bo Ray)": a line of its own, anywhere.
_SIGNED = re.compile(
    r"^[ \t(\[*—–-]{0,4}(?i:additional|further|extra|with)?[ \t]?(?i:reporting|writing|editing|edited|written|reported)"
    r"[ \t](?i:by|from)[ \t][^\n]{2,400}$",
    re.MULTILINE,
)


def bylines(text: str) -> list[tuple[int, int]]:
    """Where ``text`` says who reported, wrote and edited it, and from where: lines, as offsets in order."""
    found = [match.span() for match in _BYLINE.finditer(text, 0, _HEAD) if match.end() < len(text)]
    return sorted({*found, *(match.span() for match in _SIGNED.finditer(text))})
