"""Names that nothing offline knows, asked of an online geocoder: only when a user says so, through geopy.

What leaves the machine is the bare name and, where the server takes them, country codes; never the article, its
neighbourhood or its coordinates. What comes back is somebody else's text: it is read up to a limit, checked, cut and
stripped before it is believed, it scores 0.6 at most, and the evidence says where it came from and when. Answers and
misses are kept in a folder, one file a question, so that no name is asked twice. A server that fails three times
running, or that refuses, is asked no more in this run; the run goes on without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geomap.errors import OutputError, UsageError
from geomap.geo import distance_km
from geomap.outputs import write_text
from geomap.records import Article, Candidate, MatchKind, Place, Resolution
from geomap.settings import Settings
from geomap.text import fold, skeleton

if TYPE_CHECKING:
    from geopy.adapters import BaseSyncAdapter

__all__ = ["PROVIDERS", "OnlineLookup", "Provider", "Transport", "fill_unresolved", "open_online", "parse_provider"]

Transport = Callable[[str, Mapping[str, str], float], bytes]
"""Fetches a URL with headers within so many seconds and returns the body; raises geopy's errors."""

# The public servers that need no key and whose terms let answers be kept (both serve OpenStreetMap's data).
PROVIDERS: Mapping[str, str] = {
    "nominatim": "https://nominatim.openstreetmap.org",
    "photon": "https://photon.komoot.io",
    "pelias": "",
}
_TITLES = {"nominatim": "Nominatim", "photon": "Photon", "pelias": "Pelias"}
# The usage policy of nominatim.openstreetmap.org: one request a second at most. Photon's asks for fairness.
_PUBLIC_DELAY_S = 1.0
_TIMEOUT_S = 10.0
# Ten answers of Nominatim with all their names have some 30 kB.
_MOST_BYTES = 2_000_000
_MOST_ANSWERS = 20
_LIMIT = 10
_FAILURES = 3
# Longer than any one request with its retry takes.
_TURN_S = 60.0
_LONGEST_NAME = 300
_LONGEST_QUERY = 120
_MOST_NAMES = 100
_MOST_COUNTRIES = 3
_SCHEMA = 1
# An answer from outside is never as sure as the gazetteer's own.
_SCORES: Mapping[str, float] = {"exact": 0.6, "folded": 0.6, "alternate": 0.55, "transliterated": 0.5, "fuzzy": 0.4}
# With places in the article, an answer in none of its countries is believed only this near to one of them: what lies
# farther off is some other place of that name.
_NEAR_KM = 300.0
_ELSEWHERE, _WITHOUT_CONTEXT = 0.5, 0.5

