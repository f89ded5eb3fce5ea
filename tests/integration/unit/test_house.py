# SPDX-License-Identifier: EUPL-1.2
"""A real unit beside a house's real broker: Home Assistant shows and commands it, Frigate's reviews alarm."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import aiomqtt
import psutil
import pytest

from tests.broker import Broker
from tests.integration.unit.gateway import Gateway
from tests.integration.unit.process import enrol, free_port, make_clip, running, zegel
from tests.shared_files import shared
from tests.unit.unit.actors import Owner
from zegel.link.messages import (
    AlarmItem,
    Deliver,
    DeliverKind,
    Hello,
    ReleaseItem,
    SegmentsItem,
    SignalItem,
    StatusItem,
    TechnicalItem,
)
from zegel.seal.alarm import verify_alarm
from zegel.seal.keyset import Signer
from zegel.seal.policy import LocalAccount, LocalZone, sign_policy
from zegel.seal.status import verify_status

CODE, DURESS = "724815", "724816"


def local(hello: Hello) -> tuple[LocalAccount, ...]:
    cameras = tuple(camera for camera, _ in hello.cameras)
    return (
        LocalAccount("frigate", (LocalZone("front_cam", "burglary", cameras),)),
        LocalAccount("homeassistant", (LocalZone("code", "holdup_duress", cameras),)),
    )


class HomeAssistant:
    """What a house hears from its broker (`heard`: the newest of each topic), and what it says."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.heard: dict[str, str] = {}
        self.said: list[tuple[str, str]] = []  # all of it, in order
        self._loop = asyncio.new_event_loop()
        self._client: aiomqtt.Client | None = None
        threading.Thread(target=lambda: self._loop.run_until_complete(self._listen()), daemon=True).start()

    async def _listen(self) -> None:
        while True:
            try:
                who = {"username": self._broker.user, "password": self._broker.password}
                async with aiomqtt.Client("127.0.0.1", self._broker.port, **who) as client:
                    self._client = client
                    await client.subscribe("zegel/#", qos=1)
                    await client.subscribe("homeassistant/#", qos=1)
                    async for message in client.messages:
                        self.heard[str(message.topic)] = bytes(message.payload).decode()  # type: ignore[arg-type]
                        self.said.append((str(message.topic), self.heard[str(message.topic)]))
            except aiomqtt.MqttError:
                self._client = None
                self.heard.clear()
                await asyncio.sleep(0.2)

    def say(self, topic: str, payload: object, *, retain: bool = False) -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload)

        async def publish() -> None:
            assert self._client is not None
            await self._client.publish(topic, text, qos=1, retain=retain)

        asyncio.run_coroutine_threadsafe(publish(), self._loop).result(10)

    def of(self, ending: str) -> str:
        return next((text for topic, text in self.heard.items() if topic.endswith(ending)), "")


