# SPDX-License-Identifier: EUPL-1.2
"""Reading people. What is asked for a party runs as that party, so that row-level security answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zegel.server.kernel import clock, shred, tenancy
from zegel.server.people.errors import NoSuchPerson, NotAMember
from zegel.server.people.models import ArcKey, Membership, Party, Person, SealedTenantKey, ServiceRelation, TenantKey
from zegel.server.people.roles import PartyKind, RelationKind, Role

MOST_CERTIFICATES = 20


@dataclass(frozen=True)
class Seat:
    """A party for which a person may act today, and with which roles; the first is the one he starts with."""

    party_id: UUID
    name: str
    kind: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Keys:
    """What a person needs of a party's keys: the newest public half and its private half sealed to him, and the older
    ones."""

    number: int
    suite: int
    open_pk: bytes
    sealed: bytes | None
    older: tuple[tuple[int, bytes, bytes | None], ...]


@contextmanager
def as_party(party_id: UUID) -> Iterator[None]:
    """As that party; a new transaction only where there isn't one of that party already."""
    try:
        inside = tenancy.current_party() == party_id
    except tenancy.NoParty:
        inside = False
    if inside:
        yield
        return
    with tenancy.acting_as(party_id):
        yield


def at(moment: datetime) -> Q:
    """Rows that hold at that moment."""
    return Q(valid_from__lte=moment) & (Q(valid_to=None) | Q(valid_to__gt=moment))


def serves(party_id: UUID, owner_id: UUID, kind: RelationKind) -> bool:
    """Whether a dated relation lets `party_id` serve the owner in that way, now."""
    with as_party(party_id):
        relations = ServiceRelation.objects.filter(
            at(clock.now()), party_id=party_id, owner_id=owner_id, kind=kind.value
        )
        return relations.exists()


def serving(owner_id: UUID, kind: RelationKind) -> UUID | None:
    """Who serves the owner in that way now; the longest-standing one where there are several."""
    with as_party(owner_id):
        relations = ServiceRelation.objects.filter(at(clock.now()), owner_id=owner_id, kind=kind.value)
        return relations.order_by("valid_from", "id").values_list("party_id", flat=True).first()


def serves_anybody(party_id: UUID) -> bool:
    """Whether this party is a provider or an alarm centre of somebody today."""
    with as_party(party_id):
        return ServiceRelation.objects.filter(at(clock.now()), party_id=party_id).exists()


def served_companies(party_id: UUID, kind: RelationKind) -> list[tuple[UUID, str]]:
    """Companies that this party serves in that way now, by name."""
    with as_party(party_id):
        relations = ServiceRelation.objects.filter(at(clock.now()), party_id=party_id, kind=kind.value)
        companies = Party.objects.filter(id__in=relations.values("owner_id"), kind=PartyKind.COMPANY.value)
        return list(companies.order_by("name", "id").values_list("id", "name"))


def current_arc_key(owner_id: UUID) -> tuple[UUID, bytes] | None:
    """The alarm centre that serves the owner now, and the envelope of its newest certified opening key."""
    with as_party(owner_id):
        arc = serving(owner_id, RelationKind.ARC)
        key = ArcKey.objects.filter(party_id=arc).order_by("-number").first() if arc else None
        return (key.party_id, bytes(key.envelope)) if key else None


def arc_certificates(owner_id: UUID) -> list[bytes]:
    """The certificates of the alarm centre that serves the owner now, the newest first: dated ones that are no longer
    the newest still say for what a unit sealed before it heard of the next."""
    with as_party(owner_id):
        arc = serving(owner_id, RelationKind.ARC)
        rows = ArcKey.objects.filter(party_id=arc).order_by("-number") if arc else ArcKey.objects.none()
        return [bytes(envelope) for envelope in rows.values_list("envelope", flat=True)[:MOST_CERTIFICATES]]


def own_arc_key(party_id: UUID) -> tuple[bytes, bytes] | None:
    """An alarm centre's certifying public key, and its newest certificate."""
    with as_party(party_id):
        key = ArcKey.objects.filter(party_id=party_id).order_by("-number").first()
        return (bytes(key.sign_pk), bytes(key.envelope)) if key else None


@dataclass(frozen=True)
class ArcCard:
    """What an alarm centre publishes of itself: its name, and the key with which it certifies."""

    party_id: UUID
    name: str
    sign_pk: bytes


def arc_card(party_id: UUID) -> ArcCard | None:
    """Of a party with a certified opening key; the same for everybody who has its number. For an owner to compare with
    his agreement before he lets it serve him."""
    with tenancy.acting_as(party_id):
        key = ArcKey.objects.filter(party_id=party_id).order_by("-number").first()
        found = Party.objects.filter(id=party_id).first()
    return None if key is None or found is None else ArcCard(party_id, found.name, bytes(key.sign_pk))


def serving_since(owner_id: UUID, kind: RelationKind) -> tuple[UUID, str, datetime] | None:
    """Who serves the owner in that way now, the name, and since when."""
    with as_party(owner_id):
        relations = ServiceRelation.objects.filter(at(clock.now()), owner_id=owner_id, kind=kind.value)
        held = relations.order_by("valid_from", "id").first()
        if held is None:
            return None
        found = Party.objects.filter(id=held.party_id).first()
        return held.party_id, found.name if found else "", held.valid_from


def centres_beside(owner_id: UUID) -> list[ArcCard]:
    """Alarm centres with a certified key that serve customers of the owner's provider now, by name: the ones that he
    may choose from without knowing a number. Not the one that serves him."""
    provider, own = serving(owner_id, RelationKind.PROVIDER), serving(owner_id, RelationKind.ARC)
    if provider is None:
        return []
    with as_party(owner_id), connection.cursor() as cursor:
        cursor.execute("SELECT unnest(people_centres_beside(%s, %s))", [provider, clock.now()])
        found = [party for (party,) in cursor.fetchall() if party != own]
    cards = [card for party in found if (card := arc_card(party)) is not None]
    return sorted(cards, key=lambda card: (card.name, str(card.party_id)))


