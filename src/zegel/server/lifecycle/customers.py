# SPDX-License-Identifier: EUPL-1.2
"""Taking a firm's customer out of every room, by the declarations: what `customers.forgetting` shows and does.

Fates, row by row:
- kept: its only basis is a legal duty (the books: art. 52 AWR and its like), or it says what the firm itself did;
- gone: its room declares that the row goes (notes, photos, who owned what, suggestions);
- nameless: everything else loses its names, addresses and words, and keeps its times, figures and states.
What is still being worked on is finished first: with an order open nobody is anonymised.

An address finds only what is a firm's customer's: never somebody's account, whoever shares a mailbox with him.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.apps import apps
from django.db import models

from zegel.declare import Basis, Declaration, Erase, Subject
from zegel.server.customers import forgetting
from zegel.server.customers.forgetting import Line, Preview
from zegel.server.customers.models import Contact, Customer
from zegel.server.kernel import work
from zegel.server.lifecycle import erasing, finding
from zegel.server.lifecycle.finding import Found, SubjectRef
from zegel.server.orders.models import Order

GONE, NAMELESS, KEPT = "gone", "nameless", "kept"
_OWN = frozenset({"customers.Customer", "customers.Forgotten"})
"""The room itself takes these out, last."""
SHORT = 60  # a longer text was written by somebody, and may say who


def _fate(said: Sequence[Declaration]) -> str:
    if all(one.basis is Basis.LEGAL_OBLIGATION for one in said):
        return KEPT
    return GONE if any(one.erase in {Erase.DELETE_ROW, Erase.SHRED} for one in said) else NAMELESS


def _rows(customer: Customer) -> list[tuple[Found, str]]:
    """Each row once, in a steady order, of this firm only."""
    found: dict[tuple[str, str], Found] = {}
    for one in _found(customer):
        said = tuple(each for each in one.declarations if each.subject is Subject.CONSUMER)
        if not said or one.owner_id != customer.owner_id or one.model in _OWN:
            continue
        key = (one.model, str(one.pk))
        held = found.get(key)
        if held is not None:  # two paths lead to it: all that they say of him
            said = tuple(dict.fromkeys((*held.declarations, *said)))
        found[key] = replace(one, declarations=said)
    return [(one, _fate(one.declarations)) for _key, one in sorted(found.items())]


def _found(customer: Customer) -> Iterator[Found]:
    yield from finding.rows_of(SubjectRef.customer(customer.id), owner_id=customer.owner_id)
    for address in _addresses(customer):
        for one in finding.by_address_alone(address, customer.owner_id):
            if one.model != "customers.Contact" or one.pk in _contacts(customer):
                yield one


def _addresses(customer: Customer) -> Iterable[str]:
    """Those that are his alone: an address that another customer has too leads to nobody."""
    mine = {customer.email, *customer.contacts.values_list("email", flat=True)} - {""}
    others = Customer.objects.filter(owner_id=customer.owner_id, email__in=mine).exclude(id=customer.id)
    return sorted(mine - set(others.values_list("email", flat=True)))


def _contacts(customer: Customer) -> set[object]:
    return set(Contact.objects.filter(customer=customer).values_list("pk", flat=True))


def _shown(customer: Customer, rows: Sequence[tuple[Found, str]]) -> Preview:
    fates = [(one.model, str(one.pk), fate) for one, fate in rows]
    counted = Counter((model, fate) for model, _key, fate in fates)
    lines = [Line("customers.Customer", NAMELESS, 1)]
    for (model, fate), count in sorted(counted.items()):
        lines.append(Line(model, fate, count, "legal_duty" if fate == KEPT else ""))
    text = json.dumps([str(customer.id), fates])
    return Preview(tuple(lines), hashlib.sha256(text.encode()).digest(), _hindrance(customer))


def _hindrance(customer: Customer) -> str:
    rows = Order.objects.filter(owner_id=customer.owner_id, customer_id=customer.id, closed_at=None)
    return "open_order" if rows.exists() else ""


def _nameless(w: work.Work, one: Found) -> None:
    """What is blanked or would go with the row goes; what goes with a parent stays but for what somebody wrote: so a
    state or a cause keeps counting, where its room declares it so."""
    model = apps.get_model(one.model)
    fields = [said.field for said in one.declarations if _goes(model, said)]
    if fields:
        erasing.blank(w, model, [one.pk], fields)


def _goes(model: type[models.Model], said: Declaration) -> bool:
    field: Any = model._meta.get_field(said.field)
    if isinstance(field, models.ForeignKey) or not erasing.tells_who(model, said.field):
        return False
    if said.erase is not Erase.WITH_PARENT:
        return True
    free = isinstance(field, models.TextField | models.JSONField)
    return free or (isinstance(field, models.CharField) and (field.max_length or 0) > SHORT)


class _Engine:
    def preview(self, customer: Customer) -> Preview:
        return _shown(customer, _rows(customer))

    def carry_out(self, w: work.Work, customer: Customer) -> Preview:
        rows = _rows(customer)
        for one, fate in rows:
            if fate == GONE:
                erasing.erase(w, one)
            elif fate == NAMELESS:
                _nameless(w, one)
        return _shown(customer, rows)


forgetting.register(_Engine())
