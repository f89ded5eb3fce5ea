# SPDX-License-Identifier: EUPL-1.2
"""Each night: prospects whose consent is over and former customers of whom no claim can come any more are anonymised.
What is restricted waits for a person (Art. 18: it may be kept for claims); so does whoever is merely quiet. The yearly
list is drawn up where nobody did for a year."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from zegel.server.customers import actions, forgetting, queries, rules, yearly
from zegel.server.customers.rules import Reason
from zegel.server.kernel import clock, jobs, log, tenancy, work
from zegel.server.kernel.actor import system

BY_ITSELF = frozenset({Reason.CONSENT_OVER, Reason.CLAIMS_OVER})
MOST = 5000


@jobs.periodic("52 2 * * *", name="customers.night")
def night(timestamp: int) -> None:
    """Before the room of time blanks what is left of those whose term is over."""
    for owner_id in firms():
        forget_due(owner_id)
        yearly.draw_due(owner_id)


def firms() -> list[UUID]:
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT customers_firms()")
        (found,) = cursor.fetchone()
    return list(found)


def forget_due(owner_id: UUID) -> int:
    """One firm's; returns how many were anonymised. One that fails keeps no other from going."""
    with tenancy.acting_as(owner_id):
        going = queries.going(owner_id)
    done = 0
    for customer_id in going[:MOST]:
        try:
            done += _forget(owner_id, customer_id)
        except Exception as error:
            log.error("customers.not_forgotten", customer=str(customer_id), error=type(error).__name__,
                      where=log.place_of(error))  # fmt: skip
    return done


def _forget(owner_id: UUID, customer_id: UUID) -> bool:
    """Looked at again under the lock: an order may have come."""
    with work.transaction(system(owner_id)) as w:
        row = actions.locked(customer_id)
        of = queries.terms_of(owner_id)
        why = [one for one in rules.reasons(queries.dates(row), clock.now(), of.quiet, of.claims) if one in BY_ITSELF]
        if row.anonymised_at is not None or row.restricted_at is not None or not why:
            return False
        return forgetting.by_term(w, row, why[0].value) is not None
