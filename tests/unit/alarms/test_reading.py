# SPDX-License-Identifier: EUPL-1.2
"""What a signal means at a site: for every code of both tables, and for sites and signals that hypothesis makes up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zegel.protocols.codes import Table
from zegel.protocols.events import Phase, SignalClass
from zegel.server.alarms import reading, rules, testing
from zegel.server.alarms.confirm import By, Notice
from zegel.server.alarms.parameters import DEFAULTS, Parameters
from zegel.server.alarms.reading import Heard, OpenAlarm, Picture, Reading, read
from zegel.server.alarms.rules import Confirmed, State, Verdict
from zegel.server.alarms.timers import Trip

PANEL, OTHER = UUID(int=1), UUID(int=2)
NOW = 1_800_000_000_000
HOME = Picture(DEFAULTS, "home-se")
YARD = Picture(DEFAULTS, "site-nl")


def heard(signal_class: str = "burglary", phase: str = "alarm", **more: Any) -> Heard:
    said: dict[str, Any] = {"at_ms": NOW, "source": "panel", "zone": "3", "panel_id": PANEL, **more}
    return Heard(signal_class, phase, **said)


def of(found: Heard, **more: Any) -> OpenAlarm:
    """The alarm that such a signal opened."""
    said: dict[str, Any] = {
        "id": UUID(int=found.at_ms), "signal_class": found.signal_class, "state": State.QUEUED, "source": found.source,
        "panel_id": found.panel_id, "zone": found.zone, "area": found.area, "code": found.code, "at_ms": found.at_ms,
        "priority": rules.priority(found.signal_class, found.word, duress=found.duress),
        "notices": (Notice(found.detector, found.at_ms, found.by),), "signals_ms": {found.detector: [found.at_ms]},
        "recall_until_ms": found.at_ms + 60_000 if rules.family(found.signal_class) == rules.BURGLARY else None,
        "camera_id": found.camera_id, "word": found.word, **more,
    }  # fmt: skip
    return OpenAlarm(**said)


def with_open(site: Picture, *alarms: OpenAlarm) -> Picture:
    return replace(site, alarms=alarms)


# --- every code ---

CODES = [("cid", code, q) for code, q in Table.cid()._meanings] + [("sia", c, "") for c, _ in Table.sia()._meanings]


@pytest.mark.parametrize("kind", ["cid", "sia"])
def test_every_code_that_is_an_alarm_makes_one_on_a_quiet_site(kind: str) -> None:
    table = Table.cid() if kind == "cid" else Table.sia()
    silent = []
    for of_kind, code, qualifier in CODES:
        if of_kind != kind:
            continue
        meaning = table.lookup(code, qualifier)
        found = read(
            heard(str(meaning.signal_class), str(meaning.phase), code=code, known=meaning.known, duress=meaning.duress),
            HOME,
        )
        alarms = meaning.phase in {Phase.ALARM, Phase.TROUBLE, Phase.SUPERVISORY, Phase.LATE} or not meaning.known
        if alarms != (found.opening is not None):
            silent.append((code, qualifier, meaning))
    assert silent == []


def test_what_no_table_knows_is_an_alarm_for_a_person_to_judge() -> None:
    found = read(heard("info", "info", known=False), YARD)
    assert found.opening is not None
    assert found.opening.signal_class == rules.UNKNOWN
    assert rules.priority(found.opening.signal_class) == rules.priority(rules.BURGLARY)


# --- made-up sites and signals ---

classes = st.sampled_from([str(one) for one in SignalClass])
phases = st.sampled_from([str(one) for one in Phase])
zones = st.sampled_from(["", "1", "001", "2", "3"])
times = st.integers(NOW - 7_200_000, NOW + 1000)
panels = st.sampled_from([PANEL, OTHER, None])
sources = st.sampled_from(["panel", "unit", "mqtt", "mail", "api", "server"])


@st.composite
def any_heard(draw: st.DrawFn) -> Heard:
    return Heard(
        draw(classes), draw(phases), NOW, draw(sources), draw(st.sampled_from(["", "BA", "130", "path_lost"])),
        draw(zones), draw(st.sampled_from(["", "1"])), draw(panels), draw(st.booleans()), draw(st.booleans()),
        draw(st.booleans()), draw(st.sampled_from(list(By))), draw(st.sampled_from([None, UUID(int=7)])), "person",
    )  # fmt: skip


@st.composite
def any_alarm(draw: st.DrawFn) -> OpenAlarm:
    one = replace(
        draw(any_heard()), at_ms=draw(times), signal_class=draw(st.sampled_from(sorted(reading.ALARMING | {"unknown"})))
    )
    return of(
        one, id=UUID(int=draw(st.integers(1, 2**64))), state=draw(st.sampled_from(sorted(rules.OPEN_STATES))),
        duress=draw(st.booleans()), parked=draw(st.booleans()), confirmed=draw(st.sampled_from(list(Confirmed))),
    )  # fmt: skip


@st.composite
def any_site(draw: st.DrawFn) -> Picture:
    window = testing.Window(NOW - 1000, NOW + 1000, draw(panels), draw(st.frozensets(zones)), draw(st.booleans()))
    return Picture(
        draw(st.sampled_from([DEFAULTS, Parameters(entry_s=15, exit_s=60, abort_s=45)])),
        draw(st.sampled_from(["home-se", "site-nl"])), tuple(draw(st.lists(any_alarm(), max_size=4))),
        draw(st.sampled_from([(), (window,)])), draw(st.sampled_from([None, NOW - 10_000])),
        tuple(Trip(NOW - 1000, code) for code in draw(st.lists(st.sampled_from(["false_equipment", "", "genuine"])))),
        tuple(draw(st.lists(times, max_size=2))),
    )  # fmt: skip


@settings(max_examples=80)
@given(any_heard(), any_site())
def test_danger_to_people_is_an_alarm_whatever_else_there_is(said: Heard, site: Picture) -> None:
    """Fire and medical may be a part of a test that says so; hold-up and duress never are."""
    said = replace(said, phase="alarm", signal_class="holdup_duress", known=True)
    for one in (said, replace(said, signal_class="open_close", phase="open", duress=True)):
        found = read(one, site)
        assert found.opening is not None or found.joining is not None
        assert found.recalls == found.flags == ()
        assert found.opening is None or found.opening.look_after_ms is None
        assert found.opening is None or found.opening.queue_ms == one.at_ms


@settings(max_examples=80)
@given(any_heard(), any_site())
def test_a_hold_up_is_never_recalled_flagged_or_parked_and_other_danger_never_recalled_or_parked(
    said: Heard, site: Picture
) -> None:
    found = read(said, site)
    by_id = {alarm.id: alarm for alarm in site.alarms}
    for alarm_id in (*found.recalls, *found.flags):
        assert by_id[alarm_id].signal_class != rules.HOLDUP
        assert not by_id[alarm_id].duress
    for alarm_id in found.recalls:
        assert rules.family(by_id[alarm_id].signal_class) == rules.BURGLARY
    if found.joining is not None and found.joining.parks:
        assert not rules.is_life_safety(by_id[found.joining.alarm_id].signal_class)


@settings(max_examples=80)
@given(any_heard(), any_site())
def test_an_alarm_only_ever_joins_one_of_its_own_kind_and_at_most_one(said: Heard, site: Picture) -> None:
    found = read(said, site)
    assert found.opening is None or found.joining is None
    if found.joining is not None:
        joined = next(alarm for alarm in site.alarms if alarm.id == found.joining.alarm_id)
        wanted = rules.HOLDUP if said.duress or said.signal_class == rules.HOLDUP else said.signal_class
        if said.known and said.signal_class != rules.UNKNOWN and said.phase in reading.BEGINS:
            assert rules.family(joined.signal_class) == rules.family(wanted)


@settings(max_examples=80)
@given(any_heard(), any_site())
def test_every_signal_has_a_reading_and_a_confirmation_is_never_taken_back(said: Heard, site: Picture) -> None:
    found = read(said, site)
    assert isinstance(found, Reading)
    by_id = {alarm.id: alarm for alarm in site.alarms}
    joined = [] if found.joining is None else [(found.joining.alarm_id, found.joining.confirmed)]
    order = [Confirmed.NOT, Confirmed.PATH_FAILURE, Confirmed.SEQUENTIAL, Confirmed.AUDIO, Confirmed.VIDEO]
    for alarm_id, confirmed in (*joined, *found.also_confirmed):
        assert order.index(confirmed) >= order.index(Confirmed(by_id[alarm_id].confirmed))


@settings(max_examples=60)
@given(any_heard(), any_site())
def test_nothing_is_held_back_but_a_burglary(said: Heard, site: Picture) -> None:
    found = read(said, site).opening
    if found is not None and rules.family(found.signal_class) != rules.BURGLARY:
        assert found.look_after_ms is None
        assert found.recall_until_ms is None
    if found is not None and found.look_after_ms is not None:
        assert found.recall_until_ms is not None
        assert found.recall_until_ms >= found.look_after_ms, "who may still take it back was not looked at"


# --- by example ---


def test_a_home_holds_a_burglary_back_for_a_minute_and_a_building_site_does_not() -> None:
    home, yard = read(heard(), HOME).opening, read(heard(), YARD).opening
    assert home is not None
    assert yard is not None
    assert (home.look_after_ms, home.recall_until_ms) == (NOW + 60_000, NOW + 60_000)
    assert (yard.look_after_ms, yard.recall_until_ms) == (None, NOW + 30_000)


def test_disarming_in_time_takes_the_burglary_back_and_later_it_is_for_an_operator_to_judge() -> None:
    first = of(heard())
    opening = heard("open_close", "open", zone="", at_ms=NOW + 60_000)
    assert read(opening, with_open(HOME, first)).recalls == (first.id,)
    late = read(replace(opening, at_ms=NOW + 60_001), with_open(HOME, first))
    assert (late.recalls, late.flags, late.verdict) == ((), (first.id,), Verdict.POTENTIAL_CANCEL)


CAMERA, UNIT = UUID(int=7), UUID(int=8)


@pytest.mark.parametrize(
    ("who", "taken_back"),
    [
        ({"cameras": frozenset({CAMERA})}, True), ({"unit_id": UNIT}, True), ({}, False),
        ({"cameras": frozenset({UUID(int=9)}), "unit_id": UUID(int=9)}, False), ({"source": "api"}, False),
    ],
)  # fmt: skip
def test_a_camera_units_alarm_is_taken_back_only_by_a_panel_that_it_belongs_to(
    who: dict[str, Any], taken_back: bool
) -> None:
    """An outhouse's panel, or a stranger's account at the same site, would else end what the villa's camera saw."""
    seen = heard(source="unit", panel_id=None, zone="", by=By.VIDEO, camera_id=CAMERA, word="person")
    alarm = of(seen, unit_id=UNIT)
    found = read(heard("open_close", "open", zone="", **who), with_open(HOME, alarm))
    assert (found.recalls, found.flags) == (((alarm.id,), ()) if taken_back else ((), (alarm.id,)))


