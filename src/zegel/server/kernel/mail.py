# SPDX-License-Identifier: EUPL-1.2
"""Sends a letter. The one place that knows of e-mail; what may be sent to whom is decided above."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from zegel.server.kernel import log
from zegel.server.kernel.errors import ZegelError

LONGEST_TEXT = 100_000
MOST_FILES = 5_000_000  # bytes of all files together


class MailRefused(ZegelError):
    """The letter can't be sent like this."""

    code = "mail_refused"


@dataclass(frozen=True)
class Letter:
    """Plain text to one person. `reference` is an identifier for the log, never an address. `files`: (name, media type,
    content) of what goes with it."""

    to: str
    subject: str
    text: str
    reference: str
    files: tuple[tuple[str, str, bytes], ...] = ()


def send(letter: Letter) -> None:
    """Raises MailRefused for a bad address or header; what the mail server says comes through as OSError (try
    again)."""
    try:
        validate_email(letter.to)
    except Exception:
        raise MailRefused("This is not an e-mail address.") from None
    if sum(len(content) for _name, _type, content in letter.files) > MOST_FILES:
        raise MailRefused("Files of at most 5 MB go with a letter.")
    if re.search(r"[\r\n]", letter.subject) or len(letter.text) > LONGEST_TEXT:
        raise MailRefused("The subject is one line, and the text has at most 100,000 characters.")
    message = EmailMessage(subject=letter.subject, body=letter.text, to=[letter.to])
    for name, media_type, content in letter.files:
        message.attach(name, content, media_type)
    message.send()
    log.info("mail.sent", reference=letter.reference)


def is_address(text: str) -> bool:
    """Whether a letter could be sent there, by its form."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
