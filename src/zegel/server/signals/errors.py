# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with lines, panels and signals, and what to do about it. Never a key, never a part of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zegel.server.kernel.errors import ZegelError

if TYPE_CHECKING:

    def _(text: str) -> str: ...

else:  # translated when it is shown, in the language of who reads it
    from django.utils.translation import gettext_lazy as _


class SignalsError(ZegelError):
    """The root of this room's errors."""

    code = "signals"


class UnknownLine(SignalsError):
    """No such line, or none of an alarm centre that serves this customer."""

    code = "unknown_line"

    def __init__(self) -> None:
        super().__init__(_("There is no such line."), action=_("Choose a line of the customer's alarm centre."))


class UnknownPanel(SignalsError):
    """No such panel, or not the asker's."""

    code = "unknown_panel"

    def __init__(self) -> None:
        super().__init__(_("There is no such panel."), action=_("Choose one of the panels in the list."))


class UnknownSignal(SignalsError):
    """No such signal, or not the asker's."""

    code = "unknown_signal"

    def __init__(self) -> None:
        super().__init__(_("There is no such signal."), action=_("Choose one of the signals in the list."))


class AccountTaken(SignalsError):
    """An account number can be one panel's only."""

    code = "account_taken"

    def __init__(self) -> None:
        super().__init__(
            _("Another panel uses this account number."),
            action=_("Choose another, or give the receiver's and line's number that the panel sends."),
        )
        self.details = {"field": "account"}


class BadPanel(SignalsError):
    """A field of a panel, line or zone that can't be right; `details` names it."""

    code = "bad_panel"

    def __init__(self, message: str, *, action: str = "", field: str = "") -> None:
        super().__init__(message, action=action)
        self.details = {"field": field}

    @classmethod
    def account(cls) -> BadPanel:
        return cls(
            _("This is not an account number."),
            action=_("Use 3 to 16 hexadecimal digits, as the panel sends them."),
            field="account",
        )

    @classmethod
    def name(cls) -> BadPanel:
        return cls(_("It has no name."), action=_("Give it a name that people on site know."), field="name")

    @classmethod
    def number(cls) -> BadPanel:
        return cls(
            _("This is not a receiver or line number."),
            action=_("Use up to 6 hexadecimal digits, or none."),
            field="receiver_no",
        )

    @classmethod
    def key(cls) -> BadPanel:
        return cls(
            _("This is not a key of that format."),
            action=_("Give 32, 48 or 64 hexadecimal digits, or 16, 24 or 32 characters."),
            field="key",
        )

    @classmethod
    def no_key(cls) -> BadPanel:
        return cls(
            _("A panel without a key needs TLS, or a recorded exception."),
            action=_("Give it a key, or put it under an exception with a reason and an end."),
            field="key",
        )

    @classmethod
    def poll(cls) -> BadPanel:
        return cls(
            _("These times of supervision are not possible."),
            action=_("Use 0 (none) or 10 seconds to 30 days, and a grace of at most a day."),
            field="poll_s",
        )

    @classmethod
    def zone(cls) -> BadPanel:
        return cls(
            _("This list of zones is not right."),
            action=_("Give each zone once, with a number, a name and a known class."),
            field="zones",
        )

    @classmethod
    def kind(cls) -> BadPanel:
        return cls(
            _("This way of sending is not known on that line."),
            action=_("Choose one that the line takes."),
            field="paths",
        )


class BadKey(SignalsError):
    """No key, one that is nobody's, or one that was revoked or has expired. One answer for all."""

    code = "bad_key"

    def __init__(self) -> None:
        super().__init__(_("This key is not valid."), action=_("Ask for a new key of this integration."))


class OutOfScope(SignalsError):
    """The key is good, and not for this."""

    code = "out_of_scope"

    def __init__(self) -> None:
        super().__init__(
            _("This integration may not do this, or not for this site."),
            action=_("Have its scopes or sites changed: make a new key."),
        )


class KeyReused(SignalsError):
    """One idempotency key for two different things."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            _("This idempotency key was used for something else."), action=_("Use a new key for each new thing.")
        )


class BadIntegration(SignalsError):
    """A name, scopes, sites or an end that can't be right."""

    code = "bad_integration"

    def __init__(self) -> None:
        super().__init__(
            _("An integration needs a name, known scopes, sites of one customer and an end within two years."),
            action=_("Correct it and send it again."),
        )


class BadBroker(SignalsError):
    """A broker's address that can't be right, or that this server may not connect to."""

    code = "bad_broker"

    def __init__(self) -> None:
        super().__init__(
            _("This server may not connect to that address."),
            action=_("Use a public name with TLS, or have the installation's administrator allow the host."),
        )
        self.details = {"field": "host"}


class UnknownBroker(SignalsError):
    """No such broker, or not the asker's."""

    code = "unknown_broker"

    def __init__(self) -> None:
        super().__init__(_("There is no such broker."), action=_("Choose one of the list."))


class UnknownIntegration(SignalsError):
    """No such integration, or not the asker's."""

    code = "unknown_integration"

    def __init__(self) -> None:
        super().__init__(_("There is no such integration."), action=_("Choose one of the list."))


class UnknownMailCamera(SignalsError):
    """No such camera, or not the asker's."""

    code = "unknown_mail_camera"

    def __init__(self) -> None:
        super().__init__(_("There is no such camera."), action=_("Choose one of the cameras in the list."))


class MailCameraRefused(SignalsError):
    """A home's profile allows no camera whose pictures the server sees."""

    code = "mail_camera_refused"

    def __init__(self) -> None:
        super().__init__(
            _("A camera that only knows e-mail is not allowed in a home: the server sees its pictures."),
            action=_("Use a camera with a unit, which seals pictures before they leave the house."),
        )


class BadException(SignalsError):
    """An exception for unencrypted signals must say why, and end."""

    code = "bad_exception"

    def __init__(self) -> None:
        super().__init__(
            _("An exception needs a reason and an end within a year."),
            action=_("Say why the way to us is closed to others (a VPN), and until when."),
        )


class PanelEnded(SignalsError):
    """A replaced or retired panel changes no more."""

    code = "panel_ended"

    def __init__(self) -> None:
        super().__init__(_("This panel is no longer in use."), action=_("Add a new one."))


class BadCode(SignalsError):
    """A provider's own meaning of a code that can't be right."""

    code = "bad_code"

    def __init__(self) -> None:
        super().__init__(
            _("This meaning of a code is not possible."),
            action=_("Give protocol, code, phase, class, a priority from 1 to 9 and a name."),
        )
