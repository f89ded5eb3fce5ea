# SPDX-License-Identifier: EUPL-1.2
"""Telling people, and what they said they want to be told, where and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from zegel.server.kernel import clock, erasures, log, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.tenancy import acting_as
from zegel.server.notify import delivery, endpoints, queries, rules, webpush
from zegel.server.notify.classes import ALARMS, NOTHING, About, Class, Occasion, class_of
from zegel.server.notify.models import Device, Due, DueKind, Hours, Notice, Preference
from zegel.server.people import queries as people
from zegel.server.people.models import Person
from zegel.server.people.roles import Role

READERS = (Role.OWNER, Role.MEMBER)
DEVICES_AT_MOST = 10
KEPT = timedelta(days=30)
LASTS = timedelta(hours=24)  # who can't be told within this finds it in the list
ALARM_LASTS = timedelta(hours=1)


class NoSuchDevice(ZegelError):
    code = "not_found"


class TooManyDevices(ZegelError):
    code = "taken"


# --- what somebody wants ----------------------------------------------------------------------------------------------


def prefer(
    actor: Actor, occasion: Class | Occasion, by_mail: bool, by_push: bool | None = None, at_once: bool | None = None
) -> None:
    """How the acting person wants to be told about that class; None leaves it as it is."""
    cls = Class(occasion)
    with work.transaction(actor):
        known = queries.wishes(_party(actor), _person(actor))[cls]
        Preference.objects.update_or_create(
            **_mine(actor), occasion=cls.value,
            defaults={
                "by_mail": by_mail, "by_push": known.by_push if by_push is None else by_push,
                "at_once": known.at_once if at_once is None else at_once,
            },
        )  # fmt: skip


def set_hours(actor: Actor, hours: rules.Hours) -> None:
    """The acting person's quiet hours and digest. Raises rules.BadTimes."""
    rules.checked_zone(hours.zone)
    if len(hours.quiet) > rules.SPANS_AT_MOST:
        raise rules.BadTimes(_("At most eight quiet spans."))
    with work.transaction(actor):
        mine = _mine(actor)
        quiet = [[list(span.days), span.start, span.end] for span in hours.quiet]
        Hours.objects.update_or_create(
            **mine, defaults={"zone": hours.zone, "quiet": quiet, "digest_at": hours.digest_at}
        )
        _plan_digest(mine, hours, clock.now())


def _plan_digest(mine: dict[str, Any], hours: rules.Hours, now: datetime) -> None:
    at = rules.digest_after(hours, now)
    if at is None:
        Due.objects.filter(kind=DueKind.DIGEST, **mine).delete()
    else:
        Due.objects.update_or_create(kind=DueKind.DIGEST, **mine, defaults={"at": at})


def add_device(actor: Actor, endpoint: str, keys: webpush.Keys, name: str) -> UUID:
    """This browser takes push messages for the acting person from now on. Raises endpoints.EndpointRefused,
    TooManyDevices."""
    to = endpoints.check(endpoint, settings.PUSH_TEST_ENDPOINT)
    with work.transaction(actor):
        mine = Device.objects.filter(**_mine(actor))
        if mine.exclude(endpoint=endpoint).count() >= DEVICES_AT_MOST:
            raise TooManyDevices(_("You have ten devices already."), action=_("Take one off the list first."))
        row, _made = Device.objects.update_or_create(
            **_mine(actor), endpoint=endpoint,
            defaults={
                "p256dh": keys.p256dh, "auth": keys.auth, "name": " ".join(name.split())[:80],
                "service": to.operator, "made_at": clock.now(), "fault": "",
            },
        )  # fmt: skip
        return row.id


def remove_device(actor: Actor, device_id: UUID) -> None:
    """Of the acting person's own. Raises NoSuchDevice."""
    with work.transaction(actor):
        gone = erasures.delete(Device.objects.filter(**_mine(actor), id=device_id), _party(actor))
    if not gone:
        raise NoSuchDevice(_("There is no such device."))


def try_out(actor: Actor) -> delivery.Tried:
    """A message to each of the acting person's devices and to his address, now, whatever he chose."""
    return delivery.try_out(_party(actor), people.person(_person(actor)))


# --- telling ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """What is to be told: once for each `key`, to each reader as he wants it."""

    occasion: Occasion
    site: str
    key: str
    about: About = NOTHING

    @property
    def kind(self) -> Class:
        return class_of(self.occasion, self.about.kind)


def tell(
    owner_id: UUID, occasion: Occasion, site: str, reference: str, readers_of: Sequence[Role] = READERS,
    about: About = NOTHING, not_to: Iterable[UUID] = (),
) -> int:  # fmt: skip
    """Tells the party's people of these roles, each as he wants it and in his language; returns how many had it at
    once.

    For a subscriber of an event, in a job: who was told already is not told again when it runs again. What can't be
    delivered now is tried again by jobs of its own. `reference`: what makes it this one thing (an identifier).
    `not_to`: whoever did it himself.
    """
    news = News(occasion, site, f"{occasion}:{reference}"[:120], about)
    left_out = frozenset(not_to)
    readers = [one for one in people.members(owner_id, readers_of) if one.id not in left_out]
    told = 0
    for person in readers:
        notice = _note(owner_id, person, news)
        if notice is not None and notice.due_at <= clock.now():
            told += delivery.now_or_later(owner_id, notice.id)
        elif notice is not None:
            delivery.later(owner_id, notice.id, notice.due_at)
    return told


