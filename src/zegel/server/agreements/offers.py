# SPDX-License-Identifier: EUPL-1.2
"""How an agreement comes about (C22): signed online with the owner's own key, or agreed by e-mail. Both leave evidence.

- The document is kept as the bytes that were shown; everything else names its SHA-256.
- Online: the signature is verified against the person's key before anything holds.
- By e-mail: the letter carries the document and a link; the link's secret is a MAC under the installation's pepper and
  stands nowhere. Whoever opens it reads the same document once more before he agrees.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.seal.assent import Assent as SignedAssent
from zegel.seal.assent import verify_assent
from zegel.seal.errors import SealError
from zegel.server.agreements import actions, texts
from zegel.server.agreements.errors import BadAgreement, NoAgreement
from zegel.server.agreements.models import Agreement, Assent, Document, SignedHow, SubProcessor
from zegel.server.exports import actions as exports
from zegel.server.kernel import clock, ids, mail, tenancy, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people.actions import pepper
from zegel.server.people.models import Person
from zegel.server.people.queries import as_party

LETTER_LASTS = timedelta(days=14)
CLOCK_SLACK_MS = 10 * 60_000


@dataclass(frozen=True)
class Signing:
    """Who agrees, from where, with what."""

    person: Person
    address: str
    agent: str


def draw_up(actor: Actor, owner_id: UUID, provider_id: UUID, facts: texts.Facts, language: str) -> Document:
    """The text for these facts, kept as it is shown. The same facts give the same document."""
    content = texts.agreement(facts, language).encode()
    digest = hashlib.sha256(content).digest()
    with work.transaction(actor):
        held = Document.objects.filter(owner_id=owner_id, hash=digest).first()
        return held or Document.objects.create(
            id=ids.new(), owner_id=owner_id, provider_id=provider_id, language=language, version=texts.VERSION,
            content=content, hash=digest, made_at=clock.now(),
        )  # fmt: skip


def sub_processors(provider_id: UUID) -> list[tuple[str, str, str]]:
    """Of a provider, today: (name, country, task)."""
    now = clock.now()
    with tenancy.acting_as(provider_id):
        rows = SubProcessor.objects.filter(owner_id=provider_id, valid_from__lte=now).order_by("name")
        return [(row.name, row.country, row.task) for row in rows if row.valid_to is None or row.valid_to > now]


def sign_online(actor: Actor, document: Document, envelope: bytes, who: Signing) -> Agreement:
    """Raises BadAgreement unless the person's own key signed exactly this document, now."""
    wanted = SignedAssent(
        document.owner_id.bytes, document.provider_id.bytes, who.person.id.bytes, bytes(document.hash), 0
    )
    try:
        signed = verify_assent(envelope, bytes(who.person.sign_pk), wanted)
    except SealError:
        raise BadAgreement(
            _("This signature does not belong to this document and your key."), action=_("Open the agreement again.")
        ) from None
    if abs(signed.signed_ms - clock.now_ms()) > CLOCK_SLACK_MS:
        raise BadAgreement(_("The clock of this device is wrong."), action=_("Set it right, then sign again."))
    with work.transaction(actor):
        now = clock.now()
        assent = Assent.objects.create(
            id=ids.new(), owner_id=document.owner_id, provider_id=document.provider_id, document=document,
            how=SignedHow.ONLINE, person_id=who.person.id, name=who.person.display_name, email=who.person.email,
            asked_at=now, given_at=now, address=who.address[:45], agent=who.agent[:200], envelope=envelope,
            sign_pk=bytes(who.person.sign_pk),
        )  # fmt: skip
        return _agreed(actor, assent)


def ask_by_mail(actor: Actor, document: Document, person: Person) -> Assent:
    """The letter with the document goes out by a job."""
    with work.transaction(actor) as w:
        row = Assent.objects.create(
            id=ids.new(), owner_id=document.owner_id, provider_id=document.provider_id, document=document,
            how=SignedHow.EMAIL, person_id=person.id, name=person.display_name, email=person.email,
            asked_at=clock.now(),
        )  # fmt: skip
        w.publish("agreement.asked", owner_id=row.owner_id, assent_id=row.id)
        return row


