# SPDX-License-Identifier: EUPL-1.2
"""The letters. They name the site and nothing else about anybody: mail is read by whoever carries it. Pure but for the
catalogue of the language that is active."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, override

from zegel.server.notify.classes import Class, Occasion

__all__ = ["Occasion", "Text", "heading", "summary", "write"]


@dataclass(frozen=True)
class Text:
    subject: str
    body: str


# occasion -> (subject, what happened, what the reader can do); %(site)s is the only thing that is filled in
_WORDS: dict[Occasion, tuple[Promise, Promise, Promise]] = {
    Occasion.ALARM: (
        _("Alarm at %(site)s"),
        _("Your unit at %(site)s raised an alarm. The alarm centre has it."),
        _("Is it nothing? Sign in and recall it: the alarm centre's picture stops within two seconds."),
    ),
    Occasion.RELEASE: (
        _("Images of %(site)s were released"),
        _("For an alarm at %(site)s your unit released images to the alarm centre, and nothing outside that alarm."),
        _("Sign in and open 'Who looked' to see who opened them, why and for how long."),
    ),
    Occasion.RECALL: (
        _("Alarm at %(site)s recalled"),
        _("The alarm at %(site)s was recalled. The alarm centre can't open its images any more."),
        _("You need not do anything."),
    ),
    Occasion.CENTRAL: (
        _("A panel's alarm at %(site)s may show pictures"),
        _("The alarm centre will see pictures for the panel's alarm at %(site)s: the panel or an owner signed it."),
        _("Is it nothing? Sign in and recall the alarm: no picture is shown any more."),
    ),
    Occasion.REOPENED: (
        _("Images of %(site)s were reopened"),
        _("The alarm centre reopened the images of an earlier alarm at %(site)s: what was released then, no more."),
        _("Sign in and open 'Who looked' to read why and for how long; you can end it there at once."),
    ),
    Occasion.HANDLED_AGAIN: (
        _("Alarm at %(site)s taken up again"),
        _("The alarm at %(site)s was recalled, turned out real, and the alarm centre handles it again."),
        _("It has no images. Is it nothing? Sign in and recall it once more."),
    ),
    Occasion.AFTER_RECALL: (
        _("Images of a recalled alarm at %(site)s are looked at"),
        _("The alarm at %(site)s was recalled, and the alarm centre now looks at what it had released."),
        _("Sign in and open 'Who looked' to read who, why and for how long; you can end it there at once."),
    ),
    Occasion.AFTER_RECALL_ARC: (
        _("Images of a recalled alarm at %(site)s are looked at"),
        _("Somebody of your alarm centre looks at images of an alarm at %(site)s that the customer had recalled."),
        _("Sign in and judge whether the reason that was given holds."),
    ),
    Occasion.TECHNICAL: (
        _("Something needs attention at %(site)s"),
        _("A unit or camera at %(site)s reported a technical trouble."),
        _("Sign in to see which one. You can ask your provider to look at it."),
    ),
    Occasion.LIVE: (
        _("Live view at %(site)s was opened"),
        _("Somebody opened the live view of a camera at %(site)s."),
        _("Sign in and open 'Who looked' to see who, and for how long. Is it nobody of yours? Change your password."),
    ),
    Occasion.MAINTENANCE: (
        _("A technician asks for access at %(site)s"),
        _("For a malfunction at %(site)s a technician asks to see a camera live, for a short time."),
        _("Sign in to read why and to allow it or not. Without your word nobody sees anything."),
    ),
    Occasion.MAINTENANCE_ENDED: (
        _("Maintenance at %(site)s has ended"),
        _("The technician's access at %(site)s has ended; his key is gone."),
        _("Sign in and open 'Who looked' to see when he looked."),
    ),
    Occasion.AGREEMENT: (
        _("An agreement was signed"),
        _("Another owner signed the agreement of %(site)s with the provider."),
        _("Sign in and open 'Agreements' to read exactly what was signed."),
    ),
    Occasion.AGREEMENT_ENDED: (
        _("An agreement has ended"),
        _("The agreement of %(site)s with the provider has ended. Nothing can be armed until another is signed."),
        _("Sign in and open 'Agreements' to read what was agreed, or to sign a new one."),
    ),
    Occasion.DIGEST: (
        _("Your day in numbers"),
        _("What you were told in the last 24 hours:"),
        _("Sign in to see each of them. When the digest comes, and whether, you choose under 'Notifications'."),
    ),
    Occasion.TEST: (
        _("A test, as you asked for it"),
        _("This is what a notification by e-mail looks like. It reached you."),
        _("Under 'Notifications' you choose what you are told about, and how."),
    ),
}

_WHAT: dict[str, Promise] = {
    "person": _("It was set off by a person."),
    "animal": _("It was set off by an animal."),
    "vehicle": _("It was set off by a vehicle."),
    "tamper": _("It is a tamper alarm: somebody may have covered, turned or opened the unit."),
    "fire": _("It is a fire alarm."),
    "hold_up": _("It is a hold-up alarm."),
    "holdup_duress": _("It is a hold-up alarm."),
    "medical": _("It is a medical alarm."),
    "panic": _("It is a panic alarm."),
}

_HEADINGS: dict[str, Promise] = {
    Class.ALARM.value: _("alarms"),
    Class.PERSON.value: _("alarms: a person"),
    Class.ANIMAL.value: _("alarms: an animal"),
    Class.VEHICLE.value: _("alarms: a vehicle"),
    Class.TAMPER.value: _("tamper alarms"),
    Class.TECHNICAL.value: _("technical troubles"),
    Class.LIVE.value: _("live view opened"),
    Class.LOOKED.value: _("images released or looked at"),
    Class.MAINTENANCE.value: _("maintenance"),
    Class.AGREEMENT.value: _("agreements and invitations"),
}
_RECALLED = _("alarms recalled")


def write(
    occasion: Occasion, site: str, language: str, origin: str, *, what: str = "", more: int = 0, path: str = "/"
) -> Text:
    """The letter in that language. `site` is cut to one line; `what`: the alarm's class, said where we have a sentence
    for it; `more`: how many of the same it stands for besides."""
    place = {"site": " ".join(site.split())[:100]}
    with override(language):
        subject, happened, to_do = (str(words) % place for words in _WORDS[occasion])
        if occasion is Occasion.ALARM and what in _WHAT:
            happened = f"{happened} {_WHAT[what]}"
        if more:
            again = ngettext("The same happened %(n)s time more.", "The same happened %(n)s times more.", more)
            happened = f"{happened} {again % {'n': more}}"
    return Text(subject, f"{happened}\n\n{to_do}\n{origin}{path}\n")


def heading(kind: str, occasion: str) -> str:
    """Under which line of the digest it counts: a key for `summary`."""
    return "recalled" if occasion == Occasion.RECALL.value else kind


def summary(counts: Counter[tuple[str, str]], language: str, origin: str) -> Text:
    """The digest: how often what was where. `counts` by (site, heading)."""
    with override(language):
        subject, happened, to_do = (str(words) for words in _WORDS[Occasion.DIGEST])
        names = {**_HEADINGS, "recalled": _RECALLED}
        lines = [
            f"  {count} × {names.get(kind, kind)}" + (f" ({place})" if place else "")
            for (place, kind), count in sorted(counts.items())
        ]
    return Text(subject, "\n".join([happened, "", *lines, "", to_do, f"{origin}/portal/events", ""]))
