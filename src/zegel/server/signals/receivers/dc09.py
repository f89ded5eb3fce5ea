# SPDX-License-Identifier: EUPL-1.2
"""The receiver for SIA DC-09 over TCP, UDP and TLS.

- ACK only what is committed. What can't be stored gets no answer; a TCP connection is closed, so that the sender
  takes its other path at once.
- What is readable but may not be believed (unencrypted for an account with a key, or over an open network) is never
  acknowledged, and raised as a signal of its own, once an hour.
- What can't be read but names an account becomes a signal for a person. What names none is noise: the connection is
  closed, and nothing is said.
- Nobody can keep us busy or waiting: frames, connections, and the time for each are bounded; when the database is slow
  nobody is read from until it has caught up.
"""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import os
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from zegel.protocols import dc09, raised
from zegel.protocols.dc09 import Frame, Framer, Header, Key
from zegel.protocols.errors import NotAFrame, ProtocolError, StaleTimestamp, WrongKey
from zegel.protocols.events import UNKNOWN_PRIORITY, Event, Phase, SignalClass
from zegel.server.kernel import clock, log, services
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.signals import rules
from zegel.server.signals.receivers.accounts import Account, Accounts, Line, retry_span_ms
from zegel.server.signals.receivers.floods import Floods
from zegel.server.signals.receivers.writer import Pending, Row, Writer, row
from zegel.server.signals.rules import Verdict

MOST_CONNECTIONS, MOST_OF_ONE_SOURCE = 20_000, 2_000
FIRST_FRAME_WITHIN_S, FRAME_WITHIN_S, IDLE_S = 15.0, 10.0, 900.0
MOST_TRIED = 8  # panels of one account, each with a key
MOST_UNANSWERED, FEW_UNANSWERED = 128, 32  # of one connection
MOST_NOISE = 16_384  # bytes
COMPLAINED_FOR_MS = 3_600_000  # the same fault of the same account is raised once an hour
STALE_IN_A_ROW = 3  # a panel sets its clock by our first answer; one that doesn't loses its alarms
DRIFT_NOTED_MS = 5_000
UNKNOWN_RATE = Rate(per_s=10, burst=200)  # accounts of nobody, for each source
GARBAGE_LOGGED = Rate(per_s=0.2, burst=5)

_numbers = itertools.count()
_NAMED = re.compile(rb"#([0-9A-Fa-f]{3,16})[\[|\]]")


class Complaint:
    """What we raise of our own accord about a frame."""

    def __init__(self, code: str, name: str, signal_class: SignalClass, priority: int) -> None:
        self.code, self.name, self.signal_class, self.priority = code, name, signal_class, priority


DOWNGRADE = Complaint("plain_for_encrypted", raised.DOWNGRADE_NAME, SignalClass.TAMPER, 3)
PLAIN = Complaint("plain_refused", raised.PLAIN_REFUSED_NAME, SignalClass.TAMPER, 3)
WRONG_KEY = Complaint(
    "wrong_key", raised.WRONG_KEY_NAME, SignalClass.UNKNOWN, UNKNOWN_PRIORITY
)
NO_KEY = Complaint("unknown_account", raised.UNKNOWN_ENCRYPTED_NAME, SignalClass.UNKNOWN, UNKNOWN_PRIORITY)
STALE = Complaint("stale_timestamp", raised.STALE_NAME, SignalClass.UNKNOWN, UNKNOWN_PRIORITY)
UNREADABLE = Complaint("unreadable", raised.UNREADABLE_RAISED_NAME, SignalClass.UNKNOWN, UNKNOWN_PRIORITY)
POLLED = Complaint("unknown_account", raised.UNKNOWN_REPORTS_NAME, SignalClass.UNKNOWN, UNKNOWN_PRIORITY)
FLOOD = Complaint("bad_frames", raised.FLOOD_NAME, SignalClass.TAMPER, 3)
_VERDICTS = {Verdict.DOWNGRADE: DOWNGRADE, Verdict.PLAIN_REFUSED: PLAIN}


class Ack:
    """What to answer once it is stored."""

    __slots__ = ("account", "frame", "key", "memory_key")

    def __init__(self, frame: Frame, key: Key | None, account: Account | None, memory_key: bytes | None) -> None:
        self.frame, self.key, self.account, self.memory_key = frame, key, account, memory_key


