# SPDX-License-Identifier: EUPL-1.2
"""What a unit obeys, in plain words: out of its signed status and the signed policy whose hash that status names.

The portal's page of hours says the same (web/src/faces/portal/hours/obeys.ts), with the same fingerprint's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from zegel.client.person import Client, NotAsShown, unb64
from zegel.seal.allowances import Delegate
from zegel.seal.envelope import Envelope
from zegel.seal.errors import SealError
from zegel.seal.hours import Weekly
from zegel.seal.keyset import Keyset
from zegel.seal.policy import CameraRules, Policy, Polygon, verify_policy
from zegel.seal.status import State, Status, verify_status
from zegel.seal.suite import open_fingerprint, sign_fingerprint
from zegel.seal.words import words

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Obeyed:
    """The unit's newest signed word, and the policy that it names."""

    status: Status
    policy: Policy


def obeyed(owner: Client, unit_id: UUID, keyset: Keyset) -> Obeyed:
    """Raises NotAsShown, SealError, Refused."""
    pinned = next((pin for pin in owner.pins if pin.kind == "unit" and pin.id == unit_id.bytes), None)
    said = owner.http.get(f"/api/v1/units/{unit_id}/trust")
    key = unb64(said["unit"]["sign_pk"])
    if pinned is None or sign_fingerprint(key) != pinned.fingerprint:
        raise NotAsShown("the server shows another key of that unit than the one that was compared")
    told = owner.http.get(f"/api/v1/units/{unit_id}/obeyed?limit=1")
    if not told["states"]:
        raise NotAsShown("the unit has not said anything yet")
    status = verify_status(unb64(told["states"][0]), key)
    if status.keyset_hash != keyset.hash:
        raise NotAsShown("the unit does not obey these keys (yet): its own word names another keyset than the newest")
    for envelope in told["policies"]:
        policy = _verified(unb64(envelope), keyset)
        if policy is not None and policy.hash == status.policy_hash:
            return Obeyed(status, policy)
    raise NotAsShown("the server does not show the policy that the unit's own status names")


def _verified(envelope: bytes, keyset: Keyset) -> Policy | None:
    """A policy of this keyset, as of its own date: whether it has expired since is said, not asked."""
    try:
        issued_ms = Policy.decode(Envelope.decode(envelope).body).issued_ms
        return verify_policy(envelope, keyset, last_counter=0, now_ms=issued_ms)
    except SealError:
        return None


def lines(found: Obeyed, keyset: Keyset, cameras: Mapping[bytes, str]) -> Iterator[tuple[str, str]]:
    """(what about, what it says). `cameras`: names by id."""
    policy, zone = found.policy, found.policy.hours.zone
    yield "now", _state(found.status, zone)
    yield "said at", _when(found.status.at_ms, zone)
    yield "policy", f"{policy.counter}, until {_when(policy.expires_ms, zone)}"
    yield "its words", words(policy.hash)
    yield "hours", "; ".join(_week(policy.hours.weekly)) or "none: it guards around the clock while it is on"
    for day in policy.hours.exceptions:
        spans = ", ".join(f"{_hhmm(item.start)}-{_hhmm(item.end)}" for item in day.intervals)
        yield f"  {day.date}", spans or "nobody works"
    yield "clock", zone
    yield "records", policy.mode.value
    for rules in policy.cameras:
        yield "camera", f"{cameras.get(rules.camera, rules.camera.hex())}: {_camera(rules)}"
        for zone_drawn in rules.zones:
            yield f"  zone {zone_drawn.name}", _corners(zone_drawn.polygon)
        for mask in rules.privacy:
            yield "  mask", _corners(mask)
    yield "alarms", ", ".join(policy.alarm_classes) or "nothing but sabotage"
    yield "releases", ", ".join(policy.release_classes) or "nothing"
    window, caps = policy.window, policy.caps
    ends = window.live_end.value.replace("_", " ")
    yield "window", f"{window.pre_s} s before, {window.post_s} s after, at most {window.max_s} s; live ends: {ends}"
    yield "caps", f"{caps.releases} alarms, {caps.seconds} s in 24 hours"
    yield from _later(policy, cameras)
    yield "commanders", str(len(policy.commanders))
    for delegate in policy.delegates:
        yield "delegate", _delegate(delegate, zone)
    for owner in keyset.owners:
        yield "owner's key", words(sign_fingerprint(owner.sign_pk))
    yield "seals to", words(open_fingerprint(keyset.suite, keyset.tenant_open_pk))
    if keyset.arc is not None:
        yield "centre's key", words(sign_fingerprint(keyset.arc.sign_pk))
    yield "log's key", keyset.log.vkey
    for witness in keyset.witnesses:
        yield "witness", witness.vkey


