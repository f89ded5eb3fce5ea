# SPDX-License-Identifier: EUPL-1.2
"""Fills an installation with the world: parties, accounts, relations, keys, agreements, sites.

Everything goes through the rooms' actions, so every row has its ledger entry; nobody gets a key by the way. What a
browser would make (key pairs, wrapped bundles, the tenant key sealed to each member) is made here, as a browser would.
"""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path

from zegel.demo.keys import Keyring
from zegel.demo.world import WORLD, Party, Person, Site, World

_STATEMENT = b"I keep to myself what I see in the images and records of this organisation's customers."
_AGREEMENT = b"Processing agreement of the demonstration, version 1."


def prepare(data: Path, origin: str) -> None:
    """Let Django find the installation in `data`. Call once, before anything of the server is imported."""
    from zegel.server.serve import environment_of

    os.environ.update(environment_of(data), ZEGEL_ORIGIN=origin)
    import django

    django.setup()


def seed(keyring: Keyring, origin: str, world: World = WORLD) -> None:
    """Make the world in this process's (prepared, empty) installation."""
    for party in world.parties:
        _add_party(party)
    for person in world.people:
        _add_person(person, keyring, origin)
    for service in world.services:
        _relate(world.party(service.owner), world.party(service.party), service.kind)
    for party in world.parties:
        _give_keys(party, keyring, world)
    for site in world.sites:
        _add_site(site, world)


def _add_party(party: Party) -> None:
    from zegel.server.kernel import actor
    from zegel.server.people import actions
    from zegel.server.people.roles import Language, PartyKind

    actions.create_party(
        actor.system(party.id), PartyKind(party.kind), party.name, party.country, Language(party.language),
        party_id=party.id,
    )  # fmt: skip


def _add_person(person: Person, keyring: Keyring, origin: str) -> None:
    from zegel.server.agreements import actions as agreements
    from zegel.server.kernel import actor
    from zegel.server.people import actions
    from zegel.server.people.roles import Role

    keys = keyring.people[person.key]
    made = keys.account(origin)
    account = actions.NewAccount(
        email=person.email, name=person.name, language=person.language, auth_key=made.auth_key,
        bundle_password=made.bundle_password, bundle_recovery=made.bundle_recovery,
        suite=int(keys.bundle.opening.suite), sign_pk=made.sign_pk, open_pk=made.open_pk,
    )  # fmt: skip
    party = WORLD.party(person.party)
    actions.add_person(actor.system(), account, person_id=person.id)
    actions.add_membership(actor.system(party.id), person.id, party.id, Role(person.role))
    agreements.sign_confidentiality(
        actor.system(party.id), party.id, person.id, hashlib.sha256(_STATEMENT).digest(), timedelta(days=365)
    )


def _relate(owner: Party, serving: Party, kind: str) -> None:
    from zegel.server.kernel import actor
    from zegel.server.people import actions
    from zegel.server.people.roles import RelationKind

    actions.relate(actor.system(owner.id), owner.id, serving.id, RelationKind(kind))


def _give_keys(party: Party, keyring: Keyring, world: World) -> None:
    from zegel.server.kernel import actor, clock
    from zegel.server.people import actions

    keys = keyring.parties[party.key]
    people = world.people_of(party.key)
    first = keyring.people[people[0].key]
    sealed = {person.id: keys.sealed_to(keyring.people[person.key], first) for person in people}
    actions.store_tenant_key(
        actor.system(party.id), party.id, int(keys.tenant.suite), keys.tenant.public_key, sealed
    )
    if any(service.party == party.key and service.kind == "arc" for service in world.services):
        certificate = keys.certificate(clock.now_ms())
        actions.store_arc_key(actor.system(party.id), party.id, keys.signing.public_key, certificate)


def _add_site(site: Site, world: World) -> None:
    from zegel.server.agreements import actions as agreements
    from zegel.server.agreements.models import SignedHow
    from zegel.server.kernel.actor import Actor, ActorKind
    from zegel.server.sites import actions as sites

    owner, provider = world.party(site.owner), world.party(site.provider)
    person = next(p for p in world.people_of(site.owner) if p.role == "owner")
    actor = Actor(ActorKind.PERSON, person.id, owner.id, role="owner")
    document = hashlib.sha256(_AGREEMENT + site.key.encode()).digest()
    agreements.sign_agreement(actor, owner.id, provider.id, document, SignedHow.ONLINE, person.id)
    agreements.record_purpose(actor, owner.id, site.purpose, f"To guard {site.name} outside working hours.")
    sites.add_site(
        actor, owner_id=owner.id, provider_id=provider.id, name=site.name, address=site.address, tz=site.tz,
        profile=site.profile, site_id=site.id,
    )  # fmt: skip
    agreements.hang_sign(actor, owner.id, provider.id, site.id, person.id)


def log_key() -> tuple[str, str]:
    """The log's name and verifier key, as the installer reads them on the machine itself."""
    from zegel.seal.note import Algorithm, VerifierKey
    from zegel.server.ledger import origin

    name = origin.name()
    return name, str(VerifierKey(name, Algorithm.ED25519, origin.key().public_key))
