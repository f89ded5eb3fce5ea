# SPDX-License-Identifier: EUPL-1.2
"""Where a provider's data lies and who processes for it: countries, operators, certificates (C1, C20, A11).

- What a tenant's rule does not let, or the law does not, is refused, with the rule that stands in the way: a storage
  location, a sub-processor, and a rule that what is in use would break.
- A tenant has its profiles' rules and its own one; each must let it. He may add to what is asked, never take off.
- An address in the configuration that no storage location speaks of is refused once one is on record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from zegel.declare import law, profiles
from zegel.server.agreements import grounds
from zegel.server.agreements.errors import BadPlace, OutsideResidency, UnknownPlace
from zegel.server.agreements.models import Attestation, Place, Residency, SubProcessor
from zegel.server.agreements.residency_rules import (
    DEFAULT,
    Fault,
    Kept,
    Mechanism,
    Standard,
    address_of,
    covers,
    transfer_fault,
    words,
)
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.notify import endpoints
from zegel.server.people.queries import as_party

LONGEST_CERTIFICATE = timedelta(days=10 * 366)

ProfilesSeen = Callable[[], Mapping[UUID, set[str]]]
"""Within an acting party: the profiles of the places of each owner that it sees."""

_profiles_seen: list[ProfilesSeen] = []


def knows_profiles(found: ProfilesSeen) -> ProfilesSeen:
    """Registers who says under which profiles an owner's places are: the room of the sites, which stands above this."""
    _profiles_seen.append(found)
    return found


def resource(party_id: UUID) -> Resource:
    return Resource(ResourceKind.PLACE, None, party_id)


# --- what is on record ---


def _holds(now: datetime) -> Q:
    return Q(valid_from__lte=now) & (Q(valid_to=None) | Q(valid_to__gt=now))


def in_force(provider_id: UUID) -> list[Place]:
    """The provider's storage locations today; read as the provider, whoever asks."""
    with as_party(provider_id):
        return list(Place.objects.filter(_holds(clock.now()), owner_id=provider_id).order_by("what", "name"))


def subprocessors(provider_id: UUID) -> list[SubProcessor]:
    """Those who process for the provider today; read as the provider, whoever asks."""
    with as_party(provider_id):
        return list(SubProcessor.objects.filter(_holds(clock.now()), owner_id=provider_id).order_by("name"))


def attestations(provider_id: UUID) -> list[Attestation]:
    """Of places and sub-processors in use, those not withdrawn, the one that ends first on top."""
    now = clock.now()
    with as_party(provider_id):
        rows = Attestation.objects.filter(owner_id=provider_id, withdrawn_at=None)
        used = [row for row in rows.select_related("place", "sub_processor") if _in_use(row, now)]
    return sorted(used, key=lambda row: (row.valid_to, row.id))


def newest_attestations(provider_id: UUID) -> list[Attestation]:
    """As attestations, but of each thing and standard the one that holds longest: what was renewed is not spoken of."""
    newest = {(row.place_id, row.sub_processor_id, row.standard): row for row in attestations(provider_id)}
    return sorted(newest.values(), key=lambda row: (row.valid_to, row.id))


def certified(place: Place, standard: Standard = Standard.ISO27001, at: datetime | None = None) -> bool:
    """Within an acting party that sees it: whether the place has that certificate in date."""
    now = at or clock.now()
    held = Attestation.objects.filter(
        place=place, standard=standard.value, withdrawn_at=None, valid_from__lte=now, valid_to__gt=now
    )
    return held.exists()


def _in_use(row: Attestation, now: datetime) -> bool:
    of = row.place or row.sub_processor
    return of is not None and (of.valid_to is None or of.valid_to > now)


# --- rules ---


@dataclass(frozen=True)
class Rule:
    """Where an owner's data may lie, and who says so: "own", "default", or a profile's name."""

    owner_id: UUID
    countries: tuple[str, ...]
    source: str


def rules_seen(provider_id: UUID) -> list[Rule]:
    """Within the provider's party: its own rules and those of every owner it sees."""
    own = {row.owner_id: tuple(row.countries) for row in Residency.objects.filter(ended_at=None)}
    found = [Rule(owner, countries, "own") for owner, countries in own.items()]
    for seen in _profiles_seen:
        for owner, names in seen().items():
            found += [Rule(owner, countries, name) for name in sorted(names) if (countries := _promised(name))]
    spoken_for = {rule.owner_id for rule in found}
    return found if provider_id in spoken_for else [Rule(provider_id, DEFAULT, "default"), *found]


