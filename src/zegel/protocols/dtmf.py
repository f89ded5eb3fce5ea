# SPDX-License-Identifier: EUPL-1.2
"""Contact ID as sixteen DTMF digits (SIA DC-05): `ACCT MT Q XYZ GG CCC S`, for receivers' serial lines and old logs.

MT is 18 or 98; the values of all sixteen digits add up to a multiple of 15, where 0 counts ten and B…F eleven to
fifteen. A is no digit of Contact ID.
"""

from __future__ import annotations

import re

from zegel.protocols.codes import Table
from zegel.protocols.dc09.content import contact_id
from zegel.protocols.errors import BadCrc, NotAFrame
from zegel.protocols.events import Event

_DIGITS = re.compile(r"[0-9B-F]{4}(?:18|98)[0-9B-F]{10}\Z")
_VALUES = {digit: int(digit, 16) or 10 for digit in "0123456789BCDEF"}
_CHECKS = {value: digit for digit, value in _VALUES.items()}


def checks(digits: str) -> bool:
    """Whether the sixteen digits add up."""
    return bool(_DIGITS.match(digits)) and sum(_VALUES[digit] for digit in digits) % 15 == 0


def with_check(digits: str) -> str:
    """The fifteen digits and the one that makes them add up. Raises NotAFrame when they are none."""
    if not _DIGITS.match(digits + "0"):
        raise NotAFrame("Contact ID is fifteen digits and their check digit, without A.")
    return digits + _CHECKS[-sum(_VALUES[digit] for digit in digits) % 15 or 15]


def read(digits: str, table: Table | None = None) -> tuple[str, Event]:
    """The account and the event. Raises NotAFrame, or BadCrc when the digits don't add up."""
    if not _DIGITS.match(digits):
        raise NotAFrame("Contact ID is sixteen digits, the fifth and sixth 18 or 98.")
    if not checks(digits):
        raise BadCrc("The digits don't add up to a multiple of 15.")
    event = contact_id(f"{digits[6:10]} {digits[10:12]} {digits[12:15]}", table)
    if event is None:
        raise NotAFrame("The qualifier is 1…9.")
    return digits[:4], event
