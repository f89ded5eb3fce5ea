# SPDX-License-Identifier: EUPL-1.2
"""No route, transport or command hands out a segment or a release but the door.

Two proofs. The imports: who can reach the pack reader and a release's stored envelope at all. And the attempt: every
HTTP
route as every role, the event stream's filter, the link to units and every management command are driven, and what
comes
back is searched for the bytes of segments and releases that are known to be stored.
"""

from __future__ import annotations

import ast
import base64
import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.actors import ORIGIN, World
from tests.integration.dispatch import phones

from zegel.demo.world import WORLD

ROOT = Path(__file__).resolve().parents[2] / "src" / "zegel"
READER = "zegel.server.footage.pack_reader"
DOORS = {"zegel.server.footage.door"}
UNWRAPS_RELEASES = DOORS
# writes and joins; reads for the door; checks hashes; deletes
# expiring and forgetting drop what they name; the canary is a recording that the probes planted themselves
READS_PACKS_FOLDER = {"pack_writer", "pack_reader", "fsck", "forgetting", "expiring", "canary"}
THE_DOORS_OWN = {
    "/api/v1/views/{lease}/segments/{segment}",
    "/api/v1/views/{lease}/segments",
    "/api/v1/views",
    "/api/v1/views/{lease}/renew",
}


# --- by imports ---


@cache
def modules() -> tuple[tuple[str, str], ...]:
    return tuple(_modules())


def _modules() -> Iterator[tuple[str, str]]:
    for path in ROOT.rglob("*.py"):
        name = ".".join(("zegel", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        yield name, path.read_text("utf-8")


def imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_only_the_door_imports_the_pack_reader() -> None:
    named = {name: text for name, text in modules() if READER.rpartition(".")[2] in text}
    assert {name for name, text in named.items() if READER in imported(ast.parse(text))} == DOORS


def test_nobody_reaches_the_pack_reader_by_a_name_made_at_run_time() -> None:
    for name, text in modules():
        if name not in {*DOORS, READER}:
            assert "pack_reader" not in text.replace("zegel.server.footage.pack_reader", ""), name


def test_only_the_door_unwraps_a_release() -> None:
    found = {name for name, text in modules() if 'unwrap("release"' in text}
    assert found == UNWRAPS_RELEASES


def test_only_writer_reader_and_checker_know_where_packs_lie() -> None:
    users = {name.rpartition(".")[2] for name, text in modules() if '"packs' in text or "folder_of(" in text}
    assert users <= READS_PACKS_FOLDER, users


def test_only_the_door_opens_what_is_stored_for_a_guard() -> None:
    """Nobody else reads an object under the guards' folder, or takes the sealed key out of its row."""
    assert {name for name, text in modules() if "GuardPicture" in text and ".get(row.key" in text} == DOORS
    # (a grant of an owner is read by queries, for the door)
    unwraps = {name for name, text in modules() if 'unwrap("grant"' in text}
    assert unwraps == {*DOORS, "zegel.server.footage.queries"}


# --- by trying ---


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    """Every address of the server, as Django has it."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield "/" + route.rstrip("$")


def routes() -> list[str]:
    """Each once; what ends the session, the view or the window last, so that the others are tried before."""
    ending = ("/sign-out", "/sign-out-everywhere", "/acting-party", "/claim", "/close", "/recall", "/end", "/revoke")
    return sorted(dict.fromkeys(patterns()), key=lambda route: route.endswith(ending))


def filled(route: str, known: dict[str, str]) -> str:
    """The address with what the world holds in place of its parameters."""
    out = route
    while "<" in out:
        start, end = out.index("<"), out.index(">")
        name = out[start + 1 : end].rpartition(":")[2]
        value = known.get(name)
        if value is None:
            value = next((found for key, found in known.items() if key in name or name in key), known["alarm_id"])
        out = out[:start] + value + out[end + 1 :]
    return out.replace("(?P", "").replace("\\", "")


def signed_in(world: World, person: str) -> Client:
    """A browser of that person, without the password's slow derivation."""
    from zegel.server.kernel import clock
    from zegel.server.people.models import Person

    known = WORLD.person(person)
    client = Client(enforce_csrf_checks=False)
    session = client.session
    session["person"], session["epoch"] = str(known.id), Person.objects.get(id=known.id).epoch
    session["started_ms"], session["party"], session["role"] = (
        clock.now_ms(),
        str(WORLD.party(known.party).id),
        known.role,
    )
    session.save()
    return client


def secrets_of(case: Any) -> list[bytes]:
    """Bytes that only the door may give: out of the middle of segments, and of the release's envelope; also as text."""
    raw = [sealed[100:140] for sealed in case.epoch.sealed[:40]]
    raw.append(case.unit.releases[0].sealed[8:48])
    return [*raw, *(base64.b64encode(piece[n : n + 30]) for piece in raw for n in range(3)),
            *(base64.urlsafe_b64encode(piece[n : n + 30]) for piece in raw for n in range(3))]  # fmt: skip


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"ids": ["{segment}"]},
    {"camera_id": "{camera}", "track": 1, "purpose": "own_use", "from_ms": 0, "to_ms": 2_000_000_000_000},
    {"camera_id": "{camera}", "track": 1, "purpose": "maintenance", "alarm_id": "{alarm}"},
)


