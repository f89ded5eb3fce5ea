# SPDX-License-Identifier: EUPL-1.2
"""What the unit says about itself to whoever stands before it: a local file, readable by its owner only."""

from __future__ import annotations

import msgspec

from zegel.unit.config import Home
from zegel.unit.errors import ConfigError
from zegel.unit.files import write_atomic


class CameraLine(msgspec.Struct):
    name: str
    state: str
    epoch: int
    slot: int
    ring_s: int
    alarm_open: bool
    reencoded: bool = False
    overview: str = ""


class LocalStatus(msgspec.Struct):
    """`at_ms`: when this was written; a running unit writes it every few seconds."""

    at_ms: int
    pid: int
    unit: str
    fingerprint: str
    posture: str
    until_ms: int | None
    paired: bool
    link: str
    link_error: str
    revoked: str | None
    policy_counter: int
    spool_open: int
    spool_bytes: int
    clock_agrees: bool
    memory_locked: bool
    cameras: list[CameraLine]
    site: str = ""
    part: str | None = None
    guards_from_ms: int | None = None
    data_month: str = ""
    data_bytes: int = 0
    data_limit_bytes: int | None = None


def write(home: Home, status: LocalStatus) -> None:
    write_atomic(home.status, msgspec.json.format(msgspec.json.encode(status)), durable=False)


def read(home: Home) -> LocalStatus:
    """Raises ConfigError."""
    try:
        return msgspec.json.decode(home.status.read_bytes(), type=LocalStatus)
    except OSError:
        raise ConfigError("this unit has not run yet: start it with `zegel unit run`") from None
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{home.status} is damaged: {error}") from None
