# SPDX-License-Identifier: EUPL-1.2
"""Founds an installation: parties, accounts, relations, keys, agreements, sites.

- Everything goes through the rooms' actions, so every row has its ledger entry; nobody gets a key by the way. What a
  browser would make (key pairs, wrapped bundles, the tenant key sealed to each member) comes from the keyring, which
  the server's part never reads beyond what a browser would send.
- A party is made with its people and keys in one transaction, and so is a site with what was agreed: a set-up that is
  broken off leaves none of them half made, and goes on where it was when it is started again.
- What exists is left as it is, whatever the file says now.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from zegel.setup.founding import Certificate, Contact, Founding, FoundingWrong, Party, Person, Service, Site
from zegel.setup.keys import Account, Keyring

CONFIDENTIALITY_LASTS = timedelta(days=365)
CERTIFICATE_LASTS = timedelta(days=365)  # where the file names no day


def prepare(data: Path, origin: str) -> None:
    """Let Django find the installation in `data`. Call once, before anything of the server is imported."""
    from zegel.server.serve import environment_of

    os.environ.update(environment_of(data), ZEGEL_ORIGIN=origin)
    import django

    django.setup()


def missing(founding: Founding) -> Founding:
    """What of it is not there yet: whole parties with their people, relations, sites.

    Raises FoundingWrong for somebody new in a party that is there: only one of its people can let him open its key.
    """
    parties = tuple(party for party in founding.parties if not _has_party(party))
    new = {party.key for party in parties}
    for person in founding.people:
        if person.party not in new and not _has_person(person):
            raise FoundingWrong(
                f"person {person.key}: {person.party} is there already, and only one of its people can seal its key "
                "to somebody new, from his own client; `zegel setup` can't"
            )
    for service in founding.services:
        if service.kind == "arc" and service.party not in new and not _has_arc_key(founding.party(service.party)):
            raise FoundingWrong(
                f"service of {service.owner}: {service.party} was founded without the key of an alarm centre; name it "
                "as one when it is new"
            )
    return Founding(
        parties,
        tuple(person for person in founding.people if person.party in new),
        tuple(service for service in founding.services if not _has_relation(founding, service)),
        tuple(site for site in founding.sites if not _has_site(founding, site)),
        tuple(row for row in founding.certificates if row.party in new or not _has_certificate(founding, row)),
    )


def found(founding: Founding, keyring: Keyring, origin: str, said: Callable[[str], None] = lambda _: None) -> None:
    """Make what is missing in this process's (prepared) installation. `keyring`: of those parties at least.

    `said` hears each party and site when it is stored.
    """
    todo = missing(founding)
    for party in todo.parties:
        _add_party(party, keyring, founding, origin)
        said(party.name)
    for certificate in todo.certificates:
        _certify(certificate, founding)
    for service in todo.services:
        _relate(founding.party(service.owner), founding.party(service.party), service.kind)
    for site in todo.sites:
        _add_site(site, founding)
        _add_response(site, founding)
        _add_panels(site, founding)
        said(site.name)


# --- what is there ---


def _has_party(party: Party) -> bool:
    from zegel.server.people import queries

    return queries.party(party.id, seen_by=party.id) is not None


def _has_person(person: Person) -> bool:
    from zegel.server.people.models import Person as Row

    return Row.objects.filter(id=person.id).exists()


def _has_arc_key(party: Party) -> bool:
    from zegel.server.kernel import tenancy
    from zegel.server.people.models import ArcKey

    with tenancy.acting_as(party.id):
        return ArcKey.objects.filter(party_id=party.id).exists()


def _has_relation(founding: Founding, service: Service) -> bool:
    from zegel.server.people import queries
    from zegel.server.people.roles import RelationKind

    owner, party = founding.party(service.owner).id, founding.party(service.party).id
    return queries.serves(party, owner, RelationKind(service.kind))


def _has_site(founding: Founding, site: Site) -> bool:
    from zegel.server.kernel import tenancy
    from zegel.server.sites.models import Site as Row

    with tenancy.acting_as(founding.party(site.owner).id):
        return Row.objects.filter(id=site.id).exists()


def _has_certificate(founding: Founding, certificate: Certificate) -> bool:
    from zegel.server.agreements.models import Certificate as Row
    from zegel.server.kernel import tenancy

    party, person = founding.party(certificate.party), certificate.person
    with tenancy.acting_as(party.id):
        return Row.objects.filter(
            owner_id=party.id, person_id=founding.person(person).id if person else None, scheme=certificate.scheme,
            number=certificate.number,
        ).exists()  # fmt: skip


# --- making it ---


def _add_party(party: Party, keyring: Keyring, founding: Founding, origin: str) -> None:
    """The party, its people, and its keys: all or nothing."""
    from zegel.server.kernel import actor, work
    from zegel.server.people import actions
    from zegel.server.people.roles import Language, PartyKind

    system = actor.system(party.id)
    made = {person.key: keyring.people[person.key].account(origin) for person in founding.people_of(party.key)}
    with work.transaction(system):
        actions.create_party(
            system, PartyKind(party.kind), party.name, party.country, Language(party.language), party_id=party.id
        )
        for person in founding.people_of(party.key):
            _add_person(person, party, keyring, made[person.key])
        _give_keys(party, keyring, founding)
        if founding.is_provider(party.key):
            _add_standard_plans(party)


def _add_person(person: Person, party: Party, keyring: Keyring, made: Account) -> None:
    from zegel.server.agreements import actions as agreements
    from zegel.server.kernel import actor
    from zegel.server.people import actions
    from zegel.server.people.roles import Role

    system = actor.system(party.id)
    account = actions.NewAccount(
        email=person.email, name=person.name, language=person.language, auth_key=made.auth_key,
        bundle_password=made.bundle_password, bundle_recovery=made.bundle_recovery,
        suite=int(keyring.people[person.key].bundle.opening.suite), sign_pk=made.sign_pk, open_pk=made.open_pk,
    )  # fmt: skip
    actions.add_person(system, account, person_id=person.id)
    actions.add_membership(system, person.id, party.id, Role(person.role))
    if person.confidentiality is not None:
        agreements.sign_confidentiality(system, party.id, person.id, person.confidentiality, CONFIDENTIALITY_LASTS)


def _give_keys(party: Party, keyring: Keyring, founding: Founding) -> None:
    from zegel.server.kernel import actor, clock
    from zegel.server.people import actions

    system, keys = actor.system(party.id), keyring.parties[party.key]
    people = founding.people_of(party.key)
    first = keyring.people[(founding.first_owner(party.key) or people[0]).key]
    sealed: dict[UUID, bytes] = {person.id: keys.sealed_to(keyring.people[person.key], first) for person in people}
    actions.store_tenant_key(system, party.id, int(keys.tenant.suite), keys.tenant.public_key, sealed)
    if founding.is_arc(party.key):
        certificate = keys.certificate(clock.now_ms())
        actions.store_arc_key(system, party.id, keys.signing.public_key, certificate)


def _add_standard_plans(party: Party) -> None:
    """What a provider's sites do about an alarm until it says otherwise, in its language."""
    from zegel.server.kernel import actor
    from zegel.server.plans import actions, presets

    for draft in presets.standard(party.language):
        actions.add_plan(actor.system(party.id), actions.Place.default(party.id), draft)