def attempts(client: Client, route: str, known: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Every method with every body; what an address does not take at all (405), or from nobody (401), is said to it
    once."""
    address = filled(route, known)
    response = client.get(address)
    yield f"get {route} {response.status_code}", body_of(response)
    text = {"{segment}": known["segment_id"], "{camera}": known["camera_id"], "{alarm}": known["alarm_id"]}
    for method in ("post", "put", "patch", "delete"):
        for body in BODIES if method == "post" else BODIES[1:2]:
            said = json.dumps(body)
            for mark, value in text.items():
                said = said.replace(mark, value)
            response = getattr(client, method)(address, data=said, content_type="application/json")
            yield f"{method} {route} {response.status_code}", body_of(response)
            if response.status_code in (401, 405):
                break


def known_ids(case: Any, lease: str) -> dict[str, str]:
    return {
        "alarm_id": str(case.alarm_id), "camera_id": str(case.camera), "unit_id": str(case.unit.id), "lease_id": lease,
        "segment_id": f"{case.epoch.id}.12", "track": "1", "pairing_id": str(case.unit.pairing_id), "index": "3",
        "name": "tile/0/000",
        "site_id": str(WORLD.site(case.site).id), "path": "x",
    }  # fmt: skip


@dataclass(frozen=True)
class Handed:
    """A picture that the operator sent to a guard: bytes that only the door may give, to the guard's own phone alone;
    and what leads there: his link and the picture's number."""

    secrets: list[bytes]
    ids: dict[str, str]


@pytest.fixture
def handed(world: World, case: Any, monkeypatch: pytest.MonkeyPatch) -> Handed:
    from zegel.server.footage.models import GuardPicture
    from zegel.server.kernel import shred, storage, tenancy
    from zegel.server.kernel.buckets import Buckets, Rate
    from zegel.server.public import guard

    for name in ("_asking", "_guessing", "_writing"):  # who is held back has not tried
        monkeypatch.setattr(guard, name, Buckets(Rate(1000, 1000)))
    phone = phones.ready(world, case)
    sent = phones.send(world, case, phone)
    with tenancy.acting_as(phone.errand.owner_id):
        row = GuardPicture.objects.get(id=sent.id)
    raw = [storage.store().get(row.key)[100:140]]
    raw.append(shred.unwrap("grant", row.shred or 0, bytes(row.wrapped or b""), row.id.bytes)[-60:-20])
    text = [base64.urlsafe_b64encode(piece[n : n + 30]) for piece in raw for n in range(3)]
    return Handed([*raw, *text], {"token": phone.token, "picture_id": str(sent.id)})


@pytest.mark.timeout(400)  # every address of the server, for four people
def test_no_route_gives_a_byte_of_a_segment_or_release_to_any_role_without_a_lease_of_his_own(
    world: World, case: Any, handed: Handed
) -> None:
    """The operator has a lease, and a guard a picture; everybody else tries every address with its number, and with all
    the right identifiers."""
    from zegel.server.footage import door
    from zegel.server.footage.door import ViewRequest
    from zegel.server.footage.rules import Purpose, Track

    wish = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)
    lease = str(door.open_view(world.actor("operator"), wish).lease_id)
    secrets, known, tried = [*secrets_of(case), *handed.secrets], known_ids(case, lease) | handed.ids, 0
    assert {"/guard/<str:token>/pictures/<uuid:picture_id>", "/guard/<str:token>/state"} <= set(routes())
    thieves = {person: signed_in(world, person) for person in ("operator2", "technician", "household")}
    for name, client in {**thieves, "nobody": Client()}.items():
        for route in routes():
            for what, content in attempts(client, route, known):
                tried += 1
                assert not any(piece in content for piece in secrets), f"{name}: {what}"
                assert b"unlogged_file" not in content, f"{what} gives a file that nobody wrote down (I5)"
    assert tried > 500


