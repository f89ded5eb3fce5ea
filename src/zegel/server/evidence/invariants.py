# SPDX-License-Identifier: EUPL-1.2
"""What `zegel fsck` asks of what was handed over. It reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from zegel.server.evidence import queries
from zegel.server.evidence.models import Disclosure
from zegel.server.kernel import tenancy
from zegel.server.kernel.invariants import invariant
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.lifecycle import runner


@invariant("evidence.disclosures_rest_on_orders")
def ordered() -> Iterator[str]:
    """Each line of the register is the owner's own act, or rests on an order that was accepted (C5)."""
    for owner_id in runner.everyone():
        with tenancy.acting_as(owner_id):
            found = queries.without_ground(owner_id)
        if found:
            yield f"{found} disclosures of {owner_id} rest on no order that was accepted"


@invariant("evidence.disclosures_are_in_the_ledger")
def logged() -> Iterator[str]:
    """Held against the log: each line has its entry, whose body is there as long as the line is."""
    for owner_id in runner.everyone():
        with tenancy.acting_as(owner_id):
            rows = list(Disclosure.objects.filter(owner_id=owner_id).values_list("id", flat=True))
            said = set(_logged(owner_id)) if rows else set()
        for row_id in rows:
            if row_id not in said:
                yield f"disclosure {row_id} has no entry in the ledger"


def _logged(owner_id: UUID) -> Iterator[UUID]:
    before = None
    while found := ledger.entries([Kind.DISCLOSURE], owner_id, since_ms=0, before=before):
        for one in found:
            value = None if one.said is None else one.said.facts.get("disclosure")
            if isinstance(value, bytes):
                yield UUID(bytes=value)
        before = found[-1].index
