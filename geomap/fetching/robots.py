"""What a site's robots.txt lets a program read, by RFC 9309: the longest rule that fits decides.

Python's own parser takes the first rule that fits and knows no ``*`` and ``$`` in paths.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes, urlsplit

__all__ = ["Robots"]

_AGENT = re.compile(r"[A-Za-z_-]+|\*")


class Robots:
    """The rules of one site for the program called ``agent`` (in small letters)."""

    def __init__(self, text: str, agent: str) -> None:
        self.delay_s: float | None = None
        self._rules: list[tuple[str, bool]] = []
        groups: dict[str, list[tuple[str, str]]] = {}
        names: list[str] = []
        named = False
        for line in text.splitlines():
            key, colon, value = line.partition("#")[0].partition(":")
            key, value = key.strip().lower(), value.strip()
            if colon and key == "user-agent":
                # One that follows rules begins a new group; groups for one program are put together.
                names = names if named else []
                named = True
                found = _AGENT.match(value)
                if found is not None:
                    names.append(found[0].lower())
                    groups.setdefault(names[-1], [])
            elif colon and key in ("allow", "disallow", "crawl-delay"):
                named = False
                for name in set(names):
                    groups[name].append((key, value))
        for key, value in groups.get(agent, groups.get("*", [])):
            if key == "crawl-delay":
                if self.delay_s is None and re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{0,6})?", value):
                    self.delay_s = float(value)
            elif value:
                self._rules.append((_written(value), key == "allow"))

    def allow(self, url: str) -> bool:
        """Whether the page at ``url`` may be read."""
        parts = urlsplit(url)
        path = _written(parts.path or "/") + (f"?{_written(parts.query)}" if parts.query else "")
        # Of two rules of one length, the one that allows.
        fitting = (rule for rule in self._rules if _fits(rule[0], path))
        return path == "/robots.txt" or max(((len(rule), allows) for rule, allows in fitting), default=(0, True))[1]


def _written(path: str) -> str:
    """A path with its escapes written in one way."""
    # An escaped slash is no slash, and an escaped asterisk no asterisk.
    parts = re.split(r"(%2[fF]|%2[aA]|%24|%3[fF])", path)
    return "".join(
        part.upper() if number % 2 else quote(unquote_to_bytes(part), safe="/*$?&=+:;,@!'()~")
        for number, part in enumerate(parts)
    )


def _fits(rule: str, path: str) -> bool:
    """Whether a path begins as the rule says, in which ``*`` is anything and a last ``$`` the end."""
    ends = rule.endswith("$")
    first, *others = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if ends and not others:
        return path == first
    position = len(first)
    last = others.pop() if ends else ""
    for part in others:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return path.endswith(last, position)
