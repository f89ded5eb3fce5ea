# SPDX-License-Identifier: EUPL-1.2
"""Pure decisions about people: what may be stored, who holds at a moment, when sign-in is refused unseen."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from zegel.seal.errors import SealError
from zegel.seal.suite import Suite, check_open_public, check_sign_public
from zegel.server.people.errors import BadField
from zegel.server.people.roles import Language

AUTH_KEY_LENGTH = 32
WINDOW = timedelta(minutes=15)
MAX_PER_ACCOUNT = 10
MAX_PER_ADDRESS = 50
MAX_PER_DEVICE = 10
DEVICE_LASTS = timedelta(days=180)
DEVICE_NONCE = 16
LONGEST_BUNDLE = 1024
LONGEST_PINS = 64 * 1024
LONGEST_ENVELOPE = 16 * 1024

_EMAIL = re.compile(r"[^\s@<>(),;:\\\"\x00-\x1f]{1,64}@[^\s@<>(),;:\\\"\x00-\x1f]{1,190}")
_LOGIN_CODE = re.compile(r"[a-z][a-z0-9-]{1,31}\.[2-9a-hjkmnp-z]{6}")
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another
_COUNTRY = re.compile(r"[A-Z]{2}")

AUDIT_LASTS = timedelta(days=90)
"""An auditor's account ends by itself; who needs it longer invites him again."""


class Dated(Protocol):
    """Something that holds from a date to a date (None: no end yet)."""

    @property
    def valid_from(self) -> datetime: ...

    @property
    def valid_to(self) -> datetime | None: ...


def in_force(dated: Dated, at: datetime) -> bool:
    """From its first instant, until just before its last."""
    return dated.valid_from <= at and (dated.valid_to is None or at < dated.valid_to)


def normalised_email(text: str) -> str:
    """Trimmed, NFKC, lower case: as the browser does before it derives the keys. Raises BadField."""
    email = unicodedata.normalize("NFKC", text.strip()).lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise BadField(_("This is not an e-mail address."), action=_("Write it like name@example.org."))
    return email


def login_code(slug: str, letters: str) -> str:
    """What somebody without an e-mail address signs in with: his organisation's name and six letters (I8)."""
    return f"{slug}.{letters}"


def is_login_code(text: str) -> bool:
    """No letter can be sent to it."""
    return "@" not in text and _LOGIN_CODE.fullmatch(text) is not None


def normalised_identifier(text: str) -> str:
    """By what an account is known: an e-mail address, or a login code where the organisation wants that. Normalised as
    the browser does. Raises BadField."""
    code = unicodedata.normalize("NFKC", text.strip()).lower()
    return code if is_login_code(code) else normalised_email(text)


def checked_name(text: str) -> str:
    """1 … 200 characters, no control characters, NFC. Raises BadField."""
    name = unicodedata.normalize("NFC", text.strip())
    if not 1 <= len(name) <= 200 or any(unicodedata.category(letter) == "Cc" for letter in name):
        raise BadField(_("A name has 1 to 200 characters."), action=_("Shorten or complete the name."))
    return name


def checked_country(text: str) -> str:
    if not _COUNTRY.fullmatch(text):
        raise BadField(
            _("A country is written with two capital letters."), action=_("Write NL, SE or DE, for example.")
        )
    return text


def checked_language(text: str) -> str:
    if text not in set(Language):
        raise BadField(_("This language is not available."), action=_("Choose nl, sv, de or en."))
    return text


def checked_suite(suite: int, sign_pk: bytes, open_pk: bytes) -> Suite:
    """Raises BadField unless the keys are of the suite."""
    try:
        known = Suite(suite)
        check_sign_public(sign_pk)
        check_open_public(known, open_pk)
    except (SealError, ValueError):
        raise BadField(_("These keys are not usable."), action=_("Have the app make new keys.")) from None
    return known


def checked_bytes(data: bytes, least: int, most: int) -> bytes:
    if not least <= len(data) <= most:
        raise BadField(_("These bytes have the wrong length."), action=_("Update the app and try again."))
    return data


def stored_auth(pepper: bytes, person_id: bytes, auth_key: bytes) -> bytes:
    """What the server keeps of an auth key. The key is derived with Argon2id in the browser, so one HMAC is enough
    here; the
    person's id in it keeps two accounts with one password apart."""
    return hmac.digest(pepper, b"zegel/stored-auth/v1\x00" + person_id + auth_key, hashlib.sha256)


def throttle_key(pepper: bytes, kind: str, value: str) -> bytes:
    """Under which an account or address is counted: names nobody without the pepper."""
    return hmac.digest(pepper, f"zegel/throttle/v1\x00{kind}\x00{value}".encode(), hashlib.sha256)


@dataclass(frozen=True)
class Device:
    """What a browser keeps after somebody signed in there (OWASP, "device cookies"): it proves that this account was
    once signed in to from here, and names neither. Bytes: nonce 16 ‖ issued, ms since 1970, u64 ‖ HMAC-SHA256."""

    nonce: bytes
    issued_ms: int
    mac: bytes

    @classmethod
    def parse(cls, data: bytes) -> Device | None:
        """None for what is none; whether it is genuine is `known_device`'s to say."""
        if len(data) != DEVICE_NONCE + 8 + 32:
            return None
        issued = int.from_bytes(data[DEVICE_NONCE : DEVICE_NONCE + 8], "big")
        return cls(data[:DEVICE_NONCE], issued, data[DEVICE_NONCE + 8 :])

    def encode(self) -> bytes:
        return self.nonce + self.issued_ms.to_bytes(8, "big") + self.mac


def new_device(pepper: bytes, person_id: bytes, epoch: int, nonce: bytes, now_ms: int) -> Device:
    """For an account that was just signed in to. It dies with the person's next 'sign out everywhere' (`epoch`)."""
    return Device(nonce, now_ms, _device_mac(pepper, person_id, epoch, nonce, now_ms))


def known_device(pepper: bytes, person_id: bytes, epoch: int, device: Device, now_ms: int) -> bool:
    """Whether it was made here, for this account, and not too long ago. Constant in time."""
    wanted = _device_mac(pepper, person_id, epoch, device.nonce, device.issued_ms)
    fresh = 0 <= now_ms - device.issued_ms <= DEVICE_LASTS.total_seconds() * 1000
    return hmac.compare_digest(wanted, device.mac) and fresh


def _device_mac(pepper: bytes, person_id: bytes, epoch: int, nonce: bytes, issued_ms: int) -> bytes:
    said = person_id + epoch.to_bytes(8, "big") + nonce + issued_ms.to_bytes(8, "big")
    return hmac.digest(pepper, b"zegel/device/v1\x00" + said, hashlib.sha256)


@dataclass(frozen=True)
class Count:
    """How many attempts there were since a moment."""

    count: int
    since: datetime


def retry_after_s(count: Count, most: int, now: datetime) -> int:
    """0 while another attempt may be made, else the seconds until it may."""
    ends = count.since + WINDOW
    if count.count <= most or now >= ends:
        return 0
    return max(1, int((ends - now).total_seconds()))
