# SPDX-License-Identifier: EUPL-1.2
"""Asking for a newsletter, leaving it, and sending one. The principles:

- Nobody is on the list who did not ask twice: in the form, and with the link in the letter that went to that address
  (double opt-in). Only then there is a consent, to exactly the words that stood in the form, with its receipt.
- Whoever fills in an address learns nothing of it: the page says the same whether it is on the list or not. No address
  is sent more than one question a day, whoever fills it in.
- Leaving takes one press, with no question asked, in every letter (RFC 8058), for as long as the letter exists. Then
  the address is gone from the list; what is left is the proof of the consent and of its end.
- A letter has no picture, no pixel and no link that tells who followed it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from zegel.server.consents import actions as consents
from zegel.server.consents import purposes
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, erasures, ids, mail, secrets, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.website import rules, sites
from zegel.server.website.errors import BadMessage, BadSite, LinkGone, NotNow, UnknownThing
from zegel.server.website.models import Delivery, Newsletter, Subscriber, Website
from zegel.server.website.rules import DeliveryState, LetterState, LinkKind, Source, SubscriberState

LONGEST_LETTER = 20_000
MOST_LETTERS = 200


def secret() -> bytes:
    """Under which links, return addresses and forms' stamps are written; the installation's own."""
    return secrets.secret(settings.SECRETS_PATH, "website")


def resource(owner_id: UUID | None) -> Resource:
    return Resource(ResourceKind.NEWSLETTER, None, owner_id)


def link(kind: LinkKind, row: Subscriber) -> str:
    """The whole address that stands in a letter."""
    token = rules.link_token(secret(), kind, row.owner_id, row.id)
    return f"{settings.ORIGIN}/newsletter/{'confirm' if kind is LinkKind.CONFIRM else 'leave'}/{token}"


# --- asking for it, by anybody ---


def ask(site: Website, email: str, language: str, source: Source, seen: bytes) -> None:
    """A letter with a question goes to the address, unless it had one today or is on the list. `seen`: SHA-256 of the
    words in the form. Raises BadMessage for what is no address or not those words."""
    address = email.strip().lower()
    if len(address) > 254 or not mail.is_address(address):
        raise BadMessage(_("This is not an e-mail address."), action=_("Write it again."), field="email")
    shown = purposes.hash_of(purposes.words_of(purposes.NEWSLETTER, language))
    if not hmac.compare_digest(shown, seen):
        raise BadMessage(
            _("These words have changed since you read them."), action=_("Read them again."), field="words"
        )
    now = clock.now()
    with work.transaction(system(site.owner_id)) as w:
        row, _made = Subscriber.objects.get_or_create(
            owner_id=site.owner_id, email=address,
            defaults={
                "id": ids.new(), "provider_id": site.provider_id, "language": language, "source": source.value,
                "state": SubscriberState.ASKED.value, "words_hash": seen, "asked_at": now,
            },
        )  # fmt: skip
        row = Subscriber.objects.select_for_update().get(id=row.id)
        if row.state == SubscriberState.CONFIRMED or (row.letter_at and now < row.letter_at + rules.LETTER_PAUSE):
            return
        row.state, row.language, row.source, row.words_hash = SubscriberState.ASKED.value, language, source.value, seen
        row.asked_at = row.letter_at = now
        row.withdrawn_at, row.failures = None, 0
        row.save()
        w.publish("newsletter.asked", owner_id=site.owner_id, subscriber_id=row.id)


def question_of(token: str) -> Subscriber:
    """Whether a letter's link still asks something. Raises LinkGone."""
    row = _of_link(LinkKind.CONFIRM, token)
    if row is None or (row.state == SubscriberState.ASKED and clock.now() > row.asked_at + rules.CONFIRM_LASTS):
        raise LinkGone
    return row


def confirm(token: str) -> Subscriber:
    """The second yes: from now on the consent stands, with a receipt. Again is harmless. Raises LinkGone."""
    asked = question_of(token)
    with work.transaction(system(asked.owner_id)) as w:
        row = Subscriber.objects.select_for_update().filter(id=asked.id).first()
        if row is None:
            raise LinkGone
        if row.state == SubscriberState.CONFIRMED:
            return row
        consent = consents.give_by_address(
            w, row.owner_id, purposes.NEWSLETTER, bytes(row.words_hash), row.language,
            f"/site/{sites.site_of(row.owner_id).slug}/{row.language}/newsletter", row.email,
        )  # fmt: skip
        row.state, row.confirmed_at, row.consent_id = SubscriberState.CONFIRMED.value, clock.now(), consent.id
        row.save(update_fields=["state", "confirmed_at", "consent_id"])
        return row


