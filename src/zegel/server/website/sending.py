# SPDX-License-Identifier: EUPL-1.2
"""The queue: copies of newsletters leave in batches over one connection, each on its own, and wait when they can't.

A copy is taken out of the queue for a quarter of an hour before its letter leaves, and noted after: two workers never
send the same one, and one that died between has its copy sent again with the same Message-ID. No transaction is open
while a mail server is waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.gate import Action, require
from zegel.server.kernel import clock, log, mail, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.kernel.smtp import setting
from zegel.server.people import queries as people
from zegel.server.tenants import queries as tenants
from zegel.server.website import bouncing, letters, newsletters, rules, sites
from zegel.server.website.errors import UnknownThing
from zegel.server.website.models import Delivery, Newsletter, Subscriber, Website
from zegel.server.website.rules import DeliveryState, LetterState, LinkKind, SubscriberState

BATCH = 50
TAKEN_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Copy:
    """One letter to one address, ready to leave."""

    delivery_id: UUID
    letter: mail.Letter


def run_due(owner_id: UUID, batches: int = 20) -> int:
    """Sends what is due of one owner; returns how many copies left."""
    left = 0
    for _turn in range(batches):
        copies = take(owner_id)
        if not copies:
            break
        try:
            with mail.one_connection():
                left += sum(_send(owner_id, one) for one in copies)
        except OSError as error:
            why = getattr(error, "why", None)
            _put_back(owner_id, copies, getattr(why, "value", "not_reached"))
            break
    _finish(owner_id)
    return left


def take(owner_id: UUID) -> Sequence[Copy]:
    """A batch that is due, out of the queue for a while; who left the list meanwhile is skipped."""
    now = clock.now()
    with work.transaction(system(owner_id)):
        due = Delivery.objects.filter(owner_id=owner_id, state=DeliveryState.WAITING.value, next_at__lte=now)
        rows = list(
            due.select_related("newsletter", "subscriber").select_for_update(skip_locked=True, of=("self",))
            .order_by("next_at")[:BATCH]
        )  # fmt: skip
        if not rows:
            return ()
        site = sites.site_of(owner_id)
        gone = [row.id for row in rows if not _wants(row.subscriber)]
        Delivery.objects.filter(id__in=gone).update(state=DeliveryState.SKIPPED.value)
        going = [row for row in rows if row.id not in set(gone)]
        for row in going:
            row.attempts, row.next_at = row.attempts + 1, now + TAKEN_FOR
        Delivery.objects.bulk_update(going, ["attempts", "next_at"])
        return [Copy(row.id, copy_of(site, row)) for row in going]


def _wants(subscriber: Subscriber | None) -> bool:
    return subscriber is not None and subscriber.state == SubscriberState.CONFIRMED


def copy_of(site: Website, row: Delivery) -> mail.Letter:
    """With what RFC 8058 and RFC 2369 want in its head."""
    assert row.subscriber is not None
    back = rules.return_path(newsletters.secret(), row.owner_id, row.id)
    return letter_to(
        site, row.newsletter, row.subscriber.email, row.subscriber.language,
        newsletters.link(LinkKind.LEAVE, row.subscriber), str(row.id), back,
    )  # fmt: skip


def letter_to(
    site: Website, letter: Newsletter, to: str, language: str, leave: str, reference: str, back: str = ""
) -> mail.Letter:
    """In the reader's language where the letter has it, else in its first."""
    chosen = language if language in letter.texts else next(iter(letter.texts))
    said = letter.texts[chosen]
    with override(chosen):
        sender = sender_of(site)
        text = letters.newsletter(said["subject"], said["body"], sender, leave, settings.ORIGIN)
    domain = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2] or "localhost"
    bounces = setting("EMAIL_BOUNCES", "")
    return mail.Letter(
        to, text.subject, text.text, reference, html=text.html, name=sender.firm, reply_to=site.told,
        owner=site.owner_id, back=f"{back}@{bounces}" if back and bounces else "",
        headers={
            "List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"<newsletter.{site.slug}.{domain}>", "Precedence": "bulk",
            "Message-ID": f"<{reference}@{domain}>", "Content-Language": chosen,
        },
    )  # fmt: skip


def sender_of(site: Website) -> letters.Sender:
    return letters.Sender(
        site.name, tuple(imprint_of(site)), f"{settings.ORIGIN}/site/{site.slug}/{site.languages[0]}/privacy"
    )