def _agreed(actor: Actor, assent: Assent) -> Agreement:
    agreement = actions.sign_agreement(
        actor, assent.owner_id, assent.provider_id, bytes(assent.document.hash), SignedHow(assent.how), assent.person_id
    )
    agreement.assent = assent
    agreement.save(update_fields=["assent"])
    with work.transaction(actor) as w:
        w.publish(
            "agreement.changed", owner_id=assent.owner_id, what="signed", agreement_id=agreement.id,
            person_id=assent.person_id,
        )  # fmt: skip
    return agreement


# --- by e-mail ------------------------------------------------------------------------------------------------------


def token_of(row: Assent) -> str:
    return row.id.hex + _mac(row.id)


def _mac(assent_id: UUID) -> str:
    return hmac.digest(pepper(), b"zegel/assent-letter/v1\x00" + assent_id.bytes, hashlib.sha256)[:16].hex()


def by_token(token: str) -> Assent:
    """What a letter's link asks; also after it was given, so that the page can say so. Raises NoAgreement."""
    gone = NoAgreement(_("This link is too old, or was never ours."), action=_("Have the letter sent again."))
    try:
        assent_id = UUID(hex=token[:32])
    except ValueError:
        raise gone from None
    if len(token) != 64 or not hmac.compare_digest(token[32:], _mac(assent_id)):
        raise gone
    with connection.cursor() as cursor:
        cursor.execute("SELECT agreements_asked(%s)", [assent_id])
        owner_id = cursor.fetchone()[0]
    if owner_id is None:
        raise gone
    with as_party(owner_id):
        row = Assent.objects.select_related("document").filter(id=assent_id).first()
    if row is None or (row.given_at is None and row.asked_at + LETTER_LASTS < clock.now()):
        raise gone
    return row


def give_by_mail(token: str, address: str, agent: str) -> Assent:
    """He agrees by the letter's link. Again is harmless. Raises NoAgreement."""
    row = by_token(token)
    actor = Actor(ActorKind.SYSTEM, None, row.owner_id, role="system", address=address)
    with work.transaction(actor, party_id=row.owner_id):
        held = Assent.objects.select_for_update().select_related("document").get(id=row.id)
        if held.given_at is None:
            held.given_at, held.address, held.agent = clock.now(), address[:45], agent[:200]
            held.save(update_fields=["given_at", "address", "agent"])
            _agreed(actor, held)
        return held


def send(owner_id: UUID, assent_id: UUID) -> None:
    """The letter, with the exact document."""
    with as_party(owner_id):
        row = Assent.objects.select_related("document").filter(id=assent_id, given_at=None).first()
    if row is None:
        return
    document = row.document
    with override(document.language):
        subject = _("Your processing agreement")
        text = "\n\n".join(
            (
                _("Hello %(name)s,") % {"name": row.name},
                _("With this letter comes the processing agreement. Its SHA-256 is %(hash)s.")
                % {"hash": bytes(document.hash).hex()},
                _("Read it. If you agree, open this link and say so; it works for fourteen days:"),
                f"{settings.ORIGIN}/agreement/{token_of(row)}",
                _("Without it nothing arms."),
            )
        )
        name = _("agreement") + ".txt"
    letter = mail.Letter(row.email, subject, text, str(row.id), ((name, "text/plain", bytes(document.content)),))
    exports.post(owner_id, exports.FileKind.AGREEMENT, letter, owner_id)
    with work.transaction(Actor(ActorKind.SYSTEM, None, owner_id, role="system"), party_id=owner_id) as w:
        row.sent_at, row.letter_hash = clock.now(), hashlib.sha256(text.encode()).digest()
        row.save(update_fields=["sent_at", "letter_hash"])
        facts: dict[str, Fact] = {"what": "letter_sent", "document": bytes(document.hash), "letter": row.letter_hash}
        w.record(Entry(Kind.AGREEMENT, owner_id, facts, about=owner_id))
