"""What a page says of its article as linked data (JSON-LD), the most careful of its metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["linked_data"]

_SCRIPT = re.compile(r"<script\b[^>]{0,500}application/ld\+json[^>]{0,500}>", re.IGNORECASE)
_DATE = re.compile(r'"datePublished"\s{0,9}:\s{0,9}"([^"]{8,60})"')
# Pages have one to three such scripts of some kB; the rest is a page that wants to be slow.
_MOST_SCRIPTS, _MOST_CHARS, _MOST_NODES, _MOST_DEPTH = 10, 200_000, 2_000, 12
_ARTICLES = ("article", "posting", "report", "review")


def linked_data(html: str) -> dict[str, str]:
    """``headline``, ``published``, ``site``, ``url`` and ``language`` of the page's article, where they are told."""
    scripts = list(_scripts(html))
    nodes = [node for script in scripts for node in _nodes(script, 0)][:_MOST_NODES]
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    # The article itself goes before the page, the site and the list of crumbs that stand beside it.
    nodes.sort(key=lambda node: (not _is_article(node), "datePublished" not in node))
    found: dict[str, str] = {}
    if nodes and (_is_article(nodes[0]) or "datePublished" in nodes[0]):
        node = nodes[0]
        page = node.get("mainEntityOfPage")
        for key, value in (
            ("headline", node.get("headline") or node.get("name")),
            ("published", node.get("datePublished")),
            ("site", _name(node.get("publisher"), named)),
            ("url", node.get("url") or (page.get("@id") if isinstance(page, dict) else page)),
            ("language", node.get("inLanguage")),
        ):
            if isinstance(value, str) and value.strip():
                found[key] = " ".join(value[:4000].split())
    if "published" not in found and (match := _DATE.search(html, 0, 500_000)):
        # A script that is no whole JSON still says its date.
        found["published"] = match[1]
    return found


def _scripts(html: str) -> Iterator[Any]:
    for count, match in enumerate(_SCRIPT.finditer(html)):
        if count >= _MOST_SCRIPTS:
            return
        end = html.find("</", match.end(), match.end() + _MOST_CHARS)
        while end >= 0 and html[end : end + 8].lower() != "</script":
            end = html.find("</", end + 2, match.end() + _MOST_CHARS)
        if end < 0:
            continue
        try:
            yield json.loads(html[match.end() : end], strict=False)
        except (ValueError, RecursionError):
            # Broken by a template; the page has other metadata.
            continue


def _nodes(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The objects of a script that may be an article: those of its lists and graphs, and what a page is about."""
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, list):
        for one in value[:_MOST_NODES]:
            yield from _nodes(one, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "itemListElement"):
            if key in value:
                yield from _nodes(value[key], depth + 1)


def _is_article(node: dict[str, Any]) -> bool:
    kinds = node.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.lower().endswith(_ARTICLES) for kind in kinds[:20])


def _name(value: Any, named: dict[str, dict[str, Any]]) -> Any:
    """The name of a publisher: written out, an object, a list of them, or a reference to one."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        reference = value.get("@id")
        return value.get("name") or (named.get(reference, {}).get("name") if isinstance(reference, str) else None)
    return value