def _relate(owner: Party, serving: Party, kind: str) -> None:
    from zegel.server.kernel import actor
    from zegel.server.people import actions
    from zegel.server.people.roles import RelationKind

    actions.relate(actor.system(owner.id), owner.id, serving.id, RelationKind(kind))


def _certify(certificate: Certificate, founding: Founding) -> None:
    from zegel.server.agreements import actions
    from zegel.server.agreements.schemes import Scheme
    from zegel.server.kernel import actor, clock

    party, person = founding.party(certificate.party), certificate.person
    first = clock.now() if certificate.valid_from is None else _midnight(certificate.valid_from)
    last = first + CERTIFICATE_LASTS if certificate.valid_to is None else _midnight(certificate.valid_to)
    new = actions.NewCertificate(
        founding.person(person).id if person else None, Scheme(certificate.scheme), certificate.number,
        certificate.issuer, first, last, certificate.document,
    )  # fmt: skip
    actions.record_certificate(actor.system(party.id), party.id, new)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _add_site(site: Site, founding: Founding) -> None:
    """The place, the agreement about it, its purpose and its sign: all or nothing."""
    from zegel.server.agreements import actions as agreements
    from zegel.server.agreements.models import SignedHow
    from zegel.server.kernel import work
    from zegel.server.kernel.actor import Actor, ActorKind
    from zegel.server.sites import actions as sites

    owner, provider = founding.party(site.owner), founding.party(site.provider)
    person = founding.first_owner(site.owner)
    assert person is not None  # `read` refuses a site without
    actor = Actor(ActorKind.PERSON, person.id, owner.id, role="owner")
    with work.transaction(actor):
        agreements.sign_agreement(actor, owner.id, provider.id, site.agreement, SignedHow(site.signed), person.id)
        agreements.record_purpose(actor, owner.id, site.purpose, site.purpose_text)
        sites.add_site(
            actor, owner_id=owner.id, provider_id=provider.id, name=site.name, address=site.address, tz=site.tz,
            profile=site.profile, site_id=site.id,
        )  # fmt: skip
        if site.sign:
            agreements.hang_sign(actor, owner.id, provider.id, site.id, person.id)


