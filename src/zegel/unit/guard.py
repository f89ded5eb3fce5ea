# SPDX-License-Identifier: EUPL-1.2
"""The guard's decisions, pure: from the owner's policy, the time, and what was seen or touched, to alarm or not.

Nothing else decides: the server can neither raise an alarm here nor open one. Deny is the default: whatever is not
plainly allowed to release pictures goes without them, and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zegel.link.messages import Told
from zegel.seal.allowances import Part
from zegel.seal.keyset import Keyset
from zegel.seal.policy import LocalZone, Policy
from zegel.unit.state import ArmOrder, Spent

DAY_MS = 24 * 3600 * 1000
MAX_EDGES = 64
"""So many changes are looked ahead for the next time that something is armed: more than any week has."""
ALWAYS = frozenset({"fire", "medical", "holdup_duress"})
"""Somebody is in danger: an alarm in any posture. Its pictures are released only while armed, like all others."""
OF_THE_ZONE = frozenset({"burglary", "video", "contact_entry"})
"""What a panel calls these is what its zone's class says in the policy; other events keep their own class."""


class Posture(StrEnum):
    """What the unit is doing; the words of its signed status."""

    UNPAIRED = "unpaired"
    OFF = "off"
    ARMED = "armed"
    DISARMED = "disarmed"
    WORKING_HOURS = "working_hours"


class Images(StrEnum):
    """Whether an alarm's pictures are released, and if not, why."""

    RELEASED = "released"
    CLASS = "none:class"
    CAP = "none:cap"
    CLOCK = "none:clock"
    POLICY_EXPIRED = "none:policy_expired"
    KEYSET_EXPIRED = "none:keyset_expired"
    OLDER_KEYSET = "none:policy_of_older_keyset"
    NO_ARC = "none:no_arc"
    ARC_KEY_EXPIRED = "none:arc_key_expired"
    TAMPER = "none:tamper"
    NOT_ARMED = "none:not_armed"
    NO_CAMERA = "none:no_camera"
    OTHER_ALARM = "none:other_alarm"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A confirmed finding of the watcher."""

    camera: bytes
    cls: str
    zone: str
    score: float


@dataclass(frozen=True, slots=True)
class InputAlarm:
    """What a local panel or input said is an alarm of the unit's own: its class, and the cameras of its zone."""

    cls: str
    zone: str
    cameras: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a decision rests on. `arc_key_expires_ms` is None while no certified ARC key is pinned."""

    keyset: Keyset
    policy: Policy
    order: ArmOrder | None
    wall_ms: int
    clock_agrees: bool
    arc_key_expires_ms: int | None
    spent: tuple[Spent, ...]


def posture(policy: Policy | None, order: ArmOrder | None, wall_ms: int) -> Posture:
    """Working hours come before everything; then the newest order while it lasts; then the policy's own word.

    A unit of which one part is armed is armed: `guards` says what of it.
    """
    if policy is None:
        return Posture.UNPAIRED
    if not policy.surveillance_allowed(wall_ms):
        return Posture.WORKING_HOURS
    obeyed = obeyed_order(policy, order, wall_ms)
    if obeyed is not None:
        return Posture.ARMED if obeyed.armed else Posture.DISARMED
    return Posture.ARMED if policy.armed else Posture.OFF


def obeyed_order(policy: Policy, order: ArmOrder | None, wall_ms: int) -> ArmOrder | None:
    """The newest order while it lasts, then the one without an end that it was given over; None: the policy's word."""
    while order is not None and not in_force(policy, order, wall_ms):
        order = order.then
    return order


def armed_part(policy: Policy, order: ArmOrder | None, wall_ms: int) -> Part | None:
    """The part that alone is armed; None: all of it, or nothing. A part that is not in the policy guards nothing."""
    obeyed = obeyed_order(policy, order, wall_ms)
    if obeyed is None or obeyed.part is None or posture(policy, order, wall_ms) is not Posture.ARMED:
        return None
    return policy.part(obeyed.part) or Part(obeyed.part)


def guards(policy: Policy | None, order: ArmOrder | None, wall_ms: int, camera: bytes) -> bool:
    """Whether a camera is armed. One outside of the armed part is as if everything were disarmed."""
    if policy is None or posture(policy, order, wall_ms) is not Posture.ARMED:
        return False
    part = armed_part(policy, order, wall_ms)
    return part is None or camera in part.cameras


def guards_account(policy: Policy, order: ArmOrder | None, wall_ms: int, account: str) -> bool:
    """Whether a panel or input on site is armed, by its account."""
    if posture(policy, order, wall_ms) is not Posture.ARMED:
        return False
    part = armed_part(policy, order, wall_ms)
    return part is None or account in part.accounts


def guards_from(policy: Policy | None, order: ArmOrder | None, wall_ms: int) -> int | None:
    """When it is armed again by itself, ms UTC: "working until 22:00". None: it is armed, or nothing says when."""
    if policy is None or posture(policy, order, wall_ms) is Posture.ARMED:
        return None
    at_ms = wall_ms
    for _ in range(MAX_EDGES):
        end_ms = until(policy, order, at_ms)
        if end_ms is None or posture(policy, order, end_ms) is Posture.ARMED:
            return end_ms
        at_ms = end_ms
    return None


