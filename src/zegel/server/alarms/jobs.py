# SPDX-License-Identifier: EUPL-1.2
"""Technical reports of units that somebody must look at become alarms; and an owner is told by letter what happened.

Letters go through jobs: a mail server that is slow or away holds up neither alarms nor events, and is tried again.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from zegel.server.alarms import actions, interpreter, queries, scheduler  # noqa: F401  the worker runs the last two
from zegel.server.alarms.models import Alarm
from zegel.server.kernel import clock, jobs, outbox
from zegel.server.kernel.actor import system
from zegel.server.notify import actions as notify
from zegel.server.notify.classes import About
from zegel.server.notify.letters import Occasion
from zegel.server.sites import queries as sites

NEWS_LASTS = timedelta(hours=1)  # older than this it is no letter any more: who was away finds it in the list


@outbox.subscribe("technical.raised", name="alarms.technical")
def raise_technical(event: outbox.Event) -> None:
    if event.owner_id is not None:
        actions.raise_technical(event.uuid("event_id"), event.owner_id)


@outbox.subscribe("alarm.opened", name="alarms.letter_alarm")
def alarm_opened(event: outbox.Event) -> None:
    """Not of one under duress: somebody may be reading along."""
    if not event.payload.get("quiet"):
        _later(event, Occasion.ALARM)


@outbox.subscribe("codeword.duress", name="alarms.duress")
def duress(event: outbox.Event) -> None:
    """A duress word was said: a hold-up, also when whoever checked it was cut off."""
    if event.owner_id is not None:
        actions.duress_word(
            system(event.owner_id), event.uuid("site_id"),
            UUID(event.payload["alarm_id"]) if event.payload.get("alarm_id") else None, event.id,
        )  # fmt: skip


@outbox.subscribe("unit.status", name="alarms.disarmed")
def disarmed(event: outbox.Event) -> None:
    """The owner's own disarming takes back what his unit raised, while the time for it runs."""
    if event.owner_id is not None and event.payload.get("state") == "disarmed":
        actions.disarmed(system(event.owner_id), event.uuid("unit_id"), event.at)


@outbox.subscribe("release.stored", name="alarms.letter_release")
def released(event: outbox.Event) -> None:
    """Once for each alarm: with the first part of what it released."""
    if event.payload.get("first"):
        _later(event, Occasion.RELEASE)


@outbox.subscribe("alarm.central", name="alarms.letter_central")
def allowed(event: outbox.Event) -> None:
    """A panel's or an owner's word: everybody who wants to know hears of it before the first picture."""
    _later(event, Occasion.CENTRAL)


@outbox.subscribe("alarm.recalled", name="alarms.letter_recall")
def recalled(event: outbox.Event) -> None:
    _later(event, Occasion.RECALL)


@outbox.subscribe("alarm.reopened", name="alarms.letter_handled_again")
def handled_again(event: outbox.Event) -> None:
    """Of one with images the room that has them tells."""
    if not event.payload.get("images", True):
        _later(event, Occasion.HANDLED_AGAIN)


def _later(event: outbox.Event, occasion: Occasion) -> None:
    if event.owner_id is not None and clock.now() - event.at < NEWS_LASTS:
        tell.defer(
            owner_id=str(event.owner_id), alarm_id=event.payload["alarm_id"], occasion=occasion.value,
            until_ms=round((event.at + NEWS_LASTS).timestamp() * 1000), event_id=event.id,
        )  # fmt: skip


@jobs.task(name="alarms.tell")
def tell(owner_id: str, alarm_id: str, occasion: str, until_ms: int, event_id: int = 0) -> None:
    """To everybody of the owner's who wants to know."""
    if clock.now_ms() > until_ms:
        return
    owner = system(UUID(owner_id))
    alarm = queries.get(owner, UUID(alarm_id))
    about, what = about_of(alarm), Occasion(occasion)
    if what is Occasion.ALARM and about.kind == "technical":
        what = Occasion.TECHNICAL
    names = {site.id: site.name for site in sites.sites(owner)}
    site = names.get(alarm.site_id, "") if alarm.site_id else ""
    notify.tell(UUID(owner_id), what, site, f"{alarm_id}:{event_id}", about=about)


def about_of(alarm: Alarm) -> About:
    """For people's settings: what the unit saw, where it says so, else the signal's class."""
    seen = alarm.alarm_class in {"person", "animal", "vehicle"} and alarm.signal_class not in {"tamper", "technical"}
    kind = alarm.alarm_class if seen else alarm.signal_class or alarm.alarm_class
    return About(alarm.id, alarm.camera_id, alarm.site_id, kind)
