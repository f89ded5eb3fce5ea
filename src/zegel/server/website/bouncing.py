# SPDX-License-Identifier: EUPL-1.2
"""Letters that come back. A report is believed only when it comes to the address that this server wrote for that very
copy (rules.return_path); what it says of other addresses decides nothing.

An address that is no mailbox, or three letters in a row that did not arrive, ends a subscription: nobody reads it. Its
consent ends with it, and no receipt goes there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from uuid import UUID

from zegel.server.consents import actions as consents
from zegel.server.consents import purposes
from zegel.server.kernel import clock, log, work
from zegel.server.kernel.actor import system
from zegel.server.website import newsletters, rules
from zegel.server.website.models import Delivery, Subscriber
from zegel.server.website.rules import DeliveryState, SubscriberState

LARGEST = 1 << 20


@dataclass(frozen=True)
class Report:
    """What a delivery report says of a copy (RFC 3464)."""

    action: str
    status: str


def read(raw: bytes) -> Report | None:
    """None for a letter that is no delivery report."""
    message = message_from_bytes(raw[:LARGEST])
    part = next((one for one in message.walk() if one.get_content_type() == "message/delivery-status"), None)
    payload = None if part is None else part.get_payload()
    if not isinstance(payload, list):
        return None
    for block in payload:
        if isinstance(block, Message) and block.get("Action"):
            return Report(str(block["Action"]).strip().lower(), _status(str(block.get("Status", ""))))
    return None


def _status(text: str) -> str:
    found = re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})\b", text)
    return found[1] if found else ""


def came_back(to: str, raw: bytes) -> bool:
    """A letter to one of our return addresses. False when the address is none, or it is no report."""
    named = rules.read_return_path(newsletters.secret(), to.partition("@")[0])
    report = None if named is None else read(raw)
    if named is None or report is None:
        return False
    verdict = rules.judged(report.action, report.status)
    if verdict.final:
        not_delivered(*named, verdict.hard, report.status, DeliveryState.BOUNCED)
    return True


def not_delivered(owner_id: UUID, delivery_id: UUID, hard: bool, status: str, state: DeliveryState) -> None:
    """That copy did not arrive. Told twice it counts once."""
    with work.transaction(system(owner_id)) as w:
        copy = Delivery.objects.select_for_update().filter(id=delivery_id).first()
        if copy is None or copy.state in (DeliveryState.BOUNCED, DeliveryState.REFUSED, DeliveryState.SKIPPED):
            return
        copy.state, copy.fault = state.value, status
        copy.save(update_fields=["state", "fault"])
        if copy.subscriber_id is None:
            return
        row = Subscriber.objects.select_for_update().get(id=copy.subscriber_id)
        row.failures += 1
        if hard or row.failures >= rules.MOST_SOFT:
            _end(w, row)
        else:
            row.save(update_fields=["failures"])


def _end(w: work.Work, row: Subscriber) -> None:
    """No letter goes there any more. The row stays, so that the firm sees how many addresses are dead, until its term;
    the consent that rested on it is over."""
    log.info("newsletter.unreachable", subscriber=str(row.id))
    row.state, row.withdrawn_at = SubscriberState.BOUNCED.value, clock.now()
    row.save(update_fields=["state", "withdrawn_at", "failures"])
    consents.withdraw_by_address(w, row.owner_id, purposes.NEWSLETTER.code, row.email, purposes.UNREACHABLE)
