# SPDX-License-Identifier: EUPL-1.2
"""The closed sets and limits of a site. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

LANGUAGES = ("nl", "sv", "de", "en")
HOME = "home"
LONGEST_BODY, LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_MESSAGE = 20_000, 120, 300, 4000
MOST_PAGES = 40
CONFIRM_LASTS = timedelta(days=7)
LETTER_PAUSE = timedelta(hours=24)  # nobody is sent a second question within a day, whoever fills in his address
MOST_SOFT = 3  # letters in a row that did not arrive
MOST_TRIES = 8
QUICKEST_S, LONGEST_S = 3, 24 * 3600  # a person needs some seconds for a form; a page that lay open for a day is old
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
RESERVED = frozenset({"contact", "newsletter", "privacy"})  # pages that a site has by itself


class MessageState(StrEnum):
    NEW = "new"
    ANSWERED = "answered"
    CLOSED = "closed"


class Source(StrEnum):
    """Where somebody asked for the newsletter."""

    NEWSLETTER = "newsletter"
    CONTACT = "contact"


class SubscriberState(StrEnum):
    ASKED = "asked"  # the letter with the question is on its way
    CONFIRMED = "confirmed"
    BOUNCED = "bounced"  # its letters don't arrive


class LetterState(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"  # the mail server did not take it
    BOUNCED = "bounced"  # it came back
    SKIPPED = "skipped"  # unsubscribed meanwhile


class LinkKind(StrEnum):
    """What a letter's link does."""

    CONFIRM = "confirm"
    LEAVE = "leave"


def is_slug(text: str, longest: int = 40) -> bool:
    return len(text) <= longest and _SLUG.fullmatch(text) is not None and text not in RESERVED


# --- links: whose they are stands in them, and only the server can write one ---

_TAG = 16


def link_token(secret: bytes, kind: LinkKind, owner_id: UUID, subscriber_id: UUID) -> str:
    """64 letters of URL-safe base64: owner, subscriber, and 128 bits of HMAC-SHA-256 over both and the kind."""
    raw = owner_id.bytes + subscriber_id.bytes
    return base64.urlsafe_b64encode(raw + _mac(secret, kind.value, raw)).decode()


def read_link(secret: bytes, kind: LinkKind, token: str) -> tuple[UUID, UUID] | None:
    """Owner and subscriber; None for what this server did not write for that kind."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{64}", token):
        return None
    raw = base64.urlsafe_b64decode(token)
    body, tag = raw[:32], raw[32:]
    if not hmac.compare_digest(tag, _mac(secret, kind.value, body)):
        return None
    return UUID(bytes=body[:16]), UUID(bytes=body[16:])


def _mac(secret: bytes, what: str, raw: bytes) -> bytes:
    return hmac.digest(secret, b"zegel/website/" + what.encode() + b"\x00" + raw, hashlib.sha256)[:_TAG]


def return_path(secret: bytes, owner_id: UUID, delivery_id: UUID) -> str:
    """The local part of the address to which an undeliverable copy comes back: it names the copy, and only the server
    can write one. At most 64 letters (RFC 5321 §4.5.3.1.1), without regard to case."""
    raw = owner_id.bytes + delivery_id.bytes
    return "b+" + base64.b32encode(raw + _mac(secret, "bounce", raw)[:6]).decode().rstrip("=").lower()


def read_return_path(secret: bytes, local: str) -> tuple[UUID, UUID] | None:
    """Owner and copy; None for any other address."""
    found = re.fullmatch(r"b\+([a-z2-7]{61})", local.lower())
    if found is None:
        return None
    raw = base64.b32decode(found[1].upper() + "===")
    body, tag = raw[:32], raw[32:]
    if not hmac.compare_digest(tag, _mac(secret, "bounce", body)[:6]):
        return None
    return UUID(bytes=body[:16]), UUID(bytes=body[16:])


# --- a form's own time, against programs that fill in faster than anybody writes ---


def form_stamp(secret: bytes, slug: str, at_s: int) -> str:
    return f"{at_s:x}." + hmac.digest(secret, f"form\x00{slug}\x00{at_s}".encode(), hashlib.sha256)[:12].hex()


class Filled(StrEnum):
    """How long a form took."""

    IN_TIME = "in_time"
    TOO_QUICK = "too_quick"
    OLD = "old"
    FORGED = "forged"


def filled(secret: bytes, slug: str, stamp: str, now_s: int) -> Filled:
    if not re.fullmatch(r"[0-9a-f]{1,12}\.[0-9a-f]{24}", stamp):
        return Filled.FORGED
    at_s = int(stamp.partition(".")[0], 16)
    if not hmac.compare_digest(form_stamp(secret, slug, at_s), stamp):
        return Filled.FORGED
    if now_s - at_s < QUICKEST_S:
        return Filled.TOO_QUICK
    return Filled.OLD if now_s - at_s > LONGEST_S else Filled.IN_TIME


# --- what comes back (RFC 3463) ---


@dataclass(frozen=True)
class Verdict:
    """`final`: the letter will not arrive; `hard`: no letter to that address ever will."""

    final: bool
    hard: bool


def judged(action: str, status: str) -> Verdict:
    """What a delivery report says. Only what is wrong with the mailbox or domain itself (5.1.x, 5.2.1, 5.4.4) ends an
    address at once; full boxes, sizes and policies count as one letter that did not arrive."""
    if action.strip().lower() != "failed":
        return Verdict(False, False)
    code = status.strip()
    hard = re.fullmatch(r"5\.(1\.(0|1|2|3|6|10)|2\.1|4\.4)", code) is not None
    return Verdict(True, hard)


BACK_OFF_MIN = (2, 5, 15, 60, 180, 360, 720, 1440)


def next_try(attempts: int) -> timedelta:
    """How long a copy waits after so many tries."""
    return timedelta(minutes=BACK_OFF_MIN[min(attempts, len(BACK_OFF_MIN)) - 1])


_PROGRAM = re.compile(r"bot|crawl|spider|slurp|curl|wget|python|preview|monitor", re.I)


def is_program(agent: str) -> bool:
    """Whether a page is fetched by a program that says so, which is not counted. What it said is kept nowhere."""
    return not agent or _PROGRAM.search(agent) is not None