def _promised(profile: str) -> tuple[str, ...]:
    return tuple(profiles.profile(profile).parameters.get("C1", {}).get("residency", ()))


def breaks(rules: Iterable[Rule], country: str) -> list[Rule]:
    """Those that do not let data lie in that country today."""
    today = clock.now().date()
    return [rule for rule in rules if not covers(rule.countries, country, today)]


def faults(provider_id: UUID, storage_url: str = "") -> list[str]:
    """What is wrong today with where the data lies, a sentence each; empty when all is well. `storage_url`: what the
    installation is configured with, if that is asked about too."""
    with as_party(provider_id):
        rules, found = rules_seen(provider_id), []
        used = in_force(provider_id)
        for name, country, mechanism, reference in _things(used, subprocessors(provider_id)):
            broken = breaks(rules, country)
            if broken:
                found.append(_said_outside(name, country, broken))
            if transfer_fault(country, Mechanism(mechanism), reference, clock.now().date()) is not None:
                found.append(_("%(name)s in %(country)s: nothing lets data go there today.")
                             % {"name": name, "country": country})  # fmt: skip
        if storage_url:
            found += _unknown_store(used, storage_url)
    return found + push_faults(clock.now().date())


def push_faults(on: date) -> list[str]:
    """Of the browsers' push services, sub-processors of whoever lets himself be told: those to whose country nothing
    lets even ciphertext go that day. Outside the area it is an adequacy decision and the operator's own listing."""
    found = []
    for service in endpoints.services()[1]:
        way = Mechanism.AREA if law.in_area(service.country, on) else Mechanism.ADEQUACY
        if transfer_fault(service.country, way, service.operator, on) is not None:
            found.append(_("%(name)s in %(country)s: nothing lets data go there today.")
                         % {"name": service.operator, "country": service.country})  # fmt: skip
    return found


def _unknown_store(used: Sequence[Place], storage_url: str) -> list[str]:
    objects = [place for place in used if place.what == Kept.OBJECTS]
    address = address_of(storage_url)
    if not objects or any(place.address == address for place in objects):
        return []
    return [
        _("STORAGE_URL names %(address)s, and no storage location on record does: record where it lies first.")
        % {"address": address}
    ]


def _things(
    used: Iterable[Place], processors: Iterable[SubProcessor]
) -> list[tuple[str, str, str, str]]:  # name, country, mechanism, reference
    rows: list[Place | SubProcessor] = [*used, *processors]
    return [(row.name, row.country, row.mechanism, row.reference) for row in rows]


def _said_outside(name: str, country: str, broken: Sequence[Rule]) -> str:
    return _("%(name)s lies in %(country)s; the rule of %(count)d tenant(s) allows %(allowed)s only.") % {
        "name": name, "country": country, "count": len({rule.owner_id for rule in broken}),
        "allowed": ", ".join(broken[0].countries),
    }  # fmt: skip


# --- recording ---


@dataclass(frozen=True)
class NewPlace:
    what: Kept
    name: str
    address: str
    country: str
    operator: str
    own_management: bool
    mechanism: Mechanism = Mechanism.AREA
    reference: str = ""


@dataclass(frozen=True)
class NewSubProcessor:
    name: str
    country: str
    task: str
    mechanism: Mechanism = Mechanism.AREA
    reference: str = ""


@dataclass(frozen=True)
class NewAttestation:
    """Of a place or of a sub-processor: one of the two."""

    place_id: UUID | None
    sub_processor_id: UUID | None
    standard: Standard
    number: str
    issuer: str
    valid_from: datetime
    valid_to: datetime


