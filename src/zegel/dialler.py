# SPDX-License-Identifier: EUPL-1.2
"""`zegel signal send`: a test dialler for installers. Sends DC-09 messages as a panel does and says what came back.

    zegel signal send --to HOST:PORT --account 1234 --code BA --zone 12
    zegel signal send --to HOST:PORT --tls --ca ca.pem --account 1234 --code 1131 --area 1 --zone 12 --text "Front door"
    zegel signal send --to HOST:PORT --account 1234 --heartbeat --repeat 10 --every 90 --key-file key --key-format hex

The key is read from a file (`-`: standard input) or from the environment's ZEGEL_SIGNAL_KEY, never from the command
line, where every user of the machine could read it; its format has to be told. Nothing printed contains it.

Exit status: 0 every message was acknowledged, 1 one was refused (NAK, DUH), 2 wrong use, 3 no answer in time, 4 no
connection, 5 an answer that can't be right (another message's, a wrong checksum or key, readable to an encrypted one).
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import ssl
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from zegel.protocols import dc09
from zegel.protocols.errors import ProtocolError
from zegel.protocols.text import clean, decoded
from zegel.unit import clock

ACKNOWLEDGED, REFUSED, WRONG_USE, NO_ANSWER, NO_CONNECTION, WRONG_ANSWER = range(6)
KEY_VARIABLE = "ZEGEL_SIGNAL_KEY"
MAX_RAW = 65_536  # bytes of a file with a frame
_TO = re.compile(r"(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})\Z")
_CID = re.compile(r"([136])?([0-9A-Fa-f]{3})\Z")
_SIA = re.compile(r"[A-Z]{2}\Z")


class BadUse(Exception):
    """The command can't be carried out as it was given; the message says what to write instead."""


class NoAnswer(Exception):
    """Nothing came back in time, or the other side closed."""


@dataclass(frozen=True)
class Outcome:
    """What came of one message: an exit status, and what to say about it."""

    status: int
    told: str
    took_ms: float = 0


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    words = _parser().parse_args(argv)
    try:
        key = _key(words)
        raw = _bytes_of(words.raw) if words.raw else None
        first = raw or _wire(words, key, 0)
        with _connected(words) as line:
            outcomes = [_exchange(words, line, key, first)]
            for number in range(1, words.repeat):
                clock.sleep(words.every)
                outcomes.append(_exchange(words, line, key, raw or _wire(words, key, number)))
        return _summed_up(outcomes)
    except (BadUse, ProtocolError) as problem:
        action = f" {problem.action}" if isinstance(problem, ProtocolError) else ""
        print(f"not sent: {problem}{action}", file=sys.stderr)
        return WRONG_USE
    except OSError as problem:
        print(f"no connection to {clean(words.to)}: {problem.strerror or problem}", file=sys.stderr)
        return NO_CONNECTION


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel signal", description="Try an alarm receiver as a panel would.")
    send = parser.add_subparsers(required=True, metavar="send").add_parser(
        "send", help="send DC-09 messages and show the answers"
    )
    send.add_argument("--to", required=True, metavar="HOST:PORT", help="the receiver; an IPv6 address in brackets")
    _add_transport(send)
    _add_message(send)
    _add_key(send)
    _add_turns(send)
    return parser


def _add_transport(send: argparse.ArgumentParser) -> None:
    kinds = send.add_mutually_exclusive_group()
    kinds.add_argument("--tcp", dest="transport", action="store_const", const="tcp", help="plain TCP (the default)")
    kinds.add_argument("--udp", dest="transport", action="store_const", const="udp", help="one datagram a message")
    kinds.add_argument("--tls", dest="transport", action="store_const", const="tls", help="TCP within TLS")
    send.set_defaults(transport="tcp")
    send.add_argument(
        "--ca", type=Path, metavar="FILE", help="the authority that the receiver's certificate comes from"
    )
    send.add_argument("--server-name", metavar="NAME", help="the name in the certificate, when HOST is another")


def _add_message(send: argparse.ArgumentParser) -> None:
    send.add_argument("--account", default="", metavar="HEX", help="3 to 16 hexadecimal digits")
    what = send.add_mutually_exclusive_group(required=True)
    what.add_argument("--code", help="SIA (BA) or Contact ID (131, or with its qualifier 1131, 3131, 6131)")
    what.add_argument("--heartbeat", action="store_true", help="a supervision message (NULL)")
    what.add_argument("--raw", type=Path, metavar="FILE", help="send these bytes as they are (-: standard input)")
    send.add_argument("--zone", default="", metavar="N", help="zone or user")
    send.add_argument("--area", default="", metavar="N")
    send.add_argument("--text", default="", help="what the panel would say about it")
    send.add_argument("--receiver", metavar="HEX", help="the number after R; without it there is no R")
    send.add_argument("--line", default="0", metavar="HEX", help="the number after L")
    send.add_argument("--seq", type=int, default=1, metavar="N", help="sequence number of the first message")
    send.add_argument("--no-time", action="store_true", help="leave the time out of a readable message")
    send.add_argument("--clock", type=float, default=0, metavar="S", help="set the panel's clock wrong by S seconds")
    send.add_argument("--binary-crc", action="store_true", help="the checksum as two raw bytes (DC-09-2007)")
    send.add_argument("--counts-cr", action="store_true", help="count the CR in checksum and length, as some panels do")
    send.add_argument("--lower-case", action="store_true", help="hexadecimal digits in lower case")