def test_disarming_under_duress_is_a_hold_up_and_takes_nothing_back() -> None:
    first = of(heard())
    found = read(heard("open_close", "open", duress=True), with_open(HOME, first))
    assert found.opening is not None
    assert (found.opening.signal_class, found.recalls, found.flags) == (rules.HOLDUP, (), ())
    assert found.area_closed is False, "the area is open all the same"


def test_a_second_detector_confirms_and_the_same_one_again_does_not() -> None:
    first = of(heard())
    again = read(heard(at_ms=NOW + 20_000), with_open(YARD, first)).joining
    second = read(heard(zone="4", at_ms=NOW + 20_000), with_open(YARD, first)).joining
    assert again is not None
    assert second is not None
    assert (again.confirmed, again.rings) == (Confirmed.NOT, False)
    assert (second.confirmed, second.rings) == (Confirmed.SEQUENTIAL, True)


def test_a_cameras_find_and_the_panels_alarm_confirm_each_other() -> None:
    seen = heard(source="unit", panel_id=None, zone="gate", by=By.VIDEO, camera_id=UUID(int=7), word="person")
    panels = of(heard(at_ms=NOW - 10_000))
    found = read(seen, with_open(YARD, panels))
    assert found.opening is not None
    assert found.opening.confirmed is Confirmed.VIDEO
    assert found.also_confirmed == ((panels.id, Confirmed.VIDEO),)
    camera_first = of(replace(seen, at_ms=NOW - 10_000))
    joined = read(heard(), with_open(YARD, camera_first)).joining
    assert joined is not None
    assert (joined.alarm_id, joined.confirmed) == (camera_first.id, Confirmed.VIDEO)


