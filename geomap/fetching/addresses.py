"""What an address may be, and which machines it may lead to.

An address is read once, strictly, and the request is made from what was read: two readers that differ over
``http://a\\@b`` would check one host and ask another.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from geomap.errors import InputError
from geomap.text import visible

__all__ = [
    "POLICY",
    "PORTS",
    "Address",
    "FetchPolicy",
    "Ip",
    "is_address",
    "is_public",
    "parse_address",
    "shown_url",
    "stem_of",
]

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = frozenset({80, 443, 8000, 8080, 8443, 8888})
"""The ports that are asked: those that web servers use. On others sit mail servers, databases and the like, which a
redirect must not make us talk to."""

# Far more than browsers, proxies and the addresses in article lists have (measured on none: some 2,000 is the most that
# is safe on the web at all).
_LONGEST = 8000
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):")
# Those that are written without //; a file may be called "notes:today", so not any word and a colon will do.
_BARE_SCHEMES = frozenset(
    ("http", "https", "about", "blob", "data", "feed", "javascript", "mailto", "news", "tel", "urn", "view-source")
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# Names that by convention or RFC (6761, 6762, 7686, 8375, ICANN's .internal) never mean a machine of the public net.
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "corp", "home")

# Beyond what ``ipaddress`` calls not global, whose list differs between the versions of Python.
_REFUSED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            # A public address at which machines rented from Azure find their host's own services.
            "168.63.129.16/32",
        ),
    )
)
# All that is handed out to be reached from everywhere; what lies outside is refused.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(ip: Ip) -> bool:
    """Whether an address is one of the public net: not of this machine, its network or its provider.

    Of an IPv6 address that holds an IPv4 one (mapped, 6to4, Teredo, NAT64, ISATAP) the inner one must be public too.
    """
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in net for net in _REFUSED_V4)
    if ip.scope_id is not None:
        return False
    if ip.ipv4_mapped is not None:
        return is_public(ip.ipv4_mapped)
    if ip in _NAT64:
        return is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    if ip not in _GLOBAL_V6 or any(ip in net for net in _REFUSED_V6) or ip.is_multicast or not ip.is_global:
        # 2001::/23 holds Teredo.
        return False
    if ip.sixtofour is not None and not is_public(ip.sixtofour):
        return False
    # ISATAP: the last eight bytes are 0000:5efe or 0200:5efe and an IPv4 address.
    if (int(ip) >> 32) & 0xFDFFFFFF == 0x5EFE:
        return is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return True


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """Which machines may be asked, and how. The default is what geomap does; tests of local servers make another.

    It is an object in the program and no setting: nothing that a user could be talked into typing loosens it.
    ``allows`` judges each resolved address, ``ports`` are those that are asked (None: any), ``look_up`` gives the
    addresses of a host, ``tls`` is the context for https (None: the machine's authorities), ``pause_s`` is waited
    between two requests to one host.
    """

    allows: Callable[[Ip], bool] = is_public
    ports: frozenset[int] | None = PORTS
    look_up: Callable[[str, int], list[str]] = _look_up
    tls: ssl.SSLContext | None = None
    pause_s: float = 1.0


POLICY = FetchPolicy()
"""The policy that counts where none is passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A checked address. ``host`` is in ASCII, an IPv6 one without brackets; ``target`` is path and query."""

    scheme: str
    host: str
    port: int
    target: str
    ip: Ip | None = None

    @property
    def netloc(self) -> str:
        """Host and port as they stand in the address and in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: ``https://example.org``."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def url(self) -> str:
        """The whole address, without what follows ``#``."""
        return self.origin + self.target


def is_address(text: str) -> bool:
    """Whether an input is meant as an address (of any scheme) and not as the name of a file."""
    match = _SCHEME.match(text.strip())
    if match is None:
        return False
    return text.strip()[match.end() :].startswith("//") or match[1].lower() in _BARE_SCHEMES


def shown_url(url: str) -> str:
    """An address as it can be shown: no control characters, no user name or password, not endless."""
    # Also where it is none: who mistypes an address wants no password in a log either.
    text = visible(re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:)?([/\\]*)[^/?#\\]*@", r"\1\2…@", url.strip()[: 2 * _LONGEST]))
    return text if len(text) <= 300 else f"{text[:200]}…{text[-90:]}"


def stem_of(url: str) -> str:
    """A short name for a page, from its address: the last part of the path that says something, else the host."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return "page"
    for part in reversed(parts.path.split("/")):
        stem = re.sub(r"[^\w.-]+", "-", visible(unquote(part, errors="replace"))).strip("-.")
        stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", stem)
        if stem and stem.lower() not in ("index", "default"):
            return stem[:80]
    return re.sub(r"[^\w.-]+", "-", host).strip("-.") or "page"


def parse_address(url: str, *, policy: FetchPolicy | None = None) -> Address:
    """Read an address strictly. Raises :class:`~geomap.errors.InputError` for what is no address or may not be asked.

    The host's name is not looked up here; an address written as a number is checked.
    """
    policy = policy or POLICY
    text, shown = url.strip(), shown_url(url)
    if len(text) > _LONGEST:
        raise InputError(f"{shown}: the address is longer than {_LONGEST:,} characters")
    match = _SCHEME.match(text)
    scheme = match[1].lower() if match else ""
    if scheme == "file":
        raise InputError(f"{shown}: name the file itself, without file://")
    if scheme not in ("http", "https"):
        what = f"{scheme}: addresses are not fetched" if scheme else "no address"
        raise InputError(f"{shown}: {what}; geomap fetches http:// and https://, and reads files")
    if re.search(r"[\x00-\x20\x7f-\x9f\\<>\"]", text) or not text.isprintable():
        raise InputError(f"{shown}: the address holds characters that no address has (a blank, \\, a control sign)")
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise InputError(f"{shown}: no valid address ({visible(str(error))[:100]})") from None
    if not text[len(scheme) + 1 :].startswith("//") or not host:
        raise InputError(f"{shown}: no valid address; write it as {scheme}://example.org/page")
    if "@" in parts.netloc:
        raise InputError(f"{shown}: addresses with a user name or password are not fetched; save the page instead")
    port = port if port is not None else {"http": 80, "https": 443}[scheme]
    if policy.ports is not None and port not in policy.ports:
        usual = ", ".join(map(str, sorted(policy.ports)))
        raise InputError(f"{shown}: port {port} is not asked, only those of web servers ({usual}); save the page")
    name, ip = _host(host, parts.netloc, shown)
    if ip is not None and not policy.allows(ip):
        raise InputError(f"{shown}: {inside(ip)}, which is not asked; save what is there and name the file")
    # Percent-encoded as browsers do; what is encoded already stays.
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=-._~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=-._~?[]|{}^`")
    has_query = "?" in text.split("#", 1)[0]
    return Address(scheme=scheme, host=name, port=port, target=path + (f"?{query}" if has_query else ""), ip=ip)


def inside(ip: Ip) -> str:
    return f"{ip} is an address of this machine, of a private network or of none"


def _host(host: str, netloc: str, shown: str) -> tuple[str, Ip | None]:
    """The host in ASCII, and the address where it is one."""
    if "%" in netloc:
        raise InputError(f"{shown}: the host holds a percent sign")
    if "[" in netloc:
        try:
            v6 = ipaddress.IPv6Address(host)
        except ValueError:
            raise InputError(f"{shown}: {visible(host)} is no IPv6 address") from None
        return str(v6), v6
    if not host.isascii():
        import idna

        try:
            # As browsers do it: full-width digits and dots become plain ones here, and are judged below.
            host = idna.encode(host[:300], uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise InputError(f"{shown}: the host is no valid name") from None
    host = host.lower()
    if host.endswith("."):
        raise InputError(f"{shown}: the host ends in a dot; write it without")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InputError(f"{shown}: the host is no valid name")
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        try:
            v4 = ipaddress.IPv4Address(host)
        except ValueError:
            raise InputError(
                f"{shown}: the host is a number that is no plain address (four numbers from 0 to 255)"
            ) from None
        return str(v4), v4
    if any(host == name or host.endswith("." + name) for name in _LOCAL_NAMES):
        raise InputError(
            f"{shown}: {host} is a name of this machine or its network, which is not asked; save what is there and name"
            " the file"
        )
    if labels[-1] == "onion":
        raise InputError(f"{shown}: .onion addresses need Tor, which geomap does not use; save the page")
    if len(labels) == 1:
        raise InputError(f"{shown}: {host} is no name of the public net; write the whole name, as in www.example.org")
    return host, None
