# SPDX-License-Identifier: EUPL-1.2
"""The consumer's link to his order. The principles that keep it safe:

- He has no account. What he may see is in his link's token (256 random bits, of which only a hash is kept), and only in
  the browser that opened it first.
- It opens one order: how far it is, when somebody comes, and his own data, which he may correct. Nothing that others
  wrote for each other, and nothing of another order.
- A link that was opened elsewhere is not opened again: a new one goes to the address on record, and the old one ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zegel.server.chain import actions as chain
from zegel.server.chain import queries, rules
from zegel.server.chain.errors import LinkRefused, UnknownStep
from zegel.server.chain.models import FollowLink, Step
from zegel.server.customers import actions as customers
from zegel.server.customers.models import Customer
from zegel.server.gate import Action, require
from zegel.server.kernel import clock, erasures, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.orders.models import Order
from zegel.server.people import queries as people
from zegel.server.products.models import Item

OWN = ("name", "street", "house_number", "postcode", "city", "phone", "email")
"""What he may correct himself."""


def new_link(actor: Actor, order_id: UUID) -> str:
    """A token for the desk to hand over, shown once; every earlier one ends. Raises Denied, UnknownStep."""
    with work.transaction(actor) as w:
        order = Order.objects.filter(id=order_id, owner_id=chain.party_of(actor)).first()
        if order is None:
            raise UnknownStep
        require(actor, Action.CHANGE, chain.of_order(order))
        erasures.delete(FollowLink.objects.filter(order_id=order.id), None)
        _noted(w, order.owner_id, "follow_link", order.id)
        return draw(order.id, order.owner_id)


def draw(order_id: UUID, owner_id: UUID) -> str:
    """A new token for the order; only its hash is kept."""
    token = secrets.token_urlsafe(rules.TOKEN_BYTES)
    FollowLink.objects.create(
        token_hash=rules.token_hash(token), order_id=order_id, owner_id=owner_id,
        expires_at=clock.now() + rules.LINK_LASTS,
    )  # fmt: skip
    return token


def _noted(w: work.Work, owner_id: UUID, what: str, order_id: UUID) -> None:
    facts: dict[str, Fact] = {"what": what, "order": order_id}
    w.record(Entry(Kind.CHAIN, owner_id, facts, order_id))


# --- by whoever has the link ---


@dataclass(frozen=True)
class Held:
    """What a token and a browser's secret prove: this order, of this tenant."""

    order_id: UUID
    owner_id: UUID


def held(token: str, browser: str) -> Held:
    """Raises LinkRefused."""
    with tenancy.acting_as(None):
        link = _link(token)
    if link.browser_hash is None:
        raise LinkRefused("unopened")
    mine = rules.token_hash(browser)
    if mine is None or not secrets.compare_digest(mine, bytes(link.browser_hash)):
        raise LinkRefused("elsewhere")
    return Held(link.order_id, link.owner_id)


def owner_of(token: str) -> UUID | None:
    """Whose link it is, for the page's own look; None for one that opens nothing."""
    with tenancy.acting_as(None):
        try:
            return _link(token).owner_id
        except LinkRefused:
            return None


def _link(token: str) -> FollowLink:
    wanted = rules.token_hash(token)
    link = None if wanted is None else FollowLink.objects.filter(token_hash=wanted).first()
    if link is None:
        raise LinkRefused("unknown")
    if link.expires_at <= clock.now():
        raise LinkRefused("expired")
    return link


def open_link(token: str) -> str:
    """The first browser has it: returns the secret that it keeps. Raises LinkRefused (also for the second of two)."""
    browser = secrets.token_urlsafe(rules.TOKEN_BYTES)
    with tenancy.acting_as(None):
        link = _link(token)
    with work.transaction(system(link.owner_id)) as w:
        taken = FollowLink.objects.filter(token_hash=link.token_hash, browser_hash=None).update(
            browser_hash=rules.token_hash(browser), opened_at=clock.now()
        )
        if not taken:
            raise LinkRefused("elsewhere")
        erasures.delete(FollowLink.objects.filter(~Q(token_hash=link.token_hash), order_id=link.order_id), None)
        _noted(w, link.owner_id, "follow_opened", link.order_id)
    return browser


def again(token: str) -> None:
    """Somebody holds a link that another browser opened: a new one goes to the address on record, never to him who
    asks. Raises LinkRefused."""
    with tenancy.acting_as(None):
        link = _link(token)
    with work.transaction(system(link.owner_id)) as w:
        w.publish("chain.follow_wanted", owner_id=link.owner_id, order_id=link.order_id)


@dataclass(frozen=True)
class Followed:
    """What the page shows. `customer` None: he was made anonymous."""

    order: Order
    steps: tuple[Step, ...]
    customer: Customer | None
    product: str
    tenant: str


def page(token: str, browser: str) -> Followed:
    """Raises LinkRefused."""
    mine = held(token, browser)
    with tenancy.acting_as(mine.owner_id):
        order = Order.objects.filter(id=mine.order_id).first()
        if order is None:
            raise LinkRefused("unknown")
        customer = _customer(order)
        item = None if order.item_id is None else Item.objects.select_related("model").filter(id=order.item_id).first()
        steps = tuple(queries.steps_of(order.id))
    product = "" if item is None else f"{item.model.brand} {item.model.name}".strip()
    tenant = people.party_names([mine.owner_id], seen_by=mine.owner_id).get(mine.owner_id, "")
    return Followed(order, steps, customer, product, tenant)


def _customer(order: Order) -> Customer | None:
    if order.customer_id is None:
        return None
    return Customer.objects.filter(id=order.customer_id, anonymised_at=None).first()


def correct(token: str, browser: str, changes: Mapping[str, str]) -> None:
    """His own data, in the record and so on every sheet that runs. Raises LinkRefused, and what customers.correct_own
    raises (BadDetails)."""
    mine = held(token, browser)
    with work.transaction(system(mine.owner_id)) as w:
        order = Order.objects.filter(id=mine.order_id).first()
        if order is None or order.customer_id is None:
            raise LinkRefused("unknown")
        wanted = {name: " ".join(text.split()) for name, text in changes.items() if name in OWN}
        customers.correct_own(w, order.customer_id, wanted)
        _noted(w, mine.owner_id, "follow_corrected", order.id)


def end_links(order_id: UUID, at: datetime) -> None:
    """The order is over: he still reads that for a while."""
    ends = at + rules.LINK_AFTER_END
    FollowLink.objects.filter(order_id=order_id, expires_at__gt=ends).update(expires_at=ends)


def forget_old_links(now: datetime) -> int:
    """Links that open nothing any more."""
    with tenancy.acting_as(None):
        return FollowLink.objects.filter(expires_at__lte=now).delete()[0]


def forget_links_of(owner_id: UUID) -> int:
    """Every link to an order of this tenant; returns how many."""
    with tenancy.acting_as(None):
        return FollowLink.objects.filter(owner_id=owner_id).delete()[0]
