# SPDX-License-Identifier: EUPL-1.2
"""What a register says today: declarations, terms of the controller's profiles and choices, agreement, purposes,
places, sub-processors. Words of the closed sets and names only, so that the same state gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from zegel.declare import Subject, Term, bodies, declarations, law, tracks
from zegel.declare.profiles import STRICTEST
from zegel.server.agreements import places, terms
from zegel.server.agreements import queries as agreements
from zegel.server.agreements.models import Place, SubProcessor
from zegel.server.kernel import clock
from zegel.server.kernel.checks import load_declarations
from zegel.server.notify import endpoints
from zegel.server.people import queries as people
from zegel.server.people.models import Party as PartyRow
from zegel.server.people.queries import as_party
from zegel.server.people.roles import RelationKind
from zegel.server.privacy import queries as privacy
from zegel.server.registers import rules
from zegel.server.registers.rules import Anything, Article, Line, Party
from zegel.server.sites.models import Site
from zegel.server.tenants import queries as tenants

OWN_PROFILE = "office"


@cache
def everything() -> tuple[Anything, ...]:
    """What every room declared, media tracks and ledger bodies included."""
    load_declarations()
    return (*declarations(), *tracks(), *bodies())


def days_for(party_id: UUID, kind: Party) -> Mapping[Term, Sequence[int]]:
    """Within that party's view: how many days each term is for it, at each of its places."""
    if kind is not Party.CUSTOMER:
        return {term: (days,) for term, days in terms.all_days(party_id, OWN_PROFILE, _country(party_id)).items()}
    found: dict[Term, list[int]] = {}
    sites = Site.objects.filter(owner_id=party_id).values_list("profile", "country").distinct()
    tenant = tenants.tenant(party_id)
    without = [(STRICTEST if tenant is None else tenant.profile, "")]
    for profile, country in sorted(set(sites)) or without:
        for term, days in terms.all_days(party_id, profile, country or _country(party_id)).items():
            found.setdefault(term, []).append(days)
    return found


def _declared_for(controller_id: UUID, kind: Party) -> Sequence[Anything]:
    """What can be of that controller: customers of a firm are a tenant's alone."""
    if kind is not Party.CUSTOMER or tenants.tenant(controller_id) is not None:
        return everything()
    return [one for one in everything() if one.subject is not Subject.CONSUMER]


def _country(party_id: UUID) -> str:
    row = people.party(party_id, seen_by=party_id)
    return "" if row is None else row.country


def of_controller(party_id: UUID, kind: Party) -> dict[str, Any]:
    """Art. 30(1)."""
    with as_party(party_id):
        found = rules.lines(Article.CONTROLLER, kind, _declared_for(party_id, kind), days_for(party_id, kind))
        provider = people.serving(party_id, RelationKind.PROVIDER) if kind is Party.CUSTOMER else party_id
        return {
            "article": Article.CONTROLLER.value, "controller": _named(party_id),
            "authority": _authority(_country(party_id)), "processors": _processors(party_id, kind),
            "agreement": _agreement(party_id), "purposes": _purposes(party_id),
            **_where(provider), "lines": [line_said(line) for line in found],
        }  # fmt: skip


def of_processor(keeper_id: UUID, kind: Party, controller_id: UUID) -> dict[str, Any]:
    """Art. 30(2): what provider or alarm centre does for one controller."""
    with as_party(keeper_id):
        days = days_for(controller_id, Party.CUSTOMER)
        found = rules.lines(Article.PROCESSOR, kind, _declared_for(controller_id, Party.CUSTOMER), days)
        return {
            "article": Article.PROCESSOR.value, "processors": [_named(keeper_id)],
            "controller": _named(controller_id), "authority": _authority(_country(keeper_id)),
            "agreement": _agreement(controller_id), "purposes": _purposes(controller_id),
            **_where(keeper_id), "lines": [line_said(line) for line in found],
        }  # fmt: skip


def line_said(line: Line) -> dict[str, Any]:
    return {
        "key": line.key, "purpose": line.purpose.value, "bases": [one.value for one in line.bases],
        "subjects": [one.value for one in line.subjects], "categories": [one.value for one in line.categories],
        "recipients": [one.value for one in line.recipients], "measures": [one.value for one in line.measures],
        "kept": [[one.term.value, one.starts.value, list(one.days)] for one in line.kept],
        "sources": list(line.sources),
    }  # fmt: skip


def _named(party_id: UUID) -> dict[str, str]:
    row = PartyRow.objects.filter(id=party_id).first()
    contact = privacy.contact_of(party_id)
    return {
        "id": str(party_id), "name": "" if row is None else row.name, "country": "" if row is None else row.country,
        "contact": "" if contact is None else contact.name, "email": "" if contact is None else contact.email,
        "phone": "" if contact is None else contact.phone,
    }  # fmt: skip


def _authority(country: str) -> str:
    found = law.authority(country)
    return "" if found is None else found.name


def _processors(party_id: UUID, kind: Party) -> list[dict[str, str]]:
    if kind is not Party.CUSTOMER:
        return []
    serving = [people.serving(party_id, one) for one in (RelationKind.PROVIDER, RelationKind.ARC)]
    return [_named(one) for one in dict.fromkeys(serving) if one is not None]


def _agreement(owner_id: UUID) -> dict[str, str] | None:
    row = agreements.agreement_of(owner_id)
    if row is None:
        return None
    return {"hash": bytes(row.document_hash).hex(), "since": row.valid_from.date().isoformat(), "how": row.signed_how}


def _purposes(owner_id: UUID) -> list[str]:
    return sorted({row.text for row in agreements.purposes_of([owner_id]).get(owner_id, [])})


def _where(provider_id: UUID | None) -> dict[str, Any]:
    """Places and sub-processors; `transfers`: those outside the European Economic Area, and what lets data go there."""
    today = clock.now().date()
    kept = [] if provider_id is None else places.in_force(provider_id)
    subs = [] if provider_id is None else places.subprocessors(provider_id)
    push = [] if provider_id is None else endpoints.operators()
    used: list[Place | SubProcessor] = [*kept, *subs]
    outside = [(one.name, one.country, one.mechanism, one.reference) for one in used]
    outside += [(name, country, "", "") for name, country in push]
    return {
        "places": [
            {"what": one.what, "name": one.name, "country": one.country, "operator": one.operator,
             "own_management": one.own_management}
            for one in kept
        ],
        "subprocessors": [
            *({"name": one.name, "country": one.country, "task": one.task} for one in subs),
            *({"name": name, "country": country, "task": endpoints.CARRIES} for name, country in push),
        ],
        "transfers": [
            {"name": name, "country": country, "mechanism": mechanism, "reference": reference,
             "decision": _decision(country)}
            for name, country, mechanism, reference in outside if not law.in_area(country, today)
        ],
    }  # fmt: skip


def _decision(country: str) -> str:
    """The adequacy decision that holds today, and for whom only."""
    found = law.adequate(country, clock.now().date())
    if found is None:
        return ""
    return f"{found.source}: {found.scope}" if found.scope else found.source


def hash_of(content: Mapping[str, Any]) -> bytes:
    """SHA-256 of the one form of a register: keys sorted, UTF-8, no blanks."""
    said = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).digest()