def record_place(actor: Actor, provider_id: UUID, new: NewPlace) -> Place:
    """Data lies there from now on. Raises Denied, BadPlace, OutsideResidency."""
    name, operator, country = _line(new.name), _line(new.operator), _country(new.country)
    address = _line(address_of(new.address) if "://" in new.address else new.address, 300)
    with work.transaction(actor, party_id=provider_id) as w:
        require(actor, Action.RECORD, resource(provider_id))
        _refuse_outside(provider_id, name, country, new.mechanism, new.reference)
        facts: dict[str, Fact] = {"what": "place", "kept": new.what.value, "name": name, "country": country}
        w.record(Entry(Kind.PLACE, provider_id, facts, about=provider_id))
        w.publish("places.changed", owner_id=provider_id)
        return Place.objects.create(
            id=ids.new(), owner_id=provider_id, provider_id=provider_id, what=new.what.value, name=name,
            address=address, country=country, operator=operator, own_management=new.own_management,
            mechanism=new.mechanism.value, reference=new.reference.strip()[:300], valid_from=clock.now(),
            recorded_by=actor.id,
        )  # fmt: skip


def record_subprocessor(actor: Actor, provider_id: UUID, new: NewSubProcessor) -> SubProcessor:
    """It processes for the provider from now on. Raises Denied, BadPlace, OutsideResidency."""
    name, task, country = _line(new.name), _line(new.task, 300), _country(new.country)
    with work.transaction(actor, party_id=provider_id) as w:
        require(actor, Action.RECORD, resource(provider_id))
        _refuse_outside(provider_id, name, country, new.mechanism, new.reference)
        facts: dict[str, Fact] = {"what": "subprocessor", "name": name, "country": country}
        w.record(Entry(Kind.PLACE, provider_id, facts, about=provider_id))
        w.publish("places.changed", owner_id=provider_id)
        return SubProcessor.objects.create(
            id=ids.new(), owner_id=provider_id, provider_id=provider_id, name=name, country=country, task=task,
            mechanism=new.mechanism.value, reference=new.reference.strip()[:300], valid_from=clock.now(),
            recorded_by=actor.id,
        )  # fmt: skip


def end(actor: Actor, provider_id: UUID, thing_id: UUID) -> None:
    """A place or sub-processor is no longer used. Again is harmless. Raises Denied, UnknownPlace."""
    with work.transaction(actor, party_id=provider_id) as w:
        require(actor, Action.END, resource(provider_id))
        row: Place | SubProcessor | None = Place.objects.filter(id=thing_id, owner_id=provider_id).first()
        row = row or SubProcessor.objects.filter(id=thing_id, owner_id=provider_id).first()
        if row is None:
            raise _unknown()
        if row.valid_to is None:
            row.valid_to = clock.now()
            row.save(update_fields=["valid_to"])
            w.record(Entry(Kind.PLACE, provider_id, {"what": "ended", "name": row.name}, about=provider_id))
            w.publish("places.changed", owner_id=provider_id)


def attest(actor: Actor, provider_id: UUID, new: NewAttestation) -> Attestation:
    """A certificate of a place or sub-processor. Raises Denied, BadPlace, UnknownPlace."""
    number, issuer = _line(new.number, 60), _line(new.issuer, 120)
    if not timedelta(0) < new.valid_to - new.valid_from <= LONGEST_CERTIFICATE:
        raise BadPlace(
            _("A certificate holds from a day to a later day, ten years at most."), action=_("Check its dates.")
        )
    with work.transaction(actor, party_id=provider_id) as w:
        require(actor, Action.RECORD, resource(provider_id))
        named = (new.place_id, new.sub_processor_id)
        place = Place.objects.filter(id__in=[one for one in named if one], owner_id=provider_id).first()
        processor = SubProcessor.objects.filter(id__in=[one for one in named if one], owner_id=provider_id).first()
        if (place is None) == (processor is None):
            raise _unknown()
        facts: dict[str, Fact] = {
            "what": "certificate", "standard": new.standard.value, "number": number,
            "until_ms": clock.ms(new.valid_to),
        }  # fmt: skip
        w.record(Entry(Kind.PLACE, provider_id, facts, about=provider_id))
        return Attestation.objects.create(
            id=ids.new(), owner_id=provider_id, provider_id=provider_id, place=place, sub_processor=processor,
            standard=new.standard.value, number=number, issuer=issuer, valid_from=new.valid_from,
            valid_to=new.valid_to, recorded_by=actor.id,
        )  # fmt: skip


