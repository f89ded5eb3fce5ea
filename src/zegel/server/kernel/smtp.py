# SPDX-License-Identifier: EUPL-1.2
"""The connection to the mail server: over verified TLS, or there is none. The principles (C17):

- Nothing is said to a server, no letter and no password, before TLS stands and its certificate is a trusted one of that
  very name. One that offers no TLS, or lost it on the way, gets nothing: the letter waits (WaitsForTls says why).
- There is no fall-back to plain text. Three things are not this rule, each by a name of its own: a sink on this machine
  (`plain-local://`, a loopback address only), which letters never leave; the console; and notes that hold nothing but
  the address of the portal, where the installation allows these when TLS fails (`otherwise=link`).
- `onward=require` asks the mail server for the same on the way to the mailbox (REQUIRETLS, RFC 8689), and waits where
  it can't promise that.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from zegel.server.kernel import dkim, log

TIMEOUT_S = 20.0
RETURN_PATH = "X-Zegel-Return-Path"  # between `mail` and this backend only; it is taken off before anything leaves
SIGNER = "zegel_signer"  # of a message: whose key signs it, where that is not the installation's


class Security(StrEnum):
    """How the mail server is reached."""

    STARTTLS = "starttls"
    TLS = "tls"  # from the first byte on
    PLAIN_LOCAL = "plain_local"  # a sink on this machine


class Why(StrEnum):
    """Why no letter leaves. The words are a person's to read: they stand in logs and on pages."""

    NO_TLS = "no_tls"  # the server offers none
    UNTRUSTED = "untrusted"  # nobody that we trust signed its certificate
    EXPIRED = "expired"
    OTHER_NAME = "other_name"
    BROKEN_TLS = "broken_tls"
    NO_ONWARD = "no_onward"  # it can't promise TLS up to the mailbox
    NOT_REACHED = "not_reached"
    REFUSED = "refused"  # it does not take our password, or us


class WaitsForTls(OSError):
    """No connection that may carry a letter. An OSError: whoever sends tries again."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"The letter waits: {why.value}.")
        self.why = why


@dataclass(frozen=True)
class Where:
    """The mail server, as settings have it. `ca`: a file with the certificates of one's own authority, or ""."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""
    ca: str = ""
    onward: bool = False

    @classmethod
    def of_settings(cls) -> Where:
        return cls(
            settings.EMAIL_HOST, settings.EMAIL_PORT, Security(setting("EMAIL_SECURITY")), settings.EMAIL_HOST_USER,
            settings.EMAIL_HOST_PASSWORD, str(setting("EMAIL_CA", "")), bool(setting("EMAIL_ONWARD", False)),
        )  # fmt: skip


def setting(name: str, otherwise: Any = None) -> Any:
    """Of the mail server; `otherwise` where letters leave through none."""
    return getattr(settings, name, otherwise)


# --- opening ---


def opened(where: Where) -> smtplib.SMTP:
    """Verified, greeted and signed in. Raises WaitsForTls."""
    try:
        connection = _protected(where)
    except WaitsForTls:
        raise
    except (OSError, smtplib.SMTPException) as error:
        raise WaitsForTls(why_of(error)) from None
    try:
        if where.onward and not connection.has_extn("requiretls"):
            raise WaitsForTls(Why.NO_ONWARD)
        if where.user:
            connection.login(where.user, where.password)
    except smtplib.SMTPException:
        connection.close()
        raise WaitsForTls(Why.REFUSED) from None
    except OSError:
        connection.close()
        raise
    return connection


def _protected(where: Where) -> smtplib.SMTP:
    name = _own_name()
    if where.security is Security.TLS:
        sealed = smtplib.SMTP_SSL(where.host, where.port, name, timeout=TIMEOUT_S, context=context(where.ca))
        sealed.ehlo_or_helo_if_needed()
        return sealed
    connection = smtplib.SMTP(where.host, where.port, name, timeout=TIMEOUT_S)
    try:
        connection.ehlo_or_helo_if_needed()
        if where.security is Security.PLAIN_LOCAL:
            _stays_here(connection)
            return connection
        if not connection.has_extn("starttls"):
            raise WaitsForTls(Why.NO_TLS)
        connection.starttls(context=context(where.ca))
        connection.ehlo()
    except BaseException:
        connection.close()
        raise
    return connection


