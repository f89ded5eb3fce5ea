# SPDX-License-Identifier: EUPL-1.2
"""A second factor: a code generator (TOTP, RFC 6238) or a passkey (WebAuthn level 2). It guards the account, not the
recordings: those are guarded by keys that only the password or the recovery code opens.

- A code counts once, in its own half minute or the one before or after it.
- A passkey is bound to our origin, its counter only rises, and it asks for the person (user verification) where it can.
- Whoever knows the password is asked for the factor before he gets anything, also the wrapped keys; wrong ones count.
- A letter to the mailbox takes none away. Who lost his factor and his code needs another owner (`take_off`).
- The recovery code stands in for a lost factor: its possession is proved by the person's own signature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets as randomness
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from zegel.server.kernel import clock, erasures, shred, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import actions, notices, queries
from zegel.server.people.errors import BadField, FactorRefused, NotAMember, Taken
from zegel.server.people.models import FactorKind, Person, SecondFactor
from zegel.server.people.roles import Role

STEP_S = 30
DIGITS = 6
SKEW = 1  # steps before and after the present one
MOST = 10
LONGEST_FACTOR_NAME = 80


@dataclass(frozen=True)
class Drawn:
    """A new code generator: its secret is told once."""

    id: UUID
    secret: str
    uri: str


def factors(person: Person) -> Sequence[SecondFactor]:
    """Those that are asked for at sign-in."""
    return list(SecondFactor.objects.filter(person=person, confirmed=True).order_by("created_at", "id"))


def needed(person: Person) -> bool:
    return SecondFactor.objects.filter(person=person, confirmed=True).exists()


def guarded(people: Iterable[UUID]) -> set[UUID]:
    """Which of these people have one."""
    rows = SecondFactor.objects.filter(person_id__in=list(people), confirmed=True)
    return set(rows.values_list("person_id", flat=True))


# --- code generators ------------------------------------------------------------------------------------------------


def begin_totp(actor: Actor, person: Person) -> Drawn:
    """Draws a secret. It counts once a code of it was typed (`confirm_totp`)."""
    _room_for_one(person)
    secret = randomness.token_bytes(20)
    number = shred.next_number("account")
    with work.transaction(actor):
        begun = SecondFactor.objects.filter(person=person, kind=FactorKind.TOTP, confirmed=False)
        dead = [old for old in begun.values_list("secret_shred", flat=True) if old is not None]
        begun.delete()
        row = SecondFactor.objects.create(
            person=person, kind=FactorKind.TOTP, name="", created_at=clock.now(), secret_shred=number,
            secret=shred.wrap("account", number, secret, person.id.bytes),
        )  # fmt: skip
    shred.destroy("account", *dead)
    text = base64.b32encode(secret).decode()
    label = quote(f"Zegel:{person.email}")
    return Drawn(row.id, text, f"otpauth://totp/{label}?secret={text}&issuer=Zegel&digits={DIGITS}&period={STEP_S}")


def confirm_totp(actor: Actor, person: Person, factor_id: UUID, code: str, name: str) -> SecondFactor:
    """From now on it is asked for at sign-in. Raises FactorRefused, TooManyAttempts."""
    actions.count_own(person)
    with work.transaction(actor) as w:
        row = SecondFactor.objects.select_for_update().filter(id=factor_id, person=person, confirmed=False).first()
        if row is None or not _take_code(row, person, code):
            raise _wrong_code()
        row.confirmed, row.name = True, _named(name)
        row.save(update_fields=["confirmed", "name"])
        w.record(Entry(Kind.ACCOUNT, None, {"person": person.id, "what": "factor_added", "kind": "totp"}, person.id))
    actions.forgive_own(person)
    return row


def _take_code(row: SecondFactor, person: Person, code: str) -> bool:
    """Whether the code is one of now, and not used before; then its step is used up."""
    if row.secret is None or row.secret_shred is None:
        return False
    secret = shred.unwrap("account", row.secret_shred, bytes(row.secret), person.id.bytes)
    step = matching_step(secret, code, clock.now_ms() // 1000 // STEP_S, row.last_step)
    if step is None:
        return False
    row.last_step, row.used_at = step, clock.now()
    row.save(update_fields=["last_step", "used_at"])
    return True


def matching_step(secret: bytes, code: str, now_step: int, last_step: int) -> int | None:
    """The step whose code this is, among now and its neighbours, later than the last one used. Pure."""
    typed = code.replace(" ", "")
    found = [
        step for step in range(now_step - SKEW, now_step + SKEW + 1)
        if hmac.compare_digest(totp(secret, step), typed.encode("utf-8", "replace")) and step > last_step
    ]  # fmt: skip
    return found[-1] if found else None


def totp(secret: bytes, step: int) -> bytes:
    """RFC 6238 with HMAC-SHA-1 and six digits, which is what code generators know."""
    mac = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS).encode()


# --- passkeys -------------------------------------------------------------------------------------------------------


def _server() -> Fido2Server:
    host = str(settings.ORIGIN).split("://", 1)[1].split(":")[0].split("/")[0]
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=host, name="Zegel"), verify_origin=lambda origin: origin == settings.ORIGIN
    )


def _credentials(person: Person) -> list[AttestedCredentialData]:
    held = SecondFactor.objects.filter(person=person, kind=FactorKind.PASSKEY, confirmed=True)
    return [AttestedCredentialData(bytes(row.credential)) for row in held if row.credential is not None]


def begin_passkey(person: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what the browser needs, what we must remember until it answers)."""
    _room_for_one(person)
    user = PublicKeyCredentialUserEntity(id=person.id.bytes, name=person.email, display_name=person.display_name)
    options, state = _server().register_begin(
        user, _credentials(person), user_verification=UserVerificationRequirement.PREFERRED
    )
    return dict(options), dict(state)


