# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a plan, a contact or a code word, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class PlanError(ZegelError):
    """The root of this room's errors."""

    code = "plan"


class BadPlan(PlanError):
    """A plan that can't be followed. `step` (from 1; 0 for the plan itself) and `field` say where."""

    code = "bad_plan"

    def __init__(self, message: str, *, action: str, step: int = 0, field: str = "") -> None:
        where = _("Step %(no)d: %(what)s") % {"no": step, "what": message} if step else message
        super().__init__(where, action=action)
        self.step = step
        self.field = field


class ClassTaken(PlanError):
    """Another plan of the same place speaks of this class already: two plans for one alarm are none."""

    code = "plan_class_taken"

    def __init__(self, alarm_class: str) -> None:
        super().__init__(
            _("Another plan is for this class of alarm already."), action=_("Take the class out of that plan first.")
        )
        self.alarm_class = alarm_class


class PlanMoved(PlanError):
    """Somebody else saved a version meanwhile; nothing was overwritten."""

    code = "plan_moved"

    def __init__(self) -> None:
        super().__init__(
            _("Somebody saved a newer version of this plan meanwhile."),
            action=_("Open the newest version and make your change in that one."),
        )


class UnknownPlan(PlanError):
    """No such plan or version, or it is not the asker's to see."""

    code = "unknown_plan"

    def __init__(self) -> None:
        super().__init__(_("There is no such plan."), action=_("Go back to the list of plans."))


class UnknownContact(PlanError):
    """No such contact, or it is not the asker's to see, or it was removed."""

    code = "unknown_contact"

    def __init__(self) -> None:
        super().__init__(_("There is no such contact."), action=_("Go back to the list of contacts."))


class BadContact(PlanError):
    """A contact that nobody could call."""

    code = "bad_contact"

    def __init__(self, message: str, *, action: str, field: str = "") -> None:
        super().__init__(message, action=action)
        self.field = field


class BadCodeWord(PlanError):
    """A code word that is too short, or that a duress word can't be told from."""

    code = "bad_code_word"


class TooManyTries(PlanError):
    """Too many wrong words for one contact, or by one operator: nothing was compared."""

    code = "too_many_code_words"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            _("Too many wrong code words."), action=_("Go on with the plan, and treat the caller as unknown.")
        )
        self.retry_after_s = retry_after_s
