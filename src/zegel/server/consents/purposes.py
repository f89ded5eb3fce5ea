# SPDX-License-Identifier: EUPL-1.2
"""What is asked consent for, in exactly which words, and what that means in the vocabulary of receipts (DPV).

A room that needs another consent adds a line here, and says with `withdrawn` what stops when it is taken back: a
purpose without that can't be given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from zegel.server.kernel import work

Stop = Callable[[work.Work, UUID, UUID | None, str], None]


@dataclass(frozen=True)
class Purpose:
    """`words`: what is agreed to; a change of them is a new `version`. `broader`, `data`, `processing`: terms of DPV;
    `recipients`: kinds of receivers beside the controller, in words."""

    code: str
    version: int
    title: Promise
    words: Promise
    broader: str
    data: tuple[str, ...]
    processing: tuple[str, ...]
    recipients: tuple[tuple[str, str], ...] = ()


PUSH = Purpose(
    "push", 1, _("Notifications on this device"),
    _(
        "I want to be told on this device. For that its browser’s push service (of Google, Mozilla, Apple or "
        "Microsoft, partly outside the EU) gets an address of this browser and learns when something is sent, never "
        "what. I can take this back here at any time with one press; then the address is erased and nothing is "
        "sent any more."
    ),
    "dpv:CommunicationManagement", ("pd:DeviceBased",), ("dpv:Collect", "dpv:Store", "dpv:Use", "dpv:Share"),
    (("group:PushService", "Push service of the browser"),),
)  # fmt: skip

NEWSLETTER = Purpose(
    "newsletter", 2, _("Newsletter"),
    _(
        "I want this firm’s newsletter by e-mail. My address serves for sending it and for nothing else. I can take "
        "this back at any time with the button in each issue; then my address is erased from the list."
    ),
    "dpv:DirectMarketing", ("pd:EmailAddress",), ("dpv:Collect", "dpv:Store", "dpv:Use"),
)  # fmt: skip

REGISTRATION = Purpose(
    "registration", 2, _("Registering a product"),
    _(
        "I want this company to register my product for warranty and service. For that it keeps my name, address, "
        "e-mail address and telephone number and what I say here of the product, for as long as the product lives, "
        "and uses them for nothing else. I can take this back at any time with the link in the e-mail that I get; "
        "then the registration is erased."
    ),
    "dpv:ServiceRegistration",
    ("pd:Name", "pd:PhysicalAddress", "pd:EmailAddress", "pd:TelephoneNumber", "pd:Purchase"),
    ("dpv:Collect", "dpv:Store", "dpv:Use"),
)  # fmt: skip

SERVICE_ORDER = Purpose(
    "service_order", 2, _("Handling what you ask"),
    _(
        "I want this company to handle what I ask here. For that it keeps my name, address, e-mail address and "
        "telephone number, my words and what I say of the product, and shows a mechanic, repair centre or carrier "
        "only what his step needs. I can take this back at any time with the link in the e-mail that I get; then "
        "nothing more is done with it."
    ),
    "dpv:RequestedServiceProvision",
    ("pd:Name", "pd:PhysicalAddress", "pd:EmailAddress", "pd:TelephoneNumber", "pd:Purchase"),
    ("dpv:Collect", "dpv:Store", "dpv:Use", "dpv:Share"),
    (("group:ServicePartner", "Mechanic, repair centre or carrier, for its own step only"),),
)  # fmt: skip

PURPOSES: dict[str, Purpose] = {
    purpose.code: purpose for purpose in (PUSH, NEWSLETTER, REGISTRATION, SERVICE_ORDER)
}

UNREACHABLE = "/letters-come-back"
"""Where a consent ended whose address takes no letters any more: no receipt is sent there."""

_stops: dict[str, Stop] = {}


def withdrawn(purpose: str) -> Callable[[Stop], Stop]:
    """Registers what stops when that consent is taken back; called in the same transaction with the controller, the
    person (None) and the address ("")."""

    def register(stop: Stop) -> Stop:
        if _stops.setdefault(purpose, stop) is not stop:
            raise ValueError(f"two say what stops with {purpose!r}")
        return stop

    return register


def stop_of(purpose: str) -> Stop:
    """Raises KeyError: a consent that could not be taken back is not asked for."""
    return _stops[purpose]


def hash_of(words: str) -> bytes:
    """By which words are named."""
    return hashlib.sha256(words.encode()).digest()


def words_of(purpose: Purpose, language: str) -> str:
    """The exact words, in that language."""
    with override(language):
        return str(purpose.words)
