# SPDX-License-Identifier: EUPL-1.2
"""The letter with a guard's link. It names the site and nothing else: mail is read by whoever carries it, and the page
behind the link belongs to the first phone that opens it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override


@dataclass(frozen=True)
class Text:
    subject: str
    body: str


def write(site: str, url: str, language: str) -> Text:
    """The letter in that language. `site` is cut to one line."""
    place = {"site": " ".join(site.split())[:100]}
    with override(language):
        subject = _("Guard wanted at %(site)s") % place
        lines = (
            _("The alarm centre asks you to go to %(site)s.") % place,
            _("Open this link on the phone of who goes: address, route and report are behind it."),
            url,
            _("It works on the first phone that opens it, until the errand is over. Don't forward it after that."),
        )
    return Text(subject, "\n\n".join(lines) + "\n")
