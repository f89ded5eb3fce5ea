# SPDX-License-Identifier: EUPL-1.2
"""A live look of the owner, as the page does it (web/src/client/live.ts): a lease, then a line over which the unit's
sealed quarter seconds come as it makes them. They open with the owner's key and with nothing else."""

from __future__ import annotations

import json
from uuid import UUID

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from zegel.client.person import Client, NotAsShown, Opened, Refused, unb64
from zegel.seal.epoch import open_epoch, verify_epoch
from zegel.seal.segment import HEADER_SIZE, Header, Track, open_segment
from zegel.seal.suite import OpeningKey
from zegel.seal.tree import leaf

MESSAGES_AT_MOST = 60


def open_look(person: Client, camera_id: str, purpose: str = "own_use") -> str:
    """The lease of a live look; it says what for. Raises Refused."""
    what = {"camera_id": camera_id, "track": int(Track.LIVE), "purpose": purpose, "confirmed": True}
    return str(person.http.post("/api/v1/views", what)["lease_id"])


def line(person: Client, lease_id: str, timeout_s: float) -> ClientConnection:
    """The line of a lease, with this person's session. Raises Refused when it is not his."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.jar)
    base = person.http.base
    try:
        return connect(
            f"ws{base.removeprefix('http')}/live/{lease_id}", additional_headers={"Cookie": cookies, "Origin": base},
            open_timeout=timeout_s, close_timeout=1, proxy=None,
        )  # fmt: skip
    except InvalidStatus as error:
        raise Refused(error.response.status_code, "live", "this line is not for you") from None


def first_picture(
    person: Client, lease_id: str, camera_id: UUID, unit_pk: bytes, tenant: OpeningKey, timeout_s: float
) -> Opened:
    """The first segment that comes, opened here. `timeout_s`: of silence. Raises Refused, NotAsShown, SealError."""
    roots: dict[bytes, bytes] = {}
    with line(person, lease_id, timeout_s) as socket:
        for _ in range(MESSAGES_AT_MOST):
            try:
                message = socket.recv(timeout=timeout_s)
            except (TimeoutError, ConnectionClosed):
                break
            if isinstance(message, bytes):
                return _opened(message, roots)
            said = json.loads(message)
            if "epoch" in said:
                epoch = verify_epoch(unb64(said["epoch"]), unit_pk)
                if (epoch.camera, epoch.track) != (camera_id.bytes, Track.LIVE):
                    raise NotAsShown("the server sent another camera or track than was asked for")
                roots[epoch.epoch] = open_epoch(epoch, tenant)
    raise NotAsShown("no picture came")


def _opened(data: bytes, roots: dict[bytes, bytes]) -> Opened:
    header = Header.decode(data[:HEADER_SIZE])
    if header.epoch not in roots or header.track is not Track.LIVE:
        raise NotAsShown("a picture of a key tree that the server did not show")
    return Opened(*open_segment(leaf(roots[header.epoch], header.slot), data))
