# SPDX-License-Identifier: EUPL-1.2
"""A site as an alarm panel in Home Assistant, over MQTT: the discovery message, its states, its commands.

The code that a person types there is sent to us as it is (`REMOTE_CODE`), and we verify it: it is never in a message
of ours, and never shown by a repr.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from zegel.protocols.errors import BadMessage
from zegel.protocols.text import clean

MAX_PAYLOAD = 1_024  # bytes of a command
MAX_CODE = 32  # characters
ONLINE, OFFLINE = b"online", b"offline"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_FEATURES = ("arm_home", "arm_away", "arm_night", "trigger")


class State(StrEnum):
    """Home Assistant's own words, in small letters."""

    DISARMED = "disarmed"
    ARMED_HOME = "armed_home"
    ARMED_AWAY = "armed_away"
    ARMED_NIGHT = "armed_night"
    ARMED_VACATION = "armed_vacation"
    ARMED_CUSTOM_BYPASS = "armed_custom_bypass"
    PENDING = "pending"
    ARMING = "arming"
    DISARMING = "disarming"
    TRIGGERED = "triggered"


STATES = tuple(state.value for state in State)


class Action(StrEnum):
    """What a person asks for there."""

    DISARM = "DISARM"
    ARM_HOME = "ARM_HOME"
    ARM_AWAY = "ARM_AWAY"
    ARM_NIGHT = "ARM_NIGHT"
    TRIGGER = "TRIGGER"


class Command(msgspec.Struct, frozen=True):
    """`code` is what was typed, "" when nothing was. It has to be verified before anything is done."""

    action: Action
    code: str

    def __repr__(self) -> str:
        return f"Command({self.action.value}, code {'given' if self.code else 'missing'})"


class Discovery(msgspec.Struct, frozen=True):
    """The message that makes the panel appear (to be retained), and the topics that it names."""

    topic: str
    payload: bytes
    state_topic: str
    command_topic: str
    availability_topic: str
    attributes_topic: str


class _Command(msgspec.Struct):
    action: str
    code: str | int | None = None


_COMMANDS = msgspec.json.Decoder(_Command)


def discovery(
    unit: str, name: str, *, base: str = "zegel/unit", prefix: str = "homeassistant", model: str = "sealed"
) -> Discovery:
    """The panel of one unit. `unit` is its id in topics (letters, digits, - and _), `name` what people see. Raises
    BadMessage for an id that can't stand in a topic."""
    if not _ID.match(unit):
        raise BadMessage("A unit's id in topics is 1 to 64 letters, digits, hyphens and underscores.")
    root = f"{base}/{unit}"
    payload = {
        "name": clean(name, 100),
        "unique_id": f"zegel_unit_{unit}",
        "command_topic": f"{root}/alarm/set",
        "state_topic": f"{root}/alarm/state",
        "availability_topic": f"{root}/online",
        "json_attributes_topic": f"{root}/alarm/attrs",
        "supported_features": list(_FEATURES),
        "code": "REMOTE_CODE",
        "code_arm_required": False,
        "code_disarm_required": True,
        "code_trigger_required": False,
        "command_template": '{"action":"{{action}}","code":"{{code}}"}',
        "device": {
            "identifiers": [f"zegel_{unit}"],
            "name": f"Zegel unit {unit}",
            "manufacturer": "Zegel",
            "model": clean(model, 60),
        },
    }
    return Discovery(
        f"{prefix}/alarm_control_panel/zegel_{unit}/config",
        msgspec.json.encode(payload),
        f"{root}/alarm/state",
        f"{root}/alarm/set",
        f"{root}/online",
        f"{root}/alarm/attrs",
    )


def command(payload: bytes) -> Command:
    """What was asked for. Raises BadMessage for what is no command of ours."""
    if len(payload) > MAX_PAYLOAD:
        raise BadMessage("The command is too long.")
    try:
        told = (
            _COMMANDS.decode(payload)
            if payload.lstrip().startswith(b"{")
            else _Command(payload.decode("ascii").strip())
        )
        action = Action(told.action.upper())
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise BadMessage("The command is none of DISARM, ARM_HOME, ARM_AWAY, ARM_NIGHT, TRIGGER.") from None
    code = "" if told.code is None or told.code == "None" else str(told.code)
    if len(code) > MAX_CODE or not code.isprintable():
        raise BadMessage(f"A code has at most {MAX_CODE} printable characters.")
    return Command(action, code)
