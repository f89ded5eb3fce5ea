# SPDX-License-Identifier: EUPL-1.2
"""By when a request is answered: Art. 12(3) GDPR, as dated law has it on the day on which it came in."""

from __future__ import annotations

from datetime import datetime

from zegel.declare import law
from zegel.server.requests.rules import Term


def answer(received: datetime) -> Term:
    """From the day on which it was received."""
    found = law.deadline("request.answer", received.date())
    return Term(found.months, found.source)


def extension(received: datetime) -> Term:
    """On top of that, once, with notice before the first has run out."""
    found = law.deadline("request.extension", received.date())
    return Term(found.months, found.source)
