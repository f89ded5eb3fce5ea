# SPDX-License-Identifier: EUPL-1.2
"""What must hold before the server starts: every field of every room is declared as personal data or marked as none.

Identifiers and tenant columns are structure, the same in every room, and spoken for here once: they name rows, and
what they name is declared where it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig, apps
from django.core import checks

from zegel.declare import registry

ROOMS_PREFIX = "zegel.server."
STRUCTURE = frozenset({"id", "provider_id", "owner_id"})


def load_declarations() -> None:
    """Reads every room's personal_data.py."""
    for room in _rooms():
        if find_spec(f"{room.name}.personal_data"):
            import_module(f"{room.name}.personal_data")


def fields_by_model() -> dict[str, list[str]]:
    """Every concrete model of our rooms with its column-bearing fields, structure left out."""
    return {
        f"{room.label}.{model.__name__}": [
            field.name for field in model._meta.concrete_fields if field.name not in STRUCTURE
        ]
        for room in _rooms()
        for model in room.get_models(include_auto_created=True)
    }


def columns_by_table() -> dict[str, set[str]]:
    """Every table that a model speaks for, with its columns. The frameworks' tables are listed as unscoped, with the
    reason, and hold nobody's data (kernel.tenancy)."""
    found: dict[str, set[str]] = {}
    for model in apps.get_models(include_auto_created=True, include_swapped=True):
        columns = {field.column for field in model._meta.concrete_fields}
        found.setdefault(model._meta.db_table, set()).update(columns)
    return found


def _rooms() -> list[AppConfig]:
    return [config for config in apps.get_app_configs() if config.name.startswith(ROOMS_PREFIX)]


@checks.register("zegel")
def every_field_is_declared(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    load_declarations()
    models = fields_by_model()
    missing = [
        checks.Error(
            f"{field} is neither declared as personal data nor marked as none.",
            hint="Say so in its room's personal_data.py (zegel.declare).",
            id="zegel.E001",
        )
        for field in registry.undeclared(models)
    ]
    stale = [
        checks.Error(
            f"{field} is declared but doesn't exist.",
            hint="Take it out of its room's personal_data.py.",
            id="zegel.E002",
        )
        for field in registry.unknown(models)
    ]
    return [*missing, *stale]
