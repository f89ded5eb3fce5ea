#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Builds web/ into the package's static files. The catalogues come first: the pages' strings are made from the same .po files.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/python tools/messages.py compile --quiet
cd web
if [ ! -e node_modules/.synced ] || [ package-lock.json -nt node_modules/.synced ]; then
    npm ci --silent --no-audit --no-fund
    touch node_modules/.synced
fi
npm run --silent build