def arc_signing_key(owner_id: UUID) -> tuple[UUID, bytes] | None:
    """The alarm centre that serves the owner now, and the key with which it certifies: for the owner to compare with
    the words in his agreement."""
    with as_party(owner_id):
        arc = serving(owner_id, RelationKind.ARC)
        key = ArcKey.objects.filter(party_id=arc).order_by("-number").first() if arc else None
        return (key.party_id, bytes(key.sign_pk)) if key else None


def tenant_open_key(party_id: UUID, *, seen_by: UUID) -> tuple[int, bytes, int] | None:
    """(suite, public key, number) of a party's newest tenant key, if `seen_by` may know that party."""
    with as_party(seen_by):
        key = _tenant_keys(party_id).first()
        return (key.suite, bytes(key.open_pk), key.number) if key else None


def _tenant_keys(party_id: UUID) -> QuerySet[TenantKey]:
    return TenantKey.objects.filter(party_id=party_id).order_by("-number")


def party(party_id: UUID, *, seen_by: UUID) -> Party | None:
    with as_party(seen_by):
        return Party.objects.filter(id=party_id).first()


def party_names(party_ids: Iterable[UUID], *, seen_by: UUID) -> dict[UUID, str]:
    """Names of those parties that `seen_by` may know."""
    with as_party(seen_by):
        return dict(Party.objects.filter(id__in=set(party_ids)).values_list("id", "name"))


def person(person_id: UUID) -> Person:
    """Raises NoSuchPerson."""
    found = Person.objects.filter(id=person_id).first()
    if found is None:
        raise NoSuchPerson(_("There is no such person."))
    return found


def person_names(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Display names, for lists that the reader may see anyway (who looked, who claimed)."""
    return dict(Person.objects.filter(id__in=set(person_ids)).values_list("id", "display_name"))


def members(party_id: UUID, roles: Iterable[Role]) -> list[Person]:
    """Who has one of these roles for the party today."""
    with as_party(party_id):
        ids = Membership.objects.filter(at(clock.now()), party_id=party_id, role__in=[r.value for r in roles])
        return list(Person.objects.filter(id__in=ids.values("person_id")).order_by("id"))


def seats(person_id: UUID) -> list[Seat]:
    """For whom the person may act today."""
    with tenancy.acting_as(None, person_id):
        rows = Membership.objects.filter(at(clock.now()), person_id=person_id).select_related("party")
        roles: dict[UUID, list[str]] = {}
        parties: dict[UUID, Party] = {}
        for row in rows.order_by("party__name", "party_id"):
            parties[row.party_id] = row.party
            roles.setdefault(row.party_id, []).append(row.role)
    return [Seat(p.id, p.name, p.kind, _ordered(roles[p.id])) for p in parties.values()]


def _ordered(roles: list[str]) -> tuple[Role, ...]:
    return tuple(role for role in Role if role.value in roles)


def seat(person_id: UUID, party_id: UUID | None) -> tuple[int, tuple[Role, ...]] | None:
    """(epoch, roles for that party today) in one question, asked at every request; None when there is no such
    person."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch, roles FROM people_seat(%s, %s, %s)", [person_id, party_id, clock.now()])
        row = cursor.fetchone()
    return (row[0], _ordered(row[1])) if row else None


def roles_in(person_id: UUID, party_id: UUID) -> tuple[Role, ...]:
    """With which roles the person acts for that party today."""
    found = seat(person_id, party_id)
    return found[1] if found else ()


def role_in(person_id: UUID, party_id: UUID, wanted: str | None = None) -> Role:
    """The role with which the person acts for that party today: the wanted one, else his first. Raises NotAMember."""
    found = seat(person_id, party_id)
    roles = found[1] if found else ()
    if not roles or (wanted is not None and wanted not in roles):
        raise NotAMember(_("You don't act for this organisation."), action=_("Choose one that you belong to."))
    return Role(wanted) if wanted is not None else roles[0]


def keys_of(party_id: UUID, person_id: UUID) -> Keys | None:
    """The party's tenant keys as this person needs them; None when it has none yet."""
    with tenancy.acting_as(None, person_id):
        public = list(_tenant_keys(party_id))
        rows = SealedTenantKey.objects.filter(party_id=party_id, person_id=person_id)
        sealed = {row.number: shred.unwrap("account", row.shred_id, bytes(row.envelope)) for row in rows}
    if not public:
        return None
    newest, *older = public
    return Keys(
        newest.number,
        newest.suite,
        bytes(newest.open_pk),
        sealed.get(newest.number),
        tuple((key.number, bytes(key.open_pk), sealed.get(key.number)) for key in older),
    )


def successions(party_id: UUID, person_id: UUID) -> list[bytes]:
    """How older tenant keys are reached from newer ones: each sealed to its successor, the newest first."""
    with tenancy.acting_as(None, person_id):
        return [bytes(key.succession) for key in _tenant_keys(party_id) if key.succession is not None]


def bundle(person: Person) -> bytes:
    """The key bundle wrapped by the password. Raises shred.Destroyed when the account was forgotten."""
    return shred.unwrap("account", person.bundle_password_shred, bytes(person.bundle_password), person.id.bytes)


def recovery_bundle(person: Person) -> bytes:
    """The key bundle wrapped by the recovery code."""
    return shred.unwrap("account", person.bundle_recovery_shred, bytes(person.bundle_recovery), person.id.bytes)
