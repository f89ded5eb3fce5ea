# SPDX-License-Identifier: EUPL-1.2
"""Recording what was agreed. Each is in the ledger with the hash of what was signed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.agreements import queries
from zegel.server.agreements.errors import (
    BadAgreement,
    BadCertificate,
    BadSuspension,
    NoAgreement,
    NoCertificate,
    NotYoursToLift,
)
from zegel.server.agreements.models import (
    Agreement,
    Certificate,
    Confidentiality,
    Purpose,
    Sign,
    SignedHow,
    Suspension,
)
from zegel.server.agreements.schemes import Scheme, due_warning
from zegel.server.kernel import clock, erasures, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind

HASH_LENGTH = 32
LONGEST_CONFIDENTIALITY = timedelta(days=3 * 366)
LONGEST_CERTIFICATE = timedelta(days=10 * 366)
LONGEST_REASON = 500


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
        w.publish("agreement.changed", owner_id=owner_id, what="ended", agreement_id=agreement.id, person_id=actor.id)


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


def take_down_sign(actor: Actor, owner_id: UUID, site_id: UUID, by: UUID) -> int:
    """No sign hangs there from now on (C7): nothing arms until somebody says again that one does. How many hung; where
    none did it is harmless."""
    with work.transaction(actor, party_id=owner_id) as w:
        hanging = Sign.objects.filter(owner_id=owner_id, site_id=site_id, taken_down_at=None)
        count = hanging.update(taken_down_at=clock.now())
        if count > 0:
            facts: dict[str, Fact] = {"what": "sign_taken_down", "site": site_id, "by": by}
            w.record(Entry(Kind.AGREEMENT, owner_id, facts, about=site_id))
        return count


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


# --- certificates and suspensions of an alarm centre ---


@dataclass(frozen=True)
class NewCertificate:
    """As it stands on paper. `person_id` None: the centre's own. `document_hash`: SHA-256 of the scan, if there is
    one."""

    person_id: UUID | None
    scheme: Scheme
    number: str
    issuer: str
    valid_from: datetime
    valid_to: datetime
    document_hash: bytes | None = None


def record_certificate(actor: Actor, party_id: UUID, new: NewCertificate) -> Certificate:
    """The centre, or one of its people, was certified. Raises BadCertificate."""
    number, issuer = " ".join(new.number.split()), " ".join(new.issuer.split())
    if not 1 <= len(number) <= 60 or not 1 <= len(issuer) <= 120:
        raise BadCertificate(_("A certificate has a number and an issuer."), action=_("Copy both from the document."))
    if not timedelta(0) < new.valid_to - new.valid_from <= LONGEST_CERTIFICATE:
        raise BadCertificate(
            _("A certificate holds from a day to a later day, ten years at most."), action=_("Check its dates.")
        )
    if new.document_hash is not None:
        _check_hash(new.document_hash)
    with work.transaction(actor, party_id=party_id) as w:
        facts: dict[str, Fact] = {
            "what": "recorded", "scheme": new.scheme.value, "person": new.person_id, "document": new.document_hash,
            "until_ms": round(new.valid_to.timestamp() * 1000),
        }  # fmt: skip
        w.record(Entry(Kind.CERTIFICATE, party_id, facts, about=new.person_id or party_id))
        w.publish("centre.changed", owner_id=party_id)
        return Certificate.objects.create(
            owner_id=party_id, provider_id=party_id, person_id=new.person_id, scheme=new.scheme.value, number=number,
            issuer=issuer, document_hash=new.document_hash, valid_from=new.valid_from, valid_to=new.valid_to,
            recorded_at=clock.now(), recorded_by=actor.id,
        )  # fmt: skip


def withdraw_certificate(actor: Actor, party_id: UUID, certificate_id: UUID) -> Certificate:
    """Its issuer took it back: it holds no longer, from now on. Again is harmless. Raises NoCertificate."""
    with work.transaction(actor, party_id=party_id) as w:
        row = Certificate.objects.select_for_update().filter(id=certificate_id, owner_id=party_id).first()
        if row is None:
            raise NoCertificate(_("There is no such certificate."), action=_("Go back to the list."))
        if row.withdrawn_at is None:
            row.withdrawn_at = clock.now()
            row.save(update_fields=["withdrawn_at"])
            erasures.ended(row, party_id, "withdrawn_at")
            facts: dict[str, Fact] = {"what": "withdrawn", "scheme": row.scheme, "person": row.person_id}
            w.record(Entry(Kind.CERTIFICATE, party_id, facts, about=row.person_id or party_id))
            w.publish("centre.changed", owner_id=party_id)
        return row


@dataclass(frozen=True)
class Warned:
    """A certificate of whose end somebody must be told now; `days` are left (0: it has ended)."""

    certificate_id: UUID
    days: int


def due_warnings(party_id: UUID) -> list[Warned]:
    """What must be told about this party's certificates now; each stage is given out once. A certificate that has a
    successor of its scheme, for the same centre or person, is not spoken of."""
    with work.transaction(system(party_id)) as w:
        found = []
        held = Certificate.objects.select_for_update().filter(owner_id=party_id, withdrawn_at=None)
        rows = list(held)
        for row in rows:
            left = row.valid_to - clock.now()
            stage = due_warning(left / timedelta(days=1), row.said)
            if stage is None or any(_succeeds(other, row) for other in rows):
                continue
            row.said = stage
            row.save(update_fields=["said"])
            facts: dict[str, Fact] = {"what": "warned", "scheme": row.scheme, "person": row.person_id, "days": stage}
            w.record(Entry(Kind.CERTIFICATE, party_id, facts, about=row.person_id or party_id))
            found.append(Warned(row.id, max(0, math.ceil(left / timedelta(days=1)))))
        return found


def _succeeds(other: Certificate, row: Certificate) -> bool:
    same = (other.scheme, other.person_id) == (row.scheme, row.person_id)
    return same and other.valid_to > row.valid_to and other.valid_from <= row.valid_to


def suspend(actor: Actor, party_id: UUID, person_id: UUID, reason: str, finding_id: UUID | None = None) -> Suspension:
    """From now on the person sees no images and takes no alarms for this party. One who is suspended already stays so.

    Raises BadSuspension.
    """
    if person_id == actor.id:
        raise BadSuspension(_("Nobody suspends himself."), action=_("Ask another supervisor."))
    if not 3 <= len(reason.strip()) <= LONGEST_REASON:
        raise BadSuspension(_("A suspension has a reason."), action=_("Write it in a sentence."))
    with work.transaction(actor, party_id=party_id) as w:
        holds = Suspension.objects.filter(owner_id=party_id, person_id=person_id, lifted_at=None).first()
        if holds is not None:
            return holds
        facts: dict[str, Fact] = {"what": "suspended", "person": person_id, "finding": finding_id}
        w.record(Entry(Kind.SUSPENSION, party_id, facts, about=person_id))
        w.publish("centre.changed", owner_id=party_id)
        w.publish("person.suspended", owner_id=party_id, person_id=person_id)
        return Suspension.objects.create(
            owner_id=party_id, provider_id=party_id, person_id=person_id, suspended_at=clock.now(),
            suspended_by=actor.id, reason=reason.strip(), finding_id=finding_id,
        )  # fmt: skip


def lift_suspension(actor: Actor, party_id: UUID, suspension_id: UUID, reason: str) -> Suspension:
    """The person may work again. Four eyes: not he himself, and not the supervisor who suspended him (an administrator
    may lift what he did not do himself). Raises BadSuspension, NotYoursToLift."""
    if not 3 <= len(reason.strip()) <= LONGEST_REASON:
        raise BadSuspension(_("Lifting a suspension has a reason."), action=_("Write it in a sentence."))
    with work.transaction(actor, party_id=party_id) as w:
        row = Suspension.objects.select_for_update().filter(id=suspension_id, owner_id=party_id).first()
        if row is None:
            raise BadSuspension(_("There is no such suspension."), action=_("Go back to the list."))
        if actor.id is None or actor.id in {row.person_id, row.suspended_by}:
            raise NotYoursToLift(
                _("Somebody else lifts this suspension."), action=_("Ask another supervisor or the administrator.")
            )
        if row.lifted_at is None:
            row.lifted_at, row.lifted_by, row.lifted_reason = clock.now(), actor.id, reason.strip()
            row.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
            facts: dict[str, Fact] = {"what": "lifted", "person": row.person_id, "finding": row.finding_id}
            w.record(Entry(Kind.SUSPENSION, party_id, facts, about=row.person_id))
            w.publish("centre.changed", owner_id=party_id)
        return row


def _check_hash(document_hash: bytes) -> None:
    if len(document_hash) != HASH_LENGTH:
        raise BadAgreement(_("The document's hash is not a SHA-256."), action=_("Send the 32 bytes."))
