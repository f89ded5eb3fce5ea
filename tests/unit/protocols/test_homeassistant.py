# SPDX-License-Identifier: EUPL-1.2
"""A site as an alarm panel in Home Assistant: it appears, and its commands come to us with the code unverified."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shared_files import shared

from zegel.protocols import homeassistant as ha
from zegel.protocols.errors import BadMessage


def test_the_panel_appears_as_home_assistant_wants_it() -> None:
    sample = json.loads(shared("alarm/ha_alarm_panel_discovery.json").read_text("utf-8"))
    found = ha.discovery("42", "Zegel Sund 12")
    payload = json.loads(found.payload)
    assert found.topic == sample["topic"].split(" ")[0]
    assert {name: payload[name] for name in sample["payload"]} == sample["payload"]
    assert list(ha.STATES) == sample["states"]


def test_the_topics_are_those_that_the_message_names() -> None:
    found = ha.discovery("a-b_1", "x")
    payload = json.loads(found.payload)
    assert (payload["command_topic"], payload["state_topic"]) == (found.command_topic, found.state_topic)
    assert (payload["availability_topic"], payload["json_attributes_topic"]) == (
        found.availability_topic,
        found.attributes_topic,
    )


@pytest.mark.parametrize("unit", ["", "a/b", "+", "#", "x" * 65, "a b"])
def test_an_id_that_would_change_the_topic_is_refused(unit: str) -> None:
    with pytest.raises(BadMessage):
        ha.discovery(unit, "x")


@pytest.mark.parametrize(
    ("payload", "action", "code"),
    [
        (b'{"action":"DISARM","code":"1234"}', "DISARM", "1234"),
        (b'{"action":"arm_away","code":""}', "ARM_AWAY", ""),
        (b'{"action":"ARM_HOME","code":"None"}', "ARM_HOME", ""),
        (b'{"action":"ARM_NIGHT","code":null}', "ARM_NIGHT", ""),
        (b'{"action":"TRIGGER","code":4321}', "TRIGGER", "4321"),
        (b"ARM_AWAY", "ARM_AWAY", ""),
    ],
)
def test_a_command_is_read_with_its_code(payload: bytes, action: str, code: str) -> None:
    command = ha.command(payload)
    assert (command.action, command.code) == (action, code)


def test_a_code_never_shows() -> None:
    assert "1234" not in repr(ha.command(b'{"action":"DISARM","code":"1234"}'))


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=40).map(lambda code: json.dumps({"action": "DISARM", "code": code}).encode()),
    )
)
def test_whatever_is_sent_is_a_command_or_refused(payload: bytes) -> None:
    try:
        command = ha.command(payload)
    except BadMessage as refused:
        message = str(refused)
    else:
        message = command.code
    assert message.isprintable()


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"OPEN",
        b"{}",
        b'{"action":"OPEN"}',
        b"{" * 900,
        b"x" * 2_000,
        b'{"action":"DISARM","code":"' + b"1" * 40 + b'"}',
    ],
)
def test_what_is_no_command_is_refused(payload: bytes) -> None:
    with pytest.raises(BadMessage):
        ha.command(payload)
