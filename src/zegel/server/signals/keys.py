# SPDX-License-Identifier: EUPL-1.2
"""Panels' DC-09 keys at rest: AES-256-GCM under the installation's secret `panel-keys`, bound to the panel.

A panel and its receiver share one key, so the server must have it. What it is kept from: a copy of the database, a
log, an answer, an export, an error, a repr. `unwrap` gives a protocols.dc09.Key, which doesn't show itself.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from zegel.protocols.errors import BadKey
from zegel.server.kernel import secrets
from zegel.server.signals.errors import BadPanel
from zegel.server.signals.models import KeyFormat

if TYPE_CHECKING:
    from zegel.protocols.dc09 import Key

_NONCE = 12
_LENGTHS = frozenset({16, 24, 32})


def wrap(panel_id: UUID, text: str, key_format: KeyFormat) -> bytes:
    """The key as the installer wrote it down. Raises BadPanel, which doesn't repeat it."""
    raw = _raw(text, key_format)
    nonce = os.urandom(_NONCE)
    return nonce + _cipher().encrypt(nonce, raw, _bound_to(panel_id))


def _raw(text: str, key_format: KeyFormat) -> bytes:
    try:
        raw = bytes.fromhex(text.strip()) if key_format is KeyFormat.HEX else text.encode("ascii")
    except ValueError:
        raise BadPanel.key() from None
    if key_format is KeyFormat.NONE or len(raw) not in _LENGTHS:
        raise BadPanel.key()
    return raw


def unwrap(panel_id: UUID, wrapped: bytes) -> Key | None:
    """None when it was wrapped under another secret: its frames can't be read, and are raised."""
    from zegel.protocols.dc09 import Key

    try:
        return Key(_cipher().decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound_to(panel_id)))
    except (InvalidTag, BadKey):
        return None


def wrap_word(of: UUID, text: str) -> bytes:
    """A password of a thing of ours, bound to it."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher().encrypt(nonce, text.encode(), b"zegel/word/" + of.bytes)


def unwrap_word(of: UUID, wrapped: bytes | None) -> str | None:
    """None when there is none, or when it was wrapped under another secret."""
    if wrapped is None:
        return None
    try:
        return _cipher().decrypt(wrapped[:_NONCE], wrapped[_NONCE:], b"zegel/word/" + of.bytes).decode()
    except InvalidTag:
        return None


def _bound_to(panel_id: UUID) -> bytes:
    return b"zegel/panel-key/" + panel_id.bytes


@cache
def _cipher_of(folder: Path) -> AESGCM:
    return AESGCM(secrets.secret(folder, "panel-keys"))


def _cipher() -> AESGCM:
    return _cipher_of(Path(settings.SECRETS_PATH))
