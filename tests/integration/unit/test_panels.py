# SPDX-License-Identifier: EUPL-1.2
"""Panels that report to a real unit over real sockets, with a real owner's policy and a small server behind it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.unit.gateway import Gateway
from tests.integration.unit.process import enrol, free_port, kill_hard, make_clip, running, zegel
from tests.unit.unit.actors import Owner
from zegel.link.messages import AlarmItem, Hello, SegmentsItem, SignalItem, TechnicalItem
from zegel.protocols import dc09
from zegel.seal.alarm import Cause, verify_alarm
from zegel.seal.policy import LocalAccount, LocalZone
from zegel.seal.release import open_release, verify_release
from zegel.unit.site.settings import check_listen, read_listen

KEY = "30313233343536373839414243444546"
CLASSES = ("burglary", "fire", "person")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def local(hello: Hello) -> tuple[LocalAccount, ...]:
    cameras = tuple(sorted(camera for camera, _ in hello.cameras))
    return (
        LocalAccount("1234AB", (LocalZone("12", "burglary", cameras),)),
        LocalAccount("5678", (LocalZone("1", "fire"),)),
    )


class Panel:
    """A dialler: one message, its answer."""

    def __init__(self, port: int, account: str, key: str | None = None) -> None:
        self.port, self.account = port, account
        self.key = dc09.Key.of(key, "hex") if key else None
        self.seq = 0

    def frame(self, data: str, token: str = "SIA-DCS", **changes: object) -> bytes:
        self.seq += 1
        made = {"seq": self.seq, "now_ms": now_ms(), "key": self.key, **changes}
        return dc09.write(token, self.account, data, **made)  # type: ignore[arg-type]

    def send(self, frame: bytes, wait_s: float = 10.0) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), wait_s) as line:
            line.sendall(frame)
            line.settimeout(wait_s)
            return self._answer(line)

    def send_udp(self, frame: bytes) -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(10)
            line.sendto(frame, ("127.0.0.1", self.port))
            return line.recv(4096)

    @staticmethod
    def _answer(line: socket.socket) -> bytes:
        framer = dc09.Framer()
        try:
            while data := line.recv(4096):
                if frames := framer.feed(data):
                    return frames[0]
        except TimeoutError:
            pass
        return b""


def token(answer: bytes) -> str:
    return dc09.header(answer).token if answer else "nothing"


class Guarded:
    """An enrolled unit with one camera and two panels, running."""

    def __init__(self, folder: Path, gateway: Gateway) -> None:
        self.folder, self.gateway, self.data, self.port = folder, gateway, folder / "unit", free_port()

    def set_up(self, **policy: object) -> None:
        clip = make_clip(self.folder / "clip.mp4", 4, moving=False)
        everything = {"alarm_classes": CLASSES, "release_classes": ("burglary",), "local": local} | policy
        enrol(self.gateway, self.data, f"yard=file:{clip}?loop=1", **everything)
        self.say("panel", "listen", f"127.0.0.1:{self.port}")
        self.say("panel", "add", "1234AB", "--key-format", "hex", said=KEY)
        self.say("panel", "add", "5678", "--key-format", "none", "--poll", "4", "--grace", "0")

    def say(self, *words: str, said: str = "") -> str:
        process = zegel(words[0], words[1], "--data", str(self.data), *words[2:], stdin=-1)
        output, errors = process.communicate(said + "\n", timeout=30)
        assert process.returncode == 0, output + errors
        return output

    def wait_open(self) -> None:
        def answers() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        self.gateway.wait_for(answers, 20)

    def alarms(self) -> list:  # type: ignore[type-arg]
        pk = self.gateway.hellos[-1].sign_pk
        unique = {item.envelope: verify_alarm(item.envelope, pk) for item in self.gateway.items(AlarmItem)}
        return list(unique.values())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Guarded]:
    with Gateway(tmp_path / "gateway", Owner()) as gateway:
        yield Guarded(tmp_path, gateway)


def test_a_panel_on_site_alarms_through_its_unit(site: Guarded) -> None:
    site.set_up()
    gateway = site.gateway
    with running(site.data) as unit:
        gateway.wait_for(lambda: gateway.items(SegmentsItem), 30)
        site.wait_open()
        check_an_encrypted_burglary_releases(site)
        check_openings_and_clear_text_of_another_panel_go_up(site)
        check_what_is_refused(site)
        check_a_silent_panel_is_told_of(site)
        unit.kill()
        unit.wait()
        check_the_site_process_ends_with_its_unit(site)


def check_an_encrypted_burglary_releases(site: Guarded) -> None:
    panel, gateway = Panel(site.port, "1234AB", KEY), site.gateway
    frame = panel.frame("#1234AB|Nri1/BA12")
    answer = panel.send(frame)
    read = dc09.read(answer, panel.key, now_ms=now_ms())
    assert (read.token, read.encrypted, read.seq) == ("ACK", True, "0001")
    gateway.wait_for(lambda: site.alarms() and gateway.releases())
    [alarm] = site.alarms()
    assert (alarm.cause, alarm.class_name, alarm.zone, alarm.images) == (Cause.INPUT, "burglary", "12", "released")
    release = verify_release(gateway.releases()[0], gateway.hellos[-1].sign_pk)
    assert release.alarm == alarm.alarm
    assert open_release(release, gateway.owner.arc).leaf(release.ranges[0].epoch, release.ranges[0].start)
    assert token(panel.send(frame)) == "ACK", "the same message again is confirmed again"
    time.sleep(0.3)
    assert len(site.alarms()) == 1, "and makes no second alarm"


def check_openings_and_clear_text_of_another_panel_go_up(site: Guarded) -> None:
    panel, gateway = Panel(site.port, "1234AB", KEY), site.gateway
    panel.seq = 10
    assert token(panel.send_udp(panel.frame("#1234AB|Nri1/id7/OP7"))) == "ACK"
    clear = Panel(site.port, "5678")
    assert token(clear.send(clear.frame("#5678|1130 01 099", "ADM-CID"))) == "ACK"
    assert token(clear.send(clear.frame("", "NULL"))) == "ACK"
    gateway.wait_for(lambda: len(gateway.items(SignalItem)) >= 2)
    opening, burglary = gateway.items(SignalItem)[:2]
    assert (opening.account, opening.transport, opening.encrypted) == ("1234AB", "dc09_udp", True)
    assert (opening.told.phase, opening.told.user) == ("open", "7")
    assert b"OP" not in opening.raw, "what came encrypted leaves encrypted"
    assert (burglary.account, burglary.told.code, burglary.told.zone) == ("5678", "130", "099")
    assert len(site.alarms()) == 1
    parts = [panel.frame("#1234AB|Nri1/CL7"), panel.frame("#1234AB|Nri1/OP7")]
    with socket.create_connection(("127.0.0.1", site.port), 10) as line:
        for byte in b"".join(parts):
            line.sendall(bytes([byte]))
        line.settimeout(10)
        framer, answers = dc09.Framer(), []
        while len(answers) < 2:
            answers += framer.feed(line.recv(4096))
    assert [token(answer) for answer in answers] == ["ACK", "ACK"], "byte by byte, and two in one"
    gateway.wait_for(lambda: len(gateway.items(SignalItem)) == 4)


def check_what_is_refused(site: Guarded) -> None:
    heard = len(site.gateway.items(SignalItem))
    right, wrong = Panel(site.port, "1234AB", KEY), Panel(site.port, "1234AB", KEY[::-1])
    downgrade, stranger = Panel(site.port, "1234AB"), Panel(site.port, "9999")
    right.seq = 20
    assert token(wrong.send(wrong.frame("#1234AB|Nri1/BA12"))) == "NAK"
    assert token(downgrade.send(downgrade.frame("#1234AB|Nri1/BA12"), 1.0)) == "nothing"
    assert token(stranger.send(stranger.frame("#9999|Nri1/HA12"))) == "ACK"
    assert token(right.send(right.frame("#1234AB|Nri1/BA12", now_ms=now_ms() - 120_000))) == "NAK"
    spoiled = bytearray(right.frame("#1234AB|Nri1/BA12"))
    spoiled[3] ^= 1
    assert token(right.send(bytes(spoiled))) == "NAK"
    site.gateway.wait_for(lambda: len(site.gateway.items(SignalItem)) == heard + 2)
    judged = [(i.account, i.told.code, i.told.signal_class) for i in site.gateway.items(SignalItem)[heard:]]
    assert judged == [("1234AB", "wrong_key", "unknown"), ("9999", "HA", "unknown")], "a person judges them"
    assert len(site.alarms()) == 1
    told = {"wrong_key", "plain_for_encrypted", "unknown_account"}
    site.gateway.wait_for(lambda: told <= {item.code for item in site.gateway.items(TechnicalItem)})


def check_a_silent_panel_is_told_of(site: Guarded) -> None:
    codes = lambda: [item.code for item in site.gateway.items(TechnicalItem)]  # noqa: E731
    site.gateway.wait_for(lambda: "panel_silent" in codes(), 20)
    clear = Panel(site.port, "5678")
    assert token(clear.send(clear.frame("", "NULL"))) == "ACK"
    site.gateway.wait_for(lambda: "panel_heard" in codes())
    told = lambda: [item.told.code for item in site.gateway.items(SignalItem) if item.transport == "supervision"]  # noqa: E731
    site.gateway.wait_for(lambda: told()[-2:] == ["path_lost", "path_back"])


def test_what_a_panel_was_told_is_kept_survives_a_power_cut(site: Guarded) -> None:
    """The unit is killed in the middle of a burst: every message that was confirmed reaches the server, once."""
    site.set_up()
    site.gateway.acking = False
    confirmed: set[int] = set()
    for turn in range(2):
        with running(site.data) as unit:
            site.gateway.wait_for(lambda: site.gateway._links, 30)
            site.wait_open()
            killer = threading.Timer(0.25 + 0.1 * turn, kill_hard, [unit])
            killer.start()
            confirmed |= burst(site, turn)
            killer.join()
    assert len(confirmed) > 5
    site.gateway.acking = True
    with running(site.data):
        seen = lambda: [item.sequence for item in site.gateway.items(SignalItem)]  # noqa: E731
        site.gateway.wait_for(lambda: confirmed <= set(seen()), 30)
    ids = {item.sequence: {i.id for i in site.gateway.items(SignalItem) if i.sequence == item.sequence}
           for item in site.gateway.items(SignalItem)}  # fmt: skip
    assert all(len(ids[sequence]) == 1 for sequence in confirmed)


def burst(site: Guarded, turn: int) -> set[int]:
    """As many openings as go through before the unit dies; those that were confirmed."""
    panel, done = Panel(site.port, "1234AB", KEY), set()
    panel.seq = 1000 * (turn + 1)
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", site.port), 5) as line:
        line.settimeout(5)
        framer = dc09.Framer()
        while True:
            line.sendall(panel.frame(f"#1234AB|Nri1/OP{panel.seq}"))  # the same within a second would be the same
            data = line.recv(4096)
            if not data:
                break
            done |= {int(dc09.header(answer).seq) for answer in framer.feed(data)}
    return done


def check_the_site_process_ends_with_its_unit(site: Guarded) -> None:
    def closed() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", site.port)) != 0

    site.gateway.wait_for(closed, 10)


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "8.8.8.8", "[::]:9999", "[2001:4860::8888]", "panel.example", "10.0.0.1:70000"]
)
def test_a_unit_listens_on_no_public_or_any_address_without_a_named_interface(address: str) -> None:
    from zegel.unit.errors import ConfigError

    with pytest.raises(ConfigError):
        read_listen(address, None)


def test_a_named_interface_allows_any_address_and_must_exist() -> None:
    from zegel.unit.errors import ConfigError

    assert check_listen(read_listen("0.0.0.0:9998", "lo")).interface == "lo"
    with pytest.raises(ConfigError):
        read_listen("0.0.0.0", "nosuch0")
