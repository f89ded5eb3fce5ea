# SPDX-License-Identifier: EUPL-1.2
"""Gate: who may do what, to what, for which purpose, on which facts. One table (rules.toml), one function (decide).

Imports from here are all that other rooms need: ask with `decide` or `require`, tell with `@fact`.
"""

from zegel.server.gate.decision import decide, require
from zegel.server.gate.errors import Denied, RulesInvalid
from zegel.server.gate.facts import fact
from zegel.server.gate.vocabulary import Action, Decision, Purpose, Resource, ResourceKind

__all__ = [
    "Action",
    "Decision",
    "Denied",
    "Purpose",
    "Resource",
    "ResourceKind",
    "RulesInvalid",
    "decide",
    "fact",
    "require",
]
