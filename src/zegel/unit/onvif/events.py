# SPDX-License-Identifier: EUPL-1.2
"""What cameras' events mean. How things are when one begins to listen (`Initialized`) is never an alarm; only a change
from quiet to active is, once, until it is quiet again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from zegel.link.messages import Told
from zegel.protocols.events import SignalClass
from zegel.protocols.onvif_topics import Topic, lookup
from zegel.unit.onvif.device import Notice

ACCOUNT = "onvif"
MOMENT_S = 10.0
"""An event without a state (a line crossed) counts once in so long."""
MAX_KNOWN = 500
_TRUE = frozenset({"true", "1", "active", "on"})
_FALSE = frozenset({"false", "0", "inactive", "off"})

INPUT = "contact_entry"
"""Something wired to the camera: the policy's zone says what it means."""


def meaning(topic: str) -> Topic | None:
    """None: nothing to alarm anybody about, or nothing that is known."""
    found = lookup(topic)
    return None if found is None or found.signal_class is SignalClass.INFO else found


@dataclass(frozen=True)
class News:
    """`movement`: it says only that something moved, as trees do all day."""

    told: Told
    movement: bool


@dataclass
class Edges:
    """One camera's events, each told once when it begins and once when it ends."""

    camera: str
    _states: dict[tuple[str, str], bool] = field(default_factory=dict)
    _moments: dict[tuple[str, str], float] = field(default_factory=dict)

    def read(self, notice: Notice, now_s: float) -> News | None:
        """What is news in a notice."""
        found = meaning(notice.topic)
        if found is None:
            return None
        key = (notice.topic, "|".join(f"{name}={value}" for name, value in sorted(notice.source.items())))
        state = _state(notice.data)
        if state is None:
            return self._moment(key, notice, found, now_s)
        before, self._states[key] = self._states.get(key), state
        while len(self._states) > MAX_KNOWN:
            self._states.pop(next(iter(self._states)))
        if notice.operation in ("Initialized", "Deleted") or before is state or (before is None and not state):
            return None
        return self._told(notice, found, found.phase.value if state else "restore")

    def _moment(self, key: tuple[str, str], notice: Notice, found: Topic, now_s: float) -> News | None:
        if notice.operation in ("Initialized", "Deleted"):
            return None
        if now_s - self._moments.get(key, float("-inf")) < MOMENT_S:
            return None
        if len(self._moments) > MAX_KNOWN:
            self._moments.clear()
        self._moments[key] = now_s
        return self._told(notice, found, found.phase.value)

    def _told(self, notice: Notice, found: Topic, phase: str) -> News:
        cls = INPUT if found.input else found.signal_class.value
        said = ", ".join(f"{name} {value}" for name, value in {**notice.source, **notice.data}.items())
        told = Told(
            "onvif", found.topic[-64:], "", phase, cls, found.priority, found.name, self.zone(found, notice), "", "",
            "".join(letter for letter in said if letter.isprintable())[:500], _utc_ms(notice.utc), True,
        )  # fmt: skip
        return News(told, found.signal_class is SignalClass.VIDEO and not found.person)

    def zone(self, found: Topic, notice: Notice) -> str:
        """What the policy names it by: the camera and the topic's last word, or the token of something wired to it."""
        token = next((value for name, value in notice.source.items() if "token" in name.lower()), "")
        token = token or next(iter(notice.source.values()), "input")
        steps = [step.rpartition(":")[2] for step in found.topic.split("/")]
        word = next((step for step in reversed(steps) if not step.endswith("Service")), "event")
        return f"{self.camera}/{token if found.input else word}"[:64]


def _state(data: dict[str, str]) -> bool | None:
    for value in data.values():
        if value.lower() in _TRUE:
            return True
        if value.lower() in _FALSE:
            return False
    return None


def _utc_ms(text: str) -> int | None:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    ms = round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    return ms if 0 <= ms < 2**53 else None
