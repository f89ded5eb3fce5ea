# SPDX-License-Identifier: EUPL-1.2
"""What a tenant does with its partners: authorise, offer a step, take it back.

The principles that keep it safe:
- Nothing goes to a firm without a written agreement in force and an authorisation for this work, there, today.
- An offer says nothing of whom it is for. It is a row of the partner's own party, written here as that party.
- Restricted data goes nowhere: the gate asks before an offer is made (not_restricted).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from zegel.server.chain import ordering, queries, removing, rules, source
from zegel.server.chain.errors import BadPartner, NobodyAuthorised, NotNow, UnknownPartner, UnknownStep
from zegel.server.chain.models import Authorisation, Offer, Partner, Step
from zegel.server.chain.rules import OfferState, PartnerKind, State, StepKind
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, erasures, ids, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.orders.models import Order
from zegel.server.people import queries as people
from zegel.server.people.models import Party
from zegel.server.people.roles import RelationKind

MOST_PARTNERS = 500
MOST_AUTHORISATIONS = 200
MOST_STEPS = 40
MOST_OFFERED = 50


# --- partners ---


@dataclass(frozen=True)
class Said:
    """What the desk writes of a partner. `party_id`: the partner's number, which stands on his own page."""

    party_id: UUID
    kind: PartnerKind
    name: str
    address: str
    agreed_on: date
    agreed_until: date | None = None
    sheet_days: int = rules.SHEET_DAYS


@dataclass(frozen=True)
class Allowed:
    """Which work, where, from when until when. `region.first`, `.last`: bounds of postcodes."""

    order_type: str
    region: rules.Region
    valid_from: date
    valid_until: date | None = None


def add_partner(actor: Actor, said: Said) -> Partner:
    """Raises Denied, BadPartner."""
    require(actor, Action.ADD, _partner_of(actor))
    with work.transaction(actor) as w:
        _check(said)
        if said.party_id == actor.party_id or not _is_party(said.party_id):
            raise BadPartner(
                _("There is no firm with this number."), action=_("Ask the partner for the number on his page."),
                field="party_id",
            )  # fmt: skip
        taken = Partner.objects.filter(
            owner_id=party_of(actor), party_id=said.party_id, kind=said.kind.value, ended_at=None
        )  # fmt: skip
        if taken.exists():
            raise BadPartner(_("This firm is on the list already."), action=_("Change it there."), field="party_id")
        row = Partner.objects.create(
            owner_id=party_of(actor), provider_id=_provider(party_of(actor)), party_id=said.party_id,
            kind=said.kind.value, made_at=clock.now(), **_written(said),
        )  # fmt: skip
        _noted(w, row.owner_id, "partner_added", row.id, {"party": row.party_id, "sort": row.kind})
        return row


def change_partner(actor: Actor, partner_id: UUID, said: Said) -> Partner:
    """Name, address, agreement, term; not which firm it is. Raises Denied, UnknownPartner, BadPartner."""
    require(actor, Action.CHANGE, _partner_of(actor, partner_id))
    with work.transaction(actor) as w:
        row = _locked_partner(actor, partner_id)
        _check(said)
        for name, value in _written(said).items():
            setattr(row, name, value)
        row.save()
        _noted(w, row.owner_id, "partner_changed", row.id)
        return row


def end_partner(actor: Actor, partner_id: UUID) -> None:
    """It is offered nothing more, its open offers go, and so do its running jobs. Raises Denied, UnknownPartner."""
    require(actor, Action.END, _partner_of(actor, partner_id))
    with work.transaction(actor) as w:
        row = _locked_partner(actor, partner_id)
        for step in Step.objects.select_for_update().filter(partner=row, state=State.ACCEPTED.value):
            take_back(w, step, State.GIVEN_BACK)
        with tenancy.acting_as(row.party_id):
            Offer.objects.filter(partner_id=row.id, state=OfferState.OPEN.value).update(
                state=OfferState.WITHDRAWN.value, answered_at=clock.now()
            )
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        erasures.ended(row, row.owner_id, "ended_at")
        _noted(w, row.owner_id, "partner_ended", row.id)