def test_a_way_that_fails_confirms_the_panels_alarm_whichever_came_first() -> None:
    first = of(heard(at_ms=NOW - 30_000))
    lost = read(heard("technical", "trouble", code="path_lost", zone=""), with_open(YARD, first))
    assert lost.also_confirmed == ((first.id, Confirmed.PATH_FAILURE),)
    after = read(heard(), replace(YARD, path_failures_ms=(NOW - 30_000,))).opening
    assert after is not None
    assert after.confirmed is Confirmed.PATH_FAILURE


def test_a_runaway_detector_is_parked_and_a_runaway_fire_detector_is_not() -> None:
    times = {heard().detector: [NOW - 1000 * n for n in range(DEFAULTS.runaway_after, 0, -1)]}
    parked = read(heard(), with_open(YARD, of(heard(), signals_ms=times))).joining
    fire = heard("fire")
    rings = read(fire, with_open(YARD, of(fire, signals_ms=times))).joining
    assert parked is not None
    assert rings is not None
    assert (parked.parks, parked.rings) == (True, False)
    assert (rings.parks, rings.rings) == (False, True)


def test_a_detector_that_rang_twice_for_nothing_rings_no_more_until_the_next_setting() -> None:
    trips = (Trip(NOW - 5000, "false_equipment"), Trip(NOW - 9000, "false_environment"))
    assert read(heard(), replace(YARD, trips=trips, closed_ms=NOW - 60_000)).verdict is Verdict.SWINGER
    assert read(heard(), replace(YARD, trips=trips, closed_ms=NOW - 4000)).verdict is Verdict.OPENED
    real = (*trips, Trip(NOW - 1000, "genuine"))
    assert read(heard(), replace(YARD, trips=real, closed_ms=NOW - 60_000)).verdict is Verdict.OPENED


