"""Pages from the web, for those who give an address: http and https, public machines only, within limits.

Nothing here runs unless a user named an address as an input, or asked with ``--fetch`` for what a feed or list links
to. What is fetched is untrusted: it is read like a file from a stranger.

- :mod:`~geomap.fetching.addresses` reads an address and judges which machines it may lead to;
- :mod:`~geomap.fetching.asking` gets one page;
- :mod:`~geomap.fetching.robots` reads what a site asks of programs;
- :mod:`~geomap.fetching.polite` gets many pages.
"""

from geomap.fetching.addresses import (
    POLICY,
    PORTS,
    Address,
    FetchPolicy,
    is_address,
    is_public,
    parse_address,
    shown_url,
    stem_of,
)
from geomap.fetching.asking import MAX_BYTES, MAX_REDIRECTS, MAX_SECONDS, READABLE, Fetched, FetchError, fetch
from geomap.fetching.polite import Fetcher, HostGivenUp

__all__ = [
    "MAX_BYTES",
    "MAX_REDIRECTS",
    "MAX_SECONDS",
    "POLICY",
    "PORTS",
    "READABLE",
    "Address",
    "FetchError",
    "FetchPolicy",
    "Fetched",
    "Fetcher",
    "HostGivenUp",
    "fetch",
    "is_address",
    "is_public",
    "parse_address",
    "shown_url",
    "stem_of",
]
