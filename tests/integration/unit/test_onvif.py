# SPDX-License-Identifier: EUPL-1.2
"""A camera that speaks ONVIF beside a real unit: its inputs alarm, it is turned while an alarm's window is open, and
at no other time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.unit.gateway import Gateway
from tests.integration.unit.process import enrol, kill_hard, make_clip, running, zegel
from tests.integration.unit_watch.test_stills import picture
from tests.onvif_camera import PASSWORD, USER, Beacon, OnvifCamera
from tests.unit.unit.actors import Owner
from zegel.link.messages import (
    AlarmItem,
    Control,
    ControlAction,
    Controlled,
    EndWindow,
    FactsItem,
    Hello,
    SegmentsItem,
    SignalItem,
    TechnicalItem,
)
from zegel.seal.alarm import verify_alarm
from zegel.seal.policy import CameraRules, LiveEnd, LocalAccount, LocalZone, PanTilt, Window
from zegel.seal.release import verify_release
from zegel.seal.segment import Header

INPUT, MOTION, TAMPER = (
    "tns1:Device/Trigger/DigitalInput", "tns1:VideoSource/MotionAlarm", "tns1:VideoSource/ImageTooDark/ImagingService",
)  # fmt: skip


def local(hello: Hello) -> tuple[LocalAccount, ...]:
    cameras = tuple(sorted(camera for camera, _ in hello.cameras))
    return (LocalAccount("onvif", (LocalZone("yard/in1", "burglary", cameras),)),)


def limits(hello: Hello) -> tuple[CameraRules, ...]:
    cameras = sorted(camera for camera, _ in hello.cameras)
    return tuple(CameraRules(camera, (), (), PanTilt(2000, 8000, 0, 10_000)) for camera in cameras)


class Scene:
    """An enrolled unit whose one camera also speaks ONVIF."""

    def __init__(self, folder: Path, gateway: Gateway, camera: OnvifCamera) -> None:
        self.gateway, self.camera, self.data = gateway, camera, folder / "unit"
        clip = make_clip(folder / "clip.mp4", 4, moving=False)
        policy = {
            "alarm_classes": ("burglary", "person"), "release_classes": ("burglary",), "local": local,
            "cameras": limits, "window": Window(5, 30, LiveEnd.CLOSED, 60),
        }  # fmt: skip
        camera.still = picture()
        enrol(gateway, self.data, f"yard=file:{clip}?loop=1", f"gate={camera.still_address}", **policy)
        process = zegel("onvif", "add", "--data", str(self.data), "yard", camera.address, "--user", USER, stdin=-1)
        output, errors = process.communicate(PASSWORD + "\n", timeout=30)
        assert process.returncode == 0, output + errors
        self.shown = output

    @property
    def id(self) -> bytes:
        return next(camera for camera, name in self.gateway.hellos[-1].cameras if name == "yard")

    def alarms(self) -> list:  # type: ignore[type-arg]
        pk = self.gateway.hellos[-1].sign_pk
        unique = {item.envelope: verify_alarm(item.envelope, pk) for item in self.gateway.items(AlarmItem)}
        return list(unique.values())

    def alarm(self) -> bytes:
        """The input closes; the alarm's identifier."""
        before = len(self.alarms())
        self.camera.tell(INPUT, {"InputToken": "in1"}, {"LogicalState": "true"})
        self.gateway.wait_for(lambda: len(self.alarms()) > before)
        return bytes(self.alarms()[-1].alarm)

    def turn(self, alarm: bytes, action: ControlAction, **how: object) -> str:
        """The server's order, and the unit's answer to it."""
        control = Control(os.urandom(16), alarm, self.id, action, **how)  # type: ignore[arg-type]
        self.gateway.send(control)
        return self.answer(control).code

    def answer(self, control: Control) -> Controlled:
        self.gateway.wait_for(lambda: [told for told in self.gateway.controlled if told.id == control.id])
        return next(told for told in self.gateway.controlled if told.id == control.id)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with Gateway(tmp_path / "gateway", Owner()) as gateway, OnvifCamera(ahead_s=7200) as camera:
        yield Scene(tmp_path, gateway, camera)


def test_a_camera_by_onvif_alarms_and_is_turned_only_in_its_alarm(scene: Scene) -> None:
    assert "can: live, pre_alarm, ptz, stills, video" in scene.shown
    assert PASSWORD not in scene.shown
    gateway = scene.gateway
    with running(scene.data) as unit:
        gateway.wait_for(lambda: gateway.items(SegmentsItem), 30)
        check_its_facts_go_up(scene)
        check_nothing_turns_without_a_window(scene)
        alarm = scene.alarm()
        [raised] = scene.alarms()
        assert (raised.class_name, raised.zone, raised.images) == ("burglary", "yard/in1", "released")
        check_a_camera_that_gives_stills_only_is_released_too(scene)
        check_it_turns_within_the_owners_limits(scene, alarm)
        check_it_stops_by_itself_and_when_the_link_is_lost(scene, alarm)
        check_a_recall_stops_it_and_sends_it_home(scene, alarm)
        check_its_other_events(scene)
        scene.camera.tell(INPUT, {"InputToken": "in1"}, {"LogicalState": "false"})
        again = scene.alarm()
        assert scene.turn(again, ControlAction.PRESET, preset="Gate") == "done"
        kill_hard(unit)
    homes = len(scene.camera.calls("GotoHomePosition"))
    with running(scene.data):
        gateway.wait_for(lambda: len(scene.camera.calls("GotoHomePosition")) > homes)