def _add_key(send: argparse.ArgumentParser) -> None:
    send.add_argument(
        "--key-file",
        type=Path,
        metavar="FILE",
        help=f"encrypt with the key in FILE (-: standard input); else {KEY_VARIABLE}",
    )
    send.add_argument(
        "--key-format", choices=("hex", "ascii"), help="how the key is written: hexadecimal or characters"
    )


def _add_turns(send: argparse.ArgumentParser) -> None:
    send.add_argument("--repeat", type=_positive, default=1, metavar="N", help="send N messages, numbered on")
    send.add_argument("--every", type=float, default=0, metavar="S", help="wait S seconds between them")
    send.add_argument("--timeout", type=float, default=5, metavar="S", help="wait S seconds for an answer")
    send.add_argument("--tries", type=_positive, default=1, metavar="N", help="send each up to N times until answered")
    send.add_argument("--pieces", type=_positive, metavar="N", help="send each in pieces of N bytes, as slow lines do")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


# --- the message ----------------------------------------------------------------------------------------------------


def _key(words: argparse.Namespace) -> dc09.Key | None:
    text = _text_of(words.key_file) if words.key_file else os.environ.get(KEY_VARIABLE, "")
    if not text:
        if words.key_format:
            raise BadUse(f"--key-format without a key: name a --key-file, or set {KEY_VARIABLE}.")
        return None
    if not words.key_format:
        raise BadUse("A key needs --key-format hex or ascii: 32 characters can be either.")
    return dc09.Key.of(text.strip("\r\n"), words.key_format)


def _text_of(path: Path) -> str:
    try:
        return _bytes_of(path).decode("ascii")
    except UnicodeDecodeError:
        raise BadUse("The key has other characters than ASCII's.") from None


