# SPDX-License-Identifier: EUPL-1.2
"""The words of letters, plain and with their looks. Pure but for the catalogue of the language that is active."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from django.utils.translation import gettext as _

from zegel.server.website import markup

LOOKS = "font-family:sans-serif;font-size:16px;line-height:1.5;color:#1d2730;max-width:36em;margin:0 auto;padding:1em"
SMALL = "font-size:13px;color:#4a5763"


@dataclass(frozen=True)
class Text:
    subject: str
    text: str
    html: str = ""


def question(firm: str, link: str, origin: str) -> Text:
    """The second half of double opt-in: nothing is advertised here."""
    lines = [
        _("Good day,"),
        _("With this address the newsletter of %(firm)s was asked for. Was it you? Then open this page and press the "
          "button:") % {"firm": firm},
        link,
        _("If it was not you, do nothing: you get no newsletter, and after a week your address is gone here."),
    ]  # fmt: skip
    return Text(_("Was it you who asked for the newsletter of %(firm)s?") % {"firm": firm}, "\n\n".join(lines) + "\n")


def leaving(firm: str, link: str) -> Text:
    lines = [
        _("Good day,"),
        _("You want to leave the newsletter of %(firm)s. Open this page and press the button:") % {"firm": firm},
        link,
    ]
    return Text(_("Leave the newsletter of %(firm)s") % {"firm": firm}, "\n\n".join(lines) + "\n")


def told(firm: str, link: str) -> Text:
    """To the firm: that somebody wrote. What he wrote is read after signing in."""
    lines = [_("Somebody wrote in the contact form of %(firm)s.") % {"firm": firm}, _("Sign in to read it:"), link]
    return Text(_("A message from your website"), "\n\n".join(lines) + "\n")


def answered(firm: str, answer: str, asked: str) -> Text:
    quoted = "\n".join(f"> {line}" for line in asked.split("\n"))
    return Text(_("Your message to %(firm)s") % {"firm": firm}, f"{answer}\n\n{firm}\n\n{quoted}\n")


@dataclass(frozen=True)
class Sender:
    """Who sends a newsletter: its name, the lines of its imprint, and its privacy statement's address."""

    firm: str
    imprint: tuple[str, ...]
    statement: str


def newsletter(subject: str, body: str, sender: Sender, leave: str, origin: str) -> Text:
    """The same words twice, plain and with their looks; nothing in it is fetched from anywhere."""
    why = _("You get this because you asked for it, and confirmed it.")
    button = _("Unsubscribe")
    statement = _("Privacy statement")
    foot = [why, f"{button}: {leave}", *sender.imprint, f"{statement}: {sender.statement}"]
    plain = "\n\n".join([markup.plain(body, origin), "-- \n" + "\n".join(foot)]) + "\n"
    lines = "<br>".join(escape(line) for line in sender.imprint)
    html = (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(subject)}</title></head>'
        f'<body><div style="{LOOKS}"><h1 style="font-size:22px">{escape(subject)}</h1>{markup.html(body, origin)}'
        f'<hr><p style="{SMALL}">{escape(why)}<br><a href="{escape(leave)}">{escape(button)}</a></p>'
        f'<p style="{SMALL}">{lines}<br><a href="{escape(sender.statement)}">{escape(statement)}</a></p>'
        "</div></body></html>"
    )
    return Text(subject, plain, html)
