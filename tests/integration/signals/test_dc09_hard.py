# SPDX-License-Identifier: EUPL-1.2
"""The receiver under bad weather: TLS, slow and greedy peers, no database, other people's frames, noise by the dice."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.actors import World
from tests.integration.signals import panels
from tests.integration.signals.receiving import Dialler, Receiving, token_of, until
from tests.shared_files import shared
from zegel.protocols import dc09
from zegel.server.kernel import clock
from zegel.server.signals import actions, queries

KEY = dc09.Key.of(panels.KEY, "hex")


@pytest.fixture
def receiving(world: World) -> Iterator[Receiving]:
    with Receiving() as receiving:
        yield receiving
    assert receiving.error is None


def codes(world: World) -> list[str]:
    return [row.code for row in queries.newest(world.actor("operator"))]


# --- the way ---


@pytest.fixture
def sealed(world: World) -> Iterator[tuple[Receiving, str]]:
    from django.conf import settings as django

    from zegel.server.kernel.tls import ensure

    authority = ensure(Path(django.DATA) / "tls", []).authority
    with Receiving(tls=True) as receiving:
        yield receiving, str(authority)


def test_over_tls_a_panel_without_a_key_is_taken_and_one_with_a_key_is_still_not_believed_in_plain(
    world: World, sealed: tuple[Receiving, str]
) -> None:
    receiving, authority = sealed
    line = panels.line(world)
    panels.panel(world, line, "1111", key=None)
    panels.panel(world, line, "2222")
    bare, keyed = (receiving.tls_dialler(authority, account=account) for account in ("1111", "2222"))
    assert bare.say(bare.event("BA1")) == "ACK"
    assert keyed.say(keyed.event("BA1")) == "NAK"
    keyed.key = KEY
    assert keyed.say(keyed.event("BA1")) == "*ACK"
    assert codes(world) == ["BA", "plain_for_encrypted", "BA"]
    assert queries.newest(world.actor("operator"))[0].transport == "dc09_tls"


def test_unencrypted_over_an_open_network_is_refused_and_raised_unless_somebody_answers_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every peer counts as far away here."""
    from zegel.server.signals.receivers import dc09 as receiver

    monkeypatch.setattr(receiver, "_is_local", lambda address: False)
    line = panels.line(world)
    panel = panels.panel(world, line, "1111", key=None)
    with Receiving() as receiving:
        dialler = receiving.dialler(account="1111")
        assert dialler.say(dialler.event("BA1")) == "NAK"
        stranger = receiving.dialler(account="7777")
        assert stranger.say(stranger.event("BA1")) == "NAK"
        assert codes(world) == ["plain_refused", "plain_refused"]
        supervisor = world.actor("supervisor")
        until_when = clock.now() + timedelta(days=30)
        actions.put_under_exception(supervisor, panel.id, reason="Behind the firm's VPN", until=until_when)
        until(lambda: dialler.say(dialler.event("BA2")) == "ACK")
        actions.put_under_exception(supervisor, panel.id, reason="", until=None)
        until(lambda: dialler.say(dialler.event("BA3")) == "NAK")
        actions.except_line(supervisor, line.id, reason="Private network of the alarm centre", until=until_when)
        until(lambda: stranger.say(stranger.event("BA4")) == "ACK")
    assert receiving.error is None


# --- the peer ---


def test_who_drips_or_says_nothing_is_let_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from zegel.server.signals.receivers import dc09 as receiver

    monkeypatch.setattr(receiver, "FIRST_FRAME_WITHIN_S", 0.5)
    monkeypatch.setattr(receiver, "FRAME_WITHIN_S", 0.8)
    panels.panel(world, panels.line(world))
    with Receiving() as receiving:
        silent, dripping = receiving.dialler(), receiving.dialler(key=KEY)
        good = receiving.dialler(key=KEY)
        assert good.say(good.poll()) == "*ACK"
        frame, began = dripping.event("BA1"), time.monotonic()
        with pytest.raises(OSError):  # noqa: PT011  reset or broken pipe, as the timing has it
            for byte in frame * 10:
                dripping.send(bytes([byte]))
                time.sleep(0.05)
        assert time.monotonic() - began < 4
        assert silent.hear() == b""
        assert good.say(good.poll()) == "*ACK", "who speaks may stay"


