# SPDX-License-Identifier: EUPL-1.2
"""The public API as its own OpenAPI tells it, with values that schemathesis makes of it: never a fault of the server,
and every answer is one that the description names, in the form that it says.

In the suite few of each operation; many with `make soak`.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.actors import World

from zegel.server.integrations import keys
from zegel.server.integrations.rules import Scope
from zegel.server.kernel import clock

FEW, MANY = 3, int(os.environ.get("FUZZ", 60))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def try_all(world: World, monkeypatch: pytest.MonkeyPatch, most: int) -> int:
    monkeypatch.setattr(keys, "_pace", lambda _row: None)  # here it is tried what happens when they are not too many
    until = clock.now() + timedelta(days=1)
    _row, key = keys.make(world.actor("shop"), keys.NewKey("Fuzz", tuple(Scope), until))
    schema, count = openapi.from_wsgi("/api/service/v1/openapi.json", get_wsgi_application()), 0
    for found in schema.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                strategy = found.ok().as_strategy(generation_mode=mode)
            except Exception:
                continue
            count += _try(strategy, key, most)
    return count


def _try(strategy: Any, key: str, most: int) -> int:
    count = 0

    @settings(
        max_examples=most, deadline=None, database=None, phases=[Phase.generate], derandomize=most == FEW,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=strategy)
    def tried(case: Any) -> None:
        nonlocal count
        count += 1
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    tried()
    return count


def test_no_request_that_the_public_api_describes_breaks_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert try_all(world, monkeypatch, FEW) >= 50


@pytest.mark.soak
def test_no_request_of_very_many_breaks_the_public_api(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert try_all(world, monkeypatch, MANY) > 800
