# SPDX-License-Identifier: EUPL-1.2
"""The link by which somebody without an account takes a consent back: it stands in his receipt, and nowhere else.

It names the controller and the consent, and a MAC of both under a secret of this installation: nothing is kept for it,
nobody can make one, and it holds for as long as the consent does (Art. 7(3): as easy as giving).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from zegel.server.consents.models import Consent
from zegel.server.kernel import secrets

PLACE = "/consent"
_MAC = 16
_LENGTH = 64


def path_of(row: Consent) -> str:
    return f"{PLACE}/{_token(row.owner_id, row.id)}"


def read(token: str) -> tuple[UUID, UUID] | None:
    """The controller and the consent that a link names; None when nobody of this installation made it."""
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except ValueError:
        return None
    owner_id, consent_id = UUID(bytes=raw[:16]), UUID(bytes=raw[16:32])
    return (owner_id, consent_id) if hmac.compare_digest(_token(owner_id, consent_id), token) else None


def _token(owner_id: UUID, consent_id: UUID) -> str:
    said = owner_id.bytes + consent_id.bytes
    key = secrets.secret(settings.SECRETS_PATH, "consent-links")
    return base64.urlsafe_b64encode(said + hmac.new(key, said, hashlib.sha256).digest()[:_MAC]).decode()
