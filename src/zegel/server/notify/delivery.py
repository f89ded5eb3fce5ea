# SPDX-License-Identifier: EUPL-1.2
"""Carrying one notice to one person: to each of his browsers, and to his address.

No transaction is open while anybody is waited for. Each way is noted as it succeeds, so that trying again repeats only
what failed. What a push message says is identifiers and a class; the words are the browser's (web/src/service).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils.translation import override

from zegel.server.kernel import clock, jobs, log, mail, secrets
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.tenancy import acting_as
from zegel.server.notify import endpoints, letters, queries, sending, webpush
from zegel.server.notify.classes import ALARMS, Class, Occasion
from zegel.server.notify.models import Device, Notice
from zegel.server.notify.sending import Outcome
from zegel.server.people import queries as people
from zegel.server.people.errors import NoSuchPerson
from zegel.server.people.models import Person

VERSION = 1
ALARM_TTL_S, OTHER_TTL_S = 3600, 24 * 3600


class NotDelivered(ZegelError):
    """Somebody could not be told now; the job tries again."""

    code = "not_delivered"


@dataclass(frozen=True)
class Tried:
    """What became of a message to try things out."""

    devices: tuple[tuple[UUID, Outcome], ...]
    mailed: bool


@cache
def key() -> ec.EllipticCurvePrivateKey:
    """The installation's VAPID key, from a secret beside its other ones (made at the first start)."""
    return webpush.private_key(secrets.secret(settings.SECRETS_PATH, "vapid", webpush.SEED))


def public_key() -> str:
    """What a browser is given to subscribe with."""
    return webpush.to_text(webpush.public_point(key()))


def mark_of(endpoint: str) -> str:
    """By which a browser knows that a device of the list is itself; nobody reaches it by that."""
    return sha256(b"zegel/push/" + endpoint.encode()).hexdigest()[:32]


# --- one notice -------------------------------------------------------------------------------------------------------


@jobs.task(name="notify.deliver")
def deliver_notice(owner_id: str, notice_id: str) -> None:
    deliver(UUID(owner_id), UUID(notice_id))


def now_or_later(owner_id: UUID, notice_id: UUID) -> int:
    """1 when he was told; otherwise 0, and a job tries again."""
    try:
        return deliver(owner_id, notice_id)
    except (OSError, NotDelivered) as error:
        log.warning("notify.waits", reference=str(notice_id), error=type(error).__name__)
        later(owner_id, notice_id, None)
        return 0


def later(owner_id: UUID, notice_id: UUID, at: datetime | None) -> None:
    """A job of its own, at that time."""
    deliver_notice.configure(schedule_at=at).defer(owner_id=str(owner_id), notice_id=str(notice_id))


def deliver(owner_id: UUID, notice_id: UUID) -> int:
    """By every way that is still open. Raises NotDelivered or OSError when one failed for now; 0 when there is none, or
    it is too late."""
    with acting_as(owner_id):
        notice = Notice.objects.filter(id=notice_id, done_at__isnull=True).first()
    if notice is None:
        return 0
    person = _person(notice.person_id)
    if person is None or clock.now() > notice.until:
        _note(notice, done_at=clock.now())
        return 0
    waiting = notice.by_push and notice.pushed_at is None and not _push_all(notice, person)
    if notice.by_mail and notice.mailed_at is None:
        _mail(notice, person)
    if waiting:
        raise NotDelivered("A push service is away.")
    _note(notice, done_at=clock.now())
    return int(notice.by_mail or notice.by_push)


def _person(person_id: UUID) -> Person | None:
    try:
        return people.person(person_id)
    except NoSuchPerson:
        return None


def _note(notice: Notice, **changed: Any) -> None:
    with acting_as(notice.owner_id):
        Notice.objects.filter(id=notice.id).update(**changed)


def _mail(notice: Notice, person: Person) -> None:
    text = letters.write(
        Occasion(notice.occasion), notice.place, person.language, settings.ORIGIN, what=notice.what,
        more=notice.more, path=path_of(notice),
    )  # fmt: skip
    reference, portal = str(notice.alarm_id or notice.id), path_of(notice)
    try:
        with override(person.language):
            mail.send(mail.Letter(person.email, text.subject, text.body, reference, portal=portal))
    except mail.MailRefused:
        log.warning("notify.address_refused", reference=str(notice.id))
    _note(notice, mailed_at=clock.now())


def path_of(notice: Notice) -> str:
    """Where in the portal it is shown."""
    if notice.alarm_id is not None and notice.kind != Class.LOOKED:
        return f"/portal/alarm/{notice.alarm_id}"
    return {Class.LOOKED: "/portal/looked", Class.LIVE: "/portal/looked"}.get(Class(notice.kind), "/portal/")


# --- push -------------------------------------------------------------------------------------------------------------


