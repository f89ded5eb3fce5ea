# SPDX-License-Identifier: EUPL-1.2
"""The lesson on recognising a breach of personal data and saying so at once (A9). Its words are the catalogues'; which
answers are right never leaves the server before somebody answered. A new version is a new lesson for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERSION = 1


@dataclass(frozen=True)
class Question:
    """What happened, whether it is a breach to report, and why."""

    id: str
    what: Promise | str
    breach: bool
    why: Promise | str


TEXT: tuple[Promise | str, ...] = (
    _("A breach is anything by which personal data is lost, is changed, or comes to somebody who should not have it."),
    _("It does not matter whose fault it was, whether it was on paper or on a screen, or whether it went well in the "
      "end. Nobody is blamed for reporting; what is not reported can't be put right."),
    _("Report it at once, also in doubt: your organisation has 72 hours to tell the authority, and they begin when the "
      "first of you notices. The button “Report a breach” stands in the bar of every page."),
    _("Say what happened, when, and whose data it was. Change nothing and delete nothing to hide it; others judge how "
      "bad it is."),
)  # fmt: skip

QUESTIONS: tuple[Question, ...] = (
    Question(
        "letter", _("You sent a customer's invoice to another customer with nearly the same name."), True,
        _("Somebody got data that was not meant for him. Report it, also when he promises to throw it away."),
    ),
    Question(
        "phone", _("Your telephone with the work's pages on it was left on a train. It is locked with a code."), True,
        _("A lost device counts until it is certain that nobody could look. Report it: sessions can be ended at once."),
    ),
    Question(
        "cc", _("You wrote to forty customers, and all of them can see each other's addresses."), True,
        _("Forty people learnt of each other that they are customers."),
    ),
    Question(
        "paper", _("A sheet with yesterday's route, with names and addresses, is not where you left it."), True,
        _("Paper counts like a screen. That it may turn up again changes nothing."),
    ),
    Question(
        "wiped", _("The list of orders was overwritten by mistake; last night's copy came back, without today's work."),
        True,
        _("Loss is a breach too, also when most of it came back."),
    ),
    Question(
        "slow", _("The pages are slow today, but everything is there and nobody else sees anything."), False,
        _("A nuisance, and worth telling the administrator; nobody's data was lost or seen."),
    ),
    Question(
        "asked", _("A customer asks on the telephone what you know of him, and you pass the question on."), False,
        _("That is his right. Answering a stranger without knowing who he is would be a breach."),
    ),
)  # fmt: skip


def mark(answers: dict[str, bool], questions: Sequence[Question] = QUESTIONS) -> tuple[int, Sequence[str]]:
    """How many were right, and the questions that were not; one that was left out is wrong."""
    wrong = [one.id for one in questions if answers.get(one.id) is not one.breach]
    return len(questions) - len(wrong), wrong
