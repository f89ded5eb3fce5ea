# SPDX-License-Identifier: EUPL-1.2
"""What panels and inputs on site say: which of it is the unit's own alarm, which releases, and which only goes up."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.unit.actors import DAY_MS, NOON_MS, Owner, Rig, arc_leaves, releases_of
from zegel.link.messages import AlarmItem, SignalItem, SignalSource, Told
from zegel.seal.alarm import Alarm, Cause, verify_alarm
from zegel.seal.command import Action
from zegel.seal.policy import CameraRules, Caps, Hours, Interval, LocalAccount, LocalZone, Point, Polygon, Weekly
from zegel.unit.engine import Engine
from zegel.unit.guard import Facts, Images, images_of_input, input_alarm
from zegel.unit.identity import Identity
from zegel.unit.outbox import Outbox
from zegel.unit.source.media import Packet, Stream
from zegel.unit.spool import Spool
from zegel.unit.state import Numbers, StateFile

CLASSES = ("burglary", "fire", "holdup_duress", "person", "tamper", "vehicle")
RELEASING = ("burglary", "holdup_duress", "person")
BURGLARY = Told("sia", "BA", zone="7", phase="alarm", signal_class="burglary", priority=4, known=True)
MASK = (Polygon((Point(0, 0), Point(1, 0), Point(1, 1))),)


class Site(Rig):
    """A unit with two cameras, `front` and `back`, and a panel 1234AB whose zone 7 both look at and zone 8 nobody."""

    def __init__(self, directory: Path) -> None:
        self.back = os.urandom(16)
        super().__init__(directory)

    @property
    def local(self) -> tuple[LocalAccount, ...]:
        both = tuple(sorted((self.camera, self.back)))
        zones = (
            LocalZone("10", "burglary", (self.back,)), LocalZone("7", "burglary", both), LocalZone("8", "burglary"),
            LocalZone("9", "fire", (self.camera,)),
        )  # fmt: skip
        keypad = (LocalZone("code", "holdup_duress", both),)
        return (LocalAccount("1234AB", zones), LocalAccount("homeassistant", keypad))

    def open(self, **policy: object) -> Site:
        self.pair(**{"alarm_classes": CLASSES, "release_classes": RELEASING, "local": self.local, **policy})
        return self

    def _engine(self) -> Engine:
        file = StateFile.load(self.directory / "state")
        outbox = Outbox(Spool(self.directory / "spool", reserve=0), Numbers(file))
        names = {self.camera: "front", self.back: "back"}
        engine = Engine(Identity.load(self.directory / "identity"), file, outbox, names, self.now)
        for camera in names:
            engine.on_stream(camera, Stream("avc1", b"\x01avcC", 640, 360, self.fps, 0), self.now)
        return engine

    def play(self, seconds: float) -> None:
        end = self.mono_s + seconds
        while self.mono_s < end - 1e-9:
            self.step(1 / self.fps)
            dts, key = round(self.frame * 90_000 / self.fps), self.frame % self.gop == 0
            for camera in (self.camera, self.back):
                data = camera + self.frame.to_bytes(8, "big")
                packet = Packet(data, dts, dts, round(90_000 / self.fps), key, self.mono_s, self.wall_ms, 0)
                self.engine.on_packet(camera, packet, self.now)
            self.frame += 1
            self.engine.tick(self.now)
        self.engine.outbox.spool.flush()

    def hear(self, told: Told = BURGLARY, account: str = "1234AB", digest: bytes = b"") -> int:
        item = SignalItem(os.urandom(16), self.wall_ms, SignalSource.PANEL, "dc09_tcp", "192.168.1.9", account, told)
        n = self.engine.on_signal(item, digest or os.urandom(32), self.now)
        self.engine.outbox.spool.flush()
        self.engine.on_durable(n)
        return n

    def alarms(self) -> list[Alarm]:
        return [verify_alarm(item.envelope, self.identity.key.public_key) for item in self.items(AlarmItem)]

    def released(self) -> dict[bytes, set[int]]:
        """Which slots of which camera the alarm centre can open."""
        found: dict[bytes, set[int]] = {self.camera: set(), self.back: set()}
        of_epoch = {desk.track.epoch.id: camera for camera, desk in self.engine.desks.items() if desk.track.epoch}
        for epoch, slot in arc_leaves(self):
            found[of_epoch[epoch]].add(slot)
        return found


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_panels_alarm_releases_every_camera_of_its_zone_in_one_chain(site: Site) -> None:
    site.open()
    site.play(20)
    site.hear()
    site.play(10)
    [alarm] = site.alarms()
    assert (alarm.cause, alarm.class_name, alarm.zone, alarm.images) == (Cause.INPUT, "burglary", "7", "released")
    releases = releases_of(site)
    assert {release.camera for release in releases} == {site.camera, site.back}
    assert {release.alarm for release in releases} == {alarm.alarm}
    assert [release.part for release in releases] == list(range(1, len(releases) + 1))
    assert [release.last for release in releases] == [False] * (len(releases) - 1) + [True]
    for before, after in pairwise(releases):
        after.check_follows(before)
    seen = site.released()
    assert seen[site.camera] == seen[site.back] == set(range(min(seen[site.back]), max(seen[site.back]) + 1))
    assert 10 + 5 <= len(seen[site.back]) <= 10 + 5 + 5 + 2, "pre-alarm, lead, and five seconds after"
    assert len(site.engine.file.state.spent) == 1, "one alarm is one release, however many cameras"
    assert site.engine.file.state.spent[0].seconds >= len(seen[site.back]) * 2, "but every second of each is paid for"
    assert not site.items(SignalItem)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"phase": "restore"}, "the end of an alarm is none"),
        ({"phase": "open", "signal_class": "open_close"}, "an opening is for the centre to judge"),
        ({"zone": "99"}, "nobody said what zone 99 is"),
        ({"signal_class": "medical"}, "the owner lets no such class alarm"),
    ],
)  # fmt: skip
def test_everything_else_goes_up_as_it_was_said(site: Site, told: dict[str, str], why: str) -> None:
    import msgspec

    site.open()
    site.play(3)
    said = msgspec.structs.replace(BURGLARY, **told)
    site.hear(said)
    assert not site.alarms(), why
    [item] = site.items(SignalItem)
    assert (item.told, item.account) == (said, "1234AB")


def test_an_account_that_the_policy_does_not_name_alarms_nothing(site: Site) -> None:
    site.open()
    site.hear(account="9999")
    assert not site.alarms()
    assert [item.account for item in site.items(SignalItem)] == ["9999"]


def test_while_disarmed_a_burglary_only_goes_up_but_a_hold_up_and_a_fire_alarm_without_pictures(site: Site) -> None:
    site.open()
    site.play(3)
    site.order(Action.DISARM, 1)
    site.hear()
    assert not site.alarms()
    site.hear(Told("cid", "110", zone="9", phase="alarm", signal_class="fire"))
    duress = Told("homeassistant", "duress", zone="code", phase="alarm", signal_class="holdup_duress")
    site.hear(duress, "homeassistant")
    assert [(alarm.class_name, alarm.images) for alarm in site.alarms()] == [
        ("fire", "none:class"), ("holdup_duress", "none:not_armed"),
    ]  # fmt: skip
    site.play(3)
    assert not releases_of(site)


def test_no_camera_or_a_used_up_cap_gives_no_pictures_and_a_masked_camera_gives_masked_ones(site: Site) -> None:
    site.open(cameras=(CameraRules(site.back, privacy=MASK),), caps=Caps(2, 600))
    site.play(3)
    site.hear(Told("sia", "BA", zone="8", phase="alarm", signal_class="burglary"))
    site.hear(Told("sia", "BA", zone="10", phase="alarm", signal_class="burglary"))
    site.hear()
    site.play(8)
    site.hear()
    assert [alarm.images for alarm in site.alarms()] == [
        "none:no_camera", "released", "released", "none:cap",
    ]  # fmt: skip
    assert {release.camera for release in releases_of(site)} == {site.camera}, "what came of the other was unmasked"


def test_a_second_zone_uses_the_open_windows_of_the_first_and_a_panel_takes_over_from_mere_movement(site: Site) -> None:
    site.open()
    site.play(12)
    site.see()
    site.hear()
    site.play(2)
    site.hear(Told("sia", "BA", zone="10", phase="alarm", signal_class="burglary"))
    site.play(2)
    motion, panel, second = site.alarms()
    assert (motion.cause, panel.cause, second.cause) == (Cause.MOTION, Cause.INPUT, Cause.INPUT)
    assert second.images == Images.OTHER_ALARM.value
    later = [release for release in releases_of(site) if release.issued_ms > panel.raised_ms]
    assert {release.alarm for release in later} == {panel.alarm}


def test_the_same_words_again_are_the_same_event_also_after_a_power_cut(site: Site) -> None:
    site.open()
    site.play(3)
    first = site.hear(digest=b"same")
    assert site.hear(digest=b"same") == first
    site.restart()
    n = site.hear(digest=b"same")
    assert site.engine.durable(n)
    assert len(site.alarms()) == 1
    site.step(200)
    site.hear(digest=b"same")
    assert len(site.alarms()) == 2, "minutes later it is a second event"


def test_what_is_not_on_disk_yet_is_not_confirmed_to_the_panel(site: Site) -> None:
    site.open()
    item = SignalItem(os.urandom(16), site.wall_ms, SignalSource.PANEL, "dc09_tcp", "", "1234AB", BURGLARY)
    n = site.engine.on_signal(item, b"digest", site.now)
    assert not site.engine.durable(n)
    site.engine.outbox.spool.flush()
    site.engine.on_durable(n)
    assert site.engine.durable(n)


def test_a_recall_ends_the_windows_of_all_cameras(site: Site) -> None:
    site.open(window=site.owner.policy(site.owner.keyset(os.urandom(16), os.urandom(16), 1), 1).window)
    site.play(12)
    site.hear()
    site.play(1.5)
    [alarm] = site.alarms()
    site.engine.end_window(alarm.alarm, "recalled", site.now)
    before = len(releases_of(site))
    site.play(4)
    assert len(releases_of(site)) == before
    assert all(desk.window is None for desk in site.engine.desks.values())


# --- the guard's rule by itself ---

OWNER, UNIT, PAIRING, CAMERA = Owner(), os.urandom(16), os.urandom(16), os.urandom(16)
KEYSET = OWNER.keyset(UNIT, PAIRING, NOON_MS)
POLICY = replace(
    OWNER.policy(KEYSET, NOON_MS), alarm_classes=CLASSES, release_classes=("burglary", "tamper"),
    local=(LocalAccount("1234AB", (LocalZone("7", "burglary", (CAMERA,)),)),),
)  # fmt: skip
FACTS = Facts(KEYSET, POLICY, None, NOON_MS, True, NOON_MS + DAY_MS, ())


def test_a_tamper_alarm_in_working_hours_is_none_of_the_units_and_releases_nothing() -> None:
    told = Told("sia", "TA", zone="7", phase="alarm", signal_class="tamper")
    working = replace(FACTS, policy=replace(POLICY, hours=Hours("UTC", (Weekly(3, Interval(0, 1440)),))))
    assert input_alarm("1234AB", told, working) is None
    alarm = input_alarm("1234AB", told, FACTS)
    assert alarm is not None
    assert images_of_input(alarm, FACTS)[0] is Images.RELEASED
    assert images_of_input(alarm, working)[0] is Images.NOT_ARMED


@pytest.mark.parametrize("zone", ["7", "07", "007"])
def test_a_zones_number_counts_with_zeros_before_it_or_without(zone: str) -> None:
    alarm = input_alarm("1234AB", Told("cid", "130", zone=zone, phase="alarm", signal_class="burglary"), FACTS)
    assert alarm is not None
    assert alarm.zone == "7"


@pytest.mark.parametrize("zone", ["", "70", "7 ", "٧", "x7", "-7"])
def test_another_zone_is_another_zone(zone: str) -> None:
    assert input_alarm("1234AB", Told("cid", "130", zone=zone, phase="alarm", signal_class="burglary"), FACTS) is None


def test_without_local_in_the_policy_nothing_on_site_alarms() -> None:
    assert input_alarm("1234AB", BURGLARY, replace(FACTS, policy=replace(POLICY, local=None))) is None
