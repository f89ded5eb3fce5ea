# SPDX-License-Identifier: EUPL-1.2
"""The provider's stock: what is where. A unit that is put at a site there stays the customer's to pair."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.maintenance.errors import BadWords, UnknownItem
from zegel.server.maintenance.models import Item
from zegel.server.maintenance.rules import ItemKind, ItemState
from zegel.server.sites.models import Site, Unit

MOST_OF_A_PART = 100_000


@dataclass(frozen=True)
class Said:
    """What is known of a thing. `count`: of a part; a unit or camera is one."""

    kind: ItemKind
    name: str
    serial: str = ""
    count: int = 1
    note: str = ""


def add(actor: Actor, said: Said) -> Item:
    """Into the stock. Raises Denied, BadWords."""
    fields = _checked(said)
    with work.transaction(actor) as w:
        party = _party(actor)
        now = clock.now()
        row = Item.objects.create(
            owner_id=party, provider_id=party, state=ItemState.STOCK.value, changed_by=actor.id, changed_at=now,
            created_at=now, **fields,
        )  # fmt: skip
        w.publish("stock.changed", owner_id=party)
        return row


def move(actor: Actor, item_id: UUID, state: ItemState, site_id: UUID | None = None, note: str = "") -> Item:
    """Where it is now; `site_id` with AT_SITE, and only then. Raises Denied, UnknownItem, BadWords."""
    with work.transaction(actor) as w:
        row = _locked(actor, item_id)
        if (state is ItemState.AT_SITE) != (site_id is not None):
            raise BadWords(_("What is at a site is at a site."), action=_("Choose the site."), field="site")
        if site_id is not None and not Site.objects.filter(id=site_id).exists():
            raise UnknownItem
        row.state, row.site_id, row.note = state.value, site_id, _line(note, 300, "note")
        row.unit_id = _unit_of(row, site_id)
        return _saved(w, actor, row)


def count(actor: Actor, item_id: UUID, number: int) -> Item:
    """How many of a part there are. Raises Denied, UnknownItem, BadWords."""
    with work.transaction(actor) as w:
        row = _locked(actor, item_id)
        if row.kind != ItemKind.PART.value or not 0 <= number <= MOST_OF_A_PART:
            raise BadWords(_("This is not a number of parts."), action=_("Correct it."), field="count")
        row.count = number
        return _saved(w, actor, row)


def take(w: work.Work, actor: Actor, name: str, number: int, site_id: UUID) -> int:
    """Within the work of a report: so many of that name leave the acting provider's stock; parts by number, a unit or
    camera goes to the site. Returns how many there were to take; the rest came from elsewhere."""
    kept = Item.objects.select_for_update().filter(
        owner_id=tenancy.current_party(), state=ItemState.STOCK.value, name__iexact=name, count__gt=0
    )
    left = number
    for row in kept.order_by("created_at", "id"):
        if left == 0:
            break
        taken = min(left, row.count)
        left -= taken
        if row.kind == ItemKind.PART.value:
            row.count -= taken
        else:
            row.state, row.site_id = ItemState.AT_SITE.value, site_id
            row.unit_id = _unit_of(row, site_id)
        _saved(w, actor, row)
    return number - left


def _unit_of(row: Item, site_id: UUID | None) -> UUID | None:
    """The unit at that site with this fingerprint, if it is paired already."""
    if site_id is None or row.kind != ItemKind.UNIT.value or not row.serial:
        return None
    units = Unit.objects.filter(site_id=site_id).only("id", "fingerprint")
    wanted = row.serial.lower().replace(" ", "")
    return next((unit.id for unit in units if bytes(unit.fingerprint).hex().startswith(wanted)), None)


def _saved(w: work.Work, actor: Actor, row: Item) -> Item:
    row.changed_by, row.changed_at = actor.id, clock.now()
    row.save()
    w.publish("stock.changed", owner_id=row.owner_id)
    return row


def _party(actor: Actor) -> UUID:
    require(actor, Action.CHANGE, Resource(ResourceKind.STOCK, None, actor.party_id))
    return tenancy.current_party()


def _locked(actor: Actor, item_id: UUID) -> Item:
    party = _party(actor)
    row = Item.objects.select_for_update().filter(id=item_id, owner_id=party).first()
    if row is None:
        raise UnknownItem
    return row


def _checked(said: Said) -> dict[str, str | int]:
    name = _line(said.name, 120, "name")
    if not name:
        raise BadWords(_("A thing has a name."), action=_("Write what it is."), field="name")
    part = said.kind is ItemKind.PART
    if not 1 <= said.count <= MOST_OF_A_PART or (said.count != 1 and not part):
        raise BadWords(_("This is not a number of parts."), action=_("Correct it."), field="count")
    return {
        "kind": said.kind.value, "name": name, "serial": _line(said.serial, 120, "serial"), "count": said.count,
        "note": _line(said.note, 300, "note"),
    }  # fmt: skip


def _line(text: str, most: int, field: str) -> str:
    text = " ".join(text.split())
    if len(text) > most:
        raise BadWords(_("This is too long."), action=_("Shorten it."), field=field)
    return text
