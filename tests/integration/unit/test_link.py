# SPDX-License-Identifier: EUPL-1.2
"""The unit's one connection, with a real TLS server at the other end and real seconds in between."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.integration.unit.gateway import Gateway, make_tls
from tests.unit.unit.actors import Owner
from zegel.link.messages import AlarmItem, EndWindow, EpochItem, ManifestItem, Refused, Revoked, TechnicalItem
from zegel.seal.alarm import verify_alarm
from zegel.seal.manifest import verify_manifest
from zegel.seal.pairing import PairingCode
from zegel.seal.release import verify_release
from zegel.seal.segment import Header
from zegel.unit import proofs, uplink
from zegel.unit.config import Config, Home, Server, make_cameras, save
from zegel.unit.engine import Box
from zegel.unit.errors import ConfigError
from zegel.unit.files import private_directory
from zegel.unit.identity import Identity
from zegel.unit.pin import pin
from zegel.unit.run import Runner, open_engine
from zegel.unit.source.media import Packet, Stream
from zegel.unit.state import StateFile
from zegel.unit.uplink import read_clock


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(tmp_path / "gateway", Owner())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "FIRST_WAIT_S", 0.2)
    monkeypatch.setattr(uplink, "LONGEST_WAIT_S", 0.4)


class Unit:
    """The run loop in this process, with frames made here instead of by a camera's process."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.engine = runner.engine
        (self.camera,) = runner.engine.desks
        self.frame = 0

    def feed(self) -> None:
        now = read_clock()
        if self.frame == 0:
            self.engine.on_stream(self.camera, Stream("avc1", b"\x01avcC", 640, 360, 10.0, 0), now)
        dts = self.frame * 9000
        packet = Packet(b"frame" * 50, dts, dts, 9000, self.frame % 10 == 0, now.mono_s, now.wall_ms, 0)
        self.engine.on_packet(self.camera, packet, now)
        self.frame += 1

    async def play(self, seconds: float, until: Callable[[], object] = lambda: False) -> None:
        for _ in range(round(seconds * 10)):
            self.feed()
            await asyncio.sleep(0.1)
            if until():
                return

    def see(self) -> None:
        now = read_clock()
        self.engine.on_seen(self.camera, now.mono_s, [Box("person", 0.9, 0.1, 0.1, 0.2, 0.3, "")], now)
        self.runner.changed()


def prepare(gateway: Gateway, home: Home) -> Config:
    private_directory(home.directory)
    config = Config(f"https://localhost:{gateway.port}", "ca.pem", make_cameras(["yard=/nowhere.mp4"]))
    pin(home, Server.parse(config.server), str(gateway.folder / "ca.pem"))
    save(home, config)
    identity = Identity.create(home.identity)
    StateFile.create(home.state, identity.unit)
    return config


@contextlib.asynccontextmanager
async def unit_at(gateway: Gateway, home: Home) -> AsyncIterator[Unit]:
    config = prepare(gateway, home) if not home.config.exists() else Config("", "", [])
    if not config.server:
        from zegel.unit.config import load

        config = load(home)
    runner = Runner(home, config, open_engine(home, config))
    task = asyncio.create_task(runner.run())
    try:
        yield Unit(runner)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def eventually(condition: Callable[[], object], timeout_s: float = 15) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.02)


async def paired(gateway: Gateway, unit: Unit, **policy: object) -> None:
    identity = unit.engine.identity
    assert identity.pairing_secret is not None
    code = PairingCode(identity.key.fingerprint, identity.pairing_secret)
    await asyncio.to_thread(gateway.pair, code, **policy)
    await eventually(lambda: unit.runner.uplink.claimed and unit.engine.trust.arckey)


