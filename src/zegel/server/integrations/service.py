# SPDX-License-Identifier: EUPL-1.2
"""What a key opens: orders, the catalogue, registered things, customers. The principles:

- The scope is asked first, and nothing is read or written but of the party whose key it is.
- A key changes no record that exists: what differs is suggested to the desk, as with a form.
- Of whom the data is restricted or was anonymised, nothing is given out.
- Whoever reads words or details of somebody is written down (I5); lists name identifiers, states and times only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.consents import actions as consents
from zegel.server.consents import purposes
from zegel.server.customers import actions as customers
from zegel.server.customers.errors import UnknownCustomer
from zegel.server.customers.models import Customer
from zegel.server.customers.rules import Details
from zegel.server.customers.rules import Source as CustomerSource
from zegel.server.integrations import keys
from zegel.server.integrations.errors import BadSettings
from zegel.server.integrations.keys import Caller
from zegel.server.integrations.rules import Scope
from zegel.server.kernel import tenancy, work
from zegel.server.orders import actions as orders
from zegel.server.orders import queries as order_queries
from zegel.server.orders.errors import UnknownOrder
from zegel.server.orders.models import Order, Visit
from zegel.server.orders.rules import OrderType, Outcome, State
from zegel.server.orders.rules import Source as OrderSource
from zegel.server.products import actions as products
from zegel.server.products import queries as catalogue
from zegel.server.products.actions import NewModel
from zegel.server.products.errors import UnknownProduct
from zegel.server.products.models import Item, ProductModel
from zegel.server.products.queries import Label
from zegel.server.products.rules import Source as ProductSource
from zegel.server.products.rules import Thing

MOST = 100
PLACE = "/api/service"


@dataclass(frozen=True)
class NewOrder:
    """`customer`: who asks, found or added; or `customer_id`, who is known. `item_id`: the thing that it is about."""

    type: OrderType
    subject: str
    description: str
    customer: Details | None = None
    customer_id: UUID | None = None
    item_id: UUID | None = None


@dataclass(frozen=True)
class NewRegistration:
    """`seen`: SHA-256 of the words of consent that the customer agreed to, in `language` (I4)."""

    model_id: UUID
    thing: Thing
    customer: Details
    seen: bytes
    language: str


@dataclass(frozen=True)
class OneOrder:
    """`customer`: None where there is none, the key may not read it, or its data is restricted or gone."""

    order: Order
    thing: Label | None
    visits: Sequence[Visit]
    customer: Customer | None


# --- orders ---


def orders_of(
    caller: Caller, state: State | None, of_type: OrderType | None, cursor: str, limit: int
) -> tuple[list[Order], str]:
    """The newest first, without what anybody wrote; and the next page's cursor. Raises OutOfScope."""
    caller.check(Scope.ORDERS_READ)
    wanted = order_queries.Wanted(
        order_queries.Which.ALL, () if of_type is None else (of_type,), () if state is None else (state,),
        cursor=cursor, limit=min(limit, MOST),
    )  # fmt: skip
    with tenancy.acting_as(caller.owner_id):
        found = order_queries.listed(caller.owner_id, wanted)
        return list(found.rows), found.next


def order(caller: Caller, order_id: UUID) -> OneOrder:
    """With its words; written down as a use. Raises OutOfScope, UnknownOrder."""
    caller.check(Scope.ORDERS_READ)
    with tenancy.acting_as(caller.owner_id):
        row = order_queries.find(order_id)
        if row is None or row.owner_id != caller.owner_id:
            raise UnknownOrder
        thing = None if row.item_id is None else catalogue.labels([row.item_id]).get(row.item_id)
        visits = order_queries.visits_of(row.id)
        who = _usable(row.customer_id, caller.owner_id)
    if row.customer_id is not None and who is None:
        row.subject, row.description, thing = "", "", None  # of whom is restricted or gone nothing is given out
    keys.noted(caller, "order", 1, row.id)
    return OneOrder(row, thing, visits, who if Scope.CUSTOMERS_READ in caller.scopes else None)


def _usable(customer_id: UUID | None, owner_id: UUID) -> Customer | None:
    """Within an acting party: None for whom the data is restricted or gone."""
    if customer_id is None:
        return None
    return Customer.objects.filter(
        id=customer_id, owner_id=owner_id, restricted_at=None, anonymised_at=None
    ).first()  # fmt: skip


def open_order(caller: Caller, new: NewOrder, key: str, raw: bytes) -> tuple[UUID, bool]:
    """Raises OutOfScope, KeyReused, BadOrder, BadDetails, UnknownCustomer, Restricted, UnknownProduct."""
    caller.check(Scope.ORDERS_WRITE)

    def do(w: work.Work) -> UUID:
        who = _who(w, caller, new)
        _own_thing(caller, new.item_id)
        asked = orders.New(
            type=new.type, customer_id=who, subject=new.subject, description=new.description, item_id=new.item_id,
            source=OrderSource.API,
        )  # fmt: skip
        return orders.open(w, caller.owner_id, asked).id

    return keys.once(caller, key, raw, do)


