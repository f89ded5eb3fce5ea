# SPDX-License-Identifier: EUPL-1.2
"""What is sent again, what may come unencrypted, and when silence is one event or many. Pure.

Sent again (DC-09 §5.5, and what panels do): a sender repeats a message until it has its ACK, over other paths too, with
a fresh time and padding or the old ones. So a message is a repetition when receiver, line, account, sequence number,
token, data and the event's own time (field H) are those of an earlier one, and no more than the retry span after it was
last heard. A counter that starts anew (power, reset) or never counts makes the same of a real second event; that is
told apart: the panel sent something else, by whatever connection, after we had answered the first, so it had its ACK
and no reason to repeat; or its frame tells a time further off than anybody repeats. A frame with the same time is a
repetition even then: two events of a panel in one second have two numbers. What may have been answered without being
heard (a sender that doesn't wait for answers) settles nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

AGAIN_MS = 10 * 60 * 1000  # what comes with an idempotency key: webhooks, brokers
RETRY_SPAN_MS = 60_000  # how long after the last one a panel may still be repeating; SIGNALS_RETRY_SPAN_S changes it
REMEMBERED = 32  # messages of one panel


def dedupe_key(*parts: str | bytes) -> bytes:
    """16 bytes for (receiver, line, account, sequence, token, data, …); no two lists of parts give the same text."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode("utf-8", "replace")
        digest.update(b"%d:" % len(raw))
        digest.update(raw)
    return digest.digest()


def frame_key(whose: bytes, receiver: str, line: str, account: str, seq: str, token: str, data: str) -> bytes:
    """As dedupe_key, for a panel's message: one text. Only the data may hold a separator, and comes last."""
    said = "\x1f".join((receiver, line, account, seq, token, data))
    return hashlib.blake2b(whose + said.encode("utf-8", "surrogatepass"), digest_size=16).digest()


_KEY_FIELD = re.compile(rb"\[K[^\[\]\r]*")


def without_key(raw: bytes) -> bytes:
    """A frame's bytes as they are kept: the extended data field K, in which a panel may send a new key, is emptied."""
    return _KEY_FIELD.sub(b"[K", raw) if b"[K" in raw else raw


# --- sent again -------------------------------------------------------------------------------------------------------


@dataclass
class _Heard:
    at_ms: int
    sent_ms: int | None
    settled: bool = False


@dataclass
class Memory:
    """What one panel sent lately, as one process heard it. The database decides what this can't know."""

    retry_span_ms: int = RETRY_SPAN_MS
    _heard: OrderedDict[bytes, _Heard] = field(default_factory=OrderedDict)
    _answered: dict[bytes, _Heard] = field(default_factory=dict)
    """Answered, and nothing else was heard since."""

    def is_new(self, key: bytes, at_ms: int, sent_ms: int | None) -> bool | None:
        """Notes that it was heard. True: another event, though it looks like an earlier one. False: a repetition. None:
        not heard within the retry span; the database decides. `sent_ms`: the frame's own time."""
        self._settle(key)
        before = self._heard.pop(key, None)
        if before is None or at_ms - before.at_ms > self.retry_span_ms:
            self._note(key, _Heard(at_ms, sent_ms))
            return None
        if sent_ms is not None and sent_ms == before.sent_ms:
            before.at_ms = at_ms
            self._note(key, before)
            return False
        self._note(key, _Heard(at_ms, sent_ms))
        return before.settled or self._is_elsewhen(sent_ms, before.sent_ms)

    def answered(self, key: bytes) -> None:
        """The ACK was written, to a sender that waits for its answers."""
        said = self._heard.get(key)
        if said is not None:
            self._answered[key] = said

    def _settle(self, key: bytes) -> None:
        """Who says something else has had the answers before."""
        if not self._answered:
            return
        again = self._answered.pop(key, None)
        for said in self._answered.values():
            said.settled = True
        self._answered = {} if again is None else {key: again}

    def _is_elsewhen(self, one_ms: int | None, other_ms: int | None) -> bool:
        return one_ms is not None and other_ms is not None and abs(one_ms - other_ms) > self.retry_span_ms

    def _note(self, key: bytes, heard: _Heard) -> None:
        self._heard[key] = heard
        if len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)


# --- refused ---------------------------------------------------------------------------------------------------------

KEPT_FOR_MS = 3_600_000
KEPT_OF_ONE = 20  # frames of a panel in KEPT_FOR_MS
MOST_KEPT = 20_000  # remembered, of all panels