def context(ca: str) -> ssl.SSLContext:
    """Trusts the system's authorities, or those of `ca` alone; the name is checked; nothing older than TLS 1.2."""
    made = ssl.create_default_context(cafile=ca or None)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def _stays_here(connection: smtplib.SMTP) -> None:
    """The other end is this machine, whatever its name leads to by now. Raises WaitsForTls."""
    sock: Any = connection.sock
    address = str(sock.getpeername()[0])
    if not (address.startswith("127.") or address == "::1"):
        raise WaitsForTls(Why.NO_TLS)


def _own_name() -> str:
    """What we call ourselves: the part of the sender behind the @, no name of a machine."""
    return str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2] or "localhost"


def why_of(error: BaseException) -> Why:
    if isinstance(error, ssl.SSLCertVerificationError):
        by_code = {9: Why.EXPIRED, 10: Why.EXPIRED, 62: Why.OTHER_NAME, 64: Why.OTHER_NAME}
        return by_code.get(error.verify_code, Why.UNTRUSTED)
    if isinstance(error, ssl.SSLError):
        return Why.BROKEN_TLS
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Why.NO_TLS
    if isinstance(error, smtplib.SMTPServerDisconnected | socket.timeout | ConnectionError | socket.gaierror):
        return Why.NOT_REACHED
    return Why.REFUSED if isinstance(error, smtplib.SMTPException) else Why.NOT_REACHED


def unprotected(where: Where) -> smtplib.SMTP:
    """For notes that hold nothing but the portal's address: with whatever TLS there is, and never with our password.
    Raises WaitsForTls."""
    loose = ssl.create_default_context()
    loose.check_hostname, loose.verify_mode = False, ssl.CERT_NONE
    name = _own_name()
    try:
        if where.security is Security.TLS:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(where.host, where.port, name, timeout=TIMEOUT_S, context=loose)
        else:
            connection = smtplib.SMTP(where.host, where.port, name, timeout=TIMEOUT_S)
            connection.ehlo()
            if connection.has_extn("starttls"):
                connection.starttls(context=loose)
        connection.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        raise WaitsForTls(why_of(error)) from None
    return connection


def trial() -> Why | None:
    """Reaches the mail server as a letter would, and says what keeps letters here; None: nothing, or letters never
    leave this machine."""
    if setting("EMAIL_SECURITY") is None:
        return None
    try:
        opened(Where.of_settings()).quit()
    except WaitsForTls as waits:
        return waits.why
    except (OSError, smtplib.SMTPException):
        return Why.NOT_REACHED
    return None


# --- Django's side ---


class Backend(BaseEmailBackend):
    """Sends what Django's EmailMessage holds, signed (RFC 6376) where the installation has a key for that. `bare`: for
    notes that hold nothing but the portal's address."""

    def __init__(self, fail_silently: bool = False, bare: bool = False, **_: Any) -> None:
        super().__init__(fail_silently=False)
        self._bare = bare
        self._connection: smtplib.SMTP | None = None
        self._lock = threading.RLock()

    def open(self) -> bool:
        if self._connection is not None:
            return False
        where = Where.of_settings()
        self._connection = unprotected(where) if self._bare else opened(where)
        return True

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with self._lock:
            mine = self.open()
            try:
                for message in email_messages:
                    self._send(message)
            finally:
                if mine:
                    self.close()
        return len(email_messages)

    def _send(self, message: EmailMessage) -> None:
        assert self._connection is not None
        made = message.message()
        back = str(made[RETURN_PATH] or message.from_email)
        del made[RETURN_PATH]
        raw = made.as_bytes(linesep="\r\n")
        options = ["REQUIRETLS"] if setting("EMAIL_ONWARD", False) and not self._bare else []
        try:
            signed = dkim.signed(raw, getattr(message, SIGNER, None))
            self._connection.sendmail(back, message.recipients(), signed, mail_options=options)
        except smtplib.SMTPServerDisconnected:
            self._connection = None
            log.warning("mail.cut_off")
            raise
