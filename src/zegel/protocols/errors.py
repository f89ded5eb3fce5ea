# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with something that a panel, a camera or a box of another maker sent.

None of these loses a signal: whoever receives stores the bytes first and raises what can't be read for a person. The
texts never contain a key, and never a character that could forge a line of a log.
"""

from __future__ import annotations

from typing import ClassVar


class ProtocolError(ValueError):
    """Anything that a protocol refuses. `code` is stable, `action` says what to do."""

    code: ClassVar[str] = "protocol_refused"
    action: str = "Store the bytes and raise them for a person."

    def __init__(self, what: str, action: str | None = None) -> None:
        super().__init__(what)
        if action is not None:
            self.action = action


class NotAFrame(ProtocolError):
    """The bytes are no DC-09 frame, however tolerantly read."""

    code = "not_a_frame"


class BadCrc(ProtocolError):
    """The checksum doesn't fit in any form that is seen in the field."""

    code = "bad_crc"
    action = "Answer NAK: the sender repeats it."


class BadLength(ProtocolError):
    """The length field doesn't fit the frame. Harmless where the checksum fits."""

    code = "bad_length"
    action = "Accept it when the checksum fits; note it at the panel."


class WrongKey(ProtocolError):
    """The ciphertext doesn't open with this account's key, or there is none."""

    code = "wrong_key"
    action = "Answer DUH; compare the key, its length and its format (hex or characters) at the panel and here."


class PlainForEncrypted(ProtocolError):
    """A readable message for an account that has a key. Anybody could have sent it."""

    code = "plain_for_encrypted"
    action = "Don't acknowledge it; raise it. Turn encryption on at the panel."


class StaleTimestamp(ProtocolError):
    """An encrypted message without a time, or with one outside −40…+20 s: perhaps a replay."""

    code = "stale_timestamp"
    action = "Answer NAK with our time: the sender sets its clock and repeats it."


class BadKey(ProtocolError):
    """What was given as a key is none: wrong length or alphabet for its format."""

    code = "bad_key"
    action = "Give 32, 48 or 64 hexadecimal digits (format hex), or 16, 24 or 32 characters (format ascii)."


class BadTable(ProtocolError):
    """A row of a provider's own table of codes is wrong."""

    code = "bad_table"
    action = "Correct the row; the table in use has not changed."


class BadMessage(ProtocolError):
    """What is to be sent can't be written: a field is missing, too long, or has forbidden characters."""

    code = "bad_message"
    action = "Correct the field that the message names."
