"""Articles from addresses that the user gives."""

from __future__ import annotations

import re

from geomap.articles.draft import Source
from geomap.articles.names import shown
from geomap.errors import InputError

__all__ = ["is_address", "open_address"]


def is_address(item: str) -> bool:
    """Whether an input is an address (``scheme://...``) and no file name."""
    # A drive letter is no scheme.
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", item) is not None


def open_address(address: str) -> Source:
    """What an address gives, to be read like a file. Raises InputError where it cannot or must not be fetched."""
    raise InputError(f"{shown(address)} is an address; geomap reads files: save the page and name the file")