def check_its_facts_go_up(scene: Scene) -> None:
    def told() -> list[object]:
        facts = [camera for item in scene.gateway.items(FactsItem) for camera in item.cameras]
        return [camera for camera in facts if "ptz" in camera.capabilities]

    scene.gateway.wait_for(told)
    assert told()[0].presets == ["Gate", "Door"]  # type: ignore[attr-defined]


def check_nothing_turns_without_a_window(scene: Scene) -> None:
    for action in ControlAction:
        assert scene.turn(os.urandom(16), action, pan=1000, preset="Gate") == "no_window"
    assert not scene.camera.calls("ContinuousMove", "GotoPreset", "GotoHomePosition", "Stop")
    assert not scene.alarms(), "how things were when it began to listen is no alarm"


def check_a_camera_that_gives_stills_only_is_released_too(scene: Scene) -> None:
    gateway = scene.gateway
    pk = gateway.hellos[-1].sign_pk
    gateway.wait_for(lambda: len({verify_release(data, pk).camera for data in gateway.releases()}) == 2)
    headers = [Header.decode(data) for data in gateway.segments()]
    assert {header.codec for header in headers if header.camera != scene.id} == {b"mjpg"}
    kinds = {tuple(told.capabilities) for item in gateway.items(FactsItem) for told in item.cameras}
    assert ("pre_alarm", "stills") in kinds


def check_it_turns_within_the_owners_limits(scene: Scene, alarm: bytes) -> None:
    head = scene.camera.head
    head.speed = 1.0
    end = time.monotonic() + 1.2
    codes = []
    while time.monotonic() < end:
        codes.append(scene.turn(alarm, ControlAction.MOVE, pan=1000))
        time.sleep(0.25)
    assert codes[0] == "done"
    assert codes[-1] == "limit"
    assert 0.3 < head.now()[0] < 0.8, "the owner's limit is 8000 of 10000, which is 0.6; its motor is quick"
    assert scene.turn(alarm, ControlAction.PRESET, preset="Gate") == "done"
    assert head.now() == (0.5, 0.0)
    assert scene.turn(alarm, ControlAction.PRESET, preset="Door") == "limit"
    assert scene.turn(alarm, ControlAction.PRESET, preset="Nowhere") == "unknown_preset"
    assert scene.turn(os.urandom(16), ControlAction.MOVE, pan=-1000) == "no_window", "another alarm's"
    codes = [scene.turn(alarm, ControlAction.MOVE, zoom=1) for _ in range(20)]
    assert "rate" in codes
    assert scene.turn(alarm, ControlAction.STOP) == "done", "a stop is never too much"
    time.sleep(0.5)


def check_it_stops_by_itself_and_when_the_link_is_lost(scene: Scene, alarm: bytes) -> None:
    head = scene.camera.head
    head.speed = 0.05
    assert scene.turn(alarm, ControlAction.MOVE, pan=-1000) == "done"
    scene.gateway.wait_for(lambda: head.vx == 0, 4)
    assert scene.turn(alarm, ControlAction.MOVE, pan=-1000) == "done"
    stops = len(scene.camera.calls("Stop"))
    scene.gateway.hang_up()
    scene.gateway.wait_for(lambda: len(scene.camera.calls("Stop")) > stops, 1.2)
    links = len(scene.gateway.hellos)
    scene.gateway.wait_for(lambda: len(scene.gateway.hellos) > links or scene.gateway._links)


def check_a_recall_stops_it_and_sends_it_home(scene: Scene, alarm: bytes) -> None:
    scene.gateway.wait_for(lambda: scene.gateway._links)
    time.sleep(0.3)
    assert scene.turn(alarm, ControlAction.MOVE, pan=-1000) == "done"
    scene.gateway.send(EndWindow(alarm, "recalled"))
    scene.gateway.wait_for(lambda: scene.camera.calls("GotoHomePosition"), 2)
    assert scene.camera.head.now() == (0.0, 0.0)
    assert scene.turn(alarm, ControlAction.MOVE, pan=-1000) == "no_window"


def check_its_other_events(scene: Scene) -> None:
    camera, gateway = scene.camera, scene.gateway
    camera.tell(MOTION, {"Source": "v0"}, {"State": "true"})
    camera.tell(TAMPER, {"Source": "v0"}, {"State": "true"})
    gateway.wait_for(lambda: gateway.items(SignalItem))
    [tamper] = [item for item in gateway.items(SignalItem) if item.told.phase == "alarm"]
    assert (tamper.told.signal_class, tamper.told.zone, tamper.camera) == ("tamper", "yard/ImageTooDark", scene.id)
    camera.down = True
    codes = lambda: [item.code for item in gateway.items(TechnicalItem)]  # noqa: E731
    gateway.wait_for(lambda: any(code.startswith("onvif_") for code in codes()), 20)
    camera.down = False
    gateway.wait_for(lambda: "onvif_back" in codes(), 20)
    assert camera.subscriptions >= 2, "it began anew"


def test_an_installer_finds_cameras_on_his_network(tmp_path: Path) -> None:
    with OnvifCamera() as camera:
        beacon = Beacon(camera.address)
        words = ("--address", f"127.0.0.1:{beacon.port}", "--seconds", "0.5", "--user", USER)
        process = zegel("discover", "--data", str(tmp_path), *words, stdin=-1)
        output, errors = process.communicate(PASSWORD + "\n", timeout=30)
        beacon.close()
    assert process.returncode == 0, errors
    assert f"{camera.address}  Head 1 H1" in output
    assert "rtsp://127.0.0.1:8554/main" in output
    assert "192.0.2.1" not in output, "an address of another host than the one that answered"
