# SPDX-License-Identifier: EUPL-1.2
"""The letter with a consumer's link. It names the firm and the order's number: what it is about is behind the link."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override


@dataclass(frozen=True)
class Text:
    subject: str
    body: str


def write(firm: str, number: str, url: str, language: str) -> Text:
    """The letter in that language. `firm` is cut to one line."""
    said = {"firm": " ".join(firm.split())[:100], "number": number}
    with override(language):
        subject = _("Your order %(number)s at %(firm)s") % said
        lines = (
            _("%(firm)s has your order %(number)s.") % said,
            _("Follow it here, and correct your own details if they are wrong:"),
            url,
            _("The link is yours: it works in the browser that opens it first. Don't forward it."),
        )
    return Text(subject, "\n\n".join(lines) + "\n")
