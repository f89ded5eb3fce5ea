# SPDX-License-Identifier: EUPL-1.2
"""Who may act in a role besides having it. Rooms above say what a role asks (a service contract, for example).

It is looked at when somebody signs in, when he chooses for whom he acts, and at every request: an end works at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from zegel.server.people.errors import NotAMember
from zegel.server.people.roles import Role

Guard = Callable[[UUID, UUID], NotAMember | None]
"""Given person and party: None, or why he may not act in that role now."""

_guards: dict[Role, Guard] = {}


def only(role: Role) -> Callable[[Guard], Guard]:
    """Registers what a role asks; one guard for each role."""

    def register(guard: Guard) -> Guard:
        _guards[role] = guard
        return guard

    return register


def admitted(person_id: UUID, party_id: UUID, roles: Iterable[Role]) -> tuple[Role, ...]:
    """Those of his roles for that party in which he may act now. Raises what the guard says where none is left of
    some."""
    left: list[Role] = []
    refusals: list[NotAMember] = []
    for role in roles:
        guard = _guards.get(role)
        why = guard(person_id, party_id) if guard else None
        if why is None:
            left.append(role)
        else:
            refusals.append(why)
    if refusals and not left:
        raise refusals[0]
    return tuple(left)
