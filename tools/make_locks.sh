#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Renews the locks: every version with its hashes, for every platform, and no address of where they came from.
set -euo pipefail
cd "$(dirname "$0")/.."
export UV_NO_CONFIG=1
compile=(.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header
         --no-emit-index-url --no-emit-find-links --python-version 3.11)

"${compile[@]}" requirements/uv.in -o requirements/uv.txt
"${compile[@]}" pyproject.toml -o requirements/runtime.txt
"${compile[@]}" pyproject.toml --group build -c requirements/runtime.txt -o requirements/build.txt
"${compile[@]}" pyproject.toml --group dev -c requirements/build.txt -o requirements/dev.txt

if grep -nE '://|^-' requirements/*.txt; then
    echo "an address got into a lock (above): not fit to commit" >&2
    exit 1
fi
