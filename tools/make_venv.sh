#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Makes .venv with the locked uv in .venv/uv (its own folder, so that syncing the lock can't remove it).
# Debian splits ensurepip into python3-venv, which a bare machine may not have: then another pip serves, or apt.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${1:-python3}"

"$python" - <<'PY' || { echo "Zegel needs Python 3.11 or newer; say which with: make setup PYTHON=python3.11" >&2; exit 1; }
import sys
sys.exit(sys.version_info < (3, 11))
PY

make_venv() {
    [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null && return 0
    rm -rf .venv
    "$python" -m venv --without-pip .venv
}

# pip may come from the environment itself, from the base Python, or from Debian.
install_uv() {
    local options=(install --quiet --disable-pip-version-check --require-hashes --no-deps --target .venv/uv -r requirements/uv.txt)
    rm -rf .venv/uv
    if .venv/bin/python -m ensurepip --version >/dev/null 2>&1; then
        .venv/bin/python -m ensurepip >/dev/null && .venv/bin/python -m pip "${options[@]}"
    elif "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip "${options[@]}"
    elif command -v uv >/dev/null; then
        uv pip install --quiet --python .venv/bin/python --require-hashes --no-deps --target .venv/uv -r requirements/uv.txt
    else
        return 1
    fi
}

make_venv
if ! install_uv; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "no pip here: installing Debian's python3-venv"
        apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv >/dev/null
        install_uv
    else
        echo "Neither ensurepip, pip nor uv is here. Install one of them, for example: apt-get install python3-venv" >&2
        exit 1
    fi
fi
ln -sf ../uv/bin/uv .venv/bin/uv
.venv/bin/uv --version >/dev/null