class House:
    """An enrolled unit with one camera, a code, and the broker's address."""

    def __init__(self, folder: Path, gateway: Gateway, broker: Broker) -> None:
        self.gateway, self.broker, self.data = gateway, broker, folder / "unit"
        clip = make_clip(folder / "clip.mp4", 4, moving=False)
        policy = {
            "alarm_classes": ("burglary", "holdup_duress", "person"), "release_classes": ("burglary", "holdup_duress"),
            "local": local,
        }  # fmt: skip
        enrol(gateway, self.data, f"yard=file:{clip}?loop=1", **policy)
        self.say("mqtt", "set", f"mqtt://127.0.0.1:{broker.port}", "--user", broker.user, said=broker.password)
        self.panel_port = free_port()
        self.say("panel", "listen", f"127.0.0.1:{self.panel_port}", said="")
        self.say("panel", "add", "1234AB", "--key-format", "none", said="")
        shown = self.say("code", "set", said=f"{CODE}\n{DURESS}")
        person, key = shown.partition("keypad")[2].split()[:2]
        self.keypad = Signer(bytes.fromhex(person), bytes.fromhex(key))
        self.home = HomeAssistant(broker)

    def say(self, *words: str, said: str) -> str:
        process = zegel(words[0], words[1], "--data", str(self.data), *words[2:], stdin=-1)
        output, errors = process.communicate(said + "\n", timeout=30)
        assert process.returncode == 0, output + errors
        return output

    def order(self, action: str, code: str = "", *, retain: bool = False) -> None:
        topic = json.loads(self.home.of("/config"))["command_topic"]
        self.home.say(topic, {"action": action, "code": code}, retain=retain)

    def site_processes(self) -> list[int]:
        """Of this unit."""
        processes = psutil.process_iter(["cmdline"])
        words = {process.pid: process.info["cmdline"] or [] for process in processes}
        return [pid for pid, line in words.items() if "zegel.unit.site.inside" in line and str(self.data) in line]

    def posture(self) -> str:
        pk = self.gateway.hellos[-1].sign_pk
        return verify_status(self.gateway.items(StatusItem)[-1].envelope, pk).state.value

    def shows(self, state: str) -> bool:
        return self.home.of("/alarm/state") == state

    def list_the_keypad(self) -> None:
        """The owner puts the keypad among those who may arm and disarm."""
        gateway = self.gateway
        commanders = tuple(sorted((*gateway.policy.commanders, self.keypad), key=lambda signer: signer.id))
        gateway.policy = replace(gateway.policy, counter=2, commanders=commanders)
        gateway.send(Deliver(DeliverKind.POLICY, sign_policy(gateway.policy, gateway.owner.key)))

    def alarms(self) -> list:  # type: ignore[type-arg]
        pk = self.gateway.hellos[-1].sign_pk
        unique = {item.envelope: verify_alarm(item.envelope, pk) for item in self.gateway.items(AlarmItem)}
        return list(unique.values())

    def codes(self) -> list[str]:
        return [item.code for item in self.gateway.items(TechnicalItem)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Gateway(tmp_path / "gateway", Owner()) as gateway, Broker() as broker:
        yield House(tmp_path, gateway, broker)


@pytest.mark.soak  # the suite has its budget
def test_a_house_shows_and_commands_its_unit_by_a_code(house: House) -> None:
    gateway = house.gateway
    with running(house.data):
        gateway.wait_for(lambda: gateway.items(SegmentsItem) and house.shows("armed_away"), 30)
        check_the_panel_appears(house)
        check_no_port_is_open_for_panels_that_the_policy_does_not_name(house)
        check_a_keypad_that_nobody_listed_disarms_nothing(house)
        house.list_the_keypad()
        check_the_code_disarms_and_arms(house)
        check_a_review_alarms_once(house)
        check_a_code_under_duress_disarms_and_calls_for_help(house)
        check_a_brokers_crash_is_told_and_healed(house)
        check_without_the_owners_policy_nothing_listens(house)


def check_the_panel_appears(house: House) -> None:
    config = json.loads(house.home.of("/config"))
    assert (config["code"], config["code_arm_required"], config["code_disarm_required"]) == ("REMOTE_CODE", True, True)
    assert house.home.of("/online") == "online"
    assert CODE not in str(house.home.heard)


def check_no_port_is_open_for_panels_that_the_policy_does_not_name(house: House) -> None:
    """Though the installer set one up, and the site process runs."""
    assert house.site_processes()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", house.panel_port)) != 0


def check_without_the_owners_policy_nothing_listens(house: House) -> None:
    gateway = house.gateway
    gateway.policy = replace(gateway.policy, counter=3, local=None)
    gateway.send(Deliver(DeliverKind.POLICY, sign_policy(gateway.policy, gateway.owner.key)))
    gateway.wait_for(lambda: house.home.of("/online") == "offline" and not house.site_processes())


def check_a_keypad_that_nobody_listed_disarms_nothing(house: House) -> None:
    house.order("DISARM", CODE)
    house.gateway.wait_for(lambda: "unknown_signer" in house.codes())
    assert house.shows("armed_away")


def check_the_code_disarms_and_arms(house: House) -> None:
    gateway = house.gateway
    house.order("DISARM", "000000")
    gateway.wait_for(lambda: "wrong_code" in house.codes())
    house.order("DISARM")
    house.order("ARM_AWAY")
    assert house.posture() == "armed"
    house.order("DISARM", CODE)
    gateway.wait_for(lambda: house.posture() == "disarmed" and house.shows("disarmed"))
    house.order("ARM_AWAY", CODE)
    gateway.wait_for(lambda: house.posture() == "armed" and house.shows("armed_away"))


def check_a_review_alarms_once(house: House) -> None:
    sample = json.loads(shared("alarm/frigate_mqtt.json").read_text())["review_update"]
    detection = {**sample, "type": "new", "after": sample["before"]}
    house.home.say("frigate/reviews", detection)
    for _ in range(3):
        house.home.say("frigate/reviews", sample)
    house.gateway.wait_for(lambda: house.alarms() and house.shows("triggered"))
    house.home.say("frigate/reviews", {**sample, "after": {**sample["after"], "id": "2.2-b", "camera": "other_cam"}})
    house.gateway.wait_for(lambda: house.gateway.items(SignalItem))
    [alarm] = house.alarms()
    assert (alarm.class_name, alarm.zone, alarm.images) == ("burglary", "front_cam", "released")
    [other] = house.gateway.items(SignalItem)
    assert (other.account, other.told.zone, other.told.phase) == ("frigate", "other_cam", "alarm")
    house.home.say("frigate/front_cam/status/detect", "offline")
    house.gateway.wait_for(lambda: "frigate_lost" in house.codes())
    house.home.say("frigate/front_cam/status/detect", "online")
    house.gateway.wait_for(lambda: "frigate_back" in house.codes())


def check_a_code_under_duress_disarms_and_calls_for_help(house: House) -> None:
    """And though its cameras' window is open, whoever stands behind him sees a house that was disarmed."""
    house.gateway.wait_for(lambda: house.shows("armed_away"), 30)  # the review's own window is over
    before, parts = len(house.home.said), len(house.gateway.items(ReleaseItem))
    house.order("DISARM", DURESS)
    house.gateway.wait_for(lambda: house.posture() == "disarmed")
    alarm = house.alarms()[-1]
    assert (alarm.class_name, alarm.zone) == ("holdup_duress", "code")
    house.gateway.wait_for(lambda: len(house.gateway.items(ReleaseItem)) > parts and house.shows("disarmed"), 30)
    time.sleep(1)  # a tick or two of the unit with that window open
    assert "triggered" not in [said for _, said in house.home.said[before:]]


def check_a_brokers_crash_is_told_and_healed(house: House) -> None:
    house.order("ARM_AWAY", CODE, retain=True)
    house.gateway.wait_for(lambda: house.posture() == "armed")
    house.order("DISARM", CODE)
    house.gateway.wait_for(lambda: house.posture() == "disarmed")
    house.broker.stop()
    house.gateway.wait_for(lambda: "broker_lost" in house.codes())
    house.broker.start()
    house.gateway.wait_for(lambda: "broker_back" in house.codes() and house.home.of("/online") == "online")
    assert house.posture() == "disarmed", "a command that the broker kept is old"
