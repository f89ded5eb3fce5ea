# SPDX-License-Identifier: EUPL-1.2
"""Where data lies and who processes it; where a tenant lets it lie; how long an owner keeps his own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.declare import Term, law
from zegel.server.agreements import grounds, places, terms
from zegel.server.agreements.errors import NoAgreement
from zegel.server.agreements.models import Attestation, Place, Residency, SubProcessor, TermChoice
from zegel.server.agreements.places import NewAttestation, NewPlace, NewSubProcessor
from zegel.server.agreements.residency_rules import Kept, Mechanism, Standard, address_of
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.registers import words
from zegel.server.sites.models import Site

router = Router(tags=["places"])

for _code, _status in (("bad_place", 422), ("unknown_place", 404), ("outside_residency", 409), ("bad_term", 422)):
    errors.status(_code, _status)

CHOSEN = (
    Term.SURVEILLANCE_IMAGES, Term.OVERVIEW_IMAGES, Term.ALARM, Term.VIEW_LOG, Term.TECHNICAL_LOG, Term.ACCOUNT,
    Term.CORRESPONDENCE,
)  # fmt: skip
"""What an owner of places chooses; the other terms are the law's or the provider's."""


class PlaceSaid(Schema):
    what: Kept
    name: str = Field(max_length=300)
    address: str = Field(default="", max_length=300)
    country: str = Field(max_length=2)
    operator: str = Field(max_length=300)
    own_management: bool = False
    mechanism: Mechanism = Mechanism.AREA
    reference: str = Field(default="", max_length=300)


class SubProcessorSaid(Schema):
    name: str = Field(max_length=300)
    country: str = Field(max_length=2)
    task: str = Field(max_length=400)
    mechanism: Mechanism = Mechanism.AREA
    reference: str = Field(default="", max_length=300)


class CertificateSaid(Schema):
    place_id: UUID | None = None
    sub_processor_id: UUID | None = None
    standard: Standard
    number: str = Field(max_length=100)
    issuer: str = Field(max_length=200)
    from_ms: int = Field(ge=0, le=LATEST_MS)
    to_ms: int = Field(ge=0, le=LATEST_MS)


class RuleSaid(Schema):
    countries: list[str] = Field(max_length=60)


class TermSaid(Schema):
    days: int = Field(ge=0, le=100_000)
    justification: str = Field(default="", max_length=2000)


# --- the provider's office ---


@router.get("/places")
def found(request: HttpRequest) -> dict[str, Any]:
    """Storage locations, sub-processors, their certificates, the rules that hold, and what is wrong with them."""
    actor, party = _office(request)
    with tenancy.acting_as(party, actor.id):
        rules = places.rules_seen(party)
        names = people.party_names({rule.owner_id for rule in rules}, seen_by=party)
        certificates = places.attestations(party)
        return {
            "now_ms": clock.now_ms(), "store": address_of(settings.STORAGE_URL),
            "places": [_place(row, certificates) for row in places.in_force(party)],
            "subprocessors": [_sub(row, certificates) for row in places.subprocessors(party)],
            "faults": places.faults(party, settings.STORAGE_URL),
            "rules": [
                {"owner": names.get(rule.owner_id, ""), "countries": list(rule.countries), "source": rule.source}
                for rule in rules
            ],
            "warn_days": law.deadline("certificate.warning", clock.now().date()).days,
            "words": {
                "kept": {one.value: words.word(one) for one in Kept},
                "mechanisms": {one.value: words.word(one) for one in Mechanism},
                "standards": {one.value: words.word(one) for one in Standard},
            },
            "may": {"record": decide(actor, Action.RECORD, places.resource(party)).allowed},
        }  # fmt: skip


@router.post("/places")
def add_place(request: HttpRequest, body: PlaceSaid) -> dict[str, Any]:
    """Data lies there from now on."""
    actor, party = _office(request)
    address = body.address or (address_of(settings.STORAGE_URL) if body.what is Kept.OBJECTS else "–")
    new = NewPlace(
        body.what, body.name, address, body.country, body.operator, body.own_management, body.mechanism, body.reference
    )
    return _place(places.record_place(actor, party, new), [])


@router.post("/subprocessors")
def add_subprocessor(request: HttpRequest, body: SubProcessorSaid) -> dict[str, Any]:
    """It processes for us from now on."""
    actor, party = _office(request)
    new = NewSubProcessor(body.name, body.country, body.task, body.mechanism, body.reference)
    return _sub(places.record_subprocessor(actor, party, new), [])


@router.post("/places/certificates")
def add_certificate(request: HttpRequest, body: CertificateSaid) -> dict[str, Any]:
    """Of a place or of a sub-processor."""
    actor, party = _office(request)
    new = NewAttestation(
        body.place_id, body.sub_processor_id, body.standard, body.number, body.issuer, clock.moment(body.from_ms),
        clock.moment(body.to_ms),
    )  # fmt: skip
    return _certificate(places.attest(actor, party, new))


@router.post("/places/certificates/{certificate_id}/withdraw")
def withdraw_certificate(request: HttpRequest, certificate_id: UUID) -> dict[str, Any]:
    """It holds no longer."""
    actor, party = _office(request)
    places.withdraw(actor, party, certificate_id)
    return {}


@router.post("/places/{thing_id}/end")
def end(request: HttpRequest, thing_id: UUID) -> dict[str, Any]:
    """A place or sub-processor is used no longer."""
    actor, party = _office(request)
    places.end(actor, party, thing_id)
    return {}


# --- where a tenant lets it lie ---


@router.get("/residency")
def residency(request: HttpRequest) -> dict[str, Any]:
    """The acting tenant's own rule, and those of its profiles; each must let a country."""
    actor = acting(request)
    resource = Resource(ResourceKind.RESIDENCY, None, actor.party_id)
    require(actor, Action.READ, resource)
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        own = Residency.objects.filter(owner_id=actor.party_id, ended_at=None).first()
        rules = [rule for rule in places.rules_seen(actor.party_id) if rule.owner_id == actor.party_id]
    return {
        "own": None if own is None else list(own.countries),
        "rules": [{"countries": list(rule.countries), "source": rule.source} for rule in rules],
        "may": {"change": decide(actor, Action.CHANGE, resource).allowed},
    }


