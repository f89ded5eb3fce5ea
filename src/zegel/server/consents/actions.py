# SPDX-License-Identifier: EUPL-1.2
"""Giving and taking back. The principles (Art. 4(11), 7 GDPR):

- A consent is to exact words, which the giver names by their hash: those that were on his screen. Nothing is ticked for
  him, and nothing else hangs on it.
- Taking it back is as easy as giving: the same page, one press. In the same transaction stops what rested on it.
- Both are in the ledger, and he gets a receipt of both by mail.
"""

from __future__ import annotations

import hmac
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from zegel.server.consents import purposes
from zegel.server.consents.errors import OtherWords, UnknownConsent
from zegel.server.consents.models import Consent, Text
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, erasures, ids, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.notify.models import Device
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind


def resource(actor: Actor) -> Resource:
    """The acting person's own."""
    return Resource(ResourceKind.CONSENT, actor.id, actor.party_id)


def give(actor: Actor, purpose: purposes.Purpose, seen: bytes, language: str, place: str) -> Consent:
    """`seen`: SHA-256 of the words on his screen. Given already: the one there is. Raises Denied, OtherWords."""
    require(actor, Action.ADD, resource(actor))
    assert actor.party_id is not None
    words = purposes.words_of(purpose, language)
    if not hmac.compare_digest(purposes.hash_of(words), seen):
        raise OtherWords
    purposes.stop_of(purpose.code)
    with work.transaction(actor) as w:
        _one_at_a_time(actor)
        held = Consent.objects.filter(
            owner_id=actor.party_id, purpose=purpose.code, person_id=actor.id, withdrawn_at=None, text__hash=seen
        ).first()
        if held is not None:
            return held
        row = Consent.objects.create(
            id=ids.new(), owner_id=actor.party_id, provider_id=_provider(actor.party_id), purpose=purpose.code,
            text=_text(actor.party_id, purpose, language, words, seen), person_id=actor.id, given_at=clock.now(),
            place=place, address=actor.address,
        )  # fmt: skip
        _note(w, row, "given")
        return row


def withdraw(actor: Actor, consent_id: UUID, place: str) -> Consent:
    """Again is harmless. Raises Denied, UnknownConsent."""
    require(actor, Action.END, resource(actor))
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        row = Consent.objects.select_for_update().filter(
            id=consent_id, owner_id=actor.party_id, person_id=actor.id
        ).first()  # fmt: skip
        if row is None:
            raise UnknownConsent
        if row.withdrawn_at is None:
            purposes.stop_of(row.purpose)(w, row.owner_id, row.person_id, row.email)
            _end(w, row, place)
        return row


def withdraw_all(w: work.Work, owner_id: UUID, person_id: UUID, place: str) -> int:
    """Everything that somebody consented to with this controller: for the one who asks for that (Art. 7(3))."""
    rows = Consent.objects.select_for_update().filter(owner_id=owner_id, person_id=person_id, withdrawn_at=None)
    found = list(rows)
    for row in found:
        purposes.stop_of(row.purpose)(w, row.owner_id, row.person_id, row.email)
        _end(w, row, place)
    return len(found)


def ended_by_itself(w: work.Work, owner_id: UUID, person_id: UUID, purpose: str, place: str) -> None:
    """What rested on it was taken away by himself (his last device): then he consents no longer."""
    for row in Consent.objects.filter(owner_id=owner_id, person_id=person_id, purpose=purpose, withdrawn_at=None):
        _end(w, row, place)


# --- of whoever has no account: an address, which a letter's link proved to be his ---


def give_by_address(
    w: work.Work, owner_id: UUID, purpose: purposes.Purpose, seen: bytes, language: str, place: str, email: str,
    *, each: bool = False,
) -> Consent:  # fmt: skip
    """Inside the caller's transaction for `owner_id`. `seen`: SHA-256 of the words on his screen; `place`: of the page.
    Given already: the one there is, unless `each` time has a record and a receipt of its own. Raises OtherWords when
    these words are asked no longer."""
    words = purposes.words_of(purpose, language)
    if not hmac.compare_digest(purposes.hash_of(words), seen):
        raise OtherWords
    purposes.stop_of(purpose.code)
    held = _of_address(owner_id, purpose.code, email).filter(text__hash=seen).first()
    if held is not None and not each:
        return held
    row = Consent.objects.create(
        id=ids.new(), owner_id=owner_id, provider_id=_provider(owner_id), purpose=purpose.code,
        text=_text(owner_id, purpose, language, words, seen), email=email.lower(), given_at=clock.now(), place=place,
    )  # fmt: skip
    _note(w, row, "given")
    return row


def withdraw_by_address(w: work.Work, owner_id: UUID, purpose: str, email: str, place: str) -> int:
    """Inside the caller's transaction: what rested on it stops with it. Returns how many ended; again is harmless."""
    purposes.stop_of(purpose)(w, owner_id, None, email.lower())
    rows = list(_of_address(owner_id, purpose, email).select_for_update())
    for row in rows:
        _end(w, row, place)
    return len(rows)


def _of_address(owner_id: UUID, purpose: str, email: str) -> QuerySet[Consent]:
    return Consent.objects.filter(
        owner_id=owner_id, purpose=purpose, person_id=None, email=email.lower(), withdrawn_at=None
    )


def _end(w: work.Work, row: Consent, place: str) -> None:
    row.withdrawn_at, row.withdrawn_place = clock.now(), place
    row.save(update_fields=["withdrawn_at", "withdrawn_place"])
    ended = {"withdrawn_at": row.withdrawn_at.isoformat(), "withdrawn_place": place}
    erasures.blanked("consents.Consent", row.owner_id, [row.id], ended)  # an older copy must not give it again
    _note(w, row, "withdrawn")


def _note(w: work.Work, row: Consent, what: str) -> None:
    facts: dict[str, Fact] = {"what": what, "consent": row.id, "purpose": row.purpose, "words": bytes(row.text.hash)}
    w.record(Entry(Kind.CONSENT, row.owner_id, facts, about=row.id))
    w.publish("consent.changed", owner_id=row.owner_id, consent_id=row.id)


def _text(owner_id: UUID, purpose: purposes.Purpose, language: str, words: str, digest: bytes) -> Text:
    held = Text.objects.filter(owner_id=owner_id, hash=digest).first()
    return held or Text.objects.create(
        id=ids.new(), owner_id=owner_id, provider_id=_provider(owner_id), purpose=purpose.code,
        version=purpose.version, language=language, words=words, hash=digest, made_at=clock.now(),
    )  # fmt: skip


def _provider(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id


def _one_at_a_time(actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7214))", [f"{actor.party_id}/{actor.id}"])


@purposes.withdrawn(purposes.PUSH.code)
def _stop_push(w: work.Work, owner_id: UUID, person_id: UUID | None, email: str) -> None:
    """Every address of his browsers is gone: nothing can be sent to them."""
    if person_id is not None:
        erasures.delete(Device.objects.filter(owner_id=owner_id, person_id=person_id), owner_id)
