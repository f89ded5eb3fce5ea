# SPDX-License-Identifier: EUPL-1.2
"""What software is installed here, and whether any of it has a known weakness (A13).

The list of weaknesses lies beside the installation's data (advisories.json) and is renewed by an administrator
(`zegel advisories`), never by the server: it asks nobody by itself. The list says of exact versions what was known of
them; a version that it does not name was not looked up, and counts as unknown, not as safe.
"""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

from zegel.server.kernel.errors import ZegelError

NAME = "advisories.json"
FORMAT = "zegel-advisories/1"
LARGEST = 8 << 20
FRESH = timedelta(days=30)
RENEW_BEFORE = timedelta(days=14)
"""A certificate that ends sooner than this was forgotten."""

TIMEOUT_S = 5
_WEAKNESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{2,60}")


class BadAdvisories(ZegelError):
    """The list can't be read; nothing was changed."""

    code = "bad_advisories"


@dataclass(frozen=True, order=True)
class Package:
    """Of the Python distribution and its exact version."""

    name: str
    version: str

    @property
    def key(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class Advisories:
    """What was known of which exact version at `at`."""

    at: datetime
    known: Mapping[str, tuple[str, ...]]

    def weaknesses(self, installed: Sequence[Package]) -> dict[str, tuple[str, ...]]:
        """By package: what is known against it."""
        return {one.key: self.known[one.key] for one in installed if self.known.get(one.key)}

    def unknown(self, installed: Sequence[Package]) -> list[str]:
        """Versions that were never looked up: the software changed since."""
        return sorted(one.key for one in installed if one.key not in self.known)


def installed() -> list[Package]:
    """Every distribution of this program's own environment but itself, by name as registries spell it (PEP 503)."""
    found = {
        Package(re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(), one.version)
        for one in metadata.distributions()
        if one.metadata["Name"]
    }
    return sorted(one for one in found if one.name != "zegel")


def path(data: Path) -> Path:
    return data / NAME


def read(data: Path) -> Advisories | None:
    """None where no list was fetched yet. Raises BadAdvisories."""
    try:
        raw = path(data).read_bytes()
    except FileNotFoundError:
        return None
    return decoded(raw)


def decoded(raw: bytes) -> Advisories:
    """Raises BadAdvisories."""
    wrong = BadAdvisories("The list of advisories can't be read.", action="Run `zegel advisories refresh` again.")
    if len(raw) > LARGEST:
        raise wrong
    try:
        said = json.loads(raw)
        at = datetime.fromisoformat(said["at"]).astimezone(UTC)
        known = {str(key): tuple(map(str, ids)) for key, ids in said["known"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise wrong from None
    if said.get("format") != FORMAT or not all(_WEAKNESS.fullmatch(one) for ids in known.values() for one in ids):
        raise wrong
    return Advisories(at, known)


def encoded(advisories: Advisories) -> bytes:
    said: dict[str, Any] = {
        "format": FORMAT, "at": advisories.at.isoformat(),
        "known": {key: list(ids) for key, ids in sorted(advisories.known.items())},
    }  # fmt: skip
    return json.dumps(said, indent=1).encode() + b"\n"


def write(data: Path, advisories: Advisories) -> None:
    """Durable, and never half written."""
    data.mkdir(parents=True, exist_ok=True)
    aside = path(data).with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "wb") as file:
        file.write(encoded(advisories))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path(data))


# --- the site's certificate ---


def certificate_ends(host: str, port: int, context: ssl.SSLContext | None = None) -> datetime:
    """Until when the site's certificate holds, as a browser would judge it. Raises OSError (ssl.SSLError) when it would
    not be trusted, or nobody answers."""
    trusted = context or ssl.create_default_context()
    reached = socket.create_connection((host, port), TIMEOUT_S)
    with reached, trusted.wrap_socket(reached, server_hostname=host) as tls:
        said = tls.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(said.get("notAfter", ""))), UTC)


def faults(data: Path, now: datetime) -> tuple[int, list[str]]:
    """(How much was looked at, what is wrong): known weaknesses, versions nobody looked up, a list that is too old.
    (0, []) where there is no list."""
    try:
        advisories = read(data)
    except BadAdvisories:
        return 1, ["advisories_unreadable"]
    if advisories is None:
        return 0, []
    here = installed()
    weak = [f"{key}: {', '.join(ids[:3])}" for key, ids in sorted(advisories.weaknesses(here).items())]
    old = ["advisories_old"] if now - advisories.at > FRESH else []
    return len(here) + 1, weak + [f"{key}: not looked up" for key in advisories.unknown(here)[:20]] + old
