# SPDX-License-Identifier: EUPL-1.2
"""Technical reports that somebody must look at become alarms; owners are told of alarms, releases and recalls."""

from __future__ import annotations

from uuid import UUID

from zegel.server.alarms import actions
from zegel.server.alarms.models import Alarm
from zegel.server.kernel import jobs, outbox, tenancy
from zegel.server.notify import actions as notify
from zegel.server.notify.letters import Occasion
from zegel.server.sites.models import Site

FIRST_PART = 1


@outbox.subscribe("technical.raised", name="alarms.technical")
def raise_technical(event: outbox.Event) -> None:
    if event.owner_id is not None:
        actions.raise_technical(event.uuid("event_id"), event.owner_id)


# --- the customer is told ---
# By a job of its own: a mail server that is slow must not hold up the events of others.


@outbox.subscribe("alarm.opened", name="alarms.letter_alarm")
def write_of_alarm(event: outbox.Event) -> None:
    _later(event, Occasion.ALARM)


@outbox.subscribe("release.stored", name="alarms.letter_release")
def write_of_release(event: outbox.Event) -> None:
    """Of the first part only: the rest is the same release, second after second."""
    if event.payload.get("part") == FIRST_PART:
        _later(event, Occasion.RELEASE)


@outbox.subscribe("window.ended", name="alarms.letter_recall")
def write_of_recall(event: outbox.Event) -> None:
    if event.payload.get("reason") == "recalled":
        _later(event, Occasion.RECALL)


def _later(event: outbox.Event, occasion: Occasion) -> None:
    if event.owner_id is not None:
        tell.defer(owner_id=str(event.owner_id), alarm_id=event.payload["alarm_id"], occasion=occasion.value)


@jobs.task(name="alarms.tell")
def tell(owner_id: str, alarm_id: str, occasion: str) -> None:
    """Letters to the owner's people, naming the site."""
    owner = UUID(owner_id)
    with tenancy.acting_as(owner):
        alarm = Alarm.objects.filter(id=UUID(alarm_id)).first()
        site = Site.objects.filter(id=alarm.site_id).first() if alarm else None
    if site is not None:
        notify.tell(owner, Occasion(occasion), site.name, alarm_id)
