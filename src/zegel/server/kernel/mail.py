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


class MailRefused(ZegelError):
    """The letter can't be sent like this."""

    code = "mail_refused"


@dataclass(frozen=True)
class Letter:
    """Plain text to one person. `reference` is an identifier for the log, never an address."""

    to: str
    subject: str
    text: str
    reference: str


def send(letter: Letter) -> None:
    """Raises MailRefused for a bad address or header; what the mail server says comes through as OSError (try
    again)."""
    try:
        validate_email(letter.to)
    except Exception:
        raise MailRefused("This is not an e-mail address.") from None
    if re.search(r"[\r\n]", letter.subject) or len(letter.text) > LONGEST_TEXT:
        raise MailRefused("The subject is one line, and the text has at most 100,000 characters.")
    EmailMessage(subject=letter.subject, body=letter.text, to=[letter.to]).send()
    log.info("mail.sent", reference=letter.reference)


def is_address(text: str) -> bool:
    """Whether a letter could be sent there, by its form."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