def _bytes_of(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read(MAX_RAW)
    try:
        return path.read_bytes()[:MAX_RAW]
    except OSError as problem:
        raise BadUse(f"{path} can't be read: {problem.strerror}.") from None


def _wire(words: argparse.Namespace, key: dc09.Key | None, number: int) -> bytes:
    """The bytes of one message, with the time of now."""
    token, data = _data(words)
    form = dc09.Form(words.binary_crc, words.counts_cr, words.lower_case, words.lower_case)
    timeless = words.no_time and key is None
    return dc09.write(
        token,
        words.account.upper(),
        data,
        seq=(words.seq + number) % 10_000,
        receiver=words.receiver,
        line=words.line,
        xdata=[("I", words.text)] if words.text and token == "ADM-CID" else (),
        now_ms=None if timeless else clock.wall_ms() + round(1000 * words.clock),
        key=key,
        form=form,
    )


def _data(words: argparse.Namespace) -> tuple[str, str]:
    if words.heartbeat:
        return "NULL", ""
    inner = f"#{words.account.upper()}|"
    if _SIA.match(words.code):
        area = f"ri{words.area}/" if words.area else ""
        text = f"^{words.text}^" if words.text else ""
        return "SIA-DCS", f"{inner}N{area}{words.code}{words.zone}{text}"
    found = _CID.match(words.code)
    if found is None:
        raise BadUse(
            "--code is two capitals (SIA) or three digits, with a qualifier before them if you like (Contact ID)."
        )
    if not re.fullmatch("[0-9]{0,2}", words.area) or not re.fullmatch("[0-9]{0,3}", words.zone):
        raise BadUse("Contact ID's --area is 0…99 and its --zone 0…999.")
    return "ADM-CID", f"{inner}{found[1] or '1'}{found[2].upper()} {words.area:0>2} {words.zone:0>3}"


# --- the line -------------------------------------------------------------------------------------------------------


def _connected(words: argparse.Namespace) -> socket.socket:
    found = _TO.match(words.to)
    if found is None:
        raise BadUse("--to is HOST:PORT, an IPv6 address in brackets.")
    host, port = found[1] or found[2], int(found[3])
    if words.transport == "udp":
        return _datagrams(host, port, words.timeout)
    line = socket.create_connection((host, port), timeout=words.timeout)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if words.transport == "tcp":
        return line
    try:
        context = ssl.create_default_context(cafile=None if words.ca is None else str(words.ca))
        return context.wrap_socket(line, server_hostname=words.server_name or host)
    except OSError:
        line.close()
        raise


def _datagrams(host: str, port: int, timeout_s: float) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    line = socket.socket(family, kind, protocol)
    line.settimeout(timeout_s)
    line.connect(address)
    return line


def _exchange(words: argparse.Namespace, line: socket.socket, key: dc09.Key | None, wire: bytes) -> Outcome:
    print(f"→ {_shown(wire)}")
    outcome = Outcome(NO_ANSWER, "no answer")
    for _ in range(words.tries):
        outcome = _tried(words, line, key, wire)
        if outcome.status != NO_ANSWER:
            break
    print(f"← {outcome.told}", flush=True)
    return outcome


def _tried(words: argparse.Namespace, line: socket.socket, key: dc09.Key | None, wire: bytes) -> Outcome:
    begun = perf_counter()
    try:
        _send(line, wire, words.pieces)
        answer = _answer(line, words.transport == "udp", begun + words.timeout)
    except (TimeoutError, NoAnswer):
        return Outcome(NO_ANSWER, f"no answer within {words.timeout:g} s")
    except (ConnectionError, ssl.SSLError) as problem:
        return Outcome(NO_ANSWER, f"the line broke: {problem}")
    return _judged(answer, wire, key, 1000 * (perf_counter() - begun))


def _summed_up(outcomes: Sequence[Outcome]) -> int:
    if len(outcomes) > 1:
        times = sorted(outcome.took_ms for outcome in outcomes if outcome.status == ACKNOWLEDGED)
        told = f"; median {times[len(times) // 2]:.1f} ms, slowest {times[-1]:.1f} ms" if times else ""
        print(f"{len(outcomes)} sent, {len(times)} acknowledged{told}")
    return max(outcome.status for outcome in outcomes)


def _send(line: socket.socket, wire: bytes, pieces: int | None) -> None:
    size = pieces or len(wire)
    for start in range(0, len(wire), size):
        line.sendall(wire[start : start + size])


def _answer(line: socket.socket, datagrams: bool, until: float) -> bytes:
    """The first frame that comes back (a datagram as it is). Raises NoAnswer or TimeoutError."""
    framer = dc09.Framer()
    while True:
        left = until - perf_counter()
        if left <= 0:
            raise NoAnswer
        line.settimeout(left)
        got = line.recv(dc09.MAX_FRAME)
        frames = [got] if datagrams else framer.feed(got) if got else framer.flush()
        if frames:
            return frames[0]
        if not got or got == b'"ACK"':  # what answers a heartbeat of a serial line has no frame
            if got:
                return got
            raise NoAnswer


# --- the answer -----------------------------------------------------------------------------------------------------


def _judged(answer: bytes, wire: bytes, key: dc09.Key | None, took_ms: float) -> Outcome:
    took = f" in {took_ms:.1f} ms"
    if answer == b'"ACK"':
        return Outcome(ACKNOWLEDGED, f"ACK{took}", took_ms)
    try:
        outside = dc09.header(answer)
        refusal = outside.token in ("NAK", "DUH") and not outside.encrypted
        frame = dc09.read(outside, None if refusal else key, now_ms=clock.wall_ms())
    except ProtocolError as problem:
        return Outcome(WRONG_ANSWER, f"{_shown(answer)}{took}: {problem}")
    told = f"{_shown(answer)}{took}"
    if "crc" in frame.faults:
        return Outcome(WRONG_ANSWER, f"{told}: its checksum is wrong")
    if frame.token == "NAK":
        return Outcome(REFUSED, f"{told}: not accepted{_difference(frame)}")
    if frame.token == "DUH":
        return Outcome(REFUSED, f"{told}: the receiver can't make anything of it (unknown account, wrong key?)")
    if frame.token not in ("ACK", "RSP") or frame.seq != _sequence(wire):
        return Outcome(WRONG_ANSWER, f"{told}: not the answer to this message")
    return Outcome(ACKNOWLEDGED, told, took_ms)


def _sequence(wire: bytes) -> str:
    try:
        return dc09.header(wire).seq
    except ProtocolError:
        return ""


def _difference(frame: dc09.Frame) -> str:
    if frame.drift_ms is None:
        return ""
    return f"; its clock is {abs(frame.drift_ms) / 1000:.0f} s {'ahead of' if frame.drift_ms > 0 else 'behind'} ours"


def _shown(wire: bytes) -> str:
    """A frame as a line of text, without its checksum's raw bytes."""
    quote = wire.find(b'"')
    return clean(decoded(wire[max(quote, 0) :]), 400)
