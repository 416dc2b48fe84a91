"""A picture of a page: Chromium, where there is one, opens the file without a window and takes it.

Nothing is installed or downloaded for it. The page is opened with the network off unless the caller says otherwise.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from geomap.errors import OutputError
from geomap.outputs import write_bytes

__all__ = ["find_browser", "need_browser", "save_picture"]

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "chrome-headless-shell",
    "microsoft-edge",
    "msedge",
)
_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
# Where Playwright keeps the browsers that it installed, by platform.
_PLAYWRIGHT = {"darwin": "Library/Caches/ms-playwright", "win32": "AppData/Local/ms-playwright"}
_BINARIES = ("chrome", "chrome.exe", "Chromium", "headless_shell", "chrome-headless-shell")
# The largest side: more than print needs, and what a graphics buffer takes everywhere.
_MOST_PIXELS = 16384


def _installed() -> Iterator[Path]:
    if named := os.environ.get("GEOMAP_CHROMIUM"):
        yield Path(named)
    for name in _NAMES:
        if found := shutil.which(name):
            yield Path(found)
    yield from map(Path, _ELSEWHERE)
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    cache = Path(given) if given else Path.home() / _PLAYWRIGHT.get(sys.platform, ".cache/ms-playwright")
    for folder in sorted(cache.glob("chromium*"), reverse=True):
        for name in _BINARIES:
            yield from sorted(folder.glob(f"*/{name}"))
        yield from sorted(folder.glob("*/*.app/Contents/MacOS/*"))


def find_browser() -> Path | None:
    """A browser of the Chromium family on this machine: the one that ``GEOMAP_CHROMIUM`` names, one on the path, in
    the usual folders, or one that Playwright installed. None if there is none."""
    return next((path for path in _installed() if path.is_file() and os.access(path, os.X_OK)), None)


def need_browser() -> Path:
    """A browser for :func:`save_picture`. Raises :class:`~geomap.errors.OutputError` where there is none."""
    browser = find_browser()
    if browser is None:
        raise OutputError(
            "no picture can be made: there is no Chromium or Chrome on this machine; install one (on Debian or Ubuntu:"
            " apt-get install chromium) or name yours in the variable GEOMAP_CHROMIUM."
        )
    return browser


def save_picture(
    page: Path,
    target: Path,
    *,
    width: int = 1400,
    height: int = 900,
    online: bool = False,
    timeout_s: float = 120.0,
) -> Path:
    """Write what ``page`` (an HTML or SVG file) looks like to ``target``, a PNG of ``width`` by ``height`` pixels,
    whole or not at all, and return the path.

    The browser waits until the page's own timers have run out, so that it is drawn. ``online`` lets it use the network,
    as a page with tiles must. Raises :class:`~geomap.errors.OutputError` where there is no browser, or where it fails
    or takes longer than ``timeout_s`` seconds.
    """
    if not (1 <= width <= _MOST_PIXELS and 1 <= height <= _MOST_PIXELS):
        raise OutputError(f"no picture of {width} x {height} pixels can be made; give sides from 1 to {_MOST_PIXELS}.")
    browser = need_browser()
    with tempfile.TemporaryDirectory(prefix="geomap-", ignore_cleanup_errors=True) as folder:
        picture = Path(folder) / "picture.png"
        command = [str(browser), *_flags(Path(folder), width, height, online), f"--screenshot={picture}"]
        command.append(Path(page).resolve().as_uri())
        told = _run(command, browser, target, timeout_s)
        try:
            content = picture.read_bytes()
        except OSError as error:
            last = told.strip().splitlines()[-1:] or ["it said nothing"]
            raise OutputError(f"{target}: no picture was made; {browser} failed: {last[0][:300]}") from error
    return write_bytes(Path(target), content)


def _flags(folder: Path, width: int, height: int, online: bool) -> list[str]:
    flags = [
        "--headless=new",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-extensions",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--mute-audio",
        "--force-device-scale-factor=1",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={width},{height}",
        # Virtual time: timers and animations are over at once, and the picture is taken then.
        "--virtual-time-budget=15000",
    ]
    if not online:
        flags += ["--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"]
    # The sandbox refuses to start for root, as in most containers; the page is one of ours and runs under its policy.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    return flags


def _run(command: list[str], browser: Path, target: Path, timeout_s: float) -> str:
    """Run the browser and return what it said."""
    try:
        # In a session of its own: its helper processes go with it.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
    except OSError as error:
        raise OutputError(f"{target}: no picture was made; {browser} could not be started: {error}") from error
    try:
        _, told = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise OutputError(
            f"{target}: no picture was made within {timeout_s:g} seconds; close other programs or make it smaller."
        ) from error
    finally:
        _end(process)
    return told.decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        import signal

        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()
