# SPDX-License-Identifier: EUPL-1.2
"""What a sheet holds: the permitted fields of an order and nothing else. Pure. The principles that keep it safe:

- The list (fields.toml) says what is copied; what it does not say is not copied. Nothing is ever left out of a whole.
- Read twice: a sheet is made by the list, and shown by it again. A field that leaves the list leaves every screen.
- Free text is searched for what its reader may not know, because people write it there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from zegel.server.chain.rules import ROLE_OF, StepKind, without
from zegel.server.people.roles import Role


class Source(StrEnum):
    """Whose field it is."""

    ORDER = "order"
    CUSTOMER = "customer"
    PRODUCT = "product"
    STEP = "step"


FREE_TEXT = frozenset({"subject", "fault", "instructions", "earlier_work"})
TELLS_WHO = frozenset(
    {"customer_name", "contact_name", "street", "postcode", "phone", "email", "customer_number", "plate", "vin"}
)
"""Fields whose value is taken out of free text for a reader who may not have them."""


@dataclass(frozen=True)
class Declared:
    """`fields`: what the step's role may see → why it needs it."""

    kind: StepKind
    role: Role
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Declarations:
    """`known`: every field that could be copied → whose it is."""

    known: Mapping[str, Source]
    steps: Mapping[StepKind, Declared]


@cache
def declarations() -> Declarations:
    """The list of this installation. Raises ValueError when it names a field, step or role that does not exist, or
    gives no reason."""
    return parse(resources.files("zegel.server.chain").joinpath("fields.toml").read_text("utf-8"))


def parse(text: str) -> Declarations:
    """As `declarations`, of a given text."""
    raw = tomllib.loads(text)
    known = {name: Source(source) for name, source in raw.pop("known").items()}
    steps = {StepKind(kind): _declared(StepKind(kind), said, known) for kind, said in raw.items()}
    if missing := set(StepKind) - set(steps):
        raise ValueError(f"No fields are declared for {sorted(missing)}.")
    return Declarations(MappingProxyType(known), MappingProxyType(steps))


def _declared(kind: StepKind, said: Mapping[str, Any], known: Mapping[str, Source]) -> Declared:
    role = Role(said["role"])
    if role is not ROLE_OF[kind]:
        raise ValueError(f"{kind} is done by a {ROLE_OF[kind]}, not by a {role}.")
    for name, why in said["fields"].items():
        if name not in known or len(why.strip()) < 12:
            raise ValueError(f"{kind}.{name}: name a known field, and say in words why the {role} needs it.")
    return Declared(kind, role, MappingProxyType(dict(said["fields"])))


def permitted(kind: StepKind) -> frozenset[str]:
    return frozenset(declarations().steps[kind].fields)


def made(kind: StepKind, source: Mapping[str, Any]) -> dict[str, Any]:
    """The sheet's fields: of `source` what the step's role may see, its free text without what it may not."""
    allowed = declarations().steps[kind].fields
    hidden = [str(source[name]) for name in TELLS_WHO - set(allowed) if source.get(name)]
    if "customer_name" not in allowed:
        hidden += [word for word in str(source.get("customer_name") or "").split() if len(word) >= 4]
    found: dict[str, Any] = {}
    for name in allowed:
        value = source.get(name)
        if value in (None, "", []):
            continue
        found[name] = without(str(value), hidden, allowed) if name in FREE_TEXT else value
    return found


def shown(kind: StepKind, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What of a stored sheet goes to a screen: by the list once more."""
    allowed = permitted(kind)
    return {name: value for name, value in fields.items() if name in allowed}
