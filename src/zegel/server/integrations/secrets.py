# SPDX-License-Identifier: EUPL-1.2
"""Webhooks' secrets at rest: AES-256-GCM under the installation's secret `webhook-secrets`, bound to the webhook. Who
has a copy of the database signs nothing with it."""

from __future__ import annotations

import os
from functools import cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from zegel.server.kernel import secrets

_NONCE = 12


def wrap(webhook_id: UUID, secret: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher().encrypt(nonce, secret, _bound_to(webhook_id))


def unwrap(webhook_id: UUID, wrapped: bytes | memoryview | None) -> bytes | None:
    """None when there is none, or when it was wrapped under another secret."""
    if wrapped is None:
        return None
    sealed = bytes(wrapped)
    try:
        return _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound_to(webhook_id))
    except InvalidTag:
        return None


def _bound_to(webhook_id: UUID) -> bytes:
    return b"zegel/webhook/" + webhook_id.bytes


@cache
def _cipher() -> AESGCM:
    return AESGCM(secrets.secret(settings.SECRETS_PATH, "webhook-secrets"))
