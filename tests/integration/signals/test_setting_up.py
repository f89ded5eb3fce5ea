# SPDX-License-Identifier: EUPL-1.2
"""What the screens of setting up read: who may, who may not, and that nothing of anybody's shows in a list of codes."""

from __future__ import annotations

from tests.actors import World
from tests.attack.test_door_routes import signed_in
from tests.integration.signals import panels
from tests.integration.signals.receiving import Receiving
from tests.integration.signals.test_api import API, get, new_panel, post
from zegel.demo.world import WORLD
from zegel.protocols import dc09


def test_sites_come_with_their_owners_names_and_only_to_whom_they_concern(world: World) -> None:
    mine = {one["name"]: one["owner"] for one in get(signed_in(world, "technician"), "/setup/sites")["sites"]}
    assert mine == {"Harbour yard North": "De Haan Bouw BV"}
    assert "Harbour yard North" not in {
        one["name"] for one in get(signed_in(world, "nordtech"), "/setup/sites")["sites"]
    }


def test_who_may_start_a_test_sees_those_that_run_and_nobody_else(world: World) -> None:
    site, technician = WORLD.site("yard").id, signed_in(world, "technician")
    started = post(technician, f"/sites/{site}/tests", minutes=5, reason="yearly").json()
    assert [one["id"] for one in get(technician, f"/setup/sites/{site}/tests")["tests"]] == [started["id"]]
    assert signed_in(world, "planner").get(f"{API}/setup/sites/{site}/tests").status_code == 403
    assert signed_in(world, "nordtech").get(f"{API}/setup/sites/{site}/tests").status_code in {403, 404}


def test_a_provider_s_own_figures_are_its_planners(world: World) -> None:
    planner = signed_in(world, "planner")
    assert get(planner, "/setup/figures")["own"] == {}
    post(planner, "/alarm-settings", values={"norm_other_s": 60})
    found = get(planner, "/setup/figures")
    assert (found["own"], found["defaults"]["norm_other_s"]) == ({"norm_other_s": 60}, 90)
    for person in ("technician", "operator", "owner"):
        assert signed_in(world, person).get(f"{API}/setup/figures").status_code == 403


def test_the_tables_are_told_in_the_reader_s_language(world: World) -> None:
    client = signed_in(world, "technician")
    rows = {(one["protocol"], one["code"], one["qualifier"]): one for one in get(client, "/setup/codes")["codes"]}
    assert rows["cid", "121", "1"]["duress"] is True
    assert rows["sia", "BA", ""]["class"] == "burglary"
    dutch = client.get(f"{API}/setup/codes", headers={"accept-language": "nl"}).json()["codes"]
    assert any(one["name"] != one["english"] for one in dutch)


def test_unknown_codes_are_counted_without_saying_whose_they_were(world: World) -> None:
    line = str(panels.line(world).id)
    post(signed_in(world, "technician"), "/panels", **new_panel(line))
    with Receiving() as receiving:
        dialler = receiving.dialler(key=dc09.Key.of(panels.KEY, "hex"))
        for code in ("ZQ001", "ZQ002"):
            assert dialler.say(dialler.event(code)) == "*ACK"
    for person, sees in (("technician", 1), ("planner", 1), ("operator", 1), ("nordplan", 0), ("privacy", 0)):
        found = get(signed_in(world, person), "/setup/unknown-codes")["codes"]
        assert [(one["code"], one["times"]) for one in found] == [("ZQ", 2)] * sees, person
        assert all(set(one) == {"protocol", "code", "qualifier", "times", "last_ms"} for one in found)


def test_a_refusal_says_which_field_is_wrong(world: World) -> None:
    technician, line = signed_in(world, "technician"), str(panels.line(world).id)
    for wrong, field in (
        ({"account": "XYZ"}, "account"),
        ({"key": "12"}, "key"),
        ({"receiver_no": "Q"}, "receiver_no"),
    ):
        answer = post(technician, "/panels", **{**new_panel(line), **wrong})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    post(technician, "/panels", **new_panel(line))
    assert post(technician, "/panels", **new_panel(line)).json()["error"]["field"] == "account"