def _who(w: work.Work, caller: Caller, new: NewOrder) -> UUID | None:
    if new.customer is not None:
        found = customers.find_or_add(w, caller.owner_id, new.customer, source=CustomerSource.API)
        return customers.usable(found.id).id
    if new.customer_id is None:
        return None
    if not Customer.objects.filter(id=new.customer_id, owner_id=caller.owner_id, anonymised_at=None).exists():
        raise UnknownCustomer
    return customers.usable(new.customer_id).id


def _own_thing(caller: Caller, item_id: UUID | None) -> None:
    if item_id is not None and not Item.objects.filter(id=item_id, owner_id=caller.owner_id).exists():
        raise UnknownProduct


def cancel_order(caller: Caller, order_id: UUID) -> Order:
    """The customer asks it no longer. Raises OutOfScope, UnknownOrder, NotFromHere."""
    caller.check(Scope.ORDERS_WRITE)
    with work.transaction(caller.actor) as w:
        row = orders.locked(order_id)
        if row.owner_id != caller.owner_id:
            raise UnknownOrder
        return orders.move_in(w, row, State.CANCELLED, outcome=Outcome.WITHDRAWN)


# --- the catalogue, and registered things ---


def products_of(caller: Caller, after: UUID | None, limit: int) -> list[ProductModel]:
    """Those that are sold, in the order of their identifiers. Raises OutOfScope."""
    caller.check(Scope.PRODUCTS_READ)
    with tenancy.acting_as(caller.owner_id):
        rows = ProductModel.objects.filter(owner_id=caller.owner_id, retired_at=None)
        if after is not None:
            rows = rows.filter(id__gt=after)
        return list(rows.order_by("id")[: min(limit, MOST)])


def add_product(caller: Caller, new: NewModel, key: str, raw: bytes) -> tuple[UUID, bool]:
    """Raises OutOfScope, KeyReused, BadProduct, KnownProduct."""
    caller.check(Scope.PRODUCTS_WRITE)
    return keys.once(caller, key, raw, lambda w: products.put_model(w, caller.owner_id, new).id)


def registration(caller: Caller, item_id: UUID) -> Item:
    """A thing as it is on record; written down as a use. Raises OutOfScope, UnknownProduct."""
    caller.check(Scope.REGISTRATIONS_READ)
    with tenancy.acting_as(caller.owner_id):
        row = Item.objects.select_related("model").filter(id=item_id, owner_id=caller.owner_id).first()
        if row is None or row.anonymised_at is not None:
            raise UnknownProduct
        if row.customer_id is not None and _usable(row.customer_id, caller.owner_id) is None:
            raise UnknownProduct
    keys.noted(caller, "registration", 1, row.id)
    return row


def register(caller: Caller, new: NewRegistration, key: str, raw: bytes) -> tuple[UUID, bool]:
    """With the consent on record first (I4). Raises OutOfScope, KeyReused, OtherWords, BadDetails, BadProduct,
    UnknownProduct, Restricted."""
    caller.check(Scope.REGISTRATIONS_WRITE)
    if not new.customer.email.strip():
        raise _needs_email()

    def do(w: work.Work) -> UUID:
        consents.give_by_address(
            w, caller.owner_id, purposes.REGISTRATION, new.seen, new.language, PLACE, new.customer.email.strip(),
            each=True,
        )  # fmt: skip
        found = customers.find_or_add(w, caller.owner_id, new.customer, source=CustomerSource.API)
        who = customers.usable(found.id)
        return products.register(w, caller.owner_id, who.id, new.model_id, new.thing, ProductSource.API).id

    return keys.once(caller, key, raw, do)


def _needs_email() -> BadSettings:
    return BadSettings(
        _("The receipt of the consent needs an e-mail address."), _("Give the customer's."), "customer.email"
    )


def consent_words(caller: Caller, language: str) -> tuple[str, bytes]:
    """What a customer agrees to when a thing of his is registered, and its hash. Raises OutOfScope."""
    caller.check(Scope.REGISTRATIONS_WRITE)
    words = purposes.words_of(purposes.REGISTRATION, language)
    return words, purposes.hash_of(words)


# --- customers ---


def customer(caller: Caller, customer_id: UUID) -> Customer:
    """Written down as a use. Raises OutOfScope, UnknownCustomer."""
    caller.check(Scope.CUSTOMERS_READ)
    with tenancy.acting_as(caller.owner_id):
        row = _usable(customer_id, caller.owner_id)
    if row is None:
        raise UnknownCustomer
    keys.noted(caller, "customer", 1, row.id)
    return row
