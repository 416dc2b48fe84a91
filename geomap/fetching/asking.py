"""One page from one address: looked up once, checked, asked at the checked machine, within limits of size and time."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import os
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from geomap.decoding import MAX_LINE_BYTES
from geomap.errors import InputError
from geomap.fetching import addresses
from geomap.fetching.addresses import Address, FetchPolicy, Ip, parse_address, shown_url
from geomap.text import visible

if TYPE_CHECKING:
    from urllib3 import HTTPResponse
    from urllib3.connection import HTTPConnection

__all__ = ["MAX_BYTES", "MAX_REDIRECTS", "MAX_SECONDS", "READABLE", "FetchError", "Fetched", "fetch"]

MAX_BYTES = MAX_LINE_BYTES
"""The largest page, as sent and unpacked: as much as a file that is read as one article."""

MAX_SECONDS = 30.0
"""The longest that a page may take, from the look-up of its host to its last byte, redirects included."""

MAX_REDIRECTS = 5
"""Sites need one or two (to https, to www); browsers allow 20, which serves loops more than readers."""

READABLE = (
    *("text/*", "application/xhtml+xml", "application/xml", "application/*+xml"),
    *("application/json", "application/*+json", "application/jsonl", "application/x-ndjson", "application/ndjson"),
    *("application/pdf", "application/vnd.openxmlformats-officedocument.*", "application/*parquet*"),
    # What servers say of files that they do not know: what it is shows in the content.
    *("application/octet-stream", "binary/octet-stream", "application/x-jsonlines", "application/jsonlines"),
)
"""The content types (in lower case, with ``*``) that may hold articles."""

# Tried in the order that the system gives; with more, a dead host would take all the time there is.
_MOST_ADDRESSES = 4
_CONNECT_S = 8.0
_CHUNK = 2**16
_ACCEPT = (
    "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,"
    "text/plain;q=0.9,application/json;q=0.8,*/*;q=0.5"
)
_REDIRECTS = (301, 302, 303, 307, 308)
# Those that a second try may mend.
_PASSING = (500, 502, 503, 504)
_STATUS = {
    400: "the server did not understand the address",
    401: "the page needs a login; save it in a browser and name the file",
    402: "the page must be paid for; save it in a browser and name the file",
    403: "the server refuses to give the page to a program; save it in a browser and name the file",
    404: "there is no such page",
    405: "the server does not give this page out",
    406: "the server has the page in no form that geomap reads",
    410: "the page is gone for good",
    429: "the server was asked too often",
    451: "the page is withheld for legal reasons",
}
_KINDS = {
    "image": "an image",
    "video": "a video",
    "audio": "a sound recording",
    "font": "a font",
    "model": "a 3D model",
}


class FetchError(InputError):
    """A page could not be fetched. ``status`` is the server's HTTP status, None where it gave none; ``wants_rest`` is
    true where it asks to wait; ``blames_host`` where the next page of that host would likely fare no better."""

    def __init__(
        self, message: str, *, status: int | None = None, wants_rest: bool = False, blames_host: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.wants_rest = wants_rest
        self.blames_host = blames_host


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A page: the ``url`` that was asked for, the ``final_url`` after redirects, ``content_type`` in lower case without
    parameters and ``charset`` as the server says them (None where it doesn't), the bytes unpacked, and ``notes`` on
    what the reader may want to know."""

    url: str
    final_url: str
    content_type: str | None
    charset: str | None
    data: bytes
    notes: tuple[str, ...] = ()


class _TooSlow(Exception):
    """The time is up."""


