# SPDX-License-Identifier: EUPL-1.2
"""The letters. They name the site and nothing else about anybody: mail is read by whoever carries it. Pure but for the
catalogue of the language that is active."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


class Occasion(StrEnum):
    """What somebody can be told about."""

    ALARM = "alarm"
    RELEASE = "release"
    RECALL = "recall"
    REOPENED = "reopened"
    HANDLED_AGAIN = "handled_again"
    AFTER_RECALL = "after_recall"
    AFTER_RECALL_ARC = "after_recall_arc"


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
}


def write(occasion: Occasion, site: str, language: str, origin: str) -> Text:
    """The letter in that language. `site` is cut to one line."""
    place = {"site": " ".join(site.split())[:100]}
    with override(language):
        subject, happened, to_do = (str(words) % place for words in _WORDS[occasion])
    return Text(subject, f"{happened}\n\n{to_do}\n{origin}\n")
