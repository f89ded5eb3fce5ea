# SPDX-License-Identifier: EUPL-1.2
"""Every write about people: one verb each, in one transaction, logged.

The gate lies above this room, so faces ask it first (`gate.require`); what is checked here holds whoever asks.
"""

from __future__ import annotations

import hmac
import secrets as randomness
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from zegel.server.kernel import actor as actors
from zegel.server.kernel import clock, erasures, ids, secrets, shred, work
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.buckets import source_of
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.ledger import actions as ledger
from zegel.server.people import rules
from zegel.server.people.errors import (
    BadField,
    LastOwner,
    NoSuchParty,
    NotAMember,
    SignInRefused,
    Taken,
    TooManyAttempts,
)
from zegel.server.people.models import (
    ArcKey,
    Membership,
    Party,
    Person,
    SealedTenantKey,
    ServiceRelation,
    SignedIn,
    TenantKey,
)
from zegel.server.people.roles import Language, PartyKind, RelationKind, Role

_NOBODY = UUID(int=0)
SESSION_LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class NewAccount:
    """What a browser makes of a password at onboarding; nothing in it opens anything."""

    email: str
    name: str
    language: str
    auth_key: bytes
    bundle_password: bytes
    bundle_recovery: bytes
    suite: int
    sign_pk: bytes
    open_pk: bytes
    pins: bytes | None = None


def pepper() -> bytes:
    """The installation's own secret under which auth keys are kept: a database alone can't be guessed against."""
    return secrets.secret(settings.SECRETS_PATH, "auth-pepper")


# --- parties, accounts, relations -----------------------------------------------------------------------------------


def create_party(
    actor: Actor, kind: PartyKind, name: str, country: str, language: Language, *, party_id: UUID | None = None
) -> Party:
    """A new person, household or company. By the system, on behalf of who may found one. Raises BadField."""
    identifier = party_id or ids.new()
    values = {
        "kind": PartyKind(kind).value,
        "name": rules.checked_name(name),
        "country": rules.checked_country(country),
        "language": rules.checked_language(language),
    }
    with work.transaction(actor, party_id=identifier):
        return Party.objects.create(id=identifier, created_at=clock.now(), **values)


def add_person(actor: Actor, account: NewAccount, *, person_id: UUID | None = None) -> Person:
    """A new account, of nobody's party yet. Raises BadField, Taken."""
    identifier = person_id or ids.new()
    suite = rules.checked_suite(account.suite, account.sign_pk, account.open_pk)
    auth_key = rules.checked_bytes(account.auth_key, rules.AUTH_KEY_LENGTH, rules.AUTH_KEY_LENGTH)
    bundles = [
        rules.checked_bytes(b, 1, rules.LONGEST_BUNDLE) for b in (account.bundle_password, account.bundle_recovery)
    ]
    numbers = shred.next_numbers("account", 2)
    wrapped = [shred.wrap("account", n, b, identifier.bytes) for n, b in zip(numbers, bundles, strict=True)]
    try:
        with work.transaction(actor):
            return Person.objects.create(
                id=identifier,
                email=rules.normalised_identifier(account.email),
                display_name=rules.checked_name(account.name),
                language=rules.checked_language(account.language),
                suite=int(suite),
                sign_pk=account.sign_pk,
                open_pk=account.open_pk,
                auth_hash=rules.stored_auth(pepper(), identifier.bytes, auth_key),
                bundle_password=wrapped[0],
                bundle_password_shred=numbers[0],
                bundle_recovery=wrapped[1],
                bundle_recovery_shred=numbers[1],
                pins=account.pins,
                created_at=clock.now(),
            )
    except IntegrityError:
        raise Taken(_("There is an account with this e-mail address."), action=_("Sign in, or use another.")) from None


def store_pins(actor: Actor, pins: bytes) -> None:
    """The person's own pinned fingerprints, encrypted in his browser."""
    rules.checked_bytes(pins, 1, rules.LONGEST_PINS)
    with work.transaction(actor):
        Person.objects.filter(id__in=[actor.id]).update(pins=pins)


