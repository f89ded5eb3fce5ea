# SPDX-License-Identifier: EUPL-1.2
"""Frigate over MQTT: a review that is an alert alarms, whatever came before; streams and server are health."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shared_files import shared

from zegel.protocols import frigate
from zegel.protocols.events import Event, SignalClass
from zegel.protocols.frigate import Health

REVIEW = {
    "id": "1718987129.308396-fqk5ka",
    "camera": "front_cam",
    "start_time": 1718987129.308396,
    "severity": "alert",
    "data": {
        "objects": ["person", "car"],
        "sub_labels": ["Bob"],
        "zones": ["front_yard"],
        "audio": [],
        "detections": ["x"],
    },
}


def message(severity: str = "alert", kind: str = "new", **changed: Any) -> bytes:
    return json.dumps(
        {"type": kind, "before": {"severity": "detection"}, "after": {**REVIEW, "severity": severity, **changed}}
    ).encode()


@pytest.mark.parametrize("kind", ["new", "update", "end"])
def test_a_review_that_is_an_alert_is_an_event_with_its_id(kind: str) -> None:
    event = frigate.read("frigate/reviews", message(kind=kind))
    assert isinstance(event, Event)
    assert (event.signal_class, event.zone, event.area, event.text) == (
        SignalClass.VIDEO,
        "front_cam",
        "front_yard",
        "person, car",
    )
    assert event.told("review") == REVIEW["id"]
    assert event.told("state") == kind
    assert event.occurred_ms == 1_718_987_129_308


def test_a_detection_alone_is_none() -> None:
    assert frigate.read("frigate/reviews", message("detection")) is None


def test_the_sample_beside_the_checkout_alarms_once_it_becomes_an_alert() -> None:
    sample = json.loads(shared("alarm/frigate_mqtt.json").read_text("utf-8"))["review_update"]
    event = frigate.read("frigate/reviews", json.dumps(sample).encode())
    assert isinstance(event, Event)
    assert event.zone == "front_cam"


def test_who_somebody_is_is_never_taken_over() -> None:
    assert "Bob" not in repr(frigate.read("frigate/reviews", message()))


@pytest.mark.parametrize(
    ("topic", "payload", "health"),
    [
        ("frigate/available", b"online", Health(True, "online")),
        ("frigate/available", b"offline", Health(False, "offline")),
        ("frigate/available", b"stopped", Health(False, "stopped")),
        ("frigate/yard/status/detect", b"online", Health(True, "online", "yard", "detect")),
        ("frigate/yard/status/record", b"offline", Health(False, "offline", "yard", "record")),
        ("frigate/yard/status/audio", b"disabled", Health(True, "disabled", "yard", "audio")),
    ],
)
def test_availability_and_streams_are_health(topic: str, payload: bytes, health: Health) -> None:
    assert frigate.read(topic, payload) == health


@pytest.mark.parametrize(
    "topic",
    ["frigate/events", "frigate/yard/person/snapshot", "other/reviews", "frigate", "", "frigate/a/b/status/detect"],
)
def test_the_rest_says_nothing(topic: str) -> None:
    assert frigate.read(topic, message()) is None


def test_another_prefix_is_read_when_told() -> None:
    assert isinstance(frigate.read("nvr2/reviews", message(), prefix="nvr2"), Event)


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{}", b"{" * 5_000, b"[" * 100_000, b'{"after":{"id":1}}', b"x" * 300_000, b"\xff"]
)
def test_a_review_that_cannot_be_read_is_raised(payload: bytes) -> None:
    event = frigate.read("frigate/reviews", payload)
    assert isinstance(event, Event)
    assert (event.known, event.signal_class) == (False, SignalClass.UNKNOWN)


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=30),
    st.lists(st.text(max_size=10), max_size=3),
    st.one_of(st.none(), st.floats(), st.integers()),
    st.binary(max_size=40),
)
def test_whatever_is_sent_is_an_event_without_control_characters(
    camera: str, objects: list[str], start: float | None, noise: bytes
) -> None:
    for payload in (message(camera=camera, start_time=start, data={"objects": objects}), noise):
        event = frigate.read("frigate/reviews", payload)
        assert isinstance(event, Event)
        assert all(text is None or text.isprintable() for text in (event.zone, event.area, event.text))
    health = frigate.read(f"frigate/{camera.replace('/', '')}/status/detect", noise)
    assert health is None or (isinstance(health, Health) and health.state.isprintable())
