# SPDX-License-Identifier: EUPL-1.2
"""What a key may do, what a webhook is told, how it is signed and when it is tried again. Pure.

Signatures follow Standard Webhooks 1.0 (webhook-id, webhook-timestamp, webhook-signature: `v1,` and the base64 of
HMAC-SHA256 over `id.timestamp.body`; secrets are `whsec_` and base64), so that its ready-made verifiers work.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

KEY_PREFIX = "zgk_"
SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
LEAST_RATE, USUAL_RATE, MOST_RATE = 6, 120, 1200  # calls a minute
LONGEST_LIFE = timedelta(days=731)
MOST_KEYS, MOST_WEBHOOKS = 50, 20
LONGEST_URL = 500
PORTS = frozenset({443, 8443})
OLD_SECRET_LASTS = timedelta(days=1)  # both sign meanwhile
DELIVERIES_KEPT = timedelta(days=30)
PAUSED_AFTER = timedelta(days=5)

# After each failure the wait before the next attempt: about two days and a half in all.
WAITS_S = (5, 30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 16 * 3600, 24 * 3600)


class Scope(StrEnum):
    """What a key may do. Nothing is in two of them."""

    ORDERS_READ = "orders.read"
    ORDERS_WRITE = "orders.write"
    PRODUCTS_READ = "products.read"
    PRODUCTS_WRITE = "products.write"
    REGISTRATIONS_READ = "registrations.read"
    REGISTRATIONS_WRITE = "registrations.write"
    CUSTOMERS_READ = "customers.read"
    STEPS_READ = "steps.read"  # of a partner in the chain
    STEPS_WRITE = "steps.write"


class State(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Pause(StrEnum):
    BY_HAND = "by_hand"
    FAILING = "failing"


class Fault(StrEnum):
    """Why an attempt failed, in a word that a person is told in his own."""

    ADDRESS = "address"  # its name leads where this server does not go
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    STATUS = "status"  # it answered otherwise than 2xx; a redirect is not followed
    GONE = "gone"  # 410: it wants no more


@dataclass(frozen=True)
class Address:
    """Where to deliver. `target`: path and query."""

    scheme: str
    host: str
    port: int
    target: str


def address(url: str, testing: str = "") -> Address | None:
    """None for an address that is not called for anybody: only https, to a name (no number) and a port of PORTS,
    without user, password or fragment. `testing`: the one origin that a test installation may name, or empty."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    host = (parts.hostname or "").lower().rstrip(".")
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        return None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if testing and f"{parts.scheme}://{parts.netloc}" == testing:
        return Address(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), target)
    if parts.scheme != "https" or (port or 443) not in PORTS or not _is_name(host):
        return None
    return Address("https", host, port or 443, target)


def _is_name(host: str) -> bool:
    """A name of the public internet: at least two labels, the last one no number. So no address in any of its
    spellings (127.1, 0x7f.1, 2130706433, [::1]), and no name of the server's own network."""
    labels = host.split(".")
    right = all(0 < len(one) <= 63 and one.replace("-", "").isalnum() and one[0] != "-" != one[-1] for one in labels)
    last = labels[-1]
    internal = host == "localhost" or last in {"localhost", "local", "internal", "test", "invalid", "onion", "arpa"}
    return right and len(labels) > 1 and not internal and not last[0].isdigit()


def wait_after(attempts: int) -> timedelta | None:
    """How long after that many failed attempts the next one waits; None: given up."""
    return timedelta(seconds=WAITS_S[attempts - 1]) if attempts <= len(WAITS_S) else None


def secret_text(secret: bytes) -> str:
    """As it is told, once."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def signature(secrets: Sequence[bytes], message_id: str, timestamp_s: int, body: bytes) -> str:
    """The header's value: one signature for each secret that holds."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    made = (base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets)
    return " ".join(f"v1,{one}" for one in made)
