#!/usr/bin/env bash
# Set up and run the tests; arguments go to pytest.
#
#   bash scripts/test.sh [PYTEST ARGUMENT ...]
#
# VENV names the virtual environment (default .venv). Chromium, which the tests of the map page drive, is installed with
# apt where it is missing (with sudo if you are not root). The tests themselves need no network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

# Ubuntu's chromium-browser may be a stub that only points to a snap, so it must also start.
works() { chromium >/dev/null && "$(chromium)" --version >/dev/null 2>&1; }

if ! works; then
    say "Installing Chromium with apt ..."
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >&2
    works || {
        say "Chromium was installed but does not start; where it is a snap, install Google Chrome or a .deb of Chromium."
        exit 1
    }
fi

bash scripts/setup.sh test
exec "${VENV:-.venv}/bin/python" -m pytest -n 3 --dist loadfile "$@"
