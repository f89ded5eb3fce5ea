# SPDX-License-Identifier: EUPL-1.2
"""Two records of one customer become one. The principles:

- Seen before done: which details differ, and how many rows of which rooms go over. What was shown has a hash; if
  anything changed meanwhile, nothing is done.
- Detail by detail somebody chooses; nothing is guessed. What is not taken goes, and can't be brought back: there is no
  undoing, and the page says so.
- Every room's rows go over, found by their column `customer_id`, so also those of rooms that were made after this was
  written. Where a row names the customer for a law's sake (an issued invoice) only that pointer moves, no word of it.
- Of the other record its number stays, and where it went: whoever has the old number finds the customer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

from zegel.server.customers import actions, rules
from zegel.server.customers.errors import BadDetails, NotNow, OtherPreview, Restricted, UnknownCustomer
from zegel.server.customers.models import Customer, Suggestion
from zegel.server.customers.rules import CustomerKind, Decision, Reason, Standing, What
from zegel.server.gate import Action, require
from zegel.server.kernel import clock, erasures, work
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.tenancy import TenantModel
from zegel.server.ledger import Entry, Fact, Kind

CHOSEN = (*rules.TEXTS, "kind")
_OWN = frozenset({"customers.Contact", "customers.Change", "customers.Review"})
"""Rows of this room that go over with him. Suggestions that wait go: they were about a record that is no more; lines of
yearly lists stay with the number that was on them."""


@dataclass(frozen=True)
class Differing:
    """A detail that the two hold differently. `kept`, `other`: what stands in each."""

    name: str
    kept: str
    other: str


@dataclass(frozen=True)
class Preview:
    """`moves`: so many rows of each model go over. `proof`: SHA-256 of all of it."""

    kept: Customer
    other: Customer
    differing: tuple[Differing, ...]
    moves: tuple[tuple[str, int], ...]
    proof: bytes


def preview(actor: Actor, kept_id: UUID, other_id: UUID) -> Preview:
    """Raises Denied, UnknownCustomer, NotNow, Restricted."""
    with work.transaction(actor):
        kept, other = _both(actor, kept_id, other_id)
        return _shown(kept, other)


def merge(actor: Actor, kept_id: UUID, other_id: UUID, take: Sequence[str], proof: bytes) -> Customer:
    """The other becomes part of the kept one. `take`: details of the other that are right. Raises Denied,
    UnknownCustomer, NotNow, Restricted, BadDetails, OtherPreview."""
    with work.transaction(actor) as w:
        kept, other = _both(actor, kept_id, other_id)
        shown = _shown(kept, other)
        if not hmac.compare_digest(shown.proof, proof):
            raise OtherPreview
        differs = {one.name for one in shown.differing}
        for name in take:
            if name not in differs:
                raise BadDetails(name)
        for _label, rows in _rows(other):
            rows.update(customer_id=kept.id)
        erasures.delete(Suggestion.objects.filter(customer=other), other.owner_id)
        chosen = {name: getattr(other, name) for name in take}
        _empty(other, kept)
        _write(kept, chosen)
        actions.note(w, kept, What.MERGED, sorted(take))
        actions.decide_lines(w, kept, Decision.MERGE, only=Reason.DOUBLE)
        actions.decide_lines(w, other, Decision.MERGE)
        facts: dict[str, Fact] = {"what": "merged_away", "customer": other.id, "into": kept.id, "proof": shown.proof}
        w.record(Entry(Kind.CUSTOMER_RECORD, kept.owner_id, facts, about=other.id))
        w.publish("customer.merged", owner_id=kept.owner_id, customer_id=other.id, into=kept.id)
        return kept


def _both(actor: Actor, kept_id: UUID, other_id: UUID) -> tuple[Customer, Customer]:
    """Locked in one order, so that two who merge crosswise don't wait for each other."""
    if kept_id == other_id:
        raise NotNow(_("A record can’t be merged with itself."), action=_("Choose another one."))
    found = {one: actions.locked(one) for one in sorted((kept_id, other_id))}
    kept, other = found[kept_id], found[other_id]
    if kept.owner_id != other.owner_id:
        raise UnknownCustomer
    for row in (kept, other):
        require(actor, Action.CHANGE, actions.resource(row))
        require(actor, Action.END, actions.resource(row))
        if row.anonymised_at is not None:
            raise NotNow(_("This customer was anonymised."), action=_("Nothing of him is left to change."))
        if row.restricted_at is not None:
            raise Restricted
    return kept, other


