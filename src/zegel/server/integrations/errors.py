# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a key, a webhook or a call."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class BadKey(ZegelError):
    """No key of ours, or one that has expired or was withdrawn. Which of these is not told."""

    code = "bad_key"

    def __init__(self) -> None:
        super().__init__(_("This key opens nothing here."), action=_("Ask whoever gave it to you for a new one."))


class OutOfScope(ZegelError):
    """The key is right, what it asks is not in its scopes."""

    code = "out_of_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(
            _("This key may not do that: it lacks the scope %(scope)s.") % {"scope": scope},
            action=_("Have a key made with that scope."),
        )


class TooFast(ZegelError):
    """More calls than the key may make."""

    code = "too_many_requests"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(_("Too many requests."), action=_("Wait as long as Retry-After says."))
        self.retry_after_s = retry_after_s


class KeyReused(ZegelError):
    """The same idempotency key with something else."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            _("This idempotency key was used for something else."), action=_("Use a new one for each thing you send.")
        )


class BadSettings(ZegelError):
    """A key or a webhook that can't be as it was filled in."""

    code = "bad_settings"

    def __init__(self, message: str, action: str, field: str = "") -> None:
        super().__init__(message, action=action)
        self.details = {"field": field, "fields": [field]} if field else {}


class UnknownKey(ZegelError):
    code = "unknown_api_key"

    def __init__(self) -> None:
        super().__init__(_("There is no such key."), action=_("Load the page again."))


class UnknownWebhook(ZegelError):
    code = "unknown_webhook"

    def __init__(self) -> None:
        super().__init__(_("There is no such webhook."), action=_("Load the page again."))


class AddressRefused(ZegelError):
    """An address that this server doesn't call for anybody."""

    code = "address_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message, action=_("Give an https address on the public internet."))
        self.details = {"field": "url", "fields": ["url"]}
