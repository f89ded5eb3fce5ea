# SPDX-License-Identifier: EUPL-1.2
"""A server that hides a release from the customer is found out, whatever it says or leaves unsaid (seal.md, "Ledger").

It got the sealed keys as soon as they were on the wire. None of these keeps the unit from demanding the proof:
withholding the acknowledgement, refusing, cutting the link, claiming not to know the unit, ending the window.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.unit.actors import Owner, Rig, releases_of

from zegel.link.framing import decode_from_unit
from zegel.link.messages import AlarmItem, ReleaseItem, Up
from zegel.seal.alarm import verify_alarm
from zegel.seal.promise import Time, sign_time
from zegel.unit.spool import Kind

Answer = Callable[[Rig, int], None]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    rig.pair()
    rig.play(12)
    rig.collect()
    return rig


def acknowledge(rig: Rig, n: int) -> None:
    rig.engine.on_ack(n, rig.now)


def say_nothing(rig: Rig, n: int) -> None:
    pass


def refuse(rig: Rig, n: int) -> None:
    rig.engine.on_refused(n, "wrong_recipient", "no", rig.now)


def exchange(rig: Rig, answer: Answer) -> None:
    """What waits goes out; everything but releases is acknowledged."""
    rig.engine.outbox.spool.flush()
    while (found := rig.engine.outbox.spool.next()) is not None:
        n, frame = found
        up = decode_from_unit(frame)
        assert isinstance(up, Up)
        rig.received[n] = up
        rig.engine.on_sent(n, frame, rig.now)
        (answer if isinstance(up.item, ReleaseItem) else acknowledge)(rig, n)


def on_a_link(rig: Rig, seconds: int, answer: Answer) -> list[bytes]:
    """A connection of so many seconds. Returns the releases of which a proof was demanded; none is given."""
    asked = []
    rig.engine.outbox.spool.forget_sent()
    rig.engine.proofs.link_up(rig.mono_s)
    rig.engine.let_releases_go()
    for _ in range(seconds):
        exchange(rig, answer)
        asked += rig.engine.proofs.due(rig.mono_s)
        rig.play(1)
    exchange(rig, answer)
    rig.engine.hold_releases()
    rig.engine.proofs.link_down(rig.mono_s)
    return asked


def tamper_alarms(rig: Rig) -> list[str]:
    pk = rig.identity.key.public_key
    found = {up.item.envelope for up in rig.received.values() if isinstance(up.item, AlarmItem)}
    alarms = sorted((verify_alarm(envelope, pk) for envelope in found), key=lambda alarm: alarm.number)
    return [alarm.class_name for alarm in alarms if alarm.cause.value == "tamper"]


@pytest.mark.parametrize("answer", [acknowledge, say_nothing, refuse])
def test_whatever_the_server_answers_to_a_release_it_owes_the_proof(rig: Rig, answer: Answer) -> None:
    rig.see()
    asked = on_a_link(rig, 130, answer)
    assert {release.hash for release in releases_of(rig)} <= set(asked)
    assert tamper_alarms(rig) == ["proof_missing"], "one alarm for all of them"


def test_cutting_the_link_every_fifty_seconds_wins_nothing(rig: Rig) -> None:
    rig.see()
    asked: list[bytes] = []
    for _ in range(4):
        asked += on_a_link(rig, 50, acknowledge)
        rig.play(3)
    assert asked
    assert "proof_missing" in tamper_alarms(rig)


def test_a_server_that_is_honest_raises_nothing(rig: Rig) -> None:
    """The control: the same, with the proofs given."""
    rig.see()
    rig.engine.proofs.link_up(rig.mono_s)
    for _ in range(180):
        exchange(rig, acknowledge)
        for release in rig.engine.proofs.due(rig.mono_s):
            rig.engine.file.state.unproven.pop(release.hex())
        rig.play(1)
    assert tamper_alarms(rig) == []


def test_time_offline_does_not_count_against_the_server(rig: Rig) -> None:
    rig.see()
    assert not on_a_link(rig, 30, acknowledge)
    rig.play(300)
    assert tamper_alarms(rig) == []


def test_a_recall_does_not_excuse_what_was_sent_before_it(rig: Rig) -> None:
    rig.see()
    on_a_link(rig, 2, say_nothing)
    alarm = releases_of(rig)[0].alarm
    rig.engine.end_window(alarm, "recall", rig.now)
    assert on_a_link(rig, 130, say_nothing)
    assert tamper_alarms(rig) == ["proof_missing"]


def test_what_was_recalled_before_it_was_sent_is_owed_by_nobody(rig: Rig) -> None:
    """Also after a restart; and it never goes out, wherever it was: on disk, being written, or queued."""
    rig.engine.hold_releases()
    rig.see()
    rig.play(2)
    spool = rig.engine.outbox.spool
    (first, *_) = spool.of_kind(Kind.RELEASE)
    up = decode_from_unit(first.payload)
    assert isinstance(up, Up)
    assert isinstance(up.item, ReleaseItem)
    rig.engine.on_packet(rig.camera, packet_of_next_second(rig), rig.now)
    batch = spool.take()
    assert Kind.RELEASE in [record.kind for record in batch], "a part is being written at this moment"
    alarm = next(iter(rig.engine.file.state.windows)).alarm
    rig.engine.end_window(alarm, "recall", rig.now)
    spool.commit(spool.write(batch))
    rig.restart()
    assert not on_a_link(rig, 130, acknowledge)
    assert not releases_of(rig)
    assert tamper_alarms(rig) == []


def packet_of_next_second(rig: Rig):  # type: ignore[no-untyped-def]
    from zegel.unit.source.media import Packet

    rig.step(1)
    dts = round(rig.frame * 90_000 / rig.fps)
    rig.frame += 1
    return Packet(b"later" * 4, dts, dts, 7200, True, rig.mono_s, rig.wall_ms, 0)


def test_what_may_have_been_sent_before_a_restart_is_owed_after_it(rig: Rig) -> None:
    rig.see()
    on_a_link(rig, 2, say_nothing)
    rig.engine.outbox.spool.close()
    rig.engine = rig._engine()
    assert on_a_link(rig, 130, acknowledge)
    assert tamper_alarms(rig) == ["proof_missing"]


# -- the clock


def test_a_unit_that_only_has_its_own_word_for_the_time_releases_nothing(tmp_path: Path) -> None:
    """Somebody cut the network, the power, and set the clock: to inside the hours in which the unit is armed, say."""
    rig = Rig(tmp_path)
    rig.pair()
    rig.play(3)
    rig.synchronised = False
    rig.engine = rig._engine()
    rig.play(12)
    rig.see()
    rig.play(3)
    pk = rig.identity.key.public_key
    assert [verify_alarm(item.envelope, pk).images for item in rig.items(AlarmItem)] == ["none:clock"]
    assert not releases_of(rig)
    say_time(rig)
    rig.play(1)
    rig.see()
    rig.play(1)
    assert releases_of(rig), "the ledger told the time: from here on there are pictures"
    rig.restart()
    rig.play(70)
    rig.see()
    rig.play(1)
    assert [verify_alarm(item.envelope, pk).images for item in rig.items(AlarmItem)][-1] == "released", "same boot"


def say_time(rig: Rig, owner: Owner | None = None) -> None:
    nonce = os.urandom(16)
    told = sign_time(Time(nonce, rig.wall_ms), (owner or rig.owner).log)
    rig.engine.server_time(told, nonce, rig.now)


def test_another_logs_time_confirms_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.synchronised = False
    rig.engine = rig._engine()
    rig.pair()
    say_time(rig, Owner())
    rig.play(1)
    assert not rig.engine.wall.agrees(rig.mono_s)