def _add_panels(site: Site, founding: Founding) -> None:
    """Its alarm panels, on the line of the alarm centre that serves its owner: all or nothing."""
    from zegel.server.kernel import actor, work
    from zegel.server.signals import actions as signals
    from zegel.server.signals.models import KeyFormat, PathKind

    if not site.panels:
        return
    system, line = actor.system(founding.party(site.owner).id), _line_of(founding.serving(site.owner, "arc"))
    with work.transaction(system):
        for panel in site.panels:
            new = signals.NewPanel(
                site.id, line, panel.name, panel.account, key=panel.key, key_format=KeyFormat.HEX,
                paths=(signals.PathPlan(PathKind.DC09_TCP), signals.PathPlan(PathKind.DC09_UDP)),
            )  # fmt: skip
            added = signals.add_panel(system, new)
            zones = [signals.NewZone(zone, name, kind, entry_exit=door) for zone, name, kind, door in panel.zones]
            signals.set_zones(system, added.id, zones)


def _line_of(arc: Party) -> UUID:
    """The alarm centre's line for DC-09; added with the first panel."""
    from zegel.server.kernel import actor
    from zegel.server.signals import actions as signals
    from zegel.server.signals import queries
    from zegel.server.signals.models import PathKind

    line_id, system = uuid5(arc.id, "line/dc09"), actor.system(arc.id)
    if all(line.id != line_id for line in queries.lines(system)):
        kinds = (PathKind.DC09_TCP, PathKind.DC09_UDP, PathKind.DC09_TLS)
        signals.add_line(system, arc_party_id=arc.id, name="DC-09", kinds=kinds, line_id=line_id)
    return line_id


def _add_response(site: Site, founding: Founding) -> None:
    """Whom to call, whom to send, how to get there, and the site's own plans: all or nothing."""
    from zegel.server.dispatch import actions as dispatch
    from zegel.server.kernel import actor, work
    from zegel.server.plans import actions as plans
    from zegel.server.plans import rules

    owner, provider = founding.party(site.owner), founding.party(site.provider)
    system = actor.system(owner.id)
    with work.transaction(system):
        for contact in site.contacts:
            _add_contact(site, contact, owner)
        for guard in site.guards:
            company = dispatch.Company(guard.name, guard.phone, guard.email, guard.language, guard.typical_min)
            dispatch.add_guard(system, site.id, company)
        if site.route or site.on_site:
            plans.set_guidance(system, site.id, site.route, site.on_site)
        for plan in site.plans:
            draft = plans.Draft(plan.name, plan.classes, rules.read_steps(list(plan.steps)))
            plans.add_plan(system, plans.Place(site.id, owner.id, provider.id), draft)


def _add_contact(site: Site, contact: Contact, owner: Party) -> None:
    from zegel.server.kernel import actor
    from zegel.server.plans import actions, rules

    system = actor.system(owner.id)
    row = actions.add_contact(system, site.id, actions.Person(
        contact.name, (rules.Phone(contact.phone),), contact.relation, contact.language,
        tuple(rules.Hours(days, start, end) for days, start, end in contact.hours), contact.tell_guard,
        contact.guard_note,
    ))  # fmt: skip
    if contact.code_word:
        actions.set_words(system, row.id, contact.code_word, contact.duress_word)


def log_key() -> tuple[str, str]:
    """The log's name and verifier key, as the installer reads them on the machine itself."""
    from zegel.seal.note import Algorithm, VerifierKey
    from zegel.server.ledger import origin

    name = origin.name()
    return name, str(VerifierKey(name, Algorithm.ED25519, origin.key().public_key))
