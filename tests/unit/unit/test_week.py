# SPDX-License-Identifier: EUPL-1.2
"""A week on a site, second by second, with the unit's real guard and a clock that the test moves.

The model beside it is written the other way round: the wall clock of each UTC minute, looked up in a timetable, and the
orders laid over it in the order in which they were given. It knows nothing of the guard, nor of `Hours`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.unit.unit.actors import DAY_MS, Rig
from zegel.link.messages import AlarmItem
from zegel.seal.alarm import verify_alarm
from zegel.seal.allowances import Delegate, Part
from zegel.seal.command import Action, Command, sign_command
from zegel.seal.policy import ExceptionDay, Hours, Interval, Weekly
from zegel.seal.status import verify_status
from zegel.seal.suite import SigningKey
from zegel.unit.source.media import Code, Technical

WEEK_S = 7 * 86_400
SPAN = "07:00-12:00 12:30-17:00"
WORKS = {0: SPAN, 1: SPAN, 2: SPAN, 3: SPAN, 4: "06:30-15:00", 5: "", 6: "01:30-03:30"}
"""By weekday, 0 = Monday. On Sunday morning the clocks change, in the middle of somebody's work."""


@dataclass(frozen=True)
class Place:
    zone: str
    first_day: str
    """The Monday of a week in which the clocks change, local."""
    holiday: str
    short_day: str


PLACES = (
    Place("Europe/Amsterdam", "2026-10-19", "2026-10-21", "2026-10-24"),  # back by an hour at 03:00
    Place("Australia/Lord_Howe", "2026-09-28", "2026-09-30", "2026-10-03"),  # forward by half an hour at 02:00
    Place("America/St_Johns", "2026-10-26", "2026-10-28", "2026-10-31"),  # UTC-2:30 to UTC-3:30
)


def minutes(text: str) -> tuple[tuple[int, int], ...]:
    def minute(clock: str) -> int:
        hour, rest = clock.split(":")
        return int(hour) * 60 + int(rest)

    pairs = [span.split("-") for span in text.split()]
    return tuple((minute(start), minute(end)) for start, end in pairs)


def hours_of(place: Place) -> Hours:
    weekly = tuple(Weekly(day, Interval(*span)) for day in range(7) for span in minutes(WORKS[day]))
    exceptions = (ExceptionDay(place.holiday, ()), ExceptionDay(place.short_day, (Interval(600, 660),)))
    return Hours(place.zone, weekly, exceptions)


@dataclass(frozen=True)
class Order:
    at_s: int
    action: Action
    until_s: int | None = None
    part: str | None = None
    by_foreman: bool = False


H = 3600
ORDERS = (
    Order(18 * H, Action.DISARM, 22 * H, by_foreman=True),  # Monday: working until 22:00
    Order(20 * H + 7, Action.DISARM, 21 * H, by_foreman=True),  # no, until 21:00
    Order(2 * 24 * H + 3 * H, Action.PART, None, "Yard"),  # Wednesday night, for good
    Order(3 * 24 * H + 20 * H, Action.DISARM, 3 * 24 * H + 23 * H + 1, by_foreman=True),  # ends in what he found
    Order(4 * 24 * H + 22 * H, Action.DISARM),
    Order(5 * 24 * H + 2 * H + 30, Action.ARM, 6 * 24 * H + 5 * H),  # Saturday; over, then off again
)
"""Seconds since the local midnight of the week's first day, by the number of seconds that really passed."""


