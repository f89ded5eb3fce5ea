# SPDX-License-Identifier: EUPL-1.2
"""A look for maintenance, from both ends, as the pages do it (web/src/client/grants.ts).

The owner seals only to a key whose fingerprint he compared, and only the picture that begins with his consent: at most
its first 900 seconds, never beyond what he consented to. The technician opens exactly what an owner granted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from uuid import UUID

from zegel.client.person import Client, NotAsShown, b64, unb64
from zegel.seal.epoch import Epoch, open_epoch, verify_epoch
from zegel.seal.grant import LIVE_SLOTS, Grant, open_grant, sign_grant, verify_grant
from zegel.seal.keyset import Keyset
from zegel.seal.ranges import Range, RangeKeys, keys_from_roots
from zegel.seal.segment import Track
from zegel.seal.suite import OpeningKey, Suite, open_fingerprint

CLOCK_SLACK_MS = 15_000
PURPOSE = "maintenance"


def report(person: Client, unit_id: UUID, camera_id: UUID, fault: str, words: str) -> dict[str, Any]:
    """Something is the matter with a camera."""
    what = {"unit_id": str(unit_id), "camera_id": str(camera_id), "fault": fault, "words": words}
    said: dict[str, Any] = person.http.post("/api/v1/maintenance/malfunctions", what)
    return said


def ask(technician: Client, malfunction_id: str, camera_id: UUID, reason: str, minutes: int) -> dict[str, Any]:
    """The technician asks the owner to let him see it."""
    what = {"camera_id": str(camera_id), "reason": reason, "minutes": minutes}
    path = f"/api/v1/maintenance/malfunctions/{malfunction_id}/requests"
    said: dict[str, Any] = technician.http.post(path, what)
    return said


def provider_key(owner: Client, compared: bytes) -> tuple[UUID, Suite, bytes]:
    """The key of the company that maintains: (party, suite, public key). Raises NotAsShown unless it is the one whose
    fingerprint was compared."""
    said = owner.http.get("/api/v1/maintenance/provider-key")
    suite, key = Suite(said["suite"]), unb64(said["open_pk"])
    if open_fingerprint(suite, key) != compared:
        raise NotAsShown("the provider's key is not the one that was compared")
    return UUID(said["party_id"]), suite, key


def allow(
    owner: Client, asked: dict[str, Any], minutes: int, keyset: Keyset, unit_pk: bytes, tenant: OpeningKey,
    compared: bytes, now_ms: Callable[[], int], pause: Callable[[], None],
) -> Grant:  # fmt: skip
    """Consents, waits for the picture that begins with it (`pause` between two looks; it may raise), and grants it.

    `keyset`, `unit_pk`: pinned. `tenant`: the owner's opening key. `compared`: the provider key's fingerprint. Raises
    Refused, NotAsShown, SealError.
    """
    party, suite, key = provider_key(owner, compared)
    since_ms = now_ms()
    path = f"/api/v1/maintenance/requests/{asked['id']}"
    said = owner.http.post(f"{path}/allow", {"minutes": minutes})
    while (begun := owner.http.get(f"{path}/epoch"))["epoch"] is None:
        if begun["request"]["state"] != "allowed" or begun["request"]["trouble"]:
            raise NotAsShown(f"the unit began no picture: {begun['request']['trouble'] or 'the request ended'}")
        pause()
    epoch = verify_epoch(unb64(begun["epoch"]), unit_pk)
    until_ms = min(int(said["until_ms"]), since_ms + minutes * 60_000)  # the owner's word, whatever the server says
    seconds = seconds_of(epoch, UUID(asked["camera_id"]), since_ms, until_ms)
    now = now_ms()
    header = Grant(
        suite, os.urandom(16), keyset.owner_party, owner.person_id.bytes, party.bytes, compared, epoch.camera,
        Track.LIVE, (Range(epoch.epoch, 0, seconds),), PURPOSE, now, min(until_ms, now + seconds * 1000),
    )  # fmt: skip
    keys = keys_from_roots(header.ranges, {epoch.epoch: open_epoch(epoch, tenant)})
    envelope = sign_grant(header, keys, key, owner.bundle.signing)
    owner.http.post(f"{path}/grant", {"envelope": b64(envelope)})
    return header


def seconds_of(epoch: Epoch, camera_id: UUID, since_ms: int, until_ms: int) -> int:
    """How many of its first seconds may be granted. Raises NotAsShown unless it is this camera's live picture that
    began with the consent: an older one could open what somebody kept of the owner's own looks."""
    if (epoch.camera, epoch.track) != (camera_id.bytes, Track.LIVE):
        raise NotAsShown("this is not the live picture of that camera")
    if epoch.start_ms < since_ms - CLOCK_SLACK_MS:
        raise NotAsShown("this picture began before it was allowed")
    seconds = min(LIVE_SLOTS, (until_ms - epoch.start_ms) // 1000)
    if seconds < 1:
        raise NotAsShown("the time that was allowed is over")
    return int(seconds)


def look(
    technician: Client, camera_id: UUID, keyset: Keyset, tenant: OpeningKey, now_ms: int
) -> tuple[dict[str, Any], RangeKeys]:
    """The technician's lease, and the keys that an owner granted him. Raises Refused, NotAsShown, SealError."""
    what = {"camera_id": str(camera_id), "track": int(Track.LIVE), "purpose": PURPOSE, "confirmed": True}
    said: dict[str, Any] = technician.http.post("/api/v1/views", what)
    if not said["grants"]:
        raise NotAsShown("a view without a grant")
    grant = verify_grant(unb64(said["grants"][0]), keyset, now_ms=now_ms)
    return said, open_grant(grant, tenant)


def end(technician: Client, request_id: str, *, works: bool) -> None:
    """The technician is done."""
    technician.http.post(f"/api/v1/maintenance/requests/{request_id}/end", {"works": works})
