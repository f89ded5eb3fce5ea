# SPDX-License-Identifier: EUPL-1.2
"""The whole API as its own OpenAPI tells it, with values that schemathesis makes of it, right ones and wrong ones, as
each kind of person: never a fault of the server, and every refusal is a typed error that says what is wrong.

In the suite one of each operation, right and wrong ones in turn; many of both with `make soak`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, openapi
from schemathesis.errors import SchemathesisError
from tests.actors import World
from tests.attack.test_door_routes import signed_in

from zegel.server.api import throttle
from zegel.server.api.urls import api

PEOPLE = ("owner", "supervisor", "technician", "planner")
FEW, MANY = 1, int(os.environ.get('FUZZ', 30))
ENDS_THE_SESSION = ("/sign-out", "/sign-out-everywhere", "/acting-party")


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many requests are refused for being many; here it is tried what happens when they are not."""
    for name in dir(throttle):
        if isinstance(getattr(throttle, name), throttle.Buckets):
            monkeypatch.setattr(throttle, name, throttle.Buckets(throttle.Rate(1e9, 1e9)))


def operations() -> Iterator[Any]:
    schema = openapi.from_dict(api.get_openapi_schema())
    for found in schema.get_all_operations():
        operation = found.ok()
        if not operation.path.endswith(ENDS_THE_SESSION):
            yield operation


def send(client: Any, case: Any) -> Any:
    headers = {name: value for name, value in (case.headers or {}).items() if "\n" not in str(value)}
    body: dict[str, Any] = {}
    if isinstance(case.body, (dict, list, str, int, float, bool, bytes)) or case.body is None:
        raw = case.body if isinstance(case.body, bytes) else None
        body = {"data": raw if raw is not None else _json(case.body), "content_type": "application/json"}
    return client.generic(
        case.method, case.formatted_path, body.get("data", b""), body.get("content_type", "application/json"),
        query_params=case.query or {}, headers=headers,
    )  # fmt: skip


def _json(value: Any) -> bytes:
    import json

    return json.dumps(value, default=str).encode("utf-8", "surrogatepass")


def check(response: Any, what: str) -> None:
    assert response.status_code < 500 or response.status_code == 503, f"{what}: {response.status_code}"
    if response.status_code >= 400 and response["Content-Type"].startswith("application/json"):
        error = response.json()["error"]
        assert error["code"], what
        assert error["message"], what


def try_one(client: Any, operation: Any, mode: GenerationMode, most: int) -> int:
    """How many requests were tried of one operation."""
    count = 0

    @settings(
        max_examples=most, deadline=None, database=None, phases=[Phase.generate], derandomize=most == FEW,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(mode))
    def tried(case: Any) -> None:
        nonlocal count
        count += 1
        check(send(client, case), f"{case.method} {case.formatted_path} {case.query} {case.body!r}"[:600])

    with suppress(SchemathesisError):  # nothing wrong can be said to an operation that takes nothing
        tried()
    return count


def try_all(world: World, people: Sequence[str], most: int) -> int:
    """Each operation as the next of these people, by right values and by wrong ones."""
    clients, count, wrong = [signed_in(world, person) for person in people], 0, []
    for number, operation in enumerate(operations()):
        client = clients[number % len(clients)]
        client.raise_request_exception = False
        for mode in GenerationMode if most > FEW else (tuple(GenerationMode)[number // len(clients) % 2],):
            try:
                count += try_one(client, operation, mode, most)
            except AssertionError as error:
                wrong.append(str(error))
    assert not wrong, "\n".join(wrong)
    return count


def test_no_request_that_the_api_describes_breaks_it(world: World, case: Any) -> None:
    assert try_all(world, PEOPLE, FEW) > 200


@pytest.mark.soak
@pytest.mark.parametrize("person", PEOPLE)
def test_no_request_of_very_many_breaks_it(world: World, case: Any, person: str) -> None:
    assert try_all(world, (person,), MANY) > 5000


def test_a_text_with_nul_and_a_time_after_the_last_year_are_the_callers_fault(world: World) -> None:
    """Both were the server's until they were found here."""
    client = signed_in(world, "supervisor")
    for body, refused in (({"note": "a\x00b"}, 400), ({"note": ["\x00"]}, 400), ({"note": {"\x00": 1}}, 400)):
        answer = client.post("/api/v1/centre/hand-overs", _json(body), "application/json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (refused, "bad_request")
    late = {"words": "later", "due_ms": 2**53 - 1}
    assert signed_in(world, "planner").post("/api/v1/tasks", _json(late), "application/json").status_code == 422