def imprint_of(site: Website) -> list[str]:
    """Who is behind it, in the language that is active: the tenant's particulars, and the firm's own words."""
    brand = tenants.brand(site.owner_id)
    lines: list[str] = []
    if brand is not None:
        named = (
            (_("Registration"), brand.registration), (_("VAT"), brand.vat), ("IBAN", brand.iban), ("BIC", brand.bic),
        )  # fmt: skip
        place = " ".join(part for part in (brand.postcode, brand.city) if part)
        numbers = [f"{what} {value}" for what, value in named if value]
        lines = [brand.legal_name or brand.name, brand.street, place, *numbers, brand.phone, brand.email]
    if brand is None:
        party = people.party(site.owner_id, seen_by=site.owner_id)
        lines = [] if party is None else [party.name]
    return [line for line in [*lines, *site.imprint.split("\n")] if line.strip()]


def _send(owner_id: UUID, copy: Copy) -> int:
    """1 when it left. Raises OSError when the connection is no use any more."""
    try:
        mail.send(copy.letter)
    except mail.NoSuchMailbox as refused:
        verdict = rules.judged("failed", refused.status or "5.0.0")
        bouncing.not_delivered(owner_id, copy.delivery_id, verdict.hard, refused.status, DeliveryState.REFUSED)
        return 0
    except mail.MailRefused:
        _note(owner_id, copy.delivery_id, state=DeliveryState.REFUSED.value, fault="address")
        return 0
    except ConnectionError:
        raise
    except OSError as error:
        if isinstance(error, mail.WaitsForTls):
            raise
        _later(owner_id, copy.delivery_id, "refused_now")
        return 0
    _note(owner_id, copy.delivery_id, state=DeliveryState.SENT.value, sent_at=clock.now(), fault="")
    return 1


def _later(owner_id: UUID, delivery_id: UUID, fault: str) -> None:
    with tenancy.acting_as(owner_id):
        row = Delivery.objects.filter(id=delivery_id, state=DeliveryState.WAITING.value).first()
        if row is None:
            return
        if row.attempts >= rules.MOST_TRIES:
            row.state = DeliveryState.REFUSED.value
        row.fault, row.next_at = fault, clock.now() + rules.next_try(row.attempts)
        row.save(update_fields=["state", "fault", "next_at"])


def _put_back(owner_id: UUID, copies: Sequence[Copy], fault: str) -> None:
    """No connection that may carry them: those that did not leave wait, and this counts as no try of theirs."""
    log.warning("newsletter.waits", why=fault, copies=len(copies))
    with tenancy.acting_as(owner_id):
        rows = Delivery.objects.filter(id__in=[one.delivery_id for one in copies], state=DeliveryState.WAITING.value)
        for row in rows:
            row.attempts, row.fault = max(0, row.attempts - 1), fault
            row.next_at = clock.now() + timedelta(minutes=5)
            row.save(update_fields=["attempts", "fault", "next_at"])


def _note(owner_id: UUID, delivery_id: UUID, **changed: Any) -> None:
    with tenancy.acting_as(owner_id):
        Delivery.objects.filter(id=delivery_id).update(**changed)


def _finish(owner_id: UUID) -> None:
    """A letter none of whose copies waits any more was sent."""
    with tenancy.acting_as(owner_id):
        for row in Newsletter.objects.filter(owner_id=owner_id, state=LetterState.SENDING.value):
            if not newsletters.copies_left(row.id):
                Newsletter.objects.filter(id=row.id).update(state=LetterState.SENT.value, ended_at=clock.now())


def try_out(actor: Actor, letter_id: UUID) -> str:
    """A copy to the acting person's own address, with a link that leaves nothing. Returns the address. Raises Denied,
    UnknownThing, NotNow, OSError."""
    require(actor, Action.TEST, newsletters.resource(actor.party_id))
    assert actor.id is not None
    assert actor.party_id is not None
    person = people.person(actor.id)
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Newsletter.objects.filter(id=letter_id, owner_id=actor.party_id).first()
        if row is None or not row.texts:
            raise UnknownThing
        site = sites.site_of(actor.party_id)
    token = rules.link_token(newsletters.secret(), LinkKind.LEAVE, actor.party_id, row.id)
    leave = f"{settings.ORIGIN}/newsletter/leave/{token}"
    mail.send(letter_to(site, row, person.email, person.language, leave, f"try-{row.id}"))
    return person.email