@router.put("/residency")
def set_residency(request: HttpRequest, body: RuleSaid) -> dict[str, Any]:
    """From now on."""
    actor = acting(request)
    assert actor.party_id is not None
    provider = people.serving(actor.party_id, RelationKind.PROVIDER)
    row = places.set_rule(actor, actor.party_id, provider or actor.party_id, body.countries)
    return {"own": list(row.countries)}


# --- how long an owner keeps his own ---


@router.get("/terms")
def kept(request: HttpRequest) -> dict[str, Any]:
    """What holds for the acting owner, what he may choose, and every choice there was."""
    actor = acting(request)
    require(actor, Action.READ, terms.resource(_party(actor)))
    with tenancy.acting_as(actor.party_id, actor.id):
        profiles, country = _profiles(actor)
        chosen, history = terms.choices_of(_party(actor)), terms.history_of(_party(actor))
        rows = [_term(profiles, country, term, chosen.get(term)) for term in CHOSEN]
        names = people.person_names({row.chosen_by for row in history if row.chosen_by})
    return {
        "profiles": list(profiles), "terms": rows,
        "history": [
            {"term": row.term, "words": words.word(Term(row.term)), "days": row.days, "why": row.justification,
             "by": names.get(row.chosen_by, "") if row.chosen_by else "", "at_ms": clock.ms(row.chosen_at),
             "to_ms": clock.ms(row.ended_at)}
            for row in history
        ],
        "may": {"change": decide(actor, Action.CHANGE, terms.resource(_party(actor))).allowed},
    }  # fmt: skip


@router.put("/terms/{term}")
def choose(request: HttpRequest, term: Term, body: TermSaid) -> dict[str, Any]:
    """Shorter, within the bounds; above the authority's norm with a reason in writing."""
    actor = acting(request)
    owner = _party(actor)
    with tenancy.acting_as(owner, actor.id):
        profiles, country = _profiles(actor)
        allowed = terms.bounds_of(profiles, term, country)
    provider = people.serving(owner, RelationKind.PROVIDER)
    if provider is None:
        raise NoAgreement("Nobody provides for you yet.", action="Ask your provider.")
    row = terms.choose(actor, owner, provider, allowed, term, body.days, body.justification)
    return {"days": row.days}


@router.post("/terms/{term}/give-up")
def give_up(request: HttpRequest, term: Term) -> dict[str, Any]:
    """Back to what the profile says."""
    actor = acting(request)
    terms.give_up(actor, _party(actor), term)
    return {}


# --- shapes ---


def _office(request: HttpRequest) -> tuple[Actor, UUID]:
    actor = acting(request)
    party = _party(actor)
    require(actor, Action.READ, places.resource(party))
    return actor, party


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None
    return actor.party_id


def _profiles(actor: Actor) -> tuple[tuple[str, ...], str]:
    """Of the acting owner's places, and his country."""
    rows = Site.objects.filter(owner_id=_party(actor)).values_list("profile", flat=True).distinct()
    own = people.party(_party(actor), seen_by=_party(actor))
    return tuple(sorted(set(rows))), "" if own is None else own.country


def _term(profiles: tuple[str, ...], country: str, term: Term, chosen: TermChoice | None) -> dict[str, Any]:
    allowed = terms.bounds_of(profiles, term, country)
    return {
        "term": term.value, "words": words.word(term), "days": allowed.days if chosen is None else chosen.days,
        "standard": allowed.days, "least": allowed.least, "most": allowed.most, "free": allowed.free,
        "source": grounds.said(allowed.source), "chosen": chosen is not None,
        "why": "" if chosen is None else chosen.justification,
    }  # fmt: skip


def _place(row: Place, certificates: list[Attestation]) -> dict[str, Any]:
    return {
        "id": str(row.id), "what": row.what, "name": row.name, "address": row.address, "operator": row.operator,
        "own_management": row.own_management, **_lies(row),
        "certificates": [_certificate(one) for one in certificates if one.place_id == row.id],
    }  # fmt: skip


def _sub(row: SubProcessor, certificates: list[Attestation]) -> dict[str, Any]:
    return {
        "id": str(row.id), "name": row.name, "task": row.task, **_lies(row),
        "certificates": [_certificate(one) for one in certificates if one.sub_processor_id == row.id],
    }  # fmt: skip


def _lies(row: Place | SubProcessor) -> dict[str, Any]:
    today = clock.now().date()
    decision = law.adequate(row.country, today)
    return {
        "country": row.country, "mechanism": row.mechanism, "reference": row.reference, "from_ms": _ms(row.valid_from),
        "in_area": law.in_area(row.country, today),
        "decision": "" if decision is None else grounds.said(decision.source),
    }  # fmt: skip


def _certificate(row: Attestation) -> dict[str, Any]:
    return {
        "id": str(row.id), "standard": row.standard, "words": words.word(Standard(row.standard)), "number": row.number,
        "issuer": row.issuer, "from_ms": _ms(row.valid_from), "to_ms": _ms(row.valid_to),
    }  # fmt: skip


def _ms(moment: datetime) -> int:
    return clock.ms(moment)
