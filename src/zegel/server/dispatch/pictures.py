# SPDX-License-Identifier: EUPL-1.2
"""Pictures of an alarm on a guard's phone. The principles that keep it safe:

- The owner of the site allowed it (footage.guardpictures); without that no key is taken and nothing is shown.
- The phone makes a key pair for one errand and keeps its private half. Its public half comes with the errand's token,
  from the browser that opened it first, while the errand is accepted and not over. Another key, another phone, another
  link or the errand's end end every picture of before.
- What key that is, is the server's word until the guard read its words to the operator: no picture is sent before.
- The guard opens a picture by pressing; each time the door asks, writes it down, and only then hands out the
  ciphertext.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from zegel.seal.errors import SealError
from zegel.seal.suite import Suite, open_fingerprint
from zegel.server.alarms.actions.common import changed
from zegel.server.alarms.models import Alarm
from zegel.server.dispatch import rules
from zegel.server.dispatch.actions import held
from zegel.server.dispatch.errors import NoGuardKey, NoPictures, NotThisWay, UnknownDispatch
from zegel.server.dispatch.models import Dispatch
from zegel.server.dispatch.rules import State
from zegel.server.footage import door, guardpictures, sharing
from zegel.server.footage.models import GuardPicture
from zegel.server.footage.rules import GuardPictureEnd
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people


@dataclass(frozen=True)
class OnPhone:
    """What the guard's page may do with pictures. `on`: the owner allows it and the errand runs; `suite`: of the key
    that the phone makes; `fingerprint`: of the key that it offered last."""

    on: bool
    suite: int
    fingerprint: bytes | None
    dispatch_id: UUID
    pictures: Sequence[GuardPicture]


# --- the phone ---


def on_phone(token: str, browser: str) -> OnPhone:
    """Raises LinkRefused."""
    mine = held(token, browser)
    with tenancy.acting_as(mine.owner_id):
        row = Dispatch.objects.get(id=mine.dispatch_id)
        on = State(row.state) in rules.SEES and guardpictures.sight_of(row.site_id) is not None
        fingerprint = _fingerprint(row)
        shown = [] if not on or fingerprint is None else guardpictures.shown_now(row.id, fingerprint)
    return OnPhone(on, _suite_of(row.owner_id) if on else 0, fingerprint, row.id, shown)


def offer_key(token: str, browser: str, suite: int, open_pk: bytes) -> bytes:
    """The phone's key for this errand; its fingerprint. The same one again is harmless. Raises LinkRefused, NotThisWay,
    NoPictures (also for a key that can't be one)."""
    mine = held(token, browser)
    owner = system(mine.owner_id)
    with work.transaction(owner) as w:
        row = Dispatch.objects.select_for_update().get(id=mine.dispatch_id)
        if State(row.state) not in rules.SEES:
            raise NotThisWay(row.state, "key")
        if guardpictures.sight_of(row.site_id) is None or suite != _suite_of(row.owner_id):
            raise NoPictures
        try:
            fingerprint = open_fingerprint(Suite(suite), open_pk)
        except SealError:
            raise NoPictures from None
        if _fingerprint(row) == fingerprint:
            return fingerprint
        guardpictures.end_of_errand(w, row.id, GuardPictureEnd.REPLACED)
        row.key_suite, row.key_pk, row.key_at = suite, open_pk, clock.now()
        row.save(update_fields=["key_suite", "key_pk", "key_at"])
        facts: dict[str, Fact] = {
            "dispatch": row.id, "alarm": row.alarm_id, "guard": row.guard_id, "what": "key", "key": fingerprint,
        }  # fmt: skip
        w.record(Entry(Kind.DISPATCH, row.owner_id, facts, row.alarm_id))
        _tell(w, row.alarm_id)
        return fingerprint


def open_picture(token: str, browser: str, picture_id: UUID, address: str) -> door.ForGuard:
    """The ciphertext for this phone, written down first. Raises LinkRefused, NothingToShow, Denied, ViewNotLogged."""
    mine = held(token, browser)
    with tenancy.acting_as(mine.owner_id):
        fingerprint = _fingerprint(Dispatch.objects.get(id=mine.dispatch_id))
    return door.show_to_guard(mine.owner_id, mine.dispatch_id, picture_id, fingerprint or b"", address)


def _suite_of(owner_id: UUID) -> int:
    """As strong as what the owner seals to himself: a key has one suite, and his is named in his keysets."""
    found = people.tenant_open_key(owner_id, seen_by=owner_id)
    return int(Suite.CLASSIC if found is None else Suite(found[0]))


def _fingerprint(row: Dispatch) -> bytes | None:
    if row.key_pk is None or row.key_suite is None:
        return None
    return open_fingerprint(Suite(row.key_suite), bytes(row.key_pk))


def _tell(w: work.Work, alarm_id: UUID) -> None:
    alarm = Alarm.objects.filter(id=alarm_id).first()
    if alarm is not None:
        changed(w, alarm)


# --- the operator ---


def send(actor: Actor, alarm_id: UUID, dispatch_id: UUID, still: sharing.Still) -> GuardPicture:
    """What the operator sees, to the guard whom he sent. Raises Denied, UnknownDispatch, NoGuardKey, NotLooking,
    KeyNotCompared, GuardPictureRefused."""
    actor = sharing.looking_as(actor)
    with work.transaction(actor) as w:
        row = Dispatch.objects.select_for_update().filter(id=dispatch_id, alarm_id=alarm_id).first()
        if row is None:
            raise UnknownDispatch
        if row.key_pk is None or row.key_suite is None:
            raise NoGuardKey
        to = sharing.Errand(row.id, row.guard_id, row.alarm_id, Suite(row.key_suite), bytes(row.key_pk))
        sent = sharing.share(actor, to, still)
        _tell(w, alarm_id)
        return sent