def test_a_test_rings_nobody_but_a_hold_up_does_and_fire_too_unless_said() -> None:
    site = replace(YARD, tests=(testing.Window(NOW - 1, NOW + 1),))
    assert read(heard(), site).verdict is Verdict.TEST
    assert read(heard("fire"), site).verdict is Verdict.OPENED
    assert read(heard("holdup_duress"), site).verdict is Verdict.OPENED
    with_fire = replace(YARD, tests=(testing.Window(NOW - 1, NOW + 1, fire=True),))
    assert read(heard("fire"), with_fire).verdict is Verdict.TEST
    assert read(heard("holdup_duress"), with_fire).verdict is Verdict.OPENED


def test_a_door_that_nobody_else_times_waits_for_whoever_belongs_there() -> None:
    figures = Parameters(entry_s=15, exit_s=60)
    door = heard(source="mqtt", panel_id=None, by_entry=True)
    waiting = read(door, Picture(figures, "home-se")).opening
    assert waiting is not None
    assert waiting.queue_ms == NOW + 15_000
    leaving = read(door, Picture(figures, "home-se", closed_ms=NOW - 59_000))
    assert leaving.verdict is Verdict.EXIT
    panel = read(replace(door, source="panel", panel_id=PANEL), Picture(figures, closed_ms=NOW - 59_000)).opening
    assert panel is not None
    assert panel.queue_ms == NOW, "a panel timed its own door"


# --- one matter, and which ---


def animal(**more: Any) -> OpenAlarm:
    """A camera unit's, of something less likely to be a burglar."""
    seen = heard(source="unit", panel_id=None, zone="", by=By.VIDEO, camera_id=UUID(int=7), word="animal")
    return of(replace(seen, at_ms=NOW - 5000), **more)


def test_a_panels_burglary_without_a_zone_rings_in_a_units_lesser_alarm_and_makes_it_as_urgent() -> None:
    site = with_open(YARD, animal(state=State.ON_HOLD))
    joined = read(heard(zone=""), site).joining
    assert joined is not None
    assert (joined.rings, joined.parks, joined.priority) == (True, False, rules.priority(rules.BURGLARY))
    parked = read(heard(zone=""), with_open(YARD, animal(parked=True))).joining
    assert parked is not None
    assert parked.rings


def test_the_same_sender_without_a_zone_again_is_nothing_new() -> None:
    notices = (Notice("camera x", NOW - 5000), Notice("", NOW - 4000))
    for first in (animal(notices=notices, priority=5), of(heard(zone=""), notices=notices[1:])):
        again = read(heard(zone=""), with_open(YARD, first)).joining
        assert again is not None
        assert (again.rings, again.priority) == (False, 5)


def test_what_a_zoneless_panel_says_for_the_first_time_is_new_however_urgent_the_alarm_is() -> None:
    joined = read(heard(zone=""), with_open(YARD, animal(priority=5))).joining
    assert joined is not None
    assert joined.rings


def test_a_less_urgent_signal_makes_no_alarm_less_urgent() -> None:
    joined = read(heard(priority=9), with_open(YARD, of(heard(), priority=4, confirmed=Confirmed.AUDIO))).joining
    assert joined is not None
    assert joined.priority == 4


