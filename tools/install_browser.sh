#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Debian's Chromium for the browser tests, where apt can bring it. Without it those tests skip, and say so.
set -euo pipefail
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "!!! no Chromium, and it can't be installed here (not root, or no apt): the browser tests will be SKIPPED" >&2
    exit 0
fi
echo "installing Debian's chromium for the browser tests"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core >/dev/null; }; then
    echo "!!! Debian's chromium could not be installed: the browser tests will be SKIPPED" >&2
fi