def authorise(actor: Actor, partner_id: UUID, allowed: Allowed) -> Authorisation:
    """Raises Denied, UnknownPartner, BadPartner."""
    require(actor, Action.CHANGE, _partner_of(actor, partner_id))
    with work.transaction(actor) as w:
        row = _locked_partner(actor, partner_id)
        _check_allowed(allowed)
        if row.authorisations.count() >= MOST_AUTHORISATIONS:
            raise BadPartner(_("This is more than a partner can have."), action=_("End one that is not needed."))
        found = Authorisation.objects.create(
            owner_id=row.owner_id, provider_id=row.provider_id, partner=row, order_type=allowed.order_type,
            country=allowed.region.country, postcode_from=rules.normal_postcode(allowed.region.first),
            postcode_until=rules.normal_postcode(allowed.region.last), valid_from=allowed.valid_from,
            valid_until=allowed.valid_until,
        )  # fmt: skip
        _noted(w, row.owner_id, "authorised", row.id, {"type": allowed.order_type, "authorisation": found.id})
        return found


def end_authorisation(actor: Actor, authorisation_id: UUID) -> None:
    """From now on; what was accepted under it goes on. Raises Denied, UnknownPartner."""
    with work.transaction(actor) as w:
        found = Authorisation.objects.filter(owner_id=party_of(actor), id=authorisation_id).first()
        if found is None:
            raise UnknownPartner
        require(actor, Action.CHANGE, _partner_of(actor, found.partner_id))
        _noted(w, found.owner_id, "authorisation_ended", found.partner_id, {"authorisation": found.id})
        found.delete()


def _check(said: Said) -> None:
    if not 1 <= len(said.name.strip()) <= 120 or "\n" in said.name:
        raise BadPartner(_("A partner has a name."), action=_("Write its name."), field="name")
    if len(said.address) > 200 or "\n" in said.address:
        raise BadPartner(_("This address is too long."), action=_("Shorten it."), field="address")
    if said.agreed_until is not None and said.agreed_until < said.agreed_on:
        raise BadPartner(_("It ends before it begins."), action=_("Correct the dates."), field="agreed_until")
    if not 0 <= said.sheet_days <= rules.SHEET_DAYS:
        raise BadPartner(
            _("A partner keeps a job's data for at most two weeks."), action=_("Choose 0 to 14 days."),
            field="sheet_days",
        )  # fmt: skip


def _check_allowed(allowed: Allowed) -> None:
    region = allowed.region
    first, last = rules.normal_postcode(region.first), rules.normal_postcode(region.last)
    if allowed.order_type not in order_types():
        raise BadPartner(_("This type of order does not exist."), action=_("Choose one."), field="order_type")
    if len(region.country) != 2 or not region.country.isalpha() or not region.country.isupper():
        raise BadPartner(
            _("A country is written with two capital letters."), action=_("Write NL, SE or DE, for example."),
            field="country",
        )  # fmt: skip
    if not (rules.is_bound(first) and rules.is_bound(last)) or (first and last and last < first[: len(last)]):
        raise BadPartner(
            _("These postcodes are no range."), action=_("Write the first and the last one, or neither."),
            field="postcode_from",
        )  # fmt: skip
    if allowed.valid_until is not None and allowed.valid_until < allowed.valid_from:
        raise BadPartner(_("It ends before it begins."), action=_("Correct the dates."), field="valid_until")


def order_types() -> tuple[str, ...]:
    """As orders have them."""
    from zegel.server.orders.rules import OrderType

    return tuple(one.value for one in OrderType)


def _written(said: Said) -> dict[str, object]:
    return {
        "name": said.name.strip(), "address": said.address.strip(), "agreed_on": said.agreed_on,
        "agreed_until": said.agreed_until, "sheet_days": said.sheet_days,
    }  # fmt: skip


def party_of(actor: Actor) -> UUID:
    """Who acts for nobody has nothing here. Raises UnknownPartner."""
    if actor.party_id is None:
        raise UnknownPartner
    return actor.party_id


def _is_party(party_id: UUID) -> bool:
    with tenancy.acting_as(party_id):
        return Party.objects.filter(id=party_id).exists()


def _partner_of(actor: Actor, partner_id: UUID | None = None) -> Resource:
    return Resource(ResourceKind.PARTNER, partner_id, actor.party_id)


