# SPDX-License-Identifier: EUPL-1.2
"""The acting person's consents: what he is asked for in which words, what he gave, how he takes it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.consents import actions, purposes, queries, receipts
from zegel.server.consents.errors import UnknownConsent
from zegel.server.consents.models import Consent
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind
from zegel.server.kernel import clock, tenancy

router = Router(tags=["consents"])
errors.status("unknown_consent", 404)
errors.status("other_words", 409)


class Withdrawn(Schema):
    place: str = Field(pattern=r"^/[a-z0-9/_-]{0,100}$")


@router.get("/consents")
def consents(request: HttpRequest, language: str = "en") -> dict[str, Any]:
    """What can be agreed to, in exactly these words, and what was."""
    chosen = language if language in ("nl", "sv", "de", "en") else "en"
    return {
        "purposes": [_purpose(one, chosen) for one in purposes.PURPOSES.values()],
        "consents": [_consent(row) for row in queries.mine(acting(request))],
    }


@router.post("/consents/{consent_id}/withdraw")
def withdraw(request: HttpRequest, consent_id: UUID, body: Withdrawn) -> dict[str, Any]:
    """As easy as giving; what rested on it stops at once."""
    return _consent(actions.withdraw(acting(request), consent_id, body.place))


@router.post("/consents/{consent_id}/receipt")
def receipt(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """The record as JSON-LD, to keep; that it was taken is in the log."""
    actor = acting(request)
    row = next((one for one in queries.mine(actor) if one.id == consent_id), None)
    if row is None:
        raise UnknownConsent
    with tenancy.acting_as(actor.party_id, actor.id):
        content = receipts.receipt(row)
    return exports.answer(
        exports.send(
            actor,
            FileKind.CONSENT_RECEIPT,
            receipts.name_of(row.id),
            content,
            purpose="own_record",
            resource=actions.resource(actor),
        )
    )


def _purpose(one: purposes.Purpose, language: str) -> dict[str, Any]:
    words = purposes.words_of(one, language)
    digest = purposes.hash_of(words).hex()
    return {"purpose": one.code, "version": one.version, "language": language, "words": words, "hash": digest}


def _consent(row: Consent) -> dict[str, Any]:
    return {
        "id": str(row.id), "purpose": row.purpose, "version": row.text.version, "language": row.text.language,
        "words": row.text.words, "hash": bytes(row.text.hash).hex(), "given_ms": clock.ms(row.given_at),
        "place": row.place, "withdrawn_ms": clock.ms(row.withdrawn_at),
    }  # fmt: skip
