#!/usr/bin/env bash
# Make a virtual environment and install geomap into it.
#
#   bash scripts/setup.sh [EXTRA]     EXTRA: test or dev; then the install is editable
#
# PYTHON names the interpreter (default: the first python3 that is 3.11 or newer), VENV the folder (.venv).
# Nothing outside the folder is changed, unless python3's own venv module is missing: that comes with apt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
extra=${1:-}
venv=${VENV:-.venv}

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    say "geomap needs Python 3.11 or newer; on Debian or Ubuntu: apt-get install python3 python3-venv"
    return 1
}

if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    say "Making $venv with $("$python" --version) ..."
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv "$venv"
    elif "$python" -m venv --without-pip "$venv" 2>/dev/null \
        && "$python" -m pip --python "$venv/bin/python" install -q pip 2>/dev/null; then
        : # Debian keeps ensurepip in a package of its own, but the pip that is here can fill the environment.
    else
        rm -rf "$venv"
        say "python3-venv is missing; installing it with apt ..."
        as_root apt-get update -qq
        as_root apt-get install -y -qq --no-install-recommends python3-venv >&2
        "$python" -m venv "$venv"
    fi
fi

say "Installing geomap and what it needs (some 300 MB the first time) ..."
case $extra in
    '') "$venv/bin/python" -m pip install -q --disable-pip-version-check . ;;
    *) "$venv/bin/python" -m pip install -q --disable-pip-version-check -e ".[$extra]" ;;
esac