def _shown(kept: Customer, other: Customer) -> Preview:
    differing = tuple(
        Differing(name, str(getattr(kept, name)), str(getattr(other, name)))
        for name in CHOSEN if getattr(kept, name) != getattr(other, name)
    )  # fmt: skip
    moves = tuple((label, count) for label, rows in _rows(other) if (count := rows.count()))
    said = [str(kept.id), str(other.id), [[one.name, one.kept, one.other] for one in differing], moves]
    proof = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).digest()
    return Preview(kept, other, differing, moves, proof)


def _rows(other: Customer) -> Iterator[tuple[str, models.QuerySet[models.Model]]]:
    """Each model's rows about him, of this firm."""
    for model in sorted(apps.get_models(), key=lambda each: each._meta.label):
        label = model._meta.label
        if issubclass(model, TenantModel) and (label in _OWN or _by_id(model)):
            rows: models.QuerySet[models.Model] = model._default_manager.all()
            yield label, rows.filter(customer_id=other.id, owner_id=other.owner_id)


def _by_id(model: type[models.Model]) -> bool:
    fields = {field.name: field for field in model._meta.concrete_fields}
    return isinstance(fields.get("customer_id"), models.UUIDField)


def _write(kept: Customer, chosen: dict[str, str]) -> None:
    """Takes the chosen details. The relation goes on from whichever was first, and counts as the livelier one."""
    said = actions.checked(_with(kept, chosen))
    for name in chosen:
        setattr(kept, name, getattr(said, name) if name != "kind" else CustomerKind(chosen["kind"]).value)
    kept.name_key = rules.name_key(kept.name)
    kept.place_key = rules.address_key(kept.postcode, kept.house_number)
    kept.save()


def _with(kept: Customer, chosen: dict[str, str]) -> rules.Details:
    held = Customer(**{field.attname: getattr(kept, field.attname) for field in kept._meta.concrete_fields})
    for name, value in chosen.items():
        setattr(held, name, value)
    return actions.details_of(held)


_LIVELIER = {Standing.PROSPECT.value: 0, Standing.FORMER.value: 1, Standing.CUSTOMER.value: 2}


def _empty(other: Customer, kept: Customer) -> None:
    """Nothing but the number is left of the other; what says how long the kept one stays is the livelier's."""
    kept.since, kept.active_at = min(kept.since, other.since), max(kept.active_at, other.active_at)
    if _LIVELIER[other.standing] > _LIVELIER[kept.standing]:
        kept.standing, kept.ended_at, kept.consent_until = other.standing, other.ended_at, other.consent_until
    elif other.standing == kept.standing:
        kept.ended_at = max((one for one in (kept.ended_at, other.ended_at) if one), default=None)
        kept.consent_until = max((one for one in (kept.consent_until, other.consent_until) if one), default=None)
    now = clock.now()
    words = {name: "" for name in (*rules.TEXTS, "name_key", "place_key") if name not in {"country", "language"}}
    Customer.objects.filter(id=other.id).update(
        **words, anonymised_at=now, merged_into=kept, standing=Standing.FORMER.value, ended_at=other.ended_at or now,
        consent_until=None,
    )  # fmt: skip
    Customer.objects.filter(merged_into=other).update(merged_into=kept)
    erasures.blanked("customers.Customer", other.owner_id, [other.id], words)
