# SPDX-License-Identifier: EUPL-1.2
"""The rule table: what may not be loaded, what is denied whatever the table says, and every line of the real one."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.utils.translation import override

from zegel.server.gate import Decision, Resource, facts
from zegel.server.gate.decision import decide_by, load_table, require
from zegel.server.gate.errors import Denied, RulesInvalid
from zegel.server.gate.reasons import ALLOWED, MISSING, REFUSALS, refusal
from zegel.server.gate.rules import Reason, Rule, parse
from zegel.server.gate.vocabulary import Action, Purpose, ResourceKind
from zegel.server.kernel.actor import Actor, ActorKind, system
from zegel.server.people.roles import TENANT_STAFF, Role

LINE = """
[[rule]]
role = ["operator"]
action = ["view"]
resource = "camera"
purposes = ["alarm_verification"]
facts = ["window_open"]
reason = "alarm_window"
"""
CAMERA = Resource(ResourceKind.CAMERA, uuid4(), uuid4())
OPERATOR = Actor(ActorKind.PERSON, uuid4(), uuid4(), role="operator", purpose="alarm_verification")


@pytest.fixture
def true_facts(monkeypatch) -> dict[str, bool]:
    """Facts that hold; a test takes some away. No database is asked."""
    holding: dict[str, bool] = {}
    monkeypatch.setattr(facts, "holds", lambda name, actor, resource: holding.get(name, False))
    return holding


# --- loading ----------------------------------------------------------------------------------------------------------


def test_a_good_table_loads():
    assert len(parse(LINE, {"window_open"}).rules) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"operator"', '"janitor"'),
        ('"view"', '"peek"'),
        ('"camera"', '"camera_obscura"'),
        ('"alarm_verification"', '"curiosity"'),
        ('"window_open"', '"moon_full"'),
        ('"alarm_window"', '"because"'),
        ('role = ["operator"]', "role = []"),
        ('action = ["view"]', "action = []"),
        ('role = ["operator"]', 'role = "operator"'),
        ('facts = ["window_open"]', 'facts = ["window_open", "window_open"]'),
        ('reason = "alarm_window"', ""),
        ('reason = "alarm_window"', 'reason = "alarm_window"\nunless = "friday"'),
        ("[[rule]]", "[rule]"),
        ("[[rule]]", 'default = "allow"\n[[rule]]'),
        ("[[rule]]", "not toml ["),
    ],
)
def test_a_table_that_names_what_does_not_exist_does_not_load(old, new):
    with pytest.raises(RulesInvalid):
        parse(LINE.replace(old, new), {"window_open"})


def test_an_empty_table_does_not_load():
    with pytest.raises(RulesInvalid):
        parse("", set())


def test_two_lines_for_one_question_do_not_load():
    looser = LINE.replace('["window_open"]', "[]")
    with pytest.raises(RulesInvalid):
        parse(LINE + looser, {"window_open"})


def test_a_fact_has_one_provider():
    name = f"test_{uuid4().hex}"
    facts.fact(name)(lambda actor, resource: True)
    with pytest.raises(ValueError, match="provider already"):
        facts.fact(name)(_another)
    del facts._providers[name]


def _another(actor, resource):
    return True


# --- denial is the default --------------------------------------------------------------------------------------------


def decision(actor: Actor = OPERATOR, action: str = "view", resource: Resource = CAMERA) -> Decision:
    return decide_by(parse(LINE, {"window_open"}), actor, action, resource)


def test_everything_right_is_allowed_with_its_reason(true_facts):
    true_facts["window_open"] = True
    assert decision() == Decision(True, "1:operator:view:camera", "alarm_window")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"actor": system()}, "not_a_person"),
        ({"actor": Actor(ActorKind.UNIT, uuid4(), uuid4(), role="operator")}, "not_a_person"),
        ({"actor": replace(OPERATOR, role="janitor")}, "unknown_role"),
        ({"actor": replace(OPERATOR, role=None)}, "unknown_role"),
        ({"actor": replace(OPERATOR, role="planner")}, "no_rule"),
        ({"actor": replace(OPERATOR, purpose="curiosity")}, "unknown_purpose"),
        ({"actor": replace(OPERATOR, purpose="own_use")}, "wrong_purpose"),
        ({"actor": replace(OPERATOR, purpose=None)}, "no_purpose"),
        ({"action": "peek"}, "unknown_action"),
        ({"action": "grant"}, "no_rule"),
        ({"resource": replace(CAMERA, kind="camera_obscura")}, "unknown_resource"),
        ({"resource": replace(CAMERA, kind="alarm")}, "no_rule"),
    ],
)
def test_an_unknown_anything_is_denied_with_its_reason(true_facts, changed, code):
    true_facts["window_open"] = True
    denied = decision(**changed)
    assert (denied.allowed, denied.reason_code) == (False, code)


def test_a_fact_that_does_not_hold_denies_and_is_named(true_facts):
    assert decision() == Decision(False, "1:operator:view:camera", "missing_fact", ("window_open",))


@pytest.mark.parametrize("answer", [False, None, 1, "yes", object()])
def test_only_true_is_true(monkeypatch, answer):
    monkeypatch.setitem(facts._providers, "window_open", lambda actor, resource: answer)
    assert not decision().allowed


def test_a_provider_that_raises_denies(monkeypatch):
    def broken(actor, resource):
        raise RuntimeError("the database is gone")

    monkeypatch.setitem(facts._providers, "window_open", broken)
    assert decision().missing == ("window_open",)


def test_a_fact_without_provider_does_not_hold():
    assert not facts.holds("no_such_fact", OPERATOR, CAMERA)


def test_require_raises_with_a_sentence(monkeypatch):
    for name in facts.known() - {"window_open"}:
        monkeypatch.setitem(facts._providers, name, lambda actor, resource: True)
    monkeypatch.setitem(facts._providers, "window_open", lambda actor, resource: False)
    with pytest.raises(Denied) as denied:
        require(OPERATOR, Action.VIEW, CAMERA)
    assert denied.value.code == "missing_fact"
    assert denied.value.message == "The window of this alarm is closed."


# --- the real table, one condition a line ---


def lines() -> list[tuple[Rule, Role, Action, Purpose | None]]:
    """As they hold for each role: with what stands above every line of it."""
    return [
        (_standing(rule, role, action), role, action, purpose)
        for rule in load_table().rules
        for role in sorted(rule.roles)
        for action in sorted(rule.actions)
        for purpose in sorted(rule.purposes) or [None]
    ]


def _standing(rule: Rule, role: Role, action: Action) -> Rule:
    return next(one for one in load_table().matching(role, action, rule.resource) if one.number == rule.number)


def test_a_lapsed_statement_stands_above_every_line_of_the_providers_people_but_those_to_sign_anew():
    for rule, role, _action, _purpose in lines():
        if role in {Role.PLANNER, Role.TECHNICIAN, Role.ADMIN, Role.PRIVACY_OFFICER, *TENANT_STAFF}:
            free = rule.resource in {
                ResourceKind.CONFIDENTIALITY, ResourceKind.PREFERENCE, ResourceKind.MEMBERSHIP,
                ResourceKind.BREACH_REPORT,
            }  # fmt: skip
            assert ("statement_not_lapsed" in rule.facts) != free, rule.name


def _name(line) -> str:
    return f"{line[0].number}-{line[1]}-{line[2]}-{line[0].resource}"


@pytest.fixture(scope="module", params=lines(), ids=_name)
def line(request):
    return request.param


def _ask(line) -> Decision:
    rule, role, action, purpose = line
    actor = Actor(ActorKind.PERSON, uuid4(), uuid4(), role=role.value, purpose=purpose)
    return decide_by(load_table(), actor, action, Resource(rule.resource, UUID(int=1), UUID(int=2)))


def test_every_line_allows_when_all_its_facts_hold(line, true_facts):
    true_facts.update(dict.fromkeys(line[0].facts, True))
    assert _ask(line) == Decision(True, line[0].name, line[0].reason.value)


def test_every_line_denies_for_each_fact_that_does_not_hold(line, true_facts):
    for fact in line[0].facts:
        true_facts.update({name: name != fact for name in line[0].facts})
        assert _ask(line) == Decision(False, line[0].name, "missing_fact", (fact,))


def test_everything_that_no_line_names_is_denied(true_facts, monkeypatch):
    monkeypatch.setattr(facts, "holds", lambda name, actor, resource: True)
    named = {(role, action, rule.resource) for rule, role, action, _ in lines()}
    for role in Role:
        for action in Action:
            for kind in ResourceKind:
                actor = Actor(ActorKind.PERSON, uuid4(), uuid4(), role=role.value)
                if (role, action, kind) not in named:
                    assert decide_by(load_table(), actor, action, Resource(kind)).reason_code == "no_rule"


def test_images_always_need_a_purpose_and_whose_they_are(true_facts):
    views = [rule for rule in load_table().rules if Action.VIEW in rule.actions]
    assert all(rule.purposes for rule in views)
    views = [rule for rule in views if rule.resource is ResourceKind.CAMERA]
    assert len(views) == 4  # the owner, the alarm centre in a window and in a reopened alarm, the technician
    arc = next(rule for rule in views if Role.OPERATOR in rule.roles)
    assert {"window_open", "alarm_open", "release_exists", "serves_as_arc", "alarm_claimed", "hold_over"} <= set(
        arc.facts
    )


def test_who_turns_a_camera_or_asks_to_see_clearly_needs_what_a_look_needs(true_facts):
    by_action = {
        action: [rule for rule in load_table().rules if action in rule.actions and rule.resource == "camera"]
        for action in (Action.VIEW, Action.VERIFY, Action.CONTROL)
    }
    views = {rule.purposes: set(rule.facts) for rule in by_action[Action.VIEW]}
    for rule in by_action[Action.VERIFY] + by_action[Action.CONTROL]:
        assert rule.purposes
        assert views[rule.purposes] - {"alarm_claimed"} <= set(rule.facts)
    own, turning = sorted(by_action[Action.CONTROL], key=lambda rule: Role.OPERATOR in rule.roles)
    assert (own.roles, own.purposes) == ({Role.OWNER, Role.MEMBER}, {Purpose.OWN_USE})
    assert turning.purposes == {Purpose.ALARM_VERIFICATION}, "never in a reopened alarm"
    assert {"claim_held", "arc_live_on"} <= set(turning.facts)


def test_no_role_of_the_provider_may_see_images_without_a_grant():
    for rule in load_table().rules:
        if Action.VIEW in rule.actions and rule.roles & {
            Role.TECHNICIAN,
            Role.PLANNER,
            Role.ADMIN,
            Role.PRIVACY_OFFICER,
        }:
            assert "grant_covers" in rule.facts


def test_nothing_arms_without_agreement_purpose_and_sign():
    (arming,) = [rule for rule in load_table().rules if Action.ARM in rule.actions]
    assert {"agreement_in_force", "purpose_recorded", "sign_hung"} <= set(arming.facts)


# What a suspended person may still do: read, give back what he held, and what concerns himself alone.
READING = {Action.LIST, Action.READ, Action.EXPORT, Action.TIMELINE, Action.WHO_LOOKED}
GIVING_BACK = {(Action.RELEASE_CLAIM, ResourceKind.ALARM), (Action.END, ResourceKind.ALARM)}
OF_HIMSELF = {
    (Action.CHANGE, ResourceKind.PREFERENCE), (Action.SIGN, ResourceKind.CONFIDENTIALITY),
    (Action.ACKNOWLEDGE, ResourceKind.TERMS_VERSION), (Action.ASK, ResourceKind.DATA_REQUEST),
    (Action.ADD, ResourceKind.CONSENT), (Action.END, ResourceKind.CONSENT), (Action.REPORT, ResourceKind.BREACH),
    (Action.ANSWER, ResourceKind.LESSON), (Action.REPORT, ResourceKind.BREACH_REPORT),
}  # fmt: skip


def test_whatever_an_alarm_centres_people_change_they_change_only_while_they_are_not_suspended():
    for rule, role, action, _purpose in lines():
        asked = (action, ResourceKind(rule.resource))
        if role not in {Role.OPERATOR, Role.SUPERVISOR} or action in READING or asked in GIVING_BACK | OF_HIMSELF:
            continue
        assert "not_suspended" in rule.facts, rule.name


def test_a_second_centre_takes_alarms_only_while_it_has_come_to_that_and_sets_nothing():
    for rule, _role, action, _purpose in lines():
        if "serves_as_centre" in rule.facts:
            assert action in {Action.READ, Action.RELEASE_CLAIM}, rule.name
    (handling,) = [rule for rule in load_table().rules if Action.CLAIM in rule.actions]
    assert "handles_now" in handling.facts


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_fact_of_the_table_and_every_reason_has_its_sentence():
    assert {fact for rule in load_table().rules for fact in rule.facts} <= set(MISSING)
    assert set(ALLOWED) == set(Reason)


@pytest.mark.parametrize("language", ["en", "nl", "sv", "de"])
def test_every_refusal_says_what_was_wrong_and_what_to_do(language):
    with override(language):
        for code in REFUSALS:
            assert all(refusal(code, ()))
        for fact in MISSING:
            assert all(refusal("missing_fact", (fact,)))