# OpenStreetMap's key and value to GeoNames' class and code, and a radius for what comes without a bounding box (km):
# the radii that kinds of places have elsewhere in geomap.
_KINDS: Mapping[tuple[str, str], tuple[str, str, float]] = {
    ("place", "country"): ("A", "PCLI", 300.0),
    ("place", "state"): ("A", "ADM1", 100.0),
    ("place", "region"): ("L", "RGN", 100.0),
    ("place", "province"): ("A", "ADM1", 100.0),
    ("place", "county"): ("A", "ADM2", 30.0),
    ("place", "district"): ("A", "ADM2", 30.0),
    ("place", "municipality"): ("A", "ADM2", 20.0),
    ("place", "city"): ("P", "PPL", 8.0),
    ("place", "town"): ("P", "PPL", 3.0),
    ("place", "village"): ("P", "PPL", 1.5),
    ("place", "hamlet"): ("P", "PPL", 1.0),
    ("place", "isolated_dwelling"): ("P", "PPL", 0.5),
    ("place", "farm"): ("P", "PPL", 0.5),
    ("place", "borough"): ("P", "PPLX", 3.0),
    ("place", "suburb"): ("P", "PPLX", 2.0),
    ("place", "quarter"): ("P", "PPLX", 1.0),
    ("place", "neighbourhood"): ("P", "PPLX", 1.0),
    ("place", "island"): ("T", "ISL", 10.0),
    ("place", "islet"): ("T", "ISL", 1.0),
    ("place", "sea"): ("H", "SEA", 200.0),
    ("place", "ocean"): ("H", "OCN", 2000.0),
    ("place", "locality"): ("L", "LCTY", 2.0),
    ("boundary", "administrative"): ("A", "ADMD", 20.0),
    ("natural", "peak"): ("T", "PK", 1.0),
    ("natural", "volcano"): ("T", "VLC", 3.0),
    ("natural", "mountain_range"): ("T", "MTS", 50.0),
    ("natural", "valley"): ("T", "VAL", 5.0),
    ("natural", "cape"): ("T", "CAPE", 1.0),
    ("natural", "water"): ("H", "LK", 2.0),
    ("natural", "bay"): ("H", "BAY", 5.0),
    ("natural", "strait"): ("H", "STRT", 10.0),
    ("natural", "spring"): ("H", "SPNG", 0.5),
    ("natural", "wood"): ("V", "FRST", 2.0),
    ("landuse", "forest"): ("V", "FRST", 2.0),
    ("landuse", "military"): ("L", "MILB", 2.0),
    ("military", "base"): ("L", "MILB", 2.0),
    ("barrier", "border_control"): ("S", "PSTB", 0.5),
    ("barrier", "checkpoint"): ("S", "PSTB", 0.5),
    ("railway", "station"): ("S", "RSTN", 0.5),
    ("aeroway", "aerodrome"): ("S", "AIRP", 2.0),
    ("man_made", "bridge"): ("S", "BDG", 0.3),
    ("waterway", "dam"): ("S", "DAM", 0.5),
    ("waterway", "river"): ("H", "STM", 10.0),
}
_KEYS: Mapping[str, tuple[str, str, float]] = {
    "place": ("P", "PPL", 1.5),
    "boundary": ("L", "RGN", 10.0),
    "natural": ("T", "", 2.0),
    "waterway": ("H", "STM", 5.0),
    "water": ("H", "LK", 2.0),
    "military": ("S", "INSM", 1.0),
    "barrier": ("S", "", 0.5),
    "railway": ("S", "", 0.5),
    "aeroway": ("S", "", 1.0),
    "man_made": ("S", "", 0.5),
    "mountain_pass": ("T", "PASS", 1.0),
    "historic": ("S", "HSTS", 0.5),
    "power": ("S", "PS", 0.5),
    "bridge": ("S", "BDG", 0.3),
    "amenity": ("S", "", 0.3),
    "leisure": ("L", "PRK", 0.5),
    "landuse": ("L", "", 1.0),
    "building": ("S", "BLDG", 0.2),
}
# Pelias' layers in OpenStreetMap's words.
_LAYERS = {
    "country": "country", "region": "state", "macroregion": "region", "county": "county", "macrocounty": "county",
    "localadmin": "municipality", "locality": "town", "borough": "borough", "neighbourhood": "neighbourhood",
    "island": "island", "ocean": "ocean", "marinearea": "sea",
}  # fmt: skip
# Control, invisible and bidirectional characters; lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Whom to ask: geopy's ``name`` of the service, and the ``url`` of the server (scheme, host, maybe a path)."""

    name: str
    url: str

    @property
    def title(self) -> str:
        """The service as people write it: "Nominatim"."""
        return _TITLES[self.name]

    @property
    def host(self) -> str:
        """The server that gets the names, without scheme: "nominatim.openstreetmap.org"."""
        return self.url.split("://", 1)[1]

    @property
    def is_public(self) -> bool:
        """Whether it is a public server, which others share, and not one that the user named."""
        return self.url == PROVIDERS[self.name]


def parse_provider(text: str) -> Provider:
    """``nominatim``, ``photon``, or one's own server: ``nominatim:https://maps.example.org/nominatim``.

    ``pelias`` has no public server without a key and needs an address. A server on this machine or in a private
    network is allowed: it is named by the user, never by data. Raises :class:`~geomap.errors.UsageError`.
    """
    name, _, url = text.strip().partition(":")
    name, url = name.lower(), url.strip()
    if name not in PROVIDERS:
        raise UsageError(
            f"--online {text[:60]!r}: unknown provider; choose {', '.join(PROVIDERS)} "
            "or name a server of your own, as in nominatim:https://maps.example.org"
        )
    url = url or PROVIDERS[name]
    if not url:
        raise UsageError(f"--online {name}: needs the address of a server, as in {name}:https://maps.example.org")
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_fine = urlsplit(""), False
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or not port_is_fine or not url.isascii():
        raise UsageError(f"--online {text[:100]!r}: the address must be http(s)://host, as in https://maps.example.org")
    if _UNSAFE.search(url) or " " in url or "\\" in url or "%" in parts.netloc:
        raise UsageError(f"--online {text[:100]!r}: the address holds characters that no address has")
    if "@" in parts.netloc:
        raise UsageError("--online: leave user name and password out of the address; they would be shown on maps")
    if parts.query or parts.fragment:
        raise UsageError(f"--online {text[:100]!r}: leave out what follows the path (from '?' or '#' on)")
    return Provider(name=name, url=f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}")


