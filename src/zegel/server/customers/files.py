# SPDX-License-Identifier: EUPL-1.2
"""Lists of customers, and one's record, as files. They leave as all files do: the gate is asked, the log has it.

A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection); the room of imports
takes it off again.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from zegel.server.customers import actions, queries, rules
from zegel.server.customers.errors import UnknownCustomer
from zegel.server.customers.models import Customer
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind, Sent
from zegel.server.exports.use_log import plain_cell
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor

MOST = 200_000
COLUMNS = ("number", "kind", *rules.TEXTS, "standing", "since", "consent_until")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV in UTF-8 with a byte order mark, as spreadsheets want it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([plain_cell(one) for one in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def send(actor: Actor, standing: str = "") -> Sent:
    """All of one standing (default: all who are not anonymised), but whom the use is restricted of. Raises Denied."""
    with work.transaction(actor):
        rows = queries.of_standing(actor, standing).filter(restricted_at=None, anonymised_at=None)
        lines = [_line(row) for row in rows.order_by("number")[:MOST]]
    content = table(COLUMNS, lines)
    return exports.send(
        actor, FileKind.CUSTOMERS, f"customers-{clock.now():%Y-%m-%d}.csv", content, purpose="customers",
        resource=actions.of_owner(actor.party_id), count=len(lines),
    )  # fmt: skip


def _line(row: Customer) -> list[str]:
    until = row.consent_until.isoformat() if row.consent_until else ""
    texts = [str(getattr(row, name)) for name in rules.TEXTS]
    return [str(row.number), row.kind, *texts, row.standing, f"{row.since:%Y-%m-%d}", until]


def send_one(actor: Actor, customer_id: UUID) -> Sent:
    """What is in his record, for himself (Art. 15, 20). Raises Denied, UnknownCustomer."""
    with work.transaction(actor):
        row = queries.find(customer_id)
        if row is None:
            raise UnknownCustomer
        said = {name: getattr(row, name) for name in ("number", "kind", *rules.TEXTS, "standing", "source")} | {
            "since": row.since.isoformat(),
            "consent_until": row.consent_until.isoformat() if row.consent_until else None,
            "contacts": list(row.contacts.order_by("name").values("name", "function", "email", "phone")),
            "history": [
                {"at": each.at.isoformat(), "what": each.what, "fields": each.fields}
                for each in row.changes.order_by("at")
            ],
        }
    content = json.dumps(said, ensure_ascii=False, indent=1).encode()
    return exports.send(
        actor, FileKind.CUSTOMER_RECORD, f"customer-{row.number}.json", content, purpose="own_record",
        resource=actions.resource(row), count=1,
    )  # fmt: skip
