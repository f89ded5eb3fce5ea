# SPDX-License-Identifier: EUPL-1.2
"""The one decision. Principles that keep it safe:

- Deny is the default: no rule, no fact, an unknown word or a provider that fails all mean no.
- Facts are found out here, through the providers that rooms registered; a caller cannot bring one.
- There is no role, setting or environment in which it answers yes unasked.
- A refusal names what was missing, so that a person can act on it.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from zegel.server.gate import facts
from zegel.server.gate.errors import Denied
from zegel.server.gate.reasons import refusal
from zegel.server.gate.rules import Rule, Table, parse
from zegel.server.gate.vocabulary import Action, Decision, Purpose, Resource, ResourceKind
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.people.roles import Role


@cache
def load_table() -> Table:
    """The table of this installation. Raises RulesInvalid; called at start, when every room has registered its
    facts."""
    text = resources.files("zegel.server.gate").joinpath("rules.toml").read_text("utf-8")
    return parse(text, facts.known())


def decide(actor: Actor, action: Action | str, resource: Resource) -> Decision:
    """Whether `actor` may do `action` to `resource` now, for the purpose he states (actor.purpose)."""
    return decide_by(load_table(), actor, action, resource)


def require(actor: Actor, action: Action | str, resource: Resource) -> Decision:
    """As decide; raises Denied, with a sentence in the current language, unless allowed."""
    decision = decide(actor, action, resource)
    if not decision.allowed:
        raise Denied(decision, *refusal(decision.reason_code, decision.missing))
    return decision


def decide_by(table: Table, actor: Actor, action: Action | str, resource: Resource) -> Decision:
    """As decide, by a given table."""
    if actor.kind is not ActorKind.PERSON:
        return Decision(False, None, "not_a_person")
    if actor.id is None or actor.party_id is None:
        return Decision(False, None, "no_acting_party")
    if actor.role not in set(Role):
        return Decision(False, None, "unknown_role")
    if action not in set(Action):
        return Decision(False, None, "unknown_action")
    if resource.kind not in set(ResourceKind):
        return Decision(False, None, "unknown_resource")
    if actor.purpose is not None and actor.purpose not in set(Purpose):
        return Decision(False, None, "unknown_purpose")
    rules = table.matching(Role(actor.role), Action(action), ResourceKind(resource.kind))
    if not rules:
        return Decision(False, None, "no_rule")
    fitting = [rule for rule in rules if _fits(rule, actor.purpose)]
    if not fitting:
        return Decision(False, rules[0].name, "wrong_purpose" if actor.purpose else "no_purpose")
    return _judge(fitting[0], actor, resource)


def _fits(rule: Rule, purpose: str | None) -> bool:
    """A rule without purposes asks for none; one with purposes wants one of them stated."""
    return purpose in rule.purposes if rule.purposes else True


def _judge(rule: Rule, actor: Actor, resource: Resource) -> Decision:
    missing = tuple(name for name in rule.facts if not facts.holds(name, actor, resource))
    if missing:
        return Decision(False, rule.name, "missing_fact", missing)
    return Decision(True, rule.name, rule.reason.value)
