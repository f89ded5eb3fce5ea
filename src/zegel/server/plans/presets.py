# SPDX-License-Identifier: EUPL-1.2
"""The plans that a provider starts with, in its own language: for it to change. What they ask for follows how alarm
centres work (EN 50518's order of handling): see first, call in order, a code word before anything is called off."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.plans.actions import Draft
from zegel.server.plans.rules import OTHER, Step, StepKind


def standard(language: str) -> tuple[Draft, ...]:
    """One plan for each group of classes, so that every alarm has one."""
    with override(language):
        return (_intrusion(), _hold_up(), _fire(), _medical(), _technical(), _rest())


def _look(text: str) -> Step:
    return Step(StepKind.LOOK, text)


def _call(text: str, *, code_word: bool, attempts: int = 2) -> Step:
    return Step(StepKind.CALL_CONTACT, text, attempts=attempts, code_word=code_word)


def _guard() -> Step:
    return Step(StepKind.SEND_GUARD, _("Send the first guard company that accepts."), tell_contacts=True)


def _intrusion() -> Draft:
    steps = (
        _look(_("Is somebody there who should not be? Say what you see, not who.")),
        _call(_("Ask for the code word. Without it, go on."), code_word=True),
        Step(StepKind.CALL_POLICE, _("Only when you saw somebody, or a second detector confirms.")),
        _guard(),
        Step(StepKind.WAIT, _("Wait for the guard, and look again when something moves."), wait_s=600),
        Step(StepKind.CLOSE_SUGGEST, _("Close with what the guard found.")),
    )
    return Draft(_("Burglary and sabotage"), ("burglary", "video", "contact_entry", "tamper"), steps)


def _hold_up() -> Draft:
    steps = (
        Step(StepKind.CALL_POLICE, _("At once. Do not call the site: whoever threatens there would hear it.")),
        _look(_("How many people, weapons, injured? Tell the police what you see.")),
        Step(StepKind.NOTE, _("Stay with the alarm until the police are there.")),
        Step(StepKind.CLOSE_SUGGEST, _("Close when the police say that it is over.")),
    )
    return Draft(_("Hold-up and duress"), ("holdup_duress",), steps)


def _fire() -> Draft:
    steps = (
        _look(_("Smoke or flames? People inside?")),
        Step(StepKind.CALL_POLICE, _("Call the fire brigade, and say what you see and where the entrance is.")),
        _call(_("Is anybody inside? Who opens for the fire brigade?"), code_word=False, attempts=3),
        _guard(),
        Step(StepKind.CLOSE_SUGGEST, _("Close when the fire brigade has left.")),
    )
    return Draft(_("Fire"), ("fire",), steps)


def _medical() -> Draft:
    steps = (
        _call(_("Call the person himself first. Is help needed?"), code_word=False, attempts=1),
        Step(StepKind.CALL_POLICE, _("Call an ambulance when nobody answers, or help is asked for.")),
        _call(_("Tell the contacts."), code_word=False),
        Step(StepKind.CLOSE_SUGGEST, _("Close when somebody is with the person.")),
    )
    return Draft(_("Medical"), ("medical",), steps)


def _technical() -> Draft:
    steps = (
        _call(_("Tell the contact what failed. In the night only when the site stays unguarded."), code_word=False),
        Step(StepKind.NOTE, _("Note when it will be repaired.")),
        Step(StepKind.CLOSE_SUGGEST, close_code="false_equipment"),
    )
    return Draft(_("Technical"), ("technical", "bypass", "open_close_exception"), steps)


def _rest() -> Draft:
    steps = (
        _look(_("What happened here?")),
        _call(_("Ask for the code word, and what happened."), code_word=True),
        Step(StepKind.CLOSE_SUGGEST, _("Close with what you found.")),
    )
    return Draft(_("Everything else"), (OTHER,), steps)