def add_membership(actor: Actor, person_id: UUID, party_id: UUID, role: Role) -> Membership:
    """From now on the person has that role for the party; an auditor until his time is over. Raises Taken when he has
    it already."""
    with work.transaction(actor, party_id=party_id) as w:
        _check_acts_for(actor, party_id)
        now = clock.now()
        held = Membership.objects.filter(person_id=person_id, party_id=party_id, role=Role(role).value)
        if any(rules.in_force(membership, now) for membership in held):
            raise Taken(_("This person has this role already."))
        until = now + rules.AUDIT_LASTS if Role(role) is Role.AUDITOR else None
        facts: dict[str, Fact] = {"person": person_id, "role": Role(role).value, "what": "added"}
        facts |= {"until_ms": clock.ms(until)} if until else {}
        w.record(Entry(Kind.MEMBERSHIP, party_id, facts, about=person_id))
        w.publish("member.changed", owner_id=party_id, person_id=person_id)
        return Membership.objects.create(
            person_id=person_id, party_id=party_id, role=Role(role).value, valid_from=now, valid_to=until
        )


def end_membership(actor: Actor, membership_id: UUID) -> None:
    """It ends now. What the person could already open he can still open, until the party has a new tenant key."""
    with work.transaction(actor) as w:
        membership = Membership.objects.filter(id=membership_id, party_id__in=[actor.party_id]).first()
        if membership is None or not rules.in_force(membership, clock.now()):
            raise NotAMember(_("There is no such membership."))
        if membership.role == Role.OWNER.value and not _another_owner(membership):
            raise LastOwner(_("Nobody else owns this organisation's cameras."), action=_("Invite another owner first."))
        membership.valid_to = clock.now()
        membership.save(update_fields=["valid_to"])
        erasures.ended(membership, membership.party_id, "valid_to")
        facts: dict[str, Fact] = {"person": membership.person_id, "role": membership.role, "what": "ended"}
        w.record(Entry(Kind.MEMBERSHIP, membership.party_id, facts, about=membership.person_id))
        w.publish("member.changed", owner_id=membership.party_id, person_id=membership.person_id)


def end_all_memberships(actor: Actor, party_id: UUID) -> int:
    """Nobody acts for that party any more, its last owner neither: its relation is long over, and what it kept is
    gone. By the system; returns how many ended."""
    with work.transaction(actor, party_id=party_id) as w:
        now = clock.now()
        running = [row for row in Membership.objects.filter(party_id=party_id) if rules.in_force(row, now)]
        for row in running:
            row.valid_to = now
            row.save(update_fields=["valid_to"])
            erasures.ended(row, party_id, "valid_to")
            facts: dict[str, Fact] = {"person": row.person_id, "role": row.role, "what": "ended"}
            w.record(Entry(Kind.MEMBERSHIP, party_id, facts, about=row.person_id))
            w.publish("member.changed", owner_id=party_id, person_id=row.person_id)
        return len(running)


def _another_owner(membership: Membership) -> bool:
    others = Membership.objects.filter(party_id=membership.party_id, role=Role.OWNER.value).exclude(
        person_id=membership.person_id
    )
    return any(rules.in_force(other, clock.now()) for other in others)


def relate(actor: Actor, owner_id: UUID, party_id: UUID, kind: RelationKind) -> ServiceRelation:
    """From now on `party_id` serves the owner. It is the owner's to say. Raises Taken."""
    with work.transaction(actor, party_id=owner_id) as w:
        _check_acts_for(actor, owner_id)
        now = clock.now()
        held = ServiceRelation.objects.filter(owner_id=owner_id, party_id=party_id, kind=RelationKind(kind).value)
        if any(rules.in_force(relation, now) for relation in held):
            raise Taken(_("This organisation serves you already."))
        w.record(Entry(Kind.RELATION, owner_id, {"party": party_id, "kind": RelationKind(kind).value, "what": "added"}))
        return ServiceRelation.objects.create(
            owner_id=owner_id, party_id=party_id, kind=RelationKind(kind).value, valid_from=now
        )