def leave(token: str) -> None:
    """One press, or one request of a mail program (RFC 8058). Again, and for who is gone already, is harmless. Raises
    LinkGone for what this server never wrote."""
    named = rules.read_link(secret(), LinkKind.LEAVE, token)
    if named is None:
        raise LinkGone
    owner_id, subscriber_id = named
    with work.transaction(system(owner_id)) as w:
        row = Subscriber.objects.select_for_update().filter(id=subscriber_id).first()
        if row is not None:
            consents.withdraw_by_address(w, owner_id, purposes.NEWSLETTER.code, row.email, "/newsletter/leave")


def ask_to_leave(site: Website, email: str) -> None:
    """For who has no letter at hand: one with the link goes to the address, if it is on the list and had none today."""
    now = clock.now()
    with work.transaction(system(site.owner_id)) as w:
        row = Subscriber.objects.select_for_update().filter(owner_id=site.owner_id, email=email.strip().lower()).first()
        if row is None or row.state != SubscriberState.CONFIRMED:
            return
        if row.letter_at is not None and now < row.letter_at + rules.LETTER_PAUSE and row.letter_at > row.asked_at:
            return
        row.letter_at = now
        row.save(update_fields=["letter_at"])
        w.publish("newsletter.leaving", owner_id=site.owner_id, subscriber_id=row.id)


@purposes.withdrawn(purposes.NEWSLETTER.code)
def _stop(w: work.Work, owner_id: UUID, person_id: UUID | None, email: str) -> None:
    """The address is gone from the list: nothing can be sent to it, and what waits for it will not be."""
    rows = Subscriber.objects.filter(owner_id=owner_id, email=email.lower())
    erasures.delete(rows.exclude(state=SubscriberState.BOUNCED.value), owner_id)


def _of_link(kind: LinkKind, token: str) -> Subscriber | None:
    named = rules.read_link(secret(), kind, token)
    if named is None:
        return None
    with tenancy.acting_as(named[0]):
        return Subscriber.objects.filter(id=named[1]).first()


def drop_unconfirmed(owner_id: UUID) -> int:
    """Addresses whose question nobody answered within a week are gone."""
    with work.transaction(system(owner_id)):
        stale = Subscriber.objects.filter(
            owner_id=owner_id, state=SubscriberState.ASKED.value, asked_at__lt=clock.now() - rules.CONFIRM_LASTS
        )
        return stale.delete()[0]


# --- writing one, by the firm ---


def write(actor: Actor, letter_id: UUID | None, texts: Mapping[str, Mapping[str, str]]) -> Newsletter:
    """A new draft, or a draft changed. Raises Denied, UnknownThing, NotNow, BadSite."""
    require(actor, Action.ADD if letter_id is None else Action.CHANGE, resource(actor.party_id))
    assert actor.party_id is not None
    kept = _checked(texts)
    with work.transaction(actor):
        site = sites.site_of(actor.party_id)
        if letter_id is None:
            return Newsletter.objects.create(
                id=ids.new(), owner_id=site.owner_id, provider_id=site.provider_id, texts=kept,
                state=LetterState.DRAFT.value, made_at=clock.now(), changed_by=actor.id,
            )  # fmt: skip
        row = _draft(actor, letter_id)
        row.texts, row.changed_by = kept, actor.id
        row.save(update_fields=["texts", "changed_by"])
        return row