def _push_all(notice: Notice, person: Person) -> bool:
    """To each of his browsers. False when one of them must be tried again."""
    said = content(notice, person.language)
    urgent = notice.kind in ALARMS or notice.kind == Class.LIVE
    topic = "" if notice.kind in ALARMS else webpush.to_text(sha256(notice.source.encode()).digest()[:24])
    ttl_s = ALARM_TTL_S if notice.kind in ALARMS else OTHER_TTL_S
    again, had = False, list(notice.pushed_to)
    for device in queries.devices(notice.owner_id, notice.person_id):
        if str(device.id) in had:
            continue
        outcome = _push(device, said, ttl_s, urgent, topic)
        again = again or outcome is Outcome.LATER
        had += [str(device.id)] if outcome is Outcome.SENT else []
    _note(notice, pushed_to=had, **({} if again else {"pushed_at": clock.now()}))
    return not again


def content(notice: Notice, language: str) -> dict[str, Any]:
    """What a push message says: which class, which alarm, how often, when. No name, no place, no picture."""
    said: dict[str, Any] = {
        "v": VERSION, "c": notice.kind, "o": notice.occasion, "w": notice.what, "l": language, "n": str(notice.id),
        "t": round(notice.at.timestamp() * 1000), "u": path_of(notice),
    }  # fmt: skip
    if notice.alarm_id is not None:
        said["a"] = str(notice.alarm_id)
    if notice.more:
        said["m"] = notice.more
    return said


def _push(device: Device, said: dict[str, Any], ttl_s: int, urgent: bool, topic: str = "") -> Outcome:
    """To one browser; takes it off when it is no more."""
    try:
        to = endpoints.check(device.endpoint, settings.PUSH_TEST_ENDPOINT)
        outcome = sending.send(to, _parcel(to, device, said, ttl_s, urgent, topic))
    except (endpoints.EndpointRefused, webpush.BadSubscription):
        outcome = Outcome.REFUSED
    log.info("notify.pushed", device=str(device.id), outcome=outcome.value)
    with acting_as(device.owner_id):
        row = Device.objects.filter(id=device.id)
        if outcome is Outcome.GONE:
            row.delete()
        elif outcome is Outcome.SENT:
            row.update(told_at=clock.now(), fault="")
        else:
            row.update(fault=outcome.value)
    return outcome


def _parcel(
    to: endpoints.Endpoint, device: Device, said: dict[str, Any], ttl_s: int, urgent: bool, topic: str
) -> sending.Parcel:
    text = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    keys = webpush.Keys(bytes(device.p256dh), bytes(device.auth))
    body = webpush.encrypt(text, keys, salt=os.urandom(webpush.SALT), sender=ec.generate_private_key(ec.SECP256R1()))
    signed = webpush.token(key(), to.origin, settings.PUSH_CONTACT, clock.now_ms() // 1000)
    return sending.Parcel(body, signed, ttl_s, "high" if urgent else "normal", topic)


# --- trying out, and the day's summary -------------------------------------------------------------------------------


def try_out(owner_id: UUID, person: Person) -> Tried:
    """To every browser of his and to his address, now."""
    said = {"v": VERSION, "c": "test", "o": "test", "w": "", "l": person.language, "n": "test",
            "t": clock.now_ms(), "u": "/portal/notifications"}  # fmt: skip
    found = [(device.id, _push(device, said, 600, True)) for device in queries.devices(owner_id, person.id)]
    text = letters.write(Occasion.TEST, "", person.language, settings.ORIGIN, path="/portal/notifications")
    try:
        mail.send(mail.Letter(person.email, text.subject, text.body, "test"))
    except (OSError, mail.MailRefused):
        return Tried(tuple(found), mailed=False)
    return Tried(tuple(found), mailed=True)


def digest(owner_id: UUID, person: Person, happened: Sequence[Notice], at: datetime) -> int:
    """The day in numbers, by letter and to his browsers as he chose."""
    wish = queries.wishes(owner_id, person.id)[Class.DIGEST]
    counts: Counter[tuple[str, str]] = Counter()
    for notice in happened:
        counts[notice.place, letters.heading(notice.kind, notice.occasion)] += 1 + notice.more
    if wish.by_push:
        said = {"v": VERSION, "c": "digest", "o": "digest", "w": "", "l": person.language, "n": f"digest-{at:%Y%m%d}",
                "t": round(at.timestamp() * 1000), "u": "/portal/events", "m": counts.total()}  # fmt: skip
        for device in queries.devices(owner_id, person.id):
            _push(device, said, OTHER_TTL_S, False, "digest")
    if wish.by_mail:
        text = letters.summary(counts, person.language, settings.ORIGIN)
        try:
            mail.send(mail.Letter(person.email, text.subject, text.body, "digest"))
        except mail.MailRefused:
            log.warning("notify.address_refused", reference="digest")
    return 1
