# SPDX-License-Identifier: EUPL-1.2
"""`zegel signal send` against real sockets: a receiver of our codec, and pysiaalarm's."""

from __future__ import annotations

import io
import socketserver
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pysiaalarm import CommunicationsProtocol, SIAAccount, SIAClient

from zegel import dialler
from zegel.protocols import dc09
from zegel.protocols.errors import ProtocolError
from zegel.unit import clock

KEY = "00112233445566778899AABBCCDDEEFF"
Answer = Callable[[bytes], bytes]


def acknowledging(key: dc09.Key | None = None) -> Answer:
    def answer(raw: bytes) -> bytes:
        try:
            frame = dc09.read(raw, key, now_ms=clock.wall_ms())
            frame.check()
        except ProtocolError as problem:
            return dc09.nak(clock.wall_ms()) if problem.code == "stale_timestamp" else dc09.duh(dc09.header(raw))
        return dc09.ack(frame, key, clock.wall_ms())

    return answer


class Receiver:
    """A loopback receiver that keeps what it got."""

    def __init__(self, answer: Answer, transport: str, context: ssl.SSLContext | None = None) -> None:
        got: list[bytes] = []

        class Stream(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                framer = dc09.Framer()
                line = context.wrap_socket(self.request, server_side=True) if context else self.request
                while data := line.recv(4096):
                    for raw in framer.feed(data):
                        got.append(raw)
                        line.sendall(answer(raw))

        class Datagrams(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                raw, line = self.request
                got.append(raw)
                if reply := answer(raw):
                    line.sendto(reply, self.client_address)

        kind = socketserver.ThreadingUDPServer if transport == "udp" else socketserver.ThreadingTCPServer
        self.server = kind(("127.0.0.1", 0), Datagrams if transport == "udp" else Stream)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.server.daemon_threads = True
        self.got = got
        self.to = f"127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def receiver(answer: Answer, transport: str = "tcp", context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    running = Receiver(answer, transport, context)
    thread = threading.Thread(target=running.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        running.server.shutdown()
        running.server.server_close()
        thread.join()


def send(to: str, *words: str) -> int:
    return dialler.main(["send", "--to", to, "--account", "1234", *words])


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    path = tmp_path / "key"
    path.write_text(KEY + "\n")
    return str(path)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_message_is_sent_and_its_acknowledgement_shown(transport: str, capsys: pytest.CaptureFixture[str]) -> None:
    with receiver(acknowledging(), transport) as there:
        status = send(
            there.to, f"--{transport}", "--code", "BA", "--zone", "12", "--area", "1", "--text", "Hall", "--repeat", "3"
        )
    (event,) = dc09.events(dc09.read(there.got[2], None, now_ms=clock.wall_ms()))
    shown = capsys.readouterr().out
    assert status == dialler.ACKNOWLEDGED
    assert (event.code, event.zone, event.area, event.text) == ("BA", "12", "1", "Hall")
    assert '→ "SIA-DCS"0003L0#1234[#1234|Nri1/BA12^Hall^]' in shown
    assert '← "ACK"0003L0#1234[] in ' in shown
    assert "3 sent, 3 acknowledged; median" in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--code", "131", "--area", "1", "--zone", "12"], ("131", "1", "012")),
        (["--code", "3401", "--zone", "7"], ("401", "3", None)),
        (["--code", "6130"], ("130", "6", None)),
        (["--heartbeat"], ("NULL", None, None)),
    ],
)  # fmt: skip
def test_contact_id_and_heartbeats_are_written_as_they_should_be(
    words: list[str], told: tuple[str, str | None, str | None]
) -> None:
    with receiver(acknowledging()) as there:
        assert send(there.to, *words, "--receiver", "1") == dialler.ACKNOWLEDGED
    frame = dc09.read(there.got[0], None, now_ms=clock.wall_ms())
    (event,) = dc09.events(frame)
    assert (event.code, event.qualifier, event.zone) == told
    assert (frame.receiver, abs(frame.drift_ms or 0) < 5_000) == ("1", True)


def test_an_encrypted_message_takes_its_key_from_a_file_and_never_shows_it(
    key_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with receiver(acknowledging(dc09.Key.of(KEY, "hex"))) as there:
        status = send(
            there.to, "--code", "HA", "--key-file", key_file, "--key-format", "hex", "--binary-crc", "--pieces", "5"
        )
    shown = capsys.readouterr()
    assert status == dialler.ACKNOWLEDGED
    assert dc09.header(there.got[0]).form.binary
    assert "*ACK" in shown.out
    assert KEY not in shown.out + shown.err


def test_an_encrypted_message_takes_its_key_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(dialler.KEY_VARIABLE, KEY)
    with receiver(acknowledging(dc09.Key.of(KEY, "ascii"))) as there:
        assert send(there.to, "--heartbeat", "--key-format", "ascii") == dialler.ACKNOWLEDGED
        assert send(there.to, "--heartbeat") == dialler.WRONG_USE


def test_a_clock_that_is_wrong_is_told(key_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    with receiver(acknowledging(dc09.Key.of(KEY, "hex"))) as there:
        status = send(there.to, "--code", "BA", "--key-file", key_file, "--key-format", "hex", "--clock", "-100")
    assert status == dialler.REFUSED
    assert "NAK" in capsys.readouterr().out


def test_a_wrong_key_is_refused_and_a_readable_answer_to_an_encrypted_message_is_not_believed(
    key_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ["--key-file", key_file, "--key-format", "hex"]
    with receiver(acknowledging(dc09.Key.of(KEY[::-1], "hex"))) as there:
        assert send(there.to, "--code", "BA", *key) == dialler.REFUSED
    with receiver(lambda raw: dc09.write("ACK", "1234", "", seq=1)) as forger:
        assert send(forger.to, "--code", "BA", *key) == dialler.WRONG_ANSWER
    assert "DUH" in capsys.readouterr().out


def test_the_answer_to_another_message_is_no_acknowledgement() -> None:
    with receiver(lambda raw: dc09.write("ACK", "1234", "", seq=77)) as there:
        assert send(there.to, "--code", "BA") == dialler.WRONG_ANSWER
    with receiver(lambda raw: b'\n00000016"ACK"0001L0#1234[]\r') as there:
        assert send(there.to, "--code", "BA") == dialler.WRONG_ANSWER


def test_silence_and_closed_doors_have_their_own_status() -> None:
    with receiver(lambda raw: b"", "udp") as there:
        assert send(there.to, "--udp", "--code", "BA", "--timeout", "0.1", "--tries", "2") == dialler.NO_ANSWER
        assert len(there.got) == 2
    with receiver(lambda raw: b"") as there:
        assert send(there.to, "--code", "BA", "--timeout", "0.1") == dialler.NO_ANSWER
    assert send("127.0.0.1:1", "--code", "BA") == dialler.NO_CONNECTION


def test_a_file_is_sent_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = dc09.write("SIA-DCS", "ABCD", "#ABCD|NFA1", seq=12)
    path = tmp_path / "frame"
    path.write_bytes(wire)
    with receiver(acknowledging()) as there:
        assert dialler.main(["send", "--to", there.to, "--raw", str(path)]) == dialler.ACKNOWLEDGED
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(wire)))
        assert dialler.main(["send", "--to", there.to, "--raw", "-", "--repeat", "2"]) == dialler.ACKNOWLEDGED
    assert there.got == [wire] * 3


@pytest.mark.parametrize(
    "words",
    [
        ["--code", "ba"],
        ["--code", "BURG"],
        ["--code", "131", "--zone", "1234"],
        ["--code", "BA", "--line", "xyz"],
        ["--code", "BA", "--key-format", "hex"],
        ["--code", "BA", "--text", "a]b"],
        ["--raw", "nowhere"],
    ],
)
def test_wrong_use_is_named_before_anything_is_sent(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert send("127.0.0.1:1", *words) == dialler.WRONG_USE
    assert "not sent" in capsys.readouterr().err
    assert dialler.main(["send", "--to", "nowhere", "--account", "1234", "--code", "BA"]) == dialler.WRONG_USE


def test_within_tls_the_receiver_has_to_prove_its_name(tmp_path: Path) -> None:
    key, certificate = str(tmp_path / "tls.key"), str(tmp_path / "tls.pem")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run(
        [*made, "-keyout", key, "-out", certificate, "-subj", "/CN=r", "-addext", "subjectAltName=DNS:receiver.test"],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with receiver(acknowledging(), context=context) as there:
        tls = ["--tls", "--code", "BA"]
        assert send(there.to, *tls, "--ca", certificate, "--server-name", "receiver.test") == dialler.ACKNOWLEDGED
        assert send(there.to, *tls, "--ca", certificate) == dialler.NO_CONNECTION
        assert send(there.to, *tls, "--server-name", "receiver.test") == dialler.NO_CONNECTION


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("key", [None, "ABCDEFABCDEFABCDABCDEFABCDEFABCD"])
def test_pysiaalarm_receives_what_the_dialler_sends(
    transport: str, key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if key:
        monkeypatch.setenv(dialler.KEY_VARIABLE, key)
    got: list[str | None] = []
    protocol = CommunicationsProtocol.UDP if transport == "udp" else CommunicationsProtocol.TCP
    with SIAClient("127.0.0.1", 0, [SIAAccount("1234", key)], lambda event: got.append(event.code), protocol) as there:
        # leaving this context swallows exceptions, so nothing is asserted within
        to = f"127.0.0.1:{there.sia_server.server_address[1]}"
        words = [f"--{transport}", "--receiver", "0", "--repeat", "2", *(["--key-format", "ascii"] if key else [])]
        messages = (["--code", "BA", "--zone", "1"], ["--code", "131", "--zone", "1"], ["--heartbeat"])
        statuses = [send(to, *message, *words) for message in messages]
        until = clock.mono_s() + 5
        while len(got) < 6 and clock.mono_s() < until:  # it acknowledges before it handles
            clock.sleep(0.01)
    assert statuses == [dialler.ACKNOWLEDGED] * 3
    assert sorted(map(str, got)) == ["BA", "BA", "BA", "BA", "RP", "RP"]
