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


class CentralRefused(AlarmError):
    """A word for a panel's alarm that its unit would not take. `why`: the seal's own word, or ours."""

    code = "central_refused"

    def __init__(self, why: str) -> None:
        said = {
            "off": _("The unit takes no alarms of panels elsewhere."),
            "no_witness": _("Too few of the witnesses that your unit names are asked here."),
        }
        super().__init__(
            said.get(why, _("This word counts for nothing at the unit.")),
            action=_("Look at the hours page: which alarms of panels elsewhere may show pictures."),
        )
        self.why = why


class AlreadyClaimed(AlarmError):
    """Another operator was first."""

    code = "already_claimed"

    def __init__(self, who: str = "", at: str = "") -> None:
        said = _("A colleague already handles this alarm.")
        if who:
            said = _("%(who)s has handled this alarm since %(at)s UTC.") % {"who": who, "at": at}
        super().__init__(said, action=_("Take the next one."))


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


class NotRecallable(AlarmError):
    """A hold-up, a fire, somebody in need: nobody takes such an alarm back but an operator who knows."""

    code = "not_recallable"

    def __init__(self) -> None:
        super().__init__(
            _("This kind of alarm can't be recalled."), action=_("The alarm centre handles it; call it if you can.")
        )


class NotParkable(AlarmError):
    """Danger to people is never set aside."""

    code = "not_parkable"

    def __init__(self) -> None:
        super().__init__(_("This kind of alarm is never parked."), action=_("Handle it now, or release it."))


class UnknownStep(AlarmError):
    """The alarm's plan has no such step, or that can't come of it."""

    code = "unknown_step"

    def __init__(self) -> None:
        super().__init__(
            _("The alarm's action plan has no such step or outcome."), action=_("Choose one from the plan.")
        )


class BadTime(AlarmError):
    """A time or a length of time that is not allowed here."""

    code = "bad_time"

    def __init__(self, why: str) -> None:
        super().__init__(why, action=_("Choose another time."))


class BadParameter(AlarmError):
    """A figure that the standard or common sense does not allow. `name`: which."""

    code = "bad_parameter"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            _("%(name)s: %(why)s.") % {"name": name, "why": why}, action=_("Choose a figure within the limits.")
        )
        self.name = name


class Mismatch(AlarmError):
    """The same idempotency key with another request."""

    code = "idempotency_mismatch"

    def __init__(self) -> None:
        super().__init__(
            _("This key was used for another request."), action=_("Use a new key for each new request.")
        )