class _Deadline:
    """The moment at which a fetch ends, whatever it is doing."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds
        self.is_over = False

    def left(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0 or self.is_over:
            raise _TooSlow
        return left

    @contextlib.contextmanager
    def cuts(self, sock: socket.socket) -> Iterator[None]:
        """Cut the connection when the time is up: timeouts of a socket begin anew with each byte that drips in."""

        def cut() -> None:
            self.is_over = True
            with contextlib.suppress(OSError):
                # The plain socket's: an SSLSocket's own would go on unencrypted with what is in its buffer.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

        timer = threading.Timer(self.left(), cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def fetch(
    url: str,
    *,
    limit_bytes: int = MAX_BYTES,
    seconds: float = MAX_SECONDS,
    accept: tuple[str, ...] = READABLE,
    policy: FetchPolicy | None = None,
    before: Callable[[Address], None] | None = None,
) -> Fetched:
    """The page at an http or https address, at most ``limit_bytes`` (as sent and unpacked) within ``seconds``.

    The host is looked up once and all its addresses are checked (see :func:`~geomap.fetching.is_public`); the
    connection goes to one of those, with the certificate checked against the host's name. Each redirect is checked
    likewise. Proxies, cookies, netrc and the like play no part. ``accept`` are content types (with ``*``) that are
    taken. ``before`` is called with each address before it is asked, redirects too, and may raise to stop it; its time
    does not count.

    Raises :class:`~geomap.errors.InputError`, which names the address and says what to do.
    """
    policy = policy or addresses.POLICY
    deadline = _Deadline(seconds)
    address = parse_address(url, policy=policy)
    shown = shown_url(url)
    seen = [address.url]
    while True:
        if before is not None:
            started = time.monotonic()
            before(address)
            deadline.end += time.monotonic() - started
        try:
            answer = _ask_twice(address, shown, deadline, limit_bytes, accept, policy)
        except _TooSlow:
            raise FetchError(
                f"{shown}: not there within {seconds:g} seconds; try again, or save the page and name the file",
                blames_host=True,
            ) from None
        if isinstance(answer, _Body):
            notes = (f"{shown} led to {shown_url(address.url)}",) if len(seen) > 1 else ()
            return Fetched(
                url=url,
                final_url=address.url,
                content_type=answer.content_type,
                charset=answer.charset,
                data=answer.data,
                notes=notes,
            )
        address = _redirected(address, answer, shown, seen, policy)


def _redirected(address: Address, location: str, shown: str, seen: list[str], policy: FetchPolicy) -> Address:
    """Where a redirect leads, judged like an address that is given. ``seen`` grows by it."""
    try:
        target = urljoin(address.url, location)
    except ValueError:
        raise FetchError(f"{shown}: redirected to {shown_url(location)}, which is no address") from None
    try:
        following = parse_address(target, policy=policy)
    except InputError as error:
        raise FetchError(f"{shown}: redirected to an address that is not fetched: {error}") from None
    if address.scheme == "https" and following.scheme == "http":
        raise FetchError(
            f"{shown}: redirected from https to http ({shown_url(following.url)}), where anybody on the way could"
            " change the page; not followed"
        )
    if following.url in seen:
        raise FetchError(
            f"{shown}: redirected in a circle (to {shown_url(following.url)} again; perhaps the site wants cookies);"
            " save the page in a browser and name the file"
        )
    seen.append(following.url)
    if len(seen) > MAX_REDIRECTS + 1:
        raise FetchError(f"{shown}: redirected more than {MAX_REDIRECTS} times; give the last address itself")
    return following


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    content_type: str | None
    charset: str | None
    data: bytes


def _ask_twice(
    address: Address, shown: str, deadline: _Deadline, limit: int, accept: tuple[str, ...], policy: FetchPolicy
) -> _Body | str:
    """The page, or where it redirects to; a server that stumbles is asked once more."""
    try:
        return _ask(address, shown, deadline, limit, accept, policy)
    except FetchError as error:
        if error.status not in _PASSING or error.wants_rest:
            raise
        # As long as between two pages.
        if policy.pause_s > deadline.left():
            raise
    time.sleep(policy.pause_s)
    return _ask(address, shown, deadline, limit, accept, policy)


# ------------------------------------------------------------------------------------------------ whom to ask


def _checked(address: Address, shown: str, deadline: _Deadline, policy: FetchPolicy) -> list[Ip]:
    """The addresses of the host, all of them allowed."""
    if address.ip is not None:
        return [address.ip]
    found: list[str] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            found.extend(policy.look_up(address.host, address.port))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    # The system's look-up knows no time limit: a thread that outlasts it is left behind.
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(deadline.left())
    deadline.left()
    if failed or not found:
        raise FetchError(
            f"{shown}: there is no host {address.host}, or no network to ask for it{_proxy_hint()}", blames_host=True
        )
    ips: list[Ip] = []
    for text in found:
        try:
            ip = ipaddress.ip_address(text)
        except ValueError:
            raise FetchError(f"{shown}: {address.host} has an address that cannot be read ({visible(text)})") from None
        # One that is not allowed spoils the rest: no honest host has both.
        if not policy.allows(ip):
            raise FetchError(
                f"{shown}: {address.host} is at {addresses.inside(ip)}, which is not asked; only the public net is",
                blames_host=True,
            )
        ips.append(ip)
    return ips[:_MOST_ADDRESSES]


def _proxy_hint() -> str:
    names = sorted({name.upper() for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")})
    if not names:
        return ""
    return (
        f" ({names[0]} is set, but geomap asks no proxy: where it leads could not be checked. Save the page in a"
        " browser and name the file)"
    )


@cache
def _authorities() -> ssl.SSLContext:
    """Certificates are checked against the machine's authorities; against certifi's where it has none."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    # A folder of authorities is read as it is needed and not counted before.
    has_folder = paths.capath is not None and Path(paths.capath).is_dir() and any(Path(paths.capath).iterdir())
    if not has_folder and not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _connected(address: Address, shown: str, deadline: _Deadline, policy: FetchPolicy) -> HTTPConnection:
    """A connection to the first of the host's checked addresses that answers. No name is looked up any more."""
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.exceptions import HTTPError

    last: Exception | None = None
    for ip in _checked(address, shown, deadline, policy):
        # TLS may take as long again as the connection.
        timeout = min(deadline.left() / 2, _CONNECT_S)
        connection: HTTPConnection
        if address.scheme == "https":
            context = policy.tls or _authorities()
            connection = HTTPSConnection(
                str(ip), address.port, timeout=timeout, ssl_context=context, server_hostname=address.host
            )
        else:
            connection = HTTPConnection(str(ip), address.port, timeout=timeout)
        try:
            connection.connect()
        except (OSError, HTTPError) as error:
            connection.close()
            _check_tls(error, address, shown)
            last = error
        else:
            return connection
    deadline.left()
    raise FetchError(f"{shown}: {address.host} {_cause(last)}{_proxy_hint()}", blames_host=True)