class OnlineLookup:
    """Asks one online geocoder for names, slowly, and remembers what it said. Made by :func:`open_online`.

    ``errors`` are plain sentences about what went wrong (nothing is raised: a run goes on offline); ``stopped`` is
    true once the server is asked no more; ``requests`` and ``remembered`` count what was asked and what the folder
    already had. An object may be shared by threads.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        folder: Path,
        user_agent: str,
        min_delay_s: float,
        timeout_s: float,
        retry_wait_s: float,
        transport: Transport,
    ) -> None:
        self.provider = provider
        self.folder = folder
        self.requests = 0
        self.remembered = 0
        self.stopped = False
        self.errors: list[str] = []
        self._user_agent = user_agent
        self._delay = max(min_delay_s, _PUBLIC_DELAY_S) if provider.is_public else min_delay_s
        self._timeout = timeout_s
        self._retry_wait = retry_wait_s
        self._transport = transport
        self._failures = 0
        self._can_keep = True
        self._said: dict[Path, tuple[str, list[Place]]] = {}
        self._lock = threading.Lock()
        self._ask_slowly: Callable[..., Any] | None = None

    @property
    def attribution(self) -> str:
        """The line that a map with its answers must carry."""
        return f"© OpenStreetMap contributors (ODbL), found with {self.provider.title} at {self.provider.host}"

    def lookup(
        self, name: str, *, countries: Sequence[str] = (), near: tuple[float, float] | None = None
    ) -> list[Candidate]:
        """The places that the server knows by ``name``, best first; empty where there are none or it fails.

        ``countries`` are ISO 3166-1 alpha-2 codes to look in (Photon takes none and is asked for the whole world);
        ``near`` (lat, lon) orders what is equally good by distance; it is not sent.
        """
        question = _clean(name, _LONGEST_QUERY + 1)
        if len(question) > _LONGEST_QUERY or not any(c.isalpha() for c in question):
            return []
        codes = tuple(sorted({c.upper() for c in countries if re.fullmatch("[A-Za-z]{2}", c)}))
        if self.provider.name == "photon":
            codes = ()
        with self._lock:
            places = self._answers(question, codes)
        found = [c for place in places if (c := _match(question, place)) is not None]
        order = {id(c): i for i, c in enumerate(found)}

        def rank(c: Candidate) -> tuple[float, float, int]:
            km = distance_km(*near, c.place.lat, c.place.lon) if near is not None else 0.0
            return -c.score, km, order[id(c)]

        return sorted(found, key=rank)

    def asked_on(self, name: str, countries: Sequence[str] = ()) -> str | None:
        """The ISO date of the answer that is kept for a name, or None."""
        codes = tuple(sorted({c.upper() for c in countries}))
        kept = self._read(_clean(name, _LONGEST_QUERY + 1), () if self.provider.name == "photon" else codes)
        return kept[0] if kept else None

    # the folder of answers

    def _file(self, question: str, codes: tuple[str, ...]) -> Path:
        text = json.dumps([_SCHEMA, self.provider.name, self.provider.url, question, codes])
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:40]
        return self.folder / self.provider.name / f"{digest}.json"

    def _read(self, question: str, codes: tuple[str, ...]) -> tuple[str, list[Place]] | None:
        path = self._file(question, codes)
        if path in self._said:
            return self._said[path]
        try:
            if path.stat().st_size > _MOST_BYTES:
                return None
            kept = _parse(path.read_bytes())
        except OSError:
            return None
        except ValueError:
            # Damaged or edited: asked anew, and replaced.
            return None
        if not isinstance(kept, dict) or kept.get("question") != question or not isinstance(kept.get("places"), list):
            return None
        date = str(kept.get("date", ""))
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
            return None
        places = [_stored_place(one) for one in kept["places"][:_MOST_ANSWERS]]
        return date, [place for place in places if place is not None]

    def _keep(self, question: str, codes: tuple[str, ...], places: Sequence[Place]) -> None:
        date = datetime.now(UTC).date().isoformat()
        self._said[self._file(question, codes)] = (date, list(places))
        if not self._can_keep:
            return
        record = {
            "schema": _SCHEMA,
            "provider": self.provider.name,
            "server": self.provider.url,
            "question": question,
            "countries": list(codes),
            "date": date,
            "places": [
                {
                    "id": p.id,
                    "name": p.name,
                    "lat": p.lat,
                    "lon": p.lon,
                    "feature_class": p.feature_class,
                    "feature_code": p.feature_code,
                    "country_code": p.country_code,
                    "admin1": p.admin1,
                    "radius_km": p.radius_km,
                    "names": list(p.names),
                }
                for p in places
            ],
        }
        try:
            write_text(self._file(question, codes), json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        except OutputError as error:
            # Without the folder every name would be asked again and again: said once, and the run goes on.
            self._can_keep = False
            self.errors.append(f"answers of {self.provider.host} cannot be kept: {error}")

    # the server

    def _answers(self, question: str, codes: tuple[str, ...]) -> list[Place]:
        kept = self._read(question, codes)
        if kept is not None:
            self.remembered += 1
            return kept[1]
        if self.stopped:
            return []
        from geopy.exc import (
            GeocoderAuthenticationFailure,
            GeocoderInsufficientPrivileges,
            GeocoderQuotaExceeded,
            GeocoderTimedOut,
            GeopyError,
        )

        # A server that is slow or stumbles is asked once more; one that answers wrongly would do so again.
        for last in (False, True):
            try:
                places = self._ask(question, codes)
            except (GeocoderQuotaExceeded, GeocoderAuthenticationFailure, GeocoderInsufficientPrivileges) as error:
                self._fail(question, error, refused=True)
                return []
            except GeocoderTimedOut as error:
                if last:
                    self._fail(question, error)
                    return []
                time.sleep(self._retry_wait)
            except GeopyError as error:
                self._fail(question, error)
                return []
            else:
                self._failures = 0
                self._keep(question, codes, places)
                return places
        return []

    def _fail(self, question: str, error: Exception, *, refused: bool = False) -> None:
        self._failures += 1
        said = _clean(str(error), 200) or type(error).__name__
        self.errors.append(f"{self.provider.host} did not answer for “{question}”: {said}")
        if refused or self._failures >= _FAILURES:
            self.stopped = True
            why = "it refused" if refused else f"it failed {_FAILURES} times running"
            self.errors.append(f"{self.provider.host} is asked no more in this run: {why}")

    def _ask(self, question: str, codes: tuple[str, ...]) -> list[Place]:
        from geopy.exc import GeocoderParseError

        if self._ask_slowly is None:
            from geopy.extra.rate_limiter import RateLimiter

            # Retries are ours: geopy's would log tracebacks that hold the names.
            self._ask_slowly = RateLimiter(
                self._geocoder().geocode,
                min_delay_seconds=self._delay,
                max_retries=0,
                error_wait_seconds=self._delay,
                swallow_exceptions=False,
            )
        # Articles are English; names in the places' own languages come along where the server has them.
        options: dict[str, Any] = {"exactly_one": False, "language": "en"}
        if self.provider.name == "nominatim":
            options |= {"limit": _LIMIT, "addressdetails": True, "namedetails": True}
            if codes:
                options["country_codes"] = [code.lower() for code in codes]
        elif self.provider.name == "photon":
            options |= {"limit": _LIMIT}
        elif codes:
            options["countries"] = list(codes)
        with self._turn():
            self.requests += 1
            try:
                answers = self._ask_slowly(question, **options) or []
            except (AttributeError, LookupError, TypeError) as error:
                # geopy's readers believe what they are given; a shape they do not expect ends so.
                raise GeocoderParseError(f"the answer is not one of {self.provider.title}'s") from error
        places = [_read_answer(self.provider, answer.raw) for answer in answers[:_MOST_ANSWERS]]
        unique = {place.id: place for place in reversed([p for p in places if p is not None])}
        return list(unique.values())[::-1]

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Waits for other runs that ask the same server: the pace is one for all that share the folder."""
        from filelock import FileLock, Timeout
        from geopy.exc import GeocoderTimedOut

        stamp = self.folder / self.provider.name / "last-request"
        lock = FileLock(stamp.with_suffix(".lock"), timeout=_TURN_S)
        try:
            stamp.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise GeocoderTimedOut(f"another run has been asking for {_TURN_S:g} s") from error
        except OSError:
            # A folder that cannot be written is told of when an answer is to be kept.
            yield
            return
        try:
            with contextlib.suppress(OSError):
                # A clock that was set back must not make anybody wait for long.
                time.sleep(min(self._delay, max(0.0, stamp.stat().st_mtime + self._delay - time.time())))
            try:
                yield
            finally:
                with contextlib.suppress(OSError):
                    stamp.touch()
        finally:
            lock.release()

    def _geocoder(self) -> Any:
        from geopy.geocoders import get_geocoder_for_service

        scheme, domain = self.provider.url.split("://", 1)
        return get_geocoder_for_service(self.provider.name)(
            domain=domain,
            scheme=scheme,
            user_agent=self._user_agent,
            timeout=self._timeout,
            adapter_factory=lambda proxies, ssl_context: _adapter(self._transport, self.provider.name),
        )


