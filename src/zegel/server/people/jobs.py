# SPDX-License-Identifier: EUPL-1.2
"""What this room clears away: counts and sessions that say nothing any more."""

from __future__ import annotations

from uuid import UUID

from zegel.server.kernel import jobs, outbox
from zegel.server.people import actions, invitations, notices


@jobs.periodic("*/15 * * * *", name="people.forget_old_throttles")
def forget_old_throttles(timestamp: int) -> None:
    actions.forget_old_throttles()


@jobs.periodic("53 * * * *", name="people.forget_old_sessions")
def forget_old_sessions(timestamp: int) -> None:
    actions.forget_old_sessions()


@outbox.subscribe("member.invited", name="people.send_invitation")
def invited(event: outbox.Event) -> None:
    """The letter goes out in a job of its own: a mail server that is away must not hold up other events."""
    if event.owner_id is not None:
        send_invitation.defer(owner_id=str(event.owner_id), invitation_id=str(event.payload["invitation_id"]))


@jobs.task(name="people.send_invitation")
def send_invitation(owner_id: str, invitation_id: str) -> None:
    invitations.send(UUID(owner_id), UUID(invitation_id))


@jobs.task(name="people.send_reset")
def send_reset(person_id: str) -> None:
    invitations.send_reset(UUID(person_id))


@outbox.subscribe(notices.RESET, name="people.tell_of_reset")
def was_reset(event: outbox.Event) -> None:
    tell_of_account.defer(topic=notices.RESET, person_id=str(event.uuid("person_id")))


@outbox.subscribe(notices.FACTORS_REMOVED, name="people.tell_of_factors")
def lost_factors(event: outbox.Event) -> None:
    tell_of_account.defer(topic=notices.FACTORS_REMOVED, person_id=str(event.uuid("person_id")))


@jobs.task(name="people.tell_of_account")
def tell_of_account(topic: str, person_id: str) -> None:
    notices.send(topic, UUID(person_id))
