# SPDX-License-Identifier: EUPL-1.2
"""What the gate says when it refuses."""

from __future__ import annotations

from zegel.server.gate.vocabulary import Decision
from zegel.server.kernel.errors import Misconfigured, ZegelError


class RulesInvalid(Misconfigured):
    """rules.toml names something that does not exist, or says something twice; the server does not start."""

    code = "rules_invalid"


class Denied(ZegelError):
    """The gate said no. `decision` says which rule came nearest and what was missing."""

    code = "denied"

    def __init__(self, decision: Decision, message: str, action: str) -> None:
        super().__init__(message, action=action)
        self.decision = decision
        self.code = decision.reason_code