def test_an_alarm_reaches_the_server_at_once_and_its_slots_as_they_complete(gateway: Gateway, tmp_path: Path) -> None:
    async def story() -> None:
        async with unit_at(gateway, Home(tmp_path / "unit")) as unit:
            await paired(gateway, unit)
            await unit.play(4)
            began = asyncio.get_running_loop().time()
            unit.see()
            await eventually(lambda: gateway.releases())
            assert asyncio.get_running_loop().time() - began < 1.0
            await unit.play(3)
            await eventually(lambda: len(gateway.releases()) >= 3)

    with gateway:
        asyncio.run(story())
    order = [type(up.item).__name__ for _, up in sorted(gateway.times_of(AlarmItem))]
    assert order == ["AlarmItem"]
    pk = gateway.hellos[-1].sign_pk
    released = {(r.epoch, r.start) for data in gateway.releases() for r in verify_release(data, pk).ranges}
    assert released <= {(h.epoch, h.slot) for h in map(Header.decode, gateway.segments())}


def test_a_day_without_network_loses_nothing_and_sends_each_thing(gateway: Gateway, tmp_path: Path) -> None:
    home = Home(tmp_path / "unit")

    async def before() -> None:
        async with unit_at(gateway, home) as unit:
            await paired(gateway, unit)
            await unit.play(2)

    async def offline() -> list[str]:
        async with unit_at(gateway, home) as unit:
            await unit.play(2)
            unit.see()
            await unit.play(2)
            assert not unit.runner.uplink.up
            assert unit.engine.outbox.spool.open_count > 4
            return sorted(unit.engine.file.state.unproven)

    async def again() -> None:
        async with unit_at(gateway, home) as unit:
            await eventually(lambda: unit.runner.uplink.claimed and not unit.engine.outbox.spool.open_count)

    with gateway:
        asyncio.run(before())
    promised = asyncio.run(offline())
    second = Gateway(tmp_path / "gateway", gateway.owner)
    second.port, second.claimed, second.pending = gateway.port, True, gateway.pending
    second.keep_tls(gateway)
    with second:
        asyncio.run(again())
    pk = gateway.hellos[-1].sign_pk
    assert sorted({verify_release(data, pk).hash.hex() for data in second.releases()}) == promised
    kinds = {type(up.item) for up in second.ups.values()}
    assert {EpochItem, AlarmItem, ManifestItem} <= kinds
    vouched = {
        entry.sha256
        for gate in (gateway, second)
        for item in gate.items(ManifestItem)
        for entry in verify_manifest(item.envelope, pk).entries
    }
    assert vouched == {hashlib.sha256(data).digest() for gate in (gateway, second) for data in gate.segments()}


@pytest.mark.soak  # the suite has its budget
def test_parts_made_offline_go_only_if_no_recall_came(gateway: Gateway, tmp_path: Path) -> None:
    """The link breaks in the middle of an alarm; the customer recalls it; the unit comes back."""

    async def story() -> None:
        async with unit_at(gateway, Home(tmp_path / "unit")) as unit:
            await paired(gateway, unit)
            await unit.play(2)
            unit.see()
            await eventually(lambda: gateway.releases())
            alarm = verify_alarm(gateway.items(AlarmItem)[0].envelope, gateway.hellos[-1].sign_pk)
            gateway.refuse_links = True
            await asyncio.to_thread(gateway.hang_up)
            before = len(gateway.releases())
            await unit.play(3)
            assert len(gateway.releases()) == before
            gateway.pending.append(EndWindow(alarm.alarm, "recall"))
            gateway.refuse_links = False
            await eventually(lambda: unit.runner.uplink.claimed)
            await unit.play(2)
            assert len(gateway.releases()) == before
            assert unit.engine.desks[unit.camera].window is None
            await eventually(lambda: not unit.engine.outbox.spool.open_count)

    with gateway:
        asyncio.run(story())


def test_a_release_that_the_ledger_does_not_show_is_a_tamper_alarm(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "ASK_AFTER_S", 0.5)
    monkeypatch.setattr(proofs, "ANSWER_WITHIN_S", 1.0)
    gateway.prove = False

    async def story() -> None:
        async with unit_at(gateway, Home(tmp_path / "unit")) as unit:
            await paired(gateway, unit)
            await unit.play(2)
            unit.see()
            await unit.play(5, lambda: len(gateway.items(AlarmItem)) >= 2)

    with gateway:
        asyncio.run(story())
    pk = gateway.hellos[-1].sign_pk
    causes = [verify_alarm(item.envelope, pk).class_name for item in gateway.items(AlarmItem)]
    assert causes[:2] == ["person", "proof_missing"]
    assert "proof_missing" in [item.code for item in gateway.items(TechnicalItem)]