def _check_tls(error: Exception, address: Address, shown: str) -> None:
    """Raise where another address of the host would not help."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = visible(error.verify_message or "it cannot be checked").rstrip(".")
        raise FetchError(
            f"{shown}: the certificate of {address.host} is not valid ({why}); geomap does not go on. If you trust the"
            " site, save the page in a browser and name the file",
            blames_host=True,
        ) from None
    if isinstance(error, ssl.SSLError):
        reason = visible(str(error.reason or "")).replace("_", " ").lower()
        raise FetchError(
            f"{shown}: no safe connection with {address.host} came about ({reason or 'it ended too soon'})",
            blames_host=True,
        ) from None


def _cause(error: BaseException | None) -> str:
    """Why nobody answered, in plain words."""
    while error is not None:
        if isinstance(error, TimeoutError):
            return "did not answer in time"
        if isinstance(error, ConnectionRefusedError):
            return "refused the connection"
        if isinstance(error, ConnectionError):
            return "broke off the connection"
        error = error.__cause__
    return "cannot be reached"


# ------------------------------------------------------------------------------------------------ what it says


def _ask(
    address: Address, shown: str, deadline: _Deadline, limit: int, accept: tuple[str, ...], policy: FetchPolicy
) -> _Body | str:
    """The page, or where it redirects to."""
    from urllib3.exceptions import HTTPError

    connection = _connected(address, shown, deadline, policy)
    try:
        with deadline.cuts(connection.sock):
            try:
                connection.timeout = deadline.left()
                connection.request("GET", address.target, headers=_headers(address), preload_content=False)
                response = connection.getresponse()
                return _answer(response, address, shown, deadline, limit, accept)
            except (OSError, HTTPError, http.client.HTTPException, ValueError) as error:
                deadline.left()
                raise FetchError(
                    f"{shown}: {address.host} {_broken(error)}; try again, or save the page and name the file",
                    blames_host=True,
                ) from None
    finally:
        connection.close()


def _broken(error: BaseException | None) -> str:
    while error is not None:
        if isinstance(error, http.client.RemoteDisconnected):
            return "broke off the connection without an answer"
        if isinstance(error, http.client.IncompleteRead):
            return "broke off in the middle of the page"
        if isinstance(error, TimeoutError):
            return "fell silent"
        if isinstance(error, ConnectionError):
            return "broke off the connection"
        if isinstance(error, http.client.HTTPException):
            return "gave an answer that is not HTTP"
        error = error.__cause__ or error.__context__
    return "gave an answer that cannot be read"


def _headers(address: Address) -> dict[str, str]:
    """All that the server is told: no cookies, no page that one came from, no language, no machine."""
    from geomap import __version__

    return {
        "Host": address.netloc,
        "User-Agent": f"geomap/{__version__}",
        "Accept": _ACCEPT,
        # No others: they need packages of their own, and each is one more way to pack a bomb.
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
    }


def _answer(
    response: HTTPResponse, address: Address, shown: str, deadline: _Deadline, limit: int, accept: tuple[str, ...]
) -> _Body | str:
    if response.status in _REDIRECTS:
        location = response.headers.get("Location", "").strip()
        if location:
            # Headers are read as Latin-1; addresses that hold other letters are sent as UTF-8, some with blanks.
            return location.encode("latin-1", "replace").decode("utf-8", "replace").replace(" ", "%20")
    if response.status not in (200, 203):
        raise _refusal(response, address, shown)
    content_type, charset = _content_type(response.headers.get("Content-Type", ""))
    if content_type is not None and not any(fnmatchcase(content_type, pattern) for pattern in accept):
        kind = _KINDS.get(content_type.split("/")[0], "no text")
        raise FetchError(f"{shown}: this is {kind} ({content_type}), not an article")
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdecimal() and (len(length) > 18 or int(length) > limit):
        raise _too_large(shown, limit)
    codings = [one.strip().lower() for one in response.headers.get("Content-Encoding", "").split(",")]
    unpack = _unpacker([one for one in codings if one not in ("", "identity")], shown)
    data = _body(response, unpack, shown, deadline, limit)
    return _Body(content_type=content_type, charset=charset, data=data)


def _refusal(response: HTTPResponse, address: Address, shown: str) -> FetchError:
    """What an error of the server means for who asked."""
    status = response.status
    if status in _STATUS:
        said = _STATUS[status]
    elif status in _REDIRECTS:
        said = "the server redirects without saying where to"
    elif 500 <= status < 600:
        said = "the server has a fault of its own; try again later"
    else:
        said = "the server gave no page"
    wait = visible(response.headers.get("Retry-After", "")).strip()[:40]
    if wait and status in (429, 503):
        said += f"; it asks to wait {wait} seconds" if wait.isdecimal() else f"; it asks to wait until {wait}"
    return FetchError(
        f"{shown}: {said} (HTTP {status})",
        status=status,
        wants_rest=bool(wait),
        blames_host=status == 429 or 500 <= status < 600,
    )


def _content_type(header: str) -> tuple[str | None, str | None]:
    """Content type and charset of a header, in lower case; None for what is not said or not readable."""
    first, *parameters = header[:1000].split(";")
    content_type = first.strip().lower()
    charset = None
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'").strip().lower() or None
    if charset is not None and not re.fullmatch(r"[a-z0-9][a-z0-9_.:+-]{0,39}", charset):
        charset = None
    if not re.fullmatch(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}", content_type):
        return None, charset
    return content_type, charset


def _too_large(shown: str, limit: int) -> FetchError:
    size = f"{limit // 2**20} MB" if limit >= 2**20 else f"{limit:,} bytes"
    return FetchError(f"{shown}: larger than {size}, too much to fetch; download it and name the file")


_Unpack = Callable[[bytes, int], Iterator[bytes]]


def _body(response: HTTPResponse, unpack: _Unpack, shown: str, deadline: _Deadline, limit: int) -> bytes:
    """The page unpacked, never holding more than ``limit`` and one piece."""
    parts: list[bytes] = []
    sent = size = 0
    while chunk := response.read(_CHUNK, decode_content=False):
        deadline.left()
        sent += len(chunk)
        if sent > limit:
            raise _too_large(shown, limit)
        for part in unpack(chunk, _CHUNK):
            size += len(part)
            if size > limit:
                raise _too_large(shown, limit)
            parts.append(part)
    # A connection that was cut ends like one that is done.
    deadline.left()
    parts.extend(unpack(b"", _CHUNK))
    return b"".join(parts)


def _unpacker(codings: list[str], shown: str) -> _Unpack:
    """What undoes a content coding, a piece at a time; empty input means the end.

    Not urllib3's own: whether it holds to a limit depends on its version, and this needs two codings only.
    """
    if not codings:
        return lambda chunk, most: iter([chunk] if chunk else [])
    if codings not in (["gzip"], ["x-gzip"], ["deflate"]):
        raise FetchError(
            f"{shown}: the page is packed as {visible(', '.join(codings))[:60]}, which was not asked for; save it in a"
            " browser and name the file"
        )
    inflater = _Inflater(codings[0] != "deflate", shown)
    return inflater.unpack


class _Inflater:
    """gzip (also of several members) and deflate (with zlib's header, as it should have, or without)."""

    def __init__(self, is_gzip: bool, shown: str) -> None:
        self.is_gzip = is_gzip
        self.shown = shown
        self.began = False
        self.ended = False
        self.inflate = zlib.decompressobj(16 + zlib.MAX_WBITS if is_gzip else zlib.MAX_WBITS)

    def unpack(self, chunk: bytes, most: int) -> Iterator[bytes]:
        """Pieces of at most ``most`` bytes."""
        if not chunk and self.began and not self.ended:
            yield from self._rest(most)
        while chunk and not (self.ended and not self._another(chunk)):
            part, chunk = self._step(chunk, most)
            if part:
                yield part

    def _rest(self, most: int) -> Iterator[bytes]:
        """What is left at the end: a few bytes may be unpacked only when asked for."""
        while part := self.inflate.decompress(b"", most):
            yield part
        if not self.inflate.eof:
            raise FetchError(f"{self.shown}: the page breaks off (its packed data are incomplete); try again")

    def _another(self, chunk: bytes) -> bool:
        """Whether another member follows; anything else behind the end (padding) is no part of the page."""
        if not self.is_gzip or not chunk.startswith(b"\x1f"):
            return False
        self.inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self.ended = False
        return True

    def _step(self, chunk: bytes, most: int) -> tuple[bytes, bytes]:
        try:
            part = self.inflate.decompress(chunk, most)
        except zlib.error:
            if self.is_gzip or self.began:
                raise FetchError(f"{self.shown}: the page's packed data are damaged; try again") from None
            # Some servers send deflate without its header.
            self.inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            self.began = True
            return self._step(chunk, most)
        self.began = True
        if self.inflate.eof:
            self.ended = True
            return part, self.inflate.unused_data
        return part, self.inflate.unconsumed_tail