def _note(owner_id: UUID, person: Person, news: News) -> Notice | None:
    """The row of what he is to be told; None when he was told, or it counts in one that waits."""
    now, kind = clock.now(), news.kind
    with acting_as(owner_id):
        _one_at_a_time(person.id)
        mine = Notice.objects.filter(owner_id=owner_id, person_id=person.id)
        known = mine.filter(key=news.key).first()
        if known is not None:
            return known if known.done_at is None else None
        wish, hours = queries.wishes(owner_id, person.id)[kind], queries.hours(owner_id, person.id)
        sent = mine.filter(at__gt=now - timedelta(hours=1)).exclude(kind__in=ALARMS).count()
        source = rules.source_of(kind, news.occasion, news.about, sent, news.key)[:120]
        span = rules.folds_for(kind, news.about)
        before = mine.filter(source=source, at__gt=now - 2 * span).order_by("-at").first() if span else None
        if before is not None and before.done_at is None and before.due_at > now:
            before.more += 1
            before.save(update_fields=["more"])
            return None
        due = rules.due(kind, wish, hours, now)
        folded = before is not None and before.at + span > now
        if before is not None and folded:
            due = max(due, before.at + span)
        return _row(owner_id, person, news, wish, source, now, due, folded)


def _row(
    owner_id: UUID, person: Person, news: News, wish: rules.Wish, source: str, now: datetime, due: datetime,
    folded: bool,
) -> Notice:  # fmt: skip
    by_push, by_mail = rules.channels(news.occasion, wish)
    _plan_forgetting(owner_id, person.id, due)
    about, lasts = news.about, ALARM_LASTS if news.kind in ALARMS else LASTS
    return Notice.objects.create(
        owner_id=owner_id, person_id=person.id, kind=news.kind.value, occasion=news.occasion.value,
        what=about.kind[:40], place=" ".join(news.site.split())[:100], site_id=about.site_id, camera_id=about.camera_id,
        alarm_id=about.alarm_id, source=source, key=news.key, by_push=by_push, by_mail=by_mail,
        at=due if folded else now, due_at=due, until=due + lasts,
    )  # fmt: skip


def _one_at_a_time(person_id: UUID) -> None:
    """Two jobs that tell the same person wait for each other, so that both don't think they are the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7213))", [str(person_id)])


# --- by themselves ----------------------------------------------------------------------------------------------------


def run_due() -> int:
    """Sends everybody's digest whose time has come, and forgets what is a month old; returns how many rows it took.
    One that fails stops no other, and comes again."""
    with acting_as(None):
        due = list(Due.objects.filter(at__lte=clock.now()).order_by("at")[:500])
    for row in due:
        try:
            (_digest if row.kind == DueKind.DIGEST else _forget)(row)
        except Exception as error:
            log.error("notify.due_failed", kind=row.kind, error=type(error).__name__, where=log.place_of(error))
    return len(due)


def _digest(row: Due) -> None:
    """Counts since yesterday's. Of a day on which nothing was nothing is sent; nor to who left the party."""
    mine: dict[str, Any] = {"owner_id": row.owner_id, "person_id": row.person_id}
    now = clock.now()
    belongs = any(person.id == row.person_id for person in people.members(row.owner_id, tuple(Role)))
    with work.transaction(system(row.owner_id)):
        hours = queries.hours(row.owner_id, row.person_id) if belongs else rules.Hours()
        _plan_digest(mine, hours, now)
        happened = queries.since(row.owner_id, row.person_id, now - timedelta(days=1)) if belongs else []
    if happened:
        delivery.digest(row.owner_id, people.person(row.person_id), happened, row.at)


def _plan_forgetting(owner_id: UUID, person_id: UUID, at: datetime) -> None:
    Due.objects.get_or_create(kind=DueKind.FORGET, owner_id=owner_id, person_id=person_id, defaults={"at": at + KEPT})


def _forget(row: Due) -> None:
    with acting_as(row.owner_id):
        mine = Notice.objects.filter(owner_id=row.owner_id, person_id=row.person_id)
        mine.filter(at__lte=clock.now() - KEPT).delete()
        Due.objects.filter(id=row.id).delete()
        oldest = mine.order_by("at").values_list("at", flat=True).first()
        if oldest is not None:
            _plan_forgetting(row.owner_id, row.person_id, oldest)


def _mine(actor: Actor) -> dict[str, Any]:
    """Rows of the acting person at the party that he acts for."""
    return {"owner_id": _party(actor), "person_id": _person(actor)}


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None
    return actor.party_id


def _person(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id
