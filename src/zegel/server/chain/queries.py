# SPDX-License-Identifier: EUPL-1.2
"""Every read of the chain. A tenant's functions run within its acting party, a partner's within his."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q

from zegel.server.chain import rules
from zegel.server.chain.errors import UnknownDocument, UnknownOffer, UnknownPartner, UnknownSheet, UnknownStep
from zegel.server.chain.models import Authorisation, Document, Offer, Partner, Sheet, Step
from zegel.server.chain.rules import OfferState, StepKind
from zegel.server.kernel import clock, tenancy
from zegel.server.people import queries as people
from zegel.server.people.models import Membership
from zegel.server.people.roles import Role

MOST = 500


def today() -> date:
    return clock.now().date()


# --- the tenant's ---


def partners(owner_id: UUID) -> list[Partner]:
    """All that work for it now, by sort and name, with their authorisations."""
    rows = Partner.objects.filter(owner_id=owner_id, ended_at=None).prefetch_related("authorisations")
    return list(rows.order_by("kind", "name")[:MOST])


def partner(owner_id: UUID, partner_id: UUID) -> Partner:
    """Raises UnknownPartner."""
    row = Partner.objects.filter(owner_id=owner_id, id=partner_id, ended_at=None).first()
    if row is None:
        raise UnknownPartner
    return row


def in_force(row: Partner) -> bool:
    """Its written agreement holds today."""
    return row.ended_at is None and rules.in_force(row.agreed_on, row.agreed_until, today())


def eligible(step: Step) -> list[Partner]:
    """Who may be offered this step: the right sort, under agreement, authorised for this type there."""
    wanted = rules.PARTNER_OF[StepKind(step.kind)]
    rows = Partner.objects.filter(owner_id=step.owner_id, kind=wanted.value, ended_at=None)
    found = [row for row in rows.order_by("name")[:MOST] if in_force(row)]
    allowed = _authorised_ids(step)
    return [row for row in found if row.id in allowed]


def _authorised_ids(step: Step) -> set[UUID]:
    day = today()
    rows = Authorisation.objects.filter(owner_id=step.owner_id, order_type=step.order_type, valid_from__lte=day)
    rows = rows.filter(Q(valid_until=None) | Q(valid_until__gte=day))
    return {
        row.partner_id for row in rows
        if rules.Region(row.country, row.postcode_from, row.postcode_until).covers(step.country, step.postcode)
    }  # fmt: skip


def authorised(step_id: UUID, party_id: UUID) -> bool:
    """Within the tenant: whether this party may take this step now."""
    step = Step.objects.filter(id=step_id).first()
    return step is not None and any(row.party_id == party_id for row in eligible(step))


def step(owner_id: UUID, step_id: UUID) -> Step:
    """Raises UnknownStep."""
    row = Step.objects.select_related("partner").filter(owner_id=owner_id, id=step_id).first()
    if row is None:
        raise UnknownStep
    return row


def steps_of(order_id: UUID) -> list[Step]:
    """In their order, with who does them."""
    return list(Step.objects.select_related("partner").filter(order_id=order_id).order_by("place")[:MOST])


def steps(owner_id: UUID, states: Iterable[str]) -> list[Step]:
    """Of all orders, newest first."""
    rows = Step.objects.select_related("partner").filter(owner_id=owner_id, state__in=list(states))
    return list(rows.order_by("-offered_at")[:MOST])


def documents_of(step_ids: Sequence[UUID]) -> list[Document]:
    """Without their ciphertext."""
    return list(Document.objects.defer("ciphertext", "header").filter(step_id__in=step_ids).order_by("made_at"))


def document(owner_id: UUID, document_id: UUID) -> Document:
    """Raises UnknownDocument."""
    row = Document.objects.select_related("step").filter(owner_id=owner_id, id=document_id).first()
    if row is None:
        raise UnknownDocument
    return row


# --- the partner's ---


def offers(party_id: UUID, kinds: Iterable[StepKind]) -> list[Offer]:
    """Open ones, and those that went elsewhere a short while ago; newest first."""
    since = clock.now() - rules.OFFER_KEPT
    shown = Q(state=OfferState.OPEN.value) | Q(state__in=("taken", "withdrawn"), answered_at__gt=since)
    rows = Offer.objects.filter(shown, owner_id=party_id, kind__in=[kind.value for kind in kinds])
    return list(rows.order_by("-made_at")[:MOST])


def offer(party_id: UUID, offer_id: UUID) -> Offer:
    """Raises UnknownOffer."""
    row = Offer.objects.filter(owner_id=party_id, id=offer_id).first()
    if row is None:
        raise UnknownOffer
    return row


def sheets(party_id: UUID, kinds: Iterable[StepKind]) -> list[Sheet]:
    """Those that run, and those that ended and are still kept."""
    kept = Q(gone_at=None) | Q(gone_at__gt=clock.now())
    rows = Sheet.objects.filter(kept, owner_id=party_id, withdrawn=False, kind__in=[kind.value for kind in kinds])
    return list(rows.order_by("ended_at", "made_at")[:MOST])


def sheet(party_id: UUID, sheet_id: UUID) -> Sheet:
    """Raises UnknownSheet."""
    row = Sheet.objects.filter(owner_id=party_id, id=sheet_id).first()
    if row is None:
        raise UnknownSheet
    return row


def keeper(party_id: UUID) -> UUID | None:
    """Who of a partner's people keeps its keys and colleagues: its owner or administrator, else who was there first."""
    with tenancy.acting_as(party_id):
        rows = Membership.objects.filter(people.at(clock.now()), party_id=party_id).order_by("valid_from", "id")
        found = list(rows.values_list("person_id", "role"))
    keepers = [person for person, role in found if role in (Role.OWNER.value, Role.ADMIN.value)]
    return next(iter(keepers or [person for person, _role in found]), None)
