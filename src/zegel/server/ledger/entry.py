# SPDX-License-Identifier: EUPL-1.2
"""What an entry says, and what of it goes into the tree. Pure.

The tree holds commitment = SHA-256(salt 32 ‖ CBOR body), leaf hash = SHA-256(0x00 ‖ commitment) (RFC 6962 §2.1).
Without the
salt nobody can guess a body from its commitment, so that destroying salt and body forgets the entry and the tree
still stands.
Body = CBOR [1, kind, ms, owner party|null, actor kind, actor id|null, actor party|null, [[key, value]…] sorted by key].
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import cbor2

from zegel.seal import encoding
from zegel.seal import entry as seal_entry
from zegel.server.ledger.errors import EntryRefused

if TYPE_CHECKING:
    from zegel.server.kernel.actor import Actor

Fact = str | int | bool | bytes | UUID | None

VERSION: Final = 1
SALT_LENGTH: Final = 32
MAX_FACTS: Final = 32
MAX_BODY: Final = 16 * 1024

_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")


class Kind(StrEnum):
    """The closed set of what is logged."""

    ENROLMENT = "enrolment"
    KEYSET = "keyset"
    POLICY = "policy"
    COMMAND = "command"
    ALARM = "alarm"
    CENTRAL_ALARM = "central_alarm"  # a panel elsewhere may show pictures: its own signed word, or an owner's
    ALARM_CLAIMED = "alarm_claimed"
    ALARM_CLOSED = "alarm_closed"
    RECALL = "recall"
    RELEASE = "release"
    RELEASE_HANDED = "release_handed"
    GRANT = "grant"
    GRANT_ENDED = "grant_ended"
    GUARD_SIGHT = "guard_sight"  # an owner lets guards who are sent to a site be shown pictures, or no longer
    GUARD_PICTURE = "guard_picture"  # an operator sealed a still of an alarm to the guard whom he sent
    GUARD_PICTURE_ENDED = "guard_picture_ended"
    KEPT = "kept"
    VIEW = "view"
    VIEW_ENDED = "view_ended"
    VERIFY = "verify"
    CONTROL = "control"
    PICTURE_TAKEN = "picture_taken"
    FETCHED = "fetched"
    REOPENED = "reopened"
    REOPENING_ENDED = "reopening_ended"
    FOLLOW_UP = "follow_up"
    EXPORT = "export"
    DELETION = "deletion"
    SHRED = "shred"
    RESTORE = "restore"
    SOFTWARE = "software"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    ACCOUNT = "account"  # a password, recovery code, second factor or key that changed
    ARMING = "arming"
    REVOCATION = "revocation"
    AGREEMENT = "agreement"
    MEMBERSHIP = "membership"
    RELATION = "relation"
    KEY = "key"
    LINE = "line"
    PANEL = "panel"
    PANEL_KEY = "panel_key"
    PLAIN_EXCEPTION = "plain_exception"
    CODES = "codes"
    CHECKPOINT_RESTART = "checkpoint_restart"
    # the alarm centre's supervision
    CERTIFICATE = "certificate"
    SUSPENSION = "suspension"
    SEAT = "seat"
    ESCALATION = "escalation"
    HAND_OVER = "hand_over"
    REVIEW = "review"
    # plans and dispatch
    PLAN = "plan"
    CONTACT = "contact"
    TEST = "test"
    ALARM_SETTINGS = "alarm_settings"
    CODE_WORD = "code_word"
    GUARD = "guard"
    DISPATCH = "dispatch"
    MAINTENANCE = "maintenance"
    # the ground: a site's facts, map and limits; a unit that moves, goes or is commissioned
    HOLD = "hold"  # an incident opened or closed, a time that is kept for it or released
    SITE = "site"
    UNIT = "unit"
    BREACH = "breach"  # a breach of personal data: reported, judged, told, closed
    AUDIT = "audit"  # a review or audit: planned, held, followed up
    PRIVACY_CONTACT = "privacy_contact"  # whom a tenant names for questions about personal data
    # evidence: orders of authorities, what two persons allowed, what was handed over
    LEGAL_ORDER = "legal_order"
    PREPARATION = "preparation"
    DISCLOSURE = "disclosure"
    # people's rights and consents
    DATA_REQUEST = "data_request"
    CONSENT = "consent"
    # how long and where: an owner's term; storage locations, sub-processors and rules; the registers of Art. 30
    TERM = "term"
    PLACE = "place"
    REGISTER = "register"
    PROMISE = "promise"  # what a run of the promise monitor found
    INTEGRATION = "integration"  # a tenant's key for another system, or where that system is told
    STATEMENT = "statement"  # a new version of a privacy statement
    CUSTOMER_RECORD = "customer_record"  # a customer of a firm: added, corrected, restricted, anonymised
    IMPORT = "import"  # a list of records taken over from a file
    INVOICE = "invoice"  # the books: issued, sent, paid, read by an accountant, and the agreement he reads under
    WEBSITE = "website"  # a firm's own site: what was published, which newsletter was sent to how many
    PRODUCT = "product"  # a tenant's catalogue and the things that were sold
    FORM = "form"  # a tenant's public forms: where they may stand, and that one came in
    ORDER = "order"  # a service order: opened, moved, planned, changed, closed
    TENANT = "tenant"  # a tenant's face, right of use, what it took along, and that it was removed
    STAFF = "staff"  # who works in which function, left, took the lesson; the contract of who administers
    CHAIN = "chain"  # a partner, what he is authorised for, a step offered, accepted and done


@dataclass(frozen=True)
class Entry:
    """What happened. `owner_id`: whose matter it is; `about`: the camera or alarm it is about, to find it again.

    Actor and time are not said here: they come from the unit of work, or from the caller of `actions.append`.
    `forgets`: a deletion's entries, erased in the same transaction (see actions.forget).
    """

    kind: Kind
    owner_id: UUID | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    about: UUID | None = None
    forgets: tuple[int, ...] = ()


@dataclass(frozen=True)
class Said:
    """An entry read back: a decoded body."""

    kind: Kind
    at_ms: int
    owner_id: UUID | None
    actor_kind: str
    actor_id: UUID | None
    actor_party_id: UUID | None
    facts: dict[str, encoding.Value]


def body_of(entry: Entry, actor: Actor, at_ms: int) -> bytes:
    """The encoded body. Raises EntryRefused when a fact can't be written in the log.

    The same bytes as zegel.seal.entry.Entry.encode, without walking over what can't be anything else (a test compares).
    """
    if len(entry.facts) > MAX_FACTS:
        raise EntryRefused(f"An entry has at most {MAX_FACTS} facts; this {entry.kind} has {len(entry.facts)}.")
    facts = [(_key(key), _plain(key, value)) for key, value in sorted(entry.facts.items())]
    fields = (
        VERSION,
        entry.kind.value,
        at_ms,
        _raw(entry.owner_id),
        actor.kind.value,
        _raw(actor.id),
        _raw(actor.party_id),
        facts,
    )
    body: bytes = cbor2.dumps(fields)
    if len(body) > MAX_BODY:
        raise EntryRefused(f"A {entry.kind} entry is longer than {MAX_BODY} bytes.")
    return body


def commitment_of(salt: bytes, body: bytes) -> bytes:
    """What stands in the tree for this entry."""
    return hashlib.sha256(salt + body).digest()


def leaf_hash_of(commitment: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + commitment).digest()


def read_body(body: bytes) -> Said:
    """Raises EntryRefused when the bytes are no entry of version 1."""
    try:
        entry = seal_entry.Entry.decode(body)
        return Said(
            Kind(entry.kind),
            entry.at_ms,
            _id(entry.owner_party),
            entry.actor_kind.value,
            _id(entry.actor),
            _id(entry.actor_party),
            dict(entry.facts),
        )
    except ValueError as problem:
        raise EntryRefused(f"These bytes are no entry: {problem}.") from None


def pack_ranges(indices: Iterable[int]) -> bytes:
    """Sorted entry numbers as one fact: CBOR [[first, past]…], half-open. How a deletion names what it erased."""
    ranges: list[list[int]] = []
    for index in indices:
        if ranges and ranges[-1][1] == index:
            ranges[-1][1] = index + 1
        else:
            ranges.append([index, index + 1])
    return encoding.encode(ranges, max_size=MAX_BODY)


def unpack_ranges(packed: object) -> list[tuple[int, int]]:
    """The reverse. Raises EntryRefused unless they are ascending, disjoint and not empty."""
    if not isinstance(packed, bytes):
        raise EntryRefused("A deletion names its entries in bytes.")
    try:
        pairs: Any = encoding.decode(packed, max_size=MAX_BODY)
        ranges = [(int(first), int(past)) for first, past in pairs]
    except (ValueError, TypeError):
        raise EntryRefused("A deletion's entries are not [first, past] pairs.") from None
    edges = [edge for pair in ranges for edge in pair]
    if not edges or edges != sorted(edges) or any(first == past for first, past in ranges):
        raise EntryRefused("A deletion's entries are out of order.")
    return ranges


def _raw(identifier: UUID | None) -> bytes | None:
    return None if identifier is None else identifier.bytes


def _key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise EntryRefused(f"{key!r} is no name of a fact.")
    return key


def _plain(key: str, fact: Fact) -> encoding.Value:
    """As it is encoded. Text from people is brought into its one form (NFC); a StrEnum is its text."""
    kind = type(fact)
    if kind is bytes or kind is bool or fact is None:
        return fact  # type: ignore[return-value]
    if kind is UUID:
        return fact.bytes  # type: ignore[union-attr]
    if isinstance(fact, str):
        return str(fact) if fact.isascii() else _normal(key, fact)
    if kind is int and 0 <= fact <= encoding.MAX_UINT:  # type: ignore[operator]
        return fact  # type: ignore[return-value]
    raise EntryRefused(f"The fact {key!r} can't be written: a {kind.__name__}, or an integer outside 0 … 2^53-1.")


def _normal(key: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise EntryRefused(f"The fact {key!r} holds half of a surrogate pair.") from None
    return unicodedata.normalize("NFC", text)


def _id(raw: bytes | None) -> UUID | None:
    return None if raw is None else UUID(bytes=raw)
