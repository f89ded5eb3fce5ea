# SPDX-License-Identifier: EUPL-1.2
"""A lost password, a lost recovery code, a changed password. What keeps this safe:

- The server never has anything that opens a person's keys: it hands out what the recovery code wrapped, and takes back
  what the new password wrapped. Who did the work is proved by the person's own signing key, over a question that we
  drew.
- The question names the account's state: it is worth nothing after it was used once, nor after ten minutes. It is kept
  nowhere (it carries its own MAC).
- Who asks learns nothing about whether there is an account: for an unknown address there is an answer of the same
  shape,
  the same each time, which no code opens. Each question and each answer counts as a sign-in attempt.
- What an old password or an old code wrapped is forgotten by destroying its shred key.
- Without password and code there is a reset, by a letter: a new key pair, which opens nothing of before. Another owner
  must compare and seal again. Who has second factors gives one, and keeps them: a mailbox alone takes no account. The
  person and the owners beside him are told.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as randomness
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.seal.errors import SealError
from zegel.seal.suite import verify_signature
from zegel.server.kernel import clock, shred, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import actions, notices, queries, rules, second_factor
from zegel.server.people.errors import BadField, FactorRefused, RecoveryRefused, SignInRefused
from zegel.server.people.models import Person, SealedTenantKey, SignedIn

QUESTION_LASTS = timedelta(minutes=10)
LETTER_LASTS = timedelta(hours=1)
BUNDLE_LENGTH = 116  # nonce 12, tag 16, and what seal.account puts in a bundle
_LABEL = b"zegel/recovery-proof/v1\x00"


@dataclass(frozen=True)
class Question:
    """What a browser needs to try a recovery code: whose keys, wrapped by the code, and what to sign."""

    person_id: UUID
    suite: int
    bundle: bytes
    question: bytes


def ask(email: str, address: str) -> Question:
    """Raises TooManyAttempts. For an unknown account an answer that no code opens."""
    normal, person = actions.account(email)
    actions.count_attempt(normal, address)
    return question_for(person, normal)


def question_for(person: Person | None, normal: str) -> Question:
    """As `ask`, where the attempt was counted already (a second factor's back-up)."""
    if person is None:
        drawn = hashlib.shake_256(actions.pepper() + b"zegel/nobody/v1\x00" + normal.encode()).digest(
            16 + BUNDLE_LENGTH
        )
        nobody = bytearray(drawn[:16])
        nobody[6], nobody[8] = (nobody[6] & 0x0F) | 0x40, (nobody[8] & 0x3F) | 0x80
        return Question(UUID(bytes=bytes(nobody)), 1, drawn[16:], _question(bytes(nobody), 0))
    return Question(person.id, person.suite, queries.recovery_bundle(person), _question(person.id.bytes, person.epoch))


def _question(person: bytes, epoch: int) -> bytes:
    """Random 16 ‖ asked, ms u64 ‖ MAC 32 over both, the person and how often he ended all sessions."""
    begun = randomness.token_bytes(16) + clock.now_ms().to_bytes(8, "big")
    return begun + _mac(begun, person, epoch)


def _mac(begun: bytes, person: bytes, epoch: int) -> bytes:
    said = b"zegel/question/v1\x00" + begun + person + epoch.to_bytes(8, "big")
    return hmac.digest(actions.pepper(), said, hashlib.sha256)


def _ours(question: bytes, person: Person) -> bool:
    if len(question) != 56:
        return False
    age = clock.now_ms() - int.from_bytes(question[16:24], "big")
    fresh = 0 <= age <= QUESTION_LASTS.total_seconds() * 1000
    return hmac.compare_digest(question[24:], _mac(question[:24], person.id.bytes, person.epoch)) and fresh


def proved(person: Person | None, question: bytes, said: bytes, signature: bytes) -> bool:
    """Whether the person's own key signed our fresh question together with `said` (what it is for)."""
    if person is None or not _ours(question, person):
        return False
    try:
        verify_signature(bytes(person.sign_pk), signature, _LABEL + question + hashlib.sha256(said).digest())
    except SealError:
        return False
    return True


@dataclass(frozen=True)
class NewPassword:
    """What the browser made of a new password."""

    auth_key: bytes
    bundle: bytes


def recover(email: str, address: str, question: bytes, signature: bytes, new: NewPassword) -> Person:
    """A new password, by who has the recovery code. Every session ends. Raises RecoveryRefused, TooManyAttempts."""
    normal, person = actions.account(email)
    actions.count_attempt(normal, address)
    if not proved(person, question, new.auth_key + new.bundle, signature):
        raise RecoveryRefused(_("This recovery code does not belong to this account."), action=_("Read it again."))
    assert person is not None
    actor = Actor(ActorKind.SYSTEM, None, None, role="system", address=address)
    _rewrap(actor, person, new, "password_recovered")
    actions.forgive(normal, address)
    return person


def change_password(actor: Actor, person: Person, old_auth_key: bytes, new: NewPassword) -> Person:
    """Raises SignInRefused, TooManyAttempts. Every other session ends."""
    actions.count_own(person)
    if not actions.proves(person, old_auth_key):
        raise SignInRefused(_("This is not your password."), action=_("Try again, or use your recovery code."))
    actions.forgive_own(person)
    return _rewrap(actor, person, new, "password_changed")


def _rewrap(actor: Actor, person: Person, new: NewPassword, what: str) -> Person:
    """The new wrapping takes the old one's place, whose shred key is destroyed once the new one is safe."""
    auth_key = rules.checked_bytes(new.auth_key, rules.AUTH_KEY_LENGTH, rules.AUTH_KEY_LENGTH)
    bundle = rules.checked_bytes(new.bundle, 1, rules.LONGEST_BUNDLE)
    number, old = shred.next_number("account"), person.bundle_password_shred
    with work.transaction(actor) as w:
        person.auth_hash = rules.stored_auth(actions.pepper(), person.id.bytes, auth_key)
        person.bundle_password = shred.wrap("account", number, bundle, person.id.bytes)
        person.bundle_password_shred = number
        person.epoch += 1
        person.save(update_fields=["auth_hash", "bundle_password", "bundle_password_shred", "epoch"])
        _end_sessions(person)
        w.record(Entry(Kind.ACCOUNT, None, _facts(actor, person, what), about=person.id))
    shred.destroy("account", old)
    return person


def renew_code(actor: Actor, person: Person, auth_key: bytes, bundle: bytes) -> None:
    """A new recovery code: from now on the old one opens nothing. By who knows the password.

    Raises SignInRefused, TooManyAttempts.
    """
    actions.count_own(person)
    if not actions.proves(person, auth_key):
        raise SignInRefused(_("This is not your password."), action=_("Try again."))
    actions.forgive_own(person)
    rules.checked_bytes(bundle, 1, rules.LONGEST_BUNDLE)
    number, old = shred.next_number("account"), person.bundle_recovery_shred
    with work.transaction(actor) as w:
        person.bundle_recovery = shred.wrap("account", number, bundle, person.id.bytes)
        person.bundle_recovery_shred = number
        person.save(update_fields=["bundle_recovery", "bundle_recovery_shred"])
        w.record(Entry(Kind.ACCOUNT, None, _facts(actor, person, "code_renewed"), about=person.id))
    shred.destroy("account", old)


# --- neither password nor code --------------------------------------------------------------------------------------


def letter_token(person: Person) -> bytes:
    """What a reset letter's link carries: kept nowhere, worth nothing after an hour or after it was used."""
    begun = person.id.bytes + clock.now_ms().to_bytes(8, "big")
    return begun + _letter_mac(begun, person.epoch)


def _letter_mac(begun: bytes, epoch: int) -> bytes:
    return hmac.digest(actions.pepper(), b"zegel/reset/v1\x00" + begun + epoch.to_bytes(8, "big"), hashlib.sha256)


def of_letter(token: bytes) -> Person:
    """Whose letter it is. Raises RecoveryRefused."""
    refused = RecoveryRefused(_("This link is used up or too old."), action=_("Ask for a new letter."))
    if len(token) != 56:
        raise refused
    person = Person.objects.filter(id=UUID(bytes=token[:16])).first()
    age = clock.now_ms() - int.from_bytes(token[16:24], "big")
    good = hmac.compare_digest(token[24:], _letter_mac(token[:24], person.epoch if person else 0))
    if person is None or not good or not 0 <= age <= LETTER_LASTS.total_seconds() * 1000:
        raise refused
    return person


def reset(token: bytes, address: str, account: actions.NewAccount, *, factor_given: bool) -> Person:
    """A new key pair for an account whose password and code are lost. It opens nothing of before: what was sealed to
    the
    old key is forgotten, and no keyset names the new one until an owner compares it. His second
    factors stay, and `factor_given` says that he gave one just now. Raises RecoveryRefused, BadField, FactorRefused."""
    person = of_letter(token)
    if second_factor.needed(person) and not factor_given:
        raise FactorRefused(
            _("This account has a second factor, which a letter does not replace."),
            action=_("Give it, or ask another owner of your organisation to take it off."),
        )
    if rules.normalised_identifier(account.email) != person.email:
        raise BadField(_("This is not the address of this account."))
    suite = rules.checked_suite(account.suite, account.sign_pk, account.open_pk)
    auth_key = rules.checked_bytes(account.auth_key, rules.AUTH_KEY_LENGTH, rules.AUTH_KEY_LENGTH)
    for bundle in (account.bundle_password, account.bundle_recovery):
        rules.checked_bytes(bundle, 1, rules.LONGEST_BUNDLE)
    actor = Actor(ActorKind.SYSTEM, None, None, role="system", address=address)
    old = [person.bundle_password_shred, person.bundle_recovery_shred]
    numbers = shred.next_numbers("account", 2)
    with work.transaction(actor) as w:
        person.auth_hash = rules.stored_auth(actions.pepper(), person.id.bytes, auth_key)
        person.bundle_password = shred.wrap("account", numbers[0], account.bundle_password, person.id.bytes)
        person.bundle_recovery = shred.wrap("account", numbers[1], account.bundle_recovery, person.id.bytes)
        person.bundle_password_shred, person.bundle_recovery_shred = numbers
        person.suite, person.sign_pk, person.open_pk = int(suite), account.sign_pk, account.open_pk
        person.pins, person.epoch = None, person.epoch + 1
        person.save()
        _end_sessions(person)
        w.record(Entry(Kind.ACCOUNT, None, _facts(actor, person, "reset"), about=person.id))
        w.publish(notices.RESET, owner_id=None, person_id=person.id)
    shred.destroy("account", *old, *_forget_sealed(person))
    return person


def _forget_sealed(person: Person) -> list[int]:
    """Party keys that were sealed to the key that is gone: rows deleted, the numbers of their shred keys given back."""
    gone: list[int] = []
    for seat in queries.seats(person.id):
        actor = Actor(ActorKind.SYSTEM, None, seat.party_id, role="system")
        with work.transaction(actor, party_id=seat.party_id) as w:
            rows = SealedTenantKey.objects.filter(party_id=seat.party_id, person_id=person.id)
            gone += list(rows.values_list("shred_id", flat=True))
            rows.delete()
            w.publish("member.changed", owner_id=seat.party_id, person_id=person.id)
    return gone


def _end_sessions(person: Person) -> None:
    SignedIn.objects.filter(person=person).delete()


def _facts(actor: Actor, person: Person, what: str) -> dict[str, Fact]:
    return {"person": person.id, "what": what, "address": actor.address}
