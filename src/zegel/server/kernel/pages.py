# SPDX-License-Identifier: EUPL-1.2
"""Static files with a fingerprint of their content in the address, so that a new version is never mixed with a cached
old one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


@lru_cache(maxsize=2048)
def _fingerprint(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


class FingerprintedStatic(StaticFilesStorage):
    """`{% static 'zegel/app.js' %}` gives `/static/zegel/app.js?v=…`; needs no collecting step."""

    def url(self, name: str | None) -> str:
        address = super().url(name)
        found = finders.find(name) if name else None
        return f"{address}?v={_fingerprint(found)}" if isinstance(found, str) else address
