# SPDX-License-Identifier: EUPL-1.2
"""The owner's next policy: what his unit has now, believed only from what he pinned, with what he changes.

The server shows keysets and policies; none of it is taken on its word. The chain begins at the keyset whose hash the
owner pinned when he paired the unit, and the policy must be signed under its newest one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from zegel.client.person import Client, NotAsShown, b64, unb64
from zegel.seal.envelope import Envelope
from zegel.seal.keyset import Keyset, Signer, verify_keyset
from zegel.seal.policy import CameraRules, LocalAccount, LocalZone, PanTilt, Policy, sign_policy, verify_policy
from zegel.seal.suite import sign_fingerprint
from zegel.seal.words import same_words

_ZONE = re.compile(r"([^/=]+)/(.+)=([a-z][a-z0-9_]*)(?::(.+))?")
_TURN = re.compile(r"(.+)=(\d+):(\d+),(\d+):(\d+)")
FREE = PanTilt(0, 10_000, 0, 10_000)


@dataclass(frozen=True)
class Wishes:
    """What the owner asked for, in his words; see `zegel policy --help`."""

    listen: Sequence[str] = ()
    zones: Sequence[str] = ()
    deaf: bool = False
    turn: Sequence[str] = ()
    keypads: Sequence[tuple[str, str, str]] = ()
    no_keypads: bool = False
    alarm: Sequence[str] = ()
    release: Sequence[str] = ()

    @property
    def any(self) -> bool:
        return self != Wishes()


class WrongWish(ValueError):
    """What the owner wrote can't be meant; nothing was signed."""


@dataclass(frozen=True)
class Steered:
    """A unit's keyset and policy, verified."""

    keyset: Keyset
    policy: Policy


def steered(owner: Client, unit_id: UUID, now_ms: int) -> Steered:
    """Raises NotAsShown, SealError, Refused."""
    pinned = next((pin for pin in owner.pins if pin.kind == "keyset" and pin.id == unit_id.bytes), None)
    if pinned is None:
        raise NotAsShown("this account never pinned that unit: pair it, or compare its keys in the portal first")
    said = owner.http.get(f"/api/v1/units/{unit_id}/trust")
    keyset: Keyset | None = None
    for envelope in said["keysets"]:
        read = unb64(envelope)
        if keyset is not None:
            keyset = verify_keyset(read, keyset)
        elif (first := _decoded(read)).hash == pinned.fingerprint:
            keyset = first
    if keyset is None or keyset.unit != unit_id.bytes:
        raise NotAsShown("the server does not show the keyset that was pinned")
    if said["policy"] is None:
        raise NotAsShown("the server shows no policy of that unit")
    policy = verify_policy(unb64(said["policy"]), keyset, last_counter=0, now_ms=now_ms)
    return Steered(keyset, policy)


def _decoded(data: bytes) -> Keyset:
    """A keyset whose hash decides whether it is the pinned one."""
    return Keyset.decode(Envelope.decode(data).body)


def send(owner: Client, policy: Policy) -> None:
    """Signed with the owner's own key. It holds once the unit's status says so."""
    envelope = b64(sign_policy(policy, owner.bundle.signing))
    owner.http.post(f"/api/v1/units/{UUID(bytes=policy.unit)}/policy", {"envelope": envelope})


def changed(now: Steered, wishes: Wishes, cameras: Mapping[str, bytes], now_ms: int) -> Policy:
    """The next policy. `cameras`: by their names. Raises WrongWish."""
    policy = replace(now.policy, counter=now.policy.counter + 1, issued_ms=now_ms, keyset_hash=now.keyset.hash)
    local = None if wishes.deaf else _local(policy, wishes, cameras)
    named = {zone.class_name for account in local or () for zone in account.zones}
    alarm = {*policy.alarm_classes, *wishes.alarm, *wishes.release, *named}
    return replace(
        policy, local=local, alarm_classes=tuple(sorted(alarm)),
        release_classes=tuple(sorted({*policy.release_classes, *wishes.release})),
        cameras=_turned(policy, wishes.turn, cameras), commanders=_commanders(now, wishes),
    )  # fmt: skip


def _local(policy: Policy, wishes: Wishes, cameras: Mapping[str, bytes]) -> tuple[LocalAccount, ...] | None:
    accounts = {account.account: {zone.zone: zone for zone in account.zones} for account in policy.local or ()}
    for account in wishes.listen:
        accounts.setdefault(account, {})
    for text in wishes.zones:
        found = _ZONE.fullmatch(text)
        if found is None:
            raise WrongWish(f"'{text}': write ACCOUNT/ZONE=CLASS:CAMERA,CAMERA")
        account, zone, cls, names = found.groups()
        looking = sorted({_camera(name, cameras) for name in (names or "").split(",") if name})
        accounts.setdefault(account, {})[zone] = LocalZone(zone, cls, tuple(looking))
    if not accounts:
        return None
    made = sorted(accounts.items())
    return tuple(LocalAccount(account, tuple(zones[name] for name in sorted(zones))) for account, zones in made)


def _turned(policy: Policy, turns: Sequence[str], cameras: Mapping[str, bytes]) -> tuple[CameraRules, ...]:
    rules = {rule.camera: rule for rule in policy.cameras}
    for text in turns:
        name, _, how = text.rpartition("=")
        camera = _camera(name, cameras)
        rules[camera] = replace(rules.get(camera, CameraRules(camera)), pan_tilt=_limits(text, how))
    return tuple(rules[camera] for camera in sorted(rules))


def _limits(text: str, how: str) -> PanTilt | None:
    if how in ("free", "no"):
        return FREE if how == "free" else None
    found = _TURN.fullmatch(text)
    if found is None:
        raise WrongWish(f"'{text}': write CAMERA=free, CAMERA=no or CAMERA=PAN:PAN,TILT:TILT, each 0 … 10000")
    return PanTilt(*(int(number) for number in found.groups()[1:]))


def _commanders(now: Steered, wishes: Wishes) -> tuple[Signer, ...]:
    owners = {signer.id for signer in now.keyset.owners}
    kept = [who for who in now.policy.commanders if not wishes.no_keypads or who.id in owners]
    for person, key, spoken in wishes.keypads:
        try:
            signer = Signer(bytes.fromhex(person), bytes.fromhex(key))
        except ValueError:
            raise WrongWish("a keypad is written as `zegel unit code set` shows it: PERSON KEY WORDS") from None
        if not same_words(sign_fingerprint(signer.sign_pk), spoken):
            raise WrongWish("the keypad's words are not those of its key: read them at the unit")
        kept = [*(who for who in kept if who.id != signer.id), signer]
    return tuple(sorted(kept, key=lambda who: who.id))


def _camera(name: str, cameras: Mapping[str, bytes]) -> bytes:
    found = cameras.get(name)
    if found is None:
        raise WrongWish(f"there is no camera '{name}'; the unit has {', '.join(sorted(cameras))}")
    return found