def withdraw(actor: Actor, provider_id: UUID, attestation_id: UUID) -> None:
    """Its issuer took it back, or it was written down wrongly. Raises Denied, UnknownPlace."""
    with work.transaction(actor, party_id=provider_id) as w:
        require(actor, Action.END, resource(provider_id))
        row = Attestation.objects.filter(id=attestation_id, owner_id=provider_id).first()
        if row is None:
            raise _unknown()
        if row.withdrawn_at is None:
            row.withdrawn_at = clock.now()
            row.save(update_fields=["withdrawn_at"])
            facts: dict[str, Fact] = {"what": "withdrawn", "standard": row.standard, "number": row.number}
            w.record(Entry(Kind.PLACE, provider_id, facts, about=provider_id))


def set_rule(actor: Actor, owner_id: UUID, provider_id: UUID, countries: Iterable[str]) -> Residency:
    """Where this tenant's data may lie, from now on. Raises Denied, BadPlace, OutsideResidency when the provider keeps
    something elsewhere today."""
    try:
        rule = words(countries)
    except ValueError:
        raise BadPlace(
            _("A rule names countries by two letters, or EEA, or ADEQUATE."), action=_("Write for example: NL, DE.")
        ) from None
    with work.transaction(actor, party_id=owner_id) as w:
        require(actor, Action.CHANGE, Resource(ResourceKind.RESIDENCY, None, owner_id))
        _refuse_rule(provider_id, Rule(owner_id, rule, "own"))
        now = clock.now()
        Residency.objects.filter(owner_id=owner_id, ended_at=None).update(ended_at=now)
        w.record(Entry(Kind.PLACE, owner_id, {"what": "rule", "countries": ",".join(rule)}, about=owner_id))
        w.publish("places.changed", owner_id=owner_id)
        return Residency.objects.create(
            id=ids.new(), owner_id=owner_id, provider_id=provider_id, countries=list(rule), set_by=actor.id, set_at=now
        )


def _refuse_rule(provider_id: UUID, rule: Rule) -> None:
    for name, country, _mechanism, _reference in _things(in_force(provider_id), subprocessors(provider_id)):
        if breaks([rule], country):
            raise OutsideResidency(
                _("%(name)s lies in %(country)s, which this rule does not allow.") % {"name": name, "country": country},
                action=_("Have the provider move it first, or allow that country."),
            )


def _refuse_outside(provider_id: UUID, name: str, country: str, mechanism: Mechanism, reference: str) -> None:
    broken = breaks(rules_seen(provider_id), country)
    if broken:
        raise OutsideResidency(
            _said_outside(name, country, broken), action=_("Choose one in a country that every tenant's rule allows.")
        )
    fault = transfer_fault(country, mechanism, reference, clock.now().date())
    if fault is not None:
        message, action = _said_fault(fault, country)
        raise BadPlace(message, action=action)


def _said_fault(fault: Fault, country: str) -> tuple[str, str]:
    match fault:
        case Fault.NOT_IN_AREA:
            return (
                _("%(country)s is not in the European Economic Area.") % {"country": country},
                _("Say what lets data go there: an adequacy decision, standard clauses or binding rules."),
            )
        case Fault.NOT_ADEQUATE:
            return (
                _("There is no adequacy decision for %(country)s today.") % {"country": country},
                _("Choose standard clauses with their reference, or another country."),
            )
        case Fault.NO_REFERENCE:
            decision = law.adequate(country, clock.now().date())
            scope = grounds.said(decision.scope) if decision is not None else ""
            return (
                _("The reference is missing: which clauses, or which listing."),
                _("For %(country)s only this counts: %(scope)s.") % {"country": country, "scope": scope}
                if scope else _("Copy it from the contract."),
            )  # fmt: skip


def _line(text: str, longest: int = 200) -> str:
    found = " ".join(text.split())
    if not 1 <= len(found) <= longest:
        raise BadPlace(_("Something is left out, or too long."), action=_("Fill in every field, in one line each."))
    return found


def _country(text: str) -> str:
    found = text.strip().upper()
    if len(found) != 2 or not found.isascii() or not found.isalpha():
        raise BadPlace(_("A country is two letters."), action=_("Write for example NL."))
    return found


def _unknown() -> UnknownPlace:
    return UnknownPlace(_("There is no such thing on record."), action=_("Go back to the list."))
