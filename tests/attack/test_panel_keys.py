# SPDX-License-Identifier: EUPL-1.2
"""A panel's key goes in and never comes out: not by an answer, an error, a log, a dump, an event, or the wire."""

from __future__ import annotations

import io
import json
import logging
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest
from tests.actors import World
from tests.attack.test_door_routes import attempts, routes, signed_in
from tests.integration.signals import panels
from tests.integration.signals.receiving import Receiving

from zegel.demo.world import WORLD
from zegel.protocols import dc09
from zegel.server.kernel import ids
from zegel.server.signals import actions, keys, queries
from zegel.server.signals.models import KeyFormat

ASCII = "correct horse 16"
SECRETS = (
    bytes.fromhex(panels.KEY), panels.KEY.encode(), panels.KEY.lower().encode(), ASCII.encode(),
    ASCII.encode().hex().encode(), ASCII.encode().hex().upper().encode(),
)  # fmt: skip


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Any:
    """Everything that is logged, of every logger, to the last detail."""
    with caplog.at_level(logging.INFO):
        yield lambda: "\n".join(
            f"{record.getMessage()} {record.__dict__} {record.exc_text}" for record in caplog.records
        ).encode()


def clean(content: bytes) -> bool:
    return not any(secret in content for secret in SECRETS)


def test_no_route_log_event_dump_or_answer_on_the_wire_holds_a_key(world: World, said: Any) -> None:
    from django.core.management import call_command

    from zegel.server.kernel import tenancy
    from zegel.server.kernel.models import OutboxEvent

    line = panels.line(world)
    panel = panels.panel(world, line)
    ascii_panel = actions.add_panel(
        world.actor("technician"),
        actions.NewPanel(WORLD.site("yard").id, line.id, "Other", "5678", key=ASCII, key_format=KeyFormat.ASCII),
    )
    heard = b""
    with Receiving() as receiving:
        for account, key in (("1234", dc09.Key.of(panels.KEY, "hex")), ("5678", dc09.Key.of(ASCII, "ascii"))):
            good, plain = receiving.dialler(account=account, key=key), receiving.dialler(account=account)
            wrong = receiving.dialler(account=account, key=dc09.Key(bytes(16)))
            for dialler, frame in (
                (good, good.event("BA1")), (plain, plain.event("BA1")), (wrong, wrong.event("BA1")),
                (plain, plain.frame(f"#{account}|Nri1/BA1", xdata=(("K", panels.KEY),))),
                (good, good.frame(f"#{account}|Nri1/BA2", xdata=(("K", panels.KEY),))),
            ):  # fmt: skip
                dialler.send(frame)
                heard += dialler.hear()
    assert clean(heard), "on the wire"
    known = {"panel_id": str(panel.id), "line_id": str(line.id), "site_id": str(panel.site_id), "track": "1",
             "signal_id": str(queries.newest(world.actor("operator"))[0].signal_id), "index": "1"}  # fmt: skip
    known |= {name: str(ids.new()) for name in ("alarm_id", "camera_id", "unit_id", "lease_id", "pairing_id")}
    known |= {"segment_id": "x.1", "name": "tile/0/000", "path": "x"}
    ours = [route for route in routes() if any(word in route for word in ("panel", "line", "signal", "code"))]
    assert len(ours) >= 12
    for person in ("technician", "operator", "supervisor", "owner", "admin"):
        client = signed_in(world, person)
        for route in ours:
            for what, content in attempts(client, route, known):
                assert clean(content), f"{person}: {what}"
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        call_command("dumpdata", stdout=out)
    assert clean(out.getvalue().encode())
    with tenancy.acting_as(None):
        assert clean(json.dumps([row.payload for row in OutboxEvent.objects.all()]).encode())
    assert clean(said())
    for shown in (panel, ascii_panel, queries.panel(world.actor("technician"), panel.id)):
        assert clean(f"{shown!r} {shown} {vars(shown)!r}".encode())
    for row in queries.newest(world.actor("operator")):
        assert clean(bytes(row.raw)), row.code


def test_a_wrong_key_is_refused_in_words_that_do_not_repeat_it(world: World, said: Any) -> None:
    line = panels.line(world)
    for text, key_format in ((panels.KEY + "00", "hex"), (ASCII + "!", "ascii"), ("é" * 16, "ascii")):
        body = {"site_id": str(WORLD.site("yard").id), "line_id": str(line.id), "name": "P", "account": "1234",
                "key": text, "key_format": key_format}  # fmt: skip
        answer = signed_in(world, "technician").post("/api/v1/panels", json.dumps(body), "application/json")
        assert answer.status_code == 422
        assert text.encode() not in answer.content
        assert clean(answer.content)
    too_long = {**body, "key": panels.KEY * 20}
    answer = signed_in(world, "technician").post("/api/v1/panels", json.dumps(too_long), "application/json")
    assert answer.status_code == 422
    assert clean(answer.content), "what is refused by its form is not repeated either"
    assert clean(said())


def test_a_wrapped_key_opens_for_its_own_panel_only_and_shows_nothing() -> None:
    one, other = ids.new(), ids.new()
    wrapped = keys.wrap(one, panels.KEY, KeyFormat.HEX)
    assert clean(wrapped)
    key = keys.unwrap(one, wrapped)
    assert key is not None
    assert key.raw.hex().upper() == panels.KEY
    assert clean(repr(key).encode())
    assert keys.unwrap(other, wrapped) is None
    assert keys.unwrap(one, wrapped[:-1] + bytes([wrapped[-1] ^ 1])) is None
    assert wrapped != keys.wrap(one, panels.KEY, KeyFormat.HEX)
    new = actions.NewPanel(one, other, "P", "1234", key=panels.KEY, key_format=KeyFormat.HEX)
    assert clean(repr(new).encode())
