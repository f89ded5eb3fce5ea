# SPDX-License-Identifier: EUPL-1.2
"""Pure: which forms there are, what each asks, where they may stand, and what a program has to pay that sends many.

The puzzle (our own, nobody else is asked): a form carries a signed text with the time at which it was made. Whoever
sends the form brings it back with a number, so that the SHA-256 of both begins with DIFFICULTY zero bits: half a
second of a browser's time, unnoticed by a person and dear to who sends thousands. It counts from LEAST_AGE on (nobody
fills in a form in two seconds), until MOST_AGE, and once. Who has no script sends no number, and may send only now
and then.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

DIFFICULTY = 15
LEAST_AGE_S = 2
MOST_AGE_S = 3 * 3600
MOST_ORIGINS = 20
LONGEST_TEXT = 2000
LONGEST_NUMBER = 12
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_PUZZLE = re.compile(r"([0-9]{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})")


class FormKind(StrEnum):
    """The forms (promise I2), as they are named in their addresses."""

    REGISTRATION = "registration"
    REQUEST = "request"
    REPAIR = "repair"
    INSTALLATION = "installation"
    EXCHANGE = "exchange"
    RETURN = "return"
    COMPLAINT = "complaint"
    QUESTION = "question"


@dataclass(frozen=True)
class Asks:
    """What a form asks beside who somebody is. `product`: which one; needed but for who has none yet."""

    product: bool
    serial: bool
    purchase: bool
    text: bool


ASKS: dict[FormKind, Asks] = {
    FormKind.REGISTRATION: Asks(product=True, serial=True, purchase=True, text=False),
    FormKind.REQUEST: Asks(product=False, serial=False, purchase=False, text=True),
    FormKind.REPAIR: Asks(product=True, serial=True, purchase=True, text=True),
    FormKind.INSTALLATION: Asks(product=True, serial=False, purchase=False, text=True),
    FormKind.EXCHANGE: Asks(product=True, serial=True, purchase=True, text=True),
    FormKind.RETURN: Asks(product=True, serial=True, purchase=True, text=True),
    FormKind.COMPLAINT: Asks(product=False, serial=True, purchase=True, text=True),
    FormKind.QUESTION: Asks(product=False, serial=True, purchase=False, text=True),
}
"""I3: only what is needed. `product` False: it may be named and need not be."""


class Answer(StrEnum):
    """What the puzzle says of whoever sends a form."""

    SOLVED = "solved"
    UNSOLVED = "unsolved"  # without a script
    TOO_SOON = "too_soon"
    TOO_LATE = "too_late"
    FALSE = "false"


# --- where a form may stand ---


def origin_of(text: str) -> str:
    """https://host[:port] of what somebody typed or pasted; "" when it is none. http only of this machine, for tests
    and for who builds his page there."""
    text = text.strip().lower()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    try:
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.username or not _HOST.fullmatch(host) or not ("." in host or host == "localhost"):
        return ""
    local = host == "localhost" or host == "127.0.0.1"
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        return ""
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in {None, usual} else f":{port}")


# --- the puzzle ---


def new_puzzle(key: bytes, form: str, now_s: int, random: bytes) -> str:
    """`form`: whose and which; `random`: 16 bytes."""
    said = f"{now_s}.{random.hex()}"
    return f"{said}.{_mac(key, form, said)}"


def judge(key: bytes, form: str, puzzle: str, number: str, now_s: int) -> Answer:
    """Of what came back."""
    found = _PUZZLE.fullmatch(puzzle)
    if found is None or not hmac.compare_digest(_mac(key, form, puzzle[: puzzle.rfind(".")]), found[3]):
        return Answer.FALSE
    age = now_s - int(found[1])
    if age < LEAST_AGE_S:
        return Answer.TOO_SOON
    if age > MOST_AGE_S:
        return Answer.TOO_LATE
    if not number:
        return Answer.UNSOLVED
    if len(number) > LONGEST_NUMBER or not number.isdecimal() or not number.isascii():
        return Answer.FALSE
    return Answer.SOLVED if solves(puzzle, number) else Answer.FALSE


def solves(puzzle: str, number: str) -> bool:
    digest = hashlib.sha256(f"{puzzle}.{number}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - DIFFICULTY) == 0


def solve(puzzle: str) -> str:
    """What the page's script does."""
    number = 0
    while not solves(puzzle, str(number)):
        number += 1
    return str(number)


def _mac(key: bytes, form: str, said: str) -> str:
    return hmac.new(key, f"{form}\n{said}".encode(), hashlib.sha256).hexdigest()