def open_online(
    provider: str,
    *,
    folder: Path,
    user_agent: str | None = None,
    min_delay_s: float = 1.0,
    timeout_s: float = _TIMEOUT_S,
    retry_wait_s: float = 5.0,
    transport: Transport | None = None,
) -> OnlineLookup:
    """Make a look-up that asks ``provider`` (see :func:`parse_provider`) and keeps answers under ``folder``.

    Nothing is sent until a name is looked up. ``user_agent`` is put after ``geomap/<version>`` (an e-mail address or
    a project's name, so that the server's keepers can write to somebody). ``min_delay_s`` is the least time between
    two requests; public servers are never asked more than once a second. ``timeout_s`` is for a whole answer,
    ``retry_wait_s`` before a slow server is asked once more. ``transport`` fetches instead of urllib. Raises
    :class:`~geomap.errors.UsageError` for an unknown provider, a wrong address, or a user agent with line ends.
    """
    from geomap import __version__

    asked = parse_provider(provider)
    agent = f"geomap/{__version__}"
    if user_agent:
        if _UNSAFE.search(user_agent) or not user_agent.isascii() or len(user_agent) > 200:
            raise UsageError("the user agent must be at most 200 printable ASCII characters on one line")
        agent += f" ({user_agent.strip()})"
    for name, seconds in (("min_delay_s", min_delay_s), ("timeout_s", timeout_s), ("retry_wait_s", retry_wait_s)):
        if not math.isfinite(seconds) or seconds < 0:
            raise UsageError(f"{name}: {seconds} is no number of seconds")
    return OnlineLookup(
        asked,
        folder=folder,
        user_agent=agent,
        min_delay_s=min_delay_s,
        timeout_s=timeout_s,
        retry_wait_s=retry_wait_s,
        transport=transport or _fetch,
    )


