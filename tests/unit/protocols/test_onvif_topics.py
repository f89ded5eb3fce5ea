# SPDX-License-Identifier: EUPL-1.2
"""Topics of cameras' events: what was before is no alarm, what is over is a restore, the unknown is raised."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared_files import shared

from zegel.protocols import onvif_topics as onvif
from zegel.protocols.events import Phase, SignalClass

MOTION = "tns1:RuleEngine/CellMotionDetector/Motion"


def test_a_state_that_was_there_before_is_never_an_alarm() -> None:
    assert onvif.read(MOTION, "Initialized", {}, {"IsMotion": "true"}) is None
    assert onvif.read(MOTION, "Deleted", {}, {"IsMotion": "true"}) is None


def test_motion_begins_and_ends() -> None:
    begin = onvif.read(MOTION, "Changed", {"VideoSourceConfigurationToken": "v1"}, {"IsMotion": "true"}, 5)
    end = onvif.read(MOTION, "Changed", {"VideoSourceConfigurationToken": "v1"}, {"IsMotion": "false"})
    assert begin is not None
    assert end is not None
    assert (begin.phase, begin.signal_class, begin.zone, begin.occurred_ms) == (Phase.ALARM, SignalClass.VIDEO, "v1", 5)
    assert (end.phase, end.signal_class) == (Phase.RESTORE, SignalClass.RESTORE)


def test_a_crossing_has_no_end() -> None:
    event = onvif.read("tns1:RuleEngine/LineDetector/Crossed", "Changed", {}, {"ObjectId": "0"})
    assert event is not None
    assert event.phase is Phase.ALARM


@pytest.mark.parametrize(
    ("value", "phase"),
    [
        ("true", Phase.ALARM),
        ("1", Phase.ALARM),
        ("active", Phase.ALARM),
        ("false", Phase.RESTORE),
        ("0", Phase.RESTORE),
        ("inactive", Phase.RESTORE),
    ],
)
def test_an_input_means_what_is_wired_to_it(value: str, phase: Phase) -> None:
    topic = onvif.lookup("tns1:Device/Trigger/DigitalInput")
    event = onvif.read("tns1:Device/Trigger/DigitalInput", "Changed", {"InputToken": "1"}, {"LogicalState": value})
    assert topic is not None
    assert event is not None
    assert (topic.input, event.phase) == (True, phase)
    assert event.signal_class is (SignalClass.UNKNOWN if phase is Phase.ALARM else SignalClass.RESTORE)


def test_namespaces_may_have_any_prefix() -> None:
    assert onvif.lookup("ns7:RuleEngine/CellMotionDetector/Motion") == onvif.lookup(MOTION)
    assert onvif.lookup("RuleEngine/ajax:LineDetector/Crossing") is not None


def test_a_topic_that_nobody_knows_is_raised() -> None:
    event = onvif.read("tns1:Vendor/Odd\x1b/Thing", "Changed", {}, {"x": "y\n"})
    assert event is not None
    assert (event.known, event.signal_class, event.code) == (False, SignalClass.UNKNOWN, "Vendor/Odd/Thing")
    assert event.text.isprintable()


def test_every_topic_beside_the_checkout_is_known_by_its_class() -> None:
    for row in csv.DictReader(shared("alarm/onvif_event_topics.csv").read_text("utf-8").splitlines()):
        topic = onvif.lookup(row["topic"])
        assert topic is not None
        assert topic.input == row["class"].startswith("zone input")
        assert topic.person == row["class"].startswith("burglary")
        if row["class"] == "tamper":
            assert topic.signal_class is SignalClass.TAMPER


@given(
    st.text(max_size=60), st.text(max_size=12), st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=12)
)
def test_whatever_a_camera_tells_is_printable(topic: str, operation: str, items: dict[str, str]) -> None:
    event = onvif.read(topic, operation, items, items)
    if event is not None:
        texts = (event.code, event.text, event.zone or "", *sum(event.extra, ()))
        assert all(text.isprintable() for text in texts)
