# SPDX-License-Identifier: EUPL-1.2
"""What cameras' events mean, and how strictly their answers are read."""

from __future__ import annotations

import csv
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_files import shared
from zegel.unit.onvif.device import Notice
from zegel.unit.onvif.events import Edges, meaning
from zegel.unit.onvif.xml import MAX_DEPTH, XmlRefused, read

INPUT, LINE = "tns1:Device/Trigger/DigitalInput", "tns1:RuleEngine/LineDetector/Crossed"


def notice(topic: str = INPUT, state: str | None = "true", operation: str = "Changed", token: str = "in1") -> Notice:
    data = {"ObjectId": "7"} if state is None else {"LogicalState": state}
    return Notice(topic, operation, {"InputToken": token}, data, "2026-11-22T10:00:00Z")


def test_how_things_are_is_never_an_alarm_and_a_change_is_one_once() -> None:
    edges = Edges("gate")
    assert edges.read(notice(operation="Initialized"), 0) is None
    assert edges.read(notice(), 1) is None, "it was so before we listened"
    ended = edges.read(notice(state="false"), 2)
    assert ended is not None
    told = ended.told
    assert (told.phase, told.zone, told.signal_class, ended.movement) == ("restore", "gate/in1", "contact_entry", False)
    began = edges.read(notice(), 3)
    assert began is not None
    assert (began.told.phase, began.told.occurred_ms) == ("alarm", 1795341600000)
    assert edges.read(notice(), 4) is None, "still on"
    assert edges.read(notice(token="in2", state="false"), 5) is None, "another input that is quiet"
    assert edges.read(notice(token="in2"), 5) is not None


def test_a_restart_of_the_camera_tells_how_things_are_again() -> None:
    edges = Edges("gate")
    edges.read(notice(state="false", operation="Initialized"), 0)
    assert edges.read(notice(operation="Initialized"), 1) is None
    assert edges.read(notice(operation="Deleted", state="false"), 1) is None


def test_a_moment_counts_once_in_ten_seconds() -> None:
    edges = Edges("gate")
    told = [edges.read(notice(LINE, None, ""), at) for at in (0.0, 5.0, 11.0)]
    assert [item is not None for item in told] == [True, False, True]
    assert told[0] is not None
    assert (told[0].told.zone, told[0].told.signal_class, told[0].movement) == ("gate/Crossed", "video", False)


@pytest.mark.parametrize("topic", ["tns1:Monitoring/ProcessorUsage", "tns1:Device/Trigger/Relay", "", "x", "a" * 300])
def test_what_alarms_nobody_is_left_out(topic: str) -> None:
    assert Edges("gate").read(notice(topic), 0) is None


def test_every_topic_of_the_known_cameras_means_something_or_nothing_to_an_alarm_centre() -> None:
    with shared("alarm/onvif_event_topics.csv").open() as file:
        for row in csv.DictReader(file):
            assert (meaning(row["topic"]) is None) == (row["class"] == "info"), row["topic"]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "<a", "", "no",
        "<a/><b/>", "<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1), "<a>" + "<b/>" * 20_001 + "</a>",
        "<a>" + "x" * 70_000 + "</a>", "<a>&unknown;</a>", "<p:a/>",
    ],
    ids=lambda text: str(len(text)),
)  # fmt: skip
def test_xml_beyond_what_a_device_says_is_refused(text: str) -> None:
    with pytest.raises(XmlRefused):
        read(text.encode())
    if text.startswith("<!DOCTYPE"):
        with pytest.raises(XmlRefused):
            read(text.encode("utf-16"))


@given(st.binary(max_size=300))
def test_any_bytes_are_xml_or_refused(data: bytes) -> None:
    with suppress(XmlRefused):
        read(data)


def test_elements_are_written_as_they_were_read() -> None:
    root = read(b'<a xmlns="urn:x" n="1&quot;2"><b>t&lt;u</b></a>')
    again = read(root.written().encode())
    assert (again.name, again.space, again.attributes, again.said("b")) == ("a", "urn:x", {"n": '1"2'}, "t<u")