def end_relation(actor: Actor, relation_id: UUID) -> None:
    """It ends now: from the next transaction on, the party sees nothing of the owner."""
    with work.transaction(actor) as w:
        relation = ServiceRelation.objects.filter(id=relation_id, owner_id__in=[actor.party_id]).first()
        if relation is None or not rules.in_force(relation, clock.now()):
            raise NoSuchParty(_("There is no such relation."))
        relation.valid_to = clock.now()
        relation.save(update_fields=["valid_to"])
        erasures.ended(relation, relation.owner_id, "valid_to")
        facts: dict[str, Fact] = {"party": relation.party_id, "kind": relation.kind, "what": "ended"}
        w.record(Entry(Kind.RELATION, relation.owner_id, facts))


def replace_relation(actor: Actor, owner_id: UUID, party_id: UUID, kind: RelationKind) -> None:
    """From now on `party_id` serves the owner in that way, and nobody else does. Again is harmless."""
    with work.transaction(actor, party_id=owner_id):
        _check_acts_for(actor, owner_id)
        now = clock.now()
        held = ServiceRelation.objects.filter(owner_id=owner_id, kind=RelationKind(kind).value)
        running = [relation for relation in held.order_by("id") if rules.in_force(relation, now)]
        for relation in running:
            if relation.party_id != party_id:
                end_relation(actor, relation.id)
        if all(relation.party_id != party_id for relation in running):
            relate(actor, owner_id, party_id, kind)


def _check_acts_for(actor: Actor, party_id: UUID) -> None:
    """A person changes his own party's matters; only the system may act for any."""
    if actor.kind is not actors.ActorKind.SYSTEM and actor.party_id != party_id:
        raise NotAMember(_("You don't act for this organisation."), action=_("Choose one that you belong to."))


# --- keys of parties --------------------------------------------------------------------------------------------------


def store_tenant_key(
    actor: Actor, party_id: UUID, suite: int, open_pk: bytes, sealed: dict[UUID, bytes], succession: bytes | None = None
) -> TenantKey:
    """A party's next tenant key: its public half, and the private half sealed to each member (`member` envelopes).

    The server checks form only; that the envelopes are right is for the browsers, which open nothing they can't verify.
    """
    for envelope in sealed.values():
        rules.checked_bytes(envelope, 1, rules.LONGEST_ENVELOPE)
    with work.transaction(actor, party_id=party_id) as w:
        _check_acts_for(actor, party_id)
        newest = TenantKey.objects.filter(party_id=party_id).order_by("-number").first()
        number = newest.number + 1 if newest else 1
        w.record(Entry(Kind.KEY, party_id, {"what": "tenant_key", "number": number, "open_pk": open_pk}))
        w.publish("member.changed", owner_id=party_id)
        key = TenantKey.objects.create(
            party_id=party_id,
            suite=suite,
            open_pk=open_pk,
            number=number,
            succession=succession,
            created_at=clock.now(),
        )
        for person_id, envelope in sealed.items():
            _store_sealed(party_id, person_id, number, envelope)
        return key


def share_tenant_key(actor: Actor, party_id: UUID, person_id: UUID, number: int, envelope: bytes) -> None:
    """A member sealed the tenant key to another one. Raises BadField, Taken."""
    rules.checked_bytes(envelope, 1, rules.LONGEST_ENVELOPE)
    try:
        with work.transaction(actor, party_id=party_id) as w:
            _check_acts_for(actor, party_id)
            if not TenantKey.objects.filter(party_id=party_id, number=number).exists():
                raise BadField(_("There is no tenant key with this number."))
            facts: dict[str, Fact] = {"what": "tenant_key_shared", "number": number, "person": person_id}
            w.record(Entry(Kind.KEY, party_id, facts, about=person_id))
            w.publish("member.changed", owner_id=party_id, person_id=person_id)
            _store_sealed(party_id, person_id, number, envelope)
    except IntegrityError:
        raise Taken(_("This person has this key already.")) from None