@pytest.mark.timeout(400)
def test_what_an_operator_gets_comes_from_the_doors_own_addresses_and_from_no_other(world: World, case: Any) -> None:
    """The same walk as the operator himself, with his lease: segments only from the views' addresses, and logged."""
    client, known, secrets = signed_in(world, "operator"), known_ids(case, str(uuid4())), secrets_of(case)
    wish = {"camera_id": str(case.camera), "track": 1, "purpose": "alarm_verification", "alarm_id": str(case.alarm_id)}
    opened = client.post("/api/v1/views", wish, content_type="application/json").json()
    known["lease_id"] = opened["lease_id"]
    sealed = client.get(f"/api/v1/views/{known['lease_id']}/segments/{known['segment_id']}")
    assert any(piece in sealed.content for piece in secrets), "the walk would find nothing: the door itself gives none"
    leaks = set()
    for route in routes():
        for what, content in attempts(client, route, known):
            if any(piece in content for piece in secrets):
                leaks.add(what.split()[1].replace("<lease_id>", "{lease}").replace("<segment_id>", "{segment}"))
    assert leaks <= THE_DOORS_OWN, leaks - THE_DOORS_OWN
    assert "/api/v1/views/{lease}/segments" in leaks, "the walk did not find what is there to be found"


COMMANDS = (
    ("ledger", "state"), ("ledger", "continue"), ("ledger", "restart"), ("dumpdata",), ("inspectdb",), ("check",),
    ("promises", "--all"),
    ("showmigrations",), ("sqlflush",),
)  # fmt: skip
MUST_WORK = {("ledger", "state"), ("dumpdata",), ("ledger", "restart"), ("check",), ("showmigrations",), ("sqlflush",)}


def test_no_management_command_prints_or_writes_a_segment_or_release(world: World, case: Any) -> None:
    """Each sub-command, called as an operator would; one that refuses says so as a command does."""
    from django.conf import settings
    from django.core.management import CommandError, call_command, get_commands
    from tests.integration.ledger.publishing import publish

    ours = {name for name, app in get_commands().items() if str(app).startswith("zegel.")}
    assert ours == {name for name, *_ in COMMANDS} & ours, "a new command must be called here"
    publish(SimpleNamespace(app=settings.APP_DATABASE_URL))  # there must be a log to look at and to begin anew
    secrets, worked = secrets_of(case), set()
    for name, *words in COMMANDS:
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output), suppress(CommandError):
            call_command(name, *words, stdout=output, stderr=output)
            worked.add((name, *words))
        text = output.getvalue().encode()
        assert not any(piece in text for piece in secrets), (name, *words)
    assert worked >= MUST_WORK, "what was not carried out proves nothing"


def test_checking_the_installation_prints_no_segment_or_release(world: World, case: Any) -> None:
    from zegel.server.kernel import invariants

    said = "\n".join(f"{answer.name} {answer.faults}" for answer in invariants.ask_all()).encode()
    assert b"footage.packs_hold_what_the_index_says" in said
    assert not any(piece in said for piece in secrets_of(case))


def test_the_units_link_sends_no_unit_a_segment_or_release(world: World, case: Any) -> None:
    import msgspec

    from zegel.link.framing import encode_from_server
    from zegel.link.messages import FromServer
    from zegel.server.realtime import pending

    kinds = {kind.__struct_config__.tag for kind in FromServer.__args__}  # type: ignore[attr-defined]
    assert kinds == {
        "challenge", "welcome", "unclaimed", "ack", "refused", "deliver", "end_window", "proof", "control",
        "central_alarm", "revoked", "start_live", "stop_live", "take_picture", "fetch_local",
    }  # fmt: skip
    sent = [encode_from_server(message) for message in pending.messages_for(case.actor, case.unit.signing.fingerprint)]
    assert sent
    assert not any(piece in frame for frame in sent for piece in secrets_of(case))
    assert msgspec


def test_the_event_stream_carries_identifiers_only(world: World, case: Any) -> None:
    from zegel.server.kernel import tenancy
    from zegel.server.kernel.models import OutboxEvent

    with tenancy.acting_as(None):
        payloads = [json.dumps(row.payload) for row in OutboxEvent.objects.all()]
    assert payloads
    assert all(len(text) < 600 for text in payloads)
    assert not any(piece.decode("latin-1") in text for text in payloads for piece in secrets_of(case))


def test_there_is_no_other_transport() -> None:
    """What the two listeners route to, and nothing else: a new one must be added here, and walked above. `/live/` has
    nothing that is stored: what it relays, to whom, is tried in tests/integration/realtime/test_live.py."""
    from zegel.server import asgi

    assert asgi.BROWSER_ROUTES.keys() | asgi.MACHINE_ROUTES.keys() == {"/events", "/live/", "/unit-link"}
    assert ORIGIN