def alarms(sighting: Sighting, facts: Facts) -> bool:
    """Whether a sighting is an alarm: armed, of a class that alarms, in a zone that watches for it."""
    if not guards(facts.policy, facts.order, facts.wall_ms, sighting.camera):
        return False
    if sighting.cls not in facts.policy.alarm_classes:
        return False
    zones = facts.policy.camera(sighting.camera).zones
    if not zones:
        return True
    zone = next((zone for zone in zones if zone.name == sighting.zone), None)
    return zone is not None and (not zone.classes or sighting.cls in zone.classes)


def images_of(sighting: Sighting, facts: Facts) -> Images:
    """Whether that alarm's pictures go to the ARC. The first reason against it is the one that is told."""
    if sighting.cls not in facts.policy.release_classes:
        return Images.CLASS
    if caps_left(facts.policy, facts.spent, facts.wall_ms) == (0, 0):
        return Images.CAP
    return may_release(facts, sighting.camera)


def input_alarm(account: str, told: Told, facts: Facts) -> InputAlarm | None:
    """Whether what was said on site is the unit's own alarm; otherwise it only goes up to be judged by people.

    The policy must name the account and the zone, the phase must be an alarm, its class one that alarms; and the unit
    must be armed, unless somebody is in danger.
    """
    zone = _local_zone(account, told.zone, facts.policy)
    if zone is None or told.phase != "alarm":
        return None
    cls = zone.class_name if told.signal_class in OF_THE_ZONE else told.signal_class
    if cls not in facts.policy.alarm_classes:
        return None
    if cls not in ALWAYS and not guards_account(facts.policy, facts.order, facts.wall_ms, account):
        return None
    return InputAlarm(cls, zone.zone, zone.cameras)


def _local_zone(account: str, zone: str, policy: Policy) -> LocalZone | None:
    """Panels write a zone's number with zeros before it or without."""
    found = policy.local_account(account)
    if found is None:
        return None
    number = _number(zone)
    same = (item for item in found.zones if number is not None and _number(item.zone) == number)
    return found.zone(zone) or next(same, None)


def _number(zone: str) -> int | None:
    return int(zone) if zone.isascii() and zone.isdigit() else None


def images_of_input(alarm: InputAlarm, facts: Facts) -> tuple[Images, tuple[bytes, ...]]:
    """Whether that alarm's pictures go to the ARC, and those of which cameras."""
    if alarm.cls not in facts.policy.release_classes:
        return Images.CLASS, ()
    if not alarm.cameras:
        return Images.NO_CAMERA, ()
    cameras = tuple(each for each in alarm.cameras if guards(facts.policy, facts.order, facts.wall_ms, each))
    if not cameras:
        return Images.NOT_ARMED, ()
    if caps_left(facts.policy, facts.spent, facts.wall_ms) == (0, 0):
        return Images.CAP, ()
    images = may_release(facts, cameras[0])
    return images, cameras if images is Images.RELEASED else ()


def may_release(facts: Facts, camera: bytes) -> Images:
    """What must also hold for every single part of a camera's window while it is open."""
    if not guards(facts.policy, facts.order, facts.wall_ms, camera):
        return Images.NOT_ARMED
    if not facts.clock_agrees:
        return Images.CLOCK
    if facts.policy.expired(facts.wall_ms):
        return Images.POLICY_EXPIRED
    if facts.wall_ms >= facts.keyset.expires_ms:
        return Images.KEYSET_EXPIRED
    if facts.policy.keyset_hash != facts.keyset.hash:
        return Images.OLDER_KEYSET
    if facts.keyset.arc is None or facts.arc_key_expires_ms is None:
        return Images.NO_ARC
    if facts.wall_ms >= facts.arc_key_expires_ms:
        return Images.ARC_KEY_EXPIRED
    return Images.RELEASED


def in_force(policy: Policy, order: ArmOrder, wall_ms: int) -> bool:
    """An order lasts until its end or a newer policy; by counter, because people's clocks differ."""
    return order.policy_counter == policy.counter and (order.until_ms is None or wall_ms < order.until_ms)


def until(policy: Policy | None, order: ArmOrder | None, wall_ms: int) -> int | None:
    """When the posture ends by itself, ms UTC: an order's end or the next edge of working hours. None: open-ended."""
    if policy is None:
        return None
    ends = [policy.next_change(wall_ms)]
    obeyed = obeyed_order(policy, order, wall_ms)
    if obeyed is not None:
        ends.append(obeyed.until_ms)
    return min((end for end in ends if end is not None), default=None)


def caps_left(policy: Policy, spent: tuple[Spent, ...], wall_ms: int) -> tuple[int, int]:
    """(alarms with pictures, seconds) left in the rolling 24 hours; (0, 0) as soon as one of them is used up.

    Entries dated in the future count: a clock that was set back gives nothing back.
    """
    recent = [item for item in spent if item.opened_ms > wall_ms - DAY_MS]
    releases = policy.caps.releases - len(recent)
    seconds = policy.caps.seconds - sum(item.seconds for item in recent)
    return (releases, seconds) if releases > 0 and seconds > 0 else (0, 0)


def seconds_left(policy: Policy, spent: tuple[Spent, ...], wall_ms: int) -> int:
    """Seconds left for a window that is already counted as a release."""
    recent = [item for item in spent if item.opened_ms > wall_ms - DAY_MS]
    return max(0, policy.caps.seconds - sum(item.seconds for item in recent))
