# SPDX-License-Identifier: EUPL-1.2
"""Recording what was agreed. Each is in the ledger with the hash of what was signed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.agreements import queries
from zegel.server.agreements.errors import BadAgreement, NoAgreement
from zegel.server.agreements.models import Agreement, Confidentiality, Purpose, Sign, SignedHow
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind

HASH_LENGTH = 32
LONGEST_CONFIDENTIALITY = timedelta(days=3 * 366)


def sign_agreement(
    actor: Actor, owner_id: UUID, provider_id: UUID, document_hash: bytes, how: SignedHow, signed_by: UUID
) -> Agreement:
    """The owner's agreement with the provider holds from now on. Raises BadAgreement."""
    _check_hash(document_hash)
    with work.transaction(actor, party_id=owner_id) as w:
        facts: dict[str, Fact] = {
            "what": "signed",
            "provider": provider_id,
            "document": document_hash,
            "how": SignedHow(how).value,
        }
        w.record(Entry(Kind.AGREEMENT, owner_id, facts, about=owner_id))
        return Agreement.objects.create(
            owner_id=owner_id,
            provider_id=provider_id,
            document_hash=document_hash,
            signed_how=SignedHow(how).value,
            signed_by=signed_by,
            valid_from=clock.now(),
        )


def end_agreement(actor: Actor, owner_id: UUID) -> None:
    """It ends now, and with it whatever the gate asks it for. Raises NoAgreement."""
    with work.transaction(actor, party_id=owner_id) as w:
        agreement = queries.agreement_of(owner_id)
        if agreement is None:
            raise NoAgreement(_("There is no agreement in force."))
        agreement.valid_to = clock.now()
        agreement.save(update_fields=["valid_to"])
        w.record(
            Entry(
                Kind.AGREEMENT, owner_id, {"what": "ended", "document": bytes(agreement.document_hash)}, about=owner_id
            )
        )


def record_purpose(actor: Actor, owner_id: UUID, code: str, text: str, camera_id: UUID | None = None) -> Purpose:
    """Why cameras watch, under the agreement in force. Raises BadAgreement, NoAgreement."""
    if not 1 <= len(code) <= 40 or not 1 <= len(text.strip()) <= 500:
        raise BadAgreement(
            _("A purpose has a code and a sentence."), action=_("Write in one sentence what the cameras are for.")
        )
    with work.transaction(actor, party_id=owner_id) as w:
        agreement = queries.agreement_of(owner_id)
        if agreement is None:
            raise NoAgreement(_("There is no agreement in force."), action=_("Have the agreement signed first."))
        w.record(
            Entry(Kind.AGREEMENT, owner_id, {"what": "purpose", "code": code, "camera": camera_id}, about=camera_id)
        )
        return Purpose.objects.create(
            owner_id=owner_id,
            provider_id=agreement.provider_id,
            agreement=agreement,
            camera_id=camera_id,
            code=code,
            text=text.strip(),
            recorded_at=clock.now(),
        )


def hang_sign(actor: Actor, owner_id: UUID, provider_id: UUID, site_id: UUID, by: UUID) -> Sign:
    """Somebody hung the sign at the site."""
    with work.transaction(actor, party_id=owner_id) as w:
        w.record(Entry(Kind.AGREEMENT, owner_id, {"what": "sign_hung", "site": site_id, "by": by}, about=site_id))
        return Sign.objects.create(
            owner_id=owner_id, provider_id=provider_id, site_id=site_id, hung_at=clock.now(), by=by
        )


def sign_confidentiality(
    actor: Actor, party_id: UUID, person_id: UUID, document_hash: bytes, lasts: timedelta
) -> Confidentiality:
    """A person promises the party he works for to keep what he sees to himself, for a set time. Raises BadAgreement."""
    _check_hash(document_hash)
    if not timedelta(0) < lasts <= LONGEST_CONFIDENTIALITY:
        raise BadAgreement(_("A confidentiality statement lasts at most three years."))
    with work.transaction(actor, party_id=party_id) as w:
        facts: dict[str, Fact] = {"what": "confidentiality", "person": person_id, "document": document_hash}
        w.record(Entry(Kind.AGREEMENT, party_id, facts, about=person_id))
        now = clock.now()
        return Confidentiality.objects.create(
            owner_id=party_id,
            provider_id=party_id,
            person_id=person_id,
            document_hash=document_hash,
            signed_at=now,
            expires_at=now + lasts,
        )


def _check_hash(document_hash: bytes) -> None:
    if len(document_hash) != HASH_LENGTH:
        raise BadAgreement(_("The document's hash is not a SHA-256."), action=_("Send the 32 bytes."))
