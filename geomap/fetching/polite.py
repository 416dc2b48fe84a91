"""Many pages, fetched as a guest: a pause for each host, and links only where robots.txt allows them."""

from __future__ import annotations

import time
from collections.abc import Callable

from geomap.errors import InputError
from geomap.fetching import addresses
from geomap.fetching.addresses import Address, FetchPolicy
from geomap.fetching.asking import MAX_BYTES, MAX_SECONDS, READABLE, Fetched, FetchError, fetch
from geomap.fetching.robots import Robots

__all__ = ["Fetcher", "HostGivenUp"]

# RFC 9309 wants at least 500 KiB of a robots.txt to be read.
_ROBOTS_BYTES = 512 * 1024
_ROBOTS_S = 10.0
_AGENT = "geomap"
# A site that asks for a longer pause is obeyed so far; a feed of 50 items then takes 25 minutes.
_LONGEST_PAUSE_S = 30.0
# A host that fails so often running will do so for the rest of a feed, each time after up to 30 s.
_MOST_FAILURES = 3


class HostGivenUp(FetchError):
    """A page was not fetched because its ``host`` is asked no more in this run."""

    def __init__(self, message: str, *, host: str) -> None:
        super().__init__(message)
        self.host = host


class _Host:
    """What is known of a host that was asked."""

    def __init__(self) -> None:
        self.asked: float | None = None
        self.pause_s = 0.0
        self.failures = 0
        self.stopped: str | None = None


class Fetcher:
    """Fetches the pages of one run, one after the other.

    Between two requests to one host at least ``policy.pause_s`` passes. ``on_host`` is told the name of each host
    before it is asked for the first time: nothing is sent anywhere without that. Not for use by several threads.
    """

    def __init__(self, *, on_host: Callable[[str], None] | None = None, policy: FetchPolicy | None = None) -> None:
        self.on_host = on_host
        self.policy = policy or addresses.POLICY
        self._hosts: dict[str, _Host] = {}
        # The hosts that the fetch that is going on has asked: redirects of one page need no pause.
        self._visited: list[str] = []
        self._robots: dict[str, Robots | str] = {}

    def fetch(
        self,
        url: str,
        *,
        limit_bytes: int = MAX_BYTES,
        seconds: float = MAX_SECONDS,
        accept: tuple[str, ...] = READABLE,
    ) -> Fetched:
        """The page at an address that a person gave. Raises :class:`~geomap.errors.InputError`."""
        return self._fetch(url, limit_bytes, seconds, accept, self._take_turn)

    def follow(
        self,
        url: str,
        *,
        limit_bytes: int = MAX_BYTES,
        seconds: float = MAX_SECONDS,
        accept: tuple[str, ...] = READABLE,
    ) -> Fetched:
        """The page behind a link that stands in a feed or a list: only where the site's robots.txt lets programs read
        it, and no longer from a host that has failed three times running or has said that it is asked too often.

        Raises :class:`~geomap.errors.InputError`.
        """
        start = addresses.parse_address(url, policy=self.policy)
        host = self._host(start.host)
        if host.stopped is not None:
            raise HostGivenUp(
                f"{addresses.shown_url(url)}: not fetched, because {start.host} {host.stopped}", host=start.host
            )
        try:
            found = self._fetch(url, limit_bytes, seconds, accept, self._be_guest)
        except FetchError as error:
            if error.blames_host:
                host.failures += 1
            if error.status == 429:
                host.stopped = "said that it is asked too often"
            elif host.failures >= _MOST_FAILURES:
                host.stopped = f"failed {_MOST_FAILURES} times running"
            raise
        host.failures = 0
        return found

    def _fetch(
        self, url: str, limit: int, seconds: float, accept: tuple[str, ...], before: Callable[[Address], None]
    ) -> Fetched:
        outer, self._visited = self._visited, []
        try:
            return fetch(url, limit_bytes=limit, seconds=seconds, accept=accept, policy=self.policy, before=before)
        finally:
            # The pause begins when the answer is there.
            for name in self._visited:
                self._host(name).asked = time.monotonic()
            self._visited = outer

    def _host(self, name: str) -> _Host:
        return self._hosts.setdefault(name, _Host())

    def _take_turn(self, address: Address) -> None:
        """Name the host before the first request to it, and wait until it may be asked again."""
        host = self._host(address.host)
        if host.asked is None:
            if self.on_host is not None:
                self.on_host(address.host)
        elif address.host not in self._visited:
            wait = host.asked + max(self.policy.pause_s, host.pause_s) - time.monotonic()
            if wait > 0:
                time.sleep(wait)
        host.asked = time.monotonic()
        self._visited.append(address.host)

    def _be_guest(self, address: Address) -> None:
        """Turn back where robots.txt says so. Redirects are asked about too: they may lead to another site."""
        shown = addresses.shown_url(address.url)
        rules = self._rules(address)
        if isinstance(rules, str):
            raise FetchError(
                f"{shown}: not fetched, because the site's robots.txt, which says what programs may read, cannot be"
                f" read ({rules})",
                blames_host=True,
            )
        if not rules.allow(address.url):
            raise FetchError(
                f"{shown}: not fetched, because the site's robots.txt asks programs not to read it; save the page in a"
                " browser and name the file"
            )
        self._take_turn(address)

    def _rules(self, address: Address) -> Robots | str:
        """The rules of a site, read once; a sentence where they cannot be read."""
        rules = self._robots.get(address.origin)
        if rules is None:
            rules = self._robots[address.origin] = self._read_rules(address)
            if not isinstance(rules, str):
                self._host(address.host).pause_s = min(rules.delay_s or 0.0, _LONGEST_PAUSE_S)
        return rules

    def _read_rules(self, address: Address) -> Robots | str:
        try:
            page = self._fetch(f"{address.origin}/robots.txt", _ROBOTS_BYTES, _ROBOTS_S, ("*",), self._take_turn)
        except FetchError as error:
            # As RFC 9309 has it: none there allows all, none to be had forbids all.
            if error.status is not None and 400 <= error.status < 500 and error.status != 429:
                return Robots("", _AGENT)
            return str(error)
        except InputError as error:
            return str(error)
        return Robots(page.data.decode("utf-8-sig", "replace"), _AGENT)
