# SPDX-License-Identifier: EUPL-1.2
"""Sends a letter. The one place that knows of e-mail; what may be sent to whom is decided above, and over which
connections in `smtp`: verified TLS, or the letter waits."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.charset import QP, Charset
from email.utils import formataddr, formatdate, make_msgid
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from zegel.server.kernel import clock, dkim, log, smtp
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.smtp import WaitsForTls, Why

__all__ = [
    "Letter", "MailRefused", "NoSuchMailbox", "Sender", "WaitsForTls", "Why", "is_address", "one_connection", "send",
    "senders",
]  # fmt: skip

LONGEST_TEXT = 100_000
MOST_FILES = 5_000_000  # bytes of all files together
_LOGIN_CODE = re.compile(r"[a-z][a-z0-9-]{1,31}\.[2-9a-hjkmnp-z]{6}")  # as in people.rules: a name, no address
_TEXT = Charset("utf-8")
_TEXT.body_encoding = QP  # 7 bits on the way: no relay rewrites what was signed


class MailRefused(ZegelError):
    """The letter can't be sent like this."""

    code = "mail_refused"


class NoSuchMailbox(MailRefused):
    """The mail server takes no letter to that address, now and later. `status`: its code (RFC 3463, "5.1.1"), or ""."""

    code = "no_such_mailbox"

    def __init__(self, status: str) -> None:
        super().__init__("The mail server takes no letter to this address.")
        self.status = status


@dataclass(frozen=True)
class Letter:
    """Plain text to one person. `reference` is an identifier for the log, never an address. `files`: (name, media type,
    content) of what goes with it; `html`: the same text with its looks; `name`: who sends it, beside our address;
    `reply_to`: where an answer goes; `back`: where it goes when it can't be delivered; `headers`: further fields;
    `portal`: the path of the page that says the same after signing in, for where only that may be told. `entry`: of the
    ledger, where it is written that these files leave (I5): none goes without, see `exports.actions.post`. `owner`: the
    party in whose name it leaves, where that is not the installation's own (see `senders`)."""

    to: str
    subject: str
    text: str
    reference: str
    files: tuple[tuple[str, str, bytes], ...] = ()
    html: str = ""
    name: str = ""
    reply_to: str = ""
    back: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    portal: str = ""
    entry: int | None = None
    owner: UUID | None = None


@dataclass(frozen=True)
class Sender:
    """In whose name a letter leaves. `name`: beside the address; `answers`: where answers go, unless the letter says
    so; `address`: of its own, with the signer by whom its domain vouches for it; "": the installation's."""

    name: str
    answers: str = ""
    address: str = ""
    signer: dkim.Signer | None = None


_senders: list[Callable[[UUID], Sender | None]] = []


def senders(ask: Callable[[UUID], Sender | None]) -> None:
    """Registers who says in whose name a party's letters leave: a room above, once."""
    if ask not in _senders:
        _senders.append(ask)


def _sender_of(letter: Letter) -> Sender:
    found = [one for ask in _senders if letter.owner is not None and (one := ask(letter.owner)) is not None]
    return found[0] if found else Sender("")


_open: ContextVar[BaseEmailBackend | None] = ContextVar("zegel_mail", default=None)


@contextmanager
def one_connection() -> Iterator[None]:
    """Everything that is sent inside goes over one connection. Raises WaitsForTls at once when there is none."""
    with get_connection() as connection:
        token = _open.set(connection)
        try:
            yield
        finally:
            _open.reset(token)


def send(letter: Letter) -> None:
    """Raises MailRefused for a bad address or header, NoSuchMailbox when the mail server knows none of that name; what
    it says else comes through as OSError (try again), WaitsForTls among them. Who signs in with a login code has no
    address: nothing goes out."""
    if _LOGIN_CODE.fullmatch(letter.to):
        log.info("mail.no_address", reference=letter.reference)
        return
    message = _message(_checked(letter), _sender_of(letter))
    try:
        _leave(message, _open.get())
    except WaitsForTls as waits:
        log.warning("mail.waits", reference=letter.reference, why=waits.why.value)
        if not (letter.portal and smtp.setting("EMAIL_OTHERWISE") == "link"):
            raise
        _leave(_note(letter), get_connection(bare=True))
        log.info("mail.only_the_portal", reference=letter.reference)
        return
    log.info("mail.sent", reference=letter.reference)


def _checked(letter: Letter) -> Letter:
    if not is_address(letter.to) or (letter.reply_to and not is_address(letter.reply_to)):
        raise MailRefused("This is not an e-mail address.")
    if letter.files and letter.entry is None:
        raise MailRefused("That these files leave is written nowhere.", action="Send it by exports.actions.post.")
    if sum(len(content) for _name, _type, content in letter.files) > MOST_FILES:
        raise MailRefused("Files of at most 5 MB go with a letter.")
    lines = (letter.subject, letter.name, letter.back, *letter.headers, *letter.headers.values())
    if any(re.search(r"[\r\n]", line) for line in lines) or len(letter.text) > LONGEST_TEXT:
        raise MailRefused("The subject is one line, and the text has at most 100,000 characters.")
    return letter


def _leave(message: EmailMessage, connection: BaseEmailBackend | None) -> None:
    message.connection = connection
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()), (450, b""))
        if 500 <= code < 600:
            raise NoSuchMailbox(_status(said)) from None
        raise


def _status(said: bytes | str) -> str:
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    found = re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})\b", text)
    return found[1] if found else ""


def _message(letter: Letter, sender: Sender) -> EmailMessage:
    answers = letter.reply_to or (sender.answers if is_address(sender.answers) else "")
    message = EmailMultiAlternatives(
        letter.subject, letter.text, to=[letter.to], reply_to=[answers] if answers else None,
        headers=_headers(letter, sender),
    )  # fmt: skip
    setattr(message, smtp.SIGNER, sender.signer)
    message.encoding = _TEXT
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    for name, media_type, content in letter.files:
        message.attach(name, content, media_type)
    return message


def _headers(letter: Letter, sender: Sender) -> dict[str, str]:
    address, name = sender.address or str(settings.DEFAULT_FROM_EMAIL), " ".join((letter.name or sender.name).split())
    own = {
        "From": formataddr((name, address)) if name else address, "Date": formatdate(clock.now_ms() / 1000),
        "Message-ID": make_msgid(domain=address.rpartition("@")[2] or "localhost"),
    } | dict(letter.headers)  # fmt: skip
    return own | ({smtp.RETURN_PATH: letter.back} if letter.back else {})


def _note(letter: Letter) -> EmailMessage:
    """That there is something to read, and where one signs in: nothing else may be read on the way."""
    text = _("There is a message for you. Sign in to read it:")
    message = EmailMessage(
        _("There is a message for you"), f"{text}\n{settings.ORIGIN}{letter.portal}\n", to=[letter.to],
        headers=_headers(Letter(letter.to, "", "", letter.reference), Sender("")),
    )  # fmt: skip
    message.encoding = _TEXT
    return message


def is_address(text: str) -> bool:
    """Whether a letter could be sent there, by its form."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