# HTTP


def _fetch(url: str, headers: Mapping[str, str], timeout: float) -> bytes:
    """The body at a URL: no redirects (a name would go to a server that nobody chose), capped in bytes and seconds."""
    import http.client
    import urllib.error
    import urllib.request

    from geopy.adapters import AdapterHTTPError
    from geopy.exc import GeocoderServiceError, GeocoderTimedOut, GeocoderUnavailable, GeopyError

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *arguments: Any) -> None:
            return None

    end = time.monotonic() + timeout
    request = urllib.request.Request(url, headers={**headers, "Accept": "application/json"})
    try:
        # Built anew each time, which takes a fraction of the second between two requests.
        with urllib.request.build_opener(NoRedirect).open(request, timeout=timeout) as answer:
            parts: list[bytes] = []
            size = 0
            # read1 returns what has come, so that a server that drips is noticed.
            while part := answer.read1(65536):
                size += len(part)
                parts.append(part)
                if size > _MOST_BYTES:
                    raise GeocoderServiceError(f"the answer has over {_MOST_BYTES:,} bytes")
                if time.monotonic() > end:
                    raise GeocoderTimedOut(f"no whole answer within {timeout:g} s")
            if answer.length:
                raise GeocoderServiceError(f"the answer broke off ({answer.length:,} bytes are missing)")
            return b"".join(parts)
    except GeopyError:
        # One of these is a TimeoutError too.
        raise
    except urllib.error.HTTPError as error:
        status, found = error.code, {name.lower(): value for name, value in error.headers.items()}
        error.close()
        said = f"HTTP {status}" + (" (a redirect, which is not followed)" if 300 <= status < 400 else "")
        raise AdapterHTTPError(said, status_code=status, headers=found, text="") from error
    except TimeoutError as error:
        raise GeocoderTimedOut(f"no answer within {timeout:g} s") from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise GeocoderTimedOut(f"no answer within {timeout:g} s") from error
        raise GeocoderUnavailable(f"it cannot be reached ({error.reason})") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise GeocoderServiceError(f"the answer broke off ({type(error).__name__})") from error