def _store_sealed(party_id: UUID, person_id: UUID, number: int, envelope: bytes) -> None:
    (shred_id,) = shred.next_numbers("account", 1)
    SealedTenantKey.objects.create(
        party_id=party_id,
        person_id=person_id,
        number=number,
        shred_id=shred_id,
        envelope=shred.wrap("account", shred_id, envelope),
        created_at=clock.now(),
    )


def store_arc_key(actor: Actor, party_id: UUID, sign_pk: bytes, envelope: bytes) -> ArcKey:
    """An alarm centre's newly certified opening key. Owners pin `sign_pk`; units and browsers verify the
    certificate."""
    rules.checked_bytes(sign_pk, 32, 32)
    rules.checked_bytes(envelope, 1, rules.LONGEST_ENVELOPE)
    with work.transaction(actor, party_id=party_id) as w:
        _check_acts_for(actor, party_id)
        newest = ArcKey.objects.filter(party_id=party_id).order_by("-number").first()
        number = newest.number + 1 if newest else 1
        w.record(Entry(Kind.KEY, party_id, {"what": "arc_key", "number": number, "sign_pk": sign_pk}))
        w.publish("arc_key.changed", owner_id=party_id, party_id=party_id)
        return ArcKey.objects.create(
            party_id=party_id, sign_pk=sign_pk, envelope=envelope, number=number, created_at=clock.now()
        )


# --- signing in -----------------------------------------------------------------------------------------------------


def sign_in(email: str, auth_key: bytes, address: str, device: bytes = b"") -> Person:
    """The account, when e-mail and auth key belong together.

    The same answer, work and log whether the account exists or not; every attempt is counted before it is judged, so
    that
    trying in parallel gains nothing; every outcome is in the ledger before it is told. Raises SignInRefused,
    TooManyAttempts.

    `device`: what an earlier success left in this browser (`device_for`). Attempts from there are counted by
    themselves, so that strangers who guess elsewhere can't keep a person out on his own device.
    """
    try:
        normal = rules.normalised_identifier(email)
    except BadField:
        normal = "no-such-account"
    person = Person.objects.filter(email=normal).first()
    counts = _counts(normal, address, _known(person, device))
    _count_attempt(counts)
    if not _proves(person, auth_key):
        _log_failure(person, address)
        raise SignInRefused(
            _("E-mail and password do not belong together."), action=_("Try again, or use your recovery code.")
        )
    assert person is not None
    _forgive(counts)
    actor = Actor(actors.ActorKind.SYSTEM, None, None, role="system", address=address)
    ledger.append(Entry(Kind.SIGN_IN, None, {"person": person.id, "address": address}, about=person.id), actor)
    return person


def account(email: str) -> tuple[str, Person | None]:
    """The address as it is kept, and its account if there is one."""
    try:
        normal = rules.normalised_identifier(email)
    except BadField:
        normal = "no-such-account"
    return normal, Person.objects.filter(email=normal).first()


def proves(person: Person | None, auth_key: bytes) -> bool:
    """Whether who sends this knows the person's password. Count the attempt first."""
    return _proves(person, auth_key)


def count_attempt(normal: str, address: str) -> None:
    """One more attempt at this account from this address. Raises TooManyAttempts."""
    _count_attempt(_counts(normal, address, None))


def forgive(normal: str, address: str) -> None:
    """It succeeded: the account's count begins anew."""
    _forgive(_counts(normal, address, None))


def count_own(person: Person) -> None:
    """One more attempt by somebody who is signed in, or knows the password: strangers elsewhere can't use these up.
    Raises TooManyAttempts."""
    _count_attempt(_own(person))


def forgive_own(person: Person) -> None:
    _forgive(_own(person))


def _own(person: Person) -> tuple[_Count, ...]:
    return (_Count(rules.throttle_key(pepper(), "own", person.id.hex), rules.MAX_PER_DEVICE, True),)


def device_for(person: Person) -> bytes:
    """What the browser in which this person just signed in may keep; see `rules.Device`."""
    nonce = randomness.token_bytes(rules.DEVICE_NONCE)
    return rules.new_device(pepper(), person.id.bytes, person.epoch, nonce, clock.now_ms()).encode()