@dataclass
class Kept:
    """Which refused frames get a row of their own: each once an hour, and so many of a panel. Others are counted."""

    _until: OrderedDict[bytes, int] = field(default_factory=OrderedDict)
    _of: OrderedDict[UUID, tuple[int, int]] = field(default_factory=OrderedDict)

    def has_place(self, key: bytes, panel: UUID, now_ms: int) -> bool:
        if self._until.get(key, now_ms) > now_ms:
            return True
        since, count = self._of.pop(panel, (now_ms, 0))
        if now_ms - since >= KEPT_FOR_MS:
            since, count = now_ms, 0
        self._of[panel] = (since, min(count + 1, KEPT_OF_ONE + 1))
        if count >= KEPT_OF_ONE:
            return False
        self._until.pop(key, None)
        self._until[key] = now_ms + KEPT_FOR_MS
        for bounded in (self._until, self._of):
            if len(bounded) > MOST_KEPT:
                bounded.popitem(last=False)
        return True


# --- unencrypted ------------------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """Whether a frame may be taken as it came."""

    TAKEN = "taken"
    DOWNGRADE = "downgrade"  # readable, for an account that has a key: anybody could have sent it
    PLAIN_REFUSED = "plain_refused"  # readable, over a way that others can read and write


@dataclass(frozen=True)
class Guarded:
    """What is known of an account, as far as it decides on unencrypted frames."""

    has_key: bool
    encryption_required: bool
    plain_until: datetime | None
    line_plain_until: datetime | None


def judge(account: Guarded, *, encrypted: bool, tls: bool, local: bool, now: datetime) -> Verdict:
    """`local`: the peer is this machine itself, or a unit. An account with a key is never plain, whatever the way,
    unless its panel is under a recorded exception that is still in force."""
    if encrypted:
        return Verdict.TAKEN
    excepted = account.plain_until is not None and now < account.plain_until
    if account.has_key:
        return Verdict.TAKEN if excepted and not account.encryption_required else Verdict.DOWNGRADE
    line_excepted = account.line_plain_until is not None and now < account.line_plain_until
    if tls or local or excepted or line_excepted:
        return Verdict.TAKEN
    return Verdict.PLAIN_REFUSED


# --- silence ----------------------------------------------------------------------------------------------------------

MASS_AT_LEAST = 10  # fewer are told one by one
MASS_SHARE = 0.05  # of what is watched on the line, or of the provider
MASS_FOR_CERTAIN = 1000  # however many are watched
GATHER_S = 10.0  # how long the first ones wait for others to go with them


@dataclass(frozen=True)
class Silent:
    """A path whose poll is overdue."""

    path_id: int
    panel_id: UUID
    line_id: UUID
    provider_id: UUID


@dataclass(frozen=True)
class Group:
    """Many at once: of a line, or of a provider (`provider_id`) reported to `line_id`."""

    line_id: UUID
    provider_id: UUID | None
    paths: tuple[Silent, ...]


@dataclass(frozen=True)
class Silence:
    """What to tell: groups as one each, the rest one by one."""

    groups: tuple[Group, ...]
    single: tuple[Silent, ...]


def sort_silence(
    silent: Iterable[Silent],
    watched: Mapping[tuple[UUID, UUID], int],
    ongoing: Iterable[tuple[UUID | None, UUID | None]] = (),
) -> Silence:
    """`watched`: how many paths are watched, by (line, provider). `ongoing`: (line, provider) of outages under way, in
    which every further path is counted whatever the number. Lines first, then providers, then one by one."""
    groups: list[Group] = []
    running, on_line, of_provider = set(ongoing), Counter[UUID](), Counter[UUID]()
    for (line, provider), count in watched.items():
        on_line[line] += count
        of_provider[provider] += count
    left: list[Silent] = []
    for line, mine in _by(silent, lambda path: path.line_id):
        if (line, None) in running or _is_mass(len(mine), on_line[line]):
            groups.append(Group(line, None, mine))
        else:
            left += mine
    single: list[Silent] = []
    told_of = {of for _, of in running}
    for provider, mine in _by(left, lambda path: path.provider_id):
        if provider in told_of or _is_mass(len(mine), of_provider[provider]):
            groups.append(Group(mine[0].line_id, provider, mine))
        else:
            single += mine
    return Silence(tuple(groups), tuple(single))


def _by(paths: Iterable[Silent], key: Callable[[Silent], UUID]) -> list[tuple[UUID, tuple[Silent, ...]]]:
    found: dict[UUID, list[Silent]] = {}
    for path in paths:
        found.setdefault(key(path), []).append(path)
    return [(one, tuple(mine)) for one, mine in found.items()]


def _is_mass(silent: int, watched: int) -> bool:
    return silent >= _many(watched)


def _many(watched: int) -> float:
    return max(MASS_AT_LEAST, min(MASS_SHARE * watched, MASS_FOR_CERTAIN))


def outage_over(missing: int, watched: int) -> bool:
    """Half of what makes an outage: it does not flicker."""
    return missing < _many(watched) / 2
