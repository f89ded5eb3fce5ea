# SPDX-License-Identifier: EUPL-1.2
"""The letters of a request. They name its number, whose answer it is and a link: nothing that was asked, and nothing
that was found. Pure but for the catalogue of the language that is active."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override


@dataclass(frozen=True)
class Text:
    subject: str
    body: str


@dataclass(frozen=True)
class About:
    """What every letter names."""

    number: str
    controller: str
    due: datetime
    language: str


def confirm(about: About, link: str) -> Text:
    with override(about.language):
        return _letter(
            _("Your request %(number)s: one thing to do"),
            about,
            _("Somebody filled in a form at %(controller)s with this address, to ask for his rights over data."),
            _("Was it you? Open this link and press the button:"),
            link,
            _("Was it not you? Do nothing: after a week everything that was filled in is gone."),
        )


def taken_in(about: About) -> Text:
    with override(about.language):
        return _letter(
            _("Your request %(number)s was received"),
            about,
            _("%(controller)s has your request and answers it by %(due)s at the latest (Article 12(3) GDPR)."),
            _(
                "To be sure that nobody else gets your data you may be asked who you are, never for a copy"
                " of a document."
            ),
        )


def identity(about: About, words: str) -> Text:
    with override(about.language):
        return _letter(
            _("Your request %(number)s: who are you?"),
            about,
            _("Before anything about you goes out, %(controller)s must be sure that it is you who asks."),
            words,
            _("Do not send a copy of a document: nobody needs it, and it would be thrown away."),
        )


def extended(about: About, words: str) -> Text:
    with override(about.language):
        return _letter(
            _("Your request %(number)s takes longer"),
            about,
            _("%(controller)s needs more time for your request, and answers it by %(due)s at the latest. Why:"),
            words,
            _("You can complain about it to the supervisory authority, or go to court."),
        )


def answered(about: About, link: str, days: int) -> Text:
    with override(about.language):
        return _letter(
            _("Your request %(number)s was answered"),
            about,
            _("The answer of %(controller)s lies behind this link:"),
            link,
            _(
                "It opens with the code that you were given, once, in one browser, within %(days)d days. Keep what you "
                "fetch: after that it is destroyed here."
            )
            % {"days": days},
        )


def office(about: About, what: str, link: str) -> Text:
    """To somebody of the office, or to whoever is responsible."""
    with override(about.language):
        return _letter(_("Request %(number)s of %(controller)s"), about, what, link)


def _letter(subject: str, about: About, *parts: str) -> Text:
    """The first part and the subject may name number, controller and day."""
    filled = {"number": about.number, "controller": about.controller, "due": f"{about.due:%Y-%m-%d}"}
    first, *rest = parts
    return Text(subject % filled, "\n\n".join((_("Good day,"), first % filled, *rest)) + "\n")
