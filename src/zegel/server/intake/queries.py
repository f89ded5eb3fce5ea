# SPDX-License-Identifier: EUPL-1.2
"""Reading forms: what a tenant has, and whether it may have any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from zegel.server.customers import queries as customers
from zegel.server.gate import Action, require
from zegel.server.intake import actions
from zegel.server.intake.models import FormSettings, Submission
from zegel.server.intake.rules import FormKind
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.products import queries as products
from zegel.server.tenants import queries as tenants
from zegel.server.tenants.models import Brand


@dataclass(frozen=True)
class Forms:
    """What a tenant has. `origins`: in whose pages its forms may stand."""

    kinds: tuple[FormKind, ...]
    origins: tuple[str, ...]


@dataclass(frozen=True)
class Came:
    """A form that came in, for the tenant's own page."""

    row: Submission
    customer: customers.Named | None
    item: products.Label | None


def forms(owner_id: UUID) -> Forms:
    """Every form and no other page, until the tenant says otherwise."""
    with tenancy.acting_as(owner_id):
        row = FormSettings.objects.filter(owner_id=owner_id).first()
    if row is None:
        return Forms(tuple(FormKind), ())
    return Forms(tuple(kind for kind in FormKind if kind.value in row.kinds), tuple(row.origins))


def public(slug: str, kind: str) -> tuple[Brand, FormKind, Forms] | None:
    """A tenant's form as anybody may see it: it is switched on, the tenant may work here now, and it has a privacy
    statement of its own (I11). None otherwise; nobody is told why."""
    brand = tenants.by_slug(slug)
    if brand is None or kind not in set(FormKind):
        return None
    if not tenants.has_statement(brand) or not tenants.holds(brand.owner_id):
        return None
    found = forms(brand.owner_id)
    return (brand, FormKind(kind), found) if FormKind(kind) in found.kinds else None


def came_in(actor: Actor, most: int = 50) -> Sequence[Came]:
    """The newest forms. Raises Denied."""
    require(actor, Action.READ, actions.resource(actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = list(Submission.objects.filter(owner_id=actor.party_id).order_by("-made_at")[:most])
        who = customers.names(row.customer_id for row in rows if row.customer_id)
        what = products.labels(row.item_id for row in rows if row.item_id)
        return [_came(row, who, what) for row in rows]


def _came(row: Submission, who: Mapping[UUID, customers.Named], what: Mapping[UUID, products.Label]) -> Came:
    mine = who.get(row.customer_id) if row.customer_id else None
    return Came(row, mine, what.get(row.item_id) if row.item_id else None)
