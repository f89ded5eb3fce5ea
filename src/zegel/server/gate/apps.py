# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: the table is checked before anyone is served."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.core import checks


class GateConfig(AppConfig):
    name = "zegel.server.gate"
    label = "gate"

    def ready(self) -> None:
        from zegel.server.gate import people_facts  # noqa: F401  registers the facts about people

        checks.register(check_table, "gate")


def check_table(app_configs: Sequence[AppConfig] | None, **_: object) -> list[checks.CheckMessage]:
    """A Django system check: every room has registered its facts by now, so the whole table can be judged."""
    from zegel.server.gate.decision import load_table
    from zegel.server.gate.errors import RulesInvalid

    try:
        load_table()
    except RulesInvalid as problem:
        return [checks.Critical(str(problem), hint="Correct gate/rules.toml, or register the fact.", id="gate.E001")]
    return []