class Model:
    """When camera `yard` and camera `hall` guard. `yard` is in the part, `hall` is not."""

    def __init__(self, place: Place, start_ms: int) -> None:
        zone = ZoneInfo(place.zone)
        self.working = bytearray(WEEK_S // 60 + 120)
        for minute in range(len(self.working)):
            wall = datetime.fromtimestamp(start_ms / 1000 + 60 * minute, UTC).astimezone(zone)
            day = wall.strftime("%Y-%m-%d")
            text = {place.holiday: "", place.short_day: "10:00-11:00"}.get(day, WORKS[wall.weekday()])
            now = wall.hour * 60 + wall.minute
            self.working[minute] = any(start <= now < end for start, end in minutes(text))

    def guards(self, second: int, *, yard: bool) -> bool:
        if self.working[second // 60]:
            return False
        given = [order for order in ORDERS if order.at_s <= second]
        lasting = [order for order in given if order.until_s is None]
        newest = given[-1] if given else None
        if newest is not None and newest.until_s is not None and second >= newest.until_s:
            newest = lasting[-1] if lasting else None
        if newest is None:
            return True  # the policy's own word
        return newest.action is Action.ARM or (newest.action is Action.PART and yard)


class Site(Rig):
    """A unit whose clock is set to the week's beginning, with a camera in the part and one beside it."""

    def open(self, place: Place) -> Site:
        local = datetime.fromisoformat(place.first_day).replace(tzinfo=ZoneInfo(place.zone))
        self.wall_ms = round(local.timestamp() * 1000)
        self.engine = self._engine()
        self.foreman_key, self.foreman = SigningKey.generate(), b"\x07" * 16
        foreman = Delegate(
            self.foreman, self.foreman_key.public_key, "Foreman", (Action.DISARM,), self.wall_ms - DAY_MS,
            self.wall_ms + 30 * DAY_MS, 4 * H, tuple(Weekly(day, Interval(360, 1380)) for day in range(7)),
        )  # fmt: skip
        self.pair(hours=hours_of(place), parts=(Part("Yard", (self.camera,)),), delegates=(foreman,))
        return self

    def give(self, order: Order, start_ms: int) -> None:
        assert self.policy is not None
        until = None if order.until_s is None else start_ms + order.until_s * 1000
        person = self.foreman if order.by_foreman else self.owner.id
        key = self.foreman_key if order.by_foreman else self.owner.key
        unit, pairing = self.policy.unit, self.policy.pairing
        made = Command(unit, pairing, self.wall_ms, person, order.action, self.wall_ms, until, order.part)
        self.deliver("command", sign_command(made, key))


def local_midnight_ms(place: Place) -> int:
    return round(datetime.fromisoformat(place.first_day).replace(tzinfo=ZoneInfo(place.zone)).timestamp() * 1000)


def walk(site: Site, place: Place, model: Model, seconds: range) -> tuple[int, int]:
    """Each of these seconds: the unit's decision is the model's. Returns how many guarded, and how many did not."""
    start_ms, due, guarded = local_midnight_ms(place), list(ORDERS), 0
    at = 0
    for second in seconds:
        while due and due[0].at_s <= second:
            site.step(due[0].at_s - at)
            at = due[0].at_s
            site.give(due.pop(0), start_ms)
        site.step(second - at)
        at = second
        site.engine._observe(site.now)
        for camera, yard in ((site.camera, True), (b"h" * 16, False)):
            expected = model.guards(second, yard=yard)
            told = datetime.fromtimestamp(site.wall_ms / 1000, ZoneInfo(place.zone))
            assert site.engine.guards(camera) is expected, f"{told:%a %Y-%m-%d %H:%M:%S%z}, second {second}"
        guarded += expected
    assert not due
    assert site.technical() == []
    return guarded, len(seconds) - guarded


def edges_of(model: Model) -> set[int]:
    """Seconds at which the model changes, and those around them; and a grid of odd seconds between."""
    changes = {60 * m for m in range(1, WEEK_S // 60) if model.working[m] != model.working[m - 1]}
    changes |= {order.at_s for order in ORDERS} | {order.until_s for order in ORDERS if order.until_s is not None}
    return {second + by for second in changes for by in range(-90, 91) if 0 <= second + by < WEEK_S}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.zone)
def test_a_week_in_which_the_clocks_change_is_guarded_as_the_model_says(tmp_path: Path, place: Place) -> None:
    """Every second around every edge and order, and every 53rd of the rest."""
    site, model = Site(tmp_path).open(place), Model(place, local_midnight_ms(place))
    seconds = sorted(edges_of(model) | set(range(0, WEEK_S, 53)))
    guarded, not_guarded = walk(site, place, model, seconds)  # type: ignore[arg-type]
    assert min(guarded, not_guarded) > 1000


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.zone)
def test_every_second_of_that_week(tmp_path: Path, place: Place) -> None:
    site, model = Site(tmp_path).open(place), Model(place, local_midnight_ms(place))
    guarded, not_guarded = walk(site, place, model, range(WEEK_S))
    assert guarded + not_guarded == WEEK_S
    assert min(guarded, not_guarded) > 100_000


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.zone)
def test_the_signed_status_tells_until_when_and_keeps_its_word(tmp_path: Path, place: Place) -> None:
    """At each edge: what the unit signed before as `until` and as `guards_from` is what then happens."""
    site, model = Site(tmp_path).open(place), Model(place, local_midnight_ms(place))
    start_ms = local_midnight_ms(place)
    for second in range(0, WEEK_S - 86_400, 3607):
        site.step(start_ms / 1000 + second - site.wall_ms / 1000)
        site.engine._observe(site.now)
        status = verify_status(site.engine.status(), site.identity.key.public_key)
        no_orders = [bool(model.working[minute]) for minute in range(second // 60, WEEK_S // 60)]
        change = next((at for at, now in enumerate(no_orders) if now is not no_orders[0]), None)
        expected = None if change is None else start_ms + (second // 60 + change) * 60_000
        assert status.until_ms == expected
        assert status.guards_from_ms == (expected if no_orders[0] else None)


def test_in_working_hours_only_sabotage_alarms_without_pictures_and_no_pre_alarm_reaches_back(tmp_path: Path) -> None:
    """Journey 4: a walk at 16:59 alarms nobody, covering does, and at 17:00:03 the past begins at 17:00."""
    place = PLACES[0]
    site = Site(tmp_path).open(place)
    site.step(16 * H + 59 * 60 - 30)
    site.engine._observe(site.now)
    assert site.engine.posture.value == "working_hours"
    site.play(20)
    site.see("person")
    assert site.items(AlarmItem) == []
    assert len(site.engine.desks[site.camera].track.ring) == 0
    covered = Technical(Code.VIEW_LOST, site.mono_s, {})
    site.engine.on_technical(site.camera, covered, site.now)
    site.engine.on_technical(site.camera, Technical(Code.VIEW_BACK, site.mono_s, {}), site.now)
    [tamper] = [verify_alarm(item.envelope, site.identity.key.public_key) for item in site.items(AlarmItem)]
    assert (tamper.cause.value, tamper.images) == ("tamper", "none:tamper")
    edge_ms = round(datetime(2026, 10, 19, 17, tzinfo=ZoneInfo(place.zone)).timestamp() * 1000)
    site.play((edge_ms - site.wall_ms) / 1000 + 3.0)
    site.see("person")
    site.play(3)
    alarms = [verify_alarm(item.envelope, site.identity.key.public_key) for item in site.items(AlarmItem)]
    assert [alarm.images for alarm in alarms] == ["none:tamper", "released"]
    from tests.unit.unit.actors import arc_leaves, epochs_of

    epochs = epochs_of(site)
    starts = [epochs[epoch].slot_ms(slot) for epoch, slot in arc_leaves(site)]
    assert starts
    assert min(starts) >= edge_ms, "not a slot that began in working hours"


def test_the_model_sees_the_clocks_change() -> None:
    """So that a week without a change can't pass for one."""
    for place in PLACES:
        zone = ZoneInfo(place.zone)
        first = datetime.fromisoformat(place.first_day).replace(tzinfo=zone)
        assert first.utcoffset() != (first + timedelta(days=7)).utcoffset()