def test_a_proof_settles_it_and_its_checkpoint_rides_in_the_manifest(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "ASK_AFTER_S", 0.2)

    async def story() -> None:
        async with unit_at(gateway, Home(tmp_path / "unit")) as unit:
            await paired(gateway, unit)
            await unit.play(2)
            unit.see()
            await unit.play(3)
            await eventually(lambda: not unit.engine.file.state.unproven or unit.feed() or False, 20)  # type: ignore[func-returns-value]
            assert unit.engine.file.state.checkpoint is not None

    with gateway:
        asyncio.run(story())


def test_a_revoked_unit_goes_on_guarding_and_never_connects_again(gateway: Gateway, tmp_path: Path) -> None:
    home = Home(tmp_path / "unit")

    async def story() -> None:
        async with unit_at(gateway, home) as unit:
            await paired(gateway, unit)
            await asyncio.to_thread(gateway.send, Revoked("the owner moved"))
            await eventually(lambda: unit.engine.file.state.revoked)
            met = len(gateway.hellos)
            await unit.play(2)
            assert len(gateway.hellos) == met
            assert unit.engine.posture.value == "armed"

    async def later() -> None:
        async with unit_at(gateway, home) as unit:
            met = len(gateway.hellos)
            await unit.play(1)
            assert len(gateway.hellos) == met

    with gateway:
        asyncio.run(story())
        asyncio.run(later())


def test_what_the_server_refuses_for_good_is_dropped_and_reported(gateway: Gateway, tmp_path: Path) -> None:
    async def story() -> None:
        async with unit_at(gateway, Home(tmp_path / "unit")) as unit:
            gateway.acking = False
            identity = unit.engine.identity
            assert identity.pairing_secret is not None
            code = PairingCode(identity.key.fingerprint, identity.pairing_secret)
            await asyncio.to_thread(gateway.pair, code)
            await eventually(lambda: gateway.items(EpochItem))
            n = next(n for n, up in gateway.ups.items() if isinstance(up.item, EpochItem))
            await asyncio.to_thread(gateway.send, Refused(n, "too_old", "no"))
            await eventually(lambda: [i for i in gateway.items(TechnicalItem) if i.code == "too_old"])
            assert unit.engine.outbox.spool.read(n) is None

    with gateway:
        asyncio.run(story())


def test_the_authority_can_be_pinned_by_its_fingerprint_and_by_no_other(gateway: Gateway, tmp_path: Path) -> None:
    home = Home(private_directory(tmp_path / "unit"))
    with gateway:
        authority = ssl.PEM_cert_to_DER_cert((gateway.folder / "ca.pem").read_text())
        server = Server.parse(f"https://localhost:{gateway.port}")
        pin(home, server, "sha256:" + hashlib.sha256(authority).hexdigest())
        assert ssl.PEM_cert_to_DER_cert(home.ca.read_text()) == authority
        with pytest.raises(ConfigError, match="no certificate with that fingerprint"):
            pin(home, server, "sha256:" + "0" * 64)


def test_a_server_with_another_authority_hears_nothing(gateway: Gateway, tmp_path: Path) -> None:
    async def story() -> None:
        home = Home(tmp_path / "unit")
        prepare(gateway, home)
        (tmp_path / "false").mkdir()
        make_tls(tmp_path / "false")
        pin(home, Server("localhost", gateway.port), str(tmp_path / "false" / "ca.pem"))
        async with unit_at(gateway, home) as unit:
            await eventually(lambda: "CERTIFICATE_VERIFY_FAILED" in unit.runner.uplink.last_error)
        assert not gateway.hellos

    with gateway:
        asyncio.run(story())
