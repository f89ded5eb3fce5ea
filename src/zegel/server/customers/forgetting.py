# SPDX-License-Identifier: EUPL-1.2
"""Anonymising by the firm itself, with preview and proof (I6). The principles:

- Nothing goes that was not shown: the preview's hash is the proof, and what is there now must be what it said.
- Every room is reached by its declarations: the room of time finds and blanks (it registers here, because it stands
  above). What a law makes the firm keep stays, and the preview says so.
- Numbers, times and figures stay, so that orders and costs keep counting.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.customers import actions, rules
from zegel.server.customers.errors import NotNow, OtherPreview, UnknownCustomer
from zegel.server.customers.models import Contact, Customer, Forgotten, Review, Suggestion, YearlyLine
from zegel.server.customers.rules import Decision, Standing, What
from zegel.server.gate import Action, require
from zegel.server.kernel import clock, erasures, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind


@dataclass(frozen=True)
class Line:
    """So many rows of one model meet that fate: gone, nameless or kept. `why`: which duty keeps them."""

    model: str
    fate: str
    count: int
    why: str = ""


@dataclass(frozen=True)
class Preview:
    """What anonymising one customer would do. `proof`: SHA-256 of every row's model, key and fate; `hindrance`: a short
    word for what must be finished first, or empty."""

    lines: tuple[Line, ...]
    proof: bytes
    hindrance: str = ""


class Engine(Protocol):
    """Finds and blanks by the declarations."""

    def preview(self, customer: Customer) -> Preview:
        """Within an acting party."""

    def carry_out(self, w: work.Work, customer: Customer) -> Preview:
        """Within the running work. Gives what it did, as the preview would have."""


_engines: list[Engine] = []


def register(engine: Engine) -> None:
    """Called once, by the room of time."""
    _engines[:] = [engine]


def preview(actor: Actor, customer_id: UUID) -> Preview:
    """What would become of which rows. Raises Denied, UnknownCustomer, NotNow."""
    with work.transaction(actor):
        row = Customer.objects.filter(id=customer_id).first()
        if row is None:
            raise UnknownCustomer
        require(actor, Action.DELETE, actions.resource(row))
        _still_named(row)
        return _engines[0].preview(row)


def anonymise(actor: Actor, customer_id: UUID, proof: bytes) -> Forgotten:
    """As it was shown. `proof`: of the preview. Raises Denied, UnknownCustomer, NotNow, OtherPreview."""
    with work.transaction(actor) as w:
        row = actions.locked(customer_id)
        require(actor, Action.DELETE, actions.resource(row))
        _still_named(row)
        shown = _engines[0].preview(row)
        if not hmac.compare_digest(shown.proof, proof):
            raise OtherPreview
        if shown.hindrance:
            raise NotNow(_("An order of this customer is open."), action=_("Close or cancel it first."))
        return _carry_out(w, row, "decided")


def by_term(w: work.Work, row: Customer, why: str) -> Forgotten | None:
    """Within the running work, of a locked row, by the clock: `why` is a short word. None: something is still to be
    finished."""
    _still_named(row)
    if _engines[0].preview(row).hindrance:
        return None
    return _carry_out(w, row, why)


def on_request(w: work.Work, row: Customer) -> Forgotten:
    """Within the running work, of a locked row: he asked for it, and whoever handles that saw what would go."""
    return _carry_out(w, row, "request")


def _still_named(row: Customer) -> None:
    if row.anonymised_at is not None:
        raise NotNow(_("This customer was anonymised."), action=_("Nothing of him is left to change."))


def _carry_out(w: work.Work, row: Customer, why: str) -> Forgotten:
    done = _engines[0].carry_out(w, row)
    now = clock.now()
    left: dict[str, object] = dict.fromkeys((*rules.TEXTS, "name_key", "place_key"), "")
    left |= {"country": row.country, "language": row.language, "consent_until": None, "anonymised_at": now,
             "restricted_at": None, "restricted_why": "", "restricted_by": None,
             "standing": Standing.FORMER.value, "ended_at": row.ended_at or now}  # fmt: skip
    Customer.objects.filter(id=row.id).update(**left)
    said = {name: "" for name in (*rules.TEXTS, "name_key", "place_key") if name not in {"country", "language"}}
    erasures.blanked("customers.Customer", row.owner_id, [row.id], said)
    erasures.delete(Contact.objects.filter(customer=row), row.owner_id)
    erasures.delete(Suggestion.objects.filter(customer=row), row.owner_id)
    actions.decide_lines(w, row, Decision.ANONYMISE)
    for written in (Review, YearlyLine):  # what somebody wrote of him in a decision
        rows = written.objects.filter(customer=row).exclude(words="")
        erasures.blanked(written._meta.label, row.owner_id, list(rows.values_list("id", flat=True)), {"words": ""})
        rows.update(words="")
    row.refresh_from_db()
    actions.note(w, row, What.ANONYMISED)
    facts: dict[str, Fact] = {"what": "proof", "customer": row.id, "proof": done.proof, "why": why}
    w.record(Entry(Kind.CUSTOMER_RECORD, row.owner_id, facts, about=row.id))
    return Forgotten.objects.create(
        owner_id=row.owner_id, provider_id=row.provider_id, customer=row, proof=done.proof, why=why, at=now,
        counts=_counted(done.lines), by=w.actor.id,
    )  # fmt: skip


def _counted(lines: Sequence[Line]) -> list[list[str | int]]:
    return [[line.model, line.fate, line.count, line.why] for line in lines]