def _later(policy: Policy, cameras: Mapping[bytes, str]) -> Iterator[tuple[str, str]]:
    for part in policy.parts:
        guarded = [cameras.get(camera, camera.hex()) for camera in part.cameras]
        yield "part", f"{part.name}: {', '.join([*guarded, *part.accounts])}"
    for rules in policy.overview:
        yield "overview", f"{cameras.get(rules.camera, rules.camera.hex())} each {rules.interval_s} s"
    if policy.live is not None:
        blocked = "; ".join(_week(policy.live.blocked)) or "never off"
        yield "live", f"at most {policy.live.max_s} s at a time; off in: {blocked}"
    if policy.budget is not None:
        yield "data", f"{policy.budget.mb_per_month} MB a month, then {policy.budget.over.value}"
    if policy.storage is not None:
        yield "own disk", f"{policy.storage.days} days, {policy.storage.mode.value}"


def _state(status: Status, zone: str) -> str:
    if status.state is State.ARMED:
        return "armed" if status.part is None else f"armed: only {status.part}"
    words = status.state.value.replace("_", " ")
    return words if status.guards_from_ms is None else f"{words}, guards again at {_when(status.guards_from_ms, zone)}"


def _camera(rules: CameraRules) -> str:
    zones = ", ".join(f"{zone.name} ({', '.join(zone.classes) or 'all'})" for zone in rules.zones)
    limits = rules.pan_tilt
    turned = "not turned" if limits is None else (
        f"turned within {limits.pan_min}:{limits.pan_max},{limits.tilt_min}:{limits.tilt_max}"
    )  # fmt: skip
    return f"{zones or 'the whole picture'}; {len(rules.privacy)} privacy masks; {turned}"


def _corners(polygon: Polygon) -> str:
    """Each corner in per cent of the picture, to the hundredth that the policy has."""
    return " ".join(f"{point.x / 100:g},{point.y / 100:g}" for point in polygon.corners) + " (% from the left, the top)"


def _delegate(delegate: Delegate, zone: str) -> str:
    parts = [f"{delegate.name}: {', '.join(delegate.actions)} until {_when(delegate.expires_ms, zone)}"]
    if delegate.max_s is not None:
        parts.append(f"at most {delegate.max_s // 60} min at a time")
    return "; ".join([*parts, *_week(delegate.weekly)])


def _week(weekly: tuple[Weekly, ...]) -> list[str]:
    """ "Mon-Fri 07:00-17:00": days that follow each other with the same hours are one."""
    days = [
        ", ".join(f"{_hhmm(w.interval.start)}-{_hhmm(w.interval.end)}" for w in weekly if w.weekday == day)
        for day in range(7)
    ]
    found = []
    for hours, group in groupby(range(7), key=lambda day: days[day]):
        same = list(group)
        name = _DAYS[same[0]] if len(same) == 1 else f"{_DAYS[same[0]]}-{_DAYS[same[-1]]}"
        found += [f"{name} {hours}"] if hours else []
    return found


def _hhmm(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _when(ms: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