def _adapter(transport: Transport, provider: str) -> BaseSyncAdapter:
    """A geopy adapter that fetches with ``transport`` and hands on only what has the shape of an answer."""
    from geopy.adapters import BaseSyncAdapter
    from geopy.exc import GeocoderParseError

    class Adapter(BaseSyncAdapter):  # type: ignore[misc]
        def get_text(self, url: str, *, timeout: Any, headers: Any) -> str:
            return transport(url, headers, float(timeout)).decode("utf-8", "replace")

        def get_json(self, url: str, *, timeout: Any, headers: Any) -> Any:
            try:
                answer = _parse(transport(url, headers, float(timeout)))
            except ValueError as error:
                raise GeocoderParseError("the answer is no JSON") from error
            shaped = _shaped(answer, provider)
            if shaped is None:
                raise GeocoderParseError(f"the answer is not one of {_TITLES[provider]}'s")
            return shaped

    return Adapter(proxies=None, ssl_context=None)


def _parse(data: bytes) -> Any:
    """Strict JSON; every way in which it can be wrong is a ValueError."""

    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    try:
        return json.loads(data, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _shaped(answer: Any, provider: str) -> Any:
    """The answer with only those entries that geopy can read; None where it is none of this provider's."""
    if provider == "nominatim":
        if isinstance(answer, dict) and "error" in answer:
            return {"error": _clean(str(answer["error"]), 200)}
        if not isinstance(answer, list):
            return None
        # geopy wants every answer to have a line of address.
        return [
            {**one, "display_name": _text(one.get("display_name"))}
            for one in answer[:_MOST_ANSWERS]
            if isinstance(one, dict) and _point(one.get("lat"), one.get("lon"))
        ]
    if not isinstance(answer, dict) or not isinstance(answer.get("features"), list):
        return None
    features = []
    for one in answer["features"][:_MOST_ANSWERS]:
        if not isinstance(one, dict) or not isinstance(one.get("properties"), dict):
            continue
        geometry = one.get("geometry")
        place = geometry.get("coordinates") if isinstance(geometry, dict) else None
        if not isinstance(place, list) or len(place) < 2 or not _point(place[1], place[0]):
            continue
        # geopy joins these; what is no text would stop it.
        properties = {k: v for k, v in one["properties"].items() if isinstance(v, (str, int, float, list))}
        properties |= {k: _text(properties.get(k)) for k in _JOINED if k in properties}
        # geopy takes the name for the address line, and every answer must have one.
        if not properties.get("name"):
            continue
        features.append({**one, "properties": properties})
    return {"features": features}


_JOINED = ("name", "housenumber", "street", "postcode", "city", "state", "country", "label")


# answers


def _text(value: Any, most: int = _LONGEST_NAME) -> str:
    return _clean(value, most) if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _clean(text: str, most: int) -> str:
    """One line without control, invisible or bidirectional characters, cut to ``most``."""
    # Cut first as well: what is to be thrown away need not be worked on.
    return " ".join(_UNSAFE.sub(" ", text[: 4 * most]).split())[:most].strip()


def _point(lat: Any, lon: Any) -> tuple[float, float] | None:
    if not isinstance(lat, (str, int, float)) or not isinstance(lon, (str, int, float)):
        return None
    if any(isinstance(number, str) and len(number) > 40 for number in (lat, lon)):
        return None
    try:
        y, x = float(lat), float(lon)
    except (ValueError, OverflowError):
        return None
    return (y, x) if -90 <= y <= 90 and -180 <= x <= 180 else None


def _radius(box: Any, order: str, default: float) -> float:
    """Half the diagonal of a bounding box in km; ``order`` names its four numbers by compass letters."""
    if isinstance(box, list) and len(box) == 4:
        sides = dict(zip(order, box, strict=True))
        north, south = _point(sides["N"], sides["E"]), _point(sides["S"], sides["W"])
        if north and south and south[0] <= north[0]:
            # Beyond 3000 km it is a box around the world, as for a country with islands across the antimeridian.
            half = distance_km(*south, *north) / 2
            if half <= 3000:
                return round(max(half, 0.1), 3)
    return default


def _country(value: Any) -> str:
    return value.upper() if isinstance(value, str) and re.fullmatch("[A-Za-z]{2}", value) else ""


def _read_answer(provider: Provider, raw: Any) -> Place | None:
    """One answer as a place; None for what names no place (a shop, a street) or is misshapen."""
    if not isinstance(raw, dict):
        return None
    if provider.name == "nominatim":
        key = _text(raw.get("class")) or _text(raw.get("category"))
        value = _text(raw.get("type"))
        address = _mapping(raw.get("address"))
        point = _point(raw.get("lat"), raw.get("lon"))
        names = _mapping(raw.get("namedetails"))
        shown = _text(raw.get("name")) or _text(raw.get("display_name")).split(",")[0].strip()
        others = [_text(v) for k, v in names.items() if isinstance(k, str) and _is_name_key(k)]
        # An area that is a settlement ("addresstype": "village") is drawn as one.
        if key == "boundary" and ("place", _text(raw.get("addresstype"))) in _KINDS:
            key, value = "place", _text(raw.get("addresstype"))
        osm, number = _text(raw.get("osm_type")), raw.get("osm_id")
        box, order = raw.get("boundingbox"), "SNWE"
        country, admin1 = _country(address.get("country_code")), _text(address.get("state"))
    else:
        properties = raw.get("properties")
        geometry = raw.get("geometry")
        if not isinstance(properties, dict) or not isinstance(geometry, dict):
            return None
        coordinates = geometry.get("coordinates")
        point = (
            _point(coordinates[1], coordinates[0]) if isinstance(coordinates, list) and len(coordinates) > 1 else None
        )
        shown, others = _text(properties.get("name")), []
        if provider.name == "photon":
            key, value = _text(properties.get("osm_key")), _text(properties.get("osm_value"))
            if key == "boundary" and ("place", _text(properties.get("type"))) in _KINDS:
                key, value = "place", _text(properties.get("type"))
            osm = {"N": "node", "W": "way", "R": "relation"}.get(_text(properties.get("osm_type")), "")
            number, country = properties.get("osm_id"), _country(properties.get("countrycode"))
            admin1, box, order = _text(properties.get("state")), properties.get("extent"), "WNES"
        else:
            key, value = "place", _LAYERS.get(_text(properties.get("layer")), "")
            if not value:
                key = ""
            osm, number, country = "", None, _country(properties.get("country_code"))
            admin1, box, order = _text(properties.get("region")), raw.get("bbox"), "WSEN"
    kind = _KINDS.get((key, value)) or _KEYS.get(key)
    if kind is None or point is None or not fold(shown):
        return None
    feature_class, feature_code, radius = kind
    if osm in ("node", "way", "relation") and isinstance(number, int) and 0 < number < 2**63:
        place_id = f"osm:{osm}/{number}"
    else:
        digest = hashlib.sha256(f"{shown}|{point}".encode("utf-8", "replace")).hexdigest()[:12]
        place_id = f"online:{provider.name}:{digest}"
    further = dict.fromkeys(name for name in others if fold(name) and name != shown)
    return Place(
        id=place_id,
        name=shown,
        lat=point[0],
        lon=point[1],
        feature_class=feature_class,
        feature_code=feature_code,
        country_code=country,
        admin1=admin1,
        radius_km=_radius(box, order, radius),
        names=tuple(further)[:_MOST_NAMES],
        layer="online",
    )


def _is_name_key(key: str) -> bool:
    return key.split(":")[0] in ("name", "alt_name", "old_name", "official_name", "short_name", "int_name", "loc_name")


def _stored_place(one: Any) -> Place | None:
    """A place as the folder of answers has it, checked like an answer: anybody may have edited the file."""
    if not isinstance(one, dict):
        return None
    point, radius, names = _point(one.get("lat"), one.get("lon")), one.get("radius_km"), one.get("names")
    place_id, name = _text(one.get("id")), _text(one.get("name"))
    feature_class = _text(one.get("feature_class"), 1)
    if point is None or not fold(name) or not place_id.startswith(("osm:", "online:")) or not feature_class:
        return None
    if isinstance(radius, bool) or not isinstance(radius, (int, float)) or not 0 < radius <= 3000:
        return None
    return Place(
        id=place_id,
        name=name,
        lat=point[0],
        lon=point[1],
        feature_class=feature_class,
        feature_code=_text(one.get("feature_code"), 10),
        country_code=_country(one.get("country_code")),
        admin1=_text(one.get("admin1")),
        radius_km=float(radius),
        names=tuple(_text(n) for n in names[:_MOST_NAMES] if _text(n)) if isinstance(names, list) else (),
        layer="online",
    )


def _match(question: str, place: Place) -> Candidate | None:
    """How an answer's names fit the name that was asked; None where they do not: servers guess."""
    key = fold(question)
    match: MatchKind
    if fold(place.name) == key:
        match = "exact" if place.name.casefold() == question.casefold() else "folded"
    elif any(fold(name) == key for name in place.names):
        match = "alternate"
    elif len(skeleton(question)) >= 5 and skeleton(question) == skeleton(place.name):
        # Five letters, as where the gazetteer compares spellings: among short names everything is like everything.
        match = "transliterated"
    elif f" {key} " in f" {fold(place.name)} ":
        # "Jarinje" and "Jarinje border crossing".
        match = "fuzzy"
    else:
        return None
    return Candidate(place=place, match=match, score=_SCORES[match])


# into the run


def fill_unresolved(
    article: Article, resolutions: Sequence[Resolution], online: OnlineLookup, settings: Settings
) -> list[Resolution]:
    """``resolutions`` with the names that nothing knows looked up online, once a distinct name; the rest as it was.

    Only places that are NIL because no entry bears the name are asked for: not demonyms, not states that are no more,
    not names inside the names of people, organisations or events, not names that the gazetteer knows too many of.
    Of the answers one in a country of the article's other places is chosen, the best match first, then the nearest to
    them. An answer elsewhere and far from them stays an alternative; under ``settings.min_score`` too.
    """
    placed = [r.place for r in resolutions if r.place is not None]
    tally = Counter(place.country_code for place in placed if place.country_code)
    # Ties by code, so that the question (and the file it is kept in) does not hang on the order of the text.
    countries = tuple(sorted(tally, key=lambda code: (-tally[code], code))[:_MOST_COUNTRIES])
    anchors = [place for place in placed if not place.is_area] or placed
    answers: dict[str, tuple[Candidate, ...]] = {}
    out: list[Resolution] = []
    for resolution in resolutions:
        if not _is_unknown(resolution):
            out.append(resolution)
            continue
        name = _clean(resolution.mention.text, _LONGEST_QUERY + 1)
        key = fold(name)
        if key not in answers:
            failures = len(online.errors)
            found = online.lookup(name, countries=countries)
            # Known nowhere in those countries: anywhere, then. Not after a failure, which would only be another.
            if not found and countries and online.provider.name != "photon" and len(online.errors) == failures:
                found = online.lookup(name)
            answers[key] = tuple(sorted(found, key=lambda c: _fit(c, countries, anchors)))
        if answers[key]:
            resolution = _resolved(resolution, name, answers[key], countries, anchors, online, settings)
        out.append(resolution)
    return out


def _is_unknown(resolution: Resolution) -> bool:
    mention = resolution.mention
    return (
        resolution.place is None
        and resolution.rule == "nil"
        and not resolution.alternatives
        and mention.kind != "demonym"
        and mention.inside is None
    )


def _nearest(place: Place, anchors: Iterable[Place]) -> tuple[float, str]:
    found = [(distance_km(place.lat, place.lon, a.lat, a.lon), a.name) for a in anchors]
    return min(found, default=(math.inf, ""))


def _fit(candidate: Candidate, countries: Sequence[str], anchors: Sequence[Place]) -> tuple[bool, float, float, str]:
    place = candidate.place
    return place.country_code not in countries, -candidate.score, _nearest(place, anchors)[0], place.id


def _resolved(
    resolution: Resolution,
    name: str,
    found: tuple[Candidate, ...],
    countries: Sequence[str],
    anchors: Sequence[Place],
    online: OnlineLookup,
    settings: Settings,
) -> Resolution:
    best, *others = found
    place = best.place
    km, anchor = _nearest(place, anchors)
    score = best.score
    at_home = place.country_code in countries
    if not anchors:
        score *= _WITHOUT_CONTEXT
    elif not at_home:
        score *= _ELSEWHERE
    server = online.provider
    date = online.asked_on(name, countries) or online.asked_on(name)
    when = f" on {date}" if date else ""
    where = ", ".join(part for part in (place.name, place.admin1, place.country_code) if part)
    evidence = (
        f"not in the gazetteer; found online by {server.title}{when} as “{where}” (names were sent to {server.host})"
    )
    if anchors and not at_home and km > _NEAR_KM:
        reason = f"{evidence}, but that is {km:.0f} km from {anchor}, the nearest place of this article"
        return Resolution(
            mention=resolution.mention, place=None, score=0.0, rule="nil", reasons=(*resolution.reasons, reason),
            alternatives=found[:3],
        )  # fmt: skip
    if score < settings.min_score:
        reason = f"{evidence}, but not sure enough ({score:.2f} is under {settings.min_score:.2f})"
        return Resolution(
            mention=resolution.mention, place=None, score=round(score, 3), rule="nil",
            reasons=(*resolution.reasons, reason), alternatives=found[:3],
        )  # fmt: skip
    reasons = [evidence]
    if at_home:
        reasons.append(f"in {place.country_code}, like other places of this article")
    if km <= 100:
        reasons.append(f"{km:.0f} km from {anchor}, also in this article")
    return Resolution(
        mention=resolution.mention, place=place, score=round(score, 3), rule="online", reasons=tuple(reasons),
        alternatives=tuple(others[:3]),
    )  # fmt: skip