class Talk:
    """One sender, as far as it has somewhere to answer to."""

    __slots__ = ("identity", "kind", "local", "patient", "peer", "receiver", "tls", "unanswered")

    def __init__(self, receiver: Receiver, kind: str, address: str) -> None:
        self.receiver, self.kind, self.peer = receiver, kind, address
        self.tls = kind == "dc09_tls"
        self.local = _is_local(address)
        self.identity: object = next(_numbers)
        self.unanswered = 0
        self.patient = True  # never had a second message under way

    def send(self, data: bytes) -> None:
        raise NotImplementedError

    def let_go(self) -> None:
        """Nothing can be stored: no answer."""

    def stored(self, pending: Pending) -> None:
        """Committed: the answer may go."""
        self.unanswered -= 1
        answer = pending.answer
        if not isinstance(answer, Ack):
            if answer is not None:
                self.send(answer)
            return
        account = answer.account
        if account is not None:
            if pending.path is not None:
                account.touched(self.kind)
            if answer.memory_key is not None and self.patient:
                account.memory.answered(answer.memory_key)
        self.send(dc09.ack(answer.frame, answer.key, clock.now_ms()))

    def lost(self, pending: Pending) -> None:
        self.unanswered -= 1
        self.let_go()


class Stream(Talk, asyncio.Protocol):
    """A TCP or TLS connection."""

    __slots__ = (
        "__weakref__",
        "_choked",
        "_closing",
        "_deadline",
        "_framer",
        "_good",
        "_paused",
        "_source",
        "_transport",
    )  # fmt: skip

    def __init__(self, receiver: Receiver, kind: str) -> None:
        Talk.__init__(self, receiver, kind, "")
        self._framer = Framer()
        self._transport: Any = None
        self._good = self._paused = self._closing = self._choked = False
        self._source = ""
        self._deadline = clock.monotonic() + FIRST_FRAME_WITHIN_S

    def connection_made(self, transport: Any) -> None:
        greeted, self._transport = self._transport is not None, transport
        if not greeted:
            self.greet(transport)

    def greet(self, transport: Any) -> None:
        """Who it is, and whether there is a place. Of TLS before its handshake: `connection_made` comes after it."""
        address = transport.get_extra_info("peername")
        self._transport = transport
        self.peer = str(address[0]) if address else ""
        self.local, self._source = _is_local(self.peer), source_of(self.peer)
        if not self.receiver.admits(self, self._source):
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self.gone()

    def gone(self) -> None:
        self._closing = True
        self.receiver.leaves(self, self._source)

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        frames = self._framer.feed(data)
        for raw in frames:
            self.receiver.hear(raw, self)
        now = clock.monotonic()
        if len(self._framer):
            if frames or self._deadline > now + FRAME_WITHIN_S:
                self._deadline = now + FRAME_WITHIN_S  # a begun frame has its time, however slowly it drips
        elif frames:
            self._deadline = now + (IDLE_S if self._good else FIRST_FRAME_WITHIN_S)
        if self._framer.dropped > MOST_NOISE:
            self.receiver.noise(self)
        self._hold_back()

    def eof_received(self) -> bool:
        """The sender says no more; it may still wait for answers."""
        self._flush()
        self._closing = True
        if not self.unanswered:
            return False
        self._deadline = clock.monotonic() + FRAME_WITHIN_S
        return not self.tls  # TLS has no half of a connection

    def _flush(self) -> None:
        for raw in self._framer.flush():
            self.receiver.hear(raw, self)

    def _hold_back(self) -> None:
        if self._paused or self._closing:
            return
        if self.receiver.writer.is_full:
            self._paused = True
            self._transport.pause_reading()
            self.receiver.writer.when_free(self._go_on)
        elif self.unanswered >= MOST_UNANSWERED:
            self._paused = True
            self._transport.pause_reading()

    def _go_on(self) -> None:
        free = self.unanswered <= FEW_UNANSWERED and not self._choked
        if self._paused and free and not self._closing:
            self._paused = False
            self._transport.resume_reading()

    def pause_writing(self) -> None:
        """The sender reads no answers: it is read from no more until it does."""
        self._choked = True
        if not self._paused and not self._closing:
            self._paused = True
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._choked = False
        self._go_on()

    def good(self) -> None:
        """It speaks DC-09: it may stay."""
        self._good = True

    def expire(self, now: float) -> None:
        """Closes what took too long. Called every second."""
        if now < self._deadline or (self._paused and self.unanswered and not self._choked):
            return
        if not self._closing:
            self._flush()
        if self.unanswered:
            self._closing, self._deadline = True, now + FRAME_WITHIN_S
            return
        self.close()

    def close(self) -> None:
        self._closing = True
        self._transport.close()

    def rest(self) -> None:
        """Reads no more; what waits is still answered."""
        if not self._closing:
            self._closing = True
            self._transport.pause_reading()

    def send(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    def stored(self, pending: Pending) -> None:
        Talk.stored(self, pending)
        if self._closing and not self.unanswered:
            self._transport.close()
        elif self._paused and not self.receiver.writer.is_full:
            self._go_on()

    def let_go(self) -> None:
        self.close()


class Datagram(Talk):
    """Where one datagram came from."""

    __slots__ = ("_address", "_transport")

    def __init__(self, receiver: Receiver, transport: Any, address: Any) -> None:
        Talk.__init__(self, receiver, "dc09_udp", str(address[0]))
        self._transport, self._address = transport, address
        self.identity = address

    def send(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(data, self._address)


class Datagrams(asyncio.DatagramProtocol):
    """The UDP socket."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        if self._receiver.writer.is_full or self._receiver.resting:
            return  # not answered: it will come again
        talk = Datagram(self._receiver, self._transport, address)
        framer = Framer()
        for raw in [*framer.feed(data), *framer.flush()]:
            self._receiver.hear(raw, talk)


class Receiver:
    """What connections have in common: who is known, who is stored, who is too much."""

    def __init__(self, accounts: Accounts, writer: Writer) -> None:
        self.accounts, self.writer = accounts, writer
        self.resting = False
        self._streams: set[Stream] = set()
        self._sources: Counter[str] = Counter()
        self._unknown, self._garbage = Buckets(UNKNOWN_RATE), Buckets(GARBAGE_LOGGED)
        self._kept = rules.Kept()
        self._floods = Floods()
        self._asking: set[asyncio.Task[None]] = set()

    # --- connections ---

    def admits(self, stream: Stream, source: str) -> bool:
        if self.resting or len(self._streams) >= MOST_CONNECTIONS:
            return False
        if self._sources[source] >= MOST_OF_ONE_SOURCE and not stream.local:
            return False
        self._streams.add(stream)
        self._sources[source] += 1
        return True

    def leaves(self, stream: Stream, source: str) -> None:
        if stream in self._streams:
            self._streams.discard(stream)
            self._sources[source] -= 1
            if self._sources[source] <= 0:
                del self._sources[source]

    async def tend(self, stop: asyncio.Event) -> None:
        """Closes what took too long, every second."""
        while not stop.is_set():
            now = clock.monotonic()
            for stream in list(self._streams):
                stream.expire(now)
            await services.wait(stop, 1.0)

    async def rest(self) -> None:
        """Reads no more. What was read is stored and answered by whoever runs the writer."""
        self.resting = True
        for stream in list(self._streams):
            stream.rest()
        if self._asking:
            await asyncio.wait(self._asking, timeout=2.0)

    def close(self) -> None:
        for stream in list(self._streams):
            stream.close()

    def noise(self, talk: Talk) -> None:
        """Whoever talks something else: let go of, without a word."""
        if self._garbage.allows("all"):
            log.warning("receivers.garbage", source=log.source(talk.peer) if talk.peer else "", way=talk.kind)
        if isinstance(talk, Stream):
            talk.close()

    # --- frames ---

    def hear(self, raw: bytes, talk: Talk) -> None:
        """One frame, or a line that isn't one. Answers at once, when it is stored, or never."""
        try:
            head = dc09.header(raw)
        except NotAFrame:
            self._unreadable(raw, talk)
            return
        if isinstance(talk, Stream):
            talk.good()
        account = self.accounts.find(head)
        if account is not None:
            self._of_account(head, account, talk)
        elif not head.account:
            self._unreadable(raw, talk)
        elif not self._unknown.allows(source_of(talk.peer)):
            return  # not answered: whoever sends so many of them has no panel here
        elif self.accounts.is_unknown(head.account.upper()):
            self._of_nobody(head, talk)
        else:
            self._ask(head, talk)

    def _ask(self, head: Header, talk: Talk) -> None:
        """It may be a panel that was added just now."""
        talk.unanswered += 1
        task = asyncio.ensure_future(self._asked(head, talk))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _asked(self, head: Header, talk: Talk) -> None:
        try:
            await self.accounts.ask(head.account.upper())
        except Exception as error:
            log.warning("receivers.not_asked", error=type(error).__name__)
            talk.unanswered -= 1
            talk.let_go()
            return
        talk.unanswered -= 1
        account = self.accounts.find(head)
        if account is not None:
            self._of_account(head, account, talk)
        else:
            self._of_nobody(head, talk)

    def _of_account(self, head: Header, account: Account, talk: Talk) -> None:
        verdict = Verdict.TAKEN
        if not head.encrypted and not (talk.local and account.wrapped is None):
            verdict = rules.judge(account.guarded, encrypted=False, tls=talk.tls, local=talk.local, now=clock.now())
        if verdict is not Verdict.TAKEN:
            self._complain(_VERDICTS[verdict], head, account, talk, dc09.nak(clock.now_ms(), head.form), told=True)
            return
        if "crc" in head.faults:
            self._complain(UNREADABLE, head, account, talk, dc09.nak(clock.now_ms(), head.form), fault="crc")
            return
        now_ms = clock.now_ms()
        account = self._whose_key_opens(head, account, now_ms) if head.encrypted else account
        key = account.key if head.encrypted else None
        try:
            frame = dc09.read(head, key, now_ms=now_ms)
            frame.check()
        except StaleTimestamp:
            self._stale(head, account, talk, now_ms)
        except WrongKey:
            self._wrong_key(head, account, talk, now_ms)
        except ProtocolError as error:
            self._complain(UNREADABLE, head, account, talk, dc09.duh(head), fault=error.code)
        else:
            account.stale = 0
            self._take(frame, key, account, talk, now_ms)

    def _wrong_key(self, head: Header, account: Account, talk: Talk, now_ms: int) -> None:
        """A mistyped key mostly: NAK, so that the panel goes on trying until somebody mends it, and its bytes are kept,
        because they can be read then."""
        sealed = b"" if head.token in dc09.SUPERVISION else head.raw[head.begin : head.end]
        self._complain(WRONG_KEY, head, account, talk, dc09.nak(now_ms, head.form), apart=sealed)

    def _whose_key_opens(self, head: Header, found: Account, now_ms: int) -> Account:
        """Where several panels may be meant, the one whose key it is; the numbers around it anybody can write."""
        if not self.accounts.shared(found.account):
            return found
        fitting = self.accounts.fitting(head)
        for one in [found, *fitting][: MOST_TRIED if len(fitting) > 1 else 0]:
            try:
                dc09.read(head, one.key, now_ms=now_ms)
            except ProtocolError:
                continue
            return one
        return found

    def _stale(self, head: Header, account: Account, talk: Talk, now_ms: int) -> None:
        """Perhaps a replay, mostly a clock: NAK tells our time. One that goes on is raised."""
        account.stale += 1
        if account.stale < STALE_IN_A_ROW:
            talk.send(dc09.nak(now_ms, head.form))
            return
        self._complain(STALE, head, account, talk, dc09.nak(now_ms, head.form))

    def _take(self, frame: Frame, key: Key | None, account: Account, talk: Talk, now_ms: int) -> None:
        drift_ms = frame.drift_ms
        if drift_ms is not None and abs(drift_ms - account.drift_ms) > DRIFT_NOTED_MS:
            account.drift_ms = drift_ms
            self.writer.drifted(account.id, drift_ms)
        if frame.is_supervision:
            self._put(talk, (), account, Ack(frame, key, account, None), touch=True)
            return
        told = dc09.events(frame, *self.accounts.tables(account.provider))
        if not told:  # an answer, to nothing that we said
            return
        memory_key = _key_of(frame, account.id.bytes)
        if talk.unanswered:
            talk.patient = False
        first, again = memory_key, False
        if frame.encrypted:
            first, again = account.opened.first(_inside(frame), memory_key, now_ms)
        fresh = account.memory.is_new(first, now_ms, frame.timestamp_ms)
        if again:  # played back, or sent twice within a second: never another event
            memory_key, fresh = first, False
        rows = _rows(told, frame, account, talk, memory_key, fresh=fresh, now_ms=now_ms)
        self._put(talk, rows, account, Ack(frame, key, account, memory_key), touch=account.is_due(talk.kind))

    def _of_nobody(self, head: Header, talk: Talk) -> None:
        """An account that no panel has: for the alarm centre of the line."""
        line = self.accounts.line_of(head)
        if line is None:
            if self.accounts.has_lines:
                talk.send(dc09.duh(head))  # not acknowledged: no alarm centre is named by it
            return
        if head.encrypted:
            self._complain_of_nobody(NO_KEY, head, line, talk, dc09.duh(head))
            return
        guarded = rules.Guarded(False, False, None, line.plain_until)
        verdict = rules.judge(guarded, encrypted=False, tls=talk.tls, local=talk.local, now=clock.now())
        if verdict is not Verdict.TAKEN:
            answer = dc09.nak(clock.now_ms(), head.form)
            self._complain_of_nobody(_VERDICTS[verdict], head, line, talk, answer)
            return
        if "crc" in head.faults:
            self._complain_of_nobody(UNREADABLE, head, line, talk, dc09.nak(clock.now_ms(), head.form))
            return
        self._unknown_but_readable(head, line, talk)

    def _unknown_but_readable(self, head: Header, line: Line, talk: Talk) -> None:
        now_ms = clock.now_ms()
        try:
            frame = dc09.read(head, None, now_ms=now_ms)
        except ProtocolError:
            self._complain_of_nobody(UNREADABLE, head, line, talk, dc09.duh(head))
            return
        if frame.is_supervision:
            self._complain_of_nobody(POLLED, head, line, talk, Ack(frame, None, None, None))
            return
        key = _key_of(frame, line.id.bytes)
        told = [_of_unknown(event) for event in dc09.events(frame)]
        rows = _rows(told, frame, line, talk, key, fresh=False, now_ms=now_ms)
        if rows:
            self._put(talk, rows, None, Ack(frame, None, None, None))

    # --- what we say ourselves ---

    def _unreadable(self, raw: bytes, talk: Talk) -> None:
        """Nothing that the codec can read. With a known account in it, it is a signal; else it is noise."""
        named = _NAMED.search(raw)
        account = self.accounts.named(named.group(1).decode().upper()) if named else None
        if account is None:
            self.noise(talk)
            return
        key = rules.dedupe_key("complaint", UNREADABLE.code, account.id.bytes)
        values = row(
            _event(UNREADABLE, ""), panel=account.id, line=account.line, source="server", transport=talk.kind,
            peer=talk.peer, raw=raw, account=account.account, seq="", receiver="", line_no="", fault="not_a_frame",
            key=key, fresh=False, at_ms=clock.now_ms(), window_ms=COMPLAINED_FOR_MS,
        )  # fmt: skip
        self._raise(values, account.line, talk, dc09.nak(clock.now_ms()))

    def _raise(self, values: Row, line: UUID, talk: Talk, answer: Any) -> None:
        """Stores what we raise. Of too many only that there are many, once an hour: the answer goes at once, unless it
        would say that we have it."""
        if self._floods.allows(talk.peer, line):
            self._put(talk, (values,), None, answer)
            return
        if isinstance(answer, bytes):
            talk.send(answer)
        now_ms = clock.now_ms()
        if self._floods.is_to_tell(line, now_ms):
            key = rules.dedupe_key("complaint", FLOOD.code, line.bytes)
            many = row(
                _event(FLOOD, ""), panel=None, line=line, source="server", transport=talk.kind, peer=talk.peer,
                raw=b"", account="", seq="", receiver="", line_no="", fault=FLOOD.code, key=key, fresh=False,
                at_ms=now_ms, window_ms=COMPLAINED_FOR_MS,
            )  # fmt: skip
            self._put(talk, (many,), None, None)

    def _complain(
        self, complaint: Complaint, head: Header, account: Account, talk: Talk, answer: Any, *, fault: str = "",
        told: bool = False, apart: bytes = b"",
    ) -> None:  # fmt: skip
        """Raised of our own accord, once an hour for each account and fault; `told`: with what the frame says, which
        tells it apart, as `apart` does, as long as there is a place for it."""
        key = rules.dedupe_key("complaint", complaint.code, account.id.bytes)
        text = _told(head) if told else ""
        if said := apart or text.encode():
            own = rules.dedupe_key(key, said)
            key = own if self._kept.has_place(own, account.id, clock.now_ms()) else key
        values = _raised(complaint, head, account, talk, key, text, fault or complaint.code)
        self._raise(values, account.line, talk, answer)

    def _complain_of_nobody(self, complaint: Complaint, head: Header, line: Line, talk: Talk, answer: Any) -> None:
        key = rules.dedupe_key("complaint", complaint.code, line.id.bytes, head.account)
        values = _raised(complaint, head, line, talk, key, "", "unknown_account")
        self._raise(values, line.id, talk, answer)

    def _put(
        self, talk: Talk, rows: Sequence[Row], account: Account | None, answer: Any, *, touch: bool = False
    ) -> None:
        path = (account.id, talk.kind) if account is not None and touch else None
        talk.unanswered += 1
        new = path is not None and account is not None and talk.kind not in account.kinds
        if new and account is not None:
            account.kinds.add(talk.kind)
        self.writer.put(Pending(talk, rows, path, new, answer))


# --- rows -------------------------------------------------------------------------------------------------------------


def _key_of(frame: Frame, whose: bytes) -> bytes:
    data = frame.data
    if frame.xdata:  # the event's own time: another time is another event
        data += "".join(f"\x1f{value}" for name, value in frame.xdata if name == "H")
    return rules.frame_key(whose, frame.receiver or "", frame.line or "", frame.account, frame.seq, frame.token, data)


def _inside(frame: Frame) -> bytes:
    """What of a message lay inside its encryption."""
    return rules.dedupe_key(repr((frame.timestamp_ms, frame.data, frame.xdata)))


def _rows(
    told: Sequence[Event], frame: Frame, of: Account | Line, talk: Talk, key: bytes, *, fresh: bool | None, now_ms: int
) -> list[Row]:
    """A row for each event of the frame; the first has the frame's own key, so that all of them fold alike."""
    panel, line = (of.id, of.line) if isinstance(of, Account) else (None, of.id)
    fault = ",".join(sorted(frame.faults)) if frame.faults else ""
    if panel is None:
        fault = f"unknown_account,{fault}".rstrip(",")
    account, seq = frame.account[:16], frame.seq[:8]
    receiver, line_no = (frame.receiver or "")[:8], (frame.line or "")[:8]
    return [
        row(
            event, panel, line, "panel", talk.kind, talk.peer, frame.raw, account, seq, receiver, line_no, fault,
            rules.dedupe_key(key, str(number)) if number else key, fresh, now_ms, retry_span_ms(),
        )
        for number, event in enumerate(told)
    ]  # fmt: skip


def _raised(
    complaint: Complaint, head: Header, of: Account | Line, talk: Talk, key: bytes, text: str, fault: str
) -> Row:
    panel, line = (of.id, of.line) if isinstance(of, Account) else (None, of.id)
    return row(
        _event(complaint, text), panel=panel, line=line, source="server", transport=talk.kind, peer=talk.peer,
        raw=head.raw, account=head.account[:16], seq=head.seq[:8], receiver=(head.receiver or "")[:8],
        line_no=(head.line or "")[:8], fault=fault, key=key, fresh=False, at_ms=clock.now_ms(),
        window_ms=COMPLAINED_FOR_MS,
    )  # fmt: skip


def _event(complaint: Complaint, text: str) -> Event:
    return Event(
        "server", complaint.code, None, Phase.ALARM, complaint.signal_class, complaint.priority, complaint.name,
        text=text, known=complaint.signal_class is not SignalClass.UNKNOWN,
    )  # fmt: skip


def _of_unknown(event: Event) -> Event:
    """Nobody knows whose it is: the code is kept, its meaning is for a person."""
    return msgspec.structs.replace(
        event, signal_class=SignalClass.UNKNOWN, priority=min(event.priority, UNKNOWN_PRIORITY), known=False
    )


def _told(head: Header) -> str:
    """What an unencrypted frame says, for the person who judges it. Not believed."""
    try:
        events = dc09.events(dc09.read(head, None, now_ms=clock.now_ms()))
    except ProtocolError:
        return ""
    return "; ".join(f"{event.code} {event.zone or event.user or ''}".strip() for event in events)[:200]


def _is_local(address: str) -> bool:
    """This machine itself. Not where a proxy stands before us: through one that runs here the whole world comes so."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback) and not os.environ.get("ZEGEL_PROXIES", "").strip()