def add_passkey(
    actor: Actor, person: Person, state: Mapping[str, Any], answer: Mapping[str, Any], name: str
) -> SecondFactor:
    """Raises FactorRefused, Taken."""
    try:
        made = _server().register_complete(state, answer)
    except (ValueError, KeyError, TypeError):
        raise FactorRefused(_("This passkey could not be added."), action=_("Try again.")) from None
    if made.credential_data is None:
        raise FactorRefused(_("This passkey could not be added."), action=_("Try again."))
    credential = made.credential_data
    with work.transaction(actor) as w:
        if SecondFactor.objects.filter(credential_id=credential.credential_id).exists():
            raise Taken(_("This passkey is there already."))
        row = SecondFactor.objects.create(
            person=person, kind=FactorKind.PASSKEY, name=_named(name), credential_id=credential.credential_id,
            credential=bytes(credential), sign_count=made.counter, confirmed=True, created_at=clock.now(),
        )  # fmt: skip
        w.record(Entry(Kind.ACCOUNT, None, {"person": person.id, "what": "factor_added", "kind": "passkey"}, person.id))
    return row


def ask_passkey(person: Person) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """At sign-in: (what the browser needs, what we must remember); None when he has none."""
    credentials = _credentials(person)
    if not credentials:
        return None
    options, state = _server().authenticate_begin(credentials, UserVerificationRequirement.PREFERRED)
    return dict(options), dict(state)


def check_passkey(person: Person, state: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Whether one of his passkeys answered our question, and not a copy of it (its counter rose)."""
    from fido2.webauthn import AuthenticationResponse

    try:
        said = AuthenticationResponse.from_dict(answer)
        credential = _server().authenticate_complete(state, _credentials(person), said)
    except (ValueError, KeyError, TypeError):
        return False
    counter = said.response.authenticator_data.counter
    row = SecondFactor.objects.filter(person=person, credential_id=credential.credential_id).first()
    if row is None or (counter != 0 and counter <= row.sign_count):
        return False
    row.sign_count, row.used_at = counter, clock.now()
    row.save(update_fields=["sign_count", "used_at"])
    return True


# --- at sign-in, and taking one away --------------------------------------------------------------------------------


def check_code(person: Person, code: str) -> bool:
    """Whether one of his code generators gave this. Run it in a transaction; count the attempt first."""
    rows = SecondFactor.objects.select_for_update().filter(person=person, kind=FactorKind.TOTP, confirmed=True)
    return any(_take_code(row, person, code) for row in rows)


def remove(actor: Actor, person: Person, factor_id: UUID, auth_key: bytes) -> None:
    """By who knows the password. Raises FactorRefused, TooManyAttempts."""
    actions.count_own(person)
    if not actions.proves(person, auth_key):
        raise FactorRefused(_("This is not your password."), action=_("Try again."))
    actions.forgive_own(person)
    with work.transaction(actor) as w:
        row = SecondFactor.objects.filter(id=factor_id, person=person).first()
        if row is None:
            return
        kind, number = row.kind, row.secret_shred
        erasures.delete(SecondFactor.objects.filter(pk=row.pk), None)
        w.record(Entry(Kind.ACCOUNT, None, {"person": person.id, "what": "factor_removed", "kind": kind}, person.id))
    if number is not None:
        shred.destroy("account", number)


def take_off(actor: Actor, owner: Person, person_id: UUID, auth_key: bytes) -> None:
    """Another owner takes all second factors off, for who lost them and his recovery code. By who knows his own
    password and is an owner of everything that the person acts for. Raises FactorRefused, NotAMember,
    TooManyAttempts."""
    actions.count_own(owner)
    if not actions.proves(owner, auth_key):
        raise FactorRefused(_("This is not your password."), action=_("Try again."))
    actions.forgive_own(owner)
    his = {seat.party_id for seat in queries.seats(person_id)}
    mine = {seat.party_id for seat in queries.seats(owner.id) if Role.OWNER in seat.roles}
    if owner.id == person_id or actor.party_id not in his or actor.role != Role.OWNER.value or not his <= mine:
        raise NotAMember(
            _("Only another owner of everything that this person acts for can take off his second factor."),
            action=_("His recovery code stands in for it."),
        )
    with work.transaction(actor) as w:
        rows = SecondFactor.objects.filter(person_id=person_id)
        numbers = [number for number in rows.values_list("secret_shred", flat=True) if number is not None]
        erasures.delete(rows, None)
        facts: dict[str, Fact] = {"person": person_id, "what": "factors_taken_off", "by": owner.id}
        w.record(Entry(Kind.ACCOUNT, None, facts, about=person_id))
        w.publish(notices.FACTORS_REMOVED, owner_id=None, person_id=person_id)
    shred.destroy("account", *numbers)


def _room_for_one(person: Person) -> None:
    if SecondFactor.objects.filter(person=person, confirmed=True).count() >= MOST:
        raise BadField(_("There are ten already."), action=_("Remove one that you don't use."))


def _named(name: str) -> str:
    text = " ".join(name.split())
    if not 1 <= len(text) <= LONGEST_FACTOR_NAME:
        raise BadField(_("Give it a name of at most 80 characters."))
    return text


def _wrong_code() -> FactorRefused:
    return FactorRefused(
        _("This code is not right, or was used before."), action=_("Wait for the next code and type that.")
    )
