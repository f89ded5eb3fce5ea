# SPDX-License-Identifier: EUPL-1.2
"""Lines, panels and signals over HTTP: who may, who may not, and that no answer holds a key."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from django.test import Client

from tests.actors import World
from tests.attack.test_door_routes import signed_in
from tests.integration.alarms.hearing import Ears, cid
from tests.integration.signals import panels
from tests.integration.signals.receiving import Receiving
from zegel.demo.world import WORLD
from zegel.protocols import dc09
from zegel.server.kernel import clock
from zegel.server.ledger.models import Body
from zegel.server.signals.models import Panel

API = "/api/v1"
DAY_MS = 86_400_000


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(API + path, json.dumps(body), content_type="application/json")


def get(client: Client, path: str) -> Any:
    answer = client.get(API + path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", {}).get("code", "")


def new_panel(line: str, account: str = "1234", **more: Any) -> dict[str, Any]:
    return {
        "site_id": str(WORLD.site("yard").id), "line_id": line, "name": "Burglary panel", "account": account,
        "key": panels.KEY, "key_format": "hex", "paths": [{"kind": "dc09_tls", "poll_s": 90, "grace_s": 30}], **more,
    }  # fmt: skip


@pytest.fixture
def line(world: World) -> str:
    return str(panels.line(world).id)


def test_an_alarm_centre_has_lines_of_its_own(world: World, line: str) -> None:
    supervisor = signed_in(world, "supervisor")
    added = post(supervisor, "/lines", name="Second line", kinds=["dc09_tls"], receiver_no="2").json()
    assert {one["id"] for one in get(supervisor, "/lines")["lines"]} == {line, added["id"]}
    assert post(signed_in(world, "technician"), "/lines", name="Mine", kinds=[]).status_code == 403


def test_a_technician_installs_a_panel_gives_it_zones_and_replaces_it(world: World, line: str) -> None:
    technician = signed_in(world, "technician")
    assert [one["id"] for one in get(technician, "/lines")["lines"]] == [line]
    panel = post(technician, "/panels", **new_panel(line)).json()
    assert (panel["encrypted"], panel["key_format"], panel["encryption_required"]) == (True, "hex", True)
    zones = [{"zone": "1", "name": "Front door", "entry_exit": True}, {"zone": "2", "name": "Hall"}]
    assert len(post(technician, f"/panels/{panel['id']}/zones", zones=zones).json()["zones"]) == 2
    successor = post(technician, f"/panels/{panel['id']}/replace", **new_panel(line)).json()
    assert [zone["name"] for zone in successor["zones"]] == ["Front door", "Hall"]
    states = {p["id"]: p["state"] for p in get(technician, "/panels")["panels"] if p["account"] == "1234"}
    assert states == {panel["id"]: "replaced", successor["id"]: "active"}
    assert code_of(post(technician, f"/panels/{panel['id']}/retire")) == (409, "panel_ended")
    assert post(technician, f"/panels/{successor['id']}/retire").json()["state"] == "retired"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"account": "XYZ"}, "bad_panel"), ({"key": "00"}, "bad_panel"), ({"key_format": ""}, "bad_panel"),
        ({"key": "zz" * 16}, "bad_panel"), ({"receiver_no": "G"}, "bad_panel"),
        ({"key": None, "paths": [{"kind": "dc09_udp"}]}, "bad_panel"),
        ({"paths": [{"kind": "dc09_tls", "poll_s": 1}]}, "bad_panel"), ({"paths": [{"kind": "mail"}]}, "bad_panel"),
    ],
)  # fmt: skip
def test_what_can_not_be_right_is_refused_in_words_without_the_key(
    world: World, line: str, wrong: dict[str, Any], code: str
) -> None:
    answer = post(signed_in(world, "technician"), "/panels", **new_panel(line, **wrong))
    assert code_of(answer) == (422, code)
    assert panels.KEY.encode() not in answer.content
    assert b"zz" * 16 not in answer.content


def test_one_account_is_one_panels(world: World, line: str) -> None:
    technician = signed_in(world, "technician")
    assert post(technician, "/panels", **new_panel(line)).status_code == 200
    assert code_of(post(technician, "/panels", **new_panel(line))) == (409, "account_taken")
    assert post(technician, "/panels", **new_panel(line, receiver_no="2")).status_code == 200


def test_nobody_touches_a_panel_that_is_not_his_to_touch(world: World, line: str) -> None:
    panel = post(signed_in(world, "technician"), "/panels", **new_panel(line)).json()["id"]
    stranger = signed_in(world, "nordtech")
    assert [one["account"] for one in get(stranger, "/panels")["panels"]] == ["7001"], "his own customer's"
    assert code_of(stranger.get(f"{API}/panels/{panel}")) == (404, "unknown_panel")
    assert code_of(post(stranger, f"/panels/{panel}/key", key=panels.KEY, key_format="hex"))[0] == 404
    assert code_of(post(stranger, "/panels", **new_panel(line, "9999")))[0] in {403, 404}
    for person in ("operator", "owner", "planner"):
        client = signed_in(world, person)
        assert get(client, f"/panels/{panel}")["id"] == panel
        for path, body in (("key", {"key": None}), ("retire", {}), ("zones", {"zones": []})):
            assert post(client, f"/panels/{panel}/{path}", **body).status_code == 403, (person, path)
    assert signed_in(world, "privacy").get(f"{API}/panels/{panel}").status_code == 403


def test_an_exception_has_a_name_a_reason_and_an_end(world: World, line: str) -> None:
    panel = post(signed_in(world, "technician"), "/panels", **new_panel(line)).json()["id"]
    address, now_ms = f"/panels/{panel}/exception", clock.now_ms()
    assert post(signed_in(world, "technician"), address, reason="x", until_ms=now_ms + DAY_MS).status_code == 403
    supervisor = signed_in(world, "supervisor")
    for wrong in ({"until_ms": now_ms + DAY_MS}, {"reason": "VPN", "until_ms": now_ms - 1},
                  {"reason": "VPN", "until_ms": now_ms + 400 * DAY_MS}):  # fmt: skip
        assert code_of(post(supervisor, address, **wrong)) == (422, "bad_exception")
    answer = post(supervisor, address, reason="Behind the firm's VPN", until_ms=now_ms + DAY_MS).json()
    assert answer["exception"] == {
        "by": "Sanne Visser", "reason": "Behind the firm's VPN", "until_ms": now_ms + DAY_MS
    }  # fmt: skip
    assert answer["encryption_required"] is False
    assert post(supervisor, address).json()["exception"] is None


def test_signals_are_shown_with_their_bytes_to_those_who_handle_or_maintain(world: World, line: str) -> None:
    post(signed_in(world, "technician"), "/panels", **new_panel(line))
    with Receiving() as receiving:
        dialler = receiving.dialler(key=dc09.Key.of(panels.KEY, "hex"))
        sent = dialler.event("BA012")
        assert dialler.say(sent) == "*ACK"
    for person in ("operator", "technician", "owner"):
        client = signed_in(world, person)
        (row,) = get(client, "/signals")["signals"]
        assert get(client, f"/signals/{row['id']}")["raw"] == sent.hex()
        assert (row["code"], row["zone"], row["class"]) == ("BA", "012", "burglary")
    for person in ("household", "nordtech", "privacy"):
        assert get(signed_in(world, person), "/signals")["signals"] == []
        assert signed_in(world, person).get(f"{API}/signals/{row['id']}").status_code in {403, 404}


def test_a_hold_up_is_shown_to_who_handles_it_and_to_nobody_of_the_house(world: World, line: str) -> None:
    """Somebody may be reading along on the owner's own screen."""
    ears = Ears.at(world, line=panels.line(world), account="5678")
    hidden = [ears.say("121", zone="9"), ears.event(msgspec.structs.replace(cid("401", "1", "1"), duress=True))]
    seen = ears.say("130", zone="1")
    for person in ("owner", "foreman"):
        client = signed_in(world, person)
        assert [row["id"] for row in get(client, "/signals")["signals"]] == [str(seen)], person
        for one in hidden:
            assert code_of(client.get(f"{API}/signals/{one}")) == (404, "unknown_signal")
    for person in ("operator", "supervisor", "technician"):
        client = signed_in(world, person)
        assert {row["id"] for row in get(client, "/signals")["signals"]} == {str(one) for one in (*hidden, seen)}
        assert get(client, f"/signals/{hidden[0]}")["class"] == "holdup_duress"