def _checked(texts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    if set(texts) - set(rules.LANGUAGES):
        raise BadSite(_("Choose one of the four languages."), action=_("Choose again."), field="language")
    kept = {}
    for language in (one for one in rules.LANGUAGES if one in texts):
        subject = " ".join(str(texts[language].get("subject", "")).split())
        body = str(texts[language].get("body", "")).strip()
        if len(subject) > rules.LONGEST_TITLE or len(body) > LONGEST_LETTER:
            raise BadSite(_("This is too long."), action=_("Make it shorter."), field="body")
        if subject or body:
            kept[language] = {"subject": subject, "body": body}
    return kept


def remove(actor: Actor, letter_id: UUID) -> None:
    """A draft that is not wanted. Raises Denied, UnknownThing, NotNow."""
    require(actor, Action.CHANGE, resource(actor.party_id))
    with work.transaction(actor):
        _draft(actor, letter_id).delete()


def ready(row: Newsletter) -> bool:
    """Each language that it has is whole."""
    return bool(row.texts) and all(said["subject"] and said["body"] for said in row.texts.values())


def dispatch(actor: Actor, letter_id: UUID) -> Newsletter:
    """A copy for everybody on the list goes into the queue. Raises Denied, UnknownThing, NotNow."""
    require(actor, Action.PUBLISH, resource(actor.party_id))
    now = clock.now()
    with work.transaction(actor) as w:
        row = _draft(actor, letter_id)
        if not ready(row):
            raise NotNow(_("A newsletter has a subject and words in each of its languages."))
        everybody = Subscriber.objects.filter(owner_id=row.owner_id, state=SubscriberState.CONFIRMED.value)
        copies = [
            Delivery(
                id=ids.new(), owner_id=row.owner_id, provider_id=row.provider_id, newsletter=row, subscriber_id=one,
                state=DeliveryState.WAITING.value, next_at=now,
            )
            for one in everybody.order_by("id").values_list("id", flat=True)
        ]  # fmt: skip
        if not copies:
            raise NotNow(_("Nobody is on the list yet."))
        Delivery.objects.bulk_create(copies, batch_size=1000)
        row.state, row.sent_at, row.sent_by = LetterState.SENDING.value, now, actor.id
        row.save(update_fields=["state", "sent_at", "sent_by"])
        sites.note(w, row.owner_id, "newsletter_sent", row.id, copies=len(copies))
        w.publish("newsletter.sent", owner_id=row.owner_id, newsletter_id=row.id)
        return row


def stop(actor: Actor, letter_id: UUID) -> Newsletter:
    """What waits is not sent any more; what left has left. Raises Denied, UnknownThing, NotNow."""
    require(actor, Action.END, resource(actor.party_id))
    with work.transaction(actor) as w:
        row = _letter(actor, letter_id)
        if row.state != LetterState.SENDING:
            raise NotNow(_("It is not being sent."))
        left = Delivery.objects.filter(newsletter=row, state=DeliveryState.WAITING.value)
        count = left.update(state=DeliveryState.SKIPPED.value, fault="stopped")
        row.state, row.ended_at = LetterState.STOPPED.value, clock.now()
        row.save(update_fields=["state", "ended_at"])
        sites.note(w, row.owner_id, "newsletter_stopped", row.id, copies=count)
        return row


def _draft(actor: Actor, letter_id: UUID) -> Newsletter:
    row = _letter(actor, letter_id)
    if row.state != LetterState.DRAFT:
        raise NotNow(_("It was sent already, and stays as it was."))
    return row


def _letter(actor: Actor, letter_id: UUID) -> Newsletter:
    assert actor.party_id is not None
    row = Newsletter.objects.select_for_update().filter(id=letter_id, owner_id=actor.party_id).first()
    if row is None:
        raise UnknownThing
    return row


# --- reading ---


def listed(actor: Actor) -> Sequence[tuple[Newsletter, dict[str, int]]]:
    """The newest first, each with how many of its copies are in which state. Raises Denied."""
    require(actor, Action.LIST, resource(actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = list(Newsletter.objects.filter(owner_id=actor.party_id).order_by("-made_at")[:MOST_LETTERS])
        counts = (
            Delivery.objects.filter(newsletter__in=rows).values_list("newsletter_id", "state").annotate(n=Count("id"))
        )
        found: dict[UUID, dict[str, int]] = {}
        for letter, state, count in counts:
            found.setdefault(letter, {})[state] = count
    return [(row, found.get(row.id, {})) for row in rows]


def subscribers(actor: Actor) -> dict[str, int]:
    """How many are in which state: nobody needs to read addresses to send a letter. Raises Denied."""
    require(actor, Action.LIST, resource(actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Subscriber.objects.filter(owner_id=actor.party_id).values_list("state").annotate(n=Count("id"))
        return dict(rows)


def copies_left(newsletter_id: UUID) -> int:
    """Within an acting party."""
    return Delivery.objects.filter(Q(newsletter_id=newsletter_id), state=DeliveryState.WAITING.value).count()
