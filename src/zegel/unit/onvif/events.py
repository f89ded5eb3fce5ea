# SPDX-License-Identifier: EUPL-1.2
"""What cameras' events mean. How things are when one begins to listen (`Initialized`) is never an alarm; only a change
from quiet to active is, once, until it is quiet again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from zegel.link.messages import Told
from zegel.unit.onvif.device import Notice

ACCOUNT = "onvif"
MOMENT_S = 10.0
"""An event without a state (a line crossed) counts once in so long."""
MAX_KNOWN = 500
_PREFIX = re.compile(r"[A-Za-z0-9_.-]+:")
_TRUE = frozenset({"true", "1", "active", "on"})
_FALSE = frozenset({"false", "0", "inactive", "off"})

BURGLARY, MOTION, TAMPER, TECHNICAL, INPUT = "burglary", "video", "tamper", "technical", "contact_entry"
_CELL, _RULE, _VIDEO = "RuleEngine/CellMotionDetector/", "RuleEngine/", "VideoSource/"
TOPICS: dict[str, tuple[str, str]] = {
    # ONVIF topics and vendors' rules, prefixes taken off → (class, the word under which a zone is named)
    "AudioAnalytics/Audio/DetectedSound": (MOTION, "sound"),
    "Device/HardwareFailure/StorageFailure": (TECHNICAL, "storage"),
    "Device/Trigger/DigitalInput": (INPUT, ""),
    "Device/Trigger/AlarmIn": (INPUT, ""),
    _CELL + "Intrusion": (BURGLARY, "intrusion"),
    _CELL + "LineCross": (BURGLARY, "line"),
    _CELL + "Motion": (MOTION, "motion"),
    _CELL + "People": (BURGLARY, "people"),
    _CELL + "Tamper": (MOTION, "tamper"),
    _CELL + "TpSmartEvent": (MOTION, "smart"),
    _RULE + "FieldDetector/ObjectsInside": (BURGLARY, "intrusion"),
    _RULE + "LineCrossDetector/LineCross": (BURGLARY, "line"),
    _RULE + "LineDetector/Crossed": (BURGLARY, "line"),
    _RULE + "LineDetector/Crossing": (BURGLARY, "line"),
    _RULE + "MotionDetector/Detection": (MOTION, "motion"),
    _RULE + "MotionRegionDetector/Motion": (MOTION, "motion"),
    _RULE + "MyRuleDetector/DogCatDetect": (MOTION, "animal"),
    _RULE + "MyRuleDetector/FaceDetect": (MOTION, "face"),
    _RULE + "MyRuleDetector/Package": (MOTION, "package"),
    _RULE + "MyRuleDetector/PeopleDetect": (BURGLARY, "people"),
    _RULE + "MyRuleDetector/VehicleDetect": (MOTION, "vehicle"),
    _RULE + "MyRuleDetector/Visitor": (MOTION, "visitor"),
    _RULE + "ObjectDetection/Object": (MOTION, "object"),
    _RULE + "PeopleDetector/People": (BURGLARY, "people"),
    _RULE + "TPSmartEventDetector/TPSmartEvent": (MOTION, "smart"),
    _RULE + "TamperDetector/Tamper": (TAMPER, "tamper"),
    "UserAlarm/IVA/HumanShapeDetect": (BURGLARY, "people"),
    _VIDEO + "GlobalSceneChange": (TAMPER, "scene"),
    _VIDEO + "ImageTooBlurry": (TAMPER, "blurry"),
    _VIDEO + "ImageTooBright": (TAMPER, "bright"),
    _VIDEO + "ImageTooDark": (TAMPER, "dark"),
    _VIDEO + "MotionAlarm": (MOTION, "motion"),
}


def topic_of(text: str) -> str:
    """A topic without its namespaces' prefixes, which every maker chooses himself."""
    return _PREFIX.sub("", text.strip())


def meaning(topic: str) -> tuple[str, str] | None:
    """(class, zone's word) of a topic, by itself or by what it is below of; None: nothing to alarm anybody about."""
    return TOPICS.get(topic) or TOPICS.get(topic.rpartition("/")[0])


@dataclass
class Edges:
    """One camera's events, each told once when it begins and once when it ends."""

    camera: str
    _states: dict[tuple[str, str], bool] = field(default_factory=dict)
    _moments: dict[tuple[str, str], float] = field(default_factory=dict)

    def read(self, notice: Notice, now_s: float) -> Told | None:
        """What is news in a notice."""
        topic = topic_of(notice.topic)
        found = meaning(topic)
        if found is None:
            return None
        key = (topic, "|".join(f"{name}={value}" for name, value in sorted(notice.source.items())))
        state = _state(notice.data)
        if state is None:
            return self._moment(key, notice, found, now_s)
        before, self._states[key] = self._states.get(key), state
        while len(self._states) > MAX_KNOWN:
            self._states.pop(next(iter(self._states)))
        if notice.operation in ("Initialized", "Deleted") or before is state or (before is None and not state):
            return None
        return self._told(topic, notice, found, "alarm" if state else "restore")

    def _moment(self, key: tuple[str, str], notice: Notice, found: tuple[str, str], now_s: float) -> Told | None:
        if notice.operation in ("Initialized", "Deleted"):
            return None
        if now_s - self._moments.get(key, float("-inf")) < MOMENT_S:
            return None
        if len(self._moments) > MAX_KNOWN:
            self._moments.clear()
        self._moments[key] = now_s
        return self._told(key[0], notice, found, "alarm")

    def _told(self, topic: str, notice: Notice, found: tuple[str, str], phase: str) -> Told:
        cls, word = found
        told = ", ".join(f"{name} {value}" for name, value in {**notice.source, **notice.data}.items())
        return Told(
            "onvif", topic[-64:], "", phase, cls, 5 if cls == BURGLARY else 7, "", self.zone(word, notice), "", "",
            "".join(letter for letter in told if letter.isprintable())[:500], _utc_ms(notice.utc), True,
        )  # fmt: skip

    def zone(self, word: str, notice: Notice) -> str:
        """`camera/word`, or `camera/token` of a digital input: what the policy names it by."""
        token = next((value for name, value in notice.source.items() if "token" in name.lower()), "")
        token = token or next(iter(notice.source.values()), "input")
        return f"{self.camera}/{word or token}"[:64]


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