def test_a_provider_gives_codes_a_meaning_and_takes_it_back(world: World) -> None:
    planner = signed_in(world, "planner")
    meaning = {"protocol": "cid", "code": "130", "qualifier": "1", "phase": "alarm", "signal_class": "holdup_duress",
               "priority": 1, "name": "Till"}  # fmt: skip
    assert post(planner, "/codes", **meaning).json()["number"] == 1
    assert post(planner, "/codes", **{**meaning, "name": "Cash till"}).json()["number"] == 2
    assert code_of(post(planner, "/codes", **{**meaning, "signal_class": "nonsense"})) == (422, "bad_code")
    assert post(signed_in(world, "operator"), "/codes", **meaning).status_code == 403
    post(planner, "/codes/restore", protocol="cid", code="130", qualifier="1")
    rows = get(planner, "/codes")["codes"]
    assert [(row["number"], row["retired_ms"] is None) for row in rows] == [(2, False), (1, False)]


def test_every_change_is_in_the_ledger(world: World, line: str) -> None:
    technician = signed_in(world, "technician")
    panel = post(technician, "/panels", **new_panel(line)).json()["id"]
    post(technician, f"/panels/{panel}/key", key="A" * 16, key_format="ascii")
    post(signed_in(world, "supervisor"), f"/panels/{panel}/exception", reason="VPN", until_ms=clock.now_ms() + DAY_MS)
    post(technician, f"/panels/{panel}/retire")
    from zegel.server.kernel import tenancy

    with tenancy.acting_as(WORLD.party("dehaan").id):
        kinds = list(Body.objects.filter(about=panel).order_by("index").values_list("kind", flat=True))
        assert kinds == ["panel", "panel_key", "plain_exception", "panel"]
        assert Panel.objects.get(id=panel).key_wrapped is None, "its key went with it"
