# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with an alarm, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zegel.server.kernel.errors import ZegelError

if TYPE_CHECKING:

    def _(text: str) -> str: ...

else:  # translated when it is shown, in the language of who reads it
    from django.utils.translation import gettext_lazy as _


class AlarmError(ZegelError):
    """The root of this room's errors."""

    code = "alarm"


class NotAllowedNow(AlarmError):
    """The alarm is in a state in which this can't be done."""

    code = "alarm_not_allowed_now"

    def __init__(self, state: str, verb: str) -> None:
        super().__init__(
            _("This can't be done to the alarm now."), action=_("Look at its state first: it may have changed.")
        )
        self.state = state
        self.verb = verb


class UnknownAlarm(AlarmError):
    """There is no such alarm, or it is not the asker's to see."""

    code = "unknown_alarm"

    def __init__(self) -> None:
        super().__init__(_("There is no such alarm."), action=_("Go back to the queue."))


class AlreadyClaimed(AlarmError):
    """Another operator was first."""

    code = "already_claimed"

    def __init__(self) -> None:
        super().__init__(_("A colleague already handles this alarm."), action=_("Take the next one."))


class NotYours(AlarmError):
    """Only the operator who claimed the alarm acts on it."""

    code = "not_your_alarm"

    def __init__(self) -> None:
        super().__init__(_("This alarm is handled by someone else."), action=_("Claim it first."))


class UnknownCode(AlarmError):
    """A closing code that is not on the list."""

    code = "unknown_closing_code"

    def __init__(self) -> None:
        super().__init__(_("This is not a closing code."), action=_("Choose one from the list."))


class BadAlarm(AlarmError):
    """An alarm object that doesn't verify, or that contradicts what the unit said before."""

    code = "bad_alarm"

    def __init__(self, why: str) -> None:
        super().__init__(f"The alarm was refused: {why}.")
