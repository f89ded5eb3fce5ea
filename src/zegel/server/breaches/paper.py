# SPDX-License-Identifier: EUPL-1.2
"""Letters and forms as PDF."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.breaches.letters import Case, Text, form, moment
from zegel.server.exports import documents


@cache
def _folder() -> Path:
    return Path(__file__).parent / "papers"


def letter(text: Text, *, sender: str, to: str, at: datetime, country: str, language: str) -> bytes:
    with override(language):
        day = moment(at, country)
    said = {
        "subject": text.subject, "sender": sender, "to": to, "day": day,
        "paragraphs": [part.strip() for part in text.body.split("\n\n") if part.strip()],
    }  # fmt: skip
    return documents.pdf(_folder() / "letter.typ", said, language)


def authority_form(case: Case, language: str) -> bytes:
    with override(language):
        heads = {"question": _("Question"), "answer": _("Answer")}
    return documents.pdf(_folder() / "form.typ", {**form(case, language), **heads}, language)
