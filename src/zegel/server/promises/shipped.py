# SPDX-License-Identifier: EUPL-1.2
"""Evidence that ships with a version (C4): what a real browser found when somebody drove every page that there is.

It is a signed note (C2SP) whose text is JSON: version, moment, every page with who was signed in, every cookie, every
thing kept in the browser, every other address that was asked. The release's key, which is in no repository, signed it;
`tools/c4_evidence.py` makes it. A page that came or went since makes it stale, and stale is what is said: the list of
pages of this very version is written when the product is built (tools/pages.py). It replaces no attempt of the monitor.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

from zegel.seal.errors import SealError
from zegel.seal.note import Note, VerifierKey, verify_note

HERE = Path(__file__).resolve().parent / "driven"
NOTE, KEY = HERE / "c4.note", HERE / "release.vkey"
SITEMAP = Path(__file__).resolve().parent.parent / "static" / "zegel" / "dist" / "sitemap.json"


class Standing(StrEnum):
    """HOLDS: of exactly the pages of this version. STALE: pages came or went since, or nobody knows which there are.
    REFUSED: it is not what the release's key signed. MISSING: none was shipped."""

    HOLDS = "holds"
    STALE = "stale"
    REFUSED = "refused"
    MISSING = "missing"


@dataclass(frozen=True)
class Driven:
    """`key`: the name and key that signed. `cookies`, `kept`, `strangers`: all that was found on any page."""

    standing: Standing
    version: str = ""
    at: datetime | None = None
    pages: int = 0
    cookies: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    key: str = ""


def sitemap_of(pages: Sequence[tuple[str, str]]) -> str:
    """SHA-256 of the pages: address and who sees it, one a line, in order."""
    return hashlib.sha256("".join(f"{path} {who}\n" for path, who in sorted(pages)).encode()).hexdigest()


def read(note: str, key: str, sitemap: str | None) -> Driven:
    """`sitemap`: of the pages that there are now, or None when nobody wrote it down."""
    try:
        (signer,) = verify_note(Note.parse(note), [VerifierKey.parse(key.strip())])
        said = json.loads(Note.parse(note).text)
        pages = [(str(one["path"]), str(one["person"])) for one in said["pages"]]
        at = datetime.fromisoformat(said["at"]).astimezone(UTC)
        cookies, kept, strangers = (
            tuple(sorted({str(text) for text in said[name]})) for name in ("cookies", "kept", "strangers")
        )
    except (SealError, ValueError, KeyError, TypeError):
        return Driven(Standing.REFUSED)
    standing = Standing.HOLDS if sitemap_of(pages) == sitemap else Standing.STALE
    return Driven(standing, str(said["version"]), at, len(pages), cookies, kept, strangers, str(signer))


def now() -> str | None:
    """Of the pages of this very version, as it was built."""
    try:
        return str(json.loads(SITEMAP.read_text("utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


@cache
def driven() -> Driven:
    """What was shipped with this version; it changes with the version only."""
    if not NOTE.is_file():
        return Driven(Standing.MISSING)
    return read(NOTE.read_text("utf-8"), KEY.read_text("utf-8"), now())


def text() -> str:
    """The signed file itself, for whoever verifies it. Empty when there is none."""
    return NOTE.read_text("utf-8") if NOTE.is_file() else ""