def test_who_reads_no_answers_is_held_back_and_disturbs_nobody(world: World, receiving: Receiving) -> None:
    panels.panel(world, panels.line(world))
    greedy, other = receiving.dialler(key=KEY), receiving.dialler(key=KEY)
    greedy.connection.setblocking(False)
    polls = b"".join(greedy.poll(seq=0) for _ in range(200))
    sent, deadline = 0, time.monotonic() + 1.0
    while time.monotonic() < deadline and sent < 20_000_000:
        try:
            sent += greedy.connection.send(polls)
        except BlockingIOError:
            time.sleep(0.05)
    assert other.say(other.event("BA1")) == "*ACK"
    greedy.close()


def test_one_source_can_not_take_all_connections(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from zegel.server.signals.receivers import dc09 as receiver

    monkeypatch.setattr(receiver, "MOST_OF_ONE_SOURCE", 5)
    monkeypatch.setattr(receiver, "_is_local", lambda address: False)
    panels.panel(world, panels.line(world))
    with Receiving() as receiving:
        held = [receiving.dialler(key=KEY) for _ in range(5)]
        assert all(dialler.say(dialler.poll()) == "*ACK" for dialler in held)
        one_more = receiving.dialler(key=KEY)
        with pytest.raises((AssertionError, ConnectionError)):
            assert one_more.say(one_more.poll()) == "*ACK"


# --- the database ---


def test_without_a_database_nobody_is_acknowledged_and_nothing_is_there_twice_when_it_is_back(
    world: World, postgres: Any, receiving: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections are refused and cut, as when it stops."""
    from zegel.server.signals.receivers import writer

    monkeypatch.setattr(writer, "PATIENCE_S", 0.5)
    panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    assert dialler.say(dialler.event("BA1")) == "*ACK"
    with psycopg.connect(postgres._url("zegel_admin", "postgres"), autocommit=True) as admin:
        admin.execute("ALTER DATABASE zegel ALLOW_CONNECTIONS false")
        try:
            admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'zegel'")
            frame = dialler.event("BA2")
            assert dialler.say(frame) == "", "closed without an answer"
            with pytest.raises(TimeoutError), socket.socket(type=socket.SOCK_DGRAM) as sender:
                sender.settimeout(1.0)
                sender.sendto(dialler.event("BA3"), receiving.udp.getsockname())
                sender.recv(100)
        finally:
            admin.execute("ALTER DATABASE zegel ALLOW_CONNECTIONS true")
    again = receiving.dialler(key=KEY)
    assert again.say(frame) == "*ACK"
    from django.db import connections

    connections.close_all()
    assert codes(world) == ["BA", "BA"]


def test_an_answer_that_was_lost_with_its_connection_costs_no_second_alarm(
    world: World, receiving: Receiving
) -> None:
    panels.panel(world, panels.line(world))
    for _ in range(5):
        dialler = receiving.dialler(key=KEY)
        dialler.send(dialler.event("BA1", seq=1))
        dialler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        dialler.close()
    last = receiving.dialler(key=KEY)
    assert last.say(last.event("BA1", seq=1)) == "*ACK"
    assert codes(world) == ["BA"]


def test_a_row_that_the_database_refuses_holds_up_nobody(world: World, receiving: Receiving) -> None:
    """A text that no column takes: it goes in as the bytes that it came in."""
    from zegel.server.signals.receivers import dc09 as receiver

    panels.panel(world, panels.line(world))
    dialler = receiving.dialler(key=KEY)
    real = receiver._rows

    def poisoned(told: Any, frame: Any, *rest: Any, **more: Any) -> Any:
        rows = real(told, frame, *rest, **more)
        if frame.seq == "0013":
            rows = [tuple("\x00" if index == 20 else value for index, value in enumerate(row)) for row in rows]
        return rows

    receiver._rows = poisoned
    try:
        dialler.send(b"".join(dialler.event(f"BA{number}") for number in range(1, 31)))
        assert [token_of(dialler.hear()) for _ in range(30)] == ["*ACK"] * 30
    finally:
        receiver._rows = real
    found = queries.newest(world.actor("operator"))
    assert len(found) == 30
    assert [row.fault for row in found if row.code == "unreadable"] == ["refused_by_database"]


# --- other people's frames ---


def test_frames_of_other_makers_are_answered_and_kept(world: World, receiving: Receiving) -> None:
    """Plain and good ones are acknowledged, bad checksums get NAK, what is encrypted under unknown keys DUH; nothing
    falls between."""
    frames = json.loads(shared("alarm/dc09_frames.json").read_text())
    panels.line(world)
    answers: dict[str, int] = {}
    for frame in frames:
        raw = bytes.fromhex(frame["wire_hex"])
        dialler = receiving.dialler()
        dialler.send(raw)
        dialler.connection.shutdown(socket.SHUT_WR)
        answer = dialler.hear()
        token = token_of(answer) if answer.startswith(b"\n") else answer.decode("latin-1")
        if frame.get("crc_ok") and not frame.get("encrypted") and frame["token"] in ("SIA-DCS", "ADM-CID", "NULL"):
            assert token == "ACK", frame["wire_text"]
        answers[token] = answers.get(token, 0) + 1
    assert set(answers) <= {"ACK", "NAK", "DUH", '"ACK"', ""}
    assert answers["ACK"] > 10
    assert answers["NAK"] > 4


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_bytes_disturb_the_receiver(world: World, receiving: Receiving, data: st.DataObject) -> None:
    """Damaged frames and plain noise, over both ways; afterwards a good panel is served as before."""
    if not hasattr(receiving, "known"):
        panels.panel(world, panels.line(world))
        receiving.known = True  # type: ignore[attr-defined]
    dialler = Dialler(None, key=data.draw(st.sampled_from([KEY, None])))
    frame = bytearray(dialler.event("BA1^text^"))
    for place in data.draw(st.lists(st.integers(0, len(frame) - 1), max_size=6)):
        frame[place] = data.draw(st.integers(0, 255))
    noise = data.draw(st.binary(max_size=200))
    with socket.create_connection(receiving.address, timeout=5) as connection, contextlib.suppress(OSError):
        connection.sendall(noise + bytes(frame))
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.sendto(bytes(frame) + noise or b"x", receiving.udp.getsockname())
    good = receiving.dialler(key=KEY)
    assert good.say(good.poll()) == "*ACK"


def test_siadc09_and_our_own_dialler_are_served(world: World, receiving: Receiving, monkeypatch: Any) -> None:
    """Two senders that are not this test's: one of other people, one that installers use."""
    import siadc09.account
    import siadc09.message
    import siadc09.xdata

    from zegel import dialler as installers

    panels.panel(world, panels.line(world))
    theirs = siadc09.account.Account(acct=0x1234, pref=0x1, rcvr=0x2, key=panels.KEY)
    message = {"idtoken": "ADM-CID", "data": siadc09.xdata.Data(b"#1234|1131 01 012")}
    sender = siadc09.message.EventMessage(theirs, config=message)
    with socket.create_connection(receiving.address, timeout=5) as connection:
        connection.sendall(sender.encode(seq=17, timestamp=clock.now()))
        answer = siadc09.message.parse_frame(connection.recv(1000), bytes.fromhex(panels.KEY))
    assert "ACK" in str(answer.idtoken)
    monkeypatch.setenv(installers.KEY_VARIABLE, panels.KEY)
    words = ["send", "--to", f"127.0.0.1:{receiving.address[1]}", "--account", "1234", "--key-format", "hex"]
    assert installers.main([*words, "--code", "BA", "--zone", "12"]) == installers.ACKNOWLEDGED
    assert installers.main([*words, "--heartbeat"]) == installers.ACKNOWLEDGED
    assert [(row.code, row.zone) for row in reversed(queries.newest(world.actor("operator")))] == [
        ("131", "012"), ("BA", "12"),
    ]  # fmt: skip
