# SPDX-License-Identifier: EUPL-1.2
"""An owner pairs a unit: what he was given by hand decides, and the server is only the postman.

By hand come the unit's code (from the unit), the log's key (from the agreement or the installer's sheet) and the eight
words of the alarm centre's signing key (from the agreement). Whatever the server shows must fit them, or nothing is
signed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from zegel.client.person import Client, NotAsShown, Refused, first_keyset, unb64
from zegel.seal.keyset import Keyset, NamedKey, Signer
from zegel.seal.note import VerifierKey
from zegel.seal.pairing import PairingCode
from zegel.seal.policy import CameraRules, Caps, Hours, LiveEnd, Policy, RecordingMode, Window
from zegel.seal.suite import sign_fingerprint
from zegel.seal.words import same_words, words

YEAR_MS = 365 * 86_400_000
CLASSES = ("animal", "person", "vehicle")
RELEASED = ("person",)
WINDOW = Window(pre_s=10, post_s=20, live_end=LiveEnd.CLOSED, max_s=300)
CAPS = Caps(releases=20, seconds=3600)

# Waits until the question is answered with yes; raises when that takes too long.
Wait = Callable[[Callable[[], bool], str], None]


@dataclass(frozen=True)
class ByHand:
    """What the owner holds in his hand. `arc_words`: None when no alarm centre may open anything. `witnesses`: who must
    have seen in the log that he allowed a panel elsewhere to show pictures, should he ever allow it."""

    code: PairingCode = field(repr=False)
    log: VerifierKey
    arc_words: str | None
    witnesses: tuple[VerifierKey, ...] = ()


@dataclass(frozen=True)
class PairedUnit:
    unit_id: UUID
    cameras: tuple[tuple[UUID, str], ...]
    keyset: Keyset = field(repr=False)
    policy: Policy = field(repr=False)


def pair_unit(owner: Client, given: ByHand, site_id: UUID, name: str, zone: str, now_ms: int, wait: Wait) -> PairedUnit:
    """The whole pairing, until the unit's own signature is verified and pinned.

    Raises NotAsShown, Refused, SealError, and what `wait` raises.
    """
    started = start(owner, given.code, site_id, name, wait)
    _check_log(owner, given.log)
    tenant = owner.tenant()
    keyset = first_keyset(
        started, suite=tenant.suite, owner_party=owner.party_id,
        owners=[(owner.person_id, owner.bundle.signing.public_key)], tenant_open_pk=tenant.public_key,
        arc=_arc(started, given.arc_words), log=NamedKey(given.log.name, str(given.log)), now_ms=now_ms,
        lasts_ms=YEAR_MS, witnesses=[NamedKey(witness.name, str(witness)) for witness in given.witnesses],
    )  # fmt: skip
    cameras = tuple((UUID(camera["id"]), str(camera["name"])) for camera in started["cameras"])
    policy = first_policy(keyset, [camera for camera, _ in cameras], zone, keyset.owners, now_ms)
    pairing = owner.pair(given.code, started, keyset, policy)
    wait(lambda: owner.paired(given.code, started, pairing), "the unit's signed answer")
    owner.pin_unit(given.code, keyset, now_ms)
    return PairedUnit(UUID(started["unit_id"]), cameras, keyset, policy)


def start(owner: Client, code: PairingCode, site_id: UUID, name: str, wait: Wait) -> dict[str, Any]:
    """Waits until the unit of the code is on the link. Raises NotAsShown when the server shows another one's key."""
    started: dict[str, Any] = {}

    def seen() -> bool:
        try:
            started.update(owner.start_pairing(code, site_id, name))
        except Refused as refused:
            if refused.code != "unit_not_seen":
                raise
            return False
        return True

    wait(seen, "the unit's first contact")
    if sign_fingerprint(unb64(started["sign_pk"])) != code.fingerprint:
        raise NotAsShown("the server shows another unit than the one whose code this is")
    return started


def first_policy(
    keyset: Keyset, cameras: Sequence[UUID], zone: str, commanders: Sequence[Signer], now_ms: int, *,
    counter: int = 1, caps: Caps = CAPS, window: Window = WINDOW,
) -> Policy:  # fmt: skip
    """Armed at all hours: a person, an animal or a vehicle alarms; a person's alarm releases."""
    return Policy(
        unit=keyset.unit, pairing=keyset.pairing, counter=counter, issued_ms=now_ms, expires_ms=now_ms + YEAR_MS,
        keyset_hash=keyset.hash, armed=True, mode=RecordingMode.ACTIVITY, hours=Hours(zone),
        cameras=tuple(CameraRules(camera.bytes) for camera in sorted(cameras, key=lambda camera: camera.bytes)),
        alarm_classes=CLASSES, release_classes=RELEASED, window=window, caps=caps,
        commanders=tuple(sorted(commanders, key=lambda signer: signer.id)),
    )  # fmt: skip


def _check_log(owner: Client, log: VerifierKey) -> None:
    if owner.log_key != str(log):
        raise NotAsShown("the server's log has another key than the one given: nothing was paired")


def _arc(started: dict[str, Any], spoken: str | None) -> tuple[UUID, bytes] | None:
    """The alarm centre's signing key as the server shows it, once its words are those of the agreement."""
    shown = started.get("arc")
    if spoken is None:
        return None
    if shown is None:
        raise NotAsShown("the server knows no alarm centre that serves this owner")
    sign_pk = unb64(shown["sign_pk"])
    if not same_words(sign_fingerprint(sign_pk), spoken):
        raise NotAsShown(
            f"the alarm centre's key is not the one of those words; the server shows {words(sign_fingerprint(sign_pk))}"
        )
    return UUID(shown["party_id"]), sign_pk
