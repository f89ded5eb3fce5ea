# SPDX-License-Identifier: EUPL-1.2
"""Panels dial in: TCP, UDP and TLS, whole and in pieces, known and unknown, encrypted and not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.actors import World
from tests.integration.signals import panels
from tests.integration.signals.receiving import Dialler, Receiving, token_of, until
from zegel.protocols import dc09
from zegel.server.kernel import clock
from zegel.server.signals import actions, queries
from zegel.server.signals.models import Signal

KEY = dc09.Key.of(panels.KEY, "hex")


@pytest.fixture
def receiving(world: World) -> Iterator[Receiving]:
    with Receiving() as receiving:
        yield receiving
    assert receiving.error is None


def newest(world: World, who: str = "operator") -> list[Signal]:
    return queries.newest(world.actor(who))


def of_provider(world: World) -> list[Signal]:
    return newest(world, "technician")


def test_an_encrypted_alarm_is_stored_with_its_bytes_and_then_acknowledged(world: World, receiving: Receiving) -> None:
    panel = panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    sent = dialler.event("BA012")
    dialler.send(sent)
    answer = dialler.hear()
    assert token_of(answer) == "*ACK"
    assert dc09.read(answer, KEY, now_ms=clock.now_ms()).seq == "0001"
    (row,) = newest(world)
    assert (bytes(row.raw), row.panel_id, row.site_id) == (sent, panel.id, panel.site_id)
    assert (row.code, row.zone, row.signal_class, row.transport) == ("BA", "012", "burglary", "dc09_tcp")
    assert (row.account, row.seq, row.times, row.fault, row.owner_id) == ("1234", "0001", 1, "", panel.owner_id)


def test_contact_id_and_polls_and_several_events_in_one_frame(world: World, receiving: Receiving) -> None:
    panel = panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    assert dialler.say(dialler.frame("#1234|1130 01 015", token="ADM-CID")) == "*ACK"
    assert dialler.say(dialler.poll()) == "*ACK"
    assert dialler.say(dialler.frame("#1234|Nri1/BA1/FA2")) == "*ACK"
    assert [(row.protocol, row.code, row.zone) for row in reversed(newest(world))] == [
        ("cid", "130", "015"), ("sia", "BA", "1"), ("sia", "FA", "2"),
    ]  # fmt: skip
    assert all(bytes(row.raw).startswith(b"\n") for row in newest(world))
    (path,) = [p for p in _paths(world, panel) if p.kind == "dc09_tcp"]
    assert path.last_at is not None


def _paths(world: World, panel: Any) -> Any:
    from zegel.server.kernel import tenancy

    with tenancy.acting_as(panel.owner_id):
        return queries.paths(panel.id)


def test_frames_in_pieces_and_many_at_once_are_each_answered_in_order(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    frame = dialler.event("BA1")
    for position in range(0, len(frame), 7):
        dialler.send(frame[position : position + 7])
        time.sleep(0.002)
    assert token_of(dialler.hear()) == "*ACK"
    dialler.send(b"".join(dialler.event(f"BA{number}") for number in range(2, 42)))
    answered = [dc09.header(dialler.hear()).seq for _ in range(40)]
    assert answered == [f"{number:04d}" for number in range(2, 42)]
    assert len(newest(world)) == 41


def test_over_udp(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    dialler = Dialler(None, key=KEY)
    assert token_of(receiving.datagram(dialler.event("BA1"))) == "*ACK"
    assert [row.transport for row in newest(world)] == ["dc09_udp"]


def test_what_is_sent_again_is_acknowledged_again_and_counted(world: World, receiving: Receiving) -> None:
    """With other padding and a fresh time, over another connection and another path, as panels do."""
    panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    for _ in range(3):
        assert dialler.say(dialler.event("BA1", seq=7)) == "*ACK"
    assert receiving.dialler(key=KEY).say(dialler.event("BA1", seq=7, now_ms=clock.now_ms() + 2000)) == "*ACK"
    assert token_of(receiving.datagram(dialler.event("BA1", seq=7))) == "*ACK"
    (row,) = newest(world)
    assert row.times == 5


def test_a_counter_that_starts_anew_hides_no_second_alarm(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    dialler, now_ms = receiving.dialler(key=KEY), clock.now_ms()
    assert dialler.say(dialler.event("BA1", seq=1, now_ms=now_ms - 9000)) == "*ACK"
    assert dialler.say(dialler.event("BR1", seq=2, now_ms=now_ms - 6000)) == "*ACK"
    again = receiving.dialler(key=KEY)
    assert again.say(dialler.event("BA1", seq=1, now_ms=now_ms)) == "*ACK"
    assert sorted((row.code, row.times) for row in newest(world)) == [("BA", 1), ("BA", 1), ("BR", 1)]


def by_a_connection_of_its_own(receiving: Receiving, code: str, key: dc09.Key | None = None, **more: Any) -> str:
    dialler = receiving.dialler(key=key)
    try:
        return dialler.say(dialler.event(code, seq=1, **more))
    finally:
        dialler.close()


def test_a_panel_that_never_counts_and_dials_anew_for_each_message_loses_no_alarm(
    world: World, receiving: Receiving
) -> None:
    panels.panel(world, panels.line(world), key="")
    for code in ("BA1", "BR1", "BA1", "BA1"):
        assert by_a_connection_of_its_own(receiving, code, now_ms=None) == "ACK"
    assert [(row.code, row.times) for row in newest(world)] == [("BA", 2), ("BR", 1), ("BA", 1)]


def test_after_the_retry_span_the_same_is_another_event(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "SIGNALS_RETRY_SPAN_S", 1.0)
    panels.panel(world, panels.line(world), key="")
    with Receiving() as receiving:
        for pause_s in (0.6, 0.6, 1.3, 0):
            assert by_a_connection_of_its_own(receiving, "BA1", now_ms=None) == "ACK"
            time.sleep(pause_s)
    assert [row.times for row in newest(world)] == [1, 3]


def test_an_event_that_tells_its_own_time_is_another_one_at_another_time(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world), key="")
    for second in (1, 1, 9):
        xdata = [("H", f"10:00:0{second},11-22-2026")]
        assert by_a_connection_of_its_own(receiving, "BA1", now_ms=None, xdata=xdata) == "ACK"
    assert [row.times for row in newest(world)] == [1, 2]


def test_a_receiver_that_begins_anew_knows_what_the_panel_said_since(world: World) -> None:
    panels.panel(world, panels.line(world), key="")
    with Receiving() as receiving:
        assert by_a_connection_of_its_own(receiving, "BA1", now_ms=None) == "ACK"
        assert by_a_connection_of_its_own(receiving, "FA2", now_ms=None) == "ACK"
        time.sleep(1.1)
        assert by_a_connection_of_its_own(receiving, "BR1", now_ms=None) == "ACK"
    with Receiving() as again:
        for code in ("BR1", "BA1", "BA1"):
            assert by_a_connection_of_its_own(again, code, now_ms=None) == "ACK"
    said = [(row.code, row.times) for row in newest(world)]
    assert said == [("BA", 2), ("BR", 2), ("FA", 1), ("BA", 1)]


def test_who_sends_many_at_once_and_all_again_after_a_cut_makes_no_second_alarm(
    world: World, receiving: Receiving
) -> None:
    """With fresh times, and though some of them were answered before the line was cut."""
    panels.panel(world, panels.line(world))
    dialler, now_ms = receiving.dialler(key=KEY), clock.now_ms()
    for offset_ms in (0, 3000):
        for _ in range(5):
            some = range(1, 9) if offset_ms == 0 else range(1, 41)
            dialler.send(b"".join(dialler.event(f"BA{n}", seq=n, now_ms=now_ms + offset_ms) for n in some))
        assert token_of(dialler.hear()) == "*ACK"
        dialler.close()
        dialler = receiving.dialler(key=KEY)
    assert dialler.say(dialler.event("BA40", seq=40, now_ms=now_ms + 5000)) == "*ACK"
    rows = queries.newest(world.actor("operator"), limit=200)
    assert sorted(row.zone for row in rows) == sorted(str(n) for n in range(1, 41))


def test_a_recorded_frame_played_back_makes_no_second_alarm(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    recorded = dialler.event("BA1", seq=1)
    assert dialler.say(recorded) == "*ACK"
    assert dialler.say(dialler.event("BR1", seq=2)) == "*ACK"
    assert receiving.dialler(key=KEY).say(recorded) == "*ACK"
    assert sorted((row.code, row.times) for row in newest(world)) == [("BA", 2), ("BR", 1)]
    stale = dialler.event("BA1", seq=1, now_ms=clock.now_ms() - 120_000)
    assert receiving.dialler(key=KEY).say(stale) == "NAK"
    assert len(newest(world)) == 2


def test_a_clock_that_stays_wrong_is_raised_and_never_acknowledged(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    for number in range(4):
        assert dialler.say(dialler.event("BA1", seq=number + 1, now_ms=1_000_000_000_000)) == "NAK"
    assert [(row.code, row.source, row.times) for row in newest(world)] == [("stale_timestamp", "server", 2)]


def test_plain_for_an_encrypted_account_is_refused_and_raised_once(world: World, receiving: Receiving) -> None:
    panel = panels.panel(world, panels.line(world))
    stranger = receiving.dialler()
    for number in range(3):
        assert stranger.say(stranger.event("OP1", seq=number + 1)) == "NAK"
    (row,) = newest(world)
    assert (row.code, row.source, row.signal_class) == ("plain_for_encrypted", "server", "tamper")
    assert (row.panel_id, row.times, row.text) == (panel.id, 3, "OP 1")


def test_another_key_is_raised_with_the_bytes_and_not_acknowledged(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    other = receiving.dialler(key=dc09.Key(bytes(16)))
    sent = [other.event("BA1"), other.event("HA2"), other.poll(), other.poll()]
    for frame in (*sent, sent[1]):
        assert other.say(frame) == "NAK", "the panel goes on trying, until somebody mends its key"
    rows = list(reversed(newest(world)))
    assert [(bytes(row.raw), row.times) for row in rows] == [(sent[0], 1), (sent[1], 2), (sent[2], 2)]
    assert {(row.code, row.known, row.signal_class) for row in rows} == {("wrong_key", False, "unknown")}


def test_what_is_kept_of_a_wrong_key_is_bounded(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    other = receiving.dialler(key=dc09.Key(bytes(16)))
    for number in range(25):
        assert other.say(other.event(f"BA{number}")) == "NAK"
    assert [row.times for row in reversed(newest(world))] == [1] * 20 + [5]


def test_plain_for_an_encrypted_account_keeps_what_each_said(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    stranger = receiving.dialler()
    for code in ("OP1", "HA2", "OP1"):
        assert stranger.say(stranger.event(code)) == "NAK"
    assert [(row.text, row.times) for row in newest(world)] == [("HA 2", 1), ("OP 1", 2)]


def test_an_unknown_account_rings_at_the_alarm_centre_and_nowhere_else(world: World, receiving: Receiving) -> None:
    line = panels.line(world)
    stranger = receiving.dialler(account="DEAD")
    assert stranger.say(stranger.event("FA3")) == "ACK"
    (row,) = newest(world)
    assert (row.owner_id, row.line_id, row.panel_id) == (line.arc_party_id, line.id, None)
    assert (row.code, row.signal_class, row.priority, row.known) == ("FA", "unknown", 1, False)
    assert of_provider(world) == []
    assert [waiting.id for waiting in queries.unprocessed()] == [row.id]


def test_a_panel_that_was_just_added_is_known(world: World, receiving: Receiving) -> None:
    line = panels.line(world)
    early = receiving.dialler(account="5678", key=KEY)
    assert early.say(early.event("BA1")) == "DUH"
    panels.panel(world, line, "5678")
    until(lambda: early.say(early.event("BA2")) == "*ACK")
    panels.panel(world, line, "9ABC")
    prompt = receiving.dialler(account="9abc", key=KEY)
    assert prompt.say(prompt.event("BA1")) == "*ACK"


def test_a_new_key_counts_from_now_and_the_old_one_no_longer(world: World, receiving: Receiving) -> None:
    from zegel.server.signals.models import KeyFormat

    panel = panels.panel(world, panels.line(world))
    old, new = receiving.dialler(key=KEY), receiving.dialler(key=dc09.Key(b"sixteen letters!"))
    assert old.say(old.event("BA1")) == "*ACK"
    actions.change_key(world.actor("technician"), panel.id, "sixteen letters!", KeyFormat.ASCII)
    until(lambda: new.say(new.event("BA2")) == "*ACK")
    assert old.say(old.event("BA3")) == "NAK"


def test_an_unknown_code_is_stored_acknowledged_and_raised(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    assert dialler.say(dialler.event("QQ7")) == "*ACK"
    assert dialler.say(dialler.frame("what is this", token="SIA-DCS")) == "*ACK"
    assert [(row.known, row.signal_class) for row in newest(world)] == [(False, "unknown")] * 2


def test_a_provider_may_say_what_a_code_means(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    planner = world.actor("planner")
    meaning = actions.Meaning("sia", "QQ", "alarm", "holdup_duress", 1, "Cash drawer")
    actions.override_code(planner, meaning)

    def said() -> bool:
        dialler.say(dialler.event("QQ7"))
        return newest(world)[0].signal_class == "holdup_duress"

    until(said)
    assert [o.number for o in queries.overrides(planner)] == [1]


def test_what_can_not_be_read_but_names_a_panel_is_a_signal(world: World, receiving: Receiving) -> None:
    panel = panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    damaged = bytearray(dialler.event("BA1"))
    damaged[40] ^= 0x01
    assert dialler.say(bytes(damaged)) == "NAK"
    dialler.send(b"\nsomething odd #1234| from a panel\r")
    assert token_of(dialler.hear()) == "NAK"
    (row,) = newest(world)
    assert (row.code, row.panel_id, row.signal_class, row.times) == ("unreadable", panel.id, "unknown", 2)


def test_noise_is_closed_without_a_word_and_stores_nothing(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    stranger = receiving.dialler()
    stranger.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert stranger.hear() == b""
    flood = receiving.dialler()
    flood.send(bytes(range(256)) * 200)
    assert flood.hear() == b""
    assert newest(world) == []


def test_other_tenants_see_nothing(world: World, receiving: Receiving) -> None:
    line = panels.line(world)
    panels.panel(world, line)
    panels.panel(world, line, "4321", site="villa")
    for account in ("1234", "4321"):
        dialler = receiving.dialler(account=account, key=KEY)
        assert dialler.say(dialler.event("BA1")) == "*ACK"
    assert [row.account for row in newest(world, "owner")] == ["1234"]
    assert [row.account for row in newest(world, "household")] == ["4321"]
    assert [row.account for row in newest(world, "nordtech")] == ["4321"]
    assert len(newest(world)) == 2


def test_a_stopping_receiver_answers_what_it_stored(world: World) -> None:
    panels.panel(world, panels.line(world))
    with Receiving() as receiving:
        dialler = receiving.dialler(key=KEY)
        assert dialler.say(dialler.poll()) == "*ACK"
        dialler.send(b"".join(dialler.event(f"BA{number}") for number in range(1, 101)))
        time.sleep(0.01)
        receiving.stop()
        answered = 0
        while dialler.hear():
            answered += 1
    assert receiving.error is None
    assert answered == Signal.objects.raw("SELECT 1 AS id, count(*) AS n FROM signals_unprocessed(1000)")[0].n


def test_an_account_that_somebody_has_can_not_be_taken_with_other_zeros(world: World) -> None:
    """The villa's provider writes the yard's account with "0", "00" or a number of its own: nobody is displaced."""
    from zegel.server.signals.errors import AccountTaken

    line = panels.line(world)
    panels.panel(world, line)
    for number in ("0", "00", "2"):
        with pytest.raises(AccountTaken):
            panels.panel(world, line, site="villa", receiver_no=number)
    second = panels.panel(world, line, receiver_no="002")
    assert second.receiver_no == "2"


def test_of_two_panels_with_one_account_the_one_whose_key_opens_the_frame_is_meant(
    world: World, receiving: Receiving
) -> None:
    """The numbers stand outside the encryption."""
    line = panels.line(world)
    panels.panel(world, line, receiver_no="1")
    other = panels.panel(world, line, key="F" * 32)
    dialler = receiving.dialler(key=dc09.Key.of("F" * 32, "hex"))
    until(lambda: dialler.say(dialler.event("BA1", receiver="1")) == "*ACK")  # as soon as it heard of the second
    assert {row.panel_id for row in newest(world) if row.source == "panel"} == {other.id}


@pytest.mark.parametrize("token", [b"NULL", b"XNM"])
def test_an_alarm_under_the_name_of_a_poll_is_stored_before_it_is_acknowledged(
    world: World, receiving: Receiving, token: bytes
) -> None:
    from zegel.protocols.dc09.crc import crc16

    panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    span = dialler.event("BA012")[9:-1].replace(b"SIA-DCS", token)
    assert dialler.say(b"\n%04X%04X%b\r" % (crc16(span), len(span), span)) == "*ACK"
    (row,) = newest(world)
    assert (row.code, row.zone, row.signal_class, row.fault) == ("BA", "012", "burglary", "token")


def test_a_recorded_alarm_with_another_number_is_the_same_alarm(world: World, receiving: Receiving) -> None:
    """Number, receiver, line and name lie outside the encryption; the checksum is anybody's to write."""
    from zegel.protocols.dc09.crc import crc16

    panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    sent = dialler.event("BA1", seq=1)
    assert dialler.say(sent) == "*ACK"
    assert dialler.say(dialler.event("BR1", seq=2)) == "*ACK"
    assert dialler.say(dialler.event("BA1", seq=1, now_ms=clock.now_ms() + 3000)) == "*ACK"
    attacker = receiving.dialler(key=KEY)
    for number, line in ((2, b"L0"), (77, b"R5L6"), (78, b"L0"), (1, b"L0")):
        span = sent[9:-1].replace(b'"0001L0', b'"%04d%b' % (number, line))
        assert attacker.say(b"\n%04X%04X%b\r" % (crc16(span), len(span), span)) == "*ACK"
    before = len(newest(world))
    assert before <= 3
    assert sum(row.times for row in newest(world)) == 7
    assert attacker.say(attacker.event("BA1", seq=79, now_ms=clock.now_ms() + 9000)) == "*ACK"
    assert len(newest(world)) == before + 1, "another time is another event"