def _known(person: Person | None, given: bytes) -> rules.Device | None:
    """The device, if this account was signed in to from it; the same work for an account that does not exist."""
    device = rules.Device.parse(given)
    if device is None:
        return None
    identifier, epoch = (person.id, person.epoch) if person else (_NOBODY, 0)
    return device if rules.known_device(pepper(), identifier.bytes, epoch, device, clock.now_ms()) else None


def _proves(person: Person | None, auth_key: bytes) -> bool:
    """Constant in time, and the same work for an account that does not exist."""
    identifier = person.id if person else _NOBODY
    kept = bytes(person.auth_hash) if person else bytes(32)
    given = rules.stored_auth(pepper(), identifier.bytes, auth_key)
    return hmac.compare_digest(given, kept) and person is not None and len(auth_key) == rules.AUTH_KEY_LENGTH


def _log_failure(person: Person | None, address: str) -> None:
    actor = Actor(actors.ActorKind.SYSTEM, None, None, role="system", address=address)
    identifier = person.id if person else _NOBODY
    ledger.append(Entry(Kind.SIGN_IN_FAILED, None, {"person": identifier, "address": address}, about=identifier), actor)


@dataclass(frozen=True)
class _Count:
    """Under which key an attempt counts, how many there may be, and whether a success clears them all."""

    key: bytes
    most: int
    cleared: bool


def _counts(email: str, address: str, device: rules.Device | None) -> tuple[_Count, ...]:
    """By account and address; from a known device by that alone."""
    if device is not None:
        key = rules.throttle_key(pepper(), "device", device.nonce.hex())
        return (_Count(key, rules.MAX_PER_DEVICE, True),)
    account, source = rules.throttle_key(pepper(), "account", email), source_of(address)
    address_key = rules.throttle_key(pepper(), "address", source)
    return (_Count(account, rules.MAX_PER_ACCOUNT, True), _Count(address_key, rules.MAX_PER_ADDRESS, False))


_COUNT = """
INSERT INTO people_throttle AS t (key, count, since) VALUES (%(key)s, 1, %(now)s)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN t.since <= %(ended)s THEN 1 ELSE t.count + 1 END,
  since = CASE WHEN t.since <= %(ended)s THEN %(now)s ELSE t.since END
RETURNING count, since
"""


def _count_attempt(counts: tuple[_Count, ...]) -> None:
    now = clock.now()
    wait = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for count in sorted(counts, key=lambda count: count.key):
            cursor.execute(_COUNT, {"key": count.key, "now": now, "ended": now - rules.WINDOW})
            wait = max(wait, rules.retry_after_s(rules.Count(*cursor.fetchone()), count.most, now))
    if wait:
        raise TooManyAttempts(_("Too many attempts."), action=_("Wait a while, then try again."), retry_after_s=wait)


def _forgive(counts: tuple[_Count, ...]) -> None:
    """A success clears the account's count, or the device's (and then not the account's: what strangers tried stays
    counted); of the address it takes back its own attempt only."""
    with transaction.atomic(), connection.cursor() as cursor:
        for count in sorted(counts, key=lambda count: count.key):
            if count.cleared:
                cursor.execute("DELETE FROM people_throttle WHERE key = %s", [count.key])
            else:
                cursor.execute(
                    "UPDATE people_throttle SET count = greatest(count - 1, 0) WHERE key = %s", [count.key]
                )  # fmt: skip


def forget_old_throttles() -> int:
    """Counts whose window is over say nothing any more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_throttle WHERE since <= %s", [clock.now() - rules.WINDOW])
        return int(cursor.rowcount)


def forget_old_sessions() -> int:
    """Sessions that nobody can use any more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session WHERE expire_date <= %s", [clock.now()])
        gone = int(cursor.rowcount)
    SignedIn.objects.filter(started_at__lte=clock.now() - SESSION_LASTS).delete()
    return gone


def sign_out_everywhere(actor: Actor) -> None:
    """Every session of the person ends, this one included, and no device is known any more."""
    with work.transaction(actor), connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET epoch = epoch + 1 WHERE id = %s", [actor.id])
        SignedIn.objects.filter(person_id__in=[actor.id]).delete()