@pytest.mark.parametrize("signal_class", ["holdup_duress", "fire", "medical"])
def test_danger_at_two_accounts_that_nobody_knows_is_two_alarms(signal_class: str) -> None:
    first = heard(signal_class, panel_id=None, area="account 7001", duress=signal_class == "holdup_duress")
    again, other = replace(first, at_ms=NOW + 1), replace(first, area="account 7002", at_ms=NOW + 1)
    site = with_open(YARD, of(first))
    assert read(again, site).verdict is Verdict.FOLDED
    assert read(other, site).verdict is Verdict.OPENED


@pytest.mark.parametrize("source", ["mail", "mqtt", "api"])
def test_a_restore_without_a_panel_belongs_to_the_alarm_of_its_zone_and_of_no_other(source: str) -> None:
    first = heard(source=source, panel_id=None, zone="shed")
    site = with_open(YARD, of(first))
    assert read(replace(first, phase="restore"), site).about == of(first).id
    for other in ({"zone": "gate"}, {"zone": ""}, {"source": "onvif"}, {"panel_id": PANEL}):
        assert read(replace(first, phase="restore", **other), site).about is None  # type: ignore[arg-type]


# --- entry and exit for senders without a panel ---

TIMED = replace(HOME, parameters=Parameters(entry_s=30, exit_s=60))
ELSEWHERE = st.sampled_from(["mail", "mqtt", "api", "onvif"])


@given(ELSEWHERE, st.integers(0, 45), st.integers(15, 60))
def test_who_comes_home_is_given_the_entry_time_whatever_noticed_him(source: str, entry_s: int, abort_s: int) -> None:
    site = replace(HOME, parameters=Parameters(entry_s=entry_s, abort_s=abort_s))
    found = read(heard(source=source, panel_id=None), site)
    assert found.opening is not None
    assert found.opening.queue_ms == NOW + entry_s * 1000
    assert found.opening.recall_until_ms is not None
    assert found.opening.recall_until_ms >= found.opening.queue_ms + abort_s * 1000


@given(ELSEWHERE, st.integers(-10_000, 120_000))
def test_who_leaves_is_no_alarm_for_as_long_as_the_exit_time_lasts(source: str, after_ms: int) -> None:
    found = read(heard(source=source, panel_id=None, at_ms=NOW + after_ms), replace(TIMED, closed_ms=NOW))
    assert (found.verdict is Verdict.EXIT) is (0 <= after_ms < 60_000)


@given(ELSEWHERE, st.sampled_from(["fire", "holdup_duress", "medical", "tamper"]), st.integers(0, 59_999))
def test_danger_to_people_and_sabotage_never_wait_for_a_door(source: str, name: str, after_ms: int) -> None:
    found = read(heard(name, source=source, panel_id=None, at_ms=NOW + after_ms), replace(TIMED, closed_ms=NOW))
    assert found.opening is not None
    assert found.opening.queue_ms == NOW + after_ms


@pytest.mark.parametrize("source", ["mail", "mqtt", "api", "onvif"])
def test_a_building_site_has_no_door_by_which_people_come(source: str) -> None:
    site = replace(TIMED, profile="site-nl", closed_ms=NOW)
    found = read(heard(source=source, panel_id=None), site)
    assert found.opening is not None
    assert found.opening.queue_ms == NOW


def test_a_panel_and_a_unit_time_their_own_doors() -> None:
    for source, panel in (("panel", PANEL), ("unit", None), ("unit", PANEL)):
        found = read(heard(source=source, panel_id=panel), TIMED)
        assert found.opening is not None
        assert found.opening.queue_ms == NOW


@given(ELSEWHERE, st.booleans(), st.integers(0, 60_000))
def test_disarming_the_house_takes_back_what_a_camera_elsewhere_noticed_if_nobody_else_can_say_it(
    source: str, vouched: bool, after_ms: int
) -> None:
    alarm = of(heard(source=source, panel_id=None))
    opening = heard("open_close", "open", at_ms=NOW + after_ms, zone="", vouched=vouched)
    found = read(opening, with_open(TIMED, alarm))
    assert (alarm.id in found.recalls) is vouched
    assert (alarm.id in found.flags) is not vouched
    on_site = read(opening, with_open(replace(TIMED, profile="site-nl"), alarm))
    assert not on_site.recalls, "another sender's word, where no times are kept here"
