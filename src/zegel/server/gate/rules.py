# SPDX-License-Identifier: EUPL-1.2
"""The rule table: read from TOML, checked whole, and then only looked up. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from zegel.server.gate.errors import RulesInvalid
from zegel.server.gate.vocabulary import Action, Purpose, ResourceKind
from zegel.server.people.roles import Role

Closed = TypeVar("Closed", bound=StrEnum)

_COLUMNS = {"role", "action", "resource", "purposes", "facts", "reason"}
_STANDING_COLUMNS = {"role", "facts", "but"}


class Reason(StrEnum):
    """Why a rule allows: the sentence that the person concerned gets to read."""

    OWN_IMAGES = "own_images"
    ALARM_WINDOW = "alarm_window"
    REOPENED = "reopened"
    GRANTED = "granted"
    GUARD_SENT = "guard_sent"
    OWN_THINGS = "own_things"
    ALARM_HANDLING = "alarm_handling"
    MAINTENANCE = "maintenance"
    OWN_LOG = "own_log"
    OWN_ORGANISATION = "own_organisation"
    DUTY = "duty"
    SUPERVISION = "supervision"
    CHAIN = "chain"
    BOOKS_AGREEMENT = "books_agreement"


@dataclass(frozen=True)
class Rule:
    """One line: these roles may do these actions to this kind of thing, for one of these purposes, if all facts
    hold."""

    number: int
    roles: frozenset[Role]
    actions: frozenset[Action]
    resource: ResourceKind
    purposes: frozenset[Purpose]
    facts: tuple[str, ...]
    reason: Reason

    @property
    def name(self) -> str:
        roles, actions = "+".join(sorted(self.roles)), "+".join(sorted(self.actions))
        return f"{self.number}:{roles}:{actions}:{self.resource}"


@dataclass(frozen=True)
class Standing:
    """What every line asks of these roles besides its own facts, but for these things."""

    roles: frozenset[Role]
    facts: tuple[str, ...]
    but: frozenset[ResourceKind]


@dataclass(frozen=True)
class Table:
    rules: tuple[Rule, ...]
    standing: tuple[Standing, ...] = ()

    def matching(self, role: Role, action: Action, resource: ResourceKind) -> tuple[Rule, ...]:
        found = [r for r in self.rules if role in r.roles and action in r.actions and r.resource is resource]
        more = tuple(
            fact for one in self.standing if role in one.roles and resource not in one.but for fact in one.facts
        )
        return tuple(replace(rule, facts=(*rule.facts, *more)) if more else rule for rule in found)


def parse(text: str, known_facts: Collection[str]) -> Table:
    """Raises RulesInvalid unless every line names only roles, actions, resources, purposes, reasons and facts that
    exist."""
    try:
        lines = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise RulesInvalid(f"The rule table is not TOML: {problem}.", action="Correct rules.toml.") from None
    rows, standing = lines.get("rule"), lines.get("standing", [])
    if set(lines) - {"standing"} != {"rule"} or not isinstance(rows, list) or not rows:
        raise RulesInvalid("The rule table has no [[rule]] lines, or something else beside them.")
    rules = tuple(_rule(number, row, known_facts) for number, row in enumerate(rows, start=1))
    _refuse_doubles(rules)
    return Table(rules, tuple(_standing(number, row, known_facts) for number, row in enumerate(standing, start=1)))


def _standing(number: int, row: Mapping[str, Any], known_facts: Collection[str]) -> Standing:
    if set(row) != _STANDING_COLUMNS or not set(row["facts"]) <= set(known_facts):
        raise RulesInvalid(f"Standing line {number} has columns {sorted(row)}, or a fact that no room provides.")
    return Standing(
        frozenset(_known(number, Role, text) for text in _some(number, "role", row["role"])),
        _some(number, "facts", row["facts"]),
        frozenset(_known(number, ResourceKind, text) for text in _texts(number, "but", row["but"])),
    )


def _rule(number: int, row: Mapping[str, Any], known_facts: Collection[str]) -> Rule:
    if set(row) != _COLUMNS:
        raise RulesInvalid(f"Rule {number} has columns {sorted(row)}, not {sorted(_COLUMNS)}.")
    facts = _texts(number, "facts", row["facts"])
    for fact in facts:
        if fact not in known_facts:
            raise RulesInvalid(f"Rule {number} requires the fact {fact!r}, which no room provides.")
    return Rule(
        number=number,
        roles=frozenset(_known(number, Role, text) for text in _some(number, "role", row["role"])),
        actions=frozenset(_known(number, Action, text) for text in _some(number, "action", row["action"])),
        resource=_known(number, ResourceKind, row["resource"]),
        purposes=frozenset(_known(number, Purpose, text) for text in _texts(number, "purposes", row["purposes"])),
        facts=facts,
        reason=_known(number, Reason, row["reason"]),
    )


def _known(number: int, closed: type[Closed], text: Any) -> Closed:
    try:
        return closed(text)
    except ValueError:
        raise RulesInvalid(f"Rule {number}: there is no {closed.__name__.lower()} {text!r}.") from None


def _texts(number: int, column: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise RulesInvalid(f"Rule {number}: {column} must be a list of texts.")
    if len(set(value)) != len(value):
        raise RulesInvalid(f"Rule {number}: {column} says something twice.")
    return tuple(value)


def _some(number: int, column: str, value: object) -> tuple[str, ...]:
    texts = _texts(number, column, value)
    if not texts:
        raise RulesInvalid(f"Rule {number}: {column} is empty; a rule for nobody or nothing is a mistake.")
    return texts


def _refuse_doubles(rules: tuple[Rule, ...]) -> None:
    """Two rules for the same role, action, resource and purpose would let the looser one win unseen."""
    seen: dict[tuple[Role, Action, ResourceKind, Purpose | None], Rule] = {}
    for rule in rules:
        for role in rule.roles:
            for action in rule.actions:
                for purpose in rule.purposes or {None}:
                    first = seen.setdefault((role, action, rule.resource, purpose), rule)
                    if first is not rule:
                        raise RulesInvalid(
                            f"Rules {first.number} and {rule.number} both speak of {role}, {action}, {rule.resource}, "
                            f"{purpose or 'no purpose'}."
                        )
