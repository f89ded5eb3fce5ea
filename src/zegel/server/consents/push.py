# SPDX-License-Identifier: EUPL-1.2
"""Push messages rest on consent: a browser's push service belongs to somebody else, who gets an address. Without the
consent no device is taken on; when the last one goes, or the consent is taken back, neither is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import translation

from zegel.server.consents import actions, purposes, queries
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor
from zegel.server.notify import actions as notify
from zegel.server.notify import queries as told
from zegel.server.notify import webpush

PLACE = "/portal/notifications"


@dataclass(frozen=True)
class Agreed:
    """`seen`: SHA-256 of the words on his screen, in that language."""

    seen: bytes
    language: str


def add_device(actor: Actor, agreed: Agreed, endpoint: str, keys: webpush.Keys, name: str) -> UUID:
    """Both or neither. Raises Denied, OtherWords, EndpointRefused, TooManyDevices."""
    with work.transaction(actor):
        actions.give(actor, purposes.PUSH, agreed.seen, agreed.language, PLACE)
        return notify.add_device(actor, endpoint, keys, name)


def remove_device(actor: Actor, device_id: UUID) -> None:
    """With the last one ends the consent. Raises NoSuchDevice."""
    assert actor.party_id is not None
    assert actor.id is not None
    with work.transaction(actor) as w:
        notify.remove_device(actor, device_id)
        if not told.devices(actor.party_id, actor.id):
            actions.ended_by_itself(w, actor.party_id, actor.id, purposes.PUSH.code, PLACE)


def asked(actor: Actor) -> dict[str, Any]:
    """The words that he would agree to, in his language, and whether he did."""
    language = (translation.get_language() or "en")[:2]
    words = purposes.words_of(purposes.PUSH, language)
    rows = [row for row in queries.mine(actor) if row.purpose == purposes.PUSH.code and row.withdrawn_at is None]
    return {
        "words": words, "hash": purposes.hash_of(words).hex(), "language": language,
        "held": [{"id": str(row.id), "given_ms": clock.ms(row.given_at), "words": row.text.words} for row in rows],
    }  # fmt: skip