def _locked_partner(actor: Actor, partner_id: UUID) -> Partner:
    row = Partner.objects.select_for_update().filter(owner_id=party_of(actor), id=partner_id, ended_at=None).first()
    if row is None:
        raise UnknownPartner
    return row


def _provider(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id


def _noted(w: work.Work, owner_id: UUID, what: str, about: UUID, more: dict[str, Fact] | None = None) -> None:
    w.record(Entry(Kind.CHAIN, owner_id, {"what": what, **(more or {})}, about))


# --- steps ---


@dataclass(frozen=True)
class NewStep:
    """What is offered. `partner_ids`: to these of the authorised ones; none named: to all of them, and the first who
    accepts has it. `other_end`: where a carrier brings it, or fetches it (a firm's name and address)."""

    kind: StepKind
    window_from: datetime | None = None
    window_until: datetime | None = None
    instructions: str = ""
    other_end: str = ""
    partner_ids: Sequence[UUID] = field(default_factory=tuple)


def offer_step(actor: Actor, order_id: UUID, new: NewStep) -> Step:
    """Raises Denied, UnknownStep (no such order), NotNow (a closed order), NobodyAuthorised, BadPartner."""
    with work.transaction(actor) as w:
        order = Order.objects.select_for_update().filter(id=order_id, owner_id=party_of(actor)).first()
        if order is None:
            raise UnknownStep
        require(actor, Action.OFFER, of_order(order))
        if order.closed_at is not None:
            raise NotNow
        _check_new(new)
        step = _new_step(actor, order, new)
        chosen = _chosen(step, new.partner_ids)
        step.save(force_insert=True)
        _offer_to(w, step, chosen)
        return step


def offer_again(actor: Actor, step_id: UUID, partner_ids: Sequence[UUID] = ()) -> Step:
    """A step that came back is offered anew. Raises Denied, UnknownStep, NotNow, NobodyAuthorised."""
    with work.transaction(actor) as w:
        step = _locked_step(actor, step_id)
        require(actor, Action.OFFER, resource(step))
        if State(step.state) is not State.GIVEN_BACK or step.closed_at is not None:
            raise NotNow
        step.state, step.partner = State.OFFERED.value, None
        step.accepted_at = step.accepted_by = None
        step.offered_at, step.offered_by = clock.now(), actor.id
        chosen = _chosen(step, partner_ids)
        step.save()
        _offer_to(w, step, chosen)
        return step


def withdraw(actor: Actor, step_id: UUID) -> Step:
    """The desk takes a step back: its offers and its sheet go. Raises Denied, UnknownStep, NotNow."""
    with work.transaction(actor) as w:
        step = _locked_step(actor, step_id)
        require(actor, Action.CANCEL, resource(step))
        if State(step.state) not in {State.OFFERED, State.ACCEPTED, State.GIVEN_BACK}:
            raise NotNow
        take_back(w, step, State.WITHDRAWN)
        return step


def resource(step: Step) -> Resource:
    of = {"order": step.order_id}
    if step.customer_id is not None:
        of["customer"] = step.customer_id
    return Resource(ResourceKind.STEP, step.id, step.owner_id, of)


def of_order(order: Order) -> Resource:
    """The steps of an order, as a whole."""
    of = {"order": order.id}
    if order.customer_id is not None:
        of["customer"] = order.customer_id
    return Resource(ResourceKind.STEP, None, order.owner_id, of)


def _check_new(new: NewStep) -> None:
    if len(new.instructions) > rules.LONGEST_TEXT or len(new.other_end) > 400:
        raise BadPartner(_("This text is too long."), action=_("Shorten it."), field="instructions")
    if new.window_from and new.window_until and new.window_until <= new.window_from:
        raise BadPartner(_("It ends before it begins."), action=_("Correct the times."), field="window_until")
    if len(new.partner_ids) > MOST_OFFERED:
        raise BadPartner(_("These are too many partners at once."), action=_("Choose fewer."))


def _new_step(actor: Actor, order: Order, new: NewStep) -> Step:
    step = draft(order, new.kind)
    if step.place > MOST_STEPS:
        raise NotNow
    step.instructions, step.other_end = new.instructions.strip(), " ".join(new.other_end.split())
    step.window_from, step.window_until, step.offered_by = new.window_from, new.window_until, actor.id
    return step


def draft(order: Order, kind: StepKind) -> Step:
    """Within the tenant: what the next step of an order would be. Not saved."""
    place = Step.objects.filter(order_id=order.id).aggregate(last=Max("place"))["last"] or 0
    where = source.of_customer(order.customer_id)
    return Step(
        id=ids.new(), owner_id=order.owner_id, provider_id=order.provider_id, order_id=order.id, order_type=order.type,
        customer_id=order.customer_id, place=place + 1, kind=kind.value, state=State.OFFERED.value,
        country=str(where.get("country") or ""), postcode=str(where.get("postcode") or ""), offered_at=clock.now(),
    )  # fmt: skip


def _chosen(step: Step, wanted: Sequence[UUID]) -> list[Partner]:
    allowed = queries.eligible(step)
    chosen = [row for row in allowed if row.id in set(wanted)] if wanted else allowed[:MOST_OFFERED]
    if not chosen or (wanted and len(chosen) != len(set(wanted))):
        raise NobodyAuthorised
    return chosen


def _offer_to(w: work.Work, step: Step, chosen: Sequence[Partner]) -> None:
    """Each offer is a row of its partner's party: sort of work, area, window."""
    told = source.of_step(step)
    tenant = people.party_names([step.owner_id], seen_by=step.owner_id).get(step.owner_id, "")
    area = rules.area_of(step.country, step.postcode, str(told.get("city") or ""))
    for partner in chosen:
        with tenancy.acting_as(partner.party_id):
            Offer.objects.filter(step_id=step.id).delete()
            Offer.objects.create(
                owner_id=partner.party_id, provider_id=step.provider_id, step_id=step.id, tenant_id=step.owner_id,
                tenant_name=tenant, partner_id=partner.id, kind=step.kind, order_type=step.order_type,
                product_kind=str(told.get("product_kind") or ""), area=area, window_from=step.window_from,
                window_until=step.window_until, state=OfferState.OPEN.value, made_at=clock.now(),
            )  # fmt: skip
        w.publish("chain.offered", owner_id=partner.party_id, step_id=step.id)
    _noted(w, step.owner_id, "offered", step.order_id, {"step": step.id, "sort": step.kind, "to": len(chosen)})
    changed(w, step)


def take_back(w: work.Work, step: Step, state: State) -> None:
    """Whatever of it lies with partners goes."""
    end_offers(w, step, OfferState.WITHDRAWN)
    if step.partner is not None:
        ordering.taken_back(w, step)
        removing.sheets(step.partner.party_id, step_id=step.id)
        w.publish("chain.taken_back", owner_id=step.partner.party_id, step_id=step.id)
    step.state, step.ended_at = state.value, clock.now()
    if state is State.GIVEN_BACK:
        step.partner = step.accepted_at = step.accepted_by = step.ended_at = None
    step.save()
    _noted(w, step.owner_id, state.value, step.order_id, {"step": step.id})
    changed(w, step)


def end_offers(w: work.Work, step: Step, state: OfferState, but: UUID | None = None) -> None:
    """Within the tenant's work: the other offers of this step say why they can't be accepted any more."""
    wanted = rules.PARTNER_OF[StepKind(step.kind)]
    rows = Partner.objects.filter(owner_id=step.owner_id, kind=wanted.value).values_list("party_id", flat=True)
    for party_id in set(rows) - {but}:
        with tenancy.acting_as(party_id):
            gone = Offer.objects.filter(step_id=step.id, state=OfferState.OPEN.value).update(
                state=state.value, answered_at=clock.now()
            )
        if gone:
            w.publish("chain.offered", owner_id=party_id, step_id=step.id)


def changed(w: work.Work, step: Step) -> None:
    """The tenant's screens hear of it."""
    w.publish("chain.step", owner_id=step.owner_id, step_id=step.id, order_id=step.order_id, state=step.state)


def _locked_step(actor: Actor, step_id: UUID) -> Step:
    row = Step.objects.select_for_update(of=("self",)).select_related("partner").filter(
        owner_id=party_of(actor), id=step_id
    ).first()  # fmt: skip
    if row is None:
        raise UnknownStep
    return row
