# SPDX-License-Identifier: EUPL-1.2
"""The log's name and key. The key signs checkpoints, promises and the time, and opens nothing.

The name is the browser's address without scheme, then `/ledger`, and a number from the second origin on (a new origin
is
started only by an operator's command, after a restore that lost published entries).
"""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from django.conf import settings

from zegel.seal.suite import SigningKey
from zegel.server.kernel import secrets

FIRST = 1


def name(number: int = FIRST) -> str:
    """The origin line of the log with this number."""
    host = urlsplit(settings.ORIGIN).netloc
    return f"{host}/ledger" if number == FIRST else f"{host}/ledger/{number}"


@cache
def key() -> SigningKey:
    """The log's signing key, drawn at first use."""
    return SigningKey(secrets.secret(settings.SECRETS_PATH, "ledger-key"))
