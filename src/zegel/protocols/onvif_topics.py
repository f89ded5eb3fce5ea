# SPDX-License-Identifier: EUPL-1.2
"""Topics of ONVIF cameras' events, and what they mean: a versioned table under data/.

A message with the operation Initialized tells a state that was there before we asked: it is never an alarm (ONVIF
Core, 9.4.3). Inputs (digital inputs, alarm inputs) mean what is wired to them, so their class is unknown until
somebody has said it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import msgspec

from zegel.protocols.codes import table_rows
from zegel.protocols.events import UNKNOWN_PRIORITY, Event, Phase, SignalClass
from zegel.protocols.text import clean

INITIALIZED = "Initialized"
UNKNOWN_NAME = "Unknown topic"
_OFF = frozenset({"false", "0", "inactive", "off", "no", "closed"})
_QUIET = frozenset({SignalClass.INFO})
_STATES = ("state", "logicalstate", "active")


class Topic(msgspec.Struct, frozen=True):
    """`input`: something wired to the camera. `person`: the camera's own analysis says that it saw more than motion."""

    topic: str
    name: str
    phase: Phase
    signal_class: SignalClass
    priority: int
    input: bool = False
    person: bool = False


@cache
def table() -> dict[str, Topic]:
    """Every known topic, by its path without namespaces."""
    _, rows = table_rows("onvif_topics.csv")
    return {_path(row["topic"]): _topic(row) for row in rows}


def lookup(topic: str) -> Topic | None:
    """The topic's meaning, whatever prefixes its namespaces have here; None when it is unknown."""
    return table().get(_path(topic))


def read(
    topic: str,
    operation: str,
    source: Mapping[str, str],
    data: Mapping[str, str],
    occurred_ms: int | None = None,
) -> Event | None:
    """The event that a notification tells; None for a state that was there before (Initialized, Deleted).

    `source` and `data` are the message's simple items. What is over is a restore; a topic that nobody knows is an
    event of an unknown class.
    """
    if operation in (INITIALIZED, "Deleted"):
        return None
    found = lookup(topic) or Topic(
        clean(topic, 120), UNKNOWN_NAME, Phase.UNKNOWN, SignalClass.UNKNOWN, UNKNOWN_PRIORITY
    )
    over = _over(data) and found.signal_class not in _QUIET
    return Event(
        "onvif",
        _path(topic),
        None,
        Phase.RESTORE if over else found.phase,
        SignalClass.RESTORE if over else found.signal_class,
        7 if over else found.priority,
        found.name,
        clean(next(iter(source.values()), ""), 60) or None,
        text=clean(", ".join(f"{name}: {value}" for name, value in list(data.items())[:8]), 200),
        occurred_ms=occurred_ms,
        known=found.name != UNKNOWN_NAME,
        extra=tuple((clean(name, 40), clean(value, 80)) for name, value in list(source.items())[:8]),
    )


def _over(data: Mapping[str, str]) -> bool:
    """Whether the values say that it has ended: its state is off, or all that is true or false is false."""
    values = {name.lower(): value.strip().lower() for name, value in data.items()}
    states = [values[name] for name in _STATES if name in values] or [
        value for name, value in values.items() if name.startswith("is") or value in ("true", "false")
    ]
    return bool(states) and all(value in _OFF for value in states)


def _path(topic: str) -> str:
    return "/".join(clean(step.rpartition(":")[2], 60) for step in topic.strip().split("/")[:12])


def _topic(row: dict[str, str]) -> Topic:
    return Topic(
        row["topic"],
        row["name"],
        Phase(row["phase"]),
        SignalClass(row["class"]),
        int(row["priority"]),
        row["input"] == "1",
        row["person"] == "1",
    )
